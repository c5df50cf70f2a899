"""Many pieces of work done by several workers: answers in order, and few of them in memory at a time."""

import signal
import threading
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import chain, islice
from typing import TYPE_CHECKING, Any, Final, Literal, Protocol, TypeVar

from cyberclf.errors import TaggingError

if TYPE_CHECKING:
    from concurrent.futures import Executor, Future

__all__ = ["Backend", "Task", "choose_backend", "in_order"]

Backend = Literal["threads", "processes"]
#: Pieces a worker that are read and not yet handed on; what bounds the memory of a run.
_LOOK_AHEAD: Final = 3
#: Below this many pieces, starting workers costs more than they save.
_LEAST: Final = 8

Kept = TypeVar("Kept")
Given = TypeVar("Given")
Answer = TypeVar("Answer")
_Given_contra = TypeVar("_Given_contra", contravariant=True)
_Answer_co = TypeVar("_Answer_co", covariant=True)


class Task(Protocol[_Given_contra, _Answer_co]):
    """What is done with each piece; it is sent to each process once."""

    def prepare(self) -> None:
        """Make ready, before the first piece."""

    def __call__(self, given: _Given_contra, /) -> _Answer_co:
        """Answer what is given."""


def choose_backend() -> Backend:
    """Say how work is spread: by processes, since whatever is not the kernel holds python's lock."""
    return "processes"


#: What a worker process does, sent once.
_own: list[Task[Any, Any]] = []


def _adopt(task: Task[Any, Any]) -> None:
    _own[:] = [task]


def _prepare_own() -> None:
    _own[0].prepare()


def _do_own(given: Any) -> Any:
    return _own[0](given)


def in_order(
    pieces: Iterable[tuple[Kept, Given]],
    task: Task[Given, Answer],
    *,
    n_jobs: int = 1,
    backend: Backend | None = None,
) -> Iterator[tuple[Kept, Answer]]:
    """Do pieces of work as they come, several at a time.

    Parameters
    ----------
    pieces : iterable of (kept, given)
        What stays here, and what the task gets.  Read ahead by three pieces a worker, no further,
        however slowly the answers are taken.
    task : Task
    n_jobs : int, default 1
        Workers.  Whoever calls is one of them, the only one until the others are ready, or where
        there are few pieces.
    backend : {"threads", "processes"}, optional
        By default `choose_backend`.

    Yields
    ------
    (kept, answer)
        In the order of `pieces`.

    Raises
    ------
    TaggingError
        When a worker process dies.
    """
    source = iter(pieces)
    head = list(islice(source, _LEAST)) if n_jobs > 1 else []
    if len(head) < _LEAST:
        for kept, given in chain(head, source):
            yield kept, task(given)
        return
    yield from _spread(chain(head, source), task, n_jobs - 1, backend or choose_backend())


def _spread(
    pieces: Iterable[tuple[Kept, Given]],
    task: Task[Given, Answer],
    helpers: int,
    backend: Backend,
) -> Iterator[tuple[Kept, Answer]]:
    # joblib.Parallel(return_as="generator") pulls its whole input however slowly its output is
    # taken, so its executor is fed by hand: a queue of futures is what bounds the memory.
    from concurrent.futures import BrokenExecutor, Future

    waiting: deque[tuple[Kept, Future[Answer]]] = deque()
    clean = False
    pool = _pool(task, helpers, backend)
    by_process = backend == "processes"
    try:
        ready = [pool.submit(_prepare_own if by_process else task.prepare) for _ in range(helpers)]
        for kept, given in pieces:
            if _room(ready, [future for _, future in waiting]):
                waiting.append((kept, pool.submit(_do_own if by_process else task, given)))
            else:
                done: Future[Answer] = Future()
                done.set_result(task(given))
                waiting.append((kept, done))
            while waiting and (waiting[0][1].done() or len(waiting) >= _LOOK_AHEAD * (helpers + 1)):
                oldest, answer = waiting.popleft()
                yield oldest, answer.result()
        while waiting:
            oldest, answer = waiting.popleft()
            yield oldest, answer.result()
        clean = all(future.done() for future in ready)
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


def _room(ready: "list[Future[None]]", sent: "list[Future[Answer]]") -> bool:
    """Whether helpers are there, with less to do than they should have before them."""
    there = 0
    for future in ready:
        if future.done():
            future.result()
            there += 1
    return sum(not future.done() for future in sent) < (_LOOK_AHEAD - 1) * there


def _pool(task: Task[Any, Any], helpers: int, backend: Backend) -> "Executor":
    if backend == "threads":
        from concurrent.futures import ThreadPoolExecutor

        return ThreadPoolExecutor(helpers)
    from joblib.externals.loky.process_executor import ProcessPoolExecutor

    made: Executor = ProcessPoolExecutor(helpers, initializer=_adopt, initargs=(task,))
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
