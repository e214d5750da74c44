"""From evidence to a summary: the shares of each group, corrected for the classifier's errors where sentences were coded."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import hypot

import numpy as np

from framing.arrays import Bools, Floats, Integers
from framing.codebook import STANCES, Codebook
from framing.grouping import Group, number_names
from framing.linking import Account
from framing.population import CountedArticle, Population
from framing.prevalence import (
    INDEX,
    LONG_RUN,
    Difference,
    Share,
    Tuning,
    compare_shares,
    estimate_by_hand,
    estimate_share,
    tune,
)
from framing.summary import Corpus, Example, LabelShare, OutletSummary, Summary, TargetShares
from framing.target_shares import settle_adjusted, settle_corrected


@dataclass(frozen=True)
class Evidence:
    """A population with the codes of its sample, and which of its articles print one text.

    ``labels`` (rows × labels) are 1, 0, and NaN where not coded; ``chances`` (rows) the inclusion probabilities of the coded.
    ``cluster`` numbers, per row, its article, copies of one text alike; ``is_copy`` tells rows of all but the first of these.
    ``counted`` are articles without sentences, which can be counted and no more.
    """

    population: Population
    labels: Floats
    chances: Floats
    cluster: Integers
    is_copy: Bools
    account: Account | None = None
    counted: tuple[CountedArticle, ...] = ()


@dataclass(frozen=True)
class _Columns:
    """One label as arrays over rows: probability, whether it was given, and code (NaN where chance drew none)."""

    probability: Floats
    given: Bools
    label: Floats


Adjustment = Callable[[str, float, Floats], Share | None]
"""Returns the share of a label of which nothing was coded, from its name, the share given and the probabilities."""


@dataclass(frozen=True)
class Plan:
    """How to summarise: what a share is of, which labels the model's evaluation vouches for, and what to do without codes."""

    scope: str = LONG_RUN
    reliable: Mapping[str, bool] = field(default_factory=dict)
    adjustment: Adjustment | None = None


def summarize(
    evidence: Evidence, codebook: Codebook, by: Sequence[str], groups: Sequence[Group], plan: Plan | None = None
) -> Summary:
    """Return the shares of each group and of all together, in the order of ``groups``.

    Raises:
        AnnotationError: as ``framing.prevalence.estimate_share``.
    """
    work = _Work(evidence, codebook, plan or Plan())
    everything = Group(("all",), np.arange(len(evidence.population)), evidence.counted)
    summaries = tuple(work.summarize_group(group) for group in groups)
    corpus = _describe_corpus(evidence)
    return Summary(tuple(by), summaries, work.summarize_group(everything), corpus, work.plan.scope, evidence.account, work.tunings)


class _Work:
    """The columns and tunings of one summary, made once and used for every group."""

    def __init__(self, evidence: Evidence, codebook: Codebook, plan: Plan) -> None:
        self.evidence, self.codebook, self.plan = evidence, codebook, plan
        self.coded = ~np.isnan(evidence.chances)
        self.outlet = number_names(evidence.population.outlets)[1]
        self.frames = {frame: self._column(frame) for frame in codebook.frame_ids}
        self.stances = {target: self._stances(target) for target in codebook.target_ids}
        self.tunings = {frame: self._tune([column]) for frame, column in self.frames.items()}
        # One slope for favor, against and none: then the three shares add up to one.
        self.tunings |= {target: self._tune(list(columns.values())) for target, columns in self.stances.items()}

    def _column(self, label: str) -> _Columns:
        number = self.evidence.population.labels.index(label)
        population = self.evidence.population
        codes = np.where(self.coded, self.evidence.labels[:, number], np.nan)
        return _Columns(population.probabilities[:, number], population.given[:, number], codes)

    def _stances(self, target: str) -> dict[str, _Columns]:
        favor, against = (self._column(f"{target}:{side}") for side in STANCES[:2])
        chances = [np.where(np.isnan(column.probability), 0.0, column.probability) for column in (favor, against)]
        rest = np.where(np.isnan(favor.probability) & np.isnan(against.probability), np.nan, 1 - chances[0] - chances[1])
        none = _Columns(rest, ~favor.given & ~against.given, 1 - favor.label - against.label)
        learnt = not np.isnan(rest).any()
        columns = [replace(c, probability=p) if learnt else c for c, p in zip((favor, against), chances, strict=True)]
        return dict(zip(STANCES, (*columns, none), strict=True))

    def _tune(self, columns: Sequence[_Columns]) -> Tuning:
        """Return what the probabilities of ``columns`` are worth on the coded sentences, within outlet and column."""
        rows = [np.flatnonzero(self.coded & ~np.isnan(column.label)) for column in columns]
        if not sum(map(len, rows)):
            return Tuning(0.0, 0.0)
        outlets = int(self.outlet.max()) + 1
        return tune(
            np.concatenate([column.probability[own] for column, own in zip(columns, rows, strict=True)]),
            np.concatenate([column.label[own] for column, own in zip(columns, rows, strict=True)]),
            np.concatenate([self.evidence.chances[own] for own in rows]),
            np.concatenate([self.outlet[own] + number * outlets for number, own in enumerate(rows)]),
        )

    def summarize_group(self, group: Group) -> OutletSummary:
        """Return the summary of one group."""
        rows, population = group.rows, self.evidence.population
        articles = [population.articles[number] for number in np.unique(population.article[rows])]
        undated = sum(article.date is None for article in articles)
        undated += sum(counted.articles for counted in group.counted if counted.article.date is None)
        return OutletSummary(
            group.name,
            len(articles) + _count_articles(group),
            _count_sentences(group),
            int(self.coded[rows].sum()),
            undated,
            len(np.unique(population.article[rows[self.evidence.is_copy[rows]]])),
            {frame: self._share(frame, frame, column, group) for frame, column in self.frames.items()},
            {target: self._target(target, columns, group) for target, columns in self.stances.items()},
        )

    def _target(self, target: str, columns: dict[str, _Columns], group: Group) -> TargetShares:
        values = {stance: self._share(f"{target}:{stance}", target, column, group) for stance, column in columns.items()}
        values = settle_adjusted(settle_corrected(values))
        favor, against = (values[side] for side in STANCES[:2])
        naive = None if favor.naive is None or against.naive is None else favor.naive - against.naive
        balance = None
        if favor.share is not None and against.share is not None:
            balance = _hold(compare_shares(favor.share, against.share), favor.share, against.share)
            if not any(side.by_hand.estimate for side in (favor, against) if side.by_hand is not None):
                balance = _widen(balance, favor.share, against.share)
        return TargetShares(values, balance, naive, self.plan.reliable.get(target))

    def _share(self, label: str, tuned_by: str, column: _Columns, group: Group) -> LabelShare:
        """Return the share of one label in one group; ``tuned_by`` names the frame or target whose tuning it uses."""
        rows = group.rows
        naive = _count_naive(label, column, group)
        reliable = self.plan.reliable.get(tuned_by)
        example = self._find_example(column, rows)
        if np.isnan(column.label[rows]).all():
            return LabelShare(self._index(label, naive, column, group), naive, None, None, reliable, example)
        share = self._estimate(column, rows, self.tunings[tuned_by])
        by_hand = estimate_by_hand(*self._list_codes(column, rows), scope=self.plan.scope)
        return LabelShare(share, naive, by_hand, self._leave_copies(column, rows, tuned_by), reliable, example)

    def _list_codes(self, column: _Columns, rows: Integers) -> tuple[Floats, Floats, Integers]:
        return column.label[rows], self.evidence.chances[rows], self.evidence.cluster[rows]

    def _estimate(self, column: _Columns, rows: Integers, tuning: Tuning) -> Share:
        return estimate_share(column.probability[rows], *self._list_codes(column, rows), tuning=tuning, scope=self.plan.scope)

    def _leave_copies(self, column: _Columns, rows: Integers, tuned_by: str) -> Share | None:
        copies = self.evidence.is_copy[rows]
        kept = rows[~copies]
        if not copies.any() or np.isnan(column.label[kept]).all():
            return None
        return self._estimate(column, kept, self.tunings[tuned_by])

    def _index(self, label: str, naive: float | None, column: _Columns, group: Group) -> Share | None:
        if naive is None:
            return None
        size = (_count_sentences(group), len(np.unique(self.evidence.cluster[group.rows])) + _count_articles(group))
        index = Share(naive, None, None, INDEX, *size, raw=naive)
        if self.plan.adjustment is None:
            return index
        probabilities = column.probability[group.rows] if not group.counted else np.zeros(0)
        adjusted = self.plan.adjustment(label, naive, probabilities)
        return index if adjusted is None else replace(adjusted, sentences=size[0], articles=size[1])

    def _find_example(self, column: _Columns, rows: Integers) -> Example | None:
        """Return the surest sentence of those that were given the label."""
        given = rows[column.given[rows]]
        if not len(given):
            return None
        best = int(given[np.argmax(column.probability[given])])
        sentence = self.evidence.population.sentence(best)
        return Example(sentence.text, sentence.article_id, float(column.probability[best]))


def _hold(balance: Difference, favor: Share, against: Share) -> Difference:
    """Return the balance as the difference of the shares that are shown, of which none is below 0."""
    estimate = favor.estimate - against.estimate
    if balance.low is None or balance.high is None:
        return replace(balance, estimate=estimate)
    return replace(balance, estimate=estimate, low=min(balance.low, estimate), high=max(balance.high, estimate))


def _widen(balance: Difference, favor: Share, against: Share) -> Difference:
    """Return the balance with an interval at least as wide as those of its sides make it (Zou & Donner 2008, Stat. Med. 27).

    It is for samples in which nobody takes a side: their variance is nothing, and the intervals of the sides know better.
    """
    if balance.low is None or balance.high is None or None in (favor.low, favor.high, against.low, against.high):
        return balance
    down = hypot(favor.estimate - (favor.low or 0.0), (against.high or 0.0) - against.estimate)
    up = hypot((favor.high or 0.0) - favor.estimate, against.estimate - (against.low or 0.0))
    low, high = balance.estimate - down, balance.estimate + up
    return replace(balance, low=min(balance.low, low), high=max(balance.high, high))


def _count_articles(group: Group) -> int:
    """Return how many articles of a group were counted and no more."""
    return sum(counted.articles for counted in group.counted)


def _count_sentences(group: Group) -> int:
    return len(group.rows) + sum(article.sentences for article in group.counted)


def _count_naive(label: str, column: _Columns, group: Group) -> float | None:
    """Return the share of a group's sentences that the classifier gave a label, None where it was not learnt."""
    counts = [_read_count(article, label) for article in group.counted]
    if np.isnan(column.probability[group.rows]).any() or None in counts:
        return None
    return float(column.given[group.rows].sum() + sum(count or 0 for count in counts)) / _count_sentences(group)


def _read_count(article: CountedArticle, label: str) -> int | None:
    target, _, stance = label.rpartition(":")
    if not target or stance != STANCES[-1]:
        return article.counts[label]
    sides = [article.counts[f"{target}:{side}"] for side in STANCES[:2]]
    return None if None in sides else article.sentences - sum(side or 0 for side in sides)


_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"|\(.*\)")
"""What a reason names of one input alone: reasons are counted, not listed."""


def _describe_corpus(evidence: Evidence) -> Corpus:
    population = evidence.population
    skipped: dict[str, int] = {}
    for item in population.skipped:
        reason = _QUOTED.sub("…", item.reason)
        skipped[reason] = skipped.get(reason, 0) + 1
    # Each article with how many it stands for.
    articles = [(article, 1) for article in population.articles]
    articles += [(counted.article, counted.articles) for counted in evidence.counted]
    headlines = sum(len(article.sentences) for article in population.articles) - len(population)
    return Corpus(
        articles=sum(number for _, number in articles),
        sentences=len(population) + sum(counted.sentences for counted in evidence.counted),
        headlines=headlines + sum(counted.headlines for counted in evidence.counted),
        undated=sum(number for article, number in articles if article.date is None),
        without_outlet=sum(number for article, number in articles if article.outlet is None),
        foreign=sum(number for article, number in articles if article.foreign),
        copies=len(np.unique(population.article[evidence.is_copy])),
        trained_on=int(population.trained_on.sum()),
        skipped=skipped,
    )
