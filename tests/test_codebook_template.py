from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from framing.codebook import is_id, parse_codebook
from framing.codebook_template import make_codebook, template
from framing.errors import UsageError


def test_the_template_shows_a_newcomer_each_field_that_a_codebook_has() -> None:
    codebook = parse_codebook(template("The bay"))
    assert (codebook.title, codebook.version) == ("The bay", "1")
    assert (len(codebook.frames), len(codebook.targets)) == (2, 1)
    assert codebook.rules
    for frame in codebook.frames:
        assert all((frame.definition, frame.include, frame.exclude, frame.boundary, frame.cues))
        assert len(frame.examples) >= 2
    (target,) = codebook.targets
    assert target.rules
    assert {stance for stance, _ in target.examples} == {"favor", "against", "none"}
    assert template("The bay").count("#") >= 8


@given(st.text())
def test_any_title_stands_in_a_template_as_it_is(title: str) -> None:
    assert parse_codebook(template(title)).title == title


@pytest.mark.parametrize(
    ("names", "ids"),
    [
        (["Jobs & work"], ["jobs_work"]),
        (["  The mayor's plan  "], ["the_mayors_plan"]),
        (["Экономика и труд", "경제", "経済・貿易"], ["экономика_и_труд", "경제", "経済_貿易"]),
        (["अर्थव्यवस्था", "เศรษฐกิจ"], ["अर्थव्यवस्था", "เศรษฐกิจ"]),
        (["می‌خواهم"], ["میخواهم"]),
        (["E\u0301lan vital", "ÉLAN"], ["élan_vital", "élan"]),
        (["Jobs", "jobs!", "Jobs?"], ["jobs", "jobs_2", "jobs_3"]),
        (["jobs 2", "Jobs", "jobs"], ["jobs_2", "jobs", "jobs_3"]),
        (["!!!", "_", "Jobs"], ["label_1", "label_2", "jobs"]),
        (["\u0301"], ["label_1"]),
    ],
)
def test_ids_are_the_names_in_their_own_script(names: list[str], ids: list[str]) -> None:
    codebook = parse_codebook(make_codebook("T", names))
    assert list(codebook.frame_ids) == ids
    assert [frame.name for frame in codebook.frames] == [name.strip() for name in names]


def test_frames_and_targets_are_made_from_their_names_and_share_no_id() -> None:
    codebook = parse_codebook(make_codebook("The {bay}", ["Port", '"Quiet" \\ {name}'], ["port", "Mayor"]))
    assert (codebook.title, codebook.version, codebook.rules) == ("The {bay}", "1", ())
    assert codebook.frame_ids == ("port", "quiet_name")
    assert codebook.target_ids == ("port_2", "mayor")
    assert codebook.frames[1].name == '"Quiet" \\ {name}'
    assert parse_codebook(make_codebook("T", [], ["Mayor"])).target_ids == ("mayor",)


unique_names = st.lists(st.text(min_size=1).map(str.strip).filter(bool), min_size=1, max_size=6, unique=True)


@given(unique_names, st.integers(0, 6))
def test_any_names_make_a_codebook(names: list[str], split: int) -> None:
    codebook = parse_codebook(make_codebook("T", names[:split], names[split:]))
    assert [label.name for label in codebook.labels] == names
    assert all(is_id(label.id) for label in codebook.labels)


@pytest.mark.parametrize(
    ("title", "frames", "message"),
    [
        ("T", [], "a codebook needs a frame or a target"),
        ("T", ["Port", " "], "the name of a frame or target is blank"),
        ("T", ["Port", "Port "], "the name 'Port' is given 2 times"),
        ("\udcff", ["Port"], "bytes that are no UTF-8"),
        ("T", ["Port \udcff"], "bytes that are no UTF-8"),
    ],
)
def test_names_that_make_no_codebook_are_refused(title: str, frames: list[str], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        make_codebook(title, frames)


def test_a_template_refuses_a_title_that_is_no_text() -> None:
    with pytest.raises(UsageError, match="bytes that are no UTF-8"):
        template("\udcff")
