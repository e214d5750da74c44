"""The commands for those who code sentences: agreement."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from framing.commands.options import CodebookPath, Format, Output
from framing.commands.speaking import show
from framing.errors import UsageError


def agreement(
    files: Annotated[list[Path], typer.Argument(metavar="FILE", help="Coded sentences: .jsonl files or folders.")],
    codebook: CodebookPath = None,
    seed: Annotated[int, typer.Option(min=0, max=2**32 - 1, help="For the intervals.")] = 0,
    form: Format = None,
    output: Output = None,
) -> None:
    """Measure how well the coders agree, per label, from the codings that were made blind."""
    from framing.agreement import measure_agreement
    from framing.annotation_files import find_annotation_files, read_annotations
    from framing.annotations import list_labels
    from framing.codebook import read_codebook
    from framing.output import choose_format
    from framing.tables import tabulate_agreement

    form = choose_format(form, output)
    beside = find_annotation_files(files)[0].parent / "codebook.toml"
    book = read_codebook(codebook or beside) if codebook or beside.exists() else None
    coded = read_annotations(files, book)
    frames, targets = (book.frame_ids, book.target_ids) if book else list_labels(coded)
    rows = measure_agreement(coded, frames, targets, seed=seed)
    if not any(row.units for row in rows):
        coders = len({annotation.coder for annotation in coded if annotation.coder})
        raise UsageError(
            f"no sentence was coded blind by two coders ({coders} coders found): agreement needs codings that share "
            "article and id and name their coder"
        )
    show(tabulate_agreement(rows), map(asdict, rows), form, output)
