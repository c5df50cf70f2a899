"""Labelled articles -> sparse counts and label matrices."""

from array import array
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from cyberclf.analyzer import is_pair, is_word
from cyberclf.events import event_groups
from cyberclf.labelled import LabelledArticle

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

__all__ = ["Encoded", "encode"]

IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]


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

    def words_by_article(self) -> "csr_matrix":
        """Sum the counts of single words by article: csr_matrix, shape (n_articles, n_words)."""
        return self.by_article()[:, np.array([is_word(term) for term in self.terms], dtype=bool)]


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
            pairs.update(term for bag in bags for term in bag if is_pair(term))
        for said, value in ((article.themes, 1.0), (article.not_judged, np.nan)):
            labels[number, [order[theme] for theme in said if theme in order]] = value
    shape = (len(ends) - 1, len(index))
    # Sorted, whatever order a process met them in: solvers add up in the order of the terms.
    terms = sorted(index)
    place = np.empty(len(index), dtype=np.int32)
    place[[index[term] for term in terms]] = np.arange(len(index))
    counts = csr_matrix(
        (np.array(values, dtype=np.float64), place[np.array(columns, dtype=np.int64)], np.array(ends)), shape=shape
    )
    counts.sort_indices()
    marked_array = np.zeros((shape[0], len(order)), dtype=bool)
    for passage, column in marks:
        marked_array[passage, column] = True
    starts = np.array(first, dtype=np.int64)
    made = Encoded(
        terms=terms,
        counts=counts,
        first=starts,
        labels=labels,
        marked=marked_array,
        groups=np.arange(len(rows)),
        sources=np.array([article.source or "" for article in rows]),
        kinds=np.array([article.kind for article in rows]),
        counted_pairs=None if pairs is None else frozenset(pairs),
    )
    words = [term for term in terms if is_word(term)]
    return replace(made, groups=event_groups(rows, made.words_by_article(), words))
