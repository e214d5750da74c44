from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest, chi2_contingency, false_discovery_control, fisher_exact

from framing.error_rates import ErrorComparison, ErrorRate, describe_differences, measure_error_rates
from framing.errors import UsageError


@dataclass
class Coded:
    """Coded sentences as arrays; half of them have the label unless said otherwise."""

    wrong: np.ndarray
    label: np.ndarray
    article: np.ndarray
    group: np.ndarray
    weight: np.ndarray

    def measure(self, seed: int = 0) -> ErrorComparison:
        return measure_error_rates(self.label ^ self.wrong, self.label, self.weight, self.article, self.group, seed=seed)


def code_positives(wrong: list[int], article: list[int], group: list[str], weight: list[float] | None = None) -> Coded:
    """Return sentences that all have the label."""
    count = len(wrong)
    return Coded(np.array(wrong, bool), np.ones(count, bool), np.array(article), np.array(group), np.array(weight or [1.0] * count))


def draw_outlets(draw: np.random.Generator, rates: list[float], *, articles: int, length: int, icc: float) -> Coded:
    """Return outlets in whose articles errors cluster (a beta-binomial), every second sentence with the label.

    Articles have 2 to 2 · ``length`` - 2 sentences of either kind; missing and raising a label have one rate.
    """
    scale = 1 / icc - 1
    chances = np.concatenate([draw.beta(rate * scale, (1 - rate) * scale, (articles, 2)) for rate in rates])
    lengths = 2 * draw.integers(2, 2 * length - 1, len(chances))
    article = np.repeat(np.arange(len(chances)), lengths)
    label = np.arange(len(article)) % 2 == 0
    wrong = draw.random(len(article)) < chances[article, label.astype(int)]
    return Coded(wrong, label, article, np.array([f"outlet {a // articles:02}" for a in article]), np.ones(len(article)))


def test_rates_are_weighted_shares_of_the_sentences_with_and_without_the_label() -> None:
    label = np.array([1, 1, 1, 0, 0, 0, 1, 0], bool)
    wrong = np.array([1, 0, 0, 1, 0, 0, 1, 0], bool)
    weight = np.array([4.0, 1, 3, 1, 1, 8, 2, 5])
    group = np.array(["Weekly"] * 6 + ["Daily"] * 2)
    found = Coded(wrong, label, np.array([1, 2, 3, 1, 2, 3, 4, 4]), group, weight).measure()
    daily, weekly = found.rates
    assert (daily.group, daily.coded, daily.positives, daily.missed, daily.raised) == ("Daily", 2, 1, 1.0, 0.0)
    assert (weekly.group, weekly.coded, weekly.positives, weekly.missed, weekly.raised) == ("Weekly", 6, 3, 0.5, 0.1)
    assert (found.p_missed, found.p_raised) == (None, None)
    assert (daily.missed_compared, weekly.raised_compared) == (False, False)


def test_an_outlet_without_positives_has_no_rate_of_misses() -> None:
    found = Coded(np.zeros(4, bool), np.zeros(4, bool), np.arange(4), np.array(["Daily"] * 4), np.ones(4)).measure()
    (rate,) = found.rates
    assert (rate.missed, rate.missed_low, rate.missed_high, rate.missed_compared) == (None, None, None, False)
    assert rate.raised == 0.0


def test_no_coded_sentence_gives_no_rates() -> None:
    assert code_positives([], [], []).measure() == ErrorComparison((), None, None)


@pytest.mark.parametrize("weight", [0.0, -1.0, float("nan"), float("inf")])
def test_a_weight_has_to_be_a_positive_number(weight: float) -> None:
    with pytest.raises(UsageError, match="1 / inclusion probability"):
        code_positives([1, 0], [1, 2], ["Daily"] * 2, [1.0, weight]).measure()


@pytest.mark.parametrize(("wrong", "cases"), [(0, 3), (0, 30), (7, 7)])
def test_without_clusters_and_variance_the_interval_is_that_of_clopper_and_pearson(wrong: int, cases: int) -> None:
    codes = [1] * wrong + [0] * (cases - wrong)
    (rate,) = code_positives(codes, list(range(cases)), ["Daily"] * cases).measure().rates
    exact = binomtest(wrong, cases).proportion_ci(method="exact")
    assert (rate.missed_low, rate.missed_high) == pytest.approx((exact.low, exact.high), abs=1e-9)


def test_clusters_few_articles_and_unequal_weights_widen_the_interval() -> None:
    def find_high(article: list[int], weight: list[float] | None = None) -> float:
        return code_positives([0] * 24, article, ["Daily"] * 24, weight).measure().rates[0].missed_high or 0.0

    single, threes, one = list(range(24)), [n // 3 for n in range(24)], [0] * 24
    assert find_high(single) < find_high(threes) < find_high(one) == 1.0
    assert find_high(threes) < find_high(threes, [1.0] * 20 + [9.0] * 4)
    lumped, spread = ([int(n < 8) for n in range(24)], [int(n % 3 == 0) for n in range(24)])
    widths = []
    for wrong in (lumped, spread):
        (rate,) = code_positives(wrong, [n // 4 for n in range(24)], ["Daily"] * 24).measure().rates
        widths.append((rate.missed_high or 0) - (rate.missed_low or 0))
    assert widths[0] > 1.3 * widths[1]


@pytest.mark.parametrize("rate", [0.05, 0.4])
def test_intervals_hold_the_rate_in_at_least_19_of_20_outlets_where_errors_cluster(rate: float) -> None:
    """500 intervals; three standard errors of a share of 95 % are 2.9 points."""
    found = draw_outlets(np.random.default_rng(2), [rate] * 250, articles=15, length=4, icc=0.15).measure()
    ends = [[(r.missed_low, r.missed_high), (r.raised_low, r.raised_high)] for r in found.rates]
    assert np.mean([(low or 0) <= rate <= (high or 0) for pair in ends for low, high in pair]) >= 0.921


rows = st.lists(st.tuples(*[st.booleans()] * 2, st.integers(0, 6), st.integers(0, 2), st.floats(0.5, 20)), min_size=1, max_size=60)


@settings(max_examples=50, deadline=None)
@given(rows)
def test_a_rate_lies_in_its_interval(rows: list) -> None:
    wrong, label, article, group, weight = (np.array(column) for column in zip(*rows, strict=True))
    names = np.array(["x", "y", "z"])[group]
    found = Coded(wrong, label, article, names, weight).measure()
    for rate in found.rates:
        for share, low, high in (
            (rate.missed, rate.missed_low, rate.missed_high),
            (rate.raised, rate.raised_low, rate.raised_high),
        ):
            assert share is None or 0 <= low <= share <= high <= 1


def test_how_densely_an_outlet_was_drawn_does_not_matter() -> None:
    draw = np.random.default_rng(8)
    coded = draw_outlets(draw, [0.3, 0.4, 0.5], articles=10, length=3, icc=0.1)
    coded.weight = 1 / draw.uniform(0.2, 1, len(coded.weight))
    found = coded.measure()
    coded.weight = np.where(coded.group == "outlet 00", 50.0, 1.0) * coded.weight
    scaled = coded.measure()
    assert (scaled.p_missed, scaled.p_raised) == (found.p_missed, found.p_raised)
    assert [r.missed_high for r in scaled.rates] == pytest.approx([r.missed_high for r in found.rates])


def test_articles_of_two_outlets_may_share_their_numbers() -> None:
    one = draw_outlets(np.random.default_rng(0), [0.2, 0.4], articles=8, length=3, icc=0.1)
    other = Coded(one.wrong, one.label, one.article % 8, one.group, one.weight)
    assert one.measure() == other.measure()


@pytest.mark.parametrize(("first", "second"), [(9, 3), (7, 4), (6, 6), (12, 0)])
def test_of_single_sentences_the_test_is_the_exact_one_of_fisher(first: int, second: int) -> None:
    """With as many sentences in both outlets; 1,999 shuffles have a standard error of .011 at most."""
    wrong = [1] * first + [0] * (12 - first) + [1] * second + [0] * (12 - second)
    found = code_positives(wrong, list(range(24)), ["Daily"] * 12 + ["Weekly"] * 12).measure()
    exact = fisher_exact([[first, 12 - first], [second, 12 - second]]).pvalue
    assert found.p_missed == pytest.approx(exact, abs=0.04)
    assert found.rates[0].missed_compared


def find_exact_p(articles: list[tuple[list[int], list[float]]], first: int) -> float:
    """Return the p-value by the formula and every way to deal the articles, of which the ``first`` belong to one outlet.

    Each article is the errors and the weights of its sentences; the weights have a mean of 1 in either outlet.
    """
    errors = [(e, w) for wrong, weights in articles for e, w in zip(wrong, weights, strict=True)]
    p = sum(e * w for e, w in errors) / sum(w for _, w in errors)
    r = [sum(w * (e - p) for e, w in zip(*article, strict=True)) for article in articles]
    alone = [sum(w * w for w in weights) for _, weights in articles]
    together = [sum(weights) ** 2 for _, weights in articles]
    icc = (sum(x * x for x in r) / (p * (1 - p)) - sum(alone)) / (sum(together) - sum(alone))
    icc = min(max(icc, 0.0), 1.0)
    v = [(1 - icc) * a + icc * t for a, t in zip(alone, together, strict=True)]

    def q(chosen: tuple[int, ...]) -> float:
        sides = [chosen, [n for n in range(len(articles)) if n not in chosen]]
        return sum(sum(r[n] for n in side) ** 2 / sum(v[n] for n in side) for side in sides)

    found = q(tuple(range(first)))
    return float(np.mean([q(way) >= found * (1 - 1e-9) for way in combinations(range(len(articles)), first)]))


# Wrong codes and sentences of the articles of two outlets, some of the first's long.
DEALT = [
    ([(0, 12), (5, 10), (1, 2), (1, 3), (1, 1)], [(1, 3), (2, 2), (2, 2), (1, 1), (0, 2), (1, 1)]),
    ([(11, 12), (4, 10), (1, 1), (0, 3), (1, 1)], [(0, 1), (0, 1), (0, 2), (1, 2), (1, 2), (2, 3)]),
    ([(0, 12), (5, 10), (3, 3), (0, 2), (1, 1)], [(1, 2), (2, 2), (1, 2), (3, 3), (1, 1), (0, 2)]),
]


@pytest.mark.parametrize(("first", "second"), DEALT)
def test_the_p_value_is_the_share_of_all_ways_to_deal_the_articles(
    first: list[tuple[int, int]], second: list[tuple[int, int]]
) -> None:
    """The 462 ways to deal 11 articles to outlets of 5 and 6; 1,999 shuffles have a standard error of .011 at most."""
    articles = [
        ([1] * wrong + [0] * (size - wrong), [1.5, 0.5, *[1.0] * (size - 2)] if size > 1 else [1.0])
        for wrong, size in (*first, *second)
    ]
    rows = [
        (e, n, "Daily" if n < 5 else "Weekly", w)
        for n, (wrong, weights) in enumerate(articles)
        for e, w in zip(wrong, weights, strict=True)
    ]
    found = code_positives(*(list(column) for column in zip(*rows, strict=True))).measure()
    assert found.p_missed == pytest.approx(find_exact_p(articles, 5), abs=0.04)


def test_false_alarms_are_as_rare_as_promised_where_errors_cluster() -> None:
    """400 tests at 5 %: 20 alarms, with a standard deviation of 4.4; a chi-square of sentences is taken in by the clusters."""
    draw = np.random.default_rng(7)
    alarms, naive = [], []
    for _ in range(200):
        coded = draw_outlets(draw, [0.3] * 5, articles=12, length=4, icc=0.25)
        found = coded.measure()
        alarms += [found.p_missed <= 0.05, found.p_raised <= 0.05]  # type: ignore[operator]
        for rows in (coded.label, ~coded.label):
            outlets = [coded.wrong[rows & (coded.group == name)] for name in np.unique(coded.group)]
            naive.append(chi2_contingency([[o.sum(), (~o).sum()] for o in outlets]).pvalue <= 0.05)
    assert 8 <= sum(alarms) <= 33
    assert sum(naive) > 60


def test_long_articles_in_one_outlet_and_short_ones_in_others_raise_no_alarm() -> None:
    """Five articles of 20 positives against three outlets of 40 short ones: 150 tests at 5 %, 7.5 alarms, deviation 2.7."""
    draw = np.random.default_rng(3)
    alarms = 0
    for _ in range(150):
        lengths = np.concatenate([np.full(5, 20), draw.integers(1, 4, 120)])
        article = np.repeat(np.arange(125), lengths)
        wrong = draw.random(len(article)) < draw.beta(0.35 * 4, 0.65 * 4, 125)[article]
        group = np.where(article < 5, "long", np.char.add("short ", (article // 40).astype(str)))
        alarms += (Coded(wrong, np.ones(len(article), bool), article, group, np.ones(len(article))).measure().p_missed or 0) <= 0.05
    assert alarms <= 16


def test_a_real_difference_is_found_and_where_there_is_none_it_is_not() -> None:
    draw = np.random.default_rng(1)
    coded = draw_outlets(draw, [0.15, 0.15, 0.5, 0.2], articles=30, length=3, icc=0.1)
    coded.wrong[~coded.label] = draw.random((~coded.label).sum()) < 0.1
    found = coded.measure()
    assert found.p_missed == 1 / 2000
    assert (found.p_raised or 0) > 0.05


def test_one_seed_gives_one_p_value() -> None:
    coded = draw_outlets(np.random.default_rng(0), [0.2, 0.3, 0.3], articles=10, length=3, icc=0.1)
    assert coded.measure(4) == coded.measure(4)
    assert len({coded.measure(seed).p_missed for seed in range(5)}) > 1


@pytest.mark.parametrize("always", [0, 1])
def test_outlets_without_errors_or_with_nothing_else_do_not_differ(always: int) -> None:
    found = code_positives([always] * 40, list(range(40)), ["Daily"] * 15 + ["Weekly"] * 25).measure()
    assert found.p_missed == 1.0


@pytest.mark.parametrize(
    ("cases", "articles", "tested"), [((10, 10), (5, 5), True), ((9, 20), (9, 20), False), ((20, 20), (4, 20), False)]
)
def test_an_outlet_with_few_cases_or_articles_takes_no_part(
    cases: tuple[int, int], articles: tuple[int, int], tested: bool
) -> None:
    rows = [(n % 2, n % articles[place], name) for place, name in enumerate(("Daily", "Weekly")) for n in range(cases[place])]
    found = code_positives(*(list(column) for column in zip(*rows, strict=True))).measure()
    assert (found.p_missed is not None) is tested
    assert found.rates[0].missed_compared is tested
    assert found.rates[0].missed is not None


def make_rate(group: str, missed: float, raised: float, *, compared: bool = True) -> ErrorRate:
    return ErrorRate(group, 200, 50, missed, 0.0, 1.0, compared, raised, 0.0, 1.0, compared)


def test_a_warning_names_the_outlets_furthest_apart_of_those_compared() -> None:
    rates = (make_rate("Daily", 0.597, 0.031), make_rate("Monthly", 0.99, 0.9, compared=False), make_rate("Weekly", 0.12, 0.004))
    found = {"storm": ErrorComparison(rates, 0.001, 0.4), "flood": ErrorComparison(rates, None, 0.002)}
    assert describe_differences(found) == [
        "the classifier misses storm more often in some outlets than in others (Daily 60 %, Weekly 12 %): uncorrected shares of "
        "these outlets cannot be compared",
        "the classifier wrongly gives flood more often in some outlets than in others (Daily 3.1 %, Weekly 0.4 %): uncorrected "
        "shares of these outlets cannot be compared",
    ]


def test_there_is_nothing_to_warn_of_without_tests() -> None:
    assert describe_differences({}) == []
    assert describe_differences({"storm": ErrorComparison((make_rate("Daily", 0.5, 0.1),), None, None)}) == []


@given(
    st.lists(st.one_of(st.none(), st.floats(0.0005, 0.06), st.floats(0.0005, 1)), min_size=2, max_size=40).filter(
        lambda ps: len(ps) % 2 == 0
    )
)
def test_as_many_differences_are_reported_as_benjamini_and_hochberg_reject(p_values: list[float | None]) -> None:
    rates = (make_rate("Daily", 0.5, 0.2), make_rate("Weekly", 0.1, 0.1))
    pairs = zip(p_values[::2], p_values[1::2], strict=True)
    found = {f"frame {n}": ErrorComparison(rates, *pair) for n, pair in enumerate(pairs)}
    known = [p for p in p_values if p is not None]
    rejected = (false_discovery_control(known) <= 0.0517).sum() if known else 0
    assert len(describe_differences(found, q=0.0517)) == rejected
