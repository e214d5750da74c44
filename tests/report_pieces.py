"""Summaries with known shares and intervals, and reports made of them: what a sentence may say of them is known as well."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from framing.agreement.labels import LabelAgreement
from framing.articles import Article, Skipped
from framing.charts.profiles import draw_heat_map, draw_profiles
from framing.codebook import Codebook
from framing.comparing import compare_errors, find_together, find_words
from framing.contrasts import compare_groups
from framing.evaluation import empty_model
from framing.grouping import group_rows
from framing.labelling import list_outputs
from framing.linking import Account
from framing.model import FramingModel
from framing.population import Population, gather_scored
from framing.prevalence import CORRECTED, INDEX, LONG_RUN, Influence, Share, compare_shares
from framing.report.content import Coding, Making, Report
from framing.report.picking import find_period, list_articles, pick_examples
from framing.scoring import ModelScorer, score_articles
from framing.summarizing import Evidence, Plan, summarize
from framing.summary import Corpus, LabelShare, OutletSummary, Summary, TargetShares
from framing.summary_records import summary_records

CODED, ARTICLES, SENTENCES = 120, 64, 800
MAKING = Making("2024-11-28", "framing report news -o report.html", {"framing": "0.1.0", "numpy": "2.4.6"}, {"codebook": "ab" * 32})


def make_share(estimate: float, half_width: float | None, *, pattern: int = 0, first: int = 0, coded: int = CODED) -> Share:
    """Return a corrected share with a normal interval, of articles that are numbered from ``first``; an index without a width.

    Shares of one outlet do not depend on each other where their ``pattern`` differs: 0 to 5.
    """
    if half_width is None:
        return Share(estimate, None, None, INDEX, SENTENCES, ARTICLES, raw=estimate)
    error = half_width / 1.96
    numbers = np.arange(ARTICLES)
    signs = np.where(numbers >> pattern & 1, 1.0, -1.0)
    return Share(
        estimate, max(estimate - half_width, 0.0), min(estimate + half_width, 1.0), CORRECTED, SENTENCES, ARTICLES, coded,
        min(coded, ARTICLES), estimate, error**2, 1e6, 1.0, Influence(first + numbers, signs * error / ARTICLES**0.5),
    )  # fmt: skip


def make_group(
    name: str | tuple[str, ...],
    frames: Mapping[str, tuple[float, float | None]],
    *,
    stance: Mapping[str, tuple[float, float]] | None = None,
    first: int = 0,
    coded: int = CODED,
    unreliable: Sequence[str] = (),
) -> OutletSummary:
    """Return a group by the estimate and the half-width of each frame, and by the shares for and against each target."""
    rows = {
        frame: LabelShare(make_share(*pair, pattern=n % 6, first=first, coded=coded), pair[0], reliable=frame not in unreliable)
        for n, (frame, pair) in enumerate(frames.items())
    }
    targets = {}
    for target, (favor, against) in (stance or {}).items():
        parts = enumerate((favor, against, 1 - favor - against), 3)
        shares = [make_share(value, 0.03, pattern=n, first=first, coded=coded) for n, value in parts]
        values = {s: LabelShare(share, share.estimate) for s, share in zip(("favor", "against", "none"), shares, strict=True)}
        balance = compare_shares(shares[0], shares[1])
        targets[target] = TargetShares(values, balance, favor - against, reliable=target not in unreliable)
    is_coded = any(pair[1] is not None for pair in frames.values())
    names = (name,) if isinstance(name, str) else name
    return OutletSummary(names, ARTICLES, SENTENCES, coded if is_coded else 0, 0, 0, rows, targets)


def make_summary(groups: Sequence[OutletSummary], *, by: tuple[str, ...] = ("outlet",), scope: str = LONG_RUN) -> Summary:
    coded = sum(group.coded for group in groups)
    account = Account(coded, coded, 0, 0, 0, 0, coders=("ana", "ben")) if coded else None
    corpus = Corpus(ARTICLES * len(groups), SENTENCES * len(groups), 7, 0, 0, 0, 0, 0)
    return Summary(by, tuple(groups), replace(groups[0], group=("all",)), corpus, scope, account)


def make_agreement(label: str, alpha: float, low: float, high: float) -> LabelAgreement:
    return LabelAgreement(label, 60, 30, 0.9, alpha, low, high, 0.9, 0.9)


AGREED = (
    make_agreement("harvest", 0.9, 0.85, 0.95),
    make_agreement("storm", 0.9, 0.85, 0.95),
    make_agreement("mayor", 0.9, 0.8, 1.0),
)


def make_report(codebook: Codebook, summary: Summary, *, against: str | None = None, **parts: object) -> Report:
    """Return a report of ``summary``, compared where it has several groups, by coders who agree; ``parts`` replace others."""
    comparison = compare_groups(summary, against=against) if len(summary.groups) > 1 else None
    report = Report(
        "Weather and harvest",
        codebook,
        empty_model(codebook),
        MAKING,
        summary,
        comparison=comparison,
        sample=Coding(agreement=AGREED),
    )
    return replace(report, **parts)  # type: ignore[arg-type]


_SENTENCES = (
    "Growers reaped {n} tonnes of wheat near the river.",
    "Hail broke {n} roofs in the valley, and the mayor was blamed bitterly.",
    "“The gale felled {n} trees and the harvest is lost,” Ana Rojas said.",
    "A good harvest filled {n} barns with grain, and the mayor was praised warmly.",
    "The council met for the {n}th time.",
    "Gales and rain closed {n} roads, the ministry said.",
)


def score_news(
    model: FramingModel, outlets: Sequence[str], *, articles: int = 6, title: str = "News of {outlet}, issue-{n}-end"
) -> Population:
    """Return scored articles of each outlet, of twelve sentences; outlets differ in how often they write of storm."""
    draw = random.Random(3)
    made = []
    for place, outlet in enumerate(outlets):
        for n in range(articles):
            pool = _SENTENCES if place % 2 else (*_SENTENCES, *_SENTENCES[1:3] * 3)
            texts = tuple(draw.choice(pool).format(n=draw.randint(2, 999)) for _ in range(12))
            date = f"2024-{9 + n % 3:02}-{1 + n % 28:02}"
            name = f"{place}-{n}"
            made.append(
                Article(
                    name, "\n".join(texts), outlet, sentences=texts, date=date, title=title.format(outlet=outlet, n=n), source=name
                )
            )
    return gather_scored(
        score_articles([*made, Skipped("news/empty.txt", "it is empty")], ModelScorer(model.compile())),
        list_outputs(model.codebook),
    )


def code_news(population: Population, share: float = 0.7) -> Evidence:
    """Return the population with invented codes of a random part of its sentences, none where ``share`` is 0."""
    draw = np.random.default_rng(5)
    drawn = draw.random(len(population)) < share
    codes = np.where(np.isnan(population.probabilities), 0.0, population.probabilities) > draw.random(
        population.probabilities.shape
    )
    codes[:, population.labels.index("mayor:against")] &= ~codes[:, population.labels.index("mayor:favor")]
    labels = np.where(drawn[:, None], codes.astype(float), np.nan)
    chances = np.where(drawn, share, np.nan) if share else np.full(len(population), np.nan)
    account = Account(int(drawn.sum()), int(drawn.sum()), 0, 0, 0, 0, coders=("ana", "ben")) if share else None
    return Evidence(population, labels, chances, population.article, np.zeros(len(population), bool), account)


def report_news(model: FramingModel, evidence: Evidence, title: str = "Weather and harvest", **parts: object) -> Report:
    """Return a report of coded or uncoded news with everything that a page shows, two charts among it."""
    codebook, population = model.codebook, evidence.population
    plan = Plan(reliable={"harvest": True, "storm": True, "ghost": False})
    groupings = [("outlet",), ("outlet", "month"), ("outlet", "voice"), ("speaker",)]
    outlets, months, voices, speakers = (summarize(evidence, codebook, by, group_rows(population, by), plan) for by in groupings)
    by_outlet = group_rows(population, ("outlet",))
    figures = (draw_profiles(outlets, codebook), draw_heat_map(outlets, codebook))
    report = Report(
        title, codebook, model, MAKING, outlets, months, voices, speakers,
        comparison=compare_groups(outlets) if len(outlets.groups) > 1 else None,
        errors=compare_errors(evidence, by_outlet, codebook.frame_ids) if outlets.is_corrected else {},
        together=tuple(find_together(evidence, by_outlet, codebook.frame_ids)),
        words=tuple(find_words(evidence, by_outlet, most=3)) if len(by_outlet) > 1 else (),
        sample=Coding("Two students coded them.", "random", AGREED) if outlets.is_corrected else Coding(),
        training=Coding("**Made by a test.**", "", AGREED),
        examples=pick_examples(population, model),
        articles=list_articles(population, codebook, urls={"0-0": "https://news.example/0", "0-1": "javascript:alert(1)"}),
        figures=tuple(figure for figure in figures if figure is not None),
        period=find_period(population),
        records=tuple(summary_records(outlets)),
    )  # fmt: skip
    return replace(report, **parts)  # type: ignore[arg-type]
