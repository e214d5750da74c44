"""The parts of a page that charts and tables fill, in their order; a part without either is left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from framing.grouping import PERIODS
from framing.report.charts import Chart
from framing.report.content import Report
from framing.report.tabulating import (
    Table,
    tabulate_contrasts,
    tabulate_frames,
    tabulate_pairs,
    tabulate_ranks,
    tabulate_speakers,
    tabulate_stances,
)


@dataclass(frozen=True, slots=True)
class Fold:
    """Tables that open on demand."""

    summary: str
    tables: tuple[Table, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the page: charts, then tables, then tables that open."""

    id: str
    title: str
    lead: str = ""
    figures: tuple[Chart, ...] = ()
    tables: tuple[Table, ...] = field(default_factory=tuple)
    folds: tuple[Fold, ...] = field(default_factory=tuple)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing in it."""
        return not (self.figures or self.tables or self.folds)


ERRORS = "errors"
"""The beginning of the names of charts that belong to the methods."""

_PLACES = {
    "frames-together": "together",
    **{f"frames-by-{period}": "time" for period in PERIODS},
    "frames": "frames",
    "heat-map": "frames",
    "stance": "stance",
    "voices": "voices",
    ERRORS: ERRORS,
}
"""The part in which a chart stands, by the beginning of its name; the first that fits holds."""


def arrange_sections(report: Report, charts: Sequence[Chart]) -> list[Section]:
    """Return the parts that have something to show."""
    placed: dict[str, list[Chart]] = {place: [] for place in (*_PLACES.values(), "more")}
    for chart in charts:
        placed[_find_place(chart.name)].append(chart)
    contrasts, ranks, speakers, pairs = (
        tabulate(report) for tabulate in (tabulate_contrasts, tabulate_ranks, tabulate_speakers, tabulate_pairs)
    )
    codebook = report.codebook
    frames = tabulate_frames(report.outlets, codebook) if codebook.frames else None
    stances = tabulate_stances(report.outlets, codebook) if codebook.targets else None
    sections = [
        Section(
            "frames",
            "Frames by outlet",
            "",
            tuple(placed["frames"]),
            folds=(
                *_fold("The shares as a table", frames),
                *_fold("Which outlets differ", contrasts),
                *_fold("Ranks, as far as they are sure", ranks),
            ),
        ),
        Section("stance", "Stance", "", tuple(placed["stance"]), folds=_fold("The stances as a table", stances)),
        Section("time", "Over time", "", tuple(placed["time"])),
        Section("voices", "Whose words", _VOICES, tuple(placed["voices"]), _keep(speakers)),
        Section("together", "Frames that stand together", _TOGETHER, tuple(placed["together"]), _keep(pairs)),
        Section("more", "More charts", "", tuple(placed["more"])),
    ]
    return [section for section in sections if not section.is_empty]


_VOICES = (
    "The outlet's own words against those whom it quotes, literally or in reported speech. Who speaks is found by rules, which "
    "miss some quotations and some names."
)
_TOGETHER = "How often one sentence has two frames, beside what it would be if they had nothing to do with each other."


def _find_place(name: str) -> str:
    return next((place for beginning, place in _PLACES.items() if name.startswith(beginning)), "more")


def _keep(table: Table | None) -> tuple[Table, ...]:
    return () if table is None else (table,)


def _fold(summary: str, table: Table | None) -> tuple[Fold, ...]:
    return () if table is None else (Fold(summary, (table,)),)
