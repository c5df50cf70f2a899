"""Sentences -> passages: where an article is cut, as `cyberclf.passages` does it."""

import numpy as np

from cyberclf.kernel.compiling import compiled
from cyberclf.kernel.stops import run_between
from cyberclf.kernel.wide import count_characters
from cyberclf.passages import MAX_WORDS, REST_WORDS, TARGET_WORDS


@compiled
def cut_sentences(kinds, text, words, ends, n_ends, starts, pieces):
    """Sentences, those too long cut between runs: first token, end token, first byte."""
    n = 0
    low = 0
    for s in range(n_ends):
        high = ends[s]
        begin = np.int64(starts[s])
        if high - low > MAX_WORDS:
            for i in range(low + 1, high):
                if i - low >= TARGET_WORDS:
                    run = run_between(kinds, text, words[i - 1], words[i])
                    if run >= 0:
                        pieces[n, 0], pieces[n, 1], pieces[n, 2] = low, i, begin
                        n += 1
                        low = i
                        begin = run
        pieces[n, 0], pieces[n, 1], pieces[n, 2] = low, high, begin
        n += 1
        low = high
    return n


@compiled
def group_pieces(pieces, n, bounds):
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


@compiled
def place_passages(text, end, pieces, bounds, made):
    """Put the first character of each passage in the place of its first piece, then the end of the article.

    Where there is none, the whole article is one.
    """
    characters = 0
    at = 0
    bounds[0] = 0
    for p in range(1, max(made, 1) + 1):
        stop = pieces[bounds[p], 2] if p < made else end
        characters += count_characters(text, at, stop)
        at = stop
        bounds[p] = characters
