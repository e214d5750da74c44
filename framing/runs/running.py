"""Scoring by pieces: here, or in processes of this machine; the parts come in the order of the inputs whoever makes them."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Protocol, Self

from framing.errors import FileError, FramingError, UsageError
from framing.runs.manifest import Ledger, read_receipt
from framing.runs.partitions import Partition, cut_inputs
from framing.runs.parts import Order, Part, score_partition

if TYPE_CHECKING:
    from concurrent.futures import Future

RESUMABLE = "with -o, the same command with --resume goes on from what is done"
_ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")


class Pending(Protocol):
    """A part that is being made."""

    def done(self) -> bool:
        """Return whether it is made, or failed."""
        ...

    def result(self) -> Part:
        """Return the part once it is made."""
        ...


class Pool(Protocol):
    """Whoever scores pieces; ``window`` is how many may be under way, or wait for one before them."""

    window: int

    def submit(self, partition: Partition, order: Order) -> Pending:
        """Have a piece scored."""
        ...

    def collect(self, pending: Pending) -> Part:
        """Return a part once it is made.

        Raises:
            FramingError: it could not be made.
        """
        ...


class Here:
    """This very process: a piece is scored when it is handed over."""

    window = 1

    def submit(self, partition: Partition, order: Order) -> Pending:
        """Score a piece."""
        return _Made(score_partition(partition, order))

    def collect(self, pending: Pending) -> Part:
        """Return the part."""
        return pending.result()


class _Made:
    def __init__(self, part: Part) -> None:
        self._part = part

    def done(self) -> bool:
        return True

    def result(self) -> Part:
        return self._part


class Processes:
    """Processes of this machine, which end with the block that opens them.

    They are those of joblib (loky). ``joblib.Parallel`` itself would go on making parts while nobody takes them; here as
    many are made as ``window`` allows, however slow the reader of the output is. A process sends back next to nothing: the
    part is read from its receipt. Who is killed amid a long message leaves half of it, and the pool waits for the rest.
    """

    def __init__(self, jobs: int) -> None:
        """Start ``jobs`` processes as they are needed."""
        from joblib.externals.loky import ProcessPoolExecutor

        self.window = 16 * jobs
        self._executor = ProcessPoolExecutor(jobs, initializer=_depend_on, initargs=(os.getpid(),), env=_ONE_THREAD)

    def __enter__(self) -> Self:
        """Return the pool."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """End the processes: at once where something went wrong."""
        if kind is None:
            self._executor.shutdown(wait=True)
            return
        # The thread that minds the processes may still look for one that was just ended; of that nobody needs to hear.
        heard, threading.excepthook = threading.excepthook, lambda _: None
        try:
            self._executor.shutdown(wait=True, kill_workers=True)
        finally:
            threading.excepthook = heard

    def submit(self, partition: Partition, order: Order) -> Pending:
        """Have a piece scored by the next process that is free; ``order`` names the folder."""
        return _Receipt(self._executor.submit(score_into_folder, partition, order), partition.number, order)

    def collect(self, pending: Pending) -> Part:
        """Return a part once it is made.

        Raises:
            FramingError: it could not be made, or a process was ended from outside.
        """
        from concurrent.futures.process import BrokenProcessPool

        try:
            return pending.result()
        except BrokenProcessPool:
            message = "a worker process was ended from outside, as happens where memory runs out: use fewer --jobs"
            raise FileError(f"{message}; {RESUMABLE}") from None


def score_into_folder(partition: Partition, order: Order) -> FramingError | None:
    """Score a piece into the order's folder; return the error where that fails, which is shorter than one that is raised."""
    try:
        score_partition(partition, order)
    except FramingError as error:
        return error
    return None


class _Receipt:
    def __init__(self, future: Future[FramingError | None], number: int, order: Order) -> None:
        self._future, self._number, self._order = future, number, order

    def done(self) -> bool:
        return self._future.done()

    def result(self) -> Part:
        error = self._future.result()
        if error is not None:
            raise error
        return read_receipt(Path(self._order.folder or ""), self._number, self._order.form)


def _depend_on(parent: int) -> None:
    """Leave Ctrl-C, which reaches all processes, to the one that started this; and end when that is gone, however it ended."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(0.5)
    os.kill(os.getpid(), signal.SIGTERM)


def count_jobs(jobs: int) -> int:
    """Return the number of processes that ``--jobs`` asks for: all cores this process may use for 0 and -1.

    Raises:
        UsageError: it is less than -1.
    """
    if jobs < -1:
        raise UsageError(f"--jobs {jobs}: give the number of processes, or 0 for one per core")
    if jobs > 0:
        return jobs
    from joblib import cpu_count

    return int(cpu_count())


def iterate_parts(
    partitions: Iterable[Partition], order: Order, pool: Pool, find: Callable[[Partition], Part | None]
) -> Iterator[Part]:
    """Yield the part of each of ``partitions`` in order: what ``find`` has already, else what ``pool`` makes of it."""
    waiting: deque[Pending] = deque()
    for partition in partitions:
        found = find(partition)
        waiting.append(pool.submit(partition, order) if found is None else _Made(found))
        while waiting and (len(waiting) >= pool.window or waiting[0].done()):
            yield pool.collect(waiting.popleft())
    while waiting:
        yield pool.collect(waiting.popleft())


def fill_folder(paths: Iterable[str], order: Order, pool: Pool, ledger: Ledger) -> Iterator[Part]:
    """Yield the parts of ``paths`` as they are done in order, each in the ledger's folder by then.

    ``order.folder`` is that folder where the workers see it; else they send the files' bytes, and this process writes them.

    Raises:
        FramingError: a part could not be made or written.
    """
    pieces = cut_inputs(paths, ledger.terms["piece_bytes"])
    for part in iterate_parts(pieces, order, pool, ledger.find):
        try:
            brought = order.folder is None and len(part.content) == part.size
            yield ledger.keep(part) if brought else part
        except OSError as error:
            raise FileError(f"{ledger.folder}: {part.name} cannot be written ({error.strerror}); {RESUMABLE}") from None


def read_blocks(path: Path) -> Iterator[bytes]:
    """Yield the lines of a file, many at a time."""
    with path.open("rb") as stream:
        while block := stream.read(2**20):
            yield block + stream.readline()


def describe_terms(order: Order, model: str, piece_bytes: int) -> dict[str, Any]:
    """Return what a manifest says of a run: whatever the bytes of its parts depend on."""
    from importlib.metadata import version

    facts = {"framing": version("framing"), "model": model, "digest": order.digest, "unit": order.unit}
    return {**facts, "outlet": order.outlet, "form": order.form, "piece_bytes": piece_bytes}
