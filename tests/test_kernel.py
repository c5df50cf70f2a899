"""The kernel says what the reference says, on whatever text, for any number of themes, from any thread."""

import threading
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import cyberclf
from cyberclf import batch
from cyberclf.analyzer import article_bags
from cyberclf.calibration import FAVOURS, logistic
from cyberclf.kernel import Kernel
from cyberclf.themes import Theme

MODEL = cyberclf.load()
REFERENCE = 1e-9

FRAGMENTS = [
    *(
        "https://exemple.org/a-b?c=d",
        ".fr",
        "-.",
        "çýbér-",
        "www.",
        "www.x",
        "x.com",
        "a.fr",
        "com",
        "nom@exemple.org",
        "@",
        "://",
        ":",
        "/",
    ),
    *("e-", "E-", "é-", "cyber-", "Cyber", "cyber", "sécurité", "attaques", "cyber-sécurité", "e-gouvernement", "--"),
    *(
        "a.b.",
        "I.A.",
        "R.D.C",
        "a.b.cd",
        "M.",
        "MM.",
        "art.",
        "Dr.",
        "etc.",
        "x.",
        "...",
        "…",
        "?!",
        "!",
        ".",
        ".»",
        '."',
    ),
    *("«", "»", "“", "”", '"', ")", "]", "(", "'", "’", "l'", "qu’", "lorsqu'", "aujourd'hui"),
    *("\u00a0", "\u202f", "\u2028", "\u0085", "\x1c", "\t", "\r", "\n", " ", " ", " ", " "),
    *(
        "\u0301",
        "\u00ad",
        "\u200b",
        "\ufeff",
        "\u2011",
        "\u2013",
        "\u00d7",
        "\u00f7",
        "e\u0301",
        "e\u00ad-",
        "cyber\u00ad-",
    ),
    *(
        "\ud800",
        "\udfff",
        "\udc80",
        "\U00020000",
        "\U0001f600",
        "\U0001d400",
        "中文",
        "№",
        "½",
        "²",
        "①",
        "ﬁ",
        "㎏",
        "㌖",
    ),
    *("؟", "۔", "።", "፧", "।", "። ", "؟ "),
    *("5G", "2030", "12", "1", "A380", "x1y2z3", "٣٤٥", "ß", "ẞ", "İ", "ı", "Œuvre", "Ł", "Δ", "Я", "é"),
    *("Mali", "France", "États-Unis", "Côte d'Ivoire", "le Burkina Faso", "Guinée", "Guinée équatoriale", "Congo"),
    *(
        "loi",
        "adopte",
        "la stratégie nationale",
        "signent un accord de",
        "coopération",
        "formation",
        "des",
        "IA",
        "données",
    ),
]
HOSTILE = st.lists(st.sampled_from(FRAGMENTS), max_size=60).map("".join)
SPACED = st.lists(st.sampled_from(FRAGMENTS), max_size=250).map(" ".join)
ANY = st.text(st.characters(codec=None), max_size=300)
LETTERS = st.text("aeéyÉ.-' \n\u0301\u00adcyberwm!»@:/\U00020000", max_size=120)
TEXTS = st.lists(HOSTILE | SPACED | ANY | LETTERS, min_size=1, max_size=5)

LONG = "La loi du Mali sur la cyber sécurité des données, la France et la formation "
WORST = [
    "",
    " ",
    "\n\n",
    LONG * 40,
    "loi " * 5000,
    "cyber-" * 300,
    "a.b." * 300 + " fin.",
    "données-loi-" * 200,
    "l'e-" * 200,
    "x" * 5000,
    "é" * 600 + " loi.",
    "Mali, " * 400,
    "nom@\U00020000. Une loi.",
    "www.\U00030000x. Une loi. Deux lois.",
    "loi\ud800. Une loi.",
]


def by_reference(model, texts):
    return np.array([model.article(article_bags(text))[0] for text in texts])


def by_kernel(model, texts):
    probabilities, scored = batch.score(model, texts)
    return probabilities, scored


def raw(model):
    """A model that shows its scores: calibration hides differences where its curve is flat."""
    return replace(model, calibration=np.array([[0.05], [0.0]]).repeat(len(model.theme_list), axis=1))


RAW = raw(MODEL)


def with_themes(number):
    """A model of other themes with the same terms, its numbers drawn."""
    rng = np.random.default_rng(number)
    n_terms = len(MODEL.vocabulary)
    return replace(
        MODEL,
        theme_list=tuple(Theme(f"t{j}", f"t{j}", f"t{j}") for j in range(number)),
        coef=rng.normal(size=(n_terms, number)),
        coef_whole=rng.normal(size=(n_terms, number)),
        intercept=rng.normal(size=number),
        intercept_whole=rng.normal(size=number),
        calibration=np.array([[0.1], [0.0]]).repeat(number, axis=1),
        thresholds=np.full(number, 0.5),
        favoured=np.full((len(FAVOURS), number), 0.5),
        review=np.repeat(MODEL.review[:, :, :1], number, axis=2),
    )


OTHERS = {number: with_themes(number) for number in (1, 3, 90)}
AVERAGED = replace(RAW, length_penalty=1.0)


def same(model, texts):
    found, _ = by_kernel(model, texts)
    np.testing.assert_allclose(found, by_reference(model, texts), rtol=0, atol=REFERENCE)


def same_tags(model, texts):
    """`tag_many` by the kernel, against `tag`, all but the last digits of the probabilities."""
    for found, text in zip(batch.tag(model, texts).texts(), texts, strict=True):
        expected = model.tag(text)
        assert (found.status, found.themes, found.review) == (expected.status, expected.themes, expected.review), text
        assert [tag.passage for tag in found.tags] == [tag.passage for tag in expected.tags], text
        assert found.probabilities == pytest.approx(expected.probabilities, rel=0, abs=REFERENCE)


@settings(deadline=None, max_examples=300)
@given(TEXTS)
@example(WORST)
def test_the_kernel_equals_the_reference_on_any_text(texts):
    same(RAW, texts)


@settings(deadline=None, max_examples=60)
@given(TEXTS, st.sampled_from(sorted(OTHERS)))
@example(WORST, 90)
def test_the_kernel_equals_the_reference_for_any_number_of_themes(texts, number):
    same(OTHERS[number], texts)


@settings(deadline=None, max_examples=60)
@given(TEXTS)
@example(WORST)
def test_the_kernel_equals_the_reference_where_passages_are_averaged(texts):
    same(AVERAGED, texts)


@settings(deadline=None, max_examples=150)
@given(TEXTS)
@example(WORST)
def test_many_texts_are_tagged_as_each_would_be(texts):
    same_tags(MODEL, texts)
    same_tags(replace(MODEL, forced=True, thresholds=np.zeros(4)), texts)


def test_the_kernel_equals_the_reference_on_the_corpus(written, root):
    texts = [article.text for article in written.articles]
    texts += [file.read_text("utf-8") for file in sorted((root / "seeds" / "articles").iterdir())]
    same(RAW, texts)
    same_tags(MODEL, texts)


def test_a_model_that_decides_otherwise_has_the_same_kernel():
    model = cyberclf.load()
    assert "kernel" not in model.forcing().__dict__
    made = [model.forcing, lambda: model.reviewing(0.2), lambda: model.favouring("recall")]
    made.append(lambda: model.with_thresholds({"strategy": 0.9}))
    assert model.kernel is not None
    assert {id(make().kernel) for make in made} == {id(model.kernel)}


def test_the_public_ways_go_through_the_kernel_and_say_the_same(written):
    texts = [article.text for article in written.articles[:60]]
    model = cyberclf.load()
    assert model.kernel is not None
    assert model._kernel_pays(texts)
    np.testing.assert_allclose(model.predict_proba(texts), by_reference(model, texts), rtol=0, atol=REFERENCE)
    for found, text in zip(model.tag_many(texts), texts, strict=True):
        expected = model.tag(text)
        assert (found.status, found.themes, found.review) == (expected.status, expected.themes, expected.review)
        assert [tag.passage for tag in found.tags] == [tag.passage for tag in expected.tags]


def test_threads_that_share_a_model_do_not_mix_their_texts(written):
    texts = [article.text for article in written.articles]
    expected, _ = by_kernel(RAW, texts)
    wrong = []

    def work(number):
        for _ in range(5):
            rows = np.random.default_rng(number).permutation(len(texts))
            found, _ = by_kernel(RAW, [texts[row] for row in rows])
            if not np.allclose(found, expected[rows], rtol=0, atol=REFERENCE):
                wrong.append(number)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_what_one_text_leaves_behind_does_not_reach_the_next():
    texts = [*WORST, LONG, *WORST]
    together, _ = by_kernel(RAW, texts)
    alone = np.vstack([by_kernel(RAW, [text])[0] for text in texts])
    np.testing.assert_array_equal(together, alone)


def test_a_model_without_terms_gives_every_text_its_intercept():
    empty = replace(
        MODEL,
        vocabulary=(),
        idf=np.zeros(0),
        idf_whole=np.zeros(0),
        coef=np.zeros((0, 4)),
        coef_whole=np.zeros((0, 4)),
    )
    same(empty, WORST)


def test_odd_signs_are_left_to_the_reference_wherever_they_stand():
    texts = ["loi \U00020000.", "nom@\U00020000. loi", "nom@x\U00020000y. loi", "loi ½ loi"]
    _, scored = by_kernel(MODEL, texts)
    assert (scored.n_words == -1).any()
    same(RAW, texts)


def test_a_kernel_of_another_seed_says_the_same(written):
    texts = [article.text for article in written.articles[:40]]
    first, second = replace(RAW), replace(RAW)
    assert isinstance(first.kernel, Kernel)
    assert first.kernel.tables.seed != second.kernel.tables.seed
    np.testing.assert_allclose(by_kernel(first, texts)[0], by_kernel(second, texts)[0], rtol=0, atol=REFERENCE)


def test_no_text_gives_no_row():
    found, scored = by_kernel(MODEL, [])
    assert found.shape == (0, 4)
    assert scored.spans.shape == (0, 4, 2)
    assert logistic(np.zeros((0, 4)), MODEL.calibration).shape == (0, 4)
