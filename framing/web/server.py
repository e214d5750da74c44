"""Serving the page on this machine alone."""

from __future__ import annotations

import secrets
import socket
import threading
from collections.abc import Callable, Sequence
from typing import Any

from framing.errors import UsageError
from framing.web.app import Desk, build_app
from framing.web.guard import BODY_SECONDS, Seat

LOOPBACK = "127.0.0.1"
MAX_CONNECTIONS = 400
"""Connections at one time; a further one is closed at once, so that those who code are not kept waiting."""


def assign_seats(coders: Sequence[str], adjudicators: Sequence[str] = ()) -> tuple[Seat, ...]:
    """Return a seat with a new token for each."""
    named = [(name, False) for name in coders] + [(name, True) for name in adjudicators]
    return tuple(Seat(name, adjudicates, secrets.token_urlsafe(24)) for name, adjudicates in named)


def open_socket(port: int) -> socket.socket:
    """Return a socket that listens on this machine alone; port 0 takes a free one.

    Raises:
        UsageError: the port is taken or forbidden.
    """
    # Named as TCP, so that asyncio switches Nagle's waiting off: it would add 40 ms to every answer.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((LOOPBACK, port))
    except (OSError, OverflowError) as error:
        listener.close()
        raise UsageError(f"the port {port} cannot be used ({error}); leave out --port for a free one") from None
    return listener


def link(seat: Seat, listener: socket.socket) -> str:
    """Return the address that a browser opens for the holder of ``seat``; the token behind ``#`` is never sent with it."""
    return f"http://{LOOPBACK}:{listener.getsockname()[1]}/#{seat.token}"


def serve(
    desk: Desk,
    seats: tuple[Seat, ...],
    listener: socket.socket,
    ready: Callable[[], None] = lambda: None,
    stop: threading.Event | None = None,
) -> None:
    """Answer requests until the process is stopped or ``stop`` is set; ``ready`` is called when it begins.

    Raises:
        UsageError: the libraries of the web page are not installed.
    """
    try:
        import uvicorn
        from uvicorn.protocols.http.h11_impl import H11Protocol
    except ImportError:
        raise UsageError("the page needs an extra: pip install 'framing[annotate]' (or code in the terminal: --tui)") from None

    class Impatient(H11Protocol):
        """Closes a connection on which no whole request arrives in time, the first or a later one, and one too many."""

        _waits = False

        def connection_made(self, transport: Any) -> None:
            super().connection_made(transport)
            if len(self.connections) > MAX_CONNECTIONS:
                transport.close()
            else:
                self._wait()

        def data_received(self, data: bytes) -> None:
            super().data_received(data)
            self._wait()

        def _wait(self) -> None:
            # Begun once and not anew at each byte: a request that drips in would be waited for for ever.
            if not self._waits:
                self._waits = True
                self.loop.call_later(BODY_SECONDS, self._leave)

        def _leave(self) -> None:
            self._waits = False
            if not self.cycle or self.cycle.response_complete:
                self.transport.close()

    class Server(uvicorn.Server):
        """Says when it begins, and looks now and then whether it shall end."""

        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            ready()

        async def on_tick(self, counter: int) -> bool:
            return await super().on_tick(counter) or (stop is not None and stop.is_set())

    config = uvicorn.Config(
        build_app(desk, seats, listener.getsockname()[1]),
        http=Impatient,
        ws="none",
        lifespan="off",
        log_level="warning",
        access_log=False,
        server_header=False,
        date_header=False,
        proxy_headers=False,
        timeout_keep_alive=30,
        timeout_graceful_shutdown=2,
    )
    Server(config).run(sockets=[listener])
