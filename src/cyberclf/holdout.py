"""What a recipe says of articles that its models have not seen, and what each fold gets from the others."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from cyberclf.calibration import FAVOURS, calibrate, choose_favoured, logistic
from cyberclf.conformal import DEFAULT_LEVEL, review_band, review_grid
from cyberclf.corpus import Corpus
from cyberclf.encode import Encoded, encode
from cyberclf.errors import CorpusError
from cyberclf.fitting import Linear, Recipe, article_scores, fit_linear, least_articles
from cyberclf.folds import Split, event_splits
from cyberclf.giving import themes_per_article
from cyberclf.metrics import average_precision
from cyberclf.status import MIN_WORDS

__all__ = [
    "CrossValidated",
    "OutOfFold",
    "Say",
    "count_short",
    "cross_validate",
    "out_of_fold",
    "prepare",
    "recipe_for",
    "require_splits",
    "silent",
]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
Say = Callable[[str], None]

#: Macro average precision that averaging passages must gain, over themes of so many articles: less is the play of
#: chance.
_WORTH: Final = 0.005
#: Of fewer articles with a theme and several passages, nothing can be told of long ones.
_SEVERAL: Final = 20
_ENOUGH: Final = 10
#: Counts times themes from which folds and rounds are saved, and the solver is the one for many.
_LARGE = 20_000_000


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
    length_penalty : float
        As of `Model`: the scores are with it.
    """

    scores: FloatArray
    best: IntArray
    fold: IntArray
    splits: tuple[Split, ...]
    length_penalty: float = 0.0


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
        When no article has a theme, when every article has the same themes, or when no theme has both articles that
        have it and articles that lack it.
    """
    if not corpus.themes:
        raise CorpusError("no article of the corpus has a theme; give some in 'themes'")
    judged = {(article.themes, article.not_judged) for article in corpus.articles}
    if len(judged) == 1:
        given = ", ".join(sorted(next(iter(judged))[0])) or "none"
        raise CorpusError(
            f"every article has the same themes ({given}): there is nothing to tell apart; add articles without them"
        )
    if not any(having and lacking for having, lacking in corpus.counts().values()):
        raise CorpusError(
            "of no theme are there articles that have it and articles that lack it: there is nothing to tell apart; "
            "in a 0/1 table write 0, not an empty cell (not judged), where an article lacks a theme"
        )


def count_short(corpus: Corpus, data: Encoded) -> int:
    """Count the articles that are too short to be given a theme in prediction, and are scored as if they were.

    Of counts of words nobody knows how many words the article had.
    """
    whole = np.array([article.text is not None for article in corpus.articles], dtype=bool)
    return int((whole & (np.asarray(data.words_by_article().sum(axis=1)).ravel() < MIN_WORDS)).sum())


def recipe_for(data: Encoded, recipe: Recipe | None = None) -> Recipe:
    """Recipe for a corpus: folds and rounds shrink, and the solver changes, as counts times themes grow.

    In a corpus of few and short articles words of one article are kept; see `least_articles`.
    """
    if recipe is not None:
        return recipe
    recipe = Recipe(min_articles=least_articles(data))
    if data.counts.nnz * data.labels.shape[1] > _LARGE:
        recipe = replace(recipe, n_folds=3, rounds=2, dual=True, tol=0.05)
    return recipe


def prepare(
    corpus: Corpus, recipe: Recipe | None = None, settings: Mapping[str, Any] | None = None
) -> tuple[Encoded, Recipe, list[Split]]:
    """Encode a corpus, choose the recipe where none is given, change settings of it, and split the corpus by events.

    Raises
    ------
    CorpusError
        When nothing can be learnt from the corpus.
    """
    check(corpus)
    data = encode(corpus.articles, corpus.themes)
    recipe = replace(recipe_for(data, recipe), **settings or {})
    return data, recipe, event_splits(data, recipe.n_folds, recipe.seed)


def require_splits(splits: list[Split]) -> None:
    """Refuse a corpus of which nothing can be held out.

    Raises
    ------
    CorpusError
        When there is no split.
    """
    if not splits:
        raise CorpusError("all articles are of one event, or nearly the same: none can be held out; add others")


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
    n_passages = np.diff(data.first)
    penalty = _length_penalty(scores, n_passages, data.labels)
    return OutOfFold(scores - penalty * np.log(n_passages)[:, None], best, fold, tuple(splits), penalty), linears


def _length_penalty(plain: FloatArray, n_passages: IntArray, labels: FloatArray) -> float:
    """Say whether an article's passages are averaged (1) or added up (0), whichever ranks held-out articles better.

    A soft maximum grows with the number of passages.  Where a long article has more themes, as in the press, that is
    right; of articles that are about one thing whatever their length, short ones are missed for it.  Where each
    article is given its most probable theme it changes nothing, for it is the same for all.  Where hardly an article
    with a theme has several passages, nothing can be told, and they are averaged: a long article of what is to come
    would have its every theme added up from passages that have none.
    """
    if themes_per_article(labels) == "one":
        return 0.0
    if ((n_passages > 1) & (labels == 1).any(axis=1)).sum() < _SEVERAL:
        return 1.0
    scored = ~np.isnan(plain).any(axis=1)
    averaged = plain - np.log(n_passages)[:, None]
    gains = []
    for theme in range(labels.shape[1]):
        rows = scored & ~np.isnan(labels[:, theme])
        truth = labels[rows, theme] == 1
        if truth.sum() >= _ENOUGH and not truth.all():
            gains.append(average_precision(truth, averaged[rows, theme]) - average_precision(truth, plain[rows, theme]))
    return 1.0 if gains and np.mean(gains) >= _WORTH else 0.0


def cross_validate(
    labels: FloatArray, held_out: OutOfFold, groups: IntArray | None = None, *, level: float = DEFAULT_LEVEL
) -> CrossValidated:
    """Probabilities, thresholds and review bands for each fold, from the other folds' scores.

    Parameters
    ----------
    labels : ndarray of float64, shape (n_articles, n_themes)
    held_out : OutOfFold
    groups : ndarray of int64, shape (n_articles,), optional
        Events, for the review band; see `review_grid`.
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
        other = (held_out.fold >= 0) & ~test
        # Without others, nothing honest can be said of these.
        if not test.any() or not other.any():
            continue
        curve = calibrate(held_out.scores[other], labels[other])
        known = logistic(held_out.scores[other], curve)
        probability[test] = logistic(held_out.scores[test], curve)
        thresholds, chosen = choose_favoured(known, labels[other])
        favoured[:, test] = chosen[:, None]
        grid = review_grid(known, labels[other], None if groups is None else groups[other])
        band = review_band(grid, level, thresholds.values)
        review[:, test] = np.stack(band)[:, None]
    return CrossValidated(probability, favoured, review)
