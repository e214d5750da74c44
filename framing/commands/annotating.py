"""The commands that people code with: annotate and adjudicate, in a browser or in the terminal."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from framing.commands.options import CodebookPath
from framing.commands.speaking import say
from framing.errors import UsageError

if TYPE_CHECKING:
    from framing.codebook import Codebook
    from framing.coding import CodingSession
    from framing.journal import Journal
    from framing.web.app import Desk, Suggest
    from framing.web.guard import Seat

SamplePaths = Annotated[list[Path], typer.Argument(metavar="SAMPLE", help="Files that framing sample wrote.")]
Coders = Annotated[
    list[str] | None, typer.Option("--coder", help="Who codes; repeatable.", show_default="the coders that the sample names")
]
JournalPath = Annotated[
    Path | None, typer.Option("--annotations", "-a", help="Decisions are added to this file.", show_default="coded.jsonl beside")
]
Port = Annotated[int, typer.Option(min=0, max=65535, help="The port of the page; 0 takes a free one.")]
Terminal = Annotated[bool, typer.Option("--tui", help="Code in this terminal, without a browser.")]
OpenBrowser = Annotated[bool, typer.Option("--open", help="Open the first link in a browser.")]


def annotate(
    sample: SamplePaths,
    coder: Coders = None,
    annotations: JournalPath = None,
    codebook: CodebookPath = None,
    adjudicator: Annotated[
        str | None, typer.Option(help="Also print a link for this person, who sees all codings and settles disputes.")
    ] = None,
    suggest: Annotated[
        str | None, typer.Option(metavar="MODEL", help="Show what this model suggests. It anchors coders: no blind codings.")
    ] = None,
    show_outlet: Annotated[bool, typer.Option("--show-outlet", help="Show the outlet, which coders else do not see.")] = False,
    tui: Terminal = False,
    port: Port = 0,
    open_browser: OpenBrowser = False,
) -> None:
    """Code a sample: a page in the browser for each coder, keyboard first; every decision is on disk before it says saved."""
    from framing.annotations import BLIND
    from framing.coding import AdjudicationSession, CodingSession, check_assigned, check_names
    from framing.samples import read_sample
    from framing.web.app import Desk

    drawn = read_sample(sample)
    book = _find_codebook(codebook, sample[0])
    names = coder or sorted({name for sentence in drawn for name in sentence.coders})
    if not names:
        raise UsageError("the sample names no coders: say who codes with --coder NAME")
    check_names([*names, *([adjudicator] if adjudicator else [])])
    check_assigned(drawn, names)
    if tui and (len(names) > 1 or adjudicator):
        raise UsageError("in the terminal one person codes at a time: name one --coder")
    if suggest is not None and any(sentence.phase != BLIND for sentence in drawn):
        raise UsageError("--suggest shows what a model thinks, and a second coding must not be made in sight of that: leave it out")
    suggestions, label = _suggestions(suggest, book)
    journal = _open_journal(annotations or _folder_of(sample[0]) / "coded.jsonl", book)
    coding = CodingSession(drawn, journal, label)
    for entry in coding.changed_texts():
        say(f"note: {entry.place}: {entry.coder} coded another text as {entry.id!r}; that decision does not count here")
    if tui:
        from framing.commands.terminal import check_keys, code_in_terminal

        check_keys(book)
        code_in_terminal(coding, names[0], suggestions, show_outlet=show_outlet)
        return
    settling = AdjudicationSession((), journal) if adjudicator else None
    desk = Desk(book, coding, settling, suggestions, show_outlet)
    _serve(desk, names, [adjudicator] if adjudicator else [], port, open_browser)


def adjudicate(
    files: Annotated[list[Path], typer.Argument(metavar="FILE", help="Coded sentences of two coders or more.")],
    adjudicator: Annotated[str, typer.Option(help="Who settles the disputes.")] = "adjudicator",
    annotations: Annotated[
        Path | None,
        typer.Option("--annotations", "-a", help="Choices are added to this file.", show_default="FILE, or adjudicated.jsonl"),
    ] = None,
    sample: Annotated[
        list[Path] | None, typer.Option("--sample", help="The sample that was coded, for the context; repeatable.")
    ] = None,
    codebook: CodebookPath = None,
    show_outlet: Annotated[bool, typer.Option("--show-outlet", help="Show the outlet.")] = False,
    tui: Terminal = False,
    port: Port = 0,
    open_browser: OpenBrowser = False,
) -> None:
    """Settle what coders disagree on, side by side; the choices are records of their own, and the codings stay as they are."""
    from framing.annotation_files import find_annotation_files, read_annotations
    from framing.annotations import check_texts
    from framing.coding import AdjudicationSession, CodingSession, check_names
    from framing.samples import read_sample
    from framing.web.app import Desk

    check_names([adjudicator])
    found = find_annotation_files(files)
    book = _find_codebook(codebook, found[0])
    kept = annotations or (found[0] if len(found) == 1 and found[0].suffix == ".jsonl" else found[0].with_name("adjudicated.jsonl"))
    others = [path for path in found if not (kept.exists() and path.samefile(kept))]
    journal = _open_journal(kept, book)
    session = AdjudicationSession(read_annotations(others, book) if others else (), journal)
    check_texts(session.annotations)
    if not session.disputes():
        say("there is nothing to settle: where two coders coded the same sentence, they agree")
        return
    context = CodingSession(read_sample(sample) if sample else (), journal)
    if tui:
        from framing.commands.terminal import adjudicate_in_terminal, check_keys

        check_keys(book)
        adjudicate_in_terminal(session, adjudicator)
        return
    _serve(Desk(book, context, session, None, show_outlet), [], [adjudicator], port, open_browser)


def _find_codebook(named: Path | None, beside: Path) -> Codebook:
    from framing.codebook import read_codebook

    return read_codebook(named or _folder_of(beside) / "codebook.toml")


def _folder_of(path: Path) -> Path:
    return path if path.is_dir() else path.parent


def _open_journal(path: Path, codebook: Codebook) -> Journal:
    from framing.coding import describe_rewording
    from framing.journal import Journal

    if path.suffix != ".jsonl":
        raise UsageError(f"{path}: decisions are added as JSON Lines; name a .jsonl file with --annotations")
    journal = Journal(path, codebook)
    if journal.torn:
        say(f"note: {path}: a decision that was cut off while it was written is now in {journal.torn}; it was never called saved")
    for line in describe_rewording(journal.entries, codebook):
        say(f"note: {path}: {line}")
    return journal


def _suggestions(name: str | None, codebook: Codebook) -> tuple[Suggest | None, str | None]:
    """Return what the model gives for a sentence, and how it is called; nothing without a model."""
    if name is None:
        return None, None
    from framing.errors import ModelError
    from framing.store import load_scoring_model

    model = load_scoring_model(name)
    frames = model.codebook.frame_ids
    if not set(frames) & set(codebook.frame_ids):
        raise ModelError(f"{name}: the model knows none of this codebook's frames; it has nothing to suggest")
    known = set(codebook.frame_ids)

    def suggest(text: str) -> dict[str, float]:
        chances, _ = model.judge(model.scorer.decide([text]))
        pairs = zip(frames, chances[0, : len(frames)], strict=True)
        return {frame: round(float(value), 3) for frame, value in pairs if frame in known and value == value}

    return suggest, model.label


def _serve(desk: Desk, coders: Sequence[str], adjudicators: Sequence[str], port: int, open_browser: bool) -> None:
    from framing.web.server import assign_seats, link, open_socket, serve

    listener = open_socket(port)
    seats = assign_seats(coders, adjudicators)
    links = [link(seat, listener) for seat in seats]

    def ready() -> None:
        for seat, address in zip(seats, links, strict=True):
            typer.echo(f"{seat.name}\t{address}")
            say(f"  {_standing(desk, seat)}")
        say(
            "Each link is its holder's alone. It works on this machine; from another one, first: ssh -L "
            f"{listener.getsockname()[1]}:127.0.0.1:{listener.getsockname()[1]} THIS-MACHINE. Ctrl-C ends; nothing is lost."
        )
        if open_browser:
            import webbrowser

            webbrowser.open(links[0])

    try:
        serve(desk, seats, listener, ready)
    finally:
        for seat in seats:
            say(f"{seat.name}: {_standing(desk, seat)}")


def _standing(desk: Desk, seat: Seat) -> str:
    if seat.adjudicates and desk.adjudication is not None:
        disputes = desk.adjudication.disputes()
        settled = sum(dispute.chosen is not None for dispute in disputes)
        return f"{settled} of {len(disputes)} disputes settled, kept in {desk.adjudication.journal.path}"
    session: CodingSession = desk.coding  # type: ignore[assignment]
    progress = session.progress(seat.name)
    further = "".join(f", {n} {what}" for n, what in ((progress.skipped, "skipped"), (progress.flagged, "flagged")) if n)
    return f"{progress.coded} of {progress.total} sentences coded{further}, kept in {session.journal.path}"
