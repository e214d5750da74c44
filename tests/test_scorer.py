"""The fast path gives the numbers of the reference, whatever the text, the batch, the order and what was scored before."""

from __future__ import annotations

import random
import unicodedata
from collections import Counter
from dataclasses import fields, replace
from functools import cache

import numpy as np
import pytest
from conftest import CODEBOOK, fit_vectorizer, make_annotations
from hypothesis import example, given
from hypothesis import strategies as st

from framing import chunks
from framing.chunks import Seed, draw_seed, fingerprint_texts, hash_spans, hash_strings, mix, read_chunks, unmix
from framing.codebook import Codebook, parse_codebook
from framing.model import FramingModel
from framing.normalizing import LONGEST, clean, fold, normalize, stands_for_itself
from framing.scorer.cue_tables import CueTables
from framing.scorer.index import NONE, HashIndex
from framing.scorer.repeats import find_repeats
from framing.scorer.scorer import Scorer
from framing.scorer.tables import ScorerTables, compile_tables
from framing.settings import Settings

CUES = """
[[frames]]
id = "harvest"
name = "Harvest"
definition = "d"
[frames.cues]
3 = ["good harvest", "good harvest", "reap* * wheat", "* the * * mayor *", "- *", "été*"]
"1.5" = ["grain*", "gr*", "grain", "gra* gr*", "a * a * a", "a * * a", "U.S. envoy*"]

[[frames]]
id = "storm"
name = "Storm"
definition = "d"
cues = ["hail", "gale*", "good", "good * wheat", "g*"]
"""
WRITTEN = [
    "The gale felled the trees; the U.S. envoy praised a good harvest of wheat and grain.",
    "Good good harvest: grains, grain, grainy gran'ries, a b a c a d a.",
    "The mayor said the town and the mayor reaped the wheat, reaping 12,000 tonnes of U.S.-China wheat.",
    "Été, étés and “gales’ ends” – 2010–2012 – café-bars, ﬁne wheat… naïve İstanbul ΟΔΟΣ Straße 東京 東京.",
]
SAMPLE = [str(row["text"]) for row in make_annotations(articles=4)] + WRITTEN

WORDS = ["good", "harvest", "grain", "grains", "gr", "hail", "gales", "wheat", "reaped", "the", "mayor", "a", "U.S.", "US", "usa"]
WORDS += [
    "été",
    "étés",
    "U.S.-China",
    "wheat–grain",
    "ﬁne",
    "I",
    "_",
    "1",
    "ΟΔΟΣ",
    "İ",
    "東京",
    "it's",
    "“good”",
    "n't",
    "\u200bgale",
]
LETTERS = "aAuUsS.’“é\u0301\u0316İΣςß½ﬁ\u00ad\u200d\u2028\u0085\u001f\u0000\u0001 \t\n_-–\u1112\u1161\u11ab\ud800東𝔸😀\u0e33\ufdfa"

loose = st.text(st.one_of(st.sampled_from(LETTERS), st.characters()), max_size=40)
spoken = st.lists(st.one_of(st.sampled_from(WORDS), loose), max_size=30).map(" ".join)
texts = st.lists(st.one_of(spoken, loose), max_size=12)


def make_model(codebook: Codebook, settings: Settings, blocks: str = "words chars cues") -> FramingModel:
    """Return a model with random weights for the vocabulary of ``SAMPLE``, or for some blocks of it."""
    vectorizer = fit_vectorizer(SAMPLE, codebook, settings)
    words, chars = len(vectorizer.words), len(vectorizer.chars)
    if "words" not in blocks:
        vectorizer = replace(vectorizer, words=(), idf=vectorizer.idf[words:])
    if "chars" not in blocks:
        vectorizer = replace(vectorizer, chars=(), idf=vectorizer.idf[: len(vectorizer.idf) - chars])
    if "cues" not in blocks:
        vectorizer = replace(vectorizer, cues=())
    draw = np.random.default_rng(1)
    weights = draw.normal(size=(vectorizer.columns, 3)).astype(np.float32)
    return FramingModel(codebook, vectorizer, weights, draw.normal(size=3).astype(np.float32), ())


KINDS = {
    "full": (CUES, Settings(), "words chars cues"),
    "the tiny codebook": (CODEBOOK, Settings(cue_scale=1.0), "words chars cues"),
    "words only": (CUES, Settings(), "words"),
    "words and cues": (CUES, Settings(), "words cues"),
    "characters only": (CUES, Settings(), "chars"),
    "no cues": (CUES, Settings(), "words chars"),
    "single characters": (CUES, Settings(char_ngrams=(1, 1)), "words chars"),
    "no characters": (CUES, Settings(char_ngrams=(0, 0)), "words cues"),
    "long n-grams": (CUES, Settings(char_ngrams=(4, 12)), "chars"),
    "words up to three": (CUES, Settings(word_ngrams=(1, 3)), "words"),
    "pairs and threes without single words": (CUES, Settings(word_ngrams=(2, 3)), "words"),
    "frequent terms alone": (CUES, Settings(min_documents=3), "words chars cues"),
}


@cache
def find_model(kind: str) -> FramingModel:
    codebook, settings, blocks = KINDS[kind]
    return make_model(parse_codebook(codebook), settings, blocks)


@cache
def find_tables(kind: str) -> ScorerTables:
    model = find_model(kind)
    return compile_tables(model.vectorizer, model.weights, model.intercepts)


@cache
def find_scorer(kind: str) -> Scorer:
    return Scorer(find_tables(kind))


@pytest.mark.parametrize("kind", KINDS)
@given(batch=texts)
@example(batch=SAMPLE)
@example(batch=["", " ", "\0", "a\0b", "U.\0S. \0US", "good\u0085harvest\u2028good", "\ud800 good \udfff"])
def test_the_scorer_gives_the_numbers_of_the_reference(kind: str, batch: list[str]) -> None:
    expected = find_model(kind).decide(batch)
    found = find_scorer(kind).decide(batch)
    assert found.shape == expected.shape
    assert np.abs(found - expected).max(initial=0) < 1e-12


@pytest.mark.parametrize("kind", ["full", "words and cues", "words up to three"])
@given(batch=texts, data=st.data())
def test_neither_batch_nor_order_nor_what_was_scored_before_changes_a_bit(kind: str, batch: list[str], data: st.DataObject) -> None:
    expected = find_scorer(kind).read(batch)
    order = data.draw(st.permutations(range(len(batch))))
    small = Scorer(find_tables(kind), kept=data.draw(st.integers(1, 20)))
    size = data.draw(st.integers(1, 5))
    for first in range(0, len(order), size):
        part = order[first : first + size]
        found = small.read([batch[place] for place in part])
        assert (found.decisions == expected.decisions[part]).all()
        assert (found.fingerprints == expected.fingerprints[part]).all()


def test_many_texts_are_scored_as_each_alone() -> None:
    draw = random.Random(3)
    many = [" ".join(draw.choices(WORDS, k=draw.choice([0, 1, 5, 30, 200]))) for _ in range(2 * chunks.TEXTS + 7)]
    together = find_scorer("full").decide(many)
    some = draw.sample(range(len(many)), 200)
    alone = Scorer(find_tables("full"))
    assert all((alone.decide([many[place]])[0] == together[place]).all() for place in some)
    assert np.abs(together[some] - find_model("full").decide([many[place] for place in some])).max() < 1e-11


@given(batch=texts)
@example(batch=["U.S.", "US", "US\u0301", "éUS", "U.\u2009S.", "USA", "\u00a0US", "U. S. A."])
def test_many_texts_are_normalised_as_one_is(batch: list[str]) -> None:
    joined = fold(clean(batch)).split(b"\0")[1:-1]
    assert [b" ".join(filter(None, text.split(b" "))).decode("utf-8", "surrogatepass") for text in joined] == [
        normalize(text) for text in batch
    ]


def test_a_character_that_composes_with_what_is_before_it_does_not_stand_for_itself() -> None:
    pairs = (unicodedata.decomposition(chr(code)).split() for code in range(0x110000))
    seconds = {chr(int(pair[1], 16)) for pair in pairs if len(pair) == 2 and not pair[0].startswith("<")}
    assert len(seconds) > 50
    assert not any(map(stands_for_itself, seconds))


@given(batch=texts)
@example(batch=["a b", "ab", "b a", "a  b", "A B", "", " ", "a" * 9, "a" * 8 + " a", "éé", "\ud800", "?"])
def test_texts_share_a_fingerprint_only_if_they_are_normalised_alike(batch: list[str]) -> None:
    found = fingerprint_texts(batch)
    normalised = [normalize(text) for text in batch]
    assert len(set(found.tolist())) == len(set(normalised)) == len({*zip(found.tolist(), normalised, strict=True)})
    assert (find_scorer("words only").read(batch).fingerprints == found).all()


@pytest.mark.parametrize(
    ("text", "expected"),
    [("", "0" * 16), ("Growers reaped more wheat than ever.", "7967edd3d2752a28"), ("東京", "f0a830ccbce8f51d")],
)
def test_a_fingerprint_stays_what_it_is_since_models_keep_it(text: str, expected: str) -> None:
    assert f"{fingerprint_texts([text])[0]:016x}" == expected


def test_hashes_of_short_strings_are_their_bytes_mixed() -> None:
    assert hash_strings(["abc"])[0] == mix(np.array([int.from_bytes(b"abc", "little")], np.uint64))[0]
    assert len(set(hash_strings(["a" * size for size in range(1, 200)]).tolist())) == 199


def craft_chunks(bits: int, tries: int) -> list[str]:
    """Return chunks of 8 bytes whose hashes begin with the same ``bits`` bits: mixing can be undone."""
    written = unmix(np.uint64(5 << (64 - bits)) + np.arange(tries, dtype=np.uint64))
    usable = np.isin(written.view(np.uint8), np.frombuffer(b"abcdefghijklmnopqrstuvwxyz0123456789!#$%&*+,-./:;=?@", np.uint8))
    return [value.tobytes().decode() for value in written[usable.reshape(-1, 8).all(axis=1)]]


TWINS = ("blackmailing-us!", "plxw7n-92/f32?r7")
"""Chunks that were made to share a hash, as whoever knows the constants can make them."""


def test_chunks_that_were_made_to_share_a_hash_are_told_apart_whatever_was_scored_before() -> None:
    assert len(set(hash_strings(TWINS).tolist())) == 1
    alone = [Scorer(find_tables("full")).decide([twin])[0] for twin in TWINS]
    assert (alone[0] != alone[1]).any()
    assert (Scorer(find_tables("full")).decide(TWINS) == alone).all()
    for order in ([0, 1], [1, 0]):
        scorer = Scorer(find_tables("full"))
        assert all((scorer.decide([TWINS[place]])[0] == alone[place]).all() for place in order)


def test_chunks_that_were_made_to_meet_in_a_table_lie_far_apart_under_a_seed() -> None:
    crafted = craft_chunks(20, 1 << 23)
    assert len(crafted) > 20
    known, seeded = hash_strings(crafted), [hash_chunks(crafted, draw_seed()) for _ in range(5)]
    assert len(set((known >> np.uint64(44)).tolist())) == 1
    for hashes in seeded:
        assert len(set((hashes >> np.uint64(44)).tolist())) > len(crafted) - 3
    assert len({hashes.tobytes() for hashes in seeded}) == 5


def hash_chunks(strings: list[str], seed: Seed) -> np.ndarray:
    (found,) = read_chunks([" ".join(strings)])
    return hash_spans(found.data, found.starts, found.sizes, seed)


@given(keys=st.sets(st.integers(0, 2**64 - 1), max_size=40), asked=st.lists(st.integers(0, 2**64 - 1), max_size=20))
@example(keys={0, 2**64 - 1}, asked=[0, 1, 2**64 - 1])
@example(keys=set(), asked=[0, 2**64 - 1])
def test_a_hash_is_found_where_it_lies(keys: set[int], asked: list[int]) -> None:
    ordered = sorted(keys)
    hashes = [*asked, *ordered]
    expected = [ordered.index(value) if value in keys else NONE for value in hashes]
    assert HashIndex(np.array(ordered, np.uint64)).find(np.array(hashes, np.uint64)).tolist() == expected


@given(sentences=st.lists(st.lists(st.tuples(st.integers(-1, 6), st.integers(7, 9)), max_size=70), max_size=8))
def test_repeats_are_the_terms_that_occur_more_than_once(sentences: list[list[tuple[int, int]]]) -> None:
    counts = np.array([len(sentence) for sentence in sentences], np.int64)
    kinds = [np.array([pair[kind] for sentence in sentences for pair in sentence], np.int32) for kind in (0, 1)]
    repeats = find_repeats(kinds, counts)
    held = [Counter(term for pair in sentence for term in pair if term >= 0) for sentence in sentences]
    expected = [sorted((term, times) for term, times in counter.items() if times > 1) for counter in held]
    assert repeats.counts.tolist() == [len(pairs) for pairs in expected]
    assert list(zip(repeats.terms.tolist(), repeats.times.tolist(), strict=True)) == [pair for pairs in expected for pair in pairs]


@given(values=st.lists(st.integers(0, 2**64 - 1)))
def test_mixing_loses_no_number(values: list[int]) -> None:
    numbers = np.array(values, np.uint64)
    assert (unmix(mix(numbers)) == numbers).all()


HOSTILE = {
    "one long chunk": ["é" * (2 * LONGEST)],
    "one long word of many": ["good" * LONGEST],
    "a chunk of many words": ["a-b" * LONGEST, "good-" * LONGEST],
    "gaps without end": ["a " * LONGEST],
    "accents without end": ["e" + "\u0316\u0301" * LONGEST],
    "letters that become many": ["\ufdfa" * LONGEST] * 3,
    "one text of blanks": ["\u2003 \n" * LONGEST],
}


@pytest.mark.parametrize("kind", ["full", "words up to three"])
@pytest.mark.parametrize("batch", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_text_is_scored_as_by_the_reference(kind: str, batch: list[str]) -> None:
    assert np.abs(find_scorer(kind).decide(batch) - find_model(kind).decide(batch)).max() < 1e-9


def test_what_is_kept_of_chunks_is_bounded() -> None:
    scorer = Scorer(find_tables("full"), kept=1000)
    draw = random.Random(5)
    for _ in range(4):
        scorer.decide(["".join(draw.choices("abcdef ", k=2000)) for _ in range(10)])
        assert scorer.kept <= 4000
    many = [" ".join(f"x{number + 1000 * row}" for number in range(1000)) for row in range(100)]
    assert np.abs(scorer.decide(many[:3]) - find_model("full").decide(many[:3])).max() < 1e-9
    assert (scorer.decide(many)[::20] == Scorer(find_tables("full")).decide(many[::20])).all()


def test_texts_are_taken_together_up_to_a_number_of_texts_and_characters() -> None:
    batch = ["ab c"] * 10 + ["d" * 100] + ["ab c"] * 3
    assert [len(part.counts) for part in read_chunks(batch, characters=20)] == [5, 5, 1, 3]
    assert [len(part.counts) for part in read_chunks(batch, at_once=6)] == [6, 6, 2]
    assert [len(part.counts) for part in read_chunks(["\ufdfa" * 10] * 3, characters=35)] == [1, 1, 1]
    assert list(read_chunks([])) == []


def test_tables_come_back_from_their_arrays() -> None:
    for kind in KINDS:
        tables = find_tables(kind)
        again = ScorerTables.from_arrays({name: array.copy() for name, array in tables.arrays().items()})
        assert (Scorer(again).decide(SAMPLE) == find_scorer(kind).decide(SAMPLE)).all()


NAMES = [field.name for field in fields(ScorerTables) if field.name != "cues"] + [
    f"cue_{field.name}" for field in fields(CueTables)
]


@pytest.mark.parametrize("name", NAMES)
def test_an_array_that_does_not_fit_is_refused(name: str) -> None:
    arrays = find_tables("full").arrays()
    array = arrays[name]
    wrong = [
        array.astype(np.complex128),
        np.concatenate([array.ravel(), array.ravel(), array.ravel()[:1]]),
        array[None],
        array.ravel()[0] if array.ndim else array.ravel(),
    ]
    if array.dtype.kind == "f":
        wrong.append(np.full_like(array, np.nan))
    for changed in wrong:
        with pytest.raises(ValueError, match="the "):
            ScorerTables.from_arrays(arrays | {name: changed})
    with pytest.raises(ValueError, match="missing"):
        ScorerTables.from_arrays({key: value for key, value in arrays.items() if key != name})


@given(name=st.sampled_from(NAMES), data=st.data())
def test_a_damaged_array_is_refused_or_scores_without_leaving_the_arrays(name: str, data: st.DataObject) -> None:
    arrays = find_tables("full").arrays()
    damaged = arrays[name].copy()
    bytes_ = damaged.reshape(-1).view(np.uint8)
    for _ in range(data.draw(st.integers(1, 3))):
        bytes_[data.draw(st.integers(0, len(bytes_) - 1))] = data.draw(st.integers(0, 255))
    try:
        tables = ScorerTables.from_arrays(arrays | {name: damaged})
    except ValueError:
        return
    with np.errstate(all="ignore"):
        assert Scorer(tables).decide(SAMPLE).shape == (len(SAMPLE), 3)
