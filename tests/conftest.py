"""A tiny codebook, coded corpus and trained model, made once per session; nothing here mocks the project's own code."""

from __future__ import annotations

import json
import os
import random
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from framing.annotation_files import read_annotations
from framing.annotations import Annotation
from framing.codebook import Codebook, parse_codebook
from framing.features import Vectorizer, count_terms
from framing.model import FramingModel
from framing.settings import Settings
from framing.store import load_model
from framing.storing.archive import save_model
from framing.training import Training, train

ROOT = Path(__file__).resolve().parent.parent
# Some guards are the benchmarks' own. Behind everything else: one of them is called like a library.
sys.path.append(str(ROOT / "benchmarks"))

settings.register_profile("framing", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("framing")

CODEBOOK = """
title = "A tiny codebook"
version = 1

[[frames]]
id = "harvest"
name = "Harvest"
definition = "The matter is what was reaped."
examples = ["Growers reaped more wheat than ever."]
[frames.cues]
2 = ["good harvest", "reap* * wheat"]
1 = ["grain*", "orchard"]

[[frames]]
id = "storm"
name = "Storm"
definition = "The matter is bad weather."
examples = ["Hail broke the roofs."]
cues = ["hail", "gale*"]

[[frames]]
id = "ghost"
name = "Ghost"
definition = "A frame that hardly anybody codes."

[[targets]]
id = "mayor"
name = "The mayor"
definition = "The mayor of the town."
examples.favor = ["The mayor did well."]
"""

_PIECES = {
    "harvest": [
        "Growers reaped {n} tonnes of wheat",
        "The orchard gave {n} crates of pears",
        "A good harvest filled {n} barns with grain",
    ],
    "storm": ["Hail broke {n} roofs in the valley", "The gale felled {n} trees by the river", "Gales and rain closed {n} roads"],
    "": ["The council met for the {n}th time", "A bus holds {n} people", "The library owns {n} books"],
}
_STANCE = {"favor": ", and the mayor was praised warmly", "against": ", and the mayor was blamed bitterly", "none": ""}


def make_annotations(*, articles: int = 24, seed: int = 1) -> list[dict[str, object]]:
    """Return a coded corpus of two coders; the second slips now and then."""
    draw = random.Random(seed)
    rows: list[dict[str, object]] = []
    for article in range(articles):
        for index in range(6):
            frames = draw.choice([["harvest"], ["storm"], ["harvest", "storm"], [], []])
            stance = draw.choice(["favor", "against", "none", "none"])
            text = (
                " while ".join(draw.choice(_PIECES[f]).format(n=draw.randint(2, 99)) for f in frames or [""])
                + _STANCE[stance]
                + "."
            )
            row = {
                "id": f"a{article}:{index}",
                "article": f"a{article}",
                "outlet": f"outlet {article % 3}",
                "text": text,
                "index": index,
            }
            for coder, slips in (("x", 0.0), ("y", 0.05)):
                coded = [] if draw.random() < slips else list(frames)
                if article == 0 and index < 2:
                    coded = [*coded, "ghost"]
                rows.append(
                    {**row, "frames": coded, "stance": {"mayor": stance}, "coder": coder, "phase": "blind", "codebook_version": "1"}
                )
    return rows


def write_jsonl(path: Path, rows: list[dict[str, object]]) -> Path:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
    return path


@pytest.fixture(scope="session")
def codebook() -> Codebook:
    return parse_codebook(CODEBOOK)


def fit_vectorizer(texts: Sequence[str], codebook: Codebook, settings: Settings) -> Vectorizer:
    """Return the vocabulary of ``texts`` and the cues of ``codebook``."""
    counts = count_terms(texts, codebook, settings)
    return counts.vectorizer(counts.weigh())


@pytest.fixture(scope="session")
def coding(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a codebook and coded sentences."""
    folder = tmp_path_factory.mktemp("coding")
    (folder / "codebook.toml").write_text(CODEBOOK, "utf-8")
    write_jsonl(folder / "coded.jsonl", make_annotations())
    return folder


@pytest.fixture(scope="session")
def annotations(coding: Path, codebook: Codebook) -> list[Annotation]:
    return read_annotations([coding], codebook)


@pytest.fixture(scope="session")
def training(annotations: list[Annotation], codebook: Codebook) -> Training:
    return train(annotations, codebook, Settings())


@pytest.fixture(scope="session")
def model(training: Training) -> FramingModel:
    return training.model


@pytest.fixture(scope="session")
def saved(training: Training, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The directory of the tiny model."""
    directory = tmp_path_factory.mktemp("models") / "tiny"
    save_model(
        directory,
        training.model,
        training.evaluations,
        training.agreement,
        precision_thresholds=training.precision_thresholds,
        statement="Made by a test.",
    )
    return directory


@pytest.fixture(scope="session")
def default_model() -> FramingModel:
    return load_model(ROOT / "models" / "default")


@pytest.fixture
def in_folder(tmp_path: Path) -> Path:
    """An empty working directory."""
    before = Path.cwd()
    os.chdir(tmp_path)
    yield tmp_path
    os.chdir(before)
