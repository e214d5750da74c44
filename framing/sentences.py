"""An article's sentences with their offsets: found where cleaning keeps a line and a stop ends one, then given voices."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from framing.articles import Article
from framing.boundaries import split_block
from framing.cleaning import BODY, HEADLINE, clean, fold, join_wrapped

if TYPE_CHECKING:
    from framing.voice import Voice


class Span(NamedTuple):
    """Where one sentence stands: ``article.text[start:end]``, in paragraph number ``block``.

    ``kind`` is ``headline`` or ``body``. A headline that came from the title field alone lies outside the text: its
    ``start`` and ``end`` are None, its text is the article's title, and its ``block`` is -1.
    """

    start: int | None
    end: int | None
    kind: str
    block: int


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
    return attribute(article, find_sentences(article))


def find_sentences(article: Article) -> list[Span]:
    """Return where the sentences of ``article`` stand, in reading order, the headline first; none of them is blank."""
    text = article.text
    if article.sentences is not None:
        spans = [Span(start, end, BODY, line) for line, (start, end) in enumerate(_take_lines(article)) if text[start:end].strip()]
    else:
        spans = _split_blocks(article)
    if is_scored_title(article.title):
        shown = [text[span.start : span.end] for span in spans if span.kind != BODY]
        if not any(fold(line) == fold(str(article.title)) for line in shown):
            spans.insert(0, Span(None, None, HEADLINE, -1))
    return spans


def attribute(article: Article, spans: Sequence[Span]) -> tuple[Sentence, ...]:
    """Return the sentences at ``spans``, all that :func:`find_sentences` found in ``article``, each with its voice."""
    from framing.voice import Voice, attribute_voices  # its patterns take a while to compile, and counting asks for no voice

    text = article.text
    placed = [(start, end, kind, block) for start, end, kind, block in spans if start is not None and end is not None]
    voices = attribute_voices(text, [(start, end, block) for start, end, _, block in placed])
    sentences = []
    if len(placed) < len(spans):
        sentences.append(_make_sentence(article.id, -1, (None, None, HEADLINE), str(article.title), Voice()))
    for number, ((start, end, kind, block), voice) in enumerate(zip(placed, voices, strict=True)):
        index = number if article.sentences is None else block
        sentences.append(_make_sentence(article.id, index, (start, end, kind), text[start:end], voice))
    return tuple(sentences)


def _make_sentence(article: str, index: int, place: tuple[int | None, int | None, str], text: str, voice: Voice) -> Sentence:
    start, end, kind = place
    return Sentence(article, index, start, end, text, kind, voice.voice, voice.speaker, voice.turn)


def is_scored_title(title: str | None) -> bool:
    """Return whether ``title`` is the outlet's: by the usage of catalogues, one in square brackets was supplied later."""
    return bool(title) and not (str(title).startswith("[") and str(title).endswith("]"))


def _take_lines(article: Article) -> Iterator[tuple[int, int]]:
    position = 0
    for sentence in article.sentences or ():
        yield position, position + len(sentence)
        position += len(sentence) + 1


def _split_blocks(article: Article) -> list[Span]:
    text = article.text
    return [
        Span(first, last, kind, number)
        for number, (start, end, kind) in enumerate(clean(article).blocks)
        for first, last in (split_block(text, start, end) if kind == BODY else ((start, end),))
    ]


def split_text(text: str) -> list[tuple[int, int]]:
    """Return the spans of all sentences of ``text``, nothing cleaned away; a line break outside a paragraph ends one."""
    return [span for start, end in join_wrapped(text) for span in split_block(text, start, end)]
