"""Two coders and an adjudicator in a real Chromium, by keyboard alone; text of others stays text."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from conftest import CODEBOOK, write_jsonl

from framing.annotation_files import read_annotations
from framing.annotations import ADJUDICATED, current_codings, settle

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="needs the browser Chromium (on Debian: apt install chromium)")

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
FLAGS += ["--disable-component-update", "--disable-sync"]
HOSTILE = "<script>document.title = 'owned'</script><img src=x onerror=\"document.title='owned'\">"
SENTENCES = 20


@contextmanager
def annotating(folder: Path, *options: str) -> Iterator[dict[str, str]]:
    """Run the command, give the link of each name, and end it as Ctrl-C does."""
    command = [sys.executable, "-m", "framing", *options]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment) as run:
        assert run.stdout is not None
        links = {}
        for line in run.stdout:
            name, _, address = line.strip().rpartition("\t")
            links[name] = address
            if len(links) == sum(option in ("--coder", "--adjudicator") for option in options):
                break
        try:
            yield links
        finally:
            run.send_signal(signal.SIGINT)
            _, talk = run.communicate(timeout=20)
        assert run.returncode == 130, talk
        assert "Traceback" not in talk


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS, timeout=120_000)
        yield chromium
        chromium.close()


@contextmanager
def opened(browser: Any, address: str, *, width: int = 1280, dark: bool = False, refused: int = 0) -> Iterator[Any]:
    """Give a page in a fresh profile; afterwards, nothing may have gone elsewhere or failed, but for ``refused`` requests."""
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme="dark" if dark else "light")
    page, problems = context.new_page(), []
    page.on("console", lambda message: problems.append(message.text))
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("dialog", lambda dialog: problems.append(dialog.message))
    origin = address.partition("#")[0]
    page.on("request", lambda request: None if request.url.startswith(origin) else problems.append(request.url))
    page.goto(address)
    wait(page, "!document.getElementById('main').hidden || !document.getElementById('message').hidden")
    yield page
    context.close()
    assert sum("400 (Bad Request)" in problem for problem in problems) == len(problems) == refused


def make_sample(folder: Path, **fields: object) -> None:
    (folder / "codebook.toml").write_text(CODEBOOK, "utf-8")
    rows: list[dict[str, object]] = [
        {"id": f"a:{n}", "article": "a", "outlet": "Daily", "title": "A title", "index": n, "text": f"Hail fell {n} times.",
         "before": ["It rained."], "after": ["It stopped."], "sampling": "random", "inclusion_probability": 0.5, "status": "open"}
        | fields
        for n in range(SENTENCES)
    ]  # fmt: skip
    write_jsonl(folder / "sample.jsonl", rows)


def wait(page: Any, condition: str) -> None:
    """Wait until the page's own script holds ``condition`` true; its policy forbids Playwright's way of waiting."""
    deadline = time.monotonic() + 20
    while not page.evaluate(condition):
        assert time.monotonic() < deadline, condition
        page.wait_for_timeout(10)


def wait_for_sentence(page: Any, text: str) -> None:
    wait(page, f"!busy && document.getElementById('text').textContent === {json.dumps(text)}")


def press(page: Any, *keys: str) -> None:
    """Press keys, and after an Enter wait for what it does."""
    for key in keys:
        page.keyboard.press(key)
        wait(page, "!busy")


def chosen(page: Any) -> list[str]:
    script = "[...document.querySelectorAll('#form input:checked')].map(e => e.value || 'none')"
    return page.evaluate(script)  # type: ignore[no-any-return]


def test_two_coders_and_an_adjudicator_decide_by_keyboard_and_find_it_all_again(browser: Any, tmp_path: Path) -> None:
    make_sample(tmp_path)
    options = ["annotate", "sample.jsonl", "--coder", "ana", "--coder", "ben", "--adjudicator", "eva"]
    with annotating(tmp_path, *options) as links:
        with opened(browser, links["ana"]) as page:
            assert page.url == links["ana"].partition("#")[0]  # the token has left the address
            for number in range(SENTENCES):
                assert page.text_content("#text") == f"Hail fell {number} times."
                assert page.text_content("#source") == "A title"  # coders do not see the outlet
                press(page, *("s" if number % 2 else "n"), "1" if number % 5 == 0 else "3", "Enter")
            assert "20 coded" in page.text_content("#message")
        with opened(browser, links["ben"]) as page:
            for number in range(SENTENCES):
                press(page, *("s" if number % 4 else "h"), "Enter")
                if number == 9:
                    page.reload()
                    wait_for_sentence(page, "Hail fell 10 times.")
            assert "20 of 20 decided" in page.text_content("#count")
    coded = read_annotations([tmp_path / "coded.jsonl"])
    assert len(coded) == len(current_codings(coded)) == 2 * SENTENCES
    expected = {"ana": [{"storm"} if n % 2 else set() for n in range(SENTENCES)]}
    expected["ben"] = [{"storm"} if n % 4 else {"harvest"} for n in range(SENTENCES)]
    for coder, codes in expected.items():
        assert [set(coding.frames) for coding in coded if coding.coder == coder] == codes
    with annotating(tmp_path, *options) as links:  # a new run finds what the last one kept
        with opened(browser, links["ana"]) as page:
            assert "Every sentence has a decision: 20 coded" in page.text_content("#message")
            page.select_option("#jump", "3")
            wait_for_sentence(page, "Hail fell 3 times.")
            assert chosen(page) == ["storm", "none"]
        with opened(browser, links["eva"]) as page:
            disputes = page.evaluate("session.states.length")
            assert disputes == 12  # ten sentences by frame, two more by stance alone
            press(page, "Enter")
            assert "Decide on" in page.text_content("#status")
            press(page, ",", "Enter")
            for _ in range(disputes - 1):
                press(page, ".", "Enter")
            assert "Every dispute is settled" in page.text_content("#message")
        with opened(browser, links["eva"]) as page:
            assert "Every dispute is settled" in page.text_content("#message")
    everything = read_annotations([tmp_path / "coded.jsonl"])
    choices = [entry for entry in everything if entry.phase == ADJUDICATED]
    assert everything[: len(coded)] == coded
    assert len(choices) == disputes
    by_id = {entry.decision: entry for entry in everything}
    assert all({by_id[parent].coder for parent in choice.parents} == {"ana", "ben"} for choice in choices)
    final = {sentence.id: sentence.frames for sentence in settle(everything)}
    assert final["a:0"] == frozenset()
    assert final["a:2"] == frozenset({"storm"})


def test_every_command_has_a_key_and_undo_takes_back(browser: Any, tmp_path: Path) -> None:
    make_sample(tmp_path)
    with annotating(tmp_path, "annotate", "sample.jsonl", "--coder", "ana") as links, opened(browser, links["ana"]) as page:
        press(page, "Enter")
        assert page.text_content("#status") == "Choose a frame, or n for none of these."
        press(page, "s", "n")
        assert chosen(page) == ["none", "none"]
        press(page, "h", "1", "!", "/")
        page.keyboard.type("n is no key in a note; x neither")
        press(page, "Enter")
        wait_for_sentence(page, "Hail fell 1 times.")
        page.keyboard.press("x")
        wait_for_sentence(page, "Hail fell 2 times.")
        press(page, "s", "ArrowRight")
        wait_for_sentence(page, "Hail fell 3 times.")
        press(page, "ArrowLeft")
        wait(page, "document.getElementById('status').textContent === 'Not saved yet.'")
        assert chosen(page) == ["storm", "none"]  # a draft is kept
        press(page, "z")
        wait(page, "document.getElementById('status').textContent.startsWith('Undone')")
        assert page.text_content("#text") == "Hail fell 1 times."
        press(page, "?")
        assert page.is_visible("#helpbox")
        press(page, "s", "Escape")
        assert chosen(page) == ["none"]  # keys rest while the help is open
        page.click("#keys")
        page.focus("#reading")
        press(page, "s")
        assert chosen(page) == ["none"]
    entries = read_annotations([tmp_path / "coded.jsonl"])
    assert [entry.status for entry in entries] == ["coded", "skipped", "withdrawn"]
    assert (entries[0].frames, entries[0].flagged) == (frozenset({"harvest"}), True)
    assert entries[0].note == "n is no key in a note; x neither"
    assert entries[0].seconds is not None


def test_text_of_others_is_shown_as_text(browser: Any, tmp_path: Path) -> None:
    make_sample(tmp_path, text=HOSTILE, title=HOSTILE, outlet=HOSTILE, before=[HOSTILE], after=[HOSTILE])
    book = CODEBOOK.replace('name = "Storm"', f"name = '''{HOSTILE}'''").replace(
        'title = "A tiny codebook"', f"title = '''{HOSTILE}'''"
    )
    (tmp_path / "codebook.toml").write_text(book.replace('name = "The mayor"', f"name = '''{HOSTILE}'''"), "utf-8")
    coder = "<script>1</script>"
    options = ["annotate", "sample.jsonl", "--coder", coder, "--coder", "ben", "--adjudicator", "eva", "--show-outlet"]
    with annotating(tmp_path, *options) as links:
        for name, keys in ((coder, ("s", "/")), ("ben", ("n", "/"))):
            with opened(browser, links[name]) as page:
                assert page.text_content("#text") == HOSTILE
                assert HOSTILE in page.text_content("#source")
                assert HOSTILE in page.text_content("#frame-list")
                press(page, *keys)
                page.keyboard.type(HOSTILE)
                page.keyboard.press("Enter")
                wait(page, "session.states[0] === 'coded'")
                assert page.evaluate("document.scripts.length") == 1
                assert "owned" not in page.title().replace(HOSTILE, "")
        with opened(browser, links["eva"]) as page:
            assert coder in page.text_content("#compare")
            assert f"Note: {HOSTILE}" in page.text_content("#compare")
            assert page.evaluate("document.scripts.length") == 1
            assert page.evaluate("document.images.length") == 0


@pytest.mark.parametrize(("width", "dark"), [(360, False), (360, True), (1280, False), (1280, True)])
def test_the_page_fits_its_width_has_contrast_and_names_every_control(browser: Any, tmp_path: Path, width: int, dark: bool) -> None:
    make_sample(tmp_path, text="Hail fell on a" + "very" * 60 + "longword of a roof.")
    with (
        annotating(tmp_path, "annotate", "sample.jsonl", "--coder", "ana") as links,
        opened(browser, links["ana"], width=width, dark=dark) as page,
    ):
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate(UNNAMED) == []
        assert page.evaluate(FAINT) == []


UNNAMED = """[...document.querySelectorAll('button, input, select, textarea')].filter(e => e.offsetParent
  && !(e.getAttribute('aria-label') || e.textContent.trim() || (e.labels && [...e.labels].some(l => l.textContent.trim()))))
  .map(e => e.outerHTML)"""

# WCAG 2.2, 1.4.3: text against the nearest background that is not transparent, at least 4.5 to 1.
FAINT = """(() => {
  const paint = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
  const rgb = (colour) => { paint.clearRect(0, 0, 1, 1); paint.fillStyle = colour; paint.fillRect(0, 0, 1, 1);
    return [...paint.getImageData(0, 0, 1, 1).data]; };
  const light = (c) => { const [r, g, b] = c.map((v) => (v / 255 <= .04045 ? v / 255 / 12.92 : ((v / 255 + .055) / 1.055) ** 2.4));
    return .2126 * r + .7152 * g + .0722 * b; };
  const faint = [];
  for (const e of document.querySelectorAll('body *')) {
    if (!e.offsetParent || e.tagName === 'KBD' || ![...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim())) continue;
    let b = e; while (b && rgb(getComputedStyle(b).backgroundColor)[3] === 0) b = b.parentElement;
    const one = light(rgb(getComputedStyle(e).color).slice(0, 3));
    const two = light(rgb(getComputedStyle(b || document.body).backgroundColor).slice(0, 3));
    const ratio = (Math.max(one, two) + .05) / (Math.min(one, two) + .05);
    if (ratio < 4.5) faint.push(e.outerHTML.slice(0, 80) + ' ' + ratio.toFixed(2));
  }
  return faint;
})()"""


def test_a_link_without_its_key_or_of_another_run_says_so(browser: Any, tmp_path: Path) -> None:
    make_sample(tmp_path)
    with annotating(tmp_path, "annotate", "sample.jsonl", "--coder", "ana") as links:
        with opened(browser, links["ana"].partition("#")[0]) as page:
            assert "Open the link that the command printed" in page.text_content("#message")
        context = browser.new_context()
        page = context.new_page()
        page.goto(links["ana"][:-3])
        page.wait_for_selector("#message:not([hidden])")
        assert "This link no longer works" in page.text_content("#message")
        context.close()


def test_suggestions_are_shown_on_demand_and_recorded(browser: Any, tmp_path: Path, saved: Path) -> None:
    make_sample(tmp_path)
    options = ["annotate", "sample.jsonl", "--coder", "ana", "--suggest", str(saved)]
    with annotating(tmp_path, *options) as links, opened(browser, links["ana"]) as page:
        assert "these codings are not blind" in page.text_content("#banner")
        assert page.locator("#frame-list .chip").first.text_content().startswith("model ")
        press(page, "s", "Enter")
    (entry,) = read_annotations([tmp_path / "coded.jsonl"])
    assert entry.phase == "assisted"
    assert json.loads((tmp_path / "coded.jsonl").read_text("utf-8"))["assisted_by"].startswith(f"{saved.name}@")


def test_keys_pressed_while_the_next_sentence_is_on_its_way_do_nothing(browser: Any, tmp_path: Path) -> None:
    """Over a slow line the form still shows the sentence before: nothing typed then may become codes of the next one."""
    make_sample(tmp_path)
    with annotating(tmp_path, "annotate", "sample.jsonl", "--coder", "ana") as links, opened(browser, links["ana"]) as page:
        page.route("**/api/items/*", lambda route: (time.sleep(0.3), route.continue_()))
        page.keyboard.press("s")
        page.keyboard.press("1")
        page.keyboard.press("/")
        page.keyboard.type("only about this one")
        page.keyboard.press("Enter")
        page.keyboard.press("h")
        page.keyboard.press("!")
        wait_for_sentence(page, "Hail fell 1 times.")
        assert chosen(page) == ["none"]
        assert page.input_value("#note") == ""
        press(page, "n", "Enter")
    first, second = read_annotations([tmp_path / "coded.jsonl"])
    assert (first.frames, first.note, first.flagged) == (frozenset({"storm"}), "only about this one", False)
    assert (second.frames, second.note, dict(second.stance)) == (frozenset(), None, {"mayor": "none"})


def test_a_draft_belongs_to_its_sentence_when_the_list_of_disputes_moves(browser: Any, tmp_path: Path) -> None:
    make_sample(tmp_path)
    options = ["annotate", "sample.jsonl", "--coder", "ana", "--coder", "ben", "--adjudicator", "eva"]
    with annotating(tmp_path, *options) as links, opened(browser, links["ana"]) as ana, opened(browser, links["ben"]) as ben:
        press(ana, "s", "Enter", "s", "Enter", "s", "Enter")
        press(ben, "x", "h", "Enter", "h", "Enter")
        with opened(browser, links["eva"], refused=1) as eva:
            assert eva.text_content("#text") == "Hail fell 1 times."
            press(eva, "ArrowRight", "!", "n")
            wait_for_sentence(eva, "Hail fell 2 times.")
            press(ben, "ArrowLeft", "ArrowLeft", "ArrowLeft")
            wait_for_sentence(ben, "Hail fell 0 times.")
            press(ben, "h", "Enter")  # a new dispute, before the others
            press(eva, "Enter")
            assert "has changed" in eva.text_content("#status")
            eva.on("dialog", lambda dialog: dialog.accept())
            press(eva, "ArrowLeft")
            wait(eva, "!busy")
            assert not eva.is_checked("#flag")


def test_an_adjudicator_chooses_among_frames_of_which_a_sentence_has_one(browser: Any, tmp_path: Path) -> None:
    make_sample(tmp_path)
    (tmp_path / "codebook.toml").write_text("single_label = true\n" + CODEBOOK, "utf-8")
    options = ["annotate", "sample.jsonl", "--coder", "ana", "--coder", "ben", "--adjudicator", "eva"]
    with annotating(tmp_path, *options) as links:
        for name, key in (("ana", "s"), ("ben", "h")):
            with opened(browser, links[name]) as page:
                press(page, "Enter")
                assert page.text_content("#status") == "Choose a frame."
                press(page, key, "Enter")
        with opened(browser, links["eva"]) as page:
            press(page, "Enter")
            assert "Decide on" in page.text_content("#status")
            press(page, "g", "Enter")
            assert "Every dispute is settled" in page.text_content("#message")
    assert settle(read_annotations([tmp_path / "coded.jsonl"]))[0].frames == frozenset({"ghost"})


def test_an_adjudicator_may_find_a_sentence_not_codable(browser: Any, tmp_path: Path) -> None:
    make_sample(tmp_path)
    options = ["annotate", "sample.jsonl", "--coder", "ana", "--coder", "ben", "--adjudicator", "eva"]
    with annotating(tmp_path, *options) as links:
        with opened(browser, links["ana"]) as page:
            page.click("#reject")
            wait_for_sentence(page, "Hail fell 1 times.")
        with opened(browser, links["ben"]) as page:
            press(page, "s", "Enter")
        with opened(browser, links["eva"]) as page:
            assert "Not codable" in page.text_content("#compare")
            page.click("#reject")
            wait(page, "document.getElementById('main').hidden")
    assert settle(read_annotations([tmp_path / "coded.jsonl"])) == []


def test_enter_saves_after_a_click_beside_the_form_and_the_end_has_a_way_back(browser: Any, tmp_path: Path) -> None:
    make_sample(tmp_path)
    rows = (tmp_path / "sample.jsonl").read_text("utf-8").splitlines(keepends=True)
    (tmp_path / "sample.jsonl").write_text("".join(rows[:2]), "utf-8")
    with annotating(tmp_path, "annotate", "sample.jsonl", "--coder", "ana") as links, opened(browser, links["ana"]) as page:
        page.click("#theme")
        page.click("#codebook details:last-child summary")
        press(page, "s", "Enter", "h", "Enter")
        assert "2 coded" in page.text_content("#message")
        press(page, "z")
        wait(page, "!document.getElementById('main').hidden && !busy")
        assert page.text_content("#text") == "Hail fell 1 times."
        press(page, "n", "Enter")
        page.click("text=Back to the last sentence")
        wait(page, "!document.getElementById('main').hidden && !busy")
        assert chosen(page) == ["none", "none"]
    entries = read_annotations([tmp_path / "coded.jsonl"])
    assert [sorted(entry.frames) for entry in current_codings(entries)] == [["storm"], []]


def test_another_link_in_the_same_tab_is_another_coder(browser: Any, tmp_path: Path) -> None:
    make_sample(tmp_path)
    options = ["annotate", "sample.jsonl", "--coder", "ana", "--coder", "ben"]
    with annotating(tmp_path, *options) as links, opened(browser, links["ana"]) as page:
        with page.expect_navigation(wait_until="load"):
            page.evaluate(f"location.href = {json.dumps(links['ben'])}")
        page.wait_for_timeout(300)  # the tab starts anew by itself
        wait(page, "document.getElementById('who').textContent === 'ben codes'")
        assert page.url == links["ben"].partition("#")[0]


def test_targets_may_be_called_like_what_every_object_has(browser: Any, tmp_path: Path) -> None:
    make_sample(tmp_path)
    targets = "".join(f'\n[[targets]]\nid = "{name}"\n' for name in ("constructor", "__proto__"))
    (tmp_path / "codebook.toml").write_text(CODEBOOK + targets, "utf-8")
    options = ["annotate", "sample.jsonl", "--coder", "ana", "--coder", "ben", "--adjudicator", "eva"]
    with annotating(tmp_path, *options) as links:
        for name, key in (("ana", "4"), ("ben", "5")):
            with opened(browser, links[name]) as page:
                press(page, "s", key, "8", "Enter")
        with opened(browser, links["eva"]) as page:
            press(page, "Enter")
            assert "Decide on: stance towards constructor" in page.text_content("#status")
    expected = {"mayor": "none", "constructor": "favor", "__proto__": "against"}
    assert dict(read_annotations([tmp_path / "coded.jsonl"])[0].stance) == expected
