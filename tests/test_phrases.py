"""Every phrase is said in both languages, with the same parts, and in French typography."""

import re
from string import Formatter

import pytest

from cyberclf.phrases import _PHRASES, LANGUAGES, Phrases
from cyberclf.themes import Theme


def parts(phrase):
    return {name for _, name, _, _ in Formatter().parse(phrase) if name}


@pytest.mark.parametrize("phrase", _PHRASES)
def test_both_languages_have_the_same_parts(phrase):
    english, french = _PHRASES[phrase]
    assert parts(english) == parts(french)


@pytest.mark.parametrize("phrase", _PHRASES)
def test_no_sign_of_french_begins_a_line_of_its_own(phrase):
    french = _PHRASES[phrase][LANGUAGES.index("fr")]
    assert not re.search(r"(?<![\u00a0\u202f])[;:?!»]|«(?!\u00a0)|'", french)
    assert "%" not in french, "it would be a part of the script"


def test_parts_are_put_in_as_they_are():
    assert Phrases("fr")("unread", reason="{n} {reason}") == "erreur\u00a0: {n} {reason}"


def test_numbers_are_written_as_people_do():
    assert [Phrases(language).number(1234567) for language in LANGUAGES] == ["1,234,567", "1\u202f234\u202f567"]
    assert [Phrases(language).hundredths(-0.5, signed=True) for language in LANGUAGES] == ["-0.50", "-0,50"]
    assert [[Phrases(language).articles(n) for n in (0, 1, 2)] for language in LANGUAGES] == [
        ["0 articles", "1 article", "2 articles"],
        ["0 article", "1 article", "2 articles"],
    ]


def test_a_theme_of_one_name_has_no_second():
    assert [Phrases(language).label(Theme("a", "Law", "Droit", "")) for language in LANGUAGES] == [
        "Law / Droit",
        "Droit / Law",
    ]
    assert Phrases("fr").label(Theme("a", "mer", "mer", "")) == "mer"
