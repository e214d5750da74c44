"""The words that stand for codes in other tools, and how they are read back: ids or names of the codebook, never guessed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from framing.annotations import CODED, REJECTED, SKIPPED
from framing.codebook import STANCES, Codebook
from framing.errors import AnnotationError, suggest

NO_FRAME, SKIP, REJECT = "(no frame)", "(skip)", "(reject)"
"""Labels for tools that have no other way to say that a sentence has no frame, was passed over, or cannot be coded."""

_STATUS_OF = {NO_FRAME: CODED, SKIP: SKIPPED, REJECT: REJECTED}
_LABEL_OF = {SKIPPED: SKIP, REJECTED: REJECT}


@dataclass(frozen=True, slots=True)
class Codes:
    """What a coder said of a sentence: its frames, stances and status."""

    frames: frozenset[str] = frozenset()
    stance: tuple[tuple[str, str], ...] = ()
    status: str = CODED


def join_stance(target: str, value: str) -> str:
    """Return the label of a stance where frames and stances share one list: ``target:value``."""
    return f"{target}:{value}"


def list_labels(codebook: Codebook) -> list[str]:
    """Return every label of a tool with one list: frames, stances, then those that say what became of the sentence."""
    stances = [join_stance(target, value) for target in codebook.target_ids for value in STANCES]
    return [*codebook.frame_ids, *stances, NO_FRAME, SKIP, REJECT]


def write_labels(codes: Codes) -> list[str]:
    """Return the labels of ``codes`` for a tool with one list: never empty, so that a sentence that was coded can be told."""
    if codes.status != CODED:
        return [_LABEL_OF[codes.status]]
    stances = [join_stance(target, value) for target, value in codes.stance]
    return [*(sorted(codes.frames) or [NO_FRAME]), *stances]


class LabelReader:
    """Finds the codes that labels stand for; with a codebook, each must be the id or the name of one of its own.

    Case and outer spaces do not matter. Without a codebook every label is a frame, or a stance where it is ``target:value``.
    """

    def __init__(self, codebook: Codebook | None) -> None:
        """Take the codebook, None for data without one."""
        self.codebook = codebook
        self._frames = _index((frame.id, frame.name) for frame in codebook.frames) if codebook else None
        self._targets = _index((target.id, target.name) for target in codebook.targets) if codebook else None

    def read_frame(self, label: str, place: str) -> str:
        """Return the id of the frame.

        Raises:
            AnnotationError: the codebook has no such frame.
        """
        return _find("frame", label, self._frames, place)

    def read_target(self, label: str, place: str) -> str:
        """Return the id of the stance target.

        Raises:
            AnnotationError: the codebook has no such target.
        """
        return _find("target", label, self._targets, place)

    def is_target(self, label: str) -> bool:
        """Return whether the codebook has such a target."""
        return self._targets is not None and _fold(label) in self._targets

    def is_frame(self, label: str) -> bool:
        """Return whether the codebook has such a frame."""
        return self._frames is not None and _fold(label) in self._frames

    def knows(self, label: str) -> bool:
        """Return whether ``label`` is one that ``read_labels`` can read."""
        target, _, value = label.rpartition(":")
        stance = self._targets is None or self.is_target(target)
        return self._frames is None or self.is_frame(label) or _fold(label) in _STATUS_OF or (stance and _fold(value) in STANCES)

    def read_stance(self, value: str, target: str, place: str) -> str:
        """Return the stance.

        Raises:
            AnnotationError: it is none of ``STANCES``.
        """
        found = _fold(value)
        if found not in STANCES:
            raise AnnotationError(f"{place}: the stance towards {target} is {value!r:.60}{suggest(value, STANCES)}")
        return found

    def read_stances(self, given: Mapping[str, str], place: str) -> tuple[tuple[str, str], ...]:
        """Return the stances by target, in the order of the codebook where there is one.

        Raises:
            AnnotationError: a target or a value is unknown.
        """
        found = {}
        for label, value in given.items():
            target = self.read_target(label, place)
            found[target] = self.read_stance(value, target, place)
        order = self.codebook.target_ids if self.codebook else tuple(found)
        return tuple((target, found[target]) for target in order if target in found)

    def read_labels(self, labels: Sequence[Any], place: str) -> Codes:
        """Return what one list of labels says; an empty one says that the sentence was coded and has no frame.

        Raises:
            AnnotationError: a label is unknown, two say the opposite, or one is no string.
        """
        frames: list[str] = []
        stances: dict[str, str] = {}
        special: list[str] = []
        for label in labels:
            if not isinstance(label, str):
                raise AnnotationError(f"{place}: a label must be a string, not {label!r:.40}")
            target, _, value = label.rpartition(":")
            if _fold(label) in _STATUS_OF:
                special.append(_fold(label))
            elif not self.is_frame(label) and target and _fold(value) in STANCES:
                target, value = self.read_target(target, place), _fold(value)
                if stances.setdefault(target, value) != value:
                    raise AnnotationError(
                        f"{place}: the stance towards {target} is both {stances[target]!r} and {value!r}; keep one"
                    )
            else:
                frames.append(self.read_frame(label, place))
        _check_special(special, frames, stances, place)
        status = _STATUS_OF[special[0]] if special else CODED
        return Codes(frozenset(frames), self.read_stances(stances, place), status)


def _check_special(special: list[str], frames: list[str], stances: dict[str, str], place: str) -> None:
    """Check that no label says that there are no codes where others are codes."""
    others = [*frames, *(stances if special and special[0] != NO_FRAME else ()), *special[1:]]
    if special and others:
        raise AnnotationError(f"{place}: it has the label {special[0]!r} beside {others[0]!r}; keep the one or the other")


def _index(labels: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return the ids by id and name; an id counts before a name, and a name that two share stands for neither."""
    pairs = list(labels)
    names: dict[str, set[str]] = {}
    for label, name in pairs:
        names.setdefault(_fold(name), set()).add(label)
    found = {name: next(iter(ids)) for name, ids in names.items() if len(ids) == 1}
    return found | {_fold(label): label for label, _ in pairs}


def _find(kind: str, label: str, known: dict[str, str] | None, place: str) -> str:
    if known is None:
        return label
    if _fold(label) not in known:
        raise AnnotationError(f"{place}: the codebook has no {kind} {label!r:.60}{suggest(label, set(known.values()))}")
    return known[_fold(label)]


def _fold(label: str) -> str:
    return " ".join(label.split()).casefold()
