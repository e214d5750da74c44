"""The variance of an estimated share of sentences, and the interval that follows.

Three things can go wrong in the sample: the articles (others would have told another story), the draw of the coded sentences,
and a label so rare that the draw holds hardly one. Each has its part here.

``leave_out_articles`` is the delete-one jackknife (Efron & Stein 1981) with whole articles, in two parts: the article leaves
the mean of the probabilities, and it leaves the codes. The squares of each part are scaled by (G - 1)/G for its own number of
articles, since a few articles may be coded and many scored. Articles of unequal lengths are allowed for, and a slope that was
fitted on the outlet's own codes.

``vary_draw`` is for the share in these articles alone, where nothing but the draw varies: the variance of a draw without
replacement, of sentences or of whole articles, or between the two as far as coded sentences stand together.

``guard`` keeps rare labels honest: a sample that missed them shows no variance. The residuals are taken to vary at least as
the probabilities say, f(1 - f), times what these were found to be worth.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np

from framing.share_samples import Floats, Sample, find_slopes

SURPRISE = 0.5
SURE = 1e12
"""The effective sample size from which on an interval is a point."""


@dataclass(frozen=True, slots=True)
class Uncertainty:
    """A variance with its degrees of freedom, and each article's ``parts`` in it."""

    variance: float
    freedom: float
    parts: Floats


def leave_out_articles(sample: Sample, slope: float | None = None) -> Uncertainty:
    """Return the jackknife variance of the estimate over articles, of which two or more must hold a coded sentence.

    A ``slope`` that is given stays; else it is fitted anew without each article. The degrees of freedom are those of the two
    parts, averaged by what each adds to the variance, as Cochran & Cox (1950) average the quantiles. Satterthwaite's (1946)
    are more, and promise too much where a handful of articles is coded.
    """
    sums, probability = sample.sum_by_article(), sample.probability
    total = sums.sum(axis=1)
    left = total[:, None] - sums
    left[0] = np.maximum(left[0], 1e-12)
    scoring, coding = sample.articles - 1, sample.coded_articles - 1
    others = find_slopes(left, coding + 1) if slope is None else np.full(sample.articles, slope)
    own = float(find_slopes(total, coding + 1)) if slope is None else slope
    mean, held = float(probability.mean()), np.bincount(sample.article, minlength=sample.articles)
    without = (probability.sum() - np.bincount(sample.article, probability, sample.articles)) / (len(probability) - held)
    codes, scored = np.clip(left[2] / left[0], 0, 1), np.clip(left[1] / left[0], probability.min(), probability.max())
    model = own * (mean - without) * sqrt(scoring / (scoring + 1))
    coded = (total[2] - codes + own * (mean - total[1]) - others * (mean - scored)) * sqrt(coding / (coding + 1))
    from_model, from_codes = float(model @ model), float(coded @ coded)
    loss = from_model / scoring + from_codes / coding
    freedom = (from_model + from_codes) / loss if loss > 0 else float(coding)
    parts = model + coded
    return Uncertainty(float(parts @ parts), freedom, parts)


def vary_draw(sample: Sample, residual: Floats) -> Uncertainty:
    """Return the variance of the estimate over draws from these articles, of which two or more must hold a coded sentence."""
    count, articles = len(sample.code), sample.coded_articles
    error = sample.weight * residual * np.sqrt(1 - sample.chance)
    parts = np.asarray(np.bincount(sample.place, error, sample.articles), float) * sqrt(articles / (articles - 1))
    clustering = measure_clustering(sample)
    variance = (1 - clustering) * float(error @ error) * count / (count - 1) + clustering * float(parts @ parts)
    return Uncertainty(variance, 1 / ((1 - clustering) / (count - 1) + clustering / (articles - 1)), parts)


def measure_clustering(sample: Sample) -> float:
    """Return 0 where sentences were drawn singly, 1 where whole articles were, and between the two what pairs tell.

    Were sentences drawn singly, pairs of coded ones from one article, each counted for as many as their chances say, would
    add up to all pairs of sentences of one article.
    """
    least = float(sample.chance.min())
    weight = least / sample.chance
    pairs = np.bincount(sample.place, weight, sample.articles) ** 2 - np.bincount(sample.place, weight**2, sample.articles)
    held = np.bincount(sample.article, minlength=sample.articles)
    expected, found = float((held * (held - 1.0)).sum()) * least**2, float(pairs.sum())
    left_out = 1 - float(sample.chance.mean())
    return min(max((1 - expected / found) / left_out, 0.0), 1.0) if found > 0 and left_out > 0 else 0.0


def guard(sample: Sample, residual: Floats, dispersion: float) -> float:
    """Return what the residuals of the coded sentences lack of the variance that the probabilities imply.

    ``dispersion`` is what a variance of f(1 - f) is worth elsewhere; it counts as much as half a sentence with the label (half
    a surprise), beside what the coded sentences themselves say. No model is believed to be surer on the whole than a quarter
    of a surprise among the coded sentences.
    """
    expected, everywhere = (values * (1 - values) for values in (sample.scored, sample.probability))
    sure = max(0.0, 0.25 / len(sample.code) - float(everywhere.mean()))
    expected = np.maximum(expected, 1e-12) + sure
    drawn = sample.weight**2 * (1 - sample.chance)
    found, implied = float(drawn @ residual**2), float(drawn @ expected)
    if implied <= 0:
        return 0.0
    evidence = implied / float(drawn**2 @ expected)
    worth = (found * evidence + SURPRISE * dispersion) / (implied * evidence + SURPRISE)
    # The coded sentences may by chance be surer ones than all.
    elsewhere = (float(everywhere.mean()) + sure) / float(sample.weight @ expected)
    return max(0.0, worth * implied * elsewhere - found)


@dataclass(frozen=True, slots=True)
class Bounds:
    """What an interval needs to know: the estimate before it is held in [0, 1], its uncertainty, and the coded sentences.

    ``most`` is the effective sample size where there is no variance.
    """

    raw: float
    variance: float
    freedom: float
    coded: int
    most: float

    def find_wilson(self) -> tuple[float, float]:
        """Return Wilson's (1927) interval at the effective sample size, with the quantile of Student's t."""
        share, size = min(max(self.raw, 0.0), 1.0), self.most
        if self.variance > 0:
            share, size = keep_inside(self.raw, self.coded), count_effectively(self.raw, self.variance, self.coded)
        if size > SURE:
            return share, share
        q = find_quantile(self.freedom)
        centre = (share + q**2 / (2 * size)) / (1 + q**2 / size)
        reach = q / (1 + q**2 / size) * sqrt(share * (1 - share) / size + q**2 / (4 * size**2))
        return max(centre - reach, 0.0), min(centre + reach, 1.0)

    def find_capped(self) -> tuple[float, float]:
        """Return Wilson's interval, its ends no further from the estimate than Student's and q²/2n of the coded sentences.

        Near 0 the effective sample size says little: θ(1 - θ) is almost nothing there, whatever the variance.
        """
        low, high = self.find_wilson()
        q = find_quantile(self.freedom)
        reach = q * sqrt(self.variance) + q**2 / (2 * self.coded)
        return max(low, min(self.raw, 1.0) - reach), min(high, max(self.raw, 0.0) + reach)


def keep_inside(share: float, coded: int) -> float:
    """Return ``share``, half a coded sentence or more away from 0 and 1."""
    return min(max(share, 0.5 / coded), 1 - 0.5 / coded)


def count_effectively(share: float, variance: float, coded: int) -> float:
    """Return how many sentences drawn singly and coded would give ``share`` this ``variance`` (above 0)."""
    inside = keep_inside(share, coded)
    return inside * (1 - inside) / variance


def find_quantile(freedom: float) -> float:
    """Return the .975 quantile of Student's t."""
    from scipy.special import stdtrit

    return float(stdtrit(min(freedom, 1e9), 0.975))
