"""Figures of how well labels are found: F1 with its interval, precision, recall, average precision, calibration."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from framing.agreement.labels import TENTATIVE
from framing.arrays import Bools, Floats, Integers

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
        agreed = self.alpha is None or (self.alpha_low is not None and self.alpha_low >= TENTATIVE)
        return agreed and self.beats_guessing and (self.f1 or 0) >= RELIABLE_F1 and self.positives >= MIN_TESTED

    @property
    def beats_guessing(self) -> bool:
        """Whether the interval of ``f1`` lies above both answers that look at nothing."""
        if self.low is None or self.majority_f1 is None or self.constant_f1 is None:
            return False
        return self.low > max(self.majority_f1, self.constant_f1)


RELIABLE_F1 = 0.5
"""F1 below which more of what a label finds, or should find, is wrong than right."""

MIN_TESTED = 15
"""Positives below which a good F1 may be luck."""

UNRELIABLE = (
    f"† marks a label that summaries call unreliable: F1 below {RELIABLE_F1:.2f}, fewer than {MIN_TESTED} positives, not surely "
    f"above both baselines, or coders not surely above alpha {TENTATIVE}."
)
"""What the mark means, for cards and tables."""


def f1_score(given: Bools, coded: Bools) -> float:
    """Return F1, 0 where nothing is given and nothing coded."""
    total = int(given.sum()) + int(coded.sum())
    return 2 * int((given & coded).sum()) / total if total else 0.0


def measure_label(label: str, probability: Floats, given: Bools, coded: Bools, article: Integers, seed: int) -> LabelMetrics:
    """Return the metrics of one label, with the interval of F1 by bootstrap over articles, or a note that says why not."""
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
