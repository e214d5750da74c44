"""From paths to articles: one reader per format, each ``path -> Iterator[Article | Skipped]``, loaded when it is needed."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from framing.articles import Article, Reader, Skipped


def _read_text(path: Path) -> Iterator[Article | Skipped]:
    from framing.readers.text import read_text

    return read_text(path)


def _read_html(path: Path) -> Iterator[Article | Skipped]:
    from framing.readers.html import read_html

    return read_html(path)


def _read_jsonl(path: Path) -> Iterator[Article | Skipped]:
    from framing.readers.jsonl import read_jsonl

    return read_jsonl(path)


def _read_jsonl_gz(path: Path) -> Iterator[Article | Skipped]:
    from framing.readers.jsonl import read_jsonl_gz

    return read_jsonl_gz(path)


def _read_csv(path: Path) -> Iterator[Article | Skipped]:
    from framing.readers.tables import read_csv

    return read_csv(path)


def _read_parquet(path: Path) -> Iterator[Article | Skipped]:
    from framing.readers.tables import read_parquet

    return read_parquet(path)


def _read_warc(path: Path) -> Iterator[Article | Skipped]:
    from framing.readers.warc import read_warc

    return read_warc(path)


READERS: dict[str, Reader] = {
    ".txt": _read_text,
    ".md": _read_text,
    ".html": _read_html,
    ".htm": _read_html,
    ".jsonl": _read_jsonl,
    ".jsonl.gz": _read_jsonl_gz,
    ".csv": _read_csv,
    ".parquet": _read_parquet,
    ".warc": _read_warc,
    ".warc.gz": _read_warc,
}
"""The reader of each file ending."""

_PACKED = ".gz"


def find_ending(path: Path) -> str:
    """Return what of a file's name tells its format, in small letters: the last ending, and the one before where it is packed."""
    ending = path.suffix.lower()
    return path.with_suffix("").suffix.lower() + ending if ending == _PACKED else ending


def read_articles(paths: Iterable[str | Path]) -> Iterator[Article | Skipped]:
    """Yield every article below ``paths`` in order, and every input that holds none, with the reason.

    A folder is walked in the order of its names; its subfolders name the outlets of files that do not name theirs.
    ``-`` reads standard input: JSON Lines when its first character is ``{``, plain text otherwise.
    """
    for given in paths:
        try:
            yield from _read_path(given)
        except OSError as error:
            yield _name_unreadable(given, error)


def _read_path(given: str | Path) -> Iterator[Article | Skipped]:
    path = Path(given)
    if str(given) == "-":
        from framing.readers.text import read_stream

        yield from read_stream(sys.stdin.buffer)
    elif not str(given).strip():
        yield Skipped(repr(str(given)), "it names no file", unreadable=True)
    elif path.is_dir():
        yield from _read_folder(path)
    elif not path.exists():
        yield Skipped(str(path), "there is no such file or folder", unreadable=True)
    elif not path.is_file():
        yield Skipped(str(path), "it is neither a file nor a folder", unreadable=True)
    elif find_ending(path) not in READERS:
        yield Skipped(str(path), f"its ending is none of {' '.join(READERS)}", unreadable=True)
    else:
        yield from read_file(path)


def _read_folder(folder: Path) -> Iterator[Article | Skipped]:
    empty = True
    for name in walk_folder(folder):
        empty = False
        path = Path(name)
        yield from place_below(folder, path, read_file(path))
    if empty:
        yield Skipped(str(folder), f"it holds no {' '.join(READERS)} file", unreadable=True)


def walk_folder(folder: str | Path) -> Iterator[str]:
    """Yield the files in and below ``folder`` that a reader is there for, in the order of their names; none hidden, no README.

    What cannot be looked into, a folder or a link, is yielded in its place: ``read_file`` says why. The names of one folder are
    held at a time, not those of all.
    """
    try:
        with os.scandir(folder) as entries:
            found = sorted((entry for entry in entries if not entry.name.startswith(".")), key=lambda entry: entry.name)
    except OSError:
        yield os.fspath(folder)
        return
    for entry in found:
        if entry.is_dir(follow_symlinks=False):
            yield from walk_folder(entry.path)
        elif find_ending(path := Path(entry.path)) in READERS and path.stem.lower() != "readme" and _may_be_file(entry):
            yield entry.path


def _may_be_file(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_file()
    except OSError:  # a link that leads to itself, or to where nobody may look
        return True


def place_below(folder: Path, path: Path, items: Iterable[Article | Skipped]) -> Iterator[Article | Skipped]:
    """Yield what was read from ``path`` as ``folder`` places it: its subfolder names the outlet where nothing else does."""
    below = path.relative_to(folder)
    for item in items:
        if isinstance(item, Article):
            # Two folders may hold a file of one name: the path below the folder tells their articles apart.
            identity = below.with_suffix("").as_posix() if item.id == path.stem else item.id
            outlet = item.outlet or (below.parts[0] if len(below.parts) > 1 else None)
            yield replace(item, id=identity, outlet=outlet)
        else:
            yield item


def read_file(path: Path) -> Iterator[Article | Skipped]:
    """Yield the articles of a file that ``walk_folder`` found or whose ending is one of ``READERS``, and each input without any."""
    try:
        if find_ending(path) not in READERS or path.is_dir():
            os.scandir(path).close()  # says why the folder could not be walked
            yield Skipped(str(path), "it is a folder that could not be read before", unreadable=True)
        else:
            yield from READERS[find_ending(path)](path)
    except OSError as error:
        yield _name_unreadable(path, error)


def _name_unreadable(path: str | Path, error: OSError) -> Skipped:
    # Libraries raise OSError for what they find in a file, too: then there is a message, and no number.
    reason = error.strerror or str(error).partition("\n")[0] or "it is damaged"
    return Skipped(str(path), f"it cannot be read: {reason}", unreadable=True)
