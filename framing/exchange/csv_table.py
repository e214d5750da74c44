"""CSV: one decision a row, for spreadsheets and statistics programs.

A value that a spreadsheet would run (it begins with ``=``, ``+``, ``-``, ``@``, a tab …) is written with ``'`` before it, and read
back without it.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from framing.annotations import Annotation
from framing.articles import decode
from framing.codebook import Codebook
from framing.errors import AnnotationError
from framing.exchange.columns import Cell
from framing.exchange.rows import Table, make_tables, read_tables
from framing.exchange.sources import Source, gather_files
from framing.spreadsheets import guard, unguard


def write_csv(annotations: Iterable[Annotation], codebook: Codebook) -> dict[str, bytes]:
    """Return ``codings.csv``, or ``codings-CODER.csv`` for each coder whom sentences wait for: UTF-8, marked for spreadsheets.

    Raises:
        AnnotationError: the codebook lacks a code.
    """
    tables = make_tables(annotations, codebook, _keep)
    return {f"codings{ending}.csv": _write(table) for ending, table in tables.items()}


def _write(table: Table) -> bytes:
    stream = io.StringIO(newline="")
    writer = csv.writer(stream)
    writer.writerow([guard(header) for header in table.headers])
    writer.writerows([[guard(cell) if isinstance(cell, str) else cell for cell in row] for row in table.rows])
    return b"\xef\xbb\xbf" + stream.getvalue().encode()


def _keep(value: Cell) -> Cell:
    return value


def read_csv(source: Source, codebook: Codebook | None = None) -> list[Annotation]:
    """Return the annotations of tables parted by commas, semicolons or tabs; ``read_tables`` says what their columns may be.

    Raises:
        FileError, AnnotationError: it cannot be read, or a row is wrong; the message names it.
    """
    files = gather_files(source, (".csv", ".tsv"))
    return read_tables({name: _read(content, name) for name, content in files.items()}, codebook, _keep)


def _read(content: bytes, place: str) -> Table:
    try:
        text, _ = decode(content)
    except ValueError as error:
        raise AnnotationError(f"{place}: {error}") from None
    header = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=header.count))
    try:
        lines = list(reader)
    except csv.Error as error:
        raise AnnotationError(f"{place}: line {reader.line_num}: broken CSV ({error})") from None
    headers = tuple(unguard(name) for name in lines[0]) if lines else ()
    return Table(headers, [_read_row(line, headers, f"{place}: row {row}") for row, line in enumerate(lines[1:], 2)])


def _read_row(line: list[str], headers: tuple[str, ...], place: str) -> list[Cell]:
    if line and len(line) != len(headers):
        raise AnnotationError(f"{place}: it has {len(line)} cells, the header {len(headers)}; quote cells that hold the delimiter")
    return [unguard(cell) for cell in line] or [None] * len(headers)
