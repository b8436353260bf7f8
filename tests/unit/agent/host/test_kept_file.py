from pathlib import Path

import pytest
from fer_agent.host.kept_file import kept_in
from fer_wire.device.tuned import Told, Tuned

TOLD = Tuned(current=Told(values={"events.heartbeat_s": 9.0}, rollout="r1"))


def test_what_was_kept_is_read(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    file = tmp_path / "settings.json"
    file.write_text(TOLD.model_dump_json())
    assert kept_in(file, Tuned, "all is lost") == TOLD
    assert caplog.text == ""


def test_where_nothing_was_kept_nothing_is_said(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    assert kept_in(tmp_path / "settings.json", Tuned, "all is lost") is None
    assert caplog.text == ""


@pytest.mark.parametrize(
    ("left", "why"),
    [
        ("{", "Invalid JSON: EOF while parsing an object"),
        ('{"current": 7}', "current: Input should be"),
        ('{"current": {"values": {}, "rollout": 7}}', "current.rollout: Input should be a valid string"),
    ],
)
def test_of_what_cannot_be_read_reason_and_loss_are_said_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, left: str, why: str
) -> None:
    file = tmp_path / "settings.json"
    file.write_text(left)
    assert kept_in(file, Tuned, "all is lost") is None
    (told,) = [each.getMessage() for each in caplog.records]
    assert told.startswith(f"{file} cannot be read ({why}")
    assert told.endswith("); all is lost.")


def test_a_folder_in_its_place_is_no_reason_to_die(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    assert kept_in(tmp_path, Tuned, "all is lost") is None
    assert caplog.messages == [f"{tmp_path} cannot be read (Is a directory); all is lost."]
