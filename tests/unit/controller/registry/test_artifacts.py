import hashlib
import os
from pathlib import Path

import pytest
from fer_controller.errors import RegistryError
from fer_controller.registry.artifacts import Artifacts

DATA = os.urandom(3_000_000)
SHA256 = hashlib.sha256(DATA).hexdigest()


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "fp32.onnx"
    path.write_bytes(DATA)
    return path


@pytest.fixture
def artifacts(tmp_path: Path) -> Artifacts:
    return Artifacts(tmp_path / "registry")


def names(artifacts: Artifacts) -> list[str]:
    return sorted(path.name for path in artifacts.path(SHA256).parent.iterdir())


def test_a_file_is_kept_under_its_hash_and_every_byte_is_told(artifacts: Artifacts, source: Path) -> None:
    moved: list[int] = []
    with artifacts.held():
        artifacts.take(source, SHA256, moved.append)
    assert artifacts.path(SHA256).read_bytes() == DATA
    assert sum(moved) == len(DATA)
    assert artifacts.is_sound(SHA256)


def test_a_file_that_is_there_is_not_copied_again_and_a_damaged_one_is(artifacts: Artifacts, source: Path) -> None:
    with artifacts.held():
        artifacts.take(source, SHA256)
        kept = artifacts.path(SHA256).stat().st_ino
        artifacts.take(source, SHA256)
        assert artifacts.path(SHA256).stat().st_ino == kept
        artifacts.path(SHA256).write_bytes(DATA[:-1] + b"?")
        assert not artifacts.is_sound(SHA256)
        artifacts.take(source, SHA256)
    assert artifacts.is_sound(SHA256)


def test_a_file_that_changes_while_it_is_copied_is_not_kept(artifacts: Artifacts, source: Path) -> None:
    source.write_bytes(DATA[::-1])
    with artifacts.held(), pytest.raises(RegistryError, match=r"fp32\.onnx changed while it was copied"):
        artifacts.take(source, SHA256)
    assert names(artifacts) == []


def test_what_a_killed_one_left_half_written_is_swept_up(artifacts: Artifacts, source: Path) -> None:
    with artifacts.held():
        artifacts.take(source, SHA256)
    artifacts.path(f".{SHA256}.123.partial").write_bytes(DATA[:1000])
    with artifacts.held():
        assert names(artifacts) == [SHA256]


def test_others_are_removed_and_their_bytes_counted(artifacts: Artifacts, source: Path) -> None:
    with artifacts.held():
        artifacts.take(source, SHA256)
        artifacts.path("orphan").write_bytes(bytes(10))
        assert artifacts.keep_only({SHA256}) == 10
    assert names(artifacts) == [SHA256]


def test_a_disk_that_is_full_is_told_and_leaves_nothing_half(
    artifacts: Artifacts, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_fd: int) -> None:
        raise OSError(28, os.strerror(28))

    with artifacts.held():
        monkeypatch.setattr("fer_wire.whole_files.os.fsync", full)
        with pytest.raises(RegistryError, match="cannot be written: No space left on device"):
            artifacts.take(source, SHA256)
    assert names(artifacts) == []


def test_a_registry_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "registry").write_text("")
    with (
        pytest.raises(RegistryError, match=r"The registry .*registry cannot be written"),
        Artifacts(tmp_path / "registry").held(),
    ):
        pass
