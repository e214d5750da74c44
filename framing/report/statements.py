"""What the authors of coded data say of it, as text: their Markdown without its marks."""

from __future__ import annotations

import re

from framing.output import plain

MOST_PARAGRAPHS = 6
"""Paragraphs of a statement that a page shows."""

_MARKS = re.compile(r"[*`]+|(?<!\w)_+|_+(?!\w)|^[#>\-|\s]+", re.MULTILINE)
_LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")


def split_statement(statement: str) -> tuple[str, ...]:
    """Return the paragraphs of a statement, without the marks of Markdown and without tables."""
    blocks = [block for block in re.split(r"\n\s*\n", statement.strip()) if block.strip() and not block.lstrip().startswith("|")]
    return tuple(filter(None, (plain(_MARKS.sub("", _LINK.sub(r"\1", block))) for block in blocks)))[:MOST_PARAGRAPHS]


def quote_statement(statement: str, most: int) -> str:
    """Return the first sentences of a statement, up to ``most`` characters but one sentence at least; empty of an empty one."""
    kept = ""
    for sentence in re.split(r"(?<=[.!?])\s+", " ".join(split_statement(statement))):
        if kept and len(kept) + len(sentence) > most:
            break
        kept = f"{kept} {sentence}".strip()
    return kept if len(kept) <= 2 * most else kept[: 2 * most - 1].rstrip() + "…"
