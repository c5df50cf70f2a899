"""The fused batch scorer: one pass over the bytes of many articles, compiled by numba.

It says exactly what `Model.article` says of `article_bags` (within rounding), but keeps no Python object a
word.  What it rests on:

- News repeats its words.  A table of the words just met, by a hash of their raw bytes, gives what a word means
  (its term, its flags) with one look; only a word not found there is folded, stemmed and looked up.
- A pair of words is looked up only where both can stand in one, which their flags say.
- Counts of a passage are kept in an array of terms and the list of those touched; scores are added up when the
  passage is complete.

Articles with signs whose folding it does not know (`Tables.of`: a sign beyond
the second Unicode plane) are left to the reference, so equality has no exceptions.
"""

import os
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, NamedTuple

import numba
import numpy as np
import numpy.typing as npt

from cyberclf.analyzer import class_terms, function_words, state_names, stem_endings, word_classes
from cyberclf.passages import MAX_WORDS, REST_WORDS, TARGET_WORDS
from cyberclf.text import ABBREVIATIONS, CYBER, CYBER_WORDS, DOMAINS, DROPPED, ENDERS, HYPHENS, NUMBER_DIGITS, fold

__all__ = ["Kernel"]

IntArray = npt.NDArray[np.int64]

# What a sign is.  Below SEPARATOR: part of a word.
_LETTER, _DIGIT, _NOTHING, _SEPARATOR, _SPACE, _LINE, _HYPHEN, _STOP, _ENDER, _AT, _COLON, _ODD = range(12)
#: Code points that the table of signs covers.
_N_SIGNS: Final = 0x20000
# Flags of a word, above its term in the low 32 bits.
_DROP, _CYBER, _JOINS, _LEFT, _RIGHT, _STARTS, _FUNCTION = (1 << bit for bit in range(32, 39))
_CLASS_SHIFT: Final = 39  # 9 bits of classes
_NAME_SHIFT: Final = 48  # 15 bits: number of the word in names of states, 0 for none
_CACHE_BITS: Final = 17
_LONGEST_ENDING: Final = 10
_LOGS: Final = 256
#: Articles with a longer one, in bytes, are left to the reference.
_LONGEST_WORD: Final = 1024
_FACTOR: Final = np.uint64(0x9E3779B97F4A7C15)
_ARGS: dict[str, Any] = {"cache": True, "nogil": True, "error_model": "numpy"}


class Tables(NamedTuple):
    """What scoring reads and never writes: arrays only, so that numba takes them as they are."""

    kind: npt.NDArray[np.uint8]
    alnum: npt.NDArray[np.uint8]
    fold_start: npt.NDArray[np.int32]
    folded: npt.NDArray[np.int32]
    word_keys: npt.NDArray[np.uint64]
    word_values: IntArray
    term_keys: npt.NDArray[np.uint64]
    term_values: IntArray
    pair_keys: npt.NDArray[np.uint64]
    pair_values: npt.NDArray[np.int32]
    pair_filter: npt.NDArray[np.uint8]
    trie: npt.NDArray[np.int32]
    letter: npt.NDArray[np.int32]
    cyber: npt.NDArray[np.int32]
    joins: npt.NDArray[np.int32]
    abbreviations: IntArray
    domains: npt.NDArray[np.int32]
    names: npt.NDArray[np.int32]
    name_start: npt.NDArray[np.int32]
    class_term: npt.NDArray[np.int32]
    title_term: npt.NDArray[np.int32]
    number_term: npt.NDArray[np.int32]
    meeting_term: npt.NDArray[np.int32]
    rows: npt.NDArray[Any]
    rows_whole: npt.NDArray[Any]
    intercept: npt.NDArray[np.float64]
    intercept_whole: npt.NDArray[np.float64]
    typicality: npt.NDArray[np.float64]
    logs: npt.NDArray[np.float64]
    seed: np.uint64


class Scratch(NamedTuple):
    """What scoring writes: one a thread."""

    cache: npt.NDArray[np.uint64]
    counts: npt.NDArray[np.int32]
    touched: npt.NDArray[np.int32]
    counts_whole: npt.NDArray[np.int32]
    touched_whole: npt.NDArray[np.int32]
    sums: npt.NDArray[np.float64]


# ------------------------------------------------------------------ signs


@numba.njit(inline="always", **_ARGS)
def _decode(text, i):
    """Code point at byte i, and its length; the bytes are valid UTF-8 (halves of pairs pass)."""
    b = np.int64(text[i])
    if b < 0x80:
        return b, 1
    if b < 0xE0:
        return (b & 0x1F) << 6 | (np.int64(text[i + 1]) & 0x3F), 2
    if b < 0xF0:
        return (b & 0x0F) << 12 | (np.int64(text[i + 1]) & 0x3F) << 6 | (np.int64(text[i + 2]) & 0x3F), 3
    high = (b & 0x07) << 18 | (np.int64(text[i + 1]) & 0x3F) << 12
    return high | (np.int64(text[i + 2]) & 0x3F) << 6 | (np.int64(text[i + 3]) & 0x3F), 4


@numba.njit(inline="always", **_ARGS)
def _kind(kinds, code):
    return kinds[code] if code < _N_SIGNS else np.uint8(_ODD)


@numba.njit(**_ARGS)
def _before(text, i):
    """Where the sign that ends before byte i begins."""
    i -= 1
    while i > 0 and text[i] & 0xC0 == 0x80:
        i -= 1
    return i


# ------------------------------------------------------------------ words


@numba.njit(**_ARGS)
def _fold_word(kinds, fold_start, folded, text, start, end, out):
    """Fold the letters and digits of a stretch of bytes; their number, and whether they are a number."""
    n = 0
    digits = 0
    i = start
    while i < end:
        code, size = _decode(text, i)
        kind = _kind(kinds, code)
        if kind <= _DIGIT:
            for k in range(fold_start[code], fold_start[code + 1]):
                out[n] = folded[k]
                digits += _kind(kinds, folded[k]) == _DIGIT
                n += 1
        i += size
    return n, digits == n or digits >= NUMBER_DIGITS


@numba.njit(inline="always", **_ARGS)
def _mix(h, value):
    h = (h ^ np.uint64(value)) * _FACTOR
    return h ^ (h >> np.uint64(29))


@numba.njit(**_ARGS)
def _hash(word, n, seed):
    h = seed
    for k in range(n):
        h = _mix(h, word[k])
    return h


@numba.njit(**_ARGS)
def _find(keys, key):
    """Slot of a key in an open-addressing table, or -1; 0 is no key."""
    mask = np.uint64(len(keys) - 1)
    slot = key & mask
    while keys[slot] != 0:
        if keys[slot] == key:
            return np.int64(slot)
        slot = (slot + np.uint64(1)) & mask
    return np.int64(-1)


@numba.njit(**_ARGS)
def _stem_length(trie, letters, word, n):
    """Length of the stem: the longest known ending that leaves four letters is cut."""
    best = 0
    node = 0
    for k in range(1, min(n - 4, _LONGEST_ENDING) + 1):
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


@numba.njit(**_ARGS)
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


@numba.njit(**_ARGS)
def _resolve(word_keys, word_values, term_keys, term_values, trie, letters, joins, seed, unknown, word, n, digits):
    """What a folded word means: its term (or `unknown`) and flags."""
    if n == 0 or digits or (n == 1 and word[0] < 128):
        return np.int64(_DROP)
    slot = _find(word_keys, _hash(word, n, seed))
    value = word_values[slot] if slot >= 0 else np.int64(0)
    if value & _DROP:
        return value
    if _begins(word, n, joins, joins.shape[1]):
        value |= _JOINS
    slot = _find(term_keys, _hash(word, _stem_length(trie, letters, word, n), seed))
    found = term_values[slot] if slot >= 0 else np.int64(unknown)
    if value & _FUNCTION:
        found &= ~(_LEFT | _RIGHT)
    return value | found


# ------------------------------------------------------------------ scores


@numba.njit(inline="always", **_ARGS)
def _touch(counts, touched, n, term):
    count = counts[term]
    touched[n] = term
    counts[term] = count + 1
    return n + (count == 0)


@numba.njit(**_ARGS)
def _sum_up(rows, logs, counts, touched, n, sums):
    """Scores of the terms touched, less the intercept: sublinear tf, idf, length one."""
    n_themes = len(sums)
    square = 0.0
    sums[:] = 0.0
    if n_themes == 4:
        a = b = c = d = 0.0
        for k in range(n):
            term = touched[k]
            count = counts[term]
            value = (logs[count] if count < _LOGS else 1.0 + np.log(count)) * np.float64(rows[term, 0])
            square += value * value
            a += value * rows[term, 1]
            b += value * rows[term, 2]
            c += value * rows[term, 3]
            d += value * rows[term, 4]
        sums[0], sums[1], sums[2], sums[3] = a, b, c, d
    else:
        for k in range(n):
            term = touched[k]
            count = counts[term]
            value = (logs[count] if count < _LOGS else 1.0 + np.log(count)) * np.float64(rows[term, 0])
            square += value * value
            for j in range(n_themes):
                sums[j] += value * rows[term, j + 1]
    if square > 0.0:
        sums /= np.sqrt(square)


@numba.njit(inline="always", **_ARGS)
def _count_sentence(
    counts,
    touched,
    pair_filter,
    pair_keys,
    pair_values,
    names,
    name_start,
    class_term,
    title_term,
    tokens,
    low,
    high,
    n,
    title,
    numbers,
    n_numbers,
):
    """Count the terms of a sentence; returns how many terms are touched, classes met, states of the passage."""
    here = np.int64(0)
    states = np.int64(0)
    last = np.int64(-1)
    free = low
    previous = np.int64(0)
    for i in range(low, high):
        value = tokens[i]
        term = value & 0xFFFFFFFF
        n = _touch(counts, touched, n, term)
        if previous << 1 & value & _RIGHT:
            key = np.uint64((previous & 0xFFFFFFFF) << 32 | term) * _FACTOR
            key ^= key >> np.uint64(31)
            if pair_filter[np.int64(key >> np.uint64(51))] >> (key >> np.uint64(48) & np.uint64(7)) & 1:
                slot = _find(pair_keys, key)
                if slot >= 0:
                    n = _touch(counts, touched, n, np.int64(pair_values[slot]))
        previous = value
        if i < free:
            continue
        if value & _STARTS:
            name = value >> _NAME_SHIFT
            for k in range(name_start[name], name_start[name + 1]):
                length = names[k, 1]
                if i + length > high:
                    continue
                same = True
                for m in range(1, length):
                    if tokens[i + m] >> _NAME_SHIFT != names[k, 1 + m]:
                        same = False
                        break
                if same:
                    free = i + length
                    state = np.int64(names[k, 0])
                    if states == 0:
                        states = 1
                        last = state
                    elif state != last:
                        states = 2
                    known = False
                    for m in range(n_numbers):
                        known |= numbers[m] == state
                    if not known and n_numbers < 3:
                        numbers[n_numbers] = state
                        n_numbers += 1
                    break
        if i >= free:
            here |= value >> _CLASS_SHIFT & 0x1FF
    if states:
        here |= 1 << len(class_term) - 2
    if states > 1:
        here |= 1 << len(class_term) - 1
    for j in range(len(class_term)):
        if here >> j & 1:
            if class_term[j] >= 0:
                n = _touch(counts, touched, n, class_term[j])
            if title and title_term[j] >= 0:
                n = _touch(counts, touched, n, title_term[j])
    return n, here, n_numbers


@numba.njit(**_ARGS)
def _count_passage(tables, scratch, tokens, pieces, low, high, first):
    counts, touched = scratch.counts, scratch.touched
    pair_filter, pair_keys, pair_values = tables.pair_filter, tables.pair_keys, tables.pair_values
    names, name_start = tables.names, tables.name_start
    class_term, title_term, meeting_term = tables.class_term, tables.title_term, tables.meeting_term
    numbers = np.empty(3, np.int64)
    n = 0
    met = np.int64(0)
    n_numbers = 0
    for s in range(low, high):
        n, here, n_numbers = _count_sentence(
            counts,
            touched,
            pair_filter,
            pair_keys,
            pair_values,
            names,
            name_start,
            class_term,
            title_term,
            tokens,
            pieces[s, 0],
            pieces[s, 1],
            n,
            first and s == low,
            numbers,
            n_numbers,
        )
        met |= here
    for k in range(n_numbers):
        if tables.number_term[k] >= 0:
            n = _touch(counts, touched, n, tables.number_term[k])
    n_classes = len(class_term)
    if met >> (n_classes - 1) & 1:
        met &= ~(np.int64(1) << (n_classes - 2))
    for a in range(n_classes):
        if met >> a & 1:
            for b in range(a + 1, n_classes):
                if met >> b & 1 and meeting_term[a, b] >= 0:
                    n = _touch(counts, touched, n, meeting_term[a, b])
    return n


# ------------------------------------------------------------------ articles


@numba.njit(**_ARGS)
def _pieces(tokens_run, ends, n_ends, starts, pieces):
    """Sentences, those too long cut between runs: first token, end token, first byte."""
    n = 0
    low = 0
    for s in range(n_ends):
        high = ends[s]
        begin = np.int64(starts[s])
        if high - low > MAX_WORDS:
            for i in range(low + 1, high):
                if i - low >= TARGET_WORDS and tokens_run[i] != tokens_run[i - 1]:
                    pieces[n, 0], pieces[n, 1], pieces[n, 2] = low, i, begin
                    n += 1
                    low = i
                    begin = np.int64(tokens_run[i])
        pieces[n, 0], pieces[n, 1], pieces[n, 2] = low, high, begin
        n += 1
        low = high
    return n


@numba.njit(**_ARGS)
def _passages(pieces, n, bounds):
    """Group pieces to passages: the first piece of each, then the number of pieces."""
    made = 0
    held = 0
    before = 0
    for s in range(n):
        count = pieces[s, 1] - pieces[s, 0]
        if made and held < TARGET_WORDS and held + count <= MAX_WORDS:
            held += count
        else:
            bounds[made] = s
            made += 1
            before, held = held, count
    if made > 1 and held < REST_WORDS and before + held <= MAX_WORDS:
        made -= 1
    bounds[made] = n
    return made


@numba.njit(**_ARGS)
def _ends_sentence(kinds, alnum, abbreviations, text, i, end):
    """At the first ender of a run of them: where the sentence ends (or -1), and where the run does."""
    stops_only = True
    j = i
    while j < end:
        code, size = _decode(text, j)
        kind = _kind(kinds, code)
        if kind != _STOP and kind != _ENDER:
            break
        stops_only &= kind == _STOP
        j += size
    run = j
    while j < end:
        code, size = _decode(text, j)
        if code != 0xBB and code != 0x201D and code != 0x22 and code != 0x29 and code != 0x5D:
            break
        j += size
    if j >= end:
        return -1, run
    code, _ = _decode(text, j)
    kind = _kind(kinds, code)
    if kind != _SPACE and kind != _LINE:
        return -1, run
    if stops_only:
        key = np.int64(0)
        n = 0
        at = i
        while at > 0 and n < 4:
            at = _before(text, at)
            code, _ = _decode(text, at)
            if not alnum[code]:
                break
            n += 1
            key = key << 8 | (code | 0x20 if code < 128 else 1)
        if n == 1:
            return -1, run
        if 1 < n < 4:
            for known in abbreviations:
                if known == key:
                    return -1, run
    return j, run


@numba.njit(**_ARGS)
def _dotted(kinds, fold_start, text, start, i, end):
    """At a full stop: whether one letter stands before it (since `start`) and one after it."""
    n = 0
    j = start
    while j < i:
        code, size = _decode(text, j)
        if _kind(kinds, code) <= _DIGIT:
            n += fold_start[code + 1] - fold_start[code]
            if n > 1:
                return False
        j += size
    if n != 1:
        return False
    n = 0
    j = i + 1
    while j < end:
        code, size = _decode(text, j)
        kind = _kind(kinds, code)
        if kind <= _DIGIT:
            n += fold_start[code + 1] - fold_start[code]
            if n > 1:
                return False
        elif kind != _NOTHING:
            break
        j += size
    return n == 1


@numba.njit(**_ARGS)
def _domain(kinds, fold_start, folded, domains, text, i, end, word):
    """At a full stop after a letter: whether the end of a site's name follows."""
    n = 0
    j = i + 1
    width = domains.shape[1]
    while j < end:
        code, size = _decode(text, j)
        kind = _kind(kinds, code)
        if kind <= _DIGIT:
            for k in range(fold_start[code], fold_start[code + 1]):
                if n == width:
                    return False
                word[n] = folded[k]
                n += 1
        elif kind != _NOTHING:
            break
        j += size
    for row in range(domains.shape[0]):
        k = 0
        while k < n and domains[row, k] == word[k]:
            k += 1
        if n > 0 and k == n and (n == width or domains[row, n] == 0):
            return True
    return False


@numba.njit(**_ARGS)
def _is(kinds, fold_start, folded, text, start, end, word):
    """Whether a stretch of bytes folds to a word (an array of code points)."""
    n = 0
    j = start
    while j < end:
        code, size = _decode(text, j)
        if _kind(kinds, code) <= _DIGIT:
            for k in range(fold_start[code], fold_start[code + 1]):
                if n >= len(word) or word[n] != folded[k]:
                    return False
                n += 1
        j += size
    return n == len(word)


@numba.njit(**_ARGS)
def _read(tables, scratch, text, start, end, tokens, runs, ends, starts, word):
    """Read the words of an article.

    Returns how many words and sentences there are, or -1 where the article holds an odd sign.
    """
    # Arrays by names of their own: looked up in the tuple, each use would count references.
    kinds, alnum, fold_start, folded = tables.kind, tables.alnum, tables.fold_start, tables.folded
    abbreviations, domains, trie, letters, joins, seed = (
        tables.abbreviations,
        tables.domains,
        tables.trie,
        tables.letter,
        tables.joins,
        tables.seed,
    )
    word_keys, word_values, term_keys, term_values = (
        tables.word_keys,
        tables.word_values,
        tables.term_keys,
        tables.term_values,
    )
    cache = scratch.cache
    unknown = len(tables.rows) - 1
    cache_mask = np.uint64((1 << _CACHE_BITS) - 1)
    www = tables.cyber[6:9]
    letter_e = tables.cyber[5:6]
    cyber = tables.cyber[:5]
    n = 0
    n_ends = 0
    sentence = 0  # first word of the sentence
    boundary = start
    in_run = False
    run = start
    run_word = 0  # first word of the run
    kept = np.int64(0)
    merged = False  # the run's first word joined the word before it
    past = start  # enders up to here have been looked at
    i = start
    while i < end:
        # Between words.
        b = text[i]
        size = 1
        if b < 0x80:
            kind = kinds[b]
        elif b == 0xC3:
            size = 2
            kind = np.uint8(_SEPARATOR) if text[i + 1] == 0x97 or text[i + 1] == 0xB7 else np.uint8(_LETTER)
        else:
            code, size = _decode(text, i)
            kind = _kind(kinds, code)
        if kind > _DIGIT:
            if kind == _SPACE:
                in_run = False
                i += size
                continue
            if kind == _LINE:
                if n > sentence:
                    ends[n_ends] = n
                    starts[n_ends] = boundary
                    n_ends += 1
                    sentence = n
                boundary = i + 1
                in_run = False
                i += 1
                continue
            if not in_run:
                in_run = True
                run = i
                run_word = n
                merged = False
            if kind == _ODD:
                return -1, 0
            if (kind == _STOP or kind == _ENDER) and i >= past:
                stop, past = _ends_sentence(kinds, alnum, abbreviations, text, i, end)
                if stop >= 0:
                    if n > sentence:
                        ends[n_ends] = n
                        starts[n_ends] = boundary
                        n_ends += 1
                        sentence = n
                    boundary = stop
                    past = stop
            elif kind == _AT or (kind == _COLON and i + 2 < end and text[i + 1] == 0x2F and text[i + 2] == 0x2F):
                n, i = _skip_run(kinds, alnum, abbreviations, text, i, end, tokens, run_word, kept, merged)
                if i < 0:
                    return -1, 0
                continue
            i += size
            continue
        if not in_run:
            in_run = True
            run = i
            run_word = n
            merged = False
        # A word.
        word_start = i
        joined = i  # where the part after the last hyphen left out begins
        dotted = i  # the same for a hyphen or a full stop
        h = seed
        again = True
        address = False
        while again:
            again = False
            while i < end:
                b = text[i]
                if b < 0x80:
                    if kinds[b] > _DIGIT:
                        break
                    h = (h ^ np.uint64(b)) * _FACTOR
                    i += 1
                elif b == 0xC3:
                    b = text[i + 1]
                    if b == 0x97 or b == 0xB7:
                        break
                    h = (h ^ np.uint64(b + 256)) * _FACTOR
                    i += 2
                else:
                    code, size = _decode(text, i)
                    kind = _kind(kinds, code)
                    if kind > _NOTHING:
                        break
                    h = (h ^ np.uint64(code + 512)) * _FACTOR
                    i += size
                    if kind == _NOTHING and joined == i - size and joined > word_start:
                        joined = i
            # White space ends most words, and asks no question.
            if i < end and text[i] != 0x20:
                code, size = _decode(text, i)
                kind = _kind(kinds, code)
                if kind == _HYPHEN:
                    if (
                        (joined == i and i > word_start)
                        or _is(kinds, fold_start, folded, text, joined, i, letter_e)
                        or _is(kinds, fold_start, folded, text, joined, i, cyber)
                    ):
                        again = True
                elif kind == _STOP and i >= past:
                    if _is(kinds, fold_start, folded, text, dotted, i, www) or _domain(
                        kinds, fold_start, folded, domains, text, i, end, word
                    ):
                        address = True
                        break
                    again = _dotted(kinds, fold_start, text, dotted, i, end)
                if again:
                    h = (h ^ np.uint64(3)) * _FACTOR
                    i += size
                    dotted = i
                    if kind == _HYPHEN:
                        joined = i
        if address:
            n, i = _skip_run(kinds, alnum, abbreviations, text, i, end, tokens, run_word, kept, merged)
            if i < 0:
                return -1, 0
            continue
        if i - word_start == 1:
            continue
        if i - word_start > _LONGEST_WORD:
            return -1, 0
        h ^= h >> np.uint64(32)
        # A key and its value stand side by side, so that both come with one line of memory.
        slot = ((h ^ h >> np.uint64(_CACHE_BITS)) & cache_mask) << np.uint64(1)
        if cache[slot] == h:
            value = np.int64(cache[slot + np.uint64(1)])
        else:
            n_signs, digits = _fold_word(kinds, fold_start, folded, text, word_start, i, word)
            value = _resolve(
                word_keys,
                word_values,
                term_keys,
                term_values,
                trie,
                letters,
                joins,
                seed,
                unknown,
                word,
                n_signs,
                digits,
            )
            cache[slot] = h
            cache[slot + np.uint64(1)] = np.uint64(value)
        if value & _DROP:
            continue
        if value & _JOINS and n > sentence and tokens[n - 1] & _CYBER:
            n_signs, digits = _fold_word(kinds, fold_start, folded, text, word_start, i, word[5:])
            word[:5] = cyber
            if n == run_word:
                merged = True
                kept = tokens[n - 1]
            tokens[n - 1] = _resolve(
                word_keys,
                word_values,
                term_keys,
                term_values,
                trie,
                letters,
                joins,
                seed,
                unknown,
                word,
                n_signs + 5,
                False,
            )
            continue
        tokens[n] = value
        runs[n] = run
        n += 1
        if i < end and text[i] == 0x20:
            in_run = False
            i += 1
    if n > sentence:
        ends[n_ends] = n
        starts[n_ends] = boundary
        n_ends += 1
    return n, n_ends


@numba.njit(**_ARGS)
def _skip_run(kinds, alnum, abbreviations, text, i, end, tokens, run_word, kept, merged):
    """Take back the words of a run that is an address.

    Go on at its end, or at the stop that ends a sentence there; -1 where it holds a sign beyond the table.
    """
    if merged:
        tokens[run_word - 1] = kept
    past = i
    while i < end:
        code, size = _decode(text, i)
        if code >= _N_SIGNS:
            return run_word, -1
        kind = kinds[code]
        if kind == _SPACE or kind == _LINE:
            break
        if (kind == _STOP or kind == _ENDER) and i >= past:
            stop, past = _ends_sentence(kinds, alnum, abbreviations, text, i, end)
            if stop >= 0:
                break
        i += size
    return run_word, i


@numba.njit(**_ARGS)
def _score_article(tables, scratch, tokens, pieces, bounds, made, pooled, best, score_best):
    """Score the passages of an article, and the whole; returns the sum of the typicality of its words."""
    n_themes = len(pooled)
    n_whole = 0
    counts, touched = scratch.counts, scratch.touched
    counts_whole, touched_whole = scratch.counts_whole, scratch.touched_whole
    sums, logs, rows, rows_whole = scratch.sums, tables.logs, tables.rows, tables.rows_whole
    intercept, intercept_whole, typical = tables.intercept, tables.intercept_whole, tables.typicality
    for p in range(made):
        n = _count_passage(tables, scratch, tokens, pieces, bounds[p], bounds[p + 1], p == 0)
        _sum_up(rows, logs, counts, touched, n, sums)
        for j in range(n_themes):
            score = sums[j] + intercept[j]
            if p == 0:
                pooled[j] = score
                best[j] = 0
                score_best[j] = score
            else:
                high = max(pooled[j], score)
                pooled[j] = high + np.log1p(np.exp(min(pooled[j], score) - high))
                if score > score_best[j]:
                    best[j] = p
                    score_best[j] = score
        for k in range(n):
            term = touched[k]
            before = counts_whole[term]
            touched_whole[n_whole] = term
            n_whole += before == 0  # no branch: nobody could foresee it
            counts_whole[term] = before + counts[term]
            counts[term] = 0
    if made == 0:
        pooled[:] = intercept
        best[:] = 0
    _sum_up(rows_whole, logs, counts_whole, touched_whole, n_whole, sums)
    typicality = 0.0
    for j in range(n_themes):
        pooled[j] += sums[j] + intercept_whole[j]
    for k in range(n_whole):
        term = touched_whole[k]
        typicality += typical[term] * counts_whole[term]
        counts_whole[term] = 0
    return typicality


@numba.njit(**_ARGS)
def _score(tables, scratch, text, offsets, scores, spans, n_words, typicality):
    """Score articles; see `Kernel.score`."""
    longest = 0
    for a in range(len(offsets) - 1):
        longest = max(longest, offsets[a + 1] - offsets[a])
    # A word has two bytes or more, and a sign between it and the next.
    most = longest // 2 + 2
    tokens = np.empty(most, np.int64)
    runs = np.empty(most, np.int32)
    ends = np.empty(most, np.int32)
    starts = np.empty(most, np.int32)
    pieces = np.empty((most, 3), np.int64)
    bounds = np.empty(most + 1, np.int64)
    word = np.empty(3 * _LONGEST_WORD, np.int32)
    best = np.empty(scores.shape[1], np.int64)
    score_best = np.empty(scores.shape[1])
    for a in range(len(offsets) - 1):
        start, end = offsets[a], offsets[a + 1]
        n, n_ends = _read(tables, scratch, text[start:], 0, end - start, tokens, runs, ends, starts, word)
        n_words[a] = n
        if n < 0:
            continue
        n_pieces = _pieces(runs, ends, n_ends, starts, pieces)
        made = _passages(pieces, n_pieces, bounds)
        typicality[a] = _score_article(tables, scratch, tokens, pieces, bounds, made, scores[a], best, score_best)
        for j in range(scores.shape[1]):
            spans[a, j, 0] = pieces[bounds[best[j]], 2] if made and best[j] else 0
            spans[a, j, 1] = pieces[bounds[best[j] + 1], 2] if best[j] + 1 < made else end - start


# ------------------------------------------------------------------ tables


@cache
def _signs() -> tuple[Any, ...]:
    """Tables of the code points: kind, isalnum, and what each folds to."""
    kind = np.empty(_N_SIGNS, np.uint8)
    alnum = np.empty(_N_SIGNS, np.uint8)
    start = np.zeros(_N_SIGNS + 1, np.int32)
    folded: list[int] = []
    special = {ord("@"): _AT, ord(":"): _COLON, ord("\n"): _LINE, ord("."): _STOP}
    special |= dict.fromkeys(map(ord, ENDERS.replace(".", "")), _ENDER) | dict.fromkeys(map(ord, HYPHENS), _HYPHEN)
    for code in range(_N_SIGNS):
        char = chr(code)
        left = fold(char)
        alnum[code] = char.isalnum()
        if code in special:
            kind[code] = special[code]
        elif char.isspace():
            kind[code] = _SPACE
        elif not left:
            kind[code] = _NOTHING
        elif not left.strip(" '"):
            kind[code] = _SEPARATOR
        elif not left.isalnum():
            kind[code] = _ODD
        else:
            kind[code] = _DIGIT if left.isdigit() else _LETTER
            folded += map(ord, left)
        start[code + 1] = len(folded)
    return kind, alnum, start, np.array(folded, np.int32)


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


_MASK: Final = (1 << 64) - 1


def _hash_of(word: str, seed: int) -> int:
    """As `_hash`."""
    h = seed
    for char in word:
        h = (h ^ ord(char)) * int(_FACTOR) & _MASK
        h ^= h >> 29
    return h


def _pair_key(left: int, right: int) -> int:
    key = (left << 32 | right) * int(_FACTOR) & _MASK
    return key ^ key >> 31


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


@dataclass(frozen=True, slots=True)
class Scored:
    """What the kernel found.

    Parameters
    ----------
    scores : ndarray of float64, shape (n_texts, n_themes)
        Before calibration.
    spans : ndarray of int64, shape (n_texts, n_themes, 2)
        First and end byte of the best passage, in the text as UTF-8.
    n_words : ndarray of int64, shape (n_texts,)
        -1: left to the reference.
    typicality : ndarray of float64, shape (n_texts,)
        Sum over the words.
    """

    scores: npt.NDArray[np.float64]
    spans: IntArray
    n_words: IntArray
    typicality: npt.NDArray[np.float64]


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
    """

    def __init__(
        self,
        vocabulary: Sequence[str],
        rows: npt.NDArray[np.float64],
        rows_whole: npt.NDArray[np.float64],
        intercept: npt.NDArray[np.float64],
        intercept_whole: npt.NDArray[np.float64],
        typicality: npt.NDArray[np.float64],
        unknown: float,
    ) -> None:
        # Nobody outside can know which words share a hash.
        seed = int.from_bytes(os.urandom(8), "little")
        terms = {term: number for number, term in enumerate(vocabulary)}
        stems = {term: number for term, number in terms.items() if " " not in term and not term.startswith("@")}
        pairs = [term.split(" ") for term in terms if " " in term]
        # A stem that stands only in pairs gets a number beyond the vocabulary, and all unknown words share the last:
        # their rows are zeros.
        extra = 0
        for pair in pairs:
            for part in pair:
                if part not in stems:
                    stems[part] = len(terms) + extra
                    extra += 1
        n_terms = len(terms) + extra
        lefts, rights = {pair[0] for pair in pairs}, {pair[-1] for pair in pairs}
        classes, names = class_terms(), word_classes()
        bit = {name: 1 << _CLASS_SHIFT + number for number, name in enumerate(classes)}
        by_stem = {
            word: stems.get(word, n_terms)
            | (_LEFT if word in lefts else 0)
            | (_RIGHT if word in rights else 0)
            | sum(bit[name] for name in names.get(word, ()))
            for word in {*stems, *names}
        }
        term_keys, term_values = _table({_hash_of(w, seed): v for w, v in by_stem.items()}, np.int64)
        pair_values = {_pair_key(stems[left], stems[right]): terms[f"{left} {right}"] for left, right in pairs}
        pair_keys, pair_found = _table(pair_values, np.int32)
        pair_filter = np.zeros(1 << 13, np.uint8)
        for key in pair_values:
            pair_filter[key >> 51] |= 1 << (key >> 48 & 7)
        word_values, name_rows, name_start = _word_values()
        word_keys, word_found = _table({_hash_of(w, seed): v for w, v in word_values.items()}, np.int64)
        kind, alnum, fold_start, folded = _signs()
        trie, letter = _endings()

        def term(name: str) -> int:
            return terms.get(name, -1)

        def padded(values: npt.NDArray[np.float64]) -> npt.NDArray[Any]:
            made = np.vstack([values, np.zeros((n_terms + 1 - len(values), values.shape[1]))])
            # An artifact holds single precision: half the memory, and not a bit lost.
            single = made.astype(np.float32)
            return np.ascontiguousarray(single if (single == made).all() else made)

        self.tables = Tables(
            kind=kind,
            alnum=alnum,
            fold_start=fold_start,
            folded=folded,
            word_keys=word_keys,
            word_values=word_found,
            term_keys=term_keys,
            term_values=term_values,
            pair_keys=pair_keys,
            pair_values=pair_found,
            pair_filter=pair_filter,
            trie=trie,
            letter=letter,
            cyber=np.array([*map(ord, CYBER + "ewww")], np.int32),
            joins=_padded(CYBER_WORDS),
            abbreviations=np.array([int.from_bytes(a[::-1].encode(), "big") for a in sorted(ABBREVIATIONS)], np.int64),
            domains=_padded(DOMAINS),
            names=name_rows,
            name_start=name_start,
            class_term=np.array([term(f"@{name}") for name in classes], np.int32),
            title_term=np.array([term(f"@title:{name}") for name in classes], np.int32),
            number_term=np.array([term(f"@n{number}") for number in (1, 2, 3)], np.int32),
            meeting_term=np.array([[term("@" + "+".join(sorted((a, b)))) for b in classes] for a in classes], np.int32),
            rows=padded(rows),
            rows_whole=padded(rows_whole),
            intercept=np.ascontiguousarray(intercept),
            intercept_whole=np.ascontiguousarray(intercept_whole),
            typicality=np.concatenate([typicality, np.zeros(extra), [unknown]]),
            logs=1.0 + np.log(np.maximum(np.arange(_LOGS), 1)),
            seed=np.uint64(seed),
        )
        self._local = threading.local()

    def _scratch(self) -> Scratch:
        found: Scratch | None = getattr(self._local, "scratch", None)
        if found is None:
            n_terms, n_themes = len(self.tables.rows), len(self.tables.intercept)
            found = Scratch(
                cache=np.zeros(2 << _CACHE_BITS, np.uint64),
                counts=np.zeros(n_terms, np.int32),
                touched=np.empty(n_terms + 1, np.int32),
                counts_whole=np.zeros(n_terms, np.int32),
                touched_whole=np.empty(n_terms + 1, np.int32),
                sums=np.zeros(n_themes),
            )
            self._local.scratch = found
        return found

    def score(self, encoded: Sequence[bytes]) -> Scored:
        """Score articles.

        Parameters
        ----------
        encoded : sequence of bytes, length n_texts
            UTF-8, halves of surrogate pairs passed through.

        Returns
        -------
        Scored
        """
        n, n_themes = len(encoded), len(self.tables.intercept)
        offsets = np.zeros(n + 1, np.int64)
        np.cumsum([*map(len, encoded)], out=offsets[1:])
        # A damaged last sign may be read beyond the end.
        text = np.frombuffer(b"".join([*encoded, b"\0\0\0\0"]), np.uint8)
        scored = Scored(
            np.zeros((n, n_themes)), np.zeros((n, n_themes, 2), np.int64), np.zeros(n, np.int64), np.zeros(n)
        )
        _score(
            self.tables,
            self._scratch(),
            text,
            offsets,
            scored.scores,
            scored.spans,
            scored.n_words,
            scored.typicality,
        )
        return scored


def _word_values() -> tuple[dict[str, int], npt.NDArray[np.int32], npt.NDArray[np.int32]]:
    """Flags of words that are known whole, and the names of states by the number of their first word."""
    values = dict.fromkeys(DROPPED, _DROP) | {CYBER: _CYBER}
    for word in function_words():
        values[word] = values.get(word, 0) | _FUNCTION
    names = state_names()
    numbers: dict[str, int] = {}
    for first, found in names.items():
        for word in (first, *(word for name, _ in found for word in name)):
            numbers.setdefault(word, len(numbers) + 1)
    for word, number in numbers.items():
        values[word] = values.get(word, 0) | number << _NAME_SHIFT | (_STARTS if word in names else 0)
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
