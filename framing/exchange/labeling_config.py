"""The labeling config of Label Studio: what its coders see and can answer, written from the codebook."""

from __future__ import annotations

from collections.abc import Iterable
from xml.sax.saxutils import quoteattr

from framing.annotations import REJECTED
from framing.codebook import STANCES, Codebook, Frame, Target

FRAMES, STANCE, STATUS, FLAGGED, NOTE = "frames", "stance_", "status", "flagged", "note"
"""The names of the controls; that of a stance is followed by the target."""


def write_config(codebook: Codebook) -> str:
    """Return the XML: the sentence between its neighbours, the frames, each target's stance, a note, a flag, a rejection.

    Coders see the names of the frames; the results hold their ids. A definition shows where the mouse rests on its label. The
    tool's own Skip button passes a sentence over.
    """
    choice = "single" if codebook.single_label else "multiple"
    lines = [
        "<View>",
        '  <Header value="$title" size="5"/>',
        '  <View style="opacity: 0.65"><Text name="before" value="$before"/></View>',
        '  <View style="background: rgba(250, 180, 60, 0.2); padding: 0.5em"><Text name="text" value="$text"/></View>',
        '  <View style="opacity: 0.65"><Text name="after" value="$after"/></View>',
        *(_frames(codebook.frames, choice) if codebook.frames else ()),
        *(line for target in codebook.targets for line in _stance(target)),
        *_choices(STATUS, "multiple", [_choice("This is no sentence that can be coded", REJECTED)]),
        *_choices(FLAGGED, "multiple", [_choice("Mark for discussion", FLAGGED)]),
        f'  <TextArea name="{NOTE}" toName="text" placeholder="Note" maxSubmissions="1" editable="true" rows="2"/>',
        "</View>",
    ]
    return "\n".join(lines) + "\n"


def _frames(frames: Iterable[Frame], choice: str) -> Iterable[str]:
    yield '  <Header value="Frames (none, if none applies)" size="5"/>'
    yield from _choices(FRAMES, choice, [_choice(frame.name, frame.id, frame.definition) for frame in frames])


def _stance(target: Target) -> Iterable[str]:
    yield f'  <Header value={quoteattr(f"Stance: {target.name}")} size="5"/>'
    yield from _choices(STANCE + target.id, "single-radio", [_choice(value, value, target.definition) for value in STANCES])


def _choices(name: str, choice: str, choices: Iterable[str]) -> Iterable[str]:
    yield f'  <Choices name={quoteattr(name)} toName="text" choice="{choice}" showInline="true">'
    yield from choices
    yield "  </Choices>"


def _choice(shown: str, label: str, hint: str = "") -> str:
    hinted = f" hint={quoteattr(hint)}" if hint else ""
    return f"    <Choice value={quoteattr(shown)} alias={quoteattr(label)}{hinted}/>"
