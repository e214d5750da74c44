"""The words and two-word phrases that tell the sentences of one group (an outlet) from those of all others.

Terms are compared as Monroe, Colaresi & Quinn do, "Fightin' Words" (Political Analysis 16:4, 2008, doi:10.1093/pan/mpn018):
by the log-odds ratio between the group and the others, with an informative Dirichlet prior. Their z takes words for independent
draws, but those of an article come together, and it fails words that nobody else uses (a Wald ratio: Hauck & Donner 1977). So

- the counts of each side are divided by the design effect: the variance of the term's rate over articles (linearised, as of any
  ratio from a sample of clusters) by that of independent words, but at least 1;
- z is the signed root of the likelihood ratio of these counts (Dunning's G2 1993), which is theirs where counts are large;
- it is referred to t with as many degrees of freedom as articles of the group use the term, for so few tell how much articles
  vary, and given as the normal deviate of that t (Wallace, Annals of Mathematical Statistics 30:4, 1959);
- a list holds what passes a false discovery rate (Benjamini & Hochberg 1995) among all terms of the group that could be listed.

What groups write about is not held constant: a term may tell of a topic, or of one story in several articles.
"""

from __future__ import annotations

import re
from collections.abc import Container, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from framing.cues import cue_words
from framing.errors import UsageError
from framing.normalizing import normalize
from framing.word_counts import Bools, Floats, Integers, TermTable, WordCorpus, add_up, read_corpus, tabulate_terms

Ratings = NDArray[np.void]

PRIOR = 0.1
"""What the prior weighs beside the words of its side: alpha_0 of equation 23 is this times n, on either side.

The paper leaves alpha_0 open. As a share of the side's own words it shrinks small and large groups alike; a tenth keeps the
ratios of words that nobody else uses finite, and takes little from the others.
"""

FALSE_DISCOVERIES = 0.1
"""The share of chance terms that lists may hold on average."""

_TRIED = 50
"""Sentences of nearly typical length among which an example is sought."""

_BACKWARD = frozenset(re.findall(r"\w+", "and but he her his it its or she so that their these they this those yet"))
"""Words with which a sentence leans on the one before it."""

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
    corpus = read_corpus(texts, groups, articles)
    table = tabulate_terms(corpus, min_articles)
    found = {}
    for group, (tokens, part) in corpus.parts.items():
        ratings = _rate(table, part, prior)
        able = (ratings["articles"] >= min_articles) & np.isfinite(ratings["z"])
        ratings = ratings[able & ~corpus.are_dull(ratings["key"])]
        listed = _choose(corpus, tokens, ratings[pass_chance(ratings["z"])], corpus.find_names(group), most)
        found[group] = _describe(corpus, tokens, listed, texts)
    return found


def compare_rates(
    counts: tuple[Floats, Floats], totals: tuple[float, float], effects: tuple[Floats, Floats], prior: float
) -> tuple[Floats, Floats]:
    """Return the log-odds ratios of terms between two sides, and the signed roots of the likelihood ratios.

    ``counts`` are occurrences of the terms, ``totals`` those of all terms, ``effects`` the design effects. The ratios are those
    of equations 15, 16 and 23. Without design effects, the roots approach the z of equation 22 as counts grow.
    """
    share = (counts[0] + counts[1]) / sum(totals)
    mixed = [count + prior * total * share for count, total in zip(counts, totals, strict=True)]
    with np.errstate(divide="ignore", invalid="ignore"):
        odds = [np.log(count / ((1 + prior) * total - count)) for count, total in zip(mixed, totals, strict=True)]
        seen = [count / effect for count, effect in zip(mixed, effects, strict=True)]
        room = [total / effect for total, effect in zip(totals, effects, strict=True)]
        rate = (seen[0] + seen[1]) / (room[0] + room[1])
        fit = sum(count * np.log(count / (size * rate)) for count, size in zip(seen, room, strict=True))
        return odds[0] - odds[1], np.copysign(np.sqrt(2 * np.maximum(fit, 0)), odds[0] - odds[1])


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


def _rate(table: TermTable, part: slice, prior: float) -> Ratings:
    """Return a rating of each term that the articles ``part`` use, against all other articles."""
    rows = slice(*np.searchsorted(table.article, (part.start, part.stop)))
    terms, term = np.unique(table.term[rows], return_inverse=True)
    inside = add_up(term, table.count[rows], table.lengths[table.article[rows]])
    outside = table.sums[:, terms] - inside
    here, everywhere = _measure(table.lengths[part]), _measure(table.lengths)
    effects = _find_design_effects(inside, here), _find_design_effects(outside, everywhere - here)
    log_odds, roots = compare_rates((inside[0], outside[0]), (here[0], everywhere[0] - here[0]), effects, prior)
    ratings = np.zeros(len(terms), _RATING)
    ratings["key"], ratings["log_odds"] = table.keys[terms], log_odds
    ratings["z"] = to_normal(roots, inside[3])
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


def _choose(corpus: WordCorpus, where: slice, ratings: Ratings, names: Sequence[int], most: int) -> list[tuple[Any, ...]]:
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


def _widen(corpus: WordCorpus, where: slice, key: int, known: Container[int]) -> int:
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


def _describe(corpus: WordCorpus, where: slice, listed: list[tuple[Any, ...]], texts: Sequence[str]) -> list[DistinctiveWord]:
    """Return what is listed with its examples, no sentence twice if that can be."""
    described: list[DistinctiveWord] = []
    for key, log_odds, z, inside, outside, users in listed:
        used = {word.example for word in described}
        example = _pick_example(corpus, where, key, texts, used)
        described.append(DistinctiveWord(corpus.spell(key), log_odds, z, inside, outside, users, example))
    return described


def _pick_example(corpus: WordCorpus, where: slice, key: int, texts: Sequence[str], used: Container[int]) -> int:
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
