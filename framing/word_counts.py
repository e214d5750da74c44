"""The words and two-word phrases of sentences, counted by group and article: what distinctive wording is found from."""

from __future__ import annotations

import re
from array import array
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import combinations, count, groupby
from typing import Any

import numpy as np
from numpy.typing import NDArray

from framing.cues import cue_words
from framing.languages import LANGUAGES, load_language
from framing.normalizing import normalize

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]
Integers = NDArray[np.integer[Any]]

_FRAGMENTS = frozenset(re.findall(r"\w+", "aren couldn didn doesn don hadn hasn isn ll re shouldn ve wasn weren wouldn"))
"""What the splitting at an apostrophe leaves of English words, beside single letters."""


@dataclass(frozen=True, slots=True)
class WordCorpus:
    """Sentences by group and article, as the numbers of their words (``tokens``) with -1 behind each sentence.

    ``sentence`` and ``article`` are those of each token; ``parts`` tells the tokens and the articles of each group. The key of
    a word is its number; the key of a phrase of the words a and b is (a + 1) times the number of words, plus b.
    """

    numbers: dict[str, int]
    words: tuple[str, ...]
    dull: Bools
    tokens: Integers
    sentence: Integers
    article: Integers
    parts: dict[str, tuple[slice, slice]]

    def list_terms(self) -> tuple[Integers, Integers]:
        """Return the keys of all words and phrases, and the article of each."""
        first, last = self.tokens[:-1].astype(np.int64), self.tokens[1:]
        there, pairs = first >= 0, (first >= 0) & (last >= 0)
        keys = np.concatenate([first[there], self.phrase(first, last)[pairs]])
        return keys, np.concatenate([self.article[:-1][there], self.article[:-1][pairs]])

    def phrase(self, first: Any, last: Any) -> Any:
        """Return the key of two words, or of many pairs."""
        return (first + 1) * len(self.words) + last

    def split(self, key: int) -> tuple[int, ...]:
        """Return the words of a term."""
        first, last = divmod(key, len(self.words))
        return (first - 1, last) if first else (last,)

    def spell(self, key: int) -> str:
        """Return a term in letters."""
        return " ".join(self.words[word] for word in self.split(key))

    def find(self, key: int, where: slice) -> Integers:
        """Return where in the tokens ``where`` a term stands, a row for each of its words."""
        words, tokens = self.split(key), self.tokens[where]
        spots = np.flatnonzero(tokens == words[0])
        spots = spots[tokens[spots + len(words) - 1] == words[-1]]
        return np.asarray(spots + np.arange(len(words))[:, None])

    def are_dull(self, keys: Integers) -> Bools:
        """Return which terms begin or end with a word that says nothing."""
        first, last = np.divmod(keys, max(len(self.words), 1))
        return np.asarray(self.dull[last] | self.dull[first - 1] & (first > 0))

    def find_names(self, group: str) -> list[int]:
        """Return the terms that name a group: its word, or any two of several in order, all in one, and their initials."""
        words = cue_words(normalize(group))
        words = words[next((place for place, word in enumerate(words) if not _is_dull(word)), 0) :]
        single = {"".join(words), "".join(word[0] for word in words)} if len(words) > 1 else words
        known = [self.numbers[word] for word in words if word in self.numbers]
        return [self.numbers[w] for w in single if w in self.numbers] + [self.phrase(*pair) for pair in combinations(known, 2)]


def read_corpus(texts: Sequence[str], groups: Sequence[str], articles: Sequence[str]) -> WordCorpus:
    """Return the corpus of ``texts``, with the group and the article of each; a sentence that a group repeats stands once."""
    sources = list(zip(groups, articles, strict=True))
    places = {source: place for place, source in enumerate(sorted(set(sources)))}
    article = np.array([places[source] for source in sources], np.int32)
    numbers: defaultdict[str, int] = defaultdict(count().__next__)
    tokens, sentence, parts = array("i"), array("i"), {}
    for group, members in groupby(np.argsort(article, kind="stable").tolist(), key=groups.__getitem__):
        start, own, seen = len(tokens), list(members), set[str]()
        for index in own:
            text = normalize(texts[index])
            if text not in seen:
                seen.add(text)
                tokens.extend(map(numbers.__getitem__, cue_words(text)))
                tokens.append(-1)
                sentence.extend([index] * (len(tokens) - len(sentence)))
        parts[group] = slice(start, len(tokens)), slice(int(article[own[0]]), int(article[own[-1]]) + 1)
    at = np.array(sentence, np.int32)
    dull = np.array([_is_dull(word) for word in numbers], bool)
    return WordCorpus(dict(numbers), tuple(numbers), dull, np.array(tokens, np.int32), at, article[at], parts)


@cache
def _function_words() -> frozenset[str]:
    languages = [load_language(code) for code in LANGUAGES]
    return _FRAGMENTS.union(*(language.common | language.pronouns for language in languages))


def _is_dull(word: str) -> bool:
    letter = len(word) == 1 and word.upper() != word.lower()  # a Chinese word may have one character
    return letter or word.isdecimal() or not word.strip("_") or word in _function_words()


@dataclass(frozen=True, slots=True)
class TermTable:
    """How often articles use the terms ``keys``: a row for each article and term that it uses, ordered by article.

    ``lengths`` are how many words and phrases each article has; ``sums`` are those of ``add_up`` over all articles.
    """

    keys: Integers
    article: Integers
    term: Integers
    count: Integers
    lengths: Integers
    sums: Floats


def tabulate_terms(corpus: WordCorpus, min_articles: int) -> TermTable:
    """Return the counts of the terms that ``min_articles`` articles use."""
    keys, article = corpus.list_terms()
    space = (len(corpus.words) + 1) * max(len(corpus.words), 1)
    cells, times = np.unique(article * np.int64(space) + keys, return_counts=True)
    article, keys = np.divmod(cells, space)
    keys, term, users = np.unique(keys, return_inverse=True, return_counts=True)
    lengths = np.bincount(article, times, max((part.stop for _, part in corpus.parts.values()), default=0))
    kept = users >= min_articles
    rows = kept[term]
    article, term, times = article[rows], (np.cumsum(kept) - 1)[term[rows]], times[rows]
    return TermTable(keys[kept], article, term, times, lengths, add_up(term, times, lengths[article]))


def add_up(term: Integers, times: Integers, lengths: Integers) -> Floats:
    """Return for each term the sums over articles of its counts, their squares, counts times lengths, and the articles."""
    return np.array([np.bincount(term, weights) for weights in (times, times**2, times * lengths, times**0)])
