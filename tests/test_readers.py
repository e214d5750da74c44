from __future__ import annotations

import io
import json
from pathlib import Path
from types import SimpleNamespace

import pytest

from framing.articles import MAX_BYTES, Article, Skipped
from framing.readers import read_articles
from framing.readers.text import split_front_matter

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
