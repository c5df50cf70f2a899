"""Which files are read: those named, and those below the folders named."""

import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

from cyberclf.articles import SUFFIXES, sheet_advice
from cyberclf.errors import ArticleError

__all__ = ["find_files"]


def find_files(paths: Iterable[str], passed_over: list[str] | None = None) -> Iterator[str]:
    """Expand folders to the files below them whose kind is read, sorted; keep the rest as given.

    What is there but cannot be opened is kept, a folder below too: reading it says why.  Links to folders are not
    followed, and hidden files and folders not looked at.

    Parameters
    ----------
    paths : iterable of str
    passed_over : list of str, optional
        Gets the files of other kinds.

    Raises
    ------
    ArticleError
        When a path does not exist, or a folder holds no such file.
    """
    for given in paths:
        try:
            is_folder = given != "-" and stat.S_ISDIR(Path(given).stat().st_mode)
        except (FileNotFoundError, NotADirectoryError):
            raise ArticleError(f"{given}: no such file or folder") from None
        except OSError:
            is_folder = False
        if not is_folder:
            yield given
            continue
        others: list[str] = []
        found = sorted(_below(given, others))
        if not found:
            needed = f"it needs files of {', '.join(SUFFIXES)}{sheet_advice(*others)}"
            raise ArticleError(f"{given}: no article in this folder; {needed}")
        if passed_over is not None:
            passed_over += others
        yield from found


def _below(folder: str, passed_over: list[str]) -> Iterator[str]:
    closed: list[str] = []
    # No recursion, as in `os.walk` before Python 3.12: folders may be deeper than that goes.
    waiting = [folder]
    while waiting:
        where = waiting.pop()
        try:
            with os.scandir(where) as listed:
                entries = [entry for entry in listed if not entry.name.startswith(".")]
        except OSError as error:
            closed.append(str(error.filename))
            continue
        for entry in entries:
            if _is_folder(entry):
                if not entry.is_symlink():
                    waiting.append(entry.path)
                continue
            file = Path(where, entry.name)
            # A pipe or a device would be waited for; what is hidden is some program's own.
            if not _may_be_read(file):
                continue
            if file.suffix.lower() in SUFFIXES:
                yield str(file)
            else:
                passed_over.append(str(file))
    yield from closed


def _is_folder(entry: "os.DirEntry[str]") -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False


def _may_be_read(file: Path) -> bool:
    try:
        return stat.S_ISREG(file.stat().st_mode)
    except OSError:
        return True
