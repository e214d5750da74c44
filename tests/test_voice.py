from __future__ import annotations

import pytest

from framing.articles import Article
from framing.sentences import split_article


def voices(text: str) -> list[tuple[str, str | None, str | None]]:
    return [(s.voice, s.speaker, s.turn) for s in split_article(Article("a", text)) if s.kind == "body"]


@pytest.mark.parametrize(
    ("sentence", "speaker"),
    [
        ("“Peru is sovereign,” Boluarte said.", "Boluarte"),
        ('"The port is not military," said Wang Youming.', "Wang Youming"),
        (
            "The port will help growers, Juan Carlos Capuñay, a former ambassador, told the paper on Wednesday.",
            "Juan Carlos Capuñay",
        ),
        ("Wang said that the ties will come to a new level.", "Wang"),
        ("Trade rose by a tenth, according to the customs office.", "the customs office"),
        ("According to Chinese and Peruvian analysts, ties will deepen.", "Chinese and Peruvian analysts"),
        ("Experts said the port would cut costs.", "Experts"),
        ("The visit begins on Monday, foreign ministry spokesperson Hua Chunying announced.", "Hua Chunying"),
        ("Company representatives from the delegation told reporters that sales had doubled.", "Company representatives"),
        ("As Minister Rojas warned, the debt grew.", "Minister Rojas"),
        ("Sources familiar with the talks said the deal was near.", "Sources"),
        ("Analysts say the port is a hub.", "Analysts"),
        ("The Ministry of Foreign Affairs reported a rise in trade.", "Ministry of Foreign Affairs"),
        ("The top U.S. general warned of bases.", "The top U.S. general"),
        ("The statement added: “Both sides will promote cooperation.”", "The statement"),
        ("“We will build it and we will own it.”", None),
    ],
)
def test_quoted_and_reported_words_have_their_speaker(sentence: str, speaker: str | None) -> None:
    assert voices(sentence) == [("quoted", speaker, None)]


@pytest.mark.parametrize(
    "sentence",
    [
        "The port opened on Thursday.",
        "Peru is trying to cancel a deal that was the result of an “administrative error”.",
        "China has been Peru's largest trading partner for ten years.",
        "When asked, nobody in the hall answered.",
    ],
)
def test_the_rest_is_the_outlets_own_voice(sentence: str) -> None:
    assert voices(sentence) == [("outlet", None, None)]


def test_a_pronoun_or_a_role_is_the_last_speaker_named_nearby() -> None:
    paragraphs = ("Wang Youming said ties would deepen. He added that trade would grow.", "“It is a hub,” the expert said.")
    text = "\n\n".join((*paragraphs, "Ships came.", "Cranes rose.", "He said no more."))
    assert [speaker for _, speaker, _ in voices(text)] == ["Wang Youming", "Wang Youming", "Wang Youming", None, None, None]
    assert [voice for voice, _, _ in voices(text)] == ["quoted", "quoted", "quoted", "outlet", "outlet", "quoted"]


def test_a_quotation_over_several_sentences_has_the_speaker_named_at_its_end() -> None:
    assert voices("“We choose our partners. Nobody else does,” Minister Rojas said.") == [("quoted", "Minister Rojas", None)] * 2


def test_in_an_interview_the_outlet_asks_and_the_guest_answers() -> None:
    questions = ("GT: How are the ties? Will they grow?", "GT: Is the port safe?")
    answers = ("Balarezo: They are robust. They will grow.", "Balarezo: It is.")
    text = "\n\n".join(("The envoy met our reporter.", questions[0], answers[0], questions[1], answers[1]))
    assert voices(text) == [
        ("outlet", None, None),
        *[("outlet", "GT", "question")] * 2,
        *[("quoted", "Balarezo", "answer")] * 2,
        ("outlet", "GT", "question"),
        ("quoted", "Balarezo", "answer"),
    ]


def test_q_and_a_have_turns_but_no_names() -> None:
    assert voices("Q: Is it safe?\nA: Yes. It is.") == [("outlet", None, "question"), *[("quoted", None, "answer")] * 2]


def test_a_label_before_a_colon_alone_makes_no_interview() -> None:
    assert {turn for _, _, turn in voices("Beijing: The port opened.\n\nLima: The port opened too.")} == {None}
    assert {turn for _, _, turn in voices("Analysis: Is it safe?\n\nAnalysis: It is.\n\nAnalysis: It was.\n\nWang: No.")} == {None}


def test_a_label_that_is_a_sentence_of_its_own_opens_no_turn() -> None:
    assert voices("Wang. Is it?\n\nLi. It is.") == [("outlet", None, None)] * 4


def test_a_mark_of_either_kind_closes_what_any_mark_opened() -> None:
    assert voices('“It is a hub" and more of it.') == [("outlet", None, None)]
    assert voices("«It is a hub and much more of it» it is.") == [("quoted", None, None)]
