"""The charts of a page: drawn in both layouts, each with its numbers as a table to read and as data to save."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from framing.charts.drawing import draw_svg
from framing.charts.figures import Figure
from framing.codebook import Codebook
from framing.prevalence import CORRECTED, HAND_CODED
from framing.report.phrases import FEW, HOLLOW, decimal, name_method, percent, show_name, title_label
from framing.report.tabulating import Table, show_p
from framing.spreadsheets import guard
from framing.tables import MARK

_LABELS = frozenset({"frame", "target", "label", "first", "second"})
_TESTS = frozenset({"p", "q", "p_missed", "p_raised"})
_RATIOS = frozenset({"lift", "phi", "z", "log_odds"})
_ESTIMATES, _WORDS = frozenset({"share", "balance"}), frozenset({"method"})
_MARKED = frozenset({"few_positives", "reliable", "sentences"})
"""Columns that a mark stands for, or that only the data to save need."""


@dataclass(frozen=True, slots=True)
class Chart:
    """A figure as a page shows it: its ``number`` there, SVG for wide and narrow screens, and its table."""

    number: int
    name: str
    title: str
    caption: str
    wide: str
    narrow: str
    table: Table


def draw_charts(figures: Iterable[Figure], codebook: Codebook) -> tuple[Chart, ...]:
    """Return the charts of a page.

    Raises:
        UsageError: the library that draws is not installed.
    """
    return tuple(
        Chart(number, f.name, f.title, f.caption, draw_svg(f.wide), draw_svg(f.narrow), tabulate_figure(f, codebook))
        for number, f in enumerate(figures)
    )


def tabulate_figure(figure: Figure, codebook: Codebook) -> Table:
    """Return the numbers of a figure as they are read: labels by name, shares in percent, a dash for what there is not.

    What the other tables of a page say by a mark is said by it here too; the data to save have it in columns of their own.
    """
    labels = {label: title_label(codebook, label) for label in (*codebook.frame_ids, *codebook.target_ids)}
    kept = [number for number, column in enumerate(figure.columns) if column not in _MARKED]
    columns = tuple(_title_column(figure.columns[number]) for number in kept)
    rows = []
    for row in figure.rows:
        said = dict(zip(figure.columns, row, strict=True))
        rows.append(tuple(_show_cell(figure.columns[number], said, labels) for number in kept))
    heads = sum(figure.columns[number] not in _WORDS for number in kept if _holds_text(figure, number))
    words = tuple(place for place, number in enumerate(kept) if figure.columns[number] in _WORDS)
    return Table(f"{figure.title}: the numbers", columns, tuple(rows), max(heads, 1), words)


def _title_column(column: str) -> str:
    """Return the name of a column as it is read; the errors of the classifier are called as in the text."""
    return column.replace("raised", "wrongly given").replace("_", " ").capitalize()


def _holds_text(figure: Figure, number: int) -> bool:
    return any(isinstance(row[number], str) for row in figure.rows)


def _show_cell(column: str, row: dict[str, str | float | None], labels: dict[str, str]) -> str:
    value = row[column]
    if value is None:
        return "–"
    if isinstance(value, str):
        value = name_method(value) if column in _WORDS else value
        name = labels.get(value) if column in _LABELS else None
        return f"{name}{MARK}" if name and row.get("reliable") == "no" else name or show_name(value)
    if column in _TESTS:
        return show_p(value)
    if column in _RATIOS:
        return decimal(value) if abs(value) <= 1 else f"{value:.2f}"
    if isinstance(value, int):
        return f"{value:,}"
    return f"{_mark(row)}{_show_percent(value)}" if column in _ESTIMATES else _show_percent(value)


def _mark(row: dict[str, str | float | None]) -> str:
    method = row.get("method")
    if isinstance(method, str) and method not in (CORRECTED, HAND_CODED):
        return f"{HOLLOW}\u00a0"
    return FEW if row.get("few_positives") == "yes" else ""


def _show_percent(value: float) -> str:
    shown = f"{100 * abs(value):.1f}%"
    return f"−{shown}" if value < 0 and shown != "0.0%" else percent(0.0) if shown == "0.0%" and value == 0 else shown


def gather_data(figures: Iterable[Figure]) -> list[dict[str, Any]]:
    """Return the data of the figures for the page's script to save, as records have them: numbers to six digits."""
    return [
        {"name": figure.name, "columns": list(figure.columns), "rows": [list(map(_keep_cell, row)) for row in figure.rows]}
        for figure in figures
    ]


def _keep_cell(value: str | float | None) -> str | float | None:
    """Return a cell for a spreadsheet: text that it would run is quoted."""
    if isinstance(value, str):
        return guard(value)
    return round(value, 6) if isinstance(value, float) else value
