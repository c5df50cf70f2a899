"""Encoded articles -> one linear model a theme over passages."""

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt

from cyberclf.encode import Encoded

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

__all__ = ["Linear", "Recipe", "article_features", "fit_linear"]

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]
IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Recipe:
    """Settings of training.

    Parameters
    ----------
    C : float
        Inverse strength of the L2 penalty, as in scikit-learn.
    class_weight : {"balanced", None}
    written_weight : float
        Weight of a written article; a real one has 1.
    rounds : int
        Rounds of multiple-instance learning, where articles lack evidence marks.
    gap : float
        A passage is learnt as positive when its score is within so much of its article's best.
    min_articles : int
        Articles that must have a word; pairs need `min_pair_articles` of two sources.
    n_folds : int
        Folds of the cross-validation.
    tol : float
        Stopping tolerance of the solver.
    seed : int
        Of the folds and resamples.
    """

    C: float = 20.0
    class_weight: Literal["balanced"] | None = "balanced"
    written_weight: float = 1.0
    rounds: int = 3
    gap: float = 1.0
    min_articles: int = 2
    min_pair_articles: int = 5
    n_folds: int = 5
    tol: float = 1e-4
    seed: int = 0

    def as_dict(self) -> dict[str, Any]:
        """Return the settings as plain values."""
        return asdict(self)


@dataclass(frozen=True, eq=False)
class Linear:
    """What was learnt: arrays over the terms kept.

    Parameters
    ----------
    kept : ndarray of int64, shape (n_kept,)
        Columns of ``Encoded.counts``.
    idf : ndarray of float64, shape (n_kept,)
    coef : ndarray of float64, shape (n_kept, n_themes)
    intercept : ndarray of float64, shape (n_themes,)
    """

    kept: IntArray
    idf: FloatArray
    coef: FloatArray
    intercept: FloatArray


def keep_terms(data: Encoded, rows: IntArray, recipe: Recipe) -> IntArray:
    """Columns of the terms that enough articles among `rows` share."""
    from scipy.sparse import csr_matrix

    held = data.by_article()[rows]
    held.data = np.ones_like(held.data)
    n_articles = np.asarray(held.sum(axis=0)).ravel()
    pair = np.array([" " in term for term in data.terms], dtype=bool)
    enough = n_articles >= np.where(pair, recipe.min_pair_articles, recipe.min_articles)
    names, source = np.unique(data.sources[rows], return_inverse=True)
    if len(names) > 1:
        by_source = csr_matrix(
            (np.ones(len(rows)), (source, np.arange(len(rows)))), shape=(len(names), len(rows))
        )
        n_sources = np.asarray((by_source @ held > 0).sum(axis=0)).ravel()
        enough &= ~pair | (n_sources > 1)
    if data.counted_pairs is not None:
        counted = data.counted_pairs
        enough &= np.array([not p or t in counted for t, p in zip(data.terms, pair, strict=True)], dtype=bool)
    return np.flatnonzero(enough)


def tfidf(counts: "csr_matrix", idf: FloatArray) -> "csr_matrix":
    """Sublinear tf times idf, each row of length one (an empty row stays empty)."""
    from scipy.sparse import csr_matrix

    x = csr_matrix(counts, dtype=np.float64, copy=True)
    x.data = (1.0 + np.log(x.data)) * idf[x.indices]
    lengths = np.sqrt(np.asarray(x.multiply(x).sum(axis=1)).ravel())
    lengths[lengths == 0] = 1.0
    x.data /= np.repeat(lengths, np.diff(x.indptr))
    return x


def fit_linear(data: Encoded, rows: IntArray, recipe: Recipe) -> Linear:
    """Fit a TF-IDF and one logistic regression a theme on the passages of some articles.

    A passage is positive where it holds marked evidence of the theme, negative where its article
    lacks the theme, and left out where its article has the theme elsewhere or nobody judged.  An
    article that has the theme without marks gives it to all its passages at first, then to its
    best ones under the model of the round before (multiple-instance learning; Andrews,
    Tsochantaridis and Hofmann 2002).

    A theme that all or none of the articles have gets coefficients of zero and its log-odds as
    intercept.
    """
    kept = keep_terms(data, rows, recipe)
    of_rows = np.isin(data.article, rows)
    passages = np.flatnonzero(of_rows)
    counts = data.counts[passages][:, kept]
    n_having = np.bincount(counts.indices, minlength=len(kept))
    idf = np.log((1.0 + len(passages)) / (1.0 + n_having)) + 1.0
    x = tfidf(counts, idf)
    article = data.article[passages]
    weight = np.where(data.kinds[article] == "written", recipe.written_weight, 1.0)
    alone = np.diff(data.first)[article] == 1
    n_themes = data.labels.shape[1]
    coef, intercept = np.zeros((len(kept), n_themes)), np.zeros(n_themes)
    for theme in range(n_themes):
        label = data.labels[article, theme]
        has_marks = data.has_marks[article, theme]
        positive = (label == 1) & (data.marked[passages, theme] | alone)
        loose = (label == 1) & ~has_marks & ~alone
        fitted = _fit_theme(x, article, label == 0, positive, loose, weight, recipe)
        coef[:, theme], intercept[theme] = fitted
    return Linear(kept, idf, coef, intercept)


def _fit_theme(
    x: "csr_matrix",
    article: IntArray,
    negative: BoolArray,
    positive: BoolArray,
    loose: BoolArray,
    weight: FloatArray,
    recipe: Recipe,
) -> tuple[FloatArray, float]:
    from sklearn.linear_model import LogisticRegression

    chosen = positive | loose
    coef, intercept = np.zeros(x.shape[1]), 0.0
    if not chosen.any() or not negative.any():
        odds = (chosen.sum() + 0.5) / (negative.sum() + 0.5)
        return coef, float(np.log(odds))
    for _ in range(recipe.rounds if loose.any() else 1):
        used = negative | chosen
        model = LogisticRegression(
            C=recipe.C, class_weight=recipe.class_weight, solver="liblinear", tol=recipe.tol, max_iter=1000
        )
        model.fit(x[used], chosen[used], sample_weight=weight[used])
        coef, intercept = model.coef_.ravel(), float(model.intercept_[0])
        score = x @ coef
        best = np.full(article.max() + 1, -np.inf)
        np.maximum.at(best, article[loose], score[loose])
        again = positive | (loose & (score >= best[article] - recipe.gap))
        if np.array_equal(again, chosen):
            break
        chosen = again
    return coef, intercept


def article_features(data: Encoded, rows: IntArray, linear: Linear) -> tuple[FloatArray, IntArray]:
    """Score articles by a model.

    Returns
    -------
    features : ndarray of float64, shape (n_rows, 2, n_themes)
        Soft maximum over the passages; score of the whole article as if it were one passage.
    best : ndarray of int64, shape (n_rows, n_themes)
        The passage with the highest score, counted within its article.
    """
    whole = tfidf(data.by_article()[rows][:, linear.kept], linear.idf) @ linear.coef + linear.intercept
    scores = tfidf(data.counts[:, linear.kept], linear.idf) @ linear.coef + linear.intercept
    soft, best = np.empty_like(whole), np.empty(whole.shape, dtype=np.int64)
    for number, row in enumerate(rows):
        own = scores[data.first[row] : data.first[row + 1]]
        top = own.max(axis=0)
        soft[number] = top + np.log(np.exp(own - top).sum(axis=0))
        best[number] = own.argmax(axis=0)
    return np.stack([soft, whole], axis=1), best
