"""From paths to articles: one reader per format, each ``path -> Iterator[Article | Skipped]``."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from framing.articles import Article, Reader, Skipped
from framing.readers.html import read_html
from framing.readers.tables import read_csv, read_jsonl, read_parquet
from framing.readers.text import read_stream, read_text

READERS: dict[str, Reader] = {
    ".txt": read_text,
    ".md": read_text,
    ".html": read_html,
    ".htm": read_html,
    ".jsonl": read_jsonl,
    ".csv": read_csv,
    ".parquet": read_parquet,
}
"""The reader of each file ending."""


def read_articles(paths: Iterable[str | Path]) -> Iterator[Article | Skipped]:
    """Yield every article below ``paths`` in order, and every input that holds none, with the reason.

    A folder is walked in the order of its names; its subfolders name the outlets of files that do not name theirs.
    ``-`` reads standard input: JSON Lines when its first character is ``{``, plain text otherwise.
    """
    for given in paths:
        try:
            yield from _read_path(given)
        except OSError as error:
            yield Skipped(str(given), f"it cannot be read: {error.strerror}", unreadable=True)


def _read_path(given: str | Path) -> Iterator[Article | Skipped]:
    path = Path(given)
    if str(given) == "-":
        yield from read_stream(sys.stdin.buffer)
    elif not str(given).strip():
        yield Skipped(repr(str(given)), "it names no file", unreadable=True)
    elif path.is_dir():
        yield from _read_folder(path)
    elif not path.exists():
        yield Skipped(str(path), "there is no such file or folder", unreadable=True)
    elif not path.is_file():
        yield Skipped(str(path), "it is neither a file nor a folder", unreadable=True)
    elif path.suffix.lower() not in READERS:
        yield Skipped(str(path), f"its ending is none of {' '.join(READERS)}", unreadable=True)
    else:
        yield from _read_file(path)


def _read_folder(folder: Path) -> Iterator[Article | Skipped]:
    files = sorted(path for path in folder.rglob("*") if path.suffix.lower() in READERS and path.is_file())
    files = [path for path in files if path.stem.lower() != "readme"]
    files = [path for path in files if not any(part.startswith(".") for part in path.relative_to(folder).parts)]
    if not files:
        yield Skipped(str(folder), f"it holds no {' '.join(READERS)} file", unreadable=True)
    for path in files:
        below = path.relative_to(folder)
        for item in _read_file(path):
            if isinstance(item, Article):
                # Two folders may hold a file of one name: the path below the folder tells their articles apart.
                identity = below.with_suffix("").as_posix() if item.id == path.stem else item.id
                outlet = item.outlet or (below.parts[0] if len(below.parts) > 1 else None)
                yield replace(item, id=identity, outlet=outlet)
            else:
                yield item


def _read_file(path: Path) -> Iterator[Article | Skipped]:
    try:
        yield from READERS[path.suffix.lower()](path)
    except OSError as error:
        yield Skipped(str(path), f"it cannot be read: {error.strerror}", unreadable=True)
