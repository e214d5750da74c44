"""What is wrong with a codebook, coded sentences, articles or a model, found before it costs anything."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from framing.annotation_files import STANCE_COLUMN, find_annotation_files, holds_articles, iterate_annotations
from framing.annotations import (
    OPEN,
    Annotation,
    current_codings,
    find_changed_texts,
    find_false_hashes,
    find_repeated,
    find_unnamed_coders,
)
from framing.articles import Article, Skipped
from framing.cleaning import Dropped, clean
from framing.codebook import Codebook, read_codebook
from framing.coding import describe_rewording
from framing.errors import AnnotationError, FramingError
from framing.readers import read_articles
from framing.sentences import split_article
from framing.store import load_model
from framing.storing.files import MANIFEST

SHOWN = 20
"""Problems of one file that are named; the rest is counted."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was checked: ``problem`` is empty where it is in order; ``exit_code`` is that of its kind."""

    place: str
    said: str
    problem: str = ""
    exit_code: int = 0


@dataclass(frozen=True, slots=True)
class Report:
    """All findings in order, the articles that were read, and the lines that cleaning dropped from each article."""

    findings: tuple[Finding, ...]
    articles: tuple[Article, ...]
    dropped: tuple[tuple[Article, Dropped], ...]

    @property
    def exit_code(self) -> int:
        """The worst exit code of the findings."""
        return max((finding.exit_code for finding in self.findings), default=0)


def check(
    codebook_path: Path | None, annotation_paths: Iterable[Path], article_paths: Iterable[Path], model_paths: Iterable[Path]
) -> Report:
    """Return what is found in each; nothing is raised, since a later check must not wait for an earlier one."""
    findings: list[Finding] = []
    dropped: list[tuple[Article, Dropped]] = []
    articles: dict[str, Article] = {}
    for path in article_paths:
        for item in read_articles([path]):
            if isinstance(item, Skipped):
                findings.append(Finding(item.source, "", item.reason, 4 if item.unreadable else 1))
                continue
            articles[item.id] = item
            cleaned = clean(item)
            dropped += [(item, line) for line in cleaned.dropped]
            findings.append(_check_article(item, len(cleaned.dropped)))
    codebook = None
    if codebook_path is not None:
        codebook, finding = _check_codebook(codebook_path)
        findings.append(finding)
    for path in annotation_paths:
        findings += _check_annotations(path, codebook, articles)
    findings += [_check_model(path, codebook) for path in model_paths]
    return Report(tuple(findings), tuple(articles.values()), tuple(dropped))


def _check_article(article: Article, dropped: int) -> Finding:
    sentences = split_article(article)
    if not sentences:
        return Finding(article.source, "", "no sentences are left after cleaning (--show-dropped tells why)", 1)
    odd = "".join(f"; {note}" for note in article.notes)
    missing = [name for name, value in (("outlet", article.outlet), ("date", article.date)) if not value]
    lacks = f"; no {' or '.join(missing)}" if missing else ""
    return Finding(article.source, f"{len(sentences)} sentences, {dropped} lines dropped{odd}{lacks}")


def _check_codebook(path: Path) -> tuple[Codebook | None, Finding]:
    try:
        codebook = read_codebook(path)
    except FramingError as error:
        return None, Finding(str(path), "", str(error), error.exit_code)
    cues = sum(len(label.cues) for label in codebook.labels)
    said = f"version {codebook.version}, {len(codebook.frames)} frames, {len(codebook.targets)} targets, {cues} cues"
    undefined = sum(not label.definition for label in codebook.labels)
    return codebook, Finding(str(path), said + (f"; {undefined} without a definition" if undefined else ""))


def _check_annotations(path: Path, codebook: Codebook | None, articles: dict[str, Article]) -> Iterator[Finding]:
    try:
        files = find_annotation_files([path])
    except FramingError as error:
        yield Finding(str(path), "", str(error), error.exit_code)
        return
    for file in files:
        items = list(iterate_annotations(file, codebook))
        annotations = [item for item in items if isinstance(item, Annotation)]
        problems = [str(item) for item in items if isinstance(item, AnnotationError)]
        codings = current_codings(annotations)
        problems += find_changed_texts(codings) + find_unnamed_coders(codings) + find_false_hashes(codings)
        problems += find_repeated(annotations)
        problems += describe_rewording(annotations, codebook) if codebook else []
        problems += [problem for a in annotations if (problem := misplaced(a, articles.get(a.article)))]
        sentences = len({(a.article, a.id) for a in codings})
        held = sum(a.article in articles for a in annotations)
        waiting = sum(annotation.status == OPEN for annotation in annotations)
        said = (
            f"{len(codings)} codings of {sentences} sentences" if codings or not waiting else f"{waiting} sentences wait for coders"
        )
        said += f", {held} held against their articles" if held else ""
        yield Finding(str(file), said)
        for problem in problems[:SHOWN]:
            yield Finding(str(file), "", problem, AnnotationError.exit_code)
        if len(problems) > SHOWN:
            yield Finding(str(file), "", f"and {len(problems) - SHOWN} more problems", AnnotationError.exit_code)


def misplaced(annotation: Annotation, article: Article | None) -> str:
    """Return how the annotation's offsets miss its article's text, or nothing where they hold or cannot be tried."""
    if article is None or annotation.start is None or annotation.end is None:
        return ""
    found = article.text[annotation.start : annotation.end]
    if found == annotation.text:
        return ""
    moved = article.text.find(annotation.text)
    there = f"the sentence now starts at {moved}" if moved >= 0 else "the sentence is no longer in the article"
    return f"{annotation.place}: characters {annotation.start} to {annotation.end} of {article.id} are not this sentence; {there}"


def _check_model(path: Path, codebook: Codebook | None) -> Finding:
    try:
        model = load_model(path)
    except FramingError as error:
        return Finding(str(path), "", str(error), error.exit_code)
    if codebook is not None and model.codebook.digest != codebook.digest:
        trained, current = model.codebook, codebook
        problem = f"trained on another codebook (version {trained.version}, {trained.digest[:12]}) than this one (version "
        return Finding(str(path), "", f"{problem}{current.version}, {current.digest[:12]}): run framing train", 3)
    return Finding(str(path), f"{model.label}, {model.vectorizer.columns:,} features")


def sort_paths(paths: Sequence[Path]) -> tuple[Path | None, list[Path], list[Path], list[Path]]:
    """Return the codebook, the coded sentences, the articles and the models among ``paths``.

    Without paths they are those of this folder: ``annotations/``, ``seeds/`` or ``articles/``, ``models/``.
    """
    if not paths:
        paths = [path for path in map(Path, ("annotations", "seeds", "articles", "models")) if path.exists()]
        paths += [Path()] if Path("codebook.toml").exists() else []
    codebook: Path | None = None
    annotations: list[Path] = []
    articles: list[Path] = []
    models: list[Path] = []
    for path in paths:
        found = [path] if (path / MANIFEST).exists() else sorted(p.parent for p in path.glob(f"*/{MANIFEST}"))
        if found:
            models += found
        elif path.suffix.lower() == ".toml" or (path / "codebook.toml").exists():
            codebook = path if path.suffix.lower() == ".toml" else path / "codebook.toml"
            inside = sorted(path.glob("*.jsonl")) if path.is_dir() else []
            annotations += [file for file in inside if not holds_articles(file)]
            articles += [file for file in inside if holds_articles(file)]
        elif _is_coded(path):
            annotations.append(path)
        else:
            articles.append(path)
    if codebook is None and annotations and (beside := annotations[0].parent / "codebook.toml").exists():
        codebook = beside
    return codebook, annotations, articles, models


def _is_coded(path: Path) -> bool:
    """Return whether the first line of a ``.jsonl`` file is a coding, or that of a ``.csv`` file names their columns."""
    suffix = path.suffix.lower()
    if suffix not in (".jsonl", ".csv") or not path.is_file():
        return False
    try:
        with path.open("rb") as lines:
            line = next((line for line in lines if line.strip()), b"null")
        if suffix == ".csv":
            columns = [column.strip() for column in line.decode("utf-8-sig").split(",")]
            return "text" in columns and ("frames" in columns or any(column.startswith(STANCE_COLUMN) for column in columns))
        first = json.loads(line)
    except (OSError, ValueError, RecursionError):
        return False
    if first is None:
        return True  # a journal in which nobody has decided yet
    return isinstance(first, dict) and "article" in first and bool({"frames", "stance", "status"} & set(first))
