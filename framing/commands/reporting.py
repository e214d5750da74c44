"""The command that writes a report: one page that anybody can open, or Markdown, with its figures for papers."""

from __future__ import annotations

import hashlib
import shlex
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from framing.commands.gathering import Inputs, gather
from framing.commands.intake import Intake
from framing.commands.options import ModelName, Outlet, Paths
from framing.commands.speaking import refuse_overwriting, say
from framing.commands.summarizing import Codes, TheseArticles, WithoutCopies, choose_plan, leave_out, say_account
from framing.errors import UsageError

if TYPE_CHECKING:
    from framing.model import FramingModel
    from framing.report.assembly import Sources
    from framing.report.content import Making
    from framing.summarizing import Evidence, Plan

FORMS = ("html", "md")


def report(
    paths: Paths,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="The page: a .html file, or a .md file.")] = None,
    annotations: Codes = None,
    model: ModelName = None,
    outlet: Outlet = None,
    title: Annotated[str, typer.Option(help="The title of the page.")] = "How outlets frame the news",
    figures: Annotated[
        Path | None, typer.Option("--figures", help="Also write each chart to this folder, as SVG, PNG, Vega-Lite and CSV.")
    ] = None,
    these_articles: TheseArticles = False,
    without_copies: WithoutCopies = False,
    form: Annotated[str | None, typer.Option("--format", "-f", help="html or md; by the ending of the file without.")] = None,
) -> None:
    """Write a report: findings, charts, examples, an article browser and the methods, in one page that needs no network."""
    from framing.charts.drawing import write_figures
    from framing.files import write_bytes
    from framing.report.assembly import assemble_report
    from framing.report.markdown import render_markdown
    from framing.report.page import render_page
    from framing.store import load_model

    form = _choose_form(form, output)
    refuse_overwriting(output, [*paths, *(annotations or []), model])
    loaded, intake = load_model(model), Intake()
    plan = choose_plan(model, these_articles, None)
    evidence = gather(Inputs(paths, outlet, annotations), loaded, intake)
    if evidence is not None:
        if evidence.counted:
            raise UsageError(
                f"the saved scores of {evidence.counted[0].article.id!r} are per article; a report takes those of sentences: save "
                "them with --unit sentence"
            )
        evidence = leave_out(evidence, without_copies)
        sources = _gather_sources(evidence, loaded, model, plan, annotations or [])
        made = assemble_report(sources, _describe_making(loaded, annotations or []), title)
        say_account(made.outlets)
        content = render_page(made) if form == "html" else render_markdown(made)
        if output is None:
            typer.echo(content, nl=False)
        else:
            write_bytes(output, content.encode("utf-8", "replace"))
            say(f"{output} holds the report ({len(content.encode('utf-8', 'replace')) / 1e6:.1f} MB)")
        if figures is not None:
            written = write_figures(made.figures, figures)
            say(f"{figures} holds {len(made.figures)} figures in {len(written)} files")
    intake.finish(loaded.codebook.language)


def _choose_form(form: str | None, output: Path | None) -> str:
    if form is None:
        if output is None:
            raise UsageError("name the file of the report: -o report.html")
        form = {"html": "html", "htm": "html", "md": "md", "markdown": "md"}.get(output.suffix.lower().lstrip("."), "")
        if not form:
            raise UsageError(f"{output}: its ending tells no format; use .html or .md, or say --format")
    if form not in FORMS:
        raise UsageError(f"--format {form!r} is none of {', '.join(FORMS)}")
    return form


def _gather_sources(evidence: Evidence, model: FramingModel, name: str | None, plan: Plan, annotations: list[Path]) -> Sources:
    from framing.annotation_files import find_annotation_files, read_annotations, read_statement
    from framing.report.assembly import Sources
    from framing.storing.evaluations import read_evaluations, read_model_statement
    from framing.storing.files import find_model

    directory = find_model(name)
    evaluations, agreement = read_evaluations(directory)
    coded = read_annotations(annotations, model.codebook) if annotations else []
    statement = read_statement(find_annotation_files(annotations)[0].parent) if annotations else ""
    about = read_model_statement(directory)
    return Sources(evidence, model, plan, tuple(coded), evaluations, agreement, about, statement)


def _describe_making(model: FramingModel, annotations: list[Path]) -> Making:
    from framing.annotation_files import find_annotation_files
    from framing.report.assembly import list_versions
    from framing.report.content import Making

    digests = {"model": model.digest, "codebook": model.codebook.digest, "training data": str(model.facts.get("digest", ""))}
    for path in find_annotation_files(annotations) if annotations else []:
        digests[path.name] = hashlib.sha256(path.read_bytes()).hexdigest()
    # A folder says more of whose machine it was than of what was done.
    command = shlex.join(["framing", *(Path(word).name if Path(word).is_absolute() else word for word in sys.argv[1:])])
    today = datetime.now(UTC).date().isoformat()
    return Making(today, command, list_versions(), digests)
