"""What the HTML pages share: escaping, marked passages, and a head that lets nothing in from outside."""

import base64
import hashlib
from collections.abc import Sequence
from html import escape as _escape
from itertools import pairwise
from pathlib import Path
from typing import Final

from cyberclf.printable import masked

__all__ = ["escape", "head", "marked", "shown", "template"]

TEMPLATES: Final = Path(__file__).with_name("templates")


def template(name: str) -> str:
    """Text of a file of ``templates/``."""
    return (TEMPLATES / name).read_text(encoding="utf-8")


def shown(text: str) -> str:
    r"""Replace what could steer the reader's screen, sign for sign; lines and tabs stay.

    Control and direction signs, halves of characters, signs without width: all become spaces, so that spans still fit.

    Examples
    --------
    >>> shown("a\u202eb\x1b[31m\nc")
    'a b [31m\nc'
    """
    if text.isprintable():
        return text
    return "".join(char if char in "\n\t" or char.isprintable() else _visible(char) for char in text)


def _visible(char: str) -> str:
    # The spaces of French typography are not printable for Python, but are for people.
    return char if char.isspace() and ord(char) > 0x9F and char not in "\u2028\u2029" else masked(char)


def escape(text: str) -> str:
    """Make text safe between tags and in quoted attributes.

    Examples
    --------
    >>> escape('"><img src=x>')
    '&quot;&gt;&lt;img src=x&gt;'
    """
    return _escape(shown(text), quote=True)


def marked(text: str, spans: Sequence[tuple[str, Sequence[tuple[int, int]]]]) -> str:
    """Escape a text, with its spans in ``<mark>`` and what each stands for before it.

    Parameters
    ----------
    text : str
    spans : sequence of (str, sequence of (int, int))
        What to say, and the character spans that earn it; they may overlap, and several may say the same.

    Returns
    -------
    str
        HTML.

    Examples
    --------
    >>> marked("Une loi.", [("Law", [(4, 7)])])
    'Une <mark><b>Law</b> loi</mark>.'
    """
    edges = {0, len(text)}
    for _, found in spans:
        edges.update(min(max(edge, 0), len(text)) for span in found for edge in span)
    cuts = sorted(edges)
    pieces, before = [], ""
    for low, high in pairwise(cuts):
        names = [name for name, found in spans if any(start <= low < end for start, end in found)]
        label = " + ".join(dict.fromkeys(names))
        if label:
            said = f"<b>{escape(label)}</b> " if label != before else ""
            pieces.append(f"<mark>{said}{escape(text[low:high])}</mark>")
        else:
            pieces.append(escape(text[low:high]))
        before = label
    return "".join(pieces)


def _hash(content: str) -> str:
    return "'sha256-" + base64.b64encode(hashlib.sha256(content.encode()).digest()).decode() + "'"


def head(title: str, style: str, script: str = "", *, inline_styles: bool = False, language: str = "en") -> str:
    """Begin a page that loads nothing, and runs no script but the one given.

    Parameters
    ----------
    title : str
    style, script : str
        Trusted; named in the policy by their hashes, so that nothing else of the kind counts.
    inline_styles : bool, default False
        Allow attributes ``style``, which pictures by matplotlib have.
    language : str, default "en"
        Of the page.

    Returns
    -------
    str
        HTML up to ``<body>``; the script is to be written by the caller, before ``</body>``.
    """
    styles = "'unsafe-inline'" if inline_styles else _hash(style)
    scripts = _hash(script) if script else "'none'"
    policy = f"default-src 'none'; style-src {styles}; script-src {scripts}; base-uri 'none'; form-action 'none'"
    return (
        f'<!DOCTYPE html>\n<html lang="{language}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="referrer" content="no-referrer">\n'
        f"<title>{escape(title)}</title>\n<style>{style}</style>\n</head>\n"
    )
