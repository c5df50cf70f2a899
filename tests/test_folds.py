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
