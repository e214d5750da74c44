"""Dots with intervals: a panel for each label, a row for each outlet, all on one scale."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from framing.charts.labels import find_width, wrap_apart
from framing.charts.marks import SPLIT, Layout, Style, frame_spec, place_rows
from framing.charts.palette import INK, LINE, SOFT

_SIZE, _HEADER, _GAP, _VALUE = 11, 12, 16, 42


@dataclass(frozen=True, slots=True)
class Dot:
    """An estimate in a row of a panel, with its interval where one is published; ``value`` None leaves the row empty."""

    panel: str
    row: str
    value: float | None
    text: str
    interval: tuple[float, float] | None
    style: Style
    lane: int = 0


@dataclass(frozen=True, slots=True)
class Axis:
    """The scale that all panels share, up to ``end`` or else its last tick.

    ``zero`` draws a line at zero, ``labels`` writes its ticks (an expression of Vega).
    """

    ticks: Sequence[float]
    title: str
    labels: str = "format(datum.value, '.0%')"
    zero: bool = False
    end: float | None = None


@dataclass(frozen=True, slots=True)
class Board:
    """Where dots are put: the titles of panels and the names of rows by their keys, in order, and the scale of all panels.

    ``references`` are levels of panels to compare with, such as that of all outlets.
    """

    panels: Mapping[str, str]
    rows: Mapping[str, str]
    axis: Axis
    references: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Room:
    """What the layout leaves for names, for panels and for values at their right, and how many entries of the key go in a line."""

    names: int
    panel: int
    abreast: int
    value: int
    legend: int


def draw_dots(dots: Sequence[Dot], board: Board, layout: Layout) -> dict[str, Any]:
    """Return the specification of ``dots`` on a ``board``."""
    room = _share_room(board, layout)
    titles = dict(zip(board.panels, wrap_apart([*board.panels.values()], room.panel, _HEADER + 0.6), strict=True))
    names = dict(zip(board.rows, wrap_apart([*board.rows.values()], room.names, _SIZE), strict=True))
    places, order = (dict(zip(keys, range(len(keys)), strict=True)) for keys in (board.panels, board.rows))
    data = [
        {"panel": titles[dot.panel], "place": places[dot.panel], "block": places[dot.panel] // room.abreast}
        | {"name": board.rows[dot.row], "label": names[dot.row], "row": order[dot.row]}
        | _describe(dot, board.references.get(dot.panel))
        for dot in dots
    ]
    lanes = 1 + max(dot.lane for dot in dots)
    size = {"width": room.panel, "height": {"step": _find_step(names.values(), lanes), "for": "position"}}
    layers = _layer(dots, board, room)
    blocks = -(-len(board.panels) // room.abreast)
    return frame_spec([_make_block(number, blocks, size | {"layer": layers}) for number in range(blocks)], data)


def _share_room(board: Board, layout: Layout) -> _Room:
    abreast = min(layout.abreast, len(board.panels))
    value = _VALUE if abreast == 1 else 0
    names = find_width(board.rows.values(), _SIZE, layout.names)
    panel = (layout.width - names - 8 - value - (abreast - 1) * _GAP) // abreast
    return _Room(names, panel, abreast, value, 1 if layout.is_phone else 4)


def _describe(dot: Dot, reference: float | None) -> dict[str, Any]:
    low, high = dot.interval or (None, None)
    told = {"kind": dot.style.kind, "lane": dot.lane, "value": dot.value, "text": dot.text, "reference": reference}
    return told if low is None or high is None else told | {"low": float(low), "high": float(high)}


def _find_step(labels: Iterable[str], lanes: int) -> int:
    """Return the height of a row: room for two lines of its name where one has two, and for its lanes."""
    return max(18 + 9 * (lanes - 1), 13 + 10 * max(label.count("\n") for label in labels))


def _make_block(number: int, blocks: int, spec: dict[str, Any]) -> dict[str, Any]:
    """Return one line of panels."""
    header = {"labelAnchor": "start", "labelAlign": "left", "labelExpr": SPLIT, "labelPadding": 4}
    order = {"field": "place", "op": "min"}
    facet = {"column": {"field": "panel", "type": "nominal", "sort": order, "header": header, "title": None}}
    some = {"transform": [{"filter": f"datum.block === {number}"}]} if blocks > 1 else {}
    return {**some, "facet": facet, "spec": spec, "spacing": _GAP, "bounds": "flush"}


def _layer(dots: Sequence[Dot], board: Board, room: _Room) -> list[dict[str, Any]]:
    lane_of = {dot.style: dot.lane for dot in dots if dot.value is not None}
    styles = sorted(lane_of, key=lambda style: (lane_of[style], style.is_faint, style.shape == "diamond", style.kind))
    across, lanes = _place_across(board.axis), 1 + max(dot.lane for dot in dots)
    down = _place_down(room, lanes)
    layers: list[dict[str, Any]] = []
    if board.axis.zero:
        layers.append({"mark": {"type": "rule", "color": INK, "strokeWidth": 1}, "encoding": {"x": {"datum": 0}}})
    if board.references:
        level = across | {"field": "reference", "aggregate": "min"}
        layers.append({"mark": {"type": "rule", "color": SOFT, "strokeDash": [2, 2]}, "encoding": {"x": level}})
    ends = {"x": across | {"field": "low"}, "x2": {"field": "high"}, "stroke": _scale(styles, "stroke", room), **down}
    bounded = {dot.style.kind for dot in dots if dot.interval}
    for dashed in (False, True):
        kinds = [style.kind for style in styles if style.dashed == dashed and style.kind in bounded]
        line = {"type": "rule", "strokeWidth": 1.6} | ({"strokeDash": [3, 2]} if dashed else {})
        some = {"transform": [{"filter": {"field": "kind", "oneOf": kinds}}], "mark": line, "encoding": ends}
        layers += [some] if kinds else []
    look = {channel: _scale(styles, channel, room) for channel in ("shape", "fill", "stroke", "size")}
    point = {"type": "point", "strokeWidth": 1.5, "opacity": 1}
    layers.append({"mark": point, "encoding": {"x": across | {"field": "value"}, **down, **look}})
    return [*layers, _write_values(styles, down, room, 10 if lanes == 1 else 9)] if room.value else layers


def _write_values(styles: Sequence[Style], down: dict[str, Any], room: _Room, size: int) -> dict[str, Any]:
    """Return the layer that writes each value at the right of the panel, fainter where its mark is."""
    faint = {"test": {"field": "kind", "oneOf": [style.kind for style in styles if style.is_faint]}, "value": SOFT}
    text = {"text": {"field": "text", "type": "nominal"}, "color": {"condition": faint, "value": INK}}
    look = {"type": "text", "align": "left", "baseline": "middle", "fontSize": size}
    return {"mark": look, "encoding": {"x": {"value": room.panel + 8}, **down, **text}}


def _place_across(axis: Axis) -> dict[str, Any]:
    look = {"values": list(axis.ticks), "labelExpr": axis.labels, "title": axis.title, "titleAnchor": "start", "titleAlign": "left"}
    return {
        "type": "quantitative",
        "scale": {"domain": [axis.ticks[0], axis.end or axis.ticks[-1]], "nice": False, "zero": False},
        "axis": look | {"grid": True, "labelFlush": True, "titleX": 0, "titlePadding": 5},
    }


def _place_down(room: _Room, lanes: int) -> dict[str, Any]:
    """Return the encoding of rows: names left-aligned in the room that is theirs, a dotted line from each to its dots."""
    look = place_rows(room.names + 8, _SIZE) | {"grid": True, "gridDash": [1, 3], "gridColor": LINE}
    rows = {"field": "label", "type": "nominal", "sort": {"field": "row", "op": "min"}, "axis": look}
    if lanes == 1:
        return {"y": rows}
    rows["scale"] = {"paddingInner": 0.35, "paddingOuter": 0.175}
    return {"y": rows, "yOffset": {"field": "lane", "type": "ordinal"}}


def _scale(styles: Sequence[Style], channel: str, room: _Room) -> dict[str, Any]:
    kinds = [style.kind for style in styles]
    legend = {"columns": room.legend if max(map(len, kinds)) < 30 else min(room.legend, 2)}
    # Named, since the default for sizes is a scale of points, which has no place for a single one.
    look = {"type": "ordinal", "domain": kinds, "range": [getattr(style, channel) for style in styles]}
    return {"field": "kind", "type": "nominal", "scale": look, "legend": legend}
