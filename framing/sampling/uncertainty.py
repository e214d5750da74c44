"""Chances of being drawn that follow how unsure a model is of a sentence, and a draw that keeps them exactly."""

from __future__ import annotations

import numpy as np

from framing.arrays import Floats, Integers
from framing.errors import UsageError
from framing.population import Population

UNIFORM = 0.2
"""The part of a draw by uncertainty that all sentences share alike, so that none that the model is sure of is left out."""


def measure_uncertainty(population: Population) -> Floats:
    """Return, per row, the root of the mean of p(1 - p) over the labels that were learnt.

    For one share the best chances are proportional to the deviation of what is predicted; for several shares at once the
    sum of their variances, sum over labels and sentences of p(1 - p)/chance, is least at the root of the mean over labels.
    The maximum over labels would chase one doubtful label.

    Raises:
        UsageError: the population comes without a model, or the model learnt none of its labels.
    """
    learnt = population.probabilities[:, ~np.isnan(population.probabilities).any(axis=0)]
    if not learnt.size:
        raise UsageError("there is no probability to draw by: the model learnt none of these labels; draw at random")
    uncertainty: Floats = np.sqrt((learnt * (1 - learnt)).mean(axis=1))
    return uncertainty


def inclusion_probabilities(uncertainty: Floats, n: int) -> Floats:
    """Return chances that add up to ``n``: proportional to ``uncertainty``, mixed with ``UNIFORM``, none above 1.

    Where a chance would exceed 1 the sentence is certain, and the others share what is left, until none exceeds 1.
    """
    mean = uncertainty.mean()
    weights = (1 - UNIFORM) * uncertainty / mean + UNIFORM if mean > 0 else np.ones(len(uncertainty))
    certain = np.zeros(len(weights), bool)
    while True:
        left = n - certain.sum()
        chances = np.where(certain, 1.0, weights * (left / max(weights[~certain].sum(), np.finfo(float).tiny)))
        above = ~certain & (chances >= 1 - 1e-9)
        if not above.any():
            return chances
        certain |= above


def draw_madow(probabilities: Floats, rng: np.random.Generator) -> Integers:
    """Return the places drawn by systematic sampling with ``probabilities``, which add up to a whole number.

    Source: Madow 1949, "On the theory of systematic sampling, II". The certain ones are taken first, so that rounding can
    give no place twice.
    """
    certain = np.flatnonzero(probabilities == 1)
    rest = np.flatnonzero(probabilities < 1)
    ends = np.cumsum(probabilities[rest])
    count = round(float(ends[-1])) if len(rest) else 0
    ticks = rng.random() + np.arange(count)
    hits = np.minimum(np.searchsorted(ends, ticks, side="right"), len(rest) - 1)
    return np.sort(np.concatenate([certain, rest[hits]]))
