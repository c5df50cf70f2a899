"""Sentences, passages and clean words."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cyberclf.passages import MAX_WORDS, passages
from cyberclf.text import fold, sentences, words

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


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("nom@ministere", []),
        ("ftp://serveur/loi", []),
        ("www.presidence.tg", []),
        ("e--gouvernement", ["egouvernement"]),
        ("stra\u00adtégie", ["strategie"]),
        ("lo\u20ddi", ["loi"]),
        ("ab.c", ["ab"]),
        ("a.bc", ["bc"]),
        ("quoiqu'il", ["il"]),
        ("a33 a330", ["a33"]),
        ("中 loi", ["中", "loi"]),
    ],
)
def test_words_are_what_is_left_of_a_run(text, expected):
    assert words(text) == expected


def test_a_sign_that_stands_for_several_words_is_none():
    assert fold("5½") == "5 "


def test_what_closes_after_a_full_stop_belongs_to_the_sentence():
    text = "Il dit « La loi est votée.» Puis il part."
    assert [text[s.start : s.end] for s in sentences(text)] == ["Il dit « La loi est votée.»", " Puis il part."]


@pytest.mark.parametrize("title", ["Mrs", "Dr", "MM"])
def test_an_abbreviation_ends_no_sentence_in_any_case_and_at_the_start(title):
    assert len(sentences(f"{title}. Sow part. Il reste.")) == 2


@pytest.mark.parametrize(
    ("lengths", "expected"),
    [
        ([115], [115]),
        ([200], [75, 75, 50]),
        ([300], [75, 75, 75, 75]),
        ([74, 41], [115]),
        ([75, 40], [75, 40]),
        ([75, 30], [75, 30]),
        ([86, 29], [115]),
        ([87, 29], [87, 29]),
        ([30, 30, 30, 30], [90, 30]),
    ],
)
def test_passages_are_closed_after_75_words_hold_115_at_most_and_take_in_a_short_rest(lengths, expected):
    text = " ".join(" ".join(["mot"] * length) + "." for length in lengths)
    assert [n_words(passage) for passage in passages(text)] == expected


def test_a_run_of_many_words_is_never_cut():
    assert [n_words(passage) for passage in passages("mot-" * 200)] == [200]
