"""The wheel works alone: it carries the default model, and scores from any folder."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from framing.web.app import PAGES

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built offline and unpacked as an installer would."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as files:
        files.extractall(folder / "site")
    return folder / "site"


def test_the_wheel_carries_model_codebook_and_types(unpacked: Path) -> None:
    names = {str(path.relative_to(unpacked)) for path in unpacked.rglob("*") if path.is_file()}
    assert {"framing/py.typed", "framing/language/en.txt", "framing/models/default/codebook.toml"} <= names
    assert {"framing/codebook_template.toml", *(f"framing/web/static/{name}" for name in PAGES.values())} <= names
    assert not any(name.startswith(("tests", "seeds", "annotations")) for name in names)


def test_the_wheel_scores_an_article_from_any_folder(unpacked: Path, tmp_path: Path) -> None:
    (tmp_path / "article.txt").write_text("Washington warned Peru that the port could serve the Chinese navy. Ships came.")
    environment = {**os.environ, "PYTHONPATH": str(unpacked)}
    command = [sys.executable, "-m", "framing", "score", "article.txt", "--unit", "sentence"]
    result = subprocess.run(command, cwd=tmp_path, env=environment, text=True, capture_output=True, check=True)
    first = json.loads(result.stdout.splitlines()[0])
    assert first["frames"]
    code = "import framing; print(framing.__file__); print(framing.load_model().score(['Hail fell.']).labels)"
    result = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=environment, text=True, capture_output=True, check=True)
    assert result.stdout.splitlines() == [str(unpacked / "framing" / "__init__.py"), "[frozenset()]"]


def test_the_public_names_are_found_and_others_are_not() -> None:
    import framing

    assert framing.load_model is not None
    assert framing.FramingModel is not None
    with pytest.raises(AttributeError, match="no attribute 'lode_model'"):
        _ = framing.lode_model  # type: ignore[attr-defined]
