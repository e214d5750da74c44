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


def refuse_overwriting(output: Path | None, inputs: Iterable[str | Path | None]) -> None:
    """Check that what a command reads is not what it will write over: a file that is named, or any in a folder that is.

    Raises:
        UsageError: it is; the message names the file.
    """
    if output is None or not output.exists() or output.is_char_device() or output.is_fifo():
        return
    for path in (Path(given) for given in inputs if given is not None):
        if path.exists() and output.samefile(path):
            raise UsageError(f"{output}: it is read here and would be overwritten; name another file with --output")
        if path.is_dir() and output.resolve().is_relative_to(path.resolve()):
            raise UsageError(f"{output}: it lies in {path}, which is read here, and would be overwritten; name a file elsewhere")


def show(parts: Iterable[Any], records: Iterable[dict[str, Any]], form: str, output: Path | None) -> None:
    """Print the tables, or write the records."""
    from framing.output import print_tables, write_records

    if form == "table":
        print_tables(parts, output)
    else:
        write_records(records, form, output)
