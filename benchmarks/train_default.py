"""How the default model that ships is made: ``framing train`` on ``annotations/``, then held to the real test sentences.

The texts of the real articles that were coded are read from ``../shared/data``, which is not part of the project. Only the
figures of the test enter the model's evaluation and card; no sentence of it is trained on or kept.

    python benchmarks/train_default.py
"""

from __future__ import annotations

import sys
import time

from real_news import DATA, ROOT, read_real_news

from framing.annotations import read_coding
from framing.output import print_tables
from framing.readers import read_articles
from framing.standoff import describe_missing, locate_texts
from framing.store import save_model
from framing.tables import tabulate_evaluation
from framing.training import train


def main() -> None:
    test = read_real_news()
    coding = read_coding([ROOT / "annotations"])
    articles = [str(DATA.parent / name) for name in ("train-articles.jsonl", "unlabelled-articles.jsonl")]
    located = locate_texts(coding.annotations, read_articles(articles))
    if located.absent or located.changed:
        sys.exit("\n".join(describe_missing(located)))
    started = time.perf_counter()
    result = train(located.annotations, coding.codebook, test=test, progress=print)
    print(f"trained in {time.perf_counter() - started:.0f} s")
    saved = save_model(
        ROOT / "models" / "default",
        result.model,
        result.evaluations,
        result.agreement,
        precision_thresholds=result.precision_thresholds,
        statement=coding.statement,
    )
    print_tables(part for evaluation in result.evaluations for part in tabulate_evaluation(evaluation))
    print(f"models/default holds {saved.label}")


if __name__ == "__main__":
    main()
