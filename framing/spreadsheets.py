"""Text that a spreadsheet would run as a formula, and the apostrophe that keeps it from doing so."""

from __future__ import annotations

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What a formula begins with (OWASP, "CSV Injection"), full-width signs included."""


def guard(text: str) -> str:
    """Return ``text`` with ``'`` before it where a spreadsheet would run it; ``unguard`` gives it back."""
    return f"'{text}" if text.lstrip("'").startswith(FORMULA) else text


def unguard(text: str) -> str:
    """Return what ``guard`` was given."""
    return text[1:] if text.startswith("'") and text.lstrip("'").startswith(FORMULA) else text
