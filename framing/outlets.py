"""What a user knows of outlets: the country and ownership of each, from a table beside the articles."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from io import StringIO
from pathlib import Path

from framing.articles import decode
from framing.errors import FileError, UsageError, suggest
from framing.population import SourceArticle

COLUMNS = ("outlet", "country", "ownership")


@dataclass(frozen=True, slots=True)
class OutletFacts:
    """The country and the ownership of an outlet, None where the table does not say."""

    country: str | None = None
    ownership: str | None = None


def read_outlets(path: Path) -> dict[str, OutletFacts]:
    """Return the facts of each outlet in a CSV file with the columns ``outlet`` and ``country``, ``ownership``, or both.

    Raises:
        FileError: the file cannot be read.
        UsageError: it is no such table, or names an outlet twice with different facts; the message names the line.
    """
    try:
        text = decode(path.read_bytes())[0]
    except OSError as error:
        raise FileError(f"{path}: {error.strerror}") from None
    except ValueError as error:
        raise UsageError(f"{path}: {error}") from None
    first = text.split("\n", 1)[0]
    rows = csv.DictReader(StringIO(text, newline=""), delimiter=max(",;\t", key=first.count))
    try:
        columns = [str(name).strip() for name in rows.fieldnames or []]
    except csv.Error as error:
        raise UsageError(f"{path}:1: it is no CSV that can be read ({error})") from None
    if COLUMNS[0] not in columns or not set(COLUMNS[1:]) & set(columns):
        raise UsageError(f"{path}:1: a table of outlets has the column outlet, and country, ownership or both")
    rows.fieldnames = columns
    try:
        return _read_rows(path, rows)
    except csv.Error as error:
        raise UsageError(f"{path}:{rows.line_num}: it is no CSV that can be read ({error})") from None


def _read_rows(path: Path, rows: csv.DictReader[str]) -> dict[str, OutletFacts]:
    found: dict[str, OutletFacts] = {}
    for row in rows:
        name, country, ownership = ((row.get(column) or "").strip() or None for column in COLUMNS)
        facts = OutletFacts(country, ownership)
        if name is None:
            continue
        if found.setdefault(name, facts) != facts:
            raise UsageError(f"{path}:{rows.line_num}: {name!r} stands here twice, with different facts")
    return found


def add_facts(article: SourceArticle, outlets: Mapping[str, OutletFacts]) -> SourceArticle:
    """Return the article with the facts of its outlet where it does not say these itself."""
    facts = outlets.get(article.outlet or "")
    if facts is None:
        return article
    return replace(article, country=article.country or facts.country, ownership=article.ownership or facts.ownership)


def find_unread(outlets: Iterable[str], articles: Iterable[SourceArticle]) -> list[str]:
    """Return a line for each outlet of a table that no article is of, with a near name."""
    names = {article.outlet for article in articles if article.outlet}
    return [f"no article is of {name!r}{suggest(name, names)}" for name in outlets if name not in names]
