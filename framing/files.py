"""Writing files whole or not at all."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Collection, Mapping
from pathlib import Path

from framing.errors import FileError


def write_file(path: Path, fill: Callable[[Path], None]) -> None:
    """Let ``fill`` write a temporary file beside ``path``, then put it in its place; a failure leaves ``path`` as it was.

    A link is followed. What is no regular file (a pipe, a device) is written directly.

    Raises:
        FileError: the folder is missing, or the disk refuses.
    """
    from tempfile import mkstemp  # not every command writes a file

    temporary: Path | None = None
    try:
        path = path.resolve()
        if path.exists() and not path.is_file():
            fill(path)
            return
        handle, name = mkstemp(dir=path.parent, prefix=f".{path.name}.")
        os.close(handle)
        temporary = Path(name)
        fill(temporary)
        _sync(temporary)
        temporary.chmod(path.stat().st_mode & 0o777 if path.exists() else 0o644)
        temporary.replace(path)
        _sync(path.parent)
    except RuntimeError:
        raise FileError(f"{path}: it is a link to itself") from None
    except OSError as error:
        raise FileError(f"{path}: it cannot be written ({error.strerror})") from None
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)


def write_bytes(path: Path, content: bytes) -> None:
    """Write ``content`` as the file ``path``, whole or not at all; its folder is made where it is missing.

    Raises:
        FileError: the folder cannot be made, or the disk refuses.
    """

    def fill(file: Path) -> None:
        file.write_bytes(content)

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FileError(f"{path.parent}: the folder cannot be made ({error.strerror})") from None
    write_file(path, fill)


def check_replaceable(path: Path, names: Collection[str]) -> None:
    """Check that ``path`` is free, or a directory that holds nothing but ``names``.

    Raises:
        FileError: it is a file, or holds something else, which replacing it would delete.
    """
    if path.exists() and not path.is_dir():
        raise FileError(f"{path}: it is a file; name another")
    foreign = sorted(entry.name for entry in path.glob("*") if entry.name not in names) if path.is_dir() else []
    if foreign:
        raise FileError(f"{path}: it holds {foreign[0]!r}, which replacing it would delete; move that, or name another")


def write_directory(path: Path, contents: Mapping[str, bytes]) -> None:
    """Write the files of ``contents`` as the directory ``path``, in place of what it was; nothing is ever half there.

    Raises:
        FileError: the directory holds other files; its parent cannot be made, or the disk refuses. The old directory is
            then still in its place.
    """
    from tempfile import mkdtemp

    path = path.resolve()
    check_replaceable(path, contents)
    replaced = path.with_name(f".{path.name}.replaced")
    temporary: Path | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = Path(mkdtemp(dir=path.parent, prefix=f".{path.name}."))
        temporary.chmod(0o755)
        for name, data in contents.items():
            (temporary / name).write_bytes(data)
            _sync(temporary / name)
        _sync(temporary)
        _exchange(temporary, path, replaced)
        _sync(path.parent)
    except OSError as error:
        raise FileError(f"{path}: it cannot be written ({error.strerror})") from None
    finally:
        if temporary is not None:
            shutil.rmtree(temporary, ignore_errors=True)


def _exchange(new: Path, path: Path, aside: Path) -> None:
    """Put the directory ``new`` in the place of ``path``; whatever interrupts it, the old one goes back."""
    shutil.rmtree(aside, ignore_errors=True)
    if not path.exists():
        new.rename(path)
        return
    path.rename(aside)
    try:
        new.rename(path)
    except BaseException:
        aside.rename(path)
        raise
    shutil.rmtree(aside, ignore_errors=True)


def _sync(path: Path) -> None:
    """Have the disk hold what was written to the file or directory ``path``."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
