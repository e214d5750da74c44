"""The options that several commands share: one name, one meaning and one help text each."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Paths = Annotated[
    list[str],
    typer.Argument(
        metavar="PATH...", help="Files (.txt .md .html .jsonl[.gz] .csv .parquet .warc[.gz]), folders, or - for standard input."
    ),
]
ModelName = Annotated[str | None, typer.Option("--model", "-m", help="Name or folder of a model.", show_default="default")]
Format = Annotated[str | None, typer.Option("--format", "-f", help="table, jsonl, json, csv or parquet; a table on a terminal.")]
Output = Annotated[Path | None, typer.Option("--output", "-o", help="Write to this file, whole or not at all.")]
FileOrFolder = Annotated[
    str | None,
    typer.Option("--output", "-o", help="Write to this file, whole or not at all; with a / at the end, parts to this folder."),
]
Jobs = Annotated[int, typer.Option("--jobs", "-j", help="Processes to score with; 0 for one per core.")]
Dask = Annotated[str | None, typer.Option("--dask", metavar="ADDRESS", help="Score on the Dask cluster there, or on a local one.")]
Resume = Annotated[bool, typer.Option("--resume", help="Go on from the parts that an interrupted run left.")]
Outlet = Annotated[str | None, typer.Option("--outlet", help="The outlet of articles that do not name theirs.")]
CodebookPath = Annotated[Path | None, typer.Option("--codebook", help="The codebook.", show_default="beside the annotations")]
SettingsPath = Annotated[Path | None, typer.Option("--settings", help="A TOML file with other settings (docs/formats.md).")]
AnnotationPaths = Annotated[
    list[Path] | None,
    typer.Option(
        "--annotations", "-a", help="Coded sentences: a .jsonl file or a folder; repeatable.", show_default="annotations/"
    ),
]
ArticlePaths = Annotated[
    list[str] | None,
    typer.Option("--articles", help="Articles that hold the texts of codings that have none; repeatable."),
]
