"""The colours of charts, by what they are for: in light and in dark, told apart without colour vision, and on any printer.

Marks have a contrast of 3:1 at least with either background, text one of 4.5:1 (WCAG 2.2, 1.4.11 and 1.4.3). No two of the
light colours are equal: a drawn chart is turned into one that follows the page by replacing each with its variable.
"""

from __future__ import annotations

import re

PAPER, INK, SOFT, LINE = "#ffffff", "#1d2026", "#5a5f69", "#d9d6cd"
"""Background, text, lesser text, grid."""

OWN, OTHER, GREY = "#0b5c6b", "#b3480a", "#7a7f89"
"""Estimates, the second series beside them, and what is no estimate."""

HEAT = ("#e9f1f2", "#c3dade", "#8fbcc4", "#347986", "#0b4f5c")
"""Shades of estimates, low to high."""

HEAT_GREY = ("#f0f0ee", "#dadad8", "#bcbdbe", "#6f737b", "#4b5059")
"""Shades of what is no estimate, low to high."""

ON_HEAT = "#fefefe"
"""Text on the two highest shades; ``INK`` is that on the others."""

_DARK_HEAT = ("#1b2d32", "#21434b", "#2b6570", "#55a9b7", "#8adbe7")
_DARK_GREY = ("#26292e", "#363a40", "#4a4f57", "#8f949d", "#b4b8c0")

VARIABLES = {
    PAPER: ("--chart-paper", "#16181c"),
    INK: ("--chart-ink", "#eceae4"),
    SOFT: ("--chart-soft", "#a9adb6"),
    LINE: ("--chart-line", "#3a3f48"),
    OWN: ("--chart-own", "#7fd3e0"),
    OTHER: ("--chart-other", "#ff9f5a"),
    GREY: ("--chart-grey", "#8d929c"),
    ON_HEAT: ("--chart-on-heat", "#0d2226"),
    **{light: (f"--chart-heat-{n}", dark) for n, (light, dark) in enumerate(zip(HEAT, _DARK_HEAT, strict=True), 1)},
    **{light: (f"--chart-none-{n}", dark) for n, (light, dark) in enumerate(zip(HEAT_GREY, _DARK_GREY, strict=True), 1)},
}
"""The CSS variable and the dark colour of each light one."""

_COLOUR = re.compile("|".join(VARIABLES))


def use_variables(svg: str) -> str:
    """Return ``svg`` with each colour as a CSS variable, the light colour where the page does not set it."""
    return _COLOUR.sub(lambda found: f"var({VARIABLES[found[0]][0]},{found[0]})", svg)


def style_charts() -> str:
    """Return the CSS that sets the variables for a page of either scheme (``color-scheme: light dark``)."""
    lines = [f"  {name}: light-dark({light}, {dark});" for light, (name, dark) in VARIABLES.items()]
    return ":root {\n" + "\n".join(lines) + "\n}\n"
