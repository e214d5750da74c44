"""What each word of a sentence adds to a decision value, so that a reader can check a label against the sentence.

Character n-grams mean nothing alone, so what each adds is shared among the words that contain it, and what a cue adds
goes to the words that it was found in. The terms are words and phrases; together with the intercept they add up to the
decision value.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from framing.arrays import Floats
from framing.cues import cue_words
from framing.features import Vectorizer, weigh_terms
from framing.ngrams import WORD, char_ngrams, word_ngrams
from framing.normalizing import normalize


@dataclass(frozen=True, slots=True)
class Term:
    """What a word or phrase adds to a decision value."""

    text: str
    weight: float


@dataclass(frozen=True, slots=True)
class LabelExplanation:
    """One output (a frame, or favor or against a target) of one sentence: ``intercept`` plus all terms is ``decision``.

    It is given when its ``probability`` reaches ``threshold``; of favor and against at most one is, the one that exceeds
    its threshold by the greater factor. The probability is None for what was not learnt.
    """

    label: str
    given: bool
    probability: float | None
    threshold: float
    decision: float
    intercept: float
    terms: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a sentence got its labels; ``outputs`` are in the codebook's order, their terms by falling absolute weight."""

    text: str
    frames: frozenset[str]
    stance: dict[str, str | None]
    outputs: tuple[LabelExplanation, ...]


def sum_contributions(vectorizer: Vectorizer, weights: Floats, text: str) -> dict[str, Floats]:
    """Return what each term of ``text`` adds to every output; ``weights`` is features × outputs."""
    cleaned = normalize(text)
    added: defaultdict[str, Floats] = defaultdict(lambda: np.zeros(weights.shape[1]))
    for share in (_share_words, _share_characters, _share_cues):
        for term, values in share(vectorizer, weights, cleaned):
            added[_US.sub("US", term)] += values
    return dict(added)


_US = re.compile(r"\busa\b")


def _share_words(vectorizer: Vectorizer, weights: Floats, cleaned: str) -> list[tuple[str, Floats]]:
    columns = vectorizer.word_columns
    known = [columns[term] for term in word_ngrams(cleaned, vectorizer.settings.word_ngrams) if term in columns]
    if not known:
        return []
    distinct, values = weigh_terms(known, vectorizer.idf)
    return [(vectorizer.words[column], value * weights[column]) for column, value in zip(distinct, values, strict=True)]


def _share_characters(vectorizer: Vectorizer, weights: Floats, cleaned: str) -> list[tuple[str, Floats]]:
    """Return what the character n-grams of each word add, an n-gram of several words shared by its occurrences."""
    columns = vectorizer.char_columns
    holders: defaultdict[int, list[str]] = defaultdict(list)
    for word in cleaned.split():
        shown = " ".join(WORD.findall(word)) or word
        for ngram in char_ngrams(word, vectorizer.settings.char_ngrams):
            if ngram in columns:
                holders[columns[ngram]].append(shown)
    if not holders:
        return []
    distinct, values = weigh_terms([column for column, words in holders.items() for _ in words], vectorizer.idf)
    return [
        (shown, value * weights[column] / len(holders[column]))
        for column, value in zip(distinct, values, strict=True)
        for shown in holders[column]
    ]


def _share_cues(vectorizer: Vectorizer, weights: Floats, cleaned: str) -> list[tuple[str, Floats]]:
    """Return what the cues add, by the words that they were found in; a group's value is shared by weight."""
    words = cue_words(cleaned)
    values = vectorizer.count_cues(cleaned)
    totals = vectorizer.matcher.count(words)
    first = len(vectorizer.words) + len(vectorizer.chars)
    return [
        (
            " ".join(words[match.start : match.end]),
            match.weight / totals[match.label] * values[match.label] * weights[first + match.label],
        )
        for match in vectorizer.matcher.find(words)
    ]


def explanation_record(explanation: Explanation, *, terms: int | None) -> dict[str, Any]:
    """Return the record of an explanation, with the ``terms`` that weigh most of each output, all where it is None."""
    outputs = [{**asdict(output), "terms": [asdict(term) for term in output.terms[:terms]]} for output in explanation.outputs]
    return {"text": explanation.text, "frames": sorted(explanation.frames), "stance": explanation.stance, "outputs": outputs}
