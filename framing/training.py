"""Training: from coded sentences to a calibrated model with its evaluation. One seed, no files."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from framing.agreement.labels import LabelAgreement, measure_agreement, measure_stance_agreement
from framing.annotations import WRITTEN, Annotation, CodedSentence, current_codings, find_contradictions, settle
from framing.calibration import apply_rules
from framing.chunks import fingerprint_texts
from framing.codebook import STANCES, Codebook
from framing.errors import AnnotationError
from framing.evaluation import HELD_OUT, CrossValidation, Evaluation, cross_validate, evaluate_model
from framing.features import count_terms
from framing.fitting import MIN_POSITIVES, fit_counts
from framing.metrics import LabelMetrics
from framing.model import FramingModel
from framing.searching import Search, search_settings
from framing.settings import Settings, settle_settings


@dataclass(frozen=True)
class Training:
    """The outcome of one training run: the model, its evaluations, and the agreement of those who coded.

    ``precision_thresholds`` holds the thresholds of every output for the ``PRECISIONS`` of ``framing.calibration``;
    ``search`` what was tried where settings were searched for.
    """

    model: FramingModel
    evaluations: tuple[Evaluation, ...]
    agreement: tuple[LabelAgreement, ...]
    precision_thresholds: tuple[tuple[float | None, ...], ...] = ()
    search: Search | None = None


def train(
    annotations: Sequence[Annotation],
    codebook: Codebook,
    settings: Settings | None = None,
    *,
    test: Sequence[Annotation] = (),
    tried: Sequence[float] = (),
    progress: Callable[[str], None] = lambda _: None,
) -> Training:
    """Return a model of the settled codes, thresholds and calibration from predictions on left-out articles.

    Where values of C are to be ``tried``, ``search_settings`` chooses among them first, on the same articles left out.
    Codings without a text take no part, apart from the agreement. ``test`` are coded sentences of other articles that take
    no part either: the finished model is evaluated on them, and the model is held to the figures.

    Raises:
        AnnotationError: the sentences come from fewer than two articles, or no label has enough positives.
    """
    sentences, settings = prepare(annotations, codebook, settings or Settings())
    counts = count_terms([s.text for s in sentences], codebook, settings)
    search = None
    if tried:
        progress("search for settings, articles left out")
        search = search_settings(counts, sentences, codebook, settings, tried=tried)
        settings, counts = search.settings, counts.suit(search.settings)
    validation = cross_validate(counts, sentences, codebook, settings, progress=progress)
    progress("the final model on all sentences")
    model = fit_counts(counts, sentences, codebook, settings)
    model = apply_rules(model, validation.decisions, validation.codes)
    model = replace(model, facts=describe_data(annotations), left_out=keep_left_out(sentences, validation))
    agreement = tuple(measure_agreement(annotations, codebook.frame_ids, codebook.target_ids, seed=settings.seed))
    added = [add_agreement(evaluation, annotations, codebook) for evaluation in validation.evaluations]
    if test:
        added.append(evaluate_annotations(model, test))
    return Training(model, tuple(added), agreement, validation.precision_thresholds, search)


def keep_left_out(sentences: Sequence[CodedSentence], validation: CrossValidation) -> NDArray[np.float16]:
    """Return the decision values of left-out sentences by sorted fingerprint, of a text that is coded twice the first.

    Half precision is enough: it moves a probability by less than .001.
    """
    _, first = np.unique(fingerprint_texts([sentence.text for sentence in sentences]), return_index=True)
    limit = float(np.finfo(np.float16).max)
    return np.clip(validation.decisions[first], -limit, limit).astype(np.float16)


def prepare(annotations: Sequence[Annotation], codebook: Codebook, settings: Settings) -> tuple[list[CodedSentence], Settings]:
    """Return the settled sentences that have a text, and the settings that suit their number.

    Raises:
        AnnotationError: as ``check_sufficient``.
    """
    sentences = [sentence for sentence in settle(annotations) if sentence.text]
    check_sufficient(sentences, codebook)
    return sentences, settle_settings(settings, len(sentences))


def cross_validate_annotations(
    annotations: Sequence[Annotation],
    codebook: Codebook,
    settings: Settings,
    *,
    progress: Callable[[str], None] = lambda _: None,
) -> CrossValidation:
    """Return the predictions and evaluations that ``train`` would make, without the final model; it raises what ``train`` does."""
    sentences, settings = prepare(annotations, codebook, settings)
    counts = count_terms([s.text for s in sentences], codebook, settings)
    validation = cross_validate(counts, sentences, codebook, settings, progress=progress)
    return replace(validation, evaluations=tuple(add_agreement(e, annotations, codebook) for e in validation.evaluations))


def evaluate_annotations(model: FramingModel, annotations: Sequence[Annotation]) -> Evaluation:
    """Return the metrics of a finished model on the settled codes that it was not trained on, beside the coders' agreement.

    Raises:
        AnnotationError: there are none.
    """
    sentences = [sentence for sentence in settle(annotations) if sentence.text]
    places = model.find_seen([sentence.text for sentence in sentences]).tolist()
    unseen = [sentence for sentence, place in zip(sentences, places, strict=True) if place < 0]
    if not sentences:
        raise AnnotationError("there are no coded sentences to evaluate on")
    if not unseen:
        raise AnnotationError(
            f"the model was trained on all {len(sentences)} sentences: name others with --annotations, or cross-validate "
            "(framing evaluate without --model)"
        )
    evaluation = add_agreement(evaluate_model(model, unseen), annotations, model.codebook)
    left_out = len(sentences) - len(unseen)
    design = f"{HELD_OUT} ({left_out:,} training sentences left aside)" if left_out else HELD_OUT
    return replace(evaluation, design=design)


def check_sufficient(sentences: Sequence[CodedSentence], codebook: Codebook) -> None:
    """Check that there are two articles, and enough positives of some label.

    Raises:
        AnnotationError: there are not.
    """
    articles = {s.article for s in sentences}
    if len(articles) < 2:
        raise AnnotationError(f"{len(articles)} article is coded; training needs at least two, better twenty: code more articles")
    richest = max((sum(frame in s.frames for s in sentences) for frame in codebook.frame_ids), default=0)
    sides = [sum(s.stance_towards(t) == v for s in sentences) for t in codebook.target_ids for v in STANCES[:-1]]
    if max([richest, *sides]) < MIN_POSITIVES:
        raise AnnotationError(f"no label has {MIN_POSITIVES} coded sentences, the fewest to learn from: code more sentences")


def describe_weaknesses(annotations: Sequence[Annotation], codebook: Codebook) -> list[str]:
    """Return a line for each thing in the data that weakens a model or its figures; none where all is well."""
    sentences = [sentence for sentence in settle(annotations) if sentence.text]
    lines = []
    loose = sum(not coding.grouped for coding in current_codings(annotations))
    if loose:
        lines.append(
            f"{loose:,} codings name no article: sentences of one article may stand on both sides of a fold, so it cannot be "
            "excluded that the figures are too good"
        )
    pairs = find_contradictions(sentences)
    if pairs:
        one, other = pairs[0]
        lines.append(
            f"{len(pairs):,} sentences are coded unlike an earlier one of the same text (first: {one.id!r} of {one.article!r} and "
            f"{other.id!r} of {other.article!r})"
        )
    for frame in codebook.frame_ids:
        positives = sum(frame in s.frames for s in sentences)
        if positives < MIN_POSITIVES or positives == len(sentences):
            why = "every coded sentence has it" if positives == len(sentences) else f"{positives} coded sentences have it"
            lines.append(f"{frame} is not learnt: {why} (it takes {MIN_POSITIVES} with and one without)")
    return lines


def add_agreement(evaluation: Evaluation, annotations: Sequence[Annotation], codebook: Codebook) -> Evaluation:
    """Return ``evaluation`` with the coders' own agreement beside each label: their F1, and alpha of frame or target."""
    alphas = {row.label: row for row in measure_agreement(annotations, codebook.frame_ids, codebook.target_ids)}
    sides = {row.label: row for row in measure_stance_agreement(annotations, codebook.target_ids)}

    def add(row: LabelMetrics) -> LabelMetrics:
        whole = alphas[row.label.split(":")[0]]
        coder_f1 = sides.get(row.label, whole).positive_agreement
        return replace(row, alpha=whole.alpha, alpha_low=whole.low, coder_f1=coder_f1)

    return replace(evaluation, labels=tuple(map(add, evaluation.labels)))


def describe_data(annotations: Sequence[Annotation]) -> dict[str, Any]:
    """Return what the card says of the data, with a digest of the settled codes in their order.

    ``left_out`` counts the coded sentences whose texts were not at hand.
    """
    settled = settle(annotations)
    sentences = [sentence for sentence in settled if sentence.text]
    codings = [coding for coding in current_codings(annotations) if coding.text]
    coded_twice = sum(len(s.coders) > 1 for s in sentences)
    outlets: dict[str, int] = {}
    for sentence in sentences:
        outlets[sentence.outlet] = outlets.get(sentence.outlet, 0) + 1
    return {
        "sentences": len(sentences),
        "articles": len({s.article for s in sentences}),
        "left_out": len(settled) - len(sentences),
        "annotations": len(codings),
        "coders": len({coding.coder for coding in codings if coding.coder}),
        "coded_twice": coded_twice,
        "without_frame": sum(not s.frames for s in sentences),
        "written": sum(s.sampling == WRITTEN for s in sentences),
        "standing_for_news": sum(s.stands_for_news for s in sentences),
        "outlets": outlets,
        "digest": digest_codes(sentences),
    }


def digest_codes(sentences: Sequence[CodedSentence]) -> str:
    """Return the SHA-256 of the codes and of their sentences' hashes, in their order: it needs no text."""
    rows = [[s.article, s.id, s.hash, sorted(s.frames), sorted(s.stance)] for s in sentences]
    return hashlib.sha256(json.dumps(rows, ensure_ascii=False).encode()).hexdigest()
