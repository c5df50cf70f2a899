"""CSV and TSV with a header line: records, and what is wrong with those that are none."""

import collections
import csv
import io
import re
from collections.abc import Iterator
from typing import Any, Final

from cyberclf.errors import ArticleError
from cyberclf.jsonlines import MAX_BYTES

__all__ = ["csv_rows"]

#: How a byte that is not UTF-8 looks once read.
_BAD_BYTE: Final = re.compile("[\udc80-\udcff]")
#: How often, on average, lines are read again after quotes that nothing closes, before they are given up.
_REPEATS: Final = 8


def csv_rows(stream: Any, path: str, *, needed: tuple[str, ...]) -> Iterator[tuple[str, dict[str, Any] | str]]:
    """Yield (``FILE:row``, record) of each record of a CSV or TSV file with a header line.

    Raises
    ------
    ArticleError
        When the header lacks one of the columns `needed`, or the file cannot be parsed at all.
    """
    csv.field_size_limit(MAX_BYTES)
    # A byte that is not UTF-8 costs its row, not the file: it passes as half a character, and is found there.
    lines = io.TextIOWrapper(stream, encoding="utf-8-sig", errors="surrogateescape", newline="")
    try:
        head = lines.readline(MAX_BYTES + 1)
        if len(head) > MAX_BYTES:
            raise ArticleError(f"{path}:1: a line longer than {MAX_BYTES} characters; no header line is")
        if _BAD_BYTE.search(head):
            raise ArticleError(f"{path}: not UTF-8; save it as UTF-8")
        if not head.strip():
            raise ArticleError(f"{path}: empty; it needs a header line with the column {needed[0]}")
        source = _Lines(head, lines)
        delimiter = _delimiter(head, path)
        reader = csv.reader(source, delimiter=delimiter, strict=True)
        columns = _columns(reader, path, needed)
        for number, cells in enumerate(_records(reader, source, len(columns), delimiter), 2):
            where = f"{path}:{number}"
            if isinstance(cells, str):
                yield (
                    where,
                    f"{where}: not CSV: {cells}; quote texts that hold the separator, and double quotes in them",
                )
            elif not cells:
                continue
            elif any(map(_BAD_BYTE.search, cells)):
                yield where, f"{where}: not UTF-8; save it as UTF-8"
            elif len(cells) != len(columns):
                said = f"{where}: {len(cells)} cells for {len(columns)} columns"
                yield where, f"{said}; give each row all its cells, and quote texts that hold the separator"
            else:
                yield where, dict(zip(columns, cells, strict=True))
    finally:
        lines.detach()


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
        self._size += len(line)
        if self._size > MAX_BYTES:
            raise csv.Error(f"a row longer than {MAX_BYTES} characters")
        return line

    def start(self) -> None:
        """Begin a record."""
        self.held, self._size = [], 0

    def keep_first(self) -> int:
        """Take the first line held for the whole record; give the others again. Return how many lines are lost."""
        others = self.held[1:]
        # A hostile file could have its lines read again for each of them.
        self._repeated += self._size
        if self._repeated > _REPEATS * (self._read + MAX_BYTES):
            return len(others)
        self._again.extendleft(reversed(others))
        return 0

    def _next(self) -> str | None:
        line = self._stream.readline(MAX_BYTES + 1)
        self._read += len(line)
        if len(line) <= MAX_BYTES:
            return line
        while line and not line.endswith("\n"):
            line = self._stream.readline(1 << 20)
        return None


def _columns(reader: Any, path: str, needed: tuple[str, ...]) -> list[str]:
    """Read the header line."""
    try:
        columns = [name.strip() for name in next(reader)]
    except csv.Error as error:
        raise ArticleError(f"{path}:1: not CSV: {error}") from None
    for name in needed:
        if name not in columns:
            raise ArticleError(f"{path}: no column '{name}'; it has {', '.join(columns[:12])}")
    if len(set(columns)) < len(columns):
        raise ArticleError(f"{path}: two columns have the same name")
    return columns


def _records(reader: Any, lines: _Lines, width: int, delimiter: str) -> Iterator[list[str] | str]:
    """Yield the cells of each record, or why it is none.

    A quote that nothing closes would swallow the rows after it: what is no record costs its first line alone, and
    reading goes on at the second. Much TSV has no quotes that mean anything: lines that have all their tabs are rows.
    """
    while True:
        lines.start()
        try:
            found: list[str] | str = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            runs_on = f", in a quoted text that runs on for {len(lines.held)} lines" if len(lines.held) > 1 else ""
            found = f"{error}{runs_on}"
        wrong = isinstance(found, str)
        if delimiter == "\t" and (wrong or len(lines.held) > 1):
            first = lines.held[0]
            if first is not None and _have_all_tabs(lines.held[:2] if wrong else lines.held, width):
                found = first.rstrip("\r\n").split("\t")
                wrong = True
        if wrong and (lost := lines.keep_first()):
            found = f"{found if isinstance(found, str) else 'quotes'}; the {lost} lines after it are lost with it"
        yield found


def _have_all_tabs(lines: list[str | None], width: int) -> bool:
    return width > 1 and all(line is not None and line.count("\t") == width - 1 for line in lines)


def _delimiter(head: str, path: str) -> str:
    if path.lower().endswith(".tsv"):
        return "\t"
    return max(",;\t", key=head.count)
