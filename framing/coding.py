"""Coding and adjudicating a sample, whatever shows it: who codes what, what was decided, what is left."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from unicodedata import normalize

from framing.adjudication import Dispute, choose, find_disputes
from framing.annotations import (
    ADJUDICATED,
    BLIND,
    CODED,
    REJECTED,
    SKIPPED,
    WITHDRAWN,
    Annotation,
    current_decisions,
    hash_sentence,
)
from framing.codebook import STANCES, Codebook
from framing.errors import AnnotationError, UsageError, suggest
from framing.journal import Journal
from framing.samples import DrawnSentence

ASSISTED = "assisted"
"""The phase of codings made in sight of a model's suggestions: they are not blind, and agreement leaves them out."""

MAX_NOTE = 4000
"""Characters of a note."""

DIGEST, DIGITS = "codebook_digest", 12
"""The field that tells by which wording of the codebook a decision was made, and how many digits of the digest it has."""

UNDOES = "undoes"
"""The field in which a record names the decision that it takes back."""


@dataclass(frozen=True)
class Decision:
    """What a coder decided on one sentence, before it is written."""

    status: str = CODED
    frames: tuple[str, ...] = ()
    stance: Mapping[str, str] = field(default_factory=dict)
    note: str | None = None
    flagged: bool = False
    seconds: float | None = None


@dataclass(frozen=True)
class Progress:
    """How many sentences wait for one coder, and what became of the others; flagged ones are counted there as well."""

    total: int
    coded: int
    skipped: int
    rejected: int
    flagged: int

    @property
    def left(self) -> int:
        """The sentences without any decision."""
        return self.total - self.coded - self.skipped - self.rejected


class CodingSession:
    """A sample, the journal of its decisions, and the codebook they follow.

    ``assisted_by`` names the model whose suggestions the coders see, None where they see none.
    """

    def __init__(self, sample: Sequence[DrawnSentence], journal: Journal, assisted_by: str | None = None) -> None:
        """Take the sentences to be coded, in their order, and the journal that keeps the decisions."""
        self.sample = tuple(sample)
        self.journal = journal
        self.codebook = journal.codebook
        self.assisted_by = assisted_by
        self._waiting: dict[str, dict[tuple[str, str], tuple[str, str]]] = {}

    def queue(self, coder: str) -> list[DrawnSentence]:
        """Return the sentences that ``coder`` shall code."""
        return [drawn for drawn in self.sample if drawn.is_for(coder)]

    def decisions(self, coder: str) -> dict[tuple[str, str], Annotation]:
        """Return the decision of ``coder`` on each sentence of the queue that has one, by article and id.

        A decision on another text under the same id is none on this one.
        """
        waiting = self._expected(coder)
        own = [entry for entry in self.journal.entries if entry.coder == coder]
        found = {
            (entry.article, entry.id): entry
            for entry in current_decisions(own)
            if waiting.get((entry.article, entry.id), (None,))[0] == entry.phase
        }
        return {key: entry for key, entry in found.items() if waiting.get(key) == (entry.phase, _hash_of(entry))}

    def progress(self, coder: str) -> Progress:
        """Return how far ``coder`` has come."""
        made = list(self.decisions(coder).values())
        count = {status: sum(entry.status == status for entry in made) for status in (CODED, SKIPPED, REJECTED)}
        flagged = sum(entry.flagged for entry in made)
        return Progress(len(self.queue(coder)), count[CODED], count[SKIPPED], count[REJECTED], flagged)

    def decide(self, coder: str, drawn: DrawnSentence, decision: Decision) -> Annotation:
        """Return the record of the decision of ``coder``, as the disk has it.

        Raises:
            UsageError: the decision does not fit the codebook, or the sentence is another coder's.
            FileError: it cannot be written.
        """
        if not drawn.is_for(coder):
            raise UsageError(f"the sentence {drawn.id!r} was not drawn for {coder}")
        check_decision(decision, self.codebook)
        record = _record(drawn, coder, self._phase(drawn), self.codebook)
        helped = {"assisted_by": self.assisted_by} if self.assisted_by else {}
        return self.journal.append(_fill(record, decision, helped))

    def undo(self, coder: str) -> Annotation | None:
        """Return what the sentence of the last decision holds again after taking that back; None where nothing is left to undo.

        The record says which decision it ``undoes``; nothing is deleted.
        """
        waiting = self._expected(coder)

        def own(entry: Annotation) -> bool:
            return entry.coder == coder and waiting.get((entry.article, entry.id), ("",))[0] == entry.phase

        return self.journal.append_if(lambda entries: take_back(filter(own, entries)))

    def changed_texts(self) -> list[Annotation]:
        """Return the decisions made on another text than the sample now holds under their id: they count for nothing here."""
        now = {(drawn.article, drawn.id): hash_sentence(drawn.text) for drawn in self.sample}
        return [
            entry
            for entry in current_decisions(self.journal.entries)
            if (known := now.get((entry.article, entry.id))) is not None and _hash_of(entry) != known
        ]

    def _expected(self, coder: str) -> dict[tuple[str, str], tuple[str, str]]:
        """Return the phase and the hash that a decision on each sentence of the queue must have."""
        if coder not in self._waiting:
            queue = self.queue(coder)
            self._waiting[coder] = {(d.article, d.id): (self._phase(d), hash_sentence(d.text)) for d in queue}
        return self._waiting[coder]

    def _phase(self, drawn: DrawnSentence) -> str:
        return ASSISTED if self.assisted_by and drawn.phase == BLIND else drawn.phase


class AdjudicationSession:
    """Codings of several coders, and the journal of the choices between them.

    ``codings`` are the decisions in other files than the journal; the journal may hold codings too.
    """

    def __init__(self, codings: Sequence[Annotation], journal: Journal) -> None:
        """Take the codings of other files, and the journal that keeps the choices."""
        self.codings = tuple(codings)
        self.journal = journal
        self.codebook = journal.codebook

    @property
    def annotations(self) -> list[Annotation]:
        """All decisions: codings and choices."""
        return [*self.codings, *self.journal.entries]

    def disputes(self) -> list[Dispute]:
        """Return the sentences on which coders differ, settled ones included."""
        return find_disputes(self.annotations, self.codebook)

    def decide(self, adjudicator: str, dispute: Dispute, decision: Decision) -> Annotation:
        """Return the record of the choice, as the disk has it; it points to the codings, which stay as they are.

        Raises:
            UsageError: the choice does not fit the codebook, or leaves open a label on which the coders differ.
            FileError: it cannot be written.
        """
        check_decision(decision, self.codebook)
        left_open = [target for target in dispute.targets if target not in decision.stance]
        if decision.status == CODED and left_open:
            raise UsageError(f"decide on the stance towards {', '.join(left_open)}: the coders differ on it")
        record = choose(dispute, decision.frames, decision.stance, adjudicator)
        return self.journal.append(_fill(replace(record, codebook_version=self.codebook.version), decision, {}))

    def undo(self, adjudicator: str) -> Annotation | None:
        """Return the record that takes back the last choice of ``adjudicator``, None where there is none; see ``CodingSession``."""

        def own(entry: Annotation) -> bool:
            return entry.coder == adjudicator and entry.phase == ADJUDICATED

        return self.journal.append_if(lambda entries: take_back(filter(own, entries)))


def take_back(entries: Iterable[Annotation]) -> Annotation | None:
    """Return the record that takes back the last of one person's decisions that was not taken back yet, None where all were.

    It gives the sentence the decision before, where there was one.
    """
    made: list[Annotation] = []
    for entry in entries:
        if UNDOES not in entry.extra:
            made.append(entry)
        else:
            undone = entry.extra[UNDOES]
            made = [other for other in made if other.decision != undone] if undone else made[:-1]
    if not made:
        return None
    last = made.pop()
    before = next((entry for entry in reversed(made) if (entry.article, entry.id) == (last.article, last.id)), None)
    restored = before or replace(last, status=WITHDRAWN, frames=frozenset(), stance=(), note=None, flagged=False)
    return replace(restored, extra=restored.extra | {UNDOES: last.decision})


def check_decision(decision: Decision, codebook: Codebook) -> None:
    """Check that the codebook knows the codes of ``decision``.

    Raises:
        UsageError: it does not; the message names the code.
    """
    if decision.status not in (CODED, SKIPPED, REJECTED):
        raise UsageError(f"the status is {decision.status!r}{suggest(decision.status, (CODED, SKIPPED, REJECTED))}")
    for frame in decision.frames:
        if frame not in codebook.frame_ids:
            raise UsageError(f"the codebook has no frame {frame!r}{suggest(frame, codebook.frame_ids)}")
    for target, value in decision.stance.items():
        if target not in codebook.target_ids:
            raise UsageError(f"the codebook has no target {target!r}{suggest(target, codebook.target_ids)}")
        if value not in STANCES:
            raise UsageError(f"the stance towards {target} is {value!r}{suggest(value, STANCES)}")
    if decision.status == CODED and codebook.single_label and len(set(decision.frames)) != 1:
        raise UsageError("by this codebook a sentence has exactly one frame")
    if (decision.note or "").encode("utf-8", "replace").decode() != (decision.note or ""):
        raise UsageError("the note holds half a character; write it again in UTF-8")
    if len(decision.note or "") > MAX_NOTE:
        raise UsageError(f"the note is longer than {MAX_NOTE:,} characters")


def describe_rewording(annotations: Iterable[Annotation], codebook: Codebook) -> list[str]:
    """Return a line where decisions followed another wording of the codebook under the same version, none where all did not."""
    digest = codebook.coding_digest[:DIGITS]
    other = [a for a in annotations if a.codebook_version == codebook.version and a.extra.get(DIGEST, digest) != digest]
    if not other:
        return []
    return [
        f"{len(other):,} decisions follow another wording of the codebook's version {codebook.version}: before changing what "
        "coders read, raise the version with framing codebook bump"
    ]


def check_names(names: Sequence[str]) -> None:
    """Check that the names of coders can tell them apart.

    Raises:
        UsageError: one is empty, too long, holds a line break, or is there twice.
    """
    for name in names:
        if not name.strip() or len(name) > 60 or not name.isprintable() or name != normalize("NFC", name.strip()):
            raise UsageError(
                f"{name!r:.70} is no name of a coder: up to 60 characters on one line, no blanks around them, in Unicode's form C"
            )
        if names.count(name) > 1:
            raise UsageError(f"the coder {name!r} is named {names.count(name)} times")


def check_assigned(sample: Sequence[DrawnSentence], coders: Sequence[str]) -> None:
    """Check that each of ``coders`` has something to code.

    Raises:
        AnnotationError: one has not.
    """
    assigned = {name for drawn in sample for name in drawn.coders}
    for coder in coders:
        if not any(drawn.is_for(coder) for drawn in sample):
            raise AnnotationError(f"no sentence of the sample is for {coder!r}{suggest(coder, assigned)}")


def _hash_of(entry: Annotation) -> str:
    return entry.hash or hash_sentence(entry.text)


def _record(drawn: DrawnSentence, coder: str, phase: str, codebook: Codebook) -> Annotation:
    known = {"date": drawn.date, "stratum": drawn.stratum, DIGEST: codebook.coding_digest[:DIGITS]}
    return Annotation(
        id=drawn.id,
        article=drawn.article,
        text=drawn.text,
        frames=frozenset(),
        outlet=drawn.outlet,
        index=drawn.index,
        start=drawn.start,
        end=drawn.end,
        coder=coder,
        phase=phase,
        sampling=drawn.sampling,
        inclusion_probability=drawn.inclusion_probability,
        codebook_version=codebook.version,
        hash=hash_sentence(drawn.text),
        extra={key: value for key, value in known.items() if value is not None},
    )


def _fill(record: Annotation, decision: Decision, extra: Mapping[str, Any]) -> Annotation:
    """Return ``record`` with what was decided; only a coded sentence has codes."""
    coded = decision.status == CODED
    return replace(
        record,
        status=decision.status,
        frames=frozenset(decision.frames if coded else ()),
        stance=tuple(decision.stance.items()) if coded else (),
        note=(decision.note or "").strip() or None,
        flagged=decision.flagged,
        seconds=None if decision.seconds is None else round(decision.seconds, 1),
        extra=record.extra | dict(extra),
    )
