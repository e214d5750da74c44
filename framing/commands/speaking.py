"""How a command speaks: notes on standard error, what it found as tables or records."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import typer

from framing.errors import UsageError


def say(text: str) -> None:
    """Write a line to standard error, with terminal commands defused."""
    from framing.output import plain

    typer.echo(plain(text), err=True)


def refuse_overwriting(output: Path | None, inputs: Iterable[str | Path]) -> None:
    """Check that what a command reads is not what it will write over.

    Raises:
        UsageError: it is; the message names the file.
    """
    for path in map(Path, inputs):
        if output is not None and output.exists() and path.exists() and output.samefile(path):
            raise UsageError(f"{output}: it is read here and would be overwritten; name another file with --output")


def show(parts: Iterable[Any], records: Iterable[dict[str, Any]], form: str, output: Path | None) -> None:
    """Print the tables, or write the records."""
    from framing.output import print_tables, write_records

    if form == "table":
        print_tables(parts, output)
    else:
        write_records(records, form, output)
