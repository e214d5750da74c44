"""JSON Lines, plain or packed with gzip: one article a line, read line by line in bounded memory."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from framing.articles import MAX_BYTES, Article, Skipped, decode
from framing.readers.rows import read_row

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

MAX_LINE = 2 * MAX_BYTES
"""Bytes of a line; a longer one is passed over without being held."""


class LineSource(Protocol):
    """What lines are read from: a file, or a stream that was looked into."""

    def readline(self, limit: int, /) -> bytes:
        """Return the next line, or its first ``limit`` bytes."""
        ...


def read_jsonl(path: Path) -> Iterator[Article | Skipped]:
    """Yield one article per line; a broken line is skipped with its number, the rest is read."""
    with path.open("rb") as stream:
        yield from parse_jsonl(stream, source=str(path))


def read_jsonl_gz(path: Path) -> Iterator[Article | Skipped]:
    """Yield one article per line of a file packed with gzip; where it is damaged, what stands before is kept."""
    import gzip

    with gzip.open(path) as packed, io.BufferedReader(unpacked := _Unpacked(packed)) as stream:
        for item in parse_jsonl(stream, source=str(path)):
            # The damage shows only behind the last whole line: a line torn by it is not reported twice.
            if unpacked.damage is None or isinstance(item, Article):
                yield item
        if unpacked.damage is not None:
            yield Skipped(str(path), f"it is damaged from here on ({unpacked.damage})", unreadable=True)


class _Unpacked(io.RawIOBase):
    """The bytes of a file packed with gzip; they end where it is damaged, so that a line that stands before is not lost."""

    def __init__(self, packed: io.BufferedIOBase) -> None:
        self._packed = packed
        self.damage: Exception | None = None

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        import gzip
        import zlib

        if self.damage is None:
            try:
                return self._packed.readinto1(buffer)
            except (EOFError, zlib.error, gzip.BadGzipFile) as error:
                self.damage = error
        return 0


def read_jsonl_part(path: Path, start: int, stop: int, first: int) -> Iterator[Article | Skipped]:
    """Yield the articles of the lines that begin in the bytes from ``start`` to ``stop``; ``first`` lines stand before."""
    with path.open("rb") as stream:
        stream.seek(start)
        for number, line in _number_lines(stream, first, stop - start):
            if line is None or line.strip():
                yield _read_line(line, source=f"{path}:{number}")


def parse_jsonl(stream: LineSource, *, source: str, first: int = 0) -> Iterator[Article | Skipped]:
    """Yield the articles of JSON Lines; ``first`` lines stand before those of ``stream``."""
    seen = False
    for number, line in _number_lines(stream, first):
        if line is None or line.strip():
            seen = True
            yield _read_line(line, source=f"{source}:{number}")
    if not seen and not first:
        yield Skipped(source, "it is empty")


def _number_lines(stream: LineSource, first: int, size: int | None = None) -> Iterator[tuple[int, bytes | None]]:
    """Yield each line that begins in the next ``size`` bytes with its number, None for one that is longer than ``MAX_LINE``."""
    number, place = first, 0
    while size is None or place < size:
        line = stream.readline(MAX_LINE + 1)
        if not line:
            return
        number += 1
        place += len(line)
        if len(line) <= MAX_LINE:
            yield number, line
            continue
        while not line.endswith(b"\n") and (line := stream.readline(2**20)):
            place += len(line)
        yield number, None


def _read_line(line: bytes | None, *, source: str) -> Article | Skipped:
    if line is None:
        return Skipped(source, f"its line is longer than {MAX_LINE // 2**20} MiB: split it into articles")
    try:
        row, encoding = _parse_line(line)
    except RecursionError:
        return Skipped(source, "it is nested too deeply to be an article")
    except ValueError as error:
        return Skipped(source, f"broken JSON ({error})" if isinstance(error, json.JSONDecodeError) else str(error))
    if not isinstance(row, dict):
        return Skipped(source, "a line must be one JSON object")
    return read_row(row, source=source, encoding=encoding)


def _parse_line(line: bytes) -> tuple[object, str]:
    try:
        return json.loads(line.decode()), "utf-8"
    except ValueError:
        text, encoding = decode(line)  # says what is wrong with the text, which JSON alone would not
        return json.loads(text), encoding
