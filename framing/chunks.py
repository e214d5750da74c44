"""Sentences as chunks: the pieces between blanks, each with a 64-bit hash, found in one pass over the bytes of many texts.

No word, cue word or ``char_wb`` n-gram crosses a blank, so all that the features see of a sentence follows from its chunks.
A hash is a bijective mix of the bytes themselves for up to 8 bytes, as one little-endian number; of longer ones the next 8
bytes are added to the hash so far times an odd constant, and mixed again. Two such chunks share a hash with odds of 2^-64,
unless somebody wrote them to: this is no cryptographic hash, and with the constants known such chunks are soon found. Models
and fingerprints need the same hashes everywhere; what must not be led astray by crafted text takes a ``Seed`` of its own.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from framing.arrays import Integers
from framing.normalizing import LONGEST, clean, fold

Hashes = NDArray[np.uint64]
Bytes = NDArray[np.uint8]

TEXTS = 2048
"""Texts that are taken together."""

CHARACTERS = 3 << 17
"""Characters that are taken together, if a text alone does not hold more: what bounds the memory."""

_STEP = 8
_FACTORS = (0xBF58476D1CE4E5B9, 0x94D049BB133111EB)
_KEEP = np.array([(1 << 8 * size) - 1 for size in range(_STEP + 1)], np.uint64)


@dataclass(frozen=True, slots=True)
class Chunks:
    """The chunks of texts, text by text.

    ``data`` is the UTF-8 of the texts, normalised, with ``_STEP`` bytes to spare; a chunk is ``sizes`` bytes from ``starts``
    on. ``counts`` is by text: how many of the chunks are its own.
    """

    data: Bytes
    starts: Integers
    sizes: Integers
    hashes: Hashes
    counts: Integers


def read_chunks(texts: Sequence[str], *, at_once: int = TEXTS, characters: int = CHARACTERS) -> Iterator[Chunks]:
    """Yield the chunks of ``texts`` in order, those of up to so many texts and characters ``at_once``."""
    for begin, end in _divide(texts, at_once, characters):
        cleaned = clean(texts[begin:end])  # which may make many characters of one
        yield from (find_chunks(cleaned[first:last]) for first, last in _divide(cleaned, at_once, characters))


def _divide(texts: Sequence[str], at_once: int, characters: int) -> Iterator[tuple[int, int]]:
    """Yield where parts of ``texts`` begin and end that hold a text, or up to so many texts and characters."""
    ends = np.cumsum(np.minimum(np.fromiter(map(len, texts), np.int64, len(texts)), LONGEST))
    begin = 0
    while begin < len(texts):
        limit = characters + (int(ends[begin - 1]) if begin else 0)
        end = min(begin + at_once, max(begin + 1, int(np.searchsorted(ends, limit, side="right"))))
        yield begin, min(end, len(texts))
        begin = end


def find_chunks(cleaned: Sequence[str]) -> Chunks:
    """Return the chunks of texts that ``normalizing.clean`` returned."""
    folded = fold(cleaned)
    data = np.frombuffer(folded + bytes(_STEP), np.uint8)
    blank = (data[: len(folded)] & 0xDF) == 0  # a space, or the NUL beside a text
    edges = np.flatnonzero(blank[1:] != blank[:-1]) + 1
    starts = np.ascontiguousarray(edges[0::2])
    sizes = edges[1::2] - starts
    limits = np.searchsorted(starts, np.flatnonzero(data[: len(folded)] == 0))
    return Chunks(data, starts, sizes, hash_spans(data, starts, sizes), np.diff(limits))


def mix(values: Hashes) -> Hashes:
    """Return 64-bit numbers with their bits mixed, one to one (like the finaliser of SplitMix64; Steele, Lea & Flood 2014)."""
    mixed = values ^ (values >> np.uint64(32))
    mixed *= np.uint64(_FACTORS[0])
    mixed ^= mixed >> np.uint64(29)
    mixed *= np.uint64(_FACTORS[1])
    mixed ^= mixed >> np.uint64(32)
    return mixed


def unmix(mixed: Hashes) -> Hashes:
    """Return the numbers that ``mix`` made ``mixed`` of."""
    values = mixed ^ (mixed >> np.uint64(32))
    values *= np.uint64(pow(_FACTORS[1], -1, 2**64))
    values ^= (values >> np.uint64(29)) ^ (values >> np.uint64(58))
    values *= np.uint64(pow(_FACTORS[0], -1, 2**64))
    values ^= values >> np.uint64(32)
    return values


@dataclass(frozen=True, slots=True)
class Seed:
    """What tells one family of hashes from another: bits that the first 8 bytes are combined with, and an odd factor."""

    mask: np.uint64
    factor: np.uint64


KNOWN = Seed(np.uint64(0), np.uint64(0x9E3779B97F4A7C15))
"""The seed of the hashes that models keep."""


def draw_seed() -> Seed:
    """Return a seed that nobody can guess; its first 8 bits are 0, so that no chunk of up to 8 bytes has the hash 0."""
    return Seed(np.uint64(secrets.randbits(56) << 8), np.uint64(secrets.randbits(63) << 1 | 1))


def hash_spans(data: Bytes, starts: Integers, sizes: Integers, seed: Seed = KNOWN) -> Hashes:
    """Return a hash of each span of ``data``, 0 of empty ones alone under ``KNOWN``.

    ``data`` must hold no NUL inside a span and ``_STEP`` bytes after the last.
    """
    view = np.ascontiguousarray(np.ndarray((len(data) - _STEP + 1,), "<u8", data, strides=(1,)))
    firsts = view.take(starts) & _KEEP.take(sizes, mode="clip")
    firsts ^= seed.mask
    hashes = mix(firsts)
    long = np.flatnonzero(sizes > _STEP)
    at, left = starts.take(long) + _STEP, sizes.take(long) - _STEP
    while len(long):
        values = view.take(at) & _KEEP.take(left, mode="clip")
        hashes[long] = np.maximum(mix(values + hashes.take(long) * seed.factor), np.uint64(1))
        on = np.flatnonzero(left > _STEP)
        long, at, left = long.take(on), at.take(on) + _STEP, left.take(on) - _STEP
    return hashes


def hash_strings(strings: Sequence[str]) -> Hashes:
    """Return the hash of each string, as ``hash_spans`` gives it for its UTF-8; none may hold a NUL."""
    encoded = [string.encode("utf-8", "surrogatepass") for string in strings]
    sizes = np.fromiter(map(len, encoded), np.int64, len(encoded))
    data = np.frombuffer(b"".join(encoded) + bytes(_STEP), np.uint8)
    return hash_spans(data, np.cumsum(sizes) - sizes, sizes)


_PLACES = mix(np.arange(1, 2 * LONGEST, dtype=np.uint64)) | np.uint64(1)


def fingerprint_chunks(chunks: Chunks) -> Hashes:
    """Return a 64-bit hash of each text: of the hashes of its chunks, each times an odd number of its place; 0 without any."""
    firsts = np.cumsum(chunks.counts) - chunks.counts
    places = np.arange(len(chunks.hashes)) - np.repeat(firsts, chunks.counts)
    sums = np.zeros(len(chunks.counts), np.uint64)
    filled = np.flatnonzero(chunks.counts)
    if len(filled):
        sums[filled] = np.add.reduceat(chunks.hashes * _PLACES.take(places), firsts.take(filled))
    return mix(sums)


def fingerprint_texts(texts: Sequence[str]) -> Hashes:
    """Return a 64-bit fingerprint of each text.

    Texts that nobody crafted for it share one only if the features see the same, but for odds of 2^-64 a pair.
    """
    return np.concatenate([np.zeros(0, np.uint64), *map(fingerprint_chunks, read_chunks(texts))])
