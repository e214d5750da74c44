"""What splitting and attributing know of a language, kept in ``language/*.txt`` and not in code."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Language:
    """Words of one language, lower case and without a final stop: see the comments in its file.

    ``known`` is every abbreviation, of whichever kind.
    """

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
    known: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        """Gather the abbreviations."""
        object.__setattr__(self, "known", self.titles | self.abbreviations | self.clock | self.enders)


LANGUAGES = ("en",)
"""The languages that have a file."""


@cache
def load_language(code: str = "en") -> Language:
    """Return the shipped parameters of ``code``."""
    return Language(**_parse_lists((Path(__file__).with_name("language") / f"{code}.txt").read_text("utf-8")))


def _parse_lists(text: str) -> dict[str, frozenset[str]]:
    """Return the words below each ``[name]``; TOML would say the same, but its parser takes longer to load than to split."""
    lists: dict[str, list[str]] = {}
    name = ""
    for line in text.splitlines():
        if line.startswith("["):
            name = line.strip("[]")
        elif line and not line.startswith("#"):
            lists.setdefault(name, []).extend(line.split())
    return {name: frozenset(words) for name, words in lists.items()}
