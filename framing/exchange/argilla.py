"""Argilla 2: records as ``Record.to_dict`` gives them, and the settings of the data set written from the codebook.

The tool knows coders by number (UUID) alone; ``users.json`` says which is whose, and each number can be given to the user when
the account is made. Its export tells neither drafts from submitted answers nor which records were discarded: the labels
``(skip)`` and ``(reject)`` stand in for that. It has no place for times and flags; they travel in the metadata.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from framing.annotations import OPEN, SKIPPED, Annotation
from framing.codebook import STANCES, Codebook
from framing.errors import AnnotationError
from framing.exchange.carrying import CARRIED, Item, Opened, Sent, Task, open_item, plan_tasks, shown_codes
from framing.exchange.labels import NO_FRAME, REJECT, SKIP, Codes, LabelReader, write_labels
from framing.exchange.returning import Decision, Returned
from framing.exchange.sources import Source, decode_text, gather_files, iterate_objects, object_in, objects_in, parse_json

_FRAMES, _STANCE, _NOTE = "frames", "stance_", "note"
_SETTINGS, _USERS = "settings.json", "users.json"
_CONTEXT = ("title", "before", "text", "after")


def write_argilla(annotations: Iterable[Annotation], codebook: Codebook) -> dict[str, bytes]:
    """Return ``records.json``, ``settings.json`` for ``Settings.from_json``, and ``users.json`` with each coder's number.

    A sentence is a record, with a response of each coder: the last one where a coder decided more than once, as the tool holds
    one answer a user.

    Raises:
        AnnotationError: the codebook lacks a code, or a sentence has no text.
    """
    tasks = plan_tasks(annotations, codebook)
    records = ",\n".join(json.dumps(_write_record(task), ensure_ascii=False) for task in tasks)
    coders = {coder for task in tasks for coder in _coders(task.sent) if coder}
    overlap = max((len(_coders(task.sent)) for task in tasks if task.first.status == OPEN), default=1)
    users = {user_id(coder): coder for coder in sorted(coders)}
    return {
        "records.json": f"[\n{records}\n]\n".encode(),
        _SETTINGS: json.dumps(_write_settings(codebook, overlap), ensure_ascii=False, indent=1).encode(),
        _USERS: json.dumps(users, ensure_ascii=False, indent=1).encode(),
    }


def user_id(coder: str | None) -> str:
    """Return the number of a coder: the name where that is a UUID, else one made from it, always the same."""
    try:
        return str(UUID(coder))
    except (ValueError, TypeError):
        return str(uuid5(NAMESPACE_URL, f"coder:{coder or ''}"))


def _coders(sent: Iterable[Sent]) -> set[str | None]:
    """Return those who coded a sentence or shall do so."""
    found: set[str | None] = set()
    for annotation in (one.annotation for one in sent):
        named = annotation.extra.get("coders")
        waits = annotation.status == OPEN
        found |= {str(coder) for coder in named} if waits and isinstance(named, list | tuple) and named else {annotation.coder}
    return found


def _write_record(task: Task) -> dict[str, Any]:
    shown = {key: value for key, value in task.shown.items() if value}
    fields = {"text": task.text} | {key: shown.pop(key) for key in ("title", "before", "after") if key in shown}
    responses: dict[str, list[dict[str, Any]]] = {}
    for sent in _last_of_each(task.sent):
        for question, value in _write_answers(sent.annotation):
            answer = {"value": value, "user_id": user_id(sent.annotation.coder), "status": "submitted"}
            responses.setdefault(question, []).append(answer)
    metadata = shown | {"sentence": task.first.id, CARRIED: task.carried}
    name = f"{task.first.article} {task.first.id}" if task.first.grouped else task.first.id
    return {"id": name, "fields": fields, "metadata": metadata, "suggestions": {}, "responses": responses, "vectors": {}}


def _last_of_each(sent: Iterable[Sent]) -> list[Sent]:
    return list({one.annotation.coder: one for one in sent if one.annotation.status != OPEN}.values())


def _write_answers(annotation: Annotation) -> Iterable[tuple[str, Any]]:
    codes = shown_codes(annotation) or Codes()
    yield _FRAMES, write_labels(replace(codes, stance=()))
    for target, value in codes.stance:
        yield _STANCE + target, value
    if annotation.note:
        yield _NOTE, annotation.note


def _write_settings(codebook: Codebook, overlap: int) -> dict[str, Any]:
    labels = [(frame.id, frame.name, frame.definition) for frame in codebook.frames]
    labels += [(NO_FRAME, "no frame applies", ""), (SKIP, "skip this sentence", ""), (REJECT, "no sentence that can be coded", "")]
    questions = [_question(_FRAMES, "Frames", "multi_label_selection", labels) | {"required": True}]
    for target in codebook.targets:
        values = [(value, value, "") for value in STANCES]
        asked = _question(_STANCE + target.id, f"Stance: {target.name}", "label_selection", values)
        questions.append(asked | {"description": target.definition[:1000] or None})
    text = {"type": "text", "use_markdown": False}
    fields = [{"name": name, "title": name, "required": name == "text", "type": "text", "settings": text} for name in _CONTEXT]
    questions.append({"name": _NOTE, "title": "Note", "description": None, "required": False, "type": "text", "settings": text})
    return {
        "guidelines": "\n".join(f"- {rule}" for rule in codebook.rules) or None,
        "fields": fields,
        "questions": questions,
        "vectors": [],
        "metadata": [],
        "allow_extra_metadata": True,
        "distribution": {"strategy": "overlap", "min_submitted": overlap},
        "mapping": None,
    }


def _question(name: str, title: str, kind: str, labels: Iterable[tuple[str, str, str]]) -> dict[str, Any]:
    options = [{"value": value, "text": text} | ({"description": hint[:1000]} if hint else {}) for value, text, hint in labels]
    settings = {"type": kind, "options": options, "visible_options": None}
    settings |= {"options_order": "natural"} if kind.startswith("multi") else {}
    return {"name": name, "title": title, "description": None, "required": False, "type": kind, "settings": settings}


def read_argilla(source: Source, codebook: Codebook | None = None) -> list[Annotation]:
    """Return the annotations of ``Dataset.records.to_json`` or of JSON Lines of ``Record.to_dict``.

    The coder is the name that ``users.json`` beside the records gives the user's number, else the number. Suggestions are no
    codings. A response without frames is coded with no frame; one that says that it is a draft is none.

    Raises:
        FileError, AnnotationError: it cannot be read, or has an unknown label.
    """
    labels, returned = LabelReader(codebook), Returned(codebook)
    files = gather_files(source, (".json", ".jsonl"))
    users = _read_users(files)
    for name, content in files.items():
        if name.rpartition("/")[2] in (_SETTINGS, _USERS):
            continue
        for place, record in iterate_objects(name, content):
            _read_record(record, place, labels, users, returned)
    return returned.annotations()


def _read_users(files: Mapping[str, bytes]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, content in files.items():
        if name.rpartition("/")[2] == _USERS:
            given = parse_json(decode_text(content, name), name)
            if not isinstance(given, dict):
                raise AnnotationError(f"{name}: it must be an object: the number of each user, and the name")
            found |= {str(number): str(coder) for number, coder in given.items()}
    return found


def _read_record(record: dict[str, Any], place: str, labels: LabelReader, users: dict[str, str], returned: Returned) -> None:
    fields, metadata = object_in(record, "fields", place), object_in(record, "metadata", place)
    text = fields.get("text")
    if not isinstance(text, str) or not text.strip():
        raise AnnotationError(f"{place}: the record has no field 'text'; export records with Record.to_dict or to_json")
    data = metadata | {key: value for key, value in fields.items() if key != "text"}
    carried = data.pop(CARRIED, None)
    opened = open_item(Item(text, place, str(record.get("id") or place), carried, data))
    answers: dict[str, dict[str, Any]] = {}
    given = object_in(record, "responses", place)
    for question in given:
        for response in objects_in(given, question, place):
            if response.get("status") != "draft":
                answer = (SKIP if question == _FRAMES else None) if response.get("status") == "discarded" else response.get("value")
                answers.setdefault(str(response.get("user_id")), {})[question] = answer
    returned.add(opened, [_read_answers(user, said, opened, labels, users) for user, said in answers.items()])


def _read_answers(user: str, said: dict[str, Any], opened: Opened, labels: LabelReader, users: dict[str, str]) -> Decision:
    """Return the decision of one user; the annotation that was sent with this number is the one that it may have changed."""
    place = f"{opened.item.place}, user {user}"
    given, stances, extra = list[Any](), dict[str, str](), dict[str, Any]()
    for question, value in said.items():
        target = question.removeprefix(_STANCE)
        if value is None or question == _NOTE:
            continue
        if target != question or labels.is_target(question):
            stances[target] = str(value)
        elif question == _FRAMES or not opened.sent:
            given += value if isinstance(value, list) else [value]
        else:
            extra[question] = value
    codes = labels.read_labels(given, place)
    if codes.status != SKIPPED or stances:
        codes = replace(codes, stance=labels.read_stances(dict(codes.stance) | stances, place))
    own = [sent for sent in _last_of_each(opened.sent) if user_id(sent.annotation.coder) == user]
    known = {user_id(coder): coder for coder in _coders(opened.sent)}
    coder = users.get(user) or known.get(user, user)
    number = own[0].number if own else None
    return Decision(codes, coder, note=said.get(_NOTE), number=number, extra=extra)
