"""Agreement between two coders, and of a coder with herself: who reads the codebook in another way, and who changed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from framing.agreement.alpha import Floats, Integers, alphas_from, defined, nominal_distances, pair_codes
from framing.agreement.reliability_data import LabelCodes, ReliabilityData, encode_recoded
from framing.annotations import Annotation


@dataclass(frozen=True, slots=True)
class PairAgreement:
    """The agreement of two coders on one label, with the codes that they gave.

    ``units`` are the sentences that both coded. ``percent`` is the share of agreement, ``alpha`` nominal alpha, None where
    all codes are the same or there are none. ``counts`` are values × values: how many sentences had one of ``values`` from
    ``coder`` (rows) and one from ``other`` (columns).
    """

    label: str
    coder: str
    other: str
    units: int
    percent: float | None
    alpha: float | None
    values: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]

    @property
    def differing(self) -> int:
        """How many sentences the two coded differently."""
        return self.units - sum(row[place] for place, row in enumerate(self.counts))


@dataclass(frozen=True, slots=True)
class IntracoderAgreement:
    """The agreement of a coder's blind codings with the same coder's later recodings, on one label; fields as in a pair's.

    ``counts`` has the value of the first coding in its rows, that of the recoding in its columns.
    """

    label: str
    coder: str
    units: int
    percent: float | None
    alpha: float | None
    values: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]


def measure_pairs(data: ReliabilityData) -> list[PairAgreement]:
    """Return the agreement of every two coders who share sentences, on each label: pair by pair, coders in order of name."""
    pairs = pair_codes(data.unit)
    many = max(len(data.coders), 1)
    low, high = (choose(data.coder[pairs.first], data.coder[pairs.second]) for choose in (np.minimum, np.maximum))
    found, number = np.unique(low * many + high, return_inverse=True)
    swapped = data.coder[pairs.first] != low
    rows = np.where(swapped, pairs.second, pairs.first), np.where(swapped, pairs.first, pairs.second)
    tables = [_cross(label, rows, number, len(found)) for label in data.labels]
    figures = [_measure(table) for table in tables]
    names = [(data.coders[pair // many], data.coders[pair % many]) for pair in found]
    return [
        PairAgreement(label.label, coder, other, *figure[place], label.values, _integers(table[place]))
        for place, (coder, other) in enumerate(names)
        for label, table, figure in zip(data.labels, tables, figures, strict=True)
    ]


def measure_intracoder_agreement(
    annotations: Iterable[Annotation], frame_ids: Sequence[str], target_ids: Sequence[str]
) -> list[IntracoderAgreement]:
    """Return the agreement of each coder who recoded sentences with the earlier blind coding, on each label.

    Of several codings of one phase the last counts. The list is empty where nobody recoded a sentence.
    """
    data = encode_recoded(annotations, frame_ids, target_ids)
    rows = np.arange(0, len(data.unit), 2), np.arange(1, len(data.unit), 2)
    tables = [_cross(label, rows, data.coder[rows[0]], len(data.coders)) for label in data.labels]
    figures = [_measure(table) for table in tables]
    return [
        IntracoderAgreement(label.label, coder, *figure[place], label.values, _integers(table[place]))
        for place, coder in enumerate(data.coders)
        for label, table, figure in zip(data.labels, tables, figures, strict=True)
    ]


def _cross(label: LabelCodes, rows: tuple[Integers, Integers], group: Integers, groups: int) -> Integers:
    """Return how often each two values met, groups × values × values, where both codes are there."""
    first, second = label.codes[rows[0]], label.codes[rows[1]]
    known = (first >= 0) & (second >= 0)
    many = len(label.values)
    cell = (group[known] * many + first[known]) * many + second[known]
    return np.asarray(np.bincount(cell, minlength=groups * many**2).reshape(groups, many, many))


def _measure(tables: Integers) -> list[tuple[int, float | None, float | None]]:
    """Return units, percent and alpha of each table."""
    matrices: Floats = (tables + tables.swapaxes(1, 2)).astype(float)
    units = tables.sum(axis=(1, 2))
    agreed = np.trace(tables, axis1=1, axis2=2)
    found = alphas_from(matrices, nominal_distances(tables.shape[1]))
    return [(int(u), int(a) / int(u) if u else None, defined(alpha)) for u, a, alpha in zip(units, agreed, found, strict=True)]


def _integers(table: Integers) -> tuple[tuple[int, ...], ...]:
    return tuple(tuple(row) for row in table.tolist())
