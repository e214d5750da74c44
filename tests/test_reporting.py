"""The command that writes a report, from files to a page, Markdown and figures."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path
from typing import Any

import pytest
from conftest import write_jsonl
from test_summarizing import code, records, refused, run, write_corpus

from framing.report.assembly import _choose_period


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with articles and the codings of a sample of 200."""
    folder = tmp_path_factory.mktemp("report")
    path = write_corpus(folder)
    run("sample", path, "-n", "200", "-o", folder / "sample.jsonl")
    code(folder, folder / "sample.jsonl")
    return folder


@pytest.fixture(scope="module")
def made(corpus: Path, saved: Path) -> Path:
    """The folder with a report and its figures."""
    options = ["-a", corpus / "coded-sample.jsonl", "-m", saved, "-o", corpus / "report.html", "--figures", corpus / "figures"]
    said = run("report", corpus / "articles.jsonl", *options, "--title", "The news <of> Peru").stderr
    assert "report.html holds the report" in said
    assert "200 coded sentences correct the shares" in said
    return corpus


def embedded(page: str, name: str) -> Any:
    return json.loads(re.findall(rf'<script type="application/json" id="{name}">(.*?)</script>', page, re.DOTALL)[0])


def test_the_numbers_of_a_report_are_those_of_the_summary(made: Path, saved: Path) -> None:
    page = (made / "report.html").read_text("utf-8")
    summary = records(run("summarize", made / "articles.jsonl", "-a", made / "coded-sample.jsonl", "-m", saved))
    assert embedded(page, "records") == summary
    rows = list(csv.DictReader((made / "figures" / "frames-by-outlet.csv").read_text("utf-8").splitlines()))
    shown = {(row["outlet"], row["frame"]): row for row in rows}
    for record in summary:
        for frame, share in record["frames"].items():
            row = shown.get((record["outlet"], frame)) or shown[record["outlet"], frame.capitalize()]
            for field in ("share", "low", "high"):
                assert (float(row[field]) if row[field] else None) == pytest.approx(share[field], abs=1e-6)


def test_a_report_claims_the_differences_that_hold_and_says_how_it_was_made(made: Path) -> None:
    page = " ".join((made / "report.html").read_text("utf-8").split())  # blanks may be ones that do not break
    assert "<title>The news &lt;of&gt; Peru</title>" in page
    assert "uses the frame “Storm” in more of what it publishes than Daily" in page
    for part in ("200 coded sentences", "Made by a test.", "Särndal", "Benjamini"):
        assert part in page
    assert not re.search(r"<(?:script|img|link|iframe)[^>]+(?:src|href)=\"(?!data:)", page)


def test_each_figure_is_written_in_four_forms(made: Path) -> None:
    names = {path.name.partition(".")[0] for path in (made / "figures").iterdir()}
    assert {"frames-by-outlet", "heat-map-by-outlet", "stance-by-outlet", "errors-by-outlet", "frames-together"} <= names
    for name in names:
        assert all((made / "figures" / f"{name}{ending}").stat().st_size for ending in (".svg", ".png", ".csv", ".vl.json"))


def test_a_report_may_be_markdown_on_standard_output(made: Path, saved: Path) -> None:
    text = run("report", made / "articles.jsonl", "-a", made / "coded-sample.jsonl", "-m", saved, "-f", "md").stdout
    assert text.startswith("# How outlets frame the news\n")
    assert "| Weekly |" in text
    assert "95% interval" in text


def test_a_report_without_codes_claims_nothing(made: Path, saved: Path, tmp_path: Path) -> None:
    output = tmp_path / "index.md"
    run("report", made / "articles.jsonl", "-m", saved, "-o", output)
    text = output.read_text("utf-8")
    assert "No coded sentences of these articles were given" in text
    assert "95% interval" not in text.partition("## Methods")[0]
    assert "in more of" not in text


def test_one_outlet_makes_a_report_too(saved: Path, tmp_path: Path) -> None:
    path = write_jsonl(tmp_path / "a.jsonl", [{"id": str(n), "text": "The gale felled 12 trees. A bus came."} for n in range(3)])
    output = tmp_path / "one.html"
    run("report", path, "-m", saved, "-o", output)
    assert "(unknown)" in output.read_text("utf-8")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ([], "name the file of the report: -o report.html"),
        (["-o", "report.docx"], "report.docx: its ending tells no format; use .html or .md"),
        (["-o", "report.html", "-f", "pdf"], "--format 'pdf' is none of html, md"),
    ],
)
def test_what_makes_no_report_is_refused_before_anything_is_read(options: list[str], said: str, saved: Path) -> None:
    assert said in refused("report", "nowhere", "-m", saved, *options)


def test_saved_scores_make_a_report_if_they_are_of_sentences(made: Path, saved: Path, tmp_path: Path) -> None:
    for unit in ("sentence", "article"):
        run("score", made / "articles.jsonl", "-m", saved, "--unit", unit, "-o", tmp_path / f"{unit}.jsonl")
    run("report", tmp_path / "sentence.jsonl", "-m", saved, "-o", tmp_path / "report.html")
    assert "are per article; a report takes those of sentences" in refused(
        "report", tmp_path / "article.jsonl", "-m", saved, "-o", tmp_path / "other.html"
    )
    assert not (tmp_path / "other.html").exists()


def test_nothing_to_read_makes_no_report(saved: Path, tmp_path: Path) -> None:
    (tmp_path / "empty.txt").write_text("")
    run("report", tmp_path / "empty.txt", "-m", saved, "-o", tmp_path / "report.html", code=1)
    assert not (tmp_path / "report.html").exists()


@pytest.mark.parametrize(
    ("dates", "period"),
    [
        (["2024"], "year"),
        (["2024", "2024-06-27", "2024-11"], "month"),
        (["2024-01-01", "2024-03-01"], "week"),
        (["2024-01", "2024-02"], "month"),
        (["2012-01-02", "2020-01-01"], "year"),
    ],
)
def test_a_trend_is_by_the_period_that_suits_the_dates(dates: list[str], period: str) -> None:
    assert _choose_period(dates) == period
