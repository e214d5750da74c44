"""CPU seconds of a whole process: help, and scoring one article, beside importing what other pipelines load first.

Medians of nine interleaved rounds, user plus system time of the child process.

    python benchmarks/cold_start.py
"""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ROUNDS = 9
COMMANDS = {
    "framing --help": ["-m", "framing", "--help"],
    "framing score article (default model)": ["-m", "framing", "score", str(ROOT / "seeds" / "scmp-2024.md")],
    "framing explain sentence": ["-m", "framing", "explain", "Washington warned Peru about the Chinese port."],
    "import sklearn.linear_model, nltk.tokenize": ["-c", "import sklearn.linear_model, nltk.tokenize"],
}


def measure(arguments: list[str]) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, *arguments], check=True, capture_output=True, cwd=ROOT)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    found: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for _ in range(ROUNDS):
        for name, arguments in COMMANDS.items():
            found[name].append(measure(arguments))
    width = max(map(len, COMMANDS))
    for name, seconds in found.items():
        print(f"{name:{width}}  {statistics.median(seconds):.2f} CPU s")


if __name__ == "__main__":
    main()
