"""What changed between two codebooks: labels, the wording that coders read, and the cues that only a model sees."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from framing.codebook import Codebook, Frame, Target

MOSTLY = 0.5
"""The share of rules, examples and cues, of all that two labels have, from which on they are mostly the same."""

Label = Frame | Target
Kind = Literal["frame", "target"]
VersionChange = Literal["unchanged", "raised", "lowered", "changed"]


@dataclass(frozen=True, slots=True)
class FieldChange:
    """The lines of one field before and after; an example of a target begins with its stance."""

    field: str
    old: tuple[str, ...]
    new: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LabelChange:
    """What changed in a frame or target: ``fields`` that coders read, and how many cues were added and removed."""

    kind: Kind
    id: str
    fields: tuple[FieldChange, ...]
    cues_added: int
    cues_removed: int


@dataclass(frozen=True, slots=True)
class Rename:
    """A removed label that is probably an added one; ``reason`` says what speaks for it, ``change`` what differs."""

    old: str
    reason: str
    change: LabelChange

    @property
    def new(self) -> str:
        """The id of the added label."""
        return self.change.id


@dataclass(frozen=True, slots=True)
class CodebookChanges:
    """How a codebook differs from the one before.

    ``renames`` pair removed with added labels that are probably the same: a suggestion, so both stay among the added and
    removed. ``general`` are the changed fields of the codebook itself, ``labels`` the changed ones of both. ``reordered``
    says that frames or targets of both stand in another order. ``for_coders`` says that coders read something else than
    before: that the ``coding_digest`` differs.
    """

    old_version: str
    new_version: str
    version: VersionChange
    frames_added: tuple[str, ...]
    frames_removed: tuple[str, ...]
    targets_added: tuple[str, ...]
    targets_removed: tuple[str, ...]
    renames: tuple[Rename, ...]
    general: tuple[FieldChange, ...]
    labels: tuple[LabelChange, ...]
    reordered: bool
    for_coders: bool

    @property
    def empty(self) -> bool:
        """Whether the codebooks say the same, the version included."""
        return self.version == "unchanged" and not self.for_coders and not self.labels


def compare_codebooks(old: Codebook, new: Codebook) -> CodebookChanges:
    """Return what changed from ``old`` to ``new``; layout, comments and the order of cues do not count."""
    frames, targets = _compare("frame", old.frames, new.frames), _compare("target", old.targets, new.targets)
    return CodebookChanges(
        old_version=old.version,
        new_version=new.version,
        version=_judge_versions(old.version, new.version),
        frames_added=frames.added,
        frames_removed=frames.removed,
        targets_added=targets.added,
        targets_removed=targets.removed,
        renames=frames.renames + targets.renames,
        general=_compare_fields(_read_general(old), _read_general(new)),
        labels=frames.labels + targets.labels,
        reordered=frames.reordered or targets.reordered,
        for_coders=old.coding_digest != new.coding_digest,
    )


def change_records(changes: CodebookChanges) -> list[dict[str, Any]]:
    """Return one record per change: ``kind`` and ``label`` say where, ``change`` and ``field`` what, ``old`` and ``new`` how.

    What differs in a label that was probably renamed stands under its new id.
    """
    rows: list[dict[str, Any]] = []
    if changes.version != "unchanged":
        rows.append(_record("codebook", "", changes.version, "version", [changes.old_version], [changes.new_version]))
    if changes.reordered:
        rows.append(_record("codebook", "", "reordered"))
    rows += [_record("codebook", "", "reworded", c.field, list(c.old), list(c.new)) for c in changes.general]
    rows += [_record("frame", frame, "removed") for frame in changes.frames_removed]
    rows += [_record("frame", frame, "added") for frame in changes.frames_added]
    rows += [_record("target", target, "removed") for target in changes.targets_removed]
    rows += [_record("target", target, "added") for target in changes.targets_added]
    rows += [_record(r.change.kind, r.old, "probably renamed", "id", [r.old], [r.new]) for r in changes.renames]
    for label in (*changes.labels, *[rename.change for rename in changes.renames]):
        rows += [_record(label.kind, label.id, "reworded", c.field, list(c.old), list(c.new)) for c in label.fields]
        if label.cues_added or label.cues_removed:
            counts = {"cues_added": label.cues_added, "cues_removed": label.cues_removed}
            rows.append(_record(label.kind, label.id, "cues", "cues") | counts)
    return rows


def _record(
    kind: str, label: str, change: str, field: str = "", old: Sequence[str] = (), new: Sequence[str] = ()
) -> dict[str, Any]:
    named = {"kind": kind, "label": label, "change": change, "field": field}
    return named | {"old": list(old), "new": list(new), "cues_added": 0, "cues_removed": 0}


@dataclass(frozen=True, slots=True)
class _KindChanges:
    """The changes of the frames, or of the targets."""

    added: tuple[str, ...]
    removed: tuple[str, ...]
    renames: tuple[Rename, ...]
    labels: tuple[LabelChange, ...]
    reordered: bool


def _compare(kind: Kind, old: Sequence[Label], new: Sequence[Label]) -> _KindChanges:
    before, after = {label.id: label for label in old}, {label.id: label for label in new}
    removed = [label for label in old if label.id not in after]
    added = [label for label in new if label.id not in before]
    kept = [label for label in before if label in after]
    changes = [_compare_labels(kind, before[label], after[label]) for label in kept]
    return _KindChanges(
        added=tuple(label.id for label in added),
        removed=tuple(label.id for label in removed),
        renames=_suggest_renames(kind, removed, added),
        labels=tuple(change for change in changes if change.fields or change.cues_added or change.cues_removed),
        reordered=kept != [label for label in after if label in before],
    )


def _compare_labels(kind: Kind, old: Label, new: Label) -> LabelChange:
    gained, lost = set(new.cues) - set(old.cues), set(old.cues) - set(new.cues)
    return LabelChange(kind, new.id, _compare_fields(_read_fields(old), _read_fields(new)), len(gained), len(lost))


def _compare_fields(old: dict[str, tuple[str, ...]], new: dict[str, tuple[str, ...]]) -> tuple[FieldChange, ...]:
    return tuple(FieldChange(field, old[field], new[field]) for field in old if old[field] != new[field])


def _read_fields(label: Label) -> dict[str, tuple[str, ...]]:
    """Return the lines that a coder reads of a label, by field; its id apart."""
    named = {"name": (label.name,) if label.name else (), "definition": (label.definition,) if label.definition else ()}
    return named | _read_lists(label)


def _read_lists(label: Label) -> dict[str, tuple[str, ...]]:
    if isinstance(label, Frame):
        return {"include": label.include, "exclude": label.exclude, "boundary": label.boundary, "examples": label.examples}
    return {"rules": label.rules, "examples": tuple(f"{stance}: {text}" for stance, text in label.examples)}


def _read_general(codebook: Codebook) -> dict[str, tuple[str, ...]]:
    single = ("true" if codebook.single_label else "false",)
    return {"title": (codebook.title,), "language": (codebook.language,), "single_label": single, "rules": codebook.rules}


def _suggest_renames(kind: Kind, removed: Sequence[Label], added: Sequence[Label]) -> tuple[Rename, ...]:
    """Return the likeliest pairs, the surest first; each label stands in one at most."""
    pairs = [(*_weigh(old, new), old, new) for old in removed for new in added]
    renames: dict[str, Rename] = {}
    taken: set[str] = set()
    for score, reason, old, new in sorted(pairs, key=lambda pair: -pair[0]):
        if score > 0 and old.id not in renames and new.id not in taken:
            renames[old.id] = Rename(old.id, reason, _compare_labels(kind, old, new))
            taken.add(new.id)
    return tuple(renames.values())


def _weigh(old: Label, new: Label) -> tuple[float, str]:
    """Return how much speaks for the two being one label, from 0 to 3, and what does."""
    name = old.name.casefold() == new.name.casefold() != ""
    definition = old.definition == new.definition != ""
    before, after = _read_items(old), _read_items(new)
    shared, all_items = len(before & after), len(before | after)
    mostly = shared > 0 and shared / all_items >= MOSTLY
    reasons = [
        *["same name"] * name,
        *["same definition"] * definition,
        *[f"{shared} of {all_items} rules, examples and cues the same"] * mostly,
    ]
    return (name + definition + shared / max(all_items, 1) if reasons else 0.0), ", ".join(reasons)


def _read_items(label: Label) -> set[str]:
    return {item for items in _read_lists(label).values() for item in items} | {cue.phrase for cue in label.cues}


def _judge_versions(old: str, new: str) -> VersionChange:
    """Return which of two versions is the later one by its numbers; ``changed`` where these do not tell."""
    if old == new:
        return "unchanged"
    before, after = _read_numbers(old), _read_numbers(new)
    if before == after or re.findall(r"[^\W\d_]+", old) != re.findall(r"[^\W\d_]+", new):
        return "changed"
    return "raised" if after > before else "lowered"


def _read_numbers(version: str) -> list[tuple[int, str]]:
    """Return the numbers of a version so that they sort by value, however long they are."""
    numbers = [digits.lstrip("0") for digits in re.findall(r"[0-9]+", version)]
    return [(len(digits), digits) for digits in numbers]
