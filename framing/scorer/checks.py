"""Whether arrays that were read from a file are what scoring takes them for."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from framing.arrays import Integers
from framing.chunks import Hashes
from framing.scorer.index import split_pairs


def check_keys(name: str, keys: Hashes) -> None:
    """Do nothing if ``keys`` are hashes in ascending order, each once.

    Raises:
        ValueError: they are not.
    """
    if keys.dtype != np.uint64 or keys.ndim != 1 or (keys[1:] <= keys[:-1]).any():
        raise ValueError(f"the {name} are no ascending hashes: damaged, or two of them share a hash")


def check_trie(name: str, keys: Hashes, ends: Integers, *, first: int, symbols: int) -> None:
    """Do nothing if ``keys`` and ``ends`` make a ``Trie`` of numbers below ``symbols`` whose nodes are numbered from ``first``.

    Raises:
        ValueError: they do not.
    """
    check_numbers(f"levels of {name}", ends, len(ends), low=1, high=len(keys) + 1)
    limits = [0, *ends.tolist()]
    if limits[-1] != len(keys) or limits != sorted(set(limits)):
        raise ValueError(f"the levels of {name} do not end where its keys do")
    for begin, end in pairwise(limits):
        check_keys(name, keys[begin:end])
        parents, known = split_pairs(keys[begin:end])
        if parents.max() >= first + begin or known.max() >= symbols:
            raise ValueError(f"the {name} follow on nothing")


def check_numbers(name: str, numbers: Integers, length: int, *, low: int = 0, high: int = 2**31) -> None:
    """Do nothing if ``numbers`` are ``length`` whole numbers from ``low`` to below ``high``.

    Raises:
        ValueError: they are not.
    """
    if numbers.dtype != np.int64 or numbers.shape != (length,):
        raise ValueError(f"the {name} are not {length} whole numbers")
    if length and not low <= numbers.min() <= numbers.max() < high:
        raise ValueError(f"the {name} are out of range")


def check_floats(name: str, numbers: NDArray[Any], kind: type[np.floating[Any]], shape: tuple[int, ...]) -> None:
    """Do nothing if ``numbers`` are finite numbers of one kind and shape.

    Raises:
        ValueError: they are not.
    """
    if numbers.dtype != kind or numbers.shape != shape or not np.isfinite(numbers).all():
        raise ValueError(f"the {name} are not {' × '.join(map(str, shape)) or 'one'} finite numbers")
