"""The rivals are as good as they can be on the same folds, and learn from nothing else."""

from dataclasses import replace

import numpy as np
import pytest

from cyberclf.baselines import BASELINES, _out_of_fold_decisions, keyword_scores, run_baseline
from cyberclf.encode import encode
from cyberclf.folds import event_splits
from cyberclf.labelled import LabelledArticle

DEFAULTS, BALANCED = BASELINES[1:]
THEMES = ("strategy", "bilateral_cooperation", "ai_regulation", "capacity_building")


def encoded(*texts):
    return encode([LabelledArticle(id=t, where=t, text=t, themes=frozenset()) for t in texts], THEMES)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("La stratégie de cybersécurité est prête.", ["strategy"]),
        ("Un projet de loi sur le numérique.", ["strategy"]),
        # Each word of a phrase must stand there.
        ("La politique du numérique est nationale.", ["strategy"]),
        ("La politique du numérique.", []),
        # A word of the theme alone is not enough; nor is one of the domain.
        ("La stratégie de la pêche.", []),
        ("La cybersécurité.", []),
        ("Une charte pour encadrer le numérique.", []),
        ("Une charte pour encadrer l'IA.", ["ai_regulation"]),
        ("Un atelier de formation à la cybersécurité.", ["capacity_building"]),
    ],
)
def test_a_keyword_and_a_word_of_the_domain_give_a_theme(text, expected):
    found = keyword_scores(encoded(text, "Le thon."), THEMES)
    assert [theme for theme, has in zip(THEMES, found[0], strict=True) if has] == expected
    assert not found[1].any()


def test_own_themes_have_no_list_of_keywords():
    assert keyword_scores(encoded("La loi."), ("mer",)) is None


def test_a_fold_is_scored_by_what_was_learnt_from_the_others(small_corpus):
    data = encode(small_corpus.articles, small_corpus.themes)
    splits = tuple(event_splits(data, 3, 0))
    before = run_baseline(data, splits, DEFAULTS, small_corpus.themes)
    own = splits[0].test
    labels = data.labels.copy()
    labels[own] = 1 - labels[own]
    after = run_baseline(replace(data, labels=labels), splits, DEFAULTS, small_corpus.themes)
    for old, new in zip(before, after, strict=True):
        np.testing.assert_array_equal(new[own], old[own])
    assert (after[0][splits[1].test] != before[0][splits[1].test]).all()


def test_the_thresholds_of_a_fold_come_from_the_scores_of_the_others(small_corpus):
    data = encode(small_corpus.articles, small_corpus.themes)
    splits = tuple(event_splits(data, 3, 0))
    probability = 0.4 * data.labels + 0.6 * np.random.default_rng(0).random(data.labels.shape)
    before = _out_of_fold_decisions(data.labels, probability, splits)
    own, other = splits[0].test, splits[1].test
    labels = data.labels.copy()
    labels[own] = 1 - labels[own]
    after = _out_of_fold_decisions(labels, probability, splits)
    np.testing.assert_array_equal(after[own], before[own])
    assert (after[other] != before[other]).any()


def test_a_rival_finds_what_is_easily_found(small_corpus):
    data = encode(small_corpus.articles, small_corpus.themes)
    probability, given = run_baseline(data, tuple(event_splits(data, 3, 0)), BALANCED, small_corpus.themes)
    assert not np.isnan(probability).any()
    assert (given == (data.labels == 1)).mean() > 0.8


def test_where_every_article_has_one_theme_the_rivals_give_one(small_corpus):
    articles = [replace(a, themes=frozenset({min(a.themes, default="rien")})) for a in small_corpus.articles] * 2
    articles = [replace(a, event=str(number)) for number, a in enumerate(articles)]
    themes = sorted(frozenset().union(*(a.themes for a in articles)))
    data = encode(articles, themes)
    splits = tuple(event_splits(data, 3, 0))
    for rival in (DEFAULTS, BALANCED):
        given = run_baseline(data, splits, rival, themes)[1]
        assert (given.sum(axis=1) == 1).all()


def test_texts_without_a_word_have_no_rival():
    data = encoded("2024 …", "!")
    assert run_baseline(data, (), DEFAULTS, THEMES) is None


def test_the_defaults_of_scikit_learn_give_from_a_half_and_learn_from_what_was_judged(small_corpus):
    data = encode(small_corpus.articles, small_corpus.themes)
    splits = tuple(event_splits(data, 3, 0))
    probability, given = run_baseline(data, splits, BASELINES[1], small_corpus.themes)
    assert ((probability > 0.4) & (probability < 0.5)).any()
    assert (given == (probability >= 0.5)).all()
    labels = data.labels.copy()
    labels[:, 0] = np.nan
    unjudged = run_baseline(replace(data, labels=labels), splits, BASELINES[1], small_corpus.themes)
    assert (unjudged[0][:, 0] == 0).all()
    assert (unjudged[0][:, 1] == probability[:, 1]).all()


def test_a_theme_that_all_of_those_learnt_from_have_is_surely_there(small_corpus):
    data = encode(small_corpus.articles, small_corpus.themes)
    labels = data.labels.copy()
    labels[:, 0] = 1
    splits = tuple(event_splits(data, 3, 0))
    for baseline in BASELINES[1:]:
        probability, given = run_baseline(replace(data, labels=labels), splits, baseline, small_corpus.themes)
        assert (probability[:, 0] == 1).all()
        assert given[:, 0].all()
