"""What a word means: folding, stems, and tables of words, in compiled code."""

from typing import Final

import numpy as np

from cyberclf.analyzer import LEAST_STEM
from cyberclf.kernel.compiling import compiled, inlined
from cyberclf.kernel.signs import DIGIT, decode, kind_of
from cyberclf.kernel.wide import mix
from cyberclf.text import NUMBER_DIGITS

# Flags of a word, above its term in the low 32 bits.
LEFT_SHIFT, RIGHT_SHIFT = 35, 36
DROP, CYBERS, JOINS, LEFT, RIGHT, STARTS, FUNCTION = (1 << bit for bit in range(32, 39))
TERM: Final = (1 << 32) - 1
CLASS_SHIFT: Final = 39  # 9 bits of classes
CLASS_MASK: Final = 0x1FF
NAME_SHIFT: Final = 48  # 15 bits: number of the word in names of states, 0 for none
#: The term of all words that the model does not know.
UNKNOWN_TERM: Final = 0
FACTOR: Final = np.uint64(0x9E3779B97F4A7C15)


@compiled
def fold_word(kinds, fold_start, folded, text, start, end, out):
    """Fold the letters and digits of a stretch of bytes; their number, and whether they are a number."""
    n = 0
    digits = 0
    i = start
    while i < end:
        code, size = decode(text, i)
        kind = kind_of(kinds, code)
        if kind <= DIGIT:
            for k in range(fold_start[code], fold_start[code + 1]):
                out[n] = folded[k]
                digits += kind_of(kinds, folded[k]) == DIGIT
                n += 1
        i += size
    return n, digits == n or digits >= NUMBER_DIGITS


@compiled
def hash_word(word, n, seed):
    """Hash of folded letters."""
    h = seed
    for k in range(n):
        h = mix(h ^ np.uint64(word[k]), seed ^ FACTOR)
    return h


@inlined
def pair_key(left, right):
    """Key of a pair of terms."""
    key = np.uint64(left << 32 | right) * FACTOR
    return key ^ key >> np.uint64(31)


@compiled
def find(keys, key):
    """Slot of a key in an open-addressing table, or -1; 0 is no key."""
    mask = np.uint64(len(keys) - 1)
    slot = key & mask
    while keys[slot] != 0:
        if keys[slot] == key:
            return np.int64(slot)
        slot = (slot + np.uint64(1)) & mask
    return np.int64(-1)


@compiled
def _stem_length(trie, letters, word, n):
    """Length of the stem: the longest known ending that leaves four letters is cut."""
    best = 0
    node = 0
    for k in range(1, n - LEAST_STEM + 1):
        code = word[n - k]
        letter = letters[code] if code < 128 else -1
        if letter < 0:
            break
        node = np.int64(trie[node, letter])
        if node == 0:
            break
        if trie[node, 26]:
            best = k
    return n - best


@compiled
def _begins(word, n, list_, width):
    """Whether a word begins with one of some words (rows of `list_`, filled up with 0)."""
    for row in range(list_.shape[0]):
        if list_[row, 0] != word[0]:
            continue
        k = 1
        while k < width and k < n and list_[row, k] != 0 and list_[row, k] == word[k]:
            k += 1
        if k == width or list_[row, k] == 0:
            return True
    return False


@compiled
def resolve(tables, word, n, digits):
    """What a folded word means: its term and flags."""
    if n == 0 or digits or (n == 1 and word[0] < 128):
        return np.int64(DROP)
    seed = tables.seed
    slot = find(tables.word_keys, hash_word(word, n, seed))
    value = tables.word_values[slot] if slot >= 0 else np.int64(0)
    if value & DROP:
        return value
    if _begins(word, n, tables.joins, tables.joins.shape[1]):
        value |= JOINS
    slot = find(tables.term_keys, hash_word(word, _stem_length(tables.trie, tables.letter, word, n), seed))
    found = tables.term_values[slot] if slot >= 0 else np.int64(UNKNOWN_TERM)
    if value & FUNCTION:
        found &= ~(LEFT | RIGHT)
    return value | found
