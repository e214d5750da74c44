"""Sentences that chance drew earlier: which they are, and whether a further draw makes one sample with them.

A further draw leaves them out. Let m of the N sentences of a stratum have been drawn with equal chances, and let n of the
other N - m be drawn with equal chances now. Then a sentence is in one of the two draws with probability
m/N + (1 - m/N) n/(N - m) = (m + n)/N, exactly and however the two were spread over articles. This holds as long as all
earlier lines are known and the articles are the same, which the recorded probabilities tell: they must be m/N.

An earlier random draw may be followed by a stratified one: given how many of its sentences fell into a stratum, these are
a random draw from the stratum. The other way round, and with draws by uncertainty, sentences would differ in chances that
the lines drawn first do not record; these draws are kept apart.

The second draw must not hang on the random numbers of the first, which one seed would give again: ``set_apart`` sees to it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np

from framing.annotations import Annotation
from framing.errors import AnnotationError
from framing.population import PERIODS, Population

RANDOM, STRATIFIED, UNCERTAINTY = "random", "stratified", "uncertainty"
DESIGNS = (RANDOM, STRATIFIED, UNCERTAINTY)
"""The designs (``sampling``) that give every sentence of the population a known chance."""

_EXACT = 1e-6
"""How far a recorded probability may be from m/N: what is lost in writing a number, and no more."""

_TOO_FEW, _TOO_MANY = -6.0, 3.0
"""Standard errors between which the sentences that one draw by uncertainty stands for are found.

Over 8,000 simulated draws of 10 to 200 sentences they were -5.9 to 2.4 from the truth: where few sentences of small chance
were drawn, the error is taken for too small as well. Two draws of 50 were more than 3 above it in every case.
"""


@dataclass(frozen=True, slots=True)
class EarlierDraw:
    """A row of the population that was drawn earlier, and how."""

    row: int
    sampling: str
    stratum: str | None
    probability: float


def find_earlier(population: Population, annotations: Iterable[Annotation]) -> list[EarlierDraw]:
    """Return the draws by chance among ``annotations``, whatever became of the sentence; each once, by row.

    A line without ``inclusion_probability``, or of another design (``active``, ``written``), is none: its sentence stays in
    the population and may be drawn by chance, since a sample without it would not stand for all sentences.
    """
    found = set()
    for annotation, row in population.find_rows(a for a in annotations if a.sampling in DESIGNS):
        if row is not None and annotation.inclusion_probability is not None:
            stratum = annotation.extra.get("stratum")
            draw = EarlierDraw(row, str(annotation.sampling), stratum, float(annotation.inclusion_probability))
            found.add(draw)
    return sorted(found, key=lambda draw: (draw.row, draw.sampling, str(draw.stratum), draw.probability))


def set_apart(rng: np.random.Generator, before: Iterable[int]) -> None:
    """Set ``rng`` to numbers that hang on what was drawn ``before``; without any it goes on as it is.

    Whoever draws again names the same seed again. The second draw has to be independent of the first all the same: what is
    left of the first one's random numbers gives, together with the rows that it took, the seed of others.
    """
    taken = sorted(before)
    if taken:
        seed = np.random.SeedSequence([*rng.integers(2**32, size=4).tolist(), *taken])
        rng.bit_generator.state = type(rng.bit_generator)(seed).state


def check_random(draws: Sequence[EarlierDraw], sentences: int) -> None:
    """Check that a random draw from ``sentences`` sentences makes one sample with ``draws``.

    Raises:
        AnnotationError: they are of another design, or their probabilities are those of other articles.
    """
    refuse_other(draws, (RANDOM,), RANDOM)
    _check_share("the earlier random draws", draws, len({draw.row for draw in draws}), sentences)


def check_strata(draws: Sequence[EarlierDraw], strata: Sequence[str]) -> None:
    """Check that a stratified draw makes one sample with ``draws``; ``strata`` names the stratum of each row.

    Raises:
        AnnotationError: they are of another design or other strata, or their probabilities are those of other articles.
    """
    refuse_other(draws, (RANDOM, STRATIFIED), STRATIFIED)
    random = [draw for draw in draws if draw.sampling == RANDOM]
    _check_share("the earlier random draws", random, len({draw.row for draw in random}), len(strata))
    sizes = Counter(strata)
    members: dict[str, list[EarlierDraw]] = {}
    for draw in draws:
        members.setdefault(strata[draw.row], []).append(draw)
    for name, drawn in members.items():
        stratified = [draw for draw in drawn if draw.sampling == STRATIFIED]
        other = next((draw.stratum for draw in stratified if draw.stratum != name), name)
        if other != name:
            raise AnnotationError(
                f"sentences of {name!r} were drawn earlier from the stratum {other!r}; draw further ones by the same strata, or "
                "leave the earlier files out to draw a sample of its own"
            )
        where = f"the earlier draws from {name!r}"
        _check_share(where, stratified, len({draw.row for draw in drawn}), sizes[name])


def refuse_other(draws: Sequence[EarlierDraw], allowed: Sequence[str], design: str) -> None:
    """Check that all of ``draws`` are of the ``allowed`` designs.

    Raises:
        AnnotationError: one is not; no exact probability can be given for both draws together.
    """
    other = next((draw.sampling for draw in draws if draw.sampling not in allowed), None)
    if other is not None:
        raise AnnotationError(
            f"sentences of these articles were drawn earlier ({other}); a draw by design {design} makes no one sample with them: "
            f"draw further ones by the earlier design, or leave the earlier files out to draw a sample of its own"
        )


def _check_share(where: str, draws: Sequence[EarlierDraw], found: int, sentences: int) -> None:
    """Check that the last of ``draws``, with the highest probability, recorded the share that was ``found`` of ``sentences``."""
    recorded = max((draw.probability for draw in draws), default=None)
    if recorded is not None and abs(recorded - found / sentences) > _EXACT:
        raise AnnotationError(
            f"{where} took {100 * recorded:.4g} % of the sentences, but {found:,} of {sentences:,} are found here: name the file "
            "of every earlier sample and the same articles as then, or leave the earlier files out to draw a sample of its own"
        )


def check_uncertain(draws: Sequence[EarlierDraw], outlets: Sequence[str]) -> None:
    """Check that ``draws`` by uncertainty can be one sample; ``outlets`` names the outlet of each row.

    The inverse probabilities of one sample add up to the sentences it was drawn from, but for chance; those of two samples
    to twice as many. The standard error is that of draws with replacement, which is an upper bound here. Two samples of
    few sentences cannot be told from one.

    Raises:
        AnnotationError: they are of another design as well, or of several samples, or lines are missing.
    """
    refuse_other(draws, (UNCERTAINTY,), UNCERTAINTY)
    advice = "two draws by uncertainty make no one sample: name the file of one of them, and the same articles as then"
    if len({draw.row for draw in draws}) < len(draws) or len({draw.stratum is None for draw in draws}) > 1:
        raise AnnotationError(f"the earlier draws by uncertainty are several samples; {advice}")
    names = ["" if draw.stratum is None else outlets[draw.row] for draw in draws]
    sizes, drawn = {**Counter(outlets), "": len(outlets)}, Counter(names)
    errors = [1 / draw.probability - sizes[name] / drawn[name] for draw, name in zip(draws, names, strict=True)]
    found = sum(1 / draw.probability for draw in draws)
    expected = sum(sizes[name] for name in drawn)
    spread = sqrt(sum(error**2 for error in errors))
    if not _TOO_FEW * spread - _EXACT <= found - expected <= _TOO_MANY * spread + _EXACT:
        raise AnnotationError(
            f"the earlier draws by uncertainty stand for about {found:,.0f} sentences, but {expected:,} are found here; {advice}"
        )


def unite_draws(population: Population, annotations: Iterable[Annotation]) -> dict[int, float]:
    """Return the inclusion probability of each row that chance drew, by all draws together: what shares are weighted with.

    Lines drawn first record the probability of their own draw alone, so it is counted anew: the share of the sentences that
    were drawn, of the stratum where any draw was stratified. Draws by uncertainty keep what they recorded.

    Raises:
        AnnotationError: the draws make no one sample, as in ``check_random``, ``check_strata`` and ``check_uncertain``.
    """
    draws = find_earlier(population, annotations)
    designs = {draw.sampling for draw in draws}
    rows = sorted({draw.row for draw in draws})
    if UNCERTAINTY in designs:
        check_uncertain(draws, population.outlets)
        return {draw.row: draw.probability for draw in draws}
    if designs <= {RANDOM}:
        check_random(draws, len(population))
        return dict.fromkeys(rows, len(rows) / len(population))
    strata = population.list_strata(_find_period(population, draws))
    check_strata(draws, strata)
    sizes, drawn = Counter(strata), Counter(strata[row] for row in rows)
    return {row: drawn[strata[row]] / sizes[strata[row]] for row in rows}


def _find_period(population: Population, draws: Sequence[EarlierDraw]) -> str:
    """Return the period whose strata the stratified ``draws`` name; ``none`` where they name others."""
    for period, digits in PERIODS.items():
        dated = not digits or any(article.date for article in population.articles)
        strata = population.list_strata(period) if dated else ()
        if strata and all(strata[draw.row] == draw.stratum for draw in draws if draw.sampling == STRATIFIED):
            return period
    return "none"
