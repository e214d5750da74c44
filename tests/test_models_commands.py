from __future__ import annotations

import json
import pickle
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import joblib
import numpy as np
import pytest
import typer
from conftest import CODEBOOK, make_annotations, write_jsonl
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner, Result

from framing.annotation_files import read_annotations
from framing.articles import Article
from framing.codebook import Codebook, parse_codebook
from framing.commands.models import diff, export
from framing.errors import UsageError
from framing.label_differences import count_differences
from framing.labelling import LabelRule, list_outputs
from framing.model import FramingModel
from framing.model_changes import ModelVersion, compare_models
from framing.pipeline_export import build_pipeline, normalize_texts
from framing.readers import read_articles
from framing.sentences import split_article
from framing.settings import Settings
from framing.store import load_model
from framing.storing.archive import save_model
from framing.training import Training, train

ROOT = Path(__file__).resolve().parent.parent
STORM = "The gale felled 12 trees by the river, and the mayor was blamed bitterly."
TEXTS = [STORM, "Growers reaped 9 tonnes of wheat, and the mayor was praised warmly.", "A bus holds 40 people.", "", "Hail!"]

app = typer.Typer()
app.command("diff")(diff)
app.command("export")(export)


def run(*arguments: str | Path, code: int = 0) -> Result:
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    assert result.exit_code == code, (result.output, result.exception)
    return result


def list_given(model: FramingModel, texts: list[str]) -> dict[str, np.ndarray]:
    """Return for each label whether each text is given it, from the names that a score gives."""
    scores = model.score(texts)
    given = {frame: np.array([frame in labels for labels in scores.labels]) for frame in model.codebook.frame_ids}
    for target in model.codebook.target_ids:
        given |= {f"{target}:{side}": np.array(scores.stance_labels[target]) == side for side in ("favor", "against")}
    return given


def records(result: Result) -> list[dict[str, object]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A later model: more articles, other settings, and a codebook with a frame in place of another."""
    folder = tmp_path_factory.mktemp("later")
    (folder / "codebook.toml").write_text(CODEBOOK.replace('id = "ghost"', 'id = "spirit"').replace("version = 1", "version = 2"))
    later = {"codebook_version": "2"}
    rows = [{**row, **later, "frames": [f for f in row["frames"] if f != "ghost"]} for row in make_annotations(articles=30, seed=2)]  # type: ignore[attr-defined]
    write_jsonl(folder / "coded.jsonl", rows)
    codebook = parse_codebook((folder / "codebook.toml").read_text())
    trained = train(read_annotations([folder], codebook), codebook, Settings(cue_scale=0.5))
    save_model(folder / "later", trained.model, trained.evaluations, trained.agreement)
    return folder / "later"


@pytest.fixture(scope="module")
def news(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("news") / "news.jsonl"
    path.write_text(
        "".join(json.dumps({"id": str(n), "sentences": [text, TEXTS[0]]}) + "\n" for n, text in enumerate(TEXTS) if text)
    )
    return path


def test_a_model_does_not_differ_from_itself(saved: Path, training: Training) -> None:
    version = ModelVersion(load_model(saved), training.evaluations)
    changes = compare_models(version, version)
    assert changes.identical
    assert changes.comparable
    assert not changes.general
    assert not any(row.terms for row in changes.labels)
    assert all(row.threshold_before == row.threshold_after for row in changes.labels)
    assert run("diff", saved, saved, "-f", "table").stdout.strip() == "Both are the same model."


def test_each_kind_of_change_has_its_records(saved: Path, other: Path) -> None:
    found = records(run("diff", saved, other))
    before, after = load_model(saved), load_model(other)
    said = {(row["about"], row["label"], row["design"], row["what"]): (row["before"], row["after"]) for row in found}
    written = {(row["about"], row["what"]): (row["before_text"], row["after_text"]) for row in found}
    assert written["codebook", "version"] == ("1", "2")
    assert written["codebook", "digest"] == (before.codebook.digest, after.codebook.digest)
    assert said["settings", "", "", "cue_scale"] == (0.9, 0.5)
    assert said["data", "", "", "articles"] == (24, 30)
    assert said["label", "ghost", "", ""] == (1, 0)
    assert said["label", "spirit", "", ""] == (0, 1)
    assert ("settings", "", "", "folds") not in said
    for label in ("harvest", "storm", "mayor:favor", "mayor:against"):
        was, now = (model.rules[list_outputs(model.codebook).index(label)] for model in (before, after))
        assert said["rule", label, "", "positives"] == (was.positives, now.positives)
        assert said["rule", label, "", "threshold"] == (was.threshold, now.threshold)
        assert {design for about, of, design, _ in said if (about, of) == ("figure", label)} == {
            "articles left out",
            "outlets left out",
        }
        assert len([row for row in found if (row["about"], row["label"]) == ("term", label)]) == 5


def test_the_records_fit_a_table_of_columns_of_one_kind(saved: Path, other: Path, news: Path, tmp_path: Path) -> None:
    from pyarrow import parquet

    run("diff", saved, other, "--articles", news, "-o", tmp_path / "changes.parquet")
    found = parquet.read_table(tmp_path / "changes.parquet").to_pylist()
    assert found == records(run("diff", saved, other, "--articles", news))
    assert list(found[0]) == ["about", "label", "design", "what", "before", "after", "before_text", "after_text"]


def test_the_table_shows_the_same(saved: Path, other: Path, news: Path) -> None:
    shown = run("diff", saved, other, "--articles", news, "-f", "table").stdout
    for piece in (
        "ghost was taken out",
        "spirit is new",
        "cue_scale",
        "articles left out",
        "no like-for-like",
        "Labels of 8 sentences",
    ):
        assert piece in shown


def test_figures_of_the_same_data_are_called_comparable(saved: Path, training: Training) -> None:
    model = load_model(saved)
    later = replace(model, digest="1" * 64, rules=tuple(replace(rule, threshold=0.9) for rule in model.rules))
    changes = compare_models(ModelVersion(model, training.evaluations), ModelVersion(later, training.evaluations))
    assert changes.comparable
    assert not changes.identical
    assert {row.label: row.threshold_after for row in changes.labels}["ghost"] is None


def test_the_terms_are_those_whose_weights_changed_most(model: FramingModel) -> None:
    words = model.vectorizer.words
    weights = model.weights.copy()
    weights[words.index("hail"), 1] += 3
    weights[words.index("gale"), 1] -= 2
    weights[len(words) :][0, 1] += 99  # a piece of a word means nothing to a reader
    weights[-1, 1] += 1
    changes = compare_models(ModelVersion(model, ()), ModelVersion(replace(model, weights=weights), ()), terms=3)
    storm = next(row for row in changes.labels if row.label == "storm")
    idf = dict(zip(words, model.vectorizer.idf.tolist(), strict=False))
    moved = [(term.term, term.after - term.before) for term in storm.terms]
    assert moved[0] == ("hail", pytest.approx(3 * idf["hail"], rel=1e-5))
    assert moved[1] == ("gale", pytest.approx(-2 * idf["gale"], rel=1e-5))
    assert moved[2] == (model.vectorizer.cues[-1].name, pytest.approx(0.9, rel=1e-5))
    assert not [row for row in changes.labels if row.label != "storm" and row.terms]


def test_sentences_that_one_model_alone_labels_are_counted_and_shown(model: FramingModel) -> None:
    stricter = replace(model, rules=tuple(replace(rule, threshold=1.5) for rule in model.rules))
    judges = [lambda texts, m=m: list_given(m, texts) for m in (model, stricter)]
    found = {row.label: row for row in count_differences([TEXTS, TEXTS], *judges, examples=3)}
    storm = found["storm"]
    assert (storm.sentences, storm.before, storm.after, storm.differing) == (10, 4, 0, 4)
    assert storm.share == 0.4
    assert (storm.gained, storm.lost) == ((), (STORM, "Hail!", STORM))
    assert count_differences([], *judges) == ()


@settings(max_examples=30)
@given(st.lists(st.tuples(st.booleans(), st.booleans()), max_size=30), st.integers(1, 7))
def test_differences_do_not_depend_on_the_batches(pairs: list[tuple[bool, bool]], size: int) -> None:
    texts = [str(row) for row in range(len(pairs))]
    judges = [lambda rows, side=side: {"x": np.array([pairs[int(row)][side] for row in rows], bool)} for side in (0, 1)]
    batches = [texts[start : start + size] for start in range(0, len(texts), size)]
    found = count_differences(batches, *judges)
    assert found == (count_differences([texts], *judges) if texts else ())
    for row in found:
        assert row.before + row.differing >= row.after
        assert row.differing == sum(was != now for was, now in pairs)


def test_articles_that_cannot_be_read_are_named_and_the_rest_is_compared(
    saved: Path, other: Path, news: Path, tmp_path: Path
) -> None:
    result = run("diff", saved, other, "--articles", news, "--articles", tmp_path / "none.txt", code=1)
    assert "none.txt: there is no such file" in result.stderr
    assert {row["before"] for row in records(result) if row["what"] == "of all"} == {8}


def test_a_comparison_is_not_written_over_what_it_reads(saved: Path, other: Path) -> None:
    result = CliRunner().invoke(app, ["diff", str(saved), str(other), "-o", str(saved / "model.json")])
    assert isinstance(result.exception, UsageError)
    result = CliRunner().invoke(app, ["export", str(saved), "-o", str(saved / "model.json")])
    assert isinstance(result.exception, UsageError)
    assert load_model(saved).name == "tiny"


def probabilities(model: FramingModel, texts: list[str]) -> np.ndarray:
    scores = model.score(texts)
    sides = [scores.stance[target][:, :2] for target in model.codebook.target_ids]
    return np.hstack([scores.frames, *sides])


def test_the_exported_pipeline_scores_as_the_model_does(saved: Path, tmp_path: Path) -> None:
    result = run("export", saved, "-o", tmp_path / "tiny.joblib")
    assert "load only files from people you trust" in result.stderr
    pipeline = joblib.load(tmp_path / "tiny.joblib")
    model = load_model(saved)
    assert pipeline.classes_.tolist() == list(list_outputs(model.codebook))
    assert pipeline.decision_function(TEXTS) == pytest.approx(model.decide(TEXTS), abs=1e-12)
    assert pipeline.predict_proba(TEXTS) == pytest.approx(probabilities(model, TEXTS), abs=1e-12, nan_ok=True)
    given = list_given(model, TEXTS)
    assert (pipeline.predict(TEXTS) == np.column_stack([given[label] for label in pipeline.classes_])).all()
    assert pipeline.predict(TEXTS).sum() > 3


def test_the_exported_pipeline_scores_news_as_the_model_does(default_model: FramingModel) -> None:
    articles = [item for item in read_articles([ROOT / "seeds"]) if isinstance(item, Article)]
    texts = [sentence.text for article in articles for sentence in split_article(article)]
    pipeline = build_pipeline(default_model)
    assert pipeline.decision_function(texts) == pytest.approx(default_model.decide(texts), abs=1e-9)
    given = list_given(default_model, texts)
    assert (pipeline.predict(texts) == np.column_stack([given[label] for label in pipeline.classes_])).all()


@settings(max_examples=30)
@given(st.lists(st.text(max_size=120) | st.text(alphabet="hailgrenws ,.-’“”US.é\u200b", max_size=200), min_size=1, max_size=4))
def test_the_pipeline_equals_the_model_on_any_text(model: FramingModel, texts: list[str]) -> None:
    assert build_pipeline(model).decision_function(texts) == pytest.approx(model.decide(texts), abs=1e-9)


@pytest.mark.parametrize("learnt", [(False, False), (True, False), (False, True)])
def test_a_side_that_was_not_learnt_is_never_given_by_the_pipeline(model: FramingModel, learnt: tuple[bool, bool]) -> None:
    rules = (*model.rules[:-2], *(replace(rule, learnt=known) for rule, known in zip(model.rules[-2:], learnt, strict=True)))
    changed = replace(model, rules=rules)
    pipeline = build_pipeline(changed)
    given = list_given(changed, TEXTS)
    assert (pipeline.predict(TEXTS) == np.column_stack([given[label] for label in pipeline.classes_])).all()
    assert pipeline.predict_proba(TEXTS) == pytest.approx(probabilities(changed, TEXTS), nan_ok=True)
    assert not pipeline.predict(TEXTS)[:, -2:][:, ~np.array(learnt)].any()


def test_a_pipeline_of_a_codebook_with_one_frame_a_sentence_gives_one(model: FramingModel) -> None:
    single = replace(model, codebook=replace(model.codebook, single_label=True))
    chosen = build_pipeline(single).predict(TEXTS)[:, :3]
    assert (chosen.sum(axis=1) == 1).all()
    assert [{"harvest", "storm", "ghost"} & labels for labels in single.score(TEXTS).labels] == [
        {model.codebook.frame_ids[column] for column in np.flatnonzero(row)} for row in chosen
    ]


def test_a_pipeline_without_characters_or_cues_or_targets_has_no_such_block(model: FramingModel) -> None:
    words = len(model.vectorizer.words)
    vectorizer = replace(model.vectorizer, chars=(), cues=(), idf=model.vectorizer.idf[:words])
    codebook = replace(model.codebook, targets=())
    small = FramingModel(codebook, vectorizer, model.weights[:words, :3], model.intercepts[:3], model.rules[:3])
    pipeline = build_pipeline(small)
    assert [name for name, _ in pipeline["features"].transformer_list] == ["words"]
    assert pipeline.decision_function(TEXTS) == pytest.approx(small.vectorizer.transform(TEXTS) @ small.weights + small.intercepts)
    assert pipeline.predict(TEXTS).shape == (5, 3)


def test_scikit_learn_takes_the_pipeline_for_one_of_its_own(model: FramingModel) -> None:
    from sklearn.base import clone, is_classifier
    from sklearn.metrics import f1_score
    from sklearn.utils.validation import check_is_fitted

    pipeline = build_pipeline(model)
    check_is_fitted(pipeline)
    assert is_classifier(pipeline)
    before = pipeline.decision_function(TEXTS)
    truth = pipeline.predict(TEXTS)
    assert (clone(pipeline).fit(TEXTS, truth).decision_function(TEXTS) == before).all()
    assert f1_score(truth, pipeline.predict(TEXTS), average="micro") == 1.0
    names = pipeline["features"].get_feature_names_out()
    assert len(names) == model.vectorizer.columns
    assert names[-1] == f"cues__{model.vectorizer.cues[-1].name}"
    assert "Pipeline" in repr(pipeline)
    assert pipeline[:-1].transform(TEXTS).shape == (5, model.vectorizer.columns)


def test_one_string_is_no_list_of_sentences() -> None:
    with pytest.raises(ValueError, match="not one string"):
        normalize_texts("Hail.")


def test_an_exported_pipeline_is_used_without_the_project_at_hand(saved: Path, tmp_path: Path) -> None:
    """Loading needs the installed package and nothing of the folder that the model came from."""
    run("export", saved, "-o", tmp_path / "tiny.joblib")
    code = f"import joblib; p = joblib.load('tiny.joblib'); print(p.predict([{STORM!r}])[0].tolist())"
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == [0, 1, 0, 0, 1]


def test_a_pipeline_that_another_version_exported_says_so(model: FramingModel) -> None:
    labeller = build_pipeline(model)["labels"]
    labeller.made_with = "0.0.1"
    with pytest.warns(UserWarning, match="framing 0.0.1 exported this pipeline"):
        pickle.loads(pickle.dumps(labeller))


def test_a_pipeline_is_written_as_a_joblib_file_alone(saved: Path, tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["export", str(saved), "-o", str(tmp_path / "tiny.pkl")])
    assert isinstance(result.exception, UsageError)
    assert "name a .joblib file" in str(result.exception)


def test_labels_that_were_not_learnt_have_no_threshold_in_the_records(codebook: Codebook, model: FramingModel) -> None:
    unlearnt = replace(model, rules=tuple(LabelRule() for _ in list_outputs(codebook)))
    changes = compare_models(ModelVersion(model, ()), ModelVersion(unlearnt, ()))
    assert [row.threshold_after for row in changes.labels] == [None] * 5
    assert [row.threshold_before is None for row in changes.labels] == [False, False, True, False, False]


def test_a_batch_of_sentences_ends_where_it_is_full(saved: Path, other: Path, tmp_path: Path) -> None:
    path = tmp_path / "many.jsonl"
    path.write_text("".join(json.dumps({"id": str(n), "sentences": [STORM] * 900}) + "\n" for n in range(4)))
    found = {row["label"]: row for row in records(run("diff", saved, other, "--articles", path)) if row["what"] == "of all"}
    assert found["storm"]["after"] == 3600


def test_a_label_that_the_evaluation_lacks_has_no_figures(model: FramingModel, training: Training) -> None:
    evaluation = replace(training.evaluations[0], labels=training.evaluations[0].labels[1:])
    changes = compare_models(ModelVersion(model, training.evaluations), ModelVersion(model, (evaluation,)))
    assert [bool(row.figures) for row in changes.labels] == [False, True, True, True, True]


def test_a_pipeline_does_not_go_into_the_models_own_folder(saved: Path) -> None:
    result = CliRunner().invoke(app, ["export", str(saved), "-o", str(saved / "tiny.joblib")])
    assert "the model's own folder" in str(result.exception)
    assert not (saved / "tiny.joblib").exists()
