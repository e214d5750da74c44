"""Scores: one row per article or sentence."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from typing import Any

from framing.codebook import Codebook
from framing.output import Grid, Part, decimal, plain

Record = dict[str, Any]


def tabulate_articles(records: Iterable[Record], codebook: Codebook) -> list[Part]:
    """Return one row per record of an article: its leading frames with the number of sentences, and the stance counts."""
    rows = []
    for record in records:
        counts = [(plain(frame.name), record["frames"][frame.id]["sentences"] or 0) for frame in codebook.frames]
        leading = sorted((pair for pair in counts if pair[1]), key=lambda pair: -pair[1])[:3]
        shown = ", ".join(f"{name} {count}" for name, count in leading) or "no frame"
        given = [record["stance"][target.id] for target in codebook.targets]
        stances = ["–" if row["favor"] is None else f"{row['favor']} / {row['against']}" for row in given]
        named = plain(record["article_id"]), plain(record["outlet"]) or "–", record["date"] or "–"
        rows.append([*named, shown, str(record["sentences"]), *stances])
    targets = [f"{plain(target.name)} +/−" for target in codebook.targets]
    header = ["article", "outlet", "date", "leading frames (sentences)", "sentences", *targets]
    return [Grid("Articles", header, rows, left=4)] if rows else []


def tabulate_sentences(records: Iterable[Record], codebook: Codebook) -> Iterable[Part]:
    """Yield one table per article with a row per record of a sentence: voice, frames with probability, stance."""
    for (article, _, outlet, date), sentences in groupby(records, key=_article):
        rows = []
        for record in sentences:
            frames = "\n".join(f"{frame} {decimal(record['probabilities'][frame])}" for frame in record["frames"])
            stance = "\n".join(f"{target} {value}" for target, value in record["stance"].items() if value not in ("none", None))
            kind = "headline" if record["kind"] == "headline" else plain(record["speaker"]) or record["voice"]
            rows.append([str(record["index"]), kind, plain(record["text"]), frames, stance])
        heading = " · ".join(filter(None, (plain(article), plain(outlet), date)))
        yield Grid(heading, ["", "voice", "sentence", "frames", "stance"], rows, left=5)


def _article(record: Record) -> tuple[Any, ...]:
    return record["article_id"], record["source"], record["outlet"], record["date"]
