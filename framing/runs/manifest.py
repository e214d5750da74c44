"""A folder of parts: which run it belongs to, which of its pieces are done, and that each part is what it was.

``manifest.json`` names the model and the options of a run from its start, and all parts at its end. Until then, each part
has a receipt beside it, written after the part is in place: whatever ends a run, what was done stays done.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from framing.errors import FileError, UsageError
from framing.files import write_bytes
from framing.runs.partitions import Partition
from framing.runs.parts import JSONL, PARQUET, Part, Remark, name_part, name_receipt, part_record, place_file, place_receipt

MANIFEST = "manifest.json"
FORMAT = 1
"""The version of the folder's layout."""

_OURS = re.compile(r"\.?part-\d+(\.[0-9a-f]{32})?\.(jsonl|parquet|json)")
_DAMAGE = (OSError, ValueError, KeyError, TypeError, AttributeError)


@dataclass(frozen=True, slots=True)
class Ledger:
    """A folder of parts that a run fills: ``terms`` say what gave them, ``earlier`` are the parts that an earlier run listed."""

    folder: Path
    terms: dict[str, Any]
    earlier: dict[int, Part] = field(default_factory=dict)

    def find(self, partition: Partition) -> Part | None:
        """Return the part of ``partition`` that is here already.

        None where there is none, its bytes or inputs changed, or one of its inputs could not be read: that is tried again.
        """
        try:
            part = read_receipt(self.folder, partition.number, self.terms["form"])
        except FileError:
            found = self.earlier.get(partition.number)
            if found is None:
                return None
            part = found
        same = not part.unreadable and part.piece == partition.describe()
        return part if same and _is_sound(self.folder, part) else None

    def keep(self, part: Part) -> Part:
        """Put a part that came with its content into the folder, and return it without that.

        Raises:
            OSError: it cannot be written.
        """
        place_file(self.folder / part.name, lambda path: path.write_bytes(part.content))
        kept = replace(part, content=b"")
        place_receipt(self.folder, kept)
        return kept

    def withdraw(self) -> bool:
        """Remove the folder where no part was done yet, and return whether that is so."""
        if self.earlier or any(self.folder.glob("part-*.json")):
            return False
        self.remove()
        return True

    def remove(self) -> None:
        """Remove what a run wrote, and the folder where nothing else is in it."""
        with suppress(OSError):
            for path in self.folder.iterdir():
                if path.name == MANIFEST or _OURS.fullmatch(path.name):
                    path.unlink()
            self.folder.rmdir()

    def finish(self, parts: Sequence[Part]) -> None:
        """List all parts in the manifest, with what they still have to say, and remove what is none of them.

        Raises:
            FileError: the manifest cannot be written.
        """
        _write_manifest(self.folder, {**self.terms, "complete": True, "parts": [part_record(part) for part in parts]})
        names = {part.name for part in parts}
        for path in self.folder.iterdir():
            if path.name not in names and _OURS.fullmatch(path.name):
                path.unlink(missing_ok=True)


@contextmanager
def hold_folder(folder: Path) -> Iterator[None]:
    """Keep other runs out of ``folder``, which is made where it is missing, until the block or this process ends.

    Where the system knows no locks (Windows) nobody is kept out.

    Raises:
        UsageError: another run is at work there.
        FileError: it cannot be made.
    """
    if sys.platform == "win32":
        yield
        return
    import fcntl

    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(folder, os.O_RDONLY)
    except OSError as error:
        raise FileError(f"{folder}: the folder cannot be made ({error.strerror})") from None
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise UsageError(f"{folder}: another run is at work there: wait until it has ended, or name another output") from None
        yield
    finally:
        os.close(handle)


def begin_run(folder: Path, terms: dict[str, Any]) -> Ledger:
    """Return the ledger of a new run in ``folder``, which is made where it is missing.

    Raises:
        UsageError: it holds an earlier run, or something else.
        FileError: it cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        names = sorted(path.name for path in folder.iterdir())
    except OSError as error:
        raise FileError(f"{folder}: the folder cannot be made ({error.strerror})") from None
    if MANIFEST in names:
        raise UsageError(f"{folder}: an earlier run left its parts here: continue it with --resume, or remove the folder")
    if names:
        raise UsageError(f"{folder}: it holds {names[0]!r}, which is no part of a run; name an empty folder, or a new one")
    _write_manifest(folder, {**terms, "complete": False, "parts": []})
    return Ledger(folder, terms)


def resume_run(folder: Path, terms: dict[str, Any]) -> Ledger:
    """Return the ledger of the run that ``folder`` holds, of a new one where it holds none.

    The pieces keep the size that they had. Until the run is finished, the manifest says that it is not.

    Raises:
        UsageError: another model, other options or another version made the parts.
        FileError: the manifest is damaged.
    """
    if not (folder / MANIFEST).exists():
        return begin_run(folder, terms)
    found = read_manifest(folder)
    for name, value in terms.items():
        if name != "piece_bytes" and found.get(name) != value:
            raise UsageError(
                f"{folder}: it was begun with {name} {found.get(name)!r}, and this is {value!r}: begin anew in another folder"
            )
    for path in folder.iterdir():
        if path.name.startswith(".") and _OURS.fullmatch(path.name):
            path.unlink(missing_ok=True)
    _write_manifest(folder, {**found, "complete": False})
    return Ledger(folder, {**terms, "piece_bytes": found["piece_bytes"]}, dict(enumerate(map(_read_part, found["parts"]))))


def read_manifest(folder: Path) -> dict[str, Any]:
    """Return what the manifest of a folder of parts says; each part in it is one that a run could have listed there.

    Raises:
        FileError: it is missing or damaged.
    """
    try:
        found: dict[str, Any] = json.loads((folder / MANIFEST).read_bytes())
        sound = found["format"] == FORMAT and type(found["piece_bytes"]) is int and found["piece_bytes"] > 0
        sound = sound and type(found["complete"]) is bool and found["form"] in (JSONL, PARQUET)
        named = [(part.number, part.name) for part in map(_read_part, found["parts"])]
        sound = sound and named == [(number, name_part(number, found["form"])) for number in range(len(named))]
    except _DAMAGE as error:
        raise FileError(f"{folder / MANIFEST}: it cannot be read ({type(error).__name__}); begin anew in another folder") from None
    if not sound:
        raise FileError(f"{folder / MANIFEST}: it is none that this version of framing writes; begin anew in another folder")
    return found


def read_receipt(folder: Path, number: int, form: str) -> Part:
    """Return the part that the receipt of a piece is for.

    Raises:
        FileError: it is missing, damaged or that of another part.
    """
    path = folder / name_receipt(number)
    try:
        part = _read_part(json.loads(path.read_bytes()))
    except _DAMAGE as error:
        raise FileError(f"{path}: it cannot be read ({type(error).__name__}); run the same command with --resume") from None
    if (part.number, part.name) != (number, name_part(number, form)):
        raise FileError(f"{path}: it is that of another part; run the same command with --resume")
    return part


def _read_part(record: dict[str, Any]) -> Part:
    """Return the part that ``part_record`` made a record of; one of ``_DAMAGE`` is raised where none did."""
    kinds: dict[str, type] = {"piece": dict, "name": str, "sha256": str, "remarks": list}
    if any(type(value) is not kinds.get(key, int) for key, value in record.items()):
        raise TypeError("a field is of another type")
    return Part(**{**record, "remarks": tuple(Remark(**remark) for remark in record.get("remarks", ()))})


def _is_sound(folder: Path, part: Part) -> bool:
    """Return whether the file of a part holds the bytes that were written."""
    try:
        with (folder / part.name).open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest() == part.sha256
    except OSError:
        return False


def _write_manifest(folder: Path, content: dict[str, Any]) -> None:
    write_bytes(folder / MANIFEST, (json.dumps({"format": FORMAT, **content}, indent=1) + "\n").encode())


def is_partitioned(path: Path) -> bool:
    """Return whether ``path`` is a folder of parts that ``framing score`` wrote."""
    try:
        found = json.loads((path / MANIFEST).read_bytes())
    except (OSError, ValueError):
        return False
    return isinstance(found, dict) and {"format", "unit", "parts", "complete"} <= found.keys()


def list_parts(folder: Path) -> list[Path]:
    """Return the files of a whole run in order: together they are what one file would hold.

    Raises:
        UsageError: the run is not finished.
        FileError: the manifest is damaged, or a part is missing or holds other bytes than were written.
    """
    found = read_manifest(folder)
    if not found["complete"]:
        raise UsageError(f"{folder}: the run that fills it is not finished: run the same command with --resume")
    parts = [_read_part(part) for part in found["parts"]]
    for part in parts:
        if not _is_sound(folder, part):
            raise FileError(f"{folder / part.name}: it is missing or damaged: run the command that wrote it with --resume")
    return [folder / part.name for part in parts]
