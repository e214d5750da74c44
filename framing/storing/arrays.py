"""Arrays in one flat file that is read in one go: no archive to open, nothing to unpack, nothing that runs.

The file is a line of JSON, ``[[name, type, shape], ...]``, padded with blanks, and then the arrays in that order. The line
and each array take a multiple of ``ALIGNMENT`` bytes, so that numbers lie as the processor likes to read them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

ALIGNMENT = 64
"""Bytes: a line of the processor's cache."""

TYPES = ("|b1", "|u1", "<u2", "<u4", "<u8", "<i4", "<i8", "<f2", "<f4", "<f8")
"""The kinds of numbers that such a file may hold."""


def pack_arrays(arrays: Mapping[str, NDArray[Any]]) -> bytes:
    """Return the bytes of a file that holds ``arrays``.

    Raises:
        ValueError: an array is of a type that is none of ``TYPES``.
    """
    listed, parts = [], []
    for name, array in arrays.items():
        kind = array.dtype.newbyteorder("<").str
        if kind not in TYPES:
            raise ValueError(f"{name} is an array of {array.dtype}")
        listed.append([name, kind, list(array.shape)])
        parts.append(_pad(array.astype(kind).tobytes(), b"\0"))
    line = json.dumps(listed).encode()
    return b"".join([_pad(line + b"\n", b" ", behind=b"\n"), *parts])


def _pad(data: bytes, filling: bytes, behind: bytes = b"") -> bytes:
    """Return ``data`` with as much ``filling`` before its end ``behind`` as makes its length a multiple of ``ALIGNMENT``."""
    kept = data.removesuffix(behind)
    return kept + filling * (-len(data) % ALIGNMENT) + behind


def unpack_arrays(data: NDArray[np.uint8]) -> dict[str, NDArray[Any]]:
    """Return the arrays of a file, read-only views of its bytes ``data``.

    Raises:
        ValueError: the bytes are not such a file, or not the whole of it.
    """
    line = data[:_SEARCHED].tobytes().partition(b"\n")[0]
    position = len(line) + 1
    data = data.view()
    data.flags.writeable = False
    arrays = {}
    for name, kind, shape in json.loads(line):
        if kind not in TYPES or not all(type(size) is int and 0 <= size < 2**40 for size in shape):
            raise ValueError(f"{name!r:.40} is no array that such a file holds")
        size = prod(shape) * np.dtype(kind).itemsize
        if position + size > len(data):
            raise ValueError("it is cut short")
        arrays[str(name)] = data[position : position + size].view(kind).reshape(shape)
        position += size + -size % ALIGNMENT
    if position != len(data):
        raise ValueError("it is longer than its arrays")
    return arrays


_SEARCHED = 2**16
"""Bytes that the first line may have."""
