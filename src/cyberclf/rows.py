"""An article as read, and the rows that hold articles: rows in are articles out, or why not, in their place."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Protocol

from cyberclf.errors import ArticleError, one_line
from cyberclf.keeping import Kept, kept_of

__all__ = [
    "Article",
    "Piece",
    "Rows",
    "Unreadable",
    "articles_of",
    "from_rows",
    "named_by",
    "text_of",
]

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
    nothing = tuple([(name, None) for name in keep])
    for piece in pieces:
        for article in [piece] if isinstance(piece, Article | Unreadable) else from_rows(piece.rows(), keep):
            # A text, a torn row, and a file that cannot be read have no columns.
            yield replace(article, kept=nothing) if keep and not article.kept else article


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
