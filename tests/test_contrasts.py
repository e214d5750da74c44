"""Which groups differ: differences, the false discovery rate, ranks, and what cannot be compared."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from populating import code_rows, code_sample, draw_truth, make_outlets, score
from scipy.stats import norm

from framing.codebook import Codebook
from framing.contrasts import MOST_LISTED, RATE, Comparison, Contrast, adjust, compare_groups, rank_groups
from framing.evidence import gather_evidence, mark_copies
from framing.grouping import group_rows
from framing.linking import link_codes
from framing.model import FramingModel
from framing.output import Grid, Part
from framing.population import Population
from framing.prevalence import Difference, combine, compare_shares
from framing.sentences import Sentence
from framing.summarizing import Evidence, summarize
from framing.summary import Summary, select
from framing.summary_records import comparison_records, rank_record
from framing.tables.contrasts import explain_comparison, name_label, tabulate_contrasts, tabulate_ranks

OUTLETS = {"Alpha": 40, "Beta": 40, "Gamma": 40, "Small": 4}


def build(codebook: Codebook, seed: int = 1) -> tuple[Population, np.ndarray]:
    """Four outlets; Gamma writes of storms far more often than the others, and Small has hardly an article."""
    population = score(make_outlets(OUTLETS), codebook, seed)
    truth = draw_truth(population)
    gamma = np.array([outlet == "Gamma" for outlet in population.outlets])
    truth[gamma, population.labels.index("storm")] |= np.random.default_rng(7).random(gamma.sum()) < 0.6
    return population, truth


@pytest.fixture(scope="module")
def summary(codebook: Codebook) -> Summary:
    population, truth = build(codebook)
    return sum_up(population, code_sample(population, 80, truth), codebook)


@pytest.fixture(scope="module")
def index(codebook: Codebook, model: FramingModel) -> Summary:
    population, _ = build(codebook)
    groups = group_rows(population, ("outlet",))
    return summarize(gather_evidence(population, model), codebook, ("outlet",), groups)


def sum_up(population: Population, coded: list, codebook: Codebook, by: tuple[str, ...] = ("outlet",)) -> Summary:
    linked = link_codes(population, coded)
    evidence = Evidence(population, linked.labels, linked.chances, *mark_copies(population), linked.account)
    return summarize(evidence, codebook, by, group_rows(population, by))


def of(comparison: Comparison, label: str) -> dict[tuple[str, str], Contrast]:
    return {(c.one, c.other): c for c in comparison.contrasts if c.label == label}


# --- adjusted p-values


@pytest.mark.parametrize(
    ("p", "q"),
    [
        # Benjamini & Hochberg by hand: p times m by rank, and no more than that of the next.
        ([0.01, 0.04, 0.03, 0.005], [0.02, 0.04, 0.04, 0.02]),
        ([0.5], [0.5]),
        ([0.9, 0.01], [0.9, 0.02]),
        ([0.02, 0.02, 0.02], [0.02, 0.02, 0.02]),
        ([0.04, None, 0.01], [0.04, None, 0.02]),
        ([None], [None]),
        ([], []),
        ([1.0, 0.0], [1.0, 0.0]),
    ],
)
def test_adjusted_p_values_are_those_computed_by_hand(p: list[float | None], q: list[float | None]) -> None:
    assert adjust(p) == pytest.approx(q)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30), st.randoms())
def test_adjusting_keeps_the_order_never_lowers_and_does_not_hang_on_the_order(p: list[float], shuffle: random.Random) -> None:
    q = adjust(p)
    assert all(one is not None and p_ <= one <= 1 for p_, one in zip(p, q, strict=True))
    assert [value for _, value in sorted(zip(p, q, strict=True))] == sorted(q)  # type: ignore[type-var]
    order = list(range(len(p)))
    shuffle.shuffle(order)
    assert adjust([p[place] for place in order]) == pytest.approx([q[place] for place in order])


@pytest.mark.parametrize(("q", "differs"), [(0.05, True), (0.050001, False), (0.0, True), (None, False)])
def test_groups_differ_where_the_adjusted_p_value_is_at_most_5_percent(q: float | None, differs: bool) -> None:
    contrast = Contrast("storm", "A", "B", 0.2, 0.1, Difference(0.1, 0.0, 0.2, q), q, 3)
    assert (contrast.differs, contrast.is_tested) == (differs, q is not None)


# --- contrasts


def test_every_pair_is_compared_by_its_shares(summary: Summary, codebook: Codebook) -> None:
    comparison = compare_groups(summary)
    groups = {group.name: group for group in summary.groups}
    for frame in codebook.frame_ids:
        found = of(comparison, frame)
        assert list(found) == list(combinations(["Alpha", "Beta", "Gamma"], 2))
        for (one, other), contrast in found.items():
            first, second = groups[one].frames[frame].share, groups[other].frames[frame].share
            assert first is not None
            assert second is not None
            assert contrast.difference == compare_shares(first, second)
            assert (contrast.one_share, contrast.other_share) == (first.estimate, second.estimate)
            assert contrast.family == 3
        assert [c.q for c in found.values()] == adjust([c.difference.p for c in found.values()])


def test_balances_are_compared_by_all_four_shares_that_they_are_made_of(summary: Summary) -> None:
    """Favor and against are of the same sentences; the covariance of the two is part of the variance."""
    groups = {group.name: group for group in summary.groups}
    for (one, other), contrast in of(compare_groups(summary), "mayor:balance").items():
        values = [groups[name].stance["mayor"].values[side].share for name in (one, other) for side in ("favor", "against")]
        shares = [share for share in values if share is not None]
        assert contrast.difference == combine(shares, (1, -1, -1, 1))
        assert contrast.one_share == groups[one].stance["mayor"].balance.estimate  # type: ignore[union-attr]
        alone = sum(share.variance or 0 for share in shares)
        assert contrast.difference.variance != pytest.approx(alone, rel=1e-3)


def test_a_difference_that_is_there_is_found_and_the_surest_comes_first(summary: Summary) -> None:
    comparison = compare_groups(summary)
    differing = comparison.differing()
    assert {(c.label, c.one, c.other) for c in differing} >= {("storm", "Alpha", "Gamma"), ("storm", "Beta", "Gamma")}
    assert all(c.differs and c.is_tested and (c.q or 0) <= RATE for c in differing)
    assert [c.q for c in differing] == sorted(c.q for c in differing if c.q is not None)
    assert not of(comparison, "storm")["Alpha", "Beta"].differs


def test_groups_with_too_little_coded_are_left_out_and_named(summary: Summary) -> None:
    comparison = compare_groups(summary)
    assert comparison.left_out == ("Small",)
    assert not any("Small" in (c.one, c.other) for c in comparison.contrasts)
    assert {(c.one, c.other) for c in comparison.untested} == {(name, "Small") for name in ("Alpha", "Beta", "Gamma")}
    for contrast in comparison.untested:
        assert (contrast.q, contrast.difference.p, contrast.difference.low, contrast.family) == (None, None, None, 0)
        assert contrast.note == "not tested: too little is coded of Small"
        assert not contrast.is_tested


@pytest.mark.parametrize("name", ["Alpha", "Beta", "Gamma"])
def test_against_one_group_the_others_are_less_that_one_and_the_family_is_smaller(summary: Summary, name: str) -> None:
    every, some = compare_groups(summary), compare_groups(summary, against=name)
    found = of(some, "storm")
    assert set(found) == {(other, name) for other in {"Alpha", "Beta", "Gamma"} - {name}}
    for (one, other), contrast in found.items():
        assert contrast.family == 2
        whole = of(every, "storm").get((one, other)) or of(every, "storm")[other, one]
        assert abs(contrast.difference.estimate) == pytest.approx(abs(whole.difference.estimate))
        assert contrast.difference.p == pytest.approx(whole.difference.p)
        assert contrast.difference.estimate == pytest.approx(contrast.one_share - contrast.other_share)
    assert some.ranks == ()
    assert some.left_out == every.left_out


def test_against_a_group_with_too_little_coded_nothing_is_tested(summary: Summary, codebook: Codebook) -> None:
    comparison = compare_groups(summary, against="Small")
    assert comparison.contrasts == ()
    assert {c.other for c in comparison.untested} == {"Small"}
    assert "No two groups can be compared." in tell(tabulate_contrasts(comparison, summary, codebook))


def test_the_frames_that_were_chosen_are_compared_alone(summary: Summary) -> None:
    labels = {c.label for c in compare_groups(select(summary, [], ["storm"])).contrasts}
    assert labels == {"storm", "mayor:balance"}


def test_one_group_is_compared_with_nobody(codebook: Codebook) -> None:
    population = score(make_outlets({"Daily": 20}), codebook)
    comparison = compare_groups(sum_up(population, code_sample(population, 60, draw_truth(population)), codebook))
    assert comparison == Comparison((), (), ())


def test_parts_of_the_same_articles_are_compared_with_what_they_share(codebook: Codebook) -> None:
    """By month, all parts are of different articles; halves of each article are not, and vary together."""
    population, truth = build(codebook)
    articles = [replace(a, sentences=tuple(map(quote_every_second, a.sentences))) for a in population.articles]
    spoken = replace(population, articles=tuple(articles))
    summary = sum_up(spoken, code_rows(spoken, range(0, 1240, 3), truth, 1 / 3), codebook, ("voice",))
    (contrast,) = of(compare_groups(summary), "storm").values()
    one, other = (group.frames["storm"].share for group in summary.groups)
    assert one is not None
    assert other is not None
    assert contrast.difference == compare_shares(one, other)
    assert contrast.difference.variance != pytest.approx((one.variance or 0) + (other.variance or 0), rel=1e-6)


def quote_every_second(sentence: Sentence) -> Sentence:
    return replace(sentence, voice="quoted", speaker="Rojas") if sentence.index % 2 else sentence


def test_outlets_with_equal_shares_hardly_ever_differ(codebook: Codebook) -> None:
    """One truth for all: of 40 corpora at most a few hold a false finding in storm; counting would find some in most."""
    false = 0
    for seed in range(40):
        population = score(make_outlets({"A": 20, "B": 20, "C": 20}), codebook, seed)
        summary = sum_up(population, code_sample(population, 60, draw_truth(population, seed), seed), codebook)
        false += any(c.differs for c in of(compare_groups(summary), "storm").values())
    assert false <= 6


# --- ranks


def difference(estimate: float, error: float) -> Difference:
    """Return a difference with a standard error, as of very many articles."""
    return Difference(estimate, estimate - 1.96 * error, estimate + 1.96 * error, 2 * norm.sf(abs(estimate) / error))


def test_ranks_are_those_that_simultaneous_intervals_leave_open() -> None:
    """By hand: three pairs, Šidák's level 1 - .95^(1/3) = .01695, that is 2.388 standard errors of .05: .119.

    Top at .60 is surely above low (.30) and middle (.45); middle is above low by .15, more than .119.
    """
    shares = [("low", 0.30), ("top", 0.60), ("middle", 0.45)]
    differences = [difference(a[1] - b[1], 0.05) for a, b in combinations(shares, 2)]
    assert [(r.group, r.best, r.worst) for r in rank_groups("x", shares, differences)] == [
        ("top", 1, 1), ("middle", 2, 2), ("low", 3, 3),
    ]  # fmt: skip
    near = [("low", 0.30), ("top", 0.60), ("middle", 0.41)]
    differences = [difference(a[1] - b[1], 0.05) for a, b in combinations(near, 2)]
    assert [(r.group, r.best, r.worst) for r in rank_groups("x", near, differences)] == [
        ("top", 1, 1), ("middle", 2, 3), ("low", 2, 3),
    ]  # fmt: skip


@pytest.mark.parametrize(("gap", "sure"), [(0.1193, False), (0.1195, True)])
def test_the_level_of_ranks_is_that_of_sidak(gap: float, sure: bool) -> None:
    """The bound is norm.isf(.016952 / 2) = 2.3877 standard errors."""
    shares = [("a", 0.5), ("b", 0.5 - gap), ("c", 0.0)]
    differences = [difference(a[1] - b[1], 0.05) for a, b in combinations(shares, 2)]
    assert (rank_groups("x", shares, differences)[0].worst == 1) == sure


@given(st.lists(st.floats(0, 1), min_size=2, max_size=8), st.floats(0.001, 0.5))
def test_every_rank_range_holds_the_place_of_its_share(values: list[float], error: float) -> None:
    shares = [(f"g{n}", value) for n, value in enumerate(values)]
    differences = [difference(a[1] - b[1], error) for a, b in combinations(shares, 2)]
    ranks = rank_groups("x", shares, differences)
    assert [rank.share for rank in ranks] == sorted(values, reverse=True)
    for place, rank in enumerate(ranks, 1):
        assert 1 <= rank.best <= place <= rank.worst <= rank.groups == len(values)


def test_one_group_alone_has_no_rank() -> None:
    assert rank_groups("x", [("a", 0.5)], []) == []


def test_ranks_come_label_by_label_of_the_groups_that_are_compared(summary: Summary) -> None:
    ranks = compare_groups(summary).ranks
    assert list(dict.fromkeys(rank.label for rank in ranks)) == ["harvest", "storm", "ghost", "mayor:balance"]
    storm = [rank for rank in ranks if rank.label == "storm"]
    assert (storm[0].group, storm[0].best, storm[0].worst, storm[0].groups) == ("Gamma", 1, 1, 3)
    assert {rank.group for rank in storm} == {"Alpha", "Beta", "Gamma"}


# --- without codes


def test_without_a_coded_sentence_nothing_is_tested_and_all_that_a_test_tells_is_null(index: Summary, codebook: Codebook) -> None:
    comparison = compare_groups(index)
    assert (comparison.contrasts, comparison.ranks) == ((), ())
    assert comparison.left_out == tuple(OUTLETS)
    records = list(comparison_records(comparison))
    assert len(records) == 3 * 6  # harvest, storm and the balance; ghost has no share at all
    for record in records:
        assert [record[key] for key in ("low", "high", "p", "q", "differs")] == [None] * 5
        assert record["family"] == 0
        assert record["note"].startswith("not tested: too little is coded of ")
    told = tell(tabulate_contrasts(comparison, index, codebook))
    assert told.startswith("Nothing is compared: no sentence is coded, and differences between uncorrected indexes are")
    assert "can be ranked" in tell(tabulate_ranks(comparison, index, codebook))


def test_pairs_of_very_many_groups_that_cannot_be_tested_are_not_listed(codebook: Codebook, model: FramingModel) -> None:
    population = score(make_outlets({f"Outlet {n}": 1 for n in range(MOST_LISTED + 1)}, 1), codebook)
    found = summarize(gather_evidence(population, model), codebook, ("outlet",), group_rows(population, ("outlet",)))
    assert compare_groups(found).untested == ()


# --- records and tables


def tell(parts: list[Part]) -> str:
    found = []
    for part in parts:
        rows = [part.title, *part.columns, *(str(c) for row in part.rows for c in row)] if isinstance(part, Grid) else [str(part)]
        found += rows
    return "\n".join(found)


def test_a_record_of_a_contrast_keeps_the_contract(summary: Summary) -> None:
    comparison = compare_groups(summary)
    records = list(comparison_records(comparison))
    assert len(records) == len(comparison.contrasts) + len(comparison.untested) == 4 * 6
    assert list(records[0]) == [
        "label", "one", "other", "one_share", "other_share", "difference", "low", "high", "p", "q", "family", "differs", "note",
    ]  # fmt: skip
    assert json.loads(json.dumps(records, allow_nan=False)) == records
    for contrast, record in zip(comparison.contrasts, records, strict=False):
        assert (record["p"], record["q"], record["differs"], record["note"]) == (
            contrast.difference.p, contrast.q, contrast.differs, None,
        )  # fmt: skip
        assert record["difference"] == pytest.approx(contrast.difference.estimate, abs=6e-7)
    rank = rank_record(comparison.ranks[0])
    assert list(rank) == ["label", "group", "share", "best", "worst", "groups"]


def test_the_numbers_of_the_table_are_those_of_the_records(summary: Summary, codebook: Codebook) -> None:
    comparison = compare_groups(summary)
    grid, notes = tabulate_contrasts(comparison, summary, codebook)
    assert isinstance(grid, Grid)
    tested = [record for record in comparison_records(comparison) if record["q"] is not None]
    differing = [record for record in tested if record["differs"]]
    assert len(grid.rows) == len(tested) == 12
    cells = {(str(row[0]), str(row[1]), str(row[3])): [str(cell) for cell in row] for row in grid.rows}
    for record in tested:
        row = cells[name_label(record["label"], codebook) + " *" * record["differs"], record["one"], record["other"]]
        if not record["label"].endswith(":balance"):
            assert row[2] == f"{100 * record['one_share']:.0f}%"
        assert float(row[5].removesuffix(" points")) == pytest.approx(100 * record["difference"], abs=0.0501)
        assert row[6] == f"{100 * record['low']:+.1f} to {100 * record['high']:+.1f}"
        assert row[7] == ("< .001" if record["q"] < 0.001 else f"{record['q']:.3f}".removeprefix("0"))
    count = len(differing)
    assert f"{count} of 12 comparisons differ (3 pairs in each of 4 labels; Benjamini and Hochberg within a label" in str(notes)
    assert "Benjamini and Hochberg within a label, at 5 %" in str(notes)
    assert "Not compared: Small (" in str(notes)


def test_one_pair_and_one_label_are_told_in_the_singular(summary: Summary) -> None:
    chosen = select(summary, ["Alpha", "Gamma"], ["storm"])
    bare = replace(chosen, groups=tuple(replace(group, stance={}) for group in chosen.groups))
    (line,) = explain_comparison(compare_groups(bare), bare)
    assert line.startswith("1 of 1 comparisons differ (1 pair in each of 1 label; Benjamini")


def test_ranks_are_shown_as_ranges_with_those_that_are_left_out(summary: Summary, codebook: Codebook) -> None:
    parts = tabulate_ranks(compare_groups(summary), summary, codebook)
    storm = next(part for part in parts if isinstance(part, Grid) and part.title == "Storm")
    assert [str(cell) for cell in storm.rows[0]][::2] == ["Gamma", "1"]
    assert {str(row[2]) for row in storm.rows[1:]} == {"2 to 3"}
    assert "1 for the highest share, for all groups of a label at once (95 %)" in tell(parts)
    assert "Not compared: Small (" in tell(parts)


def test_labels_have_the_names_of_the_codebook(codebook: Codebook) -> None:
    assert [name_label(label, codebook) for label in ("storm", "mayor:balance", "other")] == [
        "Storm",
        "The mayor, balance",
        "other",
    ]
