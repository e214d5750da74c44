"""What to do for groups of which nothing was coded: adjust the classifier's count by the errors of its own evaluation."""

from __future__ import annotations

from collections.abc import Sequence

from framing.arrays import Floats
from framing.errors import ModelError, UsageError, suggest
from framing.evaluation import Evaluation
from framing.prevalence import Share
from framing.quantification import adjust_count, estimate_by_em, rates_of
from framing.summarizing import Adjustment

ACC, EM = "acc", "em"
METHODS = {ACC: "adjusted count, no coded sentence", EM: "expectation maximisation, no coded sentence"}
"""The names of the adjustments, and how each is called beside a share."""


def choose_adjustment(kind: str, evaluations: Sequence[Evaluation]) -> Adjustment:
    """Return the adjustment ``kind``, by the errors that the model made on outlets left out of training, else on articles.

    The share of a label whose errors are not known, or too many, is not adjusted: it stays an index.

    Raises:
        UsageError: ``kind`` is unknown.
        ModelError: the model keeps no evaluation on left-out articles.
    """
    if kind not in METHODS:
        raise UsageError(f"--adjust {kind!r} is no adjustment{suggest(kind, METHODS)}")
    if not evaluations:
        raise ModelError("the model keeps no evaluation to adjust by: train it again (framing train)")
    # Groups without codes are mostly outlets that the model does not know.
    unknown = next((evaluation for evaluation in evaluations if evaluation.design.startswith("outlets")), evaluations[0])
    rows = {row.label: row for row in unknown.labels}

    def adjust(label: str, naive: float, probabilities: Floats) -> Share | None:
        row = rows.get(label)
        rates = rates_of(row.precision, row.recall, row.positives, row.sentences) if row else None
        if row is None or rates is None:
            return None
        count = adjust_count(naive, *rates)
        # EM has an answer to everything; where the classifier hardly tells the label, it is a guess.
        if count is None:
            return None
        share = count if kind == ACC else estimate_by_em(probabilities, row.positives / row.sentences)
        return None if share != share else Share(share, None, None, METHODS[kind], 0, 0, raw=share)

    return adjust
