from __future__ import annotations

from math import sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import matthews_corrcoef

from framing.cooccurrence import FramePair, count_together
from framing.errors import UsageError


def table(both: int, first: int, second: int, neither: int) -> np.ndarray:
    """Return sentences with both of two frames, the first alone, the second alone and neither."""
    return np.repeat(np.array([[1, 1], [1, 0], [0, 1], [0, 0]], bool), [both, first, second, neither], axis=0)


@pytest.mark.parametrize(
    ("counts", "share", "expected", "lift", "phi"),
    [
        ((20, 20, 30, 30), 0.2, 0.4 * 0.5, 1.0, 0.0),
        ((30, 10, 20, 40), 0.3, 0.4 * 0.5, 1.5, 0.1 / sqrt(0.4 * 0.6 * 0.5 * 0.5)),
        ((0, 40, 50, 10), 0.0, 0.4 * 0.5, 0.0, -0.2 / sqrt(0.4 * 0.6 * 0.5 * 0.5)),
        ((30, 0, 0, 70), 0.3, 0.09, 1 / 0.3, 1.0),
        ((0, 50, 50, 0), 0.0, 0.25, 0.0, -1.0),
        ((0, 0, 50, 50), 0.0, 0.0, None, None),  # the first is in no sentence
        ((50, 50, 0, 0), 0.5, 0.5, 1.0, None),  # the first is in every one
    ],
)
def test_a_pair_has_the_measures_of_its_fourfold_table(
    counts: tuple[int, ...], share: float, expected: float, lift: float | None, phi: float | None
) -> None:
    (pair,) = count_together(table(*counts), ["storm", "flood"])
    assert (pair.first, pair.second, pair.sentences) == ("storm", "flood", counts[0])
    assert (pair.share, pair.expected, pair.lift, pair.phi) == tuple(
        pytest.approx(value) if value is not None else None for value in (share, expected, lift, phi)
    )


def test_every_pair_comes_once_in_the_order_of_the_names() -> None:
    pairs = count_together(np.eye(4, dtype=bool), ["d", "b", "c", "a"])
    assert [(pair.first, pair.second) for pair in pairs] == [("d", "b"), ("d", "c"), ("d", "a"), ("b", "c"), ("b", "a"), ("c", "a")]


@pytest.mark.parametrize("names", [[], ["storm"]])
def test_fewer_than_two_frames_make_no_pair(names: list[str]) -> None:
    assert count_together(np.ones((3, len(names)), bool), names) == ()


def test_no_sentence_tells_nothing() -> None:
    assert count_together(np.zeros((0, 2), bool), ["storm", "flood"]) == (FramePair("storm", "flood", 0, None, None, None, None),)


cells = st.lists(st.integers(0, 3), min_size=1, max_size=40)


@given(cells, st.data())
def test_phi_is_the_correlation_of_the_weighted_codes(codes: list[int], data: st.DataObject) -> None:
    labels = np.array([[code // 2, code % 2] for code in codes], bool)
    weight = np.array(data.draw(st.lists(st.floats(0.1, 100), min_size=len(codes), max_size=len(codes))))
    (pair,) = count_together(labels, ["storm", "flood"], weight)
    if labels.all(axis=0).any() or not labels.any(axis=0).all():
        assert pair.phi is None
    else:
        assert pair.phi == pytest.approx(matthews_corrcoef(labels[:, 0], labels[:, 1], sample_weight=weight), abs=1e-9)


@given(cells, st.integers(2, 5))
def test_a_weight_is_so_many_sentences(codes: list[int], times: int) -> None:
    labels = np.array([[code // 2, code % 2] for code in codes], bool)
    weight = np.where(np.arange(len(codes)) % 2, times, 1)
    (weighted,) = count_together(labels, ["storm", "flood"], weight.astype(float))
    (repeated,) = count_together(np.repeat(labels, weight, axis=0), ["storm", "flood"])
    assert weighted.sentences == labels.all(axis=1).sum()
    for one, other in zip(
        (weighted.share, weighted.expected, weighted.lift, weighted.phi),
        (repeated.share, repeated.expected, repeated.lift, repeated.phi),
        strict=True,
    ):
        assert one == (None if other is None else pytest.approx(other, abs=1e-9))


def test_frames_need_their_names_and_sentences_a_weight() -> None:
    with pytest.raises(UsageError, match="2 frames have 1 names"):
        count_together(table(1, 1, 1, 1), ["storm"])
    with pytest.raises(UsageError, match="not a positive number"):
        count_together(table(1, 1, 1, 1), ["storm", "flood"], np.array([1.0, 1, 0, 1]))
