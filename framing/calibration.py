"""From decision values to probabilities and labels: Platt's calibration, and thresholds, from predictions on left-out data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

import numpy as np

from framing.arrays import Bools, Floats
from framing.coded import Codes
from framing.errors import UsageError
from framing.fitting import MIN_POSITIVES
from framing.labelling import LabelRule, label_probabilities
from framing.model import FramingModel
from framing.scoring_model import ScoringModel

Model = TypeVar("Model", FramingModel, ScoringModel)

FEWEST = MIN_POSITIVES // 2
"""Positives that a model needs while part of the data is left out of it."""

FEWEST_FOR_THRESHOLD = 15
"""Positives below which the best threshold of a sample is luck: half the best F1 serves (Lipton et al. 2014)."""


def choose_rule(decisions: Floats, coded: Bools) -> LabelRule:
    """Return Platt's calibration and the threshold of the highest F1, from out-of-fold decision values.

    Source: Platt 1999 (targets smoothed by the class counts). Values that are NaN are left out.
    """
    usable = np.isfinite(decisions)
    found = int(coded[usable].sum())
    rule = LabelRule(positives=int(coded.sum()), learnt=bool(coded.sum() >= FEWEST and 0 < found < usable.sum()))
    if not rule.learnt:
        return rule
    slope, offset = _fit_platt(decisions[usable], coded[usable])
    probabilities = label_probabilities(decisions[usable][:, None], [replace(rule, slope=slope, offset=offset)])[:, 0]
    threshold, f1 = best_threshold(probabilities, coded[usable])
    return replace(rule, slope=slope, offset=offset, threshold=threshold if found >= FEWEST_FOR_THRESHOLD else f1 / 2)


def _fit_platt(decisions: Floats, coded: Bools) -> tuple[float, float]:
    """Return slope and offset of the highest likelihood, by Newton's method with step halving (Lin, Lin & Weng 2007).

    Where the model ranks no better than chance the slope is (almost) 0, and the probability the share of positives: no
    calibration may reverse a model.
    """
    positives, negatives = int(coded.sum()), int((~coded).sum())
    goal = np.where(coded, (positives + 1) / (positives + 2), 1 / (negatives + 2))
    centre, spread = float(decisions.mean()), float(decisions.std()) or 1.0
    design = np.column_stack([(decisions - centre) / spread, np.ones_like(decisions)])

    def loss(beta: Floats) -> float:
        value = design @ beta
        return float((np.logaddexp(0, value) - goal * value).sum())

    beta = np.array([0.0, np.log((positives + 1) / (negatives + 1))])
    best = loss(beta)
    for _ in range(100):
        fitted = 1 / (1 + np.exp(-np.clip(design @ beta, -500, 500)))
        curvature = design.T @ ((fitted * (1 - fitted))[:, None] * design) + 1e-10 * np.eye(2)
        step = np.linalg.solve(curvature, design.T @ (goal - fitted))
        size = 1.0
        while size > 1e-10 and loss(beta + size * step) > best:
            size /= 2
        before, best = best, min(best, loss(beta + size * step))
        beta = beta + size * step if best < before else beta
        if before - best < 1e-10 * max(1.0, before):
            break
    if beta[0] <= 0:
        beta = np.array([1e-6, np.log(goal.mean() / (1 - goal.mean()))])
    slope = float(beta[0] / spread)
    return slope, float(beta[1]) - slope * centre


def best_threshold(probabilities: Floats, coded: Bools) -> tuple[float, float]:
    """Return the threshold with the highest F1, halfway between two neighbouring probabilities, and that F1."""
    order = np.argsort(-probabilities, kind="stable")
    ranked = probabilities[order]
    found = np.cumsum(coded[order])
    f1 = 2 * found / (np.arange(1, len(ranked) + 1) + coded.sum())
    last_of_ties = np.append(ranked[1:] < ranked[:-1], True)
    best = int(np.argmax(np.where(last_of_ties, f1, -1)))
    below = ranked[best + 1] if best + 1 < len(ranked) else 0.0
    return float((ranked[best] + below) / 2), float(f1[best])


def choose_rules(decisions: Floats, codes: Codes) -> tuple[LabelRule, ...]:
    """Return the rule of every output, from the sentences that count; ``positives`` are those of all sentences."""
    rules = []
    for column in range(codes.given.shape[1]):
        rows = codes.known[:, column] & codes.counts
        rule = choose_rule(decisions[rows, column], codes.given[rows, column])
        rules.append(replace(rule, positives=int(codes.given[codes.known[:, column], column].sum())))
    return tuple(rules)


def apply_rules(model: FramingModel, decisions: Floats, codes: Codes) -> FramingModel:
    """Return ``model`` with rules chosen from out-of-fold ``decisions``; what it did not learn stays so."""
    rules = choose_rules(decisions, codes)
    return replace(
        model, rules=tuple(replace(rule, learnt=rule.learnt and old.learnt) for rule, old in zip(rules, model.rules, strict=True))
    )


NEVER = 2.0
"""A threshold that no probability reaches."""

PRECISIONS = tuple(number / 100 for number in range(50, 100, 5))
"""The precisions that a model keeps thresholds for."""


def thresholds_for_precision(probabilities: Floats, coded: Bools) -> tuple[float | None, ...]:
    """Return for each of ``PRECISIONS`` the lowest threshold that reaches it on left-out sentences, None where none does.

    A threshold must find ``FEWEST`` positives, and every higher one that finds as many must reach the precision too: a
    lucky streak at the top does not count.
    """
    order = np.argsort(-probabilities, kind="stable")
    ranked, found = probabilities[order], np.cumsum(coded[order])
    precision = found / np.arange(1, len(ranked) + 1)
    ends = np.append(ranked[1:] < ranked[:-1], True) & (found >= FEWEST)
    return tuple(_lowest(ranked[ends], precision[ends], goal) for goal in PRECISIONS)


def _lowest(thresholds: Floats, precision: Floats, goal: float) -> float | None:
    reached = np.flatnonzero(np.logical_and.accumulate(precision >= goal))
    return float(thresholds[reached[-1]]) if len(reached) else None


def demand_precision(model: Model, curves: Sequence[Sequence[float | None]], goal: float) -> tuple[Model, list[int]]:
    """Return ``model`` with thresholds that reach precision ``goal``, and the outputs that cannot: these are not given.

    ``curves`` holds ``thresholds_for_precision`` of every output; the next higher of ``PRECISIONS`` serves.

    Raises:
        UsageError: the precision is none of those between the lowest and the highest of ``PRECISIONS``.
    """
    if not PRECISIONS[0] <= goal <= PRECISIONS[-1]:
        raise UsageError(f"--min-precision {goal:g} must lie between {PRECISIONS[0]:g} and {PRECISIONS[-1]:g}")
    place = next(number for number, precision in enumerate(PRECISIONS) if precision >= goal - 1e-9)
    rules, lacking = [], []
    for column, (rule, curve) in enumerate(zip(model.rules, curves, strict=True)):
        threshold = curve[place] if rule.learnt else None
        if threshold is None and rule.learnt:
            lacking.append(column)
        rules.append(replace(rule, threshold=NEVER if threshold is None else max(threshold, rule.threshold)))
    return replace(model, rules=tuple(rules), min_precision=goal), lacking
