from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from exchanging import CODEBOOK, coding
from label_studio import CODEBOOK as SMALL
from label_studio import NOTE, make_sent

from framing.annotations import Annotation
from framing.errors import AnnotationError
from framing.exchange.doccano import read_doccano, write_doccano

DATA = Path(__file__).parent / "data" / "exchange"
WAITING: dict[str, Any] = {"status": "open", "frames": frozenset(), "stance": (), "coder": None}


def lines(content: bytes) -> list[dict[str, Any]]:
    return [json.loads(line) for line in content.splitlines()]


def line(**fields: Any) -> bytes:
    return json.dumps({"id": 4, "text": "Hail fell.", "label": [], "Comments": []} | fields).encode()


def without_coders(annotation: Annotation) -> Annotation:
    return replace(annotation, extra={key: value for key, value in annotation.extra.items() if key != "coders"})


def test_the_export_of_the_real_tool_holds_what_each_member_coded() -> None:
    """Made by the import and export code of doccano 1.8.4; in it ana and ben coded two of the three sentences."""
    waiting = [without_coders(annotation) for annotation in make_sent()[:3]]
    found = read_doccano(DATA / "doccano-1.8.4-members.zip", SMALL)
    assert found[-1] == waiting[2]
    codes = [(a.id, a.coder, a.status, set(a.frames), a.stance, a.note) for a in found[:-1]]
    assert codes == [
        ("w:0", "ana", "coded", {"jobs"}, (("port", "favor"),), NOTE),
        ("w:0", "ben", "coded", set(), (("old-town", "none"),), None),
        ("w:1", "ben", "skipped", set(), (), None),
    ]
    same = ("article", "outlet", "index", "start", "end", "hash", "sampling", "inclusion_probability", "text", "phase")
    assert all(getattr(found[0], key) == getattr(waiting[0], key) for key in same)
    assert found[0].codebook_version == "2"


def test_codings_that_were_sent_come_back_from_the_real_tool() -> None:
    found = read_doccano(DATA / "doccano-1.8.4-together.zip", SMALL)
    assert found == [annotation for annotation in make_sent() if annotation.coder == "x1"]


def test_each_coder_gets_a_file_and_every_line_has_the_same_columns_of_strings() -> None:
    waiting = coding(1, extra={"coders": ["ana", "b/c"], "before": ["One."]}, **WAITING)
    files = write_doccano([coding(0), waiting, coding(2, **WAITING)], CODEBOOK)
    assert list(files) == ["ana.jsonl", "b%2Fc.jsonl", "all.jsonl", "labels.json"]
    rows = [row for name in files if name.endswith("l") for row in lines(files[name])]
    assert len({tuple(row) for row in rows}) == 1
    assert {type(value) for row in rows for key, value in row.items() if key != "label"} == {str}
    assert [row["label"] for row in rows] == [["jobs", "port:favor"], [], [], []]
    assert [row["before"] for row in rows] == ["", "One.", "One.", ""]
    labels = [entry["text"] for entry in json.loads(files["labels.json"])]
    assert labels[:4] == ["jobs", "Sea-level_2", "cost", "port:favor"]
    assert labels[-3:] == ["(no frame)", "(skip)", "(reject)"]


@pytest.mark.parametrize(
    ("labels", "status", "frames"),
    [(["jobs"], "coded", {"jobs"}), ([], "coded", set()), (["(no frame)"], "coded", set()), (["(skip)"], "skipped", set())],
)
def test_what_people_made_in_the_tool_is_mapped(labels: list[str], status: str, frames: set[str]) -> None:
    (found,) = read_doccano({"ana.jsonl": line(label=labels, url="u", Comments=["Why?", "So."])}, CODEBOOK)
    assert (found.status, found.frames, found.coder, found.id) == (status, frames, "ana", "example-4")
    assert (found.note, found.extra, found.grouped) == ("Why?\nSo.", {"url": "u"}, False)


def test_two_members_code_the_same_sentence() -> None:
    files = {"ana.jsonl": line(label=["jobs"]), "ben.jsonl": line(), "all.jsonl": line(id=5, article="a")}
    first, second, third = read_doccano(files, CODEBOOK)
    assert (first.id, first.article) == (second.id, second.article)
    assert [first.coder, second.coder, third.coder] == ["ana", "ben", None]


def test_a_member_who_labelled_nothing_said_nothing_of_what_was_sent() -> None:
    files = write_doccano([coding(0)], CODEBOOK)
    (row,) = lines(files["ana.jsonl"])
    both = {"ana.jsonl": files["ana.jsonl"], "ben.jsonl": json.dumps(row | {"label": []}).encode()}
    assert read_doccano(both, CODEBOOK) == [coding(0)]
    both["ben.jsonl"] = files["ana.jsonl"]
    assert [a.coder for a in read_doccano(both, CODEBOOK)] == ["ana", "ben"]


def test_a_change_in_a_project_without_members_of_their_own_adjudicates() -> None:
    (row,) = lines(write_doccano([coding(0, decision="d")], CODEBOOK)["ana.jsonl"])
    _, changed = read_doccano({"all.jsonl": json.dumps(row | {"label": ["cost"]}).encode()}, CODEBOOK)
    assert (changed.phase, changed.parents, changed.coder, changed.frames) == ("adjudicated", ("d",), None, {"cost"})


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (line(label=["job"]), "ana.jsonl:1: the codebook has no frame 'job'"),
        (line(text=""), "ana.jsonl:1: there is no 'text'"),
        (line(label="jobs#cost"), "ana.jsonl:1: there is no list 'label'"),
    ],
)
def test_what_cannot_be_read_is_named(content: bytes, message: str) -> None:
    with pytest.raises(AnnotationError) as caught:
        read_doccano({"ana.jsonl": content}, CODEBOOK)
    assert message in str(caught.value)
