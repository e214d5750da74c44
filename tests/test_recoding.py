from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from framing.annotations import Annotation, hash_sentence
from framing.articles import Article, Skipped
from framing.errors import AnnotationError, UsageError
from framing.sampling.recoding import RecodingSample, draw_for_recoding

TEXTS = tuple(f"The gale felled {number} trees." for number in range(8))
ARTICLES = [
    Skipped("x", "it is empty"),
    Article("other", "It rained."),
    *(Article(name, "\n".join(TEXTS), "Daily", date="2024-02", title="A storm", sentences=TEXTS) for name in "ab"),
]


def coding(name: str, index: int, coder: str = "ana", *, phase: str = "blind", text: bool = True) -> Annotation:
    return Annotation(
        f"{name}:{index}",
        name,
        TEXTS[index] if text else "",
        frozenset({"storm"}),
        outlet="Daily",
        index=index,
        coder=coder,
        phase=phase,
        sampling="stratified",
        inclusion_probability=0.25,
        hash=hash_sentence(TEXTS[index]),
        extra={"stratum": "Daily", "date": "2024"},
    )


CODINGS = [coding(name, index, coder) for name in "ab" for index in range(6) for coder in ("ana", "ben")]


def draw(annotations: list[Annotation], n: int = 3, seed: int = 0, *, articles: bool = False, coder: str = "ana") -> RecodingSample:
    given = ARTICLES if articles else []
    return draw_for_recoding(annotations, coder, n, np.random.default_rng(seed), articles=given)


def test_a_coder_gets_sentences_of_her_own_again_with_how_they_were_drawn_at_first() -> None:
    sample = draw([*CODINGS, coding("a", 7, "ben")], 12)
    assert {line.id for line in sample.drawn} == {f"{name}:{index}" for name in "ab" for index in range(6)}
    assert (sample.codings, sample.textless, sample.alone) == (12, 0, 12)
    assert sample.notes == (
        "12 of the sentences come without those around them, which ana saw at first: name the sample beside the codings, or the "
        "articles with --articles",
    )
    for line in sample.drawn:
        assert (line.phase, line.coders) == ("recoded", ("ana",))
        assert (line.sampling, line.inclusion_probability, line.stratum) == ("stratified", 0.25, "Daily")
        assert (line.before, line.after, line.title, line.date) == ((), (), None, "2024")


def test_articles_give_the_sentences_around() -> None:
    line = next(line for line in draw(CODINGS, 12, articles=True).drawn if line.id == "a:1")
    assert line.before == ("A storm", TEXTS[0])
    assert line.after == TEXTS[2:5]
    assert (line.title, line.date, line.text, line.index) == ("A storm", "2024-02", TEXTS[1], 1)
    assert line.inclusion_probability == 0.25


def shown(name: str, index: int, **fields: object) -> Annotation:
    """Return the line of the sample that a coding was made from, with another context than the articles hold."""
    extra = {"title": "As drawn", "before": ["Before it."], "after": ["After it."], "date": "2024-02", "coders": ["ana", "ben"]}
    return replace(coding(name, index), coder=None, frames=frozenset(), status="open", extra=extra | fields)


@pytest.mark.parametrize("articles", [False, True])
def test_the_line_of_the_sample_gives_what_the_coder_saw_at_first(*, articles: bool) -> None:
    sample = draw([shown("a", 1), *CODINGS], 12, articles=articles)
    line = next(line for line in sample.drawn if line.id == "a:1")
    assert (line.title, line.before, line.after, line.date) == ("As drawn", ("Before it.",), ("After it.",), "2024-02")
    assert (line.coders, line.phase, line.stratum, line.inclusion_probability) == (("ana",), "recoded", "Daily", 0.25)
    assert sample.alone == (0 if articles else 11)
    assert bool(sample.notes) is not articles
    bare = coding("a", 1, text=False)
    assert [(s.text, s.before) for s in draw([shown("a", 1), bare], 1).drawn] == [(TEXTS[1], ("Before it.",))]


@pytest.mark.parametrize(
    "line",
    [
        replace(shown("a", 1), phase="recoded"),
        replace(shown("a", 1), text="Another text."),
        replace(shown("a", 1), text=""),
        replace(shown("a", 1), extra={}),
        shown("b", 1),
    ],
)
def test_a_line_that_the_coding_was_not_made_from_gives_no_context(line: Annotation) -> None:
    sample = draw([line, coding("a", 1)], 1)
    assert (sample.drawn[0].before, sample.alone) == ((), 1)


@pytest.mark.parametrize(("key", "value"), [("before", "It rained."), ("after", [1])])
def test_a_line_whose_context_is_broken_is_named(key: str, value: object) -> None:
    line = replace(shown("a", 1, **{key: value}), place="sample.jsonl:3")
    with pytest.raises(AnnotationError, match=f"sample.jsonl:3: '{key}' must be a list of strings"):
        draw([line, coding("a", 1)], 1)


def test_articles_give_texts_that_the_codings_lack() -> None:
    bare = [coding("a", index, text=False) for index in range(4)]
    assert {line.text for line in draw(bare, 4, articles=True).drawn} == set(TEXTS[:4])
    with pytest.raises(AnnotationError, match="the codings of 'ana' hold no text; name the articles"):
        draw(bare)


def test_codings_without_text_are_counted() -> None:
    sample = draw([*CODINGS, coding("c", 0, text=False)], 20)
    assert sample.textless == 1
    assert sample.notes == (
        "20 sentences were asked for, but ana coded only 12 to draw from",
        "1 codings of ana hold no text; name the articles with --articles to draw from these too",
        sample.notes[2],
    )


def test_two_recodings_with_one_seed_take_each_sentence_as_often_as_another() -> None:
    """Six of twelve in two goes, over 2,000 seeds: five standard errors."""
    drawn: Counter[str] = Counter()
    for seed in range(2000):
        first = [line.id for line in draw(CODINGS, 3, seed).drawn]
        again = [replace(coding(name[0], int(name[2:])), phase="recoded") for name in first]
        drawn.update([*first, *(line.id for line in draw([*CODINGS, *again], 3, seed).drawn)])
    assert all(abs(count / 2000 - 0.5) <= 5 * (0.25 / 2000) ** 0.5 for count in drawn.values())


def test_what_was_coded_again_is_not_drawn_again() -> None:
    again = [coding("a", index, phase="recoded") for index in range(6)]
    assert {line.article for line in draw([*CODINGS, *again], 12).drawn} == {"b"}
    with pytest.raises(AnnotationError, match="'ana' has coded all of them again"):
        draw([*CODINGS, *again, *(coding("b", index, phase="recoded") for index in range(6))])


def test_only_blind_codings_are_drawn_from() -> None:
    skipped = replace(coding("a", 0), status="skipped", frames=frozenset())
    seen = [coding("a", 1, phase="assisted"), coding("a", 2, phase="adjudicated"), skipped, coding("b", 5)]
    assert [line.id for line in draw(seen, 1).drawn] == ["b:5"]


@pytest.mark.parametrize(
    ("n", "coder", "error", "message"),
    [
        (0, "ana", UsageError, "0 sentences cannot be drawn"),
        (3, "anna", AnnotationError, "'anna' coded no sentence blind .did you mean 'ana'"),
    ],
)
def test_what_cannot_be_drawn_is_refused(n: int, coder: str, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        draw(CODINGS, n, coder=coder)


def test_the_draw_is_random_and_one_seed_gives_one_sample_in_whatever_order_the_codings_come() -> None:
    assert draw(CODINGS, 4, 3) == draw(CODINGS[::-1], 4, 3)
    drawn = Counter(line.id for seed in range(600) for line in draw(CODINGS, 3, seed).drawn)
    assert len(drawn) == 12
    assert all(abs(count / 600 - 0.25) <= 5 * (0.25 * 0.75 / 600) ** 0.5 for count in drawn.values())
