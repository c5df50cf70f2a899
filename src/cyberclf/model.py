"""The model: a few arrays, and how they score texts.  numpy alone."""

import os
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt

from cyberclf.analyzer import article_bags
from cyberclf.calibration import logistic
from cyberclf.text import passage_spans
from cyberclf.themes import Theme

if TYPE_CHECKING:
    import pandas as pd
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
    idf, idf_whole : ndarray of float64, shape (n_terms,)
        Over passages, and over whole articles (0 for pairs: a whole article is read word by word).
    coef, coef_whole : ndarray of float64, shape (n_terms, n_themes)
        Of the scores of passages, and of whole articles.
    intercept, intercept_whole : ndarray of float64, shape (n_themes,)
    calibration : ndarray of float64, shape (2, n_themes)
        Slope and intercept from an article's score to its log-odds.
    thresholds : ndarray of float64, shape (n_themes,)
        Probability from which a theme is given.
    metadata : dict
        What `train` recorded: scores, fingerprints, versions, spread of the thresholds.
    """

    theme_list: tuple[Theme, ...]
    vocabulary: tuple[str, ...]
    idf: FloatArray
    idf_whole: FloatArray
    coef: FloatArray
    intercept: FloatArray
    coef_whole: FloatArray
    intercept_whole: FloatArray
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

    def _weights(self, counts: Mapping[str, int], idf: FloatArray) -> tuple[npt.NDArray[np.int64], FloatArray]:
        """TF-IDF of counted terms: rows of the vocabulary, and their weights.

        Sublinear in tf, of length one; both empty where no term is known.
        """
        index = self._index
        known = [(row, count) for term, count in counts.items() if (row := index.get(term)) is not None]
        if not known:
            return np.empty(0, dtype=np.int64), np.empty(0)
        rows, tf = np.array(known, dtype=np.int64).T
        values = (1.0 + np.log(tf)) * idf[rows]
        length = np.sqrt(values @ values)
        return rows, values / length if length else values

    def article(self, bags: Iterable[Mapping[str, int]]) -> tuple[FloatArray, FloatArray]:
        """Score an article from the counted terms of its passages.

        Its score is the soft maximum (log-sum-exp) of its passages' scores, plus the score of the
        whole; a logistic curve a theme makes it a probability (Platt 1999).

        Returns
        -------
        probabilities : ndarray of float64, shape (n_themes,)
        scores : ndarray of float64, shape (n_passages, n_themes)
            Of the passages; an article without any is one empty passage.
        """
        whole: Counter[str] = Counter()
        scores = []
        for bag in bags:
            rows, values = self._weights(bag, self.idf)
            scores.append(values @ self.coef[rows] + self.intercept)
            whole.update(bag)
        rows, values = self._weights(whole, self.idf_whole)
        of_passages = np.array(scores or [self.intercept])
        score = np.logaddexp.reduce(of_passages, axis=0) + values @ self.coef_whole[rows] + self.intercept_whole
        return logistic(score, self.calibration), of_passages

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
        rows = [self.article(article_bags(text))[0] for text in _texts(texts)]
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
        probabilities, scores = self.article(article_bags(text))
        given = np.flatnonzero(probabilities >= self.thresholds).tolist() if spans else []
        best = scores.argmax(axis=0)
        return TaggedText(
            status="ok" if spans else "empty",
            tags=tuple(Tag(self.theme_list[j], float(probabilities[j]), spans[int(best[j])]) for j in given),
            probabilities=dict(zip(self.themes, probabilities.tolist(), strict=True)),
        )

    def tag_many(self, texts: Sequence[str]) -> list[TaggedText]:
        """Tag texts, each as `tag` would.

        Examples
        --------
        >>> import cyberclf
        >>> [tagged.status for tagged in cyberclf.load().tag_many(["La loi.", ""])]
        ['ok', 'empty']
        """
        return [self.tag(text) for text in _texts(texts)]

    def tag_frame(self, frame: "pd.DataFrame", *, text: str = "text", title: str | None = None) -> "pd.DataFrame":
        """Tag the rows of a pandas frame; see `cyberclf.frames.tag_frame`."""
        from cyberclf.frames import tag_frame

        return tag_frame(self, frame, text=text, title=title)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the artifact; see `cyberclf.artifact.save`."""
        from cyberclf.artifact import save

        save(self, path)

    def to_pipeline(self) -> "Pipeline":
        """Return the equivalent fitted scikit-learn pipeline: texts in, probabilities out."""
        from cyberclf.pipeline import to_pipeline

        return to_pipeline(self)


def _texts(texts: Iterable[str]) -> Sequence[str]:
    if isinstance(texts, str):
        raise TypeError("texts is one string; give a list of strings")
    found = list(texts)
    for row, text in enumerate(found):
        if not isinstance(text, str):
            raise TypeError(f"texts[{row}] is {type(text).__name__}, not a string")
    return found
