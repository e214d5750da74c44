from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from exchanging import CODEBOOK, coding, make_corpus
from label_studio import ANA, BEN, check, make_sent
from label_studio import CODEBOOK as SMALL

from framing.codebook import parse_codebook
from framing.errors import AnnotationError
from framing.exchange import rename_coders
from framing.exchange.label_studio import read_label_studio, write_label_studio
from framing.exchange.labeling_config import write_config

EXPORT = Path(__file__).parent / "data" / "exchange" / "label-studio-1.23.2.json"


def choices(name: str, *labels: str) -> dict[str, Any]:
    return {"id": "x", "from_name": name, "to_name": "text", "type": "choices", "value": {"choices": list(labels)}}


def task(*annotations: dict[str, Any], **data: Any) -> bytes:
    return json.dumps([{"id": 17, "data": {"text": "Hail fell."} | data, "annotations": list(annotations)}]).encode()


def made(*results: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {"id": 3, "completed_by": 1, "result": list(results), "was_cancelled": False} | fields


def test_the_export_of_a_real_server_holds_what_two_people_coded() -> None:
    found = rename_coders(read_label_studio(EXPORT, SMALL), {"1": ANA, "2": BEN})
    assert all(check(make_sent(), found))


def test_everything_of_one_sentence_is_one_task() -> None:
    files = write_label_studio(make_corpus(), CODEBOOK)
    tasks = json.loads(files["label-studio.json"])
    assert len(tasks) == 9
    assert [len(entry["annotations"]) for entry in tasks] == [3, 3, 3, 3, 3, 2, 1, 0, 0]
    waiting = tasks[-1]["data"]
    assert (waiting["before"], waiting["after"], waiting["title"], waiting["date"]) == ("One.  Two.", "", "A title: new", "2025-02")
    assert {"text", "before", "after", "title", "outlet", "article", "id", "framing"} <= waiting.keys()


def test_the_config_shows_names_and_stores_ids() -> None:
    root = ElementTree.fromstring(write_config(CODEBOOK))
    controls = {control.get("name"): control for control in root.iter("Choices")}
    assert list(controls) == ["frames", "stance_port", "stance_old-town", "status", "flagged"]
    shown = [(choice.get("value"), choice.get("alias"), choice.get("hint")) for choice in controls["frames"]]
    assert shown[0] == ("Jobs: won & lost", "jobs", "Work that a project <brings> or takes.")
    assert shown[2] == ("Cost; who pays, and why", "cost", None)
    assert [control.get("choice") for control in controls.values()] == ["multiple", *["single-radio"] * 2, "multiple", "multiple"]
    names = {element.get("name") for element in root.iter() if element.tag in ("Text", "TextArea")}
    assert names == {"before", "text", "after", "note"}
    assert {element.get("toName") for element in root.iter("Choices")} == {"text"}


def test_a_codebook_of_single_labels_or_without_frames_gets_its_config() -> None:
    single = parse_codebook('single_label = true\n[[frames]]\nid = "a"\n')
    assert 'name="frames" toName="text" choice="single"' in write_config(single)
    assert 'name="frames"' not in write_config(parse_codebook('[[targets]]\nid = "t"\n'))


@pytest.mark.parametrize(
    ("annotation", "status", "frames", "stance"),
    [
        (made(choices("frames", "Jobs: won & lost", "cost")), "coded", {"jobs", "cost"}, ()),
        (made(choices("topic", "jobs"), choices("The port", "Favor")), "coded", {"jobs"}, (("port", "favor"),)),
        (made(choices("topic", "port:none"), choices("stance_port", "none")), "coded", set(), (("port", "none"),)),
        (made(), "coded", set(), ()),
        (made(choices("frames", "jobs"), was_cancelled=True), "skipped", set(), ()),
        (made(choices("status", "rejected")), "rejected", set(), ()),
    ],
)  # fmt: skip
def test_what_people_made_in_the_tool_is_mapped(annotation: dict[str, Any], status: str, frames: set[str], stance: Any) -> None:
    (found,) = read_label_studio(task(annotation), CODEBOOK)
    assert (found.status, found.frames, found.stance) == (status, frames, stance)
    assert (found.id, found.article, found.grouped, found.phase) == ("task-17", "task-17", False, None)


def test_the_coder_is_the_mail_where_it_is_known_else_the_number() -> None:
    annotations = [
        made(completed_by={"id": 4, "email": "eva@x.org"}),
        made(completed_by=4),
        made(completed_by=5),
        made(completed_by=None),
    ]
    annotations.append(made(completed_by={"id": 6}))
    assert [a.coder for a in read_label_studio(task(*annotations))] == ["eva@x.org", "eva@x.org", "5", None, "6"]


def test_what_the_task_says_of_the_sentence_is_kept() -> None:
    data = {"article": 12, "outlet": "The Daily", "id": 5, "index": 3, "url": "u", "votes": [1], "empty": "", "none": None}
    area = {"from_name": "comment", "to_name": "text", "type": "textarea", "value": {"text": ["One.", "Two."]}}
    rating = {"from_name": "sure", "to_name": "text", "type": "rating", "value": {"rating": 4}}
    single = {"from_name": "note", "to_name": "text", "type": "textarea", "value": {"text": "Plain."}}
    times = {"created_at": "2026-01-01T00:00:00Z", "lead_time": 2.5}
    first, second = read_label_studio(task(made(area, rating, **times), made(single, lead_time="?"), **data), CODEBOOK)
    assert (first.article, first.grouped, first.outlet, first.id, first.index) == ("12", True, "The Daily", "5", 3)
    assert first.extra == {"url": "u", "votes": [1], "sure": {"rating": 4}}
    assert (first.note, first.time, first.seconds) == ("One.\nTwo.", "2026-01-01T00:00:00.000Z", 2.5)
    assert (second.note, second.seconds) == ("Plain.", None)


def test_fields_of_the_tool_never_stand_for_ours() -> None:
    (found,) = read_label_studio(
        task(made(choices("time", "jobs"), {"from_name": "seconds", "value": {"number": 3}}), status="new", note=4)
    )
    assert found.status == "coded"
    assert found.extra == {"tool_status": "new", "tool_note": 4, "tool_seconds": {"number": 3}}


def test_predictions_and_tasks_without_annotations_hold_no_coding() -> None:
    assert (
        read_label_studio(json.dumps([{"data": {"text": "A."}, "predictions": [made(choices("frames", "jobs"))]}]).encode()) == []
    )


def test_controls_that_people_added_to_ours_are_kept_aside() -> None:
    (entry,) = json.loads(
        write_label_studio([coding(status="open", frames=frozenset(), stance=(), coder=None)], CODEBOOK)["label-studio.json"]
    )
    entry["annotations"] = [made(choices("frames", "cost"), choices("sure", "very"))]
    (found,) = read_label_studio(json.dumps([entry]).encode(), CODEBOOK)
    assert (found.frames, found.extra, found.codebook_version) == ({"cost"}, {"sure": ["very"]}, "3")


def test_a_coder_who_corrects_an_own_coding_codes_again() -> None:
    (entry,) = json.loads(write_label_studio([coding(coder="1", decision="d1")], CODEBOOK)["label-studio.json"])
    sent = entry["annotations"][0] | {"import_id": entry["annotations"][0]["id"], "id": 1, "completed_by": 9}
    entry["annotations"] = [sent | {"result": [choices("frames", "cost")], "updated_by": 1, "updated_at": "2026-01-01T00:00:00Z"}]
    old, new = read_label_studio(json.dumps([entry]).encode(), CODEBOOK)
    assert old == coding(coder="1", decision="d1")
    assert (new.coder, new.phase, new.parents, new.frames, new.stance) == ("1", "blind", (), {"cost"}, ())
    assert new.time == "2026-01-01T00:00:00.000Z"


@pytest.mark.parametrize(
    "change",
    [
        {"value": {"choices": ["flagged"]}, "from_name": "flagged"},
        {"from_name": "note", "type": "textarea", "value": {"text": ["!"]}},
    ],
)
def test_a_note_or_a_flag_that_is_added_is_a_change(change: dict[str, Any]) -> None:
    (entry,) = json.loads(write_label_studio([coding()], CODEBOOK)["label-studio.json"])
    entry["annotations"][0]["result"].append(choices("x") | change)
    assert len(read_label_studio(json.dumps([entry]).encode(), CODEBOOK)) == 2


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (task(made(choices("frames", "job"))), "annotation 3: the codebook has no frame 'job' (did you mean 'jobs'?)"),
        (task(made(choices("stance_prt", "favor"))), "the codebook has no target 'prt'"),
        (task(made(choices("stance_port", "for"))), "the stance towards stance_port is 'for'"),
        (task(made(choices("stance_port", "favor", "none"))), "a stance has one value, not ['favor', 'none']"),
        (task(made(choices("sentiment", "positive"))), "the codebook has no frame 'positive'"),
        (task(made({"type": "choices", "from_name": "frames", "value": 7})), "'value' must be an object"),
        (task(text=" "), "the file: item 1 (task 17): the task has no 'text' in its data"),
        (b'[{"text": "A.", "id": 1, "annotation_id": 3}]', "this is no task; export as JSON (JSON_MIN, CSV and TSV lose"),
        (b'[{"data": []}]', "'data' must be an object"),
        (b'[{"data": {"text": "A."}, "annotations": 5}]', "'annotations' must be a list of objects"),
    ],
)
def test_what_cannot_be_read_is_named(content: bytes, message: str) -> None:
    with pytest.raises(AnnotationError) as caught:
        read_label_studio(content, CODEBOOK)
    assert message.replace("towards stance_port", "towards port") in str(caught.value)
