"""Tagged rows -> JSON Lines, CSV, or a table for people."""

import csv
import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import IO, Final

from cyberclf.keeping import Kept, as_cell
from cyberclf.model import Model
from cyberclf.phrases import Language, Phrases
from cyberclf.printable import printable, writable
from cyberclf.rows import Article, Unreadable
from cyberclf.spreadsheet import OURS, guarded
from cyberclf.status import MIN_WORDS
from cyberclf.tagged import TaggedTexts, columns_that_hold
from cyberclf.tagging import TaggedRow, unread_row

__all__ = ["head_of", "holds_answers", "is_result", "json_lines", "lines_of"]

#: A string as `json.dumps(..., ensure_ascii=False)` writes it.
_quoted: Final = json.encoder.encode_basestring
#: A number that looks as a formula begins, and is none; not where a line begins, for more could follow it.
_BELOW_ZERO: Final = re.compile(r"-[0-9]+([.,][0-9]+)?([eE][+-]?[0-9]+)?")
#: Bytes in which a first line must end to be looked at.
_LOOKED_AT: Final = 1 << 20
#: How a line of ours begins.
_BEGINS: Final = b'{"id": '
_TITLE_WIDTH: Final = 58


def _width(text: str) -> int:
    return len(text) if text.isascii() else sum(map(_width_of, text))


@lru_cache(maxsize=4096)
def _width_of(char: str) -> int:
    return 0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1


def _fit(text: str, width: int) -> str:
    used = place = min(len(text), width + 1) if text.isascii() else 0
    while place < len(text) and used <= width:
        used += _width_of(text[place])
        place += 1
    if used <= width:
        return text + " " * (width - used)
    while _width(text[:place]) > width - 1:
        place -= 1
    kept = text[:place].rstrip() + "…"
    return kept + " " * (width - _width(kept))


def _table(rows: Iterable[TaggedRow], model: Model, say: Phrases) -> Iterator[str]:
    themes = {theme.id: theme for theme in model.theme_list}

    def with_share(theme: str, row: TaggedRow) -> str:
        return f"{say.label(themes[theme])} {say.hundredths(row.probabilities[theme])}"

    for row in rows:
        # An id that the row brought is not where it stands.
        name = row.where if row.id == row.where else f"{row.where} {row.id}"
        if row.status == "error":
            said = say("unread", reason=row.error)
        else:
            said = say("next").join(with_share(theme, row) for theme in row.themes)
            if row.status != "ok":
                why = say(f"unjudged {row.status}", n=MIN_WORDS)
                said = f"{why} ({said})" if said else why
            elif not said:
                nearest = max(row.probabilities, key=row.probabilities.__getitem__)
                said = say("nearest", theme=with_share(nearest, row))
            if row.review:
                names = ", ".join(say.brief(themes[theme]) for theme in row.review)
                said += say("next") + say("to review", names=names)
        short = printable(name)
        if len(short) > 34:
            short = "…" + short[-33:]
        yield f"{_fit(short, 34)}  {_fit(printable(row.title), _TITLE_WIDTH)}  {printable(said)}\n"


def _json_line(row: TaggedRow, *, with_text: bool) -> str:
    return f"{writable(json.dumps(row.as_dict(with_text=with_text), ensure_ascii=False))}\n"


def json_lines(articles: Sequence[Article | Unreadable], tagged: TaggedTexts, *, with_text: bool = False) -> str:
    """Make of columns what `lines_of` makes of rows, JSON Lines, several times faster.

    Parameters
    ----------
    articles : sequence of Article or Unreadable
    tagged : TaggedTexts
        Of those that are articles, in order.
    with_text : bool, default False

    Returns
    -------
    str
        A line an article.  What came in as half a character is still in it.
    """
    names = [_quoted(theme.id) for theme in tagged.theme_list]
    # Only the shares are left open.
    shares = ", ".join([f"{name.replace('%', '%%')}: %s" for name in names])
    given, review = columns_that_hold(tagged.given), columns_that_hold(tagged.review)
    spans = iter(tagged.spans[tagged.given].tolist())
    rows = enumerate(zip(tagged.status, tagged.rounded().tolist(), strict=True))
    lines = []
    for article in articles:
        if isinstance(article, Unreadable):
            lines.append(_json_line(unread_row(article), with_text=with_text))
            continue
        row, (status, rounded) = next(rows)
        filled = shares % tuple([_share(share) for share in rounded])
        themes = passages = reviewed = ""
        title = (with_text and article.given_title) or article.title
        text = f'"text": {_quoted(article.text[article.offset :])}, ' if with_text else ""
        kept = _members(article.kept) if article.kept else ""
        if row in given:
            themes = ", ".join([names[column] for column in given[row]])
            # Numbers in a list look the same in JSON.
            passages = ", ".join([f"{names[column]}: {list(article.own_span(*next(spans)))}" for column in given[row]])
        if row in review:
            reviewed = ", ".join([names[column] for column in review[row]])
        lines.append(
            f'{{"id": {_quoted(article.id)}, "title": {_quoted(title)}, {text}{kept}"themes": [{themes}], '
            f'"probabilities": {{{filled}}}, "passages": {{{passages}}}, "review": [{reviewed}], '
            f'"status": "{status}"}}\n'
        )
    return "".join(lines)


def _members(kept: Kept) -> str:
    return "".join([f"{_quoted(name)}: {json.dumps(value, ensure_ascii=False)}, " for name, value in kept])


@cache
def _share(value: float) -> str:
    return repr(value)


def _csv(rows: Iterable[TaggedRow], model: Model, keep: Sequence[str], *, with_text: bool) -> Iterator[str]:
    for row in rows:
        made = row.as_dict(with_text=with_text)
        kept = dict(row.kept) if keep else {}
        before = [row.id, made["title"], *([row.text] if with_text else [])]
        after = [_said_cell(said) for said in (";".join(row.themes), ";".join(row.review), row.status)]
        after += [str(made["probabilities"].get(theme, "")) for theme in model.themes]
        after += [
            _cell(json.dumps(made["passages"], ensure_ascii=False)) if row.passages else "",
            _said_cell(row.error),
        ]
        own = [_kept_cell(kept.get(name)) for name in keep]
        yield _csv_line([*map(_cell, before), *own, *after])


def _csv_head(model: Model, keep: Sequence[str], *, with_text: bool) -> str:
    names = ["id", "title", *(["text"] if with_text else []), *map(_cell, keep), "themes", "review", "status"]
    return _csv_line([*names, *(f"p_{theme}" for theme in model.themes), "passages", "error"])


class _Line:
    """What a `csv.writer` writes to: a row written is the row returned."""

    @staticmethod
    def write(line: str) -> str:
        return line


def _csv_line(cells: Iterable[str]) -> str:
    # Before Python 3.13 only the signs of the line's end are quoted, and a return in an id would end the row.
    line: str = csv.writer(_Line, lineterminator="\r\n").writerow(cells)
    return f"{line[:-2]}\n"


def _kept_cell(value: object) -> str:
    cell = writable(as_cell(value))
    return cell if _BELOW_ZERO.fullmatch(cell) else guarded(cell)


def _cell(value: object) -> str:
    return str(value) if isinstance(value, float) else guarded(writable(str(value)))


#: Of cells that hardly differ from row to row.
_said_cell: Final = lru_cache(maxsize=1024)(_cell)


def head_of(model: Model, fmt: str, *, with_text: bool = False, keep: Sequence[str] = ()) -> str:
    """Return what stands before the rows."""
    return _csv_head(model, keep, with_text=with_text) if fmt == "csv" else ""


def lines_of(
    rows: Iterable[TaggedRow],
    model: Model,
    fmt: str,
    *,
    with_text: bool = False,
    keep: Sequence[str] = (),
    language: Language = "en",
) -> Iterator[str]:
    """Make text of rows as they come.

    Parameters
    ----------
    rows : iterable of TaggedRow
    model : Model
        Whose themes and names are shown.
    fmt : {"table", "jsonl", "csv"}
    with_text : bool, default False
        Give the texts too; a table never does.
    keep : sequence of str
        Columns that the rows kept, as CSV has them.
    language : {"en", "fr"}
        Of a table.

    Yields
    ------
    str
        One a row, its line end included; UTF-8 can hold it.
    """
    if fmt == "table":
        return _table(rows, model, Phrases(language))
    if fmt == "csv":
        return _csv(rows, model, keep, with_text=with_text)
    return (_json_line(row, with_text=with_text) for row in rows)


def is_result(path: str) -> bool:
    """Whether a file holds nothing but rows as written here without texts, so that no text is lost with it."""
    suffix = Path(path).suffix.lower()
    if suffix == ".parquet":
        from cyberclf.arrow import pyarrow_or_advice

        pyarrow = pyarrow_or_advice()
        try:
            with Path(path).open("rb") as stream:
                names = set(pyarrow.parquet.read_schema(stream).names)
        except (pyarrow.ArrowException, OSError):
            return False
        return names >= OURS and "text" not in names
    with Path(path).open("rb") as stream:
        if suffix == ".csv":
            names = _names(stream)
            return names == {""} or (names >= OURS and "text" not in names)
        # A sign of a string that ends one is escaped in ours: what is looked for can be a key alone.
        return all(line.startswith(_BEGINS) and b'"text": ' not in line for line in stream)


def holds_answers(path: str) -> bool:
    """Whether a table or file of lines begins as one written here, so that reading it as articles is hardly meant."""
    suffix = Path(path).suffix.lower()
    if suffix not in {".csv", ".jsonl", ".ndjson", ".json"}:
        return False
    try:
        with Path(path).open("rb") as stream:
            if suffix == ".csv":
                return _names(stream) >= OURS
            begun = stream.readline(_LOOKED_AT)
            return begun.startswith(_BEGINS) and b'"probabilities": ' in begun
    except OSError:
        return False


def _names(stream: IO[bytes]) -> set[str]:
    return set(stream.readline(_LOOKED_AT).decode("utf-8", "replace").rstrip().split(","))
