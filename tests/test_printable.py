"""What leaves can be written, and does not steer the reader's screen."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cyberclf.printable import masked, printable, threshold_as_text, writable


def test_what_has_no_width_is_not_shown_as_a_gap():
    assert printable("straté\u00adgie\u200b") == "stratégie"


@given(st.text(st.characters(exclude_categories=())))
def test_whatever_comes_in_can_be_written_and_steers_nothing(text):
    assert writable(text).encode().decode() == writable(text)
    assert len(masked(text)) == len(text)
    assert not [char for char in printable(text) if unicodedata.category(char)[0] == "C"]


@pytest.mark.parametrize("sign", "\u00ad\u200b\u200c\u200d\u2060\ufeff")
def test_every_sign_without_width_is_left_out(sign):
    assert printable(f"a{sign}b") == "ab"


@pytest.mark.parametrize(("threshold", "said"), [(1e-7, "0.0000001"), (1 - 1e-7, "0.9999999"), (1e-12, "0.00000000")])
def test_a_threshold_has_as_many_decimals_as_tell_it_from_0_and_1_up_to_eight(threshold, said):
    assert threshold_as_text(threshold) == said


def test_no_line_ends_within_a_line():
    assert printable("a\u2028b\u2029c\x85d") == masked("a\u2028b\u2029c\x85d") == "a b c d"
