"""Codings out to another tool and back by commands, and codes shared without their texts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from conftest import CODEBOOK, write_jsonl
from test_coding_commands import refused, run

from framing.annotation_files import read_annotations
from framing.exchange import FORMATS

TEXTS = [f"Hail fell {n} times." for n in range(6)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "codebook.toml").write_text(CODEBOOK, "utf-8")
    write_jsonl(tmp_path / "articles.jsonl", [{"id": "a", "outlet": "Daily", "sentences": TEXTS}])
    run("sample", tmp_path / "articles.jsonl", "-n", "6", "--coder", "ana", "--coder", "ben", "--overlap", "6",
        "-o", tmp_path / "sample.jsonl")  # fmt: skip
    for coder, answers in (("ana", "s /=a note\nn1\nx\ns!\n-\nh\n"), ("ben", "n\ns\nz\nh2\ns\nn\ns\nq\n")):
        run("annotate", tmp_path / "sample.jsonl", "--coder", coder, "--tui", given=answers)
    run("adjudicate", tmp_path / "coded.jsonl", "--adjudicator", "eva", "--tui", given="=1\nq\n")
    return tmp_path


@pytest.mark.parametrize("name", FORMATS)
def test_codings_come_back_as_they_went(folder: Path, name: str) -> None:
    assert "annotations are in" in run("export", folder / "coded.jsonl", "--to", name, "-o", folder / name).stderr
    book = ["--codebook", folder / "codebook.toml"]
    told = run("import", folder / name, "--from", name, *book, "-o", folder / "back.jsonl").stderr
    assert "2 skipped" not in told
    assert "by ana, ben, eva" in told
    assert read_annotations([folder / "back.jsonl"]) == read_annotations([folder / "coded.jsonl"])


@pytest.mark.parametrize("name", FORMATS)
def test_a_sample_goes_out_to_be_coded(folder: Path, name: str) -> None:
    run("export", folder / "sample.jsonl", "--to", name, "-o", folder / name)
    assert any((folder / name).iterdir())


def test_one_file_may_be_named(folder: Path) -> None:
    run("export", folder / "coded.jsonl", "--to", "excel", "-o", folder / "codings.xlsx")
    run("import", folder / "codings.xlsx", "--from", "excel", "--coder", "ana=Ana B.", "-o", folder / "back.jsonl")
    assert "Ana B." in {annotation.coder for annotation in read_annotations([folder / "back.jsonl"])}
    assert "name a folder" in refused("export", folder / "coded.jsonl", "--to", "label-studio", "-o", folder / "x.json")


def test_codes_are_shared_without_texts_and_find_them_again(folder: Path) -> None:
    run("export", folder / "coded.jsonl", "--without-text", "-o", folder / "codes.jsonl")
    shared = (folder / "codes.jsonl").read_text("utf-8")
    assert "Hail" not in shared
    assert "a note" not in shared
    run("export", folder / "coded.jsonl", "--without-text", "--with-notes", "-o", folder / "noted.jsonl")
    assert "=a note" in (folder / "noted.jsonl").read_text("utf-8")
    result = run("import", folder / "codes.jsonl", "--from", "jsonl", "--articles", folder / "articles.jsonl",
                 "-o", folder / "back.jsonl")  # fmt: skip
    assert "left out" not in result.stderr
    back = read_annotations([folder / "back.jsonl"])
    assert sorted(a.text for a in back) == sorted(a.text for a in read_annotations([folder / "coded.jsonl"]))


def test_an_import_says_what_is_odd(folder: Path) -> None:
    rows = [json.loads(line) for line in (folder / "coded.jsonl").read_text("utf-8").splitlines()]
    rows[0]["text"] = "Snow fell."
    told = run("import", write_jsonl(folder / "odd.jsonl", rows), "--from", "jsonl", "-o", folder / "back.jsonl").stderr
    assert "was changed after it was coded" in told


@pytest.mark.parametrize(
    ("arguments", "code", "reason"),
    [
        (["export", "coded.jsonl", "--to", "labelstudio", "-o", "x"], 2, "did you mean 'label-studio'"),
        (["export", "coded.jsonl", "--with-notes", "-o", "x"], 2, "--with-notes belongs to --without-text"),
        (["export", "coded.jsonl", "--to", "doccano", "--without-text", "-o", "x"], 2, "--without-text goes with"),
        (["export", "coded.jsonl", "-o", "sample.jsonl"], 4, "it is there already"),
        (["export", "none.jsonl", "-o", "x"], 3, "none.jsonl: "),
        (["import", "coded.jsonl", "--from", "jsonl", "-o", "x.csv"], 2, "written as JSON Lines"),
        (["import", "coded.jsonl", "--from", "jsonl", "-o", "sample.jsonl"], 4, "it is there already"),
        (["import", "coded.jsonl", "--from", "jsonl", "--coder", "ana", "-o", "x.jsonl"], 2, "write OLD=NEW"),
        (["import", "coded.jsonl", "--from", "jsonl", "--coder", "ann=x", "-o", "x.jsonl"], 2, "no coding is by 'ann'"),
        (["import", "coded.jsonl", "--from", "label-studio", "-o", "x.jsonl"], 3, "coded.jsonl"),
        (["import", "none.json", "--from", "label-studio", "-o", "x.jsonl"], 4, "none.json"),
    ],
)
def test_what_cannot_be_exchanged_is_refused_in_one_line(
    folder: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], code: int, reason: str
) -> None:
    monkeypatch.chdir(folder)
    assert reason in refused(*arguments, code=code)
    assert not Path("x.jsonl").exists()
