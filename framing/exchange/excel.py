"""Excel: a workbook with the sheet ``codings``, one decision a row, and the sheet ``codebook`` to look things up.

Needs ``pip install 'framing[excel]'``. Every text is stored as text: nothing in it is run, and no id becomes a date.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from io import BytesIO
from typing import Any
from zipfile import BadZipFile

from framing.annotations import CODED, OPEN, REJECTED, SKIPPED, Annotation
from framing.codebook import STANCES, Codebook
from framing.errors import AnnotationError, UsageError
from framing.exchange.columns import EXACT, STANCE, Cell
from framing.exchange.rows import Table, make_tables, read_tables
from framing.exchange.sources import Source, gather_files

_SHEET, _CODEBOOK = "codings", "codebook"
_LONGEST = 32_767
_WIDTHS = {"text": 70, "before": 40, "after": 40, "title": 30, "note": 30, "frames": 30, "id": 16, "article": 16, EXACT: 12}
_UNFIT = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]|_x[0-9A-Fa-f]{4}_|x005F_")


def write_excel(annotations: Iterable[Annotation], codebook: Codebook) -> dict[str, bytes]:
    """Return ``codings.xlsx``, or ``codings-CODER.xlsx`` for each coder whom sentences wait for.

    The header stays in view and can be filtered; stances and the status are chosen from lists.

    Raises:
        AnnotationError: the codebook lacks a code, or a text is longer than a cell can hold.
        UsageError: openpyxl is not installed.
    """
    _import_openpyxl()
    tables = make_tables(annotations, codebook, clean_cell)
    return {f"codings{ending}.xlsx": _write(table, codebook) for ending, table in tables.items()}


def clean_cell(value: Cell) -> Cell:
    """Return what a workbook can hold of ``value``: no control signs or what it would read as such, and 15 digits of a number."""
    if isinstance(value, str):
        return _UNFIT.sub("\ufffd", value)
    return float(f"{value:.15g}") if isinstance(value, int | float) else value


def _import_openpyxl() -> Any:
    try:
        import openpyxl
    except ImportError:
        raise UsageError("Excel files need openpyxl: pip install 'framing[excel]'") from None
    return openpyxl


def _write(table: Table, codebook: Codebook) -> bytes:
    for row in table.rows:
        _check_lengths(row, table.headers)
    book = _import_openpyxl().Workbook(write_only=True)
    sheet = book.create_sheet(_SHEET)
    _set_up(sheet, [_WIDTHS.get(header, 12) for header in table.headers], len(table.rows) + 1)
    for number, header in enumerate(table.headers):
        _offer_choices(sheet, header, number, len(table.rows) + 1)
    sheet.append(_cells(sheet, table.headers, bold=True))
    for row in table.rows:
        sheet.append(_cells(sheet, row))
    _write_codebook(book.create_sheet(_CODEBOOK), codebook)
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()


def _set_up(sheet: Any, widths: list[int], rows: int) -> None:
    from openpyxl.utils import get_column_letter

    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(widths))}{rows}"
    for number, width in enumerate(widths, 1):
        sheet.column_dimensions[get_column_letter(number)].width = width


def _offer_choices(sheet: Any, header: str, number: int, rows: int) -> None:
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    choices = STANCES if header.startswith(STANCE) else (OPEN, CODED, SKIPPED, REJECTED) if header == "status" else ()
    if choices and rows > 1:
        letter = get_column_letter(number + 1)
        rule = DataValidation(type="list", formula1=f'"{",".join(choices)}"', allow_blank=True, showErrorMessage=False)
        rule.add(f"{letter}2:{letter}{rows}")
        sheet.data_validations.append(rule)


def _cells(sheet: Any, row: Iterable[Cell], *, bold: bool = False) -> list[Any]:
    """Return the cells of a row; text that begins like a formula is marked as text."""
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font

    cells: list[Any] = []
    for value in row:
        if bold or (isinstance(value, str) and value.startswith("=")):
            cell = WriteOnlyCell(sheet, value=value)
            cell.data_type = "s"
            cell.font = Font(bold=bold)
            cells.append(cell)
        else:
            cells.append(value)
    return cells


def _check_lengths(row: list[Cell], headers: tuple[str, ...]) -> None:
    for header, cell in zip(headers, row, strict=True):
        if isinstance(cell, str) and len(cell.encode("utf-16-le")) // 2 > _LONGEST:
            raise AnnotationError(
                f"sentence {row[0]!r}: its {header!r} is longer than a cell of Excel holds; export to csv or jsonl"
            )


def _write_codebook(sheet: Any, codebook: Codebook) -> None:
    _set_up(sheet, [10, 24, 30, 100], 1 + len(codebook.labels))
    sheet.append(_cells(sheet, ("kind", "id", "name", "definition"), bold=True))
    for label in codebook.labels:
        kind = "frame" if label.id in codebook.frame_ids else "target"
        texts = [str(clean_cell(text))[:_LONGEST] for text in (label.id, label.name, label.definition)]
        sheet.append(_cells(sheet, (kind, *texts)))


def read_excel(source: Source, codebook: Codebook | None = None) -> list[Annotation]:
    """Return the annotations of the sheet ``codings`` of a workbook, else of its first; ``read_tables`` says what columns may be.

    Raises:
        FileError, AnnotationError: it cannot be read, or a row is wrong; the message names it.
        UsageError: openpyxl is not installed.
    """
    _import_openpyxl()
    files = gather_files(source, (".xlsx", ".xlsm"))
    return read_tables({name: _read(content, name) for name, content in files.items()}, codebook, clean_cell)


def _read(content: bytes, place: str) -> Table:
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        book = _import_openpyxl().load_workbook(BytesIO(content), read_only=True, data_only=True)
        sheet = book[_SHEET] if _SHEET in book.sheetnames else book.worksheets[0]
        lines = list(_read_lines(sheet))
    except (InvalidFileException, BadZipFile, OSError, KeyError, ValueError, IndexError, SyntaxError) as error:
        raise AnnotationError(f"{place}: it is no workbook that can be read ({error}); save it as .xlsx") from None
    headers = [str(cell) if cell is not None else "" for cell in (lines[0] if lines else ())]
    while headers and not headers[-1]:
        headers.pop()
    width = len(headers)
    return Table(tuple(headers), [(line + [None] * width)[:width] for line in lines[1:]])


def _read_lines(sheet: Any) -> Iterator[list[Cell]]:
    for row in sheet.iter_rows(values_only=True):
        yield [cell if isinstance(cell, Cell) else str(cell) for cell in row]
