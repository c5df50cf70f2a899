"""Predictions -> what a report shows of them: curves, costs, confusions, sources, the worst mistakes."""

import warnings
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import numpy.typing as npt

from cyberclf.folds import SMALL_SOURCE
from cyberclf.metrics import Predictions, score_table

__all__ = [
    "Confusion",
    "Curve",
    "Mistake",
    "SourceScore",
    "by_source",
    "confusions",
    "mistakes",
    "threshold_curve",
]

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

_NONE: Final = "no theme"


@dataclass(frozen=True, eq=False)
class Curve:
    """What each possible threshold of one theme would give.

    Parameters
    ----------
    threshold : ndarray of float64, shape (n_steps,)
        Falling; each probability that occurs.
    precision, recall, f1 : ndarray of float64, shape (n_steps,)
    given : ndarray of int64, shape (n_steps,)
        Articles that would be given the theme.
    """

    threshold: FloatArray
    precision: FloatArray
    recall: FloatArray
    f1: FloatArray
    given: npt.NDArray[np.int64]

    def at(self, threshold: float) -> tuple[float, float, float, int]:
        """Precision, recall, F1 and articles given at a threshold; precision NaN where none is given."""
        step = int(np.searchsorted(-self.threshold, -threshold, side="right")) - 1
        if step < 0:
            return float("nan"), 0.0, 0.0, 0
        return float(self.precision[step]), float(self.recall[step]), float(self.f1[step]), int(self.given[step])


@dataclass(frozen=True, slots=True)
class Confusion:
    """Where the mistakes about one theme come from.

    Parameters
    ----------
    theme : str
    wrong, missed : int
        Articles given it wrongly; articles that have it and were not given it.
    really, instead : tuple of (str, int)
        Themes that those given it wrongly have; themes given to those missed; most frequent first.
        "no theme" where there is no other.  An article with two themes counts in both.
    """

    theme: str
    wrong: int
    missed: int
    really: tuple[tuple[str, int], ...]
    instead: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class SourceScore:
    """Scores of the articles of one source, all themes together."""

    source: str
    articles: int
    labels: int
    f1: float
    f1_low: float
    f1_high: float
    average_precision: float


@dataclass(frozen=True, slots=True)
class Mistake:
    """A theme wrongly given, or missed.

    Parameters
    ----------
    row, theme : int
        Row and column of the predictions.
    kind : {"given", "missed"}
    probability : float
    """

    row: int
    theme: int
    kind: Literal["given", "missed"]
    probability: float


def threshold_curve(truth: BoolArray, probability: FloatArray) -> Curve:
    """Precision, recall and F1 at every threshold; equal probabilities are given together.

    Parameters
    ----------
    truth : ndarray of bool, shape (n,)
    probability : ndarray of float64, shape (n,)

    Examples
    --------
    >>> curve = threshold_curve(np.array([True, False, True]), np.array([0.9, 0.5, 0.5]))
    >>> curve.precision.round(2).tolist(), curve.recall.tolist(), curve.at(0.6)[3]
    ([1.0, 0.67], [0.5, 1.0], 1)
    """
    order = np.argsort(-probability, kind="stable")
    ranked = probability[order]
    last = np.append(np.flatnonzero(np.diff(ranked)), len(ranked) - 1) if len(ranked) else np.empty(0, dtype=int)
    hits = np.cumsum(truth[order])[last] if len(ranked) else np.empty(0)
    given = last + 1
    total = int(truth.sum())
    recall = hits / total if total else np.full(len(last), np.nan)
    return Curve(ranked[last], hits / given, recall, 2 * hits / (given + total), given.astype(np.int64))


def confusions(predictions: Predictions) -> list[Confusion]:
    """Say for each theme what the articles wrongly given it have, and what those missed were given."""
    truth, given = predictions.labels == 1, predictions.given
    wrong = given & (predictions.labels == 0)
    missed = truth & ~given

    def others(rows: BoolArray, values: BoolArray, theme: int) -> tuple[tuple[str, int], ...]:
        counts: Counter[str] = Counter()
        for row in np.flatnonzero(rows):
            found = [predictions.themes[j] for j in np.flatnonzero(values[row]) if j != theme]
            counts.update(found or [_NONE])
        return tuple(counts.most_common())

    return [
        Confusion(
            name,
            int(wrong[:, j].sum()),
            int(missed[:, j].sum()),
            others(wrong[:, j], truth, j),
            others(missed[:, j], given, j),
        )
        for j, name in enumerate(predictions.themes)
    ]


def by_source(predictions: Predictions, sources: Sequence[str], *, most: int = 40) -> list[SourceScore]:
    """Scores a source, the weakest first; those of few articles, and those beyond `most`, count as one.

    Parameters
    ----------
    predictions : Predictions
    sources : sequence of str
        Of each article; "" where unknown.
    most : int, default 40
    """
    names, counts = np.unique(np.array(sources, dtype=object), return_counts=True)
    large = [str(names[i]) for i in np.argsort(-counts, kind="stable") if counts[i] >= SMALL_SOURCE][:most]
    of = np.array(sources, dtype=object)
    scores = [_source_score(predictions, of == name, name or "source unknown") for name in large]
    rest = ~np.isin(of, large)
    if rest.any():
        n_sources = len(names) - len(large)
        said = f"{n_sources} other sources together" if n_sources > 1 else str(of[rest][0]) or "source unknown"
        scores.append(_source_score(predictions, rest, said))
    return sorted(scores, key=lambda score: (score.f1 != score.f1, score.f1))


def _source_score(predictions: Predictions, rows: BoolArray, name: str) -> SourceScore:
    own = Predictions(
        predictions.themes,
        predictions.labels[rows],
        predictions.probability[rows],
        predictions.given[rows],
        None if predictions.groups is None else predictions.groups[rows],
    )
    with warnings.catch_warnings():
        # A resample of few articles may hold none of any theme; its mean over the themes is not used.
        warnings.simplefilter("ignore", RuntimeWarning)
        micro = score_table(own).to_dict(orient="index")["micro"]
    values = [float(micro[key]) for key in ("f1", "f1_low", "f1_high", "average_precision")]
    return SourceScore(name, int(rows.sum()), int(micro["support"]), *values)


def mistakes(predictions: Predictions, *, most: int = 8) -> tuple[list[Mistake], list[Mistake]]:
    """Themes given wrongly with the highest, and missed with the lowest probability; `most` of each."""
    wrong = predictions.given & (predictions.labels == 0)
    missed = ~predictions.given & (predictions.labels == 1)
    p = predictions.probability
    given = sorted(np.argwhere(wrong).tolist(), key=lambda at: -p[at[0], at[1]])[:most]
    not_given = sorted(np.argwhere(missed).tolist(), key=lambda at: p[at[0], at[1]])[:most]
    return (
        [Mistake(row, theme, "given", float(p[row, theme])) for row, theme in given],
        [Mistake(row, theme, "missed", float(p[row, theme])) for row, theme in not_given],
    )
