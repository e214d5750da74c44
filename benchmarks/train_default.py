"""How the default model that ships is made: ``framing train`` on ``annotations/``, then held to the real test sentences.

Only the figures of the test enter the model's evaluation and card; no sentence of it is trained on or kept.

    python benchmarks/train_default.py
"""

from __future__ import annotations

from real_news import ROOT, read_real_news

from framing.annotations import read_coding
from framing.output import print_tables
from framing.store import save_model
from framing.tables import tabulate_evaluation
from framing.training import train


def main() -> None:
    test = read_real_news()
    coding = read_coding([ROOT / "annotations"])
    result = train(coding.annotations, coding.codebook, test=test, progress=print)
    saved = save_model(ROOT / "models" / "default", result.model, result.evaluations, result.agreement, statement=coding.statement)
    print_tables(part for evaluation in result.evaluations for part in tabulate_evaluation(evaluation))
    print(f"models/default holds {saved.label}")


if __name__ == "__main__":
    main()
