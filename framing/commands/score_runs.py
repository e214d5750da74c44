"""How ``framing score`` runs: article by article here, or by pieces that other processes score."""

from __future__ import annotations

import select
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from framing.articles import Article, Skipped, name_outlets
from framing.commands.progress import ProgressLine
from framing.commands.speaking import say
from framing.errors import FileError, UsageError
from framing.runs.parts import NOTE, Order, Part, Remark, Tally

if TYPE_CHECKING:
    from framing.runs.cluster import Cluster
    from framing.runs.manifest import Ledger
    from framing.runs.running import Pool
    from framing.scoring_model import ScoringModel

LARGEST = {"article": 2**25, "sentence": 2**22}
"""Bytes of input of the largest piece whose part is a file that stays."""

LARGEST_PASSING = {"article": 2**22, "sentence": 2**20}
"""Bytes of input of the largest piece whose part is passed on at once."""

_CHUNK = 200
"""Articles of standard input that are taken together where they come fast."""


@dataclass(frozen=True)
class Request:
    """What was asked for: the inputs, what a record is of, and where records go, in which format."""

    paths: tuple[str, ...]
    unit: str
    outlet: str | None
    form: str
    output: Path | None
    in_parts: bool

    @property
    def folder(self) -> Path | None:
        """The folder that parts are kept in: the output itself, or one beside the output file; None where there is no such file."""
        if self.output is None or self.in_parts:
            return self.output
        if self.output.exists() and not self.output.is_file():
            return None  # a pipe or a device
        return self.output.with_name(f"{self.output.name}.parts")


def score_here(request: Request, model: ScoringModel) -> Tally:
    """Score the inputs one after the other in this process, and return the counts."""
    from framing.readers import read_articles
    from framing.scoring import ModelScorer

    progress = ProgressLine()
    tally = Tally(lambda remark: tell(remark, progress))
    items = name_outlets(_read_after_flushing(read_articles(request.paths)), request.outlet)
    scorer = ModelScorer(model)
    chunks = _cut_where_input_waits(items) if "-" in request.paths else [items]
    records = (record for chunk in chunks for record in tally.score(chunk, scorer, request.unit))
    show_records(_follow(records, tally, progress) if progress.live else records, request, model)
    progress.clear()
    return tally


def _read_after_flushing(items: Iterable[Article | Skipped]) -> Iterator[Article | Skipped]:
    """Yield ``items``; whatever was written goes out before the next one is waited for."""
    for item in items:
        yield item
        sys.stdout.flush()


def _cut_where_input_waits(items: Iterable[Article | Skipped]) -> Iterator[list[Article | Skipped]]:
    """Yield ``items`` in lists that end where standard input has nothing more for now: what is there need not wait for more."""
    chunk: list[Article | Skipped] = []
    for item in items:
        chunk.append(item)
        if len(chunk) == _CHUNK or not _has_input():
            yield chunk
            chunk = []
    yield chunk


def _has_input() -> bool:
    """Return whether reading standard input would give something, or its end, at once."""
    try:
        return bool(select.select([sys.stdin], [], [], 0)[0])
    except (OSError, ValueError):
        return True  # no stream that the system knows of


def _follow(records: Iterable[dict[str, Any]], tally: Tally, progress: ProgressLine) -> Iterator[dict[str, Any]]:
    for record in records:
        yield record
        progress.show(tally.articles, tally.sentences)


def tell(remark: Remark, progress: ProgressLine) -> None:
    """Say of one input that it is skipped, or what was odd in reading it."""
    progress.clear()
    say(f"{'note' if remark.kind == NOTE else 'skipped'}: {remark.source}: {remark.text}")


def show_records(records: Iterable[dict[str, Any]], request: Request, model: ScoringModel) -> None:
    """Print the table of ``records``, or write them."""
    from framing.record_files import write_records

    if request.form == "table":
        from framing.output import print_tables
        from framing.tables.scores import tabulate_articles, tabulate_sentences

        tabulate = tabulate_articles if request.unit == "article" else tabulate_sentences
        print_tables(tabulate(records, model.codebook), request.output)
        return
    write_records(records, request.form, request.output, _columns(request, model))


def _columns(request: Request, model: ScoringModel) -> dict[str, str]:
    from framing.runs.columns import list_columns

    return list_columns(model.codebook, request.unit)


def open_pool(jobs: int, dask: str | None) -> AbstractContextManager[Pool | Cluster]:
    """Return the pool that was asked for: this process, several of them, or a Dask cluster.

    Raises:
        UsageError: ``jobs`` is no number of processes, or goes with a cluster that has its own.
    """
    from framing.runs.running import Here, Processes, count_jobs

    if dask is not None:
        from framing.runs.cluster import LOCAL, open_cluster

        if jobs != 1 and dask != LOCAL:
            raise UsageError("--jobs is for processes of this machine: a Dask cluster at an address has workers of its own")
        return open_cluster(dask, count_jobs(0 if jobs == 1 else jobs))
    count = count_jobs(jobs)
    return nullcontext(Here()) if count == 1 else Processes(count)


def score_by_pieces(request: Request, model: ScoringModel, order: Order, pool: Pool | Cluster, *, resume: bool) -> Tally:
    """Score the inputs by pieces in ``pool``, and return the counts: the bytes are those of ``score_here``."""
    from framing.runs.running import read_blocks

    progress = ProgressLine()
    tally = Tally(lambda remark: tell(remark, progress))
    run = _Run(request, model, order, pool)
    if request.folder is None:
        from tempfile import TemporaryDirectory

        with TemporaryDirectory(prefix="framing-") as folder:
            lines = run.pass_on(Path(folder), run.counted(tally, progress))
            _show_lines(lines, request, model)
    else:
        with run.keeping(request.folder, resume=resume) as ledger:
            parts = list(run.counted(tally, progress)(ledger))
            if request.in_parts:
                ledger.finish(parts)
            else:
                joined = (block for part in parts for block in read_blocks(ledger.folder / part.name))
                _show_lines(joined, request, model)
                ledger.remove()
    progress.clear()
    return tally


Counted = Callable[["Ledger"], Iterator[Part]]


@dataclass(frozen=True)
class _Run:
    request: Request
    model: ScoringModel
    order: Order
    pool: Pool | Cluster

    def counted(self, tally: Tally, progress: ProgressLine) -> Counted:
        """Return what yields the parts, and counts and shows what is done."""

        def fill(ledger: Ledger) -> Iterator[Part]:
            from framing.runs.partitions import measure_inputs
            from framing.runs.running import fill_folder

            total = measure_inputs(self.request.paths) if progress.live else None
            done = 0
            for part in fill_folder(self.request.paths, self._order_in(ledger.folder), self.pool, ledger):
                tally.add(part)
                done += part.piece["size"]
                progress.show(tally.articles, tally.sentences, done / total if total else None)
                yield replace(part, remarks=tuple(remark for remark in part.remarks if remark.kind != NOTE))

        return fill

    def _order_in(self, folder: Path) -> Order:
        """Return the order for parts in ``folder``, once all workers are known to be able to follow it."""
        prepare = getattr(self.pool, "prepare", None)
        if prepare is None:
            return replace(self.order, folder=str(folder.resolve()))
        prepared: Order = prepare(self.order, self.request.paths, folder)
        return prepared

    def terms(self, largest: int) -> dict[str, Any]:
        """Return what the bytes of the parts depend on."""
        from framing.runs.partitions import choose_size
        from framing.runs.running import describe_terms

        return describe_terms(self.order, self.model.label, choose_size(self.request.paths, largest))

    def pass_on(self, folder: Path, fill: Counted) -> Iterator[bytes]:
        """Yield the lines of each part as it is done; its file goes when they are taken."""
        from framing.runs.manifest import Ledger
        from framing.runs.parts import name_receipt
        from framing.runs.running import read_blocks

        for part in fill(Ledger(folder, self.terms(LARGEST_PASSING[self.request.unit]))):
            yield from read_blocks(folder / part.name)
            (folder / part.name).unlink()
            (folder / name_receipt(part.number)).unlink()

    @contextmanager
    def keeping(self, folder: Path, *, resume: bool) -> Iterator[Ledger]:
        """Yield the ledger of ``folder``; where the work is cut short, what is done stays, and that is said."""
        from framing.runs.manifest import begin_run, hold_folder, resume_run

        if not self.request.in_parts and not folder.parent.is_dir():
            raise FileError(f"{self.request.output}: it cannot be written (there is no folder {folder.parent})")
        with hold_folder(folder):
            ledger = (resume_run if resume else begin_run)(folder, self.terms(LARGEST[self.request.unit]))
            try:
                yield ledger
            except BaseException:
                if not ledger.withdraw():
                    say(f"note: what is done is kept in {folder}: the same command with --resume goes on from there")
                raise


def _show_lines(lines: Iterable[bytes], request: Request, model: ScoringModel) -> None:
    import json

    from framing.record_files import write_lines

    if request.form == "table":
        show_records((json.loads(line) for block in lines for line in block.splitlines()), request, model)
    else:
        write_lines(lines, request.form, request.output, _columns(request, model))
