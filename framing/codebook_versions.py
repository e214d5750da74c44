"""Raising the version of a codebook's file before it is edited, with the present file kept beside it."""

from __future__ import annotations

import codecs
import re
import tomllib
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from framing.codebook import Codebook, parse_codebook, quote_toml, read_codebook
from framing.errors import CodebookError, FileError, UsageError
from framing.files import write_file


def bump_codebook(path: Path, version: str | None = None) -> tuple[str, Path]:
    """Return the new version of the codebook at ``path``, and the file beside it that keeps the old one.

    ``codebook.toml`` of version 1 is kept as ``codebook.v1.toml``; in itself the version alone changes. The new one is
    ``version``, else the old one with its last number raised: 1.4 after 1.3, 2024-06 after 2024-05.

    Raises:
        CodebookError: the codebook is broken, or its version has no number that could be raised.
        UsageError: ``version`` is empty, unprintable, or that of the codebook.
        FileError: a file of another content has the name of the kept one, a codebook of the new version was kept before,
            or the disk refuses.
    """
    codebook = read_codebook(path)
    literal = _new_literal(codebook, path, version)
    data = path.read_bytes()
    content = data.removeprefix(codecs.BOM_UTF8)
    changed = _set_version(content.decode(), codebook, literal)
    if changed is None:
        raise CodebookError(f"{path}: the line of its version cannot be changed; write version = {literal} there by hand")
    raised = parse_codebook(changed, source=str(path)).version
    kept, next_kept = kept_path(path, codebook.version), kept_path(path, raised)
    if next_kept.exists():
        raise FileError(f"{next_kept}: a codebook of version {raised} was kept before; name another version with --to")
    _keep(data, kept)
    mark = data[: len(data) - len(content)]
    write_file(path, lambda file: _write(file, mark + changed.encode()))
    return raised, kept


def kept_path(path: Path, version: str) -> Path:
    """Return the file beside ``path`` that keeps its codebook of ``version``."""
    safe = re.sub(r"[^A-Za-z0-9.-]+", "-", version)[:60]
    return path.with_name(f"{path.stem}.v{safe}{path.suffix}")


def _keep(data: bytes, kept: Path) -> None:
    try:
        same = kept.read_bytes() == data
    except FileNotFoundError:
        write_file(kept, lambda file: _write(file, data))
        return
    except OSError as error:
        raise FileError(f"{kept}: it cannot be read ({error.strerror})") from None
    if not same:
        raise FileError(f"{kept}: it is there already, and says something else; move it, or give this codebook its own version")


def _write(file: Path, data: bytes) -> None:
    file.write_bytes(data)


def _new_literal(codebook: Codebook, path: Path, version: str | None) -> str:
    """Return the TOML value of the new version, of the kind that the old one is."""
    old = tomllib.loads(codebook.content).get("version", 1)
    if version is not None:
        if not version.strip() or not version.isprintable() or version == codebook.version:
            raise UsageError(f"{path}: its version is {codebook.version}; the new one must be another, not {version!r:.60}")
        return quote_toml(version)
    raised = _raise_decimal(codebook.version) if isinstance(old, float) else raise_version(codebook.version)
    if raised is None or type(old) not in (str, int, float, date):
        raise CodebookError(f"{path}: its version {codebook.version!r:.60} has no number to raise; name the new one with --to")
    return quote_toml(raised) if isinstance(old, str) else raised


def raise_version(version: str) -> str | None:
    """Return ``version`` with its last number raised by one, a date as the next day or month; None where it has no number."""
    later = _next_date(version)
    # A longer run of digits is no version number; int() would refuse it from 4,300 on.
    number = re.search(r"(?<![0-9])[0-9]{1,18}(?=[^0-9]*\Z)", version)
    if later is not None or number is None:
        return later
    return f"{version[: number.start()]}{int(number[0]) + 1:0{len(number[0])}}{version[number.end() :]}"


def _next_date(version: str) -> str | None:
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}(-[0-9]{2})?", version):
        return None
    try:
        if version.count("-") == 1:
            return (date.fromisoformat(f"{version}-01") + timedelta(days=31)).isoformat()[:7]
        return (date.fromisoformat(version) + timedelta(days=1)).isoformat()
    except (ValueError, OverflowError):
        return None


def _raise_decimal(version: str) -> str | None:
    """Return a TOML number with its last digit raised: 2.0 after 1.9, since 1.10 would be 1.1."""
    if not re.fullmatch(r"[0-9]+\.[0-9]+", version):
        return None
    number = Decimal(version)
    return str(number + Decimal(1).scaleb(int(number.as_tuple().exponent)))


_VALUE = re.compile(r"""^[ \t]*(?:version|"version"|'version')[ \t]*=[ \t]*("[^"\n]*"|'[^'\n]*'|[^\s#]+)""", re.MULTILINE)
_TITLE = re.compile(r"^[ \t]*title[ \t]*=.*\n", re.MULTILINE)


def _set_version(content: str, codebook: Codebook, literal: str) -> str | None:
    """Return the file's content with ``literal`` as its version and nothing else changed; None where no edit does that."""
    table = tomllib.loads(codebook.content)
    wanted = table | tomllib.loads(f"version = {literal}")
    edits = _replacements(content, literal) if "version" in table else _insertions(content, literal)
    # A line that looks right may stand inside a text or in a table; so each edit is held against what it should give.
    return next((edited for edited in edits if wanted != table and _read_table(edited) == wanted), None)


def _replacements(content: str, literal: str) -> Iterator[str]:
    for line in _VALUE.finditer(content):
        yield content[: line.start(1)] + literal + content[line.end(1) :]


def _insertions(content: str, literal: str) -> Iterator[str]:
    """Yield the content with a new line below the title, then one at the top."""
    end = "\r\n" if "\r\n" in content else "\n"
    for place in [*[line.end() for line in _TITLE.finditer(content)], 0]:
        yield f"{content[:place]}version = {literal}{end}{content[place:]}"


def _read_table(content: str) -> dict[str, Any] | None:
    try:
        return tomllib.loads(content)
    except (ValueError, RecursionError):
        return None
