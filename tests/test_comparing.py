"""What sets groups apart beyond their shares: their words, the model's errors in them, frames that go together."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from populating import code_sample, draw_truth, make_article, make_article_of, make_outlets, score

from framing import comparing
from framing.codebook import Codebook
from framing.comparing import ALL, compare_errors, find_together, find_words
from framing.cooccurrence import count_together
from framing.error_rates import measure_error_rates
from framing.errors import AnnotationError, UsageError
from framing.evidence import gather_evidence, mark_copies
from framing.grouping import Group, group_rows
from framing.linking import link_codes
from framing.model import FramingModel
from framing.output import Grid, Part
from framing.population import CountedArticle, Population
from framing.summarizing import Evidence
from framing.tables.contrasts import tabulate_errors, tabulate_together, tabulate_words
from framing.topics import parse_topic

FRAMES = ["harvest", "storm", "ghost"]


def write(name: str, said: str, sentences: int = 6) -> list[str]:
    """Return sentences that say one thing, and otherwise nothing that another article says."""
    own = make_article(name, sentences=sentences).sentences
    return [f"{said}: {sentence.text}." for sentence in own]


def bare(population: Population) -> Evidence:
    """Return the evidence without codes."""
    nothing = np.full((len(population), len(population.labels)), np.nan)
    return Evidence(population, nothing, nothing[:, 0].copy(), *mark_copies(population))


def link(population: Population, per_outlet: int = 80) -> Evidence:
    """Return the evidence with codes of as many sentences of each outlet."""
    linked = link_codes(population, code_sample(population, per_outlet, draw_truth(population)))
    return replace(bare(population), labels=linked.labels, chances=linked.chances, account=linked.account)


def by_outlet(evidence: Evidence) -> list[Group]:
    return group_rows(evidence.population, ("outlet",))


def tell(parts: list[Part]) -> str:
    found = []
    for part in parts:
        rows = [part.title, *part.columns, *(str(c) for row in part.rows for c in row)] if isinstance(part, Grid) else [str(part)]
        found += rows
    return "\n".join(found)


@pytest.fixture(scope="module")
def telling(codebook: Codebook) -> Evidence:
    """Daily writes of ships and Weekly of trains, both of the weather; a third of Daily's sentences have harvest."""
    articles = []
    for outlet, thing in (("Daily", "ships"), ("Weekly", "trains")):
        for n in range(20):
            articles.append(make_article_of(f"{outlet}-{n:02}", write(f"{outlet}{n}", f"Many {thing} arrived in rain"), outlet))
    population = score(articles, codebook)
    given = np.zeros_like(population.given)
    given[::3, 0] = True
    return bare(replace(population, given=given))


# --- words


def test_each_group_has_the_words_that_it_alone_uses_with_a_sentence_that_has_them(telling: Evidence) -> None:
    daily, weekly = find_words(telling, by_outlet(telling), most=3)
    assert (daily.group, weekly.group) == ("Daily", "Weekly")
    assert any("ships" in word.term for word in daily.words)
    assert any("trains" in word.term for word in weekly.words)
    for group in (daily, weekly):
        assert 0 < len(group.words) == len(group.examples) <= 3
        for word, example in zip(group.words, group.examples, strict=True):
            assert word.term.split()[0] in example.lower()
    records = list(comparing.word_records([daily, weekly]))
    assert list(records[0]) == ["group", "term", "log_odds", "z", "count", "others", "articles", "example"]
    assert records[0]["example"] == daily.examples[0]
    assert json.loads(json.dumps(records, allow_nan=False)) == records
    told = tell(tabulate_words([daily, weekly], "outlet"))
    assert all(str(word.term) in told for word in daily.words)
    assert "texts that articles of several groups print are left out" in " ".join(told.split())


def test_words_may_be_of_sentences_with_a_frame_alone(telling: Evidence) -> None:
    counts = {}
    for frames in ([], ["harvest"], ["storm"], ["harvest", "storm"]):
        found = find_words(telling, by_outlet(telling), most=20, frames=frames)
        counts[" ".join(frames)] = sum(word.count for group in found for word in group.words)
    assert counts[""] > counts["harvest"] == counts["harvest storm"] > counts["storm"] == 0


def test_words_that_several_groups_print_are_nobodys_own(codebook: Codebook) -> None:
    """Twelve agency stories stand in both outlets; Daily has them first, prints one of its own stories twice, and less else."""
    articles = []
    for n in range(12):
        articles.append(make_article_of(f"d{n}", write(f"agency{n}", "Wheat was reaped"), "Daily", date="2024-11-01"))
        articles.append(make_article_of(f"w{n}", write(f"agency{n}", "Wheat was reaped"), "Weekly", date="2024-11-02"))
        articles.append(make_article_of(f"own{n}", write(f"own{n}", "Trains ran over bridges"), "Weekly"))
        articles.append(make_article_of(f"ships{n}", write(f"ships{n % 11}", "Ships left"), "Daily"))
    evidence = bare(score(articles, codebook))
    assert evidence.is_copy.sum() == 6 * 13
    groups = {
        group.group: {word.term: word for word in group.words} for group in find_words(evidence, by_outlet(evidence), most=20)
    }
    assert not any("wheat" in term for words in groups.values() for term in words)
    assert groups["Daily"]["ships left"].count == 6 * 11
    assert groups["Weekly"]["trains ran"].count == 6 * 12
    by_month = group_rows(evidence.population, ("month",))
    with pytest.raises(UsageError, match="take two groups"):
        find_words(evidence, by_month, most=3)  # all of one month


def test_voices_of_one_article_are_compared_though_they_stand_in_one_text(codebook: Codebook) -> None:
    articles = []
    for n in range(12):
        article = make_article_of(f"a{n}", [*write(f"a{n}", "Wheat was reaped"), *write(f"b{n}", "Taxes rose")])
        spoken = tuple(replace(s, voice="quoted") if s.text.startswith("Taxes") else s for s in article.sentences)
        articles.append(replace(article, sentences=spoken))
    evidence = bare(score([*articles, replace(articles[0], id="copy")], codebook))
    assert evidence.is_copy.sum() == 12
    voices = group_rows(evidence.population, ("voice",))
    groups = {group.group: {word.term: word.count for word in group.words} for group in find_words(evidence, voices, most=20)}
    assert any("wheat" in term for term in groups["outlet"])
    assert groups["quoted"]["taxes rose"] == 72


def test_no_word_is_told_where_nothing_is_beyond_chance(codebook: Codebook) -> None:
    evidence = bare(score([make_article("a", "A", 2), make_article("b", "B", 2)], codebook))
    found = find_words(evidence, by_outlet(evidence), most=5)
    assert [group.words for group in found] == [(), ()]
    assert tell(tabulate_words(found, "outlet")) == "No word tells a group from the others by more than chance."


def test_words_take_two_groups_or_more(codebook: Codebook) -> None:
    evidence = bare(score(make_outlets({"Daily": 3}), codebook))
    with pytest.raises(UsageError, match="distinctive words take two groups or more"):
        find_words(evidence, by_outlet(evidence), most=5)
    with pytest.raises(UsageError, match="distinctive words take two groups or more"):
        find_words(evidence, group_rows(evidence.population, ("speaker",)), most=5)


# --- errors


@pytest.fixture(scope="module")
def erring(codebook: Codebook) -> Evidence:
    return link(score(make_outlets({"Daily": 40, "Weekly": 30}), codebook))


def test_errors_are_those_of_the_coded_sentences_weighted(erring: Evidence) -> None:
    found = compare_errors(erring, by_outlet(erring), FRAMES)
    assert list(found) == ["harvest", "storm"]  # ghost was not learnt
    rows = np.flatnonzero(~np.isnan(erring.chances))
    outlets = np.array(erring.population.outlets)[rows]
    given, label = erring.population.given[rows, 1], erring.labels[rows, 1] == 1
    expected = measure_error_rates(given, label, 1 / erring.chances[rows], erring.population.article[rows], outlets)
    assert found["storm"] == expected
    daily = found["storm"].rates[0]
    own = outlets == "Daily"
    assert (daily.group, daily.coded, daily.positives) == ("Daily", 80, int(label[own].sum()))
    assert daily.missed == pytest.approx((label & ~given)[own].sum() / label[own].sum())
    assert daily.raised == pytest.approx((given & ~label)[own].sum() / (~label)[own].sum())


def test_records_of_errors_hold_the_numbers_of_the_table(erring: Evidence, codebook: Codebook) -> None:
    found = compare_errors(erring, by_outlet(erring), FRAMES)
    records = list(comparing.error_records(found))
    assert len(records) == 4
    assert {"frame", "group", "coded", "positives", "missed", "missed_low", "raised_high", "p_missed", "p_raised"} <= set(
        records[0]
    )
    assert json.loads(json.dumps(records, allow_nan=False)) == records
    storm = next(part for part in tabulate_errors(found, codebook, "outlet") if isinstance(part, Grid) and part.title == "Storm")
    for row, record in zip(storm.rows, [r for r in records if r["frame"] == "storm"], strict=True):
        interval = f"[{100 * record['missed_low']:.0f}–{100 * record['missed_high']:.0f}]"
        assert [str(cell) for cell in row][:3] == [
            record["group"], f"{record['positives']} of {record['coded']}", f"{100 * record['missed']:.0f}% {interval}",
        ]  # fmt: skip


def test_outlets_in_which_the_model_errs_more_are_warned_of(codebook: Codebook) -> None:
    """The model gives storm to nothing in Weekly, and to all that has it in Daily."""
    population = score(make_outlets({"Daily": 40, "Weekly": 40}), codebook)
    given = draw_truth(population)
    given[np.array(population.outlets) == "Weekly", 1] = False
    evidence = link(replace(population, given=given), 150)
    found = compare_errors(evidence, by_outlet(evidence), ["storm"])
    told = tell(tabulate_errors(found, codebook, "outlet"))
    assert "! the classifier misses storm more often in some outlets than in others (Weekly 100 %, Daily 0 %)" in told
    alike = compare_errors(link(population), by_outlet(evidence), ["storm"])
    assert "No difference in errors between groups is beyond chance." in tell(tabulate_errors(alike, codebook, "outlet"))


def test_errors_take_coded_sentences(codebook: Codebook) -> None:
    evidence = bare(score(make_outlets({"Daily": 3, "Weekly": 3}), codebook))
    with pytest.raises(AnnotationError, match="errors show on coded sentences, name them with --annotations"):
        compare_errors(evidence, by_outlet(evidence), FRAMES)


def test_frames_that_were_not_learnt_have_no_errors(erring: Evidence, codebook: Codebook) -> None:
    found = compare_errors(erring, by_outlet(erring), ["ghost"])
    assert found == {}
    assert tell(tabulate_errors(found, codebook, "outlet")).startswith("The model has learnt none of these frames")


# --- together


def test_frames_together_are_counted_over_all_and_in_each_group(erring: Evidence, codebook: Codebook) -> None:
    found = find_together(erring, by_outlet(erring), FRAMES)
    assert [(group.group, group.sentences) for group in found] == [(ALL, 700), ("Daily", 400), ("Weekly", 300)]
    given = erring.population.given[:, :2]
    assert found[0].pairs == count_together(given, ["harvest", "storm"])
    assert sum(group.pairs[0].sentences for group in found[1:]) == found[0].pairs[0].sentences
    records = list(comparing.together_records(found))
    assert list(records[0]) == ["group", "of", "first", "second", "sentences", "share", "expected", "lift", "phi", "method"]
    assert {record["method"] for record in records} == {"uncorrected index"}
    assert json.loads(json.dumps(records, allow_nan=False)) == records
    grid, note = tabulate_together(found, codebook)
    assert isinstance(grid, Grid)
    pair = found[0].pairs[0]
    assert [str(cell) for cell in grid.rows[0]][:4] == [
        "Harvest + Storm", f"{100 * (pair.share or 0):.0f}%", f"{100 * (pair.expected or 0):.0f}%", f"{pair.lift:.1f}",
    ]  # fmt: skip
    assert "Uncorrected index" in str(note)


@pytest.mark.parametrize(("sentences", "shown"), [(4, False), (5, True)])
def test_a_pair_in_hardly_a_sentence_is_not_shown_as_the_strongest(codebook: Codebook, sentences: int, shown: bool) -> None:
    population = score(make_outlets({"Daily": 20}), codebook)
    given = np.zeros_like(population.given)
    given[:sentences, :2] = True
    evidence = bare(replace(population, given=given))
    told = tell(tabulate_together(find_together(evidence, by_outlet(evidence), FRAMES), codebook))
    assert ("Harvest + Storm" in told) == shown
    assert ("No two frames stand together in 5 sentences or more" in told) != shown


def test_all_zero_frames_stand_nowhere_together(codebook: Codebook) -> None:
    population = score(make_outlets({"Daily": 2, "Weekly": 2}), codebook)
    evidence = bare(replace(population, given=population.given & False))
    for group in find_together(evidence, by_outlet(evidence), FRAMES):
        assert (group.pairs[0].sentences, group.pairs[0].lift, group.pairs[0].phi) == (0, None, None)


def test_an_outlet_that_is_called_all_is_not_taken_for_all(codebook: Codebook) -> None:
    evidence = bare(score(make_outlets({"all": 2, "Daily": 3}), codebook))
    found = find_together(evidence, by_outlet(evidence), FRAMES)
    assert [(group.group, group.sentences) for group in found] == [("all", 50), ("Daily", 30), ("all", 20)]
    tabulate_together(found, codebook)


# --- what cannot be compared


def test_topics_that_overlap_are_compared_by_nothing_that_counts_an_article_twice(codebook: Codebook) -> None:
    articles = [make_article_of("a", ["Wheat left the harbour."]), make_article_of("b", ["Wheat grew."]), make_article("c")]
    evidence = link(score(articles, codebook), 12)
    topics = [parse_topic("sea=harbour"), parse_topic("crops=wheat")]
    groups = group_rows(evidence.population, ("topic",), topics)
    with pytest.raises(UsageError, match="give topics that do not overlap"):
        find_words(evidence, groups, most=3)
    with pytest.raises(UsageError, match="give topics that do not overlap"):
        compare_errors(evidence, groups, FRAMES)
    assert find_together(evidence, groups, FRAMES)[0].sentences == 12  # each sentence once


def test_articles_that_were_only_counted_are_refused_by_name(codebook: Codebook, model: FramingModel) -> None:
    counted = CountedArticle(make_article("x", "Daily", 0), 8, dict.fromkeys(score([], codebook).labels, 0), False)
    evidence = gather_evidence(score([], codebook), model, None, [counted])
    groups = group_rows(evidence.population, ("outlet",), counted=[counted])
    for compare in (
        lambda: find_words(evidence, groups, most=3),
        lambda: compare_errors(evidence, groups, FRAMES),
        lambda: find_together(evidence, groups, FRAMES),
    ):
        with pytest.raises(UsageError, match="saved scores of 'x' are per article; this comparison takes those of sentences"):
            compare()
