"""The share of an outlet's sentences that have a label, from a model's probabilities and a hand-coded probability sample.

Let an outlet have N sentences i in G articles, let f_i be the model's probability of the label, and let the n sentences of
a probability sample be coded, Y_i with inclusion probability π_i and weight w_i = 1/π_i. The estimate is what the model says
of all sentences, corrected by what it was found to miss on the coded ones:

    θ = λ · mean(f) + Σ w (Y - λ f) / Σ w

This is the difference estimator of survey sampling (Särndal, Swensson & Wretman 1992, section 6.3, with Hájek's
denominator), known as prediction-powered inference (Angelopoulos et al. 2023, arXiv 2311.01453) and design-based supervised
learning (Egami et al. 2023, arXiv 2306.04746). It needs no assumption on the model's errors: a bad model only widens the
interval. λ is the slope of Y on f within outlets; at 0 the estimate is the mean of the codes.

Its variance is that of whole articles left out in turn, the jackknife; for these articles only (``THESE_ARTICLES``), that of
the draw of the coded sentences. Where a label is rare, a sample without surprises would promise too much: the residuals are
taken to vary at least as the probabilities imply. All three are told by ``framing.share_intervals``. The interval is
Wilson's (1927) at the effective sample size θ(1 - θ)/V (Korn & Graubard 1998), with the quantile of Student's t.

What is assumed: the coded sentences are a probability sample of these sentences; the model did not see them when it gave
their probabilities; articles stand for what the outlet publishes. The coders' own errors are not corrected.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from math import inf, sqrt
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from framing.errors import UsageError
from framing.share_intervals import Bounds, count_effectively, find_quantile, guard, leave_out_articles, vary_draw
from framing.share_samples import MAX_SLOPE, Arrays, Floats, Sample, check_arrays, find_slopes, take_sample

LONG_RUN, THESE_ARTICLES = "long run", "these articles"
SCOPES = (LONG_RUN, THESE_ARTICLES)
"""What a share is of: what the outlet publishes, of which its articles are a sample; or these articles alone."""

CORRECTED, HAND_CODED, INDEX = "corrected", "hand-coded", "uncorrected index"
"""How an estimate came about: from model and codes, from codes alone, from the model alone."""

MIN_CODED, MIN_ARTICLES = 50, 15
"""Coded sentences and articles below which no interval is published: it would promise more than it keeps."""

MIN_CODED_ARTICLES = 12
"""Articles that the coded sentences must come from: fewer, as where whole articles are coded, may all miss what few others have.

Fifty sentences drawn singly from fifteen articles come from twelve or more of them in all but 1 of 10,000 samples.
"""


@dataclass(frozen=True, slots=True)
class Tuning:
    """How much a model's probabilities are worth: the ``slope`` λ of the codes on them, and the ``dispersion`` φ around it."""

    slope: float
    dispersion: float


@dataclass(frozen=True, slots=True)
class Influence:
    """What each article adds to an estimate's error: the squares of ``parts`` sum to the variance, if not all are 0."""

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
        spread = self.articles >= MIN_ARTICLES and self.coded_articles >= MIN_CODED_ARTICLES
        return self.low is not None and self.coded >= MIN_CODED and spread

    @property
    def effective_sample_size(self) -> float | None:
        """How many sentences drawn singly and coded would tell as much; None without a variance."""
        return count_effectively(self.raw, self.variance, self.coded) if self.variance else None


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
    model that did not see them. ``tuning`` pools what is known of the model over outlets (``tune``), and its slope is used as
    it is; without it the outlet's own codes tell, as far as they go (``framing.share_samples.find_slopes``).

    Raises:
        AnnotationError: an inclusion probability of a coded sentence is missing or outside (0, 1], or a label outside [0, 1].
        UsageError: the arrays differ in length or are empty, some probabilities alone are missing, or ``scope`` is unknown.
    """
    if scope not in SCOPES:
        raise UsageError(f"a share is of {' or '.join(map(repr, SCOPES))}, not {scope!r}")
    arrays = check_arrays(probability, label, inclusion_probability, article)
    if not arrays.coded.any():
        mean = float(arrays.probability.mean())
        return Share(mean, None, None, INDEX, len(arrays.label), len(arrays.names), raw=mean)
    return _estimate(arrays, tuning if arrays.has_model else Tuning(0.0, 0.0), scope)


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
    arrays = check_arrays(probability, label, inclusion_probability, group)
    if not arrays.coded.any() or not arrays.has_model:
        return Tuning(0.0, 0.0)
    sample = take_sample(arrays)
    total = np.maximum(np.bincount(sample.place, sample.weight), 1e-300)
    codes, chances = (
        values - (np.bincount(sample.place, sample.weight * values) / total)[sample.place]
        for values in (sample.code, sample.scored)
    )
    spread = float(sample.weight @ chances**2)
    slope = float(np.clip(sample.weight @ (codes * chances) / spread, 0.0, MAX_SLOPE)) if spread > 0 else 0.0
    found = float(sample.weight @ (codes - slope * chances) ** 2) * len(sample.code)
    expected = float(sample.weight @ (sample.scored * (1 - sample.scored))) * len(sample.code)
    return Tuning(slope, (found + 1) / (max(expected, 0.0) + 1))


def compare_shares(one: Share, other: Share) -> Difference:
    """Return ``one`` less ``other``; articles that both hold (as of two targets, or two voices) are allowed for.

    The articles of both must be numbered or named alike. Where one share is an index, so is the difference.
    """
    if one.variance is None or other.variance is None:
        return Difference(one.estimate - other.estimate, None, None, None)
    return combine((one, other), (1.0, -1.0))


def combine(shares: Sequence[Share], weights: Sequence[float]) -> Difference:
    """Return the weighted sum of shares, such as one outlet less the mean of the others, or one balance less another.

    Articles that several of them hold are allowed for, if they are numbered or named alike. The interval is Student's:
    shares that have articles in common have the degrees of freedom of the least of them, the others Satterthwaite's (1946).
    """
    estimate = sum(w * s.raw for s, w in zip(shares, weights, strict=True))
    if any(share.variance is None for share in shares):
        return Difference(estimate, None, None, None)
    covariances = np.outer(weights, weights) * [[_covariance(one, other) for other in shares] for one in shares]
    block = np.arange(len(shares))
    for one, other in zip(*np.nonzero(covariances), strict=True):
        block[block == block[other]] = block[one]
    variance = max(float(covariances.sum()), 0.0)
    loss = 0.0
    for number in np.unique(block):
        inside = np.flatnonzero(block == number)
        part = max(float(covariances[np.ix_(inside, inside)].sum()), 0.0)
        loss += part**2 / max(min(shares[int(place)].freedom for place in inside), 1e-9)
    bounds = sum(min(w, 0.0) for w in weights), sum(max(w, 0.0) for w in weights)
    return _infer(estimate, variance, variance**2 / loss if loss > 0 else inf, bounds)


def _covariance(one: Share, other: Share) -> float:
    if one is other:
        return one.variance or 0.0
    if one.influence is None or other.influence is None:
        return 0.0
    _, first, second = np.intersect1d(one.influence.articles, other.influence.articles, assume_unique=True, return_indices=True)
    return float(one.influence.parts[first] @ other.influence.parts[second])


def _infer(estimate: float, variance: float, freedom: float, bounds: tuple[float, float]) -> Difference:
    """Return the difference with its interval, both held within ``bounds``, and the p-value of its being 0."""
    from scipy.special import stdtr

    reach, p = 0.0, 1.0 if estimate == 0 else 0.0
    if variance > 0:
        reach = find_quantile(freedom) * sqrt(variance)
        p = float(2 * stdtr(min(freedom, 1e9), -abs(estimate) / sqrt(variance)))
    low, middle, high = (min(max(value, bounds[0]), bounds[1]) for value in (estimate - reach, estimate, estimate + reach))
    return Difference(middle, low, high, p, variance, freedom)


def _estimate(arrays: Arrays, tuning: Tuning | None, scope: str) -> Share:
    """Return the share with the slope of ``tuning``; without it, with the outlet's own."""
    sample, method = take_sample(arrays), CORRECTED if arrays.has_model else HAND_CODED
    slope = float(find_slopes(sample.sum_by_article().sum(axis=1), sample.coded_articles)) if tuning is None else tuning.slope
    residual = sample.code - slope * sample.scored
    mean_residual = float(sample.weight @ residual)
    residual = residual - mean_residual
    raw = slope * float(sample.probability.mean()) + mean_residual
    sizes = (len(arrays.label), sample.articles, len(sample.code), sample.coded_articles)
    share = Share(_clip(raw), None, None, method, *sizes, raw, slope=slope)
    if share.coded_articles < 2:
        return share
    found = vary_draw(sample, residual) if scope == THESE_ARTICLES else leave_out_articles(sample, tuning.slope if tuning else None)
    variance = found.variance
    if method == CORRECTED:
        # Where a label stands in one outlet alone, the others say of it that nothing surprises: they are not believed in that.
        variance += guard(sample, residual, max(tuning.dispersion, 1.0) if tuning else 1.0)
    elif scope == LONG_RUN:
        # Articles never make a coded sentence tell more than one drawn singly.
        variance = max(variance, float(sample.weight**2 @ residual**2))
    low, high = _bound(sample, Bounds(raw, variance, found.freedom, share.coded, _count_at_most(sample, scope)), method)
    scale = sqrt(variance / found.variance) if found.variance > 0 else 0.0
    share = replace(share, variance=variance, freedom=found.freedom, influence=Influence(arrays.names, found.parts * scale))
    return replace(share, low=min(low, share.estimate), high=max(high, share.estimate))


def _count_at_most(sample: Sample, scope: str) -> float:
    """Return how many sentences drawn singly the coded ones are worth where none of them differs from the others."""
    drawn = len(sample.code) / len(sample.probability) if scope == THESE_ARTICLES else 0.0
    return 1 / float(sample.weight @ sample.weight) / (1 - drawn) if drawn < 1 else inf


def _bound(sample: Sample, bounds: Bounds, method: str) -> tuple[float, float]:
    """Return the interval; a sample without the label leaves it open that there is none, one with nothing else that all have it.

    Codes alone have no guard against a sample without surprises: their interval is not capped.
    """
    low, high = bounds.find_capped() if method == CORRECTED else bounds.find_wilson()
    return (low if sample.code.any() else 0.0), (high if (sample.code < 1).any() else 1.0)


def _clip(value: float) -> float:
    return min(max(value, 0.0), 1.0)
