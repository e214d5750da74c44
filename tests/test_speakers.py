from __future__ import annotations

import pytest

from framing.speakers import unify_speakers


@pytest.mark.parametrize(
    ("speakers", "counted"),
    [
        (["Juan Carlos Capuñay", "Capuñay", "Mr. Capuñay"], ["Juan Carlos Capuñay"] * 3),
        (["Ning Gaoning", "Ning"], ["Ning Gaoning"] * 2),
        (["Xi", "Li Xi", "Xi Jinping"], ["Xi", "Li Xi", "Xi Jinping"]),
        (["experts", "Experts", "The experts"], ["Experts", "Experts", "The experts"]),
        (["Trump", "Mr Trump", None, "Trump’s"], ["Trump", "Trump", None, "Trump"]),
        (["The statement", "Statement"], ["The statement", "Statement"]),
        (["President Donald Trump", "President Trump", "Sen. Cruz"], ["Donald Trump", "Donald Trump", "Cruz"]),
        (["The president", "President of the company"], ["The president", "President of the company"]),
        (["Mr.", "", " \t"], ["Mr.", None, None]),
    ],
)
def test_a_speaker_is_counted_under_one_name(speakers: list[str | None], counted: list[str | None]) -> None:
    assert unify_speakers(speakers, [0] * len(speakers)) == counted


def test_a_name_is_completed_from_its_own_article_alone() -> None:
    assert unify_speakers(["Ana Ruiz", "Ruiz", "Ruiz"], [0, 0, 1]) == ["Ana Ruiz", "Ana Ruiz", "Ruiz"]
