"""Coded sentences: append-only JSON Lines, one decision of one coder a line."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from framing.codebook import STANCES, Codebook, read_codebook
from framing.errors import AnnotationError, suggest

BLIND, ADJUDICATED = "blind", "adjudicated"

WRITTEN, ACTIVE = "written", "active"
"""Two ways (``sampling``) in which sentences come that stand for no news: written for training, drawn by active learning."""


@dataclass(frozen=True, slots=True)
class Annotation:
    """One coder's decision on one sentence.

    ``id`` names the sentence: the decisions of several coders on it share it. ``phase`` is ``blind`` for a coding made
    without sight of another, ``adjudicated`` for the choice between ``parents`` (coders), anything else for the rest.
    ``start`` and ``end`` are offsets into the article's text where it is at hand. ``text`` is empty for a sentence that
    others own: then ``hash`` tells whether a text is the one that was coded. ``sampling`` says how the sentence came to be
    coded. ``place`` is the file and line.
    """

    id: str
    article: str
    text: str
    frames: frozenset[str]
    stance: tuple[tuple[str, str], ...] = ()
    outlet: str | None = None
    index: int | None = None
    start: int | None = None
    end: int | None = None
    coder: str | None = None
    phase: str | None = None
    parents: tuple[str, ...] = ()
    sampling: str | None = None
    inclusion_probability: float | None = None
    codebook_version: str | None = None
    hash: str | None = None
    place: str = ""

    def stance_towards(self, target: str) -> str | None:
        """Return the stance towards ``target``, or None where it was not coded."""
        return dict(self.stance).get(target)


@dataclass(frozen=True, slots=True)
class CodedSentence:
    """A sentence with its final codes: adjudicated, or agreed on, or its only coder's; who coded it, and how it was drawn."""

    id: str
    article: str
    outlet: str
    text: str
    frames: frozenset[str]
    stance: tuple[tuple[str, str], ...]
    coders: tuple[str, ...] = ()
    sampling: str | None = None

    @property
    def stands_for_news(self) -> bool:
        """Whether figures may be computed on it: one written for training, or chosen for what it teaches, only teaches."""
        return self.sampling not in (WRITTEN, ACTIVE)

    def stance_towards(self, target: str) -> str | None:
        """Return the stance towards ``target``, or None where it was not coded."""
        return dict(self.stance).get(target)


def hash_sentence(text: str) -> str:
    """Return 16 hexadecimal digits that tell whether ``text`` is the sentence that was coded, to the character."""
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:16]


def find_annotation_files(paths: Iterable[Path]) -> list[Path]:
    """Return the ``.jsonl`` files of ``paths``; a folder stands for those in it.

    Raises:
        AnnotationError: a path is missing, or a folder holds none.
    """
    files: list[Path] = []
    for path in paths:
        found = sorted(path.glob("*.jsonl")) if path.is_dir() else [path]
        if not found or not found[0].is_file():
            raise AnnotationError(f"{path}: there are no coded sentences here; name a .jsonl file with --annotations")
        files += found
    return files


def read_annotations(paths: Iterable[Path], codebook: Codebook | None = None) -> list[Annotation]:
    """Return every decision of the files in order; with a codebook, each is checked against it.

    Raises:
        AnnotationError: a line is broken, or names a frame, target or stance that the codebook lacks; the message
            names the file and the line.
    """
    annotations = []
    for path in find_annotation_files(paths):
        for item in iterate_annotations(path, codebook):
            if isinstance(item, AnnotationError):
                raise item
            annotations.append(item)
    return annotations


def iterate_annotations(path: Path, codebook: Codebook | None = None) -> Iterator[Annotation | AnnotationError]:
    """Yield each decision of one file, or the error that its line holds."""
    try:
        content = path.read_text("utf-8-sig")
    except OSError as error:
        yield AnnotationError(f"{path}: it cannot be read ({error.strerror})")
        return
    except UnicodeDecodeError:
        yield AnnotationError(f"{path}: it is not UTF-8; save it as UTF-8")
        return
    for number, line in enumerate(content.split("\n"), 1):
        if line.strip():
            try:
                annotation = _parse(line, place=f"{path}:{number}")
                if codebook is not None:
                    check_codes(annotation, codebook)
                yield annotation
            except AnnotationError as error:
                yield error


@dataclass(frozen=True)
class Coding:
    """A codebook, the decisions checked against it, and what the data's README says of them."""

    codebook: Codebook
    annotations: list[Annotation]
    statement: str


def read_coding(paths: Iterable[Path], codebook: Path | None = None) -> Coding:
    """Return the coded sentences of ``paths`` with their codebook: the one named, or ``codebook.toml`` beside them.

    Raises:
        AnnotationError, CodebookError: as ``read_annotations`` and ``read_codebook``.
    """
    paths = list(paths)
    folder = find_annotation_files(paths)[0].parent
    book = read_codebook(codebook or folder / "codebook.toml")
    return Coding(book, read_annotations(paths, book), read_statement(folder))


def read_statement(folder: Path) -> str:
    """Return what ``README.md`` in ``folder`` says before its first section, without its title; nothing where it is absent."""
    try:
        content = (folder / "README.md").read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return ""
    opening = content.split("\n## ")[0]
    return "\n".join(line for line in opening.split("\n") if not line.startswith("# ")).strip()


def _parse(line: str, *, place: str) -> Annotation:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise AnnotationError(f"{place}: broken JSON ({error}); mend or delete the line") from None
    if not isinstance(row, dict):
        raise AnnotationError(f"{place}: a line must be one JSON object")
    if _SURROGATE.search(json.dumps(row, ensure_ascii=False)):
        raise AnnotationError(f"{place}: it holds half a character (a lone surrogate); write the text again")
    _check_types(row, place)
    return Annotation(
        id=place if row.get("id") is None else str(row["id"]),
        article=row["article"],
        text=row.get("text") or "",
        frames=frozenset(row.get("frames") or ()),
        stance=tuple((target, value) for target, value in (row.get("stance") or {}).items() if value is not None),
        outlet=row.get("outlet"),
        index=row.get("index"),
        start=row.get("start"),
        end=row.get("end"),
        coder=None if row.get("coder") is None else str(row["coder"]),
        phase=row.get("phase"),
        parents=tuple(map(str, row.get("parents") or ())),
        sampling=row.get("sampling"),
        inclusion_probability=row.get("inclusion_probability"),
        codebook_version=None if row.get("codebook_version") is None else str(row["codebook_version"]),
        hash=row.get("hash"),
        place=place,
    )


_TYPES: dict[str, tuple[type, ...]] = {
    "id": (str, int),
    "article": (str,),
    "text": (str,),
    "outlet": (str,),
    "frames": (list,),
    "stance": (dict,),
    "index": (int,),
    "start": (int,),
    "end": (int,),
    "coder": (str, int),
    "phase": (str,),
    "parents": (list,),
    "sampling": (str,),
    "hash": (str,),
    "inclusion_probability": (int, float),
    "codebook_version": (str, int, float),
}
_SURROGATE = re.compile("[\ud800-\udfff]")
_CALLED = {str: "a string", int: "a whole number", float: "a number", list: "a list", dict: "an object"}


def _check_types(row: dict[str, Any], place: str) -> None:
    """Check that each field of a coding is of its kind; ``article`` is required, and ``text`` or a ``hash`` of it.

    Raises:
        AnnotationError: one is not; the message names it.
    """
    required = ("article",) if row.get("hash") else ("article", "text")
    for key in required:
        if row.get(key) is None:
            raise AnnotationError(f"{place}: {key!r} is missing{suggest(key, row)}")
    for key, kinds in _TYPES.items():
        value = row.get(key)
        if value is not None and (isinstance(value, bool) or not isinstance(value, kinds)):
            raise AnnotationError(f"{place}: {key!r} must be {' or '.join(_CALLED[kind] for kind in kinds)}, not {value!r:.40}")
    for key in required:
        if not row[key].strip():
            raise AnnotationError(f"{place}: {key!r} is empty")
    codes = [*(row.get("frames") or ()), *(row.get("stance") or {}).values()]
    if not all(isinstance(code, str) or code is None for code in codes):
        raise AnnotationError(f"{place}: frames and stances are named by strings")
    for target, value in (row.get("stance") or {}).items():
        if value is not None and value not in STANCES:
            raise AnnotationError(f"{place}: the stance towards {target} is {value!r}{suggest(value, STANCES)}")
    if not 0 < (row.get("inclusion_probability") or 1) <= 1:
        raise AnnotationError(f"{place}: 'inclusion_probability' must lie above 0 and not above 1")


def check_codes(annotation: Annotation, codebook: Codebook) -> None:
    """Check that the codebook knows every code of ``annotation``.

    Raises:
        AnnotationError: it does not, or the annotation was made with another version of the codebook.
    """
    for frame in annotation.frames:
        if frame not in codebook.frame_ids:
            raise AnnotationError(f"{annotation.place}: the codebook has no frame {frame!r}{suggest(frame, codebook.frame_ids)}")
    for target, _ in annotation.stance:
        if target not in codebook.target_ids:
            raise AnnotationError(
                f"{annotation.place}: the codebook has no target {target!r}{suggest(target, codebook.target_ids)}"
            )
    version = annotation.codebook_version
    if version is not None and version != codebook.version:
        raise AnnotationError(
            f"{annotation.place}: coded with version {version} of the codebook, this is version {codebook.version}"
        )


def list_labels(annotations: Iterable[Annotation]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the frames and the targets that ``annotations`` use, sorted: the labels of data without a codebook."""
    kept = list(annotations)
    frames = sorted({frame for annotation in kept for frame in annotation.frames})
    targets = sorted({target for annotation in kept for target, _ in annotation.stance})
    return tuple(frames), tuple(targets)


def blind_codings(annotations: Iterable[Annotation]) -> list[Annotation]:
    """Return the codings that were made without sight of another: phase ``blind``, or a coder and no phase."""
    return [a for a in annotations if a.phase == BLIND or (a.phase is None and a.coder is not None)]


def find_changed_texts(annotations: Iterable[Annotation]) -> list[str]:
    """Return where a sentence of one article and id has two texts: its codings are not about the same thing."""
    found = []
    for codings in _by_sentence(annotations).values():
        first = codings[0]
        other = next((c for c in codings if c.text and first.text and c.text != first.text or c.hash != first.hash), None)
        if other is not None:
            found.append(f"{other.place}: sentence {first.id!r} has another text than at {first.place}")
    return found


def find_unnamed_coders(annotations: Iterable[Annotation]) -> list[str]:
    """Return where a sentence was coded more than once with no coder named to tell the codings apart."""
    found = []
    for codings in _by_sentence(annotations).values():
        unnamed = [coding for coding in codings if coding.coder is None and coding.phase != ADJUDICATED]
        if len(codings) > 1 and unnamed:
            found.append(f"{unnamed[-1].place}: sentence {unnamed[-1].id!r} is coded {len(codings)} times; name the coder of each")
    return found


def _by_sentence(annotations: Iterable[Annotation]) -> dict[tuple[str, str], list[Annotation]]:
    grouped: dict[tuple[str, str], list[Annotation]] = {}
    for annotation in annotations:
        grouped.setdefault((annotation.article, annotation.id), []).append(annotation)
    return grouped


def settle(annotations: Iterable[Annotation]) -> list[CodedSentence]:
    """Return each sentence once with its final codes, in the order of first appearance.

    An adjudicated coding decides, the last one where there are several. Without one, a frame holds when at least half
    of the coders coded it; a stance is that of most coders, and ``none`` where they are tied. A target that the
    adjudication leaves out keeps the coders' stance.

    Raises:
        AnnotationError: a sentence has two texts.
    """
    annotations = list(annotations)
    changed = find_changed_texts(annotations)
    if changed:
        raise AnnotationError(changed[0])
    return [_settle_one(codings) for codings in _by_sentence(annotations).values()]


def _settle_one(codings: Sequence[Annotation]) -> CodedSentence:
    first = codings[0]
    final = [coding for coding in codings if coding.phase == ADJUDICATED][-1:]
    blind = list({coding.coder or coding.place: coding for coding in codings if coding.phase != ADJUDICATED}.values())
    voters = final or blind
    votes = Counter(frame for coding in voters for frame in coding.frames)
    frames = frozenset(frame for frame, count in votes.items() if 2 * count >= len(voters))
    stance = []
    for target in dict.fromkeys(target for coding in codings for target, _ in coding.stance):
        given = [coding.stance_towards(target) for coding in final]
        if given.count(None) == len(given):
            given = [coding.stance_towards(target) for coding in blind]
        stance.append((target, _most(given)))
    coders = tuple(dict.fromkeys(coding.coder for coding in codings if coding.coder))
    return CodedSentence(first.id, first.article, first.outlet or "unknown", first.text, frames, tuple(stance), coders, first.sampling)


def _most(values: Sequence[str | None]) -> str:
    ranked = Counter(value for value in values if value is not None).most_common(2)
    if len(ranked) == 2 and ranked[0][1] == ranked[1][1]:
        return STANCES[-1]
    return ranked[0][0]
