"""Fitting: one logistic regression per frame, and per side of the stance towards each target."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from framing.annotations import CodedSentence
from framing.arrays import Floats
from framing.codebook import Codebook
from framing.coded import Codes, encode
from framing.features import TermCounts, count_terms
from framing.labelling import LabelRule, list_outputs
from framing.model import FramingModel
from framing.normalizing import fingerprint
from framing.settings import Settings

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

MIN_POSITIVES = 8
"""Coded sentences of a frame, or of a stance, below which it is not learnt but named as missing."""

LARGE_FIT = 30_000
"""Sentences from which on the regressions are fitted by stochastic descent, at some cost in the last digits."""


def fit_model(
    sentences: Sequence[CodedSentence], codebook: Codebook, settings: Settings, *, min_positives: int = MIN_POSITIVES
) -> FramingModel:
    """Return a model of ``sentences`` whose rules count positives but are not calibrated yet.

    A frame or side with fewer than ``min_positives`` gets weight 0 and is marked by its rule. The same sentences in the
    same order give the same numbers.
    """
    counts = count_terms([sentence.text for sentence in sentences], codebook, settings)
    return fit_counts(counts, sentences, codebook, settings, min_positives=min_positives)


def fit_counts(
    counts: TermCounts,
    sentences: Sequence[CodedSentence],
    codebook: Codebook,
    settings: Settings,
    *,
    min_positives: int = MIN_POSITIVES,
) -> FramingModel:
    """Return the model of ``fit_model`` where the terms of ``sentences`` are counted already."""
    idf = counts.weigh()
    codes = encode(sentences, codebook)
    weights, intercepts, rules = fit_outputs(counts.features(idf), codes, codebook, settings, min_positives=min_positives)
    seen = frozenset(fingerprint(sentence.text) for sentence in sentences)
    return FramingModel(codebook, counts.vectorizer(idf), weights[counts.kept(idf)], intercepts, rules, seen)


def fit_outputs(
    features: csr_matrix, codes: Codes, codebook: Codebook, settings: Settings, *, min_positives: int
) -> tuple[NDArray[np.float32], NDArray[np.float32], tuple[LabelRule, ...]]:
    """Return weights (features × outputs), intercepts and uncalibrated rules of every output."""
    import sklearn.linear_model  # noqa: F401  # the limit below binds only libraries that are loaded already
    from threadpoolctl import threadpool_limits

    outputs = len(list_outputs(codebook))
    weights = np.zeros((features.shape[1], outputs), np.float32)
    intercepts = np.zeros(outputs, np.float32)
    sample = np.where(codes.written, settings.written_weight, 1.0)
    rules, learnt = [], []
    for column in range(outputs):
        known = codes.known[:, column]
        positives = int(codes.given[known, column].sum())
        rules.append(LabelRule(positives=positives, learnt=bool(min_positives <= positives < known.sum())))
        learnt += [column] * rules[-1].learnt
    # The order in which threads add changes last digits, and with them the bytes of the model. Nor may solvers run side by
    # side in one process: they draw from one stream of random numbers.
    with threadpool_limits(limits=1):
        for column in learnt:
            strength = settings.frame_c if column < len(codebook.frames) else settings.stance_c
            weights[:, column], intercepts[column] = _fit_output(features, codes, column, sample, strength, settings.seed)
    return weights, intercepts, tuple(rules)


def _fit_output(features: csr_matrix, codes: Codes, column: int, sample: Floats, c: float, seed: int) -> tuple[Floats, float]:
    from sklearn.linear_model import LogisticRegression, SGDClassifier

    known = codes.known[:, column]
    rows = slice(None) if known.all() else np.flatnonzero(known)
    given = codes.given[rows, column]
    if len(given) < LARGE_FIT:
        regression = LogisticRegression(C=c, solver="liblinear", dual=True, tol=0.05, random_state=seed, max_iter=1000)
    else:
        regression = SGDClassifier(loss="log_loss", alpha=1 / (c * len(given)), max_iter=10, tol=None, random_state=seed)
    regression.fit(features[rows], given, sample_weight=sample[rows])
    return regression.coef_[0], float(regression.intercept_[0])
