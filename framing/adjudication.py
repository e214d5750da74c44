"""Adjudication: where coders disagree, and the record of who chose what between which decisions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from framing.annotations import (
    ADJUDICATED,
    CODED,
    REJECTED,
    Annotation,
    by_sentence,
    current_decisions,
    list_outdated,
    list_votes,
    standing_choice,
)
from framing.codebook import Codebook

OF_THE_SENTENCE = ("date", "stratum")
"""Further fields that tell of the sentence, not of one coder's decision on it."""


@dataclass(frozen=True)
class Dispute:
    """A sentence that coders coded differently; ``chosen`` is the adjudication that stands, None where there is none.

    ``decisions`` are the coders' last ones, a sentence that one of them rejected included. ``frames`` and ``targets`` are
    the labels on which they differ, in the codebook's order; a stance that was not coded differs from none.
    """

    decisions: tuple[Annotation, ...]
    frames: tuple[str, ...]
    targets: tuple[str, ...]
    chosen: Annotation | None = None

    @property
    def first(self) -> Annotation:
        """The first decision: it names the sentence."""
        return self.decisions[0]

    @property
    def codings(self) -> tuple[Annotation, ...]:
        """The decisions that hold codes."""
        return tuple(decision for decision in self.decisions if decision.status == CODED)

    @property
    def agreed_frames(self) -> frozenset[str]:
        """The frames on which the coders do not differ."""
        return frozenset.union(*(coding.frames for coding in self.codings)) - set(self.frames)

    @property
    def agreed_stance(self) -> dict[str, str]:
        """The stance towards each target on which the coders do not differ."""
        given = {target: value for coding in self.codings for target, value in coding.stance}
        return {target: value for target, value in given.items() if target not in self.targets}

    @property
    def parents(self) -> tuple[str, ...]:
        """What an adjudication points to: the decisions by their ids, by their coders where they have none."""
        return tuple(decision.decision or decision.coder or decision.place for decision in self.decisions)


def find_disputes(annotations: Iterable[Annotation], codebook: Codebook) -> list[Dispute]:
    """Return the sentences on which coders differ, in order of first appearance, settled ones included."""
    annotations = list(annotations)
    current = current_decisions(annotations)
    outdated = list_outdated(annotations, current)
    disputes = []
    for decisions in by_sentence(current).values():
        votes = tuple(vote for vote in list_votes(decisions) if vote.status in (CODED, REJECTED))
        coded = [vote for vote in votes if vote.status == CODED]
        if len(votes) > 1 and coded:
            frames = tuple(frame for frame in codebook.frame_ids if len({frame in vote.frames for vote in votes}) > 1)
            targets = tuple(target for target in codebook.target_ids if _differ(votes, target))
            if frames or targets or len(coded) < len(votes):
                disputes.append(Dispute(votes, frames, targets, standing_choice(decisions, outdated)))
    return disputes


def _differ(votes: Iterable[Annotation], target: str) -> bool:
    """Return whether two coders who coded the stance towards ``target`` gave different ones."""
    return len({value for vote in votes if (value := vote.stance_towards(target)) is not None}) > 1


def choose(dispute: Dispute, frames: Iterable[str], stance: Mapping[str, str], adjudicator: str) -> Annotation:
    """Return the adjudication of ``dispute``: a record of its own that points to the decisions it chose between."""
    first = dispute.first
    return replace(
        first,
        status=CODED,
        frames=frozenset(frames),
        stance=tuple(stance.items()),
        coder=adjudicator,
        phase=ADJUDICATED,
        parents=dispute.parents,
        time=None,
        seconds=None,
        note=None,
        flagged=False,
        decision=None,
        extra={key: first.extra[key] for key in OF_THE_SENTENCE if key in first.extra},
    )
