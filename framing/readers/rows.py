"""One row of a table is one article: its ``text`` or ``sentences``, and optionally the other ``COLUMNS``."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import pairwise
from typing import Any

from framing.articles import Article, Skipped, make_article
from framing.errors import suggest

SCORES = "it holds scores, not an article; framing summarize takes these as a .jsonl file, named by itself"
COLUMNS = ("id", "outlet", "outlet_country", "country", "date", "title", "url", "language", "ownership")


def read_row(row: dict[str, Any], *, source: str, encoding: str = "utf-8") -> Article | Skipped:
    """Return the article of ``row``, or why it is none; ``sentences`` in place of ``text`` is taken as already split."""
    if "article_id" in row and "frames" in row:
        return Skipped(source, SCORES)
    fields = read_metadata(row, source)
    if "sentences" in row:
        return _presplit(row["sentences"], fields, source=source)
    text = row.get("text")
    if not isinstance(text, str):
        found = suggest("text", [key for key, value in row.items() if isinstance(value, str)])
        return Skipped(source, f"'text' is missing or no string{found}")
    return make_article({**fields, "text": text}, source=source, encoding=encoding)


def read_metadata(row: dict[str, Any], source: str) -> dict[str, str | None]:
    """Return the ``COLUMNS`` of ``row`` as text, None where it has none; an article without an id is called by its source."""
    fields = {key: _text(row[key]) for key in COLUMNS if key in row}
    fields["id"] = fields.get("id") or source
    return fields


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
