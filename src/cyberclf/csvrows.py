"""CSV and TSV with a header line: records, and what is wrong with those that are none."""

import collections
import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import zip_longest
from typing import Any, Final, cast

from cyberclf.decoding import Encoding, decoding_lines, not_utf_8, recoded, refuse_document
from cyberclf.errors import ArticleError, one_line
from cyberclf.jsonlines import MAX_BYTES
from cyberclf.text import fold

__all__ = ["COLUMNS", "by_meaning", "column_meant", "csv_rows"]

#: Columns that have a meaning.
COLUMNS: Final = frozenset(
    {"text", "themes", "not_judged", "evidence", "id", "title", "source", "event", "date", "certain", "kind"}
)
#: What tables in any case, in French, and of one theme a row, call some of them; of the others it would be guessed.
_CALLED: Final = {name: name for name in ("text", "title", "themes", "id", "source", "date")} | {
    "texte": "text",
    "titre": "title",
    "theme": "themes",
}
#: Those that every reader of a table needs.
_ALWAYS: Final = ("text", "title", "id")
#: What may be the texts, and may be something else.
_PERHAPS: Final = {"contenu", "content", "article", "corps", "body"}
#: How often, on average, lines are read again after quotes that nothing closes, before they are given up.
_REPEATS: Final = 8


def column_meant(name: str) -> str:
    """Column of `COLUMNS` that a name means, whatever its case, or in French; of another the name itself.

    Examples
    --------
    >>> column_meant("Titre"), column_meant("TEXT"), column_meant("Thèmes"), column_meant("Lien")
    ('title', 'text', 'themes', 'Lien')
    """
    return _CALLED.get(fold(name).strip(), name)


def by_meaning(columns: Sequence[str], wanted: Iterable[str]) -> dict[str, str]:
    """Map what is wanted to the column that means it, where none has the very name; not where several may be it.

    Examples
    --------
    >>> by_meaning(["Texte", "Date", "DATE", "id"], ["text", "date", "id"])
    {'text': 'Texte'}
    """
    found = {}
    for meant in wanted:
        of = [name for name in columns if column_meant(name) == meant]
        if len(of) == 1 and meant not in columns:
            found[meant] = of[0]
    return found


def csv_rows(stream: Any, path: str, *, encoding: Encoding = "utf-8") -> Iterator[tuple[str, dict[str, Any] | str]]:
    """Yield (``FILE:row``, record) of each record of a CSV or TSV file with a header line.

    A string instead of a record says what is wrong with the row.  A record has its columns by their own names; its
    text, title and id by those too, where no column has the very name and one means it.

    Parameters
    ----------
    stream : binary stream
    path : str
    encoding : str, default "utf-8"
        Of rows that are not UTF-8; one of `cyberclf.decoding.ENCODINGS`.

    Raises
    ------
    ArticleError
        When the header has no column ``text``, or two that may be it, or the file cannot be parsed.
    """
    # For the whole process: never lower than a program that we are part of has set it.
    csv.field_size_limit(max(csv.field_size_limit(), MAX_BYTES))
    lines = decoding_lines(stream, encoding)
    try:
        head, first = _head(lines, path, encoding), 2
        # As spreadsheets write and read it.
        if named := re.fullmatch(r"sep=([,;\t])\s*", head):
            head, first = _head(lines, path, encoding), 3
        if not head.strip():
            raise ArticleError(f"{path}: empty; it needs a header line with the column text")
        source = _Lines(head, lines)
        delimiter = named[1] if named else _delimiter(head, path)
        reader = csv.reader(source, delimiter=delimiter, strict=True)
        columns = _columns(reader, path)
        also = by_meaning(columns, _ALWAYS)
        for number, cells in enumerate(_records(reader, source, len(columns), delimiter), first):
            where = f"{path}:{number}"
            if isinstance(cells, str):
                yield (
                    where,
                    f"{where}: not CSV: {cells}; quote texts that hold the separator, and double quotes in them",
                )
            elif not cells:
                continue
            elif (made := _recoded(cells, encoding)) is None:
                yield where, f"{where}: {not_utf_8(encoding=encoding)}"
            elif len(made) != len(columns):
                said = f"{where}: {len(made)} cells for {len(columns)} columns"
                yield where, f"{said}; give each row all its cells, and quote texts that hold the separator"
            else:
                row = dict(zip(columns, made, strict=True))
                yield where, row | {meant: row[name] for meant, name in also.items()} if also else row
    finally:
        lines.detach()


def _recoded(cells: list[str], encoding: Encoding) -> list[str] | None:
    made = [recoded(cell, encoding) for cell in cells]
    return None if None in made else cast("list[str]", made)


def _head(lines: io.TextIOWrapper, path: str, encoding: Encoding) -> str:
    head = lines.readline(MAX_BYTES + 1)
    if len(head) > MAX_BYTES:
        raise ArticleError(f"{path}: a first line longer than {MAX_BYTES} characters; no header line is")
    begun = head.encode("utf-8", "surrogateescape")
    refuse_document(begun, path)
    if (made := recoded(head, encoding)) is None:
        raise ArticleError(f"{path}: {not_utf_8(begun, encoding)}")
    return made


class _Lines:
    """Lines of a file, of which those of the last record can be given again; an error in place of a giant one."""

    def __init__(self, head: str, stream: io.TextIOWrapper) -> None:
        self._stream = stream
        self._again: collections.deque[str | None] = collections.deque([head])
        self._size = self._read = self._repeated = 0
        #: Lines of the record that is being read; None: too long to hold.
        self.held: list[str | None] = []

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else self._next()
        if line == "":
            raise StopIteration
        self.held.append(line)
        if line is None:
            raise csv.Error(f"a line longer than {MAX_BYTES} characters")
        # What a line costs in memory, beside its letters.
        self._size += len(line) + 60
        if self._size > MAX_BYTES:
            raise csv.Error(f"a row longer than {MAX_BYTES} characters")
        return line

    def start(self) -> None:
        """Begin a record."""
        self.held, self._size = [], 0

    def give_again(self, lines: Sequence[str | None]) -> int:
        """Give the last of the lines held once more.  Return how many are lost, where that was done too often."""
        # A hostile file could have its lines read again for each of them.
        self._repeated += sum(len(line or "") for line in lines)
        if self._repeated > _REPEATS * self._read + MAX_BYTES:
            return len(lines)
        self._again.extendleft(reversed(lines))
        return 0

    def _next(self) -> str | None:
        line = self._stream.readline(MAX_BYTES + 1)
        self._read += len(line)
        if len(line) <= MAX_BYTES:
            return line
        while line and not line.endswith("\n"):
            line = self._stream.readline(1 << 20)
        return None


def _columns(reader: Any, path: str) -> list[str]:
    """Read the header line."""
    try:
        columns = [name.strip() for name in next(reader)]
    except csv.Error as error:
        raise ArticleError(f"{path}: the header line is not CSV: {error}") from None
    texts = [name for name in columns if column_meant(name) == "text"]
    if not texts:
        near = next((column for column in columns if column.casefold() in _PERHAPS), None)
        advice = f"rename '{near}' to 'text'" if near else f"it has {one_line(', '.join(columns[:12]))}"
        raise ArticleError(f"{path}: no column 'text'; {advice}")
    if len(texts) > 1 and "text" not in columns:
        raise ArticleError(f"{path}: columns '{texts[0]}' and '{texts[1]}' may both be 'text'; rename one to that")
    # Spreadsheets write columns without a name and without a cell.
    seen: set[str] = set()
    for name in filter(None, columns):
        if name in seen:
            raise ArticleError(f"{path}: two columns have the name '{one_line(name, 80)}'; rename one")
        seen.add(name)
    return columns


def _records(reader: Any, lines: _Lines, width: int, delimiter: str) -> Iterator[list[str] | str]:
    """Yield the cells of each record, or why it is none.

    A quote that nothing closes would swallow the rows after it, up to one with a quote of its own: it costs its own
    line alone, and reading goes on at the next.  The lines of one text with a quote too many are no rows, though.
    """
    while True:
        lines.start()
        try:
            found = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            fault = str(error)
        else:
            fault = ""
        held = lines.held
        if delimiter == "\t" and (fault or len(held) > 1) and (rows := _plain_rows(held, width, faulty=bool(fault))):
            yield from rows
            if lost := lines.give_again(held[len(rows) :]):
                yield f"quotes that nothing closes, so often that {lost} lines are lost"
        elif not fault:
            yield found
        else:
            if len(held) > 1:
                again = "expected after" not in fault or _are_rows(held[1:], width, delimiter)
                lost = lines.give_again(held[1:]) if again else len(held) - 1
                fault += f", in a quoted text that runs on for {len(held)} lines"
                fault += f"; the {lost} lines after it are lost with it" if lost else ""
            yield fault


def _plain_rows(held: list[str | None], width: int, *, faulty: bool) -> list[list[str]]:
    """Rows of tab-separated lines whose quotes mean nothing, as in much TSV; none where it is otherwise.

    They mean nothing where they would join lines that each have all their tabs, or where what they make is no row
    and the first two lines have.
    """
    if width < 2 or not all(_is_full(line, width) for line in (held[:2] if faulty else held)):
        return []
    rows = [_cells(held[0])]
    for line, after in zip_longest(held[1:], held[2:]):
        try:
            (cells,) = csv.reader([line or ""], delimiter="\t", strict=True)
        except csv.Error:
            cells = _cells(line) if _is_full(line, width) and _is_full(after, width) else []
        if len(cells) != width:
            break
        rows.append(cells)
    return rows


def _are_rows(lines: list[str | None], width: int, delimiter: str) -> bool:
    """Whether lines are rows that a quote swallowed: the last opens a cell with a quote, or most have their cells.

    Of one column nothing tells a row from a line of a text.
    """
    last = lines[-1] or ""
    full = sum(_is_full(line, width, delimiter) for line in lines)
    return last.startswith('"') or f'{delimiter}"' in last or (width > 1 and 2 * full >= len(lines))


def _is_full(line: str | None, width: int, delimiter: str = "\t") -> bool:
    """Whether a line has the separators of a whole row."""
    return line is not None and line.count(delimiter) == width - 1


def _cells(line: str | None) -> list[str]:
    return (line or "").rstrip("\r\n").split("\t")


def _delimiter(head: str, path: str) -> str:
    if path.lower().endswith(".tsv"):
        return "\t"
    return max(",;\t", key=head.count)
