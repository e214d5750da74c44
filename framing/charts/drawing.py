"""Charts drawn: as SVG for a page or a paper, as PNG, and as files with their data and specification."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from io import StringIO
from pathlib import Path
from types import ModuleType
from typing import Any

from framing.charts.compact_svg import compact
from framing.charts.figures import Figure
from framing.charts.palette import use_variables
from framing.errors import UsageError
from framing.files import write_bytes
from framing.spreadsheets import guard

_VERSION = "6.4"
"""The version of Vega-Lite that specifications are written for: what is drawn does not change with the library."""

PRINTED = 300 / 72
"""The scale of a PNG for print: a figure of 720 pixels is 10 inches wide at 300 dots per inch."""


ENDINGS = (".svg", ".png", ".csv", ".vl.json")
"""What the names of a figure's files end in."""


def _load_library() -> ModuleType:
    try:
        import vl_convert
    except ImportError:
        raise UsageError("drawing needs an extra: pip install 'framing[report]'") from None
    return vl_convert


def draw_svg(spec: dict[str, Any]) -> str:
    """Return the chart of a Vega-Lite ``spec`` as SVG to put into a page: text is text, and the page's CSS sets the colours.

    Raises:
        UsageError: the library that draws is not installed.
    """
    return use_variables(_draw(spec | {"background": None}))


def draw_printed_svg(spec: dict[str, Any]) -> str:
    """Return the chart of a Vega-Lite ``spec`` as SVG that stands alone: on white, in its own colours.

    Raises:
        UsageError: the library that draws is not installed.
    """
    return _draw(spec)


def _draw(spec: dict[str, Any]) -> str:
    library = _load_library()
    svg = library.vegalite_to_svg(spec, vl_version=_VERSION, allowed_base_urls=[])
    return compact(svg, spec["usermeta"]["title"], spec["description"])


def draw_png(spec: dict[str, Any], scale: float = PRINTED) -> bytes:
    """Return the chart of a Vega-Lite ``spec`` as PNG on white, ``scale`` dots a pixel.

    Raises:
        UsageError: the library that draws is not installed.
    """
    library = _load_library()
    png: bytes = library.vegalite_to_png(spec, vl_version=_VERSION, ppi=72 * scale, allowed_base_urls=[])
    return png


def write_figures(figures: Sequence[Figure], directory: Path) -> list[Path]:
    """Write each figure as SVG and PNG for papers, its data as CSV, and its specification as JSON; return the files.

    Files of these names are replaced, others in the directory stay.

    Raises:
        UsageError: the library that draws is not installed.
        FileError: the directory or a file cannot be written.
    """
    contents = {directory / name: content for figure in figures for name, content in _make_files(figure).items()}
    for path, content in contents.items():
        write_bytes(path, content)
    return list(contents)


def _make_files(figure: Figure) -> dict[str, bytes]:
    specification = json.dumps(figure.wide, ensure_ascii=False, indent=1)
    contents = (
        draw_printed_svg(figure.wide).encode(),
        draw_png(figure.wide),
        _write_table(figure).encode("utf-8", "replace"),
        f"{specification}\n".encode("utf-8", "replace"),
    )
    return {f"{figure.name}{ending}": content for ending, content in zip(ENDINGS, contents, strict=True)}


def _write_table(figure: Figure) -> str:
    table = StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow(figure.columns)
    writer.writerows([guard(cell) if isinstance(cell, str) else cell for cell in row] for row in figure.rows)
    return table.getvalue()
