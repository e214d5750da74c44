"""Which coded sentences correct shares, with which probabilities, and what is said of the others."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from conftest import write_jsonl
from hypothesis import given
from hypothesis import strategies as st
from populating import code_rows, code_sample, draw_truth, make_article_of, make_outlets, score

from framing.annotation_files import parse_annotation, read_annotations
from framing.annotations import ACTIVE, OPEN, REJECTED, SKIPPED, WITHDRAWN, WRITTEN, Annotation
from framing.articles import Article
from framing.codebook import Codebook, parse_codebook
from framing.errors import AnnotationError, UsageError
from framing.evidence import gather_evidence, leave_copies_out, mark_copies, replace_seen
from framing.labelling import list_outputs
from framing.linking import find_chances, link_codes
from framing.model import FramingModel
from framing.population import Population, gather_scored
from framing.samples import sample_record
from framing.sampling.designs import draw_random, draw_stratified, draw_uncertain
from framing.scoring import ModelScorer, score_articles

SIZES = {"Daily": 20, "Weekly": 10}


@pytest.fixture(scope="module")
def population(codebook: Codebook) -> Population:
    """Thirty articles of ten sentences."""
    return score(make_outlets(SIZES), codebook)


@pytest.fixture(scope="module")
def truth(population: Population) -> np.ndarray:
    return draw_truth(population)


def code_drawn(population: Population, drawn: Sequence, *, skip: int = 0) -> list[Annotation]:
    """Return the lines of a sample's file, each beside its coding; the last ``skip`` stay open."""
    found = []
    for number, sentence in enumerate(drawn):
        record = sample_record(sentence)
        found.append(parse_annotation(json.dumps(record), f"sample.jsonl:{number + 1}"))
        if number < len(drawn) - skip:
            coding = record | {"status": "coded", "coder": "ana", "frames": ["storm"], "stance": {"mayor": "favor"}}
            found.append(parse_annotation(json.dumps(coding), f"ana.jsonl:{number + 1}"))
    return found


def test_codes_stand_on_the_rows_of_their_sentences(population: Population, truth: np.ndarray) -> None:
    rows = list(range(0, 300, 5))
    linked = link_codes(population, code_rows(population, rows, truth, 0.2))
    assert np.flatnonzero(~np.isnan(linked.chances)).tolist() == rows
    assert linked.chances[rows] == pytest.approx(0.2)
    assert np.array_equal(linked.labels[rows], truth[rows])
    assert np.isnan(linked.labels[np.setdiff1d(np.arange(300), rows)]).all()
    assert (linked.account.coded, linked.account.used, linked.account.notes) == (60, 60, ())
    assert linked.account.coders == ("ana",)


def test_the_order_of_the_codings_does_not_matter(population: Population, truth: np.ndarray) -> None:
    coded = code_sample(population, 40, truth)
    one, other = link_codes(population, coded), link_codes(population, coded[::-1])
    assert np.array_equal(one.labels, other.labels, equal_nan=True)
    assert np.array_equal(one.chances, other.chances, equal_nan=True)


def test_codes_settle_before_they_are_used(population: Population, truth: np.ndarray) -> None:
    """Two coders, at odds: a frame holds where half of them coded it; a stance where they are tied is none."""
    first = code_rows(population, [0], truth, 1.0, frames=frozenset({"storm"}), stance=(("mayor", "favor"),))
    second = [replace(a, coder="ben", frames=frozenset({"harvest"}), stance=(("mayor", "against"),)) for a in first]
    linked = link_codes(population, first + second)
    assert dict(zip(population.labels, linked.labels[0], strict=True)) == {
        "harvest": 1, "storm": 1, "ghost": 0, "mayor:favor": 0, "mayor:against": 0,
    }  # fmt: skip
    assert linked.account.coders == ("ana", "ben")


def test_a_stance_that_was_not_coded_is_missing_and_the_frames_count(population: Population, truth: np.ndarray) -> None:
    linked = link_codes(population, code_rows(population, [0, 1], truth, 1.0, stance=()))
    assert np.isnan(linked.labels[:2, 3:]).all()
    assert not np.isnan(linked.labels[:2, :3]).any()


@pytest.mark.parametrize(
    ("changes", "field", "said"),
    [
        ({"sampling": WRITTEN}, "not_by_chance", "1 of 61 coded sentences were written for training or drawn by active learning"),
        ({"sampling": ACTIVE}, "not_by_chance", "not by chance"),
        (
            {"inclusion_probability": None},
            "without_probability",
            "have no inclusion probability and are not used: draw",
        ),
        ({"article": "elsewhere"}, "not_found", "are of articles that are not among the scored ones"),
        ({"text": "Quite another text.", "hash": None}, "not_found", "it has another text than the one that was coded"),
        ({"id": "other", "index": None}, "repeated", "are coded under another id as well"),
    ],
)
def test_what_cannot_be_used_is_counted_and_its_file_and_line_are_named(
    population: Population, truth: np.ndarray, changes: dict[str, object], field: str, said: str
) -> None:
    rows = list(range(0, 300, 5))
    odd = replace(code_rows(population, [7 if field != "repeated" else 5], truth, 0.2)[0], place="odd.jsonl:3", **changes)
    linked = link_codes(population, [*code_rows(population, rows, truth, 0.2), odd])
    assert (linked.account.coded, linked.account.used) == (61, 60)
    assert getattr(linked.account, field) == 1
    (note,) = linked.account.notes
    assert said in note
    assert "(first: odd.jsonl:3, " in note


@given(st.lists(st.sampled_from(["used", "written", "unknown", "absent", "changed", "open", "skipped"]), min_size=1, max_size=30))
def test_every_coded_sentence_is_accounted_for_once(codebook: Codebook, kinds: list[str]) -> None:
    population = score(make_outlets({"Daily": 3}), codebook)
    changes = {
        "used": {}, "written": {"sampling": WRITTEN}, "unknown": {"inclusion_probability": None}, "absent": {"article": "none"},
        "changed": {"text": "Another.", "hash": None}, "open": {"status": OPEN}, "skipped": {"status": SKIPPED},
    }  # fmt: skip
    coded = code_rows(population, range(len(kinds)), draw_truth(population), 1.0)
    coded = [replace(a, **changes[kind]) for a, kind in zip(coded, kinds, strict=True)]
    if "used" not in kinds:
        with pytest.raises(AnnotationError, match=r"no sentence of these articles is coded yet|no coded sentence can correct"):
            link_codes(population, coded)
        return
    account = link_codes(population, coded).account
    counts = {kind: kinds.count(kind) for kind in changes}
    assert (account.used, account.not_by_chance, account.without_probability) == (
        counts["used"],
        counts["written"],
        counts["unknown"],
    )
    assert account.not_found == counts["absent"] + counts["changed"]
    assert (account.waiting, account.passed_over) == (counts["open"], counts["skipped"])
    left = account.not_found + account.not_by_chance + account.without_probability + account.repeated
    assert account.coded == account.used + left


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"sampling": ACTIVE}, "no coded sentence can correct these shares: 60 of 60 coded sentences were written"),
        ({"inclusion_probability": None}, "no coded sentence can correct these shares: 60 of 60 coded sentences have no inclusion"),
        (
            {"article": "none"},
            r"60 of 60 .* are of articles that are not .* \(first: coded.jsonl:1, 'Daily-000:0' of 'none'\)",
        ),
        ({"status": OPEN}, "is coded yet: 60 drawn sentences wait for a coder"),
        ({"status": REJECTED}, "no sentence of these articles is coded yet"),
    ],
)
def test_codes_of_which_none_can_be_used_are_refused_with_the_reason(
    population: Population, truth: np.ndarray, changes: dict[str, object], said: str
) -> None:
    with pytest.raises(AnnotationError, match=said):
        link_codes(population, code_rows(population, range(0, 300, 5), truth, 0.2, **changes))


def test_no_codings_at_all_are_refused(population: Population) -> None:
    with pytest.raises(AnnotationError, match="no sentence of these articles is coded yet"):
        link_codes(population, [])


def test_a_sentence_that_chance_drew_as_well_counts_whatever_else_drew_it(population: Population, truth: np.ndarray) -> None:
    """Coded for active learning, and drawn by chance later: its line of the sample has the probability."""
    rows = list(range(0, 300, 5))
    lines = code_rows(population, rows, truth, 0.2, status=OPEN)
    coded = code_rows(population, rows, truth, 0.2, sampling=ACTIVE, inclusion_probability=None)
    linked = link_codes(population, lines + coded)
    assert (linked.account.used, linked.account.waiting, linked.account.not_by_chance) == (60, 0, 0)


def test_the_same_text_twice_in_an_article_is_told_apart_by_its_number(codebook: Codebook) -> None:
    article = make_article_of("a", ["It rained.", "Hail fell.", "It rained."])
    population = score([article], codebook)
    truth = np.array([[0] * 5, [0] * 5, [1, 0, 0, 0, 0]], bool)
    linked = link_codes(population, code_rows(population, [0, 2], truth, 2 / 3))
    assert linked.labels[[0, 2], 0].tolist() == [0, 1]
    nameless = [replace(a, id=f"x{n}", index=None) for n, a in enumerate(code_rows(population, [0, 2], truth, 1.0))]
    assert link_codes(population, nameless).account.repeated == 1


def test_two_articles_with_one_id_are_refused_where_codes_are_to_be_found_by_it(codebook: Codebook) -> None:
    one = score(make_outlets({"Daily": 2}), codebook)
    twice = replace(one, articles=(one.articles[0], replace(one.articles[0], source="other.txt")))
    with pytest.raises(UsageError, match=r"two articles have the id 'Daily-000' \(Daily-000.txt and other.txt\)"):
        link_codes(twice, code_rows(one, [0], draw_truth(one), 1.0))


def test_a_sentence_with_two_texts_is_refused(population: Population, truth: np.ndarray) -> None:
    (one,) = code_rows(population, [0], truth, 1.0)
    with pytest.raises(AnnotationError, match=r"coded.jsonl:9: sentence 'Daily-000:0' has another text than at coded.jsonl:1"):
        link_codes(population, [one, replace(one, text="Another.", hash=None, coder="ben", place="coded.jsonl:9")])


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (0, "must lie above 0"),
        (1.01, "must lie above 0"),
        (-0.2, "must lie above 0"),
        ("high", "must be"),
        (True, "must be"),
    ],
)
def test_an_inclusion_probability_that_is_none_is_refused_by_file_and_line(
    tmp_path: Path, codebook: Codebook, value: object, said: str
) -> None:
    row: dict[str, object] = {"id": "a:0", "article": "a", "text": "Hail fell.", "frames": [], "coder": "x"}
    path = write_jsonl(tmp_path / "coded.jsonl", [row | {"inclusion_probability": 1}, row | {"inclusion_probability": value}])
    with pytest.raises(AnnotationError, match=f"{re.escape(str(path))}:2: 'inclusion_probability' {said}"):
        read_annotations([path], codebook)


# --- probabilities


@pytest.mark.parametrize("design", ["random", "stratified", "uncertainty"])
def test_a_draw_of_framing_sample_keeps_its_probabilities(population: Population, design: str) -> None:
    rng = np.random.default_rng(5)
    draws = {"random": draw_random, "stratified": draw_stratified, "uncertainty": draw_uncertain}
    sample = draws[design](population, 60, rng)
    linked = link_codes(population, code_drawn(population, sample.drawn))
    recorded = {(d.article, d.index): d.inclusion_probability for d in sample.drawn}
    found = {
        (population.sentence(row).article_id, population.sentence(row).index): linked.chances[row]
        for row in np.flatnonzero(~np.isnan(linked.chances))
    }
    assert found == pytest.approx(recorded)
    assert linked.account.notes == ()


def test_several_draws_count_as_one(population: Population) -> None:
    """60 and then 30 of 300 at random: each sentence is in one of the two with probability 90/300."""
    first = code_drawn(population, draw_random(population, 60, np.random.default_rng(1)).drawn)
    second = code_drawn(population, draw_random(population, 30, np.random.default_rng(1), earlier=first).drawn)
    linked = link_codes(population, first + second)
    assert linked.account.used == 90
    assert np.unique(linked.chances[~np.isnan(linked.chances)]) == pytest.approx([0.3])


def test_a_stratified_draw_after_a_random_one_counts_by_stratum(population: Population) -> None:
    first = code_drawn(population, draw_random(population, 60, np.random.default_rng(1)).drawn)
    sample = draw_stratified(population, 80, np.random.default_rng(2), earlier=first)
    linked = link_codes(population, first + code_drawn(population, sample.drawn))
    outlets = np.array(population.outlets)
    for outlet, size in (("Daily", 200), ("Weekly", 100)):
        own = linked.chances[(outlets == outlet) & ~np.isnan(linked.chances)]
        assert own == pytest.approx(len(own) / size)


def test_of_one_draw_a_part_of_the_articles_keeps_the_probabilities(population: Population) -> None:
    sample = draw_random(population, 60, np.random.default_rng(3))
    coded = code_drawn(population, sample.drawn)
    part = population.take(np.array([outlet == "Daily" for outlet in population.outlets]))
    linked = link_codes(part, coded)
    assert linked.chances[~np.isnan(linked.chances)] == pytest.approx(0.2)
    assert linked.account.used == sum(d.outlet == "Daily" for d in sample.drawn)
    assert "are of articles that are not among the scored ones" in linked.account.notes[0]
    assert len(linked.account.notes) == 1


def test_more_articles_than_were_drawn_from_are_noted_and_the_sample_stands_for_all(codebook: Codebook) -> None:
    articles = make_outlets({"Daily": 40, "Weekly": 20})
    everything = score(articles, codebook)
    before = score([*articles[:20], *articles[40:]], codebook)
    coded = code_drawn(before, draw_stratified(before, 120, np.random.default_rng(4)).drawn)
    linked = link_codes(everything, coded)
    (note,) = linked.account.notes
    assert note.startswith("the coded sentences stand for fewer than are here (about 200 of 400 in Daily): the others are taken")
    chances, outlets = linked.chances, np.array(everything.outlets)
    is_coded = ~np.isnan(chances)
    assert chances[is_coded & (outlets == "Daily")] == pytest.approx(60 / 400)
    assert chances[is_coded & (outlets == "Weekly")] == pytest.approx(60 / 200)


def test_half_a_sample_coded_is_noted_with_or_without_the_lines_that_wait(population: Population) -> None:
    sample = draw_random(population, 150, np.random.default_rng(5))
    lines = code_drawn(population, sample.drawn, skip=100)
    whole, coded = link_codes(population, lines), link_codes(population, [a for a in lines if a.status != OPEN])
    assert whole.account.waiting == 100
    assert "100 drawn sentences wait for a coder" in " ".join(whole.account.notes)
    for linked in (whole, coded):
        assert "stand for fewer than are here" in linked.account.notes[-1]
        assert (1 / linked.chances[~np.isnan(linked.chances)]).sum() == pytest.approx(300)


def test_outlets_of_which_nothing_is_coded_are_named(codebook: Codebook) -> None:
    population = score(make_outlets({"Daily": 6, "Weekly": 2, "Monthly": 2}), codebook)
    linked = link_codes(population, code_rows(population, range(60), draw_truth(population), 1.0))
    (note,) = linked.account.notes
    assert note.startswith("no sentence of Monthly, Weekly is coded (40 sentences)")


def test_a_few_articles_that_were_added_after_the_draw_are_noticed(codebook: Codebook) -> None:
    """Chance could have drawn none of them, and their share is too small for the sizes of outlets to tell."""
    articles = make_outlets({"Daily": 40})
    before, everything = score(articles[:38], codebook), score(articles, codebook)
    coded = code_drawn(before, draw_random(before, 60, np.random.default_rng(4)).drawn)
    assert link_codes(before, coded).account.notes == ()
    (note,) = link_codes(everything, coded).account.notes
    assert note.startswith("the drawn sentences stand for 380 of the 400 that are here")


@pytest.mark.parametrize("size", [10, 30, 60])
def test_two_draws_that_are_counted_as_one_are_refused(population: Population, size: int) -> None:
    """Each by another seed and unaware of the other, so that both record the same small probability: 1/π counts all twice."""
    first = code_drawn(population, draw_random(population, size, np.random.default_rng(1)).drawn)
    second = code_drawn(population, draw_random(population, size, np.random.default_rng(2)).drawn)
    third = code_drawn(population, draw_random(population, size, np.random.default_rng(3)).drawn)
    fourth = code_drawn(population, draw_random(population, size, np.random.default_rng(4)).drawn)
    with pytest.raises(AnnotationError, match=r"the drawn sentences of \w+ stand for about [\d,]+ sentences by their inclusion"):
        link_codes(population, first + second + third + fourth)


def test_a_probability_that_contradicts_the_number_of_sentences_names_the_outlet(population: Population, truth: np.ndarray) -> None:
    daily = [row for row, outlet in enumerate(population.outlets) if outlet == "Daily"]
    coded = code_rows(population, daily[::10], truth, 0.01)
    with pytest.raises(AnnotationError, match=r"drawn sentences of Daily stand for about 2,000 sentences .* but 200 were scored"):
        link_codes(population, coded)


def test_whole_articles_drawn_by_another_design_are_no_contradiction(codebook: Codebook) -> None:
    """Five of 25 articles, all their sentences: by chance the longest, which stand for far more sentences than there are."""
    articles = [article for n in range(25) for article in make_outlets({f"Daily {n:02}": 1}, 10 + 3 * (n % 5 == 0) * 10)]
    population = score([replace(article, outlet="Daily") for article in articles], codebook)
    rows = np.flatnonzero(np.isin(population.article, [0, 5, 10, 15, 20]))
    assert (len(population), len(rows)) == (400, 200)  # which stand for 1,000
    linked = link_codes(population, code_rows(population, rows, draw_truth(population), 0.2, sampling="articles"))
    assert linked.account.used == len(rows)
    with pytest.raises(AnnotationError, match=r"stand for about 1,000 sentences .* but 400 were scored"):
        link_codes(population, code_rows(population, rows, draw_truth(population), 0.2, sampling="random"))


@pytest.mark.parametrize("design", ["random", "stratified", "uncertainty"])
def test_an_honest_draw_of_which_a_part_is_here_is_never_refused(codebook: Codebook, design: str) -> None:
    draws = {"random": draw_random, "stratified": draw_stratified, "uncertainty": draw_uncertain}
    population = score(make_outlets({"A": 12, "B": 4, "C": 30}), codebook)
    for seed in range(60):
        sample = draws[design](population, 50, np.random.default_rng(seed))
        kept = np.isin(population.article, np.random.default_rng(seed).choice(46, 25, replace=False))
        linked = link_codes(population.take(kept), code_drawn(population, sample.drawn))
        assert not any("stand for about" in note for note in linked.account.notes)


def test_of_two_draws_that_took_a_sentence_the_later_knows_the_higher_probability(
    population: Population, truth: np.ndarray
) -> None:
    rows = list(range(0, 300, 6))
    coded = [a for chance in (0.15, 0.2) for a in code_rows(population, rows, truth, chance, sampling="by hand")]
    assert np.unique(link_codes(population, coded).chances[rows]) == pytest.approx([0.2])


def test_probabilities_written_by_hand_hold_as_they_are(population: Population, truth: np.ndarray) -> None:
    """A design that is not ours: no count of sentences is asked for but that of what they stand for."""
    rows = list(range(0, 300, 6))
    chances = [0.1 if n % 2 else 0.3 for n in range(len(rows))]
    coded = code_rows(population, rows, truth, chances, sampling=None)
    places = {(a.article, a.id): row for a, row in zip(coded, rows, strict=True)}
    assert find_chances(population, coded, places) == dict(zip(rows, chances, strict=True))


# --- sentences that the model was trained on


@pytest.fixture(scope="module")
def seen(model: FramingModel, annotations: list[Annotation]) -> Population:
    """The training articles, scored by the model that knows them by heart."""
    texts: dict[str, dict[str, str]] = {}
    for a in annotations:
        texts.setdefault(a.article, {}).setdefault(a.id, a.text)
    articles = [
        Article(name, "\n".join(own.values()), outlet="Daily", sentences=tuple(own.values())) for name, own in texts.items()
    ]
    return gather_scored(score_articles(articles, ModelScorer(model.compile())), list_outputs(model.codebook))


def code_seen(seen: Population) -> list[Annotation]:
    return code_rows(seen, range(0, len(seen), 2), draw_truth(seen), 0.5)


def test_training_sentences_are_judged_by_models_that_did_not_see_them(seen: Population, model: FramingModel) -> None:
    assert seen.trained_on.all()
    evidence = gather_evidence(seen, model, code_seen(seen))
    assert evidence.account is not None
    assert evidence.account.left_out_predictions == evidence.account.used == 72
    place = seen.labels.index("storm")
    for row in (0, 1, 80):
        decision = model.left_out[model.find_seen([seen.sentence(row).text])[0], place]
        rule = model.rules[place]
        expected = 1 / (1 + np.exp(-(rule.slope * float(decision) + rule.offset)))
        assert evidence.population.probabilities[row, place] == pytest.approx(expected)
        assert evidence.population.given[row, place] == (expected >= rule.threshold)
    assert not np.array_equal(evidence.population.probabilities[:, place], seen.probabilities[:, place])
    assert np.isnan(evidence.population.probabilities[:, seen.labels.index("ghost")]).all()


def test_without_codes_what_the_model_says_is_left_as_it_is(seen: Population, model: FramingModel) -> None:
    evidence = gather_evidence(seen, model)
    assert evidence.account is None
    assert evidence.population is seen


def test_a_model_that_keeps_no_left_out_prediction_is_refused(seen: Population, model: FramingModel) -> None:
    bare = replace(model, left_out=np.zeros((0, 0), np.float16))
    with pytest.raises(AnnotationError, match=r"trained on 72 of the coded .* \(first: sentence 0 of 'a0'\).*train it again"):
        gather_evidence(seen, bare, code_seen(seen))


def test_a_mark_that_a_file_of_scores_lost_is_found_again(seen: Population, model: FramingModel) -> None:
    """Whether a coded sentence was trained on is read from the model, not from the file."""
    unmarked = replace(seen, trained_on=np.zeros(len(seen), bool))
    evidence = gather_evidence(unmarked, model, code_seen(seen))
    assert evidence.account is not None
    assert evidence.account.left_out_predictions == 72


@pytest.mark.parametrize(("output", "label", "lost"), [(1, "storm", ["storm"]), (3, "mayor", ["mayor:favor", "mayor:against"])])
def test_a_label_that_a_left_out_model_had_not_learnt_counts_as_not_learnt(
    seen: Population, model: FramingModel, output: int, label: str, lost: list[str]
) -> None:
    """A prediction that is missing for some coded sentences cannot stand beside those of the others."""
    left_out = model.left_out.copy()
    left_out[model.find_seen([seen.sentence(0).text])[0], output] = np.nan
    coded = np.full(len(seen), np.nan)
    coded[::2] = 0.5
    found, number, notes = replace_seen(seen, replace(model, left_out=left_out), coded)
    assert number == 72
    assert notes == (f"{label}: a model without some of the coded articles had not learnt this; its shares are of codes alone",)
    for column, name in enumerate(seen.labels):
        assert np.isnan(found.probabilities[:, column]).all() == (name in [*lost, "ghost"])


def test_a_missing_prediction_of_an_uncoded_sentence_changes_nothing_else(seen: Population, model: FramingModel) -> None:
    left_out = model.left_out.copy()
    left_out[model.find_seen([seen.sentence(1).text])[0], 1] = np.nan
    coded = np.full(len(seen), np.nan)
    coded[::2] = 0.5
    found, _, notes = replace_seen(seen, replace(model, left_out=left_out), coded)
    column = seen.labels.index("storm")
    assert notes == ()
    assert found.probabilities[1, column] == seen.probabilities[1, column]
    assert found.probabilities[2, column] != seen.probabilities[2, column]


# --- copies


def test_copies_are_of_the_article_with_the_earliest_date(codebook: Codebook) -> None:
    texts = [" ".join(f"w{number}x{word}" for word in range(12)) for number in range(6)]
    articles = [
        make_article_of("a", texts, "Daily", date="2024-11-03"),
        make_article_of("b", texts, "Weekly", date="2024-11-02"),
        make_article_of("c", texts, "Monthly", date=None),
        make_article_of("d", [f"other {text}" for text in texts[:2]], "Daily"),
    ]
    population = score(articles, codebook)
    cluster, is_copy = mark_copies(population)
    assert [bool(is_copy[population.article == n].all()) for n in range(4)] == [True, False, True, False]
    assert [set(cluster[population.article == n].tolist()) for n in range(4)] == [{1}, {1}, {1}, {3}]


def test_copies_that_are_left_out_are_counted_with_their_codes(codebook: Codebook, model: FramingModel) -> None:
    texts = [" ".join(f"w{number}x{word}" for word in range(12)) for number in range(6)]
    population = score([make_article_of(name, texts, name.upper()) for name in "abc"], codebook)
    evidence = gather_evidence(population, model, code_rows(population, range(0, 18, 2), draw_truth(population), 0.5))
    left = leave_copies_out(evidence)
    assert evidence.account is not None
    assert left.account is not None
    assert (len(left.population), evidence.account.used, left.account.used) == (6, 9, 3)
    assert "6 coded sentences stand in copies, which are left out" in left.account.notes
    assert [item.source for item in left.population.skipped] == ["b.txt", "c.txt"]
    assert {item.reason for item in left.population.skipped} == {"it prints the text of an earlier article"}
    assert not left.is_copy.any()


def test_a_withdrawn_code_waits_again(population: Population, truth: np.ndarray) -> None:
    rows = list(range(0, 300, 5))
    coded = code_rows(population, rows, truth, 0.2, decision="d1", time="2026-01-01T00:00:00Z")
    taken_back = replace(coded[0], status=WITHDRAWN, decision="d2", time="2026-01-02T00:00:00Z")
    account = link_codes(population, [*coded, taken_back]).account
    assert (account.used, account.waiting) == (59, 1)


def test_a_target_without_a_side_in_the_codebook_of_frames_alone_is_no_matter(codebook: Codebook) -> None:
    frames = parse_codebook('title="t"\nversion=1\n[[frames]]\nid="x"\nname="X"\ndefinition="d"\n')
    population = score(make_outlets({"Daily": 4}), frames, unlearnt=())
    linked = link_codes(population, code_rows(population, range(0, 40, 2), draw_truth(population), 0.5))
    assert linked.labels.shape == (40, 1)
