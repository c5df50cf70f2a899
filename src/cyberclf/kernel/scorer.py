"""The kernel as Python sees it: texts in, scores out."""

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from cyberclf.kernel.compiling import kept
from cyberclf.kernel.cutting import cut_sentences, group_pieces, place_passages
from cyberclf.kernel.layout import FloatArray, IntArray, Scratch, make_scratch
from cyberclf.kernel.read import read
from cyberclf.kernel.scoring import draw_in, score_article
from cyberclf.kernel.tables import build_tables
from cyberclf.kernel.wide import PADDING

__all__ = ["Kernel", "Scored"]

#: Characters that are encoded and scored at once: encoding drives the tables out of a processor's cache, but beyond
#: a mebibyte of bytes a second thread gains less (1.6 times, not 1.9).
_BLOCK: Final = 3 << 18
_FIRST_BLOCK: Final = 1 << 18
#: Bytes from which it pays to fetch the tables beforehand.
_MANY_BYTES: Final = 1 << 18
#: Least room for an article, in bytes.
_LEAST_ROOM: Final = 1 << 16


@kept
def _score(tables, scratch, text, offsets, scores, spans, n_words, typicality):
    """Score articles; see `Kernel.score`."""
    if len(text) >= _MANY_BYTES:
        draw_in(tables, scratch)
    pieces, bounds, best = scratch.pieces, scratch.bounds, scratch.best
    for a in range(len(offsets) - 1):
        article = text[offsets[a] :]
        end = offsets[a + 1] - offsets[a] - 1
        n, n_ends = read(tables, scratch, article, end)
        n_words[a] = n
        if n < 0:
            continue
        n_pieces = cut_sentences(tables.kind, article, scratch.words, scratch.ends, n_ends, scratch.starts, pieces)
        made = group_pieces(pieces, n_pieces, bounds)
        typicality[a] = score_article(tables, scratch, pieces, bounds, made, scores[a], best)
        place_passages(article, end, pieces, bounds, made)
        for j in range(scores.shape[1]):
            spans[a, j, 0] = bounds[best[j]]
            spans[a, j, 1] = bounds[best[j] + 1]


@dataclass(frozen=True, slots=True)
class Scored:
    """What the kernel found.

    Parameters
    ----------
    scores : ndarray of float64, shape (n_texts, n_themes)
        Before calibration.
    spans : ndarray of int64, shape (n_texts, n_themes, 2)
        First and end character of the best passage.
    n_words : ndarray of int64, shape (n_texts,)
        -1: left to the reference.
    typicality : ndarray of float64, shape (n_texts,)
        Sum over the words.
    """

    scores: FloatArray
    spans: IntArray
    n_words: IntArray
    typicality: FloatArray


class Kernel:
    """The scorer of one model.

    Parameters
    ----------
    vocabulary : sequence of str, length n_terms
    rows, rows_whole : ndarray of float64, shape (n_terms, 1 + n_themes)
        idf, then the coefficients: of passages, and of whole articles.
    intercept, intercept_whole : ndarray of float64, shape (n_themes,)
    typicality : ndarray of float64, shape (n_terms,)
        Of the words; 0 for other terms.
    unknown : float
        Typicality of a word that is none of them.
    length_penalty : float
        As of `Model`.
    """

    def __init__(
        self,
        vocabulary: Sequence[str],
        rows: FloatArray,
        rows_whole: FloatArray,
        intercept: FloatArray,
        intercept_whole: FloatArray,
        typicality: FloatArray,
        unknown: float,
        length_penalty: float,
    ) -> None:
        self.tables = build_tables(
            vocabulary, rows, rows_whole, intercept, intercept_whole, typicality, unknown, length_penalty
        )
        self._local = threading.local()

    def _scratch(self, longest: int) -> Scratch:
        found: Scratch | None = getattr(self._local, "scratch", None)
        if found is None or found.room < longest:
            # Rounded up, so that texts ever longer do not make it anew each time.
            found = make_scratch(self.tables, max(_LEAST_ROOM, 1 << longest.bit_length()))
            self._local.scratch = found
        return found

    def score(self, texts: Sequence[str]) -> Scored:
        """Score articles.

        Parameters
        ----------
        texts : sequence of str, length n_texts

        Returns
        -------
        Scored
        """
        n, n_themes = len(texts), len(self.tables.intercept)
        scored = Scored(
            np.zeros((n, n_themes)), np.zeros((n, n_themes, 2), np.int64), np.zeros(n, np.int64), np.zeros(n)
        )
        for low, high in _blocks(texts):
            # A line's end closes each text.
            encoded = _encoded(texts[low:high])
            offsets = np.zeros(high - low + 1, np.int64)
            np.cumsum([len(text) + 1 for text in encoded], out=offsets[1:])
            text = np.frombuffer(b"\n".join([*encoded, bytes(PADDING)]), np.uint8)
            _score(
                self.tables,
                self._scratch(int(np.diff(offsets).max())),
                text,
                offsets,
                scored.scores[low:high],
                scored.spans[low:high],
                scored.n_words[low:high],
                scored.typicality[low:high],
            )
        return scored


def _encoded(texts: Sequence[str]) -> list[bytes]:
    try:
        return list(map(str.encode, texts))
    except UnicodeEncodeError:
        return [text.encode("utf-8", "surrogatepass") for text in texts]


def _blocks(texts: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Cut texts to blocks, the first ones smaller: while one thread encodes, another waits for Python's lock."""
    low = size = 0
    most = _FIRST_BLOCK
    for number, text in enumerate(texts):
        size += len(text)
        if size >= most:
            yield low, number + 1
            low, size, most = number + 1, 0, min(2 * most, _BLOCK)
    if low < len(texts):
        yield low, len(texts)
