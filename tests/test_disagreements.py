from __future__ import annotations

import json
from dataclasses import replace
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from framing.agreement.disagreements import FrameConfusion, count_frame_confusions, describe_disputed, find_disputed
from framing.agreement.reliability_data import encode_blind
from framing.annotations import Annotation

FRAMES = ["storm", "harvest", "ghost"]


def coding(unit: int, coder: str, *frames: str, stance: str | None = None, note: str | None = None) -> Annotation:
    given_ = (("mayor", stance),) if stance else ()
    place = f"coded.jsonl:{unit}{coder}"
    return Annotation(
        f"u{unit}", "a1", f"text {unit}", frozenset(frames), given_, coder=coder, phase="blind", note=note, place=place
    )


def test_frames_are_taken_for_each_other_where_each_coder_has_what_the_other_lacks() -> None:
    rows = [
        coding(0, "x", "storm"), coding(0, "y", "harvest"),
        coding(1, "x", "harvest"), coding(1, "y", "storm"),
        coding(2, "x", "storm", "harvest"), coding(2, "y", "storm"),
        coding(3, "x", "ghost"), coding(3, "y", "ghost"),
    ]  # fmt: skip
    found = count_frame_confusions(encode_blind(rows, FRAMES, []))
    assert found == [FrameConfusion("storm", "harvest", 2), FrameConfusion("harvest", None, 1)]


CODINGS = st.lists(
    st.lists(st.frozensets(st.sampled_from(FRAMES)), min_size=2, max_size=3),
    max_size=8,
)


@given(CODINGS)
def test_confusions_are_those_of_counting_pair_by_pair(units: list[list[frozenset[str]]]) -> None:
    rows = [coding(unit, "xyz"[place], *sets) for unit, given_ in enumerate(units) for place, sets in enumerate(given_)]
    pairs = [pair for given_ in units for one, other in combinations(given_, 2) for pair in ((one - other, other - one),)]
    expected = {
        (one, other): sum((one in a and other in b) or (other in a and one in b) for a, b in pairs)
        for one, other in combinations(FRAMES, 2)
    }
    expected |= {(one, None): sum((one in a and not b) or (one in b and not a) for a, b in pairs) for one in FRAMES}
    found = count_frame_confusions(encode_blind(rows, FRAMES, []))
    assert {(c.frame, c.other): c.pairs for c in found} == {names: count for names, count in expected.items() if count}
    assert [c.pairs for c in found] == sorted((c.pairs for c in found), reverse=True)


@pytest.mark.parametrize("frames", [[], FRAMES])
def test_without_codings_nothing_is_confused_or_disputed(frames: list[str]) -> None:
    data = encode_blind([], frames, [])
    assert count_frame_confusions(data) == []
    assert find_disputed(data) == []


def test_the_sentence_with_most_differing_codes_comes_first() -> None:
    """Of u1 two codes in four differ, of u2 one in three (a stance is missing), of u3 one in four, u0 is agreed on."""
    rows = [
        coding(0, "x", "storm", stance="favor"), coding(0, "y", "storm", stance="favor"),
        coding(3, "x", stance="none"), coding(3, "y", "ghost", stance="none"),
        coding(1, "x", "storm", stance="favor", note="see rule 4"), coding(1, "y", stance="none"),
        coding(2, "x", "storm"), coding(2, "y", stance="none"),
    ]  # fmt: skip
    found = find_disputed(encode_blind(rows, FRAMES, ["mayor"]))
    assert [(s.id, s.differing, s.compared, s.labels) for s in found] == [
        ("u1", 2, 4, ("storm", "mayor")), ("u2", 1, 3, ("storm",)), ("u3", 1, 4, ("ghost",)),
    ]  # fmt: skip
    assert [c.note for c in found[0].codings] == ["see rule 4", None]
    assert found[0].text == "text 1"
    assert find_disputed(encode_blind(rows, FRAMES, ["mayor"]), most=1) == found[:1]


def test_of_equally_disputed_sentences_the_earlier_comes_first() -> None:
    rows = [coding(unit, coder, *["storm"] * (coder == "x")) for unit in (5, 2, 9) for coder in "xy"]
    assert [s.id for s in find_disputed(encode_blind(rows, FRAMES, []))] == ["u5", "u2", "u9"]


def test_three_coders_are_compared_two_by_two() -> None:
    rows = [coding(0, coder, *["storm"] * (coder == "x")) for coder in "xyz"]
    (sentence,) = find_disputed(encode_blind(rows, ["storm"], []))
    assert (sentence.differing, sentence.compared, sentence.share) == (2, 3, 2 / 3)


def test_the_record_of_a_disputed_sentence_holds_what_each_coder_said_and_where() -> None:
    one = replace(coding(0, "x", "storm", "ghost", stance="favor", note="unsure"), flagged=True, text="")
    (sentence,) = find_disputed(encode_blind([one, coding(0, "y")], FRAMES, ["mayor"]))
    record = json.loads(json.dumps(describe_disputed(sentence)))
    assert record == {
        "article": "a1",
        "id": "u0",
        "text": "text 0",
        "compared": 3,
        "differing": 2,
        "share": pytest.approx(2 / 3),
        "labels": ["storm", "ghost"],
        "codings": [
            {
                "coder": "x",
                "frames": ["ghost", "storm"],
                "stance": {"mayor": "favor"},
                "note": "unsure",
                "flagged": True,
                "place": "coded.jsonl:0x",
            },
            {"coder": "y", "frames": [], "stance": {}, "note": None, "flagged": False, "place": "coded.jsonl:0y"},
        ],
    }
