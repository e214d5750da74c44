"""From sentences to features: word and character TF-IDF, and the codebook's cues.

Three blocks side by side, each sentence's TF-IDF blocks of length 1: words and pairs of words; character n-grams inside
words (``char_wb``), which carry word forms that were never coded; and ``log(1 + summed weight)`` of the cues of each
group. Term frequencies are ``1 + log(count)``, inverse document frequencies ``1 + log((1 + n) / (1 + documents))``
(scikit-learn's smoothed form). Texts are counted once (``count_terms``); each part of them that a model is fitted on then
gets inverse document frequencies of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from math import log
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from framing.arrays import Floats, Integers
from framing.codebook import Codebook, Cue
from framing.counting import count_characters, count_words, read_normalized, split_texts
from framing.cues import CueMatcher, cue_words
from framing.errors import AnnotationError
from framing.ngrams import WORD
from framing.normalizing import normalize
from framing.settings import Settings

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix
    from sklearn.feature_extraction.text import TfidfVectorizer


@dataclass(frozen=True, slots=True)
class CueGroup:
    """The cues of one label that share a name, or without one a weight: one feature."""

    label: str
    group: str
    weight: float
    cues: tuple[Cue, ...]

    @property
    def name(self) -> str:
        """The feature's name, for explanations."""
        return f"cues of {self.label} ({self.group or f'weight {self.weight:g}'})"


def group_cues(codebook: Codebook) -> tuple[CueGroup, ...]:
    """Return the cue features of ``codebook`` in order: frames, then targets; each by falling weight, then named groups."""
    groups = []
    for label in codebook.labels:
        kinds = dict.fromkeys((cue.group, cue.weight) for cue in label.cues)
        for group, weight in sorted(kinds, key=lambda kind: (kind[0] != "", -kind[1])):
            members = tuple(cue for cue in label.cues if (cue.group, cue.weight) == (group, weight))
            groups.append(CueGroup(label.id, group, weight, members))
    return tuple(groups)


@dataclass(frozen=True)
class Vectorizer:
    """The fitted vocabulary: terms in the order of their columns, words first, then characters, then cue groups.

    ``idf`` covers words and characters. Made by ``TermCounts.vectorizer``; holds no scikit-learn object.
    """

    settings: Settings
    words: tuple[str, ...]
    chars: tuple[str, ...]
    idf: NDArray[np.float32]
    cues: tuple[CueGroup, ...]

    @property
    def columns(self) -> int:
        """The number of features."""
        return len(self.words) + len(self.chars) + len(self.cues)

    @cached_property
    def matcher(self) -> CueMatcher:
        """The matcher of the cue groups."""
        return CueMatcher([[replace(cue, phrase=normalize(cue.phrase)) for cue in group.cues] for group in self.cues])

    @cached_property
    def word_columns(self) -> dict[str, int]:
        """The column of each word n-gram."""
        return {term: column for column, term in enumerate(self.words)}

    @cached_property
    def char_columns(self) -> dict[str, int]:
        """The column of each character n-gram."""
        return {term: column for column, term in enumerate(self.chars, len(self.words))}

    def count_cues(self, text: str) -> Floats:
        """Return the values of the cue features of normalised ``text``."""
        if not self.cues:
            return np.zeros(0)
        counts: Floats = np.array(self.matcher.count(cue_words(text)))
        return np.asarray(self.settings.cue_scale * np.log1p(counts))

    def transform(self, texts: Sequence[str]) -> csr_matrix:
        """Return the features of ``texts``, sentences × columns, computed by scikit-learn."""
        from scipy.sparse import csr_matrix, hstack

        cleaned = [normalize(text) for text in texts]
        blocks = [restore_tfidf(self, kind).transform(cleaned) for kind in ("word", "char_wb") if self._terms(kind)]
        if self.cues:
            blocks.append(csr_matrix(np.array([self.count_cues(text) for text in cleaned])))
        return csr_matrix(hstack(blocks))

    def _terms(self, kind: str) -> tuple[str, ...]:
        return self.words if kind == "word" else self.chars


def restore_tfidf(vectorizer: Vectorizer, kind: str) -> TfidfVectorizer:
    """Return scikit-learn's fitted vectoriser of one block, ``word`` or ``char_wb``, with every choice written out."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    terms, word = vectorizer._terms(kind), kind == "word"
    tfidf = TfidfVectorizer(
        analyzer=kind,
        ngram_range=vectorizer.settings.word_ngrams if word else vectorizer.settings.char_ngrams,
        token_pattern=WORD.pattern if word else None,
        lowercase=False,  # normalize did it
        norm="l2",
        use_idf=True,
        smooth_idf=True,
        sublinear_tf=True,
        dtype=np.float64,
        vocabulary={term: column for column, term in enumerate(terms)},
    )
    first = 0 if word else len(vectorizer.words)
    tfidf.idf_ = vectorizer.idf[first : first + len(terms)].astype(np.float64)
    return tfidf


@dataclass(frozen=True)
class TermCounts:
    """The n-grams and cues of texts, counted once: ``features`` weighs them for any part of the texts.

    ``blocks`` hold ``1 + log(count)``, texts × terms, of words and of characters; ``cues`` the values of the cue groups.
    """

    settings: Settings
    terms: tuple[tuple[str, ...], tuple[str, ...]]
    blocks: tuple[csr_matrix, csr_matrix]
    groups: tuple[CueGroup, ...]
    cues: csr_matrix

    def weigh(self, rows: NDArray[np.intp] | None = None) -> Floats:
        """Return the inverse document frequency of every term among the texts ``rows`` (all without), words first.

        It is 0 for a term that too few of them hold: such a term is no feature.
        """
        weights = []
        for block in self.blocks:
            part = block if rows is None else block[rows]
            found = np.bincount(part.indices, minlength=part.shape[1])
            idf = 1 + np.log((1 + part.shape[0]) / (1 + found))
            weights.append(np.where(found >= max(1, self.settings.min_documents), idf, 0.0))
        return np.concatenate(weights).astype(np.float32)

    def features(self, idf: Floats, rows: NDArray[np.intp] | None = None) -> csr_matrix:
        """Return the features of the texts ``rows`` by the weights of ``weigh``, texts × (terms and cue groups)."""
        from scipy.sparse import csr_matrix, hstack
        from sklearn.preprocessing import normalize as scale_rows

        parts, first = [], 0
        for block in self.blocks:
            part = block.copy() if rows is None else block[rows]
            part.data *= idf[first : first + part.shape[1]].astype(part.dtype)[part.indices]
            part.eliminate_zeros()
            parts.append(scale_rows(part, copy=False) if part.shape[1] else part)
            first += part.shape[1]
        if self.groups:
            parts.append(self.cues if rows is None else self.cues[rows])
        return csr_matrix(hstack(parts, format="csr"))

    def kept(self, idf: Floats) -> NDArray[np.intp]:
        """Return the columns of the features that exist under ``idf``: the terms that are frequent enough, and the cues."""
        columns = np.arange(len(idf) + len(self.groups))
        return np.concatenate([np.flatnonzero(idf), columns[len(idf) :]])

    def suit(self, settings: Settings) -> TermCounts:
        """Return these counts under other ``settings``, which must ask for the same terms: the cues take their scale."""
        return replace(self, settings=settings, cues=self.cues * (settings.cue_scale / self.settings.cue_scale))

    def vectorizer(self, idf: Floats) -> Vectorizer:
        """Return the vectoriser that gives the ``kept`` features to any text."""
        words = self.terms[0]
        kept = np.flatnonzero(idf)
        chosen = [kept[kept < len(words)], kept[kept >= len(words)] - len(words)]
        names = [tuple(terms[column] for column in columns) for terms, columns in zip(self.terms, chosen, strict=True)]
        return Vectorizer(self.settings, names[0], names[1], idf[kept].astype(np.float32), self.groups)


def count_terms(texts: Sequence[str], codebook: Codebook, settings: Settings) -> TermCounts:
    """Return the n-grams of ``texts`` that occur in ``settings.min_documents`` of them, and the cues of ``codebook``.

    Raises:
        AnnotationError: the texts hold no words that occur often enough.
    """
    tokens, fewest = split_texts(texts), max(1, settings.min_documents)
    counted = [count_words(tokens, settings.word_ngrams, fewest), count_characters(tokens, settings.char_ngrams, fewest)]
    if not counted[0][0]:
        raise AnnotationError("the coded sentences hold too few words to learn from: code more sentences")
    for _, block in counted:
        block.data = _damp(block.data, np.float32 if len(texts) >= LARGE else np.float64)
    shell = Vectorizer(settings, (), (), np.zeros(0, np.float32), group_cues(codebook))
    return TermCounts(
        settings, (counted[0][0], counted[1][0]), (counted[0][1], counted[1][1]), shell.cues, _count_cues(texts, shell)
    )


def _damp(counts: Integers, kind: type[np.floating[Any]]) -> NDArray[np.floating[Any]]:
    """Return ``1 + log(count)`` of counts from 1 on, looked up: few differ."""
    return (1 + np.log(np.maximum(1, np.arange(counts.max(initial=0) + 1)))).astype(kind)[counts]


def _count_cues(texts: Sequence[str], shell: Vectorizer) -> csr_matrix:
    from scipy.sparse import csr_matrix

    if not shell.cues:
        return csr_matrix((len(texts), 0))
    return csr_matrix(np.array([shell.count_cues(text) for text in read_normalized(texts)]).reshape(len(texts), len(shell.cues)))


LARGE = 30_000
"""Texts that are many: from so many on features are kept in single precision, to halve their memory, and fitted otherwise."""


def weigh_terms(columns: Iterable[int], idf: NDArray[np.float32]) -> tuple[list[int], Floats]:
    """Return the distinct columns of one block and their TF-IDF values, of length 1 together."""
    counts: dict[int, int] = {}
    for column in columns:
        counts[column] = counts.get(column, 0) + 1
    distinct = list(counts)
    frequencies = np.array([1.0 + log(count) if count > 1 else 1.0 for count in counts.values()])
    values = frequencies * idf[distinct].astype(np.float64)
    return distinct, values / np.sqrt(values @ values)
