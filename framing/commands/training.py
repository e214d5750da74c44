"""The commands that make a model and measure it: train and evaluate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from framing.commands.intake import fill_texts, gather_coding
from framing.commands.options import AnnotationPaths, ArticlePaths, CodebookPath, Format, Output, SettingsPath
from framing.commands.speaking import refuse_overwriting, say, show
from framing.errors import ModelError, UsageError

if TYPE_CHECKING:
    from framing.annotation_files import Coding
    from framing.audit import Audit
    from framing.evaluation import Evaluation
    from framing.settings import Settings


def train(
    annotations: AnnotationPaths = None,
    codebook: CodebookPath = None,
    name: Annotated[str, typer.Option(help="The model is written to models/NAME.")] = "default",
    articles: ArticlePaths = None,
    seed: Annotated[int, typer.Option(min=0, max=2**32 - 1, help="The same data and seed give the same bytes.")] = 0,
    settings: SettingsPath = None,
    test: Annotated[
        list[Path] | None, typer.Option("--test", help="Coded sentences of other articles, to hold the model to; never trained on.")
    ] = None,
    search: Annotated[
        bool,
        typer.Option(
            "--search", help="Try other values of frame_c, stance_c and cue_scale on left-out articles first, and take the best."
        ),
    ] = False,
    suggest_cues: Annotated[
        bool, typer.Option("--suggest-cues", help="Train nothing; print words that mark a label and are no cues yet, as TOML.")
    ] = False,
) -> None:
    """Train a model on coded sentences, and print what changed per label."""
    from framing.annotation_files import read_annotations
    from framing.files import check_replaceable
    from framing.output import print_tables
    from framing.searching import STRENGTHS
    from framing.settings import read_settings
    from framing.storing.archive import save_model
    from framing.storing.files import MODEL_FILES
    from framing.tables.evaluation import tabulate_changes, tabulate_evaluation, tabulate_gap
    from framing.tables.searches import tabulate_search
    from framing.training import describe_data
    from framing.training import train as train_model

    if not name or "/" in name or name.startswith("."):
        raise UsageError(f"--name {name!r} must be a plain name, not a path")
    chosen = read_settings(settings, seed)
    coding = gather_coding(annotations, codebook, articles)
    if suggest_cues:
        _suggest_cues(coding)
        return
    tested = read_annotations(test, coding.codebook) if test else []
    directory = Path("models") / name
    check_replaceable(directory, MODEL_FILES)
    before, basis = _predecessor(directory)
    same = not before or basis == (coding.codebook.digest, describe_data(coding.annotations)["digest"])
    tried = STRENGTHS if search else ()
    result = train_model(coding.annotations, coding.codebook, chosen, test=tested, tried=tried, progress=_say_step)
    saved = save_model(
        directory,
        result.model,
        result.evaluations,
        result.agreement,
        precision_thresholds=result.precision_thresholds,
        statement=coding.statement,
    )
    changes = tabulate_changes(next(iter(before), None), result.evaluations[0], comparable=same)
    later = (part for item in result.evaluations[1:] for part in tabulate_evaluation(item))
    print_tables([*tabulate_search(result.search), *changes, *later, *tabulate_gap(result.evaluations)])
    if not any(row.beats_guessing for row in result.evaluations[0].labels):
        say("note: no label is surely found better than by giving it to all sentences, or to none: code more before you use it")
    if not coding.statement:
        say("note: the data has no README.md beside it that says who coded what; the card has a gap there")
    say(f"{directory} holds {saved.label}; read its card in {directory}/README.md")


def _say_step(step: str) -> None:
    say(f"training: {step}")


def _suggest_cues(coding: Coding) -> None:
    from framing.annotations import settle
    from framing.suggesting import suggest_cues, suggestions_toml

    found = suggest_cues([sentence for sentence in settle(coding.annotations) if sentence.text], coding.codebook)
    if not found:
        say("no word marks a label often enough beyond its cues: code more sentences")
    typer.echo(suggestions_toml(found), nl=False)


def _predecessor(directory: Path) -> tuple[Sequence[Evaluation], tuple[str, str]]:
    """Return the evaluations and the basis of the model that training replaces; nothing where there is none to read."""
    from framing.storing.evaluations import read_basis, read_evaluations

    try:
        return read_evaluations(directory)[0], read_basis(directory)
    except ModelError:
        return (), ("", "")


def evaluate(
    model: Annotated[str | None, typer.Option("--model", "-m", help="Evaluate this model; without, cross-validate afresh.")] = None,
    annotations: AnnotationPaths = None,
    codebook: CodebookPath = None,
    articles: ArticlePaths = None,
    audit: Annotated[
        bool, typer.Option("--audit", help="Check what flatters: learning curve, other folds, outlets, topic, names, odd codes.")
    ] = False,
    mask_entities: Annotated[
        Path | None, typer.Option(help="With --audit: a file of further names to mask, one a line.", show_default=False)
    ] = None,
    seed: Annotated[int, typer.Option(min=0, max=2**32 - 1, help="For the folds and the intervals.")] = 0,
    settings: SettingsPath = None,
    form: Format = None,
    output: Output = None,
) -> None:
    """Evaluate a model on coded sentences that it has not seen, or cross-validate by article and by outlet."""
    from framing.output import Part, choose_format
    from framing.settings import read_settings
    from framing.tables.evaluation import tabulate_audit, tabulate_evaluation, tabulate_gap

    refuse_overwriting(output, [*(annotations or [Path("annotations")]), *(articles or []), model])
    form = choose_format(form, output)
    if model and audit:
        raise UsageError("--audit trains models of its own on the coded sentences: leave out --model")
    if mask_entities and not audit:
        raise UsageError("--mask-entities belongs to --audit")
    checks: Audit | None = None
    if model:
        results: Sequence[Evaluation] = [_evaluate_model(model, annotations, codebook, articles)]
    else:
        coding, chosen = gather_coding(annotations, codebook, articles), read_settings(settings, seed)
        results, checks = _cross_validate(coding, chosen, _read_names(mask_entities) if audit else None)
    records = [asdict(r) | {"macro_f1": r.macro_f1(), "stance_macro_f1": r.macro_f1("stance")} for r in results]
    parts: list[Part] = [part for result in results for part in tabulate_evaluation(result)] + tabulate_gap(results)
    if checks is not None:
        parts += tabulate_audit(checks)
        records.append({"design": "audit", **asdict(checks)})
    show(parts, records, form, output)


def _read_names(path: Path | None) -> tuple[str, ...]:
    """Return the names of a gazetteer, one a line; none without a file."""
    if path is None:
        return ()
    try:
        return tuple(line.strip() for line in path.read_text("utf-8-sig").splitlines() if line.strip(" *"))
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: the names cannot be read ({error})") from None


def _evaluate_model(name: str, paths: list[Path] | None, codebook: Path | None, articles: list[str] | None) -> Evaluation:
    from framing.annotation_files import read_annotations
    from framing.codebook import read_codebook
    from framing.store import load_model
    from framing.training import evaluate_annotations

    model = load_model(name)
    if codebook is not None and read_codebook(codebook).digest != model.codebook.digest:
        raise ModelError(f"{name}: the model was trained on another codebook than {codebook}; train it again")
    codings = read_annotations(paths or [Path("annotations")], model.codebook)
    return evaluate_annotations(model, fill_texts(codings, articles))


def _cross_validate(coding: Coding, settings: Settings, mask: tuple[str, ...] | None) -> tuple[Sequence[Evaluation], Audit | None]:
    """Return the evaluations, and with a ``mask`` (which may be empty) the audit."""
    from framing.audit import run_audit
    from framing.training import cross_validate_annotations

    def progress(step: str) -> None:
        say(f"evaluating: {step}")

    validation = cross_validate_annotations(coding.annotations, coding.codebook, settings, progress=progress)
    checks = None
    if mask is not None:
        checks = run_audit(validation, coding.annotations, coding.codebook, settings, mask=mask, progress=progress)
    return validation.evaluations, checks
