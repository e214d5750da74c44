"""What a report says in words: true given the intervals, and nothing of what was not done."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from conftest import CODEBOOK
from hypothesis import given
from hypothesis import strategies as st
from report_pieces import AGREED, CODED, make_agreement, make_group, make_report, make_share, make_summary

from framing.codebook import parse_codebook
from framing.comparing import GroupWords
from framing.linking import Account
from framing.model import FramingModel
from framing.prevalence import THESE_ARTICLES, compare_shares
from framing.report.claims import CAUTION, DIFFERENCE, EQUAL, INDEXED, LEAD, SHIFT, holds
from framing.report.content import Coding, Report
from framing.report.findings import MOST, write_findings
from framing.report.methods import write_methods
from framing.report.openings import describe_basis, describe_key, describe_scope
from framing.report.phrases import NO_CODES, count, decimal, join, name_period, percent, points, show_name, signed_points
from framing.report.references import REFERENCES, cite_software, list_references
from framing.report.shifts import compare_periods, compare_voices, find_leads
from framing.report.statements import quote_statement, split_statement
from framing.report.tabulating import tabulate_contrasts
from framing.summary import LabelShare
from framing.wording import DistinctiveWord

TINY = parse_codebook(CODEBOOK)
LOW = {"harvest": (0.2, 0.04), "storm": (0.12, 0.04)}
HIGH = {"harvest": (0.2, 0.04), "storm": (0.34, 0.04)}


def two(**options: object) -> Report:
    """Two outlets of which one has more storm, on articles of their own."""
    groups = [make_group("Daily", HIGH, **options), make_group("Weekly", LOW, first=100, **options)]  # type: ignore[arg-type]
    return make_report(TINY, make_summary(groups))


def texts(report: Report, *kinds: str) -> list[str]:
    return [finding.text for finding in write_findings(report) if not kinds or finding.kind in kinds]


def case_two_outlets() -> Report:
    return two()


def case_one_outlet() -> Report:
    return make_report(TINY, make_summary([make_group("Daily", HIGH)]))


def case_these_articles_alone() -> Report:
    report = two()
    return replace(report, outlets=replace(report.outlets, scope=THESE_ARTICLES))


def case_nothing_coded() -> Report:
    bare = {"harvest": (0.2, None), "storm": (0.34, None)}
    return make_report(TINY, make_summary([make_group("Daily", bare), make_group("Weekly", {"harvest": (0.4, None)})]))


def case_adjusted() -> Report:
    report = case_nothing_coded()
    first, second = report.outlets.groups
    share = replace(make_share(0.25, None), method="adjusted count, no coded sentence")
    groups = (replace(first, frames={**first.frames, "harvest": replace(first.frames["harvest"], share=share)}), second)
    return replace(report, outlets=replace(report.outlets, groups=groups))


def case_not_learnt() -> Report:
    report = two()
    groups = [
        replace(group, frames={**group.frames, "ghost": LabelShare(replace(make_share(0.01, 0.01), method="hand-coded"), None)})
        for group in report.outlets.groups
    ]
    return replace(report, outlets=replace(report.outlets, groups=tuple(groups)))


def case_not_vouched_for() -> Report:
    return two(unreliable=("storm",))


def case_equal() -> Report:
    return make_report(TINY, make_summary([make_group(name, LOW, first=100 * n) for n, name in enumerate("ABC")]))


def case_all_against_one() -> Report:
    groups = [make_group(name, LOW, first=100 * n) for n, name in enumerate("ABC")]
    return make_report(TINY, make_summary(groups), against="B")


def case_a_third_without_codes() -> Report:
    report = two()
    groups = [*report.outlets.groups, make_group("Bare", {"harvest": (0.2, None), "storm": (0.9, None)})]
    return make_report(TINY, make_summary(groups))


def case_a_third_with_few() -> Report:
    groups = [*two().outlets.groups, make_group("Few", {"harvest": (0.2, 0.3), "storm": (0.9, 0.1)}, first=200, coded=12)]
    return make_report(TINY, make_summary(groups))


def case_three_outlets() -> Report:
    groups = [*two().outlets.groups, make_group("Third", LOW, first=200)]
    return make_report(TINY, make_summary(groups))


def case_stance() -> Report:
    groups = [
        make_group("Daily", {"harvest": (0.2, 0.04)}, stance={"mayor": (0.5, 0.07)}),
        make_group("Weekly", {"harvest": (0.2, 0.04)}, stance={"mayor": (0.1, 0.15)}, first=100),
    ]
    return make_report(TINY, make_summary(groups))


def case_coders_disagree() -> Report:
    agreement = (AGREED[0], make_agreement("storm", 0.58, 0.41, 0.7))
    return replace(two(), sample=Coding(agreement=agreement))


def case_agreement_is_not_known() -> Report:
    return replace(two(), sample=Coding(agreement=(AGREED[0], make_agreement("storm", 0.9, 0.3, 1.0))))


def case_coded_by_one() -> Report:
    return replace(two(), sample=Coding())


STORM = "Daily uses the frame “Storm” in more of what it publishes than Weekly"
NUMBERS = "34% of sentences against 12%, 22 points more (95% interval: 16 to 28 points)"
DAILY_LEADS = "“Storm” is the most frequent frame in Daily: 34% of sentences, 14 points (95% interval: 8 to 20) ahead of “Harvest”."
WEEKLY_LEADS = (
    "“Harvest” is the most frequent frame in Weekly: 20% of sentences, 8 points (95% interval: 2 to 14) ahead of “Storm”."
)
EQUALITY = "(false discovery rate 5% within each frame), which does not show that they are equal"
HARVEST_EQUAL = f"In “Harvest” no difference between Daily and Weekly was found {EQUALITY}."

SPECIFICATION: dict[Callable[[], Report], list[str]] = {
    case_two_outlets: [f"{STORM}: {NUMBERS}.", DAILY_LEADS, WEEKLY_LEADS, HARVEST_EQUAL],
    case_these_articles_alone: [
        f"In these articles Daily uses the frame “Storm” in more of its sentences than Weekly: {NUMBERS}.",
        f"In these articles {DAILY_LEADS}",
        f"In these articles {WEEKLY_LEADS}",
        HARVEST_EQUAL,
    ],
    case_nothing_coded: [
        "No coded sentences of these articles were given (option -a), so the numbers are an uncorrected index and no "
        "difference is claimed: they "
        "carry the classifier's errors, which may differ from outlet to outlet, and no interval would hold. Draw sentences with "
        "“framing sample”, code them, and name the file of their codes to get shares that hold.",
        "What the classifier gave to the most sentences, for orientation and uncorrected: “Storm” in Daily (34%) and “Harvest” in "
        "Weekly (40%).",
    ],
    case_not_vouched_for: [
        WEEKLY_LEADS,
        HARVEST_EQUAL,
        "Differences in “Storm” make no headline here: the model's own evaluation does not vouch for what is marked †.",
    ],
    case_equal: [
        "“Harvest” is the most frequent frame in A, B and C: A 20% of sentences, 8 points (95% interval: 2 to 14) ahead of "
        "“Storm”; B 20% of sentences, 8 points (95% interval: 2 to 14) ahead of “Storm”; C 20% of sentences, 8 points (95% "
        "interval: 2 to 14) ahead of “Storm”.",
        f"In “Harvest” and “Storm” no difference between outlets was found {EQUALITY}.",
    ],
    case_all_against_one: [
        f"In “Harvest” and “Storm” no difference between B and another outlet was found {EQUALITY}."
    ],
    case_a_third_without_codes: [
        f"{STORM}: {NUMBERS}.",
        "No coded sentence of Bare was given: an uncorrected index is shown, the classifier's own counts, which take part in no "
        "comparison.",
    ],
    case_a_third_with_few: [
        f"{STORM}: {NUMBERS}.",
        "Too little is coded in Few to compare, and no interval is given: Few has 12 coded sentences, 50 needed.",
    ],
    case_three_outlets: [
        f"{STORM}: {NUMBERS}; it also lies above the third.",
        f"In “Harvest” no difference between outlets was found {EQUALITY}.",
    ],
    case_stance: [
        "What Daily publishes is more in favor of “The mayor” than what Weekly publishes: sentences in favor less "
        "sentences against come to +43 points of all against −5, 48 points more (95% interval: 42 to 54 points)."
    ],
    case_coders_disagree: [
        "Coders agree too little on some of this: “Storm”, alpha .58 (.41 to .70); conclusions need .80, tentative ones .67 at the "
        "lower end."
    ],
    case_agreement_is_not_known: [
        "How well coders agree on “Storm” is not known: too few sentences that were coded twice have it."
    ],
    case_coded_by_one: [
        "No sentence that corrects these shares is known to have been coded by two coders: how far others would code alike is not "
        "known."
    ],
}  # fmt: skip


@pytest.mark.parametrize("case", SPECIFICATION, ids=lambda case: case.__name__)
def test_the_findings_of_a_case_are_these_sentences(case: Callable[[], Report]) -> None:
    found = texts(case())
    assert [sentence for sentence in SPECIFICATION[case] if sentence not in found] == []


@pytest.mark.parametrize("case", [case_two_outlets, case_these_articles_alone, case_nothing_coded, case_not_vouched_for])
def test_nothing_else_is_found(case: Callable[[], Report]) -> None:
    assert texts(case()) == SPECIFICATION[case]


def test_nothing_is_claimed_where_nothing_was_coded() -> None:
    found = write_findings(case_nothing_coded())
    assert {finding.kind for finding in found} == {INDEXED}
    assert not any(finding.differences for finding in found)


def test_an_outlet_alone_is_compared_with_nobody() -> None:
    assert texts(case_one_outlet()) == [DAILY_LEADS]
    assert describe_scope(case_one_outlet()).count(".") == 1


def test_no_more_than_six_differences_are_headlines_and_the_others_are_named() -> None:
    lines = [f'[[frames]]\nid = "f{n}"\nname = "F{n}"' for n in range(9)]
    codebook = parse_codebook('title = "Many"\n' + "\n".join(lines))
    groups = [
        make_group("A", {f"f{n}": (0.3 + n / 100, 0.02) for n in range(9)}),
        make_group("B", {f"f{n}": (0.1, 0.02) for n in range(9)}, first=100),
    ]
    found = texts(make_report(codebook, make_summary(groups)), DIFFERENCE)
    assert [re.findall("“(F.)”", sentence) for sentence in found[:MOST]] == [[f"F{n}"] for n in (8, 7, 6, 5, 4, 3)]
    assert found[MOST:] == ["Some outlets differ in “F2”, “F1” and “F0” as well."]


def make_voices(own: float, quoted: float, *, shared: bool = True) -> Report:
    """Two outlets with their voices; the articles of a voice are those of the other where they are ``shared``."""
    groups = []
    for number, name in enumerate(("Daily", "Weekly")):
        for place, (voice, share) in enumerate((("outlet", own), ("quoted", quoted))):
            first = 200 * number + 100 * place * (not shared)
            groups.append(make_group((name, voice), {"storm": (share if number == 0 else 0.2, 0.04)}, first=first))
    return replace(two(), voices=make_summary(groups, by=("outlet", "voice")))


def test_voices_are_said_to_differ_where_they_were_tested_and_do() -> None:
    assert texts(make_voices(0.12, 0.30, shared=False), SHIFT) == [
        "Those whom Daily quotes use the frame “Storm” more often than Daily does in its own words: 30% of quoted sentences "
        "against 12% of its own, 18 points more (95% interval: 12 to 24 points)."
    ]
    assert texts(make_voices(0.30, 0.12, shared=False), SHIFT) == [
        "Daily uses the frame “Storm” more often in its own words than those whom it quotes: 30% of its own sentences against 12% "
        "of quoted ones, 18 points more (95% interval: 12 to 24 points)."
    ]
    equal = f"No difference between an outlet's own words and those it quotes was found {EQUALITY}"
    assert f"{equal}: tested in Daily and Weekly." in texts(make_voices(0.2, 0.2), EQUAL)


def test_voices_of_one_outlet_share_articles_and_the_test_allows_for_it() -> None:
    apart, shared = (compare_voices(make_voices(0.12, 0.3, shared=shared).voices)[0].difference for shared in (False, True))
    assert shared.variance is not None
    assert apart.variance is not None
    assert shared.variance < 0.1 * apart.variance


def make_months(first: float, last: float) -> Report:
    groups = [
        make_group(("Daily", month), {"storm": (share, 0.04)}, first=100 * number)
        for number, (month, share) in enumerate((("2024-09", first), ("2024-10", 0.9), ("2024-12", last), ("(undated)", 0.9)))
    ]
    return replace(two(), months=make_summary(groups, by=("outlet", "month")))


def test_the_last_period_is_held_against_the_first() -> None:
    assert texts(make_months(0.12, 0.3), SHIFT) == [
        "Daily used the frame “Storm” more in December 2024 than in September 2024: 30% of sentences against 12%, 18 points more "
        "(95% interval: 12 to 24 points)."
    ]
    assert texts(make_months(0.3, 0.12), SHIFT) == [
        "Daily used the frame “Storm” less in December 2024 than in September 2024: 12% of sentences against 30%, 18 points less "
        "(95% interval: 12 to 24 points)."
    ]
    assert texts(make_months(0.2, 0.21), SHIFT) == []


def test_periods_without_enough_codes_are_no_ends() -> None:
    report = make_months(0.12, 0.3)
    assert report.months is not None
    few = make_group(("Daily", "2025-01"), {"storm": (0.9, 0.04)}, coded=10, first=900)
    months = replace(report.months, groups=(*report.months.groups, few))
    assert [(shift.one, shift.other) for shift in compare_periods(months)] == [("2024-12", "2024-09")]


def test_what_was_not_tested_is_not_mentioned() -> None:
    said = " ".join(texts(two()))
    assert "quote" not in said
    assert "period" not in said
    assert compare_voices(None) == compare_periods(None) == compare_voices(two().outlets) == ()


def test_a_lead_must_be_sure_over_every_other_frame() -> None:
    """The second frame is close, the third far behind: the lead is no surer than its smallest difference."""
    group = make_group("A", {"harvest": (0.30, 0.04), "storm": (0.29, 0.04), "ghost": (0.01, 0.01)})
    (lead,) = find_leads(make_summary([group]))
    shares = {frame: row.share for frame, row in group.frames.items()}
    assert shares["harvest"] is not None
    assert shares["storm"] is not None
    assert lead.next_difference == compare_shares(shares["harvest"], shares["storm"])
    assert (lead.frame, lead.next_frame, lead.q) == ("harvest", "storm", max(d.p or 0 for d in lead.differences))
    assert find_leads(make_summary([make_group("A", {"harvest": (0.3, 0.04), "storm": (0.2, None)})])) == ()


NAMES = st.text(min_size=1, max_size=80)
PAIRS = st.tuples(st.floats(0, 1), st.one_of(st.none(), st.floats(0.001, 0.4)))
GROUPS = st.lists(
    st.tuples(NAMES, PAIRS, PAIRS, PAIRS, st.sampled_from([12, CODED])), min_size=1, max_size=4, unique_by=lambda g: g[0]
)


@given(GROUPS, st.sampled_from(["long run", THESE_ARTICLES]))
def test_no_sentence_claims_a_difference_whose_interval_holds_zero(groups: list[tuple[object, ...]], scope: str) -> None:
    made = []
    for number, (name, *pairs, coded) in enumerate(groups):
        frames = dict(zip(("harvest", "storm", "ghost"), pairs, strict=True))
        made.append(make_group(str(name), frames, first=100 * number, coded=coded, stance={"mayor": (0.1 * number, 0.05)}))  # type: ignore[arg-type]
    for finding in write_findings(make_report(TINY, make_summary(made, scope=scope))):
        assert all(map(holds, finding.differences))
        assert bool(finding.differences) == (finding.kind in (DIFFERENCE, LEAD, SHIFT))
        for low, high in re.findall(r"95% interval: ([\d.]+) to ([\d.]+)", finding.evidence):
            assert 0 < float(low) <= float(high)
        assert finding.text.isprintable() or not re.search(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e]", finding.text)


@given(NAMES)
def test_names_stay_short_on_one_line_and_steer_nothing(name: str) -> None:
    shown = show_name(name)
    assert 0 < len(shown.strip("\u2068\u2069")) <= 60
    assert not re.search(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066\u2067\n\u2028]", shown)
    assert shown.count("\u2068") == shown.count("\u2069") <= 1


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        (percent(0.344), "34%"), (percent(0.0), "0%"), (percent(1.0), "100%"), (percent(0.004), "0.4%"), (percent(0.996), "99.6%"),
        (percent(0.00001), "<0.1%"), (percent(0.99999), ">99.9%"), (percent(None), "–"), (points(-0.22), "22"),
        (points(0.0004), "0.04"), (signed_points(0.43), "+43"), (signed_points(-0.05), "−5"), (signed_points(0.00001), "0"),
        (signed_points(None), "–"), (decimal(0.814), ".81"), (decimal(1.0), "1.00"), (decimal(-0.03), "−.03"), (decimal(None), "–"),
        (count(1, "article"), "1\u00a0article"), (count(2318, "sentence"), "2,318\u00a0sentences"),
        (join(["a"]), "a"), (join(["a", "b", "c"]), "a, b and c"), (join(list("abcdefgh"), most=4), "a, b, c and 5 more"),
        (join([]), ""),
        (name_period("2024-11"), "November 2024"), (name_period("2024"), "2024"), (name_period("2024-W07"), "2024-W07"),
        (show_name("صحيفة"), "\u2068صحيفة\u2069"), (show_name("环球新闻"), "环球新闻"), (show_name(" \u202e\n"), "(no name)"),
    ],
)  # fmt: skip
def test_numbers_and_names_are_written_so(shown: str, expected: str) -> None:
    assert shown == expected


METHODS_CASES = {
    "corrected": (two, ["probability sample", "Särndal et al., 1992", "jackknife over articles", "2\u00a0coders"], ["index"]),
    "these articles": (case_these_articles_alone, ["for these articles alone"], ["jackknife", "taken to be a sample"]),
    "nothing coded": (case_nothing_coded, ["uncorrected index", "no difference tested"], ["sample", "Särndal", "Wilson", "coders"]),
    "no comparison": (case_one_outlet, ["Wilson, 1927"], ["contrast", "Benjamini"]),
    "agreement": (two, [".90 (.85 to .95) for “Harvest”", "Krippendorff, 2004", "before any reconciliation"], ["not measured"]),
    "one coder": (case_coded_by_one, ["How well coders agree on these sentences was not measured."], ["Krippendorff"]),
    "one outlet without codes": (case_a_third_without_codes, ["No coded sentences of Bare were given"], []),
    "not evaluated": (two, ["How well it does was not evaluated."], ["macro-F1"]),
    "nobody says who coded": (two, ["[Say here who coded them"], []),
    "adjusted": (case_adjusted, ["(adjusted count, no coded sentence)", f"{NO_CODES}: these"], ["Särndal"]),
    "not learnt": (case_not_learnt, ["For “Ghost”, which the classifier did not learn, shares rest on the coded"], []),
    "no voices, no words": (two, [], ["own words", "Distinctive words", "permutations", "flattered", "had served for training"]),
}  # fmt: skip


@pytest.mark.parametrize("case", METHODS_CASES)
def test_methods_say_what_was_done_and_nothing_else(case: str) -> None:
    make, said, unsaid = METHODS_CASES[case]
    text = "\n".join(write_methods(make()))
    assert [words for words in said if words not in text] == []
    assert [words for words in unsaid if words in text] == []


def test_methods_count_what_was_left_out_and_why() -> None:
    report = two()
    corpus = replace(report.outlets.corpus, skipped={"it is empty": 2, "it is binary, not text": 1}, undated=3, foreign=1, copies=4)
    account = Account(262, 240, 5, 10, 5, 6, 25, ("ana",), repeated=2, passed_over=1)
    paragraphs = write_methods(
        replace(report, outlets=replace(report.outlets, corpus=corpus, account=account), period=("2024", "2025-02"))
    )
    text = "\n".join(paragraphs).replace("\u00a0", " ")
    for said in (
        "128 articles of 2 outlets, dated 2024 to 2025-02,",
        "3 further inputs were left out: 2 since it is empty; 1 since it is binary",
        "7 headlines were labelled and not counted", "3 articles without a date",
        "1 article did not read like", "4 articles that print",
        "A probability sample of 247 sentences, each with a known probability of inclusion, was drawn; 6 wait for a coder, 1 was "
        "skipped or rejected by coders and 240 of them were coded by 1 coder (120 of each outlet)",
        "5 not among the sentences that were scored; 10 not drawn by chance; 5 without a known probability of inclusion; 2 coded "
        "under another name as well.",
        "The drawn sentences without codes are taken to be like the coded ones.",
        "25 coded sentences had served for training",
    ):  # fmt: skip
        assert said in text


def test_who_coded_is_said_in_the_words_of_those_who_know() -> None:
    statement = "**No person coded these.** Language models did, see [here](x.md).\n\n| a |\n\nMore of it."
    report = replace(two(), training=Coding(statement), sample=Coding("*Two students* did.", "stratified", AGREED))
    model = replace(report.model, facts={"sentences": 90, "articles": 9, "coders": 2, "written": 30})
    text = "\n".join(write_methods(replace(report, model=model))).replace("\u00a0", " ")
    assert "90 sentences of 9 articles, coded by 2 coders; 30 of the sentences were written for training." in text
    assert "The data's documentation says: “No person coded these. Language models did, see here. More of it.”" in text
    assert "“Two students did.”" in text
    assert "A probability sample of 240 sentences, stratified, each" in text
    assert split_statement(statement) == ("No person coded these. Language models did, see here.", "More of it.")


@given(st.text(max_size=300))
def test_a_quoted_statement_is_short_and_on_one_line(statement: str) -> None:
    quoted = quote_statement(statement, 40)
    assert len(quoted) <= 80
    assert "\n" not in quoted


def test_only_what_is_cited_is_listed() -> None:
    assert list_references(write_methods(case_nothing_coded())) == ()
    cited = list_references(write_methods(two()))
    assert [reference.split(",")[0] for reference in cited] == [
        "Angelopoulos", "Benjamini", "Efron", "Egami", "Gutmann", "Korn", "Krippendorff", "Mogstad",
        "Satterthwaite", "Särndal", "Wilson",
    ]  # fmt: skip
    assert set(cited) <= set(REFERENCES.values())
    assert cite_software({"framing": "0.1.0"}) == "framing (Version 0.1.0) [Computer software]."


def test_the_classifier_is_described_by_its_settings_and_figures(model: FramingModel, training: object) -> None:
    evaluations = training.evaluations  # type: ignore[attr-defined]
    report = replace(two(), model=model, evaluations=evaluations, training=Coding("Made by a test.", "", AGREED))
    text = "\n".join(write_methods(report)).replace("\u00a0", " ")
    macro = decimal(evaluations[0].macro_f1())
    assert f"With whole articles left out of training (cross-validation) its macro-F1 is {macro} over frames" in text
    assert "n-grams of 1 to 2 words and of 2 to 5 characters" in text
    assert "“Made by a test.”" in text


def test_openings_name_what_the_numbers_are() -> None:
    assert describe_basis(two()).endswith("by 240\u00a0coded sentences.")
    assert "uncorrected index" in describe_basis(case_nothing_coded())
    assert "on an assumption" in describe_basis(case_adjusted())
    assert "the numbers rest on an assumption (adjusted count, no coded sentence)" in texts(case_adjusted())[0]
    assert describe_scope(case_nothing_coded()) == ""
    assert "these articles alone" in describe_scope(case_these_articles_alone())
    assert describe_key(two()) == ""
    assert describe_key(case_not_vouched_for()) == "Marks: † the model's own evaluation does not vouch for this label."
    assert "○ an uncorrected index" in describe_key(case_nothing_coded())


def test_distinctive_words_are_told_of_where_there_are_any() -> None:
    word = DistinctiveWord("hail", 1.0, 3.0, 5, 1, 4, 0)
    report = replace(two(), words=(GroupWords("Daily", (word,), ("Hail fell.",)),))
    assert "Monroe et al., 2008" in "\n".join(write_methods(report))


def test_cautions_come_after_what_was_found() -> None:
    kinds = [finding.kind for finding in write_findings(case_coders_disagree())]
    assert kinds == [DIFFERENCE, LEAD, LEAD, EQUAL, CAUTION]


def test_an_unfinished_sample_is_told_with_its_notes() -> None:
    report = two()
    account = Account(240, 240, 0, 0, 0, 60, coders=("ana",), notes=("60 drawn sentences wait for a coder", "something else"))
    waiting = replace(report, outlets=replace(report.outlets, account=account))
    told = "The sample is not finished: 240 of 300\u00a0drawn sentences are coded"
    assert f"{told}: 60 drawn sentences wait for a coder; something else." in texts(waiting, CAUTION)
    noted = replace(report, outlets=replace(report.outlets, account=replace(account, waiting=0, notes=("something else",))))
    assert "Of the coded sentences this must be known: something else." in texts(noted, CAUTION)
    assert not [text for text in texts(report) if "not finished" in text or "must be known" in text]


def give_codes_alone(report: Report, estimate: float) -> Report:
    """The report, with Daily's storm at ``estimate`` by the coded sentences alone."""
    daily, *others = report.outlets.groups
    row = replace(daily.frames["storm"], by_hand=make_share(estimate, 0.1))
    groups = (replace(daily, frames={**daily.frames, "storm": row}), *others)
    return replace(report, outlets=replace(report.outlets, groups=groups))


def test_a_share_that_the_coded_sentences_alone_contradict_is_told_and_warned_of_at_its_headline() -> None:
    found = texts(give_codes_alone(two(), 0.1))
    warning = "; but the coded sentences alone give 10% in Daily, outside the interval of the share (30–38)."
    assert found[0] == f"{STORM}: {NUMBERS}{warning}"
    assert (
        "The coded sentences alone lie outside the interval of 1 of 1\u00a0published share: the farthest is “Storm” in Daily, 10% "
        "by these alone and 34% (30–38) as published."
    ) in found
    assert "10%" not in " ".join(texts(give_codes_alone(two(), 0.31)))


def test_an_imprecise_share_is_marked_in_its_headline_and_in_the_table_of_pairs() -> None:
    low = {"harvest": (0.2, 0.04), "storm": (0.03, 0.02)}
    groups = [make_group("Daily", HIGH), make_group("Weekly", low, first=100)]
    report = make_report(TINY, make_summary(groups))
    assert "34% of sentences against ~3%" in texts(report, DIFFERENCE)[0]
    table = tabulate_contrasts(report)
    assert table is not None
    assert table.rows[0][1:3] == ("Daily 34%", "Weekly ~3%")
    assert "~ imprecise: fewer than 5 coded sentences can be expected to have it" in describe_key(report)


def test_what_the_model_was_trained_on_is_told_in_every_report() -> None:
    for report, caveat in ((two(), "come from models that did not see them"), (case_nothing_coded(), "is flattered there")):
        outlets = replace(report.outlets, corpus=replace(report.outlets.corpus, trained_on=40))
        text = "\n".join(write_methods(replace(report, outlets=outlets))).replace("\u00a0", " ")
        assert "The classifier was trained on 40 of these sentences" in text
        assert caveat in text
    said = "The classifier was trained on 40 of these 1,600\u00a0sentences: an uncorrected index is flattered there."
    assert said in texts(replace(report, outlets=outlets))


def test_one_coding_is_told_once() -> None:
    coding = Coding("Two students did.", "", AGREED)
    report = replace(two(), sample=coding, training=replace(coding, design="other"))
    model = replace(report.model, facts={"sentences": 90, "articles": 9})
    text = "\n".join(write_methods(replace(report, model=model)))
    assert text.count("Two students did.") == text.count("Krippendorff's alpha") == 1
    assert report.has_one_coding
    assert not replace(report, training=Coding("Others did.", "", AGREED[:1])).has_one_coding
    assert not Coding().is_same_as(Coding())


def test_families_and_their_limits_are_told() -> None:
    assert "within each frame about 5 in 100" in describe_scope(two())
    assert "over all frames together more may be" in describe_scope(two())
    assert "pairs that share an outlet depend on each other" in "\n".join(write_methods(case_three_outlets()))
