"""Probabilities -> the themes given: by thresholds, or as many as every article of the corpus has.  numpy alone."""

from typing import Final

import numpy as np
import numpy.typing as npt

__all__ = ["PER_ARTICLE", "give", "themes_per_article"]

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

#: How many themes an article may be given, and what people are told of it.
PER_ARTICLE: Final = {
    "any": "a theme is given from its threshold upwards",
    "some": "every article of the corpus has a theme, so one that reaches no threshold is given its most probable one",
    "one": "every article of the corpus has exactly one theme, so each is given its most probable one",
}
#: Of so many articles without an exception, fewer than 5 in 100 are exceptions, at 95 % confidence: the rule of three
#: (Hanley and Lippman-Hand 1983).
_ENOUGH: Final = 60


def themes_per_article(labels: FloatArray) -> str:
    """Say how many themes an article has, as a corpus of two or more themes and 60 or more articles tells it.

    Parameters
    ----------
    labels : ndarray of float64, shape (n_articles, n_themes)
        1, 0, or NaN: not judged.

    Returns
    -------
    {"one", "some", "any"}
        ``one`` where every article is judged for all themes and has exactly one; ``some`` where every article has one
        or more; ``any`` otherwise.

    Examples
    --------
    >>> labels = np.eye(2)[[0, 1] * 30]
    >>> themes_per_article(labels), themes_per_article(np.vstack([labels, [1, 1]])), themes_per_article(np.eye(2))
    ('one', 'some', 'any')
    """
    n_articles, n_themes = labels.shape
    if n_themes < 2 or n_articles < _ENOUGH:
        return "any"
    if (labels.sum(axis=1) == 1).all():
        return "one"
    return "some" if (labels == 1).any(axis=1).all() else "any"


def give(probability: FloatArray, thresholds: FloatArray, per_article: str = "any") -> BoolArray:
    """Themes given: by their thresholds, or of each article the most probable.

    Parameters
    ----------
    probability : ndarray of float64, shape (n_articles, n_themes)
        A row with NaN is not given its most probable theme.
    thresholds : ndarray of float64, shape (n_themes,) or (n_articles, n_themes)
        Not looked at where exactly one theme is given.
    per_article : {"any", "some", "one"}, default "any"
        ``some``: the most probable where none reaches its threshold.

    Returns
    -------
    ndarray of bool, shape (n_articles, n_themes)

    Examples
    --------
    >>> probability, thresholds = np.array([[0.2, 0.3], [0.8, 0.6]]), np.array([0.5, 0.5])
    >>> give(probability, thresholds).tolist()
    [[False, False], [True, True]]
    >>> give(probability, thresholds, "some").tolist()
    [[False, True], [True, True]]
    >>> give(probability, thresholds, "one").tolist()
    [[False, True], [True, False]]
    """
    with np.errstate(invalid="ignore"):
        given: BoolArray = probability >= thresholds
    if per_article == "any":
        return given
    if per_article == "one":
        given = np.zeros(probability.shape, dtype=bool)
    rows = np.flatnonzero(~given.any(axis=1) & ~np.isnan(probability).any(axis=1))
    given[rows, probability[rows].argmax(axis=1)] = True
    return given
