"""How well the default model does on real news of outlets that it has never seen.

Reads the 388 sentences of 45 real articles (19 outlets) in ``../shared/data/dev-news.jsonl``, each coded twice and
adjudicated. The model is never trained on them, and nothing is tuned on them. Prints F1 per label with a bootstrap
interval over articles, beside the constant answer and the two coders' F1 against each other.

    python benchmarks/quality.py
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from framing.agreement import measure_agreement
from framing.annotations import Annotation, read_annotations, settle
from framing.evaluation import evaluate_model
from framing.output import print_tables
from framing.store import load_model
from framing.tables import tabulate_evaluation
from framing.training import add_agreement

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT.parent / "shared" / "data" / "dev-news.jsonl"


def read_coders(path: Path) -> list[Annotation]:
    """Return the two blind codings of each sentence, which the file keeps inside its record."""
    codings = []
    for line in path.read_text("utf-8").splitlines():
        row = json.loads(line)
        for coder in ("coder_1", "coder_2"):
            codes = row[coder]
            stance = tuple(codes["stance"].items())
            codings.append(
                Annotation(row["id"], row["article"], row["text"], frozenset(codes["frames"]), stance, coder=coder, phase="blind")
            )
    return codings


def main() -> None:
    if not DATA.exists():
        sys.exit("skipped: the real test sentences are not on this machine (../shared/data/dev-news.jsonl)")
    model = load_model(ROOT / "models" / "default")
    sentences = settle(read_annotations([DATA], model.codebook))
    seen = {sentence.text for sentence in settle(read_annotations([ROOT / "annotations"], model.codebook))}
    shared = sum(sentence.text in seen for sentence in sentences)
    agreement = measure_agreement(read_coders(DATA), model.codebook.frame_ids, model.codebook.target_ids)
    evaluation = add_agreement(evaluate_model(model, sentences), agreement)
    print_tables([f"{model.label} on real news ({shared} of {len(sentences)} sentences shared with its training data)"])
    print_tables(tabulate_evaluation(evaluation))
    coders = [row.coder_f1 for row in evaluation.labels if row.coder_f1 is not None]
    print(f"Macro-F1 of the coders against each other, over frames: {sum(coders) / len(coders):.2f}")


if __name__ == "__main__":
    main()
