"""Annotations as the rows of a table, and tables as people make them: one decision a row, one field a column.

A cell shows what people read. Where that is not the whole truth (nested fields, lists, text that a cell cannot hold), the column
``exact`` has it as JSON, and it counts for as long as the cell is as it was written: what somebody changes in a cell is changed.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from framing.annotation_files import annotation_record, check_codes, parse_annotation
from framing.annotations import BLIND, CODED, OPEN, Annotation, hash_sentence
from framing.codebook import Codebook
from framing.errors import AnnotationError, suggest
from framing.exchange.carrying import CONTEXT
from framing.exchange.columns import (
    EXACT,
    FIRST,
    LAST,
    STANCE,
    Cell,
    Column,
    read_codes,
    read_field,
    read_header,
    read_headers,
    read_text,
    show_field,
)
from framing.exchange.files_by_coder import name_for
from framing.exchange.labels import LabelReader
from framing.exchange.sources import parse_json

Clean = Callable[[Cell], Cell]
"""Gives what a cell can hold of a value."""

_ROW = "(row)"


@dataclass(frozen=True)
class Table:
    """The headers of a table and its rows, all of one length."""

    headers: tuple[str, ...]
    rows: list[list[Cell]]


@dataclass(frozen=True, slots=True)
class _Entry:
    """An annotation with its number among all, and the coder whom it waits for."""

    number: int
    annotation: Annotation
    coder: str | None


def make_tables(annotations: Iterable[Annotation], codebook: Codebook, clean: Clean) -> dict[str, Table]:
    """Return the tables by the ending of their names: one of all, and one for each coder whom sentences wait for.

    Raises:
        AnnotationError: the codebook lacks a code.
    """
    entries: dict[str, list[_Entry]] = {}
    for number, annotation in enumerate(annotations):
        check_codes(annotation, codebook)
        named = annotation.extra.get("coders") if annotation.status == OPEN else None
        coders = [str(coder) for coder in named] if isinstance(named, list | tuple) else []
        for coder in coders:
            entries.setdefault(f"-{name_for(coder)}", []).append(_Entry(number, annotation, coder))
        if not coders:
            entries.setdefault("", []).append(_Entry(number, annotation, None))
    return {ending: _make_table(rows, codebook, clean, len(entries) > 1) for ending, rows in (entries or {"": []}).items()}


@dataclass(frozen=True, slots=True)
class _Layout:
    """The columns of a table, how labels are read, and what a cell can hold."""

    columns: tuple[Column, ...]
    labels: LabelReader
    clean: Clean


def _make_table(entries: Sequence[_Entry], codebook: Codebook, clean: Clean, numbered: bool) -> Table:
    labels = LabelReader(codebook)
    records = [_write_record(entry.annotation) for entry in entries]
    used = dict.fromkeys(key for record in records for key in record)
    others = [key for key in used if key not in (*FIRST, *LAST) and clean(key) == key and _is_plain(key, labels)]
    headers = (*FIRST, *(STANCE + target for target in codebook.target_ids), *LAST, *others, EXACT)
    layout = _Layout(tuple(read_header(header, labels, "") for header in headers), labels, clean)
    rows = []
    for entry, record in zip(entries, records, strict=True):
        row = {_ROW: {"number": entry.number} | ({"coder": entry.coder} if entry.coder else {})} if numbered else {}
        rows.append(_write_row(record, row, layout))
    return Table(headers, rows)


def _write_record(annotation: Annotation) -> dict[str, Any]:
    record = annotation_record(annotation)
    return record if annotation.grouped else record | {"article": annotation.article, "grouped": False}


def _is_plain(key: str, labels: LabelReader) -> bool:
    """Return whether a column with this header is read back as this field."""
    if key in ("", "grouped", "frames", "stance", EXACT):
        return False
    try:
        return read_header(key, labels, "") == Column("field", key)
    except AnnotationError:
        return False  # it reads like the stance towards, or a frame that, the codebook lacks


def _write_row(record: dict[str, Any], row: dict[str, Any], layout: _Layout) -> list[Cell]:
    stance = record.get("stance", {})
    cells = [
        stance.get(column.name) if column.kind == "stance" else _show(column.name, record.get(column.name), layout.clean)
        for column in layout.columns
    ]
    cells[-1] = None
    read = _read_cells(cells, layout, "")
    exact = row | {key: value for key, value in record.items() if key not in read or _differ(value, read[key])}
    cells[-1] = json.dumps(exact) if exact else None
    return cells


def _show(name: str, value: Any, clean: Clean) -> Cell:
    return clean(show_field(name, value))


def _differ(value: Any, read: Any) -> bool:
    """Return whether two values differ, in kind or in the order of their keys too."""
    return json.dumps(value) != json.dumps(read) if isinstance(value, dict | bool) else value != read


def read_tables(tables: Mapping[str, Table], codebook: Codebook | None, clean: Clean) -> list[Annotation]:
    """Return the annotations of tables by name; errors name the table and the row.

    Frames stand in one column (``frames``, parted by ``;`` or ``,``) or in one each, named by id or name and marked with 1 or x;
    stances in ``stance:TARGET``, or in a column named like the target. A row that waits (``open``) and has codes is coded;
    ``none`` under ``frames`` says that it has none. A sentence without ``id`` is named by its text. Other columns are kept.

    Raises:
        AnnotationError: a row is wrong.
    """
    labels = LabelReader(codebook)
    found: list[tuple[float, Annotation]] = []
    for name, table in tables.items():
        layout = _Layout(tuple(read_headers(table.headers, labels, name)), labels, clean)
        for number, cells in enumerate(table.rows, 2):
            if any(cell not in (None, "") for cell in cells):
                found.append(_read_row(cells, layout, f"{name}: row {number}"))
    return _drop_repeated(sorted(found, key=lambda pair: pair[0]))


def _drop_repeated(numbered: Iterable[tuple[float, Annotation]]) -> list[Annotation]:
    """Return the annotations with each sentence that waits in the tables of several coders once."""
    seen: set[tuple[float, Annotation]] = set()
    kept = []
    for number, annotation in numbered:
        repeated = (number, annotation) in seen
        if annotation.status == OPEN and number < float("inf"):
            seen.add((number, annotation))
        if not repeated:
            kept.append(annotation)
    return kept


def _read_row(cells: Sequence[Cell], layout: _Layout, place: str) -> tuple[float, Annotation]:
    pairs = zip(layout.columns, cells, strict=True)
    shown = {column.name: read_text(cell) for column, cell in pairs if column.kind == "field"}
    exact = parse_json(shown.get(EXACT) or "{}", f"{place}, column {EXACT!r}")
    row = exact.pop(_ROW, {}) if isinstance(exact, dict) else None
    number = row.get("number", float("inf")) if isinstance(row, dict) else None
    if row is None or not isinstance(number, int | float):
        raise AnnotationError(f"{place}: the column {EXACT!r} is not as it was written; empty the cell")
    record = _read_cells(cells, layout, place)
    answered = "frames" in record and record.get("status", CODED) != CODED
    if answered and record["status"] != OPEN:
        raise AnnotationError(f"{place}: it is {record['status']!r:.40} and has codes; keep the one or the other")
    for key, value in exact.items():
        if key == "stance":
            written = record.get(key) == value
        else:
            written = key not in shown or shown[key] == read_text(_show(key, value, layout.clean))
        record |= {key: value} if written else {}
    if not record.get("text") and not record.get("hash"):
        raise AnnotationError(f"{place}: there is no sentence under 'text'{suggest('text', shown)}")
    if answered:
        record = {key: value for key, value in record.items() if key not in CONTEXT}
        record |= {"status": CODED, "coder": shown.get("coder") or row.get("coder"), "phase": record.get("phase") or BLIND}
    return number, _make_annotation(record, layout.labels, place)


def _make_annotation(record: dict[str, Any], labels: LabelReader, place: str) -> Annotation:
    named = {"id": f"text-{hash_sentence(record.get('text') or '')}"} | record
    grouped = named.pop("grouped", True)
    annotation = parse_annotation(json.dumps(named), place, labels.codebook)
    if not annotation.grouped:
        return replace(annotation, article=annotation.id)
    return replace(annotation, grouped=grouped)


def _read_cells(cells: Sequence[Cell], layout: _Layout, place: str) -> dict[str, Any]:
    """Return the record that the cells show; codes where the row has some, or says of itself that it is coded."""
    texts = [read_text(cell) for cell in cells]
    record = {
        column.name: read_field(column.name, text, place)
        for column, text in zip(layout.columns, texts, strict=True)
        if column.kind == "field" and text and column.name not in ("", "frames", EXACT)
    }
    codes = read_codes(layout.columns, texts, layout.labels, place)
    if codes is None and record.get("status", CODED) == CODED:
        codes = {"frames": [], "stance": {}}
    return record | (codes or {})
