"""Models on disk: a directory of plain files with a manifest. Loading one executes nothing, and believes nothing unchecked.

``load_scoring_model`` reads the manifest and one file of arrays, all that scoring needs; ``load_model`` reads the words, the
weights and the codebook too. What the second needs is imported when it is called: that takes longer than scoring an article.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from framing.errors import ModelError
from framing.labelling import LabelRule, list_outputs
from framing.scorer.tables import ScorerTables
from framing.scoring_model import ScoringModel
from framing.storing.arrays import unpack_arrays
from framing.storing.files import ARRAYS, DAMAGE, check_probes, find_model, pick_probes, read_checked, read_finite, read_manifest
from framing.storing.outline import read_outline

if TYPE_CHECKING:
    from framing.model import FramingModel


def load_scoring_model(name_or_path: str | Path | None = None, *, min_precision: float | None = None) -> ScoringModel:
    """Return what of a model scores sentences, of the default one without a name; see ``find_model``.

    With ``min_precision`` its labels reach that precision on left-out articles; those that cannot are ``withheld``.

    Raises:
        ModelError: the model is missing, has another format, was changed since it was written (by hash), does not reproduce
            its probes, or keeps no thresholds by precision.
        UsageError: the precision is none that models keep thresholds for.
    """
    directory = find_model(name_or_path)
    manifest = read_manifest(directory)
    model = read_scoring_model(directory, manifest)
    if min_precision is None:
        return model
    from framing.calibration import demand_precision
    from framing.storing.evaluations import read_precision_thresholds

    return demand_precision(model, read_precision_thresholds(directory, model.codebook), min_precision)[0]


def read_scoring_model(directory: Path, manifest: dict[str, Any]) -> ScoringModel:
    """Return the scoring model in ``directory``, whose manifest has been read.

    Raises:
        ModelError: as ``load_scoring_model``.
    """
    data = read_checked(directory, ARRAYS, manifest)
    try:
        arrays = unpack_arrays(data)
        seen = arrays.pop("seen")
        codebook = read_outline(manifest["codebook"])
        tables = ScorerTables.from_arrays(arrays)
        rules = tuple(_read_rule(manifest["labels"][label]) for label in list_outputs(codebook))
        if tables.outputs != len(rules):
            raise ValueError("the weights do not fit the codebook")
        _check_seen(seen)
        model = ScoringModel(codebook, tables, rules, seen, directory.resolve().name, manifest["digest"])
        probes = pick_probes(manifest["probes"])
        check_probes(directory, probes, model.scorer.decide([probe["text"] for probe in probes]))
    except DAMAGE as error:
        raise ModelError(f"{directory}: the model is damaged ({type(error).__name__}: {error}); train it again") from None
    return model


def _check_seen(seen: NDArray[Any]) -> None:
    if seen.dtype != np.uint64 or seen.ndim != 1 or not (seen[1:] > seen[:-1]).all():
        raise ValueError("the fingerprints of the training sentences are not in order")


def _read_rule(row: dict[str, Any]) -> LabelRule:
    slope, offset, threshold = (read_finite(row[key]) for key in ("slope", "offset", "threshold"))
    return LabelRule(slope, offset, threshold, int(row["positives"]), bool(row["learnt"]))


def load_model(name_or_path: str | Path | None = None) -> FramingModel:
    """Return a whole model by name or path, the default one without either; see ``find_model``.

    Raises:
        ModelError: as ``load_scoring_model``; or it was made for another codebook than the one beside it, or its words and
            weights do not reproduce its probes.
    """
    from framing.storing.archive import read_full_model

    directory = find_model(name_or_path)
    manifest = read_manifest(directory)
    return read_full_model(directory, manifest, read_scoring_model(directory, manifest))
