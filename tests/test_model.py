from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from framing.annotations import Annotation, settle
from framing.articles import Article
from framing.codebook import Codebook, parse_codebook
from framing.errors import AnnotationError
from framing.explain import explanation_record
from framing.fitting import fit_model
from framing.labelling import LabelRule, Scores, choose_frames, interpret
from framing.model import FramingModel
from framing.readers import read_articles
from framing.scorer.scorer import Scorer
from framing.sentences import split_article
from framing.settings import Settings
from framing.training import Training, train

ROOT = Path(__file__).resolve().parent.parent
STORM = "The gale felled 12 trees by the river, and the mayor was blamed bitterly."


@pytest.fixture(scope="module")
def scorer(model: FramingModel) -> Scorer:
    return Scorer(model.compile().tables)


def test_the_model_finds_what_it_was_taught(model: FramingModel) -> None:
    scores = model.score([STORM, "Growers reaped 9 tonnes of wheat, and the mayor was praised warmly.", "A bus holds 40 people."])
    assert scores.labels == [{"storm"}, {"harvest"}, frozenset()]
    assert scores.stance_labels["mayor"] == ["against", "favor", "none"]
    assert scores.frames.shape == (3, 3)
    assert scores.stance["mayor"].sum(axis=1) == pytest.approx([1, 1, 1])


def test_a_frame_with_too_few_positives_is_named_and_never_given(model: FramingModel) -> None:
    scores = model.score([STORM, "ghost"])
    assert np.isnan(scores.frames[:, 2]).all()
    assert not any("ghost" in labels for labels in scores.labels)
    assert [rule.learnt for rule in model.rules] == [True, True, False, True, True]
    assert model.rules[2].positives == 2


def test_raising_the_threshold_never_adds_a_frame(model: FramingModel) -> None:
    texts = [STORM, "Growers reaped wheat while hail fell.", "Hail and gale and grain."]
    before = model.score(texts).labels
    for threshold in np.linspace(0.05, 1, 12):
        rules = tuple(replace(rule, threshold=max(rule.threshold, threshold)) for rule in model.rules)
        after = replace(model, rules=rules).score(texts).labels
        assert all(later <= earlier for later, earlier in zip(after, before, strict=True))


def test_no_text_has_no_scores(model: FramingModel) -> None:
    for scores in (model.score([]), model.interpret(Scorer(model.compile().tables).decide([]))):
        assert scores.frames.shape == (0, 3)
        assert scores.labels == []
        assert scores.stance["mayor"].shape == (0, 3)


@settings(max_examples=60)
@given(st.lists(st.text(max_size=120) | st.text(alphabet="hailgrenws ,.-’“”US.é\u200b", max_size=200), max_size=5))
def test_the_scorer_equals_the_reference_on_any_text(model: FramingModel, scorer: Scorer, texts: list[str]) -> None:
    assert scorer.decide(texts) == pytest.approx(model.decide(texts), abs=1e-9)


def test_the_scorer_equals_the_reference_on_news(default_model: FramingModel) -> None:
    articles = [item for item in read_articles([ROOT / "seeds"]) if isinstance(item, Article)]
    texts = [sentence.text for article in articles for sentence in split_article(article)]
    assert len(texts) == 132
    decisions, expected = Scorer(default_model.compile().tables).decide(texts), default_model.decide(texts)
    assert decisions == pytest.approx(expected, abs=1e-9)
    for found, reference in zip(default_model.judge(decisions), default_model.judge(expected), strict=True):
        assert found == pytest.approx(reference, nan_ok=True)


def test_a_score_does_not_depend_on_its_neighbours(model: FramingModel) -> None:
    texts = [STORM, "Grain.", "", "A bus holds 40 people.", STORM]
    tables = model.compile().tables
    together = Scorer(tables).decide(texts)
    assert (together == np.concatenate([Scorer(tables).decide([text]) for text in texts])).all()


def test_all_terms_and_the_intercept_add_up_to_the_decision(default_model: FramingModel) -> None:
    text = "The U.S. has warned Peru that China's port could serve the navy; growers hope it will create 8,000 new jobs."
    explanation = default_model.explain(text)
    decisions = default_model.decide([text])[0]
    assert [output.label for output in explanation.outputs][-1].endswith(":against")
    for output, decision in zip(explanation.outputs, decisions, strict=True):
        assert output.intercept + sum(term.weight for term in output.terms) == pytest.approx(decision)
        assert output.decision == pytest.approx(decision)
        assert [abs(t.weight) for t in output.terms] == sorted((abs(t.weight) for t in output.terms), reverse=True)
    assert explanation.frames == default_model.score([text]).labels[0]


@pytest.mark.parametrize("text", ["", "…", "12 34", "zzzz qqqq"])
def test_a_text_of_no_known_word_is_explained_by_its_intercepts(model: FramingModel, text: str) -> None:
    explanation = model.explain(text)
    assert explanation.outputs[0].decision == pytest.approx(model.decide([text])[0, 0])


def test_each_shipped_example_gets_its_frame_or_comes_close(default_model: FramingModel) -> None:
    found = 0
    examples = [(frame.id, text) for frame in default_model.codebook.frames for text in frame.examples]
    scores = default_model.score([text for _, text in examples])
    for (frame, _), labels in zip(examples, scores.labels, strict=True):
        found += frame in labels
    assert found >= 0.75 * len(examples)


def test_two_trainings_give_the_same_numbers(training: Training, annotations: list[Annotation], codebook: Codebook) -> None:
    again = train(annotations, codebook, Settings())
    assert (again.model.weights == training.model.weights).all()
    assert again.model.rules == training.model.rules
    assert again.evaluations == training.evaluations


def test_what_was_not_learnt_has_no_probability_in_an_explanation(model: FramingModel) -> None:
    record = explanation_record(model.explain(STORM), terms=3)
    assert json.loads(json.dumps(record, allow_nan=False)) == record
    ghost = next(output for output in record["outputs"] if output["label"] == "ghost")
    assert ghost["probability"] is None
    assert all(len(output["terms"]) <= 3 for output in record["outputs"])


def test_neither_threads_nor_hash_seeds_change_a_weight() -> None:
    """The shipped sentences are enough to let threaded sums differ in their last digits."""
    code = """
import hashlib
from dataclasses import replace
from pathlib import Path
from framing.annotation_files import read_coding
from framing.annotations import settle
from framing.settings import Settings
from framing.fitting import fit_model
coding = read_coding([Path("annotations")])
codebook = replace(coding.codebook, targets=())
model = fit_model(settle(coding.annotations), codebook, Settings(min_documents=2))
print(hashlib.sha256(model.weights.tobytes() + model.intercepts.tobytes()).hexdigest())
"""
    found = set()
    for threads, seed in (("1", "1"), ("2", "2")):
        environment = {**os.environ, "OMP_NUM_THREADS": threads, "PYTHONHASHSEED": seed}
        result = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, text=True, capture_output=True, check=True)
        found.add(result.stdout)
    assert len(found) == 1


def test_a_target_with_two_stances_is_learnt_from_these(annotations: list[Annotation], codebook: Codebook) -> None:
    sentences = [s for s in settle(annotations) if s.stance_towards("mayor") != "against"]
    model = fit_model(sentences, codebook, Settings())
    scores = model.score(["A bus holds 40 people.", "The mayor was praised warmly."])
    assert scores.stance["mayor"][:, 1] == pytest.approx([0, 0])
    assert scores.stance_labels["mayor"] == ["none", "favor"]


def test_a_target_with_one_stance_is_not_learnt(annotations: list[Annotation], codebook: Codebook) -> None:
    sentences = [s for s in settle(annotations) if s.stance_towards("mayor") == "none"]
    scores = fit_model(sentences, codebook, Settings()).score([STORM])
    assert np.isnan(scores.stance["mayor"]).all()
    assert scores.stance_labels["mayor"] == [None]


def interpret_sides(sides: list[float], rules: list[LabelRule]) -> Scores:
    """Return what follows for one target from the probability that each side has by itself."""
    chances = np.array([sides])
    return interpret(np.log(chances / (1 - chances)), parse_codebook('[[targets]]\nid = "mayor"'), rules)


@pytest.mark.parametrize(
    ("sides", "expected"),
    [
        ([0.2, 0.1], [0.2, 0.1, 0.7]),
        ([0.9, 0.6], [0.6, 0.4, 0.0]),
        ([np.nan, 0.3], [0.0, 0.3, 0.7]),
        ([np.nan, np.nan], [np.nan, np.nan, np.nan]),
    ],
)
def test_the_probability_of_no_stance_is_what_the_sides_leave(sides: list[float], expected: list[float]) -> None:
    rules = [LabelRule(learnt=not np.isnan(side)) for side in sides]
    assert interpret_sides(sides, rules).stance["mayor"] == pytest.approx(np.array([expected]), nan_ok=True)


@pytest.mark.parametrize(
    ("favor", "against", "expected"),
    [(0.3, 0.1, "favor"), (0.1, 0.5, "against"), (0.3, 0.5, "favor"), (0.21, 0.79, "against"), (0.1, 0.1, "none")],
)
def test_of_two_sides_the_one_further_above_its_threshold_is_given(favor: float, against: float, expected: str) -> None:
    rules = [LabelRule(threshold=0.2, learnt=True), LabelRule(threshold=0.4, learnt=True)]
    assert interpret_sides([favor, against], rules).stance_labels["mayor"] == [expected]


def test_a_single_label_codebook_gives_exactly_the_likeliest_frame() -> None:
    rules = [LabelRule(learnt=True), LabelRule(learnt=True), LabelRule()]
    chances = np.array([[0.1, 0.2, np.nan], [0.9, 0.8, np.nan]])
    assert choose_frames(chances, rules, single=True).tolist() == [[False, True, False], [True, False, False]]
    assert choose_frames(chances, rules, single=True, strict=True).tolist() == [[False, False, False], [True, False, False]]
    assert choose_frames(chances, rules, single=False).tolist() == [[False, False, False], [True, True, False]]
    assert not choose_frames(np.full((1, 1), np.nan), [LabelRule()], single=True).any()


def test_a_codebook_of_targets_alone_has_stances_and_no_frames(annotations: list[Annotation]) -> None:
    codebook = parse_codebook('[[targets]]\nid = "mayor"')
    bare = [replace(annotation, frames=frozenset(), codebook_version=None) for annotation in annotations]
    trained = train(bare, codebook)
    assert trained.model.score([STORM]).labels == [frozenset()]
    assert trained.model.score([STORM]).stance_labels["mayor"] == ["against"]
    assert trained.evaluations[0].macro_f1() is None


def test_a_codebook_of_frames_alone_has_no_stances(annotations: list[Annotation]) -> None:
    codebook = parse_codebook('[[frames]]\nid = "harvest"\n[[frames]]\nid = "storm"\n[[frames]]\nid = "ghost"')
    bare = [replace(annotation, stance=(), codebook_version=None) for annotation in annotations]
    trained = train(bare, codebook)
    assert trained.model.score([STORM]).labels == [{"storm"}]
    assert trained.evaluations[0].macro_f1("stance") is None


def test_too_little_data_is_said_plainly(annotations: list[Annotation], codebook: Codebook) -> None:
    with pytest.raises(AnnotationError, match="1 article is coded"):
        train([a for a in annotations if a.article == "a1"], codebook)
    with pytest.raises(AnnotationError, match="no label has 8 coded sentences"):
        train([replace(a, frames=frozenset(), stance=()) for a in annotations], codebook)


def test_the_label_of_an_unsaved_model_says_so(model: FramingModel) -> None:
    assert model.label == "unsaved"
