"""Tagged rows -> JSON Lines, CSV, or a table or page for people."""

import csv
import json
import unicodedata
from collections.abc import Callable, Iterable
from typing import IO, Final

from cyberclf.model import Model
from cyberclf.status import MIN_WORDS
from cyberclf.tagging import TaggedRow
from cyberclf.text import printable

__all__ = ["FORMATS", "WITH_TEXT", "write_rows"]

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


def _write_table(rows: Iterable[TaggedRow], stream: IO[str], model: Model) -> None:
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
        stream.write(f"{_fit(short[-34:], 34)}  {_fit(printable(row.title), _TITLE_WIDTH)}  {printable(said)}\n")


def _write_jsonl(rows: Iterable[TaggedRow], stream: IO[str], model: Model) -> None:  # noqa: ARG001 - as its peers
    for row in rows:
        line = json.dumps(row.as_dict(), ensure_ascii=False)
        # What came in as half a character cannot leave as UTF-8.
        stream.write(line.encode("utf-8", "backslashreplace").decode() + "\n")


def _write_csv(rows: Iterable[TaggedRow], stream: IO[str], model: Model) -> None:
    writer = csv.writer(stream, lineterminator="\n")
    header = [
        "id",
        "title",
        "themes",
        "review",
        "status",
        *(f"p_{theme}" for theme in model.themes),
        "passages",
        "error",
    ]
    writer.writerow(header)
    for row in rows:
        made = row.as_dict()
        cells = [row.id, row.title, ";".join(row.themes), ";".join(row.review), row.status]
        cells += [made["probabilities"].get(theme, "") for theme in model.themes]
        cells += [json.dumps(made["passages"]) if row.passages else "", row.error]
        writer.writerow([_cell(cell) for cell in cells])


def _cell(value: object) -> str:
    text = str(value).encode("utf-8", "backslashreplace").decode()
    return f"'{text}" if text.startswith(_FORMULA) and not isinstance(value, float) else text


def _write_html(rows: Iterable[TaggedRow], stream: IO[str], model: Model) -> None:
    from cyberclf.rowspage import write_page

    write_page(rows, stream, model)


#: How rows are written, by the name of the format.
FORMATS: Final[dict[str, Callable[[Iterable[TaggedRow], IO[str], Model], None]]] = {
    "table": _write_table,
    "jsonl": _write_jsonl,
    "csv": _write_csv,
    "html": _write_html,
}
#: Formats that show the articles' texts: rows need them.
WITH_TEXT: Final = frozenset({"html"})


def write_rows(rows: Iterable[TaggedRow], stream: IO[str], model: Model, fmt: str) -> None:
    """Write rows as they come.

    Parameters
    ----------
    rows : iterable of TaggedRow
    stream : text stream
    model : Model
        Whose themes and names are shown.
    fmt : {"table", "jsonl", "csv", "html"}
    """
    FORMATS[fmt](rows, stream, model)
