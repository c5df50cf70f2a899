"""What the model says of one text."""

from collections.abc import Mapping
from dataclasses import dataclass

from cyberclf.status import Status
from cyberclf.themes import Theme

__all__ = ["Tag", "TaggedText"]


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
        Where it is not ``ok`` the model cannot judge, and gives no theme: ``short``, fewer than six
        words; ``foreign``, not like the language that it learnt from; ``empty``, no word.
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
