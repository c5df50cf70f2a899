"""Tagged rows as columns, for tables that keep the columns of the user: Parquet and pandas."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any, Final

from cyberclf.tagging import TaggedRow

__all__ = ["columns_of", "free_names", "our_names"]

_PREFIX: Final = "cyberclf_"


def our_names(themes: Iterable[str]) -> list[str]:
    """Names of the columns that tagging adds.

    Examples
    --------
    >>> our_names(["a", "b"])
    ['themes', 'review', 'p_a', 'p_b', 'passages', 'status', 'error']
    """
    return ["themes", "review", *(f"p_{theme}" for theme in themes), "passages", "status", "error"]


def free_names(themes: Iterable[str], taken: Collection[str]) -> dict[str, str]:
    """Name our columns so that none takes the place of one of the user's.

    One whose name is taken gets the prefix ``cyberclf_``, as often as it needs.

    Examples
    --------
    >>> free_names(["a"], ["text", "status"])["status"]
    'cyberclf_status'
    """
    names = {}
    for name in our_names(themes):
        free = name
        while free in taken:
            free = _PREFIX + free
        names[name] = free
    return names


def columns_of(rows: Sequence[TaggedRow], themes: Iterable[str], *, digits: int | None = 4) -> dict[str, list[Any]]:
    """Return the columns of rows, by the names of `our_names`.

    ``themes`` and ``review`` hold lists of ids, ``p_THEME`` floats (None for what could not be read), ``passages``
    lists of objects with ``theme``, ``start`` and ``end``, ``error`` a string or None.
    """
    columns: dict[str, list[Any]] = {
        "themes": [list(row.themes) for row in rows],
        "review": [list(row.review) for row in rows],
    }
    for theme in themes:
        found = [row.probabilities.get(theme) for row in rows]
        columns[f"p_{theme}"] = found if digits is None else [None if p is None else round(p, digits) for p in found]
    columns["passages"] = [
        [{"theme": theme, "start": start, "end": end} for theme, (start, end) in row.passages.items()] for row in rows
    ]
    columns["status"] = [row.status for row in rows]
    columns["error"] = [row.error or None for row in rows]
    return columns
