from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from sklearn.metrics import average_precision_score

from framing.annotations import Annotation, settle
from framing.codebook import Codebook, parse_codebook
from framing.coded import encode
from framing.evaluation import assign_folds, predict_left_out
from framing.features import count_terms
from framing.searching import CUE_SCALES, Search, search_settings
from framing.settings import Settings
from framing.tables.searches import tabulate_search
from framing.training import train

SETTINGS = Settings(min_documents=2, folds=3)
TRIED = (0.05, 5.0)


@pytest.fixture(scope="module")
def search(annotations: list[Annotation], codebook: Codebook) -> Search:
    sentences = settle(annotations)
    counts = count_terms([sentence.text for sentence in sentences], codebook, SETTINGS)
    return search_settings(counts, sentences, codebook, SETTINGS, tried=TRIED)


def test_every_candidate_is_tried_once(search: Search) -> None:
    assert [(trial.cue_scale, trial.strength) for trial in search.trials] == [(s, c) for s in CUE_SCALES for c in TRIED]


def test_a_trial_is_the_average_precision_on_left_out_articles(
    search: Search, annotations: list[Annotation], codebook: Codebook
) -> None:
    trial = search.trials[-1]
    settings = replace(SETTINGS, cue_scale=trial.cue_scale, frame_c=trial.strength, stance_c=trial.strength)
    sentences = settle(annotations)
    codes = encode(sentences, codebook)
    fold = assign_folds(codes, settings.folds, settings.seed)
    counts = count_terms([sentence.text for sentence in sentences], codebook, settings)
    (decisions,) = predict_left_out(counts, codes, codebook, settings, fold)
    figures = [
        np.mean([average_precision_score(codes.given[fold == n, column], decisions[fold == n, column]) for n in np.unique(fold)])
        for column in range(len(codebook.frames))
        if np.isfinite(decisions[:, column]).all()  # the codebook has a frame that is too rare to learn
    ]
    assert len(figures) > 1
    assert trial.frames == pytest.approx(np.mean(figures))


def test_frames_and_stances_take_the_best_strength_of_the_chosen_cue_scale(search: Search) -> None:
    row = [trial for trial in search.trials if trial.cue_scale == search.settings.cue_scale]
    assert search.settings.frame_c == max(row, key=lambda trial: trial.frames or 0).strength
    assert search.settings.stance_c == max(row, key=lambda trial: trial.stance or 0).strength


def test_a_choice_without_a_fold_promises_no_more_than_the_choice_with_it(search: Search) -> None:
    assert search.chosen is not None
    assert search.honest is not None
    assert 0 < search.honest <= search.chosen <= 1


def test_articles_that_teach_no_label_leave_nothing_to_choose_by(annotations: list[Annotation], codebook: Codebook) -> None:
    sentences = settle(annotations)[:6]
    counts = count_terms([sentence.text for sentence in sentences], codebook, SETTINGS)
    found = search_settings(counts, [replace(s, article=str(n)) for n, s in enumerate(sentences)], codebook, SETTINGS, tried=TRIED)
    assert found.chosen is None
    assert found.honest is None
    assert found.settings == SETTINGS
    assert "–" in str(tabulate_search(found)[1])


def test_without_cues_and_targets_only_strengths_of_frames_are_tried(annotations: list[Annotation]) -> None:
    book = parse_codebook('[[frames]]\nid = "harvest"\n[[frames]]\nid = "storm"')
    sentences = settle([replace(annotation, stance=()) for annotation in annotations])
    counts = count_terms([sentence.text for sentence in sentences], book, SETTINGS)
    found = search_settings(counts, sentences, book, SETTINGS, tried=TRIED)
    assert [(trial.cue_scale, trial.strength, trial.stance) for trial in found.trials] == [(0.9, c, None) for c in TRIED]
    assert found.settings.stance_c == TRIED[0]


def test_a_searched_model_keeps_the_settings_that_won_and_says_what_was_tried(
    search: Search, annotations: list[Annotation], codebook: Codebook
) -> None:
    trained = train(annotations, codebook, SETTINGS, tried=TRIED)
    assert trained.search == search
    assert trained.model.vectorizer.settings == search.settings
    grid, chosen, *_ = tabulate_search(trained.search)
    assert not isinstance(grid, str)
    assert len(grid.rows) == len(search.trials)
    assert f"frame_c {search.settings.frame_c:g}" in str(chosen)
    assert tabulate_search(None) == []
