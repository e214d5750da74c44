"""The page and the Markdown of a report: whole, self-contained, readable for everyone, and inert whatever names it is given."""

from __future__ import annotations

import csv
import json
import re
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from html.parser import HTMLParser
from io import StringIO
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from report_pieces import code_news, report_news, score_news

from framing.codebook import parse_codebook
from framing.errors import UsageError
from framing.model import FramingModel
from framing.output import plain
from framing.report.browser import is_web_address, list_browser
from framing.report.charts import gather_data, tabulate_figure
from framing.report.content import Piece, Report
from framing.report.markdown import escape, render_markdown
from framing.report.page import embed_json, render_page
from framing.report.picking import cut_pieces, list_articles, mark_term
from framing.report.quality_tables import tabulate_agreement, tabulate_errors, tabulate_evaluation
from framing.report.sections import arrange_sections
from framing.report.tabulating import (
    Table,
    tabulate_checks,
    tabulate_contrasts,
    tabulate_frames,
    tabulate_outlets,
    tabulate_pairs,
    tabulate_ranks,
    tabulate_speakers,
    tabulate_stances,
)
from framing.summary_records import summary_records

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="needs the browser Chromium (on Debian: apt install chromium)")

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
FLAGS += ["--disable-component-update", "--disable-sync"]

OWNED = "document.title='owned'"
HOSTILE = [
    f"<script>{OWNED}</script>",
    f'</script><img src=x onerror="{OWNED}">',
    "\"Quotes\" & 'apostrophes' | pipe",
    "صحيفة القاهرة",
    "环球新闻日报",
    "Süddeutsche Küstenzeitung",
    "El Día\u202e de\x1b[31m Lima",
    "The " + "very " * 60 + "long name",
    "{{ 7*7 }}{% raw %}",
    "`code` *stars* [link](javascript:alert(1))",
]


@pytest.fixture(scope="module")
def news(model: FramingModel) -> Report:
    return report_news(model, code_news(score_news(model, ["Daily", "Weekly", "Coast"], articles=16)))


@pytest.fixture(scope="module")
def uncoded(model: FramingModel) -> Report:
    return report_news(model, code_news(score_news(model, ["Daily", "Weekly"]), share=0))


@pytest.fixture(scope="module")
def hostile(model: FramingModel) -> Report:
    population = score_news(model, HOSTILE, articles=20, title=f"<b>{{outlet}}</b> {{n}} <script>{OWNED}</script>")
    return report_news(model, code_news(population, 0.4), title=f"<script>{OWNED}</script> & “{HOSTILE[3]}”")


class Reader(HTMLParser):
    """What a page holds: its tags with their attributes in order, and the text outside script and style."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self._inside = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._inside = tag if tag in ("script", "style") else self._inside

    def handle_endtag(self, tag: str) -> None:
        self._inside = "" if tag == self._inside else self._inside

    def handle_data(self, data: str) -> None:
        self.text += "" if self._inside else data

    def list_values(self, name: str) -> list[str]:
        return [str(attributes[name]) for _, attributes in self.tags if name in attributes]


@pytest.fixture(scope="module", params=["news", "uncoded", "hostile"])
def page(request: pytest.FixtureRequest) -> Reader:
    return Reader(render_page(request.getfixturevalue(request.param)))


def test_a_page_asks_nobody_for_anything(page: Reader) -> None:
    assert [value for name in ("src", "data", "poster", "action", "srcset", "ping") for value in page.list_values(name)] == []
    assert set(page.list_values("http-equiv")) == {"Content-Security-Policy"}
    policy = next(attributes["content"] for tag, attributes in page.tags if attributes.get("http-equiv"))
    assert str(policy).startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in str(policy)
    outside = [address for address in page.list_values("href") if not address.startswith(("#", "data:"))]
    assert set(outside) <= {"https://news.example/0"}


def test_no_handler_and_no_style_stands_in_a_tag(page: Reader) -> None:
    assert not {name for _, attributes in page.tags for name in attributes if name.startswith("on") or name == "style"}
    assert [tag for tag, _ in page.tags].count("script") == 3
    assert not {"img", "iframe", "object", "embed", "form"} & {tag for tag, _ in page.tags}


def test_the_parts_of_a_page_can_be_told_and_reached(page: Reader) -> None:
    names = page.list_values("id")
    assert len(names) == len(set(names))
    assert {address[1:] for address in page.list_values("href") if address.startswith("#")} <= set(names)
    assert {name for value in page.list_values("aria-labelledby") for name in value.split()} <= set(names)
    tags = [tag for tag, _ in page.tags]
    assert {"header", "nav", "main", "footer"} <= set(tags)
    assert tags.count("h1") == tags.count("main") == 1
    assert dict(page.tags)["html"] == {"lang": "en"}


def test_headings_go_down_step_by_step(page: Reader) -> None:
    levels = [int(tag[1]) for tag, _ in page.tags if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_every_table_has_a_caption_and_every_heading_cell_a_scope(page: Reader) -> None:
    tags = [tag for tag, _ in page.tags]
    assert tags.count("table") == tags.count("caption") > 3
    assert all(attributes.get("scope") in ("row", "col") for tag, attributes in page.tags if tag == "th")
    charts = [place for place, (tag, _) in enumerate(page.tags) if tag == "figure"]
    assert charts
    assert all({"svg", "figcaption", "table"} <= set(tags[place : place + 2000]) for place in charts)


def list_tables(report: Report) -> list[Table]:
    codebook, outlets = report.codebook, report.outlets
    tables = [tabulate_outlets(outlets), tabulate_frames(outlets, codebook), tabulate_stances(outlets, codebook)]
    tables += [tabulate_checks(outlets, codebook), *tabulate_errors(report)]
    made = (tabulate(report) for tabulate in (tabulate_contrasts, tabulate_ranks, tabulate_speakers, tabulate_pairs))
    tables += [table for table in made if table is not None]
    tables += [tabulate_figure(figure, codebook) for figure in report.figures]
    return tables + [
        table for coding in (report.sample, report.training) if (table := tabulate_agreement(coding.agreement, codebook, ""))
    ]


@pytest.mark.parametrize("which", ["news", "uncoded", "hostile"])
def test_rows_have_a_cell_for_each_column_on_one_line(which: str, request: pytest.FixtureRequest) -> None:
    for table in list_tables(request.getfixturevalue(which)):
        assert {len(row) for row in table.rows} == {len(table.columns)}, table.caption
        assert not [cell for row in table.rows for cell in row if not cell or re.search(r"[\n\x00-\x1f\u202a-\u202e]", cell)]


def test_an_evaluation_is_a_row_for_each_label(training: Any, news: Report) -> None:
    (table, *_) = [tabulate_evaluation(evaluation, news.codebook) for evaluation in training.evaluations]
    assert [row[0].removesuffix(" †") for row in table.rows][:3] == ["Harvest", "Storm", "Ghost"]
    assert "Stance towards The mayor, favor" in [row[0].removesuffix(" †") for row in table.rows]


def test_an_index_is_hollow_wherever_it_stands(uncoded: Report) -> None:
    for table in (tabulate_frames(uncoded.outlets, uncoded.codebook), tabulate_stances(uncoded.outlets, uncoded.codebook)):
        assert {cell[0] for row in table.rows for cell in row[1:]} <= {"○", "–"}
    text = Reader(render_page(uncoded)).text
    assert "no difference is claimed" in text
    assert "95% interval:" not in text


def test_several_outlets_are_followed_by_all_of_them(news: Report) -> None:
    alone = replace(news.outlets, groups=news.outlets.groups[:1])
    for tabulate in (tabulate_frames, tabulate_stances, tabulate_checks):
        assert tabulate(news.outlets, news.codebook).rows[-1][0] == "all outlets"
        assert "all outlets" not in {row[0] for row in tabulate(alone, news.codebook).rows}
    assert "| all outlets |" in render_markdown(news)
    assert Reader(render_page(news)).text.count("all outlets") >= 4


def test_who_coded_is_left_to_the_data(news: Report, uncoded: Report) -> None:
    for report in (news, uncoded):
        for text in (Reader(render_page(report)).text, render_markdown(report)):
            assert not re.search("hand-coded|in favour|Their authors", text, re.IGNORECASE)


def test_the_records_in_the_page_are_those_of_the_summary(hostile: Report) -> None:
    page = render_page(hostile)
    found = re.findall(r'<script type="application/json" id="records">(.*?)</script>', page, re.DOTALL)
    assert [json.loads(text) for text in found] == [list(summary_records(hostile.outlets))]


def test_the_data_of_a_chart_are_those_of_its_figure_and_run_nowhere(hostile: Report, news: Report) -> None:
    (first, *_) = gather_data(news.figures)
    assert first["columns"] == list(news.figures[0].columns)
    share = list(news.figures[0].columns).index("share")
    assert [row[share] for row in first["rows"]] == pytest.approx([row[share] for row in news.figures[0].rows], abs=1e-6)
    cells = [cell for data in gather_data(hostile.figures) for row in data["rows"] for cell in row if isinstance(cell, str)]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "@"))]


@given(st.recursive(st.none() | st.text() | st.integers(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)))
def test_embedded_json_is_the_same_and_ends_no_element(value: object) -> None:
    text = embed_json(value)
    assert json.loads(text) == value
    assert not set("<>&\u2028\u2029") & set(text)


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=60), st.sampled_from(["hail", "good harvest"]))
def test_marking_changes_no_letter(text: str, term: str) -> None:
    pieces = mark_term(f"{text} {term.upper()}!", term)
    assert "".join(piece.text for piece in pieces) == plain(f"{text} {term.upper()}!")
    assert all(piece.text for piece in pieces)


def test_the_words_that_decided_are_marked_in_the_sentence(model: FramingModel) -> None:
    pieces = cut_pieces(model, "storm", "Hail broke 12 roofs\x1b in the valley.")
    assert "".join(piece.text for piece in pieces) == "Hail broke 12 roofs in the valley."
    assert "Hail" in "".join(piece.text for piece in pieces if piece.decided)
    assert mark_term("It hailed.", "hail") == (Piece("It hailed.", False),)
    assert mark_term("", "hail") == ()


def test_examples_are_the_surest_of_their_outlets_and_differ(news: Report) -> None:
    for frame in ("harvest", "storm"):
        shown = [example for example in news.examples if example.frame == frame]
        assert [example.outlet for example in shown] == list(dict.fromkeys(example.outlet for example in shown))
        assert [example.probability for example in shown] == sorted((example.probability for example in shown), reverse=True)
    texts = ["".join(piece.text for piece in example.pieces) for example in news.examples]
    assert len(texts) == len(set(texts)) > 3
    assert "ghost" not in {example.frame for example in news.examples}


def test_of_too_many_articles_each_outlet_gives_its_part(model: FramingModel) -> None:
    population = score_news(model, ["Daily", "Weekly", "Coast"], articles=6)
    kept = list_articles(population, model.codebook, most=7)
    assert len(kept) == 7
    assert {len([e for e in kept if e.outlet == outlet]) for outlet in ("Coast", "Daily", "Weekly")} == {2, 3}
    everything = list_articles(population, model.codebook)
    assert len(everything) == 18
    by_id = {article.id: article for article in population.articles}
    for entry in everything:
        texts = [sentence.text for sentence in by_id[entry.id].sentences]
        assert all(row.text in texts and row.frames for row in entry.top)
        assert entry.sentences == 12


def test_the_browser_links_to_pages_of_the_web_alone(news: Report) -> None:
    browser = list_browser(news)
    assert browser is not None
    assert [entry.url for entry in browser.entries if entry.url] == ["https://news.example/0"]
    for address in ("javascript:alert(1)", "data:text/html,x", "//news.example", "https:", "file:///etc/passwd", "http://[x", ""):
        assert not is_web_address(address)


def test_parts_without_anything_are_left_out(uncoded: Report, news: Report) -> None:
    assert [section.id for section in arrange_sections(replace(news, together=()), [])] == ["frames", "stance", "voices"]
    assert [section.id for section in arrange_sections(replace(uncoded, speakers=None, together=()), [])] == ["frames", "stance"]


def test_without_the_library_the_extra_is_named(news: Report, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "jinja2", None)
    with pytest.raises(UsageError, match=r"pip install 'framing\[report\]'"):
        render_page(news)


def test_another_language_is_named_where_it_stands(news: Report) -> None:
    codebook = parse_codebook(news.codebook.content.replace("version = 1", 'version = 1\nlanguage = "es"'))
    reader = Reader(render_page(replace(news, codebook=codebook)))
    assert set(reader.list_values("lang")) == {"en", "es"}


def test_half_a_character_does_not_keep_the_page_from_being_written(news: Report, tmp_path: Path) -> None:
    report = replace(news, title="half \ud800 a title")
    (tmp_path / "report.html").write_text(render_page(report), "utf-8")


def test_three_hundred_articles_of_twenty_outlets_stay_small(model: FramingModel) -> None:
    outlets = [f"Outlet number {n} of the town" for n in range(20)]
    report = report_news(model, code_news(score_news(model, outlets, articles=15)))
    assert len(render_page(report).encode()) < 1_500_000


@pytest.mark.parametrize("which", ["news", "uncoded", "hostile"])
def test_markdown_holds_findings_tables_and_methods(which: str, request: pytest.FixtureRequest) -> None:
    text = render_markdown(request.getfixturevalue(which))
    assert re.findall(r"^#+ .*", text, re.MULTILINE)[1:] == ["## Findings", "## Shares", "## Methods", "### References"]
    rows = [line for line in text.split("\n") if line.startswith("| ")]
    assert {len(re.findall(r"(?<!\\)\|", row)) > 2 for row in rows} == {True}
    for block in re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE):
        assert len({len(re.findall(r"(?<!\\)\|", line)) for line in block.strip().split("\n")}) == 1
    assert not re.search(r"(?<!\\)<(?!0\.1%)", text)


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=80))
def test_escaped_text_has_no_mark_left(text: str) -> None:
    shown = escape(text)
    assert not re.search(r"(?<!\\)(?:\\\\)*[*_`<>\[\]|~]", re.sub(r"\\[^\w\s]", "", shown))
    assert not re.match(r"[-+=#]|\d+[.)]", shown)
    assert "https:" not in shown.lower()
    assert "www." not in shown.lower()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS, timeout=120_000)
        yield chromium
        chromium.close()


@contextmanager
def opened(browser: Any, file: Path, *, width: int = 1280, dark: bool = False, script: bool = True) -> Iterator[Any]:
    """Give a page in a fresh profile; afterwards, nothing may have been asked for, said or opened by it."""
    scheme = "dark" if dark else "light"
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, java_script_enabled=script)
    view, problems = context.new_page(), []
    view.on("console", lambda message: problems.append(message.text))
    view.on("pageerror", lambda error: problems.append(str(error)))
    view.on("dialog", lambda dialog: problems.append(dialog.message))
    view.on("request", lambda request: problems.append(request.url))
    view.goto(file.as_uri())
    assert problems == [file.as_uri()]
    problems.clear()
    yield view
    context.close()
    assert [problem for problem in problems if not problem.startswith("blob:")] == []


@pytest.fixture(scope="module")
def files(news: Report, hostile: Report, uncoded: Report, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("pages")
    found = {}
    for name, report in {"news": news, "hostile": hostile, "uncoded": uncoded}.items():
        found[name] = folder / f"{name}.html"
        found[name].write_text(render_page(report), "utf-8")
    return found


@needs_chromium
@pytest.mark.parametrize("name", ["news", "hostile", "uncoded"])
@pytest.mark.parametrize(("width", "dark"), [(390, False), (390, True), (768, True), (1280, False)])
def test_a_page_fits_every_width_in_both_schemes(browser: Any, files: dict[str, Path], name: str, width: int, dark: bool) -> None:
    with opened(browser, files[name], width=width, dark=dark) as view:
        assert view.evaluate("document.documentElement.scrollWidth") <= width
        shown = view.evaluate("[...document.querySelectorAll('.chart')].map((chart) => chart.offsetWidth > 0)")
        assert shown == [width >= 640, width < 640] * (len(shown) // 2)
        assert shown
        assert view.title() != "owned"
        background = view.evaluate("getComputedStyle(document.body).backgroundColor")
        assert (background == "rgb(22, 24, 28)") == dark


@needs_chromium
def test_dark_and_light_change_at_a_click(browser: Any, files: dict[str, Path]) -> None:
    with opened(browser, files["news"]) as view:
        colour = "getComputedStyle(document.querySelector('figure text')).fill"
        before = view.evaluate(colour)
        view.get_by_role("button", name="Dark").click()
        assert view.evaluate(colour) != before
        view.get_by_role("button", name="Light").click()
        assert view.evaluate(colour) == before


@needs_chromium
def test_articles_are_filtered_by_outlet_frame_and_words(browser: Any, files: dict[str, Path]) -> None:
    with opened(browser, files["news"]) as view:
        visible = "[...document.querySelectorAll('ol.articles > li')].filter((item) => !item.hidden).length"
        assert view.inner_text("#found") == "48 of 48 articles, the first 20 shown"
        assert view.evaluate(visible) == 20
        view.get_by_role("button", name="Show more").click()
        assert view.evaluate(visible) == 40
        assert view.evaluate("document.activeElement.tagName") == "SUMMARY"
        view.select_option("#outlet", label="Weekly")
        assert view.inner_text("#found") == "16 of 48 articles"
        view.fill("#words-sought", "issue-7-end news")
        assert view.inner_text("#found") == "1 of 48 articles"
        view.fill("#words-sought", "")
        view.select_option("#frame", label="Storm")
        kept = view.evaluate(
            "[...document.querySelectorAll('ol.articles > li')].filter((i) => !i.hidden).map((i) => i.textContent)"
        )
        assert kept
        assert all("Weekly" in text and "Storm" in text for text in kept)


@needs_chromium
def test_the_data_of_a_chart_are_saved_as_csv(browser: Any, files: dict[str, Path], news: Report, tmp_path: Path) -> None:
    with opened(browser, files["news"]) as view:
        view.locator("figure details.data summary").first.click()
        with view.expect_download() as download:
            view.locator("button.save").first.click()
        assert download.value.suggested_filename == f"{news.figures[0].name}.csv"
        download.value.save_as(tmp_path / "data.csv")
    rows = list(csv.reader(StringIO((tmp_path / "data.csv").read_text("utf-8-sig"))))
    assert tuple(rows[0]) == news.figures[0].columns
    share = rows[0].index("share")
    assert [float(row[share]) for row in rows[1:]] == pytest.approx([row[share] for row in news.figures[0].rows], abs=1e-6)


@needs_chromium
def test_a_keyboard_is_enough(browser: Any, files: dict[str, Path]) -> None:
    with opened(browser, files["news"]) as view:
        view.keyboard.press("Tab")
        assert view.evaluate("document.activeElement.textContent") == "To the findings"
        assert view.evaluate("document.activeElement.getBoundingClientRect().left") >= 0
        view.keyboard.press("Enter")
        assert view.evaluate("location.hash") == "#findings"
        view.keyboard.press("Tab")
        assert view.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"


@needs_chromium
def test_the_methods_are_copied_or_selected(browser: Any, files: dict[str, Path]) -> None:
    with opened(browser, files["news"]) as view:
        view.get_by_role("button", name="Copy").click()
        view.wait_for_timeout(300)
        assert view.inner_text("#copied") in ("Copied.", "Selected: copy with Ctrl+C or ⌘C.")


@needs_chromium
def test_printing_opens_what_is_folded_and_hides_what_is_for_the_screen(browser: Any, files: dict[str, Path]) -> None:
    with opened(browser, files["news"]) as view:
        view.evaluate("window.dispatchEvent(new Event('beforeprint'))")
        closed = (
            "[...document.querySelectorAll('details:not([open])')].filter((p) => !p.closest('.articles') && !p.matches('.data'))"
        )
        assert view.evaluate(f"{closed}.length") == 0
        view.emulate_media(media="print")
        assert not view.locator("nav").is_visible()
        assert not view.locator(".filters").is_visible()
        assert view.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
        assert view.locator(".wide").first.is_visible()
        view.emulate_media(media="screen")
        view.evaluate("window.dispatchEvent(new Event('afterprint'))")
        assert view.evaluate(f"{closed}.length") > 0
        assert view.pdf(prefer_css_page_size=True).startswith(b"%PDF")


@needs_chromium
def test_without_javascript_everything_can_be_read(browser: Any, files: dict[str, Path]) -> None:
    with opened(browser, files["news"], script=False) as view:
        assert view.locator("ol.articles > li").count() == 48
        assert view.locator("ol.articles > li").last.is_visible()
        assert view.get_by_text("Filters need JavaScript").is_visible()
        assert not any(button.is_visible() for button in view.locator("button").all())
        view.locator("figure details.data summary").first.click()
        assert view.locator("figure details.data table").first.is_visible()
