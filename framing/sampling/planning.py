"""How many sentences to code for an interval of a given width, outlet by outlet.

The half-width that a sample will give follows from a variance of three parts. Let an outlet's G articles hold m_1, ..., m_G
sentences, N in all, of which n are coded, and let a label's share be p. Of the variance p(1 - p) of a sentence's code, the
part ICC (the intra-article correlation) lies between articles, the rest within; a model explains the part r². Then, for the
outlet's long-run share, of which its articles are a sample, the estimate from codes and model (the difference estimator of
Särndal, Swensson & Wretman 1992, section 6.3) has the variance

    V = p(1 - p) [ (1 - r²)/n · (1 - n/N)  +  ICC · Σ m_i²/N²  +  (1 - ICC)/N ]

The first term is the draw of n of N sentences, of which only what the model leaves open varies. The other two are the
share of the N sentences around the long-run share: the G article effects, each of which counts m_i times among N, and what
is left of N sentences. They stay when every sentence is coded; only more articles make them smaller. With articles of one
length the second is ICC/G; else ICC/G', where G' = N²/Σ m_i² is the effective number of articles, as of unequal weights
(Kish 1965). The half-width of the 95 % interval is t(G - 1, .975) · √V. It holds for sentences drawn singly from many
articles, not for whole articles, and with equal chances: a draw by uncertainty does somewhat better.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from math import inf, sqrt

import numpy as np

from framing.annotations import Annotation
from framing.errors import UsageError
from framing.population import Population
from framing.prevalence import MIN_ARTICLES, MIN_CODED
from framing.sampling.assumptions import MIXED, Assumption, assume, gather_coded

OVERALL = "all outlets"


@dataclass(frozen=True, slots=True)
class OutletPlan:
    """What an outlet has and what it needs, by the label that needs most.

    ``articles`` and ``sentences`` are the population's, ``coded`` those of them that were drawn by chance and coded,
    ``waiting`` those drawn and not decided on. ``half_width`` is that of the interval now, ``best`` the one with every
    sentence coded, both as shares; None where no sentence is coded, or there is one article. ``more`` sentences have to be
    coded for ``margin``, 0 where it is reached, None where coding cannot reach it: then it takes ``articles_needed``
    articles of these lengths at the least, with every sentence coded.
    """

    outlet: str
    articles: int
    sentences: int
    coded: int
    waiting: int
    assumption: Assumption
    margin: float
    half_width: float | None
    best: float | None
    more: int | None
    articles_needed: int | None

    @property
    def has_interval(self) -> bool:
        """Whether enough is coded, of enough articles, for an interval to be given."""
        return self.coded >= MIN_CODED and self.articles >= MIN_ARTICLES

    @property
    def advice(self) -> str:
        """What to do next, in a line."""
        margin = f"± {100 * self.margin:g} points"
        if self.more == 0:
            return f"{self.outlet}: enough is coded for {margin}"
        if self.more is not None:
            drawn = min(self.waiting, self.more)
            known = f" ({drawn:,} of them are drawn already)" if drawn else ""
            return f"code {self.more:,} more in {self.outlet} for {margin}{known}"
        if self.articles < MIN_ARTICLES or self.sentences < MIN_CODED:
            reason = f"an interval needs {MIN_ARTICLES} articles and {MIN_CODED} sentences"
        else:
            reason = f"all {self.sentences:,} sentences give ± {100 * (self.best or 0):.1f} points"
        here = f"{self.articles:,} {'is' if self.articles == 1 else 'are'} here"
        return f"{self.outlet}: {reason}; {margin} takes {self.articles_needed:,} articles or more, {here}"


@dataclass(frozen=True, slots=True)
class Plan:
    """The plan of each outlet, by name, and of the share over all of them; ``margin`` is the half-width to be reached."""

    margin: float
    outlets: tuple[OutletPlan, ...]
    overall: OutletPlan


@dataclass(frozen=True, slots=True)
class Size:
    """How many articles and sentences an outlet has, and how many of these are coded.

    ``effective_articles`` is how many articles of one length tell as much: the square of the sentences by the sum of the
    squares of each article's.
    """

    articles: float
    sentences: float
    coded: float
    effective_articles: float


def variance(size: Size, assumption: Assumption) -> float:
    """Return the variance of an estimated share, V above; infinite where nothing is coded."""
    if not size.coded:
        return inf
    drawn = (1 - assumption.explained) * (1 / size.coded - 1 / size.sentences)
    found = assumption.icc / size.effective_articles + (1 - assumption.icc) / size.sentences
    return assumption.share * (1 - assumption.share) * (drawn + found)


@dataclass(frozen=True, slots=True)
class Part:
    """An outlet's part in a share: its weight (1 where it stands alone), its size, and what is assumed of the label."""

    weight: float
    size: Size
    assumption: Assumption

    def code(self, fraction: float) -> Part:
        """Return the part with ``fraction`` of its uncoded sentences coded."""
        coded = self.size.coded + fraction * (self.size.sentences - self.size.coded)
        return replace(self, size=replace(self.size, coded=coded))

    def grow(self, factor: float) -> Part:
        """Return the part with ``factor`` times the articles, and every sentence coded."""
        sentences = factor * self.size.sentences
        articles, effective = factor * self.size.articles, factor * self.size.effective_articles
        return replace(self, size=Size(articles, sentences, sentences, effective))


def half_width(parts: Sequence[Part]) -> float:
    """Return the half-width of the 95 % interval of the weighted sum of shares; infinite where it cannot be told.

    The variances add up; the degrees of freedom are the articles less one an outlet.
    """
    from scipy.special import stdtrit

    freedom = sum(part.size.articles - 1 for part in parts)
    total = sum(part.weight**2 * variance(part.size, part.assumption) for part in parts)
    return float(stdtrit(freedom, 0.975)) * sqrt(total) if freedom > 0 and total < inf else inf


def plan_coding(
    population: Population, annotations: Iterable[Annotation] = (), *, labels: Sequence[str] = (), margin: float = 0.05
) -> Plan:
    """Return how many sentences have to be coded in each outlet, and over all of them, for intervals of ± ``margin``.

    What is assumed of the labels is told by ``framing.sampling.assumptions.assume``. Of several labels the one that needs most
    counts. Over all outlets, further sentences are dealt in proportion to the outlets' uncoded ones.

    Raises:
        UsageError: ``margin`` is not between 0 and .5, or a label is unknown.
        AnnotationError: the earlier draws make no one sample, or a sentence has two texts.
    """
    if not 0 < margin < 0.5:
        raise UsageError(f"a margin of {100 * margin:g} points cannot be planned for; ask for one between 0 and 50")
    coded = gather_coded(population, annotations, labels)
    assumptions = assume(population, coded)
    outlets = np.array(population.outlets)
    sizes, waiting = {}, {}
    for name in assumptions:
        _, lengths = np.unique(population.article[outlets == name], return_counts=True)
        effective = float(lengths.sum() ** 2 / (lengths**2).sum())
        sizes[name] = Size(len(lengths), int(lengths.sum()), int((outlets[coded.rows] == name).sum()), effective)
        waiting[name] = int((outlets[coded.waiting] == name).sum())
    plans = [
        _plan_widest(name, [[Part(1.0, sizes[name], given)] for given in assumptions[name]], waiting[name], margin)
        for name in assumptions
    ]
    weights = {name: size.sentences / len(population) for name, size in sizes.items()}
    per_label = zip(*assumptions.values(), strict=True)
    together = [[Part(weights[n], sizes[n], given) for n, given in zip(sizes, row, strict=True)] for row in per_label]
    return Plan(margin, tuple(plans), _plan_widest(OVERALL, together, sum(waiting.values()), margin))


def _plan_widest(name: str, labels: Sequence[Sequence[Part]], waiting: int, margin: float) -> OutletPlan:
    """Return the plan for the label that needs most; ``labels`` has the parts of each."""
    plans = [_plan(name, parts, waiting, margin) for parts in labels]
    return max(plans, key=lambda plan: (inf if plan.more is None else plan.more, plan.best or inf))


def _plan(name: str, parts: Sequence[Part], waiting: int, margin: float) -> OutletPlan:
    articles, sentences, coded = (
        round(sum(getattr(part.size, field) for part in parts)) for field in ("articles", "sentences", "coded")
    )
    now, best = half_width(parts), half_width([part.grow(1) for part in parts])

    def is_enough(more: int) -> bool:
        fraction = more / max(sentences - coded, 1)
        return coded + more >= MIN_CODED and half_width([part.code(fraction) for part in parts]) <= margin

    def is_reachable(count: int) -> bool:
        grown = [part.grow(count / articles) for part in parts]
        return sum(part.size.coded for part in grown) >= MIN_CODED and half_width(grown) <= margin

    more = needed = None
    if articles >= MIN_ARTICLES and is_enough(sentences - coded):
        more = _find_first(is_enough, 0)
    else:
        needed = _find_first(is_reachable, MIN_ARTICLES)
    counts = (articles, sentences, coded, waiting)
    return OutletPlan(name, *counts, _blend(parts), margin, _finite(now), _finite(best), more, needed)


def _finite(width: float) -> float | None:
    return None if width == inf else width


def _find_first(holds: Callable[[int], bool], first: int) -> int:
    """Return the least number from ``first`` on for which ``holds``; it must hold from some number on, and for all above."""
    step = 1
    while not holds(first + step - 1):
        step *= 2
    low, high = first + step // 2, first + step - 1
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle + 1, high)
    return low


def _blend(parts: Sequence[Part]) -> Assumption:
    """Return the assumption of a label over all outlets: the share by their weights, the sources where they are one."""
    first = parts[0].assumption
    sources = {part.assumption.share_from for part in parts}
    share = sum(part.weight * part.assumption.share for part in parts)
    return replace(first, share=share, share_from=sources.pop() if len(sources) == 1 else MIXED)
