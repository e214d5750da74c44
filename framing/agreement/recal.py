"""Codes in the shape that ReCal reads (Freelon 2010, 2013): a row of integers per sentence, a column per coder, no header."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from framing.agreement.reliability_data import LabelCodes, ReliabilityData
from framing.errors import UsageError, suggest

MISSING = "#"
"""How ReCal OIR marks a missing code; ReCal2 and ReCal3 know none."""


def recal_files(data: ReliabilityData, coders: Sequence[str]) -> dict[str, str]:
    """Return the contents of files for ReCal by their names: two for each label, and ``key.txt``.

    ``LABEL-oir.csv`` has gaps (ReCal OIR). ``LABEL.csv`` has none (ReCal2, ReCal3), and is left out where no sentence was coded
    by all of ``coders``. Sentences that fewer than two of them coded for the label are in neither. The integers of a stance
    are ranks: ReCal's ordinal alpha is ``LabelAgreement.ordinal``. The key says which coder a column is, what the integers
    mean, and how many sentences each file has.

    Raises:
        UsageError: a coder is unknown, fewer than two are named, or a label cannot name a file.
    """
    _check_coders(data, coders)
    files = {}
    lines = [f"columns: {', '.join(coders)}"]
    for codes in data.labels:
        label = codes.label
        if not re.fullmatch(r"[\w-]+", label):
            raise UsageError(f"the label {label!r} cannot name a file: it may have letters, digits, - and _")
        shared = _list_shared(data, codes, coders)
        complete = [row for row in shared if None not in row]
        files[f"{label}-oir.csv"] = _format(shared)
        if complete:
            files[f"{label}.csv"] = _format(complete)
        key = ", ".join(f"{code} {value}" for code, value in enumerate(codes.values))
        lines.append(f"{label}: {key}; {len(complete):,} sentences coded by all, {len(shared):,} by two or more")
    return {**files, "key.txt": "".join(f"{line}\n" for line in lines)}


def _list_shared(data: ReliabilityData, codes: LabelCodes, coders: Sequence[str]) -> list[list[int | None]]:
    """Return a row per sentence that two of ``coders`` or more coded for the label, a column per coder, None for no code."""
    grid = np.full((data.units, len(data.coders)), -1)
    grid[data.unit, data.coder] = codes.codes
    chosen = grid[:, [data.coders.index(coder) for coder in coders]]
    shared = chosen[(chosen >= 0).sum(axis=1) > 1]
    return [[None if code < 0 else code for code in row] for row in shared.tolist()]


def _format(rows: Sequence[Sequence[int | None]]) -> str:
    return "".join(",".join(MISSING if code is None else str(code) for code in row) + "\n" for row in rows)


def _check_coders(data: ReliabilityData, coders: Sequence[str]) -> None:
    for coder in coders:
        if coder not in data.coders:
            raise UsageError(f"no coder {coder!r} shares a sentence with another{suggest(coder, data.coders)}")
    if len(set(coders)) < 2 or len(set(coders)) < len(coders):
        raise UsageError(f"name two coders or more, each once, not {', '.join(coders) or 'none'}")
