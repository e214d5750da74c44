"""The choices of one training run, and where they are read from."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from framing.errors import UsageError, suggest


@dataclass(frozen=True, slots=True)
class Settings:
    """The choices of one training run; the defaults did best on news of outlets that were left out of training.

    ``min_documents`` is the number of sentences that an n-gram must occur in; 0 leaves it to ``settle_settings``.
    ``cue_scale`` multiplies the cue counts: the smaller, the less the model leans on them. ``frame_c`` and ``stance_c``
    are the inverse regularisation of the regressions. ``char_ngrams`` of (0, 0) are none: words and cues alone.
    ``written_weight`` is what a sentence written for training weighs beside one of news. ``folds`` are grouped by article,
    or by outlet.
    """

    word_ngrams: tuple[int, int] = (1, 2)
    char_ngrams: tuple[int, int] = (2, 5)
    min_documents: int = 0
    cue_scale: float = 0.9
    frame_c: float = 2.0
    stance_c: float = 2.0
    written_weight: float = 0.5
    folds: int = 5
    seed: int = 0


LARGE = 1000
"""Coded sentences from which on an n-gram must occur in two: with fewer, leaving out the rare ones costs more than it saves."""


def settle_settings(settings: Settings, sentences: int) -> Settings:
    """Return ``settings`` with ``min_documents`` chosen by the size of the whole data, so that all folds share it."""
    return settings if settings.min_documents else replace(settings, min_documents=1 if sentences < LARGE else 2)


def read_settings(path: Path | None, seed: int) -> Settings:
    """Return the settings of a TOML file over the defaults, with ``seed`` unless the file has one.

    Raises:
        UsageError: the file is missing, is no TOML, or has a setting that is unknown or of another kind.
    """
    try:
        table = tomllib.loads(path.read_text("utf-8")) if path is not None else {}
    except (OSError, ValueError, RecursionError) as error:
        raise UsageError(f"{path}: the settings cannot be read ({error})") from None
    chosen: dict[str, Any] = {"seed": seed}
    for key, value in table.items():
        kinds = {setting.name: type(setting.default) for setting in fields(Settings)}
        if key not in kinds:
            raise UsageError(f"{path}: unknown setting {key!r}{suggest(key, kinds)}")
        value = tuple(value) if isinstance(value, list) else float(value) if kinds[key] is float and type(value) is int else value
        if type(value) is not kinds[key] or (isinstance(value, tuple) and [type(v) for v in value] != [int, int]):
            raise UsageError(f"{path}: {key} must be like {getattr(Settings(), key)!r}, not {value!r}")
        chosen[key] = value
    settings = Settings(**chosen)
    (w1, w2), (c1, c2) = settings.word_ngrams, settings.char_ngrams
    sensible = all(
        1e-6 <= scale <= 1e6 for scale in (settings.cue_scale, settings.frame_c, settings.stance_c, settings.written_weight)
    )
    counts = settings.min_documents >= 0 and 2 <= settings.folds <= 1000 and 0 <= settings.seed < 2**32
    sized = 1 <= w1 <= w2 <= 10 and (1 <= c1 <= c2 <= 20 or (c1, c2) == (0, 0))
    if not sensible or not counts or not sized:
        raise UsageError(
            f"{path}: sizes run from low to high ([0, 0] of characters: none), scales are above 0, and there are two folds or more"
        )
    return settings
