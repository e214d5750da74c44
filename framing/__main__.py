"""The program, as ``framing`` and as ``python -m framing``: what holds for the whole process, before anything is loaded."""

from __future__ import annotations

import gc
import os
import signal
import sys
from io import TextIOWrapper
from typing import NoReturn


def main() -> NoReturn:
    """Run the command line; SIGTERM ends it as tidily as Ctrl-C does."""
    # Neither modules nor hundreds of thousands of sentences make cycles; looking for these after every 700 objects costs a
    # tenth of a short run and a seventh of a long one.
    gc.set_threshold(200_000, 50, 100)
    # Nothing here multiplies matrices that are worth a second thread, and to start and stop one costs more.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", os.environ.get("OMP_NUM_THREADS", "1"))
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    _open_streams()
    from framing.cli import app

    try:
        app()
    finally:
        gc.freeze()  # at its end the interpreter looks for cycles among all that is left, which takes as long as an article
    sys.exit(0)


def _open_streams() -> None:
    # A stream that the caller closed is None; reading and writing nothing is better than failing on it.
    sys.stdin = sys.stdin or open(os.devnull)  # noqa: SIM115
    sys.stdout = sys.stdout or open(os.devnull, "w")  # noqa: SIM115
    # Records are UTF-8 whatever the locale; a file name that is none comes out escaped, which JSON reads back.
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    if isinstance(sys.stdin, TextIOWrapper):
        sys.stdin.reconfigure(errors="surrogateescape")  # what is typed and is no UTF-8 is refused where it is used


if __name__ == "__main__":
    main()
