"""What is brought back from a tool: a file, a folder, a zip archive or plain bytes, and the records in it."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator, Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

from framing.errors import AnnotationError, FileError

Source = Path | bytes | Mapping[str, bytes]
"""A file, a folder, the content of a file, or the contents of several by name, as the writers return them."""


def gather_files(source: Source, endings: tuple[str, ...]) -> dict[str, bytes]:
    """Return the contents of ``source`` by name: of a folder, an archive or several files those with one of ``endings``.

    Raises:
        FileError: a path cannot be read.
        AnnotationError: a folder or archive holds no such file, or an archive is damaged.
    """
    if isinstance(source, bytes):
        return _unpack("the file", source, endings)
    if isinstance(source, Mapping):
        return _choose(dict(source), endings, "the files")
    try:
        if source.is_dir():
            paths = sorted(path for path in source.rglob("*") if path.is_file())
            found = {path.relative_to(source).as_posix(): path for path in paths}
            return {name: found[name].read_bytes() for name in _choose(dict.fromkeys(found, b""), endings, str(source))}
        return _unpack(source.name, source.read_bytes(), endings)
    except OSError as error:
        raise FileError(f"{source}: it cannot be read ({error.strerror})") from None


def _unpack(name: str, data: bytes, endings: tuple[str, ...]) -> dict[str, bytes]:
    if not data.startswith(b"PK\x03\x04") or ".xlsx" in endings:
        return {name: data}
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            members = {member: b"" for member in sorted(archive.namelist()) if not member.endswith("/")}
            return {member: archive.read(member) for member in _choose(members, endings, name)}
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError) as error:
        raise AnnotationError(f"{name}: the archive cannot be unpacked ({error}); unpack it yourself and name the folder") from None


def _choose(files: dict[str, bytes], endings: tuple[str, ...], place: str) -> dict[str, bytes]:
    """Return the files with one of ``endings``, without those that a system hides."""
    visible = {name: data for name, data in files.items() if not any(part[0] in "._" for part in name.split("/") if part)}
    chosen = {name: data for name, data in visible.items() if name.lower().endswith(endings)}
    if not chosen:
        raise AnnotationError(f"{place}: there is no {' or '.join(endings)} file here")
    return chosen


def decode_text(data: bytes, place: str) -> str:
    """Return ``data``, which must be UTF-8, as text.

    Raises:
        AnnotationError: it is not UTF-8.
    """
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise AnnotationError(f"{place}: it is not UTF-8; export it again, or save it as UTF-8") from None


def parse_json(content: str, place: str) -> Any:
    """Return the value of the JSON ``content``.

    Raises:
        AnnotationError: it is no JSON.
    """
    try:
        return json.loads(content)
    except (ValueError, RecursionError) as error:
        raise AnnotationError(f"{place}: broken JSON ({error}); export it again") from None


def iterate_objects(name: str, data: bytes) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each object of a JSON array or of JSON Lines with its place: ``name: item 3``, or ``name:3`` for a line.

    Raises:
        AnnotationError: it is neither, or something in it is no object.
    """
    content = decode_text(data, name)
    if content.lstrip().startswith("["):
        numbered = [(f"{name}: item {number}", value) for number, value in enumerate(parse_json(content, name), 1)]
        yield from ((place, _object(value, place)) for place, value in numbered)
        return
    for number, line in enumerate(content.split("\n"), 1):
        if line.strip():
            place = f"{name}:{number}"
            yield place, _object(parse_json(line, place), place)


def _object(value: Any, place: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise AnnotationError(f"{place}: an object is expected here, not {value!r:.40}")
    return value


def object_in(record: Mapping[str, Any], key: str, place: str) -> dict[str, Any]:
    """Return the object under ``key``, an empty one where it is absent or null.

    Raises:
        AnnotationError: it is something else.
    """
    value = record.get(key)
    if value is not None and not isinstance(value, dict):
        raise AnnotationError(f"{place}: {key!r} must be an object, not {value!r:.40}")
    return value or {}


def objects_in(record: Mapping[str, Any], key: str, place: str) -> list[dict[str, Any]]:
    """Return the list of objects under ``key``, an empty one where it is absent or null.

    Raises:
        AnnotationError: it is something else.
    """
    value = record.get(key)
    if value is not None and not (isinstance(value, list) and all(isinstance(item, dict) for item in value)):
        raise AnnotationError(f"{place}: {key!r} must be a list of objects, not {value!r:.40}")
    return value or []
