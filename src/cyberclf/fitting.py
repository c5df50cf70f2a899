"""Encoded articles -> two linear models a theme, over passages and over whole articles."""

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt

from cyberclf.analyzer import is_pair
from cyberclf.encode import Encoded

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

__all__ = ["Linear", "Recipe", "article_scores", "fit_linear", "least_articles"]

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]
IntArray = npt.NDArray[np.int64]


_FEW_ARTICLES = 1000
#: Words of an article from which it is no headline and no single sentence.
_SHORT = 30


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
    min_articles : int
        Articles that must have a word (see `least_articles`); pairs need `min_pair_articles`, and two
        sources where there is more than one; articles that name none count as of one.
    n_folds : int
        Folds of the cross-validation.
    dual : bool
        Solve the dual problem by coordinate descent (Yu, Huang and Lin 2011): the same optimum, reached
        far sooner where labels are rare or articles many, to fewer digits than Newton's method.
    tol : float
        Stopping tolerance of the solver.
    seed : int
        Of the folds, of the solver, and of the parts of a learning curve.
    """

    C: float = 30.0
    class_weight: Literal["balanced"] | None = "balanced"
    written_weight: float = 0.5
    rounds: int = 3
    min_articles: int = 2
    min_pair_articles: int = 5
    n_folds: int = 5
    dual: bool = False
    tol: float = 1e-9
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
    idf, idf_whole : ndarray of float64, shape (n_kept,)
        Over passages, and over whole articles (0 for pairs).
    coef, coef_whole : ndarray of float64, shape (n_kept, n_themes)
        Of passages, and of whole articles.
    intercept, intercept_whole : ndarray of float64, shape (n_themes,)
    """

    kept: IntArray
    idf: FloatArray
    idf_whole: FloatArray
    coef: FloatArray
    intercept: FloatArray
    coef_whole: FloatArray
    intercept_whole: FloatArray


def least_articles(data: Encoded) -> int:
    """How many articles must have a word: one where articles are few and short, else two.

    Of headlines most words that tell themes apart stand in one of those learnt from.  Of whole articles such words
    are half of the vocabulary, and say nothing more (``tests/benchmarks/few_articles.py``).
    """
    n_articles = len(data.labels)
    if n_articles >= _FEW_ARTICLES:
        return 2
    n_words = np.asarray(data.words_by_article().sum(axis=1)).ravel()
    return 1 if np.median(n_words) < _SHORT else 2


def keep_terms(data: Encoded, rows: IntArray, recipe: Recipe) -> IntArray:
    """Columns of the terms that enough articles among `rows` share."""
    from scipy.sparse import csr_matrix

    held = data.by_article()[rows]
    held.data = np.ones_like(held.data)
    n_articles = np.asarray(held.sum(axis=0)).ravel()
    pair = np.array([is_pair(term) for term in data.terms], dtype=bool)
    enough = n_articles >= np.where(pair, recipe.min_pair_articles, recipe.min_articles)
    names, source = np.unique(data.sources[rows], return_inverse=True)
    if len(names) > 1:
        by_source = csr_matrix((np.ones(len(rows)), (source, np.arange(len(rows)))), shape=(len(names), len(rows)))
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


def _idf(counts: "csr_matrix") -> FloatArray:
    n_having = np.bincount(counts.indices, minlength=counts.shape[1])
    idf: FloatArray = np.log((1.0 + counts.shape[0]) / (1.0 + n_having)) + 1.0
    return idf


def fit_linear(data: Encoded, rows: IntArray, recipe: Recipe) -> Linear:
    """Fit a TF-IDF and two logistic regressions a theme on some articles.

    A passage is positive where it holds marked evidence of the theme, negative where its article
    lacks the theme, and left out where its article has the theme elsewhere or nobody judged.  An
    article that has the theme without marks gives it to all its passages at first, sharing one
    weight, then to its best one under the model of the round before (multiple-instance learning;
    Andrews, Tsochantaridis and Hofmann 2002).  A second regression learns from whole articles.

    A theme that all or none of the articles have gets coefficients of zero and its log-odds as
    intercept; so does every theme where the articles share no term.
    """
    kept = keep_terms(data, rows, recipe)
    of_rows = np.isin(data.article, rows)
    passages = np.flatnonzero(of_rows)
    counts = data.counts[passages][:, kept]
    idf = _idf(counts)
    x = tfidf(counts, idf)
    article = data.article[passages]
    weight = np.where(data.kinds[article] == "written", recipe.written_weight, 1.0)
    alone = np.diff(data.first)[article] == 1
    counts_whole = data.by_article()[rows][:, kept]
    single = np.array([not is_pair(data.terms[column]) for column in kept], dtype=bool)
    idf_whole = np.where(single, _idf(counts_whole), 0.0)
    whole = tfidf(counts_whole, idf_whole)
    weight_whole = np.where(data.kinds[rows] == "written", recipe.written_weight, 1.0)
    n_themes = data.labels.shape[1]
    has_marks = data.has_marks[article]
    coef, coef_whole = np.zeros((len(kept), n_themes)), np.zeros((len(kept), n_themes))
    intercept, intercept_whole = np.zeros(n_themes), np.zeros(n_themes)
    for theme in range(n_themes):
        label = data.labels[article, theme]
        positive = (label == 1) & (data.marked[passages, theme] | alone)
        loose = (label == 1) & ~has_marks[:, theme] & ~alone
        coef[:, theme], intercept[theme] = _fit_passages(x, article, label == 0, positive, loose, weight, recipe)
        label = data.labels[rows, theme]
        judged = ~np.isnan(label)
        fitted = _fit(whole[judged], label[judged] == 1, weight_whole[judged], recipe)
        coef_whole[:, theme], intercept_whole[theme] = fitted
    return Linear(kept, idf, idf_whole, coef, intercept, coef_whole, intercept_whole)


def _fit(x: "csr_matrix", y: BoolArray, weight: FloatArray, recipe: Recipe) -> tuple[FloatArray, float]:
    from sklearn.linear_model import LogisticRegression

    if y.all() or not y.any() or not x.shape[1]:
        return np.zeros(x.shape[1]), float(np.log((y.sum() + 0.5) / ((~y).sum() + 0.5)))
    model = LogisticRegression(
        C=recipe.C,
        class_weight=recipe.class_weight,
        solver="liblinear",
        dual=recipe.dual,
        tol=recipe.tol,
        max_iter=1000,
        random_state=recipe.seed,
    )
    model.fit(x, y, sample_weight=weight)
    return model.coef_.ravel(), float(model.intercept_[0])


def _fit_passages(
    x: "csr_matrix",
    article: IntArray,
    negative: BoolArray,
    positive: BoolArray,
    loose: BoolArray,
    weight: FloatArray,
    recipe: Recipe,
) -> tuple[FloatArray, float]:
    """Fit on passages; those `loose` belong to articles that have the theme somewhere."""
    of_article = np.bincount(article, minlength=article.max() + 1)
    chosen = positive | loose
    shared = np.where(loose, weight / of_article[article], weight)
    used = negative | chosen
    coef, intercept = _fit(x[used], chosen[used], shared[used], recipe)
    for _ in range(recipe.rounds - 1 if loose.any() else 0):
        score = x @ coef
        best = np.full(len(of_article), -np.inf)
        np.maximum.at(best, article[loose], score[loose])
        again = positive | (loose & (score == best[article]))
        if np.array_equal(again, chosen):
            break
        chosen = again
        used = negative | chosen
        coef, intercept = _fit(x[used], chosen[used], weight[used], recipe)
    return coef, intercept


def article_scores(data: Encoded, rows: IntArray, linear: Linear) -> tuple[FloatArray, IntArray]:
    """Score articles by a model.

    Returns
    -------
    scores : ndarray of float64, shape (n_rows, n_themes)
        Soft maximum (log-sum-exp) over the passages, plus the score of the whole article.
    best : ndarray of int64, shape (n_rows, n_themes)
        The passage with the highest score, counted within its article.
    """
    whole = (
        tfidf(data.by_article()[rows][:, linear.kept], linear.idf_whole) @ linear.coef_whole + linear.intercept_whole
    )
    passages = np.flatnonzero(np.isin(data.article, rows))
    scores = np.zeros((len(data.article), whole.shape[1]))
    scores[passages] = tfidf(data.counts[passages][:, linear.kept], linear.idf) @ linear.coef + linear.intercept
    total, best = np.empty_like(whole), np.empty(whole.shape, dtype=np.int64)
    for number, row in enumerate(rows):
        own = scores[data.first[row] : data.first[row + 1]]
        total[number] = np.logaddexp.reduce(own, axis=0) + whole[number]
        best[number] = own.argmax(axis=0)
    return total, best
