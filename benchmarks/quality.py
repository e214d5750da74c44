"""How well the default model does on real news of outlets that it has never seen.

Prints F1 per label with a bootstrap interval over articles, beside baselines and the two coders' F1 against each other.

    python benchmarks/quality.py
"""

from __future__ import annotations

from real_news import ROOT, read_real_news

from framing.output import print_tables
from framing.store import load_model
from framing.tables import tabulate_evaluation
from framing.training import evaluate_annotations


def main() -> None:
    model = load_model(ROOT / "models" / "default")
    evaluation = evaluate_annotations(model, read_real_news())
    print_tables([f"{model.label} on real news", *tabulate_evaluation(evaluation)])
    coders = [row.coder_f1 for row in evaluation.labels if row.coder_f1 is not None and ":" not in row.label]
    print(f"Macro-F1 of the coders against each other, over frames: {sum(coders) / len(coders):.2f}")


if __name__ == "__main__":
    main()
