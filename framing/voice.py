"""Who speaks in a sentence: the outlet, or somebody whom it quotes or reports."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import groupby

from framing.languages import load_language

OUTLET, QUOTED = "outlet", "quoted"
QUESTION, ANSWER = "question", "answer"


@dataclass(frozen=True, slots=True)
class Voice:
    """The voice of one sentence, the speaker where the text names one, and the turn in an interview."""

    voice: str = OUTLET
    speaker: str | None = None
    turn: str | None = None


_PARTICLE = r"(?:de|da|do|del|della|di|la|las|los|van|von|der|bin|al|y|of|of the|for)"
_NAME = rf"(?:[A-ZÀ-Þ][\w'’.-]*(?: {_PARTICLE}){{0,2}} ){{0,6}}[A-ZÀ-Þ][\w'’-]+"
_APPOSITION = r"(?:, [^,;“\"]{3,120}(?:, [^,;“\"]{3,80})?,)?"
_WHERE = r"(?: (?:from|of|at|for|in|with|familiar with|close to) [^,;“\"]{3,60})?"
_ADVERBS = r"(?:also |has |had |have |once |then |later |repeatedly |highly |previously |recently ){0,2}"
_PHRASE_END = r"(?=[,;“\"(]|\.?$|\.\s| (?:as|which|who|that|while|and the)\b)"
_INTERVIEW = re.compile(rf"(?P<label>Q|A|{_NAME}|[A-Z]{{2,8}}|(?:Mr|Ms|Mrs|Dr)\. [A-Z]+)\s?[:：.]\s")
_OPEN, _CLOSE = "“«", "”»"
_QUOTATION_MARK = re.compile(r"[“«”»\"]")


@dataclass(frozen=True, slots=True)
class _Grammar:
    """The patterns that one language's words make, for a speaker before a verb of saying, behind one, and without any.

    ``says`` finds what the first two need, so that sentences without it are passed over quickly.
    """

    says: re.Pattern[str]
    before: re.Pattern[str]
    behind: re.Pattern[str]
    source: re.Pattern[str]
    document: re.Pattern[str]
    role: re.Pattern[str]
    definite: re.Pattern[str]
    pronouns: frozenset[str]
    no_names: frozenset[str]


_SOURCES = ("ccording to ", "in the words of ", "told by ")
_DOCUMENTS = ("statement ", "message ", "report ", "letter ", "speech ")


@cache
def _grammar(code: str = "en") -> _Grammar:
    """Return where a sentence names its speaker: before a verb of saying, behind one, after "according to", and so on."""
    language = load_language(code)
    role = f"{_alternate(language.roles)}s?"
    say = _alternate(language.saying | {"pointed out"})
    described = rf"(?:[Tt]he|[Aa]n?|[Oo]ne|[Tt]wo|[Ss]ome|[Ss]everal|[Mm]any)? ?(?:[\w'’.-]+ ){{0,3}}?{role}"
    pronoun = "|".join(f"[{word[0].upper()}{word[0]}]{word[1:]}" for word in sorted(language.pronouns))
    who = rf"(?P<who>{_NAME}|{pronoun}|{described})"
    opening = rf"(?:^|[,”\"’—;] ?|\b(?:that|and|but|while|[Aa]s|which|{role}) )"
    return _Grammar(
        says=re.compile(rf"[ ,”\"’]{say}\b"),
        before=re.compile(rf"{opening}{who}{_APPOSITION}{_WHERE} {_ADVERBS}{say}\b"),
        behind=re.compile(rf"[,”\"’] ?{say} {who}\b"),
        source=re.compile(rf"\b(?:[Aa]{_SOURCES[0]}|{_SOURCES[1]}|{_SOURCES[2]})(?P<who>[^,;“\"()]{{3,80}}?){_PHRASE_END}"),
        document=re.compile(rf"(?:^|[,.] ){who}’?'?s? (?:{'|'.join(_DOCUMENTS)})(?:added|said|read|noted)\b"),
        role=re.compile(rf"{described}$"),
        definite=re.compile(rf"(?:the|one) (?:[\w'’.-]+ ){{0,3}}?{role}$", re.IGNORECASE),
        pronouns=language.pronouns,
        no_names=language.no_names | language.starters - language.pronouns,
    )


def _alternate(words: frozenset[str]) -> str:
    """Return a pattern for any of ``words``, by first letters: ``re`` then tries one letter where it would try each word."""
    groups = groupby(sorted(words), key=lambda word: word[0])
    return "(?:" + "|".join(f"{letter}(?:{'|'.join(word[1:] for word in group)})" for letter, group in groups) + ")"


def attribute_voices(text: str, spans: Iterable[tuple[int, int, int]]) -> list[Voice]:
    """Return the voice of each sentence ``(start, end, block)``; sentences of one block stand in one paragraph.

    A sentence is quoted when at least half of it lies inside quotation marks, or when a speaker and a verb of saying
    frame it. A pronoun or a plain role ("the envoy") is taken for the last speaker named in this paragraph or the one
    before. In an interview the outlet asks, and the guest answers until the next label.
    """
    spans = list(spans)
    turns = _interview_turns(text, spans)
    if not turns:
        return _attribute_prose(text, spans)
    labels = [_turn_label(text, span, before, turns) for span, before in zip(spans, [None, *spans], strict=False)]
    first = next((number for number, label in enumerate(labels) if label), len(spans))
    voices = _attribute_prose(text, spans[:first])
    current = Voice()
    for label in labels[first:]:
        if label:
            turn = turns[label]
            current = Voice(OUTLET if turn == QUESTION else QUOTED, None if label in ("Q", "A") else label, turn)
        voices.append(current)
    return voices


def _attribute_prose(text: str, spans: list[tuple[int, int, int]]) -> list[Voice]:
    voices: list[Voice] = []
    last: str | None = None
    last_block = block_before = -9
    inside = False
    for start, end, block in spans:
        sentence = text[start:end]
        inside = inside and (block == block_before or sentence[:1] in _OPEN)
        share, inside = _quoted_share(sentence, inside)
        speaker = _find_speaker(sentence)
        refers = speaker is not None and (speaker.lower() in _grammar().pronouns or _grammar().definite.match(speaker) is not None)
        quoted = speaker is not None or share >= 0.5
        if speaker and refers:
            near = last if block - last_block <= 1 else None
            speaker = near or (None if speaker.lower() in _grammar().pronouns else speaker)
        elif speaker and _is_named(speaker):
            last = speaker
        if quoted and not speaker and block == last_block:
            speaker = last
        if speaker is not None and speaker == last:
            last_block = block
        voices.append(Voice(QUOTED, speaker) if quoted else Voice())
        block_before = block
    return _backfill(voices, [block for _, _, block in spans])


def _backfill(voices: list[Voice], blocks: list[int]) -> list[Voice]:
    """Give a quotation whose speaker is named only later in its paragraph that name."""
    for number in range(len(voices) - 2, -1, -1):
        following = voices[number + 1]
        if voices[number].voice == QUOTED and not voices[number].speaker and blocks[number] == blocks[number + 1]:
            voices[number] = Voice(QUOTED, following.speaker)
    return voices


def _quoted_share(sentence: str, inside: bool) -> tuple[float, bool]:
    """Return the share of the characters inside quotation marks, and whether the quotation goes on."""
    covered, begin = 0, 0 if inside else -1
    for match in _QUOTATION_MARK.finditer(sentence):
        place, mark = match.start(), match[0]
        if mark in _OPEN or (mark == '"' and begin < 0):
            begin = place if begin < 0 else begin
        elif begin >= 0:
            covered += place - begin
            begin = -1
    if begin >= 0:
        covered += len(sentence) - begin
    return covered / max(1, len(sentence)), begin >= 0


def _find_speaker(sentence: str) -> str | None:
    grammar = _grammar()
    for match in _find_phrases(sentence[:1000], grammar):
        speaker = _trim(match["who"], grammar)
        if speaker:
            return speaker
    return None


def _find_phrases(sentence: str, grammar: _Grammar) -> Iterator[re.Match[str]]:
    """Yield the phrases that name a speaker, trying only the patterns of which the sentence holds the words."""
    verbs = [match.end() for match in grammar.says.finditer(sentence)]
    if verbs:
        yield from grammar.before.finditer(sentence, 0, verbs[-1])
        yield from grammar.behind.finditer(sentence)
    if any(words in sentence for words in _SOURCES):
        yield from grammar.source.finditer(sentence)
    if any(word in sentence for word in _DOCUMENTS):
        yield from grammar.document.finditer(sentence)


def _trim(speaker: str, grammar: _Grammar) -> str:
    """Return ``speaker`` without words that open the sentence ("As", "When"), empty where nobody is left."""
    words = speaker.strip(" ,.’'").split()
    while words and not grammar.role.match(" ".join(words).lower()):
        if words[0].lower() not in grammar.no_names and not (len(words) == 1 and words[0].endswith(("'s", "’s"))):
            break
        words = words[1:]
    return " ".join(words)


def _is_named(speaker: str) -> bool:
    grammar = _grammar()
    return speaker[:1].isupper() and speaker.lower() not in grammar.pronouns and not grammar.role.match(speaker)


def _interview_turns(text: str, spans: list[tuple[int, int, int]]) -> dict[str, str]:
    """Return the turn that each label of an interview opens, or nothing where the text is none.

    In an interview one label, more often than any other, opens paragraphs that end in a question mark (or is "Q"),
    and at least one other label answers.
    """
    blocks: dict[int, tuple[int, int]] = {}
    for start, end, block in spans:
        blocks[block] = (blocks.get(block, (start, end))[0], end)
    asked: Counter[str] = Counter()
    told: Counter[str] = Counter()
    for start, end in blocks.values():
        match = _INTERVIEW.match(text, start, min(end, start + 60))
        if match:
            label = match["label"]
            asks = label == "Q" or (label != "A" and text[start:end].rstrip('"” ').endswith("?"))
            (asked if asks else told)[label] += 1
    if not asked or not told:
        return {}
    interviewer = max(asked, key=lambda label: asked[label])
    answering = [label for label in told if label != interviewer]
    if not answering or told[interviewer] >= asked[interviewer]:
        return {}
    return {interviewer: QUESTION, **dict.fromkeys(answering, ANSWER)}


def _turn_label(text: str, span: tuple[int, int, int], before: tuple[int, int, int] | None, turns: dict[str, str]) -> str | None:
    """Return the label that opens this sentence's paragraph and begins a turn."""
    if before is not None and before[2] == span[2]:
        return None
    match = _INTERVIEW.match(text, span[0], min(span[1], span[0] + 60))
    return match["label"] if match and match["label"] in turns else None
