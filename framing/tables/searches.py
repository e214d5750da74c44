"""What a search for settings tried and chose."""

from __future__ import annotations

from framing.output import Grid, Part
from framing.searching import Search


def tabulate_search(search: Search | None) -> list[Part]:
    """Return the candidates with their average precision, the choice, and what choosing flatters; nothing without a search."""
    if search is None:
        return []
    chosen = search.settings
    rows = [[f"{t.cue_scale:g}", f"{t.strength:g}", _precise(t.frames), _precise(t.stance)] for t in search.trials]
    return [
        Grid("Search: mean average precision on left-out articles", ["cue_scale", "C", "frames", "stance"], rows),
        f"Chosen: cue_scale {chosen.cue_scale:g}, frame_c {chosen.frame_c:g}, stance_c {chosen.stance_c:g}, with "
        f"{_precise(search.chosen)} over all labels; where for each fold the other folds choose, {_precise(search.honest)}.",
        "The figures below flatter by about the difference: the articles that they are on chose the settings too.",
        "",
    ]


def _precise(value: float | None) -> str:
    """Return a figure with three digits: candidates differ in the third."""
    return "–" if value is None else f"{value:.3f}".replace("0.", ".", 1)
