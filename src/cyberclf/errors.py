"""The few exceptions of the package: each message is one line that says what, where and what to do."""

__all__ = ["ArticleError", "ArtifactError", "CorpusError", "MissingExtraError", "TaggingError", "ThemesError"]


class CorpusError(ValueError):
    """A labelled corpus cannot be read or learnt from."""


class ArticleError(ValueError):
    """An article to be tagged cannot be read."""


class ArtifactError(ValueError):
    """A file is not an artifact that this version can open."""


class TaggingError(RuntimeError):
    """A run over many articles cannot begin, go on or be resumed."""


class ThemesError(ValueError):
    """A file of themes is not one."""


class MissingExtraError(ValueError):
    """Something that one of the package's extras brings is not installed."""
