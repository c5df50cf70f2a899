"""Articles -> tagged rows, in chunks and in order: rows in are rows out."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import count
from typing import Any, Final

from cyberclf.errors import one_line
from cyberclf.jsonlines import Lines
from cyberclf.keeping import Kept, size_of
from cyberclf.model import Model
from cyberclf.rows import Article, Piece, Unreadable, articles_of
from cyberclf.status import STATUSES, Status
from cyberclf.tagged import TaggedText, TaggedTexts
from cyberclf.workers import Backend, in_order

__all__ = [
    "MAX_CHARS",
    "Chunk",
    "TaggedChunk",
    "TaggedRow",
    "chunked",
    "tag_articles",
    "tag_chunk",
    "tag_chunks",
    "unread_row",
]

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
    given_title : str
        As of `Article`.
    kept : tuple of (str, value)
        As of `Article`.
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
    given_title: str = ""
    kept: Kept = ()

    def as_dict(self, *, with_text: bool = False) -> dict[str, Any]:
        """Return the row as plain values, probabilities to four decimals; with the text, its whole title too."""
        row: dict[str, Any] = {
            "id": self.id,
            "title": (with_text and self.given_title) or self.title,
            **({"text": self.text} if with_text else {}),
            **dict(self.kept),
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
    pieces : sequence of Article, Unreadable or Rows
    keep : sequence of str
        Columns of the rows that go on with them.
    """

    pieces: Sequence[Piece]
    keep: Sequence[str] = ()

    @cached_property
    def articles(self) -> Sequence[Article | Unreadable]:
        """The articles; rows are read when they are first asked for."""
        return list(articles_of(self.pieces, self.keep))

    def texts(self) -> list[str]:
        """Return the texts of those that could be read."""
        return [article.text for article in self.articles if isinstance(article, Article)]

    @property
    def n_rows(self) -> int:
        """Number of the articles; no row need be read for it."""
        return sum(1 if isinstance(piece, Article | Unreadable) else piece.n_rows() for piece in self.pieces)


@dataclass(frozen=True, slots=True)
class TaggedChunk:
    """Articles, and what the model says of them.

    Parameters
    ----------
    pieces : sequence of Article, Unreadable or Rows
        What they were made of.
    articles : sequence of Article or Unreadable
        One whose text made the model fail is none that could be read.
    texts : TaggedTexts
        Of those that could be read, in order.
    """

    pieces: Sequence[Piece]
    articles: Sequence[Article | Unreadable]
    texts: TaggedTexts

    def counts(self) -> dict[str, int]:
        """Count the articles by status."""
        unread = sum(isinstance(article, Unreadable) for article in self.articles)
        return {s: unread if s == "error" else self.texts.status.count(s) for s in STATUSES}

    def rows(self) -> list[TaggedRow]:
        """Return a row for each article."""
        said = iter(self.texts.texts())
        return [
            unread_row(article) if isinstance(article, Unreadable) else _row(article, next(said))
            for article in self.articles
        ]


def chunked(pieces: Iterable[Piece], keep: Sequence[str] = ()) -> Iterator[Chunk]:
    """Cut a stream into chunks of at most 256 articles and about a million characters, or one piece that is larger.

    Where a chunk ends depends on nothing but what it holds: who begins again at an end of a chunk
    gets the same chunks.

    Examples
    --------
    >>> [len(chunk.articles) for chunk in chunked(Article("a", "la loi", "a") for _ in range(600))]
    [256, 256, 88]
    """
    held: list[Piece] = []
    rows = chars = 0
    for piece in pieces:
        held.append(piece)
        if isinstance(piece, Lines):
            rows += piece.n_lines
            chars += len(piece.content)
        else:
            rows += 1
            chars += len(piece.text) if isinstance(piece, Article) else 0
            chars += size_of(piece.kept) if keep and isinstance(piece, Article | Unreadable) else 0
        if rows >= MAX_ROWS or chars >= MAX_CHARS:
            yield Chunk(held, keep)
            held = []
            rows = chars = 0
    if held:
        yield Chunk(held, keep)


@dataclass(frozen=True, slots=True)
class _Tagging:
    """Texts in; out what is said of them, and of those that make the model fail, by their place, the reason."""

    model: Model

    def prepare(self) -> None:
        self.model.prepare()

    def __call__(self, texts: Sequence[str]) -> tuple[TaggedTexts, dict[int, str]]:
        try:
            return self.model.tag_texts(texts), {}
        except Exception:  # noqa: BLE001 - whatever one text does, the others are still tagged
            made, failed = [], {}
            for place, text in enumerate(texts):
                try:
                    made.append(self.model.tag_texts([text]))
                except Exception as error:  # noqa: BLE001 - it becomes a row that says so
                    failed[place] = one_line(f"{type(error).__name__} {error}")
            return TaggedTexts.joined(self.model.theme_list, made), failed


def tag_chunk(chunk: Chunk, model: Model) -> TaggedChunk:
    """Tag the articles of one chunk, here and now."""
    return _joined(chunk, _Tagging(model)(chunk.texts()))


def tag_chunks(
    chunks: Iterable[Chunk], model: Model, *, n_jobs: int = 1, backend: Backend | None = None
) -> Iterator[TaggedChunk]:
    """Tag chunks as they come, by `n_jobs` workers, few of them in memory at a time.

    Yields
    ------
    TaggedChunk
        In order.

    Raises
    ------
    TaggingError
        When a worker process dies.
    """
    pairs = ((chunk, chunk.texts()) for chunk in chunks)
    for chunk, answers in in_order(pairs, _Tagging(model), n_jobs=n_jobs, backend=backend):
        yield _joined(chunk, answers)


def _joined(chunk: Chunk, answers: tuple[TaggedTexts, Mapping[int, str]]) -> TaggedChunk:
    texts, failed = answers
    if not failed:
        return TaggedChunk(chunk.pieces, chunk.articles, texts)
    places = count()
    articles = [
        article
        if isinstance(article, Unreadable) or (reason := failed.get(next(places))) is None
        else _untagged(article, reason)
        for article in chunk.articles
    ]
    return TaggedChunk(chunk.pieces, articles, texts)


def _untagged(article: Article, reason: str) -> Unreadable:
    said = f"{article.where}: could not be tagged: {reason}"
    return Unreadable(article.id, article.where, said, article.title, article.kept)


def tag_articles(
    articles: Iterable[Article | Unreadable], model: Model, *, n_jobs: int = 1, backend: Backend | None = None
) -> Iterator[TaggedRow]:
    """Tag articles as they come, a chunk at a time, by `n_jobs` workers (-1: as many as there are cores).

    Examples
    --------
    >>> import cyberclf
    >>> rows = tag_articles([Article("a", " ", "a.txt")], cyberclf.load())
    >>> next(rows).status
    'empty'
    """
    for tagged in tag_chunks(chunked(articles), model, n_jobs=n_jobs, backend=backend):
        yield from tagged.rows()


def unread_row(article: Unreadable) -> TaggedRow:
    """Return the row of what could not be read."""
    return TaggedRow(article.id, article.title, article.where, (), {}, {}, "error", article.reason, kept=article.kept)


def _row(article: Article, said: TaggedText) -> TaggedRow:
    return TaggedRow(
        article.id,
        article.title,
        article.where,
        said.themes,
        said.probabilities,
        {tag.theme.id: article.own_span(*tag.passage) for tag in said.tags},
        said.status,
        review=said.review,
        text=article.text[article.offset :],
        given_title=article.given_title,
        kept=article.kept,
    )
