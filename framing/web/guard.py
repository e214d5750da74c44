"""What a request must be before the page answers it: from this machine, to this machine, small, and with a token.

A page of a stranger that is open in the same browser must neither read nor write: a name of its own for this machine (DNS
rebinding) fails at the Host header, a request across sites at the Origin, and both at the token, which travels in a header
that no form can set. The token comes with the link behind ``#``, which browsers do not send.
"""

from __future__ import annotations

import asyncio
import hmac
import json
from collections.abc import Awaitable, Callable, Iterable, MutableMapping, Sequence
from dataclasses import dataclass
from typing import Any

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

HOSTS = ("127.0.0.1", "localhost", "[::1]")
"""The names that this machine has for itself."""

HTTP_PORT = 80
"""The port that browsers leave out of an address."""

MAX_PATH = 100
"""Characters of an address: the longest that the page uses has a third of it."""

MAX_BODY = 64 * 1024
"""Bytes of a request: a decision with a long note is a tenth of it."""

BODY_SECONDS = 10.0
"""How long a request may take to arrive."""

HEADERS = (
    (
        b"content-security-policy",
        b"default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
        b"base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    ),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cache-control", b"no-store"),
)


@dataclass(frozen=True)
class Seat:
    """Who holds a token: a coder, or an adjudicator, who sees the coders' decisions."""

    name: str
    adjudicates: bool
    token: str


class Guard:
    """Lets the requests pass to ``app`` that it may answer; ``scope["seat"]`` tells it who asks."""

    def __init__(self, app: App, seats: Sequence[Seat], port: int) -> None:
        """Take the app to guard, who may use it, and the port it is reached at."""
        self._app = app
        self._seats = tuple(seats)
        named = [f"{host}:{port}" for host in HOSTS] + (list(HOSTS) if port == HTTP_PORT else [])
        self._hosts = frozenset(host.encode() for host in named)
        self._origins = frozenset(b"http://" + host for host in self._hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or refuse with the reason."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            return
        status, reason = self._judge(scope)
        if status:
            await _refuse(send, status, reason)
            return
        try:
            body = await asyncio.wait_for(_read_body(receive), BODY_SECONDS)
        except TimeoutError:
            await _refuse(send, 408, "the request took too long to arrive")
            return
        if body is None:
            await _refuse(send, 413, "the request is too large")
            return
        await self._app(scope, _replay(body), _with_headers(send))

    def _judge(self, scope: Scope) -> tuple[int, str]:
        """Return the status and the reason of a refusal, 0 where there is none."""
        given = list(scope["headers"])
        hosts = [value for name, value in given if name == b"host"]
        if len(hosts) != 1 or hosts[0].lower() not in self._hosts:
            return 403, "this page answers only under its own address on this machine"
        if len(scope["path"]) > MAX_PATH:
            return 404, "there is no such page"
        if not scope["path"].startswith("/api/"):
            return 0, ""  # nobody's data: a link to the page may stand anywhere
        origins = [value for name, value in given if name == b"origin"]
        if any(origin not in self._origins for origin in origins):
            return 403, "a page of another site may not ask here"
        if any(name == b"sec-fetch-site" and value not in (b"same-origin", b"none") for name, value in given):
            return 403, "a page of another site may not ask here"
        scope["seat"] = find_seat(self._seats, _one(given, b"x-framing-token"))
        if scope["seat"] is None:
            return 403, "the token is missing or not of this run: open the link that the command printed"
        if scope["method"] == "POST" and _one(given, b"content-type").partition(b";")[0].strip() != b"application/json":
            return 415, "send application/json"
        if _one(given, b"content-length").isdigit() and int(_one(given, b"content-length")) > MAX_BODY:
            return 413, "the request is too large"
        return 0, ""


def find_seat(seats: Iterable[Seat], token: bytes) -> Seat | None:
    """Return who holds ``token``; every token is compared, in constant time."""
    found = None
    for seat in seats:
        if hmac.compare_digest(seat.token.encode(), token):
            found = seat
    return found


def _one(headers: Iterable[tuple[bytes, bytes]], name: bytes) -> bytes:
    """Return the value of a header that is there once, else nothing."""
    values = [value for key, value in headers if key == name]
    return values[0] if len(values) == 1 else b""


async def _read_body(receive: Receive) -> bytes | None:
    """Return the whole body, None where it is too large."""
    body: bytes = b""
    while True:
        message = await receive()
        body += message.get("body", b"")
        if len(body) > MAX_BODY:
            return None
        if message["type"] == "http.disconnect":
            return None  # half a request is none, even if it reads like a whole one
        if not message.get("more_body", False):
            return body


def _replay(body: bytes) -> Receive:
    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive


def _with_headers(send: Send) -> Send:
    async def guarded(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message.get("headers", []), *HEADERS]
        await send(message)

    return guarded


async def _refuse(send: Send, status: int, reason: str) -> None:
    body = json.dumps({"error": reason}).encode()
    headers = [(b"content-type", b"application/json"), (b"connection", b"close"), *HEADERS]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
