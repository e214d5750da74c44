from __future__ import annotations

import re
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from framing.line_rules import LINE_RULES, LINES, LINES_AND_TAILS, TAIL_RULES, LineRule, read_letters, squeeze

SAMPLES = [
    "02:43",
    "Video: 1:02:43",
    "Updated on 3 May 2024, 10:15",
    "Published: today",
    "Photo: Xinhua",
    "Two leaders in Lima. Photo by: Ana",
    "A ship. (Photo by Juan)",
    "A ship [AFP]",
    "A sailor waves. REUTERS/Ana",
    "FILE PHOTO: A crane",
    "Toggle caption",
    "Subscribe to the paper",
    "Get the news in your inbox",
    "Follow us on Facebook",
    "This article is for subscribers",
    "Share this article",
    "CLOSE",
    "Great! pic.twitter.com/abc",
    "— Ana (@ana) May 5",
    'poster="a.jpg"',
    "ADVERTISEMENT",
    "Read more: the port",
    "Related stories",
    "Just watched",
    "cgtn.com",
    "https://www.example.org/a?b=c",
    "By Zhao Yusha and Bai Yunyi",
    "(Reporting by Marco Aquino)",
    "Xinhua contributed to this report.",
    "— With assistance by Ana Perez",
    "Editor’s note: free",
    "© 2024 Reuters",
    "Copyright (c) Reuters",
    "All rights reserved.",
    "Source: Ministry",
    "Leave a reply",
    "3 comments",
    "Your email address will not be published",
    "References:",
    "The port opened on Thursday.",
]


def name_slowly(rules: tuple[LineRule, ...], line: str) -> str | None:
    """Return the first rule whose pattern matches, whatever signs the line shows."""
    matching = (r for r in rules if len(line) <= r.longest and re.fullmatch(r.pattern, line, re.IGNORECASE))
    return next((rule.name for rule in matching), None)


def name_quickly(line: str) -> str | None:
    rule = LINES_AND_TAILS.find(line, read_letters([line])[0])
    return rule.name if rule else None


@pytest.mark.parametrize("line", SAMPLES[:-1])
def test_each_sample_is_matched_by_a_rule_in_any_case(line: str) -> None:
    assert name_quickly(line) is not None
    for variant in (line, line.upper(), line.lower(), line.replace("i", "ı").replace("s", "ſ"), line.replace(" ", "\xa0 ")):
        assert name_quickly(variant) == name_slowly((*TAIL_RULES, *LINE_RULES), squeeze(variant))


def test_the_samples_meet_every_rule() -> None:
    assert {rule.name for rule in (*LINE_RULES, *TAIL_RULES)} == {name_quickly(line) for line in SAMPLES} - {None}


@settings(max_examples=500)
@given(st.lists(st.sampled_from([*SAMPLES, " ", "\t", "é", ")", "]", "/", ":", "=", "ſ", "word"]), min_size=1, max_size=4))
def test_no_sign_hides_a_line_that_a_pattern_matches(parts: list[str]) -> None:
    line = "".join(parts).strip()
    if line:
        rule = LINES.find(line, read_letters([line])[0])
        assert (rule.name if rule else None) == name_slowly(LINE_RULES, squeeze(line))


def test_every_letter_that_reads_as_an_ascii_one_in_the_other_case_is_spelt_so() -> None:
    letters = "".join(chr(code) for code in range(128, sys.maxunicode + 1) if not 0xD800 <= code < 0xE000)
    odd = re.findall("[a-z]", letters, re.IGNORECASE)
    assert len(odd) == 4
    assert all(re.fullmatch(read_letters([letter])[0], letter, re.IGNORECASE) for letter in odd)
    assert {letter for letter in letters if any(small.isascii() for small in letter.lower())} <= set(odd)


@given(st.text(max_size=50), st.text(max_size=50))
def test_letters_are_read_line_by_line(first: str, second: str) -> None:
    assert read_letters([first, second]) == [*read_letters([first]), *read_letters([second])]
