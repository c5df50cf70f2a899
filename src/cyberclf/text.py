"""From an article's text to sentences, passages and clean words.  Standard library only."""

import re
import unicodedata
from collections.abc import Iterator
from itertools import pairwise
from typing import Final

__all__ = [
    "MAX_WORDS",
    "TARGET_WORDS",
    "clean",
    "fold",
    "passage_spans",
    "printable",
    "sentence_spans",
    "words",
]

#: A passage is closed at the first sentence end after this many words ...
TARGET_WORDS: Final = 85
#: ... and never holds more than this many.
MAX_WORDS: Final = 130
#: A rest shorter than this joins the passage before it, when the two fit into MAX_WORDS.
_REST_WORDS: Final = 35

_LIGATURES = {"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ı": "i"}
_APOSTROPHES = frozenset("'’‘ʼ′＇`´")
_HYPHENS = frozenset("-‐‑⁃﹣－")

_ADDRESS = re.compile(r"(?:https?://|www\.)\S+|\S+@\S+\.\S+", re.IGNORECASE)
_DOTTED = re.compile(r"\b(?:[^\W\d_]\.){2,}(?!\w)|\b(?:[^\W\d_]\.)+[^\W\d_]\b")
_TOKEN = re.compile(r"[^ '-]+")
_WORD = re.compile(r"\w+")
_ELISION = re.compile(r"\b(?:[cdjlmnst]|qu|lorsqu|puisqu|jusqu|quoiqu)'")
_CYBER = re.compile(
    r"\bcyber(?:-+| +)(?=(?:securit|attaqu|crim|defens|defenc|espac|menac|resilien|hygien|"
    r"harcel|espion|diplom|terroris|suret|puissanc|risqu|inciden|guerr|polic|malveill|"
    r"delinqu|escroqu|fraud|attack|spac|threat|bully|warfar|drill))|\bcyber-+(?=\w)"
)
_E_PREFIX = re.compile(r"\be-+(?=\w{3})")

_SENTENCE_END = re.compile(r"(?:(?<=\w\w)|(?<=[»”\")\]%]))[.!?…]+[»”\")\]]*(?=\s)|[!?…]+(?=\s)|\n+")
#: Words whose full stop ends no sentence.
_ABBREVIATIONS = frozenset({"mm", "mr", "mrs", "ms", "dr", "pr", "st", "no", "art", "cf", "vs", "etc"})


class _FoldTable(dict[int, str]):
    """Code point to what is left of it: letters and digits folded, all else a space.

    Filled as code points are met; it can hold at most one entry a code point.
    """

    def __missing__(self, code: int) -> str:
        char = chr(code)
        if char in _APOSTROPHES:
            folded = "'"
        elif char in _HYPHENS:
            folded = "-"
        elif unicodedata.category(char) in {"Mn", "Me", "Cf"}:
            folded = ""
        else:
            base = unicodedata.normalize("NFKD", char.casefold())
            kept = (c for c in base if not unicodedata.combining(c))
            folded = "".join(_LIGATURES.get(c, c if c.isalnum() else " ") for c in kept)
        self[code] = folded
        return folded


_FOLD = _FoldTable()


def fold(text: str) -> str:
    """Fold case, accents, ligatures, apostrophes and hyphens; all other signs become spaces.

    Examples
    --------
    >>> fold("L’Œuvre de CYBER‑SÉCURITÉ")
    "l'oeuvre de cyber-securite"
    """
    return text.translate(_FOLD)


def clean(text: str) -> str:
    """Drop what carries no theme and may identify: addresses and links; join dotted initials.

    Examples
    --------
    >>> clean("L'I.A. : voir https://example.org/a")
    "L'IA : voir  "
    """
    text = _ADDRESS.sub(" ", text)
    return _DOTTED.sub(lambda match: match.group().replace(".", ""), text)


def words(text: str) -> list[str]:
    """Words of a passage in order: folded, elisions cut, numbers and single letters dropped.

    Examples
    --------
    >>> words("L’IA et la cyber sécurité, d'accord avec l'UE : 5G, e-gouvernement, 2030")
    ['ia', 'et', 'la', 'cybersecurite', 'accord', 'avec', 'ue', '5g', 'egouvernement']
    """
    folded = fold(clean(text)).replace("aujourd'hui", "aujourdhui")
    folded = _ELISION.sub(" ", folded)
    folded = _E_PREFIX.sub("e", _CYBER.sub("cyber", folded))
    return [token for token in _TOKEN.findall(folded) if not (token.isdigit() or (len(token) == 1 and token.isascii()))]


def sentence_spans(text: str) -> list[tuple[int, int]]:
    r"""Character spans of the sentences: they cover the text without gap or overlap.

    Examples
    --------
    >>> text = "Titre sans point\nM. Diallo a signé. Il part."
    >>> [text[start:end] for start, end in sentence_spans(text)]
    ['Titre sans point\n', 'M. Diallo a signé.', ' Il part.']
    """
    spans: list[tuple[int, int]] = []
    start = 0
    for match in _SENTENCE_END.finditer(text):
        end = match.end()
        if text[match.start()] == ".":
            word = _last_word(text, match.start())
            if word in _ABBREVIATIONS:
                continue
        if text[start:end].strip():
            spans.append((start, end))
            start = end
    if start < len(text):
        if text[start:].strip() or not spans:
            spans.append((start, len(text)))
        else:
            spans[-1] = (spans[-1][0], len(text))
    return spans


def _last_word(text: str, end: int) -> str:
    start = end
    while start > 0 and end - start < 5 and text[start - 1].isalnum():
        start -= 1
    return text[start:end].lower()


def _pieces(text: str) -> Iterator[tuple[int, int, int]]:
    """Yield sentences as (start, end, number of words), those too long cut between words."""
    for start, end in sentence_spans(text):
        starts = [match.start() for match in _WORD.finditer(text, start, end)]
        if len(starts) <= MAX_WORDS:
            yield start, end, len(starts)
            continue
        cuts = [start, *starts[TARGET_WORDS::TARGET_WORDS], end]
        for low, high in pairwise(cuts):
            yield low, high, sum(low <= s < high for s in starts)


def passage_spans(text: str) -> list[tuple[int, int]]:
    """Cut an article at sentence ends into passages of about 100 words.

    Parameters
    ----------
    text : str
        The article, its title on the first line.

    Returns
    -------
    list of (int, int)
        Character spans, in order, without gap or overlap, covering the text.  At most
        ``MAX_WORDS`` words each.  An article without any word has no passage.

    Examples
    --------
    >>> passage_spans("Une seule phrase.")
    [(0, 17)]
    >>> passage_spans(" … ")
    []
    """
    passages: list[list[int]] = []
    for start, end, count in _pieces(text):
        last = passages[-1] if passages else None
        if last is not None and (count == 0 or (last[2] < TARGET_WORDS and last[2] + count <= MAX_WORDS)):
            last[1] = end
            last[2] += count
        else:
            passages.append([start, end, count])
    if len(passages) > 1:
        rest, before = passages[-1], passages[-2]
        if rest[2] < _REST_WORDS and before[2] + rest[2] <= MAX_WORDS:
            before[1] = rest[1]
            passages.pop()
    if len(passages) == 1 and passages[0][2] == 0:
        return []
    return [(start, end) for start, end, _ in passages]


def printable(text: str) -> str:
    """Replace control and direction signs by spaces: an article must not steer the reader's terminal.

    Examples
    --------
    >>> printable("a" + chr(27) + "[31mb")
    'a [31mb'
    """
    return "".join(" " if unicodedata.category(char)[0] == "C" else char for char in text)
