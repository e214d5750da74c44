"""The framing model: one logistic regression per frame, one multinomial regression per stance target.

This is the reference implementation, on scikit-learn. ``framing.scorer`` gives the same numbers without it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from framing.annotations import CodedSentence
from framing.codebook import STANCES, Codebook
from framing.explain import Explanation, LabelExplanation, Term, sum_contributions
from framing.features import Floats, Settings, Vectorizer, fingerprint, fit_vectorizer

MIN_POSITIVES = 8
"""Coded sentences of a frame, or of a stance, below which it is not learnt but named as missing."""


@dataclass(frozen=True, slots=True)
class FrameRule:
    """How a frame's decision value becomes a probability (``sigmoid(slope * value + offset)``) and a label.

    The frame is labelled at ``threshold`` or above. ``positives`` counts the coded sentences behind it. A frame that is
    not ``learnt``, for want of positives, has probability NaN, and no sentence is given it.
    """

    slope: float = 1.0
    offset: float = 0.0
    threshold: float = 0.5
    positives: int = 0
    learnt: bool = False


@dataclass(frozen=True, slots=True)
class StanceRule:
    """How the decision values of one target become probabilities (softmax at ``temperature``) and a stance.

    The likelier of favor and against is given where their probabilities together reach ``threshold``. ``counts`` are
    the coded sentences of each stance; one that is not ``present``, for want of them, gets probability 0.
    """

    temperature: float = 1.0
    threshold: float = 0.5
    counts: tuple[int, int, int] = (0, 0, 0)
    present: tuple[bool, bool, bool] = (False, False, False)

    @property
    def learnt(self) -> bool:
        """Whether at least two stances were."""
        return sum(self.present) >= 2


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


@dataclass(frozen=True)
class FramingModel:
    """A trained model: the vectoriser, a weight per feature and output, and the rules that turn outputs into labels.

    ``weights`` is features × outputs and ``intercepts`` outputs; outputs are the frames, then three stances per target.
    ``trained_on`` holds the fingerprints of its training sentences: scores of these look better than they are.
    """

    codebook: Codebook
    vectorizer: Vectorizer
    weights: NDArray[np.float32]
    intercepts: NDArray[np.float32]
    frame_rules: tuple[FrameRule, ...]
    stance_rules: tuple[StanceRule, ...]
    trained_on: frozenset[str] = frozenset()
    name: str = "unsaved"
    digest: str = ""
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def label(self) -> str:
        """The name and the first digits of the digest, as records carry it."""
        return f"{self.name}@{self.digest[:12]}" if self.digest else self.name

    def decide(self, texts: Sequence[str]) -> Floats:
        """Return the decision values, sentences × outputs, by scikit-learn's vectoriser."""
        if not texts:
            return np.zeros((0, len(self.intercepts)))
        return np.asarray(self.vectorizer.transform(texts) @ self.weights.astype(np.float64)) + self.intercepts

    def score(self, texts: Sequence[str]) -> Scores:
        """Return the probabilities and labels of ``texts``, one sentence each."""
        return self.interpret(self.decide(list(texts)))

    def interpret(self, decisions: Floats) -> Scores:
        """Return the scores that follow from decision values, sentences × outputs."""
        ids = self.codebook.frame_ids
        frames = frame_probabilities(decisions[:, : len(ids)], self.frame_rules)
        thresholds = np.array([rule.threshold for rule in self.frame_rules])
        given = frames >= thresholds if ids else np.zeros(frames.shape, bool)
        labels = [frozenset(ids[column] for column in np.flatnonzero(row)) for row in given]
        stance, stance_labels = {}, {}
        for number, (target, rule) in enumerate(zip(self.codebook.target_ids, self.stance_rules, strict=True)):
            first = len(ids) + number * len(STANCES)
            stance[target] = stance_probabilities(decisions[:, first : first + len(STANCES)], rule)
            stance_labels[target] = choose_stances(stance[target], rule)
        return Scores(frames, labels, stance, stance_labels)

    def explain(self, text: str) -> Explanation:
        """Return the labels of one sentence, and the terms with the weights that decided them."""
        added = sum_contributions(self.vectorizer, self.weights.astype(np.float64), text)
        decisions = self.intercepts + sum(added.values(), np.zeros(len(self.intercepts)))
        scores = self.interpret(decisions[None, :])
        stance = {target: labels[0] for target, labels in scores.stance_labels.items()}
        labels = [
            (frame, frame in scores.labels[0], scores.frames[0, number], rule.threshold)
            for number, (frame, rule) in enumerate(zip(self.codebook.frame_ids, self.frame_rules, strict=True))
        ]
        for (target, value), stance_rule in zip(stance.items(), self.stance_rules, strict=True):
            chances = scores.stance[target][0]
            labels += [(f"{target}:{side}", side == value, chances[n], stance_rule.threshold) for n, side in enumerate(STANCES)]
        outputs = []
        for column, (label, given, chance, threshold) in enumerate(labels):
            terms = [Term(term, float(values[column])) for term, values in added.items() if values[column]]
            terms.sort(key=lambda term: (-abs(term.weight), term.text))
            probability = float(chance) if np.isfinite(chance) else None
            numbers = threshold, float(decisions[column]), float(self.intercepts[column])
            outputs.append(LabelExplanation(label, given, probability, *numbers, tuple(terms)))
        return Explanation(text, scores.labels[0], stance, tuple(outputs))


def frame_probabilities(decisions: Floats, rules: Sequence[FrameRule]) -> Floats:
    """Return calibrated probabilities, sentences × frames; NaN where a frame was not learnt."""
    if not rules:
        return np.zeros(decisions.shape)
    slopes = np.array([rule.slope if rule.learnt else np.nan for rule in rules])
    offsets = np.array([rule.offset for rule in rules])
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(slopes * decisions + offsets, -500, 500))))


def stance_probabilities(decisions: Floats, rule: StanceRule) -> Floats:
    """Return calibrated probabilities, sentences × (favor, against, none); NaN where the target was not learnt."""
    if not rule.learnt:
        return np.full(decisions.shape, np.nan)
    scaled = np.where(np.array(rule.present), decisions / rule.temperature, -np.inf)
    scaled = np.exp(scaled - scaled.max(axis=1, keepdims=True))
    return np.asarray(scaled / scaled.sum(axis=1, keepdims=True))


def choose_stances(probabilities: Floats, rule: StanceRule) -> list[str | None]:
    """Return the stance of each sentence, None where the target was not learnt."""
    if not rule.learnt:
        return [None] * len(probabilities)
    takes_side = probabilities[:, 0] + probabilities[:, 1] >= rule.threshold
    side = np.where(probabilities[:, 0] >= probabilities[:, 1], 0, 1)
    return [STANCES[column] for column in np.where(takes_side, side, 2)]


def fit_model(
    sentences: Sequence[CodedSentence], codebook: Codebook, settings: Settings, *, min_positives: int = MIN_POSITIVES
) -> FramingModel:
    """Return a model of ``sentences`` whose rules count positives but are not calibrated yet.

    A frame or stance with fewer than ``min_positives`` gets weight 0 and is marked by its rule. The same sentences in
    the same order give the same numbers.
    """
    import sklearn.linear_model  # noqa: F401  # the limit below binds only libraries that are loaded already
    from threadpoolctl import threadpool_limits

    # The order in which threads add changes last digits, and with them the bytes of the model.
    with threadpool_limits(limits=1):
        return _fit(sentences, codebook, settings, min_positives)


def _fit(sentences: Sequence[CodedSentence], codebook: Codebook, settings: Settings, min_positives: int) -> FramingModel:
    texts = [sentence.text for sentence in sentences]
    vectorizer = fit_vectorizer(texts, codebook, settings)
    features = vectorizer.transform(texts)
    outputs = len(codebook.frames) + len(STANCES) * len(codebook.targets)
    weights = np.zeros((vectorizer.columns, outputs), np.float32)
    intercepts = np.zeros(outputs, np.float32)
    frame_rules, stance_rules = [], []
    for column, frame in enumerate(codebook.frame_ids):
        coded = np.array([frame in sentence.frames for sentence in sentences])
        rule = FrameRule(positives=int(coded.sum()), learnt=bool(min_positives <= coded.sum() < len(coded)))
        if rule.learnt:
            weights[:, column], intercepts[column] = _fit_frame(features, coded, settings)
        frame_rules.append(rule)
    for number, target in enumerate(codebook.target_ids):
        stances = [sentence.stance_towards(target) for sentence in sentences]
        counts = [stances.count(stance) for stance in STANCES]
        favor, against, none = (count >= min_positives for count in counts)
        stance_rule = StanceRule(counts=(counts[0], counts[1], counts[2]), present=(favor, against, none))
        if stance_rule.learnt:
            first = len(codebook.frames) + number * len(STANCES)
            columns = slice(first, first + len(STANCES))
            weights[:, columns], intercepts[columns] = _fit_stance(features, stances, stance_rule, settings)
        stance_rules.append(stance_rule)
    seen = frozenset(map(fingerprint, texts))
    return FramingModel(codebook, vectorizer, weights, intercepts, tuple(frame_rules), tuple(stance_rules), seen)


def _fit_frame(features: Any, coded: NDArray[np.bool_], settings: Settings) -> tuple[Any, Any]:
    from sklearn.linear_model import LogisticRegression

    regression = LogisticRegression(C=settings.frame_c, solver="liblinear", random_state=settings.seed, max_iter=1000)
    regression.fit(features, coded)
    return regression.coef_[0], regression.intercept_[0]


def _fit_stance(features: Any, stances: Sequence[str | None], rule: StanceRule, settings: Settings) -> tuple[Any, Any]:
    from sklearn.linear_model import LogisticRegression

    learnt = {stance for stance, present in zip(STANCES, rule.present, strict=True) if present}
    rows = [row for row, stance in enumerate(stances) if stance in learnt]
    order = {stance: column for column, stance in enumerate(STANCES)}
    values = np.array([order[str(stances[row])] for row in rows])
    regression = LogisticRegression(C=settings.stance_c, solver="lbfgs", max_iter=1000, tol=1e-5)
    regression.fit(features[rows], values)
    weights = np.zeros((features.shape[1], len(STANCES)))
    intercepts = np.zeros(len(STANCES))
    if len(regression.classes_) == 2:  # one decision value: split it evenly, which gives the same softmax
        low, high = regression.classes_
        weights[:, high], weights[:, low] = regression.coef_[0] / 2, -regression.coef_[0] / 2
        intercepts[high], intercepts[low] = regression.intercept_[0] / 2, -regression.intercept_[0] / 2
    else:
        weights[:, regression.classes_] = regression.coef_.T
        intercepts[regression.classes_] = regression.intercept_
    return weights, intercepts
