"""Whether shares are those of ``ppi_py``, the reference implementation of prediction-powered inference, for a fixed slope.

Made-up outlets with equal and unequal inclusion probabilities, slopes from 0 to 1.5. ``ppi_py`` is given the probabilities of
all sentences and, for the coded ones, codes, probabilities and the weights 1/π. It knows no articles, so that the intervals
are beside the point; each sentence is an article here, and the ratio of the half-widths is printed.

    python benchmarks/ppi_sameness.py
"""

from __future__ import annotations

import importlib.util
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from framing.prevalence import Share, Tuning, estimate_share

Floats = NDArray[np.float64]
SLOPES = (0.0, 0.5, 0.9, 1.0, 1.5)
CASES = tuple((number, slope) for number, slope in enumerate(SLOPES * 2))
"""The number of a case, from which its data follow, and its slope; the cases of the second half are weighted."""


@dataclass(frozen=True)
class Case:
    """The arrays of ``estimate_share`` and the slope."""

    probability: Floats
    label: Floats
    chance: Floats
    slope: float


def make_case(number: int, slope: float) -> Case:
    """Return made-up data that depend on ``number`` alone."""
    rng = np.random.default_rng(number)
    size = 400 + 50 * number
    probability = rng.random(size) ** 2
    codes = (rng.random(size) < 0.1 + 0.6 * probability).astype(float)
    chance = np.full(size, 0.3) if number < len(SLOPES) else 0.1 + 0.5 * rng.random(size)
    return Case(probability, np.where(rng.random(size) < chance, codes, np.nan), chance, slope)


def estimate(case: Case) -> Share:
    """Return the share by ``framing.prevalence``, each sentence its own article."""
    article = np.arange(len(case.label))
    return estimate_share(case.probability, case.label, case.chance, article, tuning=Tuning(case.slope, 1.0))


def main() -> None:
    if importlib.util.find_spec("ppi_py") is None:
        sys.exit("skipped: ppi_py is not installed (pip install ppi-python)")
    # One of its libraries asks for the package coverage, and would find the benchmark of that name.
    sys.path.remove(str(Path(__file__).resolve().parent))
    from ppi_py import ppi_mean_ci, ppi_mean_pointestimate

    differences = []
    print(f"{'case':>4}{'slope':>7}{'coded':>7}{'ppi_py':>22}{'difference':>12}{'half-widths, ours / theirs':>28}")
    for number, slope in CASES:
        case = make_case(number, slope)
        coded = ~np.isnan(case.label)
        arrays = (case.label[coded], case.probability[coded], case.probability)
        theirs = float(np.squeeze(ppi_mean_pointestimate(*arrays, lam=slope, w=1 / case.chance[coded])))
        low, high = (float(np.squeeze(end)) for end in ppi_mean_ci(*arrays, alpha=0.05, lam=slope, w=1 / case.chance[coded]))
        share = estimate(case)
        differences.append(abs(share.raw - theirs))
        ratio = ((share.high or 0.0) - (share.low or 0.0)) / (high - low)
        print(f"{number:>4}{slope:>7.1f}{coded.sum():>7}{theirs:>22.15f}{differences[-1]:>12.1e}{ratio:>28.3f}")
    verdict = "the same" if max(differences) < 1e-9 else "NOT the same"
    print(f"\nestimates are {verdict}: largest difference {max(differences):.1e}")


if __name__ == "__main__":
    main()
