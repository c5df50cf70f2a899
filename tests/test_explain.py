"""Why a text has its probabilities: parts that add up, and sentences that are where they are said to be."""

import json
from dataclasses import replace

import numpy as np
import pytest

from cyberclf.analyzer import article_bags, stem
from cyberclf.articles import read_articles
from cyberclf.explain import _shares, explain, readable
from cyberclf.passages import passages

TITLE = "L’État &amp; le numérique : où en est-on ?"
TEXT = (
    "  L'Œuvre d’Abidjan &eacute;tait prête… M. Ébo, ministre, a présenté la stratégie nationale de cybersécurité.\n\n"
    "* * *\n"
    "Le Mali et la France ont signé un accord de coopération sur l’I.A. ! "
    "Une loi sur l'intelligence artificielle est à l'étude\u00a0; 👩‍💻 des formations suivront. "
) * 3


def texts(root):
    with (root / "seeds" / "corpus.jsonl").open(encoding="utf-8") as lines:
        yield from (json.loads(line)["text"] for line in lines)
    yield from (article.text for file in sorted((root / "seeds/articles").iterdir()) for article in read_articles(file))


def near(value):
    return pytest.approx(value, abs=1e-9)


def check_sums(model, text):
    probabilities, scores = model.article(article_bags(text))
    why = explain(model, text)
    assert tuple(why.themes) == model.themes
    for column, found in enumerate(why.themes.values()):
        for number, passage in enumerate(found.passages):
            assert passage.score == near(scores[number, column])
            assert sum(term.value for term in passage.terms) + found.intercept == near(passage.score)
            own = [sentence.in_passage for sentence in found.sentences if sentence.passage == number]
            assert sum(own) + found.intercept == near(passage.score)
        whole = sum(term.value for term in found.whole_terms)
        assert whole + found.intercept_whole == near(found.whole)
        assert sum(sentence.in_whole for sentence in found.sentences) == near(whole)
        penalty = model.length_penalty * np.log(len(scores))
        assert np.logaddexp.reduce(scores[:, column]) - penalty == near(found.pooled)
        rest = found.intercept + found.intercept_whole + found.spread
        assert sum(sentence.value for sentence in found.sentences) + rest == near(found.score)
        assert sum(term.value for term in found.terms) + rest == near(found.score)
        assert found.pooled + found.whole == near(found.score)
        assert found.probability == near(probabilities[column])


def test_the_parts_of_every_text_that_comes_along_add_up_to_its_scores(model, root):
    found = list(texts(root))
    assert len(found) > 100
    for text in found:
        check_sums(model, text)


def test_the_parts_add_up_where_passages_are_averaged(model):
    check_sums(replace(model, length_penalty=1.0), f"{TITLE}\n{TEXT} " * 9)


@pytest.mark.parametrize("text", ["", " … ", "mot " * 500, "Mali, France, Togo. " * 40, f"{TITLE}\n{TEXT}"])
def test_the_parts_of_odd_texts_add_up(model, text):
    check_sums(model, text)


def test_a_text_without_words_has_no_part_and_the_score_of_nothing(model):
    why = explain(model, "").themes["strategy"]
    assert (why.passages, why.sentences, why.terms) == ((), (), ())
    assert why.pooled == near(model.intercept[0])


def test_sentences_and_passages_are_slices_of_the_text_as_given(model):
    why = explain(model, TEXT).themes["strategy"]
    by_place = sorted(why.sentences, key=lambda sentence: sentence.start)
    said = [TEXT[sentence.start : sentence.end] for sentence in by_place]
    assert said[:3] == [
        "L'Œuvre d’Abidjan &eacute;tait prête…",
        "M. Ébo, ministre, a présenté la stratégie nationale de cybersécurité.\n\n* * *",
        "Le Mali et la France ont signé un accord de coopération sur l’I.A. !",
    ]
    assert "".join("".join(said).split()) == "".join(TEXT.split())
    assert "".join(TEXT[passage.start : passage.end] for passage in why.passages) == TEXT
    for sentence in why.sentences:
        passage = why.passages[sentence.passage]
        assert passage.start <= sentence.start < sentence.end <= passage.end


def test_the_sentence_that_says_it_comes_first(model):
    text = "Il a plu hier sur la ville. Le pays adopte sa stratégie nationale de cybersécurité. Le match était nul."
    best = model.explain(text, themes=["strategy"]).themes["strategy"].sentences[0]
    assert text[best.start : best.end] == "Le pays adopte sa stratégie nationale de cybersécurité."


def test_what_two_sentences_say_only_together_goes_half_to_each():
    passage = passages("Une loi arrive. Les ordinateurs et internet changent. Internet encore. Le Mali dort.")[0]
    shares = _shares(passage, ["@digital+law", "@n1", "internet"], first=True)
    classes = shares[:, 0]
    assert classes[0] == 0.5
    assert classes.sum() == near(1)
    assert classes[3] == 0
    assert shares[:, 1].tolist() == [0, 0, 0, 1]
    assert shares[:, 2].tolist() == [0, 0.5, 0.5, 0]


def test_one_theme_is_given_in_a_list(model):
    with pytest.raises(TypeError, match="themes is one string; give a list of strings"):
        model.explain("La loi.", themes="strategy")


def test_a_theme_that_the_model_does_not_have_is_refused(model):
    with pytest.raises(ValueError, match="theme 'fishing' is not one of the model's: strategy"):
        model.explain("La loi.", themes=["fishing"])


def test_every_class_term_of_the_model_is_said_in_words(model):
    said = [readable(term) for term in model.vocabulary if term.startswith("@")]
    assert said
    assert not [label for label in said if set(label) & set("@:")]
    assert len(set(said)) == len(said)


def test_where_the_most_probable_theme_is_given_no_threshold_is_named(small):
    (any_, one) = (
        explain(replace(small.model, per_article=rule), "Le thon du port.", themes=["mer"]).themes["mer"].threshold
        for rule in ("any", "one")
    )
    assert (any_, one) == (small.model.thresholds[1], None)


def test_a_term_is_called_by_the_word_that_the_text_has_most_often(model):
    text = "Des stratégies nationales, une stratégie nationale et la stratégie de cybersécurité du gouvernement."
    terms = explain(model, text, themes=["strategy"]).themes["strategy"].whole_terms
    assert [term.label for term in terms if term.term == stem("strategie")] == ["strategie"]


def test_a_quote_that_closes_a_sentence_is_no_part_of_the_next(model):
    text = "« La loi sur le numérique est votée. » Le Mali et la France signent un accord. ” La formation suit."
    (why,) = explain(model, text, themes=["strategy"]).themes.values()
    starts = sorted(sentence.start for sentence in why.sentences)
    assert [text[start:].split(maxsplit=1)[0] for start in starts] == ["«", "Le", "La"]
