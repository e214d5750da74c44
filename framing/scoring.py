"""From articles to scores: streamed, in order, a batch of sentences in memory at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from framing.arrays import Bools, Floats, Integers
from framing.articles import Article, Skipped
from framing.cleaning import BODY
from framing.codebook import STANCES, Codebook
from framing.labelling import SIDES, Scores
from framing.languages import LANGUAGES, load_language
from framing.scoring_model import ScoringModel
from framing.sentences import Sentence, Span, attribute, find_sentences

BATCH = 2_000
"""Sentences that are scored together, of as many articles as hold them."""


@dataclass(frozen=True, slots=True)
class ArticleScore:
    """An article with what the model (name and digest) says of its sentences, in reading order.

    ``probabilities`` and ``given`` are sentences × outputs in the order of ``labelling.list_outputs``; NaN is the probability
    of what was not learnt. ``trained`` says which sentences the model was trained on: its scores of these look better than
    they are. ``counts`` and ``means`` are by output, over the sentences of the body: how many are given it, and its mean
    probability. ``foreign`` says that the article does not read like the model's language, so that its scores mean little.
    """

    article: Article
    spans: Sequence[Span]
    probabilities: Floats
    given: Bools
    trained: Bools
    counts: Integers
    means: Floats
    model: str
    foreign: bool = False

    @property
    def sentences(self) -> tuple[Sentence, ...]:
        """The sentences with their voices, which take longer to find than their scores: ask once."""
        return attribute(self.article, self.spans)

    @property
    def in_body(self) -> list[bool]:
        """Which sentences belong to the body: shares are counted over these."""
        return [span.kind == BODY for span in self.spans]

    @property
    def trained_on(self) -> int:
        """The number of sentences that the model was trained on."""
        return int(np.count_nonzero(self.trained))


class ModelScorer:
    """Scores sentences with one model."""

    def __init__(self, model: ScoringModel) -> None:
        """Take the model to score with."""
        self.model = model
        self._scorer = model.scorer

    def score(self, texts: Sequence[str]) -> Scores:
        """Return the probabilities and labels of ``texts``, one sentence each."""
        return self.model.interpret(self._scorer.decide(texts))

    def judge(self, texts: Sequence[str]) -> tuple[Floats, Bools, Bools]:
        """Return the probabilities and the labels given (sentences × outputs), and which sentences were trained on."""
        reading = self._scorer.read(texts)
        return *self.model.judge(reading.decisions), self.model.knows(reading.fingerprints)


def score_articles(
    items: Iterable[Article | Skipped], scorer: ModelScorer, *, batch: int = BATCH
) -> Iterator[ArticleScore | Skipped]:
    """Yield the score of each article in order, and each input that could not be scored, with the reason.

    Articles wait until ``batch`` sentences are together; the scores do not depend on it.
    """
    waiting: list[tuple[Article, list[Span]] | Skipped] = []
    sentences = 0
    for item in items:
        waiting.append(item if isinstance(item, Skipped) else _take_apart(item))
        sentences += len(waiting[-1][1]) if isinstance(waiting[-1], tuple) else 0
        if sentences >= batch or len(waiting) >= batch:
            yield from _score_batch(waiting, scorer)
            waiting, sentences = [], 0
    yield from _score_batch(waiting, scorer)


def _take_apart(article: Article) -> tuple[Article, list[Span]] | Skipped:
    spans = find_sentences(article)
    if any(span.kind == BODY for span in spans):
        return article, spans
    return Skipped(article.source, "no sentences are left after cleaning (framing check --show-dropped tells why)")


def _score_batch(waiting: Sequence[tuple[Article, list[Span]] | Skipped], scorer: ModelScorer) -> Iterator[ArticleScore | Skipped]:
    taken = [item for item in waiting if not isinstance(item, Skipped)]
    texts = [read_span(article, span) for article, spans in taken for span in spans]
    if not taken:
        yield from (item for item in waiting if isinstance(item, Skipped))
        return
    chances, given, trained = scorer.judge(texts)
    ends = np.cumsum([len(spans) for _, spans in taken])
    starts = ends - [len(spans) for _, spans in taken]
    body = np.array([span.kind == BODY for _, spans in taken for span in spans])
    counts = np.add.reduceat(given & body[:, None], starts, axis=0, dtype=np.int64)
    sums = np.add.reduceat(np.where(body[:, None], chances, 0.0), starts, axis=0)
    means = sums / np.add.reduceat(body, starts, dtype=np.int64)[:, None]
    language, label = scorer.model.codebook.language, scorer.model.label
    number = 0
    for item in waiting:
        if isinstance(item, Skipped):
            yield item
            continue
        rows = slice(starts[number], ends[number])
        article, spans = item
        own = chances[rows], given[rows], trained[rows]
        yield ArticleScore(article, spans, *own, counts[number], means[number], label, is_foreign(article, language))
        number += 1


def read_span(article: Article, span: Span) -> str:
    """Return the text of a sentence; a headline without a place in the text is the title."""
    return str(article.title) if span.start is None else article.text[span.start : span.end]


def is_foreign(article: Article, language: str) -> bool:
    """Return whether ``article`` names another language, or has hardly any of the commonest words of this one.

    Where its first words are plainly of this language the others are not read.
    """
    if article.language:
        return article.language.lower()[:2] != language
    common = load_language(language).common if language in LANGUAGES else frozenset()
    if not common:
        return False
    for length, enough in ((1_000, 0.2), (20_000, 0.1)):
        words = article.text[:length].lower().split()
        if len(words) < 30 or sum(map(common.__contains__, words)) >= enough * len(words):
            return False
    return True


def sentence_records(score: ArticleScore, codebook: Codebook) -> Iterator[dict[str, Any]]:
    """Yield the record of each sentence; frames in the codebook's order, probabilities to six digits."""
    chances = np.round(score.probabilities, 6).tolist()
    for number, sentence in enumerate(score.sentences):
        row = [value if value == value else None for value in chances[number]]
        stances = {target: row[first : first + len(SIDES)] for target, first in _columns(codebook)}
        yield {
            "article_id": score.article.id,
            "outlet": score.article.outlet,
            "country": score.article.country,
            "date": score.article.date,
            "title": score.article.title,
            "source": score.article.source,
            "index": sentence.index,
            "kind": sentence.kind,
            "voice": sentence.voice,
            "speaker": sentence.speaker,
            "turn": sentence.turn,
            "start": sentence.start,
            "end": sentence.end,
            "text": sentence.text,
            "frames": _list_frames(score, number, codebook),
            "probabilities": dict(zip(codebook.frame_ids, row, strict=False)),
            "stance": _list_stances(score, number, codebook),
            "stance_probabilities": {target: _complete(sides) for target, sides in stances.items()},
            "trained_on": bool(score.trained[number]),
            "ownership": score.article.ownership,
            "url": score.article.url,
            "model": score.model,
        }


def article_record(score: ArticleScore, codebook: Codebook) -> dict[str, Any]:
    """Return the record of an article: counts and shares over the sentences of its body; the headline apart."""
    article, body = score.article, score.in_body
    sentences = sum(body)
    counts, means = score.counts.tolist(), score.means.tolist()
    frames: dict[str, dict[str, Any]] = {}
    for column, frame in enumerate(codebook.frame_ids):
        learnt = means[column] == means[column]
        share = round(counts[column] / sentences, 6) if learnt else None
        frames[frame] = {
            "sentences": counts[column] if learnt else None,
            "share": share,
            "mean_probability": round(means[column], 6) if learnt else None,
        }
    return {
        "article_id": article.id,
        "outlet": article.outlet,
        "country": article.country,
        "date": article.date,
        "title": article.title,
        "source": article.source,
        "language": article.language,
        "sentences": sentences,
        "frames": frames,
        "stance": {t: _count_stances(counts[c : c + 2], means[c], sentences) for t, c in _columns(codebook)},
        "headline": [
            {
                "text": read_span(article, span),
                "frames": _list_frames(score, number, codebook),
                "stance": _list_stances(score, number, codebook),
            }
            for number, span in enumerate(score.spans)
            if not body[number]
        ],
        "trained_on": score.trained_on,
        "ownership": article.ownership,
        "url": article.url,
        "model": score.model,
    }


def _columns(codebook: Codebook) -> list[tuple[str, int]]:
    """Return each target with the first column of its sides."""
    return [(target, len(codebook.frame_ids) + len(SIDES) * number) for number, target in enumerate(codebook.target_ids)]


def _list_frames(score: ArticleScore, number: int, codebook: Codebook) -> list[str]:
    row = score.given[number].tolist()
    return [frame for column, frame in enumerate(codebook.frame_ids) if row[column]]


def _list_stances(score: ArticleScore, number: int, codebook: Codebook) -> dict[str, str | None]:
    """Return the stance of a sentence towards each target, None where that was not learnt."""
    given, chances = score.given[number].tolist(), score.probabilities[number].tolist()
    stances: dict[str, str | None] = {}
    for target, first in _columns(codebook):
        sides = [side for place, side in enumerate(SIDES) if given[first + place]]
        stances[target] = None if chances[first] != chances[first] else sides[0] if sides else STANCES[-1]
    return stances


def _complete(sides: Sequence[float | None]) -> dict[str, float | None]:
    """Return the probability of each stance; ``none`` is what the sides leave."""
    known = [side for side in sides if side is not None]
    rest = round(max(0.0, 1.0 - sum(known)), 6) if known else None
    return dict(zip(STANCES, [*sides, rest], strict=True))


def _count_stances(counts: Sequence[int], mean: float, sentences: int) -> dict[str, Any]:
    """Return the number of sentences of each stance, and the balance: favor minus against, over all sentences."""
    if mean != mean:
        return {**dict.fromkeys(STANCES), "balance": None}
    favor, against = counts
    values = (favor, against, sentences - favor - against)
    return {**dict(zip(STANCES, values, strict=True)), "balance": round((favor - against) / sentences, 6)}
