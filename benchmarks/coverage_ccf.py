"""How often intervals hold the hand-coded shares of real outlets: eight frames in Canadian climate news (CCF).

Every sentence is coded, so the true share of each frame in an outlet's sentences is known. As a user would, a model is
trained, some sentences of each outlet are drawn and coded, and the shares of all its sentences are estimated: of these
articles alone, since these few sentences are all there is. Two designs, in many random splits:

- other outlets: the model is trained on 500 sentences of other outlets;
- same sample: the model is trained on the very sentences that are coded. What it says of these comes from models that did
  not see their articles; what it says of the others from the model of all. Beside it stands what comes of taking the model of
  all for the coded sentences too, which ``framing summarize`` refuses.

    python benchmarks/coverage_ccf.py [--splits 100] [--seed 2026]
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from functools import partial

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
from rival_shares import code_by_hand_here, count_sentences
from simulated_outlets import Floats, Outlet, estimate_outlet, tune_outlets
from tasks import BENCHMARKS, CODEBOOKS, read_rows

from framing.annotations import Annotation
from framing.codebook import Codebook, read_codebook
from framing.labelling import label_probabilities
from framing.model import FramingModel
from framing.prevalence import THESE_ARTICLES
from framing.training import train

PATH = BENCHMARKS / "ccf" / "sentences-en.jsonl"
PROCESSES = 2
TRAINED_ON = 500
LEFT_OUT = 3
"""Outlets that a model of other outlets is tried on at a time."""

DRAWS = 20
"""Coded samples that one such model is tried on."""

CODED = (40, 60)
ROOM = 4 / 3
"""An outlet takes part if it has this many times the sentences that are coded."""

COMMON = 0.1
COUNT, HAND, OURS, ALONE = "naive counting", "hand-coding alone", "ours", "ours, without pooled tuning"
IN_SAMPLE = "ours, had it seen the coded"
KINDS = ("frames of 10 % and more", "rarer frames", "frames that an outlet lacks")


@dataclass(frozen=True)
class News:
    """The sentences of CCF and what they were coded as, sentences × frames."""

    codings: tuple[Annotation, ...]
    book: Codebook
    codes: Floats
    outlet: np.ndarray
    article: np.ndarray

    def list_outlets(self, coded: int) -> list[str]:
        """Return the outlets with room for ``coded`` sentences, by name."""
        names, sizes = np.unique(self.outlet, return_counts=True)
        return [str(name) for name, size in zip(names, sizes, strict=True) if size >= ROOM * coded]

    def train(self, rows: np.ndarray) -> FramingModel:
        """Return a model of the sentences ``rows``."""
        return train([self.codings[row] for row in rows], self.book).model


@dataclass
class Tally:
    """By kind of frame and way of estimating: whether each interval holds, and its width."""

    hits: dict[tuple[str, str], list[bool]] = field(default_factory=dict)
    widths: dict[tuple[str, str], list[float]] = field(default_factory=dict)
    unlearnt: int = 0

    def add(self, name: str, outlet: Outlet, low: float, high: float) -> None:
        """Add an interval of ``outlet``'s share."""
        key = (KINDS[0] if outlet.share >= COMMON else KINDS[1] if outlet.share > 0 else KINDS[2], name)
        self.hits.setdefault(key, []).append(low - 1e-12 <= outlet.share <= high + 1e-12)
        self.widths.setdefault(key, []).append(high - low)

    def join(self, other: Tally) -> None:
        """Add all that ``other`` holds."""
        for key in other.hits:
            self.hits.setdefault(key, []).extend(other.hits[key])
            self.widths.setdefault(key, []).extend(other.widths[key])
        self.unlearnt += other.unlearnt


def read_news() -> News:
    """Return the sentences of CCF; leave with a message where they are absent."""
    if not PATH.exists():
        sys.exit("skipped: the sentences of CCF are not on this machine (../shared/benchmarks/ccf/sentences-en.jsonl)")
    rows = read_rows(PATH)
    book = read_codebook(CODEBOOKS / "ccf.toml")
    codings = tuple(Annotation(r["id"], r["article"], r["text"], frozenset(r["frames"]), (), r["outlet"]) for r in rows)
    codes = np.array([[frame in coding.frames for frame in book.frame_ids] for coding in codings], float)
    outlet, article = np.array([r["outlet"] for r in rows]), np.unique([r["article"] for r in rows], return_inverse=True)[1]
    return News(codings, book, codes, outlet, article)


def score(news: News, model: FramingModel, rows: np.ndarray) -> Floats:
    """Return the probabilities of the sentences ``rows``, sentences × frames; NaN where a frame was not learnt."""
    return model.score([news.codings[row].text for row in rows]).frames


def draw_rows(news: News, names: Sequence[str], coded: int, rng: np.random.Generator) -> np.ndarray:
    """Return ``coded`` sentences of each outlet, drawn at random."""
    return np.concatenate([rng.choice(np.flatnonzero(news.outlet == name), coded, replace=False) for name in names])


def measure(news: News, names: Sequence[str], chances: dict[str, Floats], drawn: np.ndarray, model: FramingModel) -> Tally:
    """Return how the intervals of all frames in the outlets ``names`` do, with ``drawn`` sentences coded.

    ``chances`` are the probabilities of all sentences, by the name of the estimate that uses them.
    """
    tally = Tally()
    is_drawn = np.zeros(len(news.codings), bool)
    is_drawn[drawn] = True
    for column, rule in enumerate(model.rules):
        outlets = []
        for name in names:
            rows = np.flatnonzero(news.outlet == name)
            codes = news.codes[rows, column]
            chance = np.full(len(rows), is_drawn[rows].mean())
            values = (chances[OURS][rows, column], codes, np.where(is_drawn[rows], codes, np.nan), chance, news.article[rows])
            outlets.append(Outlet(float(codes.mean()), *values, rule.threshold, "random"))
        if any(np.isnan(outlet.probability).any() for outlet in outlets):
            tally.unlearnt += len(outlets)
            continue
        for name, guesses in ((COUNT, count_sentences(outlets)), (HAND, code_by_hand_here(outlets))):
            for outlet, guess in zip(outlets, guesses, strict=True):
                tally.add(name, outlet, guess.low, guess.high)
        _add_ours(tally, OURS, outlets, pooled=outlets)
        _add_ours(tally, ALONE, outlets, pooled=None)
        if IN_SAMPLE in chances:
            seen = [
                replace(o, probability=chances[IN_SAMPLE][news.outlet == n, column]) for n, o in zip(names, outlets, strict=True)
            ]
            _add_ours(tally, IN_SAMPLE, seen, pooled=seen)
    return tally


def _add_ours(tally: Tally, name: str, outlets: Sequence[Outlet], pooled: Sequence[Outlet] | None) -> None:
    tuning = tune_outlets(pooled) if pooled else None
    for outlet in outlets:
        share = estimate_outlet(outlet, tuning, THESE_ARTICLES)
        if share.low is not None and share.high is not None:
            tally.add(name, outlet, share.low, share.high)


def try_other_outlets(split: int, news: News, coded: int, seed: int) -> Tally:
    """Return how intervals do with a model of other outlets."""
    rng = np.random.default_rng([seed, coded, split, 0])
    names = [str(name) for name in rng.choice(news.list_outlets(coded), LEFT_OUT, replace=False)]
    others = np.flatnonzero(~np.isin(news.outlet, names) & ~np.isin(news.article, news.article[np.isin(news.outlet, names)]))
    model = news.train(rng.choice(others, TRAINED_ON, replace=False))
    chances = np.full_like(news.codes, np.nan)
    rows = np.flatnonzero(np.isin(news.outlet, names))
    chances[rows] = score(news, model, rows)
    tally = Tally()
    for _ in range(DRAWS):
        tally.join(measure(news, names, {OURS: chances}, draw_rows(news, names, coded, rng), model))
    return tally


def try_same_sample(split: int, news: News, coded: int, seed: int) -> Tally:
    """Return how intervals do with a model of the coded sentences themselves."""
    rng = np.random.default_rng([seed, coded, split, 1])
    names = news.list_outlets(coded)
    drawn = draw_rows(news, names, coded, rng)
    model = news.train(drawn)
    seen = score(news, model, np.arange(len(news.codings)))
    decisions = model.left_out[model.find_seen([news.codings[row].text for row in drawn])].astype(float)
    left_out = seen.copy()
    left_out[drawn] = np.where(np.isnan(seen[drawn]), np.nan, label_probabilities(decisions, model.rules))
    return measure(news, names, {OURS: left_out, IN_SAMPLE: seen}, drawn, model)


def tabulate(title: str, tally: Tally) -> str:
    """Return the table of a design."""
    lines = [title, f"{'':30}" + "".join(f"{kind:>30}" for kind in KINDS), f"{'':30}" + f"{'holds %   ± points':>30}" * len(KINDS)]
    for name in dict.fromkeys(name for _, name in tally.hits):
        cells = [
            f"{100 * np.mean(tally.hits[kind, name]):>19.1f}{50 * np.mean(tally.widths[kind, name]):>11.2f}"
            if (kind, name) in tally.hits
            else f"{'none':>30}"
            for kind in KINDS
        ]
        lines.append(f"  {name:28}" + "".join(cells))
    counts = ", ".join(f"{len(tally.hits.get((kind, OURS), [])):,} intervals of {kind}" for kind in KINDS)
    return "\n".join([*lines, f"  {counts}; {tally.unlearnt:,} left aside since the model had not learnt the frame"])


def judge(title: str, tally: Tally) -> str:
    """Return whether the goals hold."""
    hits = {kind: 100 * float(np.mean(tally.hits[kind, OURS])) for kind in KINDS[:2]}
    rarer = 100 * float(np.mean(tally.hits[KINDS[1], OURS] + tally.hits.get((KINDS[2], OURS), [])))
    holds = min(*hits.values(), rarer) >= 94
    ratios = [float(np.mean(tally.widths[kind, OURS]) / np.mean(tally.widths[kind, HAND])) for kind in KINDS[:2]]
    return (
        f"[{'holds' if holds else 'fails'}] {title}: intervals hold in 94 % or more: {hits[KINDS[0]]:.1f} ({KINDS[0]}), "
        f"{hits[KINDS[1]]:.1f} ({KINDS[1]}), {rarer:.1f} (rarer ones and those lacking); "
        f"width {ratios[0]:.2f} and {ratios[1]:.2f} of hand-coding alone"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--splits", type=int, default=100)
    parser.add_argument("--seed", type=int, default=2026)
    given = parser.parse_args()
    news, verdicts, started = read_news(), [], time.perf_counter()
    with ProcessPoolExecutor(PROCESSES) as processes:
        for coded in CODED:
            print(f"{coded} sentences coded in each of {', '.join(news.list_outlets(coded))}; {given.splits} splits\n")
            for name, attempt in (("other outlets", try_other_outlets), ("same sample", try_same_sample)):
                tally = Tally()
                for part in processes.map(partial(attempt, news=news, coded=coded, seed=given.seed), range(given.splits)):
                    tally.join(part)
                print(tabulate(name, tally), end="\n\n", flush=True)
                verdicts.append(judge(f"{name}, {coded} coded", tally))
    print("\n".join(verdicts))
    print(f"\n{time.perf_counter() - started:.0f} seconds")


if __name__ == "__main__":
    main()
