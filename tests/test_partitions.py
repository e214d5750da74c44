from __future__ import annotations

import gzip
import io
import json
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from framing.articles import Article, Skipped, decode
from framing.readers import read_articles, walk_folder
from framing.readers.jsonl import MAX_LINE
from framing.runs.partitions import MAX_FILES, SMALLEST, Partition, choose_size, cut_inputs, measure_inputs
from framing.runs.reading import read_partition

BODY = "Peru opened a port. Ships came."


def write(path: Path, content: str | bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def lines(number: int, first: int = 0) -> str:
    return "".join(json.dumps({"text": f"{BODY} {n}", "id": f"j{n}"}) + "\n" for n in range(first, first + number))


def read_pieces(paths: list[str], size: int) -> list[Article | Skipped]:
    return [item for piece in cut_inputs(paths, size) for item in read_partition(piece)]


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """A folder with files of most formats, good and bad ones."""
    import pyarrow as pa
    from pyarrow import parquet

    root = tmp_path / "corpus"
    for outlet in ("Daily", "Weekly"):
        for number in range(5):
            write(root / outlet / f"{number}.txt", f"{BODY} {outlet} {number}")
    write(root / "a" / "many.jsonl", "\ufeff" + lines(30) + "\n\n" + '{"text": "torn\n' + lines(20, 30).replace("\n", "\r\n"))
    write(root / "a" / "open.jsonl", lines(9).rstrip("\n"))
    write(root / "a" / "blank.jsonl", "\n \n" * 50)
    write(root / "a" / "empty.jsonl", "")
    write(root / "a" / "packed.jsonl.gz", gzip.compress(lines(12).encode()))
    write(root / "b.csv", "text,outlet\n" + "".join(f'"{BODY}\n{n}",SCMP\n' for n in range(20)) + "x,y,z\n")
    table = pa.table({"text": [f"{BODY} {n}" for n in range(40)], "outlet": ["Caixin"] * 40})
    parquet.write_table(table, root / "rows.parquet", row_group_size=7)
    parquet.write_table(pa.table({"body": [BODY] * 40}), root / "lacking.parquet", row_group_size=7)
    write(root / "broken.parquet", b"PAR1 nonsense" * 40)
    (root / "nothing").mkdir()
    return root


@pytest.mark.parametrize("size", [1, 60, 200, 1000, 5000, 10**6])
def test_pieces_hold_what_the_inputs_hold_in_order_and_under_the_same_names(corpus: Path, size: int) -> None:
    given = [str(corpus), str(corpus / "nothing"), "", "missing.txt", str(corpus / "a" / "many.jsonl"), str(corpus / "b.csv")]
    whole = list(read_articles(given))
    assert read_pieces(given, size) == whole
    assert len(whole) > 200


def test_small_pieces_are_many_and_large_ones_few(corpus: Path) -> None:
    pieces = list(cut_inputs([str(corpus)], 200))
    assert [piece.number for piece in pieces] == list(range(len(pieces)))
    assert len(pieces) > 20
    (batch,) = cut_inputs([str(corpus)], 10**6)
    assert len(batch.files) == 19
    assert batch.size == measure_inputs([str(corpus)])


@given(
    rows=st.lists(
        st.sampled_from(["", " ", "{}", '{"text": "Ä port opened. It rained."}', '{"text": "' + "x" * 90 + '"}']), max_size=12
    ),
    size=st.integers(1, 300),
    last=st.sampled_from(["", "\n"]),
)
def test_lines_keep_their_numbers_wherever_a_file_is_cut(
    tmp_path_factory: pytest.TempPathFactory, rows: list[str], size: int, last: str
) -> None:
    path = write(tmp_path_factory.mktemp("lines") / "a.jsonl", "\n".join(rows) + last)
    assert read_pieces([str(path)], size) == list(read_articles([path]))


def test_row_groups_are_never_cut_and_rows_keep_their_numbers(corpus: Path) -> None:
    path = str(corpus / "rows.parquet")
    pieces = list(cut_inputs([path], 1))
    assert [(piece.start, piece.stop, piece.first) for piece in pieces] == [(n, n + 1, 7 * n) for n in range(6)]
    assert [item.source for item in read_pieces([path], 1)] == [f"{path}:{n}" for n in range(1, 41)]


def test_a_folder_of_many_files_is_cut_into_batches(tmp_path: Path) -> None:
    for number in range(MAX_FILES + 5):
        (tmp_path / f"{number:05}.txt").write_text(BODY)
    assert [len(piece.files) for piece in cut_inputs([str(tmp_path)], 10**9)] == [MAX_FILES, 5]


def test_a_folder_is_walked_in_the_order_of_its_names_without_hidden_files(tmp_path: Path) -> None:
    for name in ("b/x.txt", "a.b/x.txt", "a/x.txt", "a/.x.txt", ".git/x.txt", "a/README.md", "a-b.txt", "a/x.docx", "a/y.JSONL.GZ"):
        write(tmp_path / name, BODY)
    found = [str(Path(name).relative_to(tmp_path)) for name in walk_folder(tmp_path)]
    assert found == ["a/x.txt", "a/y.JSONL.GZ", "a-b.txt", "a.b/x.txt", "b/x.txt"]
    assert found == [str(p.relative_to(tmp_path)) for p in sorted(tmp_path / name for name in found)]


@pytest.mark.parametrize("size", [1, 50, 10**6])
@pytest.mark.parametrize("content", [lines(9), lines(3) + "{\n\n" + lines(3), lines(3).rstrip(), BODY, "", "\n" + lines(2)])
def test_standard_input_is_cut_too(monkeypatch: pytest.MonkeyPatch, content: str, size: int) -> None:
    def put(data: bytes) -> None:
        monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(data)))

    put(content.encode())
    whole = list(read_articles(["-"]))
    put(content.encode())
    assert read_pieces(["-"], size) == whole


def test_names_below_the_root_of_all_folders_stay_as_they_were(corpus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir("/")
    given = [str(corpus.relative_to("/")), str((corpus / "b.csv").relative_to("/"))]
    whole = list(read_articles(given))
    assert [item for piece in cut_inputs(given, 300) for item in read_partition(piece, "/")] == whole


def test_a_piece_that_is_read_from_elsewhere_has_the_names_it_was_given(corpus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(corpus.parent)
    given = ["corpus", "./corpus/a/many.jsonl", "corpus/../corpus/b.csv", str(corpus / "a" / "open.jsonl"), "corpus/missing.txt"]
    whole, pieces = list(read_articles(given)), list(cut_inputs(given, 300))
    monkeypatch.chdir("/")
    assert [item for piece in pieces for item in read_partition(piece, str(corpus.parent))] == whole


def test_a_changed_file_gives_another_stamp(tmp_path: Path) -> None:
    path = write(tmp_path / "a.txt", BODY)
    (before,) = cut_inputs([str(path)], 10)
    assert list(cut_inputs([str(path)], 10)) == [before]
    write(path, BODY + " More.")
    (after,) = cut_inputs([str(path)], 10)
    assert after.stamp != before.stamp
    assert after.describe() != before.describe()


def test_the_size_of_pieces_follows_from_the_inputs(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    sizes = {0: SMALLEST, 10 * SMALLEST: SMALLEST, 1024 * SMALLEST: 4 * SMALLEST, 10**6 * SMALLEST: 32 * SMALLEST}
    for bytes_, size in sizes.items():
        with path.open("wb") as stream:
            stream.truncate(bytes_)  # holes: no byte of it is on the disk
        assert choose_size([str(path)], 32 * SMALLEST) == size
    assert choose_size(["-"], 32 * SMALLEST) == SMALLEST


def test_a_file_that_is_gone_when_its_turn_comes_is_named(tmp_path: Path) -> None:
    piece = Partition((str(tmp_path / "a.jsonl"),), start=0, stop=10)
    (item,) = read_partition(piece)
    assert isinstance(item, Skipped)
    assert item.unreadable
    assert "No such file" in item.reason


def with_peak(work: Callable[[], list[Article | Skipped]]) -> tuple[list[Article | Skipped], int]:
    tracemalloc.start()
    try:
        found = work()
        return found, tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_a_line_without_an_end_is_passed_over_without_being_held(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    with path.open("wb") as stream:
        stream.write(lines(1).encode())
        stream.seek(12 * MAX_LINE)  # a hole of zeros, half a gigabyte long
        stream.write(b"\n" + lines(1, 1).encode())
    found, peak = with_peak(lambda: list(read_articles([path])))
    assert [type(item) for item in found] == [Article, Skipped, Article]
    assert found[1].source == f"{path}:2"
    assert "longer than 40 MiB" in found[1].reason  # type: ignore[union-attr]
    assert found[2].source == f"{path}:3"
    assert peak < 3 * MAX_LINE
    assert read_pieces([str(path)], 50 * SMALLEST) == found


def test_a_file_without_lines_is_cut_without_being_held(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    with path.open("wb") as stream:
        stream.truncate(10 * MAX_LINE)
    found, peak = with_peak(lambda: read_pieces([str(path)], SMALLEST))
    assert len(found) == 1
    assert peak < 3 * MAX_LINE


def test_a_line_of_standard_input_without_an_end_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    content = lines(1).encode() + b'{"text": "' + b"x" * (MAX_LINE + 3 * SMALLEST) + b"\n" + lines(1, 1).encode()
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(content)))
    found = read_pieces(["-"], SMALLEST)
    assert [(type(item), item.source) for item in found] == [
        (Article, "stdin:1"),
        (Skipped, "stdin:2"),
        (Article, "stdin:3"),
    ]


def test_a_damaged_packed_file_is_read_up_to_the_damage(tmp_path: Path) -> None:
    import random

    draw = random.Random(1)
    rows = "".join(json.dumps({"text": BODY + f" {draw.random()}" * 20, "id": f"j{n}"}) + "\n" for n in range(500))
    path = write(tmp_path / "a.jsonl.gz", gzip.compress(rows.encode())[:-2000])
    *kept, damage = read_articles([path])
    assert len(kept) > 100
    assert isinstance(damage, Skipped)
    assert "damaged from here on" in damage.reason


def test_csv_is_read_row_by_row(tmp_path: Path) -> None:
    rows = "".join(f'"{BODY} {n} {"ä" * 200}",SCMP\n' for n in range(30_000))
    path = write(tmp_path / "a.csv", "text,outlet\n" + rows)
    tracemalloc.start()
    try:
        assert sum(isinstance(item, Article) for item in read_articles([path])) == 30_000
        assert tracemalloc.get_traced_memory()[1] < path.stat().st_size / 2
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_csv_is_read_in_the_encoding_that_all_of_it_is_in(tmp_path: Path, encoding: str) -> None:
    text = "Perú abrió el puerto – “grande”."
    rows = ["The harbour opened and ships came.,Daily"] * 40_000 + [f"{text},Weekly"]
    path = tmp_path / "a.csv"
    path.write_text("text,outlet\n" + "\n".join(rows), encoding=encoding)
    *_, last = read_articles([path])
    assert isinstance(last, Article)
    found = decode(path.read_bytes())[1]
    assert (last.text, last.notes) == (text, () if encoding.startswith("utf") else (f"read as {found}, it is not UTF-8",))


def test_csv_that_turns_binary_is_refused_and_an_endless_line_ends_it(tmp_path: Path) -> None:
    (binary,) = read_articles([write(tmp_path / "a.csv", b"text\n" + b"A port opened.\n" * 80_000 + b"\x01\x02" * 40_000)])
    assert isinstance(binary, Skipped)
    assert "binary" in binary.reason
    path = write(tmp_path / "b.csv", b"text\nA port opened.\n" + b"x" * (MAX_LINE + 5))
    first, broken = read_articles([path])
    assert isinstance(first, Article)
    assert isinstance(broken, Skipped)
    assert "broken CSV from here on (a line is longer" in broken.reason
