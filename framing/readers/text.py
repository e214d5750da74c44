"""Plain text and Markdown with front matter between two lines of ``---`` (``key: value``) or ``+++`` (TOML)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from framing.articles import MAX_BYTES, Article, Skipped, decode, make_article

MAX_FRONT_MATTER = 20_000
"""Characters of front matter; more of it is no metadata."""

_PAIR = re.compile(r"([A-Za-z_][\w-]*)[ \t]*:[ \t]*(.*)")


def read_text(path: Path) -> Iterator[Article | Skipped]:
    """Yield the one article of a ``.txt`` or ``.md`` file; its id is the file's stem unless front matter says otherwise."""
    if path.stat().st_size > MAX_BYTES:
        yield Skipped(str(path), f"it is larger than {MAX_BYTES // 2**20} MiB: split it into articles")
        return
    yield _parse(path.read_bytes(), source=str(path), name=path.stem)


def read_stream(stream: BinaryIO) -> Iterator[Article | Skipped]:
    """Yield the articles of standard input: JSON Lines when it starts with ``{``, one text otherwise."""
    opened = OpenedStream(stream)
    if opened.holds_jsonl:
        from framing.readers.jsonl import parse_jsonl

        yield from parse_jsonl(opened, source="stdin")
    else:
        data = opened.read(MAX_BYTES + 1)
        if len(data) > MAX_BYTES:
            yield Skipped("stdin", f"it is larger than {MAX_BYTES // 2**20} MiB: split it into articles")
        else:
            yield _parse(data, source="stdin", name="stdin")


class OpenedStream:
    """A stream whose first line, or the start of it, was looked at; it is read from its beginning all the same."""

    def __init__(self, stream: BinaryIO) -> None:
        """Take the stream and look at its first line."""
        self._rest = stream
        self._head = stream.readline(2**16)
        self.holds_jsonl = self._head.lstrip(b"\xef\xbb\xbf \t").startswith(b"{")

    def readline(self, limit: int, /) -> bytes:
        """Return the next line, or its first ``limit`` bytes."""
        head, self._head = self._head, b""
        if not head or head.endswith(b"\n"):
            return head or self._rest.readline(limit)
        return head + self._rest.readline(limit - len(head))

    def read(self, limit: int) -> bytes:
        """Return the next ``limit`` bytes, fewer at the end."""
        head, self._head = self._head, b""
        return head + self._rest.read(limit - len(head))


def _parse(data: bytes, *, source: str, name: str) -> Article | Skipped:
    try:
        text, encoding = decode(data)
        fields, body = split_front_matter(text.replace("\r\n", "\n").replace("\r", "\n"))
    except ValueError as error:
        return Skipped(source, str(error))
    return make_article({"id": name, **fields, "text": body}, source=source, encoding=encoding)


def split_front_matter(text: str) -> tuple[dict[str, str | None], str]:
    """Return the front matter as strings, and the body word for word.

    Raises:
        ValueError: the block is not closed, or a line of it is not ``key: value`` (with its line number).
    """
    fence, _, rest = text.partition("\n")
    fence = fence.strip()
    if fence not in ("---", "+++"):
        return {}, text
    block, closed, body = f"\n{rest}".partition(f"\n{fence}\n")
    if not closed:
        if fence == "---" and not _PAIR.match(rest):
            return {}, text  # a rule drawn above plain text, no front matter
        raise ValueError(f"line 1: the front matter is not closed by a line of {fence}")
    if len(block) > MAX_FRONT_MATTER:
        raise ValueError(f"its front matter is longer than {MAX_FRONT_MATTER:,} characters")
    if fence == "+++":
        import tomllib

        try:
            values = tomllib.loads(block)
        except RecursionError:
            raise ValueError("front matter: it is nested too deeply") from None
        except ValueError as error:
            raise ValueError(f"front matter: {error}") from None
        return {key: str(value) for key, value in values.items()}, body.lstrip("\n")
    fields: dict[str, str | None] = {}
    for number, line in enumerate(block.removeprefix("\n").split("\n"), 2):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        pair = _PAIR.fullmatch(line.rstrip())
        if not pair:
            raise ValueError(f"line {number}: front matter wants 'key: value', not {line.strip()[:60]!r}")
        fields[pair[1]] = _unquote(pair[2]) or None
    return fields, body.lstrip("\n")


def _unquote(value: str) -> str:
    if len(value) >= 2 and value[0] == value[-1] and value[0] in "\"'":
        return value[1:-1]
    return value
