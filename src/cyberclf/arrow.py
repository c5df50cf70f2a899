"""Arrow: the package itself, a batch as a stream, and columns whose values stand in a dictionary."""

from typing import TYPE_CHECKING, Any, Final

from cyberclf.errors import MissingExtraError, one_line

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["pyarrow_or_advice", "stream_of", "text_lengths", "wide_dictionaries", "with_own_values"]

#: Of an index of a dictionary: fewer do not tell apart the values of many files together.
_INDEX_BITS: Final = 32


def pyarrow_or_advice() -> Any:
    """Import pyarrow, or say what to install."""
    try:
        import pyarrow.compute
        import pyarrow.parquet
    except ModuleNotFoundError:
        raise MissingExtraError("Parquet needs pyarrow; install it with: pip install 'cyberclf[parquet]'") from None
    except ImportError as error:
        raise MissingExtraError(f"Parquet needs pyarrow, which is there but does not load: {one_line(error)}") from None
    return pyarrow


def stream_of(batch: "pa.RecordBatch", *, compression: str | None) -> bytes:
    """Return a record batch as an Arrow stream of its own."""
    pa = pyarrow_or_advice()
    sink = pa.BufferOutputStream()
    options = pa.ipc.IpcWriteOptions(compression=compression, use_threads=False)
    with pa.ipc.new_stream(sink, batch.schema, options=options) as writer:
        writer.write_batch(batch)
    return bytes(sink.getvalue())


def text_lengths(texts: Any) -> list[int]:
    """Bytes of each text, found without making it."""
    pa = pyarrow_or_advice()
    if pa.types.is_dictionary(texts.type):
        of_values = [*text_lengths(texts.dictionary), 0]
        return [of_values[-1 if place is None else place] for place in texts.indices.to_pylist()]
    try:
        return [length or 0 for length in pa.compute.binary_length(texts).to_pylist()]
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return [0] * len(texts)


def wide_dictionaries(schema: "pa.Schema") -> "pa.Schema":
    """Return the schema with room in its dictionaries for the values of all row groups and files together."""
    pa = pyarrow_or_advice()

    def wide(field: Any) -> Any:
        if not pa.types.is_dictionary(field.type) or field.type.index_type.bit_width >= _INDEX_BITS:
            return field
        return field.with_type(pa.dictionary(pa.int32(), field.type.value_type, field.type.ordered))

    return pa.schema(map(wide, schema), metadata=schema.metadata)


def with_own_values(batch: "pa.RecordBatch") -> "pa.RecordBatch":
    """Cut each dictionary to the values that these rows have: it would go with every few rows of the file.

    Not one whose values have an order, which would be lost.  Indices get the type of `wide_dictionaries`.
    """
    pa = pyarrow_or_advice()
    # Most files have none, and this is asked every few rows.
    if not any(map(pa.types.is_dictionary, batch.schema.types)):
        return batch
    schema = wide_dictionaries(batch.schema)

    def cut(column: Any, kind: Any) -> Any:
        if not pa.types.is_dictionary(kind):
            return column
        indices, values = column.indices, column.dictionary
        if len(values) > len(column) and not kind.ordered:
            used = indices.drop_null().unique()
            indices, values = pa.compute.index_in(indices, used), values.take(used)
        return pa.DictionaryArray.from_arrays(indices.cast(kind.index_type), values, ordered=kind.ordered)

    return pa.record_batch(list(map(cut, batch.columns, schema.types)), schema=schema)
