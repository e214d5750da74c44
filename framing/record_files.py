"""Records for programs: JSON Lines, JSON, CSV and Parquet, written as they come and held no longer than they must be."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, BinaryIO

from framing.errors import UsageError
from framing.files import write_file

if TYPE_CHECKING:
    from pyarrow import Schema

Columns = Mapping[str, str]
"""The columns of a table: the name of each with its type: string, int64, double or bool."""

GROUP = 10_000
"""Rows of a row group of Parquet, which is what of a table is held at a time."""

_encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode


def encode_record(record: dict[str, Any]) -> bytes:
    """Return ``record`` as a line of JSON; half a character, as file names have that are no UTF-8, comes out escaped."""
    return (_encode(record) + "\n").encode("utf-8", "backslashreplace")


def write_records(records: Iterable[dict[str, Any]], form: str, output: Path | None, columns: Columns | None = None) -> None:
    """Write ``records`` as they come to standard output, or to a file that appears only when it is whole.

    A Parquet file is written by row groups where its ``columns`` are given; else all records are held to find these.

    Raises:
        UsageError: Parquet has no file to go to, or needs an extra.
        FileError: the file cannot be written.
    """
    if form == "parquet":
        if output is None:
            raise UsageError("--format parquet writes a file: name it with -o FILE.parquet")
        write_file(output, lambda path: write_parquet(records, path, columns))
    else:
        _write(lambda stream: _WRITERS[form](records, stream), output)


def write_lines(lines: Iterable[bytes], form: str, output: Path | None, columns: Columns) -> None:
    """Write records that come as whole lines of JSON, one or more at a time, as ``write_records`` writes records.

    Raises:
        UsageError, FileError: as ``write_records``.
    """
    if form == "jsonl":
        _write(lambda stream: _copy(lines, stream), output)
    else:
        write_records((json.loads(line) for block in lines for line in block.splitlines()), form, output, columns)


def _write(fill: Callable[[IO[str]], None], output: Path | None) -> None:
    if output is None:
        fill(sys.stdout)
        sys.stdout.flush()
    else:
        write_file(output, lambda path: _fill_text(fill, path))


def _fill_text(fill: Callable[[IO[str]], None], path: Path) -> None:
    with path.open("w", encoding="utf-8", errors="backslashreplace", newline="") as stream:
        fill(stream)


def _copy(lines: Iterable[bytes], stream: IO[str]) -> None:
    raw: BinaryIO = stream.buffer  # type: ignore[attr-defined]  # both are text streams over bytes
    for block in lines:
        raw.write(block)
        raw.flush()


def _write_jsonl(records: Iterable[dict[str, Any]], stream: IO[str]) -> None:
    for record in records:
        stream.write(_encode(record) + "\n")


def _write_json(records: Iterable[dict[str, Any]], stream: IO[str]) -> None:
    """Write one list, a record at a time, as ``json.dumps(records, indent=1)`` would."""
    before = "[\n "
    for record in records:
        stream.write(before + json.dumps(record, ensure_ascii=False, indent=1, allow_nan=False).replace("\n", "\n "))
        before = ",\n "
    stream.write("[]\n" if before.startswith("[") else "\n]\n")


def _write_csv(records: Iterable[dict[str, Any]], stream: IO[str]) -> None:
    """Write one row per record, nested fields as ``outer.inner``; text that a spreadsheet would run is quoted with '."""
    import csv

    from framing.spreadsheets import guard

    writer = None
    for record in records:
        row = {key: guard(value) if isinstance(value, str) else value for key, value in flatten(record)}
        if writer is None:
            writer = csv.DictWriter(stream, list(row), restval="", extrasaction="ignore", lineterminator="\n")
            writer.writeheader()
        writer.writerow(row)


_WRITERS = {"jsonl": _write_jsonl, "json": _write_json, "csv": _write_csv}


def flatten(record: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Yield the cells of ``record`` with the names of their columns: nested fields as ``outer.inner``, a list as text."""
    for key, value in record.items():
        if isinstance(value, dict):
            yield from flatten(value, f"{prefix}{key}.")
        elif isinstance(value, list):
            simple = all(isinstance(item, str) for item in value)
            yield f"{prefix}{key}", ";".join(value) if simple else json.dumps(value, ensure_ascii=False)
        else:
            yield f"{prefix}{key}", value


def write_parquet(records: Iterable[dict[str, Any]], path: Path, columns: Columns | None = None) -> None:
    """Write ``records`` as the Parquet file ``path``; with ``columns`` in row groups, as they come.

    Raises:
        UsageError: the extra is missing.
    """
    try:
        import pyarrow as pa
        from pyarrow import parquet
    except ImportError:
        raise UsageError("writing Parquet needs an extra: pip install 'framing[parquet]'") from None
    rows = ({key: _storable(value) for key, value in flatten(record)} for record in records)
    if columns is None:
        parquet.write_table(pa.Table.from_pylist(list(rows)), path, compression="zstd")
        return
    schema: Schema = pa.schema([(name, pa.type_for_alias(kind)) for name, kind in columns.items()])
    with parquet.ParquetWriter(path, schema, compression="zstd") as writer:
        while group := list(islice(rows, GROUP)):
            writer.write_table(pa.Table.from_pylist(group, schema=schema))


def _storable(value: Any) -> Any:
    """Return ``value``, a file name that is no UTF-8 with its odd bytes escaped."""
    return value.encode("utf-8", "backslashreplace").decode() if isinstance(value, str) else value
