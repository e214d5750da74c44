from __future__ import annotations

import random
import time
from pathlib import Path

import numpy as np
import pytest
from conftest import fit_vectorizer

from framing.annotations import Annotation, settle
from framing.chunks import fingerprint_texts
from framing.codebook import Codebook, parse_codebook
from framing.errors import AnnotationError, UsageError
from framing.features import count_terms
from framing.fitting import fit_model
from framing.normalizing import LONGEST, normalize
from framing.settings import LARGE, Settings, read_settings, settle_settings

TEXTS = ["Growers reaped wheat.", "Hail broke roofs, and hail fell.", "The U.S. bought grain; it helped us."]


@pytest.mark.parametrize(
    "variant",
    [
        "The “port’s” café",
        'The "port\'s" café',
        "The\u200b “port’s” ca\u00adfé",
        "Ｔｈｅ “port’s” café",
        "The “port’s” cafe\u0301",
        "  The\u00a0“port’s”\n\tcafé ",
    ],
)
def test_variants_of_one_text_look_alike_to_the_features(variant: str) -> None:
    assert normalize(variant) == 'the "port\'s" café'
    assert fingerprint_texts([variant]) == fingerprint_texts(["The “port’s” café"])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The U.S. and the US warned the USA, U.S.A. and U. S. envoys", "the usa and the usa warned the usa, usa and usa envoys"),
        ("It told us so in a US-built bus", "it told us so in a usa-built bus"),
        ("USSR, HUSH, U.S.SR", "ussr, hush, u.s.sr"),
    ],
)
def test_the_country_is_told_from_the_pronoun(text: str, expected: str) -> None:
    assert normalize(text) == expected


def test_a_pile_of_accents_takes_no_time_in_the_square_of_its_length() -> None:
    pile = "e" + "\u0316\u0301" * 4000
    before = time.process_time()
    assert len(normalize(pile)) <= 31
    assert time.process_time() - before < 0.5
    assert normalize("e\u0301\u0316") == normalize("e\u0316\u0301")


def test_a_sentence_longer_than_any_is_seen_in_part() -> None:
    assert len(normalize("a" * (LONGEST + 5))) == LONGEST


def test_features_are_those_of_scikit_learn_side_by_side(codebook: Codebook) -> None:
    from sklearn.feature_extraction.text import TfidfVectorizer

    vectorizer = fit_vectorizer(TEXTS, codebook, Settings())
    cleaned = [normalize(text) for text in TEXTS]
    expected = [
        TfidfVectorizer(analyzer="word", ngram_range=(1, 2), sublinear_tf=True).fit_transform(cleaned).toarray(),
        TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True).fit_transform(cleaned).toarray(),
    ]
    found = vectorizer.transform(TEXTS).toarray()
    words = len(vectorizer.words)
    assert np.allclose(found[:, :words], expected[0], atol=1e-6)
    assert np.allclose(found[:, words : words + len(vectorizer.chars)], expected[1], atol=1e-6)


def test_words_alone_are_features_where_no_characters_are_asked_for(codebook: Codebook) -> None:
    vectorizer = fit_vectorizer(TEXTS, codebook, Settings(char_ngrams=(0, 0)))
    whole = fit_vectorizer(TEXTS, codebook, Settings())
    assert vectorizer.chars == ()
    assert vectorizer.words == whole.words
    assert vectorizer.transform(TEXTS).shape == (3, len(vectorizer.words) + len(vectorizer.cues))


def test_a_model_of_words_alone_decides_and_explains(annotations: list[Annotation], codebook: Codebook) -> None:
    model = fit_model(settle(annotations), codebook, Settings(char_ngrams=(0, 0)))
    (decision,) = model.decide([TEXTS[0]])
    explained = model.explain(TEXTS[0]).outputs[0]
    assert explained.intercept + sum(term.weight for term in explained.terms) == pytest.approx(decision[0])


def test_counts_under_another_cue_scale_are_those_counted_with_it(codebook: Codebook) -> None:
    texts = [*TEXTS, "Hail and gales; hail on the orchard of grain, a good harvest."]
    once = count_terms(texts, codebook, Settings(cue_scale=2.0))
    suited = count_terms(texts, codebook, Settings(cue_scale=0.5)).suit(Settings(cue_scale=2.0))
    assert suited.settings == once.settings
    assert np.allclose(suited.cues.toarray(), once.cues.toarray())


def test_cues_are_counted_by_label_and_weight(codebook: Codebook) -> None:
    vectorizer = fit_vectorizer(TEXTS, codebook, Settings(cue_scale=1.0))
    assert [(group.label, group.weight) for group in vectorizer.cues] == [("harvest", 2.0), ("harvest", 1.0), ("storm", 1.0)]
    assert "harvest" in vectorizer.cues[0].name
    values = vectorizer.count_cues(normalize("Hail and gales; hail on the orchard of grain, a good harvest."))
    assert values == pytest.approx(np.log1p([2, 2, 3]))


def test_a_codebook_without_cues_has_no_cue_features() -> None:
    vectorizer = fit_vectorizer(TEXTS, parse_codebook('[[frames]]\nid = "a"'), Settings())
    assert vectorizer.cues == ()
    assert vectorizer.transform(["Hail"]).shape == (1, len(vectorizer.words) + len(vectorizer.chars))


def test_rare_terms_are_dropped_only_from_a_thousand_sentences_on(codebook: Codebook) -> None:
    assert settle_settings(Settings(), LARGE - 1).min_documents == 1
    assert settle_settings(Settings(), LARGE).min_documents == 2
    assert settle_settings(Settings(min_documents=3), 10).min_documents == 3
    draw = random.Random(0)
    texts = [f"hail fell {draw.randint(10, 10**9)}" for _ in range(200)]
    assert len(fit_vectorizer(texts, codebook, Settings()).words) > 200
    assert len(fit_vectorizer(texts, codebook, Settings(min_documents=2)).words) < 10


def test_sentences_without_words_are_too_few(codebook: Codebook) -> None:
    with pytest.raises(AnnotationError, match="too few words"):
        fit_vectorizer(["a b", "1 2"], codebook, Settings())


def test_settings_are_read_over_the_defaults(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text("frame_c = 2\nchar_ngrams = [3, 4]\n")
    assert read_settings(path, 5) == Settings(frame_c=2.0, char_ngrams=(3, 4), seed=5)
    path.write_text("char_ngrams = [0, 0]\n")
    assert read_settings(path, 0).char_ngrams == (0, 0)
    assert read_settings(None, 0) == Settings()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("frame_d = 2", "unknown setting 'frame_d' (did you mean 'frame_c'?)"),
        ("folds = 'five'", "folds must be like 5"),
        ("word_ngrams = [1, 2, 3]", "word_ngrams must be like (1, 2)"),
        ("word_ngrams = [2, 1]", "from low to high"),
        ("char_ngrams = [0, 3]", "from low to high"),
        ("word_ngrams = [0, 0]", "from low to high"),
        ("folds = 1", "two folds or more"),
        ("cue_scale = -1", "above 0"),
        ("frame_c = inf", "above 0"),
        ("seed = -3", "above 0"),
        ("= 3", "cannot be read"),
    ],
)
def test_a_wrong_setting_is_named(tmp_path: Path, content: str, message: str) -> None:
    path = tmp_path / "settings.toml"
    path.write_text(content)
    with pytest.raises(UsageError) as caught:
        read_settings(path, 0)
    assert message in str(caught.value)
