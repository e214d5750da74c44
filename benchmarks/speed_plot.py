"""The charts of ``speed.py``, as SVG and PNG: sentences per second by tool, and rate and memory of growing files."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import vl_convert

from framing.charts.palette import GREY, INK, LINE, OWN, SOFT

VERSION = "6.4"
TENFOLDS = [10**power for power in range(8)]
Points = Sequence[dict[str, Any]]


def write_charts(folder: Path, rates: Points, sizes: Points) -> None:
    """Write the charts of the sections that were run."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "speed.json").write_text(json.dumps({"rates": rates, "sizes": sizes}, indent=1) + "\n", "utf-8")
    drawn: dict[str, Any] = {"vl_version": VERSION, "allowed_base_urls": []}
    specs = {"speed-tools": chart_tools(rates) if rates else None, "speed-sizes": chart_sizes(sizes) if sizes else None}
    for name, spec in specs.items():
        if spec:
            (folder / f"{name}.svg").write_text(vl_convert.vegalite_to_svg(spec, **drawn), "utf-8")
            (folder / f"{name}.png").write_bytes(vl_convert.vegalite_to_png(spec, ppi=144, **drawn))


def _spec(title: str, description: str) -> dict[str, Any]:
    axes = {
        "labelColor": INK,
        "titleColor": SOFT,
        "gridColor": LINE,
        "domainColor": LINE,
        "tickColor": LINE,
        "titleFontWeight": "normal",
        "labelLimit": 320,
    }
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "description": description,
        "background": "white",
        "padding": 12,
        "title": {"text": title, "anchor": "start", "color": INK, "offset": 14, "fontSize": 14},
        "config": {"font": "Liberation Sans", "axis": axes, "view": {"stroke": None}, "headerRow": {"labelColor": INK}},
    }


def chart_tools(rates: Points) -> dict[str, Any]:
    """Return bars of sentences per CPU second by task and tool; each tenfold is as far from the next."""
    tasks = list(dict.fromkeys(point["task"] for point in rates))
    values = [{**point, "own": point["tool"].startswith("framing"), "label": f"{point['rate']:,.0f}"} for point in rates]
    lowest = 10.0 ** len(str(int(min(point["rate"] for point in rates)))) / 10
    scale = {"type": "log", "domainMin": lowest, "domainMax": 2 * max(point["rate"] for point in rates)}
    axis = {"title": "sentences per CPU second, one core (logarithmic)", "format": "~s", "values": TENFOLDS}
    y = {"field": "tool", "type": "nominal", "sort": {"field": "rate", "order": "descending"}, "title": None}
    x = {"field": "rate", "type": "quantitative", "scale": scale, "axis": axis}
    colour = {"condition": {"test": "datum.own", "value": OWN}, "value": GREY}
    bars = {"mark": {"type": "bar", "height": 13}, "encoding": {"y": y, "x": x, "x2": {"datum": lowest}, "color": colour}}
    label = {"type": "text", "align": "left", "dx": 4, "color": INK, "fontSize": 10}
    text = {"mark": label, "encoding": {"y": y, "x": x, "text": {"field": "label"}}}
    panels = [
        {
            "title": {"text": task, "anchor": "start", "frame": "group", "fontSize": 12, "color": INK, "fontWeight": "normal"},
            "width": 430,
            "height": {"step": 19},
            "transform": [{"filter": f"datum.task === {json.dumps(task)}"}],
            "layer": [bars, text],
        }
        for task in tasks
    ]
    named = f"{len(rates)} rates; the numbers are beside the bars."
    return _spec("Sentences per second by tool", named) | {"data": {"values": values}, "vconcat": panels, "spacing": 14}


def chart_sizes(sizes: Points) -> dict[str, Any]:
    """Return two panels over the number of sentences in the file: sentences per CPU second, and peak memory."""
    ends = {"domainMin": 0.7 * sizes[0]["sentences"], "domainMax": 1.6 * sizes[-1]["sentences"]}
    x = {"field": "sentences", "type": "quantitative", "scale": {"type": "log", **ends}}
    x["axis"] = {"title": "sentences in the file (logarithmic)", "format": "~s", "values": TENFOLDS}
    panels = []
    for name, title in (("rate", "sentences per CPU second, start included"), ("memory", "peak memory (MiB)")):
        head = {
            "text": title,
            "anchor": "start",
            "frame": "group",
            "fontSize": 12,
            "color": INK,
            "fontWeight": "normal",
            "offset": 14,
        }
        highest = max(point[name] for point in sizes)
        y = {
            "field": name,
            "type": "quantitative",
            "title": None,
            "scale": {"domain": [0, 1.2 * highest]},
            "axis": {"format": ",d"},
        }
        line = {"type": "line", "point": {"filled": True, "size": 50, "color": OWN}, "color": OWN}
        text = {"type": "text", "dy": -11, "color": INK, "fontSize": 10}
        layers = [
            {"mark": line, "encoding": {"x": x, "y": y}},
            {"mark": text, "encoding": {"x": x, "y": y, "text": {"field": name, "format": ",.0f"}}},
        ]
        panels.append({"title": head, "width": 300, "height": 180, "layer": layers})
    described = "Scoring files of growing size with all features, one process."
    spec = _spec("framing score, from small files to large", described)
    return spec | {
        "data": {"values": sizes},
        "hconcat": panels,
        "spacing": 70,
        "bounds": "flush",
    }
