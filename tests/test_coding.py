"""Who codes what, undo, skip, resume; disputes and their choices."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from framing.adjudication import find_disputes
from framing.agreement.labels import measure_agreement
from framing.annotation_files import read_annotations
from framing.annotations import ADJUDICATED, current_codings, hash_sentence, settle
from framing.codebook import Codebook, parse_codebook
from framing.coding import (
    AdjudicationSession,
    CodingSession,
    Decision,
    Progress,
    check_assigned,
    check_decision,
    check_names,
    describe_rewording,
)
from framing.errors import AnnotationError, FramingError, UsageError
from framing.journal import Journal
from framing.samples import DrawnSentence


def drawn(number: int, *coders: str, text: str = "") -> DrawnSentence:
    text = text or f"Hail fell {number} times."
    return DrawnSentence(
        f"a:{number}", "a", "Daily", "2024-11", "A title", number, 0, 9, text, sampling="random", inclusion_probability=0.1,
        stratum="Daily", coders=coders,
    )  # fmt: skip


STORM = Decision(frames=("storm",), stance={"mayor": "none"})
NOTHING = Decision(stance={"mayor": "favor"})


@pytest.fixture
def journal(tmp_path: Path, codebook: Codebook) -> Journal:
    return Journal(tmp_path / "coded.jsonl", codebook)


@pytest.fixture
def session(journal: Journal) -> CodingSession:
    return CodingSession([drawn(0), drawn(1, "ana"), drawn(2, "ben"), drawn(3)], journal)


def test_a_coder_sees_what_is_for_anyone_or_for_her(session: CodingSession) -> None:
    assert [item.id for item in session.queue("ana")] == ["a:0", "a:1", "a:3"]
    assert [item.id for item in session.queue("ben")] == ["a:0", "a:2", "a:3"]
    with pytest.raises(UsageError, match="was not drawn for ben"):
        session.decide("ben", drawn(1, "ana"), STORM)


def test_a_decision_carries_how_the_sentence_was_drawn_and_what_it_was(session: CodingSession, codebook: Codebook) -> None:
    made = session.decide("ana", drawn(0), replace(STORM, note="  unsure  ", flagged=True, seconds=3.21))
    assert (made.frames, made.stance, made.phase, made.status) == (frozenset({"storm"}), (("mayor", "none"),), "blind", "coded")
    assert (made.sampling, made.inclusion_probability, made.codebook_version) == ("random", 0.1, codebook.version)
    assert (made.hash, made.note, made.flagged, made.seconds) == (hash_sentence(made.text), "unsure", True, 3.2)
    assert made.extra == {"date": "2024-11", "stratum": "Daily", "codebook_digest": codebook.coding_digest[:12]}


def test_progress_counts_each_sentence_once_and_by_its_last_decision(session: CodingSession) -> None:
    first, second, third = session.queue("ana")
    for decision in (STORM, NOTHING, Decision("skipped", flagged=True)):
        session.decide("ana", first, decision)
    session.decide("ana", second, Decision("rejected"))
    session.decide("ana", third, STORM)
    assert session.progress("ana") == Progress(total=3, coded=1, skipped=1, rejected=1, flagged=1)
    assert session.progress("ana").left == 0
    assert session.progress("ben") == Progress(3, 0, 0, 0, 0)


def test_a_skipped_sentence_has_no_codes_whatever_was_chosen(session: CodingSession) -> None:
    made = session.decide("ana", drawn(0), replace(STORM, status="skipped"))
    assert (made.frames, made.stance) == (frozenset(), ())
    assert not settle(session.journal.entries)


def test_undo_gives_back_what_was_before_step_by_step(session: CodingSession) -> None:
    first, second, _ = session.queue("ana")
    for item, decision in ((first, STORM), (second, NOTHING), (first, NOTHING)):
        session.decide("ana", item, decision)

    def state() -> dict[str, frozenset[str]]:
        return {coding.id: coding.frames for coding in current_codings(session.journal.entries)}

    assert state() == {"a:0": frozenset(), "a:1": frozenset()}
    assert session.undo("ana") is not None
    assert state() == {"a:0": frozenset({"storm"}), "a:1": frozenset()}
    assert session.undo("ana") is not None
    assert state() == {"a:0": frozenset({"storm"})}
    taken = session.undo("ana")
    assert taken is not None
    assert (taken.id, taken.status) == ("a:0", "withdrawn")
    assert state() == {}
    assert session.undo("ana") is None
    assert len(session.journal.entries) == 6  # nothing is deleted
    session.decide("ana", first, STORM)
    assert session.undo("ana") is not None
    assert state() == {}


def test_undo_goes_on_after_a_restart_and_leaves_other_coders_alone(session: CodingSession, codebook: Codebook) -> None:
    session.decide("ana", drawn(0), STORM)
    session.decide("ben", drawn(0), NOTHING)
    again = CodingSession(session.sample, Journal(session.journal.path, codebook))
    taken = again.undo("ana")
    assert taken is not None
    assert taken.extra["undoes"] == session.journal.entries[0].decision
    assert [coding.coder for coding in current_codings(again.journal.entries)] == ["ben"]


def test_a_decision_on_another_text_is_told_and_does_not_count(session: CodingSession) -> None:
    session.decide("ana", drawn(0, text="Hail fell once."), STORM)
    assert [entry.id for entry in session.changed_texts()] == ["a:0"]
    assert session.progress("ana").coded == 0


def test_codings_made_in_sight_of_suggestions_are_not_blind(journal: Journal, codebook: Codebook) -> None:
    session = CodingSession([drawn(0), replace(drawn(1), phase="recoded")], journal, "mine@1234")
    made = [session.decide(coder, item, STORM) for coder in ("ana", "ben") for item in session.sample]
    assert [coding.phase for coding in made] == ["assisted", "recoded"] * 2
    assert made[0].extra["assisted_by"] == "mine@1234"
    assert session.progress("ana").coded == 2
    assert all(row.units == 0 for row in measure_agreement(journal.entries, codebook.frame_ids, codebook.target_ids))
    assert [sentence.frames for sentence in settle(journal.entries)] == [frozenset({"storm"})]


@pytest.mark.parametrize(
    ("decision", "reason"),
    [
        (Decision(frames=("strom",)), "no frame 'strom'.*did you mean 'storm'"),
        (Decision(stance={"mayr": "favor"}), "no target 'mayr'.*did you mean 'mayor'"),
        (Decision(stance={"mayor": "pro"}), "the stance towards mayor is 'pro'"),
        (Decision(status="done"), "the status is 'done'"),
        (Decision(status="withdrawn"), "the status is 'withdrawn'"),
        (Decision(note="x" * 5000), "longer than 4,000"),
    ],
)
def test_a_decision_that_does_not_fit_is_refused(codebook: Codebook, decision: Decision, reason: str) -> None:
    with pytest.raises(UsageError, match=reason):
        check_decision(decision, codebook)


def test_a_codebook_of_one_frame_a_sentence_takes_exactly_one() -> None:
    book = parse_codebook('single_label = true\n[[frames]]\nid = "a"\n[[frames]]\nid = "b"')
    check_decision(Decision(frames=("a",)), book)
    check_decision(Decision("skipped"), book)
    for frames in ((), ("a", "b")):
        with pytest.raises(UsageError, match="exactly one frame"):
            check_decision(Decision(frames=frames), book)


@pytest.mark.parametrize("names", [[""], [" "], ["ana", "ana"], ["a\nb"], ["x" * 61], ["\x1b[2J"]])
def test_names_that_cannot_tell_coders_apart_are_refused(names: list[str]) -> None:
    with pytest.raises(UsageError):
        check_names(names)


def test_a_coder_for_whom_nothing_was_drawn_is_told() -> None:
    with pytest.raises(AnnotationError, match=r"no sentence of the sample is for 'anna' \(did you mean 'ana'\?\)"):
        check_assigned([drawn(1, "ana"), drawn(2, "ben")], ["anna"])


def disputed(session: CodingSession) -> None:
    """Two coders agree on one sentence and differ on another in frame and stance; a third is coded once, another skipped."""
    for coder, decisions in (("ana", (STORM, STORM)), ("ben", (STORM, NOTHING))):
        for item, decision in zip((drawn(0), drawn(3)), decisions, strict=True):
            session.decide(coder, item, decision)
    session.decide("ana", drawn(1, "ana"), NOTHING)
    session.decide("ben", drawn(2, "ben"), Decision("skipped"))


def test_disputes_are_the_sentences_that_blind_coders_code_differently(session: CodingSession, codebook: Codebook) -> None:
    disputed(session)
    (dispute,) = find_disputes(session.journal.entries, codebook)
    assert dispute.first.id == "a:3"
    assert (dispute.frames, dispute.targets) == (("storm",), ("mayor",))
    assert (dispute.agreed_frames, dispute.agreed_stance, dispute.chosen) == (frozenset(), {}, None)


def test_a_choice_points_to_the_codings_and_leaves_them_and_agreement_alone(session: CodingSession, codebook: Codebook) -> None:
    disputed(session)
    before = list(session.journal.entries)
    agreement = measure_agreement(before, codebook.frame_ids, codebook.target_ids)
    adjudication = AdjudicationSession((), session.journal)
    made = adjudication.decide("eva", adjudication.disputes()[0], STORM)
    assert (made.phase, made.coder) == (ADJUDICATED, "eva")
    assert made.parents == tuple(entry.decision for entry in before if entry.id == "a:3")
    assert session.journal.entries[: len(before)] == before
    assert measure_agreement(session.journal.entries, codebook.frame_ids, codebook.target_ids) == agreement
    assert {sentence.id: sentence.frames for sentence in settle(session.journal.entries)}["a:3"] == frozenset({"storm"})
    assert adjudication.disputes()[0].chosen == made


def test_taking_a_choice_back_opens_the_dispute_again(session: CodingSession) -> None:
    disputed(session)
    adjudication = AdjudicationSession((), session.journal)
    assert adjudication.undo("eva") is None
    adjudication.decide("eva", adjudication.disputes()[0], STORM)
    assert adjudication.undo("ida") is None
    assert adjudication.undo("eva") is not None
    assert adjudication.disputes()[0].chosen is None


def test_disputes_span_files_and_codings_without_ids_are_named_by_coder(
    tmp_path: Path, codebook: Codebook, session: CodingSession
) -> None:
    disputed(session)
    bare = [replace(entry, decision=None) for entry in read_annotations([session.journal.path], codebook)]
    journal = Journal(tmp_path / "adjudicated.jsonl", codebook)
    adjudication = AdjudicationSession(bare, journal)
    made = adjudication.decide("eva", adjudication.disputes()[0], NOTHING)
    assert made.parents == ("ana", "ben")
    assert journal.entries == [made]
    with pytest.raises(FramingError):
        adjudication.decide("eva", adjudication.disputes()[0], Decision(frames=("fog",)))


def test_the_last_of_several_adjudicators_decides_not_the_one_who_began_last(session: CodingSession) -> None:
    disputed(session)
    adjudication = AdjudicationSession((), session.journal)
    both = Decision(frames=("storm", "harvest"), stance={"mayor": "none"})
    for name, decision in (("eva", STORM), ("ida", NOTHING), ("eva", both)):
        made = adjudication.decide(name, adjudication.disputes()[0], decision)
    assert adjudication.disputes()[0].chosen == made
    assert {s.id: s.frames for s in settle(session.journal.entries)}["a:3"] == {"storm", "harvest"}


def test_a_choice_between_codings_that_were_changed_later_no_longer_decides(session: CodingSession) -> None:
    disputed(session)
    adjudication = AdjudicationSession((), session.journal)
    adjudication.decide("eva", adjudication.disputes()[0], STORM)
    harvest = Decision(frames=("harvest",), stance={"mayor": "none"})
    session.decide("ana", drawn(3), harvest)
    assert adjudication.disputes()[0].chosen is None
    session.decide("ben", drawn(3), harvest)
    assert adjudication.disputes() == []
    assert {s.id: s.frames for s in settle(session.journal.entries)}["a:3"] == {"harvest"}


def test_a_sentence_that_one_coder_finds_not_codable_is_disputed(session: CodingSession, codebook: Codebook) -> None:
    session.decide("ana", drawn(0), STORM)
    session.decide("ben", drawn(0), Decision("rejected", note="half a sentence"))
    adjudication = AdjudicationSession((), session.journal)
    (dispute,) = adjudication.disputes()
    assert (dispute.frames, dispute.targets, len(dispute.codings), len(dispute.decisions)) == (("storm",), (), 1, 2)
    made = adjudication.decide("eva", dispute, Decision("rejected"))
    assert len(made.parents) == 2
    assert settle(session.journal.entries) == []
    assert adjudication.disputes()[0].chosen == made


def test_coders_who_saw_suggestions_dispute_too_and_one_coder_never_with_herself(journal: Journal, codebook: Codebook) -> None:
    assisted = CodingSession([drawn(0)], journal, "mine@1")
    assisted.decide("ana", drawn(0), STORM)
    assisted.decide("ben", drawn(0), NOTHING)
    assert len(find_disputes(journal.entries, codebook)) == 1
    first = journal.entries[0]
    twice = [replace(first, phase=None, time=None), replace(first, phase="blind", time=None, frames=frozenset())]
    assert find_disputes(twice, codebook) == []


def test_a_stance_that_one_coder_did_not_code_is_no_dispute(session: CodingSession, codebook: Codebook) -> None:
    session.decide("ana", drawn(0), STORM)
    session.decide("ben", drawn(0), Decision(frames=("storm",)))
    assert find_disputes(session.journal.entries, codebook) == []
    assert dict(settle(session.journal.entries)[0].stance) == {"mayor": "none"}


def test_an_adjudicator_decides_on_every_stance_that_is_disputed(session: CodingSession) -> None:
    disputed(session)
    adjudication = AdjudicationSession((), session.journal)
    with pytest.raises(UsageError, match="decide on the stance towards mayor"):
        adjudication.decide("eva", adjudication.disputes()[0], Decision(frames=("storm",)))


def test_undoing_a_revised_choice_gives_back_the_choice_before(session: CodingSession) -> None:
    disputed(session)
    adjudication = AdjudicationSession((), session.journal)
    for decision in (STORM, NOTHING):
        adjudication.decide("eva", adjudication.disputes()[0], decision)
    assert adjudication.undo("eva") is not None
    chosen = adjudication.disputes()[0].chosen
    assert chosen is not None
    assert chosen.frames == frozenset({"storm"})
    assert adjudication.undo("eva") is not None
    assert adjudication.disputes()[0].chosen is None
    assert adjudication.undo("eva") is None


def test_undo_takes_back_decisions_without_an_id_once(session: CodingSession, codebook: Codebook) -> None:
    for item in (drawn(0), drawn(3)):
        session.decide("ana", item, STORM)
    lines = [json.loads(line) for line in session.journal.path.read_text("utf-8").splitlines()]
    bare = [{key: value for key, value in line.items() if key not in ("decision", "time")} for line in lines]
    session.journal.path.write_text("".join(json.dumps(line) + "\n" for line in bare), "utf-8")
    again = CodingSession(session.sample, Journal(session.journal.path, codebook))
    assert [taken.id for taken in (again.undo("ana"), again.undo("ana")) if taken] == ["a:3", "a:0"]
    assert again.undo("ana") is None
    assert again.progress("ana").coded == 0


def test_undos_at_once_take_back_one_decision_each(session: CodingSession) -> None:
    for item in (drawn(0), drawn(1, "ana"), drawn(3)):
        session.decide("ana", item, STORM)
    with ThreadPoolExecutor(3) as pool:
        taken = list(pool.map(lambda _: session.undo("ana"), range(3)))
    assert sorted(entry.id for entry in taken if entry) == ["a:0", "a:1", "a:3"]
    assert session.progress("ana").coded == 0


def test_decisions_by_another_wording_of_the_same_version_are_counted(session: CodingSession, codebook: Codebook) -> None:
    session.decide("ana", drawn(0), STORM)
    assert describe_rewording(session.journal.entries, codebook) == []
    reworded = replace(codebook, rules=("Code with care.",))
    (line,) = describe_rewording(session.journal.entries, reworded)
    assert line.startswith("1 decisions follow another wording of the codebook's version 1")


def test_a_note_that_no_file_can_hold_is_refused(session: CodingSession) -> None:
    with pytest.raises(UsageError, match="half a character"):
        session.decide("ana", drawn(0), replace(STORM, note="caf\udce9"))
