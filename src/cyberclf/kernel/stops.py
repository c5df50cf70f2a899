"""What a full stop or another sign inside a run means: sentence ends, initials, addresses."""

import numpy as np

from cyberclf.kernel.compiling import compiled
from cyberclf.kernel.signs import DIGIT, ENDER, LINE, N_SIGNS, NOTHING, SPACE, STOP, before, decode, kind_of
from cyberclf.text import CLOSERS

_CLOSERS = tuple(map(ord, CLOSERS))


@compiled
def ends_sentence(kinds, alnum, abbreviations, text, i, end):
    """At the first ender of a run of them: where the sentence ends (or -1), and where the run does."""
    stops_only = True
    j = i
    while j < end:
        code, size = decode(text, j)
        kind = kind_of(kinds, code)
        if kind != STOP and kind != ENDER:
            break
        stops_only &= kind == STOP
        j += size
    run = j
    while j < end:
        code, size = decode(text, j)
        if code not in _CLOSERS:
            break
        j += size
    if j >= end:
        return -1, run
    code, _ = decode(text, j)
    kind = kind_of(kinds, code)
    if kind != SPACE and kind != LINE:
        return -1, run
    if stops_only:
        key = np.int64(0)
        n = 0
        at = i
        while at > 0 and n < 4:
            at = before(text, at)
            code, _ = decode(text, at)
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


@compiled
def dotted(kinds, fold_start, text, start, i, end):
    """At a full stop: whether one letter stands before it (since `start`) and one after it."""
    n = 0
    j = start
    while j < i:
        code, size = decode(text, j)
        if kind_of(kinds, code) <= DIGIT:
            n += fold_start[code + 1] - fold_start[code]
            if n > 1:
                return False
        j += size
    if n != 1:
        return False
    n = 0
    j = i + 1
    while j < end:
        code, size = decode(text, j)
        kind = kind_of(kinds, code)
        if kind <= DIGIT:
            n += fold_start[code + 1] - fold_start[code]
            if n > 1:
                return False
        elif kind != NOTHING:
            break
        j += size
    return n == 1


@compiled
def ends_site(kinds, fold_start, folded, domains, text, i, end, word):
    """At a full stop after a letter: whether the end of a site's name follows."""
    n = 0
    j = i + 1
    width = domains.shape[1]
    while j < end:
        code, size = decode(text, j)
        kind = kind_of(kinds, code)
        if kind <= DIGIT:
            for k in range(fold_start[code], fold_start[code + 1]):
                if n == width:
                    return False
                word[n] = folded[k]
                n += 1
        elif kind != NOTHING:
            break
        j += size
    for row in range(domains.shape[0]):
        k = 0
        while k < n and domains[row, k] == word[k]:
            k += 1
        if n > 0 and k == n and (n == width or domains[row, n] == 0):
            return True
    return False


@compiled
def folds_to(kinds, fold_start, folded, text, start, end, word):
    """Whether a stretch of bytes folds to a word (an array of code points)."""
    n = 0
    j = start
    while j < end:
        code, size = decode(text, j)
        if kind_of(kinds, code) <= DIGIT:
            for k in range(fold_start[code], fold_start[code + 1]):
                if n >= len(word) or word[n] != folded[k]:
                    return False
                n += 1
        j += size
    return n == len(word)


@compiled
def run_between(kinds, text, low, high):
    """Where the last run begins of those that begin after byte `low`, the word at `high` in it; -1 where none does."""
    found = np.int64(-1)
    i = low
    while i < high:
        code, size = decode(text, i)
        kind = kind_of(kinds, code)
        i += size
        if kind == SPACE or kind == LINE:
            found = i
    return found


@compiled
def run_start(kinds, text, i):
    """Where the run begins that byte i is in."""
    while i > 0:
        at = before(text, i)
        code, _ = decode(text, at)
        kind = kind_of(kinds, code)
        if kind == SPACE or kind == LINE:
            break
        i = at
    return i


@compiled
def run_end(kinds, alnum, abbreviations, text, i, end):
    """Where a run ends, or the sentence in it; -1 where it holds a sign beyond the table."""
    past = i
    while i < end:
        code, size = decode(text, i)
        if code >= N_SIGNS:
            return -1
        kind = kinds[code]
        if kind == SPACE or kind == LINE:
            break
        if (kind == STOP or kind == ENDER) and i >= past:
            stop, past = ends_sentence(kinds, alnum, abbreviations, text, i, end)
            if stop >= 0:
                break
        i += size
    return i
