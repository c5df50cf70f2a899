"""Cells that a spreadsheet may not run: what it would take for a formula gets a ``'`` before it."""

import re
from typing import Final

__all__ = ["OURS", "guarded", "unguarded"]

#: Columns that only rows written here have together.
OURS: Final = frozenset({"themes", "review", "status", "passages"})
_SIGNS: Final = r"=+@＝＋－＠\-"


def _where(guard: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Where a formula would begin, with a guard between or without.

    At the start of a cell, or where one begins by the separator of another country or by an end of line, for a table
    that is opened with the wrong separator, in which quotes within a line mean nothing.  Two patterns: a search for
    either at once would stop at every sign.
    """
    return (
        re.compile(rf"""{guard}(?=['"]*[{_SIGNS}\t\r\n])"""),
        re.compile(rf"""([;\t\r\n]){guard}(?=['"]*[{_SIGNS}])"""),
    )


_FORMULA: Final = _where("")
_GUARDED: Final = _where("'")


def guarded(cell: str) -> str:
    """Put a ``'`` before what a spreadsheet would take for a formula, wherever a cell of its own could begin.

    Examples
    --------
    >>> guarded("=1+1"), guarded("1+1"), guarded("Il dit;=1+1")
    ("'=1+1", '1+1', "Il dit;'=1+1")
    """
    first, within = _FORMULA
    begun = "'" if first.match(cell) else ""
    return begun + within.sub(r"\1'", cell)


def unguarded(cell: str) -> str:
    """Take off what `guarded` put on, and nothing else of what it made.

    Examples
    --------
    >>> unguarded("'=1+1"), unguarded("'tis"), unguarded("Il dit;'=1+1")
    ('=1+1', "'tis", 'Il dit;=1+1')
    """
    first, within = _GUARDED
    begun = 1 if first.match(cell) else 0
    return within.sub(r"\1", cell)[begun:]
