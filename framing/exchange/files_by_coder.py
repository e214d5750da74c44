"""Which coder gets which file, and whose file it was when it comes back."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePosixPath
from urllib.parse import quote, unquote

from framing.annotations import OPEN
from framing.exchange.carrying import Task

ANYONE = "all"
"""The name of the file of those whom no coder is named for."""


def name_for(coder: str | None) -> str:
    """Return the name of a coder's file, without ending: signs that a file system may refuse are written as ``%`` and a number."""
    if coder is None:
        return ANYONE
    name = quote(coder, safe=" @+,=()")
    return f"%{ord(name[0]):02X}{name[1:]}" if name in (ANYONE, "unknown") or name[:1] in (".", "_", " ") else name or "%"


def coder_of(name: str) -> str | None:
    """Return the coder whose file ``name`` is, None for those of nobody in particular."""
    stem = PurePosixPath(name).stem
    return None if stem in (ANYONE, "unknown") else "" if stem == "%" else unquote(stem)


def split_by_coder(tasks: Iterable[Task]) -> dict[str | None, list[Task]]:
    """Return the tasks of each coder, in order: what waits goes to all who shall code it, a decision to who made it."""
    found: dict[str | None, list[Task]] = {}
    for task in tasks:
        named = task.first.extra.get("coders")
        waits = task.first.status == OPEN
        coders = [str(coder) for coder in named] if waits and isinstance(named, list | tuple) else []
        for coder in (*coders,) or (task.first.coder,):
            found.setdefault(coder, []).append(task)
    return found
