"""From decision values to probabilities and labels, by the rule of each output."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from framing.arrays import Floats
from framing.codebook import STANCES, Codebook

SIDES = STANCES[:-1]
"""The stances that a model learns, each by itself: who has neither has none."""


def list_outputs(codebook: Codebook) -> tuple[str, ...]:
    """Return the labels that a model decides on, in the order of its columns: frames, then ``target:side``."""
    return (*codebook.frame_ids, *(f"{target}:{side}" for target in codebook.target_ids for side in SIDES))


@dataclass(frozen=True, slots=True)
class LabelRule:
    """How an output's decision value becomes a probability (``sigmoid(slope * value + offset)``) and a label.

    The label is given at ``threshold`` or above. ``positives`` counts the coded sentences behind it. One that is not
    ``learnt``, for want of positives, has probability NaN, and no sentence is given it.
    """

    slope: float = 1.0
    offset: float = 0.0
    threshold: float = 0.5
    positives: int = 0
    learnt: bool = False


@dataclass(frozen=True)
class Scores:
    """Probabilities and labels of sentences, in the order of the codebook.

    ``frames``: sentences × frames, NaN where a frame was not learnt. ``labels``: the frames given to each sentence.
    ``stance``: per target, sentences × (favor, against, none). ``stance_labels``: per target, the stance given to each
    sentence, None where the target was not learnt.
    """

    frames: Floats
    labels: list[frozenset[str]]
    stance: dict[str, Floats]
    stance_labels: dict[str, list[str | None]]


def label_probabilities(decisions: Floats, rules: Sequence[LabelRule]) -> Floats:
    """Return calibrated probabilities, sentences × outputs; NaN where an output was not learnt."""
    if not rules:
        return np.zeros(decisions.shape)
    slopes = np.array([rule.slope if rule.learnt else np.nan for rule in rules])
    offsets = np.array([rule.offset for rule in rules])
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(slopes * decisions + offsets, -500, 500))))


def choose_frames(probabilities: Floats, rules: Sequence[LabelRule], *, single: bool, strict: bool = False) -> NDArray[np.bool_]:
    """Return which frames each sentence is given: those at their thresholds, or the likeliest alone where it must be one.

    Where one must be given thresholds do not matter, unless it is ``strict``: then the likeliest must reach its own too.
    """
    if not rules:
        return np.zeros(probabilities.shape, bool)
    reached = np.asarray(probabilities >= np.array([rule.threshold for rule in rules]))
    if not single:
        return reached
    chosen = np.zeros(probabilities.shape, bool)
    learnt = np.array([rule.learnt for rule in rules])
    if learnt.any():
        chosen[np.arange(len(chosen)), np.where(learnt, probabilities, -1.0).argmax(axis=1)] = True
    return chosen & reached if strict else chosen


def stance_probabilities(sides: Floats) -> Floats:
    """Return the probabilities, sentences × (favor, against, none), from those of the two sides, each by itself.

    ``none`` is what they leave; where together they exceed 1 they are scaled. A side that was not learnt gets 0; NaN
    where neither was.
    """
    known = np.where(np.isnan(sides), 0.0, sides)
    total = known.sum(axis=1, keepdims=True)
    known = known / np.maximum(total, 1.0)
    stance = np.column_stack([known, np.maximum(0.0, 1.0 - known.sum(axis=1))])
    stance[np.isnan(sides).all(axis=1)] = np.nan
    return np.asarray(stance)


def choose_stances(probabilities: Floats, rules: Sequence[LabelRule]) -> list[str | None]:
    """Return the stance of each sentence, None where the target was not learnt.

    A side is given at its threshold; of two, the one that exceeds its own by the greater factor.
    """
    learnt = [rule.learnt for rule in rules]
    if not any(learnt):
        return [None] * len(probabilities)
    factors = probabilities[:, : len(SIDES)] / np.array([rule.threshold for rule in rules])
    factors[:, ~np.array(learnt)] = -1.0
    best = factors.argmax(axis=1)
    reached = factors[np.arange(len(factors)), best] >= 1.0
    return [STANCES[column] for column in np.where(reached, best, len(SIDES))]


def interpret(decisions: Floats, codebook: Codebook, rules: Sequence[LabelRule], *, strict: bool = False) -> Scores:
    """Return the scores that follow from decision values, sentences × outputs; ``strict`` as in ``choose_frames``."""
    ids = codebook.frame_ids
    chances = label_probabilities(decisions, rules)
    frames = chances[:, : len(ids)]
    single = codebook.single_label
    given = choose_frames(frames, rules[: len(ids)], single=single, strict=strict)
    labels = [frozenset(ids[column] for column in np.flatnonzero(row)) for row in given]
    stance, stance_labels = {}, {}
    for number, target in enumerate(codebook.target_ids):
        first = len(ids) + number * len(SIDES)
        columns = slice(first, first + len(SIDES))
        stance[target] = stance_probabilities(chances[:, columns])
        stance_labels[target] = choose_stances(stance[target], rules[columns])
    return Scores(frames, labels, stance, stance_labels)
