"""Sums of what is laid out text by text: so many numbers, or rows, for the first text, so many for the second, and so on."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from framing.arrays import Bools, Floats, Integers

_BLOCK = 1 << 12
"""Rows that are summed at a time, if a text alone does not hold more: what stays close to the processor."""


def expand(firsts: Integers, counts: Integers) -> Integers:
    """Return ``firsts[0]``, ``firsts[0] + 1``, ..., ``counts[0]`` numbers in all, then those from ``firsts[1]`` on, and so on."""
    ends = np.cumsum(counts)
    return np.arange(ends[-1] if len(ends) else 0) + np.repeat(firsts - ends + counts, counts)


def sum_rows(find_rows: Callable[[slice], Floats], counts: Integers) -> Floats:
    """Return the sums of ``counts[0]`` rows, of the ``counts[1]`` rows after them, and so on; 0 where none are summed.

    ``find_rows`` returns the rows from the start to the stop of a slice: all are never held at once. A sum depends on its own
    rows alone, to the last bit.
    """
    ends = np.cumsum(counts)
    firsts = ends - counts
    filled = np.flatnonzero(counts)
    sums = np.zeros((len(counts), find_rows(slice(0, 0)).shape[1]))
    cuts = np.searchsorted(ends.take(filled), np.arange(_BLOCK, int(counts.sum()), _BLOCK))
    for block in np.split(filled, cuts):
        if len(block):
            first = int(firsts[block[0]])
            rows = find_rows(slice(first, int(ends[block[-1]])))
            sums[block] = np.add.reduceat(rows, firsts.take(block) - first, axis=0)
    return sums


def sum_counts(numbers: Integers | Bools, counts: Integers) -> Integers:
    """Return the sums of ``counts[0]`` whole numbers, of the ``counts[1]`` after them, and so on."""
    totals = np.concatenate([[0], np.cumsum(numbers)])
    ends = np.cumsum(counts)
    return np.asarray(totals.take(ends) - totals.take(ends - counts))


class FoldedRows:
    """The rows of a table of weights and, last, an inverse document frequency, each times that frequency.

    A row is multiplied when it is first asked for: a text meets a small part of a vocabulary, and that part often.
    """

    def __init__(self, table: NDArray[np.float32]) -> None:
        """Take the table."""
        self._table = table
        self._rows = np.zeros(table.shape)
        self._known = np.zeros(len(table), bool)

    def take(self, places: Integers) -> Floats:
        """Return the rows at ``places``."""
        fresh = places.take(np.flatnonzero(~self._known.take(places)))
        if len(fresh):
            rows = self._table.take(fresh, axis=0).astype(np.float64)
            self._rows[fresh] = rows * rows[:, -1:]
            self._known[fresh] = True
        return self._rows.take(places, axis=0)


def sum_terms(table: FoldedRows, terms: Integers, counts: Integers) -> Floats:
    """Return the sums of the rows of ``counts[0]`` of ``terms``, of the ``counts[1]`` after them, and so on."""
    return sum_rows(lambda part: table.take(terms[part]), counts)
