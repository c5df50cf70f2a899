"""Parquet in: rows as they stand in a file, a few hundred at a time; needs the extra ``parquet`` (pyarrow)."""

import contextlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from cyberclf.arrow import pyarrow_or_advice, stream_of, text_lengths, with_own_values
from cyberclf.errors import ArticleError, one_line
from cyberclf.jsonlines import MAX_BYTES
from cyberclf.keeping import is_alike

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = [
    "TableRows",
    "open_parquet",
    "parquet_rows",
    "table_rows",
]

_COLUMNS: Final = ("id", "title", "text")
#: What pyarrow raises for values that Python cannot hold.
_UNCONVERTED: Final = (LookupError, OverflowError, TypeError, ValueError)
#: Stands for a text whose bytes are no UTF-8.
_NOT_UTF8: Final = object()
#: Rows that go on together.
_BATCH: Final = 256
#: Rows that are read at once, where each may be a text of the greatest length; more where a column is small.
_READ: Final = 8
#: A column of a row group that grows so much when it is unpacked, and beyond the longest article, is read row by row:
#: a few bytes of a file can stand for a long text in each of its rows.
_SWELLS: Final = 15
#: What grows so much, beyond a size that fits in memory, holds no articles.
_BOMB: Final = 200
_BOMB_BYTES: Final = 1 << 30


@contextlib.contextmanager
def open_parquet(path: str) -> Iterator[Any]:
    """Open a Parquet file that has texts.

    Raises
    ------
    ArticleError
        When it is none, or has no column ``text``, or two of one name.
    """
    pyarrow = pyarrow_or_advice()
    # A name would be taken for an address, and for UTF-8.
    with Path(path).open("rb") as stream:
        try:
            # Buffered, so that a row group of any size is read piece by piece; not buffered before, which keeps all
            # that was read until the file is closed.
            opened = pyarrow.parquet.ParquetFile(stream, buffer_size=1 << 20, pre_buffer=False)
        except pyarrow.ArrowException as error:
            raise ArticleError(f"{path}: not Parquet, or damaged or cut short ({one_line(error)})") from None
        names = opened.schema_arrow.names
        if "text" not in names:
            raise ArticleError(f"{path}: no column 'text'; it has {one_line(', '.join(names[:12]))}")
        if len(set(names)) < len(names):
            raise ArticleError(f"{path}: two columns have the same name")
        yield opened


def _batches(path: str, wanted: Callable[[str], bool] | None = None) -> Iterator["pa.RecordBatch"]:
    pyarrow = pyarrow_or_advice()
    with open_parquet(path) as opened:
        names = opened.schema_arrow.names
        kept = list(filter(wanted, names)) if wanted else names
        held: list[pa.RecordBatch] = []
        rows = size = 0
        fault = ""
        try:
            for group in range(opened.metadata.num_row_groups):
                step = _rows_at_once(opened.metadata.row_group(group), opened.schema_arrow, kept)
                for read in opened.iter_batches(step, row_groups=[group], columns=kept, use_threads=False):
                    # At once: each few rows come with the whole dictionary of their row group.
                    few = with_own_values(read)
                    held.append(few)
                    rows += len(few)
                    size += few.nbytes
                    if rows >= _BATCH or size > MAX_BYTES:
                        yield from _joined(held)
                        held, rows, size = [], 0, 0
        except ArticleError as error:
            fault = str(error)
        except (pyarrow.ArrowException, OSError) as error:
            fault = f"damaged: {one_line(error)}"
        yield from _joined(held)
        if fault:
            raise ArticleError(f"{path}: {fault}; from there on nothing could be read")


def _rows_at_once(group: Any, schema: "pa.Schema", kept: Sequence[str]) -> int:
    """Rows of a row group that may be unpacked together.

    Raises
    ------
    ArticleError
        When a column unpacks to more than any articles do.
    """
    names, asked, is_dictionary = set(schema.names), set(kept), pyarrow_or_advice().types.is_dictionary
    step = _BATCH
    for number in range(group.num_columns):
        column = group.column(number)
        # A dot stands in a name, or before a part of a nested column.
        name = column.path_in_schema
        if name not in names:
            name = name.partition(".")[0]
        if name not in asked:
            continue
        packed, unpacked = max(1, column.total_compressed_size), column.total_uncompressed_size
        if unpacked > max(_BOMB_BYTES, _BOMB * packed):
            raise ArticleError(f"column '{one_line(name, 80)}' would unpack {packed} bytes to {unpacked}")
        # Rows of a dictionary refer to values that are unpacked once.
        if not is_dictionary(schema.field(name).type):
            swells = unpacked > max(MAX_BYTES, _SWELLS * packed)
            step = min(step, 1 if swells else max(_READ, 2 * MAX_BYTES // max(1, unpacked)))
    return step


def _joined(batches: "list[pa.RecordBatch]") -> "list[pa.RecordBatch]":
    if len(batches) < 2:
        return batches
    joined: list[pa.RecordBatch] = pyarrow_or_advice().Table.from_batches(batches).combine_chunks().to_batches()
    return joined


def _rows(
    batch: "pa.RecordBatch", path: str, before: int, others: Sequence[str] = ()
) -> Iterator[tuple[str, dict[str, Any] | str]]:
    own = [name for name in _COLUMNS if name in batch.schema.names]
    names = [*own, *others]
    columns = [_values(batch.column(name)) for name in own]
    columns += [map(_kept_value, batch.column(name)) for name in others]
    for number, cells in enumerate(zip(*columns, strict=True), before + 1):
        where = f"{path}:{number}"
        read = cells[: len(own)]
        if any(cell is _NOT_UTF8 for cell in read):
            yield where, f"{where}: not UTF-8; save it as UTF-8"
        elif any(isinstance(cell, str) and len(cell) > MAX_BYTES for cell in read):
            yield where, f"{where}: longer than {MAX_BYTES} characters; not an article"
        else:
            yield where, dict(zip(names, cells, strict=True))


def _values(column: Any) -> Iterable[Any]:
    if column.nbytes > MAX_BYTES or pyarrow_or_advice().types.is_dictionary(column.type):
        # A few bytes of a file can stand for texts that fill the memory: then one at a time.
        return map(_value, column)
    try:
        return list(column.to_pylist())
    except (*_UNCONVERTED, pyarrow_or_advice().ArrowException):
        return [_value(cell) for cell in column]


def _value(cell: Any) -> Any:
    try:
        return cell.as_py()
    except UnicodeDecodeError:
        return _NOT_UTF8
    except (*_UNCONVERTED, pyarrow_or_advice().ArrowException):
        return _kept_value(cell)


def _kept_value(cell: Any) -> Any:
    """Return what a person may read of a value, whatever it is."""
    pa = pyarrow_or_advice()
    try:
        return cell.as_py()
    except UnicodeDecodeError:
        return bytes(cell.as_buffer()).decode("utf-8", "replace") if hasattr(cell, "as_buffer") else None
    except (*_UNCONVERTED, pa.ArrowException):
        # Times that Python has no name for: beyond its calendar, finer than microseconds, or of a zone unknown here.
        for kind in (pa.string(), pa.timestamp("us", "UTC")):
            with contextlib.suppress(*_UNCONVERTED, pa.ArrowException):
                return cell.cast(kind).as_py()
        return None


def parquet_rows(path: str, keep: Sequence[str] = ()) -> Iterator[tuple[str, dict[str, Any] | str]]:
    """Yield (``FILE:row``, object) of each row of a Parquet file: its id, title and text, and its columns `keep`.

    Raises
    ------
    ArticleError
        When the file is no Parquet, is damaged, or has no column ``text``.
    MissingExtraError
        When pyarrow is not installed.
    """
    before = 0
    for batch in _batches(path, lambda column: column in _COLUMNS or any(is_alike(column, name) for name in keep)):
        others = [column for column in batch.schema.names if column not in _COLUMNS]
        yield from _rows(batch, path, before, others)
        before += len(batch)


@dataclass(frozen=True)
class TableRows:
    """Rows of a Parquet file, with all their columns.

    Parameters
    ----------
    path : str
    before : int
        Rows of the file that come before.
    batch : pyarrow.RecordBatch
    """

    path: str
    before: int
    batch: "pa.RecordBatch"

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle these rows and no others, which a slice drags along."""
        return _received, (self.path, self.before, stream_of(self.batch, compression=None))

    def rows(self) -> Iterator[tuple[str, dict[str, Any] | str]]:
        """Yield (``FILE:row``, object)."""
        return _rows(self.batch, self.path, self.before)

    def n_rows(self) -> int:
        """Count them."""
        return len(self.batch)


def _received(path: str, before: int, stream: bytes) -> TableRows:
    with pyarrow_or_advice().ipc.open_stream(stream) as reader:
        return TableRows(path, before, reader.read_next_batch())


def table_rows(path: str, *, max_bytes: int) -> Iterator[TableRows]:
    """Read a Parquet file, all columns, a few rows at a time.

    Parameters
    ----------
    path : str
    max_bytes : int
        A piece ends with the row that brings its texts to so many.

    Raises
    ------
    ArticleError, MissingExtraError
        As `parquet_rows`.
    """
    before = 0
    for batch in _batches(path):
        start = size = 0
        for end, length in enumerate(text_lengths(batch.column("text")), 1):
            size += length
            if size >= max_bytes or end == len(batch):
                yield TableRows(path, before + start, with_own_values(batch.slice(start, end - start)))
                start, size = end, 0
        before += len(batch)
