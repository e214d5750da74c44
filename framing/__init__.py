"""Which frames each outlet puts on the same story, with the sentences that show it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from framing.labelling import Scores
    from framing.model import FramingModel
    from framing.scoring_model import ScoringModel
    from framing.store import load_model, load_scoring_model

__all__ = ["FramingModel", "Scores", "ScoringModel", "load_model", "load_scoring_model"]
__version__ = "0.1.0"

_HOMES = {
    "FramingModel": "framing.model",
    "Scores": "framing.labelling",
    "ScoringModel": "framing.scoring_model",
    "load_model": "framing.store",
    "load_scoring_model": "framing.store",
}


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used, so that ``framing --help`` loads nothing heavy."""
    from importlib import import_module

    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'framing' has no attribute {name!r}")
