from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from framing.codebook import parse_codebook, quote_toml, read_codebook
from framing.codebook_changes import compare_codebooks
from framing.codebook_versions import bump_codebook, kept_path, raise_version
from framing.errors import CodebookError, FileError, FramingError, UsageError

ROOT = Path(__file__).resolve().parent.parent
FRAME = '[[frames]]\nid = "a"\n'


def save(folder: Path, content: str) -> Path:
    path = folder / "codebook.toml"
    path.write_bytes(content.encode())
    return path


@pytest.mark.parametrize(
    ("line", "raised"),
    [
        ("version = 2", "version = 3"),
        ("version = 9  # of May", "version = 10  # of May"),
        ("version=0x10", "version=17"),
        ('version = "2"', 'version = "3"'),
        ("  'version' = '1.9'", "  'version' = \"1.10\""),
        ("version = 1.3", "version = 1.4"),
        ("version = 1.9", "version = 2.0"),
        ('version = "2024-05"', 'version = "2024-06"'),
        ('version = "2024-12"', 'version = "2025-01"'),
        ('version = "2024-02-28"', 'version = "2024-02-29"'),
        ('version = "9999-12-31"', 'version = "9999-12-32"'),
        ("version = 2024-12-31", "version = 2025-01-01"),
        ('version = "v09 (draft)"', 'version = "v10 (draft)"'),
        ('"version" = "\\u0032"', '"version" = "3"'),
    ],
)
def test_the_version_is_raised_and_nothing_else_changes(line: str, raised: str, tmp_path: Path) -> None:
    content = f'# Weather\ntitle = "version = 1"\r\n{line}\n\n# A frame\n{FRAME}'
    path = save(tmp_path, content)
    old = read_codebook(path)
    version, kept = bump_codebook(path)
    assert path.read_bytes().decode() == content.replace(line, raised)
    assert version == read_codebook(path).version != old.version
    assert kept.read_bytes().decode() == content
    assert kept.name == f"codebook.v{old.version.replace(' ', '-').replace('(', '').replace(')', '-')}.toml"


@pytest.mark.parametrize(
    "content", ['rules = """\nversion = 1\n"""\nversion = 1\n', "rules = ['''\nversion = 1''', 'x']\nversion = 1\n"]
)
def test_a_line_inside_a_text_is_no_version(content: str, tmp_path: Path) -> None:
    path = save(tmp_path, content + FRAME)
    bump_codebook(path)
    assert path.read_text("utf-8") == content.removesuffix("version = 1\n") + "version = 2\n" + FRAME


@pytest.mark.parametrize(
    ("content", "raised"),
    [
        (f"# Weather\ntitle = 'W'\n\n{FRAME}", f"# Weather\ntitle = 'W'\nversion = 2\n\n{FRAME}"),
        ("title = 'W'\r\n[[frames]]\r\nid = 'a'", "title = 'W'\r\nversion = 2\r\n[[frames]]\r\nid = 'a'"),
        (f"title = '''\nW'''\n{FRAME}", f"version = 2\ntitle = '''\nW'''\n{FRAME}"),
        (f"{FRAME}include = '''\ntitle = 1\n'''\n", f"version = 2\n{FRAME}include = '''\ntitle = 1\n'''\n"),
        (f"\ufeff{FRAME}", f"\ufeffversion = 2\n{FRAME}"),
    ],
)
def test_a_missing_version_is_written_as_the_second(content: str, raised: str, tmp_path: Path) -> None:
    path = save(tmp_path, content)
    version, kept = bump_codebook(path)
    assert (version, kept.name) == ("2", "codebook.v1.toml")
    assert path.read_bytes().decode() == raised


def test_the_mark_of_an_editor_at_the_start_stays(tmp_path: Path) -> None:
    path = save(tmp_path, "\ufeffversion = 1\n" + FRAME)
    bump_codebook(path)
    assert path.read_bytes().decode() == "\ufeffversion = 2\n" + FRAME


def test_the_shipped_codebook_can_be_raised_time_and_again(tmp_path: Path) -> None:
    path = save(tmp_path, read_codebook(ROOT / "annotations" / "codebook.toml").content)
    old = read_codebook(path)
    assert [bump_codebook(path)[0] for _ in range(3)] == ["3", "4", "5"]
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["codebook.toml", *[f"codebook.v{n}.toml" for n in (2, 3, 4)]]
    assert compare_codebooks(old, read_codebook(path)).for_coders is False


@pytest.mark.parametrize("version", ["final", "2.0", '"; x = 1 #'])
def test_a_version_may_be_named(version: str, tmp_path: Path) -> None:
    path = save(tmp_path, "version = 'draft'\n" + FRAME)
    assert bump_codebook(path, version)[0] == version
    assert path.read_text("utf-8") == f"version = {quote_toml(version)}\n{FRAME}"


@pytest.mark.parametrize("version", ["draft", "", " ", "a\nb", "\udcff"])
def test_a_named_version_must_be_another_that_can_be_read(version: str, tmp_path: Path) -> None:
    path = save(tmp_path, "version = 'draft'\n" + FRAME)
    with pytest.raises(UsageError, match="the new one must be another"):
        bump_codebook(path, version)


@pytest.mark.parametrize("value", ["'draft'", "true", "[1]", "inf", "1e30", "2024-05-01T10:00:00", "''", f"'{'9' * 5000}'"])
def test_a_version_without_a_number_is_said_to_have_none(value: str, tmp_path: Path) -> None:
    path = save(tmp_path, f"version = {value}\n" + FRAME)
    with pytest.raises(CodebookError, match="has no number to raise; name the new one with --to"):
        bump_codebook(path)
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_whose_lines_end_as_on_old_machines_is_left_to_the_hand(tmp_path: Path) -> None:
    path = save(tmp_path, "title = 'W'\n[[frames]]\nid = 'a'".replace("\n", "\r"))
    with pytest.raises(CodebookError, match="write version = 2 there by hand"):
        bump_codebook(path)


@pytest.mark.parametrize("content", ['version = """2"""\n', 'version = "a\\"2"\n', "version = 9007199254740992.0\n"])
def test_a_version_written_in_an_unusual_way_is_left_to_the_hand(content: str, tmp_path: Path) -> None:
    path = save(tmp_path, content + FRAME)
    with pytest.raises(CodebookError, match=r"cannot be changed; write version = .* there by hand"):
        bump_codebook(path)
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_kept_before_is_never_overwritten(tmp_path: Path) -> None:
    path = save(tmp_path, "version = 1\n" + FRAME)
    kept = kept_path(path, "1")
    kept.write_text("other", "utf-8")
    with pytest.raises(FileError, match=r"codebook\.v1\.toml: it is there already, and says something else"):
        bump_codebook(path)
    assert kept.read_text("utf-8") == "other"
    kept.write_bytes(path.read_bytes())
    assert bump_codebook(path) == ("2", kept)


def test_a_version_that_was_kept_before_is_not_given_again(tmp_path: Path) -> None:
    path = save(tmp_path, "version = 1\n" + FRAME)
    kept_path(path, "2").write_text("other", "utf-8")
    with pytest.raises(FileError, match="a codebook of version 2 was kept before; name another version with --to"):
        bump_codebook(path)
    assert bump_codebook(path, "3")[0] == "3"


def test_a_kept_file_that_cannot_be_read_and_a_broken_codebook_are_named(tmp_path: Path) -> None:
    path = save(tmp_path, "version = 1\n" + FRAME)
    kept_path(path, "1").mkdir()
    with pytest.raises(FileError, match="it cannot be read"):
        bump_codebook(path)
    with pytest.raises(CodebookError, match="cannot be read"):
        bump_codebook(tmp_path / "none.toml")


@given(st.text(max_size=12))
def test_a_raised_version_is_another_of_the_same_letters(version: str) -> None:
    raised = raise_version(version)
    if raised is not None:
        assert raised != version
        assert [c for c in raised if c not in "0123456789"] == [c for c in version if c not in "0123456789"]
    else:
        assert not set(version) & set("0123456789")


versions = st.one_of(
    st.integers(-5, 10**9).map(str),
    st.floats(0, 1e6).map(repr),
    st.text(max_size=9).map(quote_toml),
    st.dates().map(str),
    st.just("'7'"),
)
remarks = st.sampled_from(["", "# version = 3\n", "title = 'x'\n", "rules = '''\nversion = 1'''\n"])


@given(st.lists(remarks, max_size=3, unique=True), versions, st.sampled_from(["\n", "\r\n"]))
def test_a_raised_codebook_differs_in_its_version_alone(
    tmp_path_factory: pytest.TempPathFactory, before: list[str], version: str, end: str
) -> None:
    content = f"{''.join(before)}version = {version}  # now\n{FRAME}".replace("\n", end)
    path = save(tmp_path_factory.mktemp("bump"), content)
    old = read_codebook(path)
    try:
        raised, kept = bump_codebook(path)
    except FramingError:
        assert path.read_bytes().decode() == content
        return
    new = read_codebook(path)
    assert new.version == raised != old.version
    assert new.coding_digest == old.coding_digest
    assert parse_codebook(kept.read_text("utf-8")) == old
    assert "# now" in path.read_text("utf-8")
