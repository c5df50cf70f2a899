"""Whole or not at all."""

import os
from pathlib import Path

import pytest

from cyberclf.files import atomic_write, checkout, mode_for, naming, require_writable, shipped
from cyberclf.inputs import find_files


def test_a_file_is_replaced_when_all_went_well_and_keeps_its_mode(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("old")
    path.chmod(0o640)
    with atomic_write(path) as stream:
        stream.write("né")
        assert path.read_text() == "old"
    assert path.read_text("utf-8") == "né"
    assert path.stat().st_mode & 0o777 == 0o640


def test_a_failure_leaves_what_was_there_and_nothing_else(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("old")

    def half():
        with atomic_write(path) as stream:
            stream.write("half")
            raise KeyError

    with pytest.raises(KeyError):
        half()
    assert path.read_text() == "old"
    assert [file.name for file in tmp_path.iterdir()] == ["a.txt"]


def test_a_link_is_followed(tmp_path):
    (tmp_path / "real").write_text("old")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    with atomic_write(tmp_path / "link", "wb") as stream:
        stream.write(b"new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_bytes() == b"new"


def test_what_cannot_be_written_is_known_before(tmp_path):
    for path in (tmp_path, tmp_path / "none" / "a"):
        with pytest.raises(OSError, match=str(path)):
            require_writable(path)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no full device")
def test_a_full_device_is_named():
    with pytest.raises(OSError, match="space") as caught, atomic_write("/dev/full") as stream:
        stream.write("a")
    assert caught.value.filename == "/dev/full"


@pytest.mark.skipif(not Path("/dev/fd").exists(), reason="this system does not name what is open")
def test_a_pipe_that_has_no_name_of_its_own_is_written_directly():
    reader, writer = os.pipe()
    with atomic_write(f"/dev/fd/{writer}") as stream:
        stream.write("né")
    os.close(writer)
    assert os.read(reader, 9).decode() == "né"
    os.close(reader)


def test_the_checkout_and_its_files_are_found(root):
    assert checkout() == root
    assert shipped("seeds/press.jsonl.gz").is_file()


def test_a_name_as_long_as_the_system_allows_can_be_written(tmp_path):
    path = tmp_path / ("é" * 125 + ".json")
    with atomic_write(path) as stream:
        stream.write("x")
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


def test_an_error_of_a_reader_does_not_blame_the_file_that_is_written(tmp_path):
    with pytest.raises(OSError, match=r"^cut short$"), atomic_write(tmp_path / "a"):
        raise OSError("cut short")


def test_no_file_of_another_thread_is_open_to_all_while_a_mode_is_found(tmp_path, monkeypatch):
    set_to = []
    umask = os.umask
    monkeypatch.setattr(os, "umask", lambda mask: set_to.append(mask) or umask(mask))
    before = umask(0o027)
    try:
        assert mode_for(tmp_path / "new") == 0o640
    finally:
        umask(before)
    assert set_to == [0o077, 0o027]


def test_links_to_folders_are_not_followed_and_links_to_files_are(tmp_path):
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "a.txt").write_text("La loi.")
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "link.txt").symlink_to(tmp_path / "there" / "a.txt")
    (tmp_path / "in" / "folder").symlink_to(tmp_path / "there")
    (tmp_path / "in" / "itself").symlink_to(tmp_path / "in")
    assert list(find_files([str(tmp_path / "in")])) == [str(tmp_path / "in" / "link.txt")]


def test_a_folder_that_cannot_be_looked_into_is_kept_and_what_is_found_is_sorted(tmp_path, monkeypatch):
    for name in ("c", "a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "x.txt").write_text("La loi.")
    look = os.scandir

    def closed(where):
        if Path(where).name == "b":
            raise PermissionError(13, "Permission denied", str(where))
        return look(where)

    monkeypatch.setattr("cyberclf.inputs.os.scandir", closed)
    found = [str(tmp_path / name) for name in ("a/x.txt", "b", "c/x.txt")]
    assert list(find_files([str(tmp_path)])) == found


def test_an_error_that_names_a_file_goes_on_naming_that():
    with pytest.raises(OSError, match="gone") as caught, naming("a.txt"):
        raise OSError(2, "gone", "b.txt")
    assert caught.value.filename == "b.txt"
    with pytest.raises(OSError, match="full") as caught, naming("a.txt"):
        raise OSError(28, "full")
    assert caught.value.filename == "a.txt"


def test_another_project_is_no_checkout(tmp_path, monkeypatch):
    (tmp_path / "seeds").mkdir()
    (tmp_path / "seeds" / "corpus.jsonl").write_text("")
    monkeypatch.setattr("cyberclf.files._PACKAGE", tmp_path / "a" / "b")
    monkeypatch.chdir(tmp_path)
    for named, found in (("other", None), ("cyberclf", tmp_path)):
        (tmp_path / "pyproject.toml").write_text(f'[project]\nname = "{named}"\n')
        assert checkout() == found


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=rf"there is no folder {tmp_path / 'none'}; create it first"):
        require_writable(tmp_path / "none" / "a")
