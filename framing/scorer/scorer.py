"""The scoring path: the decision values of ``FramingModel.decide`` with numpy alone, many sentences at a time.

A sentence has for each block, words and characters, the terms t with counts c_t. With f(c) = 1 + log c, the inverse document
frequency i_t and the weights w_t (a row, by output) the block adds

    sum_t f(c_t) i_t w_t  /  sqrt(sum_t (f(c_t) i_t)²).

Most terms occur once, and f(1) = 1. So both sums are first taken over occurrences, with 1 for f, and then corrected for
the terms that occur more than once, by (f(c) - c) i w above and (f(c)² - c) i² below. Sums over occurrences are sums over
chunks, the pieces between blanks: no word and no character n-gram crosses a blank, and ``ChunkMemo`` knows the sum of each
chunk. Only pairs of words (and longer n-grams) are looked up sentence by sentence.

Every sum is over rows of one sentence, in its order, by ``np.add.reduceat``: never by a matrix product, whose last bits
depend on its shape. So a sentence's numbers are the same, bit by bit, whatever is scored with it or was scored before.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from framing.arrays import Floats, Integers
from framing.chunks import CHARACTERS, TEXTS, Chunks, Hashes, fingerprint_chunks, read_chunks
from framing.scorer.analysis import NO_WORD, Analyzer
from framing.scorer.cues import CueReader
from framing.scorer.index import NONE, Trie
from framing.scorer.memo import ChunkMemo
from framing.scorer.repeats import Terms, find_repeats
from framing.scorer.sums import FoldedRows, expand, sum_counts, sum_rows, sum_terms
from framing.scorer.tables import ScorerTables

KEPT = 1 << 16
"""Chunks that are kept, of 32 MiB at most."""

_PARTS = 1 << 22
"""Words and character n-grams of chunks that are kept."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read of texts: ``decisions``, texts × outputs, and the ``fingerprints`` of ``chunks.fingerprint_texts``."""

    decisions: Floats
    fingerprints: Hashes


class Scorer:
    """Scores sentences with one model; chunks that were seen are kept, within bounds, since few fill most of a text."""

    def __init__(self, tables: ScorerTables, *, kept: int = KEPT) -> None:
        """Take the model's tables, and how many chunks to keep; what is kept changes no number."""
        self._tables = tables
        self._cues = CueReader(tables.cues) if len(tables.cues.keys) else None
        self._word_rows, self._char_rows = FoldedRows(tables.word_rows), FoldedRows(tables.char_rows)
        analyzer = Analyzer(tables, self._cues, self._word_rows, self._char_rows)
        self._memo = ChunkMemo(analyzer, chunks=min(kept, 2**22 // analyzer.columns), parts=_PARTS)
        self._trie = Trie(tables.keys, tables.ends, first=len(tables.words))
        least, greatest = tables.char_sizes.tolist()
        self._characters = CHARACTERS * 4 // max(4, greatest - least + 1)
        self._texts = max(1, min(TEXTS, 2**22 // max(1, len(tables.cues.weights))))

    @property
    def kept(self) -> int:
        """The number of chunks that are kept now."""
        return self._memo.length

    def read(self, texts: Sequence[str]) -> Reading:
        """Return the decision values and fingerprints of ``texts``, one sentence each."""
        decisions, fingerprints = [np.zeros((0, self._tables.outputs))], [np.zeros(0, np.uint64)]
        for chunks in self._take_chunks(texts):
            decisions.append(self._decide(chunks))
            fingerprints.append(fingerprint_chunks(chunks))
        return Reading(np.concatenate(decisions), np.concatenate(fingerprints))

    def decide(self, texts: Sequence[str]) -> Floats:
        """Return the decision values of ``texts``, texts × outputs."""
        return np.concatenate([np.zeros((0, self._tables.outputs)), *map(self._decide, self._take_chunks(texts))])

    def _take_chunks(self, texts: Sequence[str]) -> Iterator[Chunks]:
        return read_chunks(texts, at_once=self._texts, characters=self._characters)

    def _decide(self, chunks: Chunks) -> Floats:
        rows = self._memo.find(chunks)
        known = self._memo.sums.values
        sums = sum_rows(lambda part: known.take(rows[part], axis=0), chunks.counts)
        columns = self._tables.outputs + 1
        decisions = np.tile(self._tables.intercepts, (len(chunks.counts), 1))
        words, counts = self._take_words(rows, chunks.counts)
        if self._cues is not None:
            decisions += self._cues.decide(self._memo.symbols.values.take(words), counts)
        decisions += self._weigh_words(sums[:, :columns], self._memo.words.values.take(words), counts)
        if len(self._tables.chars):
            decisions += self._weigh_ngrams(sums[:, columns:], rows, chunks.counts)
        return decisions

    def _take_words(self, rows: Integers, counts: Integers) -> tuple[Integers, Integers]:
        """Return where the memo holds the words of the chunks ``rows``, and how many each sentence has."""
        held = self._memo.word_counts.values.take(rows)
        return expand(self._memo.first_words.values.take(rows), held), sum_counts(held, counts)

    def _weigh_words(self, sums: Floats, words: Terms, counts: Integers) -> Floats:
        """Return what the block of words adds to the decisions; ``sums`` are those of single words, over occurrences."""
        if self._cues is not None:
            seen = words != NO_WORD
            words, counts = words[seen], sum_counts(seen, counts)
        ends, kinds = np.cumsum(counts), [words]
        for starts, nodes in self._find_word_ngrams(words, counts):
            kinds.append(np.full(len(words), NONE, np.int32))
            kinds[-1][starts] = nodes
            sums = sums + sum_terms(self._word_rows, nodes, np.diff(np.searchsorted(starts, ends), prepend=0))
        return _divide_by_length(sums + _correct_repeats(self._word_rows, kinds, counts))

    def _find_word_ngrams(self, words: Terms, counts: Integers) -> Iterator[tuple[Integers, Integers]]:
        """Yield the n-grams of two words, of three, and so on: where they begin among ``words``, and their nodes."""
        followed = np.zeros(len(words), bool)  # by a known word of the same sentence
        followed[:-1] = words[1:] >= 0
        followed[np.cumsum(counts)[counts > 0] - 1] = False
        starts = np.flatnonzero((words >= 0) & followed)
        nodes = words.take(starts).astype(np.int64)
        for level in range(self._trie.depth):
            which, nodes = self._trie.descend(level, nodes, words.take(starts + level + 1))
            starts = starts.take(which)
            yield starts, nodes
            on = np.flatnonzero(followed.take(starts + level + 1))
            starts, nodes = starts.take(on), nodes.take(on)

    def _weigh_ngrams(self, sums: Floats, rows: Integers, counts: Integers) -> Floats:
        """Return what the block of character n-grams adds to the decisions; ``sums`` are over occurrences."""
        held = self._memo.ngram_counts.values.take(rows)
        ngrams = self._memo.ngrams.values.take(expand(self._memo.first_ngrams.values.take(rows), held))
        return _divide_by_length(sums + _correct_repeats(self._char_rows, [ngrams], sum_counts(held, counts)))


def _correct_repeats(table: FoldedRows, kinds: Sequence[Terms], counts: Integers) -> Floats:
    """Return what sums over occurrences lack, for terms that occur more than once, to be sums over terms."""
    repeats = find_repeats(kinds, counts)
    frequencies = 1 + np.log(repeats.times)
    factors, squares = frequencies - repeats.times, frequencies * frequencies - repeats.times

    def find_rows(part: slice) -> Floats:
        rows = table.take(repeats.terms[part])
        rows[:, :-1] *= factors[part, None]
        rows[:, -1] *= squares[part]
        return rows

    return sum_rows(find_rows, repeats.counts)


def _divide_by_length(sums: Floats) -> Floats:
    """Return sums divided by the length of the block, whose square is in the last column; 0 where the block is empty."""
    squares = sums[:, -1:]
    return np.asarray(sums[:, :-1] / np.sqrt(np.where(squares > 0, squares, 1.0)))
