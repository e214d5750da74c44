"""Reading and writing coded sentences: append-only JSON Lines (or a CSV table), one decision of one coder a line."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from framing.annotations import CODED, STATUSES, Annotation
from framing.codebook import STANCES, Codebook, read_codebook
from framing.errors import AnnotationError, suggest
from framing.spreadsheets import unguard


def find_annotation_files(paths: Iterable[Path]) -> list[Path]:
    """Return the ``.jsonl`` files of ``paths``; a folder stands for those in it that hold no articles.

    Raises:
        AnnotationError: a path is missing, or a folder holds none.
    """
    files: list[Path] = []
    for path in paths:
        found = [file for file in sorted(path.glob("*.jsonl")) if not holds_articles(file)] if path.is_dir() else [path]
        if not found or not found[0].is_file():
            raise AnnotationError(f"{path}: there are no coded sentences here; name a .jsonl or .csv file with --annotations")
        files += found
    return files


def holds_articles(path: Path) -> bool:
    """Return whether the first line of a JSON Lines file is an article: it has a text or sentences, and nothing of a coding."""
    try:
        with path.open("rb") as lines:
            first = json.loads(next((line for line in lines if line.strip()), b"null"))
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(first, dict) and bool({"text", "sentences"} & set(first)) and not {"article", "frames", "stance"} & set(first)


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
    """Yield each decision of one JSON Lines or CSV file, or the error that its line holds."""
    try:
        content = path.read_text("utf-8-sig")
    except OSError as error:
        yield AnnotationError(f"{path}: it cannot be read ({error.strerror})")
        return
    except UnicodeDecodeError:
        yield AnnotationError(f"{path}: it is not UTF-8; save it as UTF-8")
        return
    rows = _read_csv(content, path) if path.suffix.lower() == ".csv" else _read_lines(content, path)
    for place, row in rows:
        try:
            yield _check(_parse(row(), place), codebook)
        except AnnotationError as error:
            yield error


def parse_annotation(line: str, place: str, codebook: Codebook | None = None) -> Annotation:
    """Return the annotation of one JSON line; ``place`` names it in errors.

    Raises:
        AnnotationError: it is broken, or names a code that the codebook lacks.
    """
    return _check(_parse(_read_json(line, place), place), codebook)


def _check(annotation: Annotation, codebook: Codebook | None) -> Annotation:
    if codebook is not None:
        check_codes(annotation, codebook)
    return annotation


Row = Callable[[], Any]
"""Gives the fields of one line, or raises what is wrong with it."""


def _read_lines(content: str, path: Path) -> Iterator[tuple[str, Row]]:
    for number, line in enumerate(content.split("\n"), 1):
        if line.strip():
            place = f"{path}:{number}"
            yield place, partial(_read_json, line, place)


def _read_json(line: str, place: str) -> Any:
    try:
        return json.loads(line, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise AnnotationError(f"{place}: broken JSON ({error}); mend or delete the line") from None


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is no number")


def _read_csv(content: str, path: Path) -> Iterator[tuple[str, Row]]:
    """Yield the rows of a table: ``frames`` parted by ``;``, and a column ``stance:TARGET`` for each target."""
    reader = csv.DictReader(io.StringIO(content, newline=""))
    while True:
        try:
            row = next(reader, None)
        except csv.Error as error:
            place = f"{path}:{reader.line_num + 1}"
            yield place, partial(_refuse, f"{place}: broken CSV ({error})")
            return
        if row is None:
            return
        place = f"{path}:{reader.line_num}"
        yield place, partial(_from_table, row, place)


def _refuse(message: str) -> Any:
    raise AnnotationError(message)


def _from_table(row: dict[str | None, Any], place: str) -> dict[str, Any]:
    if None in row or None in row.values():
        raise AnnotationError(f"{place}: the row has more or fewer cells than the header; quote cells that hold commas")
    known = {unguard(str(key)).strip(): unguard(str(value)).strip() for key, value in row.items()}
    if "frames" not in known and not any(key.startswith(STANCE_COLUMN) for key in known):
        raise AnnotationError(f"{place}: there is no column 'frames' and no 'stance:TARGET'{suggest('frames', known)}")
    fields: dict[str, Any] = {key: value for key, value in known.items() if value and not key.startswith(STANCE_COLUMN)}
    try:
        fields |= {key: int(fields[key]) for key in ("index", "start", "end") if key in fields}
        fields |= {key: float(fields[key]) for key in ("inclusion_probability", "seconds") if key in fields}
    except ValueError as error:
        raise AnnotationError(f"{place}: a number is expected ({error})") from None
    if "flagged" in fields:
        fields["flagged"] = fields["flagged"].lower() == "true"
    if "parents" in fields:
        fields["parents"] = fields["parents"].split(";")
    fields["frames"] = [frame.strip() for frame in known.get("frames", "").split(";") if frame.strip()]
    stance = {key.removeprefix(STANCE_COLUMN): value for key, value in known.items() if key.startswith(STANCE_COLUMN) and value}
    return fields | {"stance": stance}


STANCE_COLUMN = "stance:"
"""How the column of a stance begins in a table."""


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


def _parse(row: Any, place: str) -> Annotation:
    if not isinstance(row, dict):
        raise AnnotationError(f"{place}: a line must be one JSON object")
    if _SURROGATE.search(json.dumps(row, ensure_ascii=False)):
        raise AnnotationError(f"{place}: it holds half a character (a lone surrogate); write the text again")
    _check_types(row, place)
    name = place if row.get("id") is None else str(row["id"])
    return Annotation(
        id=name,
        article=name if row.get("article") is None else row["article"],
        grouped=row.get("article") is not None,
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
        status=row.get("status") or CODED,
        time=row.get("time"),
        seconds=row.get("seconds"),
        note=row.get("note"),
        flagged=row.get("flagged") or False,
        decision=row.get("decision"),
        extra={key: value for key, value in row.items() if key not in _TYPES},
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
    "status": (str,),
    "time": (str,),
    "seconds": (int, float),
    "note": (str,),
    "flagged": (bool,),
    "decision": (str,),
}
_TIME = re.compile(r"\d{4}-\d\d-\d\d([T ]|$)")
_SURROGATE = re.compile("[\ud800-\udfff]")
_CALLED = {bool: "true or false", str: "a string", int: "a whole number", float: "a number", list: "a list", dict: "an object"}


def annotation_record(annotation: Annotation) -> dict[str, Any]:
    """Return the fields of one line of a file, in the order in which people read them; what is not known is left out."""
    optional = {
        "outlet": annotation.outlet,
        "index": annotation.index,
        "start": annotation.start,
        "end": annotation.end,
        "hash": annotation.hash,
        "text": annotation.text or None,
    }
    codes = {"frames": sorted(annotation.frames), "stance": dict(annotation.stance)} if annotation.status == CODED else {}
    later = {
        "status": None if annotation.status == CODED else annotation.status,
        "coder": annotation.coder,
        "phase": annotation.phase,
        "parents": list(annotation.parents) or None,
        "time": annotation.time,
        "seconds": annotation.seconds,
        "note": annotation.note,
        "flagged": annotation.flagged or None,
        "sampling": annotation.sampling,
        "inclusion_probability": annotation.inclusion_probability,
        "codebook_version": annotation.codebook_version,
        "decision": annotation.decision,
    }
    named = {"id": annotation.id} | ({"article": annotation.article} if annotation.grouped else {})
    known = {key: value for key, value in optional.items() if value is not None}
    return named | known | codes | {key: value for key, value in later.items() if value is not None} | annotation.extra


def _check_types(row: dict[str, Any], place: str) -> None:
    """Check that each field of a coding is of its kind; ``text``, or a ``hash`` and the article, are required.

    Raises:
        AnnotationError: one is not; the message names it.
    """
    required = ("article",) if row.get("hash") and not row.get("text") else ("text",)
    for key in required:
        if row.get(key) is None:
            raise AnnotationError(f"{place}: {key!r} is missing{suggest(key, row)}")
    if row.get("article") is None and "did you mean" in suggest("article", row):
        raise AnnotationError(f"{place}: 'article' is missing{suggest('article', row)}")
    for key, kinds in _TYPES.items():
        value = row.get(key)
        if value is not None and (not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds)):
            raise AnnotationError(f"{place}: {key!r} must be {' or '.join(_CALLED[kind] for kind in kinds)}, not {value!r:.40}")
    for key in ("article", "text"):
        if row.get(key) is not None and not row[key].strip():
            raise AnnotationError(f"{place}: {key!r} is empty")
    _check_values(row, place)


def _check_values(row: dict[str, Any], place: str) -> None:
    if row.get("status") is not None and row["status"] not in STATUSES:
        raise AnnotationError(f"{place}: the status is {row['status']!r}{suggest(row['status'], STATUSES)}")
    if row.get("time") and not _TIME.match(row["time"]):
        raise AnnotationError(f"{place}: 'time' must be written like 2026-11-24T18:00:00Z, not {row['time']!r:.40}")
    codes = [*(row.get("frames") or ()), *(row.get("stance") or {}).values()]
    if not all(isinstance(code, str) or code is None for code in codes):
        raise AnnotationError(f"{place}: frames and stances are named by strings")
    for target, value in (row.get("stance") or {}).items():
        if value is not None and value not in STANCES:
            raise AnnotationError(f"{place}: the stance towards {target} is {value!r}{suggest(value, STANCES)}")
    if row.get("stratum") is not None and not isinstance(row["stratum"], str):
        raise AnnotationError(f"{place}: 'stratum' must be a string, not {row['stratum']!r:.40}")
    probability = row.get("inclusion_probability")
    if probability is not None and not 0 < probability <= 1:
        raise AnnotationError(f"{place}: 'inclusion_probability' must lie above 0 and not above 1")


def check_codes(annotation: Annotation, codebook: Codebook) -> None:
    """Check that the codebook knows every code of ``annotation``.

    Raises:
        AnnotationError: it does not, or the annotation was made with another version of the codebook.
    """
    version = annotation.codebook_version
    if version is not None and version != codebook.version:
        raise AnnotationError(
            f"{annotation.place}: coded with version {version} of the codebook, this is version {codebook.version}: "
            "framing codebook diff OLD NEW shows what changed, framing codebook migrate takes the codings over"
        )
    for frame in annotation.frames:
        if frame not in codebook.frame_ids:
            raise AnnotationError(f"{annotation.place}: the codebook has no frame {frame!r}{suggest(frame, codebook.frame_ids)}")
    for target, _ in annotation.stance:
        if target not in codebook.target_ids:
            raise AnnotationError(
                f"{annotation.place}: the codebook has no target {target!r}{suggest(target, codebook.target_ids)}"
            )
