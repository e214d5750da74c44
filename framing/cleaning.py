"""What a news page prints beside its sentences: a table of rules, and what each of them dropped."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from framing.articles import Article

HEADLINE, BODY = "headline", "body"


@dataclass(frozen=True, slots=True)
class Block:
    """A line of the article, ``text[start:end]``, that is kept; ``kind`` is ``headline`` or ``body``."""

    start: int
    end: int
    kind: str


@dataclass(frozen=True, slots=True)
class Dropped:
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


_AGENCIES = r"(?:AFP|AP|Reuters|Xinhua|VCG|EPA|EFE|ANSA|Getty(?: Images)?|CFP|IC|CNS|Bloomberg|SOPA|Shutterstock|iStock|Handout)"
_PICTURE = r"(?-i:Photo(?:graph(?:er)?)?|PHOTO|Picture|Image|Graphic|Illustration)s?"
_DATE = r"(?:\d|(?:mon|tues?|wed|thurs?|fri|sat|sun|jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]*\b)"
_NAMES = r"(?: [A-Z][\w.'’-]*(?: and|,| in|;|&)?){1,12}"
_BYLINES = r"(?:By|Story by|Text by|Edited by|Reporting by|Additional reporting by|Editing by|Writing by)"
_STORIES = r"(?:stories|articles|news|coverage)"
_MAIL = r"(?:newsletters?|inbox|alerts?|account|for free|headlines|to read|to continue|stay informed)"

_PATTERNS = (
    ("video-duration", r"(?:video[ :]*)?\d{1,2}:\d{2}(?::\d{2})?(?: ?/ ?\d{1,2}:\d{2})?"),
    ("time-stamp", rf"(?:first |last )?(?:published|updated|posted|modified)(?: on| at)?:? ?{_DATE}.{{0,80}}"),
    ("time-stamp", r"(?:published|updated)(?: on| at)?:.{0,80}"),
    ("photo-credit", rf".{{0,600}}\b{_PICTURE}(?: credit| by)? ?[:：/] ?(?-i:[A-Z©]).{{0,60}}"),
    ("photo-credit", r".{0,600}\((?:file )?(?:photo|picture|image|illustration)s?\b[^()]{0,80}\)"),
    ("photo-credit", rf".{{0,600}}[\[(](?:[\w .'’-]{{1,40}}/ ?)?{_AGENCIES}(?: (?:file )?photo)?(?: via [\w ]{{1,20}})?[\])]"),
    ("photo-credit", r".{0,600}(?-i:\b(?:REUTERS|AFP|AP|EPA|Getty Images) ?/ ?[A-Z]).{0,60}"),
    ("photo-credit", r"(?-i:FILE (?:PHOTO|PICTURE|IMAGE)).{0,600}|(?:toggle|hide|show|enlarge) caption"),
    ("subscription", r"(?:subscribe|sign up|log in|register|join us|download our app)\b(?:.{0,140}!|[^.]{0,140})"),
    ("subscription", rf"(?:subscribe|sign up|log in|register|get|receive)\b.{{0,100}}\b{_MAIL}\b.{{0,80}}"),
    ("subscription", r"(?:follow|like) .{2,60} on (?:twitter|facebook|instagram|linkedin|youtube|x)\b.{0,80}"),
    ("subscription", r"(?:this article is for|already a) (?:subscriber|member).{0,80}"),
    ("sharing", r"(?:share|tweet|print|e-?mail|save|comments?|listen|whatsapp|facebook|copy link)(?: this(?: article| story)?)?"),
    ("sharing", r"share this (?:article|story|page|video)\b.{0,80}|facebook twitter\b.{0,80}|(?-i:CLOSE)"),
    ("embed", r".{0,600}(?:pic\.twitter\.com|//t\.co)/\S+.{0,80}|[—–-] ?.{1,60}\(@\w+\).{0,40}"),
    ("markup", r".{0,200}\b(?:poster|src|href|class|style)=[\"'“].{0,400}"),
    ("advertisement", r"advertis(?:ement|ing)|sponsored(?: content)?"),
    ("story-link", r"(?:read (?:more|also|next)|also read|see also|more (?:from|on)|recommended|watch)\b ?[:|»].{0,200}"),
    ("story-link", rf"related(?: {_STORIES})?(?: ?[:|»].{{0,200}})?|read more|read also|recommended {_STORIES}|most read"),
    ("story-link", r"just watched|replay|more videos\b.{0,20}|must watch"),
    ("web-address", r"(?:https?://)?(?:www\.)?[\w-]+(?:\.[\w-]+)+(?:/\S*)?"),
    ("byline", rf"(?-i:{_BYLINES}{_NAMES}(?: {_BYLINES}{_NAMES})?)\.?"),
    ("byline", r"\((?:reporting|editing|writing|additional reporting|compiled) by .{2,200}\)"),
    (
        "byline",
        r".{2,200} contributed to (?:this|the) (?:report|story|article)\.?|[—–-]+ ?with (?:assistance|help) (?:by|from) .{2,200}",
    ),
    ("editorial-note", r"(?:editor['’]?s? note|correction|clarification) ?[:：].{0,600}"),
    ("copyright", r"(?:©|\(c\)|copyright,? (?:©|\(c\)|\d{4})).{0,160}|all rights reserved\.?"),
    ("source-line", r"(?:sources?|tags?|topics|keywords|editor|category) ?[:：] ?\S.{0,80}"),
)
_TAILS = (
    ("comment-form", r"leave a (?:reply|comment)|post a comment|\d+ comments?|your email address will not be published.*"),
    ("references", r"(?:references?|notes|footnotes|endnotes|bibliography|works cited|further reading)(?:\(s\))? ?:?"),
)

Rules = tuple[tuple[str, re.Pattern[str]], ...]

LINE_RULES: Rules = tuple((rule, re.compile(pattern, re.IGNORECASE)) for rule, pattern in _PATTERNS)
"""Rules that see one line alone, matched against the whole of it; the first that matches names the reason."""

TAIL_RULES: Rules = tuple((rule, re.compile(pattern, re.IGNORECASE)) for rule, pattern in _TAILS)
"""Rules that end the article: the line and all that follows it is dropped, unless most of the text stands below it."""

_LINE = re.compile(r"[^\n\u2028\u2029]+")
_TERMINAL = re.compile(r"[.!?…。！？:;,%][\"'”“’»)\]]*(?:\[\d{1,3}\])*$")
_TURN = re.compile(r"[A-Z][\w.'’ -]{0,40}: ")
_LIST_ITEM = re.compile(r"(?:[-–—•*·▪]|\(?\d{1,2}[.)]|[a-z]\))\s")
_MARKDOWN = re.compile(r"(?:#{1,6} |[*_]{3,}$|-{3,}$|!\[|={3,}$)")
_TEASER = re.compile(r"[^.?!\"“]{10,90}\. (?:Will|Can|Is|Are|Could|Should|What|Who|Why|How|Does|Do)\b[^.?!]{3,60}\?")
_GRAMMAR = re.compile(r"\b(?:the|a|an|is|are|was|were|has|have|had|it|they|he|she)\b")


def clean(article: Article) -> CleanText:
    """Return the lines of ``article`` that hold its sentences, and the others with the rule that dropped each.

    Lines of a hard-wrapped paragraph count as one. A line without end punctuation is a heading or a link only where
    most lines have it; a text whose lines never end in a stop keeps them all.
    """
    text = article.text
    spans = join_wrapped(text)
    lines = [" ".join(text[start:end].split()) for start, end in spans]
    kinds = _by_context(lines, _by_line(lines), title=article.title)
    blocks, dropped = [], []
    for (start, end), kind in zip(spans, kinds, strict=True):
        if kind in (HEADLINE, BODY):
            blocks.append(Block(start, end, kind))
        else:
            dropped.append(Dropped(start, end, kind, text[start:end]))
    return CleanText(tuple(blocks), tuple(dropped))


def join_wrapped(text: str) -> list[tuple[int, int]]:
    """Return the spans of the lines that are not blank, those of a hard-wrapped paragraph joined into one."""
    lines = [(m.start() + len(m[0]) - len(m[0].lstrip()), m.start() + len(m[0].rstrip())) for m in _LINE.finditer(text)]
    lines = [(start, end) for start, end in lines if start < end]
    wrapped = _wrapped_runs(text, lines)
    spans: list[tuple[int, int]] = []
    for number, (start, end) in enumerate(lines):
        if spans and _continues(text, spans[-1], (start, end), in_run=number in wrapped):
            spans[-1] = (spans[-1][0], end)
        else:
            spans.append((start, end))
    return spans


def _continues(text: str, above: tuple[int, int], line: tuple[int, int], *, in_run: bool) -> bool:
    """Return whether the break above ``line`` lies inside a paragraph."""
    if "\n" in text[above[1] : line[0]].replace("\n", "", 1) or _LIST_ITEM.match(text, line[0], line[1]):
        return False
    open_ended = not _TERMINAL.search(text[max(above[0], above[1] - 12) : above[1]])
    return in_run or (open_ended and text[line[0]].islower())


def _wrapped_runs(text: str, lines: list[tuple[int, int]]) -> set[int]:
    """Return the numbers of the lines that follow another one inside a hard-wrapped paragraph.

    Such a paragraph has three lines or more without a blank one between them, all but the last about equally wide,
    and at least one of them stops in the middle of a sentence.
    """
    found: set[int] = set()
    first = 0
    for number in range(1, len(lines) + 1):
        if number < len(lines) and text.count("\n", lines[number - 1][1], lines[number][0]) == 1:
            continue
        run = range(first, number)
        widths = [lines[k][1] - lines[k][0] for k in run[:-1]]
        even = len(run) >= 3 and min(widths) >= 45 and max(widths) <= 100 and max(widths) - min(widths) <= 25
        if even and any(not _TERMINAL.search(text[lines[k][1] - 12 : lines[k][1]]) for k in run[:-1]):
            found.update(run[1:])
        first = number
    return found


def _by_line(lines: list[str]) -> list[str | None]:
    """Return the rule that drops each line seen alone, or None."""
    reasons: list[str | None] = []
    prose = [len(line) if _TERMINAL.search(line[-12:]) else 0 for line in lines]
    above, total = 0, sum(prose)
    for number, line in enumerate(lines):
        tail = _first_match(TAIL_RULES, line) if len(line) < 120 and number > 0 else None
        if tail and above > total - above:
            return reasons + [tail] * (len(lines) - number)
        reasons.append(tail or (_first_match(LINE_RULES, line) if len(line) <= 700 else None))
        above += prose[number]
    return reasons


def _first_match(rules: Rules, line: str) -> str | None:
    return next((rule for rule, pattern in rules if pattern.fullmatch(line)), None)


def _by_context(lines: list[str], reasons: list[str | None], *, title: str | None) -> list[str]:
    """Return for each line the rule that drops it, or its kind where it is kept, judged by the lines around it."""
    kept = [line for line, reason in zip(lines, reasons, strict=True) if reason is None]
    stopped = sum(1 for line in kept if _TERMINAL.search(line[-12:]))
    punctuated = stopped >= 2 and stopped >= 0.5 * len(kept)
    counts = Counter(map(fold, lines))
    seen: set[str] = set()
    kinds: list[str] = []
    in_list = has_body = False
    headlines = 0
    for line, reason in zip(lines, reasons, strict=True):
        folded = fold(line)
        open_ended = not _TERMINAL.search(line[-12:])
        if reason:
            kinds.append(reason)
        elif title and folded == fold(title):
            kinds.append("repeated-line" if folded in seen else HEADLINE)
        elif folded and counts[folded] > 1 and (open_ended or folded in seen):
            kinds.append(_repeated(kinds))
        elif _MARKDOWN.match(line):
            kinds.append(HEADLINE if line.startswith("# ") and not headlines and not has_body else "section-heading")
        elif punctuated and open_ended and not _LIST_ITEM.match(line) and not in_list and line[0] not in '"“‘«':
            kinds.append(_open_line(line, kinds[-1:], may_head=not has_body and headlines < 2))
        elif punctuated and _is_teaser(line):
            kinds.append("story-link")
        else:
            kinds.append(BODY)
        seen.add(folded)
        has_body = has_body or kinds[-1] == BODY
        headlines += kinds[-1] == HEADLINE
        in_list = kinds[-1] == BODY and (line.endswith(":") or (in_list and open_ended))
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
    return " ".join(re.sub(r"[^\w ]+", "", line.lower()).split())
