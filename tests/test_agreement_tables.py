from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import pytest

from framing.agreement.coders import measure_intracoder_agreement, measure_pairs
from framing.agreement.disagreements import count_frame_confusions, find_disputed
from framing.agreement.labels import LabelAgreement, SetAgreement, measure_labels, measure_set_agreement
from framing.agreement.reliability_data import ReliabilityData, encode_blind
from framing.annotations import Annotation
from framing.output import Grid, Part, print_tables
from framing.tables.agreement import (
    describe_set_agreement,
    list_disputed,
    tabulate_agreement,
    tabulate_confusions,
    tabulate_intracoder,
    tabulate_one_sided,
    tabulate_pairs,
)

FRAMES = ("storm", "good_harvest")


def code(sentences: int, coders: str, *, slips: float = 0.2) -> list[Annotation]:
    """Return codings of ``sentences`` by every one of ``coders``, four to an article."""
    draw = random.Random(1)
    rows = []
    for unit in range(sentences):
        truth = {frame for frame in FRAMES if draw.random() < 0.4}
        for coder in coders:
            frames = frozenset(frame for frame in FRAMES if (frame in truth) != (draw.random() < slips))
            stance = draw.choice(["favor", "against", "none"])
            place = f"coded.jsonl:{len(rows) + 1}"
            rows.append(
                Annotation(
                    f"a{unit // 4}:{unit}",
                    f"a{unit // 4}",
                    f"Text {unit}.",
                    frames,
                    (("mayor", stance),),
                    coder=coder,
                    phase="blind",
                    place=place,
                )
            )
    return rows


@pytest.fixture
def data() -> ReliabilityData:
    return encode_blind(code(24, "xyz"), FRAMES, ["mayor"])


def draw_parts(parts: list[Part], folder: Path) -> str:
    print_tables(parts, folder / "shown.txt")
    return (folder / "shown.txt").read_text("utf-8")


def grid_of(parts: list[Part]) -> Grid:
    return next(part for part in parts if isinstance(part, Grid))


def test_every_label_has_its_row_and_only_a_stance_an_ordinal_alpha(data: ReliabilityData) -> None:
    grid = grid_of(tabulate_agreement(measure_labels(data)))
    assert [row[0] for row in grid.rows] == [*FRAMES, "mayor"]
    place = list(grid.columns).index("ordinal")
    assert [row[place] == "–" for row in grid.rows] == [True, True, False]
    assert [len(row) for row in grid.rows] == [len(grid.columns)] * 3


def test_without_targets_there_is_no_column_for_ordinal_alpha() -> None:
    grid = grid_of(tabulate_agreement(measure_labels(encode_blind(code(8, "xy"), FRAMES, []))))
    assert "ordinal" not in grid.columns
    assert "ordinal" not in grid.optional


def test_undefined_alpha_is_called_so_and_nought_has_no_sign() -> None:
    unknown = LabelAgreement("storm", 4, 0, 1.0, None, None, None, 1.0, None)
    near = LabelAgreement("ghost", 400, 2, 0.99, -0.004, -0.02, 0.01, 0.99, 0.0)
    first, second = grid_of(tabulate_agreement([unknown, near])).rows
    assert first == ["storm", "4", "0", "100%", "undefined", "–", "1.00", "–", "undefined"]
    assert second == ["ghost", "400", "2", "99%", ".00", "[-.02–.01]", ".99", ".00", "unreliable"]


def test_a_verdict_of_too_few_is_explained_where_it_stands() -> None:
    few = LabelAgreement("storm", 60, 6, 1.0, 1.0, 0.4, 1.0, 1.0, 1.0)
    sure = LabelAgreement("ghost", 600, 60, 1.0, 1.0, 0.9, 1.0, 1.0, 1.0)
    assert [row[-1] for row in grid_of(tabulate_agreement([few, sure])).rows] == ["too few", "reliable"]
    assert "Too few: " in str(tabulate_agreement([few, sure])[-1])
    assert "Too few: " not in str(tabulate_agreement([sure])[-1])


def test_the_agreement_on_sets_is_one_line_that_says_what_it_hides(data: ReliabilityData, tmp_path: Path) -> None:
    shown = draw_parts(describe_set_agreement(measure_set_agreement(data)), tmp_path)
    assert shown.startswith("Sets of frames: alpha .")
    assert "4 different sets; an extra" in shown
    assert describe_set_agreement(SetAgreement(3, 1, None, None, None)) == [
        "Sets of frames: alpha is undefined (3 sentences, 1 different sets)."
    ]
    assert "alpha .50 – with" in draw_parts(describe_set_agreement(SetAgreement(3, 2, 0.5, None, None)), tmp_path)


def test_pairs_who_agree_least_come_first_and_those_left_out_are_counted() -> None:
    rows = [*code(24, "xy", slips=0.0), *[replace(row, coder="z", frames=frozenset()) for row in code(24, "x")]]
    pairs = measure_pairs(encode_blind(rows, FRAMES, []))
    grid = grid_of(tabulate_pairs(pairs))
    assert list(grid.columns) == ["coders", "units", "agree", "storm", "good_\nharvest"]
    assert [row[0] for row in grid.rows][-1] == "x, y"
    assert grid.rows[-1][1:] == ["24", "100%", "1.00", "1.00"]
    shown = tabulate_pairs(pairs, most=1)
    assert grid_of(shown).rows == grid.rows[:1]
    assert "2 further pairs of coders are not shown." in shown
    assert len(grid_of(tabulate_pairs(pairs, most=None)).rows) == 3


def test_a_pair_that_shares_no_code_shows_dashes() -> None:
    rows = [replace(row, stance=()) for row in code(4, "xy")]
    assert grid_of(tabulate_pairs(measure_pairs(encode_blind(rows, [], ["mayor"])))).rows == [["x, y", "0", "–", "–"]]


def test_a_coder_without_a_name_is_called_so() -> None:
    rows = [replace(row, coder=None if row.coder == "x" else row.coder) for row in code(4, "xy")]
    data = encode_blind(rows, FRAMES, [])
    assert grid_of(tabulate_pairs(measure_pairs(data))).rows[0][0] == "(no name), y"


def test_without_shared_sentences_each_table_says_so_in_a_line() -> None:
    empty = encode_blind([], FRAMES, ["mayor"])
    assert tabulate_pairs(measure_pairs(empty)) == ["No two coders share a sentence."]
    assert tabulate_confusions(count_frame_confusions(empty), measure_pairs(empty)) == []
    assert tabulate_one_sided(measure_pairs(empty)) == []
    assert list_disputed(find_disputed(empty)) == ["The coders agree on every code."]
    (said,) = tabulate_intracoder(measure_intracoder_agreement([], FRAMES, []))
    assert "No coder coded a sentence again" in str(said)


def test_each_coder_who_coded_again_has_a_row() -> None:
    rows = code(8, "xy")
    again = [replace(row, phase="recoded") for row in rows if row.coder == "y"]
    grid = grid_of(tabulate_intracoder(measure_intracoder_agreement(rows + again, FRAMES, ["mayor"])))
    assert list(grid.rows) == [["y", "8", "100%", "1.00", "1.00", "1.00"]]


def taken(unit: int, coder: str, *frames: str, stance: str = "none") -> Annotation:
    return Annotation(f"u{unit}", "a", "text", frozenset(frames), (("mayor", stance),), coder=coder, phase="blind")


def test_confusions_name_what_a_frame_is_taken_for_and_how_often_for_nothing() -> None:
    rows = [
        taken(0, "x", "storm"), taken(0, "y", "good_harvest", stance="favor"),
        taken(1, "x", "storm"), taken(1, "y", stance="favor"),
        taken(2, "x", "storm"), taken(2, "y", "storm"),
    ]  # fmt: skip
    data = encode_blind(rows, FRAMES, ["mayor"])
    frames, stances = (
        part for part in tabulate_confusions(count_frame_confusions(data), measure_pairs(data)) if isinstance(part, Grid)
    )
    assert list(frames.rows) == [["storm", "good_harvest 1", "2", "1"], ["good_harvest", "storm 1", "1", "0"]]
    assert list(stances.columns) == ["target", "against /\nnone", "against /\nfavor", "none /\nfavor", "agree"]
    assert list(stances.rows) == [["mayor", "0", "0", "2", "1"]]


def test_a_frame_on_which_all_agree_is_taken_for_nothing() -> None:
    rows = [taken(0, "x", "storm"), taken(0, "y", "storm")]
    data = encode_blind(rows, FRAMES, [])
    (grid,) = (p for p in tabulate_confusions(count_frame_confusions(data), measure_pairs(data)) if isinstance(p, Grid))
    assert list(grid.rows) == [["storm", "–", "0", "0"], ["good_harvest", "–", "0", "0"]]


def test_the_tables_of_frames_and_of_stances_are_a_line_apart(data: ReliabilityData) -> None:
    pairs = measure_pairs(data)
    parts = tabulate_confusions(count_frame_confusions(data), pairs)
    assert [type(part) is Grid for part in parts] == [True, False, False, True]
    assert parts[2] == ""
    assert len(tabulate_confusions([], [row for row in pairs if row.label == "mayor"])) == 1


def test_counts_of_a_target_add_up_over_pairs_of_coders() -> None:
    rows = [taken(0, coder, stance=stance) for coder, stance in zip("xyz", ["favor", "none", "none"], strict=True)]
    grid = grid_of(tabulate_confusions([], measure_pairs(encode_blind(rows, [], ["mayor"]))))
    assert list(grid.rows) == [["mayor", "0", "0", "2", "1"]]


def test_one_sided_frames_tell_which_of_two_coders_gave_them() -> None:
    rows = [taken(unit, coder, *["storm"] * (coder == "x" or unit == 0)) for unit in range(3) for coder in "yx"]
    parts = tabulate_one_sided(measure_pairs(encode_blind(rows, FRAMES, ["mayor"])))
    assert list(grid_of(parts).rows) == [["storm", "x, y", "2", "0", "1", "0"]]


def test_disputed_sentences_show_text_codes_notes_and_places(tmp_path: Path) -> None:
    one = replace(taken(0, "x", "storm", stance="favor"), place="mine/coded.jsonl:1", note="rule 4?\n", flagged=True)
    other = replace(taken(0, "y"), place="mine/coded.jsonl:2")
    data = encode_blind([one, other], FRAMES, ["mayor"])
    assert draw_parts(list_disputed(find_disputed(data)), tmp_path).splitlines() == [
        "The most disputed sentences",
        "",
        "1. a u0  2 of 3 pairs of codes differ: storm, mayor",
        "text",
        "mine/coded.jsonl:1  x  storm; mayor: favor  (flagged)",
        "   note: rule 4?",
        "mine/coded.jsonl:2  y  no frame; mayor: none",
        "",
    ]


def test_a_stance_of_none_is_named_only_where_coders_differ_on_it_and_a_missing_text_leaves_no_line(tmp_path: Path) -> None:
    rows = [replace(taken(0, coder, *["storm"] * (coder == "x")), text="", place=f"f:{coder}") for coder in "xy"]
    shown = draw_parts(list_disputed(find_disputed(encode_blind(rows, FRAMES, ["mayor"]))), tmp_path)
    assert shown.splitlines()[2:] == ["1. a u0  1 of 3 pairs of codes differ: storm", "f:x  x  storm", "f:y  y  no frame", ""]


def test_ten_disputed_sentences_are_shown_unless_more_are_asked_for(data: ReliabilityData, tmp_path: Path) -> None:
    sentences = find_disputed(data)
    shown = draw_parts(list_disputed(sentences), tmp_path)
    assert shown.count("pairs of codes differ") == 10
    assert f"{len(sentences) - 10} further sentences are not shown." in shown
    assert draw_parts(list_disputed(sentences, most=None), tmp_path).count("pairs of codes differ") == len(sentences)


def test_characters_that_steer_a_terminal_are_not_shown(tmp_path: Path) -> None:
    rows = [replace(taken(0, f"x\x1b[31m{n}", *["storm"] * n), text="a\x1b[2Jb", note="\x07") for n in (0, 1)]
    assert "\x1b" not in draw_parts(list_disputed(find_disputed(encode_blind(rows, FRAMES, []))), tmp_path)
