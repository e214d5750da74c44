"""Which rows of a model's tables belong to its words and character n-grams: the tables know these by hash alone."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from framing.arrays import Integers
from framing.chunks import hash_strings
from framing.scorer.index import NONE, HashIndex, Trie
from framing.scorer.tables import ScorerTables

Rows = NDArray[np.float32]

_MISFIT = "the vocabulary does not fit the weights"


def collect_weights(tables: ScorerTables, words: Sequence[str], chars: Sequence[str]) -> tuple[Rows, Rows]:
    """Return the weights, features × outputs, in the order of the terms and then the cues, and the inverse document frequencies.

    Raises:
        ValueError: ``words`` and ``chars`` are not the terms that the tables are of.
    """
    rows = np.concatenate([tables.word_rows[_find_words(tables, words)], tables.char_rows[_find_chars(tables, chars)]])
    weighed = np.count_nonzero(tables.word_rows[:, -1]) + np.count_nonzero(tables.char_rows[:, -1])
    if weighed != len(rows) or not rows[:, -1].all():
        raise ValueError(_MISFIT)
    return np.concatenate([rows[:, :-1], tables.cues.weights]), np.ascontiguousarray(rows[:, -1])


def _find_words(tables: ScorerTables, terms: Sequence[str]) -> Integers:
    split = [term.split(" ") for term in terms]
    flat = [word for parts in split for word in parts]
    known = list(dict.fromkeys(flat))
    numbers = dict(zip(known, HashIndex(tables.words).find(hash_strings(known)).tolist(), strict=True))
    symbols = np.fromiter(map(numbers.__getitem__, flat), np.int64, len(flat))
    sizes = np.fromiter(map(len, split), np.int64, len(split))
    firsts = np.cumsum(sizes) - sizes
    trie = Trie(tables.keys, tables.ends, first=len(tables.words))
    if (symbols == NONE).any() or sizes.max(initial=0) > trie.depth + 1:
        raise ValueError(_MISFIT)
    nodes = symbols[firsts]
    for level in range(trie.depth):
        longer = np.flatnonzero(sizes > level + 1)
        found, reached = trie.descend(level, nodes[longer], symbols[firsts[longer] + level + 1])
        if len(found) < len(longer):
            raise ValueError(_MISFIT)
        nodes[longer] = reached
    return _check_distinct(nodes)


def _find_chars(tables: ScorerTables, chars: Sequence[str]) -> Integers:
    places = HashIndex(tables.chars).find(hash_strings(chars))
    if (places == NONE).any():
        raise ValueError(_MISFIT)
    return _check_distinct(places)


def _check_distinct(rows: Integers) -> Integers:
    if np.bincount(rows).max(initial=0) > 1:
        raise ValueError("the vocabulary names a term twice")
    return rows
