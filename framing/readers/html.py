"""Web pages: trafilatura finds the article in them (``pip install 'framing[html]'``)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from framing.articles import MAX_BYTES, Article, Skipped, make_article


def read_html(path: Path) -> Iterator[Article | Skipped]:
    """Yield the main article of a saved page, one block a line, with the metadata that the page gives."""
    try:
        import trafilatura
        from trafilatura.settings import Document
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
    found = trafilatura.bare_extraction(content, with_metadata=True, include_comments=False, include_tables=False)
    if not isinstance(found, Document) or not found.text:
        yield Skipped(str(path), "no article text was found in the page")
        return
    fields = {
        "id": path.stem,
        "text": found.text,
        "outlet": found.sitename,
        "date": found.date,
        "title": found.title,
        "url": found.url,
        "language": found.language,
    }
    yield make_article(fields, source=str(path))
