"""Whether probabilities come true: Brier score, calibration error, and the curve behind them."""

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from cyberclf.metrics import Predictions

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["calibration_error", "reliability_curve", "reliability_points", "reliability_table"]

FloatArray = npt.NDArray[np.float64]

_BINS: Final = 10
#: Most articles lack a theme and say so; who acts on a probability acts on those from here on.
_FROM: Final = 0.1
_DRAWS: Final = 200
#: Numbers drawn at once for them.
_MOST_DRAWN: Final = 20_000_000


def _equal_bins(probability: FloatArray, bins: int) -> list[npt.NDArray[np.int64]]:
    """Rows of each bin, as equal in number as can be, lowest probabilities first; equal ones stay together.

    Examples
    --------
    >>> [rows.tolist() for rows in _equal_bins(np.array([0.8, 0.1, 0.1, 0.1]), 2)]
    [[1, 2, 3], [0]]
    """
    order = np.argsort(probability, kind="stable").astype(np.int64)
    ranked = probability[order]
    ends = np.cumsum([len(part) for part in np.array_split(order, bins)])
    ends = np.searchsorted(ranked, ranked[ends[ends > 0] - 1], side="right")
    return [part for part in np.split(order, ends[:-1]) if len(part)]


def calibration_error(probability: FloatArray, truth: FloatArray, *, bins: int = _BINS) -> float:
    """Compute the expected calibration error: how far shares lie from probabilities, averaged over articles.

    Parameters
    ----------
    probability : ndarray of float64, shape (n,)
    truth : ndarray of float64, shape (n,)
        1 or 0.
    bins : int, default 10
        Of equal count (Nguyen and O'Connor 2015).

    Returns
    -------
    float
        NaN without articles.

    Examples
    --------
    >>> p = np.repeat([0.25, 0.75], 4)
    >>> calibration_error(p, np.array([0, 0, 0, 1, 1, 1, 1, 1.0]), bins=2)
    0.125
    """
    return float(_errors(probability, truth[None, :], bins)[0])


def _errors(probability: FloatArray, truths: FloatArray, bins: int) -> FloatArray:
    if not len(probability):
        return np.full(len(truths), np.nan)
    total = np.zeros(len(truths))
    for rows in _equal_bins(probability, bins):
        total += len(rows) * np.abs(probability[rows].mean() - truths[:, rows].mean(axis=1))
    made: FloatArray = total / len(probability)
    return made


def _judged(predictions: Predictions) -> dict[str, tuple[FloatArray, FloatArray, FloatArray]]:
    """Probabilities, labels and the theme's base rate, an entry an article: of each theme, and of all in a row."""
    judged = predictions.judged
    found = {}
    for j, name in enumerate(predictions.themes):
        rows = judged[:, j]
        y = predictions.labels[rows, j]
        found[name] = (predictions.probability[rows, j], y, np.full(len(y), y.mean() if len(y) else np.nan))
    p, y, rate = (np.concatenate(parts) for parts in zip(*found.values(), strict=True))
    return found | {"all": (p, y, rate)}


def reliability_table(predictions: Predictions, *, bins: int = _BINS, seed: int = 0) -> "pd.DataFrame":
    """How far probabilities can be believed, a row a theme, and ``all`` (article, theme) pairs.

    Parameters
    ----------
    predictions : Predictions
        Whose probabilities are of articles that the model had not seen.
    bins : int, default 10
    seed : int, default 0

    Returns
    -------
    pandas.DataFrame
        Index: theme and ``all``; columns ``brier``; ``brier_skill`` (the share of the Brier score of
        the theme's base rate that is gone; 0 or less: no better than saying the base rate always); ``ece``
        (expected calibration error); ``ece_from_0.1`` (among articles with a probability of at least
        0.1) and how many they are, ``from_0.1``; ``ece_chance`` and ``ece_from_0.1_chance``: what
        probabilities that come true exactly would stay below 95 times in 100, on so many articles
        (consistency resampling; Bröcker and Smith 2007).
    """
    import pandas as pd

    rng = np.random.default_rng(seed)
    rows = {}
    for name, (p, y, rate) in _judged(predictions).items():
        row = {"brier": np.nan, "brier_skill": np.nan}
        if len(p):
            row["brier"] = float(np.mean((p - y) ** 2))
            base = float(np.mean((rate - y) ** 2))
            row["brier_skill"] = 1 - row["brier"] / base if base else np.nan
        high = p >= _FROM
        for key, q, t in (("ece", p, y), ("ece_from_0.1", p[high], y[high])):
            n_draws = max(20, min(_DRAWS, _MOST_DRAWN // max(1, len(q))))
            draws = (rng.random((n_draws, len(q))) < q).astype(np.float64)
            row[key] = calibration_error(q, t, bins=bins)
            row[f"{key}_chance"] = float(np.quantile(_errors(q, draws, bins), 0.95)) if len(q) else np.nan
        row["from_0.1"] = int(high.sum())
        rows[name] = row
    frame = pd.DataFrame.from_dict(rows, orient="index")
    frame.index.name = "theme"
    return frame


def reliability_points(
    truth: npt.NDArray[Any], probability: FloatArray, *, bins: int = _BINS
) -> list[tuple[float, float, int]]:
    """Mean probability, share that has the theme, and articles, in bins of about equal count.

    Parameters
    ----------
    truth : ndarray of bool or float64, shape (n,)
    probability : ndarray of float64, shape (n,)
    bins : int, default 10
        Equal probabilities never stand in two.

    Examples
    --------
    >>> reliability_points(np.array([False, False, True, True]), np.array([0.1, 0.1, 0.8, 0.8]), bins=2)
    [(0.1, 0.0, 2), (0.8, 1.0, 2)]
    """
    return [
        (float(probability[rows].mean()), float(truth[rows].mean()), len(rows))
        for rows in _equal_bins(probability, bins)
    ]


def reliability_curve(predictions: Predictions, *, bins: int = _BINS) -> "pd.DataFrame":
    """Points of the reliability diagram.

    Returns
    -------
    pandas.DataFrame
        A row a bin; columns ``theme`` (and ``all``), ``probability`` (mean of the bin), ``share`` (of
        its articles that have the theme), ``articles``.
    """
    import pandas as pd

    rows = [
        (name, *point)
        for name, (p, y, _) in _judged(predictions).items()
        for point in reliability_points(y, p, bins=bins)
    ]
    return pd.DataFrame(rows, columns=["theme", "probability", "share", "articles"])
