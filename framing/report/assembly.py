"""From the evidence to a report: the summaries that it shows, the comparisons, the figures, and how it was made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from importlib.metadata import version

import numpy as np

from framing.agreement.labels import LabelAgreement, measure_agreement
from framing.annotations import Annotation
from framing.charts.figures import Figure
from framing.charts.pairs import draw_errors, draw_voices
from framing.charts.profiles import draw_heat_map, draw_profiles
from framing.charts.stances import draw_stance
from framing.charts.together import draw_together
from framing.charts.trends import ALL_OUTLETS, draw_trends
from framing.comparing import ALL, compare_errors, find_together, find_words
from framing.contrasts import compare_groups
from framing.evaluation import Evaluation
from framing.grouping import UNDATED, group_rows
from framing.model import FramingModel
from framing.report.content import Coding, Making, Report
from framing.report.picking import find_period, list_articles, pick_examples
from framing.summarizing import Evidence, Plan, summarize
from framing.summary import Summary
from framing.summary_records import summary_records

SPEAKERS, SPOKEN = 12, 5
"""Speakers that a report lists, and sentences below which one is left out."""

WORDS = 6
"""Distinctive words of each outlet."""

WEEKS, MONTHS = 93, 3 * 366
"""Days that articles span at most, for a trend by week and by month; a longer one is by year."""


@dataclass(frozen=True, slots=True)
class Sources:
    """What a report is made of: articles with their codes, the codings themselves, the model and what is known of it.

    ``annotations`` are those that correct the shares; ``design`` says how their sentences were drawn. ``statement`` says who
    coded what the model learnt from.
    """

    evidence: Evidence
    model: FramingModel
    plan: Plan
    annotations: tuple[Annotation, ...] = ()
    evaluations: tuple[Evaluation, ...] = ()
    agreement: tuple[LabelAgreement, ...] = ()
    statement: str = ""
    sample_statement: str = ""


def assemble_report(sources: Sources, making: Making, title: str) -> Report:
    """Return all that a report shows.

    Raises:
        AnnotationError: as ``framing.summary.summarize``.
    """
    evidence, codebook = sources.evidence, sources.model.codebook
    by_outlet = group_rows(evidence.population, ("outlet",))
    outlets = _summarize(sources, ("outlet",))
    is_coded = outlets.is_corrected
    frames = list(codebook.frame_ids)
    several = len(outlets.groups) > 1
    urls = {article.id: article.url for article in evidence.population.articles if article.url}
    report = Report(
        title=title,
        codebook=codebook,
        model=sources.model,
        making=making,
        outlets=outlets,
        months=_summarize_time(sources),
        voices=_summarize(sources, ("outlet", "voice")),
        speakers=_count_speakers(sources),
        comparison=compare_groups(outlets) if several else None,
        errors=compare_errors(evidence, by_outlet, frames) if is_coded else {},
        together=tuple(find_together(evidence, by_outlet, frames)),
        words=tuple(find_words(evidence, by_outlet, most=WORDS)) if several else (),
        evaluations=sources.evaluations,
        sample=_describe_sample(sources),
        training=Coding(sources.statement, "", sources.agreement),
        examples=pick_examples(evidence.population, sources.model),
        articles=list_articles(evidence.population, codebook, urls=urls),
        period=find_period(evidence.population),
        records=tuple(summary_records(outlets)),
    )
    return replace(report, figures=draw_figures(report, _pool_time(sources, report.months)))


def _summarize(sources: Sources, by: tuple[str, ...]) -> Summary:
    groups = group_rows(sources.evidence.population, by)
    return summarize(sources.evidence, sources.model.codebook, by, groups, sources.plan)


def _summarize_time(sources: Sources) -> Summary | None:
    """Return the shares of each outlet over time, by the period that suits what the articles span; None without two periods."""
    dates = [article.date for article in sources.evidence.population.articles if article.date]
    if not dates:
        return None
    summary = _summarize(sources, ("outlet", _choose_period(dates)))
    return summary if len({group.group[1] for group in summary.groups} - {UNDATED}) > 1 else None


def _pool_time(sources: Sources, months: Summary | None) -> Summary | None:
    """Return the summary of outlets over time with all of them together in front, of which more is coded than of each."""
    if months is None or len({group.group[0] for group in months.groups}) < 2:
        return months
    pooled = _summarize(sources, months.by[1:])
    together = tuple(replace(group, group=(ALL_OUTLETS, *group.group)) for group in pooled.groups)
    return replace(months, groups=(*together, *months.groups))


def _choose_period(dates: Sequence[str]) -> str:
    """Return the period that suits the span of ``dates``, and that they are exact enough for."""
    monthly = sorted(date for date in dates if len(date) >= len("2024-01"))
    days = [np.datetime64(f"{date}-01"[:10]) for date in monthly]
    span = int((days[-1] - days[0]) / np.timedelta64(1, "D")) if days else MONTHS + 1
    if span <= WEEKS and all(len(date) >= len("2024-01-01") for date in dates):
        return "week"
    return "month" if span <= MONTHS else "year"


def _count_speakers(sources: Sources) -> Summary | None:
    """Return what the classifier counts in those who are quoted most, None where nobody is quoted often.

    It stays an index: of one speaker hardly a sentence is coded, and a share corrected by three codes is a guess.
    """
    evidence = replace(sources.evidence, chances=np.full_like(sources.evidence.chances, np.nan), account=None)
    groups = [group for group in group_rows(evidence.population, ("speaker",)) if len(group.rows) >= SPOKEN][:SPEAKERS]
    return summarize(evidence, sources.model.codebook, ("speaker",), groups, sources.plan) if groups else None


def _describe_sample(sources: Sources) -> Coding:
    if not sources.annotations:
        return Coding()
    codebook = sources.model.codebook
    agreement = tuple(measure_agreement(sources.annotations, codebook.frame_ids, codebook.target_ids))
    designs = sorted({annotation.sampling for annotation in sources.annotations if annotation.sampling})
    return Coding(sources.sample_statement, ", ".join(designs), tuple(row for row in agreement if row.units))


def draw_figures(report: Report, trend: Summary | None) -> tuple[Figure, ...]:
    """Return the figures that a report has something to draw for, in its order; ``trend`` is what is drawn over time."""
    codebook = report.codebook
    pairs = next((group.pairs for group in report.together if group.group == ALL), ())
    drawn = (
        draw_profiles(report.outlets, codebook),
        draw_heat_map(report.outlets, codebook),
        draw_stance(report.outlets, codebook),
        draw_trends(trend, codebook) if trend else None,
        draw_voices(report.voices, codebook) if report.voices else None,
        draw_together(pairs, codebook),
        draw_errors(report.errors, codebook),
    )
    return tuple(figure for figure in drawn if figure is not None)


def list_versions() -> dict[str, str]:
    """Return the versions of the software that numbers hang on."""
    return {name: version(name) for name in ("framing", "scikit-learn", "numpy", "scipy")}
