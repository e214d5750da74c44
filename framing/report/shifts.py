"""Contrasts within an outlet: its quotations, its periods, its leading frame, and its shares against the coded sentences alone.

Voices and periods are tested like outlets: within one frame, the outlets whose p-values pass Benjamini and Hochberg's
procedure are said to differ. A frame surely leads an outlet where it surely exceeds each other frame; the largest of these
p-values is that of its lead, though the data chose the leader (Gutmann & Maymin 1987).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from framing.codebook import STANCES
from framing.contrasts import RATE, adjust
from framing.grouping import PERIODS, UNDATED, VOICE
from framing.prevalence import CORRECTED, Difference, Share, compare_shares
from framing.summary import LabelShare, OutletSummary, Summary
from framing.voice import OUTLET, QUOTED


@dataclass(frozen=True, slots=True)
class Shift:
    """One part of an outlet (``one``: a voice or a period) less another part of it in one frame, of ``family`` tested ones.

    ``rows`` are what the two shares rest on.
    """

    frame: str
    outlet: str
    one: str
    other: str
    one_share: float
    other_share: float
    difference: Difference
    rows: tuple[LabelShare, LabelShare]
    q: float | None = None
    family: int = 0

    @property
    def differs(self) -> bool:
        """Whether the two parts are said to differ."""
        return self.q is not None and self.q <= RATE


@dataclass(frozen=True, slots=True)
class Lead:
    """The most frequent frame of an outlet, the next one, and how far it is ahead of every other (``differences``).

    ``rows`` are the two frames' shares with what they rest on.
    """

    outlet: str
    frame: str
    share: float
    next_frame: str
    next_difference: Difference
    differences: tuple[Difference, ...]
    rows: tuple[LabelShare, LabelShare]
    q: float | None = None

    @property
    def is_sure(self) -> bool:
        """Whether the frame surely leads."""
        return self.q is not None and self.q <= RATE


def compare_voices(summary: Summary | None) -> tuple[Shift, ...]:
    """Return, by frame and outlet, those quoted less the outlet's own words; where both have a published interval."""
    if summary is None or VOICE not in summary.by:
        return ()
    pairs = []
    for outlet, parts in _split_groups(summary, VOICE).items():
        if OUTLET in parts and QUOTED in parts:
            pairs.append((outlet, parts[QUOTED], parts[OUTLET], (QUOTED, OUTLET)))
    return _compare(pairs)


def compare_periods(summary: Summary | None) -> tuple[Shift, ...]:
    """Return, by frame and outlet, the last period less the first of those with a published interval of some frame."""
    period = next((by for by in PERIODS if summary is not None and by in summary.by), None)
    if summary is None or period is None:
        return ()
    pairs = []
    for outlet, parts in _split_groups(summary, period).items():
        dated = sorted(name for name, group in parts.items() if name != UNDATED and _has_interval(group))
        if len(dated) > 1:
            pairs.append((outlet, parts[dated[-1]], parts[dated[0]], (dated[-1], dated[0])))
    return _compare(pairs)


def _split_groups(summary: Summary, by: str) -> dict[str, dict[str, OutletSummary]]:
    place = summary.by.index(by)
    found: dict[str, dict[str, OutletSummary]] = {}
    for group in summary.groups:
        rest = " · ".join(name for number, name in enumerate(group.group) if number != place)
        found.setdefault(rest, {})[group.group[place]] = group
    return found


def _has_interval(group: OutletSummary) -> bool:
    return any(share.interval is not None for share in group.frames.values())


def _compare(pairs: Iterable[tuple[str, OutletSummary, OutletSummary, tuple[str, str]]]) -> tuple[Shift, ...]:
    by_frame: dict[str, list[Shift]] = {}
    for outlet, one, other, names in pairs:
        for frame in one.frames:
            first, second = one.frames[frame], other.frames.get(frame)
            if second is None or first.interval is None or second.interval is None:
                continue
            if first.share is not None and second.share is not None:
                estimates = first.share.estimate, second.share.estimate
                difference = compare_shares(first.share, second.share)
                by_frame.setdefault(frame, []).append(Shift(frame, outlet, *names, *estimates, difference, (first, second)))
    return tuple(shift for shifts in by_frame.values() for shift in _adjust_shifts(shifts))


def _adjust_shifts(shifts: Sequence[Shift]) -> list[Shift]:
    adjusted = adjust([shift.difference.p for shift in shifts])
    return [replace(shift, q=q, family=len(shifts)) for shift, q in zip(shifts, adjusted, strict=True)]


def find_leads(summary: Summary) -> tuple[Lead, ...]:
    """Return the lead of each outlet in which every frame that has a share has a published interval, two frames at least."""
    leads = [lead for group in summary.groups if (lead := _find_lead(group)) is not None]
    adjusted = adjust([_take_largest(lead.differences) for lead in leads])
    return tuple(replace(lead, q=q) for lead, q in zip(leads, adjusted, strict=True))


def _take_largest(differences: Iterable[Difference]) -> float | None:
    values = [difference.p for difference in differences]
    known = [p for p in values if p is not None]
    return max(known) if known and len(known) == len(values) else None


def _find_lead(group: OutletSummary) -> Lead | None:
    known = {frame: row for frame, row in group.frames.items() if row.share is not None}
    if len(known) < 2 or any(row.interval is None for row in known.values()):
        return None
    shares: dict[str, Share] = {frame: row.share for frame, row in known.items() if row.share is not None}
    first, second, *rest = sorted(shares, key=lambda frame: -shares[frame].raw)
    differences = tuple(compare_shares(shares[first], shares[frame]) for frame in (second, *rest))
    rows = (known[first], known[second])
    return Lead(group.name, first, shares[first].estimate, second, differences[0], differences, rows)


@dataclass(frozen=True, slots=True)
class Check:
    """A published share of a label (a frame, or ``target:side``) in an outlet, which the coded sentences alone can be held to.

    ``distance`` is how far these alone lie outside its interval, 0 where they lie within.
    """

    outlet: str
    label: str
    row: LabelShare
    distance: float


def check_shares(summary: Summary) -> list[Check]:
    """Return every corrected share that is published, beside the coded sentences alone, the farthest from its interval first."""
    found = [
        Check(group.name, label, row, distance)
        for group in summary.groups
        for label, row in (*group.frames.items(), *_list_sides(group))
        if (distance := measure_distance(row)) is not None
    ]
    return sorted(found, key=lambda check: -check.distance)


def _list_sides(group: OutletSummary) -> list[tuple[str, LabelShare]]:
    return [(f"{target}:{side}", shares.values[side]) for target, shares in group.stance.items() for side in STANCES[:2]]


def measure_distance(row: LabelShare) -> float | None:
    """Return how far the coded sentences alone lie outside the interval of a corrected share; None without one to compare."""
    if row.interval is None or row.by_hand is None or row.share is None or row.share.method != CORRECTED:
        return None
    low, high = row.interval
    return max(low - row.by_hand.estimate, row.by_hand.estimate - high, 0.0)


def find_rows(summary: Summary, outlet: str, label: str) -> list[LabelShare]:
    """Return what a frame's share in an outlet rests on, or a balance (``target:balance``): its shares of favor and against."""
    group = next(group for group in summary.groups if group.name == outlet)
    if label in group.frames:
        return [group.frames[label]]
    shares = group.stance[label.partition(":")[0]]
    return [shares.values[side] for side in STANCES[:2]]


def is_imprecise(rows: Iterable[LabelShare]) -> bool:
    """Return whether few coded sentences can be expected to have any of the labels."""
    return all(row.has_few_positives for row in rows)
