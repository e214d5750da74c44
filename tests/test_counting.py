"""Counting is held against scikit-learn's ``CountVectorizer``, on the texts that ``normalize`` gives."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from sklearn.feature_extraction.text import CountVectorizer

from framing.counting import BATCH, count_characters, count_words, split_texts
from framing.ngrams import WORD
from framing.normalizing import normalize

ODD = "aAbi İıß’'-_.,\u0130\u0301\u00ad\u200b\u3000\ufb01\x00\x1f\x85\n中文字कि٣\U0001d400\U0001f600"
TEXTS = st.lists(st.text(st.sampled_from(ODD) | st.characters(exclude_categories=["Cs"]), max_size=60), min_size=1, max_size=12)


def count_by_scikit_learn(texts: list[str], kind: str, sizes: tuple[int, int], fewest: int) -> tuple[list[str], np.ndarray]:
    pattern = WORD.pattern if kind == "word" else None
    counter = CountVectorizer(analyzer=kind, ngram_range=sizes, token_pattern=pattern, lowercase=False)
    try:
        counts = counter.fit_transform([normalize(text) for text in texts]).toarray()
    except ValueError:  # it has no n-grams at all
        return [], np.zeros((len(texts), 0))
    kept = (counts > 0).sum(axis=0) >= fewest
    return [str(term) for term in counter.get_feature_names_out()[kept]], counts[:, kept]


@pytest.mark.parametrize("sizes", [(1, 1), (1, 2), (2, 3), (3, 3), (1, 6)])
@given(texts=TEXTS, fewest=st.integers(1, 3))
@example(texts=["one two three"], fewest=1)  # fewer words in all than the longest runs have
def test_words_are_counted_as_scikit_learn_counts_them(sizes: tuple[int, int], texts: list[str], fewest: int) -> None:
    terms, counts = count_words(split_texts(texts), sizes, fewest)
    expected, numbers = count_by_scikit_learn(texts, "word", sizes, fewest)
    assert list(terms) == expected
    assert np.array_equal(counts.toarray(), numbers)


@pytest.mark.parametrize("sizes", [(1, 1), (2, 5), (4, 6)])
@given(texts=TEXTS, fewest=st.integers(1, 3))
def test_characters_are_counted_as_scikit_learn_counts_them(sizes: tuple[int, int], texts: list[str], fewest: int) -> None:
    terms, counts = count_characters(split_texts(texts), sizes, fewest)
    expected, numbers = count_by_scikit_learn(texts, "char_wb", sizes, fewest)
    assert list(terms) == expected
    assert np.array_equal(counts.toarray(), numbers)


def test_texts_are_counted_alike_across_batches() -> None:
    texts = [f"hail fell on field {number} and field {number % 7}" for number in range(BATCH + 3)]
    terms, counts = count_words(split_texts(texts), (1, 2), 2)
    expected, numbers = count_by_scikit_learn(texts, "word", (1, 2), 2)
    assert list(terms) == expected
    assert np.array_equal(counts.toarray(), numbers)


def test_no_characters_are_counted_where_none_are_asked_for() -> None:
    terms, counts = count_characters(split_texts(["Hail fell.", ""]), (0, 0), 1)
    assert terms == ()
    assert counts.shape == (2, 0)
