"""Parquet out: the table that a run makes; needs the extra ``parquet`` (pyarrow)."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final

from cyberclf.arrow import pyarrow_or_advice, stream_of, wide_dictionaries
from cyberclf.columns import columns_of, free_names
from cyberclf.errors import ArticleError
from cyberclf.keeping import as_cell
from cyberclf.model import Model
from cyberclf.parquetrows import open_parquet, table_rows
from cyberclf.printable import writable
from cyberclf.tagging import MAX_CHARS, Chunk, TaggedChunk, tag_chunk

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Table", "read_chunks", "tag_file", "write_parquet"]

#: A row group of ours holds at most this many rows or bytes: both bound what is held in memory.
_GROUP_ROWS: Final = 50_000
_GROUP_BYTES: Final = 32_000_000


def read_chunks(path: str) -> Iterator[Chunk]:
    """Read a Parquet file as chunks of one `TableRows` each.

    Raises
    ------
    ArticleError, MissingExtraError
        As `parquet_rows`.
    """
    for rows in table_rows(path, max_bytes=MAX_CHARS):
        yield Chunk([rows])


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
        ``id``, ``title``, those of `keep` as strings, and ours.
    keep : sequence of str

    Raises
    ------
    ArticleError
        When the Parquet files cannot be opened, or do not have the same columns.
    """

    def __init__(self, model: Model, files: Sequence[str], keep: Sequence[str] = ()) -> None:
        pa = pyarrow_or_advice()
        self._themes = model.themes
        self.keeps = bool(files) and all(Path(file).suffix.lower() == ".parquet" for file in files)
        if self.keeps:
            self._theirs = _common_schema(files)
        else:
            self._theirs = pa.schema([(name, pa.string()) for name in ("id", "title", *keep)])
        self._keep = keep
        passage = pa.struct([("theme", pa.string()), ("start", pa.int64()), ("end", pa.int64())])
        types = {"themes": pa.list_(pa.string()), "review": pa.list_(pa.string()), "passages": pa.list_(passage)}
        self._ours = [
            (name, pa.field(free, types.get(name, pa.float64() if name.startswith("p_") else pa.string())))
            for name, free in free_names(self._themes, self._theirs.names).items()
        ]
        self.schema = pa.schema([*self._theirs, *(field for _, field in self._ours)], metadata=self._theirs.metadata)

    def batch(self, tagged: TaggedChunk) -> "pa.RecordBatch":
        """Return the rows of a chunk, with the columns that they came with."""
        pa = pyarrow_or_advice()
        if self.keeps:
            theirs = [_batch_of(tagged).column(name) for name in self._theirs.names]
        else:
            articles = tagged.articles
            theirs = [
                pa.array([writable(getattr(row, name)) for row in articles], pa.string()) for name in ("id", "title")
            ]
            kept = [dict(row.kept) for row in articles]
            theirs += [pa.array([_kept(row.get(name)) for row in kept], pa.string()) for name in self._keep]
        columns = columns_of(tagged)
        columns["error"] = [error and writable(error) for error in columns["error"]]
        ours = [pa.array(columns[name], field.type, from_pandas=True) for name, field in self._ours]
        return pa.record_batch([*theirs, *ours], schema=self.schema)

    def piece(self, tagged: TaggedChunk) -> bytes:
        """Return the rows of a chunk as an Arrow stream of its own, so that pieces can be put one behind another."""
        return stream_of(self.batch(tagged), compression="lz4")

    def finish(self, part: Path, stream: IO[bytes]) -> None:
        """Write the Parquet file from a file of pieces."""
        pa = pyarrow_or_advice()

        def batches() -> Iterator[Any]:
            with part.open("rb") as file, pa.PythonFile(file, "r") as source:
                size = source.size()
                while source.tell() < size:
                    yield from pa.ipc.open_stream(source)

        write_parquet(batches(), self.schema, stream)


def _kept(value: Any) -> str | None:
    return None if value is None else writable(as_cell(value))


def _common_schema(files: Sequence[str]) -> "pa.Schema":
    schema = None
    for file in files:
        with open_parquet(file) as opened:
            found = wide_dictionaries(opened.schema_arrow)
        if schema is None:
            schema = found
        elif not found.equals(schema):
            raise ArticleError(f"{file}: other columns than {files[0]}; tag the two apart")
    if schema is None:
        raise ArticleError("no Parquet file in what was given")
    return schema


def write_parquet(
    batches: Iterable["pa.RecordBatch"], schema: "pa.Schema", stream: Any, *, note: dict[str, str] | None = None
) -> None:
    """Write record batches to one Parquet file, with row groups that end at some 50,000 rows or 32 MB.

    Parameters
    ----------
    batches : iterable of pyarrow.RecordBatch
    schema : pyarrow.Schema
    stream : binary stream
    note : dict of str to str, optional
        Kept in the file's metadata.
    """
    pa = pyarrow_or_advice()

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
