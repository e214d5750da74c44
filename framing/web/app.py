"""The page's answers: one function per request, JSON in and out; the session does the work."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from framing.adjudication import Dispute
from framing.annotations import CODED, Annotation
from framing.codebook import STANCES, Codebook, Frame, Target
from framing.coding import AdjudicationSession, CodingSession, Decision
from framing.coding_keys import assign_keys
from framing.errors import FileError, FramingError
from framing.samples import DrawnSentence
from framing.web.guard import App, Guard, Seat

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

STATIC = Path(__file__).parent / "static"
PAGES = {"/": "index.html", "/app.js": "app.js", "/style.css": "style.css"}
"""The only files that are served: a path that is no key of it has none."""

_TYPES = {".html": "text/html", ".js": "text/javascript", ".css": "text/css"}

Suggest = Callable[[str], Mapping[str, float]]
"""Gives the probability of each label for a sentence."""


@dataclass(frozen=True)
class Desk:
    """What the page works on: a session of coding, one of adjudicating, or both."""

    codebook: Codebook
    coding: CodingSession | None = None
    adjudication: AdjudicationSession | None = None
    suggest: Suggest | None = None
    show_outlet: bool = False


def build_app(desk: Desk, seats: tuple[Seat, ...], port: int) -> App:
    """Return the guarded application for those who hold ``seats``."""
    from starlette.applications import Starlette
    from starlette.concurrency import run_in_threadpool
    from starlette.responses import JSONResponse
    from starlette.routing import Route

    contexts = _contexts(desk)

    def answer(work: Callable[[Seat, Request, Any], Any], *methods: str) -> Callable[[Request], Any]:
        async def endpoint(request: Request) -> Response:
            seat: Seat = request.scope["seat"]
            body = await request.body()
            try:
                return JSONResponse(await run_in_threadpool(work, seat, request, _parse(body)))
            except FramingError as error:
                reason = str(error).encode("utf-8", "backslashreplace").decode()
                return JSONResponse({"error": reason}, status_code=507 if error.exit_code == FileError.exit_code else 400)

        return endpoint

    def route(path: str, work: Callable[[Seat, Request, Any], Any], method: str = "GET") -> Route:
        return Route(path, answer(work), methods=[method])

    def session(seat: Seat, _: Request, __: Any) -> dict[str, Any]:
        return {"name": seat.name, "adjudicates": seat.adjudicates, "codebook": describe_codebook(desk.codebook)} | _overview(
            desk, seat
        )

    def show(seat: Seat, request: Request, _: Any) -> dict[str, Any]:
        number = int(request.path_params["number"])
        if seat.adjudicates:
            return _describe_dispute(_pick(_disputes(desk), number), contexts, desk)
        return _describe_item(_pick(_coding(desk).queue(seat.name), number), seat.name, desk)

    def save(seat: Seat, request: Request, body: Any) -> dict[str, Any]:
        number = int(request.path_params["number"])
        return {"saved": _save(desk, seat, number, body).time, "number": number} | _overview(desk, seat)

    def undo(seat: Seat, _: Request, __: Any) -> dict[str, Any]:
        session = _adjudication(desk) if seat.adjudicates else _coding(desk)
        record = session.undo(seat.name)
        if record is None:
            return {"saved": None, "number": None} | _overview(desk, seat)
        return {"saved": record.time, "number": _place(desk, seat, record)} | _overview(desk, seat)

    app = Starlette(
        routes=[
            *(Route(path, _page(name), methods=["GET"]) for path, name in PAGES.items()),
            route("/api/session", session),
            route("/api/items/{number:int}", show),
            route("/api/items/{number:int}", save, "POST"),
            route("/api/undo", undo, "POST"),
        ]
    )
    return Guard(app, seats, port)


def _page(name: str) -> Callable[[Request], Any]:
    content = (STATIC / name).read_bytes()
    kind = _TYPES[Path(name).suffix]

    async def page(_: Request) -> Response:
        from starlette.responses import Response

        return Response(content, media_type=kind)

    return page


def _parse(body: bytes) -> Any:
    try:
        return json.loads(body) if body else None
    except (ValueError, RecursionError):
        raise _bad("the request is no JSON") from None


def _bad(reason: str) -> FramingError:
    return FramingError(f"{reason}; reload the page")


def read_decision(body: Any) -> Decision:
    """Return the decision that the page sent.

    Raises:
        FramingError: a field is missing or of another kind; the codes themselves are checked by the session.
    """
    if not isinstance(body, dict):
        raise _bad("a decision is a JSON object")
    frames, stance = body.get("frames", []), body.get("stance", {})
    note, flagged, seconds = body.get("note"), body.get("flagged", False), body.get("seconds")
    if not isinstance(frames, list) or not all(isinstance(frame, str) for frame in frames):
        raise _bad("frames must be a list of strings")
    if not isinstance(stance, dict) or not all(isinstance(value, str) for value in stance.values()):
        raise _bad("stance must name a value for each target")
    if not isinstance(note, str | None) or not isinstance(flagged, bool) or not isinstance(body.get("status", CODED), str):
        raise _bad("note, flagged or status is of another kind")
    if isinstance(seconds, bool) or not isinstance(seconds, int | float | None) or not 0 <= (seconds or 0) < 1e7:
        raise _bad("seconds must be a number")
    return Decision(body.get("status", CODED), tuple(frames), stance, note, flagged, seconds)


def describe_codebook(codebook: Codebook) -> dict[str, Any]:
    """Return what coders see of the codebook: everything but the cues, with the keys of its codes."""
    keys = assign_keys(codebook)
    frames = [_without_cues(frame) | {"key": keys.get(frame.id, "")} for frame in codebook.frames]
    targets = [
        _without_cues(target) | {"keys": {stance: keys.get(f"{target.id}:{stance}", "") for stance in STANCES}}
        for target in codebook.targets
    ]
    return {
        "title": codebook.title,
        "version": codebook.version,
        "rules": codebook.rules,
        "single_label": codebook.single_label,
        "frames": frames,
        "targets": targets,
    }


def _without_cues(label: Frame | Target) -> dict[str, Any]:
    return {key: value for key, value in asdict(label).items() if key != "cues"}


def _coding(desk: Desk) -> CodingSession:
    if desk.coding is None:
        raise _bad("there is no sample to code here")
    return desk.coding


def _adjudication(desk: Desk) -> AdjudicationSession:
    if desk.adjudication is None:
        raise _bad("there is nothing to adjudicate here")
    return desk.adjudication


def _disputes(desk: Desk) -> list[Dispute]:
    return _adjudication(desk).disputes()


def _pick(items: list[Any], number: int) -> Any:
    if number >= len(items):
        raise _bad(f"there are {len(items)} sentences, not {number + 1}")
    return items[number]


def _save(desk: Desk, seat: Seat, number: int, body: Any) -> Annotation:
    """Return the record of the decision in ``body``: on the sentence, and between the decisions, that the page showed."""
    decision = read_decision(body)
    if not seat.adjudicates:
        coding = _coding(desk)
        drawn = _pick(coding.queue(seat.name), number)
        _check_same(drawn, body)
        own = coding.decisions(seat.name).get((drawn.article, drawn.id))
        if "seen" in body and body["seen"] != (None if own is None else own.decision):
            raise _bad("this sentence was decided elsewhere meanwhile, as in another tab")
        return coding.decide(seat.name, drawn, decision)
    session = _adjudication(desk)
    dispute = _pick(session.disputes(), number)
    _check_same(dispute.first, body)
    if body.get("parents") != list(dispute.parents):
        raise _bad("a coder has changed a decision on this sentence meanwhile")
    return session.decide(seat.name, dispute, decision)


def _check_same(sentence: DrawnSentence | Annotation, body: Any) -> None:
    """Check that the page decided on the sentence that now has its number: others may have changed the list meanwhile."""
    if (body.get("article"), body.get("id")) != (sentence.article, sentence.id):
        raise _bad("the list of sentences has changed")


def _place(desk: Desk, seat: Seat, record: Annotation) -> int | None:
    """Return the number that the sentence of ``record`` has for the holder of ``seat``."""
    items: list[Any] = [d.first for d in _disputes(desk)] if seat.adjudicates else _coding(desk).queue(seat.name)
    return next((n for n, item in enumerate(items) if (item.article, item.id) == (record.article, record.id)), None)


def _overview(desk: Desk, seat: Seat) -> dict[str, Any]:
    """Return the state of each sentence in order (``states``), and how far it is."""
    if seat.adjudicates:
        session = _adjudication(desk)
        session.journal.catch_up()
        disputes = session.disputes()
        states = ["open" if dispute.chosen is None else dispute.chosen.status for dispute in disputes]
        flags = [dispute.chosen is not None and dispute.chosen.flagged for dispute in disputes]
    else:
        coding = _coding(desk)
        coding.journal.catch_up()
        made = coding.decisions(seat.name)
        entries = [made.get((drawn.article, drawn.id)) for drawn in coding.queue(seat.name)]
        states = ["open" if entry is None else entry.status for entry in entries]
        flags = [entry is not None and entry.flagged for entry in entries]
    return {"states": states, "flags": flags, "assisted": desk.suggest is not None and not seat.adjudicates}


def _describe_decision(entry: Annotation | None) -> dict[str, Any] | None:
    if entry is None:
        return None
    return {
        "status": entry.status,
        "frames": sorted(entry.frames),
        "stance": dict(entry.stance),
        "note": entry.note,
        "flagged": entry.flagged,
        "coder": entry.coder,
        "time": entry.time,
        "decision": entry.decision,
    }


def _describe_item(drawn: DrawnSentence, coder: str, desk: Desk) -> dict[str, Any]:
    coding = _coding(desk)
    own = coding.decisions(coder).get((drawn.article, drawn.id))
    suggested = desk.suggest(drawn.text) if desk.suggest else None
    return _describe_sentence(drawn, desk) | {"decision": _describe_decision(own), "suggestions": suggested}


def _describe_sentence(drawn: DrawnSentence, desk: Desk) -> dict[str, Any]:
    shown = {
        "article": drawn.article,
        "id": drawn.id,
        "text": drawn.text,
        "before": drawn.before,
        "after": drawn.after,
        "title": drawn.title,
        "date": drawn.date,
    }
    return shown | {"outlet": drawn.outlet if desk.show_outlet else None}


def _contexts(desk: Desk) -> dict[tuple[str, str], DrawnSentence]:
    return {(drawn.article, drawn.id): drawn for drawn in (desk.coding.sample if desk.coding else ())}


def _describe_dispute(dispute: Dispute, contexts: Mapping[tuple[str, str], DrawnSentence], desk: Desk) -> dict[str, Any]:
    first = dispute.first
    drawn = contexts.get((first.article, first.id))
    bare = DrawnSentence(first.id, first.article, first.outlet, None, None, first.index, first.start, first.end, first.text)
    return _describe_sentence(drawn or bare, desk) | {
        "decision": _describe_decision(dispute.chosen),
        "parents": dispute.parents,
        "codings": [_describe_decision(decision) for decision in dispute.decisions],
        "disputed": [*dispute.frames, *dispute.targets],
        "agreed": {"frames": sorted(dispute.agreed_frames), "stance": dispute.agreed_stance},
    }
