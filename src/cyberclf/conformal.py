"""The review band: where a person should look, with a promise about what lies outside.  numpy alone.

Class-conditional split-conformal prediction (Vovk, Gammerman and Shafer 2005, chapter 4; Angelopoulos
and Bates 2021).  At the level 0.1, of the articles that have a theme at most one in ten has a
probability below the band, and of those that lack it at most one in ten has one above.  The band reaches
the threshold from which the theme is given, so that the promise is one about themes given: at most one in ten
misses the theme, and at most one in ten is given it, without a person's looking.
"""

import math
from typing import Final

import numpy as np
import numpy.typing as npt

__all__ = ["DEFAULT_LEVEL", "LEVELS", "grid_row", "in_review", "review_band", "review_grid"]

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

#: Levels whose bounds an artifact holds: 1 % to 50 %.
LEVELS: Final = tuple(percent / 100 for percent in range(1, 51))
DEFAULT_LEVEL: Final = 0.1
_DECIMALS: Final = 4


def review_grid(probability: FloatArray, labels: FloatArray, groups: npt.NDArray[np.int64] | None = None) -> FloatArray:
    """Bounds of the band at every level.

    The lower bound is the k-th smallest probability of the n articles that have the theme, with
    k = floor(level * (n + 1)): a further one, exchangeable with them, lies below it with a chance of
    at most k / (n + 1).  Where k is 0, there are too few to promise anything, and the bound is 0.
    The upper bound is the same from above, over the articles that lack the theme; 1 where too few.

    Articles of one event are not exchangeable with those of another: events are counted, and each of the articles of
    one as its share of it (hierarchical conformal prediction; Lee, Barber and Willett 2023).

    Parameters
    ----------
    probability : ndarray of float64, shape (n_articles, n_themes)
        Of articles that the models which gave them had not seen; NaN is left out.
    labels : ndarray of float64, shape (n_articles, n_themes)
        1, 0, or NaN: not judged.
    groups : ndarray of int64, shape (n_articles,), optional
        Articles of one event have one number; without, each is an event of its own.

    Returns
    -------
    ndarray of float64, shape (2, n_levels, n_themes)
        Lower and upper bounds, rounded outward.

    Examples
    --------
    >>> p = np.linspace(0.05, 0.95, 19)[:, None]
    >>> grid = review_grid(np.vstack([p, p]), np.repeat([[1.0], [0.0]], 19, axis=0))
    >>> grid[:, grid_row(0.1), 0].tolist()
    [0.1, 0.9]
    """
    n_themes = labels.shape[1]
    grid = np.empty((2, len(LEVELS), n_themes))
    for theme in range(n_themes):
        p = probability[:, theme]
        for side, (value, sign, edge) in enumerate(((1.0, 1.0, 0.0), (0.0, -1.0, 1.0))):
            rows = np.flatnonzero((labels[:, theme] == value) & ~np.isnan(p))
            order = rows[np.argsort(sign * p[rows], kind="stable")]
            shares = _shares(None if groups is None else groups[order], len(order))
            # The farthest one of which those beyond it, and a further event, are no more than the level's part of all.
            beyond = np.cumsum(shares) - shares
            reached = np.searchsorted(beyond, np.array(LEVELS) * (shares.sum() + 1) - 1 + 1e-9, side="right")
            grid[side, :, theme] = np.append(edge, p[order])[reached]
    # Outward, so that rounding keeps the promise.
    scale = 10.0**_DECIMALS
    rounded = np.stack([np.floor(grid[0] * scale) / scale, np.ceil(grid[1] * scale) / scale]).clip(0.0, 1.0)
    # A bound of 0 or 1 says that there are too few articles: of a rare theme's small ones keep a digit.
    edges = np.array([0.0, 1.0])[:, None, None]
    return np.where((rounded == edges) & (grid != edges), _to_one_digit(grid, edges), rounded)


def _shares(groups: npt.NDArray[np.int64] | None, n_articles: int) -> FloatArray:
    """Compute of each article the share of its event that it is, so that those of an event sum to one."""
    if groups is None:
        return np.ones(n_articles)
    _, event, size = np.unique(groups, return_inverse=True, return_counts=True)
    shares: FloatArray = 1.0 / size[event]
    return shares


def _to_one_digit(values: FloatArray, edge: FloatArray) -> FloatArray:
    """Round towards the edge, 0 or 1, to one digit of the distance from it."""
    with np.errstate(divide="ignore", invalid="ignore"):
        distance = np.abs(values - edge)
        unit = 10.0 ** np.floor(np.log10(distance))
        made: FloatArray = np.abs(edge - np.floor(distance / unit) * unit)
    return made


def grid_row(level: float) -> int:
    """Row of the grid for a level: the nearest level that promises no less.

    Raises
    ------
    ValueError
        When the level is not in 0.01 to 0.5.
    """
    if not LEVELS[0] <= level <= LEVELS[-1]:
        raise ValueError(f"a review level of {level} is not in {LEVELS[0]} to {LEVELS[-1]}; 0.1 lets one in ten by")
    return math.floor(level * 100 + 1e-9) - 1


def review_band(grid: FloatArray, level: float, thresholds: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Lower and upper bounds of the band at a level, widened to the thresholds.

    Farther out, a bound only promises more.  Where the bounds of the grid cross with the threshold between them,
    the theme is told apart better than the level asks: both bounds are then the threshold, and no band is needed.

    Parameters
    ----------
    grid : ndarray of float64, shape (2, n_levels, n_themes)
        See `review_grid`.
    level : float
        0.01 to 0.5; between two whole percents the lower one counts.
    thresholds : ndarray of float64, shape (n_themes,)
        From which themes are given.

    Returns
    -------
    lower, upper : ndarray of float64, shape (n_themes,)

    Raises
    ------
    ValueError
        When the level is not in 0.01 to 0.5.
    """
    lower, upper = grid[:, grid_row(level)]
    return np.minimum(lower, thresholds), np.maximum(upper, thresholds)


def in_review(probability: FloatArray, given: BoolArray, lower: FloatArray, upper: FloatArray) -> BoolArray:
    """Whether a person should decide, all of one shape or broadcast to it.

    What is given is settled above the band, what is not given below it.  Themes given by a threshold lie nowhere else;
    of those given as the most probable, one may lie below its threshold, or one not given above.

    Examples
    --------
    >>> p, given = np.array([0.1, 0.3, 0.5, 0.9, 0.1, 0.9]), np.array([False, False, True, True, True, False])
    >>> in_review(p, given, np.array(0.2), np.array(0.6)).tolist()
    [False, True, True, False, True, True]
    """
    found: BoolArray = np.where(given, probability <= upper, probability >= lower)
    return found
