"""Codings of one version of a codebook made codings of the next, as far as nobody has to code again for that."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from framing.annotations import CODED, Annotation, list_labels
from framing.codebook import Codebook
from framing.errors import AnnotationError, UsageError, suggest

MIGRATED_FROM = "migrated_from"
"""The field of a migrated coding that names the version it was made with."""


def migrate_annotations(
    annotations: Iterable[Annotation],
    codebook: Codebook,
    *,
    old: Codebook | None = None,
    renames: Mapping[str, str] | None = None,
    dropped: Collection[str] = (),
    absent: Collection[str] = (),
) -> list[Annotation]:
    """Return ``annotations`` in their order, those of another version as codings of ``codebook``'s version.

    ``old`` is the codebook they were made with. Without it the labels that they use stand for it: then a frame that no
    coding has counts as new, and names that fit nothing are not found. Codings that name no version count as ``old``'s.

    ``renames`` gives old labels their new ids; several frames may become one, which a sentence then has where it had any of
    them. ``dropped`` labels are taken out. ``absent`` names new frames that no sentence coded before has. A new target needs
    no word: a target left out was not coded. Labels of both are taken to mean what they meant, whatever their wording:
    ``compare_codebooks`` tells which were reworded. The field ``migrated_from`` keeps the version that a coding was made with,
    through later migrations too.

    Raises:
        UsageError: ``renames``, ``dropped`` or ``absent`` name labels that do not fit, or both codebooks have one version and
            differ; the message names all labels.
        AnnotationError: codings have labels that the codebook lacks, it has frames that nobody coded for, or sentences
            would have none or several where it wants one; the message names all labels.
    """
    annotations = list(annotations)
    if old is not None and old.version == codebook.version and old.coding_digest != codebook.coding_digest:
        raise UsageError(f"both codebooks have version {codebook.version} and differ: raise it with framing codebook bump")
    earlier = [coding for coding in annotations if _is_earlier(coding, codebook, old)]
    if not earlier:
        return annotations
    _check_versions(earlier, codebook, old)
    used = list_labels(earlier)
    frames, targets = (old.frame_ids, old.target_ids) if old else used
    plan = _Plan(frames, targets, dict(renames or {}), frozenset(dropped), frozenset(absent), guessed=old is None)
    _check_arguments(plan, codebook)
    _check_labels(plan, codebook, used)
    migrated = [_migrate(coding, plan, codebook, old) for coding in earlier]
    _check_single(migrated, codebook)
    waiting = iter(migrated)
    return [next(waiting) if _is_earlier(coding, codebook, old) else coding for coding in annotations]


@dataclass(frozen=True, slots=True)
class _Plan:
    """The labels of before and what becomes of each; ``guessed`` where they are those that the codings use."""

    frames: tuple[str, ...]
    targets: tuple[str, ...]
    renames: dict[str, str]
    dropped: frozenset[str]
    absent: frozenset[str]
    guessed: bool

    @property
    def labels(self) -> tuple[str, ...]:
        return (*self.frames, *self.targets)

    def follow(self, labels: Iterable[str]) -> list[str]:
        """Return the new ids of ``labels`` without the dropped ones."""
        return [self.renames.get(label, label) for label in labels if label not in self.dropped]


def _is_earlier(coding: Annotation, codebook: Codebook, old: Codebook | None) -> bool:
    """Return whether ``coding`` is of another version; what names none and holds no codes is of every version."""
    if coding.codebook_version is None:
        return coding.status == CODED and (old is None or old.version != codebook.version)
    return coding.codebook_version != codebook.version


def _migrate(coding: Annotation, plan: _Plan, codebook: Codebook, old: Codebook | None) -> Annotation:
    version = old.version if coding.codebook_version is None and old is not None else coding.codebook_version
    return replace(
        coding,
        frames=frozenset(plan.follow(coding.frames)),
        stance=tuple((plan.renames.get(target, target), value) for target, value in coding.stance if target not in plan.dropped),
        codebook_version=codebook.version,
        extra={MIGRATED_FROM: version} | coding.extra,
    )


def _check_versions(earlier: Sequence[Annotation], codebook: Codebook, old: Codebook | None) -> None:
    if old is None:
        unnamed = [coding for coding in earlier if coding.codebook_version is None]
        if unnamed:
            raise AnnotationError(
                f"{unnamed[0].place}: {_count(len(unnamed), 'coding')} from here on name no version of the codebook; "
                "name the codebook they were made with: --old FILE"
            )
        return
    others = sorted({c.codebook_version for c in earlier if c.codebook_version is not None} - {old.version})
    if others:
        raise AnnotationError(
            f"there are codings of version {', '.join(others)}, while the codebook of before has version {old.version} and the "
            f"new one {codebook.version}: migrate each version with its own codebook (--old FILE)"
        )


def _check_arguments(plan: _Plan, codebook: Codebook) -> None:
    problems = [*_misnamed(plan), *_misplaced(plan, codebook), *_contradictions(plan, codebook)]
    if problems:
        raise UsageError("; ".join(problems))


def _misnamed(plan: _Plan) -> list[str]:
    """Return what is wrong with the old ids that were named; nothing where the old ids are not known."""
    unknown = [] if plan.guessed else [label for label in (*plan.renames, *sorted(plan.dropped)) if label not in plan.labels]
    return [f"the codebook of before has no {label!r}{suggest(label, plan.labels)}" for label in unknown]


def _misplaced(plan: _Plan, codebook: Codebook) -> list[str]:
    """Return which renamed labels get no id of their kind."""
    problems = []
    for label, renamed in plan.renames.items():
        kind, ids = "frame or target", (*codebook.frame_ids, *codebook.target_ids)
        if label in plan.frames:
            kind, ids = "frame", codebook.frame_ids
        elif label in plan.targets:
            kind, ids = "target", codebook.target_ids
        if renamed not in ids:
            problems.append(f"{label!r} cannot become {renamed!r}: the codebook has no such {kind}{suggest(renamed, ids)}")
    return problems


def _contradictions(plan: _Plan, codebook: Codebook) -> list[str]:
    """Return what is said twice or against the codebook."""
    kept = {*codebook.frame_ids, *codebook.target_ids} - set(plan.renames.values())
    covered = plan.follow(plan.frames)
    merged = [target for target, count in Counter(plan.follow(plan.targets)).items() if count > 1]
    problems = [f"{label!r} is both renamed and dropped" for label in sorted(plan.dropped & set(plan.renames))]
    problems += [f"{label!r} is dropped, but the codebook still has it" for label in sorted(plan.dropped & kept)]
    problems += [f"several targets become {target!r}, which can have one stance only" for target in merged]
    for frame in sorted(plan.absent):
        if frame not in codebook.frame_ids:
            problems.append(f"the codebook has no frame {frame!r} that could be absent{suggest(frame, codebook.frame_ids)}")
        elif frame in covered:
            problems.append(f"the frame {frame!r} is not new, so it cannot be said to be absent")
    return problems


def _check_labels(plan: _Plan, codebook: Codebook, used: tuple[tuple[str, ...], tuple[str, ...]]) -> None:
    frames, targets = ([label for label in labels if label in plan.labels] for labels in used)
    lacking = _name("frame", [f for f in frames if not set(plan.follow([f])) <= set(codebook.frame_ids)])
    lacking += _name("target", [t for t in targets if not set(plan.follow([t])) <= set(codebook.target_ids)])
    foreign = [label for label in (*used[0], *used[1]) if label not in plan.labels]
    new = [frame for frame in codebook.frame_ids if frame not in plan.absent and frame not in plan.follow(plan.frames)]
    problems = []
    if foreign:
        problems.append(f"codings have labels that the codebook of before lacks, is it the right one: {_list(foreign)}")
    if lacking:
        problems.append(
            f"the codebook no longer has {' and '.join(lacking)}: say what became of each with --rename OLD=NEW, or --drop OLD to "
            "take it out of the codings"
        )
    if new:
        problems.append(_ask_about_new(new, plan))
    if problems:
        raise AnnotationError("; ".join(problems))


def _ask_about_new(frames: Sequence[str], plan: _Plan) -> str:
    flags = " ".join(f"--absent {frame}" for frame in frames)
    (named,) = _name("frame", frames)
    if plan.guessed:
        return (
            f"no coding has {named}, which may be new: name the codebook of before with --old FILE to tell; "
            f"or, if no sentence coded so far has it: {flags}"
        )
    return (
        f"nobody coded for {named} of the new codebook: code a sample again with it; "
        f"or, if no sentence coded so far has it: {flags}"
    )


def _check_single(migrated: Iterable[Annotation], codebook: Codebook) -> None:
    """Check that each migrated coding has the one frame that the codebook may want."""
    if not codebook.single_label:
        return
    odd = [c for c in migrated if c.status == CODED and len(c.frames) != 1]
    if odd:
        raise AnnotationError(
            f"{odd[0].place}: by the codebook a sentence has exactly one frame, and {_count(len(odd), 'coding')} from here on "
            "would have none or several: code these sentences again"
        )


def _name(kind: str, labels: Sequence[str]) -> list[str]:
    return [f"the {kind}{'s' * (len(labels) > 1)} {_list(labels)}"] if labels else []


def _list(labels: Iterable[str]) -> str:
    return ", ".join(map(repr, labels))


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'s' * (number != 1)}"
