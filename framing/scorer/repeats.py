"""The terms that occur more than once in a sentence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from framing.arrays import Integers
from framing.scorer.index import NONE
from framing.scorer.sums import expand

Terms = NDArray[np.int32]

_BLOCK = 1 << 14
"""Terms that are sorted at a time, if a sentence alone does not hold more: what stays close to the processor."""


@dataclass(frozen=True, slots=True)
class Repeats:
    """Terms that occur ``times`` in a sentence, twice or more, sentence by sentence: ``counts`` of them in each."""

    terms: Integers
    times: Integers
    counts: Integers


def find_repeats(kinds: Sequence[Terms], counts: Integers) -> Repeats:
    """Return what occurs more than once in the first ``counts[0]`` places, in the ``counts[1]`` after them, and so on.

    Each place has a term of each kind, or a negative number; kinds have no term in common. Sentences of about the same length
    are sorted as the rows of a matrix, which takes a tenth of the time of sorting all at once.
    """
    firsts = np.cumsum(counts) - counts
    order = np.argsort(-counts, kind="stable")
    order = order[: np.count_nonzero(counts > 1)]
    nothing = np.zeros(0, np.int64)
    found, begin = [(nothing, nothing, nothing)], 0
    while begin < len(order):
        end = begin + max(1, _BLOCK // int(counts[order[begin]]))
        found.append(_sort_rows(kinds, firsts, counts, order[begin:end]))
        begin = end
    sentences, repeated, times = map(np.concatenate, zip(*found, strict=True))
    held = np.bincount(sentences, minlength=len(counts))
    places = np.zeros_like(counts)
    places[order] = np.cumsum(held.take(order)) - held.take(order)
    back = expand(places, held)
    return Repeats(repeated.take(back), times.take(back), held)


def _sort_rows(kinds: Sequence[Terms], firsts: Integers, counts: Integers, rows: Integers) -> tuple[Integers, Integers, Integers]:
    """Return, for the sentences ``rows``, those that hold a term more than once, the term, and how often it occurs."""
    held = counts.take(rows)[:, None]
    places = np.arange(held[0, 0])
    taken = firsts.take(rows)[:, None] + places
    matrix = np.concatenate([terms.take(taken, mode="clip") for terms in kinds], axis=1)
    matrix[np.tile(places >= held, len(kinds))] = NONE
    matrix.sort(axis=1)
    again = np.zeros(matrix.shape, bool)  # as its left neighbour; the first column never is, so no run goes on in the next row
    np.equal(matrix[:, 1:], matrix[:, :-1], out=again[:, 1:])
    again &= matrix >= 0
    marks = np.flatnonzero(again)
    begins = np.flatnonzero(np.diff(marks, prepend=-2) != 1)
    times = np.diff(begins, append=len(marks)) + 1
    first = marks.take(begins)
    return rows.take(first // matrix.shape[1]), matrix.ravel().take(first).astype(np.int64), times
