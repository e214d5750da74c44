"""What a summary rests on: scored articles, the codes of their sample, and which of them print one text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from framing.annotations import Annotation
from framing.arrays import Bools, Floats, Integers
from framing.articles import Skipped
from framing.copies import find_copies
from framing.errors import AnnotationError
from framing.labelling import list_outputs
from framing.linking import link_codes
from framing.model import FramingModel
from framing.population import CountedArticle, Population
from framing.summarizing import Evidence


def gather_evidence(
    population: Population,
    model: FramingModel,
    annotations: Sequence[Annotation] | None = None,
    counted: Sequence[CountedArticle] = (),
) -> Evidence:
    """Return the population with the codes of its sample, where ``annotations`` are given, and with its copies found.

    Then what the model says of sentences that it was trained on comes, as far as it keeps that, from models that were not.

    Raises:
        AnnotationError: the codes cannot correct shares (``framing.linking``), or the model saw coded sentences and keeps no
            prediction of them by one that did not.
        UsageError: two articles have one id, and codes are to be found by it.
    """
    cluster, is_copy = mark_copies(population)
    labels = np.full((len(population), len(population.labels)), np.nan)
    chances = np.full(len(population), np.nan)
    account = None
    if annotations is not None:
        linked = link_codes(population, annotations)
        labels, chances = linked.labels, linked.chances
        population, left_out, notes = replace_seen(population, model, chances)
        account = replace(linked.account, left_out_predictions=left_out, notes=(*linked.account.notes, *notes))
    return Evidence(population, labels, chances, cluster, is_copy, account, tuple(counted))


def replace_seen(population: Population, model: FramingModel, coded: Floats) -> tuple[Population, int, tuple[str, ...]]:
    """Return the population with predictions of training sentences by models that did not see them.

    ``coded`` holds the inclusion probabilities by row, NaN where not coded. A model knows its training sentences by heart:
    with what it says of these, no error would be seen. Beside the population come the number of coded sentences that this
    was done for, and what must be said: a label that a model without a coded article had not learnt counts as not learnt.

    Raises:
        AnnotationError: a coded sentence was trained on, and the model keeps no left-out prediction of it.
    """
    asked = np.flatnonzero(population.trained_on | ~np.isnan(coded))
    places = model.find_seen([population.sentence(row).text for row in asked.tolist()])
    kept = (places >= 0) & (places < len(model.left_out))
    lacking = asked[(population.trained_on[asked] | (places >= 0)) & ~kept & ~np.isnan(coded[asked])].tolist()
    if lacking:
        sentence = population.sentence(lacking[0])
        raise AnnotationError(
            f"the model was trained on {len(lacking):,} of the coded sentences (first: sentence {sentence.index} of "
            f"{sentence.article_id!r}) and keeps no prediction of them by a model that was not: train it again (framing train)"
        )
    rows = asked[kept]
    if not len(rows):
        return population, 0, ()
    decisions = model.left_out[places[kept]].astype(float)
    is_coded = ~np.isnan(coded[rows])
    replaced, unlearnt = _replace_rows(population, model, rows, decisions, is_coded)
    note = f"{', '.join(unlearnt)}: a model without some of the coded articles had not learnt this; its shares are of codes alone"
    return replaced, int(is_coded.sum()), (note,) * bool(unlearnt)


def _replace_rows(
    population: Population, model: FramingModel, rows: Integers, decisions: Floats, is_coded: Bools
) -> tuple[Population, list[str]]:
    """Return the population with what ``decisions`` say of ``rows``, and the frames and targets that count as not learnt."""
    (judged, labels), outputs = model.judge(decisions), list_outputs(model.codebook)
    chances, given = population.probabilities.copy(), population.given.copy()
    unlearnt = []
    for label in dict.fromkeys(name.rpartition(":")[0] or name for name in outputs):
        columns = [place for place, name in enumerate(population.labels) if name == label or name.rpartition(":")[0] == label]
        learnt = [p for p, name in enumerate(outputs) if model.rules[p].learnt and label in (name, name.rpartition(":")[0])]
        known: Bools = np.asarray(~np.isnan(decisions[:, learnt]).any(axis=1))
        if not learnt or not columns:
            continue
        if not known[is_coded].all():
            unlearnt.append(label)
            chances[:, columns], given[:, columns] = np.nan, False
            continue
        for column in columns:
            place = outputs.index(population.labels[column])
            chances[rows[known], column], given[rows[known], column] = judged[known, place], labels[known, place]
    return replace(population, probabilities=chances, given=given), unlearnt


def mark_copies(population: Population) -> tuple[Integers, Bools]:
    """Return per row the number of its article, alike for copies of one text, and whether it is in any but the first of these.

    The first is the one of the earliest date, of those without a date the first by id.
    """
    articles = population.articles
    texts = [[sentence.text for sentence in article.sentences] for article in articles]
    number, is_copy = np.arange(len(articles)), np.zeros(len(articles), bool)
    for group in find_copies(texts, outlets=[article.outlet for article in articles]):
        ordered = sorted(group.articles, key=lambda place: (articles[place].date or "9999", place))
        number[ordered] = ordered[0]
        is_copy[ordered[1:]] = True
    return number[population.article], is_copy[population.article]


def leave_copies_out(evidence: Evidence) -> Evidence:
    """Return the evidence without the articles that print the text of an earlier one; they count among what was skipped."""
    kept = ~evidence.is_copy
    population, account = evidence.population, evidence.account
    copies = [population.articles[number] for number in np.unique(population.article[~kept])]
    skipped = [Skipped(article.source or article.id, "it prints the text of an earlier article") for article in copies]
    if account is not None:
        used = int((~np.isnan(evidence.chances[kept])).sum())
        note = f"{account.used - used:,} coded sentences stand in copies, which are left out"
        account = replace(account, used=used, notes=(*account.notes, note) if used < account.used else account.notes)
    return replace(
        evidence,
        population=replace(population.take(kept), skipped=(*population.skipped, *skipped)),
        labels=evidence.labels[kept],
        chances=evidence.chances[kept],
        cluster=evidence.cluster[kept],
        is_copy=evidence.is_copy[kept],
        account=account,
    )
