"""How estimates of each kind are drawn, and the look that all charts share."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import ceil
from typing import Any

from framing.charts.palette import GREY, INK, LINE, OTHER, OWN, PAPER, SOFT
from framing.prevalence import CORRECTED, HAND_CODED, INDEX

SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"

FONT = "Liberation Sans"
"""The font that charts are laid out with: the one that the drawing library carries, as wide as Arial and Helvetica."""


@dataclass(frozen=True, slots=True)
class Layout:
    """The room of a chart in pixels: its ``width``, the most that names of rows take, and how many panels stand abreast."""

    width: int
    names: int
    abreast: int
    is_phone: bool


WIDE, NARROW = Layout(720, 158, 4, False), Layout(340, 116, 1, True)


@dataclass(frozen=True, slots=True)
class Style:
    """How the estimates of one kind are drawn; ``kind`` is what the key says. Never by colour alone."""

    kind: str
    shape: str = "circle"
    fill: str = OWN
    stroke: str = OWN
    dashed: bool = False
    size: int = 42

    @property
    def is_faint(self) -> bool:
        """Whether its numbers are written fainter, as those of an estimate that hardly bounds anything."""
        return self.stroke == GREY or self.size < 42


FEW, UNBOUNDED = "imprecise", "too little coded for an interval"
_SHOWN_AS = {CORRECTED: "corrected by coded sentences", HAND_CODED: "hand-coded sentences alone", INDEX: INDEX}


def style_share(method: str, *, few: bool, has_interval: bool) -> Style:
    """Return how a share that came about by ``method`` is drawn: with ``few`` positives or no interval, not as a sure one."""
    if method == INDEX:
        return Style(INDEX, "circle", PAPER, GREY)
    if method in (CORRECTED, HAND_CODED) and not has_interval:
        return Style(UNBOUNDED, "circle", PAPER, OWN, size=18)
    if few:
        return Style(FEW, "circle", GREY, GREY, dashed=True)
    if method == CORRECTED:
        return Style(_SHOWN_AS[method])
    if method == HAND_CODED:
        return Style(_SHOWN_AS[method], "square")
    return Style(method.partition(",")[0], "diamond", PAPER, OWN)


def style_second(style: Style, series: str, *, second: bool) -> Style:
    """Return ``style`` for one of two ``series``: the second has a shape and a colour of its own."""
    kind = series if style.fill == OWN else f"{series}, {style.kind}"
    if not second:
        return replace(style, kind=kind)
    swap = {OWN: OTHER}
    fill, stroke = (swap.get(colour, colour) for colour in (style.fill, style.stroke))
    return replace(style, kind=kind, shape="triangle-up", fill=fill, stroke=stroke)


SPLIT = "split(datum.label, '\\n')"
"""The expression of Vega for the lines of a name."""

_LINES = "length(split(datum.value, '\\n'))"

CONFIG: dict[str, Any] = {
    "font": FONT, "aria": False,
    "view": {"stroke": None},
    "axis": {
        "labelColor": SOFT, "labelFontSize": 10, "titleColor": SOFT, "titleFontSize": 10, "titleFontWeight": "normal",
        "gridColor": LINE, "domain": False, "ticks": False, "labelPadding": 4, "labelLimit": 0, "titleLimit": 0,
    },
    "header": {"labelColor": INK, "labelFontSize": 12, "labelFontWeight": "bold", "labelLimit": 0, "title": None},
    "legend": {
        "orient": "top", "labelColor": SOFT, "labelFontSize": 11, "symbolSize": 55, "symbolStrokeWidth": 1.5, "labelLimit": 0,
        "title": None, "rowPadding": 3, "columnPadding": 16, "padding": 0, "offset": 10,
    },
    "title": {
        "color": SOFT, "fontSize": 11, "fontWeight": "normal", "lineHeight": 14, "anchor": "start", "frame": "bounds", "limit": 0,
        "offset": 10,
    },
    "text": {"color": INK, "fontSize": 10},
}  # fmt: skip
"""The look of all charts, in the terms of Vega-Lite."""


def place_rows(room: int, size: float) -> dict[str, Any]:
    """Return the axis of rows whose names stand at the left of ``room`` pixels, those of two lines in the middle of their row."""
    two_lines = {"test": f"{_LINES} > 1", "value": -size / 2}
    return {
        "minExtent": room, "maxExtent": room, "labelAlign": "left", "labelPadding": room, "labelFontSize": size, "title": None,
        "labelColor": INK, "labelExpr": SPLIT, "labelLineHeight": size, "labelOffset": {"condition": two_lines, "value": 0},
    }  # fmt: skip


def place_heads(extent: int, size: float, *, upright: bool) -> dict[str, Any]:
    """Return the axis of columns whose names stand above them in ``extent`` pixels, in several lines or ``upright``."""
    lines = [{"test": f"{_LINES} === {number}", "value": 4 + 12 * (number - 1)} for number in (2, 3)]
    turned = {"labelAngle": -90, "labelAlign": "left", "labelBaseline": "middle"}
    level = {"labelAngle": 0, "labelBaseline": "bottom", "labelPadding": {"condition": lines, "value": 4}}
    return {
        "orient": "top", "minExtent": extent, "maxExtent": extent, "labelFontSize": size, "labelLineHeight": 12, "title": None,
        "labelColor": INK, "labelExpr": SPLIT, **(turned if upright else level),
    }  # fmt: skip


def frame_spec(parts: list[dict[str, Any]], rows: list[dict[str, Any]], note: str = "") -> dict[str, Any]:
    """Return the specification of a chart of ``parts``, one below the other, over the data ``rows``."""
    title = {"title": {"text": note.split("\n")}} if note else {}
    stacked = {"vconcat": parts, "spacing": 18} if len(parts) > 1 else parts[0]
    return {"$schema": SCHEMA, "background": PAPER, "padding": 2, "config": CONFIG, **title, "data": {"values": rows}, **stacked}


def scale_shares(highest: float, steps: int) -> list[float]:
    """Return the ticks of an axis of shares from 0 to at least ``highest``, in at most ``steps`` even steps of a whole per cent."""
    sizes = (0.01, 0.02, 0.05, 0.1, 0.2, 0.25, 0.5, 1.0)
    size = next(size for size in sizes if size == 1 or ceil(round(highest / size, 6)) <= steps)
    return [round(size * number, 6) for number in range(max(1, ceil(round(highest / size, 6))) + 1)]


def scale_balances(extent: float, steps: int) -> list[float]:
    """Return the ticks of an axis around zero that reaches ``extent`` at least on both sides, each in at most ``steps`` steps."""
    ticks = scale_shares(extent, steps)
    return [-tick for tick in reversed(ticks[1:])] + ticks
