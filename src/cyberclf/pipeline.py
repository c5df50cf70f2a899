"""Model -> the equivalent scikit-learn pipeline."""

import copy
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix
from sklearn.base import BaseEstimator, ClassifierMixin, TransformerMixin
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline

from cyberclf.analyzer import article_bags
from cyberclf.calibration import logistic
from cyberclf.giving import give
from cyberclf.model import Model
from cyberclf.texts import as_texts

__all__ = ["PassagePooler", "PassageVectorizer", "to_pipeline"]

FloatArray = npt.NDArray[np.float64]
Passages = tuple[csr_matrix, npt.NDArray[np.int64], csr_matrix]


def _terms_of_bags(bags: Iterable[dict[str, int]]) -> Iterator[str]:
    for bag in bags:
        yield from Counter(bag).elements()


class PassageVectorizer(TransformerMixin, BaseEstimator):
    """Texts to the TF-IDF of their passages, and of the whole.

    Parameters
    ----------
    vectorizer, vectorizer_whole : TfidfVectorizer
        Fitted, of passages and of whole articles; their analyzer takes a list of bags.
    """

    def __init__(self, vectorizer: TfidfVectorizer, vectorizer_whole: TfidfVectorizer) -> None:
        self.vectorizer = vectorizer
        self.vectorizer_whole = vectorizer_whole

    def fit(self, X: Any, y: Any = None) -> "PassageVectorizer":  # noqa: ARG002 - as its peers
        """Do nothing: the vectorizer is fitted."""
        return self

    def __sklearn_is_fitted__(self) -> bool:
        """Say that there is nothing left to fit."""
        return True

    def __sklearn_clone__(self) -> "PassageVectorizer":
        """Return a copy with its numbers: without them it would be of no use, since `fit` learns none."""
        return copy.copy(self)

    def transform(self, X: Iterable[str]) -> Passages:
        """Return the rows of the passages, where those of each text begin, and the rows of the texts."""
        articles = [article_bags(text) or [{}] for text in as_texts(X, "X")]
        first = np.cumsum([0, *map(len, articles)])
        if not articles:
            empty = csr_matrix((0, len(self.vectorizer.vocabulary_)))
            return empty, first, empty
        passages = self.vectorizer.transform([[bag] for bags in articles for bag in bags])
        return passages, first, self.vectorizer_whole.transform(articles)


class PassagePooler(ClassifierMixin, BaseEstimator):
    """Rows of passages to probabilities of texts.

    Parameters
    ----------
    classifiers, classifiers_whole : list of LogisticRegression
        Fitted, one a theme; of passages and of whole articles.
    calibration : ndarray of float64, shape (2, n_themes)
    thresholds : ndarray of float64, shape (n_themes,)
    themes : tuple of str
        Ids, in the order of the columns.
    per_article : {"any", "some", "one"}, default "any"
        See `cyberclf.giving.give`.
    length_penalty : float, default 0.0
        As of `cyberclf.Model`.

    Attributes
    ----------
    classes_ : ndarray of str, shape (n_themes,)
    """

    def __init__(
        self,
        classifiers: list[LogisticRegression],
        classifiers_whole: list[LogisticRegression],
        calibration: FloatArray,
        thresholds: FloatArray,
        themes: tuple[str, ...],
        per_article: str = "any",
        length_penalty: float = 0.0,
    ) -> None:
        self.classifiers = classifiers
        self.classifiers_whole = classifiers_whole
        self.calibration = calibration
        self.thresholds = thresholds
        self.themes = themes
        self.per_article = per_article
        self.length_penalty = length_penalty

    def fit(self, X: Any, y: Any = None) -> "PassagePooler":  # noqa: ARG002 - as its peers
        """Do nothing: the classifiers are fitted."""
        return self

    def __sklearn_is_fitted__(self) -> bool:
        """Say that there is nothing left to fit."""
        return True

    def __sklearn_clone__(self) -> "PassagePooler":
        """Return a copy with its numbers: without them it would be of no use, since `fit` learns none."""
        return copy.copy(self)

    @property
    def classes_(self) -> npt.NDArray[np.str_]:
        """Ids of the themes."""
        return np.array(self.themes)

    def predict_proba(self, X: Passages) -> FloatArray:
        """Probabilities: float64, shape (n_texts, n_themes)."""
        rows, first, whole = X
        if len(first) == 1:
            return np.empty((0, len(self.classifiers)))
        scores = np.column_stack([classifier.decision_function(whole) for classifier in self.classifiers_whole])
        of_passages = np.column_stack([classifier.decision_function(rows) for classifier in self.classifiers])
        for number, (start, end) in enumerate(pairwise(first)):
            scores[number] += np.logaddexp.reduce(of_passages[start:end], axis=0)
        scores -= self.length_penalty * np.log(np.diff(first))[:, None]
        return logistic(scores, self.calibration)

    def predict(self, X: Passages) -> npt.NDArray[np.bool_]:
        """Themes given: bool, shape (n_texts, n_themes)."""
        return give(self.predict_proba(X), self.thresholds, self.per_article)


def to_pipeline(model: Model) -> Pipeline:
    """Build the fitted pipeline from the model's numbers.

    Returns
    -------
    sklearn.pipeline.Pipeline
        Texts in; ``predict_proba`` and ``predict`` as the model's.
    """
    vocabulary = {term: column for column, term in enumerate(model.vocabulary)}
    # A model that learnt no term still needs one for scikit-learn; its weight is nothing.
    idf, idf_whole, coef, coef_whole = model.idf, model.idf_whole, model.coef, model.coef_whole
    if not vocabulary:
        vocabulary, idf, idf_whole = {"": 0}, np.ones(1), np.ones(1)
        coef = coef_whole = np.zeros((1, len(model.themes)))
    vectorizers = []
    for values in (idf, idf_whole):
        vectorizer = TfidfVectorizer(analyzer=_terms_of_bags, vocabulary=vocabulary, sublinear_tf=True)
        vectorizer.idf_ = values
        vectorizers.append(vectorizer)
    pooler = PassagePooler(
        _classifiers(coef, model.intercept),
        _classifiers(coef_whole, model.intercept_whole),
        model.calibration,
        model.thresholds,
        model.themes,
        model.per_article,
        model.length_penalty,
    )
    return Pipeline([("passages", PassageVectorizer(*vectorizers)), ("themes", pooler)])


def _classifiers(coef: FloatArray, intercept: FloatArray) -> list[LogisticRegression]:
    made = []
    for column in range(coef.shape[1]):
        classifier = LogisticRegression()
        classifier.classes_ = np.array([0, 1])
        classifier.coef_ = coef[:, [column]].T.copy()
        classifier.intercept_ = intercept[[column]]
        classifier.n_features_in_ = len(coef)
        made.append(classifier)
    return made
