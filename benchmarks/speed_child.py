"""One tool of ``speed.py`` in a process of its own: it gets ready once, then runs each time it is told to.

Started as ``python speed_child.py JOB`` with a ``Job`` as JSON. It answers a first line when it is ready, or with the package
that is missing; then, for each line it reads, it runs and answers with the CPU and wall seconds of the run alone.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

Run = Callable[[], object]
Prepare = Callable[["Job"], Callable[[], Run]]
"""Loads what a tool needs, and returns what makes a run afresh, outside of the time taken: nothing is remembered between runs."""


@dataclass(frozen=True)
class Job:
    """What to run (``tool`` is ``module:function``) and on what: a ``folder`` of texts, a ``model``, and ``count`` of the texts."""

    tool: str
    folder: str
    model: str = ""
    count: int = 0

    def path(self, name: str) -> Path:
        return Path(self.folder) / name

    def read_sentences(self) -> list[str]:
        """Return the first ``count`` of the sentences."""
        with self.path("sentences.jsonl").open(encoding="utf-8") as lines:
            return [json.loads(line) for line, _ in zip(lines, range(self.count), strict=False)]

    def read_records(self) -> list[dict[str, str | None]]:
        """Return the articles of the file of ``count`` sentences."""
        with self.path(f"articles-{self.count}.jsonl").open(encoding="utf-8") as lines:
            return [json.loads(line) for line in lines]

    def read_coded(self) -> tuple[list[str], list[list[int]], int]:
        """Return the coded sentences, the outputs that each has, and the number of outputs."""
        rows = [json.loads(line) for line in self.path("coded.jsonl").read_text("utf-8").splitlines()]
        return [row["text"] for row in rows], [row["labels"] for row in rows], rows[0]["of"]


def main() -> None:
    orders, answers = os.fdopen(os.dup(0)), os.fdopen(os.dup(1), "w")
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(2, 1)  # what a library prints is no answer
    sys.path.append(str(Path(__file__).resolve().parent.parent))
    job = Job(**json.loads(sys.argv[1]))
    module, function = job.tool.split(":")
    try:
        make = getattr(importlib.import_module(module), function)(job)
    except ModuleNotFoundError as error:
        print(json.dumps({"missing": error.name}), file=answers, flush=True)
        return
    gc.set_threshold(200_000, 50, 100)  # as the command line does; what suits us is given to all
    print(json.dumps({"ready": True}), file=answers, flush=True)
    for _ in orders:
        run = make()
        gc.collect()
        cpu, wall = time.process_time(), time.perf_counter()
        run()
        seconds = {"cpu": time.process_time() - cpu, "wall": time.perf_counter() - wall}
        print(json.dumps(seconds), file=answers, flush=True)


if __name__ == "__main__":
    main()
