"""The lines of an article that hold its sentences, and those that a rule drops, with its name."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import NamedTuple

from framing.articles import Article
from framing.line_rules import LINES, LINES_AND_TAILS, TAIL_RULES, read_letters, squeeze

HEADLINE, BODY = "headline", "body"


class Block(NamedTuple):
    """A line of the article, ``text[start:end]``, that is kept; ``kind`` is ``headline`` or ``body``."""

    start: int
    end: int
    kind: str


class Dropped(NamedTuple):
    """A line of the article, ``text[start:end]``, that is no sentence, and the rule that says so."""

    start: int
    end: int
    rule: str
    text: str


@dataclass(frozen=True, slots=True)
class CleanText:
    """The lines of one article in reading order: those kept, and those dropped with their rules."""

    blocks: tuple[Block, ...]
    dropped: tuple[Dropped, ...]


_STOPS = ".!?…。！？:;,%"
_CLOSERS = "\"'”“’»)]"
_TERMINAL = re.compile(r"[.!?…。！？:;,%][\"'”“’»)\]]*(?:\[\d{1,3}\])*$")
_TURN = re.compile(r"[A-Z][\w.'’ -]{0,40}: ")
_LIST_ITEM = re.compile(r"(?:[-–—•*·▪]|\(?\d{1,2}[.)]|[a-z]\))\s")
_MARKDOWN = re.compile(r"(?:#{1,6} |[*_]{3,}$|-{3,}$|!\[|={3,}$)")
_TEASER = re.compile(r"[^.?!\"“]{10,90}\. (?:Will|Can|Is|Are|Could|Should|What|Who|Why|How|Does|Do)\b[^.?!]{3,60}\?")
_GRAMMAR = re.compile(r"\b(?:the|a|an|is|are|was|were|has|have|had|it|they|he|she)\b")
_PUNCTUATION = re.compile(r"[^\w ]+")
_KEY = 20
_NO_WORD = bytes(code for code in range(128) if not (chr(code).isalnum() or chr(code) in "_\n"))


def clean(article: Article) -> CleanText:
    """Return the lines of ``article`` that hold its sentences, and the others with the rule that dropped each.

    Lines of a hard-wrapped paragraph count as one. A line without end punctuation is a heading or a link only where
    most lines have it; a text whose lines never end in a stop keeps them all.
    """
    text = article.text
    spans = join_wrapped(text)
    lines = [text[start:end] for start, end in spans]
    kinds = _judge(lines, article.title) if lines else []
    blocks, dropped = [], []
    for (start, end), kind in zip(spans, kinds, strict=True):
        if kind in (HEADLINE, BODY):
            blocks.append(Block(start, end, kind))
        else:
            dropped.append(Dropped(start, end, kind, text[start:end]))
    return CleanText(tuple(blocks), tuple(dropped))


def join_wrapped(text: str) -> list[tuple[int, int]]:
    """Return the spans of the lines that are not blank, those of a hard-wrapped paragraph joined into one."""
    lines = _find_lines(text)
    breaks = [0, *(text.count("\n", above[1], line[0]) for above, line in pairwise(lines))]
    wrapped = _wrapped_runs(text, lines, breaks)
    spans: list[tuple[int, int]] = []
    for number, (start, end) in enumerate(lines):
        joins = number > 0 and breaks[number] <= 1 and (number in wrapped or text[start].islower())
        if joins and _continues(text, spans[-1], (start, end), in_run=number in wrapped):
            spans[-1] = (spans[-1][0], end)
        else:
            spans.append((start, end))
    return spans


def _find_lines(text: str) -> list[tuple[int, int]]:
    """Return the spans of the lines that are not blank, without the white space around them."""
    lines, position = [], 0
    for line in text.replace("\u2028", "\n").replace("\u2029", "\n").split("\n"):
        bare = line.strip()
        if bare:
            start = position if len(bare) == len(line) else position + len(line) - len(line.lstrip())
            lines.append((start, start + len(bare)))
        position += len(line) + 1
    return lines


def _continues(text: str, above: tuple[int, int], line: tuple[int, int], *, in_run: bool) -> bool:
    """Return whether the single break above ``line``, which is in a run or begins small, lies inside a paragraph."""
    if _LIST_ITEM.match(text, line[0], line[1]):
        return False
    return in_run or not _TERMINAL.search(text[max(above[0], above[1] - 12) : above[1]])


def _wrapped_runs(text: str, lines: list[tuple[int, int]], breaks: list[int]) -> set[int]:
    """Return the numbers of the lines that follow another one inside a hard-wrapped paragraph.

    Such a paragraph has three lines or more without a blank one between them, all but the last about equally wide,
    and at least one of them stops in the middle of a sentence. ``breaks`` counts the line breaks above each line.
    """
    found: set[int] = set()
    first = 0
    for number in range(1, len(lines) + 1):
        if number < len(lines) and breaks[number] == 1:
            continue
        if number - first >= 3:
            run = lines[first : number - 1]
            widths = [end - start for start, end in run]
            even = min(widths) >= 45 and max(widths) <= 100 and max(widths) - min(widths) <= 25
            if even and any(not _TERMINAL.search(text[end - 12 : end]) for _, end in run):
                found.update(range(first + 1, number))
        first = number
    return found


def _judge(lines: list[str], title: str | None) -> list[str]:
    """Return for each line the rule that drops it, or its kind where it is kept."""
    letters = read_letters(lines)
    closed = [line[-1] in _STOPS or (line[-1] in _CLOSERS and _TERMINAL.search(line[-12:]) is not None) for line in lines]
    reasons = _by_line(lines, letters, closed)
    return _by_context(lines, reasons, closed, _fold_alike(lines, letters, title), title=title)


def _by_line(lines: list[str], letters: list[str], closed: list[bool]) -> list[str | None]:
    """Return the rule that drops each line seen alone, or None."""
    reasons: list[str | None] = []
    above: list[int] = []
    rules = LINES  # no article ends before its first line
    for number, line in enumerate(lines):
        rule = rules.find(line, letters[number])
        if rule and rule in TAIL_RULES:
            above = above or _count_prose(lines, closed)
            if above[number] > above[-1] - above[number]:
                return reasons + [rule.name] * (len(lines) - number)
        reasons.append(rule.name if rule else None)
        rules = LINES_AND_TAILS
    return reasons


def _count_prose(lines: list[str], closed: list[bool]) -> list[int]:
    """Return how many characters of lines with end punctuation stand above each line, and above the end."""
    lengths = (len(squeeze(line)) if ends else 0 for line, ends in zip(lines, closed, strict=True))
    return list(accumulate(lengths, initial=0))


def _fold_alike(lines: list[str], letters: list[str], title: str | None) -> list[str | None]:
    """Return each line folded where another line or the title begins with the same letters, None where none does."""
    keys = _find_keys([*letters, *read_letters([title])] if title else letters)
    if len(set(keys)) == len(keys):
        return [None] * len(lines)
    counts = Counter(keys)
    return [fold(squeeze(line)) if counts[key] > 1 else None for line, key in zip(lines, keys, strict=False)]


def _find_keys(letters: list[str]) -> list[bytes]:
    """Return the first letters and digits of each line, punctuation left out; they are equal where the folded lines are."""
    starts = "\n".join([line[: 3 * _KEY] for line in letters]).encode().translate(None, _NO_WORD).split(b"\n")
    return [
        start[:_KEY] if len(start) >= _KEY or len(line) <= 3 * _KEY else line.encode().translate(None, _NO_WORD)[:_KEY]
        for start, line in zip(starts, letters, strict=True)
    ]


def _by_context(
    lines: list[str], reasons: list[str | None], closed: list[bool], folds: list[str | None], *, title: str | None
) -> list[str]:
    """Return for each line the rule that drops it, or its kind where it is kept, judged by the lines around it."""
    kept = [ends for ends, reason in zip(closed, reasons, strict=True) if reason is None]
    punctuated = sum(kept) >= 2 and sum(kept) >= 0.5 * len(kept)
    counts = Counter(folds)
    folded_title = fold(title) if title else None
    seen: set[str | None] = set()
    kinds: list[str] = []
    in_list = has_body = False
    headlines = 0
    for line, reason, ends, folded in zip(lines, reasons, closed, folds, strict=True):
        if reason:
            kinds.append(reason)
        elif title and folded == folded_title:
            kinds.append("repeated-line" if folded in seen else HEADLINE)
        elif folded and counts[folded] > 1 and (not ends or folded in seen):
            kinds.append(_repeated(kinds))
        elif line[0] in "#*_-!=" and _MARKDOWN.match(squeeze(line)):
            kinds.append(HEADLINE if line[1:2].isspace() and not headlines and not has_body else "section-heading")
        elif punctuated and not ends and not in_list and line[0] not in '"“‘«' and not _LIST_ITEM.match(line):
            kinds.append(_open_line(line, kinds[-1:], may_head=not has_body and headlines < 2))
        elif punctuated and line[-1] == "?" and _is_teaser(squeeze(line)):
            kinds.append("story-link")
        else:
            kinds.append(BODY)
        seen.add(folded)
        has_body = has_body or kinds[-1] == BODY
        headlines += kinds[-1] == HEADLINE
        in_list = kinds[-1] == BODY and (line[-1] == ":" or (in_list and not ends))
    return kinds


def _is_teaser(line: str) -> bool:
    """Return whether ``line`` is a link with a question behind it ("Port to open. Will it be a win?"), in headline grammar."""
    if len(line) >= 140 or not _TEASER.fullmatch(line) or _TURN.match(line):
        return False
    return not _GRAMMAR.search(line.split(". ")[0])


def _repeated(kinds: list[str]) -> str:
    return "video-title" if kinds and kinds[-1] in ("video-duration", "video-title") else "repeated-line"


def _open_line(line: str, above: list[str], *, may_head: bool) -> str:
    """Return what a line without end punctuation is, given the kind of the line above it."""
    if above == ["video-duration"]:
        return "video-title"
    if may_head:
        return HEADLINE
    words = len(line.split())
    if words <= 6:
        return "section-heading"
    return "story-link" if words <= 25 else BODY


def fold(line: str) -> str:
    """Return the words of ``line`` in lower case: lines that read alike are equal."""
    return " ".join(_PUNCTUATION.sub("", line.lower()).split())
