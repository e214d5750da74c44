"""Names and numbers as charts write them: cleaned, wrapped to a width, never two alike."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from math import ceil

from framing.output import plain
from framing.tables import MARK

MINUS = "−"
_ILLEGAL = re.compile("[\ud800-\udfff\ufffe\uffff]")
_NARROW, _BROAD = frozenset("fijlrtI.,:;'!|()[]·-/ "), frozenset("mwMW@%—…")


def clean(name: str) -> str:
    """Return ``name`` on one line and without characters that XML forbids."""
    return plain(_ILLEGAL.sub("\ufffd", name)) or "(no name)"


def mark(name: str, reliable: Iterable[bool | None]) -> str:
    """Return ``name``, with † where the evaluation does not vouch for the label."""
    return f"{clean(name)}{MARK}" if any(value is False for value in reliable) else clean(name)


def measure(text: str, size: float) -> float:
    """Return about how wide ``text`` is in pixels, its widest line, in a sans-serif of ``size`` pixels."""
    return size * max(sum(map(_measure_letter, line)) for line in text.split("\n"))


def _measure_letter(letter: str) -> float:
    if unicodedata.east_asian_width(letter) in "WF":
        return 1.0
    if unicodedata.combining(letter):
        return 0.0
    if letter in _NARROW:
        return 0.32
    if letter in _BROAD:
        return 0.9
    return 0.68 if letter.isupper() else 0.56


def wrap(text: str, width: float, size: float, lines: int = 2) -> str:
    """Return ``text`` broken at spaces into ``lines`` of ``width`` pixels at most; what is left over becomes an ellipsis."""
    rows: list[str] = []
    rest = text
    while rest and len(rows) < lines:
        row, rest = _break(rest, width, size)
        rows.append(row)
    if rest:
        rows[-1] = _shorten(f"{rows[-1]} {rest}", width, size)
    return "\n".join(rows)


def _break(text: str, width: float, size: float) -> tuple[str, str]:
    """Return what fits on a line, and the rest."""
    fitting = _count_fitting(text, width, size)
    if fitting == len(text):
        return text, ""
    ends = [at for at in range(1, fitting + 1) if _may_break(text, at)]
    end = ends[-1] if ends else fitting
    return text[:end].rstrip(), text[end:].lstrip()


def _count_fitting(text: str, width: float, size: float) -> int:
    """Return how many letters of ``text`` fit, one at least."""
    left = width
    for place, letter in enumerate(text):
        left -= size * _measure_letter(letter)
        if left < 0:
            return max(place, 1)
    return len(text)


def _may_break(text: str, at: int) -> bool:
    """Return whether a line may end before ``text[at]``: at a space, behind a hyphen, on either side of a Chinese character."""
    before, after = text[at - 1], text[at : at + 1]
    return after == " " or before in " -/" or unicodedata.east_asian_width(before) == "W" == unicodedata.east_asian_width(after)


def _shorten(text: str, width: float, size: float) -> str:
    return f"{text[: _count_fitting(text, width - 0.9 * size, size)].rstrip()}…"


def wrap_apart(names: Sequence[str], width: float, size: float, lines: int = 2) -> list[str]:
    """Return ``names`` wrapped; where two come out alike, or are, they are numbered."""
    wrapped, seen = [], set()
    for name in names:
        label, number = wrap(clean(name), width, size, lines), 1
        while label in seen:
            number += 1
            label = wrap(clean(name), width - 4 * size, size, lines) + f" ({number})"
        seen.add(label)
        wrapped.append(label)
    return wrapped


def find_width(names: Iterable[str], size: float, most: float) -> int:
    """Return the pixels that the widest of ``names`` needs, at most ``most``."""
    return ceil(min(max((measure(clean(name), size) for name in names), default=0.0), most))


def percent(share: float) -> str:
    """Return a share as a percentage, whole from 1 % on."""
    if 0 < share < 0.0005:
        return "<0.1%"
    return f"{100 * share:.0f}%" if share == 0 or round(share, 3) >= 0.01 else f"{100 * share:.1f}%"


def whole(share: float) -> str:
    """Return a share as a whole number of per cent, without the sign."""
    return "<1" if 0 < share < 0.005 else f"{100 * share:.0f}"


def points(balance: float) -> str:
    """Return a difference of shares in percentage points, with its sign."""
    return f"{100 * balance:+.0f}".replace("-", MINUS).replace("+0", "0").replace(f"{MINUS}0", "0")
