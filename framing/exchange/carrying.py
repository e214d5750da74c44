"""What travels with each sentence, so that no tool loses a field, and how what comes back is told from what was sent.

A tool shows a sentence and its codes. Everything else that an annotation says, and the codes themselves, travels as one JSON
string in the tool's metadata, which the tool hands back untouched. Codes that come back as they were sent are the annotation
that was sent, whole. Other codes are a decision made in the tool, and the sent one is kept beside it: nothing is overwritten.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from framing.annotation_files import annotation_record, check_codes, parse_annotation
from framing.annotations import CODED, OPEN, SKIPPED, WITHDRAWN, Annotation, hash_sentence
from framing.codebook import Codebook
from framing.errors import AnnotationError
from framing.exchange.labels import Codes
from framing.exchange.sources import parse_json

CARRIED = "framing"
"""The field of a tool's metadata in which everything travels."""

CONTEXT = ("before", "after", "title", "coders")
"""Fields of a sample that its coders see, and that their codings do not repeat."""


@dataclass(frozen=True, slots=True)
class Sent:
    """An annotation that is sent, with its number among those sent, by which the order is restored."""

    number: int
    annotation: Annotation


@dataclass(frozen=True, slots=True)
class Task:
    """A sentence to be shown, and the annotations that travel with it."""

    text: str
    sent: tuple[Sent, ...]
    codebook_version: str

    @property
    def first(self) -> Annotation:
        """The first of its annotations."""
        return self.sent[0].annotation

    @property
    def carried(self) -> str:
        """Everything that is known of it, as one JSON string."""
        pairs = [[sent.number, _write_record(sent.annotation, self.text)] for sent in self.sent]
        given = {"hash": hash_sentence(self.text), "codebook_version": self.codebook_version, "sent": pairs}
        return json.dumps(given, ensure_ascii=False, separators=(",", ":"))

    @property
    def shown(self) -> dict[str, str]:
        """What its coder sees beside the text: the context and where the sentence comes from; empty strings where unknown."""
        extra = self.first.extra
        context = {key: _join(extra.get(key)) for key in ("before", "after", "title", "date")}
        return context | {"outlet": self.first.outlet or "", "article": self.first.article if self.first.grouped else ""}


def plan_tasks(annotations: Iterable[Annotation], codebook: Codebook) -> list[Task]:
    """Return each sentence once with its annotations, in the order of first appearance.

    Raises:
        AnnotationError: the codebook lacks a code, a sentence has two texts, or none is at hand.
    """
    grouped: dict[tuple[str, str], list[Sent]] = {}
    for number, annotation in enumerate(annotations):
        check_codes(annotation, codebook)
        grouped.setdefault((annotation.article, annotation.id), []).append(Sent(number, annotation))
    return [Task(_find_text(sent), tuple(sent), codebook.version) for sent in grouped.values()]


def plan_lines(annotations: Iterable[Annotation], codebook: Codebook) -> list[Task]:
    """Return a task for each annotation, for tools in which a line is one decision; raises as ``plan_tasks``."""
    tasks = plan_tasks(annotations, codebook)
    lines = [replace(task, sent=(sent,)) for task in tasks for sent in task.sent]
    return sorted(lines, key=lambda task: task.sent[0].number)


def _find_text(sent: Sequence[Sent]) -> str:
    texts = {one.annotation.text: one.annotation for one in sent if one.annotation.text}
    if not texts:
        first = sent[0].annotation
        raise AnnotationError(
            f"{first.place or first.article}: the sentence {first.id!r} has no text to show; name its articles with --articles, "
            "or export to jsonl, csv or excel"
        )
    if len(texts) > 1:
        one, other, *_ = texts.values()
        raise AnnotationError(f"{other.place}: sentence {one.id!r} has another text than at {one.place}; give it another id")
    return next(iter(texts))


def shown_codes(annotation: Annotation) -> Codes | None:
    """Return the codes that a tool shows for ``annotation``: none for one that waits, and a withdrawn one as passed over."""
    if annotation.status == OPEN:
        return None
    if annotation.status != CODED:
        return Codes(status=SKIPPED if annotation.status == WITHDRAWN else annotation.status)
    return Codes(annotation.frames, annotation.stance)


def _join(value: Any) -> str:
    return " ".join(map(str, value)) if isinstance(value, list | tuple) else str(value or "")


def _write_record(annotation: Annotation, shown: str) -> dict[str, Any]:
    record = annotation_record(annotation)
    if annotation.text == shown:
        del record["text"]
    else:
        record["text"] = annotation.text or None
    return record if annotation.grouped else record | {"article": annotation.article, "grouped": False}


@dataclass(frozen=True, slots=True)
class Item:
    """A sentence as a tool hands it back.

    ``carried`` is what was sent with it, None where people made it in the tool; then ``fields`` are the tool's data on it,
    and ``id`` is the tool's own name for it.
    """

    text: str
    place: str
    id: str
    carried: Any = None
    fields: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Opened:
    """An item with the annotations that travelled with it, and the version of the codebook with which they were sent."""

    item: Item
    sent: tuple[Sent, ...] = ()
    codebook_version: str | None = None

    @property
    def waits(self) -> bool:
        """Whether one of them waits for a coder."""
        return any(sent.annotation.status == OPEN for sent in self.sent)


def open_item(item: Item) -> Opened:
    """Return ``item`` with what travelled with it; a text that was changed on the way keeps the hash of the one that was sent.

    Raises:
        AnnotationError: what travelled is not as it was sent.
    """
    if item.carried is None:
        return Opened(item)
    given = _read_carried(item)
    changed = str(given["hash"]) if given.get("hash") not in (None, hash_sentence(item.text)) else None
    sent = []
    for number, record in given["sent"]:
        annotation = _read_record(record, item)
        if changed and "text" not in record:
            annotation = replace(annotation, hash=changed)
        sent.append(Sent(number, annotation))
    version = given.get("codebook_version")
    return Opened(item, tuple(sent), None if version is None else str(version))


def _read_carried(item: Item) -> dict[str, Any]:
    given = parse_json(item.carried, f"{item.place}, field {CARRIED!r}") if isinstance(item.carried, str) else None
    pairs = given.get("sent") if isinstance(given, dict) else None
    if not isinstance(pairs, list) or not all(_is_pair(pair) for pair in pairs):
        raise AnnotationError(f"{item.place}: the field {CARRIED!r} is not as it was sent; leave it as it is, or take it out")
    return given or {}


def _is_pair(pair: Any) -> bool:
    return isinstance(pair, list) and len(pair) == 2 and isinstance(pair[0], int) and isinstance(pair[1], dict)


def _read_record(record: dict[str, Any], item: Item) -> Annotation:
    given = {"text": item.text} | {key: value for key, value in record.items() if key != "grouped"}
    annotation = parse_annotation(json.dumps(given), item.place)
    return replace(annotation, grouped=record.get("grouped") is not False)
