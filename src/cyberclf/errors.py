"""The few exceptions of the package: each message is one line that says what, where and what to do."""

__all__ = [
    "ArticleError",
    "ArtifactError",
    "CorpusError",
    "MissingExtraError",
    "TaggingError",
    "ThemesError",
    "one_line",
]


def one_line(said: object, limit: int = 200) -> str:
    r"""Say what another library said as part of a message of ours: in one line, not longer than `limit`.

    Examples
    --------
    >>> one_line(ValueError("cut short\n  at byte 4"))
    'cut short at byte 4'
    """
    return " ".join(str(said).split())[:limit]


class CorpusError(ValueError):
    """A labelled corpus cannot be read or learnt from."""


class ArticleError(ValueError):
    """An article to be tagged cannot be read."""


class ArtifactError(ValueError):
    """A file is not an artifact that this version can open."""


class TaggingError(ValueError):
    """A run over many articles cannot begin, go on or be resumed."""


class ThemesError(ValueError):
    """A file of themes is not one."""


class MissingExtraError(ValueError):
    """Something that one of the package's extras brings is not installed."""
