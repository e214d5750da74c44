"""Codes without text: sentences of articles that others own, found again by offsets and a hash where the texts are at hand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from framing.annotations import Annotation, hash_sentence
from framing.articles import Article, Skipped
from framing.sentences import split_article


@dataclass(frozen=True)
class Located:
    """Annotations with their texts, in their order, and those that stay without.

    ``absent`` are of articles that were not given; ``changed`` of articles whose text holds no such sentence (any more).
    """

    annotations: list[Annotation]
    absent: list[Annotation]
    changed: list[Annotation]


def locate_texts(annotations: Iterable[Annotation], articles: Iterable[Article | Skipped]) -> Located:
    """Return ``annotations`` with the text of each that has none, from ``articles`` by id, offsets and hash.

    Where the offsets do not fit, as when the text was cleaned otherwise, a sentence of the article with the same hash
    does. Nothing is guessed.
    """
    annotations = list(annotations)
    wanted = {annotation.article for annotation in annotations if not annotation.text}
    texts = {item.id: item for item in articles if isinstance(item, Article) and item.id in wanted}
    sentences: dict[str, dict[str, str]] = {}
    kept, absent, changed = [], [], []
    for annotation in annotations:
        if annotation.text:
            kept.append(annotation)
            continue
        article = texts.get(annotation.article)
        if article is None:
            absent.append(annotation)
            continue
        text = _by_offsets(annotation, article) or _by_hash(annotation, article, sentences)
        if text is None:
            changed.append(annotation)
        else:
            kept.append(replace(annotation, text=text))
    return Located(kept, absent, changed)


def _by_offsets(annotation: Annotation, article: Article) -> str | None:
    if annotation.start is None or annotation.end is None:
        return None
    text = article.text[annotation.start : annotation.end]
    return text if hash_sentence(text) == annotation.hash else None


def _by_hash(annotation: Annotation, article: Article, sentences: dict[str, dict[str, str]]) -> str | None:
    if article.id not in sentences:
        sentences[article.id] = {hash_sentence(sentence.text): sentence.text for sentence in split_article(article)}
    return sentences[article.id].get(annotation.hash or "")


def describe_missing(located: Located) -> Sequence[str]:
    """Return a line for each kind of annotation that stays without text, none where all have theirs."""
    lines = []
    if located.absent:
        articles = len({annotation.article for annotation in located.absent})
        lines.append(
            f"{len(located.absent):,} codings of {articles} articles are left out: they hold no text, and the articles are not at "
            "hand (name them with --articles)"
        )
    if located.changed:
        first = located.changed[0]
        lines.append(
            f"{len(located.changed):,} codings are left out: their article no longer holds the sentence, by its hash "
            f"({first.place}, article {first.article!r}, is the first)"
        )
    return lines
