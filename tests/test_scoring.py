from __future__ import annotations

from dataclasses import replace

import pytest

from framing.articles import Article, Skipped
from framing.labelling import LabelRule
from framing.model import FramingModel
from framing.scoring import ArticleScore, ModelScorer, article_record, is_foreign, score_articles, sentence_records

TEXT = """Storms in the valley

The gale felled 12 trees by the river, and the mayor was blamed bitterly.

A bus holds 40 people.

“Growers reaped 9 tonnes of wheat,” Rojas said.

Photo: X"""


@pytest.fixture(scope="module")
def score(model: FramingModel) -> ArticleScore:
    facts = {"outlet": "Daily", "date": "2024-11", "source": "a.txt", "ownership": "state", "url": "https://example.org/a"}
    found = next(score_articles([Article("a", TEXT, **facts)], ModelScorer(model.compile())))
    assert isinstance(found, ArticleScore)
    return found


def test_the_record_of_an_article_counts_its_body(score: ArticleScore, model: FramingModel) -> None:
    record = article_record(score, model.codebook)
    fields = "article_id outlet country date title source language sentences frames stance headline trained_on ownership url model"
    assert list(record) == fields.split()
    assert (record["ownership"], record["url"]) == ("state", "https://example.org/a")
    assert record["sentences"] == 3
    assert record["frames"]["storm"]["sentences"] == 1
    assert record["frames"]["storm"]["share"] == pytest.approx(1 / 3, abs=1e-6)
    assert 0 < record["frames"]["storm"]["mean_probability"] < 1
    assert record["frames"]["ghost"] == {"sentences": None, "share": None, "mean_probability": None}
    assert record["stance"]["mayor"] == {"favor": 0, "against": 1, "none": 2, "balance": pytest.approx(-1 / 3, abs=1e-6)}
    assert [row["text"] for row in record["headline"]] == ["Storms in the valley"]
    assert record["model"] == model.label


def test_the_record_of_a_sentence_says_where_it_is_and_who_speaks(score: ArticleScore, model: FramingModel) -> None:
    records = list(sentence_records(score, model.codebook))
    fields = "article_id outlet country date title source index kind voice speaker turn start end text frames probabilities stance"
    assert list(records[0]) == [*fields.split(), "stance_probabilities", "trained_on", "ownership", "url", "model"]
    assert (records[0]["ownership"], records[0]["url"], records[0]["title"]) == ("state", "https://example.org/a", None)
    assert [record["kind"] for record in records] == ["headline", "body", "body", "body"]
    assert [record["index"] for record in records] == [0, 1, 2, 3]
    assert all(TEXT[record["start"] : record["end"]] == record["text"] for record in records)
    storm, last = records[1], records[3]
    assert storm["frames"] == ["storm"]
    assert storm["stance"] == {"mayor": "against"}
    assert storm["probabilities"]["ghost"] is None
    assert sum(storm["stance_probabilities"]["mayor"].values()) == pytest.approx(1, abs=1e-5)
    assert (last["voice"], last["speaker"]) == ("quoted", "Rojas")


def test_what_cannot_be_scored_is_passed_on_in_order_and_nothing_is_lost(model: FramingModel) -> None:
    items: list[Article | Skipped] = [
        Article("a", "Hail fell."),
        Skipped("b.txt", "it is empty"),
        Article("c", "Photo: X", source="c.txt"),
        Article("d", "Gales blew."),
    ]
    found = list(score_articles(items, ModelScorer(model.compile())))
    assert [type(item).__name__ for item in found] == ["ArticleScore", "Skipped", "Skipped", "ArticleScore"]
    assert "no sentences are left after cleaning" in found[2].reason  # type: ignore[union-attr]


def test_sentences_that_the_model_was_trained_on_are_counted(model: FramingModel, annotations: list) -> None:
    article = Article("a", f"{annotations[0].text} Something quite new happened.")
    found = next(score_articles([article], ModelScorer(model.compile())))
    assert isinstance(found, ArticleScore)
    assert found.trained_on == 1


def test_a_target_that_was_not_learnt_has_no_counts(model: FramingModel) -> None:
    without = replace(model, rules=(*model.rules[:3], LabelRule(), LabelRule())).compile()
    found = next(score_articles([Article("a", "Hail fell.")], ModelScorer(without)))
    assert isinstance(found, ArticleScore)
    assert article_record(found, model.codebook)["stance"]["mayor"] == {
        "favor": None,
        "against": None,
        "none": None,
        "balance": None,
    }
    (record,) = sentence_records(found, model.codebook)
    assert record["stance"] == {"mayor": None}
    assert record["stance_probabilities"]["mayor"] == {"favor": None, "against": None, "none": None}


@pytest.mark.parametrize(
    ("text", "language", "foreign"),
    [
        ("El puerto de Chancay se inauguró en noviembre y el gobierno dijo que traerá empleo a la región. " * 3, None, True),
        ("The port of Chancay was opened in November, and the government said that it will bring jobs. " * 3, None, False),
        ("Puerto inaugurado en noviembre.", None, False),
        ("The port of Chancay was opened.", "es", True),
        ("The port of Chancay was opened.", "en-US", False),
    ],
)
def test_an_article_in_another_language_is_noticed(text: str, language: str | None, foreign: bool) -> None:
    assert is_foreign(Article("a", text, language=language), "en") is foreign


def test_a_language_without_a_word_list_is_not_judged() -> None:
    assert not is_foreign(Article("a", "uno dos tres " * 20), "es")
