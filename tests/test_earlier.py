from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest

from framing.annotation_files import parse_annotation
from framing.annotations import Annotation
from framing.articles import Article
from framing.errors import AnnotationError, FramingError, UsageError
from framing.population import Population, gather_population
from framing.samples import DrawnSentence, sample_record
from framing.sampling.designs import Sample, draw_random, draw_stratified, draw_uncertain
from framing.sampling.earlier import find_earlier, unite_draws

SEEDS = 2000
LENGTHS = {"a": 5, "b": 1, "c": 7, "d": 4, "e": 2, "f": 9}


def make_population(names: Iterable[str] = LENGTHS) -> Population:
    articles = []
    for name in names:
        texts = tuple(f"Sentence {number} of {name}." for number in range(LENGTHS[name]))
        outlet = {"d": "Weekly", "e": "Weekly", "f": None}.get(name, "Daily")
        articles.append(Article(name, "\n".join(texts), outlet, date="2024-01" if name in "ad" else None, sentences=texts))
    return gather_population(articles)


@pytest.fixture(scope="module")
def population() -> Population:
    found = make_population()
    return replace(found, labels=("storm",), probabilities=np.random.default_rng(3).random((len(found), 1)))


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def lines(drawn: Iterable[DrawnSentence]) -> list[Annotation]:
    """Return the lines of a sample's file as they are read again."""
    return [parse_annotation(json.dumps(sample_record(line)), f"s.jsonl:{n}") for n, line in enumerate(drawn, 1)]


def coded(drawn: Iterable[DrawnSentence]) -> list[Annotation]:
    """Return a coder's decisions on a sample, as they are written."""
    return [replace(line, status="coded", coder="ana", extra={"stratum": line.extra.get("stratum")}) for line in lines(drawn)]


Further = Callable[[Population, np.random.Generator, list[Annotation]], Sample]
CHAINS: dict[str, tuple[Further, Further]] = {
    "random, random": (
        lambda p, r, e: draw_random(p, 6, r),
        lambda p, r, e: draw_random(p, 8, r, earlier=e),
    ),
    "by outlet, by outlet": (
        lambda p, r, e: draw_stratified(p, 5, r, allocation="proportional"),
        lambda p, r, e: draw_stratified(p, 10, r, earlier=e),
    ),
    "by month, by month": (
        lambda p, r, e: draw_stratified(p, 7, r, period="month"),
        lambda p, r, e: draw_stratified(p, 9, r, period="month", earlier=e),
    ),
    "by outlet, one outlet": (
        lambda p, r, e: draw_stratified(p, 5, r),
        lambda p, r, e: draw_stratified(p, {"Daily": 5}, r, earlier=e),
    ),
}  # fmt: skip


@pytest.mark.parametrize("same_seed", [False, True])
@pytest.mark.parametrize("name", CHAINS)
def test_two_draws_together_take_a_sentence_as_often_as_the_second_says(
    population: Population, name: str, *, same_seed: bool
) -> None:
    """Whether the second draw goes on with the random numbers of the first, or begins with the same seed, as the command does."""
    first, second = CHAINS[name]
    drawn: Counter[str] = Counter()
    said: dict[str, float] = {}
    for seed in range(SEEDS):
        chance = rng(seed)
        before = first(population, chance, [])
        after = second(population, rng(seed) if same_seed else chance, lines(before.drawn))
        assert not {line.id for line in before.drawn} & {line.id for line in after.drawn}
        drawn.update(line.id for line in (*before.drawn, *after.drawn))
        said.update({line.id: float(line.inclusion_probability or 0) for line in after.drawn})
    for key, probability in said.items():
        assert abs(drawn[key] / SEEDS - probability) <= 5 * (probability * (1 - probability) / SEEDS) ** 0.5


def test_three_draws_with_one_seed_take_each_pair_of_sentences_as_often_as_one_draw_would(population: Population) -> None:
    """Of 28 sentences 12 are drawn in three goes: each with chance 12/28, each pair with 12 · 11 / (28 · 27)."""
    single: Counter[str] = Counter()
    pairs: Counter[frozenset[str]] = Counter()
    for seed in range(SEEDS):
        drawn: list[DrawnSentence] = []
        for size in (5, 4, 3):
            drawn += draw_random(population, size, rng(seed), earlier=lines(drawn)).drawn
        single.update(line.id for line in drawn)
        pairs.update(frozenset(pair) for pair in combinations([line.id for line in drawn], 2))
    for counts, probability, number in ((single, 12 / 28, 28), (pairs, 12 * 11 / (28 * 27), 378)):
        assert len(counts) == number
        error = (probability * (1 - probability) / SEEDS) ** 0.5
        assert all(abs(count / SEEDS - probability) <= 5 * error for count in counts.values())


@pytest.mark.parametrize("design", [draw_random, draw_stratified])
def test_a_second_draw_with_the_seed_of_the_first_takes_any_sentence_whatever_the_first_took(design: Callable[..., Sample]) -> None:
    """Two of ten sentences, one an outlet where strata are outlets, then two of the rest: each way there is as likely."""
    alone = make_uncertain([5, 5])
    ways: Counter[tuple[str, str]] = Counter()
    trials = 8000
    for seed in range(trials):
        first = design(alone, 2, rng(seed)).drawn
        second = design(alone, 2, rng(seed), earlier=lines(first)).drawn
        ways.update((one.id, other.id) for one in first for other in second if design is draw_random or one.outlet == other.outlet)
    number, chance = (90, 4 / 90) if design is draw_random else (40, 2 / 40)
    assert len(ways) == number
    assert all(abs(count / trials - chance) <= 5 * (chance * (1 - chance) / trials) ** 0.5 for count in ways.values())


def test_what_follows_a_further_draw_does_not_repeat_the_first_either(population: Population) -> None:
    """Who codes what is drawn after the sentences, with the same generator."""
    chance, again = rng(), rng()
    before = draw_random(population, 5, chance)
    draw_random(population, 5, again, earlier=lines(before.drawn))
    follow = again.random(9)
    repeated = rng()
    assert not set(follow.tolist()) & set(repeated.random(200).tolist())
    one_more = rng()
    draw_random(population, 5, one_more, earlier=lines(before.drawn))
    assert (one_more.random(9) == follow).all()


def test_a_stratified_draw_after_a_random_one_is_right_given_how_many_fell_into_each_stratum(population: Population) -> None:
    """Among the seeds whose first draw left the same counts, the second draw's probability is the share taken."""
    drawn: Counter[tuple[object, str]] = Counter()
    seeds: Counter[object] = Counter()
    said = {}
    for seed in range(SEEDS):
        chance = rng(seed)
        before = draw_random(population, 5, chance)
        after = draw_stratified(population, 9, chance, earlier=lines(before.drawn))
        counts = tuple(stratum.earlier for stratum in after.strata)
        seeds[counts] += 1
        drawn.update((counts, line.id) for line in (*before.drawn, *after.drawn))
        said.update({(counts, line.id): float(line.inclusion_probability or 0) for line in after.drawn})
    often = max(seeds, key=seeds.__getitem__)
    rows = [key for key in said if key[0] == often]
    assert len(rows) == len(population)
    for key in rows:
        probability, trials = said[key], seeds[often]
        assert abs(drawn[key] / trials - probability) <= 5 * (probability * (1 - probability) / trials) ** 0.5


@pytest.mark.parametrize("name", CHAINS)
def test_shares_are_weighted_with_the_probability_of_all_draws_together(population: Population, name: str) -> None:
    chance = rng()
    before = CHAINS[name][0](population, chance, [])
    after = CHAINS[name][1](population, chance, lines(before.drawn))
    united = unite_draws(population, [*coded(before.drawn), *lines(after.drawn), *coded(after.drawn)])
    assert len(united) == len(before.drawn) + len(after.drawn)
    assert sum(1 / value for value in united.values()) == pytest.approx(len(population))
    ids = {population.draw(row, "x").id: value for row, value in united.items()}
    assert all(ids[line.id] == pytest.approx(line.inclusion_probability) for line in after.drawn)


def test_a_third_draw_follows_a_random_and_a_stratified_one(population: Population) -> None:
    first = draw_random(population, 5, rng())
    second = draw_stratified(population, 6, rng(), earlier=lines(first.drawn))
    both = [*lines(first.drawn), *lines(second.drawn)]
    third = draw_stratified(population, 3, rng(), earlier=both)
    assert [stratum.earlier + stratum.drawn for stratum in third.strata] == [5, 5, 4]
    united = unite_draws(population, [*both, *lines(third.drawn)])
    assert sum(1 / value for value in united.values()) == pytest.approx(len(population))


def test_an_outlet_that_is_behind_catches_up(population: Population) -> None:
    first = draw_stratified(population, {"Daily": 4}, rng())
    second = draw_stratified(population, 5, rng(), earlier=lines(first.drawn))
    assert {s.name: (s.earlier, s.drawn) for s in second.strata} == {"Daily": (4, 0), "Weekly": (0, 3), "unknown": (0, 2)}


@pytest.mark.parametrize("sampling", ["active", "written", None, "census"])
def test_sentences_that_came_otherwise_may_be_drawn_by_chance(population: Population, sampling: str | None) -> None:
    rows = [population.draw(row, "x", 1.0) for row in range(len(population))]
    earlier = [replace(line, sampling=sampling) for line in lines(rows)]
    sample = draw_random(population, len(population), rng(), earlier=earlier)
    assert len(sample.drawn) == len(population)
    assert unite_draws(population, earlier) == {}


def test_a_line_of_a_random_draw_without_its_probability_is_no_draw_that_can_be_counted(population: Population) -> None:
    earlier = [replace(line, inclusion_probability=None) for line in lines(draw_random(population, 5, rng()).drawn)]
    assert find_earlier(population, earlier) == []


def test_skipped_and_rejected_sentences_were_drawn_all_the_same(population: Population) -> None:
    before = draw_random(population, 5, rng())
    earlier = [replace(line, status="rejected") for line in coded(before.drawn)]
    sample = draw_random(population, 50, rng(), earlier=earlier)
    assert len(sample.drawn) == len(population) - 5
    assert sample.notes == ("50 sentences were asked for, but only 23 are left to draw: all were taken",)
    assert sample.strata[0].lowest == 1.0


RANDOM5, OUTLET6, MONTH7 = (
    lambda p: draw_random(p, 5, rng()),
    lambda p: draw_stratified(p, 6, rng()),
    lambda p: draw_stratified(p, 7, rng(), period="month"),
)


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        (OUTLET6, lambda p, e: draw_random(p, 5, rng(), earlier=e), r"drawn earlier \(stratified\); a draw by design random"),
        (RANDOM5, lambda p, e: draw_uncertain(p, 5, rng(), earlier=e), r"drawn earlier \(random\); a draw by design uncertainty"),
        (
            lambda p: draw_uncertain(p, 5, rng()),
            lambda p, e: draw_stratified(p, 5, rng(), earlier=e),
            r"drawn earlier \(uncertainty\); a draw by design stratified",
        ),
        (OUTLET6, lambda p, e: draw_stratified(p, 9, rng(), period="month", earlier=e), "drawn earlier from the stratum 'Daily'"),
        (MONTH7, lambda p, e: draw_stratified(p, 9, rng(), earlier=e), r"sentences of 'Daily' were drawn earlier from the stratum"),
        (RANDOM5, lambda p, e: draw_random(p, 5, rng(), earlier=e[:3]), r"took 17\.86 % of the sentences, but 3 of 28 are found"),
        (RANDOM5, lambda p, e: draw_stratified(p, 5, rng(), earlier=e[:3]), "the earlier random draws took"),
        (OUTLET6, lambda p, e: draw_stratified(p, 5, rng(), earlier=e[1:]), "the earlier draws from '.*' took"),
        (
            RANDOM5,
            lambda p, e: draw_random(make_population("abcdf"), 5, rng(), earlier=e),
            "the same articles as then, or leave the earlier files out",
        ),
        (
            OUTLET6,
            lambda p, e: draw_stratified(make_population("abdef"), 5, rng(), earlier=e),
            "the earlier draws from 'Daily' took",
        ),
        (
            lambda p: draw_stratified(p, 6, rng(), period="month"),
            lambda p, e: draw_stratified(p, 6, rng(), earlier=[replace(line, extra={}) for line in e]),
            "drawn earlier from the stratum None",
        ),
        (lambda p: draw_random(p, 28, rng()), lambda p, e: draw_random(p, 1, rng(), earlier=e), "nothing is left to draw"),
        (lambda p: draw_stratified(p, 28, rng()), lambda p, e: draw_stratified(p, 1, rng(), earlier=e), "nothing is left to draw"),
    ],
)
def test_draws_that_make_no_one_sample_are_refused_with_a_line(
    population: Population,
    before: Callable[[Population], Sample],
    after: Callable[[Population, list[Annotation]], Sample],
    message: str,
) -> None:
    with pytest.raises((AnnotationError, UsageError), match=message) as error:
        after(population, lines(before(population).drawn))
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    "draws",
    [
        lambda p: [*RANDOM5(p).drawn, *draw_uncertain(p, 5, rng()).drawn],
        lambda p: [*OUTLET6(p).drawn, *MONTH7(p).drawn],
        lambda p: RANDOM5(p).drawn[:4],
    ],
)
def test_draws_that_make_no_one_sample_have_no_probability_together(
    population: Population, draws: Callable[[Population], list[DrawnSentence]]
) -> None:
    with pytest.raises(FramingError):
        unite_draws(population, lines(draws(population)))


def make_uncertain(lengths: Iterable[int], seed: int = 1) -> Population:
    """Return articles of two outlets with made-up probabilities, those of one article alike."""
    articles = []
    for number, length in enumerate(lengths):
        texts = tuple(f"Sentence {place} of {number}." for place in range(length))
        articles.append(Article(f"{number:03}", "\n".join(texts), ("Daily", "Weekly")[number % 2], sentences=texts))
    population = gather_population(articles)
    chance = np.random.default_rng(seed)
    shared = chance.beta(0.3, 3, len(articles))[population.article]
    return replace(population, labels=("storm",), probabilities=(0.5 * shared + 0.5 * chance.beta(0.3, 3, len(shared)))[:, None])


@pytest.mark.parametrize("by_outlet", [False, True])
@pytest.mark.parametrize("size", [12, 60, 300])
def test_one_draw_by_uncertainty_is_taken_for_one_and_two_of_them_are_refused(size: int, *, by_outlet: bool) -> None:
    population = make_uncertain(5 + number % 20 for number in range(80))
    for seed in range(30):
        one, other = (draw_uncertain(population, size, rng(s), by_outlet=by_outlet).drawn for s in (seed, 1000 + seed))
        assert len(unite_draws(population, [*lines(one), *coded(one)])) == size
        if size > 12:
            with pytest.raises(AnnotationError, match=r"draws by uncertainty (stand for about .* but 1,160|are several)") as error:
                unite_draws(population, [*lines(one), *lines(other)])
            assert "\n" not in str(error.value)


def test_draws_by_uncertainty_of_two_sizes_or_two_kinds_are_several_samples() -> None:
    population = make_uncertain([6] * 10)
    small, large = (draw_uncertain(population, size, rng()) for size in (20, 40))
    outlets = draw_uncertain(population, 2, rng(), by_outlet=True)
    for other in (large, outlets):
        with pytest.raises(AnnotationError, match="the earlier draws by uncertainty are several samples; two draws"):
            unite_draws(population, lines([*small.drawn, *other.drawn]))


def test_a_draw_by_uncertainty_of_which_most_lines_are_missing_is_refused() -> None:
    population = make_uncertain(5 + number % 20 for number in range(80))
    drawn = draw_uncertain(population, 300, rng()).drawn
    with pytest.raises(AnnotationError, match=r"stand for about \d+ sentences, but 1,160 are found here; two draws"):
        unite_draws(population, lines(drawn[:120]))


def test_a_draw_by_uncertainty_of_everything_is_one_sample(population: Population) -> None:
    drawn = draw_uncertain(population, 28, rng()).drawn
    assert set(unite_draws(population, lines(drawn)).values()) == {1.0}


def test_draws_by_uncertainty_keep_what_they_recorded(population: Population) -> None:
    sample = draw_uncertain(population, 5, rng())
    united = unite_draws(population, lines(sample.drawn))
    assert sorted(united.values()) == sorted(float(line.inclusion_probability or 0) for line in sample.drawn)


def test_earlier_samples_of_other_articles_do_not_matter(population: Population) -> None:
    other = lines(draw_random(make_population("abc"), 3, rng()).drawn)
    alone = make_population("def")
    assert draw_random(alone, 4, rng(), earlier=other) == draw_random(alone, 4, rng())
