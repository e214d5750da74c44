"""The columns of a table of codings: what a header stands for, and what a cell under it says."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from framing.errors import AnnotationError, suggest
from framing.exchange.labels import LabelReader

Cell = str | int | float | bool | date | None
"""What a cell holds; None or an empty string where it is empty."""

EXACT, STANCE, FRAME = "exact", "stance:", "frame:"
"""The column of what cells do not show, and how the columns of a stance and of a single frame begin."""

FIRST = ("id", "article", "outlet", "date", "title", "before", "text", "after", "frames")
LAST = (
    *("status", "note", "flagged", "coder", "phase", "time", "seconds", "index", "start", "end", "hash", "sampling"),
    *("inclusion_probability", "codebook_version", "parents", "decision"),
)
"""The fields that every table has, before and after the columns of the stances."""

_FIELDS = (*FIRST, *LAST, EXACT)
_WHOLE, _NUMBERS, _LISTS = ("index", "start", "end"), ("seconds", "inclusion_probability"), ("frames", "parents")
_YES, _NO = ("1", "x", "yes", "y", "true", "✓", "✔"), ("", "0", "no", "n", "false", "-")
_NO_FRAME = ("none", "-", "0")


@dataclass(frozen=True, slots=True)
class Column:
    """What a column holds: a ``field``, the marks of a ``frame``, or the ``stance`` towards a target; and its name."""

    kind: str
    name: str


def read_header(header: str, labels: LabelReader, place: str) -> Column:
    """Return what the column under ``header`` holds; a field, a frame or a target, whose id or name it may be.

    Raises:
        AnnotationError: after ``stance:`` or ``frame:`` stands what the codebook lacks.
    """
    text = header.strip()
    lowered = text.lower()
    if lowered in _FIELDS:
        return Column("field", lowered)
    if lowered.startswith(STANCE):
        return Column("stance", labels.read_target(text[len(STANCE) :].strip(), place))
    if lowered.startswith(FRAME):
        return Column("frame", labels.read_frame(text[len(FRAME) :].strip(), place))
    if labels.is_frame(text):
        return Column("frame", labels.read_frame(text, place))
    if labels.is_target(text):
        return Column("stance", labels.read_target(text, place))
    return Column("field", text)


def read_headers(headers: Sequence[str], labels: LabelReader, place: str) -> list[Column]:
    """Return the columns of a table.

    Raises:
        AnnotationError: two are for the same, there are none with codes, or frames stand both in one and in several.
    """
    place = f"{place}: row 1"
    columns = [read_header(header, labels, place) for header in headers]
    named = [column for column in columns if column.name]
    twice = next((column for number, column in enumerate(named) if column in named[:number]), None)
    if twice is not None:
        raise AnnotationError(f"{place}: two columns are for {twice.name!r}; keep one")
    together, kinds = Column("field", "frames") in columns, {column.kind for column in columns}
    if together and "frame" in kinds:
        raise AnnotationError(f"{place}: it has a column 'frames' and columns of single frames; keep the one or the others")
    if not together and not kinds & {"frame", "stance"}:
        known = suggest("frames", [column.name for column in named])
        raise AnnotationError(f"{place}: there is no column 'frames', of a single frame, or 'stance:TARGET'{known}")
    return columns


def read_codes(columns: Sequence[Column], texts: Sequence[str], labels: LabelReader, place: str) -> dict[str, Any] | None:
    """Return ``frames`` and ``stance`` of a row, None where it says nothing of either.

    ``none``, or a 0 in the column of every frame, says that the sentence has no frame.

    Raises:
        AnnotationError: a code is unknown.
    """
    frames, stances, marks, denied = list[str](), dict[str, str](), list[str](), False
    for column, text in zip(columns, texts, strict=True):
        if column.kind == "frame":
            marks.append(text.strip())
            frames += [column.name] if is_marked(text, column.name, place) else []
        elif column.kind == "stance" and text.strip():
            stances[column.name] = labels.read_stance(text, column.name, place)
        elif column == Column("field", "frames"):
            words = [word.strip() for word in re.split(r"[;,\n]", text) if word.strip()]
            denied = len(words) == 1 and words[0].lower() in _NO_FRAME and not labels.is_frame(words[0])
            frames += [] if denied else [labels.read_frame(word, place) for word in words]
    denied = denied or (bool(marks) and "" not in marks)
    return {"frames": sorted(set(frames)), "stance": stances} if frames or stances or denied else None


def is_marked(text: str, name: str, place: str) -> bool:
    """Return whether a cell that is either marked or empty is marked.

    Raises:
        AnnotationError: it holds something else.
    """
    mark = text.strip().lower()
    if mark not in (*_YES, *_NO):
        raise AnnotationError(f"{place}: under {name!r} stands {text!r:.40}; write 1 or x, or leave it empty")
    return mark in _YES


def read_field(name: str, text: str, place: str) -> Any:
    """Return the value of a field from the text of its cell.

    Raises:
        AnnotationError: a number is expected and stands not there.
    """
    bare = text.strip()
    if name in _WHOLE or name in _NUMBERS:
        try:
            return int(bare) if name in _WHOLE else float(bare)
        except ValueError:
            kind = "whole number" if name in _WHOLE else "number"
            raise AnnotationError(f"{place}: under {name!r} stands {bare!r:.40}; a {kind} is expected") from None
    if name == "parents":
        return [parent.strip() for parent in bare.split(";") if parent.strip()]
    if name == "flagged":
        return is_marked(bare, name, place)
    return bare.lower() if name == "status" else text


def show_field(name: str, value: Any) -> Cell:
    """Return what the cell of a field shows: lists as plain text, nested values as JSON."""
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return (";" if name in _LISTS else " ").join(value) or None
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False)
    return value if isinstance(value, int | float) else str(value)


def read_text(cell: Cell) -> str:
    """Return a cell as text: a whole number without its fraction, a day without the time where that is midnight."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime) and not (cell.hour or cell.minute or cell.second):
        return cell.date().isoformat()
    return cell.isoformat() if isinstance(cell, date) else str(cell)
