"""Scores that ``framing score`` saved as JSON Lines, read back: what a summary is made of, without scoring again."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from framing.articles import Skipped
from framing.cleaning import BODY, HEADLINE
from framing.codebook import STANCES, Codebook
from framing.coded import SIDES, list_outputs
from framing.population import CountedArticle, ScoredArticle, SourceArticle
from framing.sentences import Sentence
from framing.voice import OUTLET, QUOTED


@dataclass(frozen=True, slots=True)
class Saved:
    """What a file of saved scores holds: articles with sentences, articles with counts, lines left out, and the models."""

    scored: tuple[ScoredArticle, ...]
    counted: tuple[CountedArticle, ...]
    skipped: tuple[Skipped, ...]
    models: tuple[str, ...]


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


@dataclass(slots=True)
class _Sentences:
    """The sentences of one article, as they are read."""

    facts: tuple[str | None, ...]
    sentences: list[Sentence] = field(default_factory=list)
    chances: list[list[float]] = field(default_factory=list)
    given: list[list[bool]] = field(default_factory=list)
    trained_on: list[bool] = field(default_factory=list)


def read_saved_scores(lines: Iterable[bytes], codebook: Codebook, *, source: str) -> Saved:
    """Return the scores of ``lines``, records per article or per sentence; a broken line is skipped by its number.

    The labels are those of ``codebook``, in the order of ``coded.list_outputs``; a record with others is skipped.
    """
    sentences: dict[tuple[str | None, ...], _Sentences] = {}
    counted, skipped = [], []
    models: dict[str, None] = {}
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
            model = str(record["model"])
            if "index" in record:
                _add_sentence(sentences, record, codebook)
            else:
                counted.append(_count_article(record, codebook))
            models[model] = None
        except _Foreign as error:
            skipped.append(Skipped(f"{source}:{number}", str(error)))
            models[model] = None
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
            skipped.append(Skipped(f"{source}:{number}", "it is no record of framing score"))
    empty = [found for found in sentences.values() if not found.chances]
    skipped += [Skipped(f"{source}: {found.facts[0]}", "no sentence of its body was saved") for found in empty]
    scored = tuple(_scored(found) for found in sentences.values() if found.chances)
    return Saved(scored, tuple(counted), tuple(skipped), tuple(models))


class _Foreign(Exception):
    """A record whose labels are not those of the codebook."""


def _facts(record: dict[str, Any]) -> tuple[str | None, ...]:
    """Return what names and groups an article, in the order of ``_article``'s fields."""
    keys = ("article_id", "outlet", "date", "title", "source", "country", "ownership", "url")
    if not isinstance(record["article_id"], str):
        raise ValueError("an article's id is a text")
    return tuple(value if isinstance(value := record.get(key), str) and value else None for key in keys)


def _article(facts: Sequence[str | None], sentences: Sequence[Sentence]) -> SourceArticle:
    name, outlet, date, title, source, country, ownership, url = facts
    return SourceArticle(str(name), outlet, date, title, source or "", tuple(sentences), country, ownership, url)


def _scored(found: _Sentences) -> ScoredArticle:
    arrays = np.array(found.chances, float), np.array(found.given, bool), np.array(found.trained_on, bool)
    ordered = sorted(range(len(found.sentences)), key=lambda place: found.sentences[place].index)
    in_body = {place: row for row, place in enumerate(p for p, s in enumerate(found.sentences) if s.kind == BODY)}
    body = [in_body[place] for place in ordered if place in in_body]
    article = _article(found.facts, [found.sentences[place] for place in ordered])
    return ScoredArticle(article, *(array[body] for array in arrays))


def _add_sentence(articles: dict[tuple[str | None, ...], _Sentences], record: dict[str, Any], codebook: Codebook) -> None:
    """Add a sentence to its article; what is missing is found before anything is added."""
    facts = _facts(record)
    kind, voice = record["kind"], record["voice"]
    if kind not in (BODY, HEADLINE) or voice not in (OUTLET, QUOTED) or type(record["index"]) is not int:
        raise ValueError("a sentence has a kind, a voice and an index")
    text, speaker = record["text"], record.get("speaker")
    if not isinstance(text, str) or not (speaker is None or isinstance(speaker, str)):
        raise ValueError("a text is a text")
    place = (record.get("start"), record.get("end"))
    sentence = Sentence(str(facts[0]), record["index"], *place, text, kind, voice, speaker, record.get("turn"))
    chances, given = _read_labels(record, codebook)
    found = articles.setdefault(facts, _Sentences(facts))
    found.sentences.append(sentence)
    if kind == BODY:
        found.chances.append(chances)
        found.given.append(given)
        found.trained_on.append(bool(record.get("trained_on")))


def _read_labels(record: dict[str, Any], codebook: Codebook) -> tuple[list[float], list[bool]]:
    probabilities, stances = record["probabilities"], record["stance_probabilities"]
    if probabilities.keys() != set(codebook.frame_ids) or stances.keys() != set(codebook.target_ids):
        raise _Foreign("its frames or targets are not those of the model")
    frames, stance = set(record["frames"]), record["stance"]
    if not frames <= set(codebook.frame_ids) or not all(stance[t] in (*STANCES, None) for t in codebook.target_ids):
        raise ValueError("a label is unknown")
    chances = [probabilities[frame] for frame in codebook.frame_ids]
    chances += [stances[target][side] for target in codebook.target_ids for side in SIDES]
    numbers = [np.nan if chance is None else float(chance) for chance in chances]
    if any(number < 0 or number > 1 for number in numbers):
        raise ValueError("a probability lies between 0 and 1")
    given = [frame in frames for frame in codebook.frame_ids]
    return numbers, given + [stance[target] == side for target in codebook.target_ids for side in SIDES]


def _count_article(record: dict[str, Any], codebook: Codebook) -> CountedArticle:
    frames, stance, sentences = record["frames"], record["stance"], record["sentences"]
    if frames.keys() != set(codebook.frame_ids) or stance.keys() != set(codebook.target_ids):
        raise _Foreign("its frames or targets are not those of the model")
    if type(sentences) is not int or not 0 < sentences < 10**9:
        raise ValueError("an article has at least one sentence")
    counts = [frames[frame]["sentences"] for frame in codebook.frame_ids]
    counts += [stance[target][side] for target in codebook.target_ids for side in SIDES]
    if not all(count is None or (type(count) is int and 0 <= count <= sentences) for count in counts):
        raise ValueError("a count is a whole number, and not of more sentences than there are")
    labels = list_outputs(codebook)
    return CountedArticle(
        _article(_facts(record), ()), sentences, dict(zip(labels, counts, strict=True)), bool(record.get("trained_on"))
    )


def iterate_lines(path: Path) -> Iterator[bytes]:
    """Yield the lines of a file as bytes."""
    with path.open("rb") as lines:
        yield from lines
