from __future__ import annotations

import random
from math import log, sqrt

import pytest

from framing.annotations import Annotation, CodedSentence, settle
from framing.codebook import Codebook, parse_codebook
from framing.cues import CueMatcher, cue_words
from framing.normalizing import normalize
from framing.suggesting import PRIOR, CueSuggestion, suggest_cues, suggestions_toml

BARE = """
[[frames]]
id = "storm"
[frames.cues]
1 = ["hail", "gale*", "rain * night"]

[[frames]]
id = "ghost"

[[targets]]
id = "mayor"
[targets.cues]
1 = ["scandal"]
"""


def coded(*rows: tuple[str, str, str]) -> list[CodedSentence]:
    """Return sentences from rows of article, labels (a frame, or ``mayor=side``) and text; no stance is no coding."""
    sentences = []
    for number, (article, labels, text) in enumerate(rows):
        names = labels.split()
        stance = tuple((name.split("=")[0], name.split("=")[1]) for name in names if "=" in name)
        frames = frozenset(name for name in names if "=" not in name)
        sentences.append(CodedSentence(str(number), article, "outlet", text, frames, stance))
    return sentences


def phrases(sentences: list[CodedSentence], label: str = "storm", codebook: str = BARE, limit: int = 15) -> list[str]:
    found = suggest_cues(sentences, parse_codebook(codebook), limit=limit)
    return [suggestion.phrase for suggestion in found if suggestion.label == label]


CALM = [(f"calm {n % 4}", "", f"{name} read books quietly") for n, name in enumerate("abcdefghijklmnopqrstuvwxyzßàáâãä")]
FLOODS = [("one", "storm", "floods came"), ("one", "storm", "floods rose"), ("two", "storm", "floods fell")]


def test_the_z_is_that_of_the_paper() -> None:
    rows = [
        ("one", "storm", "floods came, floods went"),
        ("one", "storm", "floods rose"),
        ("two", "storm", "floods fell"),
        ("two", "storm", "nothing"),
        ("three", "", "floods dried"),
        *CALM[:20],
    ]
    # By hand: a sentence of n different words has 3 n - 3 terms of one to three words (n of 2 or more); "floods" stands
    # twice in the first of the sentences, which counts once: floods, came, went; floods came, came floods, floods went;
    # floods came floods, came floods went.
    storm = 8 + 3 + 3 + 1
    others = 3 + 20 * 9
    y_i, y_j, n_i, n_j = 3, 1, storm, others
    alpha, alpha_0 = PRIOR * (y_i + y_j), PRIOR * (n_i + n_j)
    delta = log((y_i + alpha) / (n_i + alpha_0 - y_i - alpha)) - log((y_j + alpha) / (n_j + alpha_0 - y_j - alpha))  # (16)
    variance = 1 / (y_i + alpha) + 1 / (y_j + alpha)  # (20)
    first = suggest_cues(coded(*rows), parse_codebook(BARE))[0]
    assert first == CueSuggestion("storm", "floods", first.z, 3, 4, 2, "floods fell")
    assert first.z == pytest.approx(delta / sqrt(variance), rel=1e-12)  # (22)


@pytest.mark.parametrize("text", ["hail fell", "gales blew hard", "Rain fell all night", "rain-filled night"])
def test_what_a_cue_matches_is_not_proposed(text: str) -> None:
    rows = [(str(n), "storm", text) for n in range(9)]
    assert not set(phrases(coded(*rows, *CALM))) & {"hail", "gales", "rain", "fell all", "rain fell", "filled", "night"}


def test_a_word_counts_where_it_stands_apart_from_the_cues() -> None:
    inside = [(f"in {n}", "storm", "gale winds and then winds") for n in range(2)] + [("in 3", "storm", "winds rose")]
    outside = [("out", "storm", "rain with winds all night")] * 9
    found = suggest_cues(coded(*inside, *outside, *CALM), parse_codebook(BARE))
    assert [(s.phrase, s.positives) for s in found] == [("winds", 3)]


def test_no_proposal_matches_an_existing_cue(annotations: list[Annotation], codebook: Codebook) -> None:
    found = suggest_cues(settle(annotations), codebook)
    assert found
    for suggestion in found:
        label = next(label for label in codebook.labels if label.id == suggestion.label.split(":")[0])
        assert not CueMatcher([label.cues]).find(suggestion.phrase.split())


def test_a_term_of_one_article_is_not_proposed() -> None:
    one = [("one", labels, text) for _, labels, text in FLOODS]
    assert phrases(coded(*FLOODS, *CALM)) == ["floods"]
    assert phrases(coded(*one, *one, *CALM)) == []


def test_a_term_of_two_sentences_is_not_proposed() -> None:
    assert phrases(coded(*FLOODS[1:], *CALM)) == []


def test_a_word_that_is_as_frequent_elsewhere_is_not_proposed() -> None:
    assert "books" not in phrases(coded(*[(a, labels, f"{text} over books") for a, labels, text in FLOODS * 2], *CALM))


def test_a_phrase_of_the_same_sentences_as_its_word_is_not_proposed() -> None:
    rows = [(a, labels, f"{name} saw hong kong drown") for (a, labels, _), name in zip(FLOODS * 2, "uvwxyz", strict=True)]
    assert phrases(coded(*rows, *CALM)) == ["drown", "hong"]


def test_a_phrase_comes_before_its_words_where_these_stand_elsewhere() -> None:
    storm = [(str(n), "storm", f"{name} saw high water rise") for n, name in enumerate("uvwxyz")]
    calm = [
        ("calm", "", f"{name} saw {word} and left") for name in "uvwxyz" for word in ("high towers", "tap water", "prices rise")
    ]
    assert phrases(coded(*storm, *calm, *CALM)) == ["high water"]


def test_function_words_and_numbers_are_not_proposed_and_end_no_phrase() -> None:
    rows = [(str(n), "storm", f"{2020 + n % 2} it was of no use to {name}") for n, name in enumerate("uvwxyz")]
    assert phrases(coded(*rows, *CALM)) == ["use"]
    calm = [("calm", "", f"{name} made use of it") for name in "uvwxyzabcdefg"]
    assert phrases(coded(*rows, *calm, *CALM)) == ["no use"]


def test_proposals_come_by_label_and_falling_z_up_to_the_limit(annotations: list[Annotation], codebook: Codebook) -> None:
    found = suggest_cues(settle(annotations), codebook)
    labels = ["harvest", "storm", "ghost", "mayor:favor", "mayor:against"]
    assert found == tuple(sorted(found, key=lambda suggestion: (labels.index(suggestion.label), -suggestion.z)))
    assert found == suggest_cues(settle(annotations), codebook, limit=99)[: len(found)]
    best = [next(s for s in found if s.label == label) for label in dict.fromkeys(s.label for s in found)]
    assert list(suggest_cues(settle(annotations), codebook, limit=1)) == best
    assert suggest_cues(settle(annotations), codebook, limit=0) == ()


def test_each_side_of_a_target_has_its_own(annotations: list[Annotation], codebook: Codebook) -> None:
    found = {(s.label, s.phrase) for s in suggest_cues(settle(annotations), codebook)}
    assert {("mayor:favor", "praised"), ("mayor:against", "bitterly")} <= found
    assert not {("mayor:favor", "bitterly"), ("mayor:against", "praised")} & found


def test_stances_that_are_not_coded_are_left_out() -> None:
    rows = [(a, "mayor=favor", text) for a, _, text in FLOODS]
    none = [(a, "mayor=none", text) for a, _, text in CALM]
    uncoded = [("three", "", "floods dried")] * 50
    before = suggest_cues(coded(*rows, *none), parse_codebook(BARE))
    assert [(s.label, s.phrase, s.positives, s.sentences) for s in before] == [("mayor:favor", "floods", 3, 3)]
    assert suggest_cues(coded(*rows, *none, *uncoded), parse_codebook(BARE)) == before


def test_a_label_without_positives_or_without_others_gives_nothing() -> None:
    assert phrases(coded(*CALM)) == []
    assert phrases(coded(*FLOODS)) == []
    assert phrases(coded(*[(str(n), "storm", "floods") for n in range(9)])) == []
    assert suggest_cues([], parse_codebook(BARE)) == ()
    assert suggest_cues(coded(("one", "storm", ""), ("two", "", "...")), parse_codebook(BARE)) == ()


def test_the_order_of_the_sentences_changes_nothing(annotations: list[Annotation], codebook: Codebook) -> None:
    sentences = settle(annotations)
    found = suggest_cues(sentences, codebook)
    for seed in range(3):
        assert suggest_cues(random.Random(seed).sample(sentences, len(sentences)), codebook) == found


def test_the_example_is_a_sentence_of_the_label_that_holds_the_phrase(annotations: list[Annotation], codebook: Codebook) -> None:
    sentences = settle(annotations)
    for suggestion in suggest_cues(sentences, codebook):
        label, _, side = suggestion.label.partition(":")
        has = [s for s in sentences if (s.stance_towards(label) == side if side else label in s.frames)]
        assert suggestion.example in {s.text for s in has}
        assert f" {suggestion.phrase} " in f" {' '.join(cue_words(normalize(suggestion.example)))} "


def test_the_toml_parses_where_it_is_pasted_and_is_not_proposed_again() -> None:
    sides = (("favor", "çheers"), ("against", "boos"))
    stances = [(a, f"mayor={side}", f"{word} from {text[-4:]}") for side, word in sides for a, _, text in FLOODS]
    sentences = coded(*FLOODS, *stances, *[(a, "mayor=none", text) for a, _, text in CALM])
    found = suggest_cues(sentences, parse_codebook(BARE))
    snippets = suggestions_toml(found).split("\n\n")
    assert [snippet.split(":")[0] for snippet in snippets] == ["# storm", "# mayor", "# mayor"]
    assert all("a person must accept each" in snippet.split("\n")[0] for snippet in snippets)
    storm, favor, against = snippets
    pasted = BARE.replace("[frames.cues]\n", f"[frames.cues]\n{storm}\n").replace(
        "[targets.cues]\n", f"[targets.cues]\n{favor}\n{against}\n"
    )
    codebook = parse_codebook(pasted)
    cues = {(label.id, cue.group, cue.phrase) for label in codebook.labels for cue in label.cues if cue.group}
    groups = {"storm": "suggested", "mayor:favor": "suggested_favor", "mayor:against": "suggested_against"}
    assert cues == {(s.label.split(":")[0], groups[s.label], s.phrase) for s in found}
    assert not {(s.label, s.phrase) for s in suggest_cues(sentences, codebook)} & {(s.label, s.phrase) for s in found}


def test_nothing_proposed_is_no_toml() -> None:
    assert suggestions_toml(()) == ""
