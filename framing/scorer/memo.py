"""What is known of the chunks met so far: few chunks fill most of a text, so each is taken apart once.

Chunks are told apart by hashes under a seed that is drawn anew for each memo. So nobody can write chunks that are taken for
each other, which would let scores depend on what was scored before, or that all belong in one place of the table.
"""

from __future__ import annotations

from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from framing.arrays import Integers
from framing.chunks import Chunks, Hashes, draw_seed, hash_spans
from framing.scorer.analysis import Analyzer
from framing.scorer.index import NONE

Number = TypeVar("Number", bound=np.generic)


class Column(Generic[Number]):
    """An array that grows at its end."""

    def __init__(self, kind: type[Number], *shape: int) -> None:
        """Take the type of its numbers, and the shape of an entry if it is more than a number."""
        self._held: NDArray[Number] = np.zeros((1 << 10, *shape), kind)
        self.length = 0

    @property
    def values(self) -> NDArray[Number]:
        """What was added."""
        return self._held[: self.length]

    def extend(self, values: NDArray[Any]) -> None:
        """Add ``values``."""
        length = self.length + len(values)
        if length > len(self._held):
            grown = np.zeros((max(length, 2 * len(self._held)), *self._held.shape[1:]), self._held.dtype)
            grown[: self.length] = self.values
            self._held = grown
        self._held[self.length : length] = values
        self.length = length


class ChunkTable:
    """The row of each hash, found by open addressing: a hash lies where its first bits say, or in the next free place."""

    def __init__(self) -> None:
        """Start without any."""
        self._bits = 10
        self._entries: Hashes = np.zeros((1 << self._bits, 2), np.uint64)  # a hash, 0 in a free place, and its row
        self.length = 0

    def find(self, hashes: Hashes) -> Integers:
        """Return the row of each hash, ``NONE`` for those that are not known."""
        places = self._first_places(hashes)
        entries = self._entries.take(places, axis=0)
        rows = entries[:, 1].astype(np.int64)
        other = np.flatnonzero(entries[:, 0] != hashes)
        there = entries.take(other, axis=0)
        while len(other):
            rows[other[there[:, 0] == 0]] = NONE
            other = other[there[:, 0] != 0]
            places[other] = (places.take(other) + 1) & (len(self._entries) - 1)
            there = self._entries.take(places.take(other), axis=0)
            rows[other] = there[:, 1]
            wrong = np.flatnonzero(there[:, 0] != hashes.take(other))
            other, there = other.take(wrong), there.take(wrong, axis=0)
        return rows

    def add(self, hashes: Hashes) -> None:
        """Give the next rows to distinct hashes that are not known."""
        rows = np.arange(self.length, self.length + len(hashes), dtype=np.uint64)
        self.length += len(hashes)
        if 2 * self.length > len(self._entries):
            held = self._entries[self._entries[:, 0] != 0]
            hashes, rows = np.concatenate([held[:, 0], hashes]), np.concatenate([held[:, 1], rows])
            self._bits = (2 * self.length).bit_length()
            self._entries = np.zeros((1 << self._bits, 2), np.uint64)
        places = self._first_places(hashes)
        while len(hashes):
            free = self._entries[places, 0] == 0
            self._entries[places[free], 0] = hashes[free]
            placed = self._entries[places, 0] == hashes  # of those that met in a place, one is left there
            self._entries[places[placed], 1] = rows[placed]
            hashes, rows, places = hashes[~placed], rows[~placed], (places[~placed] + 1) & (len(self._entries) - 1)

    def _first_places(self, hashes: Hashes) -> Integers:
        return (hashes >> np.uint64(64 - self._bits)).view(np.int64)


class ChunkMemo:
    """What chunks hold, by rows: one for each chunk met, until there are too many; then it starts anew.

    ``sums`` is by row. The words and symbols of row r are the ``word_counts[r]`` from ``first_words[r]`` on in ``words`` and
    ``symbols``, its character n-grams the ``ngram_counts[r]`` from ``first_ngrams[r]`` on in ``ngrams``. What a row holds
    follows from its chunk alone.
    """

    def __init__(self, analyzer: Analyzer, *, chunks: int, parts: int) -> None:
        """Take what takes chunks apart, and how many chunks, and of words and n-grams, to keep; those of one batch all are."""
        self._analyzer, self._chunks, self._parts = analyzer, chunks, parts
        self._seed = draw_seed()
        self._clear()

    @property
    def length(self) -> int:
        """The number of chunks that are kept."""
        return self._table.length

    def _clear(self) -> None:
        self._table = ChunkTable()
        self.sums = Column(np.float64, self._analyzer.columns)
        self.words, self.symbols, self.ngrams = Column(np.int32), Column(np.int32), Column(np.int32)
        self.word_counts, self.first_words = Column(np.int64), Column(np.int64)
        self.ngram_counts, self.first_ngrams = Column(np.int64), Column(np.int64)

    def find(self, chunks: Chunks) -> Integers:
        """Return the row of each chunk; rows hold until the next call."""
        keys = hash_spans(chunks.data, chunks.starts, chunks.sizes, self._seed)
        rows = self._table.find(keys)
        unknown = np.flatnonzero(rows == NONE)
        if not len(unknown):
            return rows
        fresh, which = np.unique(keys.take(unknown), return_index=True)
        full = self._table.length + len(fresh) > self._chunks or self.words.length + self.ngrams.length > self._parts
        if full and self._table.length:
            self._clear()
            return self.find(chunks)
        self._learn(chunks, unknown.take(which))
        self._table.add(fresh)
        rows[unknown] = self._table.find(keys.take(unknown))
        return rows

    def _learn(self, chunks: Chunks, places: Integers) -> None:
        held = self._analyzer.analyze(chunks.data, chunks.starts.take(places), chunks.sizes.take(places))
        self.first_words.extend(self.words.length + np.cumsum(held.word_counts) - held.word_counts)
        self.first_ngrams.extend(self.ngrams.length + np.cumsum(held.ngram_counts) - held.ngram_counts)
        self.words.extend(held.words)
        self.symbols.extend(held.symbols)
        self.ngrams.extend(held.ngrams)
        self.word_counts.extend(held.word_counts)
        self.ngram_counts.extend(held.ngram_counts)
        self.sums.extend(held.sums)
