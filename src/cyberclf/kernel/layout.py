"""What lies in the tables that scoring reads, and in the room that it writes to."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from cyberclf.kernel.read import LONGEST_WORD, REMEMBERED, SLOTS

__all__ = ["Counting", "FloatArray", "IntArray", "Scratch", "Tables", "make_scratch"]

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]


class Counting(NamedTuple):
    """What counting the terms of a passage reads."""

    pair_keys: npt.NDArray[np.uint64]
    pair_values: npt.NDArray[np.int32]
    pair_filter: npt.NDArray[np.uint8]
    names: npt.NDArray[np.int32]
    name_start: npt.NDArray[np.int32]
    class_term: npt.NDArray[np.int32]
    title_term: npt.NDArray[np.int32]
    number_term: npt.NDArray[np.int32]
    meeting_term: npt.NDArray[np.int32]


class Tables(NamedTuple):
    """What scoring reads and never writes: arrays only, so that numba takes them as they are."""

    bytes: npt.NDArray[np.uint8]
    kind: npt.NDArray[np.uint8]
    alnum: npt.NDArray[np.uint8]
    fold_start: npt.NDArray[np.int32]
    folded: npt.NDArray[np.int32]
    word_keys: npt.NDArray[np.uint64]
    word_values: IntArray
    term_keys: npt.NDArray[np.uint64]
    term_values: IntArray
    trie: npt.NDArray[np.int32]
    letter: npt.NDArray[np.int32]
    cyber: npt.NDArray[np.int32]
    joins: npt.NDArray[np.int32]
    abbreviations: IntArray
    domains: npt.NDArray[np.int32]
    counting: Counting
    rows: FloatArray
    rows_whole: FloatArray
    intercept: FloatArray
    intercept_whole: FloatArray
    length_penalty: float
    logs: FloatArray
    seed: np.uint64


class Scratch(NamedTuple):
    """What scoring writes: one a thread."""

    slots: npt.NDArray[np.uint16]
    memory: npt.NDArray[np.uint64]
    held: IntArray
    counts: npt.NDArray[np.int32]
    touched: npt.NDArray[np.int32]
    counts_whole: npt.NDArray[np.int32]
    touched_whole: npt.NDArray[np.int32]
    sums: FloatArray
    tops: FloatArray
    shares: FloatArray
    word: npt.NDArray[np.int32]
    best: IntArray
    stops: npt.NDArray[np.uint8]
    specials: npt.NDArray[np.uint8]
    tokens: IntArray
    words: npt.NDArray[np.int32]
    ends: npt.NDArray[np.int32]
    starts: npt.NDArray[np.int32]
    pieces: IntArray
    bounds: IntArray

    @property
    def room(self) -> int:
        """Bytes that an article may have."""
        return 2 * (len(self.tokens) - 2)


def make_scratch(tables: Tables, longest: int) -> Scratch:
    """Make room for articles of so many bytes."""
    n_terms, n_themes = len(tables.rows), len(tables.intercept)
    # A word has two bytes or more, and a sign between it and the next.
    most = longest // 2 + 2
    return Scratch(
        slots=np.zeros(SLOTS, np.uint16),
        memory=np.empty(2 * REMEMBERED, np.uint64),
        held=np.zeros(1, np.int64),
        counts=np.zeros(n_terms, np.int32),
        touched=np.empty(n_terms + 1, np.int32),
        counts_whole=np.zeros(n_terms, np.int32),
        touched_whole=np.empty(n_terms + 1, np.int32),
        sums=np.zeros(n_themes),
        tops=np.zeros(n_themes),
        shares=np.zeros(n_themes),
        word=np.empty(3 * LONGEST_WORD, np.int32),
        best=np.zeros(n_themes, np.int64),
        stops=np.empty(longest // 8 + 64, np.uint8),
        specials=np.empty(longest // 8 + 64, np.uint8),
        tokens=np.empty(most, np.int64),
        words=np.empty(most, np.int32),
        ends=np.empty(most, np.int32),
        starts=np.empty(most, np.int32),
        pieces=np.empty((most, 3), np.int64),
        bounds=np.empty(most + 1, np.int64),
    )
