"""A folder of Parquet files, tagged on a Dask cluster: one file out for each file in.

Needs the extra ``cluster``.  A worker writes beside the final file and renames: a worker that dies
costs the time of the files that it had begun, no rows.
"""

import json
import os
import tempfile
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from cyberclf.choices import Choices
from cyberclf.errors import ArticleError, ArtifactError, MissingExtraError, TaggingError, one_line
from cyberclf.model import Model

__all__ = ["TaggedFile", "tag_dataset"]

_NOTE: Final = "cyberclf"
_TIMEOUT: Final = "15s"


@dataclass(frozen=True, slots=True)
class TaggedFile:
    """What became of one file.

    Parameters
    ----------
    path, output : str
    counts : dict of str to int
        Rows by status.
    skipped : bool
        Whether it had been tagged by a run before.
    error : str
        Why it could not be tagged, else "".
    """

    path: str
    output: str
    counts: dict[str, int] = field(default_factory=dict)
    skipped: bool = False
    error: str = ""


def tag_dataset(
    paths: Iterable[str],
    output: str,
    *,
    scheduler: Any,
    model: str | None = None,
    resume: bool = False,
    choices: Choices | None = None,
) -> Iterator[TaggedFile]:
    """Tag Parquet files on a cluster.

    Parameters
    ----------
    paths : iterable of str
        Parquet files, or folders of such; workers must see them by the same paths.
    output : str
        Folder for the tagged files, which keep their names and places (of a link, its own).
    scheduler : str or distributed.Client
        Its address (``tcp://HOST:PORT``), or a client.
    model : str, optional
        Artifact, by default the one that comes with the package.  Its bytes are sent: workers need
        not see it.
    resume : bool, default False
        Leave alone what the same model, with the same choices, made of the same file before.
    choices : Choices, optional

    Yields
    ------
    TaggedFile
        One a file, as they are ready.  What is wrong is raised when the first is asked for.

    Raises
    ------
    ArticleError
        When there is no Parquet file, or two would be written to one place.
    ArtifactError, OSError
        When the artifact cannot be opened.
    MissingExtraError
        When Dask is not installed.
    TaggingError
        When no scheduler answers.
    ValueError
        When the model cannot do what was chosen.
    """
    try:
        from distributed import as_completed
    except ImportError:
        raise MissingExtraError("--cluster needs Dask; install it with: pip install 'cyberclf[cluster]'") from None
    from cyberclf.artifact import SHIPPED, fingerprint, load
    from cyberclf.files import shipped

    choices = choices or Choices()
    choices.apply(load(model))  # so that a bad artifact or choice is known here, not on the workers
    mark = fingerprint(model) + choices.mark()
    content = Path(model or shipped(SHIPPED)).read_bytes()
    places = _places(paths, output)
    run = uuid.uuid4().hex[:12]
    client, ours = _client(scheduler)
    try:
        # A task, not scattered data: when the worker that holds it dies, it is made anew.
        carried = client.submit(_carry, content, key=f"cyberclf-model-{run}")
        waiting: dict[Any, tuple[str, str]] = {}
        for source, target in places:
            try:
                note = _note(source, mark)
            except OSError as error:
                yield TaggedFile(source, target, error=f"{source}: {error.strerror}")
                continue
            if resume and _note_of(target) == note:
                yield TaggedFile(source, target, skipped=True)
                continue
            key = f"cyberclf-{run}-{len(waiting)}"
            future = client.submit(_tag_on_worker, carried, mark, choices, source, target, run, note, key=key)
            waiting[future] = (source, target)
        for future in as_completed(list(waiting), loop=client.loop):
            source, target = waiting.pop(future)
            yield _outcome(future, source, target)
            future.release()
    finally:
        _sweep(output, run)
        if ours:
            client.close()


def _client(scheduler: Any) -> tuple[Any, bool]:
    from distributed import Client

    if isinstance(scheduler, Client):
        return scheduler, False
    try:
        return Client(scheduler, timeout=_TIMEOUT, set_as_default=False), True
    except (OSError, ValueError) as error:
        said = one_line(error)
        raise TaggingError(f"{scheduler}: no Dask scheduler answers there ({said})") from None


def _places(paths: Iterable[str], output: str) -> list[tuple[str, str]]:
    """Each file to tag, and the file to write."""
    from cyberclf.inputs import find_files

    folder = Path(output).resolve()
    if folder.exists() and not folder.is_dir():
        raise TaggingError(f"{output}: is a file; name a folder to write")
    found: dict[str, str] = {}
    for given in paths:
        base = Path(given).resolve() if Path(given).is_dir() else Path(given).parent.resolve()
        for file in find_files([given]):
            # By its own name: where a link to a file leads may have another name and stand elsewhere.
            source = Path(file).parent.resolve() / Path(file).name
            if source.suffix.lower() != ".parquet":
                if source.is_dir():
                    raise ArticleError(f"{file}: this folder cannot be looked into")
                if Path(given).is_dir():
                    continue
                raise ArticleError(f"{file}: not .parquet; --cluster reads Parquet files")
            if folder != base and source.is_relative_to(folder) and Path(given).is_dir():
                # What a run before wrote into a folder of the one that is read.
                continue
            target = str(folder / source.relative_to(base))
            if target in found:
                raise _written_over(file, target)
            found[target] = str(source)
    if not found:
        raise ArticleError("no Parquet file in what was given")
    _spare(found)
    return [(source, target) for target, source in found.items()]


def _spare(sources: dict[str, str]) -> None:
    """See that no file to write takes the place of one that is read, or of what a link that is read leads to."""
    read = {*sources.values(), *map(os.path.realpath, sources.values())}
    for target, source in sources.items():
        if str(Path(os.path.realpath(Path(target).parent), Path(target).name)) in read:
            raise _written_over(source, target)


def _written_over(file: str, target: str) -> ArticleError:
    return ArticleError(f"{file}: a file would be written over ({target}); tag to another folder")


def _note(source: str, mark: str) -> dict[str, str]:
    import cyberclf

    stat = Path(source).stat()
    said = {"model": mark, "version": cyberclf.__version__, "size": stat.st_size, "mtime": stat.st_mtime_ns}
    return {_NOTE: json.dumps(said, sort_keys=True)}


def _note_of(target: str) -> dict[str, str]:
    """Read how a tagged file says that it was made; nothing where it is not there, or is none."""
    from cyberclf.arrow import pyarrow_or_advice

    pyarrow = pyarrow_or_advice()
    try:
        with Path(target).open("rb") as stream:
            metadata = pyarrow.parquet.read_metadata(stream).metadata or {}
    except (OSError, pyarrow.ArrowException):
        return {}
    return {_NOTE: metadata.get(_NOTE.encode(), b"").decode("utf-8", "replace")}


def _outcome(future: Any, source: str, target: str) -> TaggedFile:
    from distributed import KilledWorker

    try:
        return TaggedFile(source, target, future.result())
    except (ArticleError, ArtifactError, MissingExtraError, TaggingError) as error:
        return TaggedFile(source, target, error=str(error))
    except KilledWorker:
        reason = f"{source}: the workers that took it died, one after another; give them more memory"
        return TaggedFile(source, target, error=reason)
    except Exception as error:  # noqa: BLE001 - whatever a worker could not do, the other files go on
        said = one_line(f"{type(error).__name__} {error}", 300)
        return TaggedFile(source, target, error=f"{source}: failed on a worker: {said}")


def _sweep(output: str, run: str) -> None:
    """Remove what dead workers left half-written."""
    for left in Path(output).rglob(f".*.{run}.*"):
        left.unlink(missing_ok=True)


def _carry(content: bytes) -> bytes:
    return content


@lru_cache(maxsize=2)
def _opened(mark: str, content: bytes) -> Model:  # noqa: ARG001 - the mark names the content
    from cyberclf.artifact import load

    # The opener takes files only.
    handle, name = tempfile.mkstemp(suffix=".safetensors")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
        return load(name)
    finally:
        Path(name).unlink()


def _tag_on_worker(
    content: bytes, mark: str, choices: Choices, source: str, target: str, run: str, note: dict[str, str]
) -> dict[str, int]:
    from cyberclf.parquet import tag_file

    model = choices.apply(_opened(mark, content))
    final = Path(target)
    final.parent.mkdir(parents=True, exist_ok=True)
    half = final.with_name(f".{final.name}.{run}.{uuid.uuid4().hex[:8]}")
    try:
        counts = tag_file(source, str(half), model, note=note)
        half.replace(final)
    finally:
        half.unlink(missing_ok=True)
    return counts
