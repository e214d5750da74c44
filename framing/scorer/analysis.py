"""Chunks taken apart: the words, cue words and character n-grams of each, looked up in a model's tables."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from framing.arrays import Bools, Floats, Integers
from framing.chunks import Bytes, hash_spans
from framing.scorer.cues import CueReader
from framing.scorer.index import HashIndex
from framing.scorer.sums import FoldedRows, expand, sum_counts, sum_terms
from framing.scorer.tables import ScorerTables

NO_WORD = -2
"""What stands for a word of one character: cues know it, n-grams of words do not."""

_WORD_BYTE = np.array([byte > 127 or chr(byte).isalnum() or byte == ord("_") for byte in range(256)])
_ASCII = bytes(range(128))
_WIDTHS = np.array([1] * 192 + [2] * 32 + [3] * 16 + [4] * 16)
"""Bytes of a character in UTF-8, by its first byte."""


@dataclass(frozen=True, slots=True)
class Analysis:
    """What distinct chunks hold, chunk by chunk.

    ``word_counts`` and ``ngram_counts`` are by chunk. ``words`` are the numbers of its words (``NONE`` unknown, ``NO_WORD``
    too short), ``symbols`` their symbols as cue words, ``ngrams`` its known character n-grams, as often as they occur. ``sums``
    is by chunk: the summed rows of its words, then those of its n-grams.
    """

    sums: Floats
    words: Integers
    symbols: Integers
    word_counts: Integers
    ngrams: Integers
    ngram_counts: Integers


class Analyzer:
    """Takes chunks apart for one model."""

    def __init__(self, tables: ScorerTables, cues: CueReader | None, word_rows: FoldedRows, char_rows: FoldedRows) -> None:
        """Take the tables, the reader of their cues if they have any, and their rows."""
        self._tables, self._cues = tables, cues
        self._words, self._chars = HashIndex(tables.words), HashIndex(tables.chars)
        self._word_rows, self._char_rows = word_rows, char_rows

    @property
    def columns(self) -> int:
        """The number of columns of ``Analysis.sums``."""
        return (self._tables.outputs + 1) * (2 if len(self._tables.chars) else 1)

    def analyze(self, data: Bytes, starts: Integers, sizes: Integers) -> Analysis:
        """Return what the chunks hold that are spans of ``data``, none of which may be empty."""
        padded, firsts = _set_apart(data, starts, sizes)
        words, symbols, word_counts = self._find_words(padded, firsts)
        known = words >= 0
        sums = [sum_terms(self._word_rows, words[known], sum_counts(known, word_counts))]
        ngrams, ngram_counts = np.zeros(0, np.int64), np.zeros(len(sizes), np.int64)
        if len(self._tables.chars):
            ngrams, ngram_counts = self._find_ngrams(padded, firsts, sizes)
            sums.append(sum_terms(self._char_rows, ngrams, ngram_counts))
        return Analysis(np.concatenate(sums, axis=1), words, symbols, word_counts, ngrams, ngram_counts)

    def _find_words(self, data: Bytes, firsts: Integers) -> tuple[Integers, Integers, Integers]:
        """Return the numbers and symbols of the words, and how many each chunk has."""
        inside = _mark_words(data)
        edges = np.flatnonzero(inside[1:] != inside[:-1]) + 1
        starts, ends = edges[0::2], edges[1::2]
        lone = ends - starts == _WIDTHS.take(data.take(starts))
        if self._cues is None:
            starts, ends, lone = starts[~lone], ends[~lone], lone[~lone]
        words = self._words.find(hash_spans(data, starts, ends - starts))
        words[lone] = NO_WORD
        symbols = words[:0] if self._cues is None else self._cues.classify(data, starts, ends - starts)
        return words, symbols, np.diff(np.searchsorted(starts, firsts), append=len(starts))

    def _find_ngrams(self, data: Bytes, firsts: Integers, sizes: Integers) -> tuple[Integers, Integers]:
        """Return the known character n-grams, and how many each chunk has.

        A chunk and the blanks around it have one n-gram of each size from each place that leaves room for it; where they are
        shorter than the least size they are one n-gram, the only one.
        """
        letters = np.flatnonzero((data & 0xC0) != 0x80)  # where characters begin
        begins = np.searchsorted(letters, firsts)
        lengths = np.searchsorted(letters, firsts + sizes + 1) + 1 - begins
        least, greatest = self._tables.char_sizes.tolist()
        ngram_sizes = np.arange(least, greatest + 1)
        numbers = np.maximum(lengths[:, None] - ngram_sizes + 1, 0)
        numbers[lengths < least, 0] = 1
        begun = expand(np.repeat(begins, len(ngram_sizes)), numbers.ravel())
        reach = np.minimum(ngram_sizes, lengths[:, None])
        starts = letters.take(begun)
        ends = letters.take(begun + np.repeat(reach.ravel(), numbers.ravel()))
        which, found = self._chars.search(hash_spans(data, starts, ends - starts))
        limits = np.searchsorted(which, np.cumsum(numbers.sum(axis=1)))
        return found, np.diff(limits, prepend=0)


def _set_apart(data: Bytes, starts: Integers, sizes: Integers) -> tuple[Bytes, Integers]:
    """Return the spans with a blank before, between and after them, and bytes to spare; and where each blank before one is."""
    firsts = np.cumsum(sizes + 1) - sizes - 1
    apart = np.zeros(int(sizes.sum()) + len(sizes) + 9, np.uint8)
    apart[expand(firsts + 1, sizes)] = data.take(expand(starts, sizes))
    apart[firsts] = ord(" ")
    apart[-9] = ord(" ")
    return apart, firsts


def _mark_words(data: Bytes) -> Bools:
    """Return which bytes belong to characters of words, as regular expressions have them: letters, digits and the underscore."""
    inside: Bools = _WORD_BYTE.take(data)
    foreign = data.tobytes().translate(None, _ASCII).decode("utf-8", "surrogatepass")
    if foreign:
        other = ~np.array([letter.isalnum() for letter in foreign])
        leads = np.flatnonzero(data >= 0xC0)[other]
        inside[expand(leads, _WIDTHS.take(data.take(leads)))] = False
    return inside
