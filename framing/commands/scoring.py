"""The commands that put articles before a model: score and explain."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from framing.commands.intake import Intake, gather_articles
from framing.commands.options import Format, ModelName, Outlet, Output, Paths
from framing.commands.speaking import refuse_overwriting, say
from framing.errors import UsageError

if TYPE_CHECKING:
    from framing.model import FramingModel


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
    refuse_overwriting(output, [*paths, model])
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
