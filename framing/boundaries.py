"""Where sentences end inside a paragraph.

The decision at each full stop is Punkt's (Kiss & Strunk 2006, as in ``nltk.tokenize.punkt``) with our own parameters
(``language/en.txt``) in place of trained ones; rules for news then veto or add boundaries: quotations and the speaker
behind them, clock times, countries after "U.S.", sentences glued together. Most stops are plain, and a pattern decides
them without the rules; a test holds both ways to the same decisions, another holds them against nltk's own tokenizer.
It runs in time linear in the text and imports nothing: loading nltk takes longer than scoring an article.
"""

from __future__ import annotations

import re

from framing.languages import Language, load_language

_STOP = re.compile(
    r"""[.!?…](?<![.!?…][.!?…])[.!?…]*+                 # stops, from the first to the last of them, but none
    (?![a-z0-9,;:-]|(?<=[A-Z]\.)[A-Z])                 # in a number, an abbreviation or in mid-sentence,
    (?!(?<=\s[A-Z]\.[A-Z]\.)[ ][a-z]+[ ])              # nor after initials before a small letter ("the U.S. plan ");
    (?:(?<=[a-z0-9]{2}\.)(?:(?=([ ])[^\s.])|(?=[”"]([ ])[A-Z])))?  # a blank after a word, a full stop, perhaps a mark
    """,
    re.VERBOSE,
)
_AFTER = re.compile(r"[\"”’'»)\]]*(?:\[\d{1,3}\])*")
_OPENERS = "\"“‘'«([*_"
_NEXT_WORD = re.compile(r"[\"“‘'«(\[*_]*([^\s]{0,40})")
_TOKEN = re.compile(r"[\w’'.-]+|,")
_GLUED = re.compile(r"[\"“‘]?[A-Z][a-z’']*(?:[\s,]|$)")
_LETTERED = frozenset({"plan", "class", "grade", "type", "group", "option", "vitamin", "hepatitis", "appendix", "annex", "phase"})
_MAX_WORD = 60


def split_block(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Return the spans of the sentences of the paragraph ``text[start:end]``."""
    spans: list[tuple[int, int]] = []
    language = load_language()
    known = language.known
    first = start
    for stop in _STOP.finditer(text, start, end):
        cut = stop.end()
        if cut == end:
            break
        gap = stop.lastindex
        blank = text.rfind(" ", first, cut) if gap else -1
        if gap and blank >= 0 and (word := text[blank + 1 : cut - 1].lower()).isalnum() and word not in known and word != "no":
            cut, follows = stop.span(gap)  # any full stop after such a word ends the sentence
        else:
            cut, follows = find_cut(text, first, stop, end, language)
        if cut:
            spans.append((first, cut))
            first = follows
    if first < end:
        spans.append((first, end))
    return spans


def find_cut(text: str, first: int, stop: re.Match[str], end: int, language: Language) -> tuple[int, int]:
    """Return where the sentence that ends at ``stop`` ends, and where the next one begins; zeros where none ends there."""
    after = _AFTER.match(text, stop.end(), end)
    cut = after.end() if after else stop.end()
    if cut >= end:
        return 0, 0
    if not text[cut].isspace():
        cut = _glued_cut(text, first, stop, cut, end)
        return cut, cut
    follows = cut
    while follows < end and text[follows].isspace():
        follows += 1
    if follows < end and _is_boundary(text, first, stop, (cut, follows, end), language):
        return cut, follows
    return 0, 0


def _is_boundary(text: str, first: int, stop: re.Match[str], places: tuple[int, int, int], language: Language) -> bool:
    """Return whether the sentence that began at ``first`` ends at the stop. ``places``: its cut, the next word, the end."""
    cut, follows, end = places
    word = _word_before(text, first, stop.start())
    alone = stop.start() == first or text[stop.start() - 1].isspace()
    if text[follows] == "." or (alone and stop[0][0] in ".…"):
        return False  # an ellipsis, spaced or at the start
    following = _NEXT_WORD.match(text, follows, end)
    after = following[1] if following else ""
    quoted = cut > stop.end() and any(mark in text[stop.end() : cut] for mark in "\"”’'»")
    if text[follows] in "-–—" and not after[1:2].isalnum() and (quoted or word.lower() in language.known):
        return False
    goes_on = quoted or stop[0][0] in "!?…" or len(stop[0]) > 1 or text[cut - 1] in ")]"
    if goes_on and after[:1].islower():
        return False
    if quoted and stop[0][0] in "!?…" and text[follows] not in _OPENERS and _is_attribution(text, follows, end, language):
        return False
    if stop[0] != ".":
        return True
    return _ends_after_stop(text, first, stop.start(), word, after, language)


def _ends_after_stop(text: str, first: int, stop: int, word: str, after: str, language: Language) -> bool:
    """Return Punkt's decision at a single full stop after ``word``, with the vetoes of news style."""
    lower, bare = word.lower(), after.lower().strip(",.;:!?\"”’')")
    capital = after[:1].isupper()
    starts = capital and (bare in language.starters or bare.split("’")[0].split("'")[0] in language.starters)
    if stop - len(word) == first and (word.isdigit() or (len(word) == 1 and word.isalpha())):
        return False  # "1. Build the port.", "Q. Did ..."
    if lower == "no" and after[:1].isdigit():
        return False
    if lower in language.titles:
        return False
    if lower in language.enders:
        return capital
    if lower in language.clock:
        return capital and bare not in language.clock_followers
    if lower in language.abbreviations:
        place = lower in ("u.s", "u.k", "u.n", "e.u") and after.endswith(",") and bare in language.places
        return starts or place
    if len(word) == 1 and word.isalpha() and word.isupper():
        before = text[max(first, stop - 20) : stop - 2].split()
        return starts and bool(before) and before[-1].lower() in _LETTERED
    if _is_initials(word):
        return starts
    return True


def _is_initials(word: str) -> bool:
    """Return whether ``word`` is two or more initials with stops between them ("J.D", "H.W")."""
    parts = word.split(".")
    return len(parts) > 1 and all(len(part) == 1 and part.isalpha() for part in parts)


def _word_before(text: str, first: int, stop: int) -> str:
    """Return the word that ends at ``stop``, without opening marks; a longer one than any abbreviation is cut short."""
    begin = stop
    floor = max(first, stop - _MAX_WORD)
    while begin > floor and not text[begin - 1].isspace() and text[begin - 1] not in "-—–([\"“‘'’/&":
        begin -= 1
    if begin > first and text[begin - 1] == "/":
        return text[max(first, begin - 2) : stop].split()[-1]
    return text[begin:stop]


def _is_attribution(text: str, follows: int, end: int, language: Language) -> bool:
    """Return whether a name and a verb of saying follow ("...!” Boluarte said.")."""
    for number, token in enumerate(_TOKEN.findall(text, follows, min(end, follows + 80))[:7]):
        if token.rstrip(".") in language.saying:
            return number > 0
        if not (token[:1].isupper() or token in (",", "the", "of", "de", "la", "del", "former")):
            return False
    return False


def _glued_cut(text: str, first: int, stop: re.Match[str], cut: int, end: int) -> int:
    """Return where a sentence is glued to the next ("... the port.The US ..."), or 0 where none is."""
    before = text[max(first, stop.start() - 2) : stop.start()]
    if len(stop[0]) > 2 or len(before) < 2 or not ((before.isalpha() and before[-1].islower()) or before[-1] in "%)"):
        return 0
    closing = text[stop.end() : cut]
    if closing and closing[-1] in "\"'":
        return 0  # a straight mark may open the next sentence as well: leave it
    return cut if _GLUED.match(text, cut, end) and cut - first > 8 else 0
