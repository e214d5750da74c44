from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from exchanging import CODEBOOK, coding
from label_studio import CODEBOOK as SMALL
from label_studio import make_sent

from framing.errors import AnnotationError
from framing.exchange.argilla import read_argilla, user_id, write_argilla

DATA = Path(__file__).parent / "data" / "exchange" / "argilla-2.8.0"
WAITING: dict[str, Any] = {"status": "open", "frames": frozenset(), "stance": (), "coder": None}
ANA = "11111111-1111-1111-1111-111111111111"


def record(responses: Any, **fields: Any) -> bytes:
    return json.dumps({"id": "r1", "fields": {"text": "Hail fell."}, "metadata": {}, "responses": responses} | fields).encode()


def answer(value: Any, user: str = ANA, **more: Any) -> dict[str, Any]:
    return {"value": value, "user_id": user} | more


@pytest.mark.parametrize("source", [DATA, DATA / "records.json"])
def test_what_was_sent_comes_back_from_the_real_library(source: Path) -> None:
    """The records were read and written by argilla 2.8.0, which drops the status of each response."""
    assert read_argilla(source, SMALL) == make_sent()


def test_a_record_has_one_answer_of_each_coder_the_last() -> None:
    sent = [
        coding(0),
        coding(0, frames=frozenset({"cost"}), note="!"),
        coding(0, coder="ben", status="rejected", frames=frozenset(), stance=()),
    ]
    files = write_argilla(sent, CODEBOOK)
    (entry,) = json.loads(files["records.json"])
    assert entry["responses"]["frames"] == [
        {"value": ["cost"], "user_id": user_id("ana"), "status": "submitted"},
        {"value": ["(reject)"], "user_id": user_id("ben"), "status": "submitted"},
    ]
    assert entry["responses"]["note"][0]["value"] == "!"
    assert json.loads(files["users.json"]) == {user_id("ana"): "ana", user_id("ben"): "ben"}
    assert read_argilla(files, CODEBOOK) == sent


def test_the_settings_ask_what_the_codebook_asks() -> None:
    settings = json.loads(write_argilla([coding(0, extra={"coders": ["a", "b", "c"]}, **WAITING)], CODEBOOK)["settings.json"])
    questions = {question["name"]: question for question in settings["questions"]}
    assert list(questions) == ["frames", "stance_port", "stance_old-town", "note"]
    options = questions["frames"]["settings"]["options"]
    assert options[0] == {"value": "jobs", "text": "Jobs: won & lost", "description": "Work that a project <brings> or takes."}
    assert [option["value"] for option in options[-3:]] == ["(no frame)", "(skip)", "(reject)"]
    assert [question["required"] for question in questions.values()] == [True, False, False, False]
    assert settings["distribution"]["min_submitted"] == 3
    assert settings["guidelines"].startswith("- Code what the sentence says.\n")


def test_a_coder_has_always_the_same_number() -> None:
    assert user_id("ana") == user_id("ana") != user_id("ben")
    assert user_id(ANA) == ANA
    assert UUID(user_id(None))


@pytest.mark.parametrize(
    ("responses", "status", "frames", "stance"),
    [
        ({"frames": [answer(["jobs"])], "stance_port": [answer("favor")]}, "coded", {"jobs"}, (("port", "favor"),)),
        ({"label": [answer("Jobs: won & lost")], "The port": [answer("none")]}, "coded", {"jobs"}, (("port", "none"),)),
        ({"stance_port": [answer("against", status="submitted")]}, "coded", set(), (("port", "against"),)),
        ({"frames": [answer(["(skip)"])]}, "skipped", set(), ()),
        ({"frames": [answer(["jobs"], status="discarded")]}, "skipped", set(), ()),
        ({"frames": [answer(["(reject)"])]}, "rejected", set(), ()),
        ({"note": [answer("Only a note.")]}, "coded", set(), ()),
    ],
)  # fmt: skip
def test_what_people_made_in_the_tool_is_mapped(responses: Any, status: str, frames: set[str], stance: Any) -> None:
    (found,) = read_argilla(record(responses, metadata={"article": "a", "url": "u"}), CODEBOOK)
    assert (found.status, found.frames, found.stance, found.coder) == (status, frames, stance, ANA)
    assert (found.id, found.article, found.extra) == ("r1", "a", {"url": "u"})


def test_names_of_users_are_read_beside_the_records() -> None:
    files = {"records.json": record({"frames": [answer(["jobs"])]}), "users.json": json.dumps({ANA: "ana"}).encode()}
    assert read_argilla(files, CODEBOOK)[0].coder == "ana"
    with pytest.raises(AnnotationError, match=r"users\.json: it must be an object"):
        read_argilla(files | {"users.json": b"[]"}, CODEBOOK)


def test_drafts_and_suggestions_are_no_codings() -> None:
    given = record({"frames": [answer(["jobs"], status="draft")]}, suggestions={"frames": {"value": ["jobs"]}})
    assert read_argilla(given, CODEBOOK) == []


def test_whoever_answers_what_waits_is_named_where_the_sample_names_the_coders() -> None:
    waiting = coding(0, extra={"coders": ["ana", "ben"]}, **WAITING)
    (entry,) = json.loads(write_argilla([waiting], CODEBOOK)["records.json"])
    entry["responses"] = {"frames": [answer(["jobs"], user_id("ben"))], "sure": [answer("very", user_id("ben"))]}
    (found,) = read_argilla(json.dumps([entry]).encode(), CODEBOOK)
    assert (found.coder, found.phase, found.frames, found.extra) == ("ben", "blind", {"jobs"}, {"sure": "very"})


def test_a_changed_answer_is_a_new_coding_of_the_same_coder() -> None:
    (entry,) = json.loads(write_argilla([coding(0)], CODEBOOK)["records.json"])
    entry["responses"]["frames"][0]["value"] = ["cost"]
    old, new = read_argilla(json.dumps(entry).encode(), CODEBOOK)
    assert old == coding(0)
    assert (new.coder, new.phase, new.frames, new.parents) == ("ana", "blind", {"cost"}, ())


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (record({"frames": [answer(["job"])]}), f"the file:1, user {ANA}: the codebook has no frame 'job'"),
        (record({"stance_prt": [answer("favor")]}), "the codebook has no target 'prt'"),
        (record([]), "'responses' must be an object"),
        (record({"frames": "jobs"}), "'frames' must be a list of objects"),
        (record({}, fields={"sentence": "A."}), "the record has no field 'text'"),
    ],
)
def test_what_cannot_be_read_is_named(content: bytes, message: str) -> None:
    with pytest.raises(AnnotationError) as caught:
        read_argilla(content, CODEBOOK)
    assert message in str(caught.value)
