"""Coded sentences found among scored ones: their codes, how likely each was to be drawn, and what became of the rest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import sqrt

import numpy as np

from framing.annotations import (
    ACTIVE,
    ADJUDICATED,
    OPEN,
    WRITTEN,
    Annotation,
    CodedSentence,
    current_codings,
    current_decisions,
    settle,
)
from framing.arrays import Floats
from framing.errors import AnnotationError
from framing.labelling import SIDES
from framing.population import Population, check_ids
from framing.sampling.earlier import DESIGNS, RANDOM, STRATIFIED, unite_draws

MOST_STOOD_FOR = 100
"""How many times all sentences that are here one drawn sentence may stand for: it may be a part of what it was drawn from."""

MOST_ERRORS = 4.0
"""Standard errors by which the sentences that a sample stands for may be from those that are here."""


@dataclass(frozen=True, slots=True)
class Account:
    """What became of the coded sentences, and what must be said of it.

    Of ``coded`` sentences ``used`` correct shares. Not used: ``not_found`` among the scored ones, ``not_by_chance`` (written
    for training, or drawn by active learning), ``without_probability`` of having been drawn, ``repeated`` (the sentence is
    coded under another id as well). ``waiting`` were drawn and not coded yet, ``passed_over`` drawn and then skipped or
    rejected. ``left_out_predictions`` counts those that the model was trained on and whose predictions come from models
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
    repeated: int = 0
    passed_over: int = 0


@dataclass(frozen=True)
class LinkedCodes:
    """The codes of a population's rows: ``labels`` (rows × labels) 1, 0 or NaN, ``chances`` (rows) NaN where not coded."""

    labels: Floats
    chances: Floats
    account: Account


Key = tuple[str, str]
"""The article and the id of a sentence, which its codings share."""


def link_codes(population: Population, annotations: Iterable[Annotation]) -> LinkedCodes:
    """Return the settled codes of the rows that chance drew, in the order of the population's labels.

    Where the coded sentences of an outlet stand for fewer than are here, the rest is taken to be like them, which a note
    says: their probabilities are lowered alike, so that they stand for all.

    Raises:
        AnnotationError: no coded sentence can be used, the probabilities contradict the number of sentences, or a sentence
            has two texts.
        UsageError: two articles have one id.
    """
    check_ids(population.articles)
    annotations = list(annotations)
    places = {(a.article, a.id): row for a, row in population.find_rows(annotations) if row is not None}
    drawn = [a for a in annotations if a.inclusion_probability is not None and a.sampling not in (WRITTEN, ACTIVE)]
    chances = find_chances(population, drawn, places)
    settled = settle(annotations)
    by_chance = {(a.article, a.id): places.get((a.article, a.id)) in chances for a in drawn}
    found = _sort_out(settled, by_chance, places, {article.id for article in population.articles})
    account = _account(annotations, settled, found, by_chance.keys() & places.keys())
    _check_used(account)
    labels = np.full((len(population), len(population.labels)), np.nan)
    chance = np.full(len(population), np.nan)
    for row, sentence in found.used.items():
        labels[row] = [_code(sentence, label) for label in population.labels]
        chance[row] = chances[row]
    sizes = _measure_sizes(population, {row: chances[row] for row in found.used}, _come_singly(drawn))
    short = {size.outlet: size.stands_for / size.sentences for size in sizes if size.sentences - size.stands_for > size.tolerance}
    chance *= [short.get(outlet, 1.0) for outlet in population.outlets]
    noted = [*_compare_sizes(sizes, short), *_find_uncoded(population, sizes)]
    if not noted and not found.absent:
        noted = _compare_totals(population, drawn, chances)
    notes = (*account.notes, *noted)
    return LinkedCodes(labels, chance, replace(account, notes=notes))


def _code(sentence: CodedSentence, label: str) -> float:
    """Return whether a sentence has a frame or ``target:side``, NaN for a stance that was not coded."""
    target, _, side = label.rpartition(":")
    if not target or side not in SIDES:
        return float(label in sentence.frames)
    stance = sentence.stance_towards(target)
    return np.nan if stance is None else float(stance == side)


@dataclass(frozen=True, slots=True)
class _SortedOut:
    """Coded sentences: those used, by row, and the keys of the others by why they are not."""

    used: dict[int, CodedSentence] = field(default_factory=dict)
    absent: list[Key] = field(default_factory=list)
    changed: list[Key] = field(default_factory=list)
    chosen: list[Key] = field(default_factory=list)
    unknown: list[Key] = field(default_factory=list)
    repeated: list[Key] = field(default_factory=list)


def _sort_out(
    settled: Iterable[CodedSentence], by_chance: Mapping[Key, bool], places: Mapping[Key, int], articles: set[str]
) -> _SortedOut:
    """Return which coded sentences can be used; ``articles`` are the ids of those that were scored.

    ``by_chance`` has those that chance drew, and whether their probability is known.
    """
    found = _SortedOut()
    for sentence in settled:
        key = (sentence.article, sentence.id)
        # What chance drew stands for the news, whatever else drew it.
        if key not in by_chance and not sentence.stands_for_news:
            found.chosen.append(key)
        elif key not in places:
            (found.changed if sentence.article in articles else found.absent).append(key)
        elif not by_chance.get(key):
            found.unknown.append(key)
        elif places[key] in found.used:
            found.repeated.append(key)
        else:
            found.used[places[key]] = sentence
    return found


def _account(annotations: Sequence[Annotation], settled: Sequence[CodedSentence], found: _SortedOut, drawn: set[Key]) -> Account:
    left = drawn - {(sentence.article, sentence.id) for sentence in settled}
    decided = {(a.article, a.id) for a in current_decisions(annotations)}
    waiting, passed = len(left - decided), len(left & decided)
    where: dict[Key, str] = {}
    for annotation in annotations:
        if annotation.status != OPEN:
            where.setdefault((annotation.article, annotation.id), annotation.place)
    notes = [
        _describe(found.absent, len(settled), "are of articles that are not among the scored ones", where),
        _describe(found.changed, len(settled), "are not in their article: it has another text than the one that was coded", where),
        _describe(
            found.chosen, len(settled), "were written for training or drawn by active learning, not by chance: not used", where
        ),
        _describe(
            found.unknown,
            len(settled),
            "have no inclusion probability and are not used: draw sentences with framing sample, which records it",
            where,
        ),
        _describe(found.repeated, len(settled), "are coded under another id as well, which is used", where),
        _say(waiting, "drawn sentence waits", "drawn sentences wait", "for a coder (framing annotate)"),
        _say(passed, "drawn sentence was", "drawn sentences were", "skipped or rejected by coders"),
    ]
    lost = len(found.absent) + len(found.changed)
    counts = (len(settled), len(found.used), lost, len(found.chosen), len(found.unknown), waiting)
    coders = tuple(sorted({a.coder for a in current_codings(annotations) if a.coder and a.phase != ADJUDICATED}))
    kept = tuple(filter(None, notes))
    return Account(*counts, coders=coders, notes=kept, repeated=len(found.repeated), passed_over=passed)


def _check_used(account: Account) -> None:
    if not account.coded:
        waiting = f": {account.waiting:,} drawn sentences wait for a coder (framing annotate)" if account.waiting else ""
        raise AnnotationError(f"no sentence of these articles is coded yet{waiting}; leave --annotations out for an index")
    if not account.used:
        raise AnnotationError(f"no coded sentence can correct these shares: {'; '.join(account.notes)}")


def _say(number: int, one: str, several: str, what: str) -> str:
    taken = "it is" if number == 1 else "they are"
    return f"{number:,} {one if number == 1 else several} {what}; {taken} taken to be like the coded ones" if number else ""


def _describe(sentences: Sequence[Key], of: int, what: str, where: Mapping[Key, str]) -> str:
    if not sentences:
        return ""
    article, name = sentences[0]
    place = where.get(sentences[0])
    return f"{len(sentences):,} of {of:,} coded sentences {what} (first: {f'{place}, ' if place else ''}{name!r} of {article!r})"


def find_chances(population: Population, drawn: Sequence[Annotation], places: Mapping[Key, int]) -> dict[int, float]:
    """Return the inclusion probability of each row that chance drew.

    Several draws of ``framing sample`` are united. Else the recorded probabilities hold, which those of one draw do for any
    part of its articles; but two that are taken for one would count everything twice.

    Raises:
        AnnotationError: what they record stands for more sentences than are here; the message names the outlet.
    """
    for annotation in drawn:
        chance = annotation.inclusion_probability or 0.0
        if (annotation.article, annotation.id) in places and chance * MOST_STOOD_FOR * len(population) < 1:
            raise AnnotationError(
                f"{annotation.place}: at an inclusion probability of {chance:g} this one sentence would stand for more than "
                f"{MOST_STOOD_FOR} times all {len(population):,} that are here: correct it"
            )
    if all(annotation.sampling in DESIGNS for annotation in drawn):
        try:
            return unite_draws(population, drawn)
        except AnnotationError:
            pass  # of one draw a part alone may be here, which is held against the number of sentences below
    recorded: dict[int, float] = {}
    for annotation in drawn:
        row = places.get((annotation.article, annotation.id))
        if row is not None and annotation.inclusion_probability is not None:
            recorded[row] = max(recorded.get(row, 0.0), float(annotation.inclusion_probability))
    for size in _measure_sizes(population, recorded, _come_singly(drawn)):
        if size.stands_for - size.sentences > size.tolerance:
            raise AnnotationError(
                f"the drawn sentences of {size.outlet} stand for about {size.stands_for:,.0f} sentences by their inclusion "
                f"probabilities, but {size.sentences:,} were scored: name all articles that they were drawn from and the file of "
                "every draw, or of one draw alone; where the probabilities were written by hand, correct them"
            )
    return recorded


def _come_singly(drawn: Iterable[Annotation]) -> bool:
    """Return whether sentences were drawn one by one, which other designs than ours may not do."""
    return all(annotation.sampling in DESIGNS for annotation in drawn)


@dataclass(frozen=True, slots=True)
class _Size:
    """How many sentences of an outlet are here, and how many its drawn ones stand for."""

    outlet: str
    sentences: int
    stands_for: float
    tolerance: float


def _measure_sizes(population: Population, chances: Mapping[int, float], singly: bool) -> list[_Size]:
    """Return the sizes of outlets with drawn sentences, by name; unless ``singly``, the sentences of an article come together.

    The sum of 1/π over what was drawn is the number of sentences but for chance. Its variance, too, is estimated from what
    was drawn; were there the sentences that are here, these would have been drawn fewer, or more, by the same factor.
    """
    rows: dict[str, list[int]] = {}
    for row in chances:
        rows.setdefault(population.outlets[row], []).append(row)
    here = Counter(population.outlets)
    found = []
    for outlet, own in sorted(rows.items()):
        chance = np.array([chances[row] for row in own])
        unit = np.array(own) if singly else population.article[own]
        _, number = np.unique(unit, return_inverse=True)
        together = np.bincount(number, 1 / chance)
        spread = float(together**2 @ (1 - np.bincount(number, chance) / np.bincount(number)))
        stands_for = float(together.sum())
        tolerance = MOST_ERRORS * sqrt(spread * here[outlet] / stands_for) + 1e-6 * here[outlet] + 1
        found.append(_Size(outlet, here[outlet], stands_for, tolerance))
    return found


def _compare_sizes(sizes: Iterable[_Size], short: Mapping[str, float]) -> list[str]:
    """Return a line on the outlets whose coded sentences stand for fewer than are here."""
    found = [size for size in sizes if size.outlet in short]
    if not found:
        return []
    told = [f"{size.stands_for:,.0f} of {size.sentences:,} in {size.outlet}" for size in found[:_NAMED]]
    told += [f"{len(found) - _NAMED:,} outlets more"] * (len(found) > _NAMED)
    return [
        f"the coded sentences stand for fewer than are here (about {'; '.join(told)}): the others are taken to be like them; "
        "code all that were drawn, and if articles were added since the draw, draw from these too"
    ]


_NAMED = 4
"""Outlets that a note names."""


def _compare_totals(population: Population, drawn: Iterable[Annotation], chances: Mapping[int, float]) -> list[str]:
    """Return a line where draws of a fixed number of sentences stand for fewer than are here, be it by one.

    Of simple and stratified draws the inverse probabilities add up to the population exactly, so that also few articles
    that were added after the draw, of which no sentence could be drawn, are noticed.
    """
    total = sum(1 / chance for chance in chances.values())
    if not {annotation.sampling for annotation in drawn} <= {RANDOM, STRATIFIED} or total > len(population) - 0.5:
        return []
    return [
        f"the drawn sentences stand for {total:,.0f} of the {len(population):,} that are here: name the files of all that were "
        "drawn; if articles were added since the draw, no sentence of them could be drawn: draw from these too"
    ]


def _find_uncoded(population: Population, sizes: Iterable[_Size]) -> list[str]:
    """Return a line on the outlets of which nothing is coded, where there are any."""
    coded = {size.outlet for size in sizes}
    outlets = sorted({*population.outlets} - coded)
    if not outlets:
        return []
    sentences = sum(outlet not in coded for outlet in population.outlets)
    names = ", ".join(outlets[:5]) + (f" and {len(outlets) - 5:,} more" if len(outlets) > 5 else "")
    return [
        f"no sentence of {names} is coded ({sentences:,} sentences): an index is all there is of them, and where they are grouped "
        "with others they are taken to be like the coded ones"
    ]
