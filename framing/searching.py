"""The search for the settings that find labels best on left-out articles of the training data.

Terms are counted once: what differs between candidates is how much the model leans on cues, and the strength C of the fit.
Outputs are fitted one by one, so frames and stances each take the C that suits them, and a candidate costs one fit for both.
Articles, not sentences, are left out: sentences of one article resemble each other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from framing.annotations import CodedSentence
from framing.arrays import Bools, Floats
from framing.calibration import FEWEST
from framing.codebook import Codebook
from framing.coded import Codes, encode
from framing.evaluation import assign_folds, count_folds, leave_out, run_side_by_side
from framing.features import TermCounts
from framing.fitting import fit_outputs
from framing.metrics import average_precision
from framing.settings import Settings

STRENGTHS = (0.5, 1.0, 2.0, 4.0, 8.0)
"""The values of C that are tried, for frames and for stances."""

CUE_SCALES = (0.3, 0.9, 2.0)
"""The weights of cues that are tried, where the codebook has cues."""


@dataclass(frozen=True, slots=True)
class Trial:
    """Mean average precision over frames, and over the sides of stances, of one candidate on left-out articles.

    It is the mean over the folds; None where there is no label to measure.
    """

    cue_scale: float
    strength: float
    frames: float | None
    stance: float | None


@dataclass(frozen=True)
class Search:
    """What was tried, the ``settings`` chosen, and what choosing flatters.

    ``chosen`` is the mean average precision over all outputs of the choice. ``honest`` is the same where for each fold the
    choice was made on the other folds alone: what the choice promises for articles that had no part in it. Both are None
    where no fold teaches and tests a label.
    """

    trials: tuple[Trial, ...]
    settings: Settings
    chosen: float | None
    honest: float | None


def search_settings(
    counts: TermCounts,
    sentences: Sequence[CodedSentence],
    codebook: Codebook,
    settings: Settings,
    *,
    tried: Sequence[float] = STRENGTHS,
) -> Search:
    """Return the best of ``CUE_SCALES`` and of the strengths ``tried``, for frames and for stances, over ``settings``.

    ``counts``, ``sentences`` and ``settings`` are what ``cross_validate`` takes, and the folds are those that it leaves
    articles out by. Of equals the smaller cue scale and the smaller C win; where nothing can be measured, ``settings`` stay.
    """
    codes = encode(sentences, codebook)
    fold = assign_folds(codes, count_folds(settings, len(sentences), len(np.unique(codes.article))), settings.seed)
    scales = CUE_SCALES if counts.groups else (settings.cue_scale,)
    parts = [fold == number for number in np.unique(fold)]
    tasks = [
        (counts.suit(replace(settings, cue_scale=scale)), codes, codebook, settings, inside, tried)
        for scale in scales
        for inside in parts
    ]
    measured = run_side_by_side(_measure_strengths, tasks, sentences=len(sentences))
    # scales × folds × strengths × outputs
    precision = np.array(measured).reshape(len(scales), len(parts), len(tried), codes.given.shape[1])
    kinds = [slice(0, len(codebook.frames)), slice(len(codebook.frames), None)]
    folds = np.arange(len(parts))
    best = _choose(precision, kinds)
    apart = [_judge(precision[:, [left]], kinds, _choose(precision[:, folds != left], kinds)) for left in folds]
    honest = [figure for figure in apart if figure is not None]
    trials = [
        Trial(scale, strength, *(_mean(precision[place, :, column, kind]) for kind in kinds))
        for place, scale in enumerate(scales)
        for column, strength in enumerate(tried)
    ]
    chosen = _judge(precision, kinds, best)
    if chosen is not None:
        settings = replace(settings, cue_scale=scales[best[0]], frame_c=tried[best[1]], stance_c=tried[best[2]])
    return Search(tuple(trials), settings, chosen, float(np.mean(honest)) if honest else None)


def _measure_strengths(
    counts: TermCounts, codes: Codes, codebook: Codebook, settings: Settings, inside: Bools, tried: Sequence[float]
) -> Floats:
    """Return the average precision on the sentences ``inside`` that count, strengths × outputs, by models of the others.

    NaN where the others teach an output too little, or those inside have none of it, or nothing else.
    """
    others, tested = leave_out(codes, inside), np.flatnonzero(inside & codes.counts)
    idf = counts.weigh(others)
    features, new = counts.features(idf, others), counts.features(idf, tested)
    taught, truth = codes.take(others), codes.take(tested)
    figures = np.full((len(tried), codes.given.shape[1]), np.nan)
    for row, strength in enumerate(tried):
        chosen = replace(settings, frame_c=strength, stance_c=strength)
        weights, _, rules = fit_outputs(features, taught, codebook, chosen, min_positives=FEWEST)
        decisions = new @ weights.astype(np.float64)
        for column, rule in enumerate(rules):
            known = truth.known[:, column]
            given = truth.given[known, column]
            if rule.learnt and 0 < given.sum() < len(given):
                figures[row, column] = average_precision(decisions[known, column], given)
    return figures


Choice = tuple[int, int, int]
"""The places of the cue scale, of the strength for frames, and of that for stances."""


def _choose(precision: NDArray[np.float64], kinds: Sequence[slice]) -> Choice:
    """Return the choice of the highest mean over outputs; ``precision`` is scales × folds × strengths × outputs."""
    choices: list[Choice] = []
    for scale in range(len(precision)):
        frames, stance = (_find_best([_mean(column) for column in _by_strength(precision[scale, :, :, kind])]) for kind in kinds)
        choices.append((scale, frames, stance))
    return choices[_find_best([_judge(precision, kinds, choice) for choice in choices])]


def _by_strength(figures: Floats) -> list[Floats]:
    """Return ``figures``, folds × strengths × outputs, as one array of folds × outputs for each strength."""
    return list(np.moveaxis(figures, 1, 0))


def _find_best(figures: Sequence[float | None]) -> int:
    """Return the place of the highest figure, the first of equals."""
    return int(np.argmax([-1.0 if figure is None else figure for figure in figures]))


def _judge(precision: NDArray[np.float64], kinds: Sequence[slice], choice: Choice) -> float | None:
    """Return the mean average precision over all outputs and folds of a choice."""
    scale, *strengths = choice
    parts = [precision[scale, :, strength, kind] for strength, kind in zip(strengths, kinds, strict=True)]
    return _mean(np.concatenate(parts, axis=1))


def _mean(figures: Floats) -> float | None:
    """Return the mean over outputs of their means over folds, None without any."""
    known = np.isfinite(figures).sum(axis=0)
    means = np.nansum(figures, axis=0)[known > 0] / known[known > 0]
    return float(means.mean()) if len(means) else None
