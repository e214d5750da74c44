"""The real test sentences: 388 sentences of 45 articles (19 outlets), coded twice blind and adjudicated.

They are read from ``../shared/data/dev-news.jsonl``, which is not part of the project. Nothing is ever trained or tuned
on them.
"""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path

from framing.annotation_files import Coding, read_coding
from framing.annotations import Annotation
from framing.readers import read_articles
from framing.standoff import locate_texts

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT.parent / "shared" / "data" / "dev-news.jsonl"


def read_real_news() -> list[Annotation]:
    """Return both blind codings and the adjudicated one of each sentence; leave with a message where the file is absent."""
    if not DATA.exists():
        sys.exit("skipped: the real test sentences are not on this machine (../shared/data/dev-news.jsonl)")
    codings = []
    for line in DATA.read_text("utf-8").splitlines():
        row = json.loads(line)
        for coder, phase, codes in (("1", "blind", row["coder_1"]), ("2", "blind", row["coder_2"]), ("3", "adjudicated", row)):
            frames, stance = frozenset(codes["frames"]), tuple(codes["stance"].items())
            codings.append(
                Annotation(row["id"], row["article"], row["text"], frames, stance, row["outlet"], coder=coder, phase=phase)
            )
    return codings


def find_default_coding() -> Coding | None:
    """Return the project's coded sentences, those of real news with their texts; None where a text is absent."""
    coding = read_coding([ROOT / "annotations"])
    names = ("train-articles.jsonl", "unlabelled-articles.jsonl")
    articles = [str(DATA.parent / name) for name in names if (DATA.parent / name).exists()]
    located = locate_texts(coding.annotations, read_articles(articles))
    return None if located.absent or located.changed else replace(coding, annotations=located.annotations)


def read_default_coding() -> Coding:
    """Return what ``find_default_coding`` finds; leave with a message where it finds nothing."""
    coding = find_default_coding()
    if coding is None:
        sys.exit("skipped: the texts of the coded real news are not all on this machine (../shared/data)")
    return coding
