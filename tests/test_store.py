from __future__ import annotations

import hashlib
import io
import json
import os
import pickle
import shutil
import subprocess
import sys
import tracemalloc
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from framing.annotation_files import read_annotations
from framing.annotations import Annotation, settle
from framing.chunks import fingerprint_texts
from framing.codebook import Codebook, read_codebook
from framing.errors import FileError, ModelError, UsageError
from framing.files import write_directory, write_file
from framing.scorer.scorer import Scorer
from framing.store import load_model, load_scoring_model
from framing.storing.archive import save_model
from framing.storing.arrays import pack_arrays, unpack_arrays
from framing.storing.evaluations import read_evaluations, read_reliability
from framing.storing.files import ARRAYS, DAMAGE, FILES, MANIFEST, find_model, list_models
from framing.storing.outline import outline_codebook, read_outline
from framing.training import Training, digest_codes

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def copy(saved: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(saved, tmp_path / "copy"))


def rewrite(directory: Path, **changes: Any) -> None:
    """Change files of a model and their hashes, as somebody would who means to deceive."""
    manifest = json.loads((directory / MANIFEST).read_text())
    for name, data in changes.pop("files", {}).items():
        (directory / name).write_bytes(data)
        manifest["files"][name] = hashlib.sha256(data).hexdigest()
    sign(directory, manifest | changes)


def sign(directory: Path, manifest: dict[str, Any]) -> None:
    said = {key: value for key, value in manifest.items() if key != "digest"}
    digest = hashlib.sha256(json.dumps(said, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
    (directory / MANIFEST).write_text(json.dumps({**said, "digest": digest}))


def read_weights(directory: Path) -> dict[str, np.ndarray]:
    return unpack_arrays(np.fromfile(directory / ARRAYS, np.uint8))


def change_weights(directory: Path, **changes: np.ndarray) -> None:
    rewrite(directory, files={ARRAYS: pack_arrays(read_weights(directory) | changes)})


def test_a_loaded_model_scores_as_the_saved_one(saved: Path, training: Training) -> None:
    texts = ["The gale felled trees.", "Growers reaped wheat.", "A bus."]
    loaded = load_model(saved)
    assert (loaded.decide(texts) == training.model.decide(texts)).all()
    assert loaded.label.startswith("tiny@")
    assert np.array_equal(loaded.seen, training.model.seen)
    assert loaded.left_out.tobytes() == training.model.left_out.tobytes()
    assert read_evaluations(saved) == (training.evaluations, training.agreement)


def test_what_scores_is_loaded_without_the_rest_and_scores_the_same(saved: Path, training: Training) -> None:
    texts = [
        "The gale felled trees, and the mayor was blamed bitterly.",
        "Growers reaped 9 tonnes of wheat.",
        "A bus holds 40 people.",
    ]
    scoring, compiled = load_scoring_model(saved), load_model(saved).compile()
    for model in (scoring, compiled):
        assert (model.label, model.rules, model.outputs) == (load_model(saved).label, training.model.rules, scoring.outputs)
        assert np.array_equal(model.seen, training.model.seen)
        assert Scorer(model.tables).decide(texts) == pytest.approx(training.model.decide(texts), abs=1e-9)
    chances, given = scoring.judge(Scorer(scoring.tables).decide(texts))
    assert chances == pytest.approx(training.model.judge(training.model.decide(texts))[0], nan_ok=True)
    assert [{label for label, has in zip(scoring.outputs, row, strict=True) if has} for row in given] == [
        {"storm", "mayor:against"},
        {"harvest"},
        set(),
    ]


def test_scoring_reads_no_words_and_no_codebook(copy: Path) -> None:
    for name in set(FILES) - {ARRAYS}:
        (copy / name).unlink()
    assert load_scoring_model(copy).codebook.frame_ids == ("harvest", "storm", "ghost")
    with pytest.raises(ModelError, match="cannot be read"):
        load_model(copy)


def test_a_model_knows_its_training_sentences(saved: Path, annotations: list[Annotation]) -> None:
    texts = [annotations[0].text, "It never said this.", "", annotations[-1].text.upper()]
    model = load_scoring_model(saved)
    assert model.knows(fingerprint_texts(texts)).tolist() == [True, False, False, True]
    places = load_model(saved).find_seen(texts)
    assert places[1:3].tolist() == [-1, -1]
    assert model.seen[places[[0, 3]]].tolist() == fingerprint_texts(texts)[[0, 3]].tolist()
    assert replace(model, seen=model.seen[:0]).knows(fingerprint_texts(texts)).tolist() == [False] * 4


def test_a_demanded_precision_withholds_what_cannot_reach_it(saved: Path) -> None:
    model = load_scoring_model(saved, min_precision=0.95)
    assert model.label.endswith(";min-precision=0.95")
    assert set(model.withheld) <= set(model.outputs)
    for plain, strict in zip(load_scoring_model(saved).rules, model.rules, strict=True):
        assert strict.threshold >= plain.threshold
    with pytest.raises(UsageError, match=r"must lie between 0\.5 and 0\.95"):
        load_scoring_model(saved, min_precision=2)


@pytest.mark.parametrize("number", [1, 3])
def test_a_model_of_an_older_version_is_to_be_trained_again(copy: Path, number: int) -> None:
    rewrite(copy, format=number)
    for load in (load_model, load_scoring_model):
        with pytest.raises(ModelError, match=rf"has format {number}, .* an older version wrote it: train it again"):
            load(copy)


def test_an_outline_names_what_the_codebook_names(codebook: Codebook) -> None:
    written = json.loads(json.dumps(outline_codebook(codebook)))
    outline = read_outline(written)
    for name in ("title", "version", "language", "single_label", "frame_ids", "target_ids", "digest"):
        assert getattr(outline, name) == getattr(codebook, name)
    assert [label.name for label in outline.labels] == [label.name for label in codebook.labels]
    assert outline_codebook(outline) == written


@pytest.mark.parametrize(
    "change",
    [
        {"frames": [["harvest", 3]]},
        {"frames": [["harvest", "Harvest"], ["harvest", "Again"]]},
        {"frames": [["mayor", "The mayor"]]},
        {"frames": [["not an id", "x"]]},
        {"frames": 3},
        {"targets": ["mayor"]},
        {"title": None},
        {"single_label": "yes"},
    ],
)
def test_an_outline_that_is_none_is_refused(codebook: Codebook, change: dict[str, Any]) -> None:
    with pytest.raises(DAMAGE):
        read_outline(outline_codebook(codebook) | change)


def test_arrays_that_lie_never_do_more_than_raise(copy: Path) -> None:
    """Whatever stands in the arrays under the right hash: the model is refused, or it scores."""
    arrays = read_weights(copy)
    texts = ["The gale felled trees; hail fell, and a good harvest of grain came in.", "", "é 😀 \x00"]
    reasons: list[str] = []
    for name, array in arrays.items():
        flat = array.reshape(-1)
        changes = [np.zeros_like(array), np.zeros(array.shape, "<f2"), array.reshape(*array.shape, 1)]
        changes += [np.frombuffer(b"\xff" * array.nbytes, array.dtype).reshape(array.shape), flat[:-1], flat[:0], flat[::-1]]
        changes += [array[::-1], array[:-1], np.concatenate([array, array])] if array.ndim else []
        for change in changes:
            rewrite(copy, files={ARRAYS: pack_arrays(arrays | {name: change})})
            try:
                Scorer(load_scoring_model(copy).tables).decide(texts)
            except ModelError as error:
                reasons.append(str(error))
        rewrite(copy, files={ARRAYS: pack_arrays({key: value for key, value in arrays.items() if key != name})})
        with pytest.raises(ModelError, match="damaged"):
            load_scoring_model(copy)
    assert len(reasons) > 4 * len(arrays)
    assert all("damaged" in reason or "probe sentences" in reason for reason in reasons)


def test_the_same_model_gives_the_same_bytes(saved: Path, training: Training, tmp_path: Path) -> None:
    save_model(
        tmp_path / "tiny",
        training.model,
        training.evaluations,
        training.agreement,
        precision_thresholds=training.precision_thresholds,
        statement="Made by a test.",
    )
    for name in (*FILES, MANIFEST):
        assert (tmp_path / "tiny" / name).read_bytes() == (saved / name).read_bytes()


def test_no_text_of_the_data_is_in_the_model(saved: Path) -> None:
    everything = b"".join((saved / name).read_bytes() for name in (*FILES, MANIFEST))
    assert b"The council met for the" not in everything
    assert b"council" in everything


@pytest.mark.parametrize("name", [*FILES, MANIFEST])
def test_a_changed_or_missing_file_is_refused_by_hash(copy: Path, name: str) -> None:
    path = copy / name
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(bytes(data))
    with pytest.raises(ModelError, match="hash differs" if name != MANIFEST else r"model\.json"):
        load_model(copy)
    path.unlink()
    with pytest.raises(ModelError, match=r"cannot be read|has no model\.json"):
        load_model(copy)


def test_a_model_cut_off_anywhere_is_refused(copy: Path) -> None:
    whole = (copy / MANIFEST).read_bytes()
    for part in range(0, len(whole) - 1, max(1, len(whole) // 40)):
        (copy / MANIFEST).write_bytes(whole[:part])
        with pytest.raises(ModelError):
            load_model(copy)


def test_a_pickle_in_place_of_the_weights_is_never_run(copy: Path, tmp_path: Path) -> None:
    canary = tmp_path / "canary"

    class Trap:
        def __reduce__(self) -> tuple[Any, ...]:
            return os.mkdir, (str(canary),)

    np.savez(tmp_path / "hidden.npz", decisions=np.array([Trap()], object))
    traps = [pickle.dumps(Trap(), protocol=protocol) for protocol in (0, 2, 5)]
    for name in (ARRAYS, "left-out.npz"):
        kept = (copy / name).read_bytes()
        for data in ((tmp_path / "hidden.npz").read_bytes(), *traps):
            rewrite(copy, files={name: data})
            with pytest.raises(ModelError, match="damaged"):
                load_model(copy)
        rewrite(copy, files={name: kept})
    assert not canary.exists()


def pack_left_out(decisions: np.ndarray, *, compressed: bool = False) -> bytes:
    buffer = io.BytesIO()
    (np.savez_compressed if compressed else np.savez)(buffer, decisions=decisions)
    return buffer.getvalue()


def claim_shape(shape: tuple[int, int]) -> bytes:
    """Return an archive whose array says that it has a shape, and has no number."""
    array, buffer = io.BytesIO(), io.BytesIO()
    np.lib.format.write_array_header_1_0(array, {"descr": "<f2", "fortran_order": False, "shape": shape})
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("decisions.npy", array.getvalue())
    return buffer.getvalue()


def test_left_out_predictions_are_checked_before_they_are_unpacked(copy: Path) -> None:
    right = load_model(copy).left_out
    cases = [
        (pack_left_out(np.zeros(2**25, np.float16), compressed=True), "are compressed"),
        (pack_left_out(right.astype(np.float64)), "do not fit the training sentences"),
        (pack_left_out(right[1:]), "do not fit the training sentences"),
        (claim_shape((2**40, right.shape[1])), "do not fit the training sentences"),
        (claim_shape((right.shape[0], right.shape[1])), "cannot reshape"),
    ]
    for data, message in cases:
        rewrite(copy, files={"left-out.npz": data})
        tracemalloc.start()
        with pytest.raises(ModelError, match=message):
            load_model(copy)
        assert tracemalloc.get_traced_memory()[1] < 2**24
        tracemalloc.stop()


@pytest.mark.parametrize("change", [np.ascontiguousarray, np.asfortranarray, lambda array: array[:0]])
def test_left_out_predictions_are_read_as_they_were_written(copy: Path, change: Callable[[np.ndarray], np.ndarray]) -> None:
    expected = change(load_model(copy).left_out)
    rewrite(copy, files={"left-out.npz": pack_left_out(expected)})
    found = load_model(copy).left_out
    assert found.shape == expected.shape
    assert np.array_equal(found, expected, equal_nan=True)


def test_a_threshold_by_precision_that_is_no_number_is_refused(copy: Path) -> None:
    table = json.loads((copy / "evaluation.json").read_text())
    table["precision_thresholds"]["storm"][0] = float("nan")
    rewrite(copy, files={"evaluation.json": json.dumps(table).encode()})
    with pytest.raises(ModelError, match="no thresholds by precision"):
        load_scoring_model(copy, min_precision=0.95)


def test_loading_runs_nothing_and_opens_no_connection(saved: Path) -> None:
    events: list[str] = []
    watching = True

    def watch(event: str, _: tuple[Any, ...]) -> None:
        if watching and event.split(".")[0] in ("socket", "subprocess", "pickle", "marshal"):
            events.append(event)

    load_model(saved)
    sys.addaudithook(watch)
    load_model(saved)
    watching = False
    assert events == []


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"format": 99}, "has format 99"),
        ({"codebook": {"digest": "0" * 64}}, "damaged (KeyError"),
        ({"codebook": 3}, "damaged (TypeError"),
        ({"files": {"codebook.toml": b'[[frames]]\nid = "other"'}}, "trained on another codebook"),
        ({"labels": {}}, "damaged (KeyError"),
        ({"probes": [1]}, "damaged (TypeError"),
        ({"probes": []}, "damaged (ValueError"),
        (
            {
                "labels": {
                    f: {"slope": 1, "offset": 0, "threshold": "x", "positives": 1, "learnt": True}
                    for f in ("harvest", "storm", "ghost", "mayor:favor", "mayor:against")
                }
            },
            "damaged (ValueError",
        ),
        ({"labels": {"harvest": {"slope": 1, "offset": 0, "threshold": 0.5, "positives": 9}}}, "KeyError"),
        *(
            ({"labels": {"harvest": {"slope": 1, "offset": 0, "threshold": 0.5} | {key: value}}}, "is not a finite number")
            for key, value in [("threshold", float("nan")), ("slope", float("-inf")), ("offset", "inf")]
        ),
        ({"files": {ARRAYS: b"[]".ljust(63) + b"\n"}}, "damaged (KeyError: 'seen')"),
        ({"files": {"codebook.toml": b"[[frames]"}}, "no valid TOML"),
        ({"files": {"vocabulary.json": b'{"words": ["a"], "chars": []}'}}, "the vocabulary does not fit the weights"),
        ({"files": {"vocabulary.json": b"[]"}}, "damaged (TypeError"),
    ],
)
def test_a_model_that_does_not_fit_together_is_named(copy: Path, change: dict[str, Any], message: str) -> None:
    rewrite(copy, **change)
    with pytest.raises(ModelError) as caught:
        load_model(copy)
    assert message in str(caught.value)
    assert caught.value.exit_code == 3


def test_weights_that_do_not_fit_or_are_no_numbers_are_named(copy: Path) -> None:
    rows = read_weights(copy)["word_rows"].copy()
    change_weights(copy, word_rows=rows[:, :-1])
    with pytest.raises(ModelError, match="the weights of words are not"):
        load_model(copy)
    rows[0, 0] = np.nan
    change_weights(copy, word_rows=rows)
    with pytest.raises(ModelError, match="finite numbers"):
        load_model(copy)


def test_other_weights_under_the_right_hash_fail_the_probes(copy: Path) -> None:
    change_weights(copy, word_rows=read_weights(copy)["word_rows"] * 1.01)
    for load in (load_model, load_scoring_model):
        with pytest.raises(ModelError, match="probe sentences"):
            load(copy)


def test_words_of_another_model_fail_the_probes(copy: Path) -> None:
    terms = json.loads((copy / "vocabulary.json").read_text())
    arrays = read_weights(copy)
    vectorizer = load_model(copy).vectorizer
    assert list(vectorizer.words) == terms["words"]
    places = {term: place for place, term in enumerate(terms["chars"])}
    one, other = places["hail"], places["wheat"] if "wheat" in places else places["whea"]
    terms["chars"][one] = terms["chars"][other]
    rewrite(copy, files={"vocabulary.json": json.dumps(terms).encode()})
    with pytest.raises(ModelError, match="names a term twice"):
        load_model(copy)
    assert len(arrays["chars"]) == len(places)


def test_a_damaged_evaluation_is_named(copy: Path) -> None:
    rewrite(copy, files={"evaluation.json": b'{"evaluations": 3}'})
    with pytest.raises(ModelError, match=r"evaluation\.json: the file is damaged"):
        read_evaluations(copy)
    manifest = json.loads((copy / MANIFEST).read_text())
    del manifest["files"]["evaluation.json"]
    sign(copy, manifest)
    with pytest.raises(ModelError, match=r"does not name evaluation\.json"):
        read_evaluations(copy)


def test_models_here_come_before_those_that_ship(in_folder: Path, saved: Path) -> None:
    assert find_model() == ROOT / "models" / "default"
    shutil.copytree(saved, in_folder / "models" / "default")
    shutil.copytree(saved, in_folder / "models" / "mine")
    assert find_model() == Path("models/default")
    assert [path.name for path in list_models()] == ["default", "mine"]
    assert find_model(saved) == saved
    assert load_model("mine").name == "mine"


def test_a_missing_model_suggests_the_near_name(in_folder: Path) -> None:
    with pytest.raises(ModelError, match=r"no model 'defualt' \(did you mean 'default'\?\); make one with: framing train"):
        load_model("defualt")


def test_the_shipped_model_is_trained_on_the_shipped_data() -> None:
    codebook = read_codebook(ROOT / "annotations" / "codebook.toml")
    annotations = read_annotations([ROOT / "annotations"], codebook)
    model = load_model(ROOT / "models" / "default")
    assert model.codebook.digest == codebook.digest
    settled = settle(annotations)
    assert (model.facts["sentences"], model.facts["left_out"]) == (len(settled), 0)
    assert model.facts["digest"] == digest_codes(settled)
    size = sum(path.stat().st_size for path in (ROOT / "models" / "default").iterdir())
    assert size < 10 * 2**20


def test_the_card_holds_the_numbers_of_the_evaluation_and_the_statement(saved: Path, training: Training) -> None:
    card = (saved / "README.md").read_text()
    storm = training.evaluations[0].find("storm")
    assert storm is not None
    assert storm.precision is not None
    assert "Made by a test." in card
    row = next(line for line in card.split("\n") if line.startswith("| `storm` | "))
    assert f"| {storm.positives} | {f'{storm.precision:.2f}'.removeprefix('0')} |" in row
    assert "too few positives to learn it" in card
    assert "| `ghost` | 2 | not learnt |" in card


def test_a_card_without_a_statement_says_what_is_missing(training: Training, tmp_path: Path) -> None:
    save_model(tmp_path / "m", training.model, training.evaluations, ())
    card = (tmp_path / "m" / "README.md").read_text()
    assert "Not stated." in card
    assert "nothing is known of the reliability" in card


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_an_interrupted_save_leaves_the_old_model(
    copy: Path, training: Training, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    before = {path.name: path.read_bytes() for path in copy.iterdir()}
    rename = Path.rename

    def fail(self: Path, target: Path) -> Path:
        if target == copy and "replaced" not in self.name:
            raise error
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", fail)
    with pytest.raises(type(error) if isinstance(error, KeyboardInterrupt) else FileError):
        save_model(copy, replace(training.model), training.evaluations, training.agreement)
    assert {path.name: path.read_bytes() for path in copy.iterdir()} == before
    assert [path.name for path in copy.parent.iterdir()] == ["copy"]


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "out.txt"
    path.write_text("old")

    def fill(temporary: Path) -> None:
        temporary.write_text("half")
        raise OSError(28, "No space left on device")

    with pytest.raises(FileError, match=r"out\.txt: it cannot be written \(No space left"):
        write_file(path, fill)
    assert path.read_text() == "old"
    write_file(path, lambda temporary: temporary.write_text("new") and None)
    assert path.read_text() == "new"
    assert [p.name for p in tmp_path.iterdir()] == ["out.txt"]
    with pytest.raises(FileError, match="cannot be written"):
        write_file(tmp_path / "none" / "out.txt", fill)


def test_the_card_may_be_edited(copy: Path) -> None:
    (copy / "README.md").write_text("My own words.")
    assert load_model(copy).name == "copy"


def test_a_changed_threshold_is_refused(copy: Path) -> None:
    manifest = json.loads((copy / MANIFEST).read_text())
    manifest["labels"]["storm"]["threshold"] = 0.01
    (copy / MANIFEST).write_text(json.dumps(manifest))
    with pytest.raises(ModelError, match="hash differs"):
        load_model(copy)


def test_every_evaluation_must_vouch_for_a_label(training: Training, tmp_path: Path) -> None:
    save_model(tmp_path / "m", training.model, training.evaluations, ())
    assert read_reliability(tmp_path / "m") == {"harvest": True, "storm": True, "ghost": False, "mayor": True}
    labels = tuple(replace(row, f1=0.1) if row.label == "storm" else row for row in training.evaluations[0].labels)
    worse = replace(training.evaluations[0], design="held-out sentences", labels=labels)
    save_model(tmp_path / "m", training.model, (*training.evaluations, worse), ())
    assert read_reliability(tmp_path / "m")["storm"] is False


def test_a_folder_that_is_no_model_is_not_replaced(training: Training, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "notes.txt").write_text("precious")
    with pytest.raises(FileError, match=r"it holds 'notes\.txt'"):
        save_model(tmp_path / "data", training.model, training.evaluations, ())
    assert (tmp_path / "data" / "notes.txt").read_text() == "precious"
    with pytest.raises(FileError, match="it is a file"):
        save_model(tmp_path / "data" / "notes.txt", training.model, training.evaluations, ())


def test_links_are_followed_and_pipes_written_to(tmp_path: Path) -> None:
    target, link, pipe = tmp_path / "target.txt", tmp_path / "link.txt", tmp_path / "pipe"
    target.write_text("old")
    target.chmod(0o600)
    link.symlink_to(target)
    write_file(link, lambda path: path.write_text("new") and None)
    assert link.is_symlink()
    assert target.read_text() == "new"
    assert target.stat().st_mode & 0o777 == 0o600
    os.mkfifo(pipe)
    reader = subprocess.Popen(["cat", pipe], stdout=subprocess.PIPE, text=True)
    write_file(pipe, lambda path: path.write_text("through") and None)
    assert reader.communicate(timeout=10)[0] == "through"
    assert pipe.is_fifo()
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    with pytest.raises(FileError, match="loop"):
        write_file(tmp_path / "loop", lambda path: path.write_text("x") and None)


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(FileError, match="cannot be written"):
        write_directory(tmp_path / "file" / "model", {"a": b"x"})
