"""Many pieces of work done by several workers: answers in order, and few of them in memory at a time."""

import signal
import threading
from collections import deque
from collections.abc import Iterable, Iterator
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
    pieces: Iterable[tuple[Kept, Given]], task: Task[Given, Answer], number: int, backend: Backend
) -> Iterator[tuple[Kept, Answer]]:
    # joblib.Parallel(return_as="generator") pulls its whole input however slowly its output is
    # taken, so its executor is fed by hand: a queue of futures is what bounds the memory.
    from concurrent.futures import BrokenExecutor, Future

    waiting: deque[tuple[Kept, Future[Answer]]] = deque()
    helpers = _Helpers(task, number, backend)
    try:
        for kept, given in pieces:
            busy = sum(not future.done() for _, future in waiting)
            if busy < (_LOOK_AHEAD - 1) * helpers.there():
                waiting.append((kept, helpers.give(given)))
            else:
                done: Future[Answer] = Future()
                done.set_result(task(given))
                waiting.append((kept, done))
            while waiting and (waiting[0][1].done() or len(waiting) >= _LOOK_AHEAD * (number + 1)):
                oldest, answer = waiting.popleft()
                yield oldest, answer.result()
        while waiting:
            oldest, answer = waiting.popleft()
            yield oldest, answer.result()
    except BrokenExecutor:
        raise TaggingError(
            "a worker process was killed, perhaps for want of memory; run again with fewer --jobs (and --resume)"
        ) from None
    finally:
        for _, future in waiting:
            future.cancel()
        helpers.end()


class _Helpers:
    """Workers that begin while the caller works: starting a process takes as long as many pieces."""

    def __init__(self, task: Task[Any, Any], number: int, backend: Backend) -> None:
        self._task, self._number = task, number
        self._by_process = backend == "processes"
        self._pool = _pool(task, number, backend)
        self._ready: list[Future[None]] = []
        self._failed: Exception | None = None
        # They ignore Ctrl-C, which goes to a whole group, for their parent ends them in order; it is
        # deaf itself until they are there.
        self._deaf = self._by_process and threading.current_thread() is threading.main_thread()
        self._before = signal.signal(signal.SIGINT, signal.SIG_IGN) if self._deaf else None
        self._start = threading.Thread(target=self._begin, daemon=True)
        self._start.start()

    def _begin(self) -> None:
        # What a process is sent on its way is more than a pipe holds, so this waits until it reads.
        prepare = _prepare_own if self._by_process else self._task.prepare
        try:
            self._ready = [self._pool.submit(prepare) for _ in range(self._number)]
        except Exception as error:  # noqa: BLE001 - raised where the work is done
            self._failed = error

    def there(self) -> int:
        """Count those that are ready."""
        if self._start.is_alive():
            return 0
        self._hear()
        if self._failed is not None:
            raise self._failed
        found = 0
        for future in self._ready:
            if future.done():
                future.result()
                found += 1
        return found

    def give(self, given: Any) -> "Future[Any]":
        """Have one of them answer."""
        return self._pool.submit(_do_own, given) if self._by_process else self._pool.submit(self._task, given)

    def end(self) -> None:
        """Send them away: they hold nothing that would be lost, and may not even have begun."""
        self._start.join()
        try:
            if self._by_process:
                self._pool.shutdown(wait=True, kill_workers=True)  # type: ignore[call-arg] # loky's own
            else:
                self._pool.shutdown(wait=True)
        finally:
            self._hear()

    def _hear(self) -> None:
        if self._deaf:
            self._deaf = False
            signal.signal(signal.SIGINT, self._before or signal.SIG_DFL)


def _pool(task: Task[Any, Any], number: int, backend: Backend) -> "Executor":
    if backend == "threads":
        from concurrent.futures import ThreadPoolExecutor

        return ThreadPoolExecutor(number)
    from joblib.externals.loky.process_executor import ProcessPoolExecutor

    made: Executor = ProcessPoolExecutor(number, initializer=_adopt, initargs=(task,))
    return made
