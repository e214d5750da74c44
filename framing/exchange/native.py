"""Our own JSON Lines: one decision a line, every field under its name; what all commands read and write."""

from __future__ import annotations

import json
from collections.abc import Iterable

from framing.annotation_files import annotation_record, check_codes, parse_annotation
from framing.annotations import Annotation
from framing.codebook import Codebook
from framing.exchange.sources import Source, decode_text, gather_files


def write_native(annotations: Iterable[Annotation], codebook: Codebook) -> dict[str, bytes]:
    """Return ``annotations.jsonl``.

    Raises:
        AnnotationError: the codebook lacks a code.
    """
    lines = []
    for annotation in annotations:
        check_codes(annotation, codebook)
        lines.append(json.dumps(annotation_record(annotation), ensure_ascii=False) + "\n")
    return {"annotations.jsonl": "".join(lines).encode()}


def read_native(source: Source, codebook: Codebook | None = None) -> list[Annotation]:
    """Return the annotations of one or several files. A sentence that names no article stands as one of its own, named like it.

    Raises:
        FileError, AnnotationError: it cannot be read, or a line is broken or has an unknown code.
    """
    found = []
    for name, content in gather_files(source, (".jsonl",)).items():
        for number, line in enumerate(decode_text(content, name).split("\n"), 1):
            if line.strip():
                found.append(parse_annotation(line, f"{name}:{number}", codebook))
    return found
