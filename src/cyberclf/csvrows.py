"""CSV and TSV with a header line: records, and what is wrong with those that are none."""

import csv
import io
import itertools
import re
from collections.abc import Iterator
from typing import Any, Final

from cyberclf.errors import ArticleError
from cyberclf.jsonlines import MAX_BYTES

__all__ = ["csv_rows"]

#: How a byte that is not UTF-8 looks once read.
_BAD_BYTE: Final = re.compile("[\udc80-\udcff]")


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
        reader = csv.reader(itertools.chain([head], _Lines(lines)), delimiter=_delimiter(head, path), strict=True)
        columns = _columns(reader, path, needed)
        for number, cells in enumerate(_records(reader), 2):
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
    """Lines of a file; in place of one too long to hold, an error, after which the next line is read."""

    def __init__(self, stream: io.TextIOWrapper) -> None:
        self._stream = stream

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = self._stream.readline(MAX_BYTES + 1)
        if not line:
            raise StopIteration
        if len(line) > MAX_BYTES:
            while line and not line.endswith("\n"):
                line = self._stream.readline(1 << 20)
            raise csv.Error(f"a line longer than {MAX_BYTES} characters")
        return line


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


def _records(reader: Any) -> Iterator[list[str] | str]:
    """Yield the cells of each record, or why it is none; the reader goes on at the next line."""
    while True:
        try:
            yield next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield str(error)


def _delimiter(head: str, path: str) -> str:
    if path.lower().endswith(".tsv"):
        return "\t"
    return max(",;\t", key=head.count)
