"""Label Studio: tasks with their annotations as JSON, and the labeling config written from the codebook.

The tool keeps a task's ``data`` and the number of each annotation (``import_id``) and hands them back, so nothing is lost. Who
coded what was sent it does not show: everything imported is listed under the user who imports it. Its ``JSON_MIN``, ``CSV``
and ``TSV`` leave out skipped sentences, and are refused.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from framing.annotations import CODED, REJECTED, SKIPPED, Annotation
from framing.codebook import Codebook
from framing.errors import AnnotationError
from framing.exchange.carrying import CARRIED, Item, Sent, Task, open_item, plan_tasks, shown_codes
from framing.exchange.labeling_config import FLAGGED, FRAMES, NOTE, STANCE, STATUS, write_config
from framing.exchange.labels import REJECT, Codes, LabelReader
from framing.exchange.returning import UNNUMBERED, Decision, Returned, read_time
from framing.exchange.sources import Source, gather_files, iterate_objects, object_in, objects_in

_FIRST = 10**12
"""The number of the first annotation that is sent; the tool's own numbers stay below."""

_NOTES = (NOTE, "notes", "comment", "comments")


def write_label_studio(annotations: Iterable[Annotation], codebook: Codebook) -> dict[str, bytes]:
    """Return ``label-studio.json``, to be imported, and ``labeling-config.xml``, to be pasted into the project before that.

    A sentence is one task, with an annotation for each coding; one that waits is a task without. Withdrawn decisions show as
    skipped.

    Raises:
        AnnotationError: the codebook lacks a code, or a sentence has no text.
    """
    tasks = [_write_task(task) for task in plan_tasks(annotations, codebook)]
    content = "[\n" + ",\n".join(json.dumps(task, ensure_ascii=False) for task in tasks) + "\n]\n"
    return {"label-studio.json": content.encode(), "labeling-config.xml": write_config(codebook).encode()}


def _write_task(task: Task) -> dict[str, Any]:
    data = {"text": task.text} | task.shown | {"id": task.first.id, CARRIED: task.carried}
    return {"data": data, "annotations": [entry for sent in task.sent if (entry := _write_annotation(sent)) is not None]}


def _write_annotation(sent: Sent) -> dict[str, Any] | None:
    annotation, codes = sent.annotation, shown_codes(sent.annotation)
    if codes is None:
        return None
    results = []
    if codes.status == CODED:
        results += [_choice(FRAMES, sorted(codes.frames))] if codes.frames else []
        results += [_choice(STANCE + target, [value]) for target, value in codes.stance]
    if codes.status == REJECTED:
        results.append(_choice(STATUS, [REJECTED]))
    if annotation.flagged:
        results.append(_choice(FLAGGED, [FLAGGED]))
    if annotation.note:
        results.append(_result(NOTE, "textarea", {"text": [annotation.note]}))
    return {
        "id": _FIRST + sent.number,
        "result": results,
        "was_cancelled": codes.status == SKIPPED,
        "ground_truth": False,
        "lead_time": annotation.seconds,
    }


def _choice(name: str, choices: list[str]) -> dict[str, Any]:
    return _result(name, "choices", {"choices": choices})


def _result(name: str, kind: str, value: dict[str, Any]) -> dict[str, Any]:
    return {"id": name, "from_name": name, "to_name": "text", "type": kind, "value": value}


def read_label_studio(source: Source, codebook: Codebook | None = None) -> list[Annotation]:
    """Return the annotations of an export in the format JSON.

    A skipped task (``was_cancelled``) is ``skipped``, an annotation without a result is coded with no frame, and what a
    control that is not ours says is kept in ``extra`` under its name. The coder is the user's e-mail where the export has it,
    else the user's number. Predictions and drafts are no codings. A task without annotations that was not sent from here
    holds nothing.

    Raises:
        FileError, AnnotationError: it cannot be read, is another format, or has an unknown label.
    """
    labels, returned = LabelReader(codebook), Returned(codebook)
    files = gather_files(source, (".json",))
    tasks = [_check_task(place, task) for name, content in files.items() for place, task in iterate_objects(name, content)]
    users = _find_users(tasks)
    for place, task in tasks:
        _read_task(task, place, labels, users, returned)
    return returned.annotations()


def _check_task(place: str, task: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    if "data" not in task:
        raise AnnotationError(f"{place}: this is no task; export as JSON (JSON_MIN, CSV and TSV lose what was skipped)")
    return f"{place} (task {task['id']})" if task.get("id") is not None else place, task


def _read_task(task: dict[str, Any], place: str, labels: LabelReader, users: dict[int, str], returned: Returned) -> None:
    data = object_in(task, "data", place)
    text = data.get("text")
    if not isinstance(text, str) or not text.strip():
        raise AnnotationError(f"{place}: the task has no 'text' in its data; rename the field that holds the sentence")
    fields = {key: value for key, value in data.items() if key not in ("text", CARRIED)}
    item = Item(text, place, f"task-{task.get('id', place)}", data.get(CARRIED), fields)
    found = objects_in(task, "annotations", place)
    returned.add(open_item(item), [_read_annotation(entry, item, labels, users) for entry in found])


def _read_annotation(entry: dict[str, Any], item: Item, labels: LabelReader, users: dict[int, str]) -> Decision:
    place = f"{item.place}, annotation {entry.get('id')}"
    number = _number(entry)
    edited = number is not None and entry.get("updated_by") is not None
    user = entry["updated_by"] if edited else entry.get("completed_by")
    answers = _read_answers(objects_in(entry, "result", place), item, labels, place)
    return Decision(
        Codes(status=SKIPPED) if entry.get("was_cancelled") else answers.codes,
        coder=_name(user, users),
        time=read_time(entry.get("updated_at" if edited else "created_at")),
        seconds=_seconds(entry.get("lead_time")),
        note=answers.note,
        flagged=answers.flagged,
        number=number,
        extra=answers.extra,
    )


def _number(entry: Mapping[str, Any]) -> int | None:
    """Return the number with which an annotation was sent: the tool's ``import_id``, or its own in a file that never was there."""
    given = entry.get("import_id", entry.get("id"))
    if isinstance(given, int) and given >= _FIRST:
        return given - _FIRST
    return None if entry.get("import_id") is None else UNNUMBERED


def _name(user: Any, users: Mapping[int, str]) -> str | None:
    if isinstance(user, Mapping):
        return str(user.get("email") or user.get("id"))
    return None if user is None else users.get(user, str(user))


def _find_users(tasks: Iterable[tuple[str, dict[str, Any]]]) -> dict[int, str]:
    """Return the e-mails of the users whom the export names somewhere."""
    entries = [entry.get("completed_by") for place, task in tasks for entry in objects_in(task, "annotations", place)]
    return {user["id"]: user["email"] for user in entries if isinstance(user, dict) and {"id", "email"} <= user.keys()}


def _seconds(value: Any) -> float | None:
    return value if isinstance(value, int | float) else None


@dataclass
class _Answers:
    """What the controls of one annotation say."""

    codes: Codes = field(default_factory=Codes)
    note: str | None = None
    flagged: bool = False
    extra: dict[str, Any] = field(default_factory=dict)


def _read_answers(results: Sequence[dict[str, Any]], item: Item, labels: LabelReader, place: str) -> _Answers:
    """Return what the results say; where the sentence was sent from here, controls that were added to ours go to ``extra``."""
    found, given, stances = _Answers(), list[str](), dict[str, str]()
    for result in results:
        name, kind, answer = str(result.get("from_name")), result.get("type"), _answer(result, place)
        target = name.removeprefix(STANCE)
        if kind == "choices" and name in (FLAGGED, STATUS):
            found.flagged |= FLAGGED in answer
            given += [REJECT] * (REJECTED in answer)
        elif kind == "choices" and (target != name or labels.is_target(name)):
            stances[target] = _only(answer, place)
        elif kind == "choices" and (name == FRAMES or item.carried is None):
            given += answer
        elif kind == "textarea" and name in _NOTES:
            found.note = "\n".join(map(str, answer))
        else:
            found.extra[name] = answer
    codes = labels.read_labels(given, place)
    read = dict(codes.stance) | dict(labels.read_stances(stances, place))
    found.codes = replace(codes, stance=labels.read_stances(read, place))
    return found


def _answer(result: Mapping[str, Any], place: str) -> Any:
    """Return the answer of one result: a list for choices and text, else what the tool holds."""
    value = object_in(result, "value", place)
    key = {"choices": "choices", "textarea": "text"}.get(str(result.get("type")))
    if key is None:
        return value
    answer = value.get(key)
    return answer if isinstance(answer, list) else [answer]


def _only(answer: list[Any], place: str) -> str:
    if len(answer) != 1:
        raise AnnotationError(f"{place}: a stance has one value, not {answer!r:.60}; let the control take a single choice")
    return str(answer[0])
