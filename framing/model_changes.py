"""What changed between two models: codebook, data, settings, and for each label its rule, figures and heaviest terms."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from framing.arrays import Floats
from framing.evaluation import Evaluation
from framing.labelling import list_outputs
from framing.model import FramingModel

Value = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class ModelVersion:
    """A model, and the evaluations that were saved with it."""

    model: FramingModel
    evaluations: tuple[Evaluation, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """One thing before and after: ``about`` is the codebook, the data or the settings, None stands for what is not there."""

    about: str
    what: str
    before: Value
    after: Value


@dataclass(frozen=True, slots=True)
class FigureChange:
    """F1 and average precision of a label before and after, by the evaluation ``design`` that both models have."""

    design: str
    f1_before: float | None
    f1_after: float | None
    ap_before: float | None
    ap_after: float | None


@dataclass(frozen=True, slots=True)
class TermChange:
    """What one occurrence of a word, pair of words or group of cues weighs, before and after; 0 where it is unknown."""

    term: str
    before: float
    after: float


@dataclass(frozen=True, slots=True)
class LabelChange:
    """A label of both models: its positives and threshold before and after, figures, and the terms that changed most.

    A label is a frame, or ``target:favor`` and ``target:against``. The threshold is None where the label was not learnt.
    """

    label: str
    positives_before: int
    positives_after: int
    threshold_before: float | None
    threshold_after: float | None
    figures: tuple[FigureChange, ...]
    terms: tuple[TermChange, ...]


@dataclass(frozen=True, slots=True)
class ModelChanges:
    """How a model differs from the one before; both lists of labels are empty where the codebooks have the same ones.

    ``comparable`` says that both were trained on the same coded sentences by the same codebook, so that their figures on
    left-out data compare like with like.
    """

    identical: bool
    comparable: bool
    general: tuple[Change, ...]
    labels_added: tuple[str, ...]
    labels_removed: tuple[str, ...]
    labels: tuple[LabelChange, ...]


def compare_models(before: ModelVersion, after: ModelVersion, *, terms: int = 5) -> ModelChanges:
    """Return what changed from ``before`` to ``after``, with the ``terms`` of each label whose weights changed most."""
    old, new = before.model, after.model
    outputs = list_outputs(old.codebook), list_outputs(new.codebook)
    shared = [label for label in outputs[1] if label in outputs[0]]
    changed = _compare_terms(old, new, shared, terms)
    return ModelChanges(
        identical=bool(old.digest) and old.digest == new.digest,
        comparable=old.codebook.digest == new.codebook.digest and old.facts.get("digest") == new.facts.get("digest"),
        general=tuple(_compare_general(old, new)),
        labels_added=tuple(label for label in outputs[1] if label not in outputs[0]),
        labels_removed=tuple(label for label in outputs[0] if label not in outputs[1]),
        labels=tuple(_compare_label(label, before, after, changed[label]) for label in shared),
    )


def _compare_general(old: FramingModel, new: FramingModel) -> Iterable[Change]:
    for about, facts in (("codebook", _say_codebook), ("data", _say_data), ("settings", _say_settings)):
        was, now = facts(old), facts(new)
        for what in dict.fromkeys((*was, *now)):
            if was.get(what) != now.get(what):
                yield Change(about, what, was.get(what), now.get(what))


def _say_codebook(model: FramingModel) -> dict[str, Value]:
    codebook = model.codebook
    cues = sum(len(label.cues) for label in codebook.labels)
    said: dict[str, Value] = {"title": codebook.title, "version": codebook.version, "language": codebook.language, "cues": cues}
    return said | {"one frame a sentence": codebook.single_label, "digest": codebook.digest}


def _say_data(model: FramingModel) -> dict[str, Value]:
    said = {key.replace("_", " "): value for key, value in model.facts.items() if isinstance(value, str | int | float)}
    counted = {"outlets": len(outlets)} if (outlets := model.facts.get("outlets")) else {}
    return {**said, **counted, "distinct sentences": len(model.seen)}


def _say_settings(model: FramingModel) -> dict[str, Value]:
    settings = asdict(model.vectorizer.settings)
    return {key: "–".join(map(str, value)) if isinstance(value, tuple) else value for key, value in settings.items()}


def _compare_label(label: str, before: ModelVersion, after: ModelVersion, terms: tuple[TermChange, ...]) -> LabelChange:
    was, now = (v.model.rules[list_outputs(v.model.codebook).index(label)] for v in (before, after))
    return LabelChange(
        label=label,
        positives_before=was.positives,
        positives_after=now.positives,
        threshold_before=was.threshold if was.learnt else None,
        threshold_after=now.threshold if now.learnt else None,
        figures=_compare_figures(label, before, after),
        terms=terms,
    )


def _compare_figures(label: str, before: ModelVersion, after: ModelVersion) -> tuple[FigureChange, ...]:
    designs = {evaluation.design: evaluation for evaluation in before.evaluations}
    found = []
    for evaluation in after.evaluations:
        earlier = designs.get(evaluation.design)
        was, now = earlier.find(label) if earlier else None, evaluation.find(label)
        if was and now:
            figures = was.f1, now.f1, was.average_precision, now.average_precision
            found.append(FigureChange(evaluation.design, *figures))
    return tuple(found)


def _compare_terms(old: FramingModel, new: FramingModel, labels: Sequence[str], count: int) -> dict[str, tuple[TermChange, ...]]:
    names = sorted({*_list_terms(old), *_list_terms(new)})
    was, now = _weigh_terms(old, names, labels), _weigh_terms(new, names, labels)
    found = {}
    for column, label in enumerate(labels):
        by_change = np.argsort(-np.abs(now[:, column] - was[:, column]), kind="stable")[:count]
        rows = [row for row in by_change if now[row, column] != was[row, column]]
        found[label] = tuple(TermChange(names[row], float(was[row, column]), float(now[row, column])) for row in rows)
    return found


def _list_terms(model: FramingModel) -> list[str]:
    """Return the terms that mean something to a reader: words, pairs of words, groups of cues; no pieces of words."""
    return [*model.vectorizer.words, *(group.name for group in model.vectorizer.cues)]


def _weigh_terms(model: FramingModel, names: Sequence[str], labels: Sequence[str]) -> Floats:
    """Return the weight of each term, ``names`` × ``labels``: a word's times its inverse document frequency, so that rare
    and frequent words compare; a cue group's times the scale of the cues.
    """
    words, cues = len(model.vectorizer.words), len(model.vectorizer.cues)
    outputs = list_outputs(model.codebook)
    weights = model.weights[:, [outputs.index(label) for label in labels]].astype(np.float64)
    scaled = (
        weights[:words] * model.vectorizer.idf[:words, None],
        weights[len(weights) - cues :] * model.vectorizer.settings.cue_scale,
    )
    place = {name: row for row, name in enumerate(names)}
    found = np.zeros((len(names), len(labels)))
    found[[place[term] for term in _list_terms(model)]] = np.concatenate(scaled)
    return found


def model_change_records(changes: ModelChanges) -> list[dict[str, Any]]:
    """Return one ``change_record`` per thing.

    Figures, positives and thresholds stand there for every label of both models, changed or not.
    """
    rows = [change_record(change.about, change.what, change.before, change.after) for change in changes.general]
    rows += [change_record("label", "", True, False, label=label) for label in changes.labels_removed]
    rows += [change_record("label", "", False, True, label=label) for label in changes.labels_added]
    for row in changes.labels:
        rows.append(change_record("rule", "positives", row.positives_before, row.positives_after, label=row.label))
        rows.append(change_record("rule", "threshold", row.threshold_before, row.threshold_after, label=row.label))
        for figure in row.figures:
            named = {"label": row.label, "design": figure.design}
            rows.append(change_record("figure", "f1", figure.f1_before, figure.f1_after, **named))
            rows.append(change_record("figure", "average_precision", figure.ap_before, figure.ap_after, **named))
        rows += [change_record("term", term.term, term.before, term.after, label=row.label) for term in row.terms]
    return rows


def change_record(about: str, what: str, before: Value, after: Value, *, label: str = "", design: str = "") -> dict[str, Any]:
    """Return one thing that changed, as a record; ``label`` and ``design`` are empty where it belongs to none.

    Numbers stand in ``before`` and ``after``, yes and no as 1 and 0; texts in ``before_text`` and ``after_text``: a column of
    a table holds values of one kind.
    """
    row: dict[str, Any] = {"about": about, "label": label, "design": design, "what": what}
    values = {"before": before, "after": after}
    row |= {
        side: None if isinstance(value, str) else int(value) if isinstance(value, bool) else value for side, value in values.items()
    }
    return row | {f"{side}_text": value if isinstance(value, str) else None for side, value in values.items()}
