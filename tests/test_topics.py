from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from framing.cues import cue_words
from framing.errors import UsageError
from framing.normalizing import normalize
from framing.topics import Topic, find_topics, parse_topic


@pytest.mark.parametrize(
    ("given_", "name", "patterns"),
    [
        ("port=harbour,port*,Chancay", "port", ("harbour", "port*", "Chancay")),
        (" sea trade = free  trade , ship* ", "sea trade", ("free trade", "ship*")),
        ("debt=debt,,loan*,", "debt", ("debt", "loan*")),
        ("debt=debt,debt", "debt", ("debt",)),
        ("a=b=c", "a", ("b=c",)),
        ("港口=港口*，码头、船", "港口", ("港口*", "码头", "船")),
        ("cut=cut * time", "cut", ("cut * time",)),
    ],
)
def test_a_topic_is_a_name_and_its_words(given_: str, name: str, patterns: tuple[str, ...]) -> None:
    assert parse_topic(given_) == Topic(name, patterns)


@pytest.mark.parametrize(
    ("given_", "message"),
    [
        ("port", "the topic 'port' has no '=': write NAME=WORD,WORD, as in port=harbour,port*"),
        ("", "the topic '' has no '=': write NAME=WORD,WORD, as in port=harbour,port*"),
        ("=harbour", "the topic '=harbour' has no name: write NAME=WORD,WORD, as in port=harbour,port*"),
        (" =harbour", "the topic ' =harbour' has no name: write NAME=WORD,WORD, as in port=harbour,port*"),
        ("port=", "the topic 'port' has no words: write them behind '=', with commas between"),
        ("port= , ,", "the topic 'port' has no words: write them behind '=', with commas between"),
        ("port=harbour,*", "topic 'port': '*' holds no word"),
        ("port=--", "topic 'port': '--' holds no word"),
        ("port=*port", "topic 'port': '*port' has a * before or inside a word; it can only stand behind one, or alone"),
        ("port=＊port", "topic 'port': '＊port' has a * before or inside a word; it can only stand behind one, or alone"),
        ("port=p*t", "topic 'port': 'p*t' has a * before or inside a word; it can only stand behind one, or alone"),
        ("port=a * b * c * d * e", "topic 'port': 'a * b * c * d * e' has more than 3 gaps"),
    ],
)
def test_what_makes_no_topic_is_told_in_a_line(given_: str, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_topic(given_)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("words", "text", "mentioned"),
    [
        ("harbour", "The HARBOUR opened.", True),
        ("Harbour", "the harbour", True),
        ("harbour", "The harbours opened.", False),
        ("port*", "A portside café; an airport.", True),
        ("port*", "An airport, and a report.", False),
        ("free trade", "Free-trade talks.", True),
        ("free trade", "Trade is free.", False),
        ("cut * time", "It will cut shipping and waiting time.", True),
        ("cut * time", "It will cut time.", False),
        ("US", "The U.S. agreed.", True),
        ("US", "He told us.", False),
        ("us", "He told us.", True),
        ("Xi’an", "In Xi'an", True),
        ("café", "CAFE\u0301", True),
        ("порт*", "В Порту Чанкай", True),
        ("항구*", "페루 항구에서", True),
        ("الميناء", "افتتح الميناء اليوم", True),
        ("ميناء", "افتتح الميناء اليوم", False),
        ("港口", "“港口”建成。", True),
        ("港口*", "港口建成了。", True),
        ("港口", "港口建成了。", False),
        ("港口*", "秘鲁港口建成了。", False),
        ("harbour,pier", "A pier.", True),
        ("harbour", "", False),
    ],
)
def test_a_text_mentions_a_topic_by_one_of_its_words(words: str, text: str, mentioned: bool) -> None:
    assert find_topics([parse_topic(f"port={words}")], [text]) == [frozenset({"port"} if mentioned else ())]


def test_each_text_has_all_the_topics_that_it_mentions() -> None:
    topics = [parse_topic("port=harbour,port*"), parse_topic("debt=debt,loan*"), parse_topic("Peru=Peru*,harbour")]
    texts = ["The harbour was built on loans.", "Debt grew.", "Nothing.", "Peruvian ports"]
    assert find_topics(topics, texts) == [{"port", "debt", "Peru"}, {"debt"}, set(), {"Peru", "port"}]
    assert find_topics([], texts) == [frozenset()] * 4
    assert find_topics(topics, []) == []


@pytest.mark.parametrize("names", [("port", "port"), ("Port", "port"), ("port", "debt", "PORT")])
def test_two_topics_of_one_name_are_refused(names: tuple[str, ...]) -> None:
    with pytest.raises(
        UsageError, match=f"two topics are named {names[0]!r}: give all words of a topic at once, with commas between"
    ):
        find_topics([Topic(name, ("harbour",)) for name in names], ["The harbour."])


WORDS = st.text(st.sampled_from("abzé港ßİ'-. 7") | st.characters(categories=["L"]), min_size=1, max_size=12)


@given(st.text(max_size=9), st.lists(WORDS, max_size=4))
def test_every_word_of_a_topic_is_found_where_it_is_all_of_the_text(name: str, words: list[str]) -> None:
    usable = [word for word in words if cue_words(normalize(word))]
    name = name.replace("=", "").strip() or "port"
    assume(usable)
    topic = parse_topic(f"{name}={','.join(usable)}")
    assert find_topics([topic], usable) == [{name}] * len(usable)
