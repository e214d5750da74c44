from __future__ import annotations

import random
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from framing.annotations import Annotation, settle
from framing.calibration import best_threshold, choose_rule, demand_precision, thresholds_for_precision
from framing.codebook import Codebook
from framing.coded import encode
from framing.errors import AnnotationError
from framing.evaluation import assign_folds, assign_outlet_folds, predict_left_out
from framing.features import count_terms
from framing.fitting import fit_model
from framing.labelling import label_probabilities
from framing.metrics import LabelMetrics, average_precision, bootstrap_interval, calibration_error, f1_score
from framing.model import FramingModel
from framing.settings import Settings
from framing.training import Training, cross_validate_annotations, evaluate_annotations, train

CODED = st.lists(st.tuples(st.floats(0, 1, width=16), st.booleans()), min_size=2, max_size=60).filter(
    lambda rows: any(coded for _, coded in rows)
)


def columns(rows: list[tuple[float, bool]]) -> tuple[np.ndarray, np.ndarray]:
    return np.array([p for p, _ in rows]), np.array([coded for _, coded in rows])


@given(CODED)
def test_average_precision_is_that_of_scikit_learn(rows: list[tuple[float, bool]]) -> None:
    from sklearn.metrics import average_precision_score

    probability, coded = columns(rows)
    assert average_precision(probability, coded) == pytest.approx(average_precision_score(coded, probability))


@given(CODED)
def test_no_other_threshold_has_a_higher_f1(rows: list[tuple[float, bool]]) -> None:
    probability, coded = columns(rows)
    best = f1_score(probability >= best_threshold(probability, coded)[0], coded)
    assert best == pytest.approx(max(f1_score(probability >= threshold, coded) for threshold in probability))


@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=40))
def test_f1_is_that_of_scikit_learn(rows: list[tuple[bool, bool]]) -> None:
    from sklearn.metrics import f1_score as reference

    given_, coded = np.array(rows).T
    assert f1_score(given_, coded) == pytest.approx(reference(coded, given_, zero_division=0))


@pytest.mark.parametrize("scale", [1e-3, 0.2, 1.0, 30.0, 1e4])
@pytest.mark.parametrize("shift", [-40.0, 0.0, 3.0])
@pytest.mark.parametrize("share", [0.03, 0.5])
def test_platt_scaling_is_the_logistic_regression_on_the_decision_value(scale: float, shift: float, share: float) -> None:
    from sklearn.linear_model import LogisticRegression

    draw = np.random.default_rng(0)
    coded = draw.random(6000) < share
    values = draw.normal(size=6000) + 1.5 * coded
    rule = choose_rule(scale * (values + shift), coded)
    reference = LogisticRegression(C=1e9, tol=1e-8).fit(values[:, None], coded)
    found = label_probabilities((scale * (values + shift))[:, None], [rule])[:, 0]
    assert found == pytest.approx(reference.predict_proba(values[:, None])[:, 1], abs=0.01)
    assert calibration_error(found, coded) < 0.03


def test_a_useless_decision_value_is_not_reversed_but_gets_the_share_of_positives() -> None:
    decisions = np.linspace(-1, 1, 400)
    rule = choose_rule(decisions, decisions < -0.5)
    assert rule.slope > 0
    assert label_probabilities(decisions[:, None], [rule])[:, 0] == pytest.approx(np.full(400, 0.25), abs=0.01)


def test_separated_decision_values_are_calibrated_without_overflow() -> None:
    rule = choose_rule(np.concatenate([np.full(40, -3.0), np.full(40, 2.0)]), np.arange(80) >= 40)
    assert 0 < rule.slope < 100
    assert -3 * rule.slope + rule.offset < 0 < 2 * rule.slope + rule.offset


@pytest.mark.parametrize(
    ("decisions", "coded"),
    [
        (np.full(20, np.nan), np.arange(20) < 10),
        (np.zeros(20), np.arange(20) < 2),
        (np.zeros(20), np.ones(20, bool)),
        (np.where(np.arange(20) < 10, np.nan, 1.0), np.arange(20) < 10),
    ],
)
def test_a_frame_is_not_learnt_from_nothing(decisions: np.ndarray, coded: np.ndarray) -> None:
    assert not choose_rule(decisions, coded).learnt


def test_few_positives_get_half_the_best_f1_as_threshold() -> None:
    decisions = np.linspace(-1, 1, 200)
    few, many = decisions > 0.9, decisions > 0.5
    assert choose_rule(decisions, few).threshold == pytest.approx(0.5)
    assert choose_rule(decisions, many).threshold != pytest.approx(0.5)


@given(CODED)
def test_a_threshold_for_a_precision_reaches_it(rows: list[tuple[float, bool]]) -> None:
    probability, coded = columns(rows)
    thresholds = thresholds_for_precision(probability, coded)
    for precision, threshold in zip(np.arange(50, 100, 5) / 100, thresholds, strict=True):
        if threshold is not None:
            given_ = probability >= threshold
            assert (given_ & coded).sum() / given_.sum() >= precision - 1e-9
    known = [threshold for threshold in thresholds if threshold is not None]
    assert known == sorted(known)


def test_demanding_precision_raises_thresholds_and_names_what_cannot_reach_it(model: FramingModel) -> None:
    curves = [[0.7] * 10, [None] * 10, [None] * 10, [0.2] * 10, [0.9] * 10]
    strict, lacking = demand_precision(model, curves, 0.8)
    assert lacking == [1]
    for before, after in zip(model.rules, strict.rules, strict=True):
        assert after.threshold >= before.threshold
    text = "The gale felled 12 trees by the river."
    assert model.score([text]).labels == [{"storm"}]
    assert strict.score([text]).labels == [frozenset()]


def test_folds_of_outlets_keep_each_outlet_whole(annotations: list[Annotation], codebook: Codebook) -> None:
    codes = encode(settle(annotations), codebook)
    fold = assign_outlet_folds(codes, 3)
    assert all(len(set(fold[codes.outlet == outlet])) == 1 for outlet in set(codes.outlet))
    assert len(set(fold)) == 3


def test_counting_once_gives_the_decisions_of_a_model_that_never_saw_the_fold(
    annotations: list[Annotation], codebook: Codebook
) -> None:
    sentences, settings = settle(annotations), Settings(min_documents=2)
    codes = encode(sentences, codebook)
    fold = assign_folds(codes, 4, seed=0)
    (decisions,) = predict_left_out(count_terms([s.text for s in sentences], codebook, settings), codes, codebook, settings, fold)
    others = [s for s, number in zip(sentences, fold, strict=True) if number != 0]
    inside = [s.text for s, number in zip(sentences, fold, strict=True) if number == 0]
    model = fit_model(others, codebook, settings)
    learnt = [rule.learnt for rule in model.rules]
    assert decisions[fold == 0][:, learnt] == pytest.approx(model.decide(inside)[:, learnt], abs=1e-3)


def test_sentences_that_only_teach_are_not_counted(annotations: list[Annotation], codebook: Codebook) -> None:
    news = [
        replace(a, id=f"{copy}{a.id}", article=f"{copy}{a.article}", text=f"{a.text} {copy}") for copy in "xy" for a in annotations
    ]
    written = [replace(a, sampling="written") for a in annotations]
    codes = encode(settle([*news, *written]), codebook)
    assert codes.counts.sum() == 288
    assert codes.written.sum() == 144
    validation = cross_validate_annotations([*news, *written], codebook, Settings())
    assert [evaluation.sentences for evaluation in validation.evaluations] == [288, 288]
    assert encode(settle(written), codebook).counts.all()


def test_no_article_is_in_two_folds_and_labels_are_spread(annotations: list[Annotation], codebook: Codebook) -> None:
    codes = encode(settle(annotations), codebook)
    fold = assign_folds(codes, 5, seed=0)
    assert all(len(set(fold[codes.article == article])) == 1 for article in set(codes.article))
    shares = [codes.given[fold == number, 0].mean() for number in range(5)]
    assert max(shares) - min(shares) < 0.2
    assert sorted(np.bincount(fold))[0] > 10


def test_calibration_error_of_a_constant_is_its_distance_from_the_share() -> None:
    assert calibration_error(np.full(10, 0.9), np.arange(10) < 4) == pytest.approx(0.5)
    assert calibration_error(np.ones(4), np.ones(4, bool)) == 0.0


def test_an_interval_over_articles_is_wider_than_one_over_sentences() -> None:
    draw = random.Random(1)
    article = np.repeat(np.arange(20), 10)
    right = np.repeat([draw.random() < 0.6 for _ in range(20)], 10)
    coded = np.ones(200, bool)
    clustered = bootstrap_interval(right, coded, article, 0)
    single = bootstrap_interval(right, coded, np.arange(200), 0)
    assert clustered[1] - clustered[0] > 1.8 * (single[1] - single[0])


def test_the_evaluation_stands_beside_baseline_and_coders(training: Training) -> None:
    by_article, by_outlet = training.evaluations
    assert (by_article.design, by_outlet.design) == ("articles left out", "outlets left out")
    storm = by_article.find("storm")
    assert storm is not None
    assert storm.f1 is not None
    assert storm.f1 > 0.9
    assert storm.majority_f1 == 0.0
    assert storm.constant_f1 == pytest.approx(2 * storm.positives / (storm.sentences + storm.positives))
    assert storm.coder_f1 is not None
    assert 0.9 < storm.coder_f1 < 1
    assert storm.reliable
    ghost = by_article.find("ghost")
    assert ghost is not None
    assert ghost.f1 is None
    assert ghost.note == "too few positives to learn it"
    assert not ghost.reliable
    none = by_article.find("mayor:none")
    assert none is not None
    assert none.majority_f1 == none.constant_f1
    assert none.coder_f1 == none.alpha == 1.0
    assert by_article.find("nothing") is None


def test_shuffled_codes_are_learnt_no_better_than_chance(annotations: list[Annotation], codebook: Codebook) -> None:
    sentences = settle(annotations)
    texts = [sentence.text for sentence in sentences]
    random.Random(7).shuffle(texts)
    shuffled = [
        Annotation(s.id, s.article, text, s.frames, s.stance, outlet="one", coder="x")
        for s, text in zip(sentences, texts, strict=True)
    ]
    (evaluation,) = cross_validate_annotations(shuffled, codebook, Settings()).evaluations
    storm = evaluation.find("storm")
    assert storm is not None
    assert storm.average_precision == pytest.approx(storm.positives / storm.sentences, abs=0.15)
    assert not storm.reliable


@pytest.mark.parametrize(
    "change",
    [{"alpha_low": 0.5}, {"alpha_low": None}, {"f1": 0.4}, {"low": 0.2}, {"majority_f1": 0.85}, {"positives": 9}, {"f1": None}],
)
def test_a_label_is_reliable_only_if_all_speaks_for_it(change: dict[str, float | None]) -> None:
    row = LabelMetrics("storm", 100, 30, f1=0.9, low=0.8, high=0.95, majority_f1=0.0, constant_f1=0.46, alpha=0.9, alpha_low=0.7)
    assert row.reliable
    assert replace(row, alpha=None, alpha_low=None).reliable
    assert not replace(row, **change).reliable


def test_a_model_is_never_evaluated_on_its_training_sentences(training: Training, annotations: list[Annotation]) -> None:
    with pytest.raises(AnnotationError, match="was trained on all 144 sentences"):
        evaluate_annotations(training.model, annotations)
    with pytest.raises(AnnotationError, match="no coded sentences"):
        evaluate_annotations(training.model, [])
    new = [replace(a, text=f"Yesterday {a.text}", id=f"new {a.id}") for a in annotations]
    alone = evaluate_annotations(training.model, new)
    mixed = evaluate_annotations(training.model, [*annotations, *new])
    assert (alone.sentences, alone.design) == (144, "held-out sentences")
    assert (mixed.sentences, mixed.design) == (144, "held-out sentences (144 training sentences left aside)")
    assert [row.f1 for row in alone.labels] == [row.f1 for row in mixed.labels]
    assert (alone.macro_f1() or 0) > 0.8


def test_held_out_test_sentences_stand_beside_the_cross_validation(annotations: list[Annotation], codebook: Codebook) -> None:
    new = [replace(a, text=f"Yesterday {a.text}", id=f"new {a.id}") for a in annotations]
    trained = train(annotations, codebook, Settings(), test=new)
    assert [evaluation.design for evaluation in trained.evaluations][-1] == "held-out sentences"
    assert not any("Yesterday" in text for text in trained.model.vectorizer.words)
