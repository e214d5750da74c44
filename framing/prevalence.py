"""The share of an outlet's sentences that have a label, from a model's probabilities and a hand-coded probability sample.

Let an outlet have N sentences i in G articles, let f_i be the model's probability of the label, and let the n sentences of
a probability sample be coded, Y_i with inclusion probability π_i and weight w_i = 1/π_i. The estimate is what the model says
of all sentences, corrected by what it was found to miss on the coded ones:

    θ = λ · mean(f) + Σ w (Y - λ f) / Σ w

This is the difference estimator of survey sampling (Särndal, Swensson & Wretman 1992, section 6.3, with Hájek's
denominator), known as prediction-powered inference (Angelopoulos et al. 2023, arXiv 2311.01453) and design-based supervised
learning (Egami et al. 2023, arXiv 2306.04746). It needs no assumption on the model's errors: a bad model only widens the
interval. λ is the slope of Y on f within outlets; at 0 the estimate is the mean of the codes.

The variance is that of the articles, of which each adds the sum of its sentences' parts A_i = λ (f_i - mean(f)) and, where
coded, B_i = (N / Σ w) w_i (Y_i - λ f_i - mean residual):

    V = Σ_a (A_a + B_a)² / N²  +  Σ_a A_a² / (G - 1) / N²  +  Σ_a B_a² / (G' - 1) / N²,

G' articles having a coded sentence. The last two terms are the usual correction for small samples, each for its part. For
these articles only (``THESE_ARTICLES``) the articles do not vary: only B counts, each sentence with 1 - π_i.

Where a label is rare, a sample without surprises would promise too much. So the variance of the residuals is taken to be at
least what the probabilities imply, φ · mean(f (1 - f)), where φ is what they were found to be worth on all coded sentences.
The interval is Wilson's (1927) at the effective sample size θ(1 - θ)/V (Korn & Graubard 1998), with the quantile of
Student's t at Satterthwaite's (1946) degrees of freedom.

What is assumed: the coded sentences are a probability sample of these sentences; the model did not see them when it gave
their probabilities; articles stand for what the outlet publishes. The coders' own errors are not corrected.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import inf, isfinite, sqrt
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from framing.errors import AnnotationError, UsageError

Floats = NDArray[np.float64]

LONG_RUN, THESE_ARTICLES = "long run", "these articles"
SCOPES = (LONG_RUN, THESE_ARTICLES)
"""What a share is of: what the outlet publishes, of which its articles are a sample; or these articles alone."""

CORRECTED, HAND_CODED, INDEX = "corrected", "hand-coded", "uncorrected index"
"""How an estimate came about: from model and codes, from codes alone, from the model alone."""

MIN_CODED, MIN_ARTICLES = 50, 15
"""Coded sentences and articles below which no interval is published: it would promise more than it keeps."""

MAX_SLOPE = 1.5


@dataclass(frozen=True, slots=True)
class Tuning:
    """How much a model's probabilities are worth: the ``slope`` λ of the codes on them, and the ``dispersion`` φ around it."""

    slope: float
    dispersion: float


@dataclass(frozen=True, slots=True)
class Influence:
    """What each article adds to an estimate's error: ``parts`` sum to 0, their squares (nearly) to the variance."""

    articles: NDArray[Any]
    parts: Floats


@dataclass(frozen=True, slots=True)
class Share:
    """A share with its 95 % interval and the evidence for it.

    ``estimate`` lies in [0, 1], ``raw`` is what it was before it was brought there. ``low`` and ``high`` are None where
    nothing, or only one article, was coded. ``coded`` sentences of ``coded_articles`` articles stand behind it, of
    ``sentences`` and ``articles`` in all. ``freedom`` is that of Student's t, ``slope`` the λ that was used.
    """

    estimate: float
    low: float | None
    high: float | None
    method: str
    sentences: int
    articles: int
    coded: int = 0
    coded_articles: int = 0
    raw: float = 0.0
    variance: float | None = None
    freedom: float = 0.0
    slope: float = 0.0
    influence: Influence | None = field(default=None, compare=False, repr=False)

    @property
    def is_supported(self) -> bool:
        """Whether enough is coded, and of enough articles, for its interval to be published."""
        return self.low is not None and self.coded >= MIN_CODED and self.articles >= MIN_ARTICLES

    @property
    def effective_sample_size(self) -> float | None:
        """How many sentences drawn singly and coded would tell as much; None without a variance."""
        if not self.variance:
            return None
        inside = min(max(self.raw, 0.5 / self.coded), 1 - 0.5 / self.coded)
        return inside * (1 - inside) / self.variance


@dataclass(frozen=True, slots=True)
class Difference:
    """One share less another, with its 95 % interval and the p-value of the two being equal; None where it has none."""

    estimate: float
    low: float | None
    high: float | None
    p: float | None
    variance: float | None = None
    freedom: float = 0.0


def estimate_share(
    probability: ArrayLike,
    label: ArrayLike,
    inclusion_probability: ArrayLike,
    article: ArrayLike,
    *,
    tuning: Tuning | None = None,
    scope: str = LONG_RUN,
) -> Share:
    """Return the share of one outlet's sentences that have a label.

    All arrays are over the outlet's sentences: the model's ``probability`` (NaN throughout where it has none; then the codes
    alone count), the ``label`` 0 or 1 and NaN where it was not coded, the ``inclusion_probability`` of the coded ones (one
    number for all will do), and the ``article`` of each, of any type. The probabilities of coded sentences must come from a
    model that did not see them. ``tuning`` pools what is known of the model over outlets (``tune``); without it the outlet's
    own codes tell.

    Raises:
        AnnotationError: an inclusion probability of a coded sentence is missing or outside (0, 1], or a label outside [0, 1].
        UsageError: the arrays differ in length or are empty, some probabilities alone are missing, or ``scope`` is unknown.
    """
    data = _check(probability, label, inclusion_probability, article, scope)
    if not data.coded.any():
        return _give_index(data)
    has_model = not np.isnan(data.probability).any()
    tuning = (tuning or _tune_one(data)) if has_model else Tuning(0.0, 0.0)
    return _estimate(data, tuning, CORRECTED if has_model else HAND_CODED, scope)


def estimate_by_hand(
    label: ArrayLike, inclusion_probability: ArrayLike, article: ArrayLike, *, scope: str = LONG_RUN
) -> Share | None:
    """Return the share from the coded sentences alone, the model left out; None where none is coded.

    Arguments, and what is raised, as in ``estimate_share``.
    """
    nothing = np.full(len(np.atleast_1d(np.asarray(label))), np.nan)
    share = estimate_share(nothing, label, inclusion_probability, article, scope=scope)
    return share if share.coded else None


def tune(probability: ArrayLike, label: ArrayLike, inclusion_probability: ArrayLike, group: ArrayLike) -> Tuning:
    """Return what the probabilities are worth on the coded sentences, pooled over outlets and centred within each.

    Arrays as in ``estimate_share``, over the sentences of all outlets; ``group`` names the outlet of each.
    """
    data = _check(probability, label, inclusion_probability, group, LONG_RUN)
    if not data.coded.any() or np.isnan(data.probability).any():
        return Tuning(0.0, 0.0)
    return _tune_one(data, data.article[data.coded])


def compare_shares(one: Share, other: Share) -> Difference:
    """Return ``one`` less ``other``; articles that both hold (as of two targets, or two voices) are allowed for.

    The articles of both must be numbered or named alike. The interval is Student's at Satterthwaite's degrees of freedom.
    """
    estimate = one.raw - other.raw if one.variance is not None and other.variance is not None else one.estimate - other.estimate
    if one.variance is None or other.variance is None or one.influence is None or other.influence is None:
        return Difference(estimate, None, None, None)
    variance = max(one.variance + other.variance - 2 * _covariance(one.influence, other.influence), 0.0)
    pooled = one.variance**2 / max(one.freedom, 1e-9) + other.variance**2 / max(other.freedom, 1e-9)
    freedom = (one.variance + other.variance) ** 2 / pooled if pooled > 0 else inf
    return _infer(estimate, variance, freedom)


def combine(shares: Sequence[Share], weights: Sequence[float]) -> Difference:
    """Return the weighted sum of shares of different articles, such as one outlet less the mean of the others."""
    estimate = sum(w * s.raw for s, w in zip(shares, weights, strict=True))
    if any(share.variance is None for share in shares):
        return Difference(estimate, None, None, None)
    parts = [(w**2 * (s.variance or 0.0), s.freedom) for s, w in zip(shares, weights, strict=True)]
    variance = sum(part for part, _ in parts)
    pooled = sum(part**2 / max(freedom, 1e-9) for part, freedom in parts)
    return _infer(estimate, variance, variance**2 / pooled if pooled > 0 else inf)


def _infer(estimate: float, variance: float, freedom: float) -> Difference:
    from scipy.special import stdtr

    if variance <= 0:
        return Difference(estimate, estimate, estimate, 1.0 if estimate == 0 else 0.0, variance, freedom)
    reach = _quantile(freedom) * sqrt(variance)
    p = float(2 * stdtr(min(freedom, 1e9), -abs(estimate) / sqrt(variance)))
    return Difference(estimate, max(estimate - reach, -1.0), min(estimate + reach, 1.0), p, variance, freedom)


def _covariance(one: Influence, other: Influence) -> float:
    _, first, second = np.intersect1d(one.articles, other.articles, assume_unique=True, return_indices=True)
    return float(one.parts[first] @ other.parts[second])


@dataclass(frozen=True, slots=True)
class _Data:
    """The arrays of one outlet, checked; ``weight`` and ``residual`` arrays are over the coded sentences."""

    probability: Floats
    label: Floats
    coded: NDArray[np.bool_]
    chance: Floats
    article: NDArray[np.int64]
    names: NDArray[Any]


def _check(probability: ArrayLike, label: ArrayLike, inclusion: ArrayLike, article: ArrayLike, scope: str) -> _Data:
    given, codes = np.asarray(probability, float), np.asarray(label, float)
    names, number = np.unique(np.asarray(article), return_inverse=True)
    chances = np.broadcast_to(np.asarray(inclusion, float), codes.shape)
    if scope not in SCOPES:
        raise UsageError(f"a share is of {' or '.join(map(repr, SCOPES))}, not {scope!r}")
    if not codes.ndim == 1 or not len(given) == len(codes) == len(number) > 0:
        raise UsageError("probability, label and article must be lists of one length, with at least one sentence")
    missing = np.isnan(given)
    if missing.any() and not missing.all():
        raise UsageError(f"the model's probability is missing for {missing.sum():,} of {len(given):,} sentences")
    coded = ~np.isnan(codes)
    chance = chances[coded]
    if not ((chance > 0) & (chance <= 1)).all():
        raise AnnotationError("a coded sentence has no inclusion probability in (0, 1]: draw the sentences with framing sample")
    if ((codes[coded] < 0) | (codes[coded] > 1)).any():
        raise AnnotationError("a label is 0 or 1, or missing where it was not coded")
    return _Data(given, codes, coded, chance, number, names)


def _give_index(data: _Data) -> Share:
    mean = float(data.probability.mean())
    return Share(mean, None, None, INDEX, len(data.label), len(data.names), raw=mean)


def _tune_one(data: _Data, group: NDArray[np.int64] | None = None) -> Tuning:
    """Return the tuning on the coded sentences, centred within each of ``group``.

    The dispersion is held near 1, what calibrated probabilities have, by the weight of one positive.
    """
    codes, chances, weight = data.label[data.coded], data.probability[data.coded], 1 / data.chance
    group = np.zeros(len(codes), np.int64) if group is None else group
    total = np.maximum(np.bincount(group, weight), 1e-300)
    centred = [values - (np.bincount(group, weight * values) / total)[group] for values in (codes, chances)]
    spread = float(weight @ centred[1] ** 2)
    slope = float(np.clip(weight @ (centred[0] * centred[1]) / spread, 0.0, MAX_SLOPE)) if spread > 0 else 0.0
    mean = weight.mean()
    found = float(weight @ (centred[0] - slope * centred[1]) ** 2) / mean
    expected = float(weight @ (chances * (1 - chances))) / mean
    return Tuning(slope, (found + 1) / (expected + 1))


def _estimate(data: _Data, tuning: Tuning, method: str, scope: str) -> Share:
    size, count, articles = len(data.label), int(data.coded.sum()), len(data.names)
    predicted = tuning.slope * data.probability if method == CORRECTED else np.zeros(size)
    weight = 1 / data.chance
    residual = data.label[data.coded] - predicted[data.coded]
    mean_residual = float(weight @ residual / weight.sum())
    raw = float(predicted.mean()) + mean_residual
    error = (weight / weight.sum()) * (residual - mean_residual)
    own = np.unique(data.article[data.coded])
    drawn = np.bincount(data.article[data.coded], error, articles)
    if scope == THESE_ARTICLES:
        parts = np.bincount(data.article[data.coded], error * np.sqrt(1 - data.chance), articles)
        from_model, from_codes = 0.0, float(parts @ parts)
        variance = from_codes
    else:
        spread = np.bincount(data.article, predicted - predicted.mean(), articles) / size
        parts = spread + drawn
        from_model, from_codes = float(spread @ spread), float(drawn @ drawn)
        variance = float(parts @ parts)
    if min(articles, len(own)) < 2:
        return Share(_clip(raw), None, None, method, size, articles, count, len(own), raw, slope=tuning.slope)
    variance += from_model / (articles - 1) + from_codes / (len(own) - 1)
    variance += _guard(data, tuning, residual - mean_residual, weight) if method == CORRECTED else 0.0
    freedom = _satterthwaite(from_model, articles - 1, from_codes, len(own) - 1)
    low, high = _interval(raw, variance, freedom, _Size(size, count, method, scope))
    evidence = (size, articles, count, len(own), raw, variance, freedom, tuning.slope)
    return Share(_clip(raw), low, high, method, *evidence, Influence(data.names, parts))


def _guard(data: _Data, tuning: Tuning, residual: Floats, weight: Floats) -> float:
    """Return what the variance lacks of the one that the probabilities imply for the draw of the coded sentences."""
    effective = weight.sum() ** 2 / (weight @ weight)
    found = float(weight @ residual**2 / weight.sum())
    implied = tuning.dispersion * float(np.mean(data.probability * (1 - data.probability)))
    return max(0.0, implied - found) * (1 - len(weight) / len(data.label)) / effective


def _satterthwaite(one: float, freedom_one: int, other: float, freedom_other: int) -> float:
    total = one**2 / freedom_one + other**2 / freedom_other
    return (one + other) ** 2 / total if total > 0 else float(min(freedom_one, freedom_other))


@dataclass(frozen=True, slots=True)
class _Size:
    sentences: int
    coded: int
    method: str
    scope: str

    @property
    def most(self) -> float:
        """The largest effective sample size: codes tell of themselves alone, a model at best of every sentence."""
        most = self.coded if self.method == HAND_CODED else self.sentences
        if self.scope == LONG_RUN:
            return most
        return most / (1 - self.coded / self.sentences) if self.coded < self.sentences else inf


def _interval(raw: float, variance: float, freedom: float, size: _Size) -> tuple[float, float]:
    """Return Wilson's interval at the effective sample size, no wider than Student's and its correction for few codes."""
    inside = min(max(raw, 0.5 / size.coded), 1 - 0.5 / size.coded)
    effective = min(inside * (1 - inside) / variance, size.most) if variance > 0 else size.most
    if not isfinite(effective):
        return _clip(raw), _clip(raw)
    q = _quantile(freedom)
    centre = (inside + q**2 / (2 * effective)) / (1 + q**2 / effective)
    reach = q / (1 + q**2 / effective) * sqrt(inside * (1 - inside) / effective + q**2 / (4 * effective**2))
    return max(centre - reach, 0.0), min(centre + reach, 1.0)


def _quantile(freedom: float) -> float:
    from scipy.special import stdtrit

    return float(stdtrit(min(freedom, 1e9), 0.975))


def _clip(value: float) -> float:
    return min(max(value, 0.0), 1.0)
