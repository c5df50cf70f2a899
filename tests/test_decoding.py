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
