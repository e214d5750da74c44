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
    from framing.population import arrange_scored, take_scored
    from framing.scoring import ModelScorer, score_articles

    coded = read_annotations(inputs.annotations, model.codebook) if inputs.annotations else None
    known = read_outlets(inputs.outlets) if inputs.outlets else {}
    scored: list[ScoredArticle] = []
    counted: list[CountedArticle] = []
    scorer = ModelScorer(model.compile())
    folders: set[Path] = set()
    for path in inputs.paths:
        if _is_folder_of_parts(path):
            _check_named_once(path, folders)
            _take_parts(Path(path), model, intake, scored, counted)
            continue
        lines = _open_saved(path)
        if lines is None:
            items = score_articles(gather_articles([path], inputs.outlet), scorer)
            scored += [take_scored(item) for item in intake.keep(items)]
        else:
            _take_saved(lines, path, model, intake, scored, counted)
    if not scored and not counted:
        return None
    if coded is not None and counted:
        raise UsageError(
            f"the saved scores of {counted[0].article.id!r} are per article; to correct shares takes those of sentences: save them "
            "with --unit sentence"
        )
    seen: set[tuple[str, str]] = set()
    scored, counted = _leave_repeated(scored, seen, intake), _leave_repeated(counted, seen, intake)
    for line in find_unread(known, [*(item.article for item in scored), *(item.article for item in counted)]):
        say(f"note: {inputs.outlets}: {line}")
    scored = [replace(item, article=add_facts(item.article, known)) for item in scored]
    counted = [replace(item, article=add_facts(item.article, known)) for item in counted]
    population = arrange_scored(scored, list_outputs(model.codebook), skipped=intake.skipped)
    evidence = gather_evidence(population, model, coded, counted)
    if evidence.account is not None and len(model.left_out):
        intake.trained_on = 0  # what is said of these sentences comes from models that did not see them
    return evidence


_Read = TypeVar("_Read", "ScoredArticle", "CountedArticle")


def _leave_repeated(items: Iterable[_Read], seen: set[tuple[str, str]], intake: Intake) -> list[_Read]:
    """Return the articles that were not ``seen`` yet, by id and source; the others are named as skipped."""
    from framing.articles import Skipped

    kept = []
    for item in items:
        key = (item.article.id, item.article.source)
        if key in seen and item.article.source:
            intake.scored -= 1
            intake.skip(Skipped(item.article.source, "it was read already: name articles, or their scores, once"))
        else:
            seen.add(key)
            kept.append(item)
    return kept


def _take_saved(
    lines: Iterable[bytes],
    source: str,
    model: FramingModel,
    intake: Intake,
    scored: list[ScoredArticle],
    counted: list[CountedArticle],
) -> None:
    from framing.saved_scores import read_saved_scores

    saved = read_saved_scores(lines, model.codebook, source=source)
    for made_with in saved.models:
        if made_with.partition(";")[0] != model.label:
            name = made_with.partition("@")[0]
            raise UsageError(
                f"these scores were made with the model {made_with}, not {model.label}: add --model {name}, or score again"
            )
    for item in saved.skipped:
        intake.skip(item)
    scored += saved.scored
    counted += saved.counted
    intake.scored += len(saved.scored) + len(saved.counted)
    intake.trained_on += sum(bool(item.trained_on.any()) for item in saved.scored) + sum(item.trained_on for item in saved.counted)
    intake.foreign += sum(item.article.foreign for item in saved.scored) + sum(item.article.foreign for item in saved.counted)


def _is_folder_of_parts(path: str) -> bool:
    from framing.runs.manifest import is_partitioned

    return is_partitioned(Path(path))


def _check_named_once(path: str, folders: set[Path]) -> None:
    """Check that a folder of parts, whose articles are added up and not told apart any more, comes for the first time."""
    if Path(path).resolve() in folders:
        raise UsageError(f"{path}: it is named twice; its articles would be counted twice")
    folders.add(Path(path).resolve())


def _take_parts(
    folder: Path, model: FramingModel, intake: Intake, scored: list[ScoredArticle], counted: list[CountedArticle]
) -> None:
    """Take the scores of a folder of parts; articles that were counted are added up part by part, so any archive fits."""
    from framing.runs.manifest import list_parts
    from framing.saved_scores import iterate_lines
    from framing.tallies import add_up

    for part in list_parts(folder):
        if part.suffix != ".jsonl":
            raise UsageError(f"{part}: scores are read back from JSON Lines: score again with --format jsonl")
        own: list[CountedArticle] = []
        _take_saved(iterate_lines(part), str(part), model, intake, scored, own)
        counted[:] = add_up([*counted, *own])


def _open_saved(path: str) -> Iterable[bytes] | None:
    """Return the lines of saved scores, None where ``path`` holds articles."""
    from framing.saved_scores import is_saved_score, is_saved_scores, iterate_lines

    if path == "-":
        # A pipe cannot be read twice: look ahead in its buffer.
        waiting = sys.stdin.buffer.peek() if hasattr(sys.stdin.buffer, "peek") else b""
        return sys.stdin.buffer if b'"article_id"' in waiting[:200] or is_saved_score(waiting.split(b"\n")[0]) else None
    return iterate_lines(Path(path)) if is_saved_scores(Path(path)) else None
