"""The learning curve: the same held-out articles, nested parts of the training events."""

from dataclasses import replace

import numpy as np
import pytest

from cyberclf.corpus import Corpus
from cyberclf.encode import encode
from cyberclf.evaluation import evaluate_recipe
from cyberclf.folds import SEEDS, event_splits
from cyberclf.holdout import prepare
from cyberclf.learning import _first_events, learning_curve


def test_the_last_point_is_the_headline_of_the_evaluation(small_corpus):
    headline = evaluate_recipe(small_corpus, n_jobs=1).parts[0]
    half, whole = learning_curve(small_corpus, shares=(0.5, 1.0), n_jobs=1)
    assert whole.part.predictions.probability == pytest.approx(headline.predictions.probability)
    assert half.articles < whole.articles
    assert half.part.rows.tolist() == headline.rows.tolist()
    assert learning_curve(small_corpus, shares=(1.0,), headline=headline)[0].part is headline


def test_what_is_learnt_from_at_a_small_share_is_learnt_from_at_a_larger_one(small_corpus):
    data = encode(small_corpus.articles, small_corpus.themes)
    for split in event_splits(data, 3, 0):
        quarter, half = (set(_first_events(data, split, share, 0).train.tolist()) for share in (0.25, 0.5))
        assert quarter < half < set(split.train.tolist())
        assert not np.isin(data.groups[list(half)], data.groups[split.test]).any()


@pytest.mark.parametrize("share", [0.0, -1, 1.5])
def test_a_share_that_is_none_is_refused(small_corpus, share):
    with pytest.raises(ValueError, match="above 0"):
        learning_curve(small_corpus, shares=(share,))


def test_the_headline_stands_for_the_whole_alone_and_a_small_share_has_an_event_at_least(
    small, small_corpus, monkeypatch
):
    monkeypatch.setattr("cyberclf.learning.out_of_fold", lambda *args, **_: (list(args[1]), None))
    monkeypatch.setattr("cyberclf.learning.from_held_out", lambda *args: args[2])
    points = learning_curve(small_corpus, shares=(0.001, 0.5, 1.0), headline="headline")
    assert [point.part == "headline" for point in points] == [False, False, True]
    assert {len(np.unique(small.data.groups[split.train])) for split in points[0].part} == {1}


def test_the_fold_of_the_seeds_does_not_count_for_how_many_are_learnt_from(small_corpus, monkeypatch):
    monkeypatch.setattr("cyberclf.learning.out_of_fold", lambda *_, **__: (None, None))
    monkeypatch.setattr("cyberclf.learning.from_held_out", lambda *_: None)
    seeds = [
        replace(a, kind="seed", event=f"{a.event} told", text=f"{a.text} {a.id}xyz") for a in small_corpus.articles
    ]
    _, _, splits = prepare(Corpus.of([*small_corpus.articles, *seeds[:4]]))
    assert splits[-1].name == SEEDS
    (point,) = learning_curve(Corpus.of([*small_corpus.articles, *seeds[:4]]), shares=(1.0,))
    assert point.articles == round(np.mean([len(split.train) for split in splits[:-1]]))
    assert point.articles != round(np.mean([len(split.train) for split in splits]))
