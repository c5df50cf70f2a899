"""Columns of the user's own rows that are written beside the answers."""

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

from cyberclf.errors import ArticleError

__all__ = ["Kept", "as_cell", "kept_of"]

#: Name and value, as JSON can hold it.
Kept = tuple[tuple[str, Any], ...]
_SCALARS: Final = (str, int, type(None))


def kept_of(row: Mapping[str, Any], names: Sequence[str], where: str) -> Kept:
    """Take of a row what is to be kept.

    Parameters
    ----------
    row : mapping
    names : sequence of str
        One that the row lacks has the value None.
    where : str
        File and row, for messages.

    Returns
    -------
    tuple of (str, value)
        In the order of `names`.  Numbers that are none are None, and what JSON does not know (dates) is its string.

    Raises
    ------
    ArticleError
        When a value is nested too deep to be written.

    Examples
    --------
    >>> kept_of({"date": "2024-05-02", "n": float("nan")}, ["n", "date", "url"], "f:1")
    (('n', None), ('date', '2024-05-02'), ('url', None))
    """
    return tuple([(name, _plain(row.get(name), name, where)) for name in names])


def _plain(value: Any, name: str, where: str) -> Any:
    if isinstance(value, _SCALARS):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    try:
        return json.loads(json.dumps(value, default=_said), parse_constant=lambda _: None)
    except (RecursionError, TypeError, ValueError):
        raise ArticleError(f"{where}: '{name}' cannot be kept: it is nested too deep, or no value") from None


def _said(value: Any) -> str:
    return str(value.isoformat() if hasattr(value, "isoformat") else value)


def as_cell(value: Any) -> str:
    """Write a value that was kept as a cell of a table.

    Examples
    --------
    >>> as_cell("a"), as_cell(None), as_cell(3), as_cell(["é"]), as_cell(True)
    ('a', '', '3', '["é"]', 'true')
    """
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
