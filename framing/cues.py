"""Where the cues of the codebook occur in a sentence."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from framing.codebook import GAP, Cue

_WORD = re.compile(r"\w+")


def cue_words(text: str) -> list[str]:
    """Return the words of normalised ``text`` as cues are matched against them: a hyphen or apostrophe separates."""
    return _WORD.findall(text)


def split_cue(phrase: str) -> tuple[str, ...]:
    """Return the parts of a cue: words, ``stem*`` for what begins so, ``*`` for a gap; none if it holds no word."""
    parts = tuple(re.findall(r"\w+\*?|\*", phrase.lower()))
    while parts and parts[0] == "*":
        parts = parts[1:]
    while parts and parts[-1] == "*":
        parts = parts[:-1]
    return parts


@dataclass(frozen=True, slots=True)
class CueMatch:
    """A cue found at ``words[start:end]``, for the label numbered ``label``."""

    label: int
    phrase: str
    weight: float
    start: int
    end: int


class CueMatcher:
    """Finds the cues of several labels at once, in one pass over the words."""

    def __init__(self, cues: Sequence[Sequence[Cue]]) -> None:
        """Take the cues of each label in order."""
        self.size = len(cues)
        self._exact: dict[str, list[_Pattern]] = {}
        self._open: dict[str, list[_Pattern]] = {}
        self._memo: dict[str, tuple[_Pattern, ...]] = {}
        for label, label_cues in enumerate(cues):
            for cue in label_cues:
                self._add(label, cue)
        self._stems = sorted({len(stem) for stem in self._open})

    def _add(self, label: int, cue: Cue) -> None:
        parts = split_cue(cue.phrase)
        if parts:
            table, key = (self._open, parts[0][:-1]) if parts[0].endswith("*") else (self._exact, parts[0])
            table.setdefault(key, []).append(_Pattern(label, cue, parts[1:]))

    def find(self, words: Sequence[str]) -> list[CueMatch]:
        """Return every match in the order of its first word; matches may overlap."""
        found = []
        for start, word in enumerate(words):
            for pattern in self._starting(word):
                end = _match_rest(pattern.rest, words, start + 1)
                if end:
                    found.append(CueMatch(pattern.label, pattern.cue.phrase, pattern.cue.weight, start, end))
        return found

    def count(self, words: Sequence[str]) -> list[float]:
        """Return for each label the summed weight of its matches."""
        totals = [0.0] * self.size
        for match in self.find(words):
            totals[match.label] += match.weight
        return totals

    def _starting(self, word: str) -> tuple[_Pattern, ...]:
        known = self._memo.get(word)
        if known is None:
            found = list(self._exact.get(word, ()))
            for length in self._stems:
                if length > len(word):
                    break
                found += self._open.get(word[:length], ())
            known = tuple(found)
            if len(self._memo) < 200_000:  # the words of a language, not of a hostile file
                self._memo[word] = known
        return known


@dataclass(frozen=True, slots=True)
class _Pattern:
    label: int
    cue: Cue
    rest: tuple[str, ...]


def _match_rest(rest: tuple[str, ...], words: Sequence[str], position: int) -> int:
    """Return the position after the last word where ``rest`` matches from ``position``, or 0."""
    for number, part in enumerate(rest):
        if part == "*":
            for skipped in range(1, GAP + 1):
                end = _match_rest(rest[number + 1 :], words, position + skipped)
                if end:
                    return end
            return 0
        if position >= len(words):
            return 0
        word = words[position]
        if not (word.startswith(part[:-1]) if part.endswith("*") else word == part):
            return 0
        position += 1
    return position
