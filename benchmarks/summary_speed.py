"""Seconds and memory of a summary from saved scores, beside reading the same file with Python's json module and nothing else.

The scores are made up: 20 outlets, articles of 25 sentences, 8 frames and 2 targets, one sentence in twenty coded. Each run is a
command of its own, with all that it takes to start; the row of json holds what no reader of JSON Lines in Python can do without.

    python benchmarks/summary_speed.py [SENTENCES]
"""

from __future__ import annotations

import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from framing.codebook import STANCES
from framing.output import Grid, print_tables
from framing.store import load_model

OUTLETS, LENGTH, CODED = 20, 25, 0.05
RUNS = 5
READ = "import json, sys\nfor line in open(sys.argv[1], 'rb'): json.loads(line)"


def make_scores(folder: Path, sentences: int) -> tuple[Path, Path]:
    """Write saved scores and coded sentences of made-up articles, and return the two files."""
    model, draw, rng = load_model(), random.Random(0), np.random.default_rng(0)
    frames, targets = model.codebook.frame_ids, model.codebook.target_ids
    words = ["".join(draw.choices("abcdefghijklmnopqrstuvwxyz", k=draw.randint(2, 9))) for _ in range(20_000)]
    chances = dict(zip(STANCES, (0.1, 0.2, 0.7), strict=True))
    scores, codes = folder / "scores.jsonl", folder / "coded.jsonl"
    with scores.open("w") as scored, codes.open("w") as coded:
        for number in range(sentences):
            article, index = divmod(number, LENGTH)
            text = " ".join(draw.choices(words, k=22)) + "."
            probabilities = dict(zip(frames, rng.beta(0.5, 3, len(frames)).round(6).tolist(), strict=True))
            facts = {
                "outlet": f"Outlet {article % OUTLETS}",
                "date": f"2024-{article % 12 + 1:02d}-03",
                "index": index,
                "text": text,
            }
            row = {"article_id": f"a{article}", "kind": "body", "voice": "outlet", "speaker": None, "turn": None, **facts}
            row |= {"start": index, "end": index + 1, "frames": [f for f in frames if probabilities[f] > 0.4]}
            row |= {"probabilities": probabilities, "stance": dict.fromkeys(targets, STANCES[-1])}
            row |= {"stance_probabilities": dict.fromkeys(targets, chances), "trained_on": False, "model": model.label}
            scored.write(json.dumps(row) + "\n")
            if draw.random() < CODED:
                own = {"id": f"a{article}:{index}", "article": f"a{article}", **facts, "coder": "a", "phase": "blind"}
                own |= {"frames": [f for f in frames if draw.random() < probabilities[f]], "inclusion_probability": CODED}
                coded.write(json.dumps(own | {"stance": dict.fromkeys(targets, STANCES[-1])}) + "\n")
    return scores, codes


def measure(command: list[str]) -> tuple[float, float]:
    """Return the median wall seconds of ``RUNS`` runs of a command, and the most memory that one took, in MiB."""
    seconds, memory = [], 0.0
    for _ in range(RUNS):
        started = time.perf_counter()
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        seconds.append(time.perf_counter() - started)
        if status:
            raise SystemExit(f"failed: {' '.join(command)}")
        memory = max(memory, usage.ru_maxrss / 1024)
    return statistics.median(seconds), memory


def main() -> None:
    sentences = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with tempfile.TemporaryDirectory() as folder:
        scores, codes = make_scores(Path(folder), sentences)
        framing = [sys.executable, "-m", "framing"]
        commands = {
            "json alone, nothing computed": [sys.executable, "-c", READ, str(scores)],
            "framing summarize, uncorrected": [*framing, "summarize", str(scores), "-f", "json"],
            "framing summarize -a, corrected": [*framing, "summarize", str(scores), "-a", str(codes), "-f", "json"],
            "framing compare -a": [*framing, "compare", str(scores), "-a", str(codes), "-f", "json"],
        }
        found = {name: measure(command) for name, command in commands.items()}
    alone = found["json alone, nothing computed"][0]
    rows = [[name, f"{seconds:.1f}", f"{seconds / alone:.1f}", f"{memory:.0f}"] for name, (seconds, memory) in found.items()]
    title = f"{sentences:,} sentences, {OUTLETS} outlets; median of {RUNS} runs"
    print_tables([Grid(title, ["", "seconds", "times json", "MiB"], rows)])


if __name__ == "__main__":
    main()
