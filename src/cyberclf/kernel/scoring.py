"""From counted terms to scores: sums over the passages of an article and over the whole, and how they are pooled."""

from typing import Final

import numpy as np

from cyberclf.kernel.compiling import compiled, contracted, inlined
from cyberclf.kernel.count import count_passage

LOGS: Final = 256
N_THEMES: Final = 4


@inlined
def _tf(logs, count):
    return logs[count] if count < LOGS else 1.0 + np.log(count)


@compiled
def _shorten(sums, square):
    """Divide by the length."""
    if square > 0.0:
        length = np.sqrt(square)
        for j in range(len(sums)):
            sums[j] /= length


@contracted
def _sum_passage(rows, logs, counts, touched, n, counts_whole, touched_whole, n_whole, sums):
    """Sums of a passage's terms, less the intercept: sublinear tf, idf, length one.

    Hands its counts over to those of the whole article; how many terms that has.
    """
    n_themes = len(sums)
    for j in range(n_themes):
        sums[j] = 0.0
    square = a = b = c = d = 0.0
    for k in range(n):
        term = touched[k]
        count = counts[term]
        counts[term] = 0
        before = counts_whole[term]
        counts_whole[term] = before + count
        touched_whole[n_whole] = term
        n_whole += before == 0
        tf = _tf(logs, count)
        square += tf * tf * rows[term, 0]
        if n_themes == N_THEMES:
            a += tf * rows[term, 1]
            b += tf * rows[term, 2]
            c += tf * rows[term, 3]
            d += tf * rows[term, 4]
        else:
            for j in range(n_themes):
                sums[j] += tf * rows[term, j + 1]
    if n_themes == N_THEMES:
        sums[0], sums[1], sums[2], sums[3] = a, b, c, d
    _shorten(sums, square)
    return n_whole


@contracted
def _sum_whole(rows, logs, counts, touched, n, sums):
    """Sums of an article's terms, whose counts are forgotten; and the sum of the typicality of its words."""
    n_themes = len(sums)
    for j in range(n_themes):
        sums[j] = 0.0
    square = typicality = a = b = c = d = 0.0
    for k in range(n):
        term = touched[k]
        count = counts[term]
        counts[term] = 0
        tf = _tf(logs, count)
        square += tf * tf * rows[term, 0]
        typicality += count * rows[term, n_themes + 1]
        if n_themes == N_THEMES:
            a += tf * rows[term, 1]
            b += tf * rows[term, 2]
            c += tf * rows[term, 3]
            d += tf * rows[term, 4]
        else:
            for j in range(n_themes):
                sums[j] += tf * rows[term, j + 1]
    if n_themes == N_THEMES:
        sums[0], sums[1], sums[2], sums[3] = a, b, c, d
    _shorten(sums, square)
    return typicality


@compiled
def draw_in(tables, scratch):
    """Read a value of each line of the tables, in order.

    Fetched one by one as words ask for them, they would cost more than the scoring of a text or two.
    """
    found = 0.0
    for k in range(0, len(scratch.slots), 32):
        found += scratch.slots[k]
    for k in range(0, 2 * scratch.held[0], 8):
        found += scratch.memory[k] & np.uint64(1)
    for k in range(len(tables.rows)):
        found += tables.rows[k, 0] + tables.rows_whole[k, 0]
    # Kept, so that the compiler does not leave it all out.
    scratch.sums[0] = found


@compiled
def score_article(tables, scratch, pieces, bounds, made, pooled, best):
    """Score the passages of an article, and the whole; the sum of the typicality of its words."""
    n_themes = len(pooled)
    counts, touched = scratch.counts, scratch.touched
    counts_whole, touched_whole = scratch.counts_whole, scratch.touched_whole
    tokens, sums, shares, tops = scratch.tokens, scratch.sums, scratch.shares, scratch.tops
    intercept = tables.intercept
    n_whole = 0
    for j in range(n_themes):
        best[j] = 0
        tops[j] = intercept[j]
        shares[j] = 1.0
    for p in range(made):
        n = count_passage(tables.counting, counts, touched, tokens, pieces, bounds[p], bounds[p + 1], p == 0)
        n_whole = _sum_passage(tables.rows, tables.logs, counts, touched, n, counts_whole, touched_whole, n_whole, sums)
        # Logarithm of the sum of exponentials, kept as its highest term and the sum of their shares of it.
        for j in range(n_themes):
            score = sums[j] + intercept[j]
            if p == 0:
                tops[j] = score
            elif score <= tops[j]:
                shares[j] += np.exp(score - tops[j])
            else:
                shares[j] = shares[j] * np.exp(tops[j] - score) + 1.0
                tops[j] = score
                best[j] = p
    typicality = _sum_whole(tables.rows_whole, tables.logs, counts_whole, touched_whole, n_whole, sums)
    penalty = tables.length_penalty * np.log(max(made, 1))
    for j in range(n_themes):
        pooled[j] = tops[j] + np.log(shares[j]) + sums[j] + tables.intercept_whole[j] - penalty
    return typicality
