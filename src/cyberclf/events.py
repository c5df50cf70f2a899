"""Which articles are of one event: those that must not stand on both sides of a fold."""

import re
import zlib
from collections.abc import Iterable, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from cyberclf.labelled import LabelledArticle

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

__all__ = ["days_of", "event_groups"]

IntArray = npt.NDArray[np.int64]

_HASHES: Final = 64
_BAND: Final = 4
#: Articles that share at least this much of their words are taken for one event ...
_SAME: Final = 0.6
#: ... and so are those whose words are so much alike, weighed by how rare they are, and that are at most so many
#: days apart: two papers' reports of one event share few sentences.
_ALIKE: Final = 0.35
_DAYS: Final = 10
#: Words that more than this share of the articles have, or than so many of few, tell no event from another.
_COMMON: Final = 0.1
_MANY: Final = 10
_BLOCK: Final = 1000
_DAY_FIRST: Final = re.compile(r"([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4})(?![0-9])")
_MONTHS: Final = 12


def event_groups(articles: Sequence[LabelledArticle], words: "csr_matrix", terms: Sequence[str]) -> IntArray:
    """Give a number to each article, so that those of one event share a number.

    Events are as given, but no list of events is free of doubles: dated real articles of which two are much alike
    within ten days (cosine of TF-IDF) are of one event, too, and so are any two nearly the same.  Those are found by
    MinHash signatures with banding (Broder 1997; Leskovec, Rajaraman and Ullman, Mining of Massive Datasets,
    chapter 3), then by the Jaccard similarity of their words; of pairs just alike enough, banding overlooks one in ten.

    Parameters
    ----------
    articles : sequence of LabelledArticle
    words : csr_matrix, shape (n_articles, n_words)
        Counts of single words.
    terms : sequence of str, length n_words

    Returns
    -------
    ndarray of int64, shape (n_articles,)
    """
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    n = len(articles)
    links: list[tuple[int, int]] = []
    seen: dict[str, int] = {}
    for number, article in enumerate(articles):
        if article.event is not None:
            links.append((number, seen.setdefault(article.event, number)))
    links += _near_duplicates(words, terms)
    links += _alike(articles, words)
    pairs = np.array(links, dtype=np.int64).reshape(-1, 2)
    graph = coo_matrix((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(n, n))
    groups: IntArray = connected_components(graph, directed=False)[1].astype(np.int64)
    return groups


def _near_duplicates(words: "csr_matrix", terms: Sequence[str]) -> list[tuple[int, int]]:
    hashed = np.array([zlib.crc32(term.encode("utf-8", "surrogatepass")) for term in terms], dtype=np.uint64)
    rng = np.random.default_rng(0)
    factors = rng.integers(1, 2**31, size=_HASHES, dtype=np.uint64) | np.uint64(1)
    shifts = rng.integers(0, 2**31, size=_HASHES, dtype=np.uint64)
    buckets: dict[tuple[int, bytes], int] = {}
    sets: dict[int, npt.NDArray[Any]] = {}
    links = []
    for number in range(words.shape[0]):
        members = words.indices[words.indptr[number] : words.indptr[number + 1]]
        if not len(members):
            continue
        sets[number] = members
        mixed = hashed[members][:, None] * factors + shifts
        signature = ((mixed >> np.uint64(20)) & np.uint64(0xFFFFFFFF)).min(axis=0)
        for band in range(0, _HASHES, _BAND):
            other = buckets.setdefault((band, signature[band : band + _BAND].tobytes()), number)
            if other != number:
                shared = len(np.intersect1d(members, sets[other], assume_unique=True))
                if shared >= _SAME * (len(members) + len(sets[other]) - shared):
                    links.append((number, other))
    return links


def _alike(articles: Sequence[LabelledArticle], words: "csr_matrix") -> list[tuple[int, int]]:
    from sklearn.feature_extraction.text import TfidfTransformer

    days = np.array(days_of([article.date if article.kind == "press" else None for article in articles]))
    order = np.argsort(days, kind="stable")
    order = order[days[order] > 0]
    if len(order) < 2:
        return []
    days, counts = days[order], words[order]
    rare = np.bincount(counts.indices, minlength=counts.shape[1]) <= max(_MANY, _COMMON * len(order))
    if not rare.any():
        return []
    x = TfidfTransformer(sublinear_tf=True).fit_transform(counts[:, np.flatnonzero(rare)])
    links = []
    for low in range(0, len(order), _BLOCK):
        last = np.searchsorted(days, days[min(low + _BLOCK, len(order)) - 1] + _DAYS, side="right")
        for other in range(low, last, _BLOCK):
            found = (x[low : low + _BLOCK] @ x[other : min(other + _BLOCK, last)].T).tocoo()
            one, two = found.row + low, found.col + other
            near = (found.data >= _ALIKE) & (one < two) & (days[two] - days[one] <= _DAYS)
            links += list(zip(order[one[near]].tolist(), order[two[near]].tolist(), strict=True))
    return links


def days_of(written: Iterable[str | None]) -> list[int]:
    """Days that dates or times say, counted from the first of our era; 0 for one that says none.

    They are YYYY-MM-DD, or as spreadsheets in French write them, DD/MM/YYYY: unless one of them can only be
    MM/DD/YYYY, for then nobody knows what the others are.

    Examples
    --------
    >>> iso, time, french = days_of(["2025-03-12", "2025-03-12T10:00", "12/03/2025"])
    >>> iso == time == french, days_of(["12/03/2025", "03/25/2025", "hier", None])
    (True, [0, 0, 0, 0])
    """
    found = [(text, _DAY_FIRST.match(text)) for text in ((one or "").strip() for one in written)]
    parts = [tuple(map(int, match.groups())) for _, match in found if match]
    is_sure = not any(month > _MONTHS and day <= _MONTHS for day, month, _ in parts)
    return [_day("{2}-{1:0>2}-{0:0>2}".format(*match.groups()) if match and is_sure else text) for text, match in found]


def _day(iso: str) -> int:
    try:
        return date.fromisoformat(iso[:10]).toordinal()
    except ValueError:
        return 0
