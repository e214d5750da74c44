from __future__ import annotations

import csv
import io
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from framing.cli import app
from framing.output import Grid, _draw
from framing.storing.files import MANIFEST

ROOT = Path(__file__).resolve().parent.parent
SEEDS = str(ROOT / "seeds")
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "120"}
STORM = "The gale felled 12 trees by the river, and the mayor was blamed bitterly."
COMMANDS = ["score", "summarize", "explain", "train", "evaluate", "sample", "annotate", "adjudicate", "agreement", "check"]
COMMANDS += [
    "codebook new",
    "codebook bump",
    "codebook diff",
    "codebook migrate",
    "models list",
    "models show",
    "models diff",
    "models export",
]


def run(*arguments: str | Path, code: int = 0, given: str | None = None) -> Any:
    result = CliRunner().invoke(app, [str(argument) for argument in arguments], input=given)
    assert result.exit_code == code, (result.output, result.exception)
    assert "Traceback" not in result.output
    return result


def records(result: Any) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def shell(*arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "framing", *arguments], env=ENVIRONMENT, text=True, capture_output=True, **options)


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    folder = tmp_path / "articles"
    for outlet, number in (("Daily", 3), ("Weekly", 2)):
        (folder / outlet).mkdir(parents=True)
        for article in range(number):
            (folder / outlet / f"{outlet}{article}.txt").write_text(f"{STORM} A bus holds {article} people.", "utf-8")
    return folder


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_every_command_has_help_with_an_example(command: str) -> None:
    output = run(*command.split(), "--help").output
    assert "Example:" in output or "Try:" in output
    assert "framing" in output


def test_the_version_is_that_of_the_package() -> None:
    from importlib.metadata import version

    assert run("--version").stdout.strip() == version("framing")


def test_help_and_scoring_load_neither_scikit_learn_nor_nltk() -> None:
    heavy = "{'sklearn', 'nltk', 'scipy', 'joblib', 'numpy', 'pyarrow'}"
    code = "import sys\nfrom framing.cli import app\ntry: app()\nexcept SystemExit: pass\n"
    code += f"print('LOADED', sorted({{name.split('.')[0] for name in sys.modules}} & {heavy}))"
    for arguments, loaded in (
        (["--help"], "[]"),
        (["score", f"{SEEDS}/scmp-2024.md"], "['numpy']"),
        (["explain", STORM], "['numpy']"),
    ):
        result = subprocess.run(
            [sys.executable, "-c", code, *arguments], env=ENVIRONMENT, text=True, capture_output=True, check=True
        )
        assert f"LOADED {loaded}" in result.stdout


def test_scores_are_one_record_per_article(articles: Path, saved: Path) -> None:
    found = records(run("score", articles, "--model", saved))
    assert [row["article_id"] for row in found] == [
        "Daily/Daily0",
        "Daily/Daily1",
        "Daily/Daily2",
        "Weekly/Weekly0",
        "Weekly/Weekly1",
    ]
    assert {row["outlet"] for row in found} == {"Daily", "Weekly"}
    assert all(row["frames"]["storm"]["sentences"] == 1 for row in found)


def test_scores_are_one_record_per_sentence_on_request(articles: Path, saved: Path) -> None:
    found = records(run("score", articles / "Daily", "--unit", "sentence", "--outlet", "The Daily", "-m", saved))
    assert len(found) == 6
    assert found[0]["outlet"] == "The Daily"
    assert found[0]["text"] == STORM


def test_standard_input_is_scored(saved: Path) -> None:
    (row,) = records(run("score", "-", "-m", saved, given=STORM))
    assert (row["article_id"], row["sentences"]) == ("stdin", 1)


def test_every_format_holds_the_same_articles(articles: Path, saved: Path, tmp_path: Path) -> None:
    from pyarrow import parquet

    assert "Daily0" in run("score", articles, "-m", saved, "-f", "table").stdout
    assert STORM[:40] in run("score", articles, "-m", saved, "-f", "table", "--unit", "sentence").stdout
    assert len(json.loads(run("score", articles, "-m", saved, "-f", "json").stdout)) == 5
    rows = list(csv.DictReader(io.StringIO(run("score", articles, "-m", saved, "-f", "csv").stdout)))
    assert [row["frames.storm.sentences"] for row in rows] == ["1"] * 5
    run("score", articles, "-m", saved, "-o", tmp_path / "a.parquet")
    assert parquet.read_table(tmp_path / "a.parquet").num_rows == 5
    run("score", articles, "-m", saved, "-f", "jsonl", "-o", tmp_path / "a.out")
    assert len((tmp_path / "a.out").read_text().splitlines()) == 5
    assert "its ending tells no format" in run("score", articles, "-m", saved, "-o", tmp_path / "a.xlsx", code=2).stderr
    run("score", articles, "-m", saved, "-o", tmp_path / "a.txt")
    assert "Daily0" in (tmp_path / "a.txt").read_text()
    assert "name it with -o" in run("score", articles, "-m", saved, "-f", "parquet", code=2).output
    assert "none of table" in run("score", articles, "-m", saved, "-f", "xml", code=2).output


def test_a_spreadsheet_formula_is_defused(tmp_path: Path, saved: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps({"text": STORM, "outlet": "=1+1", "id": "x"}))
    assert "'=1+1" in run("score", path, "-m", saved, "-f", "csv").stdout
    assert records(run("score", path, "-m", saved))[0]["outlet"] == "=1+1"


def test_terminal_commands_in_a_title_are_defused(tmp_path: Path, saved: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps({"text": STORM, "outlet": "\x1b[31mred\u202e", "id": "[bold]x"}))
    output = run("score", path, "-m", saved, "-f", "table").stdout
    assert "\x1b[31mred" not in output
    assert "[bold]x" in output


def test_skipped_inputs_are_named_and_the_rest_is_scored(tmp_path: Path, saved: Path) -> None:
    (tmp_path / "empty.txt").write_text("")
    (tmp_path / "good.txt").write_text(STORM)
    result = run("score", tmp_path / "empty.txt", tmp_path / "none.txt", tmp_path / "good.txt", "-m", saved, code=1)
    assert len(records(result)) == 1
    assert "empty.txt: it is empty" in result.stderr
    assert "none.txt: there is no such file" in result.stderr
    assert "1 scored, 2 skipped" in result.stderr
    run("score", tmp_path / "none.txt", "-m", saved, code=4)
    run("score", tmp_path / "empty.txt", "-m", saved, code=1)


def test_what_limits_the_scores_is_said(tmp_path: Path, saved: Path) -> None:
    (tmp_path / "a.txt").write_bytes("Il a dit café. “Oui”.".encode("cp1252"))
    path = tmp_path / "b.jsonl"
    path.write_text(json.dumps({"text": "Cayó granizo.", "language": "es", "date": "May 5"}))
    talk = run("score", tmp_path / "a.txt", path, "-m", saved).stderr
    assert "read as cp1252" in talk
    assert "date 'May 5' is not YYYY" in talk
    assert "1 of 2 articles are in another language" in talk
    assert "5 of 5 articles hold sentences that the model was trained on" in run("score", SEEDS).stderr


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["score", SEEDS, "--model", "defalt"], 3, "did you mean 'default'?"),
        (["score", SEEDS, "--unit", "word"], 2, "neither article nor sentence"),
        (["summarize", SEEDS, "--by", "outlets"], 2, "did you mean 'outlet'?"),
        (["summarize", SEEDS, "--frame", "cooperaton"], 2, "did you mean 'cooperation'?"),
        (["explain", ""], 2, "no text to explain"),
        (["score", ""], 4, "it names no file"),
        (["explain", "none.txt"], 4, "there is no such file"),
        (["train"], 3, "no coded sentences here"),
        (["train", "--name", "../x"], 2, "plain name"),
        (["evaluate"], 3, "no coded sentences here"),
        (["agreement", "none.jsonl"], 3, "no coded sentences here"),
        (["models", "show", "nothing"], 3, "there is no model 'nothing'"),
        (["models", "list", "-f", "yaml"], 2, "--format 'yaml' is none of"),
    ],
)
def test_an_error_is_one_line_with_the_next_step(in_folder: Path, arguments: list[str], code: int, message: str) -> None:
    result = run(*arguments, code=code)
    assert message in result.stderr
    assert len([line for line in result.stderr.splitlines() if line.startswith("framing: ")]) <= 1


@pytest.mark.parametrize("width", [60, 80, 100, 200])
def test_a_table_is_never_cut_whatever_the_width(width: int) -> None:
    columns = ["label", *[f"outlet {n}" for n in range(7)], "AP", "ECE"]
    rows = [[f"frame {n}", *[f"{n}{column}% [10–20]" for column in range(7)], ".50", ".10"] for n in range(3)]
    grid = Grid("A title", columns, rows, optional=["AP", "ECE"])
    drawn = "".join(_draw(part, width, False) for part in [grid])
    assert max(map(len, drawn.splitlines())) <= width
    for row in rows:
        assert all(cell in drawn for cell in row[:8])
    assert ("Too narrow here for: AP, ECE." in drawn) == (width < 150)


def test_an_explanation_shows_the_words_that_decided(saved: Path, articles: Path) -> None:
    table = run("explain", STORM, "-m", saved, "-f", "table").stdout
    assert "✓ storm" in table
    assert "gale" in table
    assert "mayor:against" in table
    everything = run("explain", STORM, "-m", saved, "-f", "table", "--all").stdout
    assert "  harvest" in everything
    assert "no frame, no stance" in run("explain", "A bus holds 40 people.", "-m", saved, "-f", "table").stdout
    found = records(run("explain", articles / "Daily" / "Daily0.txt", "-m", saved))
    assert [row["frames"] for row in found] == [["storm"], []]
    assert found[0]["outputs"][1]["terms"][0]["weight"] > 0


def test_training_writes_a_model_that_scores_and_says_what_changed(coding: Path, in_folder: Path, articles: Path) -> None:
    first = run("train", "--annotations", coding, "--name", "mine")
    assert "new" in first.stdout
    assert "too few positives to learn it" in first.stdout
    digest = (in_folder / "models" / "mine" / MANIFEST).read_bytes()
    second = run("train", "-a", coding / "coded.jsonl", "--codebook", coding / "codebook.toml", "--name", "mine")
    assert "+0.00" in second.stdout
    assert "no like-for-like" not in second.stdout
    assert (in_folder / "models" / "mine" / MANIFEST).read_bytes() == digest
    assert records(run("score", articles, "-m", "mine"))[0]["frames"]["storm"]["sentences"] == 1
    assert [row["name"] for row in records(run("models", "list"))] == ["mine", "default"]
    assert "mine" in run("models", "list", "-f", "table").stdout
    assert "Agreement of the coders" in run("models", "show", "mine", "-f", "table").stdout
    (shown,) = records(run("models", "show", "mine"))
    assert [row["design"] for row in shown["evaluations"]] == ["articles left out", "outlets left out"]


def test_a_model_is_held_to_test_sentences_and_warns_of_other_data(coding: Path, in_folder: Path) -> None:
    rows = [json.loads(line) for line in (coding / "coded.jsonl").read_text().splitlines()]
    new = [row | {"text": f"Yesterday {row['text']}"} for row in rows if row["article"] == "a1"]
    (in_folder / "test.jsonl").write_text("\n".join(map(json.dumps, new)))
    result = run("train", "-a", coding, "--name", "mine", "--test", in_folder / "test.jsonl")
    assert "Evaluation, held-out sentences: 6 sentences" in result.stdout
    assert "no README.md beside it" in result.stderr
    folder = shutil.copytree(coding, in_folder / "less")
    (folder / "coded.jsonl").write_text("\n".join(json.dumps(row) for row in rows if row["article"] != "a1"))
    assert "no like-for-like comparison" in run("train", "-a", folder, "--name", "mine").stdout


def test_the_card_takes_its_statement_from_the_readme_beside_the_data(coding: Path, in_folder: Path) -> None:
    folder = shutil.copytree(coding, in_folder / "coding")
    (folder / "README.md").write_text("# Data\n\nCoded by two people.\n\n## Details\n\nMore.")
    (in_folder / "settings.toml").write_text("folds = 3")
    run("train", "-a", folder, "--settings", in_folder / "settings.toml", "--seed", "4")
    card = (in_folder / "models" / "default" / "README.md").read_text()
    assert "Coded by two people." in card
    assert "More." not in card


def test_evaluation_cross_validates_or_takes_a_model(coding: Path, saved: Path, tmp_path: Path) -> None:
    fresh = records(run("evaluate", "--annotations", coding))
    assert [row["design"] for row in fresh] == ["articles left out", "outlets left out"]
    assert fresh[0]["macro_f1"] > 0.9
    assert "was trained on all 144 sentences" in run("evaluate", "-m", saved, "-a", coding, code=3).stderr
    rows = [json.loads(line) for line in (coding / "coded.jsonl").read_text().splitlines()]
    other = tmp_path / "other.jsonl"
    other.write_text("\n".join(json.dumps(row | {"text": f"Yesterday {row['text']}"}) for row in rows))
    (held,) = json.loads(run("evaluate", "-m", saved, "-a", other, "-f", "json").stdout)
    assert held["design"] == "held-out sentences"
    assert held["macro_f1"] > 0.8
    table = run("evaluate", "-m", saved, "-a", other, "-f", "table").stdout
    assert "Macro-F1 over frames" in table
    assert "ghost: too few positives to learn it" in table


def test_a_model_of_another_codebook_is_refused(coding: Path, saved: Path, tmp_path: Path) -> None:
    other = tmp_path / "codebook.toml"
    other.write_text((coding / "codebook.toml").read_text().replace("Harvest", "Crop"))
    assert "trained on another codebook" in run("evaluate", "-m", saved, "-a", coding, "--codebook", other, code=3).stderr
    assert "trained on another codebook" in run("check", other, saved, code=3).stdout
    (tmp_path / "none.jsonl").write_text("")
    assert "no coded sentences to evaluate on" in run("evaluate", "-m", saved, "-a", tmp_path / "none.jsonl", code=3).stderr


def test_agreement_keeps_the_contract(coding: Path, tmp_path: Path) -> None:
    rows = json.loads(run("agreement", coding, "--format", "json").stdout)
    assert [row["label"] for row in rows] == ["harvest", "storm", "ghost", "mayor"]
    assert list(rows[0]) == [
        "label",
        "units",
        "positives",
        "percent",
        "alpha",
        "low",
        "high",
        "ac1",
        "positive_agreement",
        "ordinal",
    ]
    assert "reliable" in run("agreement", coding, "-f", "table").stdout
    alone = shutil.copy(coding / "coded.jsonl", tmp_path / "alone.jsonl")
    assert len(records(run("agreement", alone))) == 4
    single = tmp_path / "single.jsonl"
    single.write_text("\n".join(line for line in Path(alone).read_text().splitlines() if '"coder": "x"' in line))
    assert "coded blind by two coders" in run("agreement", single, code=2).stderr


def test_check_finds_the_projects_own_files_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    output = run("check").stdout
    assert "problem" not in output
    assert "271 held against their articles" in output


def test_check_shows_dropped_lines_and_abbreviations(tmp_path: Path) -> None:
    output = run("check", SEEDS, "--show-dropped", "--abbreviations").stdout
    assert "photo-credit" in output
    assert "Leave a Reply" in output
    assert "no unknown abbreviations found" in output
    text = " ".join(f"He is a Sgtx. Miller of unit {n}, and the Sgtx. Miller rode on. They rode." for n in range(40))
    (tmp_path / "a.txt").write_text(text)
    assert "sgtx.  (80 times)" in run("check", tmp_path / "a.txt", "--abbreviations").stdout


def test_check_names_every_problem_with_its_place(coding: Path, saved: Path, tmp_path: Path) -> None:
    article = tmp_path / "a1.txt"
    article.write_text("Hail fell on Monday. Gales blew.")
    row = {"id": "1", "article": "a1", "text": "Hail fell on Monday.", "start": 0, "end": 20, "frames": []}
    moved = row | {"id": "2", "start": 3, "end": 23}
    gone = row | {"id": "3", "text": "Nothing happened.", "start": 0, "end": 17}
    (tmp_path / "coded.jsonl").write_text("\n".join(map(json.dumps, (row, moved, gone))))
    many = [row | {"frames": 3}, row | {"text": "Rain."}, row, *[{"frames": [], "article": "x"}] * 30]
    (tmp_path / "many.jsonl").write_text("\n".join(map(json.dumps, many)))
    (tmp_path / "empty.txt").write_text("")
    (tmp_path / "caption.txt").write_text("Photo: X")
    shutil.copytree(saved, tmp_path / "broken")
    (tmp_path / "broken" / "weights.bin").write_bytes(b"")
    broken = tmp_path / "book.toml"
    broken.write_text("[[frames")
    paths = [
        article,
        tmp_path / "coded.jsonl",
        tmp_path / "many.jsonl",
        tmp_path / "empty.txt",
        tmp_path / "caption.txt",
        tmp_path / "broken",
        broken,
    ]
    output = " ".join(run("check", *paths, code=3).stdout.split())
    for part in (
        "coded.jsonl:2: characters 3 to 23 of a1 are not this sentence; the sentence now starts at 0",
        "coded.jsonl:3: characters 0 to 17 of a1 are not this sentence; the sentence is no longer in the article",
        "many.jsonl:1: 'frames' must be a list",
        "many.jsonl:4: 'text' is missing",
        "more problems",
        "empty.txt: it is empty",
        "no sentences are left",
        "its hash differs",
        "no valid TOML",
        "no outlet or date",
    ):
        assert part in output
    bad = tmp_path / "bad.jsonl"
    bad.write_text(json.dumps({**row, "frames": 3}))
    assert "'frames' must be a list" in run("check", bad, code=3).stdout
    assert "there is no such file" in run("check", tmp_path / "missing.txt", code=4).stdout
    assert "3 codings" in run("check", tmp_path / "coded.jsonl").stdout
    assert "codings of" in run("check", coding / "coded.jsonl", code=0).stdout


def test_a_closed_pipe_ends_quietly(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text("\n".join(json.dumps({"text": STORM, "id": str(n)}) for n in range(3000)))
    command = f"{sys.executable} -m framing score {path} | head -1"
    result = subprocess.run(["bash", "-c", command], env=ENVIRONMENT, text=True, capture_output=True, check=False)
    assert json.loads(result.stdout)["article_id"] == "0"
    assert "Traceback" not in result.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_full_disk_is_said(tmp_path: Path) -> None:
    with open("/dev/full", "w") as full:
        result = subprocess.run(
            [sys.executable, "-m", "framing", "score", SEEDS],
            env=ENVIRONMENT,
            text=True,
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert result.returncode == 4
    assert "No space left" in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_tidily_and_leaves_no_file(tmp_path: Path, number: int, code: int) -> None:
    path, output = tmp_path / "a.jsonl", tmp_path / "out.jsonl"
    path.write_text("\n".join(json.dumps({"text": (STORM + " ") * 20, "id": str(n)}) for n in range(20000)))
    process = subprocess.Popen(
        [sys.executable, "-m", "framing", "score", path, "-o", output], env=ENVIRONMENT, stderr=subprocess.PIPE
    )
    for _ in range(200):
        time.sleep(0.05)
        if any(p.name.startswith(".out") and p.stat().st_size for p in tmp_path.iterdir()):
            break
    process.send_signal(number)
    _, talk = process.communicate(timeout=20)
    assert process.returncode == code
    assert b"Traceback" not in talk
    assert [p.name for p in tmp_path.iterdir()] == ["a.jsonl"]


def test_the_module_runs_as_a_program() -> None:
    assert "score" in shell("--help").stdout


@pytest.mark.parametrize("form", ["jsonl", "table", "csv"])
def test_output_is_utf8_whatever_the_locale_and_the_file_names(tmp_path: Path, form: str) -> None:
    odd = os.fsencode(tmp_path) + b"/caf\xe9.txt"
    with open(odd, "w", encoding="utf-8") as article:
        article.write("“Perú abrió el puerto,” he said. It rained.")
    environment = {**ENVIRONMENT, "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    command = [sys.executable, "-m", "framing", "score", odd, "--unit", "sentence", "-f", form]
    result = subprocess.run(command, env=environment, capture_output=True, check=False)
    assert result.returncode == 0, result.stderr
    assert "Perú abrió" in result.stdout.decode("utf-8")
    if form == "jsonl":
        assert json.loads(result.stdout.splitlines()[0])["article_id"] == "caf\udce9"


def test_a_damaged_model_is_named_in_the_list_and_can_be_trained_again(coding: Path, saved: Path, in_folder: Path) -> None:
    shutil.copytree(saved, in_folder / "models" / "broken")
    shutil.copytree(saved, in_folder / "models" / "sound")
    (in_folder / "models" / "broken" / "evaluation.json").write_text("{}")
    result = run("models", "list", code=3)
    assert [row["name"] for row in records(result)] == ["sound", "default"]
    assert "broken/evaluation.json" in result.stderr
    run("train", "-a", coding, "--name", "broken")
    assert len(records(run("models", "list"))) == 3
    (in_folder / "models" / "sound" / "notes.txt").write_text("precious")
    result = run("train", "-a", coding, "--name", "sound", code=4)
    assert "it holds 'notes.txt'" in result.stderr
    assert "training:" not in result.stderr


def test_closed_streams_cause_no_traceback() -> None:
    command = f"{sys.executable} -m framing models list >&-; {sys.executable} -m framing score - <&-"
    result = subprocess.run(["bash", "-c", command], env=ENVIRONMENT, text=True, capture_output=True, check=False)
    assert "Traceback" not in result.stderr


def test_a_demanded_precision_raises_thresholds_and_says_what_cannot_reach_it(saved: Path, articles: Path) -> None:
    plain, strict = run("score", articles, "-m", saved), run("score", articles, "-m", saved, "--min-precision", "0.95")
    for before, after in zip(records(plain), records(strict), strict=True):
        assert after["model"] == f"{before['model']};min-precision=0.95"
        assert all(
            after["frames"][f]["sentences"] <= (row["sentences"] or 0) for f, row in before["frames"].items() if f != "ghost"
        )
    assert "must lie between 0.5 and 0.95" in run("score", articles, "-m", saved, "--min-precision", "2", code=2).stderr


def test_training_can_propose_cues_instead(coding: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = run("train", "-a", coding, "--suggest-cues")
    assert "a person must accept each" in result.stdout
    assert '"bitterly", # z' in result.stdout
    assert not (tmp_path / "models").exists()


def test_an_audit_shows_what_flatters(coding: Path, tmp_path: Path) -> None:
    names = tmp_path / "names.txt"
    names.write_text("council\n")
    shown = run("evaluate", "-a", coding, "--audit", "--mask-entities", names, "--format", "table").stdout
    for part in ("Learning curve", "drawings of the folds", "what the article is about alone", "names", "second look", "a gap of"):
        assert part in shown
    last = records(run("evaluate", "-a", coding, "--audit"))[-1]
    assert last["design"] == "audit"
    assert len(last["curve"]) == 4
    assert "leave out --model" in run("evaluate", "-a", coding, "--audit", "-m", "default", code=2).stderr
    assert "belongs to --audit" in run("evaluate", "-a", coding, "--mask-entities", names, code=2).stderr
    assert "cannot be read" in run("evaluate", "-a", coding, "--audit", "--mask-entities", tmp_path / "no", code=2).stderr


def test_codings_without_text_train_where_the_articles_are_at_hand(
    coding: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Standoff codes with their articles give the model that the texts themselves give."""
    from framing.annotations import hash_sentence

    monkeypatch.chdir(tmp_path)
    rows = [json.loads(line) for line in (coding / "coded.jsonl").read_text().splitlines()]
    bare, texts = tmp_path / "bare", tmp_path / "articles.jsonl"
    bare.mkdir()
    shutil.copy(coding / "codebook.toml", bare)
    held: dict[str, dict[str, str]] = {}
    with (bare / "coded.jsonl").open("w") as file:
        for row in rows:
            text = str(row.pop("text"))
            held.setdefault(row["article"], {})[row["id"]] = text
            file.write(json.dumps({**row, "hash": hash_sentence(text)}) + "\n")
    articles = [{"id": article, "sentences": list(sentences.values())} for article, sentences in held.items()]
    texts.write_text("\n".join(map(json.dumps, articles)))
    assert "hold no text" in run("train", "-a", bare, code=3).stderr
    assert "skipped: nowhere.jsonl" in run("train", "-a", bare, "--articles", "nowhere.jsonl", code=3).stderr
    run("train", "-a", coding, "--name", "plain")
    run("train", "-a", bare, "--articles", texts, "--name", "standoff")
    assert (tmp_path / "models/plain/weights.bin").read_bytes() == (tmp_path / "models/standoff/weights.bin").read_bytes()


def test_what_weakens_the_data_is_said(coding: Path, tmp_path: Path) -> None:
    table = tmp_path / "coded.csv"
    rows = [json.loads(line) for line in (coding / "coded.jsonl").read_text().splitlines()]
    with table.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["text", "frames"])
        writer.writerows([row["text"], ";".join(row["frames"])] for row in rows if row["coder"] == "x")
        writer.writerow(["Hail fell.", "storm"])
        writer.writerow(["Hail fell.", ""])
    assert "146 codings" in run("check", table, coding / "codebook.toml").stdout
    said = run("evaluate", "-a", table, "--codebook", coding / "codebook.toml").stderr
    assert "codings name no article" in said
    assert "coded unlike an earlier one of the same text" in said
    assert "ghost is not learnt" in said
