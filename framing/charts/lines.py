"""Lines over time: a row for each outlet, a column for each frame, all on one scale, with bands where intervals are published."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Any

from framing.charts.labels import find_width, wrap_apart
from framing.charts.marks import SPLIT, Layout, Style, frame_spec
from framing.charts.palette import LINE, SOFT

_SIZE, _HEADER, _GAP, _TICKS = 11, 12, 14, 30
_LEAD = 72
"""The height of a row that leads the others."""


@dataclass(frozen=True, slots=True)
class Point:
    """A share in one period; ``when`` is its first day (ISO). Points of one ``run`` are joined by a line, which has a style too.

    What lies above the scale is drawn at its top, and is to be of a style of its own.
    """

    panel: str
    row: str
    when: str
    value: float
    interval: tuple[float, float] | None
    style: Style
    run: int
    line: Style


@dataclass(frozen=True, slots=True)
class Calendar:
    """The axis of time: its first and last day (ISO), and the formats of d3 that write a day, one for each line."""

    first: str
    last: str
    formats: Sequence[str]


@dataclass(frozen=True, slots=True)
class Grid:
    """The titles of columns and the names of rows by their keys, in order; levels to compare with; the scales of both axes.

    ``leads`` draws the first row, to which the others are compared, larger and stronger.
    """

    panels: Mapping[str, str]
    rows: Mapping[str, str]
    levels: Mapping[str, float]
    ticks: Sequence[float]
    calendar: Calendar
    leads: bool = False


@dataclass(frozen=True, slots=True)
class _Look:
    """How some rows are drawn: which (a test of their place), how high, how thick, how large, and with what headers."""

    rows: str
    height: int
    weight: str
    line: float
    dot: int
    has_heads: bool


def draw_lines(points: Sequence[Point], grid: Grid, layout: Layout) -> dict[str, Any]:
    """Return the specification of ``points`` on a ``grid``."""
    abreast = min(len(grid.panels), 2 if layout.is_phone else 4)
    names = find_width(grid.rows.values(), _SIZE, layout.names - 26)
    width = (layout.width - names - _TICKS - (abreast - 1) * _GAP) // abreast
    titles = dict(zip(grid.panels, wrap_apart([*grid.panels.values()], width, _HEADER + 0.6), strict=True))
    labels = dict(zip(grid.rows, wrap_apart([*grid.rows.values()], names, _SIZE), strict=True))
    places, order = (dict(zip(keys, range(len(keys)), strict=True)) for keys in (grid.panels, grid.rows))
    cells: dict[tuple[str, str], dict[str, Any]] = {
        (panel, row): {"panel": titles[panel], "place": places[panel], "block": places[panel] // abreast}
        | {"name": grid.rows[row], "label": labels[row], "row": order[row], "level": grid.levels.get(panel)}
        for panel in titles
        for row in labels
    }
    data = [cells[point.panel, point.row] | told for point, told in zip(points, _describe(points), strict=True)]
    heads = [cell | {"head": True} for cell in cells.values() if cell["place"] % abreast == 0]
    parts = [
        _make_block(number, look, {"width": width, "height": look.height, "layer": layers})
        for number in range(-(-len(titles) // abreast))
        for look in _list_looks(grid)
        for layers in [[_write_names(names + _TICKS, look), *_layer(points, grid, look, layout)]]
    ]
    return frame_spec(parts, heads + data)


def _list_looks(grid: Grid) -> list[_Look]:
    """Return the looks of the first row, where it leads, and of the others, where there are some."""
    height = 30 if len(grid.rows) > 8 else 44
    if not grid.leads:
        return [_Look("datum.row >= 0", height, "normal", 1.5, 13, has_heads=True)]
    looks = [_Look("datum.row === 0", _LEAD, "bold", 2.0, 17, has_heads=True)]
    others = _Look("datum.row > 0", height, "normal", 1.5, 13, has_heads=False)
    return [*looks, others] if len(grid.rows) > 1 else looks


def _describe(points: Sequence[Point]) -> list[dict[str, Any]]:
    """Return what is drawn of each point: ``line`` where it is part of one, ``dot`` where it has one, ``band`` or ``bar``.

    A band joins the intervals of periods that follow each other; that of a period between others without one is a bar.
    """
    bands = list(accumulate([True, *(_begins_band(before, point) for before, point in pairwise(points))]))
    runs, lengths = Counter(point.run for point in points), Counter(bands)
    last = {point.run: point for point in points}
    told = []
    for point, band in zip(points, bands, strict=True):
        dot = point.style != point.line or last[point.run] is point
        said = {"when": point.when, "value": point.value, "kind": point.style.kind, "dot": dot, "run": point.run, "band": band}
        ends = {"low": float(point.interval[0]), "high": float(point.interval[1])} if point.interval else {}
        told.append(said | {"line": point.line.kind, "joined": runs[point.run] > 1, "bar": lengths[band] == 1} | ends)
    return told


def _begins_band(before: Point, point: Point) -> bool:
    return before.run != point.run or before.interval is None or point.interval is None


def _make_block(number: int, look: _Look, spec: dict[str, Any]) -> dict[str, Any]:
    """Return the lines of some frames in the outlets that have a look."""
    above: dict[str, Any] = {"labelAnchor": "start", "labelAlign": "left", "labelExpr": SPLIT, "labelPadding": 6}
    above = above if look.has_heads else {"labels": False}
    rows = {"field": "label", "type": "nominal", "sort": {"field": "row", "op": "min"}, "title": None}
    columns = {"field": "panel", "type": "nominal", "sort": {"field": "place", "op": "min"}, "title": None}
    some = {"transform": [{"filter": f"datum.block === {number} && {look.rows}"}]}
    facet = {"row": rows | {"header": {"labels": False}}, "column": columns | {"header": above}}
    return {**some, "facet": facet, "spec": spec, "spacing": {"row": 12, "column": _GAP}, "bounds": "flush"}


def _write_names(offset: int, style: _Look) -> dict[str, Any]:
    """Return the layer that writes the name of each row ``offset`` pixels to the left, in the middle of its height."""
    look = {"type": "text", "align": "left", "baseline": "middle", "fontSize": _SIZE, "lineHeight": _SIZE, "lineBreak": "\n"}
    look["fontWeight"] = style.weight
    middle = {"expr": f"length(split(datum.label, '\\n')) > 1 ? {-_SIZE / 2} : 0"}
    place = {"x": {"value": -offset}, "y": {"value": style.height / 2}, "text": {"field": "label", "type": "nominal"}}
    return {"transform": [{"filter": "datum.head"}], "mark": look | {"dy": middle}, "encoding": place}


def _layer(points: Sequence[Point], grid: Grid, size: _Look, layout: Layout) -> list[dict[str, Any]]:
    x, y = _place_across(grid.calendar), _place_up(grid.ticks)
    layers: list[dict[str, Any]] = []
    if grid.levels:
        level = {"y": y | {"field": "level", "aggregate": "min"}}
        layers.append({"mark": {"type": "rule", "color": SOFT, "strokeDash": [2, 2]}, "encoding": level})
    for style in sorted({point.line for point in points}, key=lambda style: style.kind):
        has_bands = any(point.interval for point in points if point.line == style)
        layers += _draw_runs(style, {"x": x, "y": y}, size.line, has_bands=has_bands)
    styles = sorted({point.style for point in points}, key=lambda style: style.kind)
    look = {channel: _scale(styles, channel, layout) for channel in ("fill", "stroke", "shape")}
    dot = {"type": "point", "size": size.dot, "strokeWidth": 1.1, "opacity": 1}
    place = {"x": x, "y": y | {"field": "value"}, **look}
    return [*layers, {"transform": [{"filter": "datum.dot"}], "mark": dot, "encoding": place}]


def _draw_runs(style: Style, place: dict[str, dict[str, Any]], width: float, *, has_bands: bool) -> list[dict[str, Any]]:
    """Return the lines of a style and the bands of their intervals; a period that stands alone has a bar in place of a band."""
    x, y = place["x"], place["y"]
    ends = {"x": x, "y": y | {"field": "low"}, "y2": {"field": "high"}, "detail": {"field": "band"}}
    value = {"x": x, "y": y | {"field": "value"}, "detail": {"field": "run"}}
    line = {"type": "line", "strokeWidth": width, "strokeJoin": "round"} | ({"strokeDash": [2, 1.5]} if style.dashed else {})
    parts = [("datum.joined", line, value)]
    if has_bands:
        parts.insert(0, ("isValid(datum.low) && !datum.bar", {"type": "area", "fillOpacity": 0.22}, ends))
        parts.insert(1, ("isValid(datum.low) && datum.bar", {"type": "rule", "strokeOpacity": 0.5}, ends))
    own: dict[str, Any] = {"field": "line", "equal": style.kind}
    return [
        {"transform": [{"filter": {"and": [own, test]}}], "mark": mark | {"color": style.stroke}, "encoding": encoding}
        for test, mark, encoding in parts
    ]


def _place_across(calendar: Calendar) -> dict[str, Any]:
    lines = ", ".join(f"utcFormat(datum.value, '{form}')" for form in calendar.formats)
    look = {"values": [calendar.first, calendar.last], "labelExpr": f"[{lines}]", "labelFlush": True, "grid": False, "title": None}
    return {
        "field": "when",
        "type": "temporal",
        "scale": {"type": "utc", "domain": [calendar.first, calendar.last], "nice": False},
        "axis": look | {"labelFontSize": 9, "labelLineHeight": 10},
    }


def _place_up(ticks: Sequence[float]) -> dict[str, Any]:
    look = {"values": [ticks[0], ticks[-1]], "format": ".0%", "labelFontSize": 9, "title": None, "gridColor": LINE}
    return {"type": "quantitative", "scale": {"domain": [ticks[0], ticks[-1]], "nice": False, "clamp": True}, "axis": look}


def _scale(styles: Sequence[Style], channel: str, layout: Layout) -> dict[str, Any]:
    look = {"domain": [style.kind for style in styles], "range": [getattr(style, channel) for style in styles]}
    return {"field": "kind", "type": "nominal", "scale": look, "legend": {"columns": 1 if layout.is_phone else 3}}
