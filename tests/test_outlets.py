from __future__ import annotations

from pathlib import Path

import pytest

from framing.errors import FileError, UsageError
from framing.outlets import OutletFacts, add_facts, find_unread, read_outlets
from framing.population import SourceArticle


def article(outlet: str | None, country: str | None = None) -> SourceArticle:
    return SourceArticle("a", outlet, None, None, "", (), country)


@pytest.mark.parametrize(
    "text",
    [
        "outlet,country,ownership\nDaily,Peru,state\nWochenblatt,,private\n",
        "outlet;ownership;country\r\nDaily;state;Peru\r\n\r\nWochenblatt;private;\r\n",
        "\ufeffownership\toutlet\tcountry\tnote\nstate\t Daily \tPeru\tx\nprivate\tWochenblatt\t\t\n;\t\t\t\n",
    ],
)
def test_a_table_of_outlets_is_read_whatever_parts_its_columns(tmp_path: Path, text: str) -> None:
    path = tmp_path / "outlets.csv"
    path.write_bytes(text.encode())
    assert read_outlets(path) == {"Daily": OutletFacts("Peru", "state"), "Wochenblatt": OutletFacts(None, "private")}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "outlets.csv:1: a table of outlets has the column outlet"),
        ("name,country\nDaily,Peru\n", "outlets.csv:1: a table of outlets has the column outlet"),
        ("outlet\nDaily\n", "and country, ownership or both"),
        ("outlet,country\nDaily,Peru\nDaily,Chile\n", "outlets.csv:3: 'Daily' stands here twice"),
        ("outlet,country\0\nDaily,Peru\n", "binary"),
    ],
)
def test_what_is_no_table_of_outlets_is_refused_by_its_line(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "outlets.csv"
    path.write_text(text)
    with pytest.raises(UsageError, match=message):
        read_outlets(path)


def test_a_table_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileError, match=r"nowhere\.csv: No such file"):
        read_outlets(tmp_path / "nowhere.csv")


def test_what_an_article_says_itself_holds() -> None:
    facts = {"Daily": OutletFacts("Peru", "state")}
    assert (add_facts(article("Daily"), facts).country, add_facts(article("Daily"), facts).ownership) == ("Peru", "state")
    assert add_facts(article("Daily", "Chile"), facts).country == "Chile"
    for other in (article("Weekly"), article(None)):
        assert add_facts(other, facts) == other


def test_an_outlet_that_no_article_is_of_is_named_with_a_near_one() -> None:
    assert find_unread(["Dayly", "Weekly"], [article("Daily"), article("Weekly"), article(None)]) == [
        "no article is of 'Dayly' (did you mean 'Daily'?)"
    ]
