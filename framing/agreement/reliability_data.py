"""Reliability data: the codings of sentences that were coded more than once, as arrays with a row per coding."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from framing.agreement.alpha import Integers
from framing.annotations import BLIND, RECODED, Annotation, blind_codings, current_codings
from framing.codebook import STANCES
from framing.errors import UsageError, suggest

ABSENT, PRESENT = "absent", "present"

FAVOR, AGAINST, NEUTRAL = STANCES
RANKED_STANCES = (AGAINST, NEUTRAL, FAVOR)
"""The stances in the order of an ordinal scale."""


@dataclass(frozen=True)
class LabelCodes:
    """The codes of one frame, or of the stance towards one target: places in ``values``, -1 where a code is missing.

    The values of a stance are ``ordered``. ``positive`` are the places of the values that say something: a frame is there, a
    side is taken.
    """

    label: str
    values: tuple[str, ...]
    positive: tuple[int, ...]
    ordered: bool
    codes: Integers


@dataclass(frozen=True)
class ReliabilityData:
    """Codings of units that have two or more; the rows of a unit stand together.

    ``unit``, ``coder`` and ``article`` number the unit, coder and article of each row; ``coders`` names the coders, sorted,
    with an empty name for one who is not named. ``frames`` and ``targets`` hold the codes of each label.
    """

    codings: tuple[Annotation, ...]
    unit: Integers
    coder: Integers
    article: Integers
    coders: tuple[str, ...]
    frames: tuple[LabelCodes, ...]
    targets: tuple[LabelCodes, ...]

    @property
    def labels(self) -> tuple[LabelCodes, ...]:
        """Frames, then targets."""
        return (*self.frames, *self.targets)

    @property
    def units(self) -> int:
        """How many sentences (in recoded data: sentences of a coder) there are."""
        return int(self.unit.max(initial=-1)) + 1

    @property
    def articles(self) -> int:
        """How many articles they come from."""
        return int(self.article.max(initial=-1)) + 1

    def find(self, label: str) -> LabelCodes:
        """Return the codes of a frame or target.

        Raises:
            UsageError: there is no such label.
        """
        for codes in self.labels:
            if codes.label == label:
                return codes
        raise UsageError(f"there is no label {label!r}{suggest(label, [codes.label for codes in self.labels])}")


def encode_blind(annotations: Iterable[Annotation], frame_ids: Sequence[str], target_ids: Sequence[str]) -> ReliabilityData:
    """Return the blind codings of each sentence that two coders or more coded; the last one where a coder has several."""
    return _encode(_group_blind(annotations).values(), frame_ids, target_ids)


def encode_recoded(annotations: Iterable[Annotation], frame_ids: Sequence[str], target_ids: Sequence[str]) -> ReliabilityData:
    """Return the blind coding and the recoding of each sentence that a coder coded twice: a unit is a sentence of one coder.

    Codings that name no coder are left out: it is not known that they are of one person.
    """
    annotations = list(annotations)
    blind = _group_blind(annotations)
    again = {(c.article, c.id, c.coder): c for c in current_codings(annotations) if c.phase == RECODED and c.coder}
    pairs = []
    for (article, sentence, coder), coding in again.items():
        first = blind.get((article, sentence), {}).get(coder)
        if first is not None:
            pairs.append({BLIND: first, RECODED: coding})
    return _encode(pairs, frame_ids, target_ids)


def _group_blind(annotations: Iterable[Annotation]) -> dict[tuple[str, str], dict[str, Annotation]]:
    groups: dict[tuple[str, str], dict[str, Annotation]] = {}
    # A named coder's coding without a phase is a blind one: under one phase, the last of both is the coder's last.
    named = (replace(a, phase=BLIND) if a.phase is None and a.coder is not None else a for a in annotations)
    for coding in blind_codings(named):
        groups.setdefault((coding.article, coding.id), {})[coding.coder or ""] = coding
    return groups


def _encode(groups: Iterable[dict[str, Annotation]], frame_ids: Sequence[str], target_ids: Sequence[str]) -> ReliabilityData:
    shared = [list(group.values()) for group in groups if len(group) > 1]
    codings = tuple(coding for group in shared for coding in group)
    names = [coding.coder or "" for coding in codings]
    coders = tuple(sorted(set(names)))
    place = {name: number for number, name in enumerate(coders)}
    articles: dict[str, int] = {}
    return ReliabilityData(
        codings=codings,
        unit=np.repeat(np.arange(len(shared)), np.array([len(group) for group in shared], np.int64)),
        coder=np.array([place[name] for name in names], np.int64),
        article=np.array([articles.setdefault(coding.article, len(articles)) for coding in codings], np.int64),
        coders=coders,
        frames=tuple(_encode_frame(frame, codings) for frame in frame_ids),
        targets=tuple(_encode_target(target, codings) for target in target_ids),
    )


def _encode_frame(frame: str, codings: Sequence[Annotation]) -> LabelCodes:
    codes = np.array([frame in coding.frames for coding in codings], np.int64)
    return LabelCodes(frame, (ABSENT, PRESENT), (1,), False, codes)


def _encode_target(target: str, codings: Sequence[Annotation]) -> LabelCodes:
    rank = {stance: number for number, stance in enumerate(RANKED_STANCES)}
    given = [coding.stance_towards(target) for coding in codings]
    codes = np.array([-1 if stance is None else rank[stance] for stance in given], np.int64)
    sides = tuple(number for stance, number in rank.items() if stance != NEUTRAL)
    return LabelCodes(target, RANKED_STANCES, sides, True, codes)


def take_side(codes: LabelCodes, value: str) -> LabelCodes:
    """Return the codes of one value against all others, as ``label:value``."""
    place = codes.values.index(value)
    present = np.where(codes.codes < 0, -1, (codes.codes == place).astype(np.int64))
    return LabelCodes(f"{codes.label}:{value}", (ABSENT, PRESENT), (1,), False, present)
