"""Coded sentences found among scored ones: their codes, how likely each was to be drawn, and what became of the rest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import sqrt

import numpy as np

from framing.annotations import ACTIVE, OPEN, WRITTEN, Annotation, CodedSentence, current_codings, settle
from framing.coded import SIDES
from framing.errors import AnnotationError
from framing.features import Floats, fingerprint
from framing.model import FramingModel
from framing.population import Population, check_ids
from framing.sampling.earlier import DESIGNS, unite_draws

MOST_ERRORS = 4.0
"""Standard errors by which the sentences that a sample stands for may be from those that are here."""


@dataclass(frozen=True, slots=True)
class Account:
    """What became of the coded sentences, and what must be said of it.

    Of ``coded`` sentences ``used`` correct shares. Not used: ``not_found`` among the scored ones, ``not_by_chance`` (written
    for training, or drawn by active learning), ``without_probability`` of having been drawn. ``waiting`` were drawn and not
    coded yet. ``left_out_predictions`` counts those that the model was trained on and whose predictions come from models
    that were not. ``coders`` are the names of those who coded.
    """

    coded: int
    used: int
    not_found: int
    not_by_chance: int
    without_probability: int
    waiting: int
    left_out_predictions: int = 0
    coders: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class LinkedCodes:
    """The codes of a population's rows: ``labels`` (rows × labels) 1, 0 or NaN, ``chances`` (rows) NaN where not coded."""

    labels: Floats
    chances: Floats
    account: Account


def link_codes(population: Population, annotations: Iterable[Annotation]) -> LinkedCodes:
    """Return the settled codes of the rows that chance drew, in the order of the population's labels.

    Raises:
        AnnotationError: no coded sentence can be used, the draws make no one sample, or a sentence has two texts.
        UsageError: two articles have one id.
    """
    check_ids(population.articles)
    annotations = list(annotations)
    places = {(a.article, a.id): row for a, row in population.find_rows(annotations) if row is not None}
    drawn = [a for a in annotations if a.inclusion_probability is not None and a.sampling not in (WRITTEN, ACTIVE)]
    chances = find_chances(population, drawn, places)
    settled = settle(annotations)
    sorted_out = _sort_out(settled, drawn, places, chances)
    labels = np.full((len(population), len(population.labels)), np.nan)
    chance = np.full(len(population), np.nan)
    for row, sentence in sorted_out.used.items():
        labels[row] = [_code(sentence, label) for label in population.labels]
        chance[row] = chances[row]
    account = _account(annotations, settled, sorted_out, {places[a.article, a.id] for a in drawn if (a.article, a.id) in places})
    if settled and not sorted_out.used:
        raise AnnotationError(f"no coded sentence can correct these shares: {'; '.join(account.notes)}")
    return LinkedCodes(labels, chance, replace(account, notes=(*account.notes, *_compare_sizes(population, chances))))


def _code(sentence: CodedSentence, label: str) -> float:
    """Return whether a sentence has a frame or ``target:side``, NaN for a stance that was not coded."""
    target, _, side = label.rpartition(":")
    if not target or side not in SIDES:
        return float(label in sentence.frames)
    stance = sentence.stance_towards(target)
    return np.nan if stance is None else float(stance == side)


@dataclass(frozen=True, slots=True)
class _SortedOut:
    used: dict[int, CodedSentence]
    lost: list[CodedSentence]
    chosen: list[CodedSentence]
    unknown: list[CodedSentence]


def _sort_out(
    settled: Iterable[CodedSentence],
    drawn: Iterable[Annotation],
    places: Mapping[tuple[str, str], int],
    chances: Mapping[int, float],
) -> _SortedOut:
    by_chance = {(a.article, a.id) for a in drawn}
    found = _SortedOut({}, [], [], [])
    for sentence in settled:
        key = (sentence.article, sentence.id)
        if not sentence.stands_for_news:
            found.chosen.append(sentence)
        elif key not in places:
            found.lost.append(sentence)
        elif key not in by_chance or places[key] not in chances:
            found.unknown.append(sentence)
        else:
            found.used.setdefault(places[key], sentence)
    return found


def _account(annotations: Sequence[Annotation], settled: Sequence[CodedSentence], found: _SortedOut, drawn: set[int]) -> Account:
    decided = {(a.article, a.id) for a in annotations if a.status != OPEN}
    open_lines = {(a.article, a.id) for a in annotations if a.status == OPEN}
    waiting = len(open_lines - decided)
    coders = sorted({a.coder for a in current_codings(annotations) if a.coder})
    notes = [
        _describe(found.lost, len(settled), "are not among the scored ones"),
        _describe(found.chosen, len(settled), "were written for training or drawn by active learning, not by chance"),
        _describe(
            found.unknown, len(settled), "have no inclusion probability: draw sentences with framing sample, which records it"
        ),
        f"{waiting:,} drawn sentences wait for a coder; they are taken to be like the coded ones" if waiting else "",
    ]
    counts = (len(settled), len(found.used), len(found.lost), len(found.chosen), len(found.unknown), waiting)
    return Account(*counts, coders=tuple(coders), notes=tuple(filter(None, notes)))


def _describe(sentences: Sequence[CodedSentence], of: int, what: str) -> str:
    if not sentences:
        return ""
    first = f"first: {sentences[0].id!r} of article {sentences[0].article!r}"
    return f"{len(sentences):,} of {of:,} coded sentences {what} ({first})"


def find_chances(population: Population, drawn: Sequence[Annotation], places: Mapping[tuple[str, str], int]) -> dict[int, float]:
    """Return the inclusion probability of each row that chance drew.

    Several draws of ``framing sample`` are united. Else the recorded probabilities hold, which those of one draw do for any
    part of its articles; but two that are taken for one would count everything twice.

    Raises:
        AnnotationError: the draws make no one sample, and what they record stands for more sentences than are here.
    """
    problem: AnnotationError | None = None
    if all(annotation.sampling in DESIGNS for annotation in drawn):
        try:
            return unite_draws(population, drawn)
        except AnnotationError as error:
            problem = error
    recorded: dict[int, float] = {}
    for annotation in drawn:
        row = places.get((annotation.article, annotation.id))
        if row is not None and annotation.inclusion_probability is not None:
            recorded[row] = max(recorded.get(row, 0.0), float(annotation.inclusion_probability))
    excess = [size for size in _measure_sizes(population, recorded) if size.stands_for - size.sentences > size.tolerance]
    if excess:
        worst = excess[0]
        raise problem or AnnotationError(
            f"the coded sentences of {worst.outlet} stand for about {worst.stands_for:,.0f} sentences by their inclusion "
            f"probabilities, but {worst.sentences:,} were scored: correct the probabilities, or name the articles that they were "
            "drawn from"
        )
    return recorded


@dataclass(frozen=True, slots=True)
class _Size:
    """How many sentences of an outlet are here, and how many its drawn ones stand for."""

    outlet: str
    sentences: int
    stands_for: float
    tolerance: float


def _measure_sizes(population: Population, chances: Mapping[int, float]) -> list[_Size]:
    sizes = Counter(population.outlets)
    drawn: dict[str, list[float]] = {}
    for row, chance in chances.items():
        drawn.setdefault(population.outlets[row], []).append(chance)
    return [
        _Size(
            outlet,
            sizes[outlet],
            sum(1 / chance for chance in own),
            MOST_ERRORS * sqrt(sum((1 - chance) / chance**2 for chance in own)) + 1e-6 * sizes[outlet] + 1,
        )
        for outlet, own in sorted(drawn.items())
    ]


def _compare_sizes(population: Population, chances: Mapping[int, float]) -> list[str]:
    """Return a line for each outlet whose drawn sentences stand for fewer than are here."""
    return [
        f"the drawn sentences of {size.outlet} stand for about {size.stands_for:,.0f} of its {size.sentences:,}: if articles "
        "were added since the draw, draw from these too; the others are taken to be like those coded"
        for size in _measure_sizes(population, chances)
        if size.sentences - size.stands_for > size.tolerance
    ]


def replace_seen(population: Population, model: FramingModel, coded: Floats) -> tuple[Population, int]:
    """Return the population with predictions of the training sentences by models that did not see them, and for how many coded.

    ``coded`` holds the inclusion probabilities by row, NaN where not coded. A model knows its training sentences by heart:
    with what it says of these, no error would be seen.

    Raises:
        AnnotationError: a coded sentence was trained on, and the model keeps no left-out prediction of it.
    """
    seen = np.flatnonzero(population.trained_on)
    left_out = model.left_out_decisions
    marks = {int(row): fingerprint(population.sentence(int(row)).text) for row in seen}
    kept = [row for row in marks if marks[row] in left_out]
    lacking = [row for row in marks if marks[row] not in left_out and not np.isnan(coded[row])]
    if lacking:
        sentence = population.sentence(lacking[0])
        raise AnnotationError(
            f"the model was trained on {len(lacking):,} of the coded sentences (first: sentence {sentence.index} of "
            f"{sentence.article_id!r}) and keeps no prediction of them by a model that was not: train it again (framing train)"
        )
    if not kept:
        return population, 0
    scores = model.interpret(np.array([left_out[marks[row]] for row in kept], float))
    chances, given = population.probabilities.copy(), population.given.copy()
    for column, label in enumerate(population.labels):
        target, _, side = label.rpartition(":")
        if target and side in SIDES:
            chances[kept, column] = scores.stance[target][:, SIDES.index(side)]
            given[kept, column] = [stance == side for stance in scores.stance_labels[target]]
        else:
            chances[kept, column] = scores.frames[:, model.codebook.frame_ids.index(label)]
            given[kept, column] = [label in labels for labels in scores.labels]
    unlearnt = np.isnan(population.probabilities).all(axis=0)
    chances[:, unlearnt], given[:, unlearnt] = np.nan, False
    return replace(population, probabilities=chances, given=given), int((~np.isnan(coded[kept])).sum())
