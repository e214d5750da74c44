"""From sentences to features: word and character TF-IDF, and the codebook's cues.

Three blocks side by side, each sentence's TF-IDF blocks of length 1: words and pairs of words; character n-grams inside
words (``char_wb``), which carry word forms that were never coded; and ``log(1 + summed weight)`` of the cues of each
label. Term frequencies are ``1 + log(count)``, inverse document frequencies ``1 + log((1 + n) / (1 + documents))``
(scikit-learn's smoothed form).
"""

from __future__ import annotations

import hashlib
import re
import tomllib
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property
from math import log
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from framing.codebook import Codebook, Cue
from framing.cues import CueMatcher, cue_words
from framing.errors import AnnotationError, UsageError, suggest

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix
    from sklearn.feature_extraction.text import TfidfVectorizer

Floats = NDArray[np.float64]

WORD = re.compile(r"\b\w\w+\b")
"""A word of the word block: two word characters or more."""

_US = re.compile(r"\bU\.\s?S\.(?:\s?A\.)?(?!\w)|\bUSA?\b")
_MARK = "[\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u0610-\u061a\u064b-\u065f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20f0\ufe20-\ufe2f]"
_MARKS = re.compile(f"({_MARK}{{30}}){_MARK}+")
"""Unicode's stream-safe limit (UAX #15): sorting a longer run of accents takes time in the square of its length."""

_QUOTES = str.maketrans("‘’‛′“”„«»", '\'\'\'\'"""""')


@dataclass(frozen=True, slots=True)
class Settings:
    """The choices of one training run; the defaults did best when one writer at a time was left out.

    ``min_documents`` is the number of sentences that an n-gram must occur in; 0 leaves it to ``settle_settings``.
    ``cue_scale`` multiplies the cue counts: the smaller, the less the model leans on them. ``frame_c`` and ``stance_c``
    are the inverse regularisation of the logistic regressions. ``folds`` are grouped by article.
    """

    word_ngrams: tuple[int, int] = (1, 2)
    char_ngrams: tuple[int, int] = (2, 5)
    min_documents: int = 0
    cue_scale: float = 0.3
    frame_c: float = 8.0
    stance_c: float = 8.0
    folds: int = 5
    seed: int = 0


LARGE = 1000
"""Coded sentences from which on an n-gram must occur in two: with fewer, leaving out the rare ones costs more than it saves."""


def settle_settings(settings: Settings, sentences: int) -> Settings:
    """Return ``settings`` with ``min_documents`` chosen by the size of the whole data, so that all folds share it."""
    return settings if settings.min_documents else replace(settings, min_documents=1 if sentences < LARGE else 2)


def read_settings(path: Path | None, seed: int) -> Settings:
    """Return the settings of a TOML file over the defaults, with ``seed`` unless the file has one.

    Raises:
        UsageError: the file is missing, is no TOML, or has a setting that is unknown or of another kind.
    """
    try:
        table = tomllib.loads(path.read_text("utf-8")) if path is not None else {}
    except (OSError, ValueError, RecursionError) as error:
        raise UsageError(f"{path}: the settings cannot be read ({error})") from None
    chosen: dict[str, Any] = {"seed": seed}
    for key, value in table.items():
        kinds = {setting.name: type(setting.default) for setting in fields(Settings)}
        if key not in kinds:
            raise UsageError(f"{path}: unknown setting {key!r}{suggest(key, kinds)}")
        value = tuple(value) if isinstance(value, list) else float(value) if kinds[key] is float and type(value) is int else value
        if type(value) is not kinds[key] or (isinstance(value, tuple) and [type(v) for v in value] != [int, int]):
            raise UsageError(f"{path}: {key} must be like {getattr(Settings(), key)!r}, not {value!r}")
        chosen[key] = value
    settings = Settings(**chosen)
    (w1, w2), (c1, c2) = settings.word_ngrams, settings.char_ngrams
    sensible = all(1e-6 <= scale <= 1e6 for scale in (settings.cue_scale, settings.frame_c, settings.stance_c))
    counts = settings.min_documents >= 0 and 2 <= settings.folds <= 1000 and 0 <= settings.seed < 2**32
    if not sensible or not counts or not 1 <= w1 <= w2 <= 10 or not 1 <= c1 <= c2 <= 20:
        raise UsageError(f"{path}: sizes run from low to high, scales are above 0, and there are two folds or more")
    return settings


LONGEST = 10_000
"""Characters of a sentence that the features see: no sentence is longer, and a hostile one must not fill the memory."""


def normalize(text: str) -> str:
    """Return ``text`` as the features see it: its first ``LONGEST`` characters, in NFKC without invisible ones, with one
    kind of quotation mark, "U.S." and "US" told from "us", in lower case and with single spaces.
    """
    text = text[:LONGEST]
    if not text.isascii():
        text = unicodedata.normalize("NFKC", _MARKS.sub(r"\1", text))
        text = "".join(c for c in text if unicodedata.category(c) != "Cf").translate(_QUOTES)
    return " ".join(_US.sub("usa", text).lower().split())


@dataclass(frozen=True, slots=True)
class CueGroup:
    """The cues of one label that share a weight: one feature."""

    label: str
    weight: float
    cues: tuple[Cue, ...]

    @property
    def name(self) -> str:
        """The feature's name, for explanations."""
        return f"cues of {self.label} (weight {self.weight:g})"


def group_cues(codebook: Codebook) -> tuple[CueGroup, ...]:
    """Return the cue features of ``codebook`` in order: frames, then targets, each by falling weight."""
    groups = []
    for label in codebook.labels:
        for weight in sorted({cue.weight for cue in label.cues}, reverse=True):
            groups.append(CueGroup(label.id, weight, tuple(cue for cue in label.cues if cue.weight == weight)))
    return tuple(groups)


@dataclass(frozen=True)
class Vectorizer:
    """The fitted vocabulary: terms in the order of their columns, words first, then characters, then cue groups.

    ``idf`` covers words and characters. Made by ``fit_vectorizer``; holds no scikit-learn object.
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
        blocks = [_restore(self, kind).transform(cleaned) for kind in ("word", "char_wb") if self._terms(kind)]
        if self.cues:
            blocks.append(csr_matrix(np.array([self.count_cues(text) for text in cleaned])))
        return csr_matrix(hstack(blocks))

    def _terms(self, kind: str) -> tuple[str, ...]:
        return self.words if kind == "word" else self.chars


def _tfidf(kind: str, settings: Settings, **options: Any) -> TfidfVectorizer:
    """Return scikit-learn's vectoriser with every choice written out."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    return TfidfVectorizer(
        analyzer=kind,
        ngram_range=settings.word_ngrams if kind == "word" else settings.char_ngrams,
        token_pattern=WORD.pattern if kind == "word" else None,
        lowercase=False,  # normalize did it
        norm="l2",
        use_idf=True,
        smooth_idf=True,
        sublinear_tf=True,
        dtype=np.float64,
        **options,
    )


def _restore(vectorizer: Vectorizer, kind: str) -> TfidfVectorizer:
    terms = vectorizer._terms(kind)
    tfidf = _tfidf(kind, vectorizer.settings, vocabulary={term: column for column, term in enumerate(terms)})
    first = 0 if kind == "word" else len(vectorizer.words)
    tfidf.idf_ = vectorizer.idf[first : first + len(terms)].astype(np.float64)
    return tfidf


def fit_vectorizer(texts: Sequence[str], codebook: Codebook, settings: Settings) -> Vectorizer:
    """Return the vocabulary of ``texts``, and the cues of ``codebook``.

    Raises:
        AnnotationError: the texts hold no words that occur often enough.
    """
    cleaned = [normalize(text) for text in texts]
    terms: list[tuple[str, ...]] = []
    idf = []
    for kind in ("word", "char_wb"):
        try:
            fitted = _tfidf(kind, settings, min_df=max(1, settings.min_documents)).fit(cleaned)
        except ValueError:
            raise AnnotationError("the coded sentences hold too few words to learn from: code more sentences") from None
        terms.append(tuple(map(str, fitted.get_feature_names_out())))
        idf.append(fitted.idf_)
    return Vectorizer(settings, terms[0], terms[1], np.concatenate(idf).astype(np.float32), group_cues(codebook))


def fingerprint(text: str) -> str:
    """Return 16 hexadecimal digits that sentences share only if the features see the same text."""
    return hashlib.blake2b(normalize(text).encode("utf-8", "replace"), digest_size=8).hexdigest()


def word_ngrams(text: str, sizes: tuple[int, int]) -> list[str]:
    """Return the word n-grams of normalised ``text``."""
    words = WORD.findall(text)
    return [
        " ".join(words[start : start + size]) for size in range(sizes[0], sizes[1] + 1) for start in range(len(words) - size + 1)
    ]


def char_ngrams(word: str, sizes: tuple[int, int]) -> list[str]:
    """Return the character n-grams of one word between blanks; a word shorter than n counts once, as a whole."""
    padded = f" {word} "
    ngrams = []
    for size in range(sizes[0], sizes[1] + 1):
        ngrams += [padded[start : start + size] for start in range(max(1, len(padded) - size + 1))]
        if size >= len(padded):
            break
    return ngrams


def weigh_terms(columns: Iterable[int], idf: NDArray[np.float32]) -> tuple[list[int], Floats]:
    """Return the distinct columns of one block and their TF-IDF values, of length 1 together."""
    counts: dict[int, int] = {}
    for column in columns:
        counts[column] = counts.get(column, 0) + 1
    distinct = list(counts)
    frequencies = np.array([1.0 + log(count) if count > 1 else 1.0 for count in counts.values()])
    values = frequencies * idf[distinct].astype(np.float64)
    return distinct, values / np.sqrt(values @ values)
