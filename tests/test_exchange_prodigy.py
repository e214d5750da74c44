from __future__ import annotations

import json
from typing import Any

import pytest
from exchanging import CODEBOOK, coding, make_corpus

from framing.errors import AnnotationError
from framing.exchange.prodigy import read_prodigy, write_prodigy

WAITING: dict[str, Any] = {"status": "open", "frames": frozenset(), "stance": (), "coder": None}
OPTIONS = [{"id": "jobs", "text": "Jobs: won & lost"}, {"id": 7, "text": "The sea"}, {"id": "B", "text": "cost"}]


def lines(content: bytes) -> list[dict[str, Any]]:
    return [json.loads(line) for line in content.splitlines()]


def line(**fields: Any) -> bytes:
    given = {
        "text": "Hail fell.",
        "options": OPTIONS,
        "accept": [],
        "answer": "accept",
        "_input_hash": 99,
        "_annotator_id": "set-ana",
    }
    return json.dumps({key: value for key, value in (given | fields).items() if value is not ...}).encode()


def test_a_line_is_one_decision_and_shows_its_context() -> None:
    waiting = coding(1, extra={"before": ["One."], "title": "A title", "coders": ["ana"]}, **WAITING)
    skipped = coding(2, status="skipped", frames=frozenset(), stance=(), coder="ben")
    sent = [coding(0, time="2026-03-01T10:00:00.000Z", flagged=True, note="!"), waiting, skipped, coding(3, **WAITING)]
    files = write_prodigy(sent, CODEBOOK)
    assert list(files) == ["prodigy-ana.jsonl", "prodigy-ben.jsonl", "prodigy-all.jsonl"]
    coded, open_ = lines(files["prodigy-ana.jsonl"])
    assert (coded["accept"], coded["answer"], coded["_annotator_id"], coded["_timestamp"]) == (
        ["jobs", "port:favor"],
        "accept",
        "ana",
        1772359200,
    )
    assert (coded["flagged"], coded["note"], coded["_view_id"]) == (True, "!", "choice")
    assert coded["options"][0] == {"id": "jobs", "text": "Jobs: won & lost"}
    assert coded["options"][3] == {"id": "port:favor", "text": "The port: favor"}
    assert open_["meta"] == {"before": "One.", "title": "A title", "outlet": "The Daily", "article": "a0"}
    assert not {"answer", "accept"} & open_.keys()
    assert lines(files["prodigy-ben.jsonl"])[0]["answer"] == "ignore"


def test_no_codings_give_an_empty_file() -> None:
    assert write_prodigy([], CODEBOOK) == {"prodigy-all.jsonl": b""}


@pytest.mark.parametrize(
    ("fields", "status", "frames"),
    [
        ({"accept": ["jobs", 7, "B"]}, "coded", {"jobs", "Sea-level_2", "cost"}),
        ({"accept": ["port:none"]}, "coded", set()),
        ({}, "coded", set()),
        ({"answer": "ignore", "accept": ["jobs"]}, "skipped", set()),
        ({"answer": "reject", "accept": ...}, "rejected", set()),
    ],
)
def test_what_people_made_in_the_tool_is_mapped(fields: dict[str, Any], status: str, frames: set[str]) -> None:
    (found,) = read_prodigy(line(**fields, meta={"source": "s"}, score=0.5, _timestamp=1772359200), CODEBOOK)
    assert (found.status, found.frames, found.coder, found.id) == (status, frames, "set-ana", "input-99")
    assert (found.time, found.extra, found.grouped) == ("2026-03-01T10:00:00.000Z", {"source": "s", "score": 0.5}, False)


def test_flags_notes_and_sessions_are_read() -> None:
    (found,) = read_prodigy(
        line(flagged=True, note=3, _annotator_id=..., _session_id="s", id="own", meta={"article": "a"}), CODEBOOK
    )
    assert (found.flagged, found.note, found.coder, found.id, found.article) == (True, "3", "s", "own", "a")
    (found,) = read_prodigy(line(_annotator_id=..., options=..., accept=[4]))
    assert (found.coder, found.frames) == (None, {"4"})


def test_a_task_without_an_answer_holds_nothing() -> None:
    assert read_prodigy(line(answer=...), CODEBOOK) == []


def test_a_sentence_that_waited_is_coded_by_whoever_answered() -> None:
    waiting = coding(1, extra={"coders": ["ana"], "stratum": "x"}, sampling="simple", **WAITING)
    (row,) = lines(write_prodigy([waiting], CODEBOOK)["prodigy-ana.jsonl"])
    (found,) = read_prodigy(
        json.dumps(row | {"answer": "accept", "accept": ["cost"], "_annotator_id": "set-ana"}).encode(), CODEBOOK
    )
    assert (found.coder, found.phase, found.sampling, found.frames, found.extra) == (
        "set-ana",
        "blind",
        "simple",
        {"cost"},
        {"stratum": "x"},
    )


def test_whoever_confirms_a_coding_has_seen_it() -> None:
    (row,) = lines(write_prodigy([coding(0)], CODEBOOK)["prodigy-ana.jsonl"])
    old, new = read_prodigy(json.dumps(row | {"_annotator_id": "set-ben"}).encode(), CODEBOOK)
    assert old == coding(0)
    assert (new.coder, new.phase, new.parents, new.frames) == ("set-ben", "adjudicated", ("ana",), {"jobs"})


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (line(accept=["job"]), "the file:1: the codebook has no frame 'job'"),
        (line(accept=[9]), "the codebook has no frame '9'"),
        (line(accept=[None]), "the codebook has no frame 'None'"),
        (line(accept=...), "there is no list 'accept': this is no task of the interface choice"),
        (line(answer="yes"), "the answer is 'yes', not accept, reject or ignore"),
        (line(text=...), "there is no 'text'"),
        (line(meta=5), "'meta' must be an object"),
    ],
)
def test_what_cannot_be_read_is_named(content: bytes, message: str) -> None:
    with pytest.raises(AnnotationError) as caught:
        read_prodigy(content, CODEBOOK)
    assert message in str(caught.value)


def test_every_line_of_the_corpus_has_its_answer() -> None:
    answers = [row.get("answer") for content in write_prodigy(make_corpus(), CODEBOOK).values() for row in lines(content)]
    assert {answer: answers.count(answer) for answer in set(answers)} == {"accept": 15, "ignore": 2, "reject": 1, None: 3}
