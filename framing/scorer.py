"""The scoring path: the decision values of ``FramingModel.decide`` without loading scikit-learn.

A sentence's decision value is ``sum over terms of (1 + log count) * idf * weight / length``, each TF-IDF block divided by
its own length, plus the cues. Counts are kept in dictionaries; the weights of all outputs are added as rows.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from framing.arrays import Floats
from framing.features import char_ngrams, weigh_terms, word_ngrams
from framing.labelling import Scores
from framing.model import FramingModel
from framing.normalizing import normalize


class Scorer:
    """Scores sentences with one model; words that were seen keep their character n-grams, since few words fill a text."""

    def __init__(self, model: FramingModel) -> None:
        """Take the model to score with."""
        self.model = model
        self._weights = model.weights.astype(np.float64)
        self._chars: dict[str, tuple[int, ...]] = {}

    def score(self, texts: Sequence[str]) -> Scores:
        """Return the probabilities and labels of ``texts``, one sentence each."""
        return self.model.interpret(self.decide(texts))

    def decide(self, texts: Sequence[str]) -> Floats:
        """Return the decision values, sentences × outputs."""
        decisions = np.tile(self.model.intercepts.astype(np.float64), (len(texts), 1))
        first_cue = len(self.model.vectorizer.words) + len(self.model.vectorizer.chars)
        for row, text in enumerate(texts):
            cleaned = normalize(text)
            for columns, values in self.blocks(cleaned):
                decisions[row] += values @ self._weights[columns]
            decisions[row] += self.model.vectorizer.count_cues(cleaned) @ self._weights[first_cue:]
        return decisions

    def blocks(self, cleaned: str) -> list[tuple[list[int], Floats]]:
        """Return the columns and values of the word block and of the character block of normalised text."""
        vectorizer = self.model.vectorizer
        words = vectorizer.word_columns
        word_block = [words[term] for term in word_ngrams(cleaned, vectorizer.settings.word_ngrams) if term in words]
        char_block = [column for word in cleaned.split() for column in self._char_columns(word)]
        return [weigh_terms(block, vectorizer.idf) for block in (word_block, char_block) if block]

    def _char_columns(self, word: str) -> tuple[int, ...]:
        known = self._chars.get(word)
        if known is None:
            columns = self.model.vectorizer.char_columns
            ngrams = char_ngrams(word, self.model.vectorizer.settings.char_ngrams)
            known = tuple(columns[ngram] for ngram in ngrams if ngram in columns)
            if len(word) < 40 and len(self._chars) < 200_000:  # a hostile text must not fill the memory
                self._chars[word] = known
        return known
