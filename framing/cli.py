"""The command line: which commands there are, how they are started, and how an error ends one."""

from __future__ import annotations

import gc
import os
import signal
import sys
from io import TextIOWrapper
from typing import Annotated, Any, NoReturn

import typer
from typer.core import TyperGroup

from framing.commands.annotating import adjudicate, annotate
from framing.commands.checking import check
from framing.commands.codebook import bump, diff, migrate, new
from framing.commands.coding import agreement
from framing.commands.exchanging import export, import_
from framing.commands.models import list_all, show_one
from framing.commands.reporting import report
from framing.commands.sampling import sample
from framing.commands.scoring import explain, score
from framing.commands.speaking import say
from framing.commands.summarizing import compare, summarize
from framing.commands.training import evaluate, train
from framing.errors import FileError, FramingError


class _Commands(TyperGroup):
    """The one place where an error becomes a line and an exit code."""

    def invoke(self, ctx: Any) -> Any:
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()
            return result
        except FramingError as error:
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


ARTICLES, CODING, MODELS = "Articles", "Coding", "Models"
"""The groups of commands in `framing --help`."""

app = typer.Typer(
    cls=_Commands,
    help="Which frames each outlet puts on the same story, with the sentences that show it.",
    epilog="Try:  framing summarize seeds/    framing explain 'Washington warned Peru.'    framing COMMAND --help",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
models = typer.Typer(cls=_Commands, help="List the models, or show one.", no_args_is_help=True)
app.add_typer(models, name="models", rich_help_panel=MODELS)
codebook = typer.Typer(
    cls=_Commands, help="Start a codebook, raise its version, show changes, carry codings over.", no_args_is_help=True
)
app.add_typer(codebook, name="codebook", rich_help_panel=CODING)

# In the order of `framing --help`.
app.command(epilog="Example:  framing score articles/ --unit sentence -o sentences.jsonl", rich_help_panel=ARTICLES)(score)
app.command(epilog="Example:  framing summarize articles/ -a coded.jsonl --by month -o months.csv", rich_help_panel=ARTICLES)(
    summarize
)
app.command(epilog="Example:  framing compare articles/ -a coded.jsonl --ranks", rich_help_panel=ARTICLES)(compare)
app.command(epilog="Example:  framing report articles/ -a coded.jsonl -o report.html --figures figures", rich_help_panel=ARTICLES)(
    report
)
app.command(epilog="Example:  framing explain 'Washington warned Peru about the Chinese port.'", rich_help_panel=ARTICLES)(explain)
app.command(epilog="Example:  framing train --annotations mine --name mine", rich_help_panel=MODELS)(train)
app.command(epilog="Example:  framing evaluate --model mine --annotations new-coding.jsonl", rich_help_panel=MODELS)(evaluate)
app.command(epilog="Example:  framing sample articles/ -n 300 --coder ana --coder ben -o sample.jsonl", rich_help_panel=CODING)(
    sample
)
app.command(epilog="Example:  framing annotate sample.jsonl --coder ana --coder ben", rich_help_panel=CODING)(annotate)
app.command(epilog="Example:  framing adjudicate coded.jsonl --adjudicator eva", rich_help_panel=CODING)(adjudicate)
app.command(epilog="Example:  framing agreement annotations/*.jsonl --format json", rich_help_panel=CODING)(agreement)
app.command(
    "import", epilog="Example:  framing import x.json --from label-studio --coder 1=ana -o coded.jsonl", rich_help_panel=CODING
)(import_)
app.command(epilog="Example:  framing export sample.jsonl --to label-studio -o tasks/", rich_help_panel=CODING)(export)
app.command(epilog="Example:  framing check articles/ --show-dropped", rich_help_panel=MODELS)(check)
codebook.command("new", epilog="Example:  framing codebook new mine/codebook.toml --frame Jobs --target 'The port'")(new)
codebook.command("bump", epilog="Example:  framing codebook bump mine/codebook.toml")(bump)
codebook.command("diff", epilog="Example:  framing codebook diff mine/codebook.v1.toml mine/codebook.toml")(diff)
codebook.command(
    "migrate",
    epilog="Example:  framing codebook migrate coded.jsonl --codebook codebook.toml --rename job=jobs -o coded-2.jsonl",
)(migrate)
models.command("list", epilog="Example:  framing models list")(list_all)
models.command("show", epilog="Example:  framing models show default")(show_one)


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


def main() -> NoReturn:
    """Run the command line; SIGTERM ends it as tidily as Ctrl-C does."""
    # Hundreds of thousands of sentences make no cycles; looking for these after every 700 objects costs a seventh of the time.
    gc.set_threshold(200_000, 50, 100)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    # A stream that the caller closed is None; reading and writing nothing is better than failing on it.
    sys.stdin = sys.stdin or open(os.devnull)  # noqa: SIM115
    sys.stdout = sys.stdout or open(os.devnull, "w")  # noqa: SIM115
    # Records are UTF-8 whatever the locale; a file name that is none comes out escaped, which JSON reads back.
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    if isinstance(sys.stdin, TextIOWrapper):
        sys.stdin.reconfigure(errors="surrogateescape")  # what is typed and is no UTF-8 is refused where it is used
    app()
    sys.exit(0)
