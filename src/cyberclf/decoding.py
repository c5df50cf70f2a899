"""Bytes of texts and tables -> signs: UTF-8, or where they are none, the encoding that the user names."""

import codecs
import io
import re
from typing import IO, Final, Literal

from cyberclf.errors import ArticleError

__all__ = ["BOM", "ENCODINGS", "Encoding", "decode", "decoding_lines", "not_utf_8", "recoded", "refuse_document"]

Encoding = Literal["utf-8", "utf-16", "windows-1252", "windows-1256", "mac-roman"]
#: What office programs write: Excel and Notepad the first three, in Arabic the fourth, on Macs the fifth.
ENCODINGS: Final[tuple[Encoding, ...]] = ("utf-8", "utf-16", "windows-1252", "windows-1256", "mac-roman")

BOM: Final = codecs.BOM_UTF8
#: Every program that writes UTF-16 begins with its mark, by which it is told from UTF-8.
_WIDE: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
#: How a byte that is not UTF-8 looks once read.
_BAD_BYTE: Final = re.compile("[\udc80-\udcff]")
#: First bytes of what may bear the name of a text or table, and is none.
_DOCUMENTS: Final = {
    b"PK\x03\x04": "a zipped document (Word, Excel, LibreOffice)",
    b"\xd0\xcf\x11\xe0": "a document of an older Word or Excel",
    b"%PDF-": "a PDF",
    b"{\\rtf": "a document in RTF",
}
#: A page of the web, or what web programs call an export to Excel.
_PAGE: Final = re.compile(rb"\s*<(!doctype html\b|(html|head|body|table)(\s[^<>]*=[^<>]*)?>)", re.IGNORECASE)


def not_utf_8(begun: bytes = b"", encoding: Encoding = "utf-8", place: str = "") -> str:
    """Say what bytes are not, and what to do.

    Parameters
    ----------
    begun : bytes
        How their file begins, where that is known.
    encoding : str, default "utf-8"
        That was named for them.
    place : str
        Where among them the first stands that is not.
    """
    likely = "utf-16" if begun.startswith(_WIDE) else "windows-1252"
    if encoding == "utf-8":
        return f"not UTF-8{place}; save it as UTF-8, or give its encoding, as --encoding {likely}"
    return f"neither UTF-8 nor {encoding}{place}; save it as UTF-8"


def refuse_document(begun: bytes, where: str) -> None:
    """Refuse what is no plain text, by its first bytes.

    Raises
    ------
    ArticleError
    """
    for mark, kind in _DOCUMENTS.items():
        if begun.startswith(mark):
            raise ArticleError(f"{where}: not plain text but {kind}; save it as text or CSV in UTF-8")
    if _PAGE.match(begun.removeprefix(BOM)):
        raise ArticleError(f"{where}: not plain text but a page in HTML; save it as text or CSV in UTF-8")


def _other(begun: bytes, encoding: Encoding) -> Encoding | None:
    """Tell what is not UTF-8 by its mark, or take the user's word; None where it must be UTF-8."""
    if encoding == "utf-8":
        return None
    if begun.startswith(_WIDE):
        return "utf-16"
    return None if encoding == "utf-16" else encoding


def decode(content: bytes, where: str, encoding: Encoding = "utf-8") -> str:
    """Read a whole text, with a byte order mark or without.

    Parameters
    ----------
    content : bytes
    where : str
    encoding : str, default "utf-8"
        Of what is not UTF-8; one of `ENCODINGS`.  But for "utf-8", what begins with the mark of UTF-16 is read so.

    Raises
    ------
    ArticleError
        When it is neither, or no plain text.
    """
    refuse_document(content, where)
    try:
        return content.removeprefix(BOM).decode()
    except UnicodeDecodeError as error:
        fault = error
    used = _other(content, encoding)
    if used is not None:
        try:
            return content.decode(used)
        except UnicodeDecodeError as error:
            fault = error
    raise ArticleError(f"{where}: {not_utf_8(content, encoding, f' (byte {fault.start})')}")


def decoding_lines(stream: IO[bytes], encoding: Encoding = "utf-8") -> io.TextIOWrapper:
    """Open a table for reading by lines, their ends as given.

    A byte that is not UTF-8 costs its row, not the file: it passes as half a character, which `recoded` finds.

    Parameters
    ----------
    stream : binary stream
    encoding : str, default "utf-8"
    """
    seen = stream if isinstance(stream, io.BufferedReader) else io.BufferedReader(stream)  # type: ignore[type-var]
    if _other(seen.peek(2), encoding) == "utf-16":
        return io.TextIOWrapper(seen, encoding="utf-16", errors="replace", newline="")
    return io.TextIOWrapper(seen, encoding="utf-8-sig", errors="surrogateescape", newline="")


def recoded(text: str, encoding: Encoding = "utf-8") -> str | None:
    r"""Return a piece of what `decoding_lines` read, recoded where it is not UTF-8; None where it is neither.

    Examples
    --------
    >>> bad = b"loi vot\xe9e".decode("utf-8", "surrogateescape")
    >>> recoded(bad, "windows-1252"), recoded(bad)
    ('loi votée', None)
    """
    if not _BAD_BYTE.search(text):
        return text
    if encoding in {"utf-8", "utf-16"}:
        return None
    try:
        return text.encode("utf-8", "surrogateescape").decode(encoding)
    except UnicodeError:
        return None
