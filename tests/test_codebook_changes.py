from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from framing.codebook import Codebook, Cue, Frame, Target, parse_codebook, read_codebook
from framing.codebook_changes import FieldChange, change_records, compare_codebooks

ROOT = Path(__file__).resolve().parent.parent

words = st.sampled_from(["", "hail", "hail and rain", "Rain", "rain"])
lines = st.lists(words.filter(bool), max_size=3).map(tuple)
cues = st.lists(st.builds(Cue, words.filter(bool), st.sampled_from([1.0, 2.0]), st.sampled_from(["", "wet"])), max_size=3).map(
    tuple
)
frames = st.builds(Frame, st.sampled_from("abcd"), words, words, lines, lines, lines, lines, cues)
examples = st.lists(st.tuples(st.sampled_from(["favor", "none"]), words), max_size=2).map(tuple)
targets = st.builds(Target, st.sampled_from("pqr"), words, words, lines, examples, cues)
codebooks = st.builds(
    Codebook,
    title=words,
    version=st.sampled_from(["1", "2", "2024-05"]),
    language=st.just("en"),
    rules=lines,
    frames=st.lists(frames, max_size=4, unique_by=lambda frame: frame.id).map(tuple),
    targets=st.lists(targets, max_size=3, unique_by=lambda target: target.id).map(tuple),
    single_label=st.booleans(),
)


@given(codebooks)
def test_a_codebook_does_not_differ_from_itself(codebook: Codebook) -> None:
    changes = compare_codebooks(codebook, codebook)
    assert changes.empty
    assert not change_records(changes)


@given(codebooks, codebooks)
def test_coders_read_something_else_exactly_where_a_change_that_they_can_see_is_listed(old: Codebook, new: Codebook) -> None:
    changes = compare_codebooks(old, new)
    listed = [record for record in change_records(changes) if record["change"] != "cues" and record["field"] != "version"]
    assert changes.for_coders == bool(listed)
    assert changes.empty == (not change_records(changes))


@given(codebooks, codebooks)
def test_the_way_back_adds_what_the_way_there_removed(old: Codebook, new: Codebook) -> None:
    there, back = compare_codebooks(old, new), compare_codebooks(new, old)
    assert (there.frames_added, there.frames_removed) == (back.frames_removed, back.frames_added)
    assert (there.targets_added, there.targets_removed) == (back.targets_removed, back.targets_added)
    assert {(c.id, c.cues_added, c.cues_removed) for c in there.labels} == {
        (c.id, c.cues_removed, c.cues_added) for c in back.labels
    }
    assert there.reordered == back.reordered


@given(codebooks, codebooks)
def test_every_label_is_renamed_once_at_most_and_only_from_removed_to_added(old: Codebook, new: Codebook) -> None:
    changes = compare_codebooks(old, new)
    assert (
        len({rename.old for rename in changes.renames}) == len({rename.new for rename in changes.renames}) == len(changes.renames)
    )
    for rename in changes.renames:
        added, removed = (
            (changes.frames_added, changes.frames_removed)
            if rename.change.kind == "frame"
            else (changes.targets_added, changes.targets_removed)
        )
        assert rename.old in removed
        assert rename.new in added


def test_the_shipped_codebook_that_differs_in_layout_alone_has_no_changes() -> None:
    codebook = read_codebook(ROOT / "annotations" / "codebook.toml")
    assert compare_codebooks(codebook, parse_codebook(f"# remark\n\n{codebook.content}")).empty


def test_each_changed_field_is_listed_with_its_lines_and_cues_are_counted(codebook: Codebook) -> None:
    harvest, *others = codebook.frames
    edited = replace(harvest, definition="The matter is what was sown.", include=("seed",), cues=(*harvest.cues[1:], Cue("sow*")))
    changes = compare_codebooks(codebook, replace(codebook, frames=(edited, *others), rules=("Read it twice.",)))
    (label,) = changes.labels
    assert (label.kind, label.id, label.cues_added, label.cues_removed) == ("frame", "harvest", 1, 1)
    assert label.fields == (
        FieldChange("definition", ("The matter is what was reaped.",), ("The matter is what was sown.",)),
        FieldChange("include", (), ("seed",)),
    )
    assert changes.general == (FieldChange("rules", (), ("Read it twice.",)),)
    assert (changes.version, changes.for_coders, changes.empty) == ("unchanged", True, False)


def test_an_example_of_a_target_is_told_with_its_stance(codebook: Codebook) -> None:
    mayor = replace(codebook.targets[0], examples=(("against", "The mayor did well."),))
    (label,) = compare_codebooks(codebook, replace(codebook, targets=(mayor,))).labels
    assert label.fields == (FieldChange("examples", ("favor: The mayor did well.",), ("against: The mayor did well.",)),)


def test_other_cues_alone_are_nothing_that_coders_read(codebook: Codebook) -> None:
    storm = replace(codebook.frames[1], cues=(Cue("hail", 2.0),))
    changes = compare_codebooks(codebook, replace(codebook, frames=(codebook.frames[0], storm, codebook.frames[2])))
    assert not changes.for_coders
    assert not changes.empty
    assert [(record["change"], record["cues_added"], record["cues_removed"]) for record in change_records(changes)] == [
        ("cues", 1, 2)
    ]


def test_another_order_of_cues_is_no_change_and_one_of_frames_is(codebook: Codebook) -> None:
    storm = replace(codebook.frames[1], cues=codebook.frames[1].cues[::-1])
    assert compare_codebooks(codebook, replace(codebook, frames=(codebook.frames[0], storm, codebook.frames[2]))).empty
    changes = compare_codebooks(codebook, replace(codebook, frames=codebook.frames[::-1]))
    assert (changes.reordered, changes.labels, changes.for_coders) == (True, (), True)


@pytest.mark.parametrize(
    ("edit", "reason"),
    [
        ({"definition": "Other words.", "cues": ()}, "same name"),
        ({"name": "Gale", "cues": ()}, "same definition"),
        ({"name": "Gale", "definition": "", "examples": ()}, "2 of 3 rules, examples and cues the same"),
        ({"name": "STORM"}, "same name, same definition, 3 of 3 rules, examples and cues the same"),
    ],
)
def test_a_rename_is_suggested_with_what_speaks_for_it(edit: dict[str, object], reason: str, codebook: Codebook) -> None:
    renamed = replace(codebook.frames[1], id="gale", **edit)
    changes = compare_codebooks(codebook, replace(codebook, frames=(codebook.frames[0], renamed, codebook.frames[2])))
    (rename,) = changes.renames
    assert (rename.old, rename.new, rename.reason) == ("storm", "gale", reason)
    assert (changes.frames_removed, changes.frames_added) == (("storm",), ("gale",))
    assert {change.field for change in rename.change.fields} == set(edit) - {"cues"}


def test_labels_that_share_nothing_are_no_rename(codebook: Codebook) -> None:
    other = Frame("gale", "", "", examples=("A gale.",))
    changes = compare_codebooks(codebook, replace(codebook, frames=(codebook.frames[0], other, codebook.frames[2])))
    assert changes.renames == ()
    empty = replace(codebook, frames=(Frame("a", "", ""),))
    assert compare_codebooks(empty, replace(codebook, frames=(Frame("b", "", ""),))).renames == ()


def test_the_surest_of_several_renames_is_suggested_and_a_frame_is_no_target(codebook: Codebook) -> None:
    storm, mayor = codebook.frames[1], codebook.targets[0]
    likely, likelier = replace(storm, id="gale", definition="", cues=()), replace(storm, id="hail")
    councillor = replace(mayor, id="storm")
    new = replace(codebook, frames=(codebook.frames[0], likely, likelier, codebook.frames[2]), targets=(councillor,))
    renames = compare_codebooks(codebook, new).renames
    assert [(rename.change.kind, rename.old, rename.new) for rename in renames] == [
        ("frame", "storm", "hail"),
        ("target", "mayor", "storm"),
    ]


@pytest.mark.parametrize(
    ("old", "new", "judged"),
    [
        ("1", "1", "unchanged"),
        ("1", "2", "raised"),
        ("9", "10", "raised"),
        ("1", "1.1", "raised"),
        ("1.9", "1.10", "raised"),
        ("2024-12", "2025-01", "raised"),
        ("v2", "v1", "lowered"),
        ("2", "1.9", "lowered"),
        ("draft", "final", "changed"),
        ("1.0", "1-0", "changed"),
        ("1 draft", "2", "changed"),
        ("1", "9" * 5000, "raised"),
    ],
)
def test_versions_are_judged_by_their_numbers(old: str, new: str, judged: str, codebook: Codebook) -> None:
    assert compare_codebooks(replace(codebook, version=old), replace(codebook, version=new)).version == judged
