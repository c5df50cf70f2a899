"""Many texts at once, by the compiled kernel: the same numbers as a text at a time."""

import warnings
from collections.abc import Sequence
from importlib.util import find_spec
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from cyberclf.analyzer import article_bags
from cyberclf.calibration import logistic
from cyberclf.errors import one_line
from cyberclf.status import UNKNOWN, is_word, status_of
from cyberclf.tagged import TaggedText

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
    kernel = model.kernel
    if kernel is None:
        raise RuntimeError("the compiled kernel cannot be had: is numba installed?")
    scored = kernel.score(texts)
    probabilities = logistic(scored.scores, model.calibration)
    for row in np.flatnonzero(scored.n_words < 0).tolist():
        probabilities[row] = model.article(article_bags(texts[row]))[0]
    return probabilities, scored


def tag(model: "Model", texts: Sequence[str]) -> list[TaggedText]:
    """Tag texts, each as ``model.tag`` would.

    Raises
    ------
    RuntimeError
        When the kernel cannot be had.
    """
    probabilities, scored = score(model, texts)
    given, review = _columns(probabilities >= model.thresholds), _columns(model.in_review(probabilities))
    # One call for all: an array that is asked number by number is slow.
    said, n_words, typicality = probabilities.tolist(), scored.n_words.tolist(), scored.typicality.tolist()

    def answer(row: int, text: str) -> TaggedText:
        words = n_words[row]
        if words < 0:
            return model.tag(text)

        encoded = b""

        def span(column: int) -> tuple[int, int]:
            nonlocal encoded
            start, end = scored.spans[row, column].tolist()
            if text.isascii():
                return start, end
            # Once a text, however many themes it has, and not where it has none.
            encoded = encoded or text.encode("utf-8", "surrogatepass")
            before = _characters(encoded[:start])
            return before, before + _characters(encoded[start:end])

        status = status_of(words, typicality[row] / words if words else UNKNOWN, model.foreign_below)
        return model.answer(status, said[row], given.get(row, ()), review.get(row, ()), span)

    return [answer(row, text) for row, text in enumerate(texts)]


def _columns(true: npt.NDArray[np.bool_]) -> dict[int, list[int]]:
    """Columns that are true, by row; rows that have none are left out."""
    found: dict[int, list[int]] = {}
    for row, column in zip(*(places.tolist() for places in np.nonzero(true)), strict=True):
        found.setdefault(row, []).append(column)
    return found


def _characters(encoded: bytes) -> int:
    return len(encoded.decode("utf-8", "surrogatepass"))
