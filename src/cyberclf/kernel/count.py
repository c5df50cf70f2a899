"""From the words of a passage to counted terms."""

from typing import Final

import numpy as np

from cyberclf.kernel.compiling import compiled, inlined
from cyberclf.kernel.wide import first_bit
from cyberclf.kernel.words import (
    CLASS_MASK,
    CLASS_SHIFT,
    LEFT_SHIFT,
    NAME_SHIFT,
    RIGHT_SHIFT,
    STARTS,
    TERM,
    find,
    pair_key,
)

#: What a word says of itself, and not in the name of a state.
_OF_ITSELF: Final = CLASS_MASK << CLASS_SHIFT | STARTS


@inlined
def _touch(counts, touched, n, term):
    """Count a term; how many are touched then.  No branch: nobody could foresee whether it is new."""
    count = counts[term]
    touched[n] = term
    counts[term] = count + 1
    return n + (count == 0)


@compiled
def _name_at(names, name_start, tokens, i, high):
    """Number of the longest name of a state that begins at a word, or -1."""
    name = tokens[i] >> NAME_SHIFT
    for k in range(name_start[name], name_start[name + 1]):
        length = names[k, 1]
        if i + length > high:
            continue
        same = True
        for m in range(1, length):
            if tokens[i + m] >> NAME_SHIFT != names[k, 1 + m]:
                same = False
                break
        if same:
            return k
    return -1


@compiled
def count_passage(counting, counts, touched, tokens, pieces, low, high, first):
    """Count the terms of a passage, some pieces of an article; how many terms are touched."""
    pair_filter, pair_keys, pair_values = counting.pair_filter, counting.pair_keys, counting.pair_values
    names, name_start = counting.names, counting.name_start
    class_term, title_term, meeting_term = counting.class_term, counting.title_term, counting.meeting_term
    n_classes = len(class_term)
    one_state, some_states = np.int64(1) << n_classes - 2, np.int64(1) << n_classes - 1
    known = np.int64(-1), np.int64(-1), np.int64(-1)  # states of the passage
    n = 0
    met = np.int64(0)
    for s in range(low, high):
        here = np.int64(0)
        states = np.int64(0)
        last = np.int64(-1)
        previous = np.int64(0)
        for i in range(pieces[s, 0], pieces[s, 1]):
            value = tokens[i]
            term = value & TERM
            n = _touch(counts, touched, n, term)
            if previous >> LEFT_SHIFT & value >> RIGHT_SHIFT & 1:
                key = pair_key(previous & TERM, term)
                if pair_filter[key >> np.uint64(51)] >> (key >> np.uint64(48) & np.uint64(7)) & 1:
                    slot = find(pair_keys, key)
                    if slot >= 0:
                        n = _touch(counts, touched, n, np.int64(pair_values[slot]))
            previous = value
            if value & STARTS:
                k = _name_at(names, name_start, tokens, i, pieces[s, 1])
                if k >= 0:
                    # Words in the name of a state say nothing else.
                    for m in range(i, i + names[k, 1]):
                        tokens[m] &= ~_OF_ITSELF
                    value &= ~_OF_ITSELF
                    state = np.int64(names[k, 0])
                    if states == 0:
                        states = one_state
                        last = state
                    elif state != last:
                        states = one_state | some_states
                    if state != known[0] and state != known[1] and state != known[2]:
                        known = state, known[0], known[1]
            here |= value
        here = here >> CLASS_SHIFT & CLASS_MASK | states
        met |= here
        title = first and s == low
        while here:
            j = first_bit(np.uint64(here))
            here &= here - 1
            if class_term[j] >= 0:
                n = _touch(counts, touched, n, class_term[j])
            if title and title_term[j] >= 0:
                n = _touch(counts, touched, n, title_term[j])
    for k in range(len(known)):
        if known[k] >= 0 and counting.number_term[k] >= 0:
            n = _touch(counts, touched, n, counting.number_term[k])
    if met & some_states:
        met &= ~one_state
    while met:
        a = first_bit(np.uint64(met))
        met &= met - 1
        rest = met
        while rest:
            b = first_bit(np.uint64(rest))
            rest &= rest - 1
            if meeting_term[a, b] >= 0:
                n = _touch(counts, touched, n, meeting_term[a, b])
    return n
