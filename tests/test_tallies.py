"""Articles that were counted, added up by outlet and date."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from framing.grouping import group_rows
from framing.population import CountedArticle, Population, SourceArticle
from framing.tallies import Tallies

NOBODY = Population((), np.zeros(0, np.int64), np.zeros(0, np.int64))


def add_up(articles: Iterable[CountedArticle]) -> tuple[CountedArticle, ...]:
    tallies = Tallies()
    tallies.add(articles)
    return tallies.list()


def count(outlet: str | None = "Daily", date: str | None = "2024-11", storm: int | None = 1, number: int = 0) -> CountedArticle:
    article = SourceArticle(f"a{number}", outlet, date, "Hail", f"a.jsonl:{number}", ())
    return CountedArticle(article, 4, {"storm": storm, "mayor:against": 2}, 1, headlines=1)


def test_articles_of_one_outlet_and_date_become_one() -> None:
    first, second = add_up([count(), count("Weekly"), count(storm=3, number=1)])
    assert (first.articles, first.sentences, first.headlines, first.trained_on) == (2, 8, 2, 2)
    assert first.counts == {"storm": 4, "mayor:against": 4}
    assert (first.article.id, first.article.source, first.article.title) == ("a0", "", None)
    assert (second.article.outlet, second.articles) == ("Weekly", 1)


APART = [{"country": "PE"}, {"ownership": "state"}, {"foreign": True}, {"date": None}, {"outlet": None}]


@pytest.mark.parametrize("changes", APART)
def test_articles_that_a_summary_may_tell_apart_stay_apart(changes: dict[str, object]) -> None:
    other = count(number=1)
    assert len(add_up([count(), replace(other, article=replace(other.article, **changes))])) == 2  # type: ignore[arg-type]


def test_a_label_that_was_not_learnt_has_no_count() -> None:
    assert add_up([count(storm=None), count(storm=None)])[0].counts["storm"] is None


OUTLETS, DATES = st.sampled_from(["Daily", "Weekly", None]), st.sampled_from(["2024-11-03", "2024", None])
MANY = st.lists(st.builds(count, OUTLETS, DATES, st.integers(0, 4)))


@given(MANY, st.integers(0, 20))
def test_parts_add_up_to_what_the_whole_adds_up_to(articles: list[CountedArticle], cut: int) -> None:
    assert add_up([*add_up(articles[:cut]), *add_up(articles[cut:])]) == add_up(articles)


@given(MANY)
def test_groups_count_the_same_added_up_or_not(articles: list[CountedArticle]) -> None:
    for by in (["outlet"], ["month"], ["week"], ["outlet", "year"]):
        whole, summed = (
            {
                group.name: (sum(one.articles for one in group.counted), sum(one.counts["storm"] or 0 for one in group.counted))
                for group in group_rows(NOBODY, by, counted=given)
            }
            for given in (articles, add_up(articles))
        )
        assert whole == summed
