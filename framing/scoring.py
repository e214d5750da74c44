"""From articles to scores: streamed, in order, one article in memory at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from framing.articles import Article, Skipped
from framing.cleaning import BODY
from framing.codebook import STANCES, Codebook
from framing.languages import LANGUAGES, load_language
from framing.normalizing import fingerprint
from framing.scorer import Scorer
from framing.sentences import Sentence, split_article


@dataclass(frozen=True, slots=True)
class SentenceScore:
    """A sentence with its labels and probabilities; a label that was not learnt has probability None.

    ``trained_on`` says that the model was trained on this very sentence.
    """

    sentence: Sentence
    frames: frozenset[str]
    probabilities: dict[str, float | None]
    stance: dict[str, str | None]
    stance_probabilities: dict[str, dict[str, float | None]]
    trained_on: bool = False


@dataclass(frozen=True, slots=True)
class ArticleScore:
    """An article's sentences with their scores, in reading order, and the model (name and digest) that gave them.

    ``trained_on`` counts the sentences that the model was trained on: its scores of these look better than they are.
    ``foreign`` says that the article does not read like the model's language, so that its scores mean little.
    """

    article: Article
    sentences: tuple[SentenceScore, ...]
    model: str
    trained_on: int = 0
    foreign: bool = False

    @property
    def body(self) -> tuple[SentenceScore, ...]:
        """The sentences of the body: shares are counted over these."""
        return tuple(score for score in self.sentences if score.sentence.kind == BODY)

    @property
    def headline(self) -> tuple[SentenceScore, ...]:
        """The headline and the deck."""
        return tuple(score for score in self.sentences if score.sentence.kind != BODY)


def score_articles(items: Iterable[Article | Skipped], scorer: Scorer) -> Iterator[ArticleScore | Skipped]:
    """Yield the score of each article in order, and each input that could not be scored, with the reason."""
    for item in items:
        yield item if isinstance(item, Skipped) else score_article(item, scorer)


def score_article(article: Article, scorer: Scorer) -> ArticleScore | Skipped:
    """Return the score of one article, or why it has none."""
    sentences = split_article(article)
    if not any(sentence.kind == BODY for sentence in sentences):
        return Skipped(article.source, "no sentences are left after cleaning (framing check --show-dropped tells why)")
    scores = scorer.score([sentence.text for sentence in sentences])
    codebook = scorer.model.codebook
    rows = []
    for number, sentence in enumerate(sentences):
        probabilities = {frame: _known(value) for frame, value in zip(codebook.frame_ids, scores.frames[number], strict=True)}
        stance = {target: scores.stance_labels[target][number] for target in codebook.target_ids}
        chances = {t: dict(zip(STANCES, map(_known, scores.stance[t][number]), strict=True)) for t in codebook.target_ids}
        rows.append(SentenceScore(sentence, scores.labels[number], probabilities, stance, chances))
        rows[-1] = replace(rows[-1], trained_on=fingerprint(sentence.text) in scorer.model.trained_on)
    known = sum(row.trained_on for row in rows)
    foreign = is_foreign(article, codebook.language)
    return ArticleScore(article, tuple(rows), scorer.model.label, known, foreign)


def is_foreign(article: Article, language: str) -> bool:
    """Return whether ``article`` names another language, or has hardly any of the commonest words of this one."""
    if article.language:
        return article.language.lower()[:2] != language
    words = article.text[:20_000].lower().split()
    common = load_language(language).common if language in LANGUAGES else frozenset()
    return len(words) >= 30 and bool(common) and sum(map(common.__contains__, words)) < 0.1 * len(words)


def _known(value: Any) -> float | None:
    """Return a probability as a plain number, None for NaN."""
    return float(value) if value == value else None


def sentence_records(score: ArticleScore, codebook: Codebook) -> Iterator[dict[str, Any]]:
    """Yield the record of each sentence; frames in the codebook's order, probabilities to six digits."""
    for row in score.sentences:
        sentence = row.sentence
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
            "frames": [frame for frame in codebook.frame_ids if frame in row.frames],
            "probabilities": {frame: _rounded(value) for frame, value in row.probabilities.items()},
            "stance": row.stance,
            "stance_probabilities": {
                target: {stance: _rounded(value) for stance, value in chances.items()}
                for target, chances in row.stance_probabilities.items()
            },
            "trained_on": row.trained_on,
            "ownership": score.article.ownership,
            "url": score.article.url,
            "model": score.model,
        }


def article_record(score: ArticleScore, codebook: Codebook) -> dict[str, Any]:
    """Return the record of an article: counts and shares over the sentences of its body; the headline apart."""
    article, body = score.article, score.body
    frames: dict[str, dict[str, Any]] = {}
    for frame in codebook.frame_ids:
        chances = [row.probabilities[frame] for row in body]
        known = [chance for chance in chances if chance is not None]
        count = sum(frame in row.frames for row in body) if known else None
        share = None if count is None else round(count / len(body), 6)
        mean = round(sum(known) / len(known), 6) if known else None
        frames[frame] = {"sentences": count, "share": share, "mean_probability": mean}
    return {
        "article_id": article.id,
        "outlet": article.outlet,
        "country": article.country,
        "date": article.date,
        "title": article.title,
        "source": article.source,
        "language": article.language,
        "sentences": len(body),
        "frames": frames,
        "stance": {target: _stance_counts(target, body) for target in codebook.target_ids},
        "headline": [
            {"text": row.sentence.text, "frames": [f for f in codebook.frame_ids if f in row.frames], "stance": row.stance}
            for row in score.headline
        ],
        "trained_on": score.trained_on,
        "ownership": article.ownership,
        "url": article.url,
        "model": score.model,
    }


def _stance_counts(target: str, body: Iterable[SentenceScore]) -> dict[str, Any]:
    """Return the number of sentences of each stance, and the balance: favor minus against, over all sentences."""
    given = [row.stance[target] for row in body]
    if None in given:
        return {**dict.fromkeys(STANCES), "balance": None}
    counts = {stance: given.count(stance) for stance in STANCES}
    return {**counts, "balance": round((counts["favor"] - counts["against"]) / len(given), 6)}


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 6)
