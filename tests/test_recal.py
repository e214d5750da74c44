from __future__ import annotations

import krippendorff
import numpy as np
import pytest

from framing.agreement.labels import measure_labels
from framing.agreement.recal import format_recal, list_coder_sets, recal_files, recal_key, recal_rows, recal_rows_with_gaps
from framing.agreement.reliability_data import ReliabilityData, encode_blind
from framing.annotations import Annotation
from framing.errors import UsageError


def coding(unit: int, coder: str, coded: bool, stance: str | None) -> Annotation:
    frames = frozenset({"storm"} if coded else ())
    given = (("mayor", stance),) if stance else ()
    return Annotation(f"u{unit}", f"a{unit}", "text", frames, given, coder=coder, phase="blind")


@pytest.fixture
def data() -> ReliabilityData:
    """Five sentences: ana and ben coded the first four, cy the second to the fourth, dee the fifth with ben."""
    stances = [("favor", "none", None), ("against", "against", "none"), ("none", None, "none"), ("favor", "favor", "against")]
    rows = []
    for unit, given in enumerate(stances):
        for coder, stance in zip(("ana", "ben", "cy"), given, strict=True):
            if coder != "cy" or unit:
                rows.append(coding(unit, coder, (unit + (coder == "cy")) % 2 == 0, stance))
    rows += [coding(4, "ben", True, "none"), coding(4, "dee", False, "none"), coding(5, "ana", True, "none")]
    return encode_blind(rows, ["storm"], ["mayor"])


def test_a_row_is_a_sentence_that_all_the_coders_coded_and_a_column_is_a_coder(data: ReliabilityData) -> None:
    assert recal_rows(data, "storm", ["ana", "ben"]) == [[1, 1], [0, 0], [1, 1], [0, 0]]
    assert recal_rows(data, "storm", ["cy", "ana", "ben"]) == [[1, 0, 0], [0, 1, 1], [1, 0, 0]]
    assert recal_rows(data, "mayor", ["ana", "ben"]) == [[2, 1], [0, 0], [2, 2]]
    assert recal_rows(data, "mayor", ["ana", "ben", "cy"]) == [[0, 0, 1], [2, 2, 0]]


def test_the_key_says_what_the_integers_mean(data: ReliabilityData) -> None:
    assert recal_key(data, "storm") == {0: "absent", 1: "present"}
    assert recal_key(data, "mayor") == {0: "against", 1: "none", 2: "favor"}


def test_gaps_are_kept_where_two_of_the_coders_have_a_code(data: ReliabilityData) -> None:
    rows = recal_rows_with_gaps(data, "mayor", data.coders)
    assert rows == [[2, 1, None, None], [0, 0, 1, None], [1, None, 1, None], [2, 2, 0, None], [None, 1, None, 1]]
    assert format_recal(rows) == "2,1,#,#\n0,0,1,#\n1,#,1,#\n2,2,0,#\n#,1,#,1\n"


def test_rows_with_gaps_have_the_alpha_of_the_label(data: ReliabilityData) -> None:
    row = measure_labels(data)[1]
    table = np.array(recal_rows_with_gaps(data, "mayor", data.coders), float).T
    assert krippendorff.alpha(table, level_of_measurement="nominal") == pytest.approx(row.alpha, abs=1e-9)
    assert krippendorff.alpha(table, level_of_measurement="ordinal") == pytest.approx(row.ordinal, abs=1e-9)


def test_the_sets_of_coders_are_listed_with_their_sentences(data: ReliabilityData) -> None:
    assert list_coder_sets(data, "storm") == [(("ana", "ben", "cy"), 3), (("ana", "ben"), 1), (("ben", "dee"), 1)]
    assert list_coder_sets(data, "mayor")[0] == (("ana", "ben", "cy"), 2)
    assert list_coder_sets(encode_blind([], ["storm"], []), "storm") == []


def test_each_label_has_a_file_with_gaps_and_one_without_where_all_coded_a_sentence(data: ReliabilityData) -> None:
    files = recal_files(data, ["ana", "ben"])
    assert list(files) == ["storm-oir.csv", "storm.csv", "mayor-oir.csv", "mayor.csv", "key.txt"]
    assert files["mayor.csv"] == "2,1\n0,0\n2,2\n"
    assert files["key.txt"].splitlines() == [
        "columns: ana, ben",
        "storm: 0 absent, 1 present; 4 sentences coded by all, 4 by two or more",
        "mayor: 0 against, 1 none, 2 favor; 3 sentences coded by all, 3 by two or more",
    ]
    assert list(recal_files(data, data.coders)) == ["storm-oir.csv", "mayor-oir.csv", "key.txt"]


def test_a_label_that_cannot_name_a_file_is_refused() -> None:
    with pytest.raises(UsageError, match=r"the label '../storm' cannot name a file"):
        recal_files(encode_blind([], ["../storm"], []), ["ana", "ben"])


@pytest.mark.parametrize(
    ("label", "coders", "message"),
    [
        ("strom", ["ana", "ben"], "no label 'strom' .did you mean 'storm'"),
        ("storm", ["ana", "dea"], "no coder 'dea' shares a sentence with another .known: ana, ben, cy, dee"),
        ("storm", ["ana"], "name two coders or more, each once, not ana$"),
        ("storm", [], "name two coders or more, each once, not none$"),
        ("storm", ["ana", "ben", "ana"], "name two coders or more, each once, not ana, ben, ana$"),
        ("storm", ["ana", "dee"], r"no sentence .* by all of ana, dee; most are shared by ana, ben, cy \(3\)$"),
    ],
)
def test_what_cannot_be_exported_is_said_in_one_line(data: ReliabilityData, label: str, coders: list[str], message: str) -> None:
    with pytest.raises(UsageError, match=message) as caught:
        recal_rows(data, label, coders)
    assert "\n" not in str(caught.value)


def test_where_no_two_coders_coded_a_target_none_are_proposed() -> None:
    rows = [coding(0, "ana", True, "favor"), coding(0, "ben", True, None)]
    with pytest.raises(UsageError, match=r"no sentence was coded for 'mayor' by all of ana, ben$"):
        recal_rows(encode_blind(rows, ["storm"], ["mayor"]), "mayor", ["ana", "ben"])
