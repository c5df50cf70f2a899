"""Chunks of articles -> bytes of an output, as a worker makes them: the rows themselves never travel."""

import contextlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from cyberclf.articles import Unreadable
from cyberclf.model import Model
from cyberclf.status import STATUSES, Status
from cyberclf.tagged import TaggedTexts
from cyberclf.tagging import Chunk, TaggedRow, rows_of
from cyberclf.writers import json_lines, lines_of

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
        made = content if isinstance(content, bytes) else "".join(content).encode()
        return cls(made, _counts([row.status for row in rows]), _first([row.error for row in rows]))


def _counts(found: Sequence[Status]) -> dict[str, int]:
    return {status: found.count(status) for status in STATUSES}


def _first(reasons: Sequence[str]) -> tuple[str, ...]:
    return tuple([reason for reason in reasons if reason][:MOST_REASONS])


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
        if self.fmt == "jsonl" and self.table is None:
            texts = chunk.texts()
            # Whatever a text does to the model: row by row, it is one row that says so.
            tagged = None
            with contextlib.suppress(Exception):
                tagged = self.model.tag_texts(texts)
            if tagged is not None:
                return _of_columns(chunk, tagged)
        rows = rows_of(chunk, self.model)
        content = self.table.piece(chunk, rows) if self.table else lines_of(rows, self.model, self.fmt)
        return Written.of(content, rows)


def _of_columns(chunk: Chunk, tagged: TaggedTexts) -> Written:
    unread = [article.reason for article in chunk.articles if isinstance(article, Unreadable)]
    counts = _counts(tagged.status) | {"error": len(unread)}
    # What came in as half a character cannot leave as UTF-8.
    content = json_lines(chunk.articles, tagged).encode("utf-8", "backslashreplace")
    return Written(content, counts, _first(unread))
