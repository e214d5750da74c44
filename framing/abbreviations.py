"""Abbreviations that a corpus uses and the sentence splitter does not know, proposed for a person to accept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from framing.languages import load_language

FEWEST = 3
"""Occurrences below which a word that ends a sentence by chance looks like an abbreviation."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A word that Punkt's trainer takes for an abbreviation, and how often it occurs with a stop."""

    word: str
    occurrences: int


def suggest_abbreviations(texts: Iterable[str]) -> list[Candidate]:
    """Return the abbreviations that nltk's ``PunktTrainer`` learns from ``texts`` beyond those known, most frequent first."""
    from nltk.tokenize.punkt import PunktTrainer

    trainer = PunktTrainer()
    trainer.INCLUDE_ALL_COLLOCS = False
    corpus = "\n".join(texts)
    trainer.train(corpus, finalize=True)
    counts = Counter(token.rstrip(".").lower() for token in corpus.split() if token.endswith("."))
    learnt = {word for word in trainer.get_params().abbrev_types if word.replace(".", "").isalpha()}
    unknown = learnt - load_language().known
    found = [Candidate(word, counts[word]) for word in unknown if counts[word] >= FEWEST]
    return sorted(found, key=lambda candidate: (-candidate.occurrences, candidate.word))
