"""Corpus to model: what is learnt, held out and refused."""

from dataclasses import replace

import numpy as np
import pytest

from cyberclf.corpus import Corpus
from cyberclf.encode import encode
from cyberclf.errors import CorpusError
from cyberclf.folds import event_splits, source_splits, writer_splits
from cyberclf.labelled import LabelledArticle
from cyberclf.training import _significant, train


def saved(corpus, path):
    train(corpus, n_jobs=1).model.save(path)
    return path.read_bytes()


def test_the_same_corpus_gives_the_same_bytes(small_corpus, tmp_path):
    assert saved(small_corpus, tmp_path / "a") == saved(small_corpus, tmp_path / "b")


def test_it_learns_what_tells_the_themes_apart(small):
    assert small.model.themes == ("loi", "mer")
    given = small.model.predict(["Le thon et la sardine du port.", "Le sénat vote la loi.", "Rien de cela."])
    assert given.tolist()[:2] == [[False, True], [True, False]]


def test_a_theme_not_judged_is_neither_positive_nor_negative(small_corpus):
    extra = LabelledArticle(
        "x", "x", frozenset({"loi"}), frozenset({"mer"}), text="Le thon au sénat.", event="x", source="s1"
    )
    data = encode([*small_corpus.articles, extra], ("loi", "mer"))
    assert np.isnan(data.labels[-1, 1])
    model = train(Corpus.of([*small_corpus.articles, extra]), n_jobs=1).model
    assert model.metadata["corpus"]["positives"]["mer"] == 24


def test_a_theme_with_one_article_has_a_model_and_the_common_threshold(small_corpus):
    extra = LabelledArticle("x", "x", frozenset({"ski"}), text="La neige et le ski.", event="x", source="s1")
    trained = train(Corpus.of([*small_corpus.articles, extra]), n_jobs=1)
    assert trained.few == ("ski",)
    column = trained.model.themes.index("ski")
    assert trained.model.thresholds[column] == pytest.approx(trained.thresholds.common, abs=1e-3)
    assert trained.model.coef_whole[:, column].any()


def test_the_threshold_of_a_theme_hardly_ever_found_does_not_become_zero():
    kept = _significant(np.array([[0.000139, 0.37849], [1e-7, 1.0]]))
    assert kept.tolist() == [[0.000139, 0.378], [1e-7, 1.0]]


def test_one_source_or_one_event_is_not_held_out_by_itself(small_corpus):
    rows = [
        replace(article, source=f"s{number % 6}", event=None) for number, article in enumerate(small_corpus.articles)
    ]
    assert source_splits(encode(Corpus.of(rows).articles, small_corpus.themes)) == []
    one = [replace(article, event="1") for article in small_corpus.articles]
    seed = LabelledArticle("x", "x", frozenset({"mer"}), text="La neige et le ski.", kind="seed")
    assert event_splits(encode([*one, seed], small_corpus.themes), 5, 0) == []


def test_a_corpus_with_nothing_to_tell_apart_is_refused(small_corpus):
    same = [replace(article, themes=frozenset({"mer"})) for article in small_corpus.articles]
    with pytest.raises(CorpusError, match="nothing to tell apart"):
        train(Corpus.of(same))
    with pytest.raises(CorpusError, match="has a theme"):
        train(Corpus.of([replace(article, themes=frozenset()) for article in small_corpus.articles]))


def test_no_event_stands_on_both_sides_of_a_split(small_corpus):
    rows = [replace(article, event=f"e{number // 3}") for number, article in enumerate(small_corpus.articles)]
    data = encode(rows, small_corpus.themes)
    for split in [*event_splits(data, 5, 0), *source_splits(data)]:
        assert not set(data.groups[split.train]) & set(data.groups[split.test])


def test_every_real_article_is_held_out_once(small_corpus):
    data = encode(small_corpus.articles, small_corpus.themes)
    tested = np.concatenate([split.test for split in event_splits(data, 5, 0)])
    assert sorted(tested) == list(range(len(small_corpus.articles)))


def test_seeds_are_a_fold_of_their_own_and_written_text_is_held_out_by_writer(small_corpus):
    kinds = ["press"] * 20 + ["written"] * 10 + ["seed"] * 6
    rows = [replace(a, kind=k) for a, k in zip(small_corpus.articles, kinds, strict=True)]
    data = encode(rows, small_corpus.themes)
    splits = event_splits(data, 3, 0)
    assert [split.name for split in splits] == ["fold 1", "fold 2", "fold 3", "seeds"]
    assert set(data.kinds[splits[-1].test]) == {"seed"}
    assert "seed" not in data.kinds[splits[-1].train]
    assert {tuple(set(data.sources[split.test])) for split in writer_splits(data)} == {("s0",), ("s1",)}


@pytest.mark.parametrize("n_positives", [1, 2, 3, 6])
def test_a_single_theme_of_a_few_articles_is_not_given_to_most(n_positives):
    rng = np.random.default_rng(0)
    words = ["".join(rng.choice(list("bcdfgklmnprtv"), 7)) for _ in range(300)]

    def text():
        return " ".join(rng.choice(words, 40))

    rows = [(f"{text()} pêche sardine", {"mer"}) for _ in range(n_positives)] + [(text(), set()) for _ in range(120)]
    trained = train(
        Corpus.of(
            LabelledArticle(id=str(n), where=str(n), text=content, themes=frozenset(themes))
            for n, (content, themes) in enumerate(rows)
        ),
        n_jobs=1,
    )
    assert trained.model.predict([text() for _ in range(100)]).mean() < 0.2
    if n_positives == 6:
        assert trained.model.predict([f"{text()} pêche sardine" for _ in range(20)]).mean() > 0.5


def test_what_does_not_suffice_is_said(small_corpus):
    one_event = Corpus.of(replace(article, event="e") for article in small_corpus.articles)
    assert any("too few events to hold any out" in line for line in train(one_event, n_jobs=1).shortcomings())
    assert list(train(small_corpus, n_jobs=1).shortcomings()) == []
    mostly_written = [replace(a, kind="written" if n > 1 else "press") for n, a in enumerate(small_corpus.articles)]
    said = list(train(Corpus.of(mostly_written), n_jobs=1).shortcomings())
    assert any("too few real articles to judge by" in line for line in said)
