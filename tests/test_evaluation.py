"""Figures of evaluation that are not in the tables of scores."""

from dataclasses import replace

import numpy as np
import pytest

from cyberclf.answers import answers, learnt_from
from cyberclf.corpus import Corpus
from cyberclf.encode import encode
from cyberclf.evaluation import Evaluation, evaluate_model, evaluate_recipe, evidence_agreement, headline
from cyberclf.fitting import Recipe
from cyberclf.folds import SEEDS, Split
from cyberclf.labelled import LabelledArticle


@pytest.fixture
def data():
    """Two articles of four passages each, given as counts; the second one's evidence of `a` is in two of them."""
    bags = tuple({f"t{n}": 1} for n in range(4))
    marks = [{"a": (0,), "b": (3,)}, {"a": (1, 2)}]
    return encode(
        [
            LabelledArticle(id=str(n), where=str(n), themes=frozenset({"a", "b"}), bags=bags, evidence=evidence)
            for n, evidence in enumerate(marks)
        ],
        ("a", "b"),
    )


def test_the_top_passage_is_compared_with_a_random_one_and_the_first(data):
    given = np.ones((2, 2), dtype=bool)
    best = np.array([[0, 0], [2, 0]])
    table = evidence_agreement(data, ("a", "b"), given, best, np.arange(2))
    assert table.loc["a"].tolist() == [1.0, (0.25 + 0.5) / 2, 0.5, 2]
    # The second article has the theme without marks: nothing can be said of it.
    assert table.loc["b"].tolist() == [0.0, 0.25, 0.0, 1]
    assert table.loc["all"].tolist() == [2 / 3, 1 / 3, 1 / 3, 3]


def test_themes_wrongly_given_or_missed_do_not_count(data):
    given = np.array([[True, False], [False, True]])
    table = evidence_agreement(data, ("a", "b"), given, np.zeros((2, 2), int), np.arange(2))
    assert table["count"].to_dict() == {"a": 1, "b": 0, "all": 1}
    assert evidence_agreement(data, ("a", "b"), np.zeros((2, 2), bool), np.zeros((2, 2), int), np.arange(2)) is None


def test_the_fold_of_the_seeds_is_not_counted_among_those_by_event(small, small_corpus):
    seeds = Split(SEEDS, np.arange(36), np.arange(0))
    held_out = replace(small.held_out, splits=(*small.held_out.splits, seeds))
    said = headline(small_corpus, small.data, held_out).protocol
    assert said == f"{len(small.held_out.splits)} folds, no event on both sides"


def test_what_could_not_be_computed_is_none_in_json_and_figures_have_four_decimals(small, small_corpus):
    part = headline(small_corpus, small.data, small.held_out)
    table = part.table.copy()
    table.loc["mer", "f1"], table.loc["loi", "f1"] = np.nan, 0.123456
    part = replace(part, table=table, summary={**part.summary, "subset_accuracy": float("nan")})
    made = Evaluation((part,)).as_dict()["press"]
    assert made["summary"]["subset_accuracy"] is None
    assert (made["scores"]["mer"]["f1"], made["scores"]["loi"]["f1"]) == (None, 0.1235)


def test_a_model_is_scored_at_its_own_level_of_review_on_the_themes_that_labels_judge(small, small_corpus):
    known = Corpus.of(replace(a, themes=a.themes & {"mer"}) for a in small_corpus.articles)
    (part,) = evaluate_model(known, small.model.reviewing(0.3)).parts
    assert part.review_level == 0.3
    assert part.protocol.endswith("the labels do not judge loi: not scored")
    assert np.isnan(part.predictions.labels[:, 0]).all()


def test_short_articles_are_given_no_theme_unless_forced_and_counts_of_words_are_never_short(small, small_corpus):
    short = [replace(a, text="Le thon du port.") for a in small_corpus.articles]
    counted = [replace(a, text=None, bags=a.passages()[0]) for a in short]
    made = [
        answers(articles, [model])[0].withheld.tolist()
        for articles, model in ((short, small.model), (short, small.model.forcing()), (counted, small.model))
    ]
    assert made == [[True] * 36, [False] * 36, [False] * 36]
    (part,) = evaluate_model(Corpus.of(short), small.model).parts
    assert part.protocol == "by the model given; 36 short, foreign or empty, given no theme"
    assert not part.predictions.given.any()


def test_a_theme_that_was_asked_for_and_no_article_has_is_judged(small, small_corpus):
    known = Corpus.of(replace(a, themes=a.themes & {"mer"}) for a in small_corpus.articles)
    (part,) = evaluate_model(replace(known, unmet=("loi",)), small.model).parts
    assert (part.predictions.labels[:, 0] == 0).all()
    assert "do not judge" not in part.protocol


def test_a_model_says_which_articles_it_learnt_from_by_digest_or_fingerprint_and_trusts_no_strangers(
    small, small_corpus
):
    def described(**changes):
        return replace(small.model, metadata={"corpus": {**small.model.metadata["corpus"], **changes}})

    part = Corpus.of(small_corpus.articles[:7])
    assert (learnt_from(small.model, part), learnt_from(small.model, small_corpus, [0, 1])) == (7, 2)
    assert learnt_from(described(digests=[["x"], 3]), part) == 0
    assert learnt_from(described(digests=None), small_corpus) == 36


@pytest.mark.parametrize(("kind", "name"), [("seed", "seeds"), ("written", "written text")])
def test_what_is_all_there_is_is_scored_once(small_corpus, monkeypatch, kind, name):
    monkeypatch.setattr("cyberclf.evaluation.BASELINES", ())
    corpus = Corpus.of(replace(a, kind=kind) for a in small_corpus.articles)
    assert [part.name for part in evaluate_recipe(corpus, recipe=Recipe(n_folds=2), n_jobs=1).parts] == [name]
