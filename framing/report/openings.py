"""What a report opens with: what was counted, how the numbers came about, what they are of, and the key to its marks."""

from __future__ import annotations

from framing.codebook import STANCES
from framing.contrasts import RATE
from framing.prevalence import INDEX, LONG_RUN
from framing.report.content import Report
from framing.report.phrases import FEW, HOLLOW, NO_CODES, count
from framing.summary import FEW_POSITIVES, LabelShare
from framing.tables import MARK


def describe_kicker(report: Report) -> tuple[str, ...]:
    """Return what was counted, part by part."""
    corpus = report.outlets.corpus
    parts = [count(corpus.articles, "article"), count(corpus.sentences, "sentence"), count(len(report.outlets.groups), "outlet")]
    parts += [" to ".join(dict.fromkeys(report.period))] if report.period else []
    return tuple(parts)


def describe_basis(report: Report) -> str:
    """Return how the numbers came about, in a sentence or two."""
    if not report.outlets.is_corrected:
        methods = {row.share.method for group in report.outlets.groups for row in group.frames.values() if row.share} - {INDEX}
        if methods:
            return f"{NO_CODES}: shares are adjusted by the classifier's known errors, on an assumption (see Methods)."
        return f"An uncorrected index: the classifier's own counts, with its errors. {NO_CODES}."
    coded = sum(group.coded for group in report.outlets.groups)
    return (
        f"How often each outlet uses each frame, as a share of its sentences. Shares are corrected for the classifier's errors by "
        f"{count(coded, 'coded sentence')}."
    )


def describe_scope(report: Report) -> str:
    """Return what the shares are of, and what a named difference is worth; empty where nothing was coded."""
    if not report.outlets.is_corrected:
        return ""
    of = "These hold for what each outlet publishes of this kind; its articles are taken to be a sample of that."
    if report.outlets.scope != LONG_RUN:
        of = "These hold for these articles alone, and say nothing of others."
    worth = (
        f"A difference is named only where chance hardly explains it: within each frame about {100 * RATE:.0f} in 100 of those "
        f"named may be false (false discovery rate {100 * RATE:.0f}%); over all frames together more may be. "
        "Each number is rounded by itself."
    )
    return f"{of} {worth}" if report.comparison is not None else of


def describe_key(report: Report) -> str:
    """Return the key to the marks that stand in the tables, empty where there are none."""
    groups = [group for summary in (report.outlets, report.speakers) if summary is not None for group in summary.groups]
    rows: list[LabelShare] = [row for group in groups for row in group.frames.values()]
    sides = [shares.values[side] for group in report.outlets.groups for shares in group.stance.values() for side in STANCES[:2]]
    said = []
    if any(row.share is not None and row.share.method == INDEX for row in rows) or report.together:
        said.append(f"{HOLLOW} an uncorrected index: what the classifier counted, with its errors and no interval")
    if any(row.has_few_positives for row in (*rows, *sides)):
        said.append(f"{FEW} imprecise: fewer than {FEW_POSITIVES} coded sentences can be expected to have it")
    unvouched = any(row.reliable is False for group in groups for rows in (group.frames, group.stance) for row in rows.values())
    if unvouched:
        said.append(f"{MARK.strip()} the model's own evaluation does not vouch for this label")
    return f"Marks: {'; '.join(said)}." if said else ""
