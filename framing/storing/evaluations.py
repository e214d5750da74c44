"""What a model's directory says of it: its evaluations, the agreement of its coders, thresholds by precision, and its data."""

from __future__ import annotations

import json
from dataclasses import fields
from pathlib import Path
from typing import Any

from framing.agreement.labels import LabelAgreement
from framing.codebook import STANCES, Codebook
from framing.errors import ModelError
from framing.evaluation import HELD_OUT, Evaluation
from framing.labelling import list_outputs
from framing.metrics import LabelMetrics
from framing.storing.files import DAMAGE, read_checked, read_finite, read_manifest

_FILE = "evaluation.json"


def read_evaluations(directory: Path) -> tuple[tuple[Evaluation, ...], tuple[LabelAgreement, ...]]:
    """Return the evaluations and the agreement that a model directory holds.

    Raises:
        ModelError: the file is missing or damaged.
    """
    manifest = read_manifest(directory)
    try:
        table = json.loads(read_checked(directory, _FILE, manifest).tobytes())
        known = {field.name for field in fields(LabelMetrics)}
        evaluations = []
        for row in table["evaluations"]:
            labels = tuple(LabelMetrics(**{k: v for k, v in label.items() if k in known}) for label in row["labels"])
            evaluations.append(Evaluation(**{**row, "labels": labels}))
        return tuple(evaluations), tuple(LabelAgreement(**row) for row in table["agreement"])
    except DAMAGE as error:
        raise ModelError(f"{directory}/{_FILE}: the file is damaged ({type(error).__name__}); train the model again") from None


def read_precision_thresholds(directory: Path, codebook: Codebook) -> list[list[float | None]]:
    """Return for every output the thresholds for ``calibration.PRECISIONS``, from predictions on left-out articles.

    Raises:
        ModelError: the file is damaged, or the model keeps none.
    """
    manifest = read_manifest(directory)
    try:
        table = json.loads(read_checked(directory, _FILE, manifest).tobytes())["precision_thresholds"]
        return [[None if value is None else read_finite(value) for value in table[label]] for label in list_outputs(codebook)]
    except DAMAGE as error:
        raise ModelError(
            f"{directory}/{_FILE}: it holds no thresholds by precision ({type(error).__name__}); train the model again"
        ) from None


def read_model_statement(directory: Path) -> str:
    """Return what the coded data that a model was trained on says of itself: who wrote and coded it; empty if nothing.

    Raises:
        ModelError: the directory is damaged.
    """
    return str(read_manifest(directory).get("statement") or "")


def read_basis(directory: Path) -> tuple[str, str]:
    """Return the digests of the codebook and of the coded sentences that a model was trained on.

    Raises:
        ModelError: the directory is damaged.
    """
    manifest = read_manifest(directory)
    return str(manifest["codebook"]["digest"]), str(manifest["data"].get("digest"))


def describe_model(directory: Path) -> dict[str, Any]:
    """Return the facts of a model that tell it from others: codebook, data, and macro-F1 under each design.

    Raises:
        ModelError: the directory is damaged.
    """
    manifest = read_manifest(directory)
    evaluations, _ = read_evaluations(directory)
    scores = [evaluation.macro_f1() for evaluation in evaluations]
    data, codebook = manifest.get("data", {}), manifest.get("codebook", {})
    return {
        "name": directory.name,
        "folder": str(directory),
        "digest": manifest["digest"],
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
