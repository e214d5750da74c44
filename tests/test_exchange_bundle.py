from __future__ import annotations

import json

import pytest
from exchanging import CODEBOOK, coding

from framing.annotations import Annotation, hash_sentence
from framing.articles import Article
from framing.errors import AnnotationError
from framing.exchange import FORMATS
from framing.exchange.bundle import strip_texts
from framing.standoff import locate_texts

TEXT = "Hail fell on the valley. The mayor was blamed for it."
ARTICLE = Article("a", TEXT)
EXTRA = {
    "before": ["Rain."],
    "after": [TEXT[25:]],
    "title": "Hail",
    "date": "2025-02",
    "stratum": "x",
    "coders": ["ana"],
    "round": "first",
    "votes": 3,
    "sure": True,
    "quote": {"text": TEXT},
}


def coded(**changes: object) -> Annotation:
    given = {"id": "a:0", "article": "a", "text": TEXT[:24], "start": 0, "end": 24, "note": f"“{TEXT[:8]}”?", "extra": EXTRA}
    return coding(**(given | changes))


def test_nothing_of_a_text_is_left() -> None:
    (bare,) = strip_texts([coded()])
    assert (bare.text, bare.note, bare.hash) == ("", None, hash_sentence(TEXT[:24]))
    assert bare.extra == {"date": "2025-02", "stratum": "x", "coders": ["ana"], "votes": 3, "sure": True}
    written = FORMATS["jsonl"].write([bare], CODEBOOK)["annotations.jsonl"].decode()
    assert not any(word in written for word in ("Hail", "fell", "valley", "Rain", "mayor"))
    assert json.loads(written)["frames"] == ["jobs"]


def test_notes_and_named_fields_stay_on_request() -> None:
    (bare,) = strip_texts([coded()], notes=True, keep=["round"])
    assert bare.note == coded().note
    assert bare.extra["round"] == "first"
    assert "quote" not in bare.extra


def test_the_texts_come_back_from_the_articles() -> None:
    sent = [coded(), coded(id="a:1", text=TEXT[25:], start=None, end=None, coder="ben"), coded(article="b")]
    located = locate_texts(strip_texts(sent, notes=True, keep=list(EXTRA)), [ARTICLE])
    assert [(a.text, a.frames, a.note, a.extra) for a in located.annotations] == [
        (a.text, a.frames, a.note, a.extra) for a in sent[:2]
    ]
    assert [a.article for a in located.absent] == ["b"]
    assert locate_texts(strip_texts(sent[:1]), [Article("a", "Hail fell upon us.")]).changed


def test_stripping_twice_changes_nothing_more() -> None:
    once = strip_texts([coded()])
    assert strip_texts(once) == once


def test_what_could_not_be_found_again_is_not_stripped() -> None:
    with pytest.raises(AnnotationError, match=r"own\.jsonl:1: sentence 'a:0' names no article"):
        strip_texts([coded(grouped=False, place="own.jsonl:1")])
    with pytest.raises(AnnotationError, match=r"the text of sentence 'a:0' is not the one that was coded"):
        strip_texts([coded(hash="00")])
