from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from framing.annotation_files import read_annotations
from framing.annotations import Annotation, hash_sentence, settle
from framing.articles import Article, Skipped
from framing.errors import AnnotationError
from framing.standoff import describe_missing, locate_texts

TEXT = "Hail fell on the valley. The mayor was blamed for it."
FIRST = TEXT[:24]


def standoff(**changes: object) -> Annotation:
    plain = Annotation("1", "a", "", frozenset({"storm"}), start=0, end=24, hash=hash_sentence(FIRST), place="real.jsonl:1")
    return replace(plain, **changes)  # type: ignore[arg-type]


def test_offsets_and_hash_give_the_text_back() -> None:
    located = locate_texts([standoff()], [Skipped("x", "empty"), Article("b", "Else."), Article("a", TEXT)])
    assert [annotation.text for annotation in located.annotations] == [FIRST]
    assert describe_missing(located) == []


@pytest.mark.parametrize("change", [{"start": 3, "end": 20}, {"start": None, "end": None}])
def test_a_sentence_that_moved_is_found_by_its_hash(change: dict[str, object]) -> None:
    located = locate_texts([standoff(**change)], [Article("a", TEXT)])
    assert [annotation.text for annotation in located.annotations] == [FIRST]


def test_a_changed_sentence_is_reported_and_not_guessed() -> None:
    located = locate_texts([standoff()], [Article("a", TEXT.replace("Hail", "Rain"))])
    assert (located.annotations, located.absent) == ([], [])
    (line,) = describe_missing(located)
    assert "real.jsonl:1" in line
    assert "no longer holds the sentence" in line


def test_codings_of_articles_that_are_not_at_hand_are_counted() -> None:
    own = Annotation("2", "c", "A bus.", frozenset())
    located = locate_texts([standoff(), own, standoff(id="3", article="d")], [])
    assert located.annotations == [own]
    (line,) = describe_missing(located)
    assert line.startswith("2 codings of 2 articles are left out")
    assert "--articles" in line


def test_a_coding_without_text_is_read_by_its_hash_and_one_without_either_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "real.jsonl"
    row = {"id": "1", "article": "a", "hash": "00", "frames": []}
    path.write_text(json.dumps(row))
    (annotation,) = read_annotations([path])
    assert (annotation.text, annotation.hash) == ("", "00")
    assert settle([annotation])[0].hash == "00"
    for lacking in ("hash", "article"):
        path.write_text(json.dumps({key: value for key, value in row.items() if key != lacking}))
        with pytest.raises(AnnotationError, match="is missing"):
            read_annotations([path])


def test_two_hashes_of_one_sentence_are_a_changed_text() -> None:
    with pytest.raises(AnnotationError, match="another text"):
        settle([standoff(coder="x"), standoff(coder="y", hash="ff")])
