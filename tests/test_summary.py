from __future__ import annotations

import json
import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from framing.articles import Article, Skipped
from framing.errors import UsageError
from framing.model import FramingModel
from framing.scorer import Scorer
from framing.scoring import ArticleScore, article_record, score_articles, sentence_records
from framing.summary import (
    Tally,
    check_grouping,
    is_saved_scores,
    outlet_record,
    read_saved_scores,
    select,
    summarize,
    tally_score,
)


def tally(article: int, sentences: int, storm: int | None, *, group: str = "g", favor: int = 0) -> Tally:
    stance = {"mayor": {"favor": favor, "against": 0, "none": sentences - favor}}
    return Tally(group, f"a{article}", sentences, {"storm": storm}, stance)  # type: ignore[arg-type]


TALLIES = st.lists(st.integers(1, 30).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n))), min_size=1, max_size=12)


@given(TALLIES, st.randoms())
def test_shares_are_shares_and_the_order_of_articles_does_not_matter(rows: list[tuple[int, int]], shuffle: random.Random) -> None:
    tallies = [tally(number, size, storm) for number, (size, storm) in enumerate(rows)]
    (summary,) = summarize(tallies)
    share = summary.frames["storm"]
    assert share.share == pytest.approx(sum(storm for _, storm in rows) / sum(size for size, _ in rows))
    if share.low is not None and share.high is not None:
        assert 0 <= share.low <= share.high <= 1
    mixed = list(tallies)
    shuffle.shuffle(mixed)
    assert summarize(mixed)[0].frames["storm"].share == pytest.approx(share.share)


@given(TALLIES, TALLIES)
def test_sentence_counts_add_up_over_joined_inputs(first: list[tuple[int, int]], second: list[tuple[int, int]]) -> None:
    def count(rows: list[tuple[int, int]]) -> int:
        return summarize([tally(number, size, storm) for number, (size, storm) in enumerate(rows)])[0].sentences

    assert count(first + second) == count(first) + count(second)


def test_the_interval_is_the_bootstrap_over_articles() -> None:
    """Twenty articles of ten sentences, half of them all storm: the closed-form half-width is 1.96 * sqrt(.25 / 20)."""
    (summary,) = summarize([tally(number, 10, 10 if number % 2 else 0) for number in range(20)])
    share = summary.frames["storm"]
    assert share.share == 0.5
    assert share.low == pytest.approx(0.5 - 1.96 * (0.25 / 20) ** 0.5, abs=0.04)
    assert share.high == pytest.approx(0.5 + 1.96 * (0.25 / 20) ** 0.5, abs=0.04)


def test_few_articles_and_unlearnt_frames_get_no_figures_that_mean_nothing() -> None:
    (few,) = summarize([tally(number, 10, 3) for number in range(4)])
    assert (few.frames["storm"].share, few.frames["storm"].low) == (0.3, None)
    (unlearnt,) = summarize([tally(number, 10, None) for number in range(9)])
    assert unlearnt.frames["storm"].share is None


def test_a_summary_record_keeps_the_contract() -> None:
    (summary,) = summarize([tally(number, 10, 3, favor=2) for number in range(6)], reliable={"storm": True})
    record = outlet_record(summary)
    assert list(record) == ["outlet", "articles", "sentences", "labelled", "frames", "stance"]
    assert record["frames"]["storm"] == {
        "share": 0.3, "low": 0.3, "high": 0.3, "naive_share": 0.3, "method": "uncorrected", "reliable": True,
        "example": {"text": None, "article_id": None},
    }  # fmt: skip
    assert record["stance"]["mayor"]["balance"] == 0.2
    assert record["stance"]["mayor"]["reliable"] is None
    assert outlet_record(summary, "month")["month"] == "g"


def test_unknown_groups_and_frames_suggest_the_near_one() -> None:
    summaries = summarize([tally(0, 10, 3, group="Global Times"), tally(1, 10, 3, group="SCMP")])
    assert [s.group for s in select(summaries, ["SCMP"], ["storm"])] == ["SCMP"]
    assert select(summaries, [], []) == summaries
    with pytest.raises(UsageError, match="did you mean 'Global Times'"):
        select(summaries, ["Global Tines"], [])
    with pytest.raises(UsageError, match="did you mean 'month'"):
        check_grouping("moth")


@pytest.fixture(scope="module")
def scores(model: FramingModel) -> list[ArticleScore]:
    texts = [
        "The gale felled 12 trees by the river. A bus holds 40 people.",
        "“Hail broke 3 roofs in the valley,” Rojas said. It rained.",
    ]
    articles = [
        Article("a", texts[0], outlet="Daily", date="2024-11-02", country="PE"),
        Article("b", texts[1], outlet="Daily", date="2024"),
        Article("c", texts[0], title="Gales and rain closed 9 roads"),
    ]
    found = [item for item in score_articles(articles, Scorer(model)) if isinstance(item, ArticleScore)]
    assert len(found) == 3
    return found


@pytest.mark.parametrize(
    ("by", "groups"),
    [
        ("outlet", {"Daily": 4, "(unknown)": 2}),
        ("month", {"2024-11": 2, "2024": 2, "(unknown)": 2}),
        ("country", {"PE": 2, "(unknown)": 4}),
        ("voice", {"outlet": 5, "quoted": 1}),
    ],
)
@pytest.mark.parametrize("unit", ["fresh", "article", "sentence"])
def test_saved_scores_give_the_same_summary_as_the_articles(
    scores: list[ArticleScore], model: FramingModel, tmp_path: Path, by: str, groups: dict[str, int], unit: str
) -> None:
    fresh = summarize([tally for score in scores for tally in tally_score(score, by)])
    assert {summary.group: summary.sentences for summary in fresh} == groups
    if unit == "fresh":
        return
    path = tmp_path / "scores.jsonl"
    records = [article_record(score, model.codebook) for score in scores]
    if unit == "sentence":
        records = [record for score in scores for record in sentence_records(score, model.codebook)]
    path.write_text("\n".join(json.dumps(record) for record in records) + "\n\n{}\nnonsense\n")
    assert is_saved_scores(path)
    if (by, unit) == ("voice", "article"):
        with pytest.raises(UsageError, match="--unit sentence"):
            list(read_saved_scores(path.read_bytes().splitlines(), by, source="s"))
        return
    items = list(read_saved_scores(path.read_bytes().splitlines(), by, source="s"))
    assert [item.source.rsplit(":", 1)[1] for item in items if isinstance(item, Skipped)] == [
        str(len(records) + 2),
        str(len(records) + 3),
    ]
    saved = summarize([item[1] for item in items if not isinstance(item, Skipped)])
    assert {item[0] for item in items if not isinstance(item, Skipped)} == {model.label}
    for one, other in zip(fresh, saved, strict=True):
        assert (one.group, one.articles, one.sentences) == (other.group, other.articles, other.sentences)
        assert {f: s.share for f, s in one.frames.items()} == {f: s.share for f, s in other.frames.items()}
        assert {t: s.balance for t, s in one.stance.items()} == {t: s.balance for t, s in other.stance.items()}


def test_the_surest_sentence_is_kept_as_the_example(scores: list[ArticleScore]) -> None:
    summaries = summarize([tally for score in scores for tally in tally_score(score, "outlet")])
    example = summaries[1].frames["storm"].example
    assert example is not None
    assert example.text in ("The gale felled 12 trees by the river.", "“Hail broke 3 roofs in the valley,” Rojas said.")
    assert outlet_record(summaries[1])["frames"]["storm"]["example"]["article_id"] == example.article_id


@pytest.mark.parametrize("content", ["", "nonsense", '{"text": "x"}', "[" * 100_000])
def test_other_files_are_no_saved_scores(tmp_path: Path, content: str) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(content)
    assert not is_saved_scores(path)
    assert not is_saved_scores(tmp_path / "none.jsonl")
    assert not is_saved_scores(tmp_path)


@pytest.mark.parametrize(
    "change",
    [
        {"probabilities": 3},
        {"frames": ["unknown"]},
        {"stance": {"mayor": "maybe"}},
        {"kind": None, "text": None, "model": None, "stance": 1},
    ],
)
def test_a_broken_record_counts_for_nothing(scores: list[ArticleScore], model: FramingModel, change: dict[str, object]) -> None:
    good = [record for score in scores for record in sentence_records(score, model.codebook)]
    lines = [json.dumps(record).encode() for record in (*good, good[0] | change)]
    items = list(read_saved_scores(lines, "outlet", source="s"))
    assert [item.source for item in items if isinstance(item, Skipped)] == [f"s:{len(lines)}"]
    assert sum(item[1].sentences for item in items if not isinstance(item, Skipped)) == 6


@pytest.mark.parametrize("change", [{"sentences": 0}, {"sentences": "3"}, {"frames": {"storm": {"sentences": -1}}}])
def test_a_broken_article_record_is_skipped(scores: list[ArticleScore], model: FramingModel, change: dict[str, object]) -> None:
    record = article_record(scores[0], model.codebook) | change
    (item,) = read_saved_scores([json.dumps(record).encode()], "outlet", source="s")
    assert isinstance(item, Skipped)


@pytest.mark.parametrize(("count", "low", "high"), [(0, 0.0, 0.278), (10, 0.722, 1.0)])
def test_a_share_of_none_or_all_is_not_certain(count: int, low: float, high: float) -> None:
    """Wilson's interval for 0 or 10 of 10 articles."""
    (summary,) = summarize([tally(number, 10, count) for number in range(10)])
    share = summary.frames["storm"]
    assert (share.low, share.high) == (pytest.approx(low, abs=1e-3), pytest.approx(high, abs=1e-3))
    balance = summary.stance["mayor"]
    assert (balance.balance, balance.low, balance.high) == (0.0, pytest.approx(-0.278, abs=1e-3), pytest.approx(0.278, abs=1e-3))
