"""Summaries: the frames and stances of each group, with intervals, what they rest on, and the surest sentences."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from rich.text import Text

from framing.codebook import STANCES, Codebook, Frame
from framing.model import FramingModel
from framing.output import Grid, Part, percent, plain, signed
from framing.prevalence import CORRECTED, HAND_CODED, INDEX, LONG_RUN, MIN_ARTICLES, MIN_CODED
from framing.quantification import ASSUMPTION
from framing.summary import FEW_POSITIVES, Corpus, LabelShare, OutletSummary, Summary, TargetShares
from framing.summary_records import explain_missing_interval
from framing.tables import MARK
from framing.tables.explanations import deciding_words, highlight

MARKED = "† the model's own evaluation does not vouch for this label: read it as a hint (framing models show)"
FEW, UNCORRECTED, ADJUSTED, ALONE = "~", "°", "^", "*"
"""Before a share that few coded sentences decide; behind an index, an adjusted share, one of codes alone, among others."""

_WIDE = 6
"""Groups above which a summary has one row per group rather than one column."""


def tabulate_summary(summary: Summary, codebook: Codebook, model: FramingModel | None = None) -> list[Part]:
    """Return the tables of frames and stances and what they rest on; with a ``model`` the surest sentences too."""
    groups, by = summary.groups, ", ".join(summary.by)
    if not groups:
        return [f"There is nothing to show by {by}: no sentence says it.", _describe_corpus(summary.corpus)]
    marks = _choose_marks(summary)
    frames = [frame for frame in codebook.frames if frame.id in summary.overall.frames]
    frame_rows = {f.id: [_frame_cell(group.frames[f.id], marks) for group in groups] for f in frames}
    labels = {f.id: plain(f.name) + _mark([group.frames[f.id].reliable for group in groups]) for f in frames}
    stance_rows = {t.id: [_stance_cell(group.stance[t.id], marks) for group in groups] for t in codebook.targets}
    targets = {t.id: plain(t.name) + _mark([group.stance[t.id].reliable for group in groups]) for t in codebook.targets}
    parts: list[Part] = []
    if frame_rows:
        parts.append(_cross(_title("Share of sentences with each frame", marks, by), summary, labels, frame_rows))
    if stance_rows:
        title = _title("Stance: sentences in favor / against, and the balance in points", marks, by)
        parts.append(_cross(title, summary, targets, stance_rows))
    if model is not None:
        parts += _evidence(groups, frames, model)
    parts += _notes(summary, marks, {frame.id: plain(frame.name) for frame in frames})
    if MARK in "".join([*labels.values(), *targets.values()]):
        parts.append(MARKED)
    return parts


def _choose_marks(summary: Summary) -> dict[str, str]:
    """Return by method how its shares are marked: not at all where there are no others, and never where corrected."""
    rows = [row for group in summary.groups for row in group.frames.values()]
    rows += [row for group in summary.groups for target in group.stance.values() for row in target.values.values()]
    methods = list(dict.fromkeys(row.share.method for row in rows if row.share is not None))
    if len(methods) < 2:
        return dict.fromkeys(methods, "")
    return {method: {CORRECTED: "", HAND_CODED: ALONE, INDEX: UNCORRECTED}.get(method, ADJUSTED) for method in methods}


def _title(what: str, marks: Mapping[str, str], by: str) -> str:
    if marks.keys() <= {INDEX}:
        return f"Uncorrected index. {what}, as the classifier counts, by {by}"
    if marks.keys().isdisjoint({CORRECTED, HAND_CODED}):
        return f"Adjusted, no coded sentence. {what}, by {by}"
    return f"{what}, by {by}"


def _cross(title: str, summary: Summary, labels: dict[str, str], cells: dict[str, list[str]]) -> Grid:
    """Return a column per group; for many groups, a row each, with what it rests on in columns."""
    heads = [labels[label].replace(" and ", " and\n") for label in cells]
    counts = [_count(group)[: 2 + summary.is_corrected] for group in summary.groups]
    names = [plain(group.name) for group in summary.groups]
    if len(names) <= _WIDE:
        columns = ["\n".join([name, *own]) for name, own in zip(names, counts, strict=True)]
        return Grid(title, ["", *columns], [[head, *row] for head, row in zip(heads, cells.values(), strict=True)])
    numbers = [[count.split(" ")[0] for count in own] for own in counts]
    rows = [[name, *numbers[place], *[row[place] for row in cells.values()]] for place, name in enumerate(names)]
    return Grid(title, [", ".join(summary.by), *["articles", "sentences", "coded"][: len(counts[0])], *heads], rows)


def _count(group: OutletSummary) -> list[str]:
    return [_number(group.articles, "article"), _number(group.sentences, "sentence"), f"{group.coded:,} coded"]


def _number(number: int, what: str) -> str:
    return f"{number:,} {what}{'s' * (number != 1)}"


def _mark(reliable: Iterable[bool | None]) -> str:
    return MARK if any(value is False for value in reliable) else ""


def _frame_cell(row: LabelShare, marks: Mapping[str, str]) -> str:
    if row.share is None:
        return "–"
    few = FEW if row.has_few_positives else ""
    interval = "" if row.interval is None else f" [{100 * row.interval[0]:.0f}–{100 * row.interval[1]:.0f}]"
    return few + percent(row.share.estimate) + interval + marks[row.share.method]


def _stance_cell(row: TargetShares, marks: Mapping[str, str]) -> str:
    favor, against = (row.values[side].share for side in STANCES[:2])
    if row.balance is None or favor is None or against is None:
        return "–"
    few = FEW if any(row.values[side].has_few_positives for side in STANCES[:2]) else ""
    interval = "" if row.interval is None else f" [{signed(row.interval[0])}, {signed(row.interval[1])}]"
    shares = f"{percent(favor.estimate)} / {percent(against.estimate)}  {signed(row.balance.estimate)}"
    return few + shares + interval + marks[favor.method]


def _notes(summary: Summary, marks: Mapping[str, str], names: Mapping[str, str]) -> list[Part]:
    """Return what must be known to read the tables: how the shares came about, what they rest on, what is missing."""
    notes = [*_explain_method(summary, marks, names), *_explain_gaps(summary)]
    return ["\n".join([*notes, _describe_corpus(summary.corpus), *_compare_copies(summary, names)])]


def _explain_method(summary: Summary, marks: Mapping[str, str], names: Mapping[str, str]) -> list[str]:
    notes = []
    if summary.is_corrected:
        of = "what is published in the long run" if summary.scope == LONG_RUN else "these articles"
        coded = _number(summary.overall.coded, "coded sentence")
        published = any(explain_missing_interval(group) is None for group in summary.groups)
        intervals = f"95 % intervals for {of}" if published else "too few for an interval"
        notes.append(f"Shares are corrected for the classifier's errors by {coded}; {intervals}.")
        notes += _check_by_hand(summary, names)
    if HAND_CODED in marks:
        subject = f"{marks[HAND_CODED]} comes" if marks[HAND_CODED] else "Shares come"
        notes.append(f"{subject} from the coded sentences alone: the model has not learnt the label.")
    if INDEX in marks:
        subject = f"{marks[INDEX]} is an" if marks[INDEX] else "This is an"
        notes.append(
            f"{subject} uncorrected index: it counts the classifier's labels with all its errors, and no interval would hold. "
            "Code a sample of these articles (framing sample) and name it with --annotations."
        )
    adjusted = [method for method in marks if method not in (CORRECTED, HAND_CODED, INDEX)]
    notes += [f"{marks[method]} {method[:1].upper()}{method[1:]}. {ASSUMPTION}".strip() for method in adjusted]
    return notes


def _check_by_hand(summary: Summary, names: Mapping[str, str]) -> list[str]:
    """Return how far the shares lie from those of the coded sentences alone, as a check on the model."""
    gaps = [
        (abs(row.share.estimate - row.by_hand.estimate), frame, group.name)
        for group in summary.groups
        for frame, row in group.frames.items()
        if row.share is not None and row.share.method == CORRECTED and row.by_hand is not None and row.interval is not None
    ]
    if not gaps:
        return []
    gap, frame, group = max(gaps)
    return [f"The coded sentences alone give shares within {100 * gap:.1f} points of these (most: {names[frame]}, {plain(group)})."]


def _explain_gaps(summary: Summary) -> list[str]:
    gaps = [(plain(group.name), explain_missing_interval(group)) for group in summary.groups if group.coded]
    told = [f"{name} ({gap.removeprefix('no interval: ')})" for name, gap in gaps if gap]
    notes = []
    if told:
        notes.append(
            f"No interval below {MIN_CODED} coded sentences or {MIN_ARTICLES} articles: {'; '.join(told[:5])}"
            + (f" and {len(told) - 5} more." if len(told) > 5 else ".")
        )
    rows = [row for group in summary.groups for row in group.frames.values()]
    rows += [group.stance[t].values[side] for group in summary.groups for t in group.stance for side in STANCES[:2]]
    if any(row.has_few_positives for row in rows):
        notes.append(f"{FEW} imprecise: fewer than {FEW_POSITIVES} coded sentences can be expected to have the label.")
    return notes


def _describe_corpus(corpus: Corpus) -> str:
    parts = [_number(corpus.articles, "article"), f"{_number(corpus.sentences, 'sentence')} of their bodies"]
    parts += [f"{_number(corpus.headlines, 'headline')} not counted"] * bool(corpus.headlines)
    parts += [f"{_number(corpus.undated, 'article')} without a date"] * bool(corpus.undated)
    parts += [f"{corpus.without_outlet:,} without an outlet"] * bool(corpus.without_outlet)
    parts += [f"{corpus.foreign:,} in another language"] * bool(corpus.foreign)
    if corpus.skipped:
        reasons = sorted(corpus.skipped.items(), key=lambda item: (-item[1], item[0]))
        told = [f"{number:,}: {plain(reason)}" for reason, number in reasons[:3]] + ["others"] * (len(reasons) > 3)
        parts.append(f"{_number(sum(corpus.skipped.values()), 'input')} left out ({'; '.join(told)})")
    return "Counted: " + "; ".join(parts) + "."


def _compare_copies(summary: Summary, names: Mapping[str, str]) -> list[str]:
    """Return what the copies of texts change, where there are any."""
    copies = summary.corpus.copies
    if not copies:
        return []
    changes = [
        (abs(row.share.estimate - row.without_copies.estimate), frame, group.name)
        for group in summary.groups
        for frame, row in group.frames.items()
        if row.share is not None and row.without_copies is not None
    ]
    change, frame, group = max(changes, default=(0.0, "", ""))
    most = f"without them no share moves by more than {100 * change:.1f} points ({names.get(frame)}, {plain(group)})"
    what = f"{_number(copies, 'article')} print{'s' * (copies == 1)} the text of an earlier one"
    return [f"{what}; {most}." if changes else f"{what}."]


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
            rows.append([name, plain(frame.name).replace(" and ", " and\n"), highlight(explanation, frame.id), words])
    if not rows:
        return []
    header = ["", "frame", "sentence", "deciding words"]
    return [Grid("The surest sentence of the two leading frames, and the words that decided", header, rows, left=4)]


def _estimate(row: LabelShare) -> float:
    return row.share.estimate if row.share is not None else 0.0
