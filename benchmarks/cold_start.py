"""What a whole process costs from its start: help, scoring one article, explaining one sentence, beside a plain pipeline.

The plain pipeline is what such a tool is usually made of: a typer command that splits one article with NLTK's Punkt, loads
a scikit-learn pipeline with joblib and scores the sentences in one call. Its pipeline is fitted here on the coded
sentences that ship, with as many word and character features as the default model has. Every round runs each command
once, in turn; medians over the rounds, and the median of the ratios round by round. Wall time means little while other
programs are busy; CPU time and memory hold.

    python benchmarks/cold_start.py [ROUNDS]
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
ARTICLE = ROOT / "seeds" / "scmp-2024.md"
SENTENCE = "Washington warned Peru about the Chinese port."

PLAIN = """
import json, sys
from pathlib import Path

import joblib
import typer
from nltk.tokenize.punkt import PunktSentenceTokenizer


def score(article: Path, model: Path) -> None:
    sentences = PunktSentenceTokenizer().tokenize(article.read_text("utf-8"))
    decisions = joblib.load(model).decision_function(sentences)
    typer.echo(json.dumps({"sentences": len(sentences), "counts": (decisions > 0).sum(axis=0).tolist()}))


typer.run(score)
"""

PREPARE = """
import sys
from pathlib import Path

import joblib
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import SGDClassifier
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import make_pipeline, make_union

from framing import load_model
from framing.annotation_files import read_coding
from framing.annotations import settle
from framing.coded import encode
from framing.labelling import list_outputs

model = load_model(sys.argv[1])
sentences = [s for s in settle(read_coding([Path(sys.argv[2])]).annotations) if s.text]
codes = encode(sentences, model.codebook)
sizes, terms = model.vectorizer.settings, model.vectorizer
words = TfidfVectorizer(ngram_range=sizes.word_ngrams, max_features=len(terms.words), sublinear_tf=True)
union = [words]
if terms.chars:
    union.append(
        TfidfVectorizer(analyzer="char_wb", ngram_range=sizes.char_ngrams, max_features=len(terms.chars), sublinear_tf=True)
    )
classifier = OneVsRestClassifier(SGDClassifier(loss="log_loss", max_iter=5, tol=None, random_state=0))
pipeline = make_pipeline(make_union(*union), classifier)
pipeline.fit([s.text for s in sentences], codes.given)
joblib.dump(pipeline, sys.argv[3])
"""


class Cost(NamedTuple):
    """Seconds on the clock, seconds of the processor, and peak memory in MB."""

    wall: float
    cpu: float
    memory: float


def measure(command: list[str], compiled: Path) -> Cost:
    """Return what one process costs; this one must stay small, for its memory counts until the other has started.

    ``compiled`` is where Python keeps compiled modules: nobody who has installed a program compiles it at each start.
    """
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    environment |= {"PYTHONPYCACHEPREFIX": str(compiled)}
    started = time.perf_counter()
    with open(os.devnull, "w") as nowhere:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=nowhere, stderr=nowhere)
        _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(command)}: exit code {process.returncode}")
    return Cost(time.perf_counter() - started, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 9
    with tempfile.TemporaryDirectory() as folder:
        plain, pipeline = Path(folder, "plain.py"), Path(folder, "pipeline.joblib")
        plain.write_text(PLAIN, "utf-8")
        prepared = [sys.executable, "-c", PREPARE, str(ROOT / "models" / "default"), str(ROOT / "annotations"), str(pipeline)]
        subprocess.run(prepared, check=True, cwd=ROOT)
        framing = [sys.executable, "-m", "framing"]
        commands = {
            "plain pipeline, one article": [sys.executable, str(plain), str(ARTICLE), str(pipeline)],
            "framing score, one article": [*framing, "score", str(ARTICLE), "--format", "jsonl"],
            "framing explain, one sentence": [*framing, "explain", SENTENCE, "--format", "jsonl"],
            "framing --help": [*framing, "--help"],
            "python, nothing else": [sys.executable, "-c", "pass"],
            "python, import numpy": [sys.executable, "-c", "import numpy"],
            "python, import typer": [sys.executable, "-c", "import typer"],
        }
        found: dict[str, list[Cost]] = {name: [] for name in commands}
        for number in range(rounds + 1):  # the first compiles
            for name, command in commands.items():
                cost = measure(command, Path(folder, "compiled"))
                found[name] += [cost] * (number > 0)
    show(found)


def show(found: dict[str, list[Cost]]) -> None:
    """Print the medians, and the ratios to the first command."""
    width = max(map(len, found))
    print(f"{'':{width}}    wall      CPU   memory    wall  CPU  memory (ratio to the first)")
    first = next(iter(found.values()))
    for name, costs in found.items():
        wall, cpu, memory = (statistics.median(values) for values in zip(*costs, strict=True))
        ratios = [
            statistics.median(mine / other for mine, other in zip(values, others, strict=True))
            for values, others in zip(zip(*costs, strict=True), zip(*first, strict=True), strict=True)
        ]
        shares = "  ".join(f"{ratio:.3f}" for ratio in ratios)
        print(f"{name:{width}}  {1000 * wall:4.0f} ms  {1000 * cpu:4.0f} ms  {memory:4.0f} MB   {shares}")


if __name__ == "__main__":
    main()
