from __future__ import annotations

import tomllib
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from framing.codebook import Codebook, Cue, parse_codebook, quote_toml, read_codebook
from framing.errors import CodebookError

ROOT = Path(__file__).resolve().parent.parent
FRAME = '[[frames]]\nid = "a"\n'


def test_the_shipped_codebook_says_what_a_coder_needs() -> None:
    codebook = read_codebook(ROOT / "annotations" / "codebook.toml")
    assert len(codebook.frames) == 8
    assert len(codebook.targets) == 2
    for frame in codebook.frames:
        assert frame.definition
        assert frame.include
        assert frame.exclude
        assert frame.boundary
        assert len(frame.examples) >= 2
        assert len(frame.cues) >= 60


def test_equal_content_has_an_equal_digest_whatever_the_layout() -> None:
    one = parse_codebook(FRAME + 'cues = ["x"]')
    two = parse_codebook('# remark\n[[frames]]\ncues = [\n  "x",\n]\nid = "a"')
    assert one.digest == two.digest
    assert one == two
    assert one.digest != parse_codebook(FRAME + 'cues = ["y"]').digest


def test_tuning_cues_or_raising_the_version_leaves_the_digest_of_what_coders_see(codebook: Codebook) -> None:
    frames = tuple(replace(frame, cues=(Cue("rain*", 3.0, "wet"),)) for frame in codebook.frames)
    targets = tuple(replace(target, cues=(*target.cues, Cue("her honour"))) for target in codebook.targets)
    tuned = replace(codebook, frames=frames, targets=targets, version="2024-05", content="")
    assert tuned.coding_digest == codebook.coding_digest
    assert tuned.digest != codebook.digest


@pytest.mark.parametrize("field", ["name", "definition", "include", "exclude", "boundary", "examples", "id"])
def test_any_other_word_changes_the_digest_of_what_coders_see(field: str, codebook: Codebook) -> None:
    first, *others = codebook.frames
    other = replace(first, **{field: "other" if isinstance(getattr(first, field), str) else ("other",)})
    assert replace(codebook, frames=(other, *others)).coding_digest != codebook.coding_digest


def test_the_order_of_frames_and_single_label_are_what_coders_see(codebook: Codebook) -> None:
    assert replace(codebook, frames=codebook.frames[::-1]).coding_digest != codebook.coding_digest
    assert replace(codebook, single_label=True).coding_digest != codebook.coding_digest
    assert replace(codebook, rules=("Read it twice.",)).coding_digest != codebook.coding_digest


@given(st.text())
def test_a_quoted_text_is_read_back_by_toml(text: str) -> None:
    assert tomllib.loads(f"text = {quote_toml(text)}") == {"text": text}


@pytest.mark.parametrize("label", ["economy", "us_pressure", "a-1", "Ökonomie", "экономика", "経済", "अर्थव्यवस्था", "เศรษฐกิจ"])
def test_an_id_may_be_written_in_any_script(label: str) -> None:
    assert parse_codebook(f"[[frames]]\nid = {quote_toml(label)}").frame_ids == (label,)


@pytest.mark.parametrize("label", ["", "_", "a b", "a:b", "a;b", "a/b", "\u0301", "E\u0301lan", "a\u200db"])
def test_an_id_with_other_signs_or_in_parts_that_could_be_one_letter_is_refused(label: str) -> None:
    with pytest.raises(CodebookError, match="it needs an id of letters"):
        parse_codebook(f"[[frames]]\nid = {quote_toml(label)}")


@pytest.mark.parametrize("lists", ['1 = ["x", "y"]\n"2.5" = ["x"]', '"2.5" = ["x"]\n1 = ["x", "y"]'])
def test_cues_keep_their_highest_weight(lists: str) -> None:
    codebook = parse_codebook(FRAME + f"[frames.cues]\n{lists}")
    assert codebook.frames[0].cues == (Cue("x", 2.5), Cue("y", 1.0))


def test_cues_may_be_grouped_by_name_and_stand_in_several_groups() -> None:
    codebook = parse_codebook(FRAME + '[frames.cues]\n2 = ["x"]\nhopes = ["x", "y*"]\nfears = ["y*"]')
    assert codebook.frames[0].cues == (Cue("x", 2.0), Cue("x", 1.0, "hopes"), Cue("y*", 1.0, "hopes"), Cue("y*", 1.0, "fears"))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("[[frames]\n", "no valid TOML"),
        ("", "neither [[frames]] nor [[targets]]"),
        ("frames = 3", "written as [[frames]] tables"),
        ("[[frames]]\nname = 'x'", "frame 1: it has no id"),
        ("[[frames]]\nid = 'a b'", "letters, digits"),
        ("[[frames]]\nid = 'e\u0301lan'", "write its letters in one piece"),
        ("[[frames]]\nid = 3", "letters, digits, - and _, not 3"),
        (FRAME + FRAME, "the id 'a' is used 2 times"),
        (FRAME + "defintion = 'x'", "unknown field 'defintion' (did you mean 'definition'?)"),
        (FRAME + "include = 3", "(a): include must be a list of strings"),
        (FRAME + "cues = 3", "cues must be a list"),
        (FRAME + "cues = ['*']", "a cue under 1 is empty"),
        (FRAME + "cues = ['the * * * * end']", "has more than 3 gaps"),
        ("version = " + "9" * 5000, "no valid TOML"),
        ("a = " + "[" * 9000, "no valid TOML"),
        (FRAME + "[frames.cues]\n0 = ['x']", "grouped by a weight above 0"),
        ("single_label = 3\n" + FRAME, "single_label must be true or false"),
        ("[[targets]]\nid = 't'\nvalues = ['pro', 'con']", "values must be favor, against, none"),
        ("[[targets]]\nid = 't'\nexamples = ['x']", "examples.favor"),
        ("[[targets]]\nid = 't'\nexamples.for = ['x']", "unknown field 'for'"),
        ("title = 'x'\n[[frame]]\nid = 'a'", "unknown field 'frame' (did you mean 'frames'?)"),
    ],
)
def test_a_broken_codebook_is_named_with_its_place(content: str, message: str) -> None:
    with pytest.raises(CodebookError) as caught:
        parse_codebook(content, source="book.toml")
    assert str(caught.value).startswith("book.toml: ")
    assert message in str(caught.value)


def test_a_codebook_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(CodebookError, match="cannot be read"):
        read_codebook(tmp_path / "none.toml")
    (tmp_path / "latin.toml").write_bytes(b"title = '\xe9'")
    with pytest.raises(CodebookError, match="not UTF-8"):
        read_codebook(tmp_path / "latin.toml")
