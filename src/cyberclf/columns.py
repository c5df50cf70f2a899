"""Tagged articles as columns, for tables that keep the columns of the user: Parquet and pandas."""

from collections.abc import Collection, Iterable
from typing import Any, Final

import numpy as np

from cyberclf.rows import Article, Unreadable
from cyberclf.tagged import columns_that_hold
from cyberclf.tagging import TaggedChunk

__all__ = ["columns_of", "free_names", "our_names"]

_PREFIX: Final = "cyberclf_"


def our_names(themes: Iterable[str]) -> list[str]:
    """Names of the columns that tagging adds.

    Examples
    --------
    >>> our_names(["a", "b"])
    ['themes', 'review', 'p_a', 'p_b', 'passages', 'status', 'error']
    """
    return ["themes", "review", *(f"p_{theme}" for theme in themes), "passages", "status", "error"]


def free_names(themes: Iterable[str], taken: Collection[str]) -> dict[str, str]:
    """Name our columns so that none takes the place of one of the user's.

    One whose name is taken gets the prefix ``cyberclf_``, as often as it needs.

    Examples
    --------
    >>> free_names(["a"], ["text", "status"])["status"]
    'cyberclf_status'
    """
    names = {}
    for name in our_names(themes):
        free = name
        while free in taken:
            free = _PREFIX + free
        names[name] = free
    return names


def columns_of(tagged: TaggedChunk, *, exact: bool = False) -> dict[str, Any]:
    """Return what was said of articles as columns, by the names of `our_names`.

    Parameters
    ----------
    tagged : TaggedChunk
    exact : bool, default False
        Leave probabilities as they are; by default four decimals are kept.

    Returns
    -------
    dict of str to list or ndarray of float64, length n_articles
        ``themes`` and ``review``: lists of ids; ``p_THEME``: floats, NaN for what could not be read;
        ``passages``: lists of objects with ``theme``, ``start`` and ``end``; ``error``: a string or None.
    """
    texts = tagged.texts
    names = [theme.id for theme in texts.theme_list]
    read = [article for article in tagged.articles if isinstance(article, Article)]
    rows = [row for row, article in enumerate(tagged.articles) if isinstance(article, Article)]
    n = len(tagged.articles)
    columns: dict[str, Any] = {"themes": [[] for _ in range(n)], "review": [[] for _ in range(n)]}
    shares = texts.probabilities if exact else texts.rounded()
    for column, name in enumerate(names):
        columns[f"p_{name}"] = np.full(n, np.nan)
        columns[f"p_{name}"][rows] = shares[:, column]
    columns["passages"] = [[] for _ in range(n)]
    columns["status"] = ["error"] * n
    columns["error"] = [article.reason if isinstance(article, Unreadable) else None for article in tagged.articles]
    for row, status in zip(rows, texts.status, strict=True):
        columns["status"][row] = status
    for row, found in columns_that_hold(texts.review).items():
        columns["review"][rows[row]] = [names[column] for column in found]
    spans = iter(texts.spans[texts.given].tolist())
    for row, found in columns_that_hold(texts.given).items():
        columns["themes"][rows[row]] = [names[column] for column in found]
        places = [read[row].own_span(*next(spans)) for _ in found]
        columns["passages"][rows[row]] = [
            {"theme": names[column], "start": start, "end": end}
            for column, (start, end) in zip(found, places, strict=True)
        ]
    return columns
