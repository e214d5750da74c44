"""Krippendorff's alpha of codes in arrays: coincidences, distances, and samples of articles for the interval.

The notation is that of Krippendorff (2011), "Computing Krippendorff's Alpha-Reliability": a unit of m codes adds each
ordered pair of them to the coincidence matrix, weighted 1 / (m - 1). So any number of coders and missing codes are allowed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Bools = NDArray[np.bool_]

REPLICATIONS = 2000
"""Samples of articles behind an interval."""

_BLOCK = 2**22
"""Draws that are held at a time: 32 MiB."""


@dataclass(frozen=True)
class CodePairs:
    """Every pair of codes of one unit, once: the rows ``first`` and ``second``, and the ``weight`` 1 / (m - 1) of the pair."""

    first: NDArray[np.intp]
    second: NDArray[np.intp]
    weight: Floats


def pair_codes(unit: Integers) -> CodePairs:
    """Return the pairs of rows that share a unit; ``unit`` numbers the unit of each row, and rows of a unit stand together."""
    size = np.bincount(unit)[unit] if len(unit) else unit
    first, second = [np.zeros(0, np.intp)], [np.zeros(0, np.intp)]
    for step in range(1, int(size.max(initial=0))):
        row = np.flatnonzero(unit[step:] == unit[:-step])
        first.append(row)
        second.append(row + step)
    rows = np.concatenate(first)
    return CodePairs(rows, np.concatenate(second), np.asarray(1 / (size[rows] - 1), np.float64))


def coincidences(codes: Integers, pairs: CodePairs, group: Integers, *, groups: int, values: int) -> Floats:
    """Return the coincidence matrix of each group of units (say, an article), groups × values × values.

    ``codes`` and ``group`` have one entry per row; codes count from 0 to ``values`` - 1.
    """
    cell = (group[pairs.first] * values + codes[pairs.first]) * values + codes[pairs.second]
    half = np.bincount(cell, pairs.weight, groups * values**2).astype(np.float64).reshape(groups, values, values)
    return half + half.swapaxes(1, 2)


def nominal_distances(values: int) -> Floats:
    """Return distances of 1 between any two different values."""
    return 1 - np.eye(values)


def ordinal_distances(marginals: Floats) -> Floats:
    """Return Krippendorff's ordinal distances between ranked values (2011, section D), (…, values, values).

    They depend on the data: the square of how many codes lie between two values, those of the two themselves counted half.
    ``marginals`` are the numbers of codes by value, (…, values), in the order of rank.
    """
    middle = np.cumsum(marginals, axis=-1) - marginals / 2
    return np.asarray((middle[..., :, None] - middle[..., None, :]) ** 2)


def masi_distances(sets: Bools) -> Floats:
    """Return the distances between sets of labels, sets × sets: 1 - MASI (Passonneau 2006).

    MASI is the Jaccard similarity times 1 for equal sets, 2/3 where one holds the other, 1/3 where they overlap, else 0.
    ``sets`` are sets × labels. Two empty sets are equal.
    """
    held = sets.astype(float)
    common, size = held @ held.T, held.sum(axis=1)
    union = size[:, None] + size - common
    jaccard = np.divide(common, union, out=np.ones_like(common), where=union > 0)
    within = common == np.minimum(size[:, None], size)
    equal = within & (size[:, None] == size)
    return np.asarray(1 - jaccard * np.select([equal, within, common > 0], [1, 2 / 3, 1 / 3], 0))


def alphas(observed: Floats, marginals: Floats, distances: Floats) -> Floats:
    """Return alpha for each of several samples; NaN where it is undefined: all codes are the same, or there are none.

    ``observed`` is each sample's sum of coincidences times distances, ``marginals`` its numbers of codes by value (samples ×
    values), ``distances`` the distances between the values, of all samples or of each.
    """
    expected = ((marginals[..., None, :] @ distances)[..., 0, :] * marginals).sum(axis=-1)
    found = np.full(np.shape(expected), np.nan)
    np.divide((marginals.sum(axis=-1) - 1) * observed, expected, out=found, where=expected > 0)
    return 1 - found


def alphas_from(matrices: Floats, distances: Floats) -> Floats:
    """Return alpha of each coincidence matrix (…, values, values); NaN where it is undefined."""
    return alphas((matrices * distances).sum(axis=(-2, -1)), matrices.sum(axis=-1), distances)


def alpha_from(matrix: Floats, distances: Floats) -> float | None:
    """Return alpha of one coincidence matrix with any distances between the values, None where it is undefined.

    It is 1 - (n - 1) · Σ o(c,k)·δ(c,k) / Σ n(c)·n(k)·δ(c,k) with coincidences o, marginals n(c), their sum n, distances δ.
    """
    return defined(alphas_from(matrix[None], distances)[0])


def defined(value: float | np.float64) -> float | None:
    """Return ``value``, or None for NaN."""
    return None if np.isnan(value) else float(value)


def resample(sums: Floats, seed: int) -> Floats:
    """Return the sums of the rows over ``REPLICATIONS`` samples of as many rows with replacement, replications × columns.

    With a row per article this is the bootstrap over articles: sentences of one are coded alike, and no sample of their own.
    """
    rows, draw = len(sums), np.random.default_rng(seed)
    block = max(1, _BLOCK // rows)
    drawn = []
    for start in range(0, REPLICATIONS, block):
        size = min(block, REPLICATIONS - start)
        picked = draw.integers(rows, size=(size, rows)) + rows * np.arange(size)[:, None]
        weights = np.bincount(picked.ravel(), minlength=size * rows).reshape(size, rows)
        drawn.append(weights.astype(float) @ sums)
    return np.concatenate(drawn)


def percentile_interval(values: Floats) -> tuple[float | None, float | None]:
    """Return the bounds between which 95 % of ``values`` lie; samples where alpha is undefined (NaN) are left out.

    Alpha is undefined in a sample that draws none of the articles with a value other than the common one: of k such articles
    about e^-k of the samples, 5 % at k = 3. To leave them out narrows the interval, and with it the exact one of
    ``framing.agreement.intervals``, which needs no samples and is very wide for so few articles, takes over.
    """
    kept = values[~np.isnan(values)]
    if not len(kept):
        return None, None
    low, high = np.quantile(kept, [0.025, 0.975])
    return float(low), float(high)
