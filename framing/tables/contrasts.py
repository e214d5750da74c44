"""Comparisons: which groups differ, their ranks, their words, the model's errors in them, and frames that go together."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from rich.text import Text

from framing.codebook import Codebook
from framing.comparing import ALL, GroupPairs, GroupWords
from framing.contrasts import RATE, Comparison, Contrast, Rank
from framing.error_rates import ErrorComparison, ErrorRate, describe_differences
from framing.output import Grid, Part, percent, plain, signed
from framing.summary import Summary
from framing.summary_records import explain_missing_interval

_SHOWN, _FEWEST = 10, 5
"""Pairs of frames that a table shows, and sentences with both below which their ratio is left to chance."""


def name_label(label: str, codebook: Codebook) -> str:
    """Return the name of a frame, or of a target's balance."""
    names = {frame.id: frame.name for frame in codebook.frames}
    names |= {f"{target.id}:balance": f"{target.name}, balance" for target in codebook.targets}
    return plain(names.get(label, label))


_ALL_SHOWN = 30
"""Pairs up to which a table shows all, those too that do not differ."""


def tabulate_contrasts(comparison: Comparison, summary: Summary, codebook: Codebook) -> list[Part]:
    """Return the pairs that differ, or all where they are few, the surest first; how many were compared, and who was not."""
    by = ", ".join(summary.by)
    tested = [contrast for contrast in comparison.contrasts if contrast.q is not None]
    shown, title = comparison.differing(), f"Pairs that differ, by {by}"
    if len(tested) <= _ALL_SHOWN:
        shown = sorted(tested, key=lambda contrast: contrast.q or 0.0)
        title = f"All pairs, by {by}; * differ"
    parts: list[Part] = []
    if shown:
        header = ["", by, "", "other", "", "difference", "95 %", "adjusted p"]
        parts.append(Grid(title, header, [_contrast_row(row, codebook) for row in shown], left=1))
    parts.append("\n".join(explain_comparison(comparison, summary)))
    return parts


def _contrast_row(row: Contrast, codebook: Codebook) -> list[str | Text]:
    show = signed if row.label.endswith(":balance") else percent
    low, high = row.difference.low, row.difference.high
    interval = "–" if low is None or high is None else f"{_points(low)} to {_points(high)}"
    shares = (plain(row.one), show(row.one_share), plain(row.other), show(row.other_share))
    return [
        name_label(row.label, codebook) + " *" * row.differs,
        *shares,
        f"{_points(row.difference.estimate)} points",
        interval,
        _p(row.q),
    ]


def _points(value: float) -> str:
    """Return a difference in points with one decimal: those that are sure may be small."""
    return f"{round(100 * value, 1) + 0.0:+.1f}"  # no -0.0


def _p(value: float | None) -> str:
    if value is None:
        return "–"
    return "< .001" if value < 0.001 else f"{value:.3f}".removeprefix("0")


def explain_comparison(comparison: Comparison, summary: Summary) -> list[str]:
    """Return how many contrasts differ among how many, what that means, and who was not compared."""
    if not summary.is_corrected:
        return [
            "Nothing is compared: no sentence is coded, and differences between uncorrected indexes are differences in the "
            "classifier's errors as well. Code a sample of these articles (framing sample) and name it with --annotations."
        ]
    notes = []
    if comparison.contrasts:
        families = sorted({contrast.family for contrast in comparison.contrasts})
        size = f"{families[0]:,}" if len(families) == 1 else f"{families[0]:,} to {families[-1]:,}"
        pairs = "pair" if families[-1] == 1 else "pairs"
        labels = len({contrast.label for contrast in comparison.contrasts})
        differing, tested = len(comparison.differing()), len(comparison.contrasts)
        family = f"{size} {pairs} in each of {labels} label{'s' * (labels != 1)}"
        notes.append(
            f"{differing:,} of {tested:,} comparisons differ ({family}; Benjamini and Hochberg within a label, at "
            f"{100 * RATE:.0f} %). Intervals are 95 % of a pair alone. The others may differ too, "
            "by less than these articles and codes can show."
        )
    else:
        notes.append("No two groups can be compared.")
    return [*notes, *_name_left_out(comparison, summary)]


def _name_left_out(comparison: Comparison, summary: Summary) -> list[str]:
    if not comparison.left_out:
        return []
    reasons = {group.name: explain_missing_interval(group) or "no label is known" for group in summary.groups}
    told = [f"{plain(name)} ({reasons[name].removeprefix('no interval: ')})" for name in comparison.left_out[:8]]
    told += [f"{len(comparison.left_out) - 8:,} more"] * (len(comparison.left_out) > 8)
    return [f"Not compared: {'; '.join(told)}."]


def tabulate_ranks(comparison: Comparison, summary: Summary, codebook: Codebook) -> list[Part]:
    """Return the ranks of each label as ranges that hold for all groups at once."""
    by = ", ".join(summary.by)
    parts: list[Part] = []
    found: dict[str, list[Rank]] = {}
    for rank in comparison.ranks:
        found.setdefault(rank.label, []).append(rank)
    for label, ranks in found.items():
        show, what = (signed, "balance") if label.endswith(":balance") else (percent, "share")
        rows = [[plain(rank.group), show(rank.share), _range(rank)] for rank in ranks]
        parts.append(Grid(name_label(label, codebook), [by, what, "rank"], rows))
    if not parts:
        return ["No two groups can be ranked: too little is coded."]
    note = "Ranks that remain possible, 1 for the highest share, for all groups of a label at once (95 %)."
    return [*parts, "\n".join([note, *_name_left_out(comparison, summary)])]


def _range(rank: Rank) -> str:
    return str(rank.best) if rank.best == rank.worst else f"{rank.best} to {rank.worst}"


def tabulate_words(found: Sequence[GroupWords], by: str) -> list[Part]:
    """Return the words that tell each group from the others, each with a sentence."""
    rows: list[list[str | Text]] = []
    for group in found:
        for number, (word, text) in enumerate(zip(group.words, group.examples, strict=True)):
            shown = Text(plain(text))
            shown.highlight_regex(rf"(?i)(?<!\w){_pattern(word.term)}(?!\w)", "bold green")
            counts = [f"{word.z:.1f}", f"{word.count:,}", f"{word.others:,}", f"{word.articles:,}"]
            rows.append([plain(group.group) if number == 0 else "", word.term, shown, *counts])
    if not rows:
        return ["No word tells a group from the others by more than chance."]
    header = [by, "word", "sentence", "z", "here", "elsewhere", "articles"]
    note = (
        "Log-odds with an informative Dirichlet prior (Monroe, Colaresi and Quinn 2008), the variance by article; texts that "
        "articles of several groups print are left out."
    )
    return [Grid("Words that tell each group from the others", header, rows, left=3, optional=["articles", "elsewhere"]), note]


def _pattern(term: str) -> str:
    return r"\W+".join(map(re.escape, term.split()))


def tabulate_errors(found: Mapping[str, ErrorComparison], codebook: Codebook, by: str) -> list[Part]:
    """Return how often the model misses and wrongly gives each frame in each group, and where groups differ in it."""
    if not found:
        return ["The model has learnt none of these frames, so that it gives them to no sentence."]
    parts: list[Part] = []
    for frame, comparison in found.items():
        rows = [[plain(rate.group), f"{rate.positives} of {rate.coded}", _missed(rate), _raised(rate)] for rate in comparison.rates]
        parts.append(Grid(name_label(frame, codebook), [by, "have it", "missed", "wrongly given"], rows))
    warnings = describe_differences(found)
    parts.append("\n".join([f"! {line}" for line in warnings] or ["No difference in errors between groups is beyond chance."]))
    parts.append("Shares of the sentences with (missed) and without the frame (wrongly given), weighted, with 95 % intervals.")
    return parts


def _missed(rate: ErrorRate) -> str:
    return _rate(rate.missed, rate.missed_low, rate.missed_high)


def _raised(rate: ErrorRate) -> str:
    return _rate(rate.raised, rate.raised_low, rate.raised_high)


def _rate(value: float | None, low: float | None, high: float | None) -> str:
    return percent(value) + ("" if low is None or high is None else f" [{100 * low:.0f}–{100 * high:.0f}]")


def tabulate_together(found: Sequence[GroupPairs], codebook: Codebook) -> list[Part]:
    """Return the pairs of frames that stand together most above chance, over all groups, and their shares in each."""
    whole = next(group for group in found if group.group == ALL)
    often = [pair for pair in whole.pairs if pair.sentences >= _FEWEST]
    ranked = sorted(often, key=lambda pair: -(pair.lift or 0.0))[:_SHOWN]
    if not ranked:
        return [f"No two frames stand together in {_FEWEST} sentences or more, by the classifier's labels."]
    others = [group for group in found if group is not whole]
    rows = []
    for pair in ranked:
        names = f"{name_label(pair.first, codebook)} + {name_label(pair.second, codebook)}"
        figures = [percent(pair.share), percent(pair.expected), f"{pair.lift or 0:.1f}"]
        rows.append([names, *figures, *[percent(_find(group, pair.first, pair.second)) for group in others]])
    header = ["frames", "together", "by chance", "ratio", *[plain(group.group) for group in others]]
    return [
        Grid("Frames that stand in one sentence", header, rows),
        "Uncorrected index: it counts the classifier's labels. By chance: the product of the two shares. Pairs in fewer than "
        f"{_FEWEST} sentences are left out.",
    ]


def _find(group: GroupPairs, first: str, second: str) -> float | None:
    return next(pair.share for pair in group.pairs if (pair.first, pair.second) == (first, second))
