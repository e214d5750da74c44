from __future__ import annotations

import itertools
import json
import re
import time
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from framing.articles import Article
from framing.boundaries import find_cut
from framing.cleaning import clean, join_wrapped
from framing.languages import load_language
from framing.readers import read_articles
from framing.sentences import attribute, find_sentences, split_article, split_text

HERE = Path(__file__).resolve().parent
CASES = [json.loads(line) for line in (HERE / "data" / "sentence-cases.jsonl").read_text("utf-8").splitlines()]
SEEDS = [article for article in read_articles([HERE.parent / "seeds"]) if isinstance(article, Article)]


def split(text: str) -> list[str]:
    return [" ".join(text[start:end].split()) for start, end in split_text(text)]


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_news_is_split_as_a_reader_would(case: dict[str, Any]) -> None:
    accepted = [[" ".join(sentence.split()) for sentence in case[key]] for key in ("sentences", "alt") if key in case]
    assert split(case["text"]) in accepted


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("Rep. Ron Kind (R-Wis.) said no. It failed.", ["Rep. Ron Kind (R-Wis.) said no.", "It failed."]),
        ("China-U.S. trade fell. Non-U.S. goods rose.", ["China-U.S. trade fell.", "Non-U.S. goods rose."]),
        ("He paused . . . then signed. Done.", ["He paused . . . then signed.", "Done."]),
        ("... and so it went. Ships came.", ["... and so it went.", "Ships came."]),
        ("“It is ours.” He said that twice.", ["“It is ours.”", "He said that twice."]),
        ("“Is it ours?” Rojas said. “Yes!” Minister Pérez added.", ["“Is it ours?” Rojas said.", "“Yes!” Minister Pérez added."]),
    ],
)
def test_what_real_pages_taught_the_splitter(text: str, sentences: list[str]) -> None:
    assert split(text) == sentences


def test_the_seeds_are_split_as_they_were_coded() -> None:
    rows = [json.loads(line) for line in (HERE.parent / "annotations" / "seeds.jsonl").read_text("utf-8").splitlines()]
    coded = {(row["article"], row["index"]): (row["start"], row["end"], row["kind"], row["text"]) for row in rows}
    found = {(a.id, s.index): (s.start, s.end, s.kind, s.text) for a in SEEDS for s in split_article(a)}
    assert found == coded
    assert len(found) == 132


def test_punkt_with_the_same_parameters_decides_alike_where_no_news_rule_speaks() -> None:
    from nltk.tokenize.punkt import PunktParameters, PunktSentenceTokenizer

    language, parameters = load_language(), PunktParameters()
    parameters.abbrev_types |= set(language.known)
    parameters.sent_starters |= set(language.starters)
    punkt = PunktSentenceTokenizer(parameters)
    paragraphs = [line for article in SEEDS for line in article.text.split("\n") if len(line) > 60 and "“" not in line]
    paragraphs += [case["text"] for case in CASES if case["category"] in ("us", "time", "company", "number", "lower")]
    apart = [text for text in paragraphs if split(text) != [" ".join(s.split()) for s in punkt.tokenize(text)]]
    assert len(paragraphs) > 120
    # What differs: "$S/. 5.50", "No. 1", "the U.S. China,": rules for news that Punkt lacks.
    assert len(apart) <= 12, apart


@given(st.text(alphabet=st.sampled_from('aB .!?…"“”’\n\r\t1é—U.S.()[]\u2028\U0001f600'), max_size=400))
def test_offsets_give_back_the_text_in_order_without_overlap_or_loss(text: str) -> None:
    spans = split_text(text)
    assert all(start < end for start, end in spans)
    assert all(first[1] <= second[0] for first, second in itertools.pairwise(spans))
    assert "".join("".join(text[start:end].split()) for start, end in spans) == "".join(text.split())


PIECES = ["The port", "the port", "Mr", "U.S", "No", "no", "a.m", "etc", "J", "J.D", "Wang said", "2024", "5", "é", "中文", "Inc"]
PIECES += [*".!?…,:;-–/%", "...", "”", "“", '"', "'", "(", ")", "[1]", *[" "] * 6, "  ", "\n", "\n\n", "\t", "\u2028", "\xa0"]
news = st.lists(st.sampled_from(PIECES), max_size=60).map("".join)


def split_slowly(text: str) -> list[tuple[int, int]]:
    """Return the sentences as the rules say at every run of stops, without the quick ways past most of them."""
    spans = []
    for start, end in join_wrapped(text):
        for stop in re.finditer("[.!?…]+", text[:end]):
            if stop.start() >= start:
                cut, follows = find_cut(text, start, stop, end, load_language())
                if cut:
                    spans.append((start, cut))
                    start = follows
        spans += [(start, end)] if start < end else []
    return spans


@settings(max_examples=500)
@given(news)
def test_the_quick_ways_past_plain_stops_decide_as_the_rules_do(text: str) -> None:
    assert split_text(text) == split_slowly(text)


@given(news, st.sampled_from([None, "The port", "[The port]", "Other"]))
def test_spans_stand_in_order_and_cover_all_that_cleaning_keeps(text: str, title: str | None) -> None:
    article = Article("a", text, title=title)
    spans = [(span.start, span.end) for span in find_sentences(article) if span.start is not None and span.end is not None]
    assert all(first[1] <= second[0] for first, second in itertools.pairwise(spans))
    assert all(text[start:end].strip() for start, end in spans)
    kept = "".join(text[block.start : block.end] for block in clean(article).blocks)
    assert "".join("".join(text[start:end].split()) for start, end in spans) == "".join(kept.split())


@given(news, st.sampled_from([None, "The port"]), st.booleans())
def test_sentences_are_their_spans_with_voices(text: str, title: str | None, came_split: bool) -> None:
    lines = tuple(text.split("\n")) if came_split else None
    article = Article("a", text, title=title, sentences=lines)
    spans = find_sentences(article)
    sentences = attribute(article, spans)
    assert sentences == split_article(article)
    assert [(s.start, s.end, s.kind) for s in sentences] == [(span.start, span.end, span.kind) for span in spans]
    indices = [span.block for span in spans] if came_split else range(-(spans[:1] != [] and spans[0].start is None), len(spans))
    assert all(s.index == index for s, index in zip(sentences, indices, strict=False))


@pytest.mark.parametrize("unit", [".", "? ", "“", '"', "word ", "a\n" * 10, "The port opened. "])
def test_memory_grows_with_length_alone(unit: str) -> None:
    article = Article("a", unit * (500_000 // len(unit)))
    tracemalloc.start()
    spans = find_sentences(article)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 20 * len(article.text) + 500 * (len(spans) + article.text.count("\n"))


@given(st.text(max_size=300))
def test_the_sentences_of_any_article_slice_back(text: str) -> None:
    article = Article("a", text)
    for sentence in split_article(article):
        assert sentence.start is not None
        assert article.text[sentence.start : sentence.end] == sentence.text


def test_sentences_that_came_split_are_taken_as_they_are() -> None:
    given_ = ("Photo: Xinhua", "One. Two.", " ", "Three")
    article = Article("a", "\n".join(given_), sentences=given_)
    found = split_article(article)
    assert [(s.index, s.text) for s in found] == [(0, "Photo: Xinhua"), (1, "One. Two."), (3, "Three")]
    assert all(article.text[s.start : s.end] == s.text and s.kind == "body" for s in found)


def test_a_title_that_the_text_lacks_is_the_headline_outside_the_text() -> None:
    found = split_article(Article("a", "The port opened. Ships came.", title="Port opens"))
    assert [(s.index, s.kind, s.text, s.start) for s in found][:2] == [
        (-1, "headline", "Port opens", None),
        (0, "body", "The port opened.", 0),
    ]


def test_the_title_is_scored_though_another_line_looks_like_a_headline() -> None:
    found = split_article(Article("a", "Our special report\n\nThe port opened on Monday.\n\nShips came.", title="Port opens"))
    assert [s.text for s in found if s.kind == "headline"] == ["Port opens", "Our special report"]


def test_a_title_in_brackets_was_supplied_later_and_is_no_headline() -> None:
    assert all(s.kind == "body" for s in split_article(Article("a", "The port opened. Ships came.", title="[Port opens]")))


HOSTILE = ["a", ".", "a. ", "? ", "“", '"', "A.B.", "..[1 ", "x said, ", "(", "U.S. ", "\n", "A b said “c.” "]
HOSTILE += ["..a", "aa. ", "3 comments\n", ": \n", "photo ", "a\u2028", "The port opened.The US. "]


@pytest.mark.parametrize("unit", HOSTILE)
def test_time_grows_with_length_not_with_its_square(unit: str) -> None:
    def seconds(size: int) -> float:
        article = Article("a", unit * (size // len(unit)))
        before = time.process_time()
        split_article(article)
        return time.process_time() - before

    seconds(1000)
    # Ten times the length takes ten times as long, its square a hundred times; a busy machine may spoil one measurement.
    assert any(seconds(200_000) < 40 * max(seconds(20_000), 0.01) for _ in range(3))
