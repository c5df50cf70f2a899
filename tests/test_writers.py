"""Rows as text: JSON Lines are what python's json makes of the same values, to the byte."""

import json

from hypothesis import given as whatever
from hypothesis import strategies as some

from cyberclf.tagging import TaggedRow
from cyberclf.writers import lines_of
from cyberclf.written import Written

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
    assert Written.of(lines, made).content == "".join(expected).encode("utf-8", "backslashreplace")
