from __future__ import annotations

from dataclasses import asdict, replace
from math import inf, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from framing.annotations import Annotation, hash_sentence
from framing.articles import Article
from framing.errors import UsageError
from framing.output import Grid
from framing.population import Population, gather_population
from framing.samples import DrawnSentence
from framing.sampling.assumptions import (
    USUAL_ICC,
    Assumption,
    assume,
    estimate_icc,
    explain_variance,
    gather_coded,
)
from framing.sampling.designs import draw_random, draw_stratified
from framing.sampling.planning import OVERALL, OutletPlan, Part, Size, half_width, plan_coding, variance
from framing.tables.sampling import NO_SHARES, tabulate_plan, tabulate_sample

# Simulated half-widths in points: articles per outlet (25 sentences each), coded sentences per outlet.
SIMULATED = {
    20: {25: 15.2, 50: 11.7, 100: 9.4, 200: 8.0},
    40: {25: 14.3, 50: 10.5, 100: 8.1, 200: 6.5, 400: 5.6},
    100: {25: 13.6, 50: 9.9, 100: 7.3, 200: 5.5, 400: 4.4},
    200: {25: 13.4, 50: 9.7, 100: 7.0, 200: 5.1, 400: 3.9},
}
CELLS = [(articles, coded, width) for articles, row in SIMULATED.items() for coded, width in row.items()]


def part(articles: int, coded: int, given_: Assumption, *, length: int = 25) -> Part:
    return Part(1.0, make_size(articles, length * articles, coded), given_)


def make_size(articles: float, sentences: float, coded: float) -> Size:
    """Return the size of an outlet whose articles are of one length."""
    return Size(articles, sentences, coded, articles)


@pytest.mark.parametrize(("articles", "coded", "width"), CELLS)
def test_half_widths_are_those_of_the_simulation(articles: int, coded: int, width: float) -> None:
    """Shares of 5, 10, 20, 30, 40 and 50 %: the mean of the root of p(1 - p) is .394, as of p = .193; ICC .12; r² fitted once."""
    given_ = Assumption("storm", share=0.1926, explained=0.29, icc=0.12)
    assert 100 * half_width([part(articles, coded, given_)]) == pytest.approx(width, abs=0.25)


@pytest.mark.parametrize(("articles", "coded", "width"), [(40, 100, 8.1), (200, 400, 3.9), (20, 25, 15.2), (100, 200, 5.5)])
def test_half_widths_are_near_the_simulation_at_a_rounder_assumption(articles: int, coded: int, width: float) -> None:
    given_ = Assumption("storm", share=0.25, explained=0.45, icc=0.12)
    assert 100 * half_width([part(articles, coded, given_)]) == pytest.approx(width, abs=0.2)


def beta_articles(rng: np.random.Generator, articles: int, length: int, share: float, icc: float) -> np.ndarray:
    """Return codes, articles × sentences, whose intra-article correlation is ``icc`` exactly (a beta-binomial)."""
    scale = 1 / icc - 1
    chances = rng.beta(share * scale, (1 - share) * scale, articles)
    return rng.random((articles, length)) < chances[:, None]


@pytest.mark.parametrize(("articles", "length", "coded"), [(20, 10, 40), (20, 10, 190), (50, 5, 60)])
def test_the_variance_is_that_of_drawn_codes_around_the_long_run_share(articles: int, length: int, coded: int) -> None:
    """4,000 corpora; the standard error of a variance estimate is sqrt(2/4000) = 2.2 % of it."""
    rng = np.random.default_rng(4)
    errors = []
    for _ in range(4000):
        codes = beta_articles(rng, articles, length, 0.3, 0.2).ravel()
        errors.append(rng.choice(codes, coded, replace=False).mean() - 0.3)
    expected = variance(make_size(articles, articles * length, coded), Assumption("storm", 0.3, icc=0.2))
    assert np.mean(np.square(errors)) == pytest.approx(expected, rel=0.08)


@pytest.mark.parametrize("coded", [200, 378])
def test_the_variance_of_articles_of_unequal_lengths_follows_from_their_effective_number(coded: int) -> None:
    """Ten articles of 35 and twenty-eight of 1 sentence tell little more than eleven; 4,000 corpora, as above."""
    lengths = np.array([35] * 10 + [1] * 28)
    rng = np.random.default_rng(4)
    errors = []
    for _ in range(4000):
        codes = np.concatenate([row[:n] for row, n in zip(beta_articles(rng, 38, 35, 0.3, 0.2), lengths, strict=True)])
        errors.append(rng.choice(codes, coded, replace=False).mean() - 0.3)
    effective = lengths.sum() ** 2 / (lengths**2).sum()
    assert effective == pytest.approx(11.64, abs=0.01)
    given_ = Assumption("storm", 0.3, icc=0.2)
    assert np.mean(np.square(errors)) == pytest.approx(variance(Size(38, 378, coded, effective), given_), rel=0.08)
    assert np.mean(np.square(errors)) > 2 * variance(make_size(38, 378, coded), given_)


def test_a_plan_counts_long_articles_as_what_they_tell() -> None:
    outlets = [("Daily", 30, 30), ("Weekly", 10, 81), ("Weekly2", 20, 5)]
    articles = []
    for name, count, length in outlets:
        texts = tuple(f"Line {place}." for place in range(length))
        articles += [Article(f"{name}{n}", "\n".join(texts), name.rstrip("2"), sentences=texts) for n in range(count)]
    daily, weekly = plan_coding(gather_population(articles), margin=0.1).outlets
    even, uneven = Size(30, 900, 900, 30), Size(30, 910, 910, 910**2 / (10 * 81**2 + 20 * 5**2))
    assert daily.best == pytest.approx(half_width([Part(1.0, even, daily.assumption)]))
    assert weekly.best == pytest.approx(half_width([Part(1.0, uneven, weekly.assumption)]))
    assert (weekly.best or 0) > 1.4 * (daily.best or 1)


def test_a_model_takes_its_part_of_the_variance_away() -> None:
    """The difference estimator with f explaining a known part: 4,000 draws from one corpus of independent sentences."""
    rng = np.random.default_rng(5)
    chances = rng.beta(1, 2, 4000)
    codes = rng.random(4000) < chances
    explained = np.corrcoef(chances, codes)[0, 1] ** 2
    errors = []
    for _ in range(4000):
        drawn = rng.choice(4000, 100, replace=False)
        errors.append(chances.mean() + (codes[drawn] - chances[drawn]).mean() - codes.mean())
    whole = variance(make_size(4000, 4000, 100), Assumption("storm", float(codes.mean()), explained=explained, icc=0.0))
    found = variance(make_size(4000, 4000, 4000), Assumption("storm", float(codes.mean()), icc=0.0))
    assert np.mean(np.square(errors)) == pytest.approx(whole - found, rel=0.08)


@given(st.integers(2, 200), st.integers(1, 30), st.floats(0.01, 0.99), st.floats(0, 0.95), st.floats(0, 1), st.data())
def test_coding_more_never_widens_and_more_articles_narrow(
    articles: int, length: int, share: float, explained: float, icc: float, data: st.DataObject
) -> None:
    coded = data.draw(st.integers(1, articles * length))
    one = part(articles, coded, Assumption("storm", share, explained=explained, icc=icc), length=length)
    width = half_width([one])
    assert 0 < width < inf
    assert half_width([one.code(0.5)]) <= width + 1e-12
    assert half_width([one.code(1)]) == pytest.approx(half_width([one.grow(1)]))
    assert half_width([one.grow(2)]) < half_width([one.grow(1)])


def test_no_half_width_can_be_told_without_codes_or_of_one_article() -> None:
    given_ = Assumption("storm")
    assert half_width([part(20, 0, given_)]) == inf
    assert half_width([part(1, 10, given_)]) == inf


def make_population(*outlets: tuple[str, int, int]) -> Population:
    """Return outlets of so many articles of so many sentences."""
    articles = []
    for outlet, count, length in outlets:
        for number in range(count):
            name = f"{outlet}-{number:03}"
            texts = tuple(f"Sentence {place} of {name}." for place in range(length))
            articles.append(Article(name, "\n".join(texts), outlet, sentences=texts))
    return gather_population(articles)


def code(line: DrawnSentence, *frames: str, stance: str | None = None, status: str = "coded") -> Annotation:
    stances = (("mayor", stance),) if stance else ()
    return Annotation(
        line.id, line.article, line.text, frozenset(frames), stances, coder="ana", phase="blind", sampling=line.sampling,
        inclusion_probability=line.inclusion_probability, hash=hash_sentence(line.text), status=status,
        extra={"stratum": line.stratum},
    )  # fmt: skip


def test_without_codes_and_model_the_worst_is_assumed() -> None:
    population = make_population(("Daily", 60, 30), ("Weekly", 8, 30))
    plan = plan_coding(population)
    daily, weekly = plan.outlets
    assert daily.assumption == Assumption("any label", 0.5, "worst case", 0.0, USUAL_ICC)
    assert (daily.articles, daily.sentences, daily.coded, daily.waiting, daily.half_width) == (60, 1800, 0, 0, None)
    assert daily.more is not None
    here, less = (half_width([Part(1.0, make_size(60, 1800, count), daily.assumption)]) for count in (daily.more, daily.more - 1))
    assert here <= 0.05 < less
    assert daily.advice == f"code {daily.more:,} more in Daily for ± 5 points"
    assert (weekly.more, weekly.has_interval) == (None, False)
    assert weekly.advice.startswith("Weekly: an interval needs 15 articles and 50 sentences; ± 5 points takes ")
    assert weekly.advice.endswith(" articles or more, 8 are here")
    assert plan.overall.outlet == OVERALL


def test_where_even_all_sentences_do_not_reach_the_margin_more_articles_are_needed() -> None:
    (plan,) = plan_coding(make_population(("Daily", 20, 30)), margin=0.04).outlets
    assert plan.more is None
    assert plan.best is not None
    assert plan.articles_needed is not None
    reached, less = (
        half_width([Part(1.0, make_size(count, 30 * count, 30 * count), plan.assumption)])
        for count in (plan.articles_needed, plan.articles_needed - 1)
    )
    assert reached <= 0.04 < less
    assert plan.advice == (
        f"Daily: all 600 sentences give ± {100 * plan.best:.1f} points; ± 4 points takes {plan.articles_needed} articles or more, "
        "20 are here"
    )


def test_one_article_has_no_half_width_at_all() -> None:
    plan = plan_coding(make_population(("Daily", 1, 200)))
    assert (plan.outlets[0].half_width, plan.outlets[0].best, plan.outlets[0].more) == (None, None, None)
    assert plan.outlets[0].advice.endswith("1 is here")
    assert plan.overall.articles_needed == plan.outlets[0].articles_needed


def test_fifty_sentences_have_to_be_coded_however_wide_the_margin() -> None:
    (plan,) = plan_coding(make_population(("Daily", 60, 30)), margin=0.3).outlets
    assert plan.more == 50
    few = plan_coding(make_population(("Daily", 20, 2)), margin=0.3).outlets[0]
    assert (few.more, few.articles_needed) == (None, 25)


def test_codes_that_chance_drew_count_and_what_waits_is_named() -> None:
    population = make_population(("Daily", 60, 30))
    drawn = draw_random(population, 120, np.random.default_rng(0)).drawn
    codes = [code(line, *["storm"] * (number % 5 == 0)) for number, line in enumerate(drawn[:100])]
    open_ = [code(line, status="open") for line in drawn]
    rejected = [code(drawn[100], status="rejected"), code(drawn[101], status="withdrawn")]
    plan = plan_coding(population, [*codes, *open_, *rejected]).outlets[0]
    assert (plan.coded, plan.waiting) == (100, 19)
    assert plan.assumption.label == "storm"
    assert plan.assumption.share == pytest.approx((20 + 2) / 104)
    assert plan.assumption.share_from == "coded"
    assert plan.has_interval
    assert plan.half_width == pytest.approx(half_width([Part(1.0, make_size(60, 1800, 100), plan.assumption)]))
    assert plan.more is not None
    assert plan.advice == f"code {plan.more} more in Daily for ± 5 points (19 of them are drawn already)"
    assert plan_coding(population, [*codes, *open_], margin=0.12).outlets[0].advice == "Daily: enough is coded for ± 12 points"


def test_codes_that_came_otherwise_do_not_count() -> None:
    population = make_population(("Daily", 60, 30))
    drawn = draw_random(population, 80, np.random.default_rng(0)).drawn
    codes = [replace(code(line, "storm"), sampling="active") for line in drawn]
    assert plan_coding(population, codes).outlets[0].coded == 0


def test_an_outlet_with_few_codes_borrows_the_share_of_all() -> None:
    population = make_population(("Daily", 60, 30), ("Weekly", 60, 30))
    drawn = draw_stratified(population, {"Daily": 80, "Weekly": 10}, np.random.default_rng(0)).drawn
    codes = [code(line, *["storm"] * (line.outlet == "Daily" and number % 2)) for number, line in enumerate(drawn)]
    daily, weekly = plan_coding(population, codes).outlets
    assert (daily.assumption.share_from, weekly.assumption.share_from) == ("coded", "coded, all outlets")
    assert daily.assumption.share > weekly.assumption.share


def test_the_models_probabilities_stand_in_for_codes() -> None:
    population = make_population(("Daily", 60, 30))
    chances = np.column_stack([np.full(1800, 0.1), np.full(1800, np.nan)])
    scored = replace(population, labels=("storm", "ghost"), probabilities=chances, trained_on=np.zeros(1800, bool))
    assert plan_coding(scored, labels=["storm"]).outlets[0].assumption.share_from == "model"
    assert plan_coding(scored, labels=["storm"]).outlets[0].assumption.share == pytest.approx(0.1)
    widest = plan_coding(scored).outlets[0].assumption
    assert (widest.label, widest.share_from) == ("ghost", "worst case")


def test_stances_are_planned_for_and_one_that_was_not_coded_is_no_code() -> None:
    population = make_population(("Daily", 60, 30))
    drawn = draw_random(population, 90, np.random.default_rng(0)).drawn
    codes = [code(line, stance="favor" if number % 3 else "none") for number, line in enumerate(drawn[:60])]
    codes += [code(line, "storm") for line in drawn[60:]]
    coded = gather_coded(population, codes)
    assert coded.labels == ("storm", "mayor:against", "mayor:favor")
    assert coded.known.sum(axis=0).tolist() == [90, 60, 60]
    assert coded.given.sum(axis=0).tolist() == [30, 0, 40]
    (assumed,) = assume(population, coded).values()
    assert [a.share_from for a in assumed] == ["coded"] * 3


def make_coded() -> tuple[Population, list[Annotation]]:
    population = make_population(("Daily", 60, 30))
    drawn = draw_random(population, 60, np.random.default_rng(0)).drawn
    return population, [code(line, *["storm"] * (n % 2), stance="favor" if n % 3 else "none") for n, line in enumerate(drawn)]


@pytest.mark.parametrize(
    ("wanted", "labels"),
    [
        (["storm"], ("storm",)),
        (["mayor"], ("mayor:favor", "mayor:against")),
        (["mayor:against", "storm"], ("mayor:against", "storm")),
        (["mayor:favor", "mayor"], ("mayor:favor", "mayor:against")),
    ],
)
def test_a_plan_is_for_the_labels_named_a_target_for_both_of_its_sides(wanted: list[str], labels: tuple[str, ...]) -> None:
    population, codes = make_coded()
    assert gather_coded(population, codes, wanted).labels == labels
    scored = replace(
        population,
        labels=("mayor:favor", "mayor:against", "storm"),
        probabilities=np.full((1800, 3), 0.2),
        trained_on=np.zeros(1800, bool),
    )
    assert gather_coded(scored, (), wanted).labels == labels
    plan = plan_coding(population, codes, labels=wanted)
    assert plan.outlets[0].assumption.label in labels


@pytest.mark.parametrize(
    ("label", "message"),
    [
        ("strom", r"the codings use no label 'strom' \(did you mean 'storm'\?\)"),
        ("mayr", r"the codings use no label 'mayr' \(did you mean 'mayor'\?\)"),
        ("mayor:none", r"the codings use no label 'mayor:none' \(known: mayor, mayor:against"),
        ("", r"the codings use no label '' \(known: mayor, mayor:against, mayor:favor, storm\)"),
    ],
)
def test_a_label_that_the_codings_lack_cannot_be_planned_for(label: str, message: str) -> None:
    population, codes = make_coded()
    with pytest.raises(UsageError, match=message):
        plan_coding(population, codes, labels=[label])


def test_a_label_that_the_model_lacks_cannot_be_planned_for_nor_any_where_none_is_known() -> None:
    population, codes = make_coded()
    scored = replace(population, labels=("harvest",), probabilities=np.full((1800, 1), 0.2), trained_on=np.zeros(1800, bool))
    with pytest.raises(UsageError, match=r"the model knows no label 'storm' \(known: harvest\)"):
        plan_coding(scored, codes, labels=["storm"])
    with pytest.raises(UsageError, match=r"without codings \(-a\) and without a --model no label is known"):
        plan_coding(population, labels=["storm"])


def test_over_all_outlets_sentences_are_dealt_by_what_is_left() -> None:
    population = make_population(("Daily", 60, 30), ("Weekly", 30, 10))
    plan = plan_coding(population)
    overall = plan.overall
    assert (overall.articles, overall.sentences) == (90, 2100)
    assert overall.more is not None
    weights = {"Daily": 1800 / 2100, "Weekly": 300 / 2100}
    sizes = {"Daily": (60, 1800), "Weekly": (30, 300)}
    for more, holds in ((overall.more, True), (overall.more - 1, False)):
        total = sum(
            weights[name] ** 2 * variance(make_size(*sizes[name], more * weights[name]), plan.outlets[0].assumption)
            for name in weights
        )
        from scipy.stats import t

        assert bool(t.ppf(0.975, 88) * sqrt(total) <= 0.05) is holds
    assert overall.advice == f"code {overall.more:,} more in all outlets for ± 5 points"


def test_shares_of_several_sources_are_named_so() -> None:
    population = make_population(("Daily", 60, 30), ("Weekly", 60, 30))
    drawn = draw_stratified(population, {"Daily": 80, "Weekly": 10}, np.random.default_rng(0)).drawn
    plan = plan_coding(population, [code(line, "storm") for line in drawn])
    assert plan.overall.assumption.share_from == "several sources"


@pytest.mark.parametrize("margin", [0.0, -0.1, 0.5, 5.0, float("nan")])
def test_a_margin_that_no_share_has_is_refused(margin: float) -> None:
    with pytest.raises(UsageError, match="cannot be planned for"):
        plan_coding(make_population(("Daily", 2, 2)), margin=margin)


def test_the_intra_article_correlation_is_estimated_without_bias_within_outlets() -> None:
    """Two outlets of very different shares; 300 corpora with unequal numbers of codes per article."""
    rng = np.random.default_rng(6)
    found = []
    for _ in range(300):
        given_, articles, outlets = [], [], []
        for number, (outlet, share) in enumerate([("x", 0.1), ("y", 0.6)]):
            for article, row in enumerate(beta_articles(rng, 60, 8, share, 0.2)):
                kept = row[: 1 + article % 8]
                given_ += kept.tolist()
                articles += [100 * number + article] * len(kept)
                outlets += [outlet] * len(kept)
        found.append(estimate_icc(np.array(given_), np.array(articles), np.array(outlets)))
    assert np.mean(found) == pytest.approx(0.2, abs=0.01)


@pytest.mark.parametrize(("articles", "length", "same"), [(40, 4, False), (25, 30, False), (60, 30, True)])
def test_the_usual_correlation_stands_in_where_codes_are_few_or_alike(articles: int, length: int, same: bool) -> None:
    codes = np.zeros((articles, length), bool) if same else beta_articles(np.random.default_rng(1), articles, length, 0.3, 0.4)
    numbers = np.repeat(np.arange(articles), length)
    assert estimate_icc(codes.ravel(), numbers, np.array(["x"] * codes.size)) == USUAL_ICC


def test_sentences_that_differ_within_articles_more_than_by_chance_have_no_correlation_below_zero() -> None:
    codes = np.tile([True, False], (60, 4))
    assert estimate_icc(codes.ravel(), np.repeat(np.arange(60), 8), np.array(["x"] * codes.size)) == 0.0


def test_what_a_model_explains_is_the_squared_correlation_within_outlets() -> None:
    rng = np.random.default_rng(2)
    outlets = np.array(["x", "y"] * 1000)
    chances = np.clip(rng.beta(1, 3, 2000) + 0.3 * (outlets == "y"), 0, 1)
    codes = rng.random(2000) < chances
    ones = np.ones(2000)
    parts = [np.corrcoef(codes[outlets == name], chances[outlets == name])[0, 1] ** 2 for name in "xy"]
    found = explain_variance(codes, chances, ones, outlets)
    assert min(parts) - 0.01 < found < max(parts) + 0.01
    assert found < np.corrcoef(codes, chances)[0, 1] ** 2
    assert explain_variance(codes[:49], chances[:49], ones[:49], outlets[:49]) == 0.0
    assert explain_variance(codes, np.full(2000, 0.3), ones, outlets) == 0.0
    assert explain_variance(codes, -chances, ones, outlets) == 0.0
    assert explain_variance(codes, codes.astype(float), ones, outlets) == 0.95
    few = slice(0, 60)
    one = np.array(["x"] * 60)
    raw = np.corrcoef(codes[few], chances[few])[0, 1] ** 2
    assert explain_variance(codes[few], chances[few], ones[few], one) == pytest.approx(1 - (1 - raw) * 59 / 58)


def test_sentences_that_the_model_was_trained_on_do_not_vouch_for_it() -> None:
    population = make_population(("Daily", 60, 30))
    rng = np.random.default_rng(0)
    drawn = draw_random(population, 200, rng).drawn
    codes = [code(line, *["storm"] * (number % 2)) for number, line in enumerate(drawn)]
    coded = gather_coded(population, codes, ["storm"])
    chances = np.full((1800, 1), 0.5)
    chances[coded.rows, 0] = np.where(coded.given[:, 0], 0.8, 0.2) + 0.1 * rng.random(200)
    scored = replace(population, labels=("storm",), probabilities=chances, trained_on=np.zeros(1800, bool))
    assert assume(scored, coded)["Daily"][0].explained > 0.9
    seen = replace(scored, trained_on=np.ones(1800, bool))
    assert assume(seen, coded)["Daily"][0].explained == 0.0


def test_the_table_of_a_plan_has_a_row_per_outlet_and_the_advice() -> None:
    population = make_population(("Daily", 60, 30), ("Weekly", 8, 30))
    drawn = draw_stratified(population, {"Daily": 20, "Weekly": 9}, np.random.default_rng(0)).drawn
    plan = plan_coding(population, [code(line, "storm") for line in drawn])
    grid, *lines, rule = tabulate_plan(plan)
    assert isinstance(grid, Grid)
    daily, weekly, overall = [[str(cell) for cell in row] for row in grid.rows]
    assert daily[:6] == ["Daily", "storm", "60", "1,800", "20", "0"]
    assert daily[6] == f"(± {100 * (plan.outlets[0].half_width or 0):.1f})"
    assert weekly[8] == "more articles"
    assert overall[0] == OVERALL
    assert lines == [row.advice for row in (*plan.outlets, plan.overall)]
    assert "50 coded sentences of 15 articles" in str(rule)
    tiny = tabulate_plan(plan_coding(make_population(("Daily", 2, 9))))[0]
    assert isinstance(tiny, Grid)
    assert tiny.rows[0][7] == "over 50"
    bare = tabulate_plan(plan_coding(population))[0]
    assert isinstance(bare, Grid)
    assert bare.rows[0][6] == "–"


def test_a_plan_is_plain_data() -> None:
    record = asdict(plan_coding(make_population(("Daily", 60, 30))).outlets[0])
    assert record["assumption"]["icc"] == USUAL_ICC
    assert OutletPlan(**record | {"assumption": Assumption(**record["assumption"])}).outlet == "Daily"


def test_the_table_of_a_sample_counts_strata_and_coders() -> None:
    population = make_population(("Daily", 6, 5), ("Weekly", 4, 5))
    sample = draw_stratified(population, 20, np.random.default_rng(0))
    coders = [("ana", "ben"), ("ana",), ("ben",)]
    lines = [replace(line, coders=coders[number % 3]) for number, line in enumerate(sample.drawn)]
    (grid,) = tabulate_sample(sample, lines)
    assert isinstance(grid, Grid)
    assert grid.columns[-3:] == ["for ana", "for ben", "coded twice"]
    assert [row[:6] for row in grid.rows] == [
        ["Daily", "6", "30", "0", "10", "0.3333"],
        ["Weekly", "4", "20", "0", "10", "0.5"],
        ["all sentences", "10", "50", "0", "20", ""],
    ]
    assert grid.rows[-1][-3:] == ["14", "13", "7"]


def test_the_table_of_a_sample_without_coders_or_strata_is_short() -> None:
    population = make_population(("Daily", 6, 5))
    sample = draw_random(population, 50, np.random.default_rng(0))
    grid, note = tabulate_sample(sample, sample.drawn)
    assert isinstance(grid, Grid)
    assert grid.rows == [["all sentences", "6", "30", "0", "30", "1"]]
    assert note == sample.notes[0]


def test_the_table_of_an_active_draw_says_that_it_is_for_training_alone() -> None:
    from framing.sampling.active import draw_active

    population = make_population(("Daily", 6, 5))
    scored = replace(population, labels=("storm",), probabilities=np.random.default_rng(0).random((30, 1)))
    sample = draw_active(scored, 5, np.random.default_rng(0))
    grid, note = tabulate_sample(sample, sample.drawn)
    assert isinstance(grid, Grid)
    assert grid.rows[0][5] == "–"
    assert note == NO_SHARES


def test_chances_that_differ_are_shown_as_a_range() -> None:
    from framing.sampling.designs import draw_uncertain

    population = make_population(("Daily", 6, 5))
    scored = replace(population, labels=("storm",), probabilities=np.random.default_rng(0).random((30, 1)))
    (grid, *_) = tabulate_sample(sample := draw_uncertain(scored, 5, np.random.default_rng(0)), sample.drawn)
    assert isinstance(grid, Grid)
    assert "–" in str(grid.rows[0][5])
