"""The model: a few arrays, and how they score texts.  numpy alone."""

import os
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt

from cyberclf.text import count_terms, passage_spans
from cyberclf.themes import Theme

if TYPE_CHECKING:
    from sklearn.pipeline import Pipeline

__all__ = ["Model", "Tag", "TaggedText"]

FloatArray = npt.NDArray[np.float64]
Status = Literal["ok", "empty", "error"]


@dataclass(frozen=True, slots=True)
class Tag:
    """A theme given to a text.

    Parameters
    ----------
    theme : Theme
    probability : float
        Of the theme, in the article.
    passage : (int, int)
        Character span of the passage that speaks most for the theme.
    """

    theme: Theme
    probability: float
    passage: tuple[int, int]


@dataclass(frozen=True, slots=True)
class TaggedText:
    """What the model says of one text.

    Parameters
    ----------
    status : {"ok", "empty"}
        ``empty``: no word to judge by, so no theme is given.
    tags : tuple of Tag
        The themes given, in the model's order; often none.
    probabilities : dict of str to float
        Of every theme, given or not.
    """

    status: Status
    tags: tuple[Tag, ...]
    probabilities: Mapping[str, float]

    @property
    def themes(self) -> tuple[str, ...]:
        """Ids of the themes given."""
        return tuple(tag.theme.id for tag in self.tags)


@dataclass(frozen=True, eq=False)
class Model:
    """A linear model over passages, pooled to articles.

    Parameters
    ----------
    theme_list : tuple of Theme
    vocabulary : tuple of str, length n_terms
        Sorted.
    idf : ndarray of float64, shape (n_terms,)
    coef : ndarray of float64, shape (n_terms, n_themes)
    intercept : ndarray of float64, shape (n_themes,)
        Of the passages' scores.
    calibration : ndarray of float64, shape (3, n_themes)
        An article's log-odds: weight of the soft maximum of its passages' scores, weight of the
        score of the whole article, intercept.
    thresholds : ndarray of float64, shape (n_themes,)
        Probability from which a theme is given.
    metadata : dict
        What `train` recorded: scores, fingerprints, versions, spread of the thresholds.
    """

    theme_list: tuple[Theme, ...]
    vocabulary: tuple[str, ...]
    idf: FloatArray
    coef: FloatArray
    intercept: FloatArray
    calibration: FloatArray
    thresholds: FloatArray
    metadata: Mapping[str, Any] = field(default_factory=dict)

    @property
    def themes(self) -> tuple[str, ...]:
        """Ids of the themes, in the order of every array's columns."""
        return tuple(theme.id for theme in self.theme_list)

    @cached_property
    def _index(self) -> dict[str, int]:
        return {term: row for row, term in enumerate(self.vocabulary)}

    def passage_score(self, counts: Mapping[str, int]) -> FloatArray:
        """Score one passage from its counted terms.

        Returns
        -------
        ndarray of float64, shape (n_themes,)
            ``intercept + tf-idf @ coef``; the tf-idf is sublinear in tf and of length one.
        """
        index = self._index
        known = [(row, count) for term, count in counts.items() if (row := index.get(term)) is not None]
        if not known:
            return self.intercept
        rows, tf = np.array(known, dtype=np.int64).T
        weights = (1.0 + np.log(tf)) * self.idf[rows]
        weights /= np.sqrt(weights @ weights)
        return self.intercept + weights @ self.coef[rows]

    def article(self, bags: Iterable[Mapping[str, int]]) -> tuple[FloatArray, FloatArray]:
        """Score an article from the counted terms of its passages.

        The log-odds of a theme are a weighted sum of the soft maximum (log-sum-exp) of the
        passages' scores and of the score of the whole article taken as one passage.

        Returns
        -------
        probabilities : ndarray of float64, shape (n_themes,)
        scores : ndarray of float64, shape (n_passages, n_themes)
            Of the passages; an article without any is one empty passage.
        """
        rows = list(bags)
        scores = np.array([self.passage_score(bag) for bag in rows] or [self.intercept])
        whole: Counter[str] = Counter()
        for bag in rows:
            whole.update(bag)
        top = scores.max(axis=0)
        soft = top + np.log(np.exp(scores - top).sum(axis=0))
        of_passages, of_whole, offset = self.calibration
        odds = of_passages * soft + of_whole * self.passage_score(whole) + offset
        return 1.0 / (1.0 + np.exp(-np.clip(odds, -500.0, 500.0))), scores

    def predict_proba(self, texts: Iterable[str]) -> FloatArray:
        """Probability of each theme in each text.

        Parameters
        ----------
        texts : iterable of str
            Articles; the title, if any, is the first line.

        Returns
        -------
        ndarray of float64, shape (n_texts, n_themes)
            Themes are independent: a row need not sum to one.

        Raises
        ------
        TypeError
            When `texts` is one string, or holds something else than strings.

        Examples
        --------
        >>> import cyberclf
        >>> model = cyberclf.load()
        >>> model.predict_proba(["Le Mali adopte sa stratégie nationale de cybersécurité."]).shape
        (1, 4)
        """
        rows = [self.article(_bags(text))[0] for text in _texts(texts)]
        return np.array(rows, dtype=np.float64).reshape(len(rows), len(self.theme_list))

    def predict(self, texts: Iterable[str]) -> npt.NDArray[np.bool_]:
        """Themes given to each text: bool, shape (n_texts, n_themes), by the model's thresholds."""
        return self.predict_proba(texts) >= self.thresholds

    def tag(self, text: str) -> TaggedText:
        """Tag one text, and say which passage speaks most for each theme given.

        Examples
        --------
        >>> import cyberclf
        >>> tagged = cyberclf.load().tag("")
        >>> tagged.status, tagged.themes
        ('empty', ())
        """
        _texts([text])
        spans = passage_spans(text)
        probabilities, scores = self.article(count_terms(text[start:end]) for start, end in spans)
        given = np.flatnonzero(probabilities >= self.thresholds) if spans else []
        best = scores.argmax(axis=0)
        return TaggedText(
            status="ok" if spans else "empty",
            tags=tuple(Tag(self.theme_list[j], float(probabilities[j]), spans[int(best[j])]) for j in given),
            probabilities=dict(zip(self.themes, probabilities.tolist(), strict=True)),
        )

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the artifact; see `cyberclf.artifact.save`."""
        from cyberclf.artifact import save

        save(self, path)

    def to_pipeline(self) -> "Pipeline":
        """Return the equivalent fitted scikit-learn pipeline: texts in, probabilities out."""
        from cyberclf.pipeline import to_pipeline

        return to_pipeline(self)


def _bags(text: str) -> Iterable[Mapping[str, int]]:
    return (count_terms(text[start:end]) for start, end in passage_spans(text))


def _texts(texts: Iterable[str]) -> Sequence[str]:
    if isinstance(texts, str):
        raise TypeError("texts is one string; give a list of strings")
    found = list(texts)
    for row, text in enumerate(found):
        if not isinstance(text, str):
            raise TypeError(f"texts[{row}] is {type(text).__name__}, not a string")
    return found
