"""Who codes which sentence of a sample, and which sentences two or more code, so that agreement can be measured."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from framing.errors import UsageError
from framing.samples import DrawnSentence


def count_overlap(given: str, sentences: int) -> int:
    """Return how many of ``sentences`` are coded by more than one coder: ``30%``, ``0.3`` (a share) or ``60`` (a count).

    A number with a point is a share and one without a count, so that ``1.0`` is all and ``1`` is one.

    Raises:
        UsageError: it is neither, or outside 0 to 100 % or to the number of sentences.
    """
    try:
        share = float(given.removesuffix("%")) / 100 if given.endswith("%") else float(given) if "." in given else None
        count = int(given) if share is None else round(share * sentences)
    except (ValueError, OverflowError):
        raise UsageError(f"--overlap {given!r} is neither a share, such as 30% or 0.3, nor a number of sentences") from None
    if not 0 <= count <= sentences or (share is not None and not 0 <= share <= 1):
        raise UsageError(f"--overlap {given}: it must lie between 0 and all of the {sentences:,} sentences drawn")
    return count


def assign_coders(
    drawn: Sequence[DrawnSentence], coders: Sequence[str], overlap: int, rng: np.random.Generator, *, everybody: bool = False
) -> list[DrawnSentence]:
    """Return ``drawn`` in its order, each with the coders who shall code it; their loads differ by one at most.

    ``overlap`` sentences, a simple random part of ``drawn``, go to two coders each, in rotation, so that the pairs of coders
    share equally many, up to one; with ``everybody`` they go to all coders. The rest goes to one coder each, in random
    order, so that no coder has more of one outlet than chance gives.

    Raises:
        UsageError: no coder is named, or one twice, or ``overlap`` is out of range or needs a second coder.
    """
    _check_coders(coders, overlap, len(drawn))
    order = [int(place) for place in rng.permutation(len(drawn))]
    names = [coders[place] for place in rng.permutation(len(coders))]
    loads = Counter(dict.fromkeys(names, 0))
    together = [tuple(names)] if everybody else [(names[one], names[other]) for one, other in rotate_pairs(len(names))]
    chosen: dict[int, tuple[str, ...]] = {}
    for number, place in enumerate(order):
        single = number >= overlap
        chosen[place] = (min(names, key=loads.__getitem__),) if single else together[number % len(together)]
        loads.update(chosen[place])
    rank = {coder: number for number, coder in enumerate(coders)}
    return [replace(sentence, coders=tuple(sorted(chosen[n], key=rank.__getitem__))) for n, sentence in enumerate(drawn)]


def rotate_pairs(count: int) -> list[tuple[int, int]]:
    """Return all pairs of ``count`` numbers in an order in which, at any point, no number came twice more than another.

    An even count plays the rounds of a tournament (the circle method). An odd one goes along Walecki's Hamiltonian cycles
    (Alspach 2008, "The wonderful Walecki construction"), of each first every other edge: a round would leave one out.
    """
    ring = count - 1
    if count % 2 == 0:
        steps = range(1, count // 2)
        return [pair for r in range(ring) for pair in ((ring, r), *(((r + i) % ring, (r - i) % ring) for i in steps))]
    pairs = []
    for first in range(ring // 2):
        zigzag = [(first + (step + 1) // 2 * (1 if step % 2 else -1)) % ring for step in range(ring)]
        cycle = [ring, *zigzag]
        edges = [(number, cycle[(place + 1) % count]) for place, number in enumerate(cycle)]
        pairs += edges[::2] + edges[1::2]
    return pairs


def _check_coders(coders: Sequence[str], overlap: int, sentences: int) -> None:
    if not coders or not all(coder.strip() for coder in coders):
        raise UsageError("name each coder who shall code the sentences, with --coder ANA --coder BEN")
    twice = next((coder for coder, count in Counter(coders).items() if count > 1), None)
    if twice is not None:
        raise UsageError(f"the coder {twice!r} is named twice")
    if not 0 <= overlap <= sentences:
        raise UsageError(f"{overlap} sentences cannot be coded twice: {sentences:,} were drawn")
    if overlap and len(coders) == 1:
        raise UsageError("an overlap needs two coders or more: name another --coder, or leave --overlap out")
