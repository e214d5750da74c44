"""A matrix of shaded tiles, each with its number: what is read by shade can be read by figure too."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from framing.charts.labels import find_width, measure, wrap, wrap_apart
from framing.charts.marks import Layout, frame_spec, place_heads, place_rows
from framing.charts.palette import HEAT, HEAT_GREY, INK, ON_HEAT

_SIZE = 11
_LIGHT = 3
"""Shades on which text is dark; on those above it is light."""


@dataclass(frozen=True, slots=True)
class Tile:
    """A tile: its number as ``text``, a ``note`` below it where there is room, and its ``shade`` from 0 to 4, None for no shade.

    ``is_grey`` tells of what is no estimate, ``is_italic`` of what nothing coded corrects.
    """

    column: str
    row: str
    value: float | None
    text: str
    note: str = ""
    shade: int | None = None
    is_grey: bool = False
    is_italic: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """The names of columns and rows by their keys, in order; what says how to read the tiles, and how their notes."""

    columns: Mapping[str, str]
    rows: Mapping[str, str]
    key: str
    note_key: str = ""


@dataclass(frozen=True, slots=True)
class _Room:
    """The pixels for names of rows and for a tile; whether tiles have notes; and how many columns fit, with ``upright`` names."""

    names: int
    tile: int
    has_notes: bool
    upright: bool
    abreast: int

    @property
    def height(self) -> int:
        """The pixels of a row."""
        return 30 if self.has_notes else 22


def draw_matrix(tiles: Sequence[Tile], table: Table, layout: Layout) -> dict[str, Any]:
    """Return the specification of ``tiles``, with as many columns abreast as fit."""
    room = _share_room(tiles, table, layout)
    across = (_HEAD if room.upright else room.tile - 2, 2 if room.upright else 3)
    columns = dict(zip(table.columns, wrap_apart([*table.columns.values()], across[0], _COLUMN, across[1]), strict=True))
    rows = dict(zip(table.rows, wrap_apart([*table.rows.values()], room.names, _SIZE), strict=True))
    places, order = (dict(zip(keys, range(len(keys)), strict=True)) for keys in (table.columns, table.rows))
    data = [
        {"column": columns[tile.column], "place": places[tile.column], "block": places[tile.column] // room.abreast}
        | {"name": table.rows[tile.row], "label": rows[tile.row], "row": order[tile.row]}
        | {"value": tile.value, "text": tile.text, "note": tile.note, "italic": tile.is_italic, **_shade(tile)}
        for tile in tiles
    ]
    blocks = -(-len(columns) // room.abreast)
    parts = [_make_block(number, blocks, room, _layer(tiles, room, columns.values())) for number in range(blocks)]
    key = table.key + (f" {table.note_key}" if table.note_key and room.has_notes else "")
    return frame_spec(parts, data, wrap(key, layout.width, _SIZE, 5))


_COLUMN, _HEAD = 10.5, 120
"""The size of names of columns, and the room for those that stand upright."""


def _share_room(tiles: Sequence[Tile], table: Table, layout: Layout) -> _Room:
    names = find_width(table.rows.values(), _SIZE, layout.names)
    width, least, most = layout.width - names - 8, 27 if layout.is_phone else 44, 96
    blocks = -(-len(table.columns) // (width // least))
    abreast = -(-len(table.columns) // blocks)
    tile = min(width // abreast, most)
    words = [word for name in table.columns.values() for word in name.split()]
    upright = any(measure(word, _COLUMN) > tile - 2 for word in words)
    return _Room(names, tile, not layout.is_phone and any(tile.note for tile in tiles), upright, abreast)


def _shade(tile: Tile) -> dict[str, Any]:
    if tile.shade is None:
        return {"shade": None, "ink": "dark"}
    return {"shade": f"{'grey' if tile.is_grey else 'colour'} {tile.shade + 1}", "ink": "dark" if tile.shade < _LIGHT else "light"}


def _make_block(number: int, blocks: int, room: _Room, layers: list[dict[str, Any]]) -> dict[str, Any]:
    some = {"transform": [{"filter": f"datum.block === {number}"}]} if blocks > 1 else {}
    return {**some, "width": {"step": room.tile}, "height": {"step": room.height}, "bounds": "flush", "layer": layers}


def _layer(tiles: Sequence[Tile], room: _Room, heads: Iterable[str]) -> list[dict[str, Any]]:
    place = {"x": _place_across(room, heads), "y": _place_down(room)}
    kinds = [f"{kind} {number + 1}" for kind in ("colour", "grey") for number in range(len(HEAT))]
    fill = {"field": "shade", "type": "nominal", "scale": {"domain": kinds, "range": [*HEAT, *HEAT_GREY]}, "legend": None}
    ink = {"condition": {"test": "datum.ink === 'light'", "value": ON_HEAT}, "value": INK}
    shaded = {"transform": [{"filter": "isValid(datum.shade)"}], "mark": "rect", "encoding": {**place, "fill": fill}}
    layers = [shaded]
    for italic in sorted({tile.is_italic for tile in tiles}):
        mark = {
            "type": "text",
            "fontSize": 11,
            "fontStyle": "italic" if italic else "normal",
            "dy": {"expr": "datum.note ? -5 : 0"} if room.has_notes else 0,
        }
        text = {**place, "text": {"field": "text", "type": "nominal"}, "color": ink}
        layers.append({"transform": [{"filter": f"datum.italic === {str(italic).lower()}"}], "mark": mark, "encoding": text})
    if room.has_notes:
        note = {**place, "text": {"field": "note", "type": "nominal"}, "color": ink}
        layers.append({"mark": {"type": "text", "fontSize": 9, "dy": 7}, "encoding": note})
    return layers


def _place_across(room: _Room, heads: Iterable[str]) -> dict[str, Any]:
    lines = 1 + max(head.count("\n") for head in heads)
    extent = _HEAD if room.upright else 12 * lines + 6
    sort = {"field": "place", "op": "min"}
    axis = place_heads(extent, _COLUMN, upright=room.upright)
    return {"field": "column", "type": "nominal", "sort": sort, "scale": {"paddingInner": 0.03}, "axis": axis}


def _place_down(room: _Room) -> dict[str, Any]:
    sort = {"field": "row", "op": "min"}
    axis = place_rows(room.names + 8, _SIZE)
    return {"field": "label", "type": "nominal", "sort": sort, "scale": {"paddingInner": 0.06}, "axis": axis}
