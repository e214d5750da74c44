"""The tables that people read, one function per kind of result."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from rich.text import Text

from framing.agreement import LabelAgreement
from framing.audit import Audit, Spread
from framing.checking import Report
from framing.codebook import Codebook, Frame
from framing.evaluation import Evaluation
from framing.explain import Explanation
from framing.metrics import UNRELIABLE
from framing.model import FramingModel
from framing.output import Grid, Part, decimal, percent, plain, signed
from framing.scoring import ArticleScore
from framing.summary import MIN_ARTICLES, OutletSummary, Share, StanceShares

MARK = " †"
MARKED = "† the model's own evaluation does not vouch for this label: read it as a hint (framing models show)"
UNCORRECTED = "Shares count the classifier's labels: uncorrected for its errors."
_WIDE = 6
"""Groups above which a summary has one row per group rather than one column."""


def tabulate_summaries(
    summaries: Sequence[OutletSummary], codebook: Codebook, *, by: str, model: FramingModel, evidence: bool
) -> list[Part]:
    """Return the table of frames, the table of stances, and the strongest sentence of each group's leading frames."""
    title = f"Share of sentences with each frame, by {by}"
    names = [f"{plain(s.group)}\n{s.articles} article{'s' * (s.articles != 1)}\n{s.sentences} sentences" for s in summaries]
    frames = [frame for frame in codebook.frames if summaries and frame.id in summaries[0].frames]
    frame_rows = {f.id: [_frame_cell(s.frames[f.id]) for s in summaries] for f in frames}
    labels = {f.id: f.name + _mark([s.frames[f.id].reliable for s in summaries]) for f in frames}
    stance_rows = {t.id: [_stance_cell(s.stance[t.id]) for s in summaries] for t in codebook.targets if summaries}
    targets = {t.id: t.name + _mark([s.stance[t.id].reliable for s in summaries]) for t in codebook.targets}
    parts: list[Part] = []
    if frame_rows:
        parts.append(_cross(title, by, names, labels, frame_rows))
    if stance_rows:
        stance_title = "Stance: sentences in favor / against, and the balance in points"
        parts.append(_cross(stance_title, by, names, targets, stance_rows))
    if evidence:
        parts += _evidence(summaries, frames, model)
    notes = [UNCORRECTED]
    if any(summary.articles < MIN_ARTICLES for summary in summaries):
        notes.append(f"No interval below {MIN_ARTICLES} articles.")
    parts.append(" ".join(notes))
    if MARK in "".join([*labels.values(), *targets.values()]):
        parts.append(MARKED)
    return parts


def _cross(title: str, by: str, names: list[str], labels: dict[str, str], cells: dict[str, list[str]]) -> Grid:
    """Return a column per group; for many groups, a row each."""
    if len(names) <= _WIDE:
        return Grid(title, ["", *names], [[labels[label].replace(" and ", " and\n"), *row] for label, row in cells.items()])
    rows = [[name.partition("\n")[0], *[row[number] for row in cells.values()]] for number, name in enumerate(names)]
    return Grid(title, [by, *[labels[label].replace(" and ", " and\n") for label in cells]], rows)


def _mark(reliable: Iterable[bool | None]) -> str:
    return MARK if any(value is False for value in reliable) else ""


def _frame_cell(share: Share) -> str:
    if share.low is None or share.high is None:
        return percent(share.share)
    return f"{percent(share.share)} [{100 * share.low:.0f}–{100 * share.high:.0f}]"


def _stance_cell(row: StanceShares) -> str:
    if row.balance is None:
        return "–"
    interval = "" if row.low is None else f" [{signed(row.low)}, {signed(row.high)}]"
    return f"{percent(row.shares['favor'])} / {percent(row.shares['against'])}  {signed(row.balance)}{interval}"


def _evidence(summaries: Sequence[OutletSummary], frames: Sequence[Frame], model: FramingModel) -> list[Part]:
    """Return the surest sentence of each group's two leading frames, and the words that decided it."""
    rows: list[list[str | Text]] = []
    for summary in summaries:
        leading = sorted(frames, key=lambda frame: -(summary.frames[frame.id].share or 0))[:2]
        shown = [(frame, example) for frame in leading if (example := summary.frames[frame.id].example)]
        for number, (frame, example) in enumerate(shown):
            explanation = model.explain(example.text)
            words = "\n".join(deciding_words(explanation, frame.id, 4))
            name = plain(summary.group) if number == 0 else ""
            rows.append([name, frame.name.replace(" and ", " and\n"), highlight(explanation, frame.id), words])
    if not rows:
        return []
    header = ["", "frame", "sentence", "deciding words"]
    return [Grid("The surest sentence of the two leading frames, and the words that decided", header, rows, left=4)]


def deciding_words(explanation: Explanation, label: str, count: int) -> list[str]:
    """Return up to ``count`` terms that spoke most for ``label``, none with less than a quarter of the first one's weight."""
    terms = next(output for output in explanation.outputs if output.label == label).terms
    strongest = max((term.weight for term in terms), default=0.0)
    return [term.text for term in terms if term.weight > 0.25 * strongest][:count]


def highlight(explanation: Explanation, label: str, *, words: int = 5) -> Text:
    """Return the sentence with the words that spoke most for ``label`` in bold."""
    text = Text(plain(explanation.text))
    for term in deciding_words(explanation, label, words):
        text.highlight_regex(rf"(?i)(?<!\w){_escape(term)}(?!\w)", "bold green")
    return text


def _escape(term: str) -> str:
    words = [r"U\.?S\.?(?:A\.?)?" if word == "US" else re.escape(word) for word in term.split()]
    return r"\W+".join(words)


def tabulate_articles(scores: Iterable[ArticleScore], codebook: Codebook) -> list[Part]:
    """Return one row per article: its leading frames with the number of sentences, and the stance counts."""
    rows = []
    for score in scores:
        body = score.body
        counts = [(frame.name, sum(frame.id in row.frames for row in body)) for frame in codebook.frames]
        leading = sorted((pair for pair in counts if pair[1]), key=lambda pair: -pair[1])[:3]
        shown = ", ".join(f"{name} {count}" for name, count in leading) or "no frame"
        stances = []
        for target in codebook.targets:
            given = [row.stance[target.id] for row in body]
            stances.append("–" if None in given else f"{given.count('favor')} / {given.count('against')}")
        source = score.article
        rows.append([plain(source.id), plain(source.outlet) or "–", source.date or "–", shown, str(len(body)), *stances])
    header = ["article", "outlet", "date", "leading frames (sentences)", "sentences", *[f"{t.name} +/−" for t in codebook.targets]]
    return [Grid("Articles", header, rows, left=4)] if rows else []


def tabulate_sentences(scores: Iterable[ArticleScore], codebook: Codebook) -> list[Part]:
    """Return one table per article with a row per sentence: voice, frames with probability, stance."""
    parts: list[Part] = []
    for score in scores:
        rows = []
        for row in score.sentences:
            frames = "\n".join(f"{f} {decimal(row.probabilities[f])}" for f in codebook.frame_ids if f in row.frames)
            stance = "\n".join(f"{target} {value}" for target, value in row.stance.items() if value not in ("none", None))
            voice = plain(row.sentence.speaker) or row.sentence.voice
            kind = "headline" if row.sentence.kind == "headline" else voice
            rows.append([str(row.sentence.index), kind, plain(row.sentence.text), frames, stance])
        heading = " · ".join(filter(None, (plain(score.article.id), plain(score.article.outlet), score.article.date)))
        parts.append(Grid(heading, ["", "voice", "sentence", "frames", "stance"], rows, left=5))
    return parts


def describe_explanation(explanation: Explanation, *, terms: int, everything: bool) -> list[Part]:
    """Return the sentence, and a row per label that it was given (or of every label) with the terms that decided it."""
    rows: list[list[str | Text]] = []
    for output in explanation.outputs:
        if everything or output.given:
            shown = output.terms[:terms] if everything else [t for t in output.terms if t.weight > 0][:terms]
            words = "  ".join(f"{term.text} {term.weight:+.1f}" for term in shown)
            mark = "✓ " if output.given else "  "
            rows.append([mark + output.label, decimal(output.probability), decimal(output.threshold), words])
    sentence = Text(plain(explanation.text))
    for frame in explanation.frames:
        sentence = _merge(sentence, highlight(explanation, frame))
    if not rows:
        return [sentence, "  no frame, no stance", ""]
    return [sentence, Grid("", ["label", "probability", "needs", "terms that decided it"], rows, left=4)]


def _merge(text: Text, other: Text) -> Text:
    for span in other.spans:
        text.stylize(span.style, span.start, span.end)
    return text


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


def tabulate_agreement(rows: Sequence[LabelAgreement]) -> list[Part]:
    """Return the agreement on every label with its verdict."""
    lines = []
    for row in rows:
        interval = "–" if row.low is None else f"[{decimal(row.low)}–{decimal(row.high)}]"
        figures = [decimal(row.ac1), decimal(row.positive_agreement)]
        alpha = "undefined" if row.alpha is None else decimal(row.alpha)
        lines.append([row.label, str(row.units), str(row.positives), percent(row.percent), alpha, interval, *figures, row.verdict])
    optional = ["AC1", "pos. agreement"]
    columns = ["label", "units", "positives", "agree", "alpha", "95 %", *optional, "verdict"]
    note = "Krippendorff's alpha, nominal; interval by bootstrap over articles; the verdict judges its lower end (.800, .667)."
    return [Grid("Agreement of the coders, blind codings only", columns, lines, optional=optional), note]


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


def list_findings(report: Report) -> list[Part]:
    """Return a line per finding."""
    lines: list[Part] = []
    for finding in report.findings:
        named = finding.problem if finding.place in finding.problem else f"{finding.place}: {finding.problem}"
        lines.append(f"problem  {named}" if finding.problem else f"ok       {finding.place}: {finding.said}")
    return lines


def tabulate_dropped(report: Report) -> list[Part]:
    """Return one row per line that cleaning dropped, with its rule."""
    rows = [[plain(article.id), line.rule, plain(line.text)] for article, line in report.dropped]
    if not rows:
        return ["No line was dropped."]
    return [Grid("Dropped lines", ["article", "rule", "line"], rows, left=3)]
