"""Populations of made-up articles whose truth is known, and the codes of samples of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from framing.annotations import Annotation, hash_sentence
from framing.cleaning import BODY
from framing.codebook import Codebook
from framing.labelling import SIDES, list_outputs
from framing.population import Population, ScoredArticle, SourceArticle, arrange_scored, name_sentence
from framing.sentences import Sentence


def make_article(name: str, outlet: str | None = "Daily", sentences: int = 10, **facts: Any) -> SourceArticle:
    """Return an article whose sentences say nothing twice, nor what another article says."""
    texts = [" ".join(f"{name}w{number}x{word}" for word in range(8)) for number in range(sentences)]
    return make_article_of(name, texts, outlet, **facts)


def make_article_of(name: str, texts: Sequence[str], outlet: str | None = "Daily", **facts: Any) -> SourceArticle:
    """Return an article of these sentences, all in its own voice."""
    rows = tuple(Sentence(name, number, None, None, text, BODY, "outlet", None, None) for number, text in enumerate(texts))
    return SourceArticle(name, outlet, facts.pop("date", "2024-11-02"), None, f"{name}.txt", rows, **facts)


def make_outlets(sizes: dict[str, int], sentences: int = 10, **facts: Any) -> list[SourceArticle]:
    """Return so many articles of each outlet."""
    return [make_article(f"{outlet}-{n:03}", outlet, sentences, **facts) for outlet, count in sizes.items() for n in range(count)]


def score(
    articles: Iterable[SourceArticle], codebook: Codebook, seed: int = 1, *, unlearnt: Iterable[str] = ("ghost",)
) -> Population:
    """Return the population of ``articles`` with probabilities drawn at random; what is likelier than not is given."""
    draw = np.random.default_rng(seed)
    labels = list_outputs(codebook)
    scored = []
    for article in sorted(articles, key=lambda article: article.id):
        body = sum(sentence.kind == BODY for sentence in article.sentences)
        chances = draw.random((body, len(labels))) ** 2
        sides = [place for place, label in enumerate(labels) if label.rpartition(":")[2] in SIDES]
        chances[:, sides] /= 2.5
        lost = [place for place, label in enumerate(labels) if label in unlearnt]
        chances[:, lost] = np.nan
        given = chances > np.where(np.isin(np.arange(len(labels)), sides), 0.25, 0.5)
        for first, second in zip(sides[::2], sides[1::2], strict=True):
            given[:, second] &= ~given[:, first]
        scored.append(ScoredArticle(article, chances, given, np.zeros(body, bool)))
    return arrange_scored(scored, labels)


def draw_truth(population: Population, seed: int = 2) -> np.ndarray:
    """Return true labels, rows × labels, as likely as the probabilities say; of labels not learnt one row in ten."""
    draw = np.random.default_rng(seed)
    chances = np.where(np.isnan(population.probabilities), 0.1, population.probabilities)
    truth = draw.random(chances.shape) < chances
    sides = [place for place, label in enumerate(population.labels) if label.rpartition(":")[2] in SIDES]
    for first, second in zip(sides[::2], sides[1::2], strict=True):
        truth[:, second] &= ~truth[:, first]
    return truth


def code_rows(
    population: Population, rows: Iterable[int], truth: np.ndarray, chance: float | Sequence[float], **changes: Any
) -> list[Annotation]:
    """Return the codings of ``rows`` by one coder who is always right; ``chance`` is the inclusion probability, or one a row."""
    rows = [int(row) for row in rows]
    chances = [chance] * len(rows) if isinstance(chance, int | float) else list(chance)
    return [
        replace(_code(population, row, truth[row]), **{"inclusion_probability": probability, "sampling": "random"} | changes)
        for row, probability in zip(rows, chances, strict=True)
    ]


def _code(population: Population, row: int, codes: np.ndarray) -> Annotation:
    sentence = population.sentence(row)
    held = {label for label, has in zip(population.labels, codes, strict=True) if has}
    targets = dict.fromkeys(label.rpartition(":")[0] for label in population.labels if label.rpartition(":")[2] in SIDES)
    stance = tuple((t, next((side for side in SIDES if f"{t}:{side}" in held), "none")) for t in targets)
    return Annotation(
        id=name_sentence(sentence),
        article=sentence.article_id,
        text=sentence.text,
        frames=frozenset(label for label in held if ":" not in label),
        stance=stance,
        outlet=population.outlets[row],
        index=sentence.index,
        coder="ana",
        phase="blind",
        hash=hash_sentence(sentence.text),
        place=f"coded.jsonl:{row + 1}",
    )


def draw_rows(population: Population, per_outlet: int, seed: int = 3) -> tuple[list[int], list[float]]:
    """Return rows drawn at random, as many of each outlet, and the inclusion probability of each."""
    draw = np.random.default_rng(seed)
    outlets = np.array(population.outlets)
    rows: list[int] = []
    chances: list[float] = []
    for outlet in sorted(set(population.outlets)):
        own = np.flatnonzero(outlets == outlet)
        taken = sorted(draw.choice(own, min(per_outlet, len(own)), replace=False).tolist())
        rows += taken
        chances += [len(taken) / len(own)] * len(taken)
    return rows, chances


def code_sample(population: Population, per_outlet: int, truth: np.ndarray, seed: int = 3, **changes: Any) -> list[Annotation]:
    """Return the codings of a stratified sample of as many sentences of each outlet."""
    rows, chances = draw_rows(population, per_outlet, seed)
    coded = code_rows(population, rows, truth, chances, **{"sampling": "stratified"} | changes)
    return [replace(a, extra={"stratum": a.outlet}) for a in coded]
