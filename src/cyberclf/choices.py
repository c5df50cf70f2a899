"""What a user may choose at prediction, apart from the artifact: thresholds, review, what to judge."""

from dataclasses import asdict, dataclass

from cyberclf.model import Model

__all__ = ["Choices"]


@dataclass(frozen=True, slots=True)
class Choices:
    """Choices that turn a model into another of the same numbers; they travel to workers as they are.

    Parameters
    ----------
    favour : {"f1", "precision", "recall"} or None
        None: as the artifact gives themes.
    thresholds : tuple of (str, float)
        Theme and its own threshold.
    review : float or None
        Level of the review band; None: the artifact's.
    force : bool
        Give themes to short and foreign articles too.
    """

    favour: str | None = None
    thresholds: tuple[tuple[str, float], ...] = ()
    review: float | None = None
    force: bool = False

    def apply(self, model: Model) -> Model:
        """Return the model with these choices.

        Raises
        ------
        ValueError
            When one is not possible: an unknown theme, a threshold or level out of its range.
        """
        if self.favour is not None:
            model = model.favouring(self.favour)
        model = model.with_thresholds(dict(self.thresholds))
        if self.review is not None:
            model = model.reviewing(self.review)
        return model.forcing() if self.force else model

    def mark(self) -> str:
        """Return what tells these choices from others, to know a run again; "" for none.

        Examples
        --------
        >>> Choices().mark(), Choices(force=True).mark()
        ('', "{'force': True}")
        """
        chosen = {name: value for name, value in asdict(self).items() if value != getattr(Choices(), name)}
        return str(chosen) if chosen else ""
