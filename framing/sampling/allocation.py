"""How many sentences each stratum gives to a sample."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from framing.arrays import Integers
from framing.errors import UsageError, suggest
from framing.population import Population

ALLOCATIONS = ("equal", "proportional")


@dataclass(frozen=True)
class Stratum:
    """A part of the population: its outlet, its rows, and how many of these were drawn earlier."""

    name: str
    outlet: str
    rows: Integers
    earlier: int

    @property
    def fewest(self) -> int:
        """The sentences that it gives at least, earlier ones included: without any, the sample would not stand for it."""
        return max(self.earlier, 1)


def list_strata(population: Population, names: Sequence[str], earlier: set[int]) -> list[Stratum]:
    """Return the strata in the order of their names; ``names`` has the stratum of each row."""
    rows: dict[str, list[int]] = {}
    for row, name in enumerate(names):
        rows.setdefault(name, []).append(row)
    found = sorted(rows.items())
    return [
        Stratum(name, population.outlets[own[0]], np.array(own, np.int64), sum(row in earlier for row in own))
        for name, own in found
    ]


def share_out(strata: Sequence[Stratum], size: int | Mapping[str, int], allocation: str) -> Iterator[tuple[Stratum, int]]:
    """Yield each stratum with the sentences that it has to have after the draw, earlier ones included.

    Outlets get equally many, or in proportion to their sentences, and what an outlet already has counts: the one that
    is behind catches up. Where ``size`` names outlets, these get so many more, and the others none. Within an outlet the
    periods are served in proportion to their sentences. Every stratum gives one sentence at least; one that is smaller
    than its share is taken whole, and the others share the rest.

    Raises:
        UsageError: ``allocation`` or an outlet is unknown, or there are more strata than sentences to draw.
    """
    check_allocation(allocation)
    outlets: dict[str, list[Stratum]] = {}
    for stratum in strata:
        outlets.setdefault(stratum.outlet, []).append(stratum)
    totals = _name_totals(outlets, size) if isinstance(size, Mapping) else _share_totals(outlets, size, allocation)
    for outlet, total in totals.items():
        own = outlets[outlet]
        lengths = [len(stratum.rows) for stratum in own]
        targets = allocate(total, [stratum.fewest for stratum in own], lengths, lengths)
        yield from zip(own, targets, strict=True)


def check_allocation(allocation: str) -> None:
    """Check that ``allocation`` is one of ``ALLOCATIONS``.

    Raises:
        UsageError: it is not.
    """
    if allocation not in ALLOCATIONS:
        raise UsageError(f"--allocation {allocation!r} is unknown{suggest(allocation, ALLOCATIONS)}")


def _name_totals(outlets: Mapping[str, Sequence[Stratum]], size: Mapping[str, int]) -> dict[str, int]:
    totals = {}
    for outlet, more in sorted(size.items()):
        if outlet not in outlets:
            raise UsageError(f"no article is of the outlet {outlet!r}{suggest(outlet, outlets)}")
        own = outlets[outlet]
        _check_room(own, more, f"{outlet} has")
        totals[outlet] = min(sum(s.earlier for s in own) + more, sum(len(s.rows) for s in own))
    return totals


def _share_totals(outlets: Mapping[str, Sequence[Stratum]], size: int, allocation: str) -> dict[str, int]:
    strata = [stratum for own in outlets.values() for stratum in own]
    _check_room(strata, size, "there are")
    lengths = [sum(len(stratum.rows) for stratum in own) for own in outlets.values()]
    fewest = [sum(stratum.fewest for stratum in own) for own in outlets.values()]
    weights = lengths if allocation == "proportional" else [1] * len(lengths)
    total = min(sum(stratum.earlier for stratum in strata) + size, sum(lengths))
    return dict(zip(outlets, allocate(total, fewest, lengths, weights), strict=True))


def _check_room(strata: Sequence[Stratum], size: int, where: str) -> None:
    empty = sum(not stratum.earlier for stratum in strata)
    if size < empty:
        raise UsageError(
            f"{where} {empty} strata without a sentence, more than the {size} to be drawn; draw {empty} or more, or take "
            "longer periods"
        )


def allocate(total: int, fewest: Sequence[int], most: Sequence[int], weights: Sequence[float]) -> list[int]:
    """Return whole numbers that add up to ``total``, in proportion to ``weights`` but within ``fewest`` and ``most``.

    Shares are ``weights`` times one factor, cut off at the bounds; the largest fractions are rounded up, the first of equal
    ones. ``total`` must lie between the sums of the bounds.
    """
    low, high, weight = (np.asarray(values, float) for values in (fewest, most, weights))

    def sum_at(factor: float) -> float:
        return float(np.clip(factor * weight, low, high).sum())

    # The sum rises with the factor, and in a straight line between the factors at which a share meets a bound.
    bends = sorted({0.0, *(low / weight).tolist(), *(high / weight).tolist()})
    place = bisect_left(bends, float(total), key=sum_at)
    factor = bends[min(place, len(bends) - 1)]
    if 0 < place < len(bends) and sum_at(factor) > total:
        before = bends[place - 1]
        factor = before + (factor - before) * (total - sum_at(before)) / (sum_at(factor) - sum_at(before))
    shares = np.clip(factor * weight, low, high)
    whole = np.floor(shares + 1e-9)
    for place in np.argsort(whole - shares, kind="stable")[: round(total - whole.sum())]:
        whole[place] += 1
    return [int(value) for value in whole]
