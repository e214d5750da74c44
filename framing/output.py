"""How results are shown: tables for people, records for programs."""

from __future__ import annotations

import csv
import json
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import IO, Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from framing.errors import UsageError
from framing.files import write_file

FORMATS = ("table", "jsonl", "json", "csv", "parquet")
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


def plain(text: str | None) -> str:
    """Return ``text`` on one line and without characters that steer a terminal."""
    return " ".join(_CONTROL.sub(" ", text or "").split())


def percent(share: float | None) -> str:
    """Return a share as a whole percentage, a dash where there is none."""
    return "–" if share is None else f"{100 * share:.0f}%"


def decimal(value: float | None) -> str:
    """Return a number between 0 and 1 with two digits and no leading zero, a dash where there is none."""
    return "–" if value is None else f"{value:.2f}".replace("0.", ".", 1)


def signed(value: float | None) -> str:
    """Return a balance as signed percentage points."""
    return "–" if value is None else f"{round(100 * value):+d}"


def choose_format(requested: str | None, output: Path | None) -> str:
    """Return the format that was asked for, else that of the file's ending, else a table on a terminal and JSON Lines in a pipe.

    Raises:
        UsageError: it is no known format.
    """
    if requested is None and output is not None:
        requested = output.suffix.lower().lstrip(".")
        requested = requested if requested in FORMATS else "jsonl"
    if requested is None:
        return "table" if sys.stdout.isatty() else "jsonl"
    if requested not in FORMATS:
        raise UsageError(f"--format {requested!r} is none of {', '.join(FORMATS)}")
    return requested


def write_records(records: Iterable[dict[str, Any]], form: str, output: Path | None) -> None:
    """Write ``records`` as they come to standard output, or to a file that appears only when it is whole."""
    if form == "parquet":
        if output is None:
            raise UsageError("--format parquet writes a file: name it with -o FILE.parquet")
        write_file(output, lambda path: _write_parquet(records, path))
    elif output is not None:
        write_file(output, lambda path: _write_text(records, form, path))
    else:
        _WRITERS[form](records, sys.stdout)
        sys.stdout.flush()


def _write_text(records: Iterable[dict[str, Any]], form: str, path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        _WRITERS[form](records, stream)


def _write_jsonl(records: Iterable[dict[str, Any]], stream: IO[str]) -> None:
    for record in records:
        stream.write(json.dumps(record, ensure_ascii=False) + "\n")


def _write_json(records: Iterable[dict[str, Any]], stream: IO[str]) -> None:
    stream.write(json.dumps(list(records), ensure_ascii=False, indent=1) + "\n")


def _write_csv(records: Iterable[dict[str, Any]], stream: IO[str]) -> None:
    """Write one row per record, nested fields as ``outer.inner``; text that a spreadsheet would run is quoted with '."""
    writer = None
    for record in records:
        row = {
            key: f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value for key, value in _flatten(record)
        }
        if writer is None:
            writer = csv.DictWriter(stream, list(row), restval="", extrasaction="ignore", lineterminator="\n")
            writer.writeheader()
        writer.writerow(row)


_WRITERS = {"jsonl": _write_jsonl, "json": _write_json, "csv": _write_csv}


def _flatten(record: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in record.items():
        if isinstance(value, dict):
            yield from _flatten(value, f"{prefix}{key}.")
        elif isinstance(value, list):
            simple = all(isinstance(item, str) for item in value)
            yield f"{prefix}{key}", ";".join(value) if simple else json.dumps(value, ensure_ascii=False)
        else:
            yield f"{prefix}{key}", value


def _write_parquet(records: Iterable[dict[str, Any]], path: Path) -> None:
    try:
        import pyarrow as pa
        from pyarrow import parquet
    except ImportError:
        raise UsageError("writing Parquet needs an extra: pip install 'framing[parquet]'") from None
    parquet.write_table(pa.Table.from_pylist([dict(_flatten(record)) for record in records]), path, compression="zstd")


def print_tables(parts: Iterable[Table | Text | str], output: Path | None = None) -> None:
    """Print tables and notes to standard output, or to a text file; on a terminal as wide as it is."""
    if output is not None:
        write_file(output, lambda path: _print_to(parts, path))
        return
    console = Console(width=None if sys.stdout.isatty() else 120, highlight=False, emoji=False)
    for part in parts:
        console.print(part, markup=False)
    sys.stdout.flush()


def _print_to(parts: Iterable[Table | Text | str], path: Path) -> None:
    with path.open("w", encoding="utf-8") as stream:
        console = Console(file=stream, width=120, highlight=False, emoji=False, no_color=True)
        for part in parts:
            console.print(part, markup=False)


def make_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[str | Text]], *, left: int = 1) -> Table:
    """Return a table whose first ``left`` columns are text and whose other ones are numbers."""
    table = Table(title=title, title_justify="left", title_style="bold", box=SIMPLE_HEAD, pad_edge=False)
    rows = list(rows)
    for number, column in enumerate(columns):
        text = number < left
        longest = max((len(line) for row in rows for line in str(row[number]).split("\n")), default=0)
        narrowest = min(longest, 16 if number else 32) if text else None
        table.add_column(column, justify="left" if text else "right", overflow="fold", no_wrap=not text, min_width=narrowest)
    for row in rows:
        table.add_row(*row)
    return table
