"""What of a model scores sentences: tables of numbers, the rules of its outputs, and an outline of its codebook."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from framing.arrays import Bools, Floats, Integers
from framing.codebook import Codebook
from framing.labelling import LabelRule, Scores, interpret, judge, list_outputs
from framing.scorer.scorer import Scorer
from framing.scorer.tables import ScorerTables


@dataclass(frozen=True)
class ScoringModel:
    """A model as far as scoring needs it: ``framing.model.FramingModel`` without words, evaluation and explanations.

    ``rules`` are by output (``list_outputs`` of the ``codebook``), ``seen`` holds the fingerprints of the training
    sentences (``framing.chunks.fingerprint_texts``), sorted.
    """

    codebook: Codebook
    tables: ScorerTables
    rules: tuple[LabelRule, ...]
    seen: NDArray[np.uint64] = field(default_factory=lambda: np.zeros(0, np.uint64))
    name: str = "unsaved"
    digest: str = ""
    min_precision: float | None = None

    @property
    def label(self) -> str:
        """The name and the first digits of the digest, as records carry it, and what precision was asked for."""
        return label_model(self.name, self.digest, self.min_precision)

    @cached_property
    def outputs(self) -> tuple[str, ...]:
        """The labels that the model decides on, in the order of every array of outputs."""
        return list_outputs(self.codebook)

    @property
    def withheld(self) -> tuple[str, ...]:
        """The labels that were learnt but that no probability suffices for: no threshold gives them the precision asked for."""
        return tuple(label for label, rule in zip(self.outputs, self.rules, strict=True) if rule.learnt and rule.threshold > 1)

    @cached_property
    def scorer(self) -> Scorer:
        """The scorer with the model's tables, made once: it keeps the chunks of words that it has seen."""
        return Scorer(self.tables)

    def judge(self, decisions: Floats) -> tuple[Floats, Bools]:
        """Return the probabilities and the labels given, both sentences × outputs, that follow from decision values."""
        return judge(decisions, self.codebook, self.rules, strict=self.min_precision is not None)

    def interpret(self, decisions: Floats) -> Scores:
        """Return what ``judge`` says by the names of frames and targets."""
        return interpret(decisions, self.codebook, self.rules, strict=self.min_precision is not None)

    def knows(self, fingerprints: NDArray[np.uint64]) -> Bools:
        """Return which sentences the model was trained on, by their fingerprints."""
        return find_fingerprints(self.seen, fingerprints) >= 0


def find_fingerprints(known: NDArray[np.uint64], fingerprints: NDArray[np.uint64]) -> Integers:
    """Return the place of each of ``fingerprints`` in the sorted ones that are ``known``, -1 for one that is not."""
    if not len(known):
        return np.full(fingerprints.shape, -1)
    places = np.searchsorted(known, fingerprints).clip(max=len(known) - 1)
    return np.where(known[places] == fingerprints, places, -1)


def label_model(name: str, digest: str, min_precision: float | None) -> str:
    """Return how records name a model: name, first digits of the digest, and what precision was asked for."""
    known = f"{name}@{digest[:12]}" if digest else name
    return known if min_precision is None else f"{known};min-precision={min_precision:g}"
