"""What a check found, and what cleaning dropped."""

from __future__ import annotations

from framing.checking import Report
from framing.output import Grid, Part, plain


def list_findings(report: Report) -> list[Part]:
    """Return a line per finding."""
    lines: list[Part] = []
    for finding in report.findings:
        named = finding.problem if finding.place in finding.problem else f"{finding.place}: {finding.problem}"
        lines.append(f"problem  {named}" if finding.problem else f"ok       {finding.place}: {finding.said}")
    return lines


def tabulate_dropped(report: Report) -> list[Part]:
    """Return one row per line that cleaning dropped, with its rule."""
    rows = [[plain(article.id), line.rule, plain(line.text)] for article, line in report.dropped]
    if not rows:
        return ["No line was dropped."]
    return [Grid("Dropped lines", ["article", "rule", "line"], rows, left=3)]
