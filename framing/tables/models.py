"""The tables that show what changed between two models."""

from __future__ import annotations

from collections.abc import Sequence

from framing.label_differences import LabelDifference
from framing.model_changes import LabelChange, ModelChanges, Value
from framing.output import Grid, Part, decimal, percent, plain


def tabulate_model_changes(changes: ModelChanges, differences: Sequence[LabelDifference] = ()) -> list[Part]:
    """Return what changed: codebook, data and settings; then rules, figures and terms by label; then labelled sentences."""
    if changes.identical:
        return ["Both are the same model."]
    parts: list[Part] = []
    general = [[change.about, plain(change.what), _show(change.before), _show(change.after)] for change in changes.general]
    parts.append(Grid("Codebook, data and settings", ["", "", "before", "now"], general, left=4) if general else _SAME)
    parts += [f"{plain(label)} was taken out." for label in changes.labels_removed]
    parts += [f"{plain(label)} is new." for label in changes.labels_added]
    parts += ["", _tabulate_rules(changes.labels), *_tabulate_figures(changes), *_tabulate_terms(changes.labels)]
    return [*parts, *tabulate_differences(differences)]


_SAME = "Codebook, data and settings are the same."


def _show(value: Value) -> str:
    """Return a fact for a table; of a digest its beginning is enough to see that it is another."""
    if value is None:
        return "–"
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    text = plain(str(value))
    return f"{text[:12]}…" if len(text) == 64 and " " not in text else text


def _tabulate_rules(labels: Sequence[LabelChange]) -> Part:
    rows = []
    for row in labels:
        counts = [f"{row.positives_before:,}", f"{row.positives_after:,}"]
        rows.append([plain(row.label), *counts, decimal(row.threshold_before), decimal(row.threshold_after)])
    return Grid("Labels", ["label", "coded:\nbefore", "now", "threshold:\nbefore", "now"], rows)


def _tabulate_figures(changes: ModelChanges) -> list[Part]:
    """Return a table for each evaluation design that both models have, and whether the figures compare."""
    designs = dict.fromkeys(figure.design for row in changes.labels for figure in row.figures)
    parts: list[Part] = []
    for design in designs:
        rows = []
        for row in changes.labels:
            for figure in (figure for figure in row.figures if figure.design == design):
                f1 = [decimal(figure.f1_before), decimal(figure.f1_after), _step(figure.f1_before, figure.f1_after)]
                ap = [decimal(figure.ap_before), decimal(figure.ap_after), _step(figure.ap_before, figure.ap_after)]
                rows.append([plain(row.label), *f1, *ap])
        columns = ["label", "F1:\nbefore", "now", "change", "AP:\nbefore", "now", "change"]
        parts += ["", Grid(f"F1 and average precision, {plain(design)}", columns, rows)]
    if designs and not changes.comparable:
        parts.append("The models had other data or another codebook: the change is no like-for-like comparison.")
    return parts


def _step(before: float | None, after: float | None) -> str:
    return "–" if before is None or after is None else f"{after - before:+.2f}"


def _tabulate_terms(labels: Sequence[LabelChange]) -> list[Part]:
    rows = [
        [plain(row.label), plain(term.term), f"{term.before:+.2f}", f"{term.after:+.2f}"] for row in labels for term in row.terms
    ]
    title = "Words, pairs of words and cues whose weights changed most"
    return ["", Grid(title, ["label", "term", "before", "now"], rows, left=2)] if rows else []


def tabulate_differences(differences: Sequence[LabelDifference]) -> list[Part]:
    """Return on how many sentences two models give each label, on how many only one does, and some of these sentences."""
    if not differences:
        return []
    rows, examples = [], []
    for row in differences:
        rows.append([plain(row.label), f"{row.before:,}", f"{row.after:,}", f"{row.differing:,}", percent(row.share)])
        examples += [[plain(row.label), "now", plain(text)] for text in row.gained]
        examples += [[plain(row.label), "before", plain(text)] for text in row.lost]
    title = f"Labels of {differences[0].sentences:,} sentences"
    parts: list[Part] = ["", Grid(title, ["label", "before", "now", "only in one", "share"], rows)]
    if examples:
        parts += ["", Grid("Sentences that only one model gives the label", ["label", "given", "sentence"], examples, left=3)]
    return parts
