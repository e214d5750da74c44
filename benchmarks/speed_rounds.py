"""How ``speed.py`` takes time: tools in processes of their own, run in turn, round after round; medians over the rounds."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

from cold_start import Cost, measure
from speed_child import Job

HERE = Path(__file__).resolve().parent
THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "TOKENIZERS_PARALLELISM")
PLAIN_ENVIRONMENT = os.environ | {"PYTHONPATH": str(HERE.parent)}
ENVIRONMENT = PLAIN_ENVIRONMENT | dict.fromkeys(THREADS, "1") | {"PYTHONHASHSEED": "0"}
"""That of tools that are timed on one core; whole commands are timed as a user has them."""


@dataclass(frozen=True)
class Contender:
    """A tool by its ``name``, the interpreter that runs it, what it runs on, and how many ``items`` one run has."""

    name: str
    python: str
    job: Job
    items: int


@dataclass(frozen=True)
class Timing:
    """The seconds of each run of a tool; or the package it lacks."""

    items: int = 0
    cpu: tuple[float, ...] = ()
    wall: tuple[float, ...] = ()
    missing: str = ""

    @property
    def rate(self) -> float:
        """Items per CPU second."""
        return self.items / statistics.median(self.cpu)

    def times(self, other: Timing) -> float:
        """Return how many times faster than ``other`` this is: per item, by CPU time, the median of the rounds."""
        return statistics.median(b / other.items / (a / self.items) for a, b in zip(self.cpu, other.cpu, strict=True))


class _Child:
    def __init__(self, contender: Contender, log: IO[str]) -> None:
        command = [contender.python, str(HERE / "speed_child.py"), json.dumps(asdict(contender.job))]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": log, "text": True}
        self.process: subprocess.Popen[str] = subprocess.Popen(command, env=ENVIRONMENT, **pipes)  # type: ignore[call-overload]
        self.contender, self.log = contender, log
        self.runs: list[dict[str, float]] = []
        self.missing = str(self.answer().get("missing", ""))

    def answer(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            self.log.flush()
            said = Path(self.log.name).read_text("utf-8", "replace").splitlines()[-12:]
            raise SystemExit("\n".join([f"{self.contender.name} failed ({self.contender.python}):", *said]))
        answer: dict[str, Any] = json.loads(line)
        return answer

    def run(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write("run\n")
        self.process.stdin.flush()
        self.runs.append(self.answer())

    def close(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait()


@contextmanager
def _start(contenders: Sequence[Contender]) -> Iterator[list[_Child]]:
    children: list[_Child] = []
    with tempfile.NamedTemporaryFile("w+", suffix=".log") as log:
        try:
            for contender in contenders:
                children.append(_Child(contender, log))
            yield children
        finally:
            for child in children:
                child.close()


def race(contenders: Sequence[Contender], rounds: int) -> dict[str, Timing]:
    """Return the timings of tools that run one after the other, round after round; a first round is not counted."""
    with _start(contenders) as children:
        for _ in range(rounds + 1):
            for child in children:
                if not child.missing:
                    child.run()
    return {
        child.contender.name: Timing(
            child.contender.items, tuple(r["cpu"] for r in child.runs[1:]), tuple(r["wall"] for r in child.runs[1:]), child.missing
        )
        for child in children
    }


def launch(command: Sequence[str], compiled: Path) -> Cost:
    """Return the cost of a command with all its processes; started from a small one, since its memory would count."""
    script = [sys.executable, "-S", str(HERE / "speed_rounds.py"), str(compiled), *command]
    done = subprocess.run(script, env=PLAIN_ENVIRONMENT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr)
    return Cost(*json.loads(done.stdout))


def race_commands(
    commands: Mapping[str, list[str]], rounds: int, compiled: Path, *, after: Callable[[str], None] = lambda _: None
) -> dict[str, list[Cost]]:
    """Return the costs of commands that run one after the other, round after round; ``after`` sees the name of each."""
    found: dict[str, list[Cost]] = {name: [] for name in commands}
    for _ in range(rounds):
        for name, command in commands.items():
            found[name].append(launch(command, compiled))
            after(name)
    return found


def median(costs: Sequence[Cost], field: str) -> float:
    return float(statistics.median(getattr(cost, field) for cost in costs))


def median_ratio(costs: Sequence[Cost], others: Sequence[Cost], field: str) -> float:
    """Return the median over the rounds of what ``costs`` are of ``others``."""
    return float(statistics.median(getattr(a, field) / getattr(b, field) for a, b in zip(costs, others, strict=True)))


if __name__ == "__main__":
    print(json.dumps(measure(sys.argv[2:], Path(sys.argv[1]))))
