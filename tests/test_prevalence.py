"""Shares and their intervals: what they equal, what they must not do, and how often they hold where the truth is known."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from itertools import combinations
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ppi_sameness import CASES, estimate, make_case
from rival_shares import count_sentences
from scipy.special import stdtrit
from scipy.stats import binomtest
from simulated_outlets import Outlet, Setting, draw_outlets, draw_stances, estimate_outlet, tune_outlets

from framing.errors import AnnotationError, UsageError
from framing.prevalence import (
    CORRECTED,
    HAND_CODED,
    INDEX,
    LONG_RUN,
    MAX_SLOPE,
    MIN_ARTICLES,
    MIN_CODED,
    SCOPES,
    THESE_ARTICLES,
    Influence,
    Share,
    Tuning,
    combine,
    compare_shares,
    estimate_by_hand,
    estimate_share,
    tune,
)
from framing.share_intervals import measure_clustering
from framing.share_samples import CALIBRATED, check_arrays, take_sample

Arrays = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]

# What ppi_py 0.2.3 gives for the cases of benchmarks/ppi_sameness.py, which compares all digits where it is installed.
PPI_PY = (
    0.307692307692308,
    0.279753543040519,
    0.267502243090169,
    0.267841123302178,
    0.240281862714873,
    0.272949163671339,
    0.273720918267809,
    0.309844952621962,
    0.334567974169253,
    0.294205988515740,
)


def make_outlet(seed: int = 0, articles: int = 30, length: int = 10, coded: float = 0.3, share: float = 0.3) -> Arrays:
    """Return probabilities, labels, inclusion probabilities and articles of an outlet; chances of being coded vary."""
    rng = np.random.default_rng(seed)
    article = np.repeat(np.arange(articles), length)
    codes = (rng.random(len(article)) < rng.beta(4 * share, 4 * (1 - share), articles)[article]).astype(float)
    probability = np.clip(0.15 + 0.5 * codes + 0.2 * rng.standard_normal(len(article)), 0.01, 0.99)
    chance = coded * (0.5 + rng.random(len(article)))
    return probability, np.where(rng.random(len(article)) < chance, codes, np.nan), chance, article


def make_even_outlet(seed: int = 0, articles: int = 12) -> Arrays:
    """Return an outlet with articles of one length, three sentences of each coded."""
    probability, _, _, article = make_outlet(seed, articles)
    rng = np.random.default_rng(seed)
    codes = (rng.random(len(article)) < rng.beta(1, 2, articles)[article]).astype(float)
    return probability, np.where(np.arange(len(article)) % 10 < 3, codes, np.nan), np.full(len(article), 0.3), article


def code_whole(articles: int = 40, coded: int = 8, length: int = 5) -> Arrays:
    """Return an outlet with articles of one length, ``coded`` of them coded as a whole."""
    rng = np.random.default_rng(3)
    article = np.repeat(np.arange(articles), length)
    codes = (rng.random(len(article)) < rng.beta(1, 2, articles)[article]).astype(float)
    is_coded = article % (articles // coded) == 0
    return rng.random(len(article)), np.where(is_coded, codes, np.nan), np.full(len(article), coded / articles), article


# ── What the estimate equals ──────────────────────────────────────────────────────────────────────────────────────────


def test_a_slope_of_zero_gives_the_weighted_mean_of_the_codes() -> None:
    probability, label, chance, article = make_outlet()
    coded = ~np.isnan(label)
    mean = np.average(label[coded], weights=1 / chance[coded])
    by_hand = estimate_by_hand(label, chance, article)
    assert by_hand is not None
    assert estimate_share(probability, label, chance, article, tuning=Tuning(0.0, 1.0)).estimate == pytest.approx(mean, abs=1e-12)
    assert by_hand.estimate == pytest.approx(mean, abs=1e-12)


@pytest.mark.parametrize("tuning", [None, Tuning(1.0, 1.0)])
def test_a_model_that_is_always_right_gives_the_share_of_all_sentences(tuning: Tuning | None) -> None:
    rng = np.random.default_rng(1)
    codes = (rng.random(300) < 0.2).astype(float)
    label = np.where(rng.random(300) < 0.2, codes, np.nan)
    share = estimate_share(codes, label, 0.2, np.arange(300) // 10, tuning=tuning)
    assert share.estimate == pytest.approx(codes.mean(), abs=1e-12)
    assert share.slope == pytest.approx(1.0)


@pytest.mark.parametrize(("case", "expected"), list(zip(CASES, PPI_PY, strict=True)))
def test_the_estimate_is_that_of_ppi_py(case: tuple[int, float], expected: float) -> None:
    assert estimate(make_case(*case)).raw == pytest.approx(expected, abs=1e-9)


def test_a_census_gives_the_mean_of_the_codes_whatever_the_model_says() -> None:
    probability, _, _, article = make_outlet()
    codes = (np.random.default_rng(2).random(30) < 0.3).astype(float)[article]
    here = estimate_share(probability, codes, 1.0, article, tuning=Tuning(0.7, 1.0), scope=THESE_ARTICLES)
    assert here.estimate == here.low == here.high == pytest.approx(codes.mean(), abs=1e-12)
    assert here.variance == 0
    long_run = estimate_share(probability, codes, 1.0, article, tuning=Tuning(0.7, 1.0))
    by_hand = estimate_by_hand(codes, 1.0, article)
    assert by_hand is not None
    assert long_run.variance == pytest.approx(by_hand.variance)
    assert long_run.low < long_run.estimate < long_run.high  # type: ignore[operator]


def test_without_codes_the_share_is_the_uncorrected_index() -> None:
    share = estimate_share([0.2, 0.4], [np.nan, np.nan], np.nan, ["a", "b"])
    assert (share.estimate, share.low, share.high, share.method, share.coded) == (pytest.approx(0.3), None, None, INDEX, 0)
    assert estimate_by_hand([np.nan, np.nan], np.nan, ["a", "b"]) is None


def test_without_a_model_the_share_is_of_codes_alone() -> None:
    _, label, chance, article = make_outlet()
    share = estimate_share(np.full(len(label), np.nan), label, chance, article)
    assert share.method == HAND_CODED
    assert share == estimate_by_hand(label, chance, article)


def test_one_coded_article_has_no_interval() -> None:
    label = [1.0, 0.0, np.nan, np.nan]
    share = estimate_share([0.5, 0.2, 0.4, 0.1], label, 0.5, ["a", "a", "b", "b"])
    assert (share.low, share.high, share.variance, share.coded_articles) == (None, None, None, 1)
    assert share.method == CORRECTED
    assert not share.is_supported


def test_the_shares_of_favor_against_and_none_add_up_to_one() -> None:
    favor, against = draw_stances(Setting("", (0.2,)), np.random.default_rng(4))[0]
    chances = [favor.probability, against.probability, 1 - favor.probability - against.probability]
    labels = [favor.label, against.label, 1 - favor.label - against.label]
    pairs = zip(chances, labels, strict=True)
    shares = [estimate_share(p, y, favor.chance, favor.article, tuning=Tuning(0.8, 1.0)) for p, y in pairs]
    assert sum(share.raw for share in shares) == pytest.approx(1.0, abs=1e-12)


# ── What its variance equals ──────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("slope", [0.0, 0.6, 1.0])
@pytest.mark.parametrize("articles", [2, 7, 30])
def test_the_variance_is_that_of_estimates_without_one_article_at_a_time(slope: float, articles: int) -> None:
    probability, label, chance, article = make_even_outlet(articles=articles)
    tuning = Tuning(slope, 0.0)
    whole = estimate_share(probability, label, chance, article, tuning=tuning)
    without = []
    for left in range(articles):
        kept = article != left
        without.append(estimate_share(probability[kept], label[kept], chance[kept], article[kept], tuning=tuning).raw)
    jackknife = (articles - 1) / articles * float(((np.array(without) - whole.raw) ** 2).sum())
    guarded = 0.02 if articles > 2 else 1.0
    assert jackknife * (1 - 1e-9) <= whole.variance <= jackknife * (1 + guarded)  # type: ignore[operator]


def test_sentences_drawn_singly_have_the_textbook_variance_in_these_articles() -> None:
    rng = np.random.default_rng(5)
    codes = (rng.random(60) < 0.4).astype(float)
    label = np.full(200, np.nan)
    label[:60] = codes
    share = estimate_by_hand(label, 0.3, np.arange(200), scope=THESE_ARTICLES)
    assert share is not None
    assert share.variance == pytest.approx((1 - 60 / 200) * codes.var(ddof=1) / 60)
    assert share.freedom == pytest.approx(59)


def test_whole_articles_have_the_textbook_variance_of_clusters_in_these_articles() -> None:
    _, label, chance, article = code_whole()
    means = np.nanmean(label.reshape(40, 5)[::5], axis=1)
    share = estimate_by_hand(label, chance, article, scope=THESE_ARTICLES)
    assert share is not None
    assert share.variance == pytest.approx((1 - 8 / 40) * means.var(ddof=1) / 8)
    assert share.freedom == pytest.approx(7)


@pytest.mark.parametrize("slope", [0.0, 0.8])
def test_each_article_twice_keeps_the_estimate_and_halves_the_variance(slope: float) -> None:
    """But for (G - 1)/G, the small-sample factor of articles of one length."""
    probability, label, chance, article = make_even_outlet(articles=12)
    once = estimate_share(probability, label, chance, article, tuning=Tuning(slope, 0.0))
    doubled = (np.tile(probability, 2), np.tile(label, 2), np.tile(chance, 2), np.concatenate([article, article + 12]))
    twice = estimate_share(*doubled, tuning=Tuning(slope, 0.0))
    assert twice.raw == pytest.approx(once.raw, abs=1e-12)
    assert twice.variance * (23 / 24) == pytest.approx(once.variance * (11 / 12) / 2, rel=0.02)  # type: ignore[operator]
    assert (twice.sentences, twice.articles, twice.coded) == (2 * once.sentences, 2 * once.articles, 2 * once.coded)


def test_each_article_twice_halves_the_variance_of_codes_alone_exactly() -> None:
    _, label, chance, article = make_even_outlet(articles=12)
    once = estimate_by_hand(label, chance, article)
    twice = estimate_by_hand(np.tile(label, 2), np.tile(chance, 2), np.concatenate([article, article + 12]))
    assert once is not None
    assert twice is not None
    assert twice.variance * (23 / 24) == pytest.approx(once.variance * (11 / 12) / 2, rel=1e-12)  # type: ignore[operator]


@pytest.mark.parametrize("scope", SCOPES)
@pytest.mark.parametrize("tuning", [None, Tuning(0.8, 1.1)])
def test_order_and_names_change_nothing(scope: str, tuning: Tuning | None) -> None:
    arrays = make_outlet()
    expected = estimate_share(*arrays, tuning=tuning, scope=scope)
    rng = np.random.default_rng(6)
    order, names = rng.permutation(len(arrays[0])), rng.permutation(30)
    probability, label, chance, article = (values[order] for values in arrays)
    named = np.array([f"article {number}" for number in names])[article]
    found = estimate_share(probability, label, chance, named, tuning=tuning, scope=scope)
    for field in ("estimate", "low", "high", "variance", "freedom", "slope", "coded", "coded_articles"):
        assert getattr(found, field) == pytest.approx(getattr(expected, field), rel=1e-9)


def test_the_parts_of_articles_make_up_the_variance() -> None:
    share = estimate_share(*make_outlet(), tuning=Tuning(0.8, 1.0))
    assert share.influence is not None
    assert float(share.influence.parts @ share.influence.parts) == pytest.approx(share.variance)
    assert abs(share.influence.parts.sum()) < 0.1 * np.abs(share.influence.parts).sum()


@pytest.mark.parametrize(
    ("arrays", "expected"),
    [
        (code_whole(), 1.0),
        (code_whole(coded=20), 1.0),
        ((np.zeros(90), np.where(np.arange(90) % 3, np.nan, 0), 1 / 3, np.arange(90)), 0.0),
    ],
)
def test_whole_articles_are_told_from_single_sentences(arrays: Arrays, expected: float) -> None:
    assert measure_clustering(take_sample(check_arrays(*arrays))) == pytest.approx(expected)


@pytest.mark.parametrize("design", ["random", "spread", "uncertainty"])
def test_sentences_drawn_singly_show_hardly_any_clustering(design: Any) -> None:
    rng = np.random.default_rng(7)
    found = []
    for _ in range(40):
        (o,) = draw_outlets(Setting("", (0.2,), design=design, coded=200), rng)
        found.append(measure_clustering(take_sample(check_arrays(o.probability, o.label, o.chance, o.article))))
    assert np.mean(found) < 0.08


# ── Its interval ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_codes_of_many_single_sentences_have_wilsons_interval() -> None:
    label = np.full(40_000, np.nan)
    label[:4000] = np.arange(4000) < 800
    share = estimate_by_hand(label, 0.1, np.arange(40_000))
    wilson = binomtest(800, 4000).proportion_ci(method="wilson")
    assert share is not None
    assert (share.low, share.high) == pytest.approx((wilson.low, wilson.high), abs=1e-4)
    assert share.effective_sample_size == pytest.approx(3999)


def test_a_hundred_sentences_without_the_label_leave_shares_up_to_four_per_cent_open() -> None:
    """Wilson's upper end q²/(n + q²), with q = 1.984 of t at 99 degrees of freedom."""
    label = np.where(np.arange(2000) % 20 == 0, 0.0, np.nan)
    share = estimate_by_hand(label, 0.05, np.arange(2000))
    assert share is not None
    assert (share.low, share.estimate) == (0.0, 0.0)
    assert share.high == pytest.approx(3.937 / 103.937, abs=1e-4)


def test_a_sample_that_missed_a_rare_label_promises_no_precision() -> None:
    rng = np.random.default_rng(8)
    probability = np.where(rng.random(2000) < 0.05, 0.3, 0.01)
    label = np.where(np.arange(2000) % 20 == 0, 0.0, np.nan)
    for scope in SCOPES:
        share = estimate_share(probability, label, 0.05, np.arange(2000) // 10, tuning=Tuning(1.0, 1.0), scope=scope)
        assert share.low == 0
        assert 0.03 < share.high < 0.10  # type: ignore[operator]


def test_a_model_that_knows_no_doubt_is_not_believed_to_the_last() -> None:
    """Probabilities of 0 and 1 that were right on a hundred sentences may be wrong on one of the next."""
    probability = np.where(np.random.default_rng(16).random(2000) < 0.15, 1.0, 0.0)
    label = np.where(np.arange(2000) % 20 == 0, probability, np.nan)
    share = estimate_share(probability, label, 0.05, np.arange(2000) // 10, tuning=Tuning(1.0, 1.0))
    of_articles = probability.reshape(200, 10).mean(axis=1).var(ddof=1) / 200
    assert of_articles + 1e-5 < share.variance < of_articles + 1e-4  # type: ignore[operator]


def test_near_zero_an_interval_reaches_no_further_than_students_and_the_draw_of_the_coded() -> None:
    outlets = draw_outlets(Setting("", (0.01,) * 40, f1=0.6, usual=0.05, coded=50), np.random.default_rng(17))
    shares = [estimate_outlet(outlet, Tuning(0.7, 1.0)) for outlet in outlets]
    for share in shares:
        q = stdtrit(share.freedom, 0.975)
        assert share.high <= max(share.raw, 0) + q * np.sqrt(share.variance) + q**2 / 100 + 1e-12  # type: ignore[operator]


def test_articles_never_make_codes_tell_more_than_as_many_sentences_drawn_singly() -> None:
    """Each article has as many sentences with the label as the others: articles seem not to vary at all."""
    label = np.where(np.arange(300) % 10 < 4, np.arange(300) % 2, np.nan)
    share = estimate_by_hand(label, 0.4, np.arange(300) // 10)
    assert share is not None
    assert share.effective_sample_size == pytest.approx(120)


@pytest.mark.parametrize("scope", SCOPES)
def test_the_interval_is_wider_the_fewer_are_coded(scope: str) -> None:
    widths = []
    for coded in (300, 150, 75, 40):
        outlets = draw_outlets(Setting("", (0.2,) * 20, coded=coded), np.random.default_rng(9))
        shares = [estimate_outlet(outlet, Tuning(0.9, 1.0), scope) for outlet in outlets]
        widths.append(np.mean([share.high - share.low for share in shares]))  # type: ignore[operator]
    assert widths == sorted(widths)


def test_a_useless_model_costs_next_to_nothing() -> None:
    rng = np.random.default_rng(10)
    ours, by_hand = [], []
    for outlet in draw_outlets(Setting("", (0.2,) * 40), rng):
        arrays = (outlet.label, outlet.chance, outlet.article)
        share, alone = estimate_share(rng.random(len(outlet.label)), *arrays), estimate_by_hand(*arrays)
        assert alone is not None
        ours.append(share.high - share.low)  # type: ignore[operator]
        by_hand.append(alone.high - alone.low)  # type: ignore[operator]
    assert np.mean(ours) < 1.1 * np.mean(by_hand)


@pytest.mark.parametrize(
    ("coded", "articles", "supported"),
    [(MIN_CODED, MIN_ARTICLES, True), (MIN_CODED - 1, MIN_ARTICLES, False), (MIN_CODED, MIN_ARTICLES - 1, False)],
)
def test_an_interval_is_published_from_enough_codes_and_articles_on(coded: int, articles: int, supported: bool) -> None:
    label = np.full(200, np.nan)
    label[:coded] = np.arange(coded) % 2
    assert estimate_share(np.full(200, 0.5), label, coded / 200, np.arange(200) % articles).is_supported == supported


# ── Whatever comes in ─────────────────────────────────────────────────────────────────────────────────────────────────

CHANCES = st.sampled_from([1.0, 1.0 - 1e-16, 0.5, 0.01, 1e-9, 1e-200, 5e-324])
PROBABILITIES = st.one_of(st.sampled_from([0.0, 1.0, 0.5, 1e-300, 1 - 1e-16]), st.floats(0, 1))


@st.composite
def hostile_outlets(draw: Callable[..., Any]) -> Arrays:
    """Return outlets with all-alike labels, constant, perfect and opposite models, one article, and weights beyond reason."""
    size = draw(st.integers(1, 30))
    kind = draw(st.sampled_from(["any", "constant", "perfect", "opposite"]))
    codes = np.array(
        draw(st.lists(st.sampled_from(draw(st.sampled_from([[0.0], [1.0], [0.0, 1.0]]))), min_size=size, max_size=size))
    )
    probability = {
        "any": lambda: np.array(draw(st.lists(PROBABILITIES, min_size=size, max_size=size))),
        "constant": lambda: np.full(size, draw(PROBABILITIES)),
        "perfect": lambda: codes,
        "opposite": lambda: 1 - codes,
    }[kind]()
    is_coded = np.array(draw(st.lists(st.booleans(), min_size=size, max_size=size))) | (np.arange(size) == 0)
    chance = np.array(draw(st.lists(CHANCES, min_size=size, max_size=size)))
    article = np.array(draw(st.lists(st.integers(0, draw(st.integers(0, size))), min_size=size, max_size=size)))
    return probability, np.where(is_coded, codes, np.nan), chance, article


@settings(max_examples=400)
@given(hostile_outlets(), st.sampled_from(SCOPES), st.sampled_from(["none", "tuned", "steep"]))
def test_an_interval_holds_its_estimate_and_stays_within_bounds(arrays: Arrays, scope: str, kind: str) -> None:
    probability, label, chance, article = arrays
    tuned = tune(probability, label, chance, np.zeros(len(label)))
    tuning = {"none": None, "tuned": tuned, "steep": Tuning(MAX_SLOPE, 5.0)}[kind]
    for share in (estimate_share(*arrays, tuning=tuning, scope=scope), estimate_by_hand(label, chance, article, scope=scope)):
        assert share is not None
        assert 0 <= share.estimate <= 1
        assert 0 <= share.slope <= MAX_SLOPE
        if share.coded_articles < 2:
            assert share.low is share.high is share.variance is None
            continue
        assert 0 <= share.low <= share.estimate <= share.high <= 1  # type: ignore[operator]
        assert 0 <= share.variance < np.inf  # type: ignore[operator]
        assert share.freedom >= 1 - 1e-9


@settings(max_examples=400)
@given(hostile_outlets(), hostile_outlets(), st.sampled_from(SCOPES))
def test_a_difference_holds_its_estimate_and_turns_its_sign(one: Arrays, other: Arrays, scope: str) -> None:
    shares = [estimate_share(*arrays, scope=scope) for arrays in (one, other)]
    forth, back = compare_shares(*shares), compare_shares(*reversed(shares))
    assert forth.estimate == -back.estimate
    assert forth.p == (None if back.p is None else pytest.approx(back.p))
    if forth.low is not None and forth.high is not None and forth.p is not None:
        assert -1 <= forth.low <= forth.estimate <= forth.high <= 1
        assert 0 <= forth.p <= 1


@settings(max_examples=400)
@given(hostile_outlets())
def test_a_tuning_stays_within_bounds(arrays: Arrays) -> None:
    tuning = tune(arrays[0], arrays[1], arrays[2], arrays[3])
    assert 0 <= tuning.slope <= MAX_SLOPE
    assert 0 < tuning.dispersion < np.inf


NAN = float("nan")
CHANCE = "no inclusion probability in \\(0, 1\\]"


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"inclusion_probability": NAN}, AnnotationError, CHANCE),
        ({"inclusion_probability": 0.0}, AnnotationError, CHANCE),
        ({"inclusion_probability": 1.2}, AnnotationError, CHANCE),
        ({"inclusion_probability": -1}, AnnotationError, CHANCE),
        ({"inclusion_probability": [0.5, 0.5, NAN]}, AnnotationError, CHANCE),
        ({"label": [0, 1, 2]}, AnnotationError, "a label is 0 or 1"),
        ({"label": [0, 1, -1]}, AnnotationError, "a label is 0 or 1"),
        ({"label": [0, 1]}, UsageError, "of one length"),
        ({"probability": [0.5, 0.5]}, UsageError, "of one length"),
        ({"article": ["a", "b"]}, UsageError, "of one length"),
        ({"inclusion_probability": [0.5, 0.5]}, UsageError, "of one length"),
        ({"label": [[0, 1, 0]]}, UsageError, "of one length"),
        ({"label": 1.0}, UsageError, "of one length"),
        ({"probability": [], "label": [], "article": [], "inclusion_probability": []}, UsageError, "of one length"),
        ({"probability": [0.5, NAN, 0.5]}, UsageError, "missing for 1 of 3"),
        ({"probability": [0.5, np.inf, 0.5]}, UsageError, "missing for 1 of 3"),
        ({"scope": "ever"}, UsageError, "a share is of 'long run' or 'these articles', not 'ever'"),
    ],
)
def test_what_cannot_be_estimated_is_refused(change: dict[str, Any], error: type[Exception], message: str) -> None:
    given_ = {
        "probability": [0.1, 0.2, 0.3],
        "label": [0, 1, 0],
        "inclusion_probability": 0.5,
        "article": ["a", "b", "c"],
        **change,
    }
    with pytest.raises(error, match=message):
        estimate_share(**given_)


def test_an_uncoded_sentence_needs_no_inclusion_probability() -> None:
    chances = [0.5, 0.5, NAN]
    assert estimate_share([0.1, 0.2, 0.3], [0, 1, NAN], chances, ["a", "b", "c"]).coded == 2


# ── Tuning ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_slope_is_that_of_weighted_least_squares_with_a_level_of_each_outlet() -> None:
    outlets = draw_outlets(Setting("", (0.05, 0.2, 0.5), design="uncertainty"), np.random.default_rng(11))
    columns = [np.concatenate([getattr(o, name) for o in outlets]) for name in ("probability", "label", "chance")]
    group = np.repeat([0, 1, 2], [len(o.label) for o in outlets])
    coded = ~np.isnan(columns[1])
    design = np.column_stack([columns[0], *(group == number for number in range(3))])[coded]
    root = 1 / np.sqrt(columns[2][coded])
    expected = np.linalg.lstsq(design * root[:, None], columns[1][coded] * root, rcond=None)[0][0]
    assert tune(*columns, group).slope == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("articles", [3, 30])
def test_without_a_tuning_the_outlets_own_slope_is_drawn_towards_one(articles: int) -> None:
    probability, label, chance, article = make_even_outlet(articles=articles)
    coded = ~np.isnan(label)
    own = np.polyfit(probability[coded], label[coded], 1)[0]
    assert 0 < own < MAX_SLOPE
    share = estimate_share(probability, label, chance, article)
    assert share.slope == pytest.approx((articles * own + CALIBRATED) / (articles + CALIBRATED))


def test_calibrated_probabilities_have_a_slope_and_a_dispersion_near_one() -> None:
    outlets = draw_outlets(Setting("", (0.2,) * 20, shift=0.0, coded=500), np.random.default_rng(12))
    tuning = tune_outlets(outlets)
    assert tuning.slope == pytest.approx(1.0, abs=0.05)
    assert tuning.dispersion == pytest.approx(1.0, abs=0.05)


def test_probabilities_that_are_too_sure_have_a_dispersion_above_one() -> None:
    rng = np.random.default_rng(18)
    codes = (rng.random(400) < 0.3).astype(float)
    sure = np.where(rng.random(400) < 0.8, 0.01 + 0.98 * codes, 0.99 - 0.98 * codes)
    assert tune(sure, codes, 0.5, np.zeros(400)).dispersion > 5


def test_nothing_coded_or_no_model_tunes_to_codes_alone() -> None:
    assert tune([0.1, 0.2], [NAN, NAN], NAN, ["a", "a"]).slope == 0
    assert tune([NAN, NAN], [1, 0], 0.5, ["a", "a"]).slope == 0


# ── Differences ───────────────────────────────────────────────────────────────────────────────────────────────────────


def make_shares() -> tuple[Share, Share, Share, Share]:
    """Return favor and against of two outlets."""
    pairs = draw_stances(Setting("", (0.2, 0.2)), np.random.default_rng(13))
    return tuple(estimate_outlet(side, Tuning(0.8, 1.0)) for pair in pairs for side in pair)  # type: ignore[return-value]


def test_shares_of_different_articles_differ_with_the_sum_of_their_variances() -> None:
    one, _, other, _ = make_shares()
    difference = compare_shares(one, other)
    assert difference.variance == pytest.approx(one.variance + other.variance)  # type: ignore[operator]
    assert difference.estimate == pytest.approx(one.raw - other.raw)
    assert (difference.p < 0.05) == (not difference.low <= 0 <= difference.high)  # type: ignore[operator]
    assert min(one.freedom, other.freedom) < difference.freedom <= one.freedom + other.freedom


def test_a_balance_varies_as_the_difference_of_the_codes_does() -> None:
    """Codes alone: the variance of favor less against is that of a single code of 1, 0 or -1."""
    favor, against = draw_stances(Setting("", (0.2,), design="whole articles", coded=200), np.random.default_rng(14))[0]
    coded = ~np.isnan(favor.label)
    shares = [estimate_by_hand(side.label, side.chance, side.article) for side in (favor, against)]
    assert None not in shares
    found = compare_shares(*shares)  # type: ignore[arg-type]
    balance = (favor.label - against.label)[coded]
    article = favor.article[coded]
    without = [balance[article != left].mean() for left in np.unique(article)]
    expected = (len(without) - 1) / len(without) * float(((np.array(without) - balance.mean()) ** 2).sum())
    assert found.estimate == pytest.approx(balance.mean())
    assert found.variance == pytest.approx(expected, rel=1e-6)
    assert found.freedom == pytest.approx(len(without) - 1)


def test_a_difference_of_balances_is_the_sum_of_its_parts() -> None:
    shares = make_shares()
    balances = [compare_shares(*shares[:2]), compare_shares(*shares[2:])]
    difference = combine(shares, (1.0, -1.0, -1.0, 1.0))
    assert difference.estimate == pytest.approx(balances[0].estimate - balances[1].estimate)
    assert difference.variance == pytest.approx(sum(balance.variance or 0.0 for balance in balances))


def test_a_share_does_not_differ_from_itself() -> None:
    arrays = make_outlet()
    difference = compare_shares(estimate_share(*arrays), estimate_share(*arrays))
    assert (difference.estimate, difference.p) == (0.0, 1.0)
    assert (difference.low, difference.high) == pytest.approx((0.0, 0.0), abs=1e-6)


def test_what_has_no_variance_has_no_test() -> None:
    one, *_ = make_shares()
    index = Share(0.4, None, None, INDEX, 10, 2, raw=0.4)
    assert compare_shares(one, index).p is None
    assert compare_shares(one, index).estimate == pytest.approx(one.estimate - 0.4)
    assert combine((one, index), (0.5, 0.5)).low is None


def test_shares_that_do_not_tell_their_articles_count_as_apart() -> None:
    one, other, *_ = make_shares()
    apart = compare_shares(replace(one, influence=None), other)
    assert apart.variance == pytest.approx(one.variance + other.variance)  # type: ignore[operator]
    assert isinstance(other.influence, Influence)


# ── How often intervals hold ──────────────────────────────────────────────────────────────────────────────────────────

UNEQUAL = (0.05, 0.1, 0.2, 0.3, 0.4, 0.5)
WORLDS = {
    "no shift": Setting("no shift", (0.2,) * 6, shift=0.0),
    "label shift": Setting("label shift", UNEQUAL, shift=0.0),
    "label and error shift": Setting("label and error shift", UNEQUAL),
    "rare": Setting("rare", (0.01, 0.02, 0.04, 0.06, 0.09, 0.12), f1=0.6, usual=0.05),
}
DRAWS = 300


@cache
def simulate(name: str) -> dict[str, float]:
    """Return how many per cent of intervals hold, and of pairs of outlets differ, in ``DRAWS`` draws of a world.

    ``seen`` is what comes of probabilities by a model that knows the coded sentences by heart.
    """
    rng = np.random.default_rng(15)
    hits: dict[str, list[bool]] = {}
    for _ in range(DRAWS):
        outlets = draw_outlets(WORLDS[name], rng)
        seen = [_learn_by_heart(outlet) for outlet in outlets]
        tuning, seen_tuning = tune_outlets(outlets), tune_outlets(seen)
        shares = [estimate_outlet(outlet, tuning) for outlet in outlets]
        for way, found in (
            ("ours", shares),
            ("here", [estimate_outlet(outlet, tuning, THESE_ARTICLES) for outlet in outlets]),
            ("seen", [estimate_outlet(outlet, seen_tuning) for outlet in seen]),
            ("counted", count_sentences(outlets)),
        ):
            truths = [outlet.codes.mean() if way == "here" else outlet.share for outlet in outlets]
            hits.setdefault(way, []).extend(s.low <= t <= s.high for s, t in zip(found, truths, strict=True))
        hits.setdefault("differ", []).extend(compare_shares(*pair).p < 0.05 for pair in combinations(shares, 2))  # type: ignore[operator]
    return {way: 100 * float(np.mean(found)) for way, found in hits.items()}


def _learn_by_heart(outlet: Outlet) -> Outlet:
    coded = ~np.isnan(outlet.label)
    return replace(outlet, probability=np.where(coded, 0.95 * outlet.codes + 0.05 * outlet.probability, outlet.probability))


@pytest.mark.parametrize("world", WORLDS)
def test_intervals_hold_in_93_to_98_of_100_draws(world: str) -> None:
    found = simulate(world)
    assert 93 <= found["ours"] <= 98
    assert 93 <= found["here"] <= 98


@pytest.mark.parametrize("world", WORLDS)
def test_intervals_of_naive_counting_hold_in_fewer_than_80(world: str) -> None:
    assert simulate(world)["counted"] < 80


@pytest.mark.parametrize("world", ["label shift", "label and error shift"])
def test_intervals_from_a_model_that_saw_the_coded_sentences_hold_in_fewer_than_60(world: str) -> None:
    assert simulate(world)["seen"] < 60


def test_outlets_that_do_not_differ_are_told_apart_in_3_to_7_of_100_pairs() -> None:
    assert 3 <= simulate("no shift")["differ"] <= 7


def test_the_long_run_is_less_certain_than_these_articles() -> None:
    arrays = make_outlet()
    widths = {scope: estimate_share(*arrays, tuning=Tuning(0.9, 1.0), scope=scope) for scope in SCOPES}
    assert widths[LONG_RUN].variance > widths[THESE_ARTICLES].variance  # type: ignore[operator]


def test_a_rare_label_that_one_outlet_alone_has_is_not_explained_away_by_the_others() -> None:
    """In the seven others nothing surprises; with that taken for granted of the eighth, two intervals of three hold."""
    rng = np.random.default_rng(4)
    articles, hits = np.repeat(np.arange(50), 20), []
    for _ in range(300):
        codes = [(rng.random(1000) < (0.01 if outlet == 0 else 0)).astype(float) for outlet in range(8)]
        labels = np.full((8, 1000), np.nan)
        for outlet, own in enumerate(codes):
            drawn = rng.choice(1000, 100, replace=False)
            labels[outlet, drawn] = own[drawn]
        given = np.full(1000, 0.02)
        tuning = tune(np.full(8000, 0.02), labels.ravel(), np.full(8000, 0.1), np.repeat(np.arange(8), 1000))
        share = estimate_share(given, labels[0], np.full(1000, 0.1), articles, tuning=tuning)
        hits.append(share.low <= 0.01 <= share.high)  # type: ignore[operator]
    assert np.mean(hits) >= 0.9
