"""Several bytes at once: what numba has no word for, written as LLVM instructions that every processor has.

Bytes are put together little end first, as all processors that numba knows do.
"""

from typing import Any, Final

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from cyberclf.kernel.compiling import compiled, inlined
from cyberclf.kernel.signs import APART, BLANK, IN_WORD, byte_table

__all__ = [
    "BLOCK",
    "FIRST_KEPT",
    "PADDING",
    "SECOND_KEPT",
    "STRETCH",
    "byte_at",
    "count_characters",
    "first_bit",
    "load",
    "mark",
    "mix",
    "window",
]

#: Bytes of a word that are hashed at once.
BLOCK: Final = 16
#: Bits that `window` shows.
STRETCH: Final = 56
_MARKED: Final = 32
#: ASCII signs that mean more than that a word ends.
SPECIAL: Final = [byte for byte, said in enumerate(byte_table()[:128]) if said not in {IN_WORD, BLANK, APART}]
#: Bytes that must follow a text, since blocks are loaded whole.
PADDING: Final = 64


def _pointer(context: Any, builder: Any, kind: Any, array: Any, place: Any, made: Any) -> Any:
    """Point to the bytes of an array from a place on, as something else."""
    data = context.make_array(kind)(context, builder, array).data
    return builder.bitcast(builder.gep(data, [place]), made.as_pointer())


@intrinsic
def byte_at(_, text, i):
    """Byte at a place that is not negative."""

    def codegen(context, builder, signature, args):
        return builder.load(_pointer(context, builder, signature.args[0], *args, ir.IntType(8)))

    return types.uint8(text, types.intp), codegen


@intrinsic
def load(_, text, i):
    """Eight bytes from a place on, as one number."""

    def codegen(context, builder, signature, args):
        found = builder.load(_pointer(context, builder, signature.args[0], *args, ir.IntType(64)))
        found.align = 1
        return found

    return types.uint64(text, types.intp), codegen


@intrinsic
def mix(_, a, b):
    """Multiply two numbers of 64 bits, and fold the product's halves together."""

    def codegen(_, builder, __, args):
        wide = ir.IntType(128)
        product = builder.mul(builder.zext(args[0], wide), builder.zext(args[1], wide))
        high = builder.lshr(product, ir.Constant(wide, 64))
        return builder.trunc(builder.xor(product, high), ir.IntType(64))

    return types.uint64(types.uint64, types.uint64), codegen


@intrinsic
def first_bit(_, bits):
    """Place of the lowest bit that is set; there must be one."""

    def codegen(_, builder, __, args):
        return builder.cttz(args[0], cgutils.true_bit)

    return types.int64(types.uint64), codegen


@intrinsic
def _mark(_, text, i, stops, specials):
    """As `mark`, for `_MARKED` bytes."""

    def codegen(context, builder, signature, args):
        vector = ir.VectorType(ir.IntType(8), _MARKED)

        def all_(value):
            return ir.Constant(vector, [value] * _MARKED)

        found = builder.load(_pointer(context, builder, signature.args[0], *args[:2], vector))
        found.align = 1
        small = builder.or_(found, all_(0x20))
        letter = builder.icmp_unsigned("<", builder.sub(small, all_(ord("a"))), all_(26))
        digit = builder.icmp_unsigned("<", builder.sub(found, all_(ord("0"))), all_(10))
        # 0x80 to 0xBF, without 0x97 and 0xB7.
        follows = builder.icmp_unsigned("<", builder.sub(found, all_(0x80)), all_(0x40))
        letter_follows = builder.icmp_unsigned("!=", small, all_(0xB7))
        leads = builder.icmp_unsigned("==", found, all_(0xC3))
        plain = builder.or_(builder.or_(letter, digit), builder.or_(builder.and_(follows, letter_follows), leads))
        stop = builder.not_(plain)
        special = builder.icmp_unsigned(">=", found, all_(0x80))
        for byte in SPECIAL:
            special = builder.or_(special, builder.icmp_unsigned("==", found, all_(byte)))
        special = builder.and_(special, stop)
        made = ir.IntType(_MARKED)
        place = builder.lshr(args[1], ir.Constant(ir.IntType(64), 3))
        for number, bits in ((2, stop), (3, special)):
            where = _pointer(context, builder, signature.args[number], args[number], place, made)
            builder.store(builder.bitcast(bits, made), where).align = 1
        return context.get_dummy_value()

    return types.none(text, types.intp, stops, specials), codegen


@compiled
def mark(text, end, stops, specials):
    """Set a bit for each byte that is no plain part of a word, and one for those of them that mean something.

    Plain are ASCII letters and digits, and the two-byte letters of Latin-1: the byte 0xC3 and what may follow it,
    but for what makes it a multiplication or division sign.  Special are `SPECIAL` and what is not ASCII.
    """
    for i in range(0, end + 1, _MARKED):
        _mark(text, i, stops, specials)


@compiled
def count_characters(text, start, end):
    """Count the characters that begin in some bytes: all of these but what follows a first one, 0x80 to 0xBF."""
    found = 0
    i = start
    while i + 8 <= end:
        eight = load(text, i)
        follow = eight & ~(eight << np.uint64(1)) & np.uint64(0x8080808080808080)
        # Each byte that follows has a bit of its own, and the product adds them up in the highest byte.
        found += 8 - np.int64(((follow >> np.uint64(7)) * np.uint64(0x0101010101010101)) >> np.uint64(56))
        i += 8
    while i < end:
        found += (byte_at(text, i) & 0xC0) != 0x80
        i += 1
    return found


@inlined
def window(marks, i):
    """Bits of the bytes from a place on: `STRETCH` of them, and one or more besides."""
    return load(marks, i >> 3) >> np.uint64(i & 7)


_KEPT: Final = [[(1 << 8 * max(0, min(8, n - low))) - 1 for n in range(BLOCK + 1)] for low in (0, 8)]
#: Of the first and the second eight bytes of a block, those that are kept when so many of it are.
FIRST_KEPT: Final = np.array(_KEPT[0], np.uint64)
SECOND_KEPT: Final = np.array(_KEPT[1], np.uint64)
