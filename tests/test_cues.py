from __future__ import annotations

import json

import pytest
from conftest import fit_vectorizer

from framing.codebook import Cue, parse_codebook
from framing.cues import CueMatcher, cue_words
from framing.normalizing import normalize
from framing.settings import Settings


def found(phrase: str, text: str) -> list[str]:
    words = cue_words(normalize(text))
    codebook = parse_codebook(f"[[frames]]\nid = 'a'\ncues = [{json.dumps(phrase)}]")
    matcher = fit_vectorizer(["some words"], codebook, Settings()).matcher
    return [" ".join(words[match.start : match.end]) for match in matcher.find(words)]


@pytest.mark.parametrize(
    ("phrase", "text", "matches"),
    [
        ("debt", "Debt grew; the debtor owed debts.", ["debt"]),
        ("debt*", "Debt grew; the debtor owed debts.", ["debt", "debtor", "debts"]),
        ("win-win", "A win–win deal, win win for all.", ["win win", "win win"]),
        ("deepen* ties", "Deepening ties and deepened the ties.", ["deepening ties"]),
        (
            "cut * time",
            "It will cut the time, cut shipping and waiting time, cut time.",
            ["cut the time", "cut shipping and waiting time"],
        ),
        ("cut * time", "It cut the long and tedious waiting time.", []),
        (
            "usa warn*",
            "U.S. warned them; the US warns; the USA, warning; it warned us.",
            ["usa warned", "usa warns", "usa warning"],
        ),
        ("U.S. navy", "The US Navy sailed.", ["usa navy"]),
        ("people's army", "The People’s Army marched.", ["people s army"]),
        ("* of debt *", "Mountains of debt remain.", ["of debt"]),
    ],
)
def test_a_cue_matches_words_stems_and_gaps(phrase: str, text: str, matches: list[str]) -> None:
    assert found(phrase, text) == matches


def test_counts_are_summed_by_weight_and_label() -> None:
    matcher = CueMatcher([[Cue("debt", 2.0), Cue("owe*", 1.0)], [Cue("debt", 0.5)]])
    assert matcher.count(["debt", "owed", "debt"]) == [5.0, 1.0]
    assert matcher.count([]) == [0.0, 0.0]
