"""A first codebook: an example to edit, or an empty one made from names."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from importlib.resources import files

from framing.codebook import is_id, quote_toml
from framing.errors import UsageError

_HEADER = """\
# A codebook says what coders look for, and when a sentence has it. Fill in the definitions and lists; each entry of a list
# is a string in quotation marks: ["one", "two"]. Run `framing codebook bump` before each change once coding has begun.
"""

_FRAME = """
[[frames]]
id = {id}
name = {name}
definition = ""  # The matter is ...
include = []  # what is coded
exclude = []  # what is not, though it may look so
boundary = []  # where this frame meets another one
examples = []  # two sentences at least
cues = []  # words that point to the frame, for a model; coders never see them
"""

_TARGET = """
[[targets]]
id = {id}
name = {name}
definition = ""  # who or what is meant
rules = []  # when a sentence is in favor or against
examples.favor = []
examples.against = []
examples.none = []
cues = []  # words that point to a stance towards it, for a model; coders never see them
"""


def template(title: str) -> str:
    """Return the TOML of a short commented codebook with two frames and a target, an example to be edited.

    Raises:
        UsageError: the title cannot be written.
    """
    content = (files("framing") / "codebook_template.toml").read_text("utf-8")
    return content.replace('"TITLE"', _quote(title), 1)


def make_codebook(title: str, frames: Sequence[str], targets: Sequence[str] = ()) -> str:
    """Return the TOML of a codebook with a frame and a target of each name, whose definitions are still to be written.

    An id is the name in lower case, in its own script, with ``_`` between the words.

    Raises:
        UsageError: there are no names, one is blank or there twice, or a text cannot be written.
    """
    names = [name.strip() for name in (*frames, *targets)]
    if not names:
        raise UsageError("a codebook needs a frame or a target; name one")
    for name in names:
        if not name:
            raise UsageError("the name of a frame or target is blank")
        if names.count(name) > 1:
            raise UsageError(f"the name {name!r} is given {names.count(name)} times")
    ids = _make_ids(names)
    parts = [f'title = {_quote(title)}\nversion = 1\nlanguage = "en"\nrules = []  # what holds for every sentence\n']
    for number, (name, label) in enumerate(zip(names, ids, strict=True)):
        form = _FRAME if number < len(frames) else _TARGET
        parts.append(form.format(id=_quote(label), name=_quote(name)))
    return f"{_HEADER}\n{''.join(parts)}"


def _quote(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise UsageError(f"{text!r:.60}: it holds bytes that are no UTF-8; write it again") from None
    return quote_toml(text)


def _make_ids(names: Sequence[str]) -> list[str]:
    """Return an id for each name; one that another name has already gets a number, and so does a name without letters."""
    ids: list[str] = []
    for place, name in enumerate(names, 1):
        slug = _slug(name) or f"label_{place}"
        number, label = 1, slug
        while label in ids:
            number += 1
            label = f"{slug}_{number}"
        ids.append(label)
    return ids


def _slug(name: str) -> str:
    """Return the letters, marks and digits of ``name`` in lower case, ``_`` for what stands between; nothing without them."""
    # Joiners of Arabic and Indic scripts stand inside words, and so do the apostrophes of Latin ones.
    letters = [c for c in unicodedata.normalize("NFKC", name.lower()) if unicodedata.category(c) != "Cf" and c not in "'’"]
    spaced = "".join(c if c.isalnum() or unicodedata.category(c).startswith("M") else " " for c in letters)
    slug = unicodedata.normalize("NFC", "_".join(spaced.split()))
    return slug if is_id(slug) else ""
