"""The commands that sum articles up, from files to records and tables: summarize and compare."""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from conftest import make_annotations, write_jsonl
from typer.testing import CliRunner

from framing.cli import app

ROOT = Path(__file__).resolve().parent.parent
SEEDS = str(ROOT / "seeds")
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "120"}
STORM = "The gale felled 12 trees by the river, and the mayor was blamed bitterly."
Record = dict[str, Any]


def run(*arguments: str | Path, code: int = 0, given: str | None = None) -> Any:
    result = CliRunner().invoke(app, [str(argument) for argument in arguments], input=given)
    assert result.exit_code == code, (result.output, result.exception)
    assert "Traceback" not in result.output
    return result


def records(result: Any) -> list[Record]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def refused(*arguments: str | Path, code: int = 2) -> str:
    """Return the one line with which a command refuses."""
    lines = [line for line in run(*arguments, code=code).stderr.splitlines() if line.startswith("framing: ")]
    assert len(lines) == 1
    return str(lines[0])


def read(path: Path) -> list[Record]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    """Three articles of Daily and two of Weekly, of two sentences each."""
    folder = tmp_path / "articles"
    for outlet, number in (("Daily", 3), ("Weekly", 2)):
        (folder / outlet).mkdir(parents=True)
        for article in range(number):
            (folder / outlet / f"{outlet}{article}.txt").write_text(f"{STORM} A bus holds {article} people.", "utf-8")
    return folder


# Texts are numbered from 100 on, so that the model saw none of them; half of the frames are told in words it never saw.
_SAID = {
    "harvest": ["Growers reaped {n} tonnes of wheat", "The orchard gave {n} crates of pears", "Plums were picked on {n} farms"],
    "storm": ["Hail broke {n} roofs in the valley", "The gale felled {n} trees by the river", "Floods drowned {n} cellars"],
    "": ["The council met for the {n}th time", "A bus holds {n} people", "The library owns {n} books"],
}
_STOOD = {"favor": ", and the mayor was praised warmly", "against": ", and the mayor was blamed bitterly", "none": ""}
SHARES = {"Daily": {"harvest": 0.5, "storm": 0.2}, "Weekly": {"harvest": 0.2, "storm": 0.6}}


def write_corpus(folder: Path) -> Path:
    """Write articles of two outlets and of one that has too few, and the codes of each sentence, which are true."""
    draw = random.Random(3)
    rows, truth = [], []
    for outlet, count in (("Daily", 24), ("Weekly", 24), ("Small", 3)):
        for n in range(count):
            sentences = []
            for index in range(9):
                shares = SHARES.get(outlet, SHARES["Daily"])
                frames = [frame for frame, share in shares.items() if draw.random() < share]
                stance = draw.choices(["favor", "against", "none"], [0.3, 0.1, 0.6] if outlet == "Daily" else [0.1, 0.3, 0.6])[0]
                said = " while ".join(draw.choice(_SAID[f]).format(n=draw.randint(100, 9999)) for f in frames or [""])
                sentences.append(f"{said}{_STOOD[stance]}.")
                truth.append({"article": f"{outlet}{n}", "index": index, "frames": frames, "stance": {"mayor": stance}})
            row = {"id": f"{outlet}{n}", "outlet": outlet, "country": "PE", "sentences": sentences}
            rows.append(row | ({} if n % 6 == 5 else {"date": f"2024-{11 + n % 2}-0{1 + n % 6}"}))
    write_jsonl(folder / "truth.jsonl", truth)
    return write_jsonl(folder / "articles.jsonl", rows)


def code(folder: Path, sample: Path) -> Path:
    """Write the codings of a sample's lines by a coder who is always right."""
    known = {(row["article"], row["index"]): row for row in read(folder / "truth.jsonl")}
    rows = []
    for line in read(sample):
        codes = known[line["article"], line["index"]]
        kept = {key: line[key] for key in ("id", "article", "outlet", "index", "hash", "text", "sampling", "inclusion_probability")}
        rows.append(kept | {"stratum": line["stratum"], "frames": codes["frames"], "stance": codes["stance"], "coder": "ana"})
    return write_jsonl(sample.with_name(f"coded-{sample.name}"), rows)


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory, saved: Path) -> Path:
    """A folder with articles, a sample of 200, its codings, and the saved scores of sentences and of articles."""
    folder = tmp_path_factory.mktemp("corpus")
    path = write_corpus(folder)
    run("sample", path, "-n", "200", "-o", folder / "sample.jsonl")
    code(folder, folder / "sample.jsonl")
    run("score", path, "-m", saved, "--unit", "sentence", "-o", folder / "sentences.jsonl")
    run("score", path, "-m", saved, "-o", folder / "whole.jsonl")
    return folder


@pytest.fixture(scope="module")
def corrected(corpus: Path, saved: Path) -> list[Record]:
    return records(run("summarize", corpus / "articles.jsonl", "-a", corpus / "coded-sample.jsonl", "-m", saved))


# --- summarize, without codes


def test_a_summary_has_a_record_per_outlet_and_a_table_to_read(articles: Path, saved: Path) -> None:
    found = records(run("summarize", articles, "-m", saved))
    assert [(row["outlet"], row["articles"], row["sentences"]) for row in found] == [("Daily", 3, 6), ("Weekly", 2, 4)]
    storm = found[0]["frames"]["storm"]
    assert (storm["share"], storm["naive_share"], storm["low"], storm["high"]) == (0.5, 0.5, None, None)
    assert (storm["method"], storm["reliable"], storm["labelled"]) == ("uncorrected index", True, 0)
    ghost = found[0]["frames"]["ghost"]
    assert (ghost["share"], ghost["naive_share"], ghost["method"], ghost["reliable"]) == (None, None, None, False)
    assert found[0]["note"] == "no coded sentence: an uncorrected index, no share"
    assert found[0]["stance"]["mayor"]["balance"] == -0.5
    table = run("summarize", articles, "-m", saved, "-f", "table").stdout
    for part in ("Uncorrected index. ", "Daily", "3 articles", "6 sentences", "Storm", "50%", "gale", "†", "framing sample"):
        assert part in table
    assert "[" not in table
    assert "gale" not in run("summarize", articles, "-m", saved, "-f", "table", "--no-evidence").stdout


def test_outlets_and_frames_can_be_chosen(articles: Path, saved: Path) -> None:
    chosen = ["summarize", articles, "-m", saved, "--only", "Weekly", "--frame", "harvest"]
    table = run(*chosen, "-f", "table").stdout
    assert "Daily" not in table
    assert "Storm" not in table
    (record,) = records(run(*chosen))
    assert (record["outlet"], list(record["frames"])) == ("Weekly", ["harvest"])


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--by", "outlets"], "--by 'outlets' is no grouping (did you mean 'outlet'?)"),
        (["--by", "outlet,outlet"], "names a grouping twice"),
        (["--frame", "strom"], "the codebook has no frame 'strom' (did you mean 'storm'?)"),
        (["--only", "Weakly"], "nothing was read of 'Weakly' (did you mean 'Weekly'?)"),
        (["--by", "topic"], "--by topic needs the words that tell the topics"),
        (["--topic", "sea=harbour"], "add --by topic, or leave --topic out"),
        (["--by", "topic", "--topic", "sea"], "the topic 'sea' has no '='"),
        (["--adjust", "amc"], "--adjust 'amc' is no adjustment"),
    ],
)
def test_an_option_that_does_not_fit_is_refused_with_the_next_step(
    articles: Path, saved: Path, options: list[str], said: str
) -> None:
    assert said in refused("summarize", articles, "-m", saved, *options)


def test_many_groups_have_a_row_each_with_their_denominators(tmp_path: Path, saved: Path) -> None:
    rows: list[Record] = [{"text": f"{STORM} A bus.", "outlet": f"Outlet {n % 8}", "id": str(n)} for n in range(48)]
    table = run("summarize", write_jsonl(tmp_path / "a.jsonl", rows), "-m", saved, "-f", "table").stdout
    lines = [line for line in table.splitlines() if line.strip().startswith("Outlet ")]
    assert len(lines) >= 16
    assert lines[0].split()[:4] == ["Outlet", "0", "6", "12"]
    assert "articles" in table
    assert "sentences" in table


def test_nothing_to_summarise_prints_no_table(tmp_path: Path, saved: Path) -> None:
    (tmp_path / "a.txt").write_text(" ")
    assert run("summarize", tmp_path, "-m", saved, "-f", "table", code=1).stdout == ""
    assert run("summarize", tmp_path / "none.txt", "-m", saved, code=4).stdout == ""
    assert run("compare", tmp_path, "-m", saved, code=1).stdout == ""


def test_summaries_in_csv_keep_every_outlets_example(articles: Path, saved: Path) -> None:
    (articles / "Abroad").mkdir()
    (articles / "Abroad" / "bus.txt").write_text("A bus holds 40 people. A bus holds 41 people.")
    rows = list(csv.DictReader(io.StringIO(run("summarize", articles, "-m", saved, "-f", "csv").stdout)))
    assert [row["frames.storm.example.text"] for row in rows] == ["", STORM, STORM]


def test_what_two_outlets_print_is_counted_as_a_copy_of_the_second(articles: Path, saved: Path) -> None:
    long = " ".join(f"Hail broke {n} roofs in the valley number {n} on day {n}." for n in range(100, 120))
    for outlet in ("Daily", "Weekly"):
        (articles / outlet / "wire.txt").write_text(long)
    result = run("summarize", articles, "-m", saved)
    (articles / "Weekly" / "own.txt").write_text("The library owns 40 books. Nobody reads them.")
    assert "note: 3 articles print the text of another one; --without-copies leaves copies out" in result.stderr
    assert [row["copies"] for row in records(result)] == [0, 3]
    left = records(run("summarize", articles, "-m", saved, "--without-copies"))
    assert [(row["articles"], row["copies"]) for row in left] == [(4, 0), (1, 0)]
    assert left[0]["corpus"]["skipped"] == {"it prints the text of an earlier article": 3}


# --- saved scores


def test_saved_scores_are_summarised_without_their_articles(articles: Path, saved: Path, tmp_path: Path) -> None:
    path = tmp_path / "scores.jsonl"
    run("score", articles, "-m", saved, "-o", path)
    fresh, again = records(run("summarize", articles, "-m", saved)), records(run("summarize", path, "-m", saved))
    for one, other in zip(fresh, again, strict=True):
        assert one["outlet"] == other["outlet"]
        assert one["frames"]["storm"]["share"] == other["frames"]["storm"]["share"]
    assert "made with the model tiny@" in refused("summarize", path)
    assert "add --model tiny" in refused("summarize", path)
    command = [sys.executable, "-m", "framing", "summarize", "-", "-m", str(saved)]
    piped = subprocess.run(command, env=ENVIRONMENT, text=True, capture_output=True, input=path.read_text(), check=True)
    assert [json.loads(line)["articles"] for line in piped.stdout.splitlines()] == [3, 2]
    assert "it holds scores, not an article" in run("score", path, "-m", saved, code=1).stderr
    with path.open("a") as lines:
        lines.write("nonsense\n")
    assert "no record of framing score" in run("summarize", path, "-m", saved, code=1).stderr


def test_saved_scores_of_other_labels_are_skipped(articles: Path, saved: Path, tmp_path: Path) -> None:
    path = tmp_path / "scores.jsonl"
    run("score", articles, "-m", saved, "-o", path)
    changes = ({"stance": {}}, {"outlet": 5}, {}, {}, {})
    path.write_text("\n".join(json.dumps(row | change) for row, change in zip(read(path), changes, strict=True)))
    result = run("summarize", path, "-m", saved, code=1)
    assert "not those of the model" in result.stderr
    assert sum(row["articles"] for row in records(result)) == 4
    assert records(result)[0]["corpus"]["skipped"] == {"its frames or targets are not those of the model": 1}


def test_scores_of_a_demanded_precision_can_be_summarised(saved: Path, articles: Path, tmp_path: Path) -> None:
    scores = tmp_path / "scores.jsonl"
    run("score", articles, "-m", saved, "--min-precision", "0.8", "-o", scores)
    assert [row["outlet"] for row in records(run("summarize", scores, "-m", saved))] == ["Daily", "Weekly"]


def assert_close(one: Any, other: Any) -> None:
    """Check that two records are the same, numbers to the digits that saved probabilities keep."""
    if isinstance(one, dict):
        assert one.keys() == other.keys()
        for key in one:
            assert_close(one[key], other[key])
    elif isinstance(one, float):
        assert other == pytest.approx(one, abs=5e-6, rel=1e-4)
    else:
        assert one == other


@pytest.mark.parametrize("by", ["outlet", "month", "outlet,voice"])
@pytest.mark.parametrize("shuffled", [False, True])
def test_saved_scores_of_sentences_give_the_summary_that_the_articles_give(
    corpus: Path, saved: Path, tmp_path: Path, by: str, shuffled: bool
) -> None:
    path = corpus / "sentences.jsonl"
    if shuffled:
        lines = path.read_text().splitlines()
        random.Random(1).shuffle(lines)
        path = tmp_path / "mixed.jsonl"
        path.write_text("\n".join(lines))
    options = ["-a", corpus / "coded-sample.jsonl", "-m", saved, "--by", by]
    fresh, again = (records(run("summarize", source, *options)) for source in (corpus / "articles.jsonl", path))
    assert len(fresh) == len(again) > 2
    for one, other in zip(fresh, again, strict=True):
        assert_close(one, other)


def test_saved_scores_of_articles_give_the_same_index_and_nothing_that_takes_sentences(corpus: Path, saved: Path) -> None:
    for by in ("outlet", "month", "country"):
        fresh, again = (
            records(run("summarize", corpus / name, "-m", saved, "--by", by)) for name in ("articles.jsonl", "whole.jsonl")
        )
        for one, other in zip(fresh, again, strict=True):
            for row in (one, other):
                for frame in row["frames"].values():
                    frame.pop("example")
            assert_close(one, other)
    whole = corpus / "whole.jsonl"
    told = "are per article; to correct shares takes those of sentences: save them with --unit sentence"
    assert told in refused("summarize", whole, "-m", saved, "-a", corpus / "coded-sample.jsonl")
    assert "--by voice takes those of sentences" in refused("summarize", whole, "-m", saved, "--by", "voice")
    for option in (["--words", "3"], ["--together"], ["--errors"]):
        assert "this comparison takes those of sentences" in refused("compare", whole, "-m", saved, *option)


def test_articles_and_saved_scores_are_summed_up_together(corpus: Path, saved: Path, articles: Path) -> None:
    found = records(run("summarize", articles, corpus / "whole.jsonl", "-m", saved))
    assert {row["outlet"]: row["articles"] for row in found} == {"Daily": 27, "Small": 3, "Weekly": 26}


# --- summarize, with codes


def test_coded_sentences_correct_the_shares_and_give_them_intervals(corrected: list[Record], corpus: Path) -> None:
    truth: dict[str, list[Record]] = {}
    for row in read(corpus / "truth.jsonl"):
        truth.setdefault(row["article"].rstrip("0123456789"), []).append(row)
    found = {row["outlet"]: row for row in corrected}
    assert [row["outlet"] for row in corrected] == ["Daily", "Small", "Weekly"]
    for outlet in ("Daily", "Weekly"):
        assert found[outlet]["note"] is None
        for frame in ("harvest", "storm"):
            share = sum(frame in row["frames"] for row in truth[outlet]) / len(truth[outlet])
            row = found[outlet]["frames"][frame]
            assert row["method"] == "corrected"
            assert row["low"] < share < row["high"]
            assert row["low"] <= row["share"] <= row["high"]
            assert row["naive_share"] < share - 0.05  # a third of the sentences use words that the model never saw
            assert row["hand_coded"]["low"] is not None
        ghost = found[outlet]["frames"]["ghost"]
        assert (ghost["method"], ghost["share"], ghost["few_positives"]) == ("hand-coded", 0, True)
        stance = found[outlet]["stance"]["mayor"]
        assert stance["favor"] + stance["against"] + stance["none"] == pytest.approx(1, abs=2e-6)
        assert stance["low"] < stance["balance"] < stance["high"]
    assert found["Small"]["note"] == "no interval: 27 coded sentences, 50 needed and 3 articles, 15 needed"
    assert found["Small"]["frames"]["storm"]["low"] is None
    assert {row["scope"] for row in corrected} == {"long run"}
    assert corrected[0]["corpus"]["undated"] == 8


def test_what_became_of_the_codes_is_said_and_recorded(corpus: Path, saved: Path, corrected: list[Record]) -> None:
    result = run("summarize", corpus / "articles.jsonl", "-a", corpus / "coded-sample.jsonl", "-m", saved)
    count = sum(row["labelled"] for row in corrected)
    assert f"{count} coded sentences correct the shares" in result.stderr
    assert {row["codes"]["used"] for row in corrected} == {count}
    assert (corrected[0]["codes"]["coders"], corrected[0]["codes"]["notes"]) == (1, [])


def test_the_lines_of_the_sample_beside_its_codings_change_nothing(corpus: Path, saved: Path, corrected: list[Record]) -> None:
    options = ["-a", corpus / "coded-sample.jsonl", "-a", corpus / "sample.jsonl", "-m", saved]
    assert records(run("summarize", corpus / "articles.jsonl", *options)) == corrected


def test_a_sample_that_is_half_coded_says_what_waits(corpus: Path, saved: Path, tmp_path: Path) -> None:
    half = write_jsonl(tmp_path / "half.jsonl", read(corpus / "coded-sample.jsonl")[:120])
    options = ["-a", half, "-a", corpus / "sample.jsonl", "-m", saved]
    result = run("summarize", corpus / "articles.jsonl", *options)
    assert "120 coded sentences correct the shares" in result.stderr
    assert "drawn sentences wait for a coder" in result.stderr
    assert "are taken to be like" in result.stderr


def test_a_second_draw_joins_the_first(corpus: Path, saved: Path, tmp_path: Path) -> None:
    options = ["-n", "60", "-a", corpus / "sample.jsonl"]
    run("sample", corpus / "articles.jsonl", *options, "-o", tmp_path / "more.jsonl")
    more = code(corpus, tmp_path / "more.jsonl")
    both = ["-a", corpus / "coded-sample.jsonl", "-a", more]
    found = records(run("summarize", corpus / "articles.jsonl", *both, "-m", saved))
    assert sum(row["labelled"] for row in found) == len(read(corpus / "sample.jsonl")) + len(read(more))
    assert found[0]["codes"]["notes"] == []


def test_part_of_the_articles_is_corrected_by_their_part_of_the_sample(corpus: Path, saved: Path, tmp_path: Path) -> None:
    part = write_jsonl(tmp_path / "part.jsonl", [row for row in read(corpus / "articles.jsonl") if row["outlet"] == "Weekly"])
    result = run("summarize", part, "-a", corpus / "coded-sample.jsonl", "-m", saved)
    (weekly,) = records(result)
    assert weekly["frames"]["storm"]["low"] is not None
    assert "are of articles that are not among the scored ones" in result.stderr


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"inclusion_probability": None}, "have no inclusion probability and are not used: draw sentences with framing sample"),
        ({"sampling": "written"}, "were written for training or drawn by active learning, not by chance"),
        ({"text": "Another text.", "hash": None}, "are not in their article: it has another text than the one that was coded"),
        ({"article": "elsewhere"}, "are of articles that are not among the scored ones"),
        ({"inclusion_probability": 0.001}, "stand for about"),
        ({"inclusion_probability": 2}, "changed.jsonl:1: 'inclusion_probability' must lie above 0 and not above 1"),
        ({"status": "open"}, "no sentence of these articles is coded yet"),
    ],
)
def test_codes_that_cannot_correct_are_refused_in_one_line(
    corpus: Path, saved: Path, tmp_path: Path, change: Record, said: str
) -> None:
    path = write_jsonl(tmp_path / "changed.jsonl", [row | change for row in read(corpus / "coded-sample.jsonl")])
    line = refused("summarize", corpus / "articles.jsonl", "-a", path, "-m", saved, code=3)
    assert said in line
    assert "changed.jsonl:1" in line or change.get("status") or change.get("inclusion_probability") == 0.001


def test_some_codes_that_cannot_be_used_are_noted_by_file_and_line(corpus: Path, saved: Path, tmp_path: Path) -> None:
    rows = read(corpus / "coded-sample.jsonl")
    rows[4] |= {"inclusion_probability": None}
    rows[7] |= {"text": "Another text.", "hash": None}
    path = write_jsonl(tmp_path / "some.jsonl", rows)
    result = run("summarize", corpus / "articles.jsonl", "-a", path, "-m", saved)
    assert f"note: 1 of {len(rows)} coded sentences have no inclusion probability and are not used" in result.stderr
    assert "some.jsonl:5, " in result.stderr
    assert "some.jsonl:8, " in result.stderr
    assert f"{len(rows) - 2} coded sentences correct the shares" in result.stderr


def test_sentences_that_the_model_was_trained_on_are_judged_without_it(saved: Path, tmp_path: Path) -> None:
    rows = [row for row in make_annotations() if row["coder"] == "x"]
    texts: dict[str, list[str]] = {}
    for row in rows:
        texts.setdefault(str(row["article"]), []).append(str(row["text"]))
    articles = [{"id": name, "outlet": "Daily", "sentences": own} for name, own in texts.items()]
    coded = [row | {"sampling": "random", "inclusion_probability": 1} for row in rows]
    write_jsonl(tmp_path / "articles.jsonl", articles)  # type: ignore[arg-type]
    write_jsonl(tmp_path / "coded.jsonl", coded)
    options = ["-a", tmp_path / "coded.jsonl", "-m", saved]
    result = run("summarize", tmp_path / "articles.jsonl", *options)
    assert "144 coded sentences correct the shares" in result.stderr
    assert "note: the model was trained on 144 of them; what is said of these comes from models that did not see" in result.stderr
    assert "it does better on them" not in result.stderr
    (record,) = records(result)
    assert record["codes"]["left_out_predictions"] == 144
    storm = sum("storm" in row["frames"] for row in coded) / 144  # type: ignore[operator]
    assert record["frames"]["storm"]["share"] == pytest.approx(storm, abs=1e-6)


def test_the_scope_is_what_was_asked_for(corpus: Path, saved: Path, corrected: list[Record]) -> None:
    options = ["-a", corpus / "coded-sample.jsonl", "-m", saved, "--these-articles"]
    found = records(run("summarize", corpus / "articles.jsonl", *options))
    assert {row["scope"] for row in found} == {"these articles"}
    for one, other in zip(found, corrected, strict=True):
        assert one["frames"]["storm"]["share"] == pytest.approx(other["frames"]["storm"]["share"], abs=1e-6)
    assert found[0]["frames"]["storm"]["high"] != corrected[0]["frames"]["storm"]["high"]
    table = run("summarize", corpus / "articles.jsonl", *options, "-f", "table").stdout
    assert "95 % intervals for these articles" in table


@pytest.mark.parametrize(
    ("by", "expected"),
    [
        ("month", ["(undated)", "2024-11", "2024-12"]),
        ("year", ["(undated)", "2024"]),
        ("week", None),
        ("country", ["PE"]),
        ("ownership", ["(unknown)"]),
        ("voice", ["outlet"]),
        ("speaker", []),
        ("outlet,month", None),
        ("voice,outlet", [("outlet", "Daily"), ("outlet", "Small"), ("outlet", "Weekly")]),
    ],
)
def test_every_grouping_sums_up_all_sentences(corpus: Path, saved: Path, by: str, expected: list | None) -> None:
    names = by.split(",")
    found = records(run("summarize", corpus / "sentences.jsonl", "-a", corpus / "coded-sample.jsonl", "-m", saved, "--by", by))
    if expected is not None:
        assert [row[by] if len(names) == 1 else tuple(row[name] for name in names) for row in found] == expected
    if by != "speaker":
        assert sum(row["sentences"] for row in found) == 51 * 9
    table = run("summarize", corpus / "sentences.jsonl", "-m", saved, "--by", by, "-f", "table").stdout
    assert ("nothing to show by speaker" in table) == (by == "speaker")


def test_topics_are_groups_by_words(corpus: Path, saved: Path) -> None:
    options = ["--by", "topic", "--topic", "water=flood*,hail", "--topic", "fruit=plums,pears"]
    found = {row["topic"]: row for row in records(run("summarize", corpus / "articles.jsonl", "-m", saved, *options))}
    assert set(found) <= {"water", "fruit", "(no topic)"}
    assert found["water"]["articles"] + found["fruit"]["articles"] > 51


@pytest.mark.parametrize(("kind", "method"), [("acc", "adjusted count"), ("em", "expectation maximisation")])
def test_without_codes_shares_can_be_adjusted_and_are_called_so(corpus: Path, saved: Path, kind: str, method: str) -> None:
    result = run("summarize", corpus / "articles.jsonl", "-m", saved, "--adjust", kind)
    for row in records(result):
        storm = row["frames"]["storm"]
        assert storm["method"] == f"{method}, no coded sentence"
        assert (storm["low"], storm["high"]) == (None, None)
        assert "right only if the model errs here as in its evaluation" in row["note"]
        stance = row["stance"]["mayor"]
        assert stance["favor"] + stance["against"] + stance["none"] == pytest.approx(1, abs=2e-6)
    table = run("summarize", corpus / "articles.jsonl", "-m", saved, "--adjust", kind, "-f", "table").stdout
    assert table.startswith("Adjusted, no coded sentence. Share of sentences with each frame")
    assert "Their shares are right only if the classifier misses a label" in " ".join(table.split())


def test_a_summary_is_written_in_every_format(corpus: Path, saved: Path, tmp_path: Path, corrected: list[Record]) -> None:
    from pyarrow import parquet

    base = ["summarize", corpus / "sentences.jsonl", "-a", corpus / "coded-sample.jsonl", "-m", saved]
    rows = list(csv.DictReader(io.StringIO(run(*base, "-f", "csv").stdout)))
    assert [float(row["frames.storm.share"]) for row in rows] == pytest.approx(
        [row["frames"]["storm"]["share"] for row in corrected], abs=5e-6
    )
    assert [row["frames.ghost.without_copies.share"] for row in rows] == [""] * 3
    run(*base, "-o", tmp_path / "a.parquet")
    assert parquet.read_table(tmp_path / "a.parquet")["labelled"].to_pylist() == [row["labelled"] for row in corrected]
    run(*base, "-o", tmp_path / "a.txt")
    assert "Shares are corrected" in (tmp_path / "a.txt").read_text()
    assert len(json.loads(run(*base, "-f", "json").stdout)) == 3
    assert "would be overwritten" in refused(*base, "-o", corpus / "coded-sample.jsonl")


def test_the_numbers_of_the_table_are_those_of_the_records(corpus: Path, saved: Path, corrected: list[Record]) -> None:
    base = ["summarize", corpus / "articles.jsonl", "-a", corpus / "coded-sample.jsonl", "-m", saved]
    table = run(*base, "-f", "table", "--no-evidence").stdout
    line = next(line for line in table.splitlines() if line.strip().startswith("Storm"))
    for row in corrected:
        storm = row["frames"]["storm"]
        assert f"{100 * storm['share']:.0f}%" in line
        if storm["low"] is not None:
            assert f"{100 * storm['share']:.0f}% [{100 * storm['low']:.0f}–{100 * storm['high']:.0f}]" in line
        assert f"{row['labelled']} coded" in table
    assert "Small (27 coded sentences, 50 needed and 3 articles, 15 needed)" in table


# --- compare


@pytest.fixture(scope="module")
def compared(corpus: Path, saved: Path) -> list[Record]:
    return records(run("compare", corpus / "articles.jsonl", "-a", corpus / "coded-sample.jsonl", "-m", saved))


def test_outlets_are_compared_pair_by_pair(compared: list[Record], corrected: list[Record]) -> None:
    storm = {(row["one"], row["other"]): row for row in compared if row["label"] == "storm"}
    assert set(storm) == {("Daily", "Weekly"), ("Daily", "Small"), ("Small", "Weekly")}
    row = storm["Daily", "Weekly"]
    shares = {record["outlet"]: record["frames"]["storm"]["share"] for record in corrected}
    assert (row["one_share"], row["other_share"]) == (shares["Daily"], shares["Weekly"])
    assert row["difference"] == pytest.approx(shares["Daily"] - shares["Weekly"], abs=2e-6)
    assert row["low"] < -0.4 < row["high"] < 0
    assert (row["differs"], row["family"], row["q"]) == (True, 1, pytest.approx(row["p"]))
    assert storm["Daily", "Small"]["p"] is None
    assert storm["Daily", "Small"]["note"] == "not tested: too little is coded of Small"
    (balance,) = (row for row in compared if row["label"] == "mayor:balance" and row["p"] is not None)
    assert balance["difference"] > 0.2


def test_a_comparison_is_told_in_a_table(corpus: Path, saved: Path) -> None:
    base = ["compare", corpus / "articles.jsonl", "-a", corpus / "coded-sample.jsonl", "-m", saved]
    table = run(*base, "-f", "table").stdout
    for part in ("All pairs, by outlet; * differ", "Storm *", "1 pair in each of 4 labels", "Not compared", "Small"):
        assert part in table
    against = run(*base, "--against", "Daily", "--frame", "storm")
    assert {(row["one"], row["other"]) for row in records(against)} == {("Weekly", "Daily"), ("Small", "Daily")}
    assert "did you mean 'Daily'" in refused(*base, "--against", "Dayly")
    assert "did you mean 'storm'" in refused(*base, "--frame", "strom")


def test_without_codes_nothing_is_compared_and_it_says_so(corpus: Path, saved: Path) -> None:
    found = records(run("compare", corpus / "sentences.jsonl", "-m", saved))
    assert found
    for row in found:
        assert [row[key] for key in ("low", "high", "p", "q", "differs")] == [None] * 5
    table = run("compare", corpus / "sentences.jsonl", "-m", saved, "-f", "table").stdout
    assert table.startswith("Nothing is compared: no sentence is coded")


def test_ranks_are_those_that_remain_possible(corpus: Path, saved: Path) -> None:
    base = ["compare", corpus / "articles.jsonl", "-a", corpus / "coded-sample.jsonl", "-m", saved, "--ranks"]
    storm = [row for row in records(run(*base)) if row["label"] == "storm"]
    assert [(row["group"], row["best"], row["worst"]) for row in storm] == [("Weekly", 1, 1), ("Daily", 2, 2)]
    assert "1 for the highest share" in run(*base, "-f", "table").stdout
    assert "No two groups can be ranked" in run("compare", corpus / "sentences.jsonl", "-m", saved, "--ranks", "-f", "table").stdout


def test_words_errors_and_frames_together_are_shown_one_at_a_time(corpus: Path, saved: Path) -> None:
    base = ["compare", corpus / "sentences.jsonl", "-a", corpus / "coded-sample.jsonl", "-m", saved]
    words = records(run(*base, "--words", "4"))
    assert {row["group"] for row in words} <= {"Daily", "Weekly", "Small"}
    assert all(row["term"] and row["example"] for row in words)
    errors = records(run(*base, "--errors"))
    assert {(row["frame"], row["group"]) for row in errors} == {
        (f, g) for f in ("harvest", "storm") for g in ("Daily", "Small", "Weekly")
    }
    assert all(row["missed"] > 0 for row in errors if row["group"] != "Small")
    together = records(run(*base, "--together"))
    assert [(row["group"], row["of"]) for row in together] == [("all", 459), ("Daily", 216), ("Small", 27), ("Weekly", 216)]
    for option in (["--words", "4"], ["--errors"], ["--together"]):
        assert run(*base, *option, "-f", "table").stdout
    assert "name one of --ranks, --words, --errors and --together" in refused(*base, "--errors", "--together")
    assert "errors show on coded sentences" in refused("compare", corpus / "sentences.jsonl", "-m", saved, "--errors", code=3)


def test_words_of_one_outlet_have_none_to_be_told_from(saved: Path, articles: Path) -> None:
    assert "distinctive words take two groups or more" in refused("compare", articles / "Daily", "-m", saved, "--words", "3")


def test_the_seeds_are_an_index_of_four_outlets() -> None:
    found = records(run("summarize", SEEDS))
    assert sum(row["articles"] for row in found) == 5
    assert {frame["method"] for row in found for frame in row["frames"].values()} <= {"uncorrected index", None}


# --- what must not happen


def test_no_output_is_written_over_what_is_read(corpus: Path, articles: Path, saved: Path, tmp_path: Path) -> None:
    """Not a file that is named, nor one in a folder that is, nor the table of outlets, nor the model."""
    codes = tmp_path / "codes"
    codes.mkdir()
    coded = codes / "coded.jsonl"
    coded.write_bytes((corpus / "coded-sample.jsonl").read_bytes())
    table = tmp_path / "outlets.csv"
    table.write_text("outlet,country\nDaily,PE\n")
    before = {path: path.read_bytes() for path in (coded, table, saved / "model.json", articles / "Daily" / "Daily0.txt")}
    common = (corpus / "articles.jsonl", "-m", saved)
    for refusal in (
        refused("summarize", *common, "-a", codes, "-o", coded),
        refused("compare", *common, "-a", codes, "-o", coded),
        refused("report", *common, "-a", codes, "-f", "md", "-o", coded),
        refused("summarize", *common, "--outlets", table, "-o", table),
        refused("summarize", *common, "-f", "json", "-o", saved / "model.json"),
        refused("score", articles, "-m", saved, "-f", "table", "-o", articles / "Daily" / "Daily0.txt"),
        refused("evaluate", "-m", saved, "-a", codes, "-o", coded),
    ):
        assert "would be overwritten" in refusal
    assert before == {path: path.read_bytes() for path in before}


def test_a_table_keeps_the_columns_that_its_first_group_has_nothing_for(corpus: Path, saved: Path, tmp_path: Path) -> None:
    coded = write_jsonl(tmp_path / "c.jsonl", [row for row in read(corpus / "coded-sample.jsonl") if row["outlet"] != "Daily"])
    base = ["summarize", corpus / "articles.jsonl", "-a", coded, "-m", saved]
    rows = list(csv.DictReader(io.StringIO(run(*base, "-f", "csv").stdout)))
    wanted = [record["frames"]["storm"]["hand_coded"]["share"] for record in records(run(*base))]
    assert wanted[0] is None
    assert [row["frames.storm.hand_coded.share"] for row in rows] == ["" if value is None else str(value) for value in wanted]


def test_what_is_named_twice_is_counted_once(corpus: Path, saved: Path) -> None:
    once = records(run("summarize", corpus / "sentences.jsonl", "-m", saved))
    for again in ("sentences.jsonl", "whole.jsonl"):
        result = run("summarize", corpus / "sentences.jsonl", corpus / again, "-m", saved, code=1)
        assert "it was read already: name articles, or their scores, once" in result.stderr
        assert [row["articles"] for row in records(result)] == [row["articles"] for row in once]


def test_a_report_is_not_read_as_an_article(articles: Path, saved: Path) -> None:
    run("report", articles, "-m", saved, "-o", articles / "report.html")
    result = run("summarize", articles, "-m", saved, code=1)
    assert "report.html: it is a report that framing wrote, no article" in result.stderr
    assert sum(row["articles"] for row in records(result)) == 5


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"stratum": ["a"]}, "'stratum' must be a string, not ['a']"),
        ({"inclusion_probability": 1e-300}, "at an inclusion probability of 1e-300 this one sentence would stand for more than"),
        ({"inclusion_probability": 1e-300, "sampling": "uncertainty"}, "at an inclusion probability of 1e-300"),
        ({"inclusion_probability": 1e-300, "sampling": None}, "at an inclusion probability of 1e-300"),
    ],
)
def test_a_coding_that_cannot_be_is_refused_by_its_line(
    corpus: Path, saved: Path, tmp_path: Path, change: Record, said: str
) -> None:
    first, *others = read(corpus / "coded-sample.jsonl")
    path = write_jsonl(tmp_path / "c.jsonl", [first | change, *others])
    assert f"{path}:1: {said}" in refused("summarize", corpus / "articles.jsonl", "-a", path, "-m", saved, code=3)


def test_two_texts_under_one_id_are_refused_not_taken_for_second_thoughts(corpus: Path, saved: Path, tmp_path: Path) -> None:
    rows = [row | {"id": "same"} for row in read(corpus / "coded-sample.jsonl")]
    path = write_jsonl(tmp_path / "c.jsonl", rows)
    assert "has another text than at" in refused("summarize", corpus / "articles.jsonl", "-a", path, "-m", saved, code=3)


def test_a_topic_may_not_be_called_like_those_without_one(articles: Path, saved: Path) -> None:
    said = refused("summarize", articles, "-m", saved, "--by", "topic", "--topic", "(no topic)=bus")
    assert "is what articles without a topic are called" in said


def test_a_cell_that_no_table_holds_is_refused_by_its_line(articles: Path, saved: Path, tmp_path: Path) -> None:
    table = tmp_path / "outlets.csv"
    table.write_text("outlet,country\nDaily," + "x" * 140_000 + "\n")
    limit = csv.field_size_limit(131_072)  # the limit of a new process: tables of articles raise it for the whole process
    try:
        assert "it is no CSV that can be read" in refused("summarize", articles, "-m", saved, "--outlets", table)
    finally:
        csv.field_size_limit(limit)


@pytest.mark.parametrize("unit", ["article", "sentence"])
def test_a_folder_of_parts_is_summed_up_like_the_file_that_they_make(
    articles: Path, saved: Path, tmp_path: Path, unit: str
) -> None:
    run("score", articles, "-m", saved, "--unit", unit, "-o", f"{tmp_path}/parts/")
    run("score", articles, "-m", saved, "--unit", unit, "-o", tmp_path / "whole.jsonl")
    for by in ("outlet", "month", "country"):
        whole, parts = (
            run("summarize", tmp_path / name, "-m", saved, "--by", by, "-f", "json").stdout for name in ("whole.jsonl", "parts")
        )
        assert json.loads(parts) == json.loads(whole)


def test_articles_in_a_folder_of_parts_are_counted_once(articles: Path, saved: Path, tmp_path: Path) -> None:
    run("score", articles, "-m", saved, "-o", f"{tmp_path}/parts/")
    run("score", articles, "-m", saved, "-o", tmp_path / "whole.jsonl")
    parts, whole = tmp_path / "parts", tmp_path / "whole.jsonl"
    once = [(row["articles"], row["sentences"], row["frames"]) for row in records(run("summarize", whole, "-m", saved))]
    for given in ([parts, parts], [whole, parts], [parts, whole], [parts, parts / "part-000000.jsonl"]):
        result = run("summarize", *given, "-m", saved, code=1)
        assert [(row["articles"], row["sentences"], row["frames"]) for row in records(result)] == once
        assert "it was read already" in result.stderr


def test_parts_that_are_no_json_lines_are_refused(articles: Path, saved: Path, tmp_path: Path) -> None:
    run("score", articles, "-m", saved, "-f", "parquet", "-o", f"{tmp_path}/parts/")
    assert "score again with --format jsonl" in refused("summarize", tmp_path / "parts", "-m", saved)


def test_packed_scores_are_read_like_plain_ones(articles: Path, saved: Path, tmp_path: Path) -> None:
    plain, packed = tmp_path / "scores.jsonl", tmp_path / "packed.jsonl.gz"
    run("score", articles, "-m", saved, "-o", plain)
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    assert records(run("summarize", packed, "-m", saved)) == records(run("summarize", plain, "-m", saved))
    packed.write_bytes(packed.read_bytes()[:-40])
    assert "it is damaged" in refused("summarize", packed, "-m", saved, code=4)


def test_a_run_of_no_articles_is_told(saved: Path, tmp_path: Path) -> None:
    (tmp_path / "none.jsonl").write_text("7\n")
    run("score", tmp_path / "none.jsonl", "-m", saved, "-o", f"{tmp_path}/parts/", code=1)
    assert "nothing was scored there" in refused("summarize", tmp_path / "parts", "-m", saved)
