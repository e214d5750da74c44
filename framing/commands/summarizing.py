"""The commands that sum articles up: summarize and compare."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from framing.commands.gathering import Inputs, gather
from framing.commands.intake import Intake
from framing.commands.options import Format, ModelName, Outlet, Output, Paths
from framing.commands.speaking import refuse_overwriting, say, show
from framing.errors import UsageError, suggest

if TYPE_CHECKING:
    from framing.model import FramingModel
    from framing.summarizing import Evidence, Plan
    from framing.summary import Summary

By = Annotated[
    str,
    typer.Option(help="outlet, month, week, year, country, ownership, voice, speaker, topic; outlet,month crosses the two."),
]
Codes = Annotated[
    list[Path] | None,
    typer.Option(
        "--annotations",
        "-a",
        help="Coded sentences of these articles, drawn by framing sample: they correct shares; repeatable.",
    ),
]
Topics = Annotated[
    list[str] | None, typer.Option("--topic", help="A topic and its words, for --by topic: port=harbour,port*; repeatable.")
]
OutletTable = Annotated[
    Path | None,
    typer.Option("--outlets", help="A CSV file with country and ownership of outlets, for --by.", show_default=False),
]
Frames = Annotated[list[str] | None, typer.Option("--frame", help="Show this frame alone, by id; repeatable.")]
TheseArticles = Annotated[
    bool,
    typer.Option("--these-articles", help="Intervals for these very articles, not for what the outlets publish in the long run."),
]
WithoutCopies = Annotated[
    bool, typer.Option("--without-copies", help="Leave out articles that print the text of an earlier one, such as agency copy.")
]


def summarize(
    paths: Paths,
    by: By = "outlet",
    annotations: Codes = None,
    model: ModelName = None,
    outlet: Outlet = None,
    outlets: OutletTable = None,
    topic: Topics = None,
    only: Annotated[
        list[str] | None, typer.Option("--only", help="Show this outlet (month, country, voice) alone; repeatable.")
    ] = None,
    frame: Frames = None,
    these_articles: TheseArticles = False,
    without_copies: WithoutCopies = False,
    adjust: Annotated[
        str | None,
        typer.Option(help="Where nothing is coded: acc or em, which assume that the model errs there as in its evaluation."),
    ] = None,
    evidence: Annotated[bool, typer.Option(help="Show the surest sentences below the table.")] = True,
    form: Format = None,
    output: Output = None,
) -> None:
    """Summarise articles, or scores saved as JSON Lines: how often each outlet uses each frame, and how it stands.

    With coded sentences (-a) the shares are corrected for the model's errors and have intervals; without, they are an index.
    """
    from framing.grouping import group_rows, parse_grouping
    from framing.output import choose_format
    from framing.store import load_model
    from framing.summarizing import summarize as sum_up
    from framing.summary import select
    from framing.summary_records import summary_records
    from framing.tables.summaries import tabulate_summary

    groupings, topics = parse_grouping(by), _read_topics(topic)
    refuse_overwriting(output, [*paths, *(annotations or []), outlets, model])
    form = choose_format(form, output)
    loaded, intake = load_model(model), Intake()
    check_frames(frame, loaded)
    plan = choose_plan(model, these_articles, adjust)
    found = gather(Inputs(paths, outlet, annotations, outlets), loaded, intake)
    if found is not None:
        found = leave_out(found, without_copies)
        groups = group_rows(found.population, groupings, topics, found.counted)
        summary = select(sum_up(found, loaded.codebook, groupings, groups, plan), only or [], frame or [])
        say_account(summary)
        show(tabulate_summary(summary, loaded.codebook, loaded if evidence else None), summary_records(summary), form, output)
    intake.finish(loaded.codebook.language)


def compare(
    paths: Paths,
    by: By = "outlet",
    annotations: Codes = None,
    model: ModelName = None,
    outlet: Outlet = None,
    outlets: OutletTable = None,
    topic: Topics = None,
    against: Annotated[str | None, typer.Option(help="Compare each group with this one alone, not every pair.")] = None,
    frame: Frames = None,
    ranks: Annotated[bool, typer.Option("--ranks", help="Show the ranks that are sure, for all groups at once.")] = False,
    words: Annotated[int, typer.Option(min=0, help="Show so many words that tell each group from the others.")] = 0,
    errors: Annotated[bool, typer.Option("--errors", help="Show how often the model errs in each group.")] = False,
    together: Annotated[bool, typer.Option("--together", help="Show which frames go together.")] = False,
    these_articles: TheseArticles = False,
    without_copies: WithoutCopies = False,
    form: Format = None,
    output: Output = None,
) -> None:
    """Compare outlets: which differ in which frame, with intervals and the rate of false findings held down."""
    from framing import comparing
    from framing.contrasts import compare_groups
    from framing.grouping import group_rows, parse_grouping
    from framing.output import choose_format
    from framing.store import load_model
    from framing.summarizing import summarize as sum_up
    from framing.summary import select
    from framing.tables import contrasts as tables

    groupings, topics = parse_grouping(by), _read_topics(topic)
    _check_sections(ranks=ranks, words=words > 0, errors=errors, together=together, against=against, scope=these_articles)
    refuse_overwriting(output, [*paths, *(annotations or []), outlets, model])
    form = choose_format(form, output)
    loaded, intake = load_model(model), Intake()
    check_frames(frame, loaded)
    found = gather(Inputs(paths, outlet, annotations, outlets), loaded, intake)
    if found is not None:
        found = leave_out(found, without_copies)
        groups = group_rows(found.population, groupings, topics, found.counted)
        codebook, frames = loaded.codebook, frame or list(loaded.codebook.frame_ids)
        if words:
            terms = comparing.find_words(found, groups, most=words, frames=frame or [])
            show(tables.tabulate_words(terms, by), comparing.word_records(terms), form, output)
        elif errors:
            rates = comparing.compare_errors(found, groups, frames)
            show(tables.tabulate_errors(rates, codebook, by), comparing.error_records(rates), form, output)
        elif together:
            pairs = comparing.find_together(found, groups, frames)
            show(tables.tabulate_together(pairs, codebook), comparing.together_records(pairs), form, output)
        else:
            summary = sum_up(found, codebook, groupings, groups, choose_plan(model, these_articles, None))
            summary = select(summary, [], frame or [])
            say_account(summary)
            comparison = compare_groups(summary, against=_check_group(against, summary))
            parts = tables.tabulate_contrasts(comparison, summary, codebook)
            records = comparing.contrast_records(comparison)
            if ranks:
                parts, records = tables.tabulate_ranks(comparison, summary, codebook), comparing.rank_records(comparison)
            show(parts, records, form, output)
            for line in tables.explain_comparison(comparison, summary) if form != "table" else []:
                say(f"note: {line}")
    intake.finish(loaded.codebook.language)


def _check_sections(*, ranks: bool, words: bool, errors: bool, together: bool, against: str | None, scope: bool) -> None:
    """Check that one thing is asked for, and no option beside it that it makes nothing of.

    Raises:
        UsageError: it is not.
    """
    if sum((ranks, words, errors, together)) > 1:
        raise UsageError("name one of --ranks, --words, --errors and --together; without them the differences are shown")
    if ranks and against is not None:
        raise UsageError("--ranks are of all groups; leave --against out")
    unused = [name for name, given in (("--against", against is not None), ("--these-articles", scope)) if given]
    if unused and (words or errors or together):
        raise UsageError(f"{unused[0]} says nothing to --words, --errors or --together; leave it out")


def _check_group(name: str | None, summary: Summary) -> str | None:
    names = [group.name for group in summary.groups]
    if name is not None and name not in names:
        raise UsageError(f"nothing was read of {name!r}{suggest(name, names)}")
    return name


def _read_topics(given: Sequence[str] | None) -> list[Any]:
    from framing.topics import parse_topic

    return [parse_topic(topic) for topic in given or []]


def check_frames(frames: Iterable[str] | None, model: FramingModel) -> None:
    """Check that the codebook has the frames.

    Raises:
        UsageError: it lacks one; the message suggests a near one.
    """
    unknown = next((name for name in frames or [] if name not in model.codebook.frame_ids), None)
    if unknown is not None:
        raise UsageError(f"the codebook has no frame {unknown!r}{suggest(unknown, model.codebook.frame_ids)}")


def choose_plan(model: str | None, these_articles: bool, adjust: str | None) -> Plan:
    """Return how to summarise with a model: what its evaluation vouches for, and what the options ask for."""
    from framing.adjustment import choose_adjustment
    from framing.prevalence import LONG_RUN, THESE_ARTICLES
    from framing.storing.evaluations import read_evaluations, read_reliability
    from framing.storing.files import find_model
    from framing.summarizing import Plan

    directory = find_model(model)
    adjustment = choose_adjustment(adjust, read_evaluations(directory)[0]) if adjust else None
    return Plan(THESE_ARTICLES if these_articles else LONG_RUN, read_reliability(directory), adjustment)


def leave_out(evidence: Evidence, without_copies: bool) -> Evidence:
    """Return the evidence, without the copies of texts where that is asked for."""
    from framing.evidence import leave_copies_out

    return leave_copies_out(evidence) if without_copies else evidence


def say_account(summary: Summary) -> None:
    """Say what became of the coded sentences, and which copies there are."""
    if summary.account is not None:
        say(f"{summary.account.used:,} coded sentences correct the shares")
        for note in summary.account.notes:
            say(f"note: {note}")
        if summary.account.left_out_predictions:
            say(
                f"note: the model was trained on {summary.account.left_out_predictions:,} of them; what is said of these comes "
                "from models that did not see their articles"
            )
    if summary.corpus.copies:
        print_one = "article prints" if summary.corpus.copies == 1 else "articles print"
        say(f"note: {summary.corpus.copies:,} {print_one} the text of another one; --without-copies leaves copies out")
    if not summary.groups:
        say(f"note: no sentence is of any {' and '.join(summary.by)}")
