import shutil
import stat
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import BinaryIO

import pytest
from fer_controller.authority import authority, certificates
from fer_controller.authority.authority import Authority, make, renew
from fer_controller.authority.certificates import Subject
from fer_controller.errors import AuthorityError
from fer_wire.whole_files import write_whole, written_whole

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
FILES = {"root.crt", "root.key", "issuing.crt", "issuing.key"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "fleet.authority"
    assert make(made, made, "Fleet", NOW)
    return made


def contents(folder: Path) -> dict[str, bytes]:
    return {each.name: each.read_bytes() for each in folder.iterdir()}


def test_its_keys_are_for_nobody_else(folder: Path) -> None:
    assert set(contents(folder)) == FILES
    for key in folder.glob("*.key"):
        assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_made_again_it_stays_as_it_is(folder: Path) -> None:
    before = contents(folder)
    assert not make(folder, folder, "Another", NOW)
    assert contents(folder) == before


@pytest.mark.parametrize("survives", range(4))
def test_a_making_that_was_cut_short_is_completed(
    survives: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It dies before one of its writes; nothing of what was there by then is made anew."""
    folder, write, written, begun = tmp_path / "fleet.authority", write_whole, written_whole, iter(range(10))

    def dies() -> None:
        if next(begun) == survives:
            raise KeyboardInterrupt

    def writes(path: Path, data: bytes) -> None:
        dies()
        write(path, data)

    def opens(path: Path, mode: int, *, replace: bool) -> "AbstractContextManager[BinaryIO]":
        dies()
        return written(path, mode, replace=replace)

    with monkeypatch.context() as patched:
        patched.setattr(authority, "write_whole", writes)
        patched.setattr(authority, "written_whole", opens)
        with pytest.raises(KeyboardInterrupt):
            make(folder, folder, "Fleet", NOW)
    before = contents(folder)
    assert len(before) == survives
    assert make(folder, folder, "Fleet", NOW)
    assert set(contents(folder)) == FILES
    assert before.items() <= contents(folder).items()


def test_the_root_may_be_kept_elsewhere(tmp_path: Path) -> None:
    folder, medium = tmp_path / "fleet.authority", tmp_path / "medium"
    make(folder, medium, "Fleet", NOW)
    assert set(contents(folder)) == FILES - {"root.key"}
    shutil.rmtree(medium)
    made = Authority(folder).issue(Subject("nano-01"), NOW, 365)
    assert certificates.name_of(made.certificate) == "nano-01"
    with pytest.raises(AuthorityError, match=r"medium/root.key is not there"):
        renew(folder, medium, NOW)


def test_renewed_it_goes_on_for_the_same_key(folder: Path) -> None:
    before, later = Authority(folder).issuing, NOW + timedelta(days=1000)
    renewed = renew(folder, folder, later)
    assert renewed.not_valid_after_utc > before.certificate.not_valid_after_utc
    assert renewed.public_key() == before.certificate.public_key()
    assert renewed.subject == before.certificate.subject


def test_a_key_of_another_authority_is_told(folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    make(other, other, "Other", NOW)
    shutil.copy(other / "issuing.key", folder / "issuing.key")
    with pytest.raises(AuthorityError, match=r"issuing\.key is not the key of 'Fleet issuing'"):
        Authority(folder)
    shutil.copy(other / "issuing.crt", folder / "issuing.crt")
    with pytest.raises(AuthorityError, match=r"root\.key is not the key of 'Fleet root'"):
        renew(folder, other, NOW)


def test_without_one_the_command_that_makes_it_is_named(tmp_path: Path) -> None:
    with pytest.raises(AuthorityError, match="`fer-controller ca make`"):
        Authority(tmp_path)
