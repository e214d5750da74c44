"""The command that draws the sentences to code, and plans how many."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from framing.commands.intake import gather_articles
from framing.commands.options import Format, Outlet
from framing.commands.sampling_options import WITH_MODEL, check_options
from framing.commands.speaking import say, show
from framing.errors import FileError, UsageError

if TYPE_CHECKING:
    import numpy as np

    from framing.annotations import Annotation
    from framing.articles import Article, Skipped
    from framing.population import Population
    from framing.samples import DrawnSentence
    from framing.sampling.designs import Sample

Paths = Annotated[
    list[str],
    typer.Argument(
        metavar="PATH", help="Articles: files, folders, or - for standard input. With --recode: codings and their sample."
    ),
]


def sample(
    ctx: typer.Context,
    paths: Paths,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write the sample to this .jsonl file.")] = None,
    size: Annotated[int, typer.Option("--size", "-n", min=1, help="How many sentences to draw.")] = 200,
    design: Annotated[
        str, typer.Option(help="random; stratified by outlet and period; uncertainty (of a model); active (for training alone).")
    ] = "stratified",
    period: Annotated[str, typer.Option(help="none, year or month: what splits an outlet's sentences into strata.")] = "none",
    allocation: Annotated[str, typer.Option(help="equal (for each outlet) or proportional.")] = "equal",
    per: Annotated[
        list[str] | None, typer.Option("--per", metavar="OUTLET=N", help="Draw N from this outlet, as a plan advises; repeatable.")
    ] = None,
    coder: Annotated[list[str] | None, typer.Option("--coder", help="Who shall code; repeatable.")] = None,
    overlap: Annotated[str, typer.Option(help="How many sentences two coders get: a share (30%) or a number.")] = "0",
    everybody: Annotated[bool, typer.Option("--everybody", help="Give the overlap to all coders, not to pairs in turn.")] = False,
    annotations: Annotated[
        list[Path] | None,
        typer.Option("--annotations", "-a", help="What was drawn or coded before; it is not drawn again; repeatable."),
    ] = None,
    model: Annotated[str | None, typer.Option("--model", "-m", help="The model for uncertainty, active and plan.")] = None,
    label: Annotated[
        list[str] | None,
        typer.Option("--label", help="The frames, targets or sides (china:favor) to draw or plan for.", show_default="all"),
    ] = None,
    recode: Annotated[
        str | None, typer.Option(metavar="CODER", help="Draw from what this coder coded, for agreement with themselves.")
    ] = None,
    articles: Annotated[
        list[str] | None,
        typer.Option("--articles", help="With --recode: the articles, for the sentences around each and texts; repeatable."),
    ] = None,
    plan: Annotated[bool, typer.Option("--plan", help="Draw nothing; say how many sentences each outlet still needs.")] = False,
    margin: Annotated[float, typer.Option(min=0.1, max=50, help="With --plan: the half-width to reach, in points.")] = 5.0,
    seed: Annotated[int, typer.Option(min=0, help="The same articles and seed give the same sample.")] = 0,
    outlet: Outlet = None,
    form: Format = None,
) -> None:
    """Draw the sentences to code, each with the probability it had, so that shares can be corrected by them later."""
    from numpy.random import default_rng

    from framing.output import choose_format
    from framing.sampling.allocation import check_allocation

    check_options(_find_given(ctx), design)
    check_allocation(allocation)
    form = choose_format(form, None) if form else "table"
    earlier = _read_earlier(annotations or [])
    if plan:
        _plan(_gather(paths, outlet, model, label or []), earlier, label or [], margin, form)
        return
    target = _check_output(output)
    rng = default_rng(seed)
    if recode is not None:
        _recode(paths, recode, size, rng, articles or [], target)
        return
    if design in WITH_MODEL and model is None:
        raise UsageError(f"--design {design} follows a model's probabilities: name one with --model")
    population = _gather(paths, outlet, model if design in WITH_MODEL else None, label or [])
    drawn: Sample = _draw(population, design, size, rng, earlier, {"period": period, "allocation": allocation, "per": per or []})
    sentences: Sequence[DrawnSentence] = drawn.drawn
    if coder:
        sentences = _assign(sentences, coder, overlap, rng, everybody)
    _write(sentences, target)
    _show(drawn, sentences, form)
    say(
        f"{target} holds {len(sentences):,} sentences to code; next: framing annotate {target}" + ("" if coder else " --coder NAME")
    )


def _find_given(ctx: typer.Context) -> set[str]:
    """Return the options that the command line names, whatever their values."""
    given = set()
    for parameter in ctx.command.params:
        source = ctx.get_parameter_source(str(parameter.name))
        if source is not None and source.name == "COMMANDLINE":
            given.add(parameter.opts[0])
    return given


def _check_output(output: Path | None) -> Path:
    if output is None:
        raise UsageError("name the file for the sample: -o sample.jsonl")
    if output.suffix.lower() != ".jsonl":
        raise UsageError(f"{output}: a sample is written as JSON Lines; name a .jsonl file")
    if output.exists():
        raise FileError(f"{output}: it is there already, and coders may be at work on it; name another file")
    return output


def _read_earlier(paths: Sequence[Path]) -> list[Annotation]:
    from framing.annotation_files import read_annotations

    return read_annotations(paths) if paths else []


def _gather(paths: list[str], outlet: str | None, model: str | None, labels: Sequence[str]) -> Population:
    from framing.population import gather_population, gather_scored

    articles = gather_articles(paths, outlet)
    if model is None:
        population = gather_population(articles)
    else:
        from framing.labelling import list_outputs
        from framing.scoring import ModelScorer, score_articles
        from framing.store import load_scoring_model

        scorer = ModelScorer(load_scoring_model(model))
        population = gather_scored(score_articles(articles, scorer), list_outputs(scorer.model.codebook), labels)
    _name_skipped(population.skipped)
    return population


def _name_skipped(items: Iterable[Article | Skipped]) -> None:
    from framing.articles import Skipped

    for item in items:
        if isinstance(item, Skipped):
            say(f"skipped: {item.source}: {item.reason}")


def _draw(
    population: Population, design: str, size: int, rng: np.random.Generator, earlier: list[Annotation], strata: dict[str, Any]
) -> Sample:
    from framing.sampling.active import draw_active
    from framing.sampling.designs import draw_random, draw_stratified, draw_uncertain

    if design == "random":
        return draw_random(population, size, rng, earlier=earlier)
    if design == "stratified":
        wanted = _read_sizes(strata["per"]) if strata["per"] else size
        return draw_stratified(population, wanted, rng, period=strata["period"], allocation=strata["allocation"], earlier=earlier)
    if design == "uncertainty":
        return draw_uncertain(population, size, rng, by_outlet=strata["allocation"] == "equal", earlier=earlier)
    return draw_active(population, size, rng, coded=earlier)


def _read_sizes(given: Sequence[str]) -> dict[str, int]:
    sizes: dict[str, int] = {}
    for pair in given:
        outlet, equals, number = pair.rpartition("=")
        if not equals or not number.isdecimal():
            raise UsageError(f"--per {pair!r}: write OUTLET=N")
        sizes[outlet] = int(number)
    return sizes


def _assign(
    sentences: Sequence[DrawnSentence], coders: list[str], overlap: str, rng: np.random.Generator, everybody: bool
) -> list[DrawnSentence]:
    from framing.coding import check_names
    from framing.sampling.assignment import assign_coders, count_overlap

    check_names(coders)
    return assign_coders(sentences, coders, count_overlap(overlap, len(sentences)), rng, everybody=everybody)


def _recode(paths: list[str], coder: str, size: int, rng: np.random.Generator, articles: list[str], target: Path) -> None:
    from framing.sampling.recoding import draw_for_recoding

    held = list(gather_articles(articles, None))
    _name_skipped(held)
    found = draw_for_recoding(_read_earlier([Path(path) for path in paths]), coder, size, rng, articles=held)
    _write(found.drawn, target)
    for note in found.notes:
        say(f"note: {note}")
    say(f"{target} holds {len(found.drawn):,} sentences that {coder} coded; some weeks later: framing annotate {target}")


def _plan(population: Population, earlier: list[Annotation], labels: Sequence[str], margin: float, form: str) -> None:
    from dataclasses import asdict

    from framing.sampling.planning import plan_coding
    from framing.tables.sampling import tabulate_plan

    found = plan_coding(population, earlier, labels=labels, margin=margin / 100)
    rows = [asdict(row) | {"advice": row.advice} for row in (*found.outlets, found.overall)]
    show(tabulate_plan(found), rows, form, None)


def _write(sentences: Sequence[DrawnSentence], target: Path) -> None:
    from framing.output import write_records
    from framing.samples import sample_record

    write_records(map(sample_record, sentences), "jsonl", target)


def _show(drawn: Sample, sentences: Sequence[DrawnSentence], form: str) -> None:
    from dataclasses import asdict

    from framing.tables.sampling import tabulate_sample

    show(tabulate_sample(drawn, sentences), map(asdict, drawn.strata), form, None)
