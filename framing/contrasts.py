"""Which groups differ in which label: every pair with its interval, the false discovery rate held, and ranks that are sure.

Among many pairs some differ by chance. Within one label, the pairs whose p-value passes the procedure of Benjamini and
Hochberg (1995) at ``RATE`` are said to differ: of these, one in twenty is expected to be wrong. A rank is given as the range
that simultaneous intervals (Šidák 1967) over all pairs leave open (Mogstad, Romano, Shaikh & Wilhelm 2024).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from framing.codebook import STANCES
from framing.prevalence import Difference, Share, combine, compare_shares
from framing.summary import Summary

RATE = 0.05
"""The false discovery rate within a label, and what is left to chance over all ranks of a label."""


MOST_LISTED = 50
"""Groups up to which pairs that could not be tested are listed: of thousands there would be millions."""


@dataclass(frozen=True, slots=True)
class Contrast:
    """One group less another in one label (a frame, or ``target:balance``).

    ``difference`` has its own 95 % interval and p-value, ``q`` is the p-value adjusted for the ``family`` pairs of this label.
    ``differs`` says that the adjusted one passes. Where too little is coded for a test there are neither, and ``note`` says why.
    """

    label: str
    one: str
    other: str
    one_share: float
    other_share: float
    difference: Difference
    q: float | None
    family: int
    note: str | None = None

    @property
    def is_tested(self) -> bool:
        """Whether enough is coded to tell if the two differ."""
        return self.q is not None

    @property
    def differs(self) -> bool:
        """Whether the two are said to differ."""
        return self.q is not None and self.q <= RATE


@dataclass(frozen=True, slots=True)
class Rank:
    """Where a group stands in one label, 1 for the highest share: between ``best`` and ``worst``, for all groups at once."""

    label: str
    group: str
    share: float
    best: int
    worst: int
    groups: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """The contrasts of all labels, their ranks, and the groups of which too little is coded to compare them.

    ``untested`` are the contrasts of pairs of which one or both have too little: their shares, and no test; where there are
    more than ``MOST_LISTED`` groups, such as speakers, it is empty.
    """

    contrasts: tuple[Contrast, ...]
    ranks: tuple[Rank, ...]
    left_out: tuple[str, ...]
    untested: tuple[Contrast, ...] = ()

    def differing(self) -> list[Contrast]:
        """Return the contrasts that differ, the surest first."""
        return sorted((c for c in self.contrasts if c.differs), key=lambda c: (c.q or 0.0, -abs(c.difference.estimate)))


@dataclass(frozen=True, slots=True)
class _Value:
    """What is compared of a group: a share, or a balance with the two shares that it is the difference of."""

    group: str
    estimate: float
    parts: tuple[Share, ...]
    is_published: bool

    def less(self, other: _Value) -> Difference:
        if len(self.parts) == 1:
            return compare_shares(self.parts[0], other.parts[0])
        return combine((*self.parts, *other.parts), (1.0, -1.0, -1.0, 1.0))


def compare_groups(summary: Summary, *, against: str | None = None) -> Comparison:
    """Return the contrasts of every pair of groups, or of each group less the one named ``against``, label by label.

    Groups with too few coded sentences or articles for a published interval in any label are named in ``left_out``.
    """
    contrasts: list[Contrast] = []
    untested: list[Contrast] = []
    ranks: list[Rank] = []
    kept: set[str] = set()
    for label, values in _list_values(summary).items():
        published = [value for value in values if value.is_published]
        kept |= {value.group for value in published}
        pairs = _pair(published, against)
        differences = [one.less(other) for one, other in pairs]
        adjusted = adjust([difference.p for difference in differences])
        for (one, other), difference, q in zip(pairs, differences, adjusted, strict=True):
            contrasts.append(Contrast(label, one.group, other.group, one.estimate, other.estimate, difference, q, len(pairs)))
        if len(summary.groups) <= MOST_LISTED:
            others = [pair for pair in _pair(values, against) if not all(value.is_published for value in pair)]
            untested += [_leave_untested(label, *pair) for pair in others]
        if against is None:
            ranks += rank_groups(label, [(value.group, value.estimate) for value in published], differences)
    left_out = tuple(group.name for group in summary.groups if group.name not in kept)
    return Comparison(tuple(contrasts), tuple(ranks), left_out, tuple(untested))


def _pair(values: Sequence[_Value], against: str | None) -> list[tuple[_Value, _Value]]:
    if against is None:
        return list(combinations(values, 2))
    return [(one, other) for other in values if other.group == against for one in values if one is not other]


def _leave_untested(label: str, one: _Value, other: _Value) -> Contrast:
    lacking = [value.group for value in (one, other) if not value.is_published]
    note = f"not tested: too little is coded of {' and '.join(lacking)}"
    estimates = (one.estimate, other.estimate)
    return Contrast(
        label, one.group, other.group, *estimates, Difference(estimates[0] - estimates[1], None, None, None), None, 0, note
    )


def _list_values(summary: Summary) -> dict[str, list[_Value]]:
    found: dict[str, list[_Value]] = {}
    for group in summary.groups:
        for frame, row in group.frames.items():
            if row.share is not None:
                value = _Value(group.name, row.share.estimate, (row.share,), row.interval is not None)
                found.setdefault(frame, []).append(value)
        for target, shares in group.stance.items():
            favor, against = (shares.values[side].share for side in STANCES[:2])
            if shares.balance is not None and favor is not None and against is not None:
                value = _Value(group.name, shares.balance.estimate, (favor, against), shares.interval is not None)
                found.setdefault(f"{target}:balance", []).append(value)
    return found


def adjust(p_values: Sequence[float | None]) -> list[float | None]:
    """Return the p-values adjusted for their number by Benjamini and Hochberg's procedure; None stays None and counts not."""
    from scipy.stats import false_discovery_control

    known = [p for p in p_values if p is not None]
    adjusted = iter(false_discovery_control(known).tolist() if known else [])
    return [None if p is None else float(next(adjusted)) for p in p_values]


def rank_groups(label: str, shares: Sequence[tuple[str, float]], differences: Sequence[Difference]) -> list[Rank]:
    """Return the ranks that remain possible where pairs are compared at a level that holds for all of them at once.

    ``shares`` are those of two groups or more, by name; ``differences`` those of all pairs in the order of
    ``itertools.combinations``.
    """
    groups = len(shares)
    if groups < 2:
        return []
    level = 1 - (1 - RATE) ** (1 / len(differences))
    above, below = np.zeros(groups, int), np.zeros(groups, int)
    for (one, other), difference in zip(combinations(range(groups), 2), differences, strict=True):
        if difference.p is not None and difference.p <= level:
            higher, lower = (one, other) if difference.estimate > 0 else (other, one)
            above[lower] += 1
            below[higher] += 1
    order = sorted(range(groups), key=lambda place: -shares[place][1])
    return [Rank(label, *shares[place], int(above[place]) + 1, groups - int(below[place]), groups) for place in order]
