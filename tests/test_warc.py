from __future__ import annotations

import gzip
import io
import tracemalloc
import zlib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from framing.articles import Article, Skipped
from framing.readers.html import read_html
from framing.readers.responses import MAX_PAGE, PageError, read_page
from framing.readers.warc import read_warc

URL = "https://www.andes-times.example/news/port.html"
SENTENCE = "Peru opened a large port in Chancay, and {n} ships came from Asia to load copper and fruit{more}."


def page(*, head: str = "", more: str = "", lang: str = ' lang="en-GB"') -> str:
    paragraphs = "".join(f"<p>{SENTENCE.format(n=n, more=more)}</p>" for n in range(9))
    title = f"<head>{head}<title>Port opens</title></head>"
    return f"<!doctype html><html{lang}>{title}<body><nav><a href='/'>Home</a></nav><article>{paragraphs}</article></body></html>"


class Archive:
    """Writes records with warcio, each a gzip member of its own unless the file is plain."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.buffer = io.BytesIO()
        self.writer = WARCWriter(self.buffer, gzip=path.suffix == ".gz")
        self.ends: list[int] = []

    def add(
        self,
        body: str | bytes = "",
        *,
        url: str = URL,
        kind: str | None = "text/html; charset=utf-8",
        status: str = "200 OK",
        record: str = "response",
        http: tuple[tuple[str, str], ...] = (),
        warc: dict[str, str] | None = None,
    ) -> Archive:
        content = body.encode() if isinstance(body, str) else body
        headers = [("Content-Type", kind)] if kind is not None else []
        answer = StatusAndHeaders(status, [*headers, *http], protocol="HTTP/1.1")
        dated = {"WARC-Date": "2024-11-15T10:00:00Z", **(warc or {})}
        body_of = {"payload": io.BytesIO(content), "length": len(content), "http_headers": answer}
        made = self.writer.create_warc_record(url, record, warc_headers_dict=dated, **body_of)
        self.writer.write_record(made)
        self.ends.append(self.buffer.tell())
        return self

    def close(self) -> Path:
        self.path.write_bytes(self.buffer.getvalue())
        return self.path


def read(path: Path) -> tuple[list[Article], list[str]]:
    found = list(read_warc(path))
    return [item for item in found if isinstance(item, Article)], [item.reason for item in found if isinstance(item, Skipped)]


@pytest.fixture(params=["a.warc", "a.warc.gz"])
def archive(request: pytest.FixtureRequest, tmp_path: Path) -> Archive:
    return Archive(tmp_path / request.param)


def test_each_html_page_is_an_article_with_what_the_page_and_the_record_say(archive: Archive) -> None:
    meta = "<meta property='og:site_name' content='Andes Times'><meta property='article:published_time' content='2024-11-14'>"
    path = archive.add("warcinfo", record="warcinfo").add(page(head=meta)).close()
    (article,), skipped = read(path)
    assert not skipped
    assert (article.id, article.url, article.source) == (URL, URL, f"{path}:2")
    assert (article.outlet, article.date, article.title, article.language) == ("Andes Times", "2024-11-14", "Port opens", "en-gb")
    assert article.text.count("\n") == 8
    assert "Home" not in article.text
    assert article.notes == ()


def test_the_text_is_that_of_the_saved_page(archive: Archive, tmp_path: Path) -> None:
    (article,), _ = read(archive.add(page()).close())
    (tmp_path / "page.html").write_text(page(), "utf-8")
    (saved,) = read_html(tmp_path / "page.html")
    assert isinstance(saved, Article)
    assert (article.text, article.title, article.date) == (saved.text, saved.title, saved.date)


@pytest.mark.parametrize(
    ("address", "host"), [(URL, "andes-times.example"), ("http://192.168.0.1/a", "192.168.0.1"), ("urn:x", None)]
)
def test_an_outlet_that_the_page_does_not_name_is_the_host(archive: Archive, address: str, host: str | None) -> None:
    (article,), _ = read(archive.add(page(), url=address).close())
    assert article.outlet == host


def test_the_day_of_the_crawl_is_no_day_of_publication(archive: Archive) -> None:
    (article,), _ = read(archive.add(page(), url="https://andes.example/port").close())
    assert article.date is None


@pytest.mark.parametrize(
    ("published", "read_as"), [("2024-11-15", "2024-11-15"), ("2024-11-16", "2024-11-16"), ("2025-03-01", None)]
)
def test_a_date_later_than_the_day_after_the_crawl_is_none(archive: Archive, published: str, read_as: str | None) -> None:
    head = f"<meta property='article:published_time' content='{published}'>"
    (article,), _ = read(archive.add(page(head=head), url="https://andes.example/port").close())
    assert article.date == read_as


@pytest.mark.parametrize(
    "kind", ["response of an image", "robots", "not found", "request", "revisit", "dns", "redirect", "no status"]
)
def test_what_is_no_page_is_passed_over_in_silence(archive: Archive, kind: str) -> None:
    if kind == "response of an image":
        archive.add(b"\x89PNG" * 99, kind="image/png")
    elif kind == "robots":
        archive.add("User-agent: *", kind="text/plain")
    elif kind == "not found":
        archive.add(page(), status="404 Not Found")
    elif kind == "redirect":
        archive.add("", status="301 Moved", http=(("Location", URL),))
    elif kind == "no status":
        archive.add(page(), status="")
    else:
        archive.add(page(), record=kind if kind != "dns" else "resource")
    articles, skipped = read(archive.add(page(), url=f"{URL}?2").close())
    assert [article.id for article in articles] == [f"{URL}?2"]
    assert not skipped


def test_pages_without_an_article_are_counted_by_reason_and_told_once(archive: Archive) -> None:
    for number in range(3):
        archive.add(page(), url=f"{URL}?{number}").add("<html><body></body></html>")
    archive.add(page() + " " * MAX_PAGE).add(b"brotli", http=(("Content-Encoding", "br"),))
    articles, skipped = read(archive.close())
    assert len(articles) == 3
    assert skipped == [
        "5 of 8 HTML pages gave no article (3: no article text was found in the page, 1: larger than 5 MiB, "
        "1: its body is packed with br, which is not read)"
    ]


def test_a_file_without_any_page_is_named(archive: Archive) -> None:
    assert read(archive.add("User-agent: *", kind="text/plain").close()) == (
        [],
        ["it holds no HTML page that was got with status 200"],
    )


@pytest.mark.parametrize(
    ("http", "pack"),
    [
        (("Content-Encoding", "gzip"), gzip.compress),
        (("Content-Encoding", "gzip"), lambda data: gzip.compress(data[:90]) + gzip.compress(b"") + gzip.compress(data[90:])),
        (("Content-Encoding", "gzip"), lambda data: gzip.compress(data) + bytes(8)),
        (("Content-Encoding", "x-gzip"), gzip.compress),
        (("X-Other", "packed, and no header says so"), gzip.compress),
        (("Content-Encoding", "deflate"), zlib.compress),
        (("Content-Encoding", "deflate"), lambda data: zlib.compress(data, wbits=-15)),
        (("Content-Encoding", "gzip"), bytes),
        (("Content-Encoding", "br"), bytes),
        (
            ("Transfer-Encoding", "chunked"),
            lambda data: b"%x\r\n%s\r\n%x;x=y\r\n%s\r\n0\r\n\r\n" % (40, data[:40], len(data) - 40, data[40:]),
        ),
        (("Transfer-Encoding", "Chunked"), bytes),
    ],
)
def test_a_body_is_unpacked_unless_the_crawler_did_so_already(archive: Archive, http: tuple[str, str], pack: object) -> None:
    (article,), skipped = read(archive.add(pack(page().encode()), http=(http,)).close())  # type: ignore[operator]
    assert article.text.count("\n") == 8
    assert not skipped


@pytest.mark.parametrize(
    ("coding", "pack"),
    [
        ("gzip", lambda data: gzip.compress(data)[:-200]),
        ("gzip", lambda data: gzip.compress(data)[:-1]),
        ("gzip", lambda data: gzip.compress(data[:90]) + gzip.compress(data[90:])[:-100]),
        ("deflate", lambda data: zlib.compress(data)[:-100]),
    ],
)
def test_a_packed_body_that_is_cut_short_is_no_page(archive: Archive, coding: str, pack: Callable[[bytes], bytes]) -> None:
    archive.add(pack(page().encode()), http=(("Content-Encoding", coding),))
    assert read(archive.close()) == ([], ["1 of 1 HTML pages gave no article (1: its packed body is cut short)"])


@pytest.mark.parametrize(
    ("kind", "meta", "charset"),
    [
        ("text/html; charset=ISO-8859-1", "", "latin-1"),
        ('TEXT/HTML;Charset="windows-1252"', "", "cp1252"),
        ("text/html", "<meta charset=iso-8859-15>", "iso-8859-15"),
        ("text/html; charset=iso-8859-1", "<meta charset='koi8-r'>", "cp1252"),
        ("text/html; charset=iso-8859-1", "", "utf-8"),
        ("text/html; charset=utf-8", "<meta charset='iso-8859-1'>", "utf-8"),
    ],
)
def test_a_page_is_read_in_the_charset_that_it_is_in(archive: Archive, kind: str, meta: str, charset: str) -> None:
    body = page(head=meta, more=", déjà vu à São Tomé").encode(charset)
    (article,), _ = read(archive.add(body, kind=kind).close())
    assert "déjà vu à São Tomé" in article.text


@pytest.mark.parametrize("charset", ["idna", "punycode", "unicode_escape", "rot13", "base64", "utf-7", "no-such-charset", "utf-8"])
def test_a_charset_that_is_none_of_the_webs_is_not_believed(charset: str) -> None:
    body = page(more=", déjà vu").encode("latin-1")
    found = read_page(f"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset={charset}\r\n\r\n".encode() + body)
    assert found is not None
    assert found.content == body


def test_a_page_without_headers_is_known_by_its_markup() -> None:
    found = read_page(b"HTTP/1.0 200\r\n\r\n" + page(lang="").encode())
    assert found is not None
    assert found.language is None
    assert read_page(b"HTTP/1.0 200\r\n\r\n{}") is None
    assert read_page(b"") is None
    assert read_page(b"\r\n\r\n") is None
    assert read_page(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n \n") is None


def test_a_record_without_an_address_is_named_by_its_record_id(tmp_path: Path) -> None:
    message = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + page().encode()
    path = tmp_path / "a.warc"
    lines = f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:x:1>\r\nContent-Length: {len(message)}\r\n\r\n"
    path.write_bytes(lines.encode() + message + b"\r\n\r\n" + b"WARC/1.0\r\nContent-Length: 0\r\n\r\n\r\n\r\n")
    (article,), skipped = read(path)
    assert (article.id, article.url, article.outlet, article.date) == ("<urn:x:1>", None, None, None)
    assert not skipped


def test_a_page_that_the_crawler_cut_off_says_so(archive: Archive) -> None:
    (article,), _ = read(archive.add(page(), warc={"WARC-Truncated": "length"}).close())
    assert article.notes == ("the crawler cut the page off (length)",)


@pytest.mark.parametrize("address", ["http://[", "urn:x", "https://Wwww.X.example:99999999/", "http://a b.example/<p>"])
def test_an_odd_address_costs_no_article(archive: Archive, address: str) -> None:
    (article,), _ = read(archive.add(page(), url=address).close())
    assert article.id == address.replace(" ", "%20")


def test_what_stands_before_the_damage_is_kept_and_the_place_is_told(archive: Archive) -> None:
    for number in range(3):
        archive.add(page(), url=f"{URL}?{number}")
    path = archive.close()
    whole = path.read_bytes()
    path.write_bytes(whole[: archive.ends[1] + 90])
    articles, (reason,) = read(path)
    assert [article.id for article in articles] == [f"{URL}?0", f"{URL}?1"]
    assert reason in ("it ends in record 3: its headers are cut off", "it ends after record 2: the compressed data is cut off")
    path.write_bytes(whole[: archive.ends[2] - 50])
    articles, (reason,) = read(path)
    assert len(articles) == 2
    assert reason.startswith("it ends in record 3: ")


def test_a_damaged_gzip_member_ends_the_file(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "a.warc.gz").add(page(), url=f"{URL}?0").add(page(), url=f"{URL}?1")
    path = archive.close()
    data = bytearray(path.read_bytes())
    for place in range(archive.ends[0] + 40, archive.ends[0] + 80):
        data[place] ^= 0xFF
    path.write_bytes(data)
    (article,), (reason,) = read(path)
    assert article.id == f"{URL}?0"
    assert "compressed data is damaged" in reason or "record 2" in reason
    path.write_bytes(path.read_bytes()[: archive.ends[0]] + b"no member")
    (article,), (reason,) = read(path)
    assert reason == "broken after record 1: the compressed data is damaged (Not a gzipped file (b'no'))"


def test_one_gzip_member_for_all_records_is_read_too(tmp_path: Path) -> None:
    plain = Archive(tmp_path / "a.warc").add(page(), url=f"{URL}?0").add(page(), url=f"{URL}?1").close()
    packed = tmp_path / "b.warc.gz"
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    assert [article.text for article in read(packed)[0]] == [article.text for article in read(plain)[0]]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "it is empty"),
        (b"GIF89a", "it is no WARC file"),
        (gzip.compress(b"<html>"), "it is no WARC file"),
        (gzip.compress(b"WARC/1.0\r\n")[:9], "it is no WARC file"),
        (gzip.compress(gzip.compress(b"WARC/1.0\r\n")), "it is no WARC file"),
        (b"WARC/9.9\r\n\r\n", "broken in record 1: it is of no known version of WARC"),
        (b"WARC/1.0\r\nWARC-Type: response\r\n\r\n", "broken in record 1: it has no proper Content-Length"),
        (b"WARC/1.0\r\nContent-Length: -5\r\n\r\n", "broken in record 1: it has no proper Content-Length"),
        (b"WARC/1.0\r\nContent-Length: " + b"9" * 5000 + b"\r\n\r\n", "broken in record 1: it has no proper Content-Length"),
        (
            b"WARC/1.0\r\nContent-Length: 99999999999\r\n\r\nabc",
            "it ends in record 1: 99,999,999,996 of its 99,999,999,999 bytes are missing",
        ),
        (
            b"WARC/1.0\r\nWARC-Type: response\r\nContent-Length: 99999999999\r\n\r\nHTTP/1.1 200 OK\r\n\r\n<html>",
            "it ends in record 1: 99,999,999,974 of its 99,999,999,999 bytes are missing",
        ),
        (
            b"WARC/1.0\r\nContent-Length: 1\r\n\r\nabc",
            "broken after record 1: what follows is no record, so the length of that one may be wrong",
        ),
        (b"WARC/1.0\r\nX: " + b"a" * 3_000_000, "broken after record 0: its headers are longer than 1 MiB"),
        (gzip.compress(b"WARC/1.0\r\n" + b"a: b\r\n" * 3_000_000), "broken after record 0: its headers are longer than 1 MiB"),
    ],
)
def test_a_hostile_file_is_named_with_the_place(
    tmp_path: Path, data: bytes, reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "a.warc.gz"
    path.write_bytes(data)
    (found,) = read_warc(path)
    assert isinstance(found, Skipped)
    assert (found.source, found.reason, found.unreadable) == (str(path), reason, True)
    assert capsys.readouterr() == ("", "")


def test_bombs_are_read_in_little_memory(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "a.warc.gz").add(page())
    read(archive.close())  # the libraries fill their caches
    archive.add(b"<html>" + b" " * 60_000_000)
    archive.add(gzip.compress(b"<html>" + b"a" * 60_000_000), http=(("Content-Encoding", "gzip"),))
    archive.add(b"0" * 60_000_000, kind="video/mp4")
    path = archive.add(page()).close()
    tracemalloc.start()
    articles, skipped = read(path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(articles) == 2
    assert skipped == ["2 of 4 HTML pages gave no article (2: larger than 5 MiB)"]
    assert peak < 40 * 2**20


@settings(max_examples=40)
@given(st.binary(max_size=300), st.sampled_from(["gzip", "deflate", "br", "", "identity"]), st.sampled_from(["chunked", ""]))
def test_any_message_is_a_page_or_none_or_has_a_reason(body: bytes, coding: str, transfer: str) -> None:
    head = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: {coding}\r\nTransfer-Encoding: {transfer}\r\n\r\n"
    for message in (head.encode() + body, body):
        with suppress(PageError):
            found = read_page(message)
            assert found is None or found.content


@settings(max_examples=60)
@given(data=st.data())
def test_any_damage_leaves_articles_and_reasons_and_nothing_else(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    archive = Archive(tmp_path_factory.mktemp("warc") / data.draw(st.sampled_from(["a.warc", "a.warc.gz"])))
    path = archive.add("x", record="warcinfo").add(page()).add(page(), url=f"{URL}?2").close()
    content = bytearray(path.read_bytes())
    for place, value in data.draw(st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), max_size=4)):
        content[place % len(content)] = value
    path.write_bytes(content[: data.draw(st.integers(0, 10**4))])
    items = list(read_warc(path))
    assert len([item for item in items if isinstance(item, Article)]) <= 2
    assert items


@pytest.mark.parametrize("module", ["warcio", "trafilatura"])
def test_a_missing_extra_is_named_with_the_command_that_installs_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, module: str
) -> None:
    monkeypatch.setitem(__import__("sys").modules, module, None)
    assert read(Archive(tmp_path / "a.warc").add(page()).close()) == (
        [],
        ["reading WARC needs an extra: pip install 'framing[warc]'"],
    )


def test_a_page_that_the_library_stumbles_over_is_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stumble(*_: object, **__: object) -> None:
        raise RecursionError

    path = Archive(tmp_path / "a.warc").add(page()).close()
    monkeypatch.setattr("trafilatura.bare_extraction", stumble)
    assert read(path) == ([], ["1 of 1 HTML pages gave no article (1: trafilatura failed (RecursionError))"])
