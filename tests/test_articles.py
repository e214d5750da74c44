from __future__ import annotations

import pytest

from framing.articles import MAX_BYTES, Article, Skipped, clean_date, decode, make_article

TEXT = "El puerto de Chancay abrió en noviembre; costó 3.500 millones. “Es nuestro”, dijo él.\n" * 12


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("utf-8", "café déjà “vu”"),
        ("utf-8-sig", "café"),
        ("utf-16", "café “vu”"),
        ("cp1252", "café “déjà vu” – naïve"),
        ("cp1252", TEXT),
        ("latin-1", TEXT.replace("“", '"').replace("”", '"')),
    ],
)
def test_text_is_decoded_whatever_encoding_it_came_in(encoding: str, text: str) -> None:
    assert decode(text.encode(encoding))[0] == text


def test_a_detector_decides_on_longer_texts_and_names_the_encoding() -> None:
    text = "Порт Чанкай открылся в ноябре, и грузы пошли в Шанхай быстрее, чем раньше. " * 20
    decoded, encoding = decode(text.encode("koi8-r"))
    assert decoded == text
    assert encoding == "koi8_r"


@pytest.mark.parametrize("data", [b"PK\x03\x04\x00\x00binary", bytes(range(1, 32)) * 3, b"\x81\x8d\x8f\x90\x9d"])
def test_binary_data_is_refused_by_name(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"binary|UTF-8"):
        decode(data)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("2024", "2024"),
        ("2024-11", "2024-11"),
        ("2024-11-14", "2024-11-14"),
        ("2024-11-14T10:00:00Z", "2024-11-14"),
        ("", None),
        (None, None),
    ],
)
def test_dates_stay_as_partial_as_they_came(given: str | None, expected: str | None) -> None:
    assert clean_date(given) == expected


@pytest.mark.parametrize("given", ["November 2024", "14.11.2024", "2024-13", "2024-02-31", "2024-1", "20241114", "0000"])
def test_a_date_of_another_form_is_named(given: str) -> None:
    with pytest.raises(ValueError, match="YYYY-MM-DD"):
        clean_date(given)


def test_an_article_of_blanks_is_skipped() -> None:
    assert make_article({"text": " \n\t"}, source="x") == Skipped("x", "it is empty")


def test_an_article_longer_than_any_is_skipped() -> None:
    found = make_article({"text": "a" * (MAX_BYTES + 1)}, source="x")
    assert isinstance(found, Skipped)
    assert "longer than 20 MiB" in found.reason


def test_a_lone_surrogate_is_replaced_in_place_so_that_offsets_hold() -> None:
    article = make_article({"text": "a\ud800b"}, source="x")
    assert isinstance(article, Article)
    assert article.text == "a\ufffdb"
