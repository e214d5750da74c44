from __future__ import annotations

from collections import Counter
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from framing.errors import UsageError
from framing.samples import DrawnSentence
from framing.sampling.assignment import assign_coders, count_overlap, rotate_pairs

CODERS = ("ana", "ben", "cleo", "dan", "eve", "fay", "gus")


def make_lines(count: int) -> list[DrawnSentence]:
    return [DrawnSentence(f"a:{n}", "a", "Daily", None, None, n, None, None, f"Sentence {n}.") for n in range(count)]


def assign(count: int, coders: int, overlap: int, seed: int = 0, *, everybody: bool = False) -> list[DrawnSentence]:
    rng = np.random.default_rng(seed)
    return assign_coders(make_lines(count), CODERS[:coders], overlap, rng, everybody=everybody)


@given(st.integers(0, 120), st.integers(1, 7), st.floats(0, 1), st.booleans(), st.integers(0, 99))
def test_loads_differ_by_one_at_most_and_every_sentence_has_its_coders(
    count: int, coders: int, share: float, everybody: bool, seed: int
) -> None:
    overlap = round(share * count) if coders > 1 else 0
    lines = assign(count, coders, overlap, seed, everybody=everybody)
    loads = Counter(coder for line in lines for coder in line.coders)
    assert max(loads[c] for c in CODERS[:coders]) - min(loads[c] for c in CODERS[:coders]) <= 1
    many = coders if everybody else 2
    assert Counter(len(line.coders) for line in lines) == Counter({many: overlap}) + Counter({1: count - overlap})
    assert [line.id for line in lines] == [line.id for line in make_lines(count)]
    assert all(list(line.coders) == sorted(line.coders) for line in lines)


@pytest.mark.parametrize("count", range(2, 21))
def test_pairs_rotate_without_giving_anybody_two_more_than_another(count: int) -> None:
    pairs = rotate_pairs(count)
    assert sorted(tuple(sorted(pair)) for pair in pairs) == list(combinations(range(count), 2))
    loads = Counter(dict.fromkeys(range(count), 0))
    for pair in pairs:
        loads.update(pair)
        assert max(loads.values()) - min(loads.values()) <= 1


@pytest.mark.parametrize("coders", range(3, 8))
@pytest.mark.parametrize("overlap", [10, 63, 200])
def test_all_pairs_share_equally_many_up_to_one(coders: int, overlap: int) -> None:
    pairs = Counter(line.coders for line in assign(300, coders, overlap) if len(line.coders) == 2)
    counts = [pairs[pair] for pair in combinations(CODERS[:coders], 2)]
    assert max(counts) - min(counts) <= 1


def test_the_overlap_is_a_simple_random_part_of_the_sample() -> None:
    """Each of 10 sentences is in the overlap of 3 in three tenths of 2,000 draws, and each pair in a fifteenth."""
    single: Counter[str] = Counter()
    pairs: Counter[tuple[str, str]] = Counter()
    for seed in range(2000):
        doubled = [line.id for line in assign(10, 2, 3, seed) if len(line.coders) == 2]
        single.update(doubled)
        pairs.update(combinations(doubled, 2))
    assert all(abs(count / 2000 - 0.3) <= 5 * (0.3 * 0.7 / 2000) ** 0.5 for count in single.values())
    assert len(pairs) == 45
    assert all(abs(count / 2000 - 1 / 15) <= 5 * (1 / 15 / 2000) ** 0.5 for count in pairs.values())


def test_no_coder_is_given_the_first_sentences_alone() -> None:
    firsts = Counter(assign(10, 2, 0, seed)[0].coders for seed in range(200))
    assert 60 < firsts["ana",] < 140


def test_one_seed_gives_one_assignment() -> None:
    assert assign(40, 3, 12, 5) == assign(40, 3, 12, 5)
    assert assign(40, 3, 12, 5) != assign(40, 3, 12, 6)


@pytest.mark.parametrize(
    ("coders", "overlap", "message"),
    [
        ((), 0, "name each coder who shall code the sentences, with --coder ANA --coder BEN"),
        (("ana", " "), 0, "name each coder"),
        (("ana", "ben", "ana"), 0, "the coder 'ana' is named twice"),
        (("ana", "ben"), 11, "11 sentences cannot be coded twice: 10 were drawn"),
        (("ana", "ben"), -1, "-1 sentences cannot be coded twice"),
        (("ana",), 3, "an overlap needs two coders or more: name another --coder, or leave --overlap out"),
    ],
)
def test_coders_who_cannot_be_given_sentences_are_refused(coders: tuple[str, ...], overlap: int, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        assign_coders(make_lines(10), coders, overlap, np.random.default_rng(0))


@pytest.mark.parametrize(
    ("given_", "count"), [("30%", 60), ("0.3", 60), ("60", 60), ("0", 0), ("1", 1), ("1.0", 200), ("100%", 200), ("0.5%", 1)]
)
def test_an_overlap_is_a_share_or_a_count(given_: str, count: int) -> None:
    assert count_overlap(given_, 200) == count


@pytest.mark.parametrize("given_", ["", "%", "many", "1.5", "-0.1", "101%", "201", "-1", "nan", "nan%", "inf%", "1e3", "30 %%"])
def test_an_overlap_out_of_range_is_refused(given_: str) -> None:
    with pytest.raises(UsageError, match="--overlap"):
        count_overlap(given_, 200)
