"""Writing files whole or not at all."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import mkdtemp, mkstemp

from framing.errors import FileError


def write_file(path: Path, fill: Callable[[Path], None]) -> None:
    """Let ``fill`` write a temporary file beside ``path``, then put it in its place; a failure leaves ``path`` as it was.

    Raises:
        FileError: the folder is missing, or the disk refuses.
    """
    try:
        handle, name = mkstemp(dir=path.parent, prefix=f".{path.name}.")
        os.close(handle)
    except OSError as error:
        raise FileError(f"{path}: it cannot be written ({error.strerror})") from None
    temporary = Path(name)
    try:
        fill(temporary)
        _sync(temporary)
        temporary.chmod(0o644)
        temporary.replace(path)
        _sync(path.parent)
    except OSError as error:
        raise FileError(f"{path}: it cannot be written ({error.strerror})") from None
    finally:
        temporary.unlink(missing_ok=True)


def write_directory(path: Path, contents: Mapping[str, bytes]) -> None:
    """Write the files of ``contents`` as the directory ``path``, in place of what it was; nothing is ever half there.

    Raises:
        FileError: the parent cannot be made, or the disk refuses; the old directory is then still in its place.
    """
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
        if path.exists():
            shutil.rmtree(replaced, ignore_errors=True)
            path.rename(replaced)
        temporary.rename(path)
        _sync(path.parent)
        shutil.rmtree(replaced, ignore_errors=True)
    except OSError as error:
        if replaced.exists() and not path.exists():
            replaced.rename(path)
        raise FileError(f"{path}: it cannot be written ({error.strerror})") from None
    finally:
        if temporary is not None:
            shutil.rmtree(temporary, ignore_errors=True)


def _sync(path: Path) -> None:
    """Have the disk hold what was written to the file or directory ``path``."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
