"""The figure of stances: the balance towards each target, group by group."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from framing.charts.captions import count, describe_dots
from framing.charts.dots import Axis, Board, Dot, draw_dots
from framing.charts.figures import Figure, Text, make_figure, name_groups, number, order_groups, say
from framing.charts.labels import clean, mark, points
from framing.charts.marks import FEW, scale_balances, style_share
from framing.codebook import STANCES, Codebook
from framing.summary import OutletSummary, Summary, TargetShares
from framing.tables import MARK

_POINTS = "(datum.value > 0 ? '+' : datum.value < 0 ? '−' : '') + format(abs(100 * datum.value), '.3~g')"

_COLUMNS = ("target", "balance", "low", "high", "favor", "against", "method", "few_positives", "reliable", "coded", "sentences")


def draw_stance(summary: Summary, codebook: Codebook) -> Figure | None:
    """Return the balance towards each target in each group: the share of sentences in favor less that of those against.

    Groups stand in the order of the balance towards the first target. None where there is no balance.
    """
    targets = [t for t in codebook.targets if any(_balance(group, t.id) is not None for group in summary.groups)]
    if not targets:
        return None
    groups = order_groups(summary.groups, lambda group: _balance(group, targets[0].id))
    names = {target.id: mark(target.name, (group.stance[target.id].reliable for group in groups)) for target in targets}
    cells = [(group.name, target, group.stance[target]) for target in names for group in groups]
    dots = [_make_dot(row, target, group) for group, target, row in cells]
    axis = Axis(scale_balances(_find_extent(dots), 2), "points: ← more against · more in favor →", _POINTS, zero=True)
    by = name_groups(summary)
    intervals = ", with 95% intervals" if any(dot.interval for dot in dots) else ""
    caption = f"Sentences in favor of each target less those against it, in points, in {count(len(groups), by)}{intervals}."
    caption += _describe_sides(dots, names) + describe_dots(dots, names.values())
    text = Text(f"stance-by-{'-'.join(summary.by)}", f"Stance by {by}", caption)
    board = Board(names, {group.name: clean(group.name) for group in groups}, axis)
    rows = [(group, target, *_tabulate(row)) for group, target, row in cells]
    return make_figure(text, partial(draw_dots, dots, board), (by, *_COLUMNS), rows)


def _balance(group: OutletSummary, target: str) -> float | None:
    balance = group.stance[target].balance
    return float(balance.estimate) if balance is not None else None


def _make_dot(row: TargetShares, target: str, group: str) -> Dot:
    style = style_share(row.method, few=_has_few_positives(row), has_interval=row.interval is not None)
    if row.balance is None:
        return Dot(target, group, None, "–", None, style)
    return Dot(target, group, float(row.balance.estimate), points(row.balance.estimate), row.interval, style)


def _has_few_positives(row: TargetShares) -> bool:
    """Return whether so few coded sentences can be expected to take either side that the balance is imprecise."""
    return all(row.values[side].has_few_positives for side in STANCES[:2])


def _find_extent(dots: list[Dot]) -> float:
    ends: list[float] = [abs(end) for dot in dots if dot.value is not None for end in (dot.value, *(dot.interval or ()))]
    return max(ends)


def _describe_sides(dots: list[Dot], names: Mapping[str, str]) -> str:
    """Return how many intervals lie on one side of zero, target by target, imprecise ones left aside; empty where there is none."""
    said = []
    for target, name in names.items():
        ends = [dot.interval for dot in dots if dot.panel == target and dot.interval and dot.style.kind != FEW]
        favor, against = sum(low > 0 for low, _ in ends), sum(high < 0 for _, high in ends)
        sides = f"{favor or 'none'} wholly in favor, {against or 'none'} wholly against"
        said += [f"{len(ends)} for “{name.removesuffix(MARK)}”, of which {sides}"] if ends else []
    return f" Intervals that rest on enough codes: {'; '.join(said)}." if said else ""


def _tabulate(row: TargetShares) -> tuple[str | float | None, ...]:
    low, high = row.interval or (None, None)
    shares = [row.values[side].share for side in STANCES[:2]]
    estimates = [number(share.estimate) if share else None for share in shares]
    coded, sentences = (shares[0].coded, shares[0].sentences) if shares[0] else (None, None)
    few = say(_has_few_positives(row)) if coded else None
    balance = number(row.balance.estimate) if row.balance else None
    return (balance, number(low), number(high), *estimates, row.method, few, say(row.reliable), coded, sentences)
