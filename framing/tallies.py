"""Tallies: articles of which only counts are known, added up by outlet and date; an archive of any size stays small so."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from framing.population import CountedArticle


def add_up(counted: Iterable[CountedArticle]) -> list[CountedArticle]:
    """Return one for all articles that share outlet, country, ownership, date and language, in the order of the first of each.

    It keeps the id of the first, and says of no source: one of several means nothing. A label that any of them did not
    learn has no count.
    """
    sums: dict[tuple[str | bool | None, ...], CountedArticle] = {}
    for one in counted:
        article = one.article
        key = (article.outlet, article.country, article.ownership, article.date, article.foreign)
        before = sums.get(key)
        sums[key] = _without_source(one) if before is None else _add(before, one)
    return list(sums.values())


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
