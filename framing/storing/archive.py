"""The whole of a model as files: words, weights, codebook, evaluations and what was left out, written and read."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from framing.codebook import Codebook, parse_codebook
from framing.errors import CodebookError, ModelError
from framing.explain import sum_contributions
from framing.features import Vectorizer, group_cues
from framing.files import write_directory
from framing.labelling import list_outputs
from framing.model import FramingModel
from framing.scoring_model import ScoringModel
from framing.settings import Settings
from framing.storing.arrays import pack_arrays
from framing.storing.files import (
    ARRAYS,
    CARD,
    DAMAGE,
    FILES,
    FORMAT,
    MANIFEST,
    check_probes,
    digest_manifest,
    hash_bytes,
    pick_probes,
    read_checked,
)
from framing.storing.outline import outline_codebook
from framing.storing.terms import collect_weights

if TYPE_CHECKING:
    from framing.agreement.labels import LabelAgreement
    from framing.evaluation import Evaluation

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
    from importlib.metadata import version

    from framing.card import write_card

    outputs, compiled = list_outputs(model.codebook), model.compile()
    evaluation = {
        "evaluations": [asdict(e) for e in evaluations],
        "agreement": [asdict(a) for a in agreement],
        "precision_thresholds": dict(zip(outputs, precision_thresholds, strict=bool(precision_thresholds))),
    }
    contents = {
        "codebook.toml": model.codebook.content.encode(),
        "evaluation.json": _json(evaluation),
        "left-out.npz": _pack(decisions=model.left_out),
        ARRAYS: pack_arrays({**compiled.tables.arrays(), "seen": compiled.seen}),
        "vocabulary.json": _json({"words": model.vectorizer.words, "chars": model.vectorizer.chars}, indent=None),
    }
    manifest = {
        "format": FORMAT,
        "versions": {name: version(name) for name in ("framing", "scikit-learn", "numpy", "scipy")},
        "settings": asdict(model.vectorizer.settings),
        "labels": {label: asdict(rule) for label, rule in zip(outputs, model.rules, strict=True)},
        "codebook": outline_codebook(model.codebook),
        "data": model.facts,
        "statement": statement.strip(),
        "probes": _probe(compiled, model.codebook),
        "files": {name: hash_bytes(data) for name, data in contents.items()},
    }
    digest = digest_manifest(manifest)
    contents[MANIFEST] = _json({**manifest, "digest": digest})
    contents[CARD] = write_card(model, evaluations, agreement, name=directory.name, statement=statement).encode()
    write_directory(directory, contents)
    return replace(model, name=directory.name, digest=digest)


def _json(value: Any, *, indent: int | None = 1) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=indent) + "\n").encode()


def _pack(**arrays: NDArray[Any]) -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)  # type: ignore[arg-type]
    return buffer.getvalue()


def _probe(model: ScoringModel, codebook: Codebook) -> list[dict[str, Any]]:
    """Return sentences (the codebook's examples, and some of our own) with the decision values they must give."""
    examples = [text for frame in codebook.frames for text in frame.examples]
    examples += [text for target in codebook.targets for _, text in target.examples]
    texts = [*examples, *_PROBES]
    decisions = model.scorer.decide(texts)
    return [{"text": text, "decisions": [round(float(v), 6) for v in row]} for text, row in zip(texts, decisions, strict=True)]


def read_full_model(directory: Path, manifest: dict[str, Any], scoring: ScoringModel) -> FramingModel:
    """Return the whole model in ``directory``, whose manifest and ``scoring`` model have been read.

    Raises:
        ModelError: as ``framing.store.load_model``.
    """
    data = {name: read_checked(directory, name, manifest).tobytes() for name in FILES if name != ARRAYS}
    try:
        codebook = parse_codebook(data["codebook.toml"].decode(), source=f"{directory}/codebook.toml")
        if outline_codebook(codebook) != manifest["codebook"]:
            raise ModelError(f"{directory}: the model was trained on another codebook than its codebook.toml; train it again")
        left_out = _read_left_out(data["left-out.npz"], len(scoring.seen), len(scoring.rules))
        model = _join(codebook, manifest["settings"], json.loads(data["vocabulary.json"]), scoring)
        model = replace(model, facts=manifest["data"], left_out=left_out)
        check_probes(directory, manifest["probes"], scoring.scorer.decide([probe["text"] for probe in manifest["probes"]]))
        few = pick_probes(manifest["probes"])
        check_probes(directory, few, _decide_by_terms(model, [probe["text"] for probe in few]))
    except CodebookError as error:
        raise ModelError(str(error)) from None
    except (*DAMAGE, RuntimeError, zipfile.BadZipFile) as error:
        raise ModelError(f"{directory}: the model is damaged ({type(error).__name__}: {error}); train it again") from None
    return model


def _join(codebook: Codebook, settings: dict[str, Any], terms: dict[str, list[str]], scoring: ScoringModel) -> FramingModel:
    """Return the model of ``scoring``, its weights in the order of ``terms``."""
    chosen: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in settings.items()}
    words, chars, tables = tuple(terms["words"]), tuple(terms["chars"]), scoring.tables
    weights, idf = collect_weights(tables, words, chars)
    vectorizer = Vectorizer(Settings(**chosen), words, chars, idf, group_cues(codebook))
    if len(weights) != vectorizer.columns:
        raise ValueError("the weights do not fit the codebook")
    intercepts = tables.intercepts.astype(np.float32)
    return FramingModel(codebook, vectorizer, weights, intercepts, scoring.rules, scoring.seen, scoring.name, scoring.digest)


def _read_left_out(data: bytes, sentences: int, outputs: int) -> NDArray[np.float16]:
    """Return the one array of an archive that ``np.savez`` wrote; what it says of itself is checked before it is read."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        member = archive.getinfo("decisions.npy")
        if member.compress_type != zipfile.ZIP_STORED:
            raise ValueError("the left-out predictions are compressed")
        with archive.open(member) as file:
            if np.lib.format.read_magic(file) != (1, 0):
                raise ValueError("the left-out predictions are in an unknown format")
            shape, by_columns, kind = np.lib.format.read_array_header_1_0(file)
            if kind != np.float16 or (shape != (sentences, outputs) and 0 not in shape):
                raise ValueError("the left-out predictions do not fit the training sentences")
            decisions = np.frombuffer(file.read(), np.float16)
    return decisions.reshape(shape, order="F" if by_columns else "C")


def _decide_by_terms(model: FramingModel, texts: list[str]) -> NDArray[np.float64]:
    """Return decision values as explanations add them up, which sees other files than scoring does."""
    weights = model.weights.astype(np.float64)
    added = [sum(sum_contributions(model.vectorizer, weights, text).values(), np.zeros(weights.shape[1])) for text in texts]
    return np.array(added).reshape(len(texts), weights.shape[1]) + model.intercepts
