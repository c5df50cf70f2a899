"""Articles -> tagged rows, in chunks and in order: rows in are rows out."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

from cyberclf.articles import Article, Unreadable
from cyberclf.model import Model
from cyberclf.status import Status
from cyberclf.tagged import TaggedText
from cyberclf.workers import Backend, in_order

__all__ = ["Chunk", "TaggedRow", "chunked", "tag_articles", "tag_chunks"]

#: A chunk holds at most this many articles ...
MAX_ROWS: Final = 256
#: ... and ends with the article that brings its texts to this many characters.
MAX_CHARS: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class TaggedRow:
    """What is written for one article.

    Parameters
    ----------
    id, title : str
    where : str
        File and row.
    themes : tuple of str
        Ids of the themes given.
    probabilities : mapping of str to float
        Of every theme; empty where the article could not be read.
    passages : mapping of str to (int, int)
        For each theme given, the character span of its best passage in the row's text; below zero
        never: a passage that begins in a title given apart begins at 0.
    status : {"ok", "short", "foreign", "empty", "error"}
        See `TaggedText`; ``error``: the article could not be read.
    error : str
        What was wrong, else "".
    review : tuple of str
        Ids of the themes that a person should decide.
    text : str
        The row's own, which `passages` are spans of.
    """

    id: str
    title: str
    where: str
    themes: tuple[str, ...]
    probabilities: Mapping[str, float]
    passages: Mapping[str, tuple[int, int]]
    status: Status
    error: str = ""
    review: tuple[str, ...] = ()
    text: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Return the row as plain values, probabilities to four decimals."""
        row: dict[str, Any] = {
            "id": self.id,
            "title": self.title,
            "themes": list(self.themes),
            "probabilities": {theme: round(p, 4) for theme, p in self.probabilities.items()},
            "passages": {theme: list(span) for theme, span in self.passages.items()},
            "review": list(self.review),
            "status": self.status,
        }
        return row | {"error": self.error} if self.error else row


@dataclass(frozen=True)
class Chunk:
    """Articles that are tagged together.

    Parameters
    ----------
    articles : sequence of Article or Unreadable
    source : object, optional
        What they were made of, one row an article: kept for who writes it again.
    """

    articles: Sequence[Article | Unreadable]
    source: Any = field(default=None, repr=False)

    @cached_property
    def texts(self) -> list[str]:
        """Texts of those that could be read."""
        return [article.text for article in self.articles if isinstance(article, Article)]


def chunked(articles: Iterable[Article | Unreadable]) -> Iterator[Chunk]:
    """Cut a stream into chunks of at most 256 articles and about a million characters.

    Where a chunk ends depends on nothing but what it holds: who begins again at an end of a chunk
    gets the same chunks.

    Examples
    --------
    >>> [len(chunk.articles) for chunk in chunked(Article("a", "la loi", "a") for _ in range(600))]
    [256, 256, 88]
    """
    held: list[Article | Unreadable] = []
    chars = 0
    for article in articles:
        held.append(article)
        chars += len(article.text) if isinstance(article, Article) else 0
        if len(held) >= MAX_ROWS or chars >= MAX_CHARS:
            yield Chunk(held)
            held, chars = [], 0
    if held:
        yield Chunk(held)


def tag_chunks(
    chunks: Iterable[Chunk], model: Model, *, n_jobs: int = 1, backend: Backend | None = None
) -> Iterator[tuple[Chunk, list[TaggedRow]]]:
    """Tag chunks as they come, by `n_jobs` workers, few of them in memory at a time.

    Yields
    ------
    (Chunk, list of TaggedRow)
        A row for each article, in order.

    Raises
    ------
    TaggingError
        When a worker process dies.
    """
    for chunk, answers in in_order(chunks, model, n_jobs=n_jobs, backend=backend):
        left = iter(answers)
        yield chunk, [_row(article, next(left) if isinstance(article, Article) else "") for article in chunk.articles]


def tag_articles(
    articles: Iterable[Article | Unreadable], model: Model, *, n_jobs: int = 1, backend: Backend | None = None
) -> Iterator[TaggedRow]:
    """Tag articles as they come, a chunk at a time.

    Examples
    --------
    >>> import cyberclf
    >>> rows = tag_articles([Article("a", " ", "a.txt")], cyberclf.load())
    >>> next(rows).status
    'empty'
    """
    for _, rows in tag_chunks(chunked(articles), model, n_jobs=n_jobs, backend=backend):
        yield from rows


def _row(article: Article | Unreadable, answer: TaggedText | str) -> TaggedRow:
    if isinstance(article, Unreadable):
        return TaggedRow(article.id, "", article.where, (), {}, {}, "error", article.reason)
    if isinstance(answer, str):
        reason = f"{article.where}: could not be tagged: {answer}"
        return TaggedRow(article.id, article.title, article.where, (), {}, {}, "error", reason)
    spans = {
        tag.theme.id: (max(0, tag.passage[0] - article.offset), max(0, tag.passage[1] - article.offset))
        for tag in answer.tags
    }
    return TaggedRow(
        article.id,
        article.title,
        article.where,
        answer.themes,
        answer.probabilities,
        spans,
        answer.status,
        review=answer.review,
        text=article.text[article.offset :],
    )
