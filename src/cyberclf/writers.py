"""Tagged rows -> JSON Lines, CSV, or a table or page for people."""

import csv
import io
import json
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from typing import Final

from cyberclf.model import Model
from cyberclf.status import MIN_WORDS
from cyberclf.tagging import TaggedRow
from cyberclf.text import printable

__all__ = ["FORMATS", "head_of", "lines_of"]

#: `json.dumps` would make an encoder a row.
_as_json: Final = json.JSONEncoder(ensure_ascii=False).encode
_TITLE_WIDTH: Final = 58
#: Why an article was not judged, in words.
_NOT_JUDGED: Final = {
    "empty": "empty: no word to judge by",
    "short": f"short: fewer than {MIN_WORDS} words, too few to judge",
    "foreign": "foreign: not the language that the model was trained on",
}
#: A spreadsheet takes a cell that begins so for a formula.
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


def _width(text: str) -> int:
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def _fit(text: str, width: int) -> str:
    if _width(text) > width:
        while _width(text) > width - 1:
            text = text[:-1]
        text = text.rstrip() + "…"
    return text + " " * (width - _width(text))


def _table(rows: Iterable[TaggedRow], model: Model) -> Iterator[str]:
    labels = {theme.id: theme.label for theme in model.theme_list}
    for row in rows:
        # An id that the row brought is not where it stands.
        name = row.where if row.id == row.where else f"{row.where} {row.id}"
        if row.status == "error":
            said = f"error: {row.error}"
        else:
            said = "; ".join(f"{labels[theme]} {row.probabilities[theme]:.2f}" for theme in row.themes)
            if row.status in _NOT_JUDGED:
                said = f"{_NOT_JUDGED[row.status]} ({said})" if said else _NOT_JUDGED[row.status]
            elif not said:
                theme = max(row.probabilities, key=row.probabilities.__getitem__)
                said = f"no theme (nearest: {labels[theme]} {row.probabilities[theme]:.2f})"
            if row.review:
                said += f"; review: {', '.join(row.review)}"
        short = printable(name)
        if len(short) > 34:
            short = "…" + short[-33:]
        yield f"{_fit(short, 34)}  {_fit(printable(row.title), _TITLE_WIDTH)}  {printable(said)}\n"


def _jsonl(rows: Iterable[TaggedRow], model: Model) -> Iterator[str]:  # noqa: ARG001 - as its peers
    for row in rows:
        line = _as_json(row.as_dict())
        # What came in as half a character cannot leave as UTF-8.
        yield line.encode("utf-8", "backslashreplace").decode() + "\n"


def _csv(rows: Iterable[TaggedRow], model: Model) -> Iterator[str]:
    for row in rows:
        made = row.as_dict()
        cells = [row.id, row.title, ";".join(row.themes), ";".join(row.review), row.status]
        cells += [made["probabilities"].get(theme, "") for theme in model.themes]
        cells += [json.dumps(made["passages"]) if row.passages else "", row.error]
        yield _csv_line(map(_cell, cells))


def _csv_head(model: Model) -> str:
    return _csv_line(
        ["id", "title", "themes", "review", "status", *(f"p_{theme}" for theme in model.themes), "passages", "error"]
    )


def _csv_line(cells: Iterable[str]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow(cells)
    return line.getvalue()


def _cell(value: object) -> str:
    text = str(value).encode("utf-8", "backslashreplace").decode()
    return f"'{text}" if text.startswith(_FORMULA) and not isinstance(value, float) else text


#: How rows become text, by the name of the format.
FORMATS: Final[dict[str, Callable[[Iterable[TaggedRow], Model], Iterator[str]]]] = {
    "table": _table,
    "jsonl": _jsonl,
    "csv": _csv,
}


def head_of(model: Model, fmt: str) -> str:
    """Return what stands before the rows."""
    return _csv_head(model) if fmt == "csv" else ""


def lines_of(rows: Iterable[TaggedRow], model: Model, fmt: str) -> Iterator[str]:
    """Make text of rows as they come.

    Parameters
    ----------
    rows : iterable of TaggedRow
    model : Model
        Whose themes and names are shown.
    fmt : {"table", "jsonl", "csv"}

    Yields
    ------
    str
        One a row, its line end included; UTF-8 can hold it.
    """
    return FORMATS[fmt](rows, model)
