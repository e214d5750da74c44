"""Scores that ``framing score`` saved as JSON Lines, read back: what a summary is made of, without scoring again."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from framing.articles import Article, Skipped, clean_date
from framing.cleaning import BODY, HEADLINE
from framing.codebook import STANCES, Codebook
from framing.errors import FileError
from framing.labelling import SIDES, list_outputs
from framing.population import CountedArticle, ScoredArticle, SourceArticle
from framing.scoring import is_foreign
from framing.sentences import Sentence
from framing.voice import OUTLET, QUOTED


@dataclass(frozen=True, slots=True)
class Saved:
    """What a file of saved scores holds: articles with sentences, articles with counts, lines left out, and the models."""

    scored: tuple[ScoredArticle, ...]
    counted: tuple[CountedArticle, ...]
    skipped: tuple[Skipped, ...]
    models: tuple[str, ...]


_PACKED = ".jsonl.gz"


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
        if not path.name.lower().endswith((".jsonl", _PACKED)) or not path.is_file():
            return False
        return is_saved_score(next((line for line in iterate_lines(path) if line.strip()), b""))
    except (OSError, FileError):
        return False  # the reader of articles names it


def read_saved_scores(lines: Iterable[bytes], codebook: Codebook, *, source: str) -> Saved:
    """Return the scores of ``lines``, records per article or per sentence; what cannot be used is skipped by its number.

    The labels are those of ``codebook``, in the order of ``coded.list_outputs``. Skipped are a line that is no such record or
    has other labels, one that repeats an earlier one, and one that contradicts it: an article has one outlet and one date,
    and a label that was not learnt has a probability in no line. The order of the lines does not matter otherwise.
    """
    reading = _Reading(codebook)
    skipped = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            reading.add(_DECODER.decode(line.decode("utf-8").removeprefix("\ufeff")))
        except _Unfit as error:
            skipped.append(Skipped(f"{source}:{number}", str(error)))
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
            skipped.append(Skipped(f"{source}:{number}", "it is no record of framing score"))
    found = list(reading.sentences.values())
    skipped += [Skipped(f"{source}: {s.facts[0]}", "no sentence of its body was saved") for s in found if not s.chances]
    scored = tuple(_scored(sentences, codebook.language) for sentences in found if sentences.chances)
    return Saved(scored, tuple(reading.counted.values()), tuple(skipped), tuple(reading.models))


def iterate_lines(path: Path) -> Iterator[bytes]:
    """Yield the lines of a file, plain or packed with gzip, as bytes.

    Raises:
        FileError: it is packed and damaged.
    """
    if not path.name.lower().endswith(_PACKED):
        with path.open("rb") as lines:
            yield from lines
        return
    import gzip
    import zlib

    try:
        with gzip.open(path) as packed:
            yield from packed
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise FileError(f"{path}: it is damaged ({error}): score again") from None


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is no number")


_DECODER = json.JSONDecoder(parse_constant=_refuse)
_FACTS = ("article_id", "outlet", "date", "title", "source", "country", "ownership", "url")
_SURROGATE = re.compile("[\ud800-\udfff]")
_SLACK = 1e-5
"""By how much the probabilities of two sides may exceed 1: they were written with six digits."""


class _Unfit(Exception):
    """A record of ``framing score`` that does not go with the codebook, or with the lines before it."""


@dataclass(slots=True)
class _Sentences:
    """The sentences of one article, as they are read."""

    facts: tuple[Any, ...]
    sentences: list[Sentence] = field(default_factory=list)
    places: set[int] = field(default_factory=set)
    chances: list[list[float | None]] = field(default_factory=list)
    given: list[list[bool]] = field(default_factory=list)
    trained_on: list[bool] = field(default_factory=list)


class _Reading:
    """What was read so far: articles by their id and source, and the models. Nothing of a line that is refused stays."""

    def __init__(self, codebook: Codebook) -> None:
        self.frames, self.targets = codebook.frame_ids, codebook.target_ids
        self.frame_set, self.target_set = frozenset(self.frames), frozenset(self.targets)
        self.labels, self.language = list_outputs(codebook), codebook.language
        self.sentences: dict[tuple[Any, Any], _Sentences] = {}
        self.counted: dict[tuple[Any, Any], CountedArticle] = {}
        self.models: dict[str, None] = {}
        self.unlearnt: tuple[int, ...] | None = None

    def add(self, record: dict[str, Any]) -> None:
        """Add a record.

        Raises:
            _Unfit: it does not go with the codebook, or with an earlier record.
            ValueError, LookupError, TypeError, AttributeError: it is no record.
        """
        if not isinstance(record["model"], str) or not isinstance(record["article_id"], str):
            raise ValueError("the model and the id of an article are texts")
        self.models[record["model"]] = None
        if "index" in record:
            self._add_sentence(record)
        else:
            self._add_article(record)

    def _add_sentence(self, record: dict[str, Any]) -> None:
        sentence = _read_sentence(record)
        chances, given = self._read_labels(record)
        facts = tuple(map(record.get, _FACTS))
        key = (facts[0], facts[4])
        found = self.sentences.get(key) or _Sentences(facts)
        if found.facts != facts:
            raise _Unfit(f"an earlier line says otherwise of the article {facts[0]!r}: its outlet, date or the like")
        if sentence.index in found.places or key in self.counted:
            raise _Unfit(f"the article {facts[0]!r} has this sentence, or stands as a whole, in an earlier line: name scores once")
        self._check_learnt(chances)
        self.sentences[key] = found
        found.places.add(sentence.index)
        found.sentences.append(sentence)
        if sentence.kind == BODY:
            found.chances.append(chances)
            found.given.append(given)
            found.trained_on.append(bool(record.get("trained_on")))

    def _read_labels(self, record: dict[str, Any]) -> tuple[list[float | None], list[bool]]:
        probabilities, stances = record["probabilities"], record["stance_probabilities"]
        self._check_labels(probabilities, stances)
        frames, stance = record["frames"], record["stance"]
        given = [frame in frames for frame in self.frames]
        if type(frames) is not list or sum(given) != len(frames):
            raise ValueError("a frame is unknown")
        chances = [probabilities[frame] for frame in self.frames]
        for target in self.targets:
            if stance[target] not in (*STANCES, None):
                raise ValueError("a stance is unknown")
            sides = [stances[target][side] for side in SIDES]
            if None not in sides and sum(sides) > 1 + _SLACK:
                raise ValueError("probabilities add up to 1")
            chances += sides
            given += [stance[target] == side for side in SIDES]
        known = [chance for chance in chances if chance is not None]
        if not {*map(type, known)} <= {float, int} or min(known, default=0) < 0 or max(known, default=0) > 1:
            raise ValueError("a probability lies between 0 and 1")
        if len(known) < len(chances) and any(chance is None and label for chance, label in zip(chances, given, strict=True)):
            raise ValueError("a label that was not learnt was given")
        return chances, given

    def _add_article(self, record: dict[str, Any]) -> None:
        frames, stance, sentences = record["frames"], record["stance"], record["sentences"]
        self._check_labels(frames, stance)
        if type(sentences) is not int or not 0 < sentences < 10**9:
            raise ValueError("an article has at least one sentence")
        counts = [frames[frame]["sentences"] for frame in self.frames]
        for target in self.targets:
            sides = [stance[target][side] for side in SIDES]
            if None not in sides and sum(sides) > sentences:
                raise ValueError("a sentence has one stance")
            counts += sides
        if not all(count is None or (type(count) is int and 0 <= count <= sentences) for count in counts):
            raise ValueError("a count is a whole number, and not of more sentences than there are")
        headlines = len([line["text"] for line in record.get("headline") or ()])
        facts = tuple(map(record.get, _FACTS))
        key = (facts[0], facts[4])
        if key in self.counted or key in self.sentences:
            raise _Unfit(f"the article {facts[0]!r} stands in an earlier line: name scores once")
        self._check_learnt(counts)
        named = dict(zip(self.labels, counts, strict=True))
        article = replace(_article(facts, ()), foreign=_is_foreign("", record.get("language"), self.language))
        self.counted[key] = CountedArticle(article, sentences, named, int(bool(record.get("trained_on"))), headlines=headlines)

    def _check_labels(self, frames: dict[str, Any], targets: dict[str, Any]) -> None:
        if frames.keys() != self.frame_set or targets.keys() != self.target_set:
            raise _Unfit("its frames or targets are not those of the model")

    def _check_learnt(self, numbers: Sequence[float | None]) -> None:
        """Check that a record lacks the numbers of those labels alone that all lack, since they were not learnt."""
        missing = tuple(place for place, number in enumerate(numbers) if number is None) if None in numbers else ()
        if self.unlearnt is None:
            self.unlearnt = missing
        if missing != self.unlearnt:
            label = self.labels[min({*missing} ^ {*self.unlearnt})]
            raise _Unfit(f"it has numbers of other labels than the lines before, such as {label}")


def _read_sentence(record: dict[str, Any]) -> Sentence:
    kind, voice, index, text = record["kind"], record["voice"], record["index"], record["text"]
    start, end, speaker, turn = record.get("start"), record.get("end"), record.get("speaker"), record.get("turn")
    if kind not in (BODY, HEADLINE) or voice not in (OUTLET, QUOTED) or type(index) is not int:
        raise ValueError("a sentence has a kind, a voice and an index")
    if type(text) is not str or not all(value is None or type(value) is str for value in (speaker, turn)):
        raise ValueError("a text is a text")
    if not all(value is None or type(value) is int for value in (start, end)):
        raise ValueError("an offset is a whole number")
    return Sentence(_mend(record["article_id"]), index, start, end, _mend(text), kind, voice, speaker and _mend(speaker), turn)


def _mend(text: str) -> str:
    """Return ``text`` with a sign for each half of a character, as where an article is read: JSON can hold it, no file can."""
    return text if text.isascii() else _SURROGATE.sub("\ufffd", text)


def _article(facts: Sequence[Any], sentences: Sequence[Sentence]) -> SourceArticle:
    name, outlet, date, title, source, country, ownership, url = (_mend(f) if isinstance(f, str) and f else None for f in facts)
    try:
        date = clean_date(date)
    except ValueError:
        date = None  # as where an article is read
    return SourceArticle(name or "", outlet, date, title, source or "", tuple(sentences), country, ownership, url)


def _is_foreign(text: str, named: Any, language: str) -> bool:
    return is_foreign(Article("", text, language=named if isinstance(named, str) else None), language)


def _scored(found: _Sentences, language: str) -> ScoredArticle:
    ordered = sorted(range(len(found.sentences)), key=lambda place: found.sentences[place].index)
    in_body = {place: row for row, place in enumerate(p for p, s in enumerate(found.sentences) if s.kind == BODY)}
    body = [in_body[place] for place in ordered if place in in_body]
    article = _article(found.facts, [found.sentences[place] for place in ordered])
    # The language that the article named was not saved with its sentences, so their words must tell.
    article = replace(article, foreign=_is_foreign(" ".join(s.text for s in article.sentences), None, language))
    arrays = np.array(found.chances, float), np.array(found.given, bool), np.array(found.trained_on, bool)
    return ScoredArticle(article, *(array[body] for array in arrays))
