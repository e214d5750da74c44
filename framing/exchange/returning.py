"""What comes back from a tool: what was sent, as it was, and the decisions that people made there."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime
from typing import Any

from framing.annotation_files import check_codes, parse_annotation
from framing.annotations import ADJUDICATED, BLIND, OPEN, Annotation
from framing.codebook import Codebook
from framing.exchange.carrying import CONTEXT, Item, Opened, Sent, shown_codes
from framing.exchange.labels import Codes

_KNOWN = ("id", "article", "outlet", "index", "start", "end", "hash", "sampling", "inclusion_probability", "codebook_version")
"""Fields that are ours in the data of a tool, where people put them there; others are kept as they are."""

_OWN = {name.name for name in fields(Annotation)}

UNNUMBERED = -1
"""The number of a decision that was sent to a tool and lost its own number there."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What a tool holds of one coder's decision on a sentence.

    ``number`` is that of the annotation that was sent, ``UNNUMBERED`` where the tool knows that somebody sent it but not as
    which, None where it was made in the tool. ``by_another`` says that somebody else made it on top of that one, the same codes
    or not. None as ``note`` says that the tool has no place for one. ``extra`` holds answers that are not ours.
    """

    codes: Codes
    coder: str | None = None
    time: str | None = None
    seconds: float | None = None
    note: str | None = None
    flagged: bool = False
    number: int | None = None
    by_another: bool = False
    phase: str | None = None
    extra: dict[str, Any] = field(default_factory=dict)


class Returned:
    """Collects what comes back, item by item, and gives the annotations."""

    def __init__(self, codebook: Codebook | None) -> None:
        """Take the codebook against which everything is checked, None for no check."""
        self._codebook = codebook
        self._sent: dict[Sent, None] = {}
        self._answered: set[Sent] = set()
        self._new: list[tuple[float, Annotation]] = []

    def add(self, opened: Opened, decisions: Iterable[Decision]) -> None:
        """Add a sentence with the decisions that the tool holds on it; it may come again, with those of another coder."""
        self._sent |= dict.fromkeys(opened.sent)
        shown = {sent.number: sent.annotation for sent in opened.sent if sent.annotation.status != OPEN}
        first = min((sent.number for sent in opened.sent), default=float("inf"))
        base = _find_base(opened)
        for decision in decisions:
            original = shown.get(decision.number) if decision.number in shown else _find_equal(decision, shown.values())
            if original is None or decision.by_another or _differs(decision, original):
                self._new.append((first, _make(base, original, decision, opened.item.place)))
                self._answered |= {sent for sent in opened.sent if sent.annotation.status == OPEN}

    def annotations(self) -> list[Annotation]:
        """Return what was sent in its old order, with the decisions made in the tool after that on the same sentence.

        A sentence that waited and was decided on waits no more.

        Raises:
            AnnotationError: the codebook lacks a code, or is another version than the one they were made with.
        """
        kept = [(float(sent.number), sent.annotation) for sent in self._sent if sent not in self._answered]
        found = [annotation for _, annotation in sorted([*kept, *self._new], key=lambda pair: pair[0])]
        if self._codebook is not None:
            for annotation in found:
                check_codes(annotation, self._codebook)
        return found


def _make(base: Annotation, original: Annotation | None, decision: Decision, place: str) -> Annotation:
    """Return the decision as an annotation: a correction of another's coding adjudicates it, one of the coder's own replaces it."""
    phase, parents = decision.phase or base.phase, tuple[str, ...]()
    if original is not None and decision.coder == original.coder:
        phase = original.phase
    elif original is not None:
        phase, parents = ADJUDICATED, tuple(filter(None, [original.decision or original.coder]))
    return replace(
        base,
        frames=decision.codes.frames,
        stance=decision.codes.stance,
        status=decision.codes.status,
        coder=decision.coder,
        phase=phase,
        parents=parents,
        time=decision.time,
        seconds=decision.seconds,
        note=decision.note or None,
        flagged=decision.flagged,
        extra=base.extra | _set_apart(decision.extra),
        place=place,
    )


def _find_base(opened: Opened) -> Annotation:
    """Return an annotation with what is known of the sentence and nothing that a coder decided."""
    if not opened.sent:
        return _read_foreign(opened.item)
    sent = [one.annotation for one in opened.sent]
    waiting = [annotation for annotation in sent if annotation.status == OPEN]
    base = (waiting or sent)[0]
    extra = {key: value for key, value in base.extra.items() if key not in CONTEXT}
    version = base.codebook_version or opened.codebook_version
    phase = (base.phase or BLIND) if waiting else None
    return replace(base, phase=phase, decision=None, codebook_version=version, extra=extra)


def _read_foreign(item: Item) -> Annotation:
    """Return what the tool's data say of a sentence that was never sent from here."""
    named = {key: item.fields[key] for key in _KNOWN if item.fields.get(key) not in (None, "")}
    for key in ("id", "article", "outlet"):
        if key in named:
            named[key] = str(named[key])
    named = {"id": item.id, "text": item.text} | named
    annotation = parse_annotation(json.dumps(named), item.place)
    extra = {key: value for key, value in item.fields.items() if key not in (*_KNOWN, "text") and value not in (None, "")}
    return replace(annotation, extra=_set_apart(extra), article=annotation.article if annotation.grouped else annotation.id)


def _set_apart(extra: dict[str, Any]) -> dict[str, Any]:
    """Return fields of a tool under names that are not ours."""
    return {f"tool_{key}" if key in _OWN else key: value for key, value in extra.items()}


def _find_equal(decision: Decision, sent: Iterable[Annotation]) -> Annotation | None:
    """Return the annotation that a decision which came from outside the tool repeats, where its number got lost on the way."""
    if decision.number is None:
        return None
    return next((annotation for annotation in sent if not _differs(decision, annotation)), None)


def _differs(decision: Decision, original: Annotation) -> bool:
    """Return whether the tool changed what was sent; a tool without a place for notes or flags changes none."""
    shown = shown_codes(original)
    if shown is None or (decision.codes.status, decision.codes.frames) != (shown.status, shown.frames):
        return True
    noted = decision.note not in (None, "", original.note)
    flagged = decision.flagged and not original.flagged
    return noted or flagged or dict(decision.codes.stance) != dict(shown.stance)


def read_time(value: Any) -> str | None:
    """Return a time in UTC, ISO 8601 to the millisecond, from ISO 8601 or seconds since 1970; None where it is neither."""
    try:
        if isinstance(value, int | float) and not isinstance(value, bool):
            moment = datetime.fromtimestamp(value, UTC)
        else:
            moment = datetime.fromisoformat(str(value))
    except (ValueError, OverflowError, OSError):
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
