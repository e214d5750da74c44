"""The tables of a report that say how good codes and classifier are: agreement, evaluation, errors by outlet."""

from __future__ import annotations

from collections.abc import Callable

from framing.agreement.labels import LabelAgreement
from framing.codebook import Codebook
from framing.error_rates import ErrorRate, describe_differences
from framing.evaluation import Evaluation
from framing.report.content import Report
from framing.report.phrases import bounds, count, decimal, percent, show_name, span_decimals, title_label
from framing.report.tabulating import Table
from framing.tables import MARK


def tabulate_agreement(rows: tuple[LabelAgreement, ...], codebook: Codebook, whose: str) -> Table | None:
    """Return the agreement on each label, before anything was settled; None where no sentence was coded by two."""
    known = [row for row in rows if row.units]
    if not known:
        return None
    cells = [
        (
            title_label(codebook, row.label),
            f"{row.units:,}",
            f"{row.positives:,}",
            decimal(row.alpha),
            span_decimals(row.low, row.high, "–") or "–",
            decimal(row.ac1),
            decimal(row.positive_agreement),
            row.verdict,
        )
        for row in known
    ]
    columns = ("Label", "Sentences", "Codes with it", "Alpha", "95% interval", "AC1", "Positive agreement", "By the interval")
    return Table(f"Agreement of coders before reconciliation: {whose}", columns, tuple(cells), words=(7,))


def tabulate_evaluation(evaluation: Evaluation, codebook: Codebook) -> Table:
    """Return how well each label is found under one design."""
    rows = []
    for row in evaluation.labels:
        side = row.label.partition(":")[2]
        name = title_label(codebook, row.label) + (f", {side}" if side else "") + MARK * (not row.reliable)
        figures = map(decimal, (row.precision, row.recall, row.f1))
        interval = span_decimals(row.low, row.high, "–") or row.note or "–"
        rows.append((name, f"{row.positives:,}", *figures, interval, decimal(row.average_precision), decimal(row.coder_f1)))
    basis = (
        f"{count(evaluation.sentences, 'sentence')}, {count(evaluation.articles, 'article')}, {count(evaluation.outlets, 'outlet')}"
    )
    columns = ("Label", "Coded with it", "Precision", "Recall", "F1", "95% interval of F1", "Average precision", "F1 of coders")
    return Table(f"The classifier on {show_name(evaluation.design, 80)} ({basis})", columns, tuple(rows))


def tabulate_errors(report: Report) -> tuple[Table, ...]:
    """Return two tables by outlet and frame: how often the classifier misses a frame, and how often it wrongly gives it."""
    if not report.errors:
        return ()
    missed = _tabulate_rates(
        report, "Missed: of the sentences coded with a frame, those that the classifier does not give it to", _missed
    )
    raised = _tabulate_rates(
        report, "Wrongly given: of the sentences coded without a frame, those that the classifier gives it to", _raised
    )
    return missed, raised


def _tabulate_rates(report: Report, caption: str, show: Callable[[ErrorRate], str]) -> Table:
    by_outlet: dict[str, dict[str, str]] = {}
    for frame, comparison in report.errors.items():
        for rate in comparison.rates:
            by_outlet.setdefault(rate.group, {})[frame] = show(rate)
    columns = ("Outlet", *(title_label(report.codebook, frame) for frame in report.errors))
    rows = [(show_name(name), *(cells.get(frame, "–") for frame in report.errors)) for name, cells in sorted(by_outlet.items())]
    return Table(f"{caption} (95% interval)", columns, tuple(rows))


def _missed(rate: ErrorRate) -> str:
    return _show_rate(rate.missed, rate.missed_low, rate.missed_high)


def _raised(rate: ErrorRate) -> str:
    return _show_rate(rate.raised, rate.raised_low, rate.raised_high)


def _show_rate(value: float | None, low: float | None, high: float | None) -> str:
    return percent(value) + bounds((low, high))


def warn_of_errors(report: Report) -> tuple[str, ...]:
    """Return a warning for each frame in which the classifier errs more often in some outlets than in others."""
    named = {title_label(report.codebook, frame): found for frame, found in report.errors.items()}
    return tuple(show_name(line, 400) for line in describe_differences(named))
