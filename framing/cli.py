"""The command line: which commands there are, how each is loaded, and how an error ends one."""

from __future__ import annotations

import os
import signal
import sys
from importlib import import_module
from typing import Annotated, Any, NamedTuple

import typer
from typer.core import TyperGroup
from typer.main import get_command

from framing.errors import FileError, FramingError


class Command(NamedTuple):
    """Where a command's function is in ``framing.commands``, the first line of its docstring, and how it is used.

    The table below lists the commands without importing them: only the one that is used is loaded.
    """

    place: str
    line: str
    example: str
    panel: str | None = None


ARTICLES, CODING, MODELS = "Articles", "Coding", "Models"
"""The groups of commands in `framing --help`."""

COMMANDS = {
    "score": Command(
        "scoring:score",
        "Score articles: which frames and stances their sentences carry, one record per article or sentence.",
        "framing score articles/ --unit sentence -o sentences.jsonl",
        ARTICLES,
    ),
    "summarize": Command(
        "summarizing:summarize",
        "Summarise articles, or scores saved as JSON Lines: how often each outlet uses each frame, and how it stands.",
        "framing summarize articles/ -a coded.jsonl --by month -o months.csv",
        ARTICLES,
    ),
    "compare": Command(
        "summarizing:compare",
        "Compare outlets: which differ in which frame, with intervals and the rate of false findings held down.",
        "framing compare articles/ -a coded.jsonl --ranks",
        ARTICLES,
    ),
    "report": Command(
        "reporting:report",
        "Write a report: findings, charts, examples, an article browser and the methods, in one page that needs no network.",
        "framing report articles/ -a coded.jsonl -o report.html --figures figures",
        ARTICLES,
    ),
    "explain": Command(
        "scoring:explain",
        "Explain each sentence: its labels, and the words with the weights that decided them.",
        "framing explain 'Washington warned Peru about the Chinese port.'",
        ARTICLES,
    ),
    "train": Command(
        "training:train",
        "Train a model on coded sentences, and print what changed per label.",
        "framing train --annotations mine --name mine",
        MODELS,
    ),
    "evaluate": Command(
        "training:evaluate",
        "Evaluate a model on coded sentences that it has not seen, or cross-validate by article and by outlet.",
        "framing evaluate --model mine --annotations new-coding.jsonl",
        MODELS,
    ),
    "sample": Command(
        "sampling:sample",
        "Draw the sentences to code, each with the probability it had, so that shares can be corrected by them later.",
        "framing sample articles/ -n 300 --coder ana --coder ben -o sample.jsonl",
        CODING,
    ),
    "annotate": Command(
        "annotating:annotate",
        "Code a sample: a page in the browser for each coder, keyboard first; every decision is on disk before it says saved.",
        "framing annotate sample.jsonl --coder ana --coder ben",
        CODING,
    ),
    "adjudicate": Command(
        "annotating:adjudicate",
        "Settle what coders disagree on, side by side; the choices are records of their own, and the codings stay as they are.",
        "framing adjudicate coded.jsonl --adjudicator eva",
        CODING,
    ),
    "agreement": Command(
        "coding:agreement",
        "Measure how well the coders agree, per label, from the codings that were made blind.",
        "framing agreement annotations/*.jsonl --format json",
        CODING,
    ),
    "import": Command(
        "exchanging:import_",
        "Read codings that were made in another tool, or codes without texts and the articles that hold these.",
        "framing import x.json --from label-studio --coder 1=ana -o coded.jsonl",
        CODING,
    ),
    "export": Command(
        "exchanging:export",
        "Write codings, or sentences to code, as another tool reads them; what it has no place for travels along.",
        "framing export sample.jsonl --to label-studio -o tasks/",
        CODING,
    ),
    "check": Command(
        "checking:check",
        "Check a codebook, coded sentences, articles and models; every problem is named with its place.",
        "framing check articles/ --show-dropped",
        MODELS,
    ),
    "codebook new": Command(
        "codebook:new",
        "Write a codebook to fill in: definitions, rules, examples and cues are explained where they go.",
        "framing codebook new mine/codebook.toml --frame Jobs --target 'The port'",
    ),
    "codebook bump": Command(
        "codebook:bump",
        "Raise a codebook's version before you edit it; the present one is kept beside it.",
        "framing codebook bump mine/codebook.toml",
    ),
    "codebook diff": Command(
        "codebook:diff",
        "Show what changed between two codebooks: labels, the wording that coders read, cues; and whether codings hold.",
        "framing codebook diff mine/codebook.v1.toml mine/codebook.toml",
    ),
    "codebook migrate": Command(
        "codebook:migrate",
        "Carry codings over to another version of their codebook, as far as nobody has to code again for that.",
        "framing codebook migrate coded.jsonl --codebook codebook.toml --rename job=jobs -o coded-2.jsonl",
    ),
    "models list": Command(
        "models:list_all",
        "List the models in models/ here and those that ship with the package.",
        "framing models list",
    ),
    "models show": Command(
        "models:show_one",
        "Show a model's evaluation and the agreement of its coders; its card tells the rest.",
        "framing models show default",
    ),
    "models diff": Command(
        "models:diff",
        "Show what changed between two models: codebook, data, settings, and each label's figures and heaviest terms.",
        "framing models diff default mine --articles articles/",
    ),
    "models export": Command(
        "models:export",
        "Write a model as a fitted scikit-learn pipeline, which joblib.load reads.",
        "framing models export mine -o mine.joblib",
    ),
}
"""Every command by its words, in the order of `framing --help`."""


class _Commands(TyperGroup):
    """The commands, loaded when they are used; and the one place where an error becomes a line and an exit code."""

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        """Return the command that ``args`` begin with, loaded."""
        name, command, rest = super().resolve_command(ctx, args)
        words = f"{self.name or ''} {name}".strip()
        return name, _load(words) if words in COMMANDS else command, rest

    def invoke(self, ctx: Any) -> Any:
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()
            return result
        except FramingError as error:
            from framing.commands.speaking import say

            say(f"framing: {error}")
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


def _load(words: str) -> Any:
    """Return a command with its options and its whole help."""
    command = COMMANDS[words]
    module, function = command.place.split(":")
    alone = typer.Typer(add_completion=False)
    alone.command(words.split()[-1], epilog=f"Example:  {command.example}")(
        getattr(import_module(f"framing.commands.{module}"), function)
    )
    return get_command(alone)


app = typer.Typer(
    cls=_Commands,
    help="Which frames each outlet puts on the same story, with the sentences that show it.",
    epilog="Try:  framing summarize seeds/    framing explain 'Washington warned Peru.'    framing COMMAND --help",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
models = typer.Typer(cls=_Commands, help="List models, show one, compare two, export one.", no_args_is_help=True)
app.add_typer(models, name="models", rich_help_panel=MODELS)
codebook = typer.Typer(
    cls=_Commands, help="Start a codebook, raise its version, show changes, carry codings over.", no_args_is_help=True
)
app.add_typer(codebook, name="codebook", rich_help_panel=CODING)


def _stand_in() -> None:
    """Hold the place of a command that is not loaded."""


for _words, _command in COMMANDS.items():
    _group = {"codebook": codebook, "models": models}.get(_words.split()[0], app)
    _group.command(_words.split()[-1], help=_command.line, rich_help_panel=_command.panel)(_stand_in)


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
