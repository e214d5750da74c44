"""Where coders disagree: frames that are taken for each other, and the sentences that divide them most."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from framing.agreement.alpha import Integers, pair_codes
from framing.agreement.reliability_data import ReliabilityData
from framing.annotations import Annotation


@dataclass(frozen=True, slots=True)
class FrameConfusion:
    """How often two frames were taken for each other: one coder gave ``frame`` without ``other``, another the reverse.

    ``pairs`` are pairs of codings of one sentence. ``other`` is None where the second coder gave nothing in its place: no
    frame that the first one lacks.
    """

    frame: str
    other: str | None
    pairs: int


@dataclass(frozen=True, slots=True)
class DisputedSentence:
    """A sentence that its coders coded differently.

    ``compared`` counts pairs of codes over all labels, ``differing`` those that differ, ``share`` is the one by the other;
    ``labels`` are those on which they differ. ``codings`` hold each coder's codes, note and place.
    """

    article: str
    id: str
    text: str
    compared: int
    differing: int
    labels: tuple[str, ...]
    codings: tuple[Annotation, ...]

    @property
    def share(self) -> float:
        """The share of pairs of codes that differ."""
        return self.differing / self.compared


def count_frame_confusions(data: ReliabilityData) -> list[FrameConfusion]:
    """Return the frames that coders took for each other, the most frequent first; pairs that never happened are left out.

    Every two frames stand once, in the order of the codebook, and every frame once more with None.
    """
    given = np.array([frame.codes for frame in data.frames], bool).reshape(len(data.frames), len(data.unit)).T
    pairs = pair_codes(data.unit)
    left = given[pairs.first] & ~given[pairs.second]
    right = given[pairs.second] & ~given[pairs.first]
    crossed = left.T.astype(np.int64) @ right.astype(np.int64)
    crossed = crossed + crossed.T
    alone = left[~right.any(axis=1)].sum(axis=0) + right[~left.any(axis=1)].sum(axis=0)
    names = [frame.label for frame in data.frames]
    found = [
        FrameConfusion(names[one], names[other], int(crossed[one, other]))
        for one in range(len(names))
        for other in range(one + 1, len(names))
    ]
    found += [FrameConfusion(name, None, int(count)) for name, count in zip(names, alone, strict=True)]
    return sorted((confusion for confusion in found if confusion.pairs), key=lambda confusion: -confusion.pairs)


def find_disputed(data: ReliabilityData, *, most: int | None = None) -> list[DisputedSentence]:
    """Return the sentences on which any codes differ, the most disputed first, at most ``most`` of them.

    They are ranked by the share of pairs of codes that differ, over all labels; of equal ones the earlier comes first.
    """
    compared, differing = np.zeros((2, data.units), np.int64)
    by_label = []
    for label in data.labels:
        known = np.flatnonzero(label.codes >= 0)
        pairs = pair_codes(data.unit[known])
        first, second = known[pairs.first], known[pairs.second]
        apart = np.bincount(data.unit[first[label.codes[first] != label.codes[second]]], minlength=data.units)
        compared += np.bincount(data.unit[first], minlength=data.units)
        differing += apart
        by_label.append(apart)
    share = np.divide(differing, compared, out=np.zeros(data.units), where=compared > 0)
    ranked = [int(unit) for unit in np.argsort(-share, kind="stable") if differing[unit]]
    bounds = np.searchsorted(data.unit, np.arange(data.units + 1))
    return [_dispute(data, bounds[unit : unit + 2], compared[unit], [int(c[unit]) for c in by_label]) for unit in ranked[:most]]


def _dispute(data: ReliabilityData, bounds: Integers, compared: int, differing: list[int]) -> DisputedSentence:
    codings = data.codings[bounds[0] : bounds[1]]
    return DisputedSentence(
        article=codings[0].article,
        id=codings[0].id,
        text=next((coding.text for coding in codings if coding.text), ""),
        compared=int(compared),
        differing=sum(differing),
        labels=tuple(label.label for label, count in zip(data.labels, differing, strict=True) if count),
        codings=codings,
    )


def describe_disputed(sentence: DisputedSentence) -> dict[str, Any]:
    """Return the record of a disputed sentence, with each coder's codes, note and place."""
    return {
        "article": sentence.article,
        "id": sentence.id,
        "text": sentence.text,
        "compared": sentence.compared,
        "differing": sentence.differing,
        "share": sentence.share,
        "labels": list(sentence.labels),
        "codings": [
            {
                "coder": coding.coder,
                "frames": sorted(coding.frames),
                "stance": dict(coding.stance),
                "note": coding.note,
                "flagged": coding.flagged,
                "place": coding.place,
            }
            for coding in sentence.codings
        ],
    }
