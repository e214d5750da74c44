"""The model card: what a reader must know before using the numbers, written from facts that training already holds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from framing.agreement.labels import LabelAgreement
from framing.evaluation import HELD_OUT, Evaluation
from framing.labelling import list_outputs
from framing.metrics import UNRELIABLE
from framing.model import FramingModel

_NO_STATEMENT = (
    "*Not stated. Write a `README.md` beside the coded sentences that says who wrote and coded them, and how: "
    "what stands before its first section is copied here.*"
)


def write_card(
    model: FramingModel,
    evaluations: Sequence[Evaluation],
    agreement: Sequence[LabelAgreement],
    *,
    name: str,
    statement: str = "",
) -> str:
    """Return the card as Markdown."""
    facts, codebook = model.facts, model.codebook
    sections = [
        f"# Framing model `{name}`",
        f"Labels news sentences in {_language(codebook.language)} with the frames and stances of the codebook "
        f"“{codebook.title}”, version {codebook.version} (`codebook.toml`, digest `{codebook.digest[:12]}`). "
        f"A linear model on word and character n-grams and the codebook's cues: it recognises wording, not meaning.",
        "## Data",
        statement.strip() or _NO_STATEMENT,
        _size(facts),
        _table(("outlet", "sentences"), [(outlet, f"{n:,}") for outlet, n in facts.get("outlets", {}).items()]),
    ]
    for evaluation in evaluations:
        sections += [f"## Evaluation: {evaluation.design}", *_evaluation(evaluation)]
    sections += [_gap(evaluations)] if _gap(evaluations) else []
    sections += ["## Agreement of the coders", *_agreement(agreement), "## Decision rules", _rules(model)]
    sections += ["## Use and limits", _limits(model)]
    return "\n\n".join(sections) + "\n"


def _size(facts: dict[str, Any]) -> str:
    said = (
        f"{facts.get('sentences', 0):,} sentences of {facts.get('articles', 0):,} articles, {facts.get('coded_twice', 0):,} of "
        f"them coded by two or more; {facts.get('annotations', 0):,} codings by {facts.get('coders', 0)} coders. "
        f"{facts.get('without_frame', 0):,} sentences carry no frame."
    )
    if facts.get("standing_for_news", 0) < facts.get("sentences", 0):
        said += (
            f" {facts.get('written', 0):,} were written for training; {facts.get('standing_for_news', 0):,} stand for news, and on "
            "these alone the figures below are computed, the thresholds chosen and the probabilities calibrated."
        )
    if facts.get("left_out"):
        said += f" {facts['left_out']:,} coded sentences took no part, since their texts were not at hand."
    return said


def _language(code: str) -> str:
    return {"en": "English"}.get(code, f"the language “{code}”")


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [header, ["---", *["---:"] * (len(header) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}".replace("0.", ".", 1) if value < 1 else f"{value:.2f}"


def _evaluation(evaluation: Evaluation) -> list[str]:
    rows = []
    for row in evaluation.labels:
        interval = f"{_number(row.low)}–{_number(row.high)}" if row.low is not None else row.note
        before = map(_number, (row.precision, row.recall, row.f1))
        behind = map(
            _number, (row.average_precision, row.calibration_error, row.brier, row.majority_f1, row.constant_f1, row.coder_f1)
        )
        rows.append((f"`{row.label}`{'' if row.reliable else ' †'}", str(row.positives), *before, interval, *behind))
    header = ("label", "coded", "precision", "recall", "F1", "95 %", "AP", "ECE", "Brier", "majority F1", "constant F1", "coder F1")
    macro, stance = evaluation.macro_f1(), evaluation.macro_f1("stance")
    means = [f"Macro-F1 over frames {_number(macro)}" if macro is not None else ""]
    means += [f"over favor and against {_number(stance)}" if stance is not None else ""]
    counts = f"{evaluation.sentences:,} sentences, {evaluation.articles:,} articles, {evaluation.outlets} outlets"
    nested = "" if evaluation.design.startswith(HELD_OUT) else " Thresholds and calibration were chosen on the other sentences."
    return [f"{counts}.{nested} {', '.join(filter(None, means))}. {UNRELIABLE}", _table(header, rows)]


def _gap(evaluations: Sequence[Evaluation]) -> str:
    found = {evaluation.design: evaluation.macro_f1() for evaluation in evaluations}
    article, outlet = found.get("articles left out"), found.get("outlets left out")
    if article is None or outlet is None:
        return ""
    return f"From new articles of known outlets to unknown outlets macro-F1 goes from {_number(article)} to {_number(outlet)}."


def _agreement(agreement: Sequence[LabelAgreement]) -> list[str]:
    if not any(row.units for row in agreement):
        return ["No sentence was coded blind by two coders: nothing is known of the reliability of the coding."]
    rows = []
    for row in agreement:
        interval = f"{_number(row.low)}–{_number(row.high)}" if row.low is not None else "–"
        figures = (row.percent, row.alpha, row.ac1, row.positive_agreement)
        percent, alpha, ac1, positive = map(_number, figures)
        rows.append((f"`{row.label}`", str(row.units), str(row.positives), percent, alpha, interval, ac1, positive, row.verdict))
    header = ("label", "units", "positives", "percent", "alpha", "95 %", "AC1", "positive agreement", "verdict")
    return [
        "Blind codings only; alpha is Krippendorff's, its interval by bootstrap over articles or exact, the wider of the two.",
        _table(header, rows),
    ]


def _rules(model: FramingModel) -> str:
    rows = []
    for label, rule in zip(list_outputs(model.codebook), model.rules, strict=True):
        rows.append((f"`{label}`", str(rule.positives), _number(rule.threshold) if rule.learnt else "not learnt"))
    return _table(("label", "coded", "threshold"), rows)


def _limits(model: FramingModel) -> str:
    return (
        "Meant for describing how often outlets use a frame, over many sentences, with the errors above in mind; single "
        "labels are often wrong. Shares that are counted from labels carry the classifier's bias and are marked "
        "`uncorrected`. It counts framing language by a codebook: it does not judge truth, intent or bias. Texts far from "
        "the data above (other topics, genres, languages) get labels too, and worse ones.\n\n"
        'Load it with `framing.load_model("models/NAME")`; retrain it with `framing train`.'
    )
