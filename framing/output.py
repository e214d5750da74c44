"""How results are shown: tables for people, records for programs."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from framing.errors import UsageError
from framing.files import write_file
from framing.record_files import write_records as write_records  # the other half of showing results

if TYPE_CHECKING:
    from rich.table import Table
    from rich.text import Text

FORMATS = ("table", "jsonl", "json", "csv", "parquet")
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


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
        UsageError: it is no known format, or the file's ending names none.
    """
    if requested is None and output is not None:
        ending = output.suffix.lower().lstrip(".")
        requested = "table" if ending == "txt" else ending
        if requested not in FORMATS and not output.is_char_device() and not output.is_fifo():
            raise UsageError(f"{output}: its ending tells no format; use .{' .'.join(FORMATS[1:])} or .txt, or say --format")
        requested = requested if requested in FORMATS else "jsonl"
    if requested is None:
        return "table" if sys.stdout.isatty() else "jsonl"
    if requested not in FORMATS:
        raise UsageError(f"--format {requested!r} is none of {', '.join(FORMATS)}")
    return requested


@dataclass(frozen=True)
class Grid:
    """A table whose first ``left`` columns are text and the others numbers; it is laid out for the width it is shown in.

    On a narrow terminal ``optional`` columns are left out, the last first; if that is not enough, the numbers go on in a
    further table that repeats the first column. Nothing is ever cut off in silence.
    """

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str | Text]]
    left: int = 1
    optional: Sequence[str] = ()


Part: TypeAlias = "Grid | Text | str"

_GAP = 3
"""Characters between two columns."""


def _width(grid: Grid, column: int) -> int:
    cells = [grid.columns[column], *[str(row[column]) for row in grid.rows]]
    longest = max(len(line) for cell in cells for line in cell.split("\n"))
    if column < grid.left:
        return min(longest, 32 if column == 0 else 16)
    return longest


def lay_out(grid: Grid, width: int) -> list[list[int]]:
    """Return the columns of each table that ``grid`` becomes in ``width`` characters."""
    shown = list(range(len(grid.columns)))
    for name in reversed(grid.optional):
        if sum(_width(grid, column) + _GAP for column in shown) <= width + 1:
            break
        shown.remove(list(grid.columns).index(name))
    tables = [[column for column in shown if column < grid.left]]
    room = width + 1 - sum(_width(grid, column) + _GAP for column in tables[0])  # no gap behind the last one, an edge each side
    for column in shown[grid.left :]:
        needed = _width(grid, column) + _GAP
        if needed > room and len(tables[-1]) > (grid.left if len(tables) == 1 else 1):
            tables.append([0])
            room = width + 1 - _width(grid, 0) - _GAP
        tables[-1].append(column)
        room -= needed
    return tables


def _render(grid: Grid, width: int) -> list[Table | Text]:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text

    parts: list[Table | Text] = [Text(grid.title, "bold")] if grid.title else []
    tables = lay_out(grid, width)
    for columns in tables:
        table = Table(box=SIMPLE_HEAD, pad_edge=False)
        for column in columns:
            text = column < grid.left
            narrowest = min(_width(grid, column), width) if text else None
            table.add_column(
                grid.columns[column], justify="left" if text else "right", overflow="fold", no_wrap=not text, min_width=narrowest
            )
        for row in grid.rows:
            table.add_row(*[row[column] for column in columns])
        parts.append(table)
    hidden = [name for name in grid.optional if not any(list(grid.columns).index(name) in columns for columns in tables)]
    if hidden:
        parts.append(Text(f"Too narrow here for: {', '.join(hidden)}."))
    return parts


def print_tables(parts: Iterable[Part], output: Path | None = None) -> None:
    """Print tables and notes to standard output as wide as it is (``WIDTH`` in a pipe), or to a text file."""
    if output is not None:
        write_file(output, lambda path: _print_to(parts, path))
        return
    terminal = sys.stdout.isatty()
    for part in parts:
        sys.stdout.write(_draw(part, None if terminal else WIDTH, terminal))
    sys.stdout.flush()


def _print_to(parts: Iterable[Part], path: Path) -> None:
    with path.open("w", encoding="utf-8", errors="backslashreplace") as stream:
        stream.writelines(_draw(part, WIDTH, False) for part in parts)


WIDTH = 120
"""Characters of a table that is not shown on a terminal."""


def _draw(part: Part, width: int | None, terminal: bool) -> str:
    """Return ``part`` as text; off a terminal without colour and without blanks at the ends of lines."""
    from rich.console import Console

    stream = StringIO()
    console = Console(file=stream, width=width, highlight=False, emoji=False, force_terminal=terminal, no_color=not terminal)
    for piece in _render(part, console.width) if isinstance(part, Grid) else [part]:
        console.print(piece, markup=False)
    drawn = stream.getvalue()
    return drawn if terminal else "".join(f"{line.rstrip()}\n" for line in drawn.splitlines())
