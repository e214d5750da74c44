"""What splitting and attributing know of a language, kept in ``language/*.toml`` and not in code."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Language:
    """Words of one language, lower case and without a final stop: see the comments in its file."""

    titles: frozenset[str]
    abbreviations: frozenset[str]
    clock: frozenset[str]
    clock_followers: frozenset[str]
    enders: frozenset[str]
    starters: frozenset[str]
    places: frozenset[str]
    saying: frozenset[str]
    common: frozenset[str]
    roles: frozenset[str]
    pronouns: frozenset[str]
    no_names: frozenset[str]

    @property
    def known(self) -> frozenset[str]:
        """Every abbreviation, of whichever kind."""
        return self.titles | self.abbreviations | self.clock | self.enders


LANGUAGES = ("en",)
"""The languages that have a file."""


@cache
def load_language(code: str = "en") -> Language:
    """Return the shipped parameters of ``code``."""
    tables = tomllib.loads((files("framing") / "language" / f"{code}.toml").read_text("utf-8"))
    return Language(**{name: frozenset(words) for name, words in tables.items()})
