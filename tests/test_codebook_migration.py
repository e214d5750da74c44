from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from framing.annotation_files import annotation_record, check_codes, parse_annotation
from framing.annotations import OPEN, SKIPPED, WITHDRAWN, Annotation
from framing.codebook import Codebook, Frame, Target
from framing.codebook_migration import migrate_annotations
from framing.errors import AnnotationError, FramingError, UsageError


def book(version: str, frames: str, targets: str = "", *, single: bool = False) -> Codebook:
    """Return a codebook with a frame and a target of each letter."""
    made = tuple(Frame(f, f, f"About {f}.") for f in frames)
    return Codebook("Letters", version, "en", (), made, tuple(Target(t, t, "") for t in targets), single)


def coding(frames: str = "", version: str | None = "1", **fields: object) -> Annotation:
    stance = tuple((target, "favor") for target in str(fields.pop("targets", "")))
    return Annotation("s1", "a1", "Text.", frozenset(frames), stance, codebook_version=version, place="f.jsonl:1", **fields)  # type: ignore[arg-type]


codings = st.lists(
    st.builds(
        Annotation,
        id=st.sampled_from(["s1", "s2"]),
        article=st.just("a1"),
        text=st.just("Text."),
        frames=st.frozensets(st.sampled_from("ab")),
        stance=st.sampled_from([(), (("p", "favor"),), (("q", "none"), ("p", "against"))]),
        coder=st.sampled_from([None, "ana"]),
        phase=st.sampled_from([None, "blind", "adjudicated"]),
        parents=st.sampled_from([(), ("d1", "d2")]),
        codebook_version=st.sampled_from(["1", None]),
        status=st.sampled_from(["coded", "skipped", "rejected", "withdrawn", "open"]),
        time=st.sampled_from([None, "2024-05-01T10:00:00Z"]),
        decision=st.sampled_from([None, "d3"]),
        extra=st.sampled_from([{}, {"date": "2024"}]),
    ),
    max_size=6,
)


@given(codings)
def test_codings_of_the_same_version_stay_as_they_are(annotations: list[Annotation]) -> None:
    same = book("1", "ab", "pq")
    assert migrate_annotations(annotations, same, old=same) == annotations


@given(codings, st.booleans())
def test_a_migration_without_renames_changes_the_version_alone(annotations: list[Annotation], known: bool) -> None:
    old = book("1", "ab", "pq")
    given_ = annotations if known else [replace(a, codebook_version="1") for a in annotations]
    used = {frame for annotation in given_ for frame in annotation.frames}
    migrated = migrate_annotations(
        given_, book("2", "ab", "pq"), old=old if known else None, absent=() if known or not given_ else {"a", "b"} - used
    )
    for before, after in zip(given_, migrated, strict=True):
        waits = before.codebook_version is None and before.status != "coded"
        moved = replace(before, codebook_version="2", extra=before.extra | {"migrated_from": "1"})
        assert after == (before if waits else moved)


@given(codings, st.sampled_from([{"a": "c"}, {"a": "b", "b": "a"}, {"a": "c", "q": "r"}, {"p": "q", "q": "p"}]))
def test_a_rename_there_and_back_leaves_the_codes_as_they_were(annotations: list[Annotation], renames: dict[str, str]) -> None:
    old = book("1", "ab", "pq")
    new = book("2", "".join(renames.get(f, f) for f in "ab"), "".join(renames.get(t, t) for t in "pq"))
    there = migrate_annotations(annotations, new, old=old, renames=renames)
    back = migrate_annotations(there, old, old=new, renames={new_id: old_id for old_id, new_id in renames.items()})
    for before, after in zip(annotations, back, strict=True):
        assert replace(after, codebook_version=before.codebook_version, extra=before.extra) == before
        assert after.extra == before.extra | ({"migrated_from": "1"} if after != before else {})


@given(codings, st.frozensets(st.sampled_from("abpq")))
def test_what_was_migrated_fits_the_codebook_and_passes_again_unchanged(
    annotations: list[Annotation], dropped: frozenset[str]
) -> None:
    old = book("1", "ab", "pq")
    new = book("2", "".join({*"ab"} - dropped) + "c", "".join({*"pq"} - dropped) + "r")
    migrated = migrate_annotations(annotations, new, old=old, dropped=dropped, absent="c")
    for annotation in migrated:
        if annotation.codebook_version is not None:
            check_codes(annotation, new)
    assert migrate_annotations(migrated, new, old=old, dropped=dropped, absent="c") == migrated


def test_a_migrated_line_says_which_version_it_was_made_with_and_keeps_all_else() -> None:
    line = (
        '{"id": "s1", "article": "a1", "text": "Hail.", "frames": ["a", "b"], "stance": {"p": "favor", "q": "none"}, '
        '"coder": "ana", "phase": "adjudicated", "parents": ["d1"], "time": "2024-05-01T10:00:00Z", "note": "n", '
        '"flagged": true, "codebook_version": "1", "decision": "d3", "date": "2024-05"}'
    )
    before = parse_annotation(line, "f.jsonl:1")
    old, new = book("1", "ab", "pq"), book("2", "c", "q")
    (after,) = migrate_annotations([before], new, old=old, renames={"a": "c"}, dropped=["b", "p"])
    changed = {"frames": ["c"], "stance": {"q": "none"}, "codebook_version": "2", "migrated_from": "1"}
    assert annotation_record(after) == annotation_record(before) | changed
    assert after.place == before.place


def test_the_version_that_a_coding_was_made_with_outlives_a_second_migration() -> None:
    once = migrate_annotations([coding("a")], book("2", "a"), old=book("1", "a"))
    (twice,) = migrate_annotations(once, book("3", "a"), old=book("2", "a"))
    assert (twice.codebook_version, twice.extra) == ("3", {"migrated_from": "1"})


def test_several_frames_may_become_one() -> None:
    old, new = book("1", "abc"), book("2", "cd")
    before = [coding("a"), coding("ab"), coding("c"), coding("")]
    migrated = migrate_annotations(before, new, old=old, renames={"a": "d", "b": "d"})
    assert [set(annotation.frames) for annotation in migrated] == [{"d"}, {"d"}, {"c"}, set()]


def test_a_dropped_id_may_be_that_of_another_frame_now() -> None:
    migrated = migrate_annotations([coding("a"), coding("b")], book("2", "a"), old=book("1", "ab"), dropped="a", renames={"b": "a"})
    assert [set(annotation.frames) for annotation in migrated] == [set(), {"a"}]


def test_a_label_that_no_coding_uses_may_go_and_a_target_may_come_without_a_word() -> None:
    (migrated,) = migrate_annotations([coding("a", targets="p")], book("2", "a", "pr"), old=book("1", "ab", "pq"))
    assert migrated.stance == (("p", "favor"),)


def test_lines_that_wait_or_name_the_new_version_pass() -> None:
    lines = [coding("", None, status=OPEN), coding("", None, status=SKIPPED), coding("z", "2"), coding("", None, status=WITHDRAWN)]
    assert migrate_annotations(lines, book("2", "ab")) == lines
    assert migrate_annotations([], book("2", "ab"), renames={"no": "where"}) == []


@pytest.mark.parametrize(
    ("frames", "said"),
    [
        ("bcde", ["no longer has the frame 'a' and the target 'p': say what became of each with --rename OLD=NEW, or --drop OLD"]),
        ("e", ["no longer has the frames 'a', 'b' and the target 'p'", "--drop OLD"]),
        (
            "abxyz",
            ["has the target 'p'", "nobody coded for the frames 'x', 'y', 'z' of the new codebook: code a sample again with it"],
        ),
        ("abx", ["nobody coded for the frame 'x'", "if no sentence coded so far has it: --absent x"]),
    ],
)
def test_every_label_that_stands_in_the_way_is_named_at_once(frames: str, said: list[str]) -> None:
    lines = [coding("a", targets="p"), coding("b", targets="q", phase="adjudicated")]
    with pytest.raises(AnnotationError) as caught:
        migrate_annotations(lines, book("2", frames, "q"), old=book("1", "abcde", "pq"))
    for part in said:
        assert part in str(caught.value)
    assert "\n" not in str(caught.value)


def test_without_the_codebook_of_before_a_frame_that_no_coding_has_may_be_new() -> None:
    lines = [coding("a"), coding("a", "0")]
    with pytest.raises(AnnotationError, match=r"no coding has the frames 'b', 'c', which may be new: name .* with --old FILE"):
        migrate_annotations(lines, book("2", "abc"))
    migrated = migrate_annotations(lines, book("2", "abc"), absent="bc", dropped="z", renames={"y": "b"})
    assert [annotation.extra["migrated_from"] for annotation in migrated] == ["1", "0"]


def test_a_name_whose_frame_was_given_to_another_is_a_new_one() -> None:
    """Renaming a to b while the codebook still has an a: that a is not the one that was coded for."""
    with pytest.raises(AnnotationError, match="nobody coded for the frame 'a' of the new codebook"):
        migrate_annotations([coding("a")], book("2", "ab"), old=book("1", "a"), renames={"a": "b"})


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"renames": {"aa": "b", "x": "b"}}, ["before has no 'aa'", "before has no 'x'"]),
        ({"dropped": ["x", "y"]}, ["before has no 'x'", "before has no 'y'"]),
        ({"renames": {"a": "x", "p": "c"}}, ["'a' cannot become 'x': the codebook has no such frame", "'p' cannot become 'c'"]),
        ({"renames": {"p": "q"}}, ["several targets become 'q', which can have one stance only"]),
        ({"renames": {"a": "c"}, "dropped": "a"}, ["'a' is both renamed and dropped"]),
        ({"dropped": ["b", "q"]}, ["'b' is dropped, but the codebook still has it", "'q' is dropped, but"]),
        ({"absent": ["b", "x", "q"]}, ["frame 'b' is not new", "no frame 'x' that could be absent", "no frame 'q'"]),
    ],
)
def test_names_that_do_not_fit_are_all_said(arguments: dict[str, object], said: list[str]) -> None:
    with pytest.raises(UsageError) as caught:
        migrate_annotations([coding("a")], book("2", "bc", "q"), old=book("1", "ab", "pq"), **arguments)  # type: ignore[arg-type]
    for part in said:
        assert part in str(caught.value)


def test_without_the_codebook_of_before_a_rename_must_still_lead_somewhere() -> None:
    with pytest.raises(UsageError, match="'y' cannot become 'x': the codebook has no such frame or target"):
        migrate_annotations([coding("a")], book("2", "a"), renames={"y": "x"})


def test_codings_of_a_third_version_need_their_own_codebook() -> None:
    lines = [coding("a"), coding("a", "0.5"), coding("a", "2"), coding("a", "0.9")]
    with pytest.raises(AnnotationError, match=r"codings of version 0\.5, 0\.9, while .* version 1 and the new one 2"):
        migrate_annotations(lines, book("2", "a"), old=book("1", "a"))


def test_codings_of_no_version_need_the_codebook_of_before() -> None:
    with pytest.raises(AnnotationError, match=r"f\.jsonl:1: 2 codings from here on name no version of the codebook; .* --old FILE"):
        migrate_annotations([coding("a"), coding("a", None), coding("a", None)], book("2", "a"))
    (migrated,) = migrate_annotations([coding("a", None)], book("2", "a"), old=book("1", "a"))
    assert (migrated.codebook_version, migrated.extra) == ("2", {"migrated_from": "1"})


def test_codings_that_the_codebook_of_before_cannot_have_made_are_refused() -> None:
    with pytest.raises(AnnotationError, match="labels that the codebook of before lacks, is it the right one: 'c', 'p'"):
        migrate_annotations([coding("ac", targets="p")], book("2", "ac", "p"), old=book("1", "a"), absent="c")


def test_two_codebooks_of_one_version_must_be_told_apart_first() -> None:
    with pytest.raises(UsageError, match="both codebooks have version 1 and differ: raise it with framing codebook bump"):
        migrate_annotations([coding("a")], book("1", "ab"), old=book("1", "a"))


def test_a_sentence_that_would_lose_its_only_frame_must_be_coded_again_where_it_needs_one() -> None:
    old, new = book("1", "ab", single=True), book("2", "a", single=True)
    lines = [coding("a"), coding("b"), coding("", status=SKIPPED)]
    with pytest.raises(AnnotationError, match=r"exactly one frame, and 1 coding from here on would have none or several"):
        migrate_annotations(lines, new, old=old, dropped="b")
    assert len(migrate_annotations(lines[::2], new, old=old, dropped="b")) == 2


def test_a_refusal_leaves_the_codings_as_they_were() -> None:
    lines = [coding("a"), coding("b")]
    before = list(lines)
    with pytest.raises(FramingError):
        migrate_annotations(lines, book("2", "a"), old=book("1", "ab"))
    assert lines == before
