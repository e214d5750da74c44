"""What a figure is, and what the figures of shares have in common: their order, their dots, and the table behind them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any

from framing.charts.dots import Axis, Dot
from framing.charts.labels import percent
from framing.charts.marks import NARROW, WIDE, Layout, scale_shares, style_share
from framing.codebook import Codebook, Frame
from framing.prevalence import INDEX
from framing.summary import LabelShare, OutletSummary, Summary

Cell = str | float | None
Row = tuple[Cell, ...]

EVIDENCE = ("low", "high", "method", "few_positives", "reliable", "coded", "sentences")
"""What stands beside a share in the table of a figure."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A chart in two layouts, as Vega-Lite specifications, with the table behind it.

    ``name`` is the stem of its files, ``caption`` says what is seen and how to read it, ``wide`` is for about 720 pixels and
    ``narrow`` for a phone. ``rows`` hold the numbers as the summary has them: shares from 0 to 1.
    """

    name: str
    title: str
    caption: str
    wide: dict[str, Any]
    narrow: dict[str, Any]
    columns: tuple[str, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Text:
    """What is written of a figure: the stem of its files, its title and its caption."""

    name: str
    title: str
    caption: str


def make_figure(text: Text, draw: Callable[[Layout], dict[str, Any]], columns: Sequence[str], rows: Iterable[Row]) -> Figure:
    """Return the figure that ``draw`` makes in each layout; its specifications carry title and caption."""
    said = {"description": text.caption, "usermeta": {"title": text.title}}
    wide, narrow = (draw(layout) | said for layout in (WIDE, NARROW))
    return Figure(text.name, text.title, text.caption, wide, narrow, tuple(columns), tuple(rows))


def list_frames(summary: Summary, codebook: Codebook) -> list[Frame]:
    """Return the frames of which some group has a share, the most frequent over all first."""
    kept = [f for f in codebook.frames if any(estimate(group.frames.get(f.id)) is not None for group in summary.groups)]
    return sorted(kept, key=lambda frame: -(estimate(summary.overall.frames.get(frame.id)) or 0.0))


def estimate(row: LabelShare | None) -> float | None:
    """Return the estimate of a share, None where there is none."""
    return float(row.share.estimate) if row is not None and row.share is not None else None


def order_groups(groups: Sequence[OutletSummary], value: Callable[[OutletSummary], float | None]) -> list[OutletSummary]:
    """Return ``groups``, the highest ``value`` first, those without one last, alike ones by name."""

    def rank(group: OutletSummary) -> tuple[bool, float, str]:
        found = value(group)
        return found is None, -(found or 0.0), group.name

    return sorted(groups, key=rank)


def list_evidence(row: LabelShare) -> Row:
    """Return the cells of ``EVIDENCE`` for a share."""
    share, (low, high) = row.share, row.interval or (None, None)
    few = None if share is None or not share.coded else say(row.has_few_positives)
    counts = (share.coded, share.sentences) if share else (None, None)
    return (number(low), number(high), share.method if share else None, few, say(row.reliable), *counts)


def say(value: bool | None) -> str | None:
    """Return yes or no as a table has it, None where it is not known."""
    return None if value is None else "yes" if value else "no"


def number(value: float | None) -> float | None:
    """Return ``value`` as a plain number, whatever computed it."""
    return None if value is None else float(value)


def make_dot(row: LabelShare, panel: str, name: str) -> Dot:
    """Return the dot of a share in the row ``name`` of a panel; an empty place where there is no share."""
    if row.share is None:
        return Dot(panel, name, None, "–", None, style_share(INDEX, few=False, has_interval=False))
    style = style_share(row.share.method, few=row.has_few_positives, has_interval=row.interval is not None)
    return Dot(panel, name, float(row.share.estimate), percent(row.share.estimate), row.interval, style)


def find_highest(dots: Iterable[Dot]) -> float:
    """Return the highest value or end of an interval among ``dots``."""
    return max((max(dot.value, *(dot.interval or (0.0,))) for dot in dots if dot.value is not None), default=0.0)


def make_share_axis(highest: float, title: str) -> Axis:
    """Return the axis of panels of shares, which ends at the next ten per cent above ``highest``, or at a tick before that."""
    ticks = scale_shares(highest, 3)
    end = min(ticks[-1], ceil(round(10 * highest, 6)) / 10 or ticks[-1])
    return Axis([tick for tick in ticks if tick <= end], title, end=end)


def find_levels(summary: Summary, frames: Sequence[str]) -> dict[str, float]:
    """Return the share over all groups of each frame of which all shares came about in the same way as that one."""
    found = {}
    for frame in frames:
        shares, level = [group.frames[frame].share for group in summary.groups], summary.overall.frames[frame].share
        if level is not None and all(share is not None and share.method == level.method for share in shares):
            found[frame] = float(level.estimate)
    return found


def name_groups(summary: Summary) -> str:
    """Return what the groups of a summary are, in words: ``outlet``, or ``country and month``."""
    return " and ".join(summary.by)
