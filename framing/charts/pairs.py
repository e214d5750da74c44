"""The figures of two things side by side: an outlet's own words and those it quotes, the classifier's two ways to err."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

from framing.charts.captions import count, describe_dots
from framing.charts.dots import Board, Dot, draw_dots
from framing.charts.figures import (
    EVIDENCE,
    Figure,
    Text,
    estimate,
    find_highest,
    list_evidence,
    list_frames,
    make_dot,
    make_figure,
    make_share_axis,
    number,
    say,
)
from framing.charts.labels import clean, mark, percent
from framing.charts.marks import Style, style_second
from framing.charts.palette import GREY
from framing.codebook import Codebook
from framing.error_rates import MIN_ARTICLES, MIN_CASES, ErrorComparison, ErrorRate, describe_differences
from framing.grouping import VOICE
from framing.summary import OutletSummary, Summary
from framing.voice import OUTLET, QUOTED

_SERIES = {OUTLET: "own words", QUOTED: "quoted speakers"}


def draw_voices(voices: Summary, codebook: Codebook) -> Figure | None:
    """Return the share of each frame in each outlet's own words and in those of the speakers it quotes, a pair for each outlet.

    ``voices`` is by voice and, mostly, something else. None where no outlet has both.
    """
    frames = list_frames(voices, codebook)
    pairs = _pair_voices(voices)
    if not frames or not pairs:
        return None
    first = frames[0].id
    names = sorted(pairs, key=lambda name: (-(estimate(pairs[name][OUTLET].frames[first]) or 0.0), name))
    panels = {frame.id: mark(frame.name, (group.frames[frame.id].reliable for group in voices.groups)) for frame in frames}
    cells = [(name, voice, frame, pairs[name][voice].frames[frame]) for frame in panels for name in names for voice in _SERIES]
    dots = [_make_voice_dot(make_dot(row, frame, name), voice) for name, voice, frame, row in cells]
    by = " and ".join(part for part in voices.by if part != VOICE) or "group"
    board = Board(panels, {name: clean(name) for name in names}, make_share_axis(find_highest(dots), "share of sentences"))
    intervals = ", with 95% intervals" if any(dot.interval for dot in dots) else ""
    caption = f"Share of sentences that have each frame, {' above '.join(_SERIES.values())}, in {count(len(names), by)}{intervals}."
    caption += describe_dots(dots, panels.values())
    text = Text("voices", "Own words and quoted speakers", caption)
    rows = [(name, voice, frame, estimate(row), *list_evidence(row)) for name, voice, frame, row in cells]
    return make_figure(text, partial(draw_dots, dots, board), (by, VOICE, "frame", "share", *EVIDENCE), rows)


def _pair_voices(voices: Summary) -> dict[str, dict[str, OutletSummary]]:
    """Return the summaries of both voices by the rest of the group's name, where both are there."""
    at = voices.by.index(VOICE)
    found: dict[str, dict[str, OutletSummary]] = {}
    for group in voices.groups:
        name = " · ".join((*group.group[:at], *group.group[at + 1 :])) or "all"
        found.setdefault(name, {})[group.group[at]] = group
    return {name: pair for name, pair in found.items() if pair.keys() >= _SERIES.keys()}


def _make_voice_dot(dot: Dot, voice: str) -> Dot:
    quoted = voice == QUOTED
    return replace(dot, style=style_second(dot.style, _SERIES[voice], second=quoted), lane=int(quoted))


_TOO_FEW = "few sentences"
_WAYS = ("missed", "wrongly given")
_FEW_STYLE = Style(_TOO_FEW, "circle", GREY, GREY)

_ERROR_COLUMNS = (
    *("outlet", "frame", "missed", "missed_low", "missed_high", "missed_compared"),
    *("raised", "raised_low", "raised_high", "raised_compared", "coded", "positives", "p_missed", "p_raised"),
)


def draw_errors(errors: Mapping[str, ErrorComparison], codebook: Codebook) -> Figure | None:
    """Return how often the classifier misses each frame, and wrongly gives it, in each outlet; None without coded sentences.

    ``errors`` are by frame id. Rates of few sentences stand without the interval, which would hardly bound them.
    """
    frames = {frame.id: clean(frame.name) for frame in codebook.frames if frame.id in errors}
    cells = [(frame, rate) for frame in frames for rate in sorted(errors[frame].rates, key=lambda rate: rate.group)]
    dots = [dot for frame, rate in cells for dot in _make_error_dots(frame, rate)]
    if not any(dot.value is not None for dot in dots):
        return None
    names = {name: clean(name) for name in sorted({rate.group for _, rate in cells})}
    board = Board(frames, names, make_share_axis(find_highest(dots), "share of coded sentences"))
    intervals = ", with 95% intervals" if any(dot.interval for dot in dots) else ""
    caption = f"How often the classifier errs, on coded sentences it did not see, in {count(len(names), 'outlet')}{intervals}."
    caption += " Missed: of the sentences with the frame; wrongly given: of those without it."
    if any(_TOO_FEW in dot.style.kind for dot in dots):
        caption += f" Grey: fewer than {MIN_CASES} such sentences, or {MIN_ARTICLES} articles;"
        caption += " the table behind the chart has their intervals, the chart does not."
    caption += _describe_tests(errors)
    text = Text("errors-by-outlet", "The classifier's errors by outlet", caption)
    rows = [(rate.group, frame, *_tabulate_rate(rate), errors[frame].p_missed, errors[frame].p_raised) for frame, rate in cells]
    return make_figure(text, partial(draw_dots, dots, board), _ERROR_COLUMNS, rows)


def _make_error_dots(frame: str, rate: ErrorRate) -> list[Dot]:
    missed = (rate.missed, rate.missed_low, rate.missed_high, rate.missed_compared)
    raised = (rate.raised, rate.raised_low, rate.raised_high, rate.raised_compared)
    dots = []
    for lane, (value, low, high, is_enough) in enumerate((missed, raised)):
        style = style_second(Style(_WAYS[lane]) if is_enough else _FEW_STYLE, _WAYS[lane], second=lane == 1)
        ends = (low, high) if is_enough and low is not None and high is not None else None
        dots.append(Dot(frame, rate.group, number(value), "–" if value is None else percent(value), ends, style, lane))
    return dots


def _tabulate_rate(rate: ErrorRate) -> tuple[str | float | None, ...]:
    missed = (number(rate.missed), number(rate.missed_low), number(rate.missed_high), say(rate.missed_compared))
    raised = (number(rate.raised), number(rate.raised_low), number(rate.raised_high), say(rate.raised_compared))
    return (*missed, *raised, rate.coded, rate.positives)


def _describe_tests(errors: Mapping[str, ErrorComparison]) -> str:
    """Return what the tests of equal rates found, all frames counted together."""
    tests = sum(p is not None for found in errors.values() for p in (found.p_missed, found.p_raised))
    if not tests:
        return " No outlet has enough of them to test whether the outlets differ."
    differing = len(describe_differences(errors))
    return f" Of {count(tests, 'test')} whether the outlets differ, {differing} found that they do."
