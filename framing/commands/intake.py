"""What a command takes in: articles and coded sentences; each that is left out is named on standard error."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from framing.commands.speaking import say
from framing.errors import AnnotationError, FileError

if TYPE_CHECKING:
    from framing.annotation_files import Coding
    from framing.annotations import Annotation
    from framing.articles import Article, Skipped
    from framing.scoring import ArticleScore


@dataclass
class Intake:
    """Names on standard error each input that is skipped, and counts what came through."""

    scored: int = 0
    trained_on: int = 0
    foreign: int = 0
    skipped: list[Skipped] = field(default_factory=list)

    def keep(self, items: Iterable[ArticleScore | Skipped]) -> Iterator[ArticleScore]:
        """Yield the scores alone."""
        from framing.articles import Skipped

        for item in items:
            if isinstance(item, Skipped):
                self.skip(item)
                continue
            self.scored += 1
            self.trained_on += item.trained_on > 0
            self.foreign += item.foreign
            for note in item.article.notes:
                say(f"note: {item.article.source}: {note}")
            yield item

    def skip(self, item: Skipped) -> None:
        """Name an input that is left out."""
        self.skipped.append(item)
        say(f"skipped: {item.source}: {item.reason}")

    def finish(self, language: str) -> None:
        """Say what limits the scores; exit with 1 where inputs were skipped, 4 where none could be opened and scored."""
        say_limits(self.scored, self.trained_on, self.foreign, language)
        end_with(self.scored, len(self.skipped), sum(item.unreadable for item in self.skipped))


def say_limits(scored: int, trained_on: int, foreign: int, language: str) -> None:
    """Say of how many articles the scores mean less than they seem to."""
    share = f"of {scored} articles"
    if trained_on:
        say(f"note: {trained_on} {share} hold sentences that the model was trained on; it does better on them")
    if foreign:
        say(f"note: {foreign} {share} are in another language than the model's ({language}); their scores mean little")


def end_with(scored: int, skipped: int, unreadable: int) -> None:
    """Exit with 1 where inputs were skipped, 4 where none could be opened and scored; say how many."""
    if skipped:
        say(f"{scored} scored, {skipped} skipped")
        raise typer.Exit(FileError.exit_code if unreadable and not scored else 1)


def gather_articles(paths: list[str], outlet: str | None) -> Iterator[Article | Skipped]:
    """Yield the articles, with ``outlet`` for those that name none, and each input that could not be read."""
    from framing.articles import name_outlets
    from framing.readers import read_articles

    return name_outlets(read_articles(paths), outlet)


def gather_coding(paths: list[Path] | None, codebook: Path | None, articles: list[str] | None) -> Coding:
    """Return the coded sentences with the texts that ``articles`` hold, and say which stay without."""
    from framing.annotation_files import read_coding
    from framing.training import describe_weaknesses

    coding = read_coding(paths or [Path("annotations")], codebook)
    coding = replace(coding, annotations=fill_texts(coding.annotations, articles))
    for line in describe_weaknesses(coding.annotations, coding.codebook):
        say(f"note: {line}")
    return coding


def fill_texts(codings: list[Annotation], articles: list[str] | None) -> list[Annotation]:
    """Return all codings, with the texts that ``articles`` hold; say which stay without."""
    from framing.articles import Skipped
    from framing.readers import read_articles
    from framing.standoff import describe_missing, locate_texts

    held = list(read_articles(articles or []))
    for item in held:
        if isinstance(item, Skipped):
            say(f"skipped: {item.source}: {item.reason}")
    located = locate_texts(codings, held)
    missing = describe_missing(located)
    for line in missing:
        say(f"note: {line}")
    if missing and not located.annotations:
        raise AnnotationError(missing[0])
    return [*located.annotations, *located.absent, *located.changed]
