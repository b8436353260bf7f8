import os
from errno import ENOSPC
from pathlib import Path
from typing import List

import pytest
from fer_wire.whole_files import copy_whole, keep_whole, remove_partial, write_whole, written_whole


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "state.json"
    path.write_bytes(b"before")
    return path


@pytest.fixture
def full_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(ENOSPC, os.strerror(ENOSPC))

    monkeypatch.setattr("fer_wire.whole_files.os.fsync", full)


def names(folder: Path) -> List[str]:
    return sorted(each.name for each in folder.iterdir())


def test_a_file_is_replaced_and_nothing_else_is_left(path: Path) -> None:
    write_whole(path, b"after")
    assert (path.read_bytes(), names(path.parent)) == (b"after", ["state.json"])


def test_a_file_that_is_being_written_does_not_show(path: Path) -> None:
    with written_whole(path) as file:
        file.write(b"af")
        file.flush()
        assert path.read_bytes() == b"before"
        file.write(b"ter")
    assert path.read_bytes() == b"after"


def test_a_block_that_fails_leaves_everything_as_it_was(path: Path) -> None:
    with pytest.raises(TypeError), written_whole(path) as file:
        file.writelines([b"af", "ter"])  # type: ignore[list-item]  # the fault
    assert (path.read_bytes(), names(path.parent)) == (b"before", ["state.json"])


@pytest.mark.usefixtures("full_disk")
def test_a_full_disk_leaves_everything_as_it_was(path: Path) -> None:
    with pytest.raises(OSError, match="No space left on device"):
        write_whole(path, b"after")
    assert (path.read_bytes(), names(path.parent)) == (b"before", ["state.json"])


def test_a_place_that_is_taken_can_be_respected(path: Path) -> None:
    with pytest.raises(FileExistsError), written_whole(path, replace=False) as file:
        file.write(b"after")
    with written_whole(path.with_name("new"), replace=False) as file:
        file.write(b"after")
    assert path.read_bytes() == b"before"
    assert (path.with_name("new").read_bytes(), names(path.parent)) == (b"after", ["new", "state.json"])


def test_a_secret_is_never_readable_by_others(path: Path) -> None:
    with written_whole(path.with_name("key"), 0o600) as file:
        assert os.fstat(file.fileno()).st_mode & 0o777 == 0o600
    assert path.with_name("key").stat().st_mode & 0o777 == 0o600


def test_files_are_copied_and_renamed(path: Path) -> None:
    copy_whole(path, path.with_name("copy"))
    keep_whole(path, path.with_name("kept"))
    assert names(path.parent) == ["copy", "kept"]
    assert path.with_name("copy").read_bytes() == path.with_name("kept").read_bytes() == b"before"


def test_what_a_dead_process_left_half_written_is_removed_and_nothing_else(path: Path) -> None:
    path.with_name(".state.json.123.partial").write_bytes(b"ha")
    path.with_name("download.partial").write_bytes(b"ha")
    remove_partial(path.parent)
    assert names(path.parent) == ["download.partial", "state.json"]


def test_what_is_no_file_is_never_replaced(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(str(pipe))
    for place in (pipe, tmp_path):
        with pytest.raises(OSError, match="is no file"):
            write_whole(place, b"new")
    assert pipe.is_fifo()
    assert list(tmp_path.iterdir()) == [pipe]
