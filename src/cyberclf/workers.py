"""Many chunks of texts tagged at once: in order, with few of them in memory at a time."""

import signal
import threading
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain, islice
from typing import TYPE_CHECKING, Final, Literal, Protocol, TypeVar

from cyberclf.errors import TaggingError
from cyberclf.model import Model
from cyberclf.tagged import TaggedText

if TYPE_CHECKING:
    from concurrent.futures import Executor, Future

__all__ = ["Backend", "choose_backend", "in_order", "tag_texts"]

Backend = Literal["threads", "processes"]
#: Chunks a worker that are read and not yet handed on; what bounds the memory of a run.
_LOOK_AHEAD: Final = 3
#: Below this many chunks, starting workers costs more than they save.
_LEAST_CHUNKS: Final = 3


class _HasTexts(Protocol):
    @property
    def texts(self) -> Sequence[str]: ...


Chunk = TypeVar("Chunk", bound=_HasTexts)
Answers = list[TaggedText | str]


def choose_backend() -> Backend:
    """Say how chunks are spread: by processes, since reading a kernel's answers into rows holds python's lock."""
    return "processes"


def tag_texts(model: Model, texts: Sequence[str]) -> Answers:
    """Tag texts; one that makes the model fail gets the reason, a string, in its place."""
    try:
        return list(model.tag_many(texts))
    except Exception:  # noqa: BLE001 - whatever one text does, the others are still tagged
        return [_tag_or_reason(model, text) for text in texts]


def _tag_or_reason(model: Model, text: str) -> TaggedText | str:
    try:
        return model.tag_many([text])[0]
    except Exception as error:  # noqa: BLE001 - it becomes a row that says so
        return f"{type(error).__name__} {error}".strip()


#: The model of a worker process, sent once.
_own: list[Model] = []


def _adopt(model: Model) -> None:
    _own[:] = [model]


def _tag_by_own(texts: Sequence[str]) -> Answers:
    return tag_texts(_own[0], texts)


def in_order(
    chunks: Iterable[Chunk], model: Model, *, n_jobs: int = 1, backend: Backend | None = None
) -> Iterator[tuple[Chunk, Answers]]:
    """Tag chunks as they come, several at a time.

    Parameters
    ----------
    chunks : iterable
        Of anything that has `texts`.  Read ahead by three chunks a worker, no further, however
        slowly the answers are taken.
    model : Model
    n_jobs : int, default 1
        Workers.  With one, or a few chunks, all is done here.
    backend : {"threads", "processes"}, optional
        By default `choose_backend`.

    Yields
    ------
    (chunk, list of TaggedText or str)
        In the order of `chunks`; a string says why a text could not be tagged.

    Raises
    ------
    TaggingError
        When a worker process dies.
    """
    source = iter(chunks)
    head = list(islice(source, _LEAST_CHUNKS)) if n_jobs > 1 else []
    source = chain(head, source)
    if len(head) < _LEAST_CHUNKS:
        for chunk in source:
            yield chunk, tag_texts(model, chunk.texts)
        return
    yield from _spread(source, model, n_jobs, backend or choose_backend())


def _spread(chunks: Iterator[Chunk], model: Model, n_jobs: int, backend: Backend) -> Iterator[tuple[Chunk, Answers]]:
    # joblib.Parallel(return_as="generator") pulls its whole input however slowly its output is
    # taken, so its executor is fed by hand: a queue of futures is what bounds the memory.
    from concurrent.futures import BrokenExecutor

    waiting: deque[tuple[Chunk, Future[Answers]]] = deque()
    pool = _pool(model, n_jobs, backend)
    clean = False
    try:
        for chunk in chunks:
            future = (
                pool.submit(_tag_by_own, chunk.texts)
                if backend == "processes"
                else pool.submit(tag_texts, model, chunk.texts)
            )
            waiting.append((chunk, future))
            if len(waiting) >= _LOOK_AHEAD * n_jobs:
                oldest, answer = waiting.popleft()
                yield oldest, answer.result()
        while waiting:
            oldest, answer = waiting.popleft()
            yield oldest, answer.result()
        clean = True
    except BrokenExecutor:
        raise TaggingError(
            "a worker process was killed, perhaps for want of memory; run again with fewer --jobs (and --resume)"
        ) from None
    finally:
        for _, future in waiting:
            future.cancel()
        if clean or backend == "threads":
            pool.shutdown(wait=True)
        else:
            pool.shutdown(wait=True, kill_workers=True)  # type: ignore[call-arg] # loky's own


def _pool(model: Model, n_jobs: int, backend: Backend) -> "Executor":
    if backend == "threads":
        from concurrent.futures import ThreadPoolExecutor

        return ThreadPoolExecutor(n_jobs)
    from joblib.externals.loky.process_executor import ProcessPoolExecutor

    made: Executor = ProcessPoolExecutor(n_jobs, initializer=_adopt, initargs=(model,))
    with _deaf_to_interrupts():
        made.submit(int)  # the workers start with the first task
    return made


@contextmanager
def _deaf_to_interrupts() -> Iterator[None]:
    """Let processes be started that ignore Ctrl-C, which goes to a whole group: their parent ends them in order."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
