from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from framing.annotations import Annotation
from framing.articles import Article
from framing.errors import UsageError
from framing.population import Population, gather_population
from framing.sampling import active
from framing.sampling.active import draw_active

TEXTS = (
    "The gale felled the old trees by the river.",
    "The gale felled the old trees by the lake.",
    "Growers reaped more wheat than ever.",
    "!!!",
    "A library owns many books.",
)
CHANCES = (0.5, 0.49, 0.3, 0.1, 0.01)


def make_population(texts: tuple[str, ...] = TEXTS, chances: tuple[float, ...] = CHANCES) -> Population:
    found = gather_population([Article("a", "\n".join(texts), "Daily", sentences=texts)])
    return replace(found, labels=("storm",), probabilities=np.array(chances)[:, None])


def draw(population: Population, n: int, coded: list[Annotation] | None = None) -> list[int | None]:
    sample = draw_active(population, n, np.random.default_rng(0), coded=coded or [])
    return [line.index for line in sample.drawn]


def test_the_most_uncertain_comes_first_and_then_what_is_unlike_it() -> None:
    population = make_population()
    assert draw(population, 1) == [0]
    assert draw(population, 2) == [0, 2]
    assert draw(population, 3) == [0, 2, 3]


def test_likeness_alone_leaves_nothing_out() -> None:
    assert draw(make_population(("It rained.",) * 4, (0.5, 0.5, 0.5, 0.5)), 3) == [0, 1, 2]
    assert draw(make_population(("!", "?!", "..."), (0.1, 0.5, 0.4)), 2) == [1, 2]


def test_active_sentences_say_that_they_are_and_have_no_inclusion_probability() -> None:
    sample = draw_active(make_population(), 3, np.random.default_rng(0))
    assert {(line.sampling, line.inclusion_probability, line.stratum) for line in sample.drawn} == {("active", None, None)}
    (stratum,) = sample.strata
    assert (stratum.lowest, stratum.drawn, stratum.sentences) == (None, 3, 5)


def test_what_is_coded_is_not_drawn_again() -> None:
    coded = [Annotation("a:0", "a", TEXTS[0], frozenset(), sampling="random", inclusion_probability=0.2)]
    assert draw(make_population(), 1, coded) == [1]


def test_more_than_there_are_gives_all_and_says_so() -> None:
    sample = draw_active(make_population(), 9, np.random.default_rng(0))
    assert len(sample.drawn) == 5
    assert sample.notes


def test_only_the_most_uncertain_few_thousand_are_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(active, "POOL", 20)
    texts = tuple(f"word{number} is alone here." for number in range(300))
    drawn = draw(make_population(texts, tuple(number / 600 for number in range(300))), 2)
    assert drawn[0] is not None
    assert all((index or 0) >= 280 for index in drawn)


@pytest.mark.parametrize(
    ("population", "n", "message"),
    [
        (make_population(), 0, "0 sentences cannot be drawn"),
        (replace(make_population(), labels=(), probabilities=np.zeros((0, 0))), 2, "no probability to draw by"),
    ],
)
def test_what_cannot_be_drawn_is_refused(population: Population, n: int, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        draw(population, n)
    coded = [Annotation(f"a:{n}", "a", text, frozenset()) for n, text in enumerate(TEXTS)]
    with pytest.raises(UsageError, match="every sentence of these articles is coded or drawn"):
        draw(make_population(), 2, coded)
