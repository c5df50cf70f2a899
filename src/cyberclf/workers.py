"""Many pieces of work done by several workers: answers in order, and few of them in memory at a time."""

import gc
import os
import pickle
import signal
import threading
import warnings
from collections import deque
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, Protocol, TypeVar

from cyberclf.errors import TaggingError, one_line

if TYPE_CHECKING:
    import tempfile
    from concurrent.futures import Executor, Future
    from multiprocessing.process import BaseProcess

__all__ = ["Backend", "Task", "in_order"]

Backend = Literal["threads", "processes", "fork"]
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


#: What a worker process does: sent once, or there from the beginning.
_own: list[Task[Any, Any]] = []


def _leave_to_parent() -> None:
    """Let the process whose worker this is say what becomes of a run that is ended by hand, and end at its order."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})


def _adopt(path: str) -> None:
    _leave_to_parent()
    # Written by our parent, in a folder that is its user's own.
    _own[:] = [pickle.loads(Path(path).read_bytes())]  # noqa: S301


def _follow() -> None:
    """Begin as a copy of a process, and end with it: a copy holds a pipe's other end, and would wait for ever."""
    import multiprocessing

    _leave_to_parent()

    def end() -> None:
        parent = multiprocessing.parent_process()
        if parent is not None:
            parent.join()
        os._exit(1)

    threading.Thread(target=end, daemon=True).start()


def _end_together(copies: "list[BaseProcess]") -> None:
    """End all copies when one is killed: of an answer that it had half given the rest would be waited for for ever."""
    from multiprocessing.connection import wait

    gone = wait([copy.sentinel for copy in copies])
    for copy in copies:
        # What is gone may not be known to be for a moment yet.
        if copy.sentinel in gone:
            copy.join()
    if any(copy.exitcode for copy in copies):
        for copy in copies:
            copy.kill()


def _nothing() -> None:
    """Be there."""


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
        Workers; below 0, as joblib counts them from the cores.  Whoever calls is one of them, the only
        one until the others are ready, or where there are few pieces.
    backend : {"threads", "processes", "fork"}, optional
        By default ``processes``, since whatever is not the kernel holds Python's lock.  ``fork`` copies
        this process once the task is prepared, so that workers have nothing to begin with: for Linux,
        and for who knows that no thread runs here that a copy would lack.

    Yields
    ------
    (kept, answer)
        In the order of `pieces`.

    Raises
    ------
    TaggingError
        When a worker process dies.
    """
    if n_jobs < 0:
        from joblib import effective_n_jobs

        n_jobs = effective_n_jobs(n_jobs)
    source = iter(pieces)
    head = list(islice(source, _LEAST)) if n_jobs > 1 else []
    if len(head) < _LEAST:
        for kept, given in chain(head, source):
            yield kept, task(given)
        return
    yield from _spread(chain(head, source), task, n_jobs - 1, backend or "processes")


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
        self._task, self._number, self._backend = task, number, backend
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._pool: Executor | None = None
        self._copies: list[BaseProcess] = []
        self._ready: list[Future[None]] = []
        self._failed: BaseException | None = None
        self._given = self._froze = False
        self._start = threading.Thread(target=self._begin, daemon=True)
        if backend == "fork":
            self._begin()
        else:
            self._start.start()

    def _begin(self) -> None:
        masked = None
        if hasattr(signal, "pthread_sigmask"):
            # A signal may go to a whole group: the workers, which inherit this, are ended in order by their parent.
            masked = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
        try:
            if self._backend == "threads":
                from concurrent.futures import ThreadPoolExecutor

                self._pool = ThreadPoolExecutor(self._number)
                prepare = self._task.prepare
            elif self._backend == "fork":
                self._pool, prepare = self._forked(), _nothing
            else:
                self._pool, prepare = self._spawned(), _prepare_own
            self._ready = [self._pool.submit(prepare) for _ in range(self._number)]
            if self._backend == "fork":
                # Only the copies write there: held here, too, it would not end with them.
                self._pool._result_queue._writer.close()  # type: ignore[attr-defined]  # noqa: SLF001
                threading.Thread(target=_end_together, args=(self._copies,), daemon=True).start()
        except Exception as error:  # noqa: BLE001 - said where the work is done
            self._failed = error
        finally:
            if masked is not None:
                signal.pthread_sigmask(signal.SIG_SETMASK, masked)

    def _forked(self) -> "Executor":
        import multiprocessing
        from concurrent.futures import ProcessPoolExecutor

        self._task.prepare()
        _own[:] = [self._task]
        # Left alone by the collectors of both, pages stay shared.
        self._froze = not gc.get_freeze_count()
        gc.freeze()
        context = type(multiprocessing.get_context("fork"))()
        begin = context.Process

        def copied(*args: Any, **options: Any) -> "BaseProcess":
            # Whatever hinders the pool to send them away, python ends those at its exit and does not wait for them.
            self._copies.append(begin(*args, **options, daemon=True))
            return self._copies[-1]

        context.Process = copied  # type: ignore[misc, assignment]
        return ProcessPoolExecutor(self._number, context, initializer=_follow)

    def _spawned(self) -> "Executor":
        # By a file: what a process is sent on its way must be less than a pipe holds, or nobody notices when it
        # dies before it has read it.
        import tempfile

        from joblib.externals.loky.backend.reduction import dumps
        from joblib.externals.loky.process_executor import ProcessPoolExecutor

        self._folder = tempfile.TemporaryDirectory(prefix="cyberclf-", ignore_cleanup_errors=True)
        path = Path(self._folder.name) / "task"
        path.write_bytes(dumps(self._task))
        made: Executor = ProcessPoolExecutor(self._number, initializer=_adopt, initargs=(str(path),))
        return made

    def there(self) -> int:
        """Count those that are ready; none where they could not begin, which the caller can do without."""
        if self._start.is_alive() or self._number == 0:
            return 0
        done = [future for future in self._ready if future.done()]
        failed = self._failed or next(filter(None, (future.exception() for future in done)), None)
        if failed is None:
            return len(done)
        if self._given:
            raise failed
        self._number = 0
        said = one_line(f"{type(failed).__name__}: {failed}")
        warnings.warn(f"workers could not be started, so one process does all ({said})", stacklevel=2)
        return 0

    def give(self, given: Any) -> "Future[Any]":
        """Have one of them answer."""
        self._given = True
        if self._pool is None:
            raise RuntimeError("no worker is there")
        if self._backend == "threads":
            return self._pool.submit(self._task, given)
        return self._pool.submit(_do_own, given)

    def end(self) -> None:
        """Send them away: they hold nothing that would be lost, and may not even have begun."""
        if self._backend != "fork":
            self._start.join()
        if self._pool is not None and self._backend == "processes":
            self._pool.shutdown(wait=True, kill_workers=True)  # type: ignore[call-arg] # loky's own
        elif self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)
        if self._folder is not None:
            self._folder.cleanup()
        # What was garbage when we began would stay for ever.
        if self._froze:
            gc.unfreeze()
        _own.clear()
