"""New cues for a codebook: the words and phrases of the coded sentences that mark a label and that its cues miss.

They are ranked by Monroe, Colaresi & Quinn, "Fightin' Words" (Political Analysis 16:4, 2008): the log-odds ratio of a term
between the sentences of the label and all others, with an informative Dirichlet prior (equation 16), over its standard
deviation (equation 22). The z ranks, it tests nothing: thousands of terms are compared. A person decides.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from framing.annotations import CodedSentence
from framing.codebook import Codebook
from framing.coded import encode
from framing.cues import CueMatcher, cue_words
from framing.labelling import list_outputs
from framing.normalizing import normalize

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]

LONGEST = 3
"""Words of a phrase, at most."""

FEWEST_POSITIVES, FEWEST_ARTICLES = 3, 2
"""Sentences of the label, and articles that these come from, which a term must stand in."""

LOWEST_Z = 1.96
"""The z below which the paper takes a term to mark neither side."""

PRIOR = 0.3
"""What the prior weighs beside the data: it adds to both sides this share of the counts of all sentences.

With less, frequent words push out rare ones that are surer; with more, a label of few sentences gets no proposals.
"""

_GROUP = "suggested"

_NEGATIONS = frozenset(("no", "nor", "not", "without"))

_FUNCTION_WORDS = """
a about added after against all also although am among an and another any are as asked at be because been before being between
both but by can could d did do does doing done down during each either few for four from further had has have having he her
here hers him his how however i if in into is it its itself just ll m many may me might more most much must my neither no nor
not now of off on once one only or other others our ours out over own per re s said same say says she should since so some
still such t than that the their theirs them themselves then there these they this those though three through thus to told too
two under until up upon us ve very was we were what when where whether which while who whom whose why will with within without
would yet you your
"""
"""English words that begin and end no proposal: they say how a sentence is built, or that somebody speaks, not of what."""

_EMPTY = frozenset(_FUNCTION_WORDS.split())


@dataclass(frozen=True, slots=True)
class CueSuggestion:
    """A word or phrase that marks ``label``: a frame, or a side of a target as ``target:side``.

    Occurrences that overlap one of the label's cues do not count. ``positives`` are the sentences of the label that hold the
    phrase, ``articles`` those that they come from, ``sentences`` all that hold it among those coded for the label.
    ``example`` is the shortest of the positives.
    """

    label: str
    phrase: str
    z: float
    positives: int
    sentences: int
    articles: int
    example: str


def suggest_cues(sentences: Sequence[CodedSentence], codebook: Codebook, *, limit: int = 15) -> tuple[CueSuggestion, ...]:
    """Return at most ``limit`` proposals per label, the labels in the order of ``list_outputs``, each by falling z.

    A sentence counts once for a term, and one whose stance towards a target was not coded is left out for its sides. Each
    proposal stands where neither a cue nor an earlier proposal for its label does, in ``FEWEST_POSITIVES`` sentences of
    ``FEWEST_ARTICLES`` articles: a phrase that adds nothing to a word before it is left out.
    """
    ordered = sorted(sentences, key=lambda s: (s.article, s.id, s.text))  # not even the numbering depends on the order given
    codes = encode(ordered, codebook)
    corpus = _read_corpus([sentence.text for sentence in ordered])
    covered = _cover_cues(corpus, codebook)
    found: list[CueSuggestion] = []
    for output, label in enumerate(list_outputs(codebook)):
        known, given = codes.known[:, output], codes.given[:, output]
        counts = _Counts(corpus, known, given, codes.article, covered[label.split(":")[0]])
        found += [
            CueSuggestion(
                label, corpus.terms[term], z, *support.sizes, min((ordered[row].text for row in support.inside), key=_length)
            )
            for term, z, support in _choose(counts, limit)
        ]
    return tuple(found)


def suggestions_toml(suggestions: Iterable[CueSuggestion]) -> str:
    """Return TOML to paste under ``[frames.cues]`` or ``[targets.cues]`` of each label, whose comment line names the place.

    The group is named ``suggested``; that of a target's side bears the side's name too, since both stand in one table.
    """
    blocks = []
    for label, members in groupby(suggestions, key=lambda suggestion: suggestion.label):
        owner, _, side = label.partition(":")
        table = "targets.cues" if side else "frames.cues"
        lines = [f"# {label}: for [{table}] of {owner}. Only proposed: a person must accept each; delete the others.\n"]
        lines.append(f"# A plain list `cues = [...]` there becomes `1 = [...]` under [{table}] first.\n")
        lines.append(f"{_GROUP}_{side} = [\n" if side else f"{_GROUP} = [\n")
        for suggestion in members:
            evidence = f"z {suggestion.z:.1f}; {suggestion.positives} of {suggestion.sentences} sentences have the label"
            lines.append(f"  {json.dumps(suggestion.phrase, ensure_ascii=False)}, # {evidence}\n")
        blocks.append("".join([*lines, "]\n"]))
    return "\n".join(blocks)


@dataclass(frozen=True)
class _Corpus:
    """The terms of sentences, and where each occurs: in the sentence ``rows``, at the words ``starts`` to ``ends``.

    Words are numbered through all sentences with one number left free between two. Occurrences are sorted by term: those of
    term ``t`` are ``bounds[t]`` to ``bounds[t + 1]``. ``words`` holds each sentence's words and the number of the first.
    """

    words: tuple[tuple[int, tuple[str, ...]], ...]
    size: int
    terms: tuple[str, ...]
    rows: Integers
    starts: Integers
    ends: Integers
    bounds: Integers

    def at(self, term: int) -> slice:
        """Return the place of the occurrences of ``term``."""
        return slice(int(self.bounds[term]), int(self.bounds[term + 1]))

    def free(self, covered: Integers, where: slice = slice(None)) -> NDArray[np.bool_]:
        """Return which occurrences share no word with ``covered``, running totals of the words that are covered."""
        return np.asarray(covered[self.ends[where]] == covered[self.starts[where]])


def _read_corpus(texts: Iterable[str]) -> _Corpus:
    numbers: dict[str, int] = {}
    words, occurrences = [], []
    first = 1
    for row, text in enumerate(texts):
        found = tuple(cue_words(normalize(text)))
        words.append((first, found))
        for size in range(1, LONGEST + 1):
            for start in range(len(found) - size + 1):
                number = numbers.setdefault(" ".join(found[start : start + size]), len(numbers))
                occurrences.append((number, row, first + start, first + start + size))
        first += len(found) + 1
    table = np.array(sorted(occurrences), np.int64).reshape(-1, 4)
    bounds = np.searchsorted(table[:, 0], np.arange(len(numbers) + 1))
    return _Corpus(tuple(words), first, tuple(numbers), table[:, 1], table[:, 2], table[:, 3], bounds)


def _cover_cues(corpus: _Corpus, codebook: Codebook) -> dict[str, NDArray[np.bool_]]:
    """Return for each label of the codebook which words its cues match, gaps included."""
    labels = codebook.labels
    matcher = CueMatcher([[replace(cue, phrase=normalize(cue.phrase)) for cue in label.cues] for label in labels])
    covered = np.zeros((len(labels), corpus.size), bool)
    for first, words in corpus.words:
        for match in matcher.find(words):
            covered[match.label, first + match.start : first + match.end] = True
    return {label.id: row for label, row in zip(labels, covered, strict=True)}


@dataclass(frozen=True, slots=True)
class _Support:
    """The sentences that hold a term: those ``inside`` the label, the articles of these, and how many are outside."""

    inside: Integers
    articles: int
    outside: int

    @property
    def enough(self) -> bool:
        return len(self.inside) >= FEWEST_POSITIVES and self.articles >= FEWEST_ARTICLES

    @property
    def sizes(self) -> tuple[int, int, int]:
        return len(self.inside), len(self.inside) + self.outside, self.articles


class _Counts:
    """How many sentences inside and outside one label hold each term apart from its cues."""

    def __init__(
        self, corpus: _Corpus, known: NDArray[np.bool_], given: NDArray[np.bool_], article: Integers, covered: NDArray[np.bool_]
    ) -> None:
        self.corpus, self._given, self._article = corpus, given, article
        self.usable = known[corpus.rows] & corpus.free(_total(covered))
        terms = np.repeat(np.arange(len(corpus.terms)), np.diff(corpus.bounds))
        held = np.unique(np.stack([terms[self.usable], corpus.rows[self.usable]]), axis=1)
        inside = given[held[1]]
        self.inside = np.bincount(held[0, inside], minlength=len(corpus.terms))
        self.outside = np.bincount(held[0, ~inside], minlength=len(corpus.terms))
        self._totals = int(self.inside.sum()), int(self.outside.sum())

    def rate(self, inside: Integers | int, outside: Integers | int) -> Floats:
        """Return the z of terms in so many sentences inside and outside the label; no number where nothing else occurs."""
        return log_odds_z(np.asarray(inside), np.asarray(outside), *self._totals)

    def support(self, term: int, taken: Integers | None = None) -> _Support:
        """Return the sentences that hold ``term``, of which words ``taken`` (running totals) leave some out."""
        where = self.corpus.at(term)
        usable = self.usable[where]
        if taken is not None:
            usable = usable & self.corpus.free(taken, where)
        rows = np.unique(self.corpus.rows[where][usable])
        inside = rows[self._given[rows]]
        return _Support(inside, len(np.unique(self._article[inside])), len(rows) - len(inside))


def log_odds_z(inside: Integers, outside: Integers, all_inside: int, all_outside: int) -> Floats:
    """Return the z-scores of terms counted ``inside`` and ``outside`` times, of ``all_inside`` and ``all_outside`` counts.

    Equations 16 and 22 of the paper, with the variance that it uses, 1 / (count + prior) summed over both sides.
    """
    prior, all_prior = PRIOR * (inside + outside), PRIOR * (all_inside + all_outside)
    with np.errstate(divide="ignore", invalid="ignore"):
        log_odds = [
            np.log((count + prior) / (total + all_prior - count - prior))
            for count, total in ((inside, all_inside), (outside, all_outside))
        ]
        return np.asarray((log_odds[0] - log_odds[1]) / np.sqrt(1 / (inside + prior) + 1 / (outside + prior)), np.float64)


def _choose(counts: _Counts, limit: int) -> list[tuple[int, float, _Support]]:
    """Return the terms proposed for one label, best first, with their z and their sentences."""
    corpus = counts.corpus
    chosen: list[tuple[int, float, _Support]] = []
    taken = np.zeros(corpus.size, bool)
    totals = _total(taken)
    for term, z in _rank(counts):
        if len(chosen) >= limit:
            break
        added = counts.support(term, totals)
        if added.enough and counts.rate(len(added.inside), added.outside) >= LOWEST_Z:
            chosen.append((term, z, counts.support(term)))
            where = corpus.at(term)
            for start, end in zip(corpus.starts[where], corpus.ends[where], strict=True):
                taken[start - 1 : end + 1] = True  # the neighbours too: of a fixed phrase the first word leaves no others
            totals = _total(taken)
    return chosen


def _rank(counts: _Counts) -> list[tuple[int, float]]:
    """Return the terms that may be proposed with their z, which falls; of terms in the same sentences the shorter is first."""
    terms = counts.corpus.terms
    often = np.flatnonzero(counts.inside >= FEWEST_POSITIVES)
    scores = counts.rate(counts.inside[often], counts.outside[often])
    high = scores >= LOWEST_Z
    rated = [(term, z) for term, z in zip(often[high].tolist(), scores[high].tolist(), strict=True) if _says_something(terms[term])]
    return sorted(rated, key=lambda pair: (-pair[1], terms[pair[0]].count(" "), terms[pair[0]]))


def _total(covered: NDArray[np.bool_]) -> Integers:
    """Return for each word how many before it are covered."""
    return np.concatenate([[0], np.cumsum(covered)])


def _says_something(phrase: str) -> bool:
    """Return whether it can be a cue: no function word or number at either end, but a negation may open."""
    words = phrase.split(" ")
    first, last = words[0], words[-1]
    empty = (first in _EMPTY and first not in _NEGATIONS) or last in _EMPTY
    return not empty and not first.isdecimal() and not last.isdecimal()


def _length(text: str) -> tuple[int, str]:
    return len(text), text
