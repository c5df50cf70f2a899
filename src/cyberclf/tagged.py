"""What the model says of texts: of one, and of many as columns."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from cyberclf.status import Status
from cyberclf.themes import Theme

__all__ = ["ReadTexts", "Tag", "TaggedText", "TaggedTexts", "columns_that_hold"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Tag:
    """A theme given to a text.

    Parameters
    ----------
    theme : Theme
    probability : float
        Of the theme, in the article.
    passage : (int, int)
        Character span of the passage that speaks most for the theme.
    """

    theme: Theme
    probability: float
    passage: tuple[int, int]


@dataclass(frozen=True, slots=True)
class TaggedText:
    """What the model says of one text.

    Parameters
    ----------
    status : {"ok", "short", "foreign", "empty"}
        Where it is not ``ok`` the model cannot judge, and unless forced gives no theme: ``short``, fewer than
        six words, numbers, single letters and elisions not counted; ``foreign``, not like the language that it
        learnt from; ``empty``, no word.
    tags : tuple of Tag
        The themes given, in the model's order; often none.
    probabilities : dict of str to float
        Of every theme, given or not.
    review : tuple of str
        Ids of the themes that a person should decide, given or not; see `Model.in_review`.
    """

    status: Status
    tags: tuple[Tag, ...]
    probabilities: Mapping[str, float]
    review: tuple[str, ...] = ()

    @property
    def themes(self) -> tuple[str, ...]:
        """Ids of the themes given."""
        return tuple(tag.theme.id for tag in self.tags)


class ReadTexts(NamedTuple):
    """What a model finds in texts, a row each, before it says anything of them.

    Parameters
    ----------
    probabilities : ndarray of float64, shape (n_texts, n_themes)
    spans : ndarray of int64, shape (n_texts, n_themes, 2)
        Of the passage that speaks most for each theme: first and end character.
    n_words : ndarray of int64, shape (n_texts,)
    typicality : ndarray of float64, shape (n_texts,)
        Mean of the words; see `cyberclf.status`.
    """

    probabilities: FloatArray
    spans: IntArray
    n_words: IntArray
    typicality: FloatArray


@dataclass(frozen=True, slots=True)
class TaggedTexts:
    """What the model says of many texts, a row each: what `TaggedText` says, without an object for each.

    Parameters
    ----------
    theme_list : tuple of Theme
        In the order of the columns.
    status : sequence of str, length n_texts
    probabilities : ndarray of float64, shape (n_texts, n_themes)
    given : ndarray of bool, shape (n_texts, n_themes)
    spans : ndarray of int64, shape (n_texts, n_themes, 2)
        See `ReadTexts`; of all themes, given or not.
    review : ndarray of bool, shape (n_texts, n_themes)
    """

    theme_list: tuple[Theme, ...]
    status: Sequence[Status]
    probabilities: FloatArray
    given: npt.NDArray[np.bool_]
    spans: IntArray
    review: npt.NDArray[np.bool_]

    @classmethod
    def joined(cls, theme_list: tuple[Theme, ...], parts: Sequence["TaggedTexts"]) -> "TaggedTexts":
        """Put texts together that were tagged apart, perhaps none."""
        n = len(theme_list)
        return cls(
            theme_list,
            [status for part in parts for status in part.status],
            np.concatenate([np.empty((0, n)), *(part.probabilities for part in parts)]),
            np.concatenate([np.empty((0, n), bool), *(part.given for part in parts)]),
            np.concatenate([np.empty((0, n, 2), np.int64), *(part.spans for part in parts)]),
            np.concatenate([np.empty((0, n), bool), *(part.review for part in parts)]),
        )

    def texts(self) -> list[TaggedText]:
        """Return what is said of each text."""
        names = [theme.id for theme in self.theme_list]
        # One call for all: an array that is asked number by number is slow.
        given, review = columns_that_hold(self.given), columns_that_hold(self.review)
        spans = iter(self.spans[self.given].tolist())
        return [
            TaggedText(
                status,
                tuple(
                    [Tag(self.theme_list[column], said[column], tuple(next(spans))) for column in given.get(row, ())]
                ),
                dict(zip(names, said, strict=True)),
                tuple([names[column] for column in review.get(row, ())]),
            )
            for row, (status, said) in enumerate(zip(self.status, self.probabilities.tolist(), strict=True))
        ]

    def rounded(self) -> FloatArray:
        """Return the probabilities to four decimals, as `round` makes them."""
        scaled = self.probabilities * 10_000
        nearest = np.rint(scaled)
        found: FloatArray = nearest / 10_000
        # Half-way between two, the product may lie on the other side.
        for row, column in np.argwhere(np.abs(scaled - nearest) > 0.5 - 1e-6).tolist():
            found[row, column] = round(float(self.probabilities[row, column]), 4)
        return found


def columns_that_hold(true: npt.NDArray[np.bool_]) -> dict[int, list[int]]:
    """Columns that are true, by row; rows that have none are left out.

    Examples
    --------
    >>> columns_that_hold(np.array([[False, False], [True, True]]))
    {1: [0, 1]}
    """
    found: dict[int, list[int]] = {}
    for row, column in zip(*(places.tolist() for places in np.nonzero(true)), strict=True):
        found.setdefault(row, []).append(column)
    return found
