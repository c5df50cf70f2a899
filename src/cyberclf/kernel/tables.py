"""The tables that scoring reads, made of a model's vocabulary and numbers."""

import os
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from cyberclf.analyzer import (
    MOST_STATES,
    class_terms,
    function_words,
    is_pair,
    is_word,
    state_names,
    stem_endings,
    word_classes,
)
from cyberclf.kernel.layout import Counting, FloatArray, Tables
from cyberclf.kernel.scoring import LOGS
from cyberclf.kernel.signs import byte_table, sign_tables
from cyberclf.kernel.words import (
    CLASS_SHIFT,
    CYBERS,
    DROP,
    FACTOR,
    FUNCTION,
    LEFT,
    NAME_SHIFT,
    RIGHT,
    STARTS,
    UNKNOWN_TERM,
)
from cyberclf.text import ABBREVIATIONS, CYBER, CYBER_WORDS, DOMAINS, DROPPED

__all__ = ["build_tables"]

_MASK: Final = (1 << 64) - 1


def _hash_of(word: str, seed: int) -> int:
    """As `words.hash_word`."""
    h = seed
    for char in word:
        product = (h ^ ord(char)) * (seed ^ int(FACTOR))
        h = (product ^ product >> 64) & _MASK
    return h


def _key_of(left: int, right: int) -> int:
    """As `words.pair_key`."""
    key = (left << 32 | right) * int(FACTOR) & _MASK
    return key ^ key >> 31


def _table(entries: Mapping[int, int], dtype: Any) -> tuple[npt.NDArray[np.uint64], npt.NDArray[Any]]:
    """Open-addressing table, at most a quarter full."""
    size = 1 << max(4, (4 * len(entries)).bit_length())
    keys, values = np.zeros(size, np.uint64), np.zeros(size, dtype)
    for key, value in entries.items():
        slot = key & (size - 1)
        while keys[slot]:
            slot = (slot + 1) & (size - 1)
        keys[slot], values[slot] = key, value
    return keys, values


def _padded(list_: Sequence[str]) -> npt.NDArray[np.int32]:
    width = max(map(len, list_))
    return np.array([[*map(ord, word), *[0] * (width - len(word))] for word in list_], np.int32)


def _endings() -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]]:
    """Trie of the endings read from their end: node, letter -> node; column 26 says that an ending is complete."""
    nodes = [[0] * 27]
    for ending in stem_endings():
        node = 0
        for char in reversed(ending):
            letter = ord(char) - ord("a")
            if not nodes[node][letter]:
                nodes.append([0] * 27)
                nodes[node][letter] = len(nodes) - 1
            node = nodes[node][letter]
        nodes[node][26] = 1
    letters = np.full(128, -1, np.int32)
    letters[ord("a") : ord("z") + 1] = np.arange(26)
    return np.array(nodes, np.int32), letters


def _word_values() -> tuple[dict[str, int], npt.NDArray[np.int32], npt.NDArray[np.int32]]:
    """Flags of words that are known whole, and the names of states by the number of their first word."""
    values = dict.fromkeys(DROPPED, DROP) | {CYBER: CYBERS}
    for word in function_words():
        values[word] = values.get(word, 0) | FUNCTION
    names = state_names()
    numbers: dict[str, int] = {}
    for first, found in names.items():
        for word in (first, *(word for name, _ in found for word in name)):
            numbers.setdefault(word, len(numbers) + 1)
    for word, number in numbers.items():
        values[word] = values.get(word, 0) | number << NAME_SHIFT | (STARTS if word in names else 0)
    states = {code: number for number, code in enumerate(sorted({code for f in names.values() for _, code in f}))}
    width = 2 + max(len(name) for found in names.values() for name, _ in found)
    rows: list[list[int]] = []
    start = np.zeros(len(numbers) + 2, np.int32)
    for word, number in numbers.items():
        for name, code in names.get(word, ()):
            row = [states[code], len(name), *(numbers[w] for w in name[1:])]
            rows.append(row + [0] * (width - len(row)))
        start[number + 1] = len(rows)
    return values, np.array(rows, np.int32), start


def _numbered(vocabulary: Sequence[str], idf: FloatArray) -> dict[str, int]:
    """Give terms their numbers: the frequent ones first, so that what is met often lies close together."""
    order = np.argsort(idf, kind="stable")
    return {vocabulary[row]: UNKNOWN_TERM + 1 + number for number, row in enumerate(order.tolist())}


def _products(rows: FloatArray, typicality: FloatArray, numbers: Sequence[int], n_terms: int) -> FloatArray:
    """Make the rows that are added up: idf squared, idf times each coefficient, typicality."""
    idf, coef = rows[:, :1], rows[:, 1:]
    made = np.zeros((n_terms, coef.shape[1] + 2))
    made[numbers] = np.column_stack([idf * idf, idf * coef, typicality])
    return made


def build_tables(
    vocabulary: Sequence[str],
    rows: FloatArray,
    rows_whole: FloatArray,
    intercept: FloatArray,
    intercept_whole: FloatArray,
    typicality: FloatArray,
    unknown: float,
    length_penalty: float,
) -> Tables:
    """Make the tables of a model; see `Kernel`."""
    # Nobody outside can know which words share a hash.
    seed = int.from_bytes(os.urandom(8), "little")
    terms = _numbered(vocabulary, rows[:, 0])
    numbers = [terms[term] for term in vocabulary]
    stems = {term: number for term, number in terms.items() if is_word(term)}
    pairs = [term.split(" ") for term in terms if is_pair(term)]
    # A stem that stands only in pairs gets a number beyond the vocabulary.  For the rest, it
    # is an unknown word.
    n_terms = 1 + len(terms)
    for pair in pairs:
        for part in pair:
            if part not in stems:
                stems[part] = n_terms
                n_terms += 1
    lefts, rights = {pair[0] for pair in pairs}, {pair[-1] for pair in pairs}
    classes, names = class_terms(), word_classes()
    bit = {name: 1 << CLASS_SHIFT + number for number, name in enumerate(classes)}
    by_stem = {
        word: stems.get(word, UNKNOWN_TERM)
        | (LEFT if word in lefts else 0)
        | (RIGHT if word in rights else 0)
        | sum(bit[name] for name in names.get(word, ()))
        for word in {*stems, *names}
    }
    term_keys, term_values = _table({_hash_of(w, seed): v for w, v in by_stem.items()}, np.int64)
    by_pair = {_key_of(stems[left], stems[right]): terms[f"{left} {right}"] for left, right in pairs}
    pair_keys, pair_values = _table(by_pair, np.int32)
    pair_filter = np.zeros(1 << 13, np.uint8)
    for key in by_pair:
        pair_filter[key >> 51] |= 1 << (key >> 48 & 7)
    by_word, name_rows, name_start = _word_values()
    word_keys, word_values = _table({_hash_of(w, seed): v for w, v in by_word.items()}, np.int64)
    kind, alnum, fold_start, folded = sign_tables()
    trie, letter = _endings()

    def term(name: str) -> int:
        return terms.get(name, -1)

    counting = Counting(
        pair_keys=pair_keys,
        pair_values=pair_values,
        pair_filter=pair_filter,
        names=name_rows,
        name_start=name_start,
        class_term=np.array([term(f"@{name}") for name in classes], np.int32),
        title_term=np.array([term(f"@title:{name}") for name in classes], np.int32),
        number_term=np.array([term(f"@n{number}") for number in range(1, MOST_STATES + 1)], np.int32),
        meeting_term=np.array([[term("@" + "+".join(sorted((a, b)))) for b in classes] for a in classes], np.int32),
    )
    whole = _products(rows_whole, typicality, numbers, n_terms)
    whole[UNKNOWN_TERM, len(intercept) + 1] = unknown
    whole[1 + len(terms) :, len(intercept) + 1] = unknown
    return Tables(
        bytes=byte_table(),
        kind=kind,
        alnum=alnum,
        fold_start=fold_start,
        folded=folded,
        word_keys=word_keys,
        word_values=word_values,
        term_keys=term_keys,
        term_values=term_values,
        trie=trie,
        letter=letter,
        cyber=np.array([*map(ord, CYBER + "ewww")], np.int32),
        joins=_padded(CYBER_WORDS),
        abbreviations=np.array([int.from_bytes(a[::-1].encode(), "big") for a in sorted(ABBREVIATIONS)], np.int64),
        domains=_padded(DOMAINS),
        counting=counting,
        rows=_products(rows, typicality, numbers, n_terms),
        rows_whole=whole,
        intercept=np.ascontiguousarray(intercept),
        intercept_whole=np.ascontiguousarray(intercept_whole),
        length_penalty=float(length_penalty),
        logs=1.0 + np.log(np.maximum(np.arange(LOGS), 1)),
        seed=np.uint64(seed),
    )
