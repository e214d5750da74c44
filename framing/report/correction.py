"""How the shares of a report came about, and how they were compared, in words for its methods."""

from __future__ import annotations

from collections.abc import Sequence

from framing.contrasts import RATE, Rank
from framing.error_rates import PERMUTATIONS, describe_differences
from framing.prevalence import CORRECTED, HAND_CODED, INDEX, LONG_RUN, MIN_ARTICLES, MIN_CODED
from framing.quantification import ASSUMPTION
from framing.report.content import Report
from framing.report.phrases import NO_CODES, count, join, name_label, show_name, title_label
from framing.report.shifts import compare_periods, compare_voices, find_leads
from framing.wording import FALSE_DISCOVERIES


def describe_correction(report: Report) -> str:
    """Return how shares came about: corrected by codes, from codes alone, adjusted, or counted and no more."""
    methods = _list_methods(report)
    said = []
    if CORRECTED in methods:
        said.append(_describe_estimator(report))
    if HAND_CODED in methods:
        names = _list_hand_coded(report)
        said.append(f"For {names}, which the classifier did not learn, shares rest on the coded sentences alone.")
    if methods & {CORRECTED, HAND_CODED}:
        said.append(_describe_intervals(report))
    adjusted = sorted(methods - {CORRECTED, HAND_CODED, INDEX})
    if adjusted:
        said.append(f"Where nothing was coded, shares are estimated otherwise ({join(adjusted)}). {ASSUMPTION}")
    if INDEX in methods:
        said.append(_describe_index(report))
    return " ".join(said)


def _list_methods(report: Report) -> set[str]:
    rows = [row for group in report.outlets.groups for row in group.frames.values()]
    rows += [row for group in report.outlets.groups for shares in group.stance.values() for row in shares.values.values()]
    return {row.share.method for row in rows if row.share is not None}


def _describe_estimator(report: Report) -> str:
    account = report.outlets.account
    seen = account.left_out_predictions if account else 0
    said = (
        "Counting a classifier's labels carries its errors into the shares. They are therefore corrected by the coded sentences, "
        "with the difference estimator of survey sampling (Särndal et al., 1992), known as prediction-powered inference "
        "(Angelopoulos et al., 2023) and design-based supervised learning (Egami et al., 2023): the mean predicted probability of "
        "all sentences of an outlet, plus the mean residual of its coded ones weighted by their inverse inclusion probabilities. "
        "Predictions are scaled by the slope of codes on them within outlets, pooled over outlets."
    )
    if seen:
        said += f" {count(seen, 'coded sentence')} had served for training; what is predicted of these comes from models that did "
        said += "not see their articles."
    return said


def _list_hand_coded(report: Report) -> str:
    shares = [
        (label, row)
        for group in report.outlets.groups
        for label, row in [*group.frames.items(), *((t, r) for t, s in group.stance.items() for r in s.values.values())]
    ]
    names = dict.fromkeys(label for label, row in shares if row.share is not None and row.share.method == HAND_CODED)
    return join([name_label(report.codebook, name) for name in names], most=20)


def _describe_intervals(report: Report) -> str:
    if report.outlets.scope == LONG_RUN:
        scope = "They are for what an outlet publishes of this kind, of which its articles are taken to be a sample."
        variance = "the jackknife over articles (Efron & Stein, 1981)"
    else:
        scope = "They are for these articles alone: the only chance that they cover is which sentences were coded."
        variance = "the draw of the coded sentences"
    return (
        f"The 95% intervals are score intervals (Wilson, 1927) at the effective sample size (Korn & Graubard, 1998) that follows "
        f"from the variance of {variance}, with the quantile of Student's t. Where a label is rare the variance is taken to be at "
        f"least what the predicted probabilities imply. {scope} None is given below {MIN_CODED} coded sentences or {MIN_ARTICLES} "
        f"articles. Errors of the coders are not corrected."
    )


def _describe_index(report: Report) -> str:
    groups = report.outlets.groups
    without = [group.name for group in groups if not group.coded]
    whose = "" if len(without) == len(groups) else f" of {join([show_name(name) for name in without], most=8)}"
    return (
        f"{f'No coded sentences{whose} were given' if whose else NO_CODES}: these numbers are an uncorrected index, the share of "
        "sentences to which the classifier gave a label. They carry its errors, which may differ from outlet to outlet; no "
        "interval is given, and no difference tested."
    )


def describe_comparisons(report: Report) -> str:
    """Return which comparisons were made, and how their number was allowed for."""
    parts = (_describe_contrasts(report), _describe_shifts(report), _describe_errors(report), _describe_words(report))
    return " ".join(filter(None, parts))


def _describe_contrasts(report: Report) -> str:
    comparison = report.comparison
    if comparison is None or not comparison.contrasts:
        return ""
    families = sorted({contrast.family for contrast in comparison.contrasts})
    size = f"{families[0]:,}" if len(families) == 1 else f"{families[0]:,} to {families[-1]:,}"
    labels = len({contrast.label for contrast in comparison.contrasts})
    outlets = len({name for contrast in comparison.contrasts for name in (contrast.one, contrast.other)})
    said = (
        f"{count(len(comparison.contrasts), 'contrast')} of {count(outlets, 'outlet')} were tested, {size} in each of "
        f"{count(labels, 'label')}. Within a label, p-values were adjusted at a false discovery rate of {100 * RATE:.0f}% "
        f"(Benjamini & Hochberg, 1995); {count(len(comparison.differing()), 'contrast')} passed. The families are the pairs of "
        "one label, so over all labels together the rate may be higher; pairs that share an outlet depend on each other, for "
        "which the procedure is not proven to hold the rate. The interval of a difference is for that pair alone (Student's t; "
        "degrees of freedom by Satterthwaite, 1946)."
    )
    if comparison.ranks:
        said += " Ranks are ranges that hold for all outlets of a label at once (Mogstad et al., 2024), and so are wider "
        said += f"than pairs tell.{_count_open_ranks(comparison.ranks)}"
    if find_leads(report.outlets):
        said += " A frame is said to lead an outlet where it exceeds each other one (Gutmann & Maymin, 1987); here the rate is held"
        said += " over outlets."
    return said


def _count_open_ranks(ranks: Sequence[Rank]) -> str:
    """Return of how many labels nothing is known of the order of outlets, nothing where there is no such label."""
    labels = {rank.label for rank in ranks}
    known = {rank.label for rank in ranks if (rank.best, rank.worst) != (1, rank.groups)}
    return f" They leave every rank open in {len(labels - known):,} of {count(len(labels), 'label')}." if labels - known else ""


def _describe_errors(report: Report) -> str:
    tested = [p for found in report.errors.values() for p in (found.p_missed, found.p_raised) if p is not None]
    if not report.errors:
        return ""
    if not tested:
        return "Whether the classifier errs alike in all outlets could not be tested: too few coded sentences."
    named = {title_label(report.codebook, frame): found for frame, found in report.errors.items()}
    warnings = describe_differences(named)
    result = f"{len(warnings):,} rejected it" if warnings else "none rejected it"
    return (
        f"Whether the classifier misses a frame, or wrongly gives it, equally often in all outlets was tested by "
        f"{PERMUTATIONS:,} permutations of articles between outlets with a chi-square adjusted for clustering (Donner, 1989): of "
        f"{count(len(tested), 'test')}, at a false discovery rate of {100 * RATE:.0f}%, {result}."
    )


def _describe_shifts(report: Report) -> str:
    voices, periods = compare_voices(report.voices), compare_periods(report.months)
    tested = [f"{count(len(voices), 'contrast')} of an outlet's own words with those it quotes"] if voices else []
    tested += [f"{count(len(periods), 'contrast')} of its last period with its first"] if periods else []
    return f"In the same way, {' and '.join(tested)} were tested, within each frame." if tested else ""


def _describe_words(report: Report) -> str:
    if not any(group.words for group in report.words):
        return ""
    return (
        "Distinctive words were found by log-odds with an informative Dirichlet prior (Monroe et al., 2008), the variance taken "
        f"over articles and the false discovery rate held at {100 * FALSE_DISCOVERIES:.0f}%; copies of a text counted once."
    )
