"""What a spreadsheet would run is held from running, and comes back as it was."""

import csv
import io

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cyberclf.spreadsheet import guarded, unguarded

CELLS = st.text(st.sampled_from("=+-@'\";\t\n\r, a1＝"), max_size=12)


@given(CELLS)
@example("'=1")
@example("''-a;\"=1")
def test_what_was_guarded_comes_back_as_it_was(cell):
    assert unguarded(guarded(cell)) == cell


@pytest.mark.parametrize("cell", ["", "a", "1;2", "'tis", "a = b", "c'est-à-dire ; - oui", "a -b"])
def test_what_is_no_formula_stays_as_it_is(cell):
    assert guarded(cell) == cell == unguarded(cell)


@given(st.lists(CELLS, min_size=1, max_size=3), st.sampled_from([",", ";", "\t"]))
@example(["Bonjour ;=1+1", ""], ";")
@example(["-1", "a"], ";")
def test_no_cell_is_a_formula_with_whatever_separator_the_table_is_opened(cells, delimiter):
    line = io.StringIO()
    csv.writer(line).writerow(map(guarded, cells))
    rows = csv.reader(io.StringIO(line.getvalue(), newline=""), delimiter=delimiter)
    opened = [cell for row in rows for cell in row]
    assert not [cell for cell in opened if cell.startswith(tuple("=+@-＝"))]


@pytest.mark.parametrize("sign", "=+-@＝＋－＠\t\r\n")
def test_every_sign_that_begins_a_formula_is_guarded_at_the_start_of_a_cell(sign):
    assert guarded(f"{sign}a") == f"'{sign}a"
