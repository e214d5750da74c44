"""JSON Lines, CSV and Parquet: one article a row, its ``text`` and optionally the other ``COLUMNS``."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from io import StringIO
from itertools import pairwise
from pathlib import Path
from typing import Any

from framing.articles import MAX_BYTES, Article, Skipped, decode, make_article
from framing.errors import suggest

SCORES = "it holds scores, not an article; framing summarize takes these as a .jsonl file, named by itself"
COLUMNS = ("id", "outlet", "outlet_country", "country", "date", "title", "url", "language", "ownership")


def read_jsonl(path: Path) -> Iterator[Article | Skipped]:
    """Yield one article per line; a broken line is skipped with its number, the rest is read."""
    with path.open("rb") as lines:
        yield from parse_jsonl(lines, source=str(path))


def parse_jsonl(lines: Iterable[bytes], *, source: str) -> Iterator[Article | Skipped]:
    """Yield the articles of JSON Lines; ``sentences`` in place of ``text`` is taken as already split."""
    seen = False
    for number, line in enumerate(lines, 1):
        if line.strip():
            seen = True
            yield _parse_line(line, source=f"{source}:{number}")
    if not seen:
        yield Skipped(source, "it is empty")


def _parse_line(line: bytes, *, source: str) -> Article | Skipped:
    try:
        text, encoding = decode(line)
        row = json.loads(text)
    except RecursionError:
        return Skipped(source, "it is nested too deeply to be an article")
    except ValueError as error:
        reason = f"broken JSON ({error})" if isinstance(error, json.JSONDecodeError) else str(error)
        return Skipped(source, reason)
    if not isinstance(row, dict):
        return Skipped(source, "a line must be one JSON object")
    return _parse_row(row, source=source, encoding=encoding)


def _parse_row(row: dict[str, Any], *, source: str, encoding: str = "utf-8") -> Article | Skipped:
    if "article_id" in row and "frames" in row:
        return Skipped(source, SCORES)
    fields = {key: _text(row.get(key)) for key in COLUMNS}
    fields["id"] = fields["id"] or source
    if "sentences" in row:
        return _presplit(row["sentences"], fields, source=source)
    if not isinstance(row.get("text"), str):
        found = suggest("text", [key for key, value in row.items() if isinstance(value, str)])
        return Skipped(source, f"'text' is missing or no string{found}")
    return make_article({**fields, "text": row["text"]}, source=source, encoding=encoding)


def _presplit(sentences: Any, fields: dict[str, str | None], *, source: str) -> Article | Skipped:
    if not isinstance(sentences, list) or not all(isinstance(sentence, str) for sentence in sentences):
        return Skipped(source, "'sentences' must be a list of strings")
    article = make_article({**fields, "text": "\n".join(sentences)}, source=source)
    if isinstance(article, Skipped):
        return article
    # A sentence that holds a lone surrogate changed in the text: cut the sentences from there.
    ends = [0]
    for sentence in sentences:
        ends.append(ends[-1] + len(sentence) + 1)
    pieces = tuple(article.text[start : end - 1] for start, end in pairwise(ends))
    return replace(article, sentences=pieces)


def _text(value: Any) -> str | None:
    """Return a metadata value as text: numbers are written out, blanks and anything structured count as missing."""
    if isinstance(value, date):
        return value.isoformat()[:10]
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    return str(value).strip().encode("utf-8", "replace").decode("utf-8") or None


def read_csv(path: Path) -> Iterator[Article | Skipped]:
    """Yield one article per row; the delimiter (comma, semicolon or tab) is taken from the header line."""
    try:
        text, encoding = decode(path.read_bytes())
    except ValueError as error:
        yield Skipped(str(path), str(error))
        return
    header = text.partition("\n")[0]
    csv.field_size_limit(MAX_BYTES)
    rows = csv.reader(StringIO(text, newline=""), delimiter=max(",;\t", key=header.count), strict=True)
    try:
        names = [name.strip().lower() for name in next(rows, [])]
    except csv.Error as error:
        yield Skipped(f"{path}:{rows.line_num}", f"broken CSV header ({error})")
        return
    if "article_id" in names:
        yield Skipped(str(path), SCORES)
        return
    if names.count("text") > 1:
        yield Skipped(str(path), "it has two columns 'text'")
        return
    if "text" not in names:
        yield Skipped(str(path), f"the column 'text' is missing{suggest('text', names)}")
        return
    try:
        for row in rows:
            if not row:
                continue  # a blank line
            source = f"{path}:{rows.line_num}"
            if len(row) != len(names):
                yield Skipped(source, f"it has {len(row)} cells, the header has {len(names)}")
                continue
            cells = dict(zip(names, row, strict=True))
            fields = {key: _text(cells.get(key)) for key in COLUMNS}
            fields["id"] = fields["id"] or source
            yield make_article({**fields, "text": cells["text"]}, source=source, encoding=encoding)
    except csv.Error as error:
        yield Skipped(f"{path}:{rows.line_num}", f"broken CSV from here on ({error})")


def read_parquet(path: Path) -> Iterator[Article | Skipped]:
    """Yield one article per row, read in small batches (``pip install 'framing[parquet]'``)."""
    try:
        import pyarrow as pa
        from pyarrow import parquet
    except ImportError:
        yield Skipped(str(path), "reading Parquet needs an extra: pip install 'framing[parquet]'", unreadable=True)
        return
    try:
        with parquet.ParquetFile(path) as table:
            names = [name for name in table.schema_arrow.names if name in ("text", "sentences", *COLUMNS)]
            if "article_id" in table.schema_arrow.names:
                yield Skipped(str(path), SCORES)
                return
            if not {"text", "sentences"} & set(names):
                yield Skipped(str(path), f"the column 'text' is missing{suggest('text', table.schema_arrow.names)}")
                return
            number = 0
            for batch in table.iter_batches(64, columns=names):
                for row in batch.to_pylist():
                    number += 1
                    given = {key: value for key, value in row.items() if value is not None}
                    yield _parse_row(given, source=f"{path}:{number}")
    except pa.ArrowException as error:
        yield Skipped(str(path), f"it is no readable Parquet file ({str(error).splitlines()[0]})", unreadable=True)
