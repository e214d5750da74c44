"""The command line: parse, call the library, print. Data on standard output, talk on standard error."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, replace
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer
from typer.core import TyperGroup

from framing.errors import FileError, FramingError, UsageError, suggest

if TYPE_CHECKING:
    from framing.annotation_files import Coding
    from framing.annotations import Annotation
    from framing.articles import Article, Skipped
    from framing.audit import Audit
    from framing.evaluation import Evaluation
    from framing.features import Settings
    from framing.model import FramingModel
    from framing.scoring import ArticleScore
    from framing.summary import Tally


class _Commands(TyperGroup):
    """The one place where an error becomes a line and an exit code."""

    def invoke(self, ctx: Any) -> Any:
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()
            return result
        except FramingError as error:
            typer.echo(f"framing: {error}", err=True)
            raise typer.Exit(error.exit_code) from None
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit(128 + signal.SIGPIPE) from None
        except OSError as error:
            if sys.stdout.fileno() == 1 and error.filename is None:
                os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            typer.echo(f"framing: {error.filename or 'output'}: {error.strerror}", err=True)
            raise typer.Exit(FileError.exit_code) from None
        except KeyboardInterrupt:
            typer.echo("framing: stopped", err=True)
            raise typer.Exit(128 + signal.SIGINT) from None


app = typer.Typer(
    cls=_Commands,
    help="Which frames each outlet puts on the same story, with the sentences that show it.",
    epilog="Try:  framing summarize seeds/    framing explain 'Washington warned Peru.'    framing COMMAND --help",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
models = typer.Typer(cls=_Commands, help="List the models, or show one.", no_args_is_help=True)
app.add_typer(models, name="models")

Paths = Annotated[
    list[str], typer.Argument(metavar="PATH", help="Files (.txt .md .html .jsonl .csv .parquet), folders, or - for standard input.")
]
ModelName = Annotated[str | None, typer.Option("--model", "-m", help="Name or folder of a model.", show_default="default")]
Format = Annotated[str | None, typer.Option("--format", "-f", help="table, jsonl, json, csv or parquet; a table on a terminal.")]
Output = Annotated[Path | None, typer.Option("--output", "-o", help="Write to this file, whole or not at all.")]
Outlet = Annotated[str | None, typer.Option("--outlet", help="The outlet of articles that do not name theirs.")]
CodebookPath = Annotated[Path | None, typer.Option("--codebook", help="The codebook.", show_default="beside the annotations")]
SettingsPath = Annotated[Path | None, typer.Option("--settings", help="A TOML file with other settings (docs/formats.md).")]
AnnotationPaths = Annotated[
    list[Path] | None,
    typer.Option(
        "--annotations", "-a", help="Coded sentences: a .jsonl file or a folder; repeatable.", show_default="annotations/"
    ),
]
ArticlePaths = Annotated[
    list[str] | None,
    typer.Option("--articles", help="Articles that hold the texts of codings that have none; repeatable."),
]


def main() -> NoReturn:
    """Run the command line; SIGTERM ends it as tidily as Ctrl-C does."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    # A stream that the caller closed is None; reading and writing nothing is better than failing on it.
    sys.stdin = sys.stdin or open(os.devnull)  # noqa: SIM115
    sys.stdout = sys.stdout or open(os.devnull, "w")  # noqa: SIM115
    # Records are UTF-8 whatever the locale; a file name that is none comes out escaped, which JSON reads back.
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    app()
    sys.exit(0)


def _version(asked: bool) -> None:
    if asked:
        from framing import __version__

        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")] = False,
) -> None:
    pass


def _say(text: str) -> None:
    from framing.output import plain

    typer.echo(plain(text), err=True)


class _Intake:
    """Names on standard error each input that is skipped, and counts what came through."""

    def __init__(self) -> None:
        self.scored = 0
        self.trained_on = 0
        self.foreign = 0
        self.skipped: list[Skipped] = []

    def keep(self, items: Iterable[ArticleScore | Skipped]) -> Iterator[ArticleScore]:
        """Yield the scores alone."""
        from framing.articles import Skipped

        for item in items:
            if isinstance(item, Skipped):
                self.skip(item)
                continue
            self.scored += 1
            self.trained_on += item.trained_on > 0
            self.foreign += item.foreign
            for note in item.article.notes:
                _say(f"note: {item.article.source}: {note}")
            yield item

    def skip(self, item: Skipped) -> None:
        """Name an input that is left out."""
        self.skipped.append(item)
        _say(f"skipped: {item.source}: {item.reason}")

    def finish(self, language: str) -> None:
        """Say what limits the scores; exit with 1 where inputs were skipped, 4 where none could be opened and scored."""
        share = f"of {self.scored} articles"
        if self.trained_on:
            _say(f"note: {self.trained_on} {share} hold sentences that the model was trained on; it does better on them")
        if self.foreign:
            _say(f"note: {self.foreign} {share} are in another language than the model's ({language}); their scores mean little")
        if self.skipped:
            _say(f"{self.scored} scored, {len(self.skipped)} skipped")
            unreadable = any(item.unreadable for item in self.skipped)
            raise typer.Exit(FileError.exit_code if unreadable and not self.scored else 1)


def _read(paths: list[str], outlet: str | None) -> Iterator[Article | Skipped]:
    from framing.articles import Article
    from framing.readers import read_articles

    for item in read_articles(paths):
        named = isinstance(item, Article) and item.outlet is None and outlet is not None
        yield replace(item, outlet=outlet) if named and isinstance(item, Article) else item


@app.command(epilog="Example:  framing score articles/ --unit sentence -o sentences.jsonl")
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
    form = choose_format(form, output)
    scorer = Scorer(_load_model(model, min_precision))
    codebook, intake = scorer.model.codebook, _Intake()
    scores = intake.keep(score_articles(_read(paths, outlet), scorer))
    if form == "table":
        from framing.tables import tabulate_articles, tabulate_sentences

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
        _say(f"note: no threshold gives {', '.join(lacking)} a precision of {min_precision:g}: not given to any sentence")
    return model


@app.command(epilog="Example:  framing summarize articles/ --by month -f csv -o months.csv")
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
    form = choose_format(form, output)
    loaded, intake = load_model(model), _Intake()
    unknown = next((name for name in frame or [] if name not in loaded.codebook.frame_ids), None)
    if unknown is not None:
        raise UsageError(f"the codebook has no frame {unknown!r}{suggest(unknown, loaded.codebook.frame_ids)}")
    tallies: list[summary.Tally] = []
    for path in paths:
        lines = _open_saved(path)
        if lines is not None:
            tallies += _saved_tallies(summary.read_saved_scores(lines, by, source=path), loaded, intake)
            continue
        for item in intake.keep(score_articles(_read([path], outlet), Scorer(loaded))):
            tallies += summary.tally_score(item, by)
    summaries = summary.summarize(tallies, reliable=read_reliability(find_model(model)))
    summaries = summary.select(summaries, only or [], frame or [])
    if form == "table":
        from framing.tables import tabulate_summaries

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


def _saved_tallies(items: Iterable[tuple[str, Tally] | Skipped], model: FramingModel, intake: _Intake) -> Iterator[Tally]:
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


@app.command(epilog="Example:  framing explain 'Washington warned Peru about the Chinese port.'")
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
    loaded, intake = load_model(model), _Intake()
    explanations = (loaded.explain(text) for text in _sentences_of(what, intake))
    if form == "table":
        from framing.tables import describe_explanation

        print_tables(
            (part for item in explanations for part in describe_explanation(item, terms=terms, everything=everything)), output
        )
    else:
        write_records((explanation_record(item, terms=None if everything else terms) for item in explanations), form, output)
    intake.finish(loaded.codebook.language)


def _sentences_of(what: str, intake: _Intake) -> Iterator[str]:
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


@app.command(epilog="Example:  framing train --annotations my/coding --codebook my/codebook.toml --name mine")
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
    suggest_cues: Annotated[
        bool, typer.Option("--suggest-cues", help="Train nothing; print words that mark a label and are no cues yet, as TOML.")
    ] = False,
) -> None:
    """Train a model on coded sentences, and print what changed per label."""
    from framing.annotation_files import read_annotations
    from framing.features import read_settings
    from framing.files import check_replaceable
    from framing.output import print_tables
    from framing.store import MODEL_FILES, save_model
    from framing.tables import tabulate_changes, tabulate_evaluation, tabulate_gap
    from framing.training import describe_data
    from framing.training import train as train_model

    if not name or "/" in name or name.startswith("."):
        raise UsageError(f"--name {name!r} must be a plain name, not a path")
    chosen = read_settings(settings, seed)
    coding = _read_coding(annotations, codebook, articles)
    if suggest_cues:
        _suggest_cues(coding)
        return
    tested = read_annotations(test, coding.codebook) if test else []
    directory = Path("models") / name
    check_replaceable(directory, MODEL_FILES)
    before, basis = _predecessor(directory)
    same = not before or basis == (coding.codebook.digest, describe_data(coding.annotations)["digest"])
    result = train_model(coding.annotations, coding.codebook, chosen, test=tested, progress=lambda step: _say(f"training: {step}"))
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
    print_tables([*changes, *later, *tabulate_gap(result.evaluations)])
    if not coding.statement:
        _say("note: the data has no README.md beside it that says who coded what; the card has a gap there")
    _say(f"{directory} holds {saved.label}; read its card in {directory}/README.md")


def _suggest_cues(coding: Coding) -> None:
    from framing.annotations import settle
    from framing.suggesting import suggest_cues, suggestions_toml

    found = suggest_cues([sentence for sentence in settle(coding.annotations) if sentence.text], coding.codebook)
    if not found:
        _say("no word marks a label often enough beyond its cues: code more sentences")
    typer.echo(suggestions_toml(found), nl=False)


def _read_coding(paths: list[Path] | None, codebook: Path | None, articles: list[str] | None) -> Coding:
    """Return the coded sentences with the texts that ``articles`` hold, and say which stay without."""
    from framing.annotation_files import read_coding
    from framing.training import describe_weaknesses

    coding = read_coding(paths or [Path("annotations")], codebook)
    coding = replace(coding, annotations=_fill_texts(coding.annotations, articles))
    for line in describe_weaknesses(coding.annotations, coding.codebook):
        _say(f"note: {line}")
    return coding


def _fill_texts(codings: list[Annotation], articles: list[str] | None) -> list[Annotation]:
    """Return all codings, with the texts that ``articles`` hold; say which stay without."""
    from framing.articles import Skipped
    from framing.errors import AnnotationError
    from framing.readers import read_articles
    from framing.standoff import describe_missing, locate_texts

    held = list(read_articles(articles or []))
    for item in held:
        if isinstance(item, Skipped):
            _say(f"skipped: {item.source}: {item.reason}")
    located = locate_texts(codings, held)
    missing = describe_missing(located)
    for line in missing:
        _say(f"note: {line}")
    if missing and not located.annotations:
        raise AnnotationError(missing[0])
    return [*located.annotations, *located.absent, *located.changed]


def _predecessor(directory: Path) -> tuple[Sequence[Evaluation], tuple[str, str]]:
    """Return the evaluations and the basis of the model that training replaces; nothing where there is none to read."""
    from framing.errors import ModelError
    from framing.store import read_basis, read_evaluations

    try:
        return read_evaluations(directory)[0], read_basis(directory)
    except ModelError:
        return (), ("", "")


@app.command(epilog="Example:  framing evaluate --model mine --annotations new-coding.jsonl")
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
    from framing.features import read_settings
    from framing.output import Part, choose_format
    from framing.tables import tabulate_audit, tabulate_evaluation, tabulate_gap

    form = choose_format(form, output)
    if model and audit:
        raise UsageError("--audit trains models of its own on the coded sentences: leave out --model")
    if mask_entities and not audit:
        raise UsageError("--mask-entities belongs to --audit")
    checks: Audit | None = None
    if model:
        results: Sequence[Evaluation] = [_evaluate_model(model, annotations, codebook, articles)]
    else:
        coding, chosen = _read_coding(annotations, codebook, articles), read_settings(settings, seed)
        results, checks = _cross_validate(coding, chosen, _read_names(mask_entities) if audit else None)
    records = [asdict(r) | {"macro_f1": r.macro_f1(), "stance_macro_f1": r.macro_f1("stance")} for r in results]
    parts: list[Part] = [part for result in results for part in tabulate_evaluation(result)] + tabulate_gap(results)
    if checks is not None:
        parts += tabulate_audit(checks)
        records.append({"design": "audit", **asdict(checks)})
    _show(parts, records, form, output)


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
    from framing.errors import ModelError
    from framing.store import load_model
    from framing.training import evaluate_annotations

    model = load_model(name)
    if codebook is not None and read_codebook(codebook).digest != model.codebook.digest:
        raise ModelError(f"{name}: the model was trained on another codebook than {codebook}; train it again")
    codings = read_annotations(paths or [Path("annotations")], model.codebook)
    return evaluate_annotations(model, _fill_texts(codings, articles))


def _cross_validate(coding: Coding, settings: Settings, mask: tuple[str, ...] | None) -> tuple[Sequence[Evaluation], Audit | None]:
    """Return the evaluations, and with a ``mask`` (which may be empty) the audit."""
    from framing.audit import run_audit
    from framing.training import cross_validate_annotations

    def progress(step: str) -> None:
        _say(f"evaluating: {step}")

    validation = cross_validate_annotations(coding.annotations, coding.codebook, settings, progress=progress)
    checks = None
    if mask is not None:
        checks = run_audit(validation, coding.annotations, coding.codebook, settings, mask=mask, progress=progress)
    return validation.evaluations, checks


@app.command(epilog="Example:  framing agreement annotations/*.jsonl --format json")
def agreement(
    files: Annotated[list[Path], typer.Argument(metavar="FILE", help="Coded sentences: .jsonl files or folders.")],
    codebook: CodebookPath = None,
    seed: Annotated[int, typer.Option(min=0, max=2**32 - 1, help="For the intervals.")] = 0,
    form: Format = None,
    output: Output = None,
) -> None:
    """Measure how well the coders agree, per label, from the codings that were made blind."""
    from framing.agreement import measure_agreement
    from framing.annotation_files import find_annotation_files, read_annotations
    from framing.annotations import list_labels
    from framing.codebook import read_codebook
    from framing.output import choose_format
    from framing.tables import tabulate_agreement

    form = choose_format(form, output)
    beside = find_annotation_files(files)[0].parent / "codebook.toml"
    book = read_codebook(codebook or beside) if codebook or beside.exists() else None
    coded = read_annotations(files, book)
    frames, targets = (book.frame_ids, book.target_ids) if book else list_labels(coded)
    rows = measure_agreement(coded, frames, targets, seed=seed)
    if not any(row.units for row in rows):
        coders = len({annotation.coder for annotation in coded if annotation.coder})
        raise UsageError(
            f"no sentence was coded blind by two coders ({coders} coders found): agreement needs codings that share "
            "article and id and name their coder"
        )
    _show(tabulate_agreement(rows), map(asdict, rows), form, output)


@app.command(epilog="Example:  framing check articles/ --show-dropped")
def check(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(metavar="PATH", help="Articles, coded sentences, a codebook, models.", show_default="all of this folder's"),
    ] = None,
    show_dropped: Annotated[bool, typer.Option("--show-dropped", help="Show each line that cleaning dropped, and why.")] = False,
    abbreviations: Annotated[bool, typer.Option("--abbreviations", help="Propose abbreviations that splitting lacks.")] = False,
) -> None:
    """Check a codebook, coded sentences, articles and models; every problem is named with its place."""
    from framing.checking import check as run_checks
    from framing.checking import sort_paths
    from framing.output import print_tables
    from framing.tables import list_findings, tabulate_dropped

    report = run_checks(*sort_paths(paths or []))
    parts = list_findings(report)
    if show_dropped:
        parts = [*tabulate_dropped(report), *parts]
    if abbreviations:
        from framing.abbreviations import suggest_abbreviations

        found = suggest_abbreviations(article.text for article in report.articles)
        parts += [f"abbreviation?  {c.word}.  ({c.occurrences} times)" for c in found] or ["no unknown abbreviations found"]
    print_tables(parts)
    if report.exit_code:
        raise typer.Exit(report.exit_code)


@models.command("list", epilog="Example:  framing models list")
def list_all(form: Format = None, output: Output = None) -> None:
    """List the models in models/ here and those that ship with the package."""
    from framing.errors import ModelError
    from framing.output import choose_format
    from framing.store import describe_model, list_models
    from framing.tables import tabulate_models

    form = choose_format(form, output)
    rows, damaged = [], False
    for directory in list_models():
        try:
            rows.append(describe_model(directory))
        except ModelError as error:
            damaged = True
            _say(f"skipped: {error}")
    _show(tabulate_models(rows), rows, form, output)
    if damaged:
        raise typer.Exit(ModelError.exit_code)


@models.command("show", epilog="Example:  framing models show default")
def show(
    name: Annotated[str, typer.Argument(help="Name or folder of a model.")] = "default",
    form: Format = None,
    output: Output = None,
) -> None:
    """Show a model's evaluation and the agreement of its coders; its card tells the rest."""
    from framing.output import choose_format
    from framing.store import describe_model, find_model, load_model, read_evaluations
    from framing.tables import tabulate_agreement, tabulate_evaluation

    form = choose_format(form, output)
    directory = find_model(name)
    load_model(directory)
    evaluations, coders = read_evaluations(directory)
    parts = [part for evaluation in evaluations for part in tabulate_evaluation(evaluation)]
    parts += [*tabulate_agreement(coders), f"The card: {directory}/README.md"]
    facts = {"evaluations": [asdict(row) for row in evaluations], "agreement": [asdict(row) for row in coders]}
    _show(parts, [describe_model(directory) | facts], form, output)


def _show(parts: Iterable[Any], records: Iterable[dict[str, Any]], form: str, output: Path | None) -> None:
    """Print the tables, or write the records."""
    from framing.output import print_tables, write_records

    if form == "table":
        print_tables(parts, output)
    else:
        write_records(records, form, output)
