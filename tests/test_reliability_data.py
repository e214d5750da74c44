from __future__ import annotations

from dataclasses import replace

import pytest

from framing.agreement.reliability_data import encode_blind, encode_recoded, take_side
from framing.annotations import Annotation
from framing.errors import UsageError


def coding(sentence: str, coder: str | None, *frames: str, stance: str | None = None, phase: str | None = "blind") -> Annotation:
    given = (("mayor", stance),) if stance else ()
    return Annotation(sentence, "a1", "text", frozenset(frames), given, coder=coder, phase=phase)


def test_rows_of_a_sentence_stand_together_whatever_the_order_of_the_file() -> None:
    rows = [coding("s1", "y", "storm"), coding("s2", "x"), coding("s1", "x"), coding("s3", "x"), coding("s2", "y", "storm")]
    data = encode_blind(rows, ["storm"], [])
    assert [(c.id, c.coder) for c in data.codings] == [("s1", "y"), ("s1", "x"), ("s2", "x"), ("s2", "y")]
    assert data.unit.tolist() == [0, 0, 1, 1]
    assert [data.coders[number] for number in data.coder] == ["y", "x", "x", "y"]
    assert data.find("storm").codes.tolist() == [1, 0, 0, 1]
    assert (data.units, data.articles) == (2, 1)


def test_stances_are_ranked_and_a_stance_left_out_is_missing() -> None:
    rows = [coding("s1", coder, stance=stance) for coder, stance in zip("wxyz", ["favor", "against", None, "none"], strict=True)]
    (mayor,) = encode_blind(rows, [], ["mayor"]).targets
    assert [mayor.values[code] if code >= 0 else None for code in mayor.codes] == ["favor", "against", None, "none"]
    assert mayor.values == ("against", "none", "favor")
    assert [mayor.values[place] for place in mayor.positive] == ["against", "favor"]


def test_one_side_of_a_stance_is_a_label_of_its_own_and_stays_missing_where_it_was() -> None:
    rows = [coding("s1", coder, stance=stance) for coder, stance in zip("xyz", ["favor", "against", None], strict=True)]
    side = take_side(encode_blind(rows, [], ["mayor"]).targets[0], "favor")
    assert (side.label, side.codes.tolist(), side.ordered) == ("mayor:favor", [1, 0, -1], False)


def test_codings_without_a_name_are_those_of_one_coder() -> None:
    rows = [coding("s1", None, "storm"), coding("s1", "x"), coding("s1", None)]
    data = encode_blind(rows, ["storm"], [])
    assert data.coders == ("", "x")
    assert data.find("storm").codes.tolist() == [0, 0]


def test_a_recoding_is_paired_with_the_blind_coding_of_the_same_coder() -> None:
    first = [coding("s1", "x", "storm"), coding("s1", "y"), coding("s2", "x"), coding("s3", "y", "storm")]
    again = [coding("s1", "x", phase="recoded"), coding("s3", "y", "storm", phase="recoded")]
    stray = [coding("s2", "y", phase="recoded"), coding("s4", "x", phase="recoded"), coding("s2", None, phase="recoded")]
    data = encode_recoded([*again, *first, *stray], ["storm"], [])
    assert [(c.id, c.coder, c.phase) for c in data.codings] == [
        ("s1", "x", "blind"), ("s1", "x", "recoded"), ("s3", "y", "blind"), ("s3", "y", "recoded"),
    ]  # fmt: skip
    assert data.find("storm").codes.tolist() == [1, 0, 1, 1]


def test_decisions_that_were_taken_back_or_passed_over_are_not_data() -> None:
    rows = [coding("s1", "x"), replace(coding("s1", "y"), status="skipped"), coding("s1", "z"), coding("s1", "w")]
    rows.append(replace(rows[-1], status="withdrawn"))
    assert [c.coder for c in encode_blind(rows, ["storm"], []).codings] == ["x", "z"]


@pytest.mark.parametrize("phases", [(None, "blind"), ("blind", None), (None, "blind", None), ("blind", None, "blind")])
def test_a_coder_who_coded_with_and_without_a_phase_counts_once_with_the_last_coding(phases: tuple[str | None, ...]) -> None:
    last = len(phases) - 1
    rows = [coding("s1", "x", *["storm"] * (number == last), phase=phase) for number, phase in enumerate(phases)]
    data = encode_blind([*rows[:1], coding("s1", "y"), *rows[1:]], ["storm"], [])
    assert sorted((c.coder, "storm" in c.frames) for c in data.codings) == [("x", True), ("y", False)]


def test_a_coding_that_was_passed_over_later_is_gone_whichever_had_a_phase() -> None:
    rows = [coding("s1", "x", phase=None), coding("s1", "y"), replace(coding("s1", "x"), status="skipped")]
    assert encode_blind(rows, ["storm"], []).units == 0


def test_two_codings_of_one_coder_are_no_agreement() -> None:
    assert encode_blind([coding("s1", "x", phase=None), coding("s1", "x")], ["storm"], []).units == 0


def test_an_unknown_label_is_named_with_the_nearest_known_one() -> None:
    with pytest.raises(UsageError, match=r"there is no label 'strom' .did you mean 'storm'"):
        encode_blind([], ["storm"], ["mayor"]).find("strom")
