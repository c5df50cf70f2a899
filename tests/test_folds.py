"""What is held out shares no event with what is learnt from, and is of the kind that counts."""

from dataclasses import replace

import numpy as np

from cyberclf.corpus import Corpus
from cyberclf.encode import encode
from cyberclf.evaluation import evaluate_recipe
from cyberclf.folds import event_splits, source_splits, writer_splits
from cyberclf.labelled import LabelledArticle


def told(number, **changes):
    """An article that is like no other."""
    rng = np.random.default_rng(number)
    words = " ".join("".join(rng.choice(list("bcdfgklmnprtv"), 7)) for _ in range(30))
    article = LabelledArticle(
        id=str(number), where=str(number), text=words, themes=frozenset({"a"} if number % 2 else ())
    )
    return replace(article, **changes)


def encoded(articles):
    corpus = Corpus.of(articles)
    return encode(corpus.articles, corpus.themes)


def test_an_event_told_by_two_sources_is_left_out_with_either():
    """Of every three articles two are of one event, and of different sources or writers."""
    events = [number // 3 if number % 3 else f"{number} alone" for number in range(90)]
    for kind, split_by in (("press", source_splits), ("written", writer_splits)):
        data = encoded(told(n, kind=kind, source=f"s{n % 2}", event=str(event)) for n, event in enumerate(events))
        splits = split_by(data)
        assert len(splits) == 2
        for split in splits:
            assert len(split.test) == 45
            # Those alone of the other source; the other reports of the events held out are not learnt from.
            assert len(split.train) == 15
            assert not set(data.groups[split.train]) & set(data.groups[split.test])


def test_a_handful_of_real_articles_among_written_ones_is_learnt_from_alone():
    for n_press in (0, 3):
        data = encoded(told(n, kind="press" if n < n_press else "written") for n in range(40))
        splits = event_splits(data, 3, 0)
        held = np.concatenate([split.test for split in splits])
        assert sorted(held) == list(range(n_press, 40))
        assert all(set(range(n_press)) <= set(split.train) for split in splits)
    # Ten events are enough, and fewer where hardly more are written.
    for n_press, n_articles in ((10, 80), (9, 50)):
        data = encoded(told(n, kind="press" if n < n_press else "written") for n in range(n_articles))
        assert sorted(np.concatenate([split.test for split in event_splits(data, 3, 0)])) == list(range(n_press))
    data = encoded(told(n, kind="press" if n < 9 else "written") for n in range(9 + 45))
    assert min(np.concatenate([split.test for split in event_splits(data, 3, 0)])) == 9


def test_seeds_are_judged_by_what_is_written_if_there_is_nothing_else(small_corpus):
    kinds = ["seed" if number % 9 == 0 else "written" for number in range(36)]
    articles = [replace(a, kind=kind) for a, kind in zip(small_corpus.articles, kinds, strict=True)]
    parts = {part.name: part for part in evaluate_recipe(Corpus.of(articles), n_jobs=1).parts}
    assert not np.isnan(parts["seeds"].predictions.probability).any()
    assert parts["seeds"].table.loc["macro", "f1"] > 0.5


def test_of_one_event_nothing_is_held_out_though_seeds_stand_beside_it():
    data = encoded([*(told(n, event="1") for n in range(4)), *(told(n, kind="seed") for n in range(4, 12))])
    assert event_splits(data, 5, 0) == []


def test_with_fewer_events_than_folds_there_are_fewer_folds_and_the_seed_draws_them():
    data = encoded(told(n) for n in range(12))
    assert len(event_splits(encoded(told(n) for n in range(3)), 5, 0)) == 3
    tests = [[split.test.tolist() for split in event_splits(data, 3, seed)] for seed in (0, 1, 0)]
    assert tests[0] == tests[2] != tests[1]


def test_a_source_of_twenty_articles_is_held_out_alone_and_one_of_nineteen_with_other_small_ones():
    sources = ["a"] * 20 + ["b"] * 19 + ["c"] * 3
    splits = source_splits(encoded(told(n, source=source) for n, source in enumerate(sources)))
    assert [(split.name, len(split.test)) for split in splits] == [("a", 20), ("2 small sources", 22)]


def test_small_sources_alone_are_not_held_out():
    assert source_splits(encoded(told(n, source=f"s{n % 2}") for n in range(20))) == []
    press = [told(n, source=f"s{n % 2}") for n in range(20)]
    assert source_splits(encoded([*press, *(told(n, kind="written") for n in range(20, 30))])) == []
    assert writer_splits(encoded(told(n, kind="written", source="w") for n in range(20))) == []


def test_seeds_alone_are_held_out_once():
    data = encoded(told(n, kind="seed") for n in range(12))
    splits = event_splits(data, 3, 0)
    assert [split.name for split in splits] == ["fold 1", "fold 2", "fold 3"]
