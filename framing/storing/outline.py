"""What scoring needs of a codebook: a model keeps it beside the whole, which takes longer to parse than an article to score."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from framing.codebook import Codebook, Frame, Target, is_id


@dataclass(frozen=True)
class CodebookOutline(Codebook):
    """A codebook without definitions, rules, examples and cues; ``whole`` is the digest of the codebook with these."""

    whole: str = ""

    @cached_property
    def digest(self) -> str:
        """The SHA-256 of the whole codebook, 64 hexadecimal digits."""
        return self.whole


def outline_codebook(codebook: Codebook) -> dict[str, Any]:
    """Return the outline of ``codebook`` as plain data, which ``read_outline`` takes."""
    return {
        "title": codebook.title,
        "version": codebook.version,
        "digest": codebook.digest,
        "language": codebook.language,
        "single_label": codebook.single_label,
        "frames": [[frame.id, frame.name] for frame in codebook.frames],
        "targets": [[target.id, target.name] for target in codebook.targets],
    }


def read_outline(table: dict[str, Any]) -> CodebookOutline:
    """Return the outline that ``outline_codebook`` wrote.

    Raises:
        ValueError, LookupError, TypeError, AttributeError: it is no outline.
    """
    frames, targets = dict(table["frames"]), dict(table["targets"])
    texts = [table[key] for key in ("title", "version", "digest", "language")]
    texts += [*frames, *frames.values(), *targets, *targets.values()]
    if not all(isinstance(text, str) for text in texts) or not isinstance(table["single_label"], bool):
        raise ValueError("the outline of the codebook is none")
    if len({*frames, *targets}) < len(table["frames"]) + len(table["targets"]) or not all(map(is_id, (*frames, *targets))):
        raise ValueError("the outline of the codebook has ids that are none")
    return CodebookOutline(
        table["title"],
        table["version"],
        table["language"],
        (),
        tuple(Frame(label, name, "") for label, name in frames.items()),
        tuple(Target(label, name, "") for label, name in targets.items()),
        table["single_label"],
        whole=table["digest"],
    )
