from __future__ import annotations

import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from framing.agreement import alpha_from, coincidences, measure_agreement, measure_stance_agreement
from framing.annotations import Annotation
from framing.codebook import Codebook

# Krippendorff 2011, "Computing Krippendorff's Alpha-Reliability", section C: four observers, twelve units, codes missing.
PUBLISHED = [
    [1, 1, 1], [2, 2, 3, 2], [3, 3, 3, 3], [3, 3, 3, 3], [2, 2, 2, 2], [1, 2, 3, 4],
    [4, 4, 4, 4], [1, 1, 2, 1], [2, 2, 2, 2], [5, 5, 5], [1, 1], [3],
]  # fmt: skip


def krippendorff_alpha(units: list[list[int]]) -> float | None:
    return alpha_from(coincidences(units, sorted({code for codes in units for code in codes})))


def coding(unit: int, coder: str, coded: bool, *, stance: str | None = None, phase: str = "blind") -> Annotation:
    frames = frozenset({"storm"} if coded else ())
    given_ = (("mayor", stance),) if stance else ()
    return Annotation(f"u{unit}", f"a{unit // 4}", "text", frames, given_, coder=coder, phase=phase)


def test_alpha_is_the_published_value() -> None:
    assert krippendorff_alpha(PUBLISHED) == pytest.approx(0.743, abs=5e-4)


@given(st.lists(st.lists(st.integers(0, 3), min_size=1, max_size=4), min_size=2, max_size=12))
def test_alpha_equals_that_of_nltk(units: list[list[int]]) -> None:
    from nltk.metrics.agreement import AnnotationTask

    rows = [
        (f"c{coder}", f"u{unit}", code) for unit, codes in enumerate(units) for coder, code in enumerate(codes) if len(codes) > 1
    ]
    ours = krippendorff_alpha(units)
    if len({code for _, _, code in rows}) < 2:
        assert ours is None
    else:
        assert ours == pytest.approx(AnnotationTask(data=rows).alpha())


@pytest.mark.parametrize("units", [[], [[1]], [[1], [2]], [[1, 1], [1, 1, 1]]])
def test_alpha_is_undefined_where_all_codes_are_the_same_or_nobody_shares_a_unit(units: list[list[int]]) -> None:
    assert krippendorff_alpha(units) is None


def test_a_rare_label_that_one_coder_never_uses_has_alpha_below_zero_though_ac1_is_high() -> None:
    """The case of a published table that gave .989 for it: 11 positives of one coder in 1,000 units, none of the other."""
    rows = [coding(unit, coder, coder == "x" and unit < 11) for unit in range(1000) for coder in "xy"]
    (row,) = measure_agreement(rows, ["storm"], [])
    assert row.alpha == pytest.approx(-0.005, abs=5e-4)
    assert row.ac1 is not None
    assert row.ac1 > 0.98
    assert row.positive_agreement == 0.0
    assert (row.units, row.positives, row.verdict) == (1000, 11, "unreliable")


def test_gwet_ac1_is_the_value_worked_by_hand() -> None:
    """Two coders, 10 units: 7 agree (2 of them yes), 3 do not. Pe = 2 * .35 * .65, AC1 = (.7 - Pe) / (1 - Pe)."""
    pairs = [(True, True)] * 2 + [(False, False)] * 5 + [(True, False)] * 3
    rows = [coding(unit, coder, value) for unit, pair in enumerate(pairs) for coder, value in zip("xy", pair, strict=True)]
    (row,) = measure_agreement(rows, ["storm"], [])
    assert row.percent == pytest.approx(0.7)
    assert row.ac1 == pytest.approx((0.7 - 0.455) / (1 - 0.455))
    assert row.positive_agreement == pytest.approx(4 / 7)


def test_only_blind_codings_count() -> None:
    rows = [coding(unit, coder, (unit + (coder == "y")) % 2 == 0) for unit in range(8) for coder in "xy"]
    settled = [coding(unit, coder, True, phase="adjudicated") for unit in range(8) for coder in "xy"]
    assert measure_agreement(rows + settled, ["storm"], []) == measure_agreement(rows, ["storm"], [])


def test_the_interval_holds_alpha_and_repeats_with_its_seed() -> None:
    draw = random.Random(3)
    rows = []
    for unit in range(200):
        truth = draw.random() < 0.3
        rows += [coding(unit, coder, truth != (draw.random() < 0.08), stance=draw.choice(["favor", "none"])) for coder in "xyz"]
    first, second = measure_agreement(rows, ["storm"], ["mayor"]), measure_agreement(rows, ["storm"], ["mayor"])
    assert first == second
    frame, stance = first
    assert frame.low < frame.alpha < frame.high  # type: ignore[operator]
    assert frame.verdict in ("tentative", "unreliable")
    assert stance.alpha == pytest.approx(0, abs=0.15)


def test_perfect_agreement_is_reliable_and_sameness_undefined() -> None:
    rows = [coding(unit, coder, unit % 3 == 0, stance="none") for unit in range(30) for coder in "xy"]
    frame, stance = measure_agreement(rows, ["storm"], ["mayor"])
    assert (frame.alpha, frame.low, frame.verdict) == (1.0, 1.0, "reliable")
    assert (stance.alpha, stance.low, stance.verdict, stance.percent) == (None, None, "undefined", 1.0)


def test_a_stance_that_one_coder_left_out_is_a_missing_code() -> None:
    rows = [coding(unit, coder, False, stance="favor" if unit % 2 else "against") for unit in range(10) for coder in "xy"]
    rows[0] = replace(rows[0], stance=())
    _, stance = measure_agreement(rows, ["storm"], ["mayor"])
    assert stance.units == 9


def test_each_stance_has_the_agreement_of_its_own() -> None:
    """Ten sentences: the coders agree on favor in four, differ between against and none in two, agree on none in four."""
    rows = [coding(unit, coder, False, stance="favor" if unit < 4 else "none") for unit in range(10) for coder in "xy"]
    rows[8] = replace(rows[8], stance=(("mayor", "against"),))
    rows[10] = replace(rows[10], stance=(("mayor", "against"),))
    favor, against, none = measure_stance_agreement(rows, ["mayor"])
    assert (favor.label, favor.alpha, favor.positive_agreement) == ("mayor:favor", 1.0, 1.0)
    assert against.positive_agreement == 0.0
    assert none.positive_agreement == pytest.approx(8 / 10)


def test_one_article_gives_alpha_but_no_verdict() -> None:
    rows = [replace(coding(unit, coder, unit % 2 == 0), article="a") for unit in range(10) for coder in "xy"]
    (row,) = measure_agreement(rows, ["storm"], [])
    assert (row.alpha, row.low, row.verdict) == (1.0, None, "one article")


def test_the_corpus_of_two_coders_who_slip_is_nearly_reliable(annotations: list[Annotation], codebook: Codebook) -> None:
    rows = measure_agreement(annotations, codebook.frame_ids, codebook.target_ids)
    assert [row.label for row in rows] == ["harvest", "storm", "ghost", "mayor"]
    assert all(row.units == 144 for row in rows)
    assert rows[3].alpha == 1.0
