"""What follows from decision values, for many sentences at once, held against the rules spelled out for one sentence."""

from __future__ import annotations

from math import exp, isnan, nan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from framing.codebook import Codebook, parse_codebook
from framing.labelling import LabelRule, interpret, judge, list_outputs

Sentence = tuple[list[float], list[bool]]


def spell_out(decisions: list[float], codebook: Codebook, rules: list[LabelRule], strict: bool) -> Sentence:
    """Return the probabilities and the labels of one sentence."""
    chances = [
        1 / (1 + exp(-(rule.slope * value + rule.offset))) if rule.learnt else nan
        for value, rule in zip(decisions, rules, strict=True)
    ]
    labels = [chance >= rule.threshold for chance, rule in zip(chances, rules, strict=True)]
    frames = len(codebook.frames)
    if codebook.single_label:
        learnt = [place for place in range(frames) if rules[place].learnt]
        likeliest = max(learnt, key=lambda place: chances[place], default=None)
        labels[:frames] = [place == likeliest and (labels[place] or not strict) for place in range(frames)]
    for favor in range(frames, len(rules), 2):
        both = (favor, favor + 1)
        if not any(rules[side].learnt for side in both):
            labels[favor : favor + 2] = [False, False]
            continue
        known = [0.0 if isnan(chances[side]) else chances[side] for side in both]
        chances[favor : favor + 2] = [side / max(1.0, sum(known)) for side in known]
        factors = [chances[side] / rules[side].threshold if rules[side].learnt else -1.0 for side in both]
        labels[favor : favor + 2] = [factors[0] >= 1 and factors[0] >= factors[1], factors[1] >= 1 and factors[1] > factors[0]]
    return chances, labels


RULE = st.builds(
    LabelRule,
    slope=st.floats(0.1, 5),
    offset=st.floats(-3, 3),
    threshold=st.floats(0.05, 0.95) | st.just(2.0),
    learnt=st.sampled_from([True, True, True, False]),
)


@st.composite
def cases(draw: st.DrawFn) -> tuple[np.ndarray, Codebook, list[LabelRule]]:
    frames, targets = draw(st.integers(0, 3)), draw(st.integers(0, 2))
    single = bool(frames) and draw(st.booleans())
    labels = [f'[[frames]]\nid = "f{n}"' for n in range(frames)] + [
        f'[[targets]]\nid = "t{n}"' for n in range(targets or not frames)
    ]
    codebook = parse_codebook("\n".join([f"single_label = {str(single).lower()}", *labels]))
    outputs = len(list_outputs(codebook))
    values = draw(st.lists(st.lists(st.floats(-6, 6), min_size=outputs, max_size=outputs), max_size=4))
    rules = draw(st.lists(RULE, min_size=outputs, max_size=outputs))
    return np.array(values).reshape(len(values), outputs), codebook, rules


@given(cases(), st.booleans())
def test_sentences_are_judged_together_as_each_by_itself(case: tuple[np.ndarray, Codebook, list[LabelRule]], strict: bool) -> None:
    decisions, codebook, rules = case
    chances, given = judge(decisions, codebook, rules, strict=strict)
    assert chances.shape == given.shape == decisions.shape
    for row, values in enumerate(decisions.tolist()):
        expected, labels = spell_out(values, codebook, rules, strict)
        assert chances[row] == pytest.approx(np.array(expected), abs=1e-12, nan_ok=True)
        assert given[row].tolist() == labels


@given(cases(), st.booleans())
def test_names_say_what_numbers_say(case: tuple[np.ndarray, Codebook, list[LabelRule]], strict: bool) -> None:
    decisions, codebook, rules = case
    chances, given = judge(decisions, codebook, rules, strict=strict)
    scores = interpret(decisions, codebook, rules, strict=strict)
    outputs, frames = list_outputs(codebook), len(codebook.frames)
    assert np.array_equal(scores.frames, chances[:, :frames], equal_nan=True)
    for row in range(len(decisions)):
        named = scores.labels[row] | {f"{t}:{scores.stance_labels[t][row]}" for t in codebook.target_ids}
        assert {label for label, has in zip(outputs, given[row], strict=True) if has} == named & set(outputs)
    for number, target in enumerate(codebook.target_ids):
        first = frames + 2 * number
        assert np.array_equal(scores.stance[target][:, :2], chances[:, first : first + 2], equal_nan=True)
        sums = scores.stance[target].sum(axis=1)
        assert np.isnan(sums).all() or sums == pytest.approx(np.ones(len(decisions)))
        assert (scores.stance_labels[target] == [None] * len(decisions)) or any(rule.learnt for rule in rules[first : first + 2])
