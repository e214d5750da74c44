"""Nothing that was called saved is ever lost: torn lines, a full disk, two writers, a killed process."""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from framing.annotation_files import annotation_record, read_annotations
from framing.annotations import Annotation, current_codings
from framing.codebook import Codebook
from framing.errors import AnnotationError, FileError
from framing.journal import Journal


def coding(number: int, coder: str = "ana") -> Annotation:
    return Annotation(f"a:{number}", "a", f"Hail fell {number} times.", frozenset({"storm"}), (("mayor", "none"),), coder=coder)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "coded.jsonl"


def test_what_is_appended_is_what_the_file_holds(path: Path, codebook: Codebook) -> None:
    journal = Journal(path, codebook)
    written = [journal.append(replace(coding(n), note="“quoted”\nover two lines 🌊", flagged=True, seconds=1.5)) for n in range(3)]
    assert read_annotations([path], codebook) == written == journal.entries
    assert len(path.read_text("utf-8").splitlines()) == 3
    assert all(entry.time and entry.time.endswith("Z") and entry.decision for entry in written)
    assert len({entry.decision for entry in written}) == 3


def test_reading_a_written_line_gives_the_same_fields(path: Path, codebook: Codebook) -> None:
    kept = Journal(path, codebook).append(replace(coding(1), extra={"round": 3, "origin": {"url": "x"}}))
    assert json.loads(path.read_text("utf-8")) == annotation_record(kept)
    assert kept.extra == {"round": 3, "origin": {"url": "x"}}


@pytest.mark.parametrize("length", [1, 10, 60, 150])
def test_a_torn_last_line_is_set_aside_and_the_rest_stays(path: Path, codebook: Codebook, length: int) -> None:
    journal = Journal(path, codebook)
    journal.append(coding(1))
    whole = path.read_bytes()
    path.write_bytes(whole + whole[:length])
    again = Journal(path, codebook)
    assert path.read_bytes() == whole
    assert again.torn == path.with_name("coded.jsonl.torn")
    assert again.torn.read_bytes() == whole[:length] + b"\n"
    assert [entry.id for entry in again.entries] == ["a:1"]
    again.append(coding(2))
    assert [entry.id for entry in read_annotations([path], codebook)] == ["a:1", "a:2"]


def test_a_torn_line_that_another_process_left_is_repaired_by_the_next_append(path: Path, codebook: Codebook) -> None:
    journal = Journal(path, codebook)
    journal.append(coding(1))
    with path.open("ab") as file:
        file.write(b'{"id": "a:9", "arti')
    journal.append(coding(2))
    assert [entry.id for entry in read_annotations([path], codebook)] == ["a:1", "a:2"]
    assert journal.torn is not None


def test_a_whole_last_line_without_its_end_is_kept(path: Path, codebook: Codebook) -> None:
    Journal(path, codebook).append(coding(1))
    path.write_bytes(path.read_bytes().rstrip(b"\n"))
    journal = Journal(path, codebook)
    journal.append(coding(2))
    assert journal.torn is None
    assert [entry.id for entry in read_annotations([path], codebook)] == ["a:1", "a:2"]


def test_two_journals_of_one_file_see_each_other(path: Path, codebook: Codebook) -> None:
    one, two = Journal(path, codebook), Journal(path, codebook)
    one.append(coding(1))
    two.append(coding(2, "ben"))
    one.catch_up()
    assert one.entries == two.entries
    assert [entry.coder for entry in one.entries] == ["ana", "ben"]


def test_processes_that_append_at_once_never_mix_their_lines(path: Path, codebook: Codebook) -> None:
    program = (
        "import sys; from pathlib import Path; from framing.annotations import Annotation; from framing.journal import Journal;"
        "from framing.codebook import parse_codebook\n"
        "journal = Journal(Path(sys.argv[1]), parse_codebook('[[frames]]\\nid=\"storm\"'))\n"
        "for n in range(300):\n"
        "    journal.append(Annotation(f'a:{n}', 'a', 'x' * (n * 7 % 900 + 1), frozenset({'storm'}), coder=sys.argv[2]))"
    )
    runs = [subprocess.Popen([sys.executable, "-c", program, str(path), name]) for name in ("ana", "ben", "eva")]
    assert [run.wait() for run in runs] == [0, 0, 0]
    entries = read_annotations([path], codebook)
    for name in ("ana", "ben", "eva"):
        assert [entry.id for entry in entries if entry.coder == name] == [f"a:{n}" for n in range(300)]


def test_a_full_disk_is_told_and_leaves_the_file_as_it_was(path: Path, codebook: Codebook) -> None:
    """The file may not grow beyond a limit, as on a full disk: part of a line fits, and must not stay."""
    program = (
        "import resource, signal, sys; from pathlib import Path; from framing.annotations import Annotation\n"
        "from framing.journal import Journal; from framing.codebook import parse_codebook; from framing.errors import FileError\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "journal = Journal(Path(sys.argv[1]), parse_codebook('[[frames]]\\nid=\"storm\"'))\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
        "done = 0\n"
        "try:\n"
        "    while True:\n"
        "        journal.append(Annotation(f'a:{done}', 'a', 'Hail fell.', frozenset({'storm'}), coder='ana')); done += 1\n"
        "except FileError as error:\n"
        "    print(done, len(journal.entries), error)\n"
    )
    run = subprocess.run([sys.executable, "-c", program, str(path)], capture_output=True, text=True, check=True)
    done, held, message = run.stdout.split(maxsplit=2)
    assert int(done) == int(held) == len(read_annotations([path], codebook)) > 0
    assert path.read_bytes().endswith(b"\n")
    assert "coded.jsonl: the decision is not saved" in message


def test_a_file_that_was_cut_while_in_use_stops_the_coding(path: Path, codebook: Codebook) -> None:
    journal = Journal(path, codebook)
    journal.append(coding(1))
    path.write_bytes(b"")
    with pytest.raises(FileError, match=r"coded\.jsonl: it was edited or replaced"):
        journal.append(coding(2))
    assert path.read_bytes() == b""


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"{broken}\n", ":1: broken JSON"),
        (
            b'\xef\xbb\xbf{"id": "a:1", "article": "a", "text": "Hail.", "frames": ["hail"]}\n',
            ":1: the codebook has no frame 'hail'",
        ),
        (b'\n{"id": "a:1", "article": "a", "text": "Hail.", "codebook_version": 7}\n', ":2: coded with version 7"),
        (b'{"id": "a:1", "article": "a", "text": "Hail.", "status": "done"}\n', ":1: the status is 'done'"),
    ],
)
def test_a_file_with_a_broken_line_is_refused_by_its_line(path: Path, codebook: Codebook, line: bytes, reason: str) -> None:
    path.write_bytes(line)
    with pytest.raises(AnnotationError, match=reason):
        Journal(path, codebook)
    assert path.read_bytes() == line


def test_a_folder_that_is_missing_is_named(tmp_path: Path, codebook: Codebook) -> None:
    with pytest.raises(FileError, match="decisions cannot be kept here"):
        Journal(tmp_path / "none" / "coded.jsonl", codebook)


def test_a_disk_that_fails_while_syncing_takes_the_line_back(
    path: Path, codebook: Codebook, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = Journal(path, codebook)
    journal.append(coding(1))
    before = path.read_bytes()

    def fail(_: int) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(FileError, match="not saved"):
        journal.append(coding(2))
    assert path.read_bytes() == before


def edit_first_line(path: Path) -> None:
    """Save as an editor does: another text in the first line, and no line break at the end."""
    path.write_text(path.read_text("utf-8").replace("Hail fell 1 times.", "Hail fell once, said a note.").rstrip("\n"), "utf-8")


def replace_file(path: Path) -> None:
    lines = path.read_bytes().splitlines(keepends=True)
    path.unlink()
    path.write_bytes(b"".join([*reversed(lines), *lines]))


@pytest.mark.parametrize("change", [edit_first_line, replace_file])
def test_a_file_that_was_edited_while_in_use_is_left_alone(path: Path, codebook: Codebook, change: Callable[[Path], None]) -> None:
    journal = Journal(path, codebook)
    for number in range(3):
        journal.append(coding(number))
    change(path)
    before = path.read_bytes()
    for attempt in (lambda: journal.append(coding(9)), journal.catch_up):
        with pytest.raises(FileError, match="edited or replaced while it was in use"):
            attempt()
    assert path.read_bytes() == before
    assert not path.with_name("coded.jsonl.torn").exists()


def test_times_never_go_back_in_a_file_whatever_the_clock_does(path: Path, codebook: Codebook) -> None:
    path.write_text(json.dumps(annotation_record(replace(coding(1), time="2999-01-01T00:00:00.000Z"))) + "\n", "utf-8")
    made = Journal(path, codebook).append(replace(coding(1), frames=frozenset()))
    assert made.time == "2999-01-01T00:00:00.001Z"
    (current,) = current_codings(read_annotations([path], codebook))
    assert current.frames == frozenset()


@pytest.mark.parametrize("time", ["2999-01-01", "2999-01-01T02:00:00+02:00", "2999-01-01 00:00:00Z"])
def test_a_time_that_others_wrote_is_understood(path: Path, codebook: Codebook, time: str) -> None:
    path.write_text(json.dumps(annotation_record(replace(coding(1), time=time))) + "\n", "utf-8")
    assert Journal(path, codebook).append(coding(2)).time == "2999-01-01T00:00:00.001Z"


@pytest.mark.parametrize("time", ["2999-01-01T99", "9999-12-31T23:59:59.999Z"])
def test_a_time_that_cannot_be_followed_is_passed_over(path: Path, codebook: Codebook, time: str) -> None:
    path.write_text(json.dumps(annotation_record(replace(coding(1), time=time))) + "\n", "utf-8")
    assert str(Journal(path, codebook).append(coding(2)).time) < "2999"


def test_decisions_of_one_millisecond_have_different_times(path: Path, codebook: Codebook) -> None:
    journal = Journal(path, codebook)
    times = [journal.append(coding(number)).time for number in range(200)]
    assert times == sorted(set(times), key=str)


def test_the_disk_has_a_decision_before_append_returns(path: Path, codebook: Codebook, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[str] = []
    for name in ("write", "fsync"):
        real = getattr(os, name)
        monkeypatch.setattr(os, name, lambda *a, name=name, real=real: (calls.append(name), real(*a))[1])
    journal = Journal(path, codebook)
    journal.append(coding(1))
    calls.append("returned")
    assert calls.index("write") < calls.index("fsync", calls.index("write")) < calls.index("returned")
    assert calls.count("write") == 1


def test_nothing_is_written_where_there_is_nothing_to_write(path: Path, codebook: Codebook) -> None:
    journal = Journal(path, codebook)
    assert journal.append_if(lambda entries: None) is None
    assert path.read_bytes() == b""


def test_threads_get_their_own_records_back(path: Path, codebook: Codebook) -> None:
    journal = Journal(path, codebook)

    def work(name: str) -> list[bool]:
        made = [journal.append(coding(number, name)) for number in range(50)]
        return [(entry.coder, entry.id) == (name, f"a:{number}") for number, entry in enumerate(made)]

    with ThreadPoolExecutor(4) as pool:
        assert all(all(right) for right in pool.map(work, ["ana", "ben", "eva", "ida"]))
    assert len(read_annotations([path], codebook)) == 200


def test_a_file_that_another_program_keeps_locked_is_told(path: Path, codebook: Codebook, monkeypatch: pytest.MonkeyPatch) -> None:
    journal = Journal(path, codebook)
    monkeypatch.setattr("framing.journal.PATIENCE", 0.1)
    with path.open("rb") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        with pytest.raises(FileError, match="another program holds it locked, and nothing is saved"):
            journal.append(coding(1))
    assert journal.append(coding(1)).id == "a:1"


@pytest.mark.parametrize("tail", [b"[" * 200_000, b"   \t", b'{"id": "a:9"'])
def test_an_end_that_is_no_decision_is_taken_off(path: Path, codebook: Codebook, tail: bytes) -> None:
    Journal(path, codebook).append(coding(1))
    whole = path.read_bytes()
    path.write_bytes(whole + tail)
    journal = Journal(path, codebook)
    assert path.read_bytes() == whole
    assert (journal.torn is not None) == bool(tail.strip())


def test_what_is_no_plain_file_is_refused(tmp_path: Path, codebook: Codebook) -> None:
    os.mkfifo(tmp_path / "pipe.jsonl")
    for path in (tmp_path / "pipe.jsonl", Path("/dev/zero")):
        with pytest.raises(FileError, match=r"no file that can grow|cannot be kept here"):
            Journal(path, codebook)


def test_a_line_that_is_no_utf8_is_named(path: Path, codebook: Codebook) -> None:
    Journal(path, codebook).append(coding(1))
    path.write_bytes(path.read_bytes() + b'{"id": "\xff"}\n')
    with pytest.raises(AnnotationError, match=r"coded\.jsonl:2: it is not UTF-8"):
        Journal(path, codebook)
