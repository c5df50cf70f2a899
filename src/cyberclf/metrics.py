"""Predictions and labels -> tables of scores with bootstrap intervals."""

from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "Predictions",
    "average_precision",
    "events_having",
    "interval",
    "macro_scores",
    "resampled_scores",
    "resamples",
    "score_table",
    "summary",
]

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]
IntArray = npt.NDArray[np.int64]

_RESAMPLES = 1000
#: Fewer say little of an interval's ends; more than so many weights in all take minutes.
_LEAST_RESAMPLES = 50
_MOST_WEIGHTS = 40_000_000
_NORMAL = NormalDist()
#: Standard deviations of a normal distribution within which 95 % of it lies.
_FAR = _NORMAL.inv_cdf(0.975)
#: Numbers held at once when all decisions are ranked on each resample.
_BATCH = 2_000_000


@dataclass(frozen=True, eq=False)
class Predictions:
    """What was said of some articles, and what is true.

    Parameters
    ----------
    themes : tuple of str
    labels : ndarray of float64, shape (n_articles, n_themes)
        1, 0, or NaN: not judged.
    probability : ndarray of float64, shape (n_articles, n_themes)
        Any score that ranks.
    given : ndarray of bool, shape (n_articles, n_themes)
    groups : ndarray of int64, shape (n_articles,), optional
        Articles of one event have one number; without, each is an event of its own.
    """

    themes: tuple[str, ...]
    labels: FloatArray
    probability: FloatArray
    given: BoolArray
    groups: IntArray | None = None

    @property
    def judged(self) -> BoolArray:
        """Where there is a label and a probability; bool, shape (n_articles, n_themes)."""
        return ~np.isnan(self.labels) & ~np.isnan(self.probability)


def average_precision(truth: BoolArray, score: FloatArray, weight: FloatArray | None = None) -> FloatArray:
    """Average precision: the precision at each positive, averaged; equal scores count together.

    Parameters
    ----------
    truth : ndarray of bool, shape (n,)
    score : ndarray of float64, shape (n,)
    weight : ndarray of float64, shape (n_resamples, n), optional

    Returns
    -------
    ndarray of float64, shape (n_resamples,)
        NaN without positives, and where a score is NaN, which ranks nothing.
    """
    weights = np.ones((1, len(score))) if weight is None else weight
    if np.isnan(score).any():
        return np.full(len(weights), np.nan)
    order = np.argsort(-score, kind="stable")
    ranked = score[order]
    last_of_equal = np.append(np.flatnonzero(np.diff(ranked)), len(ranked) - 1) if len(ranked) else np.array([], int)
    hits = np.cumsum(weights[:, order] * truth[order], axis=1)[:, last_of_equal]
    seen = np.cumsum(weights[:, order], axis=1)[:, last_of_equal]
    total = (weights * truth).sum(axis=1)
    gained = np.diff(hits, prepend=0.0, axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        precision = np.where(seen > 0, hits / seen, 0.0)
        made: FloatArray = np.where(total > 0, (gained * precision).sum(axis=1) / total, np.nan)
    return made


def _ratios(hits: FloatArray, given: FloatArray, true: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    with np.errstate(invalid="ignore", divide="ignore"):
        precision = np.where(given > 0, hits / given, 0.0)
        recall = np.where(true > 0, hits / true, np.nan)
        f1 = np.where(given + true > 0, 2 * hits / (given + true), np.nan)
    return precision, recall, f1


def resamples(n_articles: int, n_themes: int, *, groups: IntArray | None = None, seed: int = 0) -> FloatArray:
    """Draw bootstrap resamples: float64, shape (1 + n_resamples, n_articles), how often each article counts.

    Events are drawn, each with all its articles, for reports of one event are right or wrong together.  The first row
    is the articles themselves; 1,000 resamples, down to 50 where articles times themes are many, and none of one event,
    which nothing can be drawn from.
    """
    rng = np.random.default_rng(seed)
    n_resamples = max(_LEAST_RESAMPLES, min(_RESAMPLES, _MOST_WEIGHTS // max(1, n_articles * n_themes)))
    event = np.arange(n_articles) if groups is None else np.unique(groups, return_inverse=True)[1]
    n_events = int(event.max()) + 1 if n_articles else 0
    if n_events < 2:
        return np.ones((1, n_articles))
    drawn = rng.multinomial(n_events, np.full(n_events, 1 / max(1, n_events)), size=n_resamples).astype(np.float64)
    return np.vstack([np.ones(n_articles), drawn[:, event]])


def resampled_scores(predictions: Predictions, weights: FloatArray) -> FloatArray:
    """Scores of each theme on each resample.

    Returns
    -------
    ndarray of float64, shape (4, n_resamples, n_themes)
        Precision, recall, F1, average precision.
    """
    hits, said, true = _counts(predictions, weights)
    values = np.stack([*_ratios(hits, said, true), np.full_like(hits, np.nan)], axis=0)
    judged, truth = ~np.isnan(predictions.labels), predictions.labels == 1
    for theme in range(truth.shape[1]):
        rows = np.flatnonzero(judged[:, theme])
        values[3][:, theme] = _ranked(truth[rows, theme], predictions.probability[rows, theme], rows, weights)
    return values


def macro_scores(values: FloatArray, present: BoolArray) -> FloatArray:
    """Mean over the themes that have an article, and whose score is known; NaN where none is.

    Parameters
    ----------
    values : ndarray of float64, shape (..., n_themes)
    present : ndarray of bool, shape (n_themes,)

    Returns
    -------
    ndarray of float64, shape (...)
    """
    kept = values[..., present]
    known = ~np.isnan(kept)
    with np.errstate(invalid="ignore"):  # a resample may draw no article of any theme
        mean: FloatArray = np.where(known, kept, 0.0).sum(axis=-1) / known.sum(axis=-1)
    return mean


def _counts(predictions: Predictions, weights: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Themes rightly given, given and true, on each resample: each of shape (n_resamples, n_themes)."""
    judged, truth = ~np.isnan(predictions.labels), predictions.labels == 1
    given = predictions.given & judged
    return weights @ (truth & given), weights @ given, weights @ truth.astype(np.float64)


def events_having(predictions: Predictions) -> dict[str, int]:
    """For each theme, of how many events the articles are that have it."""
    truth, groups = predictions.labels == 1, predictions.groups
    return {
        theme: int(own.sum()) if groups is None else len(np.unique(groups[own]))
        for theme, own in zip(predictions.themes, truth.T, strict=True)
    }


def interval(value: float, drawn: FloatArray) -> tuple[float, float]:
    """Find the ends of the 95 % interval of a score, from what it is on resamples; NaN of none.

    Percentiles, corrected for bias (BC; Efron 1987): an article drawn twice ranks beside itself, which lifts the
    average precision of rare themes, and the plain percentiles with it.  The score itself always lies within.

    Parameters
    ----------
    value : float
    drawn : ndarray of float64, shape (n_resamples,)
        NaN where a resample has no score.
    """
    known = drawn[~np.isnan(drawn)]
    if not len(known):
        return float("nan"), float("nan")
    below = ((known < value) + 0.5 * (known == value)).mean()
    # Where nearly all lie on one side, the correction itself is not known better.
    bias = min(max(_NORMAL.inv_cdf(min(max(below, 1e-6), 1 - 1e-6)), -_FAR), _FAR)
    low, high = np.percentile(known, [100 * _NORMAL.cdf(2 * bias + far) for far in (-_FAR, _FAR)])
    return min(float(low), value), max(float(high), value)


def score_table(predictions: Predictions, *, seed: int = 0) -> "pd.DataFrame":
    """Precision, recall, F1, average precision and support, a row a theme, then averages.

    Rows ``macro`` (mean over the themes that have an article), ``micro`` (all decisions together;
    its average precision ranks all of them in one list) and ``no theme`` (articles that have none,
    and were given none).  Intervals: 95 %, from bootstrap resamples of the events; see `resamples` and `interval`.

    Returns
    -------
    pandas.DataFrame
        Index: theme; columns ``precision``, ``recall``, ``f1``, ``average_precision``, their
        ``_low`` and ``_high``, and ``support``.
    """
    import pandas as pd

    labels, given, score = predictions.labels, predictions.given, predictions.probability
    n_articles, n_themes = labels.shape
    judged = ~np.isnan(labels)
    truth = labels == 1
    weights = resamples(n_articles, n_themes, groups=predictions.groups, seed=seed)
    hits, said, true = _counts(predictions, weights)
    values = resampled_scores(predictions, weights)
    # Nobody judged it: that it is given to none is neither right nor wrong.
    values[:, :, ~judged.any(axis=0)] = np.nan
    table = {theme: _row(values[:, :, j], int(truth[:, j].sum())) for j, theme in enumerate(predictions.themes)}
    table["macro"] = _row(macro_scores(values, truth.any(axis=0)), int(truth.sum()))
    micro = np.stack([*_ratios(hits.sum(1), said.sum(1), true.sum(1)), np.full(len(weights), np.nan)])
    flat = judged.ravel()
    article = np.repeat(np.arange(n_articles), n_themes)[flat]
    micro[3] = _ranked(truth.ravel()[flat], score.ravel()[flat], article, weights)
    table["micro"] = _row(micro, int(truth.sum()))
    whole = judged.all(axis=1)
    none_true, none_given = whole & ~truth.any(axis=1), whole & ~given.any(axis=1)
    none = _ratios(
        weights @ (none_true & none_given),
        weights @ none_given.astype(float),
        weights @ none_true.astype(float),
    )
    if not whole.any():
        none = (np.full(len(weights), np.nan),) * 3
    table["no theme"] = _row(np.stack([*none, np.full(len(weights), np.nan)]), int(none_true.sum()))
    frame = pd.DataFrame.from_dict(table, orient="index")
    frame.index.name = "theme"
    return frame


def _ranked(truth: BoolArray, score: FloatArray, article: IntArray, weights: FloatArray) -> FloatArray:
    """Average precision of decisions in one list, a batch of resamples at a time to bound the memory."""
    size = max(1, _BATCH // max(1, len(score)))
    batches = [weights[start : start + size] for start in range(0, len(weights), size)]
    return np.concatenate([average_precision(truth, score, batch[:, article]) for batch in batches])


def _row(values: FloatArray, support: int) -> dict[str, float]:
    row: dict[str, float] = {}
    for name, sample in zip(("precision", "recall", "f1", "average_precision"), values, strict=True):
        row[name] = float(sample[0])
        row[f"{name}_low"], row[f"{name}_high"] = interval(row[name], sample[1:])
    row["support"] = support
    return row


def summary(predictions: Predictions) -> dict[str, float]:
    """Subset accuracy (all themes of an article right), and the share of articles without a theme.

    The shares are of the articles judged for every theme; NaN where there is none.
    """
    judged = ~np.isnan(predictions.labels)
    # An article that was judged in part may yet have a theme that nobody looked for.
    whole = judged.all(axis=1)
    truth = predictions.labels == 1

    def share(holds: BoolArray) -> float:
        return float(holds[whole].all(axis=1).mean()) if whole.any() else float("nan")

    return {
        "articles": len(truth),
        "subset_accuracy": share(truth == predictions.given),
        "without_theme_given": share(~predictions.given),
        "without_theme_true": share(~truth),
    }
