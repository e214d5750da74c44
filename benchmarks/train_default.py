"""How the default model that ships is made: ``framing train`` on ``annotations/``, then held to the real test sentences.

The texts of the real articles that were coded are read from ``../shared/data``, which is not part of the project. Only the
figures of the test enter the model's evaluation and card; no sentence of it is trained on or kept.

    python benchmarks/train_default.py
"""

from __future__ import annotations

import time

from real_news import ROOT, read_default_coding, read_real_news

from framing.output import decimal, print_tables
from framing.storing.archive import save_model
from framing.tables.evaluation import tabulate_evaluation, tabulate_gap
from framing.training import train


def main() -> None:
    test = read_real_news()
    coding = read_default_coding()
    started = time.perf_counter()
    result = train(coding.annotations, coding.codebook, test=test, progress=print)
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
    print_tables(tabulate_gap(result.evaluations))
    print(f"models/default holds {saved.label}")
    bare = [annotation for annotation in coding.annotations if not annotation.hash]
    figure = train(bare, coding.codebook, test=test).evaluations[-1].macro_f1()
    print(f"Macro-F1 on the test sentences when trained without the texts of real news: {decimal(figure)}")


if __name__ == "__main__":
    main()
