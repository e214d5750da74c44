"""Active learning: the sentences that teach a model most, for training and for nothing else.

They stand for no news: nobody can say how likely each was to be drawn, so that no share and no figure may be computed on
them (``framing.annotations.ACTIVE``).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from framing.annotations import ACTIVE, Annotation
from framing.arrays import Floats, Integers
from framing.errors import UsageError
from framing.ngrams import WORD
from framing.normalizing import normalize
from framing.population import Population
from framing.sampling.designs import WHOLE, Sample, StratumDraw, check_size, shuffle_articles
from framing.sampling.uncertainty import measure_uncertainty

POOL = 3000
"""The most uncertain sentences that are compared with each other, or ten for each to be drawn: the rest has no chance."""


def draw_active(population: Population, n: int, rng: np.random.Generator, *, coded: Iterable[Annotation] = ()) -> Sample:
    """Return ``n`` sentences that the model is unsure of and that are unlike each other; no inclusion probability.

    The first is the most uncertain one; each further one has the highest ``measure_uncertainty`` times (1 - cosine to the
    most similar sentence chosen), after maximal marginal relevance (Carbonell & Goldstein 1998), over TF-IDF of words.
    Sentences of ``coded``, however they were drawn, are left out. ``rng`` only orders the lines.

    Raises:
        UsageError: ``n`` is below 1, the model gives no probability, or every sentence is coded.
    """
    check_size(n)
    uncertainty = measure_uncertainty(population)
    before = {row for _, row in population.find_rows(coded) if row is not None}
    free = np.setdiff1d(np.arange(len(population)), list(before))
    if not len(free):
        raise UsageError("every sentence of these articles is coded or drawn; nothing is left to draw")
    pool = free[np.argsort(-uncertainty[free], kind="stable")[: max(POOL, 10 * n)]]
    texts = [population.sentence(row).text for row in pool]
    rows = pool[_choose_unlike(texts, uncertainty[pool], min(n, len(pool)))]
    drawn = [population.draw(row, ACTIVE) for row in shuffle_articles(population, rows, rng)]
    stratum = StratumDraw(WHOLE, len(population.articles), len(population), len(before), len(rows), None, None)
    return Sample(ACTIVE, n, tuple(drawn), (stratum,))


def _choose_unlike(texts: Sequence[str], uncertainty: Floats, n: int) -> Integers:
    """Return ``n`` places, in the order in which they were chosen."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    # A text without a word is an empty row, unlike everything; a constant word keeps the vocabulary from being empty.
    vectorizer = TfidfVectorizer(preprocessor=normalize, token_pattern=WORD.pattern, sublinear_tf=True)
    vectors = vectorizer.fit_transform([*texts, "nowordthere"])[:-1]
    nearest = np.zeros(len(texts))
    chosen: list[int] = []
    for _ in range(n):
        gain = uncertainty * (1 - nearest)
        gain[chosen] = -1
        chosen.append(int(gain.argmax()))
        nearest = np.maximum(nearest, (vectors @ vectors[chosen[-1]].T).toarray().ravel())
    return np.array(chosen, np.int64)
