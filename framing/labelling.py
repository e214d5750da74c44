"""From decision values to probabilities and labels, by the rule of each output."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from framing.arrays import Bools, Floats
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


def choose_frames(probabilities: Floats, rules: Sequence[LabelRule], *, single: bool, strict: bool = False) -> Bools:
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


def scale_sides(sides: Floats) -> Floats:
    """Return the probabilities of favor and against, sentences × 2, from those that each side has by itself.

    Where together they exceed 1 they are scaled. A side that was not learnt gets 0; NaN where neither was.
    """
    known = np.where(np.isnan(sides), 0.0, sides)
    scaled = known / np.maximum(known.sum(axis=1, keepdims=True), 1.0)
    scaled[np.isnan(sides).all(axis=1)] = np.nan
    return np.asarray(scaled)


def _add_none(scaled: Floats) -> Floats:
    """Return the probabilities, sentences × (favor, against, none): ``none`` is what the scaled sides leave."""
    return np.column_stack([scaled, np.maximum(0.0, 1.0 - scaled.sum(axis=1))])


def choose_sides(scaled: Floats, rules: Sequence[LabelRule]) -> Bools:
    """Return which side each sentence is given, sentences × 2, from the probabilities of ``scale_sides``.

    A side is given at its threshold; of two, the one that exceeds its own by the greater factor.
    """
    learnt = np.array([rule.learnt for rule in rules], bool)
    factors = np.where(learnt, scaled / np.array([rule.threshold for rule in rules]), -1.0)
    given = np.zeros(scaled.shape, bool)
    rows, best = np.arange(len(factors)), factors.argmax(axis=1)
    given[rows, best] = factors[rows, best] >= 1.0
    return given


def _name_stances(given: Bools, *, learnt: bool) -> list[str | None]:
    """Return the stance of each sentence by the sides that it is given, None where the target was not ``learnt``."""
    if not learnt:
        return [None] * len(given)
    return [STANCES[column] for column in np.where(given.any(axis=1), given.argmax(axis=1), len(SIDES))]


def judge(decisions: Floats, codebook: Codebook, rules: Sequence[LabelRule], *, strict: bool = False) -> tuple[Floats, Bools]:
    """Return the probabilities and the labels given that follow from decision values; all are sentences × outputs.

    The sides of a target are scaled as by ``scale_sides``; NaN where a frame, or both sides, were not learnt. ``strict`` as
    in ``choose_frames``.
    """
    frames = len(codebook.frame_ids)
    chances = label_probabilities(decisions, rules)
    given = np.zeros(chances.shape, bool)
    given[:, :frames] = choose_frames(chances[:, :frames], rules[:frames], single=codebook.single_label, strict=strict)
    for first in range(frames, len(rules), len(SIDES)):
        columns = slice(first, first + len(SIDES))
        chances[:, columns] = scale_sides(chances[:, columns])
        given[:, columns] = choose_sides(chances[:, columns], rules[columns])
    return chances, given


def interpret(decisions: Floats, codebook: Codebook, rules: Sequence[LabelRule], *, strict: bool = False) -> Scores:
    """Return what ``judge`` says of decision values, sentences × outputs, by the names of frames and targets."""
    ids = codebook.frame_ids
    chances, given = judge(decisions, codebook, rules, strict=strict)
    labels = [frozenset(ids[column] for column in np.flatnonzero(row)) for row in given[:, : len(ids)]]
    stance, stance_labels = {}, {}
    for number, target in enumerate(codebook.target_ids):
        first = len(ids) + number * len(SIDES)
        columns = slice(first, first + len(SIDES))
        stance[target] = _add_none(chances[:, columns])
        stance_labels[target] = _name_stances(given[:, columns], learnt=any(rule.learnt for rule in rules[columns]))
    return Scores(chances[:, : len(ids)], labels, stance, stance_labels)
