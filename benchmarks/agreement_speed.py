"""Seconds of every measure of agreement on one core, beside nltk's alpha, and whether the two say the same.

The codings are made up: coders code sentences in articles of twenty by a planted truth and slip now and then. nltk gives the
point estimate of alpha alone; the rows of this package hold intervals from 2,000 samples of articles.

    python benchmarks/agreement_speed.py [CODINGS]
"""

from __future__ import annotations

import random
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

from nltk.metrics.agreement import AnnotationTask
from threadpoolctl import threadpool_limits

from framing.agreement.alpha import REPLICATIONS
from framing.agreement.coders import measure_pairs
from framing.agreement.disagreements import count_frame_confusions, find_disputed
from framing.agreement.labels import LabelAgreement, measure_labels, measure_set_agreement
from framing.agreement.reliability_data import encode_blind
from framing.annotations import BLIND, Annotation
from framing.codebook import STANCES

FRAMES = tuple(f"frame{number}" for number in range(8))
TARGETS = ("one", "other")
SLIP = 0.05
RUNS = 3


def make_codings(count: int) -> list[Annotation]:
    """Return ``count`` codings, two of each sentence by any two of six coders, sentences in articles of twenty."""
    draw = random.Random(0)
    made = []
    for number in range(count // 2):
        frames = {frame for place, frame in enumerate(FRAMES) if draw.random() < 0.02 + 0.03 * place}
        sides = {target: draw.choices(STANCES, (1, 1, 4))[0] for target in TARGETS}
        for coder in draw.sample("abcdef", 2):
            given = frozenset(frame for frame in FRAMES if (frame in frames) != (draw.random() < SLIP))
            stance = tuple((t, draw.choice(STANCES) if draw.random() < SLIP else side) for t, side in sides.items())
            made.append(Annotation(str(number), f"a{number // 20}", "text", given, stance, coder=coder, phase=BLIND))
    return made


def measure_with_nltk(annotations: Sequence[Annotation]) -> list[float]:
    """Return nltk's nominal alpha of each frame and target."""
    by_label: list[Callable[[Annotation], Any]] = [lambda coding, frame=frame: frame in coding.frames for frame in FRAMES]
    by_label += [lambda coding, target=target: coding.stance_towards(target) for target in TARGETS]
    return [AnnotationTask([(c.coder, c.id, code(c)) for c in annotations]).alpha() for code in by_label]


def clock(task: Callable[[], Any]) -> tuple[float, Any]:
    """Return the median seconds of ``RUNS`` runs, and the result."""
    seconds, result = [], None
    for _ in range(RUNS):
        started = time.perf_counter()
        result = task()
        seconds.append(time.perf_counter() - started)
    return statistics.median(seconds), result


def main() -> None:
    annotations = make_codings(int(sys.argv[1]) if len(sys.argv) > 1 else 60_000)
    with threadpool_limits(1):
        encoding, data = clock(lambda: encode_blind(annotations, FRAMES, TARGETS))
        labels, rows = clock(lambda: measure_labels(data))
        tasks = {
            f"sets of frames: MASI alpha, {REPLICATIONS:,} samples": lambda: measure_set_agreement(data),
            "pairs of coders: alpha and tables": lambda: measure_pairs(data),
            "frames taken for each other": lambda: count_frame_confusions(data),
            "the disputed sentences, all": lambda: find_disputed(data),
        }
        others = {name: clock(task)[0] for name, task in tasks.items()}
        nltk, peers = clock(lambda: measure_with_nltk(annotations))
    figures = {"encoding": encoding, f"labels: all figures, {REPLICATIONS:,} samples": labels, **others}
    figures["all of these"] = sum(figures.values())
    figures["nltk: alpha alone, no interval"] = nltk
    print(f"{len(annotations):,} codings, {len(FRAMES)} frames, {len(TARGETS)} targets; median of {RUNS}, one core\n")
    for name, seconds in figures.items():
        print(f"{name:<45}{seconds:8.2f} s")
    print(f"\nlargest difference of alpha from nltk's: {_difference(rows, peers):.1e}")


def _difference(rows: Sequence[LabelAgreement], peers: Sequence[float]) -> float:
    return max(abs((row.alpha or 0.0) - peer) for row, peer in zip(rows, peers, strict=True))


if __name__ == "__main__":
    main()
