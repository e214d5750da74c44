"""The tables of agreement that people read: per label, per pair of coders, and where coders disagree."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from rich.text import Text

from framing.agreement.coders import IntracoderAgreement, PairAgreement
from framing.agreement.disagreements import DisputedSentence, FrameConfusion
from framing.agreement.labels import TOO_FEW, LabelAgreement, SetAgreement
from framing.agreement.reliability_data import NEUTRAL
from framing.annotations import Annotation
from framing.output import Grid, Part, decimal, percent, plain

SHOWN = 10
"""Rows of a table of disagreements, unless more are asked for."""

NAMED = 3
"""Frames that are named as those that a frame is taken for."""

UNNAMED = "(no name)"
AGREE = "Agree: over the codes of all labels. On few units alpha says little."


def tabulate_agreement(rows: Sequence[LabelAgreement]) -> list[Part]:
    """Return the agreement on every label with its verdict; a column for ordinal alpha where a label has one."""
    ranked = any(row.ordinal is not None for row in rows)
    columns = ["label", "units", "positives", "agree", "alpha", "95 %", *["ordinal"] * ranked]
    optional = [*["ordinal"] * ranked, "AC1", "pos. agreement"]
    lines = []
    for row in rows:
        alpha = "undefined" if row.alpha is None else _alpha(row.alpha)
        figures = [str(row.units), str(row.positives), percent(row.percent), alpha, _interval(row.low, row.high)]
        figures += [_alpha(row.ordinal)] * ranked + [_alpha(row.ac1), decimal(row.positive_agreement)]
        lines.append([row.label, *figures, row.verdict])
    note = "Krippendorff's alpha, nominal; interval by bootstrap over articles or exact, the wider of the two; "
    note += "the verdict judges its lower end (.800, .667)."
    if any(row.verdict == TOO_FEW for row in rows):
        note += " Too few: alpha would do, but on so few sentences with the label an unreliable one may show it as well."
    if ranked:
        note += " Ordinal: the alpha of a stance as a rank from against over none to favor."
    columns += ["AC1", "pos. agreement", "verdict"]
    return [Grid("Agreement of the coders, blind codings only", columns, lines, optional=optional), note]


def describe_set_agreement(row: SetAgreement) -> list[Part]:
    """Return a line on the agreement on whole sets of frames."""
    if row.alpha is None:
        return [f"Sets of frames: alpha is undefined ({row.units:,} sentences, {row.sets} different sets)."]
    found = f"alpha {_alpha(row.alpha)} {_interval(row.low, row.high)} with MASI distances, {row.sets} different sets"
    return [f"Sets of frames: {found}; an extra, for one bad label hardly moves it."]


def tabulate_pairs(rows: Sequence[PairAgreement], *, most: int | None = SHOWN) -> list[Part]:
    """Return alpha on every label by pair of coders, the pairs that agree on the fewest codes first, at most ``most``."""
    if not rows:
        return ["No two coders share a sentence."]
    by_pair: dict[tuple[str, str], list[PairAgreement]] = {}
    for row in rows:
        by_pair.setdefault((row.coder, row.other), []).append(row)
    shares = {names: _share_agreed(found) for names, found in by_pair.items()}
    order = sorted(by_pair, key=lambda names: 1.0 if (share := shares[names]) is None else share)
    cells = [[_names(by_pair[names][0]), *_alphas(by_pair[names])] for names in order[:most]]
    grid = Grid("Alpha by pair of coders, those who agree least first", _alpha_columns(rows, "coders", "units"), cells)
    return [grid, *_left_out(len(order), most, "pairs of coders"), AGREE]


def tabulate_intracoder(rows: Sequence[IntracoderAgreement]) -> list[Part]:
    """Return the alpha of each coder's recodings with the codings before, on every label."""
    if not rows:
        return ["No coder coded a sentence again: there is no phase 'recoded' with a blind coding of the same coder."]
    by_coder: dict[str, list[IntracoderAgreement]] = {}
    for row in rows:
        by_coder.setdefault(row.coder, []).append(row)
    cells = [[_name(coder), *_alphas(found)] for coder, found in by_coder.items()]
    columns = _alpha_columns(rows, "coder", "coded\nagain")
    return [Grid("Alpha of each coder with the same coder's recodings", columns, cells), AGREE]


def tabulate_confusions(frames: Sequence[FrameConfusion], pairs: Sequence[PairAgreement]) -> list[Part]:
    """Return which frames are taken for which others or for none, and which stances are taken for each other."""
    first, second = _tabulate_frames(frames, pairs), _tabulate_stances(pairs)
    return [*first, "", *second] if first and second else first or second


def _tabulate_frames(frames: Sequence[FrameConfusion], pairs: Sequence[PairAgreement]) -> list[Part]:
    differing = Counter[str]()
    for row in pairs:
        if len(row.values) == 2:
            differing[row.label] += row.differing
    if not differing:
        return []
    alone = {confusion.frame: confusion.pairs for confusion in frames if confusion.other is None}
    cells = []
    for frame, count in differing.items():
        instead = [(c.other if c.frame == frame else c.frame, c.pairs) for c in frames if c.other and frame in (c.frame, c.other)]
        shown = ", ".join(f"{other} {often:,}" for other, often in instead[:NAMED]) or "–"
        cells.append([frame, shown, f"{count:,}", f"{alone.get(frame, 0):,}"])
    columns = ["frame", "taken for, most often", "only one\ngave it", "nothing\ninstead"]
    note = "Taken for: one coder gave the frame without that one, the other gave that one without the frame."
    return [Grid("Frames taken for each other, pairs of codings", columns, cells, left=2), note]


def _tabulate_stances(pairs: Sequence[PairAgreement]) -> list[Part]:
    """Return how often each two stances met, over all pairs of coders."""
    ranked = [row for row in pairs if len(row.values) > 2]
    if not ranked:
        return []
    totals: dict[str, NDArray[np.int64]] = {}
    for row in ranked:
        counts = np.array(row.counts)
        totals[row.label] = totals.get(row.label, 0) + counts + counts.T
    values = ranked[0].values
    met = [(one, other) for one in range(len(values)) for other in range(one + 1, len(values))]
    columns = ["target", *[f"{values[one]} /\n{values[other]}" for one, other in met], "agree"]
    cells = [
        [label, *[f"{table[one, other]:,}" for one, other in met], f"{np.trace(table) // 2:,}"] for label, table in totals.items()
    ]
    return [Grid("Stances taken for each other, pairs of codings", columns, cells)]


def tabulate_one_sided(pairs: Sequence[PairAgreement], *, most: int | None = SHOWN) -> list[Part]:
    """Return for each frame and pair of coders how often only one gave it, most frequent first, at most ``most`` rows."""
    rows = [row for row in pairs if len(row.values) == 2 and row.differing]
    rows.sort(key=lambda row: -row.differing)
    cells = []
    for row in rows[:most]:
        (neither, second), (first, both) = row.counts
        cells.append([row.label, _names(row), *[f"{count:,}" for count in (first, second, both, neither)]])
    if not cells:
        return []
    columns = ["frame", "coders", "only\nthe first", "only\nthe second", "both", "neither"]
    grid = Grid("Frames that one of two coders gave", columns, cells, left=2)
    return [grid, *_left_out(len(rows), most, "rows")]


def list_disputed(sentences: Sequence[DisputedSentence], *, most: int | None = SHOWN) -> list[Part]:
    """Return the most disputed sentences with the codes and notes of each coder, and where these stand."""
    if not sentences:
        return ["The coders agree on every code."]
    parts: list[Part] = [Text("The most disputed sentences", "bold"), ""]
    for number, sentence in enumerate(sentences[:most], 1):
        parts += [_show_disputed(number, sentence), ""]
    return [*parts, *_left_out(len(sentences), most, "sentences")]


def _show_disputed(number: int, sentence: DisputedSentence) -> Text:
    named = sentence.id if sentence.id.startswith(sentence.article) else f"{sentence.article} {sentence.id}"
    shown = Text(f"{number}. {plain(named)}", "bold")
    lines = [f"  {sentence.differing} of {sentence.compared} pairs of codes differ: {', '.join(sentence.labels)}"]
    if sentence.text:
        lines.append(plain(sentence.text))
    for coding in sentence.codings:
        flag = "  (flagged)" if coding.flagged else ""
        lines.append(f"{plain(coding.place)}  {_name(coding.coder)}  {_codes(coding, sentence.labels)}{flag}")
        if coding.note:
            lines.append(f"   note: {plain(coding.note)}")
    return shown.append("\n".join(lines), "not bold")


def _codes(coding: Annotation, disputed: Sequence[str]) -> str:
    """Return the frames, the sides that are taken, and whatever was coded where coders differ."""
    given = [(t, s) for t, s in coding.stance if t in disputed or s != NEUTRAL]
    return plain("; ".join([", ".join(sorted(coding.frames)) or "no frame", *[f"{target}: {stance}" for target, stance in given]]))


def _name(coder: str | None) -> str:
    return plain(coder) or UNNAMED


def _names(row: PairAgreement) -> str:
    return f"{_name(row.coder)}, {_name(row.other)}"


def _alpha(value: float | None) -> str:
    """Return a coefficient with two digits, and nought without a sign."""
    return decimal(None if value is None else round(value, 2) + 0.0)


def _interval(low: float | None, high: float | None) -> str:
    return "–" if low is None else f"[{_alpha(low)}–{_alpha(high)}]"


def _share_agreed(rows: Sequence[PairAgreement] | Sequence[IntracoderAgreement]) -> float | None:
    units = sum(row.units for row in rows)
    return sum(row.percent * row.units for row in rows if row.percent is not None) / units if units else None


def _alphas(rows: Sequence[PairAgreement] | Sequence[IntracoderAgreement]) -> list[str]:
    units = max(row.units for row in rows)
    return [f"{units:,}", percent(_share_agreed(rows)), *[_alpha(row.alpha) for row in rows]]


def _alpha_columns(rows: Sequence[PairAgreement] | Sequence[IntracoderAgreement], first: str, units: str) -> list[str]:
    labels = dict.fromkeys(row.label for row in rows)
    return [first, units, "agree", *[label.replace("_", "_\n") for label in labels]]


def _left_out(count: int, most: int | None, what: str) -> list[Part]:
    return [f"{count - most:,} further {what} are not shown."] if most is not None and count > most else []
