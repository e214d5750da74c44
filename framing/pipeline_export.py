"""A model as a fitted scikit-learn pipeline, for those who work there: the same numbers, in a file that joblib loads.

The pipeline holds scikit-learn's own vectorisers, plain arrays, and the names of the functions and the class below, which
loading it imports. Such a file is a pickle: **loading one runs whatever code it names**, so the package itself never loads
any. A model directory holds more (codebook, evaluations, hashes) and runs nothing: hand that on where you can.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from framing.arrays import Floats
from framing.codebook import Cue
from framing.cues import CueMatcher, cue_words
from framing.features import Vectorizer, restore_tfidf
from framing.files import write_file
from framing.labelling import (
    SIDES,
    LabelRule,
    choose_frames,
    choose_sides,
    label_probabilities,
    list_outputs,
    scale_sides,
)
from framing.model import FramingModel
from framing.normalizing import normalize

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix
    from sklearn.pipeline import Pipeline

CueGroups = tuple[tuple[str, tuple[tuple[str, float], ...]], ...]
"""The name of each cue feature, and its normalised cues with their weights."""


def write_pipeline(path: Path, model: FramingModel) -> None:
    """Write ``build_pipeline(model)`` to ``path`` for ``joblib.load``, whole or not at all.

    Raises:
        FileError: the disk refuses.
    """
    import joblib

    pipeline = build_pipeline(model)
    write_file(path, lambda temporary: joblib.dump(pipeline, temporary, compress=3))


def build_pipeline(model: FramingModel) -> Pipeline:
    """Return the pipeline of three steps, ``normalize``, ``features`` and ``labels``, that scores texts as ``model`` does.

    It takes sentences, one string each. ``classes_`` names the outputs: frames, then ``target:favor`` and
    ``target:against``. ``decision_function`` equals ``FramingModel.decide``; ``predict_proba`` gives the calibrated
    probabilities and ``predict`` the labels of ``FramingModel.score``, sentences × outputs. It stays as it is when fitted.
    """
    from sklearn.frozen import FrozenEstimator
    from sklearn.pipeline import FeatureUnion, Pipeline
    from sklearn.preprocessing import FunctionTransformer

    vectorizer = model.vectorizer
    blocks: list[tuple[str, Any]] = []
    if vectorizer.words:
        blocks.append(("words", restore_tfidf(vectorizer, "word")))
    if vectorizer.chars:
        blocks.append(("characters", restore_tfidf(vectorizer, "char_wb")))
    if vectorizer.cues:
        options = {"groups": _list_cues(vectorizer), "scale": vectorizer.settings.cue_scale}
        blocks.append(("cues", FunctionTransformer(count_cues, kw_args=options, feature_names_out=name_cues)))
    steps = [
        ("normalize", FunctionTransformer(normalize_texts)),
        ("features", FrozenEstimator(FeatureUnion(blocks))),
        ("labels", _make_labeller(model)),
    ]
    return Pipeline(steps)


def _list_cues(vectorizer: Vectorizer) -> CueGroups:
    return tuple((group.name, tuple((normalize(c.phrase), c.weight) for c in group.cues)) for group in vectorizer.cues)


def normalize_texts(texts: Iterable[str]) -> list[str]:
    """Return ``texts`` as the features see them.

    Raises:
        ValueError: it is one string and no collection of them.
    """
    if isinstance(texts, str):
        raise ValueError("give a list of sentences, not one string")
    return [normalize(text) for text in texts]


def count_cues(texts: Sequence[str], groups: CueGroups, scale: float) -> csr_matrix:
    """Return ``scale * log(1 + summed weight)`` of the cues of each group, normalised texts × groups."""
    from scipy.sparse import csr_matrix

    matcher = _match(groups)
    counts = np.array([matcher.count(cue_words(text)) for text in texts], np.float64).reshape(len(texts), len(groups))
    return csr_matrix(scale * np.log1p(counts))


@lru_cache(maxsize=4)
def _match(groups: CueGroups) -> CueMatcher:
    return CueMatcher([[Cue(phrase, weight) for phrase, weight in cues] for _, cues in groups])


def name_cues(transformer: Any, _: object) -> NDArray[np.object_]:
    """Return the names of the cue features of a ``FunctionTransformer`` with ``count_cues``."""
    return np.array([name for name, _ in transformer.kw_args["groups"]], object)


def _make_labeller(model: FramingModel) -> LinearLabeller:
    return LinearLabeller(
        classes_=np.array(list_outputs(model.codebook)),
        coef_=model.weights.T,
        intercept_=model.intercepts.astype(np.float64),
        calibration=np.array([(rule.slope, rule.offset) for rule in model.rules]).reshape(-1, 2),
        thresholds=np.array([rule.threshold for rule in model.rules]),
        learnt=np.array([rule.learnt for rule in model.rules], bool),
        frames=len(model.codebook.frames),
        single_label=model.codebook.single_label,
        made_with=version("framing"),
    )


@dataclass(eq=False, repr=False)
class LinearLabeller:
    """A fitted multi-label classifier in scikit-learn's manner: a linear decision, calibration and threshold per output.

    ``coef_`` is outputs × features; the first ``frames`` outputs are frames, then favor and against for each target.
    ``calibration`` holds slope and offset of each output. What was not ``learnt`` has probability NaN (one side of a target
    0, where the other was learnt) and is never given.
    """

    classes_: NDArray[np.str_]
    coef_: NDArray[np.float32]
    intercept_: Floats
    calibration: Floats
    thresholds: Floats
    learnt: NDArray[np.bool_]
    frames: int
    single_label: bool
    made_with: str

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Take up what was saved; warn where another version did that, since its features may differ."""
        self.__dict__.update(state)
        if self.made_with != version("framing"):
            warnings.warn(
                f"framing {self.made_with} exported this pipeline, {version('framing')} runs it: it may score differently",
                stacklevel=2,
            )

    def fit(self, features: Any, labels: Any = None) -> LinearLabeller:
        """Return itself: it is fitted, and nothing is learnt anew."""
        return self

    def decision_function(self, features: csr_matrix) -> Floats:
        """Return the decision values, sentences × outputs."""
        return np.asarray(features @ self.coef_.T.astype(np.float64)) + self.intercept_

    def predict_proba(self, features: csr_matrix) -> Floats:
        """Return the calibrated probabilities, sentences × outputs; the two sides of a target never exceed 1 together."""
        chances = label_probabilities(self.decision_function(features), self._rules)
        for columns in self._targets:
            chances[:, columns] = scale_sides(chances[:, columns])
        return chances

    def predict(self, features: csr_matrix) -> NDArray[np.int64]:
        """Return 1 where a sentence is given an output's label and 0 elsewhere, sentences × outputs."""
        chances, rules = self.predict_proba(features), self._rules
        given = np.zeros(chances.shape, np.int64)
        given[:, : self.frames] = choose_frames(chances[:, : self.frames], rules[: self.frames], single=self.single_label)
        for columns in self._targets:
            given[:, columns] = choose_sides(chances[:, columns], rules[columns])
        return given

    @property
    def _rules(self) -> list[LabelRule]:
        rows = zip(self.calibration.tolist(), self.thresholds.tolist(), self.learnt.tolist(), strict=True)
        return [LabelRule(slope, offset, threshold, 0, learnt) for (slope, offset), threshold, learnt in rows]

    @property
    def _targets(self) -> list[slice]:
        return [slice(first, first + len(SIDES)) for first in range(self.frames, len(self.classes_), len(SIDES))]

    def __sklearn_is_fitted__(self) -> bool:
        """Return True: it is made of what a model learnt."""
        return True

    def __sklearn_clone__(self) -> LinearLabeller:
        """Return itself: a copy that forgot its weights would be of no use."""
        return self

    def __sklearn_tags__(self) -> Any:
        """Return what scikit-learn asks of an estimator: a classifier that gives any number of labels."""
        from sklearn.utils import ClassifierTags, Tags, TargetTags

        target = TargetTags(required=False, multi_output=True, single_output=False)
        return Tags("classifier", target, classifier_tags=ClassifierTags(multi_class=False, multi_label=True))
