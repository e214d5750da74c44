"""Seconds and memory of training on many rows with ten labels, beside scikit-learn's.

The rows are spliced: the first half of one written sentence and the second half of another, ten labels planted as words at
known rates. F1 says here that two ways of fitting find the same, nothing more.

    python benchmarks/train_speed.py fit [ROWS]     one fit, words only, against TfidfVectorizer and LinearSVC: CPU, F1
    python benchmarks/train_speed.py search [ROWS]  5 folds x 5 values of C against GridSearchCV: seconds on all cores
    python benchmarks/train_speed.py train [ROWS]   what `framing train` does with them: seconds, memory
    python benchmarks/train_speed.py words [ROWS]   the same, words only
"""

from __future__ import annotations

import random
import resource
import sys
import time

import numpy as np
from joblib import cpu_count
from real_news import ROOT
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics import average_precision_score, make_scorer
from sklearn.model_selection import GridSearchCV, GroupKFold
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import Pipeline
from sklearn.svm import LinearSVC

from framing.annotation_files import read_annotations
from framing.annotations import Annotation, settle
from framing.arrays import Bools, Floats
from framing.calibration import best_threshold
from framing.codebook import parse_codebook
from framing.coded import encode
from framing.features import count_terms
from framing.fitting import fit_outputs
from framing.metrics import f1_score
from framing.searching import STRENGTHS, search_settings
from framing.settings import Settings
from framing.training import train

LABELS = tuple(f"label{number}" for number in range(10))


def splice(rows: int) -> list[Annotation]:
    """Return ``rows`` labelled sentences of ``rows / 20`` articles."""
    draw = random.Random(0)
    words = [annotation.text.split() for annotation in read_annotations([ROOT / "annotations" / "authored.jsonl"])]
    vocabulary = sorted({word for text in words for word in text if word.isalpha()})
    signs = {label: draw.sample(vocabulary, 30) for label in LABELS}
    made = []
    for number in range(rows):
        one, other = draw.choice(words), draw.choice(words)
        given = [label for place, label in enumerate(LABELS) if draw.random() < 0.02 * (place + 1)]
        planted = [draw.choice(signs[label]) for label in given if draw.random() < 0.8]
        text = " ".join([*one[: len(one) // 2], *planted, *other[len(other) // 2 :]])
        article = f"a{number // 20}"
        made.append(Annotation(str(number), article, text, frozenset(given), outlet=f"outlet {number // 20 % 20}"))
    return made


CODEBOOK = parse_codebook("\n".join(f'[[frames]]\nid = "{label}"' for label in LABELS))
WORDS_ONLY = Settings(char_ngrams=(0, 0), min_documents=2, frame_c=1.0)
"""C is that of LinearSVC by default."""

HELD_OUT = 20_000
"""Rows beyond the training rows: half to choose thresholds on, half to measure on."""


def make_pipeline(strength: float) -> Pipeline:
    """Return scikit-learn's own way to the same model."""
    vectorizer = TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True)
    return Pipeline([("tfidf", vectorizer), ("svm", OneVsRestClassifier(LinearSVC(C=strength, random_state=0)))])


def held_out_f1(decisions: Floats, given: Bools) -> float:
    """Return macro-F1 on the second half of the rows, each label's threshold the best on the first half."""
    half, found = len(given) // 2, []
    for values, truth in zip(decisions.T, given.T, strict=True):
        chances = 1 / (1 + np.exp(-values))
        threshold, _ = best_threshold(chances[:half], truth[:half])
        found.append(f1_score(chances[half:] >= threshold, truth[half:]))
    return float(np.mean(found))


def compare_fit(rows: int) -> None:
    """Print CPU seconds and F1 of one fit of ours and of scikit-learn's, on the same rows."""
    sentences = settle(splice(rows + HELD_OUT))
    texts, codes = [sentence.text for sentence in sentences], encode(sentences, CODEBOOK)
    given, new = codes.given[:rows], codes.given[rows:]
    started = time.process_time()
    counts = count_terms(texts[:rows], CODEBOOK, WORDS_ONLY)
    counted = time.process_time()
    idf = counts.weigh()
    taught = codes.take(np.arange(rows))
    weights, intercepts, _ = fit_outputs(counts.features(idf), taught, CODEBOOK, WORDS_ONLY, min_positives=8)
    ended = time.process_time()
    decisions = counts.vectorizer(idf).transform(texts[rows:]) @ weights[counts.kept(idf)].astype(float) + intercepts
    own, ours = held_out_f1(decisions, new), ended - started
    print(f"{rows:,} rows x {len(LABELS)} labels, words only, one fit")
    print(f"framing       {ours:6.1f} s CPU ({counted - started:.1f} counting, {ended - counted:.1f} fitting), F1 {own:.4f}")
    started = time.process_time()
    pipeline = make_pipeline(WORDS_ONLY.frame_c).fit(texts[:rows], given)
    theirs = time.process_time() - started
    print(f"scikit-learn  {theirs:6.1f} s CPU, F1 {held_out_f1(pipeline.decision_function(texts[rows:]), new):.4f}")
    print(f"ratio         {theirs / ours:6.1f}")


def compare_search(rows: int) -> None:
    """Print the seconds of a search for C among five, in five folds of articles, on all cores."""
    sentences = settle(splice(rows))
    texts, codes = [sentence.text for sentence in sentences], encode(sentences, CODEBOOK)
    started = time.perf_counter()
    found = search_settings(count_terms(texts, CODEBOOK, WORDS_ONLY), sentences, CODEBOOK, WORDS_ONLY)
    ours = time.perf_counter() - started
    best = max(trial.frames or 0 for trial in found.trials)
    print(f"{rows:,} rows x {len(LABELS)} labels, words only, 5 folds x {len(STRENGTHS)} values of C, on {cpu_count()} cores")
    print(f"framing       {ours:6.1f} s, C = {found.settings.frame_c:g}, average precision {best:.4f}")
    grid = {"svm__estimator__C": list(STRENGTHS)}
    search = GridSearchCV(
        make_pipeline(1.0),
        grid,
        cv=GroupKFold(5),
        scoring=make_scorer(average_precision_score, response_method="decision_function"),
        n_jobs=-1,
        refit=False,
    )
    started = time.perf_counter()
    search.fit(texts, codes.given.astype(int), groups=codes.article)
    theirs = time.perf_counter() - started
    chosen = search.best_params_["svm__estimator__C"]
    print(f"GridSearchCV  {theirs:6.1f} s, C = {chosen:g}, average precision {search.best_score_:.4f}")
    print(f"ratio         {theirs / ours:6.1f}")


def measure_train(rows: int, settings: Settings) -> None:
    """Print the seconds and the memory of a whole training."""
    annotations = splice(rows)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started, cpu = time.perf_counter(), time.process_time()
    result = train(annotations, CODEBOOK, settings, progress=print)
    seconds, cpu = time.perf_counter() - started, time.process_time() - cpu
    own, helpers = (resource.getrusage(who).ru_maxrss / 2**20 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    print(f"{rows:,} rows x {len(LABELS)} labels: {seconds:.0f} s, {cpu:.0f} s CPU without helper processes")
    print(f"macro-F1 {result.evaluations[0].macro_f1():.3f}")
    print(f"peak memory {own:.2f} GiB (of it {before / 2**20:.2f} before), largest helper process {helpers:.2f} GiB")


def main() -> None:
    task = sys.argv[1] if len(sys.argv) > 1 else "fit"
    rows = int(sys.argv[2]) if len(sys.argv) > 2 else 10_000 if task == "search" else 100_000
    if task == "fit":
        compare_fit(rows)
    elif task == "search":
        compare_search(rows)
    else:
        measure_train(rows, WORDS_ONLY if task == "words" else Settings())


if __name__ == "__main__":
    main()
