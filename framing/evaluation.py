"""How good a model is on articles and outlets that it has not seen, beside a baseline and the coders themselves."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from framing.agreement import TENTATIVE
from framing.annotations import CodedSentence
from framing.codebook import STANCES, Codebook
from framing.features import Floats, Settings, Vectorizer
from framing.model import (
    MIN_POSITIVES,
    FrameRule,
    FramingModel,
    Scores,
    StanceRule,
    choose_stances,
    fit_model,
    frame_probabilities,
    stance_probabilities,
)
from framing.scorer import Scorer

Bools = NDArray[np.bool_]
Integers = NDArray[np.int64]
HELD_OUT = "held-out sentences"
"""The design of an evaluation on sentences that the model never saw."""

FEWEST = MIN_POSITIVES // 2
"""Positives that a model needs while part of the data is left out of it."""

REPLICATIONS = 1000
"""Bootstrap samples of articles behind each interval."""


@dataclass(frozen=True, slots=True)
class LabelMetrics:
    """How well one label is found: a frame, or one stance towards a target (``target:stance``).

    ``low`` and ``high`` bound the 95 % interval of ``f1`` by bootstrap over articles. Two answers that look at nothing
    stand beside it: ``majority_f1`` gives every sentence what most have (F1 0 for a label that most lack), and
    ``constant_f1`` gives the label to all. ``coder_f1`` is the F1 of one blind coder against another, ``alpha`` their
    agreement with its lower bound ``alpha_low``. ``brier`` and ``calibration_error`` (expected, ten bins) judge the
    probabilities. ``note`` says why a label has no figures.
    """

    label: str
    sentences: int
    positives: int
    precision: float | None = None
    recall: float | None = None
    f1: float | None = None
    low: float | None = None
    high: float | None = None
    average_precision: float | None = None
    brier: float | None = None
    calibration_error: float | None = None
    majority_f1: float | None = None
    constant_f1: float | None = None
    coder_f1: float | None = None
    alpha: float | None = None
    alpha_low: float | None = None
    note: str = ""

    @property
    def reliable(self) -> bool:
        """Whether summaries may show the label unmarked.

        It needs ``MIN_TESTED`` positives, F1 of ``RELIABLE_F1``, an interval above both baselines, and coders whose
        alpha, where two coded, is surely above the bound of tentative conclusions.
        """
        if self.f1 is None or self.low is None or self.majority_f1 is None or self.constant_f1 is None:
            return False
        agreed = self.alpha is None or (self.alpha_low is not None and self.alpha_low >= TENTATIVE)
        beats = self.low > max(self.majority_f1, self.constant_f1)
        return agreed and beats and self.f1 >= RELIABLE_F1 and self.positives >= MIN_TESTED


RELIABLE_F1 = 0.5
"""F1 below which more of what a label finds, or should find, is wrong than right."""

MIN_TESTED = 15
"""Positives below which a good F1 may be luck."""

UNRELIABLE = (
    f"† marks a label that summaries call unreliable: F1 below {RELIABLE_F1:.2f}, fewer than {MIN_TESTED} positives, not surely "
    f"above both baselines, or coders not surely above alpha {TENTATIVE}."
)
"""What the mark means, for cards and tables."""


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


@dataclass(frozen=True)
class Codes:
    """The codes of sentences as arrays.

    ``frames`` is sentences × frames; ``stance`` is targets × sentences, a place in STANCES or -1 where not coded; ``article``
    numbers the articles.
    """

    frames: Bools
    stance: Integers
    article: Integers


def encode(sentences: Sequence[CodedSentence], codebook: Codebook) -> Codes:
    """Return the codes of ``sentences`` in the codebook's order."""
    order = {stance: number for number, stance in enumerate(STANCES)}
    frames = np.array([[frame in s.frames for frame in codebook.frame_ids] for s in sentences], bool)
    stance = [[order.get(s.stance_towards(target) or "", -1) for s in sentences] for target in codebook.target_ids]
    _, article = np.unique([s.article for s in sentences], return_inverse=True)
    shape = (len(sentences), len(codebook.frames))
    return Codes(frames.reshape(shape), np.array(stance, np.int64).reshape(-1, len(sentences)), article)


def assign_folds(codes: Codes, folds: int, seed: int) -> Integers:
    """Return a fold for each sentence: whole articles, the labels spread as evenly as a greedy pass can.

    The articles richest in labels are placed first, each in the fold that most lacks what it has.
    """
    columns = [codes.frames.T, *[[row == 0, row == 1] for row in codes.stance], [np.ones(len(codes.article), bool)]]
    marks = np.concatenate([np.asarray(block) for block in columns]).astype(float)
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


def predict_left_out(sentences: Sequence[CodedSentence], codebook: Codebook, settings: Settings, group: Integers) -> Floats:
    """Return the decision values of each sentence from a model that saw no sentence of its ``group``.

    NaN where the others held too few positives to learn an output.
    """
    from joblib import Parallel, delayed

    parts = [np.flatnonzero(group == number) for number in np.unique(group)]
    fitted = Parallel(n_jobs=-1)(delayed(_predict_part)(sentences, codebook, settings, part) for part in parts)
    decisions = np.zeros((len(sentences), len(codebook.frames) + len(STANCES) * len(codebook.targets)))
    for part, values in zip(parts, fitted, strict=True):
        decisions[part] = values
    return decisions


def _predict_part(sentences: Sequence[CodedSentence], codebook: Codebook, settings: Settings, part: Integers) -> Floats:
    held = set(part.tolist())
    model = fit_model([s for number, s in enumerate(sentences) if number not in held], codebook, settings, min_positives=FEWEST)
    decisions = model.decide([sentences[number].text for number in part])
    frames = [rule.learnt for rule in model.frame_rules]
    stances = [present for rule in model.stance_rules for present in rule.present]
    decisions[:, ~np.array(frames + stances, bool)] = np.nan
    return decisions


def choose_frame_rule(decisions: Floats, coded: Bools) -> FrameRule:
    """Return Platt's calibration and the threshold of the highest F1, from out-of-fold decision values.

    Source: Platt 1999 (targets smoothed by the class counts). Values that are NaN are left out.
    """
    known = np.isfinite(decisions)
    found = int(coded[known].sum())
    rule = FrameRule(positives=int(coded.sum()), learnt=bool(coded.sum() >= FEWEST and 0 < found < known.sum()))
    if not rule.learnt:
        return rule
    slope, offset = _fit_platt(decisions[known], coded[known])
    probabilities = frame_probabilities(decisions[known][:, None], [replace(rule, slope=slope, offset=offset)])[:, 0]
    return replace(rule, slope=slope, offset=offset, threshold=best_threshold(probabilities, coded[known]))


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


def best_threshold(probabilities: Floats, coded: Bools) -> float:
    """Return the threshold with the highest F1, halfway between two neighbouring probabilities."""
    order = np.argsort(-probabilities, kind="stable")
    ranked = probabilities[order]
    found = np.cumsum(coded[order])
    f1 = 2 * found / (np.arange(1, len(ranked) + 1) + coded.sum())
    last_of_ties = np.append(ranked[1:] < ranked[:-1], True)
    best = int(np.argmax(np.where(last_of_ties, f1, -1)))
    below = ranked[best + 1] if best + 1 < len(ranked) else 0.0
    return float((ranked[best] + below) / 2)


def choose_stance_rule(decisions: Floats, stance: Integers) -> StanceRule:
    """Return the temperature of the highest likelihood and the threshold of the highest mean F1 over the two sides."""
    counts = [int((stance == value).sum()) for value in range(3)]
    favor, against, none = (count >= FEWEST for count in counts)
    rule = StanceRule(counts=(counts[0], counts[1], counts[2]), present=(favor, against, none))
    learnt = np.array(rule.present)
    usable = (stance >= 0) & np.isfinite(decisions[:, learnt]).all(axis=1) if rule.learnt else np.zeros(len(stance), bool)
    usable &= learnt[stance]
    if not usable.any():
        return rule
    values, truth = np.where(learnt, decisions, 0.0)[usable], stance[usable]

    def loss(temperature: float) -> float:
        probabilities = stance_probabilities(values, replace(rule, temperature=temperature))
        return float(-np.log(np.maximum(probabilities[np.arange(len(truth)), truth], 1e-12)).mean())

    rule = replace(rule, temperature=float(min(np.geomspace(0.2, 5, 81), key=loss)))
    probabilities = stance_probabilities(values, rule)
    candidates = np.unique(np.round(np.linspace(0.05, 0.95, 91), 4))

    def mean_f1(threshold: float) -> float:
        given = _stance_numbers(probabilities, replace(rule, threshold=threshold))
        return float(np.mean([f1_score(given == side, truth == side) for side in (0, 1) if learnt[side]]))

    return replace(rule, threshold=float(max(candidates, key=mean_f1)))


def _stance_numbers(probabilities: Floats, rule: StanceRule) -> Integers:
    return np.array([STANCES.index(str(value)) for value in choose_stances(probabilities, rule)], np.int64)


def apply_rules(model: FramingModel, decisions: Floats, codes: Codes) -> FramingModel:
    """Return ``model`` with rules chosen from out-of-fold ``decisions``; what it did not learn stays so."""
    frames = len(model.codebook.frames)
    frame_rules = []
    for column, before in enumerate(model.frame_rules):
        rule = choose_frame_rule(decisions[:, column], codes.frames[:, column])
        frame_rules.append(replace(rule, learnt=rule.learnt and before.learnt))
    stance_rules = []
    for number, (stance, earlier) in enumerate(zip(codes.stance, model.stance_rules, strict=True)):
        first = frames + number * len(STANCES)
        chosen = choose_stance_rule(decisions[:, first : first + len(STANCES)], stance)
        favor, against, none = (a and b for a, b in zip(chosen.present, earlier.present, strict=True))
        stance_rules.append(replace(chosen, present=(favor, against, none)))
    return replace(model, frame_rules=tuple(frame_rules), stance_rules=tuple(stance_rules))


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
        inside, outside = np.flatnonzero(group == number), np.flatnonzero(group != number)
        rest = Codes(codes.frames[outside], codes.stance[:, outside], codes.article[outside])
        scores = apply_rules(model, decisions[outside], rest).interpret(decisions[inside])
        frames[inside] = scores.frames
        for place, row in enumerate(inside):
            labels[row] = scores.labels[place]
            for target in stance:
                stance_labels[target][row] = scores.stance_labels[target][place]
        for target, values in scores.stance.items():
            stance[target][inside] = values
    return Scores(frames, labels, stance, stance_labels)


def f1_score(given: Bools, coded: Bools) -> float:
    """Return F1, 0 where nothing is given and nothing coded."""
    total = int(given.sum()) + int(coded.sum())
    return 2 * int((given & coded).sum()) / total if total else 0.0


def evaluate_scores(scores: Scores, codes: Codes, codebook: Codebook, *, design: str, outlets: int, seed: int = 0) -> Evaluation:
    """Return the metrics of ``scores`` against the codes, with intervals by bootstrap over articles."""
    rows = []
    for column, frame in enumerate(codebook.frame_ids):
        given = np.array([frame in labels for labels in scores.labels], bool)
        rows.append(_measure(frame, scores.frames[:, column], given, codes.frames[:, column], codes.article, seed))
    for number, target in enumerate(codebook.target_ids):
        known = codes.stance[number] >= 0
        chosen = np.array([label or "" for label in scores.stance_labels[target]])
        for value, stance in enumerate(STANCES):
            probability = scores.stance[target][known, value]
            truth = codes.stance[number][known] == value
            rows.append(_measure(f"{target}:{stance}", probability, chosen[known] == stance, truth, codes.article[known], seed))
    articles = len(np.unique(codes.article))
    return Evaluation(design, len(codes.article), articles, outlets, tuple(rows))


def _measure(label: str, probability: Floats, given: Bools, coded: Bools, article: Integers, seed: int) -> LabelMetrics:
    metrics = LabelMetrics(label, len(coded), int(coded.sum()))
    if metrics.positives == 0:
        return replace(metrics, note="no coded sentence has it")
    if not np.isfinite(probability).all():
        return replace(metrics, note="too few positives to learn it")
    hits = int((given & coded).sum())
    low, high = bootstrap_interval(given, coded, article, seed)
    return replace(
        metrics,
        precision=hits / int(given.sum()) if given.any() else 0.0,
        recall=hits / metrics.positives,
        f1=f1_score(given, coded),
        low=low,
        high=high,
        average_precision=average_precision(probability, coded),
        brier=float(np.mean((probability - coded) ** 2)),
        calibration_error=calibration_error(probability, coded),
        majority_f1=f1_score(np.full(len(coded), bool(2 * coded.sum() > len(coded))), coded),
        constant_f1=f1_score(np.ones(len(coded), bool), coded),
    )


def bootstrap_interval(given: Bools, coded: Bools, article: Integers, seed: int) -> tuple[float, float]:
    """Return the 95 % percentile interval of F1 over ``REPLICATIONS`` samples of articles with replacement."""
    _, number = np.unique(article, return_inverse=True)
    articles = int(number.max()) + 1
    hits = np.bincount(number, given & coded, articles)
    total = np.bincount(number, given.astype(float) + coded, articles)
    weights = np.random.default_rng(seed).multinomial(articles, np.full(articles, 1 / articles), REPLICATIONS)
    sampled = weights @ total
    f1 = np.divide(2 * (weights @ hits), sampled, out=np.zeros(REPLICATIONS), where=sampled > 0)
    low, high = np.quantile(f1, [0.025, 0.975])
    return float(low), float(high)


def average_precision(probability: Floats, coded: Bools) -> float:
    """Return the area under precision over recall as a step function; ties count together (as in scikit-learn)."""
    order = np.argsort(-probability, kind="stable")
    ranked, hits = probability[order], np.cumsum(coded[order])
    ends = np.flatnonzero(np.append(ranked[1:] < ranked[:-1], True))
    precision = hits[ends] / (ends + 1)
    gained = np.diff(hits[ends], prepend=0)
    return float((precision * gained).sum() / coded.sum())


def calibration_error(probability: Floats, coded: Bools, bins: int = 10) -> float:
    """Return the expected calibration error: mean distance of probability and share over equally wide bins."""
    place = np.minimum((probability * bins).astype(int), bins - 1)
    count = np.bincount(place, minlength=bins)
    gap = np.abs(np.bincount(place, probability, bins) - np.bincount(place, coded, bins))
    return float(gap.sum() / count.sum())


def cross_validate(
    sentences: Sequence[CodedSentence],
    codebook: Codebook,
    settings: Settings,
    *,
    progress: Callable[[str], None] = lambda _: None,
) -> tuple[Floats, Codes, tuple[Evaluation, ...]]:
    """Return out-of-fold decision values, the codes, and the evaluations by article and, with several outlets, by outlet."""
    codes = encode(sentences, codebook)
    names, outlet = np.unique([s.outlet for s in sentences], return_inverse=True)
    articles = len(np.unique(codes.article))
    shell = _empty_model(codebook)
    progress(f"{settings.folds} folds of whole articles")
    fold = assign_folds(codes, min(settings.folds, articles), settings.seed)
    decisions = predict_left_out(sentences, codebook, settings, fold)
    scores = score_left_out(shell, decisions, codes, fold)
    evaluations = [evaluate_scores(scores, codes, codebook, design="articles left out", outlets=len(names), seed=settings.seed)]
    if len(names) > 1:
        progress(f"{len(names)} outlets, each left out once")
        by_outlet = predict_left_out(sentences, codebook, settings, outlet)
        scores = score_left_out(shell, by_outlet, codes, outlet)
        evaluations.append(
            evaluate_scores(scores, codes, codebook, design="outlets left out", outlets=len(names), seed=settings.seed)
        )
    return decisions, codes, tuple(evaluations)


def _empty_model(codebook: Codebook) -> FramingModel:
    """Return a model that only carries the codebook, for rules that are applied to given decision values."""
    nothing = np.zeros(0, np.float32)
    vectorizer = Vectorizer(Settings(), (), (), nothing, ())
    frames = tuple(FrameRule(learnt=True) for _ in codebook.frames)
    stances = tuple(StanceRule(present=(True, True, True)) for _ in codebook.targets)
    return FramingModel(codebook, vectorizer, np.zeros((0, 0), np.float32), nothing, frames, stances)


def evaluate_model(model: FramingModel, sentences: Sequence[CodedSentence]) -> Evaluation:
    """Return the metrics of a finished model on coded sentences, which it must not have been trained on."""
    codes = encode(sentences, model.codebook)
    scores = Scorer(model).score([s.text for s in sentences])
    outlets = len({s.outlet for s in sentences})
    return evaluate_scores(scores, codes, model.codebook, design=HELD_OUT, outlets=outlets)
