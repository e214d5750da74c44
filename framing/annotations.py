"""Annotations: one decision of one coder on one sentence, and how several decisions settle into final codes."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from framing.codebook import STANCES
from framing.errors import AnnotationError

BLIND, ADJUDICATED, RECODED = "blind", "adjudicated", "recoded"
"""Phases: coded without sight of another coding; chosen between codings; coded blind again by the same coder, later."""

OPEN, CODED, SKIPPED, REJECTED, WITHDRAWN = "open", "coded", "skipped", "rejected", "withdrawn"
STATUSES = (OPEN, CODED, SKIPPED, REJECTED, WITHDRAWN)
"""What became of a sentence: drawn and waiting; coded; passed over; no sentence that can be coded; a decision taken back."""

WRITTEN, ACTIVE = "written", "active"
"""Two ways (``sampling``) in which sentences come that stand for no news: written for training, drawn by active learning."""


@dataclass(frozen=True, slots=True)
class Annotation:
    """One coder's decision on one sentence.

    ``id`` names the sentence: the decisions of several coders on it share it. ``phase`` is ``blind`` for a coding made
    without sight of another, ``adjudicated`` for the choice between ``parents`` (decisions, or coders where these have no
    ``decision`` id), ``recoded`` for a coder's second coding, anything else for the rest. ``status`` is one of ``STATUSES``;
    only ``coded`` ones hold codes that count. ``start`` and ``end`` are offsets into the article's text where it is at
    hand. ``text`` is empty for a sentence that others own: then ``hash`` tells whether a text is the one that was coded.
    ``sampling`` says how the sentence came to be coded. ``time`` is when, in UTC and ISO 8601; ``seconds`` how long it took.
    A coding that names no article is not ``grouped``: it stands as an article of its own. ``extra`` holds the fields that
    are not ours, kept as they came. ``place`` is the file and line.
    """

    id: str
    article: str
    text: str
    frames: frozenset[str]
    stance: tuple[tuple[str, str], ...] = ()
    outlet: str | None = None
    index: int | None = None
    start: int | None = None
    end: int | None = None
    coder: str | None = None
    phase: str | None = None
    parents: tuple[str, ...] = ()
    sampling: str | None = None
    inclusion_probability: float | None = None
    codebook_version: str | None = None
    hash: str | None = None
    status: str = CODED
    time: str | None = None
    seconds: float | None = None
    note: str | None = None
    flagged: bool = False
    decision: str | None = None
    extra: dict[str, Any] = field(default_factory=dict, hash=False)
    grouped: bool = True
    place: str = field(default="", compare=False)

    def stance_towards(self, target: str) -> str | None:
        """Return the stance towards ``target``, or None where it was not coded."""
        return dict(self.stance).get(target)


@dataclass(frozen=True, slots=True)
class CodedSentence:
    """A sentence with its final codes: adjudicated, or agreed on, or its only coder's; who coded it, and how it was drawn."""

    id: str
    article: str
    outlet: str
    text: str
    frames: frozenset[str]
    stance: tuple[tuple[str, str], ...]
    coders: tuple[str, ...] = ()
    sampling: str | None = None
    hash: str = ""

    @property
    def stands_for_news(self) -> bool:
        """Whether figures may be computed on it: one written for training, or chosen for what it teaches, only teaches."""
        return self.sampling not in (WRITTEN, ACTIVE)

    def stance_towards(self, target: str) -> str | None:
        """Return the stance towards ``target``, or None where it was not coded."""
        return dict(self.stance).get(target)


def hash_sentence(text: str) -> str:
    """Return 16 hexadecimal digits that tell whether ``text`` is the sentence that was coded, to the character."""
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:16]


def list_labels(annotations: Iterable[Annotation]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the frames and the targets that ``annotations`` use, sorted: the labels of data without a codebook."""
    kept = list(annotations)
    frames = sorted({frame for annotation in kept for frame in annotation.frames})
    targets = sorted({target for annotation in kept for target, _ in annotation.stance})
    return tuple(frames), tuple(targets)


def pick_last(decisions: Iterable[Annotation]) -> Annotation:
    """Return the decision that was made last: by their times where two have one, else by their order."""
    last, *others = decisions
    for decision in others:
        if not (decision.time and last.time and decision.time < last.time):
            last = decision
    return last


def current_decisions(annotations: Iterable[Annotation]) -> list[Annotation]:
    """Return each coder's last decision on each sentence in each phase, where it was not taken back.

    They are in the order of the sentences' first appearance, those of one sentence in the order of the coders' first decision.
    """
    made: dict[tuple[str, str], dict[tuple[str, str | None], list[Annotation]]] = {}
    for annotation in annotations:
        if annotation.status != OPEN:
            by_coder = made.setdefault((annotation.article, annotation.id), {})
            by_coder.setdefault((annotation.coder or annotation.place, annotation.phase), []).append(annotation)
    last = [pick_last(decisions) for by_coder in made.values() for decisions in by_coder.values()]
    return [annotation for annotation in last if annotation.status != WITHDRAWN]


def current_codings(annotations: Iterable[Annotation]) -> list[Annotation]:
    """Return the ``current_decisions`` that hold codes: neither skipped nor rejected."""
    return [annotation for annotation in current_decisions(annotations) if annotation.status == CODED]


def blind_codings(annotations: Iterable[Annotation]) -> list[Annotation]:
    """Return the current codings made without sight of another: phase ``blind``, or a coder and no phase."""
    return [a for a in current_codings(annotations) if a.phase == BLIND or (a.phase is None and a.coder is not None)]


def find_changed_texts(annotations: Iterable[Annotation]) -> list[str]:
    """Return where a sentence of one article and id has two texts: its codings are not about the same thing."""
    found = []
    for codings in by_sentence(annotations).values():
        first = codings[0]
        other = next((coding for coding in codings if _differs(coding, first)), None)
        if other is not None:
            found.append(f"{other.place}: sentence {first.id!r} has another text than at {first.place}")
    return found


def _differs(one: Annotation, other: Annotation) -> bool:
    """Return whether two annotations have another text, or the hash of another one."""
    if one.text and other.text:
        return one.text != other.text
    return (one.hash or hash_sentence(one.text)) != (other.hash or hash_sentence(other.text))


def find_repeated(annotations: Iterable[Annotation]) -> list[str]:
    """Return where a sentence waits for coders a second time."""
    seen: set[tuple[str, str]] = set()
    found = []
    for annotation in annotations:
        if annotation.status == OPEN:
            key = (annotation.article, annotation.id)
            if key in seen:
                found.append(f"{annotation.place}: the sentence {annotation.id!r} of {annotation.article!r} waits here twice")
            seen.add(key)
    return found


def find_false_hashes(annotations: Iterable[Annotation]) -> list[str]:
    """Return where a sentence's text is another than the one that was coded, by the hash beside it."""
    return [
        f"{a.place}: the text of {a.id!r} was changed after it was coded: it does not fit its hash"
        for a in annotations
        if a.text and a.hash and a.hash != hash_sentence(a.text)
    ]


def find_unnamed_coders(annotations: Iterable[Annotation]) -> list[str]:
    """Return where a sentence was coded more than once with no coder named to tell the codings apart."""
    found = []
    for codings in by_sentence(annotations).values():
        unnamed = [coding for coding in codings if coding.coder is None and coding.phase != ADJUDICATED]
        if len(codings) > 1 and unnamed:
            found.append(f"{unnamed[-1].place}: sentence {unnamed[-1].id!r} is coded {len(codings)} times; name the coder of each")
    return found


def find_contradictions(sentences: Iterable[CodedSentence]) -> list[tuple[CodedSentence, CodedSentence]]:
    """Return pairs of sentences of the same text whose codes differ: each teaches what the other denies."""
    first: dict[str, CodedSentence] = {}
    found = []
    for sentence in sentences:
        other = first.setdefault(sentence.text, sentence)
        if sentence.text and (other.frames != sentence.frames or dict(other.stance) != dict(sentence.stance)):
            found.append((other, sentence))
    return found


def by_sentence(annotations: Iterable[Annotation]) -> dict[tuple[str, str], list[Annotation]]:
    """Return the annotations of each sentence by its article and id, in the order of first appearance."""
    grouped: dict[tuple[str, str], list[Annotation]] = {}
    for annotation in annotations:
        grouped.setdefault((annotation.article, annotation.id), []).append(annotation)
    return grouped


def settle(annotations: Iterable[Annotation]) -> list[CodedSentence]:
    """Return each sentence once with its final codes, in the order of first appearance.

    The last adjudication decides, unless a coding that it chose between was changed afterwards. Without one, a frame holds
    when at least half of the coders coded it; a stance is that of most coders, and ``none`` where they are tied. A target
    that the adjudication leaves out keeps the coders' stance. One coder has one vote, the last; second codings of a coder
    (``recoded``) test the coder and have none. A sentence that the adjudication rejects is left out.

    Raises:
        AnnotationError: a sentence has two texts, or another one than was coded.
    """
    annotations = list(annotations)
    current = current_decisions(annotations)
    check_texts(annotations)
    outdated = list_outdated(annotations, current)
    settled = (_settle_one(decisions, outdated) for decisions in by_sentence(current).values())
    return [sentence for sentence in settled if sentence is not None]


def check_texts(annotations: Iterable[Annotation]) -> None:
    """Check that all codings of a sentence are of the same text, a coder's earlier ones too, and of the one that was coded.

    Raises:
        AnnotationError: they are not; the message names the first.
    """
    codings = [annotation for annotation in annotations if annotation.status == CODED]
    changed = find_changed_texts(codings) or find_false_hashes(codings)
    if changed:
        raise AnnotationError(changed[0])


def list_outdated(annotations: Iterable[Annotation], current: Iterable[Annotation]) -> frozenset[str]:
    """Return the ids of decisions that were changed or taken back later: a choice between them says nothing about the new."""
    made = {annotation.decision for annotation in annotations if annotation.decision}
    return frozenset(made - {decision.decision for decision in current if decision.decision})


def standing_choice(decisions: Iterable[Annotation], outdated: frozenset[str]) -> Annotation | None:
    """Return the last adjudication of one sentence that chose between decisions which still stand, None where there is none."""
    choices = [d for d in decisions if d.phase == ADJUDICATED and not outdated & set(d.parents)]
    return pick_last(choices) if choices else None


def list_votes(decisions: Iterable[Annotation]) -> list[Annotation]:
    """Return the last decision of each coder of one sentence, adjudications and second codings left out."""
    by_coder: dict[str, list[Annotation]] = {}
    for decision in decisions:
        if decision.phase not in (ADJUDICATED, RECODED):
            by_coder.setdefault(decision.coder or decision.place, []).append(decision)
    return [pick_last(group) for group in by_coder.values()]


def _settle_one(decisions: Sequence[Annotation], outdated: frozenset[str]) -> CodedSentence | None:
    choice = standing_choice(decisions, outdated)
    votes = [vote for vote in list_votes(decisions) if vote.status == CODED]
    if choice is not None and choice.status == REJECTED:
        return None
    coded = choice is not None and choice.status == CODED
    voters = [choice] if choice is not None and coded else votes
    if not voters:
        return None
    codings = [decision for decision in decisions if decision.status == CODED]
    first = codings[0]
    counted = Counter(frame for coding in voters for frame in coding.frames)
    frames = frozenset(frame for frame, count in counted.items() if 2 * count >= len(voters))
    stance = []
    for target in dict.fromkeys(target for coding in [*voters, *votes] for target, _ in coding.stance):
        given = [coding.stance_towards(target) for coding in voters]
        if given.count(None) == len(given):
            given = [coding.stance_towards(target) for coding in votes]
        stance.append((target, _most(given)))
    coders = tuple(dict.fromkeys(coding.coder for coding in codings if coding.coder))
    text_hash = first.hash or hash_sentence(first.text)
    outlet = first.outlet or "unknown"
    # A sentence that chance drew as well stands for the news, whatever else drew it.
    sampling = next((c.sampling for c in codings if c.sampling not in (WRITTEN, ACTIVE)), first.sampling)
    return CodedSentence(first.id, first.article, outlet, first.text, frames, tuple(stance), coders, sampling, text_hash)


def _most(values: Sequence[str | None]) -> str:
    ranked = Counter(value for value in values if value is not None).most_common(2)
    if len(ranked) == 2 and ranked[0][1] == ranked[1][1]:
        return STANCES[-1]
    return ranked[0][0]
