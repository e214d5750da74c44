"""How good a model is on articles and outlets that it has not seen, beside baselines and the coders themselves."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from framing.annotations import CodedSentence
from framing.arrays import Bools, Floats, Integers
from framing.calibration import FEWEST, apply_rules, thresholds_for_precision
from framing.codebook import STANCES, Codebook
from framing.coded import Codes, encode
from framing.features import TermCounts, Vectorizer
from framing.fitting import LARGE_FIT, fit_outputs
from framing.labelling import LabelRule, Scores, label_probabilities, list_outputs
from framing.metrics import LabelMetrics, measure_label
from framing.model import FramingModel
from framing.scorer.scorer import Scorer
from framing.settings import Settings

HELD_OUT = "held-out sentences"
"""The design of an evaluation on sentences that the model never saw."""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The metrics of every label under one ``design``, and how many sentences, articles and outlets stand behind them."""

    design: str
    sentences: int
    articles: int
    outlets: int
    labels: tuple[LabelMetrics, ...]

    def macro_f1(self, kind: str = "frames") -> float | None:
        """Return the mean F1 over ``frames``, or over the sides of ``stance``, of the labels that have one."""
        rows = [row for row in self.labels if (":" in row.label) == (kind == "stance")]
        values = [row.f1 for row in rows if row.f1 is not None and not row.label.endswith(f":{STANCES[-1]}")]
        return float(np.mean(values)) if values else None

    def find(self, label: str) -> LabelMetrics | None:
        """Return the metrics of ``label``, or None."""
        return next((row for row in self.labels if row.label == label), None)


def assign_folds(codes: Codes, folds: int, seed: int) -> Integers:
    """Return a fold for each sentence: whole articles, the labels spread as evenly as a greedy pass can.

    The articles richest in labels are placed first, each in the fold that most lacks what it has.
    """
    marks = np.vstack([codes.given.T, np.ones(len(codes.article))]).astype(float)
    articles = int(codes.article.max()) + 1
    content = np.zeros((articles, len(marks)))
    np.add.at(content, codes.article, marks.T)
    share = content / np.maximum(content.sum(axis=0), 1)
    order = np.random.default_rng(seed).permutation(articles)
    order = order[np.argsort(-share[order].sum(axis=1), kind="stable")]
    filled = np.zeros((folds, len(marks)))
    chosen = np.zeros(articles, np.int64)
    for article in order:
        chosen[article] = np.argmin(((filled + share[article]) ** 2 - filled**2).sum(axis=1))
        filled[chosen[article]] += share[article]
    return chosen[codes.article]


def count_folds(settings: Settings, sentences: int, groups: int) -> int:
    """Return the number of folds: as set, two for very large data, and no more than there are groups."""
    return min(2 if sentences >= LARGE_FIT else settings.folds, groups)


def assign_outlet_folds(codes: Codes, folds: int) -> Integers:
    """Return a fold for each sentence: whole outlets, the largest placed first, each in the smallest fold."""
    sizes = np.bincount(codes.outlet)
    filled = np.zeros(folds, np.int64)
    chosen = np.zeros(len(sizes), np.int64)
    for outlet in np.argsort(-sizes, kind="stable"):
        chosen[outlet] = filled.argmin()
        filled[chosen[outlet]] += sizes[outlet]
    return chosen[codes.outlet]


PARALLEL = 1000
"""Sentences from which on models are fitted side by side in processes, which cost a second to start; up to ``LARGE_FIT``,
where memory counts."""


def predict_left_out(
    counts: TermCounts, codes: Codes, codebook: Codebook, settings: Settings, *groupings: Integers
) -> list[Floats]:
    """Return, for each grouping, the decision values of each sentence from a model that saw no sentence of its group.

    Nothing of the group enters, not even the frequencies of its words, nor a sentence elsewhere that has the same text.
    NaN where the others held too few positives.
    """
    parts = [(place, grouping == number) for place, grouping in enumerate(groupings) for number in np.unique(grouping)]
    tasks = [(counts, codes, codebook, settings, inside) for _, inside in parts]
    fitted = run_side_by_side(_predict_part, tasks, sentences=len(codes.article))
    decisions = [np.full(codes.given.shape, np.nan) for _ in groupings]
    for (place, inside), values in zip(parts, fitted, strict=True):
        decisions[place][inside] = values
    return decisions


def run_side_by_side(task: Callable[..., Floats], arguments: Sequence[tuple[object, ...]], *, sentences: int) -> list[Floats]:
    """Return what ``task`` gives for each of ``arguments``, in order, in processes where the number of sentences pays for them."""
    from joblib import Parallel, delayed

    return list(Parallel(n_jobs=-1 if PARALLEL <= sentences < LARGE_FIT else 1)(delayed(task)(*each) for each in arguments))


def leave_out(codes: Codes, inside: Bools) -> NDArray[np.intp]:
    """Return the sentences that may teach a model for those ``inside``: the others, but for those of the same text.

    A text that is coded in two articles would be known by heart in the one from the other.
    """
    return np.flatnonzero(~inside & ~np.isin(codes.text, codes.text[inside]))


def _predict_part(counts: TermCounts, codes: Codes, codebook: Codebook, settings: Settings, inside: Bools) -> Floats:
    others = leave_out(codes, inside)
    idf = counts.weigh(others)
    features = counts.features(idf, others)
    weights, intercepts, rules = fit_outputs(features, codes.take(others), codebook, settings, min_positives=FEWEST)
    values = counts.features(idf, np.flatnonzero(inside)) @ weights.astype(np.float64) + intercepts
    return np.where(np.array([rule.learnt for rule in rules], bool), values, np.nan)


def score_left_out(model: FramingModel, decisions: Floats, codes: Codes, group: Integers) -> Scores:
    """Return scores whose thresholds and calibration, too, were chosen on the other groups' sentences alone.

    The decision values of those come from models that did train on this group, which is the usual compromise: full
    nesting would fit a model per pair of groups.
    """
    frames = np.full((len(decisions), len(model.codebook.frames)), np.nan)
    labels: list[frozenset[str]] = [frozenset()] * len(decisions)
    stance = {target: np.full((len(decisions), len(STANCES)), np.nan) for target in model.codebook.target_ids}
    stance_labels: dict[str, list[str | None]] = {target: [None] * len(decisions) for target in model.codebook.target_ids}
    for number in np.unique(group):
        inside, others = np.flatnonzero(group == number), np.flatnonzero(group != number)
        scores = apply_rules(model, decisions[others], codes.take(others)).interpret(decisions[inside])
        frames[inside] = scores.frames
        for place, row in enumerate(inside):
            labels[row] = scores.labels[place]
            for target in stance:
                stance_labels[target][row] = scores.stance_labels[target][place]
        for target, values in scores.stance.items():
            stance[target][inside] = values
    return Scores(frames, labels, stance, stance_labels)


def evaluate_scores(scores: Scores, codes: Codes, codebook: Codebook, *, design: str, seed: int = 0) -> Evaluation:
    """Return the metrics of ``scores`` on the sentences that count, with intervals by bootstrap over articles."""
    rows = []
    for column, frame in enumerate(codebook.frame_ids):
        given = np.array([frame in labels for labels in scores.labels], bool)[codes.counts]
        truth, article = codes.given[codes.counts, column], codes.article[codes.counts]
        rows.append(measure_label(frame, scores.frames[codes.counts, column], given, truth, article, seed))
    for number, target in enumerate(codebook.target_ids):
        favor = len(codebook.frames) + number * 2
        known = codes.known[:, favor] & codes.counts
        sides = codes.given[known, favor : favor + 2]
        truths = np.column_stack([sides, ~sides.any(axis=1)])
        chosen = np.array([label or "" for label in scores.stance_labels[target]])[known]
        for value, stance in enumerate(STANCES):
            probability = scores.stance[target][known, value]
            row = measure_label(f"{target}:{stance}", probability, chosen == stance, truths[:, value], codes.article[known], seed)
            rows.append(row)
    counted = codes.take(codes.counts)
    sizes = int(codes.counts.sum()), len(np.unique(counted.article)), len(np.unique(counted.outlet))
    return Evaluation(design, *sizes, tuple(rows))


@dataclass(frozen=True)
class CrossValidation:
    """Decision values of sentences by models that saw nothing of their article, and the evaluations that follow.

    ``precision_thresholds`` holds, for each output, the threshold that reaches each of ``PRECISIONS``.
    """

    decisions: Floats
    codes: Codes
    scores: Scores
    evaluations: tuple[Evaluation, ...]
    precision_thresholds: tuple[tuple[float | None, ...], ...]


def cross_validate(
    counts: TermCounts,
    sentences: Sequence[CodedSentence],
    codebook: Codebook,
    settings: Settings,
    *,
    progress: Callable[[str], None] = lambda _: None,
) -> CrossValidation:
    """Return predictions for left-out articles, and evaluations by article and, with several outlets, by outlet."""
    codes = encode(sentences, codebook)
    articles, outlets = len(np.unique(codes.article)), len(np.unique(codes.outlet))
    folds = {"articles left out": assign_folds(codes, count_folds(settings, len(sentences), articles), settings.seed)}
    if outlets > 1:
        folds["outlets left out"] = assign_outlet_folds(codes, count_folds(settings, len(sentences), outlets))
    for design, fold in folds.items():
        progress(f"{design}, {len(np.unique(fold))} folds")
    predicted = predict_left_out(counts, codes, codebook, settings, *folds.values())
    shell = empty_model(codebook)
    scored = [score_left_out(shell, values, codes, fold) for values, fold in zip(predicted, folds.values(), strict=True)]
    evaluations = [
        evaluate_scores(scores, codes, codebook, design=design, seed=settings.seed)
        for design, scores in zip(folds, scored, strict=True)
    ]
    decisions, scores = predicted[0], scored[0]
    chances = label_probabilities(decisions, apply_rules(shell, decisions, codes).rules)
    thresholds = []
    for column in range(codes.given.shape[1]):
        rows = codes.known[:, column] & codes.counts & np.isfinite(chances[:, column])
        thresholds.append(thresholds_for_precision(chances[rows, column], codes.given[rows, column]))
    return CrossValidation(decisions, codes, scores, tuple(evaluations), tuple(thresholds))


def empty_model(codebook: Codebook) -> FramingModel:
    """Return a model that only carries the codebook, for rules that are applied to given decision values."""
    nothing = np.zeros(0, np.float32)
    rules = tuple(LabelRule(learnt=True) for _ in list_outputs(codebook))
    return FramingModel(codebook, Vectorizer(Settings(), (), (), nothing, ()), np.zeros((0, 0), np.float32), nothing, rules)


def evaluate_model(model: FramingModel, sentences: Sequence[CodedSentence]) -> Evaluation:
    """Return the metrics of a finished model on coded sentences, which it must not have been trained on."""
    codes = encode(sentences, model.codebook)
    scores = model.interpret(Scorer(model.compile().tables).decide([s.text for s in sentences]))
    return evaluate_scores(scores, replace(codes, counts=np.ones(len(sentences), bool)), model.codebook, design=HELD_OUT)
