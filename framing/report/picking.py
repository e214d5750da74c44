"""The sentences and articles that a report shows, picked from a scored population; few of its sentences are explained."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise

import numpy as np

from framing.arrays import Integers
from framing.codebook import Codebook
from framing.grouping import UNKNOWN
from framing.model import FramingModel
from framing.normalizing import normalize
from framing.output import plain
from framing.population import Population, SourceArticle
from framing.report.content import ArticleEntry, LabelledSentence, Piece, SentenceExample
from framing.tables.explanations import highlight

MOST_ARTICLES = 400
"""Articles that the browser of a page holds, so that the page stays small; of more, each outlet gives its part."""

LONGEST = 400
"""Characters of a sentence that are shown."""


def find_period(population: Population) -> tuple[str, str] | None:
    """Return the first and the last date of the articles, None where none has one."""
    dates = sorted(article.date for article in population.articles if article.date)
    return (dates[0][:10], dates[-1][:10]) if dates else None


def pick_examples(population: Population, model: FramingModel, *, outlets: int = 5) -> tuple[SentenceExample, ...]:
    """Return the surest sentences of each frame, in the codebook's order: one of each outlet, the surest first.

    Of more than ``outlets`` outlets those with the surest sentences are taken. No sentence is shown twice.
    """
    shown: set[str] = set()
    found = []
    for frame in model.codebook.frame_ids:
        if frame in population.labels:
            for row in _pick_rows(population, population.labels.index(frame), outlets, shown):
                found.append(_explain(population, model, frame, row))
    return tuple(found)


def _pick_rows(population: Population, column: int, most: int, shown: set[str]) -> Iterator[int]:
    given = np.flatnonzero(population.given[:, column])
    order = given[np.argsort(-population.probabilities[given, column], kind="stable")]
    outlets: set[str | None] = set()
    for row in map(int, order):
        text, outlet = population.sentence(row).text, population.articles[population.article[row]].outlet
        letters = "".join(filter(str.isalnum, normalize(text)))
        if outlet not in outlets and letters not in shown and len(text) <= LONGEST:
            outlets.add(outlet)
            shown.add(letters)
            yield row
        if len(outlets) == most:
            return


def _explain(population: Population, model: FramingModel, frame: str, row: int) -> SentenceExample:
    article, sentence = population.articles[population.article[row]], population.sentence(row)
    return SentenceExample(
        article.outlet or UNKNOWN,
        frame,
        cut_pieces(model, frame, sentence.text),
        article.id,
        article.title,
        article.date,
        sentence.voice,
        sentence.speaker,
        float(population.probabilities[row, population.labels.index(frame)]),
    )


def cut_pieces(model: FramingModel, frame: str, text: str) -> tuple[Piece, ...]:
    """Return ``text`` in pieces, those apart that decided that it has ``frame``."""
    shown = highlight(model.explain(text), frame)
    return _split(shown.plain, [(span.start, span.end) for span in shown.spans])


def mark_term(text: str, term: str) -> tuple[Piece, ...]:
    """Return ``text`` in pieces, those apart that are ``term``, in any case and whatever stands between its words."""
    shown = plain(text)
    pattern = r"(?<!\w)" + r"\W+".join(map(re.escape, term.split())) + r"(?!\w)"
    return _split(shown, [found.span() for found in re.finditer(pattern, shown, re.IGNORECASE)])


def _split(text: str, spans: Iterable[tuple[int, int]]) -> tuple[Piece, ...]:
    """Return ``text`` in pieces, those apart that ``spans`` cover."""
    inside = np.zeros(len(text), bool)
    for start, end in spans:
        inside[start:end] = True
    bounds = [0, *(np.flatnonzero(inside[1:] != inside[:-1]) + 1).tolist(), len(text)]
    return tuple(Piece(text[start:end], bool(inside[start])) for start, end in pairwise(bounds) if end > start)


def list_articles(
    population: Population, codebook: Codebook, *, urls: Mapping[str, str] | None = None, most: int = MOST_ARTICLES
) -> tuple[ArticleEntry, ...]:
    """Return the articles for the browser, by outlet and date, with up to three of their surest sentences.

    Of more than ``most`` articles each outlet gives an equal part where it has as many, those with the most labelled
    sentences. ``urls`` are by the id of the article.
    """
    frames = [frame for frame in codebook.frame_ids if frame in population.labels]
    given = population.given[:, [population.labels.index(frame) for frame in frames]].reshape(len(population), len(frames))
    rows = _split_rows(population)
    labelled = np.bincount(population.article[given.any(axis=1)], minlength=len(population.articles))
    kept = _choose_articles(population.articles, labelled, most)
    entries = [_describe_article(population, number, rows[number], frames, (urls or {})) for number in kept]
    return tuple(sorted(entries, key=lambda entry: (entry.outlet, entry.date or "~", entry.id)))


def _split_rows(population: Population) -> list[Integers]:
    starts = np.searchsorted(population.article, np.arange(len(population.articles) + 1))
    return [np.arange(start, end) for start, end in pairwise(starts)]


def _choose_articles(articles: Sequence[SourceArticle], labelled: Integers, most: int) -> list[int]:
    """Return which articles to keep: in turn the richest of each outlet that is left."""
    by_outlet: dict[str | None, list[int]] = {}
    for number in np.argsort(-labelled, kind="stable").tolist():
        by_outlet.setdefault(articles[number].outlet, []).append(number)
    places = [(place, outlet or "", number) for outlet, own in by_outlet.items() for place, number in enumerate(own)]
    return [number for _, _, number in sorted(places)[:most]]


def _describe_article(
    population: Population, number: int, rows: Integers, frames: Sequence[str], urls: Mapping[str, str]
) -> ArticleEntry:
    article = population.articles[number]
    columns = [population.labels.index(frame) for frame in frames]
    given = population.given[rows][:, columns]
    chances = np.where(given, population.probabilities[rows][:, columns], 0.0).max(axis=1, initial=0.0)
    best = [place for place in np.argsort(-chances, kind="stable")[:3].tolist() if given[place].any()]
    top = [
        LabelledSentence(_shorten(population.sentence(int(rows[place])).text), tuple(_take(frames, given[place].tolist())))
        for place in sorted(best)
    ]
    counts = {frame: int(n) for frame, n in zip(frames, given.sum(axis=0), strict=True) if n}
    named = (article.id, article.outlet or UNKNOWN, article.date, article.title, urls.get(article.id))
    return ArticleEntry(*named, len(rows), counts, tuple(top))


def _take(names: Iterable[str], given: Iterable[bool]) -> list[str]:
    return [name for name, is_given in zip(names, given, strict=True) if is_given]


def _shorten(text: str) -> str:
    shown = plain(text)
    return shown if len(shown) <= LONGEST else shown[: LONGEST - 1].rstrip() + "…"
