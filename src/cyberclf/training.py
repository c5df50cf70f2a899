"""Corpus -> Model, with the cross-validation that its thresholds and scores come from."""

import platform
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from importlib.metadata import version
from typing import Any

import numpy as np
import numpy.typing as npt

import cyberclf
from cyberclf.calibration import LEAST_SLOPE, Thresholds, calibrate, choose_favoured, logistic
from cyberclf.conformal import review_grid
from cyberclf.corpus import Corpus
from cyberclf.encode import Encoded
from cyberclf.fitting import Linear, Recipe, article_scores
from cyberclf.folds import Split
from cyberclf.giving import themes_per_article
from cyberclf.holdout import OutOfFold, Say, count_short, out_of_fold, prepare, silent
from cyberclf.model import Model
from cyberclf.status import foreignness_cutoff
from cyberclf.themes import Theme, known_themes

__all__ = ["Trained", "train"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

#: Of so many articles an artifact keeps the digests: 15 bytes each.
_MOST_DIGESTS = 200_000
#: Decimals kept: another processor's arithmetic differs far below them, so that it gives the same bytes.
_DECIMALS = 3
#: The solver leaves coefficients uncertain by some 1e-8: fewer decimals, fewer that stand on an edge.
_COEF_DECIMALS = 2


@dataclass(frozen=True, eq=False)
class Trained:
    """A model and how it came to be.

    Parameters
    ----------
    model : Model
    data : Encoded
    held_out : OutOfFold
    thresholds : Thresholds
    few : tuple of str
        Themes with fewer than two articles: they have the common threshold.
    blind : tuple of str
        Themes of two articles or more whose scores on held-out articles do not rise with their labels.
    n_short : int
        Articles with too few words for prediction to judge.
    recipe : Recipe
    """

    model: Model
    data: Encoded
    held_out: OutOfFold
    thresholds: Thresholds
    few: tuple[str, ...]
    blind: tuple[str, ...]
    n_short: int
    recipe: Recipe

    def shortcomings(self) -> Iterator[str]:
        """Say what of the corpus does not suffice."""
        held = self.data.kinds[self.held_out.fold >= 0]
        if "press" in self.data.kinds and len(held) and "press" not in held:
            yield "too few real articles to judge by: scores and thresholds are those of the written ones"
        if not self.held_out.splits:
            yield "too few events to hold any out: the thresholds come from what was learnt; add articles"
        for theme in self.blind:
            yield f"theme {theme}: scores of held-out articles do not rise with their labels; label more that have it"
        for theme in self.few:
            yield f"theme {theme}: fewer than two articles; it has a model, and the common threshold"


def train(
    corpus: Corpus,
    *,
    themes: Mapping[str, Theme] | None = None,
    recipe: Recipe | None = None,
    settings: Mapping[str, Any] | None = None,
    n_jobs: int = 2,
    say: Say = silent,
) -> Trained:
    """Train a model on a corpus.

    Parameters
    ----------
    corpus : Corpus
    themes : mapping of str to Theme, optional
        Names to show; the themes themselves are the corpus's.
    recipe : Recipe, optional
        By default the one that fits the corpus.
    settings : mapping of str to object, optional
        Settings to change in the recipe.
    n_jobs : int, default 2
        Processes.
    say : callable, optional
        Told of progress, a line at a time.

    Returns
    -------
    Trained

    Raises
    ------
    CorpusError
        When nothing can be learnt from the corpus.
    """
    data, recipe, splits = prepare(corpus, recipe, settings)
    counts = np.nansum(data.labels, axis=0).astype(int)
    few = tuple(theme for theme, count in zip(corpus.themes, counts, strict=True) if count < 2)
    say(
        f"{len(corpus.articles)} articles, {len(data.article)} passages, "
        f"{len(np.unique(data.groups))} events, {len(corpus.themes)} themes; "
        f"{sum(not article.themes for article in corpus.articles)} articles without a theme"
    )
    everything = np.arange(len(corpus.articles))
    final = Split("all", everything, everything[:0])
    held_out, linears = out_of_fold(data, [*splits, final], recipe, n_jobs=n_jobs, say=say)
    held_out = replace(held_out, splits=tuple(splits))
    linear = linears[-1]
    scored = held_out.fold >= 0
    if scored.any():
        scores, labels = held_out.scores[scored], data.labels[scored]
    else:  # too few events to hold any out
        scores, labels = article_scores(data, everything, linear)[0], data.labels
    curve = calibrate(scores, labels).round(_DECIMALS)
    thresholds, favoured = choose_favoured(logistic(scores, curve), labels)
    # Scores of articles that were learnt from promise nothing: then a person looks at all.
    promising = scores if scored.any() else np.full_like(scores, np.nan)
    words = data.words_by_article()
    model = Model(
        theme_list=known_themes(corpus.themes, themes),
        **_arrays(data, linear),
        calibration=curve,
        thresholds=_significant(thresholds.values),
        favoured=_significant(favoured),
        review=review_grid(logistic(promising, curve), labels, data.groups[scored] if scored.any() else data.groups),
        per_article=themes_per_article(data.labels),
        length_penalty=held_out.length_penalty,
        metadata={
            "corpus": _describe(corpus, counts),
            "recipe": recipe.as_dict(),
            "foreign_below": round(foreignness_cutoff(words, min_articles=recipe.min_articles), _DECIMALS),
            "threshold_spread": thresholds.spread.round(_DECIMALS).tolist(),
            "threshold_common": round(thresholds.common, _DECIMALS),
            "versions": {"cyberclf": cyberclf.__version__, "python": ".".join(platform.python_version_tuple()[:2])}
            | {name: version(name) for name in ("numpy", "scipy", "scikit-learn")},
        },
    )
    flat = (curve[0] <= LEAST_SLOPE) & (counts > 1) & scored.any()
    blind = tuple(theme for theme, said in zip(corpus.themes, flat, strict=True) if said)
    return Trained(model, data, held_out, thresholds, few, blind, count_short(corpus, data), recipe)


def _significant(values: FloatArray) -> FloatArray:
    """Round to three significant digits: that of a rare theme must not become 0, from which all articles get it."""
    return np.array([float(f"{value:.3g}") for value in values.ravel()]).reshape(values.shape)


def _describe(corpus: Corpus, counts: IntArray) -> dict[str, Any]:
    kinds = [article.kind for article in corpus.articles]
    return {
        "fingerprint": corpus.fingerprint,
        "articles": len(corpus.articles),
        "kinds": {kind: kinds.count(kind) for kind in sorted(set(kinds))},
        # To know them again, where someone scores the model on them.
        "digests": sorted({article.digest for article in corpus.articles}) if len(kinds) <= _MOST_DIGESTS else None,
        "positives": dict(zip(corpus.themes, counts.tolist(), strict=True)),
    }


def _arrays(data: Encoded, linear: Linear) -> dict[str, Any]:
    """Arrays of the model, terms sorted, values as they are stored."""
    names = [data.terms[column] for column in linear.kept]
    order = sorted(range(len(names)), key=names.__getitem__)

    def stored(values: FloatArray, decimals: int = _DECIMALS) -> FloatArray:
        return values.round(decimals).astype(np.float32).astype(np.float64)

    return {
        "vocabulary": tuple(names[i] for i in order),
        "idf": stored(linear.idf[order]),
        "idf_whole": stored(linear.idf_whole[order]),
        "coef": stored(linear.coef[order], _COEF_DECIMALS),
        "intercept": stored(linear.intercept),
        "coef_whole": stored(linear.coef_whole[order], _COEF_DECIMALS),
        "intercept_whole": stored(linear.intercept_whole),
    }
