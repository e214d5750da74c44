"""The population: the sentences of the bodies of articles, that samples are drawn from and shares are counted over.

Headlines are left out. Sentences with hardly a word stay in: they are part of what shares are counted over.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import pairwise

import numpy as np

from framing.annotations import Annotation, hash_sentence
from framing.arrays import Bools, Floats, Integers
from framing.articles import Article, Skipped
from framing.cleaning import BODY
from framing.errors import UsageError, suggest
from framing.labelling import SIDES
from framing.samples import DrawnSentence
from framing.scoring import ArticleScore
from framing.sentences import Sentence, split_article

CONTEXT = 3
"""Sentences that a coder sees on each side, at most."""

PERIODS = {"none": 0, "year": 4, "month": 7}
"""How many characters of an ISO date tell the period."""

NO_OUTLET, UNDATED = "unknown", "undated"


@dataclass(frozen=True, slots=True)
class SourceArticle:
    """An article of the population: its sentences in reading order, the headline first, and not its text."""

    id: str
    outlet: str | None
    date: str | None
    title: str | None
    source: str
    sentences: tuple[Sentence, ...]
    country: str | None = None
    ownership: str | None = None
    url: str | None = None
    foreign: bool = False


@dataclass(frozen=True, slots=True)
class ScoredArticle:
    """An article of the population with what a model says of the sentences of its body.

    ``probabilities`` (NaN where a label was not learnt) and ``given`` are sentences × labels in the order of
    ``coded.list_outputs``; ``trained_on`` is by sentence.
    """

    article: SourceArticle
    probabilities: Floats
    given: Bools
    trained_on: Bools


@dataclass(frozen=True, slots=True)
class CountedArticle:
    """An article of which only counts were saved: how many of its ``sentences`` have each label, None if it was not learnt.

    It may stand for several ``articles`` of its outlet and date that were counted together; ``trained_on`` is how many of
    these hold a sentence that the model was trained on.
    """

    article: SourceArticle
    sentences: int
    counts: dict[str, int | None]
    trained_on: int
    articles: int = 1
    headlines: int = 0


@dataclass(frozen=True)
class Population:
    """The sentences that may be drawn, one row each: by the id of their article, then in reading order.

    ``article`` and ``position`` are, per row, the number of the article and of the sentence in it. ``probabilities``
    (rows × ``labels``, NaN where a label was not learnt), ``given`` (rows × ``labels``) and ``trained_on`` (rows) come from
    a model and are empty without one. ``skipped`` are the inputs without a sentence.
    """

    articles: tuple[SourceArticle, ...]
    article: Integers
    position: Integers
    skipped: tuple[Skipped, ...] = ()
    labels: tuple[str, ...] = ()
    probabilities: Floats = field(default_factory=lambda: np.zeros((0, 0)))
    given: Bools = field(default_factory=lambda: np.zeros((0, 0), bool))
    trained_on: Bools = field(default_factory=lambda: np.zeros(0, bool))

    def __len__(self) -> int:
        """Return the number of sentences."""
        return len(self.article)

    @cached_property
    def outlets(self) -> tuple[str, ...]:
        """The outlet of each row."""
        return self.list_strata("none")

    def list_strata(self, period: str) -> tuple[str, ...]:
        """Return the stratum of each row: its outlet, with ``year`` or ``month`` also that part of the article's date.

        Raises:
            UsageError: ``period`` is unknown, or no article has a date.
        """
        if period not in PERIODS:
            raise UsageError(f"--period {period!r} is no period{suggest(period, PERIODS)}")
        if PERIODS[period] and self.articles and not any(article.date for article in self.articles):
            raise UsageError(f"no article has a date, which --period {period} needs; leave --period out")
        names = [article.outlet or NO_OUTLET for article in self.articles]
        if PERIODS[period]:
            dates = [(article.date or UNDATED)[: PERIODS[period] if article.date else None] for article in self.articles]
            names = [f"{name} | {date}" for name, date in zip(names, dates, strict=True)]
        return tuple(names[number] for number in self.article)

    def take(self, kept: Bools) -> Population:
        """Return the population of the rows that are ``kept``, and of their articles alone."""
        numbers, article = np.unique(self.article[kept], return_inverse=True)
        articles = tuple(self.articles[number] for number in numbers)
        taken = replace(self, articles=articles, article=article, position=self.position[kept])
        if not len(self.trained_on):
            return taken
        scores = (self.probabilities[kept], self.given[kept], self.trained_on[kept])
        return replace(taken, probabilities=scores[0], given=scores[1], trained_on=scores[2])

    def sentence(self, row: int) -> Sentence:
        """Return the sentence of a row."""
        return self.articles[int(self.article[row])].sentences[int(self.position[row])]

    def draw(self, row: int, sampling: str, probability: float | None = None, stratum: str | None = None) -> DrawnSentence:
        """Return the sentence of a row as it goes to the coders, with its context."""
        return draw_sentence(self.articles[self.article[row]], int(self.position[row]), sampling, probability, stratum)

    def find_rows(self, annotations: Iterable[Annotation]) -> Iterator[tuple[Annotation, int | None]]:
        """Yield each annotation of an article of the population with its row, None where the article holds no such sentence.

        A sentence is found by its text (or hash); where an article holds the text more than once, by its id or index.
        """
        for annotation in annotations:
            if annotation.article in self._known:
                rows = self._known[annotation.article].get(annotation.hash or hash_sentence(annotation.text), [])
                named = [row for row in rows if self._is_named(annotation, row)]
                yield annotation, next(iter(named or rows), None)

    @cached_property
    def _known(self) -> dict[str, dict[str, list[int]]]:
        """The rows of each article by the hash of their text."""
        found: dict[str, dict[str, list[int]]] = {}
        for row, number in enumerate(self.article):
            rows = found.setdefault(self.articles[number].id, {})
            rows.setdefault(hash_sentence(self.sentence(row).text), []).append(row)
        return found

    def _is_named(self, annotation: Annotation, row: int) -> bool:
        sentence = self.sentence(row)
        return annotation.id == name_sentence(sentence) or annotation.index == sentence.index


def name_sentence(sentence: Sentence) -> str:
    """Return the id of a sentence: its article's, and its number there."""
    return f"{sentence.article_id}:{sentence.index}"


def draw_sentence(
    article: SourceArticle, position: int, sampling: str | None, probability: float | None, stratum: str | None
) -> DrawnSentence:
    """Return the sentence at ``position`` of ``article`` with up to ``CONTEXT`` sentences on each side."""
    texts = [sentence.text for sentence in article.sentences]
    sentence = article.sentences[position]
    headline = next((other.text for other in article.sentences if other.kind != BODY), None)
    return DrawnSentence(
        id=name_sentence(sentence),
        article=article.id,
        outlet=article.outlet,
        date=article.date,
        title=article.title or headline,
        index=sentence.index,
        start=sentence.start,
        end=sentence.end,
        text=sentence.text,
        before=tuple(texts[max(0, position - CONTEXT) : position]),
        after=tuple(texts[position + 1 : position + 1 + CONTEXT]),
        sampling=sampling,
        inclusion_probability=probability,
        stratum=stratum,
    )


def gather_population(items: Iterable[Article | Skipped]) -> Population:
    """Return the sentences of ``items``, which may come in any order.

    Raises:
        UsageError: there is no sentence, or two articles have one id.
    """
    articles, skipped = [], []
    for item in items:
        if isinstance(item, Skipped):
            skipped.append(item)
            continue
        found = source_article(item, split_article(item))
        if any(sentence.kind == BODY for sentence in found.sentences):
            articles.append(found)
        else:
            skipped.append(Skipped(item.source, "no sentences are left after cleaning (framing check --show-dropped tells why)"))
    _check_any(articles, skipped)
    check_ids(articles)
    return _arrange(sorted(articles, key=lambda article: article.id), skipped)


def gather_scored(scores: Iterable[ArticleScore | Skipped], known: Sequence[str], labels: Sequence[str] = ()) -> Population:
    """Return the sentences of ``scores`` with what the model says of ``labels``: frames, targets or ``target:side``.

    ``known`` are the labels of the model (``labelling.list_outputs``); without ``labels`` all of them are kept.

    Raises:
        UsageError: there is no sentence, two articles have one id, or the model knows no such label.
    """
    articles, skipped = [], []
    for item in scores:
        if isinstance(item, Skipped):
            skipped.append(item)
        else:
            articles.append(take_scored(item))
    _check_any(articles, skipped)
    check_ids([scored.article for scored in articles])
    return arrange_scored(articles, known, labels=labels, skipped=skipped)


def take_scored(score: ArticleScore) -> ScoredArticle:
    """Return what the population keeps of a scored article: its sentences and numbers, and not its text."""
    body = np.array(score.in_body)
    source = source_article(score.article, score.sentences, foreign=score.foreign)
    return ScoredArticle(source, score.probabilities[body], score.given[body], score.trained[body])


def arrange_scored(
    articles: Iterable[ScoredArticle], known: Sequence[str], *, labels: Sequence[str] = (), skipped: Sequence[Skipped] = ()
) -> Population:
    """Return the population of scored articles, by their ids; ``known`` names the labels they have, ``labels`` those to keep.

    Raises:
        UsageError: ``labels`` names one that is not known.
    """
    ordered = sorted(articles, key=lambda scored: scored.article.id)
    kept = choose_labels(known, labels, "the model knows")
    columns = [list(known).index(label) for label in kept]
    population = _arrange([scored.article for scored in ordered], skipped)
    nothing = np.zeros((0, len(known)))
    chances = np.concatenate([nothing, *(scored.probabilities for scored in ordered)])[:, columns]
    given = np.concatenate([nothing.astype(bool), *(scored.given for scored in ordered)])[:, columns]
    seen = np.concatenate([np.zeros(0, bool), *(scored.trained_on for scored in ordered)])
    return replace(population, labels=kept, probabilities=chances, given=given, trained_on=seen)


def source_article(article: Article, sentences: tuple[Sentence, ...], *, foreign: bool = False) -> SourceArticle:
    """Return what the population keeps of ``article``."""
    named = (article.id, article.outlet, article.date, article.title, article.source)
    return SourceArticle(*named, sentences, article.country, article.ownership, article.url, foreign)


def choose_labels(known: Sequence[str], wanted: Sequence[str], source: str) -> tuple[str, ...]:
    """Return the labels among ``known`` that ``wanted`` names, a target for both of its sides; all where it names none.

    Raises:
        UsageError: one is unknown; ``source`` begins the message: "the model knows".
    """
    for label in wanted:
        if not _named(known, label):
            targets = {target for target, _, side in (name.rpartition(":") for name in known) if target and side in SIDES}
            raise UsageError(f"{source} no label {label!r}{suggest(label, {*known, *targets})}")
    return tuple(dict.fromkeys(name for label in wanted for name in _named(known, label))) or tuple(known)


def _named(known: Sequence[str], label: str) -> list[str]:
    return [name for name in known if name == label or name in {f"{label}:{side}" for side in SIDES}]


def _check_any(articles: Sequence[object], skipped: Sequence[Skipped]) -> None:
    if not articles:
        reason = f"; the first input left out is {skipped[0].source}: {skipped[0].reason}" if skipped else ""
        raise UsageError(f"there is no article to draw sentences from{reason}")


def check_ids(articles: Iterable[SourceArticle]) -> None:
    """Check that each article has an id of its own, by which its coded sentences are found.

    Raises:
        UsageError: two have the same.
    """
    for one, other in pairwise(sorted(articles, key=lambda article: article.id)):
        if one.id == other.id:
            places = " and ".join(sorted((one.source, other.source)))
            raise UsageError(f"two articles have the id {one.id!r} ({places}); give each an id of its own, or leave one out")


def _arrange(ordered: Sequence[SourceArticle], skipped: Sequence[Skipped]) -> Population:
    """Return the population of articles that are ordered by id, so that the order of the inputs changes no draw."""
    rows = [(a, p) for a, article in enumerate(ordered) for p, s in enumerate(article.sentences) if s.kind == BODY]
    table = np.array(rows, np.int64).reshape(-1, 2)
    return Population(tuple(ordered), table[:, 0], table[:, 1], tuple(skipped))
