"""How long each format of exchange takes: 50,000 annotations of 25,000 sentences written and read, in CPU seconds.

python benchmarks/exchange_speed.py [--annotations 50000]
"""

from __future__ import annotations

import argparse
import time

from framing.annotations import Annotation
from framing.codebook import parse_codebook
from framing.exchange import FORMATS

CODEBOOK = parse_codebook('[[frames]]\nid = "storm"\n[[frames]]\nid = "harvest"\n[[targets]]\nid = "mayor"\n')
PER_ARTICLE = 10


def make_annotations(count: int) -> list[Annotation]:
    """Return two codings each of sentences in articles of ten."""
    found = []
    for number in range(count // 2):
        text = f"Hail fell {number} times on the roofs of the town, and the mayor said nothing about it for the rest of the week."
        for coder, frames in (("ana", {"storm"}), ("ben", {"storm", "harvest"} if number % 9 == 0 else {"storm"})):
            found.append(
                Annotation(
                    f"{number}", f"a{number // PER_ARTICLE}", text, frozenset(frames), (("mayor", "none"),),
                    outlet="Daily", index=number % PER_ARTICLE, coder=coder, phase="blind", time="2026-01-01T00:00:00.000Z",
                    seconds=3.5, sampling="random", inclusion_probability=0.25, decision=f"{coder}{number}", note="a note",
                )
            )  # fmt: skip
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--annotations", type=int, default=50_000)
    annotations = make_annotations(parser.parse_args().annotations)
    print(f"{'format':14} write  read   (CPU seconds, {len(annotations):,} annotations)")
    for name, form in FORMATS.items():
        started = time.process_time()
        files = form.write(annotations, CODEBOOK)
        written = time.process_time()
        returned = form.read(files, CODEBOOK)
        read = time.process_time()
        same = "" if returned == annotations else "   NOT THE SAME"
        print(f"{name:14} {written - started:5.1f} {read - written:5.1f}{same}", flush=True)


if __name__ == "__main__":
    main()
