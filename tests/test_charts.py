from __future__ import annotations

import csv
import json
import random
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from framing.charts import palette
from framing.charts.drawing import draw_png, draw_svg, write_figures
from framing.charts.figures import Figure, make_share_axis
from framing.charts.labels import measure, percent, points, wrap, wrap_apart
from framing.charts.marks import scale_balances, scale_shares
from framing.charts.pairs import draw_errors, draw_voices
from framing.charts.profiles import draw_heat_map, draw_profiles
from framing.charts.stances import draw_stance
from framing.charts.together import draw_together
from framing.charts.trends import ALL_OUTLETS, draw_trends
from framing.codebook import Codebook, Frame
from framing.cooccurrence import FramePair
from framing.error_rates import ErrorComparison, ErrorRate
from framing.errors import FileError, UsageError
from framing.prevalence import CORRECTED, HAND_CODED, INDEX, Difference, Share
from framing.summary import Corpus, LabelShare, OutletSummary, Summary, TargetShares

CORPUS = Corpus(20, 400, 20, 0, 0, 0, 0, 0)
ADJUSTED = "adjusted count, no coded sentence"

HOSTILE = (
    "El País", "新华社", "Süddeutsche Zeitung", 'The "Daily"', "<script>alert(1)</script>", "a.b[0]\\c", "datum['x']", "O'Globo",
    "{{signal}}", "Donaudampfschifffahrtsgesellschaftskapitänszeitung am Sonntag mit Beilage", "x\x00y", "\ud800", " ", "null",
)  # fmt: skip


def make_share(value: float, *, method: str = CORRECTED, coded: int = 200) -> Share:
    if method not in (CORRECTED, HAND_CODED):
        return Share(value, None, None, method, 400, 20, raw=value)
    return Share(value, max(value - 0.05, 0.0), min(value + 0.05, 1.0), method, 400, 20, coded, 20, value, 0.0006, 19)


def make_row(value: float | None, *, reliable: bool | None = True, **how: Any) -> LabelShare:
    return LabelShare(None if value is None else make_share(value, **how), value, reliable=reliable)


def make_target(favor: float, against: float, **how: Any) -> TargetShares:
    values = {"favor": favor, "against": against, "none": 1 - favor - against}
    gap = favor - against
    bounds = (None, None, None) if how.get("method") == INDEX else (gap - 0.1, gap + 0.1, 0.05)
    return TargetShares({key: make_row(value, **how) for key, value in values.items()}, Difference(gap, *bounds), gap)


def make_group(name: str | tuple[str, ...], values: Sequence[float | None] = (0.3, 0.2, 0.1), **how: Any) -> OutletSummary:
    frames = {frame: make_row(value, **how) for frame, value in zip(("harvest", "storm", "ghost"), values, strict=True)}
    group = (name,) if isinstance(name, str) else name
    return OutletSummary(group, 20, 400, 200, 0, 0, frames, {"mayor": make_target(0.3, 0.1, **how)})


def make_summary(*groups: OutletSummary, by: tuple[str, ...] = ("outlet",), overall: OutletSummary | None = None) -> Summary:
    return Summary(by, groups, overall or make_group("all"), CORPUS)


def make_months(names: Sequence[str], months: Sequence[str], **how: Any) -> Summary:
    groups = [make_group((name, month), **how) for name in names for month in months]
    return make_summary(*groups, by=("outlet", "month"))


def make_errors(names: Sequence[str]) -> dict[str, ErrorComparison]:
    rates = tuple(ErrorRate(name, 70, 20, 0.4, 0.2, 0.6, True, 0.05, 0.01, 0.1, True) for name in names)
    return {"harvest": ErrorComparison(rates, 0.4, 0.6)}


def pair(first: str, second: str, sentences: int, lift: float | None) -> FramePair:
    return FramePair(first, second, sentences, sentences / 400, 0.01, lift, 0.1)


def drawn(figure: Figure | None) -> Figure:
    assert figure is not None
    return figure


def data(figure: Figure | None) -> list[dict[str, Any]]:
    return drawn(figure).wide["data"]["values"]


def all_figures(names: Sequence[str], codebook: Codebook) -> list[Figure]:
    outlets = make_summary(*map(make_group, names))
    voices = make_summary(*(make_group((name, voice)) for name in names for voice in ("outlet", "quoted")), by=("outlet", "voice"))
    pairs = [pair("harvest", "storm", 12, 1.4), pair("harvest", "ghost", 2, 3.0), pair("storm", "ghost", 0, 0.0)]
    found = [
        draw_profiles(outlets, codebook),
        draw_heat_map(outlets, codebook),
        draw_stance(outlets, codebook),
        draw_trends(make_months(names, ("2024-11", "2024-12")), codebook),
        draw_voices(voices, codebook),
        draw_errors(make_errors(names), codebook),
        draw_together(pairs, codebook),
    ]
    return [drawn(figure) for figure in found]


def strings(value: object, *, beside: Sequence[str] = ("data", "description", "usermeta")) -> Iterator[str]:
    """Yield every text of a specification, data and captions aside."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key not in beside:
                yield key
                yield from strings(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from strings(inner)
    elif isinstance(value, str):
        yield value


# What is drawn


def test_the_table_behind_a_chart_has_the_numbers_of_the_summary(codebook: Codebook) -> None:
    summary = make_summary(make_group("A", (1 / 3, 0.2, None)), make_group("B", method=INDEX))
    figure = drawn(draw_profiles(summary, codebook))
    assert figure.columns[:5] == ("outlet", "frame", "share", "low", "high")
    rows = {(row[0], row[1]): row for row in figure.rows}
    assert rows["A", "harvest"][2:6] == (1 / 3, 1 / 3 - 0.05, 1 / 3 + 0.05, CORRECTED)
    assert rows["A", "ghost"][2:6] == (None, None, None, None)
    assert rows["B", "storm"][2:6] == (0.2, None, None, INDEX)
    assert drawn(draw_heat_map(summary, codebook)).rows == figure.rows


def test_both_layouts_show_the_same_numbers(codebook: Codebook) -> None:
    for figure in all_figures(["A", "B"], codebook):
        wide, narrow = (
            sorted((d.get("value", 0), d.get("low", 0), d["name"]) for d in spec["data"]["values"] if "value" in d)
            for spec in (figure.wide, figure.narrow)
        )
        assert wide == narrow


@pytest.mark.parametrize(
    ("how", "kind", "has_interval"),
    [
        ({}, "corrected by coded sentences", True),
        ({"method": HAND_CODED}, "hand-coded sentences alone", True),
        ({"coded": 30}, "too little coded for an interval", False),
        ({"method": INDEX}, "uncorrected index", False),
        ({"method": ADJUSTED}, "adjusted count", False),
    ],
)
def test_each_kind_of_share_is_named_and_only_published_intervals_are_drawn(
    how: dict[str, Any], kind: str, has_interval: bool, codebook: Codebook
) -> None:
    figure = drawn(
        draw_profiles(make_summary(make_group("A", (0.5, 0.4, 0.4), **how), make_group("B", (0.5, 0.4, 0.4), **how)), codebook)
    )
    assert {row["kind"] for row in data(figure)} == {kind}
    assert all(("low" in row) == has_interval for row in data(figure))
    assert kind in draw_svg(figure.wide)
    assert ("95% intervals" in figure.caption) == has_interval


def test_every_chart_of_an_index_says_so(codebook: Codebook) -> None:
    outlets = make_summary(make_group("A", method=INDEX), make_group("B", method=INDEX))
    months = make_months(["A"], ("2024-01", "2024-02"), method=INDEX)
    for figure in (
        draw_profiles(outlets, codebook),
        draw_heat_map(outlets, codebook),
        draw_stance(outlets, codebook),
        draw_trends(months, codebook),
    ):
        assert INDEX in drawn(figure).caption
        assert INDEX in draw_svg(drawn(figure).wide).partition("</desc>")[2]
        assert "--chart-own" not in draw_svg(drawn(figure).wide)
        assert not any("low" in row for row in data(figure))
        assert all(row.get("italic", True) for row in data(figure))


def test_hollow_marks_are_not_filled_and_grey_in_either_series(codebook: Codebook) -> None:
    groups = [make_group(("A", voice), method=INDEX) for voice in ("outlet", "quoted")]
    figure = drawn(draw_voices(make_summary(*groups, by=("outlet", "voice")), codebook))
    point = next(layer for layer in figure.wide["spec"]["layer"] if layer["mark"]["type"] == "point")["encoding"]
    assert point["fill"]["scale"]["range"] == [palette.PAPER, palette.PAPER]
    assert point["stroke"]["scale"]["range"] == [palette.GREY, palette.GREY]
    assert point["shape"]["scale"]["range"] == ["circle", "triangle-up"]


def test_few_positives_are_grey_and_not_the_highest_estimate(codebook: Codebook) -> None:
    figure = drawn(draw_profiles(make_summary(make_group("A", (0.4, 0.2, 0.6)), make_group("B", (0.02, 0.01, 0.2))), codebook))
    kinds = {(row["panel"], row["name"]): row["kind"] for row in data(figure)}
    assert kinds["Harvest", "B"] == kinds["Storm", "B"] == "imprecise"
    assert "imprecise: fewer than 5 coded sentences can be expected to have it" in figure.caption
    assert "is 60% (A, Ghost)" in figure.caption


def test_a_label_that_is_not_reliable_is_marked_and_the_mark_explained(codebook: Codebook) -> None:
    summary = make_summary(make_group("A", reliable=False), make_group("B", reliable=False))
    for figure in (draw_profiles(summary, codebook), draw_heat_map(summary, codebook)):
        assert "Harvest †" in draw_svg(drawn(figure).narrow)
        assert "†: " in drawn(figure).caption
    assert "†" not in drawn(draw_profiles(make_summary(make_group("A"), make_group("B")), codebook)).caption


def test_frames_and_groups_stand_by_their_share(codebook: Codebook) -> None:
    groups = [make_group("low", (0.1, 0.5, 0.3)), make_group("high", (0.2, 0.8, 0.3)), make_group("none", (0.4, None, 0.3))]
    figure = draw_profiles(make_summary(*groups, overall=make_group("all", (0.2, 0.6, 0.3))), codebook)
    assert list(dict.fromkeys(row["panel"] for row in data(figure))) == ["Storm", "Ghost", "Harvest"]
    assert list(dict.fromkeys(row["name"] for row in data(figure))) == ["high", "low", "none"]


def test_one_group_has_a_row_for_each_frame(codebook: Codebook) -> None:
    rows = data(draw_profiles(make_summary(make_group("Only")), codebook))
    assert {row["panel"] for row in rows} == {"Only"}
    assert [row["label"] for row in rows] == ["Harvest", "Storm", "Ghost"]


def test_the_level_of_all_is_drawn_only_beside_shares_of_its_kind(codebook: Codebook) -> None:
    alike = draw_profiles(make_summary(make_group("A"), make_group("B")), codebook)
    mixed = draw_profiles(make_summary(make_group("A"), make_group("B", method=INDEX)), codebook)
    assert {row["reference"] for row in data(alike)} == {0.3, 0.2, 0.1}
    assert {row["reference"] for row in data(mixed)} == {None}
    assert "Dashed" in drawn(alike).caption
    assert "Dashed" not in drawn(mixed).caption


def test_nothing_is_drawn_where_there_is_nothing(codebook: Codebook) -> None:
    empty = make_summary(make_group("A", (None, None, None)))
    bare = replace(codebook, targets=())
    assert draw_profiles(empty, codebook) is None
    assert draw_heat_map(make_summary(), codebook) is None
    assert draw_stance(make_summary(make_group("A")), bare) is None
    assert draw_voices(make_summary(make_group(("A", "outlet")), by=("outlet", "voice")), codebook) is None
    assert draw_errors({}, codebook) is None
    assert draw_together([pair("harvest", "storm", 0, None)], codebook) is None
    assert draw_together([pair("harvest", "storm", 0, 0.0)], codebook) is None


def test_frames_that_nobody_uses_are_drawn_at_zero(codebook: Codebook) -> None:
    zero = make_summary(make_group("A", (0.0, 0.0, 0.0)), make_group("B", (0.0, 0.0, 0.0), method=INDEX))
    for figure in (draw_profiles(zero, codebook), draw_heat_map(zero, codebook)):
        assert {row["value"] for row in data(figure)} == {0.0}
        assert "NaN" not in draw_svg(drawn(figure).wide)


def test_tiles_tell_their_kind_without_colour(codebook: Codebook) -> None:
    groups = [
        make_group("plain"),
        make_group("few", (0.01, 0.01, 0.01)),
        make_group("index", method=INDEX),
        make_group("adjusted", method=ADJUSTED),
        make_group("bare", coded=30),
    ]
    figure = drawn(draw_heat_map(make_summary(*groups), codebook))
    tiles = {row["name"]: row for row in data(figure) if row["column"] == "Harvest"}
    assert [tiles[name]["text"] for name in ("plain", "few", "index", "adjusted", "bare")] == ["30", "(1)", "30", "30", "[30]"]
    assert [tiles[name]["italic"] for name in ("plain", "few", "index", "adjusted")] == [False, False, True, True]
    assert [tiles[name]["shade"][:4] for name in ("plain", "few", "index", "adjusted")] == ["colo", "grey", "grey", "colo"]
    assert "grey in square brackets: too little coded for an interval" in figure.caption
    assert tiles["plain"]["note"] == "25–35"
    assert f"italics: {ADJUSTED}" in figure.caption.lower()


def test_the_balance_has_its_interval_and_the_line_at_zero(codebook: Codebook) -> None:
    figure = drawn(draw_stance(make_summary(make_group("A"), make_group("B", method=INDEX)), codebook))
    rows = {row["name"]: row for row in data(figure)}
    assert rows["A"]["low"] == pytest.approx(0.1)
    assert rows["A"]["text"] == "+20"
    assert "low" not in rows["B"]
    assert (
        "Intervals that rest on enough codes: 1 for “The mayor”, of which 1 wholly in favor, none wholly against." in figure.caption
    )
    assert {"datum": 0} in [layer["encoding"]["x"] for layer in figure.wide["spec"]["layer"]]


def test_a_share_without_an_interval_has_a_mark_of_its_own(codebook: Codebook) -> None:
    groups = [make_group("sure"), make_group("bare", coded=30), make_group("index", method=INDEX)]
    summary = make_summary(*groups)
    voices = [replace(group, group=(group.group[0], voice)) for group in groups for voice in ("outlet", "quoted")]
    for figure in (
        draw_profiles(summary, codebook),
        draw_stance(summary, codebook),
        draw_voices(make_summary(*voices, by=("outlet", "voice")), codebook),
    ):
        point = next(layer for layer in drawn(figure).wide["spec"]["layer"] if layer["mark"]["type"] == "point")["encoding"]
        looks = {
            kind: tuple(point[channel]["scale"]["range"][place] for channel in ("shape", "fill", "stroke", "size"))
            for place, kind in enumerate(point["size"]["scale"]["domain"])
        }
        assert len({(shape, fill == palette.PAPER, size) for shape, fill, _, size in looks.values()}) == len(looks)
        assert all((look[3] < 42) == ("too little coded" in kind) for kind, look in looks.items())
        assert any("too little coded" in kind for kind in looks)
        assert "mall and hollow, without a line: too little coded for an interval" in drawn(figure).caption


@pytest.mark.parametrize(
    ("highest", "end", "last"), [(0.41, 0.5, 0.4), (0.4, 0.4, 0.4), (0.05, 0.06, 0.06), (0.93, 1, 1), (0, 0.01, 0.01)]
)
def test_an_axis_of_shares_ends_at_the_next_ten_per_cent(highest: float, end: float, last: float) -> None:
    axis = make_share_axis(highest, "share")
    assert (axis.end, axis.ticks[-1]) == (end, last)


# Trends


def test_a_line_breaks_where_a_month_has_no_article_and_where_estimates_end(codebook: Codebook) -> None:
    groups = [make_group(("A", month)) for month in ("2024-11", "2024-12", "2025-02")]
    groups += [make_group(("A", "2025-03"), method=INDEX)]
    figure = draw_trends(make_summary(*groups, by=("outlet", "month")), codebook)
    runs = [row["run"] for row in data(figure) if row["panel"] == "Harvest" and "run" in row]
    assert [run - runs[0] for run in runs] == [0, 0, 1, 2]


def test_no_band_covers_a_month_without_a_published_interval(codebook: Codebook) -> None:
    coded = {"2024-01": 200, "2024-02": 200, "2024-03": 20, "2024-04": 200}
    groups = [make_group(("A", month), (0.5, 0.5, 0.5), coded=number) for month, number in coded.items()]
    figure = draw_trends(make_summary(*groups, by=("outlet", "month")), codebook)
    rows = [row for row in data(figure) if row["panel"] == "Harvest" and "when" in row]
    assert len({row["run"] for row in rows}) == 1
    assert rows[0]["band"] == rows[1]["band"] != rows[3]["band"]
    assert ["low" in row for row in rows] == [True, True, False, True]
    assert [row["bar"] for row in rows] == [False, False, True, True]
    assert [row["dot"] for row in rows] == [False, False, True, True]


def test_articles_without_a_date_are_counted_and_not_drawn(codebook: Codebook) -> None:
    figure = drawn(draw_trends(make_months(["A", "B"], ("2024-01", "2024-02", "(undated)")), codebook))
    assert {row["when"] for row in data(figure) if "when" in row} == {"2024-01-01", "2024-02-01"}
    assert "Not shown: 40 articles of no known month." in figure.caption


@pytest.mark.parametrize("months", [["2024-01"], ["(undated)"], ["2024-01", "(undated)"]])
def test_one_period_is_no_trend(months: list[str], codebook: Codebook) -> None:
    assert draw_trends(make_months(["A"], months), codebook) is None


@pytest.mark.parametrize(
    ("kind", "periods", "days"),
    [
        ("week", ("2024-W52", "2025-W01", "2025-W02"), ["2024-12-23", "2024-12-30", "2025-01-06"]),
        ("month", ("2024-12", "2025-01", "2025-02"), ["2024-12-01", "2025-01-01", "2025-02-01"]),
        ("year", ("2023", "2024", "2025"), ["2023-01-01", "2024-01-01", "2025-01-01"]),
    ],
)
def test_periods_begin_on_their_first_day_and_join_over_the_new_year(
    kind: str, periods: Sequence[str], days: list[str], codebook: Codebook
) -> None:
    figure = drawn(draw_trends(make_summary(*(make_group((period,)) for period in periods), by=(kind,)), codebook))
    rows = [row for row in data(figure) if row["panel"] == "Harvest" and "when" in row]
    assert [row["when"] for row in rows] == days
    assert len({row["run"] for row in rows}) == 1
    assert figure.name == f"frames-by-{kind}"
    assert days[0][:4] in draw_svg(figure.wide)


def test_what_hangs_on_chance_does_not_set_the_scale(codebook: Codebook) -> None:
    months = [f"2024-{month:02d}" for month in range(1, 9)]
    groups = [make_group(("A", month), (0.2, 0.1, 0.1)) for month in months]
    groups += [make_group(("B", "2024-01"), (0.2, 0.1, 0.1))]
    groups += [make_group(("B", month), (1.0 if month == "2024-05" else 0.1, 0.1, 0.1), coded=2) for month in months[1:]]
    figure = drawn(draw_trends(make_summary(*groups, by=("outlet", "month")), codebook))
    assert "triangles: above the scale" in figure.caption
    assert [row["value"] for row in data(figure) if "above" in row.get("kind", "")] == [1.0]


PERIODS = ("2024-01", "2024-02")


def make_periods(outlets: dict[str, dict[str, Any]]) -> Summary:
    groups = [make_group((name, period), **how) for name, how in outlets.items() for period in PERIODS]
    return make_summary(*groups, by=("outlet", "month"))


def test_all_outlets_lead_and_outlets_without_an_interval_are_counted_and_stay_in_the_table(codebook: Codebook) -> None:
    figure = drawn(draw_trends(make_periods({ALL_OUTLETS: {}, "A": {"coded": 10}, "B": {}, "C": {"method": INDEX}}), codebook))
    assert list(dict.fromkeys(row["name"] for row in data(figure))) == [ALL_OUTLETS, "B"]
    assert "in all outlets together and in 1 outlet;" in figure.caption
    assert "Not shown: 2 outlets of which too little is coded by month" in figure.caption
    assert {row[0] for row in figure.rows} == {ALL_OUTLETS, "A", "B", "C"}
    lines = [layer["mark"]["strokeWidth"] for part in figure.wide["vconcat"] for layer in part["spec"]["layer"] if "x" in
             layer["encoding"] and layer["mark"]["type"] == "line"]  # fmt: skip
    assert lines[0] > lines[1]
    assert [part["spec"]["height"] for part in figure.wide["vconcat"]] == [72, 44]


@pytest.mark.parametrize("lead", [{}, {"coded": 10}, {"method": INDEX}])
def test_all_outlets_are_drawn_alone_where_no_outlet_has_an_interval(lead: dict[str, Any], codebook: Codebook) -> None:
    summary = make_periods({ALL_OUTLETS: lead, "A": {"coded": 10}, "B": {"coded": 10}, "C": {"method": INDEX}})
    figure = drawn(draw_trends(summary, codebook))
    assert {row["name"] for row in data(figure)} == {ALL_OUTLETS}
    assert "Not shown: 3 outlets of which too little is coded by month" in figure.caption
    assert "in all outlets together;" in figure.caption


@pytest.mark.parametrize("lead", [[], [ALL_OUTLETS]])
def test_of_indexes_the_largest_outlets_are_drawn_and_the_others_named(lead: list[str], codebook: Codebook) -> None:
    summary = make_periods({name: {"method": INDEX} for name in (*lead, *"ABCDEFGHIJ")})
    groups = tuple(replace(group, sentences=900) if group.group[0] in "IJ" else group for group in summary.groups)
    figure = drawn(draw_trends(replace(summary, groups=groups), codebook))
    assert {row["name"] for row in data(figure)} == {*lead, *"ABCDEFIJ"}
    assert "Not shown: 2 outlets with the fewest sentences (G, H);" in figure.caption


def test_articles_without_a_date_are_counted_once_beside_all_outlets(codebook: Codebook) -> None:
    figure = draw_trends(make_months([ALL_OUTLETS, "A", "B"], (*PERIODS, "(undated)")), codebook)
    assert "Not shown: 40 articles of no known month." in drawn(figure).caption


# Voices, errors, pairs of frames


def test_voices_stand_in_pairs_and_outlets_without_both_are_left_out(codebook: Codebook) -> None:
    groups = [
        make_group(("A", "outlet"), (0.4, 0.2, 0.1)),
        make_group(("A", "quoted"), (0.1, 0.3, 0.1)),
        make_group(("B", "outlet")),
    ]
    figure = draw_voices(make_summary(*groups, by=("outlet", "voice")), codebook)
    assert {row["name"] for row in data(figure)} == {"A"}
    harvest = [row for row in data(figure) if row["panel"] == "Harvest"]
    assert [(row["kind"], row["lane"], row["value"]) for row in harvest] == [("own words", 0, 0.4), ("quoted speakers", 1, 0.1)]


def test_voices_of_everything_together_are_one_pair(codebook: Codebook) -> None:
    figure = draw_voices(make_summary(make_group(("quoted",)), make_group(("outlet",)), by=("voice",)), codebook)
    assert len({row["name"] for row in data(figure)}) == 1


def test_error_rates_of_few_sentences_are_grey_and_without_interval(codebook: Codebook) -> None:
    many = ErrorRate("A", 70, 20, 0.4, 0.2, 0.6, True, 0.05, 0.01, 0.1, True)
    few = ErrorRate("B", 70, 0, None, None, None, False, 0.5, 0.01, 1.0, False)
    figure = drawn(draw_errors({"storm": ErrorComparison((few, many), None, 0.5)}, codebook))
    told = {(row["name"], row["lane"]): row for row in data(figure)}
    assert [told[key]["kind"] for key in (("A", 0), ("A", 1), ("B", 1))] == [
        "missed",
        "wrongly given",
        "wrongly given, few sentences",
    ]
    assert told["A", 0]["high"] == 0.6
    assert "low" not in told["B", 1]
    assert told["B", 0]["value"] is None
    assert "the table behind the chart has their intervals, the chart does not" in figure.caption
    assert "Of 1 test whether the outlets differ, 0 found that they do." in figure.caption
    assert figure.rows[0][:5] == ("A", "storm", 0.4, 0.2, 0.6)


def test_a_difference_between_outlets_is_said_under_the_chart_of_errors(codebook: Codebook) -> None:
    errors = {frame: replace(found, p_missed=0.0005) for frame, found in make_errors(["A", "B"]).items()}
    assert "Of 2 tests whether the outlets differ, 1 found that they do." in drawn(draw_errors(errors, codebook)).caption


def test_frames_together_fill_half_a_matrix_and_few_sentences_have_no_shade(codebook: Codebook) -> None:
    pairs = [pair("harvest", "storm", 12, 2.5), pair("harvest", "ghost", 2, 9.0), pair("storm", "ghost", 30, 0.4)]
    figure = drawn(draw_together(pairs, codebook))
    tiles = {(row["column"], row["name"]): (row["text"], row["shade"], row["note"]) for row in data(figure)}
    assert tiles == {
        ("Harvest", "Storm"): ("2.5", "grey 4", "12"),
        ("Harvest", "Ghost"): ("(9.0)", "grey 1", "2"),
        ("Storm", "Ghost"): ("0.4", "grey 1", "30"),
    }
    assert INDEX in figure.caption


# Names


@pytest.mark.parametrize("layout", ["wide", "narrow"])
def test_hostile_names_stand_in_data_alone_and_are_drawn_as_they_are(layout: str, codebook: Codebook) -> None:
    for figure in all_figures(HOSTILE, codebook)[:6]:
        spec = getattr(figure, layout)
        assert not [text for text in strings(spec) if any(name.strip() and name != "null" and name in text for name in HOSTILE)]
        svg = draw_svg(spec)
        assert "<script" not in svg
        texts = ["".join(text.itertext()) for text in ElementTree.fromstring(svg).iter() if text.tag.endswith("text")]
        for name in ("El País", "新华社", 'The "Daily"', "a.b[0]\\c", "datum['x']", "O'Globo", "{{signal}}", "null", "(no name)"):
            assert name in texts, (figure.name, name)


def test_hostile_names_of_frames_are_drawn_as_they_are(codebook: Codebook) -> None:
    names = ("a.b[0]\\c", "<b>'x'</b>", "datum.y")
    frames = tuple(Frame(frame.id, name, "") for frame, name in zip(codebook.frames, names, strict=True))
    for figure in all_figures(["A", "B"], replace(codebook, frames=frames)):
        texts = [
            "".join(text.itertext()) for text in ElementTree.fromstring(draw_svg(figure.narrow)).iter() if text.tag.endswith("text")
        ]
        if "stance" not in figure.name and figure.name != "errors-by-outlet":
            assert {"a.b[0]\\c", "<b>'x'</b>"} & set(texts), figure.name


@given(st.lists(st.text(min_size=1, max_size=60), min_size=1, max_size=8), st.integers(60, 200))
def test_wrapped_names_fit_and_are_never_alike(names: list[str], width: int) -> None:
    labels = wrap_apart(names, width, 11)
    assert len(set(labels)) == len(names)
    for label in labels:
        assert label.count("\n") <= 1
        assert all(measure(line, 11) <= width or len(line) == 1 for line in label.split("\n")) or re.search(r" \(\d+\)$", label)


def test_names_break_at_spaces_hyphens_and_between_chinese_characters() -> None:
    assert wrap("Frankfurter Allgemeine Zeitung", 110, 11) == "Frankfurter\nAllgemeine Zeitung"
    assert wrap("人民日报海外版", 44, 11) == "人民日报\n海外版"
    assert wrap("one two three four five six", 46, 11) == "one two\nthree f…"


@pytest.mark.parametrize(
    ("share", "said"), [(0, "0%"), (0.0004, "<0.1%"), (0.0051, "0.5%"), (0.0096, "1%"), (0.0999, "10%"), (0.5, "50%"), (1, "100%")]
)
def test_a_share_is_said_with_the_digits_that_it_needs(share: float, said: str) -> None:
    assert percent(share) == said


@pytest.mark.parametrize(
    ("balance", "said"), [(0.2, "+20"), (-0.055, "−6"), (0.0, "0"), (-0.001, "0"), (0.001, "0"), (1.0, "+100")]
)
def test_a_balance_is_said_in_points_with_its_sign(balance: float, said: str) -> None:
    assert points(balance) == said


@given(st.floats(0, 1), st.integers(2, 13))
def test_a_scale_reaches_its_highest_value_in_the_steps_that_it_may_have(highest: float, steps: int) -> None:
    ticks = scale_shares(highest, steps)
    assert ticks[0] == 0
    assert ticks[-1] >= highest - 1e-6
    assert 2 <= len(ticks) <= steps + 1
    assert scale_balances(highest, steps)[0] == -ticks[-1]


# Drawing


def test_the_same_data_make_the_same_bytes(codebook: Codebook) -> None:
    first, second = (all_figures(["A", "B", "新华社"], codebook) for _ in range(2))
    assert first == second
    assert [draw_svg(figure.wide) for figure in first] == [draw_svg(figure.wide) for figure in second]
    assert draw_png(first[0].wide, 1) == draw_png(second[0].wide, 1)


@pytest.mark.parametrize("layout", ["wide", "narrow"])
def test_a_chart_for_a_page_asks_for_nothing_and_follows_its_colours(layout: str, codebook: Codebook) -> None:
    for figure in all_figures(["A", "B"], codebook):
        svg = draw_svg(getattr(figure, layout))
        root = ElementTree.fromstring(svg)
        assert svg.startswith('<svg xmlns="http://www.w3.org/2000/svg" ')
        assert root.get("role") == "img"
        assert [(child.tag.rpartition("}")[2], child.text) for child in root[:2]] == [
            ("title", figure.title),
            ("desc", figure.caption),
        ]
        assert svg.count("http") == 1
        assert not {element.tag.rpartition("}")[2] for element in root.iter()} & {
            "image",
            "use",
            "script",
            "style",
            "a",
            "foreignObject",
        }
        assert not re.search(r'="(#[0-9a-f]{6}|black|white|transparent)"', svg)
        assert set(re.findall(r"var\((--[a-z0-9-]+),", svg)) <= {name for name, _ in palette.VARIABLES.values()}


def test_charts_keep_to_the_width_of_their_layout(codebook: Codebook) -> None:
    for figure in all_figures(HOSTILE, codebook):
        for spec, width in ((figure.wide, 720), (figure.narrow, 340)):
            root = ElementTree.fromstring(draw_svg(spec))
            is_matrix = '"rect"' in json.dumps(spec)
            assert (0.4 if is_matrix else 0.9) * width < float(root.attrib["width"]) < 1.04 * width, figure.name


def test_ids_of_two_charts_on_a_page_differ() -> None:
    ids = []
    for number in (1, 2):
        mark = {"type": "bar", "clip": True}
        spec = {"mark": mark, "data": {"values": [{"x": number}]}, "encoding": {"x": {"field": "x", "type": "quantitative"}}}
        svg = draw_svg(spec | {"usermeta": {"title": "t"}, "description": "d"})
        found = re.findall(r' id="([^"]+)"', svg)
        assert set(re.findall(r"url\(#([^)]+)\)", svg)) <= set(found)
        ids += found
    assert len(ids) == len(set(ids)) > 1


def _luminance(colour: str) -> float:
    """Return the relative luminance of WCAG 2.2."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("dark", [False, True])
def test_marks_and_texts_have_contrast_in_both_modes(dark: bool) -> None:
    def shade(colour: str) -> str:
        return palette.VARIABLES[colour][1] if dark else colour

    for background in ("#16181c", "#1f2228") if dark else ("#ffffff", "#fbfaf7"):
        assert min(contrast(shade(colour), background) for colour in (palette.OWN, palette.OTHER, palette.GREY)) >= 3
        assert min(contrast(shade(colour), background) for colour in (palette.INK, palette.SOFT)) >= 4.5
    for shades in (palette.HEAT, palette.HEAT_GREY):
        assert min(contrast(shade(colour), shade(palette.INK)) for colour in shades[:3]) >= 4.5
        assert min(contrast(shade(colour), shade(palette.ON_HEAT)) for colour in shades[3:]) >= 4.5


def test_every_colour_has_a_variable_of_its_own_and_the_page_can_set_it() -> None:
    names = [name for name, _ in palette.VARIABLES.values()]
    assert len(set(names)) == len(names)
    style = palette.style_charts()
    assert all(f"{name}: light-dark({light}, {dark});" in style for light, (name, dark) in palette.VARIABLES.items())


def test_all_charts_of_twenty_outlets_fit_into_a_page(codebook: Codebook) -> None:
    """20 outlets, 8 frames, 12 months, both layouts: below 1.2 MB, of the 3 MB that a page may have."""
    rng = random.Random(7)
    frames = tuple(Frame(f"f{number}", f"Frame number {number}", "") for number in range(8))
    targets = tuple(replace(codebook.targets[0], id=f"t{number}") for number in range(2))
    big = replace(codebook, frames=frames, targets=targets)

    def make(name: tuple[str, ...]) -> OutletSummary:
        values = {frame.id: make_row(rng.uniform(0.05, 0.6)) for frame in frames}
        stance = {target.id: make_target(rng.uniform(0, 0.5), rng.uniform(0, 0.5)) for target in targets}
        return OutletSummary(name, 20, 400, 200, 0, 0, values, stance)

    names = [f"The Outlet of Town {number}" for number in range(20)]
    overall = make(("all",))
    outlets = make_summary(*(make((name,)) for name in names), overall=overall)
    months = [make((name, f"2024-{month:02d}")) for name in names for month in range(1, 13)]
    voices = [make((name, voice)) for name in names for voice in ("outlet", "quoted")]
    errors = {frame.id: make_errors(names)["harvest"] for frame in frames}
    figures = [
        draw_profiles(outlets, big),
        draw_heat_map(outlets, big),
        draw_stance(outlets, big),
        draw_trends(make_summary(*months, by=("outlet", "month"), overall=overall), big),
        draw_voices(make_summary(*voices, by=("outlet", "voice"), overall=overall), big),
        draw_errors(errors, big),
    ]
    sizes = [len(draw_svg(spec).encode()) for figure in figures for spec in (drawn(figure).wide, drawn(figure).narrow)]
    assert sum(sizes) < 1_200_000


def test_without_the_library_the_extra_is_named(codebook: Codebook, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "vl_convert", None)
    (figure, *_) = all_figures(["A", "B"], codebook)
    for draw in (
        partial(draw_svg, figure.wide),
        partial(draw_png, figure.wide),
        partial(write_figures, [figure], tmp_path / "out"),
    ):
        with pytest.raises(UsageError, match=r"pip install 'framing\[report\]'"):
            draw()
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("method", [CORRECTED, INDEX])
def test_marks_of_one_kind_alone_are_drawn_too(method: str, codebook: Codebook) -> None:
    summary = make_summary(make_group("A", method=method), make_group("B", method=method))
    for make in (draw_profiles, draw_stance):
        assert "NaN" not in draw_svg(drawn(make(summary, codebook)).wide)


# Files


def test_figures_are_written_as_picture_table_and_specification(codebook: Codebook, tmp_path: Path) -> None:
    summary = make_summary(make_group("=cmd()"), make_group("Ünï", method=INDEX))
    figure = drawn(draw_profiles(summary, codebook))
    paths = write_figures([figure], tmp_path / "figures")
    stem = tmp_path / "figures" / "frames-by-outlet"
    assert paths == [Path(f"{stem}{ending}") for ending in (".svg", ".png", ".csv", ".vl.json")]
    svg, png, table, spec = (path.read_bytes() for path in paths)
    assert b"var(" not in svg
    assert f'fill="{palette.PAPER}"'.encode() in svg
    ElementTree.fromstring(svg)
    assert png.startswith(b"\x89PNG")
    assert 2900 < int.from_bytes(png[16:20], "big") < 3100
    rows = list(csv.reader(table.decode().splitlines()))
    assert rows[0] == list(figure.columns)
    assert [row[0] for row in rows[1:3]] == ["'=cmd()", "Ünï"]
    assert [float(row[2]) for row in rows[1:]] == [row[2] for row in figure.rows]
    assert rows[2][3:5] == ["", ""]
    assert draw_svg(json.loads(spec)) == draw_svg(figure.wide)


def test_figures_replace_their_like_and_leave_other_files_alone(codebook: Codebook, tmp_path: Path) -> None:
    figures = all_figures(["A", "B"], codebook)[:1]
    paths = write_figures(figures, tmp_path)
    paths[2].write_text("old")
    (tmp_path / "thesis.txt").write_text("three years of work")
    write_figures(figures, tmp_path)
    assert paths[2].read_text().startswith(",".join(figures[0].columns))
    assert (tmp_path / "thesis.txt").read_text() == "three years of work"
    with pytest.raises(FileError, match=r"thesis\.txt"):
        write_figures(figures, tmp_path / "thesis.txt")


@pytest.mark.parametrize("make", [draw_profiles, draw_heat_map, draw_stance])
def test_figures_are_named_after_what_groups_them(make: Callable[[Summary, Codebook], Figure | None], codebook: Codebook) -> None:
    summary = make_summary(make_group(("Peru", "state")), make_group(("Chile", "private")), by=("country", "ownership"))
    figure = drawn(make(summary, codebook))
    assert figure.name.endswith("-by-country-ownership")
    assert figure.columns[0] == "country and ownership"
    assert figure.rows[0][0] in ("Peru · state", "Chile · private")
