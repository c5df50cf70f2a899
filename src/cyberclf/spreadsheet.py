"""Cells that a spreadsheet may not run: what it would take for a formula gets a ``'`` before it."""

import re
from typing import Final

__all__ = ["guarded", "unguarded"]

_SIGNS: Final = r"=+@＝＋－＠\-"
#: Where a formula would begin: at the start of a cell, or where one begins by the separator of another country or by
#: an end of line, for a table that is opened with the wrong separator, in which quotes within a line mean nothing.
_FORMULA: Final = re.compile(rf"""(\A(?=['"]*[{_SIGNS}\t\r\n])|[;\t\r\n](?=['"]*[{_SIGNS}]))""")
_GUARDED: Final = re.compile(rf"""(\A'(?=['"]*[{_SIGNS}\t\r\n])|[;\t\r\n]'(?=['"]*[{_SIGNS}]))""")
#: A number that looks as a formula begins, and is none.
_BELOW_ZERO: Final = re.compile(r"-[0-9]+([.,][0-9]+)?([eE][+-]?[0-9]+)?")


def guarded(cell: str) -> str:
    """Put a ``'`` before what a spreadsheet would take for a formula, wherever a cell of its own could begin.

    Examples
    --------
    >>> guarded("=1+1"), guarded("1+1"), guarded("-1.5"), guarded("Il dit;=1+1")
    ("'=1+1", '1+1', '-1.5', "Il dit;'=1+1")
    """
    return cell if _BELOW_ZERO.fullmatch(cell) else _FORMULA.sub(r"\1'", cell)


def unguarded(cell: str) -> str:
    """Take off what `guarded` put on, and nothing else of what it made.

    Examples
    --------
    >>> unguarded("'=1+1"), unguarded("'tis"), unguarded("Il dit;'=1+1")
    ('=1+1', "'tis", 'Il dit;=1+1')
    """
    return _GUARDED.sub(lambda found: found.group()[:-1], cell)
