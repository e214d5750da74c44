"""INCEpTION: UIMA CAS JSON, a document per article and coder, and the layer to code in as a UIMA type system.

Offsets are in UTF-16 units, as the tool counts them. Everything travels in a feature of the layer, so nothing is lost where the
layer of ``TypeSystem.xml`` is in the project; a project without that feature drops it. The tool has no place for times. A
document's coder is in the name of its file alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import quote, unquote

from framing.annotations import ADJUDICATED, OPEN, STATUSES, Annotation, hash_sentence
from framing.codebook import Codebook
from framing.errors import AnnotationError, suggest
from framing.exchange.carrying import CARRIED, Item, Opened, Task, open_item, plan_lines, shown_codes
from framing.exchange.cas import FRAMES, STANCE, Document, Features, Span, read_cas, stance_feature, write_cas, write_type_system
from framing.exchange.files_by_coder import coder_of, name_for, split_by_coder
from framing.exchange.labels import Codes, LabelReader
from framing.exchange.returning import Decision, Returned
from framing.exchange.sources import Source, decode_text, gather_files, parse_json

_CURATOR, _INITIAL = "CURATION_USER", "INITIAL_CAS"
_LONGEST = 150


def write_inception(annotations: Iterable[Annotation], codebook: Codebook) -> dict[str, bytes]:
    """Return ``ARTICLE.json`` for sentences that anyone may code, ``ARTICLE@CODER.json`` for others, and ``TypeSystem.xml``.

    A document holds the article's sentences, one a line, each between its neighbours where they are known. A sentence carries
    an annotation of the layer for each decision on it; where it waits, one with the status ``open``, to be filled in.

    Raises:
        AnnotationError: the codebook lacks a code, or a sentence has no text.
    """
    articles: dict[str, list[Task]] = {}
    for task in plan_lines(annotations, codebook):
        articles.setdefault(task.first.article, []).append(task)
    files = {"TypeSystem.xml": write_type_system(codebook).encode()}
    for article, tasks in articles.items():
        text, places = _lay_out(tasks)
        for coder, own in split_by_coder(tasks).items():
            spans = [Span(*places[task.first.id], _write_features(task, codebook)) for task in own]
            files[_file_name(article, coder)] = write_cas(Document(text, tuple(spans)), sorted(places.values()), codebook)
    return files


def _file_name(article: str, coder: str | None) -> str:
    """Return a name that every file system takes; a long one is cut, and told from others by a hash."""
    name = quote(article, safe=" +,=()").replace(".", "%2E")
    if len(name) > _LONGEST:
        name = f"{name[:_LONGEST]}-{hash_sentence(article)}"
    return f"{name}.json" if coder is None else f"{name}@{name_for(coder).replace('@', '%40')}.json"


def _lay_out(tasks: Iterable[Task]) -> tuple[str, dict[str, tuple[int, int]]]:
    """Return the text of a document, and where each sentence stands in it, by id."""
    text, places = "", dict[str, tuple[int, int]]()
    for task in tasks:
        if task.first.id in places:
            continue
        before = f"{task.shown['before']}\n" if task.shown["before"] else ""
        after = f"\n{task.shown['after']}\n" if task.shown["after"] else ""
        begin = len(text) + len(before)
        places[task.first.id] = (begin, begin + len(task.text))
        text += f"{before}{task.text}{after}\n"
    return text, places


def _write_features(task: Task, codebook: Codebook) -> Features:
    annotation, codes = task.first, shown_codes(task.first)
    features: Features = {"status": OPEN if codes is None else codes.status, CARRIED: task.carried}
    if codes is not None:
        features |= {FRAMES: sorted(codes.frames)} if codes.frames else {}
        features |= {stance_feature(target): value for target, value in codes.stance}
    features |= {"note": annotation.note} if annotation.note else {}
    return features | ({"flagged": True} if annotation.flagged else {})


def read_inception(source: Source, codebook: Codebook | None = None) -> list[Annotation]:
    """Return the annotations of documents exported as UIMA CAS JSON: one file, a folder, or the archive of a project.

    The coder is the name of the file after the last ``@``, or that of a file under ``annotation/DOCUMENT/``; what lies under
    ``curation/`` is adjudicated. An annotation of the layer without status is coded; one with ``open`` and no code waits.

    Raises:
        FileError, AnnotationError: it cannot be read, is no CAS, or has an unknown label.
    """
    labels, returned = LabelReader(codebook), Returned(codebook)
    for name, content in gather_files(source, (".json",)).items():
        path = PurePosixPath(name)
        if path.stem == _INITIAL:
            continue
        article, coder = _read_name(path)
        document = read_cas(parse_json(decode_text(content, name), name), name)
        for span in document.spans:
            _read_span(span, document, (name, article, coder), labels, returned)
    return returned.annotations()


def _read_name(path: PurePosixPath) -> tuple[str, str | None]:
    """Return the article and the coder that the name of a file tells."""
    if path.parts[-3:-2] in (("annotation",), ("curation",)):
        return path.parts[-2], path.stem
    article, at, coder = path.stem.rpartition("@")
    return (unquote(article), coder_of(f"{coder}.json")) if at else (unquote(path.stem), None)


def _read_span(span: Span, document: Document, named: tuple[str, str, str | None], labels: LabelReader, returned: Returned) -> None:
    name, article, coder = named
    text = document.text[span.begin : span.end]
    place = f"{name}, characters {span.begin}–{span.end}"
    if not text.strip():
        raise AnnotationError(f"{place}: an annotation covers no text; delete it in the tool")
    fields = {"article": article, "start": span.begin, "end": span.end}
    opened = open_item(Item(text, place, f"{article}:{span.begin}-{span.end}", span.features.get(CARRIED), fields))
    decision = _read_decision(span, coder, opened, labels)
    returned.add(opened, [decision] if decision is not None else [])


def _read_decision(span: Span, coder: str | None, opened: Opened, labels: LabelReader) -> Decision | None:
    place, features = opened.item.place, {key: value for key, value in span.features.items() if key != CARRIED}
    frames = features.pop(FRAMES, None) or features.pop("frame", None) or []
    stances = _read_stances(features, opened, labels)
    status, note, flagged = features.pop("status", None), features.pop("note", None), features.pop("flagged", False)
    if status not in (None, *STATUSES):
        raise AnnotationError(f"{place}: the status is {status!r:.40}{suggest(str(status), STATUSES)}")
    codes = labels.read_labels(frames if isinstance(frames, list) else [frames], place)
    stance = labels.read_stances(dict(codes.stance) | stances, place)
    if status in (None, OPEN):
        if (status == OPEN or opened.waits) and codes == Codes() and not stance:
            return None
        status = codes.status
    return Decision(
        Codes(codes.frames, stance, status),
        coder,
        note=None if note is None else str(note),
        flagged=flagged is True,
        number=opened.sent[0].number if opened.sent else None,
        phase=ADJUDICATED if coder == _CURATOR else None,
        extra=features,
    )


def _read_stances(features: dict[str, Any], opened: Opened, labels: LabelReader) -> dict[str, str]:
    """Take the stances out of ``features``, and return them by target."""
    targets = [target for sent in opened.sent for target, _ in sent.annotation.stance]
    targets += labels.codebook.target_ids if labels.codebook is not None else ()
    names = {stance_feature(target): target for target in targets}
    keys = [key for key in features if key.startswith(STANCE)]
    return {names.get(key, key.removeprefix(STANCE)): str(features.pop(key)) for key in keys}
