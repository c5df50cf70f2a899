"""Corpus to model: what is learnt, held out and refused."""

from dataclasses import replace

import numpy as np
import pytest

from cyberclf.answers import learnt_from
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


def test_two_articles_are_enough_for_a_threshold_of_its_own(small_corpus):
    extra = [
        LabelledArticle(f"x{n}", "x", frozenset({"ski"}), text=f"La neige et le ski {n}.", event=f"x{n}", source="s1")
        for n in range(2)
    ]
    assert train(Corpus.of([*small_corpus.articles, *extra]), n_jobs=1).few == ()


def test_of_very_many_articles_no_digests_are_kept(small_corpus, small, monkeypatch):
    assert len(small.model.metadata["corpus"]["digests"]) == 36
    monkeypatch.setattr("cyberclf.training._MOST_DIGESTS", 35)
    model = train(small_corpus, n_jobs=1).model
    assert model.metadata["corpus"]["digests"] is None
    # The fingerprint tells all the same.
    assert learnt_from(model, small_corpus) == 36
    assert learnt_from(model, Corpus.of(small_corpus.articles[:35])) == 0


def test_terms_are_sorted_and_coefficients_kept_to_hundredths(small):
    assert list(small.model.vocabulary) == sorted(small.model.vocabulary)
    assert np.abs(small.model.coef - small.model.coef.round(2)).max() < 1e-5


def test_a_theme_of_one_article_is_said_to_have_few_and_not_to_be_learnt_in_vain(small_corpus, monkeypatch):
    monkeypatch.setattr("cyberclf.training.LEAST_SLOPE", 100.0)
    extra = LabelledArticle("x", "x", frozenset({"ski"}), text="La neige et le ski.", event="x", source="s1")
    trained = train(Corpus.of([*small_corpus.articles, extra]), n_jobs=1)
    assert (trained.few, trained.blind) == (("ski",), ("loi", "mer"))


def test_where_nothing_is_held_out_no_band_is_promised_and_no_theme_called_blind(small_corpus, monkeypatch):
    monkeypatch.setattr("cyberclf.training.LEAST_SLOPE", 100.0)
    trained = train(Corpus.of(replace(article, event="1") for article in small_corpus.articles), n_jobs=1)
    lower, upper = trained.model.band
    assert (lower.tolist(), upper.tolist(), trained.blind) == ([0.0, 0.0], [1.0, 1.0], ())


def test_a_model_averages_passages_where_those_held_out_were_ranked_so(small):
    assert small.model.length_penalty == small.held_out.length_penalty == 1.0
