"""Scoring one piece of the inputs: what a worker does, wherever it runs, and what it hands back."""

from __future__ import annotations

import hashlib
import json
import os
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import nullcontext
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from framing.articles import Article, Skipped, name_outlets
from framing.errors import FileError, FramingError, ModelError
from framing.record_files import encode_record, write_parquet
from framing.runs.columns import list_columns
from framing.runs.partitions import check_unchanged
from framing.scoring import ArticleScore, article_record, score_articles, sentence_records

if TYPE_CHECKING:
    from framing.runs.partitions import Partition
    from framing.scoring import ModelScorer
    from framing.scoring_model import ScoringModel

NOTE, SKIPPED, UNREADABLE = "note", "skipped", "unreadable"
JSONL, PARQUET = "jsonl", "parquet"


@dataclass(frozen=True, slots=True)
class Order:
    """What a worker must know to score pieces: the model (a path, or the name of one that ships), and how to write records.

    Parts are written to ``folder``, and their bytes come back where there is none. Inputs are found from the folder ``base``,
    or from where the worker stands. ``versions`` are those that a worker of a cluster must have.
    """

    model: str
    digest: str
    min_precision: float | None = None
    unit: str = "article"
    outlet: str | None = None
    form: str = JSONL
    folder: str | None = None
    base: str = ""
    versions: str = ""


@dataclass(frozen=True, slots=True)
class Remark:
    """What is to be said of one input: that it is skipped, cannot be opened, or was read with a note."""

    kind: str
    source: str
    text: str


@dataclass(frozen=True, slots=True)
class Part:
    """What came of a piece: its records, in the file ``name`` or as that file's ``content``, what is to be said, and counts."""

    number: int
    piece: dict[str, Any]
    name: str
    size: int
    sha256: str
    records: int
    articles: int
    sentences: int
    trained_on: int
    foreign: int
    skipped: int
    unreadable: int
    remarks: tuple[Remark, ...] = ()
    content: bytes = b""


@dataclass
class Tally:
    """Counts what is scored, and passes on what is to be said of each input as it comes."""

    tell: Callable[[Remark], None]
    records: int = 0
    articles: int = 0
    sentences: int = 0
    trained_on: int = 0
    foreign: int = 0
    skipped: int = 0
    unreadable: int = 0

    def score(self, items: Iterable[Article | Skipped], scorer: ModelScorer, unit: str) -> Iterator[dict[str, Any]]:
        """Yield the records of ``items``, one per ``unit``: ``article`` or ``sentence``."""
        codebook = scorer.model.codebook
        for item in score_articles(items, scorer):
            if isinstance(item, Skipped):
                self._skip(item)
                continue
            self._keep(item)
            rows = [article_record(item, codebook)] if unit == "article" else sentence_records(item, codebook)
            for row in rows:
                self.records += 1
                self.sentences += row["sentences"] if unit == "article" else 1
                yield row

    def _keep(self, score: ArticleScore) -> None:
        self.articles += 1
        self.trained_on += score.trained_on > 0
        self.foreign += score.foreign
        for note in score.article.notes:
            self.tell(Remark(NOTE, score.article.source, note))

    def _skip(self, item: Skipped) -> None:
        self.skipped += 1
        self.unreadable += item.unreadable
        self.tell(Remark(UNREADABLE if item.unreadable else SKIPPED, item.source, item.reason))

    def add(self, part: Part) -> None:
        """Add the counts of a part, and pass on what is to be said of its inputs."""
        for name in ("records", "articles", "sentences", "trained_on", "foreign", "skipped", "unreadable"):
            setattr(self, name, getattr(self, name) + getattr(part, name))
        for remark in part.remarks:
            self.tell(remark)


def score_partition(partition: Partition, order: Order) -> Part:
    """Return the part that comes of a piece; its file is in place, whole, when this returns.

    Raises:
        ModelError: the model is missing here, or is another.
        FileError: the part cannot be written, or the files are no longer those that the piece was cut from.
        FramingError: something else went wrong; the message names the piece.
    """
    try:
        return _score(partition, order, load_scorer(order))
    except FramingError:
        raise
    except OSError as error:
        where = order.folder or "the folder for temporary files"
        raise FileError(f"{where}: {name_part(partition.number, order.form)} cannot be written ({error.strerror})") from None
    except Exception as error:  # whatever it is, the user is to know where
        place = partition.files[0] if partition.files else "standard input"
        raise FramingError(f"{place}: scoring it failed ({type(error).__name__}: {error})") from error


def _score(partition: Partition, order: Order, scorer: ModelScorer) -> Part:
    from tempfile import TemporaryDirectory

    from framing.runs.reading import read_partition

    remarks: list[Remark] = []
    tally = Tally(remarks.append)
    items = name_outlets(read_partition(partition, order.base), order.outlet)
    records = tally.score(items, scorer, order.unit)
    columns = list_columns(scorer.model.codebook, order.unit)

    def fill(path: Path) -> None:
        _write(records, path, order.form, columns)
        check_unchanged(partition, order.base)

    name = name_part(partition.number, order.form)
    with TemporaryDirectory(prefix="framing-") if order.folder is None else nullcontext(order.folder) as folder:
        size, mark = place_file(Path(folder, name), fill)
        content = Path(folder, name).read_bytes() if order.folder is None else b""
    counts = {key: value for key, value in vars(tally).items() if key != "tell"}
    part = Part(partition.number, partition.describe(), name, size, mark, **counts, remarks=tuple(remarks), content=content)
    if order.folder is not None:
        place_receipt(Path(order.folder), part)
    return part


def place_receipt(folder: Path, part: Part) -> None:
    """Write beside the file of a part what is known of it: whoever finds both knows that the piece is done.

    Raises:
        OSError: it cannot be written.
    """
    content = json.dumps(part_record(part)).encode()
    place_file(folder / name_receipt(part.number), lambda path: path.write_bytes(content))


def part_record(part: Part) -> dict[str, Any]:
    """Return a part as a manifest keeps it, its content apart."""
    return {key: value for key, value in asdict(part).items() if key != "content"}


def name_receipt(number: int) -> str:
    """Return what the receipt of a part is called."""
    return f"part-{number:06d}.json"


def _write(records: Iterator[dict[str, Any]], path: Path, form: str, columns: dict[str, str]) -> None:
    if form == PARQUET:
        write_parquet(records, path, columns)
        return
    with path.open("wb", buffering=2**20) as stream:
        stream.writelines(map(encode_record, records))


def place_file(path: Path, fill: Callable[[Path], object]) -> tuple[int, str]:
    """Let ``fill`` write a file and put it at ``path``, whole; return its bytes and their SHA-256.

    It is not forced to the disk: the SHA-256 tells a file that a crash of the machine has cut short.

    Raises:
        OSError: it cannot be written; nothing is left of it then.
    """
    temporary = path.with_name(f".{path.stem}.{os.urandom(16).hex()}{path.suffix}")
    try:
        fill(temporary)
        with temporary.open("rb") as stream:
            mark = hashlib.file_digest(stream, "sha256").hexdigest()
        size = temporary.stat().st_size
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    return size, mark


def name_part(number: int, form: str) -> str:
    """Return what the file of a part is called."""
    return f"part-{number:06d}.{form}"


def load_scorer(order: Order) -> ModelScorer:
    """Return the scorer of the model that ``order`` names, loaded once; each thread has its own, since it keeps what it looks up.

    Raises:
        ModelError: the model is missing here, or is another than the order's.
    """
    return _make_scorer(threading.get_ident(), order.model, order.digest, order.min_precision)


@lru_cache(maxsize=64)
def _make_scorer(thread: int, model: str, digest: str, min_precision: float | None) -> ModelScorer:
    from framing.scoring import ModelScorer

    return ModelScorer(_load_model(model, digest, min_precision))


@lru_cache(maxsize=4)
def _load_model(name: str, digest: str, min_precision: float | None) -> ScoringModel:
    from framing.store import load_scoring_model

    # Where a worker's own copy of the package lies elsewhere, the model that ships with it goes by its name.
    model = load_scoring_model(name if Path(name).exists() else Path(name).name, min_precision=min_precision)
    if model.digest != digest:
        raise ModelError(f"{name}: the model here is {model.digest[:12]}, not {digest[:12]}: all workers need the same model")
    return model
