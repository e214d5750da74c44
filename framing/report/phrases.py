"""Names, numbers and lists as they stand in the sentences and tables of a report: text of others can neither steer nor spread."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from framing.codebook import Codebook
from framing.output import plain
from framing.prevalence import HAND_CODED

SPACE = "\u00a0"
"""Stands between a number and its noun, so that no line breaks there."""

MOST_LETTERS = 60
"""Characters of a name that are shown; the rest is an ellipsis."""

HOLLOW, FEW = "○", "~"
"""Before a share that is an uncorrected index, and before one that few coded sentences decide."""

NO_CODES = "No coded sentences of these articles were given (option -a)"
"""What a report without codes says first."""

_ISOLATE, _END_ISOLATE = "\u2068", "\u2069"


def show_name(text: str | None, most: int = MOST_LETTERS) -> str:
    """Return a name on one line, cut to ``most`` characters, without characters that steer a screen.

    A name in a script that runs from right to left is isolated, so that it does not turn the words around it.
    """
    name = plain(text) or "(no name)"
    name = name if len(name) <= most else name[: most - 1].rstrip() + "…"
    turns = any(unicodedata.bidirectional(character) in ("R", "AL", "AN") for character in name)
    return f"{_ISOLATE}{name}{_END_ISOLATE}" if turns else name


def quote_name(text: str | None) -> str:
    """Return a name in quotation marks, as of a frame."""
    return f"“{show_name(text)}”"


def percent(share: float | None) -> str:
    """Return a share such as ``34%``, with a digit more where it would else seem to be nothing or everything."""
    if share is None:
        return "–"
    if 0 < share < 0.0005 or 0.9995 < share < 1:
        return "<0.1%" if share < 0.5 else ">99.9%"
    return f"{_hundredths(share, near=(0.0, 1.0))}%"


def name_method(method: str) -> str:
    """Return how a share came about, in the words of a report: who coded is not known to it."""
    return "coded sentences alone" if method == HAND_CODED else method


def bounds(interval: tuple[float | None, float | None] | None) -> str:
    """Return an interval of a share as a table has it, `` (27–41)`` in whole percent; empty where there is none."""
    low, high = interval or (None, None)
    return "" if low is None or high is None else f" ({100 * low:.0f}–{100 * high:.0f})"


def points(difference: float) -> str:
    """Return the size of a difference of shares in percentage points, without its sign, and never 0 for what is not."""
    return _hundredths(abs(difference), near=(0.0,), most=3)


def signed_points(difference: float | None) -> str:
    """Return a difference of shares in percentage points with its sign, a dash where there is none."""
    if difference is None:
        return "–"
    size = _hundredths(abs(difference), near=(0.0,), most=1)
    return size if float(size) == 0 else f"{'+' if difference > 0 else '−'}{size}"


def _hundredths(value: float, near: Sequence[float], most: int = 1) -> str:
    """Return 100 × ``value`` in whole numbers; with up to ``most`` digits more where it would else seem to be one of ``near``."""
    shown = ""
    for digits in range(most + 1):
        shown = f"{100 * value:.{digits}f}"
        if not any(value != bound and float(shown) == 100 * bound for bound in near):
            break
    return shown if float(shown) else "0"


def span_points(interval: tuple[float, float] | None) -> str:
    """Return an interval of a difference such as ``−4 to +12``, nothing where there is none."""
    return "" if interval is None else f"{signed_points(interval[0])} to {signed_points(interval[1])}"


def decimal(value: float | None) -> str:
    """Return a figure between -1 and 1 with two digits and no leading zero, as is the field's custom."""
    if value is None:
        return "–"
    shown = f"{abs(value):.2f}"
    shown = shown if shown.startswith("1") else shown[1:]
    return f"−{shown}" if value < 0 and float(shown) else shown


def chance(probability: float) -> str:
    """Return a probability with two digits; one that only rounds to 1 as ``> .99``."""
    return "> .99" if 0.995 <= probability < 1 else decimal(probability)


def span_decimals(low: float | None, high: float | None, between: str = " to ") -> str:
    """Return an interval such as ``.70 to .89``, nothing where there is none."""
    return "" if low is None or high is None else f"{decimal(low)}{between}{decimal(high)}"


def count(number: int, noun: str, plural: str = "") -> str:
    """Return a number with its noun: ``1 article``, ``2,318 sentences``."""
    return f"{number:,}{SPACE}{noun if number == 1 else plural or noun + 's'}"


def join(items: Sequence[str], most: int = 6) -> str:
    """Return ``A, B and C``; of more than ``most``, the first and how many are left."""
    if len(items) > most:
        kept = most - 1
        return f"{', '.join(items[:kept])} and {len(items) - kept:,} more"
    *first, last = items or [""]
    return f"{', '.join(first)} and {last}" if first else last


def name_label(codebook: Codebook, label: str) -> str:
    """Return a label as a sentence names it: the frame in quotation marks, or ``stance towards`` the target.

    ``label`` is the id of a frame or target, or ``target:side``.
    """
    names = {frame.id: quote_name(frame.name) for frame in codebook.frames}
    names |= {target.id: f"stance towards {quote_name(target.name)}" for target in codebook.targets}
    return names.get(label) or names.get(label.partition(":")[0]) or quote_name(label)


def title_label(codebook: Codebook, label: str) -> str:
    """Return a label as a table names it: ``Cooperation``, ``Stance towards China``."""
    targets = {target.id: f"Stance towards {show_name(target.name)}" for target in codebook.targets}
    frames = {frame.id: show_name(frame.name) for frame in codebook.frames}
    return frames.get(label) or targets.get(label.partition(":")[0]) or show_name(label)


_MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"]


def name_period(period: str) -> str:
    """Return a month such as ``2024-11`` by its name; a year, a week or what is no period as it is."""
    year, _, month = period.partition("-")
    is_month = year.isdigit() and month.isdigit() and len(month) == 2 and 1 <= int(month) <= 12
    return f"{_MONTHS[int(month) - 1]} {year}" if is_month else show_name(period)
