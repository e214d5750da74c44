"""How alike the written sentences are: near-duplicates, and distinct words beside those of news.

Near-duplicates share four fifths of their runs of three words (Jaccard similarity). Distinct words are the share of types
among the first 20,000 running words, in an order drawn once. The news is read from ``../shared/data``.

    python benchmarks/sameness.py
"""

from __future__ import annotations

import random
import re
from collections import Counter, defaultdict
from collections.abc import Sequence

from real_news import ROOT, find_default_coding

from framing.annotation_files import read_annotations
from framing.annotations import CodedSentence, settle

NEAR = 0.8
RUNNING = 20_000


def closest(texts: Sequence[str]) -> list[float]:
    """Return for each text its highest similarity to an earlier one."""
    runs, found = defaultdict(list), []
    sets: list[set[tuple[str, ...]]] = []
    for number, text in enumerate(texts):
        words = re.findall(r"\w+", text.lower())
        own = {tuple(words[start : start + 3]) for start in range(len(words) - 2)} or {tuple(words)}
        common = Counter(other for run in own for other in runs[run])
        found.append(max((n / (len(own) + len(sets[other]) - n) for other, n in common.items()), default=0.0))
        sets.append(own)
        for run in own:
            runs[run].append(number)
    return found


def type_token(texts: Sequence[str]) -> float:
    """Return the share of distinct words among the first ``RUNNING`` words of the shuffled texts."""
    shuffled = list(texts)
    random.Random(0).shuffle(shuffled)
    words = [word for text in shuffled for word in re.findall(r"\w+", text.lower())][:RUNNING]
    return len(set(words)) / len(words)


def main() -> None:
    written = settle(read_annotations([ROOT / "annotations" / "authored.jsonl"]))
    similar = closest([sentence.text for sentence in written])
    near = sum(similarity >= NEAR for similarity in similar)
    print(f"{len(written):,} written sentences: {near} near-duplicates at {NEAR}; highest similarity {max(similar):.2f}")
    later = {f"written by w{number}" for number in range(9, 13)}
    groups: dict[str, list[CodedSentence]] = {
        "first writers": [sentence for sentence in written if sentence.outlet not in later],
        "later writers": [sentence for sentence in written if sentence.outlet in later],
    }
    coding = find_default_coding()
    if coding is not None:
        groups["real news"] = [s for s in settle(coding.annotations) if not s.outlet.startswith("written")]
    for name, sentences in groups.items():
        share = type_token([sentence.text for sentence in sentences])
        print(f"{name}, {len(sentences):,} sentences: {share:.0%} of {RUNNING:,} running words are distinct")
    if coding is None:
        print("real news: skipped, its texts are not all on this machine (../shared/data)")


if __name__ == "__main__":
    main()
