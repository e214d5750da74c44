from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

import krippendorff
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nltk.metrics import masi_distance
from nltk.metrics.agreement import AnnotationTask

from framing.agreement import alpha
from framing.agreement.alpha import (
    alpha_from,
    alphas_from,
    coincidences,
    masi_distances,
    nominal_distances,
    ordinal_distances,
    pair_codes,
    percentile_interval,
    resample,
)

Units = Sequence[Sequence[int]]


def count(units: Units, values: int) -> np.ndarray:
    """Return the coincidence matrix of units, each with the codes that it was given."""
    unit = np.repeat(np.arange(len(units)), np.array([len(codes) for codes in units], int))
    codes = np.array([code for given_ in units for code in given_], int)
    return coincidences(codes, pair_codes(unit), np.zeros(len(unit), int), groups=1, values=values)[0]


def measure(units: Units, level: str, values: int) -> float | None:
    """Return alpha of codes from 0 to ``values`` - 1 at a level of measurement; interval and ratio take any distances."""
    matrix = count(units, values)
    gap, total = np.subtract.outer(range(values), range(values)), np.add.outer(range(values), range(values))
    distances = {
        "nominal": nominal_distances(values),
        "ordinal": ordinal_distances(matrix.sum(axis=0)),
        "interval": gap**2.0,
        "ratio": np.divide(gap, total, out=np.zeros((values, values)), where=total > 0) ** 2,
    }
    return alpha_from(matrix, distances[level])


def columns(*coders: str) -> list[list[int]]:
    """Return units from one string per coder, a digit per unit and a dot where there is no code."""
    return [[int(code) for code in unit if code != "."] for unit in zip(*coders, strict=True)]


# Krippendorff 2011, "Computing Krippendorff's Alpha-Reliability": sections A, B and C.
SECTION_A = columns("0100000010", "1110010000")
SECTION_B = columns("001132224330", "101112224333")
SECTION_C = [
    [1, 1, 1], [2, 2, 3, 2], [3, 3, 3, 3], [3, 3, 3, 3], [2, 2, 2, 2], [1, 2, 3, 4],
    [4, 4, 4, 4], [1, 1, 2, 1], [2, 2, 2, 2], [5, 5, 5], [1, 1], [3],
]  # fmt: skip
# Hayes and Krippendorff 2007, "Answering the Call for a Standard Reliability Measure": five coders, 40 units, 0 to 3.
NEWS = [
    [1, 1, 2, 2], [1, 1, 0, 1], [2, 3, 3, 3], [0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0], [1, 0, 2, 1], [1, 2, 0], [2, 2, 2, 2],
    [2, 1, 1, 1], [1, 0, 0], [0, 0, 0, 0], [1, 2, 2, 2], [3, 3, 2, 2, 3], [1, 1, 1, 1], [1, 1, 1, 1], [2, 1, 2, 2],
    [1, 2, 3, 3], [1, 1, 0, 1], [0, 0, 0, 0], [0, 0, 1, 1], [0, 0, 0, 0], [2, 3, 3, 3], [0, 0, 0, 0], [1, 2, 2, 2],
    [0, 1, 1, 1], [0, 0, 0, 1, 0], [1, 2, 1, 2], [1, 1, 2, 2], [1, 1, 2, 2], [1, 1, 0, 0], [2, 1, 2, 1], [2, 2, 2, 2],
    [3, 2, 2, 2], [2, 2, 2, 2], [2, 2, 3, 2], [2, 2, 2, 2], [2, 2, 1, 2], [2, 2, 2, 2], [1, 1, 1, 1],
]  # fmt: skip

# The computational example of the Wikipedia article on Krippendorff's alpha.
THREE_CODERS = columns(".....34121133.3", "1.213343.......", "..21344.21133.4")


@pytest.mark.parametrize(
    ("units", "level", "published"),
    [
        (SECTION_A, "nominal", 0.095),
        (SECTION_B, "nominal", 0.692),
        (SECTION_C, "nominal", 0.743),
        (SECTION_C, "ordinal", 0.815),
        (SECTION_C, "interval", 0.849),
        (SECTION_C, "ratio", 0.797),
        (NEWS, "nominal", 0.477),
        (NEWS, "ordinal", 0.760),
        (NEWS, "interval", 0.757),
        (THREE_CODERS, "nominal", 0.691),
        (THREE_CODERS, "interval", 0.811),
    ],
)
def test_alpha_is_the_published_value(units: Units, level: str, published: float) -> None:
    assert measure(units, level, 6) == pytest.approx(published, abs=5e-4)


def test_a_unit_of_three_codes_adds_its_pairs_by_half() -> None:
    assert count([[0, 0, 1]], 2).tolist() == [[1, 1], [1, 0]]


def test_each_group_has_a_matrix_of_its_own() -> None:
    codes, unit, article = np.array([0, 0, 0, 1, 1, 1]), np.array([0, 0, 1, 1, 2, 2]), np.array([0, 0, 2, 2, 2, 2])
    found = coincidences(codes, pair_codes(unit), article, groups=3, values=2)
    assert found.tolist() == [[[2, 0], [0, 0]], [[0, 0], [0, 0]], [[0, 1], [1, 2]]]


REPLIES = st.lists(st.lists(st.sampled_from([0, 1, 2, 3, None]), min_size=3, max_size=3), min_size=1, max_size=12)
"""Units × three coders, with gaps."""


def without_gaps(table: list[list[int | None]]) -> list[list[int]]:
    return [[code for code in row if code is not None] for row in table]


def shared_codes(units: Units) -> set[int]:
    return set(chain.from_iterable(codes for codes in units if len(codes) > 1))


@pytest.mark.parametrize("level", ["nominal", "ordinal", "interval", "ratio"])
@given(table=REPLIES)
def test_alpha_equals_that_of_the_krippendorff_package(level: str, table: list[list[int | None]]) -> None:
    units = without_gaps(table)
    ours = measure(units, level, 4)
    if len(shared_codes(units)) < 2:
        assert ours is None
    else:
        matrix = [[np.nan if code is None else code for code in coder] for coder in zip(*table, strict=True)]
        theirs = krippendorff.alpha(reliability_data=matrix, level_of_measurement=level)
        assert ours == pytest.approx(theirs, abs=1e-9)


@given(table=REPLIES)
def test_alpha_equals_that_of_nltk(table: list[list[int | None]]) -> None:
    ours = measure(without_gaps(table), "nominal", 4)
    if len(shared_codes(without_gaps(table))) < 2:
        assert ours is None
    else:
        rows = [(coder, unit, code) for unit, row in enumerate(table) for coder, code in enumerate(row) if code is not None]
        assert ours == pytest.approx(AnnotationTask(rows).alpha(), abs=1e-9)


@given(table=REPLIES.filter(lambda table: len(shared_codes(without_gaps(table))) > 1), draw=st.randoms())
def test_the_order_of_units_and_of_coders_does_not_matter(table: list[list[int | None]], draw: object) -> None:
    units = without_gaps(table)
    mixed = [draw.sample(codes, len(codes)) for codes in draw.sample(units, len(units))]  # type: ignore[attr-defined]
    assert measure(mixed, "ordinal", 4) == pytest.approx(measure(units, "ordinal", 4), abs=1e-9)


@pytest.mark.parametrize("units", [[], [[]], [[1]], [[1], [2]], [[1, 1], [1, 1, 1]], [[1, 1], [2]]])
@pytest.mark.parametrize("level", ["nominal", "ordinal", "interval"])
def test_alpha_is_undefined_where_all_codes_are_the_same_or_nobody_shares_a_unit(units: Units, level: str) -> None:
    assert measure(units, level, 3) is None


def test_where_all_codes_are_the_same_nltk_says_1_and_we_say_nothing() -> None:
    units = [[1, 1], [1, 1]]
    rows = [(coder, unit, code) for unit, codes in enumerate(units) for coder, code in enumerate(codes)]
    assert AnnotationTask(rows).alpha() == 1
    assert measure(units, "nominal", 2) is None


def test_ranked_values_lie_as_far_apart_as_codes_lie_between_them() -> None:
    """Marginals 4, 2, 6: from the first to the second 4/2 + 2/2 = 3, to the third 4/2 + 2 + 6/2 = 7."""
    assert ordinal_distances(np.array([4.0, 2.0, 6.0])).tolist() == [[0, 9, 49], [9, 0, 16], [49, 16, 0]]


def test_several_matrices_are_measured_at_once_each_with_its_own_distances() -> None:
    matrices = np.stack([count(units, 6) for units in (SECTION_A, SECTION_B, SECTION_C, [[1, 1]])])
    found = alphas_from(matrices, ordinal_distances(matrices.sum(axis=1)))
    one_by_one = [measure(units, "ordinal", 6) for units in (SECTION_A, SECTION_B, SECTION_C)]
    assert found[:3] == pytest.approx(one_by_one)
    assert np.isnan(found[3])


SETS = st.frozensets(st.integers(0, 4), max_size=4)


def masi(one: frozenset[int], other: frozenset[int]) -> float:
    """Return nltk's distance, which does not know two empty sets."""
    return masi_distance(one, other) if one or other else 0.0


@given(st.lists(SETS, min_size=1, max_size=8, unique=True))
def test_masi_distances_equal_those_of_nltk(sets: list[frozenset[int]]) -> None:
    held = np.array([[label in one for label in range(5)] for one in sets])
    assert masi_distances(held) == pytest.approx(np.array([[masi(one, other) for other in sets] for one in sets]), abs=1e-9)


@pytest.mark.parametrize(
    ("one", "other", "distance"),
    [("", "", 0), ("", "a", 1), ("a", "a", 0), ("a", "b", 1), ("ab", "abcd", 2 / 3), ("ab", "bc", 8 / 9)],
)
def test_masi_weighs_jaccard_by_whether_one_set_holds_the_other(one: str, other: str, distance: float) -> None:
    held = np.array([[label in given_ for label in "abcd"] for given_ in (one, other)])
    assert masi_distances(held)[0, 1] == pytest.approx(distance)


@given(st.lists(st.lists(SETS, min_size=1, max_size=3), min_size=1, max_size=10))
def test_alpha_of_sets_equals_that_of_nltk(units: list[list[frozenset[int]]]) -> None:
    sets = sorted({one for given_ in units for one in given_}, key=sorted)
    distances = masi_distances(np.array([[label in one for label in range(5)] for one in sets]))
    ours = alpha_from(count([[sets.index(one) for one in given_] for given_ in units], len(sets)), distances)
    rows = [(coder, unit, one) for unit, given_ in enumerate(units) for coder, one in enumerate(given_) if len(given_) > 1]
    if len({one for _, _, one in rows}) < 2:
        assert ours is None
    else:
        assert ours == pytest.approx(AnnotationTask(rows, distance=masi).alpha(), abs=1e-9)


@pytest.mark.parametrize("block", [1, 50, 2**22])
def test_every_sample_has_as_many_rows_as_there_are(block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alpha, "_BLOCK", block)
    sums = np.column_stack([np.ones(7), np.arange(7.0)])
    drawn = resample(sums, 3)
    assert drawn.shape == (alpha.REPLICATIONS, 2)
    assert set(drawn[:, 0]) == {7.0}
    assert drawn[:, 1].mean() == pytest.approx(21, abs=0.5)
    assert drawn[:, 1].std() == pytest.approx(np.sqrt(7) * 2, rel=0.1)  # seven draws from 0 to 6, of deviation 2
    assert (drawn == resample(sums, 3)).all()


def test_samples_without_variation_are_left_out_of_the_interval() -> None:
    assert percentile_interval(np.array([np.nan, *np.linspace(0, 1, 41)])) == pytest.approx((0.025, 0.975))
    assert percentile_interval(np.array([np.nan])) == (None, None)
