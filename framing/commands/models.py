"""The commands about models at hand: models list and models show."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from framing.commands.options import Format, Output
from framing.commands.speaking import say, show
from framing.errors import ModelError


def list_all(form: Format = None, output: Output = None) -> None:
    """List the models in models/ here and those that ship with the package."""
    from framing.output import choose_format
    from framing.store import describe_model, list_models
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
    from framing.store import describe_model, find_model, load_model, read_evaluations
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
