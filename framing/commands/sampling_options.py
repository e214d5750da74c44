"""Which options of ``framing sample`` belong together: one that would be dropped in silence is refused."""

from __future__ import annotations

from collections.abc import Container, Sequence

from framing.errors import UsageError, suggest

DESIGNS = ("random", "stratified", "uncertainty", "active")
WITH_MODEL = DESIGNS[2:]
PLAN, RECODE = "--plan", "--recode"

SERVES: dict[str, tuple[str, ...]] = {
    "--output": (*DESIGNS, RECODE),
    "--size": (*DESIGNS, RECODE),
    "--design": DESIGNS,
    "--period": ("stratified",),
    "--allocation": ("stratified", "uncertainty"),
    "--per": ("stratified",),
    "--coder": DESIGNS,
    "--overlap": DESIGNS,
    "--everybody": DESIGNS,
    "--annotations": (*DESIGNS, PLAN),
    "--model": (*WITH_MODEL, PLAN),
    "--label": (*WITH_MODEL, PLAN),
    "--articles": (RECODE,),
    "--margin": (PLAN,),
    "--seed": (*DESIGNS, RECODE),
    "--outlet": (*DESIGNS, PLAN),
    "--format": (*DESIGNS, PLAN),
}
"""The designs that an option does something for, or a plan, or a recoding."""

NEEDS = {"--overlap": "--coder", "--everybody": "--overlap"}
"""Options that say nothing without another one."""

EXCLUDES = {"--per": ("--size", "--allocation")}
"""Options that say already what others would."""


def check_options(given: Container[str], design: str) -> None:
    """Check that every option that was ``given`` does something: with the plan or recoding among them, else with ``design``.

    Raises:
        UsageError: one would be dropped, lacks another one that it needs, or ``design`` is unknown.
    """
    if PLAN in given and RECODE in given:
        raise UsageError(f"{PLAN} and {RECODE} are two things: name one")
    mode = next((option for option in (PLAN, RECODE) if option in given), design)
    if mode not in (PLAN, RECODE, *DESIGNS):
        raise UsageError(f"--design {design!r}{suggest(design, DESIGNS)}")
    _check_pairs(given)
    for option, served in SERVES.items():
        if option in given and mode not in served:
            raise UsageError(f"{option} belongs to {_name_modes(served)}: leave it out with {_name_modes((mode,))}")


def _check_pairs(given: Container[str]) -> None:
    for option, other in NEEDS.items():
        if option in given and other not in given:
            raise UsageError(f"{option} says nothing without {other}")
    for option, others in EXCLUDES.items():
        doubled = [other for other in others if option in given and other in given]
        if doubled:
            raise UsageError(f"{option} says how many come from where: leave {doubled[0]} out")


def _name_modes(modes: Sequence[str]) -> str:
    named = [f"--design {mode}" if mode in DESIGNS else mode for mode in modes]
    if set(DESIGNS) <= set(modes):
        named = ["a draw by design", *named[len(DESIGNS) :]]
    return " and ".join([", ".join(named[:-1]), named[-1]] if len(named) > 1 else named)
