"""CSV and Parquet: one article a row, read in bounded memory whatever the size of the file."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

from framing.articles import CONTROLS, MARKS, MAX_BYTES, Article, Skipped, decode, make_article
from framing.errors import suggest
from framing.readers.rows import COLUMNS, SCORES, read_metadata, read_row

MAX_LINE = 2 * MAX_BYTES
"""Characters of a line of CSV."""

_BLOCK = 2**20
"""Bytes looked at together where the encoding of a CSV file is found."""

_NO_VALUE = (ValueError, OverflowError, LookupError)
"""What Arrow raises for a value that Python has none for: bytes that are no text, a day outside the calendar, a time zone."""


def read_csv(path: Path) -> Iterator[Article | Skipped]:
    """Yield one article per row; the delimiter (comma, semicolon or tab) is taken from the header line."""
    try:
        encoding = _find_encoding(path)
    except ValueError as error:
        yield Skipped(str(path), str(error))
        return
    csv.field_size_limit(MAX_BYTES)
    with path.open(encoding=encoding, newline="") as stream:
        yield from _parse_csv(stream, path, encoding)


def _parse_csv(stream: TextIO, path: Path, encoding: str) -> Iterator[Article | Skipped]:
    header = stream.readline(_BLOCK)
    stream.seek(0)
    rows = csv.reader(_bounded_lines(stream), delimiter=max(",;\t", key=header.count), strict=True)
    try:
        names = [name.strip().lower() for name in next(rows, [])]
    except csv.Error as error:
        yield Skipped(f"{path}:{rows.line_num}", f"broken CSV header ({error})")
        return
    lack = _find_lack(names)
    if lack:
        yield Skipped(str(path), lack)
        return
    noted = False
    try:
        for row in rows:
            source = f"{path}:{rows.line_num}"
            if len(row) == len(names):
                cells = dict(zip(names, row, strict=True))
                # The first article that the encoding makes a difference to carries the note for the whole file.
                used = "utf-8" if noted or "".join(row).isascii() else encoding
                item = make_article({**read_metadata(cells, source), "text": cells["text"]}, source=source, encoding=used)
                yield item
                noted = noted or (used == encoding and isinstance(item, Article))
            elif row:  # no blank line
                yield Skipped(source, f"it has {len(row)} cells, the header has {len(names)}")
    except (csv.Error, UnicodeDecodeError) as error:
        yield Skipped(f"{path}:{rows.line_num}", f"broken CSV from here on ({error})")


def _find_lack(names: list[str]) -> str | None:
    """Return why columns of these names hold no articles, None where they do."""
    if "article_id" in names:
        return SCORES
    if names.count("text") > 1:
        return "it has two columns 'text'"
    return None if "text" in names else f"the column 'text' is missing{suggest('text', names)}"


def _bounded_lines(stream: TextIO) -> Iterator[str]:
    while line := stream.readline(MAX_LINE + 1):
        if len(line) > MAX_LINE:
            raise csv.Error(f"a line is longer than {MAX_LINE // 2**20} MiB")
        yield line


def _find_encoding(path: Path) -> str:
    """Return the encoding of a text file, found in blocks: UTF-8 where all of it is, else that of the first block that is not.

    Raises:
        ValueError: it is no text.
    """
    from codecs import getincrementaldecoder

    decoder, size, controls = getincrementaldecoder("utf-8")(), 0, 0
    with path.open("rb") as stream:
        start = stream.read(_BLOCK)
        if start.startswith(MARKS):
            return decode(start[:3] if start.startswith(MARKS[0]) else start[:2])[1]
        _, encoding = decode(start[: start.rfind(b"\n") + 1] or start)
        if encoding != "utf-8":
            return encoding
        stream.seek(0)
        while block := stream.read(_BLOCK):
            size += len(block)
            controls += len(block) - len(block.translate(None, CONTROLS))
            try:
                decoder.decode(block)
            except UnicodeDecodeError:
                return decode(block)[1]
    if controls > 0.01 * size:
        raise ValueError("it is binary, not text")
    return encoding


def read_parquet(path: Path) -> Iterator[Article | Skipped]:
    """Yield one article per row, read in small batches (``pip install 'framing[parquet]'``)."""
    yield from _read_groups(path, None, 0)


def read_parquet_part(path: Path, start: int, stop: int, first: int) -> Iterator[Article | Skipped]:
    """Yield the articles of the row groups from ``start`` to ``stop``; ``first`` rows stand before."""
    yield from _read_groups(path, list(range(start, stop)), first)


def _read_groups(path: Path, groups: list[int] | None, first: int) -> Iterator[Article | Skipped]:
    try:
        import pyarrow as pa
        from pyarrow import parquet
    except ImportError:
        yield Skipped(str(path), "reading Parquet needs an extra: pip install 'framing[parquet]'", unreadable=True)
        return
    try:
        with parquet.ParquetFile(path, pre_buffer=False, buffer_size=2**20) as table:
            names = table.schema_arrow.names
            if lack := find_parquet_lack(names):
                yield Skipped(str(path), lack)
                return
            columns = [name for name in names if name in ("text", "sentences", *COLUMNS)]
            number = first
            for batch in table.iter_batches(64, row_groups=groups, columns=columns, use_threads=False):
                for row in _list_rows(batch):
                    number += 1
                    yield _read_cells(row, source=f"{path}:{number}")
    except pa.ArrowException as error:
        yield Skipped(str(path), f"it is no readable Parquet file ({_first_line(error)})", unreadable=True)
    except OSError as error:
        if error.errno is not None:
            raise OSError(error.errno, os.strerror(error.errno)) from None  # in few words, as for every other file
        # What Arrow finds wrong in the pages of a file comes as an OSError without a number.
        yield Skipped(str(path), f"it is damaged from here on ({_first_line(error)})", unreadable=True)


def _list_rows(batch: Any) -> list[dict[str, Any]]:
    """Return the rows of an Arrow batch; a value that Python cannot hold is given as the error that it raised."""
    try:
        return batch.to_pylist()  # type: ignore[no-any-return]
    except _NO_VALUE:
        names = batch.schema.names
        columns = [[_take_value(value, name) for value in column] for name, column in zip(names, batch.columns, strict=True)]
        return [dict(zip(names, values, strict=True)) for values in zip(*columns, strict=True)]


def _take_value(value: Any, name: str) -> Any:
    from pyarrow import types

    if types.is_duration(value.type) or types.is_time(value.type):
        return None  # no metadata, whatever it is
    if types.is_timestamp(value.type) and value.type.unit == "ns":
        from pyarrow import timestamp

        value = value.cast(timestamp("ms", value.type.tz), safe=False)  # the day is what counts
    try:
        return value.as_py()
    except _NO_VALUE as error:
        # As text, a day outside the calendar or in no known time zone costs the date and not the article.
        return f"{value.type} {value.value}" if name in COLUMNS and types.is_temporal(value.type) else error


def _read_cells(row: dict[str, Any], *, source: str) -> Article | Skipped:
    given = {key: value for key, value in row.items() if value is not None}
    for key, value in given.items():
        if isinstance(value, Exception):
            return Skipped(source, f"its '{key}' cannot be read ({_first_line(value)})")
    return read_row(given, source=source)


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0]


def find_parquet_lack(names: list[str]) -> str | None:
    """Return why a Parquet file with columns of these names holds no articles, None where it does."""
    if "article_id" in names:
        return SCORES
    return None if {"text", "sentences"} & set(names) else f"the column 'text' is missing{suggest('text', names)}"
