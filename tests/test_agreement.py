from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import fields, replace

import krippendorff
import numpy as np
import pytest
from nltk.metrics import masi_distance
from nltk.metrics.agreement import AnnotationTask

from framing.agreement import alpha, labels
from framing.agreement.labels import (
    LabelAgreement,
    SetAgreement,
    measure_agreement,
    measure_labels,
    measure_set_agreement,
    measure_stance_agreement,
)
from framing.agreement.reliability_data import encode_blind
from framing.annotations import Annotation
from framing.codebook import Codebook


def coding(unit: int, coder: str, coded: bool, *, stance: str | None = None, phase: str = "blind") -> Annotation:
    frames = frozenset({"storm"} if coded else ())
    given_ = (("mayor", stance),) if stance else ()
    return Annotation(f"u{unit}", f"a{unit // 4}", "text", frames, given_, coder=coder, phase=phase)


def test_a_rare_label_that_one_coder_never_uses_has_alpha_below_zero_though_ac1_is_high() -> None:
    """The case of a published table that gave .989 for it: 11 positives of one coder in 1,000 units, none of the other."""
    rows = [coding(unit, coder, coder == "x" and unit < 11) for unit in range(1000) for coder in "xy"]
    (row,) = measure_agreement(rows, ["storm"], [])
    assert row.alpha == pytest.approx(-0.005, abs=5e-4)
    assert row.ac1 is not None
    assert row.ac1 > 0.98
    assert row.positive_agreement == 0.0
    assert (row.units, row.positives, row.verdict) == (1000, 11, "unreliable")


def test_gwet_ac1_is_the_value_worked_by_hand() -> None:
    """Two coders, 10 units: 7 agree (2 of them yes), 3 do not. Pe = 2 * .35 * .65, AC1 = (.7 - Pe) / (1 - Pe)."""
    pairs = [(True, True)] * 2 + [(False, False)] * 5 + [(True, False)] * 3
    rows = [coding(unit, coder, value) for unit, pair in enumerate(pairs) for coder, value in zip("xy", pair, strict=True)]
    (row,) = measure_agreement(rows, ["storm"], [])
    assert row.percent == pytest.approx(0.7)
    assert row.ac1 == pytest.approx((0.7 - 0.455) / (1 - 0.455))
    assert row.positive_agreement == pytest.approx(4 / 7)


def test_gwet_ac1_stays_high_where_kappa_breaks_down() -> None:
    """Two raters, 125 subjects, 118 both positive, 5 and 2 by one alone: Gwet's case of a kappa of -.02 and an AC1 of .94."""
    pairs = [(True, True)] * 118 + [(True, False)] * 5 + [(False, True)] * 2
    rows = [coding(unit, coder, value) for unit, pair in enumerate(pairs) for coder, value in zip("xy", pair, strict=True)]
    (row,) = measure_agreement(rows, ["storm"], [])
    assert row.ac1 == pytest.approx(0.9408, abs=5e-5)
    assert row.alpha == pytest.approx(1 - 249 * 14 / (2 * 7 * 243))


def test_only_blind_codings_count() -> None:
    rows = [coding(unit, coder, (unit + (coder == "y")) % 2 == 0) for unit in range(8) for coder in "xy"]
    settled = [coding(unit, coder, True, phase="adjudicated") for unit in range(8) for coder in "xy"]
    assert measure_agreement(rows + settled, ["storm"], []) == measure_agreement(rows, ["storm"], [])


def test_the_interval_holds_alpha_and_repeats_with_its_seed() -> None:
    draw = random.Random(3)
    rows = []
    for unit in range(200):
        truth = draw.random() < 0.3
        rows += [coding(unit, coder, truth != (draw.random() < 0.08), stance=draw.choice(["favor", "none"])) for coder in "xyz"]
    first, second = measure_agreement(rows, ["storm"], ["mayor"]), measure_agreement(rows, ["storm"], ["mayor"])
    assert first == second
    frame, stance = first
    assert frame.low < frame.alpha < frame.high  # type: ignore[operator]
    assert frame.verdict in ("tentative", "unreliable")
    assert stance.alpha == pytest.approx(0, abs=0.15)


def test_perfect_agreement_is_reliable_and_sameness_undefined() -> None:
    rows = [coding(unit, coder, unit % 3 == 0, stance="none") for unit in range(120) for coder in "xy"]
    frame, stance = measure_agreement(rows, ["storm"], ["mayor"])
    assert (frame.alpha, frame.high, frame.verdict) == (1.0, 1.0, "reliable")
    assert 0.9 < frame.low < 0.95  # type: ignore[operator]
    assert (stance.alpha, stance.low, stance.verdict, stance.percent) == (None, None, "undefined", 1.0)


def test_a_stance_that_one_coder_left_out_is_a_missing_code() -> None:
    rows = [coding(unit, coder, False, stance="favor" if unit % 2 else "against") for unit in range(10) for coder in "xy"]
    rows[0] = replace(rows[0], stance=())
    _, stance = measure_agreement(rows, ["storm"], ["mayor"])
    assert stance.units == 9


def test_each_stance_has_the_agreement_of_its_own() -> None:
    """Ten sentences: the coders agree on favor in four, differ between against and none in two, agree on none in four."""
    rows = [coding(unit, coder, False, stance="favor" if unit < 4 else "none") for unit in range(10) for coder in "xy"]
    rows[8] = replace(rows[8], stance=(("mayor", "against"),))
    rows[10] = replace(rows[10], stance=(("mayor", "against"),))
    favor, against, none = measure_stance_agreement(rows, ["mayor"])
    assert (favor.label, favor.alpha, favor.positive_agreement) == ("mayor:favor", 1.0, 1.0)
    assert against.positive_agreement == 0.0
    assert none.positive_agreement == pytest.approx(8 / 10)


def test_one_article_gives_alpha_but_no_verdict() -> None:
    rows = [replace(coding(unit, coder, unit % 2 == 0), article="a") for unit in range(10) for coder in "xy"]
    (row,) = measure_agreement(rows, ["storm"], [])
    assert (row.alpha, row.low, row.verdict) == (1.0, None, "one article")


def test_the_corpus_of_two_coders_who_slip_is_nearly_reliable(annotations: list[Annotation], codebook: Codebook) -> None:
    rows = measure_agreement(annotations, codebook.frame_ids, codebook.target_ids)
    assert [row.label for row in rows] == ["harvest", "storm", "ghost", "mayor"]
    assert all(row.units == 144 for row in rows)
    assert rows[3].alpha == 1.0


def slip_now_and_then(articles: int, coders: str, *, slips: float = 0.1, seed: int = 5) -> list[Annotation]:
    """Return codings of four sentences per article with two frames and a stance; a coder may skip a sentence or a stance."""
    draw = random.Random(seed)
    rows = []
    for unit in range(4 * articles):
        truth = {frame for frame in ("storm", "harvest") if draw.random() < 0.4}
        side = draw.choice(["favor", "against", "none"])
        for coder in coders:
            if draw.random() < 0.15:
                continue
            frames = frozenset(f for f in ("storm", "harvest") if (f in truth) != (draw.random() < slips))
            stance = draw.choice(["favor", "against", "none"]) if draw.random() < slips else side
            given_ = () if draw.random() < 0.1 else (("mayor", stance),)
            rows.append(Annotation(f"u{unit}", f"a{unit // 4}", "text", frames, given_, coder=coder, phase="blind"))
    return rows


RANKS = {"against": 0, "none": 1, "favor": 2}


@pytest.mark.parametrize("coders", ["xy", "xyz"])
def test_alpha_of_every_label_equals_that_of_two_other_packages(coders: str) -> None:
    rows = slip_now_and_then(30, coders)
    storm, mayor = measure_agreement(rows, ["storm"], ["mayor"])
    codes = [(c.coder, c.id, "storm" in c.frames) for c in rows]
    stances = [(c.coder, c.id, c.stance_towards("mayor")) for c in rows if c.stance]
    assert storm.alpha == pytest.approx(AnnotationTask(codes).alpha(), abs=1e-9)
    assert mayor.alpha == pytest.approx(AnnotationTask(stances).alpha(), abs=1e-9)
    table = np.full((len(coders), 120), np.nan)
    for coder, unit, stance in stances:
        table[coders.index(coder), int(unit[1:])] = RANKS[stance]
    assert mayor.alpha == pytest.approx(krippendorff.alpha(table, level_of_measurement="nominal"), abs=1e-9)
    assert mayor.ordinal == pytest.approx(krippendorff.alpha(table, level_of_measurement="ordinal"), abs=1e-9)
    assert storm.ordinal is None


def masi(one: frozenset[str], other: frozenset[str]) -> float:
    return masi_distance(one, other) if one or other else 0.0


def test_the_agreement_on_sets_is_nltks_alpha_with_masi_distances() -> None:
    rows = slip_now_and_then(30, "xyz")
    found = measure_set_agreement(encode_blind(rows, ["storm", "harvest"], []))
    expected = AnnotationTask([(c.coder, c.id, c.frames) for c in rows], distance=masi).alpha()
    assert found.alpha == pytest.approx(expected, abs=1e-9)
    assert found.sets == 4
    assert found.low < found.alpha < found.high  # type: ignore[operator]


def copies(rows: Sequence[Annotation], articles: Sequence[int]) -> list[Annotation]:
    """Return the codings of a sample of articles, each draw an article of its own."""
    return [
        replace(row, article=f"draw{number}", id=f"{number}:{row.id}")
        for number, article in enumerate(articles)
        for row in rows
        if row.article == f"a{article}"
    ]


def test_the_interval_is_that_of_sampling_articles_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """The samples are drawn again here, coding by coding, and measured by nltk; the exact interval is left aside."""
    monkeypatch.setattr(alpha, "REPLICATIONS", 30)
    monkeypatch.setattr(labels, "find_exact_interval", lambda *_: (np.inf, -np.inf))
    rows = slip_now_and_then(12, "xyz", slips=0.2)
    data = encode_blind(rows, ["storm", "harvest"], [])
    draws = np.random.default_rng(7).integers(data.articles, size=(30, data.articles))
    samples = [copies(rows, articles) for articles in draws]
    storm = [AnnotationTask([(c.coder, c.id, "storm" in c.frames) for c in sample]).alpha() for sample in samples]
    sets = [AnnotationTask([(c.coder, c.id, c.frames) for c in sample], distance=masi).alpha() for sample in samples]
    row, whole = measure_labels(data, seed=7)[0], measure_set_agreement(data, seed=7)
    assert (row.low, row.high) == pytest.approx(tuple(np.quantile(storm, [0.025, 0.975])), abs=1e-9)
    assert (whole.low, whole.high) == pytest.approx(tuple(np.quantile(sets, [0.025, 0.975])), abs=1e-9)


def test_nineteen_of_twenty_intervals_hold_the_alpha_of_all_news() -> None:
    (everything,) = measure_agreement(slip_now_and_then(20_000, "xy", seed=0), ["storm"], [])
    rows = [measure_agreement(slip_now_and_then(60, "xy", seed=seed), ["storm"], [])[0] for seed in range(1, 201)]
    held = sum(row.low <= everything.alpha <= row.high for row in rows)  # type: ignore[operator]
    assert 180 <= held <= 199


def test_sentences_that_one_coder_coded_do_not_count() -> None:
    rows = slip_now_and_then(10, "xy")
    alone = [replace(row, id=f"{row.id} again") for row in rows if row.coder == "x"]
    assert measure_agreement(rows + alone, ["storm"], ["mayor"]) == measure_agreement(rows, ["storm"], ["mayor"])


UNKNOWN = {"percent": None, "alpha": None, "low": None, "high": None, "ac1": None, "positive_agreement": None}


@pytest.mark.parametrize("rows", [[], [coding(0, "x", True, stance="favor")], [coding(unit, "x", True) for unit in range(9)]])
def test_without_a_second_coder_nothing_is_known(rows: list[Annotation]) -> None:
    frame, stance = measure_agreement(rows, ["storm"], ["mayor"])
    assert frame == LabelAgreement("storm", 0, 0, **UNKNOWN)
    assert stance == LabelAgreement("mayor", 0, 0, **UNKNOWN)
    assert measure_set_agreement(encode_blind(rows, ["storm"], [])) == SetAgreement(0, 0, None, None, None)
    assert frame.verdict == "undefined"


def test_one_sentence_on_which_coders_differ_has_an_alpha_of_0() -> None:
    """Of the two codes one is of each value: as much disagreement as chance would bring."""
    rows = [coding(0, "x", True), coding(0, "y", False)]
    (row,) = measure_agreement(rows, ["storm"], [])
    assert (row.units, row.alpha, row.verdict) == (1, 0.0, "one article")
    assert measure_set_agreement(encode_blind(rows, ["storm"], [])) == SetAgreement(1, 2, 0.0, None, None)


def test_a_codebook_without_frames_has_no_sets_to_agree_on() -> None:
    data = encode_blind(slip_now_and_then(10, "xy"), [], ["mayor"])
    assert measure_set_agreement(data) == SetAgreement(data.units, 1, None, None, None)
    assert measure_agreement([], [], []) == []


def test_a_label_coded_in_one_article_has_no_interval_though_others_have() -> None:
    rows = [coding(unit, coder, unit % 3 == 0) for unit in range(40) for coder in "xy"]
    rows = [replace(row, stance=(("mayor", "favor" if row.id < "u2" else "none"),) if row.article == "a0" else ()) for row in rows]
    frame, stance = measure_agreement(rows, ["storm"], ["mayor"])
    assert (frame.high, stance.units, stance.alpha, stance.low) == (1.0, 4, 1.0, None)
    assert stance.verdict == "one article"


def test_a_random_label_shows_in_its_own_alpha_and_hardly_in_that_of_sets() -> None:
    """Why agreement on sets is an extra: one of eight frames is coded at random by both coders."""
    draw = random.Random(2)
    frames = [f"f{number}" for number in range(8)]
    clean, spoilt = [], []
    for unit in range(600):
        truth = {frame for frame in frames if draw.random() < 0.15}
        for coder in "xy":
            given_ = {frame for frame in frames if (frame in truth) != (draw.random() < 0.05)}
            rolled = given_ - {"f0"} | ({"f0"} if draw.random() < 0.15 else set())
            row = Annotation(f"u{unit}", f"a{unit // 4}", "text", frozenset(given_), coder=coder, phase="blind")
            clean.append(row)
            spoilt.append(replace(row, frames=frozenset(rolled)))
    before, after = (encode_blind(rows, frames, []) for rows in (clean, spoilt))
    assert measure_labels(before)[0].alpha > 0.6  # type: ignore[operator]
    assert abs(measure_labels(after)[0].alpha) < 0.1  # type: ignore[arg-type]
    assert measure_set_agreement(before).alpha - measure_set_agreement(after).alpha < 0.1  # type: ignore[operator]


def test_fields_are_added_at_the_end_with_a_default_so_that_older_models_still_load() -> None:
    first = ["label", "units", "positives", "percent", "alpha", "low", "high", "ac1", "positive_agreement"]
    assert [field.name for field in fields(LabelAgreement)][: len(first)] == first
    assert LabelAgreement(**dict.fromkeys(first)).ordinal is None
