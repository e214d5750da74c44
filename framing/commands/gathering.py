"""What a summary is made from: articles, saved scores or folders of parts, and the codes of their sample."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from framing.commands.intake import Intake, gather_articles
from framing.commands.speaking import say
from framing.errors import UsageError

if TYPE_CHECKING:
    from framing.model import FramingModel
    from framing.population import CountedArticle, ScoredArticle
    from framing.summarizing import Evidence


@dataclass(frozen=True, slots=True)
class Inputs:
    """What a command is told to read: articles or saved scores, codes of their sample, and a table of outlets."""

    paths: Sequence[str]
    outlet: str | None
    annotations: Sequence[Path] | None = None
    outlets: Path | None = None


def gather(inputs: Inputs, model: FramingModel, intake: Intake) -> Evidence | None:
    """Return the scored articles with the codes of their sample; None, and each input named, where nothing was read."""
    from framing.annotation_files import read_annotations
    from framing.evidence import gather_evidence
    from framing.labelling import list_outputs
    from framing.outlets import add_facts, find_unread, read_outlets
    from framing.population import arrange_scored

    coded = read_annotations(inputs.annotations, model.codebook) if inputs.annotations else None
    known = read_outlets(inputs.outlets) if inputs.outlets else {}
    read = _Reading(model, intake)
    for path in inputs.paths:
        read.take(path, inputs.outlet)
    scored, counted = read.scored, read.tallies.list()
    if not scored and not counted:
        if not intake.skipped:
            raise UsageError(f"{', '.join(inputs.paths)}: nothing was scored there, and there is nothing to sum up")
        return None
    if coded is not None and counted:
        raise UsageError(
            f"the saved scores of {counted[0].article.id!r} are per article; to correct shares takes those of sentences: save them "
            "with --unit sentence"
        )
    for line in find_unread(known, [*(item.article for item in scored), *(item.article for item in counted)]):
        say(f"note: {inputs.outlets}: {line}")
    scored = [replace(item, article=add_facts(item.article, known)) for item in scored]
    counted = tuple(replace(item, article=add_facts(item.article, known)) for item in counted)
    population = arrange_scored(scored, list_outputs(model.codebook), skipped=intake.skipped)
    evidence = gather_evidence(population, model, coded, counted)
    if evidence.account is not None and len(model.left_out):
        intake.trained_on = 0  # what is said of these sentences comes from models that did not see them
    return evidence


_Read = TypeVar("_Read", "ScoredArticle", "CountedArticle")


class _Reading:
    """What was read so far: scored articles, and of articles of which only counts were saved their sums, each article once."""

    def __init__(self, model: FramingModel, intake: Intake) -> None:
        from framing.scoring import ModelScorer
        from framing.tallies import Tallies

        self.scored: list[ScoredArticle] = []
        self.tallies = Tallies()
        self._model, self._intake = model, intake
        self._scorer = ModelScorer(model.compile())
        self._seen: set[int] = set()

    def take(self, path: str, outlet: str | None) -> None:
        """Read articles, saved scores, or a folder of the parts of a run."""
        from framing.population import take_scored
        from framing.runs.manifest import is_partitioned
        from framing.scoring import score_articles

        if is_partitioned(Path(path)):
            self._take_parts(Path(path))
            return
        lines = _open_saved(path)
        if lines is not None:
            self._take_saved(lines, path)
            return
        items = score_articles(gather_articles([path], outlet), self._scorer)
        self.scored += self._leave_repeated([take_scored(item) for item in self._intake.keep(items)])

    def _take_parts(self, folder: Path) -> None:
        from framing.runs.manifest import list_parts
        from framing.saved_scores import iterate_lines

        for part in list_parts(folder):
            if part.suffix != ".jsonl":
                raise UsageError(f"{part}: scores are read back from JSON Lines: score again with --format jsonl")
            self._take_saved(iterate_lines(part), str(part))

    def _take_saved(self, lines: Iterable[bytes], source: str) -> None:
        from framing.saved_scores import read_saved_scores

        saved = read_saved_scores(lines, self._model.codebook, source=source)
        for made_with in saved.models:
            if made_with.partition(";")[0] != self._model.label:
                name = made_with.partition("@")[0]
                made = f"these scores were made with the model {made_with}, not {self._model.label}"
                raise UsageError(f"{made}: add --model {name}, or score again")
        for item in saved.skipped:
            self._intake.skip(item)
        self._intake.scored += len(saved.scored) + len(saved.counted)
        scored, counted = self._leave_repeated(saved.scored), self._leave_repeated(saved.counted)
        self._intake.trained_on += sum(bool(item.trained_on.any()) for item in scored) + sum(item.trained_on for item in counted)
        self._intake.foreign += sum(item.article.foreign for item in scored) + sum(item.article.foreign for item in counted)
        self.scored += scored
        self.tallies.add(counted)

    def _leave_repeated(self, items: Iterable[_Read]) -> list[_Read]:
        """Return the articles that were not read yet, by id and source; the others are named as skipped.

        Hashes of both are kept, not the texts themselves: of an archive they fill the memory.
        """
        from framing.articles import Skipped

        kept = []
        for item in items:
            mark = hash((item.article.id, item.article.source))
            if mark in self._seen and item.article.source:
                self._intake.scored -= 1
                self._intake.skip(Skipped(item.article.source, "it was read already: name articles, or their scores, once"))
            else:
                self._seen.add(mark)
                kept.append(item)
        return kept


def _open_saved(path: str) -> Iterable[bytes] | None:
    """Return the lines of saved scores, None where ``path`` holds articles."""
    from framing.saved_scores import is_saved_score, is_saved_scores, iterate_lines

    if path == "-":
        # A pipe cannot be read twice: look ahead in its buffer.
        waiting = sys.stdin.buffer.peek() if hasattr(sys.stdin.buffer, "peek") else b""
        return sys.stdin.buffer if b'"article_id"' in waiting[:200] or is_saved_score(waiting.split(b"\n")[0]) else None
    return iterate_lines(Path(path)) if is_saved_scores(Path(path)) else None
