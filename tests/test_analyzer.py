"""Terms: stems, pairs, classes."""

import pytest

from cyberclf import analyzer
from cyberclf.analyzer import analyzer_fingerprint, article_bags, stem
from cyberclf.lexicon import CLASSES, STATES
from cyberclf.text import (
    ABBREVIATIONS,
    APOSTROPHES,
    CLOSERS,
    CYBER_WORDS,
    DOMAINS,
    DROPPED,
    ENDERS,
    HYPHENS,
    LIGATURES,
)


def terms(text):
    return article_bags(text)[0]


def test_forms_of_a_word_share_a_stem():
    assert stem("cooperation") == stem("cooperer") == "cooper"
    assert stem("formateurs") == stem("formation")


def test_short_words_keep_all_their_letters():
    assert [stem(word) for word in ("tic", "lois", "5g")] == ["tic", "lois", "5g"]


def test_two_states_in_one_sentence_are_told_from_two_sentences():
    assert "@states" in terms("Le Mali et la France signent.")
    apart = terms("Le Mali signe. La France signe.")
    assert "@states" not in apart
    assert apart["@state"] == 2
    assert apart["@n2"] == 1


def test_a_longer_name_wins_and_an_adjective_names_its_state():
    assert "@states" not in terms("La Guinée équatoriale est un pays.")
    assert "@states" in terms("Un accord tuniso-marocain : les autorités tunisiennes et marocaines.")


def test_classes_that_meet_in_a_passage_are_paired():
    assert "@ai+rules" in terms("Une charte éthique encadre l'IA.")


def test_only_the_first_passage_has_a_title():
    bags = article_bags("Une loi sur le numérique.\n" + "Des mots sans suite pour remplir. " * 60)
    assert any(term.startswith("@title:") for term in bags[0])
    assert not any(term.startswith("@title:") for bag in bags[1:] for term in bag)


def test_no_word_list_is_empty_and_every_state_has_a_code():
    assert all(words.split() for words in CLASSES.values())
    assert all(len(line.partition(": ")[0]) == 2 for line in STATES.strip().splitlines())


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ANALYZER_VERSION", 999),
        ("TARGET_WORDS", 74),
        ("MAX_WORDS", 116),
        ("REST_WORDS", 29),
        ("MOST_STATES", 4),
        ("ABBREVIATIONS", {*ABBREVIATIONS, "ing"}),
        ("CLOSERS", f"{CLOSERS}>"),
        ("LIGATURES", {**LIGATURES, "ß": "ss"}),
        ("APOSTROPHES", {*APOSTROPHES, '"'}),
        ("HYPHENS", {*HYPHENS, "_"}),
        ("ENDERS", f"{ENDERS}:"),
        ("CYBER", "ciber"),
        ("CYBER_WORDS", (*CYBER_WORDS, "chat")),
        ("DROPPED", {*DROPPED, "quelqu"}),
        ("DOMAINS", (*DOMAINS, "tg")),
        ("NUMBER_DIGITS", 4),
        ("LEAST_STEM", 5),
        ("_SUFFIXES", ("s",)),
        ("_PROBE", "La loi."),
        ("CLASSES", {**CLASSES, "sea": "mer"}),
        ("STATES", f"{STATES}XX: atlantide\n"),
        ("FUNCTION_WORDS", "le la"),
    ],
)
def test_the_fingerprint_follows_the_rules(monkeypatch, name, value):
    before = analyzer_fingerprint()
    analyzer_fingerprint.cache_clear()
    monkeypatch.setattr(analyzer, name, value)
    assert analyzer_fingerprint() != before
    analyzer_fingerprint.cache_clear()


def test_no_endless_word_is_kept():
    before = analyzer._cut_cached.cache_info().currsize
    assert stem("x" * 5000 + "ations") == "x" * 5000
    assert analyzer._cut_cached.cache_info().currsize == before


def test_only_the_first_sentence_is_a_title():
    found = terms("Rien de neuf.\nUne loi est votée.")
    assert found["@law"] == 1
    assert "@title:law" not in found


def test_two_states_of_which_one_has_the_others_name_in_its_own_are_two():
    assert terms("La Guinée signe. La Guinée équatoriale signe.")["@n2"] == 1


def test_the_words_of_a_states_name_are_of_no_class():
    assert "@cooperation" in terms("Une expertise est lancée.")
    assert "@cooperation" not in terms("Expertise France est lancée.")
