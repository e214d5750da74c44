"""Models on disk: a directory of plain files with a manifest. Loading one executes nothing, and believes nothing unchecked."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
import zlib
from dataclasses import asdict, fields, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from framing.agreement.labels import LabelAgreement
from framing.calibration import PRECISIONS, demand_precision
from framing.card import write_card
from framing.codebook import STANCES, Codebook, parse_codebook
from framing.errors import CodebookError, ModelError, UsageError, suggest
from framing.evaluation import HELD_OUT, Evaluation
from framing.features import Vectorizer, group_cues
from framing.files import write_directory
from framing.labelling import LabelRule, list_outputs
from framing.metrics import LabelMetrics
from framing.model import FramingModel
from framing.scorer import Scorer
from framing.settings import Settings

FORMAT = 3
"""The version of the directory's layout; raised when an older program could misread a newer directory."""

MANIFEST = "model.json"
CARD = "README.md"
FILES = ("codebook.toml", "evaluation.json", "left-out.npz", "trained-on.txt", "vocabulary.json", "weights.npz")
"""The files that make the model; the card beside them is for people, who may edit it."""

MODEL_FILES = (*FILES, CARD, MANIFEST)
"""Everything that a model directory holds."""

DEFAULT = "default"

_PACKAGE = Path(__file__).resolve().parent
_SHIPPED = (_PACKAGE / "models", _PACKAGE.parent / "models")  # in the wheel; in a checkout
_PROBES = (
    "The port opened on Thursday.",
    "China and the U.S. signed an agreement in Lima.",
    "Washington warned that the debt could become a threat.",
    "Growers hope for new jobs and more exports.",
)


def save_model(
    directory: Path,
    model: FramingModel,
    evaluations: tuple[Evaluation, ...],
    agreement: tuple[LabelAgreement, ...],
    *,
    precision_thresholds: tuple[tuple[float | None, ...], ...] = (),
    statement: str = "",
) -> FramingModel:
    """Write the model directory, whole or not at all, and return the model as it will be loaded.

    ``statement`` says in the card who wrote and coded the data, and how. The same model gives the same bytes.

    Raises:
        FileError: the disk refuses, or the directory holds something that is no model.
    """
    evaluation = {
        "evaluations": [asdict(e) for e in evaluations],
        "agreement": [asdict(a) for a in agreement],
        "precision_thresholds": dict(zip(list_outputs(model.codebook), precision_thresholds, strict=bool(precision_thresholds))),
    }
    contents = {
        "codebook.toml": model.codebook.content.encode(),
        "evaluation.json": _json(evaluation),
        "left-out.npz": _pack(decisions=model.left_out),
        "trained-on.txt": "".join(f"{mark}\n" for mark in sorted(model.trained_on)).encode(),
        "vocabulary.json": _json({"words": model.vectorizer.words, "chars": model.vectorizer.chars}, indent=None),
        "weights.npz": _pack(idf=model.vectorizer.idf, weights=model.weights, intercepts=model.intercepts),
    }
    manifest = {
        "format": FORMAT,
        "versions": {name: version(name) for name in ("framing", "scikit-learn", "numpy", "scipy")},
        "settings": asdict(model.vectorizer.settings),
        "labels": {label: asdict(rule) for label, rule in zip(list_outputs(model.codebook), model.rules, strict=True)},
        "codebook": {"title": model.codebook.title, "version": model.codebook.version, "digest": model.codebook.digest},
        "data": model.facts,
        "statement": statement.strip(),
        "probes": _probe(model),
        "files": {name: hashlib.sha256(data).hexdigest() for name, data in contents.items()},
    }
    digest = _digest(manifest)
    contents[MANIFEST] = _json({**manifest, "digest": digest})
    contents[CARD] = write_card(model, evaluations, agreement, name=directory.name, statement=statement).encode()
    write_directory(directory, contents)
    return replace(model, name=directory.name, digest=digest)


def _digest(manifest: dict[str, Any]) -> str:
    """Return the SHA-256 of all that a manifest says, its own digest apart."""
    said = {key: value for key, value in manifest.items() if key != "digest"}
    return hashlib.sha256(json.dumps(said, sort_keys=True, ensure_ascii=False).encode("utf-8", "replace")).hexdigest()


def _json(value: Any, *, indent: int | None = 1) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=indent) + "\n").encode()


def _pack(**arrays: NDArray[Any]) -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)  # type: ignore[arg-type]
    return buffer.getvalue()


def _probe(model: FramingModel) -> list[dict[str, Any]]:
    """Return sentences (the codebook's examples, and some of our own) with the decision values they must give."""
    examples = [text for frame in model.codebook.frames for text in frame.examples]
    examples += [text for target in model.codebook.targets for _, text in target.examples]
    texts = [*examples, *_PROBES]
    decisions = Scorer(model).decide(texts)
    return [{"text": text, "decisions": [round(float(v), 6) for v in row]} for text, row in zip(texts, decisions, strict=True)]


def find_model(name_or_path: str | Path | None = None) -> Path:
    """Return the directory of a model: a path, else a name in ``models/`` here, else one that ships with the package.

    Raises:
        ModelError: there is none; the message suggests a near name.
    """
    name = str(name_or_path or DEFAULT)
    candidates = [Path(name)] if "/" in name or Path(name, MANIFEST).exists() else []
    candidates += [folder / name for folder in (Path("models"), *_SHIPPED)]
    for candidate in candidates:
        if (candidate / MANIFEST).is_file():
            return candidate
    for candidate in candidates:
        if candidate.is_dir() and any((candidate / file).exists() for file in FILES):
            raise ModelError(
                f"{candidate}: it has no {MANIFEST}: the model is damaged; train it again (framing train --name {name})"
            )
    known = [path.name for path in list_models()]
    raise ModelError(f"there is no model {name!r}{suggest(name, known)}; make one with: framing train --name {Path(name).name}")


def list_models() -> list[Path]:
    """Return the directories of the models in ``models/`` here and of those that ship, a name once, in that order."""
    found: dict[str, Path] = {}
    for folder in (Path("models"), *_SHIPPED):
        for path in sorted(folder.glob(f"[!.]*/{MANIFEST}")):
            found.setdefault(path.parent.name, path.parent)
    return list(found.values())


def load_model(name_or_path: str | Path | None = None) -> FramingModel:
    """Return a model by name or path, the default one without either; see ``find_model``.

    Raises:
        ModelError: it is missing, was made by a newer version, was changed since it was written (by hash), is made for
            another codebook than the one beside it, or does not reproduce its probes.
    """
    directory = find_model(name_or_path)
    manifest, digest = _read_manifest(directory)
    data = {name: _read_checked(directory, name, manifest) for name in FILES}
    try:
        codebook = parse_codebook(data["codebook.toml"].decode(), source=f"{directory}/codebook.toml")
        if codebook.digest != manifest["codebook"]["digest"]:
            raise ModelError(f"{directory}: the model was trained on another codebook than its codebook.toml; train it again")
        model = replace(_assemble(codebook, manifest, data), name=directory.resolve().name, digest=digest)
        _check_probes(directory, model, manifest)
    except CodebookError as error:
        raise ModelError(str(error)) from None
    except _DAMAGE as error:
        raise ModelError(f"{directory}: the model is damaged ({type(error).__name__}: {error}); train it again") from None
    return model


_DAMAGE = (LookupError, TypeError, ValueError, AttributeError, OSError, EOFError, RecursionError, zipfile.BadZipFile, zlib.error)
"""What reading a damaged file can raise."""


def _read_manifest(directory: Path) -> tuple[dict[str, Any], str]:
    try:
        manifest = json.loads((directory / MANIFEST).read_bytes())
        number, digest = manifest["format"], manifest["digest"]
    except _DAMAGE as error:
        raise ModelError(
            f"{directory}/{MANIFEST}: the manifest is damaged ({type(error).__name__}); train the model again"
        ) from None
    if number != FORMAT:
        raise ModelError(
            f"{directory}: the model has format {number}, this version of framing reads {FORMAT}; upgrade or train again"
        )
    if digest != _digest(manifest):
        raise ModelError(
            f"{directory}/{MANIFEST}: the file was changed since the model was written (its hash differs); train it again"
        )
    return manifest, digest


def _read_checked(directory: Path, name: str, manifest: dict[str, Any]) -> bytes:
    try:
        data = (directory / name).read_bytes()
        expected = manifest["files"][name]
    except OSError as error:
        raise ModelError(f"{directory}/{name}: the file cannot be read ({error.strerror}); train the model again") from None
    except (KeyError, TypeError):
        raise ModelError(f"{directory}/{MANIFEST}: it does not name {name}; train the model again") from None
    if hashlib.sha256(data).hexdigest() != expected:
        raise ModelError(f"{directory}/{name}: the file was changed since the model was written (its hash differs); train it again")
    return data


def _assemble(codebook: Codebook, manifest: dict[str, Any], data: dict[str, bytes]) -> FramingModel:
    chosen: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value for key, value in manifest["settings"].items()
    }
    settings = Settings(**chosen)
    terms = json.loads(data["vocabulary.json"])
    with np.load(io.BytesIO(data["weights.npz"]), allow_pickle=False) as arrays:
        idf, weights, intercepts = arrays["idf"], arrays["weights"], arrays["intercepts"]
    vectorizer = Vectorizer(settings, tuple(terms["words"]), tuple(terms["chars"]), idf, group_cues(codebook))
    outputs = len(list_outputs(codebook))
    if idf.shape != (len(vectorizer.words) + len(vectorizer.chars),):
        raise ValueError("vocabulary and idf differ in length")
    if weights.shape != (vectorizer.columns, outputs) or intercepts.shape != (outputs,):
        raise ValueError("the weights do not fit the vocabulary and the codebook")
    if not (np.isfinite(idf).all() and np.isfinite(weights).all() and np.isfinite(intercepts).all()):
        raise ValueError("a weight is no number")
    rules = tuple(_rule(manifest["labels"][label]) for label in list_outputs(codebook))
    seen = frozenset(data["trained-on.txt"].decode().split())
    left_out = _read_left_out(data["left-out.npz"], len(seen), outputs)
    return FramingModel(codebook, vectorizer, weights, intercepts, rules, seen, facts=manifest["data"], left_out=left_out)


def _read_left_out(data: bytes, sentences: int, outputs: int) -> NDArray[np.float16]:
    with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
        decisions: NDArray[np.float16] = arrays["decisions"]
    if decisions.size and decisions.shape != (sentences, outputs):
        raise ValueError("the left-out predictions do not fit the training sentences")
    return decisions


def _rule(row: dict[str, Any]) -> LabelRule:
    slope, offset, threshold = (float(row[key]) for key in ("slope", "offset", "threshold"))
    return LabelRule(slope, offset, threshold, int(row["positives"]), bool(row["learnt"]))


def _check_probes(directory: Path, model: FramingModel, manifest: dict[str, Any]) -> None:
    probes = manifest.get("probes") or []
    expected = np.array([probe["decisions"] for probe in probes])
    found = Scorer(model).decide([probe["text"] for probe in probes])
    if expected.shape != found.shape or np.abs(expected - found).max(initial=0) > 1e-5:
        raise ModelError(f"{directory}: this version of framing scores the model's probe sentences differently; train it again")


def read_evaluations(directory: Path) -> tuple[tuple[Evaluation, ...], tuple[LabelAgreement, ...]]:
    """Return the evaluations and the agreement that a model directory holds.

    Raises:
        ModelError: the file is missing or damaged.
    """
    manifest, _ = _read_manifest(directory)
    try:
        table = json.loads(_read_checked(directory, "evaluation.json", manifest))
        known = {field.name for field in fields(LabelMetrics)}
        evaluations = []
        for row in table["evaluations"]:
            labels = tuple(LabelMetrics(**{k: v for k, v in label.items() if k in known}) for label in row["labels"])
            evaluations.append(Evaluation(**{**row, "labels": labels}))
        return tuple(evaluations), tuple(LabelAgreement(**row) for row in table["agreement"])
    except _DAMAGE as error:
        raise ModelError(
            f"{directory}/evaluation.json: the file is damaged ({type(error).__name__}); train the model again"
        ) from None


def read_precision_thresholds(directory: Path, codebook: Codebook) -> list[list[float | None]]:
    """Return for every output the thresholds for ``calibration.PRECISIONS``, from predictions on left-out articles.

    Raises:
        ModelError: the file is damaged, or the model keeps none.
    """
    manifest, _ = _read_manifest(directory)
    try:
        table = json.loads(_read_checked(directory, "evaluation.json", manifest))["precision_thresholds"]
        return [[None if value is None else float(value) for value in table[label]] for label in list_outputs(codebook)]
    except _DAMAGE as error:
        raise ModelError(
            f"{directory}/evaluation.json: it holds no thresholds by precision ({type(error).__name__}); train the model again"
        ) from None


def load_precise_model(name_or_path: str | Path | None, precision: float) -> tuple[FramingModel, list[str]]:
    """Return a model whose labels reach ``precision`` on left-out articles, and the labels that cannot: none of these is given.

    Raises:
        UsageError: the precision is none that models keep thresholds for.
        ModelError: as ``load_model``, or the model keeps no thresholds by precision.
    """
    if not PRECISIONS[0] <= precision <= PRECISIONS[-1]:
        raise UsageError(f"--min-precision {precision:g} must lie between {PRECISIONS[0]:g} and {PRECISIONS[-1]:g}")
    model = load_model(name_or_path)
    curves = read_precision_thresholds(find_model(name_or_path), model.codebook)
    model, lacking = demand_precision(model, curves, precision)
    labels = list_outputs(model.codebook)
    return model, [labels[column] for column in lacking]


def read_model_statement(directory: Path) -> str:
    """Return what the coded data that a model was trained on says of itself: who wrote and coded it; empty if nothing.

    Raises:
        ModelError: the directory is damaged.
    """
    return str(_read_manifest(directory)[0].get("statement") or "")


def read_basis(directory: Path) -> tuple[str, str]:
    """Return the digests of the codebook and of the coded sentences that a model was trained on.

    Raises:
        ModelError: the directory is damaged.
    """
    manifest, _ = _read_manifest(directory)
    return str(manifest["codebook"]["digest"]), str(manifest["data"].get("digest"))


def describe_model(directory: Path) -> dict[str, Any]:
    """Return the facts of a model that tell it from others: codebook, data, and macro-F1 under each design.

    Raises:
        ModelError: the directory is damaged.
    """
    manifest, digest = _read_manifest(directory)
    evaluations, _ = read_evaluations(directory)
    scores = [evaluation.macro_f1() for evaluation in evaluations]
    data, codebook = manifest.get("data", {}), manifest.get("codebook", {})
    return {
        "name": directory.name,
        "folder": str(directory),
        "digest": digest,
        "codebook": f"{codebook.get('title', '')}, version {codebook.get('version', '?')}",
        "sentences": data.get("sentences", 0),
        "articles": data.get("articles", 0),
        "macro_f1": scores[0] if scores else None,
        "outlet_macro_f1": next((s for e, s in zip(evaluations, scores, strict=True) if e.design.startswith("outlets")), None),
        "test_macro_f1": next((s for e, s in zip(evaluations, scores, strict=True) if e.design.startswith(HELD_OUT)), None),
    }


def read_reliability(directory: Path) -> dict[str, bool]:
    """Return whether every evaluation that a model holds vouches for each frame and target; a target needs both sides."""
    evaluations, _ = read_evaluations(directory)
    verdicts: dict[str, bool] = {}
    for row in (row for evaluation in evaluations for row in evaluation.labels):
        label, _, stance = row.label.partition(":")
        if stance != STANCES[-1]:
            verdicts[label] = verdicts.get(label, True) and row.reliable
    return verdicts
