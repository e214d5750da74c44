"""A sentence as the features see it: one spelling for what reads alike."""

from __future__ import annotations

import hashlib
import re
import unicodedata

_US = re.compile(r"\bU\.\s?S\.(?:\s?A\.)?(?!\w)|\bUSA?\b")
_MARK = "[\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u0610-\u061a\u064b-\u065f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20f0\ufe20-\ufe2f]"
_MARKS = re.compile(f"({_MARK}{{30}}){_MARK}+")
"""Unicode's stream-safe limit (UAX #15): sorting a longer run of accents takes time in the square of its length."""

_QUOTES = str.maketrans("‘’‛′“”„«»", '\'\'\'\'"""""')

LONGEST = 10_000
"""Characters of a sentence that the features see: no sentence is longer, and a hostile one must not fill the memory."""


def normalize(text: str) -> str:
    """Return ``text`` as the features see it: its first ``LONGEST`` characters, in NFKC without invisible ones, with one
    kind of quotation mark, "U.S." and "US" told from "us", in lower case and with single spaces.
    """
    text = text[:LONGEST]
    if not text.isascii():
        text = unicodedata.normalize("NFKC", _MARKS.sub(r"\1", text))
        text = "".join(c for c in text if unicodedata.category(c) != "Cf").translate(_QUOTES)
    return " ".join(_US.sub("usa", text).lower().split())


def fingerprint(text: str) -> str:
    """Return 16 hexadecimal digits that sentences share only if the features see the same text."""
    return hashlib.blake2b(normalize(text).encode("utf-8", "replace"), digest_size=8).hexdigest()
