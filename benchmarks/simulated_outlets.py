"""Made-up outlets whose true shares are known, for measuring how often intervals hold them.

An outlet has articles of 10 to 40 sentences. Each article has a chance of the label of its own, from a beta distribution whose
mean is the outlet's true share and which makes the codes of an article correlate by .12 (``ICC``). A model gives each
sentence a score: normal, higher where the label is there, by as much as makes its best F1 what the setting says on news with
the ``usual`` share; its errors are alike within articles (a tenth of their variance). Its probabilities are calibrated for that news. Where
errors shift, each outlet moves all its scores by a normal amount of deviation .35, afresh in each draw.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq, minimize_scalar
from scipy.special import expit, logit, ndtr

from framing.sampling.uncertainty import draw_madow, inclusion_probabilities

Floats = NDArray[np.float64]

ICC = 0.12
SHORTEST, LONGEST = 10, 40
ERROR_DEVIATION = 0.3
"""The deviation of the part of a score's error that an article's sentences share; that of the whole is 1."""

SHIFT = 0.35

Design = Literal["random", "spread", "uncertainty", "whole articles"]


@dataclass(frozen=True)
class Setting:
    """One world: the true ``shares`` of its outlets, ``coded`` sentences (or whole articles of about as many) in each.

    ``f1`` is that of the model on news of the ``usual`` share; ``shift`` the deviation of the outlets' scores.
    """

    name: str
    shares: tuple[float, ...]
    f1: float = 0.7
    usual: float = 0.2
    shift: float = 0.0
    articles: int = 40
    coded: int = 100
    design: Design = "random"
    icc: float = ICC

    @property
    def is_equal(self) -> bool:
        """Whether no outlet truly differs from another."""
        return len(set(self.shares)) == 1


@dataclass(frozen=True)
class Outlet:
    """The arrays of ``framing.prevalence.estimate_share``, the ``codes`` of all sentences, and the long-run ``share``.

    ``threshold`` is the probability from which on the model's best F1 counts a sentence in.
    """

    share: float
    probability: Floats
    codes: Floats
    label: Floats
    chance: Floats
    article: NDArray[np.int64]
    threshold: float


def draw_outlets(setting: Setting, rng: np.random.Generator) -> list[Outlet]:
    """Return the outlets of one draw."""
    return [draw_outlet(setting, share, rng) for share in setting.shares]


def draw_outlet(setting: Setting, share: float, rng: np.random.Generator) -> Outlet:
    """Return an outlet with the true ``share``, its articles, codes, scores and coded sample drawn afresh."""
    article = draw_articles(setting.articles, rng)
    scale = 1 / setting.icc - 1
    codes = (rng.random(len(article)) < rng.beta(share * scale, (1 - share) * scale, setting.articles)[article]).astype(float)
    separation, threshold = find_separation(setting.f1, setting.usual)
    score = separation * codes + setting.shift * rng.standard_normal() + draw_errors(article, rng)
    probability = expit(logit(setting.usual) + separation * score - separation**2 / 2)
    chance, coded = draw_sample(setting, probability, article, rng)
    return Outlet(share, probability, codes, np.where(coded, codes, np.nan), chance, article, threshold)


def draw_articles(count: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Return the article of each sentence."""
    return np.repeat(np.arange(count), rng.integers(SHORTEST, LONGEST + 1, count))


def draw_errors(article: NDArray[np.int64], rng: np.random.Generator) -> Floats:
    """Return the errors of scores, of variance 1."""
    shared = ERROR_DEVIATION * rng.standard_normal(article[-1] + 1)[article]
    return shared + np.sqrt(1 - ERROR_DEVIATION**2) * rng.standard_normal(len(article))


def draw_sample(
    setting: Setting, probability: Floats, article: NDArray[np.int64], rng: np.random.Generator
) -> tuple[Floats, NDArray[np.bool_]]:
    """Return the inclusion probability of each sentence, and which were drawn."""
    size, wanted = len(article), min(setting.coded, len(article))
    coded = np.zeros(size, bool)
    if setting.design == "whole articles":
        count = max(round(wanted * setting.articles / size), 2)
        coded = np.isin(article, rng.choice(setting.articles, count, replace=False))
        return np.full(size, count / setting.articles), coded
    if setting.design == "random":
        coded[rng.choice(size, wanted, replace=False)] = True
        return np.full(size, wanted / size), coded
    chance = np.full(size, wanted / size)
    if setting.design == "uncertainty":
        chance = inclusion_probabilities(np.sqrt(probability * (1 - probability)), wanted)
    shuffled = rng.permutation(size)
    spread = shuffled[np.argsort(rng.permutation(setting.articles)[article[shuffled]], kind="stable")]
    coded[spread[draw_madow(chance[spread], rng)]] = True
    return chance, coded


@cache
def find_separation(f1: float, usual: float) -> tuple[float, float]:
    """Return how far apart the scores of sentences with and without the label are, and the probability to cut at."""

    def measure(cut: float, separation: float) -> float:
        hits, alarms = usual * ndtr(separation - cut), (1 - usual) * ndtr(-cut)
        return float(2 * hits / (usual + hits + alarms))

    def find_cut(separation: float) -> float:
        return float(minimize_scalar(lambda cut: -measure(cut, separation), bounds=(-3, 6), method="bounded").x)

    separation = float(brentq(lambda d: measure(find_cut(d), d) - f1, 0.05, 10))
    return separation, float(expit(logit(usual) + separation * find_cut(separation) - separation**2 / 2))
