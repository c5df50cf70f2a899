"""Scoring: the model and its scikit-learn twin say the same."""

import pickle
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone

import cyberclf
from cyberclf.reading import info_as_text, rule_as_text, short_as_text, unpromised_as_text
from cyberclf.themes import Theme

MODEL = cyberclf.load()
PIPELINE = MODEL.to_pipeline()
ANY_TEXT = st.text(st.characters(codec=None)) | st.text("éÉœŒ’'- .\n\ud800aIAcyber5G\u0301", max_size=400)


@settings(deadline=None, max_examples=150)
@given(st.lists(ANY_TEXT, max_size=4))
def test_the_pipeline_equals_the_model_on_any_unicode(texts):
    np.testing.assert_allclose(PIPELINE.predict_proba(texts), MODEL.predict_proba(texts), rtol=0, atol=1e-9)


def test_the_pipeline_equals_the_model_on_the_corpus(written, root):
    texts = [article.text for article in written.articles]
    texts += [file.read_text("utf-8") for file in sorted((root / "seeds" / "articles").iterdir())]
    np.testing.assert_allclose(PIPELINE.predict_proba(texts), MODEL.predict_proba(texts), rtol=0, atol=1e-9)
    assert (PIPELINE.predict(texts) == MODEL.predict(texts)).all()


def test_the_pipeline_averages_passages_where_the_model_does(written):
    texts = [article.text for article in written.articles[:40]]
    averaged = replace(MODEL, length_penalty=1.0)
    found = averaged.to_pipeline().predict_proba(texts)
    np.testing.assert_allclose(found, averaged.predict_proba(texts), rtol=0, atol=1e-9)
    assert (found < MODEL.predict_proba(texts) - 1e-6).any()


def test_shapes_and_types(model):
    probability, given_themes = model.predict_proba(["a", "b"]), model.predict(["a", "b"])
    assert (probability.shape, probability.dtype) == ((2, 4), np.float64)
    assert (given_themes.shape, given_themes.dtype) == ((2, 4), np.bool_)
    assert model.predict_proba([]).shape == (0, 4)


def test_thresholds_are_honoured_by_every_path(model, written):
    texts = [article.text for article in written.articles[:60]]
    expected = model.predict_proba(texts) >= model.thresholds
    assert (model.predict(texts) == expected).all()
    for text, row in zip(texts, expected, strict=True):
        assert model.tag(text).themes == tuple(np.array(model.themes)[row])


def test_a_tag_points_at_a_passage_of_the_text(model, root):
    text = (root / "seeds" / "articles" / "001_183ed199dd5e55ef.txt").read_text("utf-8")
    (tag,) = model.tag(text).tags
    start, end = tag.passage
    assert "cyber" in text[start:end]
    assert 0 <= start < end <= len(text)


def test_an_empty_text_gets_no_theme_whatever_the_thresholds(model):
    tagged = model.tag(" \n…")
    assert (tagged.status, tagged.tags) == ("empty", ())
    assert set(tagged.probabilities) == set(model.themes)


@pytest.mark.parametrize("texts", ["one string", [None], [1.0]])
def test_what_is_no_list_of_strings_is_refused(model, texts):
    with pytest.raises(TypeError, match="string"):
        model.predict_proba(texts)


def test_importing_and_predicting_need_neither_scikit_learn_nor_pandas():
    code = (
        "import sys, cyberclf; m = cyberclf.load(); m.predict_proba(['la loi']); m.tag('la loi'); "
        "print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"sklearn", "pandas", "scipy", "numba", "joblib"} & set(done.stdout.split())


def test_what_is_favoured_and_own_thresholds_make_a_new_model(small):
    model = small.model
    for row, favour in enumerate(("f1", "precision", "recall")):
        assert (model.favouring(favour).thresholds == model.favoured[row]).all()
    moved = model.favouring("recall").with_thresholds({"mer": 0.9})
    assert moved.thresholds.tolist() == [model.favoured[2, 0], 0.9]
    assert moved.favouring("f1").thresholds.tolist() == model.thresholds.tolist()
    assert (small.model.thresholds == model.favoured[0]).all()


@pytest.mark.parametrize(
    ("call", "match"),
    [
        (lambda m: m.favouring("luck"), "choose one of f1, precision, recall"),
        (lambda m: m.with_thresholds({"ski": 0.5}), "theme 'ski' is not one of the model's"),
        (lambda m: m.with_thresholds({"mer": 1.1}), "from 0 to 1"),
        (lambda m: m.with_thresholds({"mer": "0.5"}), "from 0 to 1"),
        (lambda m: m.with_thresholds({"mer": float("nan")}), "from 0 to 1"),
        (lambda m: m.reviewing(0.6), "not in 0.01 to 0.5"),
    ],
)
def test_wrong_settings_are_named(small, call, match):
    with pytest.raises(ValueError, match=match):
        call(small.model)


def test_themes_inside_the_band_are_for_a_person_and_an_empty_text_is_not(small):
    model, text = small.model, "Le thon et la sardine du port."
    p = model.predict_proba([text])[0]
    around = np.stack([np.tile(np.maximum(p - 0.01, 0), (50, 1)), np.tile(np.minimum(p + 0.01, 1), (50, 1))])
    wide = replace(model, review=around)
    assert wide.tag(text).review == wide.themes
    assert wide.in_review(p).all()
    told_apart = replace(model, review=np.stack([np.ones((50, 2)), np.zeros((50, 2))]))
    assert told_apart.tag(text).review == ()
    assert wide.tag(" ").review == ()


def test_what_lies_between_the_band_and_the_threshold_is_for_a_person(small):
    model, text = small.model, "Le thon et la sardine du port."
    p = model.predict_proba([text])[0]
    below = replace(model, review=np.stack([np.tile(p / 2, (50, 1))] * 2))
    strict = below.with_thresholds(dict.fromkeys(model.themes, 1.0))
    assert (strict.tag(text).themes, strict.tag(text).review) == ((), model.themes)
    lax = below.with_thresholds({theme: value / 2 for theme, value in zip(model.themes, p, strict=True)})
    assert (lax.tag(text).themes, lax.tag(text).review) == (model.themes, ())


def test_what_is_not_judged_is_for_no_person_unless_it_is_forced(small):
    wide = replace(small.model, review=np.stack([np.zeros((50, 2)), np.ones((50, 2))]))
    assert wide.tag("Le thon.").status == "short"
    assert wide.tag("Le thon.").review == ()
    assert wide.tag("Le thon.", force=True).review == wide.themes


def test_a_stricter_level_asks_for_more_review(small):
    p = np.random.default_rng(0).random((400, 2))
    counts = [small.model.reviewing(level).in_review(p).sum() for level in (0.02, 0.1, 0.3)]
    assert counts == sorted(counts, reverse=True)


@pytest.mark.parametrize("table", [{"text": "La loi."}, pd.DataFrame({"text": ["La loi."], "id": ["1"]})])
def test_a_table_is_no_list_of_texts(table):
    for call in (MODEL.predict_proba, MODEL.tag_many, MODEL.tag_texts, PIPELINE.predict_proba):
        with pytest.raises(TypeError, match=r"is a table; give one column of it, as in table\['text'\]"):
            call(table)


def test_the_pipeline_can_be_cloned_and_names_its_classes():
    texts = ["Le Mali adopte sa stratégie nationale de cybersécurité."]
    assert (clone(PIPELINE).predict_proba(texts) == PIPELINE.predict_proba(texts)).all()
    assert PIPELINE.classes_.tolist() == list(MODEL.themes)
    before = PIPELINE.predict(texts)
    clone(PIPELINE).set_params(themes__thresholds=np.full(4, 2.0))
    assert (PIPELINE.predict(texts) == before).all()
    with pytest.raises(TypeError, match="X is one string"):
        PIPELINE.predict(texts[0])


def test_a_theme_is_found_in_either_form_of_unicode(small):
    named = replace(small.model, theme_list=(Theme("p\u00eache", "", ""), *small.model.theme_list[1:]))
    assert named.with_thresholds({"pe\u0302che": 0.25}).thresholds[0] == 0.25


def test_a_model_shows_itself_in_a_line():
    assert repr(MODEL).startswith("<Model: themes strategy, bilateral_cooperation, ai_regulation, capacity_building; ")
    assert len(repr(MODEL)) < 200


def test_a_model_that_decides_otherwise_shares_no_threshold_that_can_be_changed():
    other = MODEL.favouring("f1")
    other.thresholds[0] = 0.99
    assert MODEL.favoured[0, 0] != 0.99


def test_a_level_may_be_a_number_of_numpy(tmp_path):
    MODEL.reviewing(np.float32(0.25)).save(tmp_path / "m.safetensors")
    assert cyberclf.load(tmp_path / "m.safetensors").review_level == 0.25


def test_a_small_call_does_not_wait_for_what_large_ones_use(monkeypatch):
    model = replace(MODEL)
    monkeypatch.setattr("cyberclf.batch.load_kernel", lambda _: pytest.fail("loaded"))
    monkeypatch.setattr("cyberclf.model._PAYS", 100)
    for _ in range(5):
        model.tag_many(["La loi sur la cybersécurité est adoptée au Parlement."])


def test_threads_that_come_at_once_load_one_kernel(monkeypatch):
    loaded, model = [], replace(MODEL)

    def load(_):
        time.sleep(0.05)
        loaded.append(object())
        return loaded[-1]

    monkeypatch.setattr("cyberclf.batch.load_kernel", load)
    with ThreadPoolExecutor(8) as pool:
        kernels = set(pool.map(lambda _: model.kernel, range(8)))
    assert kernels == set(loaded)
    assert len(loaded) == 1


def test_texts_of_many_calls_together_load_what_scores_many_fast(small, monkeypatch):
    monkeypatch.setattr("cyberclf.model._PAYS", 100)
    monkeypatch.setattr("cyberclf.model._PAYS_LOADED", 10)
    asked = []
    monkeypatch.setattr("cyberclf.batch.load_kernel", asked.append)
    model = replace(small.model)
    model.predict_proba(["La loi." * 8])
    assert asked == []
    model.predict_proba(["La loi." * 8])
    assert asked == [model]


def test_a_model_that_decides_otherwise_takes_over_what_scores_many_and_a_copy_by_pickle_does_not(small):
    model = replace(small.model)
    model.__dict__["kernel"] = kernel = object()
    for other in (model.forcing(), model.reviewing(0.2), model.favouring("recall"), model.with_thresholds({"mer": 1})):
        assert other.__dict__["kernel"] is kernel
    assert "kernel" not in pickle.loads(pickle.dumps(model)).__dict__  # noqa: S301 - our own


def test_thresholds_of_0_and_1_are_probabilities_and_leave_the_model_as_it_was(small):
    before = small.model.thresholds.tolist()
    assert small.model.with_thresholds({"mer": 0, "loi": 1.0}).thresholds.tolist() == [1.0, 0.0]
    assert small.model.thresholds.tolist() == before


def test_an_article_may_be_asked_about_review_by_itself(small):
    p = np.array([[0.1, 0.5], [0.9, 0.4]])
    assert small.model.in_review(p[0]).tolist() == small.model.in_review(p).tolist()[0]


def test_the_pipeline_gives_themes_by_the_rule_of_the_model(small):
    texts = ["Le thon du port et la loi du sénat.", "La neige et le ski.", ""]
    for rule in ("any", "some", "one"):
        model = replace(small.model, per_article=rule)
        assert model.to_pipeline().predict(texts).tolist() == model.predict(texts).tolist()


def test_another_level_of_review_has_its_own_band_though_the_first_was_asked_for(small):
    model = replace(
        small.model, review=np.linspace(0.1, 0.4, small.model.review.size).reshape(small.model.review.shape)
    )
    assert model.band[0].tolist() != model.reviewing(0.4).band[0].tolist()


def test_terms_that_weigh_nothing_add_nothing(small):
    model = replace(small.model, idf=np.zeros_like(small.model.idf), idf_whole=np.zeros_like(small.model.idf_whole))
    text = ["Le thon du port et la loi."]
    assert model.predict_proba(text).tolist() == model.predict_proba([""]).tolist()


def test_a_model_that_learnt_no_term_has_a_pipeline_too(small):
    none = {name: getattr(small.model, name)[:0] for name in ("idf", "idf_whole", "coef", "coef_whole")}
    model = replace(small.model, vocabulary=(), **none)
    np.testing.assert_allclose(model.to_pipeline().predict_proba(["La loi.", ""]), model.predict_proba(["La loi.", ""]))


def test_what_cannot_be_promised_is_said_in_a_line_and_six_themes_are_five_and_more(small):
    def said(number, lower=0.0, upper=1.0):
        themes = tuple(Theme(f"t{n}", f"t{n}", f"t{n}") for n in range(number))
        review = np.stack([np.full((50, number), lower), np.full((50, number), upper)])
        return replace(small.model, theme_list=themes, thresholds=np.full(number, 0.5), review=review)

    assert unpromised_as_text(said(5))[0].startswith(
        "too few articles to promise a review band at 10%: t0, t1, t2, t3, t4 (5 in all); "
    )
    assert "t4 ... (6 in all)" in unpromised_as_text(said(6))[0]
    assert "t0 (1 in all)" in unpromised_as_text(said(1, 0.2, 1.0))[0]
    assert "t0 (1 in all)" in unpromised_as_text(said(1, 0.0, 0.7))[0]
    assert unpromised_as_text(said(1, 0.2, 0.7)) == []


def test_info_says_what_an_artifact_is(model, small):
    fingerprint = model.metadata["corpus"]["fingerprint"]
    lines = info_as_text(model).splitlines()
    assert f"fingerprint of the corpus {fingerprint[:16]}" in lines
    even = replace(small.model, review=np.full_like(small.model.review, 0.5), thresholds=np.full(2, 0.5))
    assert "review band at 10%: loi none needed, mer none needed" in info_as_text(even)
    assert [len(rule_as_text(replace(model, per_article=rule))) for rule in ("any", "some", "one")] == [0, 1, 1]
    assert short_as_text(1).startswith("1 article has fewer than 6 words")
    assert short_as_text(2).startswith("2 articles have fewer than 6 words")


def test_the_passage_of_a_text_without_a_word_is_the_whole(small):
    assert small.model.read("?! …").spans.tolist() == [[[0, 4], [0, 4]]]
