"""The HTML page in an HTTP response as a crawler stored it: its status, type, coding and charset."""

from __future__ import annotations

import re
import zlib
from codecs import lookup
from dataclasses import dataclass
from io import BytesIO
from typing import Any

MAX_PAGE = 5 * 2**20
"""Bytes of one unpacked HTML page: Common Crawl cuts pages off at 1 MiB, and a larger one takes seconds to read."""

MAX_MESSAGE = MAX_PAGE + 2**20
"""Bytes of an HTTP message: one of which there are more holds no page."""

_HTML = re.compile(r"\s*(?:text/html|application/xhtml\+xml)\b", re.IGNORECASE)
_MARKUP = re.compile(rb"<(?:!doctype\s+)?html\b", re.IGNORECASE)
_CHARSET = re.compile(r"charset\s*=\s*[\"']?\s*([\w.:-]{1,40})", re.IGNORECASE)
_LANGUAGE = re.compile(rb"<html\b[^>]{0,2000}?\slang\s*=\s*[\"']?([A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*)", re.IGNORECASE)
_TEXT_CODEC = re.compile(
    r"iso8859-\d+|cp\d+|koi8-[a-z]|mac-[a-z]+|gb2312|gbk|gb18030|big5\w*|euc_\w+|shift_jis\w*|iso2022_\w+|tis-620"
)
_GZIP = b"\x1f\x8b"
_PIECE = 4096
"""Bytes that are unpacked at a time: what follows a member of gzip is copied, and there can be very many members."""

_START = 4096
"""Bytes at the start of a page in which it says what it is."""


_TOO_LARGE = f"larger than {MAX_PAGE // 2**20} MiB"


class PageError(Exception):
    """Why an HTML page cannot be read; the same words for all pages of one kind, so that these can be counted."""


@dataclass(frozen=True, slots=True)
class Page:
    """An HTML page: unpacked, in UTF-8 where its charset is known; ``language`` is the one that it declares."""

    content: bytes
    language: str | None


def read_page(message: bytes) -> Page | None:
    """Return the HTML page of an HTTP message with status 200, None where it is something else.

    Raises:
        PageError: it is too large, or packed in a way that cannot be undone.
    """
    from warcio.statusandheaders import StatusAndHeadersParser

    stream = BytesIO(message)
    try:
        headers = StatusAndHeadersParser([], verify=False).parse(stream)
    except EOFError:
        return None
    if not headers.protocol.startswith("HTTP/") or headers.get_statuscode() != "200":
        return None
    kind = headers.get_header("Content-Type")
    if kind is not None and not _HTML.match(kind):
        return None
    if len(message) > MAX_MESSAGE:
        raise PageError(_TOO_LARGE)
    content = _unpack(_join_chunks(stream, headers), headers.get_header("Content-Encoding"))
    if kind is None and not _MARKUP.search(content[:_START]):
        return None
    if not content.strip():
        return None
    language = _LANGUAGE.search(content[:_START])
    return Page(_to_utf8(content, kind or ""), language[1].decode().lower() if language else None)


def _join_chunks(stream: BytesIO, headers: Any) -> bytes:
    """Return the body, its chunks joined where it came in chunks and the crawler left it so."""
    from warcio.bufferedreaders import ChunkedDataReader

    chunked = (headers.get_header("Transfer-Encoding") or "").strip().lower() == "chunked"
    body: bytes = ChunkedDataReader(stream).read() if chunked else stream.read()
    return body


def _unpack(body: bytes, coding: str | None) -> bytes:
    """Return the unpacked body; one that is not packed as its header says is taken as it is: crawlers unpack, too."""
    coding = (coding or "").strip().lower()
    if body.startswith(_GZIP):
        body = _inflate(body, zlib.MAX_WBITS + 16)
    elif coding == "deflate" and not body.lstrip().startswith(b"<"):
        # Servers send zlib's format, as they should, or the bare stream.
        zlibbed = body[:1] == b"\x78" and int.from_bytes(body[:2], "big") % 31 == 0
        body = _inflate(body, zlib.MAX_WBITS if zlibbed else -zlib.MAX_WBITS)
    elif coding in ("br", "zstd") and not body.lstrip().startswith(b"<"):
        raise PageError(f"its body is packed with {coding}, which is not read")
    if len(body) > MAX_PAGE:
        raise PageError(_TOO_LARGE)
    return body


def _inflate(body: bytes, window: int) -> bytes:
    """Return the unpacked body, of gzip all members, or more than ``MAX_PAGE`` bytes from the beginning of a larger one."""
    parts, left, at = [b""], MAX_PAGE + 1, 0
    member = zlib.decompressobj(window)
    while left and at < len(body):
        piece = body[at : at + _PIECE]
        try:
            parts.append(member.decompress(piece, left))
        except zlib.error:
            raise PageError("its packed body is damaged") from None
        left -= len(parts[-1])
        at += len(piece) - len(member.unused_data)
        if member.eof:
            if window <= zlib.MAX_WBITS or not body.startswith(_GZIP, at):
                break
            member = zlib.decompressobj(window)
    if left and not member.eof:
        raise PageError("its packed body is cut short")
    return b"".join(parts)


def _to_utf8(content: bytes, kind: str) -> bytes:
    """Return ``content`` in UTF-8 where it or its header names another charset that fits; else as it is, to be guessed.

    Bytes that are UTF-8 are so by no accident, whatever a server says of all its pages.
    """
    try:
        content.decode("utf-8")
        return content
    except UnicodeDecodeError:
        pass
    declared = _CHARSET.search(kind) or _CHARSET.search(content[:_START].decode("latin-1"))
    try:
        codec = lookup(declared[1]).name if declared else ""
    except LookupError:
        return content
    codec = {"iso8859-1": "cp1252", "ascii": "cp1252"}.get(codec, codec)  # as browsers read them
    if not _TEXT_CODEC.fullmatch(codec):
        return content
    return content.decode(codec, "replace").encode("utf-8", "replace")
