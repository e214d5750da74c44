"""Why a sentence got its labels, in words that a reader can check against the sentence.

Character n-grams mean nothing alone, so what each adds is shared among the words that contain it: the terms shown are
words, pairs of words, and cues, and together with the intercept they add up to the decision value.
"""

from __future__ import annotations

import numpy as np

from framing.codebook import STANCES
from framing.cues import cue_words
from framing.features import WORD, char_ngrams, normalize, word_ngrams
from framing.model import Explanation, Floats, FramingModel, LabelExplanation, Term
from framing.scorer import Scorer, weigh_terms


def explain_sentence(model: FramingModel, text: str) -> Explanation:
    """Return the explanation of one sentence; terms are sorted by falling absolute weight."""
    added = _contributions(model, normalize(text))
    scorer = Scorer(model)
    decisions = scorer.decide([text])
    scores = model.interpret(decisions)
    names = list(model.codebook.frame_ids)
    probabilities = list(scores.frames[0])
    given = [frame in scores.labels[0] for frame in names]
    for target in model.codebook.target_ids:
        names += [f"{target} {stance}" for stance in STANCES]
        probabilities += list(scores.stance[target][0])
        given += [scores.stance_labels[target][0] == stance for stance in STANCES]
    outputs = []
    for column, name in enumerate(names):
        terms = [Term(term, float(values[column])) for term, values in added.items() if values[column]]
        terms.sort(key=lambda term: (-abs(term.weight), term.text))
        numbers = float(probabilities[column]), float(decisions[0, column]), float(model.intercepts[column])
        outputs.append(LabelExplanation(name, given[column], *numbers, tuple(terms)))
    stance = {target: labels[0] for target, labels in scores.stance_labels.items()}
    return Explanation(text, scores.labels[0], stance, tuple(outputs))


def _contributions(model: FramingModel, cleaned: str) -> dict[str, Floats]:
    """Return what each shown term adds to every output."""
    vectorizer, weights = model.vectorizer, model.weights.astype(np.float64)
    added: dict[str, Floats] = {}

    def add(term: str, values: Floats) -> None:
        added[term] = added.get(term, np.zeros(weights.shape[1])) + values

    words = word_ngrams(cleaned, vectorizer.settings.word_ngrams)
    known = [term for term in words if term in vectorizer.word_columns]
    if known:
        columns, values = weigh_terms([vectorizer.word_columns[term] for term in known], vectorizer)
        for column, value in zip(columns, values, strict=True):
            add(vectorizer.words[column], value * weights[column])
    for term, values in _shared_characters(model, cleaned).items():
        add(term, values)
    cue_values = vectorizer.count_cues(cleaned)
    matches = vectorizer.matcher.find(cue_words(cleaned)) if vectorizer.cues else []
    first = len(vectorizer.words) + len(vectorizer.chars)
    totals = np.asarray(vectorizer.matcher.count(cue_words(cleaned))) if vectorizer.cues else np.zeros(0)
    for match in matches:
        share = match.weight / totals[match.label]
        values = share * cue_values[match.label] * weights[first + match.label]
        add(f"cue “{match.phrase}”", values)
    return added


def _shared_characters(model: FramingModel, cleaned: str) -> dict[str, Floats]:
    """Return what the character n-grams of each word add, an n-gram of several words shared by its occurrences."""
    vectorizer, weights = model.vectorizer, model.weights.astype(np.float64)
    columns = vectorizer.char_columns
    holders: dict[int, list[str]] = {}
    for word in cleaned.split():
        shown = " ".join(WORD.findall(word)) or word
        for ngram in char_ngrams(word, vectorizer.settings.char_ngrams):
            if ngram in columns:
                holders.setdefault(columns[ngram], []).append(shown)
    if not holders:
        return {}
    distinct, values = weigh_terms([column for column, words in holders.items() for _ in words], vectorizer)
    added: dict[str, Floats] = {}
    for column, value in zip(distinct, values, strict=True):
        for shown in holders[column]:
            share = value * weights[column] / len(holders[column])
            added[shown] = added.get(shown, np.zeros(weights.shape[1])) + share
    return added
