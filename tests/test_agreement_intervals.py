"""Whether the verdict on a label can be trusted: how often it is wrong where the true agreement is known."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from framing.agreement.alpha import alpha_from, nominal_distances
from framing.agreement.intervals import Differences, bound_share, find_exact_interval, join_intervals
from framing.agreement.labels import LabelAgreement, measure_agreement, measure_labels, measure_set_agreement
from framing.agreement.reliability_data import LabelCodes, ReliabilityData, encode_blind
from framing.annotations import Annotation

NOMINAL = nominal_distances(2)


def draw_labels(units: int, prevalence: float, true_alpha: float, *, labels: int = 400, article: int = 4) -> ReliabilityData:
    """Return codings by two coders of as many labels as there are samples to draw, all of one prevalence and true alpha.

    The coders differ on a sentence with the probability (1 - alpha) · 2p(1 - p).
    """
    draw = np.random.default_rng(11)
    differ = (1 - true_alpha) * 2 * prevalence * (1 - prevalence)
    rates = [1 - prevalence - differ / 2, differ / 2, differ / 2, prevalence - differ / 2]
    cells = draw.choice(4, size=(labels, units), p=rates)
    codes = np.stack([cells // 2, cells % 2], axis=2).reshape(labels, 2 * units)
    return ReliabilityData(
        codings=(),
        unit=np.repeat(np.arange(units), 2),
        coder=np.tile([0, 1], units),
        article=np.repeat(np.arange(units) // article, 2),
        coders=("x", "y"),
        frames=tuple(LabelCodes(f"f{number}", ("absent", "present"), (1,), False, row) for number, row in enumerate(codes)),
        targets=(),
    )


def count_verdicts(rows: list[LabelAgreement]) -> Counter[str]:
    return Counter(row.verdict for row in rows)


@pytest.mark.parametrize("prevalence", [0.05, 0.1, 0.2])
@pytest.mark.parametrize("units", [60, 300])
def test_a_label_of_true_alpha_70_is_called_reliable_in_at_most_one_sample_of_twenty(units: int, prevalence: float) -> None:
    rows = measure_labels(draw_labels(units, prevalence, 0.7))
    assert count_verdicts(rows)["reliable"] <= 0.05 * len(rows)
    known = [row.low for row in rows if row.low is not None]
    assert np.mean(np.array(known) <= 0.7) >= 0.97


def test_a_good_label_is_called_reliable_in_most_samples() -> None:
    rows = measure_labels(draw_labels(300, 0.2, 0.95))
    assert count_verdicts(rows)["reliable"] >= 0.9 * len(rows)


def coding(unit: int, coder: str, *frames: str) -> Annotation:
    return Annotation(f"u{unit}", f"a{unit // 2}", "text", frozenset(frames), (), coder=coder, phase="blind")


def test_one_sentence_with_the_label_is_too_few_though_all_agree_on_it() -> None:
    rows = [coding(unit, coder, *["storm"] * (unit == 0)) for unit in range(4) for coder in "xy"]
    (row,) = measure_agreement(rows, ["storm"], [])
    assert (row.alpha, row.high, row.verdict) == (1.0, 1.0, "too few")
    assert row.low == pytest.approx(1 - 7 * 2 / (2 * 1 * 7))  # as if the two codes had differed
    sets = measure_set_agreement(encode_blind(rows, ["storm"], []))
    assert (sets.alpha, sets.low, sets.high) == (1.0, row.low, 1.0)


@pytest.mark.parametrize(("sentences", "verdict"), [(9, "tentative"), (10, "reliable")])
def test_a_rare_label_needs_ten_sentences_without_a_difference(sentences: int, verdict: str) -> None:
    """Each in an article of its own among a hundred thousand sentences, so that nothing but their number counts."""
    matrix = np.array([[2e5, 0.0], [0.0, 2.0 * sentences]])
    articles = np.full(sentences, 2.0)
    high = 1 - 0.025 ** (1 / sentences)
    t_free = find_exact_interval(matrix, NOMINAL, Differences(0, 0 * articles, articles, sentences))[0]
    assert t_free == pytest.approx(1 - high / (2 - high), abs=1e-3)
    assert LabelAgreement("storm", 100_000, 2 * sentences, 1.0, 1.0, t_free, 1.0, 1.0, 1.0).verdict == verdict


@given(st.lists(st.booleans(), min_size=2, max_size=60))
def test_with_a_sentence_per_article_the_share_has_the_interval_of_clopper_and_pearson(differ: list[bool]) -> None:
    found = bound_share(Differences(0, 2.0 * np.array(differ), np.full(len(differ), 2.0), len(differ)))
    exact = binomtest(sum(differ), len(differ)).proportion_ci(method="exact")
    if len(set(differ)) == 1:
        assert found == pytest.approx((exact.low, exact.high), abs=1e-9)
    else:  # The variance between n articles has n - 1 below it: there are as many trials, and the interval is a trifle wider.
        assert found[0] <= exact.low
        assert found[1] >= exact.high


def test_articles_that_are_alike_within_widen_the_interval() -> None:
    mixed = Differences(0, np.full(10, 2.0), np.full(10, 10.0), 50)
    lumped = Differences(0, np.array([10.0, 10.0, *[0.0] * 8]), np.full(10, 10.0), 50)
    first, second = bound_share(mixed), bound_share(lumped)
    assert second[0] < first[0] < 0.2 < first[1] < second[1]


def test_few_articles_widen_it_and_one_bounds_nothing() -> None:
    highs = [bound_share(Differences(0, np.zeros(k), np.full(k, 120.0 / k), 60))[1] for k in (1, 2, 3, 10, 60)]
    assert highs == sorted(highs, reverse=True)
    assert highs[0] == 1.0
    assert highs[-1] == pytest.approx(1 - 0.025 ** (1 / 60))


@given(st.lists(st.integers(0, 2**6), min_size=6, max_size=6).filter(any), st.integers(2, 9))
def test_the_bounds_hold_alpha_for_any_coincidences_of_three_values(counts: list[int], units: int) -> None:
    half = np.zeros((3, 3))
    half[np.triu_indices(3)] = counts
    matrix, distances = half + half.T, nominal_distances(3)
    found = alpha_from(matrix, distances)
    common = int(matrix.sum(axis=0).argmax())
    per_article = np.ones(units) / units
    differing, telling = (matrix * distances).sum() * per_article, (matrix.sum() - matrix[common, common]) * per_article
    if found is not None:
        low, high = find_exact_interval(matrix, distances, Differences(common, differing, telling, units))
        assert low - 1e-9 <= found <= high + 1e-9


def test_the_wider_end_counts_and_an_end_that_no_sample_gives_is_the_exact_one() -> None:
    assert join_intervals((0.4, 0.9), (0.5, 0.95)) == (0.4, 0.95)
    assert join_intervals((0.6, 1.0), (0.5, 0.95)) == (0.5, 1.0)
    assert join_intervals((None, None), (0.5, 0.95)) == (0.5, 0.95)
