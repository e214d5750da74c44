"""Prodigy: JSON Lines for the interface ``choice``, one task a line.

Written and read by the published description of the format; the tool itself is commercial and was not at hand. It keeps every
field of a task, so nothing is lost. It drops tasks that are the same to it: of sentences with equal text and options it shows
one.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from framing.annotations import CODED, REJECTED, SKIPPED, Annotation
from framing.codebook import STANCES, Codebook
from framing.errors import AnnotationError
from framing.exchange.carrying import CARRIED, Item, Opened, Task, open_item, plan_lines, shown_codes
from framing.exchange.files_by_coder import name_for, split_by_coder
from framing.exchange.labels import NO_FRAME, Codes, LabelReader, join_stance, write_labels
from framing.exchange.returning import Decision, Returned, read_time
from framing.exchange.sources import Source, gather_files, iterate_objects, object_in, objects_in

_ANSWERS = {CODED: "accept", REJECTED: "reject", SKIPPED: "ignore"}
_STATUSES = {answer: status for status, answer in _ANSWERS.items()}
_OWN = ("text", "options", "accept", "answer", "meta", "flagged", "note", "comment", "id", "html", "config", CARRIED)


def write_prodigy(annotations: Iterable[Annotation], codebook: Codebook) -> dict[str, bytes]:
    """Return ``prodigy-CODER.jsonl`` for each coder, and ``prodigy-all.jsonl`` for sentences that anyone may code.

    A line is one decision (``answer``), or a sentence that waits. Frames and stances are options of one list; the context stands
    in ``meta``, which the tool shows under the sentence. A flag is the tool's own, a withdrawn decision is ``ignore``.

    Raises:
        AnnotationError: the codebook lacks a code, or a sentence has no text.
    """
    options = _write_options(codebook)
    split = split_by_coder(plan_lines(annotations, codebook))
    return {
        f"prodigy-{name_for(coder)}.jsonl": b"".join(_write_line(task, options) for task in tasks)
        for coder, tasks in (split or {None: []}).items()
    }


def _write_options(codebook: Codebook) -> list[dict[str, str]]:
    frames = [{"id": frame.id, "text": frame.name} for frame in codebook.frames]
    pairs = [(target, value) for target in codebook.targets for value in STANCES]
    return frames + [{"id": join_stance(target.id, value), "text": f"{target.name}: {value}"} for target, value in pairs]


def _write_line(task: Task, options: list[dict[str, str]]) -> bytes:
    annotation, codes = task.first, shown_codes(task.first)
    meta = {key: value for key, value in task.shown.items() if value}
    record: dict[str, Any] = {"text": task.text, "options": options, "meta": meta, "id": annotation.id, CARRIED: task.carried}
    if codes is not None:
        accepted = [label for label in write_labels(codes) if label != NO_FRAME] if codes.status == CODED else []
        record |= {"accept": accepted, "answer": _ANSWERS[codes.status], "_view_id": "choice"}
        record |= {"_annotator_id": annotation.coder, "_session_id": annotation.coder} if annotation.coder is not None else {}
        record |= {"_timestamp": int(datetime.fromisoformat(time).timestamp())} if (time := read_time(annotation.time)) else {}
        record |= {"flagged": True} if annotation.flagged else {}
        record |= {"note": annotation.note} if annotation.note else {}
    return json.dumps(record, ensure_ascii=False).encode() + b"\n"


def read_prodigy(source: Source, codebook: Codebook | None = None) -> list[Annotation]:
    """Return the annotations of ``db-out``.

    ``accept`` is coded, with the options that were chosen, ``ignore`` is skipped and ``reject`` rejected; a task without an
    answer holds nothing. The coder is ``_annotator_id`` (in the tool, the data set and the session's name), else
    ``_session_id``. Options with numbers as ids are read by their text.

    Raises:
        FileError, AnnotationError: it cannot be read, is of another interface, or has an unknown option.
    """
    labels, returned = LabelReader(codebook), Returned(codebook)
    for name, content in gather_files(source, (".jsonl",)).items():
        for place, line in iterate_objects(name, content):
            _read_line(line, place, labels, returned)
    return returned.annotations()


def _read_line(line: dict[str, Any], place: str, labels: LabelReader, returned: Returned) -> None:
    text, answer = line.get("text"), line.get("answer")
    if not isinstance(text, str) or not text.strip():
        raise AnnotationError(f"{place}: there is no 'text'")
    if answer is not None and answer not in _STATUSES:
        raise AnnotationError(f"{place}: the answer is {answer!r:.40}, not accept, reject or ignore")
    fields = object_in(line, "meta", place) | {key: value for key, value in line.items() if key not in _OWN and key[0] != "_"}
    name = str(line.get("id") or f"input-{line.get('_input_hash', place)}")
    opened = open_item(Item(text, place, name, line.get(CARRIED), fields))
    returned.add(opened, [] if answer is None else [_read_decision(line, _STATUSES[answer], opened, labels)])


def _read_decision(line: dict[str, Any], status: str, opened: Opened, labels: LabelReader) -> Decision:
    coder = line.get("_annotator_id") or line.get("_session_id")
    coder = None if coder is None else str(coder)
    note = line.get("note") or line.get("comment")
    return Decision(
        _read_options(line, opened.item.place, labels) if status == CODED else Codes(status=status),
        coder,
        time=read_time(line.get("_timestamp")),
        note=None if note is None else str(note),
        flagged=line.get("flagged") is True,
        number=opened.sent[0].number if opened.sent else None,
        by_another=bool(opened.sent) and (coder or None) != (opened.sent[0].annotation.coder or None),
    )


def _read_options(line: dict[str, Any], place: str, labels: LabelReader) -> Codes:
    accepted = line.get("accept")
    if not isinstance(accepted, list):
        raise AnnotationError(f"{place}: there is no list 'accept': this is no task of the interface choice")
    shown = {option.get("id"): option.get("text") for option in objects_in(line, "options", place)}
    return labels.read_labels([_word(choice, shown, labels) for choice in accepted], place)


def _word(choice: Any, shown: Mapping[Any, Any], labels: LabelReader) -> Any:
    """Return the id of an option where that is a label, else its text where that is one."""
    text = shown.get(choice) if isinstance(choice, str | int) else None
    if isinstance(choice, str) and (text is None or labels.knows(choice) or not labels.knows(text)):
        return choice
    return text if text is not None else str(choice)
