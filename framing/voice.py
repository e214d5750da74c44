"""Who speaks in a sentence: the outlet, or somebody whom it quotes or reports."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

OUTLET, QUOTED = "outlet", "quoted"
QUESTION, ANSWER = "question", "answer"


@dataclass(frozen=True, slots=True)
class Voice:
    """The voice of one sentence, the speaker where the text names one, and the turn in an interview."""

    voice: str = OUTLET
    speaker: str | None = None
    turn: str | None = None


_PARTICLE = r"(?:de|da|do|del|della|di|la|las|los|van|von|der|bin|al|y)"
_NAME = rf"(?:[A-ZÀ-Þ][\w'’.-]*(?: {_PARTICLE}){{0,2}} ){{0,6}}[A-ZÀ-Þ][\w'’-]+"
_ROLE = (
    r"(?:envoy|ambassador|representative|trader|resident|critic|government|company|firm|bank|commission|council|authoritie|opposition|"
    r"union|group|committee|expert|analyst|minister|official|president|premier|spokes(?:person|man|woman)|diplomat|scholar|"
    r"professor|researcher|economist|senator|lawmaker|governor|mayor|general|admiral|commander|secretary|chairman|"
    r"chairperson|director|chief|executive|observer|source|report|statement|study|ministry|embassy|agency|lawyer|activist)s?"
)
_DESCRIBED = rf"(?:[Tt]he|[Aa]n?|[Oo]ne|[Tt]wo|[Ss]ome|[Ss]everal|[Mm]any)? ?(?:[\w'’-]+ ){{0,3}}?{_ROLE}"
_WHO = rf"(?P<who>{_NAME}|[Hh]e|[Ss]he|[Tt]hey|{_DESCRIBED})"
_SAY = (
    r"(?:said|says|told|tells|added|adds|noted|notes|stated|explained|explains|argued|argues|warned|warns|stressed|stresses|"
    r"wrote|writes|replied|answered|insisted|insists|declared|announced|claimed|claims|suggested|suggests|remarked|observed|"
    r"continued|concluded|recalled|admitted|acknowledged|emphasi[sz]ed|underlined|commented|pointed out|believes?|believed|"
    r"complained|predicted|reiterated|vowed|pledged|testified|cautioned|described|asked|promised|called|estimates?|"
    r"agree[sd]? that|opposes?|highlighted|confirmed|denied|rejected|urged|praised)"
)
_APPOSITION = r"(?:, [^,;“\"]{3,120}(?:, [^,;“\"]{3,80})?,)?"
_BEFORE = rf"(?:^|[,”\"’—;] ?|\b(?:that|and|but|while|[Aa]s|which|{_ROLE}) )"
_OF_WHERE = r"(?: (?:from|of|at) [^,;“\"]{3,60})?"
_ADVERBS = r"(?:also |has |had |have |once |then |later |repeatedly |highly ){0,2}"
_PHRASE_END = r"(?=[,;“\"(]|\.?$|\.\s| (?:as|which|who|that|while|and the)\b)"
_PATTERNS = tuple(
    re.compile(pattern)
    for pattern in (
        rf"{_BEFORE}{_WHO}{_APPOSITION}{_OF_WHERE} {_ADVERBS}{_SAY}\b",
        rf"[,”\"’] ?(?:said|says|added|noted|asked|wrote|argued|explained|warned|stressed) {_WHO}\b",
        rf"\b(?:[Aa]ccording to|in the words of|told by) (?P<who>[^,;“\"()]{{3,80}}?){_PHRASE_END}",
        rf"(?:^|[,.] ){_WHO}’?'?s? (?:statement|message|report|letter|speech) (?:added|said|read|noted)\b",
    )
)
"""Where a sentence names its speaker: before a verb of saying, behind one, after "according to", before "statement said"."""

_INTERVIEW = re.compile(rf"(?P<label>Q|A|{_NAME}|[A-Z]{{2,8}}|(?:Mr|Ms|Mrs|Dr)\. [A-Z]+)\s?[:：.]\s")
_OPEN, _CLOSE = "“«", "”»"
_PRONOUNS = frozenset({"he", "she", "they"})
_DEFINITE = re.compile(rf"(?:the|one) (?:[\w'’-]+ ){{0,3}}?{_ROLE}$", re.IGNORECASE)
_NO_SPEAKER = frozenset({"China", "It", "This", "That", "There", "But", "And", "The", "In", "On", "If", "We", "I", "You", "Its"})


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
    first = next(number for number, label in enumerate(labels) if label)
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
        refers = speaker is not None and (speaker.lower() in _PRONOUNS or _DEFINITE.match(speaker) is not None)
        quoted = speaker is not None or share >= 0.5
        if speaker and refers:
            near = last if block - last_block <= 1 else None
            speaker = near or (None if speaker.lower() in _PRONOUNS else speaker)
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
    for place, mark in enumerate(sentence):
        if mark in _OPEN or (mark == '"' and begin < 0):
            begin = place if begin < 0 else begin
        elif begin >= 0 and (mark in _CLOSE or mark == '"'):
            covered += place - begin
            begin = -1
    if begin >= 0:
        covered += len(sentence) - begin
    return covered / max(1, len(sentence)), begin >= 0


def _find_speaker(sentence: str) -> str | None:
    for pattern in _PATTERNS:
        for match in pattern.finditer(sentence[:1000]):
            speaker = match["who"].strip(" ,.’'")
            if speaker not in _NO_SPEAKER:
                return speaker
    return None


def _is_named(speaker: str) -> bool:
    return speaker[:1].isupper() and speaker.lower() not in _PRONOUNS and not re.match(rf"{_DESCRIBED}$", speaker)


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
