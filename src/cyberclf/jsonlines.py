"""JSON Lines: cut into blocks at line ends, and a block's lines read, which need not happen in one process.  Arrays."""

import contextlib
import io
import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import IO, Any, Final

from cyberclf.decoding import BOM
from cyberclf.errors import ArticleError

__all__ = ["MAX_BYTES", "Lines", "json_file_rows", "json_rows", "line_blocks"]

#: One article or one row beyond this is an error: no press article is as long.
MAX_BYTES: Final = 20_000_000
#: What editors leave of an empty first line.
_BLANK: Final = frozenset({BOM, BOM + b"\n", BOM + b"\r\n"})
#: An array is read whole: beyond this it is not.
MAX_ARRAY: Final = 100_000_000
#: A block ends with the line that brings it to this many bytes: work enough to be worth handing over, and few of
#: them fill a cache.
_BLOCK: Final = 700_000
_parse: Final = json.JSONDecoder().decode


@dataclass(frozen=True, slots=True)
class Lines:
    """Whole lines of a file of JSON Lines, as they stand in it.

    Parameters
    ----------
    path : str
    first : int
        Number of the first line, from 1.
    n_lines : int
        Blank ones too.
    content : bytes
        A line that is too long is cut, but still too long.
    start : int, optional
        Byte of the file, one that can be read again, where the content stands: to another process
        goes where to read, not the content.
    changed : bool, default False
        The file was another when it was read again.
    """

    path: str
    first: int
    n_lines: int
    content: bytes
    start: int | None = None
    changed: bool = False

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle."""
        if self.start is None:
            return Lines, (self.path, self.first, self.n_lines, self.content)
        return _read_again, (
            self.path,
            self.first,
            self.n_lines,
            self.start,
            len(self.content),
            zlib.crc32(self.content),
        )

    def rows(self) -> Iterator[tuple[str, dict[str, Any] | str]]:
        """Yield (``FILE:row``, object) of each line; a string instead says what is wrong.  Blank lines are no rows.

        Examples
        --------
        >>> list(Lines("a", 7, 1, b'{"text": "la loi"}').rows())
        [('a:7', {'text': 'la loi'})]

        Raises
        ------
        ArticleError
            When the file has changed.
        """
        if self.changed:
            raise ArticleError(f"{self.path}: changed while it was read; leave it as it is, and run again")
        for number, line in enumerate(io.BytesIO(self.content), self.first):
            if _is_row(line):
                where = f"{self.path}:{number}"
                yield where, _row(line, where)

    def n_rows(self) -> int:
        """Count the rows without reading them."""
        return sum(map(_is_row, io.BytesIO(self.content)))


def _read_again(path: str, first: int, n_lines: int, start: int, size: int, checksum: int) -> Lines:
    content = b""
    with contextlib.suppress(OSError), Path(path).open("rb") as stream:
        stream.seek(start)
        content = stream.read(size)
    return Lines(path, first, n_lines, content, start, changed=zlib.crc32(content) != checksum)


def _is_row(line: bytes) -> bool:
    return not (line.isspace() or line in _BLANK) or len(line) > MAX_BYTES


def _row(line: bytes, where: str) -> dict[str, Any] | str:
    if len(line) > MAX_BYTES:
        return f"{where}: row longer than {MAX_BYTES} bytes; not an article"
    if (quickly := _quickly(line)) is not None:
        return quickly
    try:
        text = line.removeprefix(BOM).decode()
        if text.startswith("\ufeff"):
            return f"{where}: not JSON: Unexpected UTF-8 BOM (decode using utf-8-sig); each line is one object"
        row = _parse(text)
    except UnicodeDecodeError as error:
        return f"{where}: not UTF-8 (byte {error.start}); save it as UTF-8"
    except (ValueError, RecursionError) as error:
        return f"{where}: not JSON: {_said(error)}; each line is one object"
    return row if isinstance(row, dict) else f"{where}: not a JSON object; each line is one object"


def _said(error: Exception) -> str:
    """Say what `_parse` found wrong; Python's limits on nesting and numbers have no message of their own."""
    return str(getattr(error, "msg", "nested too deep or a number too long"))


@cache
def _orjson() -> Any:
    try:
        import orjson
    except ImportError:
        return None
    return orjson


def _quickly(line: bytes) -> dict[str, Any] | None:
    """Read an object by orjson, where that is there and says what `json` would; whatever is strange is left to that."""
    if (orjson := _orjson()) is None:
        return None
    try:
        row = orjson.loads(line)
        # What looks like a float may be an integer that was too large for it.
        return row if isinstance(row, dict) and not _holds_float(row) else None
    except (orjson.JSONDecodeError, RecursionError):
        return None


def _holds_float(value: Any) -> bool:
    if isinstance(value, dict):
        return any(_holds_float(one) for one in value.values() if not isinstance(one, str))
    if isinstance(value, list):
        return any(map(_holds_float, value))
    return isinstance(value, float)


def line_blocks(stream: IO[bytes], path: str) -> Iterator[Lines]:
    """Cut a stream into blocks of whole lines, of about 0.7 MB.

    Where a block ends depends on nothing but what the file holds.
    """
    first, start = 1, 0
    lasting = path != "-" and Path(path).is_file()
    while content := stream.read(_BLOCK):
        whole = True
        if not content.endswith(b"\n"):
            rest = stream.readline(MAX_BYTES + 1)
            content += rest
            if len(rest) > MAX_BYTES and not rest.endswith(b"\n"):
                start += _skip_line(stream) - 1
                content += b"\n"
                whole = False
        n_lines = content.count(b"\n") + (not content.endswith(b"\n"))
        yield Lines(path, first, n_lines, content, start if lasting and whole else None)
        if not content.endswith(b"\n"):
            return  # the end: what is added to the file meanwhile would be taken for a line of its own
        first += n_lines
        start += len(content)


def _skip_line(stream: IO[bytes]) -> int:
    """Read on to the end of a line that is too long, of whose rest nobody has any use; how long that is."""
    size = 0
    while rest := stream.readline(_BLOCK):
        size += len(rest)
        if rest.endswith(b"\n"):
            break
    return size


def json_rows(stream: IO[bytes], path: str) -> Iterator[tuple[str, dict[str, Any] | str]]:
    """Yield (``FILE:row``, object) of each line of JSON Lines; a string instead says what is wrong."""
    for block in line_blocks(stream, path):
        yield from block.rows()


def json_file_rows(stream: IO[bytes], path: str) -> Iterator[tuple[str, dict[str, Any] | str]]:
    """Yield (``FILE:row``, object) of a file of one array, one object, or JSON Lines; a string says what is wrong.

    Raises
    ------
    ArticleError
        When it is an array that is broken, or longer than 100 MB.
    """
    content = stream.read(MAX_ARRAY + 1)
    array = content.removeprefix(BOM).lstrip()[:1] == b"["
    if array and len(content) > MAX_ARRAY:
        raise ArticleError(f"{path}: an array longer than {MAX_ARRAY} bytes; give one object a line, as .jsonl")
    try:
        found = _parse(content.removeprefix(BOM).decode().strip()) if len(content) <= MAX_ARRAY else None
    except UnicodeDecodeError as error:
        fault = f"{path}: not UTF-8 (byte {error.start}); save it as UTF-8"
    except (ValueError, RecursionError) as error:
        fault = f"{path}: not JSON: {_said(error)}"
    else:
        if isinstance(found, dict | list):
            for number, row in enumerate(found if array else [found], 1):
                where = f"{path}:{number}"
                yield where, row if isinstance(row, dict) else f"{where}: not a JSON object; each item is one"
            return
    if array:
        raise ArticleError(fault)
    stream.seek(0)
    yield from json_rows(stream, path)
