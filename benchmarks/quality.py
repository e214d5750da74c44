"""How well the project's own training does beside peers, on its real test sentences and on public data of others.

Prints a table per data set: F1 on sentences that nothing was trained on; the introduction of docs/quality.md tells how far each
set is untouched otherwise. Ours are trained as a user would, by a
codebook (``benchmarks/codebooks``) and coded sentences; its settings, like those of the peers, are chosen on the training
sentences alone. A peer that is not installed, and a data set that is not on the machine, is named as missing.

    python benchmarks/quality.py                   # every data set, ten minutes
    python benchmarks/quality.py ccf gvfc          # some
    python benchmarks/quality.py --markdown        # writes docs/quality.md too
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from peers import PEERS, Peer, Sample, make_sample
from real_news import ROOT
from tasks import READERS, Part, Task, without_cues

from framing.annotations import Annotation, settle
from framing.arrays import Bools
from framing.output import decimal
from framing.settings import Settings
from framing.store import load_model
from framing.training import cross_validate_annotations, train

GRID = tuple(replace(Settings(), cue_scale=scale, frame_c=c, stance_c=c) for scale in (0.5, 1.0, 2.0) for c in (1.0, 4.0, 16.0))
"""The settings that ours chooses from."""

INTRODUCTION = """# Quality

Made by `python benchmarks/quality.py --markdown`. `framing` is trained as a user would, by a codebook
(`benchmarks/codebooks`) and the training sentences. Settings (ours: regularisation and the weight of cues; peers:
regularisation) and, where a sentence may have several labels, thresholds are chosen by cross-validation over the training
sentences alone, for all in the same way. `defaults` is what scikit-learn does unasked: C = 1, labels from probability 0.5.
The data belongs to others and is no part of the project.

Three limits. The peers read no cues: beside `framing`, `framing, no cues` is the like-for-like row. The cues for CCF and GVFC
were written by one who had seen the first four sentences of each file, which are tested on in some fold; two cues that came
from them were taken out. And dev-news, on which no model was trained, is not untouched: its figures for several cue weights
and regularisations (.56 to .60) were seen before the default settings were fixed, C = 2 and C = 4 being equal in
cross-validation; and it was its label rates that led to a third reading of the training codes, which took the figure from
.58 to .61. Expect less than .61 on news that had no part in this.
"""

Predict = Callable[[Part, list[str]], Bools]
"""The labels of texts by a classifier trained on a part."""


@dataclass(frozen=True)
class Row:
    """A contestant's figures in the order of the task's, none where it is ``missing`` something, and the seconds it took."""

    name: str
    figures: tuple[float, ...] = ()
    seconds: float = 0.0
    missing: tuple[str, ...] = ()


def choose_settings(task: Task, annotations: Sequence[Annotation]) -> Settings:
    """Return the settings of ``GRID`` with the best mean F1 on left-out articles of the training sentences."""
    has_cues = any(label.cues for label in task.codebook.labels)
    grid = GRID if has_cues else [settings for settings in GRID if settings.cue_scale == GRID[0].cue_scale]
    return max(grid, key=lambda settings: _cross_validated_f1(task, annotations, settings))


def _cross_validated_f1(task: Task, annotations: Sequence[Annotation], settings: Settings) -> float:
    evaluation = cross_validate_annotations(annotations, task.codebook, settings).evaluations[0]
    return float(np.mean([row.f1 or 0.0 for row in evaluation.labels]))


def predict_ours(task: Task, part: Part, texts: list[str]) -> Bools:
    """Return the labels of ``texts`` by a model trained on ``part`` with the settings that suit it."""
    model = train(part.train, task.codebook, choose_settings(task, part.train)).model
    return task.labels_of(model.score(texts))


def predict_shipped(task: Task, part: Part, texts: list[str]) -> Bools:
    """Return the labels of ``texts`` by the default model."""
    return task.labels_of(load_model(ROOT / "models" / "default").score(texts))


def measure(name: str, task: Task, predict: Predict) -> Row:
    """Return the figures of a contestant: trained on each part, predictions of equally named tests pooled."""
    started = time.perf_counter()
    results: dict[str, list[tuple[Bools, Bools, Bools]]] = {}
    for part in task.parts:
        sentences = [sentence for test in part.tests.values() for sentence in test]
        given = predict(part, [sentence.text for sentence in sentences])
        truth, known = task.truth(sentences)
        first = 0
        for test, inside in part.tests.items():
            rows = slice(first, first + len(inside))
            results.setdefault(test, []).append((given[rows], truth[rows], known[rows]))
            first += len(inside)
    pooled = {test: [np.vstack(matrices) for matrices in zip(*found, strict=True)] for test, found in results.items()}
    figures = tuple(figure.measure(task.columns, *pooled[figure.test]) for figure in task.figures)
    return Row(name, figures, time.perf_counter() - started)


def measure_peer(peer: Peer, task: Task, samples: Sequence[Sample]) -> Row:
    """Return the figures of ``peer``, or a row that says what is missing."""
    if peer.missing:
        return Row(peer.name, missing=peer.missing)
    by_part = {id(part): sample for part, sample in zip(task.parts, samples, strict=True)}
    return measure(peer.name, task, lambda part, texts: peer.predict(task, by_part[id(part)], texts))


def measure_all(task: Task) -> Iterator[Row]:
    """Yield the row of every contestant, ours last."""
    samples = [make_sample(task, [s for s in settle(part.train) if s.text]) for part in task.parts]
    for peer in PEERS:
        yield measure_peer(peer, task, samples)
    if task.shipped:
        yield measure("framing, default model", task, lambda part, texts: predict_shipped(task, part, texts))
        return
    plain = without_cues(task)
    yield measure("framing, no cues", plain, lambda part, texts: predict_ours(plain, part, texts))
    yield measure("framing", task, lambda part, texts: predict_ours(task, part, texts))


def tabulate(task: Task, rows: Sequence[Row]) -> str:
    """Return the table of ``task`` in Markdown, the best of each column in bold, with its note."""
    best = [max(row.figures[n] for row in rows if row.figures) for n in range(len(task.figures))]
    lines = [["", *(figure.name for figure in task.figures), "seconds"]]
    for row in rows:
        cells = [f"**{decimal(value)}**" if value == best[n] else decimal(value) for n, value in enumerate(row.figures)]
        lines.append(
            [row.name, *(cells or ["not installed"] * len(best)), f"{row.seconds:.0f}" if cells else ", ".join(row.missing)]
        )
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    rule = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]
    table = [
        " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) for line in (lines[0], rule, *lines[1:])
    ]
    return "\n".join([f"## {task.title}", "", task.note, "", *(f"| {line} |" for line in table), "", *compare(task, rows)])


def compare(task: Task, rows: Sequence[Row]) -> list[str]:
    """Return how ours, the last row, stands to the strongest peer, MiniLM, where that was measured."""
    minilm = next((row for row in rows if row.name.startswith("MiniLM") and row.figures), None)
    if minilm is None:
        return []
    ratios = (
        f"{figure.name} {ours / peer:.2f}"
        for figure, ours, peer in zip(task.figures, rows[-1].figures, minilm.figures, strict=True)
    )
    return [f"Ours by MiniLM's: {', '.join(ratios)}.", ""]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("tasks", nargs="*", metavar="DATA", help=f"data sets: {', '.join(READERS)} (all without)")
    parser.add_argument("--markdown", action="store_true", help="write docs/quality.md too")
    options = parser.parse_args()
    unknown = set(options.tasks) - set(READERS)
    if unknown:
        parser.error(f"unknown data set: {', '.join(sorted(unknown))}")
    started, parts = time.perf_counter(), [INTRODUCTION]
    for name in options.tasks or READERS:
        task = READERS[name]()
        if task is None:
            parts.append(f"## {name}\n\nSkipped: the data is not on this machine (../shared).\n")
        else:
            parts.append(tabulate(task, list(measure_all(task))))
        print(parts[-1], flush=True)
    print(f"{time.perf_counter() - started:.0f} seconds in all")
    if options.markdown:
        (ROOT / "docs" / "quality.md").write_text("\n".join(parts), "utf-8")


if __name__ == "__main__":
    main()
