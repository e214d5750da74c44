"""The cues of a codebook as arrays: symbols for words and stems, and a trie of what follows what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from framing.arrays import Floats, Integers
from framing.chunks import Hashes, hash_strings
from framing.normalizing import normalize
from framing.scorer.checks import check_floats, check_keys, check_numbers, check_trie
from framing.scorer.index import NONE, grow_trie

if TYPE_CHECKING:
    from framing.features import CueGroup


@dataclass(frozen=True, slots=True)
class CueTables:
    """The cues as arrays.

    A word is seen as a symbol: one that a cue spells out, or else the longest of the cues' stems that begins it. Since a
    stem that begins another also begins its words, the symbols that a word matches are its own and those that ``shorter``
    leads to from there, one by one. Symbols are numbered: words by ascending hash (``words``), then stems by ascending hash
    (``stems``), then the gap. ``sizes`` holds the bytes that stems are long, ascending; ``shorter`` is by symbol the longest
    stem that begins it and is another symbol, or ``NONE``.

    Cues are paths of symbols in a trie, whose root is node 0 (``keys``, ``ends``: see ``Trie``). Cues of a group that end at
    a node have together the weight ``values`` of ``groups`` at ``nodes``, which ascend. ``weights`` is groups × outputs.
    """

    words: Hashes
    stems: Hashes
    sizes: Integers
    shorter: Integers
    keys: Hashes
    ends: Integers
    nodes: Integers
    groups: Integers
    values: Floats
    weights: NDArray[np.float32]
    scale: Floats

    def check(self) -> None:
        """Do nothing if the arrays fit each other.

        Raises:
            ValueError: they do not.
        """
        symbols = len(self.words) + len(self.stems)
        check_keys("words of cues", self.words)
        check_keys("stems of cues", self.stems)
        check_numbers("sizes of stems", self.sizes, len(self.sizes), low=1)
        if (self.sizes[1:] <= self.sizes[:-1]).any():
            raise ValueError("the sizes of stems do not ascend")
        check_numbers("shorter stems", self.shorter, symbols, low=NONE, high=symbols)
        check_trie("cues", self.keys, self.ends, first=1, symbols=symbols + 1)
        check_numbers("ends of cues", self.nodes, len(self.groups), low=1, high=len(self.keys) + 1)
        check_numbers("groups of cues", self.groups, len(self.values), high=len(self.weights))
        check_floats("weights of single cues", self.values, np.float64, self.groups.shape)
        check_floats("scale of cues", self.scale, np.float64, ())
        if (self.nodes[1:] < self.nodes[:-1]).any():
            raise ValueError("the ends of cues do not ascend")
        ahead = np.arange(symbols)
        for _ in range(len(self.sizes) + 1):
            ahead = self.shorter.take(ahead[ahead != NONE])
        if (ahead != NONE).any():
            raise ValueError("the shorter stems never end")


def compile_cues(groups: Sequence[CueGroup], scale: float, weights: NDArray[np.float32]) -> CueTables:
    """Return the tables of the cues of ``groups``, whose features weigh ``weights``, groups × outputs."""
    from framing.cues import split_cue  # scoring reads tables and compiles none

    split = [(split_cue(normalize(cue.phrase)), number, cue.weight) for number, group in enumerate(groups) for cue in group.cues]
    paths = [entry for entry in split if entry[0]]
    parts = {part for path, _, _ in paths for part in path} - {"*"}
    words = _by_hash([part for part in parts if not part.endswith("*")])
    stems = _by_hash([part[:-1] for part in parts if part.endswith("*")])
    numbers = {part: number for number, part in enumerate([*words, *(stem + "*" for stem in stems), "*"])}
    keys, ends, nodes = grow_trie({tuple(numbers[part] for part in path) for path, _, _ in paths}, {(): 0}, first=1)
    totals: dict[tuple[int, int], float] = {}
    for path, group, weight in paths:
        place = nodes[tuple(numbers[part] for part in path)], group
        totals[place] = totals.get(place, 0.0) + weight
    ordered = sorted(totals)
    return CueTables(
        words=np.sort(hash_strings(words)),
        stems=np.sort(hash_strings(stems)),
        sizes=np.array(sorted({_length(stem) for stem in stems}), np.int64),
        shorter=np.array([_shorter(part, numbers) for part in [*words, *(stem + "*" for stem in stems)]], np.int64),
        keys=keys,
        ends=ends,
        nodes=np.array([node for node, _ in ordered], np.int64),
        groups=np.array([group for _, group in ordered], np.int64),
        values=np.array([totals[place] for place in ordered], np.float64),
        weights=weights,
        scale=np.array(scale, np.float64),
    )


def _by_hash(strings: Sequence[str]) -> list[str]:
    return [strings[place] for place in np.argsort(hash_strings(strings)).tolist()]


def _length(stem: str) -> int:
    return len(stem.encode("utf-8", "surrogatepass"))


def _shorter(part: str, numbers: Mapping[str, int]) -> int:
    """Return the symbol of the longest stem that begins a part and is not the part itself."""
    longest = len(part) - 2 if part.endswith("*") else len(part)
    return next((numbers[part[:size] + "*"] for size in range(longest, 0, -1) if part[:size] + "*" in numbers), NONE)
