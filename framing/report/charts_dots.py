"""Dots with intervals: a panel for each label, a row for each outlet, all on one scale."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from framing.report.labels import find_width, wrap_apart
from framing.report.marks import SPLIT, Layout, Style, frame_spec, place_rows
from framing.report.palette import INK, LINE, SOFT

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
    """The scale that all panels share; ``zero`` draws a line at zero, ``labels`` writes its ticks (an expression of Vega)."""

    ticks: Sequence[float]
    title: str
    labels: str = "format(datum.value, '.0%')"
    zero: bool = False


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
    """What the layout leaves for names, for panels and for values written at their right."""

    names: int
    panel: int
    abreast: int
    value: int


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
    size = {"width": room.panel, "height": {"step": _find_step(names.values(), lanes)}}
    layers = _layer(dots, board, room)
    blocks = -(-len(board.panels) // room.abreast)
    return frame_spec([_make_block(number, blocks, size | {"layer": layers}) for number in range(blocks)], data)


def _share_room(board: Board, layout: Layout) -> _Room:
    abreast = min(layout.abreast, len(board.panels))
    value = _VALUE if abreast == 1 else 0
    width = find_width(board.rows.values(), _SIZE, layout.names)
    return _Room(width, (layout.width - width - 8 - value - (abreast - 1) * _GAP) // abreast, abreast, value)


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
    facet = {"column": {"field": "panel", "type": "nominal", "sort": order, "header": header, "spacing": _GAP, "title": None}}
    some = {"transform": [{"filter": f"datum.block === {number}"}]} if blocks > 1 else {}
    return {**some, "facet": facet, "spec": spec, "bounds": "flush"}


def _layer(dots: Sequence[Dot], board: Board, room: _Room) -> list[dict[str, Any]]:
    styles = list(dict.fromkeys(dot.style for dot in dots if dot.value is not None))
    across, stroke = _place_across(board.axis), _scale(styles, "stroke", room)
    down = _place_down(room, lanes=1 + max(dot.lane for dot in dots))
    layers: list[dict[str, Any]] = []
    if board.axis.zero:
        layers.append({"mark": {"type": "rule", "color": INK, "strokeWidth": 1}, "encoding": {"x": {"datum": 0}}})
    if board.references:
        level = across | {"field": "reference", "aggregate": "min"}
        layers.append({"mark": {"type": "rule", "color": SOFT, "strokeDash": [2, 2]}, "encoding": {"x": level}})
    for dashed in (False, True):
        kinds = [style.kind for style in styles if style.dashed == dashed]
        line = {"type": "rule", "strokeWidth": 1.6} | ({"strokeDash": [3, 2]} if dashed else {})
        if any(dot.interval for dot in dots if dot.style.kind in kinds):
            ends = {"x": across | {"field": "low"}, "x2": {"field": "high"}, "stroke": stroke, **down}
            layers.append({"transform": [{"filter": {"field": "kind", "oneOf": kinds}}], "mark": line, "encoding": ends})
    point = {"type": "point", "size": 42, "strokeWidth": 1.5, "opacity": 1}
    look = {"shape": _scale(styles, "shape", room), "fill": _scale(styles, "fill", room), "stroke": stroke}
    layers.append({"mark": point, "encoding": {"x": across | {"field": "value"}, **down, **look}})
    if room.value:
        place = {"x": {"value": room.panel + 8}, **down, "text": {"field": "text", "type": "nominal"}}
        layers.append({"mark": {"type": "text", "align": "left", "baseline": "middle"}, "encoding": place})
    return layers


def _place_across(axis: Axis) -> dict[str, Any]:
    look = {"values": list(axis.ticks), "labelExpr": axis.labels, "title": axis.title, "titleAnchor": "start", "titleAlign": "left"}
    return {
        "type": "quantitative",
        "scale": {"domain": [axis.ticks[0], axis.ticks[-1]], "nice": False, "zero": False},
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
    look = {"domain": [style.kind for style in styles], "range": [getattr(style, channel) for style in styles]}
    return {"field": "kind", "type": "nominal", "scale": look, "legend": {"columns": 1 if room.abreast == 1 and room.panel < 300 else 3}}
