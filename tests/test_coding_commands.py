"""The way from articles to settled codings by commands: codebook, sample, annotate, agreement, adjudicate, train."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from conftest import CODEBOOK, make_annotations, write_jsonl
from numpy.random import default_rng
from typer.testing import CliRunner

from framing.annotation_files import read_annotations
from framing.annotations import ADJUDICATED, RECODED, current_codings
from framing.cli import app
from framing.codebook import read_codebook
from framing.samples import read_sample


def run(*arguments: str | Path, code: int = 0, given: str | None = None) -> Any:
    result = CliRunner().invoke(app, [str(argument) for argument in arguments], input=given)
    assert result.exit_code == code, (result.output, result.exception)
    assert "Traceback" not in result.output
    return result


def refused(*arguments: str | Path, code: int = 2, given: str | None = None) -> str:
    """Return the one line with which a command refuses."""
    lines = [line for line in run(*arguments, code=code, given=given).stderr.splitlines() if line.startswith("framing: ")]
    assert len(lines) == 1
    return str(lines[0])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Twelve articles of two outlets, and a codebook."""
    (tmp_path / "codebook.toml").write_text(CODEBOOK, "utf-8")
    rows: list[dict[str, object]] = [
        {"id": f"a{n}", "outlet": ("Daily", "Weekly")[n % 2], "date": f"2024-{1 + n % 3:02}", "sentences": [
            f"Hail broke {n}{k} roofs in the valley." if k % 2 else f"Growers reaped {n}{k} tonnes of wheat." for k in range(10)
        ]}
        for n in range(12)
    ]  # fmt: skip
    write_jsonl(tmp_path / "articles.jsonl", rows)
    return tmp_path


def test_a_sample_names_its_design_probabilities_and_coders(folder: Path) -> None:
    options = ["-n", "40", "--coder", "ana", "--coder", "ben", "--overlap", "25%", "--period", "month"]
    result = run("sample", folder / "articles.jsonl", "-o", folder / "sample.jsonl", *options)
    assert "Daily | 2024-01" in result.stdout
    assert "holds 40 sentences to code; next: framing annotate" in result.stderr
    drawn = read_sample([folder / "sample.jsonl"])
    assert {sentence.sampling for sentence in drawn} == {"stratified"}
    assert sum(1 / (sentence.inclusion_probability or 0) for sentence in drawn) == pytest.approx(120)
    assert sorted(sum(name in s.coders for s in drawn) for name in ("ana", "ben")) == [25, 25]
    again = run("sample", folder / "articles.jsonl", "-o", folder / "again.jsonl", *options, "-f", "json")
    assert (folder / "again.jsonl").read_bytes() == (folder / "sample.jsonl").read_bytes()
    assert sum(row["drawn"] for row in json.loads(again.stdout)) == 40


def test_every_design_draws_and_a_plan_advises(folder: Path, saved: Path) -> None:
    articles = folder / "articles.jsonl"
    for design in ("random", "stratified", "uncertainty", "active"):
        model = ["--model", saved] if design in ("uncertainty", "active") else []
        run("sample", articles, "-n", "12", "--design", design, *model, "-o", folder / f"{design}.jsonl")
        drawn = read_sample([folder / f"{design}.jsonl"])
        assert len(drawn) == 12
        assert all((sentence.inclusion_probability is None) == (design == "active") for sentence in drawn)
    run("sample", articles, "--per", "Daily=3", "--per", "Weekly=5", "-o", folder / "per.jsonl")
    assert [s.outlet for s in read_sample([folder / "per.jsonl"])].count("Weekly") == 5
    more = run("sample", articles, "-n", "12", "-a", folder / "stratified.jsonl", "-o", folder / "more.jsonl")
    assert "drawn before" in more.stdout
    plan = run("sample", articles, "--plan", "--margin", "4", "--model", saved, "--label", "storm")
    assert "Sentences to code for ± 4 points" in plan.stdout
    rows = [json.loads(line) for line in run("sample", articles, "--plan", "-f", "jsonl").stdout.splitlines()]
    assert [row["outlet"] for row in rows] == ["Daily", "Weekly", "all outlets"]
    assert all(row["advice"] for row in rows)


@pytest.mark.parametrize(
    ("options", "code", "reason"),
    [
        ([], 2, "name the file for the sample"),
        (["-o", "x.csv"], 2, "a sample is written as JSON Lines"),
        (["-o", "codebook.toml.jsonl", "--design", "randon"], 2, "--design 'randon' .did you mean 'random'"),
        (["-o", "x.jsonl", "--design", "active"], 2, "name one with --model"),
        (["-o", "x.jsonl", "--per", "Daily"], 2, "write OUTLET=N"),
        (["-o", "x.jsonl", "--per", "Daily=5", "--design", "random"], 2, "--per belongs to --design stratified"),
        (["-o", "x.jsonl", "--per", "Daily=5", "-n", "40"], 2, "leave --size out"),
        (["-o", "x.jsonl", "--period", "month", "--design", "random"], 2, "--period belongs to --design stratified"),
        (["-o", "x.jsonl", "--model", "m"], 2, "--model belongs to --design uncertainty, --design active and --plan"),
        (["-o", "x.jsonl", "--allocation", "equal", "--design", "random"], 2, "--allocation belongs to --design stratified and"),
        (["-o", "x.jsonl", "--design", "uncertainty", "--allocation", "evenly", "-m", "m"], 2, "--allocation 'evenly' is unknown"),
        (["-o", "x.jsonl", "--margin", "5"], 2, "--margin belongs to --plan"),
        (["-o", "x.jsonl", "--articles", "articles.jsonl"], 2, "--articles belongs to --recode"),
        (["-o", "x.jsonl", "--overlap", "30%"], 2, "--overlap says nothing without --coder"),
        (["-o", "x.jsonl", "--everybody", "--coder", "ana"], 2, "--everybody says nothing without --overlap"),
        (["-o", "x.jsonl", "--coder", "ana", "--overlap", "30%"], 2, "an overlap needs two coders or more: name another --coder"),
        (["-o", "x.jsonl", "--recode", "ana", "--coder", "ben"], 2, "--coder belongs to a draw by design: leave it out with --rec"),
        (["-o", "x.jsonl", "--recode", "ana", "-f", "json"], 2, "--format belongs to a draw by design and --plan"),
        (["-o", "x.jsonl", "--plan"], 2, "--output belongs to a draw by design and --recode: leave it out with --plan"),
        (["-n", "40", "--plan"], 2, "--size belongs to a draw by design and --recode"),
        (["--plan", "--recode", "ana"], 2, "--plan and --recode are two things"),
        (["--plan", "--label", "storm"], 2, "no label is known to plan for"),
        (["-o", "x.jsonl", "--coder", "ana", "--overlap", "half"], 2, "half"),
        (["-o", "x.jsonl", "--coder", "ana", "--coder", "ana"], 2, "the coder 'ana' is named 2 times"),
        (["-o", "articles.jsonl"], 4, "it is there already"),
    ],
)
def test_a_sample_that_cannot_be_drawn_is_refused_in_one_line(
    folder: Path, monkeypatch: pytest.MonkeyPatch, options: list[str], code: int, reason: str
) -> None:
    monkeypatch.chdir(folder)
    line = refused("sample", "articles.jsonl", *options, code=code)
    assert re.search(reason, line), line
    assert not (folder / "x.jsonl").exists()


def test_two_samples_with_one_seed_are_not_drawn_alike(folder: Path) -> None:
    """The second sample comes from what the first one left, which the seed alone would order as before."""
    first, second, apart = (folder / f"{name}.jsonl" for name in ("first", "second", "apart"))
    coders = ["--coder", "ana", "--coder", "ben"]
    run("sample", folder / "articles.jsonl", "-n", "30", "--design", "random", *coders, "-o", first)
    run("sample", folder / "articles.jsonl", "-n", "30", "--design", "random", *coders, "-a", first, "-o", second)
    left = {sentence.id for sentence in read_sample([first])}
    drawn = {sentence.id for sentence in read_sample([second])}
    assert not left & drawn
    assert {sentence.inclusion_probability for sentence in read_sample([second])} == {0.5}
    rows = [json.loads(line) for line in (folder / "articles.jsonl").read_text("utf-8").splitlines()]
    free = [(row["id"], number) for row in sorted(rows, key=lambda row: row["id"]) for number in range(10)]
    free = [place for place in free if f"{place[0]}:{place[1]}" not in left]
    repeated = default_rng(0).choice(len(free), 30, replace=False)
    assert {f"{free[place][0]}:{free[place][1]}" for place in repeated} != drawn
    run("sample", folder / "articles.jsonl", "-n", "30", "--design", "random", *coders, "-a", first, "-o", apart)
    assert apart.read_bytes() == second.read_bytes()


def test_a_recoding_shows_what_the_coder_saw_at_first(folder: Path) -> None:
    sample, coded, articles = (folder / f"{name}.jsonl" for name in ("sample", "coded", "articles"))
    run("sample", articles, "-n", "12", "--coder", "ana", "-o", sample)
    code_all(folder, "ana", "s\n" * 12)
    context = {sentence.id: (sentence.before, sentence.after) for sentence in read_sample([sample])}
    options = {
        "sample": [coded, sample, "--recode", "ana"],
        "articles": [coded, "--recode", "ana", "--articles", articles, "--articles", folder / "gone.txt"],
        "nothing": [coded, "--recode", "ana"],
    }
    for name, given in options.items():
        again = folder / f"again-{name}.jsonl"
        result = run("sample", *given, "-n", "5", "-o", again)
        found = {sentence.id: (sentence.before, sentence.after) for sentence in read_sample([again])}
        alone = name == "nothing"
        assert found == {key: ((), ()) if alone else context[key] for key in found}
        assert ("note: 5 of the sentences come without those around them" in result.stderr) is alone
        assert ("skipped: " in result.stderr and "gone.txt" in result.stderr) is (name == "articles")


def test_a_plan_is_for_labels_of_the_codings(folder: Path) -> None:
    run("sample", folder / "articles.jsonl", "-n", "12", "-o", folder / "sample.jsonl")
    code_all(folder, "ana", "s1\n" * 12)
    plan = ["sample", folder / "articles.jsonl", "--plan", "-a", folder / "coded.jsonl", "-f", "json", "--label"]
    assert {row["assumption"]["label"] for row in json.loads(run(*plan, "mayor").stdout)} <= {"mayor:favor", "mayor:against"}
    assert "the codings use no label 'strom' (did you mean 'storm'?)" in refused(*plan, "strom")


def test_inputs_that_are_skipped_are_named_and_the_rest_is_drawn(folder: Path) -> None:
    (folder / "empty.txt").write_text("", "utf-8")
    result = run("sample", folder / "articles.jsonl", folder / "empty.txt", "-n", "10", "-o", folder / "sample.jsonl")
    assert "skipped: " in result.stderr
    assert len(read_sample([folder / "sample.jsonl"])) == 10


def code_all(folder: Path, coder: str, answers: str) -> None:
    run("annotate", folder / "sample.jsonl", "--coder", coder, "--tui", given=answers)


def test_from_articles_to_a_model_in_the_terminal(folder: Path, in_folder: Path) -> None:
    """Two coders code 24 sentences, differ on two, an adjudicator settles them, one recodes, a model is trained."""
    run("sample", folder / "articles.jsonl", "-n", "24", "--coder", "ana", "--coder", "ben", "--overlap", "24",
        "-o", folder / "sample.jsonl")  # fmt: skip
    drawn = read_sample([folder / "sample.jsonl"])
    letters = ["s" if "Hail" in sentence.text else "h" for sentence in drawn]
    code_all(folder, "ana", "".join(f"{letter}\n" for letter in letters))
    assert "agreement needs codings that share" in refused("agreement", folder / "coded.jsonl")
    code_all(folder, "ben", "n1 /unsure!\nx\nz\n" + "".join(f"{letter}!\n" for letter in ["n", *letters[2:]]))
    coded = read_annotations([folder / "coded.jsonl"])
    assert len(current_codings(coded)) == 48
    first = next(entry for entry in coded if entry.coder == "ben")
    assert (first.frames, dict(first.stance), first.note, first.flagged) == (frozenset(), {"mayor": "favor"}, "unsure!", False)

    rows = json.loads(run("agreement", folder / "coded.jsonl", "-f", "json").stdout)
    assert [row["units"] for row in rows] == [24] * 4
    assert "Sets of frames: alpha" in run("agreement", folder / "coded.jsonl", "-f", "table").stdout
    pairs = json.loads(run("agreement", folder / "coded.jsonl", "--pairs", "-f", "json").stdout)
    assert {(row["coder"], row["other"]) for row in pairs} == {("ana", "ben")}
    assert "unsure!" in run("agreement", folder / "coded.jsonl", "--disputed", "0", "-f", "table").stdout
    run("agreement", folder / "coded.jsonl", "--recal", folder / "recal")
    assert len((folder / "recal" / "storm.csv").read_text().splitlines()) == 24

    run("adjudicate", folder / "coded.jsonl", "--adjudicator", "eva", "--tui", given="=9\n=1\n=2 /ben is right\nz\nz\n=1\nx\nq\n")
    assert "1 of 2 disputes settled" in run(
        "adjudicate", folder / "coded.jsonl", "--adjudicator", "eva", "--tui", given="q\n"
    ).stdout  # fmt: skip
    run("adjudicate", folder / "coded.jsonl", "--adjudicator", "eva", "--tui", given="=2\n")
    assert "All is decided." in run("adjudicate", folder / "coded.jsonl", "--tui", given="").stdout
    everything = read_annotations([folder / "coded.jsonl"])
    assert [entry.coder for entry in current_codings(everything) if entry.phase == ADJUDICATED] == ["eva", "eva"]
    assert json.loads(run("agreement", folder / "coded.jsonl", "-f", "json").stdout) == rows

    run("sample", folder / "coded.jsonl", "--recode", "ana", "-n", "6", "-o", folder / "recode.jsonl")
    again = [("s" if "Hail" in sentence.text else "h") for sentence in read_sample([folder / "recode.jsonl"])]
    run("annotate", folder / "recode.jsonl", "-a", folder / "coded.jsonl", "--tui", given="\n".join([*again[:-1], "n"]) + "\n")
    (row,) = [
        r for r in json.loads(run("agreement", folder / "coded.jsonl", "--recoded", "-f", "json").stdout) if r["label"] == "storm"
    ]
    assert (row["coder"], row["units"]) == ("ana", 6)
    assert sum(entry.phase == RECODED for entry in read_annotations([folder / "coded.jsonl"])) == 6
    assert "ana" in run("agreement", folder / "coded.jsonl", "--recoded", "-f", "table").stdout

    assert "storm" in run("train", "--annotations", folder, "--name", "mine").stdout
    assert "24 codings" not in run("check", folder).stdout
    assert run("score", folder / "articles.jsonl", "--model", "mine", "-f", "jsonl").stdout.count("\n") == 12


def test_the_terminal_says_what_it_cannot_read_and_shows_the_codebook(folder: Path) -> None:
    run("sample", folder / "articles.jsonl", "-n", "2", "--design", "random", "-o", folder / "sample.jsonl")
    given = "y\n\nhn\n4\n=1\n?\n>\n<\nz\ns /a note\n-\n"
    result = run("annotate", folder / "sample.jsonl", "--coder", "ana", "--tui", "--show-outlet", given=given)
    for said in ("'y' is no key here", "type the letters of its frames, or n", "'4' is no key here", "names none of the 0 codings",
                 "The matter is bad weather.", "There is nothing left to undo.", "1 of 2 sentences coded"):  # fmt: skip
        assert said in result.stdout, said
    assert "Daily" in result.stdout or "Weekly" in result.stdout
    entries = read_annotations([folder / "coded.jsonl"])
    assert [(entry.status, entry.note) for entry in entries] == [("coded", "a note"), ("rejected", None)]


def test_suggestions_in_the_terminal_are_marked(folder: Path, saved: Path) -> None:
    run("sample", folder / "articles.jsonl", "-n", "1", "--design", "random", "-o", folder / "sample.jsonl")
    result = run("annotate", folder / "sample.jsonl", "--coder", "ana", "--tui", "--suggest", saved, given="s\n")
    assert "The model: " in result.stdout
    assert read_annotations([folder / "coded.jsonl"])[0].phase == "assisted"


def test_annotate_refuses_what_cannot_be_coded(folder: Path, default_model: object) -> None:
    sample = folder / "sample.jsonl"
    assert "sample.jsonl: there is no sample here; draw one" in refused("annotate", sample, code=3)
    run("sample", folder / "articles.jsonl", "-n", "3", "-o", sample)
    assert "say who codes with --coder NAME" in refused("annotate", sample)
    assert "one person codes at a time" in refused("annotate", sample, "--coder", "a", "--coder", "b", "--tui")
    assert "no sentence waits for a coder here" in refused("annotate", write_jsonl(folder / "c.jsonl", make_annotations()), code=3)
    assert "the model knows none of this codebook's frames" in refused(
        "annotate", sample, "--coder", "a", "--suggest", "default", "--tui", code=3
    )
    (folder / "codebook.toml").unlink()
    assert "codebook.toml: the codebook cannot be read" in refused("annotate", sample, "--coder", "a", code=3)


def test_a_torn_line_is_told_at_the_start_and_changed_texts_are_named(folder: Path) -> None:
    run("sample", folder / "articles.jsonl", "-n", "2", "-o", folder / "sample.jsonl")
    run("annotate", folder / "sample.jsonl", "--coder", "ana", "--tui", given="s\nq\n")
    with (folder / "coded.jsonl").open("ab") as file:
        file.write(b'{"id": "a1:')
    lines = (folder / "sample.jsonl").read_text("utf-8").splitlines()
    row = json.loads(lines[0])
    row["text"] = row["text"].replace("roofs", "windows").replace("wheat", "rye")
    del row["hash"]
    (folder / "sample.jsonl").write_text("\n".join([json.dumps(row), *lines[1:]]) + "\n", "utf-8")
    result = run("annotate", folder / "sample.jsonl", "--coder", "ana", "--tui", given="q\n")
    assert "cut off while it was written is now in" in result.stderr
    assert "ana coded another text as" in result.stderr
    assert (folder / "coded.jsonl.torn").read_bytes() == b'{"id": "a1:\n'


def test_a_codebook_is_begun_raised_compared_and_carried_over(tmp_path: Path) -> None:
    book = tmp_path / "mine" / "codebook.toml"
    run("codebook", "new", book, "--title", "Harbour", "--frame", "Jobs & pay", "--frame", "Clean air", "--target", "The port")
    assert read_codebook(book).frame_ids == ("jobs_pay", "clean_air")
    assert "it is there already" in refused("codebook", "new", book, code=4)
    run("codebook", "new", tmp_path / "example.toml")
    assert run("check", tmp_path / "example.toml").stdout.startswith("ok")
    row = {"id": "1", "article": "a", "text": "Hail.", "frames": ["jobs_pay"], "coder": "ana", "codebook_version": "1"}
    coded = write_jsonl(tmp_path / "mine" / "coded.jsonl", [row])
    assert "version 2 now" in run("codebook", "bump", book).stderr
    book.write_text(book.read_text("utf-8").replace('id = "jobs_pay"', 'id = "work"'), "utf-8")
    old = tmp_path / "mine" / "codebook.v1.toml"
    assert "jobs_pay" in run("codebook", "diff", old, book, "-f", "table").stdout
    changes = [json.loads(line) for line in run("codebook", "diff", old, book, "-f", "jsonl").stdout.splitlines()]
    assert {"version", ""} & {change["field"] for change in changes}
    assert "this is version 2: framing codebook diff OLD NEW" in refused("train", "-a", coded, "--codebook", book, code=3)
    new = tmp_path / "mine" / "new.jsonl"
    arguments = ["codebook", "migrate", coded, "--old", old, "--codebook", book, "-o", new]
    assert "jobs_pay" in refused(*arguments, code=3)
    assert "write OLD=NEW" in refused(*arguments, "--rename", "jobs_pay")
    result = run(*arguments, "--rename", "jobs_pay=work")
    assert "1 of 1 codings carried over to version 2" in result.stderr
    (migrated,) = read_annotations([new], read_codebook(book))
    assert (migrated.frames, migrated.extra["migrated_from"]) == (frozenset({"work"}), "1")
    assert "codings are written as JSON Lines" in refused(*arguments[:-1], tmp_path / "x.csv")


def test_agreement_shows_one_thing_at_a_time(coding: Path) -> None:
    assert "name one" in refused("agreement", coding, "--pairs", "--recoded")
    assert "nobody coded a sentence a second time" in refused("agreement", coding, "--recoded")


def test_adjudication_of_several_files_is_kept_beside_them(folder: Path) -> None:
    row = {"id": "1", "article": "a", "text": "Hail fell.", "stance": {"mayor": "none"}, "phase": "blind"}
    write_jsonl(folder / "one.jsonl", [{**row, "frames": ["storm"], "coder": "ana"}])
    write_jsonl(folder / "two.jsonl", [{**row, "frames": [], "coder": "ben"}])
    result = run("adjudicate", folder / "one.jsonl", folder / "two.jsonl", "--adjudicator", "eva", "--tui", given="s\n")
    assert "1 of 1 disputes settled, kept in" in result.stdout.replace("\n", " ")
    (choice,) = read_annotations([folder / "adjudicated.jsonl"])
    assert (choice.frames, choice.parents) == (frozenset({"storm"}), ("ana", "ben"))
    (folder / "two.csv").write_text("id,article,text,frames,coder\n1,a,Hail fell.,,ben\n", "utf-8")
    table = [folder / "one.jsonl", folder / "two.csv"]
    assert "decisions are added as JSON Lines" in refused("adjudicate", *table, "-a", folder / "x.csv")


def test_a_file_that_holds_no_decisions_is_refused_and_left_alone(folder: Path) -> None:
    run("sample", folder / "articles.jsonl", "-n", "3", "-o", folder / "sample.jsonl")
    for name, content in (
        ("notes.jsonl", b"my notes, no line break"),
        ("book.toml", b"title = 1"),
        ("old.jsonl", b"\xff\xfe{\x00"),
    ):
        path = folder / name
        path.write_bytes(content)
        code = 2 if path.suffix == ".toml" else 3
        assert name in refused("annotate", folder / "sample.jsonl", "--coder", "ana", "--tui", "-a", path, code=code)
        assert path.read_bytes() == content
        assert not path.with_name(f"{name}.torn").exists()


def test_what_a_command_reads_is_never_written_over(coding: Path, tmp_path: Path) -> None:
    coded = tmp_path / "coded.jsonl"
    coded.write_bytes((coding / "coded.jsonl").read_bytes())
    before = coded.read_bytes()
    assert "would be overwritten" in refused("agreement", coded, "-o", coded)
    assert "would be overwritten" in refused("score", coded, "-o", coded)
    (tmp_path / "codebook.toml").write_text(CODEBOOK, "utf-8")
    arguments = ["codebook", "migrate", coded, "--codebook", tmp_path / "codebook.toml", "-o", coded]
    assert "it is there already" in refused(*arguments, code=4)
    (tmp_path / "key.txt").write_text("mine", "utf-8")
    assert "key.txt: it is there already" in refused("agreement", coded, "--recal", tmp_path, code=4)
    assert "leave out --output" in refused("agreement", coded, "--recal", tmp_path / "new", "-o", tmp_path / "x.csv")
    assert coded.read_bytes() == before


def test_codings_of_unlike_texts_are_not_compared(tmp_path: Path) -> None:
    (tmp_path / "codebook.toml").write_text(CODEBOOK, "utf-8")
    rows: list[dict[str, object]] = [
        {"id": "1", "article": "a", "text": f"Hail fell {coder}.", "frames": [], "coder": coder, "phase": "blind"} for coder in "xy"
    ]
    coded = write_jsonl(tmp_path / "coded.jsonl", rows)
    assert "has another text than" in refused("agreement", coded, code=3)
    assert "has another text than" in refused("adjudicate", coded, "--tui", code=3)


def test_a_second_coding_is_not_made_in_sight_of_suggestions(folder: Path, saved: Path) -> None:
    run("sample", folder / "articles.jsonl", "-n", "2", "--coder", "ana", "-o", folder / "sample.jsonl")
    run("annotate", folder / "sample.jsonl", "--tui", given="s\ns\n")
    run("sample", folder / "coded.jsonl", "--recode", "ana", "-o", folder / "again.jsonl")
    assert "leave it out" in refused("annotate", folder / "again.jsonl", "--suggest", saved, "--tui")


def test_the_terminal_refuses_a_codebook_for_which_it_has_too_few_keys(folder: Path) -> None:
    targets = "".join(f'\n[[targets]]\nid = "t{n}"\n' for n in range(4))
    (folder / "codebook.toml").write_text(CODEBOOK + targets, "utf-8")
    run("sample", folder / "articles.jsonl", "-n", "2", "-o", folder / "sample.jsonl")
    assert "no key left for t2:favor" in refused("annotate", folder / "sample.jsonl", "--coder", "ana", "--tui")


def test_a_note_that_is_no_utf8_is_asked_for_again(folder: Path) -> None:
    run("sample", folder / "articles.jsonl", "-n", "1", "-o", folder / "sample.jsonl", "--design", "random")
    command = [sys.executable, "-m", "framing", "annotate", str(folder / "sample.jsonl"), "--coder", "ana", "--tui"]
    result = subprocess.run(command, input=b"s /caf\xe9\ns /cafe\n", capture_output=True, check=True)
    assert b"write it again in UTF-8" in result.stdout
    assert [entry.note for entry in read_annotations([folder / "coded.jsonl"])] == ["cafe"]


def test_a_rewording_without_a_new_version_is_told(folder: Path) -> None:
    run("sample", folder / "articles.jsonl", "-n", "2", "-o", folder / "sample.jsonl")
    run("annotate", folder / "sample.jsonl", "--coder", "ana", "--tui", given="s\nq\n")
    (folder / "codebook.toml").write_text(CODEBOOK.replace("bad weather", "a quarrel"), "utf-8")
    told = run("annotate", folder / "sample.jsonl", "--coder", "ana", "--tui", given="q\n").stderr
    assert "1 decisions follow another wording" in told
    assert "follow another wording" in run("check", folder / "codebook.toml", folder / "coded.jsonl", code=3).output


def test_training_says_when_no_label_is_found_better_than_by_guessing(folder: Path, in_folder: Path) -> None:
    rows: list[dict[str, object]] = [
        {"id": f"{a}:{n}", "article": f"a{a}", "text": f"It is {a} and {n}.", "frames": ["storm"] if (a * 7 + n) % 3 else []}
        for a in range(6) for n in range(6)
    ]  # fmt: skip
    write_jsonl(folder / "coded.jsonl", rows)
    told = run("train", "-a", folder / "coded.jsonl", "--codebook", folder / "codebook.toml", "--name", "weak").stderr
    assert "no label is surely found better" in told
