"""The figure of trends: each frame in each outlet, period by period."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial

from framing.charts.captions import IMPRECISE, UNCORRECTED, count, describe_mark, join_notes
from framing.charts.figures import EVIDENCE, Figure, Text, estimate, find_levels, list_evidence, list_frames, make_figure
from framing.charts.labels import clean, mark
from framing.charts.lines import Calendar, Grid, Point, draw_lines
from framing.charts.marks import UNBOUNDED, Style, scale_shares, style_share
from framing.charts.palette import GREY, PAPER
from framing.codebook import Codebook
from framing.grouping import PERIODS, UNDATED
from framing.prevalence import INDEX
from framing.summary import LabelShare, OutletSummary, Summary

ALL_OUTLETS = "All outlets"
"""The outlet of groups that hold all articles of a period; where they stand first, their row leads the chart."""

_MOST, _NAMED = 8, 12
"""Outlets that a chart of indexes shows, and how many of those left out are named."""

_ESTIMATE = Style("estimate, with the band of its 95% interval")
_FAINT = Style("too little coded", fill=GREY, stroke=GREY)
_ABOVE = Style("too little coded, and above the scale", "triangle-up", PAPER, GREY)
_HOLLOW = Style(INDEX, fill=PAPER, stroke=GREY, dashed=True)

_FORMATS = {"week": ("%-d %b", "%Y"), "month": ("%b", "%Y"), "year": ("%Y",)}


@dataclass(frozen=True, slots=True)
class _Period:
    """A period: as the summary names it, its first day, and its number, one more than that of the period before."""

    name: str
    first: date
    number: int


def _read_period(name: str, kind: str) -> _Period:
    if kind == "week":
        first = date.fromisocalendar(int(name[:4]), int(name[6:]), 1)
        return _Period(name, first, first.toordinal() // 7)
    first = date(int(name[:4]), int(name[5:7]) if kind == "month" else 1, 1)
    return _Period(name, first, first.year * 12 + first.month if kind == "month" else first.year)


@dataclass(frozen=True, slots=True)
class _Moment:
    """What is known of an outlet in a period."""

    outlet: str
    period: _Period
    group: OutletSummary


_Cell = tuple[_Moment, str, LabelShare]
"""An outlet in a period, the id of a frame, and its share."""


def draw_trends(months: Summary, codebook: Codebook) -> Figure | None:
    """Return the share of each frame in each outlet over time; a gap in a line is a period without an article.

    ``months`` is by a period (week, month, year) and, mostly, something else. Groups of ``ALL_OUTLETS`` that stand first are
    drawn first and always, the outlets where an interval is published; the table has all. None where fewer than two periods
    are there.
    """
    kind = next(part for part in months.by if part in PERIODS)
    by = " and ".join(part for part in months.by if part != kind) or "group"
    moments, undated = _list_moments(months, kind)
    days = sorted({moment.period.first.isoformat() for moment in moments})
    frames = list_frames(months, codebook)
    if not frames or len(days) < 2:
        return None
    names = {frame.id: mark(frame.name, (group.frames[frame.id].reliable for group in months.groups)) for frame in frames}
    outlets = _order_outlets(moments, frames[0].id)
    leads = _is_lead(months.groups[0])
    choice = _choose_outlets(outlets, list(names), leads=leads)
    kept = choice.kept
    cells = [(moment, frame, moment.group.frames[frame]) for frame in names for outlet in outlets for moment in outlets[outlet]]
    points = _join_runs(cell for cell in cells if cell[0].outlet in kept)
    levels = find_levels(replace(months, groups=tuple(m.group for outlet in kept for m in outlets[outlet])), list(names))
    ticks = scale_shares(max(_find_top(points), *levels.values(), 0.0), 13)
    points = [replace(point, style=_ABOVE) if point.value > ticks[-1] else point for point in points]
    grid = Grid(names, {o: clean(o) for o in kept}, levels, ticks, Calendar(days[0], days[-1], _FORMATS[kind]), leads)
    where = ["all outlets together"] if leads else []
    where += [count(len(kept) - leads, by)] if len(kept) > leads else []
    caption = f"Share of sentences with each frame by {kind} in {' and in '.join(where)}; lines break where there is no article."
    caption += " Dashed: the share over all together." if levels else ""
    caption += _describe_points(points, names.values()) + _say_left_out(choice, by, kind) + _say_undated(undated, kind)
    text = Text(f"frames-by-{kind}", f"Frames by {kind}", caption)
    rows = [(moment.outlet, moment.period.name, frame, estimate(row), *list_evidence(row)) for moment, frame, row in cells]
    return make_figure(text, partial(draw_lines, points, grid), (by, kind, "frame", "share", *EVIDENCE), rows)


def _is_lead(group: OutletSummary) -> bool:
    return ALL_OUTLETS in group.group


def _list_moments(months: Summary, kind: str) -> tuple[list[_Moment], int]:
    """Return the dated groups, period by period, and the number of articles in the others."""
    at = months.by.index(kind)
    dated = [group for group in months.groups if group.group[at] != UNDATED]
    moments = [
        _Moment(" · ".join((*group.group[:at], *group.group[at + 1 :])) or "all", _read_period(group.group[at], kind), group)
        for group in dated
    ]
    undated = sum(group.articles for group in months.groups if group.group[at] == UNDATED and not _is_lead(group))
    return sorted(moments, key=lambda moment: moment.period.number), undated


def _order_outlets(moments: Sequence[_Moment], frame: str) -> dict[str, list[_Moment]]:
    """Return the moments of each outlet: all together, then the one with most of ``frame`` over all its sentences."""
    found: dict[str, list[_Moment]] = {}
    for moment in moments:
        found.setdefault(moment.outlet, []).append(moment)

    def rank(outlet: str) -> tuple[bool, float, str]:
        with_frame = sum((estimate(m.group.frames[frame]) or 0.0) * m.group.sentences for m in found[outlet])
        return outlet != ALL_OUTLETS, -with_frame / sum(moment.group.sentences for moment in found[outlet]), outlet

    return {outlet: found[outlet] for outlet in sorted(found, key=rank)}


@dataclass(frozen=True, slots=True)
class _Choice:
    """The outlets that are drawn and those left out: the smallest, with ``by_size``, else those of which too little is coded."""

    kept: Sequence[str]
    left_out: Sequence[str]
    by_size: bool


def _choose_outlets(found: Mapping[str, Sequence[_Moment]], frames: Sequence[str], *, leads: bool) -> _Choice:
    """Return the outlets to draw, and those left out.

    Drawn are all together and the outlets with an interval published; where there is neither, or nothing is coded, the largest.
    """
    lead = [ALL_OUTLETS] if leads else []
    others = [outlet for outlet in found if outlet not in lead]
    rows = {outlet: [moment.group.frames[frame] for moment in found[outlet] for frame in frames] for outlet in others}
    sure = [outlet for outlet in others if any(row.interval for row in rows[outlet])]
    is_coded = any(row.share and row.share.coded for outlet in others for row in rows[outlet])
    if sure or (lead and is_coded):
        return _Choice(lead + sure, [outlet for outlet in others if outlet not in sure], by_size=False)
    size = {outlet: sum(moment.group.sentences for moment in found[outlet]) for outlet in others}
    largest = sorted(others, key=lambda outlet: (-size[outlet], outlet))
    return _Choice(lead + [outlet for outlet in others if outlet in largest[:_MOST]], largest[_MOST:], by_size=True)


def _say_left_out(choice: _Choice, by: str, kind: str) -> str:
    if not choice.left_out:
        return ""
    number, table = count(len(choice.left_out), by), "the table behind the chart has the numbers."
    if not choice.by_size:
        return f" Not shown: {number} of which too little is coded by {kind}; {table}"
    more = len(choice.left_out) - _NAMED
    named = ", ".join([*map(clean, choice.left_out[:_NAMED]), *([f"{more} more"] if more > 0 else [])])
    return f" Not shown: {number} with the fewest sentences ({named}); {table}"


def _join_runs(cells: Iterable[_Cell]) -> list[Point]:
    """Return the points of all shares; estimates in periods that follow each other are of one run, and so is what is none."""
    points: list[Point] = []
    before: tuple[str, str, int, Style] | None = None
    run = 0
    for moment, frame, row in cells:
        value = estimate(row)
        if value is None:
            continue
        style, number = _style(row), moment.period.number
        kind = _ESTIMATE if style == _FAINT else style
        run += before != (frame, moment.outlet, number - 1, kind)
        before = (frame, moment.outlet, number, kind)
        points.append(Point(frame, moment.outlet, moment.period.first.isoformat(), value, row.interval, style, run, style))
    sure = {point.run for point in points if point.style == _ESTIMATE}
    return [replace(point, line=_ESTIMATE) if point.run in sure else point for point in points]


def _find_top(points: Sequence[Point]) -> float:
    """Return what the scale has to reach: all that is sure, and all but a twentieth of what hangs on chance, which scatters."""
    sure = [max(point.value, *(point.interval or (0.0,))) for point in points if point.style != _FAINT]
    chance = sorted(point.value for point in points if point.style == _FAINT)
    return max([*sure, *chance[-1 - len(chance) // 20 :][:1]])


def _style(row: LabelShare) -> Style:
    if row.share is not None and row.share.method == INDEX:
        return _HOLLOW
    if row.share is not None and not row.share.coded:
        return style_share(row.share.method, few=False, has_interval=False)
    return _FAINT if row.interval is None or row.has_few_positives else _ESTIMATE


def _describe_points(points: Sequence[Point], labels: Iterable[str]) -> str:
    styles = {point.style for point in points}
    notes = [f"{'all lines' if styles == {_HOLLOW} else 'dashed and hollow'}: {UNCORRECTED}"] if _HOLLOW in styles else []
    if _FAINT in styles:
        notes.append(f"grey: {UNBOUNDED}, or {IMPRECISE}")
    if _ABOVE in styles:
        notes.append("triangles: above the scale")
    return join_notes([*notes, *describe_mark(labels)])


def _say_undated(articles: int, kind: str) -> str:
    if not articles:
        return ""
    return f" Not shown: {count(articles, 'article')} of no known {kind}."
