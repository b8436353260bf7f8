import logging
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Iterator

import pytest
from fer_agent.host.log_file import EACH_BYTES, LogFile

log = logging.getLogger("fer_agent.test")


@pytest.fixture
def file(tmp_path: Path) -> Iterator[LogFile]:
    made = LogFile(tmp_path / "log", lambda text: text.replace("geheim", "***"))
    made.open()
    log.setLevel(logging.DEBUG)
    yield made
    made.close()


def lines(file: LogFile, **after: float) -> "list[str]":
    return file.last_hour(datetime.now(timezone.utc) + timedelta(**after))


def test_what_was_logged_is_there_with_its_time_and_without_secrets(file: LogFile) -> None:
    log.info("Opened rtsp://admin:%s@door.", "geheim")
    log.debug("not this")
    (line,) = lines(file)
    assert line[24:] == " INFO fer_agent.test: Opened rtsp://admin:***@door."
    assert datetime.now(timezone.utc) - datetime.fromisoformat(line[:23] + "+00:00") < timedelta(minutes=1)


@pytest.mark.usefixtures("file")
def test_it_outlives_a_run_that_was_killed(tmp_path: Path) -> None:
    log.error("The last words.")
    again = LogFile(tmp_path / "log", str)
    assert [line[-15:] for line in again.last_hour(datetime.now(timezone.utc))] == ["The last words."]


def test_lines_of_more_than_an_hour_ago_are_left_out_with_their_tracebacks(file: LogFile) -> None:
    try:
        raise ValueError("geheim")
    except ValueError:
        log.exception("Failed.")
    found = lines(file)
    assert found[0].endswith("ERROR fer_agent.test: Failed.")
    assert found[-1] == "ValueError: ***"
    assert lines(file, hours=1, seconds=5) == []


def test_it_stays_small_and_keeps_the_newest(file: LogFile, tmp_path: Path) -> None:
    for number in range(3000):
        log.info("line %d of a long hour", number)
    size_bytes = sum(each.stat().st_size for each in tmp_path.iterdir())
    assert size_bytes <= 2 * EACH_BYTES
    assert lines(file)[-1].endswith("line 2999 of a long hour")
    assert len(lines(file)) > 300


def test_a_line_cannot_forge_another(file: LogFile) -> None:
    log.info("a\n2026-11-30T12:00:00.000Z ERROR fer_agent: forged")
    assert len(lines(file)) == 1


def test_a_disk_that_takes_nothing_stops_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = LogFile(tmp_path / "no" / "folder" / "log", str)
    file.open()
    log.error("nobody keeps this")
    file.close()
    assert "Traceback" not in capsys.readouterr().err
    assert file.last_hour(datetime.now(timezone.utc)) == []
