"""Web pages: trafilatura finds the article in them (``pip install 'framing[html]'``)."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from framing.articles import MAX_BYTES, Article, Skipped, make_article


def read_html(path: Path) -> Iterator[Article | Skipped]:
    """Yield the main article of a saved page, one block a line, with the metadata that the page gives."""
    try:
        load_extractor()
    except ImportError:
        yield Skipped(str(path), "reading HTML needs an extra: pip install 'framing[html]'", unreadable=True)
        return
    if path.stat().st_size > MAX_BYTES:
        yield Skipped(str(path), f"it is larger than {MAX_BYTES // 2**20} MiB")
        return
    content = path.read_bytes()
    if b'<meta name="generator" content="framing ' in content[:4096]:
        yield Skipped(str(path), "it is a report that framing wrote, no article")
        return
    fields = extract_article(content)
    if fields is None:
        yield Skipped(str(path), NO_TEXT)
        return
    yield make_article({"id": path.stem, **fields}, source=str(path))


NO_TEXT = "no article text was found in the page"
"""Why most pages that are no article are skipped."""


def extract_article(content: bytes, url: str | None = None, *, latest: str | None = None) -> dict[str, str | None] | None:
    """Return text, outlet, date, title, url and language of a page's main article; None where it has none.

    The outlet is what the page calls its site, or the host of its address. ``url`` is where the page came from: what it
    says of itself is read in that light. A date after the ISO date ``latest`` (today without) is none.

    Raises:
        ImportError: trafilatura is not installed.
    """
    options: dict[str, Any] = {"with_metadata": True, "include_comments": False, "include_tables": False}
    if latest is not None:
        options["date_extraction_params"] = {"original_date": True, "extensive_search": True, "max_date": latest}
    found = load_extractor()(content, url=url, **options)
    text = getattr(found, "text", None)
    if not text:
        return None
    return {
        "text": text,
        "outlet": found.sitename,
        "date": found.date,
        "title": found.title,
        "url": found.url,
        "language": found.language,
    }


def load_extractor() -> Callable[..., Any]:
    """Return trafilatura's extractor, with silenced logs: on standard error they would tell of each page without text.

    Raises:
        ImportError: trafilatura is not installed.
    """
    import trafilatura

    for library in ("trafilatura", "htmldate", "courlan", "warcio"):
        if not (logger := logging.getLogger(library)).handlers:
            logger.addHandler(logging.NullHandler())
    extract: Callable[..., Any] = trafilatura.bare_extraction
    return extract
