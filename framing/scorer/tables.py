"""All that scoring a sentence needs of a model, as arrays: no word of its vocabulary, only their hashes.

The tables are made where a model is trained. ``arrays`` and ``from_arrays`` are for storing them: a file may be damaged or
hostile, so what is read is checked until no number in it can lead outside an array.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from framing.arrays import Floats, Integers
from framing.chunks import Hashes, hash_strings
from framing.scorer.checks import check_floats, check_keys, check_numbers, check_trie
from framing.scorer.cue_tables import CueTables, compile_cues
from framing.scorer.index import grow_trie

if TYPE_CHECKING:
    from framing.features import Vectorizer

Rows = NDArray[np.float32]

_DIMENSIONS = {"word_rows": 2, "char_rows": 2, "cue_weights": 2, "cue_scale": 0}


@dataclass(frozen=True, slots=True)
class ScorerTables:
    """A model's numbers, by the hashes of what they belong to.

    Words are numbered by ascending hash (``words``); ``keys`` and ``ends`` make the ``Trie`` of word n-grams below them,
    whose nodes are numbered on from there. ``word_rows`` is by word and node: the weight for each output and, last, the
    inverse document frequency; all 0 where a word or n-gram is no feature but part of one. ``chars`` are the hashes of the
    character n-grams, ascending, ``char_rows`` their rows, ``char_sizes`` their least and greatest length.
    """

    intercepts: Floats
    words: Hashes
    keys: Hashes
    ends: Integers
    word_rows: Rows
    chars: Hashes
    char_rows: Rows
    char_sizes: Integers
    cues: CueTables

    @property
    def outputs(self) -> int:
        """The number of outputs that the model decides on."""
        return len(self.intercepts)

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return the arrays by name."""
        own = {field.name: getattr(self, field.name) for field in fields(self) if field.name != "cues"}
        return own | {f"cue_{field.name}": getattr(self.cues, field.name) for field in fields(self.cues)}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> ScorerTables:
        """Return the tables that ``arrays`` were made of.

        Raises:
            ValueError: an array is missing, or they do not fit each other.
        """
        names = [field.name for field in fields(cls) if field.name != "cues"]
        cue_names = [field.name for field in fields(CueTables)]
        for name in [*names, *(f"cue_{name}" for name in cue_names)]:
            if name not in arrays or arrays[name].ndim != _DIMENSIONS.get(name, 1):
                raise ValueError(f"the array {name} is missing or of another shape")
        cues = CueTables(**{name: arrays[f"cue_{name}"] for name in cue_names})
        tables = cls(**{name: arrays[name] for name in names}, cues=cues)
        tables.check()
        return tables

    def check(self) -> None:
        """Do nothing if the arrays fit each other.

        Raises:
            ValueError: they do not.
        """
        check_keys("words", self.words)
        check_trie("word n-grams", self.keys, self.ends, first=len(self.words), symbols=len(self.words))
        check_keys("character n-grams", self.chars)
        check_numbers("sizes of character n-grams", self.char_sizes, 2, high=100)
        if self.char_sizes[0] > self.char_sizes[1] or (len(self.chars) and self.char_sizes[0] < 1):
            raise ValueError("the sizes of character n-grams do not run from low to high")
        columns = self.outputs + 1
        check_floats("weights of words", self.word_rows, np.float32, (len(self.words) + len(self.keys), columns))
        check_floats("weights of character n-grams", self.char_rows, np.float32, (len(self.chars), columns))
        check_floats("weights of cues", self.cues.weights, np.float32, (len(self.cues.weights), self.outputs))
        check_floats("intercepts", self.intercepts, np.float64, (self.outputs,))
        self.cues.check()


def compile_tables(vectorizer: Vectorizer, weights: Rows, intercepts: NDArray[np.float32]) -> ScorerTables:
    """Return the tables of a model: ``weights`` is features × outputs, in the order of the vectoriser's columns.

    Raises:
        ValueError: two features share a hash, which happens to one vocabulary of a million terms in some forty million.
    """
    first_char = len(vectorizer.words)
    first_cue = first_char + len(vectorizer.chars)
    rows = np.column_stack([weights[:first_cue], vectorizer.idf]).astype(np.float32)
    words, keys, ends, word_rows = _compile_words(vectorizer.words, rows[:first_char])
    chars = hash_strings(vectorizer.chars)
    order = np.argsort(chars)
    tables = ScorerTables(
        intercepts=intercepts.astype(np.float64),
        words=words,
        keys=keys,
        ends=ends,
        word_rows=word_rows,
        chars=chars[order],
        char_rows=rows[first_char:][order],
        char_sizes=np.array(vectorizer.settings.char_ngrams, np.int64),
        cues=compile_cues(vectorizer.cues, vectorizer.settings.cue_scale, weights[first_cue:].astype(np.float32)),
    )
    tables.check()
    return tables


def _compile_words(terms: Sequence[str], rows: Rows) -> tuple[Hashes, Hashes, Integers, Rows]:
    """Return the hashes of the words of all n-grams, the trie of these, and their rows by node."""
    split = [term.split(" ") for term in terms]
    words = sorted({word for parts in split for word in parts})
    hashes = hash_strings(words)
    order = np.argsort(hashes)
    numbers = {words[place]: number for number, place in enumerate(order.tolist())}
    paths = [tuple(numbers[word] for word in parts) for parts in split]
    keys, ends, nodes = grow_trie(paths, {(number,): number for number in numbers.values()}, first=len(words))
    placed = np.zeros((len(nodes), rows.shape[1]), np.float32)
    placed[[nodes[path] for path in paths]] = rows
    return hashes[order], keys, ends, placed
