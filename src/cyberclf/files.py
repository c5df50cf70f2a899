"""Writing files whole or not at all, and finding the files that the package carries."""

import contextlib
import os
import stat
import tempfile
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import IO

__all__ = ["atomic_write", "checkout", "is_replaceable", "mode_for", "naming", "require_writable", "shipped"]

_PACKAGE = Path(__file__).resolve().parent


@contextlib.contextmanager
def atomic_write(path: str | Path, mode: str = "w") -> Iterator[IO[str] | IO[bytes]]:
    """Open a temporary file beside `path`, and rename it to `path` when all went well.

    Devices and pipes (``/dev/stdout``, ``/dev/full``) are written directly, since they cannot be
    replaced.  Links are followed, the mode of a file that was there is kept.

    Parameters
    ----------
    path : str or Path
        File to write.
    mode : {"w", "wb"}
        Text (UTF-8, line ends as given) or bytes.

    Raises
    ------
    OSError
        When the file cannot be written; nothing is left behind.
    """
    target = Path(os.path.realpath(path))
    options = {} if "b" in mode else {"encoding": "utf-8", "newline": ""}
    require_writable(path)
    if not is_replaceable(path):
        # Not by its real name, which a pipe does not have.
        with naming(path), Path(path).open(mode, **options) as stream:  # type: ignore[call-overload]
            yield stream
            stream.flush()
        return
    # Cut: with what is added, a long name would be too long.
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name[:50]}.")
    try:
        with naming(path), os.fdopen(handle, mode, **options) as stream:  # type: ignore[call-overload]
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        Path(name).chmod(mode_for(target))
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


@contextlib.contextmanager
def naming(path: str | Path) -> Iterator[None]:
    """Name the file in errors of writing, which do not name it themselves."""
    try:
        yield
    except OSError as error:
        # What is no error of the system's came from reading, by a library of its own words.
        if error.filename is None and error.errno is not None:
            error.filename = str(path)
        raise


def is_replaceable(path: str | Path) -> bool:
    """Whether a file can be put in this place when it is whole: no device, no pipe stands there."""
    return not Path(path).exists() or Path(path).is_file()


def mode_for(target: Path) -> int:
    """Mode of a file that will take the place of `target`: what that has, else what the system gives."""
    if target.exists():
        return stat.S_IMODE(target.stat().st_mode)
    # It can be read only by setting it: for that moment files of other threads are made too strict, not too open.
    mask = os.umask(0o077)
    os.umask(mask)
    return 0o666 & ~mask


def checkout() -> Path | None:
    """Top folder of the checkout that we run from or stand in; None where there is none."""
    for folder in (_PACKAGE.parents[1], Path.cwd()):
        project = folder / "pyproject.toml"
        if project.is_file() and (folder / "seeds" / "corpus.jsonl").is_file():
            with (
                contextlib.suppress(ValueError, RecursionError),
                project.open("rb") as stream,
            ):
                if tomllib.load(stream).get("project", {}).get("name") == "cyberclf":
                    return folder
    return None


def shipped(name: str) -> Path:
    """Path of a file of ``models/`` or ``seeds/``: installed with the package, or in the checkout.

    Examples
    --------
    >>> shipped("seeds/corpus.jsonl").name
    'corpus.jsonl'
    """
    installed = _PACKAGE / "data" / name
    return installed if installed.exists() else _PACKAGE.parents[1] / name


def require_writable(path: str | Path) -> None:
    """Find out before long work whether `path` can be written.

    Raises
    ------
    OSError
        Naming the path, when it cannot.
    """
    target = Path(os.path.realpath(path))
    if target.is_dir():
        raise IsADirectoryError(f"{path}: is a folder; name a file to write")
    if not target.parent.is_dir():
        raise FileNotFoundError(f"{path}: there is no folder {target.parent}; create it first")
    probes = [path] if Path(path).exists() else []
    if is_replaceable(path):
        probes.append(target.parent)
    if not all(os.access(probe, os.W_OK) for probe in probes):
        raise PermissionError(f"{path}: not writable")
