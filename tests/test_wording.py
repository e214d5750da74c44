from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from framing.cues import cue_words
from framing.errors import UsageError
from framing.normalizing import normalize
from framing.wording import FALSE_DISCOVERIES, PRIOR, compare_rates, find_distinctive_words, pass_chance, to_normal

Corpus = list[tuple[str, str, str]]


def find(corpus: Corpus, **options: Any) -> dict[str, list[str]]:
    """Return the terms listed for each group."""
    return {group: [word.term for word in words] for group, words in find_distinctive_words(*columns(corpus), **options).items()}


def columns(corpus: Corpus) -> tuple[list[str], list[str], list[str]]:
    """Return the texts, the groups and the articles of sentences given as group, article and text."""
    return [text for _, _, text in corpus], [group for group, _, _ in corpus], [article for _, article, _ in corpus]


WORDS = [f"{start}{end}{tail}" for start in "bdfgklmnprst" for end in ("ala", "emi", "oru") for tail in ("", "n", "st", "rk")]


def make_corpus(seed: int = 1, groups: tuple[str, ...] = ("Daily", "Herald", "Weekly"), articles: int = 20) -> Corpus:
    """Return six sentences of twelve random words for each article."""
    rng = random.Random(seed)
    places = [(group, str(article)) for group in groups for article in range(articles) for _ in range(6)]
    return [(*place, f"The {' '.join(rng.choices(WORDS, k=12))}.") for place in places]


def plant(term: str, articles: Sequence[int], group: str = "Daily", times: int = 1) -> Corpus:
    """Return ``times`` sentences of random words with ``term`` among them for each of the articles of a group."""
    rng = random.Random(f"{term} {group} {times}")
    halves = [[" ".join(rng.choices(WORDS, k=5)) for _ in range(2)] for _ in range(len(articles) * times)]
    where = [str(article) for article in articles for _ in range(times)]
    return [(group, article, f"The {before} {term} {after}.") for article, (before, after) in zip(where, halves, strict=True)]


COUNTS = [(30, 10), (5, 200), (1, 0), (0, 4), (400, 1200)]
ONES = (np.ones(len(COUNTS)), np.ones(len(COUNTS)))


@pytest.mark.parametrize("prior", [0.02, 0.1, 1.0])
def test_the_ratio_is_that_of_the_published_formula(prior: float) -> None:
    """Equations 15 and 16 with the prior of equation 23, one term at a time."""
    inside, outside = (np.array(side, float) for side in zip(*COUNTS, strict=True))
    n_i, n_j = 2_000, 9_000
    log_odds, _ = compare_rates((inside, outside), (n_i, n_j), ONES, prior)
    for place, (y_i, y_j) in enumerate(COUNTS):
        background = (y_i + y_j) / (n_i + n_j)
        alpha_i, alpha_j = prior * n_i * background, prior * n_j * background
        omega_i = (y_i + alpha_i) / (n_i + prior * n_i - y_i - alpha_i)
        omega_j = (y_j + alpha_j) / (n_j + prior * n_j - y_j - alpha_j)
        assert log_odds[place] == pytest.approx(math.log(omega_i) - math.log(omega_j))


def test_a_ratio_worked_out_by_hand() -> None:
    """9 of 90 against 1 of 110: alpha_0 is 9 and 11, alpha .45 and .55, the ratio log(9.45/89.55) - log(1.55/119.45)."""
    log_odds, _ = compare_rates((np.array([9.0]), np.array([1.0])), (90, 110), (ONES[0][:1], ONES[0][:1]), 0.1)
    assert log_odds[0] == pytest.approx(2.09586, abs=1e-5)


def zeta(y: tuple[float, float], n: tuple[float, float]) -> float:
    """Return the plain z of equation 22: the log-odds ratio by the root of equation 20."""
    alpha = [PRIOR * total * sum(y) / sum(n) for total in n]
    odds = [(count + a) / ((1 + PRIOR) * total - count - a) for count, a, total in zip(y, alpha, n, strict=True)]
    return math.log(odds[0] / odds[1]) / math.sqrt(sum(1 / (count + a) for count, a in zip(y, alpha, strict=True)))


@pytest.mark.parametrize("y", [(700, 900), (700, 1100), (440, 1000), (90, 200), (500, 1010)])
def test_for_frequent_words_the_plain_z_is_that_of_the_published_formula(y: tuple[float, float]) -> None:
    n = (100_000, 200_000)
    _, root = compare_rates((np.array(y[:1], float), np.array(y[1:], float)), n, (ONES[0][:1], ONES[0][:1]), PRIOR)
    assert root[0] == pytest.approx(zeta(y, n), rel=0.03)


@pytest.mark.parametrize(("y", "n"), [(16, (20, 40)), (20, (30, 30)), (6, (5, 95))])
def test_z_of_a_word_that_nobody_else_uses_is_that_of_its_chance(y: int, n: tuple[int, int]) -> None:
    """The exact chance that all ``y`` uses fall to one side is its share to the power of ``y``; equation 22 is far from it."""
    _, root = compare_rates((np.array([float(y)]), np.zeros(1)), (1000 * n[0], 1000 * n[1]), (ONES[0][:1], ONES[0][:1]), PRIOR)
    exact = float(stats.norm.isf((n[0] / sum(n)) ** y))
    assert root[0] == pytest.approx(exact, abs=0.35)
    assert zeta((y, 0), (1000 * n[0], 1000 * n[1])) < exact - 1


def test_a_design_effect_divides_what_both_sides_tell() -> None:
    counts, totals, four = (np.array([40.0]), np.array([60.0])), (1_000, 4_000), np.array([4.0])
    plain = compare_rates(counts, totals, (four / 4, four / 4), PRIOR)
    clustered = compare_rates(counts, totals, (four, four), PRIOR)
    assert clustered[0] == plain[0]
    assert clustered[1] == pytest.approx(plain[1] / 2)


@pytest.mark.parametrize("freedom", [1, 2, 3, 5, 10, 30, 300])
def test_deviates_are_near_the_exact_ones(freedom: int) -> None:
    ratios = np.array([-4.0, -1.0, 0.0, 0.5, 1.0, 2.0, 4.0, 8.0])
    exact = np.sign(ratios) * stats.norm.isf(stats.t.sf(np.abs(ratios), freedom))
    assert to_normal(ratios, np.full(8, float(freedom))) == pytest.approx(exact, rel=0.05 if freedom == 1 else 0.026)


@given(st.lists(st.floats(-4, 9), max_size=60))
def test_what_passes_chance_is_what_passes_the_false_discovery_control_of_scipy(values: list[float]) -> None:
    z = np.array(values, float)
    expected = stats.false_discovery_control(stats.norm.sf(z)) <= FALSE_DISCOVERIES if values else []
    assert pass_chance(z).tolist() == list(expected)


def expect_z(corpus: Corpus, group: str, term: str) -> float:
    """Return the z of a word, from the counts of each article."""
    counts: dict[tuple[str, str], Counter[str]] = {}
    for name, article, text in corpus:
        words = cue_words(normalize(text))
        counts.setdefault((name, article), Counter()).update([*words, *map(" ".join, pairwise(words))])
    sides = [[c for (name, _), c in counts.items() if (name == group) is own] for own in (True, False)]
    y = [sum(c[term] for c in side) for side in sides]
    n = [sum(c.total() for c in side) for side in sides]
    seen, room = [], []
    for side, count, total in zip(sides, y, n, strict=True):
        residuals = [c[term] - count / total * c.total() for c in side]
        effect = max(1, len(side) / (len(side) - 1) * sum(r * r for r in residuals) / count)
        seen.append((count + PRIOR * total * sum(y) / sum(n)) / effect)
        room.append(total / effect)
    expected = [sum(seen) * size / sum(room) for size in room]
    root = math.sqrt(2 * sum(count * math.log(count / fit) for count, fit in zip(seen, expected, strict=True)))
    return float(stats.norm.isf(stats.t.sf(root, sum(1 for c in sides[0] if c[term]))))


def test_z_is_that_of_a_computation_article_by_article() -> None:
    corpus = make_corpus() + plant("levy", range(2, 20)) + plant("levy", [5], "Weekly", times=2)
    corpus += plant("tariff", range(20)) + plant("tariff", [3, 4, 11], times=3) + plant("tariff", [1, 2], "Herald", times=3)
    words = {word.term: word for word in find_distinctive_words(*columns(corpus))["Daily"]}
    assert set(words) == {"tariff", "levy"}
    for term, word in words.items():
        assert word.z == pytest.approx(expect_z(corpus, "Daily", term), rel=0.004)


def test_a_word_of_two_articles_can_be_listed_if_that_is_allowed() -> None:
    alone = [(group, f"{n}", f"{group}word{n}x and {group}term{n}y") for group in "ABCDE" for n in range(12)]
    corpus = [*alone, ("A", "3", "A levy."), ("A", "7", "The levy.")]
    assert find(corpus, min_articles=2)["A"] == ["levy"]
    assert find(corpus, min_articles=3)["A"] == []


def test_a_word_that_only_the_group_uses_is_found() -> None:
    assert find(make_corpus() + plant("tariff", range(12)))["Daily"] == ["tariff"]


def test_a_word_that_many_articles_use_is_surer_than_one_that_few_repeat() -> None:
    corpus = make_corpus() + plant("spread", range(16)) + plant("repeated", [1, 7, 12, 18], times=4)
    words = find_distinctive_words(*columns(corpus))
    assert [(word.term, word.count, word.articles) for word in words["Daily"]] == [("spread", 16, 16)]


@pytest.mark.parametrize(("least", "listed"), [(2, True), (6, True), (7, False)])
def test_a_word_of_few_articles_is_dropped(least: int, listed: bool) -> None:
    corpus = make_corpus(groups=("Daily", *"ABCDEFGH")) + plant("levy", range(6), times=2)
    assert find(corpus, min_articles=least)["Daily"] == (["levy"] if listed else [])


@pytest.mark.parametrize(
    "dull", ["of the", "they", "2024", "s", "12 percent of", "it", "isn't", "é", "__", "tariff of", "the tariff", "d tariff", "9"]
)
def test_function_words_numbers_and_single_letters_neither_begin_nor_end_a_term(dull: str) -> None:
    terms = find(make_corpus() + plant(dull, range(18)))["Daily"]
    assert set(terms) <= {"percent", "tariff"}
    assert len(terms) == ("percent" in dull or "tariff" in dull)


@pytest.mark.parametrize(
    ("group", "text"),
    [
        ("Xinhua", "Xinhua"),
        ("The Guardian", "the Guardian"),
        ("Global Times", "Global Times"),
        ("Global Times", "GlobalTimes"),
        ("Voice of America", "VOA"),
        ("The New York Times", "the New York Times"),
        ("The New York Times", "NYT"),
        ("Fox Online News", "Fox News"),
    ],
)
def test_a_group_is_not_told_by_its_own_name(group: str, text: str) -> None:
    corpus = make_corpus(groups=(group, "Herald", "Weekly"))
    assert find(corpus + plant(text, range(18), group))[group] == []
    assert find(corpus + plant(text, range(18), "Herald"))["Herald"] != []


def test_a_word_of_the_name_is_listed_for_what_stands_outside_the_name() -> None:
    corpus = make_corpus(groups=("China Daily", "Herald", "Weekly")) + plant("China Daily", range(9), "China Daily")
    assert find(corpus)["China Daily"] == []
    assert find(corpus + plant("China", range(18), "China Daily"))["China Daily"] == ["china"]


@pytest.mark.parametrize(
    ("planted", "listed"),
    [
        ({"free trade": 16}, {"free trade"}),
        ({"free trade": 16, "trade": 4}, {"free trade"}),
        ({"free trade": 6, "trade": 16}, {"trade"}),
        ({"iron curtain fell": 16}, {"curtain fell"}),
        ({"iron curtain": 16, "curtain fell": 16}, {"curtain"}),
        ({"free trade": 16, "tariff": 16}, {"free trade", "tariff"}),
    ],
)
def test_a_phrase_and_its_words_take_one_place(planted: dict[str, int], listed: set[str]) -> None:
    corpus = make_corpus()
    for term, articles in planted.items():
        corpus += plant(term, range(articles))
    assert set(find(corpus)["Daily"]) == listed


def test_a_sentence_that_a_group_repeats_counts_once() -> None:
    footer = [("Daily", str(article), "Sign up for our newsletter!") for article in range(20)]
    assert find(make_corpus() + footer)["Daily"] == []
    corpus = make_corpus() + plant("levy", range(12))
    once, twice = (find_distinctive_words(*columns(sentences)) for sentences in (corpus, corpus + corpus))
    assert once == twice


def make_bursts(seed: int) -> Corpus:
    """Return twenty groups that write alike: each article picks four of two hundred topics, and repeats their words."""
    rng = random.Random(seed)
    corpus = []
    for group in range(20):
        for article in range(12):
            topics = rng.sample(range(200), 4)
            for _ in range(10):
                words = [f"topic{rng.choice(topics)}x{rng.randrange(3)}" for _ in range(4)]
                words += [f"word{min(int(rng.paretovariate(0.8)), 400)}x" for _ in range(8)]
                corpus.append((f"G{group:02}", f"{article}", " ".join(rng.sample(words, 12))))
    return corpus


def test_groups_that_write_alike_have_no_distinctive_words_though_articles_repeat_theirs() -> None:
    listed = [words for seed in range(3) for words in find(make_bursts(seed)).values()]
    assert len(listed) == 60
    assert sum(map(bool, listed)) <= 3


def test_examples_are_typical_sentences_that_read_alone_each_shown_once() -> None:
    corpus = make_corpus()
    for article in range(16):
        corpus += plant(f"levy {WORDS[article]} tariff", [article])
    corpus += [("Daily", "0", "Levy."), ("Daily", "1", f"The levy {' '.join(WORDS)}.")]
    odd = ["the {} {}.", "This {} {}.", "The {} {}", "“The {} {}.", 'The "{} {}.', "And {} {}."]
    corpus += [("Daily", "1", form.format("levy tariff", " ".join(WORDS[:10]))) for form in odd]
    words = find_distinctive_words(*columns(corpus))["Daily"]
    assert {word.term for word in words} == {"levy", "tariff"}
    texts = [corpus[word.example][2] for word in words]
    assert len(set(texts)) == 2
    for word, text in zip(words, texts, strict=True):
        assert word.term in text.split()
        assert text.startswith("The ")
        assert len(text.split()) == 14


@pytest.mark.parametrize("text", ["the levy of", "levy"])
def test_where_no_sentence_reads_alone_one_is_shown_all_the_same(text: str) -> None:
    corpus = make_corpus() + [("Daily", str(n), f"{text} {WORDS[n]} {WORDS[n + 40]}") for n in range(12)]
    (word,) = find_distinctive_words(*columns(corpus))["Daily"]
    assert word.term == "levy"
    assert corpus[word.example][2].startswith(text)


def test_articles_of_two_groups_are_two_though_they_bear_one_name() -> None:
    corpus = make_corpus() + plant("levy", range(9))
    apart = [(group, f"{group}-{article}", text) for group, article, text in corpus]
    assert find_distinctive_words(*columns(corpus)) == find_distinctive_words(*columns(apart))


def test_groups_come_in_alphabetical_order_and_without_others_or_words_are_empty() -> None:
    assert list(find(make_corpus(groups=("b", "c", "a")))) == ["a", "b", "c"]
    assert find(make_corpus(groups=("only",)) + plant("levy", range(9), "only")) == {"only": []}
    assert find([]) == {}
    assert find([("a", "1", ""), ("b", "1", "...")]) == {"a": [], "b": []}
    assert find([("a", "1", "word"), ("b", "1", "word"), ("a", "2", "word")]) == {"a": [], "b": []}


@pytest.mark.parametrize("options", [{"most": 0}, {"prior": 0.0}, {"min_articles": 1}])
def test_numbers_that_make_no_list_are_refused(options: dict[str, float]) -> None:
    with pytest.raises(UsageError, match="list 1 or more, with a prior above 0, that 2 articles or more use"):
        find(make_corpus(), **options)


TERMS = ["tariff", "levy", "free trade", "trade war", "customs", "duty", "free", "quota"]


@given(st.lists(st.tuples(st.sampled_from(TERMS), st.sampled_from("abc"), st.integers(1, 14)), max_size=8), st.integers(1, 4))
def test_lists_hold_what_they_promise(planted: list[tuple[str, str, int]], most: int) -> None:
    corpus = make_corpus(groups=("a", "b", "c"), articles=14)
    for term, group, articles in planted:
        corpus += plant(term, range(articles), group)
    found = find_distinctive_words(*columns(corpus), most=most)
    for group, words in found.items():
        assert len(words) <= most
        assert [word.z for word in words] == sorted((word.z for word in words), reverse=True)
        for word in words:
            held = Counter()
            for name, article, text in dict.fromkeys(corpus):
                words_ = cue_words(normalize(text))
                held[name, article] += [*words_, *map(" ".join, pairwise(words_))].count(word.term)
            assert word.count == sum(times for (name, _), times in held.items() if name == group)
            assert word.others == held.total() - word.count
            assert word.articles == sum(1 for (name, _), times in held.items() if name == group and times) >= 3
            assert word.log_odds > 0
            assert word.z > 0
            assert corpus[word.example][0] == group
    shuffled = random.Random(most).sample(corpus, len(corpus))
    again = find_distinctive_words(*columns(shuffled), most=most)
    assert {g: [(w.term, w.z) for w in words] for g, words in again.items()} == {
        g: [(w.term, w.z) for w in words] for g, words in found.items()
    }
