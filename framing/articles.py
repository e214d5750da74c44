"""An article as it was read, and what every reader shares: decoding, dates, limits."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

MAX_BYTES = 20 * 2**20
"""Bytes of one article's text; a longer one is skipped by name, since no news article is."""


@dataclass(frozen=True, slots=True)
class Article:
    """One article; offsets of its sentences refer to ``text``, which is never altered after reading.

    ``date`` is ISO and may be partial (``2024``, ``2024-11``); ``source`` is the path, with ``:line`` in a table.
    ``notes`` say what was odd in reading it. ``sentences`` is given where the source came already split: then it is
    neither cleaned nor split again.
    """

    id: str
    text: str
    outlet: str | None = None
    country: str | None = None
    date: str | None = None
    title: str | None = None
    url: str | None = None
    language: str | None = None
    ownership: str | None = None
    source: str = ""
    notes: tuple[str, ...] = ()
    sentences: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Skipped:
    """An input that holds no article, and why; ``unreadable`` when it could not be opened at all."""

    source: str
    reason: str
    unreadable: bool = False


Reader = Callable[[Path], Iterator[Article | Skipped]]

CONTROLS = bytes({*range(32)} - {*b"\t\n\f\r"})
"""The bytes that hardly occur in text; more than 1 % of them make a file binary."""

MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
"""Byte-order marks: of UTF-8, and twice of UTF-16."""

_SURROGATE = re.compile("[\ud800-\udfff]")
_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?(?=$|[T ])")


def decode(data: bytes) -> tuple[str, str]:
    """Return the text of ``data`` and the encoding that gave it.

    The order is: byte-order mark, strict UTF-8, a detector (500 bytes or more, below which detectors guess), cp1252.

    Raises:
        ValueError: the bytes are no text in any of these.
    """
    for mark, name in zip(MARKS, ("utf-8-sig", "utf-16", "utf-16"), strict=True):
        if data.startswith(mark):
            return data.decode(name), name
    if b"\0" in data[:65536]:
        raise ValueError("it is binary, not text")
    text, encoding = _decode_unmarked(data)
    plain = data if encoding == "utf-8" else text.encode("utf-8", "replace")
    if len(plain) - len(plain.translate(None, CONTROLS)) > 0.01 * len(text):
        raise ValueError("it is binary, not text")
    return text, encoding


def _decode_unmarked(data: bytes) -> tuple[str, str]:
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError as error:
        place = error.start
    if len(data) >= 500:
        from charset_normalizer import from_bytes

        best = from_bytes(data).best()
        if best is not None:
            return str(best), best.encoding
    try:
        return data.decode("cp1252"), "cp1252"
    except UnicodeDecodeError:
        raise ValueError(f"it is neither UTF-8 (byte {place + 1}) nor another known text encoding: save it as UTF-8") from None


def clean_date(value: str | None) -> str | None:
    """Return the ISO date at the start of ``value``, as partial as it came.

    Raises:
        ValueError: it does not start with a possible ``YYYY``, ``YYYY-MM`` or ``YYYY-MM-DD``.
    """
    if not value:
        return None
    match = _DATE.match(value)
    try:
        if match and date(int(match[1]), int(match[2] or 1), int(match[3] or 1)):
            return match[0]
    except ValueError:
        pass
    raise ValueError(f"date {value!r:.40} is not YYYY, YYYY-MM or YYYY-MM-DD")


def make_article(fields: dict[str, str | None], *, source: str, encoding: str = "utf-8") -> Article | Skipped:
    """Return the article of ``fields`` (``text`` and metadata), or why there is none."""
    text = fields.get("text") or ""
    text = text if text.isascii() else _SURROGATE.sub("\ufffd", text)
    if not text.strip():
        return Skipped(source, "it is empty")
    if len(text) > MAX_BYTES:
        return Skipped(source, f"its text is longer than {MAX_BYTES // 2**20} MiB: split it into articles")
    notes = [] if encoding.startswith("utf") else [f"read as {encoding}, it is not UTF-8"]
    day = None
    try:
        day = clean_date(fields.get("date"))
    except ValueError as error:
        notes.append(f"{error} and was left out")
    return Article(
        id=fields.get("id") or source,
        text=text,
        outlet=fields.get("outlet"),
        country=fields.get("outlet_country") or fields.get("country"),
        date=day,
        title=fields.get("title"),
        url=fields.get("url"),
        language=fields.get("language"),
        ownership=fields.get("ownership"),
        source=source,
        notes=tuple(notes),
    )


def name_outlets(items: Iterable[Article | Skipped], outlet: str | None) -> Iterator[Article | Skipped]:
    """Yield ``items``, the articles that name no outlet with this one."""
    for item in items:
        named = isinstance(item, Article) and item.outlet is None and outlet is not None
        yield replace(item, outlet=outlet) if named and isinstance(item, Article) else item
