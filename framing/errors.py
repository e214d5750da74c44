"""The errors that a user can mend: each message names the place and the next step."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


class FramingError(Exception):
    """Something that the user can put right; the message is one line."""

    exit_code = 2


class UsageError(FramingError):
    """An argument that does not fit."""


class CodebookError(FramingError):
    """A codebook that cannot be used."""

    exit_code = 3


class AnnotationError(FramingError):
    """Coded data that cannot be used."""

    exit_code = 3


class ModelError(FramingError):
    """A model that is missing, damaged or made for something else."""

    exit_code = 3


class FileError(FramingError):
    """A file that cannot be read or written."""

    exit_code = 4


def suggest(name: str, known: Iterable[str]) -> str:
    """Return `` (did you mean 'x'?)``, or the known names where none is near."""
    names = sorted(name[:60] for name in known)
    near = get_close_matches(name, names, n=1, cutoff=0.7)
    if near:
        return f" (did you mean {near[0]!r}?)"
    more = ", ..." if len(names) > 12 else ""
    return f" (known: {', '.join(names[:12])}{more})" if names else ""
