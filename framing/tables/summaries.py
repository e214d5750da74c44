"""Summaries: the frames and stances of each group, with intervals and the surest sentences."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.text import Text

from framing.codebook import Codebook, Frame
from framing.model import FramingModel
from framing.output import Grid, Part, percent, plain, signed
from framing.summary import MIN_ARTICLES, OutletSummary, Share, StanceShares
from framing.tables import MARK
from framing.tables.explanations import deciding_words, highlight

MARKED = "† the model's own evaluation does not vouch for this label: read it as a hint (framing models show)"
UNCORRECTED = "Shares count the classifier's labels: uncorrected for its errors."
_WIDE = 6
"""Groups above which a summary has one row per group rather than one column."""


def tabulate_summaries(
    summaries: Sequence[OutletSummary], codebook: Codebook, *, by: str, model: FramingModel, evidence: bool
) -> list[Part]:
    """Return the table of frames, the table of stances, and the strongest sentence of each group's leading frames."""
    title = f"Share of sentences with each frame, by {by}"
    names = [f"{plain(s.group)}\n{s.articles} article{'s' * (s.articles != 1)}\n{s.sentences} sentences" for s in summaries]
    frames = [frame for frame in codebook.frames if summaries and frame.id in summaries[0].frames]
    frame_rows = {f.id: [_frame_cell(s.frames[f.id]) for s in summaries] for f in frames}
    labels = {f.id: f.name + _mark([s.frames[f.id].reliable for s in summaries]) for f in frames}
    stance_rows = {t.id: [_stance_cell(s.stance[t.id]) for s in summaries] for t in codebook.targets if summaries}
    targets = {t.id: t.name + _mark([s.stance[t.id].reliable for s in summaries]) for t in codebook.targets}
    parts: list[Part] = []
    if frame_rows:
        parts.append(_cross(title, by, names, labels, frame_rows))
    if stance_rows:
        stance_title = "Stance: sentences in favor / against, and the balance in points"
        parts.append(_cross(stance_title, by, names, targets, stance_rows))
    if evidence:
        parts += _evidence(summaries, frames, model)
    notes = [UNCORRECTED]
    if any(summary.articles < MIN_ARTICLES for summary in summaries):
        notes.append(f"No interval below {MIN_ARTICLES} articles.")
    parts.append(" ".join(notes))
    if MARK in "".join([*labels.values(), *targets.values()]):
        parts.append(MARKED)
    return parts


def _cross(title: str, by: str, names: list[str], labels: dict[str, str], cells: dict[str, list[str]]) -> Grid:
    """Return a column per group; for many groups, a row each."""
    if len(names) <= _WIDE:
        return Grid(title, ["", *names], [[labels[label].replace(" and ", " and\n"), *row] for label, row in cells.items()])
    rows = [[name.partition("\n")[0], *[row[number] for row in cells.values()]] for number, name in enumerate(names)]
    return Grid(title, [by, *[labels[label].replace(" and ", " and\n") for label in cells]], rows)


def _mark(reliable: Iterable[bool | None]) -> str:
    return MARK if any(value is False for value in reliable) else ""


def _frame_cell(share: Share) -> str:
    if share.low is None or share.high is None:
        return percent(share.share)
    return f"{percent(share.share)} [{100 * share.low:.0f}–{100 * share.high:.0f}]"


def _stance_cell(row: StanceShares) -> str:
    if row.balance is None:
        return "–"
    interval = "" if row.low is None else f" [{signed(row.low)}, {signed(row.high)}]"
    return f"{percent(row.shares['favor'])} / {percent(row.shares['against'])}  {signed(row.balance)}{interval}"


def _evidence(summaries: Sequence[OutletSummary], frames: Sequence[Frame], model: FramingModel) -> list[Part]:
    """Return the surest sentence of each group's two leading frames, and the words that decided it."""
    rows: list[list[str | Text]] = []
    for summary in summaries:
        leading = sorted(frames, key=lambda frame: -(summary.frames[frame.id].share or 0))[:2]
        shown = [(frame, example) for frame in leading if (example := summary.frames[frame.id].example)]
        for number, (frame, example) in enumerate(shown):
            explanation = model.explain(example.text)
            words = "\n".join(deciding_words(explanation, frame.id, 4))
            name = plain(summary.group) if number == 0 else ""
            rows.append([name, frame.name.replace(" and ", " and\n"), highlight(explanation, frame.id), words])
    if not rows:
        return []
    header = ["", "frame", "sentence", "deciding words"]
    return [Grid("The surest sentence of the two leading frames, and the words that decided", header, rows, left=4)]
