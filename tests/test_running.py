from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil
import pytest
from scale_pieces import ENVIRONMENT, score, start, wait_until, write_articles, write_corpus

from framing.commands.progress import describe_progress
from framing.errors import FileError, FramingError, ModelError, UsageError
from framing.runs.manifest import (
    MANIFEST,
    begin_run,
    hold_folder,
    is_partitioned,
    list_parts,
    read_manifest,
    read_receipt,
    resume_run,
)
from framing.runs.partitions import Partition, cut_inputs
from framing.runs.parts import Order, Part, score_partition
from framing.runs.running import Here, Pending, count_jobs, describe_terms, fill_folder, iterate_parts
from framing.store import load_model


@pytest.fixture
def corpus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A corpus that is cut into some ten pieces."""
    monkeypatch.setattr("framing.runs.partitions.SMALLEST", 400)
    return write_corpus(tmp_path / "corpus")


@pytest.fixture
def order(saved: Path) -> Order:
    return Order(str(saved), load_model(saved).digest)


@pytest.mark.parametrize("jobs", ["2", "3"])
@pytest.mark.parametrize("unit", ["article", "sentence"])
def test_the_bytes_and_what_is_said_are_the_same_for_any_number_of_processes(
    corpus: Path, saved: Path, tmp_path: Path, unit: str, jobs: str
) -> None:
    options = ("-m", saved, "--unit", unit, "--outlet", "The Daily")
    one = score(corpus, "missing.txt", *options, code=1)
    many = score(corpus, "missing.txt", *options, "--jobs", jobs, code=1)
    assert many.stdout == one.stdout
    assert many.stderr == one.stderr
    assert len(one.stdout.splitlines()) == (34 if unit == "article" else 89)
    score(corpus, "missing.txt", *options, "--jobs", jobs, "-o", tmp_path / "a.jsonl", code=1)
    assert (tmp_path / "a.jsonl").read_text() == one.stdout
    assert not (tmp_path / "a.jsonl.parts").exists()


def test_processes_withhold_the_labels_that_one_process_withholds(corpus: Path, saved: Path) -> None:
    options = ("-m", saved, "--min-precision", "0.95")
    one = score(corpus, *options, code=1).stdout
    assert score(corpus, *options, "--jobs", "2", code=1).stdout == one
    assert score(corpus, "-m", saved, code=1).stdout != one


@pytest.mark.parametrize("form", ["csv", "json", "parquet", "txt"])
@pytest.mark.parametrize("unit", ["article", "sentence"])
def test_every_format_is_the_same_by_pieces(corpus: Path, saved: Path, tmp_path: Path, unit: str, form: str) -> None:
    score(corpus, "-m", saved, "--unit", unit, "-o", tmp_path / f"one.{form}", code=1)
    score(corpus, "-m", saved, "--unit", unit, "-o", tmp_path / f"many.{form}", "--resume", code=1)
    assert (tmp_path / f"one.{form}").read_bytes() == (tmp_path / f"many.{form}").read_bytes()


def test_standard_input_goes_to_processes_too(saved: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("framing.runs.partitions.SMALLEST", 400)
    given = write_articles(tmp_path / "a.jsonl", 20).read_text()
    assert score("-", "-m", saved, "--jobs", "2", given=given).stdout == score("-", "-m", saved, given=given).stdout


def test_what_comes_in_is_scored_while_more_is_waited_for(saved: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "framing", "score", "-", "-m", str(saved)]
    first, second, *_ = write_articles(tmp_path / "a.jsonl", 5).read_text().splitlines(keepends=True)
    with subprocess.Popen(command, env=ENVIRONMENT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin
        assert process.stdout
        for line, name in ((first, "a0"), (second, "a1")):
            process.stdin.write(line)
            process.stdin.flush()
            assert json.loads(process.stdout.readline())["article_id"] == name
        process.stdin.close()
    assert process.returncode == 0


def test_columns_that_are_empty_throughout_keep_their_types(saved: Path, tmp_path: Path) -> None:
    from pyarrow import parquet

    path = tmp_path / "a.txt"
    path.write_text("A bus holds 3 people.")
    for unit in ("article", "sentence"):
        score(path, "-m", saved, "--unit", unit, "-o", tmp_path / "one.parquet")
        score(path, "-m", saved, "--unit", unit, "-o", f"{tmp_path / unit}/", "-f", "parquet")
        schema = parquet.read_schema(tmp_path / "one.parquet")
        record = json.loads(score(path, "-m", saved, "--unit", unit).stdout)
        assert {name.split(".")[0] for name in schema.names} == set(record)
        assert "null" not in map(str, schema.types)
        (part,) = list_parts(tmp_path / unit)
        assert part.read_bytes() == (tmp_path / "one.parquet").read_bytes()


def test_a_folder_of_parts_holds_what_one_file_would(corpus: Path, saved: Path, tmp_path: Path) -> None:
    one = score(corpus, "-m", saved, code=1).stdout
    folder = tmp_path / "new" / "scores"
    result = score(corpus, "-m", saved, "-o", f"{folder}/", "--jobs", "2", code=1)
    assert result.stdout == ""
    assert is_partitioned(folder)
    assert not is_partitioned(corpus)
    parts = list_parts(folder)
    assert len(parts) > 5
    assert b"".join(path.read_bytes() for path in parts).decode() == one
    assert sorted(path.name for path in folder.iterdir()) == [MANIFEST, *(path.name for path in parts)]
    manifest = json.loads((folder / MANIFEST).read_text())
    assert sum(part["articles"] for part in manifest["parts"]) == 34
    parts[3].write_bytes(parts[3].read_bytes().replace(b"a", b"b"))
    with pytest.raises(FileError, match="missing or damaged"):
        list_parts(folder)


def test_parts_that_are_sound_are_kept_and_others_made_anew(corpus: Path, saved: Path, tmp_path: Path) -> None:
    folder = tmp_path / "scores"
    first = score(corpus, "-m", saved, "-o", f"{folder}/", code=1).stderr
    before = {path.name: path.stat().st_mtime_ns for path in list_parts(folder)}
    content = {path.name: path.read_bytes() for path in list_parts(folder)}
    (folder / "part-000001.jsonl").write_bytes(content["part-000001.jsonl"].replace(b"a", b"b"))
    (folder / "part-000002.jsonl").unlink()
    (folder / ".part-000009.0123456789abcdef0123456789abcdef.jsonl").write_bytes(b"torn")
    (corpus / "rows.csv").write_text((corpus / "rows.csv").read_text().replace("=Dear", "Cheap"))
    again = score(corpus, "-m", saved, "-o", folder, "--resume", "--jobs", "2", code=1)
    assert again.stderr.splitlines()[-1] == first.splitlines()[-1]
    changed = {path.name for path in list_parts(folder) if path.stat().st_mtime_ns != before[path.name]}
    assert changed == {"part-000001.jsonl", "part-000002.jsonl", max(content)}
    assert b"".join(path.read_bytes() for path in list_parts(folder)).decode() == score(corpus, "-m", saved, code=1).stdout


def test_an_input_that_could_not_be_read_is_tried_again(saved: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("framing.runs.partitions.SMALLEST", 100)
    path, late = write_articles(tmp_path / "a.jsonl", 3), tmp_path / "late.txt"
    options = ("-m", saved, "-o", f"{tmp_path / 'scores'}/")
    late.mkdir()
    assert "holds no" in score(path, late, *options, code=1).stderr
    assert "holds no" in score(path, late, *options, "--resume", code=1).stderr
    order = Order(str(saved), load_model(saved).digest)
    ledger = resume_run(tmp_path / "scores", {**_terms(tmp_path / "scores")})
    pieces = list(cut_inputs([str(path), str(late)], ledger.terms["piece_bytes"]))
    assert [ledger.find(piece) is None for piece in pieces] == [False] * (len(pieces) - 1) + [True]
    assert score_partition(pieces[-1], order).unreadable == 1


def _terms(folder: Path) -> dict[str, Any]:
    return {key: value for key, value in read_manifest(folder).items() if key not in ("format", "complete", "parts")}


@pytest.mark.parametrize("form", ["jsonl", "parquet"])
def test_a_file_that_changes_during_the_run_is_no_part_of_it(order: Order, tmp_path: Path, form: str) -> None:
    path = write_articles(tmp_path / "a.jsonl", 30)
    ledger = begin_run(tmp_path / "scores", describe_terms(order, "tiny", 400))
    parts = fill_folder([str(path)], replace(order, form=form, folder=str(ledger.folder)), Here(), ledger)
    next(parts)
    write_articles(path, 31)
    with pytest.raises(FileError, match=r"a.jsonl: its size or time of change is not what it was"):
        list(parts)
    assert sorted(p.name for p in ledger.folder.iterdir()) == [MANIFEST, "part-000000.json", f"part-000000.{form}"]


def test_a_file_that_becomes_shorter_while_it_is_cut_is_told(tmp_path: Path) -> None:
    path = write_articles(tmp_path / "a.jsonl", 30)
    pieces = cut_inputs([str(path)], 400)
    next(pieces)
    path.write_text("")
    with pytest.raises(FileError, match="its size or time of change"):
        list(pieces)


def test_a_finished_run_still_names_what_it_skipped(corpus: Path, saved: Path, tmp_path: Path) -> None:
    first, again = (
        score(corpus, "-m", saved, "-o", f"{tmp_path / 'scores'}/", *more, code=1).stderr.splitlines()
        for more in ([], ["--resume"])
    )
    assert again == [line for line in first if not line.startswith("note: ") or "articles" in line]
    assert sum(line.startswith("skipped: ") for line in again) == 4


def test_a_run_that_is_resumed_is_unfinished_until_its_end(corpus: Path, saved: Path, tmp_path: Path) -> None:
    folder = tmp_path / "scores"
    score(corpus, "-m", saved, "-o", f"{folder}/", code=1)
    ledger = resume_run(folder, _terms(folder))
    with pytest.raises(UsageError, match="not finished"):
        list_parts(folder)
    kept = [ledger.find(piece) for piece in cut_inputs([str(corpus)], ledger.terms["piece_bytes"])]
    assert kept == [ledger.earlier[number] for number in range(len(kept))]


@pytest.mark.parametrize(
    "change",
    [
        {"piece_bytes": 0},
        {"piece_bytes": True},
        {"complete": None},
        {"form": "csv"},
        {"parts": None},
        {"parts": [{"number": 0}]},
        {"twice": True},
        {"parts": [{}]},
        {"size": "5"},
        {"name": "../part-000000.jsonl"},
        {"number": 1},
        {"remarks": [{"kind": "note"}]},
        {"more": 1},
    ],
)
def test_a_manifest_that_no_run_wrote_is_refused(corpus: Path, saved: Path, tmp_path: Path, change: dict[str, Any]) -> None:
    folder = tmp_path / "scores"
    score(corpus, "-m", saved, "-o", f"{folder}/", code=1)
    found = read_manifest(folder)
    first = found["parts"][0]
    if "twice" in change:
        found["parts"].insert(0, first)
    elif change.keys() <= found.keys():
        found |= change
    else:
        first |= change
    (folder / MANIFEST).write_text(json.dumps(found))
    with pytest.raises(FileError, match="begin anew in another folder"):
        list_parts(folder)
    assert "begin anew" in score(corpus, "-m", saved, "-o", folder, "--resume", code=4).stderr


def test_a_run_removes_what_it_wrote_and_nothing_else(order: Order, tmp_path: Path) -> None:
    for name, left in (("own", []), ("shared", ["part-1.txt", "precious.jsonl"])):
        ledger = begin_run(tmp_path / name, describe_terms(order, "tiny", 400))
        for mine in left:
            (tmp_path / name / mine).write_text("mine")
        assert ledger.withdraw()
        assert [path.name for path in sorted((tmp_path / name).glob("*"))] == left
        assert (tmp_path / name).exists() == bool(left)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--unit", "sentence"], "begun with unit 'article'"),
        (["--outlet", "Weekly"], "begun with outlet None"),
        (["-m", "default"], "begun with model"),
        (["-f", "parquet"], "begun with form 'jsonl'"),
        (["--min-precision", "0.8"], "begun with model"),
    ],
)
def test_parts_of_another_model_or_other_options_are_refused(
    corpus: Path, saved: Path, tmp_path: Path, options: list[str], message: str
) -> None:
    score(corpus, "-m", saved, "-o", f"{tmp_path / 'scores'}/", code=1)
    result = score(corpus, "-m", saved, *options, "-o", f"{tmp_path / 'scores'}/", "--resume", code=2)
    assert message in result.stderr


def test_a_folder_that_holds_something_is_not_taken(corpus: Path, saved: Path, tmp_path: Path, order: Order) -> None:
    (tmp_path / "scores").mkdir()
    (tmp_path / "scores" / "precious.txt").write_text("mine")
    assert "'precious.txt'" in score(corpus, "-m", saved, "-o", tmp_path / "scores", code=2).stderr
    begin_run(tmp_path / "out.jsonl.parts", describe_terms(order, "tiny", 400))
    assert "continue it with --resume" in score(corpus, "-m", saved, "-o", tmp_path / "out.jsonl", "-j", "2", code=2).stderr
    with pytest.raises(UsageError, match="not finished"):
        list_parts(tmp_path / "out.jsonl.parts")
    (tmp_path / "out.jsonl.parts" / MANIFEST).write_text("{}")
    assert "begin anew" in score(corpus, "-m", saved, "-o", tmp_path / "out.jsonl", "--resume", code=4).stderr
    (tmp_path / "file").write_text("")
    assert "cannot be made" in score(corpus, "-m", saved, "-o", f"{tmp_path}/file/x/", code=4).stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--resume"], "name it with -o"),
        (["-", "--resume", "-o", "a.jsonl"], "read again"),
        (["--jobs", "-2"], "one per core"),
        (["--jobs", "2", "-f", "parquet"], "name it with -o"),
        (["--jobs", "2", "--dask", "tcp://127.0.0.1:9"], "workers of its own"),
        (["-o", "corpus/out/"], "read here"),
        (["-o", "corpus/out.jsonl", "--jobs", "2"], "read here"),
        (["-o", "new/", "-f", "csv"], "jsonl or parquet"),
        (["-o", "new"], "its ending tells no format"),
    ],
)
def test_what_cannot_be_is_said(
    corpus: Path, saved: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], message: str
) -> None:
    monkeypatch.chdir(corpus.parent)
    assert message in score("corpus", "-m", saved, *arguments, code=2).stderr
    assert [path.name for path in corpus.parent.iterdir()] == ["corpus"]


def test_what_a_killed_run_has_done_is_kept(saved: Path, tmp_path: Path) -> None:
    path, output = write_articles(tmp_path / "a.jsonl", 4_000, sentences=8), tmp_path / "out.jsonl"
    with start(path, "-m", saved, "-o", output, "--jobs", "2") as process:
        parts = tmp_path / "out.jsonl.parts"
        wait_until(lambda: len(list(parts.glob("part-*.json"))) > 1, process)
        workers = psutil.Process(process.pid).children(recursive=True)
        process.kill()
        process.communicate()
    assert not output.exists()
    _, alive = psutil.wait_procs(workers, timeout=20)
    assert not alive, "a worker outlives the run"
    kept = {p.name: p.stat().st_mtime_ns for p in parts.glob("part-*.json")}
    assert "continue it with --resume" in score(path, "-m", saved, "-o", output, "--jobs", "2", code=2).stderr
    ledger = resume_run(parts, json.loads((parts / MANIFEST).read_text()) | {"piece_bytes": 5})
    pieces = list(cut_inputs([str(path)], ledger.terms["piece_bytes"]))
    assert sum(ledger.find(piece) is not None for piece in pieces) == len(kept) < len(pieces)
    score(path, "-m", saved, "-o", output, "--resume")
    assert output.read_text() == score(path, "-m", saved).stdout
    assert not parts.exists()


def test_an_interrupt_ends_the_workers_and_keeps_what_is_done(saved: Path, tmp_path: Path) -> None:
    path, output = write_articles(tmp_path / "a.jsonl", 4_000, sentences=8), tmp_path / "out.jsonl"
    with start(path, "-m", saved, "-o", output, "--jobs", "2") as process:
        wait_until(lambda: len(list(tmp_path.glob("out.jsonl.parts/part-*.json"))) > 1, process)
        workers = psutil.Process(process.pid).children(recursive=True)
        process.send_signal(signal.SIGINT)
        _, talk = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "--resume goes on from there" in talk
    assert "Traceback" not in talk
    assert not psutil.wait_procs(workers, timeout=20)[1]
    assert not output.exists()
    kept = len(list(tmp_path.glob("out.jsonl.parts/part-*.json")))
    assert kept > 1
    assert len(list(tmp_path.glob("out.jsonl.parts/part-*.jsonl"))) >= kept


def test_a_worker_that_is_killed_is_told_in_one_line(saved: Path, tmp_path: Path) -> None:
    path = write_articles(tmp_path / "a.jsonl", 4_000, sentences=8)
    with start(path, "-m", saved, "-o", tmp_path / "out.jsonl", "--jobs", "2") as process:
        wait_until(lambda: len(list(tmp_path.glob("out.jsonl.parts/part-*.json"))) > 1, process)
        found = psutil.Process(process.pid).children(recursive=True)
        next(worker for worker in found if "LokyProcess" in " ".join(worker.cmdline())).kill()
        _, talk = process.communicate(timeout=30)
    assert process.returncode == 4
    assert "a worker process was ended from outside" in talk
    assert "Traceback" not in talk


def test_a_full_disk_is_told_and_the_run_goes_on_later(saved: Path, tmp_path: Path) -> None:
    path, output = write_articles(tmp_path / "a.jsonl", 1_500, sentences=8), tmp_path / "out.jsonl"
    command = f"ulimit -f 300; {sys.executable} -m framing score {path} -m {saved} --unit sentence -o {output} --jobs 2"
    result = subprocess.run(["bash", "-c", command], env=ENVIRONMENT, text=True, capture_output=True, check=False)
    assert result.returncode == 4, result.stderr
    assert "cannot be written (File too large)" in result.stderr
    assert "Traceback" not in result.stderr
    score(path, "-m", saved, "--unit", "sentence", "-o", output, "--resume")
    assert output.read_text() == score(path, "-m", saved, "--unit", "sentence").stdout


def test_a_closed_pipe_ends_many_processes_quietly(saved: Path, tmp_path: Path) -> None:
    path = write_articles(tmp_path / "a.jsonl", 2_500, sentences=8)
    command = f"{sys.executable} -m framing score {path} -m {saved} --jobs 2 2>{tmp_path}/talk | head -1"
    result = subprocess.run(["bash", "-c", command], env=ENVIRONMENT, text=True, capture_output=True, check=False)
    assert json.loads(result.stdout)["article_id"] == "a0"
    assert "Traceback" not in (tmp_path / "talk").read_text()


def test_a_worker_refuses_another_model_and_names_what_fails(order: Order, tmp_path: Path) -> None:
    piece = Partition(("missing.txt",))
    assert score_partition(piece, order).unreadable == 1
    with pytest.raises(ModelError, match="all workers need the same model"):
        score_partition(piece, replace(order, digest="0" * 64))
    with pytest.raises(FileError, match=r"part-000000.jsonl cannot be written \(No such file"):
        score_partition(piece, replace(order, folder=str(tmp_path / "none")))
    with pytest.raises(FramingError, match="scoring it failed"):
        score_partition(Partition((3,)), order)  # type: ignore[arg-type]


@pytest.mark.parametrize("form", ["jsonl", "parquet"])
def test_workers_that_see_no_folder_send_what_the_parts_hold(corpus: Path, order: Order, tmp_path: Path, form: str) -> None:
    found, order = {}, replace(order, form=form)
    for name in ("seen", "unseen"):
        ledger = begin_run(tmp_path / name, describe_terms(order, "tiny", 400))
        given = replace(order, folder=str(tmp_path / name) if name == "seen" else None)
        parts = list(fill_folder([str(corpus), "missing.txt"], given, Here(), ledger))
        assert [read_receipt(tmp_path / name, part.number, form) for part in parts] == parts
        ledger.finish(parts)
        found[name] = [(part, path.read_bytes()) for part, path in zip(parts, list_parts(tmp_path / name), strict=True)]
    assert found["seen"] == found["unseen"]
    shutil.rmtree(tmp_path / "unseen")
    with pytest.raises(FileError, match="--resume"):
        list(fill_folder([str(corpus)], replace(order, folder=None), Here(), ledger))


class _Slow(Here):
    """A pool whose parts are done only when somebody waits for them; it counts how many are under way."""

    window = 3
    under_way = most = 0

    def submit(self, partition: Partition, order: Order) -> Pending:
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        made = super().submit(partition, order)
        made.done = lambda: False  # type: ignore[method-assign]
        return made

    def collect(self, pending: Pending) -> Part:
        self.under_way -= 1
        return super().collect(pending)


def test_no_more_pieces_are_under_way_than_the_window_holds(corpus: Path, order: Order) -> None:
    pool = _Slow()
    parts = list(iterate_parts(cut_inputs([str(corpus)], 400), order, pool, lambda piece: None))
    assert [part.number for part in parts] == list(range(len(parts)))
    assert pool.most == 3 < len(parts)


def test_a_device_takes_what_several_processes_write(corpus: Path, saved: Path) -> None:
    assert score(corpus, "-m", saved, "--jobs", "2", "-o", "/dev/null", code=1).stdout == ""
    assert not Path("/dev/null.parts").exists()


def test_zero_jobs_are_one_per_core() -> None:
    from joblib import cpu_count

    assert count_jobs(0) == count_jobs(-1) == cpu_count()
    assert count_jobs(5) == 5


@pytest.mark.parametrize(
    ("share", "seconds", "line"),
    [
        (None, 4.0, "1,200 articles, 30,000 sentences, 7,500 a second"),
        (0.25, 4.0, "25%: 1,200 articles, 30,000 sentences, 7,500 a second, 0:00:12 left"),
        (0.001, 20.0, "0%: 1,200 articles, 30,000 sentences, 1,500 a second, 5:33:00 left"),
        (1.2, 4.0, "100%: 1,200 articles, 30,000 sentences, 7,500 a second, 0:00:00 left"),
    ],
)
def test_progress_tells_what_is_done_how_fast_and_what_is_left(share: float | None, seconds: float, line: str) -> None:
    assert describe_progress(1200, 30_000, share, seconds) == line


def test_two_runs_do_not_fill_one_folder(corpus: Path, saved: Path, tmp_path: Path) -> None:
    folder = tmp_path / "scores"
    score(corpus, "-m", saved, "-o", f"{folder}/", code=1)
    before = sorted((path.name, path.read_bytes()) for path in folder.iterdir())
    with hold_folder(folder):
        result = score(corpus, "-m", saved, "-o", f"{folder}/", "--resume", code=2)
        assert "another run is at work there" in result.stderr
    assert sorted((path.name, path.read_bytes()) for path in folder.iterdir()) == before
    score(corpus, "-m", saved, "-o", f"{folder}/", "--resume", code=1)


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_no_folder_is_made_for_a_file(corpus: Path, saved: Path, tmp_path: Path, jobs: str) -> None:
    output = tmp_path / "none" / "scores.jsonl"
    assert "it cannot be written" in score(corpus, "-m", saved, "-o", output, "-j", jobs, code=4).stderr
    assert not output.parent.exists()
