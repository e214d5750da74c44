from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from framing.codebook import Codebook, parse_codebook, read_codebook
from framing.coding_keys import LETTERS, RESERVED, assign_keys

ROOT = Path(__file__).resolve().parent.parent
ids = st.from_regex(r"[a-zA-Z0-9äß経][a-z_é経0-9-]{0,8}", fullmatch=True)


def book(frames: list[str], targets: int = 0) -> Codebook:
    lines = [f'[[frames]]\nid = "{frame}"\n' for frame in frames] + [f'[[targets]]\nid = "T{n}"\n' for n in range(targets)]
    return parse_codebook("".join(lines))


def test_the_shipped_codebook_has_a_letter_of_its_own_in_every_id() -> None:
    codebook = read_codebook(ROOT / "annotations" / "codebook.toml")
    keys = assign_keys(codebook)
    assert list(keys)[:8] == list(codebook.frame_ids)
    assert all(keys[frame] in frame for frame in codebook.frame_ids)
    assert [keys[f"{target}:{stance}"] for target in codebook.target_ids for stance in ("favor", "against", "none")] == list(
        "123456"
    )


@pytest.mark.parametrize(
    ("frames", "letters"),
    [
        (["jobs", "noise"], "jo"),
        (["sea_salt", "sea_bed"], "sb"),
        (["sea-salt", "sea-bed", "bay"], "seb"),
        (["a", "a1", "a2"], "abc"),
        (["Élan", "école"], "ec"),
        (["経済", "Öl", "zoo"], "aob"),
        (["x", "n", "z"], "abc"),
    ],
)
def test_a_key_is_the_first_free_letter_that_the_id_suggests(frames: list[str], letters: str) -> None:
    assert "".join(assign_keys(book(frames)).values()) == letters


@given(st.lists(ids, min_size=1, max_size=60, unique=True), st.integers(0, 5))
def test_keys_are_distinct_never_reserved_and_the_same_each_time(frames: list[str], targets: int) -> None:
    codebook = book(frames, targets)
    keys = assign_keys(codebook)
    assert assign_keys(codebook) == keys
    assert len(set(keys.values())) == len(keys)
    assert not RESERVED & {key.lower() for key in keys.values()}
    letters = [keys[frame] for frame in frames if frame in keys]
    assert len(letters) == min(len(frames), 2 * len(LETTERS))
    assert sum(letter.islower() for letter in letters) == min(len(frames), len(LETTERS))
    assert len(keys) - len(letters) == min(3 * targets, 9)


def test_the_fourth_target_has_no_key() -> None:
    keys = assign_keys(book(["jobs"], 4))
    assert (keys["T2:favor"], keys["T2:against"], keys["T2:none"]) == ("7", "8", "9")
    assert not any(label.startswith("T3") for label in keys)
