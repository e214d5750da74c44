"""One reader per format: each takes a path and yields articles, or the reason why there is none."""

from __future__ import annotations

from framing.articles import Reader
from framing.readers.html import read_html
from framing.readers.tables import read_csv, read_jsonl
from framing.readers.text import read_text

READERS: dict[str, Reader] = {
    ".txt": read_text,
    ".md": read_text,
    ".html": read_html,
    ".htm": read_html,
    ".jsonl": read_jsonl,
    ".csv": read_csv,
}
"""The reader of each file ending."""
