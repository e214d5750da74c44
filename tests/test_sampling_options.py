from __future__ import annotations

import re

import pytest
from typer import Context
from typer.main import get_command

from framing.cli import app
from framing.commands.sampling_options import DESIGNS, PLAN, RECODE, SERVES, check_options
from framing.errors import UsageError

MODES = (*DESIGNS, PLAN, RECODE)


def refusal(given: set[str], mode: str) -> str | None:
    """Return the line with which the options are refused, None where they are not."""
    planned = {mode} & {PLAN, RECODE}
    try:
        check_options(given | planned, "stratified" if planned else mode)
    except UsageError as error:
        return str(error)
    return None


def test_every_option_of_the_command_is_said_to_serve_something() -> None:
    commands = get_command(app)
    _, command, _ = commands.resolve_command(Context(commands), ["sample"])  # type: ignore[attr-defined]
    options = {parameter.opts[0] for parameter in command.params if parameter.opts[0].startswith("-")}
    assert options - {"--help"} == {*SERVES, PLAN, RECODE}


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("option", SERVES)
def test_an_option_is_refused_with_what_it_does_nothing_for_and_with_nothing_else(option: str, mode: str) -> None:
    needed = {"--overlap": {"--coder"}, "--everybody": {"--coder", "--overlap"}}.get(option, set())
    line = refusal({option, *needed}, mode)
    assert (line is None) == (mode in SERVES[option])
    if line is not None:
        assert re.fullmatch(r"--\w+ belongs to .+: leave it out with --(plan|recode|design \w+)", line), line


@pytest.mark.parametrize(
    ("given", "mode", "line"),
    [
        ({"--period"}, "random", "--period belongs to --design stratified: leave it out with --design random"),
        ({"--output"}, PLAN, "--output belongs to a draw by design and --recode: leave it out with --plan"),
        ({"--coder"}, RECODE, "--coder belongs to a draw by design: leave it out with --recode"),
        (
            {"--model"},
            "stratified",
            "--model belongs to --design uncertainty, --design active and --plan: leave it out with --design stratified",
        ),
        ({"--overlap"}, "random", "--overlap says nothing without --coder"),
        ({"--everybody", "--coder"}, "random", "--everybody says nothing without --overlap"),
        ({"--per", "--size"}, "stratified", "--per says how many come from where: leave --size out"),
        ({"--per", "--allocation"}, "stratified", "--per says how many come from where: leave --allocation out"),
        ({PLAN, RECODE}, "stratified", "--plan and --recode are two things: name one"),
        (set(), "randon", "--design 'randon' (did you mean 'random'?)"),
    ],
)
def test_options_that_do_not_go_together_are_refused_in_a_line(given: set[str], mode: str, line: str) -> None:
    assert refusal(given, mode) == line


@pytest.mark.parametrize("mode", MODES)
def test_without_options_everything_goes(mode: str) -> None:
    assert refusal(set(), mode) is None
