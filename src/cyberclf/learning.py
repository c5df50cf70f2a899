"""Would more articles help?  The recipe on a part of the training events, and on all."""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from cyberclf.corpus import Corpus
from cyberclf.encode import Encoded
from cyberclf.evaluation import Part, from_held_out
from cyberclf.fitting import Recipe
from cyberclf.folds import SEEDS, Split, scored_kind
from cyberclf.holdout import Say, out_of_fold, prepare, require_splits, silent

__all__ = ["SHARES", "LearningPoint", "learning_curve"]

#: Parts of the training events that a curve is drawn through.
SHARES: Final = (0.25, 0.5, 0.75, 1.0)


@dataclass(frozen=True, eq=False)
class LearningPoint:
    """Scores of the recipe when it learns from a part of the events.

    Parameters
    ----------
    share : float
        Of the training events of each fold.
    articles : int
        Learnt from, on average over the folds.
    part : Part
        Scores on the same held-out articles at every share.
    """

    share: float
    articles: int
    part: Part


def learning_curve(
    corpus: Corpus,
    *,
    shares: tuple[float, ...] = SHARES,
    recipe: Recipe | None = None,
    headline: Part | None = None,
    n_jobs: int = 2,
    say: Say = silent,
) -> tuple[LearningPoint, ...]:
    """Cross-validate the recipe on growing parts of the training events.

    What is learnt from at a small share is learnt from at every larger one, and the articles held
    out are always the same.

    Parameters
    ----------
    corpus : Corpus
    shares : tuple of float, default (0.25, 0.5, 0.75, 1.0)
        Each above 0 and at most 1.
    recipe : Recipe, optional
        By default the one that fits the corpus's size.
    headline : Part, optional
        First part of `evaluate_recipe` on this corpus and recipe: it is the point at share 1, so
        that nothing is fitted twice.
    n_jobs : int, default 2
        Processes.
    say : callable, optional
        Told of progress, a line at a time.

    Returns
    -------
    tuple of LearningPoint
        In the order of `shares`.

    Raises
    ------
    ValueError
        When a share is not above 0 and at most 1.
    CorpusError
        When nothing can be learnt, or there are too few events to hold any out.
    """
    if not all(0 < share <= 1 for share in shares):
        raise ValueError(f"shares must be above 0 and at most 1, not {shares}")
    data, recipe, splits = prepare(corpus, recipe)
    require_splits(splits)
    kind = scored_kind(data)
    points = []
    for share in shares:
        cut = [_first_events(data, split, share, recipe.seed) for split in splits]
        articles = round(float(np.mean([len(split.train) for split in cut if split.name != SEEDS])))
        name = f"{share:.0%} of the events"
        if share == 1 and headline is not None:
            points.append(LearningPoint(share, articles, headline))
            continue
        say(f"learning curve: {name}")
        held_out, _ = out_of_fold(data, cut, recipe, n_jobs=n_jobs)
        part = from_held_out(corpus, data, held_out, kind, name, f"{name}, the folds as ever")
        points.append(LearningPoint(share, articles, part))
    return tuple(points)


def _first_events(data: Encoded, split: Split, share: float, seed: int) -> Split:
    groups = data.groups[split.train]
    events = np.random.default_rng(seed).permutation(np.unique(groups))
    kept = events[: max(1, round(share * len(events)))]
    return replace(split, train=split.train[np.isin(groups, kept)])
