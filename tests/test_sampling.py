from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import groupby
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from framing.annotations import Annotation, hash_sentence
from framing.articles import Article, Skipped
from framing.errors import UsageError
from framing.labelling import list_outputs
from framing.model import FramingModel
from framing.population import Population, gather_population, gather_scored
from framing.samples import read_sample, sample_record
from framing.sampling.allocation import allocate
from framing.sampling.designs import (
    WHOLE,
    Sample,
    draw_random,
    draw_stratified,
    draw_uncertain,
)
from framing.sampling.uncertainty import inclusion_probabilities, measure_uncertainty
from framing.scoring import ModelScorer, score_articles

SEEDS = 2000


def article(name: str, sentences: int, outlet: str | None = "Daily", date: str | None = None, title: str | None = None) -> Article:
    """Return an article that came already split; no two sentences are alike."""
    texts = tuple(f"Sentence {number} of {name} names one thing." for number in range(sentences))
    return Article(name, "\n".join(texts), outlet, date=date, title=title, source=f"{name}.txt", sentences=texts)


ARTICLES = [
    article("a", 5, "Daily", "2024-01-03"),
    article("b", 1, "Daily", "2024-02"),
    article("c", 7, "Daily", "2023-02-01"),
    article("d", 4, "Weekly", "2024"),
    article("e", 2, "Weekly"),
    article("f", 9, None, "2024-01-09", title="A title"),
]


def scored(population: Population, seed: int = 5) -> Population:
    """Return the population with made-up probabilities of three labels, the last one never learnt."""
    chances = np.random.default_rng(seed).beta(0.5, 1.5, (len(population), 3))
    chances[:, 2] = np.nan
    return replace(population, labels=("storm", "mayor:favor", "ghost"), probabilities=chances)


@pytest.fixture(scope="module")
def population() -> Population:
    return scored(gather_population(ARTICLES))


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


Design = Callable[[Population, np.random.Generator], Sample]
DESIGNS: dict[str, Design] = {
    "random": lambda p, r: draw_random(p, 9, r),
    "outlets alike": lambda p, r: draw_stratified(p, 12, r),
    "by size": lambda p, r: draw_stratified(p, 9, r, allocation="proportional"),
    "by year": lambda p, r: draw_stratified(p, 11, r, period="year"),
    "by month": lambda p, r: draw_stratified(p, 9, r, period="month", allocation="proportional"),
    "named outlets": lambda p, r: draw_stratified(p, {"Weekly": 4, "unknown": 2}, r),
    "uncertain": lambda p, r: draw_uncertain(p, 9, r),
    "uncertain, some certain": lambda p, r: draw_uncertain(p, 22, r),
    "uncertain by outlet": lambda p, r: draw_uncertain(p, 9, r, by_outlet=True),
}


def chances(sample: Sample) -> dict[str, float]:
    return {s.id: s.inclusion_probability for s in sample.drawn if s.inclusion_probability is not None}


@pytest.mark.parametrize("name", DESIGNS)
def test_sentences_are_drawn_as_often_as_their_inclusion_probability_says_and_totals_are_unbiased(
    population: Population, name: str
) -> None:
    """Over 2,000 seeds; five standard errors, on fixed seeds."""
    drawn: Counter[str] = Counter()
    said: dict[str, float] = {}
    values = {population.draw(row, "x").id: row * 7 % 11 for row in range(len(population))}
    totals = []
    for seed in range(SEEDS):
        found = chances(DESIGNS[name](population, rng(seed)))
        drawn.update(list(found))
        assert all(said.setdefault(key, chance) == chance for key, chance in found.items())
        totals.append(sum(values[key] / chance for key, chance in found.items()))
    for key, chance in said.items():
        assert abs(drawn[key] / SEEDS - chance) <= 5 * (chance * (1 - chance) / SEEDS) ** 0.5
    covered = [key for key in values if key in said]
    assert len(covered) == (15 if name == "named outlets" else len(population))
    truth = sum(values[key] for key in covered)
    assert np.mean(totals) == pytest.approx(truth, abs=5 * np.std(totals) / SEEDS**0.5 + 1e-9)


@pytest.mark.parametrize("name", DESIGNS)
def test_the_inclusion_probabilities_add_up_to_the_sentences_drawn(population: Population, name: str) -> None:
    sample = DESIGNS[name](population, rng())
    assert len(sample.drawn) == sample.wanted == sum(stratum.drawn for stratum in sample.strata)
    assert len({sentence.id for sentence in sample.drawn}) == len(sample.drawn)
    assert sample.notes == ()
    for stratum in sample.strata:
        if stratum.lowest == stratum.highest:
            assert stratum.lowest == stratum.drawn / stratum.sentences


@pytest.mark.parametrize("name", DESIGNS)
def test_one_seed_gives_one_sample_whatever_the_order_of_the_articles(name: str) -> None:
    samples = []
    for seed in range(4):
        mixed = list(ARTICLES)
        random.Random(seed).shuffle(mixed)
        samples.append(DESIGNS[name](scored(gather_population(mixed)), rng(7)))
    assert all(sample == samples[0] for sample in samples)
    assert DESIGNS[name](scored(gather_population(ARTICLES)), rng(8)) != samples[0]


@pytest.mark.parametrize("name", DESIGNS)
def test_each_articles_lines_stand_together_in_reading_order_and_articles_are_shuffled(population: Population, name: str) -> None:
    orders = set()
    for seed in range(20):
        lines = DESIGNS[name](population, rng(seed)).drawn
        groups = [(key, [line.index for line in own]) for key, own in groupby(lines, lambda line: line.article)]
        assert len({key for key, _ in groups}) == len(groups)
        assert all(own == sorted(own) for _, own in groups)  # type: ignore[type-var]
        orders.add(tuple(key for key, _ in groups))
    assert len(orders) > 1


def test_the_population_is_the_sentences_of_the_bodies_with_their_context() -> None:
    text = "# Storm over the bay\n\nThe gale felled trees. A bus drove on. It rained. It poured. Then the sun came out."
    population = gather_population([Article("a", "Title of it\n\n" + text, "Daily", title="A storm"), ARTICLES[1]])
    kinds = {population.sentence(row).kind for row in range(len(population))}
    assert kinds == {"body"}
    first, *_, last = [population.draw(row, "random", 0.5) for row in range(len(population) - 1)]
    assert first.before[0] == "A storm"
    assert len(first.before) <= 3
    assert len(first.after) == 3
    assert last.after == ()
    assert last.before[-1] == "It poured."
    assert (first.title, first.outlet, first.id) == ("A storm", "Daily", f"a:{first.index}")


def test_a_headline_in_the_text_is_the_title_where_no_other_is_given(tmp_path: Path) -> None:
    from framing.readers import read_articles

    path = tmp_path / "a.txt"
    path.write_text("Gales and rain closed 9 roads\n\nThe gale felled 12 trees by the river.\n\nA bus holds 40 people.\n")
    population = gather_population(read_articles([path]))
    line = population.draw(0, "random", 0.5)
    assert line.title == "Gales and rain closed 9 roads"
    assert line.before == (line.title,)
    assert len(population) == 2


def test_lines_of_a_sample_can_be_written_and_read_again(population: Population, tmp_path: Path) -> None:
    sample = draw_stratified(population, 12, rng(), period="year")
    path = tmp_path / "sample.jsonl"
    path.write_text("".join(json.dumps(sample_record(line)) + "\n" for line in sample.drawn))
    assert read_sample([path]) == list(sample.drawn)


def test_inputs_without_a_sentence_are_named_in_the_population() -> None:
    population = gather_population([Skipped("x.txt", "it is empty"), Article("y", "  \n", source="y.txt"), ARTICLES[0]])
    assert [item.source for item in population.skipped] == ["x.txt", "y.txt"]
    assert len(population) == 5


@pytest.mark.parametrize(
    ("items", "message"),
    [
        ([], "there is no article"),
        ([Skipped("x.txt", "it is empty")], r"the first input left out is x\.txt: it is empty"),
        ([ARTICLES[0], replace(ARTICLES[0], source="b.txt")], r"two articles have the id 'a' \(a\.txt and b\.txt\)"),
    ],
)
def test_articles_that_cannot_be_drawn_from_are_refused(items: list[Article | Skipped], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        gather_population(items)


@pytest.mark.parametrize(
    ("period", "strata"),
    [
        ("none", {"Daily": 13, "Weekly": 6, "unknown": 9}),
        ("year", {"Daily | 2023": 7, "Daily | 2024": 6, "Weekly | 2024": 4, "Weekly | undated": 2, "unknown | 2024": 9}),
        (
            "month",
            {
                "Daily | 2023-02": 7,
                "Daily | 2024-01": 5,
                "Daily | 2024-02": 1,
                "Weekly | 2024": 4,
                "Weekly | undated": 2,
                "unknown | 2024-01": 9,
            },
        ),
    ],
)
def test_strata_are_outlets_by_the_part_of_the_date_that_is_known(
    population: Population, period: str, strata: dict[str, int]
) -> None:
    sample = draw_stratified(population, 15, rng(), period=period)
    assert {stratum.name: stratum.sentences for stratum in sample.strata} == strata
    assert all(stratum.drawn >= 1 for stratum in sample.strata)
    assert Counter(line.stratum for line in sample.drawn) == {stratum.name: stratum.drawn for stratum in sample.strata}


def test_outlets_get_equally_many_and_small_ones_are_taken_whole(population: Population) -> None:
    drawn = {s.name: (s.drawn, s.lowest) for s in draw_stratified(population, 23, rng()).strata}
    assert drawn == {"Daily": (9, 9 / 13), "Weekly": (6, 1.0), "unknown": (8, 8 / 9)}


def test_outlets_get_their_proportion(population: Population) -> None:
    drawn = {s.name: s.drawn for s in draw_stratified(population, 14, rng(), allocation="proportional").strata}
    assert drawn == {"Daily": 7, "Weekly": 3, "unknown": 4}


def test_no_article_gives_more_than_its_share_rounded_up() -> None:
    population = gather_population([article(f"a{n:02}", 3 + n % 5) for n in range(40)])
    for seed in range(50):
        sample = draw_stratified(population, 60, rng(seed))
        counts = Counter(line.article for line in sample.drawn)
        for source in population.articles:
            share = len(source.sentences) * 60 / len(population)
            assert np.floor(share) <= counts[source.id] <= np.ceil(share)


def test_any_two_sentences_of_an_article_may_be_drawn_together() -> None:
    """A systematic draw in reading order would only ever take sentences three apart."""
    population = gather_population([article("a", 6)])
    pairs = {tuple(line.index for line in draw_stratified(population, 2, rng(seed)).drawn) for seed in range(300)}
    assert pairs == {(one, other) for one in range(6) for other in range(one + 1, 6)}


@pytest.mark.parametrize("name", ["random", "stratified", "uncertainty"])
def test_more_than_there_are_gives_all_and_says_so(population: Population, name: str) -> None:
    draws = {"random": draw_random, "stratified": draw_stratified, "uncertainty": draw_uncertain}
    sample = draws[name](population, 99, rng())
    assert len(sample.drawn) == len(population)
    assert set(chances(sample).values()) == {1.0}
    assert sample.notes == ("99 sentences were asked for, but only 28 are left to draw: all were taken",)
    assert sample.sampling == name


def test_an_outlet_that_is_named_gives_all_it_has(population: Population) -> None:
    sample = draw_stratified(population, {"Weekly": 50}, rng())
    assert [line.outlet for line in sample.drawn] == ["Weekly"] * 6
    assert sample.notes[0].startswith("50 sentences were asked for, but only 6")


@pytest.mark.parametrize(
    ("draw", "message"),
    [
        (lambda p: draw_random(p, 0, rng()), "0 sentences cannot be drawn"),
        (lambda p: draw_stratified(p, -3, rng()), "-3 sentences cannot be drawn"),
        (lambda p: draw_stratified(p, {"Daily": 0}, rng()), "0 sentences cannot be drawn"),
        (lambda p: draw_uncertain(p, 0, rng()), "0 sentences cannot be drawn"),
        (lambda p: draw_stratified(p, 5, rng(), period="week"), "--period 'week' is no period"),
        (lambda p: draw_stratified(p, 5, rng(), allocation="equally"), "did you mean 'equal'"),
        (lambda p: draw_stratified(p, {"Dayly": 5}, rng()), "no article is of the outlet 'Dayly' .did you mean 'Daily'"),
        (lambda p: draw_stratified(p, 5, rng(), period="month"), "there are 6 strata without a sentence, more than the 5"),
        (lambda p: draw_stratified(p, {"Daily": 2}, rng(), period="month"), "Daily has 3 strata without a sentence"),
        (lambda p: draw_uncertain(p, 2, rng(), by_outlet=True), "3 strata"),
        (lambda p: draw_uncertain(replace(p, labels=(), probabilities=np.zeros((0, 0))), 2, rng()), "no probability to draw by"),
        (lambda p: draw_uncertain(replace(p, probabilities=p.probabilities * np.nan), 2, rng()), "no probability to draw by"),
    ],
)
def test_what_cannot_be_drawn_is_refused_with_a_line(
    population: Population, draw: Callable[[Population], Sample], message: str
) -> None:
    with pytest.raises(UsageError, match=message) as error:
        draw(population)
    assert "\n" not in str(error.value)


def test_a_period_needs_a_date() -> None:
    with pytest.raises(UsageError, match="no article has a date, which --period year needs"):
        draw_stratified(gather_population([article("a", 5)]), 2, rng(), period="year")


@given(
    st.lists(st.tuples(st.integers(0, 5), st.integers(0, 40), st.floats(0.1, 50)), min_size=1, max_size=9).flatmap(
        lambda rows: st.tuples(st.just(rows), st.integers(sum(r[0] for r in rows), sum(r[0] + r[1] for r in rows)))
    )
)
def test_an_allocation_adds_up_within_its_bounds_and_follows_the_weights(case: tuple[list[tuple[int, int, float]], int]) -> None:
    rows, total = case
    fewest, most = [low for low, _, _ in rows], [low + more for low, more, _ in rows]
    found = allocate(total, fewest, most, [weight for _, _, weight in rows])
    assert sum(found) == total
    assert all(low <= value <= high for low, value, high in zip(fewest, found, most, strict=True))
    for value, high, (_, _, weight) in zip(found, most, rows, strict=True):
        for other, low, (_, _, heavier) in zip(found, fewest, rows, strict=True):
            if weight >= heavier and value < high and other > low:
                assert value >= other - 1


@given(st.lists(st.floats(0, 0.5), min_size=1, max_size=40).flatmap(lambda u: st.tuples(st.just(u), st.integers(1, len(u)))))
def test_chances_by_uncertainty_add_up_are_at_most_one_and_rise_with_it(case: tuple[list[float], int]) -> None:
    uncertainty, n = np.array(case[0]), case[1]
    found = inclusion_probabilities(uncertainty, n)
    assert found.sum() == pytest.approx(n)
    assert found.min() > 0
    assert found.max() <= 1
    order = np.argsort(uncertainty)
    assert (np.diff(found[order]) >= -1e-9).all()


def test_a_fifth_of_the_chances_is_alike_for_all() -> None:
    found = inclusion_probabilities(np.array([0.0, 0.0, 0.0, 0.4] * 25), 10)
    assert found[0] == pytest.approx(0.2 * 10 / 100)
    assert found[3] == pytest.approx((0.2 + 0.8 * 4) * 10 / 100)


def test_uncertainty_is_the_root_of_the_mean_over_the_labels_that_were_learnt(population: Population) -> None:
    table = population.probabilities[:, :2]
    assert measure_uncertainty(population) == pytest.approx(np.sqrt((table * (1 - table)).mean(axis=1)))


def test_uncertain_draws_reduce_the_error_of_what_the_model_leaves_open(population: Population) -> None:
    """The corrected total, sum of (y - p)/chance, varies less than with equal chances where p tells how unsure it is."""
    big = scored(gather_population([article(f"a{n}", 10) for n in range(20)]), seed=1)
    big = replace(big, probabilities=big.probabilities[:, :1], labels=("storm",))
    p = big.probabilities[:, 0]
    codes = rng(2).random(len(big)) < p
    place = {big.draw(row, "x").id: row for row in range(len(big))}
    spread = {}
    for draw in (draw_random, draw_uncertain):
        totals = []
        for seed in range(500):
            found = chances(draw(big, 40, rng(seed)))
            totals.append(sum((codes[place[key]] - p[place[key]]) / chance for key, chance in found.items()))
        spread[draw] = float(np.std(totals))
    assert spread[draw_uncertain] < 0.95 * spread[draw_random]


def test_equally_many_come_from_each_outlet_where_uncertain_draws_are_by_outlet(population: Population) -> None:
    sample = draw_uncertain(population, 9, rng(), by_outlet=True)
    assert [(s.name, s.drawn) for s in sample.strata] == [("Daily", 3), ("Weekly", 3), ("unknown", 3)]
    assert draw_uncertain(population, 9, rng()).strata[0].name == WHOLE
    assert {line.stratum for line in draw_uncertain(population, 9, rng()).drawn} == {None}


@pytest.fixture(scope="module")
def from_model(model: FramingModel) -> Callable[..., Population]:
    texts = {
        "b": "The gale felled 12 trees by the river. A bus holds 40 people.",
        "a": "It rained. “Hail broke 3 roofs,” Rojas said.",
    }
    articles = [Skipped("x", "it is empty"), *(Article(name, text, outlet="Daily", source=name) for name, text in texts.items())]

    def gather(labels: Sequence[str] = ()) -> Population:
        return gather_scored(score_articles(articles, ModelScorer(model.compile())), list_outputs(model.codebook), labels)

    return gather


def test_a_models_probabilities_stand_beside_their_sentences(from_model: Callable[..., Population], model: FramingModel) -> None:
    population = from_model()
    assert population.labels == ("harvest", "storm", "ghost", "mayor:favor", "mayor:against")
    assert [item.source for item in population.skipped] == ["x"]
    assert population.probabilities.shape == (4, 5)
    assert np.isnan(population.probabilities[:, 2]).all()
    for row in range(4):
        scores = model.score([population.sentence(row).text])
        assert population.probabilities[row, 1] == pytest.approx(scores.frames[0][1])
    assert population.trained_on.tolist() == [False] * 4
    assert len(draw_uncertain(population, 2, rng()).drawn) == 2


@pytest.mark.parametrize(
    ("labels", "kept"),
    [
        (["storm"], ("storm",)),
        (["mayor", "storm"], ("mayor:favor", "mayor:against", "storm")),
        (["mayor:against"], ("mayor:against",)),
    ],
)
def test_labels_can_be_chosen(from_model: Callable[..., Population], labels: list[str], kept: tuple[str, ...]) -> None:
    assert from_model(labels).labels == kept


def test_an_unknown_label_is_refused(from_model: Callable[..., Population]) -> None:
    with pytest.raises(UsageError, match=r"the model knows no label 'strom' .did you mean 'storm'"):
        from_model(["strom"])


def test_a_coded_sentence_is_found_by_its_text_and_of_two_alike_by_its_index() -> None:
    twice = Article("a", "It rained.\nIt rained.\nIt poured.", sentences=("It rained.", "It rained.", "It poured."))
    population = gather_population([twice])
    cases = [
        Annotation("a:1", "a", "It rained.", frozenset()),
        Annotation("s7", "a", "It rained.", frozenset(), index=1),
        Annotation("s7", "a", "It rained.", frozenset()),
        Annotation("s8", "a", "", frozenset(), hash=hash_sentence("It poured.")),
        Annotation("a:2", "a", "It pours.", frozenset()),
        Annotation("b:0", "b", "It rained.", frozenset()),
    ]
    assert [row for _, row in population.find_rows(cases)] == [1, 1, 0, 2, None]
