"""The codebook: frames and stance targets with their definitions, rules, examples and cues, read from TOML."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from functools import cached_property
from pathlib import Path
from typing import Any

from framing.errors import CodebookError, suggest

GAP = 3
"""Words that a ``*`` of its own in a cue may stand for, at most (at least one)."""

MAX_GAPS = 3
"""Words left open (``*``) in one cue: each may be filled in three ways, and they multiply."""

STANCES = ("favor", "against", "none")
"""The values of a stance, in the order of every stance array."""


@dataclass(frozen=True, slots=True)
class Cue:
    """A word or phrase that points to a label; the higher the weight, the surer. ``*`` is a wildcard.

    Cues of one ``group`` are one idea, and the model learns what that idea is worth; without a name they are grouped by
    weight.
    """

    phrase: str
    weight: float = 1.0
    group: str = ""


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame of the codebook, as a coder reads it."""

    id: str
    name: str
    definition: str
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    boundary: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()
    cues: tuple[Cue, ...] = ()


@dataclass(frozen=True, slots=True)
class Target:
    """A stance target; ``examples`` pairs a stance with a sentence."""

    id: str
    name: str
    definition: str
    rules: tuple[str, ...] = ()
    examples: tuple[tuple[str, str], ...] = ()
    cues: tuple[Cue, ...] = ()


@dataclass(frozen=True)
class Codebook:
    """Frames and targets in the order of the file, whose TOML is ``content``.

    ``single_label`` says that each sentence has exactly one frame; without it any number, or none.

    Codebooks that say the same have an equal ``digest``, whatever their layout and comments; those that say the same to
    coders have an equal ``coding_digest``.
    """

    title: str
    version: str
    language: str
    rules: tuple[str, ...]
    frames: tuple[Frame, ...]
    targets: tuple[Target, ...]
    single_label: bool = False
    content: str = field(default="", repr=False, compare=False)

    @cached_property
    def frame_ids(self) -> tuple[str, ...]:
        """The ids of the frames, in the order of every frame array."""
        return tuple(frame.id for frame in self.frames)

    @cached_property
    def labels(self) -> tuple[Frame | Target, ...]:
        """Frames, then targets."""
        return (*self.frames, *self.targets)

    @cached_property
    def target_ids(self) -> tuple[str, ...]:
        """The ids of the stance targets."""
        return tuple(target.id for target in self.targets)

    @cached_property
    def digest(self) -> str:
        """The SHA-256 of the content, 64 hexadecimal digits."""
        return self._hash_without("content")

    @cached_property
    def coding_digest(self) -> str:
        """The SHA-256 of what coders see, 64 hexadecimal digits: all but the cues, which only a model sees, and the version."""
        return self._hash_without("content", "version", "cues")

    def _hash_without(self, *left_out: str) -> str:
        """Return the SHA-256 of all fields, also of the frames, targets and cues, but those ``left_out``."""

        def say(part: Any) -> dict[str, Any]:
            return {field.name: getattr(part, field.name) for field in fields(part) if field.name not in left_out}

        # Not by ``asdict``, which copies every string of a large codebook before json reads it.
        return hashlib.sha256(json.dumps(say(self), sort_keys=True, ensure_ascii=False, default=say).encode()).hexdigest()


def read_codebook(path: Path) -> Codebook:
    """Return the codebook of a TOML file.

    Raises:
        CodebookError: the file is missing, is no TOML, or lacks or misspells a field; the message names the place.
    """
    try:
        content = path.read_text("utf-8-sig")
    except OSError as error:
        raise CodebookError(f"{path}: the codebook cannot be read ({error.strerror}); name it with --codebook") from None
    except UnicodeDecodeError:
        raise CodebookError(f"{path}: the codebook is not UTF-8; save it as UTF-8") from None
    return parse_codebook(content, source=str(path))


def parse_codebook(content: str, *, source: str = "codebook") -> Codebook:
    """Return the codebook written in the TOML ``content``; ``source`` names it in errors."""
    import tomllib  # scoring knows a codebook by its outline alone

    try:
        table = tomllib.loads(content)
    except (ValueError, RecursionError) as error:
        raise CodebookError(f"{source}: no valid TOML: {error}") from None
    _check_keys(table, {"title", "version", "language", "unit", "single_label", "rules", "frames", "targets"}, source)
    frames = tuple(_frame(row, f"{source}: frame {number}") for number, row in enumerate(_rows(table, "frames", source), 1))
    targets = tuple(_target(row, f"{source}: target {number}") for number, row in enumerate(_rows(table, "targets", source), 1))
    if not frames and not targets:
        raise CodebookError(f"{source}: it has neither [[frames]] nor [[targets]]")
    ids = [frame.id for frame in frames] + [target.id for target in targets]
    for label in ids:
        if ids.count(label) > 1:
            raise CodebookError(f"{source}: the id {label!r} is used {ids.count(label)} times")
    if not isinstance(table.get("single_label", False), bool):
        raise CodebookError(f"{source}: single_label must be true or false")
    if table.get("single_label") and not frames:
        raise CodebookError(f"{source}: with single_label every sentence has a frame, so there must be [[frames]]")
    return Codebook(
        title=str(table.get("title", "")),
        version=str(table.get("version", "1")),
        language=str(table.get("language", "en")),
        rules=_strings(table, "rules", source),
        frames=frames,
        targets=targets,
        single_label=table.get("single_label", False),
        content=content,
    )


def quote_toml(text: str) -> str:
    """Return ``text`` as a TOML string on one line."""
    # JSON's escapes are TOML's, which wants the last control character of ASCII escaped too.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _rows(table: dict[str, Any], key: str, source: str) -> list[dict[str, Any]]:
    rows = table.get(key, [])
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise CodebookError(f"{source}: {key} must be written as [[{key}]] tables")
    return rows


def _frame(row: dict[str, Any], place: str) -> Frame:
    _check_keys(row, {"id", "name", "definition", "include", "exclude", "boundary", "examples", "cues"}, place)
    frame_id = _id(row, place)
    place = f"{place} ({frame_id})"
    lists = {key: _strings(row, key, place) for key in ("include", "exclude", "boundary", "examples")}
    return Frame(frame_id, str(row.get("name", frame_id)), str(row.get("definition", "")), cues=_cues(row, place), **lists)


def _target(row: dict[str, Any], place: str) -> Target:
    _check_keys(row, {"id", "name", "definition", "values", "rules", "examples", "cues"}, place)
    target_id = _id(row, place)
    place = f"{place} ({target_id})"
    values = row.get("values", list(STANCES))
    if not isinstance(values, list) or sorted(map(str, values)) != sorted(STANCES):
        raise CodebookError(f"{place}: values must be {', '.join(STANCES)}")
    by_stance = row.get("examples", {})
    if not isinstance(by_stance, dict):
        raise CodebookError(f"{place}: examples are written by value: examples.favor = [...]")
    _check_keys(by_stance, set(STANCES), place)
    examples = tuple((stance, text) for stance in STANCES for text in _strings(by_stance, stance, place))
    rules = _strings(row, "rules", place)
    return Target(target_id, str(row.get("name", target_id)), str(row.get("definition", "")), rules, examples, _cues(row, place))


def _id(row: dict[str, Any], place: str) -> str:
    label = row.get("id")
    if label is None:
        raise CodebookError(f"{place}: it has no id; give it one of letters, digits, - and _")
    if not isinstance(label, str) or not is_id(label):
        parts = "; write its letters in one piece (Unicode's form C)" if is_id(unicodedata.normalize("NFC", str(label))) else ""
        raise CodebookError(f"{place}: it needs an id of letters, digits, - and _, not {label!r}{parts}")
    return label


def is_id(text: str) -> bool:
    """Return whether ``text`` can name a label: letters of any script with their marks, digits, ``-`` and ``_``.

    A letter that has a code of its own must be written with it (Unicode's form C): ids that look alike are then equal.
    """
    letters = "".join(c for c in text if c not in "-_" and not unicodedata.category(c).startswith("M"))
    return letters.isalnum() and unicodedata.is_normalized("NFC", text)


def _strings(row: dict[str, Any], key: str, place: str) -> tuple[str, ...]:
    values = row.get(key, [])
    if isinstance(values, str):
        values = [values]
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise CodebookError(f"{place}: {key} must be a list of strings")
    return tuple(values)


def _cues(row: dict[str, Any], place: str) -> tuple[Cue, ...]:
    """Return the cues: a plain list (weight 1), or lists by weight or by the name of a group.

    Among lists by weight a phrase keeps its highest; it may stand in several named groups, each an idea of its own.
    """
    table = row.get("cues", {})
    if isinstance(table, list):
        table = {"1": table}
    if not isinstance(table, dict):
        raise CodebookError(f"{place}: cues must be a list of phrases, or lists by weight or group")
    cues: dict[tuple[str, str], Cue] = {}
    for key in table:
        weight, group = _read_cue_key(key, place)
        for phrase in _strings(table, key, place):
            if not phrase.strip(" *"):
                raise CodebookError(f"{place}: a cue under {key} is empty")
            if len(re.findall(r"(?<!\w)\*", phrase.strip(" *"))) > MAX_GAPS:
                raise CodebookError(f"{place}: the cue {phrase!r:.60} has more than {MAX_GAPS} gaps")
            before = cues.get((phrase, group))
            if before is None or before.weight <= weight:
                cues[phrase, group] = Cue(phrase, weight, group)
    return tuple(cues.values())


def _read_cue_key(key: str, place: str) -> tuple[float, str]:
    """Return the weight and the group that a list of cues has by its key: a number is a weight, anything else a name."""
    try:
        weight = float(key)
    except ValueError:
        return 1.0, key
    if not 0 < weight <= 100:
        raise CodebookError(f"{place}: cues are grouped by a weight above 0 (at most 100) or by a name, not {key!r}")
    return weight, ""


def _check_keys(row: dict[str, Any], known: Iterable[str], place: str) -> None:
    for key in row:
        if key not in set(known):
            raise CodebookError(f"{place}: unknown field {key!r}{suggest(key, known)}")
