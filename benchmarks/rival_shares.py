"""Shares of outlets with intervals as others compute them, for ``coverage.py`` to set beside those of ``framing.prevalence``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, sqrt

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr, stdtrit
from simulated_outlets import Outlet

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Guess:
    """A share with its 95 % interval; ``variance`` and ``freedom`` serve the test of a difference."""

    estimate: float
    low: float
    high: float
    variance: float
    freedom: float


def differ(one: Guess, other: Guess) -> bool:
    """Return whether two shares are told apart at 5 % by Student's t with Satterthwaite's degrees of freedom."""
    variance = one.variance + other.variance
    if variance == 0:
        return one.estimate != other.estimate
    freedom = min(variance**2 / (one.variance**2 / one.freedom + other.variance**2 / other.freedom), 1e9)
    return float(2 * stdtr(freedom, -abs(one.estimate - other.estimate) / sqrt(variance))) < 0.05


def count_alone(outlets: Sequence[Outlet]) -> list[Guess]:
    """Return naive counting: the share that the model counts in, with Wilson's interval for sentences drawn singly."""
    counted = [(outlet.probability >= outlet.threshold).astype(float) for outlet in outlets]
    means = [(values.mean(), len(values)) for values in counted]
    return [guess_wilson(mean, mean * (1 - mean) / size, 1e9, size) for mean, size in means]


def count_clustered(outlets: Sequence[Outlet]) -> list[Guess]:
    """Return naive counting with an interval that knows of articles."""
    guesses = []
    for outlet in outlets:
        mean, variance, freedom = average((outlet.probability >= outlet.threshold).astype(float), outlet.article)
        guesses.append(guess_wilson(mean, variance, freedom, len(outlet.article)))
    return guesses


def code_by_hand(outlets: Sequence[Outlet]) -> list[Guess]:
    """Return the weighted mean of the codes alone.

    The interval is Wilson's at the effective sample size of Korn and Graubard (1998), at most the sentences coded, with
    Student's t over articles: in simulations of surveys the shortest of the usual ones that keeps what it promises.
    """
    guesses = []
    for outlet in outlets:
        coded = ~np.isnan(outlet.label)
        label, weight = outlet.label[coded], 1 / outlet.chance[coded]
        mean, variance, freedom = average(label, outlet.article[coded], weight)
        singly = float((weight / weight.sum()) ** 2 @ (label - mean) ** 2)
        guesses.append(guess_wilson(mean, max(variance, singly), freedom, weight.sum() ** 2 / (weight @ weight)))
    return guesses


def adjust_pooled(outlets: Sequence[Outlet]) -> list[Guess]:
    """Return adjusted counting (Rogan & Gladen 1978) with the hit and false-alarm rates of all outlets' coded sentences."""
    counted, label, weight, article = pool(outlets, [o.probability >= o.threshold for o in outlets])
    rates = [average(counted[label == code], article[label == code], weight[label == code]) for code in (1, 0)]
    (hits, hits_variance, _), (alarms, alarms_variance, _) = rates
    spread = hits - alarms
    guesses = []
    for outlet in outlets:
        mean, variance, freedom = average((outlet.probability >= outlet.threshold).astype(float), outlet.article)
        share = (mean - alarms) / spread if spread > 0.05 else mean
        total = (variance + share**2 * hits_variance + (1 - share) ** 2 * alarms_variance) / max(spread, 0.05) ** 2
        guesses.append(guess_wald(share, total, freedom))
    return guesses


def rectify_pooled(outlets: Sequence[Outlet]) -> list[Guess]:
    """Return prediction-powered inference with one rectifier, the mean error on all outlets' coded sentences."""
    chances, label, weight, article = pool(outlets, [o.probability for o in outlets])
    error, error_variance, _ = average(label - chances, article, weight)
    guesses = []
    for outlet in outlets:
        mean, variance, freedom = average(outlet.probability, outlet.article)
        guesses.append(guess_wald(mean + error, variance + error_variance, freedom))
    return guesses


def pool(outlets: Sequence[Outlet], values: Sequence[NDArray[np.generic]]) -> tuple[Floats, Floats, Floats, NDArray[np.int64]]:
    """Return the ``values``, labels, weights and articles of all coded sentences."""
    coded = [~np.isnan(outlet.label) for outlet in outlets]
    first = np.cumsum([0, *(outlet.article[-1] + 1 for outlet in outlets)])
    return (
        np.concatenate([v[c].astype(float) for v, c in zip(values, coded, strict=True)]),
        np.concatenate([o.label[c] for o, c in zip(outlets, coded, strict=True)]),
        np.concatenate([1 / o.chance[c] for o, c in zip(outlets, coded, strict=True)]),
        np.concatenate([o.article[c] + number for o, c, number in zip(outlets, coded, first, strict=False)]),
    )


def average(values: Floats, article: NDArray[np.int64], weight: Floats | None = None) -> tuple[float, float, float]:
    """Return the weighted mean, its variance with articles as clusters, and the degrees of freedom."""
    weight = np.ones(len(values)) if weight is None else weight
    if len(values) == 0:
        return 0.0, 0.0, 1.0
    mean = float(weight @ values / weight.sum())
    clusters = np.unique(article)
    parts = np.bincount(article, weight * (values - mean)) / weight.sum()
    count = len(clusters)
    return mean, float(parts @ parts) * count / max(count - 1, 1), float(max(count - 1, 1))


def guess_wilson(mean: float, variance: float, freedom: float, most: float) -> Guess:
    """Return Wilson's (1927) interval at the effective sample size, at most ``most``."""
    size = mean * (1 - mean) / variance if variance > 0 else most
    q = stdtrit(freedom, 0.975)
    centre = (mean + q**2 / (2 * size)) / (1 + q**2 / size)
    reach = q / (1 + q**2 / size) * sqrt(mean * (1 - mean) / size + q**2 / (4 * size**2))
    return Guess(mean, max(centre - reach, 0.0), min(centre + reach, 1.0), variance, freedom)


def guess_wald(mean: float, variance: float, freedom: float) -> Guess:
    """Return Student's interval, held within [0, 1]."""
    reach = stdtrit(freedom, 0.975) * sqrt(variance) if variance < inf else inf
    low, high = max(mean - reach, 0.0), min(mean + reach, 1.0)
    return Guess(mean, min(low, 1.0), max(high, 0.0), variance, freedom)
