"""ThemeClassifier has scikit-learn's manners."""

import pickle

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV, cross_val_predict
from sklearn.utils import estimator_checks as checks

import cyberclf
from cyberclf import ThemeClassifier

#: The checks that need no data. All others give matrices of numbers, which scikit-learn itself does not try on an
#: estimator whose tags say that it reads texts (SkipTestWarning).
CHECKS = (
    checks.check_do_not_raise_errors_in_init_or_set_params,
    checks.check_estimator_cloneable,
    checks.check_estimator_repr,
    checks.check_estimator_tags_renamed,
    checks.check_get_params_invariance,
    checks.check_mixin_order,
    checks.check_no_attributes_set_in_init,
    checks.check_parameters_default_constructible,
    checks.check_set_params,
    checks.check_valid_tag_types,
)


def texts_and_labels(corpus):
    texts = [article.text for article in corpus.articles]
    return texts, np.array(
        [[theme in article.themes for theme in corpus.themes] for article in corpus.articles], dtype=float
    )


@pytest.fixture(scope="module")
def sample(small_corpus):
    return texts_and_labels(small_corpus)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_it_keeps_the_contract_of_an_estimator(check):
    check("ThemeClassifier", ThemeClassifier())


def test_it_clones_and_shows_its_settings():
    made = ThemeClassifier(C=3.0)
    assert clone(made).get_params() == made.get_params()
    assert made.set_params(C=4.0).C == 4.0


def test_it_can_be_pickled_and_says_the_same(sample):
    texts, labels = sample
    fitted = ThemeClassifier(n_folds=3).fit(texts, labels)
    again = pickle.loads(pickle.dumps(fitted))  # noqa: S301 - our own bytes
    np.testing.assert_array_equal(again.predict_proba(texts), fitted.predict_proba(texts))


def test_it_can_be_searched_and_cross_validated(sample):
    texts, labels = sample
    held_out = cross_val_predict(ThemeClassifier(n_folds=2), texts, labels, cv=3, method="predict_proba")
    assert held_out.shape == labels.shape
    search = GridSearchCV(ThemeClassifier(n_folds=2), {"C": [1.0, 30.0]}, cv=2).fit(texts, labels)
    assert search.best_params_["C"] in {1.0, 30.0}
    assert search.best_score_ > 0.5


def test_labels_may_be_lists_of_ids_or_a_frame(sample, small_corpus):
    texts, labels = sample
    lists = [sorted(article.themes) for article in small_corpus.articles]
    by_lists = ThemeClassifier(n_folds=3).fit(texts, lists)
    by_frame = ThemeClassifier(n_folds=3).fit(texts, pd.DataFrame(labels, columns=list(small_corpus.themes)))
    assert list(by_lists.classes_) == list(by_frame.classes_) == ["loi", "mer"]
    np.testing.assert_array_equal(by_lists.predict_proba(texts), by_frame.predict_proba(texts))
    assert by_lists.score(texts, lists) == by_frame.score(texts, labels) > 0.9


def test_nan_is_not_judged(sample):
    texts, labels = sample
    unjudged = labels.copy()
    unjudged[::4, 0] = np.nan
    fitted = ThemeClassifier(n_folds=3).fit(texts, unjudged)
    assert fitted.model_.metadata["corpus"]["positives"]["0"] == int(np.nansum(unjudged[:, 0]))


@pytest.mark.parametrize(
    ("labels", "match"),
    [([[1, 0]], "shape"), ([[2], [0]], "not 1, 0 or NaN"), ([["a"]], "labels for 1"), ("ab", "texts|indicator")],
)
def test_labels_that_fit_nothing_are_refused(labels, match):
    with pytest.raises(ValueError, match=match):
        ThemeClassifier().fit(["un", "deux", "trois"][: 2 if labels == [[2], [0]] else 3], labels)


def test_it_says_when_it_is_not_fitted():
    with pytest.raises(NotFittedError):
        ThemeClassifier().predict(["a"])


def test_two_columns_of_one_name_and_a_single_fold_are_refused():
    texts = ["la loi passe", "le match finit"]
    with pytest.raises(ValueError, match="two columns of the same name"):
        ThemeClassifier().fit(texts, pd.DataFrame([[1, 0], [0, 1]], columns=["a", "a"]))
    with pytest.raises(ValueError, match="n_folds is 1"):
        ThemeClassifier(n_folds=1).fit(texts, [[1], [0]])


def test_score_finds_named_columns_by_name_and_refuses_others():
    pd = pytest.importorskip("pandas")
    texts = [f"la pêche au thon et le port {n}" for n in range(8)] + [
        f"un concert de guitare et un chœur {n}" for n in range(8)
    ]
    frame = pd.DataFrame({"mer": [1] * 8 + [0] * 8, "musique": [0] * 8 + [1] * 8})
    fitted = ThemeClassifier().fit(texts, frame)
    assert fitted.score(texts, frame[["musique", "mer"]]) == fitted.score(texts, frame)
    with pytest.raises(ValueError, match="the columns of y and the themes are not the same: mer, vin"):
        fitted.score(texts, frame.rename(columns={"mer": "vin"}))


def test_a_table_of_texts_is_no_list_of_texts(sample):
    texts, labels = sample
    with pytest.raises(TypeError, match=r"X is a table; give one column of it"):
        ThemeClassifier().fit(pd.DataFrame({"text": texts, "id": texts}), labels[:2])


def test_it_takes_numbers_of_numpy_and_can_still_be_saved(sample, tmp_path):
    texts, labels = sample
    search = GridSearchCV(ThemeClassifier(), {"n_folds": np.arange(2, 4), "C": np.array([3.0, 30.0])[:1]}, cv=2)
    search.fit(texts, labels).best_estimator_.model_.save(tmp_path / "m.safetensors")
    assert cyberclf.load(tmp_path / "m.safetensors").themes == ("0", "1")


def test_processes_may_be_left_to_the_default_of_scikit_learn(sample):
    texts, labels = sample
    fitted = [ThemeClassifier(n_folds=2, n_jobs=n_jobs).fit(texts, labels) for n_jobs in (1, None, -1)]
    for other in fitted[1:]:
        np.testing.assert_array_equal(other.predict_proba(texts), fitted[0].predict_proba(texts))


@pytest.mark.parametrize("missing", [None, np.nan, pd.NA])
def test_texts_without_a_group_are_events_of_their_own(sample, missing):
    texts, labels = sample
    own = ThemeClassifier(n_folds=3).fit(texts, labels)
    grouped = ThemeClassifier(n_folds=3).fit(texts, labels, groups=[missing] * len(texts))
    np.testing.assert_array_equal(grouped.predict_proba(texts), own.predict_proba(texts))


def test_what_the_texts_do_not_suffice_for_is_warned_of(sample):
    texts, labels = sample
    with pytest.warns(UserWarning, match="too few events to hold any out"):
        ThemeClassifier().fit(texts, labels, groups=["one"] * len(texts))
    with pytest.warns(UserWarning, match="theme 1: fewer than two articles"):
        ThemeClassifier(n_folds=2).fit(texts, labels * [1, 0])


def test_a_theme_that_nobody_judged_is_refused(sample):
    texts, labels = sample
    with pytest.raises(ValueError, match="nobody judged theme 'b': all its column is NaN; leave it out of y"):
        ThemeClassifier().fit(texts, pd.DataFrame(labels * [1, np.nan], columns=["a", "b"]))


def test_ids_are_the_same_however_their_accents_are_written(sample):
    texts, labels = sample
    composed, apart = "p\u00eache", "pe\u0302che"
    fitted = ThemeClassifier(n_folds=2).fit(
        texts, [[(composed, apart)[n % 2]] if row[0] else [] for n, row in enumerate(labels)]
    )
    assert fitted.classes_.tolist() == [composed]
    assert fitted.model_.with_thresholds({apart: 0.5}).thresholds.tolist() == [0.5]
    frame = pd.DataFrame(labels[:, :1], columns=[apart])
    assert ThemeClassifier(n_folds=2).fit(texts, frame).classes_.tolist() == [composed]


def test_a_frame_of_whole_numbers_may_lack_some(sample):
    texts, labels = sample
    whole = pd.DataFrame(labels, columns=["a", "b"]).astype("Int64")
    whole.iloc[0, 0] = pd.NA
    expected = pd.DataFrame(labels, columns=["a", "b"])
    expected.iloc[0, 0] = np.nan
    one, two = (ThemeClassifier(n_folds=2).fit(texts, y) for y in (whole, expected))
    np.testing.assert_array_equal(one.predict_proba(texts), two.predict_proba(texts))


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"n_folds": 2.7}, "n_folds is 2.7"),
        ({"n_folds": "3"}, "n_folds is 3"),
        ({"C": None}, "C is None"),
        ({"C": 0}, "C is 0; it needs to be a number above 0"),
        ({"class_weight": {0: 1}}, "class_weight is {0: 1}; it needs to be 'balanced' or None"),
    ],
)
def test_parameters_that_are_none_are_refused(sample, options, said):
    with pytest.raises(ValueError, match=said):
        ThemeClassifier(**options).fit(*sample)
    with pytest.raises(ValueError, match="groups has several columns"):
        ThemeClassifier().fit(*sample, groups=np.zeros((len(sample[0]), 2)))


def test_labels_that_were_forgotten_are_asked_for():
    with pytest.raises(ValueError, match="requires y to be passed, but the target y is None"):
        ThemeClassifier().fit(["une loi"], None)
