"""Shares of groups of which no sentence was hand-coded, from the classifier's answers and its known errors.

Nothing of such a group tells how the classifier errs in it. What follows therefore assumes that it errs as it did in its own
evaluation: that P(prediction | true label) is the same, and only P(label) differs (pure label shift). Where the group is
written otherwise, or on other matters, the assumption fails, and neither the estimates nor an interval would show it; a
probability sample coded from the group does without it. The classifier's rates do not depend on how many positives its
evaluation held, but an evaluation on sentences that were chosen for their score has other rates than one on sentences drawn.
"""

from __future__ import annotations

from math import isnan

import numpy as np
from numpy.typing import NDArray

ASSUMPTION = (
    "No sentence of these groups was hand-coded. Their shares are right only if the classifier misses a label, and gives it "
    "where it is not, as often in them as in its own evaluation; no interval shows whether it does. Code a random sample of "
    "each group to do without this assumption."
)
"""What is assumed of groups without codes, for outputs to print beside the shares."""

LEAST_DIFFERENCE = 0.25
"""How far the true positive rate has to lie above the false positive rate for a count to be corrected by them.

An error in the count, or in the false positive rate, is divided by the difference: below a quarter, a point becomes more than
four. The bound is that of Forman (2008, "Quantifying counts and costs via classification", Data Mining and Knowledge Discovery
17, median sweep).
"""

_HALVINGS = 50
"""How often the range of a share is halved: to less than 1e-15."""


def adjust_count(given_share: float, true_positive_rate: float, false_positive_rate: float) -> float | None:
    """Return the share of sentences that have a label, from the share to which the classifier gave it.

    It gives the label to a share of given = share · tpr + (1 - share) · fpr; solved for the share, and brought
    into 0 to 1. None where the rates differ by less than ``LEAST_DIFFERENCE`` or one of the three is NaN.

    Source: Gart & Buck 1966 (American Journal of Epidemiology 83), Rogan & Gladen 1978 (ibid. 107), where 1 - fpr is called
    specificity; Forman 2008, where it is called adjusted count.
    """
    difference = true_positive_rate - false_positive_rate
    if isnan(given_share) or not difference >= LEAST_DIFFERENCE:
        return None
    return min(max((given_share - false_positive_rate) / difference, 0.0), 1.0)


def estimate_by_em(probability: NDArray[np.float64], prior: float) -> float:
    """Return the share of sentences that have a label, from their calibrated probabilities: the most likely share.

    ``probability`` holds one value per sentence of the group, NaN where there is none: these are left out. ``prior`` is the
    share of positives among the sentences that the probabilities were calibrated on. NaN where no probability is known, or
    ``prior`` is not between 0 and 1. A model that hardly ranks makes the share hardly more than a guess: use it where
    ``adjust_count`` has an answer too.

    Source: Saerens, Latinne & Decaestecker 2002, Neural Computation 14. The log-likelihood is concave (Alexandari,
    Kundaje & Shrikumar 2020), so that a step of EM goes up exactly where the slope is positive. Halving the range by the
    direction of the step finds the point that the steps lead to, also near 0 and 1, where thousands of them would not.
    """
    known = probability[~np.isnan(probability)]
    if not len(known) or not 0 < prior < 1:
        return float("nan")
    # What a sentence counts for, relative to the sentences calibrated on: if it has the label, and if not.
    having, lacking = known / prior, (1 - known) / (1 - prior)
    gain = (known - prior) / (prior * (1 - prior))
    if not gain.any():
        return prior
    low, high = 0.0, 1.0
    for _ in range(_HALVINGS):
        share = (low + high) / 2
        slope = (gain / (share * having + (1 - share) * lacking)).sum()
        low, high = (share, high) if slope > 0 else (low, share)
    return (low + high) / 2


def rates_of(precision: float | None, recall: float | None, positives: int, sentences: int) -> tuple[float, float] | None:
    """Return the true and the false positive rate, from what an evaluation on ``sentences`` coded sentences holds.

    The classifier found recall · positives, and gave the label to that by precision: the rest of these are false. None where
    a rate is undefined: precision or recall is not known, every or no sentence has the label, or precision is 0, which does
    not tell how often the label was given.
    """
    negatives = sentences - positives
    if not precision or recall is None or positives < 1 or negatives < 1:
        return None
    false = recall * positives * (1 - precision) / precision
    return recall, min(false / negatives, 1.0)
