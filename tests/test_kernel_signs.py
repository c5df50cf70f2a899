"""The tables of signs say what folding says."""

from cyberclf.kernel.signs import (
    DIGIT,
    HYPHEN,
    LETTER,
    LINE,
    LOOK,
    N_SIGNS,
    NOTHING,
    ODD,
    SEPARATOR,
    SPACE,
    byte_table,
    sign_tables,
)
from cyberclf.text import ENDERS, HYPHENS, fold


def test_every_sign_is_in_the_tables_as_it_is_folded():
    kinds, alnum, start, folded = sign_tables()
    for code in range(N_SIGNS):
        char, kind = chr(code), kinds[code]
        left = "".join(map(chr, folded[start[code] : start[code + 1]].tolist()))
        said = fold(char)
        assert alnum[code] == char.isalnum(), code
        assert left == (said if kind in {LETTER, DIGIT} else ""), code
        if kind == ODD:
            assert said.strip(" '"), code
            assert not said.isalnum(), code
        elif kind == NOTHING:
            assert not said, code
        elif kind == SEPARATOR:
            assert said.strip(" '") == "", code
            assert said, code
        elif kind in {SPACE, LINE}:
            assert char.isspace(), code
        elif kind == HYPHEN:
            assert char in HYPHENS, code
        elif kind not in {LETTER, DIGIT}:
            assert char in {*ENDERS, "@", ":"}, code


def test_white_space_is_never_taken_for_something_else():
    kinds = sign_tables()[0]
    assert {kinds[code] for code in range(N_SIGNS) if chr(code).isspace()} == {SPACE, LINE}


def test_a_byte_that_begins_a_sign_of_several_is_looked_at_but_for_the_letters_of_latin_1():
    table = byte_table()
    assert [byte for byte in range(0x80, 0x100) if table[byte] != LOOK] == [0xC3]
