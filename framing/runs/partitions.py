"""Inputs cut into pieces that are scored each by itself: the same pieces for the same inputs, however many workers there are.

A piece is a batch of small files, the lines of a JSON Lines file between two offsets, row groups of a Parquet file, lines of
standard input, or one file of a format that can only be read from its start (CSV, WARC, whatever is packed).
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from stat import S_ISREG
from typing import Any, BinaryIO, NamedTuple

from framing.articles import MAX_BYTES
from framing.errors import FileError
from framing.readers import find_ending, walk_folder

STDIN = "-"
SMALLEST = 2**20
"""Bytes of input below which cutting on costs more than it brings: some 8,000 sentences, a tenth of a second."""

PIECES = 256
"""Pieces that inputs are cut into where these are neither too small nor too large: enough to keep many workers busy."""

MAX_FILES = 1000
"""Files of one piece."""

_BLOCK = 2**20
_CHANGED = "its size or time of change is not what it was when the run began: run the command again when nothing changes it"


@dataclass(frozen=True, slots=True)
class Partition:
    """A piece of the inputs: its files, as they were named, below ``folder`` where they were found by walking that.

    ``start`` to ``stop`` are bytes of the one JSON Lines file, or row groups of the one Parquet file; ``first`` is the number
    of lines or rows before. ``content`` are lines of standard input. ``size`` is in bytes; ``stamp`` stands for the names,
    sizes and times of change of the files.
    """

    files: tuple[str, ...]
    folder: str | None = None
    start: int = 0
    stop: int | None = None
    first: int = 0
    content: bytes | None = None
    size: int = 0
    stamp: str = ""
    number: int = 0

    def describe(self) -> dict[str, Any]:
        """Return what tells this piece from others, as a manifest keeps it."""
        facts = {"input": self.files[0] if self.files else None, "files": len(self.files), "folder": self.folder}
        return {**facts, "start": self.start, "stop": self.stop, "first": self.first, "size": self.size, "stamp": self.stamp}


class _File(NamedTuple):
    name: str
    folder: str | None
    size: int
    changed: int


def choose_size(paths: Iterable[str], largest: int) -> int:
    """Return how many bytes a piece of ``paths`` should have, at most ``largest``; few for standard input, which is held."""
    return max(SMALLEST, min((measure_inputs(paths) or 0) // PIECES, largest))


def measure_inputs(paths: Iterable[str]) -> int | None:
    """Return the bytes of all inputs, None where standard input is one."""
    given = list(paths)
    return None if STDIN in given else sum(file.size for file in _list_files(given))


def cut_inputs(paths: Iterable[str], size: int) -> Iterator[Partition]:
    """Yield the pieces of ``paths`` in order, of about ``size`` bytes each, cut as they are asked for.

    Raises:
        FileError: a file became shorter meanwhile.
    """
    for number, piece in enumerate(_cut(paths, size)):
        yield replace(piece, number=number)


def _cut(paths: Iterable[str], size: int) -> Iterator[Partition]:
    batch: list[_File] = []
    held = 0
    for file in _list_files(paths):
        small = file.size < size and not (file.name == STDIN and file.folder is None)
        full = len(batch) == MAX_FILES or held + file.size > size
        if batch and (not small or full or file.folder != batch[0].folder):
            yield _batch(batch)
            batch, held = [], 0
        if small:
            batch.append(file)
            held += file.size
        else:
            yield from _cut_file(file, size)
    if batch:
        yield _batch(batch)


def _list_files(paths: Iterable[str]) -> Iterator[_File]:
    for given in paths:
        empty = True
        if given.strip() and given != STDIN and os.path.isdir(given):
            for name in walk_folder(given):
                empty = False
                yield _File(name, given, *measure_file(name))
        if empty:
            yield _File(given, None, *measure_file(given))


def measure_file(name: str) -> tuple[int, int]:
    """Return the bytes of a file and when it was changed; zeros where there is none, which reading it will tell."""
    try:
        status = os.stat(name)
    except (OSError, ValueError):
        return 0, 0
    return (status.st_size, status.st_mtime_ns) if S_ISREG(status.st_mode) else (0, 0)


def _batch(files: list[_File]) -> Partition:
    names = tuple(file.name for file in files)
    stamp = _stamp((file.name, file.size, file.changed) for file in files)
    return Partition(names, files[0].folder, size=sum(file.size for file in files), stamp=stamp)


def _stamp(facts: Iterable[tuple[str, int, int]]) -> str:
    return hashlib.sha256(repr(list(facts)).encode("utf-8", "surrogatepass")).hexdigest()[:32]


def check_unchanged(partition: Partition, base: str = "") -> None:
    """Check that the files of a piece, found from the folder ``base``, are as they were when it was cut.

    Raises:
        FileError: one has another size or time of change.
    """
    if partition.stamp and partition.stamp != _stamp((name, *measure_file(os.path.join(base, name))) for name in partition.files):
        more = f" or one of {len(partition.files) - 1} files after it" if len(partition.files) > 1 else ""
        raise FileError(f"{partition.files[0]}{more}: {_CHANGED}")


def _cut_file(file: _File, size: int) -> Iterator[Partition]:
    whole = _batch([file])
    if file.name == STDIN and file.folder is None:
        yield from _cut_stream(sys.stdin.buffer, size)
    elif not os.path.isfile(file.name):
        yield whole
    elif find_ending(Path(file.name)) == ".jsonl":
        yield from _cut_lines(whole, size)
    elif find_ending(Path(file.name)) == ".parquet":
        yield from _cut_groups(whole, size)
    else:
        yield whole


def _cut_lines(whole: Partition, size: int) -> Iterator[Partition]:
    try:
        stream = open(whole.files[0], "rb")  # noqa: SIM115  closed below, where reading has not failed
    except OSError:
        yield whole
        return
    with stream:
        if stream.read(_BLOCK).isspace():
            yield whole  # only the whole file can be said to be empty
            return
        start = first = 0
        while start < whole.size:
            stop, lines = _find_cut(stream, start, size)
            if stop == start:
                raise FileError(f"{whole.files[0]}: {_CHANGED}")
            yield replace(whole, start=start, stop=stop, first=first, size=stop - start)
            start, first = stop, first + lines


def _find_cut(stream: BinaryIO, start: int, size: int) -> tuple[int, int]:
    """Return where the line ends that holds the byte ``start + size``, and the number of lines from ``start`` to there."""
    stream.seek(start)
    place, lines, block = start, 0, b""
    while place < start + size and (block := stream.read(min(_BLOCK, start + size - place))):
        place += len(block)
        lines += block.count(b"\n")
    while block and not block.endswith(b"\n"):
        block = stream.readline(_BLOCK)
        place += len(block)
        lines += block.endswith(b"\n")
    return place, lines


def _cut_groups(whole: Partition, size: int) -> Iterator[Partition]:
    groups = _measure_groups(Path(whole.files[0]))
    start = first = rows = held = 0
    for group, (count, weight) in enumerate(groups):
        rows += count
        held += weight
        if held >= size or group == len(groups) - 1:
            yield replace(whole, start=start, stop=group + 1, first=first, size=held)
            start, first, rows, held = group + 1, first + rows, 0, 0
    if not groups:
        yield whole


def _measure_groups(path: Path) -> list[tuple[int, int]]:
    """Return the rows and bytes of each row group; nothing where the file holds no articles, which reading it will tell."""
    try:
        import pyarrow as pa
        from pyarrow import parquet
    except ImportError:
        return []
    from framing.readers.tables import find_parquet_lack

    try:
        with parquet.ParquetFile(path) as table:
            groups = [table.metadata.row_group(number) for number in range(table.num_row_groups)]
            lack = find_parquet_lack(table.schema_arrow.names)
            return [] if lack else [(group.num_rows, group.total_byte_size) for group in groups]
    except (pa.ArrowException, OSError):
        return []


def _cut_stream(stream: BinaryIO, size: int) -> Iterator[Partition]:
    from framing.readers.jsonl import MAX_LINE
    from framing.readers.text import OpenedStream

    opened, first = OpenedStream(stream), 0
    if not opened.holds_jsonl:
        text = opened.read(MAX_BYTES + 1)
        yield Partition((), content=text, size=len(text))
        return
    while block := opened.read(size):
        if not block.endswith(b"\n"):
            end = opened.readline(MAX_LINE + 1)
            block += end
            if len(end) > MAX_LINE and not end.endswith(b"\n"):  # nobody reads it to its end: that is passed over here
                while end and not end.endswith(b"\n"):
                    end = opened.readline(_BLOCK)
                block += b"\n"
        yield Partition((), content=block, first=first, size=len(block))
        first += block.count(b"\n")
