"""How far a run is: one line on a terminal, drawn again about twice a second."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO, Any, Final

__all__ = ["Progress"]

_EVERY: Final = 0.5


class Progress:
    """Count rows, and say their number, their rate and, where sizes are known, the time left.

    Parameters
    ----------
    stream : text stream
        Nothing is written where it is no terminal.
    files : sequence of str
        What will be read, in order; their sizes are the whole.  With ``-`` the whole is unknown.
    clock : callable, optional
    """

    def __init__(self, stream: IO[str], files: Sequence[str], *, clock: Callable[[], float] = time.monotonic) -> None:
        self._stream = stream if stream.isatty() else None
        self._clock = clock
        self._begin = self._shown = clock()
        self._sizes: list[int] | None = None
        if self._stream is not None and "-" not in files:
            self._sizes = [Path(file).stat().st_size if Path(file).is_file() else 0 for file in files]
        self._at = -1
        self._open: Any = None
        self._skipped = (0, 0.0)
        self._rows = 0

    def reading(self, stream: Any = None) -> None:
        """Note that the next file begins, or, given its stream, where its place can be asked."""
        if stream is None:
            self._at += 1
        self._open = stream

    def resumed(self, rows: int) -> None:
        """Note rows that were done before: they count, but not for the rate."""
        self._rows = rows
        self._begin = self._clock()
        self._skipped = (rows, self.share() or 0.0)

    def share(self) -> float | None:
        """Share of the bytes that has been read, 0 to 1; None where the whole is unknown."""
        if not self._sizes or not sum(self._sizes):
            return None
        place = 0
        if self._open is not None and not self._open.closed:
            place = self._open.tell()
        return min(1.0, (sum(self._sizes[: max(0, self._at)]) + place) / sum(self._sizes))

    def add(self, rows: int) -> None:
        """Count rows written, and draw the line where it is time to."""
        self._rows += rows
        now = self._clock()
        if self._stream is None or now - self._shown < _EVERY:
            return
        self._shown = now
        self._stream.write(f"\r{self.line()}\x1b[K")
        self._stream.flush()

    def line(self) -> str:
        """Return the line as it stands."""
        before, share_before = self._skipped
        taken = max(self._clock() - self._begin, 1e-9)
        said = f"{self._rows:,} articles, {(self._rows - before) / taken:,.0f} a second"
        share = self.share()
        if share is None or share <= share_before:
            return said
        left = taken * (1 - share) / (share - share_before)
        return f"{said}, {share:.0%}, {_span(left)} left"

    def clear(self) -> None:
        """Wipe the line, so that what is said next begins on a clean one."""
        if self._stream is not None:
            self._stream.write("\r\x1b[K")
            self._stream.flush()


def _span(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes:02} min"
    return f"{minutes} min {rest:02} s" if minutes else f"{rest} s"
