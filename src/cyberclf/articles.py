"""Files of every kind -> articles, one at a time.

What cannot be read becomes an `Unreadable`, in its place: rows in are rows out.
"""

import io
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final, Protocol, cast

from cyberclf.csvrows import csv_rows
from cyberclf.decoding import Encoding, decode
from cyberclf.errors import ArticleError, MissingExtraError, one_line
from cyberclf.jsonlines import MAX_BYTES, json_file_rows, line_blocks
from cyberclf.keeping import Kept, kept_of

__all__ = [
    "SUFFIXES",
    "Article",
    "Piece",
    "Rows",
    "Unreadable",
    "articles_of",
    "from_rows",
    "named_by",
    "read_articles",
    "read_pieces",
    "sheet_advice",
    "text_of",
]

#: Kinds of files that are read.
SUFFIXES: Final = (".txt", ".jsonl", ".ndjson", ".csv", ".tsv", ".parquet", ".json")
_TITLE_LENGTH: Final = 300


@dataclass(frozen=True, slots=True)
class Article:
    """One article as read.

    Parameters
    ----------
    id : str
        The row's own, else the path as given (and the row, where a file holds many).
    text : str
        As in the file; a title given apart is its first line.
    where : str
        File and row, for people.
    offset : int
        Characters that the title put before the text takes; spans of the row's own text are
        those of `text` less this.
    kept : tuple of (str, value)
        Columns of its row that go on with it.
    """

    id: str
    text: str
    where: str
    offset: int = 0
    kept: Kept = ()

    @property
    def title(self) -> str:
        """First line that is not blank, cut to 300 characters."""
        text = self.text.lstrip()
        lines = text[: _TITLE_LENGTH + 1].splitlines()
        if lines and len(lines[0]) > _TITLE_LENGTH:
            lines = text.splitlines()
        return lines[0].rstrip()[:_TITLE_LENGTH] if lines else ""

    @property
    def given_title(self) -> str:
        """A title given apart, whole; "" where there is none."""
        return self.text[: max(0, self.offset - 1)]

    def own_span(self, start: int, end: int) -> tuple[int, int]:
        """Return what a span of `text` is in the row's own text, which begins after a title given apart."""
        return max(0, start - self.offset), max(0, end - self.offset)


@dataclass(frozen=True, slots=True)
class Unreadable:
    """An article that could not be read, or not tagged, and why (one line, file and row named)."""

    id: str
    where: str
    reason: str
    title: str = ""
    kept: Kept = ()


class Rows(Protocol):
    """Rows that hold articles, as they stand in a file."""

    def rows(self) -> Iterator[tuple[str, dict[str, Any] | str]]:
        """Yield (``FILE:row``, object); a string instead says what is wrong."""

    def n_rows(self) -> int:
        """Count them."""


#: What a file is read as.
Piece = Article | Unreadable | Rows


def articles_of(pieces: Iterable[Piece], keep: Sequence[str] = ()) -> Iterator[Article | Unreadable]:
    """Make articles of what `read_pieces` yields, with the columns `keep` of their rows."""
    for piece in pieces:
        if isinstance(piece, Article | Unreadable):
            yield piece
        else:
            yield from from_rows(piece.rows(), keep)


def read_articles(
    path: str,
    *,
    watch: Callable[[IO[bytes]], None] | None = None,
    encoding: Encoding = "utf-8",
    keep: Sequence[str] = (),
) -> Iterator[Article | Unreadable]:
    """Read the articles of one file.

    Parameters
    ----------
    path : str
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
    return articles_of(read_pieces(path, watch=watch, encoding=encoding, keep=keep), keep)


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
    if suffix in {".csv", ".tsv"}:
        yield from from_rows(csv_rows(stream, path, encoding=encoding), keep)
    elif suffix == ".json":
        yield from from_rows(json_file_rows(stream, path), keep)
    else:
        yield from line_blocks(stream, path)


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
    begun = head = b""
    while len(begun) <= MAX_BYTES and not re.match(rb"(\[\s*)?[^\s\[]", head):
        more = given.read1(1 << 16)
        if not more:
            break
        begun += more
        head = begun.lstrip(b"\xef\xbb\xbf \t\r\n")
    stream = io.BufferedReader(_Joined(begun, given))
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
    # A title may have commas, and "text" among them; hardly the line after it just as many.
    is_row = separator != "," or rest.partition("\n")[0].count(",") >= head.count(",")
    return len(columns) > 1 and "text" in columns and is_row


def text_of(row: dict[str, Any], where: str) -> tuple[str, int]:
    """Text of a row, its title put before it as the first line, and how long that addition is.

    Raises
    ------
    ArticleError
        When the row has no text, or its text or title is no string.
    """
    text, title = row.get("text"), row.get("title")
    if not isinstance(text, str):
        held = f"; this one has {one_line(', '.join(map(str, row)), 80)}" if row and "text" not in row else ""
        raise ArticleError(f"{where}: no text; each row needs 'text', a string{held}")
    if title is not None and not isinstance(title, str):
        raise ArticleError(f"{where}: 'title' is no string")
    title = (title or "").strip()
    if not title or text.lstrip().startswith(title):
        return text, 0
    return f"{title}\n{text}", len(title) + 1


def sheet_advice(*paths: str) -> str:
    """Say what to do, where a file is a spreadsheet.

    Examples
    --------
    >>> sheet_advice("a.pdf", "a.xlsx"), sheet_advice("a.pdf")
    ('; save sheets as CSV UTF-8', '')
    """
    sheets = any(path.lower().endswith((".xlsx", ".xls", ".ods")) for path in paths)
    return "; save sheets as CSV UTF-8" if sheets else ""


def named_by(row: dict[str, Any], key: str) -> str | None:
    """Name that a row gives, a string or number; None where it gives none.

    Examples
    --------
    >>> named_by({"id": 0}, "id"), named_by({"id": ""}, "id"), named_by({"id": float("nan")}, "id")
    ('0', None, None)
    """
    given = row.get(key)
    # NaN, which is how a table says that there is none, is not itself.
    return str(given) if isinstance(given, str | int | float) and given == given and given != "" else None


def from_rows(
    rows: Iterable[tuple[str, dict[str, Any] | str]], keep: Sequence[str] = ()
) -> Iterator[Article | Unreadable]:
    """Make articles of rows (``FILE:row``, object), with their columns `keep`; a string says what is wrong with one."""
    for where, row in rows:
        if isinstance(row, str):
            yield Unreadable(where, where, row)
            continue
        row_id = named_by(row, "id") or where
        kept: Kept = ()
        try:
            kept = kept_of(row, keep, where) if keep else ()
            text, offset = text_of(row, where)
        except ArticleError as error:
            yield Unreadable(row_id, where, str(error), kept=kept)
        else:
            yield Article(row_id, text, where, offset, kept)
