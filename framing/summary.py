"""Shares of frames and stances per outlet, month, country or voice.

For now the shares count the classifier's labels and are named ``uncorrected``: they carry its errors. Their intervals
come from a bootstrap over articles, since the sentences of one article are alike.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from framing.articles import Skipped
from framing.codebook import STANCES
from framing.errors import UsageError, suggest
from framing.scoring import ArticleScore

GROUPINGS = ("outlet", "month", "country", "voice")
MIN_ARTICLES = 5
"""Articles below which no interval is given: a bootstrap over fewer promises more than it keeps."""

REPLICATIONS = 2000
UNKNOWN = "(unknown)"
METHOD = "uncorrected"


@dataclass(frozen=True, slots=True)
class Example:
    """The sentence of a group that has a frame with the highest probability."""

    text: str
    article_id: str
    probability: float


@dataclass(slots=True)
class Tally:
    """The counts of one article within one group; None where a label was not learnt. ``examples`` by frame."""

    group: str
    article_id: str
    sentences: int
    frames: dict[str, int | None]
    stance: dict[str, dict[str, int | None]]
    examples: dict[str, Example] = field(default_factory=dict)
    trained_on: bool = False


@dataclass(frozen=True, slots=True)
class Share:
    """A share of a group's sentences with its 95 % interval, None where articles are too few or the label was not learnt."""

    share: float | None
    low: float | None
    high: float | None
    reliable: bool | None
    example: Example | None = None


@dataclass(frozen=True, slots=True)
class StanceShares:
    """Shares of favor, against and none towards a target; ``balance`` is favor minus against, with its 95 % interval."""

    shares: dict[str, float | None]
    balance: float | None
    low: float | None
    high: float | None
    reliable: bool | None


@dataclass(frozen=True, slots=True)
class OutletSummary:
    """One group (an outlet unless grouped otherwise): what was counted, and the shares in the codebook's order."""

    group: str
    articles: int
    sentences: int
    frames: dict[str, Share]
    stance: dict[str, StanceShares]


def tally_score(score: ArticleScore, by: str) -> list[Tally]:
    """Return the counts of one article, one tally per group that its sentences fall into; headlines are left out."""
    parts: dict[str, list[Any]] = {}
    for row in score.body:
        parts.setdefault(row.sentence.voice if by == "voice" else _group(by, _facts(score)), []).append(row)
    tallies = []
    for group, rows in parts.items():
        frames: dict[str, int | None] = {}
        examples: dict[str, Example] = {}
        for frame in rows[0].probabilities:
            learnt = rows[0].probabilities[frame] is not None
            having = [row for row in rows if frame in row.frames]
            frames[frame] = len(having) if learnt else None
            if having:
                best = max(having, key=lambda row: row.probabilities[frame])
                examples[frame] = Example(best.sentence.text, score.article.id, best.probabilities[frame])
        stance = {target: _count([row.stance[target] for row in rows]) for target in rows[0].stance}
        tallies.append(Tally(group, score.article.id, len(rows), frames, stance, examples, score.trained_on > 0))
    return tallies


def _facts(score: ArticleScore) -> dict[str, Any]:
    return {"outlet": score.article.outlet, "country": score.article.country, "date": score.article.date}


def _group(by: str, record: dict[str, Any]) -> str:
    if by == "month":
        date = record.get("date")
        return date[:7] or UNKNOWN if isinstance(date, str) else UNKNOWN
    group = record.get(by)
    return group if group and isinstance(group, str) else UNKNOWN


def _count(given: Sequence[str | None]) -> dict[str, int | None]:
    return dict.fromkeys(STANCES) if None in given else {stance: given.count(stance) for stance in STANCES}


def is_saved_score(line: bytes) -> bool:
    """Return whether a line of JSON is a record that ``framing score`` wrote."""
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        return False
    return isinstance(record, dict) and "article_id" in record and "frames" in record


def is_saved_scores(path: Path) -> bool:
    """Return whether the first record of ``path`` is one that ``framing score`` wrote."""
    try:
        if path.suffix.lower() != ".jsonl" or not path.is_file():
            return False
        with path.open("rb") as lines:
            return is_saved_score(next((line for line in lines if line.strip()), b""))
    except OSError:
        return False  # the reader of articles names it


def read_saved_scores(lines: Iterable[bytes], by: str, *, source: str) -> Iterator[tuple[str, Tally] | Skipped]:
    """Yield the model and the tallies of saved records, one per article or one per sentence; a broken line is skipped.

    Raises:
        UsageError: ``by`` is voice and the records are per article.
    """
    sentences: dict[tuple[str, str, str], Tally] = {}
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
            if "index" in record:
                _add_sentence(sentences, record, by)
            elif by == "voice" and "sentences" in record:
                raise UsageError(f"{source}: records per article do not tell voices; save them with --unit sentence")
            else:
                yield str(record["model"]), _tally_record(record, by)
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
            yield Skipped(f"{source}:{number}", "it is no record of framing score")
    for (model, _, _), tally in sentences.items():
        yield model, tally


def _tally_record(record: dict[str, Any], by: str) -> Tally:
    frames = {frame: _whole(row["sentences"]) for frame, row in record["frames"].items()}
    stance = {target: {value: _whole(row[value]) for value in STANCES} for target, row in record["stance"].items()}
    sentences = record["sentences"]
    if type(sentences) is not int or not 0 < sentences < 10**9:
        raise ValueError("an article has at least one sentence")
    seen = bool(record.get("trained_on"))
    return Tally(_group(by, record), str(record["article_id"]), sentences, frames, stance, trained_on=seen)


def _whole(value: Any) -> int | None:
    if value is not None and (type(value) is not int or not 0 <= value < 10**9):
        raise ValueError("a count is a whole number")
    return value


def _add_sentence(tallies: dict[tuple[str, str, str], Tally], record: dict[str, Any], by: str) -> None:
    """Add a sentence to the tally of its article; what is missing is found before anything is counted."""
    chances: dict[str, float | None] = record["probabilities"]
    having = {frame: chances[frame] or 0.0 for frame in record["frames"]}
    stances: dict[str, str | None] = record["stance"]
    text, article, model = str(record["text"]), str(record["article_id"]), str(record["model"])
    group = str(record["voice"]) if by == "voice" else _group(by, record)
    if not all(value is None or value in STANCES for value in stances.values()):
        raise ValueError("a stance is unknown")
    if record["kind"] == "headline":
        return
    key = (model, group, f"{record.get('source')} {article}")
    if key not in tallies:
        frames = {frame: (None if chance is None else 0) for frame, chance in chances.items()}
        stance: dict[str, dict[str, int | None]] = {}
        for target, value in stances.items():
            stance[target] = dict.fromkeys(STANCES) if value is None else dict.fromkeys(STANCES, 0)
        tallies[key] = Tally(group, article, 0, frames, stance)
    tally = tallies[key]
    tally.sentences += 1
    tally.trained_on |= bool(record.get("trained_on"))
    for frame, chance in having.items():
        tally.frames[frame] = (tally.frames[frame] or 0) + 1
        if frame not in tally.examples or chance > tally.examples[frame].probability:
            tally.examples[frame] = Example(text, article, chance)
    for target, value in stances.items():
        if value is not None:
            tally.stance[target][value] = (tally.stance[target][value] or 0) + 1


def summarize(tallies: Iterable[Tally], *, reliable: dict[str, bool] | None = None, seed: int = 0) -> list[OutletSummary]:
    """Return one summary per group, in the order of the groups' names.

    ``reliable`` says of each frame, and of each target, whether the model's evaluation vouches for it; a label that it
    does not name is of unknown reliability.
    """
    groups: dict[str, list[Tally]] = {}
    for tally in tallies:
        groups.setdefault(tally.group, []).append(tally)
    return [_summarize_group(name, groups[name], reliable or {}, seed) for name in sorted(groups)]


def _summarize_group(group: str, tallies: list[Tally], reliable: dict[str, bool], seed: int) -> OutletSummary:
    sizes = np.array([tally.sentences for tally in tallies])
    weights = _bootstrap_weights(len(tallies), seed)
    frames = {}
    for frame in tallies[0].frames:
        counts = [tally.frames.get(frame) for tally in tallies]
        share, low, high = _estimate(counts, sizes, weights)
        examples = [tally.examples[frame] for tally in tallies if frame in tally.examples]
        best = max(examples, key=lambda example: example.probability, default=None)
        frames[frame] = Share(share, low, high, reliable.get(frame), best)
    stance = {}
    for target in tallies[0].stance:
        counted = {value: [tally.stance.get(target, {}).get(value) for tally in tallies] for value in STANCES}
        shares = {value: _estimate(counts, sizes, None)[0] for value, counts in counted.items()}
        pairs = zip(counted["favor"], counted["against"], strict=True)
        difference = [None if favor is None or against is None else favor - against for favor, against in pairs]
        stance[target] = StanceShares(shares, *_estimate(difference, sizes, weights, -1.0), reliable.get(target))
    return OutletSummary(group, len(tallies), int(sizes.sum()), frames, stance)


def _bootstrap_weights(articles: int, seed: int) -> NDArray[np.int64] | None:
    """Return how often each article is drawn in each replication, or None where articles are too few."""
    if articles < MIN_ARTICLES:
        return None
    return np.random.default_rng(seed).multinomial(articles, np.full(articles, 1 / articles), REPLICATIONS)


def _estimate(
    counts: Sequence[int | None], sizes: NDArray[np.int64], weights: NDArray[np.int64] | None, lowest: float = 0.0
) -> tuple[float | None, float | None, float | None]:
    """Return the share of all sentences with its interval; None for what cannot be said."""
    if any(count is None for count in counts):
        return None, None, None
    values = np.array(counts, float)
    share = float(values.sum() / sizes.sum())
    if weights is None:
        return share, None, None
    low, high = np.quantile((weights @ values) / (weights @ sizes), [0.025, 0.975])
    if low == high and abs(share) in (0.0, 1.0):
        low, high = _edge_interval(share, len(values), lowest)
    return share, float(low), float(high)


def _edge_interval(share: float, articles: int, lowest: float) -> tuple[float, float]:
    """Return Wilson's 95 % interval as if each article were one sentence, for a share at which the bootstrap cannot vary.

    Source: Wilson 1927. Counting articles, not sentences, is the cautious end.
    """
    reach = 1.96**2 / (articles + 1.96**2)
    return max(lowest, share - reach), min(1.0, share + reach)


def select(summaries: Sequence[OutletSummary], groups: Sequence[str], frames: Sequence[str]) -> list[OutletSummary]:
    """Return the summaries of ``groups`` with ``frames`` alone; an empty list keeps them all.

    Raises:
        UsageError: a group is not among them; the message suggests a near one.
    """
    names = [summary.group for summary in summaries]
    for group in groups:
        if group not in names:
            raise UsageError(f"nothing was read of {group!r}{suggest(group, names)}")
    kept = [summary for summary in summaries if not groups or summary.group in groups]
    if not frames:
        return kept
    return [
        replace(summary, frames={frame: share for frame, share in summary.frames.items() if frame in frames}) for summary in kept
    ]


def outlet_record(summary: OutletSummary, by: str = "outlet") -> dict[str, Any]:
    """Return the record of one group; it carries the group under the name of the grouping."""
    frames = {
        frame: {
            "share": _rounded(row.share),
            "low": _rounded(row.low),
            "high": _rounded(row.high),
            "naive_share": _rounded(row.share),
            "method": METHOD,
            "reliable": row.reliable,
            "example": {
                "text": None if row.example is None else row.example.text,
                "article_id": None if row.example is None else row.example.article_id,
            },
        }
        for frame, row in summary.frames.items()
    }
    stance = {
        target: {
            **{value: _rounded(share) for value, share in row.shares.items()},
            "balance": _rounded(row.balance),
            "low": _rounded(row.low),
            "high": _rounded(row.high),
            "method": METHOD,
            "reliable": row.reliable,
        }
        for target, row in summary.stance.items()
    }
    counted = {"articles": summary.articles, "sentences": summary.sentences, "labelled": 0}
    return {by: summary.group, **counted, "frames": frames, "stance": stance}


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 6)


def check_grouping(by: str) -> str:
    """Return ``by``, a known grouping.

    Raises:
        UsageError: it is not known.
    """
    if by not in GROUPINGS:
        raise UsageError(f"--by {by!r} is no grouping{suggest(by, GROUPINGS)}")
    return by
