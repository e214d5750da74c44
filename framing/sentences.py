"""An article's sentences with their offsets.

The decision at each full stop is Punkt's (Kiss & Strunk 2006, as in ``nltk.tokenize.punkt``) with our own parameters
(``language/en.toml``) in place of trained ones; rules for news then veto or add boundaries: quotations and the speaker
behind them, clock times, countries after "U.S.", sentences glued together. It runs in time linear in the text and
imports nothing: loading nltk takes longer than scoring an article. A test holds it against nltk's own tokenizer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from framing.articles import Article
from framing.cleaning import BODY, HEADLINE, CleanText, clean, fold, join_wrapped
from framing.languages import Language, load_language
from framing.voice import Voice, attribute_voices


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence, ``article.text[start:end] == text``.

    ``kind`` is ``headline`` or ``body``. ``voice`` is ``outlet`` or ``quoted`` (literally or in reported speech), with
    the ``speaker`` where the text names one; in an interview ``turn`` is ``question`` or ``answer``. A headline that
    came from the title field alone lies outside the text: its ``start`` and ``end`` are None.
    """

    article_id: str
    index: int
    start: int | None
    end: int | None
    text: str
    kind: str
    voice: str
    speaker: str | None
    turn: str | None


def split_article(article: Article) -> tuple[Sentence, ...]:
    """Return the sentences of ``article`` in reading order, the headline first where it has one.

    ``index`` counts from 0, in the given list where the article came already split; a headline that came from the title
    field alone has -1.
    """
    if article.sentences is not None:
        spans = [(start, end, BODY, number) for number, (start, end) in enumerate(_take_lines(article))]
    else:
        spans = list(_split_blocks(article.text, clean(article)))
    voices = attribute_voices(article.text, [(start, end, block) for start, end, _, block in spans])
    sentences = []
    for index, ((start, end, kind, _), voice) in enumerate(zip(spans, voices, strict=True)):
        text = article.text[start:end]
        if text.strip():
            sentences.append(Sentence(article.id, index, start, end, text, kind, voice.voice, voice.speaker, voice.turn))
    shown = {fold(sentence.text) for sentence in sentences if sentence.kind != BODY}
    if is_scored_title(article.title) and fold(str(article.title)) not in shown:
        voice = Voice()
        title = Sentence(article.id, -1, None, None, str(article.title), HEADLINE, voice.voice, voice.speaker, voice.turn)
        sentences.insert(0, title)
    return tuple(sentences)


def is_scored_title(title: str | None) -> bool:
    """Return whether ``title`` is the outlet's: by the usage of catalogues, one in square brackets was supplied later."""
    return bool(title) and not (str(title).startswith("[") and str(title).endswith("]"))


def _take_lines(article: Article) -> Iterator[tuple[int, int]]:
    position = 0
    for sentence in article.sentences or ():
        yield position, position + len(sentence)
        position += len(sentence) + 1


def _split_blocks(text: str, cleaned: CleanText) -> Iterator[tuple[int, int, str, int]]:
    for number, block in enumerate(cleaned.blocks):
        pieces = split_block(text, block.start, block.end) if block.kind == BODY else [(block.start, block.end)]
        for start, end in pieces:
            yield start, end, block.kind, number


def split_text(text: str) -> list[tuple[int, int]]:
    """Return the spans of all sentences of ``text``, nothing cleaned away; a line break outside a paragraph ends one."""
    return [span for start, end in join_wrapped(text) for span in split_block(text, start, end)]


_STOP = re.compile(r"[.!?…]+")
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
    first = start
    for stop in _STOP.finditer(text, start, end):
        if stop.start() < first:
            continue
        after = _AFTER.match(text, stop.end(), end)
        cut = after.end() if after else stop.end()
        if cut >= end:
            break
        if text[cut].isspace():
            follows = cut
            while follows < end and text[follows].isspace():
                follows += 1
            if follows < end and _is_boundary(text, first, stop, (cut, follows, end), language):
                spans.append((first, cut))
                first = follows
        else:
            cut = _glued_cut(text, first, stop, cut, end)
            if cut:
                spans.append((first, cut))
                first = cut
    if first < end:
        spans.append((first, end))
    return spans


def _is_boundary(text: str, first: int, stop: re.Match[str], places: tuple[int, int, int], language: Language) -> bool:
    """Return whether the sentence that began at ``first`` ends at the stop. ``places``: its cut, the next word, the end."""
    cut, follows, end = places
    word = _word_before(text, first, stop.start())
    alone = stop.start() == first or text[stop.start() - 1].isspace()
    if text[follows] == "." or (alone and stop[0][0] in ".…"):
        return False  # an ellipsis, spaced or at the start
    following = _NEXT_WORD.match(text, follows, end)
    after = following[1] if following else ""
    quoted = any(mark in text[stop.end() : cut] for mark in "\"”’'»")
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
