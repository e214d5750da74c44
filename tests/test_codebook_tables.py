from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from framing.codebook import Codebook, Cue, Frame
from framing.codebook_changes import compare_codebooks
from framing.output import print_tables
from framing.tables.codebook import mark_lines, mark_words, tabulate_codebook_changes

words = st.lists(st.sampled_from(["a", "bb", "c,", "雨", "風", "ฝน"]), max_size=7).map(" ".join)


def show(capsys: pytest.CaptureFixture[str], old: Codebook, new: Codebook) -> str:
    print_tables(tabulate_codebook_changes(compare_codebooks(old, new)))
    return capsys.readouterr().out


@pytest.mark.parametrize(
    ("old", "new", "marked"),
    [
        ("The matter is hail.", "The matter is bad hail.", "The matter is {+bad+} hail."),
        ("The matter is bad hail.", "The matter is hail.", "The matter is [-bad-] hail."),
        ("rain and hail", "rain or hail", "rain [-and-]{+or+} hail"),
        ("rain", "rain too", "rain {+too+}"),
        ("rain too", "rain", "rain [-too-]"),
        ("", "rain", "{+rain+}"),
        ("rain", "", "[-rain-]"),
        ("船が来る", "船は来る", "船[-が-]{+は+}来る"),
        ("rain  \x1b[31m now", "rain [31m now", "rain [31m now"),
    ],
)
def test_words_are_marked_so_that_they_are_read_without_colour(old: str, new: str, marked: str) -> None:
    assert mark_words(old, new).plain == marked


@given(words, words)
def test_without_its_additions_a_marked_text_is_the_old_one_and_without_its_removals_the_new_one(old: str, new: str) -> None:
    marked = mark_words(old, new).plain
    before = re.sub(r"\[-(.*?)-\]", r"\1", re.sub(r"\{\+.*?\+\}", "", marked))
    after = re.sub(r"\{\+(.*?)\+\}", r"\1", re.sub(r"\[-.*?-\]", "", marked))
    assert before.replace(" ", "") == old.replace(" ", "")
    assert after.replace(" ", "") == new.replace(" ", "")


@pytest.mark.parametrize(
    ("old", "new", "marked"),
    [
        (["snow", "rain on roads"], ["rain on rails", "fog"], ["rain on [-roads-]{+rails+}", "{+fog+}", "[-snow-]"]),
        (["all of it"], ["none"], ["[-all of it-]{+none+}"]),
        (["hail"], ["hail", "fog"], ["{+fog+}"]),
        (["hail", "fog"], ["fog", "hail"], ["the same lines in another order, or another number of times"]),
    ],
)
def test_lines_that_are_alike_are_shown_as_one_reworded(old: list[str], new: list[str], marked: list[str]) -> None:
    assert [line.plain for line in mark_lines(old, new)] == marked


def test_codebooks_that_say_the_same_are_said_to(codebook: Codebook, capsys: pytest.CaptureFixture[str]) -> None:
    assert show(capsys, codebook, codebook) == "Both codebooks say the same, as version 1.\n"


def test_labels_wording_and_the_next_step_are_shown(codebook: Codebook, capsys: pytest.CaptureFixture[str]) -> None:
    harvest, storm, _ = codebook.frames
    frames = (
        replace(storm, id="weather", definition="The matter is foul weather."),
        replace(harvest, examples=(), cues=(*harvest.cues[1:], Cue("sow*"), Cue("plough*"))),
        Frame("tide", "Tide", ""),
    )
    new = replace(codebook, frames=frames, targets=(), version="2", rules=("Read on.",))
    lines = [" ".join(line.split()) for line in show(capsys, codebook, new).splitlines()]
    assert lines[0] == "Version 1, then 2: raised."
    for line in (
        "frame storm removed, probably renamed weather (same name, 3 of 3 rules, examples and cues the same)",
        "frame ghost removed",
        "frame weather added",
        "frame harvest examples +2 −1",
        "target mayor removed",
        "the codebook rules {+Read on.+}",
        "storm / weather definition The matter is [-bad-]{+foul+} weather.",
        "harvest examples [-Growers reaped more wheat than ever.-]",
    ):
        assert line in lines
    assert " ".join(lines[-2:]) == (
        "Codings of version 1 need framing codebook migrate, or coding again. If the renames are right, say --rename storm=weather."
    )


def test_the_next_step_depends_on_what_coders_read_and_on_the_version(
    codebook: Codebook, capsys: pytest.CaptureFixture[str]
) -> None:
    ordered = replace(codebook, frames=codebook.frames[::-1])
    cued = replace(codebook, frames=(replace(codebook.frames[0], cues=()), *codebook.frames[1:]))
    assert "Frames or targets stand in another order.\nCoders read something else than before, but" in show(
        capsys, codebook, ordered
    )
    assert "version is not raised" in show(capsys, replace(codebook, version="2"), ordered)
    assert show(capsys, codebook, replace(ordered, version="2")).endswith("framing codebook migrate, or coding again.\n")
    assert "Version 1 as before." in show(capsys, codebook, cued)
    assert "Only cues changed" in show(capsys, codebook, cued)
    assert "takes over every coding of version 1" in show(capsys, codebook, replace(codebook, version="2"))
