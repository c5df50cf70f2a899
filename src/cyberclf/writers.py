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

#: A string as `json.dumps(..., ensure_ascii=False)` writes it.
_quoted: Final = json.encoder.encode_basestring
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


def _jsonl(rows: Iterable[TaggedRow], model: Model) -> Iterator[str]:
    # What `json.dumps(row.as_dict(), ensure_ascii=False)` makes, in a third of the time.
    names = {theme: _quoted(theme) for theme in model.themes}
    for row in rows:
        themes = ", ".join([names[theme] for theme in row.themes])
        # A float is written by its `repr`.
        shares = ", ".join([f"{names[theme]}: {round(p, 4)!r}" for theme, p in row.probabilities.items()])
        spans = ", ".join([f"{names[theme]}: [{start}, {end}]" for theme, (start, end) in row.passages.items()])
        review = ", ".join([names[theme] for theme in row.review])
        error = f', "error": {_quoted(row.error)}' if row.error else ""
        line = (
            f'{{"id": {_quoted(row.id)}, "title": {_quoted(row.title)}, "themes": [{themes}], '
            f'"probabilities": {{{shares}}}, "passages": {{{spans}}}, "review": [{review}], '
            f'"status": "{row.status}"{error}}}\n'
        )
        try:
            line.encode()
        except UnicodeEncodeError:
            # What came in as half a character cannot leave as UTF-8.
            line = line.encode("utf-8", "backslashreplace").decode()
        yield line


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
