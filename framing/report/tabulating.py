"""The tables of a report, for the page and for Markdown alike: every cell is a line of text that is ready to be shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from framing.codebook import STANCES, Codebook
from framing.comparing import ALL
from framing.contrasts import Rank
from framing.prevalence import CORRECTED, HAND_CODED, INDEX
from framing.report.content import Report
from framing.report.phrases import (
    FEW,
    HOLLOW,
    bounds,
    count,
    decimal,
    name_method,
    percent,
    points,
    show_name,
    signed_points,
    span_points,
    title_label,
)
from framing.report.shifts import find_rows, is_imprecise
from framing.summary import LabelShare, OutletSummary, Summary, TargetShares
from framing.tables import MARK

MOST_CONTRASTS, MOST_SPEAKERS, MOST_PAIRS = 40, 15, 12
"""Rows of the tables of differences, of speakers and of pairs of frames."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table: the first ``heads`` cells of a row name it, the others are figures, but for the columns ``words``."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    heads: int = 1
    words: tuple[int, ...] = ()


def mark_label(codebook: Codebook, label: str, groups: Sequence[OutletSummary]) -> str:
    """Return the name of a label, with † where the model's evaluation does not vouch for it."""
    name = label.partition(":")[0]
    said = [row.reliable for group in groups for rows in (group.frames, group.stance) if (row := rows.get(name)) is not None]
    return title_label(codebook, label) + MARK * (False in said)


def show_share(row: LabelShare, *, interval: bool = True) -> str:
    """Return a share with its interval; an index is marked by ``HOLLOW``, an imprecise one by ``FEW``."""
    if row.share is None:
        return "–"
    shown = _mark_method(row.share.method, few=row.has_few_positives) + percent(row.share.estimate)
    return shown + bounds(row.interval) if interval else shown


def _mark_method(method: str, *, few: bool) -> str:
    if method not in (CORRECTED, HAND_CODED):
        return f"{HOLLOW}\u00a0"
    return FEW if few else ""


def show_stance(row: TargetShares) -> str:
    """Return the shares in favor and against, and the balance with its interval."""
    favor, against = (row.values[side] for side in STANCES[:2])
    if row.balance is None or favor.share is None or against.share is None:
        return "–"
    span = f" ({span_points(row.interval)})" if row.interval else ""
    hollow = _mark_method(row.method, few=False)
    sides = " / ".join(FEW * side.has_few_positives + percent(side.share.estimate) for side in (favor, against) if side.share)
    return f"{hollow}{signed_points(row.balance.estimate)}{span}, {sides}"


def tabulate_outlets(summary: Summary) -> Table:
    """Return what was counted of each outlet."""
    rows = [
        (_name_group(summary, g), *(f"{n:,}" for n in (g.articles, g.sentences, g.coded, g.undated, g.copies)))
        for g in (*summary.groups, summary.overall)
    ]
    columns = (
        "Outlet",
        "Articles",
        "Sentences",
        "Coded sentences",
        "Articles without a date",
        "Articles that print another one's text",
    )
    return Table("What was counted, by outlet", columns, tuple(rows))


def _list_groups(summary: Summary) -> tuple[OutletSummary, ...]:
    """Return the outlets, and where there are several, all of them together."""
    return (*summary.groups, summary.overall) if len(summary.groups) > 1 else summary.groups


def _name_group(summary: Summary, group: OutletSummary) -> str:
    return "all outlets" if group is summary.overall else show_name(group.name)


def tabulate_frames(summary: Summary, codebook: Codebook) -> Table:
    """Return the share of each frame, a row for each outlet, and one for all where there are several."""
    frames = [frame.id for frame in codebook.frames if frame.id in summary.overall.frames]
    columns = ("Outlet", *(mark_label(codebook, frame, summary.groups) for frame in frames))
    rows = [(_name_group(summary, g), *(show_share(g.frames[frame]) for frame in frames)) for g in _list_groups(summary)]
    return Table(f"{_call(summary)} with each frame{_mention_interval(summary)}", columns, tuple(rows))


def _call(summary: Summary) -> str:
    return "Share of sentences" if summary.is_corrected else "Uncorrected index: sentences that the classifier counts"


def _mention_interval(summary: Summary) -> str:
    return " (95% interval)" if summary.is_corrected else ""


def tabulate_stances(summary: Summary, codebook: Codebook) -> Table:
    """Return the balance of stances towards each target, a row for each outlet, and one for all where there are several."""
    columns = ("Outlet", *(mark_label(codebook, target, summary.groups) for target in codebook.target_ids))
    targets = codebook.target_ids
    rows = [(_name_group(summary, g), *(show_stance(g.stance[target]) for target in targets)) for g in _list_groups(summary)]
    index = "" if summary.is_corrected else "Uncorrected index: "
    balance = f"alance in points, in favor less against{_mention_interval(summary)}, and the shares in favor / against"
    caption = f"{index}{'b' if index else 'B'}{balance}"
    return Table(caption, columns, tuple(rows))


def tabulate_checks(summary: Summary, codebook: Codebook) -> Table:
    """Return every share of a frame beside what the classifier counted, the coded sentences alone, and each text once."""
    rows = []
    for group in _list_groups(summary):
        for frame, row in group.frames.items():
            others = [percent(share.estimate if share else None) for share in (row.by_hand, row.without_copies)]
            method = name_method(row.share.method) if row.share else "–"
            name = mark_label(codebook, frame, summary.groups)
            coded = f"{row.share.coded if row.share else 0:,}"
            rows.append((_name_group(summary, group), name, show_share(row), percent(row.naive), *others, coded, method))
    columns = ("Outlet", "Frame", "Share (95% interval)", "Counted", "Coded alone", "Each text once", "Coded", "How")
    return Table("Every share, and what it would be otherwise", columns, tuple(rows), heads=2, words=(7,))


def tabulate_contrasts(report: Report, most: int = MOST_CONTRASTS) -> Table | None:
    """Return the pairs of outlets that differ, the largest differences first, ``most`` of them."""
    if report.comparison is None or not report.comparison.contrasts:
        return None
    differing = sorted(report.comparison.differing(), key=lambda contrast: -abs(contrast.difference.estimate))
    rows = []
    for contrast in differing[:most]:
        sign = 1 if contrast.difference.estimate > 0 else -1
        names = (contrast.one, contrast.other)[::sign]
        shares = (contrast.one_share, contrast.other_share)[::sign]
        show = percent if contrast.label in report.codebook.frame_ids else signed_points
        ends = sorted(abs(end) for end in (contrast.difference.low or 0.0, contrast.difference.high or 0.0))
        label = mark_label(report.codebook, contrast.label, report.outlets.groups)
        marks = [FEW * is_imprecise(find_rows(report.outlets, name, contrast.label)) for name in names]
        values = [f"{show_name(n)} {mark}{show(share)}" for n, mark, share in zip(names, marks, shares, strict=True)]
        size = f"{points(contrast.difference.estimate)} ({points(ends[0])}–{points(ends[1])})"
        rows.append((label, *values, size, show_p(contrast.q)))
    shown = f"the {len(rows):,} largest of {len(differing):,}" if len(rows) < len(differing) else f"{len(rows):,}"
    caption = f"Pairs that differ: {shown}, of {len(report.comparison.contrasts):,} tested"
    columns = ("Label", "Higher", "Lower", "Points apart (95% interval)", "Adjusted p")
    return Table(caption, columns, tuple(rows), heads=3)


def show_p(value: float | None) -> str:
    """Return a p-value with three digits."""
    if value is None:
        return "–"
    return "< .001" if value < 0.001 else f"{value:.3f}".removeprefix("0")


def tabulate_ranks(report: Report) -> Table | None:
    """Return the ranks that remain possible, a row for each outlet; the labels of which some rank is not open are its columns."""
    ranks = report.comparison.ranks if report.comparison is not None else ()
    labels = list(dict.fromkeys(rank.label for rank in ranks if (rank.best, rank.worst) != (1, rank.groups)))
    if not labels:
        return None
    by_outlet: dict[str, dict[str, Rank]] = {}
    for rank in ranks:
        by_outlet.setdefault(rank.group, {})[rank.label] = rank
    groups = [group.name for group in report.outlets.groups if group.name in by_outlet]
    rows = [(show_name(name), *(_show_rank(by_outlet[name].get(label)) for label in labels)) for name in groups]
    columns = ("Outlet", *(mark_label(report.codebook, label, report.outlets.groups) for label in labels))
    left_out = len({rank.label for rank in ranks}) - len(labels)
    left = (
        f"; {count(left_out, 'label')} of which every rank is open {'is' if left_out == 1 else 'are'} left out" if left_out else ""
    )
    caption = (
        f"Rank from the highest share (1): ranges that hold for all outlets at once (95%), and so are wider than pairs tell{left}"
    )
    return Table(caption, columns, tuple(rows))


def _show_rank(rank: Rank | None) -> str:
    if rank is None:
        return "–"
    return f"{rank.best}" if rank.best == rank.worst else f"{rank.best}–{rank.worst}"


_SPEAKERS = (
    "The most quoted speakers: who speaks is found by rules, which miss quotations and may name the wrong speaker; counts are an "
    "uncorrected index"
)


def tabulate_speakers(report: Report) -> Table | None:
    """Return the most quoted speakers with the shares of the three most frequent frames in what they say."""
    if report.speakers is None or not report.speakers.groups:
        return None
    rows = []
    for group in sorted(report.speakers.groups, key=lambda group: (-group.sentences, group.name))[:MOST_SPEAKERS]:
        known = [(row.share.estimate, frame) for frame, row in group.frames.items() if row.share is not None]
        leading = sorted((pair for pair in known if pair[0] > 0), key=lambda pair: -pair[0])[:3]
        said = [
            f"{mark_label(report.codebook, frame, report.outlets.groups)} {show_share(group.frames[frame], interval=False)}"
            for _, frame in leading
        ]
        rows.append((show_name(group.name), f"{group.sentences:,}", f"{group.articles:,}", "; ".join(said) or "none"))
    columns = ("Speaker", "Sentences", "Articles", "Most frequent frames in them")
    return Table(_SPEAKERS, columns, tuple(rows), words=(3,))


def tabulate_pairs(report: Report) -> Table | None:
    """Return the pairs of frames that stand together in most sentences, over all outlets, as the classifier labelled them."""
    whole = next((group for group in report.together if group.group == ALL), None)
    kept = sorted((p for p in whole.pairs if p.sentences), key=lambda pair: -pair.sentences)[:MOST_PAIRS] if whole else []
    if not kept:
        return None
    rows = [
        (
            f"{title_label(report.codebook, pair.first)} and {title_label(report.codebook, pair.second)}",
            f"{pair.sentences:,}",
            f"{HOLLOW}\u00a0{percent(pair.share)}",
            percent(pair.expected),
            "–" if pair.lift is None else f"{pair.lift:.1f}",
            decimal(pair.phi),
        )
        for pair in kept
    ]
    columns = ("Frames", "Sentences with both", "Share", "By chance", "Times chance", "Correlation (phi)")
    return Table(f"Frames in one sentence ({INDEX}: the classifier's labels)", columns, tuple(rows))
