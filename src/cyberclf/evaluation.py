"""Model or recipe x corpus -> figures."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import numpy.typing as npt

from cyberclf.answers import answers
from cyberclf.baselines import BASELINES, run_baseline
from cyberclf.conformal import DEFAULT_LEVEL
from cyberclf.corpus import Corpus
from cyberclf.encode import Encoded, encode
from cyberclf.errors import CorpusError
from cyberclf.fitting import Linear, Recipe
from cyberclf.folds import SEEDS, Split, scored_kind, source_splits, writer_splits
from cyberclf.giving import give, themes_per_article
from cyberclf.holdout import OutOfFold, Say, cross_validate, out_of_fold, prepare, require_splits, silent
from cyberclf.metrics import Predictions, score_table, summary
from cyberclf.model import Model
from cyberclf.operating import cost_table, review_table
from cyberclf.reliability import reliability_curve, reliability_table

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Evaluation", "Part", "evaluate_model", "evaluate_recipe", "from_held_out", "headline"]

BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Part:
    """Scores of one way to hold articles out.

    Parameters
    ----------
    name, protocol : str
    table : pandas.DataFrame
        See `score_table`.
    summary : dict of str to float
    rows : ndarray of int64, shape (n_scored,)
        The articles scored, as numbers of the corpus's.
    predictions : Predictions
        What was said of them: shape (n_scored, n_themes).
    evidence : pandas.DataFrame or None
        See `evidence_agreement`.
    reliability : pandas.DataFrame or None
        See `reliability_table`; None for rivals, whose scores are no probabilities.
    costs : pandas.DataFrame or None
        See `cost_table`.
    review : pandas.DataFrame or None
        See `review_table`.
    review_level : float
        Of the band in `review`.
    """

    name: str
    protocol: str
    table: "pd.DataFrame"
    summary: dict[str, float]
    rows: npt.NDArray[np.int64]
    predictions: Predictions
    evidence: "pd.DataFrame | None" = None
    reliability: "pd.DataFrame | None" = None
    costs: "pd.DataFrame | None" = None
    review: "pd.DataFrame | None" = None
    review_level: float = DEFAULT_LEVEL


@dataclass(frozen=True, eq=False)
class Evaluation:
    """All parts, the headline first.

    Parameters
    ----------
    parts : tuple of Part
    data : Encoded or None
        The corpus as it was learnt from; of a recipe only, as the rest.
    held_out : OutOfFold or None
        What the headline's folds said.
    linears : tuple of Linear
        What they learnt, in the order of ``held_out.splits``.
    recipe : Recipe or None
    """

    parts: tuple[Part, ...]
    data: Encoded | None = None
    held_out: OutOfFold | None = None
    linears: tuple[Linear, ...] = ()
    recipe: Recipe | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return plain values, for JSON; what could not be computed is None."""
        return {
            part.name: {
                "protocol": part.protocol,
                "summary": {name: None if value != value else value for name, value in part.summary.items()},
                "scores": _plain(part.table),
                **({"evidence": _plain(part.evidence)} if part.evidence is not None else {}),
                **_operating(part),
            }
            for part in self.parts
        }


def _operating(part: Part) -> dict[str, Any]:
    if part.reliability is None or part.costs is None or part.review is None:
        return {}
    curve = reliability_curve(part.predictions)
    return {
        "reliability": _plain(part.reliability),
        "reliability_curve": {theme: list(_plain(rows).values()) for theme, rows in curve.groupby("theme", sort=False)},
        "favour": {
            favour: _plain(rows.set_index("theme")) for favour, rows in part.costs.groupby("favour", sort=False)
        },
        "review": {"level": part.review_level, "themes": _plain(part.review)},
    }


def _plain(frame: "pd.DataFrame") -> dict[str, Any]:
    rows = cast("dict[str, dict[str, Any]]", frame.round(4).to_dict(orient="index"))
    return {str(key): {k: None if v != v else v for k, v in row.items()} for key, row in rows.items()}


def evidence_agreement(
    data: Encoded,
    themes: tuple[str, ...],
    given: BoolArray,
    best: npt.NDArray[np.int64],
    rows: npt.NDArray[np.int64],
) -> "pd.DataFrame | None":
    """Share of the themes rightly given whose top passage holds marked evidence.

    Beside it the shares that a random and the first passage would have; articles with marks only.

    Returns
    -------
    pandas.DataFrame or None
        Index: theme and ``all``; columns ``top``, ``random``, ``first``, ``count``.
    """
    import pandas as pd

    has_marks = data.has_marks
    found: dict[str, list[tuple[float, float, float]]] = {theme: [] for theme in themes}
    for row in rows:
        for column, theme in enumerate(themes):
            if given[row, column] and data.labels[row, column] == 1 and has_marks[row, column]:
                own = data.marked[data.first[row] : data.first[row + 1], column]
                found[theme].append((float(own[best[row, column]]), float(own.mean()), float(own[0])))
    table = {**found, "all": [values for theme in themes for values in found[theme]]}
    if not table["all"]:
        return None
    made = {
        theme: (*(np.mean(values, axis=0).tolist() if values else [np.nan] * 3), len(values))
        for theme, values in table.items()
    }
    return pd.DataFrame.from_dict(made, orient="index", columns=["top", "random", "first", "count"])


def from_held_out(corpus: Corpus, data: Encoded, held_out: OutOfFold, kinds: str, name: str, protocol: str) -> Part:
    """Score what was held out, calibrated and cut by thresholds from the other folds."""
    use = data.kinds == kinds
    made = cross_validate(data.labels, held_out, data.groups)
    rows = np.flatnonzero(use & (held_out.fold >= 0))
    given = give(made.probability, made.threshold, themes_per_article(data.labels))
    predictions = Predictions(corpus.themes, data.labels[rows], made.probability[rows], given[rows], data.groups[rows])
    evidence = evidence_agreement(data, corpus.themes, given, held_out.best, rows)
    part = _part(name, protocol, rows, predictions, evidence)
    return _with_operating(part, made.favoured[:, rows], made.review[:, rows], DEFAULT_LEVEL)


def _part(
    name: str,
    protocol: str,
    rows: npt.NDArray[np.int64],
    predictions: Predictions,
    evidence: "pd.DataFrame | None" = None,
) -> Part:
    return Part(name, protocol, score_table(predictions), summary(predictions), rows, predictions, evidence)


def _with_operating(part: Part, favoured: npt.NDArray[np.float64], band: npt.NDArray[np.float64], level: float) -> Part:
    predictions = part.predictions
    return replace(
        part,
        reliability=reliability_table(predictions),
        costs=cost_table(predictions, favoured),
        review=review_table(predictions, *band),
        review_level=level,
    )


def headline(corpus: Corpus, data: Encoded, held_out: OutOfFold) -> Part:
    """Scores of the kind of articles that the folds by event hold out: real ones, where there are enough."""
    kind = scored_kind(data)
    name = {"press": "press", "written": "written text", "seed": "seeds"}[kind]
    n_folds = len({split.name for split in held_out.splits} - {SEEDS})
    return from_held_out(corpus, data, held_out, kind, name, f"{n_folds} folds, no event on both sides")


def evaluate_recipe(corpus: Corpus, *, recipe: Recipe | None = None, n_jobs: int = 2, say: Say = silent) -> Evaluation:
    """Cross-validate the recipe on a corpus.

    Real press: folds without an event on both sides, then a source at a time; the rivals on the
    same folds.  The seeds: a fold of their own.  Written text: a writer at a time.

    Raises
    ------
    CorpusError
        When nothing can be learnt, or there are too few events to hold any out.
    """
    data, recipe, by_event = prepare(corpus, recipe)
    require_splits(by_event)
    by_source, by_writer = source_splits(data), writer_splits(data)
    kind = scored_kind(data)

    def hold_out(splits: list[Split]) -> OutOfFold:
        return out_of_fold(data, splits, recipe, n_jobs=n_jobs, say=say)[0]

    held_out, linears = out_of_fold(data, by_event, recipe, n_jobs=n_jobs, say=say)
    parts = [headline(corpus, data, held_out)]
    protocol = "the same folds"
    if themes_per_article(data.labels) == "one":
        protocol += "; the most probable theme, whatever the threshold"
    for baseline in BASELINES:
        made = run_baseline(data, tuple(by_event), baseline, corpus.themes)
        if made is not None:
            say(f"{baseline.name}: on the same folds")
            rows = np.flatnonzero(data.kinds == kind)
            predictions = Predictions(corpus.themes, data.labels[rows], made[0][rows], made[1][rows], data.groups[rows])
            name = f"{parts[0].name}: {baseline.name}"
            parts.append(_part(name, protocol, rows, predictions))
    if by_source:
        protocol = f"{len(by_source)} folds, a source at a time"
        parts.append(from_held_out(corpus, data, hold_out(by_source), "press", "press, a source left out", protocol))
    if kind != "seed" and (data.kinds == "seed").any():
        protocol = "one fold; never learnt from, thresholds from the others"
        parts.append(from_held_out(corpus, data, held_out, "seed", "seeds", protocol))
    if by_writer and kind == "press":
        protocol = f"{len(by_writer)} folds, a writer at a time; not real press"
        name = "written text, a writer left out"
        parts.append(from_held_out(corpus, data, hold_out(by_writer), "written", name, protocol))
    return Evaluation(tuple(parts), data, held_out, tuple(linears), recipe)


def evaluate_model(corpus: Corpus, model: Model) -> Evaluation:
    """Score a model on labelled articles, which it should not have been trained on.

    Themes that the articles' labels never name count as not judged, and the protocol says so.  As in prediction, what
    is short, foreign or empty is given no theme; of counts of words nobody knows whether they are.

    Raises
    ------
    CorpusError
        When the corpus speaks of a theme that the model does not have, or of none at all.
    """
    unknown = [theme for theme in corpus.themes if theme not in model.themes]
    if unknown:
        raise CorpusError(f"theme '{unknown[0]}' is not one of the model's: {', '.join(model.themes)}")
    if not corpus.themes:
        raise CorpusError(
            f"no article has a theme, so nothing can be scored; the model's are {', '.join(model.themes)}"
        )
    data = encode(corpus.articles, model.themes)
    named = np.isin(model.themes, [*corpus.themes, *corpus.unmet])
    data = replace(data, labels=np.where(named, data.labels, np.nan))
    unnamed = ", ".join(np.array(model.themes)[np.isnan(data.labels).all(axis=0)])
    (said,) = answers(corpus.articles, [model])
    parts = []
    for kind, name in (("press", "press"), ("seed", "seeds"), ("written", "written text")):
        rows = np.flatnonzero(data.kinds == kind)
        if len(rows):
            predictions = Predictions(
                model.themes, data.labels[rows], said.probability[rows], said.given[rows], data.groups[rows]
            )
            evidence = evidence_agreement(data, model.themes, said.given, said.best, rows)
            without = int(said.withheld[rows].sum())
            protocol = "by the model given"
            if without:
                protocol += f"; {without} short, foreign or empty, given no theme"
            if unnamed:
                protocol += f"; the labels do not judge {unnamed}: not scored"
            part = _part(name, protocol, rows, predictions, evidence)
            parts.append(_with_operating(part, model.favoured[:, None], np.stack(model.band), model.review_level))
    return Evaluation(tuple(parts))
