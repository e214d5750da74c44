"""CSV and Excel: what we write is safe and whole, and what people make of it is read."""

from __future__ import annotations

import csv
import io
import sys
from datetime import date, datetime
from typing import Any

import openpyxl
import pytest
from exchanging import CODEBOOK, coding, make_corpus
from hypothesis import given
from hypothesis import strategies as st

from framing.codebook import parse_codebook
from framing.errors import AnnotationError, UsageError
from framing.exchange.csv_table import read_csv, write_csv
from framing.exchange.excel import clean_cell, read_excel, write_excel
from framing.spreadsheets import guard, unguard

WAITING: dict[str, Any] = {"status": "open", "frames": frozenset(), "stance": (), "coder": None}
FORMULAS = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", "'=1", "''+1")


def parse(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def edit_csv(content: bytes, row: int, **cells: str) -> bytes:
    rows = parse(content)
    rows[row] |= {key.replace("__", ":").replace("_town", "-town"): cell for key, cell in cells.items()}
    stream = io.StringIO(newline="")
    writer = csv.DictWriter(stream, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return stream.getvalue().encode()


def workbook(*rows: list[Any], title: str = "Tabelle1") -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = title
    for row in rows:
        sheet.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def load(content: bytes) -> Any:
    return openpyxl.load_workbook(io.BytesIO(content))


@given(st.one_of(st.sampled_from(FORMULAS), st.text(), st.text("'=+-@\t ax", max_size=6)))
def test_no_cell_of_a_csv_begins_like_a_formula_and_each_is_read_back(text: str) -> None:
    guarded = guard(text)
    assert not guarded.startswith(("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"))
    assert unguard(guarded) == text


def test_plain_apostrophes_stay() -> None:
    assert (guard("'Tis so"), unguard("'Tis so")) == ("'Tis so", "'Tis so")


@pytest.mark.parametrize("text", FORMULAS)
def test_a_sentence_like_a_formula_is_text_in_csv_and_excel(text: str) -> None:
    sent = [coding(text=text + " said the clerk.", note=text, extra={text: text})]
    content = write_csv(sent, CODEBOOK)["codings.csv"]
    assert not any(
        cell.startswith(("=", "+", "-", "@", "\t", "\r")) for row in csv.reader(io.StringIO(content.decode())) for cell in row
    )
    assert read_csv(content, CODEBOOK) == sent
    content = write_excel(sent, CODEBOOK)["codings.xlsx"]
    assert {cell.data_type for row in load(content)["codings"].iter_rows() for cell in row if isinstance(cell.value, str)} == {"s"}
    assert read_excel(content, CODEBOOK) == sent


def test_a_workbook_has_a_header_in_view_widths_and_the_codebook() -> None:
    book = load(write_excel(make_corpus()[:3], CODEBOOK)["codings.xlsx"])
    assert book.sheetnames == ["codings", "codebook"]
    sheet = book["codings"]
    header = [cell.value for cell in sheet[1]]
    assert sheet.freeze_panes == "A2"
    assert all(cell.font.bold for cell in sheet[1])
    assert sheet.auto_filter.ref.startswith("A1:")
    widths = {
        name: sheet.column_dimensions[openpyxl.utils.get_column_letter(number)].width for number, name in enumerate(header, 1)
    }
    assert widths["text"] == 70 > widths["coder"]
    assert header[:11] == [
        "id",
        "article",
        "outlet",
        "date",
        "title",
        "before",
        "text",
        "after",
        "frames",
        "stance:port",
        "stance:old-town",
    ]
    lists = {str(rule.sqref): rule.formula1 for rule in sheet.data_validations.dataValidation}
    assert lists == {"J2:J4": '"favor,against,none"', "K2:K4": '"favor,against,none"', "L2:L4": '"open,coded,skipped,rejected"'}
    rows = [[cell.value for cell in row] for row in book["codebook"].iter_rows()]
    assert rows[0] == ["kind", "id", "name", "definition"]
    assert rows[1] == ["frame", "jobs", "Jobs: won & lost", "Work that a project <brings> or takes."]
    assert [row[0] for row in rows[1:]] == ["frame"] * 3 + ["target"] * 2


def test_no_codings_give_a_table_without_rows() -> None:
    assert len(parse(write_csv([], CODEBOOK)["codings.csv"])) == 0
    assert read_excel(write_excel([], CODEBOOK), CODEBOOK) == []


@pytest.mark.parametrize("write", [write_csv, write_excel])
def test_each_coder_gets_a_table_of_what_waits(write: Any) -> None:
    sent = [coding(0), coding(1, extra={"coders": ["ana", "ben"]}, **WAITING), coding(2, extra={"coders": ["ben"]}, **WAITING)]
    assert [name.split(".")[0] for name in write(sent, CODEBOOK)] == ["codings", "codings-ana", "codings-ben"]


def test_a_row_that_waited_and_was_coded_is_its_coders() -> None:
    context = {"coders": ["ana", "ben"], "before": ["One."], "title": "A title", "stratum": "x"}
    waiting = coding(1, extra=context, sampling="simple", **(WAITING | {"phase": None}))
    files = write_csv([coding(0), waiting], CODEBOOK)
    files["codings-ana.csv"] = edit_csv(files["codings-ana.csv"], 0, frames="cost, Jobs: won & lost", stance__port="Favor")
    files["codings-ben.csv"] = edit_csv(files["codings-ben.csv"], 0, frames="none", coder="ben 2")
    first, ana, ben = read_csv(files, CODEBOOK)
    assert first == coding(0)
    assert (ana.coder, ana.status, ana.frames, ana.stance, ana.sampling) == (
        "ana",
        "coded",
        {"cost", "jobs"},
        (("port", "favor"),),
        "simple",
    )
    assert (ben.coder, ben.status, ben.frames) == ("ben 2", "coded", frozenset())
    assert (ana.phase, ana.extra, ben.extra) == ("blind", {"stratum": "x"}, {"stratum": "x"})


def test_whatever_is_changed_in_a_cell_is_changed() -> None:
    sent = coding(0, note="", stance=(("old-town", "none"), ("port", "favor")), extra={"votes": 3, "tags": ["a", "b"], "x": None})
    content = write_csv([sent], CODEBOOK)["codings.csv"]
    assert read_csv(content, CODEBOOK) == [sent]
    (found,) = read_csv(edit_csv(content, 0, note="New.", votes="4", stance__old_town="against", index="7", flagged="x"), CODEBOOK)
    assert (found.note, found.extra, found.index, found.flagged) == ("New.", {"votes": "4", "tags": ["a", "b"], "x": None}, 7, True)
    assert dict(found.stance) == {"old-town": "against", "port": "favor"}
    (skipped,) = read_csv(edit_csv(content, 0, status="Skipped", frames="", stance__port="", stance__old_town=""), CODEBOOK)
    assert (skipped.status, skipped.frames, skipped.stance) == ("skipped", frozenset(), ())


@pytest.mark.parametrize("mark", ["1", "x", "X", "✓", "true", 1, 1.0, True])
def test_a_column_for_each_frame_is_read_from_excel(mark: Any) -> None:
    rows = [
        ["Text", "JOBS", "The sea", "frame:cost", "the port", "coder"],
        ["Hail fell.", mark, 0, None, "Against", "ana"],
        ["Rain.", None, None, None, None, "ana"],
    ]
    hail, rain = read_excel(workbook(*rows), CODEBOOK)
    assert (hail.frames, hail.stance, hail.coder, hail.status) == ({"jobs"}, (("port", "against"),), "ana", "coded")
    assert (rain.frames, rain.stance, rain.status) == (frozenset(), (), "coded")
    assert hail.id.startswith("text-")
    assert hail.id != rain.id
    assert not hail.grouped


def test_zeros_under_every_frame_code_what_waited() -> None:
    rows = [["text", "status", "jobs", "Sea-level_2", "cost"], ["Hail fell.", "open", 0, 0, 0], ["Rain.", "open", 0, None, None]]
    assert [a.status for a in read_excel(workbook(*rows), CODEBOOK)] == ["coded", "open"]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_tables_of_spreadsheets_are_read_with_their_delimiter(delimiter: str) -> None:
    lines = [["text", "frames", "stance:port", "url"], ['"Hail, fell; so\nit did."', '"jobs; cost"', "none", "u"], []]
    content = "\r\n".join(delimiter.join(line) for line in lines).encode("cp1252")
    (found,) = read_csv(content, CODEBOOK)
    assert (found.text, found.frames, found.extra) == ("Hail, fell; so\nit did.", {"jobs", "cost"}, {"url": "u"})


def test_numbers_and_days_of_a_workbook_are_read_as_people_see_them() -> None:
    header = ["id", "article", "text", "frames", "start", "seconds", "date", "when", "share", "sure", "", None]
    row = [7, 12.0, "Hail fell.", "jobs", 3.0, 4, date(2025, 2, 1), datetime(2025, 2, 1, 10, 30), 0.5, True, "lost", None]
    (found,) = read_excel({"a.xlsx": workbook(header, row, [None] * 12, title="codings")}, CODEBOOK)
    assert (found.id, found.article, found.start, found.seconds) == ("7", "12", 3, 4.0)
    assert found.extra == {"date": "2025-02-01", "when": "2025-02-01T10:30:00", "share": "0.5", "sure": "true"}


def test_a_frame_called_none_is_a_frame() -> None:
    book = parse_codebook('[[frames]]\nid = "none"\n[[frames]]\nid = "a"\n')
    assert read_csv(b"text,frames\nHail.,none\n", book)[0].frames == {"none"}


@pytest.mark.parametrize(
    ("header", "row", "message"),
    [
        ("text,frames", "Hail.,job", "the file: row 2: the codebook has no frame 'job' (did you mean 'jobs'?)"),
        ("text,stance:port", "Hail.,for", "row 2: the stance towards port is 'for'"),
        ("text,stance:prt", "Hail.,for", "row 1: the codebook has no target 'prt'"),
        ("text,frame:job", "Hail.,1", "row 1: the codebook has no frame 'job'"),
        ("text,jobs", "Hail.,maybe", "row 2: under 'jobs' stands 'maybe'; write 1 or x, or leave it empty"),
        ("text,frames,jobs", "Hail.,,", "row 1: it has a column 'frames' and columns of single frames"),
        ("text,frames,Frames", "Hail.,,", "row 1: two columns are for 'frames'; keep one"),
        ("text,jobs,Jobs: won & lost", "Hail.,,", "row 1: two columns are for 'jobs'"),
        (
            "text,farmes",
            "Hail.,jobs",
            "there is no column 'frames', of a single frame, or 'stance:TARGET' (did you mean 'farmes'?)",
        ),
        ("text,frames,index", "Hail.,,a", "row 2: under 'index' stands 'a'; a whole number is expected"),
        ("text,frames,seconds", "Hail.,,a", "row 2: under 'seconds' stands 'a'; a number is expected"),
        ("text,frames,status", "Hail.,jobs,skipped", "row 2: it is 'skipped' and has codes; keep the one or the other"),
        ("text,frames,status", "Hail.,,skiped", "row 2: the status is 'skiped'"),
        ("txt,frames", "Hail.,jobs", "row 2: there is no sentence under 'text' (did you mean 'txt'?)"),
        ("text,frames", "Hail.,jobs,3", "row 2: it has 3 cells, the header 2; quote cells that hold the delimiter"),
        ("text,frames,exact", "Hail.,jobs,{", "row 2, column 'exact': broken JSON"),
        (
            "text,frames,exact",
            'Hail.,jobs,"{""(row)"": {""number"": ""x""}}"',
            "row 2: the column 'exact' is not as it was written",
        ),
        ("text,frames,exact", 'Hail.,jobs,"{""(row)"": 3}"', "row 2: the column 'exact' is not as it was written"),
        ("text,frames,exact", "Hail.,jobs,[1]", "row 2: the column 'exact' is not as it was written; empty the cell"),
        ("text,frames,codebook_version", "Hail.,jobs,2", "row 2: coded with version 2 of the codebook"),
    ],
)
def test_a_wrong_row_is_named(header: str, row: str, message: str) -> None:
    with pytest.raises(AnnotationError) as caught:
        read_csv(f"{header}\n{row}\n".encode(), CODEBOOK)
    assert message in str(caught.value)


def test_files_that_are_no_tables_are_named() -> None:
    with pytest.raises(AnnotationError, match=r"the file: it is binary"):
        read_csv(b"\0\1\2" * 99)
    with pytest.raises(AnnotationError, match=r"row 1: there is no column 'frames'"):
        read_csv(b"")
    limit = csv.field_size_limit(131_072)  # the limit of a new process: tables of articles raise it for the whole process
    try:
        with pytest.raises(AnnotationError, match=r"line 3: broken CSV"):
            read_csv(b"text,frames\nHail.,\n" + b"x" * 140_000 + b",\n")
    finally:
        csv.field_size_limit(limit)
    with pytest.raises(AnnotationError, match=r"the file: it is no workbook"):
        read_excel(b"PK nothing")


def test_a_text_longer_than_a_cell_is_refused_by_excel_alone() -> None:
    sent = [coding(text="x" * 40_000)]
    with pytest.raises(AnnotationError, match="sentence 'a0:0': its 'text' is longer than a cell of Excel holds"):
        write_excel(sent, CODEBOOK)
    assert read_csv(write_csv(sent, CODEBOOK), CODEBOOK) == sent


def test_signs_that_a_workbook_cannot_hold_are_shown_as_such() -> None:
    assert clean_cell("a\x00b_x000D_c") == "a\ufffdb\ufffdc"
    assert clean_cell(0.1 + 0.2) == 0.3


@pytest.mark.parametrize("act", [lambda: write_excel([], CODEBOOK), lambda: read_excel(b"")])
def test_excel_without_its_library_says_what_to_install(act: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    with pytest.raises(UsageError, match=r"pip install 'framing\[excel\]'"):
        act()
