"""Evaluations of models, what training changed, and the models that there are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from framing.audit import Audit, Spread
from framing.evaluation import Evaluation
from framing.metrics import UNRELIABLE
from framing.output import Grid, Part, decimal, percent, plain
from framing.tables import MARK


def tabulate_evaluation(evaluation: Evaluation) -> list[Part]:
    """Return the metrics of every label, and the macro-F1."""
    rows, notes = [], []
    for row in evaluation.labels:
        label = row.label + ("" if row.reliable else MARK)
        if row.f1 is None:
            notes.append(f"{row.label}: {row.note}")
        figures = [row.precision, row.recall, row.f1]
        interval = "–" if row.low is None else f"[{decimal(row.low)}–{decimal(row.high)}]"
        beside = [row.coder_f1, row.alpha, row.majority_f1, row.constant_f1, row.average_precision, row.calibration_error]
        rows.append([label, str(row.positives), *map(decimal, figures), interval, *map(decimal, beside)])
    optional = ["coder F1", "alpha", "majority F1", "constant F1", "AP", "ECE"]
    columns = ["label", "coded", "precision", "recall", "F1", "95 %", *optional]
    counts = f"{evaluation.sentences:,} sentences, {evaluation.articles:,} articles, {evaluation.outlets} outlets"
    macro = (
        f"Macro-F1 over frames {decimal(evaluation.macro_f1())}; over favor and against {decimal(evaluation.macro_f1('stance'))}."
    )
    parts: list[Part] = [Grid(f"Evaluation, {evaluation.design}: {counts}", columns, rows, optional=optional), *notes, macro]
    if not all(row.reliable for row in evaluation.labels):
        parts.append(UNRELIABLE)
    return [*parts, ""]


def tabulate_gap(evaluations: Sequence[Evaluation]) -> list[Part]:
    """Return how much worse the model does on outlets than on articles that it has not seen; nothing without both."""
    found = {evaluation.design: evaluation.macro_f1() for evaluation in evaluations}
    article, outlet = found.get("articles left out"), found.get("outlets left out")
    if article is None or outlet is None:
        return []
    return [
        f"On outlets that it has not seen macro-F1 is {decimal(outlet)}, on new articles of known ones {decimal(article)}: "
        f"a gap of {decimal(abs(article - outlet))}{' the other way' * (outlet > article)}.",
        "",
    ]


def tabulate_audit(audit: Audit) -> list[Part]:
    """Return the checks of an audit, one table each."""
    parts: list[Part] = []
    points = [[f"{p.sentences:,}", _spread(p.frames), _spread(p.stance)] for p in audit.curve]
    parts.append(Grid("Learning curve: macro-F1 on left-out articles", ["trained on", "frames", "stance"], points))
    gain = "is not known" if audit.gain is None else f"would add about {audit.gain:+.2f} to macro-F1 over frames, at best"
    parts += [f"Coding as many sentences again {gain}.", ""]
    splits = audit.splits
    rows = [["macro-F1, frames", *_range(splits.frames)], ["macro-F1, stance", *_range(splits.stance)]]
    rows += [[label, *_range(spread)] for label, spread in splits.labels.items()]
    title = f"F1 over {splits.repeats} drawings of the folds"
    parts += [Grid(title, ["label", "mean", "± s.d.", "lowest", "highest"], rows), ""]
    topic, full = audit.topic.topic.macro_f1(), audit.topic.full.macro_f1()
    parts.append(
        f"Macro-F1 over frames {decimal(full)}; from what the article is about alone, not what the sentence says: {decimal(topic)}."
    )
    if audit.blind:
        blind = [[row.label, str(row.masked), decimal(row.f1), decimal(row.blind_f1)] for row in audit.blind]
        columns = ["stance", "sentences with a name masked", "F1", "F1 without names"]
        parts += ["", Grid("Stance, and what is left of it where the target's names are masked", columns, blind), ""]
    outlets = audit.outlets
    if outlets.accuracy is not None:
        parts.append(
            f"The features tell the outlet of {percent(outlets.accuracy)} of the sentences in left-out articles (the largest "
            f"outlet has {percent(outlets.majority)})."
        )
    if outlets.markers:
        marks = [[plain(m.word), plain(m.outlet), percent(m.share), m.label, f"{m.weight:+.2f}"] for m in outlets.markers]
        parts.append(Grid("Words of one outlet that mark a label", ["word", "outlet", "its share", "label", "weight"], marks))
    if audit.errors:
        doubts = [
            [
                e.label,
                "coded" if e.coded else "not coded",
                decimal(e.probability),
                _place(e.article, e.id),
                plain(e.text),
            ]
            for e in audit.errors
        ]
        columns = ["label", "", "probability", "sentence", "text"]
        parts += ["", Grid("Codes that left-out predictions contradict most: worth a second look", columns, doubts, left=5)]
    return parts


def _place(article: str, sentence: str) -> str:
    """Return where a coded sentence stands; many an id begins with its article."""
    return plain(sentence if sentence.startswith(article) else f"{article} {sentence}")


def _spread(spread: Spread | None) -> str:
    return "–" if spread is None else f"{decimal(spread.mean)} ± {decimal(spread.deviation)}"


def _range(spread: Spread | None) -> list[str]:
    return ["–"] * 4 if spread is None else [decimal(v) for v in (spread.mean, spread.deviation, spread.lowest, spread.highest)]


def tabulate_changes(before: Evaluation | None, after: Evaluation, *, comparable: bool) -> list[Part]:
    """Return what training changed per label: F1 on left-out articles, before and after."""
    rows = []
    for row in after.labels:
        old = before.find(row.label) if before is not None else None
        earlier = old.f1 if old is not None else None
        change = "new" if earlier is None or row.f1 is None else f"{row.f1 - earlier:+.2f}"
        rows.append([row.label + ("" if row.reliable else MARK), str(row.positives), decimal(earlier), decimal(row.f1), change])
    note = "" if comparable else "The model before had other data or another codebook: the change is no like-for-like comparison."
    return [Grid(f"F1 per label, {after.design}", ["label", "coded", "before", "now", "change"], rows), note]


def tabulate_models(rows: Iterable[dict[str, Any]]) -> list[Part]:
    """Return one row per model, from ``store.describe_model``."""
    cells = []
    for row in rows:
        counts = [f"{row['sentences']:,}", f"{row['articles']:,}"]
        scores = [decimal(row[key]) for key in ("macro_f1", "outlet_macro_f1", "test_macro_f1")]
        cells.append([row["name"], row["folder"], row["codebook"], *counts, *scores])
    scored = ["macro-F1:\narticles\nleft out", "outlets\nleft out", "held-out\ntest"]
    return [Grid("Models", ["model", "folder", "codebook", "sentences", "articles", *scored], cells, left=3)]
