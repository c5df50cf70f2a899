"""Out-of-fold scores -> probabilities, and a threshold a theme.  numpy alone."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

__all__ = [
    "FAVOURS",
    "LEAST_SLOPE",
    "Thresholds",
    "best_f1_threshold",
    "best_threshold",
    "calibrate",
    "choose_favoured",
    "choose_thresholds",
    "logistic",
]

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

#: What thresholds may favour, and the beta of the F-measure that they are then chosen for.
FAVOURS: Final[Mapping[str, float]] = {"f1": 1.0, "precision": 0.5, "recall": 2.0}

#: Weight of the common curve, in articles that have the theme.
_PRIOR_POSITIVES = 10.0
#: A theme's own threshold counts half when so many articles have it.
_HALF_POSITIVES = 20.0
#: Of fewer positives in all, the common threshold is that of one half in part.
_FEW_POSITIVES = 5.0
_RESAMPLES = 200
_ODDS_LIMIT = 1e-4
#: Slopes of curves are no smaller. Scores of held-out articles can run against their labels, where these are few or
#: alike; probabilities that fall as scores rise would then turn what the model, trained on all, has learnt about.
LEAST_SLOPE = 0.05


@dataclass(frozen=True, eq=False)
class Thresholds:
    """Thresholds on probabilities.

    Parameters
    ----------
    values : ndarray of float64, shape (n_themes,)
    spread : ndarray of float64, shape (n_themes,)
        Standard deviation over resampled articles, before it is drawn to the common value.
    common : float
        What they are drawn to.
    """

    values: FloatArray
    spread: FloatArray
    common: float


def logistic(scores: FloatArray, curve: FloatArray) -> FloatArray:
    """Probabilities from scores.

    Parameters
    ----------
    scores : ndarray of float64, shape (n_articles, n_themes)
    curve : ndarray of float64, shape (2, n_themes)
        Slopes and intercepts.

    Returns
    -------
    ndarray of float64, shape (n_articles, n_themes)
    """
    probability: FloatArray = 1.0 / (1.0 + np.exp(-np.clip(curve[0] * scores + curve[1], -500.0, 500.0)))
    return probability


def calibrate(scores: FloatArray, labels: FloatArray) -> FloatArray:
    """Fit a logistic curve a theme, drawn toward one common to all themes where positives are few.

    Platt scaling (Platt 1999) as maximum a posteriori: the prior is centred on the curve fitted to
    all themes at once.  Slopes are 0.05 or more.

    Parameters
    ----------
    scores : ndarray of float64, shape (n_articles, n_themes)
        Of articles that the models which gave them had not seen; rows of NaN are left out.
    labels : ndarray of float64, shape (n_articles, n_themes)
        1, 0, or NaN: not judged.

    Returns
    -------
    ndarray of float64, shape (2, n_themes)
        Slopes and intercepts.
    """
    n_themes = scores.shape[1]
    judged = ~np.isnan(labels) & ~np.isnan(scores)
    start = np.array([0.5, 0.0])
    common = _rising(scores[judged], labels[judged], start, np.full(2, 1e-2)) if judged.any() else start
    curve = np.empty((2, n_themes))
    # In units of the curve: a prior as strong as some positives whose scores spread by one.
    strength = np.array([_PRIOR_POSITIVES, _PRIOR_POSITIVES / 4])
    for theme in range(n_themes):
        rows = judged[:, theme]
        curve[:, theme] = _rising(scores[rows, theme], labels[rows, theme], common, strength)
    return curve


def _rising(x: FloatArray, y: FloatArray, centre: FloatArray, strength: FloatArray) -> FloatArray:
    """Fit a curve whose slope is no smaller than the least."""
    w = _fit(x, y, centre, strength)
    if w[0] >= LEAST_SLOPE:
        return w
    w = _fit(x, y, np.array([LEAST_SLOPE, centre[1]]), np.array([1e12, strength[1]]))
    return np.array([LEAST_SLOPE, w[1]])


def _fit(x: FloatArray, y: FloatArray, centre: FloatArray, strength: FloatArray) -> FloatArray:
    """Penalised logistic regression by Newton's method with step halving."""
    design = np.column_stack([x, np.ones(len(x))])

    def loss(w: FloatArray) -> float:
        odds = design @ w
        return float(np.logaddexp(0.0, odds).sum() - y @ odds + 0.5 * strength @ (w - centre) ** 2)

    w, value = centre.copy(), loss(centre)
    for _ in range(100):
        p = 1.0 / (1.0 + np.exp(-np.clip(design @ w, -500.0, 500.0)))
        gradient = design.T @ (p - y) + strength * (w - centre)
        hessian = (design * (p * (1.0 - p))[:, None]).T @ design + np.diag(strength)
        step = np.linalg.solve(hessian, gradient)
        scale = 1.0
        while (moved := loss(w - scale * step)) > value and scale > 1e-8:
            scale /= 2
        w = w - scale * step
        if value - moved < 1e-12 * (1.0 + abs(value)):
            break
        value = moved
    return w


def best_f1_threshold(probability: FloatArray, truth: BoolArray) -> float:
    """Threshold with the highest F1; midway to the next score below.

    NaN when no article has the theme.
    """
    return best_threshold(probability, truth, beta=1.0)


def best_threshold(probability: FloatArray, truth: BoolArray, *, beta: float) -> float:
    """Threshold with the highest F-beta (van Rijsbergen 1979): beta below 1 favours precision, above 1 recall.

    NaN when no article has the theme.
    """
    if not truth.any():
        return float("nan")
    order = np.argsort(-probability, kind="stable")
    return _best_of_ranked(probability[order], truth[order], beta=beta)


def _best_of_ranked(ranked: FloatArray, truth: BoolArray, *, beta: float) -> float:
    """Best threshold for probabilities in falling order, one of which at least is of an article that has the theme."""
    hits = np.cumsum(truth)
    value = (1.0 + beta**2) * hits / (np.arange(1, len(ranked) + 1) + beta**2 * hits[-1])
    # Between equal scores there is no room for a threshold.
    value[:-1][ranked[:-1] == ranked[1:]] = -1.0
    best = int(value.argmax())
    below = ranked[best + 1] if best + 1 < len(ranked) else 0.0
    return float((ranked[best] + below) / 2)


def choose_thresholds(probability: FloatArray, labels: FloatArray, *, beta: float = 1.0, seed: int = 0) -> Thresholds:
    """Choose a threshold a theme for F-beta, drawn to a common value when positives are few.

    The theme's own value is the mean over bootstrap resamples of the articles, which is steadier
    than the single best one; the common value is the one with the best F-beta over all
    (article, theme) pairs, itself drawn to one half
    where they hold fewer than five positives.  The two are averaged as log-odds, the theme's own with weight
    ``n_positives / (n_positives + 20)``.

    Parameters
    ----------
    probability : ndarray of float64, shape (n_articles, n_themes)
        Out of fold; rows with NaN are left out.
    labels : ndarray of float64, shape (n_articles, n_themes)
        1, 0, or NaN: not judged.
    beta : float, default 1
        Below 1 precision counts more, above 1 recall.
    seed : int, default 0

    Returns
    -------
    Thresholds
    """
    n_themes = labels.shape[1]
    judged = ~np.isnan(labels) & ~np.isnan(probability)
    pairs = (probability[judged], labels[judged] == 1.0)
    common = best_threshold(*pairs, beta=beta) if judged.any() else float("nan")
    if np.isnan(common):
        common = 0.5
    # A single positive article would have it so low that nearly all others are given the theme.
    if (share := pairs[1].sum() / _FEW_POSITIVES) < 1.0:
        common = 1.0 / (1.0 + np.exp(-share * _odds(common)))
    values, spread = np.full(n_themes, common), np.zeros(n_themes)
    rng = np.random.default_rng(seed)
    for theme in range(n_themes):
        rows = judged[:, theme]
        p, truth = probability[rows, theme], labels[rows, theme] == 1.0
        n_positives = int(truth.sum())
        if n_positives < 2:
            continue
        drawn = []
        # Ranked once: places in that order are sorted faster than probabilities, and what is drawn is the same.
        order = np.argsort(-p, kind="stable")
        place = np.empty(len(p), dtype=np.int32)
        place[order] = np.arange(len(p))
        ranked, truth = p[order], truth[order]
        for _ in range(_RESAMPLES if len(p) * n_themes < 200_000 else _RESAMPLES // 10):
            rows_drawn = np.sort(place[rng.integers(0, len(p), len(p))])
            if (held := truth[rows_drawn]).any():
                drawn.append(_odds(_best_of_ranked(ranked[rows_drawn], held, beta=beta)))
        if not drawn:
            continue
        own = float(np.mean(drawn))
        weight = n_positives / (n_positives + _HALF_POSITIVES)
        mixed = weight * own + (1 - weight) * _odds(common)
        values[theme] = 1.0 / (1.0 + np.exp(-mixed))
        spread[theme] = float(np.std(1.0 / (1.0 + np.exp(-np.array(drawn)))))
    return Thresholds(values, spread, float(common))


def choose_favoured(probability: FloatArray, labels: FloatArray) -> tuple[Thresholds, FloatArray]:
    """Choose thresholds for F1, and those that favour precision (F0.5) and recall (F2).

    Those for precision are never below those for F1, nor those for recall above.

    Parameters
    ----------
    probability, labels : ndarray of float64, shape (n_articles, n_themes)
        As for `choose_thresholds`.

    Returns
    -------
    thresholds : Thresholds
        For F1.
    favoured : ndarray of float64, shape (3, n_themes)
        Rows in the order of `FAVOURS`; the first is that of `thresholds`.
    """
    for_f1, for_precision, for_recall = (choose_thresholds(probability, labels, beta=b) for b in FAVOURS.values())
    middle = for_f1.values
    rows = [middle, np.maximum(middle, for_precision.values), np.minimum(middle, for_recall.values)]
    return for_f1, np.stack(rows)


def _odds(probability: float) -> float:
    p = min(max(probability, _ODDS_LIMIT), 1.0 - _ODDS_LIMIT)
    return float(np.log(p / (1.0 - p)))
