"""A sample: the sentences drawn for coding, each with its context and with how it was drawn."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from framing.annotation_files import read_annotations
from framing.annotations import BLIND, OPEN, RECODED, Annotation, hash_sentence
from framing.errors import AnnotationError


@dataclass(frozen=True, slots=True)
class DrawnSentence:
    """A sentence to be coded, with the sentences before and after it.

    ``sampling`` names the design and ``inclusion_probability`` how likely it was to be drawn, None where the design gives
    none. ``stratum`` names the part of the corpus that it was drawn from. ``coders`` are those who shall code it, anyone
    where it is empty; ``phase`` is the phase that their codings will have.
    """

    id: str
    article: str
    outlet: str | None
    date: str | None
    title: str | None
    index: int | None
    start: int | None
    end: int | None
    text: str
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    sampling: str | None = None
    inclusion_probability: float | None = None
    stratum: str | None = None
    coders: tuple[str, ...] = ()
    phase: str = BLIND

    def is_for(self, coder: str) -> bool:
        """Return whether ``coder`` shall code it."""
        return not self.coders or coder in self.coders


_CONTEXT = ("date", "title", "before", "after", "stratum", "coders")


def sample_record(drawn: DrawnSentence) -> dict[str, Any]:
    """Return the line of a sample's file: an annotation that waits (``status`` ``open``), with what its coder will see."""
    given = {
        "id": drawn.id,
        "article": drawn.article,
        "outlet": drawn.outlet,
        "date": drawn.date,
        "title": drawn.title,
        "index": drawn.index,
        "start": drawn.start,
        "end": drawn.end,
        "hash": hash_sentence(drawn.text),
        "text": drawn.text,
        "before": list(drawn.before),
        "after": list(drawn.after),
        "sampling": drawn.sampling,
        "inclusion_probability": drawn.inclusion_probability,
        "stratum": drawn.stratum,
        "coders": list(drawn.coders),
        "phase": drawn.phase,
        "status": OPEN,
    }
    return {key: value for key, value in given.items() if value is not None}


def read_sample(paths: Iterable[Path]) -> list[DrawnSentence]:
    """Return the sentences that wait in the files of ``paths``, in order, each once.

    Raises:
        AnnotationError: a line is broken, two lines are of one sentence, or no sentence waits.
    """
    found: dict[tuple[str, str], DrawnSentence] = {}
    paths = list(paths)
    for path in paths:
        if not path.exists():
            raise AnnotationError(f"{path}: there is no sample here; draw one with framing sample")
    for annotation in read_annotations(paths):
        if annotation.status != OPEN:
            continue
        if annotation.phase not in (None, *PHASES):
            raise AnnotationError(f"{annotation.place}: a sample is coded {' or '.join(PHASES)}, not {annotation.phase!r:.40}")
        if not annotation.text:
            raise AnnotationError(f"{annotation.place}: the sentence has no text for coders to read; draw the sample again")
        if (annotation.article, annotation.id) in found:
            raise AnnotationError(f"{annotation.place}: the sentence {annotation.id!r} of {annotation.article!r} is here twice")
        found[annotation.article, annotation.id] = _drawn(annotation)
    if not found:
        raise AnnotationError(f"{paths[0]}: no sentence waits for a coder here; draw some with framing sample")
    return list(found.values())


PHASES = (BLIND, RECODED)
"""The phases that a sample's codings may have."""


def _drawn(annotation: Annotation) -> DrawnSentence:
    context = {key: annotation.extra.get(key) for key in _CONTEXT}
    return DrawnSentence(
        id=annotation.id,
        article=annotation.article,
        outlet=annotation.outlet,
        date=_text(context["date"]),
        title=_text(context["title"]),
        index=annotation.index,
        start=annotation.start,
        end=annotation.end,
        text=annotation.text,
        before=_texts(context["before"], annotation.place, "before"),
        after=_texts(context["after"], annotation.place, "after"),
        sampling=annotation.sampling,
        inclusion_probability=annotation.inclusion_probability,
        stratum=_text(context["stratum"]),
        coders=_texts(context["coders"], annotation.place, "coders"),
        phase=annotation.phase or BLIND,
    )


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _texts(value: Any, place: str, name: str) -> tuple[str, ...]:
    if value is None:
        return ()
    if not isinstance(value, Sequence) or isinstance(value, str) or not all(isinstance(item, str) and item for item in value):
        raise AnnotationError(f"{place}: {name!r} must be a list of strings that are not empty")
    return tuple(value)
