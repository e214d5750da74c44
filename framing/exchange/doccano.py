"""Doccano: JSON Lines for projects of the kind text classification, one file per coder.

The tool has one list of labels. A stance is the label ``target:value``; three more labels say that a sentence has no frame, was
passed over, or cannot be coded. Other columns are kept with the example and handed back. Lost are the time, how long it took,
flags, and who coded what was imported: the tool books it under the user who imports it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from framing.annotations import OPEN, Annotation
from framing.codebook import Codebook
from framing.errors import AnnotationError
from framing.exchange.carrying import CARRIED, Item, Opened, Task, open_item, plan_lines, shown_codes
from framing.exchange.files_by_coder import coder_of, name_for, split_by_coder
from framing.exchange.labels import LabelReader, list_labels, write_labels
from framing.exchange.returning import Decision, Returned
from framing.exchange.sources import Source, gather_files, iterate_objects

_COLOURS = ("#1f77b4", "#2ca02c", "#9467bd", "#8c564b", "#17becf", "#bcbd22", "#e377c2", "#7f7f7f")
_OWN = ("id", "text", "label", "labels", "Comments", CARRIED)


def write_doccano(annotations: Iterable[Annotation], codebook: Codebook) -> dict[str, bytes]:
    """Return a file for each coder, ``all.jsonl`` for sentences that anyone may code, and ``labels.json`` with the labels.

    Every line is one decision, or a sentence that waits, which has no label.

    Raises:
        AnnotationError: the codebook lacks a code, or a sentence has no text.
    """
    split = split_by_coder(plan_lines(annotations, codebook))
    files = {f"{name_for(coder)}.jsonl": b"".join(map(_write_line, tasks)) for coder, tasks in split.items()}
    colours = {label: _COLOURS[number % len(_COLOURS)] for number, label in enumerate(list_labels(codebook))}
    labels = [{"text": label, "background_color": colour, "text_color": "#ffffff"} for label, colour in colours.items()]
    return files | {"labels.json": json.dumps(labels, indent=1).encode()}


def _write_line(task: Task) -> bytes:
    """Return a line with the same columns as every other, all of them strings: the tool fills gaps with numbers."""
    codes = shown_codes(task.first)
    labels = [] if codes is None else write_labels(codes)
    record = {"text": task.text, "label": labels} | task.shown | {"sentence": task.first.id, CARRIED: task.carried}
    return json.dumps(record, ensure_ascii=False).encode() + b"\n"


def read_doccano(source: Source, codebook: Codebook | None = None) -> list[Annotation]:
    """Return the annotations of an export: its zip archive, a folder of unpacked ones, or a file named after its coder.

    A sentence without labels is coded with no frame where people made the file in the tool, and still waits where it was sent
    from here. Comments are the note.

    Raises:
        FileError, AnnotationError: it cannot be read, or has an unknown label.
    """
    labels, returned = LabelReader(codebook), Returned(codebook)
    for name, content in gather_files(source, (".jsonl",)).items():
        for place, line in iterate_objects(name, content):
            _read_line(line, place, coder_of(name), labels, returned)
    return returned.annotations()


def _read_line(line: dict[str, Any], place: str, coder: str | None, labels: LabelReader, returned: Returned) -> None:
    text, given = line.get("text"), line.get("label", line.get("labels"))
    if not isinstance(text, str) or not text.strip():
        raise AnnotationError(f"{place}: there is no 'text'")
    if not isinstance(given, list):
        raise AnnotationError(f"{place}: there is no list 'label'; export a text classification project as JSONL")
    fields = {key: value for key, value in line.items() if key not in _OWN}
    opened = open_item(Item(text, place, f"example-{line.get('id', place)}", line.get(CARRIED), fields))
    returned.add(opened, _read_decision(given, _note(line.get("Comments")), coder, opened, labels))


def _read_decision(
    given: Sequence[Any], note: str | None, coder: str | None, opened: Opened, labels: LabelReader
) -> list[Decision]:
    """Return the decision of a line; without labels, one that was sent from here says nothing."""
    if opened.sent and not given:
        return []
    # The export of each member lists all examples, with the member's own labels: only the coder's own line can be the one sent.
    same = opened.sent and coder in (None, opened.sent[0].annotation.coder) and opened.sent[0].annotation.status != OPEN
    number = opened.sent[0].number if same else None
    return [Decision(labels.read_labels(given, opened.item.place), coder, note=note, number=number)]


def _note(comments: Any) -> str | None:
    return "\n".join(map(str, comments)) if isinstance(comments, list) and comments else None
