"""Summaries: the frames and stances of each group, with intervals, what they rest on, and the surest sentences."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.text import Text

from framing.codebook import STANCES, Codebook, Frame
from framing.model import FramingModel
from framing.output import Grid, Part, percent, plain, signed
from framing.prevalence import CORRECTED, HAND_CODED, INDEX, LONG_RUN, MIN_ARTICLES, MIN_CODED
from framing.quantification import ASSUMPTION
from framing.summary import FEW_POSITIVES, LabelShare, OutletSummary, Summary, TargetShares
from framing.summary_records import explain_missing_interval
from framing.tables import MARK
from framing.tables.explanations import deciding_words, highlight

MARKED = "† the model's own evaluation does not vouch for this label: read it as a hint (framing models show)"
FEW, UNCORRECTED = "~", "°"
"""Before a share that few coded sentences decide; behind an index among shares."""

_WIDE = 6
"""Groups above which a summary has one row per group rather than one column."""


def tabulate_summary(summary: Summary, codebook: Codebook, model: FramingModel | None = None) -> list[Part]:
    """Return the tables of frames and stances and what they rest on; with a ``model`` the surest sentences too."""
    groups, by = summary.groups, ", ".join(summary.by)
    names = [_head(group, summary.is_corrected) for group in groups]
    frames = [frame for frame in codebook.frames if frame.id in summary.overall.frames]
    mixed = summary.is_corrected
    frame_rows = {f.id: [_frame_cell(group.frames[f.id], mixed) for group in groups] for f in frames}
    labels = {f.id: f.name + _mark([group.frames[f.id].reliable for group in groups]) for f in frames}
    stance_rows = {t.id: [_stance_cell(group.stance[t.id], mixed) for group in groups] for t in codebook.targets}
    targets = {t.id: t.name + _mark([group.stance[t.id].reliable for group in groups]) for t in codebook.targets}
    parts: list[Part] = []
    if frame_rows:
        parts.append(_cross(_title("Share of sentences with each frame", summary, by), by, names, labels, frame_rows))
    if stance_rows:
        title = _title("Stance: sentences in favor / against, and the balance in points", summary, by)
        parts.append(_cross(title, by, names, targets, stance_rows))
    if model is not None:
        parts += _evidence(groups, frames, model)
    parts += _notes(summary)
    if MARK in "".join([*labels.values(), *targets.values()]):
        parts.append(MARKED)
    return parts


def _title(what: str, summary: Summary, by: str) -> str:
    if summary.is_corrected:
        return f"{what}, by {by}"
    return f"Uncorrected index. {what}, as the classifier counts, by {by}"


def _head(group: OutletSummary, corrected: bool) -> str:
    lines = [plain(group.name), f"{group.articles:,} article{'s' * (group.articles != 1)}", f"{group.sentences:,} sentences"]
    return "\n".join([*lines, *[f"{group.coded:,} coded"] * corrected])


def _cross(title: str, by: str, names: list[str], labels: dict[str, str], cells: dict[str, list[str]]) -> Grid:
    """Return a column per group; for many groups, a row each."""
    if len(names) <= _WIDE:
        return Grid(title, ["", *names], [[labels[label].replace(" and ", " and\n"), *row] for label, row in cells.items()])
    rows = [[name.partition("\n")[0], *[row[number] for row in cells.values()]] for number, name in enumerate(names)]
    return Grid(title, [by, *[labels[label].replace(" and ", " and\n") for label in cells]], rows)


def _mark(reliable: Iterable[bool | None]) -> str:
    return MARK if any(value is False for value in reliable) else ""


def _frame_cell(row: LabelShare, mixed: bool) -> str:
    if row.share is None:
        return "–"
    share = percent(row.share.estimate)
    if row.share.method not in (CORRECTED, HAND_CODED):
        return share + UNCORRECTED * mixed
    few = FEW if row.has_few_positives else ""
    return few + share + ("" if row.interval is None else f" [{100 * row.interval[0]:.0f}–{100 * row.interval[1]:.0f}]")


def _stance_cell(row: TargetShares, mixed: bool) -> str:
    favor, against = (row.values[side].share for side in STANCES[:2])
    if row.balance is None or favor is None or against is None:
        return "–"
    interval = "" if row.interval is None else f" [{signed(row.interval[0])}, {signed(row.interval[1])}]"
    mark = UNCORRECTED if mixed and row.method not in (CORRECTED, HAND_CODED) else ""
    return f"{percent(favor.estimate)} / {percent(against.estimate)}  {signed(row.balance.estimate)}{interval}{mark}"


def _notes(summary: Summary) -> list[Part]:
    """Return what must be known to read the tables: how the shares came about, what they rest on, what is missing."""
    notes = [*_explain_method(summary), *_explain_gaps(summary), _describe_corpus(summary), *_compare_copies(summary)]
    return ["\n".join(notes)]


def _explain_method(summary: Summary) -> list[str]:
    methods = {row.share.method for group in summary.groups for row in group.frames.values() if row.share is not None}
    notes = []
    if summary.is_corrected:
        of = "for what is published in the long run" if summary.scope == LONG_RUN else "for these articles"
        notes.append(
            f"Shares are corrected for the classifier's errors by {summary.overall.coded:,} coded sentences; 95 % intervals {of}."
        )
        notes += _check_by_hand(summary)
    if INDEX in methods:
        subject = f"{UNCORRECTED} is an" if summary.is_corrected else "This is an"
        notes.append(
            f"{subject} uncorrected index: it counts the classifier's labels with all its errors, and no interval would hold. "
            "Code a sample of these articles (framing sample) and name it with --annotations."
        )
    if methods - {CORRECTED, HAND_CODED, INDEX}:
        notes.append(f"{UNCORRECTED * summary.is_corrected} {ASSUMPTION}".strip())
    return notes


def _check_by_hand(summary: Summary) -> list[str]:
    """Return how far the shares lie from those of the coded sentences alone, as a check on the model."""
    gaps = [
        (abs(row.share.estimate - row.by_hand.estimate), frame, group.name)
        for group in summary.groups
        for frame, row in group.frames.items()
        if row.share is not None and row.by_hand is not None and row.interval is not None
    ]
    if not gaps:
        return []
    gap, frame, group = max(gaps)
    return [f"The coded sentences alone give the same within {100 * gap:.1f} points (most: {frame}, {plain(group)})."]


def _explain_gaps(summary: Summary) -> list[str]:
    gaps = [(plain(group.name), explain_missing_interval(group)) for group in summary.groups if group.coded]
    told = [f"{name} ({gap.removeprefix('no interval: ')})" for name, gap in gaps if gap]
    notes = []
    if told:
        notes.append(
            f"No interval below {MIN_CODED} coded sentences or {MIN_ARTICLES} articles: {'; '.join(told[:5])}"
            + (f" and {len(told) - 5} more." if len(told) > 5 else ".")
        )
    shown = [row for group in summary.groups for row in group.frames.values()]
    if any(row.has_few_positives for row in shown):
        notes.append(f"{FEW} fewer than {FEW_POSITIVES} coded sentences have the label: chance decides the share.")
    return notes


def _describe_corpus(summary: Summary) -> str:
    corpus = summary.corpus
    parts = [f"{corpus.articles:,} articles, {corpus.sentences:,} sentences of their bodies"]
    parts += [f"{corpus.headlines:,} headlines not counted"] * bool(corpus.headlines)
    parts += [f"{corpus.undated:,} articles without a date"] * bool(corpus.undated)
    parts += [f"{corpus.without_outlet:,} without an outlet"] * bool(corpus.without_outlet)
    parts += [f"{corpus.foreign:,} in another language"] * bool(corpus.foreign)
    parts += [f"{sum(corpus.skipped.values()):,} inputs skipped"] * bool(corpus.skipped)
    return "Counted: " + "; ".join(parts) + "."


def _compare_copies(summary: Summary) -> list[str]:
    """Return what the copies of texts change, where there are any."""
    if not summary.corpus.copies:
        return []
    changes = [
        (abs(row.share.estimate - row.without_copies.estimate), frame, group.name)
        for group in summary.groups
        for frame, row in group.frames.items()
        if row.share is not None and row.without_copies is not None
    ]
    change, frame, group = max(changes, default=(0.0, "", ""))
    most = f"; without them no share moves by more than {100 * change:.1f} points ({frame}, {plain(group)})" if changes else ""
    return [f"{summary.corpus.copies:,} articles print the text of another one{most}."]


def _evidence(summaries: Sequence[OutletSummary], frames: Sequence[Frame], model: FramingModel) -> list[Part]:
    """Return the surest sentence of each group's two leading frames, and the words that decided it."""
    rows: list[list[str | Text]] = []
    for summary in summaries:
        leading = sorted(frames, key=lambda frame: -_estimate(summary.frames[frame.id]))[:2]
        shown = [(frame, example) for frame in leading if (example := summary.frames[frame.id].example)]
        for number, (frame, example) in enumerate(shown):
            explanation = model.explain(example.text)
            words = "\n".join(deciding_words(explanation, frame.id, 4))
            name = plain(summary.name) if number == 0 else ""
            rows.append([name, frame.name.replace(" and ", " and\n"), highlight(explanation, frame.id), words])
    if not rows:
        return []
    header = ["", "frame", "sentence", "deciding words"]
    return [Grid("The surest sentence of the two leading frames, and the words that decided", header, rows, left=4)]


def _estimate(row: LabelShare) -> float:
    return row.share.estimate if row.share is not None else 0.0
