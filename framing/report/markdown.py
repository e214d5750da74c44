"""The report as Markdown, for a README: findings, shares with intervals, stances and methods, and no chart."""

from __future__ import annotations

import re
from collections.abc import Sequence

from framing.report.claims import CAUTION, EQUAL
from framing.report.content import Report
from framing.report.findings import write_findings
from framing.report.methods import write_methods
from framing.report.openings import describe_basis, describe_key, describe_kicker, describe_scope
from framing.report.phrases import show_name
from framing.report.references import cite_software, list_references
from framing.report.tabulating import (
    Table,
    tabulate_contrasts,
    tabulate_frames,
    tabulate_outlets,
    tabulate_speakers,
    tabulate_stances,
)

FEW_CONTRASTS = 12
"""Differences that the table shows."""

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~!&$@])")
_ORDERED = re.compile(r"^(\d+)([.)])")
_BULLET = re.compile(r"^([-+=])")
_ADDRESS = re.compile(r"\b(https?|ftp|www)([:.])", re.IGNORECASE)


def render_markdown(report: Report) -> str:
    """Return the report in GitHub's Markdown; names and sentences of others are text there and nothing else."""
    findings = write_findings(report)
    headlines = [finding.text for finding in findings if finding.kind not in (CAUTION, EQUAL)]
    remarks = [finding.text for finding in findings if finding.kind in (CAUTION, EQUAL)]
    methods = write_methods(report)
    blocks = [
        f"# {escape(show_name(report.title, 200))}",
        escape(" · ".join(describe_kicker(report))),
        escape(describe_basis(report)),
        "## Findings",
        escape(describe_scope(report)),
        _list(headlines),
        "To be read with care:" if remarks else "",
        _list(remarks),
        "## Shares",
        *map(format_table, _choose_tables(report)),
        escape(describe_key(report)),
        "## Methods",
        *map(escape, methods),
        "### References",
        _list([*list_references(methods), cite_software(report.making.versions)]),
    ]
    return "\n\n".join(filter(None, blocks)) + "\n"


def _choose_tables(report: Report) -> list[Table]:
    codebook = report.codebook
    tables = [
        tabulate_frames(report.outlets, codebook) if codebook.frames else None,
        tabulate_stances(report.outlets, codebook) if codebook.targets else None,
        tabulate_contrasts(report, FEW_CONTRASTS),
        tabulate_speakers(report),
        tabulate_outlets(report.outlets),
    ]
    return [table for table in tables if table is not None and table.rows]


def escape(text: str) -> str:
    """Return ``text`` such that Markdown shows it as it is: no mark, list, HTML or link comes of it."""
    shown = _ADDRESS.sub(r"\1&#8203;\2", _SPECIAL.sub(r"\\\1", text))
    return _BULLET.sub(r"\\\1", _ORDERED.sub(r"\1\\\2", shown))


def _list(items: Sequence[str]) -> str:
    return "\n".join(f"- {escape(item)}" for item in items)


def format_table(table: Table) -> str:
    """Return a table with its caption in bold above it."""
    left = [number < table.heads or number in table.words for number in range(len(table.columns))]
    rule = [":---" if is_left else "---:" for is_left in left]
    lines = [list(map(escape, table.columns)), rule, *(list(map(escape, row)) for row in table.rows)]
    return f"**{escape(table.caption)}**\n\n" + "\n".join(f"| {' | '.join(line)} |" for line in lines)
