"""Model -> the equivalent scikit-learn pipeline."""

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

from cyberclf.analyzer import count_terms
from cyberclf.calibration import logistic
from cyberclf.model import Model
from cyberclf.text import passage_spans

__all__ = ["PassagePooler", "PassageVectorizer", "to_pipeline"]

FloatArray = npt.NDArray[np.float64]


def _terms_of_passages(passages: Iterable[str]) -> Iterator[str]:
    for passage in passages:
        yield from Counter(count_terms(passage)).elements()


class PassageVectorizer(TransformerMixin, BaseEstimator):  # type: ignore[misc] - it has no annotations
    """Texts to the TF-IDF of their passages and, in the last row of each text, of the whole.

    Parameters
    ----------
    vectorizer : TfidfVectorizer
        Fitted; its analyzer takes a list of passages.
    """

    def __init__(self, vectorizer: TfidfVectorizer) -> None:
        self.vectorizer = vectorizer

    def fit(self, X: Any, y: Any = None) -> "PassageVectorizer":  # noqa: ANN401, ARG002 - scikit-learn's manners
        """Do nothing: the vectorizer is fitted."""
        return self

    def __sklearn_is_fitted__(self) -> bool:
        """Say that there is nothing left to fit."""
        return True

    def transform(self, X: Iterable[str]) -> tuple[csr_matrix, npt.NDArray[np.int64]]:
        """Return the rows of all texts, and where those of each text begin."""
        documents: list[list[str]] = []
        first = [0]
        for text in X:
            passages = [text[start:end] for start, end in passage_spans(text)]
            documents += [[passage] for passage in passages] or [[]]
            documents.append(passages)
            first.append(len(documents))
        if not documents:
            return csr_matrix((0, len(self.vectorizer.vocabulary_))), np.array(first)
        return self.vectorizer.transform(documents), np.array(first)


class PassagePooler(ClassifierMixin, BaseEstimator):  # type: ignore[misc] - it has no annotations
    """Rows of passages to probabilities of texts.

    Parameters
    ----------
    classifiers, classifiers_whole : list of LogisticRegression
        Fitted, one a theme; of passages and of whole articles.
    calibration : ndarray of float64, shape (2, n_themes)
    thresholds : ndarray of float64, shape (n_themes,)
    """

    def __init__(
        self,
        classifiers: list[LogisticRegression],
        classifiers_whole: list[LogisticRegression],
        calibration: FloatArray,
        thresholds: FloatArray,
    ) -> None:
        self.classifiers = classifiers
        self.classifiers_whole = classifiers_whole
        self.calibration = calibration
        self.thresholds = thresholds

    def fit(self, X: Any, y: Any = None) -> "PassagePooler":  # noqa: ANN401, ARG002 - scikit-learn's manners
        """Do nothing: the classifiers are fitted."""
        return self

    def __sklearn_is_fitted__(self) -> bool:
        """Say that there is nothing left to fit."""
        return True

    def predict_proba(self, X: tuple[csr_matrix, npt.NDArray[np.int64]]) -> FloatArray:
        """Probabilities: float64, shape (n_texts, n_themes)."""
        rows, first = X
        if len(first) == 1:
            return np.empty((0, len(self.classifiers)))
        whole = rows[first[1:] - 1]
        scores = np.column_stack([classifier.decision_function(whole) for classifier in self.classifiers_whole])
        of_passages = np.column_stack([classifier.decision_function(rows) for classifier in self.classifiers])
        for number, (start, end) in enumerate(pairwise(first)):
            scores[number] += np.logaddexp.reduce(of_passages[start : end - 1], axis=0)
        return logistic(scores, self.calibration)

    def predict(self, X: tuple[csr_matrix, npt.NDArray[np.int64]]) -> npt.NDArray[np.bool_]:
        """Themes given: bool, shape (n_texts, n_themes)."""
        return self.predict_proba(X) >= self.thresholds


def to_pipeline(model: Model) -> Pipeline:
    """Build the fitted pipeline from the model's numbers.

    Returns
    -------
    sklearn.pipeline.Pipeline
        Texts in; ``predict_proba`` and ``predict`` as the model's.
    """
    vocabulary = {term: column for column, term in enumerate(model.vocabulary)}
    # A model that learnt no term still needs one for scikit-learn; its weight is nothing.
    idf, coef, coef_whole = model.idf, model.coef, model.coef_whole
    if not vocabulary:
        vocabulary, idf = {"": 0}, np.ones(1)
        coef = coef_whole = np.zeros((1, len(model.themes)))
    vectorizer = TfidfVectorizer(analyzer=_terms_of_passages, vocabulary=vocabulary, sublinear_tf=True)
    vectorizer.idf_ = idf
    pooler = PassagePooler(
        _classifiers(coef, model.intercept),
        _classifiers(coef_whole, model.intercept_whole),
        model.calibration,
        model.thresholds,
    )
    return Pipeline([("passages", PassageVectorizer(vectorizer)), ("themes", pooler)])


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
