"""Seconds and memory of training: the default model's data, and a large set of labelled rows.

The large set is spliced: the first half of one written sentence and the second half of another, ten labels planted as
words at known rates. It says nothing of quality.

    python benchmarks/train_speed.py [ROWS]
"""

from __future__ import annotations

import random
import resource
import sys
import time

from real_news import ROOT

from framing.annotation_files import read_annotations
from framing.annotations import Annotation
from framing.codebook import parse_codebook
from framing.training import train

LABELS = tuple(f"label{number}" for number in range(10))


def splice(rows: int) -> list[Annotation]:
    """Return ``rows`` labelled sentences of ``rows / 20`` articles."""
    draw = random.Random(0)
    words = [annotation.text.split() for annotation in read_annotations([ROOT / "annotations" / "authored.jsonl"])]
    vocabulary = sorted({word for text in words for word in text if word.isalpha()})
    signs = {label: draw.sample(vocabulary, 30) for label in LABELS}
    made = []
    for number in range(rows):
        one, other = draw.choice(words), draw.choice(words)
        given = [label for place, label in enumerate(LABELS) if draw.random() < 0.02 * (place + 1)]
        planted = [draw.choice(signs[label]) for label in given if draw.random() < 0.8]
        text = " ".join([*one[: len(one) // 2], *planted, *other[len(other) // 2 :]])
        article = f"a{number // 20}"
        made.append(Annotation(str(number), article, text, frozenset(given), outlet=f"outlet {number // 20 % 20}"))
    return made


def main() -> None:
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    codebook = parse_codebook("\n".join(f'[[frames]]\nid = "{label}"' for label in LABELS))
    annotations = splice(rows)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started = time.perf_counter()
    result = train(annotations, codebook, progress=print)
    seconds = time.perf_counter() - started
    own, helpers = (resource.getrusage(who).ru_maxrss / 2**20 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    print(f"{rows:,} rows x {len(LABELS)} labels: {seconds:.0f} s; macro-F1 {result.evaluations[0].macro_f1():.3f}")
    print(f"peak memory {own:.2f} GiB (of it {before / 2**20:.2f} before), largest helper process {helpers:.2f} GiB")


if __name__ == "__main__":
    main()
