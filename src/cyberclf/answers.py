"""What a model says of labelled articles: what it would give them in prediction, for figures."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cyberclf.labelled import LabelledArticle
from cyberclf.model import Model
from cyberclf.status import is_judged, status_of

__all__ = ["Answers", "answers"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Answers:
    """What was said of articles.

    Parameters
    ----------
    probability : ndarray of float64, shape (n_articles, n_themes)
    best : ndarray of int64, shape (n_articles, n_themes)
        The passage with the highest score, counted within its article.
    given : ndarray of bool, shape (n_articles, n_themes)
    withheld : ndarray of bool, shape (n_articles,)
        Short or foreign, and therefore given no theme.
    """

    probability: FloatArray
    best: IntArray
    given: BoolArray
    withheld: BoolArray


def answers(model: Model, articles: Sequence[LabelledArticle]) -> Answers:
    """Score labelled articles by a model, and give them themes as prediction would.

    What is short or foreign is given no theme; of counts of words nobody knows whether they are.
    """
    probability = np.empty((len(articles), len(model.themes)))
    best = np.empty(probability.shape, dtype=np.int64)
    withheld = np.zeros(len(articles), dtype=bool)
    for number, article in enumerate(articles):
        bags = article.passages()[0]
        probability[number], scores = model.article(bags)
        best[number] = scores.argmax(axis=0)
        if article.text is not None:
            status = status_of(*model.tally(bags), model.foreign_below)
            withheld[number] = not is_judged(status, forced=model.forced)
    return Answers(probability, best, model.give(probability) & ~withheld[:, None], withheld)
