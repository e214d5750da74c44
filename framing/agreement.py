"""Intercoder agreement per label, from codings made without sight of another.

Krippendorff's alpha is computed from the coincidence matrix (Krippendorff 2011, "Computing Krippendorff's
Alpha-Reliability"), so any number of coders and missing codes are allowed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from framing.annotations import Annotation, blind_codings
from framing.codebook import STANCES

REPLICATIONS = 1000
RELIABLE, TENTATIVE = 0.800, 0.667
"""Krippendorff's (2004) bounds: at or above the first a label is reliable, from the second on tentative."""


@dataclass(frozen=True, slots=True)
class LabelAgreement:
    """The agreement on one frame, or on the stance towards one target.

    ``units`` are sentences coded by two coders or more. ``positives`` are the codes (not sentences) that have the
    frame, or a stance other than none. ``percent`` is the share of agreeing pairs. ``alpha`` is None where it is
    undefined: all codes are the same. ``low`` and ``high`` bound its 95 % interval by bootstrap over articles.
    ``ac1`` is Gwet's, ``positive_agreement`` the F1 of one coder against another.
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

    @property
    def verdict(self) -> str:
        """``reliable``, ``tentative`` or ``unreliable``, judged by the lower end of the interval; else what is missing."""
        if self.alpha is None:
            return "undefined"
        if self.low is None:
            return "one article"
        return "reliable" if self.low >= RELIABLE else "tentative" if self.low >= TENTATIVE else "unreliable"


def coincidences(units: Iterable[Sequence[Hashable]], values: Sequence[Hashable]) -> NDArray[np.float64]:
    """Return the coincidence matrix, values × values: each unit of m codes adds its ordered pairs, weighted 1 / (m - 1)."""
    place = {value: number for number, value in enumerate(values)}
    matrix = np.zeros((len(values), len(values)))
    for codes in units:
        if len(codes) > 1:
            count = np.bincount([place[code] for code in codes], minlength=len(values)).astype(float)
            matrix += (np.outer(count, count) - np.diag(count)) / (len(codes) - 1)
    return matrix


def alpha_from(matrix: NDArray[np.float64]) -> float | None:
    """Return nominal alpha of a coincidence matrix, None where all codes are the same or there are none."""
    totals = matrix.sum(axis=0)
    total = totals.sum()
    expected = total**2 - (totals**2).sum()
    if total <= 1 or expected <= 0:
        return None
    observed = total - np.trace(matrix)
    return float(1 - (total - 1) * observed / expected)


def measure_agreement(
    annotations: Iterable[Annotation], frame_ids: Sequence[str], target_ids: Sequence[str], *, seed: int = 0
) -> list[LabelAgreement]:
    """Return one row per frame and stance target, in that order; blind codings only.

    Where a coder coded a sentence more than once, the last coding counts.
    """
    shared, articles = _shared_units(annotations)
    rows = []
    for frame in frame_ids:
        codes: dict[Hashable, list[Hashable]] = {unit: [frame in c.frames for c in codings] for unit, codings in shared.items()}
        rows.append(_measure(frame, codes, (False, True), (True,), articles, seed))
    for target in target_ids:
        given = {unit: [c.stance_towards(target) for c in codings] for unit, codings in shared.items()}
        known: dict[Hashable, list[Hashable]] = {unit: [v for v in values if v is not None] for unit, values in given.items()}
        rows.append(_measure(target, known, STANCES, STANCES[:-1], articles, seed))
    return rows


def measure_stance_agreement(
    annotations: Iterable[Annotation], target_ids: Sequence[str], *, seed: int = 0
) -> list[LabelAgreement]:
    """Return one row per stance of each target (``target:stance``): whether coders agree that a sentence takes it."""
    shared, articles = _shared_units(annotations)
    rows = []
    for target in target_ids:
        given = {unit: [c.stance_towards(target) for c in codings] for unit, codings in shared.items()}
        for stance in STANCES:
            codes: dict[Hashable, list[Hashable]] = {u: [v == stance for v in vs if v is not None] for u, vs in given.items()}
            rows.append(_measure(f"{target}:{stance}", codes, (False, True), (True,), articles, seed))
    return rows


def _shared_units(
    annotations: Iterable[Annotation],
) -> tuple[dict[tuple[str, str], list[Annotation]], dict[tuple[str, str], str]]:
    """Return the blind codings of each sentence that two coders or more coded, and its article."""
    by_unit: dict[tuple[str, str], dict[str, Annotation]] = {}
    for coding in blind_codings(annotations):
        by_unit.setdefault((coding.article, coding.id), {})[coding.coder or ""] = coding
    shared = {unit: list(codings.values()) for unit, codings in by_unit.items() if len(codings) > 1}
    return shared, {unit: unit[0] for unit in shared}


def _measure(
    label: str,
    units: Mapping[Hashable, Sequence[Hashable]],
    values: Sequence[Hashable],
    positive: Sequence[Hashable],
    articles: Mapping[tuple[str, str], str],
    seed: int,
) -> LabelAgreement:
    units = {unit: codes for unit, codes in units.items() if len(codes) > 1}
    by_article: dict[str, list[Sequence[Hashable]]] = {}
    for unit, codes in units.items():
        by_article.setdefault(articles[unit], []).append(codes)  # type: ignore[index]
    matrices = np.array([coincidences(group, values) for group in by_article.values()]).reshape(-1, len(values), len(values))
    whole = matrices.sum(axis=0)
    total = whole.sum()
    low, high = _interval(matrices, seed)
    yes = [values.index(value) for value in positive]
    count = sum(code in positive for codes in units.values() for code in codes)
    marked = whole[yes].sum()
    return LabelAgreement(
        label=label,
        units=len(units),
        positives=count,
        percent=float(np.trace(whole) / total) if total else None,
        alpha=alpha_from(whole),
        low=low,
        high=high,
        ac1=_gwet_ac1(units.values(), len(values)),
        positive_agreement=float(whole[yes, yes].sum() / marked) if marked else None,
    )


def _interval(matrices: NDArray[np.float64], seed: int) -> tuple[float | None, float | None]:
    """Return the 95 % percentile interval of alpha over samples of articles; samples without variation are left out."""
    if alpha_from(matrices.sum(axis=0)) is None or len(matrices) < 2:
        return None, None
    share = np.full(len(matrices), 1 / len(matrices))
    weights = np.random.default_rng(seed).multinomial(len(matrices), share, REPLICATIONS)
    drawn = [alpha_from(np.tensordot(row, matrices, axes=1)) for row in weights]
    defined = [value for value in drawn if value is not None]
    low, high = np.quantile(defined, [0.025, 0.975])
    return float(low), float(high)


def _gwet_ac1(units: Iterable[Sequence[Hashable]], categories: int) -> float | None:
    """Return Gwet's AC1 (Gwet 2008): chance agreement from how evenly the categories are used."""
    kept = [Counter(codes) for codes in units]
    if not kept:
        return None
    observed = np.mean([sum(c * (c - 1) for c in unit.values()) / (unit.total() * (unit.total() - 1)) for unit in kept])
    shares: Counter[Hashable] = Counter()
    for unit in kept:
        for value, count in unit.items():
            shares[value] += count / unit.total() / len(kept)  # type: ignore[assignment]
    # Categories that nobody used have share 0 and add nothing.
    chance = sum(share * (1 - share) for share in shares.values()) / (categories - 1)
    return float((observed - chance) / (1 - chance)) if chance < 1 else None
