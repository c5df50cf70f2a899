"""What a choice of thresholds costs, and what the review band holds and keeps."""

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from cyberclf.calibration import FAVOURS
from cyberclf.conformal import in_review
from cyberclf.metrics import Predictions

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["cost_table", "review_table"]

FloatArray = npt.NDArray[np.float64]


def _share(part: int, whole: int) -> float:
    return part / whole if whole else float("nan")


def _wilson(part: int, whole: int) -> tuple[float, float]:
    """95 % interval of a share (Wilson 1927); NaN of nothing."""
    if not whole:
        return float("nan"), float("nan")
    from scipy.stats import binomtest

    interval = binomtest(part, whole).proportion_ci(method="wilson")
    return float(interval.low), float(interval.high)


def cost_table(predictions: Predictions, favoured: FloatArray) -> "pd.DataFrame":
    """Count what thresholds for F1, precision and recall give and miss.

    Parameters
    ----------
    predictions : Predictions
    favoured : ndarray of float64, shape (3, n_articles, n_themes) or (3, 1, n_themes)
        Thresholds in the order of `cyberclf.calibration.FAVOURS`.

    Returns
    -------
    pandas.DataFrame
        A row a theme and favour; columns ``theme``, ``favour``, ``threshold`` (mean over articles),
        ``precision`` (NaN where nothing is given), ``recall``, ``f1``, ``given`` (articles), ``articles`` (judged).
    """
    import pandas as pd

    rows = []
    for j, theme in enumerate(predictions.themes):
        judged = predictions.judged[:, j]
        truth, p = predictions.labels[judged, j] == 1, predictions.probability[judged, j]
        for favour, values in zip(FAVOURS, favoured, strict=True):
            threshold = np.broadcast_to(values, predictions.labels.shape)[judged, j]
            given = p >= threshold
            hits, said, true = int((given & truth).sum()), int(given.sum()), int(truth.sum())
            row = {
                "theme": theme,
                "favour": favour,
                "threshold": float(threshold.mean()) if len(p) else np.nan,
                "precision": _share(hits, said),
                "recall": _share(hits, true),
                "f1": _share(2 * hits, said + true) if true else np.nan,
                "given": said,
                "articles": len(p),
            }
            rows.append(row)
    return pd.DataFrame(rows)


def review_table(predictions: Predictions, lower: FloatArray, upper: FloatArray) -> "pd.DataFrame":
    """How many articles the review band leaves to a person, and whether it keeps its promise.

    Parameters
    ----------
    predictions : Predictions
    lower, upper : ndarray of float64, shape (n_articles, n_themes) or (n_themes,)
        Bounds of the band.

    Returns
    -------
    pandas.DataFrame
        Index: theme; columns ``lower`` and ``upper`` (means), ``in_review`` (share of the articles),
        ``missed`` (of those that have the theme, the share that is neither given it nor in review),
        ``passed`` (of those that lack it, the share that is given it and not in review), their 95 %
        intervals ``_low`` and ``_high``, ``positives`` and ``negatives``.
    """
    import pandas as pd

    rows = {}
    shape = predictions.labels.shape
    lower, upper = np.broadcast_to(lower, shape), np.broadcast_to(upper, shape)
    for j, theme in enumerate(predictions.themes):
        judged = predictions.judged[:, j]
        truth, p = predictions.labels[judged, j] == 1, predictions.probability[judged, j]
        low, high, given = lower[judged, j], upper[judged, j], predictions.given[judged, j]
        settled = ~in_review(p, given, low, high)
        row = {
            "lower": float(low.mean()) if len(p) else np.nan,
            "upper": float(high.mean()) if len(p) else np.nan,
            "in_review": _share(int((~settled).sum()), len(p)),
        }
        for name, wrong, of in (("missed", settled & ~given, truth), ("passed", settled & given, ~truth)):
            counts = int((wrong & of).sum()), int(of.sum())
            row[name] = _share(*counts)
            row[f"{name}_low"], row[f"{name}_high"] = _wilson(*counts)
        rows[theme] = row | {"positives": int(truth.sum()), "negatives": int((~truth).sum())}
    frame = pd.DataFrame.from_dict(rows, orient="index")
    frame.index.name = "theme"
    return frame
