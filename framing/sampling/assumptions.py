"""What a plan assumes of a label: its share, how alike the sentences of an article are, and how much a model explains.

All three are estimated from sentences that chance drew, where enough of them are coded.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from framing.annotations import OPEN, WITHDRAWN, Annotation, CodedSentence, list_labels, settle
from framing.arrays import Bools, Floats, Integers
from framing.errors import UsageError
from framing.labelling import SIDES
from framing.population import Population, choose_labels
from framing.sampling.earlier import unite_draws

ENOUGH_CODED = 50
"""Coded sentences from which on a share, and the correlation of the model with the codes, are estimated."""

ENOUGH_PAIRED = 200
"""Coded sentences beyond the first of their article, from which on the intra-article correlation is estimated ..."""

ENOUGH_ARTICLES = 30
"""... and articles with a coded sentence, beyond the first of their outlet."""

USUAL_ICC = 0.12
"""The intra-article correlation until then."""

WORST_SHARE = 0.5
MOST_EXPLAINED = 0.95
"""The most of the variance that a model is credited with, whatever a small sample says."""

OUTLET, ALL, MODEL, WORST, MIXED = "coded", "coded, all outlets", "model", "worst case", "several sources"
"""Where a share comes from: codes of the outlet, of all outlets, the model's probabilities, or nothing."""


@dataclass(frozen=True, slots=True)
class Coded:
    """The coded rows that chance drew, with their weights (1/inclusion probability), and what waits.

    ``given`` and ``known`` are coded rows × labels: whether a sentence has the label, and whether it was coded for it.
    ``waiting`` are rows that were drawn and not decided on.
    """

    labels: tuple[str, ...]
    rows: Integers
    weights: Floats
    given: Bools
    known: Bools
    waiting: Integers


@dataclass(frozen=True, slots=True)
class Assumption:
    """What a plan assumes of one label in one outlet.

    ``share`` is the share of sentences that have it and ``share_from`` where that comes from. ``explained`` is the squared
    correlation of the model's probability with the codes, 0 without a model. ``icc`` is the intra-article correlation.
    """

    label: str
    share: float = WORST_SHARE
    share_from: str = WORST
    explained: float = 0.0
    icc: float = USUAL_ICC


def gather_coded(population: Population, annotations: Iterable[Annotation], labels: Sequence[str] = ()) -> Coded:
    """Return the settled codes of the sentences of ``population`` that chance drew.

    Codes of other sentences (``active``, ``written``, of unknown design) do not count: intervals are not for them. The
    ``labels`` are frames, ``target:side``, or targets for both sides; without any these are the model's, else those that the
    codes use.

    Raises:
        UsageError: a label is none of the model's, or, without a model, none that ``annotations`` use.
        AnnotationError: the earlier draws make no one sample, or a sentence has two texts.
    """
    annotations = list(annotations)
    chances = unite_draws(population, annotations)
    found = [(a, row) for a, row in population.find_rows(annotations) if row in chances and row is not None]
    decided = {row for annotation, row in found if annotation.status != OPEN and annotation.status != WITHDRAWN}
    place = {(annotation.article, annotation.id): row for annotation, row in found}
    codes = {place[s.article, s.id]: s for s in settle(annotation for annotation, _ in found)}
    rows = sorted(codes)
    frames = {frame for row in rows for frame in codes[row].frames}
    sides = {f"{target}:{side}" for row in rows for target, _ in codes[row].stance for side in SIDES}
    used = _choose(population, annotations, labels) or population.labels or (*sorted(frames), *sorted(sides))
    table = [[_has(codes[row], label) for label in used] for row in rows]
    shape = (len(rows), len(used))
    return Coded(
        used,
        np.array(rows, np.int64),
        np.array([1 / chances[row] for row in rows]),
        np.array([[has is True for has in line] for line in table], bool).reshape(shape),
        np.array([[has is not None for has in line] for line in table], bool).reshape(shape),
        np.array(sorted(set(chances) - decided), np.int64),
    )


def _choose(population: Population, annotations: Sequence[Annotation], wanted: Sequence[str]) -> tuple[str, ...]:
    if not wanted:
        return ()
    if population.labels:
        return choose_labels(population.labels, wanted, "the model knows")
    frames, targets = list_labels(annotations)
    known = (*frames, *(f"{target}:{side}" for target in targets for side in SIDES))
    if not known:
        raise UsageError("without codings (-a) and without a --model no label is known to plan for: leave --label out")
    return choose_labels(known, wanted, "the codings use")


def _has(sentence: CodedSentence, label: str) -> bool | None:
    """Return whether a sentence has a frame or ``target:side``, None for a stance that was not coded."""
    target, _, side = label.rpartition(":")
    if not target or side not in SIDES:
        return label in sentence.frames
    stance = sentence.stance_towards(target)
    return None if stance is None else stance == side


def assume(population: Population, coded: Coded) -> dict[str, list[Assumption]]:
    """Return, for each outlet by name, what to assume of every label of ``coded``; of no label in particular where it has none.

    The share is that of the outlet's coded sentences from ``ENOUGH_CODED`` on, else that of all outlets' from as many on,
    else the mean of the model's probabilities, else ``WORST_SHARE``. The other two are the same for all outlets.
    """
    outlets = np.array(population.outlets)
    article = population.article[coded.rows]
    found: dict[str, list[Assumption]] = {name: [] for name in sorted(set(population.outlets))}
    for column, label in enumerate(coded.labels):
        known = coded.known[:, column]
        given, weights, rows = coded.given[known, column], coded.weights[known], coded.rows[known]
        own = outlets[rows]
        icc = estimate_icc(given, article[known], own)
        chances = _chances(population, label)
        unseen = ~np.isnan(chances[rows]) & ~_seen(population)[rows]
        explained = explain_variance(given[unseen], chances[rows][unseen], weights[unseen], own[unseen])
        for name, assumptions in found.items():
            mine = own == name
            share, source = _share(given, weights, mine, chances[outlets == name])
            assumptions.append(Assumption(label, share, source, explained, icc))
    return {name: assumptions or [Assumption("any label")] for name, assumptions in found.items()}


def _chances(population: Population, label: str) -> Floats:
    """Return the model's probability per row, NaN without a model or where it did not learn the label."""
    if label not in population.labels:
        return np.full(len(population), np.nan)
    chances: Floats = population.probabilities[:, population.labels.index(label)]
    return chances


def _seen(population: Population) -> Bools:
    return population.trained_on if len(population.trained_on) else np.zeros(len(population), bool)


def _share(given: Bools, weights: Floats, mine: Bools, chances: Floats) -> tuple[float, str]:
    """Return the share of a label in an outlet and where it comes from.

    A share of codes is shrunk as Agresti and Coull (1998) do, two sentences with and two without the label added: a plan
    on a share of 0 would promise certainty.
    """
    for part, source in ((mine, OUTLET), (np.ones(len(given), bool), ALL)):
        count = int(part.sum())
        if count >= ENOUGH_CODED:
            share = float(weights[part] @ given[part] / weights[part].sum())
            return (share * count + 2) / (count + 4), source
    if np.isnan(chances).any():
        return WORST_SHARE, WORST
    return float(chances.mean()), MODEL


def explain_variance(given: Bools, chances: Floats, weights: Floats, outlets: NDArray[np.str_]) -> float:
    """Return the part of the codes' variance within outlets that the model's probabilities explain; 0 where codes are too few.

    It is the squared weighted correlation, adjusted for its bias in small samples (1 - (1 - r²)(n - 1)/(n - 2)). The
    sentences must be ones that the model was not trained on.
    """
    n = len(given)
    if n < ENOUGH_CODED:
        return 0.0
    codes, scores = given.astype(float), chances.copy()
    for name in np.unique(outlets):
        mine = outlets == name
        codes[mine] -= np.average(codes[mine], weights=weights[mine])
        scores[mine] -= np.average(scores[mine], weights=weights[mine])
    spread = float((weights @ codes**2) * (weights @ scores**2))
    together = float(weights @ (codes * scores))
    if spread <= 0 or together <= 0:
        return 0.0
    return float(np.clip(1 - (1 - together**2 / spread) * (n - 1) / (n - 2), 0.0, MOST_EXPLAINED))


def estimate_icc(given: Bools, articles: Integers, outlets: NDArray[np.str_]) -> float:
    """Return the intra-article correlation of a label within outlets; ``USUAL_ICC`` where codes are too few.

    It is the estimator from the analysis of variance for unequal groups (Donner 1986, International Statistical Review
    54, with articles nested in outlets), not below 0.
    """
    names, group, sizes = np.unique(articles, return_inverse=True, return_counts=True)
    between = len(names) - len(np.unique(outlets))
    within = len(given) - len(names)
    if within < ENOUGH_PAIRED or between < ENOUGH_ARTICLES:
        return USUAL_ICC
    values = given.astype(float)
    article_mean = np.bincount(group, values) / sizes
    _, outlet, outlet_sizes = np.unique(outlets, return_inverse=True, return_counts=True)
    outlet_mean = np.bincount(outlet, values) / outlet_sizes
    mean_square_between = ((article_mean[group] - outlet_mean[outlet]) ** 2).sum() / between
    mean_square_within = ((values - article_mean[group]) ** 2).sum() / within
    typical = (len(values) - (sizes[group] / outlet_sizes[outlet]).sum()) / between
    total = mean_square_between + (typical - 1) * mean_square_within
    if total <= 0:
        return USUAL_ICC
    return float(max((mean_square_between - mean_square_within) / total, 0.0))
