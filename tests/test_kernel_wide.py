"""Many bytes at once say what they would say one by one."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cyberclf.kernel.compiling import compiled
from cyberclf.kernel.wide import (
    BLOCK,
    FIRST_KEPT,
    PADDING,
    SECOND_KEPT,
    SPECIAL,
    STRETCH,
    byte_at,
    count_characters,
    first_bit,
    load,
    mark,
    window,
)
from cyberclf.kernel.wide import mix as fold_product


@compiled
def loaded(text, i):
    return load(text, i)


@compiled
def byte(text, i):
    return byte_at(text, i)


@compiled
def mixed(a, b):
    return fold_product(a, b)


@compiled
def lowest(bits):
    return first_bit(bits)


@compiled
def seen(marks, i):
    return window(marks, i)


def padded(data):
    return np.frombuffer(data + b"\n" + bytes(PADDING), np.uint8)


def plain(value):
    return chr(value).isalnum() if value < 0x80 else value == 0xC3 or (value < 0xC0 and value not in {0x97, 0xB7})


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_each_byte_is_marked_for_what_it_is(data):
    text = padded(data)
    stops, specials = (np.full(len(text) // 8 + 64, 0xAA, np.uint8) for _ in range(2))
    mark(text, len(data), stops, specials)
    found = [np.unpackbits(bits, bitorder="little")[: len(data) + 1].tolist() for bits in (stops, specials)]
    values = [*data, ord("\n")]
    assert found[0] == [not plain(value) for value in values]
    assert found[1] == [not plain(value) and (value >= 0x80 or value in SPECIAL) for value in values]


def test_special_are_the_signs_that_mean_more_than_that_a_word_ends():
    assert sorted(map(chr, SPECIAL)) == ["\n", "!", "-", ".", ":", "?", "@"]


@settings(deadline=None)
@given(st.binary(min_size=20, max_size=40), st.integers(0, 10))
def test_a_window_shows_the_marks_from_a_place_on(data, place):
    text = padded(data)
    stops, specials = (np.zeros(len(text) // 8 + 64, np.uint8) for _ in range(2))
    mark(text, len(data), stops, specials)
    bits = np.unpackbits(stops, bitorder="little")[place : place + STRETCH + 1].tolist()
    assert [int(seen(stops, place)) >> k & 1 for k in range(STRETCH + 1)] == bits


@settings(deadline=None)
@given(st.binary(min_size=16, max_size=30), st.integers(0, 8))
def test_eight_bytes_are_one_number(data, place):
    text = padded(data)
    assert loaded(text, place) == int.from_bytes(data[place : place + 8], "little")
    assert byte(text, place) == data[place]


@settings(deadline=None)
@given(st.integers(0, 2**64 - 1), st.integers(0, 2**64 - 1))
def test_the_halves_of_a_product_are_folded_together(a, b):
    assert int(mixed(np.uint64(a), np.uint64(b))) == (a * b ^ a * b >> 64) & (2**64 - 1)


@pytest.mark.parametrize("place", [0, 1, 31, 32, 62, 63])
def test_the_lowest_bit_is_found(place):
    assert lowest(np.uint64(1 << place | 1 << 63)) == place


@pytest.mark.parametrize("size", range(BLOCK + 1))
def test_of_a_block_only_the_bytes_of_the_word_are_kept(size):
    kept = int(FIRST_KEPT[size]) | int(SECOND_KEPT[size]) << 64
    assert kept == (1 << 8 * size) - 1


@settings(deadline=None)
@given(st.text(st.characters(exclude_categories=()), max_size=60), st.integers(0, 60), st.integers(0, 60))
def test_characters_are_counted_as_python_counts_them(text, one, other):
    low, high = sorted((one, other))
    start, end = (len(text[:place].encode("utf-8", "surrogatepass")) for place in (low, high))
    data = padded(text.encode("utf-8", "surrogatepass"))
    assert count_characters(data, start, end) == len(text[low:high])
