"""Whether an article can be judged at all: enough words, and in the language the model learnt from.

How typical an article is of the training corpus: each of its words has a value between 0 (rare
there) and 1 (in every article), a word that the model does not know has `UNKNOWN`, and the article
has their mean.  It is a sum over words divided by their number, so that whatever reads the words
can add it up on the way.  Words common in the corpus are mostly the small words of its language,
which is why it tells languages apart and asks for no word list.
"""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Final, Literal

import numpy as np
import numpy.typing as npt

from cyberclf.analyzer import is_word

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

__all__ = [
    "MIN_WORDS",
    "STATUSES",
    "UNKNOWN",
    "Status",
    "foreignness_cutoff",
    "is_judged",
    "status_of",
    "tally",
    "typicality_values",
]

FloatArray = npt.NDArray[np.float64]
Status = Literal["ok", "short", "foreign", "empty", "error"]
STATUSES: Final[tuple[Status, ...]] = ("ok", "short", "foreign", "empty", "error")

#: An article of fewer words is short.  Scores grow steadily with words, from little above chance;
#: below six even the language cannot be told.  Numbers, single letters and elisions are no words here.
MIN_WORDS: Final = 6
#: What a word counts that the model does not know.  Below zero, because languages that share words
#: with the corpus's differ from it most in how many they do not share.
UNKNOWN: Final = -0.5
#: An idf from which a known word counts nothing: about one article in eleven hundred has it.
_RARE: Final = 8.0
#: The cut-off is this share of the middle training article's typicality ...
_SHARE: Final = 0.5
#: ... and never more than what all but this share of the training articles have.
_LOST: Final = 0.01
#: Standard deviations.
_FAR: Final = 3.0


def typicality_values(idf_whole: FloatArray) -> FloatArray:
    """Value of each term by its idf over whole articles.

    Parameters
    ----------
    idf_whole : ndarray of float64, shape (n_terms,)

    Returns
    -------
    ndarray of float64, shape (n_terms,)
        From 0 (rare) to 1 (in every article).  To be read for single words only.

    Examples
    --------
    >>> typicality_values(np.array([1.0, 4.5, 12.0])).tolist()
    [1.0, 0.5, 0.0]
    """
    values: FloatArray = np.clip((_RARE - idf_whole) / (_RARE - 1.0), 0.0, 1.0)
    return values


def tally(bags: Iterable[Mapping[str, int]], index: Mapping[str, int], values: FloatArray) -> tuple[int, float]:
    """Count an article's words, and take the mean of their values.

    Parameters
    ----------
    bags : iterable of mappings of str to int
        Counted terms of the passages; only single words are read.
    index : mapping of str to int
        Rows of the known terms.
    values : ndarray of float64, shape (n_terms,)
        See `typicality_values`.

    Returns
    -------
    n_words : int
    typicality : float
        `UNKNOWN` where there is no word.

    Examples
    --------
    >>> tally([{"le": 2, "pont": 1, "le pont": 1}], {"le": 0}, np.array([1.0]))
    (3, 0.5)
    """
    n_words, total = 0, 0.0
    for bag in bags:
        for term, count in bag.items():
            if is_word(term):
                row = index.get(term)
                n_words += count
                total += count * (UNKNOWN if row is None else float(values[row]))
    return n_words, total / n_words if n_words else UNKNOWN


def is_judged(status: Status, *, forced: bool = False) -> bool:
    """Whether what has the status is given themes.

    Examples
    --------
    >>> is_judged("short"), is_judged("short", forced=True), is_judged("empty", forced=True)
    (False, True, False)
    """
    return status == "ok" or (forced and status in {"short", "foreign"})


def status_of(n_words: int, typicality: float, cutoff: float) -> Status:
    """Say whether an article can be judged.

    Parameters
    ----------
    n_words : int
    typicality : float
        Mean value of its words.
    cutoff : float
        Typicality below which an article is foreign to the model.

    Examples
    --------
    >>> [status_of(n, t, 0.35) for n, t in ((0, 0.0), (5, 0.7), (200, 0.02), (200, 0.7))]
    ['empty', 'short', 'foreign', 'ok']
    """
    if not n_words:
        return "empty"
    if n_words < MIN_WORDS:
        return "short"
    return "foreign" if typicality < cutoff else "ok"


def foreignness_cutoff(counts: "csr_matrix", *, min_articles: int) -> float:
    """Typicality below which an article is foreign, from the training articles alone.

    Each article is looked at as if it had been left out: its own words count one article fewer,
    and those that too few others have are unknown.  The cut-off is half of the middle article's
    typicality, and so low that at most one article in a hundred of the corpus itself would fall
    below it, which is what rules where the corpus is small and most words are new.  Fewer than a
    hundred articles do not show what one in a hundred is: then it lies three standard deviations below their mean.

    Parameters
    ----------
    counts : csr_matrix, shape (n_articles, n_words)
        How often each article has each single word, kept by the model or not.
    min_articles : int
        Articles that must have a word for the model to know it.

    Returns
    -------
    float
        `UNKNOWN`, below which nothing is, where no article has enough words.
    """
    n_words = np.asarray(counts.sum(axis=1)).ravel()
    enough = n_words >= MIN_WORDS
    if not enough.any():
        return UNKNOWN
    others = np.bincount(counts.indices, minlength=counts.shape[1]) - 1
    idf = np.log(counts.shape[0] / np.maximum(others + 1.0, 1.0)) + 1.0
    values = np.where(others >= min_articles, typicality_values(idf), UNKNOWN)
    typicality = (counts @ values)[enough] / n_words[enough]
    # "lower": of fewer than a hundred articles not one is below.
    low = min(_SHARE * np.median(typicality), np.quantile(typicality, _LOST, method="lower"))
    if len(typicality) * _LOST < 1.0:
        low = max(UNKNOWN, min(low, typicality.mean() - _FAR * typicality.std()))
    return float(low)
