from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nltk.metrics.agreement import AnnotationTask

from framing.agreement.coders import measure_intracoder_agreement, measure_pairs
from framing.agreement.reliability_data import encode_blind
from framing.annotations import Annotation


def coding(unit: int, coder: str, coded: bool, *, stance: str | None = None, phase: str = "blind") -> Annotation:
    frames = frozenset({"storm"} if coded else ())
    given_ = (("mayor", stance),) if stance else ()
    return Annotation(f"u{unit}", f"a{unit // 4}", "text", frames, given_, coder=coder, phase=phase)


def test_each_two_coders_who_share_sentences_have_figures_per_label() -> None:
    rows = [coding(unit, coder, unit % 2 == 0) for unit in range(4) for coder in "ba"]
    rows += [coding(unit, coder, coder == "c") for unit in range(4, 10) for coder in "ca"]
    found = measure_pairs(encode_blind(rows, ["storm"], ["mayor"]))
    assert [(row.label, row.coder, row.other, row.units) for row in found] == [
        ("storm", "a", "b", 4), ("mayor", "a", "b", 0), ("storm", "a", "c", 6), ("mayor", "a", "c", 0),
    ]  # fmt: skip
    assert [(row.percent, row.alpha) for row in found] == [(1.0, 1.0), (None, None), (0.0, pytest.approx(-5 / 6)), (None, None)]


@pytest.mark.parametrize("order", ["ab", "ba"])
def test_counts_have_the_first_coders_value_in_the_rows_in_whatever_order_they_coded(order: str) -> None:
    stances = {"a": ["favor", "favor", "none"], "b": ["none", "favor", "against"]}
    rows = [coding(unit, coder, False, stance=stances[coder][unit]) for unit in range(3) for coder in order]
    row = measure_pairs(encode_blind(rows, [], ["mayor"]))[0]
    assert row.values == ("against", "none", "favor")
    assert row.counts == ((0, 0, 0), (1, 0, 0), (0, 1, 1))
    assert row.differing == 2


@given(st.lists(st.tuples(st.booleans(), st.booleans(), st.booleans()), min_size=1, max_size=12))
def test_alpha_of_a_pair_is_that_of_nltk_on_the_two_alone(table: list[tuple[bool, bool, bool]]) -> None:
    rows = [coding(unit, coder, code) for unit, codes in enumerate(table) for coder, code in zip("abc", codes, strict=True)]
    for row in measure_pairs(encode_blind(rows, ["storm"], [])):
        both = [(c.coder, c.id, bool(c.frames)) for c in rows if c.coder in (row.coder, row.other)]
        if len({code for _, _, code in both}) < 2:
            assert row.alpha is None
        else:
            assert row.alpha == pytest.approx(AnnotationTask(both).alpha(), abs=1e-9)
            assert row.percent == pytest.approx(AnnotationTask(both).avg_Ao(), abs=1e-9)


def test_without_shared_sentences_there_are_no_pairs() -> None:
    assert measure_pairs(encode_blind([coding(0, "a", True), coding(1, "b", True)], ["storm"], [])) == []
    assert measure_pairs(encode_blind([coding(0, "a", True), coding(0, "b", True)], [], [])) == []


def test_a_coder_is_compared_with_herself_before() -> None:
    """Ana keeps 3 of 4 codes, ben all; cy coded nothing again."""
    rows = [coding(unit, coder, unit < 2, stance="favor") for unit in range(6) for coder in ("ana", "ben", "cy")]
    rows += [coding(unit, "ana", unit < 1, stance="none", phase="recoded") for unit in range(4)]
    rows += [coding(unit, "ben", unit < 2, phase="recoded") for unit in range(4)]
    storm, mayor, other, missing = measure_intracoder_agreement(rows, ["storm"], ["mayor"])
    assert (storm.coder, storm.units, storm.percent, storm.counts) == ("ana", 4, 0.75, ((2, 0), (1, 1)))
    assert storm.alpha == pytest.approx(1 - 7 * 2 / (2 * 3 * 5))
    assert (mayor.coder, mayor.label, mayor.counts[2]) == ("ana", "mayor", (0, 4, 0))
    assert (other.coder, other.alpha) == ("ben", 1.0)
    assert (missing.units, missing.percent, missing.alpha) == (0, None, None)


def test_where_nobody_coded_again_there_is_nothing_to_compare() -> None:
    assert measure_intracoder_agreement([coding(0, "a", True), coding(0, "b", True)], ["storm"], []) == []


def test_the_last_of_several_recodings_counts_and_the_blind_coding_of_another_does_not() -> None:
    rows = [
        coding(0, "a", True),
        coding(0, "b", False),
        coding(0, "a", False, phase="recoded"),
        coding(0, "a", True, phase="recoded"),
    ]
    (row,) = measure_intracoder_agreement(rows, ["storm"], [])
    assert (row.coder, row.units, row.percent) == ("a", 1, 1.0)
