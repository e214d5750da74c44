"""Checks that keep an evaluation from flattering: what more data would give, what the split and the outlets do, what is topic.

All figures are on the sentences that count, from models that saw nothing of a sentence's article. Every check takes what
``cross_validate`` takes: terms counted by ``count_terms``, the settled sentences, all with a text, and settled settings.
Its labels are those that all sentences together teach: where a part of them is too small to teach one, that label is
missed, not passed over.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from framing.annotations import Annotation, CodedSentence
from framing.arrays import Bools, Floats, Integers
from framing.codebook import Codebook, Cue, Frame, Target
from framing.coded import Codes, encode
from framing.cues import CueMatcher
from framing.evaluation import (
    CrossValidation,
    Evaluation,
    assign_folds,
    count_folds,
    empty_model,
    evaluate_scores,
    predict_left_out,
    score_left_out,
)
from framing.features import TermCounts, count_terms
from framing.fitting import MIN_POSITIVES, fit_outputs
from framing.labelling import SIDES, list_outputs
from framing.normalizing import normalize
from framing.settings import Settings
from framing.training import prepare

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix


@dataclass(frozen=True, slots=True)
class Spread:
    """Mean, standard deviation (of a sample; 0 for one value), lowest and highest of repeated figures."""

    mean: float
    deviation: float
    lowest: float
    highest: float


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """Macro-F1 over frames and over the sides of stances by models taught by ``sentences``, None where there are no labels."""

    sentences: int
    frames: Spread | None
    stance: Spread | None


SHARES = (1 / 8, 1 / 4, 1 / 2, 1.0)
"""The shares of the articles that the points of a learning curve are taught by."""


def learning_curve(
    counts: TermCounts, sentences: Sequence[CodedSentence], codebook: Codebook, settings: Settings, *, seeds: int = 3
) -> tuple[CurvePoint, ...]:
    """Return macro-F1 on left-out articles when a share of the other articles teaches: ``SHARES``, by rising size.

    Each share is drawn ``seeds`` times, the whole once. Vocabulary, weights and thresholds come from the share alone.
    """
    codes, fold = _assign(sentences, codebook, settings)
    articles, folds = int(codes.article.max()) + 1, len(np.unique(fold))
    orders = [np.random.default_rng(settings.seed + seed).permutation(articles) for seed in range(seeds)]
    points = []
    for share in SHARES:
        size = max(1, round(share * articles))
        drawn = [np.isin(codes.article, order[:size]) for order in (orders if size < articles else orders[:1])]
        runs = [_evaluate_taught(counts, codes, codebook, settings, fold, taught) for taught in drawn]
        taught = float(np.mean([part.sum() for part in drawn])) * (folds - 1) / folds
        points.append(CurvePoint(round(taught), *_spread_macro_f1(runs)))
    return tuple(points)


def expected_gain(points: Sequence[CurvePoint], kind: str = "frames") -> float | None:
    """Return the macro-F1 that twice the data would add, by a straight line in log2(sentences) through the last three points.

    None where there are fewer, or one has no figure. A line is generous: curves flatten.
    """
    last = [(point.sentences, spread.mean) for point in points[-3:] if (spread := getattr(point, kind)) is not None]
    sizes, means = [size for size, _ in last], [mean for _, mean in last]
    if len(set(sizes)) < 3 or min(sizes) < 1:
        return None
    return float(np.polyfit(np.log2(sizes), means, 1)[0])


@dataclass(frozen=True)
class RepeatedSplits:
    """The figures of ``repeats`` cross-validations whose folds were drawn anew: macro-F1, and F1 by label."""

    repeats: int
    frames: Spread | None
    stance: Spread | None
    labels: dict[str, Spread]


def repeat_splits(
    counts: TermCounts, sentences: Sequence[CodedSentence], codebook: Codebook, settings: Settings, *, repeats: int = 5
) -> RepeatedSplits:
    """Return how the figures vary with the assignment of articles to folds.

    The folds are drawn blindly: ``assign_folds`` spreads the labels, and another seed there only breaks ties, which would
    show hardly any of the variation.
    """
    codes = encode(sentences, codebook)
    articles = int(codes.article.max()) + 1
    folds = count_folds(settings, len(sentences), articles)
    drawn = [(np.random.default_rng(settings.seed + seed).permutation(articles) % folds)[codes.article] for seed in range(repeats)]
    decisions = predict_left_out(counts, codes, codebook, settings, *drawn)
    runs = [_evaluate(values, codes, codebook, fold) for values, fold in zip(decisions, drawn, strict=True)]
    by_label = {row.label: _spread(found.f1 if (found := run.find(row.label)) else None for run in runs) for row in runs[0].labels}
    return RepeatedSplits(repeats, *_spread_macro_f1(runs), {label: f1 for label, f1 in by_label.items() if f1 is not None})


@dataclass(frozen=True, slots=True)
class OutletMarker:
    """A word that ``label`` leans on and that ``share`` of its sentences have from one outlet."""

    word: str
    outlet: str
    share: float
    label: str
    weight: float


@dataclass(frozen=True, slots=True)
class OutletMarkers:
    """How often the outlet is told from a sentence's features, beside the share of the largest; and the words that betray it.

    ``accuracy`` is None where there is one outlet.
    """

    accuracy: float | None
    majority: float
    markers: tuple[OutletMarker, ...]


MARKING_SHARE, MARKING_SENTENCES = 0.6, 3
"""A word marks an outlet that has this share of its sentences, where there are so many."""


def find_outlet_markers(
    counts: TermCounts, sentences: Sequence[CodedSentence], codebook: Codebook, settings: Settings, *, limit: int = 10
) -> OutletMarkers:
    """Return how well the outlet can be told, and the words that mark an outlet and a label, heaviest weight first.

    A label may then be found by who writes instead of by what is said.
    """
    codes, fold = _assign(sentences, codebook, settings)
    outlets = np.unique([sentence.outlet for sentence in sentences])
    sizes = np.bincount(codes.outlet[codes.counts], minlength=len(outlets))
    accuracy = _tell_outlet(counts, codes, fold, codebook, settings) if np.count_nonzero(sizes) > 1 else None
    weights, _, _ = fit_outputs(counts.features(counts.weigh()), codes, codebook, settings, min_positives=MIN_POSITIVES)
    word, outlet, share = _find_private_words(counts.blocks[0], codes, sizes)
    labels, best = list_outputs(codebook), weights[word].argmax(axis=1)
    markers = [
        OutletMarker(counts.terms[0][w], str(outlets[o]), float(s), labels[b], float(weights[w, b]))
        for w, o, s, b in zip(word, outlet, share, best, strict=True)
        if weights[w, b] > 0
    ]
    markers.sort(key=lambda marker: (-marker.weight, marker.word))
    return OutletMarkers(accuracy, float(sizes.max() / sizes.sum()), tuple(markers[:limit]))


def _tell_outlet(counts: TermCounts, codes: Codes, fold: Integers, codebook: Codebook, settings: Settings) -> float:
    """Return the share of sentences whose outlet has the highest decision value: outlets are learnt as labels are."""
    outlets = range(int(codes.outlet.max()) + 1)
    given = codes.outlet[:, None] == np.array(outlets)
    own = replace(codes, given=given, known=np.repeat(codes.counts[:, None], len(outlets), axis=1))
    book = replace(codebook, frames=tuple(Frame(str(outlet), "", "") for outlet in outlets), targets=())
    (decisions,) = predict_left_out(counts, own, book, settings, fold)
    told = np.where(np.isnan(decisions), -np.inf, decisions).argmax(axis=1)
    right = (told == codes.outlet) & np.isfinite(decisions).any(axis=1)
    return float(right[codes.counts].mean())


def _find_private_words(block: csr_matrix, codes: Codes, sizes: Integers) -> tuple[NDArray[np.intp], Integers, Floats]:
    """Return the columns of words that mark an outlet, the outlet, and its share of their sentences.

    A word that an outlet has no oftener than it has any sentence marks nothing.
    """
    counted = np.flatnonzero(codes.counts)
    found = np.array(
        [np.bincount(block[counted[codes.outlet[counted] == o]].indices, minlength=block.shape[1]) for o in range(len(sizes))]
    )
    total, outlet = found.sum(axis=0), found.argmax(axis=0)
    share = found.max(axis=0) / np.maximum(total, 1)
    marking = (total >= MARKING_SENTENCES) & (share >= MARKING_SHARE) & (share > (sizes / sizes.sum())[outlet])
    word = np.flatnonzero(marking)
    return word, outlet[word], share[word]


@dataclass(frozen=True)
class TopicOnly:
    """The evaluation of the model, and of one that sees of each sentence only the mean features of its article."""

    full: Evaluation
    topic: Evaluation


def measure_topic_only(counts: TermCounts, sentences: Sequence[CodedSentence], codebook: Codebook, settings: Settings) -> TopicOnly:
    """Return what the model finds, and what the article's topic alone would find in the same folds.

    The nearer the two, the less the labels say of the sentence. In an article of one sentence they see the same.
    """
    codes, fold = _assign(sentences, codebook, settings)
    means = _ArticleMeans(**vars(counts), article=codes.article)
    runs = []
    for seen in (counts, means):
        (decisions,) = predict_left_out(seen, codes, codebook, settings, fold)
        runs.append(_evaluate(decisions, codes, codebook, fold))
    return TopicOnly(*runs)


@dataclass(frozen=True, slots=True)
class BlindStance:
    """F1 of one side of a stance, and F1 when the target's names were masked in ``masked`` of the sentences that count."""

    label: str
    masked: int
    f1: float | None
    blind_f1: float | None


def measure_target_blind(
    counts: TermCounts, sentences: Sequence[CodedSentence], codebook: Codebook, settings: Settings, *, mask: Sequence[str] = ()
) -> tuple[BlindStance, ...]:
    """Return, for each side of each target, F1 with the target's names and without them, in the same folds.

    ``mask`` are further names to mask, with wildcards as in cues. The mask still shows that something was named: the more
    other names share it, the blinder the model.
    """
    codes, fold = _assign(sentences, codebook, settings)
    texts = [sentence.text for sentence in sentences]
    rows = []
    for target in codebook.targets:
        book = replace(codebook, frames=(), targets=(target,))
        own = replace(encode(sentences, book), counts=codes.counts)
        hidden = mask_names(texts, target, mask)
        changed = np.array([normalize(text) != after for text, after in zip(texts, hidden, strict=True)], bool)
        runs = []
        for seen in (counts, count_terms(hidden, codebook, settings)):
            (decisions,) = predict_left_out(seen, own, book, settings, fold)
            runs.append({row.label: row.f1 for row in _evaluate(decisions, own, book, fold).labels})
        masked = int(changed[codes.counts].sum())
        rows += [BlindStance(label, masked, runs[0].get(label), runs[1].get(label)) for label in list_outputs(book)]
    return tuple(rows)


MASK = "someone"
"""What stands in the place of a masked name."""

_WORD = re.compile(r"\w+")  # the words of framing.cues.cue_words, here with their places


def mask_names(texts: Iterable[str], target: Target, mask: Sequence[str] = ()) -> list[str]:
    """Return ``texts`` normalised, with ``MASK`` for every name of ``target`` and of ``mask``.

    The names of a target are its cues without a group.
    """
    phrases = [cue.phrase for cue in target.cues if not cue.group] + list(mask)
    matcher = CueMatcher([[Cue(normalize(phrase)) for phrase in phrases]])
    return [_mask(normalize(text), matcher) for text in texts]


def _mask(text: str, matcher: CueMatcher) -> str:
    spans = [word.span() for word in _WORD.finditer(text)]
    parts, done = [], 0
    for match in matcher.find([text[start:end] for start, end in spans]):
        start, end = spans[match.start][0], spans[match.end - 1][1]
        if start >= done:
            parts += [text[done:start], MASK]
        done = max(done, end)
    return "".join([*parts, text[done:]])


@dataclass(frozen=True, slots=True)
class LikelyError:
    """A coded sentence that models of other articles contradict: ``coded`` with the label or not, at ``probability``."""

    label: str
    id: str
    article: str
    text: str
    coded: bool
    probability: float


def find_likely_errors(
    validation: CrossValidation, sentences: Sequence[CodedSentence], codebook: Codebook, limit: int = 20
) -> tuple[LikelyError, ...]:
    """Return the codes that left-out predictions contradict most, the strongest contradiction first.

    ``sentences`` are those of ``validation``. Each is a hint to read the sentence again: code or model may be wrong.
    """
    scores, codes = validation.scores, validation.codes
    sides = [scores.stance[target][:, : len(SIDES)] for target in codebook.target_ids]
    chances = np.column_stack([scores.frames, *sides])
    usable = codes.known & codes.counts[:, None] & np.isfinite(chances) & np.isfinite(validation.decisions)
    contradiction = np.where(usable, np.abs(codes.given - np.nan_to_num(chances)), -1.0)
    ranked = np.argsort(-contradiction, axis=None, kind="stable")[: min(limit, int(usable.sum()))]
    labels = list_outputs(codebook)
    found = []
    for row, column in zip(*np.unravel_index(ranked, usable.shape), strict=True):
        s, coded = sentences[row], bool(codes.given[row, column])
        found.append(LikelyError(labels[column], s.id, s.article, s.text, coded, float(chances[row, column])))
    return tuple(found)


@dataclass(frozen=True)
class Audit:
    """All checks on one set of coded sentences; ``gain`` is ``expected_gain`` of the curve."""

    curve: tuple[CurvePoint, ...]
    gain: float | None
    splits: RepeatedSplits
    topic: TopicOnly
    blind: tuple[BlindStance, ...]
    outlets: OutletMarkers
    errors: tuple[LikelyError, ...]


def run_audit(
    validation: CrossValidation,
    annotations: Sequence[Annotation],
    codebook: Codebook,
    settings: Settings,
    *,
    mask: Sequence[str] = (),
    progress: Callable[[str], None] = lambda _: None,
) -> Audit:
    """Return every check of the data behind ``validation``; it raises what ``train`` raises."""
    sentences, settings = prepare(annotations, codebook, settings)
    data = count_terms([sentence.text for sentence in sentences], codebook, settings), sentences, codebook, settings
    progress("learning curve")
    curve = learning_curve(*data)
    progress("other folds")
    splits = repeat_splits(*data)
    progress("topic, names and outlets")
    topic, blind, outlets = measure_topic_only(*data), measure_target_blind(*data, mask=mask), find_outlet_markers(*data)
    errors = find_likely_errors(validation, sentences, codebook)
    return Audit(curve, expected_gain(curve), splits, topic, blind, outlets, errors)


@dataclass(frozen=True)
class _TaughtCounts(TermCounts):
    """Term counts that weigh terms by the ``taught`` texts alone."""

    taught: Bools

    def weigh(self, rows: NDArray[np.intp] | None = None) -> Floats:
        return super().weigh(np.flatnonzero(self.taught) if rows is None else rows[self.taught[rows]])


@dataclass(frozen=True)
class _ArticleMeans(TermCounts):
    """Term counts whose features are the same for all texts of an article: their mean."""

    article: Integers

    def features(self, idf: Floats, rows: NDArray[np.intp] | None = None) -> csr_matrix:
        from scipy.sparse import csr_matrix

        each = super().features(idf, rows)
        _, number, size = np.unique(self.article if rows is None else self.article[rows], return_inverse=True, return_counts=True)
        member = csr_matrix((np.ones(len(number)), (np.arange(len(number)), number)))
        share = csr_matrix((1 / size[number], (np.arange(len(number)), number)))
        return csr_matrix(member @ (share.T @ each))


def _assign(sentences: Sequence[CodedSentence], codebook: Codebook, settings: Settings) -> tuple[Codes, Integers]:
    """Return codes, and the folds that ``cross_validate`` would leave articles out by."""
    codes = encode(sentences, codebook)
    folds = count_folds(settings, len(sentences), len(np.unique(codes.article)))
    return codes, assign_folds(codes, folds, settings.seed)


def _evaluate_taught(
    counts: TermCounts, codes: Codes, codebook: Codebook, settings: Settings, fold: Integers, taught: Bools
) -> Evaluation:
    """Return the metrics on all sentences that count, of models and thresholds from the ``taught`` ones."""
    part = replace(codes, known=codes.known & taught[:, None])
    (decisions,) = predict_left_out(_TaughtCounts(**vars(counts), taught=taught), part, codebook, settings, fold)
    return _evaluate(decisions, codes, codebook, fold, rules_from=part)


def _evaluate(
    decisions: Floats, codes: Codes, codebook: Codebook, fold: Integers, *, rules_from: Codes | None = None
) -> Evaluation:
    """Return the metrics of the labels that all sentences together teach; a fold that did not learn one gives it to none."""
    given = np.where(np.isnan(decisions), -np.inf, decisions)
    scores = score_left_out(empty_model(codebook), given, rules_from or codes, fold)
    stance = {target: np.nan_to_num(values) for target, values in scores.stance.items()}
    filled = replace(scores, frames=np.nan_to_num(scores.frames), stance=stance)
    evaluation = evaluate_scores(filled, codes, codebook, design="articles left out")
    positives = (codes.given & codes.known).sum(axis=0)
    taught = (positives >= MIN_POSITIVES) & (positives < codes.known.sum(axis=0))
    kept = {label for label, enough in zip(list_outputs(codebook), taught, strict=True) if enough}
    return replace(evaluation, labels=tuple(row for row in evaluation.labels if row.label in kept))


def _spread_macro_f1(runs: Sequence[Evaluation]) -> tuple[Spread | None, Spread | None]:
    return _spread(run.macro_f1("frames") for run in runs), _spread(run.macro_f1("stance") for run in runs)


def _spread(values: Iterable[float | None]) -> Spread | None:
    """Return the spread of ``values``, None where one is missing."""
    found = list(values)
    known = np.array([value for value in found if value is not None])
    if not found or len(known) < len(found):
        return None
    deviation = float(known.std(ddof=1)) if len(known) > 1 else 0.0
    return Spread(float(known.mean()), deviation, float(known.min()), float(known.max()))
