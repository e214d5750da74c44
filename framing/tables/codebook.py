"""The tables that show what changed in a codebook."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher

from rich.text import Text

from framing.codebook_changes import CodebookChanges, FieldChange, LabelChange
from framing.output import Grid, Part, plain

REWORDED = 0.5
"""The likeness of two lines (difflib's ratio of their words) from which on one is shown as the other reworded."""

OLD, NEW = "red", "green"


def tabulate_codebook_changes(changes: CodebookChanges) -> list[Part]:
    """Return which labels changed, the wording before and after with every word marked, and what to do next.

    ``[-so-]`` marks words that were taken out, ``{+so+}`` those that came in, with and without colour.
    """
    if changes.empty:
        return [f"Both codebooks say the same, as version {plain(changes.new_version)}."]
    parts: list[Part] = [_describe_versions(changes)]
    labels = _label_rows(changes)
    if labels:
        parts.append(Grid("Frames and targets", ["", "label", "change", "cues"], labels, left=3))
    wording = _wording_rows(changes)
    if wording:
        title = "Wording that coders read: [-taken out-] {+put in+}"
        parts.append(Grid(title, ["label", "field", "before and after"], wording, left=3))
    if changes.reordered:
        parts.append("Frames or targets stand in another order.")
    return [*parts, _advise(changes)]


def _describe_versions(changes: CodebookChanges) -> str:
    old, new = plain(changes.old_version), plain(changes.new_version)
    return f"Version {new} as before." if changes.version == "unchanged" else f"Version {old}, then {new}: {changes.version}."


def _advise(changes: CodebookChanges) -> str:
    old = plain(changes.old_version)
    if changes.for_coders and changes.version in ("unchanged", "lowered"):
        return (
            "Coders read something else than before, but the version is not raised: raise it in the new file before anybody codes, "
            "or codings of before and of now cannot be told apart."
        )
    if changes.for_coders:
        named = " ".join(f"--rename {rename.old}={rename.new}" for rename in changes.renames)
        renamed = f" If the renames are right, say {named}." if named else ""
        return f"Codings of version {old} need framing codebook migrate, or coding again.{renamed}"
    if changes.version == "unchanged":
        return "Only cues changed: codings stay valid, and the version may stay; train again."
    return f"Coders read the same as before: framing codebook migrate takes over every coding of version {old}."


def _label_rows(changes: CodebookChanges) -> list[list[str | Text]]:
    likely = {rename.old: rename for rename in changes.renames}
    rows: list[list[str | Text]] = []
    for kind, removed, added in (
        ("frame", changes.frames_removed, changes.frames_added),
        ("target", changes.targets_removed, changes.targets_added),
    ):
        for label in removed:
            renamed = f", probably renamed {likely[label].new} ({likely[label].reason})" if label in likely else ""
            cues = _count_cues(likely[label].change) if label in likely else ""
            rows.append([kind, label, f"removed{renamed}", cues])
        rows += [[kind, label, "added", ""] for label in added]
        for change in changes.labels:
            if change.kind == kind:
                rows.append([kind, change.id, ", ".join(field.field for field in change.fields) or "cues", _count_cues(change)])
    return rows


def _count_cues(change: LabelChange) -> str:
    added, removed = f"+{change.cues_added}" if change.cues_added else "", f"−{change.cues_removed}" if change.cues_removed else ""
    return f"{added} {removed}".strip()


def _wording_rows(changes: CodebookChanges) -> list[list[str | Text]]:
    named: list[tuple[str, Sequence[FieldChange]]] = [("the codebook", changes.general)]
    named += [(f"{rename.old} / {rename.new}", rename.change.fields) for rename in changes.renames]
    named += [(change.id, change.fields) for change in changes.labels]
    return [[label, field.field, line] for label, fields in named for field in fields for line in mark_lines(field.old, field.new)]


def mark_lines(old: Sequence[str], new: Sequence[str]) -> list[Text]:
    """Return a text for each line that was reworded, put in or taken out, in the order of ``new``, those taken out last."""
    left = [line for line in old if line not in new]
    marked = []
    for line in (line for line in new if line not in old):
        nearest = max(left, key=lambda before: _likeness(before, line), default=None)
        if nearest is not None and (_likeness(nearest, line) >= REWORDED or len(old) == len(new) == 1):
            left.remove(nearest)
            marked.append(mark_words(nearest, line))
        else:
            marked.append(mark_words("", line))
    marked += [mark_words(line, "") for line in left]
    return marked or [Text("the same lines in another order, or another number of times")]


def mark_words(old: str, new: str) -> Text:
    """Return ``new`` with the words that it has in place of those of ``old``: ``[-old-]{+new+}``."""
    before, after = _split(old), _split(new)
    marked = Text()
    for change, i, j, k, m in _match(before, after).get_opcodes():
        if change == "equal":
            # The last word of a text has no blank behind it, its fellow in the other text may have one.
            marked.append("".join(max(pair, key=len) for pair in zip(before[i:j], after[k:m], strict=True)))
            continue
        removed, added = "".join(before[i:j]), "".join(after[k:m])
        if removed:
            marked.append(f"[-{removed.rstrip()}-]", OLD)
        if added:
            marked.append(f"{{+{added.rstrip()}+}}", NEW)
        if (added or removed).endswith(" "):
            marked.append(" ")
    return marked


# Thai, Lao, Burmese and Khmer, kana and Han have no blanks between words: there each sign stands for itself.
_UNSPACED = "\\u0e00-\\u0eff\\u1000-\\u109f\\u1780-\\u17ff\\u3040-\\u30ff\\u3400-\\u9fff"
_WORD = re.compile(f"[{_UNSPACED}] ?|[^ {_UNSPACED}]+ ?")


def _split(text: str) -> list[str]:
    return _WORD.findall(plain(text))


def _match(before: Iterable[str], after: Iterable[str]) -> SequenceMatcher[str]:
    return SequenceMatcher(None, [word.rstrip() for word in before], [word.rstrip() for word in after], autojunk=False)


def _likeness(old: str, new: str) -> float:
    return _match(_split(old), _split(new)).ratio()
