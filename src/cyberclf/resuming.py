"""A file that is written over several runs: what a killed run leaves is whole rows, and a note of how many.

Beside ``FILE`` stand, until it is whole, ``FILE.part`` (rows as written) and ``FILE.part.log``: one
line that says of what run they are, then a line at each checkpoint, with the counts of the rows and
the length of the part file.  What stands in the part file beyond the last checkpoint is cut off.
"""

import contextlib
import json
import os
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import IO, Any, Final

from cyberclf.errors import TaggingError
from cyberclf.files import atomic_write, mode_for, naming, require_writable

__all__ = ["PartFile", "identity", "resumable"]

#: Seconds between checkpoints: what a killed run may lose.
_EVERY: Final = 1.0
_CHANGED: Final = {
    "inputs": "other input files, or they have changed since",
    "model": "another model",
    "format": "another format",
    "version": "another version of cyberclf",
}


def identity(files: list[str], *, model: str, fmt: str, version: str) -> dict[str, str]:
    """Say of what run a part file is.

    Parameters
    ----------
    files : list of str
        Read in this order.
    model : str
        Its fingerprint.
    fmt, version : str

    Raises
    ------
    OSError
        When a file is not there.
    """
    import hashlib

    stats = [(file, os.stat(file).st_size, os.stat(file).st_mtime_ns) for file in files if file != "-"]  # noqa: PTH116
    inputs = hashlib.sha256(json.dumps(stats).encode()).hexdigest()[:16]
    return {"inputs": inputs, "model": model, "format": fmt, "version": version}


class PartFile:
    """Rows written so far; made by `resumable`.

    Attributes
    ----------
    counts : dict of str to int
        Rows by status, of this run and those before.
    kept : bool
        Whether something is left to resume.
    """

    def __init__(self, part: IO[bytes], log: IO[bytes], counts: dict[str, int], size: int) -> None:
        self._part, self._log = part, log
        self.counts = counts
        self.size = size
        self.kept = False
        self._noted = (sum(counts.values()), size)
        self._time = time.monotonic()

    @property
    def rows(self) -> int:
        """Rows written so far."""
        return sum(self.counts.values())

    def write(self, content: bytes, counts: Mapping[str, int]) -> None:
        """Write whole rows, and how many they are by status."""
        view = memoryview(content)
        with naming(self._part.name):
            while view:
                view = view[self._part.write(view) :]
        self.size += len(content)
        for status, number in counts.items():
            self.counts[status] = self.counts.get(status, 0) + number
        if time.monotonic() - self._time >= _EVERY:
            self.checkpoint()

    def checkpoint(self) -> None:
        """Note what is written, once it is on the disk."""
        if (self.rows, self.size) != self._noted:
            os.fsync(self._part.fileno())
            self._log.write(json.dumps({"size": self.size, "counts": self.counts}).encode() + b"\n")
            self._noted = (self.rows, self.size)
        self._time = time.monotonic()


@contextlib.contextmanager
def resumable(
    path: str | Path,
    run: Mapping[str, str],
    *,
    resume: bool = False,
    finish: Callable[[Path, IO[bytes]], None] | None = None,
) -> Iterator[PartFile]:
    """Write `path` by way of a part file, which takes its place when all went well.

    When it does not go well the part file stays, unless it holds nothing worth it.

    Parameters
    ----------
    path : str or Path
        A regular file, there or not.
    run : mapping of str to str
        From `identity`.
    resume : bool, default False
        Go on with a part file that is there; else it is thrown away.
    finish : callable, optional
        ``finish(part, stream)`` writes the final file from the part file; by default they are the same.

    Raises
    ------
    TaggingError
        When the part file is of another run, or another process is writing it.
    OSError
        When the file cannot be written.
    """
    require_writable(path)
    target = Path(os.path.realpath(path))
    part_path = target.with_name(target.name + ".part")
    log_path = target.with_name(target.name + ".part.log")
    with contextlib.ExitStack() as stack:
        log = stack.enter_context(log_path.open("a+b", buffering=0))
        _lock(log, part_path)
        counts, size = _state(log, part_path, run) if resume else ({}, 0)
        if not size:
            log.truncate(0)
            log.write(json.dumps(dict(run)).encode() + b"\n")
        part = stack.enter_context(part_path.open("r+b" if size else "w+b", buffering=0))
        part.truncate(size)
        part.seek(size)
        made = PartFile(part, log, counts, size)
        try:
            yield made
            os.fsync(part.fileno())
            if finish is not None:
                made.checkpoint()
                with atomic_write(target, "wb") as stream:
                    finish(part_path, stream)  # type: ignore[arg-type] # opened as bytes
        except BaseException:
            with contextlib.suppress(OSError):
                made.checkpoint()
            made.kept = made.rows > 0
            if not made.kept:
                part_path.unlink(missing_ok=True)
                log_path.unlink(missing_ok=True)
            raise
    if finish is None:
        part_path.chmod(mode_for(target))
        part_path.replace(target)
    else:
        part_path.unlink()
    log_path.unlink()


def _lock(log: IO[bytes], part_path: Path) -> None:
    try:
        import fcntl
    except ImportError:  # not on this system
        return
    try:
        fcntl.flock(log, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        raise TaggingError(f"{part_path}: another run is writing it; wait for it, or stop it") from None


def _state(log: IO[bytes], part_path: Path, run: Mapping[str, str]) -> tuple[dict[str, int], int]:
    """Read counts and size at the last checkpoint that the part file still holds; nothing where there is none."""
    log.seek(0)
    lines = [line for line in log.read().split(b"\n")[:-1] if line]
    if not lines or not part_path.exists():
        return {}, 0
    found = _json(lines[0])
    if found != dict(run):
        changed = [said for key, said in _CHANGED.items() if found.get(key) != run.get(key)]
        raise TaggingError(
            f"{part_path}: was begun with {changed[0] if changed else 'other settings'}; "
            "run without --resume to begin anew"
        )
    there = part_path.stat().st_size
    for line in reversed(lines[1:]):
        noted = _json(line)
        if noted and noted["size"] <= there:
            return dict(noted["counts"]), int(noted["size"])
    return {}, 0


def _json(line: bytes) -> dict[str, Any]:
    try:
        found = json.loads(line)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
