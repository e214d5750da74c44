"""The commands that bring codings to and from other annotation tools, and that give codes away without texts."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from framing.commands.intake import fill_texts
from framing.commands.options import ArticlePaths
from framing.commands.speaking import say
from framing.errors import FileError, UsageError

if TYPE_CHECKING:
    from framing.annotations import Annotation
    from framing.codebook import Codebook

SHOWN = 20
"""Odd things of an import that are named one by one."""

Codes = Annotated[Path | None, typer.Option("--codebook", help="The codebook.", show_default="codebook.toml beside FILE")]


def export(
    files: Annotated[list[Path], typer.Argument(metavar="FILE", help="Coded sentences, or a sample that waits for coders.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="A folder for the files, or the file where there is one alone.")],
    to: Annotated[
        str, typer.Option("--to", help="label-studio, doccano, prodigy, argilla, inception, csv, excel or jsonl.")
    ] = "jsonl",
    without_text: Annotated[
        bool, typer.Option("--without-text", help="Leave out all that quotes an article: codes, offsets and hashes remain.")
    ] = False,
    with_notes: Annotated[bool, typer.Option("--with-notes", help="With --without-text: keep the coders' notes.")] = False,
    codebook: Codes = None,
) -> None:
    """Write codings, or sentences to code, as another tool reads them; what it has no place for travels along."""
    from framing.annotation_files import read_annotations
    from framing.exchange import find_format
    from framing.exchange.bundle import strip_texts
    from framing.files import write_bytes

    chosen = find_format(to)
    if with_notes and not without_text:
        raise UsageError("--with-notes belongs to --without-text")
    if without_text and to not in ("jsonl", "csv"):
        raise UsageError(f"{to} shows the text of a sentence: --without-text goes with --to jsonl or csv")
    book = _find_codebook(codebook, files)
    annotations = read_annotations(files, book)
    if without_text:
        annotations = strip_texts(annotations, notes=with_notes)
    written = chosen.write(annotations, book)
    targets = _place(output, list(written))
    for target in targets.values():
        if target.exists():
            raise FileError(f"{target}: it is there already; name another place")
    for name, content in written.items():
        write_bytes(targets[name], content)
    shown = [str(target) for target in list(targets.values())[:3]] + (
        [f"{len(targets) - 3} more files"] if len(targets) > 3 else []
    )
    say(f"{len(annotations):,} annotations are in {', '.join(shown)}")


def import_(
    files: Annotated[list[Path], typer.Argument(metavar="FILE", help="What the tool exported: a file, a folder or a .zip.")],
    source: Annotated[str, typer.Option("--from", help="label-studio, doccano, prodigy, argilla, inception, csv, excel or jsonl.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="Write the codings to this .jsonl file.")],
    codebook: Codes = None,
    coder: Annotated[
        list[str] | None,
        typer.Option("--coder", metavar="OLD=NEW", help="Another name for a coder, as tools know them by numbers; repeatable."),
    ] = None,
    articles: ArticlePaths = None,
) -> None:
    """Read codings that were made in another tool, or codes without texts and the articles that hold these."""
    from framing.annotation_files import annotation_record
    from framing.annotations import CODED, find_changed_texts, find_false_hashes, find_unnamed_coders
    from framing.exchange import find_format, rename_coders
    from framing.output import write_records

    chosen = find_format(source)
    if output.suffix.lower() != ".jsonl":
        raise UsageError(f"{output}: codings are written as JSON Lines; name a .jsonl file")
    if output.exists():
        raise FileError(f"{output}: it is there already; name another file")
    book = _find_codebook(codebook, files)
    annotations = [annotation for file in files for annotation in chosen.read(file, book)]
    annotations = rename_coders(annotations, _read_names(coder or []))
    if articles:
        annotations = fill_texts(annotations, articles)
    write_records(map(annotation_record, annotations), "jsonl", output)
    codings = [annotation for annotation in annotations if annotation.status == CODED]
    for problem in [*find_false_hashes(annotations), *find_changed_texts(codings), *find_unnamed_coders(codings)][:SHOWN]:
        say(f"note: {problem}")
    say(_count(annotations) + f", in {output}")


def _find_codebook(named: Path | None, files: Sequence[Path]) -> Codebook:
    from framing.codebook import read_codebook

    first = files[0] if files[0].is_dir() else files[0].parent
    return read_codebook(named or first / "codebook.toml")


def _place(output: Path, names: Sequence[str]) -> dict[str, Path]:
    """Return where each file goes: into a folder, or under the name given where there is one alone."""
    if len(names) == 1 and output.suffix and not output.is_dir():
        return {names[0]: output}
    if output.suffix and not output.is_dir():
        raise UsageError(f"{output}: there are {len(names)} files ({', '.join(names[:3])} ...); name a folder")
    return {name: output / name for name in names}


def _read_names(given: Sequence[str]) -> dict[str, str]:
    names: dict[str, str] = {}
    for pair in given:
        old, equals, new = pair.partition("=")
        if not equals or not old or not new.strip():
            raise UsageError(f"--coder {pair!r}: write OLD=NEW")
        names[old] = new.strip()
    return names


def _count(annotations: Sequence[Annotation]) -> str:
    from collections import Counter

    states = Counter(annotation.status for annotation in annotations)
    coders = sorted({annotation.coder for annotation in annotations if annotation.coder})
    told = ", ".join(f"{count:,} {status}" for status, count in states.most_common()) or "no annotations"
    return told + (f" by {', '.join(coders[:8])}" + (" and others" if len(coders) > 8 else "") if coders else "")
