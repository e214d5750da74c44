"""Groups of sentences that are summarised apart: by outlet, time, country, ownership, voice, speaker or topic."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from framing.arrays import Integers
from framing.errors import UsageError, suggest
from framing.population import CountedArticle, Population, SourceArticle
from framing.speakers import unify_speakers
from framing.topics import Topic, find_topics
from framing.voice import QUOTED

UNKNOWN, UNDATED, NO_TOPIC = "(unknown)", "(undated)", "(no topic)"
"""Groups of articles that do not say what they are grouped by, or mention no topic."""

VOICE, SPEAKER, TOPIC = "voice", "speaker", "topic"


@dataclass(frozen=True, slots=True)
class Group:
    """The rows of a population that are summarised together; ``name`` has one part for each thing that groups them.

    ``counted`` are articles of the group of which only counts were saved.
    """

    name: tuple[str, ...]
    rows: Integers
    counted: tuple[CountedArticle, ...] = ()


def _week(article: SourceArticle) -> str:
    """Return the ISO week of an article with a full date."""
    if not article.date or len(article.date) < 10:
        return UNDATED
    year, week, _ = date.fromisoformat(article.date[:10]).isocalendar()
    return f"{year}-W{week:02d}"


def _month(article: SourceArticle) -> str:
    return article.date[:7] if article.date and len(article.date) >= 7 else UNDATED


_OF_ARTICLES: dict[str, Callable[[SourceArticle], str]] = {
    "outlet": lambda article: article.outlet or UNKNOWN,
    "month": _month,
    "week": _week,
    "year": lambda article: article.date[:4] if article.date else UNDATED,
    "country": lambda article: article.country or UNKNOWN,
    "ownership": lambda article: article.ownership or UNKNOWN,
}
PERIODS = ("week", "month", "year")
GROUPINGS = (*_OF_ARTICLES, VOICE, SPEAKER, TOPIC)


def parse_grouping(given: str) -> tuple[str, ...]:
    """Return the names of groupings in ``given``, parted by commas: ``outlet,month`` is each month of each outlet.

    Raises:
        UsageError: one is unknown, or named twice.
    """
    names = tuple(name.strip() for name in given.split(","))
    for name in names:
        if name not in GROUPINGS:
            raise UsageError(f"--by {name!r} is no grouping{suggest(name, GROUPINGS)}")
    if len(set(names)) < len(names):
        raise UsageError(f"--by {given!r} names a grouping twice")
    return names


def name_articles(articles: Sequence[SourceArticle], by: str) -> list[str]:
    """Return the group of each article, by something that articles have: all groupings but voice, speaker and topic."""
    return [_OF_ARTICLES[by](article) for article in articles]


def group_rows(
    population: Population, by: Sequence[str], topics: Sequence[Topic] = (), counted: Sequence[CountedArticle] = ()
) -> list[Group]:
    """Return the groups of a population's rows, and of articles ``counted``, in the order of their names (speakers alone: the most
    quoted first); none is empty.

    A row stands in several groups where its article mentions several topics, and in none, by speaker, where nobody who is
    named speaks.

    Raises:
        UsageError: the grouping is by topic and no topic is given, or the other way round; or it takes sentences, and articles
            were only counted.
    """
    apart = [grouping for grouping in by if grouping not in _OF_ARTICLES]
    if counted and apart:
        raise UsageError(
            f"the saved scores of {counted[0].article.id!r} are per article; --by {apart[0]} takes those of sentences: save them "
            "with --unit sentence"
        )
    if TOPIC in by and not topics:
        raise UsageError("--by topic needs the words that tell the topics: --topic port=harbour,port*")
    if any(topic.name == NO_TOPIC for topic in topics):
        raise UsageError(f"--topic {NO_TOPIC!r} is what articles without a topic are called; give another name")
    if topics and TOPIC not in by:
        raise UsageError("--topic names what --by topic groups by: add --by topic, or leave --topic out")
    found: dict[tuple[str, ...], Integers] = {(): np.arange(len(population))}
    for grouping in by:
        layers = _split(population, grouping, topics)
        found = {(*name, part): own for name, rows in found.items() for layer in layers for part, own in layer.divide(rows)}
    own: dict[tuple[str, ...], list[CountedArticle]] = {}
    for article in counted:
        own.setdefault(tuple(_OF_ARTICLES[grouping](article.article) for grouping in by), []).append(article)
    nothing = np.zeros(0, np.int64)
    groups = [Group(name, found.get(name, nothing), tuple(own.get(name, ()))) for name in sorted({*found, *own})]
    # Hundreds may be quoted: who says most comes first.
    return sorted(groups, key=lambda group: -len(group.rows)) if tuple(by) == (SPEAKER,) else groups


@dataclass(frozen=True)
class _Layer:
    """Names, and per row the place of its name among them, -1 for none."""

    names: Sequence[str]
    place: Integers

    def divide(self, rows: Integers) -> Iterator[tuple[str, Integers]]:
        """Yield each name that any of ``rows`` has, with those that have it."""
        own = self.place[rows]
        ends = np.cumsum(np.bincount(own + 1, minlength=len(self.names) + 1))[:-1]
        for name, part in zip(self.names, np.split(rows[np.argsort(own, kind="stable")], ends)[1:], strict=True):
            if len(part):
                yield name, part


def number_names(names: Iterable[str]) -> tuple[list[str], Integers]:
    """Return the names that differ, sorted, and the place of each given name among them.

    An array of texts would take the room of the longest one for each.
    """
    given = list(names)
    known = sorted(set(given))
    places = {name: place for place, name in enumerate(known)}
    return known, np.array([places[name] for name in given], np.int64)


def _split(population: Population, by: str, topics: Sequence[Topic]) -> list[_Layer]:
    if by == TOPIC:
        return _split_by_topic(population, topics)
    if by in _OF_ARTICLES:
        names, place = number_names(name_articles(population.articles, by))
        return [_Layer(names, place[population.article])]
    sentences = [population.sentence(row) for row in range(len(population))]
    if by == VOICE:
        spoken: list[str | None] = [sentence.voice for sentence in sentences]
    else:
        quoted = [sentence.speaker if sentence.voice == QUOTED else None for sentence in sentences]
        spoken = unify_speakers(quoted, population.article.tolist())
    names, place = number_names([name or "" for name in spoken])
    return [_Layer(names[1:], place - 1) if names[:1] == [""] else _Layer(names, place)]


def _split_by_topic(population: Population, topics: Sequence[Topic]) -> list[_Layer]:
    """Return a layer for each topic, since an article may mention several; its title counts as well."""
    texts = [[article.title or "", *(sentence.text for sentence in article.sentences)] for article in population.articles]
    # Sentence by sentence: the matcher reads no more than the beginning of a long text.
    found = iter(find_topics(topics, [text for own in texts for text in own]))
    mentioned = [frozenset[str]().union(*(next(found) for _ in own)) for own in texts]
    inside = [(topic.name, [topic.name in names for names in mentioned]) for topic in topics]
    inside.append((NO_TOPIC, [not names for names in mentioned]))
    return [_Layer([name], np.array(mentions, np.int64)[population.article] - 1) for name, mentions in inside]
