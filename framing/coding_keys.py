"""The keys that a coder presses: a letter for each frame, a digit for each stance."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from string import ascii_lowercase

from framing.codebook import STANCES, Codebook

RESERVED = frozenset("nqxz")
"""Letters that stand for no frame: the page or the terminal has a command of its own on each."""

LETTERS = tuple(letter for letter in ascii_lowercase if letter not in RESERVED)
DIGITS = "123456789"


def assign_keys(codebook: Codebook) -> dict[str, str]:
    """Return the key of each frame by its id, and of each stance by ``target:stance``; what no key is left for is missing.

    A frame's letter is the first of a word of its id, else another letter of it, else any that is free; from the
    twenty-third frame on it is an upper-case one. The digits go to favor, against and none of the first three targets.
    """
    keys = _assign_letters(codebook.frame_ids)
    left = [frame for frame in codebook.frame_ids if frame not in keys]
    keys |= {frame: letter.upper() for frame, letter in _assign_letters(left).items()}
    stances = [f"{target}:{stance}" for target in codebook.target_ids for stance in STANCES]
    ordered = {frame: keys[frame] for frame in codebook.frame_ids if frame in keys}
    return ordered | dict(zip(stances, DIGITS, strict=False))


def _assign_letters(frames: Sequence[str]) -> dict[str, str]:
    """Return a letter for each of ``frames`` as far as they go; every frame's first wish goes before any second one."""
    wishes = {frame: _wishes(frame) for frame in frames}
    free = dict.fromkeys(LETTERS)
    keys: dict[str, str] = {}
    for rank in range(max(map(len, wishes.values()), default=0)):
        for frame, wished in wishes.items():
            if frame not in keys and rank < len(wished) and wished[rank] in free:
                keys[frame] = wished[rank]
                del free[wished[rank]]
    left = [frame for frame in frames if frame not in keys]
    return keys | dict(zip(left, free, strict=False))


def _wishes(frame: str) -> list[str]:
    """Return the letters of an id without their accents: the first of each word, then the others, each once."""
    plain = unicodedata.normalize("NFKD", frame.lower())
    words = plain.replace("-", "_").split("_")
    return [letter for letter in dict.fromkeys("".join(word[:1] for word in words) + plain) if letter in LETTERS]
