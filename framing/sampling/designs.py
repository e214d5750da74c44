"""Drawing sentences for coding so that shares can be computed from the codes: each has a known inclusion probability.

Whatever the order of the inputs, one seed gives one sample: sentences are ordered by article and index before chance has
its say. The lines of a sample come with the articles shuffled and each article's sentences together in reading order: no
coder reads thirty sentences of one outlet in a row, and a text is thought into only once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from framing.annotations import Annotation
from framing.arrays import Floats, Integers
from framing.errors import UsageError
from framing.population import Population
from framing.samples import DrawnSentence
from framing.sampling.allocation import Stratum, list_strata, share_out
from framing.sampling.earlier import (
    RANDOM,
    STRATIFIED,
    UNCERTAINTY,
    check_random,
    check_strata,
    find_earlier,
    refuse_other,
    set_apart,
)
from framing.sampling.uncertainty import draw_madow, inclusion_probabilities, measure_uncertainty

WHOLE = "all sentences"
"""The stratum of a draw that knows none."""


@dataclass(frozen=True, slots=True)
class StratumDraw:
    """What was drawn from a stratum: of how many articles and sentences, how many earlier and how many now.

    ``lowest`` and ``highest`` bound the inclusion probabilities; None for a design that gives none.
    """

    name: str
    articles: int
    sentences: int
    earlier: int
    drawn: int
    lowest: float | None
    highest: float | None


@dataclass(frozen=True)
class Sample:
    """The sentences drawn by one design, in the order of the lines, and what was drawn from each stratum, by name.

    ``wanted`` sentences were asked for; fewer are drawn where no more are left.
    """

    sampling: str
    wanted: int
    drawn: tuple[DrawnSentence, ...]
    strata: tuple[StratumDraw, ...]

    @property
    def notes(self) -> tuple[str, ...]:
        """What whoever draws should know."""
        if len(self.drawn) == self.wanted:
            return ()
        return (f"{self.wanted:,} sentences were asked for, but only {len(self.drawn):,} are left to draw: all were taken",)


def draw_random(population: Population, n: int, rng: np.random.Generator, *, earlier: Iterable[Annotation] = ()) -> Sample:
    """Return ``n`` sentences drawn at random without replacement; the inclusion probability is n/N.

    Sentences that random draws among ``earlier`` took are not drawn again; it is then that of both draws together.

    Raises:
        UsageError: ``n`` is below 1, or nothing is left to draw.
        AnnotationError: ``earlier`` holds draws that make no one sample with this one.
    """
    check_size(n)
    draws = find_earlier(population, earlier)
    check_random(draws, len(population))
    before = {draw.row for draw in draws}
    set_apart(rng, before)
    free = _leave_out(np.arange(len(population)), before)
    rows = rng.choice(free, min(n, len(free)), replace=False)
    probability = (len(before) + len(rows)) / len(population)
    counted = StratumDraw(WHOLE, len(population.articles), len(population), len(before), len(rows), probability, probability)
    return _finish(population, RANDOM, n, [(int(row), probability, "") for row in rows], [counted], rng)


def draw_stratified(
    population: Population,
    size: int | Mapping[str, int],
    rng: np.random.Generator,
    *,
    period: str = "none",
    allocation: str = "equal",
    earlier: Iterable[Annotation] = (),
) -> Sample:
    """Return ``size`` sentences drawn from the strata outlet × ``period``, in each spread over its articles.

    How many come from each stratum is told by ``framing.sampling.allocation.share_out``: ``allocation`` is ``equal`` (outlets
    alike) or ``proportional`` (to their sentences); where ``size`` tells how many from each outlet, the others are left alone.
    Within a stratum the draw is systematic, its articles in random order and the sentences of each shuffled, so that an
    article gives its fair share, rounded up or down. The inclusion probability is n/N of the stratum, earlier draws
    included.

    Raises:
        UsageError: a size is below 1 or an outlet unknown, ``period`` or ``allocation`` unknown, the strata more than the
            sentences to draw, or nothing is left to draw.
        AnnotationError: ``earlier`` holds draws that make no one sample with this one.
    """
    for number in size.values() if isinstance(size, Mapping) else (size,):
        check_size(number)
    names = population.list_strata(period)
    draws = find_earlier(population, earlier)
    check_strata(draws, names)
    before = {draw.row for draw in draws}
    set_apart(rng, before)
    strata = list_strata(population, names, before)
    chosen: list[tuple[int, float, str]] = []
    counted = []
    for stratum, target in share_out(strata, size, allocation):
        free = _leave_out(stratum.rows, before)
        rows = _draw_systematic(_spread(population, free, rng), target - stratum.earlier, rng)
        probability = target / len(stratum.rows)
        chosen += [(int(row), probability, stratum.name) for row in rows]
        counted.append(_count_stratum(population, stratum, len(rows), np.array([probability])))
    wanted = sum(size.values()) if isinstance(size, Mapping) else size
    return _finish(population, STRATIFIED, wanted, chosen, counted, rng)


def draw_uncertain(
    population: Population,
    n: int,
    rng: np.random.Generator,
    *,
    by_outlet: bool = False,
    earlier: Iterable[Annotation] = (),
) -> Sample:
    """Return ``n`` sentences, those that the model is less sure of with a higher chance; it is recorded for each.

    The chance is proportional to four parts ``measure_uncertainty`` and one part alike for all, as in active
    inference (Zrnic & Candès 2024). The draw is systematic with these chances (Madow 1949), articles in random order.
    ``by_outlet`` draws equally many from each outlet.

    Sentences drawn by chance earlier are refused: the chances of a second draw hang on what the first one took, so that
    those of both together would be a sum over all first draws that might have been.

    Raises:
        UsageError: ``n`` is below 1 or below the number of outlets, or the model gives no probability.
        AnnotationError: ``earlier`` holds sentences that chance drew.
    """
    check_size(n)
    refuse_other(find_earlier(population, earlier), (), UNCERTAINTY)
    uncertainty = measure_uncertainty(population)
    probabilities = np.zeros(len(population))
    names = population.outlets if by_outlet else (WHOLE,) * len(population)
    chosen: list[tuple[int, float, str]] = []
    counted = []
    for stratum, size in share_out(list_strata(population, names, set()), n, "equal"):
        probabilities[stratum.rows] = inclusion_probabilities(uncertainty[stratum.rows], size)
        spread = _spread(population, stratum.rows, rng)
        rows = spread[draw_madow(probabilities[spread], rng)]
        chosen += [(int(row), float(probabilities[row]), stratum.name if by_outlet else "") for row in rows]
        counted.append(_count_stratum(population, stratum, len(rows), probabilities[stratum.rows]))
    return _finish(population, UNCERTAINTY, n, chosen, counted, rng)


def check_size(n: int) -> None:
    """Check that ``n`` sentences can be drawn.

    Raises:
        UsageError: they are fewer than one.
    """
    if n < 1:
        raise UsageError(f"{n} sentences cannot be drawn; ask for 1 or more")


def _draw_systematic(rows: Integers, n: int, rng: np.random.Generator) -> Integers:
    """Return ``n`` of ``rows`` at equal steps from a random start, each with probability n/N exactly.

    Of the N starts r, a place p is hit by the n pairs (r, k) with n p <= r + k N < n (p + 1), of as many r.
    """
    start = int(rng.integers(max(len(rows), 1)))
    return rows[[(start + step * len(rows)) // n for step in range(n)]]


def _spread(population: Population, rows: Integers, rng: np.random.Generator) -> Integers:
    """Return ``rows`` with the articles in random order, the sentences of each together and shuffled."""
    shuffled = rng.permutation(rows)
    rank = rng.permutation(len(population.articles))
    return shuffled[np.argsort(rank[population.article[shuffled]], kind="stable")]


def shuffle_articles(population: Population, rows: Integers, rng: np.random.Generator) -> list[int]:
    """Return ``rows`` with the articles in random order, the sentences of each in reading order."""
    rank = rng.permutation(len(population.articles))
    return [int(row) for row in np.sort(rows)[np.argsort(rank[population.article[np.sort(rows)]], kind="stable")]]


def _leave_out(rows: Integers, before: set[int]) -> Integers:
    return rows[[row not in before for row in rows.tolist()]]


def _count_stratum(population: Population, stratum: Stratum, drawn: int, probabilities: Floats) -> StratumDraw:
    articles = len(np.unique(population.article[stratum.rows]))
    lowest, highest = float(probabilities.min()), float(probabilities.max())
    return StratumDraw(stratum.name, articles, len(stratum.rows), stratum.earlier, drawn, lowest, highest)


def _finish(
    population: Population,
    sampling: str,
    wanted: int,
    chosen: Sequence[tuple[int, float, str]],
    counted: Sequence[StratumDraw],
    rng: np.random.Generator,
) -> Sample:
    """Return the sample of the rows that were ``chosen``, each with its probability and its stratum.

    Raises:
        UsageError: there is none.
    """
    if not chosen:
        raise UsageError("every sentence here was drawn earlier; nothing is left to draw")
    how = {row: (probability, stratum or None) for row, probability, stratum in chosen}
    ordered = shuffle_articles(population, np.array(list(how), np.int64), rng)
    return Sample(sampling, wanted, tuple(population.draw(row, sampling, *how[row]) for row in ordered), tuple(counted))
