from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.sparse import csr_matrix
from scipy.sparse import random as random_matrix
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import normalize as scale_rows
from sklearn.svm import LinearSVC

from framing.codebook import parse_codebook
from framing.coded import Codes
from framing.fitting import LARGE_FIT, fit_outputs
from framing.settings import Settings

BOOK = parse_codebook('[[frames]]\nid = "a"\n[[frames]]\nid = "b"\n[[frames]]\nid = "rare"')
SETTINGS = Settings(frame_c=0.5)


def make_data(rows: int) -> tuple[csr_matrix, Codes]:
    """Return random features, and codes that two outputs of them share; a third is given four times."""
    draw = np.random.default_rng(1)
    features = scale_rows(csr_matrix(random_matrix(rows, 40, density=0.2, rng=draw)))
    values = features @ draw.normal(size=(40, 3)) + draw.normal(size=(rows, 3)) / 4
    given = values > 0.2
    given[:, 2] = np.arange(rows) < 4
    number, no = np.arange(rows), np.zeros(rows, bool)
    return features, Codes(given, np.ones_like(given), number, number, number, ~no, no)


REFERENCES = [
    (2000, LogisticRegression(C=0.5, tol=1e-8), 0.999),
    (LARGE_FIT, LinearSVC(C=0.5, dual=False, tol=1e-8), 0.98),  # the squared hinge is the modified Huber loss but for outliers
]


@pytest.mark.parametrize(("rows", "reference", "likeness"), REFERENCES)
def test_an_output_is_fitted_as_by_a_slower_solver(rows: int, reference: Any, likeness: float) -> None:
    features, codes = make_data(rows)
    weights, intercepts, rules = fit_outputs(features, codes, BOOK, SETTINGS, min_positives=8)
    for column in (0, 1):
        machine = reference.fit(features, codes.given[:, column])
        decisions = features @ weights[:, column] + intercepts[column]
        assert np.corrcoef(decisions, machine.decision_function(features))[0, 1] > likeness
        assert ((decisions > 0) == machine.predict(features)).mean() > 0.97
    assert [rule.learnt for rule in rules] == [True, True, False]
    assert not weights[:, 2].any()


@pytest.mark.parametrize("rows", [2000, LARGE_FIT])
def test_the_same_data_and_seed_give_the_same_bytes(rows: int) -> None:
    features, codes = make_data(rows)
    one, other = (fit_outputs(features, codes, BOOK, SETTINGS, min_positives=8) for _ in range(2))
    assert one[0].tobytes() == other[0].tobytes()
    assert one[1].tobytes() == other[1].tobytes()


def test_an_output_that_few_sentences_were_coded_for_learns_from_these_alone() -> None:
    features, codes = make_data(2000)
    coded = np.arange(2000) % 3 > 0
    known = codes.known & np.column_stack([coded, np.ones(2000, bool), coded])
    weights, _, _ = fit_outputs(
        features, Codes(codes.given, known, *[codes.article] * 3, codes.counts, codes.written), BOOK, SETTINGS, min_positives=8
    )
    alone, _, _ = fit_outputs(features[coded], codes.take(coded), BOOK, SETTINGS, min_positives=8)
    assert np.array_equal(weights[:, 0], alone[:, 0])
    assert not np.array_equal(weights[:, 1], alone[:, 1])
