"""The figures of one summary: how often each frame is used, and the balance of stances, group by group."""

from __future__ import annotations

from typing import Any

from framing.codebook import STANCES, Codebook
from framing.report.captions import count, describe_highest, describe_marks
from framing.report.charts_dots import Axis, Board, Dot, draw_dots
from framing.report.figures import (
    EVIDENCE,
    Figure,
    Row,
    Text,
    estimate,
    find_highest,
    list_evidence,
    list_frames,
    make_dot,
    make_figure,
    name_groups,
    number,
    order_groups,
    say,
)
from framing.report.labels import clean, mark, percent, points
from framing.report.marks import Layout, scale_balances, scale_shares, style_share
from framing.summary import OutletSummary, Summary, TargetShares


def draw_profiles(summary: Summary, codebook: Codebook) -> Figure | None:
    """Return the share of each frame in each group: a panel for each frame, or with one group a row for each.

    Groups stand in the order of the most frequent frame. None where no group has a share of a frame.
    """
    frames = list_frames(summary, codebook)
    if not frames:
        return None
    groups = order_groups(summary.groups, lambda group: estimate(group.frames[frames[0].id]))
    names = {frame.id: mark(frame.name, (group.frames[frame.id].reliable for group in groups)) for frame in frames}
    outlets = {group.name: clean(group.name) for group in groups}
    cells = [(group, frame.id, group.frames[frame.id]) for frame in frames for group in groups]
    if len(groups) == 1:
        panels, rows, dots = outlets, names, [make_dot(row, group.name, frame) for group, frame, row in cells]
    else:
        panels, rows, dots = names, outlets, [make_dot(row, frame, group.name) for group, frame, row in cells]
    overall = _find_overall(summary, list(names)) if len(groups) > 1 else {}
    axis = Axis(scale_shares(max(find_highest(dots), *overall.values(), 0.0), 3), "share of sentences")
    board = Board(panels, rows, axis, overall)
    by = name_groups(summary)
    caption = f"Share of the sentences of {count(len(groups), by)} that have each frame{_say_intervals(dots)}"
    caption += describe_highest(dots, panels, rows) + "." + _say_reference(overall, by) + describe_marks(dots, names.values())
    text = Text(f"frames-by-{'-'.join(summary.by)}", f"Frames by {by}", caption)
    table = [(group.name, frame, estimate(row), *list_evidence(row)) for group, frame, row in cells]
    return make_figure(text, lambda layout: draw_dots(dots, board, layout), (by, "frame", "share", *EVIDENCE), table)


def _find_overall(summary: Summary, frames: list[str]) -> dict[str, float]:
    """Return the share over all groups of each frame of which all shares came about in the same way as that one."""
    found = {}
    for frame in frames:
        every, level = [group.frames[frame].share for group in summary.groups], summary.overall.frames[frame].share
        if level is not None and {share.method if share else None for share in every} == {level.method}:
            found[frame] = float(level.estimate)
    return found


def _say_intervals(dots: list[Dot]) -> str:
    return ", with 95% intervals" if any(dot.interval for dot in dots) else ""


def _say_reference(overall: dict[str, float], by: str) -> str:
    return f" The dashed line is the share over every {by}." if overall else ""
