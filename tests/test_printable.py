"""What leaves can be written, and does not steer the reader's screen."""

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from cyberclf.printable import masked, printable, writable


def test_what_has_no_width_is_not_shown_as_a_gap():
    assert printable("straté\u00adgie\u200b") == "stratégie"


@given(st.text(st.characters(exclude_categories=())))
def test_whatever_comes_in_can_be_written_and_steers_nothing(text):
    assert writable(text).encode().decode() == writable(text)
    assert len(masked(text)) == len(text)
    assert not [char for char in printable(text) if unicodedata.category(char)[0] == "C"]
