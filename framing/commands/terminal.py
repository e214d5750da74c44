"""Coding and adjudicating in a terminal: the same sessions as on the page, for a server without a browser.

An answer is one line: the letters of the frames, the digits of stances, ``!`` to flag, ``/`` and a note; or one command.
"""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

from framing.annotations import CODED, REJECTED, SKIPPED, Annotation
from framing.codebook import STANCES, Codebook
from framing.coding import AdjudicationSession, CodingSession, Decision
from framing.coding_keys import assign_keys
from framing.errors import FramingError, UsageError
from framing.output import plain

if TYPE_CHECKING:
    from framing.adjudication import Dispute
    from framing.samples import DrawnSentence
    from framing.web.app import Suggest

BACK, ON, UNDO, BOOK, QUIT = "<", ">", "z", "?", "q"
STATUS_KEYS = {"x": SKIPPED, "-": REJECTED}
COMMANDS = "n none   ! flag   /note   x skip   - not codable   z undo   < back   > on   ? codebook   q quit"
TAKEN = "=1 =2 take the codes of the first, second coder"

Answer = Decision | str
"""A decision, or one of the commands."""


def code_in_terminal(session: CodingSession, coder: str, suggest: Suggest | None, *, show_outlet: bool) -> None:
    """Ask ``coder`` for a decision on each sentence of the queue that has none, until all have one or the coder quits."""
    console = Console(highlight=False)
    queue = session.queue(coder)
    number = _next_open(session, coder, -1)
    while True:
        if number is None:
            ending = _ask_at_the_end(console)
            if ending == QUIT:
                break
            number = _undo(console, session, coder, len(queue) - 1) if ending == UNDO else len(queue) - 1
        drawn = queue[number]
        console.rule(f"{number + 1} of {len(queue)}")
        _show_sentence(console, drawn, drawn.outlet if show_outlet else None)
        own = session.decisions(coder).get((drawn.article, drawn.id))
        if own is not None:
            console.print(Text(f"Decided before: {_codes(own)}", "yellow"))
        if suggest is not None:
            chances = sorted(suggest(drawn.text).items(), key=lambda pair: -pair[1])[:3]
            console.print(Text("The model: " + "   ".join(f"{label} {chance:.0%}" for label, chance in chances), "dim"))
        began = time.monotonic()
        answer = _ask(console, session.codebook, ())
        if answer == QUIT:
            break
        if isinstance(answer, Decision):
            number = _save(console, session, coder, number, replace(answer, seconds=time.monotonic() - began))
        elif answer == UNDO:
            number = _undo(console, session, coder, number)
        else:
            number = max(0, min(len(queue) - 1, number + (1 if answer == ON else -1)))
    progress = session.progress(coder)
    kept = f"{progress.coded} of {progress.total} sentences coded, {progress.skipped} skipped, kept in {session.journal.path}"
    console.print(Text(kept))


def adjudicate_in_terminal(session: AdjudicationSession, adjudicator: str) -> None:
    """Ask ``adjudicator`` for a choice on each open dispute, until all are settled or passed over, or the adjudicator quits."""
    console = Console(highlight=False)
    passed: set[tuple[str, str]] = set()
    while True:
        waiting = [d for d in session.disputes() if d.chosen is None and (d.first.article, d.first.id) not in passed]
        if waiting:
            _show_dispute(console, waiting[0], len(waiting))
            answer = _ask(console, session.codebook, waiting[0].codings)
        else:
            answer = _ask_at_the_end(console)
        if answer == QUIT:
            break
        if answer == UNDO:
            console.print("Undone." if session.undo(adjudicator) else "There is nothing left to undo.")
        elif waiting and isinstance(answer, Decision) and answer.status != SKIPPED:
            _choose(console, session, adjudicator, waiting[0], answer)
        elif waiting:
            passed.add((waiting[0].first.article, waiting[0].first.id))
        else:
            passed.clear()
    disputes = session.disputes()
    settled = sum(dispute.chosen is not None for dispute in disputes)
    console.print(Text(f"{settled} of {len(disputes)} disputes settled, kept in {session.journal.path}"))


def _show_dispute(console: Console, dispute: Dispute, waiting: int) -> None:
    console.rule(f"{waiting} open")
    console.print(Text(plain(dispute.first.text), "bold"))
    numbers = {coding.place + coding.id: number for number, coding in enumerate(dispute.codings, 1)}
    for decision in dispute.decisions:
        number = numbers.get(decision.place + decision.id)
        console.print(
            Text(f"  {'  ' if number is None else f'={number}'}  {plain(decision.coder) or 'no name'}: {_codes(decision)}")
        )
    agreed = [*sorted(dispute.agreed_frames), *(f"{target} {value}" for target, value in dispute.agreed_stance.items())]
    console.print(Text("Agreed, and kept: " + (", ".join(agreed) or "nothing"), "green"))
    console.print(Text("Decide on: " + ", ".join([*dispute.frames, *dispute.targets]), "yellow"))


def _choose(console: Console, session: AdjudicationSession, adjudicator: str, dispute: Dispute, answer: Decision) -> None:
    """Write the choice: what the coders agree on stays, whatever was typed beside it."""
    frames = answer.frames if session.codebook.single_label else tuple({*answer.frames, *dispute.agreed_frames})
    try:
        session.decide(adjudicator, dispute, replace(answer, frames=frames, stance=dispute.agreed_stance | dict(answer.stance)))
    except FramingError as error:
        console.print(Text(f"Not saved: {error}", "bold red"))


def check_keys(codebook: Codebook) -> None:
    """Check that the terminal has a key for every code.

    Raises:
        UsageError: it has not; on the page all can be clicked.
    """
    keys = assign_keys(codebook)
    stances = [f"{target}:{value}" for target in codebook.target_ids for value in STANCES]
    lacking = [label for label in (*codebook.frame_ids, *stances) if label not in keys]
    if lacking:
        raise UsageError(f"the terminal has no key left for {', '.join(lacking[:4])}: code on the page (leave out --tui)")


def read_answer(line: str, codebook: Codebook, codings: tuple[Annotation, ...] = ()) -> Answer:
    """Return the decision or the command that ``line`` stands for; ``=2`` stands for the codes of the second of ``codings``.

    Raises:
        UsageError: it stands for neither; the message says what is wrong with it.
    """
    pressed, _, note = line.partition("/")
    pressed = "".join(pressed.split())
    if pressed in (BACK, ON, UNDO, BOOK, QUIT) and not note:
        return pressed
    flagged, pressed = "!" in pressed, pressed.replace("!", "")
    kept = {"note": note.strip() or None, "flagged": flagged}
    if pressed in STATUS_KEYS:
        return Decision(STATUS_KEYS[pressed], **kept)  # type: ignore[arg-type]
    if pressed.startswith("="):
        place = pressed[1:]
        if not place.isdecimal() or not 1 <= int(place) <= len(codings):
            raise UsageError(f"{pressed} names none of the {len(codings)} codings")
        chosen = codings[int(place) - 1]
        return Decision(CODED, tuple(chosen.frames), dict(chosen.stance), **kept)  # type: ignore[arg-type]
    return _read_codes(pressed, codebook, note.strip() or None, flagged)


def _read_codes(pressed: str, codebook: Codebook, note: str | None, flagged: bool) -> Decision:
    meant = {key: label for label, key in assign_keys(codebook).items()}
    frames: list[str] = []
    stance: dict[str, str] = {}
    for key in pressed.replace("n", ""):
        label = meant.get(key)
        if label is None:
            raise UsageError(f"{key!r} is no key here")
        if label in codebook.frame_ids:
            frames.append(label)
        else:
            target, _, value = label.rpartition(":")
            stance[target] = value
    if codebook.frames and ("n" in pressed) == bool(frames):
        raise UsageError("type the letters of its frames, or n for none of them")
    return Decision(CODED, tuple(dict.fromkeys(frames)), stance, note, flagged)


def _ask(console: Console, codebook: Codebook, codings: tuple[Annotation, ...]) -> Answer:
    """Return the first answer that can be read; the end of the input is the wish to quit."""
    _show_keys(console, codebook, bool(codings))
    while True:
        try:
            line = console.input("> ")
        except EOFError:
            return QUIT
        try:
            answer = read_answer(line, codebook, codings)
        except UsageError as error:
            console.print(Text(str(error), "bold red"))
            continue
        if answer != BOOK:
            return answer
        _show_codebook(console, codebook)


def _ask_at_the_end(console: Console) -> str:
    """Return whether to take the last decision back, to go back, or to quit, once all have one; the end of the input quits."""
    console.print(Text("All is decided.   z undo   < back   q quit", "cyan"))
    while True:
        try:
            line = console.input("> ").strip()
        except EOFError:
            return QUIT
        if line in (UNDO, BACK, QUIT):
            return line


def _save(console: Console, session: CodingSession, coder: str, number: int, decision: Decision) -> int | None:
    """Return the number of the next open sentence, or the same where the decision is not saved; None at the end."""
    untouched = dict.fromkeys(session.codebook.target_ids, STANCES[-1])
    try:
        session.decide(coder, session.queue(coder)[number], replace(decision, stance=untouched | dict(decision.stance)))
    except FramingError as error:
        console.print(Text(f"Not saved: {error}", "bold red"))
        return number
    return _next_open(session, coder, number)


def _undo(console: Console, session: CodingSession, coder: str, number: int) -> int:
    taken = session.undo(coder)
    if taken is None:
        console.print("There is nothing left to undo.")
        return number
    keys = [(drawn.article, drawn.id) for drawn in session.queue(coder)]
    return keys.index((taken.article, taken.id))


def _next_open(session: CodingSession, coder: str, after: int) -> int | None:
    """Return the number of the next sentence without a decision, from the start again behind the last; None where all have one."""
    made = session.decisions(coder)
    queue = session.queue(coder)
    order = [(after + step) % len(queue) for step in range(1, len(queue) + 1)]
    return next((n for n in order if (queue[n].article, queue[n].id) not in made), None)


def _show_sentence(console: Console, drawn: DrawnSentence, outlet: str | None) -> None:
    source = " · ".join(plain(part) for part in (outlet, drawn.title, drawn.date) if part)
    if source:
        console.print(Text(source, "dim"))
    for texts, style in ((drawn.before, "dim"), ((drawn.text,), "bold reverse"), (drawn.after, "dim")):
        if texts:
            console.print(Text(plain(" ".join(texts)), style))


def _codes(coding: Annotation) -> str:
    if coding.status != CODED:
        return coding.status
    stances = [f"{target} {value}" for target, value in coding.stance if value != STANCES[-1]]
    told = ", ".join([*sorted(coding.frames), *stances]) or "none"
    return told + (f"  (note: {plain(coding.note)})" if coding.note else "")


def _show_keys(console: Console, codebook: Codebook, adjudicates: bool) -> None:
    keys = assign_keys(codebook)
    console.print(
        Text("   ".join(f"{keys[frame.id]} {plain(frame.name)}" for frame in codebook.frames if frame.id in keys), "cyan")
    )
    for target in codebook.targets:
        values = [f"{keys[label]} {value}" for value in STANCES if (label := f"{target.id}:{value}") in keys]
        if values:
            console.print(Text(f"{plain(target.name)}: {'  '.join(values)}", "cyan"))
    console.print(Text(COMMANDS + (f"   {TAKEN}" if adjudicates else ""), "dim"))


def _show_codebook(console: Console, codebook: Codebook) -> None:
    for rule in codebook.rules:
        console.print(Text(f"- {plain(rule)}"))
    for frame in codebook.frames:
        console.print(Text(plain(frame.name), "bold"), Text(plain(frame.definition)))
        for title, lines in (("include", frame.include), ("exclude", frame.exclude), ("boundary", frame.boundary)):
            for line in lines:
                console.print(Text(f"  {title}: {plain(line)}"))
    for target in codebook.targets:
        console.print(Text(f"Stance: {plain(target.name)}", "bold"), Text(plain(target.definition)))
        for rule in target.rules:
            console.print(Text(f"  rule: {plain(rule)}"))
