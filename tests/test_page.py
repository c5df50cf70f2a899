"""Escaping and marking: what comes from an article stays text."""

import base64
import hashlib
import re

from hypothesis import given
from hypothesis import strategies as st

from cyberclf.page import escape, head, marked, shown


@given(st.text())
def test_nothing_that_is_escaped_can_open_a_tag_or_close_an_attribute(text):
    assert not set(escape(text)) & set("<>\"'")


@given(st.text())
def test_what_is_shown_is_as_long_as_it_was_so_that_spans_still_fit(text):
    assert len(shown(text)) == len(text)


def test_control_and_direction_signs_become_spaces_but_lines_and_french_spaces_stay():
    assert shown("a\x00b\u202ec\u2066d\ud800") == "a b c d "
    assert shown("« Oui\u00a0»\u202f!\n\tfin") == "« Oui\u00a0»\u202f!\n\tfin"


@given(st.text(max_size=40), st.lists(st.tuples(st.integers(-5, 50), st.integers(-5, 50)), max_size=4))
def test_marking_loses_and_adds_nothing_but_marks(text, spans):
    html = marked(text, [("T", [(min(span), max(span)) for span in spans])])
    assert re.sub(r"</?mark>|<b>T</b> ", "", html) == escape(text)


def test_overlapping_spans_say_both_names():
    html = marked("abcdef", [("X", [(0, 4)]), ("Y", [(2, 6)])])
    assert html == "<mark><b>X</b> ab</mark><mark><b>X + Y</b> cd</mark><mark><b>Y</b> ef</mark>"


def test_a_hostile_name_of_a_theme_stays_text_in_a_mark():
    assert "<i>" not in marked("abc", [("<i>", [(0, 1)])])


def test_the_policy_names_the_script_by_its_hash_and_nothing_from_outside():
    script = "let a = 1;"
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    made = head("t", "p{}", script)
    assert f"script-src 'sha256-{digest}'" in made
    assert "default-src 'none'" in made
    assert "script-src 'none'" in head("t", "p{}")


def test_what_a_mark_stands_for_is_said_once_though_spans_meet_or_overlap():
    assert marked("abcdefgh", [("X", [(0, 4), (2, 6)])]).count("<b>X</b>") == 1
    assert marked("abcdefgh", [("X", [(0, 4)]), ("X", [(2, 6)])]).count("X") == 1


def test_the_policy_lets_no_base_and_no_form_lead_elsewhere():
    page = head("T", "")
    assert "default-src 'none'" in page
    assert "script-src 'none'" in page
    assert "base-uri 'none'; form-action 'none'" in page


def test_control_signs_that_python_takes_for_spaces_become_spaces():
    assert shown("a\x85b\x1cc\x0bd") == "a b c d"
