"""A line on standard error that renews itself while long work goes on; on a terminal only."""

from __future__ import annotations

import sys
import time

_BEFORE = 2.0
"""Seconds before the line shows for the first time."""

_EVERY = 0.2


class ProgressLine:
    """What is done so far, how fast, and how long the rest takes."""

    def __init__(self) -> None:
        """Start the clock."""
        self.live = sys.stderr.isatty()
        self._start = time.monotonic()
        self._next = self._start + _BEFORE
        self._shown = False

    def show(self, articles: int, sentences: int, share: float | None = None) -> None:
        """Renew the line where it is due; ``share`` is how much of the inputs is done, None where nobody knows."""
        now = time.monotonic()
        if not self.live or now < self._next:
            return
        self._next, self._shown = now + _EVERY, True
        sys.stderr.write(f"\r\x1b[K{describe_progress(articles, sentences, share, now - self._start)}")
        sys.stderr.flush()

    def clear(self) -> None:
        """Take the line away, so that something else can be said."""
        if self._shown:
            self._shown = False
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()


def describe_progress(articles: int, sentences: int, share: float | None, seconds: float) -> str:
    """Return how far ``seconds`` of work have come: articles and sentences, sentences a second, and the time that is left."""
    line = f"{articles:,} articles, {sentences:,} sentences, {sentences / max(seconds, 1e-9):,.0f} a second"
    if not share:
        return line
    left = round(seconds * (1 - min(share, 1)) / share)
    return f"{min(share, 1):.0%}: {line}, {left // 3600}:{left // 60 % 60:02}:{left % 60:02} left"
