"""The bounds at which reading many bytes at once could go wrong."""

import random
from dataclasses import replace

import numpy as np
import pytest

import cyberclf
from cyberclf import batch
from cyberclf.analyzer import article_bags
from cyberclf.kernel import scorer
from cyberclf.kernel.read import LONGEST_WORD, REMEMBERED
from cyberclf.kernel.wide import BLOCK, STRETCH

MODEL = cyberclf.load()
RAW = replace(MODEL, calibration=np.array([[0.05], [0.0]]).repeat(4, axis=1))
TAIL = " La loi du Mali sur la cybersécurité, l’accord de coopération et la formation."
AROUND = sorted({n + k for n in (8, BLOCK, 2 * BLOCK, STRETCH, 2 * STRETCH, 64) for k in (-2, -1, 0, 1, 2)})


def same(texts, model=RAW):
    found, scored = batch.score(model, texts)
    expected = np.array([model.article(article_bags(text))[0] for text in texts])
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-9)
    all_themes = replace(model, forced=True, thresholds=np.zeros(4))
    for row, text in enumerate(texts):
        if scored.n_words[row] >= 0:
            assert same_tags(all_themes, text), text
    return scored


def same_tags(model, text):
    (found,), expected = batch.tag(model, [text]).texts(), model.tag(text)
    return (found.status, found.themes, [t.passage for t in found.tags]) == (
        expected.status,
        expected.themes,
        [t.passage for t in expected.tags],
    )


@pytest.mark.parametrize("letter", ["a", "é", "œ", "я"])
def test_words_of_every_length_near_a_bound_are_read_whole(letter):
    words = [letter * n for n in AROUND]
    same([f"{word}{TAIL}" for word in words] + [" ".join(words) + TAIL, "é" + " ".join(words)])


@pytest.mark.parametrize("gap", [" ", ",", "’", "-", ".", " \n", "é-", "×", "÷", "“", "\u00ad", "!", ":", "@"])
def test_gaps_of_every_length_near_a_bound_are_passed_over(gap):
    same([f"Mali{gap * n}loi{gap * n}cyber{gap}sécurité{TAIL}" for n in (1, 2, 3, *AROUND)])


@pytest.mark.parametrize("shift", range(9))
def test_where_a_word_stands_does_not_matter(shift):
    article = "Côte d'Ivoire, l'e-gouvernement et la cyber-sécurité ; M. Touré l’a dit (art. 3). I.A. et www.x.fr."
    same(["x" * shift + " " + article + TAIL, "é" * shift + article])


@pytest.mark.parametrize("number", [LONGEST_WORD - 1, LONGEST_WORD, LONGEST_WORD + 1])
def test_the_longest_word_is_read_and_a_longer_one_left_to_the_reference(number):
    assert (same(["x" * number + TAIL]).n_words[0] < 0) == (number > LONGEST_WORD)


@pytest.mark.parametrize("prefix", ["cyber", "Cyber", "CYBÉR", "çýbér", "e", "É", "ê", "cybers", "www", "WWW", "wwww"])
@pytest.mark.parametrize("sign", ["-", "‑", ".", "--", "-.", ". ", ".\n", "- "])
def test_a_word_that_signs_may_go_on_is_looked_at(prefix, sign):
    same([f"La {prefix}{sign}sécurité{TAIL}", f"{prefix}{sign}", f"a {prefix}{sign}fr{sign}"])


@pytest.mark.parametrize("word", ["M", "mm", "art", "été", "é", "loi", "etc", "cf", "lois", "x1", "2030", "mrs", "MRS"])
@pytest.mark.parametrize("after", [". Le", ".\nLe", ".", ".” Le", ".. Le", ". . Le", ".'Le", ".\u00a0Le"])
def test_a_full_stop_ends_a_sentence_by_what_stands_before_it(word, after):
    parts = [f"Le Mali {word}{after} Niger", TAIL]
    same(["".join(parts), "".join(parts) * 12, "".join(parts[::-1])])


def test_an_address_takes_back_its_run_and_nothing_else():
    addresses = ["cyber attaque@x.fr", "cyber attaque/cyber attaque@x", "cyber, attaque://x", "Mali/loi@x", "a/b.fr"]
    addresses += ["cyber attaque.cyber attaque@", "cyber\u00a0attaque@x", "cyber\nattaque@x", "cyber-attaque@x. Loi"]
    same([f"Une loi {address} Mali{TAIL}" for address in addresses] + [" ".join(addresses) + TAIL])


def test_what_follows_an_article_is_not_read_with_it():
    ends = ["cyber", "www", "M.", "loi.", "e-", "a.b", "exemple", "nom@", "l’", "é", "\u00ad", "x" * STRETCH]
    starts = ["sécurité", ".exemple", "fr", "@x", "’a", "-sécurité", "\u0301", "com"]
    random.Random(0).shuffle(texts := [text for end in ends for start in starts for text in (end, start)])
    together, _ = batch.score(RAW, texts)
    np.testing.assert_array_equal(together, np.vstack([batch.score(RAW, [text])[0] for text in texts]))
    same(texts)


def test_words_are_forgotten_when_too_many_have_been_met_and_learnt_again():
    draw, model = random.Random(1), replace(RAW)
    words = [f"{number:x}".translate(str.maketrans("0123456789", "ghijklmnop")) for number in range(2 * REMEMBERED)]
    before = batch.score(model, [TAIL])[0]
    for low in range(0, len(words), 8192):
        batch.score(model, [" ".join(words[low : low + 8192])])
    held = model.kernel._local.scratch.held[0]
    assert 0 < held < REMEMBERED
    np.testing.assert_array_equal(batch.score(model, [TAIL])[0], before)
    same([" ".join(draw.sample(words, 300)) + TAIL for _ in range(3)], model)


def test_texts_are_scored_alike_in_one_block_and_in_many(monkeypatch):
    texts = [TAIL * n for n in range(30)]
    expected, whole = batch.score(RAW, texts)
    monkeypatch.setattr(scorer, "_BLOCK", 1000)
    found, parts = batch.score(RAW, texts)
    np.testing.assert_array_equal(found, expected)
    np.testing.assert_array_equal(parts.spans, whole.spans)
    np.testing.assert_array_equal(parts.n_words, whole.n_words)


@pytest.mark.parametrize("word", ["le", "la", "et", "en", "on", "ce", "US", "IP", "é"])
def test_a_sign_is_not_taken_for_the_word_of_the_same_bytes(word):
    sign = chr(int.from_bytes(word.encode(), "little"))
    texts = [f"{sign} loi {sign} pays", f"{word} loi du pays {word}"]
    expected = [RAW.article(article_bags(text))[0] for text in texts]
    for order in ([0, 1], [1, 0]):
        fresh = replace(RAW)
        for row in order:
            np.testing.assert_allclose(batch.score(fresh, [texts[row]])[0][0], expected[row], rtol=0, atol=1e-12)
