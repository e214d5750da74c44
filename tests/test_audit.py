from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from conftest import make_annotations, write_jsonl

from framing.annotation_files import read_annotations
from framing.annotations import Annotation, CodedSentence, settle
from framing.audit import (
    MASK,
    CurvePoint,
    Spread,
    expected_gain,
    find_likely_errors,
    find_outlet_markers,
    learning_curve,
    mask_names,
    measure_target_blind,
    measure_topic_only,
    repeat_splits,
)
from framing.codebook import Codebook, Cue
from framing.evaluation import cross_validate
from framing.features import TermCounts, count_terms
from framing.normalizing import normalize
from framing.settings import Settings

SETTINGS = Settings(min_documents=1)


def count(sentences: Sequence[CodedSentence], codebook: Codebook) -> TermCounts:
    return count_terms([s.text for s in sentences], codebook, SETTINGS)


@pytest.fixture(scope="module")
def sentences(annotations: list[Annotation]) -> list[CodedSentence]:
    return settle(annotations)


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory, codebook: Codebook) -> list[CodedSentence]:
    path = write_jsonl(tmp_path_factory.mktemp("many") / "coded.jsonl", make_annotations(articles=64, seed=3))
    return settle(read_annotations([path], codebook))


@pytest.fixture(scope="module")
def named(codebook: Codebook) -> Codebook:
    """The codebook with names for its target."""
    (target,) = codebook.targets
    return replace(codebook, targets=(replace(target, cues=(Cue("mayor*"), Cue("praised warmly", group="praise"))),))


def shuffle_texts(sentences: Sequence[CodedSentence]) -> list[CodedSentence]:
    texts = [s.text for s in sentences]
    random.Random(7).shuffle(texts)
    return [replace(s, text=text) for s, text in zip(sentences, texts, strict=True)]


def point(sentences: int, mean: float) -> CurvePoint:
    return CurvePoint(sentences, Spread(mean, 0.0, mean, mean), None)


def test_the_learning_curve_grows_with_the_data_and_is_the_same_each_time(
    sentences: list[CodedSentence], codebook: Codebook
) -> None:
    counts = count(sentences, codebook)
    points = learning_curve(counts, sentences, codebook, SETTINGS)
    assert [p.sentences for p in points] == [14, 29, 58, 115]
    frames = [p.frames.mean for p in points if p.frames]
    stance = [p.stance.mean for p in points if p.stance]
    assert frames[0] + 0.1 < frames[-1]
    assert stance[0] + 0.1 < stance[-1]
    assert points[0].frames.deviation > 0
    assert points[-1].frames.deviation == 0
    assert points == learning_curve(counts, sentences, codebook, SETTINGS)


def test_the_whole_of_the_curve_is_the_cross_validation(many: list[CodedSentence], codebook: Codebook) -> None:
    counts = count(many, codebook)
    points = learning_curve(counts, many, codebook, SETTINGS, seeds=1)
    by_article = cross_validate(counts, many, codebook, SETTINGS).evaluations[0]
    assert points[-1].frames.mean == pytest.approx(by_article.macro_f1())
    assert points[-1].stance.mean == pytest.approx(by_article.macro_f1("stance"))


def test_shuffled_labels_gain_nothing_from_more_data(many: list[CodedSentence], codebook: Codebook) -> None:
    shuffled = shuffle_texts(many)
    points = learning_curve(count(shuffled, codebook), shuffled, codebook, SETTINGS)
    assert expected_gain(points) == pytest.approx(0, abs=0.04)


def test_the_gain_is_the_slope_through_the_last_three_points() -> None:
    points = [point(10, 0.9), point(20, 0.3), point(40, 0.4), point(80, 0.5)]
    assert expected_gain(points) == pytest.approx(0.1)
    assert expected_gain(points, "stance") is None
    assert expected_gain(points[:2]) is None
    assert expected_gain([point(20, 0.3)] * 3) is None


def test_one_repeat_has_no_spread_and_several_have(sentences: list[CodedSentence], codebook: Codebook) -> None:
    counts = count(sentences, codebook)
    once = repeat_splits(counts, sentences, codebook, SETTINGS, repeats=1)
    assert once.frames.deviation == once.stance.deviation == 0
    assert once.frames.lowest == once.frames.mean == once.frames.highest
    assert once.frames.mean > 0.9
    noise = shuffle_texts(sentences)
    several = repeat_splits(count(noise, codebook), noise, codebook, SETTINGS, repeats=3)
    assert list(several.labels) == ["harvest", "storm", "mayor:favor", "mayor:against"]
    assert several.labels["mayor:favor"].deviation > 0
    assert several.stance.lowest < several.stance.mean < several.stance.highest


def test_a_word_of_one_outlet_that_marks_a_frame_is_found(sentences: list[CodedSentence], codebook: Codebook) -> None:
    outlet = sentences[0].outlet
    private = [replace(s, text=f"Zephyrically {s.text}") if s.outlet == outlet and "storm" in s.frames else s for s in sentences]
    found = find_outlet_markers(count(private, codebook), private, codebook, SETTINGS)
    marker = next(marker for marker in found.markers if marker.word == "zephyrically")
    assert (marker.outlet, marker.share, marker.label) == (outlet, 1.0, "storm")
    assert marker.weight == max(other.weight for other in found.markers if other.label == "storm")
    plain = find_outlet_markers(count(sentences, codebook), sentences, codebook, SETTINGS)
    assert "zephyrically" not in {marker.word for marker in plain.markers}
    assert len(find_outlet_markers(count(private, codebook), private, codebook, SETTINGS, limit=1).markers) == 1


def test_an_outlet_is_told_by_its_habits_and_not_without_any(sentences: list[CodedSentence], codebook: Codebook) -> None:
    plain = find_outlet_markers(count(sentences, codebook), sentences, codebook, SETTINGS)
    assert plain.majority == pytest.approx(1 / 3)
    assert plain.accuracy == pytest.approx(plain.majority, abs=0.15)
    signed = [replace(s, text=f"{s.text} Correspondent {s.outlet.replace('outlet ', 'desk')}") for s in sentences]
    assert find_outlet_markers(count(signed, codebook), signed, codebook, SETTINGS).accuracy > 0.95
    one = [replace(s, outlet="one") for s in sentences]
    alone = find_outlet_markers(count(one, codebook), one, codebook, SETTINGS)
    assert (alone.accuracy, alone.majority, alone.markers) == (None, 1.0, ())


def test_topic_alone_finds_what_holds_for_whole_articles_only(sentences: list[CodedSentence], codebook: Codebook) -> None:
    mixed = measure_topic_only(count(sentences, codebook), sentences, codebook, SETTINGS)
    assert mixed.topic.macro_f1() < mixed.full.macro_f1() - 0.2
    first = {s.article: s for s in reversed(sentences)}
    uniform = [replace(s, text=f"{first[s.article].text} {n}", frames=first[s.article].frames) for n, s in enumerate(sentences)]
    same = measure_topic_only(count(uniform, codebook), uniform, codebook, SETTINGS)
    assert same.topic.find("storm").f1 == pytest.approx(same.full.find("storm").f1, abs=0.1)


def test_masking_a_targets_names_changes_the_features_of_its_stance(sentences: list[CodedSentence], named: Codebook) -> None:
    counts = count(sentences, named)
    favor, against = measure_target_blind(counts, sentences, named, SETTINGS)
    assert (favor.label, against.label) == ("mayor:favor", "mayor:against")
    assert favor.masked == against.masked == sum("mayor" in s.text for s in sentences)
    assert favor.f1 == pytest.approx(measure_topic_only(counts, sentences, named, SETTINGS).full.find("mayor:favor").f1)
    # The verbs still tell who was praised and who blamed; where they are masked as well, nothing does.
    assert favor.blind_f1 > 0.9
    blind = measure_target_blind(counts, sentences, named, SETTINGS, mask=["praised * *", "praised warmly", "blamed bitterly"])
    assert [row.f1 for row in blind] == [favor.f1, against.f1]
    assert blind[0].blind_f1 < favor.blind_f1 - 0.2
    hidden = count_terms(mask_names([s.text for s in sentences], named.targets[0]), named, SETTINGS)
    assert "mayor" in counts.terms[0]
    assert "mayor" not in hidden.terms[0]
    assert hidden.cues.sum() < counts.cues.sum()


def test_a_codebook_without_targets_has_nothing_to_mask(sentences: list[CodedSentence], codebook: Codebook) -> None:
    book = replace(codebook, targets=())
    assert measure_target_blind(count(sentences, book), sentences, book, SETTINGS) == ()


def test_a_target_without_names_is_left_as_it_is(sentences: list[CodedSentence], codebook: Codebook) -> None:
    for row in measure_target_blind(count(sentences, codebook), sentences, codebook, SETTINGS):
        assert row.masked == 0
        assert row.blind_f1 == row.f1


def test_names_are_masked_where_they_stand(named: Codebook) -> None:
    texts = ["The Mayor's office praised warmly the U.S. envoy; us, the mayors-elect!", "Nobody came."]
    assert mask_names(texts, named.targets[0], ["US", "us envoy", "usa envoy"]) == [
        f"the {MASK}'s office praised warmly the {MASK}; us, the {MASK}-elect!",
        "nobody came.",
    ]
    assert mask_names(texts, replace(named.targets[0], cues=())) == [normalize(text) for text in texts]


def test_a_flipped_code_is_among_the_likely_errors(sentences: list[CodedSentence], codebook: Codebook) -> None:
    lost = next(n for n, s in enumerate(sentences) if s.frames == {"storm"})
    wrong = next(n for n, s in enumerate(sentences) if not s.frames)
    flipped = list(sentences)
    flipped[lost] = replace(sentences[lost], frames=frozenset())
    flipped[wrong] = replace(sentences[wrong], frames=frozenset({"harvest"}))
    validation = cross_validate(count(flipped, codebook), flipped, codebook, SETTINGS)
    found = find_likely_errors(validation, flipped, codebook, limit=6)
    by_id = {(error.label, error.id): error for error in found}
    assert by_id["storm", sentences[lost].id].coded is False
    assert by_id["storm", sentences[lost].id].probability > 0.9
    assert by_id["harvest", sentences[wrong].id].coded is True
    assert by_id["harvest", sentences[wrong].id].probability < 0.1
    gaps = [abs(error.coded - error.probability) for error in found]
    assert gaps == sorted(gaps, reverse=True)


def test_no_error_is_named_of_a_label_not_learnt_or_a_sentence_that_does_not_count(
    sentences: list[CodedSentence], codebook: Codebook
) -> None:
    validation = cross_validate(count(sentences, codebook), sentences, codebook, SETTINGS)
    counting = replace(validation, codes=replace(validation.codes, counts=np.arange(len(sentences)) < 50))
    found = find_likely_errors(counting, sentences, codebook, limit=10_000)
    assert len(found) == 50 * 4
    assert {error.id for error in found} == {s.id for s in sentences[:50]}
    assert "ghost" not in {error.label for error in found}


def test_figures_are_of_the_sentences_that_count_alone(many: list[CodedSentence], codebook: Codebook) -> None:
    written = [
        replace(s, id=f"w{s.id}", article=f"w{s.article}", outlet="writer", sampling="written", text=f"Penned {s.text}")
        for s in many
    ]
    both = [*many, *written]
    counts = count(both, codebook)
    assert measure_topic_only(counts, both, codebook, SETTINGS).full.sentences == len(many)
    found = find_outlet_markers(counts, both, codebook, SETTINGS)
    assert found.majority == pytest.approx(max(sum(s.outlet == o for s in many) for o in {s.outlet for s in many}) / len(many))
    assert "writer" not in {marker.outlet for marker in found.markers}
