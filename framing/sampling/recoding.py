"""Sentences that a coder codes a second time, later: for intra-coder agreement."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from framing.annotations import RECODED, Annotation, blind_codings, current_decisions, hash_sentence
from framing.articles import Article, Skipped
from framing.errors import AnnotationError, suggest
from framing.samples import DrawnSentence
from framing.sampling.designs import check_size
from framing.sampling.population import draw_sentence, source_article
from framing.sentences import split_article


@dataclass(frozen=True)
class RecodingSample:
    """Sentences that ``coder`` shall code again, of the ``codings`` that could be drawn from.

    ``wanted`` were asked for; ``textless`` codings could not be drawn, since neither they nor the articles hold the text.
    """

    coder: str
    wanted: int
    drawn: tuple[DrawnSentence, ...]
    codings: int
    textless: int

    @property
    def notes(self) -> tuple[str, ...]:
        """What whoever draws should know."""
        notes = []
        if len(self.drawn) < self.wanted:
            notes.append(f"{self.wanted:,} sentences were asked for, but {self.coder} coded only {self.codings:,} to draw from")
        if self.textless:
            notes.append(f"{self.textless:,} codings of {self.coder} hold no text; name the articles to draw from these too")
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

    Their phase is ``recoded``, and how they were drawn at first is kept. The articles, where given, hold the texts of
    codings that have none, and the sentences around each; without them a sentence comes alone, so that the second coding
    sees less than the first. The order is random: a coder who remembers the article remembers the codes.

    Raises:
        UsageError: ``n`` is below 1.
        AnnotationError: ``coder`` coded nothing blind, all of it was coded again, or no text is at hand.
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
    places = _find_articles({annotation.article for annotation in own}, articles)
    found = [line for annotation in own if (line := _line(annotation, places.get(annotation.article, {}))) is not None]
    if not found:
        raise AnnotationError(f"the codings of {coder!r} hold no text; name the articles that do")
    order = rng.permutation(len(found))[:n]
    drawn = tuple(replace(found[place], coders=(coder,), phase=RECODED) for place in order)
    return RecodingSample(coder, n, drawn, len(found), len(own) - len(found))


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


def _line(annotation: Annotation, sentences: dict[str, list[DrawnSentence]]) -> DrawnSentence | None:
    """Return the line of one coding: with its context where the article holds the sentence, alone where only the text is here."""
    held = sentences.get(annotation.hash or hash_sentence(annotation.text), [])
    named = [line for line in held if line.index == annotation.index or line.id == annotation.id]
    line = next(iter(named or held), None)
    if line is None and not annotation.text:
        return None
    if line is None:
        date = annotation.extra.get("date")
        place = (annotation.index, annotation.start, annotation.end, annotation.text)
        line = DrawnSentence(annotation.id, annotation.article, annotation.outlet, date, None, *place)
    return replace(
        line,
        id=annotation.id,
        outlet=annotation.outlet or line.outlet,
        sampling=annotation.sampling,
        inclusion_probability=annotation.inclusion_probability,
        stratum=annotation.extra.get("stratum"),
    )
