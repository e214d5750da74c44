"""The commands that put articles before a model: score and explain."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from framing.commands.intake import Intake, end_with, say_limits
from framing.commands.options import Dask, FileOrFolder, Format, Jobs, ModelName, Outlet, Output, Paths, Resume
from framing.commands.speaking import refuse_overwriting, say
from framing.errors import UsageError

if TYPE_CHECKING:
    from framing.commands.score_runs import Request


def score(
    paths: Paths,
    unit: Annotated[str, typer.Option(help="article or sentence: what one record is of.")] = "article",
    model: ModelName = None,
    outlet: Outlet = None,
    min_precision: Annotated[
        float | None, typer.Option(help="Give only labels that were right this often on left-out articles, as 0.8.")
    ] = None,
    form: Format = None,
    output: FileOrFolder = None,
    jobs: Jobs = 1,
    dask: Dask = None,
    resume: Resume = False,
) -> None:
    """Score articles: which frames and stances their sentences carry, one record per article or sentence."""
    from framing.commands.score_runs import open_pool, score_by_pieces, score_here
    from framing.store import load_scoring_model

    request = _read_request(paths, unit, outlet, form, output)
    refuse_overwriting(request.output, [*paths, model])
    loaded = load_scoring_model(model, min_precision=min_precision)
    if loaded.withheld:
        lacking = ", ".join(loaded.withheld)
        say(f"note: no threshold gives {lacking} a precision of {min_precision:g}: not given to any sentence")
    if jobs == 1 and dask is None and not resume and not request.in_parts:
        tally = score_here(request, loaded)
    else:
        from framing.runs.parts import Order
        from framing.storing.files import find_model

        _check_parts(request, resume=resume)
        form = request.form if request.in_parts else "jsonl"
        order = Order(str(find_model(model).resolve()), loaded.digest, min_precision, unit, outlet, form)
        with open_pool(jobs, dask) as pool:
            tally = score_by_pieces(request, loaded, order, pool, resume=resume)
    say_limits(tally.articles, tally.trained_on, tally.foreign, loaded.codebook.language)
    end_with(tally.articles, tally.skipped, tally.unreadable)


def _read_request(paths: list[str], unit: str, outlet: str | None, form: str | None, output: str | None) -> Request:
    from framing.commands.score_runs import Request
    from framing.output import choose_format

    if unit not in ("article", "sentence"):
        raise UsageError(f"--unit {unit!r} is neither article nor sentence")
    target = None if output is None else Path(output)
    in_parts = output is not None and target is not None and (output.endswith("/") or target.is_dir())
    form = form or "jsonl" if in_parts else choose_format(form, target)
    if in_parts and form not in ("jsonl", "parquet"):
        raise UsageError(f"--format {form!r}: the parts in a folder are jsonl or parquet")
    return Request(tuple(paths), unit, outlet, form, target, in_parts)


def _check_parts(request: Request, *, resume: bool) -> None:
    """Check that parts can be kept where they are wanted: in a file's folder that no input is read from."""
    if resume and request.output is None:
        raise UsageError("--resume goes on from the parts of an output: name it with -o")
    if resume and "-" in request.paths:
        raise UsageError("--resume needs inputs that can be read again, which standard input cannot")
    if request.form == "parquet" and request.output is None:
        raise UsageError("--format parquet writes a file: name it with -o FILE.parquet")
    if request.folder is None:
        return
    for path in (Path(given) for given in request.paths if given.strip()):
        if path.is_dir() and request.folder.resolve().is_relative_to(path.resolve()):
            raise UsageError(f"{request.folder}: it lies in {path}, which is read here: name an output elsewhere")


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
