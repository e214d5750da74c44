"""The models of ``speed.py``: the default one, with all features, and one of words and pairs of words that is trained in the run.

python benchmarks/speed_models.py FOLDER
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from real_news import DATA, ROOT

from framing.codebook import read_codebook

FULL = ROOT / "models" / "default"


def train_words(folder: Path) -> Path:
    """Train a model of the project's coded sentences without characters and cues, and return its directory."""
    codebook = read_codebook(ROOT / "annotations" / "codebook.toml")
    tables = [f'version = "{codebook.version}"\n']
    tables += [f'[[frames]]\nid = "{frame}"\n' for frame in codebook.frame_ids]
    tables += [f'[[targets]]\nid = "{target}"\n' for target in codebook.target_ids]
    (folder / "words.toml").write_text("".join(tables), "utf-8")
    (folder / "settings.toml").write_text("char_ngrams = [0, 0]\n", "utf-8")
    command = [sys.executable, "-m", "framing", "train", "--name", "words", "--settings", "settings.toml"]
    command += ["--codebook", "words.toml"]
    articles = [path for name in ("train", "unlabelled") if (path := DATA.parent / f"{name}-articles.jsonl").exists()]
    command += ["--annotations", str(ROOT / "annotations" / "authored.jsonl")]
    if articles:
        command += ["--annotations", str(ROOT / "annotations" / "real.jsonl")]
        command += [part for path in articles for part in ("--articles", str(path))]
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=False, env=os.environ | {"PYTHONPATH": str(ROOT)}
    )
    if done.returncode:
        raise SystemExit(f"the words-only model could not be trained:\n{done.stderr}")
    return folder / "models" / "words"


if __name__ == "__main__":
    print(train_words(Path(sys.argv[1])))
