"""Topics that a user names by their words, as ``port=harbour,port*,Chancay``, and the texts that mention them.

Words are matched like the cues of a codebook: whole words without regard to case, ``*`` behind a word for any ending and ``*``
alone for one to three words. Where a script writes no spaces (Chinese, Japanese, Thai), all between two marks of punctuation
counts as one word: ``港口*`` is found at its beginning, and nothing is found in its middle. Words that take prefixes (Arabic
``الميناء``) must be given with each. A text is read to its first 10,000 characters, as everywhere: give sentences, not books.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from framing.codebook import MAX_GAPS, Cue
from framing.cues import CueMatcher, cue_words
from framing.errors import UsageError
from framing.normalizing import normalize

_COMMAS = re.compile("[,，、،]")
_GAP = re.compile(r"(?<!\w)\*")
_OPEN_BEGINNING = re.compile(r"\*\w")


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic by its ``name``, and the words and phrases that mention it."""

    name: str
    patterns: tuple[str, ...]


def parse_topic(given: str) -> Topic:
    """Return the topic written as ``NAME=WORD,WORD``; blanks around the name and the words do not count.

    Raises:
        UsageError: there is no ``=``, no name or no word; a word has ``*`` before or inside it, or more than three gaps.
    """
    name, sign, words = given.partition("=")
    name = name.strip()
    if not sign:
        raise UsageError(f"the topic {given!r} has no '=': write NAME=WORD,WORD, as in port=harbour,port*")
    if not name:
        raise UsageError(f"the topic {given!r} has no name: write NAME=WORD,WORD, as in port=harbour,port*")
    patterns = tuple(dict.fromkeys(" ".join(word.split()) for word in _COMMAS.split(words) if word.strip()))
    if not patterns:
        raise UsageError(f"the topic {name!r} has no words: write them behind '=', with commas between")
    for pattern in patterns:
        _check_pattern(name, pattern)
    return Topic(name, patterns)


def _check_pattern(name: str, pattern: str) -> None:
    phrase = normalize(pattern)
    if not cue_words(phrase):
        raise UsageError(f"topic {name!r}: {pattern!r} holds no word")
    if _OPEN_BEGINNING.search(phrase):
        raise UsageError(f"topic {name!r}: {pattern!r} has a * before or inside a word; it can only stand behind one, or alone")
    if len(_GAP.findall(phrase.strip(" *"))) > MAX_GAPS:
        raise UsageError(f"topic {name!r}: {pattern!r} has more than {MAX_GAPS} gaps")


def find_topics(topics: Sequence[Topic], texts: Sequence[str]) -> list[frozenset[str]]:
    """Return for each text the names of the topics that it mentions: that have a word or phrase in it.

    Raises:
        UsageError: two topics have one name, be it in other capitals.
    """
    names = [topic.name.casefold() for topic in topics]
    for topic, name in zip(topics, names, strict=True):
        if names.count(name) > 1:
            raise UsageError(f"two topics are named {topic.name!r}: give all words of a topic at once, with commas between")
    matcher = CueMatcher([[Cue(normalize(pattern)) for pattern in topic.patterns] for topic in topics])
    return [frozenset(topics[match.label].name for match in matcher.find(cue_words(normalize(text)))) for text in texts]
