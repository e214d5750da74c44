"""Intercoder agreement per label, and over whole sets of frames, from codings made without sight of another."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from framing.agreement.alpha import (
    Floats,
    Integers,
    alpha_from,
    alphas,
    alphas_from,
    coincidences,
    masi_distances,
    nominal_distances,
    ordinal_distances,
    pair_codes,
    percentile_interval,
    resample,
)
from framing.agreement.intervals import Differences, Interval, find_exact_interval, join_intervals
from framing.agreement.reliability_data import LabelCodes, ReliabilityData, encode_blind, take_side
from framing.annotations import Annotation
from framing.codebook import STANCES

RELIABLE, TENTATIVE = 0.800, 0.667
"""Krippendorff's (2004) bounds: at or above the first a label is reliable, from the second on tentative."""

TOO_FEW = "too few"
"""The verdict where alpha is at or above ``RELIABLE`` and its lower end below ``TENTATIVE``: the sample tells nothing."""


@dataclass(frozen=True, slots=True)
class LabelAgreement:
    """The agreement on one frame, or on the stance towards one target.

    ``units`` are sentences coded by two coders or more. ``positives`` are the codes (not sentences) that have the
    frame, or a stance other than none. ``percent`` is the share of agreeing pairs. ``alpha`` is nominal, and None where it
    is undefined: all codes are the same. ``low`` and ``high`` bound its 95 % interval: by bootstrap over articles, or by the
    exact one of the share of differing codes at an end where that is wider, as it is where few codes differ.
    ``ac1`` is Gwet's, ``positive_agreement`` the F1 of one coder against another. ``ordinal`` is the alpha of a stance as a
    rank from against over none to favor; a frame has none.
    """

    label: str
    units: int
    positives: int
    percent: float | None
    alpha: float | None
    low: float | None
    high: float | None
    ac1: float | None
    positive_agreement: float | None
    ordinal: float | None = None

    @property
    def verdict(self) -> str:
        """``reliable``, ``tentative`` or ``unreliable``, judged by the lower end of the interval; else what is missing.

        ``TOO_FEW`` says that only more sentences that have the label can tell.
        """
        if self.alpha is None:
            return "undefined"
        if self.low is None:
            return "one article"
        if self.low < TENTATIVE:
            return TOO_FEW if self.alpha >= RELIABLE else "unreliable"
        return "reliable" if self.low >= RELIABLE else "tentative"


@dataclass(frozen=True, slots=True)
class SetAgreement:
    """The agreement on whole sets of frames: alpha with MASI distances (Passonneau 2006), and its 95 % interval.

    ``units`` are sentences coded by two coders or more, ``sets`` the different sets that were given. It is an extra beside
    the agreement per label and no substitute: a label that is coded at random hardly moves it.
    """

    units: int
    sets: int
    alpha: float | None
    low: float | None
    high: float | None


def measure_agreement(
    annotations: Iterable[Annotation], frame_ids: Sequence[str], target_ids: Sequence[str], *, seed: int = 0
) -> list[LabelAgreement]:
    """Return one row per frame and stance target, in that order; blind codings only.

    Where a coder coded a sentence more than once, the last coding counts.
    """
    return measure_labels(encode_blind(annotations, frame_ids, target_ids), seed=seed)


def measure_stance_agreement(
    annotations: Iterable[Annotation], target_ids: Sequence[str], *, seed: int = 0
) -> list[LabelAgreement]:
    """Return one row per stance of each target (``target:stance``): whether coders agree that a sentence takes it."""
    data = encode_blind(annotations, (), target_ids)
    return _measure([take_side(target, stance) for target in data.targets for stance in STANCES], data, seed)


def measure_labels(data: ReliabilityData, *, seed: int = 0) -> list[LabelAgreement]:
    """Return one row per frame and stance target of ``data``, in that order."""
    return _measure(data.labels, data, seed)


def measure_set_agreement(data: ReliabilityData, *, seed: int = 0) -> SetAgreement:
    """Return the agreement on the whole sets of frames of ``data``; alpha is None where all sets are the same."""
    given = np.array([frame.codes for frame in data.frames], bool).reshape(len(data.frames), len(data.unit)).T
    sets, code = np.unique(given, axis=0, return_inverse=True)
    distances = masi_distances(sets)
    pairs = pair_codes(data.unit)
    matrix = coincidences(code, pairs, np.zeros_like(data.unit), groups=1, values=len(sets))[0]
    alpha = alpha_from(matrix, distances)
    if alpha is None or data.articles < 2:
        return SetAgreement(data.units, len(sets), alpha, None, None)
    first, second, article = code[pairs.first], code[pairs.second], data.article[pairs.first]
    observed = _add_up(article, 2 * pairs.weight * distances[first, second], data.articles)
    marginals = np.bincount(data.article * len(sets) + code, minlength=data.articles * len(sets))
    drawn = resample(np.column_stack([observed, marginals.reshape(data.articles, len(sets))]), seed)
    common = int(np.bincount(code).argmax())
    telling = _add_up(article, 2 * pairs.weight * ((first != common) | (second != common)), data.articles)
    differences = Differences(common, observed, telling, len(np.unique(data.unit[code != common])))
    sampled = percentile_interval(alphas(drawn[:, 0], drawn[:, 1:], distances))
    low, high = join_intervals(sampled, find_exact_interval(matrix, distances, differences))
    return SetAgreement(data.units, len(sets), alpha, low, high)


def _add_up(group: Integers, values: Floats, groups: int) -> Floats:
    return np.asarray(np.bincount(group, values, groups), np.float64)


def _measure(labels: Sequence[LabelCodes], data: ReliabilityData, seed: int) -> list[LabelAgreement]:
    matrices = [_count(codes, data) for codes in labels]
    intervals = _sample_intervals(matrices, seed)
    return [_summarise(c, data, m, i) for c, m, i in zip(labels, matrices, intervals, strict=True)]


def _count(codes: LabelCodes, data: ReliabilityData) -> Floats:
    """Return the coincidence matrix of each article."""
    known = codes.codes >= 0
    pairs = pair_codes(data.unit[known])
    return coincidences(codes.codes[known], pairs, data.article[known], groups=data.articles, values=len(codes.values))


def _sample_intervals(matrices: Sequence[Floats], seed: int) -> list[Interval]:
    """Return the 95 % bootstrap interval of nominal alpha per label, without ends where alpha is undefined in every sample."""
    if not matrices or not len(matrices[0]):
        return [(None, None)] * len(matrices)
    # One draw of articles serves all labels: their matrices stand side by side as columns.
    drawn = resample(np.concatenate([matrix.reshape(len(matrix), -1) for matrix in matrices], axis=1), seed)
    ends = np.cumsum([matrix[0].size for matrix in matrices])
    split = np.split(drawn, ends[:-1], axis=1)
    samples = [columns.reshape(-1, *matrix.shape[1:]) for matrix, columns in zip(matrices, split, strict=True)]
    return [percentile_interval(alphas_from(drawn, nominal_distances(drawn.shape[1]))) for drawn in samples]


def _summarise(codes: LabelCodes, data: ReliabilityData, matrices: Floats, sampled: Interval) -> LabelAgreement:
    counts = _count_values(codes, data.unit)
    matrix, positive = matrices.sum(axis=0), list(codes.positive)
    total, marked = matrix.sum(), matrix[positive].sum()
    alpha = alpha_from(matrix, nominal_distances(len(codes.values)))
    low, high = (None, None) if alpha is None else _widen(sampled, matrices, counts)
    return LabelAgreement(
        label=codes.label,
        units=len(counts),
        positives=int(counts[:, positive].sum()),
        percent=float(np.trace(matrix) / total) if total else None,
        alpha=alpha,
        low=low,
        high=high,
        ac1=_gwet_ac1(counts),
        positive_agreement=float(matrix[positive, positive].sum() / marked) if marked else None,
        ordinal=alpha_from(matrix, ordinal_distances(matrix.sum(axis=0))) if codes.ordered else None,
    )


def _widen(sampled: Interval, matrices: Floats, counts: Integers) -> Interval:
    """Return the sampled interval, or the exact one where that is wider; none where fewer than two articles have codes."""
    if np.count_nonzero(matrices.any(axis=(1, 2))) < 2:
        return None, None
    matrix, distances = matrices.sum(axis=0), nominal_distances(counts.shape[1])
    common = int(counts.sum(axis=0).argmax())
    differing = (matrices * distances).sum(axis=(1, 2))
    telling = matrices.sum(axis=(1, 2)) - matrices[:, common, common]
    units = int(np.count_nonzero(counts.sum(axis=1) > counts[:, common]))
    return join_intervals(sampled, find_exact_interval(matrix, distances, Differences(common, differing, telling, units)))


def _count_values(codes: LabelCodes, unit: Integers) -> Integers:
    """Return how many coders gave each value, units × values, of units that two coders or more coded."""
    known = codes.codes >= 0
    values = len(codes.values)
    units = int(unit.max(initial=-1)) + 1
    counts = np.bincount(unit[known] * values + codes.codes[known], minlength=units * values).reshape(units, values)
    return np.asarray(counts[counts.sum(axis=1) > 1])


def _gwet_ac1(counts: Integers) -> float | None:
    """Return Gwet's AC1 (Gwet 2008): chance agreement from how evenly the categories are used.

    Units with one code, which Gwet counts among the shares of the categories, have been left out.
    """
    if not len(counts):
        return None
    coders = counts.sum(axis=1)
    observed = ((counts * (counts - 1)).sum(axis=1) / (coders * (coders - 1))).mean()
    shares = (counts / coders[:, None]).mean(axis=0)
    chance = (shares * (1 - shares)).sum() / (counts.shape[1] - 1)
    return float((observed - chance) / (1 - chance))
