"""Every format brings back what was sent, whatever is in it; and what no format may do is refused in one line."""

from __future__ import annotations

import json
import zipfile
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from exchanging import CODEBOOK, annotations, coding, make_corpus
from hypothesis import given, settings
from hypothesis import strategies as st

from framing.annotation_files import read_annotations
from framing.annotations import Annotation, find_false_hashes, settle
from framing.errors import AnnotationError, FileError, UsageError
from framing.exchange import FORMATS, find_format, rename_coders
from framing.exchange.files_by_coder import coder_of, name_for
from framing.exchange.labels import NO_FRAME, REJECT, SKIP
from framing.exchange.returning import read_time
from framing.exchange.sources import gather_files, iterate_objects, object_in, objects_in

TOOLS = [name for name in FORMATS if name not in ("csv", "excel", "jsonl")]


@pytest.mark.parametrize("name", FORMATS)
def test_what_is_sent_comes_back_equal_and_in_order(name: str) -> None:
    corpus = make_corpus()
    files = FORMATS[name].write(corpus, CODEBOOK)
    assert FORMATS[name].read(files, CODEBOOK) == corpus
    assert FORMATS[name].read(files, None) == corpus


@pytest.mark.parametrize("name", FORMATS)
@settings(max_examples=60)
@given(st.lists(annotations(), min_size=1, max_size=6))
def test_anything_that_a_file_of_ours_may_hold_comes_back(name: str, sent: list[Annotation]) -> None:
    found = FORMATS[name].read(FORMATS[name].write(sent, CODEBOOK), CODEBOOK)
    assert found == sent


@pytest.mark.parametrize("name", FORMATS)
def test_a_folder_or_an_archive_of_the_files_is_read_as_the_files(name: str, tmp_path: Path) -> None:
    corpus = make_corpus()
    folder, archive = tmp_path / "sent", tmp_path / "sent.zip"
    folder.mkdir()
    with zipfile.ZipFile(archive, "w") as packed:
        for file, content in FORMATS[name].write(corpus, CODEBOOK).items():
            (folder / file).write_bytes(content)
            packed.writestr(file, content)
    (folder / ".hidden.json").write_text("no")
    assert FORMATS[name].read(folder, CODEBOOK) == corpus
    if name != "excel":
        assert FORMATS[name].read(archive, CODEBOOK) == corpus
        assert FORMATS[name].read(archive.read_bytes(), CODEBOOK) == corpus


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"frames": frozenset({"job"})}, "the codebook has no frame 'job' (did you mean 'jobs'?)"),
        ({"stance": (("prot", "favor"),)}, "the codebook has no target 'prot' (did you mean 'port'?)"),
        ({"codebook_version": "2"}, "coded with version 2 of the codebook, this is version 3"),
    ],
)
def test_a_code_that_the_codebook_lacks_is_not_sent(name: str, change: dict[str, object], message: str) -> None:
    with pytest.raises(AnnotationError, match=r".*") as caught:
        FORMATS[name].write([coding(place="own.jsonl:1", **change)], CODEBOOK)
    assert message in str(caught.value)


@pytest.mark.parametrize("name", TOOLS)
def test_a_sentence_without_text_is_nothing_to_show(name: str) -> None:
    with pytest.raises(AnnotationError, match=r"own\.jsonl:1: the sentence 'a0:0' has no text to show.*--articles"):
        FORMATS[name].write([coding(text="", hash="00", place="own.jsonl:1")], CODEBOOK)


@pytest.mark.parametrize("name", ["csv", "excel", "jsonl"])
def test_tables_and_lines_hold_sentences_without_text(name: str) -> None:
    sent = [coding(text="", hash="00", start=3, end=9)]
    assert FORMATS[name].read(FORMATS[name].write(sent, CODEBOOK), CODEBOOK) == sent


@pytest.mark.parametrize("name", TOOLS)
def test_a_coding_without_text_travels_with_one_that_has_it(name: str) -> None:
    sent = [coding(text="", hash="00"), coding(coder="ben")]
    assert FORMATS[name].read(FORMATS[name].write(sent, CODEBOOK), CODEBOOK) == sent


@pytest.mark.parametrize("name", TOOLS)
def test_two_texts_of_one_sentence_are_not_sent(name: str) -> None:
    with pytest.raises(AnnotationError, match="another text"):
        FORMATS[name].write([coding(0), coding(0, coder="ben", text="Else.")], CODEBOOK)


@pytest.mark.parametrize("name", TOOLS)
def test_what_travels_must_not_be_damaged(name: str) -> None:
    files = FORMATS[name].write([coding(0)], CODEBOOK)
    for wrong, message in ((b'"{\\"sent\\":[[1,2]]}"', "leave it as it is"), (b'"{"', "broken JSON"), (b"7", "leave it as it is")):
        damaged = {file: _replace_carried(content, wrong) for file, content in files.items()}
        with pytest.raises(AnnotationError, match=message):
            FORMATS[name].read(damaged, CODEBOOK)


def _replace_carried(content: bytes, value: bytes) -> bytes:
    before, key, after = content.partition(b'"framing": ')
    if not key or after.startswith(b"{"):  # in a CAS the layer's type has the name too
        inner, again, rest = after.partition(b'"framing": ')
        before, key, after = before + key + inner, again, rest
    if not key:
        return content
    _, end = json.JSONDecoder().raw_decode(after.decode())
    return before + key + value + after.decode()[end:].encode()


@pytest.mark.parametrize("name", TOOLS)
def test_a_text_that_a_tool_has_changed_is_told_by_its_hash(name: str) -> None:
    files = FORMATS[name].write([coding(0)], CODEBOOK)
    altered = {file: content.replace(b"The yard", b"The Yard", 1) for file, content in files.items()}
    found = FORMATS[name].read(altered, CODEBOOK)
    (line,) = find_false_hashes(found)
    assert "the text of 'a0:0' was changed after it was coded" in line
    assert find_false_hashes(FORMATS[name].read(files, CODEBOOK)) == []


def test_our_own_lines_are_those_that_every_command_reads(tmp_path: Path) -> None:
    corpus = [annotation for annotation in make_corpus() if annotation.grouped]
    (tmp_path / "annotations.jsonl").write_bytes(FORMATS["jsonl"].write(corpus, CODEBOOK)["annotations.jsonl"])
    assert read_annotations([tmp_path], CODEBOOK) == corpus
    assert FORMATS["jsonl"].read(tmp_path / "annotations.jsonl") == corpus


def test_a_format_is_found_by_its_name() -> None:
    assert find_format("csv") is FORMATS["csv"]
    with pytest.raises(UsageError, match=r"there is no format 'prodigi' \(did you mean 'prodigy'\?\)"):
        find_format("prodigi")


def test_every_format_and_every_label_is_in_the_docs() -> None:
    page = (Path(__file__).parent.parent / "docs" / "exchange.md").read_text("utf-8")
    for name in FORMATS:
        assert page.count(f"| `{name}`") == 2, name
    for label in (NO_FRAME, SKIP, REJECT):
        assert f"`{label}`" in page


def test_coders_are_renamed_in_parents_too() -> None:
    sent = [coding(coder="1"), coding(coder="2"), coding(coder="ana", phase="adjudicated", parents=("1", "2")), coding(coder=None)]
    found = rename_coders(sent, {"1": "ana", "2": "ben"})
    assert [annotation.coder for annotation in found] == ["ana", "ben", "ana", None]
    assert found[2].parents == ("ana", "ben")
    with pytest.raises(UsageError, match="no coding is by 'bn'"):
        rename_coders(found, {"bn": "ben"})


@given(
    st.one_of(
        st.sampled_from(["all", "unknown", "", ".", "_x", " a", "a/b\\c", "%", "ana@x.org"]), st.text(min_size=1, max_size=20)
    )
)
def test_the_name_of_a_file_tells_its_coder(coder: str) -> None:
    if any("\ud800" <= sign <= "\udfff" for sign in coder):
        return
    name = name_for(coder)
    assert not set(name) & set('/\\:*?"<>|\n\0')
    assert name[0] not in "._ "
    assert coder_of(f"folder/{name}.jsonl") == coder


def test_nobody_in_particular_has_the_file_all() -> None:
    assert name_for(None) == "all"
    assert coder_of("all.jsonl") is None


@pytest.mark.parametrize(
    ("value", "read"),
    [
        ("2026-03-01T10:00:00.123456Z", "2026-03-01T10:00:00.123Z"),
        ("2026-03-01T12:00:00+02:00", "2026-03-01T10:00:00.000Z"),
        ("2026-03-01T10:00:00", "2026-03-01T10:00:00.000Z"),
        (1772359200, "2026-03-01T10:00:00.000Z"),
        ("yesterday", None),
        (None, None),
        (True, None),
        (1e300, None),
    ],
)
def test_times_are_read_as_utc_to_the_millisecond(value: object, read: str | None) -> None:
    assert read_time(value) == read


def test_sources_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    with pytest.raises(FileError, match=r"none\.json: it cannot be read"):
        gather_files(tmp_path / "none.json", (".json",))
    with pytest.raises(AnnotationError, match=r"there is no \.json or \.jsonl file here"):
        gather_files(tmp_path, (".json", ".jsonl"))
    with pytest.raises(AnnotationError, match="cannot be unpacked"):
        gather_files(b"PK\x03\x04 not really", (".json",))
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("folder/", "")
        archive.writestr("__MACOSX/a.json", "x")
        archive.writestr("a.json", "[]")
    assert gather_files(packed.getvalue(), (".json",)) == {"a.json": b"[]"}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"\xff\xfe{", "x.json: it is not UTF-8"),
        (b"[1]", "x.json: item 1: an object is expected here, not 1"),
        (b"[{}, ", "x.json: broken JSON"),
        (b"{}\n\n[]", "x.json:3: an object is expected"),
        (b"{}\n{", "x.json:2: broken JSON"),
    ],
)
def test_records_that_cannot_be_read_are_named_with_their_place(content: bytes, message: str) -> None:
    with pytest.raises(AnnotationError) as caught:
        list(iterate_objects("x.json", content))
    assert message in str(caught.value)


def test_fields_of_another_kind_are_refused() -> None:
    assert object_in({}, "data", "x") == {}
    assert objects_in({"list": None}, "list", "x") == []
    with pytest.raises(AnnotationError, match="x: 'data' must be an object, not 7"):
        object_in({"data": 7}, "data", "x")
    with pytest.raises(AnnotationError, match="x: 'list' must be a list of objects"):
        objects_in({"list": [7]}, "list", "x")


def test_importing_changes_no_final_code() -> None:
    corpus = [annotation for annotation in make_corpus() if annotation.status != "open"]
    before = settle(corpus)
    for format_ in FORMATS.values():
        found = format_.read(format_.write(corpus, CODEBOOK), CODEBOOK)
        assert settle([replace(annotation, place="") for annotation in found]) == before
