"""Text that leaves: as UTF-8 can hold it, and so that it does not steer the reader's screen."""

import unicodedata
from typing import Final

__all__ = ["masked", "printable", "threshold_as_text", "writable"]

#: More tell no two thresholds apart that a model keeps.
_MOST_PLACES: Final = 8
#: Categories of Unicode: control, format, surrogate, private and unassigned; ends of lines and paragraphs.
_STEERING: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def threshold_as_text(threshold: float, places: int = 2) -> str:
    """Round a threshold to so many decimals, and more where it would look like 0 or 1, which it is not.

    Examples
    --------
    >>> threshold_as_text(0.335), threshold_as_text(0.0004), threshold_as_text(0.9996), threshold_as_text(1.0)
    ('0.34', '0.0004', '0.9996', '1.00')
    """
    said = f"{threshold:.{places}f}"
    while 0 < threshold < 1 and float(said) in {0.0, 1.0} and places < _MOST_PLACES:
        places += 1
        said = f"{threshold:.{places}f}"
    return said


def writable(text: str) -> str:
    r"""Write halves of characters, which came in so and cannot leave as UTF-8, as escapes.

    Examples
    --------
    >>> writable("a" + chr(0xD800))
    'a\\ud800'
    """
    return text.encode("utf-8", "backslashreplace").decode()


#: Soft hyphen, spaces and joiners without width, byte order mark.
_NO_WIDTH: Final = dict.fromkeys((0xAD, 0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF))


def masked(text: str) -> str:
    r"""Replace signs of control, direction and line ends of Unicode's own by spaces, sign for sign.

    An article must not steer the reader's screen.

    Examples
    --------
    >>> masked("a\u00adb" + chr(27) + "[31mc")
    'a b [31mc'
    """
    if text.isprintable():
        return text
    return "".join(" " if unicodedata.category(char) in _STEERING else char for char in text)


def printable(text: str) -> str:
    r"""Mask text for a terminal; signs without width, such as the soft hyphens of word processors, are left out.

    Examples
    --------
    >>> printable("a\u00adb" + chr(27) + "[31mc")
    'ab [31mc'
    """
    return text if text.isprintable() else masked(text.translate(_NO_WIDTH))
