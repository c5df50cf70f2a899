"""From bytes to words: one pass over an article.

Nearly all words are ASCII letters and letters of Latin-1, and a space or an apostrophe ends them: such a word is
found and hashed many bytes at a time.  What is not so goes sign by sign (`_read_on`).
"""

from typing import Final

import numpy as np

from cyberclf.kernel.compiling import compiled, inlined
from cyberclf.kernel.signs import (
    APART,
    AT,
    BLANK,
    COLON,
    DASH,
    DIGIT,
    ENDER,
    FULL_STOP,
    HYPHEN,
    LOOK,
    NEW_LINE,
    NOTHING,
    ODD,
    STOP,
    decode,
    kind_of,
)
from cyberclf.kernel.stops import dotted, ends_sentence, ends_site, folds_to, run_between, run_end, run_start
from cyberclf.kernel.wide import BLOCK, FIRST_KEPT, SECOND_KEPT, STRETCH, byte_at, first_bit, load, mark, mix, window
from cyberclf.kernel.words import CYBERS, DROP, FACTOR, JOINS, fold_word, resolve
from cyberclf.text import ABBREVIATIONS

#: Words that are remembered, until all are forgotten.
REMEMBERED: Final = 1 << 16
#: Places for them, so many that few words meet.
SLOTS: Final = 1 << 17
#: Articles with a longer one, in bytes, are left to the reference.
LONGEST_WORD: Final = 1024
#: "çýbér" has so many bytes; a longer word is never set before a hyphen that is left out.
_LONGEST_PREFIX: Final = 8
#: What a word read sign by sign begins its hash with: a byte that no UTF-8 holds, so that no sign is taken for the
#: bytes of a plain word.
_BY_SIGN: Final = np.uint64(0xFF << 56)
_WWW: Final = np.uint64(int.from_bytes(b"www", "little"))
_SMALL: Final = np.uint64(0x202020)
_END_OF_WINDOW: Final = np.uint64(1 << STRETCH)
_THREE: Final = np.uint64(0xFFFFFF)
_APOSTROPHE: Final = np.uint64(int.from_bytes("’".encode(), "little"))
_LONGEST_ABBREVIATION: Final = max(map(len, ABBREVIATIONS))


@inlined
def _ends_here(kinds, table, text, start, i):
    """Whether a word of plain bytes ends where they do, before a sign that need not be looked at more closely."""
    b = byte_at(text, i)
    said = table[b]
    if said == FULL_STOP:
        after = table[byte_at(text, i + 1)]
        return (after == BLANK or after == NEW_LINE) and (
            i - start != 3 or (load(text, start) | _SMALL) & _THREE != _WWW
        )
    if said == DASH:
        return i - start > _LONGEST_PREFIX
    if said != LOOK or b < 0x80:
        return True
    if b < 0xC0:
        # The second byte of a multiplication or division sign.
        return False
    code, _ = decode(text, i)
    kind = kind_of(kinds, code)
    return kind > NOTHING and kind != HYPHEN


@inlined
def _hash_plain(text, start, size, first_seed, second_seed):
    """Hash a word of plain bytes, sixteen at once."""
    kept = np.uint64(min(size, BLOCK))
    h = mix(load(text, start) & FIRST_KEPT[kept] ^ first_seed, load(text, start + 8) & SECOND_KEPT[kept] ^ second_seed)
    if size > BLOCK:
        for k in range(BLOCK, size, BLOCK):
            kept = np.uint64(min(size - k, BLOCK))
            at = start + k
            h = mix(load(text, at) & FIRST_KEPT[kept] ^ h, load(text, at + 8) & SECOND_KEPT[kept] ^ second_seed)
    return h


@compiled
def _read_on(kinds, fold_start, folded, prefixes, domains, seed, text, start, end, past, word):
    """Read a word sign by sign: where it ends, its hash, and whether it turned out to be part of an address."""
    cyber, letter_e, www = prefixes[:5], prefixes[5:6], prefixes[6:9]
    i = start
    joined = start  # where the part after the last hyphen left out begins
    since = start  # the same for a hyphen or a full stop
    bare = True  # no letter since then
    h = seed ^ _BY_SIGN
    again = True
    while again:
        again = False
        while i < end:
            code, size = decode(text, i)
            kind = kind_of(kinds, code)
            if kind > NOTHING:
                break
            h = mix(h ^ np.uint64(code), seed ^ FACTOR)
            i += size
            bare &= kind == NOTHING
            if kind == NOTHING and joined == i - size and joined > start:
                joined = i
        if i == end:
            break
        code, size = decode(text, i)
        kind = kind_of(kinds, code)
        if kind == HYPHEN:
            again = (
                (joined == i and i > start)
                or folds_to(kinds, fold_start, folded, text, joined, i, letter_e)
                or folds_to(kinds, fold_start, folded, text, joined, i, cyber)
            )
        elif kind == STOP and i >= past and not bare:
            if folds_to(kinds, fold_start, folded, text, since, i, www) or ends_site(
                kinds, fold_start, folded, domains, text, i, end, word
            ):
                return i, h, True
            again = dotted(kinds, fold_start, text, since, i, end)
        if again:
            h = mix(h ^ np.uint64(ord("-")), seed ^ FACTOR)
            i += size
            since = i
            bare = True
            if kind == HYPHEN:
                joined = i
    return i, h, False


@compiled
def _learn(tables, scratch, slot, h, text, start, end, word):
    """Find out what a word means that has not just been met, and remember it."""
    n, digits = fold_word(tables.kind, tables.fold_start, tables.folded, text, start, end, word)
    value = resolve(tables, word, n, digits)
    slots, memory, held = scratch.slots, scratch.memory, scratch.held
    if held[0] == REMEMBERED - 1:
        held[0] = 0
        for k in range(SLOTS):
            slots[k] = 0
        slot = h & np.uint64(SLOTS - 1)
    held[0] += 1
    number = held[0]
    memory[2 * number] = h
    memory[2 * number + 1] = np.uint64(value)
    slots[slot] = number
    return value


@compiled
def _join(tables, text, start, end, word):
    """What "cyber" means together with the word after it."""
    n, _ = fold_word(tables.kind, tables.fold_start, tables.folded, text, start, end, word[5:])
    for k in range(5):
        word[k] = tables.cyber[k]
    return resolve(tables, word, n + 5, False)


@compiled
def read(tables, scratch, text, end):
    """Read the words of an article, the bytes before `end`; a line's end and a block of anything follow.

    Returns how many words and sentences there are, or -1 where the article holds an odd sign.
    """
    # What is called for a few words gets the arrays that it needs: handing on all the tables costs as much as a word.
    kinds, alnum, abbreviations, table = tables.kind, tables.alnum, tables.abbreviations, tables.bytes
    fold_start, folded, prefixes, domains = tables.fold_start, tables.folded, tables.cyber, tables.domains
    first_seed, second_seed = tables.seed, tables.seed ^ FACTOR
    slots, memory, tokens, words = scratch.slots, scratch.memory, scratch.tokens, scratch.words
    ends, starts, word, stops, specials = scratch.ends, scratch.starts, scratch.word, scratch.stops, scratch.specials
    mark(text, end, stops, specials)
    n = 0
    n_ends = 0
    sentence = 0  # first word of the sentence
    boundary = 0
    joined = -1  # where a word begins that joined one of the run before it
    joined_to = np.int64(0)  # and what that one was
    past = 0  # enders up to here have been looked at
    i = 0
    while i < end:
        start = i
        bits = window(stops, i)
        size = first_bit(bits | _END_OF_WINDOW)
        i += size
        passed = 0
        plain = size > 0
        if plain:
            address = False
            if size == STRETCH:
                while size == STRETCH:
                    size = first_bit(window(stops, i) | _END_OF_WINDOW)
                    i += size
            else:
                # Signs up to the next word, or to the first of them that means something.
                shift = np.uint64(size)
                gap = np.uint64(first_bit(~(bits >> shift)))
                passed = first_bit(window(specials, start) >> shift | np.uint64(1) << gap)
            plain = passed > 0 or _ends_here(kinds, table, text, start, i)
        else:
            # Not a word, most often.
            said = table[byte_at(text, i)]
            if said == BLANK or said == APART or said == DASH:
                i += 1
                continue
            if said == NEW_LINE:
                if n > sentence:
                    ends[n_ends] = n
                    starts[n_ends] = boundary
                    n_ends += 1
                    sentence = n
                i += 1
                boundary = i
                continue
            code, size = decode(text, i)
            kind = kind_of(kinds, code)
            if kind == ODD:
                return -1, 0
            address = kind == AT or (kind == COLON and i + 2 < end and text[i + 1] == 0x2F and text[i + 2] == 0x2F)
            if kind > DIGIT and not address:
                if (kind == STOP or kind == ENDER) and i >= past:
                    stop, past = ends_sentence(kinds, alnum, abbreviations, text, i, end)
                    if stop >= 0:
                        if n > sentence:
                            ends[n_ends] = n
                            starts[n_ends] = boundary
                            n_ends += 1
                            sentence = n
                        boundary = stop
                        past = stop
                i += size
                continue
        if plain:
            h = _hash_plain(text, start, i - start, first_seed, second_seed)
        else:
            if not address:
                i, h, address = _read_on(
                    kinds, fold_start, folded, prefixes, domains, first_seed, text, start, end, past, word
                )
            if address:
                # The words of this run are taken back.
                run = run_start(kinds, text, start)
                while n > sentence and words[n - 1] >= run:
                    n -= 1
                if joined >= run:
                    tokens[n - 1] = joined_to
                i = run_end(kinds, alnum, abbreviations, text, i, end)
                if i < 0:
                    return -1, 0
                continue
            if i == start:
                # A multiplication or division sign.
                i += 2
                continue
        if i - start > LONGEST_WORD:
            return -1, 0
        slot = h & np.uint64(SLOTS - 1)
        while True:
            found = slots[slot]
            if found == 0:
                value = _learn(tables, scratch, slot, h, text, start, i, word)
                break
            at = np.uint64(found) << np.uint64(1)
            if memory[at] == h:
                value = np.int64(memory[at + np.uint64(1)])
                break
            slot = (slot + np.uint64(1)) & np.uint64(SLOTS - 1)
        if value & JOINS and n > sentence and tokens[n - 1] & CYBERS:
            if run_between(kinds, text, words[n - 1], start) >= 0:
                joined, joined_to = start, tokens[n - 1]
            tokens[n - 1] = _join(tables, text, start, i, word)
            continue
        tokens[n] = value
        words[n] = start
        n += value & DROP == 0
        i += passed
        if passed == 0:
            # What else most often follows a word.
            if plain and i - start > _LONGEST_ABBREVIATION and table[byte_at(text, i)] == FULL_STOP:
                if n > sentence:
                    ends[n_ends] = n
                    starts[n_ends] = boundary
                    n_ends += 1
                    sentence = n
                i += 1
                boundary = i
            i += 3 * (load(text, i) & _THREE == _APOSTROPHE)
            i += byte_at(text, i) == 0x20
    if n > sentence:
        ends[n_ends] = n
        starts[n_ends] = boundary
        n_ends += 1
    return n, n_ends
