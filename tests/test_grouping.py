"""What stands in which group."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from populating import make_article, make_article_of, score

from framing.codebook import Codebook
from framing.errors import UsageError
from framing.grouping import GROUPINGS, NO_TOPIC, UNDATED, UNKNOWN, Group, group_rows, number_names, parse_grouping
from framing.population import CountedArticle, Population, SourceArticle
from framing.topics import parse_topic

PARTITIONS = [name for name in GROUPINGS if name not in ("speaker", "topic")]


def sizes(groups: list[Group]) -> dict[tuple[str, ...], int]:
    return {group.name: len(group.rows) for group in groups}


@pytest.fixture(scope="module")
def population(codebook: Codebook) -> Population:
    articles = [
        make_article("a", "Daily", 4, date="2024-12-30", country="PE", ownership="state"),
        make_article("b", "Daily", 3, date="2024-12", country="PE"),
        make_article("c", "Weekly", 2, date="2025", ownership="private"),
        make_article("d", None, 1, date=None),
        make_article("e", "Weekly", 5, date="2025-01-01T10:00:00"),
    ]
    return score(articles, codebook)


@pytest.mark.parametrize(
    ("by", "expected"),
    [
        ("outlet", {(UNKNOWN,): 1, ("Daily",): 7, ("Weekly",): 7}),
        ("month", {(UNDATED,): 3, ("2024-12",): 7, ("2025-01",): 5}),
        ("week", {(UNDATED,): 6, ("2025-W01",): 9}),
        ("year", {(UNDATED,): 1, ("2024",): 7, ("2025",): 7}),
        ("country", {(UNKNOWN,): 8, ("PE",): 7}),
        ("ownership", {(UNKNOWN,): 9, ("private",): 2, ("state",): 4}),
        ("voice", {("outlet",): 15}),
        (
            "outlet,year",
            {(UNKNOWN, UNDATED): 1, ("Daily", "2024"): 7, ("Weekly", "2025"): 7},
        ),
        (
            "month,outlet",
            {
                (UNDATED, UNKNOWN): 1, (UNDATED, "Weekly"): 2, ("2024-12", "Daily"): 7, ("2025-01", "Weekly"): 5,
            },
        ),
    ],
)  # fmt: skip
def test_sentences_are_grouped_by_what_their_articles_say(population: Population, by: str, expected: dict) -> None:
    """The last days of 2024 and the first of 2025 are of one ISO week; a date too partial for a period is no date of it."""
    assert sizes(group_rows(population, parse_grouping(by))) == expected


@given(st.lists(st.sampled_from(PARTITIONS), min_size=1, max_size=4, unique=True))
def test_a_partition_holds_every_sentence_once(population: Population, by: list[str]) -> None:
    groups = group_rows(population, by)
    assert sorted(np.concatenate([group.rows for group in groups]).tolist()) == list(range(len(population)))
    assert [group.name for group in groups] == sorted({group.name for group in groups})
    assert all(len(group.rows) and (np.diff(group.rows) > 0).all() for group in groups)


@given(st.permutations(["outlet", "month", "ownership"]))
def test_crossed_groupings_make_the_same_groups_in_any_order(population: Population, by: list[str]) -> None:
    names = ["outlet", "month", "ownership"]
    plain = {group.name: group.rows.tolist() for group in group_rows(population, names)}
    turned = {group.name: group.rows.tolist() for group in group_rows(population, by)}
    assert {tuple(name[by.index(part)] for part in names): rows for name, rows in turned.items()} == plain


@pytest.mark.parametrize(
    ("given_", "said"),
    [
        ("outlets", "did you mean 'outlet'"),
        ("outlet,mont", "did you mean 'month'"),
        ("", "'' is no grouping"),
        ("outlet,", "'' is no grouping"),
        ("outlet, outlet", "names a grouping twice"),
        ("Outlet", "did you mean 'outlet'"),
    ],
)
def test_an_unknown_grouping_suggests_the_near_one(given_: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        parse_grouping(given_)


def test_blanks_between_groupings_do_not_matter() -> None:
    assert parse_grouping(" outlet , month ") == ("outlet", "month")


@pytest.fixture(scope="module")
def talking(codebook: Codebook) -> Population:
    """Five sentences: two of the outlet, one of Rojas and one of Vega, one quoted from nobody who is named."""
    article = make_article("a", "Daily", 5)
    voices = [("outlet", None), ("quoted", "Rojas"), ("quoted", None), ("quoted", "Vega"), ("outlet", "Rojas")]
    told = tuple(replace(s, voice=v, speaker=who) for s, (v, who) in zip(article.sentences, voices, strict=True))
    return score([replace(article, sentences=told), make_article("b", "Weekly", 2)], codebook)


def test_voices_and_speakers_are_those_of_sentences(talking: Population) -> None:
    """Who is named and does not speak is no speaker."""
    assert sizes(group_rows(talking, ("voice",))) == {("outlet",): 4, ("quoted",): 3}
    assert sizes(group_rows(talking, ("speaker",))) == {("Rojas",): 1, ("Vega",): 1}
    assert sizes(group_rows(talking, ("outlet", "speaker"))) == {("Daily", "Rojas"): 1, ("Daily", "Vega"): 1}
    assert sizes(group_rows(talking, ("voice", "outlet"))) == {
        ("outlet", "Daily"): 2, ("outlet", "Weekly"): 2, ("quoted", "Daily"): 3,
    }  # fmt: skip


def test_there_is_no_group_where_nobody_who_is_named_speaks(population: Population) -> None:
    assert group_rows(population, ("speaker",)) == []
    assert group_rows(population, ("outlet", "speaker")) == []


def test_an_article_stands_in_every_topic_that_it_mentions(codebook: Codebook) -> None:
    articles = [
        make_article_of("a", ["Ships left the harbour.", "Wheat was reaped."]),
        make_article_of("b", ["Wheat was reaped.", "It rained.", "It was dry."]),
        make_article_of("c", ["Nothing happened."]),
        replace(make_article_of("d", ["It rained."]), title="The port is open"),
    ]
    population = score(articles, codebook)
    topics = [parse_topic("sea=harbour,port*"), parse_topic("crops=wheat")]
    assert sizes(group_rows(population, ("topic",), topics)) == {(NO_TOPIC,): 1, ("crops",): 5, ("sea",): 3}
    crossed = sizes(group_rows(population, ("topic", "outlet"), topics))
    assert crossed == {(NO_TOPIC, "Daily"): 1, ("crops", "Daily"): 5, ("sea", "Daily"): 3}


def test_topics_and_their_grouping_come_together(population: Population) -> None:
    with pytest.raises(UsageError, match="--by topic needs the words"):
        group_rows(population, ("topic",))
    with pytest.raises(UsageError, match="add --by topic, or leave --topic out"):
        group_rows(population, ("outlet",), [parse_topic("sea=harbour")])


def count(article: SourceArticle, sentences: int) -> CountedArticle:
    return CountedArticle(article, sentences, {}, False)


def test_articles_that_were_only_counted_stand_beside_the_others(population: Population) -> None:
    counted = [count(make_article("x", "Daily", 0), 8), count(make_article("y", "Monthly", 0, date="2025-02"), 2)]
    groups = {group.name: group for group in group_rows(population, ("outlet",), counted=counted)}
    assert {name: (len(group.rows), len(group.counted)) for name, group in groups.items()} == {
        (UNKNOWN,): (1, 0), ("Daily",): (7, 1), ("Monthly",): (0, 1), ("Weekly",): (7, 0),
    }  # fmt: skip
    with pytest.raises(UsageError, match="the saved scores of 'x' are per article; --by voice takes those of sentences: save them"):
        group_rows(population, ("outlet", "voice"), counted=counted)


def test_a_population_without_a_sentence_has_the_groups_of_what_was_counted(codebook: Codebook) -> None:
    nothing = score([], codebook)
    assert group_rows(nothing, ("outlet",)) == group_rows(nothing, ("voice", "outlet")) == []
    (group,) = group_rows(nothing, ("outlet", "month"), counted=[count(make_article("x"), 3)])
    assert group.name == ("Daily", "2024-11")


@given(st.lists(st.text(max_size=3), max_size=20))
def test_numbered_names_are_sorted_and_point_back(names: list[str]) -> None:
    known, number = number_names(names)
    assert known == sorted(set(names))
    assert [known[place] for place in number] == names


def test_a_name_of_a_million_characters_costs_its_own_length_and_no_more(codebook: Codebook) -> None:
    """As fields of one width, a hundred rows would take half a gigabyte."""
    articles = [make_article(f"a{n}", "x" * 10**6 if n == 0 else "Daily", 1) for n in range(100)]
    groups = group_rows(score(articles, codebook), ("outlet",))
    assert [len(group.rows) for group in groups] == [99, 1]
