"""Chunks of articles -> bytes of an output, as a worker makes them: the rows themselves never travel."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from cyberclf.model import Model
from cyberclf.phrases import Language
from cyberclf.rows import Unreadable
from cyberclf.tagging import Chunk, TaggedChunk, tag_chunk
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
    filled : frozenset of str
        Columns kept in which some row has something.
    """

    content: bytes
    counts: dict[str, int]
    reasons: tuple[str, ...] = ()
    filled: frozenset[str] = frozenset()

    @classmethod
    def of(cls, content: bytes, tagged: TaggedChunk) -> "Written":
        """Make it of what a chunk became."""
        unread = [article.reason for article in tagged.articles if isinstance(article, Unreadable)]
        filled = {name for row in tagged.articles for name, value in row.kept if value not in (None, "")}
        return cls(content, tagged.counts(), tuple(unread[:MOST_REASONS]), frozenset(filled))


@dataclass(frozen=True, slots=True)
class Writing:
    """The task of a run: a chunk in, `Written` out.

    Parameters
    ----------
    model : Model
    fmt : {"table", "jsonl", "csv"}
        Unless there is a table.
    table : Table, optional
    with_text : bool, default False
        As of `lines_of`.
    keep : sequence of str
        The same.
    language : {"en", "fr"}
        The same.
    """

    model: Model
    fmt: str
    table: "Table | None" = None
    with_text: bool = False
    keep: Sequence[str] = ()
    language: Language = "en"

    def prepare(self) -> None:
        """Load what scores many texts."""
        self.model.prepare()

    def __call__(self, chunk: Chunk) -> Written:
        """Tag a chunk."""
        tagged = tag_chunk(chunk, self.model)
        if self.table:
            return Written.of(self.table.piece(tagged), tagged)
        if self.fmt == "jsonl":
            lines = json_lines(tagged.articles, tagged.texts, with_text=self.with_text)
        else:
            lines = "".join(
                lines_of(
                    tagged.rows(),
                    self.model,
                    self.fmt,
                    with_text=self.with_text,
                    keep=self.keep,
                    language=self.language,
                )
            )
        # What came in as half a character cannot leave as UTF-8.
        return Written.of(lines.encode("utf-8", "backslashreplace"), tagged)
