"""What sets groups apart beyond their shares: their words, the errors the model makes in them, frames that go together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from framing.arrays import Bools, Integers
from framing.contrasts import Comparison
from framing.cooccurrence import FramePair, count_together
from framing.error_rates import ErrorComparison, measure_error_rates
from framing.errors import AnnotationError, UsageError
from framing.grouping import Group
from framing.summarizing import Evidence
from framing.summary_records import comparison_records, rank_record, round_number
from framing.wording import DistinctiveWord, find_distinctive_words

ALL = "all"


@dataclass(frozen=True, slots=True)
class GroupWords:
    """The words that tell a group from the others, each with a sentence that has it."""

    group: str
    words: tuple[DistinctiveWord, ...]
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GroupPairs:
    """The pairs of frames in one group, and how many sentences were counted."""

    group: str
    sentences: int
    pairs: tuple[FramePair, ...]


def _check_sentences(evidence: Evidence) -> None:
    """Check that no article was only counted, of which there are no sentences to look at."""
    if evidence.counted:
        raise UsageError(
            f"the saved scores of {evidence.counted[0].article.id!r} are per article; this comparison takes those of sentences: "
            "save them with --unit sentence"
        )


def _assign(evidence: Evidence, groups: Sequence[Group]) -> tuple[Integers, list[str]]:
    """Return the rows that stand in groups and the name of the group of each.

    Raises:
        UsageError: a row stands in several groups, which would be compared with themselves; or articles were only counted.
    """
    _check_sentences(evidence)
    rows = np.concatenate([np.zeros(0, np.int64), *(group.rows for group in groups)])
    if len(np.unique(rows)) < len(rows):
        raise UsageError("articles that mention several topics would be compared with themselves: give topics that do not overlap")
    return rows, [" · ".join(group.name) for group in groups for _ in group.rows]


def find_words(evidence: Evidence, groups: Sequence[Group], *, most: int, frames: Sequence[str] = ()) -> list[GroupWords]:
    """Return for each group at most ``most`` words that it uses more than the others, in sentences with any of ``frames``.

    A text that articles of several groups print, such as an agency's, is nobody's own and left out; copies within a group
    count once.

    Raises:
        UsageError: there are fewer than two groups, articles stand in several, or they were only counted.
    """
    rows, names = _assign(evidence, groups)
    if len(groups) < 2:
        raise UsageError("distinctive words take two groups or more: name articles of another outlet, or another --by")
    population = evidence.population
    kept = ~evidence.is_copy[rows] & ~_find_shared(evidence.cluster[rows], population.article[rows], names)
    if frames:
        columns = [population.labels.index(frame) for frame in frames]
        kept &= population.given[rows][:, columns].any(axis=1)
    chosen = np.flatnonzero(kept)
    texts = [population.sentence(int(rows[place])).text for place in chosen]
    articles = [str(population.article[rows[place]]) for place in chosen]
    found = find_distinctive_words(texts, [names[place] for place in chosen], articles, most=most)
    return [GroupWords(group, tuple(words), tuple(texts[word.example] for word in words)) for group, words in found.items()]


def _find_shared(cluster: Integers, article: Integers, names: Sequence[str]) -> Bools:
    """Return which rows are of a text that articles of several groups print; ``names`` are the groups of the rows.

    An article itself may stand in several groups, as where voices are compared: its copies then stand in the same ones.
    """
    groups: dict[tuple[int, int], set[str]] = {}
    for text, number, name in zip(cluster.tolist(), article.tolist(), names, strict=True):
        groups.setdefault((text, number), set()).add(name)
    printed: dict[int, set[frozenset[str]]] = {}
    for (text, _), own in groups.items():
        printed.setdefault(text, set()).add(frozenset(own))
    return np.isin(cluster, [text for text, sets in printed.items() if len(sets) > 1])


def compare_errors(evidence: Evidence, groups: Sequence[Group], frames: Sequence[str]) -> dict[str, ErrorComparison]:
    """Return, for each frame that the model learnt, how often the model errs in each group, by the coded sentences.

    Raises:
        AnnotationError: no sentence is coded.
        UsageError: articles stand in several groups, or were only counted.
    """
    rows, _ = _assign(evidence, groups)
    # By number: names may be long, and two groups may be called alike.
    number = np.repeat([f"{place:09}" for place in range(len(groups))], [len(group.rows) for group in groups])
    coded = np.flatnonzero(~np.isnan(evidence.chances[rows]))
    if not len(coded):
        raise AnnotationError(
            "no sentence of these articles is coded: errors show on coded sentences, name them with --annotations"
        )
    own, outlets = rows[coded], number[coded]
    population = evidence.population
    found = {}
    for frame in frames:
        column = population.labels.index(frame)
        if not np.isnan(population.probabilities[own, column]).any():
            label = evidence.labels[own, column] > 0.5
            given, weight = population.given[own, column], 1 / evidence.chances[own]
            comparison = measure_error_rates(given, label, weight, population.article[own], outlets)
            rates = tuple(replace(rate, group=" · ".join(groups[int(rate.group)].name)) for rate in comparison.rates)
            found[frame] = replace(comparison, rates=rates)
    return found


def find_together(evidence: Evidence, groups: Sequence[Group], frames: Sequence[str]) -> list[GroupPairs]:
    """Return how often two frames stand in one sentence, over all groups and in each, by the classifier's labels.

    Frames that were not learnt are left out: no sentence is given one.

    Raises:
        UsageError: articles were only counted.
    """
    _check_sentences(evidence)
    population = evidence.population
    learnt = [frame for frame in frames if not np.isnan(population.probabilities[:, population.labels.index(frame)]).any()]
    columns = [population.labels.index(frame) for frame in learnt]
    everything = np.unique(np.concatenate([np.zeros(0, np.int64), *(group.rows for group in groups)]))
    parts = [(ALL, everything), *((" · ".join(group.name), group.rows) for group in groups)]
    return [GroupPairs(name, len(rows), count_together(population.given[rows][:, columns], learnt)) for name, rows in parts]


def word_records(found: Sequence[GroupWords]) -> Iterator[dict[str, Any]]:
    """Yield a record per group and word."""
    for group in found:
        for word, text in zip(group.words, group.examples, strict=True):
            row = {**asdict(word), "log_odds": round_number(word.log_odds), "z": round_number(word.z), "example": text}
            yield {"group": group.group, **row}


def error_records(found: Mapping[str, ErrorComparison]) -> Iterator[dict[str, Any]]:
    """Yield a record per frame and group."""
    for frame, comparison in found.items():
        for rate in comparison.rates:
            numbers = {key: round_number(value) if isinstance(value, float) else value for key, value in asdict(rate).items()}
            yield {"frame": frame, **numbers, "p_missed": comparison.p_missed, "p_raised": comparison.p_raised}


def together_records(found: Sequence[GroupPairs]) -> Iterator[dict[str, Any]]:
    """Yield a record per group and pair of frames."""
    for group in found:
        for pair in group.pairs:
            numbers = {key: round_number(value) if isinstance(value, float) else value for key, value in asdict(pair).items()}
            yield {"group": group.group, "of": group.sentences, **numbers, "method": "uncorrected index"}


def contrast_records(comparison: Comparison) -> Iterator[dict[str, Any]]:
    """Yield a record per contrast, those that could not be tested last."""
    return comparison_records(comparison)


def rank_records(comparison: Comparison) -> Iterator[dict[str, Any]]:
    """Yield a record per label and group."""
    return map(rank_record, comparison.ranks)
