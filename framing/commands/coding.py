"""The command that measures coders: agreement, and where they do not agree."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from framing.commands.options import CodebookPath, Format, Output
from framing.commands.speaking import refuse_overwriting, say, show
from framing.errors import FileError, UsageError

if TYPE_CHECKING:
    from framing.agreement.reliability_data import ReliabilityData
    from framing.annotations import Annotation
    from framing.output import Part

Records = Iterable[dict[str, Any]]


def agreement(
    files: Annotated[list[Path], typer.Argument(metavar="FILE", help="Coded sentences: .jsonl files or folders.")],
    codebook: CodebookPath = None,
    pairs: Annotated[
        bool, typer.Option("--pairs", help="Show each pair of coders instead, and which frames they take apart.")
    ] = False,
    recoded: Annotated[bool, typer.Option("--recoded", help="Show how each coder agrees with her own second coding.")] = False,
    disputed: Annotated[
        int | None, typer.Option(metavar="N", min=0, help="Show the N most disputed sentences instead; 0 for all.")
    ] = None,
    recal: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Write the codes as ReCal reads them, a file per label.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, max=2**32 - 1, help="For the intervals.")] = 0,
    form: Format = None,
    output: Output = None,
) -> None:
    """Measure how well the coders agree, per label, from the codings that were made blind."""
    from framing.agreement.reliability_data import encode_blind
    from framing.annotation_files import find_annotation_files, read_annotations
    from framing.annotations import check_texts, list_labels
    from framing.codebook import read_codebook
    from framing.output import choose_format

    if pairs + recoded + (disputed is not None) + (recal is not None) > 1:
        raise UsageError("--pairs, --recoded, --disputed and --recal each show something else: name one")
    if recal is not None and output is not None:
        raise UsageError("--recal names the folder of its files: leave out --output")
    refuse_overwriting(output, files)
    form = choose_format(form, output)
    beside = find_annotation_files(files)[0].parent / "codebook.toml"
    book = read_codebook(codebook or beside) if codebook or beside.exists() else None
    coded = read_annotations(files, book)
    check_texts(coded)
    frames, targets = (book.frame_ids, book.target_ids) if book else list_labels(coded)
    if recoded:
        parts, records = _with_themselves(coded, frames, targets)
    else:
        data = encode_blind(coded, frames, targets)
        _check_shared(data, coded)
        if recal is not None:
            _write_recal(data, recal)
            return
        if pairs:
            parts, records = _by_pair(data)
        elif disputed is not None:
            parts, records = _disputed(data, disputed)
        else:
            parts, records = _by_label(data, seed, form)
    show(parts, records, form, output)


def _by_label(data: ReliabilityData, seed: int, form: str) -> tuple[list[Part], Records]:
    from framing.agreement.labels import measure_labels, measure_set_agreement
    from framing.tables.agreement import describe_set_agreement, tabulate_agreement

    rows = measure_labels(data, seed=seed)
    parts = tabulate_agreement(rows)
    if form == "table":
        parts = [*parts, *describe_set_agreement(measure_set_agreement(data, seed=seed))]
    return parts, map(asdict, rows)


def _by_pair(data: ReliabilityData) -> tuple[list[Part], Records]:
    from framing.agreement.coders import measure_pairs
    from framing.agreement.disagreements import count_frame_confusions
    from framing.tables.agreement import tabulate_confusions, tabulate_one_sided, tabulate_pairs

    rows = measure_pairs(data)
    confusions = tabulate_confusions(count_frame_confusions(data), rows)
    return [*tabulate_pairs(rows), *tabulate_one_sided(rows), *confusions], map(asdict, rows)


def _with_themselves(coded: Sequence[Annotation], frames: Sequence[str], targets: Sequence[str]) -> tuple[list[Part], Records]:
    from framing.agreement.coders import measure_intracoder_agreement
    from framing.tables.agreement import tabulate_intracoder

    rows = measure_intracoder_agreement(coded, frames, targets)
    if not rows:
        raise UsageError(
            "nobody coded a sentence a second time: draw some with framing sample --recode CODER, and code them some weeks later"
        )
    return tabulate_intracoder(rows), map(asdict, rows)


def _disputed(data: ReliabilityData, most: int) -> tuple[list[Part], Records]:
    from framing.agreement.disagreements import describe_disputed, find_disputed
    from framing.tables.agreement import list_disputed

    found = find_disputed(data, most=most or None)
    return list_disputed(found, most=None), map(describe_disputed, found)


def _write_recal(data: ReliabilityData, folder: Path) -> None:
    from framing.agreement.recal import recal_files
    from framing.files import write_bytes

    files = recal_files(data, data.coders)
    for name in files:
        if (folder / name).exists():
            raise FileError(f"{folder / name}: it is there already; name another folder")
    for name, content in files.items():
        write_bytes(folder / name, content.encode())
    say(f"{len(files)} files are in {folder}; key.txt tells what their columns and numbers mean")


def _check_shared(data: ReliabilityData, coded: Sequence[Annotation]) -> None:
    if not data.units:
        coders = len({annotation.coder for annotation in coded if annotation.coder})
        raise UsageError(
            f"no sentence was coded blind by two coders ({coders} coders found): agreement needs codings that share "
            "article and id and name their coder"
        )
