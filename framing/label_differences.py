"""On which sentences two models differ."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from framing.arrays import Bools
from framing.model_changes import change_record


@dataclass(frozen=True, slots=True)
class LabelDifference:
    """On how many of ``sentences`` two models give a label: each of them, and one alone; ``gained`` and ``lost`` hold the
    first few that only the later, and only the earlier one gives it.
    """

    label: str
    sentences: int
    before: int
    after: int
    differing: int
    gained: tuple[str, ...] = field(default=())
    lost: tuple[str, ...] = field(default=())

    @property
    def share(self) -> float:
        """The share of the sentences on which the models differ."""
        return self.differing / self.sentences if self.sentences else 0.0


Judge = Callable[[Sequence[str]], Mapping[str, Bools]]
"""From sentences to whether each is given each label, by its name."""


def count_differences(
    batches: Iterable[Sequence[str]], before: Judge, after: Judge, *, examples: int = 3
) -> tuple[LabelDifference, ...]:
    """Return how the labels differ that two models give to the same sentences, for each label that both know."""
    tallies: dict[str, _Tally] = {}
    for texts in batches:
        was, now = before(texts), after(texts)
        for label in (label for label in now if label in was):
            tallies.setdefault(label, _Tally(label)).add(texts, was[label], now[label], examples)
    return tuple(tally.close() for tally in tallies.values())


@dataclass(slots=True)
class _Tally:
    label: str
    sentences: int = 0
    before: int = 0
    after: int = 0
    differing: int = 0
    gained: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)

    def add(self, texts: Sequence[str], was: Bools, now: Bools, examples: int) -> None:
        self.sentences += len(texts)
        self.before += int(was.sum())
        self.after += int(now.sum())
        self.differing += int((was != now).sum())
        self.gained += [texts[row] for row in np.flatnonzero(now & ~was)[: examples - len(self.gained)]]
        self.lost += [texts[row] for row in np.flatnonzero(was & ~now)[: examples - len(self.lost)]]

    def close(self) -> LabelDifference:
        counts = self.sentences, self.before, self.after, self.differing
        return LabelDifference(self.label, *counts, tuple(self.gained), tuple(self.lost))


def difference_records(differences: Iterable[LabelDifference]) -> list[dict[str, Any]]:
    """Return the records of ``model_changes.change_record`` for how often each label is given, and for the examples."""
    rows = []
    for found in differences:
        rows.append(change_record("sentences", "given the label", found.before, found.after, label=found.label))
        rows.append(change_record("sentences", "of all", found.sentences, found.sentences, label=found.label))
        rows.append(change_record("sentences", "only in one", found.differing, found.differing, label=found.label))
        rows += [change_record("example", text, False, True, label=found.label) for text in found.gained]
        rows += [change_record("example", text, True, False, label=found.label) for text in found.lost]
    return rows
