"""The command that names every problem of the inputs: check."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def check(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(metavar="PATH", help="Articles, coded sentences, a codebook, models.", show_default="all of this folder's"),
    ] = None,
    show_dropped: Annotated[bool, typer.Option("--show-dropped", help="Show each line that cleaning dropped, and why.")] = False,
    abbreviations: Annotated[bool, typer.Option("--abbreviations", help="Propose abbreviations that splitting lacks.")] = False,
) -> None:
    """Check a codebook, coded sentences, articles and models; every problem is named with its place."""
    from framing.checking import check as run_checks
    from framing.checking import sort_paths
    from framing.output import print_tables
    from framing.tables.checking import list_findings, tabulate_dropped

    report = run_checks(*sort_paths(paths or []))
    parts = list_findings(report)
    if show_dropped:
        parts = [*tabulate_dropped(report), *parts]
    if abbreviations:
        from framing.abbreviations import suggest_abbreviations

        found = suggest_abbreviations(article.text for article in report.articles)
        parts += [f"abbreviation?  {c.word}.  ({c.occurrences} times)" for c in found] or ["no unknown abbreviations found"]
    print_tables(parts)
    if report.exit_code:
        raise typer.Exit(report.exit_code)
