from __future__ import annotations

from math import inf, isnan, nan

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.stats import norm

from framing.quantification import LEAST_DIFFERENCE, adjust_count, estimate_by_em, rates_of

shares = st.floats(0, 1)


@pytest.mark.parametrize(
    ("given_share", "rates", "share"),
    [
        (0.27, (0.6, 0.05), 0.4),  # .4 · .6 + .6 · .05 = .27
        (0.05, (0.6, 0.05), 0.0),  # the false ones alone
        (0.60, (0.6, 0.05), 1.0),
        (0.02, (0.6, 0.05), 0.0),
        (0.70, (0.6, 0.05), 1.0),
        (0.30, (0.3, 0.051), None),
        (0.01, (0.2, 0.6), None),  # worse than chance
        (nan, (0.6, 0.05), None),
        (0.30, (nan, 0.05), None),
    ],
)
def test_a_count_is_corrected_by_the_rates_or_not_at_all(
    given_share: float, rates: tuple[float, float], share: float | None
) -> None:
    assert adjust_count(given_share, *rates) == (None if share is None else pytest.approx(share, abs=1e-12))


@pytest.mark.parametrize(
    ("given_share", "rates", "share"),
    [
        (0.2, (0.6, 0.05), 0.2727272727272728),
        (0.31, (0.777, 0.047), 0.36027397260273974),
        (0.09, (0.525, 0.01), 0.1553398058252427),
    ],
)
def test_the_count_is_the_one_that_quapy_adjusts(given_share: float, rates: tuple[float, float], share: float) -> None:
    """From ``quapy.functional.solve_adjustment_binary`` of QuaPy 0.2.3."""
    assert adjust_count(given_share, *rates) == pytest.approx(share, abs=1e-12)


@given(shares)
def test_a_classifier_without_errors_is_taken_at_its_word(share: float) -> None:
    assert adjust_count(share, 1.0, 0.0) == share


@given(shares, st.floats(0, 0.7), st.floats(0.3, 1))
def test_the_share_that_makes_the_count_is_found_again(share: float, false: float, apart: float) -> None:
    true = false + (1 - false) * apart
    assume(true - false >= LEAST_DIFFERENCE)
    assert adjust_count(share * true + (1 - share) * false, true, false) == pytest.approx(share, abs=1e-9)


@given(shares, shares, shares, shares)
def test_a_larger_count_never_makes_a_smaller_share(one: float, other: float, true: float, false: float) -> None:
    smaller, larger = (adjust_count(count, true, false) for count in sorted((one, other)))
    assert (smaller is None) == (larger is None) == (not true - false >= LEAST_DIFFERENCE)
    assert (smaller or 0) <= (larger or 0) <= 1


# QuaPy 0.2.3: quapy.method.aggregative.EMQ.EM with epsilon 1e-15 and no bound on the iterations, for the 200 probabilities
# ((i + .5) / 200) ** power: power, prior, share.
BY_QUAPY = [
    (1, 0.5, 0.5),
    (2, 0.2, 0.561104598),
    (2, 0.4, 0.240566814),
    (3, 0.2, 0.323313906),
    (4, 0.3, 0.10208604),
    (8, 0.1, 0.12438646),
    (8, 0.15, 0.074968543),
    (0.5, 0.6, 0.846806218),
]


@pytest.mark.parametrize(("power", "prior", "share"), BY_QUAPY)
def test_the_share_is_the_one_that_quapy_iterates_to(power: float, prior: float, share: float) -> None:
    assert estimate_by_em(((np.arange(200) + 0.5) / 200) ** power, prior) == pytest.approx(share, abs=1e-8)


@pytest.mark.parametrize(
    ("probability", "prior", "share"),
    [
        # Likelihood (with odds of 4 and 1/4 over a prior of .5) of (.8 s + .2 (1 - s))² (.2 s + .8 (1 - s)): .2 + .6 s = 2/3.
        ([0.8, 0.8, 0.2], 0.5, (2 / 3 - 0.2) / 0.6),
        ([0.8, 0.2], 0.5, 0.5),
        ([0.9, 0.8, 0.7], 0.5, 1.0),  # all speak for the label more than the prior does
        ([0.1, 0.2], 0.3, 0.0),
        ([0.3, 0.3, 0.3], 0.3, 0.3),  # nothing speaks for any share: the prior stays
        ([0.8, nan, 0.8, 0.2], 0.5, (2 / 3 - 0.2) / 0.6),
    ],
)
def test_the_most_likely_share_is_found(probability: list[float], prior: float, share: float) -> None:
    assert estimate_by_em(np.array(probability), prior) == pytest.approx(share, abs=1e-9)


@pytest.mark.parametrize(
    ("probability", "prior"), [([], 0.5), ([nan], 0.5), ([0.5], 0.0), ([0.5], 1.0), ([0.5], nan), ([0.5], inf)]
)
def test_nothing_to_go_by_gives_no_share(probability: list[float], prior: float) -> None:
    assert isnan(estimate_by_em(np.array(probability, float), prior))


probabilities = st.lists(shares, min_size=1, max_size=30).map(np.array)
priors = st.floats(0.01, 0.99)


@given(st.lists(st.booleans(), min_size=1), priors)
def test_probabilities_of_0_and_1_are_counted(labels: list[bool], prior: float) -> None:
    assert estimate_by_em(np.array(labels, float), prior) == pytest.approx(np.mean(labels), abs=1e-9)


@given(probabilities)
def test_where_the_group_is_as_those_calibrated_on_the_prior_stays(probability: np.ndarray) -> None:
    prior = float(probability.mean())
    assume(0.001 < prior < 0.999)
    assume(probability.std() > 0.01)  # else there is next to nothing to tell one share from another
    assert estimate_by_em(probability, prior) == pytest.approx(prior, abs=1e-9)


@given(probabilities, priors, st.data())
def test_a_higher_probability_never_makes_a_smaller_share(probability: np.ndarray, prior: float, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(probability) - 1))
    raised = probability.copy()
    raised[place] = data.draw(st.floats(probability[place], 1))
    assert 0 <= estimate_by_em(probability, prior) <= estimate_by_em(raised, prior) + 1e-9 <= 1 + 1e-9


@given(probabilities, priors)
def test_a_step_of_em_goes_nowhere_from_the_share(probability: np.ndarray, prior: float) -> None:
    share = estimate_by_em(probability, prior)
    having, lacking = share / prior * probability, (1 - share) / (1 - prior) * (1 - probability)
    assert (having / (having + lacking)).mean() == pytest.approx(share, abs=1e-6)


@pytest.mark.parametrize("share", [0.02, 0.1, 0.6, 0.8])
def test_under_a_pure_label_shift_both_find_the_share_and_counting_does_not(share: float) -> None:
    """Scores of 20,000 sentences, normal with a mean of 1.5 or 0 by label, calibrated where 25 % have the label."""
    draw = np.random.default_rng(6)
    label = draw.random(20_000) < share
    score = draw.normal(1.5 * label)
    having, lacking = 0.25 * norm.pdf(score - 1.5), 0.75 * norm.pdf(score)
    probability = having / (having + lacking)
    rates = norm.sf(0.9 - 1.5), norm.sf(0.9)
    counted = float((score > 0.9).mean())
    error = (counted * (1 - counted) / len(label)) ** 0.5 / (rates[0] - rates[1])
    assert adjust_count(counted, *rates) == pytest.approx(share, abs=4 * error)
    assert estimate_by_em(probability, 0.25) == pytest.approx(share, abs=4 * error)
    assert abs(counted - share) > 8 * error
    assert abs(probability.mean() - share) > 8 * error


@pytest.mark.parametrize(
    ("precision", "recall", "positives", "sentences", "rates"),
    [
        (0.6, 0.75, 40, 100, (0.75, 20 / 60)),  # 30 found of 40, 50 given: 20 are false
        (1.0, 0.5, 10, 100, (0.5, 0.0)),
        (0.4, 1.0, 40, 100, (1.0, 1.0)),
        (0.0, 0.0, 40, 100, None),
        (None, None, 40, 100, None),
        (0.6, 0.75, 0, 100, None),
        (0.6, 0.75, 100, 100, None),
    ],
)
def test_the_rates_follow_from_what_an_evaluation_holds(
    precision: float | None, recall: float | None, positives: int, sentences: int, rates: tuple[float, float] | None
) -> None:
    assert rates_of(precision, recall, positives, sentences) == (None if rates is None else pytest.approx(rates))


@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=50))
def test_the_rates_are_those_counted(pairs: list[tuple[bool, bool]]) -> None:
    given_, label = np.array(pairs).T
    hits = int((given_ & label).sum())
    assume(hits and not label.all())
    found = rates_of(hits / given_.sum(), hits / label.sum(), int(label.sum()), len(label))
    assert found == pytest.approx((given_[label].mean(), given_[~label].mean()))
