"""What is not UTF-8 is read as the user says, or refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cyberclf.decoding import ENCODINGS, decode, decoding_lines, recoded
from cyberclf.errors import ArticleError


@given(st.text(st.characters(exclude_categories=["Cs"])), st.sampled_from(ENCODINGS))
def test_utf_8_is_utf_8_whatever_is_named(text, encoding):
    content = text.encode()
    if not content.startswith((b"PK\x03\x04", b"%PDF-", b"{\\rtf", b"\xef\xbb\xbf")):
        assert decode(content, "a.txt", encoding) == text


@given(st.text(st.characters(codec="cp1252", exclude_categories=["Cc"])), st.sampled_from(["windows-1252", "utf-16"]))
def test_what_is_not_utf_8_is_what_the_user_says(text, encoding):
    content = text.encode(encoding)
    try:
        content.decode()
    except UnicodeDecodeError:
        assert decode(content, "a.txt", encoding) == text
        with pytest.raises(ArticleError, match=f"not UTF-8 .*--encoding {encoding}"):
            decode(content, "a.txt")


def test_the_mark_of_utf_16_says_more_than_the_user():
    assert decode("loi votée".encode("utf-16"), "a.txt", "windows-1252") == "loi votée"
    with pytest.raises(ArticleError, match="neither UTF-8 nor utf-16"):
        decode("loi votée".encode("windows-1252"), "a.txt", "utf-16")


def test_bytes_that_the_encoding_lacks_are_refused():
    with pytest.raises(ArticleError, match=r"a.txt: neither UTF-8 nor windows-1252 \(byte 4\); save it as UTF-8"):
        decode(b"loi \x81", "a.txt", "windows-1252")
    assert recoded(b"loi \x81".decode("utf-8", "surrogateescape"), "windows-1252") is None


def test_a_table_keeps_its_line_ends(tmp_path):
    (tmp_path / "a.csv").write_bytes("text\r\né\n".encode("utf-16"))
    with (tmp_path / "a.csv").open("rb") as stream:
        assert list(decoding_lines(stream, "utf-16")) == ["text\r\n", "é\n"]


@pytest.mark.parametrize("order", ["le", "be"])
def test_utf_16_is_told_by_its_mark_in_either_order(tmp_path, order):
    content = "\ufefftext\né\n".encode(f"utf-16-{order}")
    assert decode(content, "a.txt", "utf-16") == "text\né\n"
    (tmp_path / "a.csv").write_bytes(content)
    with (tmp_path / "a.csv").open("rb") as stream:
        assert list(decoding_lines(stream, "windows-1252")) == ["text\n", "é\n"]
    with pytest.raises(ArticleError, match="--encoding utf-16"):
        decode(content, "a.txt")


@pytest.mark.parametrize(
    "begun",
    [b"<HTML>", b"\n <!DOCTYPE html><p>", b"\xef\xbb\xbf<table border=1>", b"%PDF-1.7", b"{\\rtf1", b"PK\x03\x04"],
)
def test_pages_and_documents_are_no_plain_text(begun):
    with pytest.raises(ArticleError, match=r"a.txt: not plain text but .*; save it as text or CSV in UTF-8"):
        decode(begun, "a.txt")
    assert decode(b"<htmlx> la loi", "a.txt") == "<htmlx> la loi"


def test_half_a_sign_of_utf_16_in_a_table_costs_no_file(tmp_path):
    (tmp_path / "a.csv").write_bytes("text\nloi\n".encode("utf-16") + b"\x00\xd8")
    with (tmp_path / "a.csv").open("rb") as stream:
        assert list(decoding_lines(stream, "utf-16"))[:2] == ["text\n", "loi\n"]


def test_an_even_number_of_other_bytes_is_no_utf_16():
    with pytest.raises(ArticleError, match="neither UTF-8 nor utf-16"):
        decode("lois votées".encode("windows-1252") + b"!", "a.txt", "utf-16")


def test_a_row_that_is_no_utf_8_is_no_utf_16_either():
    assert recoded(b"loi vot\xe9es".decode("utf-8", "surrogateescape"), "utf-16") is None


def test_the_byte_that_is_named_is_the_one_that_the_encoding_lacks():
    with pytest.raises(ArticleError, match=r"\(byte 4\)"):
        decode("é é ".encode("windows-1252") + b"\x81", "a.txt", "windows-1252")
