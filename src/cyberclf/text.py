"""From an article's text to sentences of clean words.  Standard library only.

Rules are written so that one pass over the text can follow them, sign by sign (see `kernel`): a *run* is
what stands between white space, a *word* a stretch of letters and digits in it.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

__all__ = [
    "ABBREVIATIONS",
    "APOSTROPHES",
    "CLOSERS",
    "CYBER",
    "CYBER_WORDS",
    "DOMAINS",
    "DROPPED",
    "ENDERS",
    "HYPHENS",
    "LIGATURES",
    "NUMBER_DIGITS",
    "Sentence",
    "fold",
    "sentences",
    "words",
]

APOSTROPHES: Final = frozenset("'’‘ʼ′＇`´")
HYPHENS: Final = frozenset("-‐‑⁃﹣－")
LIGATURES: Final = {"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ı": "i"}

#: Signs that end a sentence when white space follows, with these closed between: Latin, Arabic, Ethiopic, Indic.
ENDERS: Final = ".!?…؟۔።፧।"
CLOSERS: Final = '»”")]'
_END: Final = re.compile(rf"(?<![{re.escape(ENDERS)}])[{re.escape(ENDERS)}]++[{re.escape(CLOSERS)}]*+(?=\s)|\n")
#: Words whose full stop ends no sentence; neither does that of a single letter.
ABBREVIATIONS: Final = frozenset({"mm", "mr", "mrs", "ms", "dr", "pr", "st", "no", "art", "cf", "vs", "etc"})
_LONGEST_ABBREVIATION: Final = max(map(len, ABBREVIATIONS))

#: Elided words that are more than one letter.
DROPPED: Final = frozenset({"qu", "lorsqu", "puisqu", "jusqu", "quoiqu"})
#: "cyber" and a word that begins so are one word, however they are set apart.
CYBER: Final = "cyber"
CYBER_WORDS: Final = tuple(
    """
    securit attaqu crim defens defenc espac menac resilien hygien harcel espion diplom terroris suret puissanc risqu
    inciden guerr polic malveill delinqu escroqu fraud attack spac threat bully warfar drill
    """.split()  # noqa: SIM905 - a list of words reads best as words
)

_RUN: Final = re.compile(r"\S+")
_TOKEN: Final = re.compile(r"[^ '.-]+")
#: Ends of the names of sites, by which a link without a scheme is known.
DOMAINS: Final = ("com", "edu", "eu", "fr", "gouv", "gov", "info", "int", "io", "net", "org")
_SITE: Final = re.compile(rf"(?<![^ '.-])www\.|[^ '.-]\.(?:{'|'.join(DOMAINS)})(?![^ '.-])")
#: A word with so many digits is a number.
NUMBER_DIGITS: Final = 3
#: Single letters or digits with full stops between: I.A., R.D.C.
_DOTTED: Final = re.compile(r"(?<![^ '.-])[^ '.-](?:\.[^ '.-])+(?![^ '.-])")
_PREFIX: Final = re.compile(r"(?<![^ '.-])(cyber|e)-+")
#: Longer runs are not kept in the cache.
_CACHED_LENGTH: Final = 40


class _FoldTable(dict[int, str]):
    """Code point to what is left of it: letters and digits folded; ``'``, ``-`` and ``.``; all else a space.

    Filled as code points are met; it can hold at most one entry a code point.
    """

    def __missing__(self, code: int) -> str:
        char = chr(code)
        if char == ".":
            folded = "."
        elif char in APOSTROPHES:
            folded = "'"
        elif char in HYPHENS:
            folded = "-"
        elif unicodedata.category(char) in {"Mn", "Me", "Cf"}:
            folded = ""
        else:
            base = unicodedata.normalize("NFKD", char.casefold())
            kept = (c for c in base if not unicodedata.combining(c))
            folded = "".join(LIGATURES.get(c, c if c.isalnum() else " ") for c in kept)
            # A sign that stands for several words (½, ℀) is none of them, so that one pass can follow.
            folded = folded if folded.isalnum() else " " * bool(folded)
        self[code] = folded
        return folded


_FOLD = _FoldTable()


def fold(text: str) -> str:
    """Fold case, accents, ligatures, apostrophes and hyphens; other signs than full stops become spaces.

    Examples
    --------
    >>> fold("L’Œuvre de CYBER‑SÉCURITÉ !")
    "l'oeuvre de cyber-securite  "
    """
    return text.translate(_FOLD)


def _run_words(run: str) -> tuple[str, ...]:
    """Words of a run; an address or a link has none."""
    if "@" in run or "://" in run:
        return ()
    folded = fold(run)
    if "." in folded:
        if _SITE.search(folded):
            return ()
        folded = _DOTTED.sub(lambda match: match.group().replace(".", ""), folded)
    if "-" in folded:
        folded = _PREFIX.sub(r"\1", folded)
    return tuple(token for token in _TOKEN.findall(folded) if not _dropped(token))


def _dropped(token: str) -> bool:
    if (len(token) == 1 and token.isascii()) or token in DROPPED or token.isdigit():
        return True
    return not token.isalpha() and sum(map(str.isdigit, token)) >= NUMBER_DIGITS


_run_words_cached = lru_cache(maxsize=65536)(_run_words)


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence that has words.

    Parameters
    ----------
    start, end : int
        Characters of the text; what has no word belongs to the sentence before.
    words : list of str
    runs : list of int
        For each word, where its run begins in the text.
    """

    start: int
    end: int
    words: list[str]
    runs: list[int]


def sentences(text: str) -> list[Sentence]:
    r"""Read the sentences of a text: those that have words, covering it without gap or overlap.

    A line ends a sentence, and `ENDERS` do before white space, but not the full stop of an abbreviation or
    of a single letter.

    Examples
    --------
    >>> text = "Titre sans point\n* * *\nM. Diallo a signé. Il part."
    >>> [text[s.start : s.end] for s in sentences(text)]
    ['Titre sans point\n* * *\n', 'M. Diallo a signé.', ' Il part.']
    """
    found: list[Sentence] = []
    start = 0
    for end in _ends(text):
        said, runs = _sentence_words(text, start, end)
        if said:
            found.append(Sentence(start, end, said, runs))
        start = end
    for number, sentence in enumerate(found):
        low = sentence.start if number else 0
        high = found[number + 1].start if number + 1 < len(found) else len(text)
        found[number] = Sentence(low, high, sentence.words, sentence.runs)
    return found


def _ends(text: str) -> Iterator[int]:
    for match in _END.finditer(text):
        if text[match.start()] == "\n" or not _only_stops(match.group()):
            yield match.end()
            continue
        before = match.start()
        start = before
        while start > 0 and before - start <= _LONGEST_ABBREVIATION and text[start - 1].isalnum():
            start -= 1
        if before - start != 1 and text[start:before].lower() not in ABBREVIATIONS:
            yield match.end()
    yield len(text)


def _only_stops(ending: str) -> bool:
    return not any(sign in ENDERS and sign != "." for sign in ending)


def _sentence_words(text: str, start: int, end: int) -> tuple[list[str], list[int]]:
    said: list[str] = []
    runs: list[int] = []
    for match in _RUN.finditer(text, start, end):
        run = match.group()
        for word in _run_words_cached(run) if len(run) <= _CACHED_LENGTH else _run_words(run):
            if said and said[-1] == CYBER and word.startswith(CYBER_WORDS):
                said[-1] += word
            else:
                said.append(word)
                runs.append(match.start())
    return said, runs


def words(text: str) -> list[str]:
    """Words of a text in order: folded, elisions cut, numbers and single letters dropped.

    Examples
    --------
    >>> words("L’I.A. et la cyber sécurité, d'accord avec l'UE : 5G, e-gouvernement, 2030, https://example.org")
    ['ia', 'et', 'la', 'cybersecurite', 'accord', 'avec', 'ue', '5g', 'egouvernement']
    """
    return [word for sentence in sentences(text) for word in sentence.words]
