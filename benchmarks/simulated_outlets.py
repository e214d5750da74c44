"""Made-up outlets whose true shares are known, for measuring how often intervals hold them.

An outlet has articles of 10 to 40 sentences. Each article has a chance of the label of its own, from a beta distribution
whose mean is the outlet's true share and which makes the codes of an article correlate by .12 (``ICC``). A model gives each
sentence a score: normal, higher where the label is there, by as much as makes its best F1 what the setting says on news with
the ``usual`` share. Its errors are alike within articles (a tenth of their variance) and its probabilities calibrated for that
news. Where errors shift, each outlet moves all its scores by a normal amount of deviation .35, afresh in each draw.

A stance is two labels that exclude each other, favor and against; an article's chances of them are from a Dirichlet
distribution, and each has its scores.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq, minimize_scalar
from scipy.special import expit, logit, ndtr

from framing.prevalence import LONG_RUN, Share, Tuning, estimate_share, tune
from framing.sampling.uncertainty import draw_madow, inclusion_probabilities

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

ICC = 0.12
SHORTEST, LONGEST = 10, 40
ERROR_DEVIATION = 0.3
"""The deviation of the part of a score's error that an article's sentences share; that of the whole is 1."""

SHIFT = 0.35

Design = Literal["random", "spread", "uncertainty", "whole articles"]


@dataclass(frozen=True)
class Setting:
    """One world: the true ``shares`` of its outlets, ``coded`` sentences (or whole articles of about as many) in each.

    ``f1`` is that of the model on news of the ``usual`` share; ``shift`` the deviation of the outlets' scores. ``design`` is
    how the coded sentences are drawn: singly at random, evenly over the articles, by uncertainty, or with their articles.
    """

    name: str
    shares: tuple[float, ...]
    f1: float = 0.7
    usual: float = 0.2
    shift: float = SHIFT
    articles: int = 40
    coded: int = 100
    design: Design = "random"

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
    article: Integers
    threshold: float
    design: Design


def draw_outlets(setting: Setting, rng: np.random.Generator) -> list[Outlet]:
    """Return the outlets of one draw: articles, codes, scores and coded sentences; no two have an article in common."""
    outlets = []
    for number, share in enumerate(setting.shares):
        article = draw_articles(setting.articles, rng)
        codes = (rng.random(len(article)) < rng.beta(*_spread(setting, share, 1 - share), setting.articles)[article]).astype(float)
        probability = draw_probabilities(setting, codes, article, rng)
        chance, coded = draw_sample(setting, np.sqrt(probability * (1 - probability)), article, rng)
        outlets.append(_make_outlet(setting, share, (probability, codes, chance), coded, article + number * setting.articles))
    return outlets


def draw_stances(setting: Setting, rng: np.random.Generator) -> list[tuple[Outlet, Outlet]]:
    """Return, for each outlet of one draw, favor and against: both with the outlet's share, on the same sentences."""
    pairs = []
    for number, share in enumerate(setting.shares):
        article = draw_articles(setting.articles, rng)
        limits = rng.dirichlet(_spread(setting, share, share, 1 - 2 * share), setting.articles).cumsum(axis=1)[article]
        place = rng.random(len(article))
        sides = [(place < limits[:, 0]).astype(float), ((place >= limits[:, 0]) & (place < limits[:, 1])).astype(float)]
        chances = [draw_probabilities(setting, codes, article, rng) for codes in sides]
        uncertainty = np.sqrt(np.mean([values * (1 - values) for values in chances], axis=0))
        chance, coded = draw_sample(setting, uncertainty, article, rng)
        place_of = article + number * setting.articles
        favor, against = (
            _make_outlet(setting, share, (p, y, chance), coded, place_of) for p, y in zip(chances, sides, strict=True)
        )
        pairs.append((favor, against))
    return pairs


def _spread(setting: Setting, *shares: float) -> Floats:
    return np.array(shares) * (1 / ICC - 1)


def _make_outlet(
    setting: Setting, share: float, values: tuple[Floats, Floats, Floats], coded: NDArray[np.bool_], article: Integers
) -> Outlet:
    probability, codes, chance = values
    _, threshold = find_separation(setting.f1, setting.usual)
    return Outlet(share, probability, codes, np.where(coded, codes, np.nan), chance, article, threshold, setting.design)


def draw_articles(count: int, rng: np.random.Generator) -> Integers:
    """Return the article of each sentence."""
    return np.repeat(np.arange(count), rng.integers(SHORTEST, LONGEST + 1, count))


def draw_probabilities(setting: Setting, codes: Floats, article: Integers, rng: np.random.Generator) -> Floats:
    """Return the model's probabilities for sentences that have the label as ``codes`` say."""
    separation, _ = find_separation(setting.f1, setting.usual)
    shared = ERROR_DEVIATION * rng.standard_normal(setting.articles)[article]
    error = shared + np.sqrt(1 - ERROR_DEVIATION**2) * rng.standard_normal(len(article))
    score = separation * codes + setting.shift * rng.standard_normal() + error
    return expit(logit(setting.usual) + separation * score - separation**2 / 2)


def draw_sample(
    setting: Setting, uncertainty: Floats, article: Integers, rng: np.random.Generator
) -> tuple[Floats, NDArray[np.bool_]]:
    """Return the inclusion probability of each sentence, and which were drawn."""
    size, wanted = len(article), min(setting.coded, len(article))
    coded, chance = np.zeros(size, bool), np.full(size, wanted / size)
    if setting.design == "whole articles":
        count = max(round(wanted * setting.articles / size), 2)
        coded = np.isin(article, rng.choice(setting.articles, count, replace=False))
        return np.full(size, count / setting.articles), coded
    if setting.design == "random":
        coded[rng.choice(size, wanted, replace=False)] = True
        return chance, coded
    if setting.design == "uncertainty":
        chance = inclusion_probabilities(uncertainty, wanted)
    shuffled = rng.permutation(size)
    in_turn = shuffled[np.argsort(rng.permutation(setting.articles)[article[shuffled]], kind="stable")]
    coded[in_turn[draw_madow(chance[in_turn], rng)]] = True
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


def tune_outlets(outlets: Sequence[Outlet]) -> Tuning:
    """Return the tuning pooled over ``outlets``."""
    columns = [np.concatenate([getattr(o, name) for o in outlets]) for name in ("probability", "label", "chance")]
    return tune(*columns, np.repeat(np.arange(len(outlets)), [len(outlet.article) for outlet in outlets]))


def estimate_outlet(outlet: Outlet, tuning: Tuning | None = None, scope: str = LONG_RUN) -> Share:
    """Return the share of ``outlet`` by ``framing.prevalence``."""
    arrays = (outlet.probability, outlet.label, outlet.chance, outlet.article)
    return estimate_share(*arrays, tuning=tuning, scope=scope)
