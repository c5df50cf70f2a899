"""Whether a new artifact is better than an old one, on the same articles."""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from cyberclf.answers import Answers, answers, corpus_fingerprint, learnt_from
from cyberclf.corpus import Corpus
from cyberclf.encode import encode
from cyberclf.errors import ArtifactError, CorpusError
from cyberclf.metrics import Predictions, interval, macro_scores, resampled_scores, resamples
from cyberclf.model import Model

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Change", "Comparison", "compare_models", "compare_recorded"]

FloatArray = npt.NDArray[np.float64]

_MEASURES: Final = {"f1": "F1", "average_precision": "average precision"}
#: Articles that a theme needs for a verdict of its own: of fewer, one decides.
_ENOUGH: Final = 10
#: Events that any verdict needs: resamples of fewer are hardly others than the articles themselves.
_LEAST_EVENTS: Final = 5
_NO_SCORES: Final = "an artifact carries no cross-validated scores; name labelled articles"
#: What a recorded macro score may fall by and still count as the same, where the articles scored have so many themes
#: or more, and of fewer by the root of how many fewer: recorded scores have no intervals.
NOISE: Final = 0.01
_NOISE_FROM: Final = 1000


@dataclass(frozen=True, slots=True)
class Change:
    """A theme that one model gives to an article, and the other does not.

    Parameters
    ----------
    id, theme : str
    gained : bool
        Given by the new model; else by the old one.
    right : bool or None
        Whether the new model is right; None where nobody judged.
    """

    id: str
    theme: str
    gained: bool
    right: bool | None


@dataclass(frozen=True, eq=False)
class Comparison:
    """Old and new, and what follows.

    Parameters
    ----------
    basis : str
        What was compared on.
    table : pandas.DataFrame
        Index: theme and ``macro``; for ``f1`` and ``average_precision``: ``_old``, ``_new``,
        ``_difference``, its 95 % interval ``_low`` and ``_high``, and ``_better``: the share of
        resamples in which the new one is better, ties half.  Recorded scores have no interval.
    changed : tuple of Change
    worse, better : tuple of str
        Themes (or ``macro``) and measure that are surely worse, or better.
    notes : tuple of str
        What the reader must know: themes left out, articles that a model was trained on.
    unsaid : str
        Why there is no verdict; "" where there is one.
    """

    basis: str
    table: "pd.DataFrame"
    changed: tuple[Change, ...]
    worse: tuple[str, ...]
    better: tuple[str, ...]
    notes: tuple[str, ...]
    unsaid: str = ""

    @property
    def verdict(self) -> str:
        """One sentence."""
        if self.unsaid:
            return f"No verdict: {self.unsaid}."
        if self.worse:
            return f"The new model is worse: {', '.join(self.worse)}."
        if self.better:
            return f"The new model is better: {', '.join(self.better)}."
        chance = " (of so many figures, one interval in twenty lies beside 0 by chance)" if self.changed else ""
        return f"No difference that is sure{chance}: the new model is not worse."

    def as_dict(self) -> dict[str, Any]:
        """Return plain values, for JSON; what could not be computed is None."""
        rows = self.table.round(4).to_dict(orient="index")
        return {
            "basis": self.basis,
            "verdict": self.verdict,
            "worse": list(self.worse),
            "better": list(self.better),
            "notes": list(self.notes),
            "scores": {str(name): {k: None if v != v else v for k, v in row.items()} for name, row in rows.items()},
            "changed": [
                {"id": c.id, "theme": c.theme, "change": "gained" if c.gained else "lost", "right": c.right}
                for c in self.changed
            ],
        }


def _common(old: Model, new: Model) -> tuple[tuple[str, ...], list[str]]:
    themes = tuple(theme for theme in new.themes if theme in old.themes)
    if not themes:
        raise ArtifactError("the two artifacts have no theme in common; compare models of the same themes")
    notes = []
    for name, only in (("old", set(old.themes) - set(themes)), ("new", set(new.themes) - set(themes))):
        if only:
            notes.append(f"only the {name} model has {', '.join(sorted(only))}: not compared")
    return themes, notes


def compare_models(corpus: Corpus, old: Model, new: Model, *, seed: int = 0) -> Comparison:
    """Compare two models on labelled articles, which neither should have been trained on.

    How many of these articles a model was trained on is said, as far as its artifact knows.

    As in prediction, a model gives no theme to what it takes for short, foreign or empty.

    Intervals are of a paired bootstrap by event.  The new model is worse when a difference, of the macro scores or of a
    theme with ten articles or more, lies below 0 by more standard errors of the bootstrap than chance brings about in
    5 % of comparisons, all those looked at together (Bonferroni).

    Parameters
    ----------
    corpus : Corpus
    old, new : Model
    seed : int, default 0

    Raises
    ------
    ArtifactError
        When they have no theme in common.
    CorpusError
        When the corpus names none of the common themes.
    """
    import pandas as pd

    common, notes = _common(old, new)
    themes = tuple(theme for theme in common if theme in corpus.themes)
    if not themes:
        raise CorpusError(f"the corpus has none of the themes in common: {', '.join(common)}")
    if unnamed := [theme for theme in common if theme not in themes]:
        notes.append(f"no article of the corpus has {', '.join(unnamed)}: not compared")
    heard = answers(corpus.articles, [old, new])
    for name, model, answer in zip(("old", "new"), (old, new), heard, strict=True):
        if learnt := learnt_from(model, corpus):
            notes.append(
                f"the {name} model was trained on {learnt} of these {len(corpus.articles)} articles: "
                "its scores flatter it"
            )
        if without := int(answer.withheld.sum()):
            notes.append(
                f"the {name} model gives no theme to what it takes for short, foreign or empty: {without} of them"
            )
    data = encode(corpus.articles, themes)
    labels = data.labels
    said = [_predictions(model, answer, themes, labels) for model, answer in zip((old, new), heard, strict=True)]
    weights = resamples(*labels.shape, groups=data.groups, seed=seed)
    values = np.stack([resampled_scores(each, weights)[2:] for each in said])  # models, measures, resamples, themes
    present = (labels == 1).any(axis=0)
    values = np.concatenate([values, macro_scores(values, present)[..., None]], axis=-1)
    rows = {name: _row(values[..., j]) for j, name in enumerate((*themes, "macro"))}
    frame = pd.DataFrame.from_dict(rows, orient="index")
    frame.index.name = "theme"
    having = {theme: data.groups[own == 1] for theme, own in zip(themes, labels.T, strict=True)}
    events = {name: len(np.unique(groups)) for name, groups in (having | {"macro": data.groups}).items()}
    judged = [theme for theme in themes if len(having[theme]) >= _ENOUGH and events[theme] >= _LEAST_EVENTS]
    unsaid = ""
    if events["macro"] < _LEAST_EVENTS:
        unsaid = f"the articles are of fewer than {_LEAST_EVENTS} events"
    else:
        if rare := [theme for theme in themes if len(having[theme]) and theme not in judged]:
            notes.append(f"too few articles for a verdict of their own: {', '.join(rare)}")
        judged.append("macro")
    errors = {name: _errors(values[..., j]) for j, name in enumerate((*themes, "macro"))}
    worse, better = _sure({name: rows[name] for name in judged}, errors, events)
    basis = f"{len(corpus.articles)} articles; 95 % intervals, paired bootstrap by event"
    return Comparison(basis, frame, _changes(corpus, said, themes), worse, better, tuple(notes), unsaid)


def _predictions(model: Model, said: Answers, themes: tuple[str, ...], labels: FloatArray) -> Predictions:
    columns = [model.themes.index(theme) for theme in themes]
    return Predictions(themes, labels, said.probability[:, columns], said.given[:, columns])


def _row(values: FloatArray) -> dict[str, float]:
    """Scores of one theme: shape (2 models, 2 measures, 1 + n_resamples)."""
    row: dict[str, float] = {}
    for name, (before, after) in zip(_MEASURES, values.swapaxes(0, 1), strict=True):
        difference = after - before
        drawn = difference[1:][~np.isnan(difference[1:])]
        low, high = interval(float(difference[0]), drawn)
        row |= {
            f"{name}_old": float(before[0]),
            f"{name}_new": float(after[0]),
            f"{name}_difference": float(difference[0]),
            f"{name}_low": low,
            f"{name}_high": high,
            f"{name}_better": float(((drawn > 0) + 0.5 * (drawn == 0)).mean()) if len(drawn) else np.nan,
        }
    return row


def _errors(values: FloatArray) -> FloatArray:
    """Compute the standard error of the difference in each measure, from values as for `_row`: shape (2,)."""
    drawn = (values[1] - values[0])[:, 1:]
    return np.array([np.std(each[~np.isnan(each)]) if (~np.isnan(each)).any() else np.nan for each in drawn])


def _sure(
    rows: dict[str, dict[str, float]], errors: dict[str, FloatArray], events: dict[str, int]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Tell what is worse and what better for sure; a count of resamples could not tell tails so thin.

    The error of few events is itself uncertain, and the bootstrap's too small (Student's t).
    """
    from scipy.stats import t

    worse, better = [], []
    for name, row in rows.items():
        free = events[name] - 1
        far = t.ppf(1 - 0.025 / (len(rows) * len(_MEASURES)), free) * math.sqrt(events[name] / free)
        for (measure, shown), error in zip(_MEASURES.items(), errors[name], strict=True):
            difference = row[f"{measure}_difference"]
            said = f"{name} {shown} {difference:+.3f}"
            if difference < -far * error:
                worse.append(said)
            elif difference > far * error:
                better.append(said)
    return tuple(worse), tuple(better)


def _changes(corpus: Corpus, said: list[Predictions], themes: tuple[str, ...]) -> tuple[Change, ...]:
    before, after = said
    found = []
    for row, column in np.argwhere(before.given != after.given).tolist():
        gained, label = bool(after.given[row, column]), before.labels[row, column]
        right = None if np.isnan(label) else gained == bool(label == 1)
        found.append(Change(corpus.articles[row].id, themes[column], gained, right))
    return tuple(found)


def _folds(model: Model) -> tuple[Any, Any]:
    recipe = model.metadata.get("recipe")
    return (recipe.get("n_folds"), recipe.get("seed")) if isinstance(recipe, dict) else (None, None)


def compare_recorded(old: Model, new: Model) -> Comparison:
    """Compare the cross-validated scores that two artifacts of the same corpus carry.

    They are totals without intervals: the new model is worse, or better, when a macro score moved by
    more than 0.01; more where the articles scored have fewer than 1,000 themes in all: 0.03 of 100.

    Raises
    ------
    ArtifactError
        When they were trained on different corpora or folds, carry no scores, or have no theme in common.
    """
    import pandas as pd

    themes, notes = _common(old, new)
    known = corpus_fingerprint(old)
    if known is None or known != corpus_fingerprint(new) or _folds(old) != _folds(new):
        raise ArtifactError(
            "the two artifacts were trained on different articles or folds, so that the scores they carry cannot be "
            "compared; name labelled articles that neither was trained on"
        )
    rows = {}
    try:
        scores = [model.metadata["scores"]["themes"] for model in (old, new)]
        for name in (*themes, "macro"):
            row: dict[str, float] = {}
            for measure in _MEASURES:
                before, after = (float(each[name][measure]) for each in scores)
                row |= {f"{measure}_old": before, f"{measure}_new": after, f"{measure}_difference": after - before}
            rows[name] = row
    except (KeyError, TypeError, ValueError, OverflowError):
        raise ArtifactError(_NO_SCORES) from None
    moved = [(shown, rows["macro"][f"{measure}_difference"]) for measure, shown in _MEASURES.items()]
    if not all(math.isfinite(change) for _, change in moved):
        raise ArtifactError(_NO_SCORES)
    said = [(f"macro {shown} {change:+.3f}", change) for shown, change in moved]
    support = scores[0]["macro"].get("support")
    n_themes = support if isinstance(support, int | float) and support >= 1 else _NOISE_FROM
    noise = NOISE * math.sqrt(max(1.0, _NOISE_FROM / n_themes))
    frame = pd.DataFrame.from_dict(rows, orient="index")
    frame.index.name = "theme"
    return Comparison(
        "the cross-validated scores that both carry, of the same corpus; no intervals",
        frame,
        (),
        tuple(name for name, change in said if change < -noise),
        tuple(name for name, change in said if change > noise),
        tuple(notes),
    )
