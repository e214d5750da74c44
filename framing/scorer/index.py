"""Look-ups of 64-bit keys in arrays: where hashes lie in a sorted array, and a trie of pairs that are found by hash."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from framing.arrays import Integers
from framing.chunks import Hashes, mix, unmix

NONE = -1
"""What stands for a key that is not there, or a word that is not known."""


class HashIndex:
    """Finds hashes in a sorted array of distinct ones: a bucket by the first bits, then a step or none."""

    def __init__(self, keys: Hashes) -> None:
        """Take the ``keys``, ascending."""
        bits = len(keys).bit_length() + 1
        self._shift = np.uint64(64 - bits)
        held = np.bincount((keys >> self._shift).view(np.int64), minlength=1 << bits)
        self._firsts = (np.cumsum(held) - held).astype(np.int32)
        self._keys = np.append(keys, np.uint64(2**64 - 1))

    def find(self, hashes: Hashes) -> Integers:
        """Return the place of each hash among the keys, ``NONE`` for those that are not there."""
        which, places = self.search(hashes)
        found = np.full(len(hashes), NONE)
        found[which] = places
        return found

    def search(self, hashes: Hashes) -> tuple[Integers, Integers]:
        """Return which of the hashes are among the keys, and the places of these there."""
        places = self._firsts.take((hashes >> self._shift).view(np.int64)).astype(np.int64)
        keys = self._keys.take(places)
        low = np.flatnonzero(keys < hashes)
        while len(low):
            ahead = places.take(low) + 1
            there = self._keys.take(ahead)
            places[low], keys[low] = ahead, there
            low = low.compress(there < hashes.take(low))
        which = np.flatnonzero(keys == hashes)
        found = places.take(which)
        real = found < len(self._keys) - 1  # the last key marks the end
        return (which, found) if real.all() else (which[real], found[real])


def pair_keys(parents: Integers, symbols: Integers | NDArray[np.int32]) -> Hashes:
    """Return one key for each pair of a node and a symbol, both from 0 to below 2^32, one to one and mixed."""
    return mix((parents.astype(np.uint64) << np.uint64(32)) | symbols.astype(np.uint64))


def split_pairs(keys: Hashes) -> tuple[Integers, Integers]:
    """Return the nodes and the symbols that ``pair_keys`` made ``keys`` of."""
    pairs = unmix(keys)
    return (pairs >> np.uint64(32)).astype(np.int64), (pairs & np.uint64(2**32 - 1)).astype(np.int64)


class Trie:
    """The nodes below given ones: level by level, each found by its parent and the symbol that leads to it."""

    def __init__(self, keys: Hashes, ends: Integers, first: int) -> None:
        """Take the mixed ``keys`` of all nodes, ascending within each level; ``ends`` says where levels end.

        Nodes are numbered in the order of ``keys`` from ``first`` on.
        """
        begins = [0, *ends.tolist()[:-1]] if len(ends) else []
        self._levels = [HashIndex(keys[begin:end]) for begin, end in zip(begins, ends.tolist(), strict=True)]
        self._offsets = [first + begin for begin in begins]

    @property
    def depth(self) -> int:
        """The number of levels."""
        return len(self._levels)

    def descend(self, level: int, parents: Integers, symbols: Integers | NDArray[np.int32]) -> tuple[Integers, Integers]:
        """Return which of ``parents`` their ``symbols`` lead on from, to ``level``, and the nodes that these lead to."""
        which, places = self._levels[level].search(pair_keys(parents, symbols))
        return which, places + self._offsets[level]


def grow_trie(
    paths: Iterable[tuple[int, ...]], roots: Mapping[tuple[int, ...], int], *, first: int
) -> tuple[Hashes, Integers, dict[tuple[int, ...], int]]:
    """Return the keys and ends of the ``Trie`` of ``paths`` and of all that begins them, and the node of each.

    ``roots`` are the nodes above: all of one length, and the beginning of every path that is longer.
    """
    nodes = dict(roots)
    begun = {path[:size] for path in paths for size in range(1, len(path) + 1)} - roots.keys()
    keys: list[Hashes] = []
    ends: list[int] = []
    for size in sorted({len(path) for path in begun}):
        level = [path for path in begun if len(path) == size]
        pairs = np.array([[nodes[path[:-1]], path[-1]] for path in level], np.int64)
        mixed = pair_keys(pairs[:, 0], pairs[:, 1])
        order = np.argsort(mixed)
        held = ends[-1] if ends else 0
        nodes.update({level[place]: first + held + rank for rank, place in enumerate(order.tolist())})
        keys.append(mixed[order])
        ends.append(held + len(level))
    return np.concatenate([np.zeros(0, np.uint64), *keys]), np.array(ends, np.int64), nodes
