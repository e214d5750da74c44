"""The framing model: one regression per frame, and per stance (favor, against) towards each target.

This is the reference implementation, on scikit-learn. ``FramingModel.compile`` gives what scores the same without it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from framing.arrays import Bools, Floats, Integers
from framing.chunks import fingerprint_texts
from framing.codebook import Codebook
from framing.explain import Explanation, LabelExplanation, Term, sum_contributions
from framing.features import Vectorizer
from framing.labelling import SIDES, LabelRule, Scores, interpret, judge, list_outputs
from framing.scorer.tables import compile_tables
from framing.scoring_model import ScoringModel, find_fingerprints, label_model


@dataclass(frozen=True)
class FramingModel:
    """A trained model: the vectoriser, a weight per feature and output, and the rules that turn outputs into labels.

    ``weights`` is features × outputs, ``intercepts`` and ``rules`` are by output: the frames, then favor and against for
    each target. ``seen`` holds the fingerprints of its training sentences (``framing.chunks.fingerprint_texts``), sorted: scores
    of these look better than they are. ``left_out`` holds, in the order of these, decision values by models that saw nothing
    of their article: NaN where such a model did not learn the output, and no rows where none was fitted.
    """

    codebook: Codebook
    vectorizer: Vectorizer
    weights: NDArray[np.float32]
    intercepts: NDArray[np.float32]
    rules: tuple[LabelRule, ...]
    seen: NDArray[np.uint64] = field(default_factory=lambda: np.zeros(0, np.uint64))
    name: str = "unsaved"
    digest: str = ""
    min_precision: float | None = None
    facts: dict[str, Any] = field(default_factory=dict)
    left_out: NDArray[np.float16] = field(default_factory=lambda: np.zeros((0, 0), np.float16))

    @property
    def label(self) -> str:
        """The name and the first digits of the digest, as records carry it, and what precision was asked for."""
        return label_model(self.name, self.digest, self.min_precision)

    def compile(self) -> ScoringModel:
        """Return the model as scoring needs it; its numbers are those of ``decide`` to the last digits but a few."""
        tables = compile_tables(self.vectorizer, self.weights, self.intercepts)
        return ScoringModel(self.codebook, tables, self.rules, self.seen, self.name, self.digest, self.min_precision)

    def find_seen(self, texts: Sequence[str]) -> Integers:
        """Return for each text its place among the training sentences, as in ``left_out``, -1 where it is none of them."""
        return find_fingerprints(self.seen, fingerprint_texts(texts))

    def decide(self, texts: Sequence[str]) -> Floats:
        """Return the decision values, sentences × outputs, by scikit-learn's vectoriser."""
        if not texts:
            return np.zeros((0, len(self.intercepts)))
        return np.asarray(self.vectorizer.transform(texts) @ self.weights.astype(np.float64)) + self.intercepts

    def score(self, texts: Sequence[str]) -> Scores:
        """Return the probabilities and labels of ``texts``, one sentence each."""
        return self.interpret(self.decide(list(texts)))

    def judge(self, decisions: Floats) -> tuple[Floats, Bools]:
        """Return the probabilities and the labels given, both sentences × outputs, that follow from decision values."""
        return judge(decisions, self.codebook, self.rules, strict=self.min_precision is not None)

    def interpret(self, decisions: Floats) -> Scores:
        """Return what ``judge`` says by the names of frames and targets."""
        return interpret(decisions, self.codebook, self.rules, strict=self.min_precision is not None)

    def explain(self, text: str) -> Explanation:
        """Return the labels of one sentence, and the terms with the weights that decided them."""
        added = sum_contributions(self.vectorizer, self.weights.astype(np.float64), text)
        decisions = self.intercepts + sum(added.values(), np.zeros(len(self.intercepts)))
        scores = self.interpret(decisions[None, :])
        stance = {target: labels[0] for target, labels in scores.stance_labels.items()}
        given = [frame in scores.labels[0] for frame in self.codebook.frame_ids]
        given += [stance[target] == side for target in self.codebook.target_ids for side in SIDES]
        chances = [*scores.frames[0], *(scores.stance[t][0, n] for t in self.codebook.target_ids for n in range(len(SIDES)))]
        outputs = []
        for column, label in enumerate(list_outputs(self.codebook)):
            terms = [Term(term, float(values[column])) for term, values in added.items() if values[column]]
            terms.sort(key=lambda term: (-abs(term.weight), term.text))
            probability = float(chances[column]) if np.isfinite(chances[column]) else None
            numbers = self.rules[column].threshold, float(decisions[column]), float(self.intercepts[column])
            outputs.append(LabelExplanation(label, given[column], probability, *numbers, tuple(terms)))
        return Explanation(text, scores.labels[0], stance, tuple(outputs))
