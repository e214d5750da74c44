"""The docs are tests: every transcript is run, every command and field is documented, every number has its source."""

from __future__ import annotations

import ast
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections import Counter
from dataclasses import fields
from pathlib import Path

import pytest

from framing.annotation_files import read_coding, read_statement
from framing.annotations import Annotation, settle
from framing.line_rules import LINE_RULES, TAIL_RULES
from framing.settings import Settings
from framing.storing.evaluations import read_evaluations
from framing.storing.files import FILES, MANIFEST

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text("utf-8")
FORMATS = (ROOT / "docs" / "formats.md").read_text("utf-8")
TRANSCRIPTS = re.findall(r"```console\n(.*?)```", README, re.DOTALL)


def execute(command: str) -> str:
    """Run a transcript's command from the root, with this interpreter's ``framing``, and return its output."""
    line = re.sub(r"^framing\b", f"{shlex.quote(sys.executable)} -m framing", command)
    result = subprocess.run(["bash", "-c", line], cwd=ROOT, env={**os.environ}, text=True, capture_output=True, check=True)
    return "\n".join(row.rstrip() for row in result.stdout.strip("\n").split("\n"))


@pytest.mark.parametrize("transcript", TRANSCRIPTS, ids=[transcript.split("\n")[0][:40] for transcript in TRANSCRIPTS])
def test_every_transcript_of_the_readme_is_what_the_command_prints(transcript: str) -> None:
    command, _, shown = transcript.partition("\n")
    assert command.startswith("$ ")
    assert execute(command[2:]).strip("\n") == shown.strip("\n")


def test_the_tutorial_prints_what_it_shows_from_beginning_to_end(tmp_path: Path) -> None:
    """Its commands run in order, as a reader types them, in a copy; the digest of the model is left out of the comparison."""
    tutorial = ROOT / "docs" / "tutorial"
    shutil.copytree(tutorial, tmp_path / "docs" / "tutorial")
    (tmp_path / "framing").write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m framing "$@"\n')
    (tmp_path / "framing").chmod(0o755)
    environment = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT)}
    transcripts = re.findall(r"```console\n(.*?)```", (tutorial / "README.md").read_text("utf-8"), re.DOTALL)
    assert len(transcripts) == 12
    folder = tmp_path
    for transcript in transcripts:
        command, _, shown = transcript.partition("\n")
        line = f"{{ {command.removeprefix('$ ')}; }} 2>&1; pwd > {shlex.quote(str(tmp_path / 'folder'))}"
        result = subprocess.run(["bash", "-ec", line], cwd=folder, env=environment, text=True, capture_output=True, check=True)
        folder = Path((tmp_path / "folder").read_text().strip())
        printed = "\n".join(row.rstrip() for row in result.stdout.strip("\n").split("\n"))
        assert mask_digest(printed) == mask_digest(shown.strip("\n"))


def mask_digest(text: str) -> str:
    return re.sub(r"@[0-9a-f]{12}", "@", text)


def test_the_python_example_runs(capsys: pytest.CaptureFixture[str]) -> None:
    (example,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    exec(compile(example, "README.md", "exec"), {})
    assert "security_threat" in capsys.readouterr().out


def test_every_command_is_in_the_readme() -> None:
    listed = subprocess.run(
        [sys.executable, "-m", "framing", "--help"], cwd=ROOT, text=True, capture_output=True, check=True
    ).stdout
    commands = re.findall(r"^│ (\w+)  ", listed, re.MULTILINE)
    assert len(commands) == 16
    for command in commands:
        assert re.search(rf"^\| .*`framing {command}`.* \|", README, re.MULTILINE)


def test_every_field_of_every_record_is_documented() -> None:
    article = execute("framing score seeds/scmp-2024.md")
    sentence = execute("framing score seeds/scmp-2024.md --unit sentence | head -1")
    outlet = execute("framing summarize seeds/scmp-2024.md")
    for record in map(json.loads, (article, sentence, outlet)):
        nested = [
            key
            for value in record.values()
            if isinstance(value, dict)
            for inner in value.values()
            if isinstance(inner, dict)
            for key in inner
        ]
        for key in [*record, *nested]:
            assert re.search(rf"[` ]{key}[` ]", FORMATS), key
    for field in fields(Annotation):
        assert field.name in ("place", "extra") or re.search(rf"[` ]{field.name}[` ]", FORMATS), field.name
    for name in (*FILES, MANIFEST):
        assert f"`{name}`" in FORMATS


def test_the_figures_of_the_readme_are_those_of_the_model() -> None:
    evaluations, _ = read_evaluations(ROOT / "models" / "default")
    _, by_outlet, test = evaluations
    coders = [row.coder_f1 for row in test.labels if ":" not in row.label and row.coder_f1 is not None]
    outlets, real, human = (f"{value:.2f}"[1:] for value in (by_outlet.macro_f1() or 0, test.macro_f1() or 0, sum(coders) / 8))
    assert f"| outlets left out, {by_outlet.sentences:,} sentences of real news | {outlets} |" in README
    assert f"| {test.sentences} real sentences of {test.outlets} outlets, coded for testing alone | {real} |" in README
    assert f"| two coders against each other on these | {human} |" in README
    statement = " ".join((ROOT / "annotations" / "README.md").read_text("utf-8").split())
    assert f"macro-F1 {outlets} over frames" in statement
    assert f"{real} on {test.sentences} sentences of {test.articles} real articles of {test.outlets} outlets" in statement
    weak = {row.label for row in test.labels if (row.f1 or 0) < 0.5}
    assert weak == {"china:favor", "us:favor", "us:against"}
    assert "every stance but `china:against` has F1 below .50" in statement
    marked = {row.label for row in test.labels if not row.reliable and ":" not in row.label}
    assert marked == {"global_south"}
    assert "`global_south` and both stances" in README


def test_the_figures_of_the_readmes_are_those_of_the_data() -> None:
    settled = settle(read_coding([ROOT / "annotations"]).annotations)
    real = [sentence for sentence in settled if not sentence.text]
    statement = " ".join((ROOT / "annotations" / "README.md").read_text("utf-8").split())
    for document in (" ".join(README.split()), statement):
        assert f"{len(settled):,} sentences" in document
        assert f"{len(real):,}" in document
    assert f"of {len({sentence.article for sentence in real})} articles that others own" in statement
    twice = sum(len([coder for coder in s.coders if coder not in ("d1", "d2", "d3", "s9", "a3")]) > 1 for s in settled)
    assert f"{twice:,} sentences were coded by two coders blind" in statement


def test_who_settled_what_is_told_as_it_is_in_the_data() -> None:
    """``benchmarks/sameness.py`` and the data's README count the same lines as this."""
    statement = " ".join((ROOT / "annotations" / "README.md").read_text("utf-8").split())
    codings: dict[tuple[str, str], list[Annotation]] = {}
    for annotation in read_coding([ROOT / "annotations"]).annotations:
        codings.setdefault((annotation.article, annotation.id), []).append(annotation)
    settlers = Counter((a.coder, bool(a.text)) for lines in codings.values() for a in lines if a.phase == "adjudicated")
    assert f"`s9` settled {settlers['s9', True]} written sentences" in statement
    assert f"`d1` {settlers['d1', False]} real and {settlers['d1', True]} written ones" in statement
    assert f"`d2` {settlers['d2', True]} written ones" in statement
    assert f"`a3` {settlers['a3', True]} of the seeds" in statement
    third = [lines for lines in codings.values() if lines[-1].coder == "d3"]
    before, after = ([settle(part)[0] for part in parts] for parts in ([lines[:-1] for lines in third], third))
    changed = sum((b.frames, b.stance) != (a.frames, a.stance) for b, a in zip(before, after, strict=True))
    favor, benefit = (
        sum(has(sentence) for sentence in before) - sum(has(sentence) for sentence in after)
        for has in (lambda s: s.stance_towards("china") == "favor", lambda s: "economic_benefit" in s.frames)
    )
    assert f"All {len(third):,} sentences with either were read again" in statement
    assert f"{len(third) - changed:,} do, {changed} change the code" in statement
    assert f"`favor` went down by {favor} and `economic_benefit` by {benefit}" in statement


def test_the_quality_page_is_what_the_benchmark_writes_of_the_shipped_model() -> None:
    page = (ROOT / "docs" / "quality.md").read_text("utf-8")
    script = ast.parse((ROOT / "benchmarks" / "quality.py").read_text("utf-8"))
    (introduction,) = (
        ast.literal_eval(node.value)
        for node in script.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "INTRODUCTION"
    )
    assert page.startswith(introduction)
    *_, test = read_evaluations(ROOT / "models" / "default")[0]
    sides = [row.f1 or 0 for row in test.labels if row.label in ("china:favor", "china:against")]
    frames, china = (f"{value:.2f}"[1:] for value in (test.macro_f1() or 0, sum(sides) / 2))
    assert re.search(rf"framing, default model +\| \*\*{re.escape(frames)}\*\* +\| \*\*{re.escape(china)}\*\*", page)


def test_the_small_example_of_the_formats_is_valid(tmp_path: Path) -> None:
    (book,) = re.findall(r"```toml\n(.*?)```", FORMATS, re.DOTALL)
    (coded,) = re.findall(r"```json\n(.*?)```", FORMATS, re.DOTALL)
    (tmp_path / "codebook.toml").write_text(book)
    (tmp_path / "coded.jsonl").write_text(coded)
    coding = read_coding([tmp_path])
    assert [annotation.coder for annotation in coding.annotations] == ["ana", "ben"]
    for setting in fields(Settings):
        assert f"`{setting.name}`" in FORMATS
        shown = str(list(setting.default) if isinstance(setting.default, tuple) else setting.default)
        assert f"`{shown}`" in FORMATS


def test_the_agreement_in_the_annotations_readme_is_what_the_command_prints() -> None:
    (shown,) = re.findall(r"```\n(Agreement.*?)```", (ROOT / "annotations" / "README.md").read_text("utf-8"), re.DOTALL)
    assert execute("framing agreement annotations --format table").split() == shown.split()


def test_links_of_the_docs_lead_somewhere() -> None:
    for document in (
        ROOT / "README.md",
        ROOT / "docs" / "formats.md",
        ROOT / "docs" / "quality.md",
        ROOT / "docs" / "ablation.md",
        ROOT / "docs" / "exchange.md",
        ROOT / "docs" / "tutorial" / "README.md",
        ROOT / "seeds" / "README.md",
        ROOT / "annotations" / "README.md",
    ):
        for target in re.findall(r"\]\(([^)#:]+)\)", document.read_text("utf-8")):
            assert (document.parent / target).exists(), (document, target)


def test_every_cleaning_rule_is_in_the_table_of_cases() -> None:
    cases = (ROOT / "tests" / "test_cleaning.py").read_text("utf-8")
    for rule in (*LINE_RULES, *TAIL_RULES):
        assert f'"{rule.name}"' in cases


def test_the_shipped_card_states_what_the_data_is_today() -> None:
    statement = read_statement(ROOT / "annotations")
    assert "No person coded these sentences" in statement
    assert statement in (ROOT / "models" / "default" / "README.md").read_text("utf-8")
