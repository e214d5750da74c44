"""Saved scores, read back: the same population as the articles gave, and nothing of a line that is not to be trusted."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from framing.articles import Article
from framing.codebook import Codebook, parse_codebook
from framing.evidence import gather_evidence
from framing.grouping import group_rows
from framing.labelling import list_outputs
from framing.model import FramingModel
from framing.population import Population, arrange_scored, gather_scored
from framing.saved_scores import Saved, is_saved_score, is_saved_scores, iterate_lines, read_saved_scores
from framing.scoring import ArticleScore, ModelScorer, article_record, score_articles, sentence_records
from framing.summarizing import summarize
from framing.summary_records import summary_records

Record = dict[str, Any]


@pytest.fixture(scope="module")
def scores(model: FramingModel) -> list[ArticleScore]:
    texts = [
        "The gale felled 12 trees by the river. A bus holds 40 people.",
        "“Hail broke 3 roofs in the valley,” Rojas said. It rained.\n\nThe mayor was blamed bitterly.",
        "Growers reaped 9 tonnes of wheat, and the mayor was praised warmly.",
    ]
    articles = [
        Article("b", texts[0], outlet="Daily", date="2024-11-02", country="PE", source="b.txt", url="https://example.org/b"),
        Article(
            "a", texts[1], outlet="Daily", date="2024", ownership="state", source="a.txt", title="Gales and rain closed 9 roads"
        ),
        Article("c", texts[2], source="c.txt"),
    ]
    return [item for item in score_articles(articles, ModelScorer(model.compile())) if isinstance(item, ArticleScore)]


@pytest.fixture(scope="module")
def sentences(scores: list[ArticleScore], model: FramingModel) -> list[Record]:
    return [record for score in scores for record in sentence_records(score, model.codebook)]


@pytest.fixture(scope="module")
def whole(scores: list[ArticleScore], model: FramingModel) -> list[Record]:
    return [article_record(score, model.codebook) for score in scores]


def read(records: list[Record], codebook: Codebook) -> Saved:
    return read_saved_scores([json.dumps(record).encode() + b"\n" for record in records], codebook, source="s")


def arrange(saved: Saved, codebook: Codebook) -> Population:
    return arrange_scored(saved.scored, list_outputs(codebook), skipped=saved.skipped)


def test_sentences_give_the_population_that_the_articles_gave(
    scores: list[ArticleScore], sentences: list[Record], model: FramingModel
) -> None:
    fresh, saved = gather_scored(scores, list_outputs(model.codebook)), read(sentences, model.codebook)
    again = arrange(saved, model.codebook)
    assert saved.skipped == ()
    assert saved.models == (model.label,)
    assert again.articles == fresh.articles
    assert again.labels == fresh.labels
    assert np.array_equal(again.given, fresh.given)
    assert np.array_equal(again.trained_on, fresh.trained_on)
    assert again.probabilities == pytest.approx(fresh.probabilities, abs=5.1e-7, nan_ok=True)
    assert [len(article.sentences) for article in again.articles] == [4, 2, 1]


@given(st.randoms())
def test_the_order_of_the_lines_does_not_matter(sentences: list[Record], codebook: Codebook, shuffle: random.Random) -> None:
    mixed = list(sentences)
    shuffle.shuffle(mixed)
    one, other = arrange(read(sentences, codebook), codebook), arrange(read(mixed, codebook), codebook)
    assert one.articles == other.articles
    assert np.array_equal(one.probabilities, other.probabilities, equal_nan=True)
    assert np.array_equal(one.given, other.given)


@pytest.mark.parametrize("by", ["outlet", "month", "country", "ownership", "outlet,year"])
def test_articles_give_the_shares_that_the_classifier_counted(
    scores: list[ArticleScore], whole: list[Record], model: FramingModel, by: str
) -> None:
    """All but what needs sentences: the example, and how many are copies."""
    groupings = tuple(by.split(","))
    population = gather_scored(scores, list_outputs(model.codebook))
    fresh = summarize(gather_evidence(population, model), model.codebook, groupings, group_rows(population, groupings))
    saved = read(whole, model.codebook)
    empty = arrange(saved, model.codebook)
    evidence = gather_evidence(empty, model, None, saved.counted)
    again = summarize(evidence, model.codebook, groupings, group_rows(empty, groupings, counted=saved.counted))
    for one, other in zip(summary_records(fresh), summary_records(again), strict=True):
        for row in (one, other):
            for frame in row["frames"].values():
                frame.pop("example")
        assert one == other


def test_articles_in_another_language_are_known_by_their_words_or_by_what_the_record_says(model: FramingModel) -> None:
    spanish = "El puerto de Chancay se inauguró en noviembre y el gobierno dijo que traerá empleo a la región. " * 3
    english = "The port of Chancay was opened in November, and the government said that it will bring jobs. " * 3
    articles = [Article("s", spanish, language="es"), Article("e", english), Article("n", spanish)]
    scores = [item for item in score_articles(articles, ModelScorer(model.compile())) if isinstance(item, ArticleScore)]
    fresh = [item.foreign for item in scores]
    sentences = read([r for item in scores for r in sentence_records(item, model.codebook)], model.codebook)
    whole = read([article_record(item, model.codebook) for item in scores], model.codebook)
    assert fresh == [True, False, True] == [item.article.foreign for item in sentences.scored]
    assert [item.article.foreign for item in whole.counted] == [True, False, False]  # no word is saved, and no language named


def test_an_articles_headline_is_counted_and_no_more(whole: list[Record], codebook: Codebook) -> None:
    saved = read(whole, codebook)
    assert [(item.article.id, item.sentences, item.headlines) for item in saved.counted] == [
        ("b", 2, 0), ("a", 3, 1), ("c", 1, 0),
    ]  # fmt: skip


def change(**changes: Any) -> Callable[[Record], Record]:
    return lambda record: record | changes


def nested(key: str, inner: str, value: Any) -> Callable[[Record], Record]:
    return lambda record: record | {key: record[key] | {inner: value}}


def without(key: str) -> Callable[[Record], Record]:
    return lambda record: {name: value for name, value in record.items() if name != key}


BROKEN = [
    change(model=None),
    change(article_id=5),
    change(article_id=["b"]),
    change(index="0"),
    change(index=True),
    change(index=1.0),
    change(kind="footnote"),
    change(voice="chorus"),
    change(speaker=7),
    change(turn=[]),
    change(start="0"),
    change(text=None),
    change(frames=["unknown"]),
    change(frames=["storm", "storm"]),
    change(frames={"storm": 1}),
    change(frames="storm"),
    change(frames=["ghost"]),
    change(probabilities=3),
    change(stance=None),
    change(stance={"mayor": "maybe"}),
    change(stance={"mayor": ["favor"]}),
    change(stance_probabilities={"mayor": None}),
    change(source=["s"]),
    nested("probabilities", "storm", 1.2),
    nested("probabilities", "storm", -0.1),
    nested("probabilities", "storm", "0.5"),
    nested("probabilities", "storm", True),
    nested("stance_probabilities", "mayor", {"favor": 0.9, "against": 0.9, "none": 0}),
    nested("stance_probabilities", "mayor", {"favor": 0.9}),
    *[without(key) for key in ("article_id", "kind", "voice", "text", "frames", "probabilities", "stance", "model")],
]


@pytest.mark.parametrize("spoil", BROKEN)
def test_a_broken_record_of_a_sentence_counts_for_nothing(
    sentences: list[Record], codebook: Codebook, spoil: Callable[[Record], Record]
) -> None:
    """It stands between good ones, and would be the first of its article."""
    lines = [sentences[-1], spoil(sentences[0]), *sentences[1:-1]]
    saved = read(lines, codebook)
    assert [(item.source, item.reason) for item in saved.skipped] == [("s:2", "it is no record of framing score")]
    assert sum(len(item.probabilities) for item in saved.scored) == 5


@pytest.mark.parametrize(
    "line", [b"nonsense", b"{}", b"[]", b"null", b"3", b'{"model": "m"}', b"[" * 100_000, b"\xff\xfe", b'{"article_id": NaN}']
)
def test_a_line_that_is_no_record_is_skipped_by_its_number(sentences: list[Record], codebook: Codebook, line: bytes) -> None:
    lines = [b"\n", json.dumps(sentences[0]).encode(), line, json.dumps(sentences[1]).encode(), b"  "]
    saved = read_saved_scores(lines, codebook, source="s")
    assert [item.source for item in saved.skipped] == ["s:3"]
    assert len(saved.scored[0].probabilities) == 2


def test_a_byte_order_mark_is_no_matter(sentences: list[Record], codebook: Codebook) -> None:
    lines = [b"\xef\xbb\xbf" + json.dumps(sentences[0]).encode()]
    assert len(read_saved_scores(lines, codebook, source="s").scored) == 1


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity"])
def test_a_probability_that_is_no_number_is_not_taken_for_one_that_was_not_learnt(
    sentences: list[Record], codebook: Codebook, number: str
) -> None:
    line = json.dumps(sentences[0]).replace(str(sentences[0]["probabilities"]["storm"]), number)
    assert number in line
    assert read_saved_scores([line.encode()], codebook, source="s").scored == ()


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (nested("probabilities", "drought", 0.1), "its frames or targets are not those of the model"),
        (change(probabilities={"storm": 0.1}), "its frames or targets are not those of the model"),
        (change(stance_probabilities={}), "its frames or targets are not those of the model"),
        (nested("probabilities", "ghost", 0.1), "it has numbers of other labels than the lines before, such as ghost"),
        (lambda r: nested("probabilities", "harvest", None)(r | {"frames": []}), "than the lines before, such as harvest"),
        (change(outlet="Weekly"), "an earlier line says otherwise of the article 'b': its outlet, date or the like"),
        (change(date="2023"), "an earlier line says otherwise of the article 'b'"),
        (change(index=0), "the article 'b' has this sentence, or stands as a whole, in an earlier line: name scores once"),
    ],
)
def test_a_record_that_does_not_go_with_the_others_is_skipped_with_the_reason(
    sentences: list[Record], codebook: Codebook, spoil: Callable[[Record], Record], reason: str
) -> None:
    saved = read([sentences[0], spoil(sentences[1]), *sentences[2:]], codebook)
    assert [item.source for item in saved.skipped] == ["s:2"]
    assert reason in saved.skipped[0].reason
    assert sum(len(item.probabilities) for item in saved.scored) == 5


def test_the_same_scores_twice_count_once(sentences: list[Record], whole: list[Record], codebook: Codebook) -> None:
    twice = read(sentences * 2, codebook)
    assert len(twice.skipped) == len(sentences)
    assert sum(len(item.probabilities) for item in twice.scored) == 6
    assert len(read(whole * 2, codebook).counted) == 3
    for both in (whole + sentences, sentences + whole):
        mixed = read(both, codebook)
        assert len(mixed.scored) + len(mixed.counted) == 3


def test_two_articles_of_one_id_and_different_sources_are_two(sentences: list[Record], codebook: Codebook) -> None:
    saved = read([sentences[0], sentences[0] | {"source": "other/b.txt"}], codebook)
    assert len(saved.scored) == 2


def test_a_headline_alone_is_no_article(sentences: list[Record], codebook: Codebook) -> None:
    headline = [record for record in sentences if record["kind"] == "headline"]
    saved = read(headline, codebook)
    assert (saved.scored, [item.source for item in saved.skipped]) == ((), ["s: a"])


@pytest.mark.parametrize(
    "spoil",
    [
        change(sentences=0),
        change(sentences=2.0),
        change(sentences=10**12),
        change(sentences=True),
        change(headline=[{}]),
        change(headline=7),
        nested("frames", "storm", {"sentences": -1}),
        nested("frames", "storm", {"sentences": 3}),
        nested("frames", "storm", {"sentences": 1.0}),
        nested("frames", "storm", {}),
        nested("stance", "mayor", {"favor": 2, "against": 1, "none": 0}),
        nested("stance", "mayor", {"favor": "1", "against": 1}),
        without("stance"),
    ],
)
def test_a_broken_record_of_an_article_is_skipped(
    whole: list[Record], codebook: Codebook, spoil: Callable[[Record], Record]
) -> None:
    saved = read([spoil(whole[0]), *whole[1:]], codebook)
    assert [(item.source, item.reason) for item in saved.skipped] == [("s:1", "it is no record of framing score")]
    assert len(saved.counted) == 2


@pytest.mark.parametrize("date", ["May 5", "2024-13-01", "2024-02-30", 2024, "", None])
def test_a_date_that_is_none_is_left_out(sentences: list[Record], codebook: Codebook, date: object) -> None:
    (scored,) = read([sentences[0] | {"date": date}], codebook).scored
    assert scored.article.date is None
    population = arrange(read([sentences[0] | {"date": date}], codebook), codebook)
    for by in ("week", "month", "year"):
        assert [group.name for group in group_rows(population, (by,))] == [("(undated)",)]


def test_facts_that_are_no_text_are_left_out(sentences: list[Record], codebook: Codebook) -> None:
    (scored,) = read([sentences[0] | {"outlet": 5, "country": [], "ownership": "", "title": {}, "url": 1}], codebook).scored
    article = scored.article
    assert (article.outlet, article.country, article.ownership, article.title, article.url) == (None,) * 5


def test_all_models_are_told_that_lines_name(sentences: list[Record], codebook: Codebook) -> None:
    lines = [sentences[0], sentences[1] | {"model": "other@1"}, sentences[2] | {"model": "third@2", "probabilities": {}}]
    assert read(lines, codebook).models == (sentences[0]["model"], "other@1", "third@2")


def test_half_a_character_does_no_harm(sentences: list[Record], model: FramingModel) -> None:
    """JSON can name a lone surrogate, which no file can hold as UTF-8."""
    odd = [record | {"text": "\ud800 " + record["text"], "outlet": "\udfff", "title": "\ud800"} for record in sentences]
    population = arrange(read(odd, model.codebook), model.codebook)
    evidence = gather_evidence(population, model)
    summary = summarize(evidence, model.codebook, ("outlet",), group_rows(population, ("outlet",)))
    for record in summary_records(summary):
        json.dumps(record, ensure_ascii=False).encode("utf-8")


def test_a_codebook_without_targets_has_no_stance(codebook: Codebook) -> None:
    frames = parse_codebook('title="t"\nversion=1\n[[frames]]\nid="x"\nname="X"\ndefinition="d"\n')
    record = {
        "article_id": "a", "index": 0, "kind": "body", "voice": "outlet", "text": "T.", "frames": ["x"],
        "probabilities": {"x": 1}, "stance": {}, "stance_probabilities": {}, "model": "m",
    }  # fmt: skip
    (scored,) = read([record], frames).scored
    assert scored.probabilities.tolist() == [[1.0]]
    assert scored.given.tolist() == [[True]]


@pytest.mark.parametrize("content", ["", "nonsense", '{"text": "x"}', '{"article_id": "a"}', "[" * 100_000, "[1]"])
def test_other_files_are_no_saved_scores(tmp_path: Path, content: str) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(content)
    assert not is_saved_scores(path)
    assert not is_saved_scores(tmp_path / "none.jsonl")
    assert not is_saved_scores(tmp_path)


def test_saved_scores_are_known_by_their_first_record(tmp_path: Path, sentences: list[Record], whole: list[Record]) -> None:
    for records in (sentences, whole):
        path = tmp_path / "a.jsonl"
        path.write_text("\n\n" + "\n".join(map(json.dumps, records)))
        assert is_saved_scores(path)
        assert sum(is_saved_score(line) for line in iterate_lines(path)) == len(records)
        path.rename(tmp_path / "a.txt")
        assert not is_saved_scores(tmp_path / "a.txt")
