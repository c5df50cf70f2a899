"""Scoring: the model and its scikit-learn twin say the same."""

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import cyberclf

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
