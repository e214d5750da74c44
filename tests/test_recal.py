from __future__ import annotations

import krippendorff
import numpy as np
import pytest

from framing.agreement.labels import measure_labels
from framing.agreement.recal import MISSING, recal_files
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


@pytest.mark.parametrize(
    ("name", "coders", "content"),
    [
        ("storm.csv", ["ana", "ben"], "1,1\n0,0\n1,1\n0,0\n"),
        ("storm.csv", ["cy", "ana", "ben"], "1,0,0\n0,1,1\n1,0,0\n"),
        ("mayor.csv", ["ana", "ben"], "2,1\n0,0\n2,2\n"),
        ("mayor.csv", ["ana", "ben", "cy"], "0,0,1\n2,2,0\n"),
    ],
)
def test_a_row_is_a_sentence_that_all_the_coders_coded_and_a_column_is_a_coder(
    data: ReliabilityData, name: str, coders: list[str], content: str
) -> None:
    assert recal_files(data, coders)[name] == content


def test_gaps_are_kept_where_two_of_the_coders_have_a_code(data: ReliabilityData) -> None:
    assert recal_files(data, data.coders)["mayor-oir.csv"] == "2,1,#,#\n0,0,1,#\n1,#,1,#\n2,2,0,#\n#,1,#,1\n"


def test_the_file_with_gaps_has_the_alpha_of_the_label(data: ReliabilityData) -> None:
    row = measure_labels(data)[1]
    lines = recal_files(data, data.coders)["mayor-oir.csv"].splitlines()
    table = np.array([[np.nan if code == MISSING else float(code) for code in line.split(",")] for line in lines]).T
    assert krippendorff.alpha(table, level_of_measurement="nominal") == pytest.approx(row.alpha, abs=1e-9)
    assert krippendorff.alpha(table, level_of_measurement="ordinal") == pytest.approx(row.ordinal, abs=1e-9)


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
    rows = [coding(0, coder, True, "favor") for coder in ("ana", "ben")]
    with pytest.raises(UsageError, match=r"the label '../storm' cannot name a file"):
        recal_files(encode_blind(rows, ["../storm"], []), ["ana", "ben"])


@pytest.mark.parametrize(
    ("coders", "message"),
    [
        (["ana", "dea"], "no coder 'dea' shares a sentence with another .known: ana, ben, cy, dee"),
        (["ana"], "name two coders or more, each once, not ana$"),
        ([], "name two coders or more, each once, not none$"),
        (["ana", "ben", "ana"], "name two coders or more, each once, not ana, ben, ana$"),
    ],
)
def test_what_cannot_be_exported_is_said_in_one_line(data: ReliabilityData, coders: list[str], message: str) -> None:
    with pytest.raises(UsageError, match=message) as caught:
        recal_files(data, coders)
    assert "\n" not in str(caught.value)


def test_where_no_two_coders_coded_a_target_its_file_is_empty() -> None:
    rows = [coding(0, "ana", True, "favor"), coding(0, "ben", True, None)]
    files = recal_files(encode_blind(rows, ["storm"], ["mayor"]), ["ana", "ben"])
    assert files["mayor-oir.csv"] == ""
    assert "mayor.csv" not in files
