"""The commands about models at hand: models list, show, diff and export."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from framing.commands.options import Format, Output
from framing.commands.speaking import refuse_overwriting, say, show
from framing.errors import ModelError, UsageError

if TYPE_CHECKING:
    from framing.arrays import Bools
    from framing.label_differences import LabelDifference
    from framing.model import FramingModel


def list_all(form: Format = None, output: Output = None) -> None:
    """List the models in models/ here and those that ship with the package."""
    from framing.output import choose_format
    from framing.storing.evaluations import describe_model
    from framing.storing.files import list_models
    from framing.tables.evaluation import tabulate_models

    form = choose_format(form, output)
    rows, damaged = [], False
    for directory in list_models():
        try:
            rows.append(describe_model(directory))
        except ModelError as error:
            damaged = True
            say(f"skipped: {error}")
    show(tabulate_models(rows), rows, form, output)
    if damaged:
        raise typer.Exit(ModelError.exit_code)


def show_one(
    name: Annotated[str, typer.Argument(help="Name or folder of a model.")] = "default",
    form: Format = None,
    output: Output = None,
) -> None:
    """Show a model's evaluation and the agreement of its coders; its card tells the rest."""
    from framing.output import choose_format
    from framing.store import load_model
    from framing.storing.evaluations import describe_model, read_evaluations
    from framing.storing.files import find_model
    from framing.tables.agreement import tabulate_agreement
    from framing.tables.evaluation import tabulate_evaluation

    form = choose_format(form, output)
    directory = find_model(name)
    load_model(directory)
    evaluations, coders = read_evaluations(directory)
    parts = [part for evaluation in evaluations for part in tabulate_evaluation(evaluation)]
    parts += [*tabulate_agreement(coders), f"The card: {directory}/README.md"]
    facts = {"evaluations": [asdict(row) for row in evaluations], "agreement": [asdict(row) for row in coders]}
    show(parts, [describe_model(directory) | facts], form, output)


def diff(
    before: Annotated[str, typer.Argument(metavar="BEFORE", help="Name or folder of a model.")],
    after: Annotated[str, typer.Argument(metavar="AFTER", help="Name or folder of a later one.")],
    articles: Annotated[
        list[str] | None,
        typer.Option("--articles", metavar="PATH", help="Articles to label with both models; repeatable."),
    ] = None,
    form: Format = None,
    output: Output = None,
) -> None:
    """Show what changed between two models: codebook, data, settings, and each label's figures and heaviest terms.

    With --articles also on how many of their sentences the labels differ, and some of these.
    """
    from framing.label_differences import difference_records
    from framing.model_changes import ModelVersion, compare_models, model_change_records
    from framing.output import choose_format
    from framing.store import load_model
    from framing.storing.evaluations import read_evaluations
    from framing.storing.files import find_model
    from framing.tables.models import tabulate_model_changes

    form = choose_format(form, output)
    folders = [find_model(name) for name in (before, after)]
    refuse_overwriting(output, [*folders, *(articles or [])])
    versions = [ModelVersion(load_model(folder), read_evaluations(folder)[0]) for folder in folders]
    changes = compare_models(*versions)
    sentences = _Sentences(articles or [])
    found = _label_both(sentences, versions[0].model, versions[1].model) if articles else ()
    show(tabulate_model_changes(changes, found), model_change_records(changes) + difference_records(found), form, output)
    if sentences.skipped:
        raise typer.Exit(1)


class _Sentences:
    """The sentences of articles in batches; names on standard error what holds none, and counts it."""

    def __init__(self, paths: list[str]) -> None:
        self.paths = paths
        self.skipped = 0

    def __iter__(self) -> Iterator[list[str]]:
        from framing.articles import Skipped
        from framing.readers import read_articles
        from framing.sentences import split_article

        batch: list[str] = []
        for item in read_articles(self.paths):
            if isinstance(item, Skipped):
                self.skipped += 1
                say(f"skipped: {item.source}: {item.reason}")
                continue
            batch += [sentence.text for sentence in split_article(item)]
            if len(batch) >= _BATCH:
                yield batch
                batch = []
        yield batch


_BATCH = 2000
"""Sentences that two models label at a time."""


def _label_both(sentences: _Sentences, before: FramingModel, after: FramingModel) -> tuple[LabelDifference, ...]:
    from framing.label_differences import count_differences

    return count_differences(sentences, lambda texts: _label(before, texts), lambda texts: _label(after, texts))


def _label(model: FramingModel, texts: Sequence[str]) -> dict[str, Bools]:
    """Return for each label that the model decides on whether each sentence is given it."""
    from framing.labelling import judge, list_outputs

    given = judge(model.decide(texts), model.codebook, model.rules)[1]
    return dict(zip(list_outputs(model.codebook), given.T, strict=True))


def export(
    output: Annotated[Path, typer.Option("--output", "-o", help="Write the pipeline to this .joblib file, whole or not at all.")],
    name: Annotated[str, typer.Argument(help="Name or folder of a model.")] = "default",
) -> None:
    """Write a model as a fitted scikit-learn pipeline, which joblib.load reads.

    The file is a pickle: loading one runs the code that it names. To hand a model on, hand on its folder, which runs nothing.
    """
    from importlib.metadata import version

    from framing.pipeline_export import write_pipeline
    from framing.store import load_model
    from framing.storing.files import find_model

    directory = find_model(name)
    if output.suffix.lower() != ".joblib":
        raise UsageError(f"{output}: a pipeline is written for joblib; name a .joblib file")
    if output.resolve().parent == directory.resolve():
        raise UsageError(f"{output}: that is the model's own folder, which holds nothing else; name a file elsewhere")
    refuse_overwriting(output, [directory])
    write_pipeline(output, load_model(directory))
    needed = " and ".join(f"{package} {version(package)}" for package in ("framing", "scikit-learn"))
    say(f"{output} is written; joblib.load reads it where {needed} are installed")
    say("note: it is a pickle: whoever loads such a file runs the code in it, so load only files from people you trust")
