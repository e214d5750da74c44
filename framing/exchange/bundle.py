"""Codes without the texts that others own, to be given away; ``standoff.locate_texts`` puts the texts back where the articles are.

What is left of a sentence is its article's id, its offsets, and a hash that tells whether a text is the one that was coded.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace

from framing.annotations import Annotation, hash_sentence
from framing.errors import AnnotationError

SAFE = ("date", "stratum", "coders")
"""Further fields that hold no text of an article."""


def strip_texts(annotations: Iterable[Annotation], *, notes: bool = False, keep: Collection[str] = ()) -> list[Annotation]:
    """Return ``annotations`` without anything that may quote the article.

    Gone are the text, titles, the sentences before and after, notes (unless ``notes``, since coders quote in them), and of the
    fields that are not ours all but numbers, truth values, ``SAFE`` ones and those named in ``keep``.

    Raises:
        AnnotationError: a sentence names no article, by which its text could be found again, or its text is not the coded one.
    """
    return [_strip(annotation, notes, {*SAFE, *keep}) for annotation in annotations]


def _strip(annotation: Annotation, notes: bool, keep: Collection[str]) -> Annotation:
    place = annotation.place or annotation.article
    if not annotation.grouped:
        raise AnnotationError(f"{place}: sentence {annotation.id!r} names no article; without it the text cannot be found again")
    found = hash_sentence(annotation.text) if annotation.text else annotation.hash
    if annotation.hash and annotation.hash != found:
        raise AnnotationError(f"{place}: the text of sentence {annotation.id!r} is not the one that was coded, by its hash")
    extra = {key: value for key, value in annotation.extra.items() if key in keep or isinstance(value, int | float)}
    return replace(annotation, text="", hash=found, note=annotation.note if notes else None, extra=extra)
