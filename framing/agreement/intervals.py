"""The interval of alpha where coders hardly differ: samples of articles then vary too little, or not at all.

Where no code differs, every sample has an alpha of 1, be there one sentence with the label or a thousand. What is still to be
learnt is a share: how often codes differ where the label is in play. Its exact interval is known (Clopper and Pearson 1934),
for sentences that stand in articles with the number of trials that Korn and Graubard (1998) give it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from framing.agreement.alpha import Floats, alphas

Interval = tuple[float | None, float | None]

_TAIL = 0.025
"""What an end of a 95 % interval leaves out."""


@dataclass(frozen=True)
class Differences:
    """What coders said of the units whose codes are not all of one value, the ``common`` one (its place).

    ``differing`` are the coincidences of different codes in each article, each times its distance; ``telling`` are all those
    but of the common value with itself; the one over the other is the share of differing codes. ``units`` are the units
    that these come from.
    """

    common: int
    differing: Floats
    telling: Floats
    units: int


def find_exact_interval(matrix: Floats, distances: Floats, differences: Differences) -> tuple[float, float]:
    """Return 95 % bounds of alpha: those of the share of differing codes, each turned into the alpha that it would make.

    ``matrix`` are the coincidences of all units and ``distances`` those between their values, both values × values. That the
    share is taken among ``telling`` coincidences, and the marginals follow it, is what tells a rare label: a hundred sentences
    without it say nothing on whether coders would see it. With no differing code, it takes ten units that have a
    rare label for a lower end of .800: 1 - .025^(1/10) = .308, and .308 / (2 - .308) = .182. Krippendorff's table
    of sample sizes (2004, after Bloch and Kraemer 1989) asks the same question of the normal distribution.
    """
    low, high = bound_share(differences)
    ends = [_alpha_at(share, matrix, distances, differences.common) for share in (low, high)]
    return min(ends), max(ends)


def bound_share(differences: Differences) -> tuple[float, float]:
    """Return the exact 95 % bounds of the share of differing codes.

    The units count as fewer trials where articles vary more than chance would make them (their ratio variance over the
    binomial one), and as fewer still where there are few articles (the t quantiles of Korn and Graubard 1998). They never
    count as more than they are. Where no code differs, or all do, articles show no variance and the t quantiles alone apply.
    One article bounds nothing: from 0 to 1.
    """
    from scipy.special import betaincinv, stdtrit

    there = differences.telling > 0
    articles = int(there.sum())
    if articles < 2:
        return 0.0, 1.0
    differing, telling = differences.differing[there], differences.telling[there]
    total = telling.sum()
    share = min(differing.sum() / total, 1.0)
    variance = articles / (articles - 1) * ((differing - share * telling) ** 2).sum() / total**2
    units = differences.units
    trials = min(units, share * (1 - share) / variance) if 0 < share < 1 and variance > 0 else units
    trials *= min(1.0, stdtrit(units - 1, 1 - _TAIL) / stdtrit(articles - 1, 1 - _TAIL)) ** 2
    hits = share * trials
    low = betaincinv(hits, trials - hits + 1, _TAIL) if hits > 0 else 0.0
    high = betaincinv(hits + 1, trials - hits, 1 - _TAIL) if trials > hits else 1.0
    return float(low), float(high)


def _alpha_at(share: float, matrix: Floats, distances: Floats, common: int) -> float:
    """Return the alpha if ``share`` of the telling coincidences differed, and the others among them were as they are.

    Where none differ yet, those that would are taken to mix a value with the commonest one; where all do, each value that is
    not the commonest would meet itself as often as it was given.
    """
    rest = matrix.copy()
    rest[common, common] = 0
    apart, alike = (rest * distances).sum(axis=0), (rest * (1 - distances)).sum(axis=0)
    total, others = rest.sum(), np.arange(len(matrix)) != common
    if not apart.sum():
        apart = np.where(others, alike, alike.sum())
    if not alike.sum():
        alike = np.where(others, apart, 0.0)
    marginals = share * total * apart / apart.sum() + (1 - share) * total * alike / alike.sum()
    marginals[common] += matrix[common, common]
    return float(alphas(np.array([share * total]), marginals[None], distances)[0])


def join_intervals(sampled: Interval, exact: tuple[float, float]) -> tuple[float, float]:
    """Return the wider of the two at either end; ``sampled`` has no ends where alpha is undefined in every sample."""
    low, high = sampled
    return exact[0] if low is None else min(low, exact[0]), exact[1] if high is None else max(high, exact[1])
