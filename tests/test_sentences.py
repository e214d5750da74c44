from __future__ import annotations

import itertools
import json
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from framing.articles import Article
from framing.languages import load_language
from framing.readers import read_articles
from framing.sentences import split_article, split_text

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


@pytest.mark.parametrize("unit", ["a", ".", "a. ", "? ", "“", "A.B.", "..[1 ", "x said, ", "(", "U.S. ", "\n", "A b said “c.” "])
def test_time_grows_with_length_not_with_its_square(unit: str) -> None:
    def seconds(size: int) -> float:
        article = Article("a", unit * (size // len(unit)))
        before = time.process_time()
        split_article(article)
        return time.process_time() - before

    seconds(1000)
    assert seconds(200_000) < 40 * max(seconds(20_000), 0.01)
