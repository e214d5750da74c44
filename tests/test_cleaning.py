from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from framing.articles import Article
from framing.cleaning import clean, join_wrapped

PARAGRAPHS = ["The port opened on Thursday.", "Ships came from Asia.", "Trade is growing, officials said."]


def verdicts(*lines: str, title: str | None = None) -> dict[str, str]:
    """Return what became of each line: its kind where it is kept, its rule where it is dropped."""
    article = Article("a", "\n\n".join(lines), title=title)
    cleaned = clean(article)
    found = {article.text[block.start : block.end]: block.kind for block in cleaned.blocks}
    return found | {dropped.text: dropped.rule for dropped in cleaned.dropped}


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        ("A view of Lima, Peru Photo: VCG", "photo-credit"),
        ("Two leaders shake hands in Lima. Photo: Xinhua", "photo-credit"),
        ("The minister speaks to reporters. [AFP]", "photo-credit"),
        ("A crane lifts a container (Reuters)", "photo-credit"),
        ("A ship berths at Chancay. (Photo by Juan Pérez)", "photo-credit"),
        ("Subscribe to Caixin China Watch and stay informed!", "subscription"),
        ("Follow us on Facebook and X for more.", "subscription"),
        ("Published: Jun 27, 2024 08:43 PM", "time-stamp"),
        ("Updated on 3 May 2024, 10:15", "time-stamp"),
        ("Updated at 5:28 p.m. ET", "time-stamp"),
        ("FILE PHOTO: A crane lifts a box at the port.", "photo-credit"),
        ("Liu He Photographer: Jason Alden/Bloomberg", "photo-credit"),
        ("A sailor waves. REUTERS/Ana Perez", "photo-credit"),
        ("Get the stories you care about delivered to your inbox. By signing up, you agree.", "subscription"),
        ("SHARE THIS ARTICLE Share Tweet Post Email", "sharing"),
        ("Great day for trade! pic.twitter.com/abc123", "embed"),
        ("— Ana Perez (@anaperez) May 5, 2019", "embed"),
        ('poster="https://example.org/a.jpg"', "markup"),
        ("The Associated Press contributed to this report.", "byline"),
        ("— With assistance by Ana Perez and Luis Rojas", "byline"),
        ("Editor’s note: This coverage is free.", "editorial-note"),
        ("02:43", "video-duration"),
        ("Video: 1:02:43", "video-duration"),
        ("Share this article", "sharing"),
        ("ADVERTISEMENT", "advertisement"),
        ("Read more: Peru's port is a gateway, minister says.", "story-link"),
        ("Related articles", "story-link"),
        ("Peru eyes more Chinese money after the port, trade chief says in Lima", "story-link"),
        ("Peru megaport to open new Pacific route to China. Will it be a win for all?", "story-link"),
        ("cgtn.com", "web-address"),
        ("https://www.example.org/a/b?c=d", "web-address"),
        ("By Zhao Yusha and Bai Yunyi", "byline"),
        ("(Reporting by Marco Aquino; Editing by A. Plumb)", "byline"),
        ("© 2024 Reuters. All rights reserved.", "copyright"),
        ("Source: Ministry of Transport", "source-line"),
        ("From Vision to Reality", "section-heading"),
        ("## What comes next", "section-heading"),
    ],
)
def test_what_a_page_prints_beside_its_sentences_is_dropped_by_rule(line: str, rule: str) -> None:
    found = verdicts("A headline about the port", *PARAGRAPHS[:2], line, PARAGRAPHS[2])
    assert found.pop(line) == rule
    assert list(found.values()) == ["headline", "body", "body", "body"]


@pytest.mark.parametrize(
    "line",
    [
        "The photo was taken in Lima, and everybody saw it on television that night.",
        "He published a book in 2024 and it sold well, his editor told the paper.",
        "What does this mean for the region?",
        "Will it be a win for all?",
        "It is a bold plan. Will it work?",
        "• Copper exports rose",
        "Here is what we know:",
        "“Peru is sovereign,” she said",
        "By then the talks had ended, and both sides left the hall without a word.",
        "Share prices fell by 3 percent after the ruling, traders said.",
        "Watch how the minister answers, an aide whispered.",
        "The survey painted a bleak picture: exports fell by a tenth.",
        "Updated figures from 2023 show a gain of 3 percent.",
        "Copyright theft by rival firms costs billions, the envoy said.",
        "Sign up to the initiative was the price that the island paid.",
        "Register of companies shows a new owner in Shanghai.",
        "GT: The port will open. What are you hoping for?",
        "“It's ours again.“",
        "The index gained +1.05%",
    ],
)
def test_sentences_that_look_like_it_are_kept(line: str) -> None:
    assert verdicts("A headline about the port", *PARAGRAPHS, line)[line] == "body"


@pytest.mark.parametrize(
    ("line", "rule"), [("Leave a Reply", "comment-form"), ("3 comments", "comment-form"), ("Reference(s):", "references")]
)
def test_a_comment_form_or_reference_list_ends_the_article(line: str, rule: str) -> None:
    found = verdicts(*PARAGRAPHS, line, "Why are they partners?", "Nice article, thanks.")
    assert [found[text] for text in (line, "Why are they partners?", "Nice article, thanks.")] == [rule] * 3


@pytest.mark.parametrize("line", ["3 comments", "Leave a comment", "Notes"])
def test_a_comment_counter_under_the_headline_takes_only_itself(line: str) -> None:
    found = verdicts("A headline about the port", line, *PARAGRAPHS)
    assert list(found.values()).count("body") == 3
    assert found[line] in ("comment-form", "references")


def test_items_of_a_list_are_kept_though_they_lack_stops() -> None:
    found = verdicts(
        *PARAGRAPHS, "The deal has three parts:", "Lower duties on copper", "A fund for small growers", "It starts in May."
    )
    assert set(found.values()) == {"body"}


def test_a_caption_printed_twice_is_dropped_twice_and_a_paragraph_once() -> None:
    article = Article(
        "a",
        "\n".join(
            [
                *PARAGRAPHS,
                "A crane at the new pier in the morning sun of the harbour",
                PARAGRAPHS[0],
                *["A crane at the new pier in the morning sun of the harbour"],
            ]
        ),
    )
    cleaned = clean(article)
    assert [dropped.rule for dropped in cleaned.dropped] == ["repeated-line"] * 3
    assert len(cleaned.blocks) == 3


def test_a_video_title_goes_with_its_duration() -> None:
    found = verdicts(*PARAGRAPHS, "02:43", "Gateway to Asia: China builds port in Peru", "The minister also met Han Zheng.")
    assert found["Gateway to Asia: China builds port in Peru"] == "video-title"
    assert found["The minister also met Han Zheng."] == "body"


def test_headline_and_deck_are_kept_apart() -> None:
    found = verdicts("China and Peru deepen ties", "Port is the highlight of the visit: experts", *PARAGRAPHS)
    assert [kind for kind in found.values() if kind == "headline"] == ["headline"] * 2


def test_the_title_makes_a_line_the_headline_even_with_a_full_stop() -> None:
    assert verdicts("Will Peru win?", *PARAGRAPHS, title="Will Peru win?")["Will Peru win?"] == "headline"


@pytest.mark.parametrize("text", ["China funds the port", "Copper up\nZinc down\nLead flat", "Subscribe now"])
def test_a_text_without_full_stops_keeps_what_no_rule_names(text: str) -> None:
    cleaned = clean(Article("a", text))
    assert [block.kind for block in cleaned.blocks] == ["body"] * (0 if text.startswith("Subscribe") else text.count("\n") + 1)


def test_a_hard_wrapped_paragraph_is_one_line() -> None:
    lines = [
        "The port of Chancay, which a Chinese firm built, was opened by President",
        "Xi Jinping and President Dina Boluarte, who watched the ceremony by a video",
        "link from the palace in Lima. It will shorten the voyage to Asia.",
    ]
    assert len(join_wrapped("\n".join(lines))) == 1
    assert len(join_wrapped("\n\n".join(lines))) == 3


@given(st.text(alphabet=st.sampled_from("ab .!\n\r\tA“”:2©é–\u2028"), max_size=300))
def test_every_line_is_kept_or_dropped_and_none_is_invented(text: str) -> None:
    cleaned = clean(Article("a", text))
    spans = sorted([(b.start, b.end) for b in cleaned.blocks] + [(d.start, d.end) for d in cleaned.dropped])
    assert all(first[1] <= second[0] for first, second in itertools.pairwise(spans))
    covered = "".join(text[start:end] for start, end in spans)
    assert "".join(covered.split()) == "".join(text.split())
