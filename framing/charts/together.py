"""The figure of frames that stand together in a sentence."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from framing.charts.figures import Figure, Text, make_figure
from framing.charts.labels import clean
from framing.charts.matrix import Table, Tile, draw_matrix
from framing.codebook import Codebook
from framing.cooccurrence import FramePair
from framing.prevalence import INDEX

_BOUNDS = (1.0, 1.5, 2.0, 4.0)
"""Lifts that part the shades."""

_FEW = 5
"""Sentences with both frames below which a lift is left to chance."""


def draw_together(pairs: Sequence[FramePair], codebook: Codebook) -> Figure | None:
    """Return how often each two frames stand in one sentence, compared with chance; None where none do.

    All counts are of the classifier's labels: nothing coded corrects them.
    """
    found = [pair for pair in pairs if pair.lift is not None]
    if not any(pair.sentences for pair in found):
        return None
    kept = {pair.first for pair in found} | {pair.second for pair in found}
    names = {frame.id: clean(frame.name) for frame in codebook.frames if frame.id in kept}
    order = list(names)
    tiles = [_make_tile(pair, *sorted((pair.first, pair.second), key=order.index)) for pair in found]
    rows = {tile.row: names[tile.row] for tile in sorted(tiles, key=lambda tile: order.index(tile.row))}
    columns = {tile.column: names[tile.column] for tile in sorted(tiles, key=lambda tile: order.index(tile.column))}
    key = f"An {INDEX}, by the classifier's labels: times as often in one sentence as if frames did not depend on each other; "
    key += f"in brackets: fewer than {_FEW} sentences with both."
    caption = f"How often two frames stand in one sentence: the darker, the more often than by chance. {key}"
    text = Text("frames-together", "Frames that go together", caption)
    table = [(p.first, p.second, p.sentences, p.share, p.expected, p.lift, p.phi, INDEX) for p in pairs]
    draw = partial(draw_matrix, tiles, Table(columns, rows, key, "In small: how many."))
    return make_figure(text, draw, ("first", "second", "sentences", "share", "expected", "lift", "phi", "method"), table)


def _make_tile(pair: FramePair, column: str, row: str) -> Tile:
    """Return the tile of a pair, whose earlier frame is the column: one half of the matrix says all."""
    lift = pair.lift or 0.0
    text = f"{lift:.1f}"
    shade = sum(lift > bound for bound in _BOUNDS)
    few = pair.sentences < _FEW
    return Tile(column, row, lift, f"({text})" if few else text, f"{pair.sentences:,}", 0 if few else shade, True, True)
