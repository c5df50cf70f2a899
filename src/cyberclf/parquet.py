"""Parquet in and out, a few hundred rows at a time; needs the extra ``parquet`` (pyarrow)."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final

from cyberclf.columns import columns_of, free_names
from cyberclf.errors import ArticleError, TaggingError, one_line
from cyberclf.model import Model
from cyberclf.tagging import MAX_CHARS, MAX_ROWS, Chunk, TaggedChunk, tag_chunk

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Table", "TableRows", "parquet_rows", "read_chunks", "tag_file", "write_parquet"]

#: A row group of ours holds at most this many rows or bytes: both bound what is held in memory.
_GROUP_ROWS: Final = 50_000
_GROUP_BYTES: Final = 32_000_000
_COLUMNS: Final = ("id", "title", "text")


def _pyarrow() -> Any:
    try:
        import pyarrow.compute
        import pyarrow.parquet
    except ImportError:
        raise TaggingError("Parquet needs pyarrow: install cyberclf[parquet]") from None
    return pyarrow


def _opened(path: str) -> Any:
    pyarrow = _pyarrow()
    try:
        # Buffered, so that a row group of any size is read piece by piece; not buffered before, which keeps all
        # that was read until the file is closed.
        opened = pyarrow.parquet.ParquetFile(path, buffer_size=1 << 20, pre_buffer=False)
    except pyarrow.ArrowException as error:
        raise ArticleError(f"{path}: not Parquet, or damaged or cut short ({one_line(error)})") from None
    names = opened.schema_arrow.names
    if "text" not in names:
        opened.close()
        raise ArticleError(f"{path}: no column 'text'; it has {', '.join(names[:12])}")
    if len(set(names)) < len(names):
        opened.close()
        raise ArticleError(f"{path}: two columns have the same name")
    return opened


def _batches(path: str, columns: Sequence[str] | None = None) -> Iterator["pa.RecordBatch"]:
    pyarrow = _pyarrow()
    with _opened(path) as opened:
        kept = [name for name in columns if name in opened.schema_arrow.names] if columns else None
        try:
            yield from opened.iter_batches(batch_size=MAX_ROWS, columns=kept, use_threads=False)
        except (pyarrow.ArrowException, OSError) as error:
            raise ArticleError(f"{path}: damaged: {one_line(error)}; from there on nothing could be read") from None


def _rows(batch: "pa.RecordBatch", path: str, before: int) -> Iterator[tuple[str, dict[str, Any] | str]]:
    kept = [name for name in _COLUMNS if name in batch.schema.names]
    columns = [_values(batch.column(name)) for name in kept]
    for number, cells in enumerate(zip(*columns, strict=True), before + 1):
        yield f"{path}:{number}", dict(zip(kept, cells, strict=True))


def _values(column: Any) -> list[Any]:
    try:
        return list(column.to_pylist())
    except UnicodeDecodeError:
        return [_value(cell) for cell in column]


def _value(cell: Any) -> Any:
    try:
        return cell.as_py()
    except UnicodeDecodeError:
        return None


def parquet_rows(path: str) -> Iterator[tuple[str, dict[str, Any] | str]]:
    """Yield (``FILE:row``, object) of each row of a Parquet file: its id, title and text.

    Raises
    ------
    ArticleError
        When the file is no Parquet, is damaged, or has no column ``text``.
    TaggingError
        When pyarrow is not installed.
    """
    before = 0
    for batch in _batches(path, _COLUMNS):
        yield from _rows(batch, path, before)
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
        return _received, (self.path, self.before, _stream_of(self.batch, compression=None))

    def rows(self) -> Iterator[tuple[str, dict[str, Any] | str]]:
        """Yield (``FILE:row``, object)."""
        return _rows(self.batch, self.path, self.before)

    def n_rows(self) -> int:
        """Count them."""
        return len(self.batch)


def _received(path: str, before: int, stream: bytes) -> TableRows:
    with _pyarrow().ipc.open_stream(stream) as reader:
        return TableRows(path, before, reader.read_next_batch())


def _stream_of(batch: "pa.RecordBatch", *, compression: str | None) -> bytes:
    pa = _pyarrow()
    sink = pa.BufferOutputStream()
    options = pa.ipc.IpcWriteOptions(compression=compression, use_threads=False)
    with pa.ipc.new_stream(sink, batch.schema, options=options) as writer:
        writer.write_batch(batch)
    return bytes(sink.getvalue())


def _lengths(texts: Any) -> list[int]:
    """Bytes of each text, found without making it."""
    pa = _pyarrow()
    if pa.types.is_dictionary(texts.type):
        of_values = [*_lengths(texts.dictionary), 0]
        return [of_values[-1 if place is None else place] for place in texts.indices.to_pylist()]
    try:
        return [length or 0 for length in pa.compute.binary_length(texts).to_pylist()]
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return [0] * len(texts)


def _with_own_values(batch: "pa.RecordBatch") -> "pa.RecordBatch":
    """Cut each dictionary to the values that these rows have: it would go with every few rows of the file."""
    pa = _pyarrow()

    def cut(column: Any) -> Any:
        if not pa.types.is_dictionary(column.type) or len(column.dictionary) <= len(column):
            return column
        used = column.indices.drop_null().unique()
        indices = pa.compute.index_in(column.indices, used).cast(column.type.index_type)
        return pa.DictionaryArray.from_arrays(indices, column.dictionary.take(used), ordered=column.type.ordered)

    return pa.record_batch([cut(column) for column in batch.columns], schema=batch.schema)


def read_chunks(path: str) -> Iterator[Chunk]:
    """Read a Parquet file as chunks of one `TableRows` each.

    Raises
    ------
    ArticleError, TaggingError
        As `parquet_rows`.
    """
    before = 0
    for batch in _batches(path):
        start = size = 0
        for end, length in enumerate(_lengths(batch.column("text")), 1):
            size += length
            if size >= MAX_CHARS or end == len(batch):
                yield Chunk([TableRows(path, before + start, _with_own_values(batch.slice(start, end - start)))])
                start, size = end, 0
        before += len(batch)


def _batch_of(tagged: TaggedChunk) -> Any:
    """Return what a chunk of `read_chunks` was made of."""
    return tagged.pieces[0].batch  # type: ignore[union-attr]


class Table:
    """The table that a run makes: its schema, and rows as record batches of it.

    Parameters
    ----------
    model : Model
    files : sequence of str
        Where all are Parquet, their columns are kept and ours come after; else the columns are
        ``id``, ``title`` and ours.

    Raises
    ------
    ArticleError
        When the Parquet files cannot be opened, or do not have the same columns.
    """

    def __init__(self, model: Model, files: Sequence[str]) -> None:
        pa = _pyarrow()
        self._themes = model.themes
        self.keeps = bool(files) and all(Path(file).suffix.lower() == ".parquet" for file in files)
        if self.keeps:
            self._theirs = _common_schema(files)
        else:
            self._theirs = pa.schema([("id", pa.string()), ("title", pa.string())])
        passage = pa.struct([("theme", pa.string()), ("start", pa.int64()), ("end", pa.int64())])
        types = {"themes": pa.list_(pa.string()), "review": pa.list_(pa.string()), "passages": pa.list_(passage)}
        self._ours = [
            (name, pa.field(free, types.get(name, pa.float64() if name.startswith("p_") else pa.string())))
            for name, free in free_names(self._themes, self._theirs.names).items()
        ]
        self.schema = pa.schema([*self._theirs, *(field for _, field in self._ours)], metadata=self._theirs.metadata)

    def batch(self, tagged: TaggedChunk) -> "pa.RecordBatch":
        """Return the rows of a chunk, with the columns that they came with."""
        pa = _pyarrow()
        if self.keeps:
            theirs = [_batch_of(tagged).column(name) for name in self._theirs.names]
        else:
            articles = tagged.articles
            theirs = [
                pa.array([_utf8(getattr(row, name)) for row in articles], pa.string()) for name in ("id", "title")
            ]
        columns = columns_of(tagged)
        columns["error"] = [error and _utf8(error) for error in columns["error"]]
        ours = [pa.array(columns[name], field.type, from_pandas=True) for name, field in self._ours]
        return pa.record_batch([*theirs, *ours], schema=self.schema)

    def piece(self, tagged: TaggedChunk) -> bytes:
        """Return the rows of a chunk as an Arrow stream of its own, so that pieces can be put one behind another."""
        return _stream_of(self.batch(tagged), compression="lz4")

    def finish(self, part: Path, stream: IO[bytes]) -> None:
        """Write the Parquet file from a file of pieces."""
        pa = _pyarrow()

        def batches() -> Iterator[Any]:
            with pa.OSFile(str(part), "rb") as source:
                size = source.size()
                while source.tell() < size:
                    yield from pa.ipc.open_stream(source)

        write_parquet(batches(), self.schema, stream)


def _common_schema(files: Sequence[str]) -> "pa.Schema":
    schema = None
    for file in files:
        with _opened(file) as opened:
            found = opened.schema_arrow
        if schema is None:
            schema = found
        elif not found.equals(schema):
            raise ArticleError(f"{file}: other columns than {files[0]}; tag the two apart")
    if schema is None:
        raise ArticleError("no Parquet file in what was given")
    return schema


def _utf8(text: str) -> str:
    return text.encode("utf-8", "backslashreplace").decode()


def write_parquet(
    batches: Iterable["pa.RecordBatch"], schema: "pa.Schema", stream: Any, *, note: dict[str, str] | None = None
) -> None:
    """Write record batches to one Parquet file, with row groups of at most 50,000 rows or 32 MB.

    Parameters
    ----------
    batches : iterable of pyarrow.RecordBatch
    schema : pyarrow.Schema
    stream : binary stream or str
    note : dict of str to str, optional
        Kept in the file's metadata.
    """
    pa = _pyarrow()

    with pa.parquet.ParquetWriter(stream, schema) as writer:

        def flush(held: list[Any]) -> None:
            table = pa.Table.from_batches(held, schema=schema).unify_dictionaries()
            writer.write_table(table, row_group_size=max(1, len(table)))

        held: list[Any] = []
        rows = size = 0
        for batch in batches:
            held.append(batch)
            rows += len(batch)
            size += batch.nbytes
            if rows >= _GROUP_ROWS or size >= _GROUP_BYTES:
                flush(held)
                held, rows, size = [], 0, 0
        if held:
            flush(held)
        if note:
            writer.add_key_value_metadata(note)


def tag_file(
    path: str,
    output: str,
    model: Model,
    *,
    note: dict[str, str] | None = None,
) -> dict[str, int]:
    """Tag one Parquet file to another, here and now.

    Parameters
    ----------
    path, output : str
    model : Model
    note : dict of str to str, optional
        Kept in the metadata of the output.

    Returns
    -------
    dict of str to int
        Rows by status.

    Raises
    ------
    ArticleError
        When the file cannot be read to its end.
    """
    table = Table(model, [path])
    counts: Counter[str] = Counter()

    def batches() -> Iterator[Any]:
        for chunk in read_chunks(path):
            tagged = tag_chunk(chunk, model)
            counts.update(tagged.counts())
            yield table.batch(tagged)

    with Path(output).open("wb") as stream:
        write_parquet(batches(), table.schema, stream, note=note)
    return dict(+counts)
