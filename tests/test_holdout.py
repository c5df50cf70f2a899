"""Nothing that is said of an article comes from its own label: not its score, curve, threshold or band."""

from dataclasses import replace

import numpy as np
import pytest

from cyberclf.corpus import Corpus
from cyberclf.encode import encode
from cyberclf.fitting import Recipe
from cyberclf.folds import Split, event_splits
from cyberclf.holdout import OutOfFold, _length_penalty, cross_validate, out_of_fold
from cyberclf.labelled import LabelledArticle
from cyberclf.training import train

N_ARTICLES, N_FOLDS = 240, 4


@pytest.fixture
def scored():
    rng = np.random.default_rng(0)
    labels = (rng.random((N_ARTICLES, 2)) < 0.4).astype(float)
    scores = rng.normal(labels * 1.5 - 1.0, 1.0)
    fold = np.arange(N_ARTICLES) % N_FOLDS
    everything = np.arange(N_ARTICLES)
    splits = tuple(Split(f"fold {k}", everything[fold != k], everything[fold == k]) for k in range(N_FOLDS))
    return labels, OutOfFold(scores, np.zeros((N_ARTICLES, 2), int), fold, splits)


def said(made, rows):
    return np.concatenate([made.probability[None, rows], made.favoured[:, rows], made.review[:, rows]])


def test_what_a_fold_gets_comes_from_the_other_folds(scored):
    labels, held_out = scored
    before = cross_validate(labels, held_out)
    assert not np.isnan(said(before, slice(None))).any()
    own = held_out.fold == 1
    flipped = labels.copy()
    flipped[own] = 1 - flipped[own]
    after = cross_validate(flipped, held_out)
    np.testing.assert_array_equal(said(after, own), said(before, own))
    for other in range(N_FOLDS):
        if other != 1:
            rows = held_out.fold == other
            assert (said(after, rows) != said(before, rows)).any(axis=(1, 2)).all()


def test_without_other_folds_nothing_is_said(scored):
    labels, held_out = scored
    alone = replace(held_out, fold=np.where(held_out.fold == 0, 0, -1))
    made = cross_validate(labels, alone)
    assert np.isnan(said(made, slice(None))).all()


def test_scores_come_from_models_that_learnt_from_the_other_folds(small_corpus):
    data = encode(small_corpus.articles, small_corpus.themes)
    recipe = Recipe(n_folds=3)
    splits = event_splits(data, 3, 0)
    before = out_of_fold(data, splits, recipe, n_jobs=1)[0]
    own = splits[0].test
    labels = data.labels.copy()
    labels[own] = 1 - labels[own]
    after = out_of_fold(replace(data, labels=labels), splits, recipe, n_jobs=1)[0]
    np.testing.assert_array_equal(after.scores[own], before.scores[own])
    assert (after.scores[splits[1].test] != before.scores[splits[1].test]).all()
    assert [set(before.fold[split.test]) for split in splits] == [{0}, {1}, {2}]


def of_any_length(*, one_each):
    """Articles on one of two topics, or none, whose words say so from the first to the last, however long they are."""
    rng = np.random.default_rng(0)
    words = np.array([f"{a}{b}{c}{d}" for a in "bcdf" for b in "aeiou" for c in "lmnprst" for d in ("ad", "eg", "ik")])
    topics = rng.integers(20, len(words), (2, 60))
    common = 1 / np.arange(1, len(words) + 1)
    articles = []
    for number in range(240):
        topic = number % (2 if one_each else 3)
        size = int(np.clip(rng.lognormal(5.3, 1.2), 20, 3000))
        drawn = rng.choice(len(words), size, p=common / common.sum())
        if topic < 2:
            said = rng.random(size) < 0.08
            drawn[said] = rng.choice(topics[topic], said.sum())
        text = " ".join(f"{word}." if place % 12 == 11 else word for place, word in enumerate(words[drawn].tolist()))
        themes = frozenset({"ab"[topic]} if topic < 2 else ())
        articles.append(LabelledArticle(str(number), f"f:{number}", themes, text=text))
    return Corpus.of(articles)


def test_passages_are_averaged_where_length_says_nothing_and_that_ranks_better():
    data = encode(of_any_length(one_each=False).articles, ("a", "b"))
    splits = event_splits(data, 3, 0)
    made = out_of_fold(data, splits, Recipe(C=1.0), n_jobs=1)[0]
    assert made.length_penalty == 1.0
    log_length = np.log(np.diff(data.first))
    lacking = data.labels[:, 0] == 0
    assert abs(np.corrcoef(made.scores[lacking, 0], log_length[lacking])[0, 1]) < 0.6


def test_they_are_added_up_where_each_article_has_one_theme_and_in_the_press(held_out_seeds):
    data = encode(of_any_length(one_each=True).articles, ("a", "b"))
    assert out_of_fold(data, event_splits(data, 3, 0), Recipe(C=1.0), n_jobs=1)[0].length_penalty == 0.0
    assert held_out_seeds[2].length_penalty == 0.0


def test_where_hardly_an_article_has_several_passages_they_are_averaged(small_corpus):
    short = Corpus.of(replace(a, text=" ".join((a.text or "").split()[:30])) for a in small_corpus.articles)
    trained = train(short, n_jobs=1)
    assert trained.model.length_penalty == 1.0
    # What is long is not given every theme for its length alone.
    one = next(a for a in short.articles if a.themes)
    assert trained.model.tag("\n".join([one.text] * 200)).themes == trained.model.tag(one.text).themes


def test_a_few_long_articles_among_many_short_ones_are_judged_by_what_they_show():
    n_passages = np.array([1] * 500 + [9] * 40)
    labels = np.zeros((540, 1))
    labels[500:525] = 1
    # Each passage of a long article says little; only their sum does.
    scores = np.where(labels[:, 0] == 1, -3.0, -4.0) + np.log(n_passages)
    assert _length_penalty(scores[:, None], n_passages, labels) == 0.0
    assert _length_penalty(scores[:510, None], n_passages[:510], labels[:510]) == 1.0
    held_out_none = np.full((510, 1), np.nan)
    assert _length_penalty(held_out_none, n_passages[:510], labels[:510]) == 1.0
    assert _length_penalty(np.full((540, 1), np.nan), n_passages, labels) == 0.0
