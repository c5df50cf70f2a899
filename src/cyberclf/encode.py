"""Labelled articles -> sparse counts and label matrices, and which articles are one event."""

import zlib
from array import array
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from cyberclf.labelled import LabelledArticle

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

__all__ = ["Encoded", "encode", "event_groups"]

IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

_HASHES, _BAND = 64, 4
#: Articles that share at least this much of their words are taken for one event.
_SAME = 0.6


@dataclass(frozen=True, eq=False)
class Encoded:
    """A corpus as arrays.

    Parameters
    ----------
    terms : list of str, length n_terms
        Every term seen.
    counts : csr_matrix of float64, shape (n_passages, n_terms)
    first : ndarray of int64, shape (n_articles + 1,)
        Passages of article i are ``first[i]:first[i + 1]``; each article has at least one.
    labels : ndarray of float64, shape (n_articles, n_themes)
        1, 0, or NaN where nobody judged.
    marked : ndarray of bool, shape (n_passages, n_themes)
        The passage holds marked evidence of the theme.
    groups : ndarray of int64, shape (n_articles,)
        Articles of one event have one number.
    sources, kinds : ndarray of str, shape (n_articles,)
        Source "" where unknown.
    counted_pairs : frozenset of str or None
        Pairs that the bags of counts hold, where the corpus has bags: of any other pair nobody
        knows how often those articles have it.
    """

    terms: list[str]
    counts: "csr_matrix"
    first: IntArray
    labels: npt.NDArray[np.float64]
    marked: BoolArray
    groups: IntArray
    sources: npt.NDArray[Any]
    kinds: npt.NDArray[Any]
    counted_pairs: frozenset[str] | None

    @property
    def article(self) -> IntArray:
        """Article of each passage, shape (n_passages,)."""
        return np.repeat(np.arange(len(self.first) - 1), np.diff(self.first))

    @property
    def has_marks(self) -> BoolArray:
        """Whether the article has marked evidence of the theme, shape (n_articles, n_themes)."""
        return np.logical_or.reduceat(self.marked, self.first[:-1], axis=0)

    def by_article(self) -> "csr_matrix":
        """Sum the counts by article: csr_matrix, shape (n_articles, n_terms)."""
        from scipy.sparse import csr_matrix

        n = len(self.article)
        gather = csr_matrix((np.ones(n), np.arange(n), self.first), shape=(len(self.first) - 1, n))
        return gather @ self.counts


def encode(articles: Iterable[LabelledArticle], themes: Iterable[str]) -> Encoded:
    """Count the terms of every passage, and set the labels in arrays."""
    from scipy.sparse import csr_matrix

    rows, order = list(articles), {theme: column for column, theme in enumerate(themes)}
    index: dict[str, int] = {}
    columns, values, ends, first = array("i"), array("i"), array("q", [0]), array("q", [0])
    marks: list[tuple[int, int]] = []
    labels = np.zeros((len(rows), len(order)))
    pairs: set[str] | None = None
    for number, article in enumerate(rows):
        bags, marked = article.passages()
        for theme, passages in marked.items():
            if theme in order:
                marks += [(first[-1] + passage, order[theme]) for passage in sorted(passages)]
        for bag in bags or [{}]:
            for term, count in bag.items():
                columns.append(index.setdefault(term, len(index)))
                values.append(count)
            ends.append(len(columns))
        first.append(len(ends) - 1)
        if article.bags is not None:
            pairs = set() if pairs is None else pairs
            pairs.update(term for bag in bags for term in bag if " " in term)
        for theme, column in order.items():
            labels[number, column] = np.nan if theme in article.not_judged else theme in article.themes
    shape = (len(ends) - 1, len(index))
    counts = csr_matrix((np.array(values, dtype=np.float64), np.array(columns), np.array(ends)), shape=shape)
    counts.sort_indices()
    marked_array = np.zeros((shape[0], len(order)), dtype=bool)
    for passage, column in marks:
        marked_array[passage, column] = True
    terms = list(index)
    starts = np.array(first, dtype=np.int64)
    return Encoded(
        terms=terms,
        counts=counts,
        first=starts,
        labels=labels,
        marked=marked_array,
        groups=event_groups(rows, counts, starts, terms),
        sources=np.array([article.source or "" for article in rows]),
        kinds=np.array([article.kind for article in rows]),
        counted_pairs=None if pairs is None else frozenset(pairs),
    )


def event_groups(articles: list[LabelledArticle], counts: "csr_matrix", first: IntArray, terms: list[str]) -> IntArray:
    """Give a number to each article, so that those of one event, or with nearly the same words, share a number.

    Events are as given.  Articles without one are compared by MinHash signatures with banding
    (Broder 1997; Leskovec, Rajaraman and Ullman, Mining of Massive Datasets, chapter 3), then by
    the Jaccard similarity of their words.

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
    loose = [number for number, article in enumerate(articles) if article.event is None]
    single = np.array([term[0] != "@" and " " not in term for term in terms], dtype=bool)
    sets = {}
    for number in loose:
        found = np.unique(counts.indices[counts.indptr[first[number]] : counts.indptr[first[number + 1]]])
        sets[number] = found[single[found]]
    links += _near_duplicates(sets, terms)
    pairs = np.array(links, dtype=np.int64).reshape(-1, 2)
    graph = coo_matrix((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(n, n))
    groups: IntArray = connected_components(graph, directed=False)[1].astype(np.int64)
    return groups


def _near_duplicates(sets: dict[int, npt.NDArray[Any]], terms: list[str]) -> list[tuple[int, int]]:
    hashed = np.array([zlib.crc32(term.encode("utf-8", "surrogatepass")) for term in terms], dtype=np.uint64)
    rng = np.random.default_rng(0)
    factors = rng.integers(1, 2**31, size=_HASHES, dtype=np.uint64) | np.uint64(1)
    shifts = rng.integers(0, 2**31, size=_HASHES, dtype=np.uint64)
    buckets: dict[tuple[int, bytes], int] = {}
    links = []
    for number, members in sets.items():
        if not len(members):
            continue
        mixed = hashed[members][:, None] * factors + shifts
        signature = ((mixed >> np.uint64(20)) & np.uint64(0xFFFFFFFF)).min(axis=0)
        for band in range(0, _HASHES, _BAND):
            other = buckets.setdefault((band, signature[band : band + _BAND].tobytes()), number)
            if other != number:
                shared = len(np.intersect1d(members, sets[other], assume_unique=True))
                if shared >= _SAME * (len(members) + len(sets[other]) - shared):
                    links.append((number, other))
    return links
