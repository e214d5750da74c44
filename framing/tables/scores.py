"""Scores: one row per article or sentence."""

from __future__ import annotations

from collections.abc import Iterable

from framing.codebook import Codebook
from framing.output import Grid, Part, decimal, plain
from framing.scoring import ArticleScore


def tabulate_articles(scores: Iterable[ArticleScore], codebook: Codebook) -> list[Part]:
    """Return one row per article: its leading frames with the number of sentences, and the stance counts."""
    rows = []
    for score in scores:
        body = score.body
        counts = [(plain(frame.name), sum(frame.id in row.frames for row in body)) for frame in codebook.frames]
        leading = sorted((pair for pair in counts if pair[1]), key=lambda pair: -pair[1])[:3]
        shown = ", ".join(f"{name} {count}" for name, count in leading) or "no frame"
        stances = []
        for target in codebook.targets:
            given = [row.stance[target.id] for row in body]
            stances.append("–" if None in given else f"{given.count('favor')} / {given.count('against')}")
        source = score.article
        rows.append([plain(source.id), plain(source.outlet) or "–", source.date or "–", shown, str(len(body)), *stances])
    header = [
        "article",
        "outlet",
        "date",
        "leading frames (sentences)",
        "sentences",
        *[f"{plain(t.name)} +/−" for t in codebook.targets],
    ]
    return [Grid("Articles", header, rows, left=4)] if rows else []


def tabulate_sentences(scores: Iterable[ArticleScore], codebook: Codebook) -> list[Part]:
    """Return one table per article with a row per sentence: voice, frames with probability, stance."""
    parts: list[Part] = []
    for score in scores:
        rows = []
        for row in score.sentences:
            frames = "\n".join(f"{f} {decimal(row.probabilities[f])}" for f in codebook.frame_ids if f in row.frames)
            stance = "\n".join(f"{target} {value}" for target, value in row.stance.items() if value not in ("none", None))
            voice = plain(row.sentence.speaker) or row.sentence.voice
            kind = "headline" if row.sentence.kind == "headline" else voice
            rows.append([str(row.sentence.index), kind, plain(row.sentence.text), frames, stance])
        heading = " · ".join(filter(None, (plain(score.article.id), plain(score.article.outlet), score.article.date)))
        parts.append(Grid(heading, ["", "voice", "sentence", "frames", "stance"], rows, left=5))
    return parts
