"""What is said under a chart, true for what it shows: its extremes, and how each kind of mark is to be read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from framing.charts.dots import Dot
from framing.charts.marks import FEW, UNBOUNDED
from framing.prevalence import INDEX
from framing.summary import FEW_POSITIVES
from framing.tables import MARK

UNCORRECTED = f"{INDEX}, the classifier's own count, which nothing coded corrects"
IMPRECISE = f"{FEW}: fewer than {FEW_POSITIVES} coded sentences can be expected to have it"
UNSURE = f"{MARK.strip()}: the model's own evaluation does not vouch for it"


def describe_dots(dots: Iterable[Dot], labels: Iterable[str]) -> str:
    """Return how to read the marks that a chart has, a space before it; empty where all are plain."""
    shown = [dot for dot in dots if dot.value is not None]
    hollow = sum(INDEX in dot.style.kind for dot in shown)
    notes = [f"{'all marks' if hollow == len(shown) else 'hollow and grey'}: {UNCORRECTED}"] if hollow else []
    if any(FEW in dot.style.kind for dot in shown):
        notes.append(f"filled and grey, {IMPRECISE}")
    notes += sorted({f"diamonds: {dot.style.kind}, no coded sentence" for dot in shown if dot.style.shape == "diamond"})
    if any(UNBOUNDED in dot.style.kind for dot in shown):
        notes.append(f"small and hollow, without a line: {UNBOUNDED}")
    return join_notes([*notes, *describe_mark(labels)])


def describe_mark(labels: Iterable[str]) -> list[str]:
    """Return what † means where one of ``labels`` has it."""
    return [UNSURE] if any(label.endswith(MARK) for label in labels) else []


def join_notes(notes: Sequence[str]) -> str:
    """Return notes as one sentence with a space before it; empty where there is none."""
    said = "; ".join(notes)
    return f" {said[0].upper()}{said[1:]}." if said else ""


def describe_highest(dots: Iterable[Dot], panels: Mapping[str, str], rows: Mapping[str, str]) -> str:
    """Return which estimate is the highest of those with an interval and not imprecise; empty where none is."""
    sure = [(dot.value, dot) for dot in dots if dot.value and dot.interval and FEW not in dot.style.kind]
    if not sure:
        return ""
    _, dot = max(sure, key=lambda pair: pair[0])
    where = ", ".join(name.removesuffix(MARK) for name in (rows[dot.row], panels[dot.panel]))
    return f" The highest estimate that rests on enough codes is {dot.text} ({where})."


def count(number: int, noun: str) -> str:
    """Return a number of things in words: ``1 outlet``, ``20 outlets``, ``3 countries``."""
    if number == 1:
        return f"1 {noun}"
    return f"{number} {noun[:-1]}ies" if noun.endswith("y") else f"{number} {noun}s"
