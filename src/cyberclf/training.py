"""Corpus -> Model, with the cross-validation that its thresholds and scores come from."""

import platform
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from importlib.metadata import version
from typing import Any

import numpy as np
import numpy.typing as npt

import cyberclf
from cyberclf.calibration import FAVOURS, Thresholds, calibrate, choose_favoured, logistic
from cyberclf.conformal import DEFAULT_LEVEL, review_band, review_grid
from cyberclf.corpus import Corpus
from cyberclf.encode import Encoded, encode
from cyberclf.errors import CorpusError
from cyberclf.fitting import Linear, Recipe, article_scores, fit_linear
from cyberclf.folds import Split, event_splits
from cyberclf.model import Model
from cyberclf.status import foreignness_cutoff, is_word
from cyberclf.themes import Theme, known_themes

__all__ = [
    "CrossValidated",
    "OutOfFold",
    "Say",
    "Trained",
    "check",
    "cross_validate",
    "out_of_fold",
    "recipe_for",
    "silent",
    "train",
]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
Say = Callable[[str], None]

#: Counts times themes from which folds and rounds are saved, and the solver is the one for many.
_LARGE = 20_000_000
#: Decimals kept: another processor's arithmetic differs far below them, so that it gives the same bytes.
_DECIMALS = 3
#: The solver leaves coefficients uncertain by some 1e-8: fewer decimals, fewer that stand on an edge.
_COEF_DECIMALS = 2


def silent(_: str) -> None:
    """Tell nobody of progress."""


@dataclass(frozen=True, eq=False)
class OutOfFold:
    """What models said of articles that they had not seen.

    Parameters
    ----------
    scores : ndarray of float64, shape (n_articles, n_themes)
        NaN for articles of no fold.
    best : ndarray of int64, shape (n_articles, n_themes)
        Best passage within the article; -1 for articles of no fold.
    fold : ndarray of int64, shape (n_articles,)
        Number of the split that held the article out; -1 for none.
    splits : tuple of Split
    """

    scores: FloatArray
    best: IntArray
    fold: IntArray
    splits: tuple[Split, ...]


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
    recipe : Recipe
    """

    model: Model
    data: Encoded
    held_out: OutOfFold
    thresholds: Thresholds
    few: tuple[str, ...]
    recipe: Recipe


@dataclass(frozen=True, eq=False)
class CrossValidated:
    """What each fold gets from the scores of the other folds; NaN for articles of no fold.

    Parameters
    ----------
    probability : ndarray of float64, shape (n_articles, n_themes)
    favoured : ndarray of float64, shape (3, n_articles, n_themes)
        Thresholds, in the order of `cyberclf.calibration.FAVOURS`.
    review : ndarray of float64, shape (2, n_articles, n_themes)
        Lower and upper bounds of the review band, at one level.
    """

    probability: FloatArray
    favoured: FloatArray
    review: FloatArray

    @property
    def threshold(self) -> FloatArray:
        """Those for F1: shape (n_articles, n_themes)."""
        made: FloatArray = self.favoured[0]
        return made


def check(corpus: Corpus) -> None:
    """Refuse a corpus that nothing can be learnt from.

    Raises
    ------
    CorpusError
        When no article has a theme, or when every article has the same themes.
    """
    if not corpus.themes:
        raise CorpusError("no article of the corpus has a theme; give some in 'themes'")
    judged = {(article.themes, article.not_judged) for article in corpus.articles}
    if len(judged) == 1:
        given = ", ".join(sorted(next(iter(judged))[0])) or "none"
        raise CorpusError(
            f"every article has the same themes ({given}): there is nothing to tell apart; add articles without them"
        )


def recipe_for(data: Encoded, recipe: Recipe | None = None) -> Recipe:
    """Recipe for a corpus: folds and rounds shrink, and the solver changes, as counts times themes grow."""
    if recipe is not None:
        return recipe
    recipe = Recipe()
    if data.counts.nnz * data.labels.shape[1] > _LARGE:
        recipe = replace(recipe, n_folds=3, rounds=2, dual=True, tol=0.05)
    return recipe


def _one(data: Encoded, recipe: Recipe, split: Split) -> tuple[Linear, FloatArray, IntArray]:
    linear = fit_linear(data, split.train, recipe)
    scores, best = article_scores(data, split.test, linear)
    return linear, scores, best


def out_of_fold(
    data: Encoded, splits: list[Split], recipe: Recipe, *, n_jobs: int = 2, say: Say = silent
) -> tuple[OutOfFold, list[Linear]]:
    """Fit a model a split, and score what it held out."""
    from joblib import Parallel, delayed

    n_articles, n_themes = data.labels.shape
    scores = np.full((n_articles, n_themes), np.nan)
    best = np.full((n_articles, n_themes), -1, dtype=np.int64)
    fold = np.full(n_articles, -1, dtype=np.int64)
    linears = []
    jobs = (delayed(_one)(data, recipe, split) for split in splits)
    done = Parallel(n_jobs=min(n_jobs, max(1, len(splits))), return_as="generator")(jobs)
    for number, (split, (linear, scored, top)) in enumerate(zip(splits, done, strict=True)):
        scores[split.test], best[split.test] = scored, top
        if len(split.test):
            fold[split.test] = number
        linears.append(linear)
        say(
            f"{split.name}: learnt from {len(split.train)} articles, held out {len(split.test)} "
            f"({number + 1} of {len(splits)})"
        )
    return OutOfFold(scores, best, fold, tuple(splits)), linears


def cross_validate(
    labels: FloatArray, held_out: OutOfFold, use: npt.NDArray[np.bool_], *, level: float = DEFAULT_LEVEL
) -> CrossValidated:
    """Probabilities, thresholds and review bands for each fold, from the other folds' scores.

    Parameters
    ----------
    labels : ndarray of float64, shape (n_articles, n_themes)
    held_out : OutOfFold
    use : ndarray of bool, shape (n_articles,)
        Articles that calibration, thresholds and bands may come from.
    level : float, default 0.1
        Of the review band.

    Returns
    -------
    CrossValidated
    """
    probability = np.full(labels.shape, np.nan)
    favoured = np.full((len(FAVOURS), *labels.shape), np.nan)
    review = np.full((2, *labels.shape), np.nan)
    for number in range(len(held_out.splits)):
        test = held_out.fold == number
        other = use & (held_out.fold >= 0) & ~test
        if not test.any():
            continue
        if not other.any():
            other = test
        curve = calibrate(held_out.scores[other], labels[other])
        known = logistic(held_out.scores[other], curve)
        probability[test] = logistic(held_out.scores[test], curve)
        favoured[:, test] = choose_favoured(known, labels[other])[1][:, None]
        review[:, test] = np.stack(review_band(review_grid(known, labels[other]), level))[:, None]
    return CrossValidated(probability, favoured, review)


def train(
    corpus: Corpus,
    *,
    themes: Mapping[str, Theme] | None = None,
    recipe: Recipe | None = None,
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
        Settings; by default those that fit the corpus's size.
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
    check(corpus)
    data = encode(corpus.articles, corpus.themes)
    recipe = recipe_for(data, recipe)
    counts = np.nansum(data.labels, axis=0).astype(int)
    few = tuple(theme for theme, count in zip(corpus.themes, counts, strict=True) if count < 2)
    say(
        f"{len(corpus.articles)} articles, {len(data.article)} passages, "
        f"{len(np.unique(data.groups))} events, {len(corpus.themes)} themes"
    )
    everything = np.arange(len(corpus.articles))
    splits = event_splits(data, recipe.n_folds, recipe.seed)
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
    model = Model(
        theme_list=known_themes(corpus.themes, themes),
        **_arrays(data, linear),
        calibration=curve,
        thresholds=thresholds.values.round(_DECIMALS),
        favoured=favoured.round(_DECIMALS),
        review=review_grid(logistic(promising, curve), labels),
        metadata={
            "corpus": _describe(corpus, counts),
            "recipe": recipe.as_dict(),
            "foreign_below": round(_foreign_below(data, recipe), _DECIMALS),
            "threshold_spread": thresholds.spread.round(_DECIMALS).tolist(),
            "threshold_common": round(thresholds.common, _DECIMALS),
            "versions": {"cyberclf": cyberclf.__version__, "python": ".".join(platform.python_version_tuple()[:2])}
            | {name: version(name) for name in ("numpy", "scipy", "scikit-learn")},
        },
    )
    return Trained(model, data, held_out, thresholds, few, recipe)


def _foreign_below(data: Encoded, recipe: Recipe) -> float:
    single = np.array([is_word(term) for term in data.terms], dtype=bool)
    return foreignness_cutoff(data.by_article()[:, single], min_articles=recipe.min_articles)


def _describe(corpus: Corpus, counts: IntArray) -> dict[str, Any]:
    kinds = [article.kind for article in corpus.articles]
    return {
        "fingerprint": corpus.fingerprint,
        "articles": len(corpus.articles),
        "kinds": {kind: kinds.count(kind) for kind in sorted(set(kinds))},
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
