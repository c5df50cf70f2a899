"""ThemeClassifier: the scikit-learn face."""

import warnings
from collections.abc import Iterable
from numbers import Integral, Real
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from joblib import effective_n_jobs
from pandas import isna
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils import Tags, check_random_state
from sklearn.utils.validation import check_is_fitted

from cyberclf.corpus import Corpus
from cyberclf.labelled import LabelledArticle
from cyberclf.texts import as_texts
from cyberclf.themes import id_fault, theme_id
from cyberclf.training import train

__all__ = ["ThemeClassifier"]


class ThemeClassifier(ClassifierMixin, BaseEstimator):
    """Multi-label classifier of texts, as a scikit-learn estimator.

    Parameters
    ----------
    C : float, default 30.0
        Inverse strength of the L2 penalty.
    class_weight : {"balanced", None}, default "balanced"
    n_folds : int, default 5
        Folds that the thresholds and the calibration come from.
    random_state : int, numpy.random.RandomState or None, default 0
        Of the folds.
    n_jobs : int or None, default 1
        Processes; None is 1 and -1 one a core, as in joblib.

    Attributes
    ----------
    classes_ : ndarray of str, shape (n_themes,)
        Ids of the themes, in the order of the columns.
    model_ : Model
        What prediction uses; ``model_.save(path)`` writes the artifact.

    Examples
    --------
    >>> from cyberclf import ThemeClassifier
    >>> texts = ["le filet et la pêche", "la pêche au port", "un vote au sénat", "le sénat vote"]
    >>> classifier = ThemeClassifier(n_folds=2).fit(texts, [["sea"], ["sea"], [], []])
    >>> classifier.predict_proba(["la pêche"]).shape
    (1, 1)
    """

    def __init__(
        self,
        *,
        C: float = 30.0,
        class_weight: Literal["balanced"] | None = "balanced",
        n_folds: int = 5,
        random_state: int | np.random.RandomState | None = 0,
        n_jobs: int | None = 1,
    ) -> None:
        self.C = C
        self.class_weight = class_weight
        self.n_folds = n_folds
        self.random_state = random_state
        self.n_jobs = n_jobs

    def fit(self, X: Iterable[str], y: Any, groups: Iterable[Any] | None = None) -> "ThemeClassifier":
        """Fit on labelled texts.

        Parameters
        ----------
        X : iterable of str, length n_texts
        y : array of shape (n_texts, n_themes), or sequence of collections of str
            An indicator matrix, 1, 0 or NaN (not judged), a pandas frame of it (whose columns name
            the themes), or for each text the ids of its themes.  What `predict` says is an indicator matrix: the
            scorers of scikit-learn compare it with such a `y` alone.
        groups : iterable, optional
            Texts of one group are never on both sides of a split.

        Returns
        -------
        ThemeClassifier

        Raises
        ------
        ValueError
            When lengths differ, `y` is neither kind, `n_folds` is below 2, or there is nothing to tell apart.
        TypeError
            When `X` is a table, or holds something else than strings.

        Warns
        -----
        UserWarning
            When the texts do not suffice: none could be held out, a theme has fewer than two, or scores of held-out
            texts do not rise with its labels.
        """
        if y is None:
            raise ValueError("ThemeClassifier requires y to be passed, but the target y is None")
        texts = _checked(X)
        ids, labels = _labels(y, len(texts))
        for theme, given in zip(ids, labels.T, strict=True):
            if fault := id_fault(theme):
                raise ValueError(fault)
            if np.isnan(given).all():
                raise ValueError(f"nobody judged theme '{theme}': all its column is NaN; leave it out of y")
        if getattr(groups, "ndim", 1) > 1:
            raise ValueError("groups has several columns; give each text one value")
        # A text without a group is an event of its own.
        events = [None] * len(texts) if groups is None else [None if isna(one) else str(one) for one in groups]
        if len(events) != len(texts):
            raise ValueError(f"{len(texts)} texts, but {len(events)} groups")
        corpus = Corpus.of(
            LabelledArticle(
                id=str(row),
                where=f"text {row}",
                text=text,
                event=event,
                themes=frozenset(theme for theme, label in zip(ids, given, strict=True) if label == 1),
                not_judged=frozenset(theme for theme, label in zip(ids, given, strict=True) if np.isnan(label)),
            )
            for row, (text, event, given) in enumerate(zip(texts, events, labels, strict=True))
        )
        corpus = Corpus(corpus.articles, ids, corpus.fingerprint)
        trained = train(corpus, settings=self._settings(), n_jobs=effective_n_jobs(self.n_jobs))
        for shortcoming in trained.shortcomings():
            warnings.warn(shortcoming, stacklevel=2)
        self.model_ = trained.model
        self.classes_ = np.array(self.model_.themes)
        return self

    def _settings(self) -> dict[str, Any]:
        """Make settings of the recipe, as the artifact records them: neither numbers of numpy nor a generator."""
        C: Any = self.C
        n_folds: Any = self.n_folds
        seed: Any = self.random_state
        if not isinstance(n_folds, Integral) or n_folds < 2:
            raise ValueError(f"n_folds is {n_folds}; it needs to be a whole number, 2 or more")
        if not isinstance(C, Real) or float(C) <= 0:
            raise ValueError(f"C is {C}; it needs to be a number above 0")
        if self.class_weight not in ("balanced", None):
            raise ValueError(f"class_weight is {self.class_weight!r}; it needs to be 'balanced' or None")
        if not isinstance(seed, Integral):
            seed = check_random_state(seed).randint(2**31 - 1)
        return {"C": float(C), "class_weight": self.class_weight, "n_folds": int(n_folds), "seed": int(seed)}

    def predict_proba(self, X: Iterable[str]) -> npt.NDArray[np.float64]:
        """Probabilities: float64, shape (n_texts, n_themes)."""
        check_is_fitted(self, "model_")
        return self.model_.predict_proba(_checked(X))

    def predict(self, X: Iterable[str]) -> npt.NDArray[np.int64]:
        """Themes given: int64 of 0 and 1, shape (n_texts, n_themes), by the fitted rule; see `Model.predict`."""
        check_is_fitted(self, "model_")
        return self.model_.predict(_checked(X)).astype(np.int64)

    def score(self, X: Iterable[str], y: Any, sample_weight: Any = None) -> float:
        """Micro-averaged F1 of `predict`, themes not judged left out, and ids that the model has not met.

        Raises
        ------
        ValueError
            When `y` has named columns, and they are not the themes.
        """
        check_is_fitted(self, "model_")
        given = self.predict(X)
        themes = tuple(map(str, self.classes_))
        _, labels = _labels(y, len(given), themes=themes)
        if (named := getattr(y, "columns", None)) is not None:
            labels = labels[:, _order(_names(named), themes)]
        weight = np.ones(len(given)) if sample_weight is None else np.asarray(sample_weight, dtype=float)
        judged = ~np.isnan(labels) * weight[:, None]
        hits = (judged * ((labels == 1) & (given == 1))).sum()
        total = (judged * (labels == 1)).sum() + (judged * given).sum()
        return float(2 * hits / total) if total else 0.0

    def __sklearn_tags__(self) -> Tags:
        """Say that texts go in and several labels come out."""
        tags = super().__sklearn_tags__()
        tags.input_tags.string = True
        tags.input_tags.one_d_array = True
        tags.input_tags.two_d_array = False
        tags.target_tags.multi_output = True
        tags.target_tags.single_output = False
        tags.classifier_tags.multi_label = True
        tags.classifier_tags.multi_class = False
        return tags


def _checked(X: Any) -> list[str]:
    if isinstance(X, str):
        raise ValueError("X is one string; give a list of strings")  # noqa: TRY004 - as scikit-learn's vectorizers
    return as_texts(X, "X")


def _labels(
    y: Any,
    n_texts: int,
    themes: tuple[str, ...] | None = None,
) -> tuple[tuple[str, ...], npt.NDArray[np.float64]]:
    """Ids of the themes, and the indicator matrix."""
    named = getattr(y, "columns", None)
    if named is None and not hasattr(y, "toarray"):
        rows = list(y)
        if rows and all(isinstance(row, list | tuple | set | frozenset) for row in rows):
            if all(isinstance(theme, str) for row in rows for theme in row):
                return _from_ids(rows, n_texts, themes)
            y = rows
        elif rows and all(isinstance(row, str) for row in rows):
            return _from_ids([[row] for row in rows], n_texts, themes)
    try:
        if hasattr(y, "toarray"):
            y = y.toarray()
        labels = np.asarray(y, dtype=np.float64) if named is None else y.to_numpy(np.float64, na_value=np.nan)
    except (TypeError, ValueError):
        raise ValueError("y must be an indicator matrix (1, 0, NaN), or for each text a list of theme ids") from None
    if labels.ndim != 2 or len(labels) != n_texts:
        raise ValueError(f"y has shape {labels.shape} for {n_texts} texts; it needs (n_texts, n_themes)")
    if not (np.isnan(labels) | (labels == 0) | (labels == 1)).all():
        raise ValueError("y holds a value that is not 1, 0 or NaN")
    found = _names(range(labels.shape[1]) if named is None else named)
    ids = themes or found
    if labels.shape[1] != len(ids):
        raise ValueError(f"y has {labels.shape[1]} columns for {len(ids)} themes")
    return ids, labels


def _order(found: tuple[str, ...], themes: tuple[str, ...]) -> list[int]:
    """Where each theme stands among named columns."""
    if set(found) != set(themes):
        others = ", ".join(sorted(set(found) ^ set(themes)))
        raise ValueError(f"the columns of y and the themes are not the same: {others}")
    return [found.index(theme) for theme in themes]


def _names(columns: Iterable[Any]) -> tuple[str, ...]:
    names = tuple(theme_id(str(column)) for column in columns)
    if len(set(names)) < len(names):
        raise ValueError("y has two columns of the same name; give each theme one column")
    return names


def _from_ids(
    rows: list[Any], n_texts: int, themes: tuple[str, ...] | None
) -> tuple[tuple[str, ...], npt.NDArray[np.float64]]:
    if len(rows) != n_texts:
        raise ValueError(f"{n_texts} texts, but labels for {len(rows)}")
    rows = [set(map(theme_id, row)) for row in rows]
    ids = themes or tuple(sorted(set().union(*rows)))
    return ids, np.array([[float(theme in row) for theme in ids] for row in rows]).reshape(n_texts, len(ids))
