"""Which articles are of one event: those that must not stand on both sides of a fold."""

import re
import zlib
from collections.abc import Iterable, Sequence
from datetime import date
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from cyberclf.labelled import LabelledArticle

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

__all__ = ["days_of", "event_groups", "month_first"]

IntArray = npt.NDArray[np.int64]

_HASHES: Final = 64
_BAND: Final = 4
#: Of many texts of one form, as reports of earnings, each two may share so much without being of one event; then
#: those are that share this much.
_COPIES: Final = 0.9
#: Articles of a bucket that a new one is compared with.
_HOLDERS: Final = 64
#: How far a signature's estimate may lie below what two articles share: nearly two standard deviations.
_UNSURE: Final = 0.1
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
    within ten days (cosine of TF-IDF) are of one event, too, and so are any two nearly the same (three fifths of their
    words; nine tenths, where a third text lies as near).  Those are found by MinHash signatures with banding (Broder
    1997; Leskovec, Rajaraman and Ullman, Mining of Massive Datasets, chapter 3), then by the Jaccard similarity of
    their words; of pairs just alike enough, banding overlooks one in ten.

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
    n = len(articles)
    links: list[tuple[int, int]] = []
    seen: dict[str, int] = {}
    for number, article in enumerate(articles):
        if article.event is not None:
            links.append((number, seen.setdefault(article.event, number)))
    links += _near_duplicates(words, terms)
    pairs = np.concatenate([np.array(links, dtype=np.int64).reshape(-1, 2), _alike(articles, words)])
    return _joined(pairs, n)


def _joined(pairs: IntArray, n: int) -> IntArray:
    """Give the number of its group to each of `n`, which the pairs link."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    graph = coo_matrix((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(n, n))
    groups: IntArray = connected_components(graph, directed=False)[1].astype(np.int64)
    return groups


def _thinned(pairs: IntArray, n: int) -> IntArray:
    """Fewer pairs than `n` that link the same."""
    groups = _joined(pairs, n)
    first = np.unique(groups, return_index=True)[1][groups]
    linked = first != np.arange(n)
    return np.column_stack([np.arange(n)[linked], first[linked]])


def _near_duplicates(words: "csr_matrix", terms: Sequence[str]) -> list[tuple[int, int]]:
    from scipy.cluster.hierarchy import DisjointSet

    hashed = np.array([zlib.crc32(term.encode("utf-8", "surrogatepass")) for term in terms], dtype=np.uint64)
    rng = np.random.default_rng(0)
    factors = rng.integers(1, 2**31, size=_HASHES, dtype=np.uint64) | np.uint64(1)
    shifts = rng.integers(0, 2**31, size=_HASHES, dtype=np.uint64)
    buckets: dict[tuple[int, bytes], list[int]] = {}
    sets: dict[int, IntArray] = {}
    twins: dict[bytes, int] = {}
    signatures = np.zeros((words.shape[0], _HASHES), dtype=np.uint32)
    links = []
    known = DisjointSet(range(words.shape[0]))
    for number in range(words.shape[0]):
        members = np.sort(words.indices[words.indptr[number] : words.indptr[number + 1]])
        if not len(members):
            continue
        if (twin := twins.setdefault(members.tobytes(), number)) != number:
            links.append((number, twin))
            continue
        sets[number] = members
        mixed = hashed[members][:, None] * factors + shifts
        signature = ((mixed >> np.uint64(20)) & np.uint64(0xFFFFFFFF)).min(axis=0).astype(np.uint32)
        signatures[number] = signature
        first: set[int] = set()
        met: set[int] = set()
        for band in range(0, _HASHES, _BAND):
            key = band, signature[band : band + _BAND].tobytes()
            holders = buckets.setdefault(key, [])
            first.update(holders[:1])
            met.update(holders)
            # The first, and the latest of the others.
            if len(holders) > _HOLDERS:
                del holders[1]
            holders.append(number)
        others = np.array(sorted(met), dtype=np.int64)
        # Where many texts have a form in common, most that meet are no copies, as their signatures tell.
        likely = (signatures[others] == signature).mean(axis=1) >= _COPIES - _UNSURE
        for other in first.union(others[likely].tolist()):
            if known.connected(number, other):
                continue
            shared = len(np.intersect1d(members, sets[other], assume_unique=True))
            least = _SAME if other in first else _COPIES
            if shared >= least * (len(members) + len(sets[other]) - shared):
                links.append((number, other))
                known.merge(number, other)
    return links


def _alike(articles: Sequence[LabelledArticle], words: "csr_matrix") -> IntArray:
    from sklearn.feature_extraction.text import TfidfTransformer

    days = np.array(days_of([article.date if article.kind == "press" else None for article in articles]))
    order = np.argsort(days, kind="stable")
    order = order[days[order] > 0]
    links = np.empty((0, 2), dtype=np.int64)
    if len(order) < 2:
        return links
    days, counts = days[order], words[order]
    rare = np.bincount(counts.indices, minlength=counts.shape[1]) <= max(_MANY, _COMMON * len(order))
    if not rare.any():
        return links
    x = TfidfTransformer(sublinear_tf=True).fit_transform(counts[:, np.flatnonzero(rare)])
    for low in range(0, len(order), _BLOCK):
        last = np.searchsorted(days, days[min(low + _BLOCK, len(order)) - 1] + _DAYS, side="right")
        for other in range(low, last, _BLOCK):
            found = (x[low : low + _BLOCK] @ x[other : min(other + _BLOCK, last)].T).tocoo()
            one, two = found.row + low, found.col + other
            near = (found.data >= _ALIKE) & (one < two) & (days[two] - days[one] <= _DAYS)
            links = np.concatenate([links, np.column_stack([order[one[near]], order[two[near]]])])
            # Of articles that are all alike the pairs are as many as their square.
            if len(links) > _BLOCK * _BLOCK + len(articles):
                links = _thinned(links, len(articles))
    return links


def days_of(written: Iterable[str | None]) -> list[int]:
    """Days that dates or times say, counted from the first of our era; 0 for one that says none.

    They are YYYY-MM-DD, or as spreadsheets in French write them, DD/MM/YYYY: unless one of them has the month first,
    for then nobody knows what the others are.

    Examples
    --------
    >>> iso, time, french = days_of(["2025-03-12", "2025-03-12T10:00", "12/03/2025"])
    >>> iso == time == french, days_of(["12/03/2025", "03/25/2025", "hier", None])
    (True, [0, 0, 0, 0])
    """
    texts = [(one or "").strip() for one in written]
    is_sure = not any(map(month_first, texts))
    found = [(text, _DAY_FIRST.match(text)) for text in texts]
    return [_day("{2}-{1:0>2}-{0:0>2}".format(*match.groups()) if match and is_sure else text) for text, match in found]


def month_first(written: str) -> bool:
    """Whether a date can only have its month before its day.

    Examples
    --------
    >>> month_first("03/25/2025"), month_first("03/12/2025"), month_first("2025-03-12")
    (True, False, False)
    """
    match = _DAY_FIRST.match(written.strip())
    return match is not None and int(match[1]) <= _MONTHS < int(match[2])


def _day(iso: str) -> int:
    try:
        return date.fromisoformat(iso[:10]).toordinal()
    except ValueError:
        return 0
