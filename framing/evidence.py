"""What a summary rests on: scored articles, the codes of their sample, and which of them print one text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from framing.annotations import Annotation
from framing.coded import Bools, Integers
from framing.copies import find_copies
from framing.linking import link_codes, replace_seen
from framing.model import FramingModel
from framing.population import CountedArticle, Population
from framing.summary import Evidence


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
        population, left_out = replace_seen(population, model, chances)
        account = replace(linked.account, left_out_predictions=left_out)
    return Evidence(population, labels, chances, cluster, is_copy, account, tuple(counted))


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
    """Return the evidence without the articles that print the text of an earlier one."""
    kept = ~evidence.is_copy
    return replace(
        evidence,
        population=evidence.population.take(kept),
        labels=evidence.labels[kept],
        chances=evidence.chances[kept],
        cluster=evidence.cluster[kept],
        is_copy=evidence.is_copy[kept],
    )
