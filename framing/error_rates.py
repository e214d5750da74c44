"""How often the classifier errs in each outlet, and whether the outlets differ, from hand-coded sentences it did not learn from.

Sentences of one article are alike, and so are the errors in them. Intervals count the sentences for as many as they are worth
(Korn & Graubard 1998); the test shuffles whole articles between outlets. Its statistic is the chi-square that Donner (1989,
Biometrics 45) adjusts for clustering:

    Q = Σ_k (Σ_j r_j)² / Σ_j v_j,    v_j = (1 - ICC) Σ_i w_i² + ICC (Σ_i w_i)²,    r_j = Σ_i w_i (e_i - p)

over the articles j of outlet k and the sentences i of article j; e is 1 for an error, w the weight, p the rate over all outlets
and ICC the intra-article correlation of errors. With p and ICC from all outlets the r and v are the same in every shuffle, and
a long article brings its larger variance along to whichever outlet it is dealt. An outlet's own variance, which would allow
for errors that cluster more in one outlet than in others, was tried: where errors are rare it is too uncertain, and the test
found half as many differences.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from framing.agreement.intervals import Differences, bound_share
from framing.errors import UsageError

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

PERMUTATIONS = 1999
"""Shuffles behind a test: the smallest p-value, 1 / 2000, can pass among a hundred tests at 5 %."""

MIN_CASES, MIN_ARTICLES = 10, 5
"""Sentences of one code, and articles that they are of, below which an outlet takes no part in a test."""

_BLOCK = 2**21
"""Articles that are shuffled at a time: 16 MiB an array."""


@dataclass(frozen=True, slots=True)
class ErrorRate:
    """How often the classifier errs in one outlet: weighted shares, each with its 95 % interval.

    ``missed`` is the share of the sentences with the label that the classifier did not give it to (false negative rate),
    None where no coded sentence has it; ``raised`` the share of those without the label that it did give it to (false
    positive rate), None where all have it. ``coded`` and ``positives`` count sentences. ``missed_compared`` and
    ``raised_compared`` tell whether the outlet has enough of them to take part in the test.
    """

    group: str
    coded: int
    positives: int
    missed: float | None
    missed_low: float | None
    missed_high: float | None
    missed_compared: bool
    raised: float | None
    raised_low: float | None
    raised_high: float | None
    raised_compared: bool


@dataclass(frozen=True, slots=True)
class ErrorComparison:
    """The rates of each outlet, by name, and the p-values of the hypotheses that all outlets have one rate.

    A p-value is None where fewer than two outlets have ``MIN_CASES`` sentences of that code, of ``MIN_ARTICLES`` articles.
    """

    rates: tuple[ErrorRate, ...]
    p_missed: float | None
    p_raised: float | None


@dataclass(frozen=True)
class _Cases:
    """Sentences of one code: whether the classifier is wrong about each; articles are numbered outlet by outlet."""

    wrong: Bools
    weight: Floats
    article: Integers
    outlet: Integers

    def take(self, rows: Bools) -> _Cases:
        return _Cases(self.wrong[rows], self.weight[rows], self.article[rows], self.outlet[rows])


def measure_error_rates(
    given: Bools, label: Bools, weight: Floats, article: Integers, group: Sequence[str] | NDArray[np.str_], *, seed: int = 0
) -> ErrorComparison:
    """Return how often the classifier errs in each outlet, and whether the outlets differ.

    All arrays have one entry per coded sentence: ``given``, whether a classifier that did not learn from it gave it the label;
    ``label``, whether it was hand-coded with it; ``weight``, 1 / inclusion probability; the number of its article; and its
    outlet. Where the articles of two outlets share a number they are different articles. ``seed`` fixes the shuffles.

    Raises:
        UsageError: a weight is not a positive number.
    """
    if not (np.isfinite(weight) & (weight > 0)).all():
        raise UsageError("the weight of a coded sentence is not a positive number: give 1 / inclusion probability")
    names, outlet = np.unique(np.asarray(group, str), return_inverse=True)
    _, number = np.unique(article, return_inverse=True)
    _, number = np.unique(outlet * (number.max(initial=0) + 1) + number, return_inverse=True)
    cases = _Cases(given != label, weight, number, outlet)
    missed, raised = cases.take(label), cases.take(~label)
    coded, positives = (np.bincount(numbers, minlength=len(names)).tolist() for numbers in (outlet, missed.outlet))
    rates = tuple(
        ErrorRate(str(name), coded[k], positives[k], *_estimate(missed, k), *_estimate(raised, k)) for k, name in enumerate(names)
    )
    return ErrorComparison(rates, _test_homogeneity(missed, seed), _test_homogeneity(raised, seed))


def _estimate(cases: _Cases, outlet: int) -> tuple[float | None, float | None, float | None, bool]:
    """Return the share of the outlet's cases that are wrong, its 95 % interval, and whether there are enough for the test.

    Unequal weights make the sentences count for fewer: the square of the sum by the sum of squares (Kish 1965). The interval
    goes from 0 to 1 where the cases are of one article.
    """
    own = cases.take(cases.outlet == outlet)
    if not len(own.wrong):
        return None, None, None, False
    number = own.article - own.article.min()
    wrong, total = _sum_by(number, own.weight * own.wrong), _sum_by(number, own.weight)
    worth = max(2, int(total.sum() ** 2 / (own.weight**2).sum() + 1e-9))
    low, high = bound_share(Differences(0, wrong, total, worth))
    return float(wrong.sum() / total.sum()), low, high, _is_enough(own)


def _sum_by(number: Integers, values: Floats) -> Floats:
    return np.asarray(np.bincount(number, values), np.float64)


def _is_enough(cases: _Cases) -> bool:
    return len(cases.wrong) >= MIN_CASES and len(np.unique(cases.article)) >= MIN_ARTICLES


def _test_homogeneity(cases: _Cases, seed: int) -> float | None:
    """Return the p-value of one rate in all outlets: the share of shuffles of their articles that make Q as large as it is.

    The order as it is counts among the shuffles; None where fewer than two outlets have enough cases.
    """
    enough = [k for k in np.unique(cases.outlet) if _is_enough(cases.take(cases.outlet == k))]
    if len(enough) < 2:
        return None
    cases = cases.take(np.isin(cases.outlet, enough))
    _, first, article = np.unique(cases.article, return_index=True, return_inverse=True)
    starts = np.flatnonzero(np.diff(cases.outlet[first], prepend=-1))
    residual, variance = _compare_with_all(cases, article)
    found = _add_up(residual, variance, starts, np.arange(len(first))[None])[0]
    draw, block = np.random.default_rng(seed), max(1, _BLOCK // len(first))
    larger = 0
    for done in range(0, PERMUTATIONS, block):
        order = np.tile(np.arange(len(first)), (min(block, PERMUTATIONS - done), 1))
        shuffled = _add_up(residual, variance, starts, draw.permuted(order, axis=1))
        larger += int((shuffled >= found * (1 - 1e-9)).sum())
    return (larger + 1) / (PERMUTATIONS + 1)


def _compare_with_all(cases: _Cases, article: Integers) -> tuple[Floats, Floats]:
    """Return each article's errors less those expected at the rate of all outlets, and the variance of that by p(1 - p).

    Weights are taken relative to the mean of the outlet: what an outlet was sampled at does not make it count for more.
    """
    _, outlet = np.unique(cases.outlet, return_inverse=True)
    weight = cases.weight * (np.bincount(outlet) / _sum_by(outlet, cases.weight))[outlet]
    rate = (weight * cases.wrong).sum() / weight.sum()
    residual = _sum_by(article, weight * (cases.wrong - rate))
    alone, together = _sum_by(article, weight**2), _sum_by(article, weight) ** 2
    shared, spread = (together - alone).sum(), rate * (1 - rate)
    icc = ((residual**2).sum() / spread - alone.sum()) / shared if shared > 1e-9 and spread > 1e-9 else 0.0
    return residual, alone + min(max(icc, 0.0), 1.0) * (together - alone)


def _add_up(residual: Floats, variance: Floats, starts: NDArray[np.intp], order: Integers) -> Floats:
    """Return Q of each row of ``order``, the articles as they are dealt to outlets, of which each begins at ``starts``."""
    sums = np.add.reduceat(residual[order], starts, axis=1)
    return np.asarray((sums**2 / np.add.reduceat(variance[order], starts, axis=1)).sum(axis=1))


def describe_differences(comparisons: Mapping[str, ErrorComparison], q: float = 0.05) -> list[str]:
    """Return a warning for each frame, and each way to err, in which the outlets differ; ``comparisons`` by frame.

    Of all the warnings to be expected in the long run a share of ``q`` at most is false: the tests of all frames count
    together (Benjamini & Hochberg 1995). Each names the outlets with the highest and the lowest rate of those tested.
    """
    tests = []
    for frame, found in comparisons.items():
        missed = [(r.missed, r.group) for r in found.rates if r.missed is not None and r.missed_compared]
        raised = [(r.raised, r.group) for r in found.rates if r.raised is not None and r.raised_compared]
        tests.append((found.p_missed, f"misses {frame}", missed))
        tests.append((found.p_raised, f"wrongly gives {frame}", raised))
    p_values = [p for p, _, _ in tests if p is not None]
    bound = _find_bound(p_values, q)
    return [_warn(what, rates) for p, what, rates in tests if p is not None and p <= bound]


def _find_bound(p_values: Iterable[float], q: float) -> float:
    """Return the largest p-value that Benjamini and Hochberg reject at ``q``; -1 where they reject none."""
    ranked = sorted(p_values)
    return max((p for place, p in enumerate(ranked, 1) if p <= q * place / len(ranked)), default=-1.0)


def _warn(what: str, rates: Sequence[tuple[float, str]]) -> str:
    (high, most), (low, least) = max(rates), min(rates)
    digits = 0 if round(100 * high) - round(100 * low) >= 5 else 1
    return (
        f"the classifier {what} more often in some outlets than in others ({most} {100 * high:.{digits}f} %, "
        f"{least} {100 * low:.{digits}f} %): uncorrected shares of these outlets cannot be compared"
    )
