"""Whether the scorer gives scikit-learn's numbers, and the same bits however sentences are put together.

python benchmarks/speed_exact.py FOLDER MODEL SENTENCES
"""

from __future__ import annotations

import json
import sys

import numpy as np
from speed_child import Job
from speed_ours import BATCH, load_decide
from speed_peers import load_reference

BATCHES = (1, 7, 64, 500, 2000)
AGAIN = 5_000
"""Sentences that are scored again in batches of every size."""


def compare(job: Job) -> dict[str, object]:
    """Return the largest difference to the reference, the largest value, and the sizes of batches that change a bit."""
    texts, make, reference = job.read_sentences(), load_decide(job.model), load_reference(job)
    decide, largest, highest = make(), 0.0, 0.0
    for start in range(0, len(texts), BATCH):
        batch = texts[start : start + BATCH]
        expected = reference.decide(batch)
        largest = max(largest, float(np.abs(decide(batch) - expected).max()))
        highest = max(highest, float(np.abs(expected).max()))
    again = texts[:AGAIN]
    whole, differing = make()(again), []
    for size in BATCHES:
        decide = make()
        parts = [decide(again[start : start + size]) for start in range(0, len(again), size)]
        if np.concatenate(parts).tobytes() != whole.tobytes():
            differing.append(size)
    order = np.random.default_rng(0).permutation(len(again))
    if make()([again[place] for place in order]).tobytes() != whole[order].tobytes():
        differing.append(-1)
    return {"sentences": len(texts), "largest": largest, "highest": highest, "differing": differing}


if __name__ == "__main__":
    print(json.dumps(compare(Job("", sys.argv[1], sys.argv[2], int(sys.argv[3])))))
