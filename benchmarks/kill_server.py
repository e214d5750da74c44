"""Kill the annotation server at random moments while two coders code, and look for decisions that were called saved and are gone.

    python benchmarks/kill_server.py --rounds 200

Each round starts `framing annotate` on the same file, lets two clients decide as fast as they get answers, and sends SIGKILL
after a random time. Whatever the page acknowledged must be in the file, and the next start must repair what was cut off. A
killed process loses nothing that it handed to the system, so this shows that the page answers only after it wrote; that the
disk has it too, as a power failure would need, is held by a test on the order of write, fsync and answer.
"""

from __future__ import annotations

import argparse
import http.client
import json
import random
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from framing.annotation_files import read_annotations

SENTENCES = 3000
CODEBOOK = '[[frames]]\nid = "storm"\n[[targets]]\nid = "mayor"\n'


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    draw = random.Random(options.seed)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "codebook.toml").write_text(CODEBOOK)
        rows = [{"id": f"a:{n}", "article": "a", "text": f"Hail fell {n} times.", "status": "open"} for n in range(SENTENCES)]
        (folder / "sample.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
        acknowledged: set[tuple[str, str, str]] = set()
        torn = 0
        for number in range(options.rounds):
            acknowledged |= run_round(folder, draw.uniform(0.0, 0.25))
            content = (folder / "coded.jsonl").read_bytes() if (folder / "coded.jsonl").exists() else b""
            torn += bool(content) and not content.endswith(b"\n")
            if number % 20 == 19:
                print(f"{number + 1} kills: {len(acknowledged)} acknowledged, {torn} torn tails", flush=True)
        kept = {(str(a.coder), a.id, str(a.time)) for a in read_annotations([folder / "coded.jsonl"])}
        lost = acknowledged - kept
    print(f"kills {options.rounds}, acknowledged {len(acknowledged)}, lost {len(lost)}, torn tails {torn}")
    sys.exit(bool(lost))


def run_round(folder: Path, seconds: float) -> set[tuple[str, str, str]]:
    """Return the coder, sentence and time of each decision that the server acknowledged before it was killed."""
    command = [sys.executable, "-m", "framing", "annotate", "sample.jsonl", "--coder", "ana", "--coder", "ben"]
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        assert server.stdout is not None
        links = [server.stdout.readline().strip().split("\t") for _ in range(2)]
        done: set[tuple[str, str, str]] = set()
        clients = [threading.Thread(target=code, args=(*link, done)) for link in links]
        for client in clients:
            client.start()
        while not done and all(client.is_alive() for client in clients):
            time.sleep(0.001)
        time.sleep(seconds)
        server.send_signal(signal.SIGKILL)
        server.wait()
        for client in clients:
            client.join()
    return done


def code(coder: str, address: str, done: set[tuple[str, str, str]]) -> None:
    host, _, token = address.removeprefix("http://").partition("/#")
    headers = {"X-Framing-Token": token, "Content-Type": "application/json"}
    number = 0
    try:
        connection = http.client.HTTPConnection(host, timeout=10)
        connection.connect()
        connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # else head and body wait for each other
        while True:
            decision = {
                "frames": ["storm"],
                "stance": {"mayor": "none"},
                "article": "a",
                "id": f"a:{number}",
                "note": "x" * (number % 300),
            }
            connection.request("POST", f"/api/items/{number}", json.dumps(decision), headers)
            answer = connection.getresponse()
            saved = json.loads(answer.read())["saved"]
            done.add((coder, f"a:{number}", saved))
            number = (number + 1) % SENTENCES
    except (OSError, http.client.HTTPException, ValueError):
        return  # killed


if __name__ == "__main__":
    main()
