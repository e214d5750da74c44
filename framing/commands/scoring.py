"""The commands that put articles before a model: score, summarize and explain."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from framing.commands.intake import Intake, gather_articles
from framing.commands.options import Format, ModelName, Outlet, Output, Paths
from framing.commands.speaking import refuse_overwriting, say
from framing.errors import UsageError, suggest

if TYPE_CHECKING:
    from framing.articles import Skipped
    from framing.model import FramingModel
    from framing.summary import Tally


def score(
    paths: Paths,
    unit: Annotated[str, typer.Option(help="article or sentence: what one record is of.")] = "article",
    model: ModelName = None,
    outlet: Outlet = None,
    min_precision: Annotated[
        float | None, typer.Option(help="Give only labels that were right this often on left-out articles, as 0.8.")
    ] = None,
    form: Format = None,
    output: Output = None,
) -> None:
    """Score articles: which frames and stances their sentences carry, one record per article or sentence."""
    from framing.output import choose_format, print_tables, write_records
    from framing.scorer import Scorer
    from framing.scoring import article_record, score_articles, sentence_records

    if unit not in ("article", "sentence"):
        raise UsageError(f"--unit {unit!r} is neither article nor sentence")
    refuse_overwriting(output, paths)
    form = choose_format(form, output)
    scorer = Scorer(_load_model(model, min_precision))
    codebook, intake = scorer.model.codebook, Intake()
    scores = intake.keep(score_articles(gather_articles(paths, outlet), scorer))
    if form == "table":
        from framing.tables.scores import tabulate_articles, tabulate_sentences

        print_tables((tabulate_articles if unit == "article" else tabulate_sentences)(scores, codebook), output)
    elif unit == "article":
        write_records((article_record(item, codebook) for item in scores), form, output)
    else:
        write_records((record for item in scores for record in sentence_records(item, codebook)), form, output)
    intake.finish(codebook.language)


def _load_model(name: str | None, min_precision: float | None) -> FramingModel:
    from framing.store import load_model, load_precise_model

    if min_precision is None:
        return load_model(name)
    model, lacking = load_precise_model(name, min_precision)
    if lacking:
        say(f"note: no threshold gives {', '.join(lacking)} a precision of {min_precision:g}: not given to any sentence")
    return model


def summarize(
    paths: Paths,
    by: Annotated[str, typer.Option(help="outlet, month, country or voice.")] = "outlet",
    model: ModelName = None,
    outlet: Outlet = None,
    only: Annotated[
        list[str] | None, typer.Option("--only", help="Show this outlet (month, country, voice) alone; repeatable.")
    ] = None,
    frame: Annotated[list[str] | None, typer.Option("--frame", help="Show this frame alone, by id; repeatable.")] = None,
    evidence: Annotated[bool, typer.Option(help="Show the surest sentences below the table.")] = True,
    form: Format = None,
    output: Output = None,
) -> None:
    """Summarise articles, or scores saved as JSON Lines: how often each outlet uses each frame, and how it stands."""
    from framing import summary
    from framing.output import choose_format, print_tables, write_records
    from framing.scorer import Scorer
    from framing.scoring import score_articles
    from framing.store import find_model, load_model, read_reliability

    summary.check_grouping(by)
    refuse_overwriting(output, paths)
    form = choose_format(form, output)
    loaded, intake = load_model(model), Intake()
    unknown = next((name for name in frame or [] if name not in loaded.codebook.frame_ids), None)
    if unknown is not None:
        raise UsageError(f"the codebook has no frame {unknown!r}{suggest(unknown, loaded.codebook.frame_ids)}")
    tallies: list[summary.Tally] = []
    for path in paths:
        lines = _open_saved(path)
        if lines is not None:
            tallies += _saved_tallies(summary.read_saved_scores(lines, by, source=path), loaded, intake)
            continue
        for item in intake.keep(score_articles(gather_articles([path], outlet), Scorer(loaded))):
            tallies += summary.tally_score(item, by)
    summaries = summary.summarize(tallies, reliable=read_reliability(find_model(model)))
    summaries = summary.select(summaries, only or [], frame or [])
    if form == "table":
        from framing.tables.summaries import tabulate_summaries

        if summaries:
            print_tables(tabulate_summaries(summaries, loaded.codebook, by=by, model=loaded, evidence=evidence), output)
    else:
        write_records((summary.outlet_record(row, by) for row in summaries), form, output)
    intake.finish(loaded.codebook.language)


def _open_saved(path: str) -> Iterable[bytes] | None:
    """Return the lines of saved scores, None where ``path`` holds articles."""
    from framing.summary import is_saved_score, is_saved_scores

    if path == "-":
        # A pipe cannot be read twice: look ahead in its buffer.
        waiting = sys.stdin.buffer.peek() if hasattr(sys.stdin.buffer, "peek") else b""
        return sys.stdin.buffer if b'"article_id"' in waiting[:200] or is_saved_score(waiting.split(b"\n")[0]) else None
    return _lines_of(Path(path)) if is_saved_scores(Path(path)) else None


def _lines_of(path: Path) -> Iterator[bytes]:
    with path.open("rb") as lines:
        yield from lines


def _saved_tallies(items: Iterable[tuple[str, Tally] | Skipped], model: FramingModel, intake: Intake) -> Iterator[Tally]:
    from framing.articles import Skipped

    for item in items:
        if isinstance(item, Skipped):
            intake.skip(item)
            continue
        scored_with, tally = item
        if scored_with.partition(";")[0] != model.label:
            name = scored_with.partition("@")[0]
            raise UsageError(
                f"these scores were made with the model {scored_with}, not {model.label}: add --model {name}, or score again"
            )
        if set(tally.frames) != set(model.codebook.frame_ids) or set(tally.stance) != set(model.codebook.target_ids):
            intake.skip(Skipped(f"the scores of {tally.article_id}", "their frames or targets are not those of the model"))
            continue
        intake.scored += 1
        intake.trained_on += tally.trained_on
        yield tally


def explain(
    what: Annotated[str, typer.Argument(metavar="TEXT|PATH", help="Text in quotation marks, a file, or - for standard input.")],
    model: ModelName = None,
    terms: Annotated[int, typer.Option(min=1, help="How many terms to show per label.")] = 6,
    everything: Annotated[bool, typer.Option("--all", help="Show every label, and the terms against it too.")] = False,
    form: Format = None,
    output: Output = None,
) -> None:
    """Explain each sentence: its labels, and the words with the weights that decided them."""
    from framing.explain import explanation_record
    from framing.output import choose_format, print_tables, write_records
    from framing.store import load_model

    form = choose_format(form, output)
    loaded, intake = load_model(model), Intake()
    explanations = (loaded.explain(text) for text in _sentences_of(what, intake))
    if form == "table":
        from framing.tables.explanations import describe_explanation

        print_tables(
            (part for item in explanations for part in describe_explanation(item, terms=terms, everything=everything)), output
        )
    else:
        write_records((explanation_record(item, terms=None if everything else terms) for item in explanations), form, output)
    intake.finish(loaded.codebook.language)


def _sentences_of(what: str, intake: Intake) -> Iterator[str]:
    from framing.articles import Skipped
    from framing.readers import READERS, read_articles
    from framing.sentences import split_article, split_text

    if not what.strip():
        raise UsageError("there is no text to explain")
    path = Path(what) if len(what) < 200 and "\n" not in what else None
    looks_like_path = path is not None and (what == "-" or path.exists() or (path.suffix.lower() in READERS and " " not in what))
    if not looks_like_path:
        yield from (what[start:end] for start, end in split_text(what))
        return
    for item in read_articles([what]):
        if isinstance(item, Skipped):
            intake.skip(item)
        else:
            intake.scored += 1
            yield from (sentence.text for sentence in split_article(item))
