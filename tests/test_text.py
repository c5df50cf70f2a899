"""Sentences, passages and clean words."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cyberclf.passages import MAX_WORDS, passages
from cyberclf.text import sentences, words

SAME = [
    ("l'IA", "l’IA", "L'I.A.", "L' IA", "IA"),
    ("d'accord", "d’accord", "accord", "D'ACCORD"),
    ("qu'elle signe", "qu’elle signe", "elle signe"),
    ("aujourd'hui", "aujourd’hui", "AUJOURD'HUI"),
    ("cyber-sécurité", "cyber sécurité", "cybersécurité", "CYBER‑SECURITE", "cyber­sécurité"),
    ("cyber-attaques", "cyber attaques", "cyberattaques"),
    ("œuvre", "oeuvre", "ŒUVRE", "OEUVRE"),
    ("stratégie numérique", "STRATEGIE NUMERIQUE", unicodedata.normalize("NFD", "stratégie numérique")),
    ("e-gouvernement", "E‑gouvernement", "egouvernement"),
    ("U.E.", "UE", "ue"),
]


def n_words(passage):
    return sum(len(sentence.words) for sentence in passage.sentences)


@pytest.mark.parametrize("forms", SAME, ids=lambda forms: forms[0])
def test_forms_of_one_thing_are_one_thing(forms):
    assert len({tuple(words(form)) for form in forms}) == 1
    assert words(forms[0])


@pytest.mark.parametrize("word", ["IA", "UE", "5G", "4G", "TIC", "ANSSI"])
def test_short_terms_are_kept(word):
    assert words(f"La {word}, dit-on.")[1] == word.lower()


@pytest.mark.parametrize(
    "text",
    [
        "a@b.org",
        "https://example.org/cyber?x=1",
        "www.example.org/loi",
        "example.org/loi",
        "+221 33 800 00 00",
        "13h30",
    ],
)
def test_addresses_links_and_telephone_numbers_leave_nothing(text):
    assert words(f"avant {text} après") == ["avant", "apres"]


def test_cyber_before_another_word_stays_a_word():
    assert words("un espace cyber national") == ["un", "espace", "cyber", "national"]


@given(st.text())
def test_sentences_cover_the_text_without_gap_or_overlap(text):
    found = sentences(text)
    assert not found or "".join(text[s.start : s.end] for s in found) == text


@given(st.lists(st.sampled_from(["mot", "Fin.", "M.", "\n", "!", "«", "long" * 9, "\ud800", "1"])).map(" ".join))
def test_passages_cover_the_text_and_are_not_too_long(text):
    spans = [(passage.start, passage.end) for passage in passages(text)]
    if spans:
        assert "".join(text[start:end] for start, end in spans) == text
    assert all(n_words(passage) <= MAX_WORDS for passage in passages(text))


def test_a_text_without_a_word_has_no_passage():
    assert passages("") == passages(" … \n") == []


def test_one_endless_sentence_is_cut_between_words():
    found = passages("mot " * 500)
    assert len(found) > 3
    assert all(n_words(passage) <= MAX_WORDS for passage in found)


@pytest.mark.parametrize("unit", ["a", "!", "»", ".", "cyber-", "e-", "a.", "e\u0301-", "«»…", "a@", "a.b.", "-"])
def test_a_run_without_end_takes_time_in_proportion_to_its_length(unit):
    assert len(passages(unit * 200_000)) <= 1


def test_titles_and_initials_end_no_sentence():
    text = "M. Diallo et Mme. A. Sow ont signé. Il part."
    assert [text[s.start : s.end].strip() for s in sentences(text)][-1] == "Il part."
    assert len(sentences("M. Diallo part. Il reste.")) == 2


def test_a_sentence_ends_where_its_script_says_so():
    text = "ما هي الاستراتيجية؟ وقع الوزير. ሚኒስትሩ ፈረመ። ማን ፈረመ፧ मंत्री ने कहा। Fin"
    assert [text[s.start : s.end].strip()[-1] for s in sentences(text)] == ["؟", ".", "።", "፧", "।", "n"]
