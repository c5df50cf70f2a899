"""What an explanation of a text says; `cyberclf.explain` makes it."""

from collections.abc import Mapping
from dataclasses import dataclass

from cyberclf.status import Status
from cyberclf.themes import Theme

__all__ = ["Explanation", "PassagePart", "SentencePart", "TermPart", "ThemeExplanation"]


@dataclass(frozen=True, slots=True)
class TermPart:
    """What one term adds to a score.

    Parameters
    ----------
    term : str
        As in the vocabulary.
    label : str
        For people: a word of the text that has this stem, folded; a class in words.
    value : float
        Below zero where it speaks against the theme.
    """

    term: str
    label: str
    value: float


@dataclass(frozen=True, slots=True)
class PassagePart:
    """A passage, and what it is to a theme.

    Parameters
    ----------
    start, end : int
        Characters of the text.
    score : float
        The intercept plus its terms, before pooling.
    weight : float
        Its share in the soft maximum; of all passages they sum to one.
    terms : tuple of TermPart
        In falling order.
    """

    start: int
    end: int
    score: float
    weight: float
    terms: tuple[TermPart, ...]


@dataclass(frozen=True, slots=True)
class SentencePart:
    """A sentence, and what it adds to a theme's score.

    Parameters
    ----------
    start, end : int
        Characters of the text, without white space at the ends, or a quote before that closes another sentence.
    passage : int
        Which passage it is in.
    in_passage : float
        Its terms' part of the passage's score.
    in_whole : float
        Its terms' part of the score of the whole.
    value : float
        Of the article's score: `in_passage` by the passage's weight, plus `in_whole`.
    """

    start: int
    end: int
    passage: int
    in_passage: float
    in_whole: float
    value: float


@dataclass(frozen=True, slots=True)
class ThemeExplanation:
    """Why a text has its probability of one theme.

    Parameters
    ----------
    theme : Theme
    probability : float
    threshold : float or None
        None where each article is given exactly its most probable theme.
    score : float
        ``pooled + whole``; the calibration makes it the probability.
    pooled : float
        Soft maximum of the passages' scores, less the model's length penalty.
    whole : float
        ``intercept_whole`` plus `whole_terms`.
    intercept, intercept_whole : float
        What a passage, and the whole, score without any term.
    spread : float
        What `pooled` has above the weighted mean of the passages' scores.
    passages : tuple of PassagePart
        In the order of the text; none where it has no word, which is scored as one empty passage.
    whole_terms : tuple of TermPart
        Of the whole article, in falling order.
    terms : tuple of TermPart
        What each term adds to the article's score by all its ways, in falling order.
    sentences : tuple of SentencePart
        In falling order of `value`; all values, `intercept`, `intercept_whole` and `spread` sum to `score`.
    """

    theme: Theme
    probability: float
    threshold: float | None
    score: float
    pooled: float
    whole: float
    intercept: float
    intercept_whole: float
    spread: float
    passages: tuple[PassagePart, ...]
    whole_terms: tuple[TermPart, ...]
    terms: tuple[TermPart, ...]
    sentences: tuple[SentencePart, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a text has its themes.

    Parameters
    ----------
    status : {"ok", "short", "foreign", "empty"}
    given : tuple of str
        Ids of the themes given.
    themes : mapping of str to ThemeExplanation
        By id, in the model's order.
    """

    status: Status
    given: tuple[str, ...]
    themes: Mapping[str, ThemeExplanation]
