"""How often each n-gram occurs in each text, as scikit-learn's ``CountVectorizer`` counts, in a fraction of its time.

No n-gram of characters and no word crosses a blank, and few tokens (what stands between blanks) make up most texts: each
distinct token is taken apart once, and the texts are then sequences of numbers. A run of words is the number of the run
without its last word beside the number of that word, so all runs of a size are numbered together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np

from framing.arrays import Integers
from framing.ngrams import WORD, char_ngrams
from framing.normalizing import clean, fold

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

Terms = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Tokens:
    """The tokens of ``texts`` texts, normalised: the ``distinct`` ones, and by place, text after text, which stands there.

    ``rows`` says by place whose token it is.
    """

    texts: int
    distinct: Terms
    numbers: Integers
    rows: Integers


BATCH = 4096
"""Texts whose tokens are held as strings at a time."""


def split_texts(texts: Sequence[str]) -> Tokens:
    """Return the tokens of ``texts`` as ``normalize`` gives them."""
    numbered = {_BREAK: 0}
    parts = [np.zeros(0, np.int64)]
    for first in range(0, len(texts), BATCH):
        folded = fold(clean(texts[first : first + BATCH])).decode("utf-8", "surrogatepass")
        found = folded[:-1].replace(_BREAK, f" {_BREAK} ").split()
        for token in dict.fromkeys(found):
            numbered.setdefault(token, len(numbered))
        parts.append(np.fromiter(map(numbered.__getitem__, found), np.int64, len(found)))
    numbers = np.concatenate(parts)
    rows, inside = np.cumsum(numbers == 0) - 1, numbers > 0
    return Tokens(len(texts), tuple(numbered)[1:], numbers[inside] - 1, rows[inside])


_BREAK = "\0"
"""What ``fold`` puts before each text; no token holds it."""


def read_normalized(texts: Sequence[str]) -> list[str]:
    """Return ``texts`` as ``normalize`` gives them, but for the width of blanks."""
    return fold(clean(texts)).decode("utf-8", "surrogatepass").split(_BREAK)[1:-1] if texts else []


def count_words(tokens: Tokens, sizes: tuple[int, int], fewest: int) -> tuple[Terms, csr_matrix]:
    """Return the runs of words of the ``sizes`` that ``fewest`` texts hold, sorted, and their counts, texts × runs."""
    words, numbers, rows = _read_words(tokens)
    frequent = np.bincount(numbers, minlength=len(words)) >= fewest
    terms, runs = words, np.where(frequent[numbers], numbers, -1)
    found: list[str] = []
    at: list[tuple[Integers, Integers]] = []
    for size in range(1, sizes[1] + 1):
        if size > 1:
            terms, runs = _lengthen(terms, runs, size, (words, np.where(frequent[numbers], numbers, -1), rows), fewest)
        if size >= sizes[0]:
            here = np.flatnonzero(runs >= 0)
            at.append((rows[here], runs[here] + len(found)))
            found += terms
    places, columns = (np.concatenate(parts) for parts in zip(*at, strict=True))
    return _keep_frequent(_count_places(places, columns, (tokens.texts, len(found))), found, fewest)


def _read_words(tokens: Tokens) -> tuple[list[str], Integers, Integers]:
    """Return the distinct words, and for each word of the texts, in order, its number and whose it is."""
    inside = [WORD.findall(token) for token in tokens.distinct]
    words = {word: number for number, word in enumerate(dict.fromkeys(chain.from_iterable(inside)))}
    sizes = np.fromiter(map(len, inside), np.int64, len(inside))
    numbers = np.fromiter(map(words.__getitem__, chain.from_iterable(inside)), np.int64, int(sizes.sum()))
    held = sizes[tokens.numbers]
    first = np.cumsum(sizes) - sizes
    shift = first[tokens.numbers] - (np.cumsum(held) - held)
    return list(words), numbers[np.repeat(shift, held) + np.arange(held.sum())], np.repeat(tokens.rows, held)


def _lengthen(
    terms: Sequence[str], runs: Integers, size: int, read: tuple[Sequence[str], Integers, Integers], fewest: int
) -> tuple[list[str], Integers]:
    """Return the runs of ``size`` words that occur ``fewest`` times, and by place the number of the one that begins there.

    ``terms`` and ``runs`` are the same of one word less; -1 stands where none begins. A run can be frequent only where
    the run without its last word is, and that word.
    """
    words, numbers, rows = read
    last = size - 1
    begins = slice(max(0, len(runs) - last))
    longer = np.full(len(runs), -1)
    here = np.flatnonzero((runs[begins] >= 0) & (numbers[last:] >= 0) & (rows[begins] == rows[last:]))
    pairs, which, times = np.unique(runs[here] * len(words) + numbers[here + last], return_inverse=True, return_counts=True)
    kept = times >= fewest
    longer[here] = np.where(kept, np.cumsum(kept) - 1, -1)[which]
    before, after = np.divmod(pairs[kept], max(1, len(words)))
    return [f"{terms[run]} {words[word]}" for run, word in zip(before.tolist(), after.tolist(), strict=True)], longer


def count_characters(tokens: Tokens, sizes: tuple[int, int], fewest: int) -> tuple[Terms, csr_matrix]:
    """Return the character n-grams inside tokens that ``fewest`` texts hold, sorted, and their counts, texts × n-grams."""
    inside = [char_ngrams(token, sizes) for token in tokens.distinct]
    numbered = {ngram: number for number, ngram in enumerate(dict.fromkeys(chain.from_iterable(inside)))}
    lengths = np.fromiter(map(len, inside), np.int64, len(inside))
    columns = np.fromiter(map(numbered.__getitem__, chain.from_iterable(inside)), np.int64, int(lengths.sum()))
    holding = _count_places(np.repeat(np.arange(len(inside)), lengths), columns, (len(inside), len(numbered)))
    by_token = _count_places(tokens.rows, tokens.numbers, (tokens.texts, len(inside)))
    # No more texts can hold an n-gram than hold its tokens, each counted by itself: most that are too rare go before the
    # product, whose size is what takes time and memory.
    most = np.bincount(holding.indices, np.bincount(by_token.indices, minlength=len(inside))[_rows_of(holding)], len(numbered))
    possible = np.flatnonzero(most >= fewest)
    names = list(numbered)
    return _keep_frequent(by_token @ holding[:, possible], [names[column] for column in possible.tolist()], fewest)


def _rows_of(block: csr_matrix) -> Integers:
    return np.repeat(np.arange(block.shape[0]), np.diff(block.indptr))


def _count_places(rows: Integers, columns: Integers, shape: tuple[int, int]) -> csr_matrix:
    """Return how often each pair of row and column occurs."""
    from scipy.sparse import csr_matrix

    return csr_matrix((np.ones(len(rows), np.int32), (rows, columns)), shape)


def _keep_frequent(block: csr_matrix, terms: Sequence[str], fewest: int) -> tuple[Terms, csr_matrix]:
    """Return the terms that ``fewest`` rows hold, sorted, and their columns of ``block``."""
    kept = np.flatnonzero(np.bincount(block.indices, minlength=len(terms)) >= fewest).tolist()
    kept.sort(key=terms.__getitem__)
    chosen = block[:, kept]
    chosen.sort_indices()
    return tuple(terms[column] for column in kept), chosen
