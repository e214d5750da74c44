"""Our own side of ``speed.py``, through what the package offers: the one place to change when that changes."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence

from speed_child import Job, Run

from framing.arrays import Floats
from framing.articles import Article


def load_decide(model: str) -> Callable[[], Callable[[Sequence[str]], Floats]]:
    """Return what makes a scorer that has seen nothing yet: from sentences to decision values."""
    from framing.scorer.scorer import Scorer
    from framing.store import load_scoring_model

    tables = load_scoring_model(model).tables
    return lambda: Scorer(tables).decide


def run_command(arguments: list[str]) -> None:
    """Run a command of ``framing`` in this process, its notes aside.

    Raises:
        RuntimeError: it failed.
    """
    from framing.__main__ import main

    sys.argv = ["framing", *arguments]
    notes, sys.stderr = sys.stderr, open(os.devnull, "w")  # noqa: SIM115
    try:
        main()
    except SystemExit as stopped:
        if stopped.code not in (0, 1):  # 1 tells that an article was skipped by name
            raise RuntimeError(f"framing {' '.join(arguments)} ended with {stopped.code}") from None
    finally:
        sys.stderr.close()
        sys.stderr = notes


def score_file(job: Job) -> Callable[[], Run]:
    """The whole command, from the file of articles to the file of their records."""
    articles, output = job.path(f"articles-{job.count}.jsonl"), job.path("ours.jsonl")
    return lambda: lambda: run_command(["score", str(articles), "-m", job.model, "-o", str(output)])


def score_sentences(job: Job) -> Callable[[], Run]:
    make, texts = load_decide(job.model), job.read_sentences()

    def prepare() -> Run:
        decide = make()
        return lambda: [decide(texts[start : start + BATCH]) for start in range(0, len(texts), BATCH)]

    return prepare


BATCH = 2000
"""Sentences that are scored together, about as many as the command takes."""


def split_articles(job: Job) -> Callable[[], Run]:
    from framing.sentences import find_sentences

    articles = [Article(str(row["id"]), str(row["text"])) for row in job.read_records()]
    return lambda: lambda: [find_sentences(article) for article in articles]
