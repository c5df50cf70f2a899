"""Files of every kind -> articles, one at a time.

What cannot be read becomes an `Unreadable`, in its place: rows in are rows out.
"""

import contextlib
import io
import os
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import IO, Any, Final, cast

from cyberclf.csvrows import column_meant, csv_rows
from cyberclf.decoding import Encoding, decode
from cyberclf.errors import ArticleError, MissingExtraError
from cyberclf.jsonlines import MAX_BYTES, json_file_rows, json_rows, line_blocks
from cyberclf.rows import Article, Piece, Unreadable, articles_of, from_rows
from cyberclf.spreadsheet import OURS, unguarded

__all__ = [
    "SUFFIXES",
    "first_columns",
    "read_articles",
    "read_pieces",
    "sheet_advice",
]

#: Kinds of files that are read.
SUFFIXES: Final = (".txt", ".jsonl", ".ndjson", ".csv", ".tsv", ".parquet", ".json")
_SHEETS: Final = re.compile(r"\.(xlsx?|ods)$")
_DOCUMENTS: Final = re.compile(r"\.(docx?|odt|rtf|pdf|html?)$")


def read_articles(
    path: str | os.PathLike[str],
    *,
    watch: Callable[[IO[bytes]], None] | None = None,
    encoding: Encoding = "utf-8",
    keep: Sequence[str] = (),
) -> Iterator[Article | Unreadable]:
    """Read the articles of one file.

    Parameters
    ----------
    path : str or path
        ``.txt`` (one article), ``.jsonl`` or ``.ndjson`` (objects with ``text``, and optionally ``id`` and
        ``title``), ``.json`` (the same, or one array of them),
        ``.csv``, ``.tsv`` or ``.parquet`` (columns of those names), or ``-``: standard
        input, JSON Lines where its first sign is ``{``, else one text.
    watch : callable, optional
        Gets the open stream of a file of rows: its `tell` says how far the reading is.
    encoding : str, default "utf-8"
        Of texts and tables that are not UTF-8; one of `cyberclf.decoding.ENCODINGS`.
    keep : sequence of str
        Columns or keys of the rows that the articles keep.

    Yields
    ------
    Article or Unreadable
        In the order of the file.
    """
    return articles_of(read_pieces(os.fspath(path), watch=watch, encoding=encoding, keep=keep), keep)


def read_pieces(
    path: str,
    *,
    watch: Callable[[IO[bytes]], None] | None = None,
    encoding: Encoding = "utf-8",
    keep: Sequence[str] = (),
) -> Iterator[Piece]:
    """Read one file as `read_articles` does, but leave JSON Lines as they stand: `articles_of` reads them.

    Yields
    ------
    Article, Unreadable or Rows
        In the order of the file.
    """
    try:
        suffix = Path(path).suffix.lower()
        if path == "-":
            yield from _read_stdin(encoding)
        elif suffix == ".txt":
            yield Article(path, _whole_text(_bounded(path), path, encoding), path)
        elif suffix == ".parquet":
            from cyberclf.parquetrows import parquet_rows

            yield from from_rows(parquet_rows(path, keep), keep)
        elif suffix in SUFFIXES:
            with Path(path).open("rb") as stream:
                if watch is not None:
                    watch(stream)
                yield from _read_rows(stream, path, suffix, encoding, keep)
        elif Path(path).is_dir():
            # Says why it could not be looked into.
            next(Path(path).iterdir(), None)
            yield Unreadable(path, path, f"{path}: is a folder")
        else:
            yield Unreadable(
                path, path, f"{path}: kind of file not known; it reads {', '.join(SUFFIXES)}{sheet_advice(path)}"
            )
    except ArticleError as error:
        yield Unreadable(path, path, str(error))
    except MissingExtraError as error:
        # One file must not cost the others their answers.
        yield Unreadable(path, path, f"{path}: {error}")
    except OSError as error:
        yield Unreadable(path, path, f"{path}: cannot be read: {error.strerror or error}")


def _read_rows(
    stream: io.BufferedReader, path: str, suffix: str, encoding: Encoding, keep: Sequence[str]
) -> Iterator[Piece]:
    if suffix in {".jsonl", ".ndjson"}:
        yield from line_blocks(stream, path)
    else:
        yield from from_rows(_records(stream, path, suffix, encoding), keep)


def _records(
    stream: io.BufferedReader, path: str, suffix: str, encoding: Encoding
) -> Iterator[tuple[str, dict[str, Any] | str]]:
    """Yield (``FILE:row``, object) of a file of rows."""
    if suffix in {".csv", ".tsv"}:
        return _as_they_were(csv_rows(stream, path, encoding=encoding))
    return json_file_rows(stream, path) if suffix == ".json" else json_rows(stream, path)


def _as_they_were(rows: Iterator[tuple[str, dict[str, Any] | str]]) -> Iterator[tuple[str, dict[str, Any] | str]]:
    """Take off what keeps a spreadsheet from running cells, where the rows were written here."""
    for where, row in rows:
        if isinstance(row, dict) and row.keys() >= OURS:
            yield where, {name: unguarded(cell) for name, cell in row.items()}
        else:
            yield where, row


def first_columns(files: Sequence[str], encoding: Encoding) -> list[str]:
    """Names of the columns, or keys, of the first row of the first file that has rows; none where none has."""
    for path in files:
        suffix = Path(path).suffix.lower()
        try:
            if suffix == ".parquet":
                from cyberclf.parquetrows import open_parquet

                with open_parquet(path) as opened:
                    return list(opened.schema_arrow.names)
            if suffix in SUFFIXES and suffix != ".txt":
                with Path(path).open("rb") as stream:
                    rows = _records(stream, path, suffix, encoding)
                    # Ended before the stream is closed, which reading goes on to let go.
                    with contextlib.closing(cast("Any", rows)):
                        found = next((row for _, row in rows if isinstance(row, dict)), None)
                if found is not None:
                    # Not what is read of columns of other names.
                    also = {column_meant(name) for name in found if column_meant(name) != name}
                    return [name for name in found if name not in also]
        except (ArticleError, MissingExtraError, OSError):
            continue
    return []


def _bounded(path: str) -> bytes:
    with Path(path).open("rb") as stream:
        content = stream.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise ArticleError(f"{path}: longer than {MAX_BYTES} bytes; not an article")
    return content


def _read_stdin(encoding: Encoding) -> Iterator[Piece]:
    if sys.stdin is None:
        raise ArticleError("-: standard input is closed; give files, or a pipe")
    given = cast("io.BufferedReader", sys.stdin.buffer)
    # A slow pipe brings its first bytes a few at a time.
    pieces, size, head = [], 0, b""
    # Until it is known what stands first, and after a bracket what stands next; white space is looked at once.
    while size <= MAX_BYTES and head in {b"", b"["}:
        more = given.read1(1 << 16)
        if not more:
            break
        pieces.append(more)
        size += len(more)
        head = (head + more).lstrip(b"\xef\xbb\xbf \t\r\n")
        if head.startswith(b"["):
            head = b"[" + head[1:].lstrip()
    stream = io.BufferedReader(_Joined(b"".join(pieces), given))
    if head.startswith(b"{"):
        yield from line_blocks(stream, "-")
        return
    if re.match(rb"\[\s*\{", head):
        raise ArticleError("-: not JSON Lines but one array; give one object a line (jq -c '.[]' makes them)")
    content = stream.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise ArticleError(f"-: longer than {MAX_BYTES} bytes; not an article")
    yield Article("-", _whole_text(content, "-", encoding), "-")


def _whole_text(content: bytes, path: str, encoding: Encoding) -> str:
    text = decode(content, path, encoding)
    if _is_table(text.lstrip()):
        raise ArticleError(f"{path}: a table, not one article; save it as .csv or .tsv and name that")
    return text


class _Joined(io.RawIOBase):
    """What was read of a stream already, then the rest of it."""

    def __init__(self, begun: bytes, rest: io.BufferedReader) -> None:
        self._begun, self._rest = begun, rest

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if not self._begun:
            self._begun = self._rest.read1(len(buffer))
        taken, self._begun = self._begun[: len(buffer)], self._begun[len(buffer) :]
        buffer[: len(taken)] = taken
        return len(taken)


def _is_table(text: str) -> bool:
    """Whether a text is a table with a header line, not an article with a title."""
    head, _, rest = text.partition("\n")
    separator = max("\t;,", key=head.count)
    columns = [name.strip().strip('"') for name in head.split(separator)]
    # A title may have commas and "text" among them, or a word that means it; hardly the line after it just as many.
    is_sure = separator != "," and "text" in columns
    is_row = is_sure or rest.partition("\n")[0].count(separator) >= head.count(separator)
    return len(columns) > 1 and "text" in map(column_meant, columns) and is_row


def sheet_advice(*paths: str, documents: bool = True) -> str:
    """Say what to do, where a file is a spreadsheet, or a document of office programs.

    Examples
    --------
    >>> sheet_advice("a.xlsx"), sheet_advice("a.pdf", "b.xls"), sheet_advice("a.png")
    ('; save sheets as CSV UTF-8', '; save sheets as CSV UTF-8; save documents as .txt', '')
    """
    names = [path.lower() for path in paths]
    advice = "; save sheets as CSV UTF-8" if any(map(_SHEETS.search, names)) else ""
    return advice + ("; save documents as .txt" if documents and any(map(_DOCUMENTS.search, names)) else "")
