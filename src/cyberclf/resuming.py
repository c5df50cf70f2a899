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

try:
    import fcntl
except ImportError:  # not on this system
    fcntl = None  # type: ignore[assignment]

from cyberclf.errors import TaggingError
from cyberclf.files import atomic_write, mode_for, naming, require_writable

__all__ = ["PartFile", "beside", "identity", "resumable"]

#: Seconds between checkpoints: what a killed run may lose.
_EVERY: Final = 1.0
_CHANGED: Final = {
    "inputs": "other input files, or they have changed since",
    "model": "another model or other options",
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


def beside(path: str | Path) -> tuple[Path, Path]:
    """Part file and log of a file to write."""
    target = Path(os.path.realpath(path))
    return target.with_name(f"{target.name}.part"), target.with_name(f"{target.name}.part.log")


class PartFile:
    """Rows written so far; made by `resumable`.

    Attributes
    ----------
    kept : bool
        Whether something is left to resume.
    """

    def __init__(self, path: Path, part: IO[bytes], log: IO[bytes], counts: dict[str, int], size: int) -> None:
        self._path, self._part, self._log = path, part, log
        # One pair, so that an interruption between two statements cannot leave one without the other.
        self._written = (counts, size)
        self.kept = False
        self._noted = self._written
        self._time = time.monotonic()

    @property
    def counts(self) -> dict[str, int]:
        """Rows by status."""
        return self._written[0]

    @property
    def size(self) -> int:
        """Bytes of the part file that are whole rows."""
        return self._written[1]

    @property
    def rows(self) -> int:
        """Rows written so far."""
        return sum(self.counts.values())

    def write(self, content: bytes, counts: Mapping[str, int]) -> None:
        """Write whole rows, and how many they are by status."""
        view = memoryview(content)
        with naming(str(self._path)):
            while view:
                view = view[self._part.write(view) :]
        before, size = self._written
        total = {status: before.get(status, 0) + counts.get(status, 0) for status in {**before, **counts}}
        self._written = (total, size + len(content))
        if time.monotonic() - self._time >= _EVERY:
            self.checkpoint()

    def checkpoint(self) -> None:
        """Note what is written, once it is on the disk."""
        written = self._written
        if written != self._noted:
            with naming(str(self._path)):
                os.fsync(self._part.fileno())
                self._log.write(json.dumps({"size": written[1], "counts": written[0]}).encode() + b"\n")
            self._noted = written
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
        When the part file is of another run, another process is writing it, or the file of that name is none of ours.
    OSError
        When the file cannot be written.
    """
    require_writable(path)
    target = Path(os.path.realpath(path))
    part_path, log_path = beside(path)
    with _locked(log_path, part_path) as log:
        _require_ours(log, log_path, part_path)
        counts, size = _state(log, part_path, run) if resume else ({}, 0)
        if not size:
            part_path.unlink(missing_ok=True)
            log.truncate(0)
            try:
                with naming(str(log_path)):
                    log.write(json.dumps(dict(run)).encode() + b"\n")
            except BaseException:
                log_path.unlink(missing_ok=True)
                raise
        with _opened(part_path, os.O_RDWR if size else os.O_RDWR | os.O_CREAT | os.O_EXCL) as part:
            part.truncate(size)
            part.seek(size)
            made = PartFile(part_path, part, log, counts, size)
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
        # Still locked: a run that began now would take the part file for its own.
        if finish is None:
            part_path.chmod(mode_for(target))
            part_path.replace(target)
        else:
            part_path.unlink()
        if fcntl is not None:
            log_path.unlink()
    if fcntl is None:
        # An open file cannot be removed there, and nothing was locked.
        log_path.unlink()


def _opened(path: Path, flags: int) -> IO[bytes]:
    """Open for reading and writing what is no link, which might lead anywhere."""
    flags |= getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
    with naming(str(path)):
        return os.fdopen(os.open(path, flags, 0o666), "r+b", buffering=0)


@contextlib.contextmanager
def _locked(log_path: Path, part_path: Path) -> Iterator[IO[bytes]]:
    """Open the log, and lock it where the system can."""
    while True:
        with _opened(log_path, os.O_RDWR | os.O_CREAT | os.O_APPEND) as log:
            _lock(log, part_path)
            try:
                same = os.path.samestat(os.fstat(log.fileno()), log_path.stat())
            except FileNotFoundError:
                same = False
            if not same:
                # Another run ended between the opening and the lock, and removed it.
                continue
            yield log
            return


def _require_ours(log: IO[bytes], log_path: Path, part_path: Path) -> None:
    log.seek(0)
    ours = _CHANGED.keys() <= _json(log.readline()).keys()
    if not ours and (part_path.is_symlink() or part_path.exists() or log.seek(0, os.SEEK_END)):
        if not log.tell():
            log_path.unlink()
        raise TaggingError(
            f"{part_path}: is in the way, and no run of cyberclf began it; move it or name another output"
        )


def _lock(log: IO[bytes], part_path: Path) -> None:
    if fcntl is None:
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
