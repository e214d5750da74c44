from __future__ import annotations

import json
from io import StringIO
from typing import Any

import cassis
import pytest
from exchanging import CODEBOOK, coding, make_corpus

from framing.codebook import parse_codebook
from framing.errors import AnnotationError
from framing.exchange.cas import LAYER, Document, Span, read_cas, stance_feature, write_cas, write_type_system
from framing.exchange.inception import read_inception, write_inception

WAITING: dict[str, Any] = {"status": "open", "frames": frozenset(), "stance": (), "coder": None}
SENTENCE = "de.tudarmstadt.ukp.dkpro.core.api.segmentation.type.Sentence"
TEXT = "🐦 Hail fell. Nobody spoke."


def cas(*annotations: dict[str, Any], text: str = TEXT, layer: str = "webanno.custom.Frame") -> bytes:
    """Return a CAS as Java writes it: features by reference, feature structures in an object or a list."""
    structures: list[dict[str, Any]] = [{"%ID": 1, "%TYPE": "uima.cas.Sofa", "sofaString": text}]
    for number, annotation in enumerate(annotations, 1):
        given = dict(annotation)
        if isinstance(given.get("frames"), list):
            structures.append({"%ID": 100 + number, "%TYPE": "uima.cas.String[]", "%ELEMENTS": given.pop("frames")})
            given["@frames"] = 100 + number
        structures.append({"%ID": number + 1, "%TYPE": layer, "@sofa": 1, "begin": 0, "end": 13} | given)
    return json.dumps({"%TYPES": {}, "%FEATURE_STRUCTURES": structures, "%VIEWS": {}}).encode()


def test_the_uima_library_loads_our_documents_and_we_read_what_it_writes() -> None:
    corpus = make_corpus()
    files = write_inception(corpus, CODEBOOK)
    written = {}
    for name, content in files.items():
        if name.endswith(".json"):
            loaded = cassis.load_cas_from_json(content.decode())
            for annotation in loaded.select(LAYER):
                assert annotation.get_covered_text() in {a.text for a in corpus}
            assert {sentence.get_covered_text() for sentence in loaded.select(SENTENCE)} <= {a.text for a in corpus}
            written[name] = loaded.to_json().encode()
    assert read_inception(written, CODEBOOK) == corpus


def test_what_a_coder_fills_in_with_the_uima_library_is_read() -> None:
    waiting = coding(1, sampling="simple", extra={"coders": ["ana"], "before": ["Rain 🏗️."], "after": ["Sun."]}, **WAITING)
    files = write_inception([waiting], CODEBOOK)
    loaded = cassis.load_cas_from_json(files["a0@ana.json"].decode())
    (annotation,) = loaded.select(LAYER)
    assert loaded.sofa_string == f"Rain 🏗️.\n{waiting.text}\nSun.\n\n"
    array = loaded.typesystem.get_type("uima.cas.StringArray")
    annotation.frames = array(elements=["jobs", "cost"])
    annotation.set(stance_feature("old-town"), "against")
    annotation.note, annotation.flagged = "“Why?” 🙂", True
    (found,) = read_inception({"a0@ana.json": loaded.to_json().encode()}, CODEBOOK)
    assert (found.frames, found.stance, found.status) == ({"jobs", "cost"}, (("old-town", "against"),), "coded")
    assert (found.coder, found.phase, found.note, found.flagged) == ("ana", "blind", "“Why?” 🙂", True)
    assert (found.text, found.id, found.sampling, found.codebook_version) == (waiting.text, waiting.id, "simple", "3")


def test_the_type_system_has_the_features_of_the_documents() -> None:
    system = cassis.load_typesystem(StringIO(write_type_system(CODEBOOK)).read())
    names = [feature.name for feature in system.get_type(LAYER).features]
    assert sorted(names) == sorted(["frames", "stance_port", "stance_old_2d_town", "status", "note", "flagged", "framing"])
    assert system.get_type(LAYER).get_feature("frames").rangeType.name == "uima.cas.StringArray"


@pytest.mark.parametrize("text", ["Plain.", "🐦", "a🐦b\n𠮷c", ""])
def test_offsets_are_utf_16_units(text: str) -> None:
    content = write_cas(Document(text, (Span(0, len(text), {"status": "coded"}),)), [(0, len(text))], CODEBOOK)
    (span,) = (fs for fs in json.loads(content)["%FEATURE_STRUCTURES"] if fs["%TYPE"] == LAYER)
    assert (span["begin"], span["end"]) == (0, len(text.encode("utf-16-le")) // 2)
    if text:
        assert read_cas(json.loads(content), "x").spans[0] == Span(0, len(text), {"status": "coded"})


def test_a_document_holds_an_article_and_its_sentences_once() -> None:
    files = write_inception([coding(0), coding(0, coder="b@x"), coding(1, **WAITING), coding(3)], CODEBOOK)
    assert list(files) == ["TypeSystem.xml", "a0@ana.json", "a0@b%40x.json", "a0.json", "a1@ana.json"]
    texts = {cassis.load_cas_from_json(files[name].decode()).sofa_string for name in files if name.startswith("a0")}
    assert texts == {f"{coding(0).text}\n{coding(1).text}\n"}


@pytest.mark.parametrize("article", ["x/y: 1.html", "é" * 300, "."])
def test_any_article_has_a_file(article: str) -> None:
    sent = [coding(0, article=article), coding(0, article=article + "2")]
    files = write_inception(sent, CODEBOOK)
    assert len(files) == 3
    assert all(len(name.encode()) < 255 and not set(name) & set("/:") for name in files)
    assert read_inception(files, CODEBOOK) == sent


@pytest.mark.parametrize(
    ("annotation", "status", "frames", "stance"),
    [
        ({"frames": ["jobs", "The sea"]}, "coded", {"jobs", "Sea-level_2"}, ()),
        ({"frame": "cost", "stance_port": "none"}, "coded", {"cost"}, (("port", "none"),)),
        ({"stance_old_2d_town": "favor"}, "coded", set(), (("old-town", "favor"),)),
        ({}, "coded", set(), ()),
        ({"status": "skipped"}, "skipped", set(), ()),
        ({"frame": "(reject)"}, "rejected", set(), ()),
        ({"status": "open", "frame": "jobs"}, "coded", {"jobs"}, ()),
    ],
)
def test_what_people_made_in_the_tool_is_mapped(annotation: dict[str, Any], status: str, frames: set[str], stance: Any) -> None:
    (found,) = read_inception({"my doc@ana.json": cas(annotation | {"sure": 4})}, CODEBOOK)
    assert (found.status, found.frames, found.stance, found.text) == (status, frames, stance, "🐦 Hail fell.")
    assert (found.article, found.grouped, found.id, found.start, found.end) == ("my doc", True, "my doc:0-12", 0, 12)
    assert (found.coder, found.extra) == ("ana", {"sure": 4})


def test_without_a_codebook_features_name_the_targets() -> None:
    assert read_inception({"d.json": cas({"stance_port": "favor"})})[0].stance == (("port", "favor"),)


def test_what_waits_and_was_not_filled_in_holds_nothing() -> None:
    assert read_inception({"d@ana.json": cas({"status": "open"})}, CODEBOOK) == []
    files = write_inception([coding(1, **WAITING)], CODEBOOK)
    blank = files["a0.json"].replace(b'"status": "open", ', b"")
    assert blank != files["a0.json"]
    assert read_inception({"a0.json": blank}, CODEBOOK) == [coding(1, **WAITING)]
    done = files["a0.json"].replace(b'"status": "open", ', b'"status": "coded", ')
    assert [a.status for a in read_inception({"a0.json": done}, CODEBOOK)] == ["coded"]


def test_an_exported_project_tells_documents_coders_and_curation_by_its_folders() -> None:
    files = {
        "p/annotation/d.txt/ana.json": cas({"frame": "jobs"}),
        "p/annotation/d.txt/INITIAL_CAS.json": cas({"frame": "jobs"}),
        "p/curation/d.txt/CURATION_USER.json": cas({"frame": "cost"}),
    }
    first, final = read_inception(files, CODEBOOK)
    assert (first.article, first.coder, first.phase) == ("d.txt", "ana", None)
    assert (final.article, final.coder, final.phase, final.id) == ("d.txt", "CURATION_USER", "adjudicated", first.id)


def test_a_layer_of_ours_counts_alone_and_structures_may_be_an_object() -> None:
    given = json.loads(cas({"frame": "jobs"}, layer=LAYER))
    structures = given["%FEATURE_STRUCTURES"]
    structures.append({"%ID": 9, "%TYPE": "webanno.custom.Other", "begin": 0, "end": 3, "@link": 77})
    given["%FEATURE_STRUCTURES"] = {str(fs.pop("%ID")): fs for fs in structures}
    assert len(read_inception({"d.json": json.dumps(given).encode()}, CODEBOOK)) == 1
    given["%FEATURE_STRUCTURES"]["2"]["%TYPE"] = "webanno.custom.Else"
    assert len(read_inception({"d.json": json.dumps(given).encode()}, CODEBOOK)) == 2


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"{}", "d.json: this is no UIMA CAS JSON; export documents"),
        (b"[]", "this is no UIMA CAS JSON"),
        (cas(text=""), "this is no UIMA CAS JSON with a text"),
        (cas({"frame": "job"}), "d.json, characters 0–12: the codebook has no frame 'job'"),
        (cas({"status": "don"}), "the status is 'don'"),
        (cas({"begin": 1}), "the offsets 1–13 do not fit the text"),
        (cas({"begin": 5, "end": 2}), "the offsets 5–2 do not fit"),
        (cas({"end": 5000}), "do not fit"),
        (cas({"begin": 13, "end": 14}), "an annotation covers no text"),
    ],
)
def test_what_cannot_be_read_is_named(content: bytes, message: str) -> None:
    with pytest.raises(AnnotationError) as caught:
        read_inception({"d.json": content}, CODEBOOK)
    assert message in str(caught.value)


def test_a_codebook_without_targets_has_a_layer() -> None:
    assert "stance_" not in write_type_system(parse_codebook('[[frames]]\nid = "a"\n'))
