from __future__ import annotations

import io
import json
from pathlib import Path
from types import SimpleNamespace

import pytest

from framing.articles import MAX_BYTES, Article, Skipped
from framing.readers import read_articles
from framing.readers.text import split_front_matter
from framing.runs.partitions import cut_inputs
from framing.runs.reading import read_partition

BODY = "Peru opened a port. Ships came."


def articles(*paths: Path | str) -> list[Article]:
    found = list(read_articles(paths))
    assert all(isinstance(item, Article) for item in found), found
    return found  # type: ignore[return-value]


def reasons(*paths: Path | str) -> list[str]:
    return [f"{item.source}: {item.reason}" for item in read_articles(paths) if isinstance(item, Skipped)]


def write(path: Path, content: str | bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def test_a_text_file_is_one_article_named_by_its_stem(tmp_path: Path) -> None:
    (article,) = articles(write(tmp_path / "port.txt", BODY))
    assert (article.id, article.text, article.outlet) == ("port", BODY, None)


def test_front_matter_in_both_styles_gives_the_metadata(tmp_path: Path) -> None:
    yaml = "---\nid: p1\noutlet: 'Caixin'\n# a remark\n\ndate: 2024-11\noutlet_country:\ntitle: A: B\n---\n\n" + BODY
    toml = '+++\nid = "p1"\noutlet = "Caixin"\ndate = 2024-11-01\n+++\n' + BODY
    (first,) = articles(write(tmp_path / "a.md", yaml))
    (second,) = articles(write(tmp_path / "b.md", toml))
    assert (first.id, first.outlet, first.date, first.title, first.country) == ("p1", "Caixin", "2024-11", "A: B", None)
    assert (second.id, second.outlet, second.date) == ("p1", "Caixin", "2024-11-01")
    assert first.text == second.text == BODY


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("---\nid: p1\noutlet Caixin\n---\n" + BODY, "line 3: front matter wants 'key: value', not 'outlet Caixin'"),
        ("---\nid: p1\n" + BODY, "line 1: the front matter is not closed by a line of ---"),
        ("+++\nid = \n+++\n" + BODY, "front matter: "),
        ("+++\nid = " + "[" * 9000 + "\n+++\n" + BODY, "front matter: it is nested too deeply"),
        ("---\nid: " + "x" * 30000 + "\n---\n" + BODY, "front matter is longer than"),
        ("---\nid: p1\n---\n", "it is empty"),
        ("", "it is empty"),
        (b"\x00\x01\x02", "it is binary, not text"),
    ],
)
def test_a_broken_text_file_is_skipped_with_its_reason(tmp_path: Path, content: str | bytes, reason: str) -> None:
    (found,) = reasons(write(tmp_path / "a.md", content))
    assert reason in found


def test_a_date_that_cannot_be_read_costs_the_date_and_not_the_article(tmp_path: Path) -> None:
    (article,) = articles(write(tmp_path / "a.md", "---\ndate: yesterday\n---\n" + BODY))
    assert (article.date, article.text) == (None, BODY)
    assert "date 'yesterday' is not YYYY" in article.notes[0]


def test_a_path_that_cannot_be_reached_costs_only_itself(tmp_path: Path) -> None:
    good = write(tmp_path / "a.txt", BODY)
    found = list(read_articles([good, "x" * 300 + ".txt", good]))
    assert [isinstance(item, Article) for item in found] == [True, False, True]


def test_dates_of_parquet_are_kept(tmp_path: Path) -> None:
    from datetime import date

    import pyarrow as pa
    from pyarrow import parquet

    parquet.write_table(pa.table({"text": [BODY], "date": [date(2024, 5, 1)]}), tmp_path / "a.parquet")
    assert articles(tmp_path / "a.parquet")[0].date == "2024-05-01"


def test_a_blank_path_and_a_pipe_name_no_article(tmp_path: Path) -> None:
    import os

    os.mkfifo(tmp_path / "pipe.txt")
    assert "names no file" in reasons(" ")[0]
    assert "neither a file nor a folder" in reasons(tmp_path / "pipe.txt")[0]


def test_a_rule_above_plain_text_is_no_front_matter() -> None:
    assert split_front_matter("---\nPeru opened a port.\n") == ({}, "---\nPeru opened a port.\n")


def test_subfolders_name_outlets_unless_front_matter_does(tmp_path: Path) -> None:
    write(tmp_path / "SCMP" / "a.txt", BODY)
    write(tmp_path / "SCMP" / "b.md", "---\noutlet: Caixin\n---\n" + BODY)
    write(tmp_path / "README.md", "Not an article.")
    write(tmp_path / "c.txt", BODY)
    assert [(a.id, a.outlet) for a in articles(tmp_path)] == [("SCMP/a", "SCMP"), ("SCMP/b", "Caixin"), ("c", None)]


def test_what_cannot_be_opened_is_named_and_the_rest_is_read(tmp_path: Path) -> None:
    good = write(tmp_path / "a.txt", BODY)
    found = list(read_articles([tmp_path / "none.txt", good, write(tmp_path / "b.docx", "x"), tmp_path / "empty"]))
    assert [isinstance(item, Article) for item in found] == [False, True, False, False]
    assert [item.unreadable for item in found if isinstance(item, Skipped)] == [True, True, True]
    (tmp_path / "empty").mkdir()
    assert "holds no" in reasons(tmp_path / "empty")[0]


def test_a_file_larger_than_any_article_is_skipped(tmp_path: Path) -> None:
    assert "larger than 20 MiB" in reasons(write(tmp_path / "a.txt", b"a" * (MAX_BYTES + 1)))[0]
    assert "larger than 20 MiB" in reasons(write(tmp_path / "a.html", b"a" * (MAX_BYTES + 1)))[0]


def test_a_broken_json_line_is_skipped_by_number_and_the_others_are_read(tmp_path: Path) -> None:
    rows = [
        json.dumps({"text": BODY, "id": 7, "outlet": " SCMP ", "date": "2024", "title": None}),
        '{"text": "torn',
        "[1]",
        json.dumps({"txt": BODY}),
        json.dumps({"text": 3}),
        json.dumps({"article_id": "a", "frames": {}, "sentences": 3}),
        '{"text": ' + "[" * 100_000,
        json.dumps({"text": BODY, "outlet": True}),
        "",
        json.dumps({"sentences": ["One.", "Two."], "id": "s"}),
        json.dumps({"sentences": "One."}),
        json.dumps({"sentences": []}),
    ]
    path = write(tmp_path / "a.jsonl", "\ufeff" + "\n".join(rows))
    found = list(read_articles([path]))
    kept = [item for item in found if isinstance(item, Article)]
    assert [item.id for item in kept] == ["7", f"{path}:8", "s"]
    assert (kept[0].outlet, kept[0].date, kept[1].outlet) == ("SCMP", "2024", None)
    assert kept[2].sentences == ("One.", "Two.")
    assert [int(r.split(":")[1]) for r in reasons(path)] == [2, 3, 4, 5, 6, 7, 11, 12]
    assert "did you mean 'txt'" in reasons(path)[2]


def test_an_empty_table_is_named(tmp_path: Path) -> None:
    assert reasons(write(tmp_path / "a.jsonl", "\n \n"))[0].endswith("it is empty")
    assert "'text' is missing" in reasons(write(tmp_path / "a.csv", ""))[0]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_is_read_with_the_delimiter_of_its_header(tmp_path: Path, delimiter: str) -> None:
    lines = [delimiter.join(("Text", "outlet", "date")), delimiter.join((f'"{BODY}\nMore."', "SCMP", "2024-11"))]
    (article,) = articles(write(tmp_path / "a.csv", "\n".join(lines)))
    assert (article.text, article.outlet, article.date) == (f"{BODY}\nMore.", "SCMP", "2024-11")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("body,outlet\nx,y\n", "the column 'text' is missing (known: body, outlet)"),
        ("texts,outlet\nx,y\n", "did you mean 'texts'?"),
        ("article_id,frames.storm.share\nx,1\n", "it holds scores, not an article"),
        ("text,outlet\nx,y,z\n", "it has 3 cells, the header has 2"),
        ('text,outlet\n"x,y\n', "broken CSV"),
        (b"text\n\x00\x00", "it is binary"),
        ('"text,outlet\nfoo,bar\n', "broken CSV header"),
        ("text,text\na,b\n", "two columns 'text'"),
    ],
)
def test_a_broken_csv_is_named_with_its_line(tmp_path: Path, content: str | bytes, reason: str) -> None:
    assert any(reason in found for found in reasons(write(tmp_path / "a.csv", content)))


def test_the_article_is_found_in_a_web_page(tmp_path: Path) -> None:
    paragraphs = "".join(
        f"<p>Peru opened a large port in Chancay, and {n} ships came from Asia to load copper and fruit.</p>" for n in range(9)
    )
    body = f"<nav><a href='/'>Home</a></nav><article><h1>Port opens</h1>{paragraphs}</article>"
    page = f"<html><head><title>Port opens</title></head><body>{body}</body></html>"
    (article,) = articles(write(tmp_path / "page.html", page))
    assert "8 ships came" in article.text
    assert article.title == "Port opens"
    assert "Home" not in article.text
    assert "no article text" in reasons(write(tmp_path / "blank.html", "<html><body></body></html>"))[0]


def test_parquet_is_read_in_batches(tmp_path: Path) -> None:
    import pyarrow as pa
    from pyarrow import parquet

    path = tmp_path / "a.parquet"
    parquet.write_table(pa.table({"text": [BODY, "", None], "outlet": ["SCMP", "Caixin", None], "other": [1, 2, 3]}), path)
    found = list(read_articles([path]))
    assert isinstance(found[0], Article)
    assert (found[0].outlet, found[0].text) == ("SCMP", BODY)
    assert [isinstance(item, Skipped) for item in found] == [False, True, True]
    parquet.write_table(pa.table({"body": [BODY]}), path)
    assert "'text' is missing" in reasons(path)[0]
    parquet.write_table(pa.table({"article_id": ["a"]}), path)
    assert "it holds scores" in reasons(path)[0]
    assert "no readable Parquet" in reasons(write(tmp_path / "b.parquet", b"PAR1 nonsense"))[0]


@pytest.mark.parametrize(("ending", "module"), [("html", "trafilatura"), ("parquet", "pyarrow")])
def test_a_missing_extra_is_named_with_the_command_that_installs_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ending: str, module: str
) -> None:
    monkeypatch.setitem(__import__("sys").modules, module, None)
    assert f"pip install 'framing[{ending}]'" in reasons(write(tmp_path / f"a.{ending}", "x"))[0]


@pytest.mark.parametrize(
    ("data", "ids"),
    [
        (BODY.encode(), ["stdin"]),
        (json.dumps({"text": BODY, "id": "j"}).encode() + b"\n" + json.dumps({"text": BODY}).encode(), ["j", "stdin:2"]),
    ],
)
def test_standard_input_is_text_or_json_lines(monkeypatch: pytest.MonkeyPatch, data: bytes, ids: list[str]) -> None:
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(data)))
    assert [article.id for article in articles("-")] == ids


def test_endless_standard_input_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(b"a" * (MAX_BYTES + 5))))
    assert "larger than" in reasons("-")[0]


def test_a_file_that_may_not_be_read_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    path = write(tmp_path / "a.txt", BODY)
    monkeypatch.setattr(Path, "read_bytes", refuse)
    assert "cannot be read: Permission denied" in reasons(path)[0]


@pytest.mark.parametrize(
    ("kind", "unit", "value", "date"),
    [
        ("timestamp", ("ns",), 1_700_000_000_123_456_789, "2023-11-14"),
        ("timestamp", ("us",), 2**62, None),
        ("timestamp", ("us", "Foo/Bar"), 1, None),
        ("date32", (), 2**31 - 5, None),
        ("duration", ("ns",), 1, None),
        ("time64", ("ns",), 1, None),
    ],
)
def test_a_day_that_python_cannot_hold_costs_the_date_and_not_the_article(
    tmp_path: Path, kind: str, unit: tuple[str, ...], value: int, date: str | None
) -> None:
    import pyarrow as pa
    from pyarrow import parquet

    days = pa.array([None, value], pa.int32() if kind == "date32" else pa.int64()).cast(getattr(pa, kind)(*unit))
    parquet.write_table(pa.table({"text": [BODY] * 2, "date": days}), tmp_path / "a.parquet")
    assert [(article.text, article.date) for article in articles(tmp_path / "a.parquet")] == [(BODY, None), (BODY, date)]


@pytest.mark.parametrize("bad", ["text", "id", "sentences"])
def test_a_row_of_parquet_with_bytes_that_are_no_text_is_skipped_by_its_place(tmp_path: Path, bad: str) -> None:
    import pyarrow as pa
    from pyarrow import parquet

    values = pa.array([b"Ships came.", b"\xff\xfe", b"Ships left."]).view(pa.string())
    cells = pa.ListArray.from_arrays([0, 1, 2, 3], values) if bad == "sentences" else values
    parquet.write_table(pa.table({"text": [BODY] * 3} | {bad: cells}), path := tmp_path / "a.parquet")
    found = list(read_articles([path]))
    assert [isinstance(item, Article) for item in found] == [True, False, True]
    (reason,) = reasons(path)
    assert reason.startswith(f"{path}:2: its '{bad}' cannot be read ('utf-8' codec can't decode byte 0xff")


def test_parquet_with_damaged_pages_is_named_with_what_is_wrong(tmp_path: Path) -> None:
    import pyarrow as pa
    from pyarrow import parquet

    path = tmp_path / "a.parquet"
    parquet.write_table(pa.table({"text": [BODY] * 9}), path, use_dictionary=False, compression="none")
    path.write_bytes(path.read_bytes()[:4] + b"\xff" * 40 + path.read_bytes()[44:])
    (item,) = read_articles([path])
    assert isinstance(item, Skipped)
    assert item.unreadable
    assert "it is damaged from here on (" in item.reason
    assert "None" not in item.reason


@pytest.mark.parametrize("ending", [".txt", ".jsonl", ".jsonl.gz", ".csv", ".parquet", ".html", ".warc"])
def test_a_link_that_leads_to_itself_costs_only_itself(tmp_path: Path, ending: str) -> None:
    (tmp_path / f"b{ending}").symlink_to(f"b{ending}")
    first, loop, last = write(tmp_path / "a.txt", BODY), tmp_path / f"b{ending}", write(tmp_path / "c.txt", BODY)
    found = list(read_articles([tmp_path]))
    assert [item.source for item in found] == [str(first), str(loop), str(last)]
    assert reasons(tmp_path) == [f"{loop}: it cannot be read: Too many levels of symbolic links"]
    assert isinstance(found[1], Skipped)
    assert found[1].unreadable
    assert [item for piece in cut_inputs([str(tmp_path)], 2**20) for item in read_partition(piece)] == found


@pytest.mark.parametrize("locked", ["b", "b.txt", "."])
def test_a_folder_that_may_not_be_read_is_named_in_its_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, locked: str) -> None:
    import os

    closed, scan = tmp_path / locked, os.scandir
    closed.mkdir(exist_ok=True)
    sources = [str(write(tmp_path / "a.txt", BODY)), str(closed), str(write(tmp_path / "c.txt", BODY))]

    def refuse(folder: str | Path) -> object:
        if Path(folder) == closed:
            raise PermissionError(13, "Permission denied")
        return scan(folder)

    monkeypatch.setattr(os, "scandir", refuse)
    assert [item.source for item in read_articles([tmp_path])] == ([str(tmp_path)] if locked == "." else sources)
    assert reasons(tmp_path) == [f"{closed}: it cannot be read: Permission denied"]
    pieces = cut_inputs([str(tmp_path)], 40)
    assert [item for piece in pieces for item in read_partition(piece)] == list(read_articles([tmp_path]))


def test_the_note_on_the_encoding_of_csv_comes_once_a_file_where_it_first_matters(tmp_path: Path) -> None:
    rows = "".join(f"{n},Przyszły statki do portu numer {n} i odpłynęły\n" for n in range(99))
    path = write(tmp_path / "a.csv", ("id,text\n0,\na,Ships came.\n" + rows).encode("cp1250"))
    found = [item for item in read_articles([path, path]) if isinstance(item, Article)]
    assert [n for n, article in enumerate(found) if article.notes] == [1, 101]
    assert "it is not UTF-8" in found[1].notes[0]
    assert found[99].text == "Przyszły statki do portu numer 98 i odpłynęły"


@pytest.mark.parametrize("end", ["\n", ""])
@pytest.mark.parametrize("size", [1, 5000])
def test_every_whole_line_before_damage_in_a_packed_file_is_kept(tmp_path: Path, size: int, end: str) -> None:
    import gzip

    rows = [json.dumps({"id": str(n), "text": f"{BODY} {n * 7919}"}) for n in range(size)]
    member = gzip.compress(("\n".join(rows) + end).encode())
    for name, data in (("garbage", member + b"garbage"), ("no sum", member[:-8]), ("wrong sum", member[:-8] + b"x" * 8)):
        path = write(tmp_path / f"{name}.jsonl.gz", data)
        assert [item.id for item in read_articles([path]) if isinstance(item, Article)] == [str(n) for n in range(size)]
        assert [reason.partition(" (")[0] for reason in reasons(path)] == [f"{path}: it is damaged from here on"]


def test_a_line_torn_by_damage_in_a_packed_file_is_reported_once(tmp_path: Path) -> None:
    import gzip

    whole, torn = json.dumps({"id": "a", "text": BODY}), '{"id": "b", "text": "Ships'
    path = write(tmp_path / "a.jsonl.gz", gzip.compress(f"{whole}\n{torn}".encode()) + b"garbage")
    assert [getattr(item, "id", None) for item in read_articles([path])] == ["a", None]
    assert "it is damaged from here on (Not a gzipped file" in reasons(path)[0]
