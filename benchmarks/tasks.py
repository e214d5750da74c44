"""The data sets of ``quality.py``: coded sentences to train and to test on, and what is measured on them.

All but the training sentences of the default model are read from ``../shared``, which is not part of the project: a data
set that is not on the machine is ``None``.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from real_news import DATA, ROOT, find_default_coding, read_real_news

from framing.annotations import Annotation, CodedSentence, settle
from framing.arrays import Bools
from framing.codebook import STANCES, Codebook, read_codebook
from framing.coded import encode
from framing.evaluation import assign_folds
from framing.labelling import Scores
from framing.metrics import f1_score

BENCHMARKS = ROOT.parent / "shared" / "benchmarks"
CODEBOOKS = Path(__file__).resolve().parent / "codebooks"
FOLDS = 5

GVFC_FRAMES = {
    "Gun/2nd Amendment rights": "gun_rights",
    "Gun control/regulation": "gun_control",
    "Politics": "politics",
    "Mental health": "mental_health",
    "School/Public space safety": "safety",
    "Race/Ethnicity": "race",
    "Public opinion": "public_opinion",
    "Society/Culture": "culture",
    "Economic consequences": "economy",
}
NEWSSD_FRAMES = {"SUBJ": "subjective", "OBJ": "objective"}
MARKER = "themention"
"""What stands for the mention that a stance of NewsMTSC is towards."""


@dataclass(frozen=True)
class Part:
    """Codings to train on, and named tests; predictions of equally named tests (folds) are pooled."""

    train: Sequence[Annotation]
    tests: dict[str, list[CodedSentence]]


@dataclass(frozen=True)
class Figure:
    """A number of the table: the mean F1 over ``labels`` on the test ``test``, or the F1 of all their decisions (``micro``)."""

    name: str
    test: str
    labels: tuple[str, ...]
    micro: bool = False

    def measure(self, columns: Sequence[str], given: Bools, truth: Bools, known: Bools) -> float:
        """Return the figure of the labels ``given``, sentences × ``columns``, where the truth is ``known``."""
        chosen = [columns.index(label) for label in self.labels]
        if self.micro:
            return float(f1_score(given[:, chosen].ravel(), truth[:, chosen].ravel()))
        return float(np.mean([f1_score(given[known[:, c], c], truth[known[:, c], c]) for c in chosen]))


@dataclass(frozen=True)
class Task:
    """A data set: what to train and test on, what to measure, and what others published (``note``).

    ``exclusive`` says that each sentence has exactly one label. ``shipped`` says that ours is the default model.
    """

    name: str
    title: str
    note: str
    codebook: Codebook
    parts: tuple[Part, ...]
    figures: tuple[Figure, ...]
    exclusive: bool = False
    shipped: bool = False

    @property
    def columns(self) -> tuple[str, ...]:
        """The labels of every matrix of this task: the frames, then ``target:stance``."""
        return (*self.codebook.frame_ids, *(f"{target}:{stance}" for target in self.codebook.target_ids for stance in STANCES))

    def truth(self, sentences: Sequence[CodedSentence]) -> tuple[Bools, Bools]:
        """Return which labels ``sentences`` have, and which of them were coded, sentences × ``columns``."""
        given = np.zeros((len(sentences), len(self.columns)), bool)
        known = np.ones_like(given)
        frames = len(self.codebook.frames)
        for row, sentence in enumerate(sentences):
            given[row, :frames] = [frame in sentence.frames for frame in self.codebook.frame_ids]
            for number, target in enumerate(self.codebook.target_ids):
                first, stance = frames + number * len(STANCES), sentence.stance_towards(target)
                given[row, first : first + len(STANCES)] = [stance == value for value in STANCES]
                known[row, first : first + len(STANCES)] = stance is not None
        return given, known

    def labels_of(self, scores: Scores) -> Bools:
        """Return the labels that ``scores`` give, sentences × ``columns``."""
        frames = [[frame in labels for frame in self.codebook.frame_ids] for labels in scores.labels]
        sides = [
            [label == stance for label in scores.stance_labels[target]] for target in self.codebook.target_ids for stance in STANCES
        ]
        return np.column_stack([np.array(frames, bool).reshape(len(scores.labels), -1), *(np.array(side, bool) for side in sides)])


def read_rows(path: Path) -> list[dict[str, Any]]:
    """Return the objects of a JSON Lines file."""
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def read_dev_news() -> Task | None:
    """Return the default model's training sentences and its real test sentences."""
    coding = find_default_coding() if DATA.exists() else None
    if coding is None:
        return None
    figures = (
        Figure("frames, macro-F1", "", coding.codebook.frame_ids),
        Figure("China favor and against, mean F1", "", ("china:favor", "china:against")),
    )
    part = Part(coding.annotations, {"": settle(read_real_news())})
    note = "388 real sentences of 19 outlets; all are trained on the same annotations, ours is the model that ships."
    return Task("dev-news", "Dev-news: the default model", note, coding.codebook, (part,), figures, shipped=True)


def read_ccf() -> Task | None:
    """Return the sentences of Canadian climate news in folds of whole articles."""
    path = BENCHMARKS / "ccf" / "sentences-en.jsonl"
    if not path.exists():
        return None
    book = read_codebook(CODEBOOKS / "ccf.toml")
    codings = [Annotation(row["id"], row["article"], row["text"], frozenset(row["frames"])) for row in read_rows(path)]
    fold = assign_folds(encode(settle(codings), book), FOLDS, seed=0)
    parts = tuple(_split(codings, fold == number) for number in range(FOLDS))
    note = "970 sentences, folds of whole articles, pooled. Published: a second human coder, F1 about .61 over all labels."
    figures = (Figure("macro-F1", "", book.frame_ids),)
    return Task("ccf", "CCF: eight frames of Canadian climate news", note, book, parts, figures)


def read_gvfc() -> Task | None:
    """Return the headlines on gun violence in their official folds."""
    folder = BENCHMARKS / "gvfc"
    if not (folder / "headlines.jsonl").exists() or not (folder / "folds.json").exists():
        return None
    book = read_codebook(CODEBOOKS / "gvfc.toml")
    codings = [
        Annotation(row["id"], row["article"], row["text"], frozenset(GVFC_FRAMES[frame] for frame in row["frames"]))
        for row in read_rows(folder / "headlines.jsonl")
    ]
    folds = json.loads((folder / "folds.json").read_text("utf-8"))
    tests = [set(fold["test"]) for fold in folds.values()]
    parts = tuple(_split(codings, np.array([coding.id in test for coding in codings])) for test in tests)
    figures = (Figure("micro-F1", "", book.frame_ids, micro=True), Figure("macro-F1", "", book.frame_ids))
    note = (
        "1,300 headlines, official folds, pooled. Published, micro and macro: naive Bayes .65 / .58, multilingual BERT .82 / .76."
    )
    return Task("gvfc", "GVFC: nine frames of headlines on gun violence", note, book, parts, figures)


def _split(codings: Sequence[Annotation], inside: Bools) -> Part:
    """Return a part that is tested on the codings ``inside`` and trained on the others."""
    test = [coding for coding, is_inside in zip(codings, inside, strict=True) if is_inside]
    return Part([coding for coding, is_inside in zip(codings, inside, strict=True) if not is_inside], {"": settle(test)})


def read_newssd() -> Task | None:
    """Return news sentences coded as subjective or objective, official splits; train and val are trained on."""
    folder = BENCHMARKS / "newssd"
    if not all((folder / f"{name}.jsonl").exists() for name in ("train", "val", "test")):
        return None
    book = read_codebook(CODEBOOKS / "newssd.toml")
    codings = {
        name: [
            Annotation(row["id"], row["id"], row["text"], frozenset([NEWSSD_FRAMES[row["label"]]]))
            for row in read_rows(folder / f"{name}.jsonl")
        ]
        for name in ("train", "val", "test")
    }
    part = Part(codings["train"] + codings["val"], {"": settle(codings["test"])})
    figures = (Figure("macro-F1", "", book.frame_ids),)
    note = "Official splits, val joined to train. Published: TF-IDF + LR .55, SBERT + LR .69, multilingual BERT .69 to .79."
    return Task("newssd", "NewsSD: subjective or objective", note, book, (part,), figures, exclusive=True)


def read_newsmtsc() -> Task | None:
    """Return sentences with the stance towards a mention, official splits, the mention replaced by ``MARKER``."""
    folder = BENCHMARKS / "newsmtsc"
    if not all((folder / f"{name}.jsonl").exists() for name in ("train", "devtest_rw", "devtest_mt")):
        return None
    book = read_codebook(CODEBOOKS / "newsmtsc.toml")
    codings = {
        name: [
            Annotation(row["id"], row["article"], mark_mention(row), frozenset(), (("mention", row["stance"]),))
            for row in read_rows(folder / f"{name}.jsonl")
        ]
        for name in ("train", "devtest_rw", "devtest_mt")
    }
    part = Part(codings["train"], {name: settle(codings[f"devtest_{name}"]) for name in ("rw", "mt")})
    labels = tuple(f"mention:{stance}" for stance in STANCES)
    figures = tuple(Figure(f"{name}, macro-F1", name, labels) for name in ("rw", "mt"))
    note = "Official splits; every contestant reads the mention as a marker word. Published: GRU-TSC (transformer) .83 / .82."
    return Task("newsmtsc", "NewsMTSC: stance towards a mention", note, book, (part,), figures, exclusive=True)


def mark_mention(row: dict[str, Any]) -> str:
    """Return the text of a row of NewsMTSC with ``MARKER`` in the place of the mention."""
    start, end = row["target_span"]
    return f"{row['text'][:start]} {MARKER} {row['text'][end:]}".strip()


def without_cues(task: Task) -> Task:
    """Return ``task`` with a codebook that has no cues."""
    frames = tuple(replace(frame, cues=()) for frame in task.codebook.frames)
    targets = tuple(replace(target, cues=()) for target in task.codebook.targets)
    return replace(task, codebook=replace(task.codebook, frames=frames, targets=targets))


READERS = {
    "dev-news": read_dev_news,
    "ccf": read_ccf,
    "gvfc": read_gvfc,
    "newssd": read_newssd,
    "newsmtsc": read_newsmtsc,
}
