from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sameness import NEAR, closest

from framing.annotation_files import read_annotations
from framing.annotations import (
    Annotation,
    CodedSentence,
    blind_codings,
    find_changed_texts,
    find_contradictions,
    find_unnamed_coders,
    list_labels,
    settle,
)
from framing.codebook import Codebook
from framing.errors import AnnotationError

ROW: dict[str, Any] = {"id": "s1", "article": "a", "text": "Hail fell.", "frames": ["storm"], "stance": {"mayor": "none"}}


def coded(coder: str | None, frames: set[str], stance: str = "none", phase: str | None = "blind", unit: str = "s1") -> Annotation:
    return Annotation(unit, "a", "Hail fell.", frozenset(frames), (("mayor", stance),), coder=coder, phase=phase)


def read(tmp_path: Path, *lines: str, codebook: Codebook | None = None) -> list[Annotation]:
    path = tmp_path / "coded.jsonl"
    path.write_text("\n".join(lines), "utf-8")
    return read_annotations([path], codebook)


def test_fields_after_the_stance_are_optional(tmp_path: Path, codebook: Codebook) -> None:
    bare = {key: ROW[key] for key in ("article", "text", "frames")}
    (annotation,) = read(tmp_path, json.dumps(bare), "", codebook=codebook)
    assert annotation.id.endswith("coded.jsonl:1")
    assert annotation.stance_towards("mayor") is None
    (sentence,) = settle([annotation])
    assert (sentence.frames, sentence.coders, sentence.outlet) == ({"storm"}, (), "unknown")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"frames": ["strom"]}, "coded.jsonl:2: the codebook has no frame 'strom' (did you mean 'storm'?)"),
        ({"stance": {"major": "none"}}, "the codebook has no target 'major' (did you mean 'mayor'?)"),
        ({"stance": {"mayor": "favour"}}, "the stance towards mayor is 'favour' (did you mean 'favor'?)"),
        ({"stance": ["mayor"]}, "'stance' must be an object"),
        ({"frames": "storm"}, "'frames' must be a list"),
        ({"text": " "}, "'text' is empty"),
        ({"text": None}, "'text' is missing"),
        ({"article": 7}, "'article' must be a string, not 7"),
        ({"parents": 5}, "'parents' must be a list"),
        ({"coder": ["x"]}, "'coder' must be a string or a whole number"),
        ({"start": "a"}, "'start' must be a whole number"),
        ({"index": True}, "'index' must be a whole number"),
        ({"frames": [1]}, "named by strings"),
        ({"inclusion_probability": 2}, "must lie above 0 and not above 1"),
        ({"codebook_version": 7}, "coded with version 7 of the codebook, this is version 1"),
    ],
)
def test_a_wrong_code_is_named_with_its_line(tmp_path: Path, codebook: Codebook, change: dict[str, Any], message: str) -> None:
    with pytest.raises(AnnotationError) as caught:
        read(tmp_path, json.dumps(ROW), json.dumps(ROW | change), codebook=codebook)
    assert message in str(caught.value)
    assert caught.value.exit_code == 3


@pytest.mark.parametrize("line", ['{"id": "s1"', "[]", "nonsense", "[" * 100_000])
def test_a_broken_line_is_named(tmp_path: Path, line: str) -> None:
    with pytest.raises(AnnotationError, match=r"coded\.jsonl:2"):
        read(tmp_path, json.dumps(ROW), line)


def test_missing_or_unreadable_files_are_named(tmp_path: Path) -> None:
    with pytest.raises(AnnotationError, match="no coded sentences here"):
        read_annotations([tmp_path])
    with pytest.raises(AnnotationError, match="no coded sentences here"):
        read_annotations([tmp_path / "none.jsonl"])
    (tmp_path / "latin.jsonl").write_bytes(b'{"text": "\xe9"}')
    with pytest.raises(AnnotationError, match="not UTF-8"):
        read_annotations([tmp_path / "latin.jsonl"])
    os.mkfifo(tmp_path / "pipe.jsonl")
    with pytest.raises(AnnotationError, match="no coded sentences here"):
        read_annotations([tmp_path / "pipe.jsonl"])


def test_an_id_of_nought_is_an_id_and_half_a_character_is_none(tmp_path: Path) -> None:
    (annotation,) = read(tmp_path, json.dumps(ROW | {"id": 0}))
    assert annotation.id == "0"
    with pytest.raises(AnnotationError, match="half a character"):
        read(tmp_path, json.dumps(ROW | {"outlet": "\ud800"}))
    with pytest.raises(AnnotationError, match="did you mean 'favor'"):
        read(tmp_path, json.dumps(ROW | {"stance": {"mayor": "FAVOR".lower() + "s"}}))


@pytest.mark.parametrize(
    ("codings", "frames", "stance"),
    [
        ([coded("x", {"storm"})], {"storm"}, "none"),
        ([coded("x", {"storm"}), coded("y", set())], {"storm"}, "none"),
        ([coded("x", {"storm"}), coded("y", set()), coded("z", set())], set(), "none"),
        ([coded("x", set(), "favor"), coded("y", set(), "against")], set(), "none"),
        ([coded("x", set(), "favor"), coded("y", set(), "favor"), coded("z", set())], set(), "favor"),
        ([coded("x", {"storm"}), coded("y", {"harvest"}), coded("z", {"harvest"}, "favor", "adjudicated")], {"harvest"}, "favor"),
        ([coded("z", {"storm"}, "none", "adjudicated"), coded("z", set(), "favor", "adjudicated")], set(), "favor"),
        ([coded("x", {"storm"}), coded("x", set(), "favor")], set(), "favor"),
        ([coded(None, {"storm"}, phase=None), replace(coded(None, set(), "favor"), place="b:2")], {"storm"}, "none"),
    ],
)
def test_codings_are_settled_by_adjudication_or_by_votes(codings: list[Annotation], frames: set[str], stance: str) -> None:
    (sentence,) = settle(codings)
    assert sentence.frames == frames
    assert sentence.stance_towards("mayor") == stance


def test_a_target_that_the_adjudication_leaves_out_keeps_the_coders_stance() -> None:
    final = replace(coded("z", {"storm"}, phase="adjudicated"), stance=())
    (sentence,) = settle([coded("x", set(), "favor"), coded("y", set(), "favor"), final])
    assert (sentence.frames, sentence.stance_towards("mayor")) == ({"storm"}, "favor")


def test_one_sentence_has_one_text_and_named_coders() -> None:
    other = replace(coded("y", set()), text="Rain fell.", place="b.jsonl:7")
    with pytest.raises(AnnotationError, match=r"b\.jsonl:7: sentence 's1' has another text"):
        settle([coded("x", set()), other])
    twice = [coded(None, set(), phase=None), coded("x", set())]
    assert "is coded 2 times; name the coder" in find_unnamed_coders(twice)[0]
    assert find_unnamed_coders([coded("x", set()), coded("y", set())]) == find_changed_texts([coded("x", set())]) == []


def test_blind_codings_leave_adjudication_and_uncoded_origins_out() -> None:
    codings = [
        coded("x", set()),
        coded("y", set(), phase=None),
        coded("z", set(), phase="adjudicated"),
        coded(None, set(), phase=None),
    ]
    assert [coding.coder for coding in blind_codings(codings)] == ["x", "y"]


def test_labels_of_data_without_a_codebook_are_those_in_use() -> None:
    assert list_labels([coded("x", {"b"}), coded("y", {"a"})]) == (("a", "b"), ("mayor",))


CSV = 'id,article,outlet,text,frames,stance:mayor,coder\n1,a,Post,"Hail, and wheat.",storm; harvest,favor,x\n2,a,Post,A bus.,,,x\n'


def test_a_table_is_read_like_json_lines(tmp_path: Path) -> None:
    path = tmp_path / "coded.csv"
    path.write_text("\ufeff" + CSV)
    first, second = read_annotations([path])
    assert (first.id, first.article, first.outlet, first.text, first.coder) == ("1", "a", "Post", "Hail, and wheat.", "x")
    assert first.frames == {"storm", "harvest"}
    assert (first.stance_towards("mayor"), second.stance_towards("mayor")) == ("favor", None)
    assert second.frames == frozenset()
    assert second.place.endswith("coded.csv:3")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("text,frame\nHail.,storm\n", "coded.csv:2: there is no column 'frames'"),
        ("text,frames\nHail.,storm,too much\n", "coded.csv:2: the row has more or fewer cells"),
        ("text,frames\nHail.\n", "coded.csv:2: the row has more or fewer cells"),
        ("text,frames\n,storm\n", "coded.csv:2: 'text' is missing"),
        ("text,frames,start\nHail.,storm,x\n", "coded.csv:2: a number is expected"),
        ("text,frames,stance:mayor\nHail.,storm,warm\n", "the stance towards mayor is 'warm'"),
        ("text,frames,artcle\nHail.,storm,a\n", "coded.csv:2: 'article' is missing"),
        ('text,frames\n"' + "x" * 140_000 + '",storm\n', "coded.csv:2: broken CSV"),
    ],
)
def test_a_broken_table_is_named_with_its_line(tmp_path: Path, content: str, message: str) -> None:
    path = tmp_path / "coded.csv"
    path.write_text(content)
    with pytest.raises(AnnotationError) as caught:
        read_annotations([path])
    assert message in str(caught.value)


def test_a_coding_without_article_stands_as_an_article_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "coded.csv"
    path.write_text("text,frames\nHail.,storm\nA bus.,\n")
    codings = read_annotations([path])
    assert len({coding.article for coding in codings}) == 2
    assert not any(coding.grouped for coding in codings)


def test_the_same_text_with_other_codes_is_a_contradiction() -> None:
    def sentence(number: int, *frames: str) -> CodedSentence:
        return CodedSentence(str(number), f"a{number}", "Post", "Hail fell.", frozenset(frames), ())

    assert find_contradictions([sentence(1, "storm"), sentence(2, "storm")]) == []
    ((one, other),) = find_contradictions([sentence(1, "storm"), sentence(2)])
    assert (one.id, other.id) == ("1", "2")


def test_fewer_than_one_in_a_hundred_written_sentences_is_a_near_duplicate() -> None:
    """At a Jaccard similarity of .8 over runs of three words: sentences from a template would teach the template."""
    path = Path(__file__).resolve().parent.parent / "annotations" / "authored.jsonl"
    similar = closest([sentence.text for sentence in settle(read_annotations([path]))])
    assert len(similar) > 4000
    assert sum(similarity >= NEAR for similarity in similar) < 0.01 * len(similar)


def test_a_sentence_that_differs_in_one_word_is_near() -> None:
    one = "The mayor of the town said on Friday that hail had broken every roof in the valley."
    assert closest([one, "A bus holds forty people.", one, one.replace("Friday", "Monday")]) == pytest.approx([0, 0, 1, 12 / 18])
