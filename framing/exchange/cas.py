"""A UIMA CAS as JSON: one text with spans of one layer, as much of the format as that needs, and the layer's type system.

The format is that of the Apache UIMA JSON CAS, version 0.4: feature structures by number, arrays and references by ``@``,
offsets in UTF-16 code units.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import accumulate
from typing import Any
from xml.sax.saxutils import escape

from framing.annotations import CODED, OPEN, REJECTED, SKIPPED
from framing.codebook import STANCES, Codebook
from framing.errors import AnnotationError
from framing.exchange.carrying import CARRIED

LAYER, FRAMES, STANCE = "webanno.custom.Framing", "frames", "stance_"
"""The layer to code in, its feature of several values, and how that of a target begins."""

Features = dict[str, Any]

_SENTENCE = "de.tudarmstadt.ukp.dkpro.core.api.segmentation.type.Sentence"
_CUSTOM = "webanno.custom."


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of the text, in characters, with its features."""

    begin: int
    end: int
    features: Features


@dataclass(frozen=True, slots=True)
class Document:
    """A text and the spans of its layer."""

    text: str
    spans: tuple[Span, ...]


def stance_feature(target: str) -> str:
    """Return the name of the feature of a target: UIMA takes letters, digits and ``_``, another sign becomes its number."""
    return STANCE + re.sub(r"[^A-Za-z0-9_]", lambda sign: f"_{ord(sign[0]):x}_", target)


def _describe_layer(codebook: Codebook) -> list[tuple[str, str, str]]:
    """Return the name, type and description of each feature of the layer."""
    stances = [
        (stance_feature(target.id), "uima.cas.String", f"Stance: {target.name} ({', '.join(STANCES)})")
        for target in codebook.targets
    ]
    return [
        (FRAMES, "uima.cas.StringArray", f"Frames: {', '.join(codebook.frame_ids)}"),
        *stances,
        ("status", "uima.cas.String", ", ".join((OPEN, CODED, SKIPPED, REJECTED))),
        ("note", "uima.cas.String", "Note"),
        ("flagged", "uima.cas.Boolean", "Marked for discussion"),
        (CARRIED, "uima.cas.String", "Leave this as it is: it brings the rest of the record back"),
    ]


def write_type_system(codebook: Codebook) -> str:
    """Return the layer as a UIMA type system (XML), to be imported under the project's layers."""
    features = "\n".join(
        f"        <featureDescription>\n          <name>{name}</name>\n          <description>{escape(said)}</description>\n"
        f"          <rangeTypeName>{kind}</rangeTypeName>\n        </featureDescription>"
        for name, kind, said in _describe_layer(codebook)
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<typeSystemDescription xmlns="http://uima.apache.org/resourceSpecifier">\n'
        f"  <types>\n    <typeDescription>\n      <name>{LAYER}</name>\n      <description>{escape(codebook.title)}</description>\n"
        f"      <supertypeName>uima.tcas.Annotation</supertypeName>\n      <features>\n{features}\n      </features>\n"
        "    </typeDescription>\n  </types>\n</typeSystemDescription>\n"
    )


def write_cas(document: Document, sentences: Iterable[tuple[int, int]], codebook: Codebook) -> bytes:
    """Return the JSON of ``document``; ``sentences`` are the stretches that the tool shall take as sentences."""
    units = [0, *accumulate(2 if character > "\uffff" else 1 for character in document.text)]
    structures: list[dict[str, Any]] = [
        {
            "%ID": 1,
            "%TYPE": "uima.cas.Sofa",
            "sofaNum": 1,
            "sofaID": "_InitialView",
            "mimeType": "text/plain",
            "sofaString": document.text,
        }
    ]
    members = []

    def add(kind: str, fields: Mapping[str, Any], *, indexed: bool = True) -> int:
        number = len(structures) + 1
        structures.append({"%ID": number, "%TYPE": kind, **({"@sofa": 1} if indexed else {}), **fields})
        members.extend([number] if indexed else [])
        return number

    add("uima.tcas.DocumentAnnotation", {"begin": 0, "end": units[-1], "language": codebook.language})
    for begin, end in sentences:
        add(_SENTENCE, {"begin": units[begin], "end": units[end]})
    for span in document.spans:
        features = dict(span.features)
        frames = features.pop(FRAMES, None)
        if frames is not None:
            features[f"@{FRAMES}"] = add("uima.cas.StringArray", {"%ELEMENTS": frames}, indexed=False)
        add(LAYER, {"begin": units[span.begin], "end": units[span.end], **features})
    content = {
        "%TYPES": _write_types(codebook),
        "%FEATURE_STRUCTURES": structures,
        "%VIEWS": {"_InitialView": {"%SOFA": 1, "%MEMBERS": members}},
    }
    return json.dumps(content, ensure_ascii=False).encode()


def _write_types(codebook: Codebook) -> dict[str, Any]:
    layer: dict[str, Any] = {"%NAME": LAYER, "%SUPER_TYPE": "uima.tcas.Annotation"}
    for name, kind, _ in _describe_layer(codebook):
        layer[name] = {"%NAME": name, "%RANGE": "uima.cas.String[]" if kind == "uima.cas.StringArray" else kind}
    return {LAYER: layer, _SENTENCE: {"%NAME": _SENTENCE, "%SUPER_TYPE": "uima.tcas.Annotation"}}


def read_cas(content: Any, place: str) -> Document:
    """Return the text of a CAS and the spans of our layer; without one, those of every layer made in the tool.

    Raises:
        AnnotationError: it is no CAS with a text, or a span lies outside of it.
    """
    given = content.get("%FEATURE_STRUCTURES") if isinstance(content, dict) else None
    structures = _number(given, place)
    texts = [fs["sofaString"] for fs in structures.values() if fs.get("%TYPE") == "uima.cas.Sofa" and fs.get("sofaString")]
    if not texts or not isinstance(texts[0], str):
        raise AnnotationError(f"{place}: this is no UIMA CAS JSON with a text; export documents in that format")
    custom = [fs for fs in structures.values() if str(fs.get("%TYPE")).startswith(_CUSTOM) and "begin" in fs]
    own = [fs for fs in custom if fs["%TYPE"] == LAYER]
    characters = _characters_at(texts[0])
    return Document(texts[0], tuple(_read_span(fs, structures, characters, place) for fs in own or custom))


def _number(given: Any, place: str) -> dict[int, dict[str, Any]]:
    """Return the feature structures by number, from a list or an object."""
    if isinstance(given, dict):
        given = [{"%ID": number} | fs for number, fs in given.items() if isinstance(fs, dict)]
    if not isinstance(given, list) or not all(isinstance(fs, dict) and str(fs.get("%ID")).isdigit() for fs in given):
        raise AnnotationError(f"{place}: this is no UIMA CAS JSON; export documents in that format")
    return {int(fs["%ID"]): fs for fs in given}


def _characters_at(text: str) -> dict[int, int]:
    """Return the character at which each UTF-16 unit begins, its end included."""
    widths = (2 if character > "\uffff" else 1 for character in text)
    return {unit: number for number, unit in enumerate([0, *accumulate(widths)])}


def _read_span(fs: Mapping[str, Any], structures: Mapping[int, Any], characters: Mapping[int, int], place: str) -> Span:
    begin, end = characters.get(fs.get("begin", -1)), characters.get(fs.get("end", -1))
    if begin is None or end is None or begin > end:
        raise AnnotationError(f"{place}: the offsets {fs.get('begin')}–{fs.get('end')} do not fit the text (they are UTF-16 units)")
    features: Features = {}
    for key, value in fs.items():
        if key[0] == "@" and key != "@sofa":
            elements = (structures.get(value) or {}).get("%ELEMENTS")
            features |= {key[1:]: elements} if isinstance(elements, list) else {}
        elif key[0] not in "%@#^" and key not in ("begin", "end"):
            features[key] = value
    return Span(begin, end, features)
