"""A folder of parts: which run it belongs to, which of its pieces are done, and that each part is what it was.

``manifest.json`` names the model and the options of a run from its start, and all parts at its end. Until then, each part
has a receipt beside it, written after the part is in place: whatever ends a run, what was done stays done.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from framing.errors import FileError, UsageError
from framing.files import write_bytes
from framing.runs.partitions import Partition
from framing.runs.parts import Part, name_part, name_receipt, part_record, place_file, place_receipt, read_part

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
    earlier: dict[int, dict[str, Any]] = field(default_factory=dict)

    def find(self, partition: Partition) -> Part | None:
        """Return the part of ``partition`` that is here already, None where there is none, or its bytes or inputs changed."""
        try:
            record = json.loads((self.folder / name_receipt(partition.number)).read_bytes())
        except (OSError, ValueError):
            record = self.earlier.get(partition.number)
        try:
            part = None if record is None else read_part(record)
            if part is None or part.piece != partition.describe():
                return None
            with (self.folder / name_part(partition.number, self.terms["form"])).open("rb") as stream:
                sound = hashlib.file_digest(stream, "sha256").hexdigest() == part.sha256
        except _DAMAGE:
            return None
        return part if sound else None

    def keep(self, part: Part) -> Part:
        """Put a part that came as lines into the folder, and return it without these.

        Raises:
            OSError: it cannot be written.
        """
        place_file(self.folder / part.name, lambda path: path.write_bytes(part.lines))
        kept = replace(part, lines=b"")
        place_receipt(self.folder, kept)
        return kept

    def withdraw(self) -> bool:
        """Remove the folder where no part was done yet, and return whether that is so."""
        if self.earlier or any(self.folder.glob("part-*.json")):
            return False
        shutil.rmtree(self.folder, ignore_errors=True)
        return True

    def finish(self, parts: Sequence[Part]) -> None:
        """List all parts in the manifest, and remove what is none of them.

        Raises:
            FileError: the manifest cannot be written.
        """
        listed = [{key: value for key, value in part_record(part).items() if key != "remarks"} for part in parts]
        _write_manifest(self.folder, {**self.terms, "complete": True, "parts": listed})
        names = {part.name for part in parts}
        for path in self.folder.iterdir():
            if path.name not in names and _OURS.fullmatch(path.name):
                path.unlink(missing_ok=True)


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

    The pieces keep the size that they had.

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
    earlier = {part["number"]: part for part in found["parts"]}
    return Ledger(folder, {**terms, "piece_bytes": found["piece_bytes"]}, earlier)


def read_manifest(folder: Path) -> dict[str, Any]:
    """Return what the manifest of a folder of parts says.

    Raises:
        FileError: it is missing or damaged.
    """
    try:
        found: dict[str, Any] = json.loads((folder / MANIFEST).read_bytes())
        sound = found["format"] == FORMAT and isinstance(found["piece_bytes"], int)
        sound = sound and all(isinstance(part["number"], int) for part in found["parts"])
    except _DAMAGE as error:
        raise FileError(f"{folder / MANIFEST}: it cannot be read ({type(error).__name__}); begin anew in another folder") from None
    if not sound:
        raise FileError(f"{folder / MANIFEST}: it is none that this version of framing writes; begin anew in another folder")
    return found


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
        FileError: the manifest is damaged, or a part is missing or has another size.
    """
    found = read_manifest(folder)
    if not found["complete"]:
        raise UsageError(f"{folder}: the run that fills it is not finished: run the same command with --resume")
    paths = []
    for part in found["parts"]:
        path = folder / str(part["name"])
        if Path(part["name"]).name != part["name"] or not path.is_file() or path.stat().st_size != part["size"]:
            raise FileError(f"{path}: it is missing or damaged: run the command that wrote it with --resume")
        paths.append(path)
    return paths
