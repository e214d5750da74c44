"""The sentences of an outlet as arrays, checked, and those of them that were coded."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from framing.errors import AnnotationError, UsageError

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

MAX_SLOPE = 1.5

CALIBRATED = 15
"""How many coded articles the slope of calibrated probabilities, 1, counts as beside an outlet's own."""


@dataclass(frozen=True, slots=True)
class Arrays:
    """Over all sentences: the model's ``probability``, the ``label``, whether one was ``coded``, and the number of its article.

    ``chance``, the inclusion probability, is over the coded sentences; ``names`` are those of the articles, sorted.
    """

    probability: Floats
    label: Floats
    coded: NDArray[np.bool_]
    chance: Floats
    article: Integers
    names: NDArray[np.generic]

    @property
    def has_model(self) -> bool:
        """Whether there are probabilities."""
        return not np.isnan(self.probability).any()


def check_arrays(probability: ArrayLike, label: ArrayLike, inclusion_probability: ArrayLike, article: ArrayLike) -> Arrays:
    """Return the arrays that ``framing.prevalence.estimate_share`` was given, if they can be used.

    Raises:
        AnnotationError: an inclusion probability of a coded sentence is missing or outside (0, 1], or a label outside [0, 1].
        UsageError: the arrays differ in length or are empty, or some probabilities alone are missing.
    """
    given, codes, chances = (np.asarray(values, float) for values in (probability, label, inclusion_probability))
    names = np.asarray(article)
    columns = [given, codes, names] + ([chances] if chances.ndim else [])
    if {column.ndim for column in columns} != {1} or len({len(column) for column in columns}) > 1 or not len(codes):
        raise UsageError("probability, label, inclusion probability and article must be of one length, with a sentence at least")
    missing = ~np.isfinite(given)
    if missing.any() and not np.isnan(given).all():
        raise UsageError(f"the model's probability is missing for {missing.sum():,} of {len(given):,} sentences")
    coded = ~np.isnan(codes)
    chance = np.broadcast_to(chances, codes.shape)[coded]
    if not ((chance > 0) & (chance <= 1)).all():
        raise AnnotationError("a coded sentence has no inclusion probability in (0, 1]: draw the sentences with framing sample")
    if ((codes[coded] < 0) | (codes[coded] > 1)).any():
        raise AnnotationError("a label is 0 or 1, or missing where it was not coded")
    found, number = np.unique(names, return_inverse=True)
    return Arrays(given, codes, coded, chance, number, found)


@dataclass(frozen=True, slots=True)
class Sample:
    """The sentences of an outlet, and those of them that were coded.

    Over all sentences: the model's ``probability`` (0 where there is none) and the ``article``, a number below ``articles``.
    Over the coded: their ``code``, their probability (``scored``), their article (``place``), their inclusion probability
    (``chance``) and their ``weight``, which is in inverse proportion to it and adds up to 1.
    """

    probability: Floats
    article: Integers
    articles: int
    code: Floats
    scored: Floats
    place: Integers
    chance: Floats
    weight: Floats

    @property
    def coded_articles(self) -> int:
        """The number of articles with a coded sentence."""
        return len(np.unique(self.place))

    def sum_by_article(self) -> Floats:
        """Return, articles in columns, the weighted sums of 1, probability, code, probability² and probability · code."""
        weighed = self.weight * self.scored
        values = (self.weight, weighed, self.weight * self.code, weighed * self.scored, weighed * self.code)
        return np.array([np.bincount(self.place, value, self.articles) for value in values])


def take_sample(arrays: Arrays) -> Sample:
    """Return the sample that ``arrays`` hold; one sentence or more must be coded."""
    probability = arrays.probability if arrays.has_model else np.zeros(len(arrays.label))
    weight = arrays.chance.min() / arrays.chance
    coded = arrays.coded
    values = (arrays.label[coded], probability[coded], arrays.article[coded], arrays.chance, weight / weight.sum())
    return Sample(probability, arrays.article, len(arrays.names), *values)


def find_slopes(sums: Floats, articles: int) -> Floats:
    """Return the slopes of codes on probabilities, at most ``MAX_SLOPE``, from columns as of ``Sample.sum_by_article``.

    A slope on few ``articles`` is a guess; it is drawn towards 1.
    """
    weight, chances, codes, squares, products = sums
    spread = squares / weight - (chances / weight) ** 2
    together = products / weight - chances * codes / weight**2
    own = np.clip(np.where(spread > 1e-10, together / np.maximum(spread, 1e-10), 0.0), 0.0, MAX_SLOPE)
    slopes: Floats = (articles * own + CALIBRATED) / (articles + CALIBRATED)
    return slopes
