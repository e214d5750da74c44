"""Adjudication: where coders disagree, and the record of who chose what between which decisions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from framing.annotations import ADJUDICATED, Annotation, blind_codings, current_codings
from framing.codebook import Codebook

OF_THE_SENTENCE = ("date", "stratum")
"""Further fields that tell of the sentence, not of one coder's decision on it."""


@dataclass(frozen=True)
class Dispute:
    """A sentence that coders coded differently; ``chosen`` is the adjudication so far, None where there is none.

    ``frames`` and ``targets`` are the labels on which the codings differ, in the codebook's order.
    """

    codings: tuple[Annotation, ...]
    frames: tuple[str, ...]
    targets: tuple[str, ...]
    chosen: Annotation | None = None

    @property
    def first(self) -> Annotation:
        """The first coding: it names the sentence."""
        return self.codings[0]

    @property
    def agreed_frames(self) -> frozenset[str]:
        """The frames that every coder gave."""
        return frozenset.intersection(*(coding.frames for coding in self.codings))

    @property
    def agreed_stance(self) -> dict[str, str]:
        """The stance towards each target that every coder gave alike."""
        return {target: value for target, value in self.first.stance if target not in self.targets}


def find_disputes(annotations: Iterable[Annotation], codebook: Codebook) -> list[Dispute]:
    """Return the sentences whose blind codings differ, in order of their first coding, settled ones included."""
    annotations = list(annotations)
    chosen = {(a.article, a.id): a for a in current_codings(annotations) if a.phase == ADJUDICATED}
    grouped: dict[tuple[str, str], list[Annotation]] = {}
    for coding in blind_codings(annotations):
        grouped.setdefault((coding.article, coding.id), []).append(coding)
    disputes = []
    for key, codings in grouped.items():
        frames = tuple(f for f in codebook.frame_ids if len({f in coding.frames for coding in codings}) > 1)
        targets = tuple(t for t in codebook.target_ids if len({coding.stance_towards(t) for coding in codings}) > 1)
        if frames or targets:
            disputes.append(Dispute(tuple(codings), frames, targets, chosen.get(key)))
    return disputes


def choose(dispute: Dispute, frames: Iterable[str], stance: Mapping[str, str], adjudicator: str) -> Annotation:
    """Return the adjudication of ``dispute``: a record of its own that points to the decisions it chose between."""
    first = dispute.first
    return Annotation(
        id=first.id,
        article=first.article,
        text=first.text,
        frames=frozenset(frames),
        stance=tuple(stance.items()),
        outlet=first.outlet,
        index=first.index,
        start=first.start,
        end=first.end,
        coder=adjudicator,
        phase=ADJUDICATED,
        parents=tuple(coding.decision or coding.coder or coding.place for coding in dispute.codings),
        sampling=first.sampling,
        inclusion_probability=first.inclusion_probability,
        codebook_version=first.codebook_version,
        hash=first.hash,
        grouped=first.grouped,
        extra={key: first.extra[key] for key in OF_THE_SENTENCE if key in first.extra},
    )
