"""Shares of outlets with intervals as others compute them, to set beside those of ``framing.prevalence``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr, stdtrit
from simulated_outlets import Outlet

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


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
    freedom = variance**2 / (one.variance**2 / one.freedom + other.variance**2 / other.freedom)
    return float(2 * stdtr(min(freedom, 1e9), -abs(one.estimate - other.estimate) / sqrt(variance))) < 0.05


def count_sentences(outlets: Sequence[Outlet]) -> list[Guess]:
    """Return naive counting: the share that the model counts in, with Wilson's interval for sentences drawn singly."""
    counted = [(outlet.probability >= outlet.threshold).astype(float) for outlet in outlets]
    means = [(values.mean(), len(values)) for values in counted]
    return [guess_wilson(mean, mean * (1 - mean) / size, 1e9, size) for mean, size in means]


def count_in_articles(outlets: Sequence[Outlet]) -> list[Guess]:
    """Return naive counting with an interval that knows of articles."""
    guesses = []
    for outlet in outlets:
        mean, variance, freedom = average((outlet.probability >= outlet.threshold).astype(float), outlet.article)
        guesses.append(guess_wilson(mean, variance, freedom, len(outlet.article)))
    return guesses


def code_by_hand(outlets: Sequence[Outlet]) -> list[Guess]:
    """Return the weighted mean of the codes alone.

    The interval is Wilson's at the effective sample size of Korn and Graubard (1998), no larger than that of sentences drawn
    singly with these weights, with Student's t over articles: of the usual ones for shares from surveys, the shortest that
    holds.
    """
    guesses = []
    for outlet in outlets:
        label, weight, article, _ = take_coded(outlet)
        mean, variance, freedom = average(label, article, weight)
        singly = float((weight / weight.sum()) ** 2 @ (label - mean) ** 2)
        guesses.append(guess_wilson(mean, max(variance, singly), freedom, weight.sum() ** 2 / (weight @ weight)))
    return guesses


def code_by_hand_here(outlets: Sequence[Outlet]) -> list[Guess]:
    """Return the weighted mean of the codes alone, as the share in these articles: it varies with the draw, and no more."""
    guesses = []
    for outlet in outlets:
        label, weight, article, chance = take_coded(outlet)
        unit = article if outlet.design == "whole articles" else np.arange(len(article))
        mean, variance, freedom = average(label, unit, weight)
        left = 1 - len(label) / len(outlet.label)
        error = (weight / weight.sum()) * (label - mean)
        open_part = float(((1 - chance) * error) @ error / max(error @ error, 1e-300)) if variance > 0 else left
        size = weight.sum() ** 2 / (weight @ weight) / max(left, 1e-9)
        guesses.append(guess_wilson(mean, variance * open_part, freedom, size))
    return guesses


def adjust_pooled(outlets: Sequence[Outlet]) -> list[Guess]:
    """Return adjusted counting (Rogan & Gladen 1978) with the hit and false-alarm rates of all outlets' coded sentences."""
    counted, label, weight, article = pool(outlets, [o.probability >= o.threshold for o in outlets])
    rates = [average(counted[label == code], article[label == code], weight[label == code]) for code in (1, 0)]
    (hits, hits_variance, _), (alarms, alarms_variance, _) = rates
    spread = max(hits - alarms, 0.05)
    guesses = []
    for outlet in outlets:
        mean, variance, freedom = average((outlet.probability >= outlet.threshold).astype(float), outlet.article)
        share = (mean - alarms) / spread
        total = (variance + share**2 * hits_variance + (1 - share) ** 2 * alarms_variance) / spread**2
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


def take_coded(outlet: Outlet) -> tuple[Floats, Floats, Integers, Floats]:
    """Return the labels, weights, articles and inclusion probabilities of the coded sentences."""
    coded = ~np.isnan(outlet.label)
    return outlet.label[coded], 1 / outlet.chance[coded], outlet.article[coded], outlet.chance[coded]


def pool(outlets: Sequence[Outlet], values: Sequence[NDArray[np.generic]]) -> tuple[Floats, Floats, Floats, Integers]:
    """Return the ``values``, labels, weights and articles of all coded sentences."""
    coded = [take_coded(outlet) for outlet in outlets]
    chosen = [v[~np.isnan(outlet.label)].astype(float) for v, outlet in zip(values, outlets, strict=True)]
    label, weight, article = (np.concatenate([columns[number] for columns in coded]) for number in range(3))
    return np.concatenate(chosen), label, weight, article


def average(values: Floats, article: Integers, weight: Floats | None = None) -> tuple[float, float, float]:
    """Return the weighted mean, its variance with articles as clusters, and the degrees of freedom."""
    if len(values) == 0:
        return 0.0, 0.0, 1.0
    weight = np.ones(len(values)) if weight is None else weight
    mean = float(weight @ values / weight.sum())
    parts = np.bincount(article, weight * (values - mean)) / weight.sum()
    count = len(np.unique(article))
    return mean, float(parts @ parts) * count / max(count - 1, 1), float(max(count - 1, 1))


def guess_wilson(mean: float, variance: float, freedom: float, most: float) -> Guess:
    """Return Wilson's (1927) interval at the effective sample size; that is ``most`` where there is no variance."""
    size = mean * (1 - mean) / variance if variance > 0 else most
    q = stdtrit(freedom, 0.975)
    centre = (mean + q**2 / (2 * size)) / (1 + q**2 / size)
    reach = q / (1 + q**2 / size) * sqrt(mean * (1 - mean) / size + q**2 / (4 * size**2))
    return Guess(mean, max(centre - reach, 0.0), min(centre + reach, 1.0), variance, freedom)


def guess_wald(mean: float, variance: float, freedom: float, least: float = 0.0) -> Guess:
    """Return Student's interval, held between ``least`` and 1."""
    reach = stdtrit(freedom, 0.975) * sqrt(variance)
    low, high = mean - reach, mean + reach
    return Guess(mean, min(max(low, least), 1.0), max(min(high, 1.0), least), variance, freedom)
