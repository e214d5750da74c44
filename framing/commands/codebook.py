"""The commands for a codebook's life: a new one, its next version, what changed, and the codings that follow."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from framing.commands.options import Format, Output
from framing.commands.speaking import say, show
from framing.errors import FileError, UsageError

Book = Annotated[Path, typer.Argument(metavar="CODEBOOK", help="A codebook.toml.")]


def new(
    path: Annotated[Path, typer.Argument(metavar="FILE", help="The file to write, as mine/codebook.toml.")],
    title: Annotated[str, typer.Option(help="What the codebook is about.")] = "My codebook",
    frame: Annotated[
        list[str] | None, typer.Option("--frame", help="A frame's name; repeatable. Without, two examples show how one is written.")
    ] = None,
    target: Annotated[list[str] | None, typer.Option("--target", help="The name of a stance target; repeatable.")] = None,
) -> None:
    """Write a codebook to fill in: definitions, rules, examples and cues are explained where they go."""
    from framing.codebook_template import make_codebook, template
    from framing.files import write_bytes

    if path.exists():
        raise FileError(f"{path}: it is there already; name another file")
    content = make_codebook(title, frame or [], target or []) if frame or target else template(title)
    write_bytes(path, content.encode())
    say(f"{path} is written; fill in its definitions, then: framing check {path}")


def diff(
    old: Annotated[Path, typer.Argument(metavar="OLD", help="The codebook as it was.")],
    changed: Annotated[Path, typer.Argument(metavar="NEW", help="The codebook as it is.")],
    form: Format = None,
    output: Output = None,
) -> None:
    """Show what changed between two codebooks: labels, the wording that coders read, cues; and whether codings hold."""
    from framing.codebook import read_codebook
    from framing.codebook_changes import change_records, compare_codebooks
    from framing.output import choose_format
    from framing.tables.codebook import tabulate_codebook_changes

    form = choose_format(form, output)
    changes = compare_codebooks(read_codebook(old), read_codebook(changed))
    show(tabulate_codebook_changes(changes), change_records(changes), form, output)


def bump(
    path: Book,
    to: Annotated[str | None, typer.Option("--to", help="The new version.", show_default="the next one")] = None,
) -> None:
    """Raise a codebook's version before you edit it; the present one is kept beside it."""
    from framing.codebook_versions import bump_codebook

    version, kept = bump_codebook(path, to)
    say(f"{path} is version {version} now; the one before is kept as {kept}")


def migrate(
    files: Annotated[list[Path], typer.Argument(metavar="FILE", help="Coded sentences of an earlier version.")],
    codebook: Annotated[Path, typer.Option("--codebook", help="The codebook that the codings shall follow.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="Write the codings to this .jsonl file.")],
    old: Annotated[Path | None, typer.Option("--old", help="The codebook they were made with.")] = None,
    rename: Annotated[list[str] | None, typer.Option("--rename", metavar="OLD=NEW", help="A label's new id; repeatable.")] = None,
    drop: Annotated[list[str] | None, typer.Option("--drop", metavar="OLD", help="A label to take out; repeatable.")] = None,
    absent: Annotated[
        list[str] | None,
        typer.Option("--absent", metavar="FRAME", help="A new frame that no sentence coded before has; repeatable."),
    ] = None,
) -> None:
    """Carry codings over to another version of their codebook, as far as nobody has to code again for that."""
    from framing.annotation_files import annotation_record, read_annotations
    from framing.codebook import read_codebook
    from framing.codebook_changes import compare_codebooks
    from framing.codebook_migration import migrate_annotations
    from framing.output import write_records

    if output.suffix.lower() != ".jsonl":
        raise UsageError(f"{output}: codings are written as JSON Lines; name a .jsonl file")
    if output.exists():
        raise FileError(f"{output}: it is there already; name another file")
    book, before = read_codebook(codebook), read_codebook(old) if old else None
    codings = read_annotations(files)
    migrated = migrate_annotations(
        codings, book, old=before, renames=_read_renames(rename or []), dropped=drop or [], absent=absent or []
    )
    write_records(map(annotation_record, migrated), "jsonl", output)
    moved = sum(one is not other for one, other in zip(codings, migrated, strict=True))
    say(f"{moved:,} of {len(codings):,} codings carried over to version {book.version}, all are in {output}")
    reworded = [label.id for label in compare_codebooks(before, book).labels if label.fields] if before else []
    if reworded:
        say(f"note: {', '.join(reworded)} read otherwise now; codings from before keep their meaning only if you say so")


def _read_renames(given: list[str]) -> dict[str, str]:
    renames: dict[str, str] = {}
    for pair in given:
        before, equals, after = pair.partition("=")
        if not equals or not before or not after:
            raise UsageError(f"--rename {pair!r}: write OLD=NEW")
        if before.strip() in renames:
            raise UsageError(f"--rename names {before.strip()!r} twice")
        renames[before.strip()] = after.strip()
    return renames
