"""The framing model: one logistic regression per frame, and per stance (favor, against) towards each target.

This is the reference implementation, on scikit-learn. ``framing.scorer`` gives the same numbers without it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from framing.annotations import CodedSentence
from framing.codebook import STANCES, Codebook
from framing.coded import SIDES, Codes, encode, list_outputs
from framing.explain import Explanation, LabelExplanation, Term, sum_contributions
from framing.features import Floats, Settings, TermCounts, Vectorizer, count_terms, fingerprint

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

MIN_POSITIVES = 8
"""Coded sentences of a frame, or of a stance, below which it is not learnt but named as missing."""

LARGE_FIT = 30_000
"""Sentences from which on the regressions are fitted by stochastic descent, at some cost in the last digits."""


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


@dataclass(frozen=True)
class FramingModel:
    """A trained model: the vectoriser, a weight per feature and output, and the rules that turn outputs into labels.

    ``weights`` is features × outputs, ``intercepts`` and ``rules`` are by output: the frames, then favor and against for
    each target. ``trained_on`` holds the fingerprints of its training sentences: scores of these look better than they are.
    ``left_out`` holds, in the order of these, decision values by models that saw nothing of their article: NaN where such a
    model did not learn the output, and no rows where none was fitted.
    """

    codebook: Codebook
    vectorizer: Vectorizer
    weights: NDArray[np.float32]
    intercepts: NDArray[np.float32]
    rules: tuple[LabelRule, ...]
    trained_on: frozenset[str] = frozenset()
    name: str = "unsaved"
    digest: str = ""
    min_precision: float | None = None
    facts: dict[str, Any] = field(default_factory=dict)
    left_out: NDArray[np.float16] = field(default_factory=lambda: np.zeros((0, 0), np.float16))

    @property
    def left_out_decisions(self) -> dict[str, NDArray[np.float16]]:
        """The decision values of training sentences by models that saw nothing of their article, by fingerprint."""
        return dict(zip(sorted(self.trained_on), self.left_out, strict=False))

    @property
    def label(self) -> str:
        """The name and the first digits of the digest, as records carry it, and what precision was asked for."""
        name = f"{self.name}@{self.digest[:12]}" if self.digest else self.name
        return name if self.min_precision is None else f"{name};min-precision={self.min_precision:g}"

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
        chances = label_probabilities(decisions, self.rules)
        frames = chances[:, : len(ids)]
        single = self.codebook.single_label
        given = choose_frames(frames, self.rules[: len(ids)], single=single, strict=self.min_precision is not None)
        labels = [frozenset(ids[column] for column in np.flatnonzero(row)) for row in given]
        stance, stance_labels = {}, {}
        for number, target in enumerate(self.codebook.target_ids):
            first = len(ids) + number * len(SIDES)
            columns = slice(first, first + len(SIDES))
            stance[target] = stance_probabilities(chances[:, columns])
            stance_labels[target] = choose_stances(stance[target], self.rules[columns])
        return Scores(frames, labels, stance, stance_labels)

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


def fit_model(
    sentences: Sequence[CodedSentence], codebook: Codebook, settings: Settings, *, min_positives: int = MIN_POSITIVES
) -> FramingModel:
    """Return a model of ``sentences`` whose rules count positives but are not calibrated yet.

    A frame or side with fewer than ``min_positives`` gets weight 0 and is marked by its rule. The same sentences in the
    same order give the same numbers.
    """
    counts = count_terms([sentence.text for sentence in sentences], codebook, settings)
    return fit_counts(counts, sentences, codebook, settings, min_positives=min_positives)


def fit_counts(
    counts: TermCounts,
    sentences: Sequence[CodedSentence],
    codebook: Codebook,
    settings: Settings,
    *,
    min_positives: int = MIN_POSITIVES,
) -> FramingModel:
    """Return the model of ``fit_model`` where the terms of ``sentences`` are counted already."""
    idf = counts.weigh()
    codes = encode(sentences, codebook)
    weights, intercepts, rules = fit_outputs(counts.features(idf), codes, codebook, settings, min_positives=min_positives)
    seen = frozenset(fingerprint(sentence.text) for sentence in sentences)
    return FramingModel(codebook, counts.vectorizer(idf), weights[counts.kept(idf)], intercepts, rules, seen)


def fit_outputs(
    features: csr_matrix, codes: Codes, codebook: Codebook, settings: Settings, *, min_positives: int
) -> tuple[NDArray[np.float32], NDArray[np.float32], tuple[LabelRule, ...]]:
    """Return weights (features × outputs), intercepts and uncalibrated rules of every output."""
    import sklearn.linear_model  # noqa: F401  # the limit below binds only libraries that are loaded already
    from threadpoolctl import threadpool_limits

    outputs = len(list_outputs(codebook))
    weights = np.zeros((features.shape[1], outputs), np.float32)
    intercepts = np.zeros(outputs, np.float32)
    sample = np.where(codes.written, settings.written_weight, 1.0)
    rules, learnt = [], []
    for column in range(outputs):
        known = codes.known[:, column]
        positives = int(codes.given[known, column].sum())
        rules.append(LabelRule(positives=positives, learnt=bool(min_positives <= positives < known.sum())))
        learnt += [column] * rules[-1].learnt
    # The order in which threads add changes last digits, and with them the bytes of the model. Nor may solvers run side by
    # side in one process: they draw from one stream of random numbers.
    with threadpool_limits(limits=1):
        for column in learnt:
            strength = settings.frame_c if column < len(codebook.frames) else settings.stance_c
            weights[:, column], intercepts[column] = _fit_output(features, codes, column, sample, strength, settings.seed)
    return weights, intercepts, tuple(rules)


def _fit_output(features: csr_matrix, codes: Codes, column: int, sample: Floats, c: float, seed: int) -> tuple[Floats, float]:
    from sklearn.linear_model import LogisticRegression, SGDClassifier

    known = codes.known[:, column]
    rows = slice(None) if known.all() else np.flatnonzero(known)
    given = codes.given[rows, column]
    if len(given) < LARGE_FIT:
        regression = LogisticRegression(C=c, solver="liblinear", dual=True, tol=0.05, random_state=seed, max_iter=1000)
    else:
        regression = SGDClassifier(loss="log_loss", alpha=1 / (c * len(given)), max_iter=10, tol=None, random_state=seed)
    regression.fit(features[rows], given, sample_weight=sample[rows])
    return regression.coef_[0], float(regression.intercept_[0])
