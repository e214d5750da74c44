"""Who speaks, under one name: a speaker whom an article names in full and then by surname is one, and so is one with a title."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence

_TITLE = (
    "(?:Mr|Mrs|Ms|Miss|Dr|Prof|Sir|Señor|Señora|(?:former )?(?:Vice )?President|Prime Minister|Foreign Minister|Premier|Chancellor"
    "|Senator|Sen|Representative|Rep|Governor|Gov)"
)
_HONORIFIC = re.compile(rf"{_TITLE}\.? (?=[^\W\d_a-z])")
_POSSESSIVE = re.compile(r"[’']s?$")


def unify_speakers(speakers: Sequence[str | None], articles: Sequence[int]) -> list[str | None]:
    """Return the name under which each speaker is counted; ``articles`` tells the article of each.

    Titles of courtesy and of the commonest offices are dropped. A single name becomes the full one that the same article
    has, where only one begins or ends with it. Descriptions ("The experts") are counted whether or not they begin a sentence.
    """
    plain = [_strip(speaker) if speaker and speaker.strip() else None for speaker in speakers]
    full: dict[int, set[str]] = defaultdict(set)
    for name, article in zip(plain, articles, strict=True):
        if name is not None and " " in name and _is_name(name):
            full[article].add(name)
    return [None if name is None else _complete(name, full[article]) for name, article in zip(plain, articles, strict=True)]


def _strip(speaker: str) -> str:
    name = _POSSESSIVE.sub("", _HONORIFIC.sub("", speaker.strip())).strip() or speaker.strip()
    return name[:1].upper() + name[1:]


def _is_name(name: str) -> bool:
    return all(word[:1].isupper() for word in (name.split()[0], name.split()[-1]))


def _complete(name: str, full: set[str]) -> str:
    if " " in name or not name[:1].isupper():
        return name
    found = [other for other in full if name in (other.split()[0], other.split()[-1])]
    return found[0] if len(found) == 1 else name
