"""The directory of a model: where it is found, which files it has, and whether they are as they were written."""

from __future__ import annotations

import hashlib
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from framing.arrays import Floats
from framing.errors import ModelError, suggest

FORMAT = 4
"""The version of the directory's layout; raised when another version of the program could misread a directory."""

MANIFEST = "model.json"
CARD = "README.md"
ARRAYS = "weights.bin"
"""What scoring needs beside the manifest; the other files are read for explanations, reports and further training."""

FILES = ("codebook.toml", "evaluation.json", "left-out.npz", "vocabulary.json", ARRAYS)
"""The files that make the model; the card beside them is for people, who may edit it."""

MODEL_FILES = (*FILES, CARD, MANIFEST)
"""Everything that a model directory holds."""

DEFAULT = "default"

DAMAGE = (LookupError, TypeError, ValueError, AttributeError, OSError, EOFError, RecursionError, OverflowError)
"""What reading a damaged file can raise."""

_PACKAGE = Path(__file__).resolve().parent.parent
_SHIPPED = (_PACKAGE / "models", _PACKAGE.parent / "models")  # in the wheel; in a checkout


def find_model(name_or_path: str | Path | None = None) -> Path:
    """Return the directory of a model: a path, else a name in ``models/`` here, else one that ships with the package.

    Raises:
        ModelError: there is none; the message suggests a near name.
    """
    name = str(name_or_path or DEFAULT)
    candidates = [Path(name)] if "/" in name or Path(name, MANIFEST).exists() else []
    candidates += [folder / name for folder in (Path("models"), *_SHIPPED)]
    for candidate in candidates:
        if (candidate / MANIFEST).is_file():
            return candidate
    for candidate in candidates:
        if candidate.is_dir() and any((candidate / file).exists() for file in FILES):
            raise ModelError(
                f"{candidate}: it has no {MANIFEST}: the model is damaged; train it again (framing train --name {name})"
            )
    known = [path.name for path in list_models()]
    raise ModelError(f"there is no model {name!r}{suggest(name, known)}; make one with: framing train --name {Path(name).name}")


def list_models() -> list[Path]:
    """Return the directories of the models in ``models/`` here and of those that ship, a name once, in that order."""
    found: dict[str, Path] = {}
    for folder in (Path("models"), *_SHIPPED):
        for path in sorted(folder.glob(f"[!.]*/{MANIFEST}")):
            found.setdefault(path.parent.name, path.parent)
    return list(found.values())


def digest_manifest(manifest: dict[str, Any]) -> str:
    """Return the SHA-256 of all that a manifest says, its own digest apart."""
    said = {key: value for key, value in manifest.items() if key != "digest"}
    return hash_bytes(json.dumps(said, sort_keys=True, ensure_ascii=False).encode("utf-8", "replace"))


def hash_bytes(data: bytes | memoryview) -> str:
    """Return the SHA-256 of ``data``, 64 hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def read_manifest(directory: Path) -> dict[str, Any]:
    """Return what the manifest of a model says.

    Raises:
        ModelError: it is damaged, was changed since it was written, or is of another format.
    """
    try:
        manifest: dict[str, Any] = json.loads((directory / MANIFEST).read_bytes())
        number, digest = manifest["format"], manifest["digest"]
    except DAMAGE as error:
        raise ModelError(
            f"{directory}/{MANIFEST}: the manifest is damaged ({type(error).__name__}); train the model again"
        ) from None
    if number != FORMAT:
        older = isinstance(number, int) and number < FORMAT
        advice = "an older version wrote it: train it again (framing train)" if older else "upgrade framing, or train it again"
        raise ModelError(f"{directory}: the model has format {number}, this version of framing reads {FORMAT}; {advice}")
    if digest != digest_manifest(manifest):
        raise ModelError(
            f"{directory}/{MANIFEST}: the file was changed since the model was written (its hash differs); train it again"
        )
    return manifest


def read_checked(directory: Path, name: str, manifest: dict[str, Any]) -> NDArray[np.uint8]:
    """Return the bytes of a file of a model.

    Raises:
        ModelError: the file cannot be read, or is another than the manifest says.
    """
    try:
        data = np.fromfile(directory / name, np.uint8)
        expected = manifest["files"][name]
    except OSError as error:
        raise ModelError(f"{directory}/{name}: the file cannot be read ({error.strerror}); train the model again") from None
    except (KeyError, TypeError):
        raise ModelError(f"{directory}/{MANIFEST}: it does not name {name}; train the model again") from None
    if hash_bytes(data.data) != expected:
        raise ModelError(f"{directory}/{name}: the file was changed since the model was written (its hash differs); train it again")
    return data


def read_finite(value: Any) -> float:
    """Return a number of a file.

    Raises:
        ValueError, TypeError: it is none, or not finite: no probability reaches NaN, and none misses minus infinity.
    """
    number = float(value)
    if not math.isfinite(number):
        raise ValueError(f"{value!r:.40} is not a finite number")
    return number


def pick_probes(probes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return four of the probe sentences of a model, or hardly more: what takes long is held against these alone."""
    return probes[:: max(1, len(probes) // 4)]


def check_probes(directory: Path, probes: list[dict[str, Any]], found: Floats) -> None:
    """Check that the decision values ``found`` for probe sentences of a model are those that its manifest says.

    Raises:
        ModelError: they are not.
    """
    expected = np.array([probe["decisions"] for probe in probes], float).reshape(len(found), -1)
    if expected.shape != found.shape or not np.abs(expected - found).max(initial=0) <= 1e-5:
        raise ModelError(f"{directory}: this version of framing scores the model's probe sentences differently; train it again")
