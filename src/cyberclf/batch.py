"""Many texts at once, by the compiled kernel: the same numbers as a text at a time."""

import warnings
from collections.abc import Sequence
from importlib.util import find_spec
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from cyberclf.analyzer import article_bags, is_word
from cyberclf.calibration import logistic
from cyberclf.errors import one_line
from cyberclf.status import UNKNOWN
from cyberclf.tagged import ReadTexts, TaggedTexts

if TYPE_CHECKING:
    from cyberclf.kernel import Kernel, Scored
    from cyberclf.model import Model

__all__ = ["load_kernel", "score", "tag"]

FloatArray = npt.NDArray[np.float64]


def load_kernel(model: "Model") -> "Kernel | None":
    """Make the compiled scorer of a model; None where numba is not installed, or cannot compile here.

    Whatever hinders it (a damaged cache, a full disk, ``NUMBA_DISABLE_JIT``), the reference scores as well, slower;
    a warning says so.
    """
    if find_spec("numba") is None:
        return None
    words = [is_word(term) for term in model.vocabulary]
    try:
        from cyberclf.kernel import Kernel

        made = Kernel(
            model.vocabulary,
            np.column_stack([model.idf, model.coef]),
            np.column_stack([model.idf_whole, model.coef_whole]),
            model.intercept,
            model.intercept_whole,
            np.where(words, model.typicality, 0.0),
            UNKNOWN,
            model.length_penalty,
        )
        made.score(["la loi"])
    except Exception as error:  # noqa: BLE001 - numba's own errors, and the system's
        said = one_line(f"{type(error).__name__}: {error}")
        warnings.warn(f"the compiled kernel cannot be used, so texts are scored more slowly ({said})", stacklevel=2)
        return None
    return made


def score(model: "Model", texts: Sequence[str]) -> "tuple[FloatArray, Scored]":
    """Score texts.

    Returns
    -------
    probabilities : ndarray of float64, shape (n_texts, n_themes)
    scored : Scored
        All that the kernel says; an article that it leaves to the reference has -1 words there.

    Raises
    ------
    RuntimeError
        When the kernel cannot be had.
    """
    probabilities, scored = _score(model, texts)
    for row in _left(scored):
        probabilities[row] = model.article(article_bags(texts[row]))[0]
    return probabilities, scored


def _score(model: "Model", texts: Sequence[str]) -> "tuple[FloatArray, Scored]":
    kernel = model.kernel
    if kernel is None:
        raise RuntimeError("the compiled kernel cannot be had: is numba installed?")
    scored = kernel.score(texts)
    return logistic(scored.scores, model.calibration), scored


def _left(scored: "Scored") -> list[int]:
    """Rows that the kernel leaves to the reference."""
    found: list[int] = np.flatnonzero(scored.n_words < 0).tolist()
    return found


def tag(model: "Model", texts: Sequence[str]) -> TaggedTexts:
    """Tag texts, each as ``model.tag`` would.

    Raises
    ------
    RuntimeError
        When the kernel cannot be had.
    """
    probabilities, scored = _score(model, texts)
    left = _left(scored)
    n_words = np.maximum(scored.n_words, 1)
    found = ReadTexts(
        probabilities, scored.spans, scored.n_words, np.where(scored.n_words, scored.typicality / n_words, UNKNOWN)
    )
    for row in left:
        for column, of_text in zip(found, model.read(texts[row]), strict=True):
            column[row] = of_text[0]
    return model.judge(found)
