"""The findings of a report, in sentences that are true given the intervals.

A difference is claimed only where it holds after the adjustment for the number of pairs (``Contrast.differs``), the largest
first, one for each label. Labels that the model's own evaluation does not vouch for (``reliable`` is False) make no headline.
Where nothing was coded, nothing is claimed but what the classifier counted, and it is called so.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from framing.agreement.labels import RELIABLE, TENTATIVE, TOO_FEW, LabelAgreement
from framing.contrasts import RATE, Contrast
from framing.prevalence import INDEX, MIN_ARTICLES, MIN_CODED
from framing.report.claims import (
    CAUTION,
    DIFFERENCE,
    EQUAL,
    INDEXED,
    Finding,
    Speech,
    claim_difference,
    claim_leads,
    claim_shift,
    holds,
)
from framing.report.content import Report
from framing.report.phrases import NO_CODES, bounds, count, decimal, join, name_label, percent, show_name, span_decimals
from framing.report.shifts import Shift, check_shares, compare_periods, compare_voices, find_leads
from framing.summary import OutletSummary
from framing.summary_records import explain_missing_interval
from framing.voice import QUOTED

MOST, MOST_SHIFTS = 6, 2
"""Headlines of differences between outlets, one for each label; of voices, and of changes."""

_MOST_REASONS = 12
"""Outlets of which it is said what they lack."""


def write_findings(report: Report) -> tuple[Finding, ...]:
    """Return the findings of a report, the most telling first."""
    if not report.outlets.is_corrected:
        return (_say_uncorrected(report), *_say_counts(report), *_say_trained_on(report))
    speech = Speech(report.codebook, report.outlets)
    families = _sort_contrasts(report)
    differing = {label: best for label, family in families.items() if (best := _find_largest(family)) is not None}
    headlines = sorted(differing, key=lambda label: -abs(differing[label].difference.estimate))
    vouched = [label for label in headlines if _is_vouched(report, label)]
    leads = [lead for lead in find_leads(report.outlets) if lead.is_sure and all(map(holds, lead.differences))]
    return (
        *(claim_difference(differing[label], families[label], speech) for label in vouched[:MOST]),
        *_say_further(report, [differing[label] for label in vouched[MOST:]]),
        *claim_leads([lead for lead in leads if _is_vouched(report, lead.frame)], speech),
        *_claim_shifts(report, compare_voices(report.voices), speech),
        *_claim_shifts(report, compare_periods(report.months), speech),
        *_say_equal(report, [label for label in families if label not in differing]),
        *_say_unvouched(report, [label for label in headlines if label not in vouched]),
        *_say_account(report),
        *_say_outside(report),
        *_say_lacking(report),
        *_say_agreement(report, vouched[:MOST]),
    )


def _is_vouched(report: Report, label: str) -> bool:
    """Return whether no group says that the model's evaluation does not vouch for a frame, or for a target's stances."""
    name = label.partition(":")[0]
    groups = report.outlets.groups
    said = [row.reliable for group in groups for rows in (group.frames, group.stance) if (row := rows.get(name)) is not None]
    return False not in said


def _sort_contrasts(report: Report) -> dict[str, list[Contrast]]:
    found: dict[str, list[Contrast]] = {}
    for contrast in report.comparison.contrasts if report.comparison else ():
        found.setdefault(contrast.label, []).append(contrast)
    return found


def _find_largest(family: Iterable[Contrast]) -> Contrast | None:
    sure = [contrast for contrast in family if contrast.differs and holds(contrast.difference)]
    return max(sure, key=lambda contrast: abs(contrast.difference.estimate), default=None)


def _say_further(report: Report, contrasts: list[Contrast]) -> list[Finding]:
    if not contrasts:
        return []
    labels = join([name_label(report.codebook, contrast.label) for contrast in contrasts])
    return [Finding(DIFFERENCE, f"Some outlets differ in {labels} as well", "", tuple(c.difference for c in contrasts))]


def _claim_shifts(report: Report, shifts: tuple[Shift, ...], speech: Speech) -> list[Finding]:
    """Return the largest sure shifts; where shifts were tested and none is sure, say so."""
    if not shifts:
        return []
    sure = [s for s in shifts if s.differs and holds(s.difference) and _is_vouched(report, s.frame)]
    sure.sort(key=lambda shift: -abs(shift.difference.estimate))
    if sure:
        return [claim_shift(shift, speech) for shift in sure[:MOST_SHIFTS]]
    if any(shift.differs for shift in shifts):
        return []
    outlets = join([show_name(name) for name in dict.fromkeys(shift.outlet for shift in shifts)], most=4)
    what = "between an outlet's own words and those it quotes" if shifts[0].one == QUOTED else "between the first and last period"
    return [Finding(EQUAL, f"No difference {what} was found {_EQUAL}", f"tested in {outlets}")]


_EQUAL = f"(false discovery rate {100 * RATE:.0f}% within each frame), which does not show that they are equal"


def _say_equal(report: Report, labels: list[str]) -> list[Finding]:
    if not labels:
        return []
    found = _sort_contrasts(report)
    names = join([name_label(report.codebook, label) for label in labels], most=12)
    pairs = {(c.one, c.other) for label in labels for c in found[label]}
    left_out = report.comparison.left_out if report.comparison is not None else ()
    who = f"outlets{' that could be compared' if left_out else ''}"
    if len(pairs) == 1:
        one, other = map(show_name, next(iter(pairs)))
        who = f"{one} and {other}"
    elif report.comparison is not None and not report.comparison.ranks:
        shared = set.intersection(*map(set, pairs))
        who = f"{show_name(next(iter(shared)))} and another outlet" if shared else who
    return [Finding(EQUAL, f"In {names} no difference between {who} was found {_EQUAL}")]


def _say_unvouched(report: Report, labels: list[str]) -> list[Finding]:
    if not labels:
        return []
    names = join([name_label(report.codebook, label) for label in labels])
    claim = f"Differences in {names} make no headline here"
    return [Finding(CAUTION, claim, "the model's own evaluation does not vouch for what is marked †")]


def _say_lacking(report: Report) -> list[Finding]:
    groups = report.outlets.groups
    none = [show_name(group.name) for group in groups if not group.coded]
    few = [g for g in groups if g.coded and not any(row.interval for row in g.frames.values())]
    found = []
    if few:
        names = join([show_name(group.name) for group in few])
        found.append(Finding(CAUTION, f"Too little is coded in {names} to compare, and no interval is given", _say_reasons(few)))
    if none:
        what = "an uncorrected index is shown, the classifier's own counts, which take part in no comparison"
        found.append(Finding(CAUTION, f"No coded sentence of {join(none)} was given", what))
    return found


def _say_reasons(groups: Sequence[OutletSummary]) -> str:
    """Return what each group lacks; of many, the first and how many more there are."""
    least = f"fewer than {MIN_CODED} coded sentences or {MIN_ARTICLES} articles"
    reasons = [(explain_missing_interval(group) or least).removeprefix("no interval: ") for group in groups]
    told = [f"{show_name(group.name)} has {why}" for group, why in zip(groups, reasons, strict=True)]
    more = [f"{len(told) - _MOST_REASONS:,} more have as little"] * (len(told) > _MOST_REASONS)
    return "; ".join([*told[:_MOST_REASONS], *more])


def _say_account(report: Report) -> list[Finding]:
    """Return whether the sample is complete, and what else is to be known of the coded sentences."""
    account = report.outlets.account
    if account is None or not (account.waiting or account.notes):
        return []
    drawn = account.used + account.waiting + account.passed_over
    claim = f"The sample is not finished: {account.used:,} of {count(drawn, 'drawn sentence')} are coded"
    if not account.waiting:
        claim = "Of the coded sentences this must be known"
    return [Finding(CAUTION, claim, "; ".join(show_name(note, 600) for note in account.notes))]


def _say_outside(report: Report) -> list[Finding]:
    """Return how many shares rest on the classifier so much that the coded sentences alone say something else."""
    checks = check_shares(report.outlets)
    outside = [check for check in checks if check.distance]
    if not outside:
        return []
    row, (target, _, side) = outside[0].row, outside[0].label.partition(":")
    name = name_label(report.codebook, target) + (f" ({side})" if side else "")
    alone, share = (percent(part.estimate if part else None) for part in (row.by_hand, row.share))
    claim = f"The coded sentences alone lie outside the interval of {len(outside):,} of {count(len(checks), 'published share')}"
    farthest = f"{name} in {show_name(outside[0].outlet)}, {alone} by these alone and {share}{bounds(row.interval)} as published"
    return [Finding(CAUTION, claim, f"the farthest is {farthest}")]


def _say_agreement(report: Report, labels: list[str]) -> list[Finding]:
    """Return what the coders' agreement makes doubtful among the labels that are headlines."""
    rows = {row.label: row for row in report.sample.agreement if row.units}
    if not rows:
        why = "how far others would code alike is not known"
        return [Finding(CAUTION, "No sentence that corrects these shares is known to have been coded by two coders", why)]
    names = dict.fromkeys(label.partition(":")[0] for label in labels)
    low = [row for name in names if (row := rows.get(name)) and row.verdict == "unreliable"]
    unknown = [name for name in names if name not in rows or rows[name].verdict in (TOO_FEW, "undefined", "one article")]
    found = []
    if low:
        said = join([_say_alpha(report, row) for row in low])
        why = f"{said}; conclusions need {decimal(RELIABLE)}, tentative ones {decimal(TENTATIVE)} at the lower end"
        found.append(Finding(CAUTION, "Coders agree too little on some of this", why))
    if unknown:
        said = join([name_label(report.codebook, name) for name in unknown])
        why = "too few sentences that were coded twice have it"
        found.append(Finding(CAUTION, f"How well coders agree on {said} is not known", why))
    return found


def _say_alpha(report: Report, row: LabelAgreement) -> str:
    interval = span_decimals(row.low, row.high)
    return f"{name_label(report.codebook, row.label)}, alpha {decimal(row.alpha)}" + (f" ({interval})" if interval else "")


def _say_uncorrected(report: Report) -> Finding:
    methods = {row.share.method for group in report.outlets.groups for row in group.frames.values() if row.share}
    adjusted = sorted(methods - {INDEX})
    what = f"the numbers rest on an assumption ({join(adjusted)})" if adjusted else "the numbers are an uncorrected index"
    why = "they carry the classifier's errors, which may differ from outlet to outlet, and no interval would hold"
    if adjusted:
        why = "they are right only if the classifier errs here as in its own evaluation, and nothing shows whether it does"
    claim = f"{NO_CODES}, so {what} and no difference is claimed"
    what_to_do = "Draw sentences with “framing sample”, code them, and name the file of their codes to get shares that hold"
    return Finding(INDEXED, claim, f"{why}. {what_to_do}")


def _say_trained_on(report: Report) -> list[Finding]:
    trained = report.outlets.corpus.trained_on
    if not trained:
        return []
    claim = f"The classifier was trained on {trained:,} of these {count(report.outlets.corpus.sentences, 'sentence')}"
    return [Finding(INDEXED, claim, "an uncorrected index is flattered there")]


def _say_counts(report: Report) -> list[Finding]:
    """Return which frame the classifier gave to the most sentences of each outlet."""
    leading: dict[str, list[str]] = {}
    for group in report.outlets.groups:
        counts = {frame: row.naive for frame, row in group.frames.items() if row.naive and _is_vouched(report, frame)}
        if counts:
            frame = max(counts, key=lambda name: counts[name] or 0.0)
            leading.setdefault(frame, []).append(f"{show_name(group.name)} ({percent(counts[frame])})")
    said = [f"{name_label(report.codebook, frame)} in {join(names, most=4)}" for frame, names in leading.items()]
    claim = "What the classifier gave to the most sentences, for orientation and uncorrected"
    return [Finding(INDEXED, claim, join(said, most=8))] if said else []
