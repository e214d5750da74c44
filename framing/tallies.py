"""Tallies: articles of which only counts are known, added up by outlet and date; an archive of any size stays small so."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from framing.population import CountedArticle


class Tallies:
    """One sum for all articles that share outlet, country, ownership, date and language.

    A sum keeps the id of its first article, and says of no source: one of several means nothing. A label that any of them
    did not learn has no count.
    """

    def __init__(self) -> None:
        """Begin with nothing."""
        self._sums: dict[tuple[str | bool | None, ...], CountedArticle] = {}

    def add(self, counted: Iterable[CountedArticle]) -> None:
        """Add articles, or sums of them."""
        for one in counted:
            article = one.article
            key = (article.outlet, article.country, article.ownership, article.date, article.foreign)
            before = self._sums.get(key)
            self._sums[key] = _without_source(one) if before is None else _add(before, one)

    def list(self) -> tuple[CountedArticle, ...]:
        """Return the sums, in the order of the first article of each."""
        return tuple(self._sums.values())


def _without_source(one: CountedArticle) -> CountedArticle:
    return replace(one, article=replace(one.article, title=None, source="", url=None))


def _add(one: CountedArticle, other: CountedArticle) -> CountedArticle:
    counts = {label: _sum(count, other.counts[label]) for label, count in one.counts.items()}
    return CountedArticle(
        one.article,
        one.sentences + other.sentences,
        counts,
        one.trained_on + other.trained_on,
        one.articles + other.articles,
        one.headlines + other.headlines,
    )


def _sum(one: int | None, other: int | None) -> int | None:
    return None if one is None or other is None else one + other
