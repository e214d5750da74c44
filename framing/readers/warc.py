"""Web archives (WARC), as Common Crawl News publishes them: one article per HTML page (``pip install 'framing[warc]'``).

warcio reads records, headers and chunked bodies. What it lets pass in silence is checked here: a record that is cut off, a
length that is wrong, a header without an end. Finding the article in a page takes trafilatura 10 to 25 ms, some fifty times
as long as its record takes to be read: 60 pages a second and processor, whatever reads the records.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from gzip import BadGzipFile, GzipFile
from io import BufferedReader
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zlib import error as ZlibError

from framing.articles import Article, Skipped, make_article
from framing.readers.html import NO_TEXT, extract_article, load_extractor
from framing.readers.responses import MAX_MESSAGE, Page, PageError, read_page

if TYPE_CHECKING:
    from warcio.recordloader import ArcWarcRecord

MAX_HEADERS = 2**20
"""Bytes that the headers of one record may take."""


class _Damage(Exception):
    """What ends the reading of a file; the message says where."""


def read_warc(path: Path) -> Iterator[Article | Skipped]:
    """Yield the article of each HTML page that a crawl got with status 200; whatever else it got is passed over.

    ``id`` and ``url`` are the page's address, ``source`` is the path with ``:record number``, the outlet what the page calls
    its site, else its host without ``www.``. The date is the page's own, or none: the day of the crawl only bounds it. Pages
    without an article are counted, and told together as one ``Skipped`` at the end. Where the file is damaged, a
    ``Skipped`` names the record; what stands before is kept.
    """
    try:
        import warcio  # noqa: F401  its absence must be told before the first record

        load_extractor()
    except ImportError:
        yield Skipped(str(path), "reading WARC needs an extra: pip install 'framing[warc]'", unreadable=True)
        return
    pages, lacking = 0, Counter[str]()
    with path.open("rb") as file:
        try:
            for record in _read_responses(_unpack(file)):
                item = _make_article(record, f"{path}:{record.number}")
                pages += item is not None
                if isinstance(item, Article):
                    yield item
                elif item is not None:
                    lacking[item] += 1
        except _Damage as error:
            yield Skipped(str(path), str(error), unreadable=not pages)
        else:
            if not pages:
                yield Skipped(str(path), "it holds no HTML page that was got with status 200")
    if lacking:
        yield Skipped(str(path), _count(pages, lacking))


def _count(pages: int, lacking: Counter[str]) -> str:
    reasons = ", ".join(f"{count:,}: {reason}" for reason, count in lacking.most_common())
    return f"{lacking.total():,} of {pages:,} HTML pages gave no article ({reasons})"


def _unpack(file: BufferedReader) -> BufferedReader:
    """Return the records of ``file``, unpacked where it is gzip (a member per record, or one for all)."""
    start = file.read(5)
    file.seek(0)
    stream: Any = GzipFile(fileobj=file) if start.startswith(b"\x1f\x8b") else file
    try:
        first = stream.read(5)
        stream.seek(0)
    except (BadGzipFile, ZlibError, EOFError):
        first = b""
    # warcio would unpack what is packed twice without a limit.
    if first != b"WARC/":
        raise _Damage("it is no WARC file" if start else "it is empty")
    packed: BufferedReader = stream
    return packed


@dataclass(frozen=True, slots=True)
class _Response:
    """What a server answered: the WARC headers, and the start of the HTTP message, whole where it can be a page."""

    number: int
    headers: Any
    message: bytes


def _read_responses(stream: BufferedReader) -> Iterator[_Response]:
    """Yield the whole ``response`` records of a WARC in order.

    Raises:
        _Damage: the file is broken from here on.
    """
    from warcio.bufferedreaders import BufferedReader as LineReader
    from warcio.exceptions import ArchiveLoadFailed
    from warcio.recordloader import ArcWarcRecordLoader

    metered = _Metered(stream)
    reader = LineReader(metered)
    loader = ArcWarcRecordLoader(verify_http=False, arc2warc=False)
    number = 0
    while True:
        metered.place, metered.left = f"after record {number:,}", MAX_HEADERS
        line = _next_line(reader)
        if not line:
            return
        if not line.startswith(b"WARC/"):
            raise _Damage(f"broken after record {number:,}: what follows is no record, so the length of that one may be wrong")
        number += 1
        try:
            record = loader.parse_record_stream(reader, statusline=line, known_format="warc", no_record_parse=True)
        except ArchiveLoadFailed:
            raise _Damage(f"broken in record {number:,}: it is of no known version of WARC") from None
        metered.place, metered.left = f"in record {number:,}", math.inf
        if metered.ended:
            raise _Damage(f"it ends in record {number:,}: its headers are cut off")
        message = _read_block(record, number)
        if record.rec_type == "response":
            yield _Response(number, record.rec_headers, message)


def _next_line(reader: Any) -> bytes:
    """Return the next line that is not blank, nothing at the end."""
    while True:
        line: bytes = reader.readline()
        if not line or line.strip():
            return line


def _read_block(record: ArcWarcRecord, number: int) -> bytes:
    """Return the start of a response, nothing of another record, and read the record to its end.

    Raises:
        _Damage: it has no proper length, or is shorter than that.
    """
    given = record.rec_headers.get_header("Content-Length") or ""
    if not re.fullmatch(r"[0-9]{1,18}", given):
        raise _Damage(f"broken in record {number:,}: it has no proper Content-Length")
    left = int(given)
    block: bytes = record.raw_stream.read(MAX_MESSAGE + 1) if record.rec_type == "response" else b""
    left -= len(block)
    while left and (read := len(record.raw_stream.read(2**16))):
        left -= read
    if left:
        raise _Damage(f"it ends in record {number:,}: {left:,} of its {int(given):,} bytes are missing")
    return block


class _Metered:
    """A stream that tells damage by the place in the WARC, and yields no more than ``left`` bytes until that is renewed."""

    def __init__(self, stream: BufferedReader) -> None:
        self._stream = stream
        self.place = ""
        self.left: float = MAX_HEADERS
        self.ended = False

    def read(self, size: int) -> bytes:
        if self.left <= 0:
            raise _Damage(f"broken {self.place}: its headers are longer than {MAX_HEADERS // 2**20} MiB")
        try:
            # Unlike read, read1 yields what it has before it comes to the damage.
            data = self._stream.read1(size)
        except EOFError:
            raise _Damage(f"it ends {self.place}: the compressed data is cut off") from None
        except (BadGzipFile, ZlibError) as error:
            raise _Damage(f"broken {self.place}: the compressed data is damaged ({error})") from None
        self.left -= len(data)
        self.ended = not data
        return data


def _make_article(record: _Response, source: str) -> Article | str | None:
    """Return the article of a response, or why its page has none; None where it is no page at all."""
    try:
        page = read_page(record.message)
    except PageError as error:
        return str(error)
    return None if page is None else _extract(page, record.headers, source)


def _extract(page: Page, headers: Any, source: str) -> Article | str:
    address = (headers.get_header("WARC-Target-URI") or "").strip() or None
    latest = _day_after(headers.get_header("WARC-Date"))
    try:
        fields = extract_article(page.content, address, latest=latest)
    except Exception as error:  # a page of millions that the library stumbles over must not cost the others
        return f"trafilatura failed ({type(error).__name__})"
    if fields is None:
        return NO_TEXT
    fields["id"] = address or headers.get_header("WARC-Record-ID")
    fields["url"] = address or fields["url"]
    fields["language"] = fields["language"] or page.language
    article = make_article(fields, source=source)
    if isinstance(article, Skipped):
        return article.reason
    cut = headers.get_header("WARC-Truncated")
    return replace(article, notes=(*article.notes, f"the crawler cut the page off ({cut})")) if cut else article


def _day_after(crawled: str | None) -> str | None:
    """Return the day after the crawl (UTC), which is the last on which a page may have appeared anywhere."""
    try:
        return (date.fromisoformat((crawled or "")[:10]) + timedelta(days=1)).isoformat()
    except (ValueError, OverflowError):
        return None
