from pathlib import Path

import pytest
from fer_agent.errors import StateError
from fer_agent.update.record import RecordFile
from fer_wire.device import transitions as on
from fer_wire.device.record import Record
from unit.agent.update.making import Release, Signer


@pytest.fixture
def release(tmp_path: Path) -> Release:
    return Release(Signer(tmp_path), tmp_path, precisions=("int8", "fp32"))


def test_what_was_saved_is_read_again(tmp_path: Path, release: Release) -> None:
    file = RecordFile(tmp_path / "update.json")
    record = Record().begun(release.desired(sequence=7)).moved(on.ORDERED)
    file.save(record)
    assert file.load() == record
    assert (record.state, record.sequence, record.size_bytes) == (
        "downloading",
        7,
        sum(map(len, release.files.values())),
    )
    assert [path.name for path in tmp_path.glob("update*")] == ["update.json"]


@pytest.mark.parametrize(
    "damage", [b"", b"{", b"null", b'{"state": 3}', b'{"desired": {"device": "a/b"}}', b"\xff\xfe"]
)
def test_a_damaged_record_is_told_and_forgotten(
    tmp_path: Path, damage: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "update.json").write_bytes(damage)
    assert RecordFile(tmp_path / "update.json").load() == Record()
    assert "update.json cannot be read" in caplog.text


def test_without_a_record_there_is_none_and_nothing_to_say(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    assert RecordFile(tmp_path / "update.json").load().update() is None
    assert not caplog.records


def test_a_record_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(StateError, match=r"Cannot write .*update\.json .*; make room"):
        RecordFile(tmp_path / "nowhere" / "update.json").save(Record())
