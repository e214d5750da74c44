from __future__ import annotations

import pytest
from exchanging import CODEBOOK, FRAMES, TARGETS, VALUES
from hypothesis import given
from hypothesis import strategies as st

from framing.errors import AnnotationError
from framing.exchange.labels import Codes, LabelReader, list_labels, write_labels

READER, FREE = LabelReader(CODEBOOK), LabelReader(None)


@given(st.sets(st.sampled_from(FRAMES)), st.dictionaries(st.sampled_from(TARGETS), st.sampled_from(VALUES)))
def test_codes_written_as_labels_are_read_back(frames: set[str], stance: dict[str, str]) -> None:
    codes = Codes(frozenset(frames), tuple(stance.items()))
    labels = write_labels(codes)
    assert labels
    assert set(labels) <= set(list_labels(CODEBOOK))
    read = READER.read_labels(labels, "x")
    assert (read.frames, dict(read.stance), read.status) == (frames, stance, "coded")
    assert FREE.read_labels(labels, "x") == codes


@pytest.mark.parametrize("status", ["skipped", "rejected"])
def test_a_status_is_a_label(status: str) -> None:
    assert READER.read_labels(write_labels(Codes(status=status)), "x") == Codes(status=status)


@pytest.mark.parametrize(
    ("labels", "codes"),
    [
        ([], Codes()),
        (["(No Frame)"], Codes()),
        (["Jobs: won & lost"], Codes(frozenset({"jobs"}))),
        (["  THE  sea "], Codes(frozenset({"Sea-level_2"}))),
        (["The port:Favor"], Codes(stance=(("port", "favor"),))),
        (["old-town:none", "PORT:against"], Codes(stance=(("port", "against"), ("old-town", "none")))),
        (["(no frame)", "port:none"], Codes(stance=(("port", "none"),))),
    ],
)
def test_labels_may_be_ids_or_names_in_any_case(labels: list[str], codes: Codes) -> None:
    assert READER.read_labels(labels, "x") == codes


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        (["job"], "x: the codebook has no frame 'job' (did you mean 'jobs'?)"),
        (["prt:favor"], "x: the codebook has no target 'prt' (did you mean 'port'?)"),
        (["port:favour"], "x: the codebook has no frame 'port:favour'"),
        (["port:favor", "The Port:against"], "x: the stance towards port is both 'favor' and 'against'; keep one"),
        (["(skip)", "jobs"], "x: it has the label '(skip)' beside 'jobs'"),
        (["(reject)", "port:none"], "x: it has the label '(reject)' beside 'port'"),
        (["(skip)", "(reject)"], "x: it has the label '(skip)' beside '(reject)'"),
        (["(no frame)", "jobs"], "x: it has the label '(no frame)' beside 'jobs'"),
        ([3], "x: a label must be a string, not 3"),
    ],
)
def test_a_label_that_is_unknown_or_contradicts_is_named(labels: list[str], message: str) -> None:
    with pytest.raises(AnnotationError) as caught:
        READER.read_labels(labels, "x")
    assert message in str(caught.value)


def test_a_wrong_stance_is_named() -> None:
    with pytest.raises(AnnotationError, match=r"x: the stance towards port is 'favour' \(did you mean 'favor'\?\)"):
        READER.read_stances({"port": "favour"}, "x")


def test_a_name_that_two_frames_share_stands_for_neither() -> None:
    from framing.codebook import parse_codebook

    twins = parse_codebook(
        '[[frames]]\nid = "a"\nname = "Both"\n[[frames]]\nid = "b"\nname = "Both"\n[[frames]]\nid = "c"\nname = "a"\n'
    )
    reader = LabelReader(twins)
    assert reader.read_frame("A", "x") == "a"
    with pytest.raises(AnnotationError, match="no frame 'Both'"):
        reader.read_frame("Both", "x")


@pytest.mark.parametrize(("label", "known"), [("jobs", True), ("The port: none", True), ("(skip)", True), ("a:none", False)])
def test_labels_are_known_or_not(label: str, known: bool) -> None:
    assert READER.knows(label) is known
    assert FREE.knows(label)
