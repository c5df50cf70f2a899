"""Articles -> tagged rows, one at a time and in order: rows in are rows out."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from cyberclf.articles import Article, Unreadable
from cyberclf.model import Model
from cyberclf.status import Status

__all__ = ["TaggedRow", "tag_articles"]


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
        The row's own, which `passages` are spans of; only where it was asked for.
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


def tag_articles(
    articles: Iterable[Article | Unreadable], model: Model, *, force: bool = False, keep_text: bool = False
) -> Iterator[TaggedRow]:
    """Tag articles as they come; with `keep_text`, rows hold their texts too; see `Model.tag` for `force`.

    Examples
    --------
    >>> import cyberclf
    >>> rows = tag_articles([Article("a", " ", "a.txt")], cyberclf.load())
    >>> next(rows).status
    'empty'
    """
    for article in articles:
        if isinstance(article, Unreadable):
            yield TaggedRow(article.id, "", article.where, (), {}, {}, "error", article.reason)
            continue
        tagged = model.tag(article.text, force=force)
        spans = {
            tag.theme.id: (max(0, tag.passage[0] - article.offset), max(0, tag.passage[1] - article.offset))
            for tag in tagged.tags
        }
        yield TaggedRow(
            article.id,
            article.title,
            article.where,
            tagged.themes,
            tagged.probabilities,
            spans,
            tagged.status,
            review=tagged.review,
            text=article.text[article.offset :] if keep_text else "",
        )
