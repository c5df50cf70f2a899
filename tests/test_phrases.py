"""The phrases of both languages: as many, with the same places, and as each is written."""

import re
import string

import pytest

from cyberclf.analyzer import is_class_term
from cyberclf.lexicon import CLASSES
from cyberclf.phrases import _PHRASES, LANGUAGES, Phrases
from cyberclf.themes import Theme


def places(phrase):
    return {name for _, name, _, _ in string.Formatter().parse(phrase) if name}


@pytest.mark.parametrize("phrase", sorted(_PHRASES))
def test_both_languages_have_the_same_places(phrase):
    english, french = _PHRASES[phrase]
    assert places(english) == places(french)


def test_all_but_articles_is_said_otherwise():
    same = {name for name, (english, french) in _PHRASES.items() if english == french}
    assert same == {"article", "one article", "articles"}


@pytest.mark.parametrize("phrase", sorted(_PHRASES))
def test_french_is_written_with_its_own_signs(phrase):
    french = _PHRASES[phrase][1]
    assert not re.search(r"(?<!\u00a0):|(?<!\u202f)[;!?]|['\"]", french)
    assert not re.search(r"«(?!\u00a0)|(?<!\u00a0)»", french)


@pytest.mark.parametrize("phrase", ["open", "close", "before shown", "shown of", "after shown"])
def test_the_words_of_the_script_end_no_string_of_it(phrase):
    assert not set("".join(_PHRASES[phrase])) & set("\"'`\\$%<\n\u2028\u2029")


def test_what_comes_in_is_no_phrase():
    assert Phrases("fr")("unread", reason="{0} {n} %s") == "erreur\u00a0: {0} {n} %s"


@pytest.mark.parametrize(
    ("language", "expected"),
    [("en", ["0 articles", "1 article", "2 articles"]), ("fr", ["0 article", "1 article", "2 articles"])],
)
def test_each_language_has_its_own_plural(language, expected):
    assert [Phrases(language).articles(n) for n in range(3)] == expected


def test_numbers_are_written_as_the_language_does():
    assert [Phrases(language).number(1_234_567) for language in LANGUAGES] == ["1,234,567", "1\u202f234\u202f567"]
    assert [Phrases(language).hundredths(0.846) for language in LANGUAGES] == ["0.85", "0,85"]


def test_a_theme_is_named_in_the_language_first_and_once_if_both_names_are_one():
    assert Phrases("fr").label(Theme("a", "Sea", "Mer")) == "Mer / Sea"
    assert Phrases("en").label(Theme("a", "Sea", "Mer")) == Theme("a", "Sea", "Mer").label
    assert Phrases("fr").label(Theme("a", "Mer", "Mer")) == "Mer"


def test_every_class_term_has_a_french_name(model):
    say = Phrases("fr")
    named = {term: say.term(term, "in English") for term in filter(is_class_term, model.vocabulary)}
    assert "in English" not in named.values()
    assert len(set(named.values())) == len(named)
    shown = " ".join(named.values())
    assert not [name for name in CLASSES if re.search(rf"\b{name}\b", shown)]
    assert say.term("strateg nation", "strategie nationale") == "strategie nationale"


def test_numbers_within_a_phrase_are_written_as_the_language_does():
    assert Phrases("en").articles(1234) == "1,234 articles"
    assert Phrases("fr").articles(1234) == "1\u202f234 articles"


def test_a_theme_in_a_line_of_a_table_is_its_id_in_english_and_its_name_in_french():
    assert [Phrases(language).brief(Theme("a", "Sea", "Mer")) for language in LANGUAGES] == ["a", "Mer"]


def test_a_class_term_is_called_in_english_as_its_label_says():
    assert Phrases("en").term("@law", "words on law") == "words on law"
