"""Where the cues of a codebook occur in the words of many sentences at once.

All words with which a cue may begin walk down the trie of ``CueTables`` together, level by level.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from framing.arrays import Floats, Integers
from framing.chunks import Bytes, hash_spans
from framing.codebook import GAP
from framing.scorer.cue_tables import CueTables
from framing.scorer.index import NONE, HashIndex, Trie, split_pairs
from framing.scorer.repeats import Terms
from framing.scorer.sums import expand, sum_rows


@dataclass(frozen=True, slots=True)
class _Walk:
    """Words where a cue may have begun, the nodes that were reached from there, and the words to look at next."""

    starts: Integers
    nodes: Integers
    positions: Integers

    def take(self, chosen: Integers) -> _Walk:
        return _Walk(self.starts.take(chosen), self.nodes.take(chosen), self.positions.take(chosen))


class CueReader:
    """Finds the cues of ``CueTables`` and weighs them."""

    def __init__(self, tables: CueTables) -> None:
        """Take the tables."""
        self._tables = tables
        self._weights = tables.weights.astype(np.float64)
        self._words, self._stems = HashIndex(tables.words), HashIndex(tables.stems)
        self._trie = Trie(tables.keys, tables.ends, first=1)
        nodes = np.arange(len(tables.keys) + 1)
        self._first_matches = np.searchsorted(tables.nodes, nodes)
        self._matches = np.bincount(tables.nodes, minlength=len(nodes))
        parents, symbols = split_pairs(tables.keys)
        gap = len(tables.words) + len(tables.stems)
        self._opens = np.zeros(len(nodes), bool)
        self._opens[parents] = True
        self._gaps = np.zeros(len(nodes), np.int64)  # the node behind a gap, 0 without
        self._gaps[parents[symbols == gap]] = nodes[1:][symbols == gap]
        self._firsts = np.zeros(gap + 1, np.int64)  # by symbol: the node that it leads to from the root, 0 without
        self._firsts[symbols[parents == 0]] = nodes[1:][parents == 0]
        self._starting = np.append(self._find_starting(gap), False)  # the last for words without a symbol

    def _find_starting(self, symbols: int) -> Integers:
        starting = np.zeros(symbols, bool)
        ahead = np.arange(symbols)
        for _ in range(len(self._tables.sizes) + 1):
            starting |= np.where(ahead == NONE, 0, self._firsts.take(ahead)) > 0
            ahead = np.where(ahead == NONE, NONE, self._tables.shorter.take(ahead))
        return starting

    def classify(self, data: Bytes, starts: Integers, sizes: Integers) -> Integers:
        """Return the symbol of each word, a span of ``data``; ``NONE`` for words that are in no cue."""
        symbols = self._words.find(hash_spans(data, starts, sizes))
        other = np.flatnonzero(symbols == NONE)
        rows, columns = np.nonzero(sizes.take(other)[:, None] >= self._tables.sizes)
        which, places = self._stems.search(hash_spans(data, starts.take(other.take(rows)), self._tables.sizes.take(columns)))
        symbols[other.take(rows.take(which))] = places + len(self._tables.words)  # of several the last, the longest, stays
        return symbols

    def decide(self, symbols: Terms, counts: Integers) -> Floats:
        """Return what the cues add to the decision values of sentences, whose words have ``symbols``, ``counts`` by sentence."""
        kinds = len(self._weights)
        words, groups, values = self._match(symbols, counts)
        sentences = np.repeat(np.arange(len(counts)), counts).take(words)
        totals = np.bincount(sentences * kinds + groups, values, len(counts) * kinds)
        cells = np.flatnonzero(totals)
        features = self._tables.scale * np.log1p(totals.take(cells))
        held = cells % kinds
        return sum_rows(
            lambda part: self._weights.take(held[part], axis=0) * features[part, None],
            np.bincount(cells // kinds, minlength=len(counts)),
        )

    def _match(self, symbols: Terms, counts: Integers) -> tuple[Integers, Integers, Floats]:
        """Return for every cue found its first word, its group and its weight."""
        ends = np.repeat(np.cumsum(counts), counts)
        walk = self._begin(symbols)
        words, matches = [], []
        for level in range(self._trie.depth):
            ended = walk.take(np.flatnonzero(self._matches.take(walk.nodes)))
            if level > 1:  # a gap lets a cue match in several ways, but it counts once
                ended = ended.take(_distinct(ended.starts, ended.nodes))
            number = self._matches.take(ended.nodes)
            words.append(np.repeat(ended.starts, number))
            matches.append(expand(self._first_matches.take(ended.nodes), number))
            going = self._opens.take(walk.nodes) & (walk.positions < ends.take(walk.starts))
            if level + 1 < self._trie.depth:
                walk = self._step(level + 1, walk.take(np.flatnonzero(going)), symbols)
        found = np.concatenate(matches)
        return np.concatenate(words), self._tables.groups.take(found), self._tables.values.take(found)

    def _begin(self, symbols: Terms) -> _Walk:
        """Return where the first words of cues lead."""
        starts = np.flatnonzero(self._starting.take(symbols))
        seen = symbols.take(starts).astype(np.int64)
        reached = []
        while len(seen):
            nodes = self._firsts.take(seen)
            held = np.flatnonzero(nodes)
            reached.append(_Walk(starts.take(held), nodes.take(held), starts.take(held) + 1))
            seen = self._tables.shorter.take(seen)
            on = np.flatnonzero(seen != NONE)
            starts, seen = starts.take(on), seen.take(on)
        return _join(reached)

    def _step(self, level: int, walk: _Walk, symbols: Terms) -> _Walk:
        """Return where the next parts of cues lead: the words that they name, or a gap."""
        reached = [self._leap(walk)]
        seen = symbols.take(walk.positions).astype(np.int64)
        while len(seen):
            on = np.flatnonzero(seen != NONE)
            walk, seen = walk.take(on), seen.take(on)
            which, nodes = self._trie.descend(level, walk.nodes, seen)
            reached.append(_Walk(walk.starts.take(which), nodes, walk.positions.take(which) + 1))
            seen = self._tables.shorter.take(seen)
        return _join(reached)

    def _leap(self, walk: _Walk) -> _Walk:
        """Return where gaps lead."""
        nodes = self._gaps.take(walk.nodes)
        held = np.flatnonzero(nodes)
        starts, nodes, positions = walk.starts.take(held), nodes.take(held), walk.positions.take(held)
        leapt = _join([_Walk(starts, nodes, positions + words) for words in range(1, GAP + 1)])
        # Behind a second gap the ways that lead to one place are one, or their number would grow without end.
        return leapt.take(_distinct(leapt.starts, leapt.nodes, leapt.positions - leapt.starts))


def _join(walks: list[_Walk]) -> _Walk:
    nothing = np.zeros(0, np.int64)
    parts = zip(*((walk.starts, walk.nodes, walk.positions) for walk in walks), strict=True)
    return _Walk(*map(np.concatenate, parts)) if walks else _Walk(nothing, nothing, nothing)


def _distinct(*columns: Integers) -> Integers:
    """Return the places of distinct rows, one for each, in the order of what is in them."""
    keys = np.zeros(len(columns[0]), np.int64)
    for column in columns:
        keys = keys * (int(column.max(initial=0)) + 1) + column
    return np.unique(keys, return_index=True)[1]
