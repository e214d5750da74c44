"""A sentence as the features see it: one spelling for what reads alike.

``normalize`` is the definition, for one text. ``clean`` and ``fold`` give the same for many at once: nearly all characters of
news stand for themselves, so only the few texts with others are taken through Unicode's forms.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

_US = re.compile(r"U(?<!\wU)(?:\.\s?S\.(?:\s?A\.)?(?!\w)|SA?\b)")
"""The country. The pattern begins with its letter, not with a boundary, since a letter is searched for many times faster."""

_MARK = "[\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u0610-\u061a\u064b-\u065f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20f0\ufe20-\ufe2f]"
_MARKS = re.compile(f"({_MARK}{{30}}){_MARK}+")
"""Unicode's stream-safe limit (UAX #15): sorting a longer run of accents takes time in the square of its length."""

_QUOTES = dict(zip("‘’‛′“”„«»", '\'\'\'\'"""""', strict=True))
_PLAIN_QUOTES = str.maketrans(_QUOTES)

_ASCII = bytes(range(1, 128))
_FOLDS = bytes.maketrans(bytes(range(65, 91)) + b"\t\n\v\f\r\x1c\x1d\x1e\x1f", bytes(range(97, 123)) + b" " * 9)

LONGEST = 10_000
"""Characters of a sentence that the features see: no sentence is longer, and a hostile one must not fill the memory."""


def normalize(text: str) -> str:
    """Return ``text`` as the features see it: its first ``LONGEST`` characters, in NFKC without invisible ones, with one
    kind of quotation mark, "U.S." and "US" told from "us", in lower case and with single spaces; NUL is a space.
    """
    text = text[:LONGEST].replace("\0", " ")
    if not text.isascii():
        text = unicodedata.normalize("NFKC", _MARKS.sub(r"\1", text))[:LONGEST]
        text = "".join(c for c in text if unicodedata.category(c) != "Cf").translate(_PLAIN_QUOTES)
    return " ".join(_US.sub("usa", text).lower().split())


def clean(texts: Sequence[str]) -> list[str]:
    """Return ``texts`` without what takes more than one character to see: ``fold`` makes of them what ``normalize`` does."""
    cleaned = [text[:LONGEST].replace("\0", " ") if len(text) > LONGEST or "\0" in text else text for text in texts]
    places = [place for place, text in enumerate(cleaned) if not text.isascii()]
    joined = "\0".join([cleaned[place] for place in places])
    foreign = _find_foreign(joined)
    letters = set(foreign) - {"\0"}
    for quote in letters & _QUOTES.keys():
        joined = joined.replace(quote, _QUOTES[quote])
    for place, text in zip(places, joined.split("\0"), strict=False):
        cleaned[place] = text
    odd = {letter for letter in letters - _QUOTES.keys() if not stands_for_itself(letter)}
    if odd:
        held = [place for place, own in zip(places, foreign.split("\0"), strict=True) if not odd.isdisjoint(own)]
        for place, text in zip(held, _clean_odd([cleaned[place] for place in held]), strict=True):
            cleaned[place] = text
    return cleaned


def _clean_odd(texts: Sequence[str]) -> list[str]:
    """Return ``texts``, of which none is ASCII or holds a NUL, as ``normalize`` does, but for the number of spaces.

    All are taken at once, a NUL between them: it composes with nothing, is no letter and no mark, and is seen by no rule.
    """
    composed = unicodedata.normalize("NFKC", _MARKS.sub(r"\1", "\0".join(texts)))
    joined = "\0".join([text[:LONGEST] for text in composed.split("\0")])
    for letter in set(_find_foreign(joined)) - {"\0"}:
        plain = "" if unicodedata.category(letter) == "Cf" else " " if letter.isspace() else _QUOTES.get(letter, letter)
        if plain != letter:
            joined = joined.replace(letter, plain)
    return _US.sub("usa", joined).lower().split("\0")


def _find_foreign(joined: str) -> str:
    """Return the characters that are not ASCII, and the NULs between texts."""
    return joined.encode("utf-8", "surrogatepass").translate(None, _ASCII).decode("utf-8", "surrogatepass")


def fold(cleaned: Sequence[str]) -> bytes:
    """Return what ``clean`` returned in UTF-8 and in lower case, a NUL before each text and after the last.

    Of every text the pieces between spaces are those of ``normalize``; lone surrogates are kept, in three bytes.
    """
    named = [_US.sub("usa", text) if "U" in text and ("US" in text or "U." in text) else text for text in cleaned]
    return b"\0".join([b"", *[text.encode("utf-8", "surrogatepass") for text in named], b""]).translate(_FOLDS)


@lru_cache(1 << 14)
def stands_for_itself(letter: str) -> bool:
    """Return whether ``normalize`` keeps a character, and the others beside it, wherever it stands.

    False is always safe. In the basic plane only marks and the vowels and last consonants of Hangul compose with what is
    before them; beyond it letters may.
    """
    kind = unicodedata.category(letter)
    if kind[0] == "M" or kind == "Cf" or letter.isspace() or letter.lower() != letter or "\u1100" <= letter <= "\u11ff":
        return False
    return unicodedata.is_normalized("NFKC", letter) and not (letter > "\uffff" and kind[0] == "L")
