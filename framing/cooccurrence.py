"""Which frames stand together in a sentence, and whether more often than by chance.

All counts are of the labels as they are given: a classifier that takes the words of one frame for those of another makes them
stand together more often than coders would find them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from framing.errors import UsageError


@dataclass(frozen=True, slots=True)
class FramePair:
    """How often two frames stand together.

    ``sentences`` counts those that have both, ``share`` is their share of all sentences, and ``expected`` what it would be if
    the frames did not depend on each other, the product of their shares. ``lift`` is the one by the other, None where
    a frame does not occur. ``phi`` is the correlation of the two, from -1 to 1, None where a frame stands in no sentence or in
    every one; it reaches 1 only where both are equally frequent. All but ``sentences`` are None where there is no sentence.
    """

    first: str
    second: str
    sentences: int
    share: float | None
    expected: float | None
    lift: float | None
    phi: float | None


def count_together(
    given: NDArray[np.bool_], names: Sequence[str], weight: NDArray[np.float64] | None = None
) -> tuple[FramePair, ...]:
    """Return every pair of frames, once, in the order of ``names``.

    ``given`` is sentences × frames, whether a sentence has a frame, and ``names`` are those of its columns. ``weight`` holds
    what each sentence counts for in the shares, such as 1 / inclusion probability; all count the same without it.

    Raises:
        UsageError: there is not one name for each frame, or a weight is not a positive number.
    """
    if len(names) != given.shape[1]:
        raise UsageError(f"{given.shape[1]} frames have {len(names)} names: give one for each column")
    weight = np.ones(len(given)) if weight is None else weight
    if not (np.isfinite(weight) & (weight > 0)).all():
        raise UsageError("the weight of a sentence is not a positive number: give 1 / inclusion probability")
    has = given.astype(float)
    counts = has.T @ has
    pairs = list(combinations(range(len(names)), 2))
    if not len(given):
        return tuple(FramePair(names[i], names[j], 0, None, None, None, None) for i, j in pairs)
    shares = has.T @ (weight[:, None] * has) / weight.sum()
    everywhere = given.all(axis=0)
    # A frame of every sentence has a share of 1, whatever the rounding of the sums; then phi is undefined.
    own = np.where(everywhere, 1.0, shares.diagonal())
    return tuple(
        _relate((names[i], names[j]), int(counts[i, j]), float(shares[i, j]), (float(own[i]), float(own[j]))) for i, j in pairs
    )


def _relate(names: tuple[str, str], sentences: int, share: float, own: tuple[float, float]) -> FramePair:
    """Return the measures of a pair from the share of sentences with both and the share of each by itself."""
    expected = own[0] * own[1]
    variance = expected * (1 - own[0]) * (1 - own[1])
    lift = share / expected if expected > 0 else None
    phi = min(max((share - expected) / sqrt(variance), -1.0), 1.0) if variance > 0 else None
    return FramePair(*names, sentences, share, expected, lift, phi)
