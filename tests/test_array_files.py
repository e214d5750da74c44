from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays_of

from framing.storing.arrays import ALIGNMENT, TYPES, pack_arrays, unpack_arrays
from framing.storing.files import DAMAGE

SOME = {"keys": np.arange(7, dtype=np.uint64), "weights": np.linspace(0, 1, 6).reshape(2, 3), "none": np.zeros((0, 4), np.float32)}


def read(data: bytes) -> dict[str, np.ndarray]:
    return unpack_arrays(np.frombuffer(data, np.uint8))


@given(
    st.dictionaries(st.text(max_size=20), arrays_of.arrays(st.sampled_from(TYPES), arrays_of.array_shapes(min_dims=0)), max_size=4)
)
def test_arrays_come_back_as_they_were_packed(arrays: dict[str, np.ndarray]) -> None:
    found = read(pack_arrays(arrays))
    assert list(found) == list(arrays)
    for name, array in arrays.items():
        assert (found[name].dtype, found[name].shape) == (array.dtype, array.shape)
        assert found[name].tobytes() == array.tobytes()


def test_numbers_lie_at_multiples_of_the_alignment() -> None:
    data = np.frombuffer(pack_arrays(SOME), np.uint8)
    start = data.__array_interface__["data"][0]
    assert len(data) % ALIGNMENT == 0
    for array in unpack_arrays(data).values():
        assert not array.size or (array.__array_interface__["data"][0] - start) % ALIGNMENT == 0


def test_arrays_in_another_order_of_memory_or_bytes_are_packed_alike() -> None:
    turned = SOME | {"weights": np.asfortranarray(SOME["weights"]), "keys": SOME["keys"].astype(">u8")}
    assert pack_arrays(turned) == pack_arrays(SOME)


def test_arrays_that_were_read_cannot_be_changed() -> None:
    for array in unpack_arrays(np.frombuffer(bytearray(pack_arrays(SOME)), np.uint8)).values():
        assert not array.flags.writeable


def test_an_array_of_objects_is_not_packed() -> None:
    with pytest.raises(ValueError, match="x is an array of object"):
        pack_arrays({"x": np.array([{}])})


@pytest.mark.parametrize("cut", [0, 1, 40, 64, 100, -64, -1])
def test_a_file_cut_short_is_refused(cut: int) -> None:
    with pytest.raises(DAMAGE):
        read(pack_arrays(SOME)[:cut])


@pytest.mark.parametrize(
    "line",
    [
        b"3",
        b"null",
        b"{}x",
        b"[[1]]",
        b'[["a", "|O", [1]]]',
        b'[["a", "<f8", [-1]]]',
        b'[["a", "<f8", [2.5]]]',
        b'[["a", "<f8", [1e99]]]',
        b'[["a", "<f8", [true]]]',
        b'[["a", "<f8", 9]]',
        b'[["a", "<f8", [1099511627775, 1099511627775, 1099511627775]]]',
        b'[["a", "<f8", [1]], ["b", "<f8", [8]]]',
        b'[["a", ["<f8"], [1]]]',
        b"[" * 5000,
    ],
)
def test_a_first_line_that_lies_is_refused(line: bytes) -> None:
    with pytest.raises(DAMAGE):
        read(line.ljust(ALIGNMENT - 1) + b"\n" + bytes(ALIGNMENT))


@given(
    st.binary(max_size=300)
    | st.recursive(st.none() | st.integers() | st.text(), st.lists).map(lambda v: json.dumps(v).encode() + b"\n")
)
def test_no_bytes_do_more_than_raise(data: bytes) -> None:
    try:
        found = read(data)
    except DAMAGE:
        return
    assert sum(array.nbytes for array in found.values()) <= len(data)
