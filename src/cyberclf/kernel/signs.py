"""What a sign is, and what it folds to: tables of the code points, and how compiled code reads them."""

import unicodedata
from functools import cache
from typing import Any, Final

import numpy as np

from cyberclf.kernel.compiling import compiled
from cyberclf.text import ENDERS, HYPHENS, fold

# What a sign is.  Below SEPARATOR: part of a word.
LETTER, DIGIT, NOTHING, SEPARATOR, SPACE, LINE, HYPHEN, STOP, ENDER, AT, COLON, ODD = range(12)
#: Code points that the table of signs covers.
N_SIGNS: Final = 0x20000
# What the first byte of a sign says of it.
IN_WORD, BLANK, NEW_LINE, APART, FULL_STOP, DASH, LOOK = range(7)


@compiled
def decode(text, i):
    """Code point at byte i, and its length; the bytes are valid UTF-8 (halves of pairs pass)."""
    b = np.int64(text[i])
    if b < 0x80:
        return b, 1
    if b < 0xE0:
        return (b & 0x1F) << 6 | (np.int64(text[i + 1]) & 0x3F), 2
    if b < 0xF0:
        return (b & 0x0F) << 12 | (np.int64(text[i + 1]) & 0x3F) << 6 | (np.int64(text[i + 2]) & 0x3F), 3
    high = (b & 0x07) << 18 | (np.int64(text[i + 1]) & 0x3F) << 12
    return high | (np.int64(text[i + 2]) & 0x3F) << 6 | (np.int64(text[i + 3]) & 0x3F), 4


@compiled
def kind_of(kinds, code):
    """Kind of a code point."""
    return kinds[code] if code < N_SIGNS else np.uint8(ODD)


@compiled
def before(text, i):
    """Where the sign that ends before byte i begins."""
    i -= 1
    while i > 0 and text[i] & 0xC0 == 0x80:
        i -= 1
    return i


_SPECIAL: Final = (
    {ord("@"): AT, ord(":"): COLON, ord("\n"): LINE, ord("."): STOP}
    | dict.fromkeys(map(ord, ENDERS.replace(".", "")), ENDER)
    | dict.fromkeys(map(ord, HYPHENS), HYPHEN)
)


def _sign(char: str) -> tuple[int, str]:
    """Kind of a sign, and the letters and digits that it folds to."""
    left = fold(char)
    if ord(char) in _SPECIAL:
        return _SPECIAL[ord(char)], ""
    if char.isspace():
        return SPACE, ""
    if not left:
        return NOTHING, ""
    if not left.strip(" '"):
        return SEPARATOR, ""
    return (DIGIT if left.isdigit() else LETTER), left


@cache
def sign_tables() -> tuple[Any, ...]:
    """Tables of the code points: kind, isalnum, and what each folds to."""
    kind, left = bytearray([SEPARATOR]) * N_SIGNS, [""] * N_SIGNS
    alnum = bytearray(map(str.isalnum, map(chr, range(N_SIGNS))))
    for code, char in enumerate(map(chr, range(N_SIGNS))):
        # Of most signs the category says as much as `fold` would, which takes long.
        category = unicodedata.category(char)
        if category in {"Cn", "Co", "Cs"}:
            continue
        whole = unicodedata.is_normalized("NFKD", char)
        if category == "Lo" and (whole or 0xAC00 <= code <= 0xD7A3):
            kind[code], left[code] = LETTER, char if whole else unicodedata.normalize("NFKD", char)
        elif category[0] not in "SP" or code in _SPECIAL or alnum[code] or not whole:
            kind[code], left[code] = _sign(char)
    start = np.zeros(N_SIGNS + 1, np.int32)
    np.cumsum([*map(len, left)], out=start[1:])
    folded = np.frombuffer("".join(left).encode("utf-32-le"), np.int32)
    return np.array(kind), np.array(alnum), start, np.array(folded)


@cache
def byte_table() -> Any:
    """What each byte says of the sign that begins with it: the signs that are read at once, and those to look at."""
    said = {DIGIT: IN_WORD, LETTER: IN_WORD, SPACE: BLANK, LINE: NEW_LINE, SEPARATOR: APART}
    said |= {STOP: FULL_STOP, HYPHEN: DASH}
    table = np.full(256, LOOK, np.uint8)
    table[:128] = [said.get(_sign(chr(byte))[0], LOOK) for byte in range(128)]
    table[0xC3] = IN_WORD
    return table
