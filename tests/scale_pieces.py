"""What the tests of scoring by pieces share: a corpus of many small pieces, and runs in a process of their own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from traceback import format_exception
from typing import Any

from typer.testing import CliRunner

from framing.cli import app

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENT = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{os.environ.get('PYTHONPATH', '')}"}
_HEEDING = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); from framing.__main__ import main; main()"
"""A process that a job in the background starts ignores Ctrl-C, unless it says otherwise."""

STORM = "The gale felled {n} trees by the river, and the mayor was blamed bitterly."
WHEAT = "Growers reaped {n} tonnes of wheat. A bus holds {n} people."


def write_articles(path: Path, number: int, *, sentences: int = 1) -> Path:
    """Write ``number`` articles as JSON Lines, all different; their dates, titles and addresses are missing or odd."""
    with path.open("w", encoding="utf-8") as stream:
        for n in range(number):
            text = " ".join([STORM.format(n=n), WHEAT.format(n=n)] * sentences)
            row = {"id": f"a{n}", "text": text, "outlet": None if n % 3 else "Daily", "date": "yesterday" if n % 7 == 0 else "2024"}
            stream.write(json.dumps(row) + "\n")
    return path


def write_corpus(folder: Path) -> Path:
    """Write a folder with files of several formats, among them inputs that have to be skipped."""
    folder.mkdir()
    write_articles(folder / "many.jsonl", 25)
    with (folder / "many.jsonl").open("a") as stream:
        stream.write('{"text": "torn\n\n{"text": ""}\n')
    (folder / "Weekly").mkdir()
    for n in range(4):
        (folder / "Weekly" / f"{n}.txt").write_text(STORM.format(n=n))
    (folder / "Weekly" / "z.txt").write_text("")
    (folder / "rows.csv").write_text("text,outlet\n" + "".join(f"{WHEAT.format(n=n)},=Dear\n" for n in range(5)) + "a,b,c\n")
    return folder


def score(*arguments: str | Path, code: int = 0, given: str | None = None) -> Any:
    """Return the result of ``framing score`` in this process."""
    result = CliRunner().invoke(app, ["score", *map(str, arguments)], input=given)
    assert result.exit_code == code, result.output + "".join(format_exception(result.exception))
    assert "Traceback" not in result.output
    return result


@contextmanager
def start(*arguments: str | Path) -> Iterator[subprocess.Popen[str]]:
    """Yield ``framing score`` in a process of its own, which heeds Ctrl-C and ends with the block, as its workers do."""
    command = [sys.executable, "-c", _HEEDING, "score", *map(str, arguments)]
    with subprocess.Popen(command, env=ENVIRONMENT, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        try:
            yield process
        finally:
            process.kill()


def wait_until(reached: Callable[[], bool], process: subprocess.Popen[str]) -> None:
    """Wait until something is reached while ``process`` runs; fail where it ends before."""
    for _ in range(20_000):
        if reached():
            return
        assert process.poll() is None, process.communicate()
        time.sleep(0.003)
    raise AssertionError("it was not reached within a minute")
