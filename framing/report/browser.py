"""The article browser of a page: every article as one line that opens, with the numbers that its filters go by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from framing.report.content import ArticleEntry, Report
from framing.report.phrases import count, join, show_name, title_label


@dataclass(frozen=True, slots=True)
class SentenceLine:
    """A sentence of an article, with the names of its frames."""

    text: str
    frames: str


@dataclass(frozen=True, slots=True)
class ArticleLine:
    """An article as the browser shows it; ``frame_numbers`` are places in the list of frames, parted by spaces."""

    title: str
    outlet: str
    outlet_number: int
    frame_numbers: str
    date: str
    size: str
    counts: str
    top: tuple[SentenceLine, ...]
    url: str | None


@dataclass(frozen=True, slots=True)
class Browser:
    """The articles of a page, and the outlets and frames that they may be filtered by."""

    lead: str
    outlets: tuple[str, ...]
    frames: tuple[str, ...]
    entries: tuple[ArticleLine, ...]


def list_browser(report: Report) -> Browser | None:
    """Return the browser of a report, None where it has no articles."""
    if not report.articles:
        return None
    outlets = list(dict.fromkeys(entry.outlet for entry in report.articles))
    used = {frame for entry in report.articles for frame in entry.frames}
    frames = [frame for frame in report.codebook.frame_ids if frame in used]
    names = {frame: title_label(report.codebook, frame) for frame in frames}
    entries = tuple(_describe_entry(entry, outlets, frames, names) for entry in report.articles)
    return Browser(_say_lead(report), tuple(map(show_name, outlets)), tuple(names.values()), entries)


def _say_lead(report: Report) -> str:
    total, shown = report.outlets.corpus.articles, len(report.articles)
    said = "Each article with the sentences that the classifier is surest of, and how many it gave each frame: uncorrected counts."
    if shown < total:
        said += f" {shown:,} of {total:,} articles are listed, those with the most labelled sentences of each outlet."
    return said


def _describe_entry(entry: ArticleEntry, outlets: Sequence[str], frames: Sequence[str], names: dict[str, str]) -> ArticleLine:
    counts = [f"{names[frame]} {entry.frames[frame]:,}" for frame in frames if frame in entry.frames]
    top = [SentenceLine(row.text, join([names[frame] for frame in row.frames if frame in names], most=9)) for row in entry.top]
    return ArticleLine(
        title=show_name(entry.title or entry.id, 160),
        outlet=show_name(entry.outlet),
        outlet_number=outlets.index(entry.outlet),
        frame_numbers=" ".join(str(number) for number, frame in enumerate(frames) if frame in entry.frames),
        date=(entry.date or "")[:10],
        size=count(entry.sentences, "sentence"),
        counts=" · ".join(counts),
        top=tuple(top),
        url=entry.url if entry.url and is_web_address(entry.url) else None,
    )


def is_web_address(address: str) -> bool:
    """Return whether ``address`` leads to a page of the web, and runs nothing."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.netloc)
