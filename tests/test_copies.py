from __future__ import annotations

import os
import subprocess
import sys
import tracemalloc
from collections.abc import Callable, Sequence
from dataclasses import asdict
from itertools import combinations
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from framing.copies import HEAD, MANY, MIN_SHARED, SHINGLE, WHOLE, CopyGroup, find_copies
from framing.errors import UsageError

Article = list[str]


def write(seed: int, sentences: int = 20, words: int = 15) -> Article:
    """Return sentences of words that no other seed has."""
    rng = np.random.default_rng(seed)
    drawn = rng.integers(10**6, size=(sentences, words))
    return [" ".join(f"{'bdfglmnrst'[number % 10]}o{number}x{seed}" for number in row).capitalize() + "." for row in drawn]


def count_up(start: int, stop: int) -> Article:
    return [" ".join(f"n{number}" for number in range(start, stop))]


def groups(articles: Sequence[Sequence[str]], **options: object) -> list[tuple[int, ...]]:
    return [group.articles for group in find_copies(articles, **options)]  # type: ignore[arg-type]


STORY = write(1)

EDITS: dict[str, Callable[[Article], Article]] = {
    "collected twice": list,
    "in capitals": lambda story: [sentence.upper() for sentence in story],
    "with other quotation marks": lambda story: [f"“{sentence[:-1]},” she said…" for sentence in story],
    "with other punctuation": lambda story: [sentence.replace(" ", ", ", 3).replace(".", "!") for sentence in story],
    "with soft hyphens": lambda story: [sentence.replace("x", "x\u00ad") for sentence in story],
    "in full-width letters": lambda story: [
        "".join(chr(ord(sign) + 0xFEE0) if sign.isalnum() else sign for sign in sentence) for sentence in story
    ],
    "as one sentence": lambda story: [" ".join(story)],
    "with a dateline": lambda story: ["LISBON, 3 May (Agency) —", *story],
    "under another headline and with another end": lambda story: [*write(90, 1), *story[:-1], *write(91, 2)],
    "every second paragraph cut": lambda story: [s for number, s in enumerate(story) if number % 4 < 2],
    "every second sentence cut": lambda story: story[::2],
    "its first third": lambda story: story[:7],
    "with as much again of one's own": lambda story: [*write(92), *story],
    "one word in twenty replaced": lambda story: [" ".join(["Indeed", *sentence.split()[1:]]) for sentence in story],
}


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS.keys())
def test_a_story_is_found_again(edit: Callable[[Article], Article]) -> None:
    assert groups([write(2), STORY, write(3), edit(STORY), write(4)]) == [(1, 3)]


@pytest.mark.parametrize(
    "other",
    [
        pytest.param([], id="nothing"),
        pytest.param(write(2), id="another story"),
        pytest.param([*STORY[:3], *write(2)], id="a long quotation from it"),
        pytest.param(STORY[:2], id="a brief of thirty words"),
        pytest.param([" ".join(reversed(" ".join(STORY).split()))], id="its words in another order"),
    ],
)
def test_what_is_no_copy_of_a_story(other: Article) -> None:
    assert groups([STORY, other]) == []


def test_what_is_shared_is_the_part_of_the_shorter_texts_shingles() -> None:
    """100 words are 96 shingles, 200 words 196; 60 words in one piece are 56 shingles."""
    short, long = count_up(0, 100), count_up(40, 240)
    assert find_copies([long, short]) == [CopyGroup((0, 1), (56 / 96, 56 / 96))]
    assert find_copies([long, short], threshold=56 / 96) == [CopyGroup((0, 1), (56 / 96, 56 / 96))]
    assert find_copies([long, short], threshold=57 / 96) == []
    assert find_copies([count_up(0, 100), count_up(52, 152)]) == []  # 44 of 96


def test_each_article_has_what_it_shares_with_the_nearest_other_one() -> None:
    """The third of three versions shares 86 shingles with the second and 76 with the first."""
    versions = [count_up(0, 100), count_up(10, 110), count_up(20, 120)]
    first, second, third = find_copies([*versions, count_up(10, 110)])[0].shared[:3]
    assert (first, second, third) == (86 / 96, 1.0, 86 / 96)


@pytest.mark.parametrize(("words", "found"), [(MIN_SHARED + SHINGLE - 2, []), (MIN_SHARED + SHINGLE - 1, [(0, 1)])])
def test_a_brief_is_found_in_a_story_only_where_it_is_long_enough(words: int, found: list[tuple[int, ...]]) -> None:
    assert groups([count_up(0, 300), count_up(100, 100 + words)]) == found


def test_texts_too_short_to_compare_are_copies_where_all_their_words_are_the_same() -> None:
    assert find_copies([["Ferry sinks."], ["FERRY SINKS!"], ["Ferry", "sinks", "again."]]) == [CopyGroup((0, 1), (1.0, 1.0))]


def test_articles_without_words_are_nobodys_copies() -> None:
    assert groups([[], [], [""], ["…"], ["…"], STORY, [" — "]]) == []


@pytest.mark.parametrize("articles", [[], [[]], [STORY], [["One."]]])
def test_one_article_has_no_copy(articles: list[Article]) -> None:
    assert find_copies(articles) == []


def test_chinese_without_spaces_is_compared_by_the_character() -> None:
    rng = np.random.default_rng(0)
    story, other = ("".join(chr(0x4E00 + number) for number in rng.integers(3000, size=400)) for _ in range(2))
    cut = [f"（本报讯）{story[:120]}。", f"{story[200:300]}。"]
    assert groups([[story], [other], cut, [other[:30] + story[:30]]]) == [(0, 2)]
    assert find_copies([[story[:200]], [story[100:300]]], threshold=0.4) == [CopyGroup((0, 1), (96 / 196, 96 / 196))]


def test_a_round_up_does_not_bring_two_stories_together() -> None:
    longer, shorter = write(1, 20), write(2, 12)
    assert groups([longer, shorter, longer + shorter]) == [(0, 2)]
    assert groups([shorter, longer + shorter]) == [(0, 1)]


def test_a_round_up_that_several_outlets_print_does_not_bring_two_stories_together() -> None:
    first, second = write(1, 20), write(2, 12)
    printed = [first, [*write(3, 1), *first], second, [*second, *write(4, 1)], *([*write(n, 1), *first, *second] for n in (5, 6))]
    assert groups(printed) == [(0, 1, 4, 5), (2, 3)]


def test_versions_of_a_running_story_are_one_group_as_far_as_the_last_still_shares_with_the_first() -> None:
    """Each version of 300 words drops the first 60 of the one before: four on, 60 are left, a fifth."""
    versions = [count_up(start, start + 300) for start in range(0, 300, 60)]
    assert groups(versions[:4], threshold=0.7) == [(0, 1, 2, 3)]
    found = groups(versions, threshold=0.7)
    assert found
    assert all(not {0, 4} <= set(group) for group in found)


def test_different_cuts_of_a_story_are_one_group() -> None:
    cuts = [STORY[:12], STORY[4:16], STORY[::2], STORY]
    assert groups(cuts) == [(0, 1, 2, 3)]


FOOTER = write(99, 30)


def test_a_footer_longer_than_the_articles_makes_no_copies() -> None:
    daily = [[*write(number, 10), *FOOTER] for number in range(MANY + 1)]
    assert groups(daily) == []
    assert groups(daily, outlets=["Daily"] * len(daily)) == []


def test_copies_are_found_beside_a_footer() -> None:
    daily = [[*write(number, 10), *FOOTER] for number in range(MANY + 1)]
    daily += [[*write(3, 10)[:-1], *FOOTER]]
    part = 131 / 135  # of the shingles that start before the footer, four end in it
    assert find_copies(daily) == [CopyGroup((3, len(daily) - 1), (part, part))]


def test_text_that_few_articles_share_is_no_standing_text() -> None:
    assert groups([[*write(number, 10), *FOOTER] for number in range(MANY)]) == [tuple(range(MANY))]


def test_an_agency_story_that_many_outlets_print_is_no_standing_text() -> None:
    printed = [[*write(number, 10), *STORY] for number in range(2, 2 + 3 * MANY)]
    assert groups(printed, outlets=[f"Daily {number}" for number in range(len(printed))]) == [tuple(range(len(printed)))]
    assert groups(printed) == []  # without outlets, a footer cannot be told from it


def test_the_same_article_is_found_however_often_an_outlet_printed_it() -> None:
    own = int(20 * (1 - WHOLE)) - 1
    printed = [[*write(number, own), *STORY] for number in range(2, 4 + MANY)]
    assert groups(printed, outlets=["Daily"] * len(printed)) == [tuple(range(len(printed)))]


def test_outlets_need_not_be_known() -> None:
    printed = [STORY, [*STORY, *write(2, 3)], write(3), write(3)]
    assert groups(printed, outlets=[None, "Daily", None, "Weekly"]) == [(0, 1), (2, 3)]


@pytest.mark.parametrize("versions", [HEAD - 1, HEAD, HEAD + 1, 3 * HEAD])
def test_a_story_is_one_group_however_many_versions_it_has(versions: int) -> None:
    printed = [[*write(number, 2), *STORY] for number in range(2, versions + 2)]
    (found,) = find_copies([*printed, write(0)], outlets=[str(number % 40) for number in range(versions + 1)])
    assert found.articles == tuple(range(versions))
    assert min(found.shared) == max(found.shared) == pytest.approx(296 / 326)


def test_neither_work_nor_memory_grows_with_the_square_of_the_versions() -> None:
    """All pairs of 1,200 versions would be 720,000, of a hundred bytes and more each while they are joined."""
    printed = [[f"a{number} b{number} c{number} d{number}", *count_up(0, 60)] for number in range(1200)]
    tracemalloc.start()
    found = groups(printed)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert found == [tuple(range(1200))]
    assert peak < 30e6


def test_a_round_up_of_equal_parts_goes_with_the_same_story_in_any_order() -> None:
    stories = [write(1), write(2)]
    for seed in range(10):
        pile = [*stories, [*write(seed + 10, 1), *stories[0], *stories[1]]]
        (found,), (turned,) = groups(pile), groups([pile[1], pile[0], pile[2]])
        assert found == {(0, 2): (1, 2), (1, 2): (0, 2)}[turned]


def test_a_text_of_several_outlets_counts_for_the_same_one_in_any_order() -> None:
    daily = [[*write(number, 10), *FOOTER] for number in range(MANY + 1)]
    for outlets in (["Daily", "Weekly"], ["Weekly", "Daily"]):
        assert groups([daily[0], *daily], outlets=[*outlets, *["Daily"] * MANY]) == [(0, 1)]


def test_groups_come_by_their_first_article() -> None:
    assert groups([write(1), write(2), write(3), write(2), write(1), write(3), write(4)]) == [(0, 4), (1, 3), (2, 5)]


@pytest.mark.parametrize("threshold", [0.0, -0.5, 1.01, float("nan")])
def test_a_threshold_that_no_text_can_share_is_refused(threshold: float) -> None:
    with pytest.raises(UsageError, match="ask for more than 0 and at most 1"):
        find_copies([STORY, STORY], threshold=threshold)


def test_a_group_is_plain_data() -> None:
    (found,) = find_copies([STORY, STORY])
    assert asdict(found) == {"articles": (0, 1), "shared": (1.0, 1.0)}


POOL = [sentence for seed in range(6) for sentence in write(seed, 4)]
PILES = st.lists(st.lists(st.sampled_from(POOL), max_size=12), min_size=1, max_size=MANY)
THRESHOLDS = st.sampled_from([0.2, 0.5, 0.8, 1.0])


def compare(one: Article, other: Article) -> tuple[float, bool]:
    """Return containment and whether there is enough for copies, by sets of runs of words."""
    words = [" ".join(article).lower().replace(".", "").split() for article in (one, other)]
    left, right = ({tuple(line[k : k + SHINGLE]) for k in range(len(line) - SHINGLE + 1)} for line in words)
    if words[0] == words[1]:
        return 1.0, bool(words[0])
    return len(left & right) / max(min(len(left), len(right)), 1), len(left & right) >= MIN_SHARED


@given(PILES, THRESHOLDS)
def test_every_article_is_near_one_of_its_group_and_related_to_all(pile: list[Article], threshold: float) -> None:
    found = find_copies(pile, threshold=threshold)
    placed = [article for group in found for article in group.articles]
    assert len(placed) == len(set(placed))
    for group in found:
        for article, shared in zip(group.articles, group.shared, strict=True):
            parts = [compare(pile[article], pile[other])[0] for other in group.articles if other != article]
            assert shared == max(parts) >= threshold
            assert min(parts) >= threshold / 2


@given(PILES, THRESHOLDS)
def test_copies_are_kept_apart_only_where_articles_beside_them_are_unrelated(pile: list[Article], threshold: float) -> None:
    group_of = {article: group for group in groups(pile, threshold=threshold) for article in group}
    for one, other in combinations(range(len(pile)), 2):
        left, right = group_of.get(one, (one,)), group_of.get(other, (other,))
        part, is_enough = compare(pile[one], pile[other])
        if left != right and is_enough and part >= threshold:
            assert any(compare(pile[a], pile[b])[0] < threshold / 2 for a in left for b in right)


@given(PILES, THRESHOLDS, st.randoms(use_true_random=False))
def test_the_groups_do_not_depend_on_the_order_of_the_articles(pile: list[Article], threshold: float, random: Random) -> None:
    order = list(range(len(pile)))
    random.shuffle(order)

    def name(numbers: Sequence[int]) -> set[frozenset[tuple[int, float]]]:
        outlets = [str(number % 3) for number in numbers]
        found = find_copies([pile[number] for number in numbers], outlets=outlets, threshold=threshold)
        return {frozenset((numbers[a], part) for a, part in zip(group.articles, group.shared, strict=True)) for group in found}

    assert name(order) == name(range(len(pile)))


def test_the_groups_do_not_depend_on_pythons_hash_seed() -> None:
    code = (
        "from framing.copies import find_copies\n"
        "texts = [[f'w{k * k % 97} v{k % 13}' for k in range(start, start + 60)] for start in range(0, 200, 9)]\n"
        "print(find_copies(texts, outlets=['a', 'b'] * 11 + ['c'], threshold=0.3))"
    )
    run = [
        subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, env=os.environ | {"PYTHONHASHSEED": seed})
        for seed in ("1", "2")
    ]
    assert run[0].stdout == run[1].stdout
    assert b"CopyGroup" in run[0].stdout
