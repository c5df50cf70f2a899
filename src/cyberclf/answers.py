"""What a model says of labelled articles: what it would give them in prediction, for figures."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from cyberclf.corpus import Corpus
from cyberclf.labelled import LabelledArticle
from cyberclf.model import Model
from cyberclf.status import is_judged, status_of

__all__ = ["Answers", "answers", "corpus_fingerprint", "learnt_from"]

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
        Short, foreign or without a word, and therefore given no theme.
    """

    probability: FloatArray
    best: IntArray
    given: BoolArray
    withheld: BoolArray


def answers(articles: Sequence[LabelledArticle], models: Sequence[Model]) -> list[Answers]:
    """Score labelled articles by each model, and give them themes as prediction would.

    What is short, foreign or empty is given no theme; of counts of words nobody knows whether they are.  An article
    is read once for all models.
    """
    made = [_unanswered(len(articles), len(model.themes)) for model in models]
    for number, article in enumerate(articles):
        bags = article.passages()[0]
        for model, said in zip(models, made, strict=True):
            said.probability[number], scores = model.article(bags)
            said.best[number] = scores.argmax(axis=0)
            if article.text is not None:
                status = status_of(*model.tally(bags), model.foreign_below)
                said.withheld[number] = not is_judged(status, forced=model.forced)
    for model, said in zip(models, made, strict=True):
        said.given[:] = model.give(said.probability) & ~said.withheld[:, None]
    return made


def _unanswered(n_articles: int, n_themes: int) -> Answers:
    shape = (n_articles, n_themes)
    return Answers(np.empty(shape), np.empty(shape, dtype=np.int64), np.zeros(shape, bool), np.zeros(n_articles, bool))


def learnt_from(model: Model, corpus: Corpus, rows: Iterable[int] | None = None) -> int:
    """Count the articles of a corpus, or of these rows of it, that a model learnt from, as its artifact says.

    An article is known again by its text, or its counts; not by the counts of one whose text was learnt from.
    """
    articles = corpus.articles if rows is None else [corpus.articles[row] for row in rows]
    seen = _described(model).get("digests")
    if isinstance(seen, list):
        known = {digest for digest in seen if isinstance(digest, str)}
        return sum(article.digest in known for article in articles)
    return len(articles) if corpus_fingerprint(model) == corpus.fingerprint else 0


def corpus_fingerprint(model: Model) -> str | None:
    """Fingerprint of the corpus that a model was trained on; None where it does not say."""
    return _described(model).get("fingerprint")


def _described(model: Model) -> dict[str, Any]:
    """Return what an artifact says of its corpus: it comes from strangers, and may say anything."""
    described = model.metadata.get("corpus")
    return described if isinstance(described, dict) else {}
