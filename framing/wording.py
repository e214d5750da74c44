"""The words and two-word phrases that tell the sentences of one group (an outlet) from those of all others.

The measure is that of Monroe, Colaresi & Quinn, "Fightin' Words" (Political Analysis 16:4, 2008, doi:10.1093/pan/mpn018): the
log-odds ratio of a term between the group and the others, with an informative Dirichlet prior, over its standard deviation.
It takes words for independent draws, but those of an article come together. So

- each side's variance is multiplied by its design effect: the variance of the term's rate over articles (linearised, as of any
  ratio from a sample of clusters) by the variance of independent words, but at least 1;
- the ratio is referred to t with as many degrees of freedom as articles of the group use the term, less one, for so few tell
  how much articles vary; ``z`` is the normal deviate of that t (Wallace, Annals of Mathematical Statistics 30:4, 1959);
- a list holds what passes a false discovery rate (Benjamini & Hochberg 1995) among all terms of the group that could be listed.

What groups write about is not held constant: a term may tell of a topic, or of one story in several articles.
"""

from __future__ import annotations

import re
from array import array
from collections import defaultdict
from collections.abc import Container, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import combinations, count, groupby
from typing import Any

import numpy as np
from numpy.typing import NDArray

from framing.cues import cue_words
from framing.errors import UsageError
from framing.features import normalize
from framing.languages import LANGUAGES, load_language

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]
Integers = NDArray[np.integer[Any]]
Ratings = NDArray[np.void]

PRIOR = 0.1
"""What the prior weighs beside the words of its side: alpha_0 of equation 23 is this times n, on either side.

As a share of the side's own words it shrinks small and large groups alike, and finds a word that only the group uses, which
a few hundred words beside a large corpus would not. A tenth hardly narrows z where groups do not differ; more would.
"""

FALSE_DISCOVERIES = 0.1
"""The share of chance terms that lists may hold on average."""

_TRIED = 50
"""Sentences of nearly typical length among which an example is sought."""

_BACKWARD = frozenset(re.findall(r"\w+", "and but he her his it its or she so that their these they this those yet"))
"""Words with which a sentence leans on the one before it."""

_FRAGMENTS = frozenset(re.findall(r"\w+", "aren couldn didn doesn don hadn hasn isn ll re shouldn ve wasn weren wouldn"))
"""What the splitting at an apostrophe leaves of English words, beside single letters."""

_RATING = np.dtype([("key", "i8"), ("log_odds", "f8"), ("z", "f8"), ("count", "i8"), ("others", "i8"), ("articles", "i8")])


@dataclass(frozen=True, slots=True)
class DistinctiveWord:
    """A word or phrase that its group uses more than the others, written as ``framing.features.normalize`` leaves it.

    ``log_odds`` is the ratio as shrunk by the prior; ``count`` and ``others`` are occurrences in the group and outside, where
    a sentence that a group repeats counts once; ``articles`` are those of the group that use the term. ``example`` is the
    index of an input sentence with the term: one to be read alone if there is one, about as long as the group's mostly are.
    """

    term: str
    log_odds: float
    z: float
    count: int
    others: int
    articles: int
    example: int


def find_distinctive_words(
    texts: Sequence[str],
    groups: Sequence[str],
    articles: Sequence[str],
    *,
    most: int = 10,
    prior: float = PRIOR,
    min_articles: int = 3,
) -> dict[str, list[DistinctiveWord]]:
    """Return for each group, in alphabetical order, at most ``most`` terms that it uses more than the others, by falling z.

    ``texts`` are sentences; ``groups`` and ``articles`` name the group and, within it, the article of each. A list is empty
    where nothing is sure enough, as for few articles. No list has terms that fewer than ``min_articles`` articles of the group
    use; that begin or end with a function word (as far as its language is known), a single letter or a number; or that name
    the group. A term is left out if most of its occurrences in the group share words with terms above it or with the group's
    name; a word that mostly stands in one phrase gives way to the phrase.

    Raises:
        UsageError: ``most``, ``prior`` or ``min_articles`` is too small.
    """
    if most < 1 or prior <= 0 or min_articles < 2:
        raise UsageError("distinctive words: list 1 or more, with a prior above 0, that 2 articles or more use")
    corpus = _read_corpus(texts, groups, articles)
    table = _count_terms(corpus, min_articles)
    found = {}
    for group, (tokens, part) in corpus.parts.items():
        names = corpus.find_names(group)
        ratings = _rate(table, part, prior)
        able = (ratings["articles"] >= min_articles) & np.isfinite(ratings["z"])
        ratings = ratings[able & ~corpus.are_dull(ratings["key"]) & ~np.isin(ratings["key"], names)]
        listed = _choose(corpus, tokens, ratings[pass_chance(ratings["z"])], names, most)
        found[group] = _describe(corpus, tokens, listed, texts)
    return found


def compare_rates(counts: tuple[Floats, Floats], totals: tuple[float, float], prior: float) -> tuple[Floats, Floats, Floats]:
    """Return the log-odds ratios of terms between two sides (equations 15, 16 and 23) and each side's part in their variance.

    ``counts`` are occurrences of the terms, ``totals`` those of all terms. The ratio by the root of the two parts together is
    the z of equation 22.
    """
    share = (counts[0] + counts[1]) / sum(totals)
    sides = [
        (occurrences + prior * total * share, total + prior * total) for occurrences, total in zip(counts, totals, strict=True)
    ]
    with np.errstate(divide="ignore", invalid="ignore"):
        odds = [np.log(occurrences / (total - occurrences)) for occurrences, total in sides]
        return odds[0] - odds[1], 1 / sides[0][0], 1 / sides[1][0]


def to_normal(ratios: Floats, freedom: Floats) -> Floats:
    """Return the normal deviates with the tails that ``ratios`` have in t with ``freedom``, within some 3 % (Wallace)."""
    size = np.sqrt(freedom * np.log1p(ratios**2 / freedom)) * (8 * freedom + 1) / (8 * freedom + 3)
    return np.asarray(np.copysign(size, ratios))


def pass_chance(z: Floats) -> Bools:
    """Return which of ``z`` are so high that, on average, ``FALSE_DISCOVERIES`` of them at most are chance."""
    from scipy.special import ndtr

    tails = ndtr(-z)
    passed = np.sort(tails)[np.sort(tails) <= FALSE_DISCOVERIES * np.arange(1, len(z) + 1) / max(len(z), 1)]
    return np.asarray(tails <= (passed[-1] if len(passed) else -1))


@dataclass(frozen=True, slots=True)
class _Corpus:
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


def _read_corpus(texts: Sequence[str], groups: Sequence[str], articles: Sequence[str]) -> _Corpus:
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
    return _Corpus(dict(numbers), tuple(numbers), dull, np.array(tokens, np.int32), at, article[at], parts)


@cache
def _function_words() -> frozenset[str]:
    languages = [load_language(code) for code in LANGUAGES]
    return _FRAGMENTS.union(*(language.common | language.pronouns for language in languages))


def _is_dull(word: str) -> bool:
    letter = len(word) == 1 and word.upper() != word.lower()  # a Chinese word may have one character
    return letter or word.isdecimal() or not word.strip("_") or word in _function_words()


@dataclass(frozen=True, slots=True)
class _Table:
    """How often articles use the terms ``keys``: a row for each article and term that it uses, ordered by article.

    ``lengths`` are how many words and phrases each article has; ``sums`` are those of ``_add_up`` over all articles.
    """

    keys: Integers
    article: Integers
    term: Integers
    count: Integers
    lengths: Integers
    sums: Floats


def _count_terms(corpus: _Corpus, min_articles: int) -> _Table:
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
    return _Table(keys[kept], article, term, times, lengths, _add_up(term, times, lengths[article]))


def _add_up(term: Integers, times: Integers, lengths: Integers) -> Floats:
    """Return for each term the sums over articles of its counts, their squares, counts times lengths, and the articles."""
    return np.array([np.bincount(term, weights) for weights in (times, times**2, times * lengths, times**0)])


def _rate(table: _Table, part: slice, prior: float) -> Ratings:
    """Return a rating of each term that the articles ``part`` use, against all other articles."""
    rows = slice(*np.searchsorted(table.article, (part.start, part.stop)))
    terms, term = np.unique(table.term[rows], return_inverse=True)
    inside = _add_up(term, table.count[rows], table.lengths[table.article[rows]])
    outside = table.sums[:, terms] - inside
    here, everywhere = _measure(table.lengths[part]), _measure(table.lengths)
    log_odds, *parts = compare_rates((inside[0], outside[0]), (here[0], everywhere[0] - here[0]), prior)
    variance = parts[0] * _find_design_effects(inside, here) + parts[1] * _find_design_effects(outside, everywhere - here)
    ratings = np.zeros(len(terms), _RATING)
    ratings["key"], ratings["log_odds"] = table.keys[terms], log_odds
    ratings["z"] = to_normal(log_odds / np.sqrt(variance), np.maximum(inside[3] - 1, 1))
    ratings["count"], ratings["others"], ratings["articles"] = inside[0], outside[0], inside[3]
    return ratings


def _measure(lengths: Integers) -> Floats:
    """Return the summed lengths of articles, their summed squares, and the number of articles."""
    return np.array([lengths.sum(), (lengths**2).sum(), (lengths > 0).sum()], float)


def _find_design_effects(sums: Floats, measures: Floats) -> Floats:
    """Return how many times more than of independent words the variance of each term is, from the articles of one side."""
    total, squares, articles = measures
    with np.errstate(divide="ignore", invalid="ignore"):
        share = sums[0] / total
        scatter = sums[1] - 2 * share * sums[2] + share**2 * squares
        return np.asarray(np.fmax(1, articles / max(articles - 1, 1) * scatter / sums[0]))


def _choose(corpus: _Corpus, where: slice, ratings: Ratings, names: Sequence[int], most: int) -> list[tuple[Any, ...]]:
    """Return the ratings to list, best first: those of terms apart from the group's names and from better terms."""
    ranked = sorted(ratings.tolist(), key=lambda rating: (-rating[2], corpus.spell(rating[0])))
    known = {rating[0]: rating for rating in ranked}
    taken = np.zeros(where.stop - where.start, bool)
    for name in names:
        taken[corpus.find(name, where)] = True
    chosen: set[int] = set()
    for term in known:
        if len(chosen) == most:
            break
        key = _widen(corpus, where, term, known)
        spots = corpus.find(key, where)
        if 2 * taken[spots].any(axis=0).sum() <= spots.shape[1]:
            chosen.add(key)
            taken[spots] = True
    return [rating for rating in ranked if rating[0] in chosen]


def _widen(corpus: _Corpus, where: slice, key: int, known: Container[int]) -> int:
    """Return the phrase of ``known`` that a word stands in more often than not, or else the term itself."""
    spots, tokens = corpus.find(key, where), corpus.tokens[where]
    if len(spots) > 1:
        return key
    for step in (1, -1):  # before the first token is the last, which ends a sentence
        words, times = np.unique(tokens[spots[0] + step], return_counts=True)
        beside = int(words[times.argmax()])
        phrase = corpus.phrase(key, beside) if step == 1 else corpus.phrase(beside, key)
        if beside >= 0 and 2 * times.max() > spots.shape[1] and phrase in known:
            return int(phrase)
    return key


def _describe(corpus: _Corpus, where: slice, listed: list[tuple[Any, ...]], texts: Sequence[str]) -> list[DistinctiveWord]:
    """Return what is listed with its examples, no sentence twice if that can be."""
    described: list[DistinctiveWord] = []
    for key, log_odds, z, inside, outside, users in listed:
        used = {word.example for word in described}
        example = _pick_example(corpus, where, key, texts, used)
        described.append(DistinctiveWord(corpus.spell(key), log_odds, z, inside, outside, users, example))
    return described


def _pick_example(corpus: _Corpus, where: slice, key: int, texts: Sequence[str], used: Container[int]) -> int:
    """Return the index of a sentence with the term: of those nearest to the median length, the first unused to read alone."""
    ends = np.flatnonzero(corpus.tokens[where] < 0)
    lengths = np.diff(ends, prepend=-1)
    held = np.unique(np.searchsorted(ends, corpus.find(key, where)[0]))
    nearest = held[np.argsort(np.abs(lengths[held] - np.median(lengths)), kind="stable")][:_TRIED]
    indices: list[int] = corpus.sentence[where][ends[nearest]].tolist()
    return next((index for index in indices if index not in used and _reads_alone(texts[index])), indices[0])


def _reads_alone(text: str) -> bool:
    """Return whether a sentence begins and ends like one, breaks no quotation, and does not lean on the one before."""
    begun = not text.lstrip("\"“‘'([ ")[:1].islower() and cue_words(normalize(text))[0] not in _BACKWARD
    ended = text.rstrip("\"”’')] ").endswith((".", "!", "?", "…", "。", "！", "？"))
    return begun and ended and text.count("“") == text.count("”") and text.count('"') % 2 == 0
