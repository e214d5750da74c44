"""What a news page prints beside its sentences, as a table: how such a line begins, what it holds, how it reads as a whole."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import cache
from typing import NamedTuple


class LineRule(NamedTuple):
    """One reason to drop a line: ``pattern`` matches the whole of it, in upper or lower case.

    To try each pattern on each line would cost more than all the rest of the work. So a rule shows signs, of which its
    lines have at least one: a word in ASCII that they begin with (``openings``), a string of ASCII that they hold
    (``marks``), or their first or last character (``edges``). A rule without signs is for lines of one word. Lines of
    more than ``longest`` characters are left alone.
    """

    name: str
    pattern: str
    openings: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()
    edges: str = ""
    longest: int = 700


def _opens(name: str, openings: str, pattern: str) -> LineRule:
    """Return a rule for lines that open with one of ``openings``, which is part of what the rule demands."""
    words = openings.split("|")
    return LineRule(name, f"(?={'|'.join(map(re.escape, words))})(?:{pattern})", openings=tuple(words))


def _holds(name: str, marks: str, pattern: str) -> LineRule:
    return LineRule(name, pattern, marks=tuple(marks.split("|")))


_AGENCIES = r"(?:AFP|AP|Reuters|Xinhua|VCG|EPA|EFE|ANSA|Getty(?: Images)?|CFP|IC|CNS|Bloomberg|SOPA|Shutterstock|iStock|Handout)"
_PICTURE = r"(?-i:Photo(?:graph(?:er)?)?|PHOTO|Picture|Image|Graphic|Illustration)s?"
_DATE = r"(?:\d|(?:mon|tues?|wed|thurs?|fri|sat|sun|jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]*\b)"
_NAMES = r"(?: [A-Z][\w.'’-]*(?: and|,| in|;|&)?){1,12}"
_BYLINES = r"(?:By|Story by|Text by|Edited by|Reporting by|Additional reporting by|Editing by|Writing by)"
_STORIES = r"(?:stories|articles|news|coverage)"
_MAIL = r"(?:newsletters?|inbox|alerts?|account|for free|headlines|to read|to continue|stay informed)"
_REPORT = r"(?:report|story|article)"
_SITES = r"(?:twitter|facebook|instagram|linkedin|youtube|x)"

LINE_RULES = (
    _holds("video-duration", ":", r"(?:video[ :]*)?\d{1,2}:\d{2}(?::\d{2})?(?: ?/ ?\d{1,2}:\d{2})?"),
    _opens(
        "time-stamp",
        "first |last |published|updated|posted|modified",
        rf"(?:first |last )?(?:published|updated|posted|modified)(?: on| at)?:? ?{_DATE}.{{0,80}}",
    ),
    _opens("time-stamp", "published|updated", r"(?:published|updated)(?: on| at)?:.{0,80}"),
    _holds(
        "photo-credit",
        "photo|picture|image|graphic|illustration",
        rf".{{0,600}}\b{_PICTURE}(?: credit| by)? ?[:：/] ?(?-i:[A-Z©]).{{0,60}}",
    ),
    LineRule("photo-credit", r".{0,600}\((?:file )?(?:photo|picture|image|illustration)s?\b[^()]{0,80}\)", edges=")"),
    LineRule(
        "photo-credit",
        rf".{{0,600}}[\[(](?:[\w .'’-]{{1,40}}/ ?)?{_AGENCIES}(?: (?:file )?photo)?(?: via [\w ]{{1,20}})?[\])]",
        edges=")]",
    ),
    _holds("photo-credit", "/", r".{0,600}(?-i:\b(?:REUTERS|AFP|AP|EPA|Getty Images) ?/ ?[A-Z]).{0,60}"),
    _opens("photo-credit", "file ", r"(?-i:FILE (?:PHOTO|PICTURE|IMAGE)).{0,600}"),
    _opens("photo-credit", "toggle |hide |show |enlarge ", r"(?:toggle|hide|show|enlarge) caption"),
    _opens(
        "subscription",
        "subscribe|sign up|log in|register|join us|download our app",
        r"(?:subscribe|sign up|log in|register|join us|download our app)\b(?:.{0,140}!|[^.]{0,140})",
    ),
    _opens(
        "subscription",
        "subscribe|sign up|log in|register|get|receive",
        rf"(?:subscribe|sign up|log in|register|get|receive)\b.{{0,100}}\b{_MAIL}\b.{{0,80}}",
    ),
    _opens("subscription", "follow |like ", rf"(?:follow|like) .{{2,60}} on {_SITES}\b.{{0,80}}"),
    _opens("subscription", "this article is for|already a", r"(?:this article is for|already a) (?:subscriber|member).{0,80}"),
    _opens(
        "sharing",
        "share|tweet|print|email|e-mail|save|comment|listen|whatsapp|facebook|copy link",
        r"(?:share|tweet|print|e-?mail|save|comments?|listen|whatsapp|facebook|copy link)(?: this(?: article| story)?)?",
    ),
    _opens(
        "sharing",
        "share this|facebook twitter|close",
        r"share this (?:article|story|page|video)\b.{0,80}|facebook twitter\b.{0,80}|(?-i:CLOSE)",
    ),
    _holds("embed", "/", r".{0,600}(?:pic\.twitter\.com|//t\.co)/\S+.{0,80}"),
    LineRule("embed", r"[—–-] ?.{1,60}\(@\w+\).{0,40}", edges="—–-"),
    _holds("markup", "=", r".{0,200}\b(?:poster|src|href|class|style)=[\"'“].{0,400}"),
    _opens("advertisement", "advertis|sponsored", r"advertis(?:ement|ing)|sponsored(?: content)?"),
    _opens(
        "story-link",
        "read |also read|see also|more |recommended|watch",
        r"(?:read (?:more|also|next)|also read|see also|more (?:from|on)|recommended|watch)\b ?[:|»].{0,200}",
    ),
    _opens(
        "story-link",
        "related|read |recommended|most read",
        rf"related(?: {_STORIES})?(?: ?[:|»].{{0,200}})?|read more|read also|recommended {_STORIES}|most read",
    ),
    _opens("story-link", "just watched|replay|more videos|must watch", r"just watched|replay|more videos\b.{0,20}|must watch"),
    LineRule("web-address", r"(?:https?://)?(?:www\.)?[\w-]+(?:\.[\w-]+)+(?:/\S*)?"),
    _opens(
        "byline",
        "by |story by |text by |edited by |reporting by |additional reporting by |editing by |writing by ",
        rf"(?-i:{_BYLINES}{_NAMES}(?: {_BYLINES}{_NAMES})?)\.?",
    ),
    _opens(
        "byline",
        "(reporting|(editing|(writing|(additional|(compiled",
        r"\((?:reporting|editing|writing|additional reporting|compiled) by .{2,200}\)",
    ),
    _holds("byline", "contributed", rf".{{2,200}} contributed to (?:this|the) {_REPORT}\.?"),
    LineRule("byline", r"[—–-]+ ?with (?:assistance|help) (?:by|from) .{2,200}", edges="—–-"),
    _opens("editorial-note", "editor|correction|clarification", r"(?:editor['’]?s? note|correction|clarification) ?[:：].{0,600}"),
    LineRule("copyright", r"©.{0,160}", edges="©"),
    _opens("copyright", "(c)|copyright", r"(?:\(c\)|copyright,? (?:©|\(c\)|\d{4})).{0,160}"),
    _opens("copyright", "all rights reserved", r"all rights reserved\.?"),
    _opens(
        "source-line",
        "source|tag|topics|keywords|editor|category",
        r"(?:sources?|tags?|topics|keywords|editor|category) ?[:：] ?\S.{0,80}",
    ),
)
"""Rules that see one line alone; the first that matches names the reason."""

TAIL_RULES = tuple(
    rule._replace(longest=119)
    for rule in (
        _opens("comment-form", "leave a |post a comment", r"leave a (?:reply|comment)|post a comment"),
        _holds("comment-form", "comment", r"\d+ comments?"),
        _opens("comment-form", "your email address", r"your email address will not be published.*"),
        _opens(
            "references",
            "reference|notes|footnotes|endnotes|bibliography|works cited|further reading",
            r"(?:references?|notes|footnotes|endnotes|bibliography|works cited|further reading)(?:\(s\))? ?:?",
        ),
    )
)
"""Rules that end the article: the line and all that follows it is dropped, unless most of the text stands below it."""

_BEGINNING = 3  # of the first word of an opening, so many letters are looked up
_ODD_LETTERS = str.maketrans({"\u0130": "i", "\u0131": "i", "\u017f": "s", "\u212a": "k"})


def read_letters(lines: list[str]) -> list[str]:
    """Return the ASCII characters of each line in lower case; lines that read alike have the same letters and digits.

    The Turkish i, the long s and the sign for Kelvin are ASCII letters in the other case, for ``re`` as for ``lower``.
    """
    text = "\n".join([line.replace("\n", " ") for line in lines])
    if not text.isascii() and any(chr(letter) in text for letter in _ODD_LETTERS):
        text = text.translate(_ODD_LETTERS)
    return text.encode("ascii", "ignore").decode("ascii").lower().split("\n")


def squeeze(line: str) -> str:
    """Return ``line`` with one blank wherever it has white space; of all white space only the blank is printable."""
    return line if line.isprintable() and "  " not in line else " ".join(line.split())


class RuleTable:
    """Rules by their signs, so that a line is held only against those that it may match."""

    def __init__(self, rules: tuple[LineRule, ...]) -> None:
        """Sort ``rules``, of which the first that matches a line names the reason."""
        self._rules = rules
        self._openings = _number(rules, lambda rule: {words.split()[0][:_BEGINNING] for words in rule.openings})
        self._marks = tuple(_number(rules, lambda rule: rule.marks).items())
        self._edges = _number(rules, lambda rule: rule.edges)
        self._unsigned = [number for number, rule in enumerate(rules) if not (rule.openings or rule.marks or rule.edges)]

    def find(self, line: str, letters: str) -> LineRule | None:
        """Return the first rule that matches ``line``, squeezed; ``letters`` are its :func:`read_letters`."""
        found: list[int] = []
        for mark, numbers in self._marks:
            if mark in letters:
                found += numbers
        if letters[:_BEGINNING] in self._openings:
            found += self._openings[letters[:_BEGINNING]]
        elif letters[: _BEGINNING - 1] in self._openings:  # "By"
            found += self._openings[letters[: _BEGINNING - 1]]
        if line[0] in self._edges or line[-1] in self._edges:
            found += self._edges.get(line[0], []) + self._edges.get(line[-1], [])
        if " " not in letters:
            found += self._unsigned
        return self._first_match(squeeze(line), found) if found else None

    def _first_match(self, line: str, numbers: list[int]) -> LineRule | None:
        for number in sorted(numbers):
            rule = self._rules[number]
            if len(line) <= rule.longest and _compile(rule.pattern).fullmatch(line):
                return rule
        return None


def _number(rules: tuple[LineRule, ...], signs: Callable[[LineRule], Iterable[str]]) -> dict[str, list[int]]:
    """Return the numbers of the rules that show each sign."""
    numbers: dict[str, list[int]] = {}
    for number, rule in enumerate(rules):
        for sign in signs(rule):
            numbers.setdefault(sign, []).append(number)
    return numbers


@cache
def _compile(pattern: str) -> re.Pattern[str]:
    """Return ``pattern`` compiled when a line first needs it: most runs meet few of the rules."""
    return re.compile(pattern, re.IGNORECASE)


LINES = RuleTable(LINE_RULES)
LINES_AND_TAILS = RuleTable((*TAIL_RULES, *LINE_RULES))
