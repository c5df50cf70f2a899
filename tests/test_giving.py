"""How many themes an article is given: by thresholds, or as many as every article of the corpus has."""

import json
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

import cyberclf
from cyberclf.corpus import Corpus
from cyberclf.errors import ArtifactError
from cyberclf.evaluation import evaluate_recipe
from cyberclf.evidence import lines_with_evidence
from cyberclf.giving import give, themes_per_article
from cyberclf.labelled import LabelledArticle
from cyberclf.modelcard import write_card
from cyberclf.report import report_page
from cyberclf.rows import Article
from cyberclf.rowspage import write_page
from cyberclf.tagging import Chunk, tag_chunk
from cyberclf.training import train

SEA = ["thon", "port", "filet", "sardine", "marée", "criée", "pêcheur", "quai", "bateau", "équipage", "large"]
LAW = ["sénat", "loi", "vote", "décret", "débat", "député", "scrutin", "réforme", "séance", "texte", "arrêté"]
ICE = ["ski", "neige", "piste", "glacier", "col", "refuge", "névé", "cordée", "avalanche", "alpage", "sommet"]
PROBABILITIES = arrays(float, st.tuples(st.integers(0, 6), st.integers(2, 4)), elements=st.floats(0, 1))


def corpus(*, both=False):
    """Seventy-two short articles of one theme each; with `both`, the last of two."""
    rows = []
    for number in range(72):
        theme, words = (("mer", SEA), ("loi", LAW), ("ski", ICE))[number % 3]
        text = f"Le {words[number % 11]} et le {words[(number * 5 + 1) % 11]} du {words[(number * 7 + 2) % 11]}."
        themes = {"mer", "loi"} if both and number == 71 else {theme}
        rows.append(LabelledArticle(str(number), f"row {number}", frozenset(themes), text=text, event=str(number)))
    return Corpus.of(rows)


@pytest.fixture(scope="module")
def single():
    return train(corpus(), n_jobs=1)


def test_sixty_articles_say_how_many_themes_an_article_has_and_fewer_do_not():
    labels = np.eye(3)[[0, 1, 2] * 20]
    assert themes_per_article(labels) == "one"
    assert themes_per_article(labels[1:]) == "any"
    assert themes_per_article(np.vstack([labels, [1, 1, 0]])) == "some"
    assert themes_per_article(np.vstack([labels, [0, 0, 0]])) == "any"
    assert themes_per_article(np.ones((99, 1))) == "any"


def test_what_nobody_judged_may_be_a_further_theme():
    labels = np.eye(3)[[0, 1, 2] * 20]
    labels[0] = [1, np.nan, 0]
    assert themes_per_article(labels) == "some"
    labels[0] = [np.nan, 0, 0]
    assert themes_per_article(labels) == "any"


@drawn(PROBABILITIES)
def test_rules_differ_only_where_too_few_or_too_many_reach_their_thresholds(probability):
    thresholds = np.full(probability.shape[1], 0.5)
    by_rule = {rule: give(probability, thresholds, rule) for rule in ("any", "some", "one")}
    reached = by_rule["any"].any(axis=1)
    assert (by_rule["any"] == (probability >= 0.5)).all()
    assert (by_rule["some"][reached] == by_rule["any"][reached]).all()
    assert (by_rule["some"][~reached] == by_rule["one"][~reached]).all()
    assert (by_rule["one"].sum(axis=1) == 1).all()
    assert (probability[by_rule["one"]] == probability.max(axis=1)).all()


def test_an_article_of_no_fold_is_given_nothing():
    assert not give(np.array([[np.nan, np.nan]]), np.array([0.5, 0.5]), "one").any()


def test_a_corpus_of_one_theme_an_article_makes_a_model_that_gives_one(single):
    model = single.model
    texts = ["Le thon et le port.", "Le sénat vote la loi.", "La neige et le thon au sénat.", "Rien de tout cela."]
    assert model.per_article == "one"
    given = model.predict(texts)
    assert (given.sum(axis=1) == 1).all()
    assert (given == model.to_pipeline().predict(texts)).all()
    assert [model.tag(text, force=True).themes for text in texts] == [
        tuple(np.array(model.themes)[row]) for row in given
    ]


def test_an_empty_article_is_given_none_even_so(single):
    assert single.model.tag("…").themes == ()


def test_chosen_thresholds_decide_alone(single):
    model = single.model
    text = ["Rien de tout cela."]
    none = model.with_thresholds(dict.fromkeys(model.themes, 1.0))
    assert none.per_article == model.favouring("f1").per_article == "any"
    assert not none.predict(text).any()
    assert model.with_thresholds({}).per_article == "one"


def test_a_corpus_whose_articles_all_have_a_theme_makes_a_model_that_gives_some():
    model = train(corpus(both=True), n_jobs=1).model
    assert model.per_article == "some"
    text = "Rien de tout cela, ni ici ni ailleurs."
    assert model.predict([text]).sum() == 1
    high = replace(model, thresholds=np.full(len(model.themes), 1.0)).forcing()
    lines = "".join(lines_with_evidence(tag_chunk(Chunk([Article("a", text, "a.txt")]), high), high, "table"))
    assert "given as the most probable, none having reached its threshold (1.00 here)" in lines


def test_articles_without_a_theme_leave_it_to_thresholds(model):
    assert model.per_article == "any"


def test_the_artifact_keeps_the_rule_and_one_without_goes_by_thresholds(single, tmp_path):
    single.model.save(tmp_path / "m.safetensors")
    assert cyberclf.load(tmp_path / "m.safetensors").per_article == "one"
    content = (tmp_path / "m.safetensors").read_bytes()
    assert content.count(b'\\"per_article\\": \\"one\\"') == 1
    (tmp_path / "old.safetensors").write_bytes(content.replace(b'\\"per_article\\"', b'\\"per_artikel\\"'))
    assert cyberclf.load(tmp_path / "old.safetensors").per_article == "any"
    (tmp_path / "bad.safetensors").write_bytes(content.replace(b'\\"one\\"', b'\\"two\\"'))
    with pytest.raises(ArtifactError, match="per_article"):
        cyberclf.load(tmp_path / "bad.safetensors")


def test_cross_validation_gives_as_the_model_will():
    evaluation = evaluate_recipe(corpus(), n_jobs=1)
    own, balanced = evaluation.parts[0], next(part for part in evaluation.parts if "balanced" in part.name)
    for part in (own, balanced):
        assert (part.predictions.given.sum(axis=1) == 1).all()
    assert own.summary["without_theme_given"] == 0
    assert "exactly one theme" in report_page(evaluation, corpus())


def test_people_are_told(single, tmp_path):
    card = write_card(single, None, tmp_path / "m.safetensors").read_text("utf-8")
    assert "exactly one theme" in " ".join(card.split())
    with (tmp_path / "rows.html").open("w", encoding="utf-8") as stream:
        write_page([], stream, single.model)
    assert "the most probable theme is given" in (tmp_path / "rows.html").read_text("utf-8")


def test_the_commands_say_so_and_favour_brings_thresholds_back(tmp_path):
    rows = "".join(f'{article.text},"{";".join(sorted(article.themes))}"\n' for article in corpus().articles)
    (tmp_path / "labelled.csv").write_text("text,themes\n" + rows, encoding="utf-8")
    (tmp_path / "new.jsonl").write_text(json.dumps({"id": "a", "text": "Rien. " * 30}) + "\n", encoding="utf-8")

    def run(*args):
        command = [sys.executable, "-m", "cyberclf", *args]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)

    trained = run("train", "labelled.csv", "--output", "m.safetensors")
    assert "given its most probable one" in trained.stdout + trained.stderr
    assert "given its most probable one" in run("info", "--model", "m.safetensors").stdout
    predict = ("predict", "new.jsonl", "--model", "m.safetensors", "--format", "jsonl", "--force")
    assert len(json.loads(run(*predict).stdout)["themes"]) == 1
    assert json.loads(run(*predict, "--favour", "precision").stdout)["themes"] == []
    (why,) = {row["threshold"] for row in json.loads(run(*predict, "--explain").stdout)["explanation"].values()}
    assert why is None


def test_a_rule_survives_other_choices(single):
    assert single.model.forcing().reviewing(0.2).per_article == "one"
    assert replace(single.model, metadata={}).per_article == "one"
