"""Coded sentences as arrays: which outputs each sentence has, which of them were coded, and what it may count for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from framing.annotations import WRITTEN, CodedSentence
from framing.arrays import Bools, Integers
from framing.chunks import fingerprint_texts
from framing.codebook import Codebook
from framing.labelling import SIDES, list_outputs


@dataclass(frozen=True)
class Codes:
    """The codes of sentences, in the order of ``list_outputs``.

    ``given`` and ``known`` are sentences × outputs: whether a sentence has the label, and whether it was coded for it (a
    stance may be missing). ``article``, ``outlet`` and ``text`` number the groups; sentences of one text have one number.
    ``counts`` says which sentences stand for news, so that figures may be computed on them (the others only teach);
    ``written`` which were written for training.
    """

    given: Bools
    known: Bools
    article: Integers
    outlet: Integers
    text: Integers
    counts: Bools
    written: Bools

    def take(self, rows: NDArray[np.intp] | Bools) -> Codes:
        """Return the codes of some sentences."""
        return Codes(*(getattr(self, field.name)[rows] for field in fields(self)))


FEWEST_COUNTING = 200
"""Sentences that stand for news from which on figures are computed on them alone."""


def encode(sentences: Sequence[CodedSentence], codebook: Codebook) -> Codes:
    """Return the codes of ``sentences``.

    All count where those that stand for news are fewer than ``FEWEST_COUNTING``, or come from one article.
    """
    frames = [[frame in s.frames for frame in codebook.frame_ids] for s in sentences]
    stances = [[s.stance_towards(target) for target in codebook.target_ids] for s in sentences]
    given = [row + [stance == side for stance in towards for side in SIDES] for row, towards in zip(frames, stances, strict=True)]
    known = [
        [True] * len(row) + [s is not None for s in towards for _ in SIDES] for row, towards in zip(frames, stances, strict=True)
    ]
    shape = (len(sentences), len(list_outputs(codebook)))
    _, article = np.unique([s.article for s in sentences], return_inverse=True)
    _, outlet = np.unique([s.outlet for s in sentences], return_inverse=True)
    marks = fingerprint_texts([s.text for s in sentences]).tolist()
    _, text = np.unique(
        [f"{mark:016x}" if s.text else s.hash for s, mark in zip(sentences, marks, strict=True)], return_inverse=True
    )
    counts = np.array([s.stands_for_news for s in sentences], bool)
    if counts.sum() < FEWEST_COUNTING or len(set(article[counts])) < 2:
        counts[:] = True
    written = np.array([s.sampling == WRITTEN for s in sentences], bool)
    return Codes(np.array(given, bool).reshape(shape), np.array(known, bool).reshape(shape), article, outlet, text, counts, written)
