"""Sentences that claim a difference, each with its evidence: between outlets, within one, over time, and which frame leads."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from framing.codebook import Codebook
from framing.contrasts import Contrast
from framing.prevalence import THESE_ARTICLES, Difference
from framing.report.phrases import (
    FEW,
    bounds,
    join,
    name_label,
    name_period,
    percent,
    points,
    quote_name,
    show_name,
    signed_points,
)
from framing.report.shifts import Lead, Shift, find_rows, is_imprecise, measure_distance
from framing.summary import LabelShare, Summary
from framing.voice import QUOTED

DIFFERENCE, LEAD, SHIFT = "difference", "lead", "shift"
EQUAL, CAUTION, INDEXED = "equal", "caution", "index"
"""The kinds of findings: what differs, leads or changes; what does not; what to beware of; what was only counted."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A sentence, ``claim`` with its ``evidence``, and the differences that it says to exist."""

    kind: str
    claim: str
    evidence: str = ""
    differences: tuple[Difference, ...] = ()

    @property
    def text(self) -> str:
        """The whole sentence."""
        return f"{self.claim}: {self.evidence}." if self.evidence else f"{self.claim}."


@dataclass(frozen=True, slots=True)
class Speech:
    """How to speak of shares: by which codebook, and of what they are (``framing.prevalence.SCOPES``); ``summary`` has them."""

    codebook: Codebook
    summary: Summary

    @property
    def scope(self) -> str:
        """What the shares are of."""
        return self.summary.scope

    @property
    def opening(self) -> str:
        """What a claim begins with where it holds for the articles alone."""
        return "In these articles " if self.scope == THESE_ARTICLES else ""

    @property
    def of_what(self) -> str:
        """What a share is a part of, behind "in more of"."""
        return "its sentences" if self.scope == THESE_ARTICLES else "what it publishes"


def holds(difference: Difference) -> bool:
    """Return whether the interval of a difference lies on one side of 0."""
    if difference.low is None or difference.high is None:
        return False
    return difference.low > 0 or difference.high < 0


def turn(difference: Difference) -> Difference:
    """Return the difference the other way round."""
    low, high = difference.low, difference.high
    bounds = (None if high is None else -high, None if low is None else -low)
    return Difference(-difference.estimate, *bounds, difference.p, difference.variance, difference.freedom)


def claim_difference(contrast: Contrast, family: Sequence[Contrast], speech: Speech) -> Finding:
    """Return the finding that one outlet has a label more often than another.

    ``family`` are the contrasts of the label, of which it is said how many more the higher outlet exceeds.
    """
    names, shares, difference = (contrast.one, contrast.other), (contrast.one_share, contrast.other_share), contrast.difference
    if difference.estimate < 0:
        names, shares, difference = names[::-1], shares[::-1], turn(difference)
    higher, lower = map(show_name, names)
    rows = [find_rows(speech.summary, name, contrast.label) for name in names]
    marks = [FEW * is_imprecise(own) for own in rows]
    if contrast.label in speech.codebook.frame_ids:
        claim = f"{higher} uses the frame {name_label(speech.codebook, contrast.label)} in more of {speech.of_what} than {lower}"
        values = f"{marks[0]}{percent(shares[0])} of sentences against {marks[1]}{percent(shares[1])}"
    else:
        target = quote_name(next(t.name for t in speech.codebook.targets if t.id == contrast.label.partition(":")[0]))
        claim = f"What {higher} publishes is more in favor of {target} than what {lower} publishes"
        if speech.scope == THESE_ARTICLES:
            claim = f"the sentences of {higher} are more in favor of {target} than those of {lower}"
        balance = "sentences in favor less sentences against come to"
        values = f"{balance} {marks[0]}{signed_points(shares[0])} points of all against {marks[1]}{signed_points(shares[1])}"
    more = _count_others(contrast, names[0], family)
    warning = _warn([(f" in {name}", row) for name, own in zip((higher, lower), rows, strict=True) for row in own])
    return Finding(DIFFERENCE, speech.opening + claim, f"{values}, {_say_more(difference)}{more}{warning}", (contrast.difference,))


def _warn(rows: Iterable[tuple[str, LabelShare]]) -> str:
    """Return a warning where the coded sentences alone give a share, named ``where``, that its interval does not hold."""
    told = [
        f"{percent(row.by_hand.estimate)}{where}, outside the interval of the share{bounds(row.interval)}"
        for where, row in rows
        if row.by_hand is not None and measure_distance(row)
    ]
    return f"; but the coded sentences alone give {' and '.join(told)}" if told else ""


def _mark(row: LabelShare) -> str:
    return FEW * is_imprecise([row])


def _say_more(difference: Difference) -> str:
    """Return ``22 points more (95% interval: 10 to 34 points)``."""
    size = points(difference.estimate)
    interval = f"{points(difference.low or 0.0)} to {points(difference.high or 0.0)}"
    return f"{size} point{'' if size == '1' else 's'} more (95% interval: {interval} points)"


def _count_others(contrast: Contrast, higher: str, family: Sequence[Contrast]) -> str:
    """Return how many of the other outlets the higher one exceeds as well, nothing where there is no other."""
    others = [c for c in family if higher in (c.one, c.other) and c is not contrast]
    exceeded = sum(c.differs and holds(c.difference) and (c.difference.estimate > 0) == (c.one == higher) for c in others)
    if not exceeded:
        return ""
    if len(others) == 1:
        return "; it also lies above the third"
    what = "all" if exceeded == len(others) else f"{exceeded:,}"
    return f"; it also lies above {what} of the other {len(others):,} outlets"


def claim_leads(leads: Iterable[Lead], speech: Speech) -> list[Finding]:
    """Return a finding for each frame that leads outlets, the one that leads most of them first."""
    by_frame: dict[str, list[Lead]] = {}
    for lead in sorted(leads, key=lambda lead: -lead.share):
        by_frame.setdefault(lead.frame, []).append(lead)
    findings = []
    for frame, own in sorted(by_frame.items(), key=lambda item: -len(item[1])):
        names = join([show_name(lead.outlet) for lead in own], most=4)
        claim = f"{speech.opening}{name_label(speech.codebook, frame)} is the most frequent frame in {names}"
        evidence = "; ".join(_say_lead(lead, speech.codebook, alone=len(own) == 1) for lead in own[: 4 if len(own) <= 4 else 3])
        differences = tuple(difference for lead in own for difference in lead.differences)
        findings.append(Finding(LEAD, claim, evidence, differences))
    return findings


def _say_lead(lead: Lead, codebook: Codebook, *, alone: bool) -> str:
    name = "" if alone else f"{show_name(lead.outlet)} "
    low, high = lead.next_difference.low or 0.0, lead.next_difference.high or 0.0
    ahead = f"{points(lead.next_difference.estimate)} points (95% interval: {points(low)} to {points(high)})"
    warning = _warn((f" for {name_label(codebook, f)}", r) for f, r in zip((lead.frame, lead.next_frame), lead.rows, strict=True))
    said = f"{name}{_mark(lead.rows[0])}{percent(lead.share)} of sentences, {ahead} ahead of "
    return f"{said}{name_label(codebook, lead.next_frame)}{warning.replace(';', ',', 1)}"


def claim_shift(shift: Shift, speech: Speech) -> Finding:
    """Return the finding that an outlet and those it quotes differ in a frame, or an outlet's last period and its first."""
    say: Callable[[Shift, Speech], tuple[str, str]] = _say_voices if shift.one == QUOTED else _say_periods
    claim, values = say(shift, speech)
    difference = shift.difference if shift.difference.estimate > 0 else turn(shift.difference)
    more = _say_more(difference)
    if shift.one != QUOTED and shift.difference.estimate < 0:
        more = more.replace("more", "less", 1)
    parts = (
        ("in quotations", "in its own words")
        if shift.one == QUOTED
        else (f"in {name_period(shift.one)}", f"in {name_period(shift.other)}")
    )
    warning = _warn((f" {part}", row) for part, row in zip(parts, shift.rows, strict=True))
    return Finding(SHIFT, speech.opening + claim, f"{values}, {more}{warning}", (shift.difference,))


def _show_shares(shift: Shift) -> tuple[str, str]:
    one, other = shift.rows
    return f"{_mark(one)}{percent(shift.one_share)}", f"{_mark(other)}{percent(shift.other_share)}"


def _say_voices(shift: Shift, speech: Speech) -> tuple[str, str]:
    outlet, frame = show_name(shift.outlet), name_label(speech.codebook, shift.frame)
    quoted, own = _show_shares(shift)
    if shift.difference.estimate > 0:
        claim = f"those whom {outlet} quotes use the frame {frame} more often than {outlet} does in its own words"
        claim = claim if speech.opening else claim[0].upper() + claim[1:]
        return claim, f"{quoted} of quoted sentences against {own} of its own"
    return (
        f"{outlet} uses the frame {frame} more often in its own words than those whom it quotes",
        f"{own} of its own sentences against {quoted} of quoted ones",
    )


def _say_periods(shift: Shift, speech: Speech) -> tuple[str, str]:
    outlet, frame = show_name(shift.outlet), name_label(speech.codebook, shift.frame)
    last, first = name_period(shift.one), name_period(shift.other)
    last_share, first_share = _show_shares(shift)
    direction = "more" if shift.difference.estimate > 0 else "less"
    return (
        f"{outlet} used the frame {frame} {direction} in {last} than in {first}",
        f"{last_share} of sentences against {first_share}",
    )
