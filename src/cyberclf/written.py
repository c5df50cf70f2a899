"""Chunks of articles -> bytes of an output, as a worker makes them: the rows themselves never travel."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from cyberclf.model import Model
from cyberclf.status import STATUSES
from cyberclf.tagging import Chunk, TaggedRow, rows_of
from cyberclf.writers import lines_of

if TYPE_CHECKING:
    from cyberclf.parquet import Table

__all__ = ["MOST_REASONS", "Writing", "Written"]

#: Errors of a run that are said in full.
MOST_REASONS: Final = 10


@dataclass(frozen=True, slots=True)
class Written:
    """Whole rows as they stand in the output.

    Parameters
    ----------
    content : bytes
    counts : dict of str to int
        Rows by status.
    reasons : tuple of str
        Of the first ten errors among them.
    """

    content: bytes
    counts: dict[str, int]
    reasons: tuple[str, ...] = ()

    @classmethod
    def of(cls, content: Iterable[str] | bytes, rows: Sequence[TaggedRow]) -> "Written":
        """Make it of lines, or what a table made, and the rows that they are."""
        counts: dict[str, int] = dict.fromkeys(STATUSES, 0)
        for row in rows:
            counts[row.status] += 1
        reasons = [row.error for row in rows if row.error] if counts["error"] else []
        return cls(
            content if isinstance(content, bytes) else "".join(content).encode(), counts, tuple(reasons[:MOST_REASONS])
        )


@dataclass(frozen=True, slots=True)
class Writing:
    """The task of a run: a chunk in, `Written` out.

    Parameters
    ----------
    model : Model
    fmt : {"table", "jsonl", "csv"}
        Unless there is a table.
    table : Table, optional
    """

    model: Model
    fmt: str
    table: "Table | None" = None

    def prepare(self) -> None:
        """Load what scores many texts."""
        self.model.prepare()

    def __call__(self, chunk: Chunk) -> Written:
        """Tag a chunk."""
        rows = rows_of(chunk, self.model)
        content = self.table.piece(chunk, rows) if self.table else lines_of(rows, self.model, self.fmt)
        return Written.of(content, rows)
