"""A round trip through a real Label Studio server: what is sent, coded by two people and skipped comes back whole.

    python benchmarks/label_studio.py --command VENV/bin/label-studio [--save EXPORT.json] [--many 5000]

It starts the server (``pip install label-studio`` in an environment of its own) on the loopback interface with its data in a
temporary folder, and ends it. Coding is done over the server's HTTP interface, as its web page does it. ``--many`` also
measures how long the server takes for so many sentences, and how long we do.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.cookiejar import CookieJar
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, OpenerDirector, Request, build_opener, urlopen

from framing.annotations import Annotation, find_false_hashes, hash_sentence
from framing.codebook import parse_codebook
from framing.exchange import rename_coders
from framing.exchange.label_studio import read_label_studio, write_label_studio

CODEBOOK = parse_codebook("""
title = "Harbours"
version = 2

[[frames]]
id = "jobs"
name = "Jobs: won & lost"
definition = "Work that a project <brings> or takes."

[[frames]]
id = "sea"
name = "The sea, and what it \\"does\\""

[[targets]]
id = "port"
name = "The port"
definition = "The port, its owner and its plans."

[[targets]]
id = "old-town"
name = "The old town"
""")

TEXTS = (
    "The yard will hire 300 welders.",
    "Gulls 🐦 circled the 🏗️ cranes\nwhile “nobody” spoke.",
    "<b>Storms</b> &amp; tides took the mole away, twice.",
    "The mayor wrote nothing about it.",
    "港口将带来就业机会，𠮷野家说。",
)
NOTE = "A note: “so”.\nTwo lines 🙂"
PASSWORD = "only-on-loopback-1"
TOKEN = "0123456789abcdef0123456789abcdef01234567"
ANA, BEN = "ana@example.org", "ben@example.org"


def make_sent() -> list[Annotation]:
    """Return three sentences that wait, and codings that are sent to be seen: by two coders, adjudicated, skipped, withdrawn."""
    context = {"date": "2025-02", "title": "Plans for the bay", "before": ["It rained.", "It stopped."], "after": ["So it goes."]}
    waiting = [
        Annotation(
            id=f"w:{number}",
            article="w",
            text=text,
            frames=frozenset(),
            status="open",
            outlet="The Daily",
            index=number,
            start=9 * number,
            end=9 * number + 8,
            hash=hash_sentence(text),
            sampling="stratified",
            inclusion_probability=0.125,
            phase="blind",
            extra=context | {"coders": [ANA, BEN], "stratum": "The Daily"},
        )
        for number, text in enumerate(TEXTS[:3])
    ]
    first = make_coding(3, "x1", {"jobs", "sea"}, (("port", "favor"),))
    return [
        *waiting,
        replace(first, decision="d1", time="2026-03-01T10:00:00.000Z", seconds=4.25),
        replace(make_coding(3, "x2", stance=(("old-town", "none"), ("port", "against"))), note="Why?\nSays who…"),
        replace(make_coding(3, "x3", {"sea"}), phase="adjudicated", parents=("d1", "x2"), flagged=True),
        make_coding(4, "x1", {"jobs"}),
        replace(make_coding(4, "x2"), status="skipped"),
        replace(make_coding(4, "x3"), status="rejected"),
        replace(make_coding(4, "x1"), status="withdrawn", time="2026-03-02T10:00:00.000Z"),
    ]


def make_coding(number: int, coder: str, frames: Iterable[str] = (), stance: tuple[tuple[str, str], ...] = ()) -> Annotation:
    """Return a blind coding of one of the sentences."""
    about = {"outlet": "The Daily", "codebook_version": "2", "coder": coder, "phase": "blind"}
    return Annotation(f"c:{number - 3}", "c", TEXTS[number], frozenset(frames), stance, **about)


class Server:
    """The HTTP interface of the server, as one user."""

    def __init__(self, address: str, token: str) -> None:
        self.address, self.token = address, token

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """Return the answer, read as JSON."""
        data = None if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = {"Authorization": f"Token {self.token}", "Content-Type": "application/json"}
        try:
            with urlopen(Request(self.address + path, method=method, data=data, headers=headers), timeout=1200) as answer:
                content = answer.read()
        except HTTPError as error:
            raise SystemExit(f"{method} {path}: {error.code} {error.read()[:500]!r}") from None
        return json.loads(content) if content else None


@contextmanager
def run_server(command: str, folder: Path) -> Iterator[str]:
    """Give the address of a server that runs for as long as the block does."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    quiet = {"COLLECT_ANALYTICS": "false", "LATEST_VERSION_CHECK": "false", "SENTRY_DSN": "", "FRONTEND_SENTRY_DSN": ""}
    settings = {"LABEL_STUDIO_BASE_DATA_DIR": str(folder), "HOME": str(folder), "DJANGO_DB": "sqlite", "NO_PROXY": "127.0.0.1"}
    arguments = ["start", "--no-browser", "--port", str(port), "--internal-host", "127.0.0.1", "--data-dir", str(folder)]
    arguments += ["--username", ANA, "--password", PASSWORD, "--user-token", TOKEN, "--enable-legacy-api-token"]
    with (folder / "server.log").open("w") as log:
        process = subprocess.Popen(
            [command, *arguments], env={**os.environ, **quiet, **settings}, stdout=log, stderr=subprocess.STDOUT
        )
        try:
            address = f"http://127.0.0.1:{port}"
            wait_for(address, process)
            yield address
        finally:
            process.terminate()
            process.wait(30)


def wait_for(address: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        if process.poll() is not None:
            raise SystemExit("the server has ended before it was ready")
        try:
            with urlopen(f"{address}/health", timeout=5):
                return
        except (URLError, ConnectionError, TimeoutError):
            time.sleep(1)
    raise SystemExit("the server was not ready within five minutes")


def sign_up(address: str, email: str) -> Server:
    """Return the server as a new user, who signs up as on the web page."""
    jar = CookieJar()
    opener: OpenerDirector = build_opener(HTTPCookieProcessor(jar))
    page = opener.open(f"{address}/user/signup/", timeout=60).read().decode()
    found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    form = {"email": email, "password": PASSWORD, "csrfmiddlewaretoken": found[1] if found else ""}
    opener.open(Request(f"{address}/user/signup/", data=urlencode(form).encode(), headers={"Referer": address}), timeout=60).read()
    token = json.loads(opener.open(f"{address}/api/current-user/token", timeout=60).read())["token"]
    return Server(address, token)


def choose(name: str, *choices: str) -> dict[str, Any]:
    value = {"choices": list(choices)}
    return {"id": name[:10], "from_name": name, "to_name": "text", "type": "choices", "value": value, "origin": "manual"}


def code(user: Server, task: int, *results: dict[str, Any], skip: bool = False, seconds: float = 3.5) -> None:
    """Code a task, or skip it, as the web page does."""
    body = {"result": list(results), "was_cancelled": skip, "lead_time": seconds}
    user.call("POST", f"/api/tasks/{task}/annotations/", body)


def run(address: str, save: Path | None, many: int) -> bool:
    ana, ben = Server(address, TOKEN), sign_up(address, BEN)
    print(f"Label Studio {ana.call('GET', '/api/version/')['release']}")
    sent = make_sent()
    files = write_label_studio(sent, CODEBOOK)
    project = ana.call("POST", "/api/projects", {"title": "round trip", "label_config": files["labeling-config.xml"].decode()})[
        "id"
    ]
    counts = ana.call("POST", f"/api/projects/{project}/import", files["label-studio.json"])
    print(f"imported {counts['task_count']} tasks, {counts['annotation_count']} annotations")
    address_of_export = f"/api/projects/{project}/export?exportType=JSON&download_all_tasks=true"

    untouched = read_label_studio(json.dumps(ana.call("GET", address_of_export)).encode(), CODEBOOK)
    results = [report("all that was sent comes back equal from the untouched project", untouched == sent)]

    tasks = {task["data"]["id"]: task for task in ana.call("GET", address_of_export)}
    note = {
        "id": "n",
        "from_name": "note",
        "to_name": "text",
        "type": "textarea",
        "value": {"text": ["A note: “so”.\nTwo lines 🙂"]},
    }
    code(ana, tasks["w:0"]["id"], choose("frames", "jobs", "sea"), choose("stance_port", "favor"), note)
    code(ben, tasks["w:0"]["id"], choose("stance_old-town", "none"), choose("flagged", "flagged"))
    code(ana, tasks["w:1"]["id"])
    code(ben, tasks["w:1"]["id"], skip=True)
    code(ben, tasks["c:1"]["id"], choose("frames", "jobs"))
    first = next(entry for entry in tasks["c:0"]["annotations"] if entry["import_id"] % 10**12 == 3)
    ben.call("PATCH", f"/api/annotations/{first['id']}/", {"result": [choose("frames", "jobs")], "lead_time": 9.0})

    exported = ana.call("GET", address_of_export)
    content = json.dumps(exported, ensure_ascii=False, indent=1).encode()
    users = {str(user["id"]): user["email"] for user in ana.call("GET", "/api/users/")}
    found = rename_coders(read_label_studio(content, CODEBOOK), users)
    results += check(sent, found)

    minimal = ana.call("GET", address_of_export.replace("=JSON&", "=JSON_MIN&"))
    kept = sum(1 for entry in minimal if entry.get("annotation_id"))
    made = sum(len(task["annotations"]) for task in exported)
    print(f"JSON_MIN holds {kept} of {made} annotations: those that were skipped are gone, and so are the numbers of what was sent")

    again = ana.call("POST", "/api/projects", {"title": "again", "label_config": files["labeling-config.xml"].decode()})["id"]
    ana.call("POST", f"/api/projects/{again}/import", content)
    second = ana.call("GET", f"/api/projects/{again}/export?exportType=JSON&download_all_tasks=true")
    moved = read_label_studio(json.dumps(second).encode(), CODEBOOK)
    results.append(
        report("an export, imported and exported once more, still holds all that was sent", set(keys(sent[3:])) <= set(keys(moved)))
    )
    if save is not None:
        save.write_bytes(content + b"\n")
    if many:
        measure(ana, many)
    return all(results)


def keys(annotations: list[Annotation]) -> list[str]:
    return [repr((a.id, sorted(a.frames), a.stance, a.status, a.coder, a.phase, a.note, a.time, a.decision)) for a in annotations]


def check(sent: list[Annotation], found: list[Annotation]) -> list[bool]:
    """Report whether what two people coded is there as they coded it, beside all that was sent."""
    kept = [annotation for annotation in sent if annotation.status != "open" or annotation.id == "w:2"]
    new = [annotation for annotation in found if annotation not in sent]
    by = {(annotation.id, annotation.coder): annotation for annotation in new}
    both, other, empty, skipped = by["w:0", ANA], by["w:0", BEN], by["w:1", ANA], by["w:1", BEN]
    edited, own = by["c:0", BEN], by["c:1", BEN]
    same = ("article", "outlet", "index", "start", "end", "hash", "sampling", "inclusion_probability", "text", "phase")
    stances = both.stance == (("port", "favor"),) and other.stance == (("old-town", "none"),)
    return [
        report("what was sent is there, whole; what was coded waits no more", [a for a in found if a in sent] == kept),
        report("six decisions were made", len(new) == 6),
        report("two coders, two codings", both.frames == {"jobs", "sea"} and not other.frames and stances),
        report("the note, the flag", both.note == NOTE and other.flagged and not both.flagged),
        report("nothing chosen is coded with no frame", (empty.status, empty.frames, empty.stance) == ("coded", frozenset(), ())),
        report("skipped is skipped", (skipped.status, skipped.frames) == ("skipped", frozenset())),
        report("what is known of a sentence stays with it", all(getattr(both, key) == getattr(sent[0], key) for key in same)),
        report("seconds, time, version", both.seconds == 3.5 and bool(both.time) and both.codebook_version == "2"),
        report("a coding that another corrects is adjudicated", (edited.phase, edited.parents) == ("adjudicated", ("d1",))),
        report("the same codes by another coder are a coding of their own", (own.coder, own.frames) == (BEN, {"jobs"})),
        report("no text was altered", find_false_hashes(found) == []),
    ]


def report(said: str, holds: bool) -> bool:
    print(f"{'ok      ' if holds else 'PROBLEM '} {said}")
    return holds


def measure(ana: Server, many: int) -> None:
    """Print how long ``many`` sentences with two codings each take, in the server and here."""
    sent = [
        Annotation(
            f"m:{number}", f"m{number // 20}", f"{TEXTS[number % 5]} {number}", frozenset({"jobs"}), coder=coder, phase="blind"
        )
        for number in range(many)
        for coder in ("x1", "x2")
    ]
    started = time.perf_counter()
    files = write_label_studio(sent, CODEBOOK)
    written = time.perf_counter()
    project = ana.call("POST", "/api/projects", {"title": "many", "label_config": files["labeling-config.xml"].decode()})["id"]
    ana.call("POST", f"/api/projects/{project}/import", files["label-studio.json"])
    imported = time.perf_counter()
    exported = json.dumps(ana.call("GET", f"/api/projects/{project}/export?exportType=JSON&download_all_tasks=true")).encode()
    returned = time.perf_counter()
    equal = read_label_studio(exported, CODEBOOK) == sent
    read = time.perf_counter()
    print(f"{many:,} sentences, {len(sent):,} annotations, equal: {equal}")
    print(f"  here: write {written - started:.1f} s, read {read - returned:.1f} s")
    print(f"  server: import {imported - written:.1f} s, export {returned - imported:.1f} s")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--command", default="label-studio", help="the program that starts the server")
    parser.add_argument("--save", type=Path, help="write the server's export here")
    parser.add_argument("--many", type=int, default=0, help="also measure so many sentences")
    options = parser.parse_args()
    command = shutil.which(options.command)
    if command is None:
        raise SystemExit(
            f"{options.command}: not found; pip install label-studio in an environment of its own and name it by --command"
        )
    with TemporaryDirectory() as folder, run_server(command, Path(folder)) as address:
        sys.exit(0 if run(address, options.save, options.many) else 1)


if __name__ == "__main__":
    main()
