"""The tables of a sample and of a plan."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from framing.output import Grid, Part, percent, plain
from framing.prevalence import MIN_ARTICLES, MIN_CODED
from framing.samples import DrawnSentence
from framing.sampling.designs import WHOLE, Sample
from framing.sampling.planning import OutletPlan, Plan

NO_SHARES = "These sentences serve training alone: no share and no figure may be computed on them."


def tabulate_sample(sample: Sample, drawn: Sequence[DrawnSentence]) -> list[Part]:
    """Return one row per stratum, and what whoever draws should know; ``drawn`` are the sample's sentences with their coders."""
    coders = sorted({coder for sentence in drawn for coder in sentence.coders})
    named, chances, counts = [], [], []
    for stratum in sample.strata:
        own = [sentence for sentence in drawn if (sentence.stratum or WHOLE) == stratum.name]
        loads = Counter(coder for sentence in own for coder in sentence.coders)
        doubled = sum(len(sentence.coders) > 1 for sentence in own)
        named.append(plain(stratum.name))
        chances.append(_chance(stratum.lowest, stratum.highest))
        last = [*(loads[coder] for coder in coders), doubled] if coders else []
        counts.append([stratum.articles, stratum.sentences, stratum.earlier, stratum.drawn, *last])
    if len(counts) > 1:
        named.append(WHOLE)
        chances.append("")
        counts.append([sum(column) for column in zip(*counts, strict=True)])
    rows = [
        [name, *map(_count, row[:4]), chance, *map(_count, row[4:])]
        for name, chance, row in zip(named, chances, counts, strict=True)
    ]
    assigned = [*(f"for {plain(coder)}" for coder in coders), "coded twice"] if coders else []
    columns = ["stratum", "articles", "sentences", "drawn before", "drawn", "probability", *assigned]
    notes = [*sample.notes, *([NO_SHARES] if sample.strata[0].lowest is None else [])]
    return [Grid(f"Sample ({sample.sampling})", columns, rows), *notes]


def _count(number: int) -> str:
    return f"{number:,}"


def _chance(lowest: float | None, highest: float | None) -> str:
    if lowest is None or highest is None:
        return "–"
    return f"{lowest:.4g}" if lowest == highest else f"{lowest:.4g}–{highest:.4g}"


def tabulate_plan(plan: Plan) -> list[Part]:
    """Return one row per outlet and one for all of them, the advice for each, and the rules behind it."""
    goal = f"± {100 * plan.margin:g}"
    rows = [_plan_row(row) for row in (*plan.outlets, plan.overall)]
    assumed = ["share", "from", "explained", "ICC"]
    columns = ["outlet", "label", "articles", "sentences", "coded", "waiting", "now", "all coded", f"more for {goal}", *assumed]
    grid = Grid(f"Sentences to code for {goal} points", columns, rows, left=2, optional=assumed)
    rule = (
        f"An interval needs {MIN_CODED} coded sentences of {MIN_ARTICLES} articles: half-widths in brackets are of intervals "
        "not given yet. The label shown is the one that needs most."
    )
    return [grid, *(row.advice for row in (*plan.outlets, plan.overall)), rule]


def _plan_row(row: OutletPlan) -> list[str]:
    assumption = row.assumption
    now = _points(row.half_width) if row.has_interval or row.half_width is None else f"({_points(row.half_width)})"
    more = "more articles" if row.more is None else _count(row.more)
    counts = [row.articles, row.sentences, row.coded, row.waiting]
    assumed = [percent(assumption.share), assumption.share_from, f"{assumption.explained:.2f}", f"{assumption.icc:.2f}"]
    return [plain(row.outlet), assumption.label, *map(_count, counts), now, _points(row.best), more, *assumed]


def _points(width: float | None) -> str:
    """Return a half-width in points; one beyond 50 tells nothing about a share."""
    if width is None:
        return "–"
    return f"± {100 * width:.1f}" if width <= 0.5 else "over 50"
