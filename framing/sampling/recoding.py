"""Sentences that a coder codes a second time, later: for intra-coder agreement."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from framing.annotations import OPEN, RECODED, Annotation, blind_codings, current_decisions, hash_sentence
from framing.articles import Article, Skipped
from framing.errors import AnnotationError, suggest
from framing.population import draw_sentence, source_article
from framing.samples import DrawnSentence
from framing.sampling.designs import check_size
from framing.sampling.earlier import set_apart
from framing.sentences import split_article


@dataclass(frozen=True)
class RecodingSample:
    """Sentences that ``coder`` shall code again, of the ``codings`` that could be drawn from.

    ``wanted`` were asked for; ``textless`` codings could not be drawn, since nothing holds their text. ``alone`` sentences were
    drawn without those around them.
    """

    coder: str
    wanted: int
    drawn: tuple[DrawnSentence, ...]
    codings: int
    textless: int
    alone: int

    @property
    def notes(self) -> tuple[str, ...]:
        """What whoever draws should know."""
        notes = []
        if len(self.drawn) < self.wanted:
            notes.append(f"{self.wanted:,} sentences were asked for, but {self.coder} coded only {self.codings:,} to draw from")
        if self.textless:
            notes.append(
                f"{self.textless:,} codings of {self.coder} hold no text; name the articles with --articles to draw from these too"
            )
        if self.alone:
            notes.append(
                f"{self.alone:,} of the sentences come without those around them, which {self.coder} saw at first: name the sample "
                "beside the codings, or the articles with --articles"
            )
        return tuple(notes)


def draw_for_recoding(
    annotations: Iterable[Annotation],
    coder: str,
    n: int,
    rng: np.random.Generator,
    *,
    articles: Iterable[Article | Skipped] = (),
) -> RecodingSample:
    """Return ``n`` sentences drawn at random from those that ``coder`` coded blind and has not coded again yet.

    Their phase is ``recoded``, and how they were drawn at first is kept. The sentences around each are those that the coder
    saw at first, where ``annotations`` hold the line of the sample; else those of the articles, which also hold the texts of
    codings that have none. Without either a sentence comes alone, so that the second coding sees less than the first. The
    order is random: a coder who remembers the article remembers the codes.

    Raises:
        UsageError: ``n`` is below 1.
        AnnotationError: ``coder`` coded nothing blind, all of it was coded again, no text is at hand, or the context in the line
            of a sample is broken.
    """
    check_size(n)
    annotations = sorted(annotations, key=lambda annotation: (annotation.article, annotation.index or 0, annotation.id))
    again = {(a.article, a.id) for a in current_decisions(annotations) if a.phase == RECODED and a.coder == coder}
    blind = blind_codings(annotations)
    own = [a for a in blind if a.coder == coder and (a.article, a.id) not in again]
    if not own:
        known = {annotation.coder for annotation in blind if annotation.coder}
        reason = "has coded all of them again" if coder in known else f"coded no sentence blind{suggest(coder, known)}"
        raise AnnotationError(f"{coder!r} {reason}; there is nothing to code a second time")
    shown = _find_shown(annotations)
    places = _find_articles({annotation.article for annotation in own}, articles)
    placed = [(a, shown.get((a.article, a.id, _hash(a))) or _find_sentence(a, places.get(a.article, {}))) for a in own]
    found = [(annotation, sentence) for annotation, sentence in placed if sentence is not None or annotation.text]
    if not found:
        raise AnnotationError(f"the codings of {coder!r} hold no text; name the articles that do with --articles")
    # With the seed of the first draw its random numbers would come again, and with that of an earlier recoding the same places.
    set_apart(rng, [len(own)])
    chosen = [found[place] for place in rng.permutation(len(found))[:n]]
    drawn = tuple(_line(annotation, sentence, coder) for annotation, sentence in chosen)
    alone = sum(sentence is None for _, sentence in chosen)
    return RecodingSample(coder, n, drawn, len(found), len(own) - len(found), alone)


def _hash(annotation: Annotation) -> str:
    return annotation.hash or hash_sentence(annotation.text)


def _find_shown(annotations: Iterable[Annotation]) -> dict[tuple[str, str, str], DrawnSentence]:
    """Return the lines of samples for a first coding that hold their context, by article, id and hash of the text."""
    found = {}
    for line in annotations:
        if line.status == OPEN and line.phase != RECODED and line.text and "before" in line.extra:
            before, after = (_read_context(line, key) for key in ("before", "after"))
            drawn = replace(_stand_alone(line), title=line.extra.get("title"), before=before, after=after)
            found[line.article, line.id, hash_sentence(line.text)] = drawn
    return found


def _read_context(line: Annotation, key: str) -> tuple[str, ...]:
    texts = line.extra.get(key, [])
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        raise AnnotationError(f"{line.place}: {key!r} must be a list of strings")
    return tuple(texts)


def _find_articles(wanted: set[str], articles: Iterable[Article | Skipped]) -> dict[str, dict[str, list[DrawnSentence]]]:
    """Return the sentences of each article that is ``wanted``, headlines included, by the hash of their text."""
    found: dict[str, dict[str, list[DrawnSentence]]] = {}
    for item in articles:
        if isinstance(item, Article) and item.id in wanted:
            source = source_article(item, split_article(item))
            lines = found.setdefault(item.id, {})
            for position, sentence in enumerate(source.sentences):
                lines.setdefault(hash_sentence(sentence.text), []).append(draw_sentence(source, position, None, None, None))
    return found


def _find_sentence(annotation: Annotation, sentences: dict[str, list[DrawnSentence]]) -> DrawnSentence | None:
    """Return the sentence in its article: of several with its text the one with its index or id, else the first."""
    held = sentences.get(_hash(annotation), [])
    named = [line for line in held if line.index == annotation.index or line.id == annotation.id]
    return next(iter(named or held), None)


def _stand_alone(annotation: Annotation) -> DrawnSentence:
    place = (annotation.index, annotation.start, annotation.end, annotation.text)
    return DrawnSentence(annotation.id, annotation.article, annotation.outlet, annotation.extra.get("date"), None, *place)


def _line(annotation: Annotation, sentence: DrawnSentence | None, coder: str) -> DrawnSentence:
    """Return the line for the second coding of ``annotation``, with the context of ``sentence`` where there is one."""
    line = sentence or _stand_alone(annotation)
    return replace(
        line,
        id=annotation.id,
        outlet=annotation.outlet or line.outlet,
        sampling=annotation.sampling,
        inclusion_probability=annotation.inclusion_probability,
        stratum=annotation.extra.get("stratum"),
        coders=(coder,),
        phase=RECODED,
    )
