"""The journal: a file of decisions that only ever grows, a line each, and that survives a crash and a second writer.

A line is written with one call, under a lock on the file, and the disk has it before ``append`` returns. What a crash left
of a last line is moved to a file beside it (``.torn``) by whoever opens or appends next.
"""

from __future__ import annotations

import json
import os
import secrets
import stat
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Lock
from typing import cast

from framing.annotation_files import annotation_record, parse_annotation
from framing.annotations import Annotation
from framing.codebook import Codebook
from framing.errors import AnnotationError, FileError

PATIENCE = 5.0
"""Seconds that a decision waits for another program to let go of the file."""


class Journal:
    """The decisions of one file, those of other processes included as soon as this one appends or catches up.

    ``entries`` are in the order of the file. ``torn`` is the file that holds what a crash left half written, where one did.
    """

    def __init__(self, path: Path, codebook: Codebook) -> None:
        """Open the file, which need not exist yet, and read it.

        Raises:
            AnnotationError: a line is broken or has codes of another codebook.
            FileError: it cannot be read or written.
        """
        self.path = path
        self.codebook = codebook
        self.entries: list[Annotation] = []
        self.torn: Path | None = None
        self._read = 0
        self._lines = 0
        self._last_line = b""
        self._identity: tuple[int, int] | None = None
        self._turn = Lock()
        self.catch_up()

    def catch_up(self) -> None:
        """Read what other processes have written since.

        Raises:
            AnnotationError, FileError: as when it was opened; or the file was edited or replaced meanwhile.
        """
        with self._turn, _locked(self.path) as handle:
            self._catch_up(handle)

    def append(self, annotation: Annotation) -> Annotation:
        """Return ``annotation`` as it was written, with its ``time`` and a ``decision`` id; the disk has it.

        Raises:
            AnnotationError, FileError: as for ``append_if``.
        """
        return cast(Annotation, self.append_if(lambda _: annotation))

    def append_if(self, make: Callable[[Sequence[Annotation]], Annotation | None]) -> Annotation | None:
        """Return what ``make`` makes of the entries so far as it was written, None where it makes nothing; all under one lock.

        Each line is later than the one before, whatever the clock does: the order of lines is the order of the decisions.

        Raises:
            AnnotationError, FileError: the disk refuses, or the file was edited or replaced: it is then as it was before.
        """
        with self._turn, _locked(self.path) as handle:
            self._catch_up(handle)
            made = make(self.entries)
            if made is None:
                return None
            latest = self.entries[-1].time if self.entries else None
            named = replace(made, time=_next_time(latest), decision=secrets.token_hex(8))
            line = json.dumps(annotation_record(named), ensure_ascii=False, allow_nan=False).encode() + b"\n"
            _write_whole(handle, line, self.path)
            self._take(line, self._read + len(line))
            return self.entries[-1]

    def _catch_up(self, handle: int) -> None:
        self._check_same(handle)
        os.lseek(handle, self._read, os.SEEK_SET)
        waiting = _read_all(handle)
        whole = waiting.rfind(b"\n") + 1
        # First the whole lines: a file that holds something else than decisions is refused before its end is touched.
        self._take(waiting[:whole], self._read + whole)
        tail = waiting[whole:]
        if not tail:
            return
        if _is_object(tail):
            self._take(tail + b"\n", self._read + len(tail) + 1)
            _write_whole(handle, b"\n", self.path)
            return
        if tail.strip():
            if not self.entries and not tail.lstrip(b"\xef\xbb\xbf").startswith(b"{"):
                raise AnnotationError(f"{self.path}: it holds no decisions; name another file")
            self.torn = self.path.with_name(f"{self.path.name}.torn")
            _set_aside(tail, self.torn)
        os.ftruncate(handle, self._read)
        os.fsync(handle)

    def _check_same(self, handle: int) -> None:
        """Check that what was read is still there: a file that an editor saved must not be taken for one with a torn end."""
        found = os.fstat(handle)
        identity = (found.st_dev, found.st_ino)
        os.lseek(handle, self._read - len(self._last_line), os.SEEK_SET)
        same = self._identity in (None, identity) and os.read(handle, len(self._last_line)) == self._last_line
        if found.st_size < self._read or not same:
            raise FileError(f"{self.path}: it was edited or replaced while it was in use, and nothing is saved; start again")
        self._identity = identity

    def _take(self, lines: bytes, read: int) -> None:
        """Add whole lines to the entries; nothing is added where one is broken."""
        found, number = [], self._lines
        try:
            content = lines.decode()
        except UnicodeDecodeError as error:
            place = self._lines + 1 + lines.count(b"\n", 0, error.start)
            raise AnnotationError(f"{self.path}:{place}: it is not UTF-8; mend or delete the line") from None
        for number, line in enumerate(content.split("\n")[:-1], self._lines + 1):
            if line.strip("\ufeff \r\t"):
                found.append(parse_annotation(line.lstrip("\ufeff"), f"{self.path}:{number}", self.codebook))
        self.entries += found
        self._read, self._lines = read, number
        if lines:
            self._last_line = lines[lines.rfind(b"\n", 0, -1) + 1 :]


def _next_time(latest: str | None) -> str:
    """Return the time now, or a millisecond after ``latest`` where the clock has not passed that yet."""
    now = datetime.now(UTC)
    try:
        before = datetime.fromisoformat(latest or "0001-01-02")
        aware = before if before.tzinfo else before.replace(tzinfo=UTC)
        now = max(now, aware.astimezone(UTC) + timedelta(milliseconds=1))
    except (ValueError, OverflowError):
        pass  # somebody else wrote it, in a form of their own or beyond all time
    return now.isoformat(timespec="milliseconds").replace("+00:00", "Z")


@contextmanager
def _locked(path: Path) -> Iterator[int]:
    """Give a handle on the file that no other process has at the same time."""
    try:
        # Windows has no such locks; there the import fails, and only coding is out of reach.
        import fcntl
    except ImportError:
        raise FileError("coding needs the file locks of Linux, macOS or another Unix; on Windows use its Linux subsystem") from None
    try:
        new = not path.exists()
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
    except OSError as error:
        raise FileError(f"{path}: decisions cannot be kept here ({error.strerror})") from None
    try:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise FileError(f"{path}: it is no file that can grow; name another one")
        _wait_for_lock(path, lambda: fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB))
        yield handle
        if new:
            _sync_folder(path.parent)
    except OSError as error:
        raise FileError(f"{path}: the decision is not saved ({error.strerror})") from None
    finally:
        os.close(handle)


def _wait_for_lock(path: Path, lock: Callable[[], None]) -> None:
    """Take the lock, or give up after ``PATIENCE``: an append takes milliseconds, so whoever holds it longer is no coder."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            lock()
            return
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise FileError(f"{path}: another program holds it locked, and nothing is saved; end that one") from None
            time.sleep(0.01)


def _write_whole(handle: int, line: bytes, path: Path) -> None:
    """Write ``line`` with one call and have the disk hold it; what fits only in part is taken back."""
    before = os.fstat(handle).st_size
    try:
        written = os.write(handle, line)
        if written < len(line):
            raise OSError(None, "the disk is full")
        os.fsync(handle)
    except OSError as error:
        os.ftruncate(handle, before)
        raise FileError(f"{path}: the decision is not saved ({error.strerror})") from None


def _read_all(handle: int) -> bytes:
    parts = []
    while part := os.read(handle, 1 << 20):
        parts.append(part)
    return b"".join(parts)


def _is_object(tail: bytes) -> bool:
    """Return whether a line without its end is whole all the same, as when an editor left the last line break away."""
    try:
        return isinstance(json.loads(tail), dict)
    except (ValueError, RecursionError):
        return False


def _set_aside(tail: bytes, path: Path) -> None:
    with path.open("ab") as file:
        file.write(tail + b"\n")
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
