"""Groups of sentences that are summarised apart: by outlet, time, country, ownership, voice, speaker or topic."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from framing.coded import Integers
from framing.errors import UsageError, suggest
from framing.population import CountedArticle, Population, SourceArticle
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
    """Return the groups of a population's rows, and of articles ``counted``, in the order of their names; none is empty.

    A row stands in several groups where its article mentions several topics, and in none, by speaker, where nobody who is
    named speaks.

    Raises:
        UsageError: the grouping is by topic, and no topic is given; or it takes sentences, and articles were only counted.
    """
    apart = [grouping for grouping in by if grouping not in _OF_ARTICLES]
    if counted and apart:
        raise UsageError(
            f"the saved scores of {counted[0].article.id!r} are per article; --by {apart[0]} takes those of sentences: save them "
            "with --unit sentence"
        )
    if TOPIC in by and not topics:
        raise UsageError("--by topic needs the words that tell the topics: --topic port=harbour,port*")
    parts = [[((name,), rows) for name, rows in _split(population, grouping, topics).items()] for grouping in by]
    groups: list[tuple[tuple[str, ...], Integers]] = [((), np.arange(len(population)))]
    for part in parts:
        crossed = [((*name, *further), np.intersect1d(rows, own, True)) for name, rows in groups for further, own in part]
        groups = [(name, rows) for name, rows in crossed if len(rows)]
    found = {name: rows for name, rows in groups if len(rows)}
    own: dict[tuple[str, ...], list[CountedArticle]] = {}
    for article in counted:
        own.setdefault(tuple(_OF_ARTICLES[grouping](article.article) for grouping in by), []).append(article)
    nothing = np.zeros(0, np.int64)
    return [Group(name, found.get(name, nothing), tuple(own.get(name, ()))) for name in sorted({*found, *own})]


def _split(population: Population, by: str, topics: Sequence[Topic]) -> dict[str, Integers]:
    if by == TOPIC:
        return _split_by_topic(population, topics)
    if by in _OF_ARTICLES:
        names = np.array(name_articles(population.articles, by))[population.article]
    else:
        sentences = (population.sentence(row) for row in range(len(population)))
        names = np.array([s.voice if by == VOICE else (s.speaker or "") if s.voice == QUOTED else "" for s in sentences])
    found, number = np.unique(names, return_inverse=True)
    return {str(name): np.flatnonzero(number == place) for place, name in enumerate(found) if name}


def _split_by_topic(population: Population, topics: Sequence[Topic]) -> dict[str, Integers]:
    """Return the rows of the articles that mention each topic, title included."""
    texts = [" \n".join([article.title or "", *(s.text for s in article.sentences)]) for article in population.articles]
    mentioned = find_topics(topics, texts)
    found = {topic.name: np.array([topic.name in names for names in mentioned], bool) for topic in topics}
    found[NO_TOPIC] = np.array([not names for names in mentioned], bool)
    rows = {name: np.flatnonzero(inside[population.article]) for name, inside in found.items()}
    return {name: inside for name, inside in rows.items() if len(inside)}
