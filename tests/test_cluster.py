from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import warnings
from collections.abc import Iterator
from dataclasses import replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import distributed
import psutil
import pytest
from scale_pieces import ENVIRONMENT, score, start, wait_until, write_articles, write_corpus

from framing.errors import FileError, UsageError
from framing.runs import cluster
from framing.runs.cluster import (
    RETRIES,
    check_versions,
    describe_versions,
    inspect_worker,
    measure_paths,
    open_cluster,
    settle_order,
)
from framing.runs.manifest import begin_run, list_parts
from framing.runs.partitions import measure_file
from framing.runs.parts import Order
from framing.runs.running import describe_terms, fill_folder
from framing.store import load_model


@pytest.fixture
def corpus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A corpus that is cut into some ten pieces."""
    monkeypatch.setattr("framing.runs.partitions.SMALLEST", 400)
    return write_corpus(tmp_path / "corpus")


@pytest.fixture
def order(saved: Path) -> Order:
    return Order(str(saved), load_model(saved).digest)


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """The address of a scheduler with two workers, all of them threads of this process."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with distributed.LocalCluster(n_workers=2, threads_per_worker=2, processes=False, dashboard_address="127.0.0.1:0") as local:
            yield local.scheduler_address


@pytest.mark.parametrize("unit", ["article", "sentence"])
def test_a_cluster_gives_the_same_bytes_and_says_the_same(
    corpus: Path, saved: Path, tmp_path: Path, address: str, unit: str
) -> None:
    options = ("-m", saved, "--unit", unit, "--outlet", "The Daily")
    one = score(corpus, "missing.txt", *options, code=1)
    many = score(corpus, "missing.txt", *options, "--dask", address, code=1)
    assert (many.stdout, many.stderr) == (one.stdout, one.stderr)
    score(corpus, "missing.txt", *options, "--dask", address, "-o", f"{tmp_path / 'scores'}/", code=1)
    assert b"".join(path.read_bytes() for path in list_parts(tmp_path / "scores")).decode() == one.stdout
    score(corpus, "missing.txt", *options, "--dask", address, "-o", tmp_path / "a.jsonl", "--resume", code=1)
    assert (tmp_path / "a.jsonl").read_text() == one.stdout


def test_a_cluster_of_this_machine_is_started_and_ended(saved: Path, tmp_path: Path) -> None:
    path = write_articles(tmp_path / "a.jsonl", 1_500, sentences=8)
    with start(path, "-m", saved, "--dask", "local", "--jobs", "2", "-o", tmp_path / "out.jsonl") as process:
        wait_until(lambda: (tmp_path / "out.jsonl.parts").exists(), process)
        workers = psutil.Process(process.pid).children(recursive=True)
        _, talk = process.communicate(timeout=120)
    assert process.returncode == 0, talk
    assert (tmp_path / "out.jsonl").read_text() == score(path, "-m", saved).stdout
    assert "Traceback" not in talk
    assert "distributed" not in talk
    assert not psutil.wait_procs(workers, timeout=20)[1]


def test_a_killed_worker_changes_nothing(saved: Path, tmp_path: Path, order: Order) -> None:
    path = write_articles(tmp_path / "a.jsonl", 600)
    with open_cluster("local", 2) as pool:
        ledger = begin_run(tmp_path / "scores", describe_terms(order, "tiny", 2000))
        prepared = pool.prepare(order, [str(path)], ledger.folder)
        assert prepared.folder is not None
        pids = pool._client.run(_own_pid)
        parts = []
        for part in fill_folder([str(path)], prepared, pool, ledger):
            parts.append(part)
            if len(parts) == 3:
                psutil.Process(min(pids.values())).kill()
        ledger.finish(parts)
    assert len(parts) > 20
    assert b"".join(path.read_bytes() for path in list_parts(tmp_path / "scores")).decode() == score(path, "-m", saved).stdout


def _own_pid() -> int:
    import os

    return os.getpid()


def test_a_scheduler_that_does_not_answer_or_has_no_workers_is_told(
    corpus: Path, saved: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(cluster, "WAIT", 0.3)
    options = ("-m", saved, "-o", f"{tmp_path / 'scores'}/")
    assert "cannot be reached" in score(corpus, *options, "--dask", "tcp://127.0.0.1:9", code=2).stderr
    assert "cannot be reached" in score(corpus, *options, "--dask", "nonsense://x", code=2).stderr
    with distributed.LocalCluster(n_workers=0, processes=False, dashboard_address="127.0.0.1:0") as local:
        assert "has no workers" in score(corpus, *options, "--dask", local.scheduler_address, code=2).stderr
    assert not (tmp_path / "scores").exists()


def test_a_worker_with_another_version_is_named(corpus: Path, saved: Path, tmp_path: Path) -> None:
    other = tmp_path / "other" / "framing-9.9.dist-info"
    other.mkdir(parents=True)
    (other / "METADATA").write_text("Metadata-Version: 2.1\nName: framing\nVersion: 9.9\n")
    with distributed.LocalCluster(n_workers=0, processes=False, protocol="tcp://", dashboard_address="127.0.0.1:0") as local:
        command = [
            sys.executable,
            "-m",
            "dask",
            "worker",
            local.scheduler_address,
            "--no-nanny",
            "--no-dashboard",
            "--nthreads",
            "1",
        ]
        environment = {**ENVIRONMENT, "PYTHONPATH": f"{other.parent}{os.pathsep}{ENVIRONMENT['PYTHONPATH']}"}
        worker = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)
        try:
            said = score(corpus, "-m", saved, "--dask", local.scheduler_address, "-o", f"{tmp_path / 'scores'}/", code=2).stderr
        finally:
            worker.terminate()
            worker.wait(timeout=20)
    assert f"it has framing 9.9, and this is {version('framing')}" in said
    assert not (tmp_path / "scores").exists()


@pytest.mark.parametrize(
    ("python", "package", "message"),
    [
        (platform.python_version(), version("framing"), None),
        ("3.9.1", version("framing"), "worker b: it runs Python 3.9.1"),
        (platform.python_version(), PackageNotFoundError("framing"), "worker b: framing is not installed there: pip install"),
        (platform.python_version(), "0.0.1", "worker b: it has framing 0.0.1"),
    ],
)
def test_every_worker_needs_the_same_versions(python: str, package: str | Exception, message: str | None) -> None:
    pythons, packages = {"a": platform.python_version(), "b": python}, {"a": version("framing"), "b": package}
    if message is None:
        check_versions(pythons, packages)
        return
    with pytest.raises(UsageError, match=message):
        check_versions(pythons, packages)


def test_what_a_worker_lacks_is_found_before_anything_starts(order: Order, corpus: Path, tmp_path: Path) -> None:
    here = replace(order, base=str(tmp_path), folder=str(corpus), versions=describe_versions())
    inputs = {"corpus": None, "corpus/rows.csv": measure_file(str(corpus / "rows.csv"))}
    assert inspect_worker(here, inputs, "rows.csv") == ("", True)
    assert inspect_worker(here, inputs, "another") == ("", False)
    assert inspect_worker(replace(here, folder=None), inputs, "rows.csv") == ("", False)
    assert "does not see" in inspect_worker(here, {"missing.txt": None}, "rows.csv")[0]
    assert "another size or time of change there" in inspect_worker(here, {"corpus/rows.csv": (1, 1)}, "rows.csv")[0]
    assert "and the run has framing 9.9" in inspect_worker(replace(here, versions="framing 9.9"), inputs, "rows.csv")[0]
    assert "all workers need the same model" in inspect_worker(replace(here, digest="0" * 64), inputs, "rows.csv")[0]
    assert "same path there" in inspect_worker(replace(here, model="/none/tiny-2"), inputs, "rows.csv")[0]


def test_inputs_that_are_nowhere_are_not_looked_for_at_workers(corpus: Path) -> None:
    rows = str(corpus / "rows.csv")
    assert measure_paths(["-", "", "missing.txt", str(corpus), rows, rows]) == {
        str(corpus): None,
        rows: measure_file(rows),
    }


def test_workers_that_lack_an_input_end_the_run_before_it_starts(
    order: Order, saved: Path, tmp_path: Path, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_articles(tmp_path / "a.jsonl", 5)
    with open_cluster(address, 1) as pool:
        with pytest.raises(UsageError, match=r"^Dask worker .*: .*same model"):
            pool.prepare(replace(order, digest="0" * 64), [str(path)], tmp_path)
        assert [p.name for p in tmp_path.iterdir()] == ["a.jsonl"]


def test_an_error_at_a_worker_names_the_worker(order: Order, tmp_path: Path, address: str) -> None:
    path = write_articles(tmp_path / "a.jsonl", 5)
    ledger = begin_run(tmp_path / "scores", describe_terms(order, "tiny", 400))
    with open_cluster(address, 1) as pool:
        bad = replace(order, folder=str(tmp_path / "none"), versions=describe_versions())
        with pytest.raises(FileError, match=r"Dask worker .*: .*part-000000.jsonl cannot be written"):
            list(fill_folder([str(path)], bad, pool, ledger))
        assert pool._client.run_on_scheduler(_count_tries, pool._run) == 1 + RETRIES
    said = r"Dask worker .*: it has framing .*, and the run has framing 9.9"
    with open_cluster(address, 1) as pool, pytest.raises(UsageError, match=said):
        list(fill_folder([str(path)], replace(bad, versions="framing 9.9"), pool, ledger))


def _count_tries(run: str, dask_scheduler: distributed.Scheduler) -> int:
    return sum(step[2] == "processing" for step in dask_scheduler.story(f"framing-{run}-0"))


@pytest.mark.parametrize(
    ("sees", "folder"), [((True, True), "scores"), ((True, False), None), ((False, True), None), ((False, False), None)]
)
def test_workers_write_the_parts_only_where_all_see_the_folder(order: Order, sees: tuple[bool, bool], folder: str | None) -> None:
    reports = {f"worker {number}": ("", seen) for number, seen in enumerate(sees)}
    assert settle_order(replace(order, folder="scores"), reports).folder == folder


def test_a_lost_scheduler_is_told(order: Order, tmp_path: Path) -> None:
    path = write_articles(tmp_path / "a.jsonl", 400)
    ledger = begin_run(tmp_path / "scores", describe_terms(order, "tiny", 400))
    local = distributed.LocalCluster(n_workers=1, processes=False, protocol="tcp://", dashboard_address="127.0.0.1:0")
    with local, open_cluster(local.scheduler_address, 1) as pool:
        parts = fill_folder([str(path)], replace(order, folder=str(ledger.folder), versions=describe_versions()), pool, ledger)
        assert next(parts).number == 0
        local.close()
        with pytest.raises(FileError, match="connection to the Dask scheduler is lost"):
            list(parts)
    assert json.loads((ledger.folder / "part-000000.json").read_text())["number"] == 0
