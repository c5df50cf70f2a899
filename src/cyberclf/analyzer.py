"""The analyzer: from a passage to counted terms.

This is the only place that decides what a term is.  Training, prediction, extraction of counts and
explanation all call it, so a number learnt here means the same thing there.  A passage gives

- the stems of its words,
- pairs of neighbouring stems, none of a function word,
- class terms, which begin with ``@``: sentences that hold a word of a class (``@law``), or name one
  or two states (``@state``, ``@states``); how many states the passage names (``@n1`` to ``@n3``);
  each two classes that meet in the passage (``@digital+law``); and, in the first passage of an
  article, the classes of its first sentence, most often the title (``@title:law``).
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from itertools import combinations, pairwise
from typing import Final

from cyberclf.lexicon import CLASSES, FUNCTION_WORDS, STATES
from cyberclf.passages import MAX_WORDS, REST_WORDS, TARGET_WORDS, Passage, passages
from cyberclf.text import (
    ABBREVIATIONS,
    APOSTROPHES,
    CLOSERS,
    CYBER,
    CYBER_WORDS,
    DOMAINS,
    DROPPED,
    ENDERS,
    HYPHENS,
    LIGATURES,
    NUMBER_DIGITS,
    words,
)

__all__ = [
    "LEAST_STEM",
    "MOST_STATES",
    "analyzer_fingerprint",
    "analyzer_settings",
    "article_bags",
    "bags_of",
    "class_terms",
    "count_terms",
    "function_words",
    "is_class_term",
    "is_pair",
    "is_word",
    "state_names",
    "stem",
    "stem_endings",
    "word_classes",
]

ANALYZER_VERSION: Final = 2

#: Endings of French (and, as it happens, much of English).
_ENDINGS: Final = """
issements issement ations ation itions ition atrices atrice ateurs ateur ements ement ments ances ance
ences ence iques ique istes iste ites ite ives ive ifs if elles elle ales ale aux els el eurs eur euses
euse erent eraient erait era eront ees ee er es ent ant ants ante antes ir it e s x
"""
_SUFFIXES: Final = tuple(sorted(_ENDINGS.split(), key=lambda suffix: (-len(suffix), suffix)))
#: Letters that a stem keeps.
LEAST_STEM: Final = 4
#: States of a passage that are counted.
MOST_STATES: Final = 3
#: Longer words are not kept in the cache.
_CACHED_LENGTH: Final = 40
_FUNCTION_WORDS: Final = frozenset(FUNCTION_WORDS.split())


def stem(word: str) -> str:
    """Cut the longest known ending that leaves four letters.

    Examples
    --------
    >>> [stem(word) for word in ("coopération", "coopérer", "lois", "5g")]
    ['coopér', 'coopér', 'lois', '5g']
    """
    return _cut_cached(word) if len(word) <= _CACHED_LENGTH else _cut(word)


def _cut(word: str) -> str:
    if len(word) > LEAST_STEM:
        for suffix in _SUFFIXES:
            if word.endswith(suffix) and len(word) - len(suffix) >= LEAST_STEM:
                return word[: -len(suffix)]
    return word


_cut_cached = lru_cache(maxsize=65536)(_cut)


def stem_endings() -> tuple[str, ...]:
    """Return the endings that `stem` cuts."""
    return _SUFFIXES


def function_words() -> frozenset[str]:
    """Return the words that stand in no pair."""
    return _FUNCTION_WORDS


def class_terms() -> tuple[str, ...]:
    """Name the classes of a sentence; the last two say that it names a state, and several."""
    return (*CLASSES, "state", "states")


@cache
def word_classes() -> Mapping[str, tuple[str, ...]]:
    """Map a stem to the classes that it has."""
    found: dict[str, tuple[str, ...]] = {}
    for name, members in CLASSES.items():
        for word in {stem(word) for word in words(members)}:
            found[word] = (*found.get(word, ()), name)
    return found


@cache
def state_names() -> Mapping[str, tuple[tuple[tuple[str, ...], str], ...]]:
    """First word of a name to the names that begin so, longest first, and their states."""
    found: dict[str, dict[tuple[str, ...], str]] = {}
    for line in STATES.strip().splitlines():
        code, _, names = line.partition(": ")
        for name in names.split(", "):
            parts = tuple(words(name))
            found.setdefault(parts[0], {})[parts] = code
    return {
        first: tuple(sorted(names.items(), key=lambda item: (-len(item[0]), item[0]))) for first, names in found.items()
    }


def _states_in(sentence: list[str]) -> tuple[set[str], list[str]]:
    """States that a sentence names, and its words outside of their names."""
    table, states, rest, i = state_names(), set(), [], 0
    while i < len(sentence):
        for name, code in table.get(sentence[i], ()):
            if tuple(sentence[i : i + len(name)]) == name:
                states.add(code)
                i += len(name)
                break
        else:
            rest.append(sentence[i])
            i += 1
    return states, rest


def count_terms(passage: Passage, *, first: bool = False) -> dict[str, int]:
    """Count the terms of a passage: its bag.

    Parameters
    ----------
    passage : Passage
    first : bool, default False
        Whether an article begins with it.

    Returns
    -------
    dict of str to int
        Only pairs hold a space, only class terms begin with ``@``.

    Examples
    --------
    >>> from cyberclf.passages import passages
    >>> sorted(count_terms(passages("Le Mali et la France coopèrent.")[0]))
    ['@n1', '@n2', '@state', '@states', 'coop', 'et', 'franc', 'franc coop', 'la', 'le', 'mali']
    """
    classes, counts = word_classes(), Counter[str]()
    all_states: set[str] = set()
    met: set[str] = set()
    for number, sentence in enumerate(passage.sentences):
        stems = [stem(word) for word in sentence.words]
        counts.update(stems)
        content = [None if word in _FUNCTION_WORDS else stem for word, stem in zip(sentence.words, stems, strict=True)]
        counts.update(f"{left} {right}" for left, right in pairwise(content) if left and right)
        states, rest = _states_in(sentence.words)
        named = {name for word in rest for name in classes.get(stem(word), ())}
        if states:
            named.add("state")
        if len(states) > 1:
            named.add("states")
        # Sorted: the parts of a score are added up in this order, which is no set's.
        here = sorted(named)
        counts.update(f"@{name}" for name in here)
        if first and number == 0:
            counts.update(f"@title:{name}" for name in here)
        all_states |= states
        met.update(here)
    counts.update(f"@n{number}" for number in range(1, min(len(all_states), MOST_STATES) + 1))
    if "states" in met:
        met.discard("state")
    counts.update(f"@{left}+{right}" for left, right in combinations(sorted(met), 2))
    return counts


def bags_of(found: Iterable[Passage]) -> list[dict[str, int]]:
    """Count the terms of each passage of an article, given in order."""
    return [count_terms(passage, first=not number) for number, passage in enumerate(found)]


def article_bags(text: str) -> list[dict[str, int]]:
    """Bags of an article's passages, in order."""
    return bags_of(passages(text))


_PROBE: Final = (
    "L’Œuvre d'Abidjan : cyber-sécurité, cyber sécurité, I.A., 5G et e-gouvernement ! "
    "Aujourd'hui, M. X écrit à a@b.org ou +221 33 800 00 00, voir https://c.org. "
    "Les régulateurs nationaux coopèrent ; les États-Unis et l'UE signent un accord de formation."
)


def analyzer_settings() -> dict[str, int | str]:
    """Return what an artifact records of the analyzer."""
    return {
        "version": ANALYZER_VERSION,
        "target_words": TARGET_WORDS,
        "max_words": MAX_WORDS,
        "fingerprint": analyzer_fingerprint(),
    }


def is_pair(term: str) -> bool:
    """Whether a term is a pair of neighbouring stems."""
    return " " in term


def is_class_term(term: str) -> bool:
    """Whether a term stands for classes of words, not for what is written."""
    return term.startswith("@")


def is_word(term: str) -> bool:
    """Whether a term is a single stem: neither a pair nor a class term."""
    return not is_pair(term) and not is_class_term(term)


@cache
def analyzer_fingerprint() -> str:
    """Sixteen hexadecimal digits that change when terms or passages would.

    It hashes the word lists, the numbers and signs of the rules, and what the analyzer makes of a fixed text, so
    that most changes of the rules show even where nobody raised the version.
    """
    made = [
        ANALYZER_VERSION,
        [sorted(bag.items()) for bag in article_bags(" ".join([_PROBE] * 9))],
        _SUFFIXES,
        CYBER_WORDS,
        [*sorted(DROPPED), *DOMAINS, NUMBER_DIGITS],
        [TARGET_WORDS, MAX_WORDS, REST_WORDS, LEAST_STEM, MOST_STATES],
        [*map(sorted, (APOSTROPHES, HYPHENS, ABBREVIATIONS)), ENDERS, CLOSERS, LIGATURES, CYBER],
        CLASSES,
        STATES,
        FUNCTION_WORDS,
    ]
    return hashlib.sha256(json.dumps(made).encode()).hexdigest()[:16]
