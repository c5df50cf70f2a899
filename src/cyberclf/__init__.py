"""Tag news articles on digital policy by theme, with probabilities and the passages that say so.

Examples
--------
>>> import cyberclf
>>> model = cyberclf.load()
>>> model.tag("La ministre a présenté la nouvelle loi sur la cybersécurité au Parlement.").status
'ok'
"""

from typing import TYPE_CHECKING

from cyberclf.artifact import load
from cyberclf.errors import (
    ArticleError,
    ArtifactError,
    CorpusError,
    MissingExtraError,
    TaggingError,
    ThemesError,
)
from cyberclf.model import Model
from cyberclf.tagged import Tag, TaggedText
from cyberclf.themes import Theme

if TYPE_CHECKING:
    from cyberclf.estimator import ThemeClassifier

__version__ = "0.1.0"

__all__ = [
    "ArticleError",
    "ArtifactError",
    "CorpusError",
    "MissingExtraError",
    "Model",
    "Tag",
    "TaggedText",
    "TaggingError",
    "Theme",
    "ThemeClassifier",
    "ThemesError",
    "load",
]


if not TYPE_CHECKING:  # which would take any name for one of ours

    def __getattr__(name: str) -> object:
        # The estimator needs scikit-learn, whose import costs more than tagging a folder.
        if name == "ThemeClassifier":
            from cyberclf.estimator import ThemeClassifier

            return ThemeClassifier
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
