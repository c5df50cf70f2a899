"""Columns of the user's own rows that are written beside the answers."""

import json
import math
import unicodedata
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

from cyberclf.errors import ArticleError
from cyberclf.jsonlines import MAX_BYTES

__all__ = ["Kept", "as_cell", "is_alike", "kept_of", "size_of"]

#: Name and value, as JSON can hold it.
Kept = tuple[tuple[str, Any], ...]
_SCALARS: Final = (str, int, type(None))


def kept_of(row: Mapping[str, Any], names: Sequence[str], where: str) -> Kept:
    """Take of a row what is to be kept.

    Parameters
    ----------
    row : mapping
    names : sequence of str
        Where no column has the very name, one that differs in case, accents written apart or space at its ends has it.
    where : str
        File and row, for messages.

    Returns
    -------
    tuple of (str, value)
        In the order of `names`.  What the row lacks, and numbers that are none, are None; what JSON does not know
        (dates) is its string.

    Raises
    ------
    ArticleError
        When a value is nested too deep to be written, or too long.

    Examples
    --------
    >>> kept_of({"Date": "2024-05-02", "n": float("nan")}, ["n", "date", "url"], "f:1")
    (('n', None), ('date', '2024-05-02'), ('url', None))
    """
    return tuple([(name, _plain(_found(row, name), name, where)) for name in names])


def _found(row: Mapping[str, Any], name: str) -> Any:
    if name in row:
        return row[name]
    return next((value for key, value in row.items() if is_alike(key, name)), None)


def is_alike(column: str, name: str) -> bool:
    """Whether a column is what a name means.

    Examples
    --------
    >>> is_alike("Me\u0301dia ", "m\u00e9dia"), is_alike("me", "m\u00e9")
    (True, False)
    """
    return column == name or _folded(column) == _folded(name)


@lru_cache(maxsize=4096)  # the columns of a file, asked for in each of its rows
def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", name).strip().casefold()


def _plain(value: Any, name: str, where: str) -> Any:
    if isinstance(value, str) and len(value) > MAX_BYTES:
        raise ArticleError(f"{where}: '{name}' is longer than {MAX_BYTES} characters; do not --keep it")
    if isinstance(value, _SCALARS):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    try:
        return json.loads(json.dumps(value, default=_said), parse_constant=lambda _: None)
    except (RecursionError, TypeError, ValueError):
        raise ArticleError(f"{where}: '{name}' is nested too deep, or no value; do not --keep it") from None


def _said(value: Any) -> str:
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return str(value.isoformat() if hasattr(value, "isoformat") else value)


def as_cell(value: Any) -> str:
    """Write a value that was kept as a cell of a table: strings as they are, a list of them by ``;``, the rest as JSON.

    Examples
    --------
    >>> as_cell("a"), as_cell(None), as_cell(3), as_cell(["é", "b"]), as_cell(["a;b"]), as_cell(True)
    ('a', '', '3', 'é;b', '["a;b"]', 'true')
    """
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, list) and value and all(isinstance(one, str) and one and ";" not in one for one in value):
        return ";".join(value)
    return json.dumps(value, ensure_ascii=False)


def size_of(kept: Kept) -> int:
    """Count the characters of what is kept, about."""
    return sum(len(as_cell(value)) for _, value in kept)
