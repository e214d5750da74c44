"""The figures of frames in one summary: a profile of dots with intervals, and a table of shaded tiles."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from framing.charts.captions import (
    IMPRECISE,
    UNCORRECTED,
    count,
    describe_dots,
    describe_highest,
    describe_mark,
    join_notes,
)
from framing.charts.dots import Board, draw_dots
from framing.charts.figures import (
    EVIDENCE,
    Figure,
    Row,
    Text,
    estimate,
    find_highest,
    find_levels,
    list_evidence,
    list_frames,
    make_dot,
    make_figure,
    make_share_axis,
    name_groups,
    order_groups,
)
from framing.charts.labels import clean, mark, whole
from framing.charts.marks import UNBOUNDED
from framing.charts.matrix import Table, Tile, draw_matrix
from framing.codebook import Codebook
from framing.prevalence import INDEX
from framing.summary import LabelShare, Summary

_Cell = tuple[str, str, LabelShare]
"""The name of a group, the id of a frame, and the share of that frame in that group."""


def _list_cells(summary: Summary, codebook: Codebook) -> tuple[list[_Cell], dict[str, str], dict[str, str]]:
    """Return the shares, frame by frame, and the names of frames and groups; groups are in the order of the first frame."""
    frames = list_frames(summary, codebook)
    if not frames:
        return [], {}, {}
    groups = order_groups(summary.groups, lambda group: estimate(group.frames[frames[0].id]))
    names = {frame.id: mark(frame.name, (group.frames[frame.id].reliable for group in groups)) for frame in frames}
    cells = [(group.name, frame, group.frames[frame]) for frame in names for group in groups]
    return cells, names, {group.name: clean(group.name) for group in groups}


def _tabulate(cells: Sequence[_Cell]) -> list[Row]:
    return [(group, frame, estimate(row), *list_evidence(row)) for group, frame, row in cells]


def draw_profiles(summary: Summary, codebook: Codebook) -> Figure | None:
    """Return the share of each frame in each group: a panel for each frame, or with one group a row for each.

    Frames stand in the order of their share over all, groups in that of the first frame. None where no group has a share.
    """
    cells, frames, groups = _list_cells(summary, codebook)
    if not cells:
        return None
    by, single = name_groups(summary), len(groups) == 1
    panels, rows = (groups, frames) if single else (frames, groups)
    dots = [make_dot(row, group, frame) if single else make_dot(row, frame, group) for group, frame, row in cells]
    levels = {} if single else find_levels(summary, list(frames))
    board = Board(panels, rows, make_share_axis(max(find_highest(dots), *levels.values(), 0.0), "share of sentences"), levels)
    intervals = ", with 95% intervals" if any(dot.interval for dot in dots) else ""
    caption = f"Share of the sentences of {count(len(groups), by)} that have each frame{intervals}."
    caption += " Dashed: the share over all together." if levels else ""
    caption += describe_highest(dots, panels, rows) + describe_dots(dots, frames.values())
    text = Text(f"frames-by-{'-'.join(summary.by)}", f"Frames by {by}", caption)
    return make_figure(text, partial(draw_dots, dots, board), (by, "frame", "share", *EVIDENCE), _tabulate(cells))


def draw_heat_map(summary: Summary, codebook: Codebook) -> Figure | None:
    """Return the shares of all frames in all groups as a table of shaded tiles, in the order of the profiles.

    None where no group has a share.
    """
    cells, frames, groups = _list_cells(summary, codebook)
    if not cells:
        return None
    by = name_groups(summary)
    highest = max(estimate(row) or 0.0 for _, _, row in cells)
    tiles = [_make_tile(row, frame, group, highest) for group, frame, row in cells]
    key = join_notes(["percent of sentences", *_describe_tiles(tiles, cells), *describe_mark(frames.values())]).strip()
    caption = f"Share of the sentences of {count(len(groups), by)} that have each frame: the darker, the more. {key}"
    text = Text(f"heat-map-by-{'-'.join(summary.by)}", f"Frames by {by} at a glance", caption)
    draw = partial(draw_matrix, tiles, Table(frames, groups, key, "In small: the 95% interval."))
    return make_figure(text, draw, (by, "frame", "share", *EVIDENCE), _tabulate(cells))


def _make_tile(row: LabelShare, frame: str, group: str, highest: float) -> Tile:
    value = estimate(row)
    if value is None or row.share is None:
        return Tile(frame, group, None, "–")
    shade = min(int(5 * value / highest), 4) if highest else 0
    if not row.share.coded:
        return Tile(frame, group, value, whole(value), "", shade, is_grey=row.share.method == INDEX, is_italic=True)
    if row.interval is None:
        return Tile(frame, group, value, f"[{whole(value)}]", "", shade, is_grey=True)
    note = f"{whole(row.interval[0])}–{whole(row.interval[1])}"
    few = row.has_few_positives
    return Tile(frame, group, value, f"({whole(value)})" if few else whole(value), note, shade, is_grey=few)


def _describe_tiles(tiles: Sequence[Tile], cells: Sequence[_Cell]) -> list[str]:
    """Return how to read tiles; what rests on no coded sentence is in italics, and named."""
    methods = sorted({row.share.method for _, _, row in cells if row.share and not row.share.coded and row.share.method != INDEX})
    notes = [f"italics: {method}" for method in methods]
    if any(tile.is_grey and tile.is_italic for tile in tiles):
        notes.append(f"{'all tiles' if all(tile.is_grey and tile.is_italic for tile in tiles) else 'grey italics'}: {UNCORRECTED}")
    if any(tile.text.startswith("(") for tile in tiles):
        notes.append(f"grey in brackets, {IMPRECISE}")
    if any(tile.text.startswith("[") for tile in tiles):
        notes.append(f"grey in square brackets: {UNBOUNDED}")
    return notes
