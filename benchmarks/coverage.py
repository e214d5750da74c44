"""How often 95 % intervals of outlets' shares hold the truth, in made-up worlds where the truth is known.

In each setting, outlets are drawn again and again (``simulated_outlets``): articles, codes, a model's probabilities, and a
sample that is coded. Printed for each way of estimating: in how many per cent of draws the interval holds the true share (mean
over outlets, and the worst outlet), its mean half-width in points, and, where all outlets truly have the same share, in how
many per cent of pairs two outlets are said to differ at 5 %. Rivals are told by ``rival_shares``. ``here`` is the share in
these articles alone, held against that share; all else is the outlet's long-run share.

    python benchmarks/coverage.py [--draws 2000] [--seed 2026] [--only SETTING ...]
"""

from __future__ import annotations

import argparse
import os
import time
import zlib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from itertools import combinations

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
import rival_shares as rival
from simulated_outlets import Outlet, Setting, draw_outlets, draw_stances, estimate_outlet, tune_outlets

from framing.prevalence import LONG_RUN, THESE_ARTICLES, Difference, Share, compare_shares

PROCESSES = 2
EQUAL = (0.2,) * 6
UNEQUAL = (0.05, 0.1, 0.2, 0.3, 0.4, 0.5)
RARE = (0.01, 0.02, 0.04, 0.06, 0.09, 0.12)
RARE_EQUAL = (0.05,) * 6
RARE_MODEL = {"f1": 0.6, "usual": 0.05}
STANCE = (0.1, 0.2, 0.3)

SETTINGS = (
    Setting("no shift", EQUAL, shift=0.0),
    Setting("label shift", UNEQUAL, shift=0.0),
    Setting("error shift", EQUAL),
    Setting("label and error shift", UNEQUAL),
    Setting("F1 .4", UNEQUAL, f1=0.4),
    Setting("F1 .6", UNEQUAL, f1=0.6),
    Setting("F1 .8", UNEQUAL, f1=0.8),
    Setting("F1 .95", UNEQUAL, f1=0.95),
    Setting("50 coded", UNEQUAL, coded=50),
    Setting("166 coded", UNEQUAL, coded=166),
    Setting("300 coded", UNEQUAL, coded=300),
    Setting("evenly over articles", UNEQUAL, design="spread"),
    Setting("by uncertainty", UNEQUAL, design="uncertainty"),
    Setting("by uncertainty, equal", EQUAL, design="uncertainty"),
    Setting("whole articles", UNEQUAL, design="whole articles"),
    Setting("whole articles, equal", EQUAL, design="whole articles"),
    Setting("10 articles", UNEQUAL, articles=10),
    Setting("10 articles, equal", EQUAL, articles=10),
    Setting("200 articles", UNEQUAL, articles=200),
    Setting("rare, 50 coded", RARE, coded=50, **RARE_MODEL),
    Setting("rare, 100 coded", RARE, **RARE_MODEL),
    Setting("rare, 200 coded", RARE, coded=200, **RARE_MODEL),
    Setting("rare, equal", RARE_EQUAL, **RARE_MODEL),
    Setting("rare, by uncertainty", RARE_EQUAL, design="uncertainty", **RARE_MODEL),
)
"""Where not told otherwise: errors shift, F1 .7, 40 articles and 100 coded sentences per outlet, drawn singly at random."""

STANCES = (
    Setting("stance balance", STANCE),
    Setting("stance balance, rare", (0.02, 0.03, 0.05), **RARE_MODEL),
)
"""Favor less against, which truly are equal in each outlet: "differ" is their being told apart."""

COUNT, CLUSTERED = "naive counting", "naive counting, clustered"
ADJUSTED, RECTIFIED = "adjusted count, pooled rates", "PPI, pooled rectifier"
HAND, OURS, ALONE = "hand-coding alone", "ours", "ours, without pooled tuning"
HAND_HERE, OURS_HERE = "hand-coding alone, here", "ours, here"
RIVALS = {
    COUNT: rival.count_sentences,
    CLUSTERED: rival.count_in_articles,
    ADJUSTED: rival.adjust_pooled,
    RECTIFIED: rival.rectify_pooled,
    HAND: rival.code_by_hand,
}


@dataclass
class Tally:
    """What a way of estimating came to: per draw and outlet whether its interval holds and how wide it is; pairs told apart."""

    hits: list[list[bool]] = field(default_factory=list)
    widths: list[float] = field(default_factory=list)
    differing: list[bool] = field(default_factory=list)

    def add(self, intervals: Sequence[tuple[float, float]], truths: Sequence[float]) -> None:
        """Add the intervals of one draw."""
        self.hits.append([low <= truth <= high for (low, high), truth in zip(intervals, truths, strict=True)])
        self.widths += [high - low for low, high in intervals]

    @property
    def coverage(self) -> float:
        """Per cent of intervals that hold."""
        return 100 * float(np.mean(self.hits))

    @property
    def worst(self) -> float:
        """The same for the outlet for which it is least."""
        return 100 * float(np.mean(self.hits, axis=0).min())

    @property
    def half_width(self) -> float:
        """The mean half-width in points."""
        return 50 * float(np.mean(self.widths))

    @property
    def false_differences(self) -> float | None:
        """Per cent of pairs that are told apart."""
        return 100 * float(np.mean(self.differing)) if self.differing else None


Result = dict[str, Tally]


def simulate(setting: Setting, draws: int, seed: int) -> Result:
    """Return what each way of estimating comes to in ``draws`` draws of ``setting``."""
    rng = np.random.default_rng([seed, zlib.crc32(setting.name.encode())])
    result: Result = {}
    measure = measure_stances if setting in STANCES else measure_outlets
    for _ in range(draws):
        measure(setting, rng, result)
    return result


def measure_outlets(setting: Setting, rng: np.random.Generator, result: Result) -> None:
    """Add one draw of outlets to ``result``."""
    outlets = draw_outlets(setting, rng)
    truths = [outlet.share for outlet in outlets]
    here = [float(outlet.codes.mean()) for outlet in outlets]
    for name, estimate in RIVALS.items():
        guesses = estimate(outlets)
        _find(result, name).add([(guess.low, guess.high) for guess in guesses], truths)
        if setting.is_equal:
            _find(result, name).differing += [rival.differ(*pair) for pair in combinations(guesses, 2)]
    tuning = tune_outlets(outlets)
    for name, given in ((OURS, tuning), (ALONE, None)):
        shares = [estimate_outlet(outlet, given) for outlet in outlets]
        _find(result, name).add(_list_intervals(shares), truths)
        if setting.is_equal:
            _find(result, name).differing += [_is_told(compare_shares(*pair)) for pair in combinations(shares, 2)]
    _find(result, HAND_HERE).add([(guess.low, guess.high) for guess in rival.code_by_hand_here(outlets)], here)
    _find(result, OURS_HERE).add(_list_intervals([estimate_outlet(o, tuning, THESE_ARTICLES) for o in outlets]), here)


def measure_stances(setting: Setting, rng: np.random.Generator, result: Result) -> None:
    """Add one draw of balances, favor less against, to ``result``; truly they are 0."""
    pairs = draw_stances(setting, rng)
    truths, here = [0.0] * len(pairs), [float(favor.codes.mean() - against.codes.mean()) for favor, against in pairs]
    tuning = tune_outlets([outlet for pair in zip(*pairs, strict=True) for outlet in pair])
    counted = [count_balance(pair) for pair in pairs]
    by_hand = [code_balance(pair) for pair in pairs]
    for name, guesses in ((CLUSTERED, counted), (HAND, by_hand)):
        _find(result, name).add([(guess.low, guess.high) for guess in guesses], truths)
        _find(result, name).differing += [not guess.low <= 0 <= guess.high for guess in guesses]
    for name, given, scope in ((OURS, tuning, LONG_RUN), (ALONE, None, LONG_RUN), (OURS_HERE, tuning, THESE_ARTICLES)):
        found = [compare_shares(*(estimate_outlet(side, given, scope) for side in pair)) for pair in pairs]
        _find(result, name).add(_list_intervals(found), here if scope == THESE_ARTICLES else truths)
        if scope == LONG_RUN:
            _find(result, name).differing += [_is_told(difference) for difference in found]


def count_balance(pair: tuple[Outlet, Outlet]) -> rival.Guess:
    """Return the sentences counted as favor less those counted as against, with Student's interval over articles."""
    favor, against = ((side.probability >= side.threshold).astype(float) for side in pair)
    return rival.guess_wald(*rival.average(favor - against, pair[0].article), least=-1.0)


def code_balance(pair: tuple[Outlet, Outlet]) -> rival.Guess:
    """Return the balance of the codes alone, with Student's interval over articles."""
    (favor, weight, article, _), (against, *_) = map(rival.take_coded, pair)
    return rival.guess_wald(*rival.average(favor - against, article, weight), least=-1.0)


def _find(result: Result, name: str) -> Tally:
    return result.setdefault(name, Tally())


def _list_intervals(found: Sequence[Share | Difference]) -> list[tuple[float, float]]:
    return [(-1.0 if one.low is None else one.low, 1.0 if one.high is None else one.high) for one in found]


def _is_told(difference: Difference) -> bool:
    return difference.p is not None and difference.p < 0.05


def tabulate(setting: Setting, result: Result) -> str:
    """Return the table of a setting."""
    shares = "-".join(dict.fromkeys(f"{100 * share:g}" for share in (min(setting.shares), max(setting.shares))))
    drawn = {"random": "singly", "spread": "evenly over articles", "uncertainty": "by uncertainty"}.get(setting.design)
    errors = "errors shift" if setting.shift else "errors alike"
    about = (
        f"{setting.name}: shares {shares} %, {errors}, F1 {setting.f1:g} where {100 * setting.usual:g} % have the label, "
        f"{setting.articles} articles, about {setting.coded} coded {drawn or 'in whole articles'}"
    )
    lines = [about, f"{'':32}{'holds %':>9}{'worst':>7}{'± points':>10}{'differ %':>10}"]
    for name, tally in result.items():
        false = "" if tally.false_differences is None else f"{tally.false_differences:.1f}"
        lines.append(f"  {name:30}{tally.coverage:>9.1f}{tally.worst:>7.1f}{tally.half_width:>10.2f}{false:>10}")
    return "\n".join(lines)


def judge(results: dict[str, Result]) -> Iterator[str]:
    """Yield a line for each goal: whether it holds, and where not."""
    for name in (OURS, ALONE, OURS_HERE):
        yield _judge(f"{name}: holds in 93 to 98 %", results, name, lambda r, t: (t.coverage, 93 <= t.coverage <= 98))
    for name, other in ((OURS, HAND), (ALONE, HAND), (OURS_HERE, HAND_HERE)):
        yield _judge(f"{name}: no wider than {other}", results, name, partial(_compare_widths, other=other))
    for name in (OURS, ALONE):
        yield _judge(f"{name}: 3 to 7 % of equal pairs differ", results, name, _judge_differences)
    rates = [tally.false_differences for result in results.values() for name, tally in result.items() if name in (COUNT, CLUSTERED)]
    known = [rate for rate in rates if rate is not None]
    if known:
        yield f"naive counting says of {min(known):.0f} to {max(known):.0f} % of equal pairs that they differ"


def _compare_widths(result: Result, tally: Tally, other: str) -> tuple[float, bool] | None:
    return (tally.half_width / result[other].half_width, tally.half_width <= result[other].half_width) if other in result else None


def _judge_differences(result: Result, tally: Tally) -> tuple[float, bool] | None:
    rate = tally.false_differences
    return None if rate is None else (rate, 3 <= rate <= 7)


def _judge(goal: str, results: dict[str, Result], name: str, measure: Callable[[Result, Tally], tuple[float, bool] | None]) -> str:
    found = {setting: measure(result, result[name]) for setting, result in results.items() if name in result}
    known = {setting: value for setting, value in found.items() if value is not None}
    failed = [f"{setting} ({value:.3g})" for setting, (value, holds) in known.items() if not holds]
    if not known:
        return f"[no setting] {goal}"
    values = [value for value, _ in known.values()]
    span = f"{min(values):.3g} to {max(values):.3g} in {len(known)} settings"
    return f"[fails] {goal}: {', '.join(failed)}; {span}" if failed else f"[holds] {goal}: {span}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--draws", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=2026)
    names = [setting.name for setting in (*SETTINGS, *STANCES)]
    parser.add_argument("--only", nargs="*", default=names, choices=names, metavar="SETTING")
    given = parser.parse_args()
    chosen = [setting for setting in (*SETTINGS, *STANCES) if setting.name in given.only]
    started = time.perf_counter()
    print(f"{given.draws:,} draws a setting, seed {given.seed}; nominal 95 % intervals\n")
    results = {}
    with ProcessPoolExecutor(PROCESSES) as processes:
        found = processes.map(partial(simulate, draws=given.draws, seed=given.seed), chosen)
        for setting, result in zip(chosen, found, strict=True):
            results[setting.name] = result
            print(tabulate(setting, result), flush=True)
            print()
    print("\n".join(judge(results)))
    print(f"\n{time.perf_counter() - started:.0f} seconds")


if __name__ == "__main__":
    main()
