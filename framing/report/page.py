"""The report as one HTML page that asks nobody for anything: style, script, charts and data are all inside."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from framing.charts.palette import style_charts
from framing.errors import UsageError
from framing.metrics import UNRELIABLE
from framing.output import plain
from framing.report.browser import list_browser
from framing.report.charts import draw_charts, gather_data
from framing.report.claims import CAUTION, EQUAL
from framing.report.content import Coding, Report
from framing.report.findings import write_findings
from framing.report.methods import write_methods
from framing.report.openings import describe_basis, describe_key, describe_kicker, describe_scope
from framing.report.phrases import chance, join, show_name
from framing.report.picking import mark_term
from framing.report.quality_tables import tabulate_agreement, tabulate_errors, tabulate_evaluation, warn_of_errors
from framing.report.references import cite_software, list_references
from framing.report.sections import ERRORS, arrange_sections
from framing.report.statements import split_statement
from framing.report.tabulating import tabulate_checks, tabulate_outlets

if TYPE_CHECKING:
    from jinja2 import Environment

_TEMPLATES = Path(__file__).resolve().parent / "templates"
_REMARKS = (CAUTION, EQUAL)


def render_page(report: Report) -> str:
    """Return the page.

    Raises:
        UsageError: a library that draws or fills the page is not installed.
    """
    environment = _make_environment()
    page = environment.get_template("page.html").render(**_gather_assets(), **_gather_context(report))
    return page.encode("utf-8", "replace").decode()  # half a character of others' text must not keep the page from being written


def _make_environment() -> Environment:
    try:
        import jinja2
    except ImportError:
        raise UsageError("the report needs an extra: pip install 'framing[report]'") from None
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"name": show_name, "plain": plain, "chance": chance}
    return environment


def _gather_assets() -> dict[str, Any]:
    """Return style and script, and the policy that lets these run and nothing else, and forbids every request."""
    from markupsafe import Markup

    style = style_charts() + (_TEMPLATES / "page.css").read_text("utf-8")
    script = (_TEMPLATES / "page.js").read_text("utf-8")
    allowed = f"style-src {_hash(style)}; script-src {_hash(script)}; img-src data:"
    policy = f"default-src 'none'; {allowed}; base-uri 'none'; form-action 'none'"
    return {"style": Markup(style), "script": Markup(script), "policy": policy}


def _hash(content: str) -> str:
    return f"'sha256-{b64encode(sha256(content.encode()).digest()).decode()}'"


def embed_json(value: Any) -> str:
    """Return ``value`` as JSON that may stand in a script element, whatever text it holds."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.translate({ord(character): f"\\u{ord(character):04x}" for character in "<>&\u2028\u2029"})


def _gather_context(report: Report) -> dict[str, Any]:
    from markupsafe import Markup

    charts = draw_charts(report.figures, report.codebook)
    charted = arrange_sections(report, charts)
    methods = write_methods(report)
    language = report.codebook.language
    context = {
        "report": report,
        "kicker": describe_kicker(report),
        "basis": describe_basis(report),
        "charted": charted,
        "methods": methods,
        "references": list_references(methods),
        "citation": cite_software(report.making.versions),
        "lang": Markup(' lang="{}"').format(plain(language)) if language != "en" else "",
        "records": Markup(embed_json(report.records)),
        "figure_data": Markup(embed_json(gather_data(report.figures))),
        "error_charts": [chart for chart in charts if chart.name.startswith(ERRORS)],
        **_gather_findings(report),
        **_gather_evidence(report),
        **_gather_quality(report),
    }
    context["errors"] = () if context["error_charts"] else tabulate_errors(report)
    return context | {"contents": _list_contents(context)}


def _gather_findings(report: Report) -> dict[str, Any]:
    findings = write_findings(report)
    return {
        "headlines": [finding for finding in findings if finding.kind not in _REMARKS],
        "remarks": [finding for finding in findings if finding.kind in _REMARKS],
        "scope": describe_scope(report),
        "key": describe_key(report),
    }


def _gather_evidence(report: Report) -> dict[str, Any]:
    """Return the sentences by frame, the distinctive words by outlet, and the articles."""
    examples = [
        {"name": show_name(f.name), "definition": plain(f.definition), "sentences": [e for e in report.examples if e.frame == f.id]}
        for f in report.codebook.frames
    ]
    words = [
        {
            "outlet": show_name(group.group),
            "terms": join([word.term for word in group.words], most=6),
            "words": [
                {"term": plain(word.term), "count": word.count, "others": word.others, "pieces": mark_term(text, word.term)}
                for word, text in zip(group.words, group.examples, strict=True)
            ],
        }
        for group in report.words
        if group.words
    ]
    return {"examples": [e for e in examples if e["sentences"]], "words": words, "articles": list_browser(report)}


def _gather_quality(report: Report) -> dict[str, Any]:
    """Return what tells how good codes and classifier are, and how all was made."""
    codebook, making = report.codebook, report.making
    codings = _list_codings(report)
    evaluations = [
        {
            "summary": show_name(evaluation.design[0].upper() + evaluation.design[1:], 80),
            "table": tabulate_evaluation(evaluation, codebook),
        }
        for evaluation in report.evaluations
    ]
    facts = [*making.versions.items(), *((f"SHA-256 of {name}", digest) for name, digest in making.digests.items())]
    return {
        "codings": codings,
        "evaluations": evaluations,
        "unreliable": UNRELIABLE,
        "warnings": warn_of_errors(report),
        "counted": tabulate_outlets(report.outlets),
        "checks": tabulate_checks(report.outlets, codebook),
        "facts": [("Model", report.model.label), *facts, ("Command", making.command), ("Made on", making.date)],
    }


def _list_codings(report: Report) -> list[dict[str, Any]]:
    """Return the coding that corrects the shares and that of the training data, or once what is both."""
    if report.has_one_coding:
        title = "The sentences that correct the shares, which are of the coding that the classifier learnt from"
        return [_describe_coding(report, report.correcting, title)]
    codings = [_describe_coding(report, report.training, "The sentences that the classifier learnt from")]
    if report.outlets.account is not None:
        codings.insert(0, _describe_coding(report, report.sample, "The sentences that correct the shares"))
    return codings


def _describe_coding(report: Report, coding: Coding, title: str) -> dict[str, Any]:
    return {
        "title": title,
        "statement": split_statement(coding.statement),
        "table": tabulate_agreement(coding.agreement, report.codebook, title[0].lower() + title[1:]),
    }


def _list_contents(context: dict[str, Any]) -> list[tuple[str, str]]:
    parts: Iterable[tuple[str, str, bool]] = (
        ("findings", "Findings", True),
        *((section.id, section.title, True) for section in context["charted"]),
        ("sentences", "Sentences", bool(context["examples"])),
        ("words", "Words", bool(context["words"])),
        ("articles", "Articles", context["articles"] is not None),
        ("methods", "Methods", True),
    )
    return [(name, title) for name, title, is_shown in parts if is_shown]
