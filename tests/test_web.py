"""The page on a real socket: what it answers, and what it refuses."""

from __future__ import annotations

import asyncio
import http.client
import json
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from framing.annotation_files import read_annotations
from framing.codebook import Codebook
from framing.coding import AdjudicationSession, CodingSession
from framing.errors import UsageError
from framing.journal import Journal
from framing.samples import DrawnSentence
from framing.web.app import Desk, describe_codebook
from framing.web.guard import MAX_BODY, Guard, Seat
from framing.web.server import assign_seats, link, open_socket, serve

HOSTILE = "<script>alert(1)</script>"


@dataclass
class Page:
    port: int
    seats: dict[str, Seat]
    journal: Journal

    def send(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        headers: dict[str, str] | None = None,
        token: str | None = "ana",
    ) -> tuple[int, bytes, dict[str, str]]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        given = {"Host": f"127.0.0.1:{self.port}"} | (headers or {})
        if token is not None and "X-Framing-Token" not in given:
            given["X-Framing-Token"] = self.seats[token].token
        connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
        for name, value in given.items():
            if value:
                connection.putheader(name, value)
        if body is not None and "Content-Length" not in given:
            connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body)
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        return answer.status, content, {name.lower(): value for name, value in answer.getheaders()}

    def ask(self, path: str, body: Any = None, token: str = "ana") -> tuple[int, Any]:
        sent = None if body is None else json.dumps(body).encode()
        headers = {} if body is None else {"Content-Type": "application/json"}
        status, content, _ = self.send("GET" if body is None else "POST", f"/api/{path}", sent, headers, token)
        return status, json.loads(content)

    def decide(self, number: int, token: str = "ana", **fields: Any) -> tuple[int, Any]:
        _, item = self.ask(f"items/{number}", token=token)
        codes = {"frames": ["storm"], "stance": {"mayor": "none"}, "article": item["article"], "id": item["id"]}
        codes |= {"parents": item["parents"]} if "parents" in item else {}
        return self.ask(f"items/{number}", codes | fields, token)


def drawn(number: int) -> DrawnSentence:
    return DrawnSentence(
        f"a:{number}", "a", HOSTILE, "2024", "Title", number, None, None, f"Hail fell {number} times.", ("Before.",), ("After.",)
    )


@pytest.fixture
def page(tmp_path: Path, codebook: Codebook) -> Iterator[Page]:
    """A server in a thread of its own, as `framing annotate --adjudicator eva --show-outlet` runs it."""
    journal = Journal(tmp_path / "coded.jsonl", codebook)
    coding = CodingSession([drawn(n) for n in range(4)], journal)
    desk = Desk(codebook, coding, AdjudicationSession((), journal), None, show_outlet=True)
    seats = assign_seats(["ana", "ben"], ["eva"])
    listener = open_socket(0)
    ready, stop = threading.Event(), threading.Event()
    thread = threading.Thread(target=serve, args=(desk, seats, listener, ready.set, stop), daemon=True)
    thread.start()
    assert ready.wait(20)
    yield Page(listener.getsockname()[1], {seat.name: seat for seat in seats}, journal)
    stop.set()
    thread.join(20)
    assert not thread.is_alive()


def test_a_coder_codes_resumes_and_undoes(page: Page) -> None:
    status, session = page.ask("session")
    assert (status, session["name"], session["adjudicates"]) == (200, "ana", False)
    assert session["states"] == ["open"] * 4
    status, answer = page.decide(1, note="odd", flagged=True, seconds=2.5)
    assert (status, answer["states"], answer["flags"]) == (200, ["open", "coded", "open", "open"], [False, True, False, False])
    (kept,) = read_annotations([page.journal.path])
    assert answer["saved"] == kept.time
    assert (kept.coder, kept.id, kept.frames, kept.note, kept.seconds) == ("ana", "a:1", frozenset({"storm"}), "odd", 2.5)
    _, item = page.ask("items/1")
    assert item["decision"]["frames"] == ["storm"]
    assert (item["before"], item["after"], item["suggestions"]) == (["Before."], ["After."], None)
    assert page.ask("items/1", token="ben")[1]["decision"] is None
    status, answer = page.ask("undo", {})
    assert (status, answer["number"], answer["states"]) == (200, 1, ["open"] * 4)
    assert page.ask("undo", {})[1]["number"] is None


def test_an_adjudicator_settles_what_coders_dispute(page: Page) -> None:
    for token, frames in (("ana", ["storm"]), ("ben", [])):
        page.decide(2, token, frames=frames)
    _, session = page.ask("session", token="eva")
    assert (session["adjudicates"], session["states"]) == (True, ["open"])
    _, dispute = page.ask("items/0", token="eva")
    assert dispute["disputed"] == ["storm"]
    assert [coding["coder"] for coding in dispute["codings"]] == ["ana", "ben"]
    assert dispute["agreed"] == {"frames": [], "stance": {"mayor": "none"}}
    assert dispute["before"] == ["Before."]
    assert page.decide(0, "eva", parents=["somebody"])[0] == 400  # a coder changed a decision meanwhile
    status, answer = page.decide(0, "eva")
    assert (status, answer["states"]) == (200, ["coded"])
    assert page.ask("undo", {}, "eva")[1]["states"] == ["open"]


def test_a_decision_made_in_another_tab_is_not_written_over_unseen(page: Page) -> None:
    page.decide(0)
    status, answer = page.decide(0, frames=[], seen=None)
    assert (status, "decided elsewhere meanwhile" in answer["error"]) == (400, True)
    _, item = page.ask("items/0")
    assert page.decide(0, frames=[], seen=item["decision"]["decision"])[0] == 200
    assert len(read_annotations([page.journal.path])) == 2


def test_a_coder_never_sees_what_others_decided(page: Page) -> None:
    page.decide(0, "ben", frames=["harvest"], note="SECRET")
    for path in ("session", "items/0", "items/1"):
        status, content, _ = page.send("GET", f"/api/{path}")
        assert status == 200
        assert b"SECRET" not in content
        assert b"ben" not in content


@pytest.mark.parametrize(
    "host",
    ["evil.com", "127.0.0.1.evil.com:{port}", "localhost.:{port}", "", "127.0.0.1", "127.0.0.1:1", "0.0.0.0:{port}", "[::]:{port}"],
)
@pytest.mark.parametrize("path", ["/", "/app.js", "/api/session"])
def test_another_name_for_this_machine_is_refused(page: Page, host: str, path: str) -> None:
    status, content, _ = page.send("GET", path, headers={"Host": host.format(port=page.port)})
    assert status == (403 if host else 400)  # HTTP/1.1 demands a Host
    assert b"codebook" not in content


@pytest.mark.parametrize("host", ["127.0.0.1:{port}", "localhost:{port}", "LOCALHOST:{port}", "[::1]:{port}"])
def test_the_names_of_this_machine_are_answered(page: Page, host: str) -> None:
    assert page.send("GET", "/api/session", headers={"Host": host.format(port=page.port)})[0] == 200


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"X-Framing-Token": ""}, 403),
        ({"X-Framing-Token": "wrong"}, 403),
        ({"Origin": "http://evil.com"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://127.0.0.1:1"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Content-Type": "text/plain"}, 415),
        ({"Content-Type": "application/x-www-form-urlencoded"}, 415),
        ({"Content-Type": ""}, 415),
        ({"Content-Length": str(2 * 2**30)}, 413),
        ({}, 200),
    ],
)
def test_a_write_needs_the_token_the_origin_and_json(page: Page, headers: dict[str, str], status: int) -> None:
    body = json.dumps({"frames": ["storm"], "stance": {"mayor": "none"}, "article": "a", "id": "a:0"}).encode()
    given = {"Content-Type": "application/json", "Origin": f"http://127.0.0.1:{page.port}"} | headers
    got, _, _ = page.send("POST", "/api/items/0", body, given)
    assert got == status
    assert len(page.journal.entries) == (status == 200)


def test_a_token_in_the_address_or_of_another_run_opens_nothing(page: Page) -> None:
    token = page.seats["ana"].token
    assert page.send("GET", f"/api/session?token={token}", token=None)[0] == 403
    assert page.send("GET", "/api/session", headers={"Cookie": f"X-Framing-Token={token}"}, token=None)[0] == 403
    assert token not in {seat.token for seat in assign_seats(["ana"])}


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "OPTIONS"])
def test_only_post_writes(page: Page, method: str) -> None:
    page.decide(0)
    for path in ("/api/undo", "/api/items/1"):
        assert page.send(method, path)[0] in (200, 404, 405)
    assert page.send("POST", "/", b"", {"Content-Type": "application/json"})[0] == 405
    assert len(read_annotations([page.journal.path])) == 1


@pytest.mark.parametrize(
    "path",
    [
        "/static/../../etc/passwd", "/../app.py", "/%2e%2e/app.py", "/..%2fapp.py", "/..\\app.py", "//etc/passwd", "/app.py",
        "/app.js%00.html", "/static/app.js", "/index.html", "/api/items/-1", "/api/items/1e3", "/api/items/../session",
    ],
)  # fmt: skip
def test_no_path_leads_out_of_the_three_files(page: Page, path: str) -> None:
    status, content, _ = page.send("GET", path)
    assert status == 404
    assert b"root:" not in content


def test_every_answer_forbids_scripts_and_requests_of_others(page: Page) -> None:
    for path in ("/", "/app.js", "/api/session", "/none"):
        _, _, headers = page.send("GET", path)
        assert headers["content-security-policy"].startswith("default-src 'none'; script-src 'self'")
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"] == "no-store"
        assert "access-control-allow-origin" not in headers
        assert "server" not in headers


@pytest.mark.parametrize(
    "body",
    [
        b"", b"[]", b"{", b"[" * 60_000, b'{"frames": "storm"}', b'{"frames": [1]}', b'{"stance": []}', b'{"stance": {"mayor": 1}}',
        b'{"note": 1}', b'{"flagged": 1}', b'{"status": 1}', b'{"seconds": "x"}', b'{"seconds": -1}', b'{"seconds": NaN}',
        b'{"seconds": true}', b'{"note": "\\ud800"}', b'{"frames": ["\\ud800"], "article": "a", "id": "a:0"}',
        b'{"frames": [], "article": "b", "id": "a:0"}', b'{"status": "open", "article": "a", "id": "a:0"}', b"\xff\xfe",
    ],
)  # fmt: skip
def test_a_malformed_decision_is_refused_in_one_line_and_writes_nothing(page: Page, body: bytes) -> None:
    status, content, _ = page.send("POST", "/api/items/0", body, {"Content-Type": "application/json"})
    assert status == 400
    assert "\n" not in json.loads(content)["error"]
    assert not page.journal.entries


def test_a_sentence_that_is_not_there_is_told(page: Page) -> None:
    assert page.ask("items/4")[0] == 400
    assert page.ask("items/0", token="eva")[1]["error"].startswith("there are 0 sentences")


def test_a_body_that_grows_beyond_the_limit_is_cut_off(page: Page) -> None:
    headers = {"Content-Type": "application/json"}
    assert page.send("POST", "/api/items/0", b'"' + b"x" * MAX_BODY + b'"', headers)[0] == 413
    with socket.create_connection(("127.0.0.1", page.port)) as sender:
        head = f"POST /api/items/0 HTTP/1.1\r\nHost: 127.0.0.1:{page.port}\r\nX-Framing-Token: {page.seats['ana'].token}\r\n"
        sender.sendall(head.encode() + b"Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n")
        for _ in range(9):
            sender.sendall(b"4000\r\n" + b"x" * 0x4000 + b"\r\n")
        assert b" 413 " in sender.recv(100)
    assert page.ask("session")[0] == 200


def test_slow_and_idle_connections_do_not_keep_coders_waiting(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    crowd = [socket.create_connection(("127.0.0.1", page.port)) for _ in range(450)]
    for number, each in enumerate(crowd):
        if number % 2:
            each.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1")  # never ends
    deadline = time.monotonic() + 30
    while True:
        try:
            assert page.ask("session")[0] == 200
            break
        except (OSError, http.client.HTTPException):  # one too many: closed at once, until the idle ones are
            assert time.monotonic() < deadline
            time.sleep(0.2)
    for each in crowd:
        each.close()


def drip(sender: socket.socket, data: bytes) -> None:
    for byte in data:
        sender.sendall(bytes([byte]))
        time.sleep(0.02)


def test_a_request_that_drips_in_after_a_whole_one_is_not_waited_for(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("framing.web.server.BODY_SECONDS", 0.5)
    with socket.create_connection(("127.0.0.1", page.port), timeout=10) as sender:
        head = f"GET /style.css HTTP/1.1\r\nHost: 127.0.0.1:{page.port}\r\n".encode()
        sender.sendall(head + b"\r\n")
        assert sender.recv(15) == b"HTTP/1.1 200 OK"
        with pytest.raises((BrokenPipeError, ConnectionResetError)):
            drip(sender, head * 9)


def test_a_full_disk_is_told_on_the_page(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    def fail(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    status, answer = page.decide(0)
    assert status == 507
    assert "coded.jsonl: the decision is not saved (No space left on device)" in answer["error"]
    monkeypatch.undo()
    assert page.decide(0)[0] == 200
    assert len(read_annotations([page.journal.path])) == 1


def test_coders_see_the_codebook_with_keys_and_without_cues(codebook: Codebook) -> None:
    shown = describe_codebook(codebook)
    assert [frame["key"] for frame in shown["frames"]] == ["h", "s", "g"]
    assert shown["targets"][0]["keys"] == {"favor": "1", "against": "2", "none": "3"}
    assert "cues" not in json.dumps(shown)
    assert "gale" not in json.dumps(shown)


def test_a_port_that_is_taken_is_told_in_one_line() -> None:
    with open_socket(0) as listener:
        listener.listen()
        with pytest.raises(UsageError, match="cannot be used"):
            open_socket(listener.getsockname()[1])


def test_the_socket_listens_on_this_machine_alone_and_the_link_hides_its_token() -> None:
    with open_socket(0) as listener:
        assert listener.getsockname()[0] == "127.0.0.1"
        (seat,) = assign_seats([HOSTILE])
        address = link(seat, listener)
        assert address == f"http://127.0.0.1:{listener.getsockname()[1]}/#{seat.token}"
        assert len(seat.token) >= 32


def test_a_link_to_the_page_may_stand_on_another_site_but_its_data_may_not_be_asked_for_from_there(page: Page) -> None:
    elsewhere = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
    assert page.send("GET", "/", headers=elsewhere, token=None)[0] == 200
    assert page.send("GET", "/api/session", headers=elsewhere)[0] == 403


def test_a_request_that_breaks_off_is_none_though_it_reads_like_a_whole_one(page: Page) -> None:
    body = json.dumps({"frames": ["storm"], "stance": {"mayor": "none"}, "article": "a", "id": "a:0"}).encode()
    with socket.create_connection(("127.0.0.1", page.port)) as sender:
        head = f"POST /api/items/0 HTTP/1.1\r\nHost: 127.0.0.1:{page.port}\r\nX-Framing-Token: {page.seats['ana'].token}\r\n"
        sender.sendall(head.encode() + f"Content-Type: application/json\r\nContent-Length: {len(body) + 9}\r\n\r\n".encode() + body)
    assert page.ask("session")[1]["states"] == ["open"] * 4
    assert not page.journal.entries


def test_an_address_of_any_length_is_answered(page: Page) -> None:
    assert page.send("GET", "/api/items/" + "9" * 5000)[0] == 404


@pytest.mark.parametrize(("port", "host", "status"), [(80, "localhost", 200), (80, "localhost:80", 200), (81, "localhost", 403)])
def test_the_port_that_browsers_leave_out_may_be_left_out(port: int, host: str, status: int) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b""}

    async def send(message: Any) -> None:
        answers.append(message)

    answers: list[Any] = []
    scope = {"type": "http", "path": "/", "method": "GET", "headers": [(b"host", host.encode())]}
    asyncio.run(Guard(app, (), port)(scope, receive, send))
    assert answers[0]["status"] == status
