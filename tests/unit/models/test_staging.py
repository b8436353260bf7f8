"""A folder appears whole, or what stood there stays."""

import errno
import os
from pathlib import Path

import pytest
from fer_models.errors import ContractError
from fer_models.staging import staged


def test_a_folder_appears_when_it_is_whole(tmp_path: Path) -> None:
    target = tmp_path / "new" / "folder"
    with staged(target) as made:
        (made / "file").write_text("one")
        assert not target.exists()
    assert (target / "file").read_text() == "one"
    assert list(target.parent.iterdir()) == [target]


def test_it_replaces_what_stood_there(tmp_path: Path) -> None:
    target = _standing(tmp_path)
    with staged(target) as made:
        (made / "new").touch()
    assert [path.name for path in target.iterdir()] == ["new"]


def test_a_fault_leaves_what_stood_there_and_nothing_beside(tmp_path: Path) -> None:
    target = _standing(tmp_path)
    with pytest.raises(ZeroDivisionError), staged(target) as made:
        (made / str(1 // 0)).touch()
    assert [path.name for path in target.iterdir()] == ["old"]
    assert list(tmp_path.iterdir()) == [target]


def test_a_full_disk_is_one_sentence_with_the_place_and_the_remedy(tmp_path: Path) -> None:
    target = _standing(tmp_path)
    sentence = (
        r"folder cannot be written \(No space left on device; \d+ MB are free there\); free some space, or give another"
    )
    with pytest.raises(ContractError, match=sentence), staged(target):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    assert [path.name for path in target.iterdir()] == ["old"]


def test_a_place_below_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ContractError, match=r"cannot be written \("), staged(tmp_path / "file" / "folder"):
        pass


def _standing(folder: Path) -> Path:
    target = folder / "folder"
    target.mkdir()
    (target / "old").touch()
    return target
