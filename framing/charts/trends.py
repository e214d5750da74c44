"""The figure of trends: each frame in each outlet, period by period."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
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

    ``months`` is by a period (week, month, year) and, mostly, something else. None where fewer than two periods are there.
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
    cells = [(moment, frame, moment.group.frames[frame]) for frame in names for outlet in outlets for moment in outlets[outlet]]
    points, levels = _join_runs(cells), find_levels(months, list(names))
    ticks = scale_shares(max(_find_top(points), *levels.values(), 0.0), 13)
    points = [replace(point, style=_ABOVE) if point.value > ticks[-1] else point for point in points]
    grid = Grid(names, {o: clean(o) for o in outlets}, levels, ticks, Calendar(days[0], days[-1], _FORMATS[kind]))
    caption = f"Share of sentences with each frame by {kind} in {count(len(outlets), by)}; lines break where there is no article."
    caption += " Dashed: the share over all together." if levels else ""
    caption += _describe_points(points, names.values()) + _say_undated(undated, kind)
    text = Text(f"frames-by-{kind}", f"Frames by {kind}", caption)
    rows = [(moment.outlet, moment.period.name, frame, estimate(row), *list_evidence(row)) for moment, frame, row in cells]
    return make_figure(text, partial(draw_lines, points, grid), (by, kind, "frame", "share", *EVIDENCE), rows)


def _list_moments(months: Summary, kind: str) -> tuple[list[_Moment], int]:
    """Return the dated groups, period by period, and the number of articles in the others."""
    at = months.by.index(kind)
    dated = [group for group in months.groups if group.group[at] != UNDATED]
    moments = [
        _Moment(" · ".join((*group.group[:at], *group.group[at + 1 :])) or "all", _read_period(group.group[at], kind), group)
        for group in dated
    ]
    undated = sum(group.articles for group in months.groups) - sum(group.articles for group in dated)
    return sorted(moments, key=lambda moment: moment.period.number), undated


def _order_outlets(moments: Sequence[_Moment], frame: str) -> dict[str, list[_Moment]]:
    """Return the moments of each outlet; the one with most of ``frame`` over all its sentences comes first."""
    found: dict[str, list[_Moment]] = {}
    for moment in moments:
        found.setdefault(moment.outlet, []).append(moment)

    def rank(outlet: str) -> tuple[float, str]:
        with_frame = sum((estimate(m.group.frames[frame]) or 0.0) * m.group.sentences for m in found[outlet])
        return -with_frame / sum(moment.group.sentences for moment in found[outlet]), outlet

    return {outlet: found[outlet] for outlet in sorted(found, key=rank)}


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
