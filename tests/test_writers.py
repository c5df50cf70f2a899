"""Rows as text: JSON Lines are what python's json makes of the same values, to the byte."""

import json
from types import SimpleNamespace

import numpy as np
from hypothesis import example
from hypothesis import given as whatever
from hypothesis import strategies as some

from cyberclf.rows import Article, Unreadable
from cyberclf.tagged import TaggedTexts
from cyberclf.tagging import TaggedChunk, TaggedRow
from cyberclf.themes import Theme
from cyberclf.writers import json_lines, lines_of

THEMES = ("a", 'th"è\n', "\ud800")


class Three:
    themes = THEMES


@some.composite
def rows(draw):
    theme = some.sampled_from(THEMES)
    char = some.characters(exclude_categories=())
    words = some.text(char | some.sampled_from('"\\\n\x00\x7f\u2028\ud800\udc80é😀'), max_size=20)
    return TaggedRow(
        draw(words),
        draw(words),
        "f:1",
        tuple(draw(some.lists(theme, max_size=3, unique=True))),
        draw(some.dictionaries(theme, some.floats(0, 1) | some.floats(0, 0.001), max_size=3)),
        draw(some.dictionaries(theme, some.tuples(some.integers(0, 10**9), some.integers(0, 10**9)), max_size=3)),
        draw(some.sampled_from(["ok", "short", "foreign", "empty", "error"])),
        draw(words),
        tuple(draw(some.lists(theme, max_size=3, unique=True))),
    )


@whatever(some.lists(rows(), max_size=4))
def test_json_lines_are_those_of_json(made):
    expected = [json.dumps(row.as_dict(), ensure_ascii=False) + "\n" for row in made]
    lines = list(lines_of(made, Three(), "jsonl"))
    assert lines == [line.encode("utf-8", "backslashreplace").decode() for line in expected]


CHARS = some.characters(exclude_categories=()) | some.sampled_from('"\\\n%{\x00\x7f\u2028\ud800\udc80é😀')
WORDS = some.text(CHARS, max_size=20)
#: No column that a person keeps has the name of one of ours.
KEPT = WORDS.map(lambda name: f"own {name}")
SHARES = some.floats(0, 1) | some.floats(0, 0.001) | some.integers(0, 20_000).map(lambda n: n / 20_000)


@some.composite
def tagged_articles(draw):
    """Articles, some of which could not be read, and what a model may say of the others."""
    kept = some.lists(
        some.tuples(KEPT, WORDS | some.none() | some.integers()), max_size=2, unique_by=lambda one: one[0]
    )
    article = some.builds(Article, WORDS, WORDS, WORDS, some.integers(0, 9), kept.map(tuple))
    unread = some.builds(Unreadable, WORDS, WORDS, WORDS.filter(bool), WORDS, kept.map(tuple))
    articles = draw(some.lists(article | unread, max_size=5))
    n = sum(isinstance(article, Article) for article in articles)
    themes = tuple(SimpleNamespace(id=name) for name in ("a", 'th"è\n', "50 % {0}"))

    def rows(cell, dtype, *shape):
        size = int(np.prod([n, 3, *shape]))
        return np.array(draw(some.lists(cell, min_size=size, max_size=size)), dtype).reshape(n, 3, *shape)

    status = draw(some.lists(some.sampled_from(["ok", "short", "foreign"]), min_size=n, max_size=n))
    places = some.integers(0, 10**9)
    return articles, TaggedTexts(
        themes,
        status,
        rows(SHARES, float),
        rows(some.booleans(), bool),
        rows(places, int, 2),
        rows(some.booleans(), bool),
    )


@whatever(tagged_articles(), some.booleans())
def test_columns_and_rows_make_the_same_json_lines(made, with_text):
    articles, tagged = made
    expected = "".join(lines_of(TaggedChunk((), articles, tagged).rows(), Three(), "jsonl", with_text=with_text))
    made_quickly = json_lines(articles, tagged, with_text=with_text)
    assert made_quickly.encode("utf-8", "backslashreplace").decode() == expected


@whatever(SHARES)
@example(0.00005)
@example(0.12345)
@example(0.99995)
def test_a_share_is_rounded_as_python_rounds(share):
    none = np.zeros((1, 1), bool)
    tagged = TaggedTexts((SimpleNamespace(id="a"),), ["ok"], np.array([[share]]), none, np.zeros((1, 1, 2), int), none)
    assert f'{{"a": {round(share, 4)!r}}}' in json_lines([Article("a", "", "a")], tagged)


SEA = SimpleNamespace(theme_list=(Theme("sea", "Sea", "Mer"), Theme("law", "Law", "Loi")))
TABLE = [
    TaggedRow("a", "Un port", "a", ("sea", "law"), {"sea": 0.846, "law": 1.0}, {}, "ok", review=("law", "sea")),
    TaggedRow("b", "Rien", "b:1", (), {"sea": 0.1, "law": 0.0}, {}, "ok"),
    TaggedRow("c", "", "c", (), {"sea": 0.1, "law": 0.0}, {}, "short"),
    TaggedRow("d", "", "d", ("sea",), {"sea": 0.9, "law": 0.0}, {}, "foreign"),
    TaggedRow("e", "", "e", (), {"sea": 0.1, "law": 0.0}, {}, "empty"),
    TaggedRow("f", "", "f", (), {}, {}, "error", error="f: torn"),
]


def said(language):
    """What the table says of each row, and whether the rest is as it was."""
    options = {} if language is None else {"language": language}
    lines = list(lines_of(TABLE, SEA, "table", **options))
    assert [line[:36].split() for line in lines] == [["a"], ["b:1", "b"], ["c"], ["d"], ["e"], ["f"]]
    return [line[96:].rstrip("\n") for line in lines]


def test_a_table_is_english_without_more():
    expected = [
        "Sea / Mer 0.85; Law / Loi 1.00; review: law, sea",
        "no theme (nearest: Sea / Mer 0.10)",
        "short: fewer than 6 words, too few to judge",
        "foreign: not the language that the model was trained on (Sea / Mer 0.90)",
        "empty: no word to judge by",
        "error: f: torn",
    ]
    assert said(None) == said("en") == expected


def test_a_table_in_french():
    assert said("fr") == [
        "Mer / Sea 0,85\u202f; Loi / Law 1,00\u202f; à relire\u00a0: Loi, Mer",
        "aucun thème (le plus proche\u00a0: Mer / Sea 0,10)",
        "court\u00a0: moins de 6 mots, trop peu pour juger",
        "autre langue que celle apprise par le modèle (Mer / Sea 0,90)",
        "vide\u00a0: aucun mot sur lequel se fonder",
        "erreur\u00a0: f: torn",
    ]


def line_of(name, title):
    row = TaggedRow(name, title, name, (), {"sea": 0.1, "law": 0.0}, {}, "ok")
    (line,) = lines_of([row], SEA, "table")
    return line


def test_a_long_name_is_shown_by_its_end():
    assert line_of("a" + "b" * 33, "").startswith("a" + "b" * 33 + "  ")
    assert line_of("a" + "b" * 34, "").startswith("…" + "b" * 33 + "  ")


def test_columns_stand_below_each_other_whatever_the_width_of_signs():
    for title, width in (("e\u0301te\u0301", 3), ("日本", 4), ("Ａ", 2), ("été", 3)):
        assert line_of("a", title).index("no theme") == 36 + len(title) + (58 - width) + 2
    # What would pass the edge by half of a wide sign is cut before it.
    assert line_of("a", "日" * 30)[36:].startswith("日" * 28 + "… " + "  no theme")
