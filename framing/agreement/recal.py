"""Codes in the shape that ReCal reads (Freelon 2010, 2013): a row of integers per sentence, a column per coder, no header."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

import numpy as np

from framing.agreement.alpha import Integers
from framing.agreement.reliability_data import ReliabilityData
from framing.errors import UsageError, suggest

MISSING = "#"
"""How ReCal OIR marks a missing code; ReCal2 and ReCal3 know none."""


def recal_rows(data: ReliabilityData, label: str, coders: Sequence[str]) -> list[list[int]]:
    """Return the codes of one label for ReCal2 (two coders) or ReCal3 (more): a row per sentence, a column per coder.

    Only sentences that every one of ``coders`` coded for the label are in it. Left out is what any of them did not code, or
    coded for other labels only (a stance may be missing), and all that is not blind.

    Raises:
        UsageError: the label or a coder is unknown, fewer than two are named, or they share no sentence.
    """
    grid = _spread(data, label, coders)
    complete = grid[(grid >= 0).all(axis=1)]
    if not len(complete):
        most = next((f"; most are shared by {', '.join(names)} ({count:,})" for names, count in list_coder_sets(data, label)), "")
        raise UsageError(f"no sentence was coded for {label!r} by all of {', '.join(coders)}{most}")
    return [list(map(int, row)) for row in complete]


def recal_rows_with_gaps(data: ReliabilityData, label: str, coders: Sequence[str]) -> list[list[int | None]]:
    """Return the codes of one label for ReCal OIR, None where a code is missing: a row per sentence, a column per coder.

    Sentences that two of ``coders`` or more coded for the label are in it; left out are those that fewer coded. Its ordinal
    alpha is that of ``LabelAgreement.ordinal``: the integers of a stance are ranks.

    Raises:
        UsageError: the label or a coder is unknown, or fewer than two are named.
    """
    grid = _spread(data, label, coders)
    shared = grid[(grid >= 0).sum(axis=1) > 1]
    return [[None if code < 0 else int(code) for code in row] for row in shared]


def recal_key(data: ReliabilityData, label: str) -> dict[int, str]:
    """Return what the integers of a label mean.

    Raises:
        UsageError: there is no such label.
    """
    return dict(enumerate(data.find(label).values))


def format_recal(rows: Sequence[Sequence[int | None]]) -> str:
    """Return rows as the content of a ReCal file: commas, no header, ``MISSING`` for None."""
    return "".join(",".join(MISSING if code is None else str(code) for code in row) + "\n" for row in rows)


def recal_files(data: ReliabilityData, coders: Sequence[str]) -> dict[str, str]:
    """Return the contents of files for ReCal by their names: two for each label, and ``key.txt``.

    ``LABEL-oir.csv`` has gaps (ReCal OIR). ``LABEL.csv`` has none (ReCal2, ReCal3), and is left out where no sentence was coded
    by all of ``coders``. The key says which coder a column is, what the integers mean, and how many sentences each file has.

    Raises:
        UsageError: a coder is unknown, fewer than two are named, or a label cannot name a file.
    """
    files = {}
    lines = [f"columns: {', '.join(coders)}"]
    for codes in data.labels:
        label = codes.label
        if not re.fullmatch(r"[\w-]+", label):
            raise UsageError(f"the label {label!r} cannot name a file: it may have letters, digits, - and _")
        shared = recal_rows_with_gaps(data, label, coders)
        complete = [row for row in shared if None not in row]
        files[f"{label}-oir.csv"] = format_recal(shared)
        if complete:
            files[f"{label}.csv"] = format_recal(complete)
        key = ", ".join(f"{code} {value}" for code, value in recal_key(data, label).items())
        lines.append(f"{label}: {key}; {len(complete):,} sentences coded by all, {len(shared):,} by two or more")
    return {**files, "key.txt": "".join(f"{line}\n" for line in lines)}


def list_coder_sets(data: ReliabilityData, label: str) -> list[tuple[tuple[str, ...], int]]:
    """Return the sets of two coders or more who coded the same sentences for a label, and how many, the largest number first.

    Raises:
        UsageError: there is no such label.
    """
    known = data.find(label).codes >= 0
    by_unit: dict[int, list[int]] = {}
    for unit, coder in zip(data.unit[known].tolist(), data.coder[known].tolist(), strict=True):
        by_unit.setdefault(unit, []).append(coder)
    found = Counter(tuple(data.coders[coder] for coder in sorted(coders)) for coders in by_unit.values() if len(coders) > 1)
    return sorted(found.items(), key=lambda item: (-item[1], item[0]))


def _spread(data: ReliabilityData, label: str, coders: Sequence[str]) -> Integers:
    """Return the codes, units × coders, -1 where there is none."""
    codes = data.find(label).codes
    for coder in coders:
        if coder not in data.coders:
            raise UsageError(f"no coder {coder!r} shares a sentence with another{suggest(coder, data.coders)}")
    if len(set(coders)) < 2 or len(set(coders)) < len(coders):
        raise UsageError(f"name two coders or more, each once, not {', '.join(coders) or 'none'}")
    grid = np.full((data.units, len(data.coders)), -1)
    grid[data.unit, data.coder] = codes
    return np.asarray(grid[:, [data.coders.index(coder) for coder in coders]])
