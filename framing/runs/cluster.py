"""Scoring by pieces on a Dask cluster: what every worker must have is checked before anything starts."""

from __future__ import annotations

import logging
import os
import platform
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import lru_cache
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any
from uuid import uuid4

from framing.errors import FileError, FramingError, UsageError
from framing.runs.partitions import STDIN, Partition, measure_file
from framing.runs.parts import Order, Part, load_scorer, score_partition
from framing.runs.running import RESUMABLE, Pending

LOCAL = "local"
WAIT = 10
"""Seconds within which a scheduler must answer, and have a worker."""

# Dask would also have the workers hand memory back after every batch of sentences, which takes a third of their time.
_ENVIRONMENT = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), 1)

RETRIES = 3
"""How often a piece is tried again at another worker."""


class Cluster:
    """The workers of a Dask scheduler. A worker that is lost costs time only: its pieces are scored by another."""

    def __init__(self, client: Any) -> None:
        """Take the connection to the scheduler."""
        self._client = client
        self._run = uuid4().hex[:8]
        self.window = 16 * max(1, sum(client.nthreads().values()))

    def submit(self, partition: Partition, order: Order) -> Pending:
        """Have a piece scored by a worker."""
        key = f"framing-{self._run}-{partition.number}"
        future: Pending = self._client.submit(score_at_worker, partition, order, key=key, retries=RETRIES, pure=False)
        return future

    def collect(self, pending: Pending) -> Part:
        """Return a part once it is made.

        Raises:
            FramingError: it could not be made at any worker, or the scheduler is gone.
        """
        from concurrent.futures import CancelledError

        from distributed import KilledWorker
        from distributed.comm.core import CommClosedError

        try:
            return pending.result()
        except KilledWorker:
            message = "one piece of the inputs ended every worker that took it, as happens where memory runs out"
            raise FileError(f"{message}: give the workers more; {RESUMABLE}") from None
        except (CancelledError, CommClosedError, TimeoutError):
            raise FileError(f"the connection to the Dask scheduler is lost; {RESUMABLE}") from None
        except (ImportError, AttributeError) as error:
            raise UsageError(f"a Dask worker that came later lacks a package ({error}): all need the same framing") from None

    def prepare(self, order: Order, paths: Sequence[str], folder: Path) -> Order:
        """Return ``order`` as the workers need it: with ``folder`` for the parts where all of them see it.

        Raises:
            UsageError: a worker lacks the package, the model or an input, or has another of it; the message says what to do.
        """
        check_versions(self._client.run(platform.python_version), self._client.run(version, "framing", on_error="return"))
        seen = measure_paths(paths)
        mark = folder / f".{uuid4().hex}"
        mark.touch()
        try:
            order = replace(order, base=os.getcwd(), folder=str(folder.resolve()), versions=describe_versions())
            reports = self._client.run(inspect_worker, order, seen, mark.name)
        finally:
            mark.unlink(missing_ok=True)
        return settle_order(order, reports)


def score_at_worker(partition: Partition, order: Order) -> Part:
    """Return the part that comes of a piece; an error says at which worker it arose.

    Raises:
        UsageError: this worker came after all were asked, and has other versions.
        FramingError: as ``score_partition``.
    """
    from distributed import get_worker

    try:
        check_own_versions(order)
        return score_partition(partition, order)
    except FramingError as error:
        raise type(error)(f"Dask worker {get_worker().address}: {error}") from None


def check_versions(pythons: Mapping[str, str], packages: Mapping[str, str | BaseException]) -> None:
    """Check that every worker has this version of framing and of Python (its first two numbers).

    Raises:
        UsageError: one has not; the message names it and says what to do.
    """
    own, own_python = version("framing"), platform.python_version()
    for worker, python in sorted(pythons.items()):
        if python.split(".")[:2] != own_python.split(".")[:2]:
            raise UsageError(f"Dask worker {worker}: it runs Python {python}, and this is {own_python}: start it with the same")
    for worker, package in sorted(packages.items()):
        if isinstance(package, BaseException):
            raise UsageError(f"Dask worker {worker}: framing is not installed there: pip install framing=={own} at the worker")
        if package != own:
            raise UsageError(f"Dask worker {worker}: it has framing {package}, and this is {own}: install {own} at the worker")


@lru_cache(maxsize=1)
def describe_versions() -> str:
    """Return the versions here of what scores depend on: framing, Python (its first two numbers) and numpy."""
    python = ".".join(platform.python_version_tuple()[:2])
    return f"framing {version('framing')}, Python {python}, numpy {version('numpy')}"


def check_own_versions(order: Order) -> None:
    """Check that the versions here are those of the order.

    Raises:
        UsageError: one is not; the message names all.
    """
    if order.versions != describe_versions():
        raise UsageError(f"it has {describe_versions()}, and the run has {order.versions}: all workers need the same")


def settle_order(order: Order, reports: Mapping[str, tuple[str, bool]]) -> Order:
    """Return ``order`` as it suits the workers, by their ``reports``: without a folder where one of them does not see it.

    Raises:
        UsageError: something is amiss at a worker; the message names it.
    """
    for worker, (problem, _) in sorted(reports.items()):
        if problem:
            raise UsageError(f"Dask worker {worker}: {problem}")
    return order if all(shared for _, shared in reports.values()) else replace(order, folder=None)


def measure_paths(paths: Sequence[str]) -> dict[str, tuple[int, int] | None]:
    """Return the inputs that are here with their sizes and times of change: None for a folder, of which these say nothing."""
    found = [path for path in dict.fromkeys(paths) if path.strip() and path != STDIN and os.path.exists(path)]
    return {path: None if os.path.isdir(path) else measure_file(path) for path in found}


def inspect_worker(order: Order, inputs: Mapping[str, tuple[int, int] | None], mark: str) -> tuple[str, bool]:
    """Return what is amiss at this worker, empty if nothing, and whether it sees the folder of the parts by its ``mark``."""
    try:
        check_own_versions(order)
        load_scorer(order)
    except UsageError as error:
        return str(error), False
    except FramingError as error:
        return f"{error} (the model must lie at the same path there)", False
    for name, measures in inputs.items():
        path = os.path.join(order.base, name)
        if not os.path.exists(path):
            return f"it does not see {path}: put the inputs where all workers see them under one path", False
        if measures is not None and measure_file(path) != measures:
            return (
                f"{path} has another size or time of change there: put the inputs where all workers see them under one path",
                False,
            )
    return "", order.folder is not None and os.path.exists(os.path.join(order.folder, mark))


@contextmanager
def open_cluster(address: str, jobs: int) -> Iterator[Cluster]:
    """Yield the cluster at ``address``; for ``local``, one of ``jobs`` processes on this machine that ends with the block.

    Raises:
        UsageError: Dask is not installed, the scheduler cannot be reached or has no workers.
    """
    try:
        library: Any = import_module("distributed")
    except ImportError:
        raise UsageError("scoring on a cluster needs an extra: pip install 'framing[dask]'") from None
    logging.getLogger("distributed").setLevel(logging.CRITICAL)  # it says on standard error what is told better here
    if address == LOCAL:
        options = {"processes": True, "threads_per_worker": 1, "dashboard_address": "127.0.0.1:0", "silence_logs": logging.CRITICAL}
        with (
            import_module("dask.config").set({"distributed.nanny.pre-spawn-environ": _ENVIRONMENT}),
            library.LocalCluster(n_workers=jobs, **options) as cluster,
            library.Client(cluster, set_as_default=False) as client,
        ):
            yield Cluster(client)
        return
    client = _connect(library.Client, address)
    try:
        yield Cluster(client)
    finally:
        _leave(client)


def _leave(client: Any) -> None:
    with suppress(AssertionError, OSError):  # of a scheduler that is gone or slow: what is left ends with this process
        client.close(timeout=2)


def _connect(make: Callable[..., Any], address: str) -> Any:
    try:
        client = make(address, timeout=WAIT, set_as_default=False)
    except (OSError, ValueError, TypeError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise UsageError(f"the Dask scheduler at {address} cannot be reached ({reason}): start it with: dask scheduler") from None
    try:
        client.wait_for_workers(1, timeout=WAIT)
    except TimeoutError:
        _leave(client)
        raise UsageError(f"the Dask scheduler at {address} has no workers: start some with: dask worker {address}") from None
    return client
