"""The start of the program: what the table of commands says, and what is loaded before the first sentence is scored."""

from __future__ import annotations

import inspect
import json
import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from framing.cli import COMMANDS

ROOT = Path(__file__).resolve().parent.parent
ARTICLE = str(ROOT / "seeds" / "scmp-2024.md")
HEAVY = {"sklearn", "nltk", "scipy", "joblib", "pyarrow", "trafilatura", "lxml", "dask"}


def start(*arguments: str, **environment: str) -> dict[str, list[str] | str]:
    """Run the program in a process of its own and return what it loaded, and its environment."""
    code = f"""
import json, os, sys
sys.argv = ["framing", *{list(arguments)!r}]
from framing.__main__ import main
try:
    main()
except SystemExit as end:
    told = {{"code": end.code, "modules": sorted(sys.modules), "threads": os.environ.get("OPENBLAS_NUM_THREADS")}}
    print(json.dumps(told), file=sys.stderr)
"""
    known = {key: value for key, value in os.environ.items() if not key.endswith("_NUM_THREADS")}
    known |= {"PYTHONPATH": str(ROOT), **environment}
    result = subprocess.run([sys.executable, "-c", code], env=known, text=True, capture_output=True, check=True)
    told: dict[str, list[str] | str] = json.loads(result.stderr.splitlines()[-1])
    assert told["code"] in (0, None), result.stderr
    return told


@pytest.mark.parametrize("words", COMMANDS)
def test_the_line_of_a_command_is_the_first_of_its_docstring(words: str) -> None:
    module, function = COMMANDS[words].place.split(":")
    documented = inspect.getdoc(getattr(import_module(f"framing.commands.{module}"), function))
    assert documented is not None
    assert " ".join(documented.split("\n\n")[0].split()) == COMMANDS[words].line
    assert COMMANDS[words].example.startswith(f"framing {words}")


def test_help_loads_no_command() -> None:
    modules = start("--help")["modules"]
    assert not [name for name in modules if name.startswith("framing.commands.")]
    assert not {name.split(".")[0] for name in modules} & (HEAVY | {"numpy"})


def test_scoring_loads_no_more_than_it_needs() -> None:
    modules = start("score", ARTICLE, "--format", "jsonl")["modules"]
    assert not {name.split(".")[0] for name in modules} & (HEAVY | {"rich", "zipfile"})
    commands = {name.removeprefix("framing.commands.") for name in modules if name.startswith("framing.commands.")}
    assert commands == {"intake", "options", "progress", "score_runs", "scoring", "speaking"}
    assert "numpy.ma" not in modules  # np.unique loads it, which takes longer than to score the article
    unneeded = {"evaluation", "card", "explain", "features", "model", "model_archive", "stored_evaluations", "training"}
    assert not {f"framing.{name}" for name in unneeded} & set(modules)


@pytest.mark.parametrize(
    ("environment", "threads"), [({}, "1"), ({"OPENBLAS_NUM_THREADS": "2"}, "2"), ({"OMP_NUM_THREADS": "2"}, "2")]
)
def test_one_thread_multiplies_unless_the_user_says_otherwise(environment: dict[str, str], threads: str) -> None:
    assert start("--version", **environment)["threads"] == threads
