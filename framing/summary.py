"""What a summary holds: shares of frames and stances per group of articles, and what they rest on.

Where sentences of a group were hand-coded and drawn by chance, its shares are estimates with intervals
(``framing.prevalence``). Where none was, counting the classifier's labels gives an *uncorrected index*: it has no interval,
since none that could be computed would hold.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from framing.codebook import STANCES
from framing.errors import UsageError, suggest
from framing.linking import Account
from framing.prevalence import INDEX, LONG_RUN, Difference, Share, Tuning

FEW_POSITIVES = 5
"""Coded sentences with a label, expected at its share, below which a share is marked: it is imprecise."""


@dataclass(frozen=True, slots=True)
class Example:
    """The sentence of a group that has a label with the highest probability."""

    text: str
    article_id: str
    probability: float


@dataclass(frozen=True, slots=True)
class LabelShare:
    """One label in one group.

    ``share`` is the best estimate there is: corrected by codes, from codes alone, or the uncorrected index; None where the
    label was neither learnt nor coded. ``naive`` is the share of sentences that the classifier gave it to, ``by_hand`` the
    estimate from the coded sentences alone, ``without_copies`` the estimate with each text once, where there are copies.
    """

    share: Share | None
    naive: float | None
    by_hand: Share | None = None
    without_copies: Share | None = None
    reliable: bool | None = None
    example: Example | None = None

    @property
    def interval(self) -> tuple[float, float] | None:
        """The 95 % interval, None where too little is coded to publish one."""
        return publish(self.share)

    @property
    def has_few_positives(self) -> bool:
        """Whether so few coded sentences can be expected to have the label that its share is imprecise."""
        return self.share is not None and self.share.coded > 0 and round(self.share.coded * self.share.estimate, 3) < FEW_POSITIVES


def publish(share: Share | None) -> tuple[float, float] | None:
    """Return the interval of ``share`` where enough is coded for one to be published."""
    if share is None or share.low is None or share.high is None or not share.is_supported:
        return None
    return share.low, share.high


@dataclass(frozen=True, slots=True)
class TargetShares:
    """The shares of favor, against and none towards a target, and the ``balance``: favor minus against."""

    values: dict[str, LabelShare]
    balance: Difference | None
    naive_balance: float | None
    reliable: bool | None = None

    @property
    def interval(self) -> tuple[float, float] | None:
        """The 95 % interval of the balance, None where too little is coded to publish one."""
        supported = all(publish(self.values[side].share) for side in STANCES[:2])
        if self.balance is None or self.balance.low is None or self.balance.high is None or not supported:
            return None
        return self.balance.low, self.balance.high

    @property
    def method(self) -> str:
        """How the shares came about; where there are none, the balance is not known either."""
        share = self.values[STANCES[0]].share
        return share.method if share else INDEX


@dataclass(frozen=True, slots=True)
class OutletSummary:
    """One group (an outlet unless grouped otherwise): what was counted, and its shares in the codebook's order.

    ``coded`` sentences were hand-coded and drawn by chance; ``copies`` articles print the text of an earlier one, which may
    be of another group.
    """

    group: tuple[str, ...]
    articles: int
    sentences: int
    coded: int
    undated: int
    copies: int
    frames: dict[str, LabelShare]
    stance: dict[str, TargetShares]

    @property
    def name(self) -> str:
        """The name of the group in one string."""
        return " · ".join(self.group)


@dataclass(frozen=True, slots=True)
class Corpus:
    """What stands behind a summary: the denominators.

    ``skipped`` counts the inputs left out by reason. ``sentences`` are those of bodies, over which shares are; ``headlines``
    were scored and not counted. ``copies`` are articles that print the text of an earlier one.
    """

    articles: int
    sentences: int
    headlines: int
    undated: int
    without_outlet: int
    foreign: int
    copies: int
    trained_on: int
    skipped: dict[str, int] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class Summary:
    """The summaries of groups, of everything together, and what they rest on.

    ``account`` tells what became of the coded sentences, None without any. ``tunings`` are by frame and target.
    """

    by: tuple[str, ...]
    groups: tuple[OutletSummary, ...]
    overall: OutletSummary
    corpus: Corpus
    scope: str = LONG_RUN
    account: Account | None = None
    tunings: dict[str, Tuning] = field(default_factory=dict, hash=False)

    @property
    def is_corrected(self) -> bool:
        """Whether any group has coded sentences."""
        return any(group.coded for group in self.groups)


def select(summary: Summary, groups: Sequence[str], frames: Sequence[str]) -> Summary:
    """Return the summary of ``groups`` with ``frames`` alone; an empty list keeps them all.

    A group is named whole (``Daily · 2024-11``), or by a part of its name: then all that have it are kept.

    Raises:
        UsageError: a group is not among them; the message suggests a near one.
    """
    names = [{row.name, *row.group} for row in summary.groups]
    known = set().union(*names)
    for group in groups:
        if group not in known:
            raise UsageError(f"nothing was read of {group!r}{suggest(group, known)}")
    kept = [row for row, own in zip(summary.groups, names, strict=True) if not groups or own.intersection(groups)]

    def narrow(row: OutletSummary) -> OutletSummary:
        return replace(row, frames={frame: share for frame, share in row.frames.items() if not frames or frame in frames})

    return replace(summary, groups=tuple(map(narrow, kept)), overall=narrow(summary.overall))
