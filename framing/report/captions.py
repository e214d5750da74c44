"""What is said under a chart, true for what it shows: its extremes, and how each kind of mark is to be read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from framing.prevalence import INDEX
from framing.report.charts_dots import Dot
from framing.report.labels import clean
from framing.report.marks import FEW
from framing.summary import FEW_POSITIVES
from framing.tables import MARK


def describe_highest(dots: Sequence[Dot], panels: Mapping[str, str], names: Mapping[str, str]) -> str:
    """Return which estimate is the highest, of those that rest on codes and not on chance alone; empty where none does."""
    sure = [(dot.value, dot) for dot in dots if dot.value is not None and dot.interval and FEW not in dot.style.kind]
    if not sure:
        return ""
    value, dot = max(sure, key=lambda pair: pair[0])
    where = ", ".join(part for part in (names[dot.row], panels[dot.panel]) if part)
    return f"; the highest of those that enough is coded for is {dot.text} ({where.removesuffix(MARK)})" if value > 0 else ""


def describe_marks(dots: Iterable[Dot], labels: Iterable[str]) -> str:
    """Return how to read the marks that a chart has, as one sentence with a space before it; empty where all are plain."""
    shown = [dot for dot in dots if dot.value is not None]
    hollow = [dot for dot in shown if INDEX in dot.style.kind]
    notes = []
    if hollow:
        which = "All marks are" if len(hollow) == len(shown) else "Hollow grey marks are"
        notes.append(f"{which} an uncorrected index: the classifier's count, of which nothing coded tells how wrong it is")
    if any(FEW in dot.style.kind for dot in shown):
        notes.append(f"filled grey marks hang on chance, since fewer than {FEW_POSITIVES} coded sentences have the label")
    if any(dot.interval is None and INDEX not in dot.style.kind for dot in shown):
        notes.append("a mark without a line has too little coded for an interval")
    if any(label.endswith(MARK) for label in labels):
        notes.append(f"{MARK.strip()} marks what the model's own evaluation does not vouch for")
    if not notes:
        return ""
    said = "; ".join(notes)
    return f" {said[0].upper()}{said[1:]}."


def count(number: int, noun: str) -> str:
    """Return a number of things in words: ``1 outlet``, ``20 outlets``, ``3 countries``."""
    if number == 1:
        return f"1 {noun}"
    return f"{number} {noun[:-1]}ies" if noun.endswith("y") else f"{number} {noun}s"


def list_names(names: Iterable[str]) -> str:
    """Return names as a list in a sentence."""
    *first, last = map(clean, names)
    return f"{', '.join(first)} and {last}" if first else last
